#include "rings/innocent.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

const char *const rs_innocent_name[RS_N_INNOCENT] = {"ordinary", "household", "care_home", "schedule", "event"};

enum { HOUSEHOLD_MOST = 6, HOME_LEAST = 6, CROWD = 12 };

static RsFact counter(const char *code, double value, int32_t points) {
  return (RsFact){.code = code, .value = value, .expected = NAN, .p_value = NAN, .points = points, .counter = true,
                  .argument = {NAN, NAN, NAN, NAN}};
}

static int compare_texts(const void *x, const void *y) { return strcmp(*(const char *const *)x, *(const char *const *)y); }

/* Members beyond the first of each group that shares the attribute. */
static uint32_t sharing(const RsScene *scene, const RsGroup *group, const RsDetectOptions *options, const char *field) {
  if (options->attribute == NULL) return 0;
  const char *text[RS_MAX_GROUP];
  uint32_t n = 0, shared = 0;
  for (uint32_t i = 0; i < group->n; i++) {
    const char *value = options->attribute(RS_PERSON, rs_text_get(scene->claims->person, group->person[i]), field,
                                           options->attribute_data);
    if (value != NULL && *value != '\0') text[n++] = value;
  }
  /* cppcheck-suppress uninitvar ; as many as are sorted have been set */
  qsort(text, n, sizeof *text, compare_texts);
  for (uint32_t i = 1; i < n; i++) shared += strcmp(text[i - 1], text[i]) == 0;
  return shared;
}

/* A household given by address, phone, account or household number; the members that share one are one will, not several. */
static void given_household(const RsScene *scene, const RsGroup *group, const RsDetectOptions *options, RsScore *score) {
  static const char *const field[] = {"household", "address", "phone", "account"};
  uint32_t most = 0;
  for (unsigned i = 0; i < G_N_ELEMENTS(field); i++) most = MAX(most, sharing(scene, group, options, field[i]));
  if (most == 0) return;
  bool whole = most + 1 >= group->n && group->n <= HOUSEHOLD_MOST;
  RsFact fact = counter("household", most + 1, whole ? -40 : -(int32_t)MIN(15u, 3 * most));
  fact.argument[0] = group->n;
  rs_score_add(score, fact);
  if (whole) score->innocent = RS_HOUSEHOLD;
}

/* People who also spend their other days at the burst institutions are regulars there: a household where they are few, else the
 * neighbourhood. A shared life elsewhere (one home, one clinic) is no such reason. */
static void regulars(const RsGroup *group, RsScore *score) {
  double habit = isnan(group->habit) ? 0.0 : group->habit;
  bool few = group->n <= HOUSEHOLD_MOST;
  if (few && score->innocent == RS_ORDINARY) score->innocent = RS_HOUSEHOLD; /* counted as one where nothing speaks against it */
  if (habit < 0.12) return;
  /* at one outlet alone, regulars have nothing to explain but their own shop's occasions */
  double most = group->n_outlets == 1 && !few ? 60.0 : 30.0, rate = group->n_outlets == 1 && !few ? 160.0 : 80.0;
  RsFact fact = counter(few ? "household_like" : "regulars", habit, -(int32_t)lround(fmin(most, rate * habit)));
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
  bool one_place = group->top_outlet >= 0.8, large = group->n >= HOME_LEAST;
  /* one or two days, or three that gather a crowd: what everybody has done there is part of the occasion as well */
  if (large && (r->n_days <= 2 || (r->n_days == 3 && group->stat[RS_STAT_TURNOUT] >= CROWD))) {
    rs_score_add(score, counter("event", r->n_days, -40 - points_of(score, "recurring_drugs")));
    score->innocent = RS_EVENT;
  }
  if (one_place && rs_rhythm_weekly(r)) {
    RsFact fact = counter("schedule", fmax(r->weekday3, r->weekly), -40 - points_of(score, "recurring_drugs"));
    fact.argument[0] = r->n_days;
    fact.argument[1] = r->clock_sd;
    rs_score_add(score, fact);
    if (large) score->innocent = RS_SCHEDULE;
  } else if (one_place && rs_rhythm_monthly(r)) {
    RsFact fact = counter("care_home", r->monthly, -40 - points_of(score, "recurring_drugs"));
    fact.argument[0] = r->n_days;
    rs_score_add(score, fact);
    if (large) score->innocent = RS_CARE_HOME;
  }
  if (group->n_outlets == 1) rs_score_add(score, counter("one_outlet", 1, -10));
}

void rs_innocent_add(const RsScene *scene, const RsGroup *group, const RsDetectOptions *options, RsScore *score) {
  given_household(scene, group, options, score);
  regulars(group, score);
  calendar(group, score);
}
