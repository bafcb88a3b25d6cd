#include "base/error.h"
#include "base/random.h"
#include "exporters/case_read.h"
#include "exporters/case_verify.h"
#include "exporters/picture.h"
#include "exporters/small_case.h"
#include "rs_test.h"

#include <sqlite3.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* A written case in a new folder; *folder is to be removed, the path is folder/case. */
static char *case_written(char **folder, bool masked) {
  g_autoptr(SmallCase) golden = small_case_golden();
  g_autoptr(GError) error = NULL;
  char digest[65];
  *folder = small_folder_new();
  char *path = g_build_filename(*folder, "case", NULL);
  if (masked) {
    g_autofree char *key = small_key_file(*folder);
    rs_mask_free((RsMask *)golden->c.mask);
    golden->c.mask = rs_mask_new(key, NULL);
  }
  rs_case_write(&golden->c, path, digest, &error);
  rs_assert_no_error(error);
  return path;
}

static void change_database(const char *path, const char *sql) {
  g_autofree char *database = g_build_filename(path, "case.db", NULL);
  sqlite3 *db = NULL;
  char *message = NULL;
  assert_int_equal(sqlite3_open(database, &db), SQLITE_OK);
  if (sqlite3_exec(db, sql, NULL, NULL, &message) != SQLITE_OK) fail_msg("%s", message);
  sqlite3_close(db);
}

static void change_manifest(const char *path, const char *from, const char *to) {
  g_autofree char *manifest = g_build_filename(path, "manifest.json", NULL), *text = NULL;
  assert_true(g_file_get_contents(manifest, &text, NULL, NULL));
  g_autoptr(GString) changed = g_string_new(text);
  assert_int_equal(g_string_replace(changed, from, to, 0), 1);
  assert_true(g_file_set_contents(manifest, changed->str, -1, NULL));
}

/* Everything that explain and export read. */
static bool read_all(const char *path, GError **error) {
  g_autoptr(RsCaseRead) read = rs_case_read_new(path, NULL, error);
  if (read == NULL) return false;
  for (unsigned table = 0; table < RS_N_TABLES; table++) {
    g_autoptr(RsCaseRows) rows = rs_case_read_rows(read, table, NULL, error);
    if (rows == NULL) return false;
  }
  g_autoptr(RsPicture) whole = rs_picture_from_case(read, NULL, error);
  if (whole == NULL) return false;
  g_autoptr(RsPicture) ring = rs_picture_from_case(read, "R0001", error);
  return ring != NULL;
}

static void rows_come_back_as_they_were_written(void **state) {
  (void)state;
  char *folder;
  g_autofree char *path = case_written(&folder, false);
  g_autoptr(GError) error = NULL;
  g_autoptr(RsCaseRead) read = rs_case_read_new(path, NULL, &error);
  rs_assert_no_error(error);
  static const char *const ring[] = {"ring_id", "R0001", NULL};
  g_autoptr(RsCaseRows) rings = rs_case_read_rows(read, RS_TABLE_RING, NULL, &error);
  assert_int_equal(rings->n, 2);
  assert_string_equal(rs_case_rows_text(rings, 0, "pattern"), "batch");
  assert_int_equal(rs_case_rows_integer(rings, 0, "score"), 36);
  assert_int_equal(rs_case_rows_integer(rings, 0, "amount"), 10050 * 4 + 2000 + 1999 - 500 + 1 + 333);
  g_autoptr(RsCaseRows) facts = rs_case_read_rows(read, RS_TABLE_FACT, ring, &error);
  assert_int_equal(facts->n, 3);
  assert_true(rs_case_rows_cell(facts, 0, "p_value")->empty);
  assert_int_equal(rs_case_rows_integer(facts, 2, "points"), -4);
  g_autoptr(RsCaseRows) sentences = rs_case_read_rows(read, RS_TABLE_SENTENCE, ring, &error);
  assert_int_equal(sentences->n, 2 * (1 + 3));
  g_autoptr(RsCaseRows) bursts = rs_case_read_rows(read, RS_TABLE_BURST, ring, &error);
  assert_string_equal(rs_case_rows_text(bursts, 0, "first_time"), "2025-03-04 19:38:00");
  assert_string_equal(rs_case_rows_text(bursts, 0, "last_time"), "2025-03-04 19:41:30");
  assert_int_equal(rs_case_rows_integer(bursts, 0, "n_members"), 3);
  g_autoptr(RsCaseRows) evidence = rs_case_read_rows(read, RS_TABLE_EVIDENCE, ring, &error);
  int64_t amount = 0;
  for (guint i = 0; i < evidence->n; i++) amount += rs_case_rows_integer(evidence, i, "amount");
  assert_int_equal(amount, rs_case_rows_integer(rings, 0, "amount"));
  rs_assert_no_error(error);
  small_folder_remove(folder);
}

