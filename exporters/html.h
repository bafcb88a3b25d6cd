/* exporters/html.h: HTML made from templates; the one place where text becomes HTML.
 *
 * Markup   is ours, in exporters/page/ and in literals; rs_html_raw() adds it as it is. Whatever came from somewhere else goes through
 *          rs_html_text() or rs_html_foreign(), and into scripts through rs_html_json_text(): nothing else may write such text.
 * Escaping & < > " ' as references: right between tags and in quoted attributes alike. Control characters but tab and line feed, bytes that
 *          are no UTF-8, and noncharacters become U+FFFD. Longer than RS_HTML_MAX_TEXT bytes: cut at a character, with an ellipsis.
 * Isolation rs_html_foreign() puts the text into <bdi>, so that right-to-left characters in it cannot turn what stands around it.
 *
 * Templates are files of HTML. {{name}} calls the field of that name; {=English=} is a text of ours in the language, raw. An unknown field
 * is a mistake in our code.
 *
 * For another page (a dossier, say): write its template to exporters/page/, list it under rs_embed in CMakeLists.txt, give its fields, and
 * use what exporters/page_parts.h has. */
#ifndef RS_EXPORTERS_HTML_H
#define RS_EXPORTERS_HTML_H

#include "base/words.h"

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

#define RS_HTML_MAX_TEXT ((size_t)2000)

typedef struct {
  GString *out;
  RsLanguage language;
} RsHtml;

void rs_html_raw(RsHtml *html, const char *markup);
void rs_html_text(RsHtml *html, const char *text);
/* At most max bytes of it. */
void rs_html_text_cut(RsHtml *html, const char *text, size_t max);
void rs_html_foreign(RsHtml *html, const char *text);
/* A text of ours in the language (base/words.h: a literal, for the catalogue), escaped. */
void rs_html_say(RsHtml *html, const char *text);
/* The same, printf-like; arguments are escaped with it. */
G_GNUC_PRINTF(2, 3) void rs_html_sayf(RsHtml *html, const char *format, ...);
/* "1 doctor", "2 doctors": both texts take the number as %s. */
void rs_html_say_n(RsHtml *html, const char *one, const char *many, uint64_t n);
/* Markup in which each # stands for the next number, in digits alone: drawings hold so many that printf shows. */
void rs_html_numbers(RsHtml *html, const char *markup, const int64_t *number);
/* 1,234,567 and 1,234,567.89 */
void rs_html_count(RsHtml *html, uint64_t n);
void rs_html_money(RsHtml *html, int64_t fen);
/* A plain decimal: tenths / 10. */
void rs_html_tenths(RsHtml *html, int64_t tenths);
G_GNUC_PRINTF(2, 3) void rs_html_markupf(RsHtml *html, const char *format, ...); /* numbers and words of ours only */

/* A JSON string, quotes and all, that may stand in a script element: < is \u003c. */
void rs_html_json_text(RsHtml *html, const char *text, size_t max);

/* ---- templates ---- */

typedef struct {
  const char *name;
  void (*write)(RsHtml *html, const void *data);
} RsHtmlField;
/* template: length bytes. fields: ends with a NULL name. */
void rs_html_template(RsHtml *html, const unsigned char *template, size_t length, const RsHtmlField *fields, const void *data);

/* ---- tables ---- */

/* A column: its heading as NC_("page", ...); numbers stand right. */
typedef struct {
  const char *head;
  bool number;
} RsHtmlColumn;
/* <table><caption>..<thead>..<tbody>; class may be NULL, caption is said already. */
void rs_html_table_begin(RsHtml *html, const char *class, const char *caption, const RsHtmlColumn *column, size_t n);
void rs_html_table_end(RsHtml *html);
/* A cell around what is written until rs_html_cell_end(). */
void rs_html_cell(RsHtml *html, bool number);
void rs_html_cell_end(RsHtml *html);
void rs_html_cell_count(RsHtml *html, uint64_t n);
void rs_html_cell_money(RsHtml *html, int64_t fen);
void rs_html_cell_foreign(RsHtml *html, const char *text);

#endif
