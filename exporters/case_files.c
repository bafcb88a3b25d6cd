#include "exporters/case_files.h"

#include "base/waiters.h"
#include "exporters/case_folder.h"
#include "exporters/checksum.h"
#include "exporters/manifest.h"

#define WAITERS 16u

struct RsCaseFiles {
  char *folder;
  GPtrArray *all;      /* of RsManifestFile */
  GHashTable *by_name; /* into all; only read once made */
  RsWaiters *waiters;
};

static void file_free(gpointer data) {
  RsManifestFile *file = data;
  g_free(file->name);
  g_free(file);
}

RsCaseFiles *rs_case_files_new(const char *folder, const GPtrArray *names) {
  RsCaseFiles *files = g_new0(RsCaseFiles, 1);
  files->folder = g_strdup(folder);
  files->all = g_ptr_array_new_with_free_func(file_free);
  files->by_name = g_hash_table_new(g_str_hash, g_str_equal);
  for (guint i = 0; i < names->len; i++) {
    RsManifestFile *file = g_new0(RsManifestFile, 1);
    file->name = g_strdup(g_ptr_array_index(names, i));
    g_ptr_array_add(files->all, file);
    g_hash_table_insert(files->by_name, file->name, file);
  }
  files->waiters = rs_waiters_new(WAITERS, rs_case_folder_sync);
  return files;
}

bool rs_case_files_done(RsCaseFiles *files, const char *name, GError **error) {
  RsManifestFile *file = g_hash_table_lookup(files->by_name, name);
  g_autofree char *path = g_build_filename(files->folder, name, NULL);
  g_assert(file != NULL);
  if (!rs_checksum_file(path, file->sha256, &file->bytes, error)) return false;
  rs_waiters_add(files->waiters, g_steal_pointer(&path));
  return true;
}

void rs_case_files_beside(RsCaseFiles *files, char *path) { rs_waiters_add(files->waiters, path); }

bool rs_case_files_sync(RsCaseFiles *files, GError **error) { return rs_waiters_end(files->waiters, error); }

const GPtrArray *rs_case_files_all(const RsCaseFiles *files) { return files->all; }

void rs_case_files_free(RsCaseFiles *files) {
  if (files == NULL) return;
  rs_waiters_free(files->waiters);
  g_hash_table_unref(files->by_name);
  g_ptr_array_unref(files->all);
  g_free(files->folder);
  g_free(files);
}
