#include "mining/shopping.h"

#include "mining/purchases.h"

void rs_shopping_free(RsShopping *shopping) {
  if (shopping == NULL) return;
  g_free(shopping->shopper);
  g_free(shopping->drug);
  g_free(shopping);
}

/* Drugs bought on as many days as places are asked for: a bound that the graph answers without a look at the lines. */
static uint32_t bought_often(const RsKnowledge *k, const uint8_t *counts, uint32_t person) {
  const RsRelation *r = &k->relation[RS_BOUGHT];
  uint32_t n = 0;
  for (uint64_t i = r->offset[person]; i < r->offset[person + 1]; i++) n += r->days[i] >= RS_LIST_PLACES && counts[r->to[i]];
  return n;
}

static uint32_t count_overlaps(const RsPurchase *p, uint32_t n) {
  uint32_t count = 0;
  for (uint32_t i = 1; i < n; i++) count += p[i].institution != p[i - 1].institution && p[i].day - p[i - 1].day <= RS_LIST_DAYS;
  return count;
}

/* The scattered drugs of one person, added to `drugs`. */
static RsShopper shopper_of(const RsPurchase *p, uint32_t n, uint32_t person, GArray *drugs) {
  RsShopper out = {.person = person, .first_drug = drugs->len};
  for (uint32_t i = 0, end; i < n; i = end) {
    for (end = i; end < n && p[end].drug == p[i].drug;) end++;
    if (end - i < RS_LIST_PLACES || rs_purchases_places(p + i, end - i) < RS_LIST_PLACES) continue;
    uint32_t doctors = rs_purchases_doctors(p + i, end - i);
    out.n_doctors = MAX(out.n_doctors, doctors);
    out.n_overlaps += count_overlaps(p + i, end - i);
    out.n_drugs++;
    g_array_append_val(drugs, p[i].drug);
  }
  return out;
}

RsShopping *rs_shopping_new(const RsClaims *c, const RsKnowledge *k, const uint8_t *counts, const uint32_t *person, uint32_t n,
                            const RsLeaveOut *days) {
  g_autoptr(GArray) shoppers = g_array_new(FALSE, FALSE, sizeof(RsShopper)), drugs = g_array_new(FALSE, FALSE, sizeof(uint32_t));
  g_auto(RsPurchases) bought = {0};
  uint32_t n_often = 0;
  for (uint32_t i = 0, end = person != NULL ? n : c->n_persons; i < end; i++) {
    uint32_t p = person != NULL ? person[i] : i;
    uint32_t often = bought_often(k, counts, p);
    n_often += often > 0;
    if (often < RS_LIST_DRUGS) continue;
    rs_purchases_of(c, counts, days, p, &bought);
    RsShopper one = shopper_of(bought.purchase, bought.n, p, drugs);
    if (one.n_drugs >= RS_LIST_DRUGS) g_array_append_val(shoppers, one);
    else g_array_set_size(drugs, one.first_drug);
  }
  RsShopping *out = g_new0(RsShopping, 1);
  gsize length;
  out->shopper = g_array_steal(shoppers, &length);
  out->n = (uint32_t)length;
  out->n_often = n_often;
  out->drug = g_array_steal(drugs, &length);
  return out;
}
