#include "base/few.h"
#include "base/random.h"
#include "base/sort.h"
#include "base/sort_by.h"
#include "rs_test.h"

#include <stdlib.h>
#include <string.h>

static int compare(const void *a, const void *b) {
  const uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
  return (x > y) - (x < y);
}

static void assert_sorts(uint64_t *key, size_t n) {
  g_autofree uint64_t *expected = g_memdup2(key, n * sizeof *key);
  qsort(expected, n, sizeof *key, compare);
  rs_sort_u64(key, n);
  assert_memory_equal(key, expected, n * sizeof *key);
}

static const size_t lengths[] = {1, 2, 47, 48, 49, 255, 4095, 4096, 20000};

static void random_keys_of_any_width_are_sorted_as_by_qsort(void **state) {
  (void)state;
  RsRandom random;
  rs_random_init(&random, 7);
  for (size_t l = 0; l < G_N_ELEMENTS(lengths); l++)
    for (unsigned width = 1; width <= 64; width += 7) {
      g_autofree uint64_t *key = g_new(uint64_t, lengths[l] + 1);
      for (size_t i = 0; i < lengths[l]; i++) key[i] = rs_random_next(&random) >> (64 - width);
      assert_sorts(key, lengths[l]);
    }
}

static void keys_that_differ_in_far_bits_only_are_sorted(void **state) {
  (void)state;
  RsRandom random;
  rs_random_init(&random, 8);
  g_autofree uint64_t *key = g_new(uint64_t, 5000);
  for (size_t i = 0; i < 5000; i++) key[i] = (rs_random_next(&random) & 1) << 63 | (rs_random_next(&random) & 1) << 10 | 4;
  assert_sorts(key, 5000);
}

static void placed_keys_are_sorted_by_their_numbers(void **state) {
  (void)state;
  RsRandom random;
  rs_random_init(&random, 9);
  for (size_t l = 0; l < G_N_ELEMENTS(lengths); l++)
    for (unsigned width = 1; width <= 32; width += 10) {
      g_autofree uint64_t *key = g_new(uint64_t, lengths[l]);
      for (size_t i = 0; i < lengths[l]; i++) key[i] = rs_random_next(&random) >> (64 - width) << 32 | (uint64_t)i;
      g_autofree uint64_t *expected = g_memdup2(key, lengths[l] * sizeof *key);
      qsort(expected, lengths[l], sizeof *key, compare);
      rs_sort_u64_placed(key, lengths[l]);
      assert_memory_equal(key, expected, lengths[l] * sizeof *key);
    }
}

static void sorted_falling_and_equal_keys(void **state) {
  (void)state;
  for (size_t l = 0; l < G_N_ELEMENTS(lengths); l++)
    for (int shape = 0; shape < 3; shape++) {
      g_autofree uint64_t *key = g_new(uint64_t, lengths[l] + 1);
      for (size_t i = 0; i < lengths[l]; i++) key[i] = shape == 0 ? i : shape == 1 ? UINT64_MAX - i : 42;
      assert_sorts(key, lengths[l]);
    }
}

static void no_keys_are_sorted(void **state) {
  (void)state;
  rs_sort_u64(NULL, 0);
}

typedef struct { uint32_t number, place, more[3]; } Record;

static inline bool record_before(const Record *a, const Record *b) { return a->number < b->number; }
RS_SORT_BY(sort_records, Record, record_before)

static int compare_records(const void *x, const void *y) {
  const Record *a = x, *b = y;
  if (a->number != b->number) return a->number < b->number ? -1 : 1;
  return (a->place > b->place) - (a->place < b->place);
}

static void records_are_sorted_and_equal_ones_keep_their_order(void **state) {
  (void)state;
  RsRandom random;
  rs_random_init(&random, 11);
  for (uint32_t n = 0; n < 700; n = n < 40 ? n + 1 : 2 * n - 7)
    for (uint32_t n_numbers = 1; n_numbers < 2000; n_numbers *= 6) {
      g_autofree Record *record = g_new(Record, (gsize)n + 1);
      for (uint32_t i = 0; i < n; i++) record[i] = (Record){rs_random_below(&random, n_numbers), i, {i, 0, ~i}};
      g_autofree Record *expected = g_memdup2(record, ((gsize)n + 1) * sizeof *record);
      qsort(expected, n, sizeof *record, compare_records);
      sort_records(record, n);
      assert_memory_equal(record, expected, n * sizeof *record);
    }
}

static void each_of_a_handful_is_told_how_many_are_before_it(void **state) {
  (void)state;
  static const unsigned widths[] = {1, 3, 31, 32}; /* equal keys, and keys with the highest bit */
  RsRandom random;
  rs_random_init(&random, 12);
  for (size_t n = 0; n <= RS_FEW; n++)
    for (size_t w = 0; w < G_N_ELEMENTS(widths); w++) {
      uint32_t key[RS_FEW], rank[RS_FEW];
      for (size_t i = 0; i < RS_FEW; i++) key[i] = (uint32_t)(rs_random_next(&random) >> (64 - widths[w]));
      rs_few_rank(key, n, rank);
      for (size_t i = 0; i < n; i++) {
        uint32_t before = 0;
        for (size_t k = 0; k < n; k++) before += key[k] < key[i];
        assert_int_equal(rank[i], before);
      }
    }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(random_keys_of_any_width_are_sorted_as_by_qsort),
      cmocka_unit_test(keys_that_differ_in_far_bits_only_are_sorted),
      cmocka_unit_test(placed_keys_are_sorted_by_their_numbers),
      cmocka_unit_test(sorted_falling_and_equal_keys),
      cmocka_unit_test(no_keys_are_sorted),
      cmocka_unit_test(records_are_sorted_and_equal_ones_keep_their_order),
      cmocka_unit_test(each_of_a_handful_is_told_how_many_are_before_it),
  };
  return cmocka_run_group_tests_name("base/sort", tests, NULL, NULL);
}
