/* graph/leiden.h: communities by the Leiden algorithm.
 *
 * In    RsGraph of at most 2^31 - 1 edges
 * Out   label[i]: the smallest node of i's community
 * Cost  a few sweeps over the edges an iteration; memory 40 bytes an edge, 100 a node; allocates
 * From  Traag, Waltman & van Eck, Scientific Reports 9 (2019) 5233; O'Neill, PCG, HMC-CS-2014-0905, for the random numbers
 *
 * Nodes move one by one to the community that gains most, each community is refined into parts that are well connected, parts become nodes, and so
 * on until every community is one node. The steps, the order of every sum and the random numbers are those of igraph 0.10, so that the labels are
 * its labels to the bit (tests/graph/test_leiden.c holds the two against one another). Ours keeps no state, so that searches run side by side, and
 * builds no graph of igraph's at each level, which is most of the time there. */
#ifndef RS_GRAPH_LEIDEN_H
#define RS_GRAPH_LEIDEN_H

#include "graph/community.h"

/* CPM: weights within communities - resolution * n_i * n_j; modularity: the weight of a node's ties in place of 1, resolution / 2m. */
void rs_leiden(const RsGraph *graph, RsObjective objective, double resolution, int n_iterations, uint64_t seed, uint32_t *label /* [n_nodes] */);

#endif
