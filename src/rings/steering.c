#include "rings/steering.h"

#include "base/calendar.h"
#include "mining/region.h"
#include "mining/significance.h"
#include "mining/steering.h"
#include "rings/draft.h"
#include "rings/near_misses.h"
#include "rings/second_place.h"
#include "rings/stability.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { MIN_PERSONS = 8, ALONE = 10, MIN_COLLEAGUES = 25, ENOUGH_DOORS = 8, MANY_A_DAY = 8, HOME_POINTS = 10, SECOND_POINTS = 5, CUT = 40, MAX_NEAR_MISSES = 2 };
#define SAME_PEOPLE 0.4 /* share of the people on each of those days */
#define FEW_DAYS 0.15 /* share of the days: once a week or less */
#define MIN_EFFECT 3.0
#define MIN_SHARE 0.15 /* of the doctor's patients: one in seven is no channel, however unlikely */
#define FALSE_DISCOVERIES 0.01
#define CHANNEL 0.5 /* of the patients of a doctor whose colleagues tell nothing: districts adjoin, and less is a shop across the street */
#define SOME_AT_DOOR 0.1 /* of the colleagues' fills */
#define SURE_WORKPLACE 0.8 /* of the doctor's lines outside pharmacies */

static uint32_t *given_workplaces(const RsScene *scene, const RsDetectOptions *options) {
  const RsText *doctor = scene->claims->doctor, *institution = scene->claims->institution;
  if (options->attribute == NULL || doctor == NULL) return NULL;
  g_autoptr(GHashTable) number = g_hash_table_new(g_str_hash, g_str_equal);
  for (uint32_t f = 0; f < institution->n; f++) g_hash_table_insert(number, (gpointer)rs_text_get(institution, f), GUINT_TO_POINTER(f + 1));
  uint32_t *out = g_new(uint32_t, (gsize)doctor->n + 1);
  for (uint32_t d = 0; d < doctor->n; d++) {
    const char *place = options->attribute(RS_DOCTOR, rs_text_get(doctor, d), "workplace", options->attribute_data);
    guint f = place != NULL ? GPOINTER_TO_UINT(g_hash_table_lookup(number, place)) : 0;
    out[d] = f > 0 ? f - 1 : RS_NONE;
  }
  return out;
}

static double share_of(const RsSteeringCell *cell) { return (double)cell->n_persons / (double)MAX(cell->n_patients, 1u); }

static double effect_of(const RsSteeringCell *cell) { return ((double)cell->n_persons + 1.0) / (cell->expected + 1.0); }

static int compare_doubles(const void *x, const void *y) {
  double a = *(const double *)x, b = *(const double *)y;
  return (a > b) - (a < b);
}

/* Rounded before it is compared or sorted: the bar is one of these. */
static double log_p_of(const RsSteeringCell *cell) { return round(fmax(cell->log_p, -1e6) * 1e6) / 1e6; }

/* The largest log p that may be called a discovery among all cells; none is above the rate itself. */
static double bar_of(const RsSteering *steering) {
  g_autofree double *sorted = g_new(double, (gsize)steering->n + 1);
  uint32_t n = 0;
  for (uint32_t i = 0; i < steering->n; i++) {
    sorted[n] = log_p_of(&steering->cell[i]);
    n += sorted[n] <= log(FALSE_DISCOVERIES);
  }
  if (n > 1) qsort(sorted, n, sizeof *sorted, compare_doubles);
  double last = rs_bar_fdr(sorted, n, steering->n_tests, FALSE_DISCOVERIES);
  /* that is the last discovery; one alone is a discovery at any chance below the rate shared out over all tests */
  return fmax(last, log(FALSE_DISCOVERIES / fmax(1.0, steering->n_tests)));
}

/* Doctors alone at their workplace, one value each: the share of patients at the outlet they use most, which is the one at the door. */
typedef struct { uint32_t n; double usual, spread, most, next; } Doors;

/* What all cells are held against. */
typedef struct {
  const RsScene *scene;
  const RsSteering *steering;
  const uint32_t *given; /* [n doctors] workplaces from the table, or NULL */
  double bar;            /* the largest log p of a discovery */
  Doors doors;
} Judge;

