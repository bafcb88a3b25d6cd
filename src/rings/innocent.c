#include "rings/innocent.h"

#include "base/calendar.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

const char *const rs_innocent_name[RS_N_INNOCENT] = {"ordinary", "household",    "care_home",   "schedule",     "event",
                                                     "proxy",    "works_clinic", "busy_days",   "from_clinic", "own_workplace"};

enum { HOUSEHOLD_MOST = 6, HOME_LEAST = 6, CROWD = 12, FEW = 4, OLD = 65, YOUNGER = 60, YEAR_DAYS = 365 };
#define ONE_PLACE 0.8
#define MOSTLY_OWN 0.6    /* of what was bought, where birth dates speak for it */
#define NEARLY_ALL_OWN 0.75
#define HALF 0.5

static RsFact counter(const char *code, double value, int32_t points) {
  return (RsFact){.code = code, .value = value, .expected = NAN, .p_value = NAN, .points = points, .counter = true,
                  .argument = {NAN, NAN, NAN, NAN}};
}

static int compare_texts(const void *x, const void *y) { return strcmp(*(const char *const *)x, *(const char *const *)y); }

static const char *known(const RsClaims *claims, uint32_t person, const char *field, const RsDetectOptions *options) {
  if (options->attribute == NULL) return NULL;
  const char *value = options->attribute(RS_PERSON, rs_text_get(claims->person, person), field, options->attribute_data);
  return value != NULL && *value != '\0' ? value : NULL;
}

RsSharing rs_innocent_sharing(const RsClaims *claims, const uint32_t *person, uint32_t n, const RsDetectOptions *options, const char *field) {
  RsSharing out = {0};
  if (options->attribute == NULL) return out;
  g_autofree const char **text = g_new(const char *, (gsize)n + 1);
  for (uint32_t i = 0; i < n; i++) {
    const char *value = known(claims, person[i], field, options);
    if (value != NULL) text[out.n_known++] = value;
  }
  if (out.n_known > 0) qsort(text, out.n_known, sizeof *text, compare_texts);
  for (uint32_t i = 0, end; i < out.n_known; i = end) {
    for (end = i; end < out.n_known && strcmp(text[end], text[i]) == 0;) end++;
    if (end - i < 2) continue;
    out.n_people += end - i;
    out.n_extra += end - i - 1;
    out.n_largest = MAX(out.n_largest, end - i);
  }
  return out;
}

RsSharing rs_innocent_household(const RsClaims *claims, const uint32_t *person, uint32_t n, const RsDetectOptions *options) {
  static const char *const field[] = {"household", "address", "phone", "account"};
  RsSharing most = {0};
  for (unsigned i = 0; i < G_N_ELEMENTS(field); i++) {
    RsSharing one = rs_innocent_sharing(claims, person, n, options, field[i]);
    if (one.n_extra > most.n_extra || most.n_known == 0) most = one;
  }
  return most;
}

static RsFact household_fact(const RsSharing *shared, uint32_t n, int32_t points) {
  RsFact fact = counter("household", shared->n_people, points);
  fact.argument[0] = n;
  return fact;
}

static int32_t household_points(const RsSharing *shared) { return -(int32_t)MIN(15u, 3 * shared->n_extra); }

void rs_innocent_household_add(RsDraft *draft, const RsClaims *claims, const uint32_t *person, uint32_t n, const RsDetectOptions *options, int32_t whole) {
  RsSharing shared = rs_innocent_household(claims, person, n, options);
  if (shared.n_extra == 0) return;
  rs_draft_fact(draft, household_fact(&shared, n, shared.n_extra + 1 >= n ? -whole : household_points(&shared)));
}

/* A household given by address, phone, account or household number; the members that share one are one will, not several. */
static void given_household(const RsScene *scene, const RsGroup *group, const RsDetectOptions *options, RsScore *score) {
  RsSharing shared = rs_innocent_household(scene->claims, group->person, group->n, options);
  if (shared.n_extra == 0) return;
  bool whole = shared.n_extra + 1 >= group->n && group->n <= HOUSEHOLD_MOST;
  rs_score_add(score, household_fact(&shared, group->n, whole ? -40 : household_points(&shared)));
  if (whole) score->innocent = RS_HOUSEHOLD;
}

