#include "claims/sheet.h"

#include "base/error.h"
#include "base/words.h"
#include "claims/source.h"
#include "claims/xlsx.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define MOST_ROWS 1048576u
#define MOST_COLUMNS 16384u

typedef struct {
  const RsXlsx *book;
  const char *name, *path;
  FILE *out;
  GString *line, *value; /* the row so far; the cell's text */
  uint32_t row, column;  /* 1-based; of the cell being read; column 0: none yet */
  uint32_t width;        /* of the first row with text: the header */
  uint32_t written;      /* rows */
  uint32_t filled;       /* columns of line, the last one with text */
  bool in_cell, in_text, in_reading;
  char type;             /* 's' shared text, 'n' number, 't' text, 'b' truth value */
  RsCellFormat format;
  uint64_t rounded;      /* cells */
  char first_rounded[16];
} Sheet;

static bool refuse(const Sheet *s, const char *why, GError **error) {
  g_set_error(error, RS_ERROR, RS_ERROR_INPUT, _("%s: damaged workbook: %s: row %u: %s"), s->name, s->path, s->row, why);
  return false;
}

/* ---- a cell's text ---- */

static void append_field(GString *line, const char *text) {
  bool quote = strpbrk(text, ",\"") != NULL;
  if (quote) g_string_append_c(line, '"');
  for (const char *c = text; *c != '\0'; c++) {
    if (*c == '"') g_string_append_c(line, '"');
    g_string_append_c(line, *c == '\n' || *c == '\r' ? ' ' : *c);
  }
  if (quote) g_string_append_c(line, '"');
}

/* Excel's day 1 is 1900-01-01 and its day 60 a 29 February that never was; from 61 on days count from 1899-12-30. */
static bool date_text(const Sheet *s, double serial, char text[32]) {
  double day = floor(serial), second = floor((serial - day) * 86400 + 0.5);
  if (second >= 86400) day += 1, second = 0;
  guint clock = (guint)second;
  if (s->format == RS_CELL_TIME && day < 1) {
    g_snprintf(text, 32, "%02u:%02u:%02u", clock / 3600, clock / 60 % 60, clock % 60);
    return true;
  }
  if (day < (s->book->from_1904 ? 0 : 61) || day > 2958465) return false;
  GDate date;
  g_date_clear(&date, 1);
  if (s->book->from_1904) g_date_set_dmy(&date, 1, G_DATE_JANUARY, 1904);
  else g_date_set_dmy(&date, 30, G_DATE_DECEMBER, 1899);
  g_date_add_days(&date, (guint)day);
  int n = g_snprintf(text, 32, "%04u-%02u-%02u", g_date_get_year(&date), (guint)g_date_get_month(&date), g_date_get_day(&date));
  if (clock > 0 || s->format != RS_CELL_DATE) g_snprintf(text + n, (gulong)(32 - n), " %02u:%02u:%02u", clock / 3600, clock / 60 % 60, clock % 60);
  return true;
}

/* More significant digits than Excel keeps: a program wrote them, and they are exact. */
static bool exact_digits(const char *text) {
  size_t n = strspn(text, "0123456789");
  if (text[n] != '\0') return false;
  while (n > 0 && text[n - 1] == '0') n--;
  return n > 15;
}

static void column_name(uint32_t column, char text[8]) {
  char reversed[8];
  int n = 0;
  for (; column > 0 && n < 7; column = (column - 1) / 26) reversed[n++] = (char)('A' + (column - 1) % 26);
  for (int i = 0; i < n; i++) text[i] = reversed[n - 1 - i];
  text[n] = '\0';
}

/* What a number looks like in CSV; "" where Excel has lost its last digits. */
static void number_text(Sheet *s, const char *text, char out[48]) {
  char *end = NULL, column[8];
  double value = g_ascii_strtod(text, &end);
  g_strlcpy(out, text, 48);
  if (end == text || *end != '\0' || !isfinite(value) || exact_digits(text)) return;
  if (s->format != RS_CELL_NUMBER && date_text(s, value, out)) return;
  if (fabs(value) >= 1e15) {
    out[0] = '\0';
    column_name(s->column, column);
    if (s->rounded++ == 0) g_snprintf(s->first_rounded, sizeof s->first_rounded, "%s%u", column, s->row);
    return;
  }
  g_ascii_formatd(out, 48, "%.15g", value);
  if (strchr(out, 'e') == NULL) return;
  g_ascii_formatd(out, 48, "%.10f", value); /* below 0.0001 */
  for (size_t n = strlen(out); n > 0 && (out[n - 1] == '0' || out[n - 1] == '.'); n--) out[n - 1] = '\0';
}

