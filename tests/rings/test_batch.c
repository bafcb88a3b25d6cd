/* Pattern batch from end to end on towns that can be read by eye (small_city.c). */
#include "rings/detect.h"

#include "rs_test.h"
#include "small_city.h"

#include <math.h>
#include <string.h>

static RsRings *detect(const RsClaims *claims, unsigned n_threads) {
  g_autoptr(GError) error = NULL;
  g_autoptr(RsKnowledge) knowledge = rs_knowledge_new(claims, n_threads, &error);
  rs_assert_no_error(error);
  RsDetectOptions options = {.patterns = 1u << RS_BATCH, .seed = 1, .n_threads = n_threads};
  RsRings *rings = rs_detect(claims, knowledge, &options, &error);
  rs_assert_no_error(error);
  rs_assert_valid(rs_rings_validate, rings, claims);
  return rings;
}

/* How many of the ring's persons have ids that start with the name. */
static unsigned named(const RsClaims *claims, const RsRing *ring, const char *name) {
  unsigned n = 0;
  for (uint32_t i = 0; i < ring->n_members; i++)
    if (ring->members[i].kind == RS_PERSON) n += g_str_has_prefix(rs_text_get(claims->person, ring->members[i].id), name) ? 1 : 0;
  return n;
}

static void ring_of_seven_among_households_is_found_whole(void **state) {
  (void)state;
  g_autoptr(RsSmallCity) city = rs_small_city_new(1, 260, 120);
  rs_small_city_ring(city, "R", 7, 8, 3, "X1");
  g_autoptr(RsClaims) claims = rs_small_city_claims(city);
  g_autoptr(RsRings) rings = detect(claims, 1);
  assert_int_equal(rings->n_rings, 1);
  assert_int_equal(rings->rings[0].count[RS_PERSON], 7);
  assert_int_equal(named(claims, &rings->rings[0], "R"), 7);
  assert_int_equal(rings->rings[0].count[RS_INSTITUTION], 3);
  assert_int_equal(rings->rings[0].n_bursts, 8);
  assert_int_equal(rings->rings[0].stability, 'A');
  assert_true(rings->n_companion_groups >= 200);
  for (uint64_t e = 0; e < rings->rings[0].n_evidence; e++) assert_true(rings->rings[0].evidence[e].facts != 0);
}

static void town_of_households_has_no_lead(void **state) {
  (void)state;
  for (uint64_t seed = 1; seed <= 3; seed++) {
    g_autoptr(RsSmallCity) city = rs_small_city_new(seed, 260, 120);
    g_autoptr(RsClaims) claims = rs_small_city_claims(city);
    g_autoptr(RsRings) rings = detect(claims, 2);
    assert_int_equal(rings->n_rings, 0);
    assert_true(rings->n_set_aside > 0);
    assert_true(rings->examined & 1u << RS_BATCH);
  }
}

/* Thirty residents of a home: one outlet, every 28 days, the same morning, each with an own drug. */
static void care_home(RsSmallCity *city) {
  for (unsigned visit = 0; visit < 5; visit++)
    for (unsigned i = 0; i < 30; i++) {
      g_autofree char *person = g_strdup_printf("C%02u", i), *drug = g_strdup_printf("G%03u", i * 3);
      rs_small_city_visit(city, person, "Y007", 3 + 28 * visit, 9 * 60 + (int)i, drug, "D1", 2.0);
    }
}

static void care_home_is_no_lead(void **state) {
  (void)state;
  g_autoptr(RsSmallCity) city = rs_small_city_new(2, 260, 120);
  care_home(city);
  g_autoptr(RsClaims) claims = rs_small_city_claims(city);
  g_autoptr(RsRings) rings = detect(claims, 1);
  assert_int_equal(rings->n_rings, 0);
}

/* Accounts emptied at the end of each month, at three shops one after another: each shop by itself would look like a home's monthly day. */
static void cards_on_their_monthly_round_of_shops_are_found(void **state) {
  (void)state;
  g_autoptr(RsSmallCity) city = rs_small_city_new(2, 260, 160);
  for (unsigned month = 0; month < 5; month++)
    for (unsigned shop = 0; shop < 3; shop++)
      for (unsigned i = 0; i < 9; i++) {
        g_autofree char *person = g_strdup_printf("C%02u", i), *outlet = g_strdup_printf("Y%03u", 20 + shop), *drug = g_strdup_printf("X%u", (i + shop + month) % 3);
        if ((i * i + 3 * shop * i + 2 * month + shop) % 5 != 0) rs_small_city_visit(city, person, outlet, 27 + 30 * month, 600 + 20 * (int)shop + 2 * (int)i, drug, NULL, 3.0);
      }
  g_autoptr(RsClaims) claims = rs_small_city_claims(city);
  g_autoptr(RsRings) rings = detect(claims, 1);
  assert_int_equal(rings->n_rings, 1);
  assert_int_equal(rings->rings[0].count[RS_PERSON], 9);
  assert_int_equal(rings->rings[0].count[RS_INSTITUTION], 3);
}

