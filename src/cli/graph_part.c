#include "cli/graph_part.h"

#include "base/error.h"
#include "base/words.h"
#include "cli/summary.h"
#include "cli/terminal.h"
#include "exporters/policy.h"
#include "exporters/gexf.h"
#include "exporters/graphml.h"
#include "exporters/words.h"
#include "graph/whole.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MAX_NODES 30000u
#define MAX_EDGES 300000u
#define NEAREST 3u

typedef struct {
  uint32_t n;
  RsKind *kind;
  uint32_t *id;
  bool *focus;
} Selection;

static void selection_clear(Selection *selection) {
  g_free(selection->kind);
  g_free(selection->id);
  g_free(selection->focus);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Selection, selection_clear)

static uint32_t count_all(const RsKnowledge *knowledge) {
  uint32_t n = 0;
  for (int kind = 0; kind < RS_N_KINDS; kind++) n += rs_knowledge_count(knowledge, (RsKind)kind);
  return n;
}

static void selection_init(Selection *selection, uint32_t n) {
  selection->kind = g_new(RsKind, (gsize)n + 1);
  selection->id = g_new(uint32_t, (gsize)n + 1);
  selection->focus = g_new0(bool, (gsize)n + 1);
}

/* ---- around one entity ---- */

/* Ids near the one typed, "" when none is; ids of persons are not shown to everybody who can start the program. */
static char *nearest_text(const RsCase *c, RsKind kind, const char *id) {
  struct {
    unsigned distance;
    const char *text;
  } near[NEAREST];
  guint n = 0;
  const unsigned limit = (unsigned)MIN(strlen(id), 64) / 3 + 2;
  GString *text = g_string_new(NULL);
  if (kind == RS_PERSON && !rs_mask_is_clear(c->mask)) return g_string_free(text, FALSE);
  for (uint32_t i = 0; i < rs_knowledge_count(c->knowledge, kind) && strlen(id) < 64; i++) {
    const char *other = rs_knowledge_id(c->knowledge, kind, i);
    const size_t a = strlen(id), b = strlen(other);
    const unsigned distance = (a > b ? a - b : b - a) > limit ? G_MAXUINT : rs_options_distance(id, other);
    guint at = n;
    if (distance > limit) continue;
    while (at > 0 && near[at - 1].distance > distance) at--;
    if (at == NEAREST) continue;
    if (n == NEAREST) n--;
    memmove(&near[at + 1], &near[at], (n - at) * sizeof near[0]);
    near[at].distance = distance;
    near[at].text = other;
    n++;
  }
  for (guint i = 0; i < n; i++) {
    g_string_append(text, i > 0 ? ", " : "; nearest: ");
    rs_terminal_add(text, near[i].text);
  }
  return g_string_free(text, FALSE);
}

/* By its own id, or by its pseudonym under the key in use. */
static uint32_t entity_find(const RsCase *c, RsKind kind, const char *id) {
  char masked[32];
  for (uint32_t i = 0; i < rs_knowledge_count(c->knowledge, kind); i++) {
    const char *own = rs_knowledge_id(c->knowledge, kind, i);
    if (strcmp(own, id) == 0) return i;
    if (c->policy != NULL && c->policy->id[kind] && strcmp(own, rs_mask_text(c->mask, rs_mask_prefix(kind), id, masked)) == 0) return i;
    if (kind == RS_PERSON && strncmp(id, "p:", 2) == 0 && strcmp(rs_mask_entity(c->mask, kind, own, masked), id) == 0) return i;
  }
  return RS_NONE;
}

static uint32_t ego_find(const RsCase *c, const char *text, GError **error) {
  for (int kind = 0; kind < RS_N_KINDS; kind++) {
    const size_t length = strlen(rs_kind_name[kind]);
    if (strncmp(text, rs_kind_name[kind], length) != 0 || text[length] != ':') continue;
    const uint32_t i = entity_find(c, (RsKind)kind, text + length + 1);
    if (i != RS_NONE) return rs_whole_node(c->knowledge, (RsKind)kind, i);
    g_autofree char *nearest = nearest_text(c, (RsKind)kind, text + length + 1);
    g_set_error(error, RS_ERROR, RS_ERROR_USAGE, _("--ego: no %s '%s' in the claims%s"), rs_word(rs_kind_name[kind], rs_words_terminal()), text + length + 1,
                nearest);
    return RS_NONE;
  }
  g_set_error(error, RS_ERROR, RS_ERROR_USAGE, _("--ego: '%s' is not person:ID, doctor:ID, institution:ID or drug:ID"), text);
  return RS_NONE;
}

/* Breadth first: the nodes up to `hops` steps away, in the order they are met. */
static bool near_select(const RsCase *c, uint32_t ego, int hops, Selection *selection, GError **error) {
  g_autoptr(RsGraph) graph = rs_whole_graph(c->knowledge, error);
  if (graph == NULL) return false;
  g_autofree uint8_t *seen = g_new0(uint8_t, (gsize)graph->n_nodes + 1);
  g_autofree uint32_t *queue = g_new(uint32_t, (gsize)graph->n_nodes + 1);
  uint32_t begin = 0, end = 1;
  queue[0] = ego;
  seen[ego] = 1;
  for (int hop = 0; hop < hops && begin < end; hop++) {
    const uint32_t stop = end;
    for (; begin < stop; begin++)
      for (uint64_t e = graph->offset[queue[begin]]; e < graph->offset[queue[begin] + 1]; e++)
        if (!seen[graph->neighbor[e]]) {
          seen[graph->neighbor[e]] = 1;
          queue[end++] = graph->neighbor[e];
        }
  }
  selection_init(selection, end);
  selection->n = end;
  for (uint32_t i = 0; i < end; i++) selection->kind[i] = rs_whole_entity(c->knowledge, queue[i], &selection->id[i]);
  selection->focus[0] = true;
  return true;
}

