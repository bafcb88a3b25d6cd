#include "base/column.h"

#include "base/spill.h"

#include <glib.h>
#include <stdlib.h>
#include <sys/mman.h>

#define HUGE_PAGE ((size_t)2 << 20)

#define LEAST_REST (HUGE_PAGE / 4) /* less behind the last whole huge page is on small ones */
#define LONG ((uint64_t)1 << 18) /* bytes from which a column is put on disk */

void *rs_column_new(uint64_t n, size_t size) {
  if (rs_spill_on() && n <= UINT64_MAX / 64 && (n + 1) * size >= LONG) return rs_spill_new((size_t)(n + 1) * size);
  if (n > UINT64_MAX / 64) return NULL;
  const size_t bytes = (size_t)(n + 1) * size;
  if (bytes < HUGE_PAGE) return g_try_malloc(bytes);
  /* from one huge page to the next; a long column's last page too */
  const size_t whole = bytes & ~(HUGE_PAGE - 1), huge = bytes - whole >= LEAST_REST || whole >= 8 * HUGE_PAGE ? whole + HUGE_PAGE : whole;
  void *column;
  if (posix_memalign(&column, HUGE_PAGE, MAX(bytes, huge)) != 0) return NULL;
  (void)madvise(column, huge, MADV_HUGEPAGE); /* advice: may be refused */
  return column;
}

void rs_column_free(void *column) {
  if (!rs_spill_on() || !rs_spill_free(column)) g_free(column);
}

void *rs_column_shrink(void *column, uint64_t n, size_t size) {
  if (rs_spill_on() && rs_spill_has(column)) return column;
  return g_realloc_n(column, MAX(n, 1), size);
}
