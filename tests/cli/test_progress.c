#include "cli/progress.h"
#include "rs_test.h"

static void line_is(const char *expected, RsProgressCounts counts) {
  g_autofree char *line = rs_progress_line("stage", &counts);
  assert_string_equal(line, expected);
}

static void what_is_counted_is_told_with_its_share_its_rate_and_the_time_left(void **state) {
  (void)state;
  line_is("stage  25 %  about 0:30 left  1.0\u00a0GB of 4.0\u00a0GB  1,000,000 rows/s", (RsProgressCounts){1000000000, 4000000000, 10000000, 10, 0});
  line_is("stage  25 %  1.0\u00a0GB of 4.0\u00a0GB  1,000,000 rows/s", (RsProgressCounts){1000000000, 4000000000, 1000000, 1, 0}); /* too early to tell */
  line_is("stage  100 %  4.0\u00a0GB of 4.0\u00a0GB  1,000,000 rows/s", (RsProgressCounts){4000000000, 4000000000, 40000000, 40, 0});
  line_is("stage  0 %  0 bytes of 4.0\u00a0GB  0 rows/s", (RsProgressCounts){0, 4000000000, 0, 10, 0});
}

static void what_can_not_be_counted_is_told_by_what_it_is_likely_to_take(void **state) {
  (void)state;
  line_is("stage  5 s  about 1:15 left", (RsProgressCounts){.seconds = 5, .expected = 80});
  line_is("stage  80 s", (RsProgressCounts){.seconds = 80, .expected = 80}); /* it took longer: nothing is known any more */
  line_is("stage  5 s", (RsProgressCounts){.seconds = 5});
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(what_is_counted_is_told_with_its_share_its_rate_and_the_time_left),
                                     cmocka_unit_test(what_can_not_be_counted_is_told_by_what_it_is_likely_to_take)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
