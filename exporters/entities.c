#include "exporters/entities.h"

/* Hostile amounts may pass 64 bits in sum: let them wrap, never be undefined. */
static int64_t money_add(int64_t a, int64_t b) { return (int64_t)((uint64_t)a + (uint64_t)b); }

static void entity_add(RsEntity *entity, const RsRelation *relation, uint64_t row) {
  const bool first = entity->n_claims == 0;
  entity->n_claims += relation->lines[row];
  entity->amount = money_add(entity->amount, relation->amount[row]);
  if (first || relation->first_day[row] < entity->first_day) entity->first_day = relation->first_day[row];
  if (first || relation->last_day[row] > entity->last_day) entity->last_day = relation->last_day[row];
}

/* Every line is in FILLED_AT once, in VISITED and BOUGHT at most once: these give the sums of persons and institutions, of
 * doctors, of drugs. All relations count as links. */
static void relation_add(RsEntities *entities, const RsKnowledge *knowledge, RsRelationKind kind) {
  const RsRelation *relation = &knowledge->relation[kind];
  RsEntity *from = entities->of[rs_relation_from[kind]], *to = entities->of[rs_relation_to[kind]];
  const bool sums_from = kind == RS_FILLED_AT, sums_to = rs_relation_from[kind] == RS_PERSON;
  for (uint32_t i = 0; i < relation->n_from; i++) {
    from[i].n_links += (uint32_t)(relation->offset[i + 1] - relation->offset[i]);
    for (uint64_t row = relation->offset[i]; row < relation->offset[i + 1]; row++) {
      if (sums_from) entity_add(&from[i], relation, row);
      if (sums_to) entity_add(&to[relation->to[row]], relation, row);
      to[relation->to[row]].n_links++;
    }
  }
}

RsEntities *rs_entities_new(const RsKnowledge *knowledge) {
  RsEntities *entities = g_new0(RsEntities, 1);
  for (int kind = 0; kind < RS_N_KINDS; kind++)
    entities->of[kind] = g_new0(RsEntity, rs_knowledge_count(knowledge, (RsKind)kind) + 1u);
  for (int kind = 0; kind < RS_N_RELATIONS; kind++) relation_add(entities, knowledge, (RsRelationKind)kind);
  return entities;
}

void rs_entities_free(RsEntities *entities) {
  if (entities == NULL) return;
  for (int kind = 0; kind < RS_N_KINDS; kind++) g_free(entities->of[kind]);
  g_free(entities);
}
