/* Innocent explanations of groups that come together (rings/innocent.h). Each has a town with such a group, which is recognised and no lead, and a twin
 * town in which some of these very people are a ring as well, which is found. The other patterns' explanations are in test_ways.c. */
#include "rings/circumstances.h"
#include "rings/detect.h"
#include "rings/innocent.h"

#include "rs_test.h"
#include "small_city.h"

#include <math.h>
#include <string.h>

/* ---- what a table of persons would say ---- */

typedef struct { const char *prefix, *field, *value; } Known;

/* The first row whose prefix fits the id; NULL-terminated. */
static const char *look_up(RsKind kind, const char *id, const char *field, void *data) {
  for (const Known *k = data; kind == RS_PERSON && k != NULL && k->prefix != NULL; k++)
    if (g_str_has_prefix(id, k->prefix) && strcmp(field, k->field) == 0) return k->value;
  return "";
}

static RsDetectOptions options_of(const Known *known) {
  return (RsDetectOptions){.patterns = 1u << RS_BATCH, .seed = 1, .n_threads = 2, .attribute = known != NULL ? look_up : NULL, .attribute_data = (void *)known};
}

typedef struct { RsClaims *claims; RsKnowledge *knowledge; RsRings *rings; } Found;

static void found_clear(Found *found) {
  rs_rings_free(found->rings);
  rs_knowledge_free(found->knowledge);
  rs_claims_free(found->claims);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Found, found_clear)

static Found detect(const RsSmallCity *city, const Known *known) {
  g_autoptr(GError) error = NULL;
  Found found = {.claims = rs_small_city_claims(city)};
  found.knowledge = rs_knowledge_new(found.claims, 1, &error);
  rs_assert_no_error(error);
  RsDetectOptions options = options_of(known);
  found.rings = rs_detect(found.claims, found.knowledge, &options, &error);
  rs_assert_no_error(error);
  rs_assert_valid(rs_rings_validate, found.rings, found.claims);
  return found;
}

static uint64_t set_aside(const RsRings *rings, const char *code) {
  for (uint32_t i = 0; i < rings->n_set_aside; i++)
    if (strcmp(rings->set_aside[i].code, code) == 0) return rings->set_aside[i].n;
  return 0;
}

static const RsFact *find_fact(const RsFact *fact, uint32_t n, const char *code) {
  for (uint32_t i = 0; i < n; i++)
    if (strcmp(fact[i].code, code) == 0) return &fact[i];
  return NULL;
}

static void assert_told(const RsClaims *claims, const RsFact *fact) {
  assert_non_null(fact);
  assert_true(fact->counter);
  assert_true(fact->points < 0);
  for (int language = RS_LANG_EN; language <= RS_LANG_ZH; language++) {
    g_autofree char *text = rs_fact_text(claims, fact, (RsLanguage)language);
    assert_true(strlen(text) > 10 && strpbrk(text, "{}?") == NULL);
    assert_true((strpbrk(text, "abcdefgh") == NULL) == (language == RS_LANG_ZH));
  }
}

/* The counter-facts of exactly the people whose ids begin so, as if they had been found as a group. */
static RsScore excuses(const RsSmallCity *city, const char *prefix, const Known *known, const char *code) {
  g_autoptr(GError) error = NULL;
  g_autoptr(RsClaims) claims = rs_small_city_claims(city);
  g_autoptr(RsKnowledge) knowledge = rs_knowledge_new(claims, 1, &error);
  g_autoptr(RsScene) scene = rs_scene_new(claims, knowledge, 1, &error);
  rs_assert_no_error(error);
  uint32_t person[RS_MAX_GROUP], n = 0;
  for (uint32_t p = 0; p < claims->n_persons; p++)
    if (g_str_has_prefix(rs_text_get(claims->person, p), prefix)) person[n++] = p;
  g_autoptr(RsGroup) group = rs_group_new(scene, person, n, (RsPlaces){.rule = RS_ANY_PLACE}, RS_KEEP_MEMBERS);
  assert_non_null(group);
  rs_group_measure(scene, group);
  rs_circumstances_measure(scene, group);
  RsDetectOptions options = options_of(known);
  RsScore score = {.innocent = RS_ORDINARY};
  rs_innocent_add(scene, group, &options, &score);
  if (code != NULL) assert_told(claims, find_fact(score.fact, score.n_facts, code));
  return score;
}

