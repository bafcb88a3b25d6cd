/* graph/igraph_bridge.h: the one door to igraph. No other file includes <igraph.h>. Ours find the communities (leiden.h, infomap.h); igraph's are what
 * tests hold them against.
 *
 * Every call checks its arrays before igraph reads them, seeds igraph's generator, holds a lock (igraph keeps global state),
 * turns igraph's error codes into GError (it never aborts the program) and numbers communities by their smallest node. So the
 * same input gives the same labels, however often, in whatever order and from whichever thread it is called. */
#ifndef RS_GRAPH_IGRAPH_BRIDGE_H
#define RS_GRAPH_IGRAPH_BRIDGE_H

#include "graph/community.h"

/* An undirected edge list: from[i] != to[i], both < n_nodes, no repeats, weights > 0 and finite. */
typedef struct {
  uint32_t n_nodes, n_edges;
  const uint32_t *from, *to;
  const float *weight;
} RsEdgeList;

/* Traag, Waltman & van Eck 2019. label[i] is the smallest node of i's community.
 * CPM: sum of inner weights - resolution * n_i * n_j; modularity: node weights are strengths, resolution / 2m.
 * error: RS_ERROR_USAGE for a list that is not as above, RS_ERROR_LIMIT without memory, RS_ERROR_IO for igraph's other errors. */
bool rs_igraph_leiden(const RsEdgeList *list, RsObjective objective, double resolution, int n_iterations, uint64_t seed,
                      uint32_t *label, GError **error);

/* Rosvall & Bergstrom 2008, two levels; the best of n_trials. */
bool rs_igraph_infomap(const RsEdgeList *list, int n_trials, uint64_t seed, uint32_t *label, GError **error);

/* "0.10.2": for the manifest. */
const char *rs_igraph_version(void);

#endif
