#include "exporters/case_folder.h"

#include "base/error.h"
#include "base/interrupt.h"
#include "base/waiters.h"
#include "base/words.h"
#include "exporters/checksum.h"
#include "exporters/manifest.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <glib/gstdio.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#define PARTIAL ".partial-"
#define FORMER ".partial-former"
#define REMOVERS 16u

static bool io_failed(GError **error, const char *path, const char *what) {
  const int code = errno;
  g_set_error(error, RS_ERROR, RS_ERROR_IO, _("%s: cannot %s: %s"), path, _(what), rs_words_errno(code));
  return false;
}

/* Nothing can be made where its parent is not: says which, else what the system says. */
static bool parent_failed(GError **error, const char *folder, const char *what) {
  const int code = errno;
  g_autofree char *parent = g_path_get_dirname(folder);
  if (code == ENOENT && access(parent, F_OK) != 0)
    g_set_error(error, RS_ERROR, RS_ERROR_IO, _("'%s' cannot be made: there is no folder '%s'; create it first (mkdir -p)"), folder, parent);
  else {
    errno = code;
    io_failed(error, folder, what);
  }
  return false;
}

char *rs_case_folder_name(const char *folder, GError **error) {
  size_t length = strlen(folder);
  while (length > 0 && folder[length - 1] == '/') length--;
  g_autofree char *name = g_strndup(folder, length);
  g_autofree char *base = g_path_get_basename(length == 0 ? "." : name);
  if (length > 0 && strcmp(base, ".") != 0 && strcmp(base, "..") != 0) return g_steal_pointer(&name);
  g_set_error(error, RS_ERROR, RS_ERROR_USAGE, _("'%s' cannot be a case folder: give a name of its own, for example 'case'"), folder);
  return NULL;
}

/* ---- removing ---- */

static int entry_remove(const char *path, const struct stat *status, int kind, struct FTW *where) {
  (void)status, (void)kind, (void)where;
  remove(path);
  return 0;
}

void rs_case_folder_remove(const char *path) { nftw(path, entry_remove, 16, FTW_DEPTH | FTW_PHYS | FTW_MOUNT); }

static bool file_remove(const char *path, GError **error) {
  (void)error;
  unlink(path);
  return true;
}

/* A case's files, side by side: where the disk is told of each freed block, every one is milliseconds of waiting. */
static void files_remove(RsWaiters *waiters, const char *folder) {
  DIR *entries = opendir(folder);
  for (struct dirent *entry; entries != NULL && (entry = readdir(entries)) != NULL;)
    if (!rs_case_folder_has_part(entry->d_name) && strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0)
      rs_waiters_add(waiters, g_build_filename(folder, entry->d_name, NULL));
  if (entries != NULL) closedir(entries);
}

static void former_remove(const char *folder) {
  static const char *const part[] = {"rings", "dossiers"};
  RsWaiters *waiters = rs_waiters_new(REMOVERS, file_remove);
  for (size_t i = 0; i < G_N_ELEMENTS(part); i++) {
    g_autofree char *path = g_build_filename(folder, part[i], NULL);
    files_remove(waiters, path);
  }
  files_remove(waiters, folder);
  rs_waiters_free(waiters);
  rs_case_folder_remove(folder); /* what is left: the folders themselves */
}

/* ---- may it be replaced ---- */

static bool refused(GError **error, const char *folder, const char *why) {
  g_set_error(error, RS_ERROR, RS_ERROR_USAGE, _(why), folder);
  return false;
}

bool rs_case_folder_has_part(const char *name) { return strcmp(name, "rings") == 0 || strcmp(name, "dossiers") == 0; }

static bool name_is_ours(GHashTable *names, const char *name) {
  return g_hash_table_contains(names, name) || strcmp(name, "manifest.json") == 0 || strcmp(name, "log.jsonl") == 0;
}

/* The first entry (relative path) that no manifest names, or NULL; sub is NULL or a folder inside. */
static char *stranger_find(const char *folder, const char *sub, GHashTable *names) {
  g_autofree char *path = sub == NULL ? g_strdup(folder) : g_build_filename(folder, sub, NULL);
  DIR *entries = opendir(path);
  char *stranger = entries == NULL ? g_strdup(sub) : NULL;
  for (struct dirent *entry; stranger == NULL && entries != NULL && (entry = readdir(entries)) != NULL;) {
    if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0) continue;
    g_autofree char *name = sub == NULL ? g_strdup(entry->d_name) : g_build_filename(sub, entry->d_name, NULL);
    if (sub == NULL && rs_case_folder_has_part(name)) stranger = stranger_find(folder, name, names);
    else if (!name_is_ours(names, name)) stranger = g_steal_pointer(&name);
  }
  if (entries != NULL) closedir(entries);
  return stranger;
}