static void id_is_taken_in_either_form(void **state) {
  (void)state;
  char *folder, masked[32];
  g_autofree char *path = case_written(&folder, true);
  g_autofree char *beside = g_strconcat(path, ".key", NULL), *elsewhere = g_build_filename(folder, "moved.key", NULL);
  g_autoptr(GError) error = NULL;
  g_autoptr(RsCaseRead) read = rs_case_read_new(path, NULL, &error);
  rs_assert_no_error(error);
  assert_non_null(read->mask);
  rs_mask_text(read->mask, 'p', "P1", masked);
  g_autofree char *by_clear = rs_case_read_id(read, RS_PERSON, "P1", &error),
                  *by_printed = rs_case_read_id(read, RS_PERSON, masked, &error);
  assert_string_equal(by_clear, masked);
  assert_string_equal(by_printed, masked);
  g_autofree char *outlet = rs_case_read_id(read, RS_INSTITUTION, "I3", &error);
  assert_string_equal(outlet, "I3");
  assert_null(rs_case_read_id(read, RS_PERSON, "P7", &error));
  assert_null(rs_case_read_id(read, RS_PERSON, "", &error));
  assert_int_equal(rename(beside, elsewhere), 0);
  g_autoptr(RsCaseRead) keyless = rs_case_read_new(path, NULL, &error);
  g_autofree char *by_map = rs_case_read_id(keyless, RS_PERSON, "P1", &error), *map = g_strconcat(path, ".ids", NULL);
  assert_string_equal(by_map, masked);
  assert_null(rs_case_read_id(keyless, RS_PERSON, "CLM-000002", &error)); /* the map holds claims too */
  assert_null(rs_case_read_id(keyless, RS_PERSON, "1", &error));
  assert_int_equal(unlink(map), 0);
  assert_null(rs_case_read_id(keyless, RS_PERSON, "P1", &error));
  g_autoptr(RsCaseRead) given = rs_case_read_new(path, elsewhere, &error);
  g_autofree char *by_given = rs_case_read_id(given, RS_PERSON, "P1", &error);
  assert_string_equal(by_given, masked);
  rs_assert_no_error(error);
  assert_true(g_file_set_contents(beside, "ringscope-key-1 4343434343434343434343434343434343434343434343434343434343434343\n",
                                  -1, NULL));
  assert_null(rs_case_read_new(path, beside, &error)); /* asked for, and another case's */
  assert_true(g_error_matches(error, RS_ERROR, RS_ERROR_INPUT));
  g_clear_error(&error);
  g_autoptr(RsCaseRead) other = rs_case_read_new(path, NULL, &error); /* merely there */
  rs_assert_no_error(error);
  assert_null(other->mask);
  small_folder_remove(folder);
}

static void case_on_a_read_only_medium_is_read(void **state) {
  (void)state;
  char *folder;
  g_autofree char *path = case_written(&folder, false), *database = g_build_filename(path, "case.db", NULL);
  g_autofree char *journal = g_build_filename(path, "case.db-journal", NULL);
  g_autoptr(GError) error = NULL;
  chmod(database, 0400);
  chmod(path, 0500);
  assert_true(g_file_set_contents(journal, "left by somebody", -1, NULL) || geteuid() != 0); /* immutable: not looked at */
  assert_true(read_all(path, &error));
  rs_assert_no_error(error);
  chmod(path, 0700);
  small_folder_remove(folder);
}

