#include "rs_test.h"

#include "base/error.h"
#include "base/text.h"
#include "graph/community.h"
#include "reference/check_igraph.h"
#include "reference/graph_check.h"

#include <pthread.h>
#include <string.h>

static const RsCommunityOptions cpm = {RS_OBJECTIVE_CPM, 0.5, 1, 4, 1000000};
static const RsCommunityOptions modularity = {RS_OBJECTIVE_MODULARITY, 1, 1, 4, 1000000};

typedef bool (*Method)(const RsGraph *, const RsCommunityOptions *, uint32_t *, RsCommunityResult *, GError **);

static RsCommunityResult run(Method method, const RsGraph *graph, const RsCommunityOptions *options, uint32_t *label) {
  GError *error = NULL;
  RsCommunityResult result;
  assert_true(method(graph, options, label, &result, &error));
  rs_assert_no_error(error);
  for (uint32_t v = 0; v < graph->n_nodes; v++) /* a label is a member of its own community and its smallest */
    if (label[v] != RS_NONE) assert_true(label[v] <= v && label[label[v]] == label[v]);
  return result;
}

static RsGraph *graph_of(uint32_t n_nodes, uint64_t n, const uint32_t *a, const uint32_t *b, const float *weight) {
  RsGraph *graph = rs_graph_new(n_nodes, n, a, b, weight, NULL);
  assert_non_null(graph);
  rs_assert_valid(rs_graph_validate, graph);
  return graph;
}

/* n_groups blocks of `size` nodes in mixed-up order; pairs are tied with probability `inside` in a block, `outside` elsewhere. */
static RsGraph *planted_graph(uint32_t n_groups, uint32_t size, double inside, double outside, uint64_t seed, uint32_t *truth) {
  uint32_t n = n_groups * size;
  g_autofree uint32_t *order = rs_permutation(n, seed);
  g_autoptr(GArray) a = g_array_new(FALSE, FALSE, 4), b = g_array_new(FALSE, FALSE, 4);
  RsRandom random;
  rs_random_init(&random, seed);
  for (uint32_t v = 0; v < n; v++) truth[v] = order[v] / size;
  for (uint32_t u = 0; u < n; u++)
    for (uint32_t v = u + 1; v < n; v++) {
      if (rs_random_unit(&random) >= (truth[u] == truth[v] ? inside : outside)) continue;
      g_array_append_val(a, u);
      g_array_append_val(b, v);
    }
  return graph_of(n, a->len, (const uint32_t *)(void *)a->data, (const uint32_t *)(void *)b->data, NULL);
}

static void planted_communities_are_found(void **state) {
  (void)state;
  static const struct { const char *name; Method method; RsCommunityOptions options; double inside, outside, least; } cases[] = {
      {"cpm_clear", rs_community_leiden, {RS_OBJECTIVE_CPM, 0.2, 1, 4, 1000000}, 0.7, 0.01, 0.98},
      {"cpm_mixed", rs_community_leiden, {RS_OBJECTIVE_CPM, 0.15, 1, 4, 1000000}, 0.5, 0.03, 0.90},
      {"modularity_clear", rs_community_leiden, {RS_OBJECTIVE_MODULARITY, 1, 1, 4, 1000000}, 0.7, 0.01, 0.98},
      {"infomap_clear", rs_community_infomap, {RS_OBJECTIVE_CPM, 0, 1, 3, 1000000}, 0.7, 0.01, 0.98},
      {"infomap_mixed", rs_community_infomap, {RS_OBJECTIVE_CPM, 0, 1, 3, 1000000}, 0.5, 0.03, 0.90},
  };
  uint32_t truth[300], label[300];
  for (size_t i = 0; i < G_N_ELEMENTS(cases); i++)
    for (uint64_t seed = 1; seed <= 3; seed++) {
      g_autoptr(RsGraph) graph = planted_graph(20, 15, cases[i].inside, cases[i].outside, seed, truth);
      run(cases[i].method, graph, &cases[i].options, label);
      double ari = rs_check_ari(300, truth, label);
      print_message("%s seed %d: adjusted Rand index %.3f\n", cases[i].name, (int)seed, ari);
      if (!(ari >= cases[i].least)) fail_msg("%s: %.3f", cases[i].name, ari);
    }
}

