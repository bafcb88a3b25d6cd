/* cli/explain.h: what explain.c, explain_ring.c and explain_entity.c share. */
#ifndef RS_CLI_EXPLAIN_H
#define RS_CLI_EXPLAIN_H

#include "base/output.h"
#include "cli/options.h"
#include "exporters/story.h"

/* R7, r0007 and R0007 are the same ring. The case's id of it, owned, or NULL with error: RS_ERROR_USAGE, naming the nearest. */
char *rs_explain_find_ring(const RsCaseRead *read, const char *word, GError **error);

void rs_explain_ring(const RsOptions *options, const RsCaseRead *read, const RsRingStory *story, RsOutput *output);
/* id: as printed in the case. */
bool rs_explain_entity(const RsOptions *options, const RsCaseRead *read, RsKind kind, const char *id, RsOutput *output, GError **error);

/* Text for people. */
const char *rs_explain_kind(RsLanguage language, RsKind kind, bool many);
const char *rs_explain_pattern(RsLanguage language, const char *pattern);
const char *rs_explain_role(RsLanguage language, const char *role);
const char *rs_explain_relation(RsLanguage language, const char *relation);
/* At most three decimals, or scientific where tiny; "-" where empty. Owned by the caller. */
char *rs_explain_number(const RsCell *cell);
char *rs_explain_label(const RsCaseRead *read, RsKind kind, const char *id);
void rs_explain_add(GString *line, const char *format, ...) G_GNUC_PRINTF(2, 3);
void rs_explain_line(RsOutput *output, GString *line); /* with its end; empties line */

#endif
