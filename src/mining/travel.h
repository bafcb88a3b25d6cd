/* mining/travel.h: one credential in two places too far apart for the minutes between.
 *
 * In    RsClaims with a clock and regions of institutions
 * Out   RsTwice by outlet: visits of one person that follow each other nearer in time than rs_region_minutes
 * Cost  O(visits), in parallel over persons
 *
 * Left out: visits without a clock or region, and outlets whose time stamps come in batches. Set aside (n_aside): hits between two
 * outlets from both of which people go over a border nearby, to the other's prefecture. The way takes its time, so that nobody is quicker than the quickest, which by chance one
 * time in a hundred or less would be so, were the minutes even; and at least half as many pairs are between one and two limits apart.
 * Expected: people whose times here and elsewhere have nothing to do with each other (a relative who has the card, a wrong clock) are
 * seldom so near. Their number at an outlet is read off the pairs of visits four to twenty-four hours apart, each person counted at most
 * RS_TWICE_EACH_CLOCK times: twice the share of the minutes, since people come by day. To it comes what the middle one of the other outlets
 * of the prefecture shows by its visits, or where more than six have hits, the middle one of these: over a border that people cross every
 * day, many outlets on both sides do.
 *
 * By pair of outlets the same hits are told apart further: cards that go between the same few outlets here and there. Expected at a pair: by the
 * clock as above, of the people who were at both that day; and the other hits of its outlets and prefectures as they would fall on it by its
 * outlets' shares of the visits. */
#ifndef RS_MINING_TRAVEL_H
#define RS_MINING_TRAVEL_H

#include "mining/twice.h"

/* skip: [n institutions] 1: time stamps are no use there; explained: [n visits] 1: two such visits have another explanation. Or NULL. */
/* pairs, or NULL: gets the same hits, equally numbered, by pair of outlets; owned by the caller. */
RsTwice *rs_travels_new(const RsClaims *claims, const uint8_t *skip, const uint8_t *explained, unsigned n_threads, RsTwice **pairs);

#endif
