#include "base/random.h"
#include "rs_test.h"

#include <math.h>

/* The generator's published definition gives these from state {1, 2, 3, 4}. */
static void first_numbers_of_the_published_generator(void **state) {
  (void)state;
  RsRandom random = {{1, 2, 3, 4}};
  static const uint64_t expected[] = {11520u, 0u, 1509978240u, 1215971899390074240u, 1216172134540287360u};
  for (size_t i = 0; i < G_N_ELEMENTS(expected); i++) assert_true(rs_random_next(&random) == expected[i]);
}

static void equal_seeds_repeat_and_others_do_not(void **state) {
  (void)state;
  RsRandom a, b, c;
  rs_random_init(&a, 42);
  rs_random_init(&b, 42);
  rs_random_init(&c, 43);
  int equal = 0;
  for (int i = 0; i < 1000; i++) {
    const uint64_t x = rs_random_next(&a);
    assert_true(x == rs_random_next(&b));
    equal += x == rs_random_next(&c);
  }
  assert_int_equal(equal, 0);
}

static void below_is_uniform_and_in_range(void **state) {
  (void)state;
  RsRandom random;
  rs_random_init(&random, 1);
  unsigned seen[7] = {0};
  for (int i = 0; i < 70000; i++) {
    const uint32_t x = rs_random_below(&random, 7);
    assert_in_range(x, 0, 6);
    seen[x]++;
  }
  for (int i = 0; i < 7; i++) assert_in_range(seen[i], 9600, 10400);
  for (int i = 0; i < 100; i++) assert_int_equal(rs_random_below(&random, 1), 0);
  /* 3/4 of 2^32: a remainder would return the lower third twice as often as the rest. */
  unsigned low = 0;
  for (int i = 0; i < 30000; i++) low += rs_random_below(&random, 3221225472u) < 1073741824u;
  assert_in_range(low, 9600, 10400);
}

static void unit_and_normal_have_their_moments(void **state) {
  (void)state;
  RsRandom random;
  rs_random_init(&random, 5);
  double sum = 0, normal = 0, square = 0, fourth = 0;
  const int n = 400000;
  for (int i = 0; i < n; i++) {
    const double u = rs_random_unit(&random), z = rs_random_normal(&random);
    assert_true(u >= 0 && u < 1);
    sum += u;
    normal += z;
    square += z * z;
    fourth += z * z * z * z;
  }
  assert_true(fabs(sum / n - 0.5) < 0.005);
  assert_true(fabs(normal / n) < 0.01);
  assert_true(fabs(square / n - 1) < 0.01);
  assert_true(fabs(fourth / n - 3) < 0.1);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(first_numbers_of_the_published_generator),
      cmocka_unit_test(equal_seeds_repeat_and_others_do_not),
      cmocka_unit_test(below_is_uniform_and_in_range),
      cmocka_unit_test(unit_and_normal_have_their_moments),
  };
  return cmocka_run_group_tests_name("base/random", tests, NULL, NULL);
}
