/* exporters/picture.h: a drawn graph as plain data, the same whether it comes from memory or from a case folder: what GEXF, the tables of
 * Gephi and Neo4j and the link tables are written from.
 *
 * Nodes stand in order of their ids, edges in order of (source, target); ids are those of the GraphML files. */
#ifndef RS_EXPORTERS_PICTURE_H
#define RS_EXPORTERS_PICTURE_H

#include "exporters/case_read.h"
#include "exporters/entities.h"
#include "exporters/spells.h"

typedef struct {
  const char *id;              /* NMTOKEN: kind letter, ':', escaped key */
  const char *key;             /* the printed id: pseudonym or clear */
  const char *label, *ref, *role, *ring, *reasons; /* "" where absent; label never */
  RsKind kind;
  uint32_t n_rings, n_links;
  bool has_score, flagged, dated, placed;
  int32_t score, x, y;         /* x, y in hundredths */
  uint32_t size;               /* hundredths, RS_NONE: none */
  uint64_t n_claims;
  int64_t amount;              /* fen */
  uint16_t first_day, last_day;
} RsPictureNode;

typedef struct {
  uint32_t from, to;           /* nodes */
  RsRelationKind kind;
  uint32_t weight;             /* distinct days, 1 .. 100 */
  uint64_t n_claims;
  int64_t amount;
  uint16_t first_day, last_day;
  uint32_t spell, n_spells;    /* into spells; fewer than two: first_day to last_day is all that is known */
} RsPictureEdge;

typedef struct {
  char name[16];               /* "kg" or the ring id */
  RsLanguage language;         /* of "12 claims" */
  GArray *nodes, *edges, *spells; /* of RsPictureNode, RsPictureEdge, RsSpell */
  GStringChunk *texts;
} RsPicture;

#define rs_picture_node(picture, i) (&g_array_index((picture)->nodes, RsPictureNode, (i)))
#define rs_picture_edge(picture, i) (&g_array_index((picture)->edges, RsPictureEdge, (i)))
#define rs_picture_spell(picture, i) (&g_array_index((picture)->spells, RsSpell, (i)))

/* What rs_graphml_write_subgraph draws. ring RS_NONE: the case. */
RsPicture *rs_picture_from_subgraph(const RsCase *c, const RsMask *mask, const RsEntities *entities, const RsSubgraph *subgraph, uint32_t ring);
/* graph.graphml of a case, or a ring's file, with the days that case.db has. ring_id NULL: the case. error: RS_ERROR_IO;
 * RS_ERROR_INTEGRITY, RS_ERROR_INPUT: not as we write it. */
RsPicture *rs_picture_from_case(const RsCaseRead *read, const char *ring_id, GError **error);
/* The same without the days of its edges, for what does not show them. */
RsPicture *rs_picture_from_case_undated(const RsCaseRead *read, const char *ring_id, GError **error);
void rs_picture_free(RsPicture *picture);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(RsPicture, rs_picture_free)

/* Keeps n nodes: members first, those in leads by the best lead, then those with most claims; and the edges between them. */
void rs_picture_keep(RsPicture *picture, uint32_t n);

/* "12 claims"; buffer holds it. */
const char *rs_picture_edge_label(const RsPicture *picture, const RsPictureEdge *edge, char buffer[48]);

#endif