/* Age in whole years on the day of the first burst, or -1. */
static int age_of(const RsScene *scene, const RsGroup *g, uint32_t person, const RsDetectOptions *options) {
  const char *birth = known(scene->claims, person, "birth", options);
  uint32_t seconds;
  if (birth == NULL) return -1;
  RsTimeStatus status = rs_time_parse(birth, strlen(birth), &seconds);
  uint32_t today = g->burst[0].first_time / RS_DAY_SECONDS, born = seconds / RS_DAY_SECONDS;
  if (status == RS_TIME_OUT_OF_RANGE) return OLD + 1; /* before the calendar begins: nobody is born after it ends */
  if ((status != RS_TIME_OK && status != RS_TIME_DATE_ONLY) || born > today) return -1;
  return (int)((today - born) * 4 / (4 * YEAR_DAYS + 1));
}

/* One person fetches for another: an older and a younger one of a few, and what is bought are everybody's own steady drugs. */
static void proxy(const RsScene *scene, const RsGroup *g, const RsDetectOptions *options, RsScore *score) {
  double regimen = g->circumstances.regimen;
  if (isnan(regimen) || regimen < MOSTLY_OWN) return;
  uint32_t old = 0, younger = 0;
  for (uint32_t i = 0; i < g->n && g->n <= HOUSEHOLD_MOST; i++) {
    int age = age_of(scene, g, g->person[i], options);
    old += age >= OLD;
    younger += age >= 0 && age < YOUNGER;
  }
  bool fetched = old > 0 && younger > 0, few = g->n <= FEW;
  if (!fetched && !few && regimen < NEARLY_ALL_OWN) return;
  RsFact fact = counter(fetched ? "proxy" : "own_regimen", round(regimen * 1e3) / 1e3, few ? -25 : fetched ? -15 : -10);
  fact.argument[0] = old;
  fact.argument[1] = younger;
  rs_score_add(score, fact);
  if (fetched && score->innocent == RS_ORDINARY) score->innocent = RS_PROXY;
}

/* People who also spend their other days at the burst institutions are regulars there: a household where they are few, else the
 * neighbourhood. A shared life elsewhere (one home, one clinic) is no such reason. That is held against
 * them as far as they would meet so often: who is there twice a week meets another such neighbour now and then, not a handful of them every other day. */
static void regulars(const RsGroup *group, RsScore *score) {
  double habit = isnan(group->habit) ? 0.0 : group->habit;
  bool few = group->n <= HOUSEHOLD_MOST;
  if (few && score->innocent == RS_ORDINARY) score->innocent = RS_HOUSEHOLD; /* counted as one where nothing speaks against it */
  if (habit < 0.12) return;
  /* at one outlet alone, regulars have nothing to explain but their own shop's occasions */
  double most = group->n_outlets == 1 && !few ? 60.0 : 30.0, rate = group->n_outlets == 1 && !few ? 160.0 : 80.0;
  RsFact fact = counter(few ? "household_like" : "regulars", habit, -(int32_t)lround((few ? 1.0 : group->by_habit) * fmin(most, rate * habit)));
  fact.argument[0] = group->by_habit;
  rs_score_add(score, fact);
}

static int32_t points_of(const RsScore *score, const char *code) {
  for (uint32_t i = 0; i < score->n_facts; i++)
    if (strcmp(score->fact[i].code, code) == 0) return score->fact[i].points;
  return 0;
}

/* One place and a calendar that repeats: a home, a treatment, a clinic day, a promotion. The occasion then explains what is bought
 * there as well, so the points of recurring drugs are taken back. A ring among such people shows at other places (see
 * companions.c) or on other days. */
static void calendar(const RsGroup *group, RsScore *score) {
  const RsRhythm *r = &group->rhythm;
  bool one_place = group->top_outlet >= ONE_PLACE, large = group->n >= HOME_LEAST;
  /* one or two days, or three that gather a crowd: what everybody has done there is part of the occasion as well */
  if (large && (r->n_days <= 2 || (r->n_days == 3 && group->stat[RS_STAT_TURNOUT] >= CROWD))) {
    rs_score_add(score, counter("event", r->n_days, -40 - points_of(score, "recurring_drugs")));
    score->innocent = RS_EVENT;
  }
  if (one_place && rs_rhythm_monthly(r)) { /* four weeks are a month, and whole weeks as well */
    RsFact fact = counter("care_home", r->monthly, -40 - points_of(score, "recurring_drugs"));
    fact.argument[0] = r->n_days;
    rs_score_add(score, fact);
    if (large) score->innocent = RS_CARE_HOME;
  } else if (one_place && rs_rhythm_weekly(r)) {
    RsFact fact = counter("schedule", fmax(r->weekday3, r->weekly), -40 - points_of(score, "recurring_drugs"));
    fact.argument[0] = r->n_days;
    fact.argument[1] = r->clock_sd;
    rs_score_add(score, fact);
    if (large) score->innocent = RS_SCHEDULE;
  }
  if (group->n_outlets == 1) rs_score_add(score, counter("one_outlet", 1, -10));
}

