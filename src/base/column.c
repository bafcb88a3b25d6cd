#include "base/column.h"

#include "base/spill.h"

#include <glib.h>
#include <sys/mman.h>

#define HUGE_PAGE ((uintptr_t)2 << 20)

#define LONG ((uint64_t)1 << 18) /* bytes from which a column is put on disk */

void *rs_column_new(uint64_t n, size_t size) {
  if (rs_spill_on() && n <= UINT64_MAX / 64 && (n + 1) * size >= LONG) return rs_spill_new((size_t)(n + 1) * size);
  char *column = n > UINT64_MAX / 64 ? NULL : g_try_malloc_n(n + 1, size);
  uintptr_t from = ((uintptr_t)column + HUGE_PAGE - 1) & ~(HUGE_PAGE - 1), to = ((uintptr_t)column + n * size) & ~(HUGE_PAGE - 1);
  if (column != NULL && from < to) (void)madvise((void *)from, to - from, MADV_HUGEPAGE); /* advice: may be refused */
  return column;
}

void rs_column_free(void *column) {
  if (!rs_spill_on() || !rs_spill_free(column)) g_free(column);
}

void *rs_column_shrink(void *column, uint64_t n, size_t size) {
  if (rs_spill_on() && rs_spill_has(column)) return column;
  return g_realloc_n(column, MAX(n, 1), size);
}
