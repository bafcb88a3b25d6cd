/* tests/reference/graph_check.h: slow, obvious twins of the graph room's kernels, by another method each, and random graphs. */
#ifndef RS_REFERENCE_GRAPH_CHECK_H
#define RS_REFERENCE_GRAPH_CHECK_H

#include "base/random.h"
#include "graph/graph.h"
#include "graph/knowledge.h"

/* Node pairs drawn uniformly, loops and repeats among them, weights 0.25 .. 4 in quarters. Owned arrays. */
typedef struct { uint32_t n_nodes; uint64_t n; uint32_t *a, *b; float *weight; } RsEdgeDraw;
RsEdgeDraw rs_edge_draw(uint32_t n_nodes, uint64_t n, uint64_t seed);
void rs_edge_draw_clear(RsEdgeDraw *draw);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(RsEdgeDraw, rs_edge_draw_clear)

/* A random order of 0 .. n-1. Owned. */
uint32_t *rs_permutation(uint32_t n, uint64_t seed);

/* The graph as a map from "a b" to weight. Owned. */
GHashTable *rs_check_edges(const RsEdgeDraw *draw);

/* Labels spread along edges until nothing changes. */
void rs_check_components(const RsGraph *graph, uint32_t *label);

/* For each k, nodes with fewer than k neighbours left are taken away until none is left to take. */
void rs_check_kcore(const RsGraph *graph, uint32_t *core);

/* Adjusted Rand index (Hubert & Arabie 1985) of two labelings with labels < n. */
double rs_check_ari(uint32_t n, const uint32_t *a, const uint32_t *b);

/* One row of a relation, counted line by line with hash tables. */
typedef struct {
  uint32_t from, to;
  GHashTable *visits, *days; /* sets */
  uint32_t lines;
  int64_t amount, fund;
} RsCheckRow;
/* Rows by (from, to) ascending; free with g_ptr_array_unref. */
GPtrArray *rs_check_relation(const RsClaims *claims, RsRelationKind kind);

#endif
