#include "graph/whole.h"

#include "base/error.h"
#include "base/text.h"
#include "base/words.h"
#include "graph/community.h"
#include "graph/components.h"
#include "graph/kcore.h"

#include <stdlib.h>
#include <string.h>

uint32_t rs_whole_node(const RsKnowledge *knowledge, RsKind kind, uint32_t i) {
  for (RsKind before = RS_PERSON; before < kind; before++) i += rs_knowledge_count(knowledge, before);
  return i;
}

RsKind rs_whole_entity(const RsKnowledge *knowledge, uint32_t node, uint32_t *i) {
  RsKind kind = RS_PERSON;
  for (; kind < RS_DRUG && node >= rs_knowledge_count(knowledge, kind); kind++) node -= rs_knowledge_count(knowledge, kind);
  *i = node;
  return kind;
}

/* Relations in this order reach the far kinds of every node in ascending order of kind, and a relation's rows and `to` ascend too:
 * each node's row fills up sorted, without a sort. No two relations join the same pair of kinds, so nothing repeats. */
static const RsRelationKind filling_order[RS_N_RELATIONS] = {RS_VISITED,   RS_FILLED_AT,  RS_BOUGHT,
                                                             RS_REFERS_TO, RS_PRESCRIBED, RS_DISPENSED};

static void degrees_count(const RsKnowledge *knowledge, RsRelationKind kind, uint64_t *offset) {
  const RsRelation *relation = &knowledge->relation[kind];
  uint32_t first_from = rs_whole_node(knowledge, rs_relation_from[kind], 0);
  uint32_t first_to = rs_whole_node(knowledge, rs_relation_to[kind], 0);
  for (uint32_t from = 0; from < relation->n_from; from++)
    offset[first_from + from + 1] += relation->offset[from + 1] - relation->offset[from];
  for (uint64_t i = 0; i < relation->n; i++) offset[first_to + relation->to[i] + 1]++;
}

static void edges_fill(const RsKnowledge *knowledge, RsRelationKind kind, RsGraph *graph, uint64_t *position) {
  const RsRelation *relation = &knowledge->relation[kind];
  uint32_t first_from = rs_whole_node(knowledge, rs_relation_from[kind], 0);
  uint32_t first_to = rs_whole_node(knowledge, rs_relation_to[kind], 0);
  for (uint32_t from = 0; from < relation->n_from; from++)
    for (uint64_t i = relation->offset[from]; i < relation->offset[from + 1]; i++) {
      uint32_t a = first_from + from, b = first_to + relation->to[i];
      uint64_t at = position[a]++, back = position[b]++;
      graph->neighbor[at] = b;
      graph->neighbor[back] = a;
      graph->weight[at] = graph->weight[back] = (float)relation->days[i];
    }
}

static RsGraph *no_memory(GError **error) {
  g_set_error(error, RS_ERROR, RS_ERROR_LIMIT, _("no memory for the whole knowledge graph"));
  return NULL;
}

RsGraph *rs_whole_graph(const RsKnowledge *knowledge, GError **error) {
  uint64_t n_nodes = 0, n_edges = 0;
  for (RsKind kind = RS_PERSON; kind < RS_N_KINDS; kind++) n_nodes += rs_knowledge_count(knowledge, kind);
  for (RsRelationKind kind = 0; kind < RS_N_RELATIONS; kind++) n_edges += knowledge->relation[kind].n;
  if (n_nodes >= UINT32_MAX) {
    g_set_error(error, RS_ERROR, RS_ERROR_LIMIT, _("more than 4,294,967,294 nodes in one graph"));
    return NULL;
  }
  g_autoptr(RsGraph) graph = g_new0(RsGraph, 1);
  g_autofree uint64_t *position = g_try_malloc_n(n_nodes + 1, sizeof *position);
  graph->n_nodes = (uint32_t)n_nodes;
  graph->n_edges = n_edges;
  graph->offset = g_try_malloc0_n(n_nodes + 1, sizeof *graph->offset);
  graph->neighbor = g_try_malloc_n(2 * n_edges + 1, sizeof *graph->neighbor);
  graph->weight = g_try_malloc_n(2 * n_edges + 1, sizeof *graph->weight);
  if (position == NULL || graph->offset == NULL || graph->neighbor == NULL || graph->weight == NULL) return no_memory(error);
  for (int i = 0; i < RS_N_RELATIONS; i++) degrees_count(knowledge, filling_order[i], graph->offset);
  for (uint64_t v = 0; v < n_nodes; v++) graph->offset[v + 1] += graph->offset[v];
  memcpy(position, graph->offset, (n_nodes + 1) * sizeof *position);
  for (int i = 0; i < RS_N_RELATIONS; i++) edges_fill(knowledge, filling_order[i], graph, position);
  return g_steal_pointer(&graph);
}