/* _x000D_ and the like stand for characters that XML cannot hold; none of them belongs into a line of claims. */
static void unescape(GString *value) {
  for (char *at = value->str; (at = strstr(at, "_x")) != NULL; at++) {
    bool code = strlen(at) >= 7 && at[6] == '_';
    for (int i = 2; code && i < 6; i++) code = g_ascii_isxdigit(at[i]);
    if (!code || g_ascii_strtoull(at + 2, NULL, 16) >= 0x20) continue;
    *at = ' ';
    g_string_erase(value, at + 1 - value->str, 6);
  }
}

static bool cell_end(Sheet *s, GError **error) {
  char number[48];
  const char *text = s->value->str;
  if (s->value->len == 0) return true;
  if (s->type == 's') {
    char *end = NULL;
    guint64 i = g_ascii_strtoull(text, &end, 10);
    if (*end != '\0' || i >= s->book->text->len) return refuse(s, "a shared text that is not there", error);
    g_string_assign(s->value, s->book->text->pdata[i]);
  }
  if (s->type == 'n') {
    number_text(s, text, number);
    text = number;
  } else {
    unescape(s->value);
    text = s->value->str;
  }
  if (text[0] == '\0') return true;
  for (uint32_t at = MAX(s->filled, 1); at < s->column; at++) g_string_append_c(s->line, ',');
  append_field(s->line, text);
  s->filled = s->column;
  return true;
}

/* ---- rows ---- */

static uint32_t column_of(const char *reference) {
  uint64_t column = 0;
  for (; g_ascii_isalpha(*reference) && column <= MOST_COLUMNS; reference++) column = column * 26 + (uint64_t)(g_ascii_toupper(*reference) - 'A' + 1);
  return column > MOST_COLUMNS ? 0 : (uint32_t)column;
}

static bool cell_begin(Sheet *s, xmlTextReaderPtr reader, GError **error) {
  uint32_t column = s->column + 1;
  guint64 style = 0;
  s->type = 'n';
  while (xmlTextReaderMoveToNextAttribute(reader) == 1) {
    const char *key = (const char *)xmlTextReaderConstLocalName(reader), *value = (const char *)xmlTextReaderConstValue(reader);
    if (strcmp(key, "r") == 0) column = column_of(value);
    else if (strcmp(key, "s") == 0) style = g_ascii_strtoull(value, NULL, 10);
    else if (strcmp(key, "t") == 0) s->type = strcmp(value, "s") == 0 ? 's' : strcmp(value, "n") == 0 ? 'n' : 't';
  }
  xmlTextReaderMoveToElement(reader);
  if (column <= s->column || column > MOST_COLUMNS) return refuse(s, "cells out of order", error);
  s->column = column;
  s->format = style < s->book->format->len ? (RsCellFormat)s->book->format->data[style] : RS_CELL_NUMBER;
  s->in_cell = true;
  g_string_truncate(s->value, 0);
  return true;
}

static bool row_begin(Sheet *s, xmlTextReaderPtr reader, GError **error) {
  g_autofree char *number = rs_part_attribute(reader, "r");
  guint64 row = number != NULL ? g_ascii_strtoull(number, NULL, 10) : s->row + 1u;
  if (row <= s->row || row > MOST_ROWS) return refuse(s, "rows out of order", error);
  s->row = (uint32_t)row;
  s->column = s->filled = 0;
  g_string_truncate(s->line, 0);
  return true;
}

static bool row_end(Sheet *s) {
  for (; s->written + 1 < s->row; s->written++) putc('\n', s->out);
  if (s->filled > 0) {
    if (s->width == 0) s->width = s->filled;
    for (; s->filled < s->width; s->filled++) g_string_append_c(s->line, ',');
  }
  g_string_append_c(s->line, '\n');
  s->written++;
  return fwrite(s->line->str, 1, s->line->len, s->out) == s->line->len;
}

