/* base/parallel.h: the program's only threads that compute (those of base/waiters.h wait). Tasks are handed out in increasing order; results must not depend on
 * which thread ran which task. thread < n_threads numbers the worker, for scratch memory of its own. */
#ifndef RS_BASE_PARALLEL_H
#define RS_BASE_PARALLEL_H

#include <stddef.h>

/* A thread's own state in an array of all threads' begins lines of the cache of its own (processors fetch them in pairs): or each would
 * wait for what its neighbour writes. rs_threads_new() zeroes. */
#define RS_THREAD_ALIGN 128
#define RS_OF_A_THREAD __attribute__((aligned(RS_THREAD_ALIGN)))
void *rs_threads_new(unsigned n_threads, size_t size);
void rs_threads_free(void *states);

typedef void (*RsTask)(size_t task, unsigned thread, void *data);
void rs_parallel(unsigned n_threads, size_t n_tasks, RsTask run, void *data);
/* Usable cores, at least 1, at most 64. */
unsigned rs_parallel_default_threads(void);

#endif
