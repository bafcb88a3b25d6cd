/* analyze: the whole program on one page. */
#include "base/error.h"
#include "base/whole_file.h"
#include "base/words.h"
#include "claims/mapping.h"
#include "cli/commands.h"
#include "cli/run.h"
#include "cli/summary.h"
#include "cli/watch_list.h"
#include "exporters/policy.h"
#include "exporters/checksum.h"
#include "exporters/manifest.h"

#include <string.h>

/* The command as typed, for the log. */
static char *command_line(const RsOptions *options) {
  g_autoptr(GString) text = g_string_new("ringscope analyze");
  for (char **path = options->operand; *path != NULL; path++) {
    g_autofree char *quoted = g_shell_quote(*path);
    g_string_append_printf(text, " %s", quoted);
  }
  g_autofree char *output = g_shell_quote(options->output);
  g_string_append_printf(text, " -o %s", output);
  return g_string_free(g_steal_pointer(&text), FALSE);
}

/* A list that went in, as it is told: its name and what it held. Owned, or NULL where none was given. */
static char *list_told(const char *path) {
  char sha256[65];
  uint64_t size;
  if (path == NULL) return NULL;
  g_autofree char *name = g_path_get_basename(path);
  return g_strdup_printf("%s sha256:%s", name, rs_checksum_file(path, sha256, &size, NULL) ? sha256 : "-");
}

/* A mapping that is a file of the user's; the program's own are told by name. */
static bool is_mapping_file(const char *map) {
  return map != NULL && !g_strv_contains(rs_mapping_names(), map) && g_file_test(map, G_FILE_TEST_IS_REGULAR);
}

/* Its text, so that the case can be made again by who has only the case and the claims; owned, or NULL (one that is no UTF-8 is told by its checksum alone). */
static char *mapping_text(const char *map) {
  gsize length;
  char *text = is_mapping_file(map) ? rs_whole_file_read(map, RS_MAPPING_LIMIT, &length, NULL) : NULL;
  if (text != NULL && (strlen(text) != length || !g_utf8_validate(text, -1, NULL))) g_clear_pointer(&text, g_free);
  return text;
}

/* A former case, as it is told: its name and its result. */
static char *former_name(const char *folder) {
  char digest[65];
  if (folder == NULL) return NULL;
  g_autofree char *name = g_path_get_basename(folder);
  GPtrArray *files = rs_manifest_files(folder, digest, NULL);
  if (files != NULL) g_ptr_array_unref(files);
  return g_strdup_printf("%s sha256:%s", name, files != NULL ? digest : "-");
}

/* Every option that can change the result, by name. */
static const char *const *result_options(const RsOptions *options, const char *const *told, char number[2][24]) {
  static const char *pairs[40];
  size_t n = 0;
  g_snprintf(number[0], 24, "%" G_GINT64_FORMAT, options->seed);
  g_snprintf(number[1], 24, "%d", options->top);
  const char *const given[][2] = {{"map", told[4]},                {"since", options->since}, {"until", options->until},
                                  {"patterns", options->patterns}, {"lang", options->lang},   {"seed", number[0]},
                                  {"top", options->top > 0 ? number[1] : NULL},
                                  {"allow-rejects", options->allow_rejects ? "yes" : NULL},
                                  {"strict-graphml", options->strict_graphml ? "yes" : NULL},
                                  {"gephi-guard", options->gephi_guard ? "yes" : NULL},
                                  {"quiet-gephi", options->quiet_gephi ? "yes" : NULL},
                                  {"dossiers", options->dossiers ? "yes" : NULL},
                                  {"unmask", options->unmask ? "yes" : NULL},
                                  {"watch", told[0]},
                                  {"cleared", told[1]},
                                  {"former", told[2]},
                                  {"policy", told[3]}};
  for (size_t i = 0; i < G_N_ELEMENTS(given); i++)
    if (given[i][1] != NULL) {
      pairs[n++] = given[i][0];
      pairs[n++] = given[i][1];
    }
  pairs[n] = NULL;
  return pairs;
}

static RsClaims *read_claims(RsReader *reader, const RsMask *mask, RsLanguage language, const char *folder, GError **error) {
  GError *failed = NULL;
  RsClaims *claims = rs_reader_read(reader, &failed);
  if (claims != NULL) return claims;
  const RsReport *report = rs_reader_report(reader);
  GError *unwritten = NULL;
  if (failed->code == RS_ERROR_INPUT && report->rejects->len > 0) {
    if (rs_case_write_rejects(report, mask, language, folder, &unwritten))
      g_set_error(error, failed->domain, failed->code, _("%s\n  all of them are in %s.rejects.csv"), failed->message, folder);
    else g_set_error(error, failed->domain, failed->code, "%s\n  (%s)", failed->message, unwritten->message);
    g_clear_error(&unwritten);
    g_error_free(failed);
    return NULL;
  }
  g_propagate_error(error, failed);
  return NULL;
}