static const struct {
  const char *name, *sql;
} edits[] = {
    {"a text where a number belongs", "UPDATE ring SET score = 'many'"},
    {"a blob", "UPDATE member SET entity_id = x'00ff00'"},
    {"a text with a NUL", "UPDATE evidence SET person_id = 'a' || char(0) || 'b'"},
    {"money beyond measure", "UPDATE evidence SET amount = 1e300"},
    {"an infinite value", "UPDATE fact SET value = 9e999"},
    {"a missing table", "DROP TABLE burst"},
    {"a missing column", "ALTER TABLE member RENAME COLUMN role TO rule"},
    {"a view that never ends",
     "DROP TABLE fact; CREATE VIEW fact AS WITH RECURSIVE r(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM r) SELECT "
     "'R0001' AS ring_id, 'x' AS fact, 1.0 AS value, 1.0 AS expected, 1.0 AS p_value, n AS points, 'for' AS kind, '' AS text "
     "FROM r"},
};

static void edited_database_gives_an_error(void **state) {
  (void)state;
  for (size_t i = 0; i < G_N_ELEMENTS(edits); i++) {
    char *folder;
    g_autofree char *path = case_written(&folder, false);
    g_autoptr(GError) error = NULL;
    change_database(path, edits[i].sql);
    if (read_all(path, &error)) fail_msg("%s is taken", edits[i].name);
    assert_true(g_error_matches(error, RS_ERROR, RS_ERROR_INPUT));
    assert_non_null(strstr(error->message, "case.db"));
    small_folder_remove(folder);
  }
}

static void folder_that_is_no_case_is_named(void **state) {
  (void)state;
  char *folder;
  g_autofree char *path = case_written(&folder, false), *database = g_build_filename(path, "case.db", NULL);
  g_autoptr(GError) error = NULL;
  assert_null(rs_case_read_new("/nonexistent/case", NULL, &error));
  assert_true(g_error_matches(error, RS_ERROR, RS_ERROR_IO));
  g_clear_error(&error);
  assert_null(rs_case_read_new(folder, NULL, &error));
  assert_true(g_error_matches(error, RS_ERROR, RS_ERROR_INPUT));
  assert_non_null(strstr(error->message, "is not a case folder"));
  g_clear_error(&error);
  change_manifest(path, "\"case_format\": 2,", "\"case_format\": 3,");
  assert_null(rs_case_read_new(path, NULL, &error));
  assert_non_null(strstr(error->message, "use a newer one"));
  g_clear_error(&error);
  change_manifest(path, "\"case_format\": 3,", "\"case_format\": 1,");
  assert_null(rs_case_read_new(path, NULL, &error));
  assert_non_null(strstr(error->message, "run analyze again"));
  g_clear_error(&error);
  change_manifest(path, "\"case_format\": 1,", "\"some\": 2,");
  assert_null(rs_case_read_new(path, NULL, &error));
  assert_non_null(strstr(error->message, "run analyze again"));
  g_clear_error(&error);
  change_manifest(path, "\"some\": 2,", "\"case_format\": 2,");
  assert_true(g_file_set_contents(
      database,
      "not a database, but long enough to be one .......................................................................", -1,
      NULL));
  assert_null(rs_case_read_new(path, NULL, &error));
  assert_true(g_error_matches(error, RS_ERROR, RS_ERROR_INPUT));
  g_clear_error(&error);
  assert_int_equal(unlink(database), 0);
  assert_null(rs_case_read_new(path, NULL, &error));
  assert_true(g_error_matches(error, RS_ERROR, RS_ERROR_IO));
  g_clear_error(&error);
  assert_int_equal(mkfifo(database, 0600), 0);
  assert_null(rs_case_read_new(path, NULL, &error));
  assert_true(g_error_matches(error, RS_ERROR, RS_ERROR_IO));
  small_folder_remove(folder);
}

