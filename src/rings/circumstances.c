#include "rings/circumstances.h"

#include "base/calendar.h"

#include <math.h>

#define SEASON_RATIO 2.0

static bool is_season(const RsScene *scene, const RsGroup *g, const RsGroupItem *item, guint n) {
  const RsBasket *b = scene->basket;
  uint32_t drug = item[0].drug, last = RS_NONE;
  double with = -(double)n, all = -(double)g->n_attendances, month_with = 0.0, month_all = 0.0;
  if (b->n_months < 3) return false; /* no other months to compare with */
  for (unsigned t = 0; t < RS_N_TYPES; t++) {
    with += b->by_type[(size_t)drug * RS_N_TYPES + t];
    all += (double)b->visits[t];
  }
  g_autofree uint8_t *seen = g_malloc0(b->n_months);
  uint32_t months = 0;
  for (guint i = 0; i < n; i++) {
    last = rs_basket_month(b, scene->claims, scene->claims->visit_time[g->attendance[item[i].attendance].visit]);
    if (seen[last]) continue;
    seen[last] = 1;
    months++;
    month_with += b->by_month[(size_t)drug * b->n_months + last];
    month_all += (double)b->month_visits[last];
  }
  month_with -= n; /* the group's own purchases make no season */
  if (2 * months > b->n_months || month_with < 10.0 || !(all > 0.0)) return false;
  return month_with / fmax(month_all - g->n_attendances, 1.0) >= SEASON_RATIO * fmax(with, 0.0) / all;
}

static void measure_goods(const RsScene *scene, RsGroup *g) {
  RsCircumstances *out = &g->circumstances;
  const RsRelation *bought = &scene->knowledge->relation[RS_BOUGHT];
  g_autoptr(GArray) items = rs_group_items(scene->claims, g);
  const RsGroupItem *item = (const RsGroupItem *)(const void *)items->data;
  uint32_t own = 0, n_goods = 0;
  for (guint i = 0, end; i < items->len; i = end) {
    uint32_t members = 0;
    for (end = i; end < items->len && item[end].drug == item[i].drug; end++) members += end == i || item[end].member != item[end - 1].member;
    if (!rs_basket_is_goods(scene->basket, item[i].drug)) continue;
    n_goods += end - i;
    if (members >= MIN(3u, g->n)) {
      out->n_common++;
      out->n_season += is_season(scene, g, item + i, end - i);
    }
    if (members > 1 && members * 3 > g->n) continue;
    for (guint k = i, next; k < end; k = next) {
      for (next = k; next < end && item[next].member == item[k].member;) next++;
      uint64_t row = rs_relation_find(bought, g->person[item[k].member], item[i].drug);
      if (row != UINT64_MAX && bought->days[row] >= 2) own += next - k;
    }
  }
  out->regimen = n_goods > 0 ? (double)own / n_goods : (double)NAN;
}

/* Visits of institution f on the day of the time, all persons. */
static uint32_t crowd_of_day(const RsTimeline *t, uint32_t f, uint32_t time) {
  const RsDayVisits day = rs_timeline_day(t, f, time);
  return day.end - day.begin;
}

static void measure_days(const RsScene *scene, RsGroup *g) {
  const RsTimeline *t = scene->timeline;
  uint32_t busy = 0;
  for (uint32_t b = 0, a = 0; b < g->n_bursts; b++) {
    uint32_t f = g->burst[b].institution, own = 0;
    for (; a < g->n_attendances && g->attendance[a].burst == b; a++) own++;
    double others = fmax(0.0, (double)crowd_of_day(t, f, g->burst[b].first_time) - own);
    double usual = (double)(t->offset[f + 1] - t->offset[f]) / fmax(t->n_days[f], 1.0);
    busy += others >= 2.0 * usual && others >= usual + 5.0;
  }
  g->circumstances.busy = (double)busy / fmax(g->n_bursts, 1.0);
}

static bool is_clinic(const RsClaims *c, uint32_t f) {
  return c->institution_type[f] == RS_TYPE_HOSPITAL || c->institution_type[f] == RS_TYPE_CLINIC;
}

/* Whether the person was at a hospital or clinic earlier on the day of the visit. */
static bool came_from_clinic(const RsClaims *c, uint32_t visit, uint32_t first) {
  uint32_t day = c->visit_time[visit] / RS_DAY_SECONDS;
  for (uint32_t v = visit; v > first && c->visit_time[v - 1] / RS_DAY_SECONDS == day; v--)
    if (is_clinic(c, c->visit_institution[v - 1])) return true;
  return false;
}

static bool has_own_doctor(const RsScene *scene, uint32_t visit) {
  const RsClaims *c = scene->claims;
  for (uint64_t l = c->visit_line[visit]; l < c->visit_line[visit + 1]; l++)
    if (rs_line_doctor(c, l) != RS_NONE) return scene->workplace[rs_line_doctor(c, l)] == c->visit_institution[visit];
  return false;
}

static void measure_places(const RsScene *scene, RsGroup *g) {
  const RsClaims *c = scene->claims;
  uint32_t sold = 0, treated = 0, followed = 0, own = 0;
  for (uint32_t i = 0; i < g->n_attendances; i++) {
    uint32_t v = g->attendance[i].visit, f = c->visit_institution[v];
    if (c->institution_type[f] == RS_TYPE_PHARMACY) {
      sold++;
      followed += came_from_clinic(c, v, c->person_visit[g->person[g->attendance[i].member]]);
    } else if (is_clinic(c, f)) {
      treated++;
      own += has_own_doctor(scene, v);
    }
  }
  g->circumstances.from_clinic = sold > 0 ? (double)followed / sold : (double)NAN;
  g->circumstances.own_doctor = treated > 0 ? (double)own / treated : (double)NAN;
}

void rs_circumstances_measure(const RsScene *scene, RsGroup *g) {
  g->circumstances = (RsCircumstances){NAN, NAN, NAN, NAN, 0, 0};
  measure_goods(scene, g);
  measure_days(scene, g);
  measure_places(scene, g);
}
