/* cli/progress.h: how far a long run is: the stage, and while claims are read the bytes, rows, rows a second and the time left. One line on
 * standard error, on a terminal only, after a second, redrawn four times a second by a thread of its own and taken away at the end. */
#ifndef RS_CLI_PROGRESS_H
#define RS_CLI_PROGRESS_H

#include "cli/options.h"

typedef struct RsProgress RsProgress;
/* The one progress of the program; never freed before its end. RS_TIMING in the environment prints each stage's seconds. */
RsProgress *rs_progress_start(const RsOptions *options);
/* A new stage. report: what the reader counts in while it reads, borrowed until the next stage or end; NULL: no counts. */
void rs_progress_stage(RsProgress *progress, const char *name, const RsReport *report);
/* Takes the line away until the next stage, so that something else can be said. */
void rs_progress_pause(RsProgress *progress);
/* Seconds since the start; takes the line away for good. Also harmless a second time. */
double rs_progress_end(RsProgress *progress);
/* The same where a command ended early; nothing if no progress was started. */
void rs_progress_stop(void);

/* What stands on the line, for tests: bytes of total and rows read in seconds. Owned by the caller. */
char *rs_progress_line(const char *stage, uint64_t bytes, uint64_t total, uint64_t rows, double seconds);

#endif
