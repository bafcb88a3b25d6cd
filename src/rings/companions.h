/* rings/companions.h: every group of the data that moves together, found and measured.
 *
 * In    RsScene, RsCandidates
 * Out   RsCompanions: distinct groups with at least two bursts, in order of their members
 * Cost  one group at a time over its members' own visits; pairs are sampled down to MAX_PAIRS by a hash of their ids' order
 */
#ifndef RS_RINGS_COMPANIONS_H
#define RS_RINGS_COMPANIONS_H

#include "rings/candidates.h"
#include "rings/group.h"

typedef struct {
  uint32_t n;
  RsGroup **group;
  uint8_t *reference; /* [n] 1: counts among the groups that points are measured against (near-copies are left out) */
  uint32_t n_reference;
} RsCompanions;

RsCompanions *rs_companions_new(const RsScene *scene, const RsCandidates *candidates, unsigned n_threads);
void rs_companions_free(RsCompanions *companions);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(RsCompanions, rs_companions_free)

/* Which leads turn up again: sets again[i], zeroed by the caller or set before, where the group that some candidate leads to has the people
 * of lead[i] (Jaccard 0.5 or more). Returns how many are still not found. Candidates near to leads not found yet are looked at first, and
 * none once all are found. */
uint32_t rs_companions_find(const RsScene *scene, const RsCandidates *candidates, const RsGroup *const *lead, uint32_t n, uint8_t *again);

/* Shared members of two groups. */
uint32_t rs_group_overlap(const RsGroup *a, const RsGroup *b);

#endif
