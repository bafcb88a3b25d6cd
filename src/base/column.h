/* base/column.h: memory for long arrays. */
#ifndef RS_BASE_COLUMN_H
#define RS_BASE_COLUMN_H

#include <stddef.h>
#include <stdint.h>

/* Room for n values of size bytes, and one more; NULL when memory is refused. Where it is large, on huge pages if the system has them:
 * columns are written once, in order, and clearing small pages would take as long as computing them. Once base/spill.h is on, a long
 * column lies on disk. */
void *rs_column_new(uint64_t n, size_t size);
/* Any array of GLib's too. */
void rs_column_free(void *column);
/* To n values or fewer than there are; one on disk stays as it is. */
void *rs_column_shrink(void *column, uint64_t n, size_t size);

#endif