/* Six of the twenty cards that a shop keeps go through its till at a time, at quiet hours; so none is there for most of the bursts. */
static void cards_of_a_shop_that_come_a_handful_at_a_time_are_one_ring(void **state) {
  (void)state;
  enum { CARDS = 20, TIMES = 40, HAND = 6, DAYS = 160 };
  g_autoptr(RsSmallCity) city = rs_small_city_new(2, 260, 160);
  for (unsigned t = 0; t < TIMES; t++)
    for (unsigned k = 0; k < HAND; k++) {
      g_autofree char *person = g_strdup_printf("C%02u", (t * t + 7 * t + k * (1 + 2 * (t % 2))) % CARDS), *drug = g_strdup_printf("X%u", (t + k / 2) % 4);
      rs_small_city_visit(city, person, "Y020", 2 + 3 * t + t % 2, (t % 3 == 0 ? 490 : t % 3 == 1 ? 810 : 1255) + 2 * (int)k, drug, NULL, 2.0);
    }
  for (unsigned i = 0; i < 4 * DAYS; i++) { /* the shop's other customers */
    g_autofree char *person = g_strdup_printf("S%03u", i * 37 % 211), *drug = g_strdup_printf("G%03u", i * 11 % 120);
    rs_small_city_visit(city, person, "Y020", i / 4, 480 + (int)(i * 173 % 780), drug, NULL, 1.0);
  }
  for (unsigned i = 0; i < CARDS; i++) /* and everybody as a customer, alone */
    for (unsigned v = 0; v < 5; v++) {
      g_autofree char *person = g_strdup_printf("C%02u", i), *drug = g_strdup_printf("G%03u", i * 5);
      rs_small_city_visit(city, person, v < 3 ? "Y020" : "Y031", (i * 7 + v * 31) % 155, 540 + (int)((i * 53 + v * 131) % 600), drug, NULL, 1.0);
    }
  g_autoptr(RsClaims) claims = rs_small_city_claims(city);
  g_autoptr(RsRings) rings = detect(claims, 1);
  assert_int_equal(rings->n_rings, 1);
  assert_int_equal(named(claims, &rings->rings[0], "C"), CARDS);
  assert_int_equal(rings->rings[0].count[RS_PERSON], CARDS);
}

static void ring_inside_a_care_home_is_found(void **state) {
  (void)state;
  g_autoptr(RsSmallCity) city = rs_small_city_new(2, 260, 120);
  care_home(city);
  for (unsigned b = 0; b < 6; b++)
    for (unsigned i = 0; i < 7; i++) {
      g_autofree char *person = g_strdup_printf("C%02u", i), *outlet = g_strdup_printf("Y%03u", 20 + b % 3);
      rs_small_city_visit(city, person, outlet, 9 + 17 * b, 600 + 97 * (int)b % 500 + (int)i, "X1", NULL, 5.0);
    }
  g_autoptr(RsClaims) claims = rs_small_city_claims(city);
  g_autoptr(RsRings) rings = detect(claims, 1);
  assert_int_equal(rings->n_rings, 1);
  assert_int_equal(rings->rings[0].count[RS_PERSON], 7);
}

/* The same, but the ring also meets at the home's own outlet, on other days and at other hours. */
static void ring_that_meets_where_its_home_goes_is_found_without_the_home(void **state) {
  (void)state;
  g_autoptr(RsSmallCity) city = rs_small_city_new(2, 260, 160);
  care_home(city);
  for (unsigned b = 0; b < 6; b++)
    for (unsigned i = 0; i < 7; i++) {
      g_autofree char *person = g_strdup_printf("C%02u", i);
      rs_small_city_visit(city, person, b % 2 ? "Y007" : "Y020", 9 + 17 * b, 700 + 97 * (int)b % 400 + (int)i, "X1", NULL, 5.0);
    }
  g_autoptr(RsClaims) claims = rs_small_city_claims(city);
  g_autoptr(RsRings) rings = detect(claims, 1);
  assert_int_equal(rings->n_rings, 1);
  assert_int_equal(rings->rings[0].count[RS_PERSON], 7);
}

