/* tests/datasets/test_simulate.c: the same seed gives the same bytes, the truth is in the claims, and each dial turns what
 * it says. What a dial does is measured in claims.csv, as a reader of the files would. */
#include "rs_test.h"

#include "base/error.h"
#include "datasets/simulate.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static const char *const file_name[] = {"claims.csv", "persons.csv", "doctors.csv", "institutions.csv",
                                        "drugs.csv",  "truth.csv",   "innocent.csv"};
#define N_FILES G_N_ELEMENTS(file_name)
enum {
  CLAIM_ID,
  SETTLEMENT,
  PERSON,
  DOCTOR,
  INSTITUTION,
  TYPE,
  DRUG,
  NAME,
  QUANTITY,
  AMOUNT,
  FUND,
  TIME,
  PERSON_REGION,
  SERVICE_REGION,
  DIAGNOSIS,
  TRACE,
  N_COLUMNS
};

typedef struct {
  char *file[N_FILES];
} City;

static void city_clear(City *city) {
  for (gsize i = 0; i < N_FILES; i++) g_free(city->file[i]);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(City, city_clear)

static City city_of(const RsSimulateOptions *options) {
  g_autofree char *folder = g_dir_make_tmp("rs-simulate-XXXXXX", NULL);
  g_autoptr(GError) error = NULL;
  bool done = rs_simulate(options, folder, &error);
  rs_assert_no_error(error);
  assert_true(done);
  City city;
  for (gsize i = 0; i < N_FILES; i++) {
    g_autofree char *path = g_build_filename(folder, file_name[i], NULL);
    assert_true(g_file_get_contents(path, &city.file[i], NULL, NULL));
    g_remove(path);
  }
  g_rmdir(folder);
  return city;
}

/* A small town without rings, a quick one. */
static RsSimulateOptions small(void) {
  RsSimulateOptions options;
  rs_simulate_defaults(&options);
  options.persons = 1500, options.days = 120, options.innocent = 0, options.style = RS_CITY_BIG;
  memset(options.rings, 0, sizeof options.rings);
  return options;
}

typedef void (*OnRow)(char **cell, guint n, void *data);

static void each_row(const char *text, OnRow on, void *data) {
  g_auto(GStrv) line = g_strsplit(text, "\n", -1);
  for (gsize i = 1; line[0] && line[i] && *line[i]; i++) {
    assert_null(strchr(line[i], '"')); /* nothing here needs quotes, so that a split will do */
    g_auto(GStrv) cell = g_strsplit(line[i], ",", -1);
    on(cell, g_strv_length(cell), data);
  }
}

static gsize n_rows(const char *text) {
  gsize n = 0;
  for (const char *at = text; (at = strchr(at, '\n')); at++) n++;
  return n - 1;
}

/* ---- sets of ids ---- */

typedef struct {
  const char *entity, *pattern;
  GHashTable *set;
} Wanted;

static void take_wanted(char **cell, guint n, void *data) {
  Wanted *wanted = data;
  assert_int_equal(n, 4);
  bool fits = !strcmp(cell[2], wanted->entity) && (!wanted->pattern || !strcmp(cell[1], wanted->pattern));
  if (fits) g_hash_table_add(wanted->set, g_strdup(cell[3]));
}

static GHashTable *entities(const char *answers, const char *entity, const char *label) {
  Wanted wanted = {entity, label, g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL)};
  each_row(answers, take_wanted, &wanted);
  return wanted.set;
}

/* ---- what a batch ring does, read from the claims ---- */

typedef struct {
  GHashTable *person, *drug, *place; /* of the truth */
  GHashTable *burst;                 /* "place day" -> GArray of visits */
  guint own_visits, ring_lines, other_lines;
  double quantity;
} Ring;

typedef struct {
  char person[24];
  guint second;
} Swipe;