/* The town's only lead has n people, or one more who comes along, all of whose ids begin so. */
static const RsRing *only_ring(const Found *found, const char *prefix, uint32_t n) {
  assert_int_equal(found->rings->n_rings, 1);
  const RsRing *ring = &found->rings->rings[0];
  assert_in_range(ring->count[RS_PERSON], n, n + 1);
  for (uint32_t i = 0; i < n; i++) assert_true(g_str_has_prefix(rs_text_get(found->claims->person, ring->members[i].id), prefix));
  return ring;
}

static RsSmallCity *town(void) { return rs_small_city_new(2, 260, 160); }

static void visit(RsSmallCity *city, const char *prefix, unsigned i, const char *place, unsigned day, int minute, const char *drug, const char *doctor) {
  g_autofree char *person = g_strdup_printf("%s%02u", prefix, i);
  rs_small_city_visit(city, person, place, day, minute, drug, doctor, 1.0);
}

/* The first n of these people are a ring: they meet on days of their own at three outlets and buy X1. */
static void hidden_ring(RsSmallCity *city, const char *prefix, unsigned n) {
  for (unsigned b = 0; b < 7; b++)
    for (unsigned i = 0; i < n; i++) {
      g_autofree char *outlet = g_strdup_printf("Y%03u", 20 + b % 3), *person = g_strdup_printf("%s%02u", prefix, i);
      if ((i + b) % 6 != 5) rs_small_city_visit(city, person, outlet, 9 + 19 * b, 600 + 97 * (int)b % 500 + (int)i, "X1", NULL, 5.0);
    }
}

static const char *own_drug(RsSmallCity *city, unsigned number) {
  g_autofree char *drug = g_strdup_printf("G%03u", number % 120);
  return g_string_chunk_insert_const(city->chunk, drug);
}

/* ---- household ---- */

/* Four who live together and shop together at two outlets, and alone as well. */
static void family(RsSmallCity *city) {
  for (unsigned t = 0; t < 10; t++)
    for (unsigned i = 0; i < 4; i++) {
      visit(city, "F", i, t % 3 ? "Y005" : "Y006", 4 + 15 * t, 600 + 40 * (int)t % 300 + (int)i, own_drug(city, 7 * t + i), NULL);
      if ((i + t) % 2) visit(city, "F", i, "Y005", 9 + 15 * t + i, 700, own_drug(city, 5 * t + i), NULL);
    }
}

static const Known one_address[] = {{"F0", "address", "7 Mill Lane"}, {"F0", "birth", "1990-02-03"}, {NULL, NULL, NULL}};

static void a_household_with_one_address_is_no_lead(void **state) {
  (void)state;
  g_autoptr(RsSmallCity) city = town();
  family(city);
  RsScore score = excuses(city, "F", one_address, "household");
  assert_int_equal(score.innocent, RS_HOUSEHOLD);
  g_auto(Found) found = detect(city, one_address);
  assert_int_equal(found.rings->n_rings, 0);
}

static void a_household_without_a_table_is_seen_by_its_shared_days(void **state) {
  (void)state;
  g_autoptr(RsSmallCity) city = town();
  family(city);
  RsScore score = excuses(city, "F", NULL, "household_like");
  assert_int_equal(score.innocent, RS_HOUSEHOLD);
  g_auto(Found) found = detect(city, NULL);
  assert_int_equal(found.rings->n_rings, 0);
  assert_true(set_aside(found.rings, "household") > 0);
}

