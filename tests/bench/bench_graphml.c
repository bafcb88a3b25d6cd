/* bench_graphml [EDGES [ROUNDS [PATH]]]: writing the whole knowledge graph of drawn claims, about EDGES relations and eleven data elements
 * a node, seven an edge, by ringscope, by libxml2's xmlTextWriter and by igraph, in turn, each ROUNDS times: the best round's processor
 * seconds, so that neither the disk nor neighbours on the machine take part. Once to /dev/null, which is the writer alone, and once to the
 * new file PATH (removed afterwards; refused if anything stands there), which adds the copy into the page cache. */
#include "bench/claims_draw.h"
#include "bench/graphml_peers.h"
#include "exporters/case.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

typedef struct {
  const RsKnowledge *knowledge;
  const RsEntities *entities;
  const RsMask *mask;
  const RsPeerIgraph *igraph;
} Subject;

static bool by_ringscope(const Subject *subject, const char *path) {
  return rs_graphml_write_knowledge(subject->knowledge, subject->mask, NULL, NULL, NULL, NULL, NULL, path, NULL);
}
static bool by_xml_writer(const Subject *subject, const char *path) { return rs_peer_xml_writer(subject->knowledge, subject->entities, path); }
static bool by_igraph(const Subject *subject, const char *path) { return rs_peer_igraph_write(subject->igraph, path); }

static const struct { const char *name; bool (*write)(const Subject *subject, const char *path); } writers[] = {
    {"ringscope", by_ringscope}, {"xmlTextWriter", by_xml_writer}, {"igraph", by_igraph}};
#define N_WRITERS G_N_ELEMENTS(writers)

typedef struct { double alone, to_file; uint64_t bytes; } Best;

static void keep_least(double *best, double seconds) {
  if (*best <= 0 || seconds < *best) *best = seconds;
}

static double to_file(const Subject *subject, size_t writer, const char *path, uint64_t *bytes) {
  struct stat status;
  const RsClock begin = rs_clock_now();
  if (!writers[writer].write(subject, path) || lstat(path, &status) != 0 || !S_ISREG(status.st_mode)) {
    fprintf(stderr, "bench_graphml: %s cannot write %s\n", writers[writer].name, path);
    exit(EXIT_FAILURE);
  }
  const double seconds = rs_clock_now().cpu - begin.cpu;
  remove(path);
  *bytes = (uint64_t)status.st_size;
  return seconds;
}

static double alone(const Subject *subject, size_t writer) {
  const RsClock begin = rs_clock_now();
  if (!writers[writer].write(subject, "/dev/null")) exit(EXIT_FAILURE);
  return rs_clock_now().cpu - begin.cpu;
}

int main(int argc, char **argv) {
  const uint64_t wanted = argc > 1 ? g_ascii_strtoull(argv[1], NULL, 10) : 1000000;
  const int rounds = argc > 2 ? atoi(argv[2]) : 5;
  const char *path = argc > 3 ? argv[3] : "bench.graphml";
  struct stat status;
  if (lstat(path, &status) == 0) { /* never remove what this program did not make: run as root, that could be a device */
    fprintf(stderr, "bench_graphml: %s exists\n", path);
    return EXIT_FAILURE;
  }
  const uint64_t n_lines = MAX(1, wanted * 10 / 22); /* a claim line makes some 2.2 relations */
  const RsClaimsDraw draw = {n_lines, (uint32_t)MAX(1, n_lines / 10), 2000, 5000, 3000, 1096, 1, 0};
  g_autoptr(RsClaims) claims = rs_claims_draw(&draw);
  g_autoptr(RsKnowledge) knowledge = rs_knowledge_new(claims, 2, NULL);
  g_autoptr(RsEntities) entities = rs_entities_new(knowledge);
  g_autoptr(RsMask) mask = rs_mask_clear();
  RsPeerIgraph *igraph = rs_peer_igraph_new(knowledge, entities);
  const Subject subject = {knowledge, entities, mask, igraph};
  uint64_t n_edges = 0;
  Best best[N_WRITERS] = {0};
  for (int kind = 0; kind < RS_N_RELATIONS; kind++) n_edges += knowledge->relation[kind].n;
  for (int round = 0; round < rounds; round++)
    for (size_t w = 0; w < N_WRITERS; w++) {
      keep_least(&best[w].alone, alone(&subject, w));
      keep_least(&best[w].to_file, to_file(&subject, w, path, &best[w].bytes));
    }
  printf("%.2f M edges, best of %d\n| writer | MB | s alone | MB/s alone | s to a file | MB/s to a file | M edges/s to a file | times ringscope's, to a file |\n"
         "| --- | --- | --- | --- | --- | --- | --- | --- |\n", (double)n_edges / 1e6, rounds);
  for (size_t w = 0; w < N_WRITERS; w++) {
    const double size = (double)best[w].bytes / 1e6;
    printf("| %s | %.0f | %.2f | %.0f | %.2f | %.0f | %.2f | %.1f |\n", writers[w].name, size, best[w].alone, size / best[w].alone, best[w].to_file,
           size / best[w].to_file, (double)n_edges / 1e6 / best[w].to_file, best[w].to_file / best[0].to_file);
  }
  rs_peer_igraph_free(igraph);
  return EXIT_SUCCESS;
}
