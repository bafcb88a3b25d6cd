/* claims/number.h: money and quantities as they stand in claim files. Internal to this room. */
#ifndef RS_CLAIMS_NUMBER_H
#define RS_CLAIMS_NUMBER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

/* "-1234.5" -> -123450 fen. Optional sign, digits, at most one point; surrounding spaces; a yuan sign before or after the sign; commas
 * between groups of three where a point, a second comma or the yuan sign tells them from a decimal comma ("1,234" alone is refused); more than two decimals are rounded half away
 * from zero. "" is 0. False for anything else, and for more than 15 digits before the point. 8 bytes from text on are readable, unless
 * length is 0, as with all cells. */
static inline bool rs_number_money(const char *text, size_t length, int64_t *fen);
/* The same form without a yuan sign, as a float; "" is 0. */
bool rs_number_quantity(const char *text, size_t length, float *quantity);

/* ---- nearly every amount, in the caller's loop ---- */

bool rs_number_money_any(const char *text, size_t length, int64_t *fen);

#define RS_NUMBER_EACH(byte) (UINT64_C(0x0101010101010101) * (byte))

/* "d.dd" to "ddddd.dd", all eight bytes at once: the text is moved to the word's upper end and zeros put before it, the point closed up,
 * then neighbouring digits are joined to pairs, fours and the eight (Mula, SIMD-ized parsing; Lemire 2022). False leaves
 * the rest to rs_number_money_any(). */
static inline bool rs_number_money_short(const char *text, size_t length, int64_t *fen) {
  uint64_t word;
  if (length < 4 || length > 8) return false;
  memcpy(&word, text, 8);
  if (length < 8) word = word << (64 - 8 * length) | RS_NUMBER_EACH('0') >> (8 * length);
  if ((word >> 40 & 0xff) != '.') return false;
  word = (word & UINT64_C(0xffff000000000000)) | (word & UINT64_C(0x000000ffffffffff)) << 8 | '0';
  uint64_t digit = word - RS_NUMBER_EACH('0');
  if (((digit | (digit + RS_NUMBER_EACH(0x76))) & RS_NUMBER_EACH(0x80)) != 0) return false;
  digit = digit * 10 + (digit >> 8);
  *fen = (int64_t)((((digit & UINT64_C(0x000000ff000000ff)) * UINT64_C(0x000f424000000064)) +
                    ((digit >> 16 & UINT64_C(0x000000ff000000ff)) * UINT64_C(0x0000271000000001))) >> 32);
  return true;
}

static inline bool rs_number_money(const char *text, size_t length, int64_t *fen) {
  return rs_number_money_short(text, length, fen) || rs_number_money_any(text, length, fen);
}

#endif
