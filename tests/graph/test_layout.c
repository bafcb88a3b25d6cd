#include "rs_test.h"

#include "base/error.h"
#include "graph/layout.h"
#include "reference/graph_check.h"

#include <math.h>
#include <string.h>

typedef struct {
  const char *name;
  uint32_t n_nodes, n_members, n_kinds; /* the rest shared out among n_kinds groups around */
  double smallest, largest;             /* radius */
  bool may_shrink;
} Case;

static const Case cases[] = {
    {"one_node", 1, 1, 1, 100, 100, false},          {"two_members", 2, 2, 1, 4, 4, false},
    {"no_member", 3, 0, 1, 10, 100, false},          {"one_of_each", 4, 1, 3, 100, 100, false},
    {"a_small_ring", 30, 14, 3, 4, 100, false},      {"a_ring_of_48", 100, 48, 3, 100, 100, false},
    {"a_ring_of_49", 100, 49, 3, 100, 100, false},   {"three_hundred_of_the_largest", 300, 60, 3, 100, 100, false},
    {"three_hundred_members", 300, 300, 1, 4, 100, false}, {"three_hundred_around_one", 300, 1, 1, 100, 100, false},
    {"one_lonely_kind", 120, 20, 15, 4, 100, false}, {"two_thousand", 2000, 200, 3, 4, 4, false},
    {"two_thousand_of_the_largest", 2000, 200, 3, 100, 100, true}, {"all_points", 50, 10, 3, 0, 0, false},
};

typedef struct { RsGraph *graph; uint8_t group[2000]; double radius[2000], x[2000], y[2000]; } Drawing;

static Drawing *drawing_new(const Case *of, uint64_t seed) {
  Drawing *drawing = g_new0(Drawing, 1);
  RsRandom random;
  rs_random_init(&random, seed);
  g_auto(RsEdgeDraw) draw = rs_edge_draw(of->n_nodes, of->n_nodes * 3, seed);
  drawing->graph = rs_graph_new(of->n_nodes, draw.n, draw.a, draw.b, NULL, NULL);
  for (uint32_t v = 0; v < of->n_nodes; v++) {
    drawing->group[v] = v < of->n_members ? 0 : (uint8_t)(1 + rs_random_below(&random, of->n_kinds));
    drawing->radius[v] = of->smallest + (of->largest - of->smallest) * rs_random_unit(&random);
  }
  GError *error = NULL;
  assert_true(rs_layout(drawing->graph, drawing->group, drawing->radius, drawing->x, drawing->y, &error));
  rs_assert_no_error(error);
  return drawing;
}

static void drawing_free(Drawing *drawing) {
  rs_graph_free(drawing->graph);
  g_free(drawing);
}

static bool two_decimals(double value) { return fabs(value * 100 - round(value * 100)) < 1e-6; }

static void nodes_do_not_overlap_and_stay_on_the_page(void **state) {
  (void)state;
  for (size_t c = 0; c < G_N_ELEMENTS(cases); c++) {
    Drawing *drawing = drawing_new(&cases[c], c);
    for (uint32_t v = 0; v < cases[c].n_nodes; v++) {
      if (!(fabs(drawing->x[v]) <= RS_LAYOUT_EXTENT && fabs(drawing->y[v]) <= RS_LAYOUT_EXTENT)) fail_msg("%s", cases[c].name);
      assert_true(two_decimals(drawing->x[v]) && two_decimals(drawing->y[v]));
      assert_false((signbit(drawing->x[v]) && !(drawing->x[v] < 0)) || (signbit(drawing->y[v]) && !(drawing->y[v] < 0)));
      for (uint32_t w = 0; w < v && !cases[c].may_shrink; w++) {
        double distance = hypot(drawing->x[v] - drawing->x[w], drawing->y[v] - drawing->y[w]);
        if (distance < drawing->radius[v] + drawing->radius[w] + 20) fail_msg("%s: %u and %u", cases[c].name, w, v);
      }
    }
    drawing_free(drawing);
  }
}

static void members_are_nearer_the_middle_than_all_others(void **state) {
  (void)state;
  for (size_t c = 0; c < G_N_ELEMENTS(cases); c++) {
    Drawing *drawing = drawing_new(&cases[c], c);
    double farthest_member = 0, nearest_other = HUGE_VAL;
    for (uint32_t v = 0; v < cases[c].n_nodes; v++) {
      double distance = hypot(drawing->x[v], drawing->y[v]);
      if (drawing->group[v] == 0) farthest_member = MAX(farthest_member, distance);
      else nearest_other = MIN(nearest_other, distance);
    }
    if (!(farthest_member < nearest_other)) fail_msg("%s", cases[c].name);
    drawing_free(drawing);
  }
}

