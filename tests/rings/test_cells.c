/* Patterns steering, crossregion and resale on towns made line by line, whose right answer can be seen by eye. */
#include "rings/detect.h"

#include "rs_test.h"

#include <string.h>

#include "reference/claims_build.h"

typedef struct { GArray *line; GStringChunk *chunk; } Town;

static Town town_new(void) { return (Town){g_array_new(FALSE, FALSE, sizeof(RsReferenceLine)), g_string_chunk_new(1 << 16)}; }

static void town_clear(Town *town) {
  g_array_unref(town->line);
  g_string_chunk_free(town->chunk);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Town, town_clear)

static const char *text(Town *town, const char *prefix, unsigned number) {
  g_autofree char *made = g_strdup_printf("%s%03u", prefix, number);
  return g_string_chunk_insert_const(town->chunk, made);
}

/* day counts from 2024-01-01, over at most 12 months of 28 days. */
static void visit(Town *town, const char *person, const char *institution, unsigned day, unsigned minute, const char *drug, const char *doctor,
                  const char *home, const char *place, double quantity) {
  g_autofree char *time = g_strdup_printf("2024-%02u-%02u %02u:%02u", day / 28 % 12 + 1, day % 28 + 1, 8 + minute / 60 % 12, minute % 60);
  RsReferenceLine line = {.person = person, .institution = institution, .time = g_string_chunk_insert_const(town->chunk, time), .drug = drug,
                          .doctor = doctor, .person_region = home, .service_region = place, .quantity = quantity, .amount = 3000, .fund = 1000,
                          .institution_type = institution[0] == 'H' ? "hospital" : institution[0] == 'K' ? "clinic" : "pharmacy"};
  g_array_append_val(town->line, line);
}

static RsRings *detect(const Town *town, RsPattern pattern, RsClaims **claims) {
  g_autoptr(GError) error = NULL;
  *claims = rs_reference_claims((const RsReferenceLine *)(const void *)town->line->data, town->line->len);
  g_autoptr(RsKnowledge) knowledge = rs_knowledge_new(*claims, 1, &error);
  rs_assert_no_error(error);
  RsDetectOptions options = {.patterns = 1u << pattern, .seed = 1, .n_threads = 2};
  RsRings *rings = rs_detect(*claims, knowledge, &options, &error);
  rs_assert_no_error(error);
  rs_assert_valid(rs_rings_validate, rings, *claims);
  assert_true(rings->examined & 1u << pattern);
  for (uint32_t i = 0; i < rings->n_rings; i++) assert_in_range(rings->rings[i].stability, 'A', 'C');
  for (uint32_t i = 0; i < rings->n_near_misses; i++) assert_int_equal(rings->near_misses[i].n_evidence, 0);
  return rings;
}

static const RsFact *find_fact(const RsRing *ring, const char *code) {
  for (uint32_t i = 0; i < ring->n_facts; i++)
    if (strcmp(ring->facts[i].code, code) == 0) return &ring->facts[i];
  return NULL;
}

static const char *first_id(const RsClaims *claims, const RsRing *ring, RsKind kind) {
  for (uint32_t i = 0; i < ring->n_members; i++)
    if (ring->members[i].kind == kind) return rs_text_get(kind == RS_DOCTOR ? claims->doctor : claims->institution, ring->members[i].id);
  return "";
}

/* One hospital of eight doctors, forty patients each, who fill at ten pharmacies, mostly at the door (Y000). Doctor D3's patients go to `outlet`. */
static void hospital(Town *town, const char *outlet) {
  for (unsigned d = 0; d < 8; d++)
    for (unsigned p = 0; p < 40; p++) {
      const char *person = text(town, "P", d * 40 + p), *doctor = text(town, "D", d);
      unsigned day = (d * 37 + p * 7) % 300;
      visit(town, person, "H1", day, p, "F1", doctor, "310101", "310101", 1);
      const char *usual = (p * 5 + d) % 10 < 6 ? "Y000" : text(town, "Y", (p + d) % 9 + 1);
      visit(town, person, d == 3 && p % 5 != 0 ? outlet : usual, day, p + 45, text(town, "G", p % 30), doctor, "310101", "310101", 1);
    }
}

static void doctor_who_feeds_one_outlet_is_found(void **state) {
  (void)state;
  g_auto(Town) town = town_new();
  hospital(&town, "Y009");
  g_autoptr(RsClaims) claims = NULL;
  g_autoptr(RsRings) rings = detect(&town, RS_STEERING, &claims);
  assert_int_equal(rings->n_rings, 1);
  assert_string_equal(first_id(claims, &rings->rings[0], RS_DOCTOR), "D003");
  assert_string_equal(first_id(claims, &rings->rings[0], RS_INSTITUTION), "Y009");
  assert_true(rings->rings[0].count[RS_PERSON] >= 32);
  assert_int_equal(rings->rings[0].stability, 'A');
}

