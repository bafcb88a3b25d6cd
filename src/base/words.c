#include "base/words.h"

#include <glib.h>
#include <stdint.h>
#include <string.h>

/* po/zh_CN.po as msgfmt compiled it and cmake/embed.cmake wrote it. */
extern const unsigned char rs_words_zh_CN[];

/* A text's key in the catalogue is "context\004text", or the text alone; of a plural, the first form. */
#define CONTEXT_END '\004'

static RsLanguage terminal = RS_LANG_EN;

/* The file is little-endian, as msgfmt writes it everywhere. */
static uint32_t number_at(uint32_t offset) {
  const unsigned char *at = rs_words_zh_CN + offset;
  return (uint32_t)at[0] | (uint32_t)at[1] << 8 | (uint32_t)at[2] << 16 | (uint32_t)at[3] << 24;
}

static uint32_t n_texts(void) { return number_at(8); }
static const char *text_at(uint32_t table, uint32_t i) { return (const char *)rs_words_zh_CN + number_at(number_at(table) + 8 * i + 4); }
static const char *key_at(uint32_t i) { return text_at(12, i); }
static const char *translation_at(uint32_t i) { return text_at(16, i); }

/* strcmp of context, CONTEXT_END and text, put together, with key. */
static int compare(const char *context, const char *text, const char *key) {
  if (context == NULL) return strcmp(text, key);
  const size_t n = strlen(context);
  const int before = strncmp(context, key, n);
  if (before != 0) return before;
  return key[n] == CONTEXT_END ? strcmp(text, key + n + 1) : CONTEXT_END - (int)(unsigned char)key[n];
}

static const char *look_up(RsLanguage language, const char *context, const char *text) {
  if (language == RS_LANG_EN || *text == '\0') return text;
  uint32_t low = 0, high = n_texts();
  while (low < high) {
    const uint32_t middle = low + (high - low) / 2;
    const int order = compare(context, text, key_at(middle));
    if (order == 0) return translation_at(middle);
    if (order < 0) high = middle;
    else low = middle + 1;
  }
  return text;
}

const char *rs_say(RsLanguage language, const char *text) { return look_up(language, NULL, text); }

const char *rs_say_in(RsLanguage language, const char *context, const char *word) { return look_up(language, context, word); }

const char *rs_say_n(RsLanguage language, const char *one, const char *many, unsigned long n) {
  const char *said = look_up(language, NULL, one); /* Chinese has one form; tests/check_words.sh holds the catalogue to that */
  return said != one ? said : n == 1 ? one : many;
}

RsLanguage rs_words_terminal(void) { return terminal; }
void rs_words_terminal_set(RsLanguage language) { terminal = language; }

/* What the C library says in English; others come out as it says them. */
static const char *const system_words[] = {
    N_("No such file or directory"), N_("Permission denied"), N_("No space left on device"), N_("Is a directory"), N_("Not a directory"),
    N_("File exists"), N_("Input/output error"), N_("Read-only file system"), N_("Too many open files"), N_("Broken pipe"),
    N_("Operation not permitted"), N_("Disk quota exceeded"), N_("File too large"), N_("File name too long"), N_("Cannot allocate memory"),
    N_("Too many levels of symbolic links"), N_("Directory not empty"), N_("Invalid argument"), N_("Device or resource busy"), N_("Bad file descriptor")};

const char *rs_words_errno(int code) {
  const char *said = strerror(code); /* g_strerror has a lock and wants memory, and who cleans up behind a run without it comes here too */
  for (size_t i = 0; i < G_N_ELEMENTS(system_words); i++)
    if (strcmp(said, system_words[i]) == 0) return _(system_words[i]);
  return said;
}

RsSaid *rs_said_new_list(const char *format, va_list arguments) {
  RsSaid *said = g_new0(RsSaid, 1);
  for (RsLanguage language = RS_LANG_EN; language <= RS_LANG_ZH; language++) {
    va_list again;
    va_copy(again, arguments);
    said->text[language] = g_strdup_vprintf(rs_say(language, format), again);
    va_end(again);
  }
  return said;
}

RsSaid *rs_said_new(const char *format, ...) {
  va_list arguments;
  va_start(arguments, format);
  RsSaid *said = rs_said_new_list(format, arguments);
  va_end(arguments);
  return said;
}

RsSaid *rs_said_new_text(const char *text) {
  RsSaid *said = g_new0(RsSaid, 1);
  for (RsLanguage language = RS_LANG_EN; language <= RS_LANG_ZH; language++) said->text[language] = g_strdup(rs_say(language, text));
  return said;
}

void rs_said_free(void *said) {
  RsSaid *own = said;
  if (own == NULL) return;
  for (RsLanguage language = RS_LANG_EN; language <= RS_LANG_ZH; language++) g_free(own->text[language]);
  g_free(own);
}

RsLanguage rs_words_environment(void) {
  static const char *const name[] = {"LC_ALL", "LC_MESSAGES", "LANG"};
  const char *locale = NULL;
  for (size_t i = 0; i < G_N_ELEMENTS(name) && (locale == NULL || *locale == '\0'); i++) locale = g_getenv(name[i]);
  if (locale == NULL || *locale == '\0' || strcmp(locale, "C") == 0 || strcmp(locale, "POSIX") == 0) return RS_LANG_EN;
  const char *list = g_getenv("LANGUAGE");
  g_auto(GStrv) wanted = g_strsplit(list != NULL && *list != '\0' ? list : locale, ":", -1);
  for (char **language = wanted; *language != NULL; language++) {
    if (g_str_has_prefix(*language, "zh")) return RS_LANG_ZH;
    if (g_str_has_prefix(*language, "en")) return RS_LANG_EN;
  }
  return RS_LANG_EN;
}

void rs_words_walk(RsLanguage language, RsWordsVisit visit, void *data) {
  for (uint32_t i = 0; language != RS_LANG_EN && i < n_texts(); i++) {
    const char *key = key_at(i), *end = strchr(key, CONTEXT_END);
    g_autofree char *context = end == NULL ? NULL : g_strndup(key, (gsize)(end - key));
    if (*key != '\0') visit(context, end == NULL ? key : end + 1, translation_at(i), data);
  }
}
