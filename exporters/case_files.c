#include "exporters/case_files.h"

#include "exporters/case_folder.h"
#include "exporters/checksum.h"
#include "exporters/manifest.h"

struct RsCaseFiles {
  char *folder;
  GPtrArray *all;       /* of RsManifestFile */
  GHashTable *by_name;  /* into all; only read once made */
  GMutex lock;          /* of written */
  GCond more;
  GQueue written;       /* paths to sync; "" ends */
  GThread *syncer;      /* NULL: ended, or could not be started and its work is done at once */
  GError *failed;
};

static void written_push(RsCaseFiles *files, char *path) {
  g_mutex_lock(&files->lock);
  g_queue_push_tail(&files->written, path);
  g_cond_signal(&files->more);
  g_mutex_unlock(&files->lock);
}

static char *written_pop(RsCaseFiles *files) {
  g_mutex_lock(&files->lock);
  while (g_queue_is_empty(&files->written)) g_cond_wait(&files->more, &files->lock);
  char *path = g_queue_pop_head(&files->written);
  g_mutex_unlock(&files->lock);
  return path;
}

static void *sync_files(void *data) {
  RsCaseFiles *files = data;
  for (;;) {
    g_autofree char *path = written_pop(files);
    if (*path == '\0') return NULL;
    if (files->failed == NULL) rs_case_folder_sync(path, &files->failed);
  }
}

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
  g_mutex_init(&files->lock);
  g_cond_init(&files->more);
  g_queue_init(&files->written);
  for (guint i = 0; i < names->len; i++) {
    RsManifestFile *file = g_new0(RsManifestFile, 1);
    file->name = g_strdup(g_ptr_array_index(names, i));
    g_ptr_array_add(files->all, file);
    g_hash_table_insert(files->by_name, file->name, file);
  }
  files->syncer = g_thread_try_new("sync", sync_files, files, NULL);
  return files;
}

bool rs_case_files_done(RsCaseFiles *files, const char *name, GError **error) {
  RsManifestFile *file = g_hash_table_lookup(files->by_name, name);
  g_autofree char *path = g_build_filename(files->folder, name, NULL);
  g_assert(file != NULL);
  if (!rs_checksum_file(path, file->sha256, &file->bytes, error)) return false;
  if (files->syncer == NULL) return rs_case_folder_sync(path, error);
  written_push(files, g_steal_pointer(&path));
  return true;
}

static void syncer_join(RsCaseFiles *files) {
  if (files->syncer == NULL) return;
  written_push(files, g_strdup(""));
  g_thread_join(g_steal_pointer(&files->syncer));
}

bool rs_case_files_sync(RsCaseFiles *files, GError **error) {
  syncer_join(files);
  if (files->failed == NULL) return true;
  g_propagate_error(error, g_steal_pointer(&files->failed));
  return false;
}

const GPtrArray *rs_case_files_all(const RsCaseFiles *files) { return files->all; }

void rs_case_files_free(RsCaseFiles *files) {
  if (files == NULL) return;
  syncer_join(files);
  g_clear_error(&files->failed);
  g_queue_clear_full(&files->written, g_free);
  g_cond_clear(&files->more);
  g_mutex_clear(&files->lock);
  g_hash_table_unref(files->by_name);
  g_ptr_array_unref(files->all);
  g_free(files->folder);
  g_free(files);
}
