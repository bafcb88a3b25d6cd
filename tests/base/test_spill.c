#include "rs_test.h"

#include "base/column.h"
#include "base/error.h"
#include "base/spill.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

enum { MANY = 1 << 20 };

static void without_a_limit_nothing_goes_to_disk(void **state) {
  (void)state;
  rs_spill_begin();
  assert_false(rs_spill_on());
  uint64_t *column = rs_column_new(MANY, sizeof *column);
  assert_non_null(column);
  assert_false(rs_spill_has(column));
  column[MANY - 1] = 7;
  column = rs_column_shrink(column, 10, sizeof *column);
  rs_column_free(column);
}

static void a_long_column_on_disk_holds_what_was_written(void **state) {
  (void)state;
  rs_spill_configure(NULL, (uint64_t)1 << 20); /* less than the process holds: its pages are let go all the time */
  rs_spill_begin();
  assert_true(rs_spill_on());
  uint64_t *column = rs_column_new(MANY, sizeof *column), *small = rs_column_new(10, sizeof *small);
  assert_true(rs_spill_has(column));
  assert_false(rs_spill_has(small));
  for (uint64_t i = 0; i < MANY; i++) column[i] = i * i;
  g_usleep(50000);
  for (uint64_t i = 0; i < MANY; i++) assert_true(column[i] == i * i);
  uint64_t *same = rs_column_shrink(column, MANY / 2, sizeof *column);
  assert_ptr_equal(same, column);
  rs_spill_forget(column, MANY / 2);
  assert_true(column[0] == 0);
  assert_true(column[MANY - 1] == (uint64_t)(MANY - 1) * (MANY - 1));
  rs_column_free(column);
  assert_false(rs_spill_has(column));
  rs_column_free(small);
}

static long resident_kib(void) {
  long total, resident = 0;
  FILE *in = fopen("/proc/self/statm", "r");
  assert_non_null(in);
  assert_int_equal(fscanf(in, "%ld %ld", &total, &resident), 2);
  fclose(in);
  return resident * (sysconf(_SC_PAGESIZE) / 1024);
}

/* However large the pages are that the system keeps files in. */
static void a_byte_that_is_read_brings_little_beside_it(void **state) {
  (void)state;
  enum { SIZE = 64 << 20, LOOKS = 32, MOST_KIB = 128 };
  unsigned sum = 0;
  rs_spill_configure(NULL, (uint64_t)1 << 40); /* nobody lets go */
  rs_spill_begin();
  volatile unsigned char *column = rs_column_new(SIZE, 1);
  assert_non_null(column);
  for (size_t i = 0; i < SIZE; i++) column[i] = (unsigned char)i;
  rs_spill_forget((void *)(uintptr_t)column, SIZE);
  const long before = resident_kib();
  for (size_t i = 0; i < LOOKS; i++) sum += column[i * (SIZE / LOOKS) + 7];
  const long brought = resident_kib() - before;
  assert_int_equal(sum, 7 * LOOKS);
  assert_true(brought <= LOOKS * MOST_KIB);
  rs_column_free((void *)(uintptr_t)column);
}

static void a_folder_that_is_not_there_is_named(void **state) {
  (void)state;
  GError *error = NULL;
  rs_spill_configure("/nowhere/at/all", (uint64_t)1 << 30);
  rs_spill_begin();
  assert_true(rs_spill_refused(&error));
  assert_null(rs_column_new(MANY, 8));
  assert_false(rs_spill_refused(&error));
  assert_int_equal(error->code, RS_ERROR_IO);
  assert_non_null(strstr(error->message, "/nowhere/at/all"));
  g_clear_error(&error);
  assert_true(rs_spill_refused(&error)); /* said once */
}

static void a_full_disk_is_a_limit(void **state) {
  (void)state;
  GError *error = NULL;
  struct rlimit before, small;
  assert_int_equal(getrlimit(RLIMIT_FSIZE, &before), 0);
  small = (struct rlimit){4096, before.rlim_max};
  signal(SIGXFSZ, SIG_IGN);
  rs_spill_configure(NULL, (uint64_t)1 << 30);
  rs_spill_begin();
  setrlimit(RLIMIT_FSIZE, &small);
  void *column = rs_column_new(MANY, 8);
  setrlimit(RLIMIT_FSIZE, &before);
  assert_null(column);
  assert_false(rs_spill_refused(&error));
  assert_int_equal(error->code, RS_ERROR_LIMIT);
  g_clear_error(&error);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(without_a_limit_nothing_goes_to_disk),
      cmocka_unit_test(a_long_column_on_disk_holds_what_was_written),
      cmocka_unit_test(a_byte_that_is_read_brings_little_beside_it),
      cmocka_unit_test(a_folder_that_is_not_there_is_named),
      cmocka_unit_test(a_full_disk_is_a_limit),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
