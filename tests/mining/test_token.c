#include "mining/token.h"

#include "reference/claims_random.h"
#include "rs_test.h"

#include <string.h>

/* Every two visits on one day at one place that share a drug, the slow way; counts pairs per token for the holders' bar. */
static GHashTable *all_tokens(const RsClaims *c, uint32_t max_holders) {
  GHashTable *holders = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, (GDestroyNotify)g_hash_table_unref);
  for (uint32_t p = 0; p < c->n_persons; p++)
    for (uint32_t v = c->person_visit[p]; v < c->person_visit[p + 1]; v++)
      for (uint64_t l = c->visit_line[v]; l < c->visit_line[v + 1]; l++) {
        if (rs_line_drug(c, l) == RS_NONE) continue;
        char *key = g_strdup_printf("%u %u %u", c->visit_institution[v], c->visit_time[v] / 86400, rs_line_drug(c, l));
        GHashTable *set = g_hash_table_lookup(holders, key);
        if (set == NULL) g_hash_table_insert(holders, g_strdup(key), set = g_hash_table_new(NULL, NULL));
        g_hash_table_add(set, GUINT_TO_POINTER(p));
        g_free(key);
      }
  GHashTable *out = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
  GHashTableIter iter;
  gpointer key, set;
  g_hash_table_iter_init(&iter, holders);
  while (g_hash_table_iter_next(&iter, &key, &set)) {
    if (g_hash_table_size(set) < 2 || g_hash_table_size(set) > max_holders) continue;
    guint n;
    g_autofree gpointer *person = g_hash_table_get_keys_as_array(set, &n);
    for (guint i = 0; i < n; i++)
      for (guint j = 0; j < n; j++)
        if (GPOINTER_TO_UINT(person[i]) < GPOINTER_TO_UINT(person[j]))
          g_hash_table_add(out, g_strdup_printf("%u %u %s", GPOINTER_TO_UINT(person[i]), GPOINTER_TO_UINT(person[j]), (char *)key));
  }
  g_hash_table_unref(holders);
  return out;
}

static void tokens_equal_those_found_by_sets(void **state) {
  (void)state;
  const RsClaimsShape shape[] = {{0, 1, 1, 1, 1, 1}, {400, 20, 3, 2, 6, 8}, {1500, 60, 4, 2, 12, 10}};
  for (size_t s = 0; s < G_N_ELEMENTS(shape); s++)
    for (unsigned threads = 1; threads <= 3; threads += 2) {
      g_autoptr(RsClaims) claims = rs_random_claims(&shape[s], 3);
      uint32_t n_drugs = claims->drug != NULL ? claims->drug->n : 0;
      g_autofree uint8_t *rare = g_malloc((gsize)n_drugs + 1);
      memset(rare, 1, (gsize)n_drugs + 1);
      g_autoptr(RsTimeline) timeline = rs_timeline_new(claims, threads, NULL);
      const char *reason;
      assert_true(rs_timeline_validate(timeline, claims, &reason));
      g_autoptr(RsTokens) tokens = rs_tokens_new(claims, timeline, rare, 4, threads);
      g_autoptr(GHashTable) truth = all_tokens(claims, 4);
      assert_int_equal(tokens->n, g_hash_table_size(truth));
      for (uint64_t i = 0; i < tokens->n; i++) {
        const RsToken *t = &tokens->token[i];
        g_autofree char *key = g_strdup_printf("%u %u %u %u %u", t->a, t->b, t->institution, t->day, t->drug);
        assert_true(g_hash_table_contains(truth, key));
      }
    }
}

static void drugs_that_are_not_rare_make_no_token(void **state) {
  (void)state;
  const RsClaimsShape shape = {400, 20, 3, 2, 6, 8};
  g_autoptr(RsClaims) claims = rs_random_claims(&shape, 3);
  g_autofree uint8_t *rare = g_malloc0((gsize)claims->drug->n + 1);
  g_autoptr(RsTimeline) timeline = rs_timeline_new(claims, 1, NULL);
  g_autoptr(RsTokens) none = rs_tokens_new(claims, timeline, rare, 4, 1), missing = rs_tokens_new(claims, timeline, NULL, 4, 1);
  assert_int_equal(none->n, 0);
  assert_int_equal(missing->n, 0);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(tokens_equal_those_found_by_sets),
      cmocka_unit_test(drugs_that_are_not_rare_make_no_token),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