static void empty_and_one_node_graphs_have_nothing_to_split(void **state) {
  (void)state;
  const Method methods[] = {rs_community_leiden, rs_community_infomap};
  for (size_t m = 0; m < 2; m++)
    for (uint32_t n = 0; n < 2; n++) {
      uint32_t label[1] = {7};
      g_autoptr(RsGraph) graph = graph_of(n, 0, NULL, NULL, NULL);
      assert_int_equal(run(methods[m], graph, &cpm, label).n_communities, n);
      if (n == 1) assert_int_equal(label[0], 0);
    }
}

static void the_same_call_gives_the_same_labels_whatever_ran_before(void **state) {
  (void)state;
  const struct { Method method; const RsCommunityOptions *options; } cases[] = {
      {rs_community_leiden, &cpm}, {rs_community_leiden, &modularity}, {rs_community_infomap, &cpm}};
  g_auto(RsEdgeDraw) draw = rs_edge_draw(200, 500, 11), other_draw = rs_edge_draw(90, 300, 12);
  g_autoptr(RsGraph) graph = graph_of(200, 500, draw.a, draw.b, draw.weight);
  g_autoptr(RsGraph) other = graph_of(90, 300, other_draw.a, other_draw.b, other_draw.weight);
  for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
    uint32_t first[200], again[200], scratch[90];
    run(cases[i].method, graph, cases[i].options, first);
    for (size_t j = 0; j < G_N_ELEMENTS(cases); j++) {
      run(cases[j].method, other, cases[j].options, scratch);
      run(cases[i].method, graph, cases[i].options, again);
      assert_memory_equal(first, again, sizeof first);
    }
  }
}

/* Two copies of a graph side by side, and the same with a stranger between them: each component is answered as if alone. */
static void the_rest_of_the_graph_changes_no_component(void **state) {
  (void)state;
  enum { N = 60, M = 130, STRANGER = 5 };
  const Method methods[] = {rs_community_leiden, rs_community_infomap};
  g_auto(RsEdgeDraw) draw = rs_edge_draw(N, M, 21);
  uint32_t a[2 * M + 1], b[2 * M + 1], alone[N], both[2 * N + STRANGER];
  for (uint32_t i = 0; i < M; i++) {
    a[i] = draw.a[i], b[i] = draw.b[i];
    a[M + i] = draw.a[i] + N + STRANGER, b[M + i] = draw.b[i] + N + STRANGER;
  }
  a[2 * M] = N, b[2 * M] = N + 1;
  g_autoptr(RsGraph) one = graph_of(N, M, a, b, NULL);
  g_autoptr(RsGraph) two = graph_of(2 * N + STRANGER, 2 * M + 1, a, b, NULL);
  for (size_t m = 0; m < 2; m++) {
    run(methods[m], one, &cpm, alone);
    run(methods[m], two, &cpm, both);
    for (uint32_t v = 0; v < N; v++) {
      assert_int_equal(alone[v], both[v]);
      assert_int_equal(alone[v] + N + STRANGER, both[v + N + STRANGER]);
    }
  }
}

/* What CPM makes as large as it can: the weights within communities less resolution a pair. */
static double cpm_gain(const RsGraph *graph, const uint32_t *label, double resolution) {
  double gain = 0.0;
  for (uint32_t u = 0; u < graph->n_nodes; u++) {
    for (uint64_t e = graph->offset[u]; e < graph->offset[u + 1]; e++)
      gain += graph->neighbor[e] > u && label[u] == label[graph->neighbor[e]] ? (double)graph->weight[e] : 0.0;
    for (uint32_t v = u + 1; v < graph->n_nodes; v++) gain -= label[u] == label[v] ? resolution : 0.0;
  }
  return gain;
}

/* A component so small or so even that igraph is not asked gets what igraph would have said, or what is better: igraph may stop where no single
 * move gains anything. */
