/* tests/tsan_glib.h: tells ThreadSanitizer of GLib's locks, which it cannot see, as GLib itself is not built with it. Included by the
 * tsan preset before every source file; not used otherwise. */
#ifndef RS_TSAN_GLIB_H
#define RS_TSAN_GLIB_H
#if __has_include(<glib.h>)

#include <glib.h>
#include <pthread.h>
#include <sanitizer/tsan_interface.h>

static inline void rs_tsan_mutex_lock(GMutex *mutex) {
  g_mutex_lock(mutex);
  __tsan_acquire(mutex);
}

static inline gboolean rs_tsan_mutex_trylock(GMutex *mutex) {
  const gboolean taken = g_mutex_trylock(mutex);
  if (taken) __tsan_acquire(mutex);
  return taken;
}

static inline void rs_tsan_mutex_unlock(GMutex *mutex) {
  __tsan_release(mutex);
  g_mutex_unlock(mutex);
}

/* Waiting lets go of the lock and takes it again. */
static inline void rs_tsan_cond_wait(GCond *cond, GMutex *mutex) {
  __tsan_release(mutex);
  g_cond_wait(cond, mutex);
  __tsan_acquire(mutex);
}

static inline gboolean rs_tsan_cond_wait_until(GCond *cond, GMutex *mutex, gint64 end) {
  __tsan_release(mutex);
  const gboolean signalled = g_cond_wait_until(cond, mutex, end);
  __tsan_acquire(mutex);
  return signalled;
}

/* A lock that is seen around the one that is not. */
static inline gpointer rs_tsan_once(GOnce *once, GThreadFunc func, gpointer data) {
  static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
  pthread_mutex_lock(&lock);
  gpointer result = g_once(once, func, data);
  pthread_mutex_unlock(&lock);
  return result;
}

/* The text is made once, under a lock of its own, and read by every thread. */
static inline const gchar *rs_tsan_strerror(gint code) {
  static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
  pthread_mutex_lock(&lock);
  const gchar *text = g_strerror(code);
  pthread_mutex_unlock(&lock);
  return text;
}

#define g_strerror rs_tsan_strerror
#define g_mutex_lock rs_tsan_mutex_lock
#define g_mutex_trylock rs_tsan_mutex_trylock
#define g_mutex_unlock rs_tsan_mutex_unlock
#define g_cond_wait rs_tsan_cond_wait
#define g_cond_wait_until rs_tsan_cond_wait_until
#undef g_once
#define g_once rs_tsan_once

#endif
#endif
