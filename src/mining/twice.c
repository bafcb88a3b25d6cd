#include "mining/twice.h"

#include "mining/significance.h"

#include <math.h>
#include <stdlib.h>

void rs_twice_free(RsTwice *twice) {
  if (twice == NULL) return;
  g_free(twice->hit);
  g_free(twice->unit);
  g_free(twice->unit_offset);
  g_free(twice->unit_hit);
  g_free(twice->aside_at);
  g_free(twice);
}

#define COMPARE(x, y) \
  if ((x) != (y)) return (x) < (y) ? -1 : 1

static int compare_hits(const void *x, const void *y) {
  const RsTwiceHit *a = x, *b = y;
  COMPARE(a->person[0], b->person[0]);
  COMPARE(a->person[1], b->person[1]);
  COMPARE(a->visit[0], b->visit[0]);
  COMPARE(a->visit[1], b->visit[1]);
  COMPARE(a->line[0], b->line[0]);
  COMPARE(a->line[1], b->line[1]);
  return 0;
}

/* A hit in a unit, as it is sorted: the pair in one word, then who and which. */
typedef struct { uint64_t pair; uint32_t hit; } Place;

static int compare_places(const void *x, const void *y) {
  const Place *a = x, *b = y;
  COMPARE(a->pair, b->pair);
  COMPARE(a->hit, b->hit);
  return 0;
}

static uint64_t pair_key(uint32_t a, uint32_t b) { return a < b ? (uint64_t)a << 32 | b : (uint64_t)b << 32 | a; }

static int compare_numbers(const void *x, const void *y) {
  uint32_t a = *(const uint32_t *)x, b = *(const uint32_t *)y;
  return (a > b) - (a < b);
}

/* Sum over distinct numbers of min(times, each). */
static uint32_t count_each(uint32_t *number, uint32_t n, uint32_t each, uint32_t *n_distinct) {
  uint32_t sum = 0, distinct = 0;
  if (n > 0) qsort(number, n, sizeof *number, compare_numbers);
  for (uint32_t i = 0, end; i < n; i = end, distinct++) {
    for (end = i; end < n && number[end] == number[i];) end++;
    sum += MIN(end - i, each);
  }
  if (n_distinct != NULL) *n_distinct = distinct;
  return sum;
}

/* A box that went through two hands names two persons; both are met, the hit itself counts by its second hand. */
static void count_unit(const RsTwice *t, uint32_t u, uint32_t *scratch) {
  RsTwiceUnit *unit = &t->unit[u];
  uint32_t n = 0;
  for (uint32_t i = t->unit_offset[u]; i < t->unit_offset[u + 1]; i++) {
    scratch[n++] = t->hit[t->unit_hit[i]].person[0];
    scratch[n++] = t->hit[t->unit_hit[i]].person[1];
  }
  count_each(scratch, n, t->each, &unit->n_persons);
  n = 0;
  for (uint32_t i = t->unit_offset[u]; i < t->unit_offset[u + 1]; i++) scratch[n++] = t->hit[t->unit_hit[i]].person[1];
  unit->n_hits = n;
  unit->counted = count_each(scratch, n, t->each, NULL);
  n = 0;
  for (uint32_t i = t->unit_offset[u]; i < t->unit_offset[u + 1]; i++)
    if (t->hit[t->unit_hit[i]].n_equal >= 2) scratch[n++] = t->hit[t->unit_hit[i]].person[1];
  unit->counted_strong = count_each(scratch, n, t->each, NULL);
}

static uint32_t sort_hits(RsTwiceHit *hit, uint32_t n) {
  uint32_t kept = 0;
  bool sorted = true; /* as those of a repeat are, chosen from a sorted list */
  for (uint32_t i = 1; i < n && sorted; i++) sorted = compare_hits(&hit[i - 1], &hit[i]) <= 0;
  if (!sorted) qsort(hit, n, sizeof *hit, compare_hits);
  for (uint32_t i = 0; i < n; i++)
    if (kept == 0 || compare_hits(&hit[kept - 1], &hit[i]) != 0) hit[kept++] = hit[i];
  return kept;
}

RsTwice *rs_twice_new(GArray *hits, bool by_pair, uint32_t each) {
  RsTwice *t = g_new0(RsTwice, 1);
  t->each = each;
  uint32_t n = hits->len, places = 0;
  t->hit = g_memdup2(hits->data, n * sizeof(RsTwiceHit));
  t->n_hits = n = sort_hits(t->hit, n);
  g_autofree Place *place = g_new(Place, 2 * (gsize)n + 1);
  for (uint32_t i = 0; i < n; i++) {
    const uint32_t *f = t->hit[i].outlet;
    if (by_pair) {
      place[places++] = (Place){pair_key(f[0], f[1]), i};
      continue;
    }
    place[places++] = (Place){pair_key(f[0], RS_NONE), i};
    if (f[1] != f[0]) place[places++] = (Place){pair_key(f[1], RS_NONE), i};
  }
  if (places > 0) qsort(place, places, sizeof *place, compare_places);
  for (uint32_t i = 0; i < places; i++) t->n_units += i == 0 || place[i].pair != place[i - 1].pair;
  t->unit = g_new0(RsTwiceUnit, (gsize)t->n_units + 1);
  t->unit_offset = g_new0(uint32_t, (gsize)t->n_units + 1);
  t->unit_hit = g_new(uint32_t, (gsize)places + 1);
  uint32_t unit = 0;
  for (uint32_t i = 0; i < places; i++) {
    if (i == 0 || place[i].pair != place[i - 1].pair) {
      t->unit_offset[unit] = i;
      t->unit[unit].outlet[0] = (uint32_t)(place[i].pair >> 32);
      t->unit[unit++].outlet[1] = (uint32_t)place[i].pair;
    }
    t->unit_hit[i] = place[i].hit;
  }
  t->unit_offset[t->n_units] = places;
  g_autofree uint32_t *scratch = g_new(uint32_t, 2 * (gsize)places + 1);
  for (uint32_t u = 0; u < t->n_units; u++) count_unit(t, u, scratch);
  return t;
}

static double tail(const RsTwiceUnit *unit, uint32_t counted, double expected) {
  if (unit->trials == 0) return rs_tail_poisson(counted, expected);
  return rs_tail_binomial(counted, MAX(unit->trials, counted), expected / unit->trials);
}

double rs_twice_surprise(const RsTwiceUnit *unit) {
  double all = tail(unit, unit->counted, unit->expected);
  double strong = unit->counted_strong > 0 ? tail(unit, unit->counted_strong, unit->expected_strong) : 0.0;
  double best = strong < all ? strong : all;
  if (unit->expected_strong > 0.0) best += log(2.0);
  double value = -best / log(10.0);
  return round(fmax(0.0, fmin(300.0, value)) * 1e6) / 1e6;
}
