#include "rs_test.h"

#include "base/packed.h"
#include "base/random.h"

#include <glib.h>

static void widths_are_as_small_as_the_largest_number_allows(void **state) {
  (void)state;
  static const struct { uint64_t most; unsigned width, with_sign; } cases[] = {
      {0, 0, 0}, {1, 1, 1}, {127, 1, 1}, {128, 1, 2}, {255, 1, 2}, {256, 2, 2}, {32767, 2, 2}, {32768, 2, 3}, {65535, 2, 3}, {65536, 3, 3},
      {UINT32_MAX, 4, 5}, {INT64_MAX, 8, 8}, {UINT64_MAX, 8, 8}};
  for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
    assert_int_equal(rs_packed_width(cases[i].most), cases[i].width);
    assert_int_equal(rs_packed_width_signed(cases[i].most), cases[i].with_sign);
  }
}

/* The twin is an array of eight bytes each. */
static void numbers_come_back_as_they_were_set(void **state) {
  (void)state;
  enum { N = 1000 };
  RsRandom random;
  rs_random_init(&random, 7);
  for (unsigned width = 0; width <= 8; width++) {
    RsPacked packed;
    uint64_t twin[N];
    assert_true(rs_packed_init(&packed, N, width));
    const uint64_t mask = width == 0 ? 0 : UINT64_MAX >> (64 - 8 * width);
    for (int i = N - 1; i >= 0; i--) { /* backwards: a write past its own bytes would be seen */
      twin[i] = rs_random_next(&random) & mask;
      rs_packed_set(&packed, (uint64_t)i, twin[i]);
    }
    for (int i = 0; i < N; i++) {
      const int64_t value = width == 0 ? 0 : (int64_t)(twin[i] << (64 - 8 * width)) >> (64 - 8 * width);
      assert_int_equal(rs_packed_get(&packed, (uint64_t)i), twin[i]);
      assert_int_equal(rs_packed_get_signed(&packed, (uint64_t)i), value);
    }
    rs_packed_move(&packed, 10, 500, 300);
    rs_packed_shrink(&packed, 400);
    for (uint64_t i = 0; i < 300; i++) assert_int_equal(rs_packed_get(&packed, 10 + i), twin[500 + i]);
    rs_packed_clear(&packed);
  }
}

static void a_number_past_the_width_is_told_and_fits_once_widened(void **state) {
  (void)state;
  RsPacked packed;
  assert_true(rs_packed_init(&packed, 3, 2));
  assert_true(rs_packed_fits_signed(&packed, 32767) && rs_packed_fits_signed(&packed, -32768));
  assert_false(rs_packed_fits_signed(&packed, 32768) || rs_packed_fits_signed(&packed, -32769) || rs_packed_fits_signed(&packed, INT64_MIN));
  for (uint64_t i = 0; i < 3; i++) rs_packed_set(&packed, i, (uint64_t)((int64_t)i - 1));
  assert_true(rs_packed_widen(&packed, 3));
  for (uint64_t i = 0; i < 3; i++) assert_int_equal(rs_packed_get_signed(&packed, i), (int64_t)i - 1);
  assert_true(rs_packed_fits_signed(&packed, INT64_MIN) && rs_packed_fits_signed(&packed, INT64_MAX));
  rs_packed_clear(&packed);
  assert_true(rs_packed_init(&packed, 3, 0));
  assert_true(rs_packed_fits_signed(&packed, 0));
  assert_false(rs_packed_fits_signed(&packed, 1));
  rs_packed_clear(&packed);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(widths_are_as_small_as_the_largest_number_allows),
      cmocka_unit_test(numbers_come_back_as_they_were_set),
      cmocka_unit_test(a_number_past_the_width_is_told_and_fits_once_widened),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