static void members_who_use_the_outlet_anyway_are_told_apart_from_those_counted(void **state) {
  (void)state;
  g_auto(Town) town = town_new(), twin = town_new();
  hospital(&town, "Y009");
  hospital(&twin, "Y009");
  for (unsigned p = 1; p < 5; p++) /* four of D3's patients who fill there buy there for themselves, on two days */
    for (unsigned v = 0; v < 2; v++) visit(&town, text(&town, "P", 3 * 40 + p), "Y009", 20 + 30 * v + p, 600, text(&town, "G", p), NULL, "310101", "310101", 1);
  g_autoptr(RsClaims) claims = NULL, others = NULL;
  g_autoptr(RsRings) rings = detect(&town, RS_STEERING, &claims), without = detect(&twin, RS_STEERING, &others);
  assert_int_equal(rings->n_rings, 1);
  const RsRing *ring = &rings->rings[0];
  assert_int_equal((int)find_fact(ring, "steered_regulars")->value, 4);
  assert_int_equal(ring->count[RS_PERSON], (int)find_fact(ring, "steered")->value + 4);
  assert_null(find_fact(&without->rings[0], "steered_regulars"));
  assert_int_equal(without->rings[0].count[RS_PERSON], (int)find_fact(&without->rings[0], "steered")->value);
}

static void pharmacy_at_the_hospitals_door_is_no_steering(void **state) {
  (void)state;
  g_auto(Town) town = town_new();
  hospital(&town, "Y000");
  g_autoptr(RsClaims) claims = NULL;
  g_autoptr(RsRings) rings = detect(&town, RS_STEERING, &claims);
  assert_int_equal(rings->n_rings, 0);
}

/* Thirty of a home whose doctor is D3: they fill at one outlet, all on one morning every four weeks. */
static void home(Town *town, const char *outlet) {
  for (unsigned t = 0; t < 6; t++)
    for (unsigned p = 0; p < 30; p++)
      visit(town, text(town, "C", p), outlet, 10 + 28 * t, 60 + p, text(town, "G", p), text(town, "D", 3), "310101", "310101", 1);
}

static void the_patients_of_a_home_are_no_steering(void **state) {
  (void)state;
  g_auto(Town) town = town_new();
  hospital(&town, "Y000");
  home(&town, "Y009");
  g_autoptr(RsClaims) claims = NULL;
  g_autoptr(RsRings) rings = detect(&town, RS_STEERING, &claims);
  assert_int_equal(rings->n_rings, 0);
}

/* One lead, of the town's own people, which says how many others it leaves out, and why. */
static void found_without(const Town *town, const char *code, int people) {
  g_autoptr(RsClaims) claims = NULL;
  g_autoptr(RsRings) rings = detect(town, RS_STEERING, &claims);
  assert_int_equal(rings->n_rings, 1);
  const RsFact *apart = find_fact(&rings->rings[0], code);
  assert_non_null(apart);
  assert_int_equal((int)apart->value, people);
  assert_true(apart->points < 0);
  for (uint32_t i = 0; i < rings->rings[0].count[RS_PERSON]; i++) assert_true(rs_text_get(claims->person, rings->rings[0].members[i].id)[0] == 'P');
}

static void a_doctor_of_a_home_who_feeds_the_outlet_with_others_is_found_without_the_home(void **state) {
  (void)state;
  g_auto(Town) town = town_new();
  hospital(&town, "Y009");
  home(&town, "Y009");
  found_without(&town, "home_apart", 30);
}

/* D3 also works at H2 with four others, sixty patients each, who fill at `door` after the visit, nine of ten; so do 54 of D3's sixty there, at Y009.
 * More of D3's work is at H1. */
static void second_place(Town *town, const char *door) {
  for (unsigned d = 0; d < 5; d++)
    for (unsigned p = 0; p < 60; p++) {
      const char *person = text(town, "S", d * 60 + p), *doctor = text(town, "D", d == 0 ? 3 : 30 + d);
      unsigned day = (d * 41 + p * 7) % 300;
      visit(town, person, "H2", day, p, "F1", doctor, "310101", "310101", 1);
      const char *usual = p % 10 == 0 ? text(town, "Y", p % 8) : d == 0 ? "Y009" : door;
      visit(town, person, usual, day, p + 45, text(town, "G", p % 30), doctor, "310101", "310101", 1);
      if (d == 0) visit(town, text(town, "P", 3 * 40 + p % 40), "H1", (day + 100) % 300, p, "F1", doctor, "310101", "310101", 1);
    }
}