/* Bytes of the database turned at random: an error or rows, never a crash. */
static void damaged_database_never_crashes(void **state) {
  (void)state;
  char *folder;
  g_autofree char *path = case_written(&folder, false), *database = g_build_filename(path, "case.db", NULL), *bytes = NULL;
  gsize length;
  RsRandom random;
  unsigned n_refused = 0;
  rs_random_init(&random, 7);
  assert_true(g_file_get_contents(database, &bytes, &length, NULL));
  for (unsigned run = 0; run < 150; run++) {
    g_autofree char *changed = g_memdup2(bytes, length);
    g_autoptr(GError) error = NULL;
    for (unsigned i = 0; i < 1 + run; i++) changed[rs_random_below(&random, (uint32_t)length)] = (char)rs_random_next(&random);
    assert_true(g_file_set_contents(database, changed,
                                    run % 10 == 9 ? (gssize)rs_random_below(&random, (uint32_t)length) : (gssize)length, NULL));
    n_refused += !read_all(path, &error);
  }
  assert_true(n_refused > 10);
  small_folder_remove(folder);
}

static void edited_drawing_gives_an_error(void **state) {
  (void)state;
  static const struct {
    const char *from, *to;
  } changes[] = {{"<data key=\"kind\">person</data>", "<data key=\"kind\">ghost</data>"},
                 {"label=\"BOUGHT\"", "label=\"STOLEN\""},
                 {"label=\"BOUGHT\"", "label=\"VISITED\""},
                 {"<data key=\"e_first_date\">2025-03-04</data>", ""},
                 {"<graph ", "<grapes "}};
  for (size_t i = 0; i < G_N_ELEMENTS(changes); i++) {
    char *folder;
    g_autofree char *path = case_written(&folder, false), *drawing = g_build_filename(path, "graph.graphml", NULL), *text = NULL;
    g_autoptr(GError) error = NULL;
    assert_true(g_file_get_contents(drawing, &text, NULL, NULL));
    g_autoptr(GString) changed = g_string_new(text);
    assert_true(g_string_replace(changed, changes[i].from, changes[i].to, 0) > 0);
    assert_true(g_file_set_contents(drawing, changed->str, -1, NULL));
    assert_false(read_all(path, &error));
    assert_true(g_error_matches(error, RS_ERROR, RS_ERROR_INPUT) || g_error_matches(error, RS_ERROR, RS_ERROR_INTEGRITY));
    assert_non_null(strstr(error->message, "graph.graphml"));
    small_folder_remove(folder);
  }
}

/* ---- verify ---- */

static char *findings_of(const char *path) {
  g_autoptr(GError) error = NULL;
  g_autoptr(RsVerify) verify = rs_verify_new(path, &error);
  rs_assert_no_error(error);
  GString *text = g_string_new(NULL);
  for (guint i = 0; i < verify->findings->len; i++) {
    const RsVerifyFinding *finding = g_ptr_array_index(verify->findings, i);
    g_string_append_printf(text, "%d %s;", (int)finding->what, finding->name);
  }
  return g_string_free(text, FALSE);
}

static void untouched_case_has_no_finding(void **state) {
  (void)state;
  for (int masked = 0; masked < 2; masked++) {
    char *folder;
    g_autofree char *path = case_written(&folder, masked), *findings = findings_of(path);
    assert_string_equal(findings, "");
    small_folder_remove(folder);
  }
}

