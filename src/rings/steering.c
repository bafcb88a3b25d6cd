#include "rings/steering.h"

#include "base/calendar.h"
#include "mining/region.h"
#include "mining/significance.h"
#include "mining/steering.h"
#include "rings/draft.h"
#include "rings/near_misses.h"
#include "rings/stability.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { MIN_PERSONS = 8, MIN_COLLEAGUES = 10, ENOUGH_DOORS = 8, MANY_A_DAY = 8, CUT = 40, MAX_NEAR_MISSES = 2 };
#define SAME_PEOPLE 0.4 /* share of the people on each of those days */
#define FEW_DAYS 0.15 /* share of the days: once a week or less */
#define MIN_EFFECT 3.0
#define MIN_SHARE 0.15 /* of the doctor's patients: one in seven is no channel, however unlikely */
#define FALSE_DISCOVERIES 0.01

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

/* The largest log p that may be called a discovery among all cells. */
static double bar_of(const RsSteering *steering) {
  g_autofree double *sorted = g_new(double, (gsize)steering->n + 1);
  for (uint32_t i = 0; i < steering->n; i++) sorted[i] = log_p_of(&steering->cell[i]);
  if (steering->n > 1) qsort(sorted, steering->n, sizeof *sorted, compare_doubles);
  return rs_bar_fdr(sorted, steering->n, steering->n_tests, FALSE_DISCOVERIES);
}

/* Doctors alone at their workplace, one value each: the share of patients at the outlet they use most, which is the one at the door. */
typedef struct { uint32_t n; double usual, spread; } Doors;

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
      most = fmax(most, (double)steering->cell[end].n_persons / (double)steering->cell[end].n_patients);
    if (steering->cell[i].n_colleagues < MIN_COLLEAGUES) share[doors.n++] = most;
  }
  doors.usual = median(share, doors.n);
  for (uint32_t i = 0; i < doors.n; i++) share[i] = fabs(share[i] - doors.usual);
  doors.spread = fmax(0.05, 1.4826 * median(share, doors.n));
  return doors;
}

/* Far beyond what the door explains for others who are alone. */
static bool beyond_door(const Doors *doors, double share) {
  return doors->n >= ENOUGH_DOORS && share >= 0.85 && share >= doors->usual + 3.0 * doors->spread;
}

static RsFact fact_of(const char *code, double value, double expected, int32_t points) {
  return (RsFact){.code = code, .value = value, .expected = expected, .p_value = NAN, .points = points, .counter = points < 0,
                  .argument = {NAN, NAN, NAN, NAN}};
}

static void add_facts(RsDraft *draft, const RsScene *scene, const Doors *doors, const RsSteeringCell *cell) {
  double effect = effect_of(cell), share = (double)cell->n_persons / (double)cell->n_patients;
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
    RsFact alone = fact_of("only_doctor", cell->n_colleagues, NAN, elsewhere ? -10 : beyond_door(doors, share) ? -20 : -70);
    alone.argument[0] = round(doors->usual * 1e3) / 1e3;
    rs_draft_fact(draft, alone);
  }
}

static uint32_t visit_doctor(const RsClaims *c, uint32_t visit) {
  for (uint64_t l = c->visit_line[visit]; l < c->visit_line[visit + 1]; l++)
    if (rs_line_doctor(c, l) != RS_NONE) return rs_line_doctor(c, l);
  return RS_NONE;
}

typedef struct { uint32_t visit, person; } Fill;

/* The doctor's visits at the outlet, in order of time; owned by the caller. */
static Fill *fills_of(const RsScene *scene, const RsSteeringCell *cell, uint32_t *n) {
  const RsTimeline *t = scene->timeline;
  uint32_t first = t->offset[cell->outlet], end = t->offset[cell->outlet + 1];
  Fill *fill = g_new(Fill, (gsize)(end - first) + 1);
  *n = 0;
  for (uint32_t i = first; i < end; i++)
    if (visit_doctor(scene->claims, t->visit[i]) == cell->doctor) fill[(*n)++] = (Fill){t->visit[i], RS_KEY_PERSON(t->key[i])};
  return fill;
}

static int compare_fills(const void *x, const void *y) {
  const Fill *a = x, *b = y;
  return (a->visit > b->visit) - (a->visit < b->visit);
}

/* Sorts the fills by visit, which is by person. */
static void add_visits(RsDraft *draft, const RsClaims *c, Fill *fill, uint32_t n) {
  uint32_t bits = (1u << draft->facts->len) - 1;
  if (n > 1) qsort(fill, n, sizeof *fill, compare_fills);
  for (uint32_t i = 0; i < n; i++) {
    for (uint64_t l = c->visit_line[fill[i].visit]; l < c->visit_line[fill[i].visit + 1]; l++) rs_draft_line(draft, l, bits);
    if (i + 1 == n || fill[i + 1].person != fill[i].person) rs_draft_member(draft, RS_PERSON, fill[i].person, RS_ROLE_MEMBER, 1.0);
  }
}

