/* claims/raw.h: parsed rows on their way to the table. Internal to this room.
 *
 * Each reading thread appends records to streams of its own, partitioned by the person's hash: one RsRawVisit for each run of rows of one
 * settlement (65 % of rows continue the row before, performance measurements), followed by the person's id and its RsRawLine. A person
 * lies in one partition, so that everything per person happens in cache and no table of all persons is ever probed. Memory that is touched
 * for the first time is what reading waits for most, so nearly all lines take a narrow form of 24 bytes. Numbers of
 * institutions, doctors, drugs, diagnoses and regions are those of the shared dictionaries (order of first sight); rs_build
 * replaces them by their rank. */
#ifndef RS_CLAIMS_RAW_H
#define RS_CLAIMS_RAW_H

#include "base/dictionary.h"
#include "base/parallel.h"
#include "claims/names.h"
#include "claims/report.h"
#include "claims/stream.h"
#include "claims/table.h"

#define RS_MAX_PERSON_ID 1024u /* bytes; longer ids are no ids */
#define RS_RAW_MAX_LINES 64u   /* a longer run continues in a further record */
#define RS_CLAIM_PARTITIONS 256u
#define RS_PARTITION_GROUP 64u /* partitions of persons that have one pool in each thread: it is let go once they are read */
#define RS_PARTITION_BYTES (1u << 22) /* of input a partition; measured: four times as many partitions fit the second-level cache, but so many open streams do not */
#define RS_CLAIM_BYTES 6u
#define RS_CLAIM_KEPT UINT64_C(0xffffffffffff) /* so many bytes of a hash; the processor is little-endian, as base/hash.h has it */

/* Of all amounts and fund payments together, as magnitudes, in fen: no sum of any of them, nor of a few such sums, overflows. */
#define RS_MOST_MONEY UINT64_C(2000000000000000000)
static inline uint64_t rs_money_magnitude(int64_t fen) { return fen < 0 ? 0 - (uint64_t)fen : (uint64_t)fen; }

enum { RS_RAW_DATE_ONLY = 1, RS_RAW_REFUND = 2, RS_RAW_TRACE = 4 /* trace codes follow the lines */, RS_RAW_WIDE = 8, RS_RAW_NEGATIVE = 16 /* some amount is */,
       RS_RAW_REGIONS = 32 /* RsRawRegions follows the id */, RS_RAW_TYPE = 64 /* times the institution's type */ };

/* Records stand at multiples of four bytes. */
#define RS_RAW_ALIGNED __attribute__((packed, aligned(4)))

typedef struct {
  uint64_t settlement; /* hash of the id, never 0; with --settlements 1 + index; 0: none */
  RsRow row;           /* of the first line */
  uint32_t time;
  uint32_t institution; /* dictionary numbers, these too: */
  uint16_t person_region, service_region; /* by one more, 0: none; of no use with RS_RAW_REGIONS */
  uint16_t id_length;
  uint8_t n_lines, flags;
} RS_RAW_ALIGNED RsRawVisit; /* then id_length bytes padded to 4 with zeros, then n_lines RsRawNarrow (RS_RAW_WIDE: RsRawLine), then (RS_RAW_TRACE) n_lines
               * hashes of trace codes, 0: none. Nobody but the table's makers asks for the person's hash, and of a few records' persons. */

typedef struct { uint32_t person, service; } RsRawRegions; /* dictionary numbers or RS_NONE */

typedef struct {
  uint64_t claim; /* hash of the claim id, 0: none; refunds are hashed apart, so that a refund may carry its original's id */
  RsRow row;
  int64_t amount, fund;
  uint32_t drug, doctor, diagnosis; /* dictionary numbers or RS_NONE */
  float quantity;
} RS_RAW_ALIGNED RsRawLine;

/* A line whose money and numbers fit, in a record whose lines stand in the file one by one. */
typedef struct {
  uint64_t claim;
  int32_t amount, fund;
  uint64_t rest; /* from the lowest bit: drug, doctor and diagnosis, each by one more so that 0 is none, and a whole quantity */
} RS_RAW_ALIGNED RsRawNarrow;
enum { RS_NARROW_DRUG = 18, RS_NARROW_DOCTOR = 20, RS_NARROW_DIAGNOSIS = 18, RS_NARROW_QUANTITY = 8 };

