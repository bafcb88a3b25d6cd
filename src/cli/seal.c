/* seal: a case, or one ring of it, as one signed file. */
#include "base/error.h"
#include "cli/commands.h"
#include "cli/explain.h"
#include "cli/summary.h"
#include "cli/terminal.h"
#include "exporters/pack.h"

#include <stdio.h>

/* The command as typed, for the log; the key's place is nobody's business. */
static char *command_line(const RsOptions *options, const char *ring) {
  g_autofree char *folder = g_shell_quote(options->operand[0]), *output = g_shell_quote(options->output);
  return g_strdup_printf("ringscope seal %s%s%s -o %s", folder, ring == NULL ? "" : " --ring ", ring == NULL ? "" : ring, output);
}

static bool ring_find(const RsOptions *options, char **ring, GError **error) {
  *ring = NULL;
  if (options->ring == NULL) return true;
  g_autoptr(RsCaseRead) read = rs_case_read_new(options->operand[0], NULL, error);
  *ring = read == NULL ? NULL : rs_explain_find_ring(read, options->ring, error);
  return *ring != NULL;
}

int rs_command_seal(const RsOptions *options, GError **error) {
  g_autofree char *ring = NULL;
  char fingerprint[65];
  guint n_files;
  if (options->key == NULL) {
    g_set_error_literal(error, RS_ERROR, RS_ERROR_USAGE, _("seal needs --key FILE, a private key; ringscope keygen -o KEY makes one"));
    return RS_ERROR_USAGE;
  }
  g_autoptr(RsSignKey) key = rs_sign_private(options->key, error);
  if (key == NULL || !ring_find(options, &ring, error)) return RS_ERROR_IO;
  g_autofree char *command = command_line(options, ring);
  const RsPackOrder order = {.folder = options->operand[0], .ring = ring, .key = key, .command = command,
                             .operator_name = options->operator_name, .authority = options->authority};
  if (!rs_pack_write(&order, options->output, &n_files, error)) return RS_ERROR_IO;
  rs_sign_fingerprint(key, fingerprint);
  const RsSummaryCount count[] = {{"files", n_files}};
  if (options->json) return rs_summary_written(options->output, fingerprint, count, G_N_ELEMENTS(count), error) ? 0 : RS_ERROR_IO;
  if (options->quiet) return 0;
  g_autofree char *path = rs_terminal_text(options->output);
  fprintf(stderr,
          rs_say(options->language, "%s: %u files sealed; key sha256:%s\nto check:  ringscope verify %s --public-key KEY.pub\n"),
          path, n_files, fingerprint, path);
  return 0;
}
