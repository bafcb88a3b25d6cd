/* base/packed.h: a column of whole numbers, each in as many bytes as the largest of them needs.
 *
 * What is kept of a claim line stays in memory through the whole run, so its width decides how many lines fit. Bytes and not bits: a number is
 * one load, one multiplication and one mask, without a branch. Little-endian, as base/hash.h. */
#ifndef RS_BASE_PACKED_H
#define RS_BASE_PACKED_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#define RS_PACKED_OVER 32u

typedef struct {
  unsigned char *bytes; /* [n * width], then RS_PACKED_OVER that may be read */
  uint64_t mask;        /* of width bytes */
  uint64_t sign;        /* the highest bit of mask */
  unsigned width;       /* 0 to 8; 0: all numbers are 0, and bytes are of no use but to be read */
} RsPacked;

/* The width for numbers up to most, and for numbers from -most to most. */
unsigned rs_packed_width(uint64_t most);
unsigned rs_packed_width_signed(uint64_t most);

/* An unset column of n numbers; false when memory is refused. Memory as base/column.h has it. */
bool rs_packed_init(RsPacked *packed, uint64_t n, unsigned width);
void rs_packed_clear(RsPacked *packed);
/* Moves n numbers; the ranges may overlap. */
void rs_packed_move(RsPacked *packed, uint64_t to, uint64_t from, uint64_t n);
void rs_packed_shrink(RsPacked *packed, uint64_t n);
/* The same n numbers, signed, in eight bytes; false, and nothing changed, when memory is refused. */
bool rs_packed_widen(RsPacked *packed, uint64_t n);

static inline const void *rs_packed_at(const RsPacked *packed, uint64_t i) { return packed->bytes + i * packed->width; }

static inline uint64_t rs_packed_get(const RsPacked *packed, uint64_t i) {
  uint64_t value;
  memcpy(&value, packed->bytes + i * packed->width, sizeof value);
  return value & packed->mask;
}

static inline int64_t rs_packed_get_signed(const RsPacked *packed, uint64_t i) {
  return (int64_t)((rs_packed_get(packed, i) ^ packed->sign) - packed->sign);
}

static inline bool rs_packed_fits_signed(const RsPacked *packed, int64_t value) { return (((uint64_t)value + packed->sign) & ~packed->mask) == 0; }

/* As rs_packed_set(), but the bytes behind the number's, eight in all, are overwritten too: for numbers set one after another. */
static inline void rs_packed_put(RsPacked *packed, uint64_t i, uint64_t value) {
  if (packed->width > 0) memcpy(packed->bytes + i * packed->width, &value, sizeof value);
}

/* Writes the number's bytes and no others, so that threads may fill neighbouring parts. value fits, or is cut to the width. */
static inline void rs_packed_set(RsPacked *packed, uint64_t i, uint64_t value) {
  unsigned char *at = packed->bytes + i * packed->width;
  switch (packed->width) {
    case 0: break;
    case 1: *at = (unsigned char)value; break;
    case 2: memcpy(at, &value, 2); break;
    case 3: memcpy(at, &value, 2), at[2] = (unsigned char)(value >> 16); break;
    case 4: memcpy(at, &value, 4); break;
    default: memcpy(at, &value, packed->width);
  }
}

#endif
