/* rings/match.h: which group of then is which group of now, by their members.
 *
 * In    two lists of groups, each group its members' numbers ascending
 * Out   pairs, one to one: of all pairs that share enough, the most alike first
 * Cost  O(groups of then * groups of now * members)
 *
 * Enough is half of the smaller group, and two members (or all, of a group of one): a lead that doubles or halves is still the same lead, two
 * leads that share a card are not. Most alike is the largest Jaccard index; ties go to the earlier groups. */
#ifndef RS_RINGS_MATCH_H
#define RS_RINGS_MATCH_H

#include <stdbool.h>
#include <stdint.h>

typedef struct { const uint32_t *member; uint32_t n; } RsMatchGroup;

uint32_t rs_match_shared(const RsMatchGroup *a, const RsMatchGroup *b);
bool rs_match_enough(uint32_t shared, uint32_t n, uint32_t m);
/* before_of[i]: the group of then that now[i] is, or UINT32_MAX. */
void rs_match_groups(const RsMatchGroup *then, uint32_t n_then, const RsMatchGroup *now, uint32_t n_now, uint32_t *before_of /* [n_now] */);

#endif
