#include "base/error.h"
#include "base/words.h"
#include "exporters/checksum.h"
#include "exporters/manifest.h"
#include "exporters/manifest_read.h"
#include "exporters/pack.h"
#include "exporters/pack_tar.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define MAX_FINDINGS 1000u

void rs_pack_check_free(RsPackCheck *check) {
  if (check == NULL) return;
  g_ptr_array_unref(check->findings);
  rs_seal_free(check->seal);
  g_clear_pointer(&check->manifest, g_bytes_unref);
  g_clear_pointer(&check->log, g_bytes_unref);
  g_free(check);
}

static void found(RsPackCheck *check, RsVerifyWhat what, const char *name, const char *detail) {
  if (check->findings->len < MAX_FINDINGS) rs_verify_found(check->findings, what, name, detail);
}

/* The next file if it is called `name` and at most `limit` bytes long, whole; else NULL. */
static GBytes *member_read(RsTarReader *reader, const char *name, gsize limit, const char **why) {
  const char *seen;
  uint64_t size;
  if (!rs_tar_reader_next(reader, &seen, &size, why) || strcmp(seen, name) != 0 || size > limit) return NULL;
  g_autofree char *bytes = g_try_malloc((gsize)size + 1);
  for (gsize n = 0; bytes != NULL && n < size;) {
    const ssize_t got = rs_tar_reader_read(reader, bytes + n, (gsize)size - n);
    if (got <= 0) return NULL;
    n += (gsize)got;
  }
  return bytes == NULL ? NULL : g_bytes_new_take(g_steal_pointer(&bytes), (gsize)size);
}

/* False: the seal is not one; check->seal stays NULL with a finding when it is one that this key did not make. */
static bool seal_read(RsPackCheck *check, RsTarReader *reader, const RsSignKey *key) {
  const char *why;
  g_autoptr(GBytes) text = member_read(reader, "seal.ini", RS_SEAL_LIMIT, &why);
  g_autoptr(GBytes) signature = text == NULL ? NULL : member_read(reader, "seal.sig", RS_SIGNATURE_BYTES, &why);
  gsize length;
  if (signature == NULL || g_bytes_get_size(signature) != RS_SIGNATURE_BYTES) return false;
  const char *start = g_bytes_get_data(text, &length);
  if (!rs_sign_holds(key, start, length, g_bytes_get_data(signature, NULL))) {
    found(check, RS_VERIFY_SEAL, "seal.ini", N_("not signed with this key, or changed since"));
    return true;
  }
  check->seal = rs_seal_parse(start, length);
  if (check->seal == NULL) found(check, RS_VERIFY_SEAL, "seal.ini", N_("signed, but no seal of this ringscope's kind"));
  else if (strcmp(check->seal->key, check->fingerprint) != 0) found(check, RS_VERIFY_SEAL, "seal.ini", N_("names another key than the one that signed it"));
  return true;
}

/* Hashes the file that the reader stands at; keep: also its bytes, NULL where they are more than `keep`. False: cut off. */
static bool member_hash(RsTarReader *reader, char sha256[65], char sm3[65], gsize keep, GBytes **kept) {
  g_autofree char *block = g_malloc((gsize)1 << 16);
  g_autoptr(GByteArray) bytes = keep > 0 ? g_byte_array_new() : NULL;
  RsChecksum *first = rs_checksum_new(), *second = rs_checksum_new_sm3();
  ssize_t n;
  while ((n = rs_tar_reader_read(reader, block, (size_t)1 << 16)) > 0) {
    rs_checksum_update(first, block, (size_t)n);
    rs_checksum_update(second, block, (size_t)n);
    if (bytes != NULL && bytes->len + (gsize)n <= keep) g_byte_array_append(bytes, (const guint8 *)block, (guint)n);
  }
  rs_checksum_finish(first, sha256);
  rs_checksum_finish(second, sm3);
  if (n == 0 && bytes != NULL) *kept = g_byte_array_free_to_bytes(g_steal_pointer(&bytes));
  return n == 0;
}

/* Which of the two files that are read further on this is, or NULL. */
static GBytes **kept_of(RsPackCheck *check, const char *name, gsize *limit) {
  const char *base = strchr(name, '/') == NULL ? name : strchr(name, '/') + 1;
  const bool is_manifest = strcmp(base, "manifest.json") == 0, is_log = strcmp(base, "log.jsonl") == 0;
  *limit = is_manifest ? RS_MANIFEST_LIMIT : is_log ? RS_LOG_LIMIT : 0;
  return is_manifest ? &check->manifest : is_log ? &check->log : NULL;
}

/* False: the archive cannot be read on. */
static bool member_check(RsPackCheck *check, RsTarReader *reader, const RsSealFile *file, uint64_t size) {
  char sha256[65], sm3[65];
  gsize limit;
  GBytes **const keep = kept_of(check, file->name, &limit);
  g_autoptr(GBytes) kept = NULL;
  if (size != file->bytes) {
    found(check, RS_VERIFY_CHANGED, file->name, N_("another size"));
    return true;
  }
  if (!member_hash(reader, sha256, sm3, limit, &kept)) {
    found(check, RS_VERIFY_CHANGED, file->name, N_("cut off or damaged"));
    return false;
  }
  check->n_files++;
  check->n_bytes += size;
  if (strcmp(sha256, file->sha256) != 0) found(check, RS_VERIFY_CHANGED, file->name, N_("another SHA-256"));
  else if (strcmp(sm3, file->sm3) != 0) found(check, RS_VERIFY_CHANGED, file->name, N_("another SM3"));
  else if (keep != NULL && *keep == NULL) *keep = g_steal_pointer(&kept);
  return true;
}

