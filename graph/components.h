/* graph/components.h: connected components. Cost O(nodes + edges). */
#ifndef RS_GRAPH_COMPONENTS_H
#define RS_GRAPH_COMPONENTS_H
#include "graph/graph.h"

/* Labels each node with the smallest node it can reach; returns the number of components. */
uint32_t rs_components(const RsGraph *graph, uint32_t *label /* [n_nodes] */);

#endif
