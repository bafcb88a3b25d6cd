/* verify: is every file of a case as it was written, and does the log's chain of hashes hold. */
#include "base/error.h"
#include "base/words.h"
#include "cli/commands.h"
#include "cli/terminal.h"
#include "exporters/case_verify.h"
#include "exporters/json.h"

#include <string.h>

static void finding_line(const RsVerifyFinding *finding, RsLanguage language, RsOutput *output) {
  static const char *const what[] = {N_("changed "), N_("missing "), N_("extra   "), N_("log     "), N_("manifest")};
  g_autoptr(GString) line = g_string_new(rs_say(language, what[finding->what]));
  g_string_append(line, "  ");
  rs_terminal_add(line, finding->name);
  if (*finding->detail != '\0') g_string_append(line, "  ");
  rs_terminal_add(line, finding->detail);
  g_string_append_c(line, '\n');
  rs_output_text(output, line->str);
}

static void json_write(const RsVerify *verify, RsOutput *output) {
  static const char *const what[] = {"changed", "missing", "extra", "log", "manifest"};
  RsJson json = rs_json(output);
  rs_json_begin(&json, NULL, '{');
  rs_json_bool(&json, "whole", verify->findings->len == 0);
  rs_json_unsigned(&json, "files", verify->n_files);
  rs_json_unsigned(&json, "bytes", verify->n_bytes);
  rs_json_unsigned(&json, "log_entries", verify->n_log_entries);
  rs_json_text(&json, "result_digest", verify->digest);
  rs_json_begin(&json, "findings", '[');
  for (guint i = 0; i < verify->findings->len; i++) {
    const RsVerifyFinding *finding = g_ptr_array_index(verify->findings, i);
    rs_json_begin(&json, NULL, '{');
    rs_json_text(&json, "what", what[finding->what]);
    rs_json_text(&json, "name", finding->name);
    rs_json_text(&json, "detail", *finding->detail == '\0' ? NULL : finding->detail);
    rs_json_end(&json, '}');
  }
  rs_json_end(&json, ']');
  rs_json_end(&json, '}');
  rs_output_char(output, '\n');
}

static void text_write(const RsOptions *options, const RsVerify *verify, RsOutput *output) {
  for (guint i = 0; i < verify->findings->len; i++)
    finding_line(g_ptr_array_index(verify->findings, i), options->language, output);
  if (options->quiet || verify->findings->len > 0) return;
  g_autofree char *line =
      g_strdup_printf(rs_say(options->language, "%u files as the manifest says, %u entries in the log\ndigest     sha256:%s\n"),
                      verify->n_files, verify->n_log_entries, verify->digest);
  rs_output_text(output, line);
}

int rs_command_verify(const RsOptions *options, GError **error) {
  g_autoptr(RsVerify) verify = rs_verify_new(options->operand[0], error);
  if (verify == NULL) return RS_ERROR_IO;
  g_autoptr(RsOutput) output = rs_output_open("-", error);
  if (output == NULL) return RS_ERROR_IO;
  if (options->json)
    json_write(verify, output);
  else
    text_write(options, verify, output);
  if (!rs_output_close(output, error)) return RS_ERROR_IO;
  if (verify->findings->len == 0) return 0;
  g_set_error(error, RS_ERROR, RS_ERROR_INTEGRITY, rs_say_n(rs_words_terminal(), "%s: not as it was written: %u finding", "%s: not as it was written: %u findings", verify->findings->len),
              options->operand[0], verify->findings->len);
  return RS_ERROR_INTEGRITY;
}
