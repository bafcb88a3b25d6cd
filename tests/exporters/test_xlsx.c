/* Workbooks, cell by cell, as openpyxl reads them. */
#include "base/error.h"
#include "base/random.h"
#include "exporters/small_case.h"
#include "exporters/xlsx.h"
#include "exporters/zip.h"
#include "rs_test.h"

#include <math.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

static const RsTableColumn columns[] = {{"ring_id", RS_CELL_TEXT, false},
                                        {"line", RS_CELL_INTEGER, false},
                                        {"amount", RS_CELL_MONEY, false},
                                        {"p_value", RS_CELL_TINY, false}};
static const RsTable table = {"ring", NULL, G_N_ELEMENTS(columns), columns, NULL, NULL};

static const char script[] =
    "import sys\n"
    "try:\n  import openpyxl\n"
    "except ImportError as e:\n  print(e); sys.exit(77)\n"
    "for sheet in openpyxl.load_workbook(sys.argv[1]):\n"
    "  for row in sheet.iter_rows(min_row=2):\n"
    "    for c in row:\n"
    "      v = c.value\n"
    "      if isinstance(v, str): v = v.replace('_x005F_', '_') if len(v) < 100 else '%d characters' % len(v)\n"
    "      print(c.coordinate, c.data_type if v is not None else '-', ascii(v))\n";

/* What openpyxl sees, one line a cell; skips without it. */
static char *cells_of(const char *path) {
  char *arguments[] = {(char *)"/usr/bin/python3", (char *)"-c", (char *)script, (char *)path, NULL}, *printed = NULL;
  int status = 0;
  if (!g_spawn_sync(NULL, arguments, NULL, G_SPAWN_SEARCH_PATH, NULL, NULL, &printed, NULL, &status, NULL)) skip();
  if (WIFEXITED(status) && WEXITSTATUS(status) == 77) skip();
  assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 0);
  return printed;
}

static const struct {
  const char *name;
  RsCell cell[4];
  const char *says;
} cases[] = {
    {"18 digits stay a text",
     {{.text = "330106194912310023"}, {.integer = 1}, {.integer = 1050}, {.number = 1e-9}},
     "A2 s '330106194912310023'\nB2 n 1\nC2 n 10.5\nD2 n 1e-09\n"},
    {"a formula is a text",
     {{.text = "=1+1"}, {.empty = true}, {.empty = true}, {.number = NAN}},
     "A2 s '=1+1'\nB2 - None\nC2 - None\nD2 - None\n"},
    {"a command is a text",
     {{.text = "=cmd|' /C calc'!A0"}, {.integer = -5}, {.integer = -1}, {.number = INFINITY}},
     "A2 s \"=cmd|' /C calc'!A0\"\nB2 n -5\nC2 n -0.01\nD2 - None\n"},
    {"what looks escaped comes back",
     {{.text = "_x0041_"}, {.empty = true}, {.empty = true}, {.number = NAN}},
     "A2 s '_x0041_'\nB2 - None\nC2 - None\nD2 - None\n"},
    {"control characters are replaced",
     {{.text = "a\x01"
               "b\xff"
               "c\xEF\xBF\xBE"},
      {.empty = true},
      {.empty = true},
      {.number = NAN}},
     "A2 s 'a\\ufffdb\\ufffdc\\ufffd'\nB2 - None\nC2 - None\nD2 - None\n"},
    {"line ends are one",
     {{.text = "a\r\nb\rc\td "}, {.empty = true}, {.empty = true}, {.number = NAN}},
     "A2 s 'a\\nb\\nc\\td '\nB2 - None\nC2 - None\nD2 - None\n"},
    {"markup is text",
     {{.text = "<a>&\"'</a>]]>"}, {.empty = true}, {.empty = true}, {.number = NAN}},
     "A2 s '<a>&\"\\'</a>]]>'\nB2 - None\nC2 - None\nD2 - None\n"},
    {"a number beyond doubles is a text",
     {{.text = "x"}, {.integer = INT64_MAX}, {.integer = 0}, {.number = 0}},
     "A2 s 'x'\nB2 s '9223372036854775807'\nC2 n 0\nD2 n 0\n"},
};

static void cell_holds_what_was_meant(void **state) {
  (void)state;
  char *folder = small_folder_new();
  g_autofree char *path = g_build_filename(folder, "a.xlsx", NULL);
  for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
    g_autoptr(GError) error = NULL;
    g_autoptr(RsOutput) output = rs_output_open(path, &error);
    rs_assert_no_error(error);
    g_autoptr(RsWorkbook) workbook = rs_workbook_new(output, RS_LANG_EN);
    rs_workbook_sheet(workbook, &table, 10, "a.csv");
    rs_workbook_row(&table, cases[i].cell, workbook);
    assert_true(rs_workbook_close(workbook, &error) && rs_output_close(output, &error));
    g_autofree char *seen = cells_of(path);
    assert_int_equal(unlink(path), 0);
    if (strcmp(seen, cases[i].says) != 0) fail_msg("%s: %s", cases[i].name, seen);
  }
  small_folder_remove(folder);
}