/* Patients come each on a day of their own; a home brings the same many at once. True where half of the visits fall on days of MANY_A_DAY or
 * more, such days are few, and the people are mostly the same each time; *a_day: visits on them, mean. fill: in order of time. */
static bool come_together(const RsScene *scene, const RsSteeringCell *cell, const Fill *fill, uint32_t n, double *a_day) {
  const uint32_t *time = scene->claims->visit_time;
  uint32_t crowded = 0, there = 0;
  for (uint32_t i = 0, end; i < n; i = end) {
    for (end = i; end < n && time[fill[end].visit] / RS_DAY_SECONDS == time[fill[i].visit] / RS_DAY_SECONDS;) end++;
    if (end - i < MANY_A_DAY) continue;
    crowded++;
    there += end - i;
  }
  *a_day = crowded > 0 ? (double)there / crowded : 0.0;
  bool same = (double)there >= SAME_PEOPLE * (double)cell->n_persons * (double)crowded;
  return 2 * there >= n && crowded > 0 && same && (double)crowded <= FEW_DAYS * (double)scene->load->n_days;
}

/* False for a cell under the bar, before its visits are looked up. */
static bool make_ring(const RsScene *scene, const Doors *doors, const RsSteeringCell *cell, int32_t bar, RsRing *ring) {
  g_auto(RsDraft) draft;
  int32_t score = 0;
  rs_draft_init(&draft, RS_STEERING);
  add_facts(&draft, scene, doors, cell);
  for (guint i = 0; i < draft.facts->len; i++) score += g_array_index(draft.facts, RsFact, i).points;
  if (score < bar) return false;
  double a_day;
  uint32_t n;
  g_autofree Fill *fill = fills_of(scene, cell, &n);
  if (come_together(scene, cell, fill, n, &a_day)) {
    rs_draft_fact(&draft, fact_of("come_together", round(a_day * 10.0) / 10.0, NAN, -70));
    if (score - 70 < bar) return false;
  }
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
  /* the bar is that of the last discovery; one alone is a discovery at any chance below the rate shared out over all tests */
  bar = fmax(bar, log(FALSE_DISCOVERIES / fmax(1.0, whole->n_tests)));
  g_autofree uint8_t *of_leads = g_malloc0((gsize)scene->claims->institution->n + 1);
  for (uint32_t i = 0; i < n; i++) of_leads[cell[i]->workplace] = 1;
  g_autoptr(RsSteeringVisits) visits = rs_steering_visits(scene->claims, whole, of_leads);
  Repeat repeat = {.visits = visits, .bar = bar, .lead = lead, .cell = cell, .n = n};
  g_autofree uint32_t *times = g_new0(uint32_t, (gsize)n + 1);
  rs_stability_repeat(scene, n, n_threads, find_again, &repeat, times, NULL);
  for (uint32_t i = 0; i < n; i++) lead[i].stability = rs_stability_grade(times[i], false);
}

void rs_steering_find(const RsScene *scene, const RsDetectOptions *options, GArray *leads, GArray *near_misses, GArray *set_aside,
                      GArray *not_examined) {
  (void)set_aside;
  (void)not_examined;
  g_autofree uint32_t *given = given_workplaces(scene, options);
  g_autoptr(RsSteering) steering = rs_steering_new(scene->claims, scene->knowledge, given, MIN_PERSONS, options->n_threads);
  g_autoptr(GArray) near = g_array_new(FALSE, FALSE, sizeof(RsRing));
  g_autoptr(GPtrArray) cells = g_ptr_array_new();
  double bar = bar_of(steering);
  Doors doors = doors_of(steering);
  guint first = leads->len;
  for (uint32_t i = 0; i < steering->n; i++) {
    const RsSteeringCell *cell = &steering->cell[i];
    RsRing ring;
    if (log_p_of(cell) > bar || effect_of(cell) < MIN_EFFECT || share_of(cell) < MIN_SHARE || !make_ring(scene, &doors, cell, CUT / 2, &ring)) continue;
    g_array_append_vals(ring.score >= CUT ? leads : near, &ring, 1);
    if (ring.score >= CUT) g_ptr_array_add(cells, (gpointer)cell);
  }
  rs_near_misses_add(near, MAX_NEAR_MISSES, near_misses);
  if (cells->len == 0) return;
  grade(scene, options->n_threads, steering, bar, (RsRing *)(void *)leads->data + first, (const RsSteeringCell *const *)(const void *)cells->pdata, cells->len);
}