static void the_pharmacy_at_a_second_place_of_work_is_no_steering(void **state) {
  (void)state;
  g_auto(Town) town = town_new(), twin = town_new();
  hospital(&town, "Y000");
  second_place(&town, "Y009");
  hospital(&twin, "Y000");
  second_place(&twin, "Y007"); /* there the others fill elsewhere */
  g_autoptr(RsClaims) claims = NULL, others = NULL;
  g_autoptr(RsRings) rings = detect(&town, RS_STEERING, &claims), found = detect(&twin, RS_STEERING, &others);
  assert_int_equal(rings->n_rings, 0);
  assert_int_equal(found->n_rings, 1);
  assert_string_equal(first_id(others, &found->rings[0], RS_DOCTOR), "D003");
  assert_string_equal(first_id(others, &found->rings[0], RS_INSTITUTION), "Y009");
}

static void a_doctor_with_a_second_place_who_feeds_the_outlet_from_the_first_is_found_without_it(void **state) {
  (void)state;
  g_auto(Town) town = town_new();
  hospital(&town, "Y009");
  for (unsigned p = 0; p < 30; p++)
    for (unsigned v = 0; v < 2; v++)
      visit(&town, text(&town, "P", 400 + p), v == 0 ? "H1" : "Y009", p * 9, p + 45 * v, text(&town, "G", p), text(&town, "D", 3), "310101", "310101", 1);
  second_place(&town, "Y009");
  found_without(&town, "second_apart", 54);
}

/* A clinic of three doctors who also dispense; the first sends to Y009 besides. */
static void dispensing(Town *town, const char *outlet) {
  for (unsigned d = 0; d < 3; d++)
    for (unsigned p = 0; p < 50; p++) {
      const char *person = text(town, "P", d * 50 + p), *doctor = text(town, "D", 20 + d);
      unsigned day = (d * 37 + p * 7) % 300;
      visit(town, person, "K1", day, p, text(town, "G", p % 30), doctor, "310101", "310101", 1);
      visit(town, person, d == 0 && p % 5 != 0 ? outlet : text(town, "Y", (p + d) % 9), day, p + 45, text(town, "G", p % 30), doctor, "310101", "310101", 1);
    }
}

static void a_dispensing_doctor_is_set_aside_and_found_where_another_outlet_is_fed(void **state) {
  (void)state;
  g_auto(Town) town = town_new(), twin = town_new();
  dispensing(&town, "Y000");
  dispensing(&twin, "Y009");
  for (unsigned i = 0; i < 150; i++) /* Y000 is where everybody goes */
    visit(&town, text(&town, "P", i), "Y000", (i * 11) % 300, 90, "G1", text(&town, "D", 20 + i / 50), "310101", "310101", 1);
  g_autoptr(RsClaims) claims = NULL, others = NULL;
  g_autoptr(RsRings) rings = detect(&town, RS_STEERING, &claims), found = detect(&twin, RS_STEERING, &others);
  assert_int_equal(rings->n_rings, 0);
  bool told = false;
  for (uint32_t i = 0; i < rings->n_set_aside; i++) told = told || (g_str_equal(rings->set_aside[i].code, "own_workplace_fills") && rings->set_aside[i].n == 3);
  assert_true(told);
  assert_int_equal(found->n_rings, 1);
  assert_string_equal(first_id(others, &found->rings[0], RS_INSTITUTION), "Y009");
}

static void two_doctors_who_feed_one_outlet_are_one_lead(void **state) {
  (void)state;
  g_auto(Town) town = town_new();
  for (unsigned d = 0; d < 8; d++)
    for (unsigned p = 0; p < 40; p++) {
      const char *person = text(&town, "P", d * 40 + p), *doctor = text(&town, "D", d);
      unsigned day = (d * 37 + p * 7) % 300;
      visit(&town, person, "H1", day, p, "F1", doctor, "310101", "310101", 1);
      bool sent = (d == 3 || d == 5) && p % 5 != 0;
      visit(&town, person, sent ? "Y009" : text(&town, "Y", (p + d) % 8), day, p + 45, text(&town, "G", p % 30), doctor, "310101", "310101", 1);
    }
  g_autoptr(RsClaims) claims = NULL;
  g_autoptr(RsRings) rings = detect(&town, RS_STEERING, &claims);
  assert_int_equal(rings->n_rings, 1);
  assert_int_equal(rings->rings[0].count[RS_DOCTOR], 2);
  assert_int_equal(rings->rings[0].count[RS_INSTITUTION], 1);
  assert_in_range(rings->rings[0].count[RS_PERSON], 60, 64);
}

