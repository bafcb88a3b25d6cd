#include "mining/basket.h"

#include "reference/claims_random.h"
#include "rs_test.h"

#include <math.h>

static int64_t plain_log(double x) { return (int64_t)lround(log2(x) * 1024.0); }

/* Whole numbers on both sides of every place where the logarithm's steps change, and all small ones. */
static void logarithm_of_any_amount_is_the_dear_one(void **state) {
  (void)state;
  for (int64_t i = 1; i < 100000; i++) assert_int_equal(rs_basket_log((double)i), plain_log((double)i));
  for (int64_t step = 0; step < 50 * 1024; step++) {
    const double change = exp2(((double)step + 0.5) / 1024.0);
    for (int64_t i = -1; i <= 2; i++) {
      const double x = floor(change) + (double)i;
      if (x >= 1.0) assert_int_equal(rs_basket_log(x), plain_log(x));
    }
  }
}

static void logarithm_of_a_part_is_the_dear_one(void **state) {
  (void)state;
  for (double x = 1e-6; x < 4.0; x *= 1.0001) assert_int_equal(rs_basket_log(x), plain_log(x));
}

/* Counts line by line; a drug counts once a visit, wherever in it its lines stand. */
static void visits_with_a_drug_are_counted_once(void **state) {
  (void)state;
  const RsClaimsShape shape = {6000, 60, 5, 6, 9, 60};
  g_autoptr(RsClaims) c = rs_random_claims(&shape, 5);
  g_autoptr(RsBasket) basket = rs_basket_new(c, 2);
  for (uint32_t drug = 0; drug < c->drug->n; drug++) {
    uint32_t visits[RS_N_TYPES] = {0}, lines = 0;
    for (uint32_t v = 0; v < c->n_visits; v++) {
      bool seen = false;
      for (uint64_t l = c->visit_line[v]; l < c->visit_line[v + 1]; l++) {
        seen = seen || rs_line_drug(c, l) == drug;
        lines += rs_line_drug(c, l) == drug && rs_line_quantity(c, l) > 0.0f;
      }
      visits[c->institution_type[c->visit_institution[v]]] += seen;
    }
    for (unsigned t = 0; t < RS_N_TYPES; t++) assert_int_equal(basket->by_type[drug * RS_N_TYPES + t], visits[t]);
    assert_int_equal(basket->quantity_lines[drug], lines);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(logarithm_of_any_amount_is_the_dear_one),
      cmocka_unit_test(logarithm_of_a_part_is_the_dear_one),
      cmocka_unit_test(visits_with_a_drug_are_counted_once),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
