#include "rs_test.h"

#include "base/error.h"
#include "graph/graph.h"
#include "reference/graph_check.h"

#include <math.h>
#include <string.h>

static RsGraph *drawn_graph(const RsEdgeDraw *draw) {
  GError *error = NULL;
  RsGraph *graph = rs_graph_new(draw->n_nodes, draw->n, draw->a, draw->b, draw->weight, &error);
  rs_assert_no_error(error);
  rs_assert_valid(rs_graph_validate, graph);
  return graph;
}

static void empty_and_one_node_graphs_are_valid(void **state) {
  (void)state;
  for (uint32_t n = 0; n < 2; n++) {
    g_autoptr(RsGraph) graph = rs_graph_new(n, 0, NULL, NULL, NULL, NULL);
    assert_non_null(graph);
    rs_assert_valid(rs_graph_validate, graph);
    assert_int_equal(graph->n_nodes, n);
    assert_int_equal(graph->n_edges, 0);
  }
}

static void loops_are_dropped_and_repeats_merged(void **state) {
  (void)state;
  const uint32_t a[] = {2, 0, 1, 1, 0}, b[] = {0, 2, 1, 0, 2};
  const float weight[] = {1, 2, 9, 4, 8};
  g_autoptr(RsGraph) graph = rs_graph_new(3, 5, a, b, weight, NULL);
  rs_assert_valid(rs_graph_validate, graph);
  assert_int_equal(graph->n_edges, 2);
  assert_int_equal(graph->neighbor[0], 1);
  assert_true(fabsf(graph->weight[0] - 4) < 1e-9f);
  assert_int_equal(graph->neighbor[1], 2);
  assert_true(fabsf(graph->weight[1] - 11) < 1e-9f);
}

static void missing_weights_are_one(void **state) {
  (void)state;
  const uint32_t a[] = {0, 1}, b[] = {1, 0};
  g_autoptr(RsGraph) graph = rs_graph_new(2, 2, a, b, NULL, NULL);
  assert_int_equal(graph->n_edges, 1);
  assert_true(fabsf(graph->weight[0] - 2) < 1e-9f);
}

static void bad_edges_are_refused(void **state) {
  (void)state;
  const struct { const char *name; uint32_t a, b; float weight; } cases[] = {
      {"edge_past_the_last_node", 0, 3, 1}, {"edge_before_nothing", UINT32_MAX, 0, 1}, {"zero_weight", 0, 1, 0},
      {"negative_weight", 0, 1, -1},        {"weight_not_a_number", 0, 1, NAN},         {"endless_weight", 0, 1, INFINITY},
  };
  for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
    GError *error = NULL;
    if (rs_graph_new(3, 1, &cases[i].a, &cases[i].b, &cases[i].weight, &error) != NULL) fail_msg("%s", cases[i].name);
    assert_true(g_error_matches(error, RS_ERROR, RS_ERROR_USAGE));
    g_error_free(error);
  }
}

static void random_graphs_equal_a_map_of_edges(void **state) {
  (void)state;
  const struct { uint32_t n_nodes; uint64_t n; } cases[] = {{1, 5}, {2, 9}, {5, 40}, {50, 30}, {60, 900}, {400, 1000}};
  for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
    g_auto(RsEdgeDraw) draw = rs_edge_draw(cases[i].n_nodes, cases[i].n, i + 1);
    g_autoptr(RsGraph) graph = drawn_graph(&draw);
    g_autoptr(GHashTable) edges = rs_check_edges(&draw);
    assert_int_equal(graph->n_edges, g_hash_table_size(edges));
    for (uint32_t v = 0; v < graph->n_nodes; v++)
      for (uint64_t e = graph->offset[v]; e < graph->offset[v + 1]; e++) {
        g_autofree char *key = g_strdup_printf("%u %u", MIN(v, graph->neighbor[e]), MAX(v, graph->neighbor[e]));
        const double *weight = g_hash_table_lookup(edges, key);
        assert_non_null(weight);
        assert_true(fabs(*weight - (double)graph->weight[e]) < 1e-9);
      }
  }
}

