/* rings/twice.h: leads from things seen twice (mining/twice.h): patterns `duplicate`, `travel` and `trace`.
 *
 * In    RsTwice with the expected numbers
 * Out   leads and the best groups under the cut, as RsRing
 *
 * Outlets (or pairs) whose hits are more than chance are joined where they share more than half of the people of the smaller, or a fifth
 * and the drugs, and judged as one group. A hit counts for the best outlet that explains it. Two rings at one outlet are taken apart
 * where no box went from one to the other (trace), or where they buy different drugs there (travel). Points come from where the group
 * stands among all outlets that could have had a hit, or all pairs that had one (rings/standing.h); those found are left out of a second
 * fit, so that one ring does not hide another. Where there are fewer than RS_TWICE_COMPANIONS, as many as are missing are taken to behave
 * as chance alone would. A lead must also be more than the best of all of them by chance: -log10 of its chance is at least
 * RS_TWICE_MARGIN above that of their number.
 */
#ifndef RS_RINGS_TWICE_H
#define RS_RINGS_TWICE_H

#include "mining/twice.h"
#include "rings/detect.h"
#include "rings/draft.h"
#include "rings/scene.h"

enum {
  RS_TWICE_CUT = 45,        /* least score of a lead: the one of rings/score.h */
  RS_TWICE_PERSONS = 3,
  RS_TWICE_HITS = 4,
  RS_TWICE_COMPANIONS = 40,
  RS_TWICE_MOST_GROUPS = 1000,
};
#define RS_TWICE_MARGIN 1.0
#define RS_TWICE_BAR 2.0 /* -log10 of chance from which an outlet is looked at */

/* What a group is judged by. */
typedef enum {
  RS_TWICE_MORE,   /* more than chance */
  RS_TWICE_AGAIN,  /* hits a person */
  RS_TWICE_PEOPLE, /* persons */
  RS_TWICE_EXTRA,  /* duplicate: drugs equal at once; travel: how short the time; trace: share of boxes at two outlets */
  RS_TWICE_APART,  /* how far apart the outlets are */
  RS_N_TWICE
} RsTwiceStat;

typedef struct {
  uint32_t n_units, *unit;      /* of RsTwice */
  uint32_t n_hits, *hit;        /* ascending */
  uint32_t n_persons, *person, *person_hits; /* ascending; those with a hit left */
  uint32_t n_outlets, *outlet, *outlet_hits; /* ascending */
  uint32_t opportunities;
  double expected, stat[RS_N_TWICE];
} RsTwiceGroup;

typedef struct {
  RsPattern pattern;
  const char *code[RS_N_TWICE]; /* of the facts; NULL: not judged */
  int32_t most[RS_N_TWICE];
  /* Adds counter-facts; may be NULL. */
  void (*counter)(const RsScene *scene, const RsTwice *twice, const RsTwiceGroup *group, RsDraft *draft);
} RsTwiceKind;

void rs_twice_find(const RsScene *scene, const RsTwice *twice, const RsTwiceKind *kind, const RsDetectOptions *options, GArray *leads,
                   GArray *near_misses);
/* A counter-fact with its points (<= 0). */
void rs_twice_counter(RsDraft *draft, const char *code, double value, double argument, int32_t points);

#endif
