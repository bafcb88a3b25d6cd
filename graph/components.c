#include "graph/components.h"

/* Union-find with the smaller root winning, so that a root is always the smallest member of its tree, and path halving
 * (Tarjan & van Leeuwen 1984), which needs no second pass and no recursion. */
static uint32_t find_root(uint32_t *parent, uint32_t v) {
  while (parent[v] != v) {
    parent[v] = parent[parent[v]];
    v = parent[v];
  }
  return v;
}

static void link_trees(uint32_t *parent, uint32_t a, uint32_t b) {
  a = find_root(parent, a);
  b = find_root(parent, b);
  if (a < b) parent[b] = a;
  else parent[a] = b;
}

uint32_t rs_components(const RsGraph *graph, uint32_t *label) {
  uint32_t n_components = 0;
  for (uint32_t v = 0; v < graph->n_nodes; v++) label[v] = v;
  for (uint32_t v = 0; v < graph->n_nodes; v++)
    for (uint64_t i = graph->offset[v]; i < graph->offset[v + 1] && graph->neighbor[i] < v; i++)
      link_trees(label, v, graph->neighbor[i]);
  for (uint32_t v = 0; v < graph->n_nodes; v++) { /* a parent is never larger, so it is final before its children */
    n_components += label[v] == v;
    label[v] = label[label[v]];
  }
  return n_components;
}

uint32_t rs_labels_number(uint32_t *label, uint32_t n, uint32_t *scratch) {
  uint32_t n_labels = 0;
  for (uint32_t i = 0; i < n; i++) scratch[i] = UINT32_MAX;
  for (uint32_t i = 0; i < n; i++) {
    if (scratch[label[i]] == UINT32_MAX) scratch[label[i]] = n_labels++;
    label[i] = scratch[label[i]];
  }
  return n_labels;
}
