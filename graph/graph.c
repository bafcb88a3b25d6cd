#include "graph/graph.h"

#include "base/error.h"
#include "base/words.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

void rs_graph_free(RsGraph *graph) {
  if (graph == NULL) return;
  g_free(graph->offset);
  g_free(graph->neighbor);
  g_free(graph->weight);
  g_free(graph);
}

/* Both directions of every edge, ordered by two stable counting sorts: first by the far end, then by the near end. */
typedef struct {
  uint32_t *node;
  float *weight;
} Half;

static void half_clear(Half *half) {
  g_free(half->node);
  g_free(half->weight);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Half, half_clear)

static bool half_init(Half *half, uint64_t n) {
  half->node = g_try_malloc_n(n + 1, sizeof *half->node);
  half->weight = g_try_malloc_n(n + 1, sizeof *half->weight);
  return half->node != NULL && half->weight != NULL;
}

static float weight_at(const float *weight, uint64_t i) { return weight == NULL ? 1.0f : weight[i]; }

/* position[i]: where the row of node i starts, loops left out; position[n_nodes] is the total. */
static void rows_count(uint32_t n_nodes, uint64_t n, const uint32_t *a, const uint32_t *b, uint64_t *position) {
  memset(position, 0, ((size_t)n_nodes + 1) * sizeof *position);
  for (uint64_t i = 0; i < n; i++) {
    if (a[i] == b[i]) continue;
    position[a[i] + 1]++;
    position[b[i] + 1]++;
  }
  for (uint32_t v = 0; v < n_nodes; v++) position[v + 1] += position[v];
}

/* Groups the halves by far end: afterwards position[v] is the end of group v. */
static void group_by_far(uint64_t n, const uint32_t *a, const uint32_t *b, const float *weight, uint64_t *position,
                         Half *out) {
  for (uint64_t i = 0; i < n; i++) {
    if (a[i] == b[i]) continue;
    uint64_t at = position[b[i]]++, back = position[a[i]]++;
    out->node[at] = a[i];
    out->node[back] = b[i];
    out->weight[at] = out->weight[back] = weight_at(weight, i);
  }
}

/* Groups the halves by near end; since far ends come ascending, every row ends up sorted. The graph is undirected, so both
 * groupings have the same group sizes: end[v] is the end of group v in either. */
static void group_by_near(uint32_t n_nodes, const uint64_t *end, const Half *in, uint64_t *position, Half *out) {
  for (uint32_t far = 0; far < n_nodes; far++)
    for (uint64_t i = far == 0 ? 0 : end[far - 1]; i < end[far]; i++) {
      uint64_t at = position[in->node[i]]++; /* NOLINT(clang-analyzer-core.uninitialized.ArraySubscript): all halves were filled before */
      out->node[at] = far;
      out->weight[at] = in->weight[i];
    }
}

static int weight_order(const void *a, const void *b) {
  float x = *(const float *)a, y = *(const float *)b;
  return (x > y) - (x < y);
}

/* Sum of a run of repeated edges, in sorted order so that it does not depend on the order of the list. */
static float run_sum(float *weight, uint64_t n) {
  double sum = 0;
  if (n == 1) return weight[0];
  qsort(weight, n, sizeof *weight, weight_order);
  for (uint64_t i = 0; i < n; i++) sum += (double)weight[i];
  return sum < (double)G_MAXFLOAT ? (float)sum : G_MAXFLOAT;
}

/* Merges repeats in place; half holds the rows that end at end[]. */
static void rows_merge(RsGraph *graph, const uint64_t *end, Half *half) {
  uint64_t out = 0;
  for (uint32_t v = 0; v < graph->n_nodes; v++) {
    graph->offset[v] = out;
    for (uint64_t i = v == 0 ? 0 : end[v - 1], next; i < end[v]; i = next) {
      for (next = i + 1; next < end[v] && half->node[next] == half->node[i];) next++;
      graph->neighbor[out] = half->node[i];
      graph->weight[out++] = run_sum(&half->weight[i], next - i);
    }
  }
  graph->offset[graph->n_nodes] = out;
  graph->n_edges = out / 2;
}

