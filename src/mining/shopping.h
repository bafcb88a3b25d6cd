/* mining/shopping.h: people who take the same few drugs to many institutions, as with a shopping list.
 *
 * In    what each person bought (mining/purchases.h)
 * Out   RsShopping: people with at least RS_LIST_DRUGS drugs from RS_LIST_PLACES institutions or more each, and those drugs
 * Cost  O(purchases)
 * From  the collectors in published resale cases: no two need ever meet, and whichever doctor sits there writes the prescription, so that
 *       neither time and place nor a shared doctor ties them; the list does
 *
 * A patient has one or two sources for a drug. Who buys at many pharmacies scatters a common drug or two as well, so the drugs are weighed
 * by how rare they are among all who scatter. */
#ifndef RS_MINING_SHOPPING_H
#define RS_MINING_SHOPPING_H

#include "mining/purchases.h"

enum { RS_LIST_DRUGS = 3, RS_LIST_PLACES = 3, RS_LIST_DAYS = 10 };

typedef struct {
  uint32_t person, first_drug, n_drugs;
  uint32_t n_doctors;  /* for the one of these drugs that has most */
  uint32_t n_overlaps; /* purchases of one of them within RS_LIST_DAYS of the last, from another institution */
} RsShopper;

typedef struct {
  uint32_t n;
  uint32_t n_often;   /* of those looked at, people who buy some drug on RS_LIST_PLACES days or more, wherever */
  RsShopper *shopper; /* [n] by person */
  uint32_t *drug;     /* of each, ascending */
} RsShopping;

/* Some of the people, looked at one after another. */
typedef struct { GArray *shopper, *drug; uint32_t n_often; } RsShoppers;
void rs_shoppers_init(RsShoppers *shoppers);
void rs_shoppers_look(RsShoppers *shoppers, const RsPurchases *bought, uint32_t person);
/* All parts, one after another, which are used up. */
RsShopping *rs_shopping_join(RsShoppers *part, unsigned n_parts);
/* The same people again, on the days that are left in. */
RsShopping *rs_shopping_again(const RsBought *bought, const RsLeaveOut *days);
void rs_shopping_free(RsShopping *shopping);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(RsShopping, rs_shopping_free)

#endif
