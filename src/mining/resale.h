/* mining/resale.h: persons who buy the same drugs again at other places sooner than anyone could need them, and from whom.
 *
 * In    RsClaims
 * Out   RsResale: for each such person the drugs and the sources (doctor, or institution where there is none)
 * Cost  a walk over the lines of each person, sorted by radix
 * From  token sharing: two people who get the same drug from the same several doctors share (doctor, drug) tokens, which single shared
 *       doctors never prove
 *
 * An overlap is a purchase of a drug within ten days of the last, from another institution or another doctor. A chronic patient refills
 * after weeks, a treatment repeats at one place; one or two overlaps happen to anybody. A careful collector takes more time, but still
 * gets one drug from four doctors and at three institutions or more, where a patient has one doctor for it.
 */
#ifndef RS_MINING_RESALE_H
#define RS_MINING_RESALE_H

#include "mining/purchases.h"
#include "mining/shopping.h"

enum { RS_RESALE_DAYS = 10, RS_RESALE_OVERLAPS = 4, RS_RESALE_DOCTORS = 4, RS_RESALE_PLACES = 3 };

typedef struct { uint32_t drug, source; } RsResaleToken; /* source: doctor number, or institution number with the top bit */
#define RS_SOURCE_INSTITUTION 0x80000000u

typedef struct {
  uint32_t person, n_overlaps;
  uint32_t n_doctors;             /* for the one drug that has most */
  uint32_t first_token, n_tokens; /* of drugs that overlap or have that many doctors and places; sorted, distinct */
} RsResalePerson;

typedef struct {
  uint32_t n;
  RsResalePerson *person; /* [n] with at least RS_RESALE_OVERLAPS, or a drug from so many doctors and places; by person */
  RsResaleToken *token;
  double mean_overlaps, mean_doctors; /* of all persons with as many visits as the least of these */
} RsResale;

/* counts: [n drugs] 1: may be resold, else 0. Fees, tests and what everybody buys are none. lists gets the same people's (mining/shopping.h),
 * found in the same walk. */
RsResale *rs_resale_new(const RsClaims *claims, const uint8_t *counts, unsigned n_threads, RsShopping **lists);
/* Some of them again, on the days that are left in, for a repeat (rings/stability.h). */
RsResale *rs_resale_again(const RsBought *bought, const RsLeaveOut *days);
void rs_resale_free(RsResale *resale);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(RsResale, rs_resale_free)
/* Tokens two of them share. */
uint32_t rs_resale_shared(const RsResale *resale, uint32_t i, uint32_t j);

#endif
