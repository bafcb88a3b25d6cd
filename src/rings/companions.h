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

/* measured false: the groups alone, their statistics and the reference left out. */
RsCompanions *rs_companions_new(const RsScene *scene, const RsCandidates *candidates, bool measured, unsigned n_threads);
void rs_companions_free(RsCompanions *companions);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(RsCompanions, rs_companions_free)

/* Shared members of two groups. */
uint32_t rs_group_overlap(const RsGroup *a, const RsGroup *b);

#endif
