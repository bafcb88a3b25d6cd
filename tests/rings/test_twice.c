/* Patterns duplicate, travel and trace from end to end, on a dozen claims each whose answer can be read off the table. */
#include "rings/detect.h"

#include "reference/claims_build.h"
#include "rs_test.h"

#include <string.h>

static RsRings *detect(const RsClaims *claims, unsigned patterns, unsigned n_threads) {
  g_autoptr(GError) error = NULL;
  g_autoptr(RsKnowledge) knowledge = rs_knowledge_new(claims, n_threads, &error);
  rs_assert_no_error(error);
  RsDetectOptions options = {.patterns = patterns, .seed = 1, .n_threads = n_threads};
  RsRings *rings = rs_detect(claims, knowledge, &options, &error);
  rs_assert_no_error(error);
  rs_assert_valid(rs_rings_validate, rings, claims);
  for (uint32_t i = 0; i < rings->n_rings; i++) assert_in_range(rings->rings[i].stability, 'A', 'C');
  return rings;
}

static int compare_names(const void *x, const void *y) { return strcmp(*(const char *const *)x, *(const char *const *)y); }

/* The ring's members of a kind in order of name, joined: "A B C". */
static char *members(const RsClaims *c, const RsRing *ring, RsKind kind) {
  g_autoptr(GPtrArray) name = g_ptr_array_new();
  for (uint32_t i = 0; i < ring->n_members; i++)
    if (ring->members[i].kind == kind)
      g_ptr_array_add(name, (gpointer)rs_text_get(kind == RS_PERSON ? c->person : c->institution, ring->members[i].id));
  g_ptr_array_sort(name, compare_names);
  g_ptr_array_add(name, NULL);
  return g_strjoinv(" ", (char **)name->pdata);
}

static const RsFact *fact(const RsRing *ring, const char *code) {
  for (uint32_t i = 0; i < ring->n_facts; i++)
    if (strcmp(ring->facts[i].code, code) == 0) return &ring->facts[i];
  return NULL;
}

#define LINE(who, where, when, what, how_many, fen, place) \
  {.person = who, .institution = where, .time = when, .drug = what, .quantity = how_many, .amount = fen, .service_region = place, .institution_type = "pharmacy"}

/* Anna, Bert and Cleo each bring home one basket from Y1 and bill it again at Y2 in the next province a day later. Dora buys the same
 * headache pills at two outlets once, and a fee that everybody pays is on every bill. */
static const RsReferenceLine twice_billed[] = {
    LINE("Anna", "Y1", "2024-03-01 09:10", "insulin", 3, 30000, "330106"), LINE("Anna", "Y1", "2024-03-01 09:10", "statin", 2, 8000, "330106"),
    LINE("Anna", "Y2", "2024-03-02 15:00", "insulin", 3, 31000, "320505"), LINE("Anna", "Y2", "2024-03-02 15:00", "statin", 2, 8100, "320505"),
    LINE("Anna", "Y1", "2024-04-11 10:00", "ferrum", 1, 5000, "330106"),   LINE("Anna", "Y1", "2024-04-11 10:00", "zincum", 4, 2000, "330106"),
    LINE("Anna", "Y2", "2024-04-11 18:30", "ferrum", 1, 5100, "320505"),   LINE("Anna", "Y2", "2024-04-11 18:30", "zincum", 4, 2100, "320505"),
    LINE("Bert", "Y1", "2024-03-07 11:00", "aspirin", 1, 900, "330106"),   LINE("Bert", "Y1", "2024-03-07 11:00", "cardiol", 5, 70000, "330106"),
    LINE("Bert", "Y2", "2024-03-08 09:30", "aspirin", 1, 950, "320505"),   LINE("Bert", "Y2", "2024-03-08 09:30", "cardiol", 5, 71000, "320505"),
    LINE("Cleo", "Y2", "2024-05-20 09:30", "vitamin", 2, 4000, "320505"),  LINE("Cleo", "Y2", "2024-05-20 09:30", "glucol", 3, 6000, "320505"),
    LINE("Cleo", "Y1", "2024-05-21 20:30", "vitamin", 2, 4100, "330106"),  LINE("Cleo", "Y1", "2024-05-21 20:30", "glucol", 3, 6100, "330106"),
    LINE("Dora", "Y3", "2024-05-02 08:30", "aspirin", 1, 900, "330106"),   LINE("Dora", "Y4", "2024-05-02 18:00", "aspirin", 1, 900, "330106"),
};

