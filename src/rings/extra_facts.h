/* rings/extra_facts.h: supporting facts of leads: what else is unusual about their lines, held against the rest of the city.
 *
 *   card_repeats  one card again at the same outlet within ten minutes, against the outlet's other visits
 *   odd_hours     visits outside the hours that hold the central 98 % of the outlet's other visits
 *   under_cap     totals just under an amount at which the city's own totals pile up and break off, so that it must be a cap
 *   no_diagnosis  people with a drug none of whose diagnoses fits it (mining/indication.h)
 *   oversupply    more of one drug in 30 days than 99 % of those in the city who get it
 *
 * In    the leads that were found, with their evidence
 * Out   facts added where there are five cases or more, three times as many as expected before selection: at most RS_EXTRA_POINTS each
 *       and RS_EXTRA_TOTAL together, and none where a fact of the lead already says so (hours, dose). No lead comes or goes by them.
 * Cost  one walk over the lines and the visits; the hours of the leads' outlets alone
 */
#ifndef RS_RINGS_EXTRA_FACTS_H
#define RS_RINGS_EXTRA_FACTS_H

#include "rings/ring.h"
#include "rings/scene.h"

enum { RS_EXTRA_POINTS = 4, RS_EXTRA_TOTAL = 6 };

/* Facts, evidence bits and scores of the rings change; their order is left as it is. One walk over the lines, then the leads, both on
 * n_threads. */
void rs_extra_facts_add(const RsScene *scene, RsRing *ring, uint32_t n_rings, unsigned n_threads);

/* The amount (fen) at which totals pile up within 2 % and break off above, or 0: there is none. bin: how many totals lie in
 * (10 (i - 1), 10 i] fen, n bins. */
int64_t rs_extra_cap(const uint32_t *bin, uint32_t n);

#endif
