#include "exporters/html.h"

#include "exporters/words.h"

#include <string.h>

#define ELLIPSIS "\xE2\x80\xA6"
#define REPLACEMENT "\xEF\xBF\xBD"

void rs_html_raw(RsHtml *html, const char *markup) { g_string_append(html->out, markup); }

/* ---- text ---- */

static bool is_clean(gunichar c) {
  if (c == '\t' || c == '\n') return true;
  if (c < 0x20 || (c >= 0x7f && c < 0xa0)) return false;
  return (c & 0xfffe) != 0xfffe && !(c >= 0xfdd0 && c <= 0xfdef);
}

/* The next character of text (left bytes): true and its length when it may stand as it is. */
static bool clean_step(const char *text, size_t left, size_t *step) {
  const unsigned char first = (unsigned char)*text;
  *step = 1;
  if (first < 0x80) return is_clean(first);
  const gunichar c = g_utf8_get_char_validated(text, (gssize)MIN(left, 6));
  if (c == (gunichar)-1 || c == (gunichar)-2) return false;
  *step = (size_t)(g_utf8_next_char(text) - text);
  return is_clean(c);
}

static const char *reference(char c) {
  switch (c) {
  case '&': return "&amp;";
  case '<': return "&lt;";
  case '>': return "&gt;";
  case '"': return "&quot;";
  case '\'': return "&#39;";
  default: return NULL;
  }
}

/* How much of the text is shown: all of it, or whole characters within max bytes. */
static size_t shown_length(const char *text, size_t max, bool *cut) {
  const size_t length = strnlen(text, max + 1);
  *cut = length > max;
  if (!*cut) return length;
  size_t end = max;
  while (end > 0 && ((unsigned char)text[end] & 0xc0) == 0x80) end--;
  return end;
}

/* How many characters go as they are: plain ASCII without markup. */
static size_t plain_length(const char *text, size_t left) {
  size_t n = 0;
  while (n < left && text[n] >= 0x20 && text[n] < 0x7f && reference(text[n]) == NULL) n++;
  return n;
}

void rs_html_text_cut(RsHtml *html, const char *text, size_t max) {
  bool cut;
  size_t left = shown_length(text, max, &cut), step;
  while (left > 0) {
    const size_t plain = plain_length(text, left);
    if (plain > 0) {
      g_string_append_len(html->out, text, (gssize)plain);
      text += plain;
      left -= plain;
      continue;
    }
    const char *escaped = reference(*text);
    if (*text == '\r') { /* CR LF and CR are line ends, as XML has it */
      if (left == 1 || text[1] != '\n') g_string_append_c(html->out, '\n');
      step = 1;
    } else if (!clean_step(text, left, &step))
      g_string_append(html->out, REPLACEMENT);
    else if (escaped != NULL)
      g_string_append(html->out, escaped);
    else
      g_string_append_len(html->out, text, (gssize)step);
    text += step;
    left -= step;
  }
  if (cut) g_string_append(html->out, ELLIPSIS);
}

void rs_html_text(RsHtml *html, const char *text) { rs_html_text_cut(html, text, RS_HTML_MAX_TEXT); }

void rs_html_foreign(RsHtml *html, const char *text) {
  rs_html_raw(html, "<bdi>");
  rs_html_text(html, text);
  rs_html_raw(html, "</bdi>");
}

void rs_html_say(RsHtml *html, const char *text) { rs_html_text(html, rs_say(html->language, text)); }

void rs_html_sayf(RsHtml *html, const char *format, ...) {
  va_list arguments;
  va_start(arguments, format);
  g_autofree char *text = g_strdup_vprintf(rs_say(html->language, format), arguments);
  va_end(arguments);
  rs_html_text(html, text);
}

void rs_html_say_n(RsHtml *html, const char *one, const char *many, uint64_t n) {
  g_autofree char *count = rs_words_count(n);
  g_autofree char *text = g_strdup_printf(rs_say_n(html->language, one, many, n), count);
  rs_html_text(html, text);
}

void rs_html_markupf(RsHtml *html, const char *format, ...) {
  va_list arguments;
  va_start(arguments, format);
  g_string_append_vprintf(html->out, format, arguments);
  va_end(arguments);
}

/* ---- numbers ---- */

void rs_html_count(RsHtml *html, uint64_t n) {
  g_autofree char *text = rs_words_count(n);
  rs_html_raw(html, text);
}

static void integer_add(GString *out, int64_t n) {
  char buffer[24], *end = buffer + sizeof buffer, *at = end;
  uint64_t size = n < 0 ? 0 - (uint64_t)n : (uint64_t)n;
  do *--at = (char)('0' + size % 10);
  while ((size /= 10) > 0);
  if (n < 0) *--at = '-';
  g_string_append_len(out, at, end - at);
}

void rs_html_numbers(RsHtml *html, const char *markup, const int64_t *number) {
  for (const char *hash; (hash = strchr(markup, '#')) != NULL; markup = hash + 1) {
    g_string_append_len(html->out, markup, hash - markup);
    integer_add(html->out, *number++);
  }
  g_string_append(html->out, markup);
}

