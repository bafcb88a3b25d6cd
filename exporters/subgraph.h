/* exporters/subgraph.h: the part of the knowledge graph that is drawn: all leads, or one.
 *
 * Case   every ring member, and the doctors, institutions and drugs of the person members' own claims.
 * Ring   its members, and as context the doctors, institutions and drugs that two or more of its persons share in its evidence.
 * Edges  a person's relations to the nodes present; between other kinds, the pairs that stand together on a line of a person member,
 *        or are both members of one ring. The numbers on an edge are those of the whole graph, in every file.
 *
 * Sizes  the rank of a node's claims on the edges drawn, spread over 4 .. 100: both ends then occur, which keeps Gephi's import from
 *        scaling the layout, and money or scores that are close do not give equal nodes.
 *
 * Places the ring's drawing of graph/layout.h; the case's shows ring by ring. Where there are too many nodes for that, gaps shrink and
 *        most sizes move towards 4 before anything overlaps.
 *
 * Nodes stand in an order that comes from their content, not from their ids (kind, falling claims, falling amount, days, id last), so
 * that a layout computed in this order tells nothing about the order of masked ids. */
#ifndef RS_EXPORTERS_SUBGRAPH_H
#define RS_EXPORTERS_SUBGRAPH_H

#include "exporters/entities.h"
#include "graph/tie.h"
#include "rings/ring.h"

typedef struct {
  RsKind kind;
  uint32_t id;
  uint32_t ring;     /* best-ranked ring it belongs to, or RS_NONE: context only */
  uint32_t n_rings;
  RsRole role;       /* in the drawn ring; in the case: in its best-ranked ring */
  unsigned patterns; /* bits 1 << RsPattern of its rings */
  bool member;       /* of the drawn ring; in the case: of any ring */
  int32_t x, y;      /* hundredths, within +-450,000 */
  uint32_t size;     /* hundredths, 400 .. 10,000, both of which occur; RS_NONE on all nodes where they do not differ */
} RsSubgraphNode;

typedef struct {
  uint32_t from, to; /* nodes */
  RsRelationKind kind;
  uint64_t row;      /* in the whole graph's relation */
  RsTieSum sum;      /* of that row */
} RsSubgraphEdge;

typedef struct {
  uint32_t n_nodes, n_edges;
  RsSubgraphNode *node;
  RsSubgraphEdge *edge; /* by kind, from, to */
} RsSubgraph;

/* Who is a member of what, for all rings: made once a case. */
typedef struct RsMemberships RsMemberships;
RsMemberships *rs_memberships_new(const RsRings *rings);
void rs_memberships_free(RsMemberships *memberships);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(RsMemberships, rs_memberships_free)

/* ring RS_NONE: the case. whole: NULL, or the case's, which spares the sums of edges it has. */
RsSubgraph *rs_subgraph_new(const RsKnowledge *knowledge, const RsEntities *entities, const RsMemberships *memberships, uint32_t ring,
                            const RsSubgraph *whole, unsigned n_threads);
/* Any n entities, distinct, and all relations between them; those marked in focus (NULL: none) count as members. No leads are known. */
RsSubgraph *rs_subgraph_select(const RsKnowledge *knowledge, const RsEntities *entities, uint32_t n, const RsKind *kind, const uint32_t *id,
                               const bool *focus);
void rs_subgraph_free(RsSubgraph *subgraph);
/* Its edges in the order of their ends' ranks, that of from first: [n_edges], the caller frees it. rank: [n_nodes] a place of its own for each
 * node. Two kinds of node have at most one kind of relation, so no two edges are alike. */
uint32_t *rs_subgraph_edges_by(const RsSubgraph *subgraph, const uint32_t *rank);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(RsSubgraph, rs_subgraph_free)

/* Distinct values, sorted, and the size that a value gets among them: 400 .. 10,000, or RS_NONE when fewer than two differ. */
typedef struct { uint64_t *value; size_t n; } RsSizes;
RsSizes rs_sizes_new(uint64_t *value /* taken */, size_t n);
uint32_t rs_sizes_get(const RsSizes *sizes, uint64_t value);

#endif