static void shortcuts_are_never_worse_than_igraph(void **state) {
  (void)state;
  uint32_t n_better = 0, n_asked = 0;
  const double resolutions[] = {0.05, 0.2, 0.5, 0.8, 1.0, 1.5, 2.5};
  RsRandom random;
  rs_random_init(&random, 5);
  for (int round = 0; round < 400; round++) {
    uint32_t n = 2 + rs_random_below(&random, 5), n_edges = 0, a[15], b[15], label[6], asked[6];
    float weight[15];
    for (uint32_t u = 0; u < n; u++)
      for (uint32_t v = u + 1; v < n; v++) {
        if (v > u + 1 && round % 3 == 0) continue; /* every third a path, the others complete */
        a[n_edges] = u, b[n_edges] = v;
        weight[n_edges++] = round % 2 == 0 ? 1 : (float)(1 + rs_random_below(&random, 12)) / 4;
      }
    g_autoptr(RsGraph) graph = graph_of(n, n_edges, a, b, weight);
    for (size_t r = 0; r < G_N_ELEMENTS(resolutions); r++)
      for (RsObjective objective = RS_OBJECTIVE_CPM; objective <= RS_OBJECTIVE_MODULARITY; objective++) {
        RsCommunityOptions options = {objective, resolutions[r], 9, 4, 1000};
        run(rs_community_leiden, graph, &options, label);
        rs_check_igraph_leiden(graph, objective, resolutions[r], 4, 9, asked);
        n_asked++;
        if (memcmp(label, asked, n * sizeof *label) == 0) continue;
        assert_int_equal(objective, RS_OBJECTIVE_CPM);
        assert_true(cpm_gain(graph, label, resolutions[r]) > cpm_gain(graph, asked, resolutions[r]) + 1e-9);
        n_better++;
      }
    if (n > 2) continue; /* igraph's Infomap walks with a teleport, ours (test_infomap.c) without */
    run(rs_community_infomap, graph, &cpm, label);
    rs_check_igraph_infomap(graph, 4, 1, asked);
    assert_memory_equal(label, asked, n * sizeof *label);
  }
  print_message("better than igraph in %u of %u\n", n_better, n_asked);
  assert_true(n_better > 0 && n_better * 20 < n_asked);
}

static void a_component_over_the_limit_is_left_out_and_counted(void **state) {
  (void)state;
  const uint32_t a[] = {0, 1, 2, 0, 5}, b[] = {1, 2, 3, 3, 6};
  RsCommunityOptions options = cpm;
  RsCommunityResult result;
  uint32_t label[8];
  g_autoptr(RsGraph) graph = graph_of(8, 5, a, b, NULL);
  options.max_edges = 3;
  result = run(rs_community_leiden, graph, &options, label);
  assert_int_equal(result.n_skipped_components, 1);
  assert_int_equal(result.n_skipped_nodes, 4);
  assert_int_equal(result.n_communities, 3);
  for (uint32_t v = 0; v < 4; v++) assert_int_equal(label[v], RS_NONE);
  assert_int_equal(label[4], 4);
  assert_int_equal(label[6], 5);
}

typedef struct { const RsGraph *graph; uint32_t label[200]; } Job;
static void *job_run(void *data) {
  Job *job = data;
  for (int i = 0; i < 5; i++) rs_community_leiden(job->graph, &cpm, job->label, NULL, NULL);
  return NULL;
}

static void two_threads_at_once_get_the_same_labels(void **state) {
  (void)state;
  g_auto(RsEdgeDraw) draw = rs_edge_draw(200, 500, 31);
  g_autoptr(RsGraph) graph = graph_of(200, 500, draw.a, draw.b, draw.weight);
  Job one = {graph, {0}}, other = {graph, {0}};
  pthread_t thread;
  assert_int_equal(pthread_create(&thread, NULL, job_run, &other), 0);
  job_run(&one);
  pthread_join(thread, NULL);
  assert_memory_equal(one.label, other.label, sizeof one.label);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(planted_communities_are_found),
      cmocka_unit_test(empty_and_one_node_graphs_have_nothing_to_split),
      cmocka_unit_test(the_same_call_gives_the_same_labels_whatever_ran_before),
      cmocka_unit_test(the_rest_of_the_graph_changes_no_component),
      cmocka_unit_test(shortcuts_are_never_worse_than_igraph),
      cmocka_unit_test(a_component_over_the_limit_is_left_out_and_counted),
      cmocka_unit_test(two_threads_at_once_get_the_same_labels),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
