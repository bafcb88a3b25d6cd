/* bench_graphml [LINES [PATH]]: formatting the whole knowledge graph of drawn claims, 10 lines a person: MB/s and edges/s, to the new file
 * PATH (removed afterwards; refused if anything stands there) and to /dev/null, clear and masked. */
#include "bench/claims_draw.h"

#include "exporters/case.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/stat.h>

static double timed_write(const RsKnowledge *knowledge, const RsMask *mask, const char *path) {
  g_autoptr(GError) error = NULL;
  const RsClock begin = rs_clock_now();
  if (!rs_graphml_write_knowledge(knowledge, mask, NULL, NULL, NULL, NULL, NULL, path, &error)) {
    fprintf(stderr, "bench_graphml: %s\n", error->message);
    exit(EXIT_FAILURE);
  }
  return rs_clock_now().wall - begin.wall;
}

int main(int argc, char **argv) {
  const uint64_t n_lines = argc > 1 ? g_ascii_strtoull(argv[1], NULL, 10) : 2000000;
  const char *path = argc > 2 ? argv[2] : "bench.graphml";
  struct stat status;
  if (lstat(path, &status) == 0) { /* never remove what this program did not make: run as root, that could be a device */
    fprintf(stderr, "bench_graphml: %s exists\n", path);
    return EXIT_FAILURE;
  }
  const RsClaimsDraw draw = {n_lines, (uint32_t)MAX(1, n_lines / 10), 2000, 5000, 3000, 1096, 1, 0};
  g_autoptr(RsClaims) claims = rs_claims_draw(&draw);
  g_autoptr(RsKnowledge) knowledge = rs_knowledge_new(claims, 2, NULL);
  g_autoptr(RsMask) clear = rs_mask_clear(), masked = rs_mask_new(NULL, NULL);
  uint64_t n_edges = 0;
  for (int kind = 0; kind < RS_N_RELATIONS; kind++) n_edges += knowledge->relation[kind].n;
  for (int round = 0; round < 4; round++) {
    const RsMask *mask = round % 2 == 0 ? clear : masked;
    const double to_disk = timed_write(knowledge, mask, path), to_null = timed_write(knowledge, mask, "/dev/null");
    if (lstat(path, &status) != 0 || !S_ISREG(status.st_mode)) return EXIT_FAILURE;
    printf("%-6s  %.0f MB  %.2f M edges  disk %.2f s %.0f MB/s  null %.2f s %.0f MB/s %.2f M edges/s\n", round % 2 == 0 ? "clear" : "masked",
           (double)status.st_size / 1e6, (double)n_edges / 1e6, to_disk, (double)status.st_size / 1e6 / to_disk, to_null,
           (double)status.st_size / 1e6 / to_null, (double)n_edges / 1e6 / to_null);
    if (S_ISREG(status.st_mode)) remove(path);
  }
  struct rusage usage;
  getrusage(RUSAGE_SELF, &usage);
  printf("peak resident memory %.0f MB\n", (double)usage.ru_maxrss / 1024);
  return EXIT_SUCCESS;
}
