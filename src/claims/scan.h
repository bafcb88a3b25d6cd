/* claims/scan.h: the byte-level kernels of reading: counting lines, validating UTF-8, finding where records end. No allocation, no
 * errors. Each has a plain C form, for any processor, and an AVX2 form with equal results, chosen at run time. */
#ifndef RS_CLAIMS_SCAN_H
#define RS_CLAIMS_SCAN_H

#include "claims/source.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct {
  uint64_t n_lines; /* LF bytes */
  bool has_quote, has_high, has_nul;
} RsTextStats;

/* Adds what the text holds to *stats. */
void rs_text_count(const char *text, size_t length, RsTextStats *stats);
/* Where the text goes on after n_lines LF bytes, or length where it holds fewer. */
size_t rs_text_skip(const char *text, size_t length, uint64_t n_lines);
/* Well-formed UTF-8: no overlong forms, no surrogates, nothing above U+10FFFF, nothing cut off. */
bool rs_text_is_utf8(const char *text, size_t length);

/* Records one after the other by the exact rules of source.h. Zero but for text, length, delimiter and whole at first.
 * Calls with growing `start` take linear time altogether: a scan that fails far ahead is remembered and joined by the
 * next. */
typedef struct {
  const char *text; /* starts at a record's start */
  size_t length;
  char delimiter;
  bool whole;       /* nothing follows the text, whose last byte is LF: every record is decided */
  size_t low, high; /* a failed scan: at each LF from low on and before high it was inside a quoted field, ... */
  size_t at;        /* ... and it went on to here, */
  unsigned state;   /* in this state */
} RsRecordScan;

typedef struct {
  bool decided;   /* false: what follows the text decides; nothing else is set */
  RsFault fault;
  size_t finish;  /* the record's LF */
  size_t next;    /* the next record's start */
} RsRecordSpan;

RsRecordSpan rs_record_scan(RsRecordScan *scan, size_t start);

/* The end of the last record that is complete in the text, 0 if none is: the longest prefix that holds whole records. The text
 * starts at a record's start; 64 bytes after it are readable. */
size_t rs_text_cut(const char *text, size_t length, char delimiter, bool has_quote);

/* For tests: no more than this, even where the processor has it. */
typedef enum { RS_SCAN_PLAIN, RS_SCAN_AVX2, RS_SCAN_AVX512, RS_N_SCANS } RsScanLevel;
void rs_scan_at_most(RsScanLevel level);

#endif
