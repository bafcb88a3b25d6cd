/* mining/leave_out.h: the visit days that a repeat leaves out, to see whether a lead would be found again in somewhat other data.
 *
 * A repeat leaves out a fifth of the days of each institution, chosen by a hash of institution id, day and repeat: the choice depends on
 * content alone. Two visits on different days or at different institutions are so both left in sixteen of twenty-five cases.
 */
#ifndef RS_MINING_LEAVE_OUT_H
#define RS_MINING_LEAVE_OUT_H

#include "base/hash.h"

#include <stdbool.h>

typedef struct {
  const uint64_t *institution_hash; /* [n institutions] of the id */
  uint32_t round;                   /* 0: all days are left in */
} RsLeaveOut;

#define RS_PAIRS_LEFT_IN 0.64 /* of two visits as above */

static inline bool rs_left_out(const RsLeaveOut *days, uint32_t institution, uint32_t day) {
  if (days->round == 0) return false;
  return rs_hash_mix(days->institution_hash[institution], (uint64_t)days->round << 32 | day) % 5 == 0;
}

#endif
