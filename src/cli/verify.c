/* verify: is every file of a case, or of a sealed pack, as it was written; does the log's chain of hashes hold; and, with the claims at hand, does the
 * same come out again. */
#include "base/beneath.h"
#include "base/error.h"
#include "cli/commands.h"
#include "cli/rerun.h"
#include "cli/terminal.h"
#include "exporters/json.h"
#include "exporters/manifest.h"
#include "exporters/pack.h"

#include <string.h>
#include <unistd.h>

/* What was found, of whichever kind of thing. The texts are borrowed. */
typedef struct {
  const GPtrArray *findings;
  guint n_files;
  uint64_t n_bytes, n_log_entries;
  const char *digest;
  const RsPackCheck *pack; /* NULL: a case folder */
  const RsRerun *rerun;    /* NULL: not asked for */
} Result;

static void finding_line(const RsVerifyFinding *finding, RsLanguage language, RsOutput *output) {
  static const char *const what[] = {N_("changed "), N_("missing "), N_("extra   "), N_("log     "), N_("manifest"), N_("seal    ")};
  g_autoptr(GString) line = g_string_new(rs_say(language, what[finding->what]));
  g_string_append(line, "  ");
  rs_terminal_add(line, finding->name);
  if (*finding->detail != '\0') g_string_append(line, "  ");
  rs_terminal_add(line, rs_say(language, finding->detail));
  g_string_append_c(line, '\n');
  rs_output_text(output, line->str);
}

static void findings_json(RsJson *json, const GPtrArray *findings) {
  static const char *const what[] = {"changed", "missing", "extra", "log", "manifest", "seal"};
  rs_json_begin(json, "findings", '[');
  for (guint i = 0; i < findings->len; i++) {
    const RsVerifyFinding *finding = g_ptr_array_index(findings, i);
    rs_json_begin(json, NULL, '{');
    rs_json_text(json, "what", what[finding->what]);
    rs_json_text(json, "name", finding->name);
    rs_json_text(json, "detail", *finding->detail == '\0' ? NULL : finding->detail);
    rs_json_end(json, '}');
  }
  rs_json_end(json, ']');
}

static void rerun_json(RsJson *json, const RsRerun *rerun) {
  rs_json_begin(json, "rerun", '{');
  rs_json_bool(json, "same", rerun->same);
  rs_json_text(json, "result_digest", rerun->digest);
  rs_json_begin(json, "differences", '[');
  for (guint i = 0; i < rerun->differences->len; i++) rs_json_text(json, NULL, g_ptr_array_index(rerun->differences, i));
  rs_json_end(json, ']');
  rs_json_end(json, '}');
}

static void json_write(const Result *result, RsOutput *output) {
  RsJson json = rs_json(output);
  rs_json_begin(&json, NULL, '{');
  rs_json_bool(&json, "whole", result->findings->len == 0);
  rs_json_unsigned(&json, "files", result->n_files);
  rs_json_unsigned(&json, "bytes", result->n_bytes);
  rs_json_unsigned(&json, "log_entries", result->n_log_entries);
  rs_json_text(&json, "result_digest", *result->digest == '\0' ? NULL : result->digest);
  if (result->pack != NULL) {
    const RsSeal *seal = result->pack->seal;
    rs_json_text(&json, "public_key", result->pack->fingerprint);
    rs_json_text(&json, "ring", seal == NULL || *seal->ring == '\0' ? NULL : seal->ring);
    rs_json_text(&json, "log_head", seal == NULL ? NULL : seal->log_head);
  }
  findings_json(&json, result->findings);
  if (result->rerun != NULL) rerun_json(&json, result->rerun);
  rs_json_end(&json, '}');
  rs_output_char(output, '\n');
}

static void printed(RsOutput *output, char *line /* taken */) {
  rs_output_text(output, line);
  g_free(line);
}