static char *trim_slashes(const char *folder) {
  char *name = g_strdup(folder);
  for (size_t n = strlen(name); n > 1 && name[n - 1] == '/'; n--) name[n - 1] = '\0';
  return name;
}

/* A case that is made again keeps its key, so that pseudonyms already passed on can still be resolved. */
static RsMask *mask_new(const RsOptions *options, const char *folder, GError **error) {
  if (options->unmask) return rs_mask_clear();
  g_autofree char *former = options->former == NULL ? NULL : trim_slashes(options->former), *its = former == NULL ? NULL : g_strconcat(former, ".key", NULL);
  char fingerprint[17] = "";
  if (former != NULL) rs_manifest_fingerprint(former, fingerprint);
  if (options->mask_key == NULL && fingerprint[0] != '\0' && g_file_test(its, G_FILE_TEST_IS_REGULAR)) return rs_mask_new(its, error);
  g_autofree char *own = g_strconcat(folder, ".key", NULL);
  bool again = options->mask_key == NULL && g_file_test(own, G_FILE_TEST_IS_REGULAR) && g_file_test(folder, G_FILE_TEST_IS_DIR);
  return rs_mask_new(again ? own : options->mask_key, error);
}

static void case_unlock(RsCaseLock **lock) { rs_case_unlock(*lock); }

int rs_command_analyze(const RsOptions *options, GError **error) {
  RsProgress *progress = rs_progress_start(options);
  RsReadOptions read_options = rs_options_read(options);
  g_autofree char *folder = trim_slashes(options->output);
  g_autoptr(RsList) watch_list = options->watch == NULL ? NULL : rs_watch_list_read(options->watch, error);
  if (options->watch != NULL && watch_list == NULL) return RS_ERROR_INPUT;
  g_autoptr(RsPolicy) policy = options->policy == NULL ? NULL : rs_policy_read(options->policy, error);
  if (options->policy != NULL && policy == NULL) return RS_ERROR_INPUT;
  g_autoptr(RsMask) mask = mask_new(options, folder, error);
  if (mask == NULL) return RS_ERROR_IO;
  rs_progress_stage(progress, rs_say(options->language, "opening the files"), NULL); /* a pipe is taken in here */
  g_auto(RsRun) run = {0};
  if (!rs_run_lists(&run, options, error)) return RS_ERROR_INPUT;
  run.reader = rs_reader_new(&read_options, error);
  if (run.reader == NULL) return RS_ERROR_IO;
  __attribute__((cleanup(case_unlock))) RsCaseLock *lock = rs_case_lock(folder, error);
  if (lock == NULL) return RS_ERROR_IO;

  rs_progress_stage(progress, rs_say(options->language, "reading claims"), rs_reader_report(run.reader));
  run.claims = read_claims(run.reader, mask, options->text_language, folder, error);
  rs_progress_pause(progress);
  rs_summary_mappings(options, rs_reader_report(run.reader)); /* the encoding is settled now */
  if (run.claims == NULL || !rs_run_find(&run, options, mask, progress, error)) return RS_ERROR_IO;
  if (watch_list != NULL && !rs_run_watch(&run, watch_list, options, mask, error)) return RS_ERROR_LIMIT;

  rs_progress_stage(progress, rs_say(options->language, "writing the case folder"), NULL);
  rs_progress_expect(progress, RS_CASE_TO_GRAPH * run.graph_seconds);
  g_autofree char *command = command_line(options), *watch_told = list_told(options->watch), *cleared_told = list_told(options->cleared);
  g_autofree char *former_told = former_name(options->former), *mapping = mapping_text(options->map);
  g_autofree char *map_told = is_mapping_file(options->map) ? list_told(options->map) : g_strdup(options->map);
  char digest[65], number[2][24];
  RsCase c = rs_run_case(&run, options, mask);
  c.command_line = command;
  c.options = result_options(options, (const char *const[]){watch_told, cleared_told, former_told, policy == NULL ? NULL : policy->text, map_told}, number);
  c.mapping = mapping;
  c.policy = policy;
  g_autoptr(RsDisguise) disguise = rs_disguise_new(&c);
  if (!rs_case_write(&disguise->c, folder, digest, error)) return RS_ERROR_IO;
  case_unlock(&lock); /* before anything is said: who reads it may stop reading */
  lock = NULL;
  double seconds = rs_progress_end(progress);
  return rs_summary_print(options, &disguise->c, folder, digest, seconds, error) ? 0 : RS_ERROR_IO;
}
