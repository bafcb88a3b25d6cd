/* base/calendar.h: days and seconds since RS_EPOCH, 1940-01-01 (proleptic Gregorian, no time zones:
 * claims carry local wall-clock time). Days fit 16 bits and seconds 32 bits up to the end of 2075. */
#ifndef RS_BASE_CALENDAR_H
#define RS_BASE_CALENDAR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define RS_DAY_SECONDS 86400u
#define RS_FIRST_YEAR 1940
#define RS_LAST_YEAR 2075

/* False where no such date exists or the year is outside the range. */
bool rs_day_from_civil(int year, int month, int day, uint16_t *out);
void rs_day_to_civil(uint16_t day, int *year, int *month, int *day_of_month);
/* 0 Monday .. 6 Sunday. */
unsigned rs_day_weekday(uint16_t day);
/* "YYYY-MM-DD" and "YYYY-MM-DD HH:MM:SS", NUL-terminated; return the buffer. */
char *rs_day_format(uint16_t day, char buffer[11]);
char *rs_time_format(uint32_t seconds, char buffer[20]);

typedef enum { RS_TIME_OK, RS_TIME_DATE_ONLY, RS_TIME_UNREADABLE, RS_TIME_NO_SUCH_DATE, RS_TIME_OUT_OF_RANGE } RsTimeStatus;
/* Reads YYYY-MM-DD[ T]HH:MM[:SS[.fraction]], YYYY/M/D ..., YYYYMMDD[HHMM[SS]], YYYY年M月D日[ ][H:MM[:SS]], optional trailing Z or +08:00
 * (ignored). RS_TIME_DATE_ONLY leaves the clock at 00:00:00. */
RsTimeStatus rs_time_parse(const char *text, size_t length, uint32_t *seconds);

#endif
