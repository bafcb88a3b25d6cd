/* exporters/json.h: JSON as indented text into RsOutput; commas and line ends are kept right here.
 *
 * Strings are cleaned (control characters escaped, invalid UTF-8 as U+FFFD), so the result always parses. Inside an object every value
 * needs a key, inside a list none may be given (NULL). rs_json_line() starts a value on one line without indentation (for .jsonl). */
#ifndef RS_EXPORTERS_JSON_H
#define RS_EXPORTERS_JSON_H

#include "base/output.h"

typedef struct {
  RsOutput *output;
  unsigned depth;
  bool line;  /* all on one line */
  bool first; /* nothing yet in the innermost object or list */
} RsJson;

static inline RsJson rs_json(RsOutput *output) { return (RsJson){output, 0, false, true}; }
static inline RsJson rs_json_line(RsOutput *output) { return (RsJson){output, 0, true, true}; }

void rs_json_begin(RsJson *json, const char *key, char bracket /* '{' or '[' */);
void rs_json_end(RsJson *json, char bracket /* '}' or ']' */);
void rs_json_text(RsJson *json, const char *key, const char *text /* NULL: null */);
void rs_json_unsigned(RsJson *json, const char *key, uint64_t value);
void rs_json_signed(RsJson *json, const char *key, int64_t value);
void rs_json_bool(RsJson *json, const char *key, bool value);
/* Money in fen as a decimal string with two places: numbers would be rounded by readers. */
void rs_json_money(RsJson *json, const char *key, int64_t fen);
static inline void rs_json_money_or_null(RsJson *json, const char *key, int64_t fen, bool known) {
  if (known) rs_json_money(json, key, fen);
  else rs_json_text(json, key, NULL);
}
/* A number with at most `places` decimals, or null for NaN. */
void rs_json_double(RsJson *json, const char *key, double value, unsigned places);

#endif
