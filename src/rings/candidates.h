/* rings/candidates.h: sets of persons worth looking at as a group.
 *
 * In    RsAffinity: pairs that meet more than chance
 * Out   RsCandidates: distinct sets of 2 to RS_MAX_GROUP persons, each ascending, the list in order of content
 * From  Charikar, APPROX 2000, and Shin, Hooi & Faloutsos, ECML PKDD 2016, for the peel (graph/peel.h); Traag, Van Dooren & Nesterov,
 *       Phys. Rev. E 84 (2011) for CPM; Rosvall & Bergstrom, PNAS 105 (2008) for Infomap
 *
 * Weak candidates cost nothing, missing ones cannot be repaired: connected components, the components of the first blocks of a density
 * peel, Leiden with CPM at several densities, Infomap, and around each person of a larger component the person's closest circle. What
 * they are worth is decided by the group's own bursts.
 */
#ifndef RS_RINGS_CANDIDATES_H
#define RS_RINGS_CANDIDATES_H

#include "mining/affinity.h"

typedef struct {
  uint32_t n;
  uint64_t *offset; /* [n + 1] */
  uint32_t *person;
  uint32_t n_too_large; /* communities of more than RS_MAX_GROUP persons at every resolution tried, left out */
} RsCandidates;

typedef enum {
  RS_SETS_NEAR = 1 << 0, /* components and circles: linear in the pairs; all sets of two are among them */
  RS_SETS_WIDE = 1 << 1, /* blocks of the peel, Leiden, Infomap */
  RS_SETS_ALL = RS_SETS_NEAR | RS_SETS_WIDE
} RsSets;

RsCandidates *rs_candidates_new(const RsAffinity *affinity, RsSets sets, uint64_t seed, unsigned n_threads, GError **error);
void rs_candidates_free(RsCandidates *candidates);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(RsCandidates, rs_candidates_free)

#endif