/* Treatment three times a week at eight, one place, one drug. */
static void fixed_treatment_is_no_lead(void **state) {
  (void)state;
  g_autoptr(RsSmallCity) city = rs_small_city_new(3, 260, 120);
  for (unsigned day = 0; day < 120; day++)
    for (unsigned i = 0; i < 9 && (day % 7 == 0 || day % 7 == 2 || day % 7 == 4); i++) {
      g_autofree char *person = g_strdup_printf("D%02u", i);
      rs_small_city_visit(city, person, "Y030", day, 8 * 60 + (int)i, "EPO", "D2", 1.0);
    }
  g_autoptr(RsClaims) claims = rs_small_city_claims(city);
  g_autoptr(RsRings) rings = detect(claims, 1);
  assert_int_equal(rings->n_rings, 0);
}

static void dates_without_clock_still_show_the_ring(void **state) {
  (void)state;
  g_autoptr(RsSmallCity) city = rs_small_city_new(1, 260, 120);
  rs_small_city_ring(city, "R", 7, 8, 3, "X1");
  for (guint i = 0; i < city->line->len; i++) {
    RsReferenceLine *line = &g_array_index(city->line, RsReferenceLine, i);
    char date[11];
    g_strlcpy(date, line->time, sizeof date);
    line->time = g_string_chunk_insert_const(city->chunk, date);
  }
  g_autoptr(RsClaims) claims = rs_small_city_claims(city);
  assert_false(claims->columns & RS_HAS_CLOCK);
  g_autoptr(RsRings) rings = detect(claims, 1);
  assert_int_equal(rings->n_rings, 1);
  assert_int_equal(named(claims, &rings->rings[0], "R"), 7);
}

static void rings_that_share_a_member_stay_two(void **state) {
  (void)state;
  g_autoptr(RsSmallCity) city = rs_small_city_new(4, 260, 200);
  rs_small_city_ring(city, "R", 7, 8, 3, "X1");
  for (unsigned b = 0; b < 8; b++)
    for (unsigned i = 0; i < 7; i++) {
      g_autofree char *person = i == 0 ? g_strdup("R0") : g_strdup_printf("S%u", i), *outlet = g_strdup_printf("Y%03u", 21 + b % 4);
      rs_small_city_visit(city, person, outlet, 8 + 14 * b, 700 + 41 * (int)b % 300 + (int)i, "X2", NULL, 5.0);
    }
  g_autoptr(RsClaims) claims = rs_small_city_claims(city);
  g_autoptr(RsRings) rings = detect(claims, 1);
  assert_int_equal(rings->n_rings, 2);
  for (uint32_t i = 0; i < 2; i++) assert_int_equal(rings->rings[i].count[RS_PERSON], 7);
}

static void assert_same_rings(const RsRings *a, const RsRings *b) {
  assert_int_equal(a->n_rings, b->n_rings);
  for (uint32_t i = 0; i < a->n_rings; i++) {
    const RsRing *x = &a->rings[i], *y = &b->rings[i];
    assert_string_equal(x->lead_key, y->lead_key);
    assert_int_equal(x->score, y->score);
    assert_int_equal(x->stability, y->stability);
    assert_int_equal(x->amount, y->amount);
    assert_int_equal(x->n_members, y->n_members);
    for (uint32_t m = 0; m < x->n_members; m++) {
      assert_int_equal(x->members[m].id, y->members[m].id);
      assert_true(x->members[m].strength == y->members[m].strength);
    }
    assert_int_equal(x->n_evidence, y->n_evidence);
    for (uint64_t e = 0; e < x->n_evidence; e++) { /* field by field: the padding between them is not the result */
      assert_int_equal(x->evidence[e].line, y->evidence[e].line);
      assert_int_equal(x->evidence[e].facts, y->evidence[e].facts);
    }
  }
  for (uint32_t f = 0; f < a->n_institutions; f++) {
    assert_int_equal(a->institutions[f].institution, b->institutions[f].institution);
    assert_true(a->institutions[f].suspicion == b->institutions[f].suspicion);
  }
}

static void same_result_for_any_threads_and_row_order(void **state) {
  (void)state;
  g_autoptr(RsSmallCity) city = rs_small_city_new(5, 260, 150);
  rs_small_city_ring(city, "R", 7, 8, 3, "X1");
  rs_small_city_ring(city, "Q", 5, 9, 4, "X2");
  g_autoptr(RsClaims) claims = rs_small_city_claims(city);
  g_autoptr(RsRings) one = detect(claims, 1), four = detect(claims, 4);
  assert_int_equal(one->n_rings, 2);
  assert_same_rings(one, four);
  rs_small_city_shuffle(city, 9);
  g_autoptr(RsClaims) shuffled = rs_small_city_claims(city);
  g_autoptr(RsRings) again = detect(shuffled, 2);
  assert_same_rings(one, again);
}

