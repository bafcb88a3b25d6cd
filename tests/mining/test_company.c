#include "mining/company.h"

#include "mining/affinity.h"
#include "reference/claims_random.h"
#include "rs_test.h"

#include <math.h>

/* The slow way: all co-visits of the city, and of those the pairs that name somebody. */
static void company_is_the_city_s_covisits_that_name_one_of_the_persons(void **state) {
  (void)state;
  static const struct { RsClaimsShape shape; RsCovisitOptions options; uint32_t every; } table[] = {
      {{1, 1, 1, 1, 1, 1}, RS_COVISIT_DEFAULTS, 1},         {{300, 12, 3, 2, 5, 6}, RS_COVISIT_DEFAULTS, 3},
      {{600, 25, 4, 3, 8, 10}, {2, 5, 1u << 20, 1, 0}, 5}, {{600, 25, 4, 3, 8, 10}, {3, 2, 1u << 20, 1, 0}, 1},
      {{900, 40, 2, 3, 8, 12}, {2, 0, 1u << 20, 1, 0}, 7}, {{900, 40, 2, 3, 8, 12}, {2, 12, 100, 1, 0}, 40},
      {{2000, 60, 5, 4, 10, 20}, {2, 3, 1u << 20, 1, 0}, 60},
  };
  uint32_t n_pairs = 0;
  for (size_t t = 0; t < G_N_ELEMENTS(table); t++)
    for (uint64_t seed = 1; seed <= 3; seed++) {
      g_autoptr(GError) error = NULL;
      g_autoptr(RsClaims) claims = rs_random_claims(&table[t].shape, seed);
      g_autoptr(RsTimeline) timeline = rs_timeline_new(claims, 1, &error);
      rs_assert_no_error(error);
      g_autoptr(RsCovisits) all = rs_covisits_new(claims, timeline, &table[t].options, &error);
      rs_assert_no_error(error);
      g_autofree uint32_t *person = g_new(uint32_t, (gsize)claims->n_persons + 1);
      uint32_t n = 0, k = 0;
      for (uint32_t p = 0; p < claims->n_persons; p += table[t].every) person[n++] = p;
      g_autoptr(RsCovisits) few = rs_company_new(claims, timeline, person, n, &table[t].options);
      rs_assert_valid(rs_covisits_validate, few, claims);
      for (uint32_t i = 0; i < all->n; i++) {
        if (all->a[i] % table[t].every != 0 && all->b[i] % table[t].every != 0) continue;
        assert_true(k < few->n);
        assert_int_equal(few->a[k], all->a[i]);
        assert_int_equal(few->b[k], all->b[i]);
        uint64_t length = all->offset[i + 1] - all->offset[i];
        assert_int_equal(few->offset[k + 1] - few->offset[k], length);
        for (uint64_t m = 0; m < length; m++) {
          const RsMeeting *x = &few->meeting[few->offset[k] + m], *y = &all->meeting[all->offset[i] + m];
          assert_true(x->institution == y->institution && x->day == y->day && x->gap == y->gap);
        }
        k++;
      }
      assert_int_equal(k, few->n);
      n_pairs += k;
    }
  assert_true(n_pairs > 100);
}

/* Two who buy the same rare drug each time they meet, two who meet as often and do not: 60 others have their own drugs. */
static RsClaims *shop(void) {
  static char text[4000][24];
  g_autoptr(GArray) line = g_array_new(FALSE, FALSE, sizeof(RsReferenceLine));
  uint32_t n_texts = 0;
  for (uint32_t day = 0; day < 5; day++)
    for (uint32_t p = 0; p < 64; p++) {
      char *person = text[n_texts++], *time = text[n_texts++], *drug = text[n_texts++];
      g_snprintf(person, 24, "p%02u", p);
      g_snprintf(time, 24, "2025-03-%02u %02u:%02u", 1 + day * 3, 8 + p / 10, p % 10 * 5);
      if (p < 2) g_snprintf(drug, 24, "rare"); /* p00 and p01 */
      else g_snprintf(drug, 24, "d%u", (p * 7 + day * 11) % 90);
      RsReferenceLine one = {.person = person, .institution = "shop", .time = time, .drug = drug, .quantity = 1, .amount = 1000};
      g_array_append_val(line, one);
    }
  return rs_reference_claims((const RsReferenceLine *)(const void *)line->data, line->len);
}

static void sharing_a_rare_drug_counts_once_a_meeting_and_only_beyond_habit(void **state) {
  (void)state;
  g_autoptr(GError) error = NULL;
  g_autoptr(RsClaims) claims = shop();
  g_autoptr(RsTimeline) timeline = rs_timeline_new(claims, 1, &error);
  g_autoptr(RsKnowledge) knowledge = rs_knowledge_new(claims, 1, &error);
  rs_assert_no_error(error);
  g_autoptr(RsBasket) basket = rs_basket_new(claims, 1);
  g_autofree uint8_t *rare = g_malloc(claims->drug->n);
  memset(rare, 1, claims->drug->n);
  uint32_t all[64];
  for (uint32_t p = 0; p < 64; p++) all[p] = p;
  g_autoptr(RsCovisits) company = rs_company_new(claims, timeline, all, 64, NULL);
  uint32_t n_same = 0, n_other = 0;
  for (uint32_t i = 0; i < company->n; i++) {
    const char *a = rs_text_get(claims->person, company->a[i]), *b = rs_text_get(claims->person, company->b[i]);
    const bool both = (strcmp(a, "p00") == 0 || strcmp(a, "p01") == 0) && (strcmp(b, "p00") == 0 || strcmp(b, "p01") == 0);
    const RsCompanyDrugs drugs = rs_company_drugs(knowledge, basket, rare, company, i);
    if (both) {
      /* five of five; the drug is in 10 of 320 visits, and neither has bought it on a day that was no meeting */
      n_same++;
      assert_int_equal(drugs.n_shared, 5);
      assert_true(fabs(drugs.decades - 5.0 * log10(32.0)) < 1e-9);
    } else {
      n_other++;
      assert_true(drugs.decades < 3.0);
    }
    assert_int_equal(rs_company_drugs(knowledge, basket, NULL, company, i).n_shared, 0);
  }
  assert_int_equal(n_same, 1);
  assert_true(n_other > 50);
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(company_is_the_city_s_covisits_that_name_one_of_the_persons),
                                     cmocka_unit_test(sharing_a_rare_drug_counts_once_a_meeting_and_only_beyond_habit)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