static void a_ring_with_a_household_in_it_is_found(void **state) {
  (void)state;
  g_autoptr(RsSmallCity) city = town();
  family(city); /* F00 to F03 */
  hidden_ring(city, "F", 8);
  g_auto(Found) found = detect(city, (const Known[]){{"F00", "address", "7 Mill Lane"}, {"F01", "address", "7 Mill Lane"}, {"F02", "address", "7 Mill Lane"},
                                                     {"F03", "address", "7 Mill Lane"}, {NULL, NULL, NULL}});
  const RsRing *ring = only_ring(&found, "F", 8);
  const RsFact *fact = find_fact(ring->facts, ring->n_facts, "household");
  assert_told(found.claims, fact);
  assert_int_equal((int)fact->value, 4);
}

/* ---- care home ---- */

static void care_home(RsSmallCity *city) {
  for (unsigned t = 0; t < 6; t++)
    for (unsigned i = 0; i < 30; i++) visit(city, "C", i, "Y007", 3 + 28 * t, 540 + (int)i, own_drug(city, 3 * i), "D1");
}

static void a_care_home_is_no_lead(void **state) {
  (void)state;
  g_autoptr(RsSmallCity) city = town();
  care_home(city);
  assert_int_equal(excuses(city, "C", NULL, "care_home").innocent, RS_CARE_HOME);
  g_auto(Found) found = detect(city, NULL);
  assert_int_equal(found.rings->n_rings, 0);
  assert_true(set_aside(found.rings, "care_home") > 0);
}

static void a_ring_in_a_care_home_is_found(void **state) {
  (void)state;
  g_autoptr(RsSmallCity) city = town();
  care_home(city);
  hidden_ring(city, "C", 7);
  g_auto(Found) found = detect(city, NULL);
  only_ring(&found, "C", 7);
}

/* ---- fixed treatment ---- */

static void dialysis(RsSmallCity *city) {
  for (unsigned day = 0; day < 160; day++)
    for (unsigned i = 0; i < 9 && (day % 7 == 0 || day % 7 == 2 || day % 7 == 4); i++) visit(city, "D", i, "H030", day, 480 + (int)i, "EPO", "D2");
}

static void dialysis_is_no_lead(void **state) {
  (void)state;
  g_autoptr(RsSmallCity) city = town();
  dialysis(city);
  assert_int_equal(excuses(city, "D", NULL, "schedule").innocent, RS_SCHEDULE);
  g_auto(Found) found = detect(city, NULL);
  assert_int_equal(found.rings->n_rings, 0);
  assert_true(set_aside(found.rings, "schedule") > 0);
}

static void a_ring_of_dialysis_patients_is_found(void **state) {
  (void)state;
  g_autoptr(RsSmallCity) city = town();
  dialysis(city);
  hidden_ring(city, "D", 7);
  g_auto(Found) found = detect(city, NULL);
  only_ring(&found, "D", 7);
}

/* ---- employer's or community's health day ---- */

static void health_days(RsSmallCity *city) {
  for (unsigned t = 0; t < 2; t++)
    for (unsigned i = 0; i < 25; i++) visit(city, "E", i, "Y010", 33 + 90 * t, 540 + 2 * (int)i, t ? "CALCIUM" : "VITAMIN", NULL);
}

static void a_health_day_is_no_lead(void **state) {
  (void)state;
  g_autoptr(RsSmallCity) city = town();
  health_days(city);
  assert_int_equal(excuses(city, "E", NULL, "event").innocent, RS_EVENT);
  g_auto(Found) found = detect(city, NULL);
  assert_int_equal(found.rings->n_rings, 0);
  assert_true(set_aside(found.rings, "event") > 0);
}

static void a_ring_of_colleagues_who_were_at_the_health_day_is_found(void **state) {
  (void)state;
  g_autoptr(RsSmallCity) city = town();
  health_days(city);
  hidden_ring(city, "E", 7);
  g_auto(Found) found = detect(city, NULL);
  only_ring(&found, "E", 7);
}

