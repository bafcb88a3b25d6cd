#include "base/error.h"
#include "base/output.h"
#include "base/random.h"
#include "rs_test.h"

#include <locale.h>
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static char *folder_new(void) {
  char *folder = g_dir_make_tmp("ringscope-XXXXXX", NULL);
  assert_non_null(folder);
  return folder;
}

static guint files_in(const char *folder) {
  guint n = 0;
  GDir *dir = g_dir_open(folder, 0, NULL);
  while (g_dir_read_name(dir) != NULL) n++;
  g_dir_close(dir);
  return n;
}

/* What memory holds after the writes, as text. */
static char *taken(RsOutput *output) {
  g_autoptr(GBytes) bytes = rs_output_bytes(output);
  gsize size;
  const char *data = g_bytes_get_data(bytes, &size);
  return g_strndup(data, size);
}

typedef struct {
  double value;
  unsigned places;
  const char *text;
} DoubleCase;

static const DoubleCase double_cases[] = {
    {0, 3, "0"},
    {-0.0, 3, "0"},
    {1, 0, "1"},
    {-1.5, 0, "-2"},
    {0.5, 0, "1"},
    {2.5, 0, "3"},
    {-2.5, 0, "-3"},
    {0.125, 2, "0.13"},
    {-0.125, 2, "-0.13"},
    {0.375, 2, "0.38"},
    {0.1, 1, "0.1"},
    {0.1, 6, "0.1"},
    {0.1, 17, "0.10000000000000001"},
    {0.1, 18, "0.100000000000000006"},
    {2.675, 2, "2.67"},
    {1e-7, 6, "0"},
    {-1e-7, 6, "0"},
    {5e-7, 6, "0"}, /* the double lies below one half */
    {6e-7, 6, "0.000001"},
    {0.999999999, 6, "1"},
    {9.9999999, 6, "10"},
    {-9.9999999, 6, "-10"},
    {12.50, 4, "12.5"},
    {100, 2, "100"},
    {0.05, 1, "0.1"}, /* the double lies above one half */
    {999999999999999.9, 1, "999999999999999.9"},
    {999999999999999.0, 6, "999999999999999"},
    {123456789012.015625, 6, "123456789012.015625"},
    {0x1p53, 6, "9007199254740992"},
    {0x1p62, 6, "4611686018427387904"},
    {1e22, 2, "10000000000000000000000"},
    {-0x1p64, 2, "-18446744073709551616"},
    {5e-324, 18, "0"},
    {1e300, 30, NULL},
    {NAN, 3, ""},
    {INFINITY, 3, ""},
    {-INFINITY, 3, ""},
};

static void doubles_are_rounded_on_their_exact_value(void **state) {
  (void)state;
  for (size_t i = 0; i < G_N_ELEMENTS(double_cases); i++) {
    const DoubleCase *c = &double_cases[i];
    g_autoptr(RsOutput) output = rs_output_memory();
    rs_output_double(output, c->value, c->places);
    g_autofree char *text = taken(output);
    g_autofree char *expected = c->text != NULL ? g_strdup(c->text) : g_strdup_printf("%.0f", c->value);
    assert_string_equal(text, expected);
  }
}

/* printf rounds the exact value too, only halves go to even; no exact half occurs here. */
static void doubles_agree_with_printf(void **state) {
  (void)state;
  RsRandom random;
  rs_random_init(&random, 3);
  g_autoptr(RsOutput) output = rs_output_memory();
  for (int i = 0; i < 100000; i++) {
    const double value = (rs_random_unit(&random) - 0.5) * pow(10, (double)rs_random_below(&random, 12) - 6);
    const unsigned places = 1 + rs_random_below(&random, 8);
    char expected[64];
    int n = snprintf(expected, sizeof expected, "%.*f", (int)places, value);
    while (expected[n - 1] == '0') expected[--n] = '\0';
    if (expected[n - 1] == '.') expected[--n] = '\0';
    rs_output_double(output, value, places);
    g_autofree char *text = taken(output);
    assert_string_equal(text, strcmp(expected, "-0") == 0 ? "0" : expected);
  }
}

static void numbers_ignore_the_locale(void **state) {
  (void)state;
  static const char *const locales[] = {"de_DE.UTF-8", "fr_FR.UTF-8", "zh_CN.UTF-8", "C.UTF-8"};
  for (size_t i = 0; i < G_N_ELEMENTS(locales); i++) {
    setlocale(LC_ALL, locales[i]);
    g_autoptr(RsOutput) output = rs_output_memory();
    rs_output_double(output, 1234567.25, 2);
    rs_output_char(output, ' ');
    rs_output_fixed(output, 123456789, 2);
    g_autofree char *text = taken(output);
    setlocale(LC_ALL, "C");
    assert_string_equal(text, "1234567.25 1234567.89");
  }
}

