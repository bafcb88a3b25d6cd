#include "exporters/case_log.h"

#include "base/beneath.h"
#include "base/error.h"
#include "base/words.h"
#include "base/interrupt.h"
#include "exporters/case_folder.h"
#include "exporters/checksum.h"
#include "exporters/json.h"

#include <errno.h>
#include <fcntl.h>
#include <pwd.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define HASH_KEY ",\"hash\":\""
#define PREV_KEY "\"prev\":\""
#define NO_HASH "0000000000000000000000000000000000000000000000000000000000000000"

static void time_write(RsJson *json) {
  struct tm parts;
  char text[32] = "";
  const time_t now = time(NULL);
  if (gmtime_r(&now, &parts) != NULL) strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%SZ", &parts);
  rs_json_text(json, "time", text);
}

static void user_write(RsJson *json) {
  const struct passwd *user = getpwuid(geteuid());
  g_autofree char *number = g_strdup_printf("%lu", (unsigned long)geteuid());
  rs_json_text(json, "user", user != NULL ? user->pw_name : number);
}

static void inputs_write(RsJson *json, const RsReport *report) {
  rs_json_begin(json, "inputs", '[');
  for (guint i = 0; report != NULL && i < report->files->len; i++) {
    const RsInputFile *file = g_ptr_array_index(report->files, i);
    rs_json_begin(json, NULL, '{');
    rs_json_text(json, "file", file->name);
    rs_json_text(json, "sha256", file->sha256);
    rs_json_end(json, '}');
  }
  rs_json_end(json, ']');
}

/* The entry without its own hash and closing brace. */
static GBytes *entry_begin(const RsLogEntry *entry, uint64_t seq, const char *prev) {
  g_autoptr(RsOutput) output = rs_output_memory();
  RsJson json = rs_json_line(output);
  rs_json_begin(&json, NULL, '{');
  rs_json_unsigned(&json, "seq", seq);
  time_write(&json);
  user_write(&json);
  rs_json_text(&json, "operator", entry->operator_name);
  rs_json_text(&json, "program", "ringscope " RS_VERSION);
  rs_json_text(&json, "command", entry->command);
  rs_json_begin(&json, "options", '{');
  for (const char *const *pair = entry->options; pair != NULL && pair[0] != NULL; pair += 2) rs_json_text(&json, pair[0], pair[1]);
  rs_json_end(&json, '}');
  inputs_write(&json, entry->report);
  rs_json_bool(&json, "masked", entry->masked);
  rs_json_text(&json, "authority", entry->authority);
  rs_json_text(&json, "result_digest", entry->digest);
  rs_json_text(&json, "manifest_sha256", entry->manifest_sha256);
  rs_json_text(&json, "prev", prev);
  return rs_output_bytes(output);
}

/* The line that follows the log so far, with its line end. */
static GString *line_after(const GString *log, const RsLogEntry *entry) {
  uint64_t n_lines = 0;
  size_t last = 0; /* where the last line begins */
  for (size_t i = 0; i < log->len; i++)
    if (log->str[i] == '\n') {
      n_lines++;
      if (i + 1 < log->len) last = i + 1;
    }
  char prev[65] = NO_HASH, own[65];
  if (log->len > 0) rs_checksum_bytes(log->str + last, log->len - last - 1, prev);
  g_autoptr(GBytes) bytes = entry_begin(entry, n_lines + 1, prev);
  gsize length;
  const char *start = g_bytes_get_data(bytes, &length);
  rs_checksum_bytes(start, length, own);
  GString *line = g_string_new_len(start, (gssize)length);
  g_string_append_printf(line, HASH_KEY "%s\"}\n", own);
  return line;
}