static guint second_of(const char *time) { /* YYYY-MM-DD HH:MM:SS */
  return (guint)(atoi(time + 11) * 3600 + atoi(time + 14) * 60 + atoi(time + 17));
}

static void free_array(void *array) { g_array_unref(array); }

static void watch_ring(char **cell, guint n, void *data) {
  Ring *ring = data;
  assert_int_equal(n, N_COLUMNS);
  if (!g_hash_table_contains(ring->person, cell[PERSON])) return;
  if (!g_hash_table_contains(ring->place, cell[INSTITUTION])) {
    ring->own_visits++;
    return;
  }
  if (!g_hash_table_contains(ring->drug, cell[DRUG])) {
    ring->other_lines++;
    return;
  }
  ring->ring_lines++;
  ring->quantity += atoi(cell[QUANTITY]);
  g_autofree char *key = g_strdup_printf("%s %.10s", cell[INSTITUTION], cell[TIME]);
  GArray *burst = g_hash_table_lookup(ring->burst, key);
  if (!burst) g_hash_table_insert(ring->burst, g_steal_pointer(&key), burst = g_array_new(FALSE, TRUE, sizeof(Swipe)));
  for (guint i = 0; i < burst->len; i++)
    if (!strcmp(g_array_index(burst, Swipe, i).person, cell[PERSON])) return;
  Swipe swipe = {.second = second_of(cell[TIME])};
  g_strlcpy(swipe.person, cell[PERSON], sizeof swipe.person);
  g_array_append_val(burst, swipe);
}

typedef struct {
  guint persons, outlets, meetings, rings, shared;
  double attendance, span, gap, purity, quantity, own; /* span and gap: seconds, the mean over meetings */
} Measured;

static gint swipe_order(gconstpointer a, gconstpointer b) {
  const Swipe *x = a, *y = b;
  return x->second < y->second ? -1 : x->second > y->second;
}

static void measure_bursts(const Ring *ring, Measured *m) {
  GHashTableIter iter;
  gpointer value;
  g_hash_table_iter_init(&iter, ring->burst);
  while (g_hash_table_iter_next(&iter, NULL, &value)) {
    GArray *burst = value;
    if (burst->len < 3) continue;
    g_array_sort(burst, swipe_order);
    guint least = G_MAXUINT;
    for (guint i = 1; i < burst->len; i++)
      least = MIN(least, g_array_index(burst, Swipe, i).second - g_array_index(burst, Swipe, i - 1).second);
    m->meetings++;
    m->attendance += burst->len;
    m->span += g_array_index(burst, Swipe, burst->len - 1).second - g_array_index(burst, Swipe, 0).second;
    m->gap += least;
  }
  if (!m->meetings) return;
  m->attendance /= m->meetings, m->span /= m->meetings, m->gap /= m->meetings;
}

static Measured measure(const RsSimulateOptions *options) {
  g_auto(City) city = city_of(options);
  Ring ring = {.person = entities(city.file[5], "person", NULL),
               .drug = entities(city.file[5], "drug", NULL),
               .place = entities(city.file[5], "institution", NULL),
               .burst = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, free_array)};
  each_row(city.file[0], watch_ring, &ring);
  Measured m = {.persons = g_hash_table_size(ring.person), .outlets = g_hash_table_size(ring.place)};
  m.attendance = 0;
  measure_bursts(&ring, &m);
  m.purity = ring.ring_lines ? (double)ring.ring_lines / (ring.ring_lines + ring.other_lines) : 0;
  m.quantity = ring.ring_lines ? ring.quantity / ring.ring_lines : 0;
  m.own = ring.own_visits;
  g_hash_table_unref(ring.person);
  g_hash_table_unref(ring.drug);
  g_hash_table_unref(ring.place);
  g_hash_table_unref(ring.burst);
  return m;
}

