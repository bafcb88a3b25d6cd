/* rings/crossregion.h: pattern `crossregion`: people living elsewhere gathered at one outlet or through one doctor. */
#ifndef RS_RINGS_CROSSREGION_H
#define RS_RINGS_CROSSREGION_H

#include "rings/detect.h"
#include "rings/scene.h"

void rs_crossregion_find(const RsScene *scene, const RsDetectOptions *options, GArray *leads, GArray *near_misses, GArray *set_aside,
                         GArray *not_examined);

#endif
