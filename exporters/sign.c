#include "exporters/sign.h"

#include "base/error.h"
#include "base/words.h"
#include "exporters/case_folder.h"
#include "exporters/checksum.h"

#include <errno.h>
#include <fcntl.h>
#include <openssl/bio.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define MAX_KEY_FILE 16384

struct RsSignKey { EVP_PKEY *pkey; };

static RsSignKey *key_new(EVP_PKEY *pkey) {
  if (pkey == NULL) return NULL;
  if (!EVP_PKEY_is_a(pkey, "ED25519")) {
    EVP_PKEY_free(pkey);
    return NULL;
  }
  RsSignKey *key = g_new(RsSignKey, 1);
  key->pkey = pkey;
  return key;
}

void rs_sign_free(RsSignKey *key) {
  if (key == NULL) return;
  EVP_PKEY_free(key->pkey);
  g_free(key);
}

void rs_sign_fingerprint(const RsSignKey *key, char hex[65]) {
  unsigned char *der = NULL;
  const int length = i2d_PUBKEY(key->pkey, &der);
  if (length <= 0) g_error("OpenSSL cannot write a public key");
  rs_checksum_bytes(der, (size_t)length, hex);
  OPENSSL_free(der);
}

/* ---- making ---- */

/* A new file with what was written to bio; the bytes are wiped. */
static bool bio_save(BIO *bio, const char *path, GError **error) {
  char *text = NULL;
  const long length = BIO_get_mem_data(bio, &text);
  if (length <= 0) {
    g_set_error(error, RS_ERROR, RS_ERROR_IO, _("%s: OpenSSL cannot write the key"), path);
    return false;
  }
  const bool good = rs_case_folder_add(path, text, (size_t)length, error);
  if (good && rs_case_folder_sync(path, error)) return true;
  if (good) unlink(path);
  return false;
}

static bool pair_save(EVP_PKEY *pkey, const char *path, const char *public_path, GError **error) {
  BIO *secret = BIO_new(BIO_s_secmem()), *open = BIO_new(BIO_s_mem());
  bool good = secret != NULL && open != NULL && PEM_write_bio_PrivateKey(secret, pkey, NULL, NULL, 0, NULL, NULL) == 1 &&
              PEM_write_bio_PUBKEY(open, pkey) == 1;
  if (!good) g_set_error(error, RS_ERROR, RS_ERROR_IO, _("%s: OpenSSL cannot write the key"), path);
  if (good) good = bio_save(secret, path, error);
  if (good && !bio_save(open, public_path, error)) {
    unlink(path);
    good = false;
  }
  BIO_free(secret);
  BIO_free(open);
  return good;
}

bool rs_sign_keygen(const char *path, char fingerprint[65], GError **error) {
  g_autofree char *public_path = g_strconcat(path, ".pub", NULL);
  struct stat status;
  const char *there = lstat(path, &status) == 0 ? path : lstat(public_path, &status) == 0 ? public_path : NULL;
  if (there != NULL) {
    g_set_error(error, RS_ERROR, RS_ERROR_USAGE, _("'%s' is there already: a key is never written over"), there);
    return false;
  }
  g_autoptr(RsSignKey) key = key_new(EVP_PKEY_Q_keygen(NULL, NULL, "ED25519"));
  if (key == NULL) {
    g_set_error(error, RS_ERROR, RS_ERROR_IO, _("%s: OpenSSL cannot make an Ed25519 key"), path);
    return false;
  }
  rs_sign_fingerprint(key, fingerprint);
  return pair_save(key->pkey, path, public_path, error);
}

/* ---- reading ---- */

