/* Drugs and the diagnoses they are given for: a town that can be read off, and random ones against the slow twin. */
#include "mining/indication.h"

#include "base/random.h"
#include "reference/check_indication.h"
#include "reference/claims_build.h"
#include "rs_test.h"

#include <math.h>

typedef struct { GArray *line; GStringChunk *chunk; } Town;

static void add(Town *town, const char *prefix, unsigned person, const char *drug, const char *diagnosis, unsigned day) {
  g_autofree char *who = g_strdup_printf("%s%03u", prefix, person), *time = g_strdup_printf("2025-%02u-%02u", 1 + day / 28 % 12, 1 + day % 28);
  RsReferenceLine line = {.person = g_string_chunk_insert(town->chunk, who), .institution = "Y1", .time = g_string_chunk_insert(town->chunk, time),
                          .drug = drug, .diagnosis = diagnosis, .quantity = 1, .amount = 100};
  g_array_append_val(town->line, line);
}

/* The lines of persons whose ids begin with G. */
static GArray *group_lines(const RsClaims *c) {
  GArray *out = g_array_new(FALSE, FALSE, sizeof(uint64_t));
  for (uint64_t l = 0; l < c->n_lines; l++)
    if (*rs_text_get(c->person, rs_claims_visit_person(c, rs_claims_line_visit(c, l))) == 'G') g_array_append_val(out, l);
  return out;
}

static uint32_t number_of(const RsText *texts, const char *text) {
  for (uint32_t i = 0; i < texts->n; i++)
    if (strcmp(rs_text_get(texts, i), text) == 0) return i;
  return RS_NONE;
}

/* 200 people get statin for the heart, 5 of them for the knee (one in forty is not rare), 4 get it for a rare disease whose people
 * mostly get it; 1 got it for a cold. The group: Gs get it for the heart, the rare disease and, three of them, for a cold. */
static void people_with_a_drug_for_something_else_are_counted(void **state) {
  (void)state;
  Town town = {g_array_new(FALSE, FALSE, sizeof(RsReferenceLine)), g_string_chunk_new(4096)};
  for (unsigned p = 0; p < 1000; p++) {
    add(&town, "P", p, p < 200 ? "statin" : "pill", p < 195 ? "heart" : p < 200 ? "knee" : "cold", p % 300);
    if (p < 4) add(&town, "P", p, "statin", "rare", 7 + p);
    if (p == 9) add(&town, "P", p, "statin", "cold", 9);
  }
  for (unsigned p = 0; p < 6; p++) add(&town, "G", p, "statin", p < 2 ? "heart" : p == 2 ? "rare" : "cold", p);
  add(&town, "G", 5, "statin", "heart", 50); /* one of the colds has a reason as well */
  g_autoptr(RsClaims) claims = rs_reference_claims((const RsReferenceLine *)(const void *)town.line->data, town.line->len);
  uint32_t drug = number_of(claims->drug, "statin");
  for (unsigned threads = 1; threads <= 3; threads += 2) {
    g_autoptr(RsIndication) x = rs_indication_new(claims, &drug, 1, threads);
    g_autoptr(GArray) line = group_lines(claims);
    bool unfit[16] = {false};
    RsIndicationTest test = rs_indication_test(x, claims, (const uint64_t *)(const void *)line->data, line->len, unfit);
    assert_int_equal(test.n_persons, 6);
    assert_int_equal(test.n_unfit, 2); /* G3 and G4 */
    assert_true(fabs(test.expected - 6.0 * 1.5 / 206.0) < 1e-9); /* one cold of 205, and a half */
    unsigned marked = 0;
    for (guint i = 0; i < line->len; i++) marked += unfit[i];
    assert_int_equal(marked, 2);
    assert_true(test.log_p < log(0.01) && test.log_p > log(1e-4));
  }
  g_array_unref(town.line);
  g_string_chunk_free(town.chunk);
}

static void random_towns_agree_with_the_twin(void **state) {
  (void)state;
  static const char *const drug_name[] = {"a", "b", "c"}, *const diagnosis[] = {"u", "v", "w", "x", "y"};
  for (uint64_t seed = 1; seed <= 6; seed++) {
    Town town = {g_array_new(FALSE, FALSE, sizeof(RsReferenceLine)), g_string_chunk_new(4096)};
    RsRandom random;
    rs_random_init(&random, seed);
    for (unsigned i = 0; i < 420; i++) {
      unsigned drug = rs_random_below(&random, 3), usual = rs_random_below(&random, 60) == 0 ? 4 : drug + rs_random_below(&random, 2);
      bool own = rs_random_below(&random, 30) == 0;
      add(&town, own ? "G" : "P", rs_random_below(&random, own ? 6 : 250), drug_name[drug], own ? diagnosis[rs_random_below(&random, 5)] : diagnosis[usual],
          rs_random_below(&random, 300));
    }
    g_autoptr(RsClaims) claims = rs_reference_claims((const RsReferenceLine *)(const void *)town.line->data, town.line->len);
    g_autoptr(GArray) line = group_lines(claims);
    const uint32_t drug[] = {number_of(claims->drug, "a"), number_of(claims->drug, "c")};
    g_autoptr(RsIndication) x = rs_indication_new(claims, drug, 2, 2);
    const uint64_t *lines = (const uint64_t *)(const void *)line->data;
    RsIndicationTest fast = rs_indication_test(x, claims, lines, line->len, NULL), slow = check_indication(claims, drug, 2, lines, line->len);
    assert_int_equal(fast.n_persons, slow.n_persons);
    assert_int_equal(fast.n_unfit, slow.n_unfit);
    assert_true(fabs(fast.expected - slow.expected) < 1e-9);
    assert_true(fabs(fast.log_p - slow.log_p) < 1e-6);
    g_array_unref(town.line);
    g_string_chunk_free(town.chunk);
  }
}

static void without_diagnoses_nothing_is_said(void **state) {
  (void)state;
  static const RsReferenceLine line[] = {{.person = "A", .institution = "Y", .time = "2025-01-01", .drug = "a"}};
  g_autoptr(RsClaims) claims = rs_reference_claims(line, 1);
  uint32_t drug = 0;
  assert_null(rs_indication_new(claims, &drug, 1, 1));
  assert_null(rs_indication_new(claims, &drug, 0, 1));
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(people_with_a_drug_for_something_else_are_counted),
      cmocka_unit_test(random_towns_agree_with_the_twin),
      cmocka_unit_test(without_diagnoses_nothing_is_said),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
