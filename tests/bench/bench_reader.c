/* bench_reader FILE [threads]: seconds and peak memory from a claims file to the table and to the knowledge graph. */
#include "claims/reader.h"
#include "graph/knowledge.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>

static void say(const char *stage, gint64 from, uint64_t n) {
  struct rusage usage;
  getrusage(RUSAGE_SELF, &usage);
  double seconds = (double)(g_get_monotonic_time() - from) / 1e6;
  printf("%-10s %.3f s  %.1f ns a line  peak %ld MB\n", stage, seconds, seconds * 1e9 / (double)MAX(n, 1), usage.ru_maxrss / 1024);
}

int main(int argc, char **argv) {
  if (argc < 2) return fprintf(stderr, "usage: bench_reader FILE [threads]\n"), 2;
  const char *paths[] = {argv[1], NULL};
  RsReadOptions options = {.paths = paths, .n_threads = argc > 2 ? (unsigned)atoi(argv[2]) : 2, .quiet = true, .allow_rejects = true};
  GError *error = NULL;
  gint64 start = g_get_monotonic_time();
  g_autoptr(RsReader) reader = rs_reader_new(&options, &error);
  g_autoptr(RsClaims) claims = reader == NULL ? NULL : rs_reader_read(reader, &error);
  if (claims == NULL) return fprintf(stderr, "%s\n", error->message), 1;
  say("claims", start, claims->n_lines);
  start = g_get_monotonic_time();
  g_autoptr(RsKnowledge) knowledge = rs_knowledge_new(claims, options.n_threads, &error);
  if (knowledge == NULL) return fprintf(stderr, "%s\n", error->message), 1;
  say("knowledge", start, claims->n_lines);
  struct rusage usage;
  getrusage(RUSAGE_SELF, &usage);
  printf("%u persons %u visits %" G_GUINT64_FORMAT " lines; CPU %.2f + %.2f s\n", claims->n_persons, claims->n_visits, claims->n_lines,
         (double)usage.ru_utime.tv_sec + (double)usage.ru_utime.tv_usec / 1e6, (double)usage.ru_stime.tv_sec + (double)usage.ru_stime.tv_usec / 1e6);
  return 0;
}
