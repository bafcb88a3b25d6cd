#include "reference/graph_check.h"

static bool peel_once(const RsGraph *graph, bool *gone, uint32_t k, uint32_t *core) {
  bool peeled = false;
  for (uint32_t v = 0; v < graph->n_nodes; v++) {
    uint32_t left = 0;
    if (gone[v]) continue;
    for (uint64_t i = graph->offset[v]; i < graph->offset[v + 1]; i++) left += !gone[graph->neighbor[i]];
    if (left >= k) continue;
    gone[v] = peeled = true;
    core[v] = k - 1;
  }
  return peeled;
}

void rs_check_kcore(const RsGraph *graph, uint32_t *core) {
  g_autofree bool *gone = g_new0(bool, (gsize)graph->n_nodes + 1);
  uint32_t n_left = graph->n_nodes;
  for (uint32_t k = 1; n_left > 0; k++) {
    while (peel_once(graph, gone, k, core)) {}
    n_left = 0;
    for (uint32_t v = 0; v < graph->n_nodes; v++) n_left += !gone[v];
  }
}
