#include "base/calendar.h"

#include <string.h>

/* Every fourth year from 1940 to 2075 is a leap year (2000 is one, 1900 and 2100 are outside), so four years are always
 * 1461 days, and 1940 is the first of four. */

static const uint16_t days_before[2][13] = {
    {0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334, 365},
    {0, 31, 60, 91, 121, 152, 182, 213, 244, 274, 305, 335, 366},
};

static unsigned year_is_leap(unsigned year) { return (year & 3) == 0; }

/* year, month and day are any small numbers. */
static RsTimeStatus day_from_parts(unsigned year, unsigned month, unsigned day, uint32_t *out) {
  if (month - 1 > 11 || day - 1 > 30) return RS_TIME_NO_SUCH_DATE;
  const unsigned since = year - RS_FIRST_YEAR;
  if (since > RS_LAST_YEAR - RS_FIRST_YEAR) return RS_TIME_OUT_OF_RANGE;
  const uint16_t *before = days_before[year_is_leap(year)];
  if (day > (unsigned)(before[month] - before[month - 1])) return RS_TIME_NO_SUCH_DATE;
  *out = since * 365 + (since + 3) / 4 + before[month - 1] + day - 1;
  return RS_TIME_OK;
}

bool rs_day_from_civil(int year, int month, int day, uint16_t *out) {
  uint32_t value;
  if (year < 0 || month < 0 || day < 0) return false;
  if (day_from_parts((unsigned)year, (unsigned)month, (unsigned)day, &value) != RS_TIME_OK) return false;
  *out = (uint16_t)value;
  return true;
}

void rs_day_to_civil(uint16_t day, int *year, int *month, int *day_of_month) {
  const unsigned in_four = day % 1461u;
  const unsigned extra = in_four < 366 ? 0 : 1 + (in_four - 366) / 365;
  const unsigned in_year = extra == 0 ? in_four : in_four - 366 - (extra - 1) * 365;
  const unsigned y = RS_FIRST_YEAR + day / 1461u * 4 + extra;
  const uint16_t *before = days_before[extra == 0];
  unsigned m = 1;
  while (in_year >= before[m]) m++;
  *year = (int)y;
  *month = (int)m;
  *day_of_month = (int)(in_year - before[m - 1] + 1);
}

/* 1940-01-01 was a Monday. */
unsigned rs_day_weekday(uint16_t day) { return day % 7u; }

static void put_two(char *at, unsigned value) {
  at[0] = (char)('0' + value / 10 % 10);
  at[1] = (char)('0' + value % 10);
}

char *rs_day_format(uint16_t day, char buffer[11]) {
  int year, month, day_of_month;
  rs_day_to_civil(day, &year, &month, &day_of_month);
  put_two(buffer, (unsigned)year / 100);
  put_two(buffer + 2, (unsigned)year);
  buffer[4] = '-';
  put_two(buffer + 5, (unsigned)month);
  buffer[7] = '-';
  put_two(buffer + 8, (unsigned)day_of_month);
  buffer[10] = '\0';
  return buffer;
}

char *rs_time_format(uint32_t seconds, char buffer[20]) {
  const unsigned clock = seconds % RS_DAY_SECONDS;
  rs_day_format((uint16_t)(seconds / RS_DAY_SECONDS), buffer);
  buffer[10] = ' ';
  put_two(buffer + 11, clock / 3600);
  buffer[13] = ':';
  put_two(buffer + 14, clock / 60 % 60);
  buffer[16] = ':';
  put_two(buffer + 17, clock % 60);
  buffer[19] = '\0';
  return buffer;
}

typedef struct {
  unsigned year, month, day, hour, minute, second;
  bool has_clock;
} Parts;

static inline __attribute__((always_inline)) RsTimeStatus parts_to_seconds(const Parts *parts, uint32_t *seconds) {
  uint32_t day;
  if (parts->hour > 23 || parts->minute > 59 || parts->second > 59) return RS_TIME_UNREADABLE;
  const RsTimeStatus status = day_from_parts(parts->year, parts->month, parts->day, &day);
  if (status != RS_TIME_OK) return status;
  *seconds = day * RS_DAY_SECONDS + parts->hour * 3600 + parts->minute * 60 + parts->second;
  return parts->has_clock ? RS_TIME_OK : RS_TIME_DATE_ONLY;
}

