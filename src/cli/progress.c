#include "cli/progress.h"

#include "base/interrupt.h"
#include "base/words.h"
#include "cli/summary.h"
#include "cli/terminal.h"

#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/resource.h>
#include <unistd.h>

#define REDRAW_USEC (G_USEC_PER_SEC / 4)
#define CLEAR_LINE "\r\033[K"

struct RsProgress {
  GMutex lock;       /* guards all below and the line on the terminal */
  GCond changed;
  GThread *thread;   /* NULL: nothing is shown */
  gint64 started, stage_started;
  double stage_cpu, expected; /* seconds of the stage; 0: unknown */
  const char *stage; /* NULL: paused */
  const RsReport *report;
  bool timing, shown, ended;
};

static RsProgress the_progress; /* one a program, as there is one terminal */
static bool in_use;

static double seconds_of(struct timeval time) { return (double)time.tv_sec + (double)time.tv_usec / 1e6; }

/* ---- the line ---- */

static void add_time_left(GString *line, double left) {
  const unsigned whole = (unsigned)(left < 1e6 ? left + 0.5 : 1e6);
  g_string_append_printf(line, _("  about %u:%02u left"), whole / 60, whole % 60);
}

char *rs_progress_line(const char *stage, const RsProgressCounts *counts) {
  const double seconds = counts->seconds;
  GString *line = g_string_new(stage);
  if (counts->total == 0) {
    g_string_append_printf(line, "  %.0f s", seconds);
    if (seconds < counts->expected) add_time_left(line, counts->expected - seconds);
    return g_string_free(line, FALSE);
  }
  const double read = (double)counts->bytes, all = (double)counts->total;
  g_autofree char *done = g_format_size(counts->bytes), *total = g_format_size(counts->total);
  g_autofree char *rate = rs_summary_count(seconds > 0 ? (uint64_t)((double)counts->rows / seconds) : 0);
  g_string_append_printf(line, "  %u %%", (unsigned)(100.0 * read / all));
  if (read > 0 && read < all && seconds >= 2.0) add_time_left(line, seconds * (all - read) / read); /* before what a narrow terminal may cut off */
  g_string_append_printf(line, _("  %s of %s  %s rows/s"), done, total, rate);
  return g_string_free(line, FALSE);
}

/* The reader's threads count while this one looks. */
static char *line_now(const RsProgress *progress, gint64 now) {
  RsProgressCounts counts = {.seconds = (double)(now - progress->stage_started) / 1e6, .expected = progress->expected};
  for (guint i = 0; progress->report != NULL && i < progress->report->files->len; i++) {
    const RsInputFile *file = g_ptr_array_index(progress->report->files, i);
    if (file->mapping == NULL) continue; /* an attribute table, read before */
    counts.bytes += __atomic_load_n(&file->bytes_read, __ATOMIC_RELAXED);
    counts.rows += __atomic_load_n(&file->rows, __ATOMIC_RELAXED);
    counts.total += file->bytes;
  }
  counts.bytes = MIN(counts.bytes, counts.total);
  return rs_progress_line(progress->stage, &counts);
}

static unsigned terminal_columns(void) {
  struct winsize size;
  return ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0 ? size.ws_col : 80;
}

/* A line that wraps could not be taken away again: cut to the terminal. */
static void draw(RsProgress *progress, gint64 now) {
  g_autofree char *line = line_now(progress, now);
  g_autoptr(GString) cut = g_string_new(CLEAR_LINE);
  unsigned width = 0, columns = terminal_columns();
  for (const char *at = line; *at != '\0'; at = g_utf8_next_char(at)) {
    width += rs_terminal_is_wide(g_utf8_get_char(at)) ? 2 : 1;
    if (width >= columns) break;
    g_string_append_unichar(cut, g_utf8_get_char(at));
  }
  rs_interrupt_show(cut->str, CLEAR_LINE);
  progress->shown = true;
}

static void clear(RsProgress *progress) {
  if (!progress->shown) return;
  rs_interrupt_show(CLEAR_LINE, NULL);
  progress->shown = false;
}

static gpointer redraw(gpointer data) {
  RsProgress *progress = data;
  g_mutex_lock(&progress->lock);
  while (!progress->ended) {
    const gint64 now = g_get_monotonic_time();
    if (progress->stage != NULL && now - progress->started >= G_USEC_PER_SEC) draw(progress, now);
    g_cond_wait_until(&progress->changed, &progress->lock, now + REDRAW_USEC);
  }
  g_mutex_unlock(&progress->lock);
  return NULL;
}

/* ---- stages ---- */

static bool may_show(const RsOptions *options) {
  const char *term = g_getenv("TERM");
  return !options->quiet && isatty(STDERR_FILENO) && term != NULL && strcmp(term, "dumb") != 0;
}

RsProgress *rs_progress_start(const RsOptions *options) {
  RsProgress *progress = &the_progress;
  progress->started = progress->stage_started = g_get_monotonic_time();
  progress->timing = g_getenv("RS_TIMING") != NULL;
  g_mutex_init(&progress->lock);
  g_cond_init(&progress->changed);
  in_use = true;
  if (may_show(options)) progress->thread = g_thread_try_new("progress", redraw, progress, NULL);
  return progress;
}

static double end_stage(RsProgress *progress) {
  const gint64 now = g_get_monotonic_time();
  const double seconds = (double)(now - progress->stage_started) / 1e6;
  struct rusage usage;
  getrusage(RUSAGE_SELF, &usage);
  const double cpu = seconds_of(usage.ru_utime) + seconds_of(usage.ru_stime);
  clear(progress);
  if (progress->timing && progress->stage != NULL)
    fprintf(stderr, "timing\t%s\t%.3f s\tCPU %.3f s\tpeak %ld MB\n", progress->stage, seconds, cpu - progress->stage_cpu, usage.ru_maxrss / 1024);
  progress->stage = NULL;
  progress->report = NULL;
  progress->expected = 0;
  progress->stage_started = now;
  progress->stage_cpu = cpu;
  return seconds;
}

double rs_progress_stage(RsProgress *progress, const char *name, const RsReport *report) {
  g_mutex_lock(&progress->lock);
  const double before = end_stage(progress);
  progress->stage = name;
  progress->report = report;
  g_mutex_unlock(&progress->lock);
  return before;
}

void rs_progress_expect(RsProgress *progress, double seconds) {
  g_mutex_lock(&progress->lock);
  progress->expected = seconds;
  g_mutex_unlock(&progress->lock);
}

void rs_progress_pause(RsProgress *progress) {
  g_mutex_lock(&progress->lock);
  end_stage(progress);
  g_mutex_unlock(&progress->lock);
}

double rs_progress_end(RsProgress *progress) {
  g_mutex_lock(&progress->lock);
  end_stage(progress);
  progress->ended = true;
  g_cond_signal(&progress->changed);
  g_mutex_unlock(&progress->lock);
  if (progress->thread != NULL) g_thread_join(g_steal_pointer(&progress->thread));
  return (double)(g_get_monotonic_time() - progress->started) / 1e6;
}

void rs_progress_stop(void) {
  if (in_use) rs_progress_end(&the_progress);
}
