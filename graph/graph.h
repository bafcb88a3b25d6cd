/* graph/graph.h: an undirected weighted graph in CSR. */
#ifndef RS_GRAPH_GRAPH_H
#define RS_GRAPH_GRAPH_H

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

typedef struct {
  uint32_t n_nodes;
  uint64_t n_edges;   /* undirected: each counted once */
  uint64_t *offset;   /* [n_nodes + 1]; row i is offset[i] .. offset[i+1] */
  uint32_t *neighbor; /* [2 * n_edges]; sorted in a row, no loops, no repeats */
  float *weight;      /* [2 * n_edges]; > 0, symmetric */
} RsGraph;

/* From an edge list (a[i], b[i], weight[i]); loops are dropped, repeated edges merged by summing weights in sorted order. weight
 * NULL means 1. error: RS_ERROR_LIMIT. */
RsGraph *rs_graph_new(uint32_t n_nodes, uint64_t n, const uint32_t *a, const uint32_t *b, const float *weight, GError **error);
void rs_graph_free(RsGraph *graph);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(RsGraph, rs_graph_free)
bool rs_graph_validate(const RsGraph *graph, const char **reason);

#endif