/* ---- labels ---- */

typedef struct { uint32_t label, n_members; } Group;

static int group_order(const void *x, const void *y) {
  const Group *a = x, *b = y;
  if (a->n_members != b->n_members) return a->n_members > b->n_members ? -1 : 1;
  return (a->label > b->label) - (a->label < b->label);
}

bool rs_labels_by_size(uint32_t n_nodes, uint32_t *label, uint32_t *n_groups, GError **error) {
  g_autofree Group *group = g_try_malloc0_n((gsize)n_nodes + 1, sizeof *group);
  g_autofree uint32_t *rank = g_try_malloc_n((gsize)n_nodes + 1, sizeof *rank);
  if (group == NULL || rank == NULL) {
    g_set_error(error, RS_ERROR, RS_ERROR_LIMIT, _("no memory to number the groups of %u nodes"), n_nodes);
    return false;
  }
  for (uint32_t v = 0; v < n_nodes; v++) {
    group[v].label = v;
    if (label[v] != RS_NONE) group[label[v]].n_members++; /* a label is a node before or at v: already set up */
  }
  uint32_t n = 0;
  for (uint32_t v = 0; v < n_nodes; v++)
    if (group[v].n_members > 0) group[n++] = group[v];
  qsort(group, n, sizeof *group, group_order);
  for (uint32_t i = 0; i < n; i++) rank[group[i].label] = i;
  for (uint32_t v = 0; v < n_nodes; v++)
    if (label[v] != RS_NONE) label[v] = rank[label[v]];
  *n_groups = n;
  return true;
}

/* ---- where each node stands ---- */

void rs_whole_free(RsWhole *whole) {
  if (whole == NULL) return;
  g_free(whole->component);
  g_free(whole->core);
  g_free(whole->community);
  g_free(whole->n_links);
  g_free(whole);
}

static bool whole_allocate(RsWhole *whole, uint32_t n_nodes) {
  gsize n = (gsize)n_nodes + 1;
  whole->n_nodes = n_nodes;
  whole->component = g_try_malloc_n(n, sizeof *whole->component);
  whole->core = g_try_malloc_n(n, sizeof *whole->core);
  whole->community = g_try_malloc_n(n, sizeof *whole->community);
  whole->n_links = g_try_malloc_n(n, sizeof *whole->n_links);
  return whole->component != NULL && whole->core != NULL && whole->community != NULL && whole->n_links != NULL;
}

static bool whole_communities(RsWhole *whole, const RsGraph *graph, const RsWholeOptions *options, GError **error) {
  RsCommunityResult result;
  RsCommunityOptions leiden = {.objective = RS_OBJECTIVE_MODULARITY, .resolution = 1, .n_iterations = 2};
  whole->max_edges = options == NULL || options->max_edges == 0 ? RS_WHOLE_MAX_EDGES : options->max_edges;
  leiden.seed = options == NULL ? 1 : options->seed;
  leiden.max_edges = whole->max_edges;
  if (!rs_community_leiden(graph, &leiden, whole->community, &result, error)) return false;
  whole->n_skipped_components = result.n_skipped_components;
  whole->n_skipped_nodes = result.n_skipped_nodes;
  return rs_labels_by_size(graph->n_nodes, whole->community, &whole->n_communities, error);
}

RsWhole *rs_whole_new(const RsKnowledge *knowledge, const RsWholeOptions *options, GError **error) {
  g_autoptr(RsGraph) graph = rs_whole_graph(knowledge, error);
  g_autoptr(RsWhole) whole = g_new0(RsWhole, 1);
  if (graph == NULL) return NULL;
  if (!whole_allocate(whole, graph->n_nodes)) {
    g_set_error(error, RS_ERROR, RS_ERROR_LIMIT, _("no memory to describe %u nodes"), graph->n_nodes);
    return NULL;
  }
  for (uint32_t v = 0; v < graph->n_nodes; v++) whole->n_links[v] = (uint32_t)(graph->offset[v + 1] - graph->offset[v]);
  rs_components(graph, whole->component);
  if (!rs_labels_by_size(graph->n_nodes, whole->component, &whole->n_components, error)) return NULL;
  if (!rs_kcore(graph, whole->core, error)) return NULL;
  if (!whole_communities(whole, graph, options, error)) return NULL;
  return g_steal_pointer(&whole);
}
