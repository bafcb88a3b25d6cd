#include "base/dictionary.h"
#include "base/hash.h"
#include "base/random.h"
#include "rs_test.h"

#include <stdio.h>
#include <string.h>

static uint32_t add(RsDictionary *dictionary, const char *text, size_t length) {
  return rs_dictionary_add(dictionary, text, length, rs_hash_bytes(text, length));
}

static void texts_are_numbered_in_order_of_first_sight(void **state) {
  (void)state;
  RsDictionary *d = rs_dictionary_new();
  assert_int_equal(rs_dictionary_find(d, "b", 1), RS_NONE);
  assert_int_equal(add(d, "b", 1), 0);
  assert_int_equal(add(d, "a", 1), 1);
  assert_int_equal(add(d, "b", 1), 0);
  assert_int_equal(add(d, "", 0), 2);
  assert_int_equal(add(d, "b\0c", 3), 3);
  assert_int_equal(add(d, "b\0d", 3), 4);
  assert_int_equal(rs_dictionary_size(d), 5);
  assert_int_equal(rs_dictionary_find(d, "b\0d", 3), 4);
  assert_int_equal(rs_dictionary_find(d, "B", 1), RS_NONE);
  size_t length;
  assert_string_equal(rs_dictionary_text(d, 1, &length), "a");
  assert_int_equal(length, 1);
  assert_string_equal(rs_dictionary_text(d, 2, &length), "");
  assert_int_equal(length, 0);
  rs_dictionary_free(d);
}

/* Hashes that share their upper half share tag and place: only the text tells them apart. */
static void equal_hashes_do_not_merge_texts(void **state) {
  (void)state;
  RsDictionary *d = rs_dictionary_new();
  for (uint32_t i = 0; i < 500; i++) {
    char text[16];
    const int n = snprintf(text, sizeof text, "%u", i);
    assert_int_equal(rs_dictionary_add(d, text, (size_t)n, UINT64_MAX), i);
  }
  for (uint32_t i = 0; i < 500; i++) {
    char text[16];
    const int n = snprintf(text, sizeof text, "%u", i);
    assert_int_equal(rs_dictionary_add(d, text, (size_t)n, UINT64_MAX), i);
  }
  assert_int_equal(rs_dictionary_size(d), 500);
  rs_dictionary_free(d);
}

static void agrees_with_a_glib_table_while_it_grows(void **state) {
  (void)state;
  RsDictionary *d = rs_dictionary_new();
  g_autoptr(GHashTable) twin = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
  RsRandom random;
  rs_random_init(&random, 7);
  for (int i = 0; i < 200000; i++) {
    char text[40];
    const int n = snprintf(text, sizeof text, "%0*u", (int)rs_random_below(&random, 30), rs_random_below(&random, 40000));
    gpointer known;
    uint32_t expected = g_hash_table_size(twin);
    if (g_hash_table_lookup_extended(twin, text, NULL, &known)) expected = GPOINTER_TO_UINT(known);
    else g_hash_table_insert(twin, g_strdup(text), GUINT_TO_POINTER(expected));
    assert_int_equal(add(d, text, (size_t)n), expected);
  }
  assert_int_equal(rs_dictionary_size(d), g_hash_table_size(twin));
  GHashTableIter iter;
  gpointer text, number;
  g_hash_table_iter_init(&iter, twin);
  while (g_hash_table_iter_next(&iter, &text, &number)) {
    assert_int_equal(rs_dictionary_find(d, text, strlen(text)), GPOINTER_TO_UINT(number));
    assert_string_equal(rs_dictionary_text(d, GPOINTER_TO_UINT(number), NULL), text);
  }
  rs_dictionary_free(d);
}

static void sorted_by_bytes_with_ranks(void **state) {
  (void)state;
  static const char *const in[] = {"pear", "apple", "applesauce long", "\xe8\x8d\xaf", "", "apple\x01", "Zebra", "applesauce lona"};
  static const char *const out[] = {"", "Zebra", "apple", "apple\x01", "applesauce lona", "applesauce long", "pear", "\xe8\x8d\xaf"};
  RsDictionary *d = rs_dictionary_new();
  for (size_t i = 0; i < G_N_ELEMENTS(in); i++) add(d, in[i], strlen(in[i]));
  uint32_t rank[G_N_ELEMENTS(in)];
  RsText *text = rs_dictionary_sorted(d, rank);
  assert_int_equal(text->n, G_N_ELEMENTS(in));
  for (uint32_t i = 0; i < text->n; i++) {
    assert_string_equal(rs_text_get(text, i), out[i]);
    assert_int_equal(rs_text_length(text, i), strlen(out[i]));
    assert_string_equal(rs_text_get(text, rank[i]), in[i]);
  }
  rs_text_free(text);
  rs_dictionary_free(d);
}

static void zero_bytes_sort_before_longer_texts(void **state) {
  (void)state;
  RsDictionary *d = rs_dictionary_new();
  add(d, "a\0b", 3);
  add(d, "a", 1);
  add(d, "a\0\0\0\0\0\0\0\0", 9);
  RsText *text = rs_dictionary_sorted(d, NULL);
  assert_int_equal(rs_text_length(text, 0), 1);
  assert_int_equal(rs_text_length(text, 1), 9);
  assert_int_equal(rs_text_length(text, 2), 3);
  rs_text_free(text);
  rs_dictionary_free(d);
}

static void empty_dictionary_sorts_to_nothing(void **state) {
  (void)state;
  RsDictionary *d = rs_dictionary_new();
  RsText *text = rs_dictionary_sorted(d, NULL);
  assert_int_equal(text->n, 0);
  rs_text_free(text);
  rs_text_free(NULL);
  rs_dictionary_free(d);
  rs_dictionary_free(NULL);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(texts_are_numbered_in_order_of_first_sight),
      cmocka_unit_test(equal_hashes_do_not_merge_texts),
      cmocka_unit_test(agrees_with_a_glib_table_while_it_grows),
      cmocka_unit_test(sorted_by_bytes_with_ranks),
      cmocka_unit_test(zero_bytes_sort_before_longer_texts),
      cmocka_unit_test(empty_dictionary_sorts_to_nothing),
  };
  return cmocka_run_group_tests_name("base/dictionary", tests, NULL, NULL);
}
