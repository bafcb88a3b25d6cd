#include "rings/travel.h"

#include "base/calendar.h"
#include "mining/travel.h"
#include "rings/twice.h"

#include <math.h>

enum { CROWD = 40 };

/* A hospital settles at discharge, when nobody need be there. */
static void settled_later(const RsScene *scene, const RsTwice *twice, const RsTwiceGroup *group, RsDraft *draft) {
  const uint8_t *type = scene->claims->institution_type;
  uint32_t n = 0;
  for (uint32_t i = 0; i < group->n_hits; i++) {
    const uint32_t *f = twice->hit[group->hit[i]].outlet;
    n += type[f[0]] == RS_TYPE_HOSPITAL || type[f[1]] == RS_TYPE_HOSPITAL;
  }
  double share = (double)n / fmax(1.0, group->n_hits);
  if (share >= 0.2) rs_twice_counter(draft, "settled_later", n, group->n_hits, -(int32_t)lround(25.0 * share));
}

static bool is_own_outlet(const RsTwice *twice, const RsTwiceGroup *group, uint32_t outlet) {
  for (uint32_t u = 0; u < group->n_units; u++)
    if (twice->unit[group->unit[u]].outlet[0] == outlet) return true;
  return false;
}

/* Whether a drug of the visit is also bought by the person at another outlet, on another day: not as a second bill. */
static bool buys_elsewhere(const RsClaims *c, uint32_t person, uint32_t visit) {
  uint64_t first = c->visit_line[visit], end = MIN(c->visit_line[visit + 1], first + RS_TWICE_VISIT_LINES);
  for (uint32_t v = c->person_visit[person]; v < c->person_visit[person + 1]; v++) {
    if (c->visit_institution[v] == c->visit_institution[visit] || c->visit_time[v] / RS_DAY_SECONDS == c->visit_time[visit] / RS_DAY_SECONDS) continue;
    for (uint64_t l = c->visit_line[v]; l < c->visit_line[v + 1]; l++)
      for (uint64_t k = first; k < end && rs_line_drug(c, l) != RS_NONE; k++)
        if (rs_line_drug(c, k) == rs_line_drug(c, l)) return true;
  }
  return false;
}

/* A relative in the other city fetches what the person takes anyway. */
static void own_drugs(const RsScene *scene, const RsTwice *twice, const RsTwiceGroup *group, RsDraft *draft) {
  uint32_t n = 0;
  for (uint32_t i = 0; i < group->n_hits; i++) {
    const RsTwiceHit *h = &twice->hit[group->hit[i]];
    unsigned far = is_own_outlet(twice, group, h->outlet[0]) ? 0 : 1;
    n += buys_elsewhere(scene->claims, h->person[far], h->visit[far]);
  }
  if (2 * n >= group->n_hits && n > 0) rs_twice_counter(draft, "own_drugs", n, group->n_hits, -(int32_t)lround(15.0 * n / group->n_hits));
}

static void counter_facts(const RsScene *scene, const RsTwice *twice, const RsTwiceGroup *group, RsDraft *draft) {
  /* so many people at one outlet share no will, but a wrong clock, a wrong region code or a border nearby */
  if (group->n_persons >= CROWD) rs_twice_counter(draft, "crowd", group->n_persons, NAN, -80);
  settled_later(scene, twice, group, draft);
  own_drugs(scene, twice, group, draft);
}

/* Visits that are two bills of one purchase, by the leads there are already. */
static uint8_t *explained_visits(const RsClaims *c, const GArray *leads) {
  uint8_t *explained = g_malloc0((gsize)c->n_visits + 1);
  for (guint i = 0; i < leads->len; i++) {
    const RsRing *ring = &g_array_index(leads, RsRing, i);
    for (uint64_t e = 0; e < ring->n_evidence && ring->pattern == RS_DUPLICATE; e++)
      explained[rs_claims_line_visit(c, ring->evidence[e].line)] = 1;
  }
  return explained;
}

void rs_travel_find(const RsScene *scene, const RsDetectOptions *options, GArray *leads, GArray *near_misses, GArray *set_aside,
                    GArray *not_examined) {
  (void)not_examined;
  static const RsTwiceKind kind = {RS_TRAVEL, {"travels", "again", "people", "minutes", NULL}, {60, 15, 15, 15, 0}, counter_facts};
  g_autofree uint8_t *explained = explained_visits(scene->claims, leads);
  g_autoptr(RsTwice) pairs = NULL;
  g_autoptr(RsTwice) twice = rs_travels_new(scene->claims, scene->load->degenerate, explained, options->n_threads, &pairs);
  rs_twice_find(scene, twice, pairs, &kind, options, leads, near_misses);
  if (twice->n_aside == 0) return;
  RsNotice border = {"border", RS_PERSON, RS_NONE, twice->n_aside, NULL, NULL};
  rs_notice_say(&border, "%llu times somebody was soon in another prefecture where people go over a border nearby: nobody was quicker than the way takes, and "
                "about as many took a little longer", (unsigned long long)twice->n_aside);
  g_array_append_val(set_aside, border);
}
