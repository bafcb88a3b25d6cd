/* base/parallel.h: the program's only threads that compute (those of base/waiters.h wait). Tasks are handed out in increasing order; results must not depend on
 * which thread ran which task. thread < n_threads numbers the worker, for scratch memory of its own. */
#ifndef RS_BASE_PARALLEL_H
#define RS_BASE_PARALLEL_H

#include <stddef.h>

typedef void (*RsTask)(size_t task, unsigned thread, void *data);
void rs_parallel(unsigned n_threads, size_t n_tasks, RsTask run, void *data);
/* Usable cores, at least 1, at most 64. */
unsigned rs_parallel_default_threads(void);

#endif
