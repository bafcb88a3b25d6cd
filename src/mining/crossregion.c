#include "mining/crossregion.h"

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

bool rs_crossregion_visitor(const RsCrossregion *x, const RsClaims *c, const RsKnowledge *k, uint32_t person) {
  const RsRelation *r = &k->relation[RS_FILLED_AT];
  uint32_t home = place_of(x, c->person_region[person]), days = 0, at_home = 0;
  if (home == RS_NONE) return false;
  for (uint64_t i = r->offset[person]; i < r->offset[person + 1]; i++) {
    days += r->days[i];
    if (place_of(x, c->institution_region[r->to[i]]) == home) at_home += r->days[i];
  }
  return at_home > 0 && at_home * HOME_SHARE >= days && at_home < days;
}

typedef struct { uint32_t insured, place, outlet; } Stay; /* one person at one outlet */

static int compare_stays(const void *x, const void *y) {
  const Stay *a = x, *b = y;
  if (a->insured != b->insured) return a->insured < b->insured ? -1 : 1;
  if (a->place != b->place) return a->place < b->place ? -1 : 1;
  return (a->outlet > b->outlet) - (a->outlet < b->outlet);
}

/* One row a visitor and outlet outside the insured prefecture. */
static GArray *collect_stays(RsCrossregion *x, const RsClaims *c, const RsKnowledge *k, double *outlet_visitors, double *place_visitors) {
  const RsRelation *r = &k->relation[RS_FILLED_AT];
  GArray *stays = g_array_new(FALSE, FALSE, sizeof(Stay));
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
  }
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
  g_autoptr(GArray) stays = collect_stays(x, c, k, outlet_visitors, place_visitors), cells = g_array_new(FALSE, FALSE, sizeof(RsCrossCell));
  const Stay *stay = (const Stay *)(const void *)stays->data;
  for (guint i = 0, end; i < stays->len; i = end) {
    for (end = i; end < stays->len && stay[end].insured == stay[i].insured && stay[end].place == stay[i].place;) end++;
    test_place(stay + i, end - i, outlet_visitors, place_visitors[stay[i].place], local, local_place[stay[i].place], min_persons, x, cells);
  }
  gsize n;
  x->cell = g_array_steal(cells, &n);
  x->n = (uint32_t)n;
  return x;
}