/* The hospital's others send to the door (Y000), whose patients see several of its doctors; D3 sends away. */
static void colleagues_of_a_steering_doctor_are_no_steering(void **state) {
  (void)state;
  g_auto(Town) town = town_new();
  for (unsigned d = 0; d < 3; d++)
    for (unsigned p = 0; p < 60; p++) {
      const char *person = text(&town, "P", d * 60 + p), *doctor = text(&town, "D", d == 2 ? 3 : d);
      visit(&town, person, "H1", (d * 37 + p * 7) % 300, p, "F1", doctor, "310101", "310101", 1);
      const char *outlet = d == 2 ? (p % 6 == 0 ? "Y000" : "Y009") : p % 5 < 3 ? "Y000" : text(&town, "Y", p % 8 + 1);
      visit(&town, person, outlet, (d * 37 + p * 7) % 300, p + 45, text(&town, "G", p % 30), doctor, "310101", "310101", 1);
      for (unsigned v = 0; v < 2 && d < 2; v++) /* back another day, with the colleague */
        visit(&town, person, "Y000", 20 + v * 90 + p % 20, p, text(&town, "G", p % 30), text(&town, "D", 1 - d), "310101", "310101", 1);
    }
  g_autoptr(RsClaims) claims = NULL;
  g_autoptr(RsRings) rings = detect(&town, RS_STEERING, &claims);
  assert_int_equal(rings->n_rings, 1);
  assert_string_equal(first_id(claims, &rings->rings[0], RS_DOCTOR), "D003");
  assert_string_equal(first_id(claims, &rings->rings[0], RS_INSTITUTION), "Y009");
}

/* One doctor alone at each workplace; the pharmacy at the door is what all patients use. */
static void unknown_regions_are_not_apart(void **state) {
  (void)state;
  g_auto(Town) town = town_new();
  for (unsigned h = 0; h < 12; h++)
    for (unsigned p = 0; p < 30; p++) {
      const char *person = text(&town, "P", h * 30 + p), *doctor = text(&town, "D", h);
      visit(&town, person, text(&town, "H", h), p * 9, p, "F1", doctor, NULL, NULL, 1);
      visit(&town, person, p % 10 < 7 ? text(&town, "Y", h) : text(&town, "Z", p % 7), p * 9, p + 45, text(&town, "G", p % 30), doctor, NULL, NULL, 1);
    }
  g_autoptr(RsClaims) claims = NULL;
  g_autoptr(RsRings) rings = detect(&town, RS_STEERING, &claims);
  assert_int_equal(rings->n_rings, 0);
}

/* A place 310100 with locals and with visitors from three prefectures who spread over its outlets. */
static void place_with_visitors(Town *town) {
  static const char *const home[] = {"320500", "330100", "340200"};
  for (unsigned p = 0; p < 300; p++) /* locals */
    for (unsigned v = 0; v < 4; v++)
      visit(town, text(town, "L", p), text(town, "Y", (p + v / 2) % 20), p * 3 % 200 + v * 20, p, text(town, "G", (p * 7 + v) % 60), NULL, "310101", "310101", 1);
  for (unsigned p = 0; p < 90; p++) { /* visitors: mostly at home */
    for (unsigned v = 0; v < 4; v++)
      visit(town, text(town, "V", p), text(town, p % 3 == 0 ? "A" : p % 3 == 1 ? "B" : "C", p % 7), p % 100 + v * 30, p, text(town, "G", (p + v) % 60), NULL, home[p % 3], home[p % 3], 1);
    visit(town, text(town, "V", p), text(town, "Y", p % 20), p % 250, p, text(town, "G", p % 60), NULL, home[p % 3], "310101", 1);
  }
}

static void people_of_one_place_at_one_outlet_elsewhere_are_found(void **state) {
  (void)state;
  g_auto(Town) town = town_new();
  place_with_visitors(&town);
  for (unsigned p = 0; p < 9; p++) {
    for (unsigned v = 0; v < 3; v++) visit(&town, text(&town, "R", p), text(&town, "B", p % 7), p * 9 + v * 60, p, text(&town, "G", (p * 3 + v) % 60), NULL, "330100", "330100", 1);
    for (unsigned v = 0; v < 4; v++) visit(&town, text(&town, "R", p), "Y030", p * 13 % 100 + v * 40, p, "X1", "D9", "330100", "310101", 5);
  }
  g_autoptr(RsClaims) claims = NULL;
  g_autoptr(RsRings) rings = detect(&town, RS_CROSSREGION, &claims);
  assert_int_equal(rings->n_rings, 1);
  assert_int_equal(rings->rings[0].count[RS_PERSON], 9);
  assert_string_equal(first_id(claims, &rings->rings[0], RS_INSTITUTION), "Y030");
  assert_int_equal(rings->rings[0].stability, 'A');
}

static void migrants_who_live_where_they_work_are_no_lead(void **state) {
  (void)state;
  g_auto(Town) town = town_new();
  place_with_visitors(&town);
  for (unsigned p = 0; p < 30; p++) /* all their visits are here, at the pharmacy by the works */
    for (unsigned v = 0; v < 5; v++)
      visit(&town, text(&town, "M", p), "Y030", p * 11 % 150 + v * 25, p, text(&town, "G", (p * 5 + v) % 60), NULL, "330100", "310101", 1);
  g_autoptr(RsClaims) claims = NULL;
  g_autoptr(RsRings) rings = detect(&town, RS_CROSSREGION, &claims);
  assert_int_equal(rings->n_rings, 0);
  bool told = false;
  for (uint32_t i = 0; i < rings->n_set_aside; i++) told = told || (g_str_equal(rings->set_aside[i].code, "migrants") && rings->set_aside[i].n >= 30);
  assert_true(told);
}