static bool sheet_full(const Sheet *s, GError **error) {
  g_set_error(error, RS_ERROR, errno == ENOSPC || errno == EDQUOT ? RS_ERROR_LIMIT : RS_ERROR_IO, _("%s: cannot unpack the sheet into a temporary file: %s"),
              s->name, rs_words_errno(errno));
  return false;
}

static bool sheet_node(xmlTextReaderPtr reader, void *data, GError **error) {
  Sheet *s = data;
  int type = xmlTextReaderNodeType(reader);
  if (type != XML_READER_TYPE_ELEMENT && type != XML_READER_TYPE_END_ELEMENT) {
    if (s->in_cell && s->in_text && !s->in_reading) g_string_append(s->value, (const char *)xmlTextReaderConstValue(reader));
    return true;
  }
  if (rs_part_starts(reader, "row") && !row_begin(s, reader, error)) return false;
  if (rs_part_starts(reader, "c") && !cell_begin(s, reader, error)) return false;
  if (rs_part_starts(reader, "rPh")) s->in_reading = true;
  if (rs_part_starts(reader, "v") || rs_part_starts(reader, "t")) s->in_text = true;
  if (rs_part_ends(reader, "rPh")) s->in_reading = false;
  if (rs_part_ends(reader, "v") || rs_part_ends(reader, "t")) s->in_text = false;
  if (rs_part_ends(reader, "c")) {
    s->in_cell = false;
    if (!cell_end(s, error)) return false;
  }
  return !rs_part_ends(reader, "row") || row_end(s) || sheet_full(s, error);
}

/* ---- the sheet ---- */

static const char *sheet_path(const RsXlsx *book, const char *name, const char *sheet, GError **error) {
  if (sheet == NULL) return book->sheet_path->pdata[0];
  for (guint i = 0; i < book->sheet->len; i++)
    if (strcmp(book->sheet->pdata[i], sheet) == 0) return book->sheet_path->pdata[i];
  g_autoptr(GString) all = g_string_new(NULL);
  for (guint i = 0; i < book->sheet->len && i < 20; i++) g_string_append_printf(all, "%s'%s'", i > 0 ? ", " : "", (char *)book->sheet->pdata[i]);
  g_set_error(error, RS_ERROR, RS_ERROR_USAGE, _("%s: no sheet '%s'; it has %s"), name, sheet, all->str);
  return NULL;
}

static void note_rounded(const Sheet *s, GPtrArray *notes) {
  if (s->rounded == 0 || notes == NULL) return;
  g_ptr_array_add(notes, rs_said_new("%s: whole numbers of over 15 digits, which Excel has rounded, count as empty: %llu of them, the first in cell %s; "
                                     "ids must be stored as text",
                                     s->name, (unsigned long long)s->rounded, s->first_rounded));
}

static bool sheet_convert(Sheet *s, int fd, GError **error) {
  g_autoptr(GString) line = g_string_new(NULL), value = g_string_new(NULL);
  bool found;
  s->line = line;
  s->value = value;
  if (!rs_part_walk(fd, s->name, s->path, sheet_node, s, &found, error)) return false;
  if (!found) return refuse(s, "the sheet is not there", error);
  return fflush(s->out) == 0 || sheet_full(s, error);
}

int rs_sheet_open(int fd, const char *name, const char *sheet, const char *temp_dir, GPtrArray *notes, GError **error) {
  g_autoptr(RsXlsx) book = rs_xlsx_new(fd, name, error);
  const char *path = book != NULL ? sheet_path(book, name, sheet, error) : NULL;
  if (path == NULL) return -1;
  int spool = rs_source_spool_file(temp_dir, error), copy = spool < 0 ? -1 : dup(spool);
  if (copy < 0) {
    if (spool >= 0) close(spool);
    return -1;
  }
  Sheet s = {.book = book, .name = name, .path = path, .out = fdopen(copy, "w")};
  bool good = sheet_convert(&s, fd, error);
  fclose(s.out);
  note_rounded(&s, notes);
  if (good) return spool;
  close(spool);
  return -1;
}
