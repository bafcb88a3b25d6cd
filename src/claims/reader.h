/* claims/reader.h: claim files in, RsClaims and RsReport out; and the way back from a line to its text. */
#ifndef RS_CLAIMS_READER_H
#define RS_CLAIMS_READER_H

#include "claims/report.h"
#include "claims/table.h"

typedef struct {
  const char *const *paths;  /* NULL-terminated: files, folders, or "-" */
  const char *map;           /* mapping name or file; NULL: chosen by header */
  const char *settlements;   /* the platform's second table, or NULL */
  const char *persons, *doctors, *institutions, *drugs; /* attribute tables, or NULL */
  const char *sheet;         /* of Excel workbooks; NULL: the first */
  bool has_since, has_until;
  uint16_t since, until;     /* days, both inclusive */
  bool allow_rejects;
  unsigned n_threads;
  uint64_t memory;           /* bytes the whole run may use, or 0: no limit */
  const char *temp;          /* folder for spooling stdin; NULL: the system's */
  bool quiet;                /* nothing on stderr */
  uint64_t sample, sample_most; /* only the start of the files: a tenth of their bytes, but no less than sample and no more than sample_most; sample 0: everything */
} RsReadOptions;

typedef struct RsReader RsReader;
/* Opens the inputs and reads headers. error: RS_ERROR_IO cannot read, RS_ERROR_INPUT not usable, RS_ERROR_USAGE unknown mapping. */
RsReader *rs_reader_new(const RsReadOptions *options, GError **error);
void rs_reader_free(RsReader *reader);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(RsReader, rs_reader_free)

/* What a run needs at its peak, from claims to case folder, measured on 10 M lines (tests/bench); fixed parts come on top. */
#define RS_PEAK_BYTES_A_LINE 84u
#define RS_LEAST_BYTES_A_LINE 20u /* with the rest on disk (base/spill.h) */
#define RS_PEAK_BYTES_FIXED ((uint64_t)48 << 20)
#define RS_LEAST_BYTES_LOOKED_AT ((uint64_t)64 << 20) /* what is on disk and looked at for the moment; of few lines there is less */
/* Without disk after reading. */
static inline uint64_t rs_memory_enough(uint64_t lines) { return RS_PEAK_BYTES_FIXED + lines * RS_PEAK_BYTES_A_LINE; }
static inline uint64_t rs_memory_least(uint64_t lines) {
  return RS_PEAK_BYTES_FIXED + lines * RS_LEAST_BYTES_A_LINE + MIN(lines * 14, RS_LEAST_BYTES_LOOKED_AT);
}

/* Reads everything. Past options.memory, raw rows and the table's and the graph's columns go to disk; RS_ERROR_LIMIT when the rest of the run
 * would still need more, or the disk is full. NULL with RS_ERROR_INPUT when no row is usable or more than 0.5 % and more than 5 rows were rejected (unless
 * allow_rejects); the report is complete even then. */
RsClaims *rs_reader_read(RsReader *reader, GError **error);
/* The files' sha256 in the report is empty until rs_reader_hash. */
const RsReport *rs_reader_report(const RsReader *reader);
/* Begins the checksums beside other work, for who will want them; with one thread they are made when they are asked for. After reading, once. */
void rs_reader_hash_begin(RsReader *reader);
/* Waits for them, or computes them now. error: RS_ERROR_IO, also when a file changed since it was read. */
bool rs_reader_hash(RsReader *reader, GError **error);

/* What stood in the source for one line; texts are unquoted, UTF-8, "" where the column is missing; valid during the call. */
typedef struct { RsRow row; size_t index; const char *claim_id, *settlement_id, *time; const char *raw; size_t raw_length; } RsSourceLine;
typedef void (*RsSourceLineFunc)(const RsSourceLine *line, void *data);
/* Calls func once for each of the n rows, in ascending row order; index is the position in rows[]. Plain UTF-8
 * files are read where the rows are (claims/fetch.h), others in one more pass. error: RS_ERROR_IO, also when a file changed since it was read. */
bool rs_reader_fetch(RsReader *reader, const RsRow *rows, size_t n, RsSourceLineFunc func, void *data, GError **error);

/* Attributes from --persons, --doctors, --institutions, --drugs: "" if unknown. field: "name", "region", "birth", "sex", "address", "phone",
 * "employer", "account", "workplace", "level", "price", "household". kind: 0 person, 1 doctor, 2 institution, 3 drug. Borrowed. */
const char *rs_reader_attribute(const RsReader *reader, unsigned kind, const char *id, const char *field);

#endif