/* ---- clinic of a school or works ---- */

/* Forty who go to the clinic of their works on working days (day 0 is a Monday), some of them in the break of the same days. */
static void works(RsSmallCity *city) {
  for (unsigned i = 0; i < 40; i++)
    for (unsigned v = 0; v < 4; v++) {
      unsigned day = (i * 11 + v * 37) % 160;
      visit(city, "W", i, "K001", day - (day % 7 > 4 ? 2 : 0), 480 + (int)(i * 17 + v * 131) % 540, own_drug(city, i + 9 * v), "D4");
    }
  static const unsigned shift[] = {2, 8, 17, 24, 36, 44, 53, 67, 79, 88, 101, 114, 123, 136};
  for (unsigned t = 0; t < G_N_ELEMENTS(shift); t++)
    for (unsigned i = 0; i < 8; i++)
      if ((i + t) % 4 != 3) visit(city, "W", i, "K001", shift[t], 600 + (int)i * 2, own_drug(city, i * 13 + t), "D4");
}

static void the_clinic_of_a_works_is_seen_by_its_closed_circle(void **state) {
  (void)state;
  g_autoptr(RsSmallCity) city = town();
  works(city);
  assert_int_equal(excuses(city, "W0", NULL, "closed_circle").innocent, RS_WORKS_CLINIC);
  g_auto(Found) found = detect(city, NULL);
  assert_int_equal(found.rings->n_rings, 0);
  assert_true(set_aside(found.rings, "works_clinic") > 0);
}

static const Known one_employer[] = {{"W", "employer", "Yard No. 3"}, {NULL, NULL, NULL}};

static void the_clinic_of_a_works_is_seen_by_the_employer(void **state) {
  (void)state;
  g_autoptr(RsSmallCity) city = town();
  works(city);
  assert_int_equal(excuses(city, "W0", one_employer, "works_clinic").innocent, RS_WORKS_CLINIC);
  g_auto(Found) found = detect(city, one_employer);
  assert_int_equal(found.rings->n_rings, 0);
}

static void a_ring_of_workmates_is_found(void **state) {
  (void)state;
  g_autoptr(RsSmallCity) city = town();
  works(city);
  hidden_ring(city, "W", 7);
  g_auto(Found) found = detect(city, one_employer);
  only_ring(&found, "W", 7);
}

/* ---- promotion, season ---- */

/* Eight neighbours who come on the days when the shop is full, and buy what everybody buys then. */
static void promotions(RsSmallCity *city, unsigned n_days) {
  for (unsigned t = 0; t < n_days; t++) {
    unsigned day = 6 + 13 * t + t * t % 5;
    for (unsigned i = 0; i < 8; i++)
      if ((i + t) % 5 != 4) visit(city, "N", i, "Y012", day, 560 + (int)i * 3, "OFFER", NULL);
    for (unsigned k = 0; k < 30; k++) visit(city, "Q", (k * 7 + t * 3) % 90, "Y012", day, 500 + (int)k * 11, "OFFER", NULL);
  }
  for (unsigned k = 0; k < 90; k++) visit(city, "Q", k, "Y012", k * 3 % 150, 540 + (int)k, own_drug(city, k), NULL);
}

static void neighbours_on_promotion_days_are_no_lead(void **state) {
  (void)state;
  g_autoptr(RsSmallCity) city = town();
  promotions(city, 9);
  assert_int_equal(excuses(city, "N", NULL, "busy_days").innocent, RS_BUSY_DAYS);
  g_auto(Found) found = detect(city, NULL);
  assert_int_equal(found.rings->n_rings, 0);
  assert_true(set_aside(found.rings, "busy_days") > 0);
}

static void a_ring_that_also_goes_to_the_promotion_is_found(void **state) {
  (void)state;
  g_autoptr(RsSmallCity) city = town();
  promotions(city, 9);
  hidden_ring(city, "N", 8);
  g_auto(Found) found = detect(city, NULL);
  only_ring(&found, "N", 8);
}

