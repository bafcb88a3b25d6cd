/* claims/number.h: money and quantities as they stand in claim files. Internal to this room. */
#ifndef RS_CLAIMS_NUMBER_H
#define RS_CLAIMS_NUMBER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* "-1234.5" -> -123450 fen. Optional sign, digits, at most one point; surrounding spaces; a yuan sign before or after the sign; commas
 * between groups of three where a point, a second comma or the yuan sign tells them from a decimal comma ("1,234" alone is refused); more than two decimals are rounded half away
 * from zero. "" is 0. False for anything else, and for more than 15 digits before the point. 8 bytes from text on are readable, unless
 * length is 0, as with all cells. */
bool rs_number_money(const char *text, size_t length, int64_t *fen);
/* The same form without a yuan sign, as a float; "" is 0. */
bool rs_number_quantity(const char *text, size_t length, float *quantity);

#endif
