#include "claims/ascent.h"

void rs_ascent_end_block(RsAscent *ascent) {
  if (ascent->last == NULL) return;
  if (ascent->range == NULL) ascent->range = g_ptr_array_new_with_free_func(g_free);
  g_ptr_array_add(ascent->range, g_strndup(ascent->first, ascent->first_length));
  g_ptr_array_add(ascent->range, g_strndup(ascent->last, ascent->last_length));
  ascent->first = ascent->last = NULL;
}

typedef struct { const char *first, *last; } Range;

static bool texts_ascend(const char *a, const char *b) { return rs_ascends(a, strlen(a), b, strlen(b)); }

static int compare_ranges(gconstpointer x, gconstpointer y) {
  const Range *a = x, *b = y;
  return texts_ascend(b->first, a->first) - texts_ascend(a->first, b->first);
}

bool rs_ascents_apart(RsAscent *const *ascents, unsigned n) {
  g_autoptr(GArray) ranges = g_array_new(FALSE, FALSE, sizeof(Range));
  for (unsigned t = 0; t < n; t++) {
    const GPtrArray *range = ascents[t]->range;
    if (ascents[t]->broken) return false;
    for (guint i = 0; range != NULL && i < range->len; i += 2) {
      const Range one = {g_ptr_array_index(range, i), g_ptr_array_index(range, i + 1)};
      g_array_append_val(ranges, one);
    }
  }
  g_array_sort(ranges, compare_ranges);
  for (guint i = 1; i < ranges->len; i++)
    if (!texts_ascend(g_array_index(ranges, Range, i - 1).last, g_array_index(ranges, Range, i).first)) return false;
  return true;
}

void rs_ascent_clear(RsAscent *ascent) {
  g_clear_pointer(&ascent->range, g_ptr_array_unref);
  *ascent = (RsAscent){0};
}