/* A wave of flu in the second month: the whole town buys FLU then, and five classmates do so together three times. */
static void wave(RsSmallCity *city) {
  for (unsigned i = 0; i < 120; i++) visit(city, "Q", i, "Y013", 34 + i % 24, 500 + (int)(i * 37) % 600, "FLU", NULL);
  for (unsigned t = 0; t < 4; t++)
    for (unsigned i = 0; i < 5; i++) visit(city, "K", i, "Y013", 36 + 6 * t + t % 2, 960 + (int)i, "FLU", NULL);
}

static void classmates_in_a_wave_of_flu_are_no_lead(void **state) {
  (void)state;
  g_autoptr(RsSmallCity) city = town();
  wave(city);
  excuses(city, "K", NULL, "season");
  g_auto(Found) found = detect(city, NULL);
  assert_int_equal(found.rings->n_rings, 0);
}

static void a_ring_of_people_who_had_the_flu_is_found(void **state) {
  (void)state;
  g_autoptr(RsSmallCity) city = town();
  wave(city);
  hidden_ring(city, "K", 6);
  g_auto(Found) found = detect(city, NULL);
  only_ring(&found, "K", 6);
}

/* ---- a clinic that uploads its day at once ---- */

static void uploads(RsSmallCity *city) {
  for (unsigned day = 0; day < 160; day++)
    for (unsigned k = 0; k < 9; k++) visit(city, "U", (day * 7 + k * 5) % 60, "K009", day, 1080, own_drug(city, day + k), "D6");
}

static bool is_settling(const RsRings *rings) {
  for (uint32_t i = 0; i < rings->n_not_examined; i++)
    if (strcmp(rings->not_examined[i].code, "batch_settling") == 0) return strstr(rings->not_examined[i].text, "K009") != NULL;
  return false;
}

static void a_clinic_that_settles_in_batches_is_said_and_no_lead(void **state) {
  (void)state;
  g_autoptr(RsSmallCity) city = town();
  uploads(city);
  g_auto(Found) found = detect(city, NULL);
  assert_int_equal(found.rings->n_rings, 0);
  assert_true(is_settling(found.rings));
}

static void a_ring_that_also_meets_at_a_clinic_that_settles_in_batches_is_found(void **state) {
  (void)state;
  g_autoptr(RsSmallCity) city = town();
  uploads(city);
  hidden_ring(city, "U", 7);
  for (unsigned t = 0; t < 3; t++)
    for (unsigned i = 0; i < 7; i++) visit(city, "U", i, "K009", 17 + 41 * t, 1080, "X1", "D6");
  g_auto(Found) found = detect(city, NULL);
  const RsRing *ring = only_ring(&found, "U", 7);
  assert_told(found.claims, find_fact(ring->facts, ring->n_facts, "batch_settled"));
}

/* ---- one fetches for another ---- */

/* A daughter who fetches her parents' pills with her own at two pharmacies. */
static void errands(RsSmallCity *city) {
  for (unsigned t = 0; t < 9; t++)
    for (unsigned i = 0; i < 3; i++) visit(city, "P", i, t % 2 ? "Y014" : "Y015", 5 + 17 * t, 640 + 50 * (int)t % 200 + (int)i, own_drug(city, 40 + 3 * i + t % 2), NULL);
}

static const Known ages[] = {{"P00", "birth", "1976-05-01"}, {"P", "birth", "1938-11-20"}, {NULL, NULL, NULL}};

static void a_daughter_who_fetches_for_her_parents_is_no_lead(void **state) {
  (void)state;
  g_autoptr(RsSmallCity) city = town();
  errands(city);
  assert_int_equal(excuses(city, "P", ages, "proxy").innocent, RS_PROXY);
  excuses(city, "P", NULL, "own_regimen");
  g_auto(Found) found = detect(city, ages);
  assert_int_equal(found.rings->n_rings, 0);
  assert_true(set_aside(found.rings, "proxy") > 0);
}

