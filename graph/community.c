#include "graph/community.h"

#include "base/error.h"
#include "base/text.h"
#include "base/words.h"
#include "graph/components.h"
#include "graph/infomap.h"
#include "graph/leiden.h"

#include <string.h>

/* Most components of a companion graph have two or three nodes and there may be a hundred thousand of them. Where the
 * outcome is certain it is written down at once; the rest is solved one component at a time. */

typedef bool (*Solve)(const RsEdgeList *list, const RsCommunityOptions *options, uint32_t *label, GError **error);

typedef struct {
  uint32_t *member; /* [n_nodes] nodes grouped by component, ascending in each */
  uint32_t *start;  /* [n_components + 1] */
  uint32_t *local;  /* [n_nodes] place in the own component */
  uint32_t n_components;
  uint32_t *from, *to, *label; /* of the component at hand */
  float *weight;
} Split;

static void split_clear(Split *split) {
  g_free(split->member);
  g_free(split->start);
  g_free(split->local);
  g_free(split->from);
  g_free(split->to);
  g_free(split->label);
  g_free(split->weight);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Split, split_clear)

static bool no_memory(GError **error) {
  g_set_error(error, RS_ERROR, RS_ERROR_LIMIT, _("no memory to split the graph into components"));
  return false;
}

/* Groups the nodes by component; components ascend by smallest member. component[] is scratch holding labels. */
static bool split_nodes(Split *split, const RsGraph *graph, uint32_t *component, GError **error) {
  uint32_t n = graph->n_nodes, number = 0;
  split->n_components = rs_components(graph, component);
  split->member = g_try_malloc_n((gsize)n + 1, sizeof *split->member);
  split->local = g_try_malloc_n((gsize)n + 1, sizeof *split->local);
  split->start = g_try_malloc0_n((gsize)split->n_components + 1, sizeof *split->start);
  if (split->member == NULL || split->local == NULL || split->start == NULL) return no_memory(error);
  for (uint32_t v = 0; v < n; v++) { /* from smallest member to running number; the smallest member comes first */
    component[v] = component[v] == v ? number++ : component[component[v]];
    split->local[v] = split->start[component[v] + 1]++;
  }
  for (uint32_t c = 0; c < split->n_components; c++) split->start[c + 1] += split->start[c];
  for (uint32_t v = 0; v < n; v++) split->member[split->start[component[v]] + split->local[v]] = v;
  return true;
}

static uint64_t component_edges(const Split *split, const RsGraph *graph, uint32_t c) {
  uint64_t n_halves = 0;
  for (uint32_t i = split->start[c]; i < split->start[c + 1]; i++)
    n_halves += graph->offset[split->member[i] + 1] - graph->offset[split->member[i]];
  return n_halves / 2;
}

static bool component_skipped(uint64_t n_edges, const RsCommunityOptions *options) {
  return n_edges > options->max_edges || n_edges > INT32_MAX;
}

static bool split_scratch(Split *split, const RsGraph *graph, const RsCommunityOptions *options, GError **error) {
  uint64_t most_edges = 1;
  uint32_t most_nodes = 1;
  for (uint32_t c = 0; c < split->n_components; c++) {
    uint64_t n_edges = component_edges(split, graph, c);
    if (component_skipped(n_edges, options)) continue;
    most_edges = MAX(most_edges, n_edges);
    most_nodes = MAX(most_nodes, split->start[c + 1] - split->start[c]);
  }
  split->from = g_try_malloc_n(most_edges, sizeof *split->from);
  split->to = g_try_malloc_n(most_edges, sizeof *split->to);
  split->weight = g_try_malloc_n(most_edges, sizeof *split->weight);
  split->label = g_try_malloc_n(most_nodes, sizeof *split->label);
  if (split->from == NULL || split->to == NULL || split->weight == NULL || split->label == NULL) return no_memory(error);
  return true;
}

static RsEdgeList component_list(Split *split, const RsGraph *graph, uint32_t c) {
  RsEdgeList list = {split->start[c + 1] - split->start[c], 0, split->from, split->to, split->weight};
  for (uint32_t i = 0; i < list.n_nodes; i++) {
    uint32_t v = split->member[split->start[c] + i];
    for (uint64_t e = graph->offset[v]; e < graph->offset[v + 1]; e++) {
      if (graph->neighbor[e] < v) continue;
      split->from[list.n_edges] = i;
      split->to[list.n_edges] = split->local[graph->neighbor[e]];
      split->weight[list.n_edges++] = graph->weight[e];
    }
  }
  return list;
}

static bool component_solve(Split *split, const RsGraph *graph, uint32_t c, const RsCommunityOptions *options, Solve solve,
                            uint32_t *label, GError **error) {
  const uint32_t *member = &split->member[split->start[c]];
  RsEdgeList list = component_list(split, graph, c);
  if (!solve(&list, options, split->label, error)) return false;
  for (uint32_t i = 0; i < list.n_nodes; i++) label[member[i]] = member[split->label[i]];
  return true;
}

static void component_skip(const Split *split, uint32_t c, uint32_t *label, RsCommunityResult *result) {
  for (uint32_t i = split->start[c]; i < split->start[c + 1]; i++) label[split->member[i]] = RS_NONE;
  result->n_skipped_components++;
  result->n_skipped_nodes += split->start[c + 1] - split->start[c];
}

static bool community_run(const RsGraph *graph, const RsCommunityOptions *options, Solve solve, uint32_t *label,
                          RsCommunityResult *result, GError **error) {
  g_auto(Split) split = {0};
  RsCommunityResult counts = {0};
  if (!split_nodes(&split, graph, label, error) || !split_scratch(&split, graph, options, error)) return false;
  for (uint32_t c = 0; c < split.n_components; c++) {
    if (component_skipped(component_edges(&split, graph, c), options)) component_skip(&split, c, label, &counts);
    else if (!component_solve(&split, graph, c, options, solve, label, error)) return false;
  }
  for (uint32_t v = 0; v < graph->n_nodes; v++) counts.n_communities += label[v] == v;
  if (result != NULL) *result = counts;
  return true;
}

