#include "exporters/case_verify.h"

#include "base/beneath.h"
#include "base/error.h"
#include "base/words.h"
#include "exporters/case_folder.h"
#include "exporters/case_log.h"
#include "exporters/checksum.h"
#include "exporters/manifest.h"

#include <dirent.h>
#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static void finding_free(gpointer data) {
  RsVerifyFinding *finding = data;
  g_free(finding->name);
  g_free(finding->detail);
  g_free(finding);
}

GPtrArray *rs_verify_findings_new(void) { return g_ptr_array_new_with_free_func(finding_free); }

void rs_verify_found(GPtrArray *findings, RsVerifyWhat what, const char *name, const char *detail) {
  RsVerifyFinding *finding = g_new0(RsVerifyFinding, 1);
  *finding = (RsVerifyFinding){what, g_strdup(name), g_strdup(detail)};
  g_ptr_array_add(findings, finding);
}

static void found(RsVerify *verify, RsVerifyWhat what, const char *name, const char *detail) {
  rs_verify_found(verify->findings, what, name, detail);
}

static void file_check(RsVerify *verify, const char *folder, const RsManifestFile *file) {
  char sha256[65];
  uint64_t size = 0;
  verify->n_files++;
  if (!rs_beneath_name_ok(file->name)) {
    found(verify, RS_VERIFY_MANIFEST, file->name, N_("no name that ringscope gives"));
    return;
  }
  const int fd = rs_beneath_open(folder, file->name), code = errno;
  if (fd < 0 && (code == ENOENT || code == ENOTDIR))
    found(verify, RS_VERIFY_MISSING, file->name, "");
  else if (fd < 0)
    found(verify, RS_VERIFY_CHANGED, file->name, code == ELOOP || code == EINVAL ? N_("not a plain file") : N_("cannot be read"));
  else if (!rs_checksum_fd(fd, sha256, NULL, &size))
    found(verify, RS_VERIFY_CHANGED, file->name, N_("cannot be read"));
  else if (size != file->bytes)
    found(verify, RS_VERIFY_CHANGED, file->name, N_("another size"));
  else if (strcmp(sha256, file->sha256) != 0)
    found(verify, RS_VERIFY_CHANGED, file->name, N_("another SHA-256"));
  else
    verify->n_bytes += size;
  if (fd >= 0) close(fd);
}

static int compare_names(const void *a, const void *b) { return strcmp(*(const char *const *)a, *(const char *const *)b); }

/* What could not be read for want of memory is no finding: nothing is known of it. Ends the program as GLib does. */
static void memory_wanted(void) {
  if (errno == ENOMEM) g_error("failed to allocate while a case was checked");
}

/* Every entry that the manifest does not name; of folders, only those that a case has are looked into. */
static void extras_find(const char *folder, const char *sub, GHashTable *names, GPtrArray *extras) {
  g_autofree char *path = sub == NULL ? g_strdup(folder) : g_build_filename(folder, sub, NULL);
  DIR *entries = opendir(path);
  if (entries == NULL) memory_wanted();
  for (struct dirent *entry; entries != NULL && (entry = readdir(entries)) != NULL;) {
    if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0) continue;
    g_autofree char *name = sub == NULL ? g_strdup(entry->d_name) : g_build_filename(sub, entry->d_name, NULL);
    g_autofree char *full = g_build_filename(folder, name, NULL);
    struct stat status;
    if (sub == NULL && rs_case_folder_has_part(name) && lstat(full, &status) == 0 && S_ISDIR(status.st_mode))
      extras_find(folder, name, names, extras);
    else if (!g_hash_table_contains(names, name) &&
             (sub != NULL || (strcmp(name, "manifest.json") != 0 && strcmp(name, "log.jsonl") != 0)))
      g_ptr_array_add(extras, g_steal_pointer(&name));
  }
  if (entries != NULL) closedir(entries);
}

static void log_check(RsVerify *verify, const char *folder) {
  g_autoptr(GError) broken = NULL;
  RsLogState state;
  gsize length = 0, manifest_length = 0;
  char sha256[65];
  g_autofree char *path = g_build_filename(folder, "log.jsonl", NULL);
  g_autofree char *text = rs_beneath_read(folder, "log.jsonl", RS_LOG_LIMIT, &length);
  if (text == NULL) {
    memory_wanted();
    found(verify, RS_VERIFY_LOG, "log.jsonl", rs_words_errno(errno));
    return;
  }
  g_autofree char *manifest = rs_beneath_read(folder, "manifest.json", RS_MANIFEST_LIMIT, &manifest_length);
  if (manifest == NULL) memory_wanted();
  if (!rs_case_log_holds(text, length, path, &state, &broken)) {
    found(verify, RS_VERIFY_LOG, "log.jsonl", broken->message);
    return;
  }
  if (state.n == 0) {
    found(verify, RS_VERIFY_LOG, "log.jsonl", N_("it has no entry"));
    return;
  }
  verify->n_log_entries = (guint)MIN(state.n, (uint64_t)G_MAXUINT);
  if (manifest != NULL) rs_checksum_bytes(manifest, manifest_length, sha256);
  if (manifest == NULL || !rs_case_log_names(text, length, sha256))
    found(verify, RS_VERIFY_MANIFEST, "manifest.json", N_("not the one that the log's last entry names"));
}

/* Every file that the manifest names, and every one that it does not. */
static void files_check(RsVerify *verify, const char *folder, const GPtrArray *files) {
  g_autoptr(GHashTable) names = g_hash_table_new(g_str_hash, g_str_equal);
  for (guint i = 0; i < files->len; i++) {
    const RsManifestFile *file = g_ptr_array_index(files, i);
    g_hash_table_add(names, file->name);
    file_check(verify, folder, file);
  }
  g_autoptr(GPtrArray) extras = g_ptr_array_new_with_free_func(g_free);
  extras_find(folder, NULL, names, extras);
  g_ptr_array_sort(extras, compare_names);
  for (guint i = 0; i < extras->len; i++) found(verify, RS_VERIFY_EXTRA, g_ptr_array_index(extras, i), "");
}

/* A folder without a manifest that has a log nevertheless was a case. */
static bool log_stands(const char *folder) {
  const int fd = rs_beneath_open(folder, "log.jsonl");
  if (fd >= 0) close(fd);
  return fd >= 0;
}

RsVerify *rs_verify_new(const char *folder, GError **error) {
  g_autoptr(RsVerify) verify = g_new0(RsVerify, 1);
  verify->findings = rs_verify_findings_new();
  if (access(folder, R_OK) != 0) {
    g_set_error(error, RS_ERROR, RS_ERROR_IO, _("%s: cannot read: %s"), folder, rs_words_errno(errno));
    return NULL;
  }
  g_autoptr(GError) none = NULL;
  g_autoptr(GPtrArray) files = rs_manifest_files(folder, verify->digest, &none);
  if (files != NULL) {
    files_check(verify, folder, files);
    log_check(verify, folder);
  } else if (g_error_matches(none, RS_ERROR, RS_ERROR_INPUT) && log_stands(folder)) {
    found(verify, RS_VERIFY_MANIFEST, "manifest.json", N_("missing, or not as ringscope writes it: no file can be checked"));
  } else {
    g_propagate_error(error, g_steal_pointer(&none));
    return NULL;
  }
  return g_steal_pointer(&verify);
}

void rs_verify_free(RsVerify *verify) {
  if (verify == NULL) return;
  g_ptr_array_unref(verify->findings);
  g_free(verify);
}
