/* rings/twice.h: leads from things seen twice (mining/twice.h): patterns `duplicate`, `travel` and `trace`.
 *
 * In    RsTwice with the expected numbers
 * Out   leads and the best groups under the cut, as RsRing
 *
 * Outlets (or pairs) whose hits are more than chance are joined where they share more than half of the people of the smaller, or a fifth
 * and the drugs, and judged as one group. A hit counts for the best outlet that explains it. Two rings at one outlet are taken apart
 * where no box went from one to the other (trace), or where they buy different drugs there or go on to different outlets (travel). Points come from where the group
 * stands among all outlets that could have had a hit, or all pairs that had one (rings/standing.h); those found are left out of a second
 * fit, so that one ring does not hide another. Where there are fewer than RS_TWICE_COMPANIONS, as many as are missing are taken to behave
 * as chance alone would. A lead must also be more than the best of all of them by chance: -log10 of its chance is at least
 * RS_TWICE_MARGIN above that of their number. Travels are also grouped by pair of outlets: a group of one outlet that is nothing without those of
 * its pairs gives way to them, else they are parts of it. Its grade comes from repeats over its neighbourhood's hits (rings/stability.h).
 */
#ifndef RS_RINGS_TWICE_H
#define RS_RINGS_TWICE_H

#include "rings/detect.h"
#include "rings/draft.h"
#include "rings/scene.h"
#include "rings/twice_groups.h"

enum {
  RS_TWICE_CUT = 45,        /* least score of a lead: the one of rings/score.h */
  RS_TWICE_HITS = 4,
  RS_TWICE_COMPANIONS = 40,
};
#define RS_TWICE_MARGIN 1.0

typedef struct {
  RsPattern pattern;
  const char *code[RS_N_TWICE]; /* of the facts; NULL: not judged */
  int32_t most[RS_N_TWICE];
  /* Adds counter-facts; may be NULL. */
  void (*counter)(const RsScene *scene, const RsTwice *twice, const RsTwiceGroup *group, RsDraft *draft);
} RsTwiceKind;

/* pairs: the same hits by pair of outlets, or NULL. */
void rs_twice_find(const RsScene *scene, const RsTwice *twice, const RsTwice *pairs, const RsTwiceKind *kind, const RsDetectOptions *options, GArray *leads,
                   GArray *near_misses);
/* A counter-fact with its points (<= 0). */
void rs_twice_counter(RsDraft *draft, const char *code, double value, double argument, int32_t points);

#endif