/* ---- Leiden ---- */

static void labels_fill(uint32_t *label, uint32_t n, bool together) {
  for (uint32_t i = 0; i < n; i++) label[i] = together ? 0 : i;
}

/* Two nodes join when that gains anything, by the very formula igraph uses. */
static bool two_join(const RsEdgeList *list, const RsCommunityOptions *options) {
  double weight = (double)list->weight[0], cost = options->resolution;
  if (options->objective == RS_OBJECTIVE_MODULARITY) cost = weight * weight * (options->resolution / (2 * weight));
  return weight > cost;
}

/* CPM gains w - gamma for every pair put together. Where all pairs are tied above gamma no two communities are left apart by
 * Leiden's guarantee (they could be merged with profit); where no weight reaches gamma no node ever leaves its own. The margin
 * keeps away from rounding. */
#define MARGIN 1e-6

static bool cpm_certain(const RsEdgeList *list, double resolution, bool *together) {
  float least = G_MAXFLOAT, most = 0;
  for (uint32_t i = 0; i < list->n_edges; i++) {
    least = MIN(least, list->weight[i]);
    most = MAX(most, list->weight[i]);
  }
  bool complete = 2 * (uint64_t)list->n_edges == (uint64_t)list->n_nodes * (list->n_nodes - 1);
  *together = complete && (double)least > resolution * (1 + MARGIN);
  return *together || (double)most < resolution * (1 - MARGIN);
}

/* All ways to put n nodes together: node i joins one of the groups before it or opens one. */
enum { FEW = 5 };

typedef struct {
  uint32_t n;
  double gain[FEW][FEW]; /* of a pair put together */
  uint32_t group[FEW], best_group[FEW];
  double best, second;
} Ways;

static void ways_try(Ways *ways, uint32_t i, uint32_t n_groups, double gain) {
  if (i >= FEW || i == ways->n) {
    if (gain <= ways->best) {
      ways->second = MAX(ways->second, gain);
      return;
    }
    ways->second = ways->best;
    ways->best = gain;
    memcpy(ways->best_group, ways->group, sizeof ways->group);
    return;
  }
  for (uint32_t g = 0; g <= n_groups; g++) {
    double with = gain;
    for (uint32_t k = 0; k < i; k++) with += ways->group[k] == g ? ways->gain[i][k] : 0.0;
    ways->group[i] = g;
    ways_try(ways, i + 1, MAX(n_groups, g + 1), with);
  }
}

/* The best way by CPM, for FEW nodes or fewer; false where another is as good. */
static bool cpm_best(const RsEdgeList *list, double resolution, uint32_t *label) {
  Ways ways = {.n = list->n_nodes, .best = -G_MAXDOUBLE, .second = -G_MAXDOUBLE};
  for (uint32_t i = 0; i < FEW; i++)
    for (uint32_t k = 0; k < FEW; k++) ways.gain[i][k] = -resolution;
  for (uint32_t e = 0; e < list->n_edges; e++) {
    ways.gain[list->from[e]][list->to[e]] += (double)list->weight[e];
    ways.gain[list->to[e]][list->from[e]] += (double)list->weight[e];
  }
  ways_try(&ways, 0, 0, 0.0);
  uint32_t first[FEW] = {0}, n_groups = 0; /* groups are numbered by their first node */
  for (uint32_t i = 0; i < ways.n; i++) {
    if (ways.best_group[i] == n_groups) first[n_groups++] = i;
    label[i] = first[ways.best_group[i]];
  }
  return ways.best - ways.second > MARGIN * (1.0 + ways.best);
}

static bool leiden_solve(const RsEdgeList *list, const RsCommunityOptions *options, uint32_t *label, GError **error) {
  (void)error;
  bool together = false, certain = list->n_nodes <= 2;
  if (list->n_nodes == 2) together = two_join(list, options);
  else if (!certain && options->objective == RS_OBJECTIVE_CPM) certain = cpm_certain(list, options->resolution, &together);
  if (certain) {
    labels_fill(label, list->n_nodes, together);
    return true;
  }
  if (list->n_nodes <= FEW && options->objective == RS_OBJECTIVE_CPM && cpm_best(list, options->resolution, label)) return true;
  rs_leiden(list, options->objective, options->resolution, options->n_iterations, options->seed, label);
  return true;
}

bool rs_community_leiden(const RsGraph *graph, const RsCommunityOptions *options, uint32_t *label,
                         RsCommunityResult *result, GError **error) {
  return community_run(graph, options, leiden_solve, label, result, error);
}

/* ---- Infomap ---- */

static bool infomap_solve(const RsEdgeList *list, const RsCommunityOptions *options, uint32_t *label, GError **error) {
  labels_fill(label, list->n_nodes, true);
  /* One step to and fro is coded best as one module. So are three nodes: a node alone is left as often as it is visited, e, and that costs
   * four bits times e; three alone cost two bits. */
  if (list->n_nodes <= 3) return true;
  g_autoptr(RsGraph) graph = rs_graph_new(list->n_nodes, list->n_edges, list->from, list->to, list->weight, error);
  if (graph == NULL) return false;
  rs_infomap(graph, (unsigned)MAX(1, options->n_iterations), options->seed, label);
  return true;
}

bool rs_community_infomap(const RsGraph *graph, const RsCommunityOptions *options, uint32_t *label,
                          RsCommunityResult *result, GError **error) {
  return community_run(graph, options, infomap_solve, label, result, error);
}
