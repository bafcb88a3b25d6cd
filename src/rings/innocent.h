/* rings/innocent.h: the innocent reasons for which people move together, each tested and printed with points against a lead.
 *
 *   household       members share an address, phone, account or household number; household_like: few people who share their other days
 *   care_home       one place and a monthly rhythm; schedule: a weekly one (dialysis); event: all on one or two days (an employer's health day)
 *   works_clinic    one hospital or clinic, and one employer, or the clinic of a closed circle that comes on working days
 *   proxy           a small group with an older person whose drugs are everybody's own steady ones: one fetches for another;
 *   own_regimen     the same where no birth dates are given
 *   busy_days       days on which twice as many others were there: a promotion, market or pension day
 *   season          drugs that the whole city bought more often in these months: a wave of flu
 *   from_clinic     pharmacies visited on the way from a hospital or clinic: the one at its door
 *   own_workplace   patients at the place where their doctor works
 *   batch_settled   outlets whose time stamps come in batches: there only the day counted
 *
 * Other patterns have reasons of their own (rings/steering.c, crossregion.c, duplicate.c, travel.c, trace.c). docs/innocent-explanations.md lists
 * all with their tests. A ring among such people shows elsewhere, on other days, or in what it buys; then the reason takes some points,
 * not all.
 */
#ifndef RS_RINGS_INNOCENT_H
#define RS_RINGS_INNOCENT_H

#include "rings/draft.h"
#include "rings/score.h"

/* Adds the counter-facts of a group and names its best innocent reading. */
void rs_innocent_add(const RsScene *scene, const RsGroup *group, const RsDetectOptions *options, RsScore *score);

/* Who of some people have the same text in a field of the persons' table. */
typedef struct {
  uint32_t n_known;   /* with any text there */
  uint32_t n_people;  /* who share it with another one */
  uint32_t n_extra;   /* the same, without the first of each set */
  uint32_t n_largest; /* in the largest set of two or more */
} RsSharing;
RsSharing rs_innocent_sharing(const RsClaims *claims, const uint32_t *person, uint32_t n, const RsDetectOptions *options, const char *field);
/* The same for an address, phone, account or household number, whichever is shared by most. */
RsSharing rs_innocent_household(const RsClaims *claims, const uint32_t *person, uint32_t n, const RsDetectOptions *options);
/* Adds the fact `household` to a draft where anybody shares one: `whole` points away where all are one household, else three a person, 15 at most. */
void rs_innocent_household_add(RsDraft *draft, const RsClaims *claims, const uint32_t *person, uint32_t n, const RsDetectOptions *options, int32_t whole);

/* Adds to each lead the facts `tested` and `untested`, with no points: which reasons were looked for and do not hold, and which could not be looked for. */
void rs_innocent_tell(RsRing *ring, uint32_t n_rings, const RsClaims *claims, const RsDetectOptions *options);

#endif
