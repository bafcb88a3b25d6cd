#include "exporters/json.h"

#include <math.h>
#include <string.h>

static void string_write(RsOutput *output, const char *text) {
  rs_output_char(output, '"');
  for (size_t length = strlen(text); length > 0;) {
    const unsigned char c = (unsigned char)*text;
    const gunichar code = c < 0x80 ? c : g_utf8_get_char_validated(text, (gssize)MIN(length, 6));
    size_t step = 1;
    if (c == '"' || c == '\\') {
      rs_output_char(output, '\\');
      rs_output_char(output, (char)c);
    } else if (c < 0x20 || c == 0x7f) {
      char escape[8];
      g_snprintf(escape, sizeof escape, "\\u%04x", c);
      rs_output_text(output, escape);
    } else if (code == (gunichar)-1 || code == (gunichar)-2) {
      rs_output_text(output, "\xEF\xBF\xBD");
    } else {
      step = (size_t)g_unichar_to_utf8(code, NULL);
      rs_output_write(output, text, step);
    }
    text += step;
    length -= step;
  }
  rs_output_char(output, '"');
}

static void line_break(RsJson *json) {
  if (json->line) return;
  rs_output_char(json->output, '\n');
  for (unsigned i = 0; i < json->depth; i++) rs_output_write(json->output, "  ", 2);
}

/* The comma before a value, its place and its key. */
static void value_begin(RsJson *json, const char *key) {
  if (!json->first) rs_output_char(json->output, ',');
  if (json->depth > 0) line_break(json);
  json->first = false;
  if (key == NULL) return;
  string_write(json->output, key);
  rs_output_text(json->output, json->line ? ":" : ": ");
}

void rs_json_begin(RsJson *json, const char *key, char bracket) {
  value_begin(json, key);
  rs_output_char(json->output, bracket);
  json->depth++;
  json->first = true;
}

void rs_json_end(RsJson *json, char bracket) {
  g_assert(json->depth > 0);
  json->depth--;
  if (!json->first) line_break(json);
  rs_output_char(json->output, bracket);
  json->first = false;
}

void rs_json_text(RsJson *json, const char *key, const char *text) {
  value_begin(json, key);
  if (text == NULL) rs_output_text(json->output, "null");
  else string_write(json->output, text);
}

void rs_json_unsigned(RsJson *json, const char *key, uint64_t value) {
  value_begin(json, key);
  rs_output_unsigned(json->output, value);
}

void rs_json_signed(RsJson *json, const char *key, int64_t value) {
  value_begin(json, key);
  rs_output_signed(json->output, value);
}

void rs_json_bool(RsJson *json, const char *key, bool value) {
  value_begin(json, key);
  rs_output_text(json->output, value ? "true" : "false");
}

void rs_json_money(RsJson *json, const char *key, int64_t fen) {
  value_begin(json, key);
  rs_output_char(json->output, '"');
  rs_output_fixed(json->output, fen, 2);
  rs_output_char(json->output, '"');
}

void rs_json_double(RsJson *json, const char *key, double value, unsigned places) {
  value_begin(json, key);
  if (isfinite(value)) rs_output_double(json->output, value, places);
  else rs_output_text(json->output, "null");
}