static void integers_at_their_ends(void **state) {
  (void)state;
  g_autoptr(RsOutput) output = rs_output_memory();
  rs_output_unsigned(output, 0);
  rs_output_char(output, ' ');
  rs_output_unsigned(output, UINT64_MAX);
  rs_output_char(output, ' ');
  rs_output_signed(output, INT64_MIN);
  rs_output_char(output, ' ');
  rs_output_signed(output, -7);
  rs_output_char(output, ' ');
  rs_output_fixed(output, -5, 2);
  rs_output_char(output, ' ');
  rs_output_fixed(output, 0, 2);
  rs_output_char(output, ' ');
  rs_output_fixed(output, 1234, 0);
  rs_output_char(output, ' ');
  rs_output_fixed(output, INT64_MIN, 2);
  g_autofree char *text = taken(output);
  assert_string_equal(text, "0 18446744073709551615 -9223372036854775808 -7 -0.05 0.00 1234 -92233720368547758.08");
}

/* Around the ends of the buffer, which grows from 256 bytes: nothing is lost or written twice. */
static void csv_cells_of_any_length_come_whole(void **state) {
  (void)state;
  g_autoptr(RsOutput) output = rs_output_memory();
  g_autoptr(GString) expected = g_string_new(NULL);
  for (unsigned n = 0; n < 600; n++) {
    g_autofree char *cell = g_strnfill(n, 'a');
    if (n % 3 == 1) cell[n - 1] = ',';
    rs_output_csv(output, cell);
    g_string_append_printf(expected, n % 3 == 1 ? "\"%s\"" : "%s", cell);
  }
  size_t length;
  const char *taken = rs_output_take(output, &length);
  assert_int_equal(length, expected->len);
  assert_memory_equal(taken, expected->str, length);
  rs_output_text(output, "next");
  taken = rs_output_take(output, &length);
  assert_int_equal(length, 4);
  assert_memory_equal(taken, "next", 4);
  assert_int_equal(rs_output_used(output), 0);
}

static void keep(void *text, const char *bytes, size_t length) { g_string_append_len(text, bytes, (gssize)length); }

static void a_listener_hears_every_byte_once_and_in_order(void **state) {
  (void)state;
  g_autoptr(GString) heard = g_string_new(NULL), expected = g_string_new(NULL);
  g_autoptr(RsOutput) output = rs_output_to(keep, heard);
  for (unsigned n = 0; n < 400000; n += 1 + n / 3) {
    g_autofree char *piece = g_strnfill(n, (char)('a' + n % 26));
    rs_output_csv(output, piece);
    rs_output_char(output, '\n');
    g_string_append_printf(expected, "%s\n", piece);
  }
  assert_true(heard->len < expected->len); /* the last of it waits */
  assert_true(rs_output_close(output, NULL));
  assert_int_equal(heard->len, expected->len);
  assert_memory_equal(heard->str, expected->str, heard->len);
}

static void csv_cells_are_quoted_only_where_needed(void **state) {
  (void)state;
  static const char *const cells[][2] = {{"", ""},           {"plain", "plain"},   {"a,b", "\"a,b\""},      {"a\"b", "\"a\"\"b\""},
                                         {"\"", "\"\"\"\""}, {"a\nb", "\"a\nb\""}, {"a\rb", "\"a\rb\""}, {" a;b ", " a;b "}};
  for (size_t i = 0; i < G_N_ELEMENTS(cells); i++) {
    g_autoptr(RsOutput) output = rs_output_memory();
    rs_output_csv(output, cells[i][0]);
    g_autofree char *text = taken(output);
    assert_string_equal(text, cells[i][1]);
  }
}

static void a_file_appears_only_when_closed(void **state) {
  (void)state;
  g_autofree char *folder = folder_new(), *path = g_build_filename(folder, "out.csv", NULL);
  assert_true(g_file_set_contents(path, "old", -1, NULL));
  GError *error = NULL;
  g_autoptr(RsOutput) output = rs_output_open(path, &error);
  rs_assert_no_error(error);
  rs_output_text(output, "new");
  g_autofree char *before = NULL, *after = NULL;
  assert_true(g_file_get_contents(path, &before, NULL, NULL));
  assert_string_equal(before, "old");
  assert_true(rs_output_close(output, &error));
  assert_true(g_file_get_contents(path, &after, NULL, NULL));
  assert_string_equal(after, "new");
  struct stat status;
  assert_int_equal(stat(path, &status), 0);
  assert_int_equal(status.st_mode & 077, 0);
  assert_int_equal(files_in(folder), 1);
  unlink(path);
  rmdir(folder);
}

static void an_abandoned_file_leaves_nothing(void **state) {
  (void)state;
  g_autofree char *folder = folder_new(), *path = g_build_filename(folder, "out.csv", NULL);
  RsOutput *output = rs_output_open(path, NULL);
  assert_int_equal(files_in(folder), 1);
  rs_output_text(output, "half");
  rs_output_free(output);
  assert_int_equal(files_in(folder), 0);
  rmdir(folder);
}

