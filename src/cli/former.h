/* cli/former.h: the leads of a former case, told in numbers of the claims at hand. */
#ifndef RS_CLI_FORMER_H
#define RS_CLI_FORMER_H

#include "exporters/case_read.h"
#include "rings/cleared.h"

/* What was listed and what was set aside by its key. read: the former case, opened. error: RS_ERROR_INPUT. */
RsFormer *rs_former_read(const RsCaseRead *read, const RsKnowledge *knowledge, unsigned n_threads, GError **error);
/* Opens a former case for comparing: masked ones need their key, beside the folder or given. error: as rs_case_read_new; RS_ERROR_INPUT: no key. */
RsCaseRead *rs_former_open(const char *folder, const char *mask_key, GError **error);

#endif
