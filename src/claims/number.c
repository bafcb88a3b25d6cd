#include "claims/number.h"

#include <string.h>

#define MAX_WHOLE UINT64_C(1000000000000000) /* 15 digits */

typedef struct { uint64_t whole, decimals; unsigned n_decimals; bool negative; } Parts;

/* Splits into digits before the point and up to nine after it. */
static bool split(const char *at, size_t length, Parts *parts) {
  const char *end = at + length;
  while (at < end && *at == ' ') at++;
  while (at < end && end[-1] == ' ') end--;
  *parts = (Parts){0};
  if (at == end) return true;
  if (*at == '-' || *at == '+') parts->negative = *at++ == '-';
  const char *start = at;
  for (; at < end && *at >= '0' && *at <= '9'; at++) {
    if (parts->whole >= MAX_WHOLE / 10) return false;
    parts->whole = parts->whole * 10 + (uint64_t)(*at - '0');
  }
  size_t digits = (size_t)(at - start);
  if (at < end && *at == '.') {
    for (at++; at < end && *at >= '0' && *at <= '9'; at++, digits++) {
      if (parts->n_decimals >= 9) continue;
      parts->decimals = parts->decimals * 10 + (uint64_t)(*at - '0');
      parts->n_decimals++;
    }
  }
  return at == end && digits > 0;
}

#define MARKED_MOST 24 /* 15 digits, point, two decimals, sign, and some to spare */

/* "¥" and its full-width form; the bytes taken, or 0. */
static size_t yuan_sign(const char *at, size_t length) {
  if (length >= 2 && memcmp(at, "\xC2\xA5", 2) == 0) return 2;
  return length >= 3 && memcmp(at, "\xEF\xBF\xA5", 3) == 0 ? 3 : 0;
}

/* "1,234,567" up to the point or the end: one to three digits, then threes; the digits go to plain. The groups, or 0. */
static size_t groups_of_three(const char **at, const char *end, char *plain, size_t *n) {
  size_t groups = 0, in_group = 0;
  for (; *at < end && **at != '.'; (*at)++) {
    if (**at == ',') {
      if (in_group == 0 || (groups > 0 && in_group != 3)) return 0;
      groups++, in_group = 0;
      continue;
    }
    if (**at < '0' || **at > '9' || ++in_group > 3 || *n == MARKED_MOST) return 0;
    plain[(*n)++] = **at;
  }
  return groups > 0 && in_group == 3 && plain[0] != '0' ? groups + 1 : 0;
}

/* What split() refuses, once more without the marks a bank or Excel sets: a yuan sign before or after the number's sign (money alone), and
 * commas between groups of three. "1,234" with neither point, second comma nor yuan sign is left: elsewhere a comma is the decimal point. */
static bool split_marked(const char *at, size_t length, bool money, Parts *parts) {
  const char *end = at + length;
  char plain[MARKED_MOST];
  size_t n = 0;
  while (at < end && *at == ' ') at++;
  while (at < end && end[-1] == ' ') end--;
  size_t mark = money ? yuan_sign(at, (size_t)(end - at)) : 0;
  at += mark;
  const bool sign = at < end && (*at == '-' || *at == '+'), negative = sign && *at == '-';
  at += sign;
  if (money && mark == 0) at += mark = yuan_sign(at, (size_t)(end - at));
  if (at == end || ((*at < '0' || *at > '9') && *at != '.')) return false;
  if (memchr(at, ',', (size_t)(end - at)) != NULL) {
    const size_t groups = groups_of_three(&at, end, plain, &n);
    if (groups == 0 || (groups == 2 && at == end && mark == 0)) return false;
  } else if (mark == 0) {
    return false;
  }
  if ((size_t)(end - at) > MARKED_MOST - n) return false;
  memcpy(plain + n, at, (size_t)(end - at));
  const bool good = split(plain, n + (size_t)(end - at), parts);
  parts->negative = negative;
  return good;
}

static const uint64_t power_of_ten[10] = {1, 10, 100, 1000, 10000, 100000, 1000000, 10000000, 100000000, 1000000000};

/* Digits only, at most 12: nearly every cell. False leaves the rest to split(). */
static inline bool plain_digits(const char *text, size_t length, uint64_t *value) {
  uint64_t sum = 0;
  if (length > 12) return false;
  for (size_t i = 0; i < length; i++) {
    unsigned digit = (unsigned)(unsigned char)text[i] - '0';
    if (digit > 9) return false;
    sum = sum * 10 + digit;
  }
  *value = sum;
  return true;
}

bool rs_number_money_any(const char *text, size_t length, int64_t *fen) {
  uint64_t yuan, hundredths;
  if (length > 3 && text[length - 3] == '.' && plain_digits(text, length - 3, &yuan) && plain_digits(text + length - 2, 2, &hundredths)) {
    *fen = (int64_t)(yuan * 100 + hundredths);
    return true;
  }
  Parts parts;
  if (!split(text, length, &parts) && !split_marked(text, length, true, &parts)) return false;
  uint64_t cents = parts.whole * 100;
  if (parts.n_decimals <= 2) cents += parts.decimals * power_of_ten[2 - parts.n_decimals];
  else cents += (parts.decimals + power_of_ten[parts.n_decimals - 2] / 2) / power_of_ten[parts.n_decimals - 2];
  *fen = parts.negative ? -(int64_t)cents : (int64_t)cents;
  return true;
}

bool rs_number_quantity(const char *text, size_t length, float *quantity) {
  uint64_t whole;
  if (length > 0 && plain_digits(text, length, &whole)) {
    *quantity = (float)(double)whole;
    return true;
  }
  Parts parts;
  if (!split(text, length, &parts) && !split_marked(text, length, false, &parts)) return false;
  double value = (double)parts.whole + (double)parts.decimals / (double)power_of_ten[parts.n_decimals];
  *quantity = (float)(parts.negative ? 0 - value : value); /* no negative zero: equal numbers are equal bits */
  return true;
}