/* Other people of the town, who come to two outlets within two days all the time and buy different things. */
static RsClaims *town(const RsReferenceLine *own, size_t n_own) {
  enum { PEOPLE = 60, TRIPS = 6 };
  size_t n = n_own + PEOPLE * TRIPS * 2, at = n_own;
  g_autofree RsReferenceLine *line = g_new0(RsReferenceLine, n);
  g_autoptr(GStringChunk) chunk = g_string_chunk_new(1 << 14);
  memcpy(line, own, n_own * sizeof *line);
  for (unsigned p = 0; p < PEOPLE; p++)
    for (unsigned t = 0; t < TRIPS; t++)
      for (unsigned k = 0; k < 2; k++) {
        g_autofree char *who = g_strdup_printf("p%02u", p), *drug = g_strdup_printf("d%u", (p * 7 + t * 3 + k * 5) % 40);
        g_autofree char *time = g_strdup_printf("2024-%02u-%02u %02u:%02u", 2 + t, 1 + p % 27, 8 + k * 6, 1 + p % 50);
        g_autofree char *code = g_strdup_printf("b%u", (p * TRIPS + t) * 2 + k);
        line[at++] = (RsReferenceLine){.person = g_string_chunk_insert_const(chunk, who),
                                       .institution = k == 0 ? "Y3" : (p + t) % 3 == 0 ? "Y1" : "Y4",
                                       .time = g_string_chunk_insert_const(chunk, time), .drug = g_string_chunk_insert_const(chunk, drug),
                                       .quantity = 1 + p % 3, .amount = 1000 * (1 + p % 3), .service_region = "330106",
                                       .institution_type = "pharmacy", .trace = g_string_chunk_insert_const(chunk, code)};
      }
  return rs_reference_claims(line, n);
}

/* Four patients whose steady tablets, bought at home every month at one place or another, are on some days billed in another prefecture as well. */
static void steady_tablets_billed_in_two_prefectures_on_one_day_are_a_lead(void **state) {
  (void)state;
  enum { PEOPLE = 4, MONTHS = 6 };
  RsReferenceLine line[PEOPLE * (MONTHS + 2 * MONTHS)];
  size_t n = 0;
  g_autoptr(GStringChunk) chunk = g_string_chunk_new(1 << 12);
  for (unsigned p = 0; p < PEOPLE; p++)
    for (unsigned m = 0; m < MONTHS; m++) {
      const char *who = (const char *const[]){"Anna", "Bert", "Cleo", "Dora"}[p];
      g_autofree char *steady = g_strdup_printf("d%u", 3 * p), *once = g_strdup_printf("2024-%02u-%02u 09:00", 2 + m, 2 + p);
      g_autofree char *here = g_strdup_printf("2024-%02u-%02u 09:30", 2 + m, 17 + p), *there = g_strdup_printf("2024-%02u-%02u 15:00", 2 + m, 17 + p);
      const char *drug = g_string_chunk_insert_const(chunk, steady);
      line[n++] = (RsReferenceLine)LINE(who, "Y3", g_string_chunk_insert_const(chunk, once), drug, 2, 3000, "330106");
      line[n++] = (RsReferenceLine)LINE(who, "Y1", g_string_chunk_insert_const(chunk, here), drug, 2, 3000, "330106");
      line[n++] = (RsReferenceLine)LINE(who, "Y2", g_string_chunk_insert_const(chunk, there), drug, 2, 3100, "320505");
    }
  g_autoptr(RsClaims) claims = town(line, n);
  g_autoptr(RsRings) rings = detect(claims, 1u << RS_DUPLICATE, 2);
  assert_int_equal(rings->n_rings, 1);
  g_autofree char *people = members(claims, &rings->rings[0], RS_PERSON), *outlets = members(claims, &rings->rings[0], RS_INSTITUTION);
  assert_string_equal(people, "Anna Bert Cleo Dora");
  assert_string_equal(outlets, "Y1 Y2");
  assert_int_equal((int)fact(&rings->rings[0], "duplicates")->value, PEOPLE * MONTHS);
}

static void three_people_who_bill_their_baskets_twice_are_a_lead(void **state) {
  (void)state;
  g_autoptr(RsClaims) claims = town(twice_billed, G_N_ELEMENTS(twice_billed));
  g_autoptr(RsRings) rings = detect(claims, 1u << RS_DUPLICATE, 1);
  assert_int_equal(rings->n_rings, 1);
  g_autofree char *people = members(claims, &rings->rings[0], RS_PERSON), *outlets = members(claims, &rings->rings[0], RS_INSTITUTION);
  assert_string_equal(people, "Anna Bert Cleo");
  assert_string_equal(outlets, "Y1 Y2");
  assert_int_equal((int)fact(&rings->rings[0], "duplicates")->value, 4);
  assert_int_equal(rings->rings[0].n_evidence, 16);
  assert_int_equal(rings->rings[0].pattern, RS_DUPLICATE);
  assert_non_null(fact(&rings->rings[0], "outlets_apart"));
}

