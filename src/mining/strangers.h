/* mining/strangers.h: people insured elsewhere of whom nothing else is known, and what they come for.
 *
 * In    RsClaims with insured and service regions, RsKnowledge, RsTimeline
 * Out   RsStrangers; RsStrangerCell: an outlet and a drug (or service) that strangers get there, more than the outlet's other customers
 * Cost  O(person-institution relations), and the lines at outlets with enough strangers
 * From  over-expression of an attribute in a community given the place (Tumminello et al., J. Stat. Mech. 2011), the community being those
 *       whose cards come from afar and appear nowhere else
 *
 * A stranger has visits on two days or more, none in the insured prefecture, all in one other prefecture, and at no more than
 * RS_STRANGER_PLACES institutions of one kind. Somebody who has moved has a cold, a second pharmacy, a health centre in time; a card that
 * was sent has nothing but the shop it was sent to. Those who have moved only lately look alike, so it is what they get that is tested, against
 * the other customers of the same outlet:
 *
 *     P(hypergeometric(customers, strangers among them, customers who get the drug) >= strangers who get it)
 */
#ifndef RS_MINING_STRANGERS_H
#define RS_MINING_STRANGERS_H

#include "graph/knowledge.h"
#include "mining/leave_out.h"
#include "mining/timeline.h"

enum { RS_STRANGER_PLACES = 2, RS_STRANGER_DAYS = 2, RS_STRANGERS_LEAST = 4 };

typedef struct {
  uint8_t *stranger;     /* [n persons] */
  uint32_t *at;          /* [n institutions] strangers */
  uint32_t *prefecture;  /* [n regions] */
  double *expected;      /* [n institutions] strangers of the place times the institution's share of its customers of two days */
} RsStrangers;

RsStrangers *rs_strangers_new(const RsClaims *claims, const RsKnowledge *knowledge, const RsTimeline *timeline);
void rs_strangers_free(RsStrangers *strangers);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(RsStrangers, rs_strangers_free)

typedef struct {
  uint32_t drug;
  uint32_t n_customers, n_strangers;      /* of the outlet; strangers with two days there */
  uint32_t n_buyers, n_stranger_buyers;   /* of the drug, among them */
  double expected, log_p;
} RsStrangerCell;

/* The drugs of one outlet that at least RS_STRANGERS_LEAST strangers get, by drug (GArray of RsStrangerCell), and for each the strangers
 * (GArray of uint32_t, ascending) in *who; on the days that are left in. */
GArray *rs_strangers_cells(const RsStrangers *strangers, const RsClaims *claims, const RsTimeline *timeline, uint32_t institution,
                           const RsLeaveOut *days, GPtrArray **who);

#endif
