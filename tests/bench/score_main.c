/* tests/bench/score_main.c: rs_score_tool CASE_OR_MEMBERS truth.csv [innocent.csv] [--json]: rings/evaluate from a shell. */
#include "rings/evaluate.h"

#include <stdio.h>
#include <string.h>

static bool run(char **path, int n, bool json, GError **error) {
  g_autoptr(RsScoredNames) names = rs_scored_names_new();
  g_autoptr(RsScoredList) leads = rs_scored_leads_read(names, path[0], error);
  if (!leads) return false;
  g_autoptr(RsScoredList) truth = rs_scored_truth_read(names, path[1], error);
  if (!truth) return false;
  g_autoptr(RsScoredList) innocent = NULL;
  if (n > 2 && !(innocent = rs_scored_innocent_read(names, path[2], error))) return false;
  g_autoptr(RsEvaluation) evaluation = rs_evaluation_new(truth, innocent, leads);
  g_autoptr(RsOutput) output = rs_output_open("-", error);
  if (!output) return false;
  (json ? rs_evaluation_json : rs_evaluation_print)(evaluation, truth, innocent, leads, output);
  return rs_output_close(output, error);
}

int main(int argc, char **argv) {
  char *path[3];
  int n = 0;
  bool json = false;
  for (int i = 1; i < argc; i++) {
    if (!strcmp(argv[i], "--json"))
      json = true;
    else if (n < 3)
      path[n++] = argv[i];
  }
  if (n < 2) {
    fprintf(stderr, "rs_score_tool CASE_OR_MEMBERS truth.csv [innocent.csv] [--json]\n");
    return 2;
  }
  g_autoptr(GError) error = NULL;
  if (run(path, n, json, &error)) return 0;
  fprintf(stderr, "rs_score_tool: %s\n", error->message);
  return error->code;
}