static void visitors_among_migrants_of_their_own_place_are_found(void **state) {
  (void)state;
  g_auto(Town) town = town_new();
  place_with_visitors(&town);
  for (unsigned p = 0; p < 30; p++)
    for (unsigned v = 0; v < 5; v++)
      visit(&town, text(&town, "M", p), v % 2 ? "Y030" : "Y005", p * 11 % 150 + v * 25, p, text(&town, "G", (p * 5 + v) % 60), NULL, "330100", "310101", 1);
  for (unsigned p = 0; p < 9; p++) {
    for (unsigned v = 0; v < 3; v++) visit(&town, text(&town, "R", p), text(&town, "B", p % 7), p * 9 + v * 60, p, text(&town, "G", (p * 3 + v) % 60), NULL, "330100", "330100", 1);
    for (unsigned v = 0; v < 4; v++) visit(&town, text(&town, "R", p), "Y030", p * 13 % 100 + v * 40, p, "X1", "D9", "330100", "310101", 5);
  }
  g_autoptr(RsClaims) claims = NULL;
  g_autoptr(RsRings) rings = detect(&town, RS_CROSSREGION, &claims);
  assert_int_equal(rings->n_rings, 1);
  assert_int_equal(rings->rings[0].count[RS_PERSON], 9);
  const RsFact *migrants = find_fact(&rings->rings[0], "migrants");
  assert_non_null(migrants);
  assert_int_equal((int)migrants->value, 30);
  assert_true(migrants->points < 0);
}

/* Twelve people of another prefecture, who have their life there, at a hospital here for the same treatment: on days of their own, or all together. */
static void patients_from_elsewhere(Town *town, bool by_bus) {
  static const unsigned trip[] = {11, 52, 75, 121};
  place_with_visitors(town);
  for (unsigned p = 0; p < 12; p++) {
    for (unsigned v = 0; v < 8; v++)
      visit(town, text(town, "R", p), text(town, "B", p % 7), p * 9 % 30 + v * 21, p * 37 % 600, text(town, "G", (p * 3 + v) % 60), NULL, "330100", "330100", 1);
    for (unsigned v = 0; v < G_N_ELEMENTS(trip); v++)
      visit(town, text(town, "R", p), "H031", by_bus ? trip[v] : p * 13 % 150 + v, by_bus ? 60 + p * 3 : p * 41 % 600, "T1", "D9", "330100", "310101", 1);
  }
  for (unsigned p = 0; p < 200; p++) visit(town, text(town, "L", p % 90), "H031", p * 7 % 180, p * 31 % 600, p % 2 ? "T1" : text(town, "G", p % 60), text(town, "D", 10 + p % 4), "310101", "310101", 1);
}

static void a_busload_of_patients_is_found(void **state) {
  (void)state;
  g_auto(Town) town = town_new();
  patients_from_elsewhere(&town, true);
  g_autoptr(RsClaims) claims = NULL;
  g_autoptr(RsRings) rings = detect(&town, RS_CROSSREGION, &claims);
  assert_int_equal(rings->n_rings, 1);
  assert_int_equal(rings->rings[0].count[RS_PERSON], 12);
  const RsFact *bus = find_fact(&rings->rings[0], "busload");
  assert_non_null(bus);
  assert_int_equal((int)bus->value, 4);
}

static void patients_who_travel_each_on_days_of_their_own_are_no_lead(void **state) {
  (void)state;
  g_auto(Town) town = town_new();
  patients_from_elsewhere(&town, false);
  g_autoptr(RsClaims) claims = NULL;
  g_autoptr(RsRings) rings = detect(&town, RS_CROSSREGION, &claims);
  assert_int_equal(rings->n_rings, 0);
}

/* Twelve people of four far provinces, who are seen nowhere else, buy one product at one small pharmacy, `times` times each. */
static void sent_credentials(Town *town, unsigned times) {
  static const char *const home[] = {"510104", "440305", "610102", "230103"};
  place_with_visitors(town);
  for (unsigned p = 0; p < 12; p++)
    for (unsigned v = 0; v < times; v++) visit(town, text(town, "R", p), "Y031", 100 + p * 5 % 30 + v * 11, p * 40, "X1", NULL, home[p % 4], "310101", 3);
  for (unsigned p = 0; p < 40; p++) visit(town, text(town, "L", p), "Y031", p * 6, p, text(town, "G", p % 60), NULL, "310101", "310101", 1);
}

static void people_seen_nowhere_else_who_come_again_for_one_product_are_found(void **state) {
  (void)state;
  g_auto(Town) town = town_new();
  sent_credentials(&town, 3);
  g_autoptr(RsClaims) claims = NULL;
  g_autoptr(RsRings) rings = detect(&town, RS_CROSSREGION, &claims);
  assert_int_equal(rings->n_rings, 1);
  assert_int_equal(rings->rings[0].count[RS_PERSON], 12);
  assert_non_null(find_fact(&rings->rings[0], "strangers_drugs"));
}

