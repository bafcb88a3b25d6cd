#include "rings/trace.h"

#include "mining/trace.h"
#include "rings/twice.h"

#include <math.h>

/* Where boxes are often sold in parts, scanned again or brought back, a scan too many is likelier. */
static void split_boxes(const RsScene *scene, const RsTwice *twice, const RsTwiceGroup *group, RsDraft *draft) {
  enum { SOME = 3 };
  (void)scene;
  uint32_t n = 0;
  if (group->n_bystanders > 0) rs_twice_counter(draft, group->named_first ? "later_buyers" : "first_buyers", group->n_bystanders, group->n_hits, 0);
  for (uint32_t i = 0; i < group->n_units && twice->aside_at != NULL; i++) n += twice->aside_at[twice->unit[group->unit[i]].outlet[0]];
  if (n < SOME) return;
  double lines = 2.0 * group->n_hits; /* each box has two */
  rs_twice_counter(draft, "split_boxes", n, NAN, -(int32_t)lround(15.0 * n / (n + lines)));
}

void rs_trace_find(const RsScene *scene, const RsDetectOptions *options, GArray *leads, GArray *near_misses, GArray *set_aside,
                   GArray *not_examined) {
  (void)not_examined;
  static const RsTwiceKind kind = {RS_TRACE, {"traces", "again", "people", "boxes_moved", NULL}, {60, 15, 15, 10, 0}, split_boxes};
  g_autoptr(RsTwice) twice = rs_traces_new(scene->claims, options->n_threads);
  rs_twice_find(scene, twice, NULL, &kind, options, leads, near_misses);
  if (twice->n_aside == 0) return;
  RsNotice notice = {"split_box", RS_DRUG, RS_NONE, twice->n_aside, NULL, NULL};
  rs_notice_say(&notice, "%llu lines of one trace code sold in parts, scanned again or returned", (unsigned long long)twice->n_aside);
  g_array_append_val(set_aside, notice);
}
