#include "exporters/checksum.h"

#include "base/error.h"
#include "base/words.h"

#include <errno.h>
#include <fcntl.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <unistd.h>

struct RsChecksum { EVP_MD_CTX *context; };

/* OpenSSL's types. */
static void *memory_new(size_t n, const char *file, int line) { return (void)file, (void)line, g_malloc(n); }
static void *memory_resize(void *old, size_t n, const char *file, int line) { return (void)file, (void)line, g_realloc(old, n); }
static void memory_free(void *old, const char *file, int line) { (void)file, (void)line, g_free(old); }

void rs_checksum_memory(void) { CRYPTO_set_mem_functions(memory_new, memory_resize, memory_free); }

/* EVP fails only without memory or with a broken OpenSSL: nothing sensible is left to do. */
static RsChecksum *checksum_new(const EVP_MD *kind, const char *name) {
  RsChecksum *checksum = g_new(RsChecksum, 1);
  checksum->context = EVP_MD_CTX_new();
  if (checksum->context == NULL || EVP_DigestInit_ex(checksum->context, kind, NULL) != 1) g_error("OpenSSL has no %s", name);
  return checksum;
}

RsChecksum *rs_checksum_new(void) { return checksum_new(EVP_sha256(), "SHA-256"); }
RsChecksum *rs_checksum_new_sm3(void) { return checksum_new(EVP_sm3(), "SM3"); }

void rs_checksum_update(RsChecksum *checksum, const void *bytes, size_t length) {
  if (EVP_DigestUpdate(checksum->context, bytes, length) != 1) g_error("OpenSSL cannot hash");
}

void rs_checksum_finish(RsChecksum *checksum, char hex[65]) {
  unsigned char digest[EVP_MAX_MD_SIZE];
  if (EVP_DigestFinal_ex(checksum->context, digest, NULL) != 1) g_error("OpenSSL cannot hash");
  EVP_MD_CTX_free(checksum->context);
  g_free(checksum);
  for (size_t i = 0; i < 32; i++) {
    hex[2 * i] = "0123456789abcdef"[digest[i] >> 4];
    hex[2 * i + 1] = "0123456789abcdef"[digest[i] & 15];
  }
  hex[64] = '\0';
}

void rs_checksum_bytes(const void *bytes, size_t length, char hex[65]) {
  RsChecksum *checksum = rs_checksum_new();
  rs_checksum_update(checksum, bytes, length);
  rs_checksum_finish(checksum, hex);
}

bool rs_checksum_fd(int fd, char hex[65], char sm3[65], uint64_t *size) {
  const size_t block = (size_t)1 << 20;
  g_autofree char *bytes = g_malloc(block);
  ssize_t n = 1;
  *size = 0;
  RsChecksum *checksum = rs_checksum_new(), *second = sm3 == NULL ? NULL : rs_checksum_new_sm3();
  while (n != 0) {
    n = read(fd, bytes, block);
    if (n < 0 && errno != EINTR) break;
    if (n <= 0) continue;
    rs_checksum_update(checksum, bytes, (size_t)n);
    if (second != NULL) rs_checksum_update(second, bytes, (size_t)n);
    *size += (uint64_t)n;
  }
  const int code = errno;
  rs_checksum_finish(checksum, hex);
  if (second != NULL) rs_checksum_finish(second, sm3);
  errno = code;
  return n == 0;
}

bool rs_checksum_file(const char *path, char hex[65], uint64_t *size, GError **error) {
  const int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NOFOLLOW);
  *size = 0;
  const bool good = fd >= 0 && rs_checksum_fd(fd, hex, NULL, size);
  const int code = errno;
  if (fd >= 0) close(fd);
  if (good) return true;
  g_set_error(error, RS_ERROR, RS_ERROR_IO, _("%s: cannot read: %s"), path, rs_words_errno(code));
  return false;
}