/* The former log with a line end after each line, or "" when there is none. A link is no log of ours. */
static GString *former_read(const char *path, GError **error) {
  gsize length = 0;
  const int fd = path == NULL ? -1 : open(path, O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
  if (fd < 0 && (path == NULL || errno == ENOENT)) return g_string_new(NULL);
  g_autofree char *text = rs_beneath_take(fd, RS_LOG_LIMIT, &length);
  if (text == NULL) {
    const int code = errno;
    g_set_error(error, RS_ERROR, RS_ERROR_IO, _("%s: cannot read: %s"), path, rs_words_errno(code));
    return NULL;
  }
  GString *log = g_string_new_len(text, (gssize)length);
  if (log->len > 0 && log->str[log->len - 1] != '\n') g_string_append_c(log, '\n');
  return log;
}

bool rs_case_log_write(const RsLogEntry *entry, const char *former_path, const char *path, GError **error) {
  g_autoptr(GString) log = former_read(former_path, error);
  if (log == NULL) return false;
  g_autoptr(GString) line = line_after(log, entry);
  g_autoptr(RsOutput) output = rs_output_open(path, error);
  if (output == NULL) return false;
  rs_output_write(output, log->str, log->len);
  rs_output_write(output, line->str, line->len);
  return rs_output_close_unsynced(output, error);
}

/* ---- adding to a log that stands ---- */

/* The file that is locked must still be the one that the name means: the case may have been replaced meanwhile. */
static bool still_named(int fd, const char *path) {
  struct stat held, named;
  return fstat(fd, &held) == 0 && lstat(path, &named) == 0 && held.st_ino == named.st_ino && held.st_dev == named.st_dev;
}

/* The log opened with these flags and locked; -1 and errno. */
static int log_lock(const char *path, int flags) {
  for (;;) {
    const int fd = open(path, flags | O_NOFOLLOW | O_CLOEXEC | O_NOCTTY);
    if (fd < 0) return -1;
    while (flock(fd, LOCK_EX) != 0 && errno == EINTR) continue;
    if (still_named(fd, path)) return fd;
    close(fd);
  }
}

int rs_case_log_hold(const char *folder) {
  g_autofree char *path = g_build_filename(folder, "log.jsonl", NULL);
  return log_lock(path, O_RDONLY);
}

/* Whole or not at all: what was written of a line that did not fit is cut off again. */
static bool line_append(int fd, const char *path, const GString *line, GError **error) {
  const off_t end = lseek(fd, 0, SEEK_END);
  ssize_t n = 0;
  size_t done = 0;
  rs_interrupt_hold();
  while (end >= 0 && done < line->len && n >= 0) {
    n = write(fd, line->str + done, line->len - done);
    if (n < 0 && errno == EINTR) n = 0;
    else if (n > 0) done += (size_t)n;
  }
  const bool good = done == line->len && (fsync(fd) == 0 || errno == EINVAL);
  const int code = errno;
  if (!good && end >= 0 && ftruncate(fd, end) != 0) g_warning("%s: a line is cut off", path);
  rs_interrupt_resume();
  if (!good) g_set_error(error, RS_ERROR, RS_ERROR_IO, _("%s: cannot write: %s"), path, rs_words_errno(code));
  return good;
}

static bool log_append(int fd, const char *path, const RsLogEntry *entry, GError **error) {
  g_autoptr(GString) log = former_read(path, error);
  if (log == NULL) return false;
  g_autoptr(GString) line = line_after(log, entry);
  return line_append(fd, path, line, error);
}

bool rs_case_log_add(const char *folder, const RsLogEntry *entry, const char *beside, bool *where_beside, GError **error) {
  g_autofree char *path = g_build_filename(folder, "log.jsonl", NULL);
  const int fd = log_lock(path, O_RDWR | O_APPEND), code = errno;
  *where_beside = false;
  if (fd >= 0) {
    const bool good = log_append(fd, path, entry, error);
    close(fd);
    return good;
  }
  if (beside == NULL || (code != EROFS && code != EACCES && code != EPERM && code != ENOENT)) {
    g_set_error(error, RS_ERROR, RS_ERROR_IO, _("%s: the operation cannot be logged: %s"), path, rs_words_errno(code));
    return false;
  }
  *where_beside = true;
  return rs_case_log_write(entry, beside, beside, error) && rs_case_folder_sync(beside, error);
}

/* ---- checking ---- */

static bool line_holds(const char *line, size_t length, const char *prev) {
  const char *hash = g_strrstr_len(line, (gssize)length, HASH_KEY), *named = g_strrstr_len(line, (gssize)length, PREV_KEY);
  char own[65];
  if (hash == NULL || named == NULL || named > hash) return false;
  const size_t tail = length - (size_t)(hash - line);
  if (tail != strlen(HASH_KEY) + 64 + 2 || (size_t)(hash - named) != strlen(PREV_KEY) + 64 + 1) return false;
  rs_checksum_bytes(line, (size_t)(hash - line), own);
  return memcmp(hash + strlen(HASH_KEY), own, 64) == 0 && memcmp(named + strlen(PREV_KEY), prev, 64) == 0 && line[length - 1] == '}';
}

bool rs_case_log_holds(const char *text, gsize length, const char *name, RsLogState *state, GError **error) {
  *state = (RsLogState){0, NO_HASH};
  for (const char *line = text, *end; line < text + length; line = end + 1) {
    end = memchr(line, '\n', length - (size_t)(line - text));
    if (end == NULL || !line_holds(line, (size_t)(end - line), state->head)) {
      g_set_error(error, RS_ERROR, RS_ERROR_INTEGRITY, _("%s:%llu: the log was changed here or before"), name, (unsigned long long)state->n + 1);
      return false;
    }
    rs_checksum_bytes(line, (size_t)(end - line), state->head);
    state->n++;
  }
  return true;
}

bool rs_case_log_hash(const char *text, gsize length, uint64_t number, char hash[65]) {
  const char *line = text, *end = NULL;
  for (uint64_t i = 1; line < text + length && (end = memchr(line, '\n', length - (size_t)(line - text))) != NULL; i++) {
    if (i == number) return rs_checksum_bytes(line, (size_t)(end - line), hash), true;
    line = end + 1;
  }
  return false;
}

bool rs_case_log_names(const char *text, gsize length, const char *manifest_sha256) {
  g_autofree char *expected = g_strdup_printf("\"manifest_sha256\":\"%s\"", manifest_sha256);
  if (length > 0 && text[length - 1] == '\n') length--;
  const char *before = length == 0 ? NULL : memrchr(text, '\n', length), *last = before == NULL ? text : before + 1;
  return g_strstr_len(last, (gssize)(length - (size_t)(last - text)), expected) != NULL;
}
