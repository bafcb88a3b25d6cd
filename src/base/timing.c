#include "base/timing.h"

#include <pthread.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

static bool wanted;
static pthread_once_t asked = PTHREAD_ONCE_INIT;
static _Thread_local RsSpan *current;

static void ask(void) { wanted = getenv("RS_TIMING") != NULL; }

static bool is_wanted(void) {
  pthread_once(&asked, ask);
  return wanted;
}

static int64_t nanoseconds(clockid_t clock) {
  struct timespec at;
  clock_gettime(clock, &at);
  return (int64_t)at.tv_sec * 1000000000 + at.tv_nsec;
}

static long resident_megabytes(void) {
  long total, resident = 0;
  FILE *in = fopen("/proc/self/statm", "r");
  if (in == NULL) return 0;
  /* NOLINTNEXTLINE(cert-err34-c): the kernel's own numbers */
  if (fscanf(in, "%ld %ld", &total, &resident) != 2) resident = 0;
  fclose(in);
  return resident * (sysconf(_SC_PAGESIZE) / 1024) / 1024;
}

void rs_span_begin(RsSpan *span, const char *name) {
  span->name = NULL;
  if (!is_wanted()) return;
  span->name = name;
  span->outer = current;
  atomic_init(&span->helped, 0);
  span->wall = nanoseconds(CLOCK_MONOTONIC);
  span->cpu = nanoseconds(CLOCK_THREAD_CPUTIME_ID);
  current = span;
}

/* "outer: inner", cut where it does not fit. */
static int path_of(const RsSpan *span, char *out, int room) {
  int at = span->outer != NULL ? path_of(span->outer, out, room) : 0;
  int n = snprintf(out + at, (size_t)(room - at), "%s%s", at > 0 ? ": " : "", span->name);
  return at + n < room ? at + n : room - 1;
}

void rs_span_end(RsSpan *span) {
  if (span->name == NULL) return;
  char path[200];
  double wall = (double)(nanoseconds(CLOCK_MONOTONIC) - span->wall) / 1e9;
  double cpu = (double)(nanoseconds(CLOCK_THREAD_CPUTIME_ID) - span->cpu + atomic_load(&span->helped)) / 1e9;
  path_of(span, path, sizeof path);
  fprintf(stderr, "timing\t  %s\t%.3f s\tCPU %.3f s\tholds %ld MB\n", path, wall, cpu, resident_megabytes());
  current = span->outer;
  span->name = NULL;
}

void rs_span_next(RsSpan *span, const char *name) {
  rs_span_end(span);
  rs_span_begin(span, name);
}

RsSpan *rs_span_current(void) { return current; }

void rs_span_thread_begins(RsSpan *of) { current = of; }

void rs_span_thread_ends(void) {
  if (current == NULL) return;
  int64_t cpu = nanoseconds(CLOCK_THREAD_CPUTIME_ID); /* the thread's whole life */
  for (RsSpan *span = current; span != NULL; span = span->outer) atomic_fetch_add(&span->helped, cpu);
}
