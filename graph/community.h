/* graph/community.h: communities of an RsGraph by Leiden (leiden.h) or Infomap (infomap.h), component by component.
 *
 * Each connected component is handed over alone, with nodes in the given order, an own seed and labels renumbered by smallest
 * member, so the result does not depend on the rest of the graph, on threads or on earlier calls. Components of more than
 * max_edges edges are left out: their nodes get RS_NONE and n_skipped counts them. */
#ifndef RS_GRAPH_COMMUNITY_H
#define RS_GRAPH_COMMUNITY_H
#include "graph/graph.h"

typedef enum { RS_OBJECTIVE_CPM, RS_OBJECTIVE_MODULARITY } RsObjective;
typedef struct {
  RsObjective objective;
  double resolution;  /* CPM: gamma, in units of edge weight */
  uint64_t seed;
  int n_iterations;   /* Leiden iterations, at least 1 */
  uint64_t max_edges; /* per component */
} RsCommunityOptions;
typedef struct { uint32_t n_communities; uint32_t n_skipped_components; uint64_t n_skipped_nodes; } RsCommunityResult;

/* label[i] is the smallest node of i's community, or RS_NONE. error: RS_ERROR_LIMIT without memory. */
bool rs_community_leiden(const RsGraph *graph, const RsCommunityOptions *options, uint32_t *label /* [n_nodes] */,
                         RsCommunityResult *result, GError **error);
/* The same interface to Infomap (two-level; n_iterations trials), for candidates and for the LFR comparison. */
bool rs_community_infomap(const RsGraph *graph, const RsCommunityOptions *options, uint32_t *label,
                          RsCommunityResult *result, GError **error);

#endif
