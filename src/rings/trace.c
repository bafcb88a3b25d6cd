#include "rings/trace.h"

#include "mining/trace.h"
#include "rings/twice.h"

#include <math.h>

void rs_trace_find(const RsScene *scene, const RsDetectOptions *options, GArray *leads, GArray *near_misses, GArray *set_aside,
                   GArray *not_examined) {
  (void)not_examined;
  static const RsTwiceKind kind = {RS_TRACE, {"traces", "again", "people", "boxes_moved", NULL}, {60, 15, 15, 10, 0}, NULL};
  g_autoptr(RsTwice) twice = rs_traces_new(scene->claims, options->n_threads);
  rs_twice_find(scene, twice, &kind, options, leads, near_misses);
  if (twice->n_aside == 0) return;
  RsNotice notice = {"split_box", RS_DRUG, RS_NONE, twice->n_aside, NULL, NULL};
  rs_notice_say(&notice, "%llu lines of one trace code sold in parts, scanned again or returned", (unsigned long long)twice->n_aside);
  g_array_append_val(set_aside, notice);
}