static uint64_t load_8(const char *at) {
  uint64_t word;
  memcpy(&word, at, 8);
  return word;
}

#define EIGHT(a, b, c, d, e, f, g, h)                                                                        \
  ((uint64_t)(a) | (uint64_t)(b) << 8 | (uint64_t)(c) << 16 | (uint64_t)(d) << 24 | (uint64_t)(e) << 32 | \
   (uint64_t)(f) << 40 | (uint64_t)(g) << 48 | (uint64_t)(h) << 56)
#define BYTE(word, i) ((unsigned)((word) >> (8 * (i))) & 0xff)

/* Byte i becomes digit i times ten plus digit i + 1: at most 99, so no byte overflows into the next. */
static uint64_t pairs(uint64_t digits) { return digits * 10 + (digits >> 8); }

/* The usual "YYYY-MM-DD HH:MM:SS", eight bytes at a time: XOR with the expected separators and '0' leaves 0 for a separator and
 * 0..9 for a digit; the additions push anything else into a byte's high bit (a carry only follows a byte already wrong). */
static inline __attribute__((always_inline)) bool parts_from_plain(const char *text, Parts *parts) {
  const uint64_t digit = 0x76, fixed = 0x7f, high = 0x8080808080808080ull;
  const uint64_t a = load_8(text) ^ EIGHT('0', '0', '0', '0', '-', '0', '0', '-');
  const uint64_t b = load_8(text + 8) ^ EIGHT('0', '0', ' ', '0', '0', ':', '0', '0');
  const uint64_t c = load_8(text + 11) ^ EIGHT('0', '0', ':', '0', '0', ':', '0', '0');
  const uint64_t wrong = (a | (a + EIGHT(digit, digit, digit, digit, fixed, digit, digit, fixed))) |
                         (b | (b + EIGHT(digit, digit, fixed, digit, digit, fixed, digit, digit))) |
                         (c | (c + EIGHT(digit, digit, fixed, digit, digit, fixed, digit, digit)));
  if (wrong & high) return false;
  const uint64_t date = pairs(a), clock = pairs(c);
  *parts = (Parts){.year = BYTE(date, 0) * 100 + BYTE(date, 2), .month = BYTE(date, 5), .day = BYTE(pairs(b), 0),
                   .hour = BYTE(clock, 0), .minute = BYTE(clock, 3), .second = BYTE(clock, 6), .has_clock = true};
  return true;
}

/* A cursor over the text for every other form. */
typedef struct {
  const char *at, *end;
} Cursor;

static bool cursor_take(Cursor *cursor, char c) {
  if (cursor->at == cursor->end || *cursor->at != c) return false;
  cursor->at++;
  return true;
}

static bool is_digit(char c) { return c >= '0' && c <= '9'; }

/* Reads between min and max digits; false if there are fewer. */
static bool cursor_number(Cursor *cursor, int min, int max, unsigned *value) {
  int n = 0;
  *value = 0;
  while (n < max && cursor->at < cursor->end && is_digit(*cursor->at)) {
    *value = *value * 10 + (unsigned)(*cursor->at++ - '0');
    n++;
  }
  return n >= min;
}

static bool cursor_word(Cursor *cursor, const char *word) {
  const size_t length = strlen(word);
  if ((size_t)(cursor->end - cursor->at) < length || memcmp(cursor->at, word, length) != 0) return false;
  cursor->at += length;
  return true;
}

/* The signs of a Chinese date, in UTF-8. */
#define YEAR_SIGN "\xE5\xB9\xB4"
#define MONTH_SIGN "\xE6\x9C\x88"
#define DAY_SIGN "\xE6\x97\xA5"

typedef enum { DATE_SEPARATED, DATE_PACKED, DATE_CHINESE } DateForm;

