#include "exporters/csv.h"
#include "exporters/small_case.h"
#include "exporters/sqlite.h"
#include "base/error.h"
#include "rs_test.h"

#include <sqlite3.h>
#include <string.h>

typedef struct { sqlite3_stmt *select; const RsTable *table; uint64_t n_rows; } Compare;

/* A row of the walk against the next row of the database. */
static void row_equals(const RsTable *table, const RsCell *cell, void *data) {
  Compare *compare = data;
  assert_int_equal(sqlite3_step(compare->select), SQLITE_ROW);
  compare->n_rows++;
  assert_int_equal(sqlite3_column_count(compare->select), table->n_columns);
  for (int i = 0; i < (int)table->n_columns; i++) {
    const RsCellType type = table->column[i].type;
    assert_string_equal(sqlite3_column_name(compare->select, i), table->column[i].name);
    if (type == RS_CELL_TEXT) assert_string_equal((const char *)sqlite3_column_text(compare->select, i), cell[i].text ? cell[i].text : "");
    else if (type == RS_CELL_INTEGER) assert_int_equal(sqlite3_column_int64(compare->select, i), cell[i].integer);
    else if (type == RS_CELL_MONEY) assert_true(sqlite3_column_double(compare->select, i) == (double)cell[i].integer / 100.0);
    else if (cell[i].number != cell[i].number) assert_int_equal(sqlite3_column_type(compare->select, i), SQLITE_NULL);
    else assert_true(sqlite3_column_double(compare->select, i) == cell[i].number);
  }
}

static void database_holds_what_the_tables_say(void **state) {
  (void)state;
  SmallCase *cases[] = {small_case_golden(), small_case_hostile(), small_case_new(NULL, 0, NULL, 0)};
  for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
    char *folder = small_folder_new();
    g_autofree char *path = g_build_filename(folder, "100%?mode=ro#.db", NULL);
    g_autoptr(GError) error = NULL;
    g_autoptr(RsCaseData) data = rs_case_data_new(&cases[i]->c, &error);
    rs_assert_no_error(error);
    g_autoptr(RsCaseView) view = rs_case_view_new(data, cases[i]->c.mask);
    rs_sqlite_write(view, path, &error);
    rs_assert_no_error(error);
    sqlite3 *db = NULL;
    assert_int_equal(sqlite3_open_v2(path, &db, SQLITE_OPEN_READONLY, NULL), SQLITE_OK);
    for (int t = 0; t < RS_N_TABLES; t++) {
      Compare compare = {NULL, &rs_table[t], 0};
      g_autofree char *sql = g_strdup_printf("SELECT * FROM \"%s\"%s", rs_table[t].name, t == RS_TABLE_RING ? " ORDER BY rank" : "");
      assert_int_equal(sqlite3_prepare_v2(db, sql, -1, &compare.select, NULL), SQLITE_OK);
      rs_table_walk(&rs_table[t], view, row_equals, &compare);
      assert_int_equal(sqlite3_step(compare.select), SQLITE_DONE);
      assert_true(compare.n_rows > 0 || i == 2 || t == RS_TABLE_REJECT || t == RS_TABLE_SPELL || t >= RS_TABLE_WATCH);
      sqlite3_finalize(compare.select);
    }
    sqlite3_close(db);
    small_case_free(cases[i]);
    small_folder_remove(folder);
  }
}

static void relations_have_entities_at_both_ends(void **state) {
  (void)state;
  g_autoptr(SmallCase) small = small_case_golden();
  char *folder = small_folder_new();
  g_autofree char *path = g_build_filename(folder, "case.db", NULL);
  g_autoptr(GError) error = NULL;
  g_autoptr(RsCaseData) data = rs_case_data_new(&small->c, &error);
  g_autoptr(RsCaseView) view = rs_case_view_new(data, small->c.mask);
  rs_sqlite_write(view, path, &error);
  rs_assert_no_error(error);
  sqlite3 *db = NULL;
  sqlite3_stmt *select = NULL;
  assert_int_equal(sqlite3_open_v2(path, &db, SQLITE_OPEN_READONLY, NULL), SQLITE_OK);
  assert_int_equal(sqlite3_prepare_v2(db,
      "SELECT count(*), sum(f.entity_id IS NOT NULL), sum(t.entity_id IS NOT NULL) FROM relation r"
      " LEFT JOIN entity f ON f.entity_type = r.from_type AND f.entity_id = r.from_id"
      " LEFT JOIN entity t ON t.entity_type = r.to_type AND t.entity_id = r.to_id", -1, &select, NULL), SQLITE_OK);
  assert_int_equal(sqlite3_step(select), SQLITE_ROW);
  assert_int_equal(sqlite3_column_int(select, 0), data->subgraph->n_edges);
  assert_int_equal(sqlite3_column_int(select, 1), data->subgraph->n_edges);
  assert_int_equal(sqlite3_column_int(select, 2), data->subgraph->n_edges);
  sqlite3_finalize(select);
  sqlite3_close(db);
  small_folder_remove(folder);
}

static void database_that_cannot_be_written_is_an_error(void **state) {
  (void)state;
  g_autoptr(SmallCase) small = small_case_golden();
  g_autoptr(GError) error = NULL;
  g_autoptr(RsCaseData) data = rs_case_data_new(&small->c, &error);
  g_autoptr(RsCaseView) view = rs_case_view_new(data, small->c.mask);
  static const char *const path[] = {"/dev/full", "/nonexistent/case.db"};
  for (size_t i = 0; i < G_N_ELEMENTS(path); i++) {
    assert_false(rs_sqlite_write(view, path[i], &error));
    assert_true(g_error_matches(error, RS_ERROR, RS_ERROR_IO));
    assert_non_null(strstr(error->message, path[i]));
    g_clear_error(&error);
  }
}

static void csv_on_a_full_disk_is_an_error(void **state) {
  (void)state;
  g_autoptr(SmallCase) small = small_case_golden();
  g_autoptr(GError) error = NULL;
  g_autoptr(RsCaseData) data = rs_case_data_new(&small->c, &error);
  g_autoptr(RsCaseView) view = rs_case_view_new(data, small->c.mask);
  for (int t = 0; t < RS_N_TABLES; t++) {
    assert_false(rs_csv_write(view, &rs_table[t], "/dev/full", &error));
    assert_true(g_error_matches(error, RS_ERROR, RS_ERROR_IO));
    g_clear_error(&error);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(database_holds_what_the_tables_say),
      cmocka_unit_test(relations_have_entities_at_both_ends),
      cmocka_unit_test(database_that_cannot_be_written_is_an_error),
      cmocka_unit_test(csv_on_a_full_disk_is_an_error),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