/* Going round by angle, the kind changes as often as there are kinds. */
static void each_kind_has_one_sector(void **state) {
  (void)state;
  Drawing *drawing = drawing_new(&cases[4], 3);
  double from[4], to[4];
  for (int g = 1; g < 4; g++) from[g] = HUGE_VAL, to[g] = -HUGE_VAL;
  for (uint32_t v = 0; v < cases[4].n_nodes; v++) {
    double angle = atan2(drawing->y[v], drawing->x[v]);
    int g = drawing->group[v];
    if (g == 0) continue;
    if (angle < 0) angle += 2 * G_PI;
    from[g] = MIN(from[g], angle);
    to[g] = MAX(to[g], angle);
  }
  assert_true(from[1] <= to[1] && to[1] < from[2] && to[2] < from[3] && from[3] <= to[3]);
  drawing_free(drawing);
}

/* Small nodes in one sector, the largest in the next, and the other way round: the border is where they would touch. */
static void sectors_of_small_and_large_nodes_do_not_touch(void **state) {
  (void)state;
  for (int turn = 0; turn < 2; turn++)
    for (uint32_t n = 2; n < 120; n++) {
      uint8_t group[120];
      double radius[120], x[120], y[120];
      g_autoptr(RsGraph) graph = rs_graph_new(n, 0, NULL, NULL, NULL, NULL);
      for (uint32_t v = 0; v < n; v++) {
        group[v] = (uint8_t)(1 + v % 3);
        radius[v] = (v % 3 == 1) == (turn == 1) ? 100 : 4;
      }
      assert_true(rs_layout(graph, group, radius, x, y, NULL));
      for (uint32_t v = 0; v < n; v++)
        for (uint32_t w = 0; w < v; w++) assert_true(hypot(x[v] - x[w], y[v] - y[w]) > radius[v] + radius[w] + 20);
    }
}

static void members_that_share_stand_together(void **state) {
  (void)state;
  /* members 0 2 4 share node 6, members 1 3 5 share node 7: on the ring of six only two of the neighbouring pairs are mixed */
  const uint32_t a[] = {0, 2, 4, 1, 3, 5}, b[] = {6, 6, 6, 7, 7, 7};
  const uint8_t group[] = {0, 0, 0, 0, 0, 0, 1, 1};
  double x[8], y[8], side = HUGE_VAL;
  uint32_t n_neighbors = 0, n_mixed = 0;
  g_autoptr(RsGraph) graph = rs_graph_new(8, 6, a, b, NULL, NULL);
  assert_true(rs_layout(graph, group, NULL, x, y, NULL));
  for (uint32_t v = 1; v < 6; v++) side = MIN(side, hypot(x[0] - x[v], y[0] - y[v]));
  for (uint32_t v = 0; v < 6; v++)
    for (uint32_t w = 0; w < v; w++) {
      if (hypot(x[v] - x[w], y[v] - y[w]) > side * 1.1) continue;
      n_neighbors++;
      n_mixed += v % 2 != w % 2;
    }
  assert_int_equal(n_neighbors, 6);
  assert_int_equal(n_mixed, 2);
}

static void the_same_graph_is_drawn_the_same(void **state) {
  (void)state;
  Drawing *one = drawing_new(&cases[4], 5), *other = drawing_new(&cases[4], 5);
  assert_memory_equal(one->x, other->x, sizeof one->x);
  assert_memory_equal(one->y, other->y, sizeof one->y);
  drawing_free(one);
  drawing_free(other);
}

static void what_cannot_be_drawn_is_refused(void **state) {
  (void)state;
  g_autoptr(RsGraph) large = rs_graph_new(2001, 0, NULL, NULL, NULL, NULL);
  g_autoptr(RsGraph) one = rs_graph_new(1, 0, NULL, NULL, NULL, NULL);
  g_autoptr(RsGraph) none = rs_graph_new(0, 0, NULL, NULL, NULL, NULL);
  g_autofree uint8_t *group = g_new0(uint8_t, 2001);
  g_autofree double *x = g_new(double, 2001), *y = g_new(double, 2001);
  const struct { uint8_t group; double radius; } bad[] = {{16, 1}, {0, -1}, {0, 101}, {0, NAN}};
  GError *error = NULL;
  assert_true(rs_layout(none, group, NULL, x, y, NULL));
  assert_false(rs_layout(large, group, NULL, x, y, &error));
  assert_true(g_error_matches(error, RS_ERROR, RS_ERROR_LIMIT));
  g_clear_error(&error);
  for (size_t i = 0; i < G_N_ELEMENTS(bad); i++) {
    assert_false(rs_layout(one, &bad[i].group, &bad[i].radius, x, y, &error));
    assert_true(g_error_matches(error, RS_ERROR, RS_ERROR_USAGE));
    g_clear_error(&error);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(nodes_do_not_overlap_and_stay_on_the_page),
      cmocka_unit_test(members_are_nearer_the_middle_than_all_others),
      cmocka_unit_test(each_kind_has_one_sector),
      cmocka_unit_test(sectors_of_small_and_large_nodes_do_not_touch),
      cmocka_unit_test(members_that_share_stand_together),
      cmocka_unit_test(the_same_graph_is_drawn_the_same),
      cmocka_unit_test(what_cannot_be_drawn_is_refused),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