/* The institution with most bursts, where they are at one place; else RS_NONE. */
static uint32_t one_place(const RsGroup *g) {
  uint32_t best = RS_NONE, most = 0;
  for (uint32_t i = 0, end; i < g->n_bursts && g->top_outlet >= ONE_PLACE; i = end) { /* bursts are by institution */
    for (end = i; end < g->n_bursts && g->burst[end].institution == g->burst[i].institution;) end++;
    if (end - i > most) most = end - i, best = g->burst[i].institution;
  }
  return best;
}

static void name_it(RsScore *score, RsInnocent innocent) {
  if (score->innocent == RS_ORDINARY || score->innocent == RS_HOUSEHOLD) score->innocent = innocent;
}

/* People of one works, school or office where they all go: by the employer that the table gives, else by the closed circle of those who come. */
static void works_clinic(const RsScene *scene, const RsGroup *g, const RsDetectOptions *options, uint32_t place, RsScore *score) {
  if (place == RS_NONE || g->n < RS_LEAD_PERSONS) return;
  RsSharing employer = rs_innocent_sharing(scene->claims, g->person, g->n, options, "employer");
  bool shared = employer.n_largest >= RS_LEAD_PERSONS && employer.n_largest * 3 >= g->n * 2;
  if (!shared && !scene->closed[place]) return;
  RsFact fact = counter(shared ? "works_clinic" : "closed_circle", shared ? employer.n_largest : g->n, shared && scene->closed[place] ? -30 : -20);
  fact.argument[0] = g->n;
  rs_score_add(score, fact);
  name_it(score, RS_WORKS_CLINIC);
}

/* What happened to everybody at the outlet or in the city in those days. */
static void occasions(const RsGroup *g, RsScore *score) {
  const RsCircumstances *c = &g->circumstances;
  if (c->busy >= HALF) {
    RsFact fact = counter("busy_days", round(c->busy * g->n_bursts), -(int32_t)lround(20.0 * c->busy));
    fact.argument[0] = g->n_bursts;
    rs_score_add(score, fact);
    name_it(score, RS_BUSY_DAYS);
  }
  if (c->n_season > 0 && 2 * c->n_season >= c->n_common) {
    RsFact fact = counter("season", c->n_season, -10);
    fact.argument[0] = c->n_common;
    rs_score_add(score, fact);
    name_it(score, RS_BUSY_DAYS);
  }
}

/* The way of a patient: from the doctor to the pharmacy at the door, or to the doctor again. */
static void patients(const RsScene *scene, const RsGroup *g, uint32_t place, RsScore *score) {
  const RsCircumstances *c = &g->circumstances;
  if (c->from_clinic >= HALF) { /* false for NAN */
    rs_score_add(score, counter("from_clinic", round(c->from_clinic * 1e3) / 1e3, -(int32_t)lround(20.0 * c->from_clinic)));
    name_it(score, RS_FROM_CLINIC);
  }
  if (place != RS_NONE && c->own_doctor >= ONE_PLACE && scene->claims->institution_type[place] != RS_TYPE_PHARMACY) {
    /* where each gets the own steady drugs besides, the day is the occasion for them as well: a class, or a clinic day of the chronically ill */
    const bool clinic_day = c->regimen >= NEARLY_ALL_OWN; /* false for NAN */
    const int32_t points = clinic_day ? -40 - points_of(score, "recurring_drugs") : -10;
    rs_score_add(score, counter(clinic_day ? "clinic_day" : "own_workplace", round(c->own_doctor * 1e3) / 1e3, points));
    name_it(score, RS_OWN_WORKPLACE);
  }
}

static void batch_settled(const RsScene *scene, const RsGroup *g, RsScore *score) {
  uint32_t n = 0;
  for (uint32_t b = 0; b < g->n_bursts; b++) n += scene->load->degenerate[g->burst[b].institution];
  if (n == 0) return;
  RsFact fact = counter("batch_settled", n, -(int32_t)lround(10.0 * n / g->n_bursts));
  fact.argument[0] = g->n_bursts;
  rs_score_add(score, fact);
}

void rs_innocent_add(const RsScene *scene, const RsGroup *group, const RsDetectOptions *options, RsScore *score) {
  uint32_t place = one_place(group);
  given_household(scene, group, options, score);
  proxy(scene, group, options, score);
  regulars(group, score);
  works_clinic(scene, group, options, place, score);
  occasions(group, score);
  patients(scene, group, place, score);
  batch_settled(scene, group, score);
  calendar(group, score);
}

