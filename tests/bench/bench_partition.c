/* bench_partition FILE: communities of the graph in FILE by the graph room, for comparison with other programs' (bench/detection/lfr.py).
 * FILE: the number of nodes, then one edge "a b" a line. Output: "cpm SECONDS", "infomap SECONDS" and, the same by igraph, "infomap-igraph
 * SECONDS", each followed by a line of every node's label. */
#include "graph/community.h"
#include "reference/check_igraph.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

static RsGraph *read_graph(const char *path, GError **error) {
  FILE *file = fopen(path, "r");
  uint32_t n_nodes = 0, a, b;
  if (file == NULL || fscanf(file, "%" SCNu32, &n_nodes) != 1) {
    fprintf(stderr, "bench_partition: %s cannot be read\n", path);
    exit(2);
  }
  g_autoptr(GArray) from = g_array_new(FALSE, FALSE, sizeof(uint32_t));
  g_autoptr(GArray) to = g_array_new(FALSE, FALSE, sizeof(uint32_t));
  while (fscanf(file, "%" SCNu32 " %" SCNu32, &a, &b) == 2) {
    if (a >= n_nodes || b >= n_nodes) {
      fprintf(stderr, "bench_partition: an edge past the last node\n");
      exit(2);
    }
    g_array_append_val(from, a);
    g_array_append_val(to, b);
  }
  fclose(file);
  return rs_graph_new(n_nodes, from->len, (uint32_t *)(void *)from->data, (uint32_t *)(void *)to->data, NULL, error);
}

static void labels_print(const char *name, const uint32_t *label, uint32_t n, double seconds) {
  printf("%s %.3f\n", name, seconds);
  for (uint32_t i = 0; i < n; i++) printf("%" PRIu32 "%c", label[i], i + 1 < n ? ' ' : '\n');
}

int main(int argc, char **argv) {
  if (argc != 2) {
    fprintf(stderr, "use: bench_partition FILE\n");
    return 2;
  }
  g_autoptr(GError) error = NULL;
  g_autoptr(RsGraph) graph = read_graph(argv[1], &error);
  if (graph == NULL) return fprintf(stderr, "bench_partition: %s\n", error->message), 1;
  g_autofree uint32_t *label = g_new(uint32_t, graph->n_nodes);
  const RsCommunityOptions cpm = {RS_OBJECTIVE_CPM, 0.05, 1, 10, UINT64_MAX};
  const RsCommunityOptions infomap = {.seed = 1, .n_iterations = 10, .max_edges = UINT64_MAX};
  RsCommunityResult result;
  gint64 start = g_get_monotonic_time();
  if (!rs_community_leiden(graph, &cpm, label, &result, &error)) return fprintf(stderr, "bench_partition: %s\n", error->message), 1;
  labels_print("cpm", label, graph->n_nodes, (double)(g_get_monotonic_time() - start) / 1e6);
  start = g_get_monotonic_time();
  if (!rs_community_infomap(graph, &infomap, label, &result, &error)) return fprintf(stderr, "bench_partition: %s\n", error->message), 1;
  labels_print("infomap", label, graph->n_nodes, (double)(g_get_monotonic_time() - start) / 1e6);
  start = g_get_monotonic_time();
  rs_check_igraph_infomap(graph, infomap.n_iterations, infomap.seed, label);
  labels_print("infomap-igraph", label, graph->n_nodes, (double)(g_get_monotonic_time() - start) / 1e6);
  return 0;
}