static double median(double *value, uint32_t n) {
  if (n == 0) return 0.0;
  qsort(value, n, sizeof *value, compare_doubles);
  return n % 2 ? value[n / 2] : 0.5 * (value[n / 2 - 1] + value[n / 2]);
}

static Doors doors_of(const RsSteering *steering) {
  g_autofree double *share = g_new(double, (gsize)steering->n + 1);
  Doors doors = {0};
  for (uint32_t i = 0, end; i < steering->n; i = end) { /* cells are by doctor */
    double most = 0.0;
    for (end = i; end < steering->n && steering->cell[end].doctor == steering->cell[i].doctor; end++)
      most = fmax(most, share_of(&steering->cell[end]));
    if (steering->cell[i].n_workplace < ALONE) share[doors.n++] = most;
  }
  for (uint32_t i = 0; i < doors.n; i++) {
    doors.next = fmax(doors.next, fmin(share[i], doors.most));
    doors.most = fmax(doors.most, share[i]);
  }
  doors.usual = median(share, doors.n);
  for (uint32_t i = 0; i < doors.n; i++) share[i] = fabs(share[i] - doors.usual);
  doors.spread = fmax(0.05, 1.4826 * median(share, doors.n));
  return doors;
}

/* Far beyond what the door explains for anybody else who is alone: where a few others fill as much at one outlet, that is what doors do here. */
static bool beyond_door(const Doors *doors, double share) {
  double others = share >= doors->most ? doors->next : doors->most;
  return doors->n >= ENOUGH_DOORS && share >= 0.85 && share >= fmax(doors->usual, others) + 3.0 * doors->spread;
}

static RsFact fact_of(const char *code, double value, double expected, int32_t points) {
  return (RsFact){.code = code, .value = value, .expected = expected, .p_value = NAN, .points = points, .counter = points < 0,
                  .argument = {NAN, NAN, NAN, NAN}};
}

/* Share of the doctor's lines at hospitals and clinics, or anywhere where kinds are unknown, that are at the workplace. */
static double at_workplace(const RsScene *scene, const RsSteeringCell *cell) {
  const RsRelation *r = &scene->knowledge->relation[RS_REFERS_TO];
  double here = 0.0, all = 0.0;
  for (uint64_t i = r->offset[cell->doctor]; i < r->offset[cell->doctor + 1]; i++) {
    if (scene->claims->institution_type[r->to[i]] == RS_TYPE_PHARMACY && r->to[i] != cell->workplace) continue;
    all += r->lines[i];
    here += r->to[i] == cell->workplace ? r->lines[i] : 0;
  }
  return here / fmax(all, 1.0);
}

/* The outlet that colleagues' patients use as well; and a workplace that nobody gave and the claims do not show clearly. */
static void ordinary_ways(RsDraft *draft, const Judge *judge, const RsSteeringCell *cell) {
  if (cell->n_colleagues >= MIN_COLLEAGUES && cell->door >= SOME_AT_DOOR)
    rs_draft_fact(draft, fact_of("door_usual", round(cell->door * 1e3) / 1e3, NAN, -(int32_t)lround(fmin(20.0, 40.0 * cell->door))));
  double share = at_workplace(judge->scene, cell);
  bool given = judge->given != NULL && judge->given[cell->doctor] != RS_NONE; /* NOLINT(clang-analyzer-core.UndefinedBinaryOperatorResult): for every doctor */
  if (!given && share < SURE_WORKPLACE) rs_draft_fact(draft, fact_of("workplace_unsure", round(share * 1e3) / 1e3, NAN, -5));
}

