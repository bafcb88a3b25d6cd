/* claims/names.h: what the rows call a drug or an institution, by dictionary number.
 *
 * Of the names that one was seen with, the smallest is kept: a choice that does not depend on the order of rows.
 * Cost: a hash and a look a name; a lock where a thread sees another name for the same number than before. */
#ifndef RS_CLAIMS_NAMES_H
#define RS_CLAIMS_NAMES_H

#include "base/text.h"

#include <glib.h>

typedef struct {
  GMutex lock;
  GPtrArray *text; /* of char *, by number; NULL: unknown */
} RsNames;
/* What one thread saw last; all zero at first. */
typedef struct { uint64_t *hash; uint32_t capacity; } RsNamesSeen;

void rs_names_init(RsNames *names);
void rs_names_clear(RsNames *names); /* all zero is allowed */
void rs_names_seen_clear(RsNamesSeen *seen);
void rs_names_keep(RsNames *names, RsNamesSeen *seen, uint32_t number, const char *name, size_t length);
/* Names by rank[number], "" where none was seen; n numbers. The caller frees with rs_text_free. */
RsText *rs_names_ranked(const RsNames *names, const uint32_t *rank, uint32_t n);

#endif
