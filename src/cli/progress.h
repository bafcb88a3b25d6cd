/* cli/progress.h: how far a long run is: the stage, while claims are read the bytes, rows and rows a second, and the time left. One line on
 * standard error, on a terminal only, after a second, redrawn four times a second by a thread of its own and taken away at the end. */
#ifndef RS_CLI_PROGRESS_H
#define RS_CLI_PROGRESS_H

#include "cli/options.h"

typedef struct RsProgress RsProgress;
/* The one progress of the program; never freed before its end. RS_TIMING in the environment prints each stage's seconds. */
RsProgress *rs_progress_start(const RsOptions *options);
/* A new stage. report: what the reader counts in while it reads, borrowed until the next stage or end; NULL: no counts. Returns the seconds that
 * the stage before took. */
double rs_progress_stage(RsProgress *progress, const char *name, const RsReport *report);
/* What the stage is likely to take, where nothing can be counted: the time left is told from that, and no more once it has passed. */
void rs_progress_expect(RsProgress *progress, double seconds);

/* By the clock, what stages take beside building the graph: 3 to 6 and 1.5 to 3 times in the runs of docs/performance.md. */
#define RS_LEADS_TO_GRAPH 4.0
#define RS_CASE_TO_GRAPH 2.0
/* Takes the line away until the next stage, so that something else can be said. */
void rs_progress_pause(RsProgress *progress);
/* Seconds since the start; takes the line away for good. Also harmless a second time. */
double rs_progress_end(RsProgress *progress);
/* The same where a command ended early; nothing if no progress was started. */
void rs_progress_stop(void);

/* What stands on the line, for tests. Owned by the caller. */
typedef struct { uint64_t bytes, total, rows; /* total 0: nothing is counted */ double seconds, expected; /* so far; in all, 0: unknown */ } RsProgressCounts;
char *rs_progress_line(const char *stage, const RsProgressCounts *counts);

#endif
