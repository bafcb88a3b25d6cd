#include "rings/score.h"

#include "rings/innocent.h"
#include "rings/standing.h"

#include <math.h>

/* One row a statistic: its fact, the least pace at which its tail may fall, and the most points it can give. */
static const struct { const char *code; double floor_scale; int32_t most; } channel[RS_N_STATS] = {
    [RS_STAT_DRUGS] = {"recurring_drugs", 0.4343, 40},
    [RS_STAT_TURNOUT] = {"bursts", 0.5, 30},
    [RS_STAT_ROTATION] = {"rotation", 0.25, 20},
    [RS_STAT_APART] = {"apart", 0.05, 10},
    [RS_STAT_DOSE] = {"dose", 0.5, 15},
    [RS_STAT_AMOUNT] = {"amount", 0.5, 15},
    [RS_STAT_HOURS] = {"hours", 0.15, 10},
    [RS_STAT_SAME_DOCTOR] = {"same_doctor", 0.5, 10},
};

void rs_scores_free(RsScores *scores) {
  if (scores == NULL) return;
  g_free(scores->score);
  g_free(scores);
}

void rs_score_add(RsScore *score, RsFact fact) {
  g_assert(score->n_facts < RS_MAX_FACTS);
  score->fact[score->n_facts++] = fact;
  score->score += fact.points;
}

static void describe(const RsGroup *g, RsStat stat, RsFact *fact) {
  switch (stat) {
  case RS_STAT_TURNOUT:
    fact->value = g->n_bursts;
    fact->argument[1] = g->stat[RS_STAT_TURNOUT];
    fact->argument[2] = g->width;
    fact->argument[3] = g->n;
    break;
  case RS_STAT_DRUGS:
    fact->value = g->n_drugs;
    for (uint32_t i = 0; i < g->n_drugs && i < 3; i++) fact->drug[fact->n_drugs++] = g->drug[i].drug;
    if (g->n_drugs > 0) {
      const RsGroupDrug *first = &g->drug[0];
      fact->argument[1] = first->is_often ? first->n_often : first->n_members;
      fact->argument[2] = first->is_often; /* which sentence it is: rings/explain.c */
      fact->expected = round((first->is_often ? first->expected_often : first->expected) * 1e3) / 1e3;
    }
    break;
  case RS_STAT_ROTATION:
    fact->value = g->n_outlets;
    break;
  case RS_STAT_APART:
    fact->argument[1] = g->habit;
    fact->argument[2] = g->alike;
    break;
  case RS_STAT_DOSE:
    fact->value = round(g->dose_ratio * 1e3) / 1e3;
    fact->expected = 1.0;
    break;
  case RS_STAT_AMOUNT:
    fact->value = round(g->amount_ratio * 1e3) / 1e3;
    fact->expected = 1.0;
    break;
  case RS_STAT_HOURS:
    fact->value = round(g->quiet_share * (double)g->n_bursts);
    fact->argument[1] = g->n_bursts;
    break;
  case RS_STAT_SAME_DOCTOR:
  case RS_N_STATS:
    break;
  }
}

static int32_t standing_points(const RsStanding *standing, double value, int32_t most) {
  if (standing->n < 10 || isnan(value) || value <= standing->middle) return 0;
  double points = 10.0 * log10(RS_STANDING_BAR / rs_standing_tail(standing, value));
  return (int32_t)fmax(0.0, fmin(most, floor(points + 1e-6)));
}

/* A large sample makes a tenth more significant; an investigator would not look at it. */
static bool noticeable(const RsGroup *g, unsigned stat) {
  if (stat == RS_STAT_HOURS) return round(g->quiet_share * g->n_bursts) > 0.0; /* nothing to point at else */
  if (stat == RS_STAT_DOSE) return g->dose_ratio >= 1.25;
  if (stat == RS_STAT_AMOUNT) return g->amount_ratio >= 1.25;
  return true;
}

