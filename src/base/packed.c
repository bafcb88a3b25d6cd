#include "base/packed.h"

#include "base/column.h"

#define MOST_WIDTH 8u

unsigned rs_packed_width(uint64_t most) {
  unsigned width = 0;
  for (; most != 0; most >>= 8) width++;
  return width;
}

unsigned rs_packed_width_signed(uint64_t most) {
  if (most > INT64_MAX) return MOST_WIDTH;
  return rs_packed_width(2 * most);
}

static RsPacked packed_of(unsigned char *bytes, unsigned width) {
  const uint64_t mask = width == 0 ? 0 : UINT64_MAX >> 8 * (MOST_WIDTH - width);
  return (RsPacked){.bytes = bytes, .mask = mask, .sign = mask ^ mask >> 1, .width = width};
}

bool rs_packed_init(RsPacked *packed, uint64_t n, unsigned width) {
  unsigned char *bytes = rs_column_new(n * width + RS_PACKED_OVER, 1);
  if (bytes == NULL) return false;
  memset(bytes + n * width, 0, RS_PACKED_OVER);
  *packed = packed_of(bytes, width);
  return true;
}

void rs_packed_clear(RsPacked *packed) {
  rs_column_free(packed->bytes);
  *packed = (RsPacked){0};
}

void rs_packed_move(RsPacked *packed, uint64_t to, uint64_t from, uint64_t n) {
  memmove(packed->bytes + to * packed->width, packed->bytes + from * packed->width, n * packed->width);
}

void rs_packed_shrink(RsPacked *packed, uint64_t n) {
  packed->bytes = rs_column_shrink(packed->bytes, n * packed->width + RS_PACKED_OVER, 1);
}

bool rs_packed_widen(RsPacked *packed, uint64_t n) {
  RsPacked wide;
  if (!rs_packed_init(&wide, n, MOST_WIDTH)) return false;
  for (uint64_t i = 0; i < n; i++) rs_packed_set(&wide, i, (uint64_t)rs_packed_get_signed(packed, i));
  rs_packed_clear(packed);
  *packed = wide;
  return true;
}
