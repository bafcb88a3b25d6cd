/* reference/check_igraph.h: communities by igraph, for ours to be held against. One thread at a time: igraph keeps global state. */
#ifndef RS_REFERENCE_CHECK_IGRAPH_H
#define RS_REFERENCE_CHECK_IGRAPH_H

#include "graph/community.h"

/* Leiden as rs_leiden(), Infomap in two levels, the best of n_trials. label[i] is the smallest node of i's community. Where igraph fails the program
 * ends. */
void rs_check_igraph_leiden(const RsGraph *graph, RsObjective objective, double resolution, int n_iterations, uint64_t seed, uint32_t *label);
void rs_check_igraph_infomap(const RsGraph *graph, int n_trials, uint64_t seed, uint32_t *label);

#endif
