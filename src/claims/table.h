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

  RsText *person, *institution, *doctor, *drug, *diagnosis, *region, *drug_name /* by drug number, "" if unknown */;
  uint32_t *person_region;                                 /* [n persons] region number most seen, or RS_NONE */
  uint8_t *institution_type; uint32_t *institution_region; /* [n institutions] RsInstitutionType; region or RS_NONE */

  uint32_t n_persons, n_visits;
  uint64_t n_lines;
  uint32_t *person_visit;      /* [n_persons + 1] */
  uint32_t *visit_time;        /* [n_visits] */
  uint32_t *visit_institution; /* [n_visits] */
  uint64_t *visit_line;        /* [n_visits + 1]; a settlement without detail lines owns one line with drug RS_NONE */

  uint32_t *line_drug, *line_doctor, *line_diagnosis; /* [n_lines] number or RS_NONE */
  float *line_quantity;                               /* [n_lines] 0 where the column is missing or the cell empty */
  int64_t *line_amount, *line_fund;                   /* [n_lines] fen */
  uint64_t *line_row;                                 /* [n_lines] where it stood: RsRow, see claims/source.h */
  uint64_t *line_trace;                               /* [n_lines] hash of the trace code, 0 = none; NULL without the column */

  uint16_t first_day, last_day; /* of the used rows; 0, 0 if none */
} RsClaims;

void rs_claims_free(RsClaims *claims);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(RsClaims, rs_claims_free)
/* True, or false with a static sentence in *reason. O(lines). */
bool rs_claims_validate(const RsClaims *claims, const char **reason);

/* The person of a visit, the visit of a line: O(log n). */
uint32_t rs_claims_visit_person(const RsClaims *claims, uint32_t visit);
uint32_t rs_claims_line_visit(const RsClaims *claims, uint64_t line);

#endif
