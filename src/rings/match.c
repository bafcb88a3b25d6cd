#include "rings/match.h"

#include <glib.h>
#include <stdlib.h>
#include <string.h>

uint32_t rs_match_shared(const RsMatchGroup *a, const RsMatchGroup *b) {
  uint32_t shared = 0;
  for (uint32_t i = 0, k = 0; i < a->n && k < b->n;) {
    if (a->member[i] < b->member[k]) i++;
    else if (a->member[i] > b->member[k]) k++;
    else shared++, i++, k++;
  }
  return shared;
}

bool rs_match_enough(uint32_t shared, uint32_t n, uint32_t m) {
  uint32_t smaller = n < m ? n : m;
  return shared > 0 && shared * 2 >= smaller && (shared >= 2 || (n == 1 && m == 1));
}

typedef struct { uint32_t then, now, shared, all; } Pair;

/* Fractions are compared crosswise, in integers. */
static int compare_pairs(const void *x, const void *y) {
  const Pair *a = x, *b = y;
  const uint64_t of_a = (uint64_t)a->shared * b->all, of_b = (uint64_t)b->shared * a->all;
  if (of_a != of_b) return of_a > of_b ? -1 : 1;
  if (a->then != b->then) return a->then < b->then ? -1 : 1;
  return (a->now > b->now) - (a->now < b->now);
}

void rs_match_groups(const RsMatchGroup *then, uint32_t n_then, const RsMatchGroup *now, uint32_t n_now, uint32_t *before_of) {
  g_autoptr(GArray) pair = g_array_new(FALSE, FALSE, sizeof(Pair));
  g_autofree uint8_t *taken = g_malloc0((gsize)n_then + 1);
  for (uint32_t i = 0; i < n_now; i++) {
    before_of[i] = UINT32_MAX;
    for (uint32_t k = 0; k < n_then; k++) {
      const uint32_t shared = rs_match_shared(&then[k], &now[i]);
      const Pair one = {k, i, shared, then[k].n + now[i].n - shared};
      if (rs_match_enough(shared, then[k].n, now[i].n)) g_array_append_val(pair, one);
    }
  }
  g_array_sort(pair, compare_pairs);
  for (guint i = 0; i < pair->len; i++) {
    const Pair *one = &g_array_index(pair, Pair, i);
    if (taken[one->then] || before_of[one->now] != UINT32_MAX) continue;
    taken[one->then] = 1;
    before_of[one->now] = one->then;
  }
}