/* One batch ring with every dial in the middle. */
static RsSimulateOptions one_ring(void) {
  RsSimulateOptions options = small();
  options.rings[0] = 1;
  options.ring_size = 8, options.bursts = 8, options.attendance = 1, options.window_minutes = 10, options.outlets = 3;
  options.purity = 1, options.dose = 1, options.honest = 0.5, options.overlap = 0, options.mimicry = 0;
  return options;
}

/* ---- tests ---- */

static void same_seed_gives_the_same_bytes(void **state) {
  (void)state;
  RsSimulateOptions options = small();
  options.innocent = 1, options.hard = 0.5;
  for (unsigned i = 0; i < 8; i++) options.rings[i] = 1;
  g_auto(City) a = city_of(&options), b = city_of(&options);
  for (gsize i = 0; i < N_FILES; i++) assert_string_equal(a.file[i], b.file[i]);
  options.seed = 2;
  g_auto(City) c = city_of(&options);
  assert_string_not_equal(a.file[0], c.file[0]);
}

/* On any machine, with any compiler and level of optimisation. Whoever changes the simulator on purpose writes the new
 * digest here (and makes datasets/city anew, by the command in datasets/README.md). */
static void bytes_are_the_same_on_every_machine(void **state) {
  (void)state;
  RsSimulateOptions options = small();
  options.innocent = 1, options.hard = 0.4, options.lines = 15000, options.style = RS_CITY_AUTO;
  for (unsigned i = 0; i < 8; i++) options.rings[i] = 2;
  g_auto(City) city = city_of(&options);
  g_autoptr(GChecksum) sum = g_checksum_new(G_CHECKSUM_SHA256);
  for (gsize i = 0; i < N_FILES; i++) g_checksum_update(sum, (const guchar *)city.file[i], -1);
  assert_string_equal(g_checksum_get_string(sum), "e89a55047a1339a6b5b190a14ed5b54ac37c811a9827aa134284e9c720c25a99");
}

static void take_entity(char **cell, guint n, void *data) {
  (void)n;
  GHashTable **seen = data;
  g_hash_table_add(seen[0], g_strdup(cell[PERSON]));
  g_hash_table_add(seen[1], g_strdup(cell[DOCTOR]));
  g_hash_table_add(seen[2], g_strdup(cell[INSTITUTION]));
  g_hash_table_add(seen[3], g_strdup(cell[DRUG]));
}

static void truth_is_found_in_the_claims(void **state) {
  (void)state;
  static const char *const entity[] = {"person", "doctor", "institution", "drug"};
  static const char *const pattern[] = {"batch", "resale", "steering", "crossregion", "duplicate", "travel", "trace", "mixed"};
  RsSimulateOptions options = small();
  options.persons = 3000;
  for (unsigned i = 0; i < 8; i++) options.rings[i] = 1;
  g_auto(City) city = city_of(&options);
  GHashTable *seen[4];
  for (unsigned i = 0; i < 4; i++) seen[i] = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
  each_row(city.file[0], take_entity, seen);
  for (unsigned p = 0; p < 8; p++) {
    g_autoptr(GHashTable) persons = entities(city.file[5], "person", pattern[p]);
    if (g_hash_table_size(persons) < 2) fail_msg("%s has %u persons", pattern[p], g_hash_table_size(persons));
  }
  for (unsigned i = 0; i < 2; i++) { /* every person and doctor acts; an outlet or drug may stay unused in a few meetings */
    g_autoptr(GHashTable) wanted = entities(city.file[5], entity[i], NULL);
    GHashTableIter iter;
    gpointer key;
    guint missing = 0;
    g_hash_table_iter_init(&iter, wanted);
    while (g_hash_table_iter_next(&iter, &key, NULL)) missing += g_hash_table_contains(seen[i], key) ? 0 : 1;
    if (i == 0 && missing) fail_msg("%u persons of the truth have no claim", missing);
    assert_true(missing <= g_hash_table_size(wanted) / 4);
  }
  for (unsigned i = 0; i < 4; i++) g_hash_table_unref(seen[i]);
}

