/* rings/innocent.h: the innocent reasons for which people move together, each tested and printed with points against a lead. */
#ifndef RS_RINGS_INNOCENT_H
#define RS_RINGS_INNOCENT_H

#include "rings/score.h"

/* Adds the counter-facts of a group and names its best innocent reading. */
void rs_innocent_add(const RsScene *scene, const RsGroup *group, const RsDetectOptions *options, RsScore *score);

#endif