static void add_facts(RsDraft *draft, const Judge *judge, const RsSteeringCell *cell) {
  const RsScene *scene = judge->scene;
  const Doors *doors = &judge->doors;
  double effect = effect_of(cell), share = share_of(cell);
  /* few people make a large ratio easily: the weight is how far beyond chance, five decades being what thousands of cells bring forth */
  double decades = fmin(-cell->log_p / log(10.0), 1000.0);
  RsFact steered = fact_of("steered", cell->n_persons, round(cell->expected * 10.0) / 10.0, (int32_t)CLAMP(10.0 * log2(decades / 5.0), 0.0, 50.0));
  steered.p_value = exp(cell->log_p); /* one pre-declared test a doctor and outlet */
  steered.argument[0] = round(effect * 10.0) / 10.0;
  steered.argument[1] = cell->n_patients;
  rs_draft_fact(draft, steered);
  rs_draft_fact(draft, fact_of("steered_share", round(share * 1e3) / 1e3, NAN, (int32_t)fmin(20.0, 40.0 * share)));
  RsFact persons = fact_of("steered_persons", cell->n_persons, NAN, (int32_t)fmin(15.0, cell->n_persons / 4.0));
  rs_draft_fact(draft, persons);
  const uint32_t *region = scene->claims->institution_region;
  bool known = region[cell->workplace] != RS_NONE && region[cell->outlet] != RS_NONE;
  bool elsewhere = known && rs_region_apart(scene->claims->region, region[cell->workplace], region[cell->outlet]) >= 1;
  if (elsewhere) rs_draft_fact(draft, fact_of("outlet_elsewhere", 1, NAN, 5));
  /* alone at the workplace: the pharmacy at its door cannot be told apart, unless it is in another county or others alone send far fewer */
  if (cell->n_colleagues < MIN_COLLEAGUES) {
    RsFact alone = fact_of("only_doctor", cell->n_colleagues, NAN, elsewhere && share >= CHANNEL ? -10 : beyond_door(doors, share) ? -20 : -70);
    alone.argument[0] = round(doors->usual * 1e3) / 1e3;
    rs_draft_fact(draft, alone);
  }
  ordinary_ways(draft, judge, cell);
}

typedef struct { uint32_t visit, person; bool crowded, apart; } Fill;

/* The doctor's visits at the outlet, in order of time; owned by the caller. */
static Fill *fills_of(const RsScene *scene, const RsSteeringCell *cell, uint32_t *n) {
  const RsTimeline *t = scene->timeline;
  uint32_t first = t->offset[cell->outlet], end = t->offset[cell->outlet + 1];
  Fill *fill = g_new(Fill, (gsize)(end - first) + 1);
  *n = 0;
  for (uint32_t i = first; i < end; i++)
    if (rs_visit_doctor(scene->claims, t->visit[i]) == cell->doctor) fill[(*n)++] = (Fill){t->visit[i], RS_KEY_PERSON(t->key[i]), false, false};
  return fill;
}

static int compare_fills(const void *x, const void *y) {
  const Fill *a = x, *b = y;
  return (a->visit > b->visit) - (a->visit < b->visit);
}

/* Marks the fills on days of MANY_A_DAY or more, where these are few and bring mostly the same people. Patients come each on a day of their own; a
 * home, or a clinic day, brings the same many at once. fill: in order of time. Returns visits on such a day, mean; 0: there is no such habit. */
static double mark_crowds(const RsScene *scene, Fill *fill, uint32_t n) {
  const uint32_t *time = scene->claims->visit_time;
  uint32_t days = 0, there = 0;
  g_autoptr(GHashTable) people = g_hash_table_new(NULL, NULL);
  for (uint32_t i = 0, end; i < n; i = end) {
    for (end = i; end < n && time[fill[end].visit] / RS_DAY_SECONDS == time[fill[i].visit] / RS_DAY_SECONDS;) end++;
    if (end - i < MANY_A_DAY) continue;
    days++;
    there += end - i;
    for (uint32_t k = i; k < end; k++) {
      fill[k].crowded = true;
      g_hash_table_add(people, GUINT_TO_POINTER(fill[k].person + 1));
    }
  }
  bool same = (double)there >= SAME_PEOPLE * (double)g_hash_table_size(people) * (double)days;
  return days > 0 && same && (double)days <= FEW_DAYS * (double)scene->load->n_days ? (double)there / days : 0.0;
}

