#include "rings/travel.h"

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

/* So many people at one outlet share no will, but a wrong clock, a wrong region code or a border nearby. */
static void counter_facts(const RsScene *scene, const RsTwice *twice, const RsTwiceGroup *group, RsDraft *draft) {
  if (group->n_persons >= CROWD) rs_twice_counter(draft, "crowd", group->n_persons, NAN, -80);
  settled_later(scene, twice, group, draft);
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
  (void)set_aside;
  (void)not_examined;
  static const RsTwiceKind kind = {RS_TRAVEL, {"travels", "again", "people", "minutes", NULL}, {60, 15, 15, 15, 0}, counter_facts};
  g_autofree uint8_t *explained = explained_visits(scene->claims, leads);
  g_autoptr(RsTwice) twice = rs_travels_new(scene->claims, scene->load->degenerate, explained, options->n_threads);
  rs_twice_find(scene, twice, &kind, options, leads, near_misses);
}