static void pack_text(const RsOptions *options, const Result *result, RsOutput *output) {
  const RsPackCheck *pack = result->pack;
  printed(output, g_strdup_printf(rs_say(options->language, "key        sha256:%s\n           is this the fingerprint you know from elsewhere? A key that came with the pack proves nothing\n"),
                                  pack->fingerprint));
  if (result->findings->len > 0) return;
  printed(output, g_strdup_printf(rs_say_n(options->language,
                                           "sealed     %u files of %s, by %s; the case by ringscope %s; no time is certified\nlog        %llu entry, head sha256:%s\n",
                                           "sealed     %u files of %s, by %s; the case by ringscope %s; no time is certified\nlog        %llu entries, head sha256:%s\n",
                                           pack->seal->log_entries),
                                  pack->n_files, *pack->seal->ring == '\0' ? rs_say(options->language, "a whole case") : pack->seal->ring,
                                  pack->seal->program, pack->seal->case_version, (unsigned long long)pack->seal->log_entries, pack->seal->log_head));
}

static void rerun_text(const RsOptions *options, const RsRerun *rerun, RsOutput *output) {
  for (guint i = 0; i < rerun->differences->len; i++) {
    g_autofree char *line = rs_terminal_text(g_ptr_array_index(rerun->differences, i));
    rs_output_text(output, rs_say(options->language, "differs   "));
    rs_output_text(output, " ");
    rs_output_text(output, line);
    rs_output_char(output, '\n');
  }
  printed(output, g_strdup_printf(rerun->same ? rs_say(options->language, "rerun      sha256:%s: the same\n")
                                              : rs_say(options->language, "rerun      sha256:%s: another result\n"),
                                  rerun->digest));
}

static void text_write(const RsOptions *options, const Result *result, RsOutput *output) {
  for (guint i = 0; i < result->findings->len; i++) finding_line(g_ptr_array_index(result->findings, i), options->language, output);
  if (options->quiet) return;
  if (result->pack != NULL) pack_text(options, result, output);
  else if (result->findings->len == 0)
    printed(output, g_strdup_printf(rs_say_n(options->language, "%u files as the manifest says, %llu entry in the log\n",
                                             "%u files as the manifest says, %llu entries in the log\n", result->n_log_entries),
                                    result->n_files, (unsigned long long)result->n_log_entries));
  if (result->findings->len == 0)
    printed(output, g_strdup_printf(rs_say(options->language, "digest     sha256:%s\n"), result->digest));
  if (result->rerun != NULL) rerun_text(options, result->rerun, output);
}

static int result_say(const RsOptions *options, const Result *result, GError **error) {
  const char *name = options->operand[0];
  const guint n = result->findings->len;
  g_autoptr(RsOutput) output = rs_output_open("-", error);
  if (output == NULL) return RS_ERROR_IO;
  if (options->json) json_write(result, output);
  else text_write(options, result, output);
  if (!rs_output_close(output, error)) return RS_ERROR_IO;
  if (n > 0) g_set_error(error, RS_ERROR, RS_ERROR_INTEGRITY, rs_say_n(options->language, "%s: not as it was written: %u finding", "%s: not as it was written: %u findings", n), name, n);
  else if (result->rerun != NULL && !result->rerun->same)
    g_set_error(error, RS_ERROR, RS_ERROR_INTEGRITY,
                result->rerun->differences->len > 0 ? _("%s: computed again, the result is another; what differs is named above")
                                                    : _("%s: computed again, the result is another, though inputs, options and version are the same"),
                name);
  else return 0;
  return RS_ERROR_INTEGRITY;
}

/* ---- again from the claims ---- */

/* False with error; *rerun stays NULL when it was not asked for, or what was found forbids to believe the manifest. */
static bool rerun_maybe(const RsOptions *options, const char *manifest_text, gsize length, guint n_findings, RsRerun **rerun, GError **error) {
  if (!options->rerun || n_findings > 0) return true;
  g_autoptr(RsManifest) manifest = manifest_text == NULL ? NULL : rs_manifest_parse(manifest_text, length);
  if (manifest == NULL) {
    g_set_error(error, RS_ERROR, RS_ERROR_INPUT, _("%s: its manifest cannot be read"), options->operand[0]);
    return false;
  }
  *rerun = rs_rerun_new(options, manifest, options->operand + 1, error);
  return *rerun != NULL;
}

