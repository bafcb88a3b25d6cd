/* claims/ascent.h: are all texts of a stream different? An exact answer that costs one comparison each where they ascend, as the numbers do that
 * a billing system gives its claims: the texts of a block ascend, and no block's range meets another's. Internal to this room.
 *
 * The order is by length, then by bytes, so that 1000 follows 999. */
#ifndef RS_CLAIMS_ASCENT_H
#define RS_CLAIMS_ASCENT_H

#include <glib.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

/* Of one thread. Start with {0}. */
typedef struct {
  const char *first, *last; /* of the block that is being read, borrowed; NULL: none yet */
  size_t first_length, last_length;
  bool broken;      /* some block's texts do not ascend */
  GPtrArray *range; /* of char *: the first and last text of each block */
} RsAscent;

static inline uint64_t rs_big_endian(const char *text) {
  uint64_t word;
  memcpy(&word, text, sizeof word);
  return __builtin_bswap64(word);
}

/* Nearly all ids have 8 to 16 bytes: two words, that overlap where there are fewer than 16. */
static inline bool rs_ascends(const char *a, size_t a_length, const char *b, size_t b_length) {
  if (a_length != b_length) return a_length < b_length;
  if (a_length < 8 || a_length > 16) return memcmp(a, b, a_length) < 0;
  const uint64_t a_high = rs_big_endian(a), b_high = rs_big_endian(b);
  if (a_high != b_high) return a_high < b_high;
  return rs_big_endian(a + a_length - 8) < rs_big_endian(b + b_length - 8);
}

/* The next text of the block; without a NUL, and there until rs_ascent_end_block(). */
static inline void rs_ascent_add(RsAscent *ascent, const char *text, size_t length) {
  if (ascent->last == NULL) ascent->first = text, ascent->first_length = length;
  else ascent->broken = ascent->broken || !rs_ascends(ascent->last, ascent->last_length, text, length);
  ascent->last = text;
  ascent->last_length = length;
}

void rs_ascent_end_block(RsAscent *ascent);
/* Whether all texts of all threads' blocks are known to be different. */
bool rs_ascents_apart(RsAscent *const *ascents, unsigned n);
void rs_ascent_clear(RsAscent *ascent);

#endif
