/* cli/outcomes.h: score CASE --outcomes FILE: how often each pattern was right in one's own cases. */
#ifndef RS_CLI_OUTCOMES_H
#define RS_CLI_OUTCOMES_H

#include "cli/options.h"

/* lead_key,outcome (confirmed, cleared, open),note. Precision is confirmed of confirmed and cleared, with Wilson's 95 % interval (Wilson, J. Am.
 * Stat. Assoc. 22, 1927), which holds for few cases too. error: RS_ERROR_INPUT: not the columns, an unknown outcome, one lead twice, no lead of
 * this case at all. */
bool rs_outcomes_score(const RsOptions *options, GError **error);

#endif
