/* rings/merge.h: the same people found by two patterns are one lead.
 *
 * In    leads (GArray of RsRing) in rank order
 * Out   the same without those whose people are, for the greater part, the people of a better-ranked lead of another pattern; that lead
 *       gets a fact that says so ("also_travel", ...), without points, resting on the lines of the lead that went into it
 *
 * Leads that share a third of the smaller one's people, an outlet and most drugs are parts of one ring, whatever their pattern: the better takes
 * over the people and outlets of the other, and says so ("joined").
 *
 * Rings may share members: two leads are one only where half of all their people are in both (Jaccard), or seven tenths of the smaller are
 * in the larger; where the better-ranked one is at most half of the other, which has nearly as many points, the other is told. Leads of
 * `steering` name patients who need know nothing: none is merged into them but purchases billed twice at their outlet, among their
 * patients; and where the patients are a ring by another pattern, the doctor's part in it is told there.
 */
#ifndef RS_RINGS_MERGE_H
#define RS_RINGS_MERGE_H

#include "rings/ring.h"

/* Of the rings from `first` on, all of one pattern, those that share half of the smaller one's people with a better one are freed. */
void rs_rings_keep_best(GArray *rings, guint first);
void rs_rings_merge(GArray *leads, const RsClaims *claims);

#endif
