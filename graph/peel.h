/* graph/peel.h: the densest blocks of a graph by greedy peeling.
 *
 * Nodes are taken away one by one, the one with the least weight to the rest first; of all the remainders the one with the highest
 * average weight (weight inside / nodes) is a block, at least half as dense as the densest there is. The block's nodes are then left out
 * and the next one is looked for. Ties go to the smaller node. Weights count in millionths, so that sums are exact.
 *
 * Cost  O(edges) a block and O(log) for each edge of its surroundings that are as dense as the graph; memory O(edges)
 * From  Charikar, Greedy Approximation Algorithms for Finding Dense Components in a Graph, APPROX 2000; Shin, Hooi & Faloutsos,
 *       M-Zoom, ECML PKDD 2016, for one block after the other */
#ifndef RS_GRAPH_PEEL_H
#define RS_GRAPH_PEEL_H
#include "graph/graph.h"

/* block[i] is the block of node i, 0 first, or RS_NONE; returns how many blocks there are, at most max_blocks. A block has an edge. */
uint32_t rs_peel(const RsGraph *graph, uint32_t max_blocks, uint32_t *block /* [n_nodes] */);

#endif
