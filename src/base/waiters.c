#include "base/waiters.h"

#include <pthread.h>

#define MAX_WAITERS 32u
#define STACK ((size_t)256 << 10) /* little, as a limit on memory counts it: they open, wait and close */

struct RsWaiters {
  RsWait wait;
  pthread_mutex_t lock; /* of what follows */
  pthread_cond_t more;
  GPtrArray *path; /* all of them, kept to the end */
  guint n_taken;
  bool ended;
  GError *failed;
  unsigned n_threads;
  pthread_t thread[MAX_WAITERS];
};

static void wait_for(RsWaiters *waiters, const char *path) {
  GError *failed = NULL;
  if (waiters->wait(path, &failed)) return;
  pthread_mutex_lock(&waiters->lock);
  if (waiters->failed == NULL) waiters->failed = failed;
  else g_error_free(failed);
  pthread_mutex_unlock(&waiters->lock);
}

/* NULL at the end. */
static const char *path_next(RsWaiters *waiters) {
  pthread_mutex_lock(&waiters->lock);
  while (waiters->n_taken == waiters->path->len && !waiters->ended) pthread_cond_wait(&waiters->more, &waiters->lock);
  const char *path = waiters->n_taken == waiters->path->len ? NULL : g_ptr_array_index(waiters->path, waiters->n_taken++);
  pthread_mutex_unlock(&waiters->lock);
  return path;
}

/* Nothing is allocated or freed here: with its first block each thread would get a heap of its own, 64 MB of a limit on memory. */
static void *waiter_main(void *data) {
  for (const char *path; (path = path_next(data)) != NULL;) wait_for(data, path);
  return NULL;
}

RsWaiters *rs_waiters_new(unsigned n_threads, RsWait wait) {
  RsWaiters *waiters = g_new0(RsWaiters, 1);
  pthread_attr_t small;
  waiters->wait = wait;
  pthread_mutex_init(&waiters->lock, NULL);
  pthread_cond_init(&waiters->more, NULL);
  waiters->path = g_ptr_array_new_with_free_func(g_free);
  pthread_attr_init(&small);
  pthread_attr_setstacksize(&small, STACK);
  while (waiters->n_threads < MIN(n_threads, MAX_WAITERS) &&
         pthread_create(&waiters->thread[waiters->n_threads], &small, waiter_main, waiters) == 0)
    waiters->n_threads++;
  pthread_attr_destroy(&small);
  return waiters;
}

void rs_waiters_add(RsWaiters *waiters, char *path) {
  if (waiters->n_threads == 0) {
    wait_for(waiters, path);
    g_free(path);
    return;
  }
  pthread_mutex_lock(&waiters->lock);
  g_ptr_array_add(waiters->path, path);
  pthread_cond_signal(&waiters->more);
  pthread_mutex_unlock(&waiters->lock);
}

static void join(RsWaiters *waiters) {
  pthread_mutex_lock(&waiters->lock);
  waiters->ended = true;
  pthread_cond_broadcast(&waiters->more);
  pthread_mutex_unlock(&waiters->lock);
  for (; waiters->n_threads > 0; waiters->n_threads--) pthread_join(waiters->thread[waiters->n_threads - 1], NULL);
}

bool rs_waiters_end(RsWaiters *waiters, GError **error) {
  join(waiters);
  if (waiters->failed == NULL) return true;
  g_propagate_error(error, g_steal_pointer(&waiters->failed));
  return false;
}

void rs_waiters_free(RsWaiters *waiters) {
  if (waiters == NULL) return;
  join(waiters);
  g_clear_error(&waiters->failed);
  g_ptr_array_unref(waiters->path);
  pthread_cond_destroy(&waiters->more);
  pthread_mutex_destroy(&waiters->lock);
  g_free(waiters);
}
