#include "graph/peel.h"

#include "base/text.h"

#include <math.h>
#include <string.h>

typedef struct {
  const RsGraph *graph;
  uint64_t *tie;     /* [2 * n_edges] the graph's weights in millionths */
  uint32_t *heap;    /* [n_nodes] nodes, least weight first, then least number */
  uint32_t *place;   /* [n_nodes] of each node in the heap */
  uint32_t n_heap;
  uint64_t *weight;  /* [n_nodes] to the nodes that are left */
  uint8_t *gone;     /* [n_nodes] 0, GOING or GONE */
  uint32_t *order;   /* [n_nodes] as they were taken away */
} Peel;

enum { GOING = 1, GONE = 2 };

static bool less(const Peel *peel, uint32_t a, uint32_t b) {
  return peel->weight[a] != peel->weight[b] ? peel->weight[a] < peel->weight[b] : a < b;
}

static void put(Peel *peel, uint32_t at, uint32_t node) {
  peel->heap[at] = node;
  peel->place[node] = at;
}

static void sift_up(Peel *peel, uint32_t node) {
  uint32_t at = peel->place[node];
  for (; at > 0 && less(peel, node, peel->heap[(at - 1) / 2]); at = (at - 1) / 2) put(peel, at, peel->heap[(at - 1) / 2]);
  put(peel, at, node);
}

static void sift_down(Peel *peel, uint32_t at, uint32_t node) {
  for (uint64_t child = 2 * (uint64_t)at + 1; child < peel->n_heap; child = 2 * (uint64_t)at + 1) {
    if (child + 1 < peel->n_heap && less(peel, peel->heap[child + 1], peel->heap[child])) child++;
    if (!less(peel, peel->heap[child], node)) break;
    put(peel, at, peel->heap[child]);
    at = (uint32_t)child;
  }
  put(peel, at, node);
}

static uint64_t millionths(float weight) { return (uint64_t)llround((double)weight * 1e6); }

/* Weighs the nodes of no block yet; returns the weight of the edges among them, and their number. */
static uint64_t weigh(Peel *peel, const uint32_t *block, uint32_t *n_left) {
  const RsGraph *g = peel->graph;
  uint64_t total = 0;
  *n_left = 0;
  for (uint32_t i = 0; i < g->n_nodes; i++) {
    peel->weight[i] = 0;
    peel->gone[i] = block[i] != RS_NONE ? GONE : 0;
    if (peel->gone[i]) continue;
    for (uint64_t e = g->offset[i]; e < g->offset[i + 1]; e++)
      if (block[g->neighbor[e]] == RS_NONE) peel->weight[i] += peel->tie[e];
    total += peel->weight[i];
    ++*n_left;
  }
  return total / 2;
}

/* Takes away the nodes of order[0] .. that are going, and those that fall below the density as they go. */
static void take_below(Peel *peel, double density, uint32_t n_going, uint64_t *inside, uint32_t *n_left) {
  const RsGraph *g = peel->graph;
  for (uint32_t k = 0; k < n_going; k++) {
    const uint32_t node = peel->order[k];
    peel->gone[node] = GONE;
    *inside -= peel->weight[node];
    --*n_left;
    for (uint64_t e = g->offset[node]; e < g->offset[node + 1]; e++) {
      const uint32_t other = g->neighbor[e];
      if (peel->gone[other] == GONE) continue;
      peel->weight[other] -= peel->tie[e];
      if (peel->gone[other] == GOING || !((double)peel->weight[other] < density)) continue;
      peel->gone[other] = GOING;
      peel->order[n_going++] = other;
    }
  }
}

/* While a node weighs less than the average, taking it away makes the rest denser, and so do all such nodes in any order: no remainder on that
 * way is the densest, and nearly all nodes go so, without a heap. */
static void take_light(Peel *peel, uint64_t *inside, uint32_t *n_left) {
  for (uint32_t n_going = 1; n_going > 0;) {
    const double density = (double)*inside / *n_left;
    n_going = 0;
    for (uint32_t i = 0; i < peel->graph->n_nodes; i++) {
      if (peel->gone[i] || !((double)peel->weight[i] < density)) continue;
      peel->gone[i] = GOING;
      peel->order[n_going++] = i;
    }
    take_below(peel, density, n_going, inside, n_left);
  }
}

static void fill_heap(Peel *peel) {
  peel->n_heap = 0;
  for (uint32_t i = 0; i < peel->graph->n_nodes; i++)
    if (!peel->gone[i]) put(peel, peel->n_heap++, i);
  for (uint32_t i = peel->n_heap / 2; i > 0; i--) sift_down(peel, i - 1, peel->heap[i - 1]);
}

static uint32_t take(Peel *peel) {
  const RsGraph *g = peel->graph;
  uint32_t node = peel->heap[0], last = peel->heap[--peel->n_heap];
  if (peel->n_heap > 0) sift_down(peel, 0, last);
  peel->gone[node] = GONE;
  for (uint64_t e = g->offset[node]; e < g->offset[node + 1]; e++) {
    uint32_t other = g->neighbor[e];
    if (peel->gone[other]) continue;
    peel->weight[other] -= peel->tie[e];
    sift_up(peel, other);
  }
  return node;
}

/* Marks the next block; false when no edge is left. */
static bool next_block(Peel *peel, uint32_t number, uint32_t *block) {
  uint32_t n_left, best_left;
  uint64_t inside = weigh(peel, block, &n_left);
  if (inside == 0) return false;
  take_light(peel, &inside, &n_left);
  fill_heap(peel);
  for (uint32_t i = 0; i < peel->n_heap; i++) block[peel->heap[i]] = number;
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
  for (uint32_t i = 0; i < n_left - best_left; i++) block[peel->order[i]] = RS_NONE;
  return true;
}

uint32_t rs_peel(const RsGraph *graph, uint32_t max_blocks, uint32_t *block) {
  for (uint32_t i = 0; i < graph->n_nodes; i++) block[i] = RS_NONE;
  if (graph->n_edges == 0) return 0;
  Peel peel = {.graph = graph,
               .tie = g_new(uint64_t, 2 * graph->n_edges),
               .heap = g_new(uint32_t, graph->n_nodes),
               .place = g_new(uint32_t, graph->n_nodes),
               .weight = g_new(uint64_t, graph->n_nodes),
               .gone = g_new(uint8_t, graph->n_nodes),
               .order = g_new(uint32_t, graph->n_nodes)};
  for (uint64_t e = 0; e < 2 * graph->n_edges; e++) peel.tie[e] = millionths(graph->weight[e]);
  uint32_t n = 0;
  while (n < max_blocks && next_block(&peel, n, block)) n++;
  g_free(peel.tie);
  g_free(peel.heap);
  g_free(peel.place);
  g_free(peel.weight);
  g_free(peel.gone);
  g_free(peel.order);
  return n;
}
