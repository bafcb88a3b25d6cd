#include "exporters/xml_writer.h"
#include "exporters/json.h"
#include "rs_test.h"

#include <stdlib.h>
#include <string.h>

typedef void (*Write)(RsXml *xml, const char *text);

static char *written(Write write, const char *text, RsXmlCounts *counts) {
  g_autoptr(RsOutput) output = rs_output_memory();
  RsXml *xml = rs_xml_new(output, NULL);
  write(xml, text);
  rs_xml_free(xml, counts);
  g_autoptr(GBytes) bytes = rs_output_bytes(output);
  gsize length;
  const char *start = g_bytes_get_data(bytes, &length);
  return g_strndup(length == 0 ? "" : start, length);
}

#define FFFD "\xEF\xBF\xBD"

static void text_is_made_valid_and_changes_are_counted(void **state) {
  (void)state;
  static const struct { const char *text, *element, *attribute; uint64_t replaced; } cases[] = {
      {"", "", "", 0},
      {"plain 药店", "plain 药店", "plain 药店", 0},
      {"a\tb\nc", "a\tb\nc", "a&#9;b&#10;c", 0},
      {"a\r\nb\rc\r", "a\nb\nc\n", "a&#10;b&#10;c&#10;", 0},
      {"<a & 'b' \"c\">", "<![CDATA[<a & 'b' \"c\">]]>", "&lt;a &amp; &apos;b&apos; &quot;c&quot;&gt;", 0},
      {"]]>", "<![CDATA[]]]]><![CDATA[>]]>", "]]&gt;", 0},
      {"a]]>]]>b", "<![CDATA[a]]]]><![CDATA[>]]]]><![CDATA[>b]]>", "a]]&gt;]]&gt;b", 0},
      {"]]", "]]", "]]", 0},
      {"\x01\x1f", FFFD FFFD, FFFD FFFD, 2},
      {"\x0b<", "<![CDATA[" FFFD "<]]>", FFFD "&lt;", 1},
      {"\xff\xc0\xaf", FFFD FFFD FFFD, FFFD FFFD FFFD, 3},
      {"\xe4\xb8", FFFD FFFD, FFFD FFFD, 2},
      {"\xed\xa0\x80", FFFD FFFD FFFD, FFFD FFFD FFFD, 3},             /* a surrogate */
      {"\xEF\xBF\xBE|\xEF\xBF\xBF", FFFD "|" FFFD, FFFD "|" FFFD, 2}, /* U+FFFE, U+FFFF */
      {"\xF0\x9F\x92\x8A", "\xF0\x9F\x92\x8A", "\xF0\x9F\x92\x8A", 0},
      {"\xE2\x80\xAE", "\xE2\x80\xAE", "\xE2\x80\xAE", 0}, /* right-to-left override: an honest character */
      {"&#0;", "<![CDATA[&#0;]]>", "&amp;#0;", 0}};
  for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
    RsXmlCounts counts = {0, 0, 0};
    g_autofree char *element = written(rs_xml_text, cases[i].text, &counts);
    assert_string_equal(element, cases[i].element);
    assert_int_equal(counts.replaced, cases[i].replaced);
    g_autofree char *attribute = written(rs_xml_attribute, cases[i].text, &counts);
    assert_string_equal(attribute, cases[i].attribute);
    assert_int_equal(counts.replaced, 2 * cases[i].replaced);
  }
}

static void long_text_is_cut_between_characters(void **state) {
  (void)state;
  g_autoptr(GString) text = g_string_new("ab"); /* so that the limit falls inside a three-byte character */
  while (text->len < 10u << 20) g_string_append(text, "药");
  RsXmlCounts counts = {0, 0, 0};
  g_autofree char *element = written(rs_xml_text, text->str, &counts);
  assert_int_equal(counts.cut, 1);
  assert_int_equal(counts.replaced, 0);
  assert_true(strlen(element) <= RS_XML_MAX_TEXT && strlen(element) > RS_XML_MAX_TEXT - 3);
  assert_true(g_utf8_validate(element, -1, NULL));
  assert_memory_equal(element, text->str, strlen(element));
  g_string_set_size(text, RS_XML_MAX_TEXT - 2); /* whole characters */
  text->str[0] = '<';
  g_autofree char *whole = written(rs_xml_text, text->str, &counts);
  assert_int_equal(strlen(whole), RS_XML_MAX_TEXT - 2 + strlen("<![CDATA[]]>"));
  assert_int_equal(counts.cut, 1);
}

static void write_numbers(RsXml *xml, const char *unused) {
  static const int64_t number[] = {0, 7, 10, 99, 100, 12345, -1, -100, INT64_MAX, INT64_MIN};
  (void)unused;
  for (size_t i = 0; i < G_N_ELEMENTS(number); i++) {
    rs_xml_signed(xml, number[i]);
    rs_xml_literal(xml, " ");
    rs_xml_fixed(xml, number[i], 2);
    rs_xml_literal(xml, "\n");
  }
  rs_xml_unsigned(xml, UINT64_MAX);
  rs_xml_literal(xml, " ");
  rs_xml_fixed(xml, 1234, 3);
}

