#include "mining/resale.h"

#include "reference/claims_random.h"
#include "rs_test.h"

#include <stdlib.h>

static int compare_purchases(const void *x, const void *y) {
  const RsPurchase *a = x, *b = y;
  if (a->drug != b->drug) return a->drug < b->drug ? -1 : 1;
  if (a->day != b->day) return a->day < b->day ? -1 : 1;
  if (a->institution != b->institution) return a->institution < b->institution ? -1 : 1;
  return (a->doctor > b->doctor) - (a->doctor < b->doctor);
}

/* What the person bought on the days that are left in, line by line; drugs that stand on a single line of the person are left out. */
static GArray *bought_by(const RsClaims *c, const uint8_t *counts, const RsLeaveOut *days, uint32_t person) {
  GArray *out = g_array_new(FALSE, FALSE, sizeof(RsPurchase));
  const uint64_t first = c->visit_line[c->person_visit[person]], end = c->visit_line[c->person_visit[person + 1]];
  for (uint64_t l = first; l < end; l++) {
    const uint32_t visit = rs_claims_line_visit(c, l), drug = rs_line_drug(c, l);
    const RsPurchase one = {drug, c->visit_time[visit] / 86400, c->visit_institution[visit], rs_line_doctor(c, l)};
    uint32_t n_lines = 0;
    for (uint64_t k = first; k < end; k++) n_lines += rs_line_drug(c, k) == drug;
    if (drug == RS_NONE || !counts[drug] || n_lines < 2 || rs_line_amount(c, l) < 0 || rs_line_quantity(c, l) < 0.0f) continue;
    if (!rs_left_out(days, one.institution, one.day)) g_array_append_val(out, one);
  }
  if (out->len > 0) qsort(out->data, out->len, sizeof(RsPurchase), compare_purchases);
  return out;
}

static void assert_bought(const RsPurchases *bought, const GArray *truth) {
  assert_int_equal(bought->n, truth->len);
  for (uint32_t i = 0; i < bought->n; i++) assert_int_equal(compare_purchases(&bought->purchase[i], &g_array_index(truth, RsPurchase, i)), 0);
}

/* Claims, drugs that count, and hashes of institutions by which days are left out. */
typedef struct { RsClaims *claims; uint8_t *counts; uint64_t *hash; } Shop;

static Shop shop_new(uint64_t seed) {
  const RsClaimsShape shape = {6000, 60, 5, 6, 9, 60};
  Shop shop = {.claims = rs_random_claims(&shape, seed)};
  shop.counts = g_malloc0(shop.claims->drug->n + 1);
  shop.hash = g_new(uint64_t, shop.claims->institution->n + 1);
  for (uint32_t d = 0; d < shop.claims->drug->n; d++) shop.counts[d] = d % 4 != 1;
  for (uint32_t f = 0; f < shop.claims->institution->n; f++) shop.hash[f] = rs_hash_mix(seed, f);
  return shop;
}

static void shop_clear(Shop *shop) {
  rs_claims_free(shop->claims);
  g_free(shop->counts);
  g_free(shop->hash);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Shop, shop_clear)

static uint32_t *everybody(const RsClaims *c) {
  uint32_t *person = g_new(uint32_t, c->n_persons + 1);
  for (uint32_t p = 0; p < c->n_persons; p++) person[p] = p;
  return person;
}

static void purchases_are_those_of_the_lines(void **state) {
  (void)state;
  for (uint64_t seed = 1; seed <= 4; seed++) {
    g_auto(Shop) shop = shop_new(seed);
    g_auto(RsPurchases) bought = {0};
    g_autofree uint32_t *person = everybody(shop.claims);
    g_autoptr(RsBought) kept = rs_bought_new(shop.claims, shop.counts, person, shop.claims->n_persons);
    uint32_t n_all = 0, n_some = 0;
    for (uint32_t p = 0; p < shop.claims->n_persons; p++) {
      const RsLeaveOut all = {shop.hash, 0}, some = {shop.hash, 3};
      g_autoptr(GArray) truth = bought_by(shop.claims, shop.counts, &all, p), left = bought_by(shop.claims, shop.counts, &some, p);
      rs_purchases_of(shop.claims, shop.counts, p, &bought);
      assert_bought(&bought, truth);
      rs_bought_of(kept, p, &all, &bought);
      assert_bought(&bought, truth);
      rs_bought_of(kept, p, &some, &bought);
      assert_bought(&bought, left);
      n_all += truth->len;
      n_some += left->len;
    }
    assert_true(n_all > 1000 && n_some < n_all && n_some > n_all / 2);
  }
}

/* Whoever is found in the walk over everybody is found again from kept purchases, with the same drugs and numbers. */
static void people_are_found_again_as_they_were(void **state) {
  (void)state;
  for (unsigned threads = 1; threads <= 3; threads += 2) {
    g_auto(Shop) shop = shop_new(9);
    const RsLeaveOut all = {shop.hash, 0};
    g_autoptr(RsShopping) lists = NULL;
    g_autoptr(RsResale) resale = rs_resale_new(shop.claims, shop.counts, threads, &lists);
    g_autofree uint32_t *person = everybody(shop.claims);
    g_autoptr(RsBought) kept = rs_bought_new(shop.claims, shop.counts, person, shop.claims->n_persons);
    g_autoptr(RsShopping) lists_again = rs_shopping_again(kept, &all);
    g_autoptr(RsResale) again = rs_resale_again(kept, &all);
    assert_true(resale->n > 20 && lists->n > 20 && lists->n_often >= lists->n);
    assert_int_equal(resale->n, again->n);
    assert_int_equal(lists->n, lists_again->n);
    for (uint32_t i = 0; i < resale->n; i++) {
      const RsResalePerson *a = &resale->person[i], *b = &again->person[i];
      assert_memory_equal(a, b, sizeof *a);
      assert_memory_equal(resale->token + a->first_token, again->token + b->first_token, a->n_tokens * sizeof *resale->token);
    }
    for (uint32_t i = 0; i < lists->n; i++) {
      const RsShopper *a = &lists->shopper[i], *b = &lists_again->shopper[i];
      assert_memory_equal(a, b, sizeof *a);
      assert_memory_equal(lists->drug + a->first_drug, lists_again->drug + b->first_drug, a->n_drugs * sizeof *lists->drug);
    }
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(purchases_are_those_of_the_lines),
      cmocka_unit_test(people_are_found_again_as_they_were),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