/* ---- what was tested ---- */

enum { FOUND_BY = 5 };
#define PATTERN(p) (1u << (p))
/* One row a reason, in the order of reason_name (rings/explain.c); the patterns for which it is looked for, and its facts. */
static const struct { unsigned patterns; const char *code[FOUND_BY]; } reason[RS_N_EXCUSES] = {
    [RS_EXCUSE_HOUSEHOLD] = {~PATTERN(RS_STEERING), {"household", "household_like"}},
    [RS_EXCUSE_CARE_HOME] = {PATTERN(RS_BATCH) | PATTERN(RS_STEERING), {"care_home", "come_together", "home_apart"}},
    [RS_EXCUSE_TREATMENT] = {PATTERN(RS_BATCH) | PATTERN(RS_DUPLICATE), {"schedule", "treatment"}},
    [RS_EXCUSE_EVENT] = {PATTERN(RS_BATCH), {"event"}},
    [RS_EXCUSE_WORKS] = {PATTERN(RS_BATCH), {"works_clinic", "closed_circle"}},
    [RS_EXCUSE_SEASON] = {PATTERN(RS_BATCH), {"busy_days", "season", "regulars"}},
    [RS_EXCUSE_SETTLING] = {PATTERN(RS_BATCH), {"batch_settled"}},
    [RS_EXCUSE_PROXY] = {PATTERN(RS_BATCH) | PATTERN(RS_TRAVEL), {"proxy", "own_regimen", "own_drugs"}},
    [RS_EXCUSE_MIGRANTS] = {PATTERN(RS_CROSSREGION), {"migrants"}},
    [RS_EXCUSE_DOOR] = {PATTERN(RS_BATCH) | PATTERN(RS_STEERING) | PATTERN(RS_DUPLICATE), {"from_clinic", "door_pharmacy", "only_doctor", "door_usual"}},
    [RS_EXCUSE_WORKPLACE] = {PATTERN(RS_BATCH) | PATTERN(RS_STEERING), {"own_workplace", "clinic_day", "workplace_unsure", "second_place", "second_apart"}},
    [RS_EXCUSE_SPLIT_BOX] = {PATTERN(RS_TRACE), {"split_boxes"}},
    [RS_EXCUSE_BORDER] = {PATTERN(RS_TRAVEL), {"crowd"}},
};

static bool has_fact(const RsRing *ring, const char *code) {
  for (uint32_t i = 0; i < ring->n_facts; i++)
    if (strcmp(ring->facts[i].code, code) == 0) return true;
  return false;
}

static void append_fact(RsRing *ring, RsFact fact) {
  if (ring->n_facts >= RS_MOST_FACTS) return;
  ring->facts = g_renew(RsFact, ring->facts, (gsize)ring->n_facts + 1);
  ring->facts[ring->n_facts++] = fact;
}

/* Whether the table of persons says anything of these people. */
static bool any_known(const RsRing *ring, const RsClaims *claims, const RsDetectOptions *options) {
  static const char *const field[] = {"household", "address", "phone", "account", "employer", "birth"};
  for (uint32_t i = 0; i < ring->n_members; i++)
    for (unsigned f = 0; f < G_N_ELEMENTS(field) && ring->members[i].kind == RS_PERSON; f++)
      if (known(claims, ring->members[i].id, field[f], options) != NULL) return true;
  return false;
}

static void tell(RsRing *ring, const RsClaims *claims, const RsDetectOptions *options) {
  unsigned bits = 0, n = 0;
  bool table = any_known(ring, claims, options);
  for (unsigned r = 0; r < RS_N_EXCUSES; r++) {
    bool found = (reason[r].patterns & PATTERN(ring->pattern)) == 0;
    found = found || (r == RS_EXCUSE_HOUSEHOLD && !table && ring->pattern != RS_BATCH); /* nothing to see it by */
    for (unsigned i = 0; i < FOUND_BY && reason[r].code[i] != NULL; i++) found = found || has_fact(ring, reason[r].code[i]);
    if (found) continue;
    bits |= 1u << r;
    n++;
  }
  RsFact fact = counter("tested", n, 0);
  fact.argument[0] = bits;
  if (n > 0) append_fact(ring, fact);
  if (!table && ring->count[RS_PERSON] > 0) append_fact(ring, counter("untested", NAN, 0));
}

void rs_innocent_tell(RsRing *ring, uint32_t n_rings, const RsClaims *claims, const RsDetectOptions *options) {
  for (uint32_t i = 0; i < n_rings; i++) tell(&ring[i], claims, options);
}