static void tablets_of_every_day_bought_at_two_outlets_are_no_lead(void **state) {
  (void)state;
  static const RsReferenceLine daily[] = {
      LINE("Anna", "Y1", "2024-03-01 09:10", "statin", 1, 8000, "330106"), LINE("Anna", "Y2", "2024-03-02 15:00", "statin", 1, 8000, "330106"),
      LINE("Anna", "Y1", "2024-04-01 09:10", "statin", 1, 8000, "330106"), LINE("Anna", "Y1", "2024-05-01 09:10", "statin", 1, 8000, "330106"),
      LINE("Bert", "Y1", "2024-03-04 09:10", "cardiol", 1, 8000, "330106"), LINE("Bert", "Y2", "2024-03-05 15:00", "cardiol", 1, 8000, "330106"),
      LINE("Bert", "Y1", "2024-04-04 09:10", "cardiol", 1, 8000, "330106"), LINE("Bert", "Y1", "2024-05-05 09:10", "cardiol", 1, 8000, "330106"),
      LINE("Cleo", "Y1", "2024-03-09 09:10", "insulin", 1, 8000, "330106"), LINE("Cleo", "Y2", "2024-03-10 15:00", "insulin", 1, 8000, "330106"),
      LINE("Cleo", "Y1", "2024-04-09 09:10", "insulin", 1, 8000, "330106"), LINE("Cleo", "Y1", "2024-05-09 09:10", "insulin", 1, 8000, "330106"),
  };
  g_autoptr(RsClaims) claims = town(daily, G_N_ELEMENTS(daily));
  g_autoptr(RsRings) rings = detect(claims, 1u << RS_DUPLICATE, 1);
  assert_int_equal(rings->n_rings, 0);
}

#define CARE(who, where, when, what) \
  {.person = who, .institution = where, .time = when, .drug = what, .quantity = 1, .amount = 5000, .service_region = "330106", .institution_type = "hospital"}
#define SENT_ON(who, day) \
  CARE(who, "H1", day " 09:00", "fee"), CARE(who, "H1", day " 09:00", "scan"), CARE(who, "H2", day " 12:00", "fee"), CARE(who, "H2", day " 12:00", "scan")
#define NEEDLES_TWICE(who, day) CARE(who, "H1", day " 09:00", "needles"), CARE(who, "H2", day " 16:00", "needles")

/* Six people are each sent from H1 on to H2 once, where they are scanned again; no pharmacy sells a scan. Three of them are needled in both
 * on one day, again and again. */
static const RsReferenceLine sent_on[] = {
    SENT_ON("Anna", "2024-03-01"), SENT_ON("Bert", "2024-03-12"), SENT_ON("Cleo", "2024-04-02"),
    SENT_ON("Dora", "2024-04-20"), SENT_ON("Emil", "2024-05-05"), SENT_ON("Fred", "2024-06-06"),
    NEEDLES_TWICE("Anna", "2024-03-10"), NEEDLES_TWICE("Anna", "2024-05-10"), NEEDLES_TWICE("Bert", "2024-03-20"),
    NEEDLES_TWICE("Bert", "2024-05-20"), NEEDLES_TWICE("Cleo", "2024-03-25"), NEEDLES_TWICE("Cleo", "2024-06-25"),
};
enum { N_SENT_ON = 24, N_OTHERS = 200 };

/* The first n of these lines, and what others are treated with at the two hospitals, each on a day of their own. */
static RsClaims *hospitals(size_t n) {
  static const char *const who[] = {"Hans", "Ines", "Jens", "Kira"};
  RsReferenceLine line[G_N_ELEMENTS(sent_on) + N_OTHERS];
  g_autoptr(GStringChunk) chunk = g_string_chunk_new(1 << 12);
  memcpy(line, sent_on, n * sizeof *line);
  for (unsigned i = 0; i < N_OTHERS; i++) {
    g_autofree char *time = g_strdup_printf("2024-%02u-%02u 10:00", 1 + i / 28, 1 + i % 28), *what = g_strdup_printf("cure%u", i % 50);
    line[n + i] = (RsReferenceLine)CARE(who[i % 4], i % 8 < 4 ? "H1" : "H2", g_string_chunk_insert_const(chunk, time), g_string_chunk_insert_const(chunk, what));
  }
  return town(line, n + N_OTHERS);
}

