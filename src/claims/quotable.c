#include "claims/quotable.h"

#include "base/calendar.h"
#include "claims/number.h"

#include <glib.h>
#include <string.h>

#define MOST_DIGITS 4u   /* of a number that is quoted */
#define ID_DIGITS 5u     /* in a row: an id, a phone number */
#define LONGEST_TIME 24u

bool rs_quotable_number(const char *text, size_t length) {
  if (length == 0 || length > MOST_DIGITS + 1 || !g_ascii_isdigit(text[0])) return false;
  size_t others = 0;
  for (size_t i = 0; i < length; i++) {
    if (!g_ascii_isprint(text[i])) return false;
    others += !g_ascii_isdigit(text[i]);
  }
  return others == 1;
}

static bool is_one_of(const char *these, char c) { return c != '\0' && strchr(these, c) != NULL; }

bool rs_quotable_time(const char *text, size_t length) {
  if (rs_quotable_number(text, length)) return true;
  if (length < 6 || length > LONGEST_TIME || memcmp(text, "20", 2) != 0) return false;
  if (!g_ascii_isdigit(text[2]) || !g_ascii_isdigit(text[3]) || !is_one_of("-/.", text[4])) return false;
  for (size_t i = 0; i < length; i++)
    if (!g_ascii_isdigit(text[i]) && !is_one_of("-/:. TZ+", text[i])) return false;
  return true;
}

static bool is_data(const char *cell) {
  char text[64] = ""; /* rs_number_money() reads beyond the end */
  uint32_t seconds;
  int64_t cents;
  size_t run = 0, digits = 0;
  for (const char *at = cell; *at != '\0'; at++) {
    run = g_ascii_isdigit(*at) ? run + 1 : 0;
    digits += run > 0;
    if (run >= ID_DIGITS) return true;
  }
  const size_t length = strlen(cell);
  if (digits == 0 || length >= sizeof text - 8) return false;
  g_strlcpy(text, cell, sizeof text);
  const RsTimeStatus status = rs_time_parse(text, length, &seconds);
  return status != RS_TIME_UNREADABLE || rs_number_money(text, length, &cents);
}

bool rs_quotable_header(const char *const *cells, size_t n_cells) {
  for (size_t i = 0; i < n_cells; i++)
    if (is_data(cells[i])) return false;
  return true;
}