/* Sorts the fills by visit, which is by person, and marks those of people who mostly come on crowded days; returns how many people that are. */
static uint32_t mark_home(Fill *fill, uint32_t n) {
  uint32_t people = 0;
  if (n > 1) qsort(fill, n, sizeof *fill, compare_fills);
  for (uint32_t i = 0, end; i < n; i = end) {
    uint32_t crowded = 0;
    for (end = i; end < n && fill[end].person == fill[i].person; end++) crowded += fill[end].crowded;
    bool home = 2 * crowded >= end - i;
    people += home;
    for (uint32_t k = i; k < end; k++) fill[k].apart = home;
  }
  return people;
}

static bool stands_out(const Judge *judge, const RsSteeringCell *cell) {
  return cell->n_persons >= MIN_PERSONS && log_p_of(cell) <= judge->bar && effect_of(cell) >= MIN_EFFECT && share_of(cell) >= MIN_SHARE;
}

/* The cell without so many of its people. */
static RsSteeringCell without(const RsSteeringCell *cell, uint32_t people) {
  RsSteeringCell rest = *cell;
  rest.n_persons -= MIN(people, rest.n_persons);
  rest.n_patients -= MIN(people, rest.n_patients);
  rest.n_fills -= MIN(people, rest.n_fills);
  rest.expected = cell->expected * (double)rest.n_fills / fmax(cell->n_fills, 1.0);
  rest.log_p = rest.n_persons > 0 ? rs_tail_poisson(rest.n_persons, rest.expected) : 0.0;
  return rest;
}

static void add_visits(RsDraft *draft, const RsClaims *c, const Fill *fill, uint32_t n) {
  uint32_t bits = (1u << draft->facts->len) - 1;
  for (uint32_t i = 0; i < n; i++) {
    if (fill[i].apart) continue;
    for (uint64_t l = c->visit_line[fill[i].visit]; l < c->visit_line[fill[i].visit + 1]; l++) rs_draft_line(draft, l, bits);
    if (i + 1 == n || fill[i + 1].person != fill[i].person) rs_draft_member(draft, RS_PERSON, fill[i].person, RS_ROLE_MEMBER, 1.0);
  }
}

/* Its patients who use the outlet anyway are no part of the count, but their fills are the doctor's and stand in the lead. fill: by person. */
static void tell_regulars(RsDraft *draft, const RsSteeringCell *counted, const Fill *fill, uint32_t n) {
  uint32_t people = 0;
  for (uint32_t i = 0; i < n; i++) people += !fill[i].apart && (i == 0 || fill[i].person != fill[i - 1].person);
  if (people <= counted->n_persons) return;
  RsFact regulars = fact_of("steered_regulars", people - counted->n_persons, NAN, 0);
  regulars.counter = true;
  rs_draft_fact(draft, regulars);
}

static int32_t score_of(const RsDraft *draft) {
  int32_t score = 0;
  for (guint i = 0; i < draft->facts->len; i++) score += g_array_index(draft->facts, RsFact, i).points;
  return score;
}

/* The place outside the workplace that most fills follow on their day; RS_NONE: few do. */
static uint32_t place_before(const RsClaims *c, const RsSteeringCell *cell, const Fill *fill, uint32_t n) {
  g_autoptr(GHashTable) times = g_hash_table_new(NULL, NULL);
  uint32_t best = RS_NONE, most = 0;
  for (uint32_t i = 0; i < n; i++) {
    const uint32_t place = rs_seen_before(c, fill[i].person, fill[i].visit, cell->workplace);
    if (place == RS_NONE) continue;
    const uint32_t here = GPOINTER_TO_UINT(g_hash_table_lookup(times, GUINT_TO_POINTER(place))) + 1;
    g_hash_table_insert(times, GUINT_TO_POINTER(place), GUINT_TO_POINTER(here));
    if (here > most || (here == most && place < best)) best = place, most = here;
  }
  return most >= MIN_PERSONS ? best : RS_NONE;
}

/* Marks the people half of whose fills or more follow a visit to the doctor's second place of work, where its other patients fill at this
 * outlet as well; returns how many. fill: by person. */