static void a_ring_with_cards_of_old_people_in_it_is_found(void **state) {
  (void)state;
  g_autoptr(RsSmallCity) city = town();
  errands(city); /* P00 to P02 */
  hidden_ring(city, "P", 8);
  g_auto(Found) found = detect(city, ages);
  only_ring(&found, "P", 8);
}

/* ---- the pharmacy at the hospital's door, and the doctor's own workplace ---- */

/* Patients of a clinic on the mornings when a specialist is there, irregularly, who go on to the pharmacy next door. */
static void consulting(RsSmallCity *city, bool go_on) {
  static const unsigned day[] = {3, 11, 16, 30, 33, 47, 58, 66, 79, 93, 104, 118, 131, 145};
  for (unsigned t = 0; t < G_N_ELEMENTS(day); t++)
    for (unsigned i = 0; i < 8; i++) {
      if ((i * 3 + t) % 4 == 3) continue;
      visit(city, "M", i, "K020", day[t], 560 + (int)i * 4, "EXAM", "D7");
      if (go_on) visit(city, "M", i, "Y016", day[t], 620 + (int)i * 4, own_drug(city, 9 * i + t), "D7");
    }
  for (unsigned k = 0; k < 200; k++) visit(city, "Q", k % 70, "K020", k % 150, 500 + (int)(k * 29) % 500, "EXAM", "D8");
}

static void patients_at_their_doctors_workplace_are_no_lead(void **state) {
  (void)state;
  g_autoptr(RsSmallCity) city = town();
  consulting(city, false);
  assert_int_equal(excuses(city, "M", NULL, "own_workplace").innocent, RS_OWN_WORKPLACE);
  g_auto(Found) found = detect(city, NULL);
  assert_int_equal(found.rings->n_rings, 0);
  assert_true(set_aside(found.rings, "own_workplace") > 0);
}

static void patients_at_the_pharmacy_next_door_are_no_lead(void **state) {
  (void)state;
  g_autoptr(RsSmallCity) city = town();
  consulting(city, true);
  excuses(city, "M", NULL, "from_clinic");
  g_auto(Found) found = detect(city, NULL);
  assert_int_equal(found.rings->n_rings, 0);
  assert_true(set_aside(found.rings, "from_clinic") + set_aside(found.rings, "own_workplace") > 0);
}

static void a_ring_of_one_doctors_patients_is_found(void **state) {
  (void)state;
  g_autoptr(RsSmallCity) city = town();
  consulting(city, true);
  hidden_ring(city, "M", 8);
  g_auto(Found) found = detect(city, NULL);
  only_ring(&found, "M", 8);
}

/* The chronically ill whom one doctor of a clinic sees together, on a day every three weeks or so: each gets the own tablets there. */
static void class_of_the_ill(RsSmallCity *city) {
  static const unsigned day[] = {4, 23, 47, 66, 92, 110, 134};
  for (unsigned t = 0; t < G_N_ELEMENTS(day); t++)
    for (unsigned i = 0; i < 9; i++)
      if ((i * 5 + t) % 6 != 5) visit(city, "M", i, "K020", day[t], 560 + (int)i * 4, own_drug(city, 13 * i + 2), "D7");
  for (unsigned k = 0; k < 200; k++) visit(city, "Q", k % 70, "K020", k % 150, 500 + (int)(k * 29) % 500, "EXAM", "D8");
}

static void a_class_of_the_chronically_ill_is_no_lead(void **state) {
  (void)state;
  g_autoptr(RsSmallCity) city = town();
  class_of_the_ill(city);
  assert_int_equal(excuses(city, "M", NULL, "clinic_day").innocent, RS_OWN_WORKPLACE);
  g_auto(Found) found = detect(city, NULL);
  assert_int_equal(found.rings->n_rings, 0);
}

