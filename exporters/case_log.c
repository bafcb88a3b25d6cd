#include "exporters/case_log.h"

#include "base/error.h"
#include "base/words.h"
#include "exporters/checksum.h"
#include "exporters/json.h"

#include <errno.h>
#include <pwd.h>
#include <string.h>
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

static void work_write(RsJson *json, const RsCase *c) {
  rs_json_text(json, "command", c->command_line);
  rs_json_begin(json, "options", '{');
  for (const char *const *pair = c->options; pair != NULL && pair[0] != NULL; pair += 2) rs_json_text(json, pair[0], pair[1]);
  rs_json_end(json, '}');
  rs_json_begin(json, "inputs", '[');
  for (guint i = 0; i < c->report->files->len; i++) {
    const RsInputFile *file = g_ptr_array_index(c->report->files, i);
    rs_json_begin(json, NULL, '{');
    rs_json_text(json, "file", file->name);
    rs_json_text(json, "sha256", file->sha256);
    rs_json_end(json, '}');
  }
  rs_json_end(json, ']');
  rs_json_bool(json, "masked", !rs_mask_is_clear(c->mask));
  rs_json_text(json, "authority", c->authority);
}

/* The entry without its own hash and closing brace. */
static GBytes *entry_begin(const RsCase *c, uint64_t seq, const char *prev, const char *digest, const char *manifest_sha256) {
  g_autoptr(RsOutput) output = rs_output_memory();
  RsJson json = rs_json_line(output);
  rs_json_begin(&json, NULL, '{');
  rs_json_unsigned(&json, "seq", seq);
  time_write(&json);
  user_write(&json);
  rs_json_text(&json, "program", "ringscope " RS_VERSION);
  work_write(&json, c);
  rs_json_text(&json, "result_digest", digest);
  rs_json_text(&json, "manifest_sha256", manifest_sha256);
  rs_json_text(&json, "prev", prev);
  return rs_output_bytes(output);
}

/* The former log with a line end after each line, or "" when there is none. */
static GString *former_read(const char *path, GError **error) {
  g_autofree char *text = NULL;
  gsize length = 0;
  g_autoptr(GError) unreadable = NULL;
  if (path != NULL && !g_file_get_contents(path, &text, &length, &unreadable) &&
      !g_error_matches(unreadable, G_FILE_ERROR, G_FILE_ERROR_NOENT)) {
    g_set_error(error, RS_ERROR, RS_ERROR_IO, "%s", unreadable->message);
    return NULL;
  }
  GString *log = g_string_new_len(text == NULL ? "" : text, (gssize)length);
  if (log->len > 0 && log->str[log->len - 1] != '\n') g_string_append_c(log, '\n');
  return log;
}

bool rs_case_log_write(const RsCase *c, const char *former_path, const char *path, const char *digest, const char *manifest_sha256,
                       GError **error) {
  g_autoptr(GString) log = former_read(former_path, error);
  if (log == NULL) return false;
  uint64_t n_lines = 0;
  size_t last = 0; /* where the last line begins */
  for (size_t i = 0; i < log->len; i++)
    if (log->str[i] == '\n') {
      n_lines++;
      if (i + 1 < log->len) last = i + 1;
    }
  char prev[65] = NO_HASH, own[65];
  if (log->len > 0) rs_checksum_bytes(log->str + last, log->len - last - 1, prev);
  g_autoptr(GBytes) entry = entry_begin(c, n_lines + 1, prev, digest, manifest_sha256);
  gsize length;
  const char *bytes = g_bytes_get_data(entry, &length);
  rs_checksum_bytes(bytes, length, own);
  g_autoptr(RsOutput) output = rs_output_open(path, error);
  if (output == NULL) return false;
  rs_output_write(output, log->str, log->len);
  rs_output_write(output, bytes, length);
  rs_output_text(output, HASH_KEY);
  rs_output_text(output, own);
  rs_output_text(output, "\"}\n");
  return rs_output_close(output, error);
}

static bool line_holds(const char *line, size_t length, const char *prev) {
  const char *hash = g_strrstr_len(line, (gssize)length, HASH_KEY), *named = g_strrstr_len(line, (gssize)length, PREV_KEY);
  char own[65];
  if (hash == NULL || named == NULL || named > hash) return false;
  const size_t tail = length - (size_t)(hash - line);
  if (tail != strlen(HASH_KEY) + 64 + 2 || (size_t)(hash - named) != strlen(PREV_KEY) + 64 + 1) return false;
  rs_checksum_bytes(line, (size_t)(hash - line), own);
  return memcmp(hash + strlen(HASH_KEY), own, 64) == 0 && memcmp(named + strlen(PREV_KEY), prev, 64) == 0;
}

bool rs_case_log_check(const char *path, GError **error) {
  g_autofree char *text = NULL;
  gsize length = 0;
  g_autoptr(GError) unreadable = NULL;
  char prev[65] = NO_HASH;
  if (!g_file_get_contents(path, &text, &length, &unreadable)) {
    g_set_error(error, RS_ERROR, RS_ERROR_IO, "%s", unreadable->message);
    return false;
  }
  unsigned number = 1;
  for (const char *line = text, *end; line < text + length; line = end + 1, number++) {
    end = memchr(line, '\n', length - (size_t)(line - text));
    if (end == NULL || !line_holds(line, (size_t)(end - line), prev)) {
      g_set_error(error, RS_ERROR, RS_ERROR_INTEGRITY, _("%s:%u: the log was changed here or before"), path, number);
      return false;
    }
    rs_checksum_bytes(line, (size_t)(end - line), prev);
  }
  return true;
}
