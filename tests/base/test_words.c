/* Texts come out in the language asked for, and each translation keeps the places of its text. */
#include "base/words.h"

#include "rs_test.h"

#include <glib.h>
#include <stdlib.h>
#include <string.h>

static void a_text_is_said_in_each_language(void **state) {
  (void)state;
  assert_string_equal(rs_say(RS_LANG_EN, "reading claims"), "reading claims");
  assert_string_equal(rs_say(RS_LANG_ZH, "reading claims"), "读取费用明细");
  assert_string_equal(rs_say(RS_LANG_ZH, "nobody ever said this"), "nobody ever said this");
  assert_string_equal(rs_say(RS_LANG_ZH, ""), "");
}

static void a_word_depends_on_where_it_stands(void **state) {
  (void)state;
  assert_string_equal(rs_say_in(RS_LANG_ZH, "word", "item"), "药品");
  assert_string_equal(rs_say_in(RS_LANG_ZH, "word", "filled at"), "结算于");
  assert_string_equal(rs_say_in(RS_LANG_EN, "word", "filled at"), "filled at");
  assert_string_equal(rs_say_in(RS_LANG_ZH, "nowhere", "item"), "item");
  assert_string_equal(rs_say_in(RS_LANG_ZH, "wor", "ditem"), "ditem");
}

static void a_text_depends_on_a_number(void **state) {
  (void)state;
  assert_string_equal(rs_say_n(RS_LANG_EN, " claim", " claims", 1), " claim");
  assert_string_equal(rs_say_n(RS_LANG_EN, " claim", " claims", 0), " claims");
  assert_string_equal(rs_say_n(RS_LANG_ZH, " claim", " claims", 2), " 条明细");
}

/* "{v.1}" -> "v": what a template may show. Choices by number are the English's own. */
static void add_place(GHashTable *places, const char *place, gsize n) {
  if (memchr(place, '|', n) != NULL) return;
  const gsize name = strcspn(place, ".%}");
  g_hash_table_add(places, g_strndup(place, MIN(name, n)));
}

static GHashTable *places_of(const char *text) {
  GHashTable *places = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
  for (const char *at = strchr(text, '{'); at != NULL; at = strchr(at + 1, '{')) add_place(places, at + 1, strcspn(at + 1, "}"));
  return places;
}

typedef struct { unsigned n, n_templates; } Seen;

static void check(const char *context, const char *text, const char *translation, void *data) {
  Seen *seen = data;
  seen->n++;
  if (*translation == '\0') fail_msg("'%s' has no translation", text);
  if (!g_utf8_validate(translation, -1, NULL)) fail_msg("the translation of '%s' is no UTF-8", text);
  const char *found = context != NULL ? rs_say_in(RS_LANG_ZH, context, text) : rs_say(RS_LANG_ZH, text);
  if (found != translation) fail_msg("'%s' is in the catalogue and not found", text);
  g_autoptr(GHashTable) ours = places_of(text), theirs = places_of(translation);
  GHashTableIter iter;
  gpointer place;
  seen->n_templates += g_hash_table_size(ours) > 0;
  if (g_hash_table_size(ours) != g_hash_table_size(theirs)) fail_msg("'%s' and its translation have other {places}", text);
  g_hash_table_iter_init(&iter, ours);
  while (g_hash_table_iter_next(&iter, &place, NULL))
    if (!g_hash_table_contains(theirs, place)) fail_msg("the translation of '%s' has no {%s}", text, (const char *)place);
}

static void every_text_of_the_catalogue_is_found_and_keeps_its_places(void **state) {
  (void)state;
  Seen seen = {0};
  rs_words_walk(RS_LANG_ZH, check, &seen);
  assert_true(seen.n > 200);
  assert_true(seen.n_templates > 50);
}

static RsLanguage environment(const char *all, const char *messages, const char *lang, const char *language) {
  const char *const name[] = {"LC_ALL", "LC_MESSAGES", "LANG", "LANGUAGE"}, *const value[] = {all, messages, lang, language};
  for (size_t i = 0; i < G_N_ELEMENTS(name); i++) {
    if (value[i] == NULL) unsetenv(name[i]);
    else setenv(name[i], value[i], 1);
  }
  return rs_words_environment();
}

static void the_environment_chooses_as_gettext_does(void **state) {
  (void)state;
  const struct { const char *all, *messages, *lang, *language; RsLanguage expected; } cases[] = {
      {NULL, NULL, NULL, NULL, RS_LANG_EN},
      {NULL, NULL, "zh_CN.UTF-8", NULL, RS_LANG_ZH},
      {NULL, NULL, "en_US.UTF-8", NULL, RS_LANG_EN},
      {"C", NULL, "zh_CN.UTF-8", NULL, RS_LANG_EN},
      {"", "", "zh_CN.UTF-8", NULL, RS_LANG_ZH},
      {NULL, "en_GB", "zh_CN.UTF-8", NULL, RS_LANG_EN},
      {NULL, NULL, "C.UTF-8", "zh_CN:en", RS_LANG_ZH},
      {NULL, NULL, "de_DE.UTF-8", "de:zh_CN:en", RS_LANG_ZH},
      {NULL, NULL, "zh_CN.UTF-8", "en", RS_LANG_EN},
      {"C", NULL, NULL, "zh_CN", RS_LANG_EN},
      {"POSIX", NULL, NULL, "zh_CN", RS_LANG_EN},
  };
  for (size_t i = 0; i < G_N_ELEMENTS(cases); i++)
    if (environment(cases[i].all, cases[i].messages, cases[i].lang, cases[i].language) != cases[i].expected) fail_msg("case %zu", i);
}

static void the_terminal_has_one_language(void **state) {
  (void)state;
  assert_string_equal(_("reading claims"), "reading claims");
  rs_words_terminal_set(RS_LANG_ZH);
  assert_string_equal(_("reading claims"), "读取费用明细");
  rs_words_terminal_set(RS_LANG_EN);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(a_text_is_said_in_each_language),
      cmocka_unit_test(a_word_depends_on_where_it_stands),
      cmocka_unit_test(a_text_depends_on_a_number),
      cmocka_unit_test(every_text_of_the_catalogue_is_found_and_keeps_its_places),
      cmocka_unit_test(the_environment_chooses_as_gettext_does),
      cmocka_unit_test(the_terminal_has_one_language),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