static void patients_examined_again_at_the_next_hospital_are_no_lead(void **state) {
  (void)state;
  g_autoptr(RsClaims) claims = hospitals(N_SENT_ON);
  g_autoptr(RsRings) rings = detect(claims, 1u << RS_DUPLICATE, 1);
  assert_int_equal(rings->n_rings, 0);
  assert_int_equal(rings->n_set_aside, 1);
  assert_string_equal(rings->set_aside[0].code, "referral");
  assert_int_equal(rings->set_aside[0].n, 6);
}

static void a_ring_among_referred_patients_whose_treatments_are_billed_twice_is_found(void **state) {
  (void)state;
  g_autoptr(RsClaims) claims = hospitals(G_N_ELEMENTS(sent_on));
  g_autoptr(RsRings) rings = detect(claims, 1u << RS_DUPLICATE, 1);
  assert_int_equal(rings->n_rings, 1);
  g_autofree char *people = members(claims, &rings->rings[0], RS_PERSON);
  assert_string_equal(people, "Anna Bert Cleo");
}

/* Emil, Fred and Gina buy at home in Y1 or Y3, and minutes later their credentials are used in another province at Z1, again and again.
 * Hugo goes there by train: five hours. */
static const RsReferenceLine two_cities[] = {
    LINE("Emil", "Y1", "2024-03-01 09:10", "m1", 1, 900, "330106"), LINE("Emil", "Z1", "2024-03-01 09:16", "n1", 2, 52000, "410105"),
    LINE("Emil", "Y3", "2024-04-02 10:10", "m2", 1, 900, "330106"), LINE("Emil", "Z1", "2024-04-02 10:31", "n1", 2, 52000, "410105"),
    LINE("Fred", "Y3", "2024-03-05 15:40", "m3", 1, 900, "330106"), LINE("Fred", "Z1", "2024-03-05 15:42", "n1", 2, 52000, "410105"),
    LINE("Fred", "Y1", "2024-05-07 12:00", "m4", 1, 900, "330106"), LINE("Fred", "Z1", "2024-05-07 12:25", "n1", 3, 78000, "410105"),
    LINE("Gina", "Z1", "2024-03-19 08:05", "n1", 2, 52000, "410105"), LINE("Gina", "Y4", "2024-03-19 08:15", "m5", 1, 900, "330106"),
    LINE("Gina", "Z1", "2024-06-01 08:35", "n1", 2, 52000, "410105"), LINE("Gina", "Y4", "2024-06-01 08:55", "m6", 1, 900, "330106"),
    LINE("Hugo", "Y1", "2024-03-01 09:10", "m1", 1, 900, "330106"), LINE("Hugo", "Z1", "2024-03-01 14:16", "m7", 1, 900, "410105"),
};

static void three_credentials_in_two_provinces_within_minutes_are_a_lead(void **state) {
  (void)state;
  g_autoptr(RsClaims) claims = town(two_cities, G_N_ELEMENTS(two_cities));
  g_autoptr(RsRings) rings = detect(claims, 1u << RS_TRAVEL, 2);
  assert_int_equal(rings->n_rings, 1);
  g_autofree char *people = members(claims, &rings->rings[0], RS_PERSON);
  assert_string_equal(people, "Emil Fred Gina");
  assert_int_equal((int)fact(&rings->rings[0], "travels")->value, 6);
  assert_int_equal((int)fact(&rings->rings[0], "minutes")->value, 14); /* 6 21 2 25 10 20 */
}

/* Two rings of four, each with copies of its cards at two outlets here and two there; one outlet here is common to both. */
static void travelling_cards_that_share_an_outlet_are_two_rings(void **state) {
  (void)state;
  enum { RINGS = 2, CARDS = 4, TIMES = 3 };
  static const char *const here[RINGS][2] = {{"Y1", "Y5"}, {"Y1", "Y6"}}, *const there[RINGS][2] = {{"Z1", "Z2"}, {"Z3", "Z4"}};
  RsReferenceLine line[RINGS * CARDS * TIMES * 2];
  size_t n = 0;
  g_autoptr(GStringChunk) chunk = g_string_chunk_new(1 << 12);
  for (unsigned r = 0; r < RINGS; r++)
    for (unsigned i = 0; i < CARDS; i++)
      for (unsigned t = 0; t < TIMES; t++) {
        g_autofree char *who = g_strdup_printf("%c%u", "AB"[r], i), *drug = g_strdup_printf("n%u", (r + i + t) % 5);
        g_autofree char *first = g_strdup_printf("2024-%02u-%02u 10:%02u", 2 + 2 * t, 1 + 3 * i + r, 5 + i), *later = g_strdup_printf("2024-%02u-%02u 10:%02u", 2 + 2 * t, 1 + 3 * i + r, 30 + i);
        const char *name = g_string_chunk_insert_const(chunk, who), *what = g_string_chunk_insert_const(chunk, drug);
        line[n++] = (RsReferenceLine)LINE(name, here[r][(i + t) % 2], g_string_chunk_insert_const(chunk, first), what, 1, 900, "330106");
        line[n++] = (RsReferenceLine)LINE(name, there[r][t % 2], g_string_chunk_insert_const(chunk, later), what, 2, 52000, "410105");
      }
  g_autoptr(RsClaims) claims = town(line, n);
  g_autoptr(RsRings) rings = detect(claims, 1u << RS_TRAVEL, 2);
  assert_int_equal(rings->n_rings, RINGS);
  g_autofree char *first = members(claims, &rings->rings[0], RS_PERSON), *second = members(claims, &rings->rings[1], RS_PERSON);
  bool a_leads = first[0] == 'A';
  assert_string_equal(a_leads ? first : second, "A0 A1 A2 A3");
  assert_string_equal(a_leads ? second : first, "B0 B1 B2 B3");
}

