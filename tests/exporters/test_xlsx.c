/* Workbooks, cell by cell, as openpyxl reads them. */
#include "base/error.h"
#include "exporters/case_folder.h"
#include "exporters/small_case.h"
#include "exporters/xlsx.h"
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
    g_autoptr(RsWorkbook) workbook = rs_workbook_new(path, RS_LANG_EN, &error);
    rs_assert_no_error(error);
    rs_workbook_sheet(workbook, &table, 10, "a.csv");
    rs_workbook_row(&table, cases[i].cell, workbook);
    rs_workbook_close(workbook, &error);
    rs_assert_no_error(error);
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
  g_autoptr(RsWorkbook) workbook = rs_workbook_new(path, RS_LANG_EN, &error);
  const RsCell cell[] = {{.text = text}, {.integer = 1}, {.integer = 1}, {.number = 1}};
  rs_workbook_sheet(workbook, &table, 2, "a.csv");
  for (int i = 0; i < 5; i++) rs_workbook_row(&table, cell, workbook);
  rs_workbook_close(workbook, &error);
  rs_assert_no_error(error);
  g_autofree char *seen = cells_of(path);
  assert_non_null(strstr(seen, "A2 s '32000 characters'\n"));
  assert_non_null(strstr(seen, "A3 s '32000 characters'\n"));
  assert_non_null(strstr(seen, "A4 s '3 more rows in a.csv'\n"));
  assert_int_equal(stat(path, &status), 0);
  assert_int_equal(status.st_mode & 0777, 0600);
  small_folder_remove(folder);
}

static void place_that_cannot_be_written_is_an_error(void **state) {
  (void)state;
  g_autoptr(GError) error = NULL;
  assert_null(rs_workbook_new("/nonexistent/a.xlsx", RS_LANG_EN, &error));
  assert_true(g_error_matches(error, RS_ERROR, RS_ERROR_IO));
  g_clear_error(&error);
  assert_null(rs_workbook_new("/dev/full", RS_LANG_EN, &error)); /* only a new file is taken */
  assert_true(g_error_matches(error, RS_ERROR, RS_ERROR_IO));
  g_clear_error(&error);
  char *folder = small_folder_new();
  g_autofree char *path = g_build_filename(folder, "sub", "a.xlsx", NULL), *sub = g_path_get_dirname(path);
  assert_int_equal(mkdir(sub, 0700), 0);
  g_autoptr(RsWorkbook) workbook = rs_workbook_new(path, RS_LANG_EN, &error);
  rs_assert_no_error(error);
  rs_workbook_sheet(workbook, &table, 10, "a.csv");
  rs_workbook_row(&table, cases[0].cell, workbook);
  rs_case_folder_remove(sub); /* gone while it is written */
  assert_false(rs_workbook_close(workbook, &error));
  assert_true(g_error_matches(error, RS_ERROR, RS_ERROR_IO));
  assert_non_null(strstr(error->message, path));
  small_folder_remove(folder);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(cell_holds_what_was_meant),
      cmocka_unit_test(what_does_not_fit_is_cut_and_said),
      cmocka_unit_test(place_that_cannot_be_written_is_an_error),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
