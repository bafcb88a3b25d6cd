/* bench_knowledge [LINES [THREADS [ROUNDS]]]: time and memory of rs_knowledge_new and rs_whole_new on drawn claims, 10 lines
 * a person. */
#include "bench/claims_draw.h"

#include "graph/knowledge.h"
#include "graph/whole.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>

static uint64_t argument(int argc, char **argv, int i, uint64_t otherwise) {
  return argc > i ? g_ascii_strtoull(argv[i], NULL, 10) : otherwise;
}

static void rows_print(const RsKnowledge *knowledge) {
  uint64_t total = 0;
  for (int kind = 0; kind < RS_N_RELATIONS; kind++) {
    printf("  %-12s %12" G_GUINT64_FORMAT " rows\n", rs_relation_name[kind], knowledge->relation[kind].n);
    total += knowledge->relation[kind].n;
  }
  printf("  %-12s %12" G_GUINT64_FORMAT " rows, %.0f MB\n", "all", total, (double)total * 34e-6);
}

int main(int argc, char **argv) {
  uint64_t n_lines = argument(argc, argv, 1, 10000000);
  unsigned n_threads = (unsigned)argument(argc, argv, 2, 2), n_rounds = (unsigned)argument(argc, argv, 3, 3);
  RsClaimsDraw draw = {n_lines, (uint32_t)MAX(1, n_lines / 10), 2000, 5000, 3000, 1096, 1, 0};
  if (n_lines > 20000000) draw.n_institutions = 20000, draw.n_doctors = 50000;
  RsClock clock = rs_clock_now();
  g_autoptr(RsClaims) claims = rs_claims_draw(&draw);
  rs_clock_print("drawing claims", clock);
  printf("%" G_GUINT64_FORMAT " lines, %u visits, %u persons\n", claims->n_lines, claims->n_visits, claims->n_persons);
  for (unsigned round = 0; round < n_rounds; round++) {
    GError *error = NULL;
    clock = rs_clock_now();
    RsKnowledge *knowledge = rs_knowledge_new(claims, n_threads, &error);
    if (knowledge == NULL) {
      fprintf(stderr, "bench_knowledge: %s\n", error->message);
      return EXIT_FAILURE;
    }
    rs_clock_print("rs_knowledge_new", clock);
    if (round == 0) {
      rows_print(knowledge);
      clock = rs_clock_now();
      g_autoptr(RsWhole) whole = rs_whole_new(knowledge, NULL, &error);
      if (whole == NULL) {
        fprintf(stderr, "bench_knowledge: %s\n", error->message);
        return EXIT_FAILURE;
      }
      rs_clock_print("rs_whole_new", clock);
      printf("  %u components, %u communities, %u components over the limit\n", whole->n_components, whole->n_communities,
             whole->n_skipped_components);
    }
    rs_knowledge_free(knowledge);
  }
  struct rusage usage;
  getrusage(RUSAGE_SELF, &usage);
  printf("peak resident memory %.0f MB\n", (double)usage.ru_maxrss / 1024);
  return EXIT_SUCCESS;
}