/* YYYY-M-D, YYYY/M/D, YYYY.M.D, YYYYMMDD or YYYY年M月D日. */
static bool cursor_date(Cursor *cursor, Parts *parts, DateForm *form) {
  if (!cursor_number(cursor, 4, 4, &parts->year) || cursor->at == cursor->end) return false;
  const char separator = *cursor->at;
  *form = is_digit(separator) ? DATE_PACKED : DATE_SEPARATED;
  if (*form == DATE_PACKED) return cursor_number(cursor, 2, 2, &parts->month) && cursor_number(cursor, 2, 2, &parts->day);
  if (cursor_word(cursor, YEAR_SIGN)) {
    *form = DATE_CHINESE;
    return cursor_number(cursor, 1, 2, &parts->month) && cursor_word(cursor, MONTH_SIGN) &&
           cursor_number(cursor, 1, 2, &parts->day) && cursor_word(cursor, DAY_SIGN);
  }
  if (separator != '-' && separator != '/' && separator != '.') return false;
  cursor->at++;
  return cursor_number(cursor, 1, 2, &parts->month) && cursor_take(cursor, separator) &&
         cursor_number(cursor, 1, 2, &parts->day);
}

/* A fraction is read and dropped: seconds are the unit. */
static bool cursor_fraction(Cursor *cursor) {
  if (!cursor_take(cursor, '.') && !cursor_take(cursor, ',')) return true;
  const char *start = cursor->at;
  while (cursor->at < cursor->end && is_digit(*cursor->at)) cursor->at++;
  return cursor->at > start;
}

/* HH:MM[:SS[.fraction]], or HHMM[SS] after a packed date. */
static bool cursor_clock(Cursor *cursor, Parts *parts, bool packed) {
  const char *start = cursor->at;
  parts->has_clock = true;
  if (!cursor_number(cursor, 1, 2, &parts->hour)) return false;
  if (cursor_take(cursor, ':')) {
    if (!cursor_number(cursor, 2, 2, &parts->minute)) return false;
    if (!cursor_take(cursor, ':')) return true;
    return cursor_number(cursor, 2, 2, &parts->second) && cursor_fraction(cursor);
  }
  if (!packed || cursor->at - start != 2 || !cursor_number(cursor, 2, 2, &parts->minute)) return false;
  if (cursor->at == cursor->end || !is_digit(*cursor->at)) return true;
  return cursor_number(cursor, 2, 2, &parts->second) && cursor_fraction(cursor);
}

/* Z, +08:00, +0800 or +08: read and dropped, as claims carry local time. */
static bool cursor_zone(Cursor *cursor) {
  unsigned ignored;
  if (cursor_take(cursor, 'Z') || cursor_take(cursor, 'z')) return true;
  if (!cursor_take(cursor, '+') && !cursor_take(cursor, '-')) return true;
  if (!cursor_number(cursor, 2, 2, &ignored)) return false;
  const bool colon = cursor_take(cursor, ':');
  if (!colon && cursor->at == cursor->end) return true;
  return cursor_number(cursor, 2, 2, &ignored);
}

static bool parts_from_any(Cursor cursor, Parts *parts) {
  DateForm form;
  if (!cursor_date(&cursor, parts, &form)) return false;
  if (cursor.at == cursor.end) return true;
  const bool gap = cursor_take(&cursor, ' ');
  while (gap && cursor_take(&cursor, ' ')) continue;
  if (!gap && form != DATE_CHINESE && !cursor_take(&cursor, 'T') && !cursor_take(&cursor, 't') && form != DATE_PACKED) return false;
  return cursor_clock(&cursor, parts, form == DATE_PACKED) && cursor_zone(&cursor) && cursor.at == cursor.end;
}

static __attribute__((noinline)) RsTimeStatus time_parse_any(Cursor cursor, uint32_t *seconds) {
  Parts parts = {0};
  while (cursor.at < cursor.end && (*cursor.at == ' ' || *cursor.at == '\t')) cursor.at++;
  while (cursor.at < cursor.end && (cursor.end[-1] == ' ' || cursor.end[-1] == '\t')) cursor.end--;
  if (cursor.at == cursor.end || !parts_from_any(cursor, &parts)) return RS_TIME_UNREADABLE;
  return parts_to_seconds(&parts, seconds);
}

RsTimeStatus rs_time_parse(const char *text, size_t length, uint32_t *seconds) {
  Parts plain;
  *seconds = 0;
  if (length == 19 && parts_from_plain(text, &plain)) return parts_to_seconds(&plain, seconds);
  return time_parse_any((Cursor){text, text + length}, seconds);
}
