/* bench_community [EDGES [GROUPS]]: seconds of the graph room's kernels on two shapes: one planted graph of EDGES edges (mean
 * degree 20, three quarters of a node's edges inside its community of 50), and GROUPS small companion groups, as repeat
 * co-visits leave. */
#include "bench/claims_draw.h"

#include "base/random.h"
#include "graph/community.h"
#include "graph/components.h"
#include "graph/kcore.h"

#include <stdio.h>
#include <stdlib.h>

typedef struct { uint32_t n_nodes; uint64_t n; uint32_t *a, *b; float *weight; } Edges;

static Edges edges_new(uint32_t n_nodes, uint64_t n) {
  return (Edges){n_nodes, n, g_malloc(n * sizeof(uint32_t)), g_malloc(n * sizeof(uint32_t)), g_malloc(n * sizeof(float))};
}

static Edges planted_edges(uint64_t n) {
  enum { SIZE = 50 };
  Edges edges = edges_new((uint32_t)(n / 10 / SIZE + 2) * SIZE, n);
  RsRandom random;
  rs_random_init(&random, 1);
  for (uint64_t i = 0; i < n; i++) {
    uint32_t a = rs_random_below(&random, edges.n_nodes);
    edges.a[i] = a;
    edges.b[i] = rs_random_below(&random, 4) > 0 ? a / SIZE * SIZE + rs_random_below(&random, SIZE)
                                                 : rs_random_below(&random, edges.n_nodes);
    edges.weight[i] = 1;
  }
  return edges;
}

/* Two members in seven of ten groups, three in two, four to eight in one; the larger ones lack some ties. */
static Edges companion_edges(uint32_t n_groups) {
  Edges edges = edges_new(0, (uint64_t)n_groups * 28);
  RsRandom random;
  rs_random_init(&random, 2);
  edges.n = 0;
  for (uint32_t g = 0; g < n_groups; g++) {
    uint32_t kind = rs_random_below(&random, 10), size = kind < 7 ? 2 : kind < 9 ? 3 : 4 + rs_random_below(&random, 5);
    for (uint32_t i = 0; i < size; i++)
      for (uint32_t j = i + 1; j < size; j++) {
        if (j > i + 1 && rs_random_below(&random, 4) == 0) continue;
        edges.a[edges.n] = edges.n_nodes + i;
        edges.b[edges.n] = edges.n_nodes + j;
        edges.weight[edges.n++] = (float)(1 + rs_random_below(&random, 24)) / 8;
      }
    edges.n_nodes += size;
  }
  return edges;
}

static void community_time(const RsGraph *graph, double gamma, uint32_t *label) {
  const RsCommunityOptions cpm = {RS_OBJECTIVE_CPM, gamma, 1, 2, UINT64_MAX};
  const RsCommunityOptions modularity = {RS_OBJECTIVE_MODULARITY, 1, 1, 2, UINT64_MAX};
  const RsCommunityOptions infomap = {.seed = 1, .n_iterations = 1, .max_edges = UINT64_MAX};
  RsCommunityResult result;
  RsClock clock = rs_clock_now();
  if (!rs_community_leiden(graph, &cpm, label, &result, NULL)) exit(EXIT_FAILURE);
  clock = rs_clock_print("  Leiden, CPM", clock);
  if (!rs_community_leiden(graph, &modularity, label, &result, NULL)) exit(EXIT_FAILURE);
  clock = rs_clock_print("  Leiden, modularity", clock);
  if (!rs_community_infomap(graph, &infomap, label, &result, NULL)) exit(EXIT_FAILURE);
  rs_clock_print("  Infomap, one trial", clock);
}

static void run(const char *name, Edges edges, double gamma) {
  printf("%s: %u nodes, %" G_GUINT64_FORMAT " drawn edges\n", name, edges.n_nodes, edges.n);
  g_autofree uint32_t *label = g_malloc(((gsize)edges.n_nodes + 1) * sizeof *label);
  RsClock clock = rs_clock_now();
  g_autoptr(RsGraph) graph = rs_graph_new(edges.n_nodes, edges.n, edges.a, edges.b, edges.weight, NULL);
  if (graph == NULL) exit(EXIT_FAILURE);
  clock = rs_clock_print("  rs_graph_new", clock);
  uint32_t n_components = rs_components(graph, label);
  clock = rs_clock_print("  rs_components", clock);
  if (!rs_kcore(graph, label, NULL)) exit(EXIT_FAILURE);
  rs_clock_print("  rs_kcore", clock);
  printf("  %u components\n", n_components);
  community_time(graph, gamma, label);
  g_free(edges.a);
  g_free(edges.b);
  g_free(edges.weight);
}

int main(int argc, char **argv) {
  uint64_t n_edges = argc > 1 ? g_ascii_strtoull(argv[1], NULL, 10) : 1000000;
  uint32_t n_groups = argc > 2 ? (uint32_t)g_ascii_strtoull(argv[2], NULL, 10) : 100000;
  run("planted", planted_edges(n_edges), 0.05);
  run("companions", companion_edges(n_groups), 0.5);
  return EXIT_SUCCESS;
}
