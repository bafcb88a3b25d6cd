#include "reference/graph_check.h"

RsEdgeDraw rs_edge_draw(uint32_t n_nodes, uint64_t n, uint64_t seed) {
  RsEdgeDraw draw = {n_nodes, n_nodes == 0 ? 0 : n, g_new(uint32_t, n + 1), g_new(uint32_t, n + 1), g_new(float, n + 1)};
  RsRandom random;
  rs_random_init(&random, seed);
  for (uint64_t i = 0; i < draw.n; i++) {
    draw.a[i] = rs_random_below(&random, n_nodes);
    draw.b[i] = rs_random_below(&random, n_nodes);
    draw.weight[i] = (float)(1 + rs_random_below(&random, 16)) / 4;
  }
  return draw;
}

void rs_edge_draw_clear(RsEdgeDraw *draw) {
  g_free(draw->a);
  g_free(draw->b);
  g_free(draw->weight);
}

uint32_t *rs_permutation(uint32_t n, uint64_t seed) {
  uint32_t *order = g_new(uint32_t, (gsize)n + 1);
  RsRandom random;
  rs_random_init(&random, seed);
  for (uint32_t i = 0; i < n; i++) {
    uint32_t j = rs_random_below(&random, i + 1);
    order[i] = order[j];
    order[j] = i;
  }
  return order;
}

GHashTable *rs_check_edges(const RsEdgeDraw *draw) {
  GHashTable *edges = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
  for (uint64_t i = 0; i < draw->n; i++) {
    if (draw->a[i] == draw->b[i]) continue;
    char *key = g_strdup_printf("%u %u", MIN(draw->a[i], draw->b[i]), MAX(draw->a[i], draw->b[i]));
    double *before = g_hash_table_lookup(edges, key), *sum = g_new(double, 1);
    *sum = (double)draw->weight[i] + (before == NULL ? 0 : *before);
    g_hash_table_insert(edges, key, sum);
  }
  return edges;
}