static void tourists_who_buy_the_towns_product_once_are_no_lead(void **state) {
  (void)state;
  g_auto(Town) town = town_new();
  sent_credentials(&town, 1);
  g_autoptr(RsClaims) claims = NULL;
  g_autoptr(RsRings) rings = detect(&town, RS_CROSSREGION, &claims);
  assert_int_equal(rings->n_rings, 0);
}

/* A pharmacy with a hundred customers of its own, and twenty people whose cards come from five far prefectures and appear nowhere else. */
static void cards_from_afar(Town *town, bool same_things) {
  static const char *const far[] = {"420100", "440300", "510100", "610100", "330100"};
  for (unsigned p = 0; p < 100; p++)
    for (unsigned v = 0; v < 4; v++)
      visit(town, text(town, "L", p), "Y040", p * 3 % 200 + v * 30, p * 7, text(town, "G", (p + v) % 60), NULL, "310101", "310101", 1);
  for (unsigned p = 0; p < 20; p++)
    for (unsigned v = 0; v < 3; v++)
      visit(town, text(town, "S", p), "Y040", 60 + p * 2 + v * 9, p * 31 + v, same_things ? (v % 2 ? "X1" : "X2") : text(town, "G", (p * 3 + v) % 60), NULL,
            far[p % 5], "310101", 3);
}

static void cards_from_afar_that_come_for_one_thing_are_found(void **state) {
  (void)state;
  g_auto(Town) town = town_new();
  place_with_visitors(&town);
  cards_from_afar(&town, true);
  g_autoptr(RsClaims) claims = NULL;
  g_autoptr(RsRings) rings = detect(&town, RS_CROSSREGION, &claims);
  const RsRing *ring = NULL;
  for (uint32_t i = 0; i < rings->n_rings; i++)
    if (g_str_equal(first_id(claims, &rings->rings[i], RS_INSTITUTION), "Y040")) ring = &rings->rings[i];
  assert_non_null(ring);
  assert_int_equal(ring->count[RS_PERSON], 20);
  assert_int_equal(ring->n_regions, 5);
  assert_int_equal(ring->stability, 'A');
}

static void newcomers_who_buy_what_others_buy_are_no_lead(void **state) {
  (void)state;
  g_auto(Town) town = town_new();
  place_with_visitors(&town);
  cards_from_afar(&town, false);
  g_autoptr(RsClaims) claims = NULL;
  g_autoptr(RsRings) rings = detect(&town, RS_CROSSREGION, &claims);
  for (uint32_t i = 0; i < rings->n_rings; i++) assert_string_not_equal(first_id(claims, &rings->rings[i], RS_INSTITUTION), "Y040");
}

/* Patients who refill every month at one pharmacy. */
static void refills(Town *town) {
  for (unsigned p = 0; p < 500; p++)
    for (unsigned v = 0; v < 8; v++)
      visit(town, text(town, "P", p), text(town, "Y", p % 25), p % 28 + v * 28, p, text(town, "G", p % 80), text(town, "D", p % 12), "310101", "310101", 1);
}

static void collectors_of_the_same_drugs_from_the_same_doctors_are_found(void **state) {
  (void)state;
  g_auto(Town) town = town_new();
  refills(&town);
  for (unsigned p = 0; p < 6; p++)
    for (unsigned v = 0; v < 14; v++) /* every few days another of five doctors and hospitals */
      visit(&town, text(&town, "R", p), text(&town, "H", v % 5), p + v * 5, p * 31, v % 2 ? "X1" : "X2", text(&town, "E", v % 5), "310101", "310101", 6);
  for (unsigned v = 0; v < 40; v++) /* pharmacies sell them too, to others */
    visit(&town, text(&town, "Q", v), text(&town, "Y", v % 25), v, v, v % 2 ? "X1" : "X2", NULL, "310101", "310101", 1);
  g_autoptr(RsClaims) claims = NULL;
  g_autoptr(RsRings) rings = detect(&town, RS_RESALE, &claims);
  assert_int_equal(rings->n_rings, 1);
  assert_int_equal(rings->rings[0].count[RS_PERSON], 6);
  assert_true(rings->rings[0].count[RS_DRUG] >= 2);
  assert_int_equal(rings->rings[0].stability, 'A');
}

