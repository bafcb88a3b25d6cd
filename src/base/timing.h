/* base/timing.h: where the time of a stage goes, for whoever asks: RS_TIMING in the environment prints each span's wall seconds, its CPU
 * seconds with those of all threads that worked for it, and the memory held when it ended, one line on standard error as it ends. Without
 * RS_TIMING a span costs next to nothing. Spans nest; rs_parallel() hands the caller's span on to its threads. */
#ifndef RS_BASE_TIMING_H
#define RS_BASE_TIMING_H

#include <glib.h>
#include <stdatomic.h>
#include <stdint.h>

typedef struct RsSpan {
  const char *name;      /* borrowed; NULL: not begun, or ended */
  struct RsSpan *outer;
  int64_t wall, cpu;     /* ns at the start; cpu of this thread */
  atomic_int_fast64_t helped; /* ns of CPU of other threads */
} RsSpan;

/* The span must stay where it is until it ends, on the thread it began on, after all spans that began within it. Ending it again is harmless. */
void rs_span_begin(RsSpan *span, const char *name);
void rs_span_end(RsSpan *span);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(RsSpan, rs_span_end)
/* Ends the span and begins the next one in its place. */
void rs_span_next(RsSpan *span, const char *name);

/* For rs_parallel(): the caller's span, and a thread's work for it from the beginning of the thread to its end. */
RsSpan *rs_span_current(void);
void rs_span_thread_begins(RsSpan *of);
void rs_span_thread_ends(void);

#endif