static void each_dial_turns_what_it_says(void **state) {
  (void)state;
  RsSimulateOptions options = one_ring();
  Measured middle = measure(&options);
  assert_int_equal(middle.persons, 8);
  assert_int_equal(middle.outlets, 3);
  assert_in_range(middle.meetings, 6, 8); /* two may fall on one day at one outlet */
  assert_true(middle.attendance > 7.9);
  assert_true(middle.span < 10 * 60 + 8 * 60); /* the window, and the queue at the till */
  assert_true(middle.purity > 0.9);

  options = one_ring(), options.ring_size = 14;
  assert_int_equal(measure(&options).persons, 14);
  options = one_ring(), options.bursts = 3;
  assert_in_range(measure(&options).meetings, 2, 3);
  options = one_ring(), options.attendance = 0.5;
  assert_true(measure(&options).attendance < 6.5);
  options = one_ring(), options.window_minutes = 180;
  assert_true(measure(&options).span > 3 * middle.span);
  options = one_ring(), options.outlets = 1;
  assert_int_equal(measure(&options).outlets, 1);
  options = one_ring(), options.purity = 0.3;
  assert_true(measure(&options).purity < 0.65);
  options = one_ring(), options.dose = 4;
  assert_true(measure(&options).quantity > 2 * middle.quantity);
  options = one_ring(), options.honest = 0;
  assert_true(measure(&options).own < 1);
  options = one_ring(), options.honest = 1;
  assert_true(measure(&options).own > 1.4 * middle.own);
  options = one_ring(), options.mimicry = 1;
  Measured apart = measure(&options);
  assert_true(apart.gap > 14 * 60);
  assert_true(middle.gap < 5 * 60);
}

static guint people_of_rings(const City *city) {
  g_autoptr(GHashTable) persons = entities(city->file[5], "person", NULL);
  return g_hash_table_size(persons);
}

static void overlap_shares_members(void **state) {
  (void)state;
  RsSimulateOptions options = one_ring();
  options.rings[0] = 6;
  g_auto(City) apart = city_of(&options);
  options.overlap = 0.8;
  g_auto(City) shared = city_of(&options);
  assert_int_equal(people_of_rings(&apart), 48);
  assert_true(people_of_rings(&shared) < 36);
}

static void hard_rings_meet_less_often_and_further_apart(void **state) {
  (void)state;
  RsSimulateOptions options = small();
  options.rings[0] = 1;
  Measured careless = measure(&options);
  options.hard = 1;
  Measured careful = measure(&options);
  assert_true(careless.meetings > 6);
  assert_true(careful.meetings <= 6);
  assert_true(careful.gap > careless.gap);
  assert_true(careful.span > careless.span);
}

static void take_kind(char **cell, guint n, void *data) {
  assert_int_equal(n, 4);
  g_hash_table_add(data, g_strdup(cell[1]));
}

static void innocent_groups_of_every_kind_are_there(void **state) {
  (void)state;
  static const char *const kind[] = {
      "household", "proxy",          "care_home", "dialysis",      "employer_day", "clinic_day", "school_clinic", "flu_clinic",
      "promotion", "batch_settling", "migrants",  "door_pharmacy", "workplace",    "split_box",  "return",        "friends"};
  RsSimulateOptions options = small();
  options.persons = 5000, options.innocent = 1;
  g_auto(City) city = city_of(&options);
  g_autoptr(GHashTable) seen = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
  each_row(city.file[6], take_kind, seen);
  for (gsize i = 0; i < G_N_ELEMENTS(kind); i++)
    if (!g_hash_table_contains(seen, kind[i])) fail_msg("no %s", kind[i]);
  options.innocent = 0;
  g_auto(City) strangers = city_of(&options);
  assert_int_equal(n_rows(strangers.file[6]), 0);
}

