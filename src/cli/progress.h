/* cli/progress.h: which stage a run is in, on a terminal only and after a second. */
#ifndef RS_CLI_PROGRESS_H
#define RS_CLI_PROGRESS_H

#include "cli/options.h"

typedef struct RsProgress RsProgress;
/* The one progress of the program; never freed before its end. RS_TIMING in the environment prints each stage's seconds. */
RsProgress *rs_progress_start(const RsOptions *options);
void rs_progress_stage(RsProgress *progress, const char *name);
/* Seconds since the start; clears the line. */
double rs_progress_end(RsProgress *progress);

#endif
