/* cli/nearest.h: names that are near what was typed. */
#ifndef RS_CLI_NEAREST_H
#define RS_CLI_NEAREST_H

#include <glib.h>

/* The nearest three of the names, at most half the word away, as "a, b"; "" when none is near. A tie keeps the order given. Owned. */
char *rs_nearest_names(const char *word, const GPtrArray *names);

#endif
