/* Purchases billed twice, credentials in two cities, boxes sold twice: the kernels against their slow twins. */
#include "mining/duplicate.h"
#include "mining/region.h"
#include "mining/trace.h"
#include "mining/travel.h"

#include "base/random.h"
#include "reference/check_twice.h"
#include "reference/claims_random.h"
#include "rs_test.h"

#include <math.h>
#include <string.h>

static const char *const region[] = {"110101", "110102", "130102", "130103", "130202", "310104", "abroad", ""};

/* Random lines with regions, kinds, quantities, codes and minutes, ties everywhere. */
static RsClaims *draw(const RsClaimsShape *shape, uint64_t seed) {
  static const char *const type[] = {"pharmacy", "hospital", "clinic", ""};
  g_autoptr(GStringChunk) chunk = g_string_chunk_new(4096);
  g_autofree RsReferenceLine *line = rs_random_lines(shape, seed, chunk);
  RsRandom random;
  rs_random_init(&random, seed + 1000);
  for (uint32_t i = 0; i < shape->n; i++) {
    unsigned outlet = (unsigned)g_ascii_strtoull(line[i].institution + 1, NULL, 10);
    g_autofree char *time = g_strdup_printf("%s:%02u", line[i].time, rs_random_below(&random, 4) * 10), *code = NULL;
    if (rs_random_below(&random, 3) == 0) time[13] = '\0', time[10] = '\0'; /* a date alone */
    else time[16] = '\0', time[14] = (char)('0' + rs_random_below(&random, 6));
    line[i].time = g_string_chunk_insert_const(chunk, time);
    line[i].institution_type = type[outlet % G_N_ELEMENTS(type)];
    line[i].service_region = region[outlet % G_N_ELEMENTS(region)];
    line[i].quantity = rs_random_below(&random, 4);
    code = g_strdup_printf("T%u", rs_random_below(&random, shape->n / 40 + 1));
    line[i].trace = rs_random_below(&random, 3) == 0 ? "" : g_string_chunk_insert_const(chunk, code);
  }
  return rs_reference_claims(line, shape->n);
}

static const RsClaimsShape shapes[] = {
    {0, 1, 1, 1, 1, 1}, {1, 1, 1, 1, 1, 1}, {60, 3, 4, 2, 30, 10}, {400, 12, 6, 2, 40, 20}, {900, 40, 16, 3, 60, 30}, {900, 5, 3, 3, 200, 60}, {900, 4, 5, 3, 25, 300},
};

static void duplicates_are_those_found_by_looking_at_every_two_visits(void **state) {
  (void)state;
  uint32_t hits = 0;
  for (size_t s = 0; s < G_N_ELEMENTS(shapes); s++)
    for (uint64_t seed = 1; seed <= 4; seed++) {
      g_autoptr(RsClaims) claims = draw(&shapes[s], seed);
      g_autoptr(RsBasket) basket = rs_basket_new(claims, 1);
      g_autoptr(RsTwice) twice = rs_duplicates_new(claims, basket, 1 + (unsigned)seed % 3);
      g_autofree char *wrong = check_duplicates(claims, basket, twice), *units = check_units(twice, true);
      if (wrong != NULL || units != NULL) fail_msg("case %zu seed %u: %s", s, (unsigned)seed, wrong != NULL ? wrong : units);
      hits += twice->n_hits;
    }
  assert_true(hits > 50);
}

static void travels_are_those_found_by_looking_at_every_two_visits(void **state) {
  (void)state;
  uint32_t hits = 0;
  uint8_t skip[16] = {0, 0, 1};
  for (size_t s = 0; s < G_N_ELEMENTS(shapes); s++)
    for (uint64_t seed = 1; seed <= 4; seed++) {
      g_autoptr(RsClaims) claims = draw(&shapes[s], seed);
      g_autoptr(RsTwice) twice = rs_travels_new(claims, seed % 2 ? NULL : skip, NULL, 1 + (unsigned)seed % 3, NULL);
      g_autofree char *wrong = check_travels(claims, seed % 2 ? NULL : skip, twice), *units = check_units(twice, false);
      if (wrong != NULL || units != NULL) fail_msg("case %zu seed %u: %s", s, (unsigned)seed, wrong != NULL ? wrong : units);
      hits += twice->n_hits;
    }
  assert_true(hits > 100);
}

/* Prices are made equal in draw_boxes, so that every line is a whole box but for those of less than one. */
static bool whole(const RsClaims *c, uint64_t line) { return !(rs_line_quantity(c, line) > 0.0f && rs_line_quantity(c, line) < 1.0f); }

static void traces_are_those_found_by_looking_at_every_two_lines(void **state) {
  (void)state;
  uint32_t hits = 0;
  for (size_t s = 0; s < G_N_ELEMENTS(shapes); s++)
    for (uint64_t seed = 1; seed <= 4; seed++) {
      g_autoptr(RsClaims) claims = draw(&shapes[s], seed);
      if (claims->line_trace == NULL) continue;
      for (uint64_t l = 0; l < claims->n_lines; l++) { /* one price a unit */
        const int64_t amount = rs_line_amount(claims, l) < 0 ? -1000 : (int64_t)(1000.0 * fmax(1.0, (double)rs_line_quantity(claims, l)));
        const bool half = l % 7 == 0 && amount >= 0;
        const RsLine line = {.drug = rs_line_drug(claims, l), .doctor = rs_line_doctor(claims, l), .diagnosis = rs_line_diagnosis(claims, l),
                             .quantity = half ? 0.5f : rs_line_quantity(claims, l), .amount = half ? 500 : amount, .fund = rs_line_fund(claims, l),
                             .row = rs_line_row(claims, l)};
        assert_true(rs_line_set(claims, l, &line));
      }
      g_autoptr(RsTwice) twice = rs_traces_new(claims, 1 + (unsigned)seed % 3);
      g_autofree char *wrong = check_traces(claims, whole, twice), *units = check_units(twice, false);
      if (wrong != NULL || units != NULL) fail_msg("case %zu seed %u: %s", s, (unsigned)seed, wrong != NULL ? wrong : units);
      hits += twice->n_hits;
    }
  assert_true(hits > 100);
}

