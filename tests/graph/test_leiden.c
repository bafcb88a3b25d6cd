#include "rs_test.h"

#include "graph/leiden.h"
#include "base/random.h"
#include "reference/check_igraph.h"

/* Pairs within blocks of `block` nodes nine times in ten, any others else; weights the same (kind 0), of a few values so that sums tie (1), or any. */
static RsGraph *drawn_graph(RsRandom *random, uint32_t n, uint32_t n_edges, uint32_t block, unsigned kind) {
  g_autofree uint32_t *a = g_new(uint32_t, n_edges + 1), *b = g_new(uint32_t, n_edges + 1);
  g_autofree float *weight = g_new(float, n_edges + 1);
  for (uint32_t e = 0; e < n_edges; e++) {
    a[e] = rs_random_below(random, n);
    const uint32_t beside = a[e] / block * block + rs_random_below(random, block), any = rs_random_below(random, n);
    b[e] = beside < n && rs_random_below(random, 10) > 0 ? beside : any;
    weight[e] = kind == 0 ? 1.0f : kind == 1 ? (float)(1 + rs_random_below(random, 4)) / 4 : (float)rs_random_unit(random) * 8 + 1e-3f;
  }
  GError *error = NULL;
  RsGraph *graph = rs_graph_new(n, n_edges, a, b, weight, &error);
  rs_assert_no_error(error);
  return graph;
}

static void labels_are_those_of_igraph(void **state) {
  (void)state;
  const double resolutions[] = {0.01, 0.05, 0.3, 1.0, 2.5};
  const uint32_t sizes[] = {2, 3, 5, 8, 20, 60, 200, 1500};
  RsRandom random;
  uint32_t n_split = 0;
  rs_random_init(&random, 71);
  for (unsigned round = 0; round < 96; round++) {
    const uint32_t n = sizes[round % G_N_ELEMENTS(sizes)], n_edges = n * (1 + rs_random_below(&random, 8));
    g_autoptr(RsGraph) graph = drawn_graph(&random, n, n_edges, 3 + rs_random_below(&random, 20), round / 8 % 3);
    g_autofree uint32_t *label = g_new(uint32_t, n), *asked = g_new(uint32_t, n);
    for (size_t r = 0; r < G_N_ELEMENTS(resolutions); r++)
      for (RsObjective objective = RS_OBJECTIVE_CPM; objective <= RS_OBJECTIVE_MODULARITY; objective++) {
        const int n_iterations = 1 + (int)rs_random_below(&random, 3);
        const uint64_t seed = rs_random_next(&random);
        rs_leiden(graph, objective, resolutions[r], n_iterations, seed, label);
        rs_check_igraph_leiden(graph, objective, resolutions[r], n_iterations, seed, asked);
        if (memcmp(label, asked, n * sizeof *label) != 0) fail_msg("%u nodes, %u edges, resolution %g, round %u", n, n_edges, resolutions[r], round);
        for (uint32_t v = 0; v < n; v++) n_split += label[v] != 0;
      }
  }
  assert_true(n_split > 0);
}

/* A path whose middle ties are weak, a star, and a complete graph of equals: ends, hubs and ties. */
static void shapes_with_ties_are_cut_as_by_igraph(void **state) {
  (void)state;
  enum { N = 30 };
  uint32_t from[3][N * N], to[3][N * N], n_edges[3] = {0}, label[N], asked[N];
  float weight[N * N];
  for (uint32_t u = 0; u < N; u++)
    for (uint32_t v = u + 1; v < N; v++) {
      if (v == u + 1) from[0][n_edges[0]] = u, to[0][n_edges[0]++] = v;
      if (u == 0) from[1][n_edges[1]] = u, to[1][n_edges[1]++] = v;
      from[2][n_edges[2]] = u, to[2][n_edges[2]++] = v;
    }
  for (uint32_t i = 0; i < N * N; i++) weight[i] = i % 5 == 4 ? 0.25f : 1.0f;
  for (unsigned shape = 0; shape < 3; shape++) {
    g_autoptr(RsGraph) graph = rs_graph_new(N, n_edges[shape], from[shape], to[shape], weight, NULL);
    for (uint64_t seed = 0; seed < 50; seed++)
      for (int half = 1; half <= 4; half++) {
        rs_leiden(graph, RS_OBJECTIVE_CPM, 0.25 * half, 2, seed, label);
        rs_check_igraph_leiden(graph, RS_OBJECTIVE_CPM, 0.25 * half, 2, seed, asked);
        assert_memory_equal(label, asked, sizeof label);
      }
  }
}

static void without_edges_everybody_is_alone(void **state) {
  (void)state;
  uint32_t label[3] = {9, 9, 9};
  g_autoptr(RsGraph) graph = rs_graph_new(3, 0, NULL, NULL, NULL, NULL);
  rs_leiden(graph, RS_OBJECTIVE_MODULARITY, 1.0, 2, 1, label);
  for (uint32_t v = 0; v < 3; v++) assert_int_equal(label[v], v);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(labels_are_those_of_igraph),
      cmocka_unit_test(shapes_with_ties_are_cut_as_by_igraph),
      cmocka_unit_test(without_edges_everybody_is_alone),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
