/* score: precision and recall of a case against the truth. */
#include "base/error.h"
#include "base/output.h"
#include "base/words.h"
#include "cli/commands.h"
#include "cli/outcomes.h"
#include "rings/evaluate.h"

int rs_command_score(const RsOptions *options, GError **error) {
  if (options->outcomes != NULL && options->truth == NULL) return rs_outcomes_score(options, error) ? 0 : RS_ERROR_INPUT;
  if (options->truth == NULL) {
    g_set_error_literal(error, RS_ERROR, RS_ERROR_USAGE, _("score needs --truth FILE: ring_id,pattern,entity_type,entity_id"));
    return RS_ERROR_USAGE;
  }
  g_autoptr(RsScoredNames) names = rs_scored_names_new();
  g_autoptr(RsScoredList) truth = rs_scored_truth_read(names, options->truth, error);
  if (truth == NULL) return RS_ERROR_INPUT;
  g_autoptr(RsScoredList) innocent = options->innocent == NULL ? NULL : rs_scored_innocent_read(names, options->innocent, error);
  if (options->innocent != NULL && innocent == NULL) return RS_ERROR_INPUT;
  g_autoptr(RsScoredList) leads = rs_scored_leads_read(names, options->operand[0], error);
  if (leads == NULL) return RS_ERROR_INPUT;
  g_autoptr(RsEvaluation) evaluation = rs_evaluation_new(truth, innocent, leads);
  g_autoptr(RsOutput) output = rs_output_open("-", error);
  if (output == NULL) return RS_ERROR_IO;
  if (options->json) rs_evaluation_json(evaluation, truth, innocent, leads, output);
  else rs_evaluation_print(evaluation, truth, innocent, leads, output);
  return rs_output_close(output, error) ? 0 : RS_ERROR_IO;
}
