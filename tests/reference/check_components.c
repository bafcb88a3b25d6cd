#include "reference/graph_check.h"

void rs_check_components(const RsGraph *graph, uint32_t *label) {
  bool changed = true;
  for (uint32_t v = 0; v < graph->n_nodes; v++) label[v] = v;
  while (changed) {
    changed = false;
    for (uint32_t v = 0; v < graph->n_nodes; v++)
      for (uint64_t i = graph->offset[v]; i < graph->offset[v + 1]; i++)
        if (label[graph->neighbor[i]] < label[v]) {
          label[v] = label[graph->neighbor[i]];
          changed = true;
        }
  }
}
