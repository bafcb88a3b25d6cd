#include "rs_test.h"

#include "base/error.h"
#include "claims/attributes.h"

#include <string.h>

#define FIELDS(...) ((const char *const[]){__VA_ARGS__}), G_N_ELEMENTS(((const char *const[]){__VA_ARGS__}))

/* text: lines, fields split at commas, the first line the header; returns the table or NULL with error. */
static RsAttributes *table(RsAttributeKind kind, const char *text, GError **error) {
  g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
  g_auto(GStrv) header = g_strsplit(lines[0] ? lines[0] : "", ",", -1);
  g_autoptr(RsAttributes) attributes = rs_attributes_new(kind, "t.csv", (const char *const *)header, g_strv_length(header), error);
  for (size_t i = 1; attributes != NULL && lines[i] != NULL; i++) {
    g_auto(GStrv) cells = g_strsplit(lines[i], ",", -1);
    if (lines[i][0] != 0 && !rs_attributes_add(attributes, i + 1, (const char *const *)cells, g_strv_length(cells), error)) return NULL;
  }
  if (attributes == NULL || !rs_attributes_finish(attributes, error)) return NULL;
  return g_steal_pointer(&attributes);
}

static void cells_are_found_by_id_and_field(void **state) {
  (void)state;
  static const struct { RsAttributeKind kind; const char *text, *id, *field, *value; } cases[] = {
    {RS_ATTRIBUTES_PERSON, "person_id,name,region\np1,Ann,330106\np2,Bo,", "p1", "name", "Ann"},
    {RS_ATTRIBUTES_PERSON, "person_id,name,region\np1,Ann,330106\np2,Bo,", "p2", "region", ""},
    {RS_ATTRIBUTES_PERSON, "person_id,name\np1,Ann", "p9", "name", ""},
    {RS_ATTRIBUTES_PERSON, "person_id,name\np1,Ann", "p1", "phone", ""},
    {RS_ATTRIBUTES_PERSON, "person_id,name\np1,Ann", "p1", "no such field", ""},
    {RS_ATTRIBUTES_PERSON, "name,person_id\nAnn,p1", "p1", "name", "Ann"},
    {RS_ATTRIBUTES_PERSON, "number,name\n p1 , Ann ", "p1", "name", "Ann"},
    {RS_ATTRIBUTES_PERSON, "psn_no,psn_name,insu_admdvs,brdy\np1,Ann,330106,1950-01-02", "p1", "birth", "1950-01-02"},
    {RS_ATTRIBUTES_PERSON, "人员编号,姓名,参保地\np1,安,330106", "p1", "region", "330106"},
    {RS_ATTRIBUTES_PERSON, "BeneID,DOB,Gender\nB1,NA,1", "B1", "birth", ""},
    {RS_ATTRIBUTES_DOCTOR, "doctor_id,name,workplace\nD1,Ho,H1", "D1", "workplace", "H1"},
    {RS_ATTRIBUTES_DOCTOR, "bilg_dr_code,fixmedins_code\nD1,H1", "D1", "workplace", "H1"},
    {RS_ATTRIBUTES_INSTITUTION, "fixmedins_code,fixmedins_name,hosp_lv\nH1,City,3", "H1", "level", "3"},
    {RS_ATTRIBUTES_INSTITUTION, "institution_id,institution_type\nH1,clinic", "H1", "type", "clinic"},
    {RS_ATTRIBUTES_DRUG, "drug_code,drug_name,price\nX,Aspirin,1.20", "X", "price", "1.20"},
  };
  for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
    g_autoptr(GError) error = NULL;
    g_autoptr(RsAttributes) attributes = table(cases[i].kind, cases[i].text, &error);
    rs_assert_no_error(error);
    assert_string_equal(rs_attributes_get(attributes, cases[i].id, cases[i].field), cases[i].value);
  }
}

static void no_table_knows_nothing(void **state) {
  (void)state;
  assert_string_equal(rs_attributes_get(NULL, "p1", "name"), "");
  assert_false(rs_attributes_has(NULL, "name"));
  assert_int_equal(rs_attributes_count(NULL), 0);
}

static void first_row_of_an_id_is_kept_and_a_conflict_is_noted_by_line(void **state) {
  (void)state;
  g_autoptr(GError) error = NULL;
  g_autoptr(RsAttributes) attributes = table(RS_ATTRIBUTES_PERSON, "person_id,name\nsecret,Ann\nsecret,Ann\nsecret,Eve\nsecret,Zoe", &error);
  rs_assert_no_error(error);
  assert_string_equal(rs_attributes_get(attributes, "secret", "name"), "Ann");
  assert_int_equal(rs_attributes_count(attributes), 1);
  g_autoptr(GPtrArray) notes = g_ptr_array_new_with_free_func(rs_said_free);
  rs_attributes_notes(attributes, notes);
  assert_int_equal(notes->len, 1);
  for (RsLanguage language = RS_LANG_EN; language <= RS_LANG_ZH; language++) {
    const char *said = ((const RsSaid *)notes->pdata[0])->text[language];
    assert_true(g_str_has_prefix(said, "t.csv:4"));
    assert_null(strstr(said, "secret"));
  }
  assert_non_null(strstr(((const RsSaid *)notes->pdata[0])->text[RS_LANG_EN], "such rows: 2"));
}