void rs_html_money(RsHtml *html, int64_t fen) {
  g_autofree char *text = rs_words_money(fen);
  rs_html_raw(html, text);
}

void rs_html_tenths(RsHtml *html, int64_t tenths) {
  const uint64_t size = tenths < 0 ? 0 - (uint64_t)tenths : (uint64_t)tenths;
  if (tenths < 0) g_string_append_c(html->out, '-');
  g_string_append_printf(html->out, "%" G_GUINT64_FORMAT, (guint64)(size / 10));
  if (size % 10 != 0) g_string_append_printf(html->out, ".%u", (unsigned)(size % 10));
}

/* ---- JSON inside a script element ---- */

static void json_character(GString *out, const char *text, size_t step) {
  const char c = *text;
  if (c == '"' || c == '\\')
    g_string_append_printf(out, "\\%c", c);
  else if (c == '\n' || c == '\t')
    g_string_append(out, c == '\n' ? "\\n" : "\\t");
  else if (c == '<' || c == '>' || c == '&')
    g_string_append_printf(out, "\\u%04x", (unsigned)c);
  else
    g_string_append_len(out, text, (gssize)step);
}

void rs_html_json_text(RsHtml *html, const char *text, size_t max) {
  bool cut;
  size_t left = shown_length(text, max, &cut), step;
  g_string_append_c(html->out, '"');
  while (left > 0) {
    if (clean_step(text, left, &step))
      json_character(html->out, text, step);
    else
      g_string_append(html->out, REPLACEMENT);
    text += step;
    left -= step;
  }
  if (cut) g_string_append(html->out, ELLIPSIS);
  g_string_append_c(html->out, '"');
}

/* ---- templates ---- */

static void field_write(RsHtml *html, const char *name, size_t length, const RsHtmlField *fields, const void *data) {
  while (fields->name != NULL && (strlen(fields->name) != length || strncmp(fields->name, name, length) != 0)) fields++;
  if (fields->name == NULL) g_error("a template asks for '%.*s'", (int)length, name);
  fields->write(html, data);
}

/* po/update.sh takes these out of the templates as it takes the others out of the C files. */
static void words_write(RsHtml *html, const char *words, size_t length) {
  g_autofree char *text = g_strndup(words, length);
  g_string_append(html->out, rs_say_in(html->language, "template", text));
}

void rs_html_template(RsHtml *html, const unsigned char *template, size_t length, const RsHtmlField *fields, const void *data) {
  const char *at = (const char *)template, *end = at + length;
  while (at < end) {
    const char *brace = memchr(at, '{', (size_t)(end - at));
    if (brace == NULL || end - brace < 4) break;
    g_string_append_len(html->out, at, brace - at);
    const bool field = brace[1] == '{', words = brace[1] == '=';
    if (!field && !words) {
      g_string_append_c(html->out, '{');
      at = brace + 1;
      continue;
    }
    const char *close = g_strstr_len(brace, end - brace, field ? "}}" : "=}");
    g_assert(close != NULL);
    if (field)
      field_write(html, brace + 2, (size_t)(close - brace - 2), fields, data);
    else
      words_write(html, brace + 2, (size_t)(close - brace - 2));
    at = close + 2;
  }
  g_string_append_len(html->out, at, end - at);
}

/* ---- tables ---- */

void rs_html_table_begin(RsHtml *html, const char *class, const char *caption, const RsHtmlColumn *column, size_t n) {
  rs_html_raw(html, "<div class=\"wide\" tabindex=\"0\" role=\"region\" aria-label=\"");
  rs_html_text(html, caption);
  rs_html_markupf(html, "\"><table class=\"%s\"><caption>", class != NULL ? class : "plain");
  rs_html_text(html, caption);
  rs_html_raw(html, "</caption><thead><tr>");
  for (size_t i = 0; i < n; i++) {
    rs_html_raw(html, column[i].number ? "<th scope=\"col\" class=\"n\">" : "<th scope=\"col\">");
    if (*column[i].head != '\0') rs_html_text(html, rs_say_in(html->language, "page", column[i].head));
    rs_html_raw(html, "</th>");
  }
  rs_html_raw(html, "</tr></thead><tbody>\n");
}

void rs_html_table_end(RsHtml *html) { rs_html_raw(html, "</tbody></table></div>\n"); }

void rs_html_cell(RsHtml *html, bool number) { rs_html_raw(html, number ? "<td class=\"n\">" : "<td>"); }
void rs_html_cell_end(RsHtml *html) { rs_html_raw(html, "</td>"); }

void rs_html_cell_count(RsHtml *html, uint64_t n) {
  rs_html_cell(html, true);
  rs_html_count(html, n);
  rs_html_cell_end(html);
}

void rs_html_cell_money(RsHtml *html, int64_t fen) {
  rs_html_cell(html, true);
  rs_html_money(html, fen);
  rs_html_cell_end(html);
}

void rs_html_cell_foreign(RsHtml *html, const char *text) {
  rs_html_cell(html, false);
  rs_html_foreign(html, text);
  rs_html_cell_end(html);
}
