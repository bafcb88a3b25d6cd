/* tests/bench/simulate_main.c: a bare command around rs_simulate, for benchmarks.
 *
 *   rs_simulate_tool [--seed N] [--persons N] [--days N] [--lines N] [--hard X] [--rings batch,resale,...] [--innocent X]
 *                    [--style big|town|industrial] [--dial NAME=X] -o DIR
 * --rings takes eight numbers in the order batch resale steering crossregion duplicate travel trace mixed. */
#include "datasets/simulate.h"

#include <stdio.h>
#include <string.h>

typedef struct {
  const char *name;
  size_t at;
} Dial;
static const Dial dials[] = {{"ring-size", offsetof(RsSimulateOptions, ring_size)},
                             {"bursts", offsetof(RsSimulateOptions, bursts)},
                             {"attendance", offsetof(RsSimulateOptions, attendance)},
                             {"window", offsetof(RsSimulateOptions, window_minutes)},
                             {"outlets", offsetof(RsSimulateOptions, outlets)},
                             {"purity", offsetof(RsSimulateOptions, purity)},
                             {"dose", offsetof(RsSimulateOptions, dose)},
                             {"honest", offsetof(RsSimulateOptions, honest)},
                             {"overlap", offsetof(RsSimulateOptions, overlap)},
                             {"mimicry", offsetof(RsSimulateOptions, mimicry)}};

static bool set_dial(RsSimulateOptions *options, const char *text) {
  const char *equals = strchr(text, '=');
  for (size_t i = 0; equals && i < G_N_ELEMENTS(dials); i++)
    if (strlen(dials[i].name) == (size_t)(equals - text) && !strncmp(dials[i].name, text, (size_t)(equals - text))) {
      const double value = g_ascii_strtod(equals + 1, NULL);
      memcpy((char *)options + dials[i].at, &value, sizeof value);
      return true;
    }
  return false;
}

static bool set_rings(RsSimulateOptions *options, const char *text) {
  g_auto(GStrv) part = g_strsplit(text, ",", 9);
  for (unsigned i = 0; i < 8; i++) options->rings[i] = 0;
  for (unsigned i = 0; part[i] && i < 8; i++) options->rings[i] = (uint32_t)g_ascii_strtoull(part[i], NULL, 10);
  return true;
}

static bool set(RsSimulateOptions *options, const char *name, const char *value) {
  static const char *const styles[] = {"auto", "big", "town", "industrial"};
  if (!strcmp(name, "--seed"))
    options->seed = g_ascii_strtoull(value, NULL, 10);
  else if (!strcmp(name, "--persons"))
    options->persons = (uint32_t)g_ascii_strtoull(value, NULL, 10);
  else if (!strcmp(name, "--days"))
    options->days = (uint32_t)g_ascii_strtoull(value, NULL, 10);
  else if (!strcmp(name, "--lines"))
    options->lines = g_ascii_strtoull(value, NULL, 10);
  else if (!strcmp(name, "--hard"))
    options->hard = g_ascii_strtod(value, NULL);
  else if (!strcmp(name, "--innocent"))
    options->innocent = g_ascii_strtod(value, NULL);
  else if (!strcmp(name, "--rings"))
    return set_rings(options, value);
  else if (!strcmp(name, "--dial"))
    return set_dial(options, value);
  else if (!strcmp(name, "--style")) {
    for (unsigned i = 0; i < G_N_ELEMENTS(styles); i++)
      if (!strcmp(styles[i], value)) {
        options->style = (RsCityStyle)i;
        return true;
      }
    return false;
  } else
    return false;
  return true;
}

int main(int argc, char **argv) {
  RsSimulateOptions options;
  rs_simulate_defaults(&options);
  const char *folder = NULL;
  for (int i = 1; i < argc; i += 2) {
    bool known = i + 1 < argc;
    if (known && !strcmp(argv[i], "-o"))
      folder = argv[i + 1];
    else
      known = known && set(&options, argv[i], argv[i + 1]);
    if (!known) {
      fprintf(stderr, "rs_simulate_tool: what is '%s'?\n", argv[i]);
      return 2;
    }
  }
  if (!folder) {
    fprintf(stderr, "rs_simulate_tool: -o DIR is missing\n");
    return 2;
  }
  g_autoptr(GError) error = NULL;
  if (rs_simulate(&options, folder, &error)) return 0;
  fprintf(stderr, "rs_simulate_tool: %s\n", error->message);
  return error->code;
}
