#include "rs_test.h"

#include "base/error.h"
#include "graph/layout.h"
#include "reference/graph_check.h"

#include <math.h>
#include <string.h>

#define NONE UINT32_MAX
static const RsLayoutSpace roomy = {24, 120};

/* Rings of persons; each with nodes of its own around it, some shared by two rings, some by all. */
typedef struct {
  const char *name;
  uint32_t n_rings, n_persons, n_own, n_shared, n_common; /* persons and own a ring */
  double smallest, largest;
} Case;

static const Case cases[] = {
    {"one_ring", 1, 6, 4, 0, 0, 4, 100},          {"three_rings", 3, 8, 5, 6, 4, 4, 100},
    {"three_hundred_nodes", 6, 15, 20, 40, 50, 4, 100}, {"rings_alone", 40, 5, 0, 0, 0, 10, 10},
    {"seven_hundred_rings", 700, 2, 1, 0, 30, 4, 20},   {"all_shared", 4, 5, 0, 200, 0, 4, 60},
    {"no_ring", 0, 0, 0, 0, 25, 4, 100},          {"a_large_ring", 2, 700, 50, 3, 3, 4, 30},
};

typedef struct {
  RsGraph *graph;
  uint32_t n, *ring;
  uint8_t *group;
  double *radius, *x, *y, extent;
} Drawing;

static void tie(GArray *a, GArray *b, uint32_t v, uint32_t w) {
  g_array_append_val(a, v);
  g_array_append_val(b, w);
}

static Drawing *drawing_new(const Case *of, uint64_t seed) {
  Drawing *drawing = g_new0(Drawing, 1);
  RsRandom random;
  rs_random_init(&random, seed);
  const uint32_t each = of->n_persons + of->n_own;
  const uint32_t n = drawing->n = of->n_rings * each + of->n_shared + of->n_common;
  g_autoptr(GArray) a = g_array_new(FALSE, FALSE, sizeof(uint32_t)), b = g_array_new(FALSE, FALSE, sizeof(uint32_t));
  drawing->ring = g_new(uint32_t, n);
  drawing->group = g_new0(uint8_t, n);
  drawing->radius = g_new(double, n);
  drawing->x = g_new(double, n);
  drawing->y = g_new(double, n);
  for (uint32_t v = 0; v < n; v++) {
    const uint32_t r = v / MAX(each, 1), in = v - r * each, shared = v - of->n_rings * each;
    const bool clustered = v < of->n_rings * each;
    drawing->radius[v] = of->smallest + (of->largest - of->smallest) * rs_random_unit(&random);
    drawing->ring[v] = clustered && in < of->n_persons ? r : NONE;
    drawing->group[v] = drawing->ring[v] != NONE ? 0 : (uint8_t)(1 + v % 3);
    if (clustered && of->n_persons > 0 && in >= of->n_persons) /* tied to two persons of its ring */
      for (uint32_t i = 0; i < 2; i++) tie(a, b, v, r * each + (in + i) % of->n_persons);
    if (!clustered && of->n_rings > 0 && shared < of->n_shared)
      for (uint32_t i = 0; i < 2; i++) tie(a, b, v, (shared + i) % of->n_rings * each);
    if (!clustered && shared >= of->n_shared)
      for (uint32_t i = 0; i < of->n_rings; i++) tie(a, b, v, i * each);
  }
  drawing->graph = rs_graph_new(n, a->len, (uint32_t *)(void *)a->data, (uint32_t *)(void *)b->data, NULL, NULL);
  GError *error = NULL;
  assert_true(rs_layout_rings(drawing->graph, drawing->group, drawing->ring, of->n_rings, drawing->radius, roomy, drawing->x,
                              drawing->y, &drawing->extent, &error));
  rs_assert_no_error(error);
  return drawing;
}

static void drawing_free(Drawing *drawing) {
  rs_graph_free(drawing->graph);
  g_free(drawing->ring);
  g_free(drawing->group);
  g_free(drawing->radius);
  g_free(drawing->x);
  g_free(drawing->y);
  g_free(drawing);
}

static void nodes_never_overlap(void **state) {
  (void)state;
  for (size_t c = 0; c < G_N_ELEMENTS(cases); c++) {
    Drawing *drawing = drawing_new(&cases[c], c);
    for (uint32_t v = 0; v < drawing->n; v++) {
      if (!(fabs(drawing->x[v]) <= drawing->extent && fabs(drawing->y[v]) <= drawing->extent)) fail_msg("%s: extent", cases[c].name);
      for (uint32_t w = 0; w < v; w++)
        if (hypot(drawing->x[v] - drawing->x[w], drawing->y[v] - drawing->y[w]) < drawing->radius[v] + drawing->radius[w])
          fail_msg("%s: %u and %u", cases[c].name, w, v);
    }
    drawing_free(drawing);
  }
}

