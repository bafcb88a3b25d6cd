#include "rs_test.h"

#include "graph/kcore.h"
#include "reference/graph_check.h"

#include <string.h>

static void run(const RsGraph *graph, uint32_t *core) {
  GError *error = NULL;
  assert_true(rs_kcore(graph, core, &error));
  rs_assert_no_error(error);
}

static RsGraph *graph_of(uint32_t n_nodes, uint64_t n, const uint32_t *a, const uint32_t *b) {
  RsGraph *graph = rs_graph_new(n_nodes, n, a, b, NULL, NULL);
  assert_non_null(graph);
  rs_assert_valid(rs_graph_validate, graph);
  return graph;
}

static void small_graphs_have_known_cores(void **state) {
  (void)state;
  static const struct { const char *name; uint32_t n, m, a[8], b[8], core[6]; } cases[] = {
      {"empty", 0, 0, {0}, {0}, {0}},
      {"one_node", 1, 0, {0}, {0}, {0}},
      {"a_pair_and_one_alone", 3, 1, {0}, {2}, {1, 0, 1}},
      {"a_star", 5, 4, {0, 0, 0, 0}, {1, 2, 3, 4}, {1, 1, 1, 1, 1}},
      {"a_triangle_with_a_tail", 5, 5, {0, 1, 2, 2, 3}, {1, 2, 0, 3, 4}, {2, 2, 2, 1, 1}},
      {"four_all_tied_and_two_more", 6, 8, {0, 0, 0, 1, 1, 2, 3, 4}, {1, 2, 3, 2, 3, 3, 4, 5}, {3, 3, 3, 3, 1, 1}},
  };
  for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
    uint32_t core[6] = {0};
    g_autoptr(RsGraph) graph = graph_of(cases[i].n, cases[i].m, cases[i].a, cases[i].b);
    run(graph, core);
    if (memcmp(core, cases[i].core, cases[i].n * sizeof *core) != 0) fail_msg("%s", cases[i].name);
  }
}

static void random_graphs_agree_with_the_slow_twin(void **state) {
  (void)state;
  for (uint64_t seed = 0; seed < 60; seed++) {
    uint32_t n = (uint32_t)(seed * 7 % 200 + 1);
    g_auto(RsEdgeDraw) draw = rs_edge_draw(n, n * (seed % 7) / 2, seed);
    g_autoptr(RsGraph) graph = graph_of(n, draw.n, draw.a, draw.b);
    g_autofree uint32_t *fast = g_new(uint32_t, n), *slow = g_new(uint32_t, n);
    run(graph, fast);
    rs_check_kcore(graph, slow);
    assert_memory_equal(fast, slow, n * sizeof *fast);
  }
}

static void renaming_the_nodes_renames_the_answer(void **state) {
  (void)state;
  enum { N = 150, M = 160 };
  g_auto(RsEdgeDraw) draw = rs_edge_draw(N, M, 5);
  g_autofree uint32_t *name = rs_permutation(N, 6), *before = g_new(uint32_t, N), *after = g_new(uint32_t, N);
  g_autoptr(RsGraph) graph = graph_of(N, M, draw.a, draw.b);
  for (uint32_t i = 0; i < M; i++) {
    draw.a[i] = name[draw.a[i]];
    draw.b[i] = name[draw.b[i]];
  }
  g_autoptr(RsGraph) renamed = graph_of(N, M, draw.a, draw.b);
  run(graph, before);
  run(renamed, after);
  for (uint32_t v = 0; v < N; v++) assert_int_equal(before[v], after[name[v]]);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(small_graphs_have_known_cores),
      cmocka_unit_test(random_graphs_agree_with_the_slow_twin),
      cmocka_unit_test(renaming_the_nodes_renames_the_answer),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
