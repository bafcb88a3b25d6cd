#include "claims/list.h"

#include "base/error.h"
#include "rs_test.h"

#include <glib/gstdio.h>
#include <string.h>

static const RsListColumn column[] = {{"type", true}, {"id", true}, {"note", false}};

static RsList *read_text(const char *text, GError **error) {
  g_autofree char *path = NULL;
  int fd = g_file_open_tmp("ringscope-list-XXXXXX.csv", &path, NULL);
  assert_true(fd >= 0);
  assert_true(g_close(fd, NULL));
  assert_true(g_file_set_contents(path, text, -1, NULL));
  RsList *list = rs_list_read(path, column, G_N_ELEMENTS(column), error);
  g_unlink(path);
  return list;
}

static void columns_come_in_any_order_and_language(void **state) {
  (void)state;
  static const char *const texts[] = {"type,id,note\nperson,P1,tip\ndoctor,D1,\n", "\xEF\xBB\xBFnote,TYPE,other, id \ntip,person,x,P1\n,doctor,x,D1\n",
                                      "备注;类型;编号\ntip;person;P1\n;doctor;D1\n", "type\tid\tnote\r\nperson\tP1\ttip\r\n\r\ndoctor\tD1\t\r\n"};
  for (size_t i = 0; i < G_N_ELEMENTS(texts); i++) {
    g_autoptr(GError) error = NULL;
    g_autoptr(RsList) list = read_text(texts[i], &error);
    rs_assert_no_error(error);
    assert_int_equal(list->n, 2);
    assert_string_equal(list->cell[0][0], "person");
    assert_string_equal(list->cell[1][0], "P1");
    assert_string_equal(list->cell[2][0], "tip");
    assert_string_equal(list->cell[1][1], "D1");
    assert_string_equal(list->cell[2][1], "");
    assert_int_equal(list->line[0], 2);
  }
}

static void a_missing_column_is_empty_unless_it_is_needed(void **state) {
  (void)state;
  g_autoptr(GError) error = NULL;
  g_autoptr(RsList) list = read_text("id,type\nP1,person\n", &error);
  rs_assert_no_error(error);
  assert_string_equal(list->cell[2][0], "");
  assert_null(read_text("id,kind\nP1,person\n", &error));
  assert_int_equal(error->code, RS_ERROR_INPUT);
  assert_non_null(strstr(error->message, "type,id,note (in Chinese 类型,编号,备注), not 'id,kind'"));
}

static void a_bad_row_names_its_line(void **state) {
  (void)state;
  static const struct { const char *text, *said; } table[] = {{"type,id,note\nperson,P1,a\nperson,,a\n", ":3: no id"},
                                                              {"type,id,note\nperson,P1\n", ":2: 2 fields where the header has 3"},
                                                              {"type,id,note\nperson,\"P1,a\n", ":2: a quote"},
                                                              {"", "the file is empty"}};
  for (size_t i = 0; i < G_N_ELEMENTS(table); i++) {
    g_autoptr(GError) error = NULL;
    assert_null(read_text(table[i].text, &error));
    assert_int_equal(error->code, RS_ERROR_INPUT);
    if (strstr(error->message, table[i].said) == NULL) fail_msg("'%s' does not say '%s'", error->message, table[i].said);
  }
}

static void a_list_of_a_header_alone_is_empty(void **state) {
  (void)state;
  g_autoptr(GError) error = NULL;
  g_autoptr(RsList) list = read_text("type,id,note\n", &error);
  rs_assert_no_error(error);
  assert_int_equal(list->n, 0);
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(columns_come_in_any_order_and_language),
                                     cmocka_unit_test(a_missing_column_is_empty_unless_it_is_needed),
                                     cmocka_unit_test(a_bad_row_names_its_line), cmocka_unit_test(a_list_of_a_header_alone_is_empty)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
