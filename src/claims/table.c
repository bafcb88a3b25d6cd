#include "claims/table.h"

#include "base/column.h"
#include "claims/report.h"

void rs_claims_free(RsClaims *claims) {
  if (claims == NULL) return;
  rs_text_free(claims->person);
  rs_text_free(claims->institution);
  rs_text_free(claims->doctor);
  rs_text_free(claims->drug);
  rs_text_free(claims->diagnosis);
  rs_text_free(claims->region);
  rs_text_free(claims->drug_name);
  rs_text_free(claims->institution_name);
  rs_column_free(claims->person_region);
  g_free(claims->institution_type);
  g_free(claims->institution_region);
  rs_column_free(claims->person_visit);
  rs_column_free(claims->visit_time);
  rs_column_free(claims->visit_institution);
  rs_column_free(claims->visit_line);
  rs_packed_clear(&claims->line_drug);
  rs_packed_clear(&claims->line_doctor);
  rs_packed_clear(&claims->line_diagnosis);
  rs_packed_clear(&claims->line_quantity);
  rs_packed_clear(&claims->line_amount);
  rs_packed_clear(&claims->line_fund);
  rs_packed_clear(&claims->line_row);
  rs_column_free(claims->line_trace);
  g_free(claims->file_start);
  g_free(claims);
}

/* Widths by need; with a number more for "none". */
static bool columns_init(RsClaims *c, uint64_t n, const RsLineBounds *b) {
  const unsigned quantity = b->quantity_is_whole ? rs_packed_width_signed(b->quantity) : sizeof(float);
  uint64_t lines = 0;
  for (uint32_t f = 0; f < b->n_files; f++) lines += b->last_line[f];
  return rs_packed_init(&c->line_drug, n, rs_packed_width(b->n_drugs)) && rs_packed_init(&c->line_doctor, n, rs_packed_width(b->n_doctors)) &&
         rs_packed_init(&c->line_diagnosis, n, rs_packed_width(b->n_diagnoses)) && rs_packed_init(&c->line_quantity, n, quantity) &&
         rs_packed_init(&c->line_amount, n, rs_packed_width_signed(b->amount)) && rs_packed_init(&c->line_fund, n, rs_packed_width_signed(b->fund)) &&
         rs_packed_init(&c->line_row, n, b->n_files == 0 ? sizeof(RsRow) : rs_packed_width(lines));
}

bool rs_claims_lines_new(RsClaims *claims, uint64_t n_lines, const RsLineBounds *bounds) {
  static const RsLineBounds any = {UINT32_MAX, UINT32_MAX, UINT32_MAX, UINT64_MAX, UINT64_MAX, false, 0, 0, NULL};
  if (bounds == NULL) bounds = &any;
  claims->quantity_is_whole = bounds->quantity_is_whole;
  claims->n_files = bounds->n_files;
  if (bounds->n_files > 0) claims->file_start = g_new0(uint64_t, bounds->n_files);
  for (uint32_t f = 1; f < bounds->n_files; f++) claims->file_start[f] = claims->file_start[f - 1] + bounds->last_line[f - 1];
  return columns_init(claims, n_lines, bounds);
}

uint64_t rs_line_row(const RsClaims *claims, uint64_t line) {
  const uint64_t row = rs_packed_get(&claims->line_row, line);
  if (claims->file_start == NULL) return row;
  uint32_t low = 0, high = claims->n_files; /* lines count from 1: the last file that starts before */
  while (high - low > 1) {
    uint32_t middle = low + (high - low) / 2;
    if (claims->file_start[middle] < row) low = middle;
    else high = middle;
  }
  return RS_ROW(low, row - claims->file_start[low]);
}

static bool refuse(const char **reason, const char *why) {
  if (reason != NULL) *reason = why;
  return false;
}

static bool number_ok(uint32_t number, const RsText *text, bool none_allowed) {
  return number == RS_NONE ? none_allowed : text != NULL && number < text->n;
}