static bool edges_checked(uint32_t n_nodes, uint64_t n, const uint32_t *a, const uint32_t *b, const float *weight,
                          GError **error) {
  for (uint64_t i = 0; i < n; i++) {
    if (a[i] >= n_nodes || b[i] >= n_nodes) {
      g_set_error(error, RS_ERROR, RS_ERROR_USAGE, _("edge %llu ends past the last node"), (unsigned long long)i);
      return false;
    }
    if (weight != NULL && !(weight[i] > 0 && isfinite(weight[i]))) {
      g_set_error(error, RS_ERROR, RS_ERROR_USAGE, _("edge %llu has no positive, finite weight"), (unsigned long long)i);
      return false;
    }
  }
  return true;
}

static RsGraph *too_large(RsGraph *graph, GError **error) {
  rs_graph_free(graph);
  g_set_error(error, RS_ERROR, RS_ERROR_LIMIT, _("no memory for the graph"));
  return NULL;
}

RsGraph *rs_graph_new(uint32_t n_nodes, uint64_t n, const uint32_t *a, const uint32_t *b, const float *weight,
                      GError **error) {
  if (!edges_checked(n_nodes, n, a, b, weight, error)) return NULL;
  g_autoptr(RsGraph) graph = g_new0(RsGraph, 1);
  g_autofree uint64_t *end = g_try_malloc_n((gsize)n_nodes + 1, sizeof *end);
  graph->n_nodes = n_nodes;
  graph->offset = g_try_malloc_n((gsize)n_nodes + 1, sizeof *graph->offset);
  if (n > UINT64_MAX / 32 || end == NULL || graph->offset == NULL) return too_large(g_steal_pointer(&graph), error);
  rows_count(n_nodes, n, a, b, end);
  uint64_t n_halves = end[n_nodes];
  g_auto(Half) far = {0}, near = {0};
  if (!half_init(&far, n_halves) || !half_init(&near, n_halves)) return too_large(g_steal_pointer(&graph), error);
  memcpy(graph->offset, end, ((size_t)n_nodes + 1) * sizeof *end);
  group_by_far(n, a, b, weight, end, &far);
  group_by_near(n_nodes, end, &far, graph->offset, &near);
  graph->neighbor = g_steal_pointer(&far.node); /* read out: becomes the result */
  graph->weight = g_steal_pointer(&far.weight);
  rows_merge(graph, end, &near);
  return g_steal_pointer(&graph);
}

static bool refuse(const char **reason, const char *why) {
  if (reason != NULL) *reason = why;
  return false;
}

/* The place of `to` in the row of `from`, or UINT64_MAX. */
static uint64_t edge_find(const RsGraph *graph, uint32_t from, uint32_t to) {
  uint64_t low = graph->offset[from], high = graph->offset[from + 1];
  while (low < high) {
    uint64_t middle = low + (high - low) / 2;
    if (graph->neighbor[middle] == to) return middle;
    if (graph->neighbor[middle] < to) low = middle + 1;
    else high = middle;
  }
  return UINT64_MAX;
}

static bool row_valid(const RsGraph *graph, uint32_t v, const char **reason) {
  for (uint64_t i = graph->offset[v]; i < graph->offset[v + 1]; i++) {
    uint32_t to = graph->neighbor[i];
    if (to >= graph->n_nodes) return refuse(reason, "a neighbour past the last node");
    if (to == v) return refuse(reason, "a loop");
    if (i > graph->offset[v] && graph->neighbor[i - 1] >= to) return refuse(reason, "a row is not sorted or has repeats");
    if (!(graph->weight[i] > 0 && isfinite(graph->weight[i]))) return refuse(reason, "a weight is not positive");
    uint64_t back = edge_find(graph, to, v);
    /* NOLINTNEXTLINE(bugprone-suspicious-memory-comparison,cert-exp42-c,cert-flp37-c): equal to the bit */
    if (back == UINT64_MAX || memcmp(&graph->weight[back], &graph->weight[i], sizeof *graph->weight) != 0)
      return refuse(reason, "an edge without its equal way back");
  }
  return true;
}

bool rs_graph_validate(const RsGraph *graph, const char **reason) {
  if (graph->offset[0] != 0 || graph->offset[graph->n_nodes] != 2 * graph->n_edges)
    return refuse(reason, "offset does not span the edges");
  for (uint32_t v = 0; v < graph->n_nodes; v++)
    if (graph->offset[v] > graph->offset[v + 1]) return refuse(reason, "offset goes back");
  for (uint32_t v = 0; v < graph->n_nodes; v++)
    if (!row_valid(graph, v, reason)) return false;
  return true;
}