static void the_same_people_within_one_province_are_no_travel(void **state) {
  (void)state;
  RsReferenceLine line[G_N_ELEMENTS(two_cities)];
  memcpy(line, two_cities, sizeof line);
  for (size_t i = 0; i < G_N_ELEMENTS(line); i++)
    if (strcmp(line[i].institution, "Z1") == 0) line[i].service_region = "330105";
  g_autoptr(RsClaims) claims = town(line, G_N_ELEMENTS(line));
  g_autoptr(RsRings) rings = detect(claims, 1u << RS_TRAVEL, 1);
  assert_int_equal(rings->n_rings, 0);
}

/* Twelve people of one village go over the border to B1 and back to Y1, twenty minutes' walk away, and twice each: once they take 20 to 42
 * minutes between the two, once 46 to 68. Emil, Fred and Gina of two_cities are three of them, with ring: their credentials are used at Z1. */
static RsClaims *border_village(bool ring) {
  enum { PEOPLE = 12 };
  RsReferenceLine line[PEOPLE * 4 + G_N_ELEMENTS(two_cities)];
  size_t n = 0;
  g_autoptr(GStringChunk) chunk = g_string_chunk_new(1 << 12);
  for (unsigned p = 0; p < PEOPLE; p++)
    for (unsigned trip = 0; trip < 2; trip++)
      for (unsigned there = 0; there < 2; there++) {
        static const char *const ring_name[] = {"Emil", "Fred", "Gina"};
        const unsigned minutes = there ? trip * 26 + 20 + 2 * p : 0;
        g_autofree char *name = p < 3 ? g_strdup(ring_name[p]) : g_strdup_printf("v%02u", p), *drug = g_strdup_printf("w%u", (unsigned)n % 23);
        g_autofree char *time = g_strdup_printf("2024-%02u-%02u %02u:%02u", 2 + trip * 2, 2 + 2 * p, 10 + minutes / 60, minutes % 60);
        line[n++] = (RsReferenceLine)LINE(g_string_chunk_insert_const(chunk, name), there ? "B1" : "Y1", g_string_chunk_insert_const(chunk, time),
                                          g_string_chunk_insert_const(chunk, drug), 1, 900, there ? "330206" : "330106");
      }
  for (size_t i = 0; ring && i < 12; i++) line[n++] = two_cities[i];
  return town(line, n);
}

static void people_who_go_over_the_border_are_no_travel(void **state) {
  (void)state;
  g_autoptr(RsClaims) claims = border_village(false);
  g_autoptr(RsRings) rings = detect(claims, 1u << RS_TRAVEL, 1);
  assert_int_equal(rings->n_rings, 0);
}

static void a_ring_of_people_who_go_over_the_border_is_found(void **state) {
  (void)state;
  g_autoptr(RsClaims) claims = border_village(true);
  g_autoptr(RsRings) rings = detect(claims, 1u << RS_TRAVEL, 1);
  assert_int_equal(rings->n_rings, 1);
  g_autofree char *people = members(claims, &rings->rings[0], RS_PERSON), *outlets = members(claims, &rings->rings[0], RS_INSTITUTION);
  assert_string_equal(people, "Emil Fred Gina");
  assert_string_equal(outlets, "Z1");
  assert_int_equal((int)fact(&rings->rings[0], "travels")->argument[3], 2); /* the nearest */
}

