#include "claims/table.h"

#include "base/random.h"
#include "rs_test.h"

/* Rows of lengths as even or uneven as `skew` says: 0 all alike, else a few hold nearly everything. */
static uint32_t row_length(RsRandom *random, unsigned skew) {
  if (skew == 0) return 3;
  return rs_random_below(random, 50 * skew) == 0 ? 5000 : rs_random_below(random, 3);
}

static void a_row_is_found_however_uneven_they_are(void **state) {
  (void)state;
  for (unsigned skew = 0; skew < 4; skew++)
    for (uint32_t n = 1; n < 3000; n = 3 * n + 1) {
      RsRandom random;
      rs_random_init(&random, 10 * n + skew);
      RsClaims claims = {.n_persons = n};
      claims.person_visit = g_new0(uint32_t, n + 1);
      for (uint32_t p = 0; p < n; p++) claims.person_visit[p + 1] = claims.person_visit[p] + 1 + row_length(&random, skew);
      claims.n_visits = claims.person_visit[n];
      claims.visit_line = g_new0(uint64_t, (gsize)claims.n_visits + 1);
      for (uint32_t v = 0; v < claims.n_visits; v++) claims.visit_line[v + 1] = claims.visit_line[v] + 1 + (v % 97 == 0 ? row_length(&random, skew) : 0);
      claims.n_lines = claims.visit_line[claims.n_visits];
      for (uint32_t v = 0, p = 0; v < claims.n_visits; v++) {
        while (claims.person_visit[p + 1] <= v) p++;
        if (rs_claims_visit_person(&claims, v) != p) fail_msg("skew %u, %u persons, visit %u", skew, n, v);
        for (uint64_t l = claims.visit_line[v]; l < claims.visit_line[v + 1]; l += 1 + (claims.visit_line[v + 1] - l) / 3)
          if (rs_claims_line_visit(&claims, l) != v) fail_msg("skew %u, %u persons, visit %u", skew, n, v);
      }
      g_free(claims.person_visit);
      g_free(claims.visit_line);
    }
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(a_row_is_found_however_uneven_they_are)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
