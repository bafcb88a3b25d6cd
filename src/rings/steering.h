/* rings/steering.h: pattern `steering`: a doctor's patients channelled to one outlet that is not the doctor's own workplace. */
#ifndef RS_RINGS_STEERING_H
#define RS_RINGS_STEERING_H

#include "rings/detect.h"
#include "rings/scene.h"

/* Adds leads and near misses (GArray of RsRing) and what was recognised as innocent or not looked at (GArray of RsNotice). */
void rs_steering_find(const RsScene *scene, const RsDetectOptions *options, GArray *leads, GArray *near_misses, GArray *set_aside,
                      GArray *not_examined);

#endif
