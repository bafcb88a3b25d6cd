/* bench_kernels FILE [THREADS [ROUNDS [STAGE]]]: from a claims file to relations, timelines, pairs and baskets: each stage by itself, the best of
 * ROUNDS (1; with STAGE only that one's), in wall and CPU nanoseconds a line. tests/bench/instructions.sh counts the instructions of the same
 * stages, by the names of the functions below. */
#include "claims/reader.h"
#include "graph/knowledge.h"
#include "mining/basket.h"
#include "mining/covisit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

typedef struct {
  unsigned n_threads;
  RsReader *reader;
  RsClaims *claims;
  RsTimeline *timeline;
} Bench;

static bool read_claims(Bench *bench, GError **error) {
  bench->claims = rs_reader_read(bench->reader, error);
  return bench->claims != NULL;
}

static bool graph_bare(Bench *bench, GError **error) {
  g_autoptr(RsKnowledge) knowledge = rs_knowledge_new_bare(bench->claims, bench->n_threads, error);
  return knowledge != NULL;
}

static bool graph_with_sums(Bench *bench, GError **error) {
  g_autoptr(RsKnowledge) knowledge = rs_knowledge_new(bench->claims, bench->n_threads, error);
  return knowledge != NULL;
}

static bool timeline(Bench *bench, GError **error) {
  rs_timeline_free(bench->timeline);
  bench->timeline = rs_timeline_new(bench->claims, bench->n_threads, error);
  return bench->timeline != NULL;
}

static bool pairs_found(const Bench *bench, RsCovisitOptions options, GError **error) {
  options.n_threads = bench->n_threads;
  g_autoptr(RsCovisits) found = rs_covisits_new(bench->claims, bench->timeline, &options, error);
  return found != NULL;
}

static bool covisits(Bench *bench, GError **error) { return pairs_found(bench, (RsCovisitOptions)RS_COVISIT_DEFAULTS, error); }

/* The peer's question: tests/bench/peer/job.sql. */
static bool covisits_ten_minutes(Bench *bench, GError **error) {
  return pairs_found(bench, (RsCovisitOptions){.min_meetings = 3, .window_seconds = 600}, error);
}

static bool basket(Bench *bench, GError **error) {
  (void)error;
  g_autoptr(RsBasket) made = rs_basket_new(bench->claims, bench->n_threads);
  return made != NULL;
}

static const struct {
  const char *name;
  bool (*run)(Bench *, GError **);
  unsigned needed; /* rounds at least, for the stages after it; of reading also at most */
} stages[] = {{"reading", read_claims, 1}, {"graph", graph_bare, 0}, {"graph with sums", graph_with_sums, 0}, {"timeline", timeline, 1},
              {"co-visits", covisits, 0},  {"ten minutes", covisits_ten_minutes, 0}, {"basket", basket, 0}};

static double cpu_seconds(void) {
  struct rusage usage;
  getrusage(RUSAGE_SELF, &usage);
  return (double)(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) + (double)(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e6;
}

static bool stage_run(Bench *bench, size_t i, unsigned n_rounds, GError **error) {
  double wall = G_MAXDOUBLE, cpu = G_MAXDOUBLE;
  for (unsigned round = 0; round < (i == 0 ? 1 : n_rounds); round++) {
    gint64 from = g_get_monotonic_time();
    double before = cpu_seconds();
    if (!stages[i].run(bench, error)) return false;
    wall = MIN(wall, (double)(g_get_monotonic_time() - from) * 1e3);
    cpu = MIN(cpu, (cpu_seconds() - before) * 1e9);
  }
  if (n_rounds == 0) return true;
  double n = (double)MAX(bench->claims->n_lines, 1);
  struct rusage usage;
  getrusage(RUSAGE_SELF, &usage);
  printf("%-16s %7.1f wall %7.1f CPU ns a line, peak so far %ld MB\n", stages[i].name, wall / n, cpu / n, usage.ru_maxrss / 1024);
  return true;
}

int main(int argc, char **argv) {
  if (argc < 2) return fprintf(stderr, "usage: bench_kernels FILE [THREADS [ROUNDS [STAGE]]]\n"), 2;
  const char *paths[] = {argv[1], NULL};
  Bench bench = {.n_threads = argc > 2 ? (unsigned)atoi(argv[2]) : 1};
  RsReadOptions options = {.paths = paths, .n_threads = bench.n_threads, .quiet = true, .allow_rejects = true};
  GError *error = NULL;
  bench.reader = rs_reader_new(&options, &error);
  bool done = bench.reader != NULL;
  for (size_t i = 0; done && i < G_N_ELEMENTS(stages); i++) {
    unsigned n_rounds = argc > 3 ? (unsigned)atoi(argv[3]) : 1;
    if (argc > 4 && strcmp(argv[4], stages[i].name) != 0) n_rounds = stages[i].needed;
    done = stage_run(&bench, i, n_rounds, &error);
  }
  if (!done) fprintf(stderr, "bench_kernels: %s\n", error->message);
  rs_timeline_free(bench.timeline);
  rs_claims_free(bench.claims);
  if (bench.reader != NULL) rs_reader_free(bench.reader);
  return done ? 0 : 1;
}
