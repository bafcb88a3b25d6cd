/* cli/run.h: what analyze does between reading and writing, for whoever computes a case: analyze, and verify --rerun. */
#ifndef RS_CLI_RUN_H
#define RS_CLI_RUN_H

#include "cli/options.h"
#include "cli/progress.h"
#include "claims/list.h"
#include "exporters/case.h"
#include "exporters/case_read.h"

typedef struct { RsReader *reader; RsClaims *claims; RsKnowledge *knowledge; RsRings *rings; RsCaseRead *before; RsFormer *former; RsList *cleared_list; RsClearances *clearances;
               RsWatchList *watched; RsWatch *watch; double graph_seconds; /* building it took */ } RsRun;

/* run->reader and run->claims are there, and what rs_run_lists() opened; the rest is made. mask: of this run. error: as the stages'. */
bool rs_run_find(RsRun *run, const RsOptions *options, const RsMask *mask, RsProgress *progress, GError **error);
/* Opens what --former and --cleared name, before the claims are read, so that a mistake in them costs no time. */
bool rs_run_lists(RsRun *run, const RsOptions *options, GError **error);
/* The answers about a list, after rs_run_find. mask: for pseudonyms on the list. */
bool rs_run_watch(RsRun *run, const RsList *list, const RsOptions *options, const RsMask *mask, GError **error);
void rs_run_clear(RsRun *run);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(RsRun, rs_run_clear)
/* What is written of it; borrowed from all of them. The command line and the names of options are left to the caller. */
RsCase rs_run_case(const RsRun *run, const RsOptions *options, const RsMask *mask);

#endif
