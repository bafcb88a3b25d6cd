/* keygen: a pair of keys to seal with: KEY stays with its owner, KEY.pub is given to whoever shall check. */
#include "base/error.h"
#include "cli/commands.h"
#include "cli/summary.h"
#include "cli/terminal.h"
#include "exporters/sign.h"

#include <stdio.h>

int rs_command_keygen(const RsOptions *options, GError **error) {
  char fingerprint[65];
  if (!rs_sign_keygen(options->output, fingerprint, error)) return RS_ERROR_IO;
  if (options->json) return rs_summary_written(options->output, fingerprint, NULL, 0, error) ? 0 : RS_ERROR_IO;
  if (options->quiet) return 0;
  g_autofree char *path = rs_terminal_text(options->output);
  printf(rs_say(options->language, "private    %s      (stays with you, mode 0600)\npublic     %s.pub\nfingerprint sha256:%s\n"
                "Give the fingerprint on another way than the packs: a key that comes with a pack proves nothing.\n"),
         path, path, fingerprint);
  return 0;
}
