/* claims/table.h: the claims kept in memory, as columns.
 *
 * Persons own visits, visits own lines, each a contiguous range, so that every later step is a walk over arrays.
 *   visit  one settlement: one person, institution and time. Without settlement ids, person + institution + time is one visit.
 *   line   one used claim line (RsPlace RS_PLACE_USED; a partly refunded line carries its reduced money).
 * Persons are numbered by (rs_hash_bytes(id), id): an order that depends on nothing but the set of ids. Institutions,
 * doctors, drugs, diagnoses and regions are numbered by their sorted text. A person's visits are sorted by (time,
 * institution, settlement), a visit's lines by content, so the table is the same for any row order and file split but for line_row.
 * Money is integer fen (cents). Times are seconds since RS_EPOCH (base/calendar.h); a date alone is that day at 00:00:00.
 */
#ifndef RS_CLAIMS_TABLE_H
#define RS_CLAIMS_TABLE_H

#include "base/packed.h"
#include "base/text.h"

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

typedef enum { RS_TYPE_UNKNOWN, RS_TYPE_PHARMACY, RS_TYPE_HOSPITAL, RS_TYPE_CLINIC } RsInstitutionType;

/* Which optional columns the input had (bits of RsClaims.columns). */
typedef enum {
  RS_HAS_CLAIM_ID = 1 << 0,
  RS_HAS_SETTLEMENT = 1 << 1,
  RS_HAS_DOCTOR = 1 << 2,
  RS_HAS_DRUG = 1 << 3,
  RS_HAS_QUANTITY = 1 << 4,
  RS_HAS_AMOUNT = 1 << 5,
  RS_HAS_FUND = 1 << 6,
  RS_HAS_PERSON_REGION = 1 << 7,
  RS_HAS_SERVICE_REGION = 1 << 8,
  RS_HAS_DIAGNOSIS = 1 << 9,
  RS_HAS_TRACE = 1 << 10,
  RS_HAS_TERMINAL = 1 << 11,
  RS_HAS_CLOCK = 1 << 12, /* at least one used row had a time of day */
} RsColumns;

typedef struct {
  unsigned columns; /* RsColumns */

  RsText *person, *institution, *doctor, *drug, *diagnosis, *region, *drug_name, *institution_name /* by number, "" if unknown */;
  uint32_t *person_region;                                 /* [n persons] region number most seen, or RS_NONE */
  uint8_t *institution_type; uint32_t *institution_region; /* [n institutions] RsInstitutionType; region or RS_NONE */

  uint32_t n_persons, n_visits;
  uint64_t n_lines;
  uint32_t *person_visit;      /* [n_persons + 1] */
  uint32_t *visit_time;        /* [n_visits] */
  uint32_t *visit_institution; /* [n_visits] */
  uint64_t *visit_line;        /* [n_visits + 1]; a settlement without detail lines owns one line with drug RS_NONE */

  RsPacked line_drug, line_doctor, line_diagnosis; /* [n_lines] 1 + number, 0: none; read by rs_line_drug() and so on below, like these: */
  RsPacked line_quantity;                          /* [n_lines] signed, or the bits of a float where some are no whole numbers */
  RsPacked line_amount, line_fund;                 /* [n_lines] fen, signed */
  RsPacked line_row;                               /* [n_lines] where it stood: lines of all files before, and its own */
  bool quantity_is_whole;
  uint32_t n_files; uint64_t *file_start;          /* [n_files] lines of all files before; NULL: line_row holds RsRow (claims/report.h) */
  uint64_t *line_trace;                               /* [n_lines] hash of the trace code, 0 = none; NULL without the column */

  uint16_t first_day, last_day; /* of the used rows; 0, 0 if none */
} RsClaims;

