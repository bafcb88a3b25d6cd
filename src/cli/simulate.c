/* simulate: a synthetic city with planted rings, innocent look-alikes and the truth about both. */
#include "base/error.h"
#include "base/words.h"
#include "cli/commands.h"
#include "cli/summary.h"
#include "datasets/simulate.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static bool read_rings(const char *list, uint32_t rings[8], GError **error) {
  g_auto(GStrv) number = g_strsplit(list, ",", -1);
  memset(rings, 0, 8 * sizeof *rings);
  for (guint i = 0; number[i] != NULL; i++) {
    guint64 value;
    if (i >= 7 || !g_ascii_string_to_unsigned(number[i], 10, 0, 10000, &value, NULL)) {
      g_set_error(error, RS_ERROR, RS_ERROR_USAGE, _("--rings: '%s' is not up to 7 numbers like 5,3,2,3,2,2,2"), list);
      return false;
    }
    rings[i] = (uint32_t)value;
  }
  return true;
}

int rs_command_simulate(const RsOptions *options, GError **error) {
  RsSimulateOptions simulate;
  rs_simulate_defaults(&simulate);
  simulate.seed = (uint64_t)options->seed;
  if (options->n_people < 0 || options->days < 0 || options->n_lines < 0) {
    g_set_error_literal(error, RS_ERROR, RS_ERROR_USAGE, _("--people, --days and --lines cannot be negative"));
    return RS_ERROR_USAGE;
  }
  if (options->n_people > 0) simulate.persons = (uint32_t)options->n_people;
  if (options->days > 0) simulate.days = (uint32_t)options->days;
  if (options->n_lines > 0) simulate.lines = (uint64_t)options->n_lines;
  if (options->hard >= 0) simulate.hard = options->hard;
  if (options->innocent_level >= 0) simulate.innocent = options->innocent_level;
  if (options->rings != NULL && !read_rings(options->rings, simulate.rings, error)) return RS_ERROR_USAGE;
  if (!rs_simulate(&simulate, options->output, error)) return RS_ERROR_IO;
  const RsSummaryCount count[] = {{"seed", simulate.seed}, {"persons", simulate.persons}, {"days", simulate.days}};
  if (options->json) return rs_summary_written(options->output, NULL, count, G_N_ELEMENTS(count), error) ? 0 : RS_ERROR_IO;
  if (!options->quiet)
    printf(rs_say(options->language, "%s/claims.csv, truth.csv, innocent.csv and attribute tables; next: ringscope analyze %s/claims.csv -o case\n"), options->output, options->output);
  return 0;
}
