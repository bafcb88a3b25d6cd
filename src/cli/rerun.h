/* cli/rerun.h: a case made again from its claims, and held against what its manifest says. */
#ifndef RS_CLI_RERUN_H
#define RS_CLI_RERUN_H

#include "cli/options.h"
#include "exporters/manifest_read.h"

typedef struct {
  char digest[65];        /* as computed now */
  bool same;              /* the manifest says the same */
  GPtrArray *differences; /* of char*: inputs, options, version, libraries that are not as they were, in words */
} RsRerun;

/* paths: the input files in any order; which is which is told by their SHA-256, else by their names, else they are claims. What the case was made
 * with (since, until, patterns, seed, ...) is taken from the manifest; options add tables and override the mapping. error: as analyze's. */
RsRerun *rs_rerun_new(const RsOptions *options, const RsManifest *manifest, char **paths, GError **error);
void rs_rerun_free(RsRerun *rerun);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(RsRerun, rs_rerun_free)

#endif
