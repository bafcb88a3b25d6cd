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

typedef void (*Solve)(const RsGraph *graph, const RsCommunityOptions *options, uint32_t *label);

typedef struct {
  uint32_t *member; /* [n_nodes] nodes grouped by component, ascending in each */
  uint32_t *start;  /* [n_components + 1] */
  uint32_t *local;  /* [n_nodes] place in the own component */
  uint32_t n_components;
  RsGraph one; /* the component at hand */
  uint32_t *label;
} Split;

static void split_clear(Split *split) {
  g_free(split->member);
  g_free(split->start);
  g_free(split->local);
  g_free(split->one.offset);
  g_free(split->one.neighbor);
  g_free(split->one.weight);
  g_free(split->label);
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
  split->one.offset = g_try_malloc_n((gsize)most_nodes + 1, sizeof *split->one.offset);
  split->one.neighbor = g_try_malloc_n(2 * most_edges, sizeof *split->one.neighbor);
  split->one.weight = g_try_malloc_n(2 * most_edges, sizeof *split->one.weight);
  split->label = g_try_malloc_n(most_nodes, sizeof *split->label);
  if (split->one.offset == NULL || split->one.neighbor == NULL || split->one.weight == NULL || split->label == NULL) return no_memory(error);
  return true;
}

static void component_take(Split *split, const RsGraph *graph, uint32_t c) {
  RsGraph *one = &split->one;
  uint64_t at = 0;
  one->n_nodes = split->start[c + 1] - split->start[c];
  for (uint32_t i = 0; i < one->n_nodes; i++) {
    const uint32_t v = split->member[split->start[c] + i];
    one->offset[i] = at;
    for (uint64_t e = graph->offset[v]; e < graph->offset[v + 1]; e++) {
      one->neighbor[at] = split->local[graph->neighbor[e]];
      one->weight[at++] = graph->weight[e];
    }
  }
  one->offset[one->n_nodes] = at;
  one->n_edges = at / 2;
}

static void component_solve(Split *split, const RsGraph *graph, uint32_t c, const RsCommunityOptions *options, Solve solve, uint32_t *label) {
  const uint32_t *member = &split->member[split->start[c]];
  component_take(split, graph, c);
  solve(&split->one, options, split->label);
  for (uint32_t i = 0; i < split->one.n_nodes; i++) label[member[i]] = member[split->label[i]];
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
    else component_solve(&split, graph, c, options, solve, label);
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
static bool two_join(const RsGraph *graph, const RsCommunityOptions *options) {
  double weight = (double)graph->weight[0], cost = options->resolution;
  if (options->objective == RS_OBJECTIVE_MODULARITY) cost = weight * weight * (options->resolution / (2 * weight));
  return weight > cost;
}

/* CPM gains w - gamma for every pair put together. Where all pairs are tied above gamma no two communities are left apart by
 * Leiden's guarantee (they could be merged with profit); where no weight reaches gamma no node ever leaves its own. The margin
 * keeps away from rounding. */
#define MARGIN 1e-6

static bool cpm_certain(const RsGraph *graph, double resolution, bool *together) {
  float least = G_MAXFLOAT, most = 0;
  for (uint64_t e = 0; e < 2 * graph->n_edges; e++) {
    least = MIN(least, graph->weight[e]);
    most = MAX(most, graph->weight[e]);
  }
  bool complete = 2 * graph->n_edges == (uint64_t)graph->n_nodes * (graph->n_nodes - 1);
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
static bool cpm_best(const RsGraph *graph, double resolution, uint32_t *label) {
  Ways ways = {.n = graph->n_nodes, .best = -G_MAXDOUBLE, .second = -G_MAXDOUBLE};
  for (uint32_t i = 0; i < FEW; i++)
    for (uint32_t k = 0; k < FEW; k++) ways.gain[i][k] = -resolution;
  for (uint32_t i = 0; i < ways.n; i++)
    for (uint64_t e = graph->offset[i]; e < graph->offset[i + 1]; e++) ways.gain[i][graph->neighbor[e]] += (double)graph->weight[e];
  ways_try(&ways, 0, 0, 0.0);
  uint32_t first[FEW] = {0}, n_groups = 0; /* groups are numbered by their first node */
  for (uint32_t i = 0; i < ways.n; i++) {
    if (ways.best_group[i] == n_groups) first[n_groups++] = i;
    label[i] = first[ways.best_group[i]];
  }
  return ways.best - ways.second > MARGIN * (1.0 + ways.best);
}

static void leiden_solve(const RsGraph *graph, const RsCommunityOptions *options, uint32_t *label) {
  const uint32_t n = graph->n_nodes;
  const bool cpm = options->objective == RS_OBJECTIVE_CPM;
  bool together = n == 2 && two_join(graph, options);
  if (n <= 2 || (cpm && cpm_certain(graph, options->resolution, &together))) labels_fill(label, n, together);
  else if (n > FEW || !cpm || !cpm_best(graph, options->resolution, label))
    rs_leiden(graph, options->objective, options->resolution, options->n_iterations, options->seed, label);
}

bool rs_community_leiden(const RsGraph *graph, const RsCommunityOptions *options, uint32_t *label,
                         RsCommunityResult *result, GError **error) {
  return community_run(graph, options, leiden_solve, label, result, error);
}

/* ---- Infomap ---- */

static void infomap_solve(const RsGraph *graph, const RsCommunityOptions *options, uint32_t *label) {
  /* One step to and fro is coded best as one module. So are three nodes: a node alone is left as often as it is visited, e, and that costs
   * four bits times e; three alone cost two bits. */
  if (graph->n_nodes <= 3) labels_fill(label, graph->n_nodes, true);
  else rs_infomap(graph, (unsigned)MAX(1, options->n_iterations), options->seed, label);
}

bool rs_community_infomap(const RsGraph *graph, const RsCommunityOptions *options, uint32_t *label,
                          RsCommunityResult *result, GError **error) {
  return community_run(graph, options, infomap_solve, label, result, error);
}
