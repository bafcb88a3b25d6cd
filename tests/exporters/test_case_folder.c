#include "base/error.h"
#include "base/random.h"
#include "exporters/case_folder.h"
#include "exporters/checksum.h"
#include "exporters/manifest.h"
#include "exporters/small_case.h"
#include "rs_test.h"

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

static void write_case(const SmallCase *small, const char *folder) {
  g_autoptr(GError) error = NULL;
  char digest[65];
  rs_case_write(&small->c, folder, digest, &error);
  rs_assert_no_error(error);
}

static void touch(const char *folder, const char *name) {
  g_autofree char *path = g_build_filename(folder, name, NULL);
  assert_true(g_file_set_contents(path, "x", 1, NULL));
}

static char *text_of(const char *folder, const char *name) {
  g_autofree char *path = g_build_filename(folder, name, NULL);
  char *text = NULL;
  g_file_get_contents(path, &text, NULL, NULL);
  return text;
}

static int compare_names(const void *a, const void *b) { return strcmp(*(char *const *)a, *(char *const *)b); }

/* The names in a folder, sorted and joined by spaces. */
static char *names_in(const char *folder) {
  g_autoptr(GPtrArray) names = g_ptr_array_new_with_free_func(g_free);
  g_autoptr(GDir) dir = g_dir_open(folder, 0, NULL);
  assert_non_null(dir);
  for (const char *name; (name = g_dir_read_name(dir)) != NULL;) g_ptr_array_add(names, g_strdup(name));
  g_ptr_array_sort(names, compare_names);
  g_ptr_array_add(names, NULL);
  return g_strjoinv(" ", (char **)names->pdata);
}

static void second_run_is_told_that_the_first_holds_the_folder(void **state) {
  (void)state;
  char *folder = small_folder_new();
  g_autofree char *path = g_build_filename(folder, "case", NULL), *slashed = g_strconcat(path, "//", NULL);
  g_autoptr(GError) error = NULL;
  RsCaseLock *first = rs_case_lock(path, &error);
  rs_assert_no_error(error);
  assert_null(rs_case_lock(slashed, &error));
  assert_true(g_error_matches(error, RS_ERROR, RS_ERROR_IO));
  assert_non_null(strstr(error->message, "another run"));
  g_clear_error(&error);
  rs_case_unlock(first);
  g_autofree char *left = names_in(folder);
  assert_string_equal(left, "");
  RsCaseLock *again = rs_case_lock(path, &error);
  rs_assert_no_error(error);
  rs_case_unlock(again);
  rs_case_unlock(NULL);
  small_folder_remove(folder);
}

static void folder_that_is_no_case_is_not_replaced(void **state) {
  (void)state;
  g_autoptr(SmallCase) small = small_case_golden();
  char *folder = small_folder_new(), digest[65];
  g_autofree char *empty = g_build_filename(folder, "empty", NULL), *thesis = g_build_filename(folder, "thesis", NULL),
                  *linked = g_build_filename(folder, "linked", NULL), *path = g_build_filename(folder, "case", NULL);
  g_mkdir(empty, 0755);
  g_mkdir(thesis, 0755);
  touch(thesis, "chapter1.txt");
  touch(thesis, "manifest.json");
  assert_int_equal(symlink("empty", linked), 0);
  write_case(small, path);
  touch(path, "notes.txt");
  const char *const place[] = {thesis, linked, path, ".", "", "/", ".."};
  for (size_t i = 0; i < G_N_ELEMENTS(place); i++) {
    g_autoptr(GError) error = NULL;
    g_autoptr(GError) lock_error = NULL;
    assert_false(rs_case_write(&small->c, place[i], digest, &error));
    assert_null(rs_case_lock(place[i], &lock_error));
    if (!g_error_matches(error, RS_ERROR, RS_ERROR_USAGE) || !g_error_matches(lock_error, RS_ERROR, RS_ERROR_USAGE))
      fail_msg("%s: %s", place[i], error->message);
    if (place[i] == path) assert_non_null(strstr(error->message, "notes.txt"));
  }
  g_autofree char *left = names_in(folder), *kept = names_in(thesis);
  assert_string_equal(left, "case empty linked thesis");
  assert_string_equal(kept, "chapter1.txt manifest.json");
  write_case(small, empty);
  g_autofree char *now = names_in(empty);
  assert_non_null(strstr(now, "manifest.json"));
  small_folder_remove(folder);
}

static void former_folder_is_moved_aside_where_nothing_can_be_exchanged(void **state) {
  (void)state;
  g_autoptr(SmallCase) small = small_case_golden();
  char *folder = small_folder_new();
  g_autofree char *one = g_build_filename(folder, "one", NULL), *two = g_build_filename(folder, "two", NULL);
  g_autoptr(GError) error = NULL;
  write_case(small, one);
  small->c.seed = 2;
  write_case(small, two);
  rs_case_folder_finish(two, one, false, &error);
  rs_assert_no_error(error);
  g_autofree char *left = names_in(folder), *manifest = text_of(one, "manifest.json");
  assert_string_equal(left, "one");
  assert_non_null(strstr(manifest, "\"seed\": 2"));
  small_folder_remove(folder);
}

