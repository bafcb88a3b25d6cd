/* base/sort.h: sorting numbers, many times as fast as qsort with its call a comparison. */
#ifndef RS_BASE_SORT_H
#define RS_BASE_SORT_H

#include <stddef.h>
#include <stdint.h>

/* Ascending. Time O(n) times the bytes in which the keys differ (radix sort from the lowest digit); memory for another n keys, none for
 * what is short or sorted already. */
void rs_sort_u64(uint64_t *key, size_t n);
/* The same for keys whose lower halves ascend already: numbers with their places. */
void rs_sort_u64_placed(uint64_t *key, size_t n);

#endif
