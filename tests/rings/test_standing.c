#include "rings/standing.h"

#include "rs_test.h"

#include <math.h>

static void rank_counts_those_at_or_beyond(void **state) {
  (void)state;
  const double value[] = {3.0, NAN, 1.0, 2.0, 2.0};
  RsStanding s;
  rs_standing_init(&s, value, 5, 0.1, false);
  assert_int_equal(s.n, 4);
  assert_true(rs_standing_rank(&s, 2.0) == 4.0 / 5.0);
  assert_true(rs_standing_rank(&s, 3.5) == 1.0 / 5.0);
  assert_true(rs_standing_rank(&s, NAN) == 1.0);
  rs_standing_clear(&s);
}

static void tail_falls_on_beyond_the_companions(void **state) {
  (void)state;
  double value[1000];
  for (unsigned i = 0; i < 1000; i++) value[i] = -log(1.0 - (i + 0.5) / 1000.0); /* exponential */
  RsStanding s;
  rs_standing_init(&s, value, 1000, 0.1, false);
  for (double x = 3.0; x < 12.0; x += 1.0) {
    double want = exp(-x), got = rs_standing_tail(&s, x);
    assert_true(got > want / 3.0 && got < want * 3.0);
  }
  rs_standing_clear(&s);
}

static void equal_companions_do_not_divide_by_zero(void **state) {
  (void)state;
  const double value[] = {1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0};
  RsStanding s;
  rs_standing_init(&s, value, 12, 0.25, false);
  double tail = rs_standing_tail(&s, 2.0);
  assert_true(tail > 0.0 && tail < 0.1);
  assert_true(rs_standing_tail(&s, 1.0) == 1.0);
  rs_standing_clear(&s);
  rs_standing_init(&s, value, 0, 0.25, false);
  assert_true(rs_standing_tail(&s, 5.0) == 1.0);
  rs_standing_clear(&s);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(rank_counts_those_at_or_beyond),
      cmocka_unit_test(tail_falls_on_beyond_the_companions),
      cmocka_unit_test(equal_companions_do_not_divide_by_zero),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
