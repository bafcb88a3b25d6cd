#include "base/calendar.h"
#include "rs_test.h"

#include <stdio.h>
#include <string.h>

/* The slow twin: counts the days one by one from 1940-01-01. */
static void next_day(int *year, int *month, int *day) {
  const bool leap = *year % 4 == 0 && (*year % 100 != 0 || *year % 400 == 0);
  const int length[] = {31, leap ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  if (++*day <= length[*month - 1]) return;
  *day = 1;
  if (++*month <= 12) return;
  *month = 1;
  ++*year;
}

static void every_day_of_the_range_goes_there_and_back(void **state) {
  (void)state;
  int year = RS_FIRST_YEAR, month = 1, day = 1;
  for (unsigned n = 0; year <= RS_LAST_YEAR; n++, next_day(&year, &month, &day)) {
    uint16_t number = 0;
    assert_true(rs_day_from_civil(year, month, day, &number));
    assert_int_equal(number, n);
    int y, m, d;
    rs_day_to_civil(number, &y, &m, &d);
    assert_int_equal(y, year);
    assert_int_equal(m, month);
    assert_int_equal(d, day);
    assert_int_equal(rs_day_weekday(number), n % 7);
    char text[64], back[20];
    snprintf(text, sizeof text, "%04d-%02d-%02d 23:59:%02u", year, month, day, n % 60);
    uint32_t seconds = 0;
    assert_int_equal(rs_time_parse(text, 19, &seconds), RS_TIME_OK);
    assert_int_equal(seconds, n * 86400u + 86340u + n % 60);
    assert_string_equal(rs_time_format(seconds, back), text);
  }
}

static void dates_that_do_not_exist_are_refused(void **state) {
  (void)state;
  static const int bad[][3] = {{1939, 12, 31}, {2076, 1, 1}, {2023, 2, 29}, {2000, 2, 30}, {2024, 0, 1}, {2024, 13, 1},
                               {2024, 4, 31},  {2024, 1, 0}, {2024, 1, 32}, {-1, 1, 1},    {2024, -1, 1}, {2024, 1, -1}};
  for (size_t i = 0; i < G_N_ELEMENTS(bad); i++) {
    uint16_t day;
    assert_false(rs_day_from_civil(bad[i][0], bad[i][1], bad[i][2], &day));
  }
}

static void known_weekdays(void **state) {
  (void)state;
  uint16_t day = 0;
  assert_true(rs_day_from_civil(2024, 2, 29, &day));
  assert_int_equal(rs_day_weekday(day), 3);
  assert_true(rs_day_from_civil(2000, 1, 1, &day));
  assert_int_equal(rs_day_weekday(day), 5);
}

typedef struct {
  const char *text;
  RsTimeStatus status;
  const char *means;
} TimeCase;

static const TimeCase time_cases[] = {
    {"2024-02-29 12:34:56", RS_TIME_OK, "2024-02-29 12:34:56"},
    {"2024-02-29T12:34:56", RS_TIME_OK, "2024-02-29 12:34:56"},
    {"2024-02-29t12:34:56Z", RS_TIME_OK, "2024-02-29 12:34:56"},
    {"2024-02-29 12:34", RS_TIME_OK, "2024-02-29 12:34:00"},
    {"2024-02-29 12:34:56.123456", RS_TIME_OK, "2024-02-29 12:34:56"},
    {"2024-02-29 12:34:56,5", RS_TIME_OK, "2024-02-29 12:34:56"},
    {"2024-02-29 12:34:56+08:00", RS_TIME_OK, "2024-02-29 12:34:56"},
    {"2024-02-29 12:34:56+0800", RS_TIME_OK, "2024-02-29 12:34:56"},
    {"2024-02-29T12:34:56.000+08", RS_TIME_OK, "2024-02-29 12:34:56"},
    {"2024/2/9 8:05", RS_TIME_OK, "2024-02-09 08:05:00"},
    {"2024/02/09 08:05:07", RS_TIME_OK, "2024-02-09 08:05:07"},
    {"2024.02.09 08:05:07", RS_TIME_OK, "2024-02-09 08:05:07"},
    {"20240229123456", RS_TIME_OK, "2024-02-29 12:34:56"},
    {"202402291234", RS_TIME_OK, "2024-02-29 12:34:00"},
    {"20240229 12:34:56", RS_TIME_OK, "2024-02-29 12:34:56"},
    {"20240229T123456Z", RS_TIME_OK, "2024-02-29 12:34:56"},
    {"  2024-02-29 12:34:56 ", RS_TIME_OK, "2024-02-29 12:34:56"},
    {"2024-02-29", RS_TIME_DATE_ONLY, "2024-02-29 00:00:00"},
    {"2024/2/9", RS_TIME_DATE_ONLY, "2024-02-09 00:00:00"},
    {"20240229", RS_TIME_DATE_ONLY, "2024-02-29 00:00:00"},
    {"2025年3月1日 8:00", RS_TIME_OK, "2025-03-01 08:00:00"},
    {"2025年3月1日 8:00:07", RS_TIME_OK, "2025-03-01 08:00:07"},
    {"2025年12月31日23:59:59", RS_TIME_OK, "2025-12-31 23:59:59"},
    {" 2025年03月01日  08:00 ", RS_TIME_OK, "2025-03-01 08:00:00"},
    {"2025年3月1日", RS_TIME_DATE_ONLY, "2025-03-01 00:00:00"},
    {"2025年2月29日", RS_TIME_NO_SUCH_DATE, NULL},
    {"1939年3月1日 8:00", RS_TIME_OUT_OF_RANGE, NULL},
    {"2025年3月1日 25:00", RS_TIME_UNREADABLE, NULL},
    {"2025年3月1日 0800", RS_TIME_UNREADABLE, NULL},
    {"2025年3月1日T08:00", RS_TIME_UNREADABLE, NULL},
    {"2025年3月1", RS_TIME_UNREADABLE, NULL},
    {"2025年3月", RS_TIME_UNREADABLE, NULL},
    {"2025年", RS_TIME_UNREADABLE, NULL},
    {"2025\xE5\xB9", RS_TIME_UNREADABLE, NULL},
    {"2025年3-1", RS_TIME_UNREADABLE, NULL},
    {"25年3月1日", RS_TIME_UNREADABLE, NULL},
    {"２０２５年３月１日", RS_TIME_UNREADABLE, NULL},
    {"2023-02-29 12:34:56", RS_TIME_NO_SUCH_DATE, NULL},
    {"2024-13-01", RS_TIME_NO_SUCH_DATE, NULL},
    {"2024-00-10 00:00:00", RS_TIME_NO_SUCH_DATE, NULL},
    {"20240431", RS_TIME_NO_SUCH_DATE, NULL},
    {"1939-12-31", RS_TIME_OUT_OF_RANGE, NULL},
    {"2076-01-01 00:00:00", RS_TIME_OUT_OF_RANGE, NULL},
    {"0000-01-01", RS_TIME_OUT_OF_RANGE, NULL},
    {"9999-12-31 00:00:00", RS_TIME_OUT_OF_RANGE, NULL},
    {"2024-02-29 24:00:00", RS_TIME_UNREADABLE, NULL},
    {"2024-02-29 12:60:00", RS_TIME_UNREADABLE, NULL},
    {"2024-02-29 12:00:60", RS_TIME_UNREADABLE, NULL},
    {"2024-02-29 12", RS_TIME_UNREADABLE, NULL},
    {"2024-02-29 1234", RS_TIME_UNREADABLE, NULL},
    {"2024-02-2912:34:56", RS_TIME_UNREADABLE, NULL},
    {"2024-02-29 12:34:56.", RS_TIME_UNREADABLE, NULL},
    {"2024-02-29 12:34:56x", RS_TIME_UNREADABLE, NULL},
    {"2024-02/29", RS_TIME_UNREADABLE, NULL},
    {"2024-02", RS_TIME_UNREADABLE, NULL},
    {"202402", RS_TIME_UNREADABLE, NULL},
    {"29.02.2024", RS_TIME_UNREADABLE, NULL},
    {"24-02-29", RS_TIME_UNREADABLE, NULL},
    {"yesterday", RS_TIME_UNREADABLE, NULL},
    {"   ", RS_TIME_UNREADABLE, NULL},
    {"", RS_TIME_UNREADABLE, NULL},
};

static void every_way_to_write_a_time(void **state) {
  (void)state;
  for (size_t i = 0; i < G_N_ELEMENTS(time_cases); i++) {
    const TimeCase *c = &time_cases[i];
    char buffer[20];
    uint32_t seconds = 1;
    const size_t length = strlen(c->text);
    g_autofree char *exact = g_memdup2(length > 0 ? c->text : " ", length > 0 ? length : 1);
    const RsTimeStatus status = rs_time_parse(exact, length, &seconds);
    if (status != c->status) fail_msg("'%s': status %d, not %d", c->text, (int)status, (int)c->status);
    if (c->means != NULL) assert_string_equal(rs_time_format(seconds, buffer), c->means);
  }
}

/* The fast path must refuse whatever the general path refuses: each byte of a good time is replaced by each other byte. */
static void one_wrong_byte_never_passes_for_a_digit(void **state) {
  (void)state;
  for (size_t i = 0; i < 19; i++) {
    for (int c = 0; c < 256; c++) {
      char text[20] = "2024-11-11 11:11:11";
      const bool was_digit = g_ascii_isdigit(text[i]), is_digit = c >= '0' && c <= '9';
      const bool same = (char)c == text[i], gap = i == 10 && (c == 'T' || c == 't');
      const bool zone = i == 16 && (c == '+' || c == '-');
      text[i] = (char)c;
      uint32_t seconds;
      const RsTimeStatus status = rs_time_parse(text, 19, &seconds);
      if (same || gap || zone) assert_int_equal(status, RS_TIME_OK);
      else if (was_digit && is_digit) assert_int_not_equal(status, RS_TIME_DATE_ONLY);
      else if (status == RS_TIME_OK && !(i > 0 && (c == ' ' || c == '\t'))) fail_msg("'%s' was accepted", text);
    }
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(every_day_of_the_range_goes_there_and_back),
      cmocka_unit_test(dates_that_do_not_exist_are_refused),
      cmocka_unit_test(known_weekdays),
      cmocka_unit_test(every_way_to_write_a_time),
      cmocka_unit_test(one_wrong_byte_never_passes_for_a_digit),
  };
  return cmocka_run_group_tests_name("base/calendar", tests, NULL, NULL);
}