/* ---- a pack ---- */

static RsPackCheck *pack_check(const RsOptions *options, const char *path, GError **error) {
  if (options->public_key == NULL) {
    g_set_error(error, RS_ERROR, RS_ERROR_USAGE, _("'%s' is a pack: verify needs --public-key FILE, which must come from elsewhere than the pack"), path);
    return NULL;
  }
  g_autoptr(RsSignKey) key = rs_sign_public(options->public_key, error);
  return key == NULL ? NULL : rs_pack_check(path, key, error);
}

static int verify_pack(const RsOptions *options, GError **error) {
  g_autoptr(RsPackCheck) check = pack_check(options, options->operand[0], error);
  if (check == NULL) return RS_ERROR_IO;
  g_autoptr(RsRerun) rerun = NULL;
  gsize length = 0;
  const char *manifest = check->manifest == NULL ? NULL : g_bytes_get_data(check->manifest, &length);
  if (!rerun_maybe(options, manifest, length, check->findings->len, &rerun, error)) return RS_ERROR_IO;
  const RsSeal *seal = check->seal;
  const Result result = {.findings = check->findings, .n_files = check->n_files, .n_bytes = check->n_bytes, .digest = seal == NULL ? "" : seal->digest,
                         .n_log_entries = seal == NULL ? 0 : seal->log_entries, .pack = check, .rerun = rerun};
  return result_say(options, &result, error);
}

/* ---- a case ---- */

/* A log that was cut, reordered or edited before the seal's head no longer has that head at that place. */
static bool sealed_check(const RsOptions *options, GPtrArray *findings, GError **error) {
  if (options->sealed == NULL) return true;
  g_autoptr(RsPackCheck) check = pack_check(options, options->sealed, error);
  gsize length;
  char hash[65];
  if (check == NULL) return false;
  if (check->findings->len > 0) {
    rs_verify_found(findings, RS_VERIFY_SEAL, options->sealed, N_("the pack is not as it was sealed"));
    return true;
  }
  g_autofree char *log = rs_beneath_read(options->operand[0], "log.jsonl", RS_LOG_LIMIT, &length);
  if (log == NULL) return true; /* found missing already */
  if (!rs_case_log_hash(log, length, check->seal->log_entries, hash) || strcmp(hash, check->seal->log_head) != 0)
    rs_verify_found(findings, RS_VERIFY_LOG, "log.jsonl", N_("does not go on from the log that was sealed: lines were cut, moved or changed"));
  return true;
}

static int verify_case(const RsOptions *options, GError **error) {
  const char *folder = options->operand[0];
  g_autoptr(RsVerify) verify = rs_verify_new(folder, error);
  if (verify == NULL || !sealed_check(options, verify->findings, error)) return RS_ERROR_IO;
  gsize length = 0;
  g_autofree char *manifest = rs_beneath_read(folder, "manifest.json", RS_MANIFEST_LIMIT, &length);
  g_autoptr(RsRerun) rerun = NULL;
  if (!rerun_maybe(options, manifest, length, verify->findings->len, &rerun, error)) return RS_ERROR_IO;
  const Result result = {.findings = verify->findings, .n_files = verify->n_files, .n_bytes = verify->n_bytes, .digest = verify->digest,
                         .n_log_entries = verify->n_log_entries, .rerun = rerun};
  return result_say(options, &result, error);
}

int rs_command_verify(const RsOptions *options, GError **error) {
  const bool is_case = g_file_test(options->operand[0], G_FILE_TEST_IS_DIR);
  if (options->rerun != (options->n_operands > 1)) {
    g_set_error_literal(error, RS_ERROR, RS_ERROR_USAGE, options->rerun ? _("--rerun needs the claims: verify CASE --rerun FILE...")
                                                                        : _("verify takes one case or pack; more files only with --rerun"));
    return RS_ERROR_USAGE;
  }
  return is_case || access(options->operand[0], F_OK) != 0 ? verify_case(options, error) : verify_pack(options, error);
}
