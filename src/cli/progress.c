#include "cli/progress.h"

#include <stdio.h>
#include <sys/resource.h>
#include <unistd.h>

struct RsProgress { gint64 started, stage_started; double stage_cpu; const char *stage; bool show, timing, shown; };

RsProgress *rs_progress_start(const RsOptions *options) {
  static RsProgress progress;
  progress = (RsProgress){.started = g_get_monotonic_time(), .show = !options->quiet && isatty(STDERR_FILENO),
                          .timing = g_getenv("RS_TIMING") != NULL};
  progress.stage_started = progress.started;
  return &progress;
}

static double seconds_of(struct timeval time) { return (double)time.tv_sec + (double)time.tv_usec / 1e6; }

static void end_stage(RsProgress *progress) {
  gint64 now = g_get_monotonic_time();
  struct rusage usage;
  getrusage(RUSAGE_SELF, &usage);
  double cpu = seconds_of(usage.ru_utime) + seconds_of(usage.ru_stime);
  if (progress->timing && progress->stage != NULL)
    fprintf(stderr, "timing\t%s\t%.3f s\tCPU %.3f s\tpeak %ld MB\n", progress->stage, (double)(now - progress->stage_started) / 1e6,
            cpu - progress->stage_cpu, usage.ru_maxrss / 1024);
  progress->stage_started = now;
  progress->stage_cpu = cpu;
}

void rs_progress_stage(RsProgress *progress, const char *name) {
  end_stage(progress);
  progress->stage = name;
  if (!progress->show || progress->stage_started - progress->started < G_USEC_PER_SEC) return;
  fprintf(stderr, "\r\033[K%s ...", name);
  fflush(stderr);
  progress->shown = true;
}

double rs_progress_end(RsProgress *progress) {
  end_stage(progress);
  if (progress->shown) fprintf(stderr, "\r\033[K");
  return (double)(g_get_monotonic_time() - progress->started) / 1e6;
}
