/* rings/batch.h: pattern `batch`: cards that are swiped together again and again at rotating outlets. */
#ifndef RS_RINGS_BATCH_H
#define RS_RINGS_BATCH_H

#include "rings/detect.h"
#include "rings/scene.h"

/* Groups compared, pairs that meet above chance, and those of them that pass both nulls strictly. */
typedef struct { uint32_t n_companion_groups, n_pairs, n_validated; } RsBatchCounts;

/* Adds leads to `leads` and the best groups under the cut to `near_misses` (both GArray of RsRing), fills set_aside, not_examined and
 * counts. error: RS_ERROR_LIMIT, RS_ERROR_IO. */
bool rs_batch_find(const RsScene *scene, const RsDetectOptions *options, GArray *leads, GArray *near_misses, GArray *set_aside,
                   GArray *not_examined, RsBatchCounts *counts, GError **error);

#endif
