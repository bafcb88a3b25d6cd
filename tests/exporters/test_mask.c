#include "base/error.h"
#include "base/parallel.h"
#include "exporters/mask.h"
#include "exporters/small_case.h"
#include "rs_test.h"

#include <string.h>
#include <sys/stat.h>

static RsMask *mask_42(const char *folder) {
  g_autofree char *path = small_key_file(folder);
  GError *error = NULL;
  RsMask *mask = rs_mask_new(path, &error);
  rs_assert_no_error(error);
  return mask;
}

/* Computed with Python's hmac and base64 modules. */
static void pseudonyms_are_hmac_sha256_in_base32(void **state) {
  (void)state;
  static const struct { char prefix; const char *text, *expected; } cases[] = {
      {'p', "P1", "p:oq3ypjuvoypl5yn6"}, {'c', "P1", "c:pqksfafnsfss3ynq"}, {'p', "张三", "p:uyoupxfxji7et6e7"}, {'p', "", ""}};
  char *folder = small_folder_new(), buffer[32], print[17];
  g_autoptr(RsMask) mask = mask_42(folder);
  for (size_t i = 0; i < G_N_ELEMENTS(cases); i++)
    assert_string_equal(rs_mask_text(mask, cases[i].prefix, cases[i].text, buffer), cases[i].expected);
  g_autofree char *text = g_strnfill(1000, 'x');
  assert_string_equal(rs_mask_text(mask, 's', text, buffer), "s:5mfablg7wuvarwfa");
  assert_string_equal(rs_mask_entity(mask, RS_PERSON, "P1", buffer), "p:oq3ypjuvoypl5yn6");
  assert_string_equal(rs_mask_entity(mask, RS_DOCTOR, "D1", buffer), "D1");
  rs_mask_fingerprint(mask, print);
  assert_string_equal(print, "206c1d2f77a57ebb");
  small_folder_remove(folder);
}

static void clear_mask_prints_the_text_itself(void **state) {
  (void)state;
  g_autoptr(RsMask) mask = rs_mask_clear();
  char buffer[32], print[17];
  const char *text = "P1";
  assert_ptr_equal(rs_mask_text(mask, 'p', text, buffer), text);
  assert_true(rs_mask_is_clear(mask));
  rs_mask_fingerprint(mask, print);
  assert_string_equal(print, "");
}

static void saved_key_gives_the_same_pseudonyms(void **state) {
  (void)state;
  char *folder = small_folder_new(), one[32], two[32];
  g_autofree char *path = g_build_filename(folder, "case.key", NULL);
  g_autoptr(GError) error = NULL;
  struct stat status;
  g_autoptr(RsMask) mask = rs_mask_new(NULL, &error), other = rs_mask_new(NULL, &error);
  rs_assert_no_error(error);
  assert_string_not_equal(rs_mask_text(mask, 'p', "P1", one), rs_mask_text(other, 'p', "P1", two));
  rs_mask_save(mask, path, &error);
  rs_assert_no_error(error);
  assert_int_equal(stat(path, &status), 0);
  assert_int_equal(status.st_mode & 0777, 0600);
  g_autoptr(RsMask) again = rs_mask_new(path, &error);
  rs_assert_no_error(error);
  assert_string_equal(rs_mask_text(mask, 'p', "P1", one), rs_mask_text(again, 'p', "P1", two));
  small_folder_remove(folder);
}

static void file_that_is_no_key_is_refused(void **state) {
  (void)state;
  static const char key[] = "4242424242424242424242424242424242424242424242424242424242424242";
  static const char *const text[] = {"", "ringscope-key-1 ", "ringscope-key-2 %s\n", "ringscope-key-1 %s0\n", "ringscope-key-1 %s\n\n",
                                     "ringscope-key-1 g%s\n", "%s\n"};
  char *folder = small_folder_new();
  g_autofree char *path = g_build_filename(folder, "bad.key", NULL), *missing = g_build_filename(folder, "missing", NULL);
  for (size_t i = 0; i < G_N_ELEMENTS(text); i++) {
    g_autoptr(GString) content = g_string_new(text[i]);
    g_string_replace(content, "%s", key, 0);
    g_autoptr(GError) error = NULL;
    assert_true(g_file_set_contents(path, content->str, -1, NULL));
    assert_null(rs_mask_new(path, &error));
    if (!g_error_matches(error, RS_ERROR, RS_ERROR_INPUT)) fail_msg("case %zu", i);
    assert_null(strstr(error->message, key));
  }
  g_autoptr(GError) error = NULL;
  assert_null(rs_mask_new(missing, &error));
  assert_true(g_error_matches(error, RS_ERROR, RS_ERROR_IO));
  g_clear_error(&error);
  assert_null(rs_mask_new(folder, &error));
  assert_true(g_error_matches(error, RS_ERROR, RS_ERROR_IO));
  small_folder_remove(folder);
}

static void key_on_a_full_disk_is_an_error(void **state) {
  (void)state;
  g_autoptr(GError) error = NULL;
  g_autoptr(RsMask) mask = rs_mask_new(NULL, &error);
  assert_false(rs_mask_save(mask, "/dev/full", &error));
  assert_true(g_error_matches(error, RS_ERROR, RS_ERROR_IO));
}

typedef struct { const RsMask *mask; char text[64][32]; } Shared;

static void mask_one(size_t task, unsigned thread, void *data) {
  (void)thread;
  Shared *shared = data;
  char id[16];
  g_snprintf(id, sizeof id, "P%u", (unsigned)task % 8);
  rs_mask_text(shared->mask, 'p', id, shared->text[task]);
}

static void threads_share_one_mask(void **state) {
  (void)state;
  g_autoptr(RsMask) mask = rs_mask_new(NULL, NULL);
  Shared shared = {.mask = mask};
  rs_parallel(4, 64, mask_one, &shared);
  for (size_t i = 8; i < 64; i++) assert_string_equal(shared.text[i], shared.text[i % 8]);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(pseudonyms_are_hmac_sha256_in_base32),
      cmocka_unit_test(clear_mask_prints_the_text_itself),
      cmocka_unit_test(saved_key_gives_the_same_pseudonyms),
      cmocka_unit_test(file_that_is_no_key_is_refused),
      cmocka_unit_test(key_on_a_full_disk_is_an_error),
      cmocka_unit_test(threads_share_one_mask),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