static void the_order_of_the_list_changes_nothing(void **state) {
  (void)state;
  g_auto(RsEdgeDraw) draw = rs_edge_draw(20, 500, 7), shuffled = rs_edge_draw(20, 500, 8);
  g_autofree uint32_t *order = rs_permutation(500, 3);
  for (uint32_t i = 0; i < 500; i++) { /* every other edge also turned round */
    shuffled.a[i] = i % 2 ? draw.a[order[i]] : draw.b[order[i]];
    shuffled.b[i] = i % 2 ? draw.b[order[i]] : draw.a[order[i]];
    shuffled.weight[i] = draw.weight[order[i]];
  }
  g_autoptr(RsGraph) one = drawn_graph(&draw);
  g_autoptr(RsGraph) other = drawn_graph(&shuffled);
  assert_int_equal(one->n_edges, other->n_edges);
  assert_memory_equal(one->offset, other->offset, 21 * sizeof *one->offset);
  assert_memory_equal(one->neighbor, other->neighbor, 2 * one->n_edges * sizeof *one->neighbor);
  assert_memory_equal(one->weight, other->weight, 2 * one->n_edges * sizeof *one->weight);
}

/* 1 + 2^-24 lies half-way between two floats: four times 2^-54 decide, and are lost when they are added to 1 one by one. */
static void repeats_are_added_smallest_first(void **state) {
  (void)state;
  const float half = 0x1p-24f, tiny = 0x1p-54f;
  const float falling[] = {1, half, tiny, tiny, tiny, tiny}, rising[] = {tiny, tiny, tiny, tiny, half, 1};
  const uint32_t a[6] = {0}, b[6] = {1, 1, 1, 1, 1, 1};
  g_autoptr(RsGraph) one = rs_graph_new(2, 6, a, b, falling, NULL);
  g_autoptr(RsGraph) other = rs_graph_new(2, 6, a, b, rising, NULL);
  assert_memory_equal(one->weight, other->weight, 2 * sizeof *one->weight);
  assert_true(one->weight[0] > 1);
}

static void validation_sees_each_kind_of_damage(void **state) {
  (void)state;
  const uint32_t a[] = {0, 0, 1}, b[] = {1, 2, 2};
  const char *reason = NULL;
  g_autoptr(RsGraph) graph = rs_graph_new(4, 3, a, b, NULL, NULL);
  rs_assert_valid(rs_graph_validate, graph);
  uint32_t neighbor = graph->neighbor[0];
  const uint32_t damage[] = {0 /* a loop */, 2 /* a repeat */, 3 /* no way back */, 9 /* past the last */};
  for (size_t i = 0; i < G_N_ELEMENTS(damage); i++) {
    graph->neighbor[0] = damage[i];
    assert_false(rs_graph_validate(graph, &reason));
    graph->neighbor[0] = neighbor;
  }
  graph->weight[0] = 2; /* one-sided */
  assert_false(rs_graph_validate(graph, &reason));
  graph->weight[0] = 1;
  graph->offset[1] = 5;
  assert_false(rs_graph_validate(graph, &reason));
  graph->offset[1] = 2;
  rs_assert_valid(rs_graph_validate, graph);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(empty_and_one_node_graphs_are_valid),
      cmocka_unit_test(loops_are_dropped_and_repeats_merged),
      cmocka_unit_test(missing_weights_are_one),
      cmocka_unit_test(bad_edges_are_refused),
      cmocka_unit_test(random_graphs_equal_a_map_of_edges),
      cmocka_unit_test(the_order_of_the_list_changes_nothing),
      cmocka_unit_test(repeats_are_added_smallest_first),
      cmocka_unit_test(validation_sees_each_kind_of_damage),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
