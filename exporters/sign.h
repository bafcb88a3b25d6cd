/* exporters/sign.h: Ed25519 keys and signatures (RFC 8032) by OpenSSL; keys are PEM files that the openssl program reads too.
 *
 * A fingerprint is the SHA-256 of the public key's DER form (SubjectPublicKeyInfo), as `openssl pkey -pubin -outform DER | sha256sum` prints
 * it. Who a key belongs to cannot be told from a pack: the fingerprint must be known from elsewhere. */
#ifndef RS_EXPORTERS_SIGN_H
#define RS_EXPORTERS_SIGN_H

#include <glib.h>
#include <stdbool.h>

#define RS_SIGNATURE_BYTES 64u

typedef struct RsSignKey RsSignKey;
/* A new pair: the private key in `path` (PKCS#8), the public one in `path`.pub, both mode 0600 and both new files. error: RS_ERROR_IO, and neither
 * is there; RS_ERROR_USAGE: one of them is there already. */
bool rs_sign_keygen(const char *path, char fingerprint[65], GError **error);
/* error: RS_ERROR_IO; RS_ERROR_INPUT: no such key, or (private) a file that others may read. */
RsSignKey *rs_sign_private(const char *path, GError **error);
RsSignKey *rs_sign_public(const char *path, GError **error);
/* The same from text in memory. */
RsSignKey *rs_sign_public_parse(const char *text, gsize length);
void rs_sign_free(RsSignKey *key); /* NULL allowed */
G_DEFINE_AUTOPTR_CLEANUP_FUNC(RsSignKey, rs_sign_free)

void rs_sign_fingerprint(const RsSignKey *key, char hex[65]);
/* key is private. error: RS_ERROR_IO. */
bool rs_sign_bytes(const RsSignKey *key, const void *bytes, gsize length, unsigned char signature[RS_SIGNATURE_BYTES], GError **error);
bool rs_sign_holds(const RsSignKey *key, const void *bytes, gsize length, const unsigned char signature[RS_SIGNATURE_BYTES]);

#endif