static void three_hundred_nodes_fit_the_page_unshrunk(void **state) {
  (void)state;
  Drawing *drawing = drawing_new(&cases[2], 1);
  assert_int_equal(drawing->n, 300);
  assert_true(drawing->extent <= RS_LAYOUT_EXTENT);
  drawing_free(drawing);
}

typedef struct { double x, y, radius; } Disc;

/* The middle of a ring's persons, and how far the farthest of them is. */
static Disc ring_disc(const Drawing *drawing, uint32_t r) {
  Disc disc = {0, 0, 0};
  uint32_t n = 0;
  for (uint32_t v = 0; v < drawing->n; v++) {
    if (drawing->ring[v] != r) continue;
    disc.x += drawing->x[v];
    disc.y += drawing->y[v];
    n++;
  }
  disc.x /= n;
  disc.y /= n;
  for (uint32_t v = 0; v < drawing->n; v++)
    if (drawing->ring[v] == r) disc.radius = MAX(disc.radius, hypot(drawing->x[v] - disc.x, drawing->y[v] - disc.y));
  return disc;
}

static void no_ring_stands_in_another(void **state) {
  (void)state;
  for (size_t c = 0; c < G_N_ELEMENTS(cases); c++) {
    Drawing *drawing = drawing_new(&cases[c], c);
    g_autofree Disc *disc = g_new(Disc, cases[c].n_rings + 1);
    for (uint32_t r = 0; r < cases[c].n_rings; r++) disc[r] = ring_disc(drawing, r);
    for (uint32_t r = 0; r < cases[c].n_rings; r++)
      for (uint32_t q = 0; q < r; q++)
        if (hypot(disc[r].x - disc[q].x, disc[r].y - disc[q].y) < disc[r].radius + disc[q].radius)
          fail_msg("%s: rings %u and %u", cases[c].name, q, r);
    drawing_free(drawing);
  }
}

static void the_first_ring_is_in_the_middle_and_what_is_its_own_near_it(void **state) {
  (void)state;
  const Case *of = &cases[2];
  Drawing *drawing = drawing_new(of, 3);
  const Disc first = ring_disc(drawing, 0);
  assert_true(hypot(first.x, first.y) < first.radius);
  for (uint32_t v = 0; v < of->n_rings * (of->n_persons + of->n_own); v++) {
    const uint32_t home = v / (of->n_persons + of->n_own);
    uint32_t nearest = 0;
    double least = HUGE_VAL;
    for (uint32_t r = 0; r < of->n_rings; r++) {
      const Disc disc = ring_disc(drawing, r);
      const double away = hypot(drawing->x[v] - disc.x, drawing->y[v] - disc.y);
      if (away < least) least = away, nearest = r;
    }
    assert_int_equal(nearest, home);
  }
  drawing_free(drawing);
}

/* What all share stands farther out than any person; what two rings share does not. */
static void what_all_share_is_around_the_whole(void **state) {
  (void)state;
  const Case *of = &cases[2];
  Drawing *drawing = drawing_new(of, 4);
  double persons = 0;
  const uint32_t shared = of->n_rings * (of->n_persons + of->n_own), common = shared + of->n_shared;
  uint32_t inside = 0;
  for (uint32_t v = 0; v < drawing->n; v++) {
    const double away = hypot(drawing->x[v], drawing->y[v]);
    if (drawing->ring[v] != NONE) persons = MAX(persons, away);
    if (v >= shared && v < common) inside += away < persons;
    if (v >= common) assert_true(away > persons);
  }
  assert_true(inside > of->n_shared / 2);
  drawing_free(drawing);
}

static void the_same_graph_is_drawn_the_same(void **state) {
  (void)state;
  Drawing *one = drawing_new(&cases[2], 5), *other = drawing_new(&cases[2], 5);
  assert_memory_equal(one->x, other->x, one->n * sizeof *one->x);
  assert_memory_equal(one->y, other->y, one->n * sizeof *one->y);
  drawing_free(one);
  drawing_free(other);
}

static void a_bad_group_is_refused(void **state) {
  (void)state;
  g_autoptr(RsGraph) graph = rs_graph_new(1, 0, NULL, NULL, NULL, NULL);
  const uint8_t group = 16;
  const uint32_t ring = 0;
  double x, y, extent;
  GError *error = NULL;
  assert_false(rs_layout_rings(graph, &group, &ring, 1, NULL, roomy, &x, &y, &extent, &error));
  assert_true(g_error_matches(error, RS_ERROR, RS_ERROR_USAGE));
  g_clear_error(&error);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(nodes_never_overlap),
      cmocka_unit_test(three_hundred_nodes_fit_the_page_unshrunk),
      cmocka_unit_test(no_ring_stands_in_another),
      cmocka_unit_test(the_first_ring_is_in_the_middle_and_what_is_its_own_near_it),
      cmocka_unit_test(what_all_share_is_around_the_whole),
      cmocka_unit_test(the_same_graph_is_drawn_the_same),
      cmocka_unit_test(a_bad_group_is_refused),
  };
  return cmocka_run_group_tests_name("graph/layout_rings", tests, NULL, NULL);
}