bool rs_case_folder_replaceable(const char *folder, GError **error) {
  struct stat status;
  bool is_case;
  if (lstat(folder, &status) != 0) return errno == ENOENT || io_failed(error, folder, N_("look"));
  if (S_ISLNK(status.st_mode)) return refused(error, folder, N_("'%s' is a link: choose another folder"));
  if (!S_ISDIR(status.st_mode)) return refused(error, folder, N_("'%s' is not a folder: choose another folder"));
  g_autoptr(GHashTable) names = rs_manifest_names(folder, &is_case);
  g_autofree char *stranger = stranger_find(folder, NULL, names);
  if (stranger == NULL) return true;
  if (!is_case) return refused(error, folder, N_("'%s' is not empty and not a ringscope case: choose another folder"));
  g_set_error(error, RS_ERROR, RS_ERROR_USAGE, _("'%s' holds '%s', which ringscope did not write: move it away, or choose another folder"),
              folder, stranger);
  return false;
}

/* ---- begin and finish ---- */

char *rs_case_folder_begin(const char *folder, GError **error) {
  g_autofree char *partial = g_strconcat(folder, PARTIAL "XXXXXX", NULL);
  rs_interrupt_hold();
  const bool made = mkdtemp(partial) != NULL || parent_failed(error, folder, N_("create"));
  rs_interrupt_resume();
  return made ? g_steal_pointer(&partial) : NULL;
}

bool rs_case_folder_sync(const char *path, GError **error) {
  const int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NOCTTY);
  if (fd < 0) return io_failed(error, path, N_("open"));
  const bool good = fsync(fd) == 0 || errno == EINVAL || errno == ENOTSUP || errno == EROFS || io_failed(error, path, N_("write"));
  close(fd);
  return good;
}

bool rs_case_folder_add(const char *path, const char *bytes, size_t length, GError **error) {
  const int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW | O_NOCTTY, 0600);
  if (fd < 0) return io_failed(error, path, N_("create"));
  bool good = true;
  while (good && length > 0) {
    const ssize_t n = write(fd, bytes, MIN(length, (size_t)1 << 30));
    if (n < 0 && errno == EINTR) continue;
    good = n >= 0 || io_failed(error, path, N_("write"));
    bytes += MAX(n, 0);
    length -= (size_t)MAX(n, 0);
  }
  if (close(fd) != 0 && errno != EINTR && good) good = io_failed(error, path, N_("write"));
  if (!good) unlink(path);
  return good;
}

static void parent_sync(const char *path) {
  g_autofree char *parent = g_path_get_dirname(path);
  rs_case_folder_sync(parent, NULL);
}

static bool move_aside(const char *partial, const char *folder, GError **error) {
  g_autofree char *former = g_strconcat(folder, FORMER, NULL);
  rs_case_folder_remove(former);
  if (rename(folder, former) != 0) return io_failed(error, folder, N_("replace"));
  if (rename(partial, folder) != 0) {
    io_failed(error, folder, N_("replace"));
    if (rename(former, folder) != 0) g_warning("%s: the former case is in %s", folder, former);
    return false;
  }
  parent_sync(folder);
  former_remove(former);
  return true;
}

static bool put_in_place(const char *partial, const char *folder, bool may_exchange, GError **error) {
  if (!rs_case_folder_replaceable(folder, error)) return false;
  if (access(folder, F_OK) != 0) {
    if (rename(partial, folder) != 0) return io_failed(error, folder, N_("create"));
    parent_sync(folder);
    return true;
  }
  if (may_exchange && renameat2(AT_FDCWD, partial, AT_FDCWD, folder, RENAME_EXCHANGE) == 0) {
    parent_sync(folder);
    former_remove(partial);
    return true;
  }
  if (may_exchange && errno != EINVAL && errno != ENOSYS && errno != ENOTSUP) return io_failed(error, folder, N_("replace"));
  return move_aside(partial, folder, error);
}

bool rs_case_folder_finish(const char *partial, const char *folder, bool may_exchange, GError **error) {
  rs_interrupt_hold();
  const bool good = put_in_place(partial, folder, may_exchange, error);
  rs_interrupt_resume();
  return good;
}

/* ---- recovery ---- */

/* What follows the folder's own name in a name beside it, or NULL. */
static const char *name_after(const char *name, const char *base) {
  return g_str_has_prefix(name, base) ? name + strlen(base) : NULL;
}

/* True for a suffix written while a case is made, that means nothing once no run is on. */
static bool suffix_is_stale(const char *suffix) {
  static const char *const stem[] = {PARTIAL, ".rejects.csv" PARTIAL, ".key" PARTIAL, ".ids" PARTIAL};
  for (size_t i = 0; i < G_N_ELEMENTS(stem); i++)
    if (g_str_has_prefix(suffix, stem[i]) && strlen(suffix) == strlen(stem[i]) + 6) return true;
  return g_str_has_prefix(suffix, ".key.next-") || g_str_has_prefix(suffix, ".ids.next-");
}

