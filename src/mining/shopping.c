#include "mining/shopping.h"

void rs_shopping_free(RsShopping *shopping) {
  if (shopping == NULL) return;
  g_free(shopping->shopper);
  g_free(shopping->drug);
  g_free(shopping);
}

static uint32_t count_overlaps(const RsPurchase *p, uint32_t n) {
  uint32_t count = 0;
  for (uint32_t i = 1; i < n; i++) count += p[i].institution != p[i - 1].institution && p[i].day - p[i - 1].day <= RS_LIST_DAYS;
  return count;
}

/* Drugs bought on as many days as places are asked for. */
static uint32_t bought_often(const RsPurchases *bought) {
  const RsPurchase *p = bought->purchase;
  uint32_t n = 0;
  for (uint32_t i = 0, end; i < bought->n; i = end) {
    uint32_t days = 1;
    for (end = i + 1; end < bought->n && p[end].drug == p[i].drug; end++) days += p[end].day != p[end - 1].day;
    n += days >= RS_LIST_PLACES;
  }
  return n;
}

static void add_shopper(RsShoppers *s, const RsPurchases *bought, uint32_t person) {
  const RsPurchase *p = bought->purchase;
  RsShopper out = {.person = person, .first_drug = s->drug->len};
  for (uint32_t i = 0, end; i < bought->n; i = end) {
    for (end = i; end < bought->n && p[end].drug == p[i].drug;) end++;
    if (!rs_purchases_in_places(p + i, end - i, RS_LIST_PLACES)) continue;
    uint32_t doctors = end - i > out.n_doctors ? rs_purchases_doctors(p + i, end - i) : 0;
    out.n_doctors = MAX(out.n_doctors, doctors);
    out.n_overlaps += count_overlaps(p + i, end - i);
    out.n_drugs++;
    g_array_append_val(s->drug, p[i].drug);
  }
  if (out.n_drugs >= RS_LIST_DRUGS) g_array_append_val(s->shopper, out);
  else g_array_set_size(s->drug, out.first_drug);
}

void rs_shoppers_init(RsShoppers *s) {
  *s = (RsShoppers){g_array_new(FALSE, FALSE, sizeof(RsShopper)), g_array_new(FALSE, FALSE, sizeof(uint32_t)), 0};
}

void rs_shoppers_look(RsShoppers *s, const RsPurchases *bought, uint32_t person) {
  const uint32_t often = bought_often(bought);
  s->n_often += often > 0;
  if (often >= RS_LIST_DRUGS) add_shopper(s, bought, person);
}

RsShopping *rs_shopping_join(RsShoppers *part, unsigned n_parts) {
  g_autoptr(GArray) shoppers = g_array_new(FALSE, FALSE, sizeof(RsShopper)), drugs = g_array_new(FALSE, FALSE, sizeof(uint32_t));
  RsShopping *out = g_new0(RsShopping, 1);
  for (unsigned i = 0; i < n_parts; i++) {
    out->n_often += part[i].n_often;
    for (guint k = 0; k < part[i].shopper->len; k++) g_array_index(part[i].shopper, RsShopper, k).first_drug += drugs->len;
    g_array_append_vals(shoppers, part[i].shopper->data, part[i].shopper->len);
    g_array_append_vals(drugs, part[i].drug->data, part[i].drug->len);
    g_array_unref(part[i].shopper);
    g_array_unref(part[i].drug);
  }
  out->n = shoppers->len;
  gsize length;
  out->shopper = g_array_steal(shoppers, &length);
  out->drug = g_array_steal(drugs, &length);
  return out;
}

RsShopping *rs_shopping_again(const RsBought *bought, const RsLeaveOut *days) {
  g_auto(RsPurchases) some = {0};
  RsShoppers all;
  rs_shoppers_init(&all);
  for (uint32_t i = 0; i < bought->n; i++) {
    rs_bought_of(bought, i, days, &some);
    add_shopper(&all, &some, bought->person[i]);
  }
  return rs_shopping_join(&all, 1);
}
