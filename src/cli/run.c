#include "cli/run.h"

#include "base/error.h"
#include "base/words.h"
#include "cli/cleared_list.h"
#include "cli/former.h"
#include "cli/watch_list.h"
#include "rings/detect.h"

#include <string.h>

static const char *attribute(RsKind kind, const char *id, const char *field, void *reader) {
  return rs_reader_attribute(reader, kind == RS_PERSON ? 0 : kind == RS_DOCTOR ? 1 : kind == RS_INSTITUTION ? 2 : 3, id, field);
}

static RsDetectOptions detect_options(const RsRun *run, const RsOptions *options) {
  return (RsDetectOptions){.patterns = options->pattern_bits, .seed = (uint64_t)options->seed, .n_threads = options->n_threads,
                           .top = (uint32_t)options->top, .former = run->former, .cleared = run->clearances, .attribute = attribute, .attribute_data = run->reader};
}

bool rs_run_lists(RsRun *run, const RsOptions *options, GError **error) {
  if (options->cleared != NULL && (run->cleared_list = rs_cleared_list_read(options->cleared, error)) == NULL) return false;
  return options->former == NULL || (run->before = rs_former_open(options->former, options->mask_key, error)) != NULL;
}

/* One key on both sides, or who came from where could not be told. */
static bool keys_agree(const RsRun *run, const RsMask *mask, GError **error) {
  char then[17], now[17];
  if (run->before == NULL || !run->before->masked || rs_mask_is_clear(mask)) return true;
  rs_mask_fingerprint(run->before->mask, then);
  rs_mask_fingerprint(mask, now);
  if (strcmp(then, now) == 0) return true;
  g_set_error(error, RS_ERROR, RS_ERROR_INPUT, _("'%s' was made with another masking key: --mask-key %s.key keeps pseudonyms the same"), run->before->folder, run->before->folder);
  return false;
}

/* A former case that is masked prints its keys under its own mask, whatever this run prints. */
static bool lists_bind(RsRun *run, const RsOptions *options, const RsMask *mask, GError **error) {
  const RsMask *printing = run->before != NULL && run->before->masked ? run->before->mask : mask;
  if (!keys_agree(run, mask, error)) return false;
  if (run->before != NULL && (run->former = rs_former_read(run->before, run->knowledge, options->n_threads, error)) == NULL) return false;
  if (run->cleared_list == NULL) return true;
  g_autoptr(RsFinder) finder = rs_finder_new(run->knowledge, printing, options->n_threads);
  run->clearances = rs_cleared_list_bind(run->cleared_list, finder, run->former, printing);
  return true;
}

bool rs_run_find(RsRun *run, const RsOptions *options, const RsMask *mask, RsProgress *progress, GError **error) {
  rs_reader_hash_begin(run->reader); /* a case names its inputs */
  rs_progress_stage(progress, rs_say(options->language, "building the knowledge graph"), NULL);
  run->knowledge = rs_knowledge_new_bare(run->claims, options->n_threads, error);
  if (run->knowledge == NULL || !lists_bind(run, options, mask, error)) return false;
  run->graph_seconds = rs_progress_stage(progress, rs_say(options->language, "looking for leads"), NULL);
  rs_progress_expect(progress, RS_LEADS_TO_GRAPH * run->graph_seconds);
  const RsDetectOptions detect = detect_options(run, options);
  run->rings = rs_detect(run->claims, run->knowledge, &detect, error);
  return run->rings != NULL;
}

bool rs_run_watch(RsRun *run, const RsList *list, const RsOptions *options, const RsMask *mask, GError **error) {
  g_autoptr(RsFinder) finder = rs_finder_new(run->knowledge, mask, options->n_threads);
  const RsDetectOptions detect = detect_options(run, options);
  run->watched = rs_watch_list_bind(list, finder);
  run->watch = rs_watch_new(run->claims, run->knowledge, run->rings, run->watched, &detect, error);
  return run->watch != NULL;
}

void rs_run_clear(RsRun *run) {
  g_clear_pointer(&run->watch, rs_watch_free);
  g_clear_pointer(&run->watched, rs_watch_list_free);
  g_clear_pointer(&run->rings, rs_rings_free);
  g_clear_pointer(&run->clearances, rs_clearances_free);
  g_clear_pointer(&run->cleared_list, rs_list_free);
  g_clear_pointer(&run->former, rs_former_free);
  g_clear_pointer(&run->before, rs_case_read_free);
  g_clear_pointer(&run->knowledge, rs_knowledge_free);
  g_clear_pointer(&run->claims, rs_claims_free);
  g_clear_pointer(&run->reader, rs_reader_free);
}

RsCase rs_run_case(const RsRun *run, const RsOptions *options, const RsMask *mask) {
  return (RsCase){.reader = run->reader, .report = rs_reader_report(run->reader), .claims = run->claims, .knowledge = run->knowledge,
                  .rings = run->rings, .clearances = run->clearances, .watch = run->watch, .dossiers = options->dossiers, .mask = mask, .authority = options->authority, .operator_name = options->operator_name,
                  .text_language = options->text_language, .language = options->language, .seed = (uint64_t)options->seed, .style = rs_options_style(options),
                  .n_threads = options->n_threads};
}
