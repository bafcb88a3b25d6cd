#include "exporters/entities.h"

#include "base/calendar.h"

/* Hostile amounts may pass 64 bits in sum: let them wrap, never be undefined. */
static int64_t money_add(int64_t a, int64_t b) { return (int64_t)((uint64_t)a + (uint64_t)b); }

static inline void entity_add(RsEntity *entity, int64_t amount, uint16_t day) {
  if (entity->n_claims++ == 0) entity->first_day = entity->last_day = day;
  entity->amount = money_add(entity->amount, amount);
  entity->first_day = MIN(entity->first_day, day);
  entity->last_day = MAX(entity->last_day, day);
}

/* One pass: the sums of institutions, doctors and drugs together stay in the second-level cache. */
static void lines_add(RsEntities *entities, const RsClaims *claims) {
  RsEntity *const doctor = entities->of[RS_DOCTOR], *const drug = entities->of[RS_DRUG];
  for (uint32_t person = 0; person < claims->n_persons; person++) {
    RsEntity own = {0};
    for (uint32_t visit = claims->person_visit[person]; visit < claims->person_visit[person + 1]; visit++) {
      RsEntity *institution = &entities->of[RS_INSTITUTION][claims->visit_institution[visit]];
      const uint16_t day = (uint16_t)(claims->visit_time[visit] / RS_DAY_SECONDS);
      for (uint64_t line = claims->visit_line[visit]; line < claims->visit_line[visit + 1]; line++) {
        const int64_t amount = rs_line_amount(claims, line);
        const uint32_t by = rs_line_doctor(claims, line), of = rs_line_drug(claims, line);
        entity_add(&own, amount, day);
        entity_add(institution, amount, day);
        if (by != RS_NONE) entity_add(&doctor[by], amount, day);
        if (of != RS_NONE) entity_add(&drug[of], amount, day);
      }
    }
    entities->of[RS_PERSON][person] = own;
  }
}

static void links_add(RsEntities *entities, const RsKnowledge *knowledge, RsRelationKind kind) {
  const RsRelation *relation = &knowledge->relation[kind];
  RsEntity *from = entities->of[rs_relation_from[kind]], *to = entities->of[rs_relation_to[kind]];
  for (uint32_t i = 0; i < relation->n_from; i++) from[i].n_links += (uint32_t)(relation->offset[i + 1] - relation->offset[i]);
  for (uint64_t row = 0; row < relation->n; row++) to[relation->to[row]].n_links++;
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
