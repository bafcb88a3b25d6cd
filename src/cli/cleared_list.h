/* cli/cleared_list.h: --cleared FILE: subject,reason,by,until,group; subject is a lead_key or TYPE:ID. */
#ifndef RS_CLI_CLEARED_LIST_H
#define RS_CLI_CLEARED_LIST_H

#include "claims/list.h"
#include "cli/finder.h"
#include "rings/cleared.h"

/* The file alone. error: RS_ERROR_IO; RS_ERROR_INPUT: not the columns, a subject that is neither, no date, one subject twice. */
RsList *rs_cleared_list_read(const char *path, GError **error);
/* Held against the claims and the keys of a former case (NULL: none); mask (borrowed by the result) prints keys. */
RsClearances *rs_cleared_list_bind(const RsList *list, RsFinder *finder, const RsFormer *former, const RsMask *mask);

#endif
