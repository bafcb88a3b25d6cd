/* graph/infomap.h: communities by the two-level map equation.
 *
 * In    RsGraph, connected or not; weights > 0
 * Out   label[i]: the smallest node of i's community
 * Cost  O(edges) a sweep, about twenty sweeps a trial; memory O(edges); allocates
 * From  Rosvall & Bergstrom, PNAS 105 (2008); Rosvall, Axelsson & Bergstrom, Eur. Phys. J. Special Topics 178 (2009) for undirected graphs;
 *       Blondel et al., J. Stat. Mech. (2008) P10008 for the levels; Lancichinetti & Fortunato, Phys. Rev. E 80 (2009) on how it fares
 *
 * A walker's steps are coded with one book to enter communities and one in each: the shortest code has the communities. Nodes move one by one
 * to the neighbouring community that saves most, communities become nodes, and so on; then the outcome is loosened, in turn by single nodes
 * and by what each community falls into when looked at alone, until nothing is saved any more. On undirected graphs a node is visited
 * in proportion to its weight, so no walk has to be simulated and no teleport is needed. */
#ifndef RS_GRAPH_INFOMAP_H
#define RS_GRAPH_INFOMAP_H
#include "graph/graph.h"

/* The best of n_trials; the same arguments give the same labels. Returns the length of the code in bits a step. */
double rs_infomap(const RsGraph *graph, unsigned n_trials, uint64_t seed, uint32_t *label /* [n_nodes] */);

#endif