/* Each file is looked for at or behind the place of the last, so that a file left out is said to be missing and one put in to be extra. */
static void members_check(RsPackCheck *check, RsTarReader *reader) {
  const GPtrArray *files = check->seal->files;
  g_autofree bool *seen = g_new0(bool, files->len + 1u);
  g_autoptr(GHashTable) number = g_hash_table_new(g_str_hash, g_str_equal);
  const char *name, *why = NULL;
  uint64_t size;
  guint expected = 0, n_members = 0;
  for (guint i = 0; i < files->len; i++)
    g_hash_table_insert(number, ((RsSealFile *)g_ptr_array_index(files, i))->name, GUINT_TO_POINTER(i + 1));
  bool whole = true;
  while (whole && rs_tar_reader_next(reader, &name, &size, &why)) {
    const guint at = GPOINTER_TO_UINT(g_hash_table_lookup(number, name));
    if (++n_members > files->len + MAX_FINDINGS) break;
    if (at == 0) found(check, RS_VERIFY_EXTRA, name, "");
    else if (seen[at - 1]) found(check, RS_VERIFY_EXTRA, name, N_("there twice"));
    else {
      if (at - 1 < expected) found(check, RS_VERIFY_CHANGED, name, N_("in another place"));
      seen[at - 1] = true;
      expected = at;
      whole = member_check(check, reader, g_ptr_array_index(files, at - 1), size);
    }
  }
  if (why != NULL) found(check, RS_VERIFY_SEAL, "the archive", why);
  for (guint i = 0; i < files->len; i++)
    if (!seen[i]) found(check, RS_VERIFY_MISSING, ((RsSealFile *)g_ptr_array_index(files, i))->name, "");
}

/* Signed as they are; that they also agree with each other shows that the case was whole when it was sealed. */
static void record_check(RsPackCheck *check) {
  g_autoptr(GError) broken = NULL;
  RsLogState state;
  gsize length, manifest_length;
  char sha256[65];
  if (check->manifest == NULL || check->log == NULL) {
    if (check->findings->len == 0) found(check, RS_VERIFY_SEAL, "seal.ini", N_("names no manifest.json or no log.jsonl"));
    return;
  }
  const char *manifest = g_bytes_get_data(check->manifest, &manifest_length), *log = g_bytes_get_data(check->log, &length);
  rs_checksum_bytes(manifest, manifest_length, sha256);
  if (!rs_case_log_holds(log, length, "log.jsonl", &state, &broken)) found(check, RS_VERIFY_LOG, "log.jsonl", broken->message);
  else if (state.n != check->seal->log_entries || strcmp(state.head, check->seal->log_head) != 0)
    found(check, RS_VERIFY_LOG, "log.jsonl", N_("does not end where the seal says"));
  else if (!rs_case_log_names(log, length, sha256)) found(check, RS_VERIFY_MANIFEST, "manifest.json", N_("not the one that the log's last entry names"));
  g_autoptr(RsManifest) made = rs_manifest_parse(manifest, manifest_length);
  if (strcmp(sha256, check->seal->manifest) != 0) found(check, RS_VERIFY_MANIFEST, "manifest.json", N_("not the one that the seal names"));
  else if (made == NULL || strcmp(made->digest, check->seal->digest) != 0 || made->masked != check->seal->masked)
    found(check, RS_VERIFY_MANIFEST, "manifest.json", N_("says otherwise than the seal"));
}

RsPackCheck *rs_pack_check_fd(int fd, const char *path, const RsSignKey *key, GError **error) {
  g_autoptr(RsPackCheck) check = g_new0(RsPackCheck, 1);
  g_autoptr(RsTarReader) reader = rs_tar_reader_new(fd);
  check->findings = rs_verify_findings_new();
  rs_sign_fingerprint(key, check->fingerprint);
  if (!seal_read(check, reader, key)) {
    g_set_error(error, RS_ERROR, RS_ERROR_INPUT, _("'%s' is not a pack of ringscope"), path);
    return NULL;
  }
  if (check->seal == NULL) return g_steal_pointer(&check);
  members_check(check, reader);
  record_check(check);
  return g_steal_pointer(&check);
}

RsPackCheck *rs_pack_check(const char *path, const RsSignKey *key, GError **error) {
  struct stat status;
  const int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
  if (fd < 0 || fstat(fd, &status) != 0 || !S_ISREG(status.st_mode)) {
    g_set_error(error, RS_ERROR, RS_ERROR_IO, _("%s: cannot read: %s"), path, fd < 0 ? rs_words_errno(errno) : "not a plain file");
    if (fd >= 0) close(fd);
    return NULL;
  }
  RsPackCheck *check = rs_pack_check_fd(fd, path, key, error);
  close(fd);
  return check;
}
