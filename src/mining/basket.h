/* mining/basket.h: what is usually bought: the city's own habits, against which a group's baskets are held.
 *
 * In    RsClaims
 * Out   RsBasket: visits by drug and kind of institution, by drug and month, quantities by drug, money by kind and by institution
 * Cost  one pass over the lines; memory drugs * (kinds + months) counters. Sums are integers, so any split over threads gives the same.
 */
#ifndef RS_MINING_BASKET_H
#define RS_MINING_BASKET_H

#include "claims/table.h"

enum { RS_N_TYPES = 4, RS_BASKET_AMOUNT_BITS = 18 };

typedef struct {
  uint32_t n_drugs, n_months; /* n_months 1: too many drugs to keep them apart */
  uint32_t n_institutions;
  uint64_t visits[RS_N_TYPES];
  uint64_t *month_visits;     /* [n_months] */
  uint32_t *by_type;          /* [n_drugs * RS_N_TYPES] visits with the drug */
  uint32_t *by_month;         /* [n_drugs * n_months] */
  uint32_t *quantity_lines;   /* [n_drugs] lines with a quantity > 0 */
  int64_t *quantity_log, *quantity_log2; /* [n_drugs] sums of log2(quantity) and its square, in 1/1024 */
  uint64_t amount_visits[RS_N_TYPES];    /* visits with an amount > 0 */
  int64_t amount_log[RS_N_TYPES], amount_log2[RS_N_TYPES]; /* the same sums of log2(fen) by visit */
  int64_t *paid;              /* [n institutions] fen of all visits there */
  uint32_t *amount_lines;     /* [RS_N_TYPES << RS_BASKET_AMOUNT_BITS] lines by kind of institution and a hash of their amount,
                               * where no drug is given; else NULL */
} RsBasket;

RsBasket *rs_basket_new(const RsClaims *claims, unsigned n_threads);
void rs_basket_free(RsBasket *basket);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(RsBasket, rs_basket_free)

/* Which month of the table a time falls into. */
uint32_t rs_basket_month(const RsBasket *basket, const RsClaims *claims, uint32_t time);
/* Lines with the amount for each visit to such an institution, never too few; only where no drug is given. */
double rs_basket_amount_share(const RsBasket *basket, unsigned type, int64_t amount);
/* Whether pharmacies sell it, where the kinds of institution are known: fees, beds and tests are no goods. */
bool rs_basket_is_goods(const RsBasket *basket, uint32_t drug);
/* log2 in 1/1024, for x > 0. */
int64_t rs_basket_log(double x);

#endif
