/* exporters/gexf.h: GEXF 1.3, the format that carries a timeline into Gephi.
 *
 * Attributes are static; the timeline is in start and end of nodes and edges, and in the spells of edges whose days are known. The dates
 * stand as plain attributes as well, for readers without a timeline. `kind` on an edge keeps Gephi from merging kinds. Attribute ids equal
 * their titles and there is one block a class: other shapes lose attributes in graphology. */
#ifndef RS_EXPORTERS_GEXF_H
#define RS_EXPORTERS_GEXF_H

#include "exporters/picture.h"
#include "exporters/xml_writer.h"

/* style: NULL for none. Adds to *counts (NULL allowed). */
void rs_gexf_write(const RsPicture *picture, const RsXmlStyle *style, RsOutput *output, RsXmlCounts *counts);

/* Holds a file against the rules that Gephi and graphology impose (gexf_check.c). error: RS_ERROR_IO, RS_ERROR_INTEGRITY: file, line, rule. */
typedef struct { uint64_t n_nodes, n_edges, n_spells; } RsGexfFacts;
bool rs_gexf_check(const char *path, RsGexfFacts *facts, GError **error);

#endif
