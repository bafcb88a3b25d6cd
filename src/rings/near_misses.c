#include "rings/near_misses.h"

#include <stdlib.h>
#include <string.h>

static int compare_rings(const void *x, const void *y) {
  const RsRing *a = x, *b = y;
  if (a->score != b->score) return a->score > b->score ? -1 : 1;
  return strcmp(a->lead_key, b->lead_key);
}

void rs_near_misses_add(GArray *near, uint32_t most, GArray *out) {
  if (near->len > 1) qsort(near->data, near->len, sizeof(RsRing), compare_rings);
  for (guint i = 0; i < near->len; i++) {
    RsRing *ring = &g_array_index(near, RsRing, i);
    if (i >= most || ring->score <= 0) {
      rs_ring_clear(ring);
      continue;
    }
    g_clear_pointer(&ring->evidence, g_free);
    ring->n_evidence = 0;
    g_array_append_vals(out, ring, 1);
  }
  g_array_set_size(near, 0);
}