#define BOX(who, where, when, fen, code) \
  {.person = who, .institution = where, .time = when, .drug = "rare", .quantity = 1, .amount = fen, .service_region = "330106", .institution_type = "pharmacy", .trace = code}

/* Boxes 1 to 6 come back to the shelves of Z1 and Z2 and are sold whole to Ivan, Jane, Karl and Lena again. Box 7 is sold in four parts. */
static const RsReferenceLine sold_again[] = {
    BOX("Ivan", "Z1", "2024-03-01 09:00", 40000, "box1"), BOX("Jane", "Z2", "2024-03-20 09:00", 40000, "box1"),
    BOX("Jane", "Z1", "2024-03-02 09:00", 40000, "box2"), BOX("Karl", "Z2", "2024-04-20 09:00", 40000, "box2"),
    BOX("Karl", "Z2", "2024-03-03 09:00", 40000, "box3"), BOX("Lena", "Z1", "2024-03-29 09:00", 40000, "box3"),
    BOX("Lena", "Z1", "2024-03-04 09:00", 40000, "box4"), BOX("Ivan", "Z2", "2024-04-02 09:00", 40000, "box4"),
    BOX("Ivan", "Z2", "2024-05-05 09:00", 40000, "box5"), BOX("Karl", "Z1", "2024-05-20 09:00", 40000, "box5"),
    BOX("Jane", "Z2", "2024-05-06 09:00", 40000, "box6"), BOX("Lena", "Z1", "2024-06-20 09:00", 40000, "box6"),
    BOX("Mona", "Y3", "2024-03-01 09:00", 10000, "box7"), BOX("Nils", "Y3", "2024-03-11 09:00", 10000, "box7"),
    BOX("Olga", "Y3", "2024-03-21 09:00", 10000, "box7"), BOX("Paul", "Y3", "2024-03-31 09:00", 10000, "box7"),
};

static void four_people_among_whom_boxes_are_sold_again_are_a_lead(void **state) {
  (void)state;
  g_autoptr(RsClaims) claims = town(sold_again, G_N_ELEMENTS(sold_again));
  g_autoptr(RsRings) rings = detect(claims, 1u << RS_TRACE, 1);
  assert_int_equal(rings->n_rings, 1);
  g_autofree char *people = members(claims, &rings->rings[0], RS_PERSON), *outlets = members(claims, &rings->rings[0], RS_INSTITUTION);
  assert_string_equal(people, "Ivan Jane Karl Lena");
  assert_string_equal(outlets, "Z1 Z2");
  assert_int_equal((int)fact(&rings->rings[0], "traces")->value, 6);
  assert_int_equal(rings->rings[0].n_evidence, 12);
  assert_true(rings->n_set_aside >= 1);
  assert_int_equal(rings->set_aside[rings->n_set_aside - 1].n, 4);
}

/* One room bills each of four boxes for card after card, every other day; the scanner of Y3 once repeats a code for the next two in the queue. */
static void codes_billed_for_card_after_card_are_a_lead(void **state) {
  (void)state;
  enum { CARDS = 6, CODES = 4 };
  RsReferenceLine line[CARDS * CODES + 3];
  size_t n = 0;
  g_autoptr(GStringChunk) chunk = g_string_chunk_new(1 << 12);
  for (unsigned b = 0; b < CODES; b++)
    for (unsigned i = 0; i < CARDS; i++) {
      g_autofree char *who = g_strdup_printf("card%u", (i + b) % CARDS), *code = g_strdup_printf("box%u", b), *time = g_strdup_printf("2024-%02u-%02u 10:%02u", 2 + b, 1 + 2 * i, 3 * i);
      line[n++] = (RsReferenceLine)BOX(g_string_chunk_insert_const(chunk, who), "Z1", g_string_chunk_insert_const(chunk, time), 20000, g_string_chunk_insert_const(chunk, code));
    }
  line[n++] = (RsReferenceLine)BOX("p01", "Y3", "2024-03-01 09:00", 20000, "stuck");
  line[n++] = (RsReferenceLine)BOX("p02", "Y3", "2024-03-01 09:02", 20000, "stuck");
  line[n++] = (RsReferenceLine)BOX("p03", "Y3", "2024-03-01 09:05", 20000, "stuck");
  g_autoptr(RsClaims) claims = town(line, n);
  g_autoptr(RsRings) rings = detect(claims, 1u << RS_TRACE, 2);
  assert_int_equal(rings->n_rings, 1);
  g_autofree char *people = members(claims, &rings->rings[0], RS_PERSON);
  assert_string_equal(people, "card0 card1 card2 card3 card4 card5");
  assert_int_equal((int)fact(&rings->rings[0], "traces")->value, CODES * (CARDS - 1));
}

