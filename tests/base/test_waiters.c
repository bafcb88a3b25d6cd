#include "base/error.h"
#include "base/waiters.h"
#include "rs_test.h"

#include <stdatomic.h>
#include <string.h>

static atomic_uint n_done, n_inside, n_most;
static unsigned wanted_most; /* so long as no such number were inside at once, each waits for the others */

static bool wait_a_little(const char *path, GError **error) {
  const unsigned inside = atomic_fetch_add(&n_inside, 1) + 1;
  unsigned most = atomic_load(&n_most);
  while (inside > most && !atomic_compare_exchange_weak(&n_most, &most, inside)) continue;
  if (strcmp(path, "at once") != 0) g_usleep(2000);
  for (unsigned ms = 0; atomic_load(&n_most) < wanted_most && ms < 10000; ms++) g_usleep(1000); /* however busy the machine is */
  atomic_fetch_sub(&n_inside, 1);
  atomic_fetch_add(&n_done, 1);
  if (strcmp(path, "bad") != 0) return true;
  g_set_error(error, RS_ERROR, RS_ERROR_IO, "bad path");
  return false;
}

static void everything_is_waited_for_side_by_side(void **state) {
  (void)state;
  static const unsigned threads[] = {0, 1, 8, 1000};
  for (size_t t = 0; t < G_N_ELEMENTS(threads); t++) {
    g_autoptr(GError) error = NULL;
    atomic_store(&n_done, 0);
    atomic_store(&n_most, 0);
    wanted_most = threads[t] <= 1 ? 0 : 2;
    RsWaiters *waiters = rs_waiters_new(threads[t], wait_a_little);
    for (int i = 0; i < 100; i++) rs_waiters_add(waiters, g_strdup("good"));
    assert_true(rs_waiters_end(waiters, &error));
    assert_int_equal(atomic_load(&n_done), 100);
    if (threads[t] <= 1) assert_int_equal(atomic_load(&n_most), 1);
    else assert_true(atomic_load(&n_most) > 1);
    rs_waiters_free(waiters);
  }
  wanted_most = 0;
}

static void one_failure_is_told_and_the_rest_is_done(void **state) {
  (void)state;
  static const unsigned threads[] = {0, 4};
  for (size_t t = 0; t < G_N_ELEMENTS(threads); t++) {
    g_autoptr(GError) error = NULL;
    atomic_store(&n_done, 0);
    g_autoptr(RsWaiters) waiters = rs_waiters_new(threads[t], wait_a_little);
    for (int i = 0; i < 30; i++) rs_waiters_add(waiters, g_strdup(i % 10 == 3 ? "bad" : "at once"));
    assert_false(rs_waiters_end(waiters, &error));
    assert_true(g_error_matches(error, RS_ERROR, RS_ERROR_IO));
    assert_int_equal(atomic_load(&n_done), 30);
  }
}

static void freed_without_an_end_nothing_is_left(void **state) {
  (void)state;
  atomic_store(&n_done, 0);
  RsWaiters *waiters = rs_waiters_new(3, wait_a_little);
  for (int i = 0; i < 10; i++) rs_waiters_add(waiters, g_strdup("bad"));
  rs_waiters_free(waiters);
  assert_int_equal(atomic_load(&n_done), 10);
  rs_waiters_free(NULL);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(everything_is_waited_for_side_by_side),
      cmocka_unit_test(one_failure_is_told_and_the_rest_is_done),
      cmocka_unit_test(freed_without_an_end_nothing_is_left),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
