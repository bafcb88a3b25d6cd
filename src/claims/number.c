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

#define EACH(byte) (UINT64_C(0x0101010101010101) * (byte))

/* "d.dd" to "ddddd.dd", all eight bytes at once: the text is moved to the word's upper end and zeros put before it, the point closed up,
 * then neighbouring digits are joined to pairs, fours and the eight (Mula, SIMD-ized parsing; Lemire 2022). False leaves the rest to others. */
static inline bool short_money(const char *text, size_t length, int64_t *fen) {
  uint64_t word;
  if (length < 4 || length > 8) return false;
  memcpy(&word, text, 8);
  if (length < 8) word = word << (64 - 8 * length) | EACH('0') >> (8 * length);
  if ((word >> 40 & 0xff) != '.') return false;
  word = (word & UINT64_C(0xffff000000000000)) | (word & UINT64_C(0x000000ffffffffff)) << 8 | '0';
  uint64_t digit = word - EACH('0');
  if (((digit | (digit + EACH(0x76))) & EACH(0x80)) != 0) return false;
  digit = digit * 10 + (digit >> 8);
  *fen = (int64_t)((((digit & UINT64_C(0x000000ff000000ff)) * UINT64_C(0x000f424000000064)) +
                    ((digit >> 16 & UINT64_C(0x000000ff000000ff)) * UINT64_C(0x0000271000000001))) >> 32);
  return true;
}

bool rs_number_money(const char *text, size_t length, int64_t *fen) {
  if (short_money(text, length, fen)) return true;
  uint64_t yuan, hundredths;
  if (length > 3 && text[length - 3] == '.' && plain_digits(text, length - 3, &yuan) && plain_digits(text + length - 2, 2, &hundredths)) {
    *fen = (int64_t)(yuan * 100 + hundredths);
    return true;
  }
  Parts parts;
  if (!split(text, length, &parts)) return false;
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
  if (!split(text, length, &parts)) return false;
  double value = (double)parts.whole + (double)parts.decimals / (double)power_of_ten[parts.n_decimals];
  *quantity = (float)(parts.negative ? -value : value);
  return true;
}
