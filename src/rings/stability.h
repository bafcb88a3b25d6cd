/* rings/stability.h: would a lead be found again in somewhat other data?
 *
 * In    the leads' groups, and what they were found from
 * Out   how many of RS_STABILITY_ROUNDS repeats found a group with the same people (Jaccard 0.5 or more) again
 * Cost  each repeat touches the leads' neighbourhoods only: members and those tied to them
 *
 * A repeat leaves out a fifth of the visit days, chosen by a hash of institution, day and repeat, so that the choice depends on content alone;
 * then pairs, candidates and groups are made anew from what is left.
 */
#ifndef RS_RINGS_STABILITY_H
#define RS_RINGS_STABILITY_H

#include "rings/group.h"

enum { RS_STABILITY_ROUNDS = 20, RS_STABILITY_A = 18, RS_STABILITY_B = 12 };

/* found[i]: repeats that found group[i] again. error: as rs_candidates_new. */
bool rs_stability_count(const RsScene *scene, const RsCovisits *covisits, const RsTokens *tokens, const RsAffinity *affinity,
                        const RsGroup *const *group, uint32_t n, uint64_t seed, unsigned n_threads, uint32_t *found, GError **error);
/* 'A', 'B' or 'C'. */
char rs_stability_grade(uint32_t found);

#endif