static void a_ring_in_a_class_of_the_chronically_ill_is_found(void **state) {
  (void)state;
  g_autoptr(RsSmallCity) city = town();
  class_of_the_ill(city);
  hidden_ring(city, "M", 9);
  g_auto(Found) found = detect(city, NULL);
  only_ring(&found, "M", 9);
}

/* ---- regulars of one outlet, and cards that are kept there ---- */

/* Fourteen customers of one pharmacy: three to seven of them on each of thirty-six days. On the days of many they come all day long, as to an
 * offer, or stand there together; those of the other days stand there together as well, so that nobody ever comes alone, or come each on a day
 * and at an hour of their own. */
typedef enum { ALL_DAY_LONG, OFTEN_TOGETHER, NEVER_ALONE } Custom;

static void customers(RsSmallCity *city, Custom custom) {
  enum { N = 14, TIMES = 36, MANY = 5 };
  static const unsigned step[] = {1, 3, 5, 9, 11, 13}; /* without a common divisor with N: nobody twice */
  static const int hour[] = {490, 810, 1260};
  for (unsigned s = 0; s < TIMES; s++) {
    unsigned size = 3 + s * 7 % 5;
    for (unsigned k = 0; k < size; k++) {
      unsigned i = (s * s + 3 * s + k * step[s / 2 % 6]) % N, day = 3 + 4 * s;
      bool together = custom == NEVER_ALONE || (custom == OFTEN_TOGETHER && size >= MANY);
      int minute = together ? hour[s % 3] + (int)k : 480 + (int)((s * 131 + i * 53) % 720);
      visit(city, "K", i, "Y007", size >= MANY || together ? day : day + k, minute, s % 2 ? "X1" : "X2", NULL);
    }
  }
}

static void regulars_on_their_pharmacys_days_are_no_lead(void **state) {
  (void)state;
  g_autoptr(RsSmallCity) city = town();
  customers(city, ALL_DAY_LONG);
  g_auto(Found) found = detect(city, NULL);
  assert_int_equal(found.rings->n_rings, 0);
  RsScore score = excuses(city, "K", NULL, "regulars");
  assert_true(score.score <= -40);
}

/* The shop keeps the cards of its customers, who also come by themselves: habit brings regulars there on one day, not within minutes. */
static void cards_of_customers_who_come_by_themselves_as_well_are_found(void **state) {
  (void)state;
  g_autoptr(RsSmallCity) city = town();
  customers(city, OFTEN_TOGETHER);
  g_auto(Found) found = detect(city, NULL);
  only_ring(&found, "K", 13);
  RsScore score = excuses(city, "K", NULL, "regulars");
  assert_true(score.score >= -20);
}

/* More evidence must not be less: what is too small for a burst of so many people is no life of their own at the outlet. */
static void cards_that_only_come_some_at_a_time_are_found(void **state) {
  (void)state;
  g_autoptr(RsSmallCity) city = town();
  customers(city, NEVER_ALONE);
  g_auto(Found) found = detect(city, NULL);
  only_ring(&found, "K", 13);
  RsScore score = excuses(city, "K", NULL, NULL);
  assert_null(find_fact(score.fact, score.n_facts, "regulars"));
}

/* ---- what is told of them all ---- */

static void a_lead_says_what_was_looked_for_and_what_could_not_be(void **state) {
  (void)state;
  g_autoptr(RsSmallCity) city = town();
  rs_small_city_ring(city, "R", 7, 8, 3, "X1");
  g_auto(Found) without = detect(city, NULL), with = detect(city, (const Known[]){{"R", "birth", "1980-01-01"}, {NULL, NULL, NULL}});
  const RsRing *ring = only_ring(&without, "R", 7);
  const RsFact *tested = find_fact(ring->facts, ring->n_facts, "tested");
  assert_non_null(tested);
  assert_int_equal(tested->points, 0);
  g_autofree char *text = rs_fact_text(without.claims, tested, RS_LANG_EN);
  assert_non_null(strstr(text, "care home"));
  assert_null(strstr(text, "migrants")); /* not looked for in people who come together */
  assert_non_null(find_fact(ring->facts, ring->n_facts, "untested"));
  ring = only_ring(&with, "R", 7);
  assert_null(find_fact(ring->facts, ring->n_facts, "untested"));
}

