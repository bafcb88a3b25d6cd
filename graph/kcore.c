#include "graph/kcore.h"

#include "base/error.h"
#include "base/words.h"

#include <string.h>

/* Batagelj & Zaversnik 2003: nodes stand in an array ordered by remaining degree; taking them from the front, each higher
 * neighbour loses one degree by changing places with the first node of its bucket, whose border then moves by one. */
typedef struct {
  uint32_t *node;  /* [n] ordered by remaining degree */
  uint32_t *place; /* [n] where a node stands */
  uint32_t *start; /* [largest degree + 2] first place of each bucket */
} Buckets;

static void buckets_clear(Buckets *buckets) {
  g_free(buckets->node);
  g_free(buckets->place);
  g_free(buckets->start);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Buckets, buckets_clear)

static void buckets_fill(Buckets *buckets, uint32_t n_nodes, const uint32_t *degree, uint32_t largest) {
  memset(buckets->start, 0, ((size_t)largest + 2) * sizeof *buckets->start);
  for (uint32_t v = 0; v < n_nodes; v++) buckets->start[degree[v] + 1]++;
  for (uint32_t d = 0; d <= largest; d++) buckets->start[d + 1] += buckets->start[d];
  for (uint32_t v = 0; v < n_nodes; v++) {
    buckets->place[v] = buckets->start[degree[v]]++;
    buckets->node[buckets->place[v]] = v;
  }
  for (uint32_t d = largest + 1; d > 0; d--) buckets->start[d] = buckets->start[d - 1];
  buckets->start[0] = 0;
}

static void degree_lower(Buckets *buckets, uint32_t *degree, uint32_t v) {
  uint32_t place = buckets->place[v], first = buckets->start[degree[v]]++, other = buckets->node[first];
  buckets->node[place] = other;
  buckets->place[other] = place;
  buckets->node[first] = v;
  buckets->place[v] = first;
  degree[v]--;
}

bool rs_kcore(const RsGraph *graph, uint32_t *core, GError **error) {
  uint32_t n = graph->n_nodes, largest = 0;
  for (uint32_t v = 0; v < n; v++) {
    core[v] = (uint32_t)(graph->offset[v + 1] - graph->offset[v]);
    largest = MAX(largest, core[v]);
  }
  g_auto(Buckets) buckets = {
      g_try_malloc_n((gsize)n + 1, sizeof(uint32_t)),
      g_try_malloc_n((gsize)n + 1, sizeof(uint32_t)),
      g_try_malloc_n((gsize)largest + 2, sizeof(uint32_t)),
  };
  if (buckets.node == NULL || buckets.place == NULL || buckets.start == NULL) {
    g_set_error(error, RS_ERROR, RS_ERROR_LIMIT, _("no memory for the core numbers of %u nodes"), n);
    return false;
  }
  buckets_fill(&buckets, n, core, largest);
  for (uint32_t place = 0; place < n; place++) {
    uint32_t v = buckets.node[place];
    for (uint64_t i = graph->offset[v]; i < graph->offset[v + 1]; i++)
      if (core[graph->neighbor[i]] > core[v]) degree_lower(&buckets, core, graph->neighbor[i]);
  }
  return true;
}