static uint32_t mark_second_place(const Judge *judge, const RsSteeringCell *cell, Fill *fill, uint32_t n, RsSecondPlace *second) {
  const RsClaims *c = judge->scene->claims;
  const uint32_t place = place_before(c, cell, fill, n);
  uint32_t people = 0;
  if (place == RS_NONE) return 0;
  *second = rs_second_place(judge->scene, cell->doctor, cell->outlet, judge->steering->usual[cell->outlet], place);
  if (second->place == RS_NONE || !second->usual) return 0;
  for (uint32_t i = 0, end; i < n; i = end) {
    uint32_t after = 0;
    for (end = i; end < n && fill[end].person == fill[i].person; end++) after += rs_seen_before(c, fill[end].person, fill[end].visit, cell->workplace) == place;
    if (fill[i].apart || 2 * after < end - i) continue;
    people++;
    for (uint32_t k = i; k < end; k++) fill[k].apart = true;
  }
  return people;
}

/* A home whose doctor it is, and the pharmacy at the door of a second place of work, explain their own people; what is left of the cell is judged
 * by itself. */
static bool judge_cell(const Judge *judge, const RsSteeringCell *cell, int32_t bar, Fill *fill, uint32_t n, RsDraft *draft) {
  double a_day = mark_crowds(judge->scene, fill, n);
  uint32_t at_home = mark_home(fill, n);
  if (!(a_day > 0.0) || at_home == 0) {
    at_home = 0;
    for (uint32_t i = 0; i < n; i++) fill[i].apart = false;
  }
  RsSecondPlace second;
  const uint32_t at_second = mark_second_place(judge, cell, fill, n, &second);
  RsSteeringCell rest = without(cell, at_home + at_second);
  bool hidden = at_home + at_second > 0 && stands_out(judge, &rest);
  add_facts(draft, judge, hidden ? &rest : cell);
  if (at_home > 0) {
    RsFact home = fact_of(hidden ? "home_apart" : "come_together", hidden ? at_home : round(a_day * 10.0) / 10.0, NAN, hidden ? -HOME_POINTS : -70);
    home.argument[0] = round(a_day * 10.0) / 10.0;
    rs_draft_fact(draft, home);
  }
  if (at_second > 0) {
    RsFact room = fact_of(hidden ? "second_apart" : "second_place", at_second, NAN, hidden ? -SECOND_POINTS : -70);
    room.argument[0] = round(second.door * 1e3) / 1e3;
    rs_draft_fact(draft, room);
  }
  for (uint32_t i = 0; i < n && !hidden; i++) fill[i].apart = false;
  tell_regulars(draft, hidden ? &rest : cell, fill, n);
  return score_of(draft) >= bar;
}

/* False for a cell under the bar, before its visits are looked up. */
static bool make_ring(const Judge *judge, const RsSteeringCell *cell, int32_t bar, RsRing *ring) {
  const RsScene *scene = judge->scene;
  g_auto(RsDraft) draft, whole;
  uint32_t n;
  rs_draft_init(&draft, RS_STEERING);
  rs_draft_init(&whole, RS_STEERING);
  add_facts(&whole, judge, cell);
  if (score_of(&whole) < bar) return false;
  g_autofree Fill *fill = fills_of(scene, cell, &n);
  if (!judge_cell(judge, cell, bar, fill, n, &draft)) return false;
  add_visits(&draft, scene->claims, fill, n);
  rs_draft_member(&draft, RS_DOCTOR, cell->doctor, RS_ROLE_PRESCRIBER, 1.0);
  rs_draft_member(&draft, RS_INSTITUTION, cell->outlet, RS_ROLE_OUTLET, 1.0);
  rs_draft_finish(&draft, scene->claims, ring);
  return true;
}

/* ---- stability ---- */

typedef struct {
  const RsSteeringVisits *visits; /* around the doctors of the leads' workplaces: what is usual there is asked of all of them */
  double bar;
  const RsRing *lead;
  const RsSteeringCell *const *cell;     /* [n] of the leads */
  uint32_t n;
} Repeat;

