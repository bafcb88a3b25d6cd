/* cli/summary.h: what a run tells the person at the terminal. */
#ifndef RS_CLI_SUMMARY_H
#define RS_CLI_SUMMARY_H

#include "cli/options.h"
#include "exporters/case.h"

/* On stderr: how each file was understood (encoding, delimiter, mapping chosen by header). */
void rs_summary_mappings(const RsOptions *options, const RsReport *report);
/* On stdout: rows and money, what was examined and what not, the leads, where to look; with --json as JSON. */
bool rs_summary_print(const RsOptions *options, const RsCase *c, const char *folder, const char *digest, double seconds, GError **error);
/* 1234567.89 with thousands separators; owned by the caller. */
char *rs_summary_money(int64_t fen);
char *rs_summary_count(uint64_t n);

/* --json of a command that writes one file or folder: {"output": path, name: n, ...} on one line of stdout. error: RS_ERROR_IO. */
typedef struct { const char *name; uint64_t n; } RsSummaryCount;
bool rs_summary_written(const char *path, const char *fingerprint /* of a key, or NULL */, const RsSummaryCount *count, size_t n, GError **error);

/* Says what a written graph file shows otherwise than the source, and what Gephi will. */
void rs_summary_altered(const RsOptions *options, const RsXmlCounts *counts);

#endif
