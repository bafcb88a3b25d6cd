#include "base/error.h"
#include "base/whole_file.h"
#include "rs_test.h"

#include <stdbool.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

/* The text of a file of these bytes, or NULL with error set. */
static char *read_of(const char *bytes, gsize limit, gsize *length, GError **error) {
  char path[40];
  const int fd = memfd_create("whole", MFD_CLOEXEC);
  assert_true(write(fd, bytes, strlen(bytes)) == (ssize_t)strlen(bytes));
  g_snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
  char *text = rs_whole_file_read(path, limit, length, error);
  close(fd);
  return text;
}

static void file_is_read_up_to_the_limit_and_not_beyond(void **state) {
  (void)state;
  static const struct { const char *bytes; gsize limit; bool read; } cases[] = {{"", 0, true}, {"a", 0, false}, {"abc", 3, true}, {"abcd", 3, false}, {"ab\ncd", 100, true}};
  for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
    g_autoptr(GError) error = NULL;
    gsize length = 99;
    g_autofree char *text = read_of(cases[i].bytes, cases[i].limit, &length, &error);
    if (cases[i].read) {
      rs_assert_no_error(error);
      assert_string_equal(text, cases[i].bytes);
      assert_int_equal(length, strlen(cases[i].bytes));
    } else {
      assert_null(text);
      assert_true(g_error_matches(error, RS_ERROR, RS_ERROR_IO));
    }
  }
}

static void what_never_ends_is_too_large_and_what_is_none_is_named(void **state) {
  (void)state;
  static const char *const path[] = {"/dev/zero", "/", "/no/such/file"};
  for (size_t i = 0; i < G_N_ELEMENTS(path); i++) {
    g_autoptr(GError) error = NULL;
    gsize length;
    assert_null(rs_whole_file_read(path[i], 1 << 20, &length, &error));
    assert_true(g_error_matches(error, RS_ERROR, RS_ERROR_IO) && g_str_has_prefix(error->message, path[i]));
  }
}

static void pipe_is_read_to_its_end(void **state) {
  (void)state;
  int ends[2];
  char path[40];
  gsize length;
  assert_int_equal(pipe(ends), 0);
  assert_int_equal(write(ends[1], "ab", 2), 2);
  close(ends[1]);
  g_snprintf(path, sizeof path, "/proc/self/fd/%d", ends[0]);
  g_autoptr(GError) error = NULL;
  g_autofree char *text = rs_whole_file_read(path, 10, &length, &error);
  rs_assert_no_error(error);
  assert_string_equal(text, "ab");
  close(ends[0]);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(file_is_read_up_to_the_limit_and_not_beyond),
      cmocka_unit_test(what_never_ends_is_too_large_and_what_is_none_is_named),
      cmocka_unit_test(pipe_is_read_to_its_end),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
