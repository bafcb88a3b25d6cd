#include "base/sort.h"

#include "base/sort_by.h"

#include <glib.h>
#include <string.h>

enum { SHORT = 48, LONG = 4096, SMALL_DIGIT = 8, LARGE_DIGIT = 11 };

static void insertion_sort(uint64_t *key, size_t n) {
  for (size_t i = 1; i < n; i++) {
    const uint64_t one = key[i];
    size_t at = i;
    for (; at > 0 && key[at - 1] > one; at--) key[at] = key[at - 1];
    key[at] = one;
  }
}

/* Bits in which any two keys differ; 0 also when the keys stand in order already. */
static uint64_t bits_to_sort(const uint64_t *key, size_t n) {
  uint64_t differing = 0;
  size_t n_falling = 0;
  for (size_t i = 1; i < n; i++) {
    differing |= key[i] ^ key[0];
    n_falling += key[i] < key[i - 1];
  }
  return n_falling == 0 ? 0 : differing;
}

/* One stable pass by the digit at shift. */
static void digit_sort(const uint64_t *from, uint64_t *to, size_t n, unsigned shift, unsigned digit) {
  size_t start[1u << LARGE_DIGIT], sum = 0;
  const uint64_t mask = (UINT64_C(1) << digit) - 1;
  memset(start, 0, (mask + 1) * sizeof *start);
  for (size_t i = 0; i < n; i++) start[from[i] >> shift & mask]++;
  for (uint64_t d = 0; d <= mask; d++) {
    const size_t count = start[d];
    start[d] = sum;
    sum += count;
  }
  for (size_t i = 0; i < n; i++) to[start[from[i] >> shift & mask]++] = from[i];
}

/* By the bits from `first` on. */
static void sort_from(uint64_t *key, size_t n, unsigned first) {
  if (n < SHORT) {
    insertion_sort(key, n);
    return;
  }
  const uint64_t differing = bits_to_sort(key, n);
  if (differing == 0) return;
  const unsigned digit = n < LONG ? SMALL_DIGIT : LARGE_DIGIT;
  g_autofree uint64_t *spare = g_new(uint64_t, n);
  uint64_t *from = key, *to = spare;
  for (unsigned shift = first; shift < 64; shift += digit) {
    if ((differing >> shift & ((UINT64_C(1) << digit) - 1)) == 0) continue;
    digit_sort(from, to, n, shift, digit);
    uint64_t *sorted = to;
    to = from;
    from = sorted;
  }
  if (from != key) memcpy(key, from, n * sizeof *key);
}

void rs_sort_u64(uint64_t *key, size_t n) { sort_from(key, n, 0); }
void rs_sort_u64_placed(uint64_t *key, size_t n) { sort_from(key, n, 32); }

static inline bool number_before(const uint32_t *a, const uint32_t *b) { return *a < *b; }
RS_SORT_BY(sort_short_u32, uint32_t, number_before)

void rs_sort_u32(uint32_t *number, size_t n) {
  if (n < (size_t)2 * SHORT) {
    sort_short_u32(number, n);
    return;
  }
  g_autofree uint64_t *wide = g_new(uint64_t, n);
  for (size_t i = 0; i < n; i++) wide[i] = number[i];
  rs_sort_u64(wide, n);
  for (size_t i = 0; i < n; i++) number[i] = (uint32_t)wide[i];
}

static inline bool double_before(const double *a, const double *b) { return *a < *b; }
RS_SORT_BY(sort_doubles, double, double_before)

void rs_sort_double(double *number, size_t n) { sort_doubles(number, n); }
