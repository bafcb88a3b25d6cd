/* graph/components.h: connected components, and labels. Cost O(nodes + edges). */
#ifndef RS_GRAPH_COMPONENTS_H
#define RS_GRAPH_COMPONENTS_H
#include "graph/graph.h"

/* Labels each node with the smallest node it can reach; returns the number of components. */
uint32_t rs_components(const RsGraph *graph, uint32_t *label /* [n_nodes] */);
/* Numbers labels below n from 0 on in the order in which they are met; returns how many there are. scratch [n]. */
uint32_t rs_labels_number(uint32_t *label /* [n] */, uint32_t n, uint32_t *scratch);

#endif