static bool persons_valid(const RsClaims *c, const char **reason) {
  if (c->person == NULL || c->person->n != c->n_persons) return refuse(reason, "person texts do not match n_persons");
  if (c->person_visit[0] != 0 || c->person_visit[c->n_persons] != c->n_visits)
    return refuse(reason, "person_visit does not span the visits");
  for (uint32_t p = 0; p < c->n_persons; p++) {
    if (c->person_visit[p] >= c->person_visit[p + 1]) return refuse(reason, "a person without visits");
    if (!number_ok(c->person_region[p], c->region, true)) return refuse(reason, "person_region past the last region");
    for (uint32_t v = c->person_visit[p] + 1; v < c->person_visit[p + 1]; v++)
      if (c->visit_time[v - 1] > c->visit_time[v]) return refuse(reason, "a person's visits are not in time order");
  }
  return true;
}

static bool visits_valid(const RsClaims *c, const char **reason) {
  if (c->visit_line[0] != 0 || c->visit_line[c->n_visits] != c->n_lines)
    return refuse(reason, "visit_line does not span the lines");
  for (uint32_t v = 0; v < c->n_visits; v++) {
    if (c->visit_line[v] >= c->visit_line[v + 1]) return refuse(reason, "a visit without lines");
    if (!number_ok(c->visit_institution[v], c->institution, false))
      return refuse(reason, "visit_institution past the last institution");
    uint32_t day = c->visit_time[v] / 86400u;
    if (day < c->first_day || day > c->last_day) return refuse(reason, "a visit outside first_day..last_day");
  }
  return true;
}

static bool lines_valid(const RsClaims *c, const char **reason) {
  for (uint64_t l = 0; l < c->n_lines; l++) {
    if (!number_ok(rs_line_drug(c, l), c->drug, true)) return refuse(reason, "line_drug past the last drug");
    if (!number_ok(rs_line_doctor(c, l), c->doctor, true)) return refuse(reason, "line_doctor past the last doctor");
    if (!number_ok(rs_line_diagnosis(c, l), c->diagnosis, true))
      return refuse(reason, "line_diagnosis past the last diagnosis");
  }
  return true;
}

bool rs_claims_validate(const RsClaims *claims, const char **reason) {
  if (claims->n_persons == 0)
    return claims->n_visits == 0 && claims->n_lines == 0 ? true : refuse(reason, "visits without persons");
  return persons_valid(claims, reason) && visits_valid(claims, reason) && lines_valid(claims, reason);
}

/* The last i < n with begin[i] <= x, for x below `all`: looked for where it would be if all rows were equally long, then by doubling steps. Rows are
 * much alike, so that a few looks do for what halving takes two dozen. */
#define DEFINE_ROW_OF(name, type)                                                                                \
  static uint32_t name(const type *begin, uint32_t n, uint64_t x, uint64_t all) {                                \
    uint32_t low = 0, high = n, step = 8, guess = n > 1 ? (uint32_t)((double)x / (double)all * (double)(n - 1)) : 0; \
    if (n > 1 && begin[guess] <= x) {                                                                            \
      for (low = guess; step < high - low && begin[low + step] <= x; step *= 2) low += step;                     \
      if (step < high - low) high = low + step;                                                                  \
    } else if (n > 1) {                                                                                          \
      for (high = guess; step < high && begin[high - step] > x; step *= 2) high -= step;                         \
      if (step < high) low = high - step;                                                                        \
    }                                                                                                            \
    while (high - low > 1) {                                                                                     \
      const uint32_t middle = low + (high - low) / 2;                                                            \
      if (begin[middle] <= x) low = middle;                                                                      \
      else high = middle;                                                                                        \
    }                                                                                                            \
    return low;                                                                                                  \
  }
DEFINE_ROW_OF(row_of_visit, uint32_t)
DEFINE_ROW_OF(row_of_line, uint64_t)

uint32_t rs_claims_visit_person(const RsClaims *claims, uint32_t visit) {
  return row_of_visit(claims->person_visit, claims->n_persons, visit, claims->n_visits);
}

uint32_t rs_claims_line_visit(const RsClaims *claims, uint64_t line) {
  return row_of_line(claims->visit_line, claims->n_visits, line, claims->n_lines);
}
