/* cli/graph_part.h: a part of the knowledge graph: around one entity, or the best-connected entities. */
#ifndef RS_CLI_GRAPH_PART_H
#define RS_CLI_GRAPH_PART_H

#include "cli/options.h"
#include "exporters/case.h"

/* c: claims, knowledge, mask and reader; no rings. Written to options->output as GEXF where the name says so, else as GraphML. error:
 * RS_ERROR_USAGE: no such entity, naming the nearest; RS_ERROR_LIMIT: more than a reader bears, without --force; RS_ERROR_IO. */
bool rs_graph_part(const RsOptions *options, const RsCase *c, GError **error);

#endif