static void ring_free_city_has_an_empty_truth(void **state) {
  (void)state;
  RsSimulateOptions options = small();
  g_auto(City) city = city_of(&options);
  assert_string_equal(city.file[5], "ring_id,pattern,entity_type,entity_id\n");
  assert_true(n_rows(city.file[0]) > 5000);
}

static void lines_come_out_about_as_asked(void **state) {
  (void)state;
  static const guint64 lines[] = {6000, 20000, 60000};
  for (gsize i = 0; i < G_N_ELEMENTS(lines); i++) {
    RsSimulateOptions options = small();
    options.lines = lines[i];
    g_auto(City) city = city_of(&options);
    gsize n = n_rows(city.file[0]);
    if (n < lines[i] * 85 / 100 || n > lines[i] * 115 / 100) fail_msg("%zu lines for %zu", (size_t)n, (size_t)lines[i]);
  }
}

typedef struct {
  char last[24];
  GHashTable *claim;
  gsize n;
} Order;

static void watch_order(char **cell, guint n, void *data) {
  Order *order = data;
  assert_int_equal(n, N_COLUMNS);
  assert_true(strcmp(order->last, cell[TIME]) <= 0);
  g_strlcpy(order->last, cell[TIME], sizeof order->last);
  assert_true(g_hash_table_add(order->claim, g_strdup(cell[CLAIM_ID])));
  gint64 amount = (gint64)(g_ascii_strtod(cell[AMOUNT], NULL) * 100 + (cell[AMOUNT][0] == '-' ? -0.5 : 0.5));
  gint64 fund = (gint64)(g_ascii_strtod(cell[FUND], NULL) * 100 + (cell[FUND][0] == '-' ? -0.5 : 0.5));
  assert_true(ABS(fund) <= ABS(amount) && (amount >= 0) == (atoi(cell[QUANTITY]) > 0));
}

static void claims_are_sorted_by_time_with_ids_of_their_own(void **state) {
  (void)state;
  RsSimulateOptions options = small();
  options.innocent = 1, options.rings[0] = 2;
  g_auto(City) city = city_of(&options);
  Order order = {.claim = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL)};
  each_row(city.file[0], watch_order, &order);
  g_hash_table_unref(order.claim);
}

static void options_outside_their_range_are_refused(void **state) {
  (void)state;
  RsSimulateOptions bad[6];
  for (unsigned i = 0; i < 6; i++) bad[i] = small();
  bad[0].persons = 3;
  bad[1].days = 2;
  bad[2].hard = 1.5;
  bad[3].attendance = 2;
  bad[4].purity = (double)NAN;
  bad[5].rings[0] = 100000;
  for (unsigned i = 0; i < 6; i++) {
    g_autoptr(GError) error = NULL;
    assert_false(rs_simulate(&bad[i], "/nonexistent/folder", &error));
    assert_true(g_error_matches(error, RS_ERROR, i < 5 ? RS_ERROR_USAGE : RS_ERROR_LIMIT));
  }
  RsSimulateOptions good = small();
  g_autoptr(GError) error = NULL;
  assert_false(rs_simulate(&good, "/dev/null/folder", &error));
  assert_true(g_error_matches(error, RS_ERROR, RS_ERROR_IO));
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(same_seed_gives_the_same_bytes),
                                     cmocka_unit_test(bytes_are_the_same_on_every_machine),
                                     cmocka_unit_test(truth_is_found_in_the_claims),
                                     cmocka_unit_test(each_dial_turns_what_it_says),
                                     cmocka_unit_test(overlap_shares_members),
                                     cmocka_unit_test(hard_rings_meet_less_often_and_further_apart),
                                     cmocka_unit_test(innocent_groups_of_every_kind_are_there),
                                     cmocka_unit_test(ring_free_city_has_an_empty_truth),
                                     cmocka_unit_test(lines_come_out_about_as_asked),
                                     cmocka_unit_test(claims_are_sorted_by_time_with_ids_of_their_own),
                                     cmocka_unit_test(options_outside_their_range_are_refused)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