/* Three people sell their boxes to the counter of Y4, which sells each again to another of its customers: those have nothing to do with it. */
static void customers_who_get_boxes_that_came_back_are_not_named(void **state) {
  (void)state;
  enum { SELLERS = 3, EACH = 5 };
  RsReferenceLine line[2 * SELLERS * EACH];
  g_autoptr(GStringChunk) chunk = g_string_chunk_new(1 << 12);
  for (unsigned i = 0; i < SELLERS * EACH; i++) {
    g_autofree char *seller = g_strdup_printf("seller%u", i % SELLERS), *buyer = g_strdup_printf("p%02u", i * 4), *code = g_strdup_printf("box%u", i);
    g_autofree char *first = g_strdup_printf("2024-%02u-%02u 10:00", 2 + i % 5, 1 + i), *later = g_strdup_printf("2024-%02u-%02u 16:00", 3 + i % 5, 1 + i);
    line[2 * i] = (RsReferenceLine)BOX(g_string_chunk_insert_const(chunk, seller), "Y3", g_string_chunk_insert_const(chunk, first), 20000, g_string_chunk_insert_const(chunk, code));
    line[2 * i + 1] = (RsReferenceLine)BOX(g_string_chunk_insert_const(chunk, buyer), "Y4", g_string_chunk_insert_const(chunk, later), 20000, g_string_chunk_insert_const(chunk, code));
  }
  g_autoptr(RsClaims) claims = town(line, G_N_ELEMENTS(line));
  g_autoptr(RsRings) rings = detect(claims, 1u << RS_TRACE, 2);
  assert_int_equal(rings->n_rings, 1);
  g_autofree char *people = members(claims, &rings->rings[0], RS_PERSON);
  assert_string_equal(people, "seller0 seller1 seller2");
  assert_int_equal((int)fact(&rings->rings[0], "traces")->value, SELLERS * EACH);
  assert_int_equal((int)fact(&rings->rings[0], "later_buyers")->value, SELLERS * EACH);
}

static void boxes_that_came_back_before_they_were_sold_again_are_no_lead(void **state) {
  (void)state;
  RsReferenceLine line[18];
  size_t n = 0;
  for (size_t i = 0; i < 12; i += 2) {
    line[n++] = sold_again[i];
    line[n] = sold_again[i]; /* paid back the same evening */
    line[n].amount = -line[n].amount;
    line[n].quantity = -1;
    g_autofree char *day = g_strndup(sold_again[i].time, 10), *evening = g_strdup_printf("%s 20:00", day);
    line[n++].time = g_intern_string(evening);
    line[n++] = sold_again[i + 1];
  }
  g_autoptr(RsClaims) claims = town(line, n);
  g_autoptr(RsRings) rings = detect(claims, 1u << RS_TRACE, 1);
  assert_int_equal(rings->n_rings, 0);
}

static void the_same_people_found_twice_are_one_lead_that_says_so(void **state) {
  (void)state;
  RsReferenceLine line[G_N_ELEMENTS(twice_billed)];
  static const char *const code[] = {"a", "b", "a", "b", "c", "d", "c", "d", "e", "f", "e", "f", "g", "h", "g", "h", "", ""};
  memcpy(line, twice_billed, sizeof line); /* the box is scanned at both outlets */
  for (size_t i = 0; i < G_N_ELEMENTS(line); i++) line[i].trace = code[i];
  g_autoptr(RsClaims) claims = town(line, G_N_ELEMENTS(line));
  g_autoptr(RsRings) both = detect(claims, 1u << RS_DUPLICATE | 1u << RS_TRACE, 1), one = detect(claims, 1u << RS_TRACE, 1);
  assert_int_equal(one->n_rings, 1);
  assert_int_equal(both->n_rings, 1);
  const RsFact *also = fact(&both->rings[0], both->rings[0].pattern == RS_DUPLICATE ? "also_trace" : "also_duplicate");
  assert_non_null(also);
  assert_int_equal(also->points, 0);
  g_autofree char *en = rs_fact_text(claims, also, RS_LANG_EN), *zh = rs_fact_text(claims, also, RS_LANG_ZH);
  assert_non_null(strstr(en, "the same people"));
  assert_true(g_utf8_validate(zh, -1, NULL));
}

