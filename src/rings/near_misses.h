/* rings/near_misses.h: the best groups under the cut, which an empty list of leads has to name as well. */
#ifndef RS_RINGS_NEAR_MISSES_H
#define RS_RINGS_NEAR_MISSES_H

#include "rings/ring.h"

/* Moves the `most` best of `near` (GArray of RsRing, in any order) to `out`, without their evidence; the others are freed. Rings without
 * a point for them are none. `near` is empty afterwards. */
void rs_near_misses_add(GArray *near, uint32_t most, GArray *out);

#endif