static void empty_claims_give_an_empty_result(void **state) {
  (void)state;
  g_autoptr(RsClaims) claims = rs_reference_claims(NULL, 0);
  g_autoptr(RsRings) rings = detect(claims, 2);
  assert_int_equal(rings->n_rings, 0);
  assert_int_equal(rings->n_institutions, 0);
}

static void few_companions_lower_the_grade(void **state) {
  (void)state;
  g_autoptr(RsSmallCity) city = rs_small_city_new(6, 60, 120);
  rs_small_city_ring(city, "R", 9, 8, 4, "X1");
  g_autoptr(RsClaims) claims = rs_small_city_claims(city);
  g_autoptr(RsRings) rings = detect(claims, 1);
  assert_true(rings->n_companion_groups < 200);
  for (uint32_t i = 0; i < rings->n_rings; i++) assert_true(rings->rings[i].stability >= 'B');
}

/* Two figures may bring the points: who gets the drug, and who gets it most times; the sentence is about the one that did. */
static void a_drug_that_is_at_most_visits_is_told_by_these(void **state) {
  (void)state;
  g_autoptr(RsSmallCity) city = rs_small_city_new(1, 260, 120);
  g_autoptr(RsClaims) claims = rs_small_city_claims(city);
  RsFact fact = {.code = "recurring_drugs", .value = 1, .expected = 1.5, .p_value = NAN, .points = 9, .n_drugs = 0, .argument = {0.5, 4, 0, NAN}};
  g_autofree char *who = rs_fact_text(claims, &fact, RS_LANG_EN);
  assert_non_null(strstr(who, "with 4 people where 1.5"));
  fact.argument[2] = 1;
  g_autofree char *often = rs_fact_text(claims, &fact, RS_LANG_EN);
  assert_non_null(strstr(often, "at half or more of their visits for 4 people, where 1.5"));
}

static void no_sentence_says_that_anybody_is_guilty(void **state) {
  (void)state;
  static const char *const words[] = {"fraud", "guilt", "crimin", "illegal", "cheat", "thief", "骗", "犯罪", "有罪", "违法"};
  g_autoptr(RsSmallCity) city = rs_small_city_new(1, 260, 120);
  rs_small_city_ring(city, "R", 7, 8, 3, "X1");
  g_autoptr(RsClaims) claims = rs_small_city_claims(city);
  g_autoptr(RsRings) rings = detect(claims, 1);
  for (uint32_t i = 0; i < rings->n_rings + rings->n_near_misses; i++) {
    const RsRing *ring = i < rings->n_rings ? &rings->rings[i] : &rings->near_misses[i - rings->n_rings];
    for (int language = RS_LANG_EN; language <= RS_LANG_ZH; language++) {
      g_autoptr(GString) all = g_string_new(NULL);
      g_autofree char *summary = rs_ring_summary(claims, ring, (RsLanguage)language);
      g_string_append(all, summary);
      for (uint32_t f = 0; f < ring->n_facts; f++) {
        g_autofree char *text = rs_fact_text(claims, &ring->facts[f], (RsLanguage)language);
        assert_true(strlen(text) > 10 && strpbrk(text, "{}") == NULL);
        g_string_append(all, text);
      }
      for (size_t w = 0; w < G_N_ELEMENTS(words); w++) assert_null(strstr(all->str, words[w]));
    }
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(ring_of_seven_among_households_is_found_whole),
      cmocka_unit_test(town_of_households_has_no_lead),
      cmocka_unit_test(care_home_is_no_lead),
      cmocka_unit_test(cards_on_their_monthly_round_of_shops_are_found),
      cmocka_unit_test(cards_of_a_shop_that_come_a_handful_at_a_time_are_one_ring),
      cmocka_unit_test(ring_inside_a_care_home_is_found),
      cmocka_unit_test(ring_that_meets_where_its_home_goes_is_found_without_the_home),
      cmocka_unit_test(fixed_treatment_is_no_lead),
      cmocka_unit_test(dates_without_clock_still_show_the_ring),
      cmocka_unit_test(rings_that_share_a_member_stay_two),
      cmocka_unit_test(same_result_for_any_threads_and_row_order),
      cmocka_unit_test(empty_claims_give_an_empty_result),
      cmocka_unit_test(few_companions_lower_the_grade),
      cmocka_unit_test(a_drug_that_is_at_most_visits_is_told_by_these),
      cmocka_unit_test(no_sentence_says_that_anybody_is_guilty),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
