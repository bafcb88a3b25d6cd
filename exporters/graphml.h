/* exporters/graphml.h: GraphML as Gephi, networkx, igraph and graphology all read it.
 *
 * Directed, at most one edge a (source, target, kind); nodes sorted by id, edges by (source, target, kind), keys and data in one
 * fixed order; label="VISITED" on <edge> keeps Gephi from merging kinds. The weight is the number of distinct days, at most 100; never
 * money. Sizes are a rank transform of claims (of degree in the whole graph), 4 to 100, left out where all nodes are equal.
 * Colours (Okabe & Ito 2008) differ for the colour-blind and in grey. */
#ifndef RS_EXPORTERS_GRAPHML_H
#define RS_EXPORTERS_GRAPHML_H

#include "exporters/case.h"
#include "exporters/picture.h"
#include "exporters/subgraph.h"
#include "exporters/xml_writer.h"

/* One subgraph under one mask; ring RS_NONE: the case. Labels come from the case's reader where it has names. style: NULL for none.
 * Adds to *counts. */
void rs_graphml_write_subgraph(const RsCase *c, const RsMask *mask, const RsEntities *entities, const RsSubgraph *subgraph,
                               uint32_t ring, const RsXmlStyle *style, RsOutput *output, RsXmlCounts *counts);

extern const char *const rs_kind_color[RS_N_KINDS]; /* "#rrggbb" */

/* A picture, such as a part of a case; a ring's score is not known here. */
void rs_graphml_write_picture(const RsPicture *picture, const RsXmlStyle *style, RsOutput *output, RsXmlCounts *counts);

/* The name to show for an entity: a person's pseudonym, or (unmasked) name or id; name or id of the others. Borrowed or in buffer. */
/* What the rows or else the table of its kind call it, masked where the policy says so; "": unknown. */
const char *rs_case_name(const RsCase *c, const RsMask *mask, RsKind kind, uint32_t id, char buffer[32]);
const char *rs_case_label(const RsCase *c, const RsMask *mask, RsKind kind, uint32_t id, char buffer[32]);

/* Codes joined by ;  the patterns of its leads, and "watched". Returns buffer. */
const char *rs_case_reasons(unsigned patterns, bool watched, char buffer[128]);

#endif
