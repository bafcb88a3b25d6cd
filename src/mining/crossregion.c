#include "mining/crossregion.h"

#include "base/calendar.h"
#include "mining/region.h"
#include "mining/significance.h"

#include <stdlib.h>

#define PRIOR_VISITS 10.0
enum { HOME_SHARE = 10 }; /* one visit day in ten at home */

void rs_crossregion_free(RsCrossregion *crossregion) {
  if (crossregion == NULL) return;
  g_free(crossregion->cell);
  g_free(crossregion->prefecture);
  g_free(crossregion);
}

static uint32_t place_of(const RsCrossregion *x, uint32_t region) { return region == RS_NONE ? RS_NONE : x->prefecture[region]; }

bool rs_crossregion_lone(const RsCrossregion *x, const RsClaims *c, const RsKnowledge *k, uint32_t person) {
  const RsRelation *r = &k->relation[RS_FILLED_AT];
  uint64_t row = r->offset[person];
  uint32_t home = place_of(x, c->person_region[person]), first = c->person_visit[person], end = c->person_visit[person + 1];
  if (home == RS_NONE || r->offset[person + 1] != row + 1 || r->days[row] > RS_CROSS_DAYS) return false;
  uint32_t place = place_of(x, c->institution_region[r->to[row]]);
  if (place == RS_NONE || place == home) return false;
  return (c->visit_time[end - 1] - c->visit_time[first]) / RS_DAY_SECONDS <= RS_CROSS_SPAN;
}

bool rs_crossregion_visitor(const RsCrossregion *x, const RsClaims *c, const RsKnowledge *k, uint32_t person) {
  const RsRelation *r = &k->relation[RS_FILLED_AT];
  uint32_t home = place_of(x, c->person_region[person]), days = 0, at_home = 0;
  if (home == RS_NONE) return false;
  for (uint64_t i = r->offset[person]; i < r->offset[person + 1]; i++) {
    days += r->days[i];
    if (place_of(x, c->institution_region[r->to[i]]) == home) at_home += r->days[i];
  }
  if (at_home == 0) return rs_crossregion_lone(x, c, k, person);
  return at_home * HOME_SHARE >= days && at_home < days;
}

typedef struct { uint32_t insured, place, outlet; } Stay; /* one person at one outlet */

static int compare_stays(const void *x, const void *y) {
  const Stay *a = x, *b = y;
  if (a->insured != b->insured) return a->insured < b->insured ? -1 : 1;
  if (a->place != b->place) return a->place < b->place ? -1 : 1;
  return (a->outlet > b->outlet) - (a->outlet < b->outlet);
}

/* One row a visitor and outlet outside the insured prefecture. */
static GArray *collect_stays(RsCrossregion *x, const RsClaims *c, const RsKnowledge *k, double *outlet_visitors, double *place_visitors, uint32_t *lone) {
  const RsRelation *r = &k->relation[RS_FILLED_AT];
  GArray *stays = g_array_new(FALSE, FALSE, sizeof(Stay));
  uint32_t n_lone = 0, n_elsewhere = 0;
  for (uint32_t p = 0; p < c->n_persons; p++) {
    uint32_t home = place_of(x, c->person_region[p]);
    if (home == RS_NONE) continue;
    bool visitor = rs_crossregion_visitor(x, c, k, p), elsewhere = false;
    for (uint64_t i = r->offset[p]; i < r->offset[p + 1]; i++) {
      uint32_t place = place_of(x, c->institution_region[r->to[i]]);
      if (place == RS_NONE || place == home) continue;
      elsewhere = true;
      Stay stay = {home, place, r->to[i]};
      if (!visitor) continue;
      g_array_append_val(stays, stay);
      outlet_visitors[r->to[i]] += 1.0;
      place_visitors[place] += 1.0;
    }
    x->n_migrants += elsewhere && !visitor;
    n_elsewhere += elsewhere;
    if (!visitor || !rs_crossregion_lone(x, c, k, p)) continue;
    n_lone++;
    lone[r->to[r->offset[p]]]++;
  }
  x->lone = (double)n_lone / MAX(n_elsewhere, 1u);
  if (stays->len > 0) qsort(stays->data, stays->len, sizeof(Stay), compare_stays);
  return stays;
}

