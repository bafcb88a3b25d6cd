/* mining/company.h: who moves with a few named persons: the co-visits of those persons alone.
 *
 * In    RsClaims, its RsTimeline, some persons
 * Out   RsCovisits (mining/covisit.h): exactly those pairs that rs_covisits_new() finds and that name one of the persons; n_events,
 *       n_skipped and crowd count the days looked at only
 * Cost  O(visits of the persons' own days and places * max_crowd): a tip about one card does not walk the city
 */
#ifndef RS_MINING_COMPANY_H
#define RS_MINING_COMPANY_H

#include "graph/knowledge.h"
#include "mining/basket.h"
#include "mining/covisit.h"

/* person: n numbers, in any order, repeats allowed. NULL options: RS_COVISIT_DEFAULTS; events_a_pass and window_seconds do not matter here. */
RsCovisits *rs_company_new(const RsClaims *claims, const RsTimeline *timeline, const uint32_t *person, uint32_t n,
                           const RsCovisitOptions *options);

/* With what: at how many of its meetings a pair bought one and the same rare drug, and how far that is beyond chance, in decades.
 *
 * Given that both were there and what one of them bought, the chance that the other got such a drug too is the larger of the city's habit (the
 * drug's share of all visits) and the other's own (share of the other visits); of the two directions the larger counts. The tail of the
 * sum over the meetings is exact (Poisson-binomial). rare: [n drugs], as rs_affinity_rare_drugs() gives it, or NULL: no drugs, all 0. */
typedef struct { uint32_t n_shared; double decades; } RsCompanyDrugs;
RsCompanyDrugs rs_company_drugs(const RsKnowledge *knowledge, const RsBasket *basket, const uint8_t *rare, const RsCovisits *company, uint32_t pair);

#endif