static void numbers_are_exact(void **state) {
  (void)state;
  g_autofree char *text = written(write_numbers, "", NULL);
  assert_string_equal(text, "0 0.00\n7 0.07\n10 0.10\n99 0.99\n100 1.00\n12345 123.45\n-1 -0.01\n-100 -1.00\n"
                            "9223372036854775807 92233720368547758.07\n-9223372036854775808 -92233720368547758.08\n"
                            "18446744073709551615 1.234");
}

/* The way back, for the test alone. */
static void id_decode(const char *id, char *key) {
  for (id += 2; *id != '\0'; id++) {
    if (*id == '_') {
      const char digits[3] = {id[1], id[2], '\0'};
      *key++ = (char)strtol(digits, NULL, 16);
      id += 2;
    } else {
      *key++ = *id;
    }
  }
  *key = '\0';
}

static void ids_are_tokens_and_reversible(void **state) {
  (void)state;
  static const struct { const char *key, *id; } cases[] = {
      {"P1", "P:P1"}, {"p:7kq2x9", "P:p:7kq2x9"}, {"a_b", "P:a_5Fb"}, {"甲", "P:_E7_94_B2"}, {"a b\t<", "P:a_20b_09_3C"}, {"", "P:"},
      {"A.b-c:d", "P:A.b-c:d"}};
  char id[RS_XML_ID_SIZE], key[RS_XML_ID_SIZE];
  for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
    assert_int_equal(rs_xml_id('P', cases[i].key, id), strlen(cases[i].id));
    assert_string_equal(id, cases[i].id);
    id_decode(id, key);
    assert_string_equal(key, cases[i].key);
  }
}

static void long_ids_keep_their_head_and_differ_by_hash(void **state) {
  (void)state;
  char one[RS_XML_ID_SIZE], two[RS_XML_ID_SIZE];
  g_autofree char *fits = g_strnfill(200, 'x'), *longer = g_strnfill(201, 'x'), *other = g_strnfill(5000, 'x');
  assert_int_equal(rs_xml_id('D', fits, one), 202);
  assert_int_equal(rs_xml_id('D', longer, one), 2 + 40 + 2 + 16);
  assert_int_equal(rs_xml_id('D', other, two), 2 + 40 + 2 + 16);
  assert_memory_equal(one, two, 42);
  assert_string_not_equal(one, two);
  g_autoptr(GString) chinese = g_string_new("x");
  for (int i = 0; i < 100; i++) g_string_append(chinese, "药");
  assert_int_equal(rs_xml_id('D', chinese->str, one), 2 + 40 + 2 + 16); /* x and 13 escapes of 3 bytes: none is split */
  assert_memory_equal(one + 42, "_h", 2);
}

static void gephi_will_alter_inf_and_null(void **state) {
  (void)state;
  g_autoptr(RsOutput) output = rs_output_memory();
  RsXml *xml = rs_xml_new(output, NULL);
  RsXmlCounts counts = {0, 0, 0};
  rs_xml_gephi_check(xml, "INFLUENZA", false);
  rs_xml_gephi_check(xml, "NuLL", true);
  rs_xml_gephi_check(xml, "INFLUENZA", true);
  rs_xml_gephi_check(xml, "information", false);
  rs_xml_free(xml, &counts);
  assert_int_equal(counts.gephi, 2);
}

static void json_strings_survive_anything(void **state) {
  (void)state;
  g_autoptr(RsOutput) output = rs_output_memory();
  RsJson json = rs_json_line(output);
  rs_json_begin(&json, NULL, '{');
  rs_json_text(&json, "a\"b", "\\ \" \n\t\x01 \x7f 药 \xff \xe4\xb8");
  rs_json_text(&json, "n", NULL);
  rs_json_begin(&json, "l", '[');
  rs_json_money(&json, NULL, -5);
  rs_json_double(&json, NULL, 0.0 / 1.0, 6);
  rs_json_double(&json, NULL, strtod("nan", NULL), 6);
  rs_json_end(&json, ']');
  rs_json_begin(&json, "e", '{');
  rs_json_end(&json, '}');
  rs_json_bool(&json, "b", true);
  rs_json_end(&json, '}');
  g_autoptr(GBytes) bytes = rs_output_bytes(output);
  gsize length;
  const char *start = g_bytes_get_data(bytes, &length);
  g_autofree char *text = g_strndup(start, length);
  assert_string_equal(text, "{\"a\\\"b\":\"\\\\ \\\" \\u000a\\u0009\\u0001 \\u007f 药 " FFFD " " FFFD FFFD "\",\"n\":null,"
                            "\"l\":[\"-0.05\",0,null],\"e\":{},\"b\":true}");
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(text_is_made_valid_and_changes_are_counted),
      cmocka_unit_test(long_text_is_cut_between_characters),
      cmocka_unit_test(numbers_are_exact),
      cmocka_unit_test(ids_are_tokens_and_reversible),
      cmocka_unit_test(long_ids_keep_their_head_and_differ_by_hash),
      cmocka_unit_test(gephi_will_alter_inf_and_null),
      cmocka_unit_test(json_strings_survive_anything),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
