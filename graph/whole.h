/* graph/whole.h: the knowledge graph as one undirected graph over all entities, and where each of them stands in it.
 *
 * Nodes are numbered persons first, then doctors, institutions and drugs, each kind in its own order. An edge is a relation,
 * whatever its direction; its weight is the number of distinct days, so that a busy day is no long acquaintance.
 * Cost O(nodes + relation rows); 8 bytes an edge end. Leiden: about 0.4 s and 60 MB a million edges. */
#ifndef RS_GRAPH_WHOLE_H
#define RS_GRAPH_WHOLE_H

#include "graph/graph.h"
#include "graph/knowledge.h"

/* The number of an entity among all nodes, and the way back. */
uint32_t rs_whole_node(const RsKnowledge *knowledge, RsKind kind, uint32_t i);
RsKind rs_whole_entity(const RsKnowledge *knowledge, uint32_t node, uint32_t *i);

/* error: RS_ERROR_LIMIT. */
RsGraph *rs_whole_graph(const RsKnowledge *knowledge, GError **error);

/* Components with more edges get no communities, unless the caller asks for more: a few seconds at most. */
#define RS_WHOLE_MAX_EDGES 2000000u
typedef struct {
  uint64_t max_edges; /* per component; 0: RS_WHOLE_MAX_EDGES */
  uint64_t seed;
} RsWholeOptions;

typedef struct {
  uint32_t n_nodes;
  uint32_t *component; /* [n_nodes] 0 is the largest; equal sizes by smallest node */
  uint32_t *core;      /* [n_nodes] core number */
  uint32_t *community; /* [n_nodes] Leiden, modularity with resolution 1; 0 is the largest; RS_NONE where not computed */
  uint32_t *n_links;   /* [n_nodes] neighbours */
  uint32_t n_components, n_communities;
  uint32_t n_skipped_components; uint64_t n_skipped_nodes; /* over max_edges */
  uint64_t max_edges;  /* the limit that held */
} RsWhole;

/* error: RS_ERROR_LIMIT. */
RsWhole *rs_whole_new(const RsKnowledge *knowledge, const RsWholeOptions *options, GError **error);
void rs_whole_free(RsWhole *whole);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(RsWhole, rs_whole_free)

/* Renumbers labels 0, 1, 2 ... by falling number of members, equal ones by first member; RS_NONE stays. Labels are nodes,
 * as rs_components and the communities give them; n_groups gets their number. error: RS_ERROR_LIMIT. */
bool rs_labels_by_size(uint32_t n_nodes, uint32_t *label, uint32_t *n_groups, GError **error);

#endif
