/* claims/report.h: what became of every row that was read: the reconciliation and the rejected rows. */
#ifndef RS_CLAIMS_REPORT_H
#define RS_CLAIMS_REPORT_H

#include "base/words.h"

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

/* Where a row stood: file number << 48 | physical line of the decoded text on which the record starts (header = line 1). */
typedef uint64_t RsRow;
#define RS_ROW(file, line) ((RsRow)(file) << 48 | (RsRow)(line))
#define RS_ROW_FILE(row) ((uint32_t)((row) >> 48))
#define RS_ROW_LINE(row) ((row) & (((RsRow)1 << 48) - 1))

/* Each row read ends in exactly one place. */
typedef enum { RS_PLACE_USED, RS_PLACE_OUTSIDE, RS_PLACE_REPEATED, RS_PLACE_REVERSED, RS_PLACE_REJECTED, RS_N_PLACES } RsPlace;
extern const char *const rs_place_name[RS_N_PLACES]; /* "used", ... */

typedef enum {
  RS_REASON_FIELDS,        /* other number of fields than the header */
  RS_REASON_QUOTE,         /* a quote that never closes, or text after a closing quote */
  RS_REASON_TOO_LONG,      /* a record over RS_MAX_RECORD bytes */
  RS_REASON_BYTES,         /* NUL, or bytes that are not valid in the file's encoding */
  RS_REASON_PERSON,        /* no person_id */
  RS_REASON_INSTITUTION,   /* no institution_id */
  RS_REASON_TIME,          /* no readable time, no such date, or a year outside 1940..2075 */
  RS_REASON_NUMBER,        /* quantity, amount or fund_amount is no number, or over 15 digits */
  RS_REASON_CONFLICT,      /* the claim_id of another row, with other content */
  RS_REASON_NO_SETTLEMENT, /* a detail whose settlement is not in --settlements */
  RS_N_REASONS
} RsReason;
extern const char *const rs_reason_name[RS_N_REASONS]; /* short codes: "fields", "quote", ... */

typedef struct {
  RsRow row;
  RsReason reason;
  RsSaid *detail; /* a sentence: "amount '12x' is not a number"; never holds a person's, claim's or settlement's id */
  char *raw;    /* the record as it stood, cut at 64 KiB, not NUL-safe: use raw_length */
  uint32_t raw_length;
} RsReject;
void rs_reject_free(RsReject *reject);

typedef struct {
  char *path;         /* as given; "-" for stdin */
  char *name;         /* shown in tables: the file name, made unique by leading folders where two are equal */
  char *role;         /* "claims", "settlements", "persons", ... */
  char sha256[65];    /* of the file's own bytes */
  uint64_t bytes;
  const char *encoding;    /* "UTF-8", "GB18030", "UTF-16LE", "UTF-16BE" */
  const char *compression; /* "", "gz", "zst" */
  char delimiter;
  char *mapping;      /* mapping name */
  uint64_t rows;      /* records after the header; atomic while it is read */
  uint64_t bytes_read; /* of bytes, so far; atomic while it is read */
} RsInputFile;

typedef struct {
  GPtrArray *files; /* of RsInputFile, in the order of RS_ROW_FILE */
  uint64_t rows[RS_N_PLACES];
  int64_t amount[RS_N_PLACES];         /* fen, signed sum of readable amounts */
  uint64_t unreadable_amounts;         /* rows whose amount could not be read (counted apart from the money) */
  uint64_t rows_read; int64_t amount_read;
  uint64_t reversed_pairs, partial_refunds, negative_without_original;
  uint64_t date_only_rows;             /* used rows without a time of day */
  uint64_t rejected_by[RS_N_REASONS];
  GPtrArray *rejects;                  /* of RsReject, sorted by row */
  /* the two-table form; zero otherwise */
  uint64_t settlements, settlements_without_lines, lines_without_settlement, settlements_with_difference;
  int64_t settlement_difference;       /* fen, sum of |line sum - settlement total| */
  GPtrArray *notes;                    /* of RsSaid: what the reader wants said, e.g. which signals date-only times weaken */
} RsReport;

RsReport *rs_report_new(void);
void rs_report_free(RsReport *report);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(RsReport, rs_report_free)
/* rows_read = sum of rows, amount_read = sum of amounts. */
bool rs_report_balances(const RsReport *report);

#endif
