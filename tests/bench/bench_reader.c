/* bench_reader FILE [threads]: wall and CPU seconds and peak memory from a claims file to the table and to the knowledge graph. The
 * files' checksums, which analyze lets run beside the graph, are waited for in between, so that no figure holds another's work. */
#include "base/hash.h"
#include "claims/reader.h"
#include "graph/knowledge.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>

typedef struct { double wall, cpu; } Moment;

static Moment moment(void) {
  struct rusage usage;
  getrusage(RUSAGE_SELF, &usage);
  return (Moment){(double)g_get_monotonic_time() / 1e6, (double)(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) +
                                                            (double)(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e6};
}

static void say(const char *stage, Moment from, uint64_t n) {
  struct rusage usage;
  Moment now = moment();
  getrusage(RUSAGE_SELF, &usage);
  printf("%-10s %.3f s wall  %.3f s CPU  %.1f CPU ns a line  peak %ld MB\n", stage, now.wall - from.wall, now.cpu - from.cpu,
         (now.cpu - from.cpu) * 1e9 / (double)MAX(n, 1), usage.ru_maxrss / 1024);
}

/* A number for all that was read, which stays what it is for any number of threads, and but for `rows` for any order of rows. */
static void table_print(const RsClaims *c) {
#define MIX(hash, column, n) rs_hash_mix((hash), rs_hash_bytes((column), (n) * sizeof *(column)))
  uint64_t persons = MIX(MIX(MIX(1, c->person_visit, c->n_persons + 1u), c->person_region, c->n_persons), c->person->bytes, c->person->offset[c->n_persons]);
  uint64_t visits = MIX(MIX(MIX(2, c->visit_time, c->n_visits), c->visit_institution, c->n_visits), c->visit_line, c->n_visits + 1u);
  uint64_t lines = 3, rows = 5;
  for (uint64_t l = 0; l < c->n_lines; l++) {
    lines = rs_hash_mix(rs_hash_mix(lines, (uint64_t)rs_line_drug(c, l) << 32 | rs_line_doctor(c, l)), rs_line_diagnosis(c, l));
    lines = rs_hash_mix(rs_hash_mix(lines, (uint64_t)rs_line_amount(c, l)), (uint64_t)rs_line_fund(c, l) << 20 ^ (uint64_t)(int64_t)(rs_line_quantity(c, l) * 1000));
    rows = rs_hash_mix(rows, rs_line_row(c, l));
  }
  uint64_t hubs = MIX(MIX(4, c->institution_type, c->institution->n), c->institution_region, c->institution->n);
  printf("table %016" PRIx64 " rows %016" PRIx64 "\n", rs_hash_mix(rs_hash_mix(persons, visits), rs_hash_mix(lines, hubs)), rows);
}

int main(int argc, char **argv) {
  if (argc < 2) return fprintf(stderr, "usage: bench_reader FILE [threads]\n"), 2;
  const char *paths[] = {argv[1], NULL};
  RsReadOptions options = {.paths = paths, .n_threads = argc > 2 ? (unsigned)atoi(argv[2]) : 2, .quiet = true, .allow_rejects = true};
  GError *error = NULL;
  Moment start = moment();
  g_autoptr(RsReader) reader = rs_reader_new(&options, &error);
  g_autoptr(RsClaims) claims = reader == NULL ? NULL : rs_reader_read(reader, &error);
  if (claims == NULL) return fprintf(stderr, "%s\n", error->message), 1;
  say("claims", start, claims->n_lines);
  start = moment();
  if (!rs_reader_hash(reader, &error)) return fprintf(stderr, "%s\n", error->message), 1;
  say("checksums", start, claims->n_lines);
  start = moment();
  g_autoptr(RsKnowledge) knowledge = rs_knowledge_new_bare(claims, options.n_threads, &error);
  if (knowledge == NULL) return fprintf(stderr, "%s\n", error->message), 1;
  say("knowledge", start, claims->n_lines);
  printf("%u persons %u visits %" G_GUINT64_FORMAT " lines\n", claims->n_persons, claims->n_visits, claims->n_lines);
  table_print(claims);
  return 0;
}
