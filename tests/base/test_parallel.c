#include "base/parallel.h"
#include "rs_test.h"

#include <stdatomic.h>
#include <stdbool.h>

typedef struct {
  atomic_uint runs[1000];
  atomic_uint busy[64]; /* how many tasks a worker is in: scratch of its own must be safe */
  atomic_bool clash, outside;
  unsigned n_threads;
} Counts;

static void count(size_t task, unsigned thread, void *data) {
  Counts *counts = data;
  if (thread >= counts->n_threads) {
    atomic_store(&counts->outside, true);
    return;
  }
  if (atomic_fetch_add(&counts->busy[thread], 1) != 0) atomic_store(&counts->clash, true);
  atomic_fetch_add(&counts->runs[task], 1);
  atomic_fetch_sub(&counts->busy[thread], 1);
}

static void every_task_runs_once(void **state) {
  (void)state;
  static const unsigned threads[] = {1, 2, 3, 8, 64};
  static const size_t tasks[] = {0, 1, 2, 7, 1000};
  for (size_t t = 0; t < G_N_ELEMENTS(threads); t++) {
    for (size_t n = 0; n < G_N_ELEMENTS(tasks); n++) {
      g_autofree Counts *counts = g_new0(Counts, 1);
      counts->n_threads = threads[t];
      rs_parallel(threads[t], tasks[n], count, counts);
      for (size_t i = 0; i < 1000; i++) assert_int_equal(atomic_load(&counts->runs[i]), i < tasks[n] ? 1 : 0);
      assert_false(atomic_load(&counts->clash));
      assert_false(atomic_load(&counts->outside));
    }
  }
}

static void note_order(size_t task, unsigned thread, void *data) {
  size_t *next = data;
  assert_int_equal(thread, 0);
  assert_int_equal(task, *next);
  ++*next;
}

static void one_thread_runs_tasks_in_order_on_the_spot(void **state) {
  (void)state;
  size_t next = 0;
  rs_parallel(1, 100, note_order, &next);
  assert_int_equal(next, 100);
  next = 0;
  rs_parallel(0, 10, note_order, &next);
  assert_int_equal(next, 10);
}

static void more_threads_than_the_limit_are_cut(void **state) {
  (void)state;
  g_autofree Counts *counts = g_new0(Counts, 1);
  counts->n_threads = 64;
  rs_parallel(100000, 1000, count, counts);
  for (size_t i = 0; i < 1000; i++) assert_int_equal(atomic_load(&counts->runs[i]), 1);
  assert_false(atomic_load(&counts->outside));
}

static void default_is_between_one_and_sixty_four(void **state) {
  (void)state;
  assert_in_range(rs_parallel_default_threads(), 1, 64);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(every_task_runs_once),
      cmocka_unit_test(one_thread_runs_tasks_in_order_on_the_spot),
      cmocka_unit_test(more_threads_than_the_limit_are_cut),
      cmocka_unit_test(default_is_between_one_and_sixty_four),
  };
  return cmocka_run_group_tests_name("base/parallel", tests, NULL, NULL);
}
