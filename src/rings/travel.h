/* rings/travel.h: pattern `travel`: one credential in two places too far apart. */
#ifndef RS_RINGS_TRAVEL_H
#define RS_RINGS_TRAVEL_H

#include "rings/detect.h"
#include "rings/scene.h"

/* Runs after rs_duplicate_find: two bills of one purchase, as its leads show them, are not looked at again. Adds leads and near misses (GArray of RsRing), and notices (GArray of RsNotice) of what was not examined or has an innocent reading. */
void rs_travel_find(const RsScene *scene, const RsDetectOptions *options, GArray *leads, GArray *near_misses, GArray *set_aside,
                  GArray *not_examined);

#endif
