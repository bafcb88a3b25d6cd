/* Repeats: which days are left out, how often a lead is found again, and the grade that follows. */
#include "rings/stability.h"

#include "base/error.h"
#include "rs_test.h"

#include <string.h>

static void a_fifth_of_each_institutions_days_is_left_out(void **state) {
  (void)state;
  const uint64_t hash[2] = {rs_hash_bytes("Y1", 2), rs_hash_bytes("Y2", 2)};
  uint32_t out = 0, both = 0, always = 0;
  for (uint32_t day = 0; day < 1000; day++) {
    uint32_t rounds = 0;
    for (uint32_t round = 1; round <= RS_STABILITY_ROUNDS; round++) {
      const RsLeaveOut days = {hash, round};
      bool one = rs_left_out(&days, 0, day), other = rs_left_out(&days, 1, day);
      out += one;
      both += one && other;
      rounds += one;
    }
    always += rounds == 0 || rounds == RS_STABILITY_ROUNDS;
  }
  assert_in_range(out, 3800, 4200);  /* of 20,000: a fifth */
  assert_in_range(both, 680, 920);   /* a fifth of a fifth: one institution says nothing of another */
  assert_in_range(always, 0, 40);    /* each day is in some repeats and out of others; 0.8^20 of them never out */
  const RsLeaveOut whole = {hash, 0};
  for (uint32_t day = 0; day < 1000; day++) assert_false(rs_left_out(&whole, 0, day));
}

static void half_of_all_people_must_be_the_same(void **state) {
  (void)state;
  const uint32_t a[] = {1, 2, 3, 4}, b[] = {2, 3, 4, 9}, c[] = {3, 4, 9, 10}, none[] = {0};
  assert_true(rs_stability_same(a, 4, a, 4));
  assert_true(rs_stability_same(a, 4, b, 4));  /* 3 of 5 */
  assert_false(rs_stability_same(a, 4, c, 4)); /* 2 of 6 */
  assert_true(rs_stability_same(a, 2, a, 4));  /* 2 of 4 */
  assert_false(rs_stability_same(a, 1, a, 4));
  assert_false(rs_stability_same(none, 0, none, 0));
}

static void grades_follow_the_number_of_repeats(void **state) {
  (void)state;
  static const struct { uint32_t times; bool uncalibrated; char grade; } table[] = {
      {20, false, 'A'}, {18, false, 'A'}, {17, false, 'B'}, {12, false, 'B'}, {11, false, 'C'}, {0, false, 'C'},
      {20, true, 'B'},  {17, true, 'C'},  {0, true, 'C'}};
  for (size_t i = 0; i < G_N_ELEMENTS(table); i++) assert_int_equal(rs_stability_grade(table[i].times, table[i].uncalibrated), table[i].grade);
}

/* Each lead is found in a number of the repeats, early or late ones or any. */
enum { N_LEADS = 63 };

static bool is_found(unsigned lead, unsigned round) {
  const unsigned found = lead % 21, how = lead / 21;
  return how == 0 ? round <= found : how == 1 ? round > 20 - found : round * 7 % 20 < found; /* 7 and 20 share no factor */
}

static bool found_sometimes(const RsScene *some, uint8_t *again, void *data, GError **error) {
  for (unsigned i = 0; i < N_LEADS; i++) again[i] = is_found(i, some->days.round);
  if (data == NULL || some->days.round != 7) return true;
  g_set_error(error, RS_ERROR, RS_ERROR_IO, "repeat %u", some->days.round);
  return false;
}

static void repeats_are_counted_as_far_as_the_grade_needs_in_any_number_of_threads(void **state) {
  (void)state;
  const RsScene scene = {.claims = NULL};
  for (unsigned threads = 1; threads <= 4; threads += 3) {
    g_autoptr(GError) error = NULL;
    uint32_t times[N_LEADS] = {9, 9, 9};
    assert_true(rs_stability_repeat(&scene, N_LEADS, threads, found_sometimes, NULL, times, &error));
    rs_assert_no_error(error);
    for (unsigned i = 0; i < N_LEADS; i++) {
      assert_true(times[i] <= i % 21);
      assert_int_equal(rs_stability_grade(times[i], false), rs_stability_grade(i % 21, false));
      assert_int_equal(rs_stability_grade(times[i], true), rs_stability_grade(i % 21, true));
    }
    int told = 1;
    assert_false(rs_stability_repeat(&scene, N_LEADS, threads, found_sometimes, &told, times, &error));
    assert_string_equal(error->message, "repeat 7");
  }
}

static bool found_always(const RsScene *some, uint8_t *again, void *data, GError **error) {
  (void)some, (void)error;
  ++*(unsigned *)data;
  again[0] = 1;
  return true;
}

static void nobody_is_looked_for_once_the_grade_is_certain(void **state) {
  (void)state;
  const RsScene scene = {.claims = NULL};
  uint32_t times;
  unsigned n_repeats = 0;
  assert_true(rs_stability_repeat(&scene, 1, 1, found_always, &n_repeats, &times, NULL));
  assert_int_equal(times, RS_STABILITY_A);
  assert_int_equal(n_repeats, RS_STABILITY_A);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(a_fifth_of_each_institutions_days_is_left_out),
      cmocka_unit_test(half_of_all_people_must_be_the_same),
      cmocka_unit_test(grades_follow_the_number_of_repeats),
      cmocka_unit_test(repeats_are_counted_as_far_as_the_grade_needs_in_any_number_of_threads),
      cmocka_unit_test(nobody_is_looked_for_once_the_grade_is_certain),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
