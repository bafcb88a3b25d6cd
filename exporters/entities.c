#include "exporters/entities.h"

#include "base/calendar.h"

/* Hostile amounts may pass 64 bits in sum: let them wrap, never be undefined. */
static int64_t money_add(int64_t a, int64_t b) { return (int64_t)((uint64_t)a + (uint64_t)b); }

static inline void entity_add(RsEntity *entity, uint32_t n_claims, int64_t amount, uint16_t day) {
  if (entity->n_claims == 0) entity->first_day = day;
  entity->n_claims += n_claims;
  entity->amount = money_add(entity->amount, amount);
  entity->first_day = MIN(entity->first_day, day);
  entity->last_day = MAX(entity->last_day, day);
}

/* Lines of one visit mostly have one doctor, whose sum is kept until another comes. Returns the visit's amount. */
static int64_t visit_add(RsEntities *entities, const RsClaims *claims, uint32_t visit, uint16_t day) {
  RsEntity *const doctor = entities->of[RS_DOCTOR], *const drug = entities->of[RS_DRUG];
  int64_t sum = 0, of_doctor = 0;
  uint32_t by = RS_NONE, n = 0;
  for (uint64_t line = claims->visit_line[visit]; line < claims->visit_line[visit + 1]; line++) {
    const int64_t amount = rs_line_amount(claims, line);
    const uint32_t next = rs_line_doctor(claims, line), of = rs_line_drug(claims, line);
    if (next != by && by != RS_NONE) entity_add(&doctor[by], n, of_doctor, day);
    if (next != by) by = next, n = 0, of_doctor = 0;
    n++;
    of_doctor = money_add(of_doctor, amount);
    sum = money_add(sum, amount);
    if (of != RS_NONE) entity_add(&drug[of], 1, amount, day);
  }
  if (by != RS_NONE) entity_add(&doctor[by], n, of_doctor, day);
  return sum;
}

/* One pass: the sums of institutions, doctors and drugs together stay in the second-level cache. */
static void lines_add(RsEntities *entities, const RsClaims *claims) {
  for (uint32_t person = 0; person < claims->n_persons; person++) {
    RsEntity own = {0};
    for (uint32_t visit = claims->person_visit[person]; visit < claims->person_visit[person + 1]; visit++) {
      const uint16_t day = (uint16_t)(claims->visit_time[visit] / RS_DAY_SECONDS);
      const uint32_t n = (uint32_t)(claims->visit_line[visit + 1] - claims->visit_line[visit]);
      const int64_t amount = visit_add(entities, claims, visit, day);
      entity_add(&own, n, amount, day);
      entity_add(&entities->of[RS_INSTITUTION][claims->visit_institution[visit]], n, amount, day);
    }
    entities->of[RS_PERSON][person] = own;
  }
}

/* Counted apart, where numbers stand so close that they stay in the first-level cache. */
static void links_add(RsEntities *entities, const RsKnowledge *knowledge, RsRelationKind kind) {
  const RsRelation *relation = &knowledge->relation[kind];
  RsEntity *from = entities->of[rs_relation_from[kind]], *to = entities->of[rs_relation_to[kind]];
  g_autofree uint32_t *n_to = g_new0(uint32_t, (gsize)relation->n_to + 1);
  for (uint32_t i = 0; i < relation->n_from; i++) from[i].n_links += (uint32_t)(relation->offset[i + 1] - relation->offset[i]);
  for (uint64_t row = 0; row < relation->n; row++) n_to[relation->to[row]]++;
  for (uint32_t i = 0; i < relation->n_to; i++) to[i].n_links += n_to[i];
}

RsEntities *rs_entities_new(const RsKnowledge *knowledge) {
  RsEntities *entities = g_new0(RsEntities, 1);
  for (int kind = 0; kind < RS_N_KINDS; kind++)
    entities->of[kind] = g_new0(RsEntity, rs_knowledge_count(knowledge, (RsKind)kind) + 1u);
  lines_add(entities, knowledge->claims);
  for (int kind = 0; kind < RS_N_RELATIONS; kind++) links_add(entities, knowledge, (RsRelationKind)kind);
  return entities;
}

void rs_entities_free(RsEntities *entities) {
  if (entities == NULL) return;
  for (int kind = 0; kind < RS_N_KINDS; kind++) g_free(entities->of[kind]);
  g_free(entities);
}