static void next_commit(const char *folder, const char *what, const char *token) {
  g_autofree char *next = g_strconcat(folder, what, ".next-", token, NULL);
  g_autofree char *path = g_strconcat(folder, what, NULL);
  rename(next, path);
}

/* True if it removed something. */
static bool recover(const char *folder) {
  g_autofree char *former = g_strconcat(folder, FORMER, NULL);
  g_autofree char *manifest = g_build_filename(folder, "manifest.json", NULL);
  g_autofree char *parent = g_path_get_dirname(folder);
  g_autofree char *base = g_path_get_basename(folder);
  char sha256[65];
  uint64_t size;
  bool removed = false;
  if (access(folder, F_OK) != 0) rename(former, folder);
  if (rs_checksum_file(manifest, sha256, &size, NULL)) {
    sha256[16] = '\0';
    next_commit(folder, ".ids", sha256);
    next_commit(folder, ".key", sha256);
  }
  DIR *entries = opendir(parent);
  for (struct dirent *entry; entries != NULL && (entry = readdir(entries)) != NULL;) {
    const char *suffix = name_after(entry->d_name, base);
    if (suffix == NULL || !suffix_is_stale(suffix)) continue;
    g_autofree char *path = g_build_filename(parent, entry->d_name, NULL);
    rs_case_folder_remove(path);
    removed = true;
  }
  if (entries != NULL) closedir(entries);
  return removed;
}

void rs_case_folder_recover(const char *folder) { recover(folder); }

/* ---- the lock ---- */

struct RsCaseLock { int fd; char *path; };

void rs_case_unlock(RsCaseLock *lock) {
  if (lock == NULL) return;
  rs_interrupt_hold();
  if (lock->fd >= 0) rs_interrupt_remember(lock->path);
  rs_interrupt_resume();
  rs_interrupt_set_action(NULL, NULL);
  if (lock->fd >= 0) {
    rs_interrupt_hold();
    unlink(lock->path); /* while held: whoever waits for this very file finds it gone and opens a new one */
    rs_interrupt_forget(lock->path);
    rs_interrupt_resume();
    close(lock->fd);
  }
  g_free(lock->path);
  g_free(lock);
}

/* The file that is locked must still be the one that the name means: its last holder may have removed it between open and flock. */
static bool lock_is_named(const RsCaseLock *lock) {
  struct stat held, named;
  return fstat(lock->fd, &held) == 0 && lstat(lock->path, &named) == 0 && held.st_ino == named.st_ino && held.st_dev == named.st_dev;
}

static bool lock_take(RsCaseLock *lock, const char *folder, GError **error) {
  for (;;) {
    lock->fd = open(lock->path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW | O_NOCTTY, 0600);
    if (lock->fd < 0) return parent_failed(error, folder, N_("write beside it"));
    if (flock(lock->fd, LOCK_EX | LOCK_NB) == 0) {
      if (lock_is_named(lock)) return true;
      close(lock->fd);
      lock->fd = -1;
      continue;
    }
    if (errno == EWOULDBLOCK) g_set_error(error, RS_ERROR, RS_ERROR_IO, _("'%s' is being written by another run"), folder);
    else io_failed(error, lock->path, N_("lock"));
    close(lock->fd);
    lock->fd = -1;
    return false;
  }
}

/* Other threads may still be writing into a folder that is being removed, until it is gone; hence again until nothing is left. */
static void interrupted(void *data) {
  const RsCaseLock *lock = data;
  g_autofree char *name = g_strndup(lock->path, strlen(lock->path) - strlen(".lock"));
  for (unsigned i = 0; i < 1000 && recover(name); i++) g_usleep(1000);
  unlink(lock->path);
}

RsCaseLock *rs_case_lock(const char *folder, GError **error) {
  g_autofree char *name = rs_case_folder_name(folder, error);
  if (name == NULL) return NULL;
  RsCaseLock *lock = g_new0(RsCaseLock, 1);
  lock->fd = -1;
  lock->path = g_strconcat(name, ".lock", NULL);
  rs_interrupt_hold(); /* a signal between taking the file and knowing of it would leave it behind */
  rs_interrupt_reserve(strlen(lock->path));
  bool good = lock_take(lock, name, error);
  if (good) rs_interrupt_remember(lock->path);
  rs_interrupt_resume();
  if (good) {
    rs_interrupt_set_action(interrupted, lock);
    rs_interrupt_hold();
    rs_interrupt_forget(lock->path); /* from here the action removes it, and last: before it goes no other run may come */
    rs_interrupt_resume();
    rs_case_folder_recover(name);
    good = rs_case_folder_replaceable(name, error);
  }
  if (good) return lock;
  rs_case_unlock(lock);
  return NULL;
}
