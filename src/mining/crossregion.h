/* mining/crossregion.h: people insured in one place who gather at one outlet of another place where they do not live.
 *
 * In    RsClaims with insured and service regions, RsKnowledge
 * Out   RsCrossCell: insured prefecture and outlet with the distinct persons seen and expected
 * Cost  O(person-institution relations)
 * From  over-expression of an attribute in a community given the place (Tumminello et al., J. Stat. Mech. 2011), with migrants taken out
 *
 * A person is a visitor at the outlet when the outlet lies outside the insured prefecture and the person still lives at home: at least
 * one visit day in ten, and one at all, is in the insured prefecture. Migrants, who live where they work, are so left out. Expected: the
 * outlet's share of the visits of people from other prefectures in its place, steadied with ten visits of the local people's share, times the
 * visitors of this prefecture to the place: a teaching hospital draws visitors from everywhere.
 */
#ifndef RS_MINING_CROSSREGION_H
#define RS_MINING_CROSSREGION_H

#include "graph/knowledge.h"

typedef struct {
  uint32_t insured, outlet; /* prefecture number (rs_region_prefectures); institution */
  uint32_t n_persons, n_visitors; /* distinct visitors at the outlet; person-outlet pairs of this prefecture's visitors in the place */
  double expected, log_p;
} RsCrossCell;

typedef struct {
  uint32_t n;
  RsCrossCell *cell;     /* [n] cells with at least min_persons, by (insured, outlet) */
  double n_tests;
  uint32_t *prefecture;  /* [n regions] */
  uint32_t n_migrants;   /* persons with visits elsewhere and none, or too few, at home */
} RsCrossregion;

RsCrossregion *rs_crossregion_new(const RsClaims *claims, const RsKnowledge *knowledge, uint32_t min_persons);
void rs_crossregion_free(RsCrossregion *crossregion);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(RsCrossregion, rs_crossregion_free)

/* Whether a person is a visitor (see above) outside the insured prefecture. */
bool rs_crossregion_visitor(const RsCrossregion *crossregion, const RsClaims *claims, const RsKnowledge *knowledge, uint32_t person);

#endif
