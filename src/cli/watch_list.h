/* cli/watch_list.h: --watch FILE: type,id,note. */
#ifndef RS_CLI_WATCH_LIST_H
#define RS_CLI_WATCH_LIST_H

#include "claims/list.h"
#include "cli/finder.h"
#include "rings/watch.h"

/* The file alone, before the claims are read, so that a mistake in it costs no time. error: RS_ERROR_IO; RS_ERROR_INPUT: not the
 * columns, an unknown type, one entity twice. */
RsList *rs_watch_list_read(const char *path, GError **error);
/* Held against the claims: an id that they do not know stays on the list, with those that look like it. */
RsWatchList *rs_watch_list_bind(const RsList *list, RsFinder *finder);

#endif
