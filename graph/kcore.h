/* graph/kcore.h: core numbers (Batagelj & Zaversnik 2003, bucket order). Cost O(nodes + edges). */
#ifndef RS_GRAPH_KCORE_H
#define RS_GRAPH_KCORE_H
#include "graph/graph.h"

/* Writes each node's core number; returns the largest. error: RS_ERROR_LIMIT gives false. */
bool rs_kcore(const RsGraph *graph, uint32_t *core /* [n_nodes] */, GError **error);

#endif
