/* graph: the whole knowledge graph as GraphML, each node with its component, core number and community. */
#include "base/error.h"
#include "base/words.h"
#include "cli/commands.h"
#include "cli/graph_part.h"
#include "cli/progress.h"
#include "cli/summary.h"
#include "exporters/policy.h"
#include "graph/whole.h"

#include <stdio.h>
#include <string.h>

/* The key stays beside the file, so that ids can be looked up later. */
static bool save_key(const RsOptions *options, const RsMask *mask, GError **error) {
  if (strcmp(options->output, "-") == 0) return true;
  g_autofree char *path = g_strconcat(options->output, ".key", NULL);
  return rs_mask_save(mask, path, error);
}

static bool say(const RsOptions *options, const RsKnowledge *knowledge, const RsWhole *whole, GError **error) {
  uint64_t relations = 0;
  for (int r = 0; r < RS_N_RELATIONS; r++) relations += knowledge->relation[r].n;
  const RsSummaryCount count[] = {{"nodes", whole->n_nodes}, {"relations", relations}, {"components", whole->n_components},
                                  {"communities", whole->n_communities}, {"nodes_without_community", whole->n_skipped_nodes}};
  if (options->json) return rs_summary_written(options->output, NULL, count, G_N_ELEMENTS(count), error);
  if (options->quiet) return true;
  g_autofree char *nodes = rs_summary_count(whole->n_nodes), *edges = rs_summary_count(relations);
  fprintf(stderr, rs_say(options->language, "%s: %s nodes, %s relations, %u components, %u communities\n"),
          options->output, nodes, edges, whole->n_components, whole->n_communities);
  if (whole->n_skipped_components == 0) return true;
  g_autofree char *skipped = rs_summary_count(whole->n_skipped_nodes), *limit = rs_summary_count(whole->max_edges);
  fprintf(stderr, rs_say(options->language, "not computed: communities of %s nodes in %u components of more than %s relations\n"), skipped, whole->n_skipped_components, limit);
  return true;
}

int rs_command_graph(const RsOptions *options, GError **error) {
  if (g_str_has_suffix(options->output, ".gexf") && options->ego == NULL && options->top == 0) {
    g_set_error(error, RS_ERROR, RS_ERROR_USAGE, _("'%s': the whole graph is written as GraphML; GEXF takes a part of it, with --ego or --top"), options->output);
    return RS_ERROR_USAGE;
  }
  RsReadOptions read_options = rs_options_read(options);
  g_autoptr(RsMask) mask = options->unmask ? rs_mask_clear() : rs_mask_new(options->mask_key, error);
  if (mask == NULL) return RS_ERROR_IO;
  g_autoptr(RsPolicy) policy = options->policy == NULL ? NULL : rs_policy_read(options->policy, error);
  if (options->policy != NULL && policy == NULL) return RS_ERROR_INPUT;
  RsProgress *progress = rs_progress_start(options);
  rs_progress_stage(progress, rs_say(options->language, "opening the files"), NULL);
  g_autoptr(RsReader) reader = rs_reader_new(&read_options, error);
  if (reader == NULL) return RS_ERROR_IO;
  rs_progress_stage(progress, rs_say(options->language, "reading claims"), rs_reader_report(reader));
  g_autoptr(RsClaims) claims = rs_reader_read(reader, error);
  rs_progress_pause(progress);
  rs_summary_mappings(options, rs_reader_report(reader)); /* the encoding is settled now */
  if (claims == NULL) return RS_ERROR_IO;
  rs_progress_stage(progress, rs_say(options->language, "building the knowledge graph"), NULL);
  g_autoptr(RsKnowledge) knowledge = rs_knowledge_new(claims, options->n_threads, error);
  if (knowledge == NULL) return RS_ERROR_IO;
  const bool keep_key = !options->unmask && options->mask_key == NULL;
  const RsCase c = {.reader = reader, .report = rs_reader_report(reader), .claims = claims, .knowledge = knowledge, .mask = mask, .policy = policy,
                    .text_language = options->text_language, .style = rs_options_style(options), .n_threads = options->n_threads};
  g_autoptr(RsDisguise) disguise = rs_disguise_new(&c);
  if (options->ego != NULL || options->top > 0) {
    rs_progress_end(progress);
    return rs_graph_part(options, &disguise->c, error) && (!keep_key || save_key(options, mask, error)) ? 0 : RS_ERROR_IO;
  }
  const RsXmlStyle style = rs_options_style(options);
  RsXmlCounts counts = {0, 0, 0};
  RsWholeOptions whole_options = {.seed = (uint64_t)options->seed};
  g_autoptr(RsWhole) whole = rs_whole_new(knowledge, &whole_options, error);
  if (whole == NULL) return RS_ERROR_IO;
  if (!rs_graphml_write_knowledge(disguise->c.knowledge, mask, whole->component, whole->core, whole->community, &style, &counts, options->output, error)) return RS_ERROR_IO;
  if (keep_key && !save_key(options, mask, error)) return RS_ERROR_IO;
  rs_progress_end(progress);
  rs_summary_altered(options, &counts);
  return say(options, knowledge, whole, error) ? 0 : RS_ERROR_IO;
}
