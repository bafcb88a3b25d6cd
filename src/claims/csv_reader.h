/* claims/csv_reader.h: one block of text as records and fields: a tokenizer with arrays of its own, one a thread.
 *
 * In    RsBlock
 * Out   RsCsv: offsets of records and fields; nothing is copied but quoted fields that hold doubled quotes
 * Cost  about one pass; vectorised (AVX2 where the processor has it, plain C otherwise, with equal results)
 * From  bit masks of structural characters, then iteration over set bits: Langdale & Lemire, Parsing Gigabytes of JSON per Second,
 *       VLDB Journal 2019; UTF-8: Keiser & Lemire, Validating UTF-8 in Less Than One Instruction per Byte, SPE 2021
 *
 *   RsCsv csv = {0};
 *   while (rs_source_next(...)) { rs_csv_read(&csv, &block, delimiter); for (uint32_t r = 0; r < csv.n; r++) ... }
 *   rs_csv_clear(&csv);
 */
#ifndef RS_CLAIMS_CSV_READER_H
#define RS_CLAIMS_CSV_READER_H

#include "claims/report.h"
#include "claims/source.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct {
  const char *text;    /* the block's, borrowed and unchanged */
  uint64_t first_line; /* the block's */
  uint32_t n;          /* records; empty lines are none */
  uint32_t *start;     /* [n] record r is text[start[r]] .. text[finish[r] - 1], without its line end; unset with width, and so are: */
  uint32_t *finish;    /* [n] */
  uint32_t *line;      /* [n] physical lines between the block's first line and the record's */
  uint32_t *first;     /* [n + 1] its fields are numbers first[r] .. first[r + 1] - 1; none with RS_FAULT_QUOTE and _TOO_LONG */
  uint8_t *fault;      /* [n] RsFault; set in any case */
  uint32_t n_fields;   /* of all records */
  uint32_t *end;       /* [n_fields] a field ends before this offset */
  uint32_t width;      /* 0, or the block holds no quotes and all records stand behind one another, without a fault, with so many fields each: field
                        * f begins line_end after end[f - 1] where it is a record's first, 1 after it where it is not, f = 0 too */
  uint32_t line_end;   /* with width, bytes of each: 1 or 2 */
  uint32_t *begin;     /* [n_fields] and begins here, past its quote; NULL in a block without quotes: past the field before */
  char *unescaped;     /* texts of fields with RS_CSV_UNESCAPED set in begin */
  size_t capacity, quoted_capacity; /* private */
  uint32_t *begin_store, *end_store; /* private */
} RsCsv;

#define RS_CSV_UNESCAPED 0x80000000u

/* Splits the block. csv's arrays stay valid until its next use and while the block's text stands. */
void rs_csv_read(RsCsv *csv, const RsBlock *block, char delimiter);
void rs_csv_clear(RsCsv *csv);

/* Where the record's fields begin in end[], and where it begins in the text. */
static inline uint32_t rs_csv_first(const RsCsv *csv, uint32_t record) { return csv->width > 0 ? record * csv->width : csv->first[record]; }
static inline uint32_t rs_csv_start(const RsCsv *csv, uint32_t record) {
  return csv->width > 0 ? csv->end[(int64_t)(record * csv->width) - 1] + csv->line_end : csv->start[record];
}
static inline uint32_t rs_csv_n_fields(const RsCsv *csv, uint32_t record) { return rs_csv_first(csv, record + 1) - rs_csv_first(csv, record); }

/* Physical line number of the record's start. */
static inline uint64_t rs_csv_line(const RsCsv *csv, uint32_t record) { return csv->first_line + (csv->width > 0 ? record : csv->line[record]); }

/* The record as it stood, not NUL-terminated; at most RS_MAX_RECORD bytes. */
static inline const char *rs_csv_raw(const RsCsv *csv, uint32_t record, size_t *length) {
  const uint32_t start = rs_csv_start(csv, record), finish = csv->width > 0 ? csv->end[(record + 1) * csv->width - 1] : csv->finish[record];
  *length = finish - start;
  return csv->text + start;
}

/* Field k < rs_csv_n_fields() of a record, unquoted, not trimmed, not NUL-terminated. 8 bytes may be read at and after it. */
static inline const char *rs_csv_field(const RsCsv *csv, uint32_t record, uint32_t k, size_t *length) {
  const uint32_t field = rs_csv_first(csv, record) + k, end = csv->end[field];
  if (csv->begin == NULL) {
    const uint32_t begin = k == 0 ? rs_csv_start(csv, record) : csv->end[field - 1] + 1;
    *length = end - begin;
    return csv->text + begin;
  }
  const uint32_t begin = csv->begin[field];
  *length = end - (begin & ~RS_CSV_UNESCAPED);
  return (begin & RS_CSV_UNESCAPED ? csv->unescaped : csv->text) + (begin & ~RS_CSV_UNESCAPED);
}

/* Why a record at fault is rejected; fault is not RS_FAULT_NONE. */
static inline RsReason rs_fault_reason(RsFault fault) {
  if (fault == RS_FAULT_QUOTE) return RS_REASON_QUOTE;
  return fault == RS_FAULT_TOO_LONG ? RS_REASON_TOO_LONG : RS_REASON_BYTES;
}

/* The delimiter of a text from its first records: the one of , TAB ; | that gives the records most alike in number of fields, then
 * the header the most fields; ',' if there is none. The text may be cut anywhere; at_end: it is not. */
char rs_csv_delimiter(const char *text, size_t length, bool at_end);

#endif