/* whole is the quantity but for its fraction; fits: it has none. */
static inline bool rs_narrow_fits(const RsRawLine *line, int64_t whole, bool fits) {
  const uint32_t over = (line->drug + 1u) >> RS_NARROW_DRUG | (line->doctor + 1u) >> RS_NARROW_DOCTOR | (line->diagnosis + 1u) >> RS_NARROW_DIAGNOSIS;
  const uint64_t money = rs_money_magnitude(line->amount) | rs_money_magnitude(line->fund);
  return fits && (over | money >> 31 | (uint64_t)whole >> RS_NARROW_QUANTITY) == 0;
}
static inline RsRawNarrow rs_narrow_of(const RsRawLine *line, int64_t whole) {
  uint64_t rest = (uint64_t)whole;
  rest = rest << RS_NARROW_DIAGNOSIS | (line->diagnosis + 1u);
  rest = rest << RS_NARROW_DOCTOR | (line->doctor + 1u);
  rest = rest << RS_NARROW_DRUG | (line->drug + 1u);
  return (RsRawNarrow){line->claim, (int32_t)line->amount, (int32_t)line->fund, rest};
}
static inline uint32_t rs_narrow_part(const RsRawNarrow *line, unsigned shift, unsigned bits) { return (uint32_t)(line->rest >> shift) & ((1u << bits) - 1); }
static inline uint32_t rs_narrow_drug(const RsRawNarrow *line) { return rs_narrow_part(line, 0, RS_NARROW_DRUG) - 1; }
static inline uint32_t rs_narrow_doctor(const RsRawNarrow *line) { return rs_narrow_part(line, RS_NARROW_DRUG, RS_NARROW_DOCTOR) - 1; }
static inline uint32_t rs_narrow_diagnosis(const RsRawNarrow *line) { return rs_narrow_part(line, RS_NARROW_DRUG + RS_NARROW_DOCTOR, RS_NARROW_DIAGNOSIS) - 1; }
static inline float rs_narrow_quantity(const RsRawNarrow *line) { return (float)(int32_t)(line->rest >> (64 - RS_NARROW_QUANTITY)); }

static inline size_t rs_raw_padded(size_t length) { return (length + 3) & ~(size_t)3; }
static inline size_t rs_raw_lines_size(const RsRawVisit *visit) {
  return visit->n_lines * (visit->flags & RS_RAW_WIDE ? sizeof(RsRawLine) : sizeof(RsRawNarrow));
}
/* Of the visit, the id and, where they are wide, the regions. */
static inline size_t rs_raw_head_size(const RsRawVisit *visit) {
  return sizeof *visit + rs_raw_padded(visit->id_length) + (visit->flags & RS_RAW_REGIONS ? sizeof(RsRawRegions) : 0);
}
static inline size_t rs_raw_size(const RsRawVisit *visit) {
  size_t trace = visit->flags & RS_RAW_TRACE ? visit->n_lines * sizeof(uint64_t) : 0;
  return rs_raw_head_size(visit) + rs_raw_lines_size(visit) + trace;
}
static inline const char *rs_raw_id(const RsRawVisit *visit) { return (const char *)(visit + 1); }
static inline const void *rs_raw_lines(const RsRawVisit *visit) { return (const char *)visit + rs_raw_head_size(visit); }
static inline RsInstitutionType rs_raw_type(const RsRawVisit *visit) { return (RsInstitutionType)(visit->flags / RS_RAW_TYPE); }
static inline RsRawRegions rs_raw_regions(const RsRawVisit *visit) {
  if ((visit->flags & RS_RAW_REGIONS) == 0) return (RsRawRegions){visit->person_region - 1u, visit->service_region - 1u};
  return *(const RsRawRegions *)(const void *)(rs_raw_id(visit) + rs_raw_padded(visit->id_length));
}

static inline RsRawLine rs_narrow_line(const RsRawNarrow *line, RsRow row) {
  return (RsRawLine){line->claim, row, line->amount, line->fund, rs_narrow_drug(line), rs_narrow_doctor(line), rs_narrow_diagnosis(line), rs_narrow_quantity(line)};
}
static inline RsRawLine rs_raw_line(const RsRawVisit *visit, unsigned i) {
  if (visit->flags & RS_RAW_WIDE) return ((const RsRawLine *)rs_raw_lines(visit))[i];
  return rs_narrow_line((const RsRawNarrow *)rs_raw_lines(visit) + i, visit->row + i);
}

static inline uint64_t rs_raw_trace(const RsRawVisit *visit, unsigned i) {
  if ((visit->flags & RS_RAW_TRACE) == 0) return 0;
  uint64_t trace;
  memcpy(&trace, (const char *)rs_raw_lines(visit) + rs_raw_lines_size(visit) + i * sizeof trace, sizeof trace);
  return trace;
}

