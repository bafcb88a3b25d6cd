/* tests/graph/node_labels.h: what the tests of kernels that give each node a number share. */
#ifndef RS_TEST_NODE_LABELS_H
#define RS_TEST_NODE_LABELS_H

#include "rs_test.h"

#include "reference/graph_check.h"

#include <string.h>

typedef void (*NodeLabels)(const RsGraph *graph, uint32_t *label);
typedef struct { const char *name; uint32_t n, m, a[8], b[8], label[6]; } LabelCase;

static inline RsGraph *graph_of(uint32_t n_nodes, uint64_t n, const uint32_t *a, const uint32_t *b) {
  RsGraph *graph = rs_graph_new(n_nodes, n, a, b, NULL, NULL);
  assert_non_null(graph);
  rs_assert_valid(rs_graph_validate, graph);
  return graph;
}

static inline void assert_label_cases(const LabelCase *cases, size_t n_cases, NodeLabels run) {
  for (size_t i = 0; i < n_cases; i++) {
    uint32_t label[6] = {0};
    g_autoptr(RsGraph) graph = graph_of(cases[i].n, cases[i].m, cases[i].a, cases[i].b);
    run(graph, label);
    if (memcmp(label, cases[i].label, cases[i].n * sizeof *label) != 0) fail_msg("%s", cases[i].name);
  }
}

static inline void assert_agrees_on_random_graphs(NodeLabels fast, NodeLabels slow) {
  for (uint64_t seed = 0; seed < 60; seed++) {
    uint32_t n = (uint32_t)(seed * 7 % 200 + 1);
    g_auto(RsEdgeDraw) draw = rs_edge_draw(n, n * (seed % 7) / 2, seed);
    g_autoptr(RsGraph) graph = graph_of(n, draw.n, draw.a, draw.b);
    g_autofree uint32_t *got = g_new(uint32_t, n), *expected = g_new(uint32_t, n);
    fast(graph, got);
    slow(graph, expected);
    assert_memory_equal(got, expected, n * sizeof *got);
  }
}

enum { N_RENAMED = 150 };
/* The labels of a random graph, and of the same with its nodes renamed: node v is name[v] there. */
typedef struct { uint32_t *name, before[N_RENAMED], after[N_RENAMED]; } Renamed;

static inline Renamed renamed_new(NodeLabels run) {
  enum { M = 160 };
  Renamed renamed = {.name = rs_permutation(N_RENAMED, 6)};
  g_auto(RsEdgeDraw) draw = rs_edge_draw(N_RENAMED, M, 5);
  g_autoptr(RsGraph) graph = graph_of(N_RENAMED, M, draw.a, draw.b);
  for (uint32_t i = 0; i < M; i++) {
    draw.a[i] = renamed.name[draw.a[i]];
    draw.b[i] = renamed.name[draw.b[i]];
  }
  g_autoptr(RsGraph) other = graph_of(N_RENAMED, M, draw.a, draw.b);
  run(graph, renamed.before);
  run(other, renamed.after);
  return renamed;
}

#endif