static void next_run_recovers_what_was_moved_aside(void **state) {
  (void)state;
  g_autoptr(SmallCase) small = small_case_golden();
  char *folder = small_folder_new();
  g_autofree char *path = g_build_filename(folder, "case", NULL), *former = g_strconcat(path, ".partial-former", NULL),
                  *stale = g_strconcat(path, ".partial-AbC123", NULL), *mine = g_strconcat(path, ".partial-backup2", NULL);
  g_autoptr(GError) error = NULL;
  write_case(small, path);
  assert_int_equal(rename(path, former), 0);
  g_mkdir(stale, 0700);
  touch(stale, "rings.csv");
  g_mkdir(mine, 0700); /* seven characters: not a name of ours */
  RsCaseLock *lock = rs_case_lock(path, &error);
  rs_assert_no_error(error);
  rs_case_unlock(lock);
  g_autofree char *left = names_in(folder);
  assert_string_equal(left, "case case.partial-backup2");
  small_folder_remove(folder);
}

/* A key that waits under its other name belongs to the case whose manifest it names: renamed if that case stands, else removed. */
static void key_that_waits_follows_the_manifest(void **state) {
  (void)state;
  g_autoptr(SmallCase) small = small_case_golden();
  char *folder = small_folder_new(), sha256[65];
  g_autofree char *path = g_build_filename(folder, "case", NULL), *manifest = g_build_filename(path, "manifest.json", NULL);
  uint64_t size;
  write_case(small, path);
  assert_true(rs_checksum_file(manifest, sha256, &size, NULL));
  g_autofree char *key = g_strdup_printf("case.key.next-%.16s", sha256), *ids = g_strdup_printf("case.ids.next-%.16s", sha256);
  touch(folder, key);
  touch(folder, ids);
  touch(folder, "case.key.next-0123456789abcdef");
  rs_case_folder_recover(path);
  g_autofree char *left = names_in(folder);
  assert_string_equal(left, "case case.ids case.key");
  small_folder_remove(folder);
}

static void failed_run_leaves_the_former_case(void **state) {
  (void)state;
  g_autoptr(SmallCase) small = small_case_golden();
  char *folder = small_folder_new(), digest[65];
  g_autofree char *path = g_build_filename(folder, "case", NULL), *log = g_build_filename(path, "log.jsonl", NULL);
  g_autoptr(GError) error = NULL;
  write_case(small, path);
  assert_int_equal(unlink(log), 0);
  assert_int_equal(g_mkdir(log, 0700), 0); /* the former log cannot be read: the last step before the exchange fails */
  g_autofree char *before = text_of(path, "manifest.json");
  assert_false(rs_case_write(&small->c, path, digest, &error));
  assert_true(g_error_matches(error, RS_ERROR, RS_ERROR_IO));
  g_autofree char *after = text_of(path, "manifest.json"), *left = names_in(folder);
  assert_string_equal(before, after);
  assert_string_equal(left, "case");
  small_folder_remove(folder);
}

/* Every file of the manifest is there with its checksum, and nothing else is. */
static void assert_whole(const char *path) {
  g_autofree char *manifest = text_of(path, "manifest.json");
  g_autoptr(GError) error = NULL;
  assert_non_null(manifest);
  rs_case_folder_replaceable(path, &error);
  rs_assert_no_error(error);
  bool is_case;
  g_autoptr(GHashTable) names = rs_manifest_names(path, &is_case);
  GHashTableIter iter;
  gpointer name;
  assert_true(is_case && g_hash_table_size(names) >= 9);
  g_hash_table_iter_init(&iter, names);
  while (g_hash_table_iter_next(&iter, &name, NULL)) {
    g_autofree char *file = g_build_filename(path, name, NULL);
    char sha256[65];
    uint64_t size;
    rs_checksum_file(file, sha256, &size, &error);
    rs_assert_no_error(error);
    if (strstr(manifest, sha256) == NULL) fail_msg("%s is not the file of the manifest", file);
  }
}

static void write_for_ever(SmallCase *small, const char *path) {
  for (uint64_t seed = 2;; seed++) {
    char digest[65];
    small->c.seed = seed;
    RsCaseLock *lock = rs_case_lock(path, NULL);
    if (lock == NULL || !rs_case_write(&small->c, path, digest, NULL)) _exit(1);
    rs_case_unlock(lock);
  }
}

static void killed_runs_leave_a_whole_folder(void **state) {
  (void)state;
  g_autoptr(SmallCase) small = small_case_golden();
  char *folder = small_folder_new();
  g_autofree char *path = g_build_filename(folder, "case", NULL), *key = small_key_file(folder);
  g_autoptr(GError) error = NULL;
  RsRandom random;
  rs_random_init(&random, 11);
  rs_mask_free((RsMask *)small->c.mask);
  small->c.mask = rs_mask_new(key, NULL);
  write_case(small, path);
  for (int round = 0; round < 40; round++) {
    const pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) write_for_ever(small, path);
    g_usleep(2000 + rs_random_below(&random, 60000));
    int status;
    kill(child, SIGKILL);
    waitpid(child, &status, 0);
    assert_true(WIFSIGNALED(status)); /* it never failed by itself */
    assert_whole(path);
  }
  RsCaseLock *lock = rs_case_lock(path, &error);
  rs_assert_no_error(error);
  rs_case_unlock(lock);
  assert_whole(path);
  g_autofree char *left = names_in(folder);
  assert_string_equal(left, "case case.ids case.key test.key");
  small_folder_remove(folder);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(second_run_is_told_that_the_first_holds_the_folder),
      cmocka_unit_test(folder_that_is_no_case_is_not_replaced),
      cmocka_unit_test(former_folder_is_moved_aside_where_nothing_can_be_exchanged),
      cmocka_unit_test(next_run_recovers_what_was_moved_aside),
      cmocka_unit_test(key_that_waits_follows_the_manifest),
      cmocka_unit_test(failed_run_leaves_the_former_case),
      cmocka_unit_test(killed_runs_leave_a_whole_folder),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