/* All cells of one insured prefecture in one place. */
static void test_place(const Stay *stay, guint n, const double *outlet_visitors, double place_visitors, const double *local,
                       double local_place, uint32_t min_persons, RsCrossregion *x, GArray *out) {
  for (guint i = 0, end; i < n; i = end) {
    for (end = i; end < n && stay[end].outlet == stay[i].outlet;) end++;
    x->n_tests += 1.0;
    if (end - i < min_persons) continue;
    uint32_t f = stay[i].outlet;
    double others = outlet_visitors[f] - (end - i), others_place = place_visitors - n;
    double share = (others + PRIOR_VISITS * local[f] / MAX(local_place, 1.0)) / (others_place + PRIOR_VISITS);
    RsCrossCell cell = {stay[i].insured, f, end - i, n, n * share, 0.0};
    cell.log_p = rs_tail_poisson(cell.n_persons, cell.expected);
    g_array_append_val(out, cell);
  }
}

/* People of many prefectures who are seen nowhere else, at each pharmacy: they come about as the people of the place do. */
static void test_lone(RsCrossregion *x, const RsClaims *c, const uint32_t *lone, const double *local, const double *local_place, uint32_t n_places,
                      uint32_t min_persons, GArray *out) {
  g_autofree uint32_t *of_place = g_new0(uint32_t, (gsize)n_places + 1);
  for (uint32_t f = 0; f < c->institution->n; f++) {
    uint32_t place = place_of(x, c->institution_region[f]);
    if (place != RS_NONE) of_place[place] += lone[f];
  }
  for (uint32_t f = 0; f < c->institution->n; f++) {
    uint32_t place = place_of(x, c->institution_region[f]);
    if (lone[f] == 0 || c->institution_type[f] == RS_TYPE_HOSPITAL || c->institution_type[f] == RS_TYPE_CLINIC) continue;
    x->n_tests += 1.0;
    if (lone[f] < min_persons) continue;
    double share = (local[f] - lone[f] + 1.0) / (local_place[place] - lone[f] + PRIOR_VISITS);
    RsCrossCell cell = {RS_NONE, f, lone[f], of_place[place], (of_place[place] - lone[f] + 1.0) * share, 0.0};
    cell.log_p = rs_tail_poisson(cell.n_persons, cell.expected);
    g_array_append_val(out, cell);
  }
}

RsCrossregion *rs_crossregion_new(const RsClaims *c, const RsKnowledge *k, uint32_t min_persons) {
  RsCrossregion *x = g_new0(RsCrossregion, 1);
  const RsRelation *r = &k->relation[RS_FILLED_AT];
  uint32_t n_places = 0;
  x->prefecture = rs_region_prefectures(c->region, &n_places);
  g_autofree double *outlet_visitors = g_new0(double, (gsize)c->institution->n + 1), *local = g_new0(double, (gsize)c->institution->n + 1);
  g_autofree double *place_visitors = g_new0(double, (gsize)n_places + 1), *local_place = g_new0(double, (gsize)n_places + 1);
  for (uint64_t i = 0; i < r->n; i++) {
    uint32_t place = place_of(x, c->institution_region[r->to[i]]);
    local[r->to[i]] += 1.0;
    if (place != RS_NONE) local_place[place] += 1.0;
  }
  g_autofree uint32_t *lone = g_new0(uint32_t, (gsize)c->institution->n + 1);
  g_autoptr(GArray) stays = collect_stays(x, c, k, outlet_visitors, place_visitors, lone), cells = g_array_new(FALSE, FALSE, sizeof(RsCrossCell));
  const Stay *stay = (const Stay *)(const void *)stays->data;
  for (guint i = 0, end; i < stays->len; i = end) {
    for (end = i; end < stays->len && stay[end].insured == stay[i].insured && stay[end].place == stay[i].place;) end++;
    test_place(stay + i, end - i, outlet_visitors, place_visitors[stay[i].place], local, local_place[stay[i].place], min_persons, x, cells);
  }
  test_lone(x, c, lone, local, local_place, n_places, min_persons, cells);
  gsize n;
  x->cell = g_array_steal(cells, &n);
  x->n = (uint32_t)n;
  return x;
}
