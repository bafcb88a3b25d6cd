#include "graph/peel.h"

#include "base/text.h"

#include <math.h>
#include <string.h>

typedef struct { uint64_t weight; uint32_t node; } Item;

typedef struct {
  const RsGraph *graph;
  Item *heap;        /* [n_nodes + 2 * n_edges] least first; an item is stale when its node's weight has changed since */
  uint64_t n_heap;
  uint64_t *weight;  /* [n_nodes] to the nodes that are left */
  uint8_t *gone;     /* [n_nodes] */
  uint32_t *order;   /* [n_nodes] as they were taken away */
} Peel;

static bool less(const Item *a, const Item *b) { return a->weight != b->weight ? a->weight < b->weight : a->node < b->node; }

static void push(Peel *peel, Item item) {
  uint64_t at = peel->n_heap++;
  for (; at > 0 && less(&item, &peel->heap[(at - 1) / 2]); at = (at - 1) / 2) peel->heap[at] = peel->heap[(at - 1) / 2];
  peel->heap[at] = item;
}

static Item pop(Peel *peel) {
  Item top = peel->heap[0], last = peel->heap[--peel->n_heap];
  uint64_t at = 0;
  for (uint64_t child = 1; child < peel->n_heap; child = 2 * at + 1) {
    if (child + 1 < peel->n_heap && less(&peel->heap[child + 1], &peel->heap[child])) child++;
    if (!less(&peel->heap[child], &last)) break;
    peel->heap[at] = peel->heap[child];
    at = child;
  }
  peel->heap[at] = last;
  return top;
}

static uint64_t millionths(float weight) { return (uint64_t)llround((double)weight * 1e6); }

/* Weighs the nodes of no block yet; returns the weight of the edges among them, and their number. */
static uint64_t weigh(Peel *peel, const uint32_t *block, uint32_t *n_left) {
  const RsGraph *g = peel->graph;
  uint64_t total = 0;
  *n_left = 0;
  peel->n_heap = 0;
  for (uint32_t i = 0; i < g->n_nodes; i++) {
    peel->weight[i] = 0;
    peel->gone[i] = block[i] != RS_NONE;
    if (peel->gone[i]) continue;
    for (uint64_t e = g->offset[i]; e < g->offset[i + 1]; e++)
      if (block[g->neighbor[e]] == RS_NONE) peel->weight[i] += millionths(g->weight[e]);
    total += peel->weight[i];
    (*n_left)++;
    push(peel, (Item){peel->weight[i], i});
  }
  return total / 2;
}

static uint32_t take(Peel *peel) {
  const RsGraph *g = peel->graph;
  Item item;
  do item = pop(peel);
  while (peel->gone[item.node] || item.weight != peel->weight[item.node]);
  peel->gone[item.node] = 1;
  for (uint64_t e = g->offset[item.node]; e < g->offset[item.node + 1]; e++) {
    uint32_t other = g->neighbor[e];
    if (peel->gone[other]) continue;
    peel->weight[other] -= millionths(g->weight[e]);
    push(peel, (Item){peel->weight[other], other});
  }
  return item.node;
}

/* Marks the next block; false when no edge is left. */
static bool next_block(Peel *peel, uint32_t number, uint32_t *block) {
  uint32_t n_left, best_left;
  uint64_t inside = weigh(peel, block, &n_left);
  if (inside == 0) return false;
  double best = (double)inside / n_left;
  best_left = n_left;
  uint32_t n = 0;
  for (uint32_t left = n_left; left > 1; left--) {
    uint32_t node = take(peel);
    peel->order[n++] = node;
    inside -= peel->weight[node];
    double density = (double)inside / (left - 1);
    if (density > best) best = density, best_left = left - 1;
  }
  for (uint32_t i = 0; i < peel->graph->n_nodes; i++)
    if (block[i] == RS_NONE) block[i] = number;
  for (uint32_t i = 0; i < n_left - best_left; i++) block[peel->order[i]] = RS_NONE;
  return true;
}

uint32_t rs_peel(const RsGraph *graph, uint32_t max_blocks, uint32_t *block) {
  for (uint32_t i = 0; i < graph->n_nodes; i++) block[i] = RS_NONE;
  if (graph->n_edges == 0) return 0;
  Peel peel = {.graph = graph,
               .heap = g_new(Item, graph->n_nodes + 2 * graph->n_edges),
               .weight = g_new(uint64_t, graph->n_nodes),
               .gone = g_new(uint8_t, graph->n_nodes),
               .order = g_new(uint32_t, graph->n_nodes)};
  uint32_t n = 0;
  while (n < max_blocks && next_block(&peel, n, block)) n++;
  g_free(peel.heap);
  g_free(peel.weight);
  g_free(peel.gone);
  g_free(peel.order);
  return n;
}