/* Numbers of entities or RS_NONE; 0 where the column is missing or the cell empty; fen. */
static inline uint32_t rs_line_drug(const RsClaims *claims, uint64_t line) { return (uint32_t)rs_packed_get(&claims->line_drug, line) - 1; }
static inline uint32_t rs_line_doctor(const RsClaims *claims, uint64_t line) { return (uint32_t)rs_packed_get(&claims->line_doctor, line) - 1; }
static inline uint32_t rs_line_diagnosis(const RsClaims *claims, uint64_t line) { return (uint32_t)rs_packed_get(&claims->line_diagnosis, line) - 1; }
static inline int64_t rs_line_amount(const RsClaims *claims, uint64_t line) { return rs_packed_get_signed(&claims->line_amount, line); }
static inline int64_t rs_line_fund(const RsClaims *claims, uint64_t line) { return rs_packed_get_signed(&claims->line_fund, line); }
static inline float rs_line_quantity(const RsClaims *claims, uint64_t line) {
  if (claims->quantity_is_whole) return (float)rs_packed_get_signed(&claims->line_quantity, line);
  const uint32_t bits = (uint32_t)rs_packed_get(&claims->line_quantity, line);
  float quantity;
  memcpy(&quantity, &bits, sizeof quantity);
  return quantity;
}
/* The doctor first named on a visit's lines, or RS_NONE. */
static inline uint32_t rs_visit_doctor(const RsClaims *claims, uint32_t visit) {
  for (uint64_t l = claims->visit_line[visit]; l < claims->visit_line[visit + 1]; l++)
    if (rs_line_doctor(claims, l) != RS_NONE) return rs_line_doctor(claims, l);
  return RS_NONE;
}
/* RsRow; O(log files). */
uint64_t rs_line_row(const RsClaims *claims, uint64_t line);

/* What the columns of lines must hold. Money may be more: see rs_line_set(). */
typedef struct {
  uint32_t n_drugs, n_doctors, n_diagnoses;
  uint64_t amount, fund;                        /* magnitudes, fen */
  bool quantity_is_whole; uint64_t quantity;    /* magnitude */
  uint32_t n_files; const uint64_t *last_line;  /* [n_files] physical lines of each file */
} RsLineBounds;
/* Unset columns for n_lines; bounds NULL: whatever a line may hold. Without line_trace. False when memory is refused. */
bool rs_claims_lines_new(RsClaims *claims, uint64_t n_lines, const RsLineBounds *bounds);

typedef struct { uint32_t drug, doctor, diagnosis; float quantity; int64_t amount, fund; uint64_t row; } RsLine;
static inline __attribute__((always_inline)) bool rs_line_write(RsClaims *claims, uint64_t at, const RsLine *line, void (*set)(RsPacked *, uint64_t, uint64_t)) {
  uint64_t quantity = (uint64_t)(int64_t)line->quantity;
  if (!claims->quantity_is_whole) {
    uint32_t bits;
    memcpy(&bits, &line->quantity, sizeof bits);
    quantity = bits;
  }
  set(&claims->line_drug, at, line->drug + 1u);
  set(&claims->line_doctor, at, line->doctor + 1u);
  set(&claims->line_diagnosis, at, line->diagnosis + 1u);
  set(&claims->line_quantity, at, quantity);
  set(&claims->line_amount, at, (uint64_t)line->amount);
  set(&claims->line_fund, at, (uint64_t)line->fund);
  const uint64_t start = claims->file_start == NULL ? 0 : claims->file_start[line->row >> 48];
  set(&claims->line_row, at, claims->file_start == NULL ? line->row : start + (line->row & (UINT64_MAX >> 16)));
  return rs_packed_fits_signed(&claims->line_amount, line->amount) && rs_packed_fits_signed(&claims->line_fund, line->fund);
}
/* False: amount or fund is past the bounds (refunds and shares of a payment are reckoned later), and the column is to be widened and set again. */
static inline bool rs_line_set(RsClaims *claims, uint64_t at, const RsLine *line) { return rs_line_write(claims, at, line, rs_packed_set); }
/* The same for lines set one after another: of the RS_LINE_OVER - 1 lines behind, some bytes are overwritten. */
#define RS_LINE_OVER 8u
static inline bool rs_line_put(RsClaims *claims, uint64_t at, const RsLine *line) { return rs_line_write(claims, at, line, rs_packed_put); }

void rs_claims_free(RsClaims *claims);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(RsClaims, rs_claims_free)
/* True, or false with a static sentence in *reason. O(lines). */
bool rs_claims_validate(const RsClaims *claims, const char **reason);

/* The person of a visit, the visit of a line: O(log n). */
uint32_t rs_claims_visit_person(const RsClaims *claims, uint32_t visit);
uint32_t rs_claims_line_visit(const RsClaims *claims, uint64_t line);
/* The same where the line is likely to be of a visit that is known, as one line after another is. */
static inline uint32_t rs_claims_line_visit_near(const RsClaims *claims, uint64_t line, uint32_t visit) {
  return line >= claims->visit_line[visit] && line < claims->visit_line[visit + 1] ? visit : rs_claims_line_visit(claims, line);
}

#endif
