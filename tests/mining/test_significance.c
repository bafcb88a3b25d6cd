#include "mining/significance.h"
#include "reference/check_significance.h"
#include "rs_test.h"

#include <math.h>

static void assert_close(double got, double want) {
  if (isinf(want) && isinf(got) && got < 0) return;
  if (fabs(got - want) > 1e-9 * fmax(1.0, fabs(want))) fail_msg("got %.17g, want %.17g", got, want);
}

static void poisson_tail_equals_the_sum_of_its_terms(void **state) {
  (void)state;
  const double mu[] = {1e-6, 0.03, 0.5, 1.0, 4.7, 30.0, 120.0};
  for (size_t m = 0; m < G_N_ELEMENTS(mu); m++)
    for (uint64_t k = 0; k < 60; k++) assert_close(rs_tail_poisson(k, mu[m]), check_tail_poisson(k, mu[m]));
}

static void poisson_tail_does_not_underflow(void **state) {
  (void)state;
  double tail = rs_tail_poisson(200, 1e-3); /* about 10^-975 */
  assert_true(isfinite(tail) && tail < -2000.0);
  assert_true(rs_tail_poisson(1, 0.0) < -1e300);
  assert_true(rs_tail_poisson(0, 0.0) == 0.0);
}

static void binomial_tail_is_that_of_equal_trials(void **state) {
  (void)state;
  const double chance[] = {1e-6, 0.02, 0.19, 0.5, 0.93};
  double p[40], scratch[48];
  for (size_t c = 0; c < G_N_ELEMENTS(chance); c++)
    for (size_t n = 0; n <= G_N_ELEMENTS(p); n += 8) {
      for (size_t i = 0; i < n; i++) p[i] = chance[c];
      for (size_t k = 0; k <= n; k++) assert_close(rs_tail_binomial(k, n, chance[c]), rs_tail_poisson_binomial(k, p, n, scratch));
    }
  assert_true(rs_tail_binomial(3, 3, 0.0) < -1e300 && rs_tail_binomial(4, 3, 0.5) < -1e300);
  assert_true(rs_tail_binomial(0, 3, 0.0) == 0.0 && rs_tail_binomial(3, 3, 1.0) == 0.0);
}

static void hypergeometric_tail_equals_the_sum_of_its_terms(void **state) {
  (void)state;
  const struct { uint64_t population, marked, n; } table[] = {{10, 4, 5}, {30, 30, 7}, {60, 3, 50}, {50, 25, 25}, {1, 1, 1}, {12, 0, 5}, {40, 10, 0}};
  for (size_t t = 0; t < G_N_ELEMENTS(table); t++)
    for (uint64_t k = 0; k <= 30; k++)
      assert_close(rs_tail_hypergeometric(k, table[t].population, table[t].marked, table[t].n),
                   check_tail_hypergeometric(k, table[t].population, table[t].marked, table[t].n));
}

static void ways_to_choose_are_those_of_pascals_triangle(void **state) {
  (void)state;
  double row[321] = {1.0}; /* past 256, where logarithms of factorials are no longer remembered */
  for (unsigned n = 0; n < G_N_ELEMENTS(row); n++) {
    for (unsigned k = n; n > 0 && k > 0; k--) row[k] += row[k - 1];
    for (unsigned k = 0; k <= n; k++) assert_close(rs_log_choose(n, k), log(row[k]));
  }
}

static void poisson_binomial_tail_equals_all_outcomes(void **state) {
  (void)state;
  const double p[] = {0.5, 0.01, 0.9, 1.0, 0.0, 0.3, 1e-9, 0.25, 0.75, 0.125};
  double scratch[16];
  for (size_t n = 0; n <= G_N_ELEMENTS(p); n++)
    for (size_t k = 0; k <= n; k++)
      assert_close(rs_tail_poisson_binomial(k, p, n, scratch), check_tail_poisson_binomial(k, p, n));
}

static void fdr_bar_is_the_largest_p_under_its_line(void **state) {
  (void)state;
  const double sorted[] = {log(0.0001), log(0.004), log(0.02), log(0.03), log(0.6)};
  assert_close(rs_bar_fdr(sorted, 5, 5, 0.05), log(0.03));
  assert_close(rs_bar_fdr(sorted, 5, 500, 0.05), log(0.0001));
  assert_true(isinf(rs_bar_fdr(sorted, 5, 1e6, 0.05)));
  assert_true(isinf(rs_bar_fdr(sorted, 0, 10, 0.05)));
}

static void tests_that_cannot_reach_the_bar_are_not_counted(void **state) {
  (void)state;
  /* 10 tests can reach 1e-6, a thousand others never fall below 0.01: the price is 10, not 1010 */
  const RsAttainable classes[] = {{log(1e-6), 10}, {log(0.01), 1000}};
  assert_true(rs_bar_testable(classes, 2, 0.05) == 10.0);
  const RsAttainable all[] = {{log(1e-6), 10}, {log(1e-5), 1000}};
  assert_true(rs_bar_testable(all, 2, 0.05) == 1010.0);
  assert_true(rs_bar_testable(NULL, 0, 0.05) == 1.0);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(poisson_tail_equals_the_sum_of_its_terms),
      cmocka_unit_test(poisson_tail_does_not_underflow),
      cmocka_unit_test(binomial_tail_is_that_of_equal_trials),
      cmocka_unit_test(hypergeometric_tail_equals_the_sum_of_its_terms),
      cmocka_unit_test(ways_to_choose_are_those_of_pascals_triangle),
      cmocka_unit_test(poisson_binomial_tail_equals_all_outcomes),
      cmocka_unit_test(fdr_bar_is_the_largest_p_under_its_line),
      cmocka_unit_test(tests_that_cannot_reach_the_bar_are_not_counted),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