/* Three people are soon together three times: they have to be so more often, and all of them. */
static bool too_small(const RsGroup *g) {
  return g->n == RS_LEAD_PERSONS && (g->n_bursts < RS_LEAD_BURSTS + 2 || g->stat[RS_STAT_TURNOUT] < 2.5);
}

static void score_group(const RsScene *scene, const RsGroup *g, const RsStanding *standing, const RsDetectOptions *options,
                        RsScore *score) {
  *score = (RsScore){.innocent = RS_ORDINARY};
  uint32_t strong = 0;
  bool same_drugs = false;
  for (unsigned s = 0; s < RS_N_STATS; s++) {
    int32_t points = noticeable(g, s) ? standing_points(&standing[s], g->stat[s], channel[s].most) : 0;
    if (points <= 0 && s != RS_STAT_TURNOUT) continue;
    RsFact fact = {.code = channel[s].code, .value = g->stat[s], .expected = NAN, .p_value = NAN, .points = points,
                   .argument = {100.0 * rs_standing_rank(&standing[s], g->stat[s]), NAN, NAN, NAN}};
    describe(g, (RsStat)s, &fact);
    strong += points >= RS_LEAD_FACT_POINTS;
    same_drugs = same_drugs || (s == RS_STAT_DRUGS && points >= RS_LEAD_DRUG_POINTS);
    rs_score_add(score, fact);
  }
  rs_innocent_add(scene, g, options, score);
  /* days on which many others came as well are no evidence that these came together */
  uint32_t busy = (uint32_t)lround(g->circumstances.busy * g->n_bursts), bursts = g->n_bursts - MIN(busy, g->n_bursts);
  score->lead = score->score >= RS_LEAD_CUT && (strong >= RS_LEAD_FACTS || (same_drugs && g->n_outlets > 1)) && bursts >= RS_LEAD_BURSTS &&
                g->rhythm.n_days >= RS_LEAD_BURSTS && g->n >= RS_LEAD_PERSONS && !too_small(g);
}

/* An occasion, a calendar at one place or a day or two of many people, explains both coming and buying: such groups say nothing about
 * people who move together for no such reason. */
static bool is_occasion(const RsGroup *g) {
  enum { MANY = 6 };
  if (g->rhythm.n_days <= 2 && g->n >= MANY) return true;
  return g->top_outlet >= 0.8 && (rs_rhythm_monthly(&g->rhythm) || rs_rhythm_weekly(&g->rhythm));
}

static void fit(const RsCompanions *c, const uint8_t *leave_out, bool body_only, RsStanding *standing) {
  g_autofree double *value = g_new(double, (gsize)c->n + 1);
  for (unsigned s = 0; s < RS_N_STATS; s++) {
    uint32_t n = 0;
    for (uint32_t i = 0; i < c->n; i++)
      if (c->reference[i] && !(leave_out != NULL && leave_out[i]) && !is_occasion(c->group[i])) value[n++] = c->group[i]->stat[s];
    rs_standing_init(&standing[s], value, n, channel[s].floor_scale, body_only);
  }
}

RsScores *rs_scores_new(const RsScene *scene, const RsCompanions *companions, const RsDetectOptions *options) {
  RsScores *out = g_new0(RsScores, 1);
  out->n = companions->n;
  out->score = g_new0(RsScore, (gsize)companions->n + 1);
  g_autofree uint8_t *found = g_malloc0((gsize)companions->n + 1);
  RsStanding standing[RS_N_STATS];
  for (unsigned pass = 0; pass < 2; pass++) {
    fit(companions, pass == 0 ? NULL : found, pass == 0, standing);
    for (uint32_t i = 0; i < companions->n; i++) {
      score_group(scene, companions->group[i], standing, options, &out->score[i]);
      found[i] = out->score[i].lead;
    }
    for (unsigned s = 0; s < RS_N_STATS; s++) rs_standing_clear(&standing[s]);
  }
  return out;
}
