/* exporters/mask.h: keyed pseudonyms for what identifies people.
 *
 * Pseudonym = HMAC-SHA-256 (RFC 2104) of kind and text under a 32-byte key, first 80 bits as 16 base32 letters a-z2-7, with a short prefix:
 * p: person, c: claim, s: settlement, n: name, r: raw record, l: lead key. One key, one pseudonym, so two cases can be linked with --mask-key. */
#ifndef RS_EXPORTERS_MASK_H
#define RS_EXPORTERS_MASK_H

#include "base/output.h"
#include "graph/knowledge.h"

typedef struct RsMask RsMask;
/* Clear text everywhere. */
RsMask *rs_mask_clear(void);
/* key_path NULL: a new random key. error: RS_ERROR_IO, RS_ERROR_INPUT when the file is not a ringscope key. */
RsMask *rs_mask_new(const char *key_path, GError **error);
void rs_mask_free(RsMask *mask);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(RsMask, rs_mask_free)
bool rs_mask_is_clear(const RsMask *mask);
/* buffer holds the result for 24 bytes or more; "" stays "". prefix as above. Thread-safe. Returns the text to print: buffer or, unmasked, text. */
const char *rs_mask_text(const RsMask *mask, char prefix, const char *text, char buffer[32]);
/* The prefix of a kind's pseudonyms; those of doctors, institutions and drugs come only from a policy (exporters/policy.h). */
static inline char rs_mask_prefix(RsKind kind) { return "pdim"[kind]; }
/* Persons are masked, other kinds are clear. */
const char *rs_mask_entity(const RsMask *mask, RsKind kind, const char *id, char buffer[32]);
/* The same for text of known length that may hold any byte; always a pseudonym, the mask may not be clear. */
void rs_mask_bytes(const RsMask *mask, char prefix, const char *bytes, size_t length, char buffer[32]);
/* 16 hex digits that tell keys apart and tell nothing of the key; "" unmasked. */
void rs_mask_fingerprint(const RsMask *mask, char buffer[17]);
/* Writes the key as text; the mask may not be clear. */
void rs_mask_write(const RsMask *mask, RsOutput *output);
/* The same to a file of mode 0600. error: RS_ERROR_IO. */
bool rs_mask_save(const RsMask *mask, const char *path, GError **error);

#endif
