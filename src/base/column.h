/* base/column.h: memory for long arrays. */
#ifndef RS_BASE_COLUMN_H
#define RS_BASE_COLUMN_H

#include <stddef.h>
#include <stdint.h>

/* Room for n values of size bytes, and one more; NULL when memory is refused. Where it is large, on huge pages if the system has them:
 * columns are written once, in order, and clearing small pages would take as long as computing them. Freed and resized as any of GLib's. */
void *rs_column_new(uint64_t n, size_t size);

#endif
