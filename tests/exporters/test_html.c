/* Text becomes HTML in one place: nothing of it may come out as markup, whatever it holds. */
#include "exporters/html.h"
#include "rs_test.h"

#include <string.h>

static char *written(void (*write)(RsHtml *, const char *), const char *text) {
  RsHtml html = {g_string_new(NULL), RS_LANG_EN};
  write(&html, text);
  return g_string_free(html.out, FALSE);
}

static void json_write(RsHtml *html, const char *text) { rs_html_json_text(html, text, 100); }

typedef struct {
  const char *text, *html, *json;
} Case;

static const Case cases[] = {
    {"", "", "\"\""},
    {"plain 药店", "plain 药店", "\"plain 药店\""},
    {"<script>alert('x')</script>", "&lt;script&gt;alert(&#39;x&#39;)&lt;/script&gt;", "\"\\u003cscript\\u003ealert('x')\\u003c/script\\u003e\""},
    {"\" onload=\"x", "&quot; onload=&quot;x", "\"\\\" onload=\\\"x\""},
    {"a&amp;b", "a&amp;amp;b", "\"a\\u0026amp;b\""},
    {"<!--", "&lt;!--", "\"\\u003c!--\""},
    {"back\\slash", "back\\slash", "\"back\\\\slash\""},
    {"\x01\x02\x1f\x7f", "\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD", "\"\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD\""},
    {"\xC2\x9B", "\xEF\xBF\xBD", "\"\xEF\xBF\xBD\""},                        /* U+009B: a control too */
    {"\xff<\xfe", "\xEF\xBF\xBD&lt;\xEF\xBF\xBD", "\"\xEF\xBF\xBD\\u003c\xEF\xBF\xBD\""},
    {"\xE4\xB8<", "\xEF\xBF\xBD\xEF\xBF\xBD&lt;", "\"\xEF\xBF\xBD\xEF\xBF\xBD\\u003c\""}, /* a character cut short swallows no < */
    {"\xEF\xBF\xBE", "\xEF\xBF\xBD", "\"\xEF\xBF\xBD\""},
    {"\xC0\xBC", "\xEF\xBF\xBD\xEF\xBF\xBD", "\"\xEF\xBF\xBD\xEF\xBF\xBD\""}, /* an overlong < */
    {"\xF0\x9F\x92\x8A", "\xF0\x9F\x92\x8A", "\"\xF0\x9F\x92\x8A\""},
};

static void text_never_becomes_markup(void **state) {
  (void)state;
  for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
    g_autofree char *html = written(rs_html_text, cases[i].text), *json = written(json_write, cases[i].text);
    assert_string_equal(html, cases[i].html);
    assert_string_equal(json, cases[i].json);
  }
}

static void line_ends_are_line_feeds(void **state) {
  (void)state;
  g_autofree char *html = written(rs_html_text, "a\r\nb\rc\n\td");
  assert_string_equal(html, "a\nb\nc\n\td");
}

static void every_byte_pair_comes_out_as_valid_text(void **state) {
  (void)state;
  for (unsigned a = 1; a < 256; a++)
    for (unsigned b = 1; b < 256; b++) {
      const char text[] = {(char)a, (char)b, '<', '\0'};
      g_autofree char *html = written(rs_html_text, text), *json = written(json_write, text);
      if (!g_utf8_validate(html, -1, NULL) || !g_utf8_validate(json, -1, NULL)) fail_msg("%02x %02x: not UTF-8", a, b);
      if (strpbrk(html, "<>\"'") != NULL || strchr(json, '<') != NULL) fail_msg("%02x %02x: '%s' '%s'", a, b, html, json);
      if (!g_str_has_suffix(html, "&lt;") || !g_str_has_suffix(json, "\\u003c\"")) fail_msg("%02x %02x swallow what follows", a, b);
    }
}

