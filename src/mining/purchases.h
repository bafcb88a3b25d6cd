/* mining/purchases.h: what one person bought, drug by drug.
 *
 * In    RsClaims; which drugs count, which days are left in
 * Out   RsPurchases: the purchases by (drug, day, institution, doctor)
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
  RsPurchase *bought;   /* in the claims' order */
  uint64_t room;
} RsPurchases;

/* counts: [n drugs] 1: this drug. days: NULL for all. Refunds are no purchases. `out` begins as zeros. */
void rs_purchases_of(const RsClaims *claims, const uint8_t *counts, const RsLeaveOut *days, uint32_t person, RsPurchases *out);
void rs_purchases_clear(RsPurchases *purchases);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(RsPurchases, rs_purchases_clear)

/* Distinct doctors, and distinct institutions, among n purchases; at most 64 are told apart. */
uint32_t rs_purchases_doctors(const RsPurchase *purchase, uint32_t n);
uint32_t rs_purchases_places(const RsPurchase *purchase, uint32_t n);

#endif
