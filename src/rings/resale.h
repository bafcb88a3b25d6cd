/* rings/resale.h: pattern `resale`: people who collect the same drugs from the same many doctors or institutions. */
#ifndef RS_RINGS_RESALE_H
#define RS_RINGS_RESALE_H

#include "rings/detect.h"
#include "rings/scene.h"

/* error: RS_ERROR_IO, RS_ERROR_LIMIT from community detection. */
bool rs_resale_find(const RsScene *scene, const RsDetectOptions *options, GArray *leads, GArray *near_misses, GArray *set_aside,
                    GArray *not_examined, GError **error);

#endif
