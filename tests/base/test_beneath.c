#include "rs_test.h"

#include "base/beneath.h"

#include <errno.h>
#include <glib/gstdio.h>
#include <sys/stat.h>
#include <unistd.h>

static void names_that_lead_out_are_refused(void **state) {
  (void)state;
  static const struct { const char *name; bool good; } cases[] = {
      {"rings.csv", true}, {"rings/R0001.gexf", true}, {"a/b/c-d_e.f", true}, {"", false},       {".", false},    {"..", false},
      {"../a", false},     {"a/../b", false},          {"/a", false},         {"a//b", false},   {"a/", false},   {"a/.", false},
      {".a", false},       {"a/.b", false},            {"a b", false},        {"a\nb", false},   {"a\\b", false}, {"\xE4\xB8\xAD", false},
      {"a..b", true}};
  for (size_t i = 0; i < G_N_ELEMENTS(cases); i++)
    if (rs_beneath_name_ok(cases[i].name) != cases[i].good) fail_msg("'%s'", cases[i].name);
}

static char *folder_new(void) {
  char *folder = g_dir_make_tmp("ringscope-XXXXXX", NULL);
  g_autofree char *sub = g_build_filename(folder, "sub", NULL), *file = g_build_filename(sub, "file", NULL);
  assert_int_equal(g_mkdir(sub, 0700), 0);
  assert_true(g_file_set_contents(file, "text", 4, NULL));
  return folder;
}

static void folder_remove(char *folder) {
  static const char *const name[] = {"sub/file", "sub/link", "sub", "out", "way", "pipe"};
  for (size_t i = 0; i < G_N_ELEMENTS(name); i++) {
    g_autofree char *path = g_build_filename(folder, name[i], NULL);
    g_remove(path);
  }
  assert_int_equal(g_rmdir(folder), 0);
  g_free(folder);
}

static void assert_refused(const char *folder, const char *name, int code) {
  errno = 0;
  const int fd = rs_beneath_open(folder, name);
  if (fd != -1 || errno != code) fail_msg("'%s' gives %d, errno %d", name, fd, errno);
}

static void a_file_is_read_whole_or_not_at_all(void **state) {
  (void)state;
  char *folder = folder_new();
  gsize length = 0;
  g_autofree char *text = rs_beneath_read(folder, "sub/file", 4, &length);
  assert_non_null(text);
  assert_int_equal(length, 4);
  assert_string_equal(text, "text");
  assert_null(rs_beneath_read(folder, "sub/file", 3, &length));
  assert_int_equal(errno, EFBIG);
  assert_null(rs_beneath_read(folder, "sub/none", 3, &length));
  assert_int_equal(errno, ENOENT);
  folder_remove(folder);
}

static void links_are_not_followed_wherever_they_stand(void **state) {
  (void)state;
  char *folder = folder_new();
  g_autofree char *out = g_build_filename(folder, "out", NULL), *way = g_build_filename(folder, "way", NULL),
                  *link = g_build_filename(folder, "sub", "link", NULL), *pipe = g_build_filename(folder, "pipe", NULL);
  assert_int_equal(symlink("/etc/passwd", out), 0);
  assert_int_equal(symlink("sub", way), 0);
  assert_int_equal(symlink("file", link), 0);
  assert_int_equal(mkfifo(pipe, 0600), 0);
  assert_refused(folder, "out", ELOOP);
  assert_refused(folder, "sub/link", ELOOP);
  assert_refused(folder, "way/file", ENOTDIR);
  assert_refused(folder, "pipe", EINVAL);
  assert_refused(folder, "sub", EINVAL);
  assert_refused(folder, "../etc/passwd", EINVAL);
  folder_remove(folder);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(names_that_lead_out_are_refused),
      cmocka_unit_test(a_file_is_read_whole_or_not_at_all),
      cmocka_unit_test(links_are_not_followed_wherever_they_stand),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