static void a_list_worked_through_at_many_hospitals_is_found(void **state) {
  (void)state;
  g_auto(Town) town = town_new();
  refills(&town);
  for (unsigned p = 0; p < 7; p++)
    for (unsigned v = 0; v < 24; v++) { /* whoever sits there prescribes: no doctor twice */
      const char *doctor = text(&town, "E", p * 24 + v);
      visit(&town, text(&town, "R", p), text(&town, "H", (v + p) % 6), p + v * 4, p * 31, text(&town, "X", v / 2 % 4), doctor, "310101", "310101", 4);
    }
  for (unsigned v = 0; v < 60; v++)
    visit(&town, text(&town, "Q", v), text(&town, "Y", v % 25), v, v, text(&town, "X", v % 4), NULL, "310101", "310101", 1);
  g_autoptr(RsClaims) claims = NULL;
  g_autoptr(RsRings) rings = detect(&town, RS_RESALE, &claims);
  assert_int_equal(rings->n_rings, 1);
  assert_int_equal(rings->rings[0].count[RS_PERSON], 7);
}

/* Two rings of five collectors with drugs and doctors of their own, and a sixth who is in both. */
static void collectors_with_a_common_member_are_two_leads(void **state) {
  (void)state;
  g_auto(Town) town = town_new();
  refills(&town);
  for (unsigned ring = 0; ring < 2; ring++)
    for (unsigned p = 0; p < 6; p++)
      for (unsigned v = 0; v < 14; v++)
        visit(&town, text(&town, "R", p == 5 ? 50 : ring * 10 + p), text(&town, "H", ring * 10 + v % 5), p + v * 5 + ring * 2, p * 31, text(&town, "X", ring * 3 + v % 3),
              text(&town, "E", ring * 10 + v % 5), "310101", "310101", 6);
  for (unsigned v = 0; v < 60; v++)
    visit(&town, text(&town, "Q", v), text(&town, "Y", v % 25), v, v, text(&town, "X", v % 6), NULL, "310101", "310101", 1);
  g_autoptr(RsClaims) claims = NULL;
  g_autoptr(RsRings) rings = detect(&town, RS_RESALE, &claims);
  assert_int_equal(rings->n_rings, 2);
  for (uint32_t i = 0; i < 2; i++) assert_int_equal(rings->rings[i].count[RS_PERSON], 6);
}

static void monthly_refills_are_no_resale(void **state) {
  (void)state;
  g_auto(Town) town = town_new();
  refills(&town);
  g_autoptr(RsClaims) claims = NULL;
  g_autoptr(RsRings) rings = detect(&town, RS_RESALE, &claims);
  assert_int_equal(rings->n_rings, 0);
}

/* People who buy their four drugs at whatever pharmacy is near: scattered, but no more than they need. */
static void scattered_refills(Town *town) {
  for (unsigned p = 0; p < 900; p++)
    for (unsigned v = 0; v < 10; v++)
      for (unsigned g = 0; g < 4; g++)
        visit(town, text(town, "P", p), text(town, "Y", (p + v * 7) % 25), p % 28 + v * 28, p, text(town, "G", (p * (g + 3) + g * 97) % 390), NULL, "310101",
              "310101", 1);
}

/* Members take a list of five drugs round twelve hospitals; another doctor sits there each time, and no two come together. */
static void list_takers(Town *town, unsigned every) {
  for (unsigned p = 0; p < 8; p++)
    for (unsigned v = 0; v < 30; v++)
      for (unsigned g = 0; g < 2; g++)
        visit(town, text(town, "R", p), text(town, "H", (p * 5 + v * 7) % 12), p * 3 + v * every, p * 47 + v, text(town, "X", (p + v * 2 + g) % 5),
              text(town, "E", p * 30 + v), "310101", "310101", 4);
  for (unsigned v = 0; v < 80; v++) visit(town, text(town, "P", v), text(town, "Y", v % 25), v, v, text(town, "X", v % 5), NULL, "310101", "310101", 1);
}

static void takers_of_one_list_to_many_places_are_found_though_no_two_meet(void **state) {
  (void)state;
  g_auto(Town) town = town_new();
  scattered_refills(&town);
  list_takers(&town, 3);
  g_autoptr(RsClaims) claims = NULL;
  g_autoptr(RsRings) rings = detect(&town, RS_RESALE, &claims);
  assert_int_equal(rings->n_rings, 1);
  assert_int_equal(rings->rings[0].count[RS_PERSON], 8);
  assert_int_equal(rings->rings[0].count[RS_DRUG], 5);
  assert_int_equal(rings->rings[0].stability, 'A');
  bool list = false;
  for (uint32_t i = 0; i < rings->rings[0].n_facts; i++) list = list || (g_str_equal(rings->rings[0].facts[i].code, "one_list") && rings->rings[0].facts[i].points > 0);
  assert_true(list);
}