/* ---- the best connected ---- */

typedef struct {
  const RsEntity *entity;
  const char *text;
  RsKind kind;
  uint32_t id;
} Standing;

static int compare_standing(const void *a, const void *b) {
  const Standing *x = a, *y = b;
  if (x->entity->n_links != y->entity->n_links) return x->entity->n_links > y->entity->n_links ? -1 : 1;
  if (x->entity->n_claims != y->entity->n_claims) return x->entity->n_claims > y->entity->n_claims ? -1 : 1;
  if (x->entity->amount != y->entity->amount) return x->entity->amount > y->entity->amount ? -1 : 1;
  if (x->kind != y->kind) return x->kind < y->kind ? -1 : 1;
  return strcmp(x->text, y->text);
}

static void top_select(const RsCase *c, const RsEntities *entities, uint32_t top, Selection *selection) {
  const uint32_t n_all = count_all(c->knowledge);
  g_autofree Standing *standing = g_new(Standing, (gsize)n_all + 1);
  uint32_t n = 0;
  for (int kind = 0; kind < RS_N_KINDS; kind++)
    for (uint32_t i = 0; i < rs_knowledge_count(c->knowledge, (RsKind)kind); i++)
      standing[n++] = (Standing){&entities->of[kind][i], rs_knowledge_id(c->knowledge, (RsKind)kind, i), (RsKind)kind, i};
  if (n > 0) qsort(standing, n, sizeof *standing, compare_standing);
  selection_init(selection, MIN(n, top));
  selection->n = MIN(n, top);
  for (uint32_t i = 0; i < selection->n; i++) {
    selection->kind[i] = standing[i].kind;
    selection->id[i] = standing[i].id;
  }
}

/* ---- the file ---- */

static bool size_ok(const RsOptions *options, uint32_t n_nodes, uint32_t n_edges, GError **error) {
  if ((n_nodes <= MAX_NODES && n_edges <= MAX_EDGES) || options->force) return true;
  g_autofree char *nodes = rs_summary_count(n_nodes), *edges = rs_summary_count(n_edges);
  g_set_error(error, RS_ERROR, RS_ERROR_LIMIT,
              _("%s entities and %s relations are more than Gephi bears: fewer --hops, a smaller --top, or --force"), nodes, edges);
  return false;
}

static bool part_write(const RsOptions *options, const RsCase *c, const RsEntities *entities, const RsSubgraph *subgraph,
                       RsXmlCounts *counts, GError **error) {
  g_autoptr(RsOutput) output = rs_output_open(options->output, error);
  if (output == NULL) return false;
  if (g_str_has_suffix(options->output, ".gexf")) {
    g_autoptr(RsPicture) picture = rs_picture_from_subgraph(c, c->mask, entities, subgraph, RS_NONE);
    rs_gexf_write(picture, &c->style, output, counts);
  } else {
    rs_graphml_write_subgraph(c, c->mask, entities, subgraph, RS_NONE, &c->style, output, counts);
  }
  return rs_output_close(output, error);
}

bool rs_graph_part(const RsOptions *options, const RsCase *c, GError **error) {
  static const RsRings no_rings;
  RsCase whole = *c;
  g_auto(Selection) selection = {0};
  whole.rings = &no_rings;
  if (options->hops < 0 || options->hops > 10)
    return g_set_error(error, RS_ERROR, RS_ERROR_USAGE, _("--hops: %d is not between 1 and 10"), options->hops), false;
  g_autoptr(RsEntities) entities = rs_entities_new(c->knowledge);
  if (options->ego != NULL) {
    const uint32_t ego = ego_find(c, options->ego, error);
    if (ego == RS_NONE || !near_select(c, ego, options->hops == 0 ? 1 : options->hops, &selection, error)) return false;
    if (options->top > 0 && selection.n > (uint32_t)options->top) selection.n = (uint32_t)options->top; /* the nearest of them */
  } else {
    top_select(c, entities, (uint32_t)options->top, &selection);
  }
  g_autoptr(RsSubgraph) subgraph =
      rs_subgraph_select(c->knowledge, entities, selection.n, selection.kind, selection.id, selection.focus);
  if (!size_ok(options, subgraph->n_nodes, subgraph->n_edges, error)) return false;
  RsXmlCounts counts = {0, 0, 0};
  if (!part_write(options, &whole, entities, subgraph, &counts, error)) return false;
  const RsSummaryCount count[] = {{"nodes", subgraph->n_nodes}, {"edges", subgraph->n_edges}};
  if (options->json) return rs_summary_written(options->output, NULL, count, G_N_ELEMENTS(count), error);
  if (options->quiet) return true;
  g_autofree char *nodes = rs_summary_count(subgraph->n_nodes), *edges = rs_summary_count(subgraph->n_edges);
  fprintf(stderr, rs_say(options->language, "%s: %s nodes, %s edges\n"), options->output, nodes,
          edges);
  rs_summary_altered(options, &counts);
  return true;
}
