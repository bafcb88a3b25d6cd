#include "base/column.h"

#include <glib.h>
#include <sys/mman.h>

#define HUGE_PAGE ((uintptr_t)2 << 20)

void *rs_column_new(uint64_t n, size_t size) {
  char *column = n > UINT64_MAX / 64 ? NULL : g_try_malloc_n(n + 1, size);
  uintptr_t from = ((uintptr_t)column + HUGE_PAGE - 1) & ~(HUGE_PAGE - 1), to = ((uintptr_t)column + n * size) & ~(HUGE_PAGE - 1);
  if (column != NULL && from < to) (void)madvise((void *)from, to - from, MADV_HUGEPAGE); /* advice: may be refused */
  return column;
}
