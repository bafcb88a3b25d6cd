#include "reference/csv_records.h"

#include "claims/source.h"

#include <stdbool.h>
#include <string.h>

void rs_reference_record(GString *out, guint64 line, int fault, const char *raw, size_t raw_length) {
  g_string_append_printf(out, "\n%" G_GUINT64_FORMAT " fault %d raw %zu ", line, fault, raw_length);
  g_string_append_len(out, raw, (gssize)raw_length);
}

void rs_reference_field(GString *out, const char *text, size_t length) {
  g_string_append_printf(out, "\n  %zu ", length);
  g_string_append_len(out, text, (gssize)length);
}

typedef struct {
  const char *text;
  size_t length, at;
  char delimiter;
} Text;

/* The character at a place; past the end there is one more line end. */
static int character(const Text *t, size_t at) { return at < t->length ? (unsigned char)t->text[at] : '\n'; }

static bool at_line_end(const Text *t, size_t at) {
  return character(t, at) == '\n' || (character(t, at) == '\r' && character(t, at + 1) == '\n');
}

/* Reads one field from t->at; false if its quotes are not well-formed. */
static bool field_read(Text *t, GString *field) {
  g_string_truncate(field, 0);
  if (character(t, t->at) != '"' || t->at >= t->length) {
    while (character(t, t->at) != t->delimiter && character(t, t->at) != '\n')
      g_string_append_c(field, (char)character(t, t->at++));
    /* a CR before the line end belongs to the line end */
    if (character(t, t->at) == '\n' && field->len > 0 && field->str[field->len - 1] == '\r') g_string_truncate(field, field->len - 1);
    return true;
  }
  for (t->at++;; t->at++) {
    if (t->at >= t->length) return false;
    if (t->text[t->at] != '"') g_string_append_c(field, t->text[t->at]);
    else if (character(t, t->at + 1) == '"' && t->at + 1 < t->length) g_string_append_c(field, t->text[t->at++]);
    else break;
  }
  t->at++;
  if (character(t, t->at) == t->delimiter) return true;
  if (!at_line_end(t, t->at)) return false;
  if (character(t, t->at) == '\r') t->at++;
  return true;
}

/* Reads one record; true if well-formed, with its fields added to `fields` and t->at at its LF. */
static bool record_read(Text *t, GString *fields, size_t longest) {
  const size_t start = t->at;
  g_autoptr(GString) field = g_string_new(NULL);
  for (;; t->at++) {
    if (!field_read(t, field)) return false;
    rs_reference_field(fields, field->str, field->len);
    if (character(t, t->at) == '\n') return t->at - start <= longest;
  }
}

static bool bytes_ok(const char *text, size_t length) {
  return memchr(text, '\0', length) == NULL && g_utf8_validate(text, (gssize)length, NULL);
}

GString *rs_reference_records(const char *text, size_t length, char delimiter, size_t longest) {
  GString *out = g_string_new(NULL);
  Text t = {text, length, 0, delimiter};
  guint64 line = 1;
  while (t.at < length) {
    const size_t start = t.at;
    size_t first_end = start;
    while (character(&t, first_end) != '\n') first_end++;
    g_autoptr(GString) fields = g_string_new(NULL);
    int fault = record_read(&t, fields, longest) ? RS_FAULT_NONE : RS_FAULT_QUOTE;
    if (fault != RS_FAULT_NONE) t.at = first_end;
    if (first_end - start > longest) fault = RS_FAULT_TOO_LONG;
    size_t raw_length = t.at - start;
    if (raw_length > 0 && t.at > start && text[t.at - 1] == '\r') raw_length--;
    if (fault == RS_FAULT_TOO_LONG) raw_length = longest;
    if (fault == RS_FAULT_NONE && !bytes_ok(text + start, raw_length)) fault = RS_FAULT_BYTES;
    if (raw_length > 0) rs_reference_record(out, line, fault, text + start, raw_length);
    if (raw_length > 0 && (fault == RS_FAULT_NONE || fault == RS_FAULT_BYTES)) g_string_append_len(out, fields->str, (gssize)fields->len);
    for (size_t i = start; i <= t.at; i++) line += character(&t, i) == '\n';
    t.at++;
  }
  return out;
}
