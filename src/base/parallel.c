#include "base/parallel.h"

#include "base/spill.h"
#include "base/timing.h"

#include <glib.h>
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#define MAX_THREADS 64u

typedef struct {
  RsTask run;
  void *data;
  size_t n_tasks;
  atomic_size_t next;
  RsSpan *span; /* of the caller */
} Work;

typedef struct {
  Work *work;
  unsigned thread;
} Worker;

static void work_run(Work *work, unsigned thread) {
  for (;;) {
    const size_t task = atomic_fetch_add_explicit(&work->next, 1, memory_order_relaxed);
    if (task >= work->n_tasks) return;
    work->run(task, thread, work->data);
    rs_spill_look();
  }
}

static void *worker_main(void *data) {
  const Worker *worker = data;
  rs_span_thread_begins(worker->work->span);
  work_run(worker->work, worker->thread);
  rs_span_thread_ends();
  return NULL;
}

/* The caller is worker 0. A thread that cannot be started is no error: the others do its share. */
static void work_share(Work *work, unsigned n_threads) {
  pthread_t thread[MAX_THREADS];
  Worker worker[MAX_THREADS];
  unsigned n_started = 1;
  while (n_started < n_threads) {
    worker[n_started] = (Worker){work, n_started};
    if (pthread_create(&thread[n_started], NULL, worker_main, &worker[n_started]) != 0) break;
    n_started++;
  }
  work_run(work, 0);
  for (unsigned i = 1; i < n_started; i++) pthread_join(thread[i], NULL);
}

void rs_parallel(unsigned n_threads, size_t n_tasks, RsTask run, void *data) {
  if (n_threads > MAX_THREADS) n_threads = MAX_THREADS;
  if (n_threads > 2 && rs_spill_on()) n_threads = MIN(n_threads, rs_spill_threads(rs_spill_memory()));
  if (n_threads > n_tasks) n_threads = (unsigned)n_tasks;
  if (n_threads <= 1) {
    for (size_t task = 0; task < n_tasks; task++) {
      run(task, 0, data);
      rs_spill_look();
    }
    return;
  }
  Work work = {.run = run, .data = data, .n_tasks = n_tasks, .span = rs_span_current()};
  atomic_init(&work.next, 0);
  work_share(&work, n_threads);
}

void *rs_threads_new(unsigned n_threads, size_t size) {
  g_assert(size % RS_THREAD_ALIGN == 0);
  void *states = aligned_alloc(RS_THREAD_ALIGN, MAX(n_threads, 1) * size);
  if (states == NULL) g_error("no memory for the state of %u threads", n_threads);
  return memset(states, 0, MAX(n_threads, 1) * size);
}

void rs_threads_free(void *states) { free(states); }

unsigned rs_parallel_default_threads(void) {
  cpu_set_t set;
  CPU_ZERO(&set);
  if (sched_getaffinity(0, sizeof set, &set) != 0) return 1;
  const int n = CPU_COUNT(&set);
  if (n < 1) return 1;
  return (unsigned)n > MAX_THREADS ? MAX_THREADS : (unsigned)n;
}