static bool same(const RsTwice *a, const RsTwice *b) {
  if (a->n_hits != b->n_hits || a->n_units != b->n_units || a->n_idle != b->n_idle || a->n_aside != b->n_aside) return false;
  for (uint32_t u = 0; u < a->n_units; u++)
    if (a->unit[u].expected != b->unit[u].expected || a->unit[u].opportunities != b->unit[u].opportunities) return false;
  return memcmp(a->unit_hit, b->unit_hit, a->unit_offset[a->n_units] * sizeof *a->unit_hit) == 0;
}

static void same_hits_for_any_number_of_threads(void **state) {
  (void)state;
  const RsClaimsShape shape = {3000, 90, 24, 5, 80, 60};
  g_autoptr(RsClaims) claims = draw(&shape, 9);
  g_autoptr(RsBasket) basket = rs_basket_new(claims, 1);
  g_autoptr(RsTwice) d1 = rs_duplicates_new(claims, basket, 1), d4 = rs_duplicates_new(claims, basket, 4);
  g_autoptr(RsTwice) t1 = rs_travels_new(claims, NULL, NULL, 1, NULL), t4 = rs_travels_new(claims, NULL, NULL, 4, NULL);
  g_autoptr(RsTwice) b1 = rs_traces_new(claims, 1), b4 = rs_traces_new(claims, 4);
  assert_true(d1->n_hits > 0 && t1->n_hits > 0 && b1->n_hits > 0);
  assert_true(same(d1, d4));
  assert_true(same(t1, t4));
  assert_true(same(b1, b4));
}

static void minutes_follow_the_codes(void **state) {
  (void)state;
  static const struct { const char *a, *b; uint32_t minutes; unsigned apart; } table[] = {
      {"110101", "110101", 0, 0}, {"110101", "110228", 0, 1}, {"130102", "130103", 0, 1}, {"130102", "130202", 45, 2},
      {"110101", "130102", 120, 2}, {"310104", "320505", 120, 2}, {"abroad", "130102", 0, 2}, {"13", "130102", 0, 2},
  };
  for (size_t i = 0; i < G_N_ELEMENTS(table); i++) {
    RsReferenceLine line[2] = {{.person = "P", .institution = "A", .time = "2024-01-01", .service_region = table[i].a},
                               {.person = "P", .institution = "B", .time = "2024-01-02", .service_region = table[i].b}};
    g_autoptr(RsClaims) c = rs_reference_claims(line, 2);
    uint32_t a = c->institution_region[0], b = c->institution_region[1];
    assert_int_equal(rs_region_minutes(c->region, a, b), table[i].minutes);
    assert_int_equal(rs_region_apart(c->region, a, b), table[i].apart);
    assert_int_equal(rs_region_minutes(c->region, a, RS_NONE), 0);
  }
}

/* A placeholder code on every line, one person on every line, one outlet pair: bounded time, and said. */
static void hostile_shapes_end(void **state) {
  (void)state;
  enum { N = 60000 };
  g_autofree RsReferenceLine *line = g_new0(RsReferenceLine, N);
  g_autoptr(GStringChunk) chunk = g_string_chunk_new(1 << 16);
  for (unsigned i = 0; i < N; i++) {
    g_autofree char *time = g_strdup_printf("2024-%02u-%02u %02u:%02u", 1 + i / 28 % 12, 1 + i % 28, i / 60 % 24, 1 + i % 59);
    line[i] = (RsReferenceLine){.person = "P", .institution = i % 2 ? "A" : "B", .time = g_string_chunk_insert_const(chunk, time), .drug = "M",
                                .quantity = 1, .amount = i % 3 ? 100 : -100, .trace = "0000", .service_region = i % 2 ? "110101" : "310101"};
  }
  g_autoptr(RsClaims) claims = rs_reference_claims(line, N);
  g_autoptr(RsBasket) basket = rs_basket_new(claims, 1);
  g_autoptr(RsTwice) d = rs_duplicates_new(claims, basket, 2), t = rs_travels_new(claims, NULL, NULL, 2, NULL), b = rs_traces_new(claims, 2);
  assert_int_equal(b->n_hits, 0);
  assert_true(b->n_aside >= N);
  assert_int_equal(d->n_not_examined, claims->n_visits > RS_TWICE_MOST_VISITS);
  assert_int_equal(t->n_not_examined, claims->n_visits > RS_TWICE_MOST_VISITS);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(duplicates_are_those_found_by_looking_at_every_two_visits),
      cmocka_unit_test(travels_are_those_found_by_looking_at_every_two_visits),
      cmocka_unit_test(traces_are_those_found_by_looking_at_every_two_lines),
      cmocka_unit_test(same_hits_for_any_number_of_threads),
      cmocka_unit_test(minutes_follow_the_codes),
      cmocka_unit_test(hostile_shapes_end),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
