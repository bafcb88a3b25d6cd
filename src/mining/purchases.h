/* mining/purchases.h: what one person bought more than once, drug by drug.
 *
 * In    RsClaims; which drugs count
 * Out   RsPurchases: the purchases by (drug, day, institution, doctor). What was bought once tells nothing of where else it was bought, and is
 *       left out before its line is looked at any further
 * Cost  the person's lines, sorted by radix; memory is kept from person to person
 */
#ifndef RS_MINING_PURCHASES_H
#define RS_MINING_PURCHASES_H

#include "claims/table.h"
#include "mining/leave_out.h"

typedef struct { uint32_t drug, day, institution, doctor; } RsPurchase; /* doctor: RS_NONE where there is none */

typedef struct {
  RsPurchase *purchase; /* [n] */
  uint32_t n;
  uint64_t *key;        /* [n at least] of the caller between two persons */
  uint64_t room;
} RsPurchases;

/* counts: [n drugs] 1: this drug, else 0. Refunds are no purchases. `out` begins as zeros. */
void rs_purchases_of(const RsClaims *claims, const uint8_t *counts, uint32_t person, RsPurchases *out);
void rs_purchases_clear(RsPurchases *purchases);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(RsPurchases, rs_purchases_clear)

/* What some people bought, kept to be looked at again on some of the days. */
typedef struct {
  uint32_t n, *person;  /* [n] ascending */
  uint64_t *offset;     /* [n + 1] into purchase */
  RsPurchase *purchase;
} RsBought;
RsBought *rs_bought_new(const RsClaims *claims, const uint8_t *counts, const uint32_t *person, uint32_t n);
void rs_bought_free(RsBought *bought);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(RsBought, rs_bought_free)
/* Those of person i of the list on the days that are left in; `out` as above. */
void rs_bought_of(const RsBought *bought, uint32_t i, const RsLeaveOut *days, RsPurchases *out);

/* Distinct doctors among n purchases; at most 64 are told apart. */
uint32_t rs_purchases_doctors(const RsPurchase *purchase, uint32_t n);
/* Whether there are so many institutions among them, 64 at most. */
bool rs_purchases_in_places(const RsPurchase *purchase, uint32_t n, uint32_t places);

#endif