static void long_text_is_cut_between_characters(void **state) {
  (void)state;
  g_autoptr(GString) text = g_string_new("x");
  while (text->len < 10u << 20) g_string_append(text, "药");
  g_autofree char *html = written(rs_html_text, text->str);
  assert_true(strlen(html) <= RS_HTML_MAX_TEXT + 3);
  assert_true(g_utf8_validate(html, -1, NULL) && g_str_has_suffix(html, "药…"));
  g_autofree char *json = written(json_write, text->str);
  assert_true(strlen(json) <= 105 && g_utf8_validate(json, -1, NULL));
}

static void foreign_text_is_isolated(void **state) {
  (void)state;
  g_autofree char *html = written(rs_html_foreign, "\xE2\x80\xAE" "evil");
  assert_string_equal(html, "<bdi>\xE2\x80\xAE" "evil</bdi>");
}

static void field_a(RsHtml *html, const void *data) { rs_html_text(html, data); }

static void template_calls_fields_and_takes_one_language(void **state) {
  (void)state;
  static const RsHtmlField fields[] = {{"a", field_a}, {NULL, NULL}};
  static const char text[] = "<p title=\"{{a}}\">{=score=} {x} {{a}}{</p>{";
  for (int language = RS_LANG_EN; language <= RS_LANG_ZH; language++) {
    RsHtml html = {g_string_new(NULL), (RsLanguage)language};
    rs_html_template(&html, (const unsigned char *)text, strlen(text), fields, "<\"{{a}}");
    g_autofree char *out = g_string_free(html.out, FALSE);
    assert_string_equal(out, language == RS_LANG_EN ? "<p title=\"&lt;&quot;{{a}}\">score {x} &lt;&quot;{{a}}{</p>{"
                                                    : "<p title=\"&lt;&quot;{{a}}\">分值 {x} &lt;&quot;{{a}}{</p>{");
  }
}

static void numbers_do_not_follow_the_locale(void **state) {
  (void)state;
  RsHtml html = {g_string_new(NULL), RS_LANG_EN};
  rs_html_count(&html, 1234567);
  rs_html_raw(&html, " ");
  rs_html_money(&html, -123456789);
  rs_html_raw(&html, " ");
  rs_html_tenths(&html, -15);
  rs_html_raw(&html, " ");
  rs_html_tenths(&html, 30);
  g_autofree char *out = g_string_free(html.out, FALSE);
  assert_string_equal(out, "1,234,567 -1,234,567.89 -1.5 3");
}

static void places_and_edges_of_numbers(void **state) {
  (void)state;
  RsHtml html = {g_string_new(NULL), RS_LANG_EN};
  const int64_t money[] = {0, 5, -5, 99999, 100000, INT64_MAX, INT64_MIN};
  rs_html_numbers(&html, "M# #L#,#z", (const int64_t[]){0, -10, INT64_MAX, INT64_MIN});
  for (size_t i = 0; i < G_N_ELEMENTS(money); i++) {
    rs_html_raw(&html, " ");
    rs_html_money(&html, money[i]);
  }
  rs_html_raw(&html, " ");
  rs_html_count(&html, UINT64_MAX);
  g_autofree char *out = g_string_free(html.out, FALSE);
  assert_string_equal(out, "M0 -10L9223372036854775807,-9223372036854775808z 0.00 0.05 -0.05 999.99 1,000.00 92,233,720,368,547,758.07 "
                           "-92,233,720,368,547,758.08 18,446,744,073,709,551,615");
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(text_never_becomes_markup),           cmocka_unit_test(line_ends_are_line_feeds),
      cmocka_unit_test(every_byte_pair_comes_out_as_valid_text), cmocka_unit_test(long_text_is_cut_between_characters),
      cmocka_unit_test(foreign_text_is_isolated),            cmocka_unit_test(template_calls_fields_and_takes_one_language),
      cmocka_unit_test(numbers_do_not_follow_the_locale),    cmocka_unit_test(places_and_edges_of_numbers),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