static void people_who_share_are_counted_by_sets(void **state) {
  (void)state;
  g_autoptr(RsSmallCity) city = town();
  for (unsigned i = 0; i < 6; i++) visit(city, "S", i, "Y001", i, 600, "G1", NULL);
  g_autoptr(RsClaims) claims = rs_small_city_claims(city);
  const Known known[] = {{"S00", "phone", "1"}, {"S01", "phone", "1"}, {"S02", "phone", "2"}, {"S03", "phone", "2"}, {"S04", "phone", "3"}, {NULL, NULL, NULL}};
  uint32_t person[6], n = 0;
  for (uint32_t p = 0; p < claims->n_persons; p++)
    if (rs_text_get(claims->person, p)[0] == 'S') person[n++] = p;
  RsDetectOptions options = options_of(known);
  RsSharing shared = rs_innocent_household(claims, person, n, &options);
  assert_int_equal(shared.n_known, 5);
  assert_int_equal(shared.n_people, 4);
  assert_int_equal(shared.n_extra, 2);
  assert_int_equal(shared.n_largest, 2);
  options = options_of(NULL);
  assert_int_equal(rs_innocent_household(claims, person, n, &options).n_people, 0);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(a_household_with_one_address_is_no_lead),
      cmocka_unit_test(a_household_without_a_table_is_seen_by_its_shared_days),
      cmocka_unit_test(a_ring_with_a_household_in_it_is_found),
      cmocka_unit_test(a_care_home_is_no_lead),
      cmocka_unit_test(a_ring_in_a_care_home_is_found),
      cmocka_unit_test(dialysis_is_no_lead),
      cmocka_unit_test(a_ring_of_dialysis_patients_is_found),
      cmocka_unit_test(a_health_day_is_no_lead),
      cmocka_unit_test(a_ring_of_colleagues_who_were_at_the_health_day_is_found),
      cmocka_unit_test(the_clinic_of_a_works_is_seen_by_its_closed_circle),
      cmocka_unit_test(the_clinic_of_a_works_is_seen_by_the_employer),
      cmocka_unit_test(a_ring_of_workmates_is_found),
      cmocka_unit_test(neighbours_on_promotion_days_are_no_lead),
      cmocka_unit_test(a_ring_that_also_goes_to_the_promotion_is_found),
      cmocka_unit_test(classmates_in_a_wave_of_flu_are_no_lead),
      cmocka_unit_test(a_ring_of_people_who_had_the_flu_is_found),
      cmocka_unit_test(a_clinic_that_settles_in_batches_is_said_and_no_lead),
      cmocka_unit_test(a_ring_that_also_meets_at_a_clinic_that_settles_in_batches_is_found),
      cmocka_unit_test(a_daughter_who_fetches_for_her_parents_is_no_lead),
      cmocka_unit_test(a_ring_with_cards_of_old_people_in_it_is_found),
      cmocka_unit_test(patients_at_their_doctors_workplace_are_no_lead),
      cmocka_unit_test(patients_at_the_pharmacy_next_door_are_no_lead),
      cmocka_unit_test(a_ring_of_one_doctors_patients_is_found),
      cmocka_unit_test(a_class_of_the_chronically_ill_is_no_lead),
      cmocka_unit_test(a_ring_in_a_class_of_the_chronically_ill_is_found),
      cmocka_unit_test(regulars_on_their_pharmacys_days_are_no_lead),
      cmocka_unit_test(cards_of_customers_who_come_by_themselves_as_well_are_found),
      cmocka_unit_test(cards_that_only_come_some_at_a_time_are_found),
      cmocka_unit_test(a_lead_says_what_was_looked_for_and_what_could_not_be),
      cmocka_unit_test(people_who_share_are_counted_by_sets),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