static void two_bills_within_the_hour_are_a_duplicate_and_no_travel(void **state) {
  (void)state;
  RsReferenceLine line[G_N_ELEMENTS(twice_billed)];
  static const char *const time[] = {"2024-03-01 09:30", "2024-04-11 10:20", "2024-03-07 11:12", "2024-05-20 10:05"};
  memcpy(line, twice_billed, sizeof line);
  for (size_t i = 0, k = 0; i < 16; i += 4, k++) line[i + 2].time = line[i + 3].time = time[k];
  g_autoptr(RsClaims) claims = town(line, G_N_ELEMENTS(line));
  g_autoptr(RsRings) both = detect(claims, 1u << RS_DUPLICATE | 1u << RS_TRAVEL, 1), one = detect(claims, 1u << RS_TRAVEL, 1);
  assert_int_equal(one->n_rings, 1);
  assert_int_equal(both->n_rings, 1);
  assert_int_equal(both->rings[0].pattern, RS_DUPLICATE);
}

static void missing_columns_are_skipped_and_named(void **state) {
  (void)state;
  static const RsReferenceLine bare[] = {{.person = "A", .institution = "Y1", .time = "2024-01-01"}, {.person = "A", .institution = "Y2", .time = "2024-01-02"}};
  g_autoptr(RsClaims) claims = rs_reference_claims(bare, 2);
  g_autoptr(RsRings) rings = detect(claims, 1u << RS_DUPLICATE | 1u << RS_TRAVEL | 1u << RS_TRACE, 1);
  assert_int_equal(rings->skipped, 1u << RS_TRAVEL | 1u << RS_TRACE | 1u << RS_DUPLICATE);
  assert_int_equal(rings->n_rings, 0);
}

static void every_sentence_is_there_in_both_languages(void **state) {
  (void)state;
  const struct { const RsReferenceLine *line; size_t n; RsPattern pattern; const char *summary; } table[] = {
      {twice_billed, G_N_ELEMENTS(twice_billed), RS_DUPLICATE, "3 people, 4 purchases billed at two outlets each, 2 outlets"},
      {two_cities, G_N_ELEMENTS(two_cities), RS_TRAVEL, "3 people, credentials in two cities at once 6 times, 1 outlet"},
      {sold_again, G_N_ELEMENTS(sold_again), RS_TRACE, "4 people, boxes sold again 6 times, 2 outlets"}};
  for (size_t t = 0; t < G_N_ELEMENTS(table); t++) {
    g_autoptr(RsClaims) claims = town(table[t].line, table[t].n);
    g_autoptr(RsRings) rings = detect(claims, 1u << table[t].pattern, 1);
    for (uint32_t i = 0; i < rings->rings[0].n_facts; i++)
      for (int language = RS_LANG_EN; language <= RS_LANG_ZH; language++) {
        g_autofree char *text = rs_fact_text(claims, &rings->rings[0].facts[i], (RsLanguage)language);
        assert_string_not_equal(text, rings->rings[0].facts[i].code);
        assert_null(strchr(text, '{'));
      }
    g_autofree char *en = rs_ring_summary(claims, &rings->rings[0], RS_LANG_EN), *zh = rs_ring_summary(claims, &rings->rings[0], RS_LANG_ZH);
    assert_string_equal(en, table[t].summary);
    assert_true(g_str_has_prefix(zh, "疑似"));
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(steady_tablets_billed_in_two_prefectures_on_one_day_are_a_lead),
      cmocka_unit_test(three_people_who_bill_their_baskets_twice_are_a_lead),
      cmocka_unit_test(tablets_of_every_day_bought_at_two_outlets_are_no_lead),
      cmocka_unit_test(patients_examined_again_at_the_next_hospital_are_no_lead),
      cmocka_unit_test(a_ring_among_referred_patients_whose_treatments_are_billed_twice_is_found),
      cmocka_unit_test(three_credentials_in_two_provinces_within_minutes_are_a_lead),
      cmocka_unit_test(travelling_cards_that_share_an_outlet_are_two_rings),
      cmocka_unit_test(the_same_people_within_one_province_are_no_travel),
      cmocka_unit_test(people_who_go_over_the_border_are_no_travel),
      cmocka_unit_test(a_ring_of_people_who_go_over_the_border_is_found),
      cmocka_unit_test(four_people_among_whom_boxes_are_sold_again_are_a_lead),
      cmocka_unit_test(codes_billed_for_card_after_card_are_a_lead),
      cmocka_unit_test(customers_who_get_boxes_that_came_back_are_not_named),
      cmocka_unit_test(boxes_that_came_back_before_they_were_sold_again_are_no_lead),
      cmocka_unit_test(the_same_people_found_twice_are_one_lead_that_says_so),
      cmocka_unit_test(two_bills_within_the_hour_are_a_duplicate_and_no_travel),
      cmocka_unit_test(missing_columns_are_skipped_and_named),
      cmocka_unit_test(every_sentence_is_there_in_both_languages),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
