#include "rings/second_place.h"

#include "base/calendar.h"
#include "mining/significance.h"
#include "mining/timeline.h"

#include <math.h>

enum { NEAR_VISITS = 32, LEAST_OTHERS = 25 };
#define PRIOR_FILLS 20.0 /* as in mining/steering.c */
#define MIN_EFFECT 3.0
#define CHANCE 0.01

/* Visits of the person on the day of this one, in order of time; a day of very many is cut, so that nobody's lines are looked at twice over. */
typedef struct { uint32_t first, end; } Day;

static Day day_of(const RsClaims *c, uint32_t person, uint32_t visit) {
  const uint32_t day = c->visit_time[visit] / RS_DAY_SECONDS, begin = c->person_visit[person], end = c->person_visit[person + 1];
  Day out = {visit, visit + 1};
  while (out.first > begin && visit - out.first < NEAR_VISITS && c->visit_time[out.first - 1] / RS_DAY_SECONDS == day) out.first--;
  while (out.end < end && out.end - visit <= NEAR_VISITS && c->visit_time[out.end] / RS_DAY_SECONDS == day) out.end++;
  return out;
}

uint32_t rs_seen_before(const RsClaims *c, uint32_t person, uint32_t visit, uint32_t workplace) {
  const uint32_t doctor = rs_visit_doctor(c, visit), outlet = c->visit_institution[visit];
  const Day day = day_of(c, person, visit);
  for (uint32_t v = day.first; v < day.end; v++) {
    const uint32_t at = c->visit_institution[v];
    const bool seen = rs_visit_doctor(c, v) == doctor && at != outlet && at != workplace;
    if (seen && (c->institution_type[at] == RS_TYPE_HOSPITAL || c->institution_type[at] == RS_TYPE_CLINIC)) return at;
  }
  return RS_NONE;
}

/* Whether the prescriber of this visit is seen again that day where prescriptions are filled: 1 somewhere, 2 at the outlet. */
static unsigned fills(const RsClaims *c, uint32_t person, uint32_t visit, uint32_t outlet) {
  const uint32_t doctor = rs_visit_doctor(c, visit), place = c->visit_institution[visit];
  const Day day = day_of(c, person, visit);
  unsigned out = 0;
  for (uint32_t v = day.first; v < day.end && out < 2; v++) {
    const uint32_t at = c->visit_institution[v];
    if (at == place || c->institution_type[at] == RS_TYPE_HOSPITAL || rs_visit_doctor(c, v) != doctor) continue;
    out = at == outlet ? 2 : 1;
  }
  return out;
}

RsSecondPlace rs_second_place(const RsScene *scene, uint32_t doctor, uint32_t outlet, double usual, uint32_t place) {
  const RsClaims *c = scene->claims;
  const RsTimeline *t = scene->timeline;
  g_autoptr(GHashTable) own = g_hash_table_new(NULL, NULL), own_here = g_hash_table_new(NULL, NULL); /* of persons */
  g_autoptr(GHashTable) others = g_hash_table_new(NULL, NULL), others_here = g_hash_table_new(NULL, NULL);
  for (uint32_t i = t->offset[place]; i < t->offset[place + 1]; i++) {
    const uint32_t p = RS_KEY_PERSON(t->key[i]), d = rs_visit_doctor(c, t->visit[i]);
    const unsigned filled = d == RS_NONE ? 0 : fills(c, p, t->visit[i], outlet);
    if (filled > 0) g_hash_table_add(d == doctor ? own : others, GUINT_TO_POINTER(p + 1));
    if (filled > 1) g_hash_table_add(d == doctor ? own_here : others_here, GUINT_TO_POINTER(p + 1));
  }
  const double n_own = g_hash_table_size(own), n_own_here = g_hash_table_size(own_here), n_here = g_hash_table_size(others_here);
  const uint32_t n_others = g_hash_table_size(others);
  if (n_others < LEAST_OTHERS) return (RsSecondPlace){.place = RS_NONE};
  const double expected = n_own * (n_here + PRIOR_FILLS * usual) / (n_others + PRIOR_FILLS);
  const bool beyond = (n_own_here + 1.0) / (expected + 1.0) >= MIN_EFFECT && rs_tail_poisson((uint64_t)n_own_here, expected) <= log(CHANCE);
  return (RsSecondPlace){place, n_others, n_here / n_others, !beyond};
}