/* Writes of every size around the buffer's arrive in order. */
static void large_writes_arrive_whole(void **state) {
  (void)state;
  g_autofree char *folder = folder_new(), *path = g_build_filename(folder, "out", NULL);
  g_autoptr(GByteArray) expected = g_byte_array_new();
  g_autoptr(RsOutput) output = rs_output_open(path, NULL), memory = rs_output_memory();
  static const size_t sizes[] = {1, 1048575, 1, 1048576, 1048577, 3, 5000000, 1048570, 100};
  for (size_t i = 0; i < G_N_ELEMENTS(sizes); i++) {
    g_autofree char *bytes = g_malloc(sizes[i]);
    for (size_t k = 0; k < sizes[i]; k++) bytes[k] = (char)(k * 31 + i);
    rs_output_write(output, bytes, sizes[i]);
    rs_output_write(memory, bytes, sizes[i]);
    for (int c = 0; c < 3; c++) {
      rs_output_char(output, '|');
      rs_output_char(memory, '|');
    }
    g_byte_array_append(expected, (const guint8 *)bytes, (guint)sizes[i]);
    g_byte_array_append(expected, (const guint8 *)"|||", 3);
  }
  assert_true(rs_output_close(output, NULL));
  g_autofree char *written = NULL;
  gsize size;
  assert_true(g_file_get_contents(path, &written, &size, NULL));
  assert_int_equal(size, expected->len);
  assert_memory_equal(written, expected->data, size);
  g_autoptr(GBytes) kept = rs_output_bytes(memory);
  assert_int_equal(g_bytes_get_size(kept), expected->len);
  assert_memory_equal(g_bytes_get_data(kept, NULL), expected->data, size);
  unlink(path);
  rmdir(folder);
}

static void a_full_disk_is_reported_at_close(void **state) {
  (void)state;
  g_autoptr(RsOutput) output = rs_output_open("/dev/full", NULL);
  assert_non_null(output);
  for (int i = 0; i < 300000; i++) rs_output_text(output, "some words ");
  assert_true(rs_output_failed(output));
  g_autoptr(GError) error = NULL;
  assert_false(rs_output_close(output, &error));
  assert_true(g_error_matches(error, RS_ERROR, RS_ERROR_IO));
  assert_non_null(strstr(error->message, "/dev/full"));
  assert_non_null(strstr(error->message, g_strerror(ENOSPC)));
}

static void a_small_write_to_a_full_disk_fails_too(void **state) {
  (void)state;
  g_autoptr(RsOutput) output = rs_output_open("/dev/full", NULL);
  rs_output_char(output, 'x');
  assert_false(rs_output_failed(output));
  g_autoptr(GError) error = NULL;
  assert_false(rs_output_close(output, &error));
  assert_true(g_error_matches(error, RS_ERROR, RS_ERROR_IO));
}

static void a_path_that_cannot_be_made_is_refused(void **state) {
  (void)state;
  g_autoptr(GError) error = NULL;
  assert_null(rs_output_open("/no/such/folder/out.csv", &error));
  assert_true(g_error_matches(error, RS_ERROR, RS_ERROR_IO));
  assert_non_null(strstr(error->message, "/no/such/folder/out.csv"));
  g_clear_error(&error);
  assert_null(rs_output_open("/", &error));
  assert_true(g_error_matches(error, RS_ERROR, RS_ERROR_IO));
}

static void standard_output_is_a_dash(void **state) {
  (void)state;
  g_autofree char *folder = folder_new(), *path = g_build_filename(folder, "captured", NULL);
  const int kept = dup(STDOUT_FILENO);
  fflush(stdout);
  FILE *file = fopen(path, "w");
  assert_true(dup2(fileno(file), STDOUT_FILENO) >= 0);
  g_autoptr(RsOutput) output = rs_output_open("-", NULL);
  rs_output_text(output, "to the terminal");
  const bool closed = rs_output_close(output, NULL);
  dup2(kept, STDOUT_FILENO);
  close(kept);
  fclose(file);
  assert_true(closed);
  g_autofree char *text = NULL;
  assert_true(g_file_get_contents(path, &text, NULL, NULL));
  assert_string_equal(text, "to the terminal");
  unlink(path);
  rmdir(folder);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(doubles_are_rounded_on_their_exact_value),
      cmocka_unit_test(doubles_agree_with_printf),
      cmocka_unit_test(numbers_ignore_the_locale),
      cmocka_unit_test(integers_at_their_ends),
      cmocka_unit_test(csv_cells_are_quoted_only_where_needed),
      cmocka_unit_test(csv_cells_of_any_length_come_whole),
      cmocka_unit_test(a_listener_hears_every_byte_once_and_in_order),
      cmocka_unit_test(a_file_appears_only_when_closed),
      cmocka_unit_test(an_abandoned_file_leaves_nothing),
      cmocka_unit_test(large_writes_arrive_whole),
      cmocka_unit_test(a_full_disk_is_reported_at_close),
      cmocka_unit_test(a_small_write_to_a_full_disk_fails_too),
      cmocka_unit_test(a_path_that_cannot_be_made_is_refused),
      cmocka_unit_test(standard_output_is_a_dash),
  };
  return cmocka_run_group_tests_name("base/output", tests, NULL, NULL);
}