static void what_does_not_fit_is_cut_and_said(void **state) {
  (void)state;
  char *folder = small_folder_new();
  g_autofree char *path = g_build_filename(folder, "a.xlsx", NULL), *text = g_strnfill(10 << 20, 'x');
  g_autoptr(GError) error = NULL;
  struct stat status;
  g_autoptr(RsOutput) output = rs_output_open(path, &error);
  rs_assert_no_error(error);
  g_autoptr(RsWorkbook) workbook = rs_workbook_new(output, RS_LANG_EN);
  const RsCell cell[] = {{.text = text}, {.integer = 1}, {.integer = 1}, {.number = 1}};
  rs_workbook_sheet(workbook, &table, 2, "a.csv");
  for (int i = 0; i < 5; i++) rs_workbook_row(&table, cell, workbook);
  assert_true(rs_workbook_close(workbook, &error) && rs_output_close(output, &error));
  g_autofree char *seen = cells_of(path);
  assert_non_null(strstr(seen, "A2 s '32000 characters'\n"));
  assert_non_null(strstr(seen, "A3 s '32000 characters'\n"));
  assert_non_null(strstr(seen, "A4 s '3 more rows in a.csv'\n"));
  assert_int_equal(stat(path, &status), 0);
  assert_int_equal(status.st_mode & 0777, 0600);
  small_folder_remove(folder);
}

/* Many pieces through the compressor, and several sheets: every cell comes back, in its place. */
static void long_sheets_come_back_whole(void **state) {
  (void)state;
  char *folder = small_folder_new();
  g_autofree char *path = g_build_filename(folder, "a.xlsx", NULL);
  g_autoptr(GString) expected = g_string_new(NULL);
  g_autoptr(GError) error = NULL;
  g_autoptr(RsOutput) output = rs_output_open(path, &error);
  rs_assert_no_error(error);
  g_autoptr(RsWorkbook) workbook = rs_workbook_new(output, RS_LANG_ZH);
  RsRandom random;
  rs_random_init(&random, 3);
  for (int sheet = 0; sheet < 3; sheet++) {
    rs_workbook_sheet(workbook, &table, 5000, "a.csv");
    for (uint32_t row = 0; row < (sheet == 1 ? 0u : 3000u); row++) { /* an empty one between */
      g_autofree char *text = g_strdup_printf("%08x%08x", rs_random_below(&random, UINT32_MAX), rs_random_below(&random, UINT32_MAX));
      const RsCell cell[] = {{.text = text}, {.integer = row}, {.integer = 100 * (int64_t)row}, {.number = row + 0.5}};
      rs_workbook_row(&table, cell, workbook);
      g_string_append_printf(expected, "A%u s '%s'\nB%u n %u\nC%u n %u\nD%u n %u.5\n", row + 2, text, row + 2, row, row + 2, row, row + 2, row);
    }
  }
  assert_true(rs_workbook_close(workbook, &error) && rs_output_close(output, &error));
  g_autofree char *seen = cells_of(path);
  assert_string_equal(seen, expected->str);
  small_folder_remove(folder);
}

/* No cell is wrong where Info-ZIP's own test finds nothing, byte for byte. */
static void archive_is_a_sound_zip(void **state) {
  (void)state;
  char *folder = small_folder_new();
  g_autofree char *path = g_build_filename(folder, "a.xlsx", NULL);
  g_autoptr(GError) error = NULL;
  g_autoptr(RsOutput) output = rs_output_open(path, &error);
  rs_assert_no_error(error);
  g_autoptr(RsZip) zip = rs_zip_new(output);
  g_autofree char *zeros = g_malloc0(3 << 20);
  rs_zip_begin(zip, "empty");
  rs_zip_begin(zip, "\xE7\xBA\xBF.txt");
  for (int i = 0; i < 100; i++) rs_zip_write(zip, "abc", 3);
  rs_zip_begin(zip, "zeros");
  rs_zip_write(zip, zeros, 3 << 20);
  assert_true(rs_zip_finish(zip) && rs_output_close(output, &error));
  char *arguments[] = {(char *)"/usr/bin/python3", (char *)"-c",
                       (char *)"import sys, zipfile\nz = zipfile.ZipFile(sys.argv[1])\nassert z.testzip() is None\n"
                               "print([(i.filename, i.file_size) for i in z.infolist()], z.read('\\u7ebf.txt') == b'abc' * 100)",
                       path, NULL}, *printed = NULL;
  int status = 0;
  if (!g_spawn_sync(NULL, arguments, NULL, G_SPAWN_SEARCH_PATH, NULL, NULL, &printed, NULL, &status, NULL)) skip();
  assert_string_equal(printed, "[('empty', 0), ('\xE7\xBA\xBF.txt', 300), ('zeros', 3145728)] True\n");
  g_free(printed);
  small_folder_remove(folder);
}

static void failed_write_is_told_when_the_output_is_closed(void **state) {
  (void)state;
  g_autoptr(GError) error = NULL;
  g_autoptr(RsOutput) output = rs_output_open("/dev/full", &error);
  rs_assert_no_error(error);
  g_autoptr(RsWorkbook) workbook = rs_workbook_new(output, RS_LANG_EN);
  rs_workbook_sheet(workbook, &table, 10, "a.csv");
  rs_workbook_row(&table, cases[0].cell, workbook);
  assert_true(rs_workbook_close(workbook, &error));
  assert_false(rs_output_close(output, &error));
  assert_true(g_error_matches(error, RS_ERROR, RS_ERROR_IO));
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(cell_holds_what_was_meant),
      cmocka_unit_test(what_does_not_fit_is_cut_and_said),
      cmocka_unit_test(long_sheets_come_back_whole),
      cmocka_unit_test(archive_is_a_sound_zip),
      cmocka_unit_test(failed_write_is_told_when_the_output_is_closed),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
