/* base/dictionary.h: texts to numbers in order of first sight. Not thread-safe. */
#ifndef RS_BASE_DICTIONARY_H
#define RS_BASE_DICTIONARY_H

#include "base/text.h"

#include <stddef.h>
#include <stdint.h>

typedef struct RsDictionary RsDictionary;
RsDictionary *rs_dictionary_new(void);
void rs_dictionary_free(RsDictionary *dictionary);
uint32_t rs_dictionary_size(const RsDictionary *dictionary);
/* The number of the text, added if new. hash must be rs_hash_bytes(text, length). */
uint32_t rs_dictionary_add(RsDictionary *dictionary, const char *text, size_t length, uint64_t hash);
/* RS_NONE if the text was never added. */
uint32_t rs_dictionary_find(const RsDictionary *dictionary, const char *text, size_t length);
/* Borrowed until the next add; NUL-terminated. */
const char *rs_dictionary_text(const RsDictionary *dictionary, uint32_t id, size_t *length);
/* All texts sorted by bytes; rank[i] is the new number of old number i. Owned by the caller. */
RsText *rs_dictionary_sorted(const RsDictionary *dictionary, uint32_t *rank /* [size] or NULL */);

#endif
