/* base/sort.h: sorting numbers, many times as fast as qsort with its call a comparison. */
#ifndef RS_BASE_SORT_H
#define RS_BASE_SORT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Ascending. Time O(n) times the bytes in which the keys differ (radix sort from the lowest digit); memory for another n keys, none for
 * what is short or sorted already. */
void rs_sort_u64(uint64_t *key, size_t n);
/* The same for keys whose lower halves ascend already: numbers with their places. */
void rs_sort_u64_placed(uint64_t *key, size_t n);
void rs_sort_u32(uint32_t *number, size_t n);
void rs_sort_double(double *number, size_t n); /* no NAN */

/* Whether a value is among ascending numbers. */
static inline bool rs_sorted_has(const uint32_t *number, size_t n, uint32_t value) {
  size_t low = 0, high = n;
  while (low < high) {
    const size_t middle = low + (high - low) / 2;
    if (number[middle] < value) low = middle + 1;
    else high = middle;
  }
  return low < n && number[low] == value;
}

#endif