/* Of so many bytes of text, as a power of two. */
static inline unsigned rs_raw_partition_bits(uint64_t bytes) {
  unsigned bits = 0;
  while (bits < 12 && bytes >> bits > RS_PARTITION_BYTES) bits++;
  return bits;
}
static inline unsigned rs_raw_groups(unsigned partition_bits) { return ((1u << partition_bits) - 1) / RS_PARTITION_GROUP + 1; }

/* In one line of the cache: any of hundreds may be the next to be written to. */
typedef struct {
  RsStream stream;
  uint64_t n_visits, n_lines;
} __attribute__((aligned(64))) RsRawPartition;

typedef struct RS_OF_A_THREAD {
  uint64_t memory;                        /* of RsReadOptions.memory: what the pools may still take */
  RsPool *pool;                           /* [n_groups] of partition i that of i / RS_PARTITION_GROUP */
  RsPool claim_pool;
  RsRawPartition *partition;              /* [n_partitions] */
  RsStream claim[RS_CLAIM_PARTITIONS];    /* unless claims_apart: the lower RS_CLAIM_BYTES of claim hashes, by the hash's top byte */
} RsRawThread;

/* The platform's second table. */
typedef struct {
  uint64_t hash;   /* of the settlement id */
  RsRow row;
  uint32_t time;
  uint32_t person; /* offset of its id in RsSettlements.text */
  uint32_t institution, doctor, diagnosis, person_region, service_region;
  int64_t total, fund;
  uint8_t type, flags, place; /* RsPlace: used, outside, ... */
  uint8_t has_lines;          /* set while reading lines; any thread, only ever to 1 */
} RsSettlement;

typedef struct {
  RsSettlement *row;
  uint32_t n, n_slots;
  uint32_t *slot; /* [n_slots] 1 + index into row by hash, 0: empty */
  char *text;     /* person ids, NUL-terminated */
  bool has_fund, has_total;
  uint64_t money; /* of the rows kept, repeated and rejected; over RS_MOST_MONEY: reading stopped */
} RsSettlements;

/* What the columns of the table must hold, as far as ingest can tell. */
typedef struct {
  uint64_t amount, fund, quantity; /* magnitudes, or a little more */
  bool broken_quantity;            /* some are no whole numbers */
} RsRawMost;

typedef struct {
  unsigned n_threads, partition_bits; /* partition = top bits of the person's hash */
  unsigned n_groups;
  RsRawThread *thread;                /* [n_threads] */
  RsDictionary *institution, *doctor, *drug, *diagnosis, *region;
  RsNames drug_names, institution_names;
  unsigned columns;                   /* RsColumns */
  const RsSettlements *settlements;   /* NULL: not joined */
  bool spread_fund;                   /* lines have no fund column of their own */
  bool claims_apart;                  /* no claim id is there twice */
  RsRawMost most;
  uint64_t *last_line;                /* [n_files] of each file: its last physical line that holds a record, or a little more */
  uint32_t n_files;
} RsRaw;

/* The table from the raw records, which are consumed. Adds to report: used, repeated, reversed, conflicts (as rejects without raw text),
 * refunds, settlement differences, date_only_rows. error: RS_ERROR_LIMIT. Cost: O(rows), about 20 bytes of scratch a row at most. */
RsClaims *rs_build(RsRaw *raw, RsReport *report, GError **error);

/* Rows that share a claim id. A row that is not in the set is kept. */
typedef struct {
  uint64_t n_slots;
  struct RsRepeatSlot { RsRow row; uint8_t place; } *slot; /* [n_slots] place RS_PLACE_USED: empty */
  uint64_t n;
} RsRepeats;
bool rs_repeats_find(RsRaw *raw, const uint32_t *institution_rank, const uint32_t *doctor_rank, const uint32_t *drug_rank,
                     const uint32_t *diagnosis_rank, const uint32_t *region_rank, RsRepeats *repeats, GError **error);
/* What a visit holds that is no content of a claim: where two rows are the same claim, the one with the smaller number is taken, so that the
 * choice does not hang on the order of rows. */
uint64_t rs_raw_rest(const RsRawVisit *visit, const uint32_t *region_rank);
RsPlace rs_repeats_place(const RsRepeats *repeats, RsRow row); /* RS_PLACE_USED, _REPEATED or _REJECTED */
void rs_repeats_clear(RsRepeats *repeats);

#endif