/* Fourteen take three drugs round that some of those who buy here and there take as well: any two of them might, all of them do not. */
static void takers_of_a_short_list_of_usual_drugs_are_found(void **state) {
  (void)state;
  enum { TAKERS = 14 };
  g_auto(Town) town = town_new();
  scattered_refills(&town);
  for (unsigned p = 0; p < TAKERS; p++)
    for (unsigned v = 0; v < 24; v++)
      visit(&town, text(&town, "R", p), text(&town, "H", (p * 5 + v * 7) % 12), p * 3 + v * 3, p * 47 + v, text(&town, "X", (p + v) % 3), text(&town, "E", p * 30 + v), "310101", "310101", 4);
  for (unsigned p = 0; p < 45; p++)
    for (unsigned v = 0; v < 4; v++)
      visit(&town, text(&town, "P", p * 6), text(&town, "Y", (p + v * 7) % 25), p % 28 + v * 28, p, text(&town, "X", p % 3), NULL, "310101", "310101", 1);
  g_autoptr(RsClaims) claims = NULL;
  g_autoptr(RsRings) rings = detect(&town, RS_RESALE, &claims);
  assert_int_equal(rings->n_rings, 1);
  assert_int_equal(rings->rings[0].count[RS_PERSON], TAKERS);
  assert_int_equal(rings->rings[0].count[RS_DRUG], 3);
}

static void patients_of_one_disease_who_buy_here_and_there_are_no_resale(void **state) {
  (void)state;
  g_auto(Town) town = town_new();
  scattered_refills(&town);
  list_takers(&town, 11); /* the same five drugs, but a drug comes back after three or four weeks */
  g_autoptr(RsClaims) claims = NULL;
  g_autoptr(RsRings) rings = detect(&town, RS_RESALE, &claims);
  assert_int_equal(rings->n_rings, 0);
}

static void patterns_without_their_columns_are_skipped_and_named(void **state) {
  (void)state;
  const RsReferenceLine line[] = {{.person = "P1", .institution = "Y1", .time = "2024-01-01"}, {.person = "P2", .institution = "Y1", .time = "2024-01-02"}};
  g_autoptr(GError) error = NULL;
  g_autoptr(RsClaims) claims = rs_reference_claims(line, 2);
  g_autoptr(RsKnowledge) knowledge = rs_knowledge_new(claims, 1, &error);
  RsDetectOptions options = {.seed = 1, .n_threads = 1};
  g_autoptr(RsRings) rings = rs_detect(claims, knowledge, &options, &error);
  rs_assert_no_error(error);
  assert_true(rings->skipped & 1u << RS_STEERING);
  assert_true(rings->skipped & 1u << RS_CROSSREGION);
  assert_true(rings->skipped & 1u << RS_RESALE);
  assert_true(rings->skipped & 1u << RS_TRACE);
  assert_true(rings->examined & 1u << RS_BATCH);
  assert_int_equal(rings->n_institutions, 1);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(doctor_who_feeds_one_outlet_is_found),
      cmocka_unit_test(members_who_use_the_outlet_anyway_are_told_apart_from_those_counted),
      cmocka_unit_test(pharmacy_at_the_hospitals_door_is_no_steering),
      cmocka_unit_test(colleagues_of_a_steering_doctor_are_no_steering),
      cmocka_unit_test(unknown_regions_are_not_apart),
      cmocka_unit_test(people_of_one_place_at_one_outlet_elsewhere_are_found),
      cmocka_unit_test(migrants_who_live_where_they_work_are_no_lead),
      cmocka_unit_test(cards_from_afar_that_come_for_one_thing_are_found),
      cmocka_unit_test(newcomers_who_buy_what_others_buy_are_no_lead),
      cmocka_unit_test(collectors_of_the_same_drugs_from_the_same_doctors_are_found),
      cmocka_unit_test(monthly_refills_are_no_resale),
      cmocka_unit_test(a_list_worked_through_at_many_hospitals_is_found),
      cmocka_unit_test(collectors_with_a_common_member_are_two_leads),
      cmocka_unit_test(the_patients_of_a_home_are_no_steering),
      cmocka_unit_test(the_pharmacy_at_a_second_place_of_work_is_no_steering),
      cmocka_unit_test(a_doctor_with_a_second_place_who_feeds_the_outlet_from_the_first_is_found_without_it),
      cmocka_unit_test(a_doctor_of_a_home_who_feeds_the_outlet_with_others_is_found_without_the_home),
      cmocka_unit_test(a_dispensing_doctor_is_set_aside_and_found_where_another_outlet_is_fed),
      cmocka_unit_test(two_doctors_who_feed_one_outlet_are_one_lead),
      cmocka_unit_test(a_busload_of_patients_is_found),
      cmocka_unit_test(patients_who_travel_each_on_days_of_their_own_are_no_lead),
      cmocka_unit_test(visitors_among_migrants_of_their_own_place_are_found),
      cmocka_unit_test(people_seen_nowhere_else_who_come_again_for_one_product_are_found),
      cmocka_unit_test(tourists_who_buy_the_towns_product_once_are_no_lead),
      cmocka_unit_test(takers_of_a_short_list_of_usual_drugs_are_found),
      cmocka_unit_test(takers_of_one_list_to_many_places_are_found_though_no_two_meet),
      cmocka_unit_test(patients_of_one_disease_who_buy_here_and_there_are_no_resale),
      cmocka_unit_test(patterns_without_their_columns_are_skipped_and_named),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
