#include "graph/infomap.h"

#include "base/random.h"
#include "reference/check_igraph.h"
#include "rs_test.h"

#include <math.h>

static double plogp(double x) { return x > 0 ? x * log2(x) : 0; }

/* The map equation by its definition: module m is entered with probability exit[m] and visited flow[m]. */
static double code_length(const RsGraph *g, const uint32_t *label) {
  double sum = 0, enter = 0, length = 0;
  g_autofree double *exit = g_new0(double, g->n_nodes), *flow = g_new0(double, g->n_nodes);
  for (uint64_t e = 0; e < g->offset[g->n_nodes]; e++) sum += (double)g->weight[e];
  for (uint32_t i = 0; i < g->n_nodes; i++) {
    double visits = 0;
    for (uint64_t e = g->offset[i]; e < g->offset[i + 1]; e++) {
      visits += (double)g->weight[e] / sum;
      if (label[g->neighbor[e]] != label[i]) exit[label[i]] += (double)g->weight[e] / sum;
    }
    flow[label[i]] += visits;
    length -= plogp(visits);
  }
  for (uint32_t m = 0; m < g->n_nodes; m++) {
    enter += exit[m];
    length += plogp(exit[m] + flow[m]) - 2 * plogp(exit[m]);
  }
  return length + plogp(enter);
}

/* n nodes in groups of `size`; of all pairs so many are tied, each with a weight of 1 to 4. */
static RsGraph *random_graph(uint32_t n, uint32_t size, double inside, double outside, uint64_t seed) {
  g_autoptr(GArray) a = g_array_new(FALSE, FALSE, 4), b = g_array_new(FALSE, FALSE, 4), w = g_array_new(FALSE, FALSE, 4);
  RsRandom random;
  rs_random_init(&random, seed);
  for (uint32_t i = 0; i < n; i++)
    for (uint32_t j = i + 1; j < n; j++) {
      float weight = (float)(1 + rs_random_below(&random, 4));
      if (rs_random_unit(&random) >= (i / size == j / size ? inside : outside)) continue;
      g_array_append_val(a, i);
      g_array_append_val(b, j);
      g_array_append_val(w, weight);
    }
  RsGraph *graph = rs_graph_new(n, a->len, (const uint32_t *)(const void *)a->data, (const uint32_t *)(const void *)b->data,
                                (const float *)(const void *)w->data, NULL);
  assert_non_null(graph);
  return graph;
}

static void the_length_said_is_that_of_the_labels(void **state) {
  (void)state;
  for (uint64_t seed = 1; seed <= 8; seed++) {
    g_autoptr(RsGraph) graph = random_graph(300, 12, 0.5, 0.004 * (double)seed, seed);
    uint32_t label[300], again[300];
    double said = rs_infomap(graph, 2, seed, label);
    if (fabs(said - code_length(graph, label)) > 1e-9) fail_msg("seed %d: %.12f said, %.12f counted", (int)seed, said, code_length(graph, label));
    for (uint32_t i = 0; i < 300; i++) assert_true(label[i] <= i && label[label[i]] == label[i]);
    rs_infomap(graph, 2, seed, again);
    assert_memory_equal(label, again, sizeof label);
  }
}

/* All partitions of n nodes: node i joins one of the groups before it or opens one. */
static double shortest(const RsGraph *graph, uint32_t *label, uint32_t i, uint32_t n_groups) {
  double best = INFINITY;
  if (i == graph->n_nodes) return code_length(graph, label);
  for (uint32_t k = 0; k <= n_groups; k++) {
    label[i] = k;
    best = fmin(best, shortest(graph, label, i + 1, MAX(n_groups, k + 1)));
  }
  return best;
}

static void small_graphs_get_the_shortest_code_there_is(void **state) {
  (void)state;
  for (uint64_t seed = 1; seed <= 60; seed++) {
    g_autoptr(RsGraph) graph = random_graph(7, 1 + (uint32_t)seed % 4, 0.9, 0.4, seed);
    uint32_t label[7];
    if (graph->n_edges == 0) continue;
    double own = rs_infomap(graph, 4, seed, label), least = shortest(graph, label, 0, 0);
    if (own > least + 1e-9) fail_msg("seed %d: %.9f, but %.9f is possible", (int)seed, own, least);
  }
}

/* igraph codes the same walk with a teleport, so its labels are not the shortest here; ours must never be longer by more than a little. */
static void codes_are_no_longer_than_those_of_igraph(void **state) {
  (void)state;
  for (uint64_t seed = 1; seed <= 6; seed++) {
    g_autoptr(RsGraph) graph = random_graph(600, 10, 0.6, 0.003 * (double)seed, seed);
    uint32_t label[600];
    rs_check_igraph_infomap(graph, 2, seed, label);
    double theirs = code_length(graph, label), own = rs_infomap(graph, 2, seed, label);
    print_message("seed %d: %.5f bits, igraph %.5f\n", (int)seed, own, theirs);
    if (own > theirs * 1.001) fail_msg("seed %d: %.6f, igraph has %.6f", (int)seed, own, theirs);
  }
}

static void graphs_without_ties_leave_everybody_alone(void **state) {
  (void)state;
  g_autoptr(RsGraph) none = rs_graph_new(0, 0, NULL, NULL, NULL, NULL), three = rs_graph_new(3, 0, NULL, NULL, NULL, NULL);
  uint32_t label[3];
  assert_true(rs_infomap(none, 1, 1, label) == 0.0 && rs_infomap(three, 1, 1, label) == 0.0);
  for (uint32_t i = 0; i < 3; i++) assert_int_equal(label[i], i);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(the_length_said_is_that_of_the_labels),
      cmocka_unit_test(small_graphs_get_the_shortest_code_there_is),
      cmocka_unit_test(codes_are_no_longer_than_those_of_igraph),
      cmocka_unit_test(graphs_without_ties_leave_everybody_alone),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
