/* cli/finder.h: ids that somebody typed, as numbers of the claims table: clear, or a pseudonym where the masking key is at hand. */
#ifndef RS_CLI_FINDER_H
#define RS_CLI_FINDER_H

#include "exporters/mask.h"

typedef struct RsFinder RsFinder;
/* Both are borrowed. mask: of this run, or NULL. Pseudonyms of all persons are computed when the first one is asked for. */
RsFinder *rs_finder_new(const RsKnowledge *knowledge, const RsMask *mask, unsigned n_threads);
void rs_finder_free(RsFinder *finder);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(RsFinder, rs_finder_free)

/* RS_NONE: the claims do not know it. O(log n). */
uint32_t rs_finder_find(RsFinder *finder, RsKind kind, const char *id);
/* Up to three ids that look like it, as "a, b"; "" for none, and for persons of a masked run: a clear id may not be told. O(n). */
char *rs_finder_nearest(const RsFinder *finder, RsKind kind, const char *id);
/* "person", "doctor", ... or the same in Chinese, also as offices write it: RS_N_KINDS where it is no kind; is_box (may be NULL): a drug
 * box, "trace", kind RS_PERSON. */
RsKind rs_finder_kind(const char *word, bool *is_box);
/* The Chinese words it takes, for messages. Owned. */
char *rs_finder_chinese_kinds(void);

#endif