static void every_kind_of_change_is_found(void **state) {
  (void)state;
  static const struct {
    const char *name, *file, *text;
    bool remove;
    const char *finding;
  } changes[] = {{"another size", "rings.csv", "ring_id\n", false, "0 rings.csv;"},
                 {"missing", "leads.xlsx", NULL, true, "1 leads.xlsx;"},
                 {"extra", "notes.txt", "mine", false, "2 notes.txt;"},
                 {"extra among the rings", "rings/R0009.gexf", "x", false, "2 rings/R0009.gexf;"},
                 {"no log", "log.jsonl", NULL, true, "3 log.jsonl;"},
                 {"empty log", "log.jsonl", "", false, "3 log.jsonl;"},
                 {"no manifest", "manifest.json", NULL, true, "4 manifest.json;"},
                 {"empty manifest", "manifest.json", "", false, "4 manifest.json;"},
                 {"another's manifest", "manifest.json", "{}", false, "4 manifest.json;"},
                 {"forged log", "log.jsonl", "{\"seq\":1}\n", false, "3 log.jsonl;"}};
  for (size_t i = 0; i < G_N_ELEMENTS(changes); i++) {
    char *folder;
    g_autofree char *path = case_written(&folder, false), *file = g_build_filename(path, changes[i].file, NULL);
    if (changes[i].remove)
      assert_int_equal(unlink(file), 0);
    else
      assert_true(g_file_set_contents(file, changes[i].text, -1, NULL));
    g_autofree char *findings = findings_of(path);
    if (strcmp(findings, changes[i].finding) != 0) fail_msg("%s: '%s'", changes[i].name, findings);
    small_folder_remove(folder);
  }
}

static void one_turned_bit_is_found(void **state) {
  (void)state;
  char *folder;
  g_autofree char *path = case_written(&folder, false), *database = g_build_filename(path, "case.db", NULL), *bytes = NULL;
  gsize length;
  assert_true(g_file_get_contents(database, &bytes, &length, NULL));
  bytes[length / 2] = (char)(bytes[length / 2] ^ 1);
  assert_true(g_file_set_contents(database, bytes, (gssize)length, NULL));
  g_autofree char *findings = findings_of(path);
  assert_string_equal(findings, "0 case.db;");
  small_folder_remove(folder);
}

static void link_in_a_file_s_place_is_found(void **state) {
  (void)state;
  char *folder;
  g_autofree char *path = case_written(&folder, false), *file = g_build_filename(path, "rings.csv", NULL),
                  *moved = g_build_filename(folder, "rings.csv", NULL);
  assert_int_equal(rename(file, moved), 0);
  assert_int_equal(symlink(moved, file), 0);
  g_autofree char *findings = findings_of(path);
  assert_string_equal(findings, "0 rings.csv;");
  small_folder_remove(folder);
}

static void folder_without_manifest_and_log_is_no_case(void **state) {
  (void)state;
  char *folder;
  g_autofree char *path = case_written(&folder, false), *manifest = g_build_filename(path, "manifest.json", NULL),
                  *log = g_build_filename(path, "log.jsonl", NULL);
  g_autoptr(GError) error = NULL;
  assert_int_equal(unlink(manifest), 0);
  assert_int_equal(unlink(log), 0);
  assert_null(rs_verify_new(path, &error));
  assert_true(g_error_matches(error, RS_ERROR, RS_ERROR_INPUT));
  small_folder_remove(folder);
}

static void manifest_that_was_edited_is_found(void **state) {
  (void)state;
  char *folder;
  g_autofree char *path = case_written(&folder, false);
  change_manifest(path, "\"name\": \"rings.csv\"", "\"name\": \"../rings.csv\"");
  g_autofree char *findings = findings_of(path);
  assert_string_equal(findings, "4 ../rings.csv;2 rings.csv;4 manifest.json;");
  small_folder_remove(folder);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(rows_come_back_as_they_were_written), cmocka_unit_test(id_is_taken_in_either_form),
      cmocka_unit_test(case_on_a_read_only_medium_is_read),  cmocka_unit_test(edited_database_gives_an_error),
      cmocka_unit_test(folder_that_is_no_case_is_named),     cmocka_unit_test(damaged_database_never_crashes),
      cmocka_unit_test(edited_drawing_gives_an_error),       cmocka_unit_test(untouched_case_has_no_finding),
      cmocka_unit_test(every_kind_of_change_is_found),       cmocka_unit_test(one_turned_bit_is_found),
      cmocka_unit_test(link_in_a_file_s_place_is_found),     cmocka_unit_test(manifest_that_was_edited_is_found),
      cmocka_unit_test(folder_without_manifest_and_log_is_no_case),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
