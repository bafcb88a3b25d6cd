#include "cli/run.h"

#include "cli/watch_list.h"
#include "rings/detect.h"

static const char *attribute(RsKind kind, const char *id, const char *field, void *reader) {
  return rs_reader_attribute(reader, kind == RS_PERSON ? 0 : kind == RS_DOCTOR ? 1 : kind == RS_INSTITUTION ? 2 : 3, id, field);
}

static RsDetectOptions detect_options(const RsRun *run, const RsOptions *options) {
  return (RsDetectOptions){.patterns = options->pattern_bits, .seed = (uint64_t)options->seed, .n_threads = options->n_threads,
                           .top = (uint32_t)options->top, .attribute = attribute, .attribute_data = run->reader};
}

bool rs_run_find(RsRun *run, const RsOptions *options, RsProgress *progress, GError **error) {
  rs_progress_stage(progress, rs_say(options->language, "building the knowledge graph"), NULL);
  run->knowledge = rs_knowledge_new_bare(run->claims, options->n_threads, error);
  if (run->knowledge == NULL) return false;
  rs_progress_stage(progress, rs_say(options->language, "looking for leads"), NULL);
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
  g_clear_pointer(&run->knowledge, rs_knowledge_free);
  g_clear_pointer(&run->claims, rs_claims_free);
  g_clear_pointer(&run->reader, rs_reader_free);
}

RsCase rs_run_case(const RsRun *run, const RsOptions *options, const RsMask *mask) {
  return (RsCase){.reader = run->reader, .report = rs_reader_report(run->reader), .claims = run->claims, .knowledge = run->knowledge,
                  .rings = run->rings, .watch = run->watch, .mask = mask, .authority = options->authority, .operator_name = options->operator_name,
                  .text_language = options->text_language, .language = options->language, .seed = (uint64_t)options->seed, .style = rs_options_style(options),
                  .n_threads = options->n_threads};
}
