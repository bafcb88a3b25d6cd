/* rings/stability.h: would a lead be found again in somewhat other data?
 *
 * In    the leads' groups, and what they were found from
 * Out   how many of RS_STABILITY_ROUNDS repeats found a group with the same people (Jaccard 0.5 or more) again; a lead is looked for until its
 *       grade is certain
 * Cost  each repeat touches the leads' neighbourhoods only: members and those tied to them
 *
 * A repeat leaves out a fifth of the visit days (mining/leave_out.h) and lets the pattern's own search make its groups anew from what is left:
 * for `batch` pairs, candidates and groups, for `resale` shared sources, for the others their cells or hits. What was asked of the whole
 * city, what is usual, is not asked again.
 */
#ifndef RS_RINGS_STABILITY_H
#define RS_RINGS_STABILITY_H

#include "rings/group.h"
#include "rings/ring.h"

enum { RS_STABILITY_ROUNDS = 20, RS_STABILITY_A = 18, RS_STABILITY_B = 12 };

/* One repeat: some is the scene with the days that are left in; again [n] gets 1 for each lead found again, and has it already for those
 * that need not be looked for. Runs beside others. */
typedef bool (*RsRepeatFunc)(const RsScene *some, uint8_t *again, void *data, GError **error);
/* times [n]: repeats that found each of n leads again, as far as they were needed for its grade. The first error in the order of the repeats is the one that is told. */
bool rs_stability_repeat(const RsScene *scene, uint32_t n, unsigned n_threads, RsRepeatFunc repeat, void *data, uint32_t *times, GError **error);
/* Whether half of all the people are in both lists (Jaccard); ascending, distinct. */
bool rs_stability_same(const uint32_t *a, uint32_t n, const uint32_t *b, uint32_t m);
/* The people of leads, for repeats that find many groups: a group is held against the leads only whose people it has. */
typedef struct RsLeadPeople RsLeadPeople;
RsLeadPeople *rs_lead_people_new(const RsRing *lead, uint32_t n);
void rs_lead_people_free(RsLeadPeople *people);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(RsLeadPeople, rs_lead_people_free)
/* Marks in again [n] the leads that the group is, as rs_stability_same(). */
void rs_lead_people_mark(const RsLeadPeople *people, const uint32_t *group, uint32_t n_group, uint8_t *again);
/* 'A', 'B' or 'C'; uncalibrated: one less, since the points had too little to be held against. */
char rs_stability_grade(uint32_t times, bool uncalibrated);

/* Groups that move together, from pairs anew. times as above; error as rs_candidates_new. */
bool rs_stability_count(const RsScene *scene, const RsCovisits *covisits, const RsTokens *tokens, const RsAffinity *affinity,
                        const RsGroup *const *group, uint32_t n, uint64_t seed, unsigned n_threads, uint32_t *times, GError **error);

#endif
