/* claims/ingest.h: blocks of text to raw records, several threads at once. Internal to this room. */
#ifndef RS_CLAIMS_INGEST_H
#define RS_CLAIMS_INGEST_H

#include "claims/mapping.h"
#include "claims/raw.h"
#include "base/calendar.h"
#include "claims/csv_reader.h"
#include "claims/reader.h"
#include "claims/source.h"

#define RS_REJECT_TEXT_MOST ((size_t)64 << 10)    /* bytes of a rejected record that are kept */
#define RS_REJECT_TEXT_BUDGET ((size_t)256 << 20) /* of all of them */

/* One file of claims or settlements. It is open only while it is read: there may be tens of thousands. */
typedef struct {
  RsInputFile *file;      /* borrowed from the report */
  uint32_t number;        /* of the file in the report */
  int fd;                 /* of spooled stdin, else -1 */
  const char *sheet, *temp; /* as in RsReadOptions */
  RsSource *source;       /* NULL unless it is being read */
  RsStamp stamp;
  char delimiter;
  const RsMapping *mapping; /* the reader's: files with one header share it */
  int column[RS_N_COLUMNS];
  uint32_t n_fields;
  bool repeated;          /* the same bytes as an earlier file: its rows count as repeated */
} RsInput;
void rs_input_free(RsInput *input);
/* Opens the file again, from its start; the caller owns the source. error: RS_ERROR_IO, also if it changed. */
RsSource *rs_input_source(const RsInput *input, GError **error);

typedef struct {
  const RsReadOptions *options;
  GPtrArray *inputs;            /* of RsInput: the claim files */
  RsSettlements *settlements;   /* NULL: not joined; has_lines is set */
  RsRaw *raw;                   /* out */
  RsReport *report;             /* out: all but what rs_build adds */
  GArray *marks;                /* out: of RsMark (claims/fetch.h), in no order */
} RsIngest;

/* Reads all claim files into raw records. error: RS_ERROR_IO, RS_ERROR_LIMIT. */
bool rs_ingest(RsIngest *ingest, GError **error);
void rs_raw_clear(RsRaw *raw);

/* The settlement table; its rejected, repeated and outside rows are counted in report. error: as rs_ingest. */
RsSettlements *rs_settlements_read(RsInput *input, const RsReadOptions *options, RsRaw *raw, RsReport *report, GError **error);
void rs_settlements_free(RsSettlements *settlements);
/* NULL if there is none of this hash. */
RsSettlement *rs_settlements_find(const RsSettlements *settlements, uint64_t hash);

/* Parts shared by both tables. A cell, trimmed of blanks; NULL with length 0 where the column is missing or the cell means empty. */
const char *rs_cell(const RsInput *input, const RsCsv *csv, uint32_t record, RsColumnRole role, size_t *length);
/* As many fields as the header, or more that are empty. */
bool rs_fields_fit(const RsInput *input, const RsCsv *csv, uint32_t record);
/* RS_REASON_NUMBER etc. with a sentence that shows the value where it may be quoted (claims/quotable.h). Owned by the caller. */
RsSaid *rs_reject_detail(const char *column, const char *text, size_t length, const char *what);
/* Sets the error for amounts past RS_MOST_MONEY; returns false. */
bool rs_money_refuse(GError **error);
RsReject *rs_reject_new(RsRow row, RsReason reason, RsSaid *detail, const char *raw, size_t raw_length);
const char *rs_time_status_text(RsTimeStatus status);
extern const char *const rs_money_refused_text;

/* Bytes of text that so many of the file's bytes hold, about. */
static inline uint64_t rs_file_text(const RsInputFile *file, uint64_t bytes) { return file->compression[0] != '\0' ? 5 * bytes : bytes; }
static inline uint64_t rs_input_text(const RsInput *input, uint64_t bytes) { return rs_file_text(input->file, bytes); }
/* Bytes of text that will be read: all, or of a sample a tenth within its bounds. inputs: of RsInput. */
uint64_t rs_inputs_text(const GPtrArray *inputs, const RsReadOptions *options);

#endif
