/* HMAC from SHA-256's own functions: the general interface of OpenSSL 3 allocates for each of the hundreds of thousands of ids of a case. */
#define OPENSSL_API_COMPAT 10101

#include "exporters/mask.h"

#include "base/error.h"
#include "base/words.h"

#include <errno.h>
#include <fcntl.h>
#include <openssl/sha.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#define KEY_BYTES 32
#define KEY_WORD "ringscope-key-1 "
#define KEY_TEXT_LENGTH (sizeof KEY_WORD - 1 + 2 * (size_t)KEY_BYTES)

struct RsMask {
  bool clear;
  unsigned char key[KEY_BYTES];
  SHA256_CTX inner, outer; /* keyed and untouched: every use copies them, which saves two hash blocks and makes threads safe */
};

RsMask *rs_mask_clear(void) {
  RsMask *mask = g_new0(RsMask, 1);
  mask->clear = true;
  return mask;
}

void rs_mask_free(RsMask *mask) {
  if (mask == NULL) return;
  explicit_bzero(mask, sizeof *mask);
  g_free(mask);
}

bool rs_mask_is_clear(const RsMask *mask) { return mask->clear; }

static bool key_random(unsigned char key[KEY_BYTES], GError **error) {
  size_t filled = 0;
  while (filled < KEY_BYTES) {
    const ssize_t n = getrandom(key + filled, KEY_BYTES - filled, 0);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) {
      g_set_error(error, RS_ERROR, RS_ERROR_IO, _("no random numbers for the masking key: %s"), rs_words_errno(errno));
      return false;
    }
    filled += (size_t)n;
  }
  return true;
}

/* The file's first bytes, NUL-terminated; at most size - 1 of them. */
static bool key_text_read(const char *path, char *text, size_t size, GError **error) {
  const int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
  size_t filled = 0;
  ssize_t n = fd < 0 ? -1 : 1;
  while (fd >= 0 && filled < size - 1 && n > 0) {
    n = read(fd, text + filled, size - 1 - filled);
    if (n < 0 && errno == EINTR) n = 1;
    else if (n > 0) filled += (size_t)n;
  }
  const int code = errno;
  if (fd >= 0) close(fd);
  text[filled] = '\0';
  if (n >= 0) return true;
  g_set_error(error, RS_ERROR, RS_ERROR_IO, _("%s: cannot read the masking key: %s"), path, rs_words_errno(code));
  return false;
}

static bool key_text_parse(const char *text, unsigned char key[KEY_BYTES]) {
  if (strncmp(text, KEY_WORD, sizeof KEY_WORD - 1) != 0) return false;
  const char *digit = text + sizeof KEY_WORD - 1;
  for (size_t i = 0; i < KEY_BYTES; i++, digit += 2) {
    if (!g_ascii_isxdigit(digit[0]) || !g_ascii_isxdigit(digit[1])) return false;
    key[i] = (unsigned char)(g_ascii_xdigit_value(digit[0]) << 4 | g_ascii_xdigit_value(digit[1]));
  }
  if (*digit == '\r') digit++;
  if (*digit == '\n') digit++;
  return *digit == '\0';
}

static bool key_load(const char *path, unsigned char key[KEY_BYTES], GError **error) {
  char text[KEY_TEXT_LENGTH + 8];
  if (!key_text_read(path, text, sizeof text, error)) return false;
  const bool good = key_text_parse(text, key);
  explicit_bzero(text, sizeof text);
  if (!good) g_set_error(error, RS_ERROR, RS_ERROR_INPUT, _("%s: not a ringscope masking key"), path);
  return good;
}

/* RFC 2104: the key, filled up to a block, with a pad of its own for each of the two hashes. */
static void pad_begin(SHA256_CTX *hash, const unsigned char key[KEY_BYTES], unsigned char pad) {
  unsigned char block[SHA256_CBLOCK];
  for (unsigned i = 0; i < SHA256_CBLOCK; i++) block[i] = (unsigned char)((i < KEY_BYTES ? key[i] : 0) ^ pad);
  SHA256_Init(hash);
  SHA256_Update(hash, block, sizeof block);
  explicit_bzero(block, sizeof block);
}

RsMask *rs_mask_new(const char *key_path, GError **error) {
  g_autoptr(RsMask) mask = g_new0(RsMask, 1);
  if (key_path == NULL ? !key_random(mask->key, error) : !key_load(key_path, mask->key, error)) return NULL;
  pad_begin(&mask->inner, mask->key, 0x36);
  pad_begin(&mask->outer, mask->key, 0x5c);
  return g_steal_pointer(&mask);
}

/* HMAC-SHA-256 of "<prefix>:<bytes>": one kind's pseudonyms say nothing about another's. */
static void mask_digest(const RsMask *mask, char prefix, const char *bytes, size_t length, guint8 digest[32]) {
  const guint8 head[2] = {(guint8)prefix, ':'};
  SHA256_CTX hash = mask->inner;
  SHA256_Update(&hash, head, sizeof head);
  SHA256_Update(&hash, bytes, length);
  SHA256_Final(digest, &hash);
  hash = mask->outer;
  SHA256_Update(&hash, digest, 32);
  SHA256_Final(digest, &hash);
}

void rs_mask_bytes(const RsMask *mask, char prefix, const char *bytes, size_t length, char buffer[32]) {
  static const char letter[] = "abcdefghijklmnopqrstuvwxyz234567";
  guint8 digest[32];
  g_assert(!mask->clear);
  mask_digest(mask, prefix, bytes, length, digest);
  buffer[0] = prefix;
  buffer[1] = ':';
  for (unsigned i = 0; i < 16; i++) { /* letter i is bits 5i .. 5i+4, the first bit being the highest of digest[0] */
    const unsigned at = 5 * i / 8, shift = 5 * i % 8;
    const unsigned window = (unsigned)digest[at] << 8 | digest[at + 1];
    buffer[2 + i] = letter[window >> (11 - shift) & 31];
  }
  buffer[18] = '\0';
}

const char *rs_mask_text(const RsMask *mask, char prefix, const char *text, char buffer[32]) {
  if (mask->clear || text[0] == '\0') return text;
  rs_mask_bytes(mask, prefix, text, strlen(text), buffer);
  return buffer;
}

const char *rs_mask_entity(const RsMask *mask, RsKind kind, const char *id, char buffer[32]) {
  return kind == RS_PERSON ? rs_mask_text(mask, 'p', id, buffer) : id;
}

void rs_mask_fingerprint(const RsMask *mask, char buffer[17]) {
  guint8 digest[32];
  buffer[0] = '\0';
  if (mask->clear) return;
  mask_digest(mask, 'k', "fingerprint", strlen("fingerprint"), digest);
  for (size_t i = 0; i < 8; i++) g_snprintf(buffer + 2 * i, 3, "%02x", digest[i]);
}

void rs_mask_write(const RsMask *mask, RsOutput *output) {
  g_assert(!mask->clear);
  rs_output_text(output, KEY_WORD);
  for (unsigned i = 0; i < KEY_BYTES; i++) {
    rs_output_char(output, "0123456789abcdef"[mask->key[i] >> 4]);
    rs_output_char(output, "0123456789abcdef"[mask->key[i] & 15]);
  }
  rs_output_char(output, '\n');
}

bool rs_mask_save(const RsMask *mask, const char *path, GError **error) {
  g_autoptr(RsOutput) output = rs_output_open(path, error);
  if (output == NULL) return false;
  rs_mask_write(mask, output);
  return rs_output_close(output, error);
}
