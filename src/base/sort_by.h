/* base/sort_by.h: sorting records by a comparison that is compiled in, several times as fast as qsort with its call a comparison.
 *
 *   static inline bool drug_before(const Item *a, const Item *b) { return a->drug < b->drug; }
 *   RS_SORT_BY(sort_by_drug, Item, drug_before)
 *
 * defines  static void sort_by_drug(Item *at, size_t n), ascending and stable: records of which neither is before the other keep their order.
 * Runs by insertion, merged two and two; memory for another n records. Numbers are sorted faster by base/sort.h. */
#ifndef RS_BASE_SORT_BY_H
#define RS_BASE_SORT_BY_H

#include <glib.h>
#include <stdbool.h>
#include <string.h>

#define RS_SORT_RUN 8
#define RS_SORT_ON_STACK 2048 /* bytes */

/* NOLINTBEGIN(bugprone-macro-parentheses): Record is a type */
#define RS_SORT_BY(name, Record, before)                                                                              \
  static void name##_insert(Record *at, size_t n) {                                                                   \
    for (size_t i = 1; i < n; i++) {                                                                                  \
      const Record one = at[i];                                                                                       \
      size_t k = i;                                                                                                   \
      for (; k > 0 && before(&one, &at[k - 1]); k--) at[k] = at[k - 1];                                               \
      at[k] = one;                                                                                                    \
    }                                                                                                                 \
  }                                                                                                                   \
  static void name##_merge(const Record *a, const Record *middle, const Record *end, Record *to) {                    \
    const Record *b = middle;                                                                                         \
    while (a < middle && b < end) { /* no branch: which is next is anybody's guess */                                  \
      const bool right = before(b, a);                                                                                \
      const Record *next[2] = {a, b};                                                                                 \
      *to++ = *next[right];                                                                                           \
      b += right;                                                                                                     \
      a += !right;                                                                                                    \
    }                                                                                                                 \
    memcpy(to, a < middle ? a : b, (size_t)(a < middle ? middle - a : end - b) * sizeof *to);                         \
  }                                                                                                                   \
  static void name(Record *at, size_t n) {                                                                            \
    Record small[RS_SORT_ON_STACK / sizeof(Record)];                                                                  \
    for (size_t i = 0; i < n; i += RS_SORT_RUN) name##_insert(at + i, MIN(n - i, RS_SORT_RUN));                       \
    if (n <= RS_SORT_RUN) return;                                                                                     \
    g_autofree Record *large = n > G_N_ELEMENTS(small) ? g_new(Record, n) : NULL;                                     \
    Record *from = at, *to = large != NULL ? large : small;                                                           \
    for (size_t width = RS_SORT_RUN; width < n; width *= 2) {                                                         \
      for (size_t i = 0; i < n; i += 2 * width)                                                                       \
        name##_merge(from + i, from + MIN(n, i + width), from + MIN(n, i + 2 * width), to + i);                       \
      Record *sorted = to;                                                                                            \
      to = from;                                                                                                      \
      from = sorted;                                                                                                  \
    }                                                                                                                 \
    if (from != at) memcpy(at, from, n * sizeof *at);                                                                 \
  }
/* NOLINTEND(bugprone-macro-parentheses) */

#endif
