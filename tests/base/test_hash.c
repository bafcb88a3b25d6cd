#include "base/hash.h"
#include "base/random.h"
#include "rs_test.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void only_the_bytes_count(void **state) {
  (void)state;
  char a[64], b[64];
  memset(a, 'a', sizeof a);
  memset(b, 'b', sizeof b);
  for (size_t n = 0; n <= 40; n++) {
    memcpy(a + 1, "0123456789012345678901234567890123456789", n);
    memcpy(b + 7, "0123456789012345678901234567890123456789", n);
    assert_true(rs_hash_bytes(a + 1, n) == rs_hash_bytes(b + 7, n));
  }
}

/* Persons are numbered by this hash, so it may not change between versions. */
static void values_are_fixed(void **state) {
  (void)state;
  static const struct {
    const char *text;
    uint64_t hash;
  } cases[] = {
        {"", 0x63629e09be25dcc5ull},
        {"a", 0xeafd9dc4c50bb2b3ull},
        {"P000001", 0x0e792c607cd37d6aull},
        {"0123456789abcdef", 0xc1ef563dd92bc340ull},
        {"0123456789abcdefg", 0x9d674529d0663d2dull},
        {"31010119800101123X and more than thirty-two bytes", 0x08ffa3b24a142f34ull},
  };
  for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
    const uint64_t hash = rs_hash_bytes(cases[i].text, strlen(cases[i].text));
    if (hash != cases[i].hash) fail_msg("'%s' hashes to 0x%016" G_GINT64_MODIFIER "x", cases[i].text, hash);
  }
}

/* With nothing but the product, a factor of 0 would send texts of any other half to one value. */
static void a_zero_factor_does_not_make_texts_collide(void **state) {
  (void)state;
  assert_true(rs_hash_mix(0x2d358dccaa6c78a5ull, 1) != rs_hash_mix(0x2d358dccaa6c78a5ull, 2));
  assert_true(rs_hash_mix(1, 0x8bb84b93962eacc9ull) != rs_hash_mix(2, 0x8bb84b93962eacc9ull));
}

static int compare(const void *a, const void *b) {
  const uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
  return (x > y) - (x < y);
}

static void similar_ids_do_not_collide(void **state) {
  (void)state;
  const size_t n = 200000;
  g_autofree uint64_t *hash = g_new(uint64_t, n);
  for (size_t i = 0; i < n; i++) {
    char id[32];
    const int length = snprintf(id, sizeof id, "P%018zu", i);
    hash[i] = rs_hash_bytes(id, (size_t)length);
  }
  qsort(hash, n, sizeof *hash, compare);
  for (size_t i = 1; i < n; i++) assert_true(hash[i - 1] != hash[i]);
}

static void zero_bytes_and_length_matter(void **state) {
  (void)state;
  static const char zeros[40] = {0};
  for (size_t i = 0; i < 40; i++)
    for (size_t k = 0; k < i; k++) assert_true(rs_hash_bytes(zeros, i) != rs_hash_bytes(zeros, k));
}

/* One flipped input bit flips about half of the output bits. */
static void each_bit_reaches_all(void **state) {
  (void)state;
  RsRandom random;
  rs_random_init(&random, 9);
  for (size_t length = 1; length <= 33; length += 4) {
    unsigned flipped = 0, trials = 0;
    for (int i = 0; i < 50; i++) {
      unsigned char text[40];
      for (size_t k = 0; k < length; k++) text[k] = (unsigned char)rs_random_below(&random, 256);
      const uint64_t hash = rs_hash_bytes(text, length);
      const size_t bit = rs_random_below(&random, (uint32_t)length * 8);
      text[bit / 8] ^= (unsigned char)(1u << bit % 8);
      flipped += (unsigned)__builtin_popcountll(hash ^ rs_hash_bytes(text, length));
      trials++;
    }
    assert_in_range(flipped / trials, 28, 36);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(only_the_bytes_count),    cmocka_unit_test(values_are_fixed), cmocka_unit_test(a_zero_factor_does_not_make_texts_collide),
      cmocka_unit_test(similar_ids_do_not_collide), cmocka_unit_test(zero_bytes_and_length_matter),
      cmocka_unit_test(each_bit_reaches_all),
  };
  return cmocka_run_group_tests_name("base/hash", tests, NULL, NULL);
}
