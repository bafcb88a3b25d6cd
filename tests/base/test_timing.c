#include "base/timing.h"

#include "base/parallel.h"
#include "rs_test.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static void busy(size_t task, unsigned thread, void *data) {
  (void)thread;
  volatile double *x = data;
  g_auto(RsSpan) inner;
  rs_span_begin(&inner, "inner");
  double sum = 0.0;
  for (unsigned i = 1; i < 4000000; i++) sum += 1.0 / i;
  x[task] = sum;
}

/* What was written on standard error while the spans ran. */
static char *said_of(unsigned n_threads) {
  FILE *file = tmpfile();
  int before = dup(STDERR_FILENO);
  double x[2];
  assert_non_null(file);
  fflush(stderr);
  dup2(fileno(file), STDERR_FILENO);
  RsSpan outer;
  rs_span_begin(&outer, "outer");
  rs_parallel(n_threads, 2, busy, x);
  rs_span_next(&outer, "after");
  rs_span_end(&outer);
  rs_span_end(&outer);
  fflush(stderr);
  dup2(before, STDERR_FILENO);
  close(before);
  rewind(file);
  char *text = g_new0(char, 4096);
  size_t n = fread(text, 1, 4095, file);
  fclose(file);
  assert_true(n < 4095);
  return text;
}

static double cpu_after(const char *text, const char *name) {
  const char *at = strstr(text, name), *cpu = at != NULL ? strstr(at, "CPU ") : NULL;
  if (cpu == NULL) fail_msg("no '%s' in:\n%s", name, text);
  return strtod(cpu + 4, NULL);
}

/* The outer span has the time of both tasks, whichever thread did them, and nothing is said twice. */
static void a_span_has_the_time_of_its_threads(void **state) {
  (void)state;
  for (unsigned n_threads = 1; n_threads <= 2; n_threads++) {
    g_autofree char *text = said_of(n_threads);
    const char *first = strstr(text, "outer: inner"), *second = first != NULL ? strstr(first + 1, "outer: inner") : NULL;
    if (second == NULL || strstr(second + 1, "outer: inner") != NULL) fail_msg("two inner spans expected:\n%s", text);
    double inner = cpu_after(first, "inner") + cpu_after(second, "inner"), outer = cpu_after(second, "  outer\t");
    if (!(outer >= inner - 0.002 && outer <= 2.0 * inner + 0.05)) fail_msg("%u threads:\n%s", n_threads, text);
    const char *after = strstr(text, "  after\t");
    assert_true(after != NULL && strstr(after + 1, "  after\t") == NULL);
  }
}

int main(void) {
  setenv("RS_TIMING", "1", 1);
  const struct CMUnitTest tests[] = {cmocka_unit_test(a_span_has_the_time_of_its_threads)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
