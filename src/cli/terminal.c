#include "cli/terminal.h"

#include <string.h>
#include <unistd.h>

const char *rs_terminal_style(FILE *stream, RsStyle style) {
  static const char *const code[] = {"\033[0m", "\033[1m", "\033[1;31m"};
  const char *term = g_getenv("TERM"), *none = g_getenv("NO_COLOR");
  const bool may = isatty(fileno(stream)) && term != NULL && strcmp(term, "dumb") != 0 && (none == NULL || *none == '\0');
  return may ? code[style] : "";
}

/* Control characters, and the marks, embeddings, overrides and isolates of bidirectional text. */
static bool steers(gunichar c) {
  return c < 0x20 || (c >= 0x7f && c < 0xa0) || c == 0x61c || c == 0x200e || c == 0x200f || (c >= 0x2028 && c <= 0x202e) ||
         (c >= 0x2066 && c <= 0x2069) || c == 0xfeff;
}

static int columns_of(gunichar c) { return g_unichar_iszerowidth(c) ? 0 : g_unichar_iswide(c) ? 2 : 1; }

bool rs_terminal_is_wide(gunichar c) { return columns_of(c) == 2; }

static int add(GString *line, const char *text) {
  int width = 0;
  for (size_t left = strlen(text); left > 0;) {
    const gunichar c = g_utf8_get_char_validated(text, (gssize)MIN(left, 6));
    const bool broken = c == (gunichar)-1 || c == (gunichar)-2;
    const size_t step = broken ? 1 : (size_t)(g_utf8_next_char(text) - text);
    if (broken || steers(c))
      g_string_append_c(line, '?');
    else
      g_string_append_len(line, text, (gssize)step);
    width += broken || steers(c) ? 1 : columns_of(c);
    text += step;
    left -= step;
  }
  return width;
}

void rs_terminal_add(GString *line, const char *text) { add(line, text); }

char *rs_terminal_text(const char *text) {
  GString *shown = g_string_new(NULL);
  g_auto(GStrv) line = g_strsplit(text, "\n", -1);
  for (char **l = line; *l != NULL; l++) {
    if (l != line) g_string_append_c(shown, '\n');
    add(shown, *l);
  }
  return g_string_free(shown, FALSE);
}

void rs_terminal_pad(GString *line, const char *text, int width) {
  const gsize start = line->len;
  const int wanted = ABS(width), used = add(line, text);
  for (int i = used; i < wanted; i++) {
    if (width < 0)
      g_string_insert_c(line, (gssize)start, ' ');
    else
      g_string_append_c(line, ' ');
  }
}