/* Half of the lead's people still come on the days that are left in. */
static bool still_come(const RsScene *some, const RsRing *lead) {
  const RsClaims *c = some->claims;
  uint32_t came = 0, last = RS_NONE;
  for (uint64_t e = 0; e < lead->n_evidence; e++) { /* lines of one person stand together */
    uint32_t v = rs_claims_line_visit(c, lead->evidence[e].line), p = rs_claims_visit_person(c, v);
    if (p == last || rs_left_out(&some->days, c->visit_institution[v], c->visit_time[v] / RS_DAY_SECONDS)) continue;
    last = p;
    came++;
  }
  return 2 * came >= lead->count[RS_PERSON];
}

static bool find_again(const RsScene *some, uint8_t *again, void *data, GError **error) {
  (void)error;
  const Repeat *r = data;
  g_autoptr(RsSteering) left = rs_steering_again(some->claims, r->visits, &some->days, MIN_PERSONS);
  for (uint32_t i = 0; i < r->n; i++)
    for (uint32_t k = 0; k < left->n && !again[i]; k++) {
      const RsSteeringCell *cell = &left->cell[k];
      bool same = cell->doctor == r->cell[i]->doctor && cell->outlet == r->cell[i]->outlet;
      again[i] = same && log_p_of(cell) <= r->bar && effect_of(cell) >= MIN_EFFECT && still_come(some, &r->lead[i]);
    }
  return true;
}

static void grade(const RsScene *scene, unsigned n_threads, const RsSteering *whole, double bar, RsRing *lead, const RsSteeringCell *const *cell,
                  uint32_t n) {
  g_autofree uint8_t *of_leads = g_malloc0((gsize)scene->claims->institution->n + 1);
  for (uint32_t i = 0; i < n; i++) of_leads[cell[i]->workplace] = 1;
  g_autoptr(RsSteeringVisits) visits = rs_steering_visits(scene->claims, whole, of_leads);
  Repeat repeat = {.visits = visits, .bar = bar, .lead = lead, .cell = cell, .n = n};
  g_autofree uint32_t *times = g_new0(uint32_t, (gsize)n + 1);
  rs_stability_repeat(scene, n, n_threads, find_again, &repeat, times, NULL);
  for (uint32_t i = 0; i < n; i++) lead[i].stability = rs_stability_grade(times[i], false);
}

/* What doctors prescribe where they work themselves was left out. */
static void tell_workplaces(const RsSteering *steering, GArray *set_aside) {
  if (steering->n_own == 0) return;
  RsNotice notice = {"own_workplace_fills", RS_DOCTOR, RS_NONE, steering->n_own, NULL, NULL};
  rs_notice_say(&notice, steering->n_own == 1 ? N_("%u doctor whose patients fill at the doctor's own workplace") : N_("%u doctors whose patients fill at the doctor's own workplace"),
                steering->n_own);
  g_array_append_val(set_aside, notice);
}

void rs_steering_find(const RsScene *scene, const RsDetectOptions *options, GArray *leads, GArray *near_misses, GArray *set_aside,
                      GArray *not_examined) {
  (void)not_examined;
  g_autofree uint32_t *given = given_workplaces(scene, options);
  g_autoptr(RsSteering) steering = rs_steering_new(scene->claims, scene->knowledge, given, MIN_PERSONS, options->n_threads);
  g_autoptr(GArray) near = g_array_new(FALSE, FALSE, sizeof(RsRing));
  g_autoptr(GPtrArray) cells = g_ptr_array_new();
  Judge judge = {scene, steering, given, bar_of(steering), doors_of(steering)};
  guint first = leads->len;
  for (uint32_t i = 0; i < steering->n; i++) {
    const RsSteeringCell *cell = &steering->cell[i];
    RsRing ring;
    if (!stands_out(&judge, cell) || !make_ring(&judge, cell, CUT / 2, &ring)) continue;
    g_array_append_vals(ring.score >= CUT ? leads : near, &ring, 1);
    if (ring.score >= CUT) g_ptr_array_add(cells, (gpointer)cell);
  }
  rs_near_misses_add(near, MAX_NEAR_MISSES, near_misses);
  tell_workplaces(steering, set_aside);
  if (cells->len == 0) return;
  grade(scene, options->n_threads, steering, judge.bar, &g_array_index(leads, RsRing, first), (const RsSteeringCell *const *)(const void *)cells->pdata,
        cells->len);
}