/* Up to `size` bytes of a key file; the number of them, or -1 with error. secret: nobody else may be able to read it. */
static gssize file_read(const char *path, bool secret, char *text, gsize size, GError **error) {
  struct stat status = {0};
  const int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
  gsize n = 0;
  ssize_t got = fd < 0 || fstat(fd, &status) != 0 ? -1 : 1;
  while (got > 0 && n < size) {
    got = read(fd, text + n, size - n);
    if (got < 0 && errno == EINTR) got = 1;
    else if (got > 0) n += (gsize)got;
  }
  const int code = errno;
  if (fd >= 0) close(fd);
  if (got < 0) {
    g_set_error(error, RS_ERROR, RS_ERROR_IO, _("%s: cannot read the key: %s"), path, rs_words_errno(code));
    return -1;
  }
  if (!secret || (status.st_mode & 077) == 0) return (gssize)n;
  explicit_bzero(text, size);
  g_set_error(error, RS_ERROR, RS_ERROR_INPUT, _("%s: others may read this private key (mode %03o): chmod 600 it, or make a new one"), path,
              (unsigned)status.st_mode & 0777u);
  return -1;
}

/* An encrypted key is refused rather than asked about: the program never prompts. */
static int no_password(char *buffer, int size, int writing, void *data) { /* NOLINT(readability-non-const-parameter): OpenSSL's type */
  (void)buffer, (void)size, (void)writing, (void)data;
  return -1;
}

RsSignKey *rs_sign_private(const char *path, GError **error) {
  char text[MAX_KEY_FILE];
  const gssize length = file_read(path, true, text, sizeof text, error);
  if (length < 0) return NULL;
  BIO *bio = BIO_new_mem_buf(text, (int)length);
  RsSignKey *key = bio == NULL ? NULL : key_new(PEM_read_bio_PrivateKey(bio, NULL, no_password, NULL));
  BIO_free(bio);
  explicit_bzero(text, sizeof text);
  if (key == NULL)
    g_set_error(error, RS_ERROR, RS_ERROR_INPUT, _("%s: no private Ed25519 key (ringscope keygen makes one; it may not be encrypted)"), path);
  return key;
}

RsSignKey *rs_sign_public_parse(const char *text, gsize length) {
  BIO *bio = BIO_new_mem_buf(text, (int)MIN(length, (gsize)MAX_KEY_FILE));
  RsSignKey *key = bio == NULL ? NULL : key_new(PEM_read_bio_PUBKEY(bio, NULL, no_password, NULL));
  BIO_free(bio);
  return key;
}

RsSignKey *rs_sign_public(const char *path, GError **error) {
  char text[MAX_KEY_FILE];
  const gssize length = file_read(path, false, text, sizeof text, error);
  if (length < 0) return NULL;
  RsSignKey *key = rs_sign_public_parse(text, (gsize)length);
  explicit_bzero(text, sizeof text); /* it may have been the private one */
  if (key == NULL) g_set_error(error, RS_ERROR, RS_ERROR_INPUT, _("%s: no public Ed25519 key (KEY.pub of ringscope keygen)"), path);
  return key;
}

/* ---- signatures ---- */

bool rs_sign_bytes(const RsSignKey *key, const void *bytes, gsize length, unsigned char signature[RS_SIGNATURE_BYTES], GError **error) {
  EVP_MD_CTX *context = EVP_MD_CTX_new();
  size_t size = RS_SIGNATURE_BYTES;
  const bool good = context != NULL && EVP_DigestSignInit(context, NULL, NULL, NULL, key->pkey) == 1 &&
                    EVP_DigestSign(context, signature, &size, bytes, length) == 1 && size == RS_SIGNATURE_BYTES;
  EVP_MD_CTX_free(context);
  if (!good) g_set_error(error, RS_ERROR, RS_ERROR_IO, _("OpenSSL cannot sign"));
  return good;
}

bool rs_sign_holds(const RsSignKey *key, const void *bytes, gsize length, const unsigned char signature[RS_SIGNATURE_BYTES]) {
  EVP_MD_CTX *context = EVP_MD_CTX_new();
  const bool holds = context != NULL && EVP_DigestVerifyInit(context, NULL, NULL, NULL, key->pkey) == 1 &&
                     EVP_DigestVerify(context, signature, RS_SIGNATURE_BYTES, bytes, length) == 1;
  EVP_MD_CTX_free(context);
  return holds;
}
