#include "rs_test.h"

#include "base/random.h"
#include "base/text.h"
#include "graph/peel.h"

#include <math.h>

static RsGraph *graph_of(uint32_t n, const uint32_t (*edge)[2], size_t n_edges, const float *weight) {
  g_autofree uint32_t *a = g_new(uint32_t, n_edges + 1), *b = g_new(uint32_t, n_edges + 1);
  for (size_t i = 0; i < n_edges; i++) a[i] = edge[i][0], b[i] = edge[i][1];
  GError *error = NULL;
  RsGraph *graph = rs_graph_new(n, n_edges, a, b, weight, &error);
  rs_assert_no_error(error);
  return graph;
}

static void a_clique_comes_before_the_path_it_hangs_on(void **state) {
  (void)state;
  static const uint32_t edge[][2] = {{0, 1}, {0, 2}, {0, 3}, {1, 2}, {1, 3}, {2, 3}, {3, 4}, {4, 5}, {5, 6}};
  g_autoptr(RsGraph) graph = graph_of(7, edge, G_N_ELEMENTS(edge), NULL);
  uint32_t block[7];
  assert_int_equal(rs_peel(graph, 2, block), 2);
  for (uint32_t i = 0; i < 4; i++) assert_int_equal(block[i], 0);
  for (uint32_t i = 4; i < 7; i++) assert_int_equal(block[i], 1);
}

static void a_graph_without_edges_has_no_block(void **state) {
  (void)state;
  g_autoptr(RsGraph) graph = graph_of(3, NULL, 0, NULL);
  uint32_t block[3];
  assert_int_equal(rs_peel(graph, 3, block), 0);
  for (int i = 0; i < 3; i++) assert_int_equal(block[i], RS_NONE);
}

/* Weight inside a set of nodes by nodes, for sets given as bits. */
static double density(const RsGraph *graph, uint32_t set) {
  double inside = 0, n = 0;
  for (uint32_t i = 0; i < graph->n_nodes; i++) {
    if ((set >> i & 1u) == 0) continue;
    n++;
    for (uint64_t e = graph->offset[i]; e < graph->offset[i + 1]; e++)
      if (set >> graph->neighbor[e] & 1u) inside += (double)graph->weight[e] / 2;
  }
  return n > 0 ? inside / n : 0;
}

/* The slow twin tries every set of nodes; the greedy block must reach half of the best (Charikar's bound). */
static void the_first_block_is_at_least_half_as_dense_as_any_set(void **state) {
  (void)state;
  RsRandom random;
  rs_random_init(&random, 11);
  for (int round = 0; round < 200; round++) {
    uint32_t n = 2 + rs_random_below(&random, 9), edge[60][2], n_edges = 1 + rs_random_below(&random, 3 * n);
    float weight[60];
    for (uint32_t e = 0; e < n_edges; e++) {
      edge[e][0] = rs_random_below(&random, n);
      edge[e][1] = (edge[e][0] + 1 + rs_random_below(&random, n - 1)) % n;
      weight[e] = (float)(1 + rs_random_below(&random, 800)) / 100.0f;
    }
    g_autoptr(RsGraph) graph = graph_of(n, (const uint32_t (*)[2])edge, n_edges, weight);
    uint32_t block[16], set = 0;
    assert_true(rs_peel(graph, 1, block) == 1);
    for (uint32_t i = 0; i < n; i++) set |= block[i] == 0 ? 1u << i : 0;
    double best = 0;
    for (uint32_t s = 1; s < 1u << n; s++) best = fmax(best, density(graph, s));
    if (density(graph, set) * 2 < best - 1e-6) fail_msg("round %d: %g, best %g", round, density(graph, set), best);
  }
}

/* The method in its plainest form: all of a block's remainders, one node after another, without a heap. */
static uint32_t peel_plainly(const RsGraph *graph, uint32_t max_blocks, uint32_t *block) {
  uint32_t number = 0;
  for (uint32_t i = 0; i < graph->n_nodes; i++) block[i] = RS_NONE;
  for (; number < max_blocks; number++) {
    uint32_t left = 0, kept = 0;
    double best = 0.0;
    for (uint32_t i = 0; i < graph->n_nodes; i++) left |= (uint32_t)(block[i] == RS_NONE) << i;
    while (left != 0) {
      uint32_t least = RS_NONE;
      int64_t inside = 0, n = 0, lightest = INT64_MAX;
      for (uint32_t i = 0; i < graph->n_nodes; i++) {
        int64_t weight = 0;
        if ((left >> i & 1u) == 0) continue;
        for (uint64_t e = graph->offset[i]; e < graph->offset[i + 1]; e++)
          if (left >> graph->neighbor[e] & 1u) weight += llround((double)graph->weight[e] * 1e6);
        if (weight < lightest) lightest = weight, least = i;
        inside += weight;
        n++;
      }
      if ((double)inside / (double)n > best) best = (double)inside / (double)n, kept = left;
      g_assert_cmpuint(least, <, 32); /* something is left, and no weight is INT64_MAX */
      left &= ~(1u << least);
    }
    if (!(best > 0.0)) break;
    for (uint32_t i = 0; i < graph->n_nodes; i++)
      if (kept >> i & 1u) block[i] = number;
  }
  return number;
}

static void blocks_are_those_of_plain_peeling(void **state) {
  (void)state;
  RsRandom random;
  rs_random_init(&random, 12);
  for (int round = 0; round < 2000; round++) {
    uint32_t n = 2 + rs_random_below(&random, 20), edge[60][2], n_edges = 1 + rs_random_below(&random, 60), block[32], expected[32];
    float weight[60];
    for (uint32_t e = 0; e < n_edges; e++) {
      edge[e][0] = rs_random_below(&random, n);
      edge[e][1] = (edge[e][0] + 1 + rs_random_below(&random, n - 1)) % n;
      weight[e] = round % 2 ? 1.0f : (float)(1 + rs_random_below(&random, 30)) / 10.0f;
    }
    g_autoptr(RsGraph) graph = graph_of(n, (const uint32_t(*)[2])edge, n_edges, weight);
    assert_int_equal(rs_peel(graph, 4, block), peel_plainly(graph, 4, expected));
    assert_memory_equal(block, expected, n * sizeof *block);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(a_clique_comes_before_the_path_it_hangs_on),
                                     cmocka_unit_test(a_graph_without_edges_has_no_block),
                                     cmocka_unit_test(blocks_are_those_of_plain_peeling),
      cmocka_unit_test(the_first_block_is_at_least_half_as_dense_as_any_set)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