static void bad_rows_are_left_out_and_many_refuse_the_table(void **state) {
  (void)state;
  g_autoptr(GError) error = NULL;
  g_autoptr(RsAttributes) few = table(RS_ATTRIBUTES_PERSON, "person_id,name\np1,Ann\np2\n,Nobody\np3,Cy", &error);
  rs_assert_no_error(error);
  assert_int_equal(rs_attributes_count(few), 2);
  assert_int_equal(rs_attributes_rows(few), 4);
  g_autoptr(GPtrArray) notes = g_ptr_array_new_with_free_func(rs_said_free);
  rs_attributes_notes(few, notes);
  assert_true(g_str_has_prefix(((const RsSaid *)notes->pdata[0])->text[RS_LANG_EN], "t.csv:3: 1 fields where the header has 2"));
  assert_null(table(RS_ATTRIBUTES_PERSON, "person_id,name\np1,Ann\n,\n,\n,\n,\n,\n,\n", &error));
  assert_true(g_error_matches(error, RS_ERROR, RS_ERROR_INPUT));
  assert_string_equal(error->message, "t.csv:3: no id, and 6 of 7 rows cannot be used");
}

static void headers_without_attributes_are_refused(void **state) {
  (void)state;
  static const char *const headers[] = {"person_id", "a,b,c", ""};
  for (size_t i = 0; i < G_N_ELEMENTS(headers); i++) {
    g_autoptr(GError) error = NULL;
    assert_null(table(RS_ATTRIBUTES_PERSON, headers[i], &error));
    assert_true(g_error_matches(error, RS_ERROR, RS_ERROR_INPUT));
    assert_true(g_str_has_prefix(error->message, "t.csv:"));
  }
}

static void hundred_thousand_rows_are_all_found_again(void **state) {
  (void)state;
  g_autoptr(GError) error = NULL;
  g_autoptr(RsAttributes) attributes = rs_attributes_new(RS_ATTRIBUTES_PERSON, "t.csv", FIELDS("person_id", "name", "region"), &error);
  enum { N = 100000 };
  char id[16], name[16];
  for (int i = 0; i < N; i++) {
    g_snprintf(id, sizeof id, "p%d", i);
    g_snprintf(name, sizeof name, "n%d", i * 7);
    assert_true(rs_attributes_add(attributes, (uint64_t)i + 2, FIELDS(id, name, i % 2 ? "330106" : "411500"), &error));
  }
  assert_int_equal(rs_attributes_count(attributes), N);
  for (int i = 0; i < N; i++) {
    g_snprintf(id, sizeof id, "p%d", i);
    g_snprintf(name, sizeof name, "n%d", i * 7);
    assert_string_equal(rs_attributes_get(attributes, id, "name"), name);
    assert_string_equal(rs_attributes_get(attributes, id, "region"), i % 2 ? "330106" : "411500");
  }
}

static void files_are_read_and_their_bad_rows_named_by_line(void **state) {
  (void)state;
  static const struct { const char *text; int code; const char *part; const char *name; } cases[] = {
    {"person_id;name\r\np1;\"Ann; \"\"A\"\"\"\r\n", 0, NULL, "Ann; \"A\""},
    {"\xEF\xBB\xBFperson_id,name\np1,\"two\nlines\"\n", 0, NULL, "two\nlines"},
    {"person_id,name\np2\np1,Ann\n", 0, ":2: 1 fields where the header has 2; rows left out", "Ann"},
    {"person_id,name\np1,Ann\np3,\"open\np4,Dee\n", 0, ":3: a quote that does not close", "Ann"},
    {"", RS_ERROR_INPUT, "the file is empty", NULL},
    {"person_id\np1\n", RS_ERROR_INPUT, "no column of a table of persons", NULL},
  };
  g_autofree char *folder = g_dir_make_tmp("rs-attributes-XXXXXX", NULL);
  g_autofree char *path = g_build_filename(folder, "t.csv", NULL);
  for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
    g_autoptr(GError) error = NULL;
    assert_true(g_file_set_contents(path, cases[i].text, -1, NULL));
    g_autoptr(RsAttributes) attributes = rs_attributes_read(RS_ATTRIBUTES_PERSON, path, &error);
    g_autoptr(GPtrArray) notes = g_ptr_array_new_with_free_func(rs_said_free);
    if (attributes != NULL) rs_attributes_notes(attributes, notes);
    const char *said = attributes == NULL ? error->message : notes->len > 0 ? ((const RsSaid *)notes->pdata[0])->text[RS_LANG_EN] : NULL;
    if (cases[i].code == 0) rs_assert_no_error(error);
    else assert_true(g_error_matches(error, RS_ERROR, cases[i].code));
    if (cases[i].name != NULL) assert_string_equal(rs_attributes_get(attributes, "p1", "name"), cases[i].name);
    if (cases[i].part == NULL) assert_null(said);
    else if (said == NULL || strstr(said, cases[i].part) == NULL) fail_msg("'%s' is not in: %s", cases[i].part, said);
  }
  g_unlink(path);
  g_autoptr(GError) error = NULL;
  assert_null(rs_attributes_read(RS_ATTRIBUTES_PERSON, path, &error));
  assert_true(g_error_matches(error, RS_ERROR, RS_ERROR_IO));
  g_rmdir(folder);
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(cells_are_found_by_id_and_field),
    cmocka_unit_test(no_table_knows_nothing),
    cmocka_unit_test(first_row_of_an_id_is_kept_and_a_conflict_is_noted_by_line),
    cmocka_unit_test(bad_rows_are_left_out_and_many_refuse_the_table),
    cmocka_unit_test(headers_without_attributes_are_refused),
    cmocka_unit_test(files_are_read_and_their_bad_rows_named_by_line),
    cmocka_unit_test(hundred_thousand_rows_are_all_found_again),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
