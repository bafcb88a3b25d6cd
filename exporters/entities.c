#include "exporters/entities.h"

#include "base/calendar.h"
#include "base/parallel.h"

/* Hostile amounts may pass 64 bits in sum: let them wrap, never be undefined. */
static int64_t money_add(int64_t a, int64_t b) { return (int64_t)((uint64_t)a + (uint64_t)b); }

static inline void entity_add(RsEntity *entity, uint64_t n_claims, int64_t amount, uint16_t first_day, uint16_t last_day) {
  entity->first_day = entity->n_claims == 0 ? first_day : MIN(entity->first_day, first_day);
  entity->last_day = MAX(entity->last_day, last_day);
  entity->n_claims += n_claims;
  entity->amount = money_add(entity->amount, amount);
}

/* ---- doctors, institutions and drugs ---- */

enum { MOST_THREADS = 16 }; /* each sums up for itself */

typedef struct {
  const RsKnowledge *knowledge;
  unsigned n_shares;
  RsEntity *own[MOST_THREADS][RS_N_KINDS]; /* NULL until the thread needs them; persons: never */
  uint32_t *n_to[RS_N_RELATIONS];
} Pass;

/* Lines of one visit mostly have one doctor, whose sum is kept until another comes. The sums of institutions, doctors and drugs together stay
 * in the second-level cache. */
static void share_add(size_t share, unsigned thread, void *data) {
  Pass *pass = data;
  const RsClaims *claims = pass->knowledge->claims;
  const RsPacked doctors = claims->line_doctor, drugs = claims->line_drug, amounts = claims->line_amount; /* copies, which no store can change */
  RsEntity **own = pass->own[thread];
  for (int kind = RS_DOCTOR; kind < RS_N_KINDS && own[kind] == NULL; kind++)
    own[kind] = g_new0(RsEntity, rs_knowledge_count(pass->knowledge, (RsKind)kind) + 1u);
  RsEntity *const doctor = own[RS_DOCTOR], *const institution = own[RS_INSTITUTION], *const drug = own[RS_DRUG];
  const uint64_t n = claims->n_visits;
  for (uint64_t visit = n * share / pass->n_shares; visit < n * (share + 1) / pass->n_shares; visit++) {
    const uint16_t day = (uint16_t)(claims->visit_time[visit] / RS_DAY_SECONDS);
    const uint64_t first = claims->visit_line[visit], end = claims->visit_line[visit + 1];
    int64_t sum = 0;
    for (uint64_t line = first; line < end;) {
      const uint64_t by = rs_packed_get(&doctors, line), begin = line;
      int64_t of_doctor = 0;
      do {
        const int64_t amount = rs_packed_get_signed(&amounts, line);
        const uint64_t of = rs_packed_get(&drugs, line);
        of_doctor = money_add(of_doctor, amount);
        if (of != 0) entity_add(&drug[of - 1], 1, amount, day, day);
      } while (++line < end && rs_packed_get(&doctors, line) == by);
      if (by != 0) entity_add(&doctor[by - 1], line - begin, of_doctor, day, day);
      sum = money_add(sum, of_doctor);
    }
    entity_add(&institution[claims->visit_institution[visit]], end - first, sum, day, day);
  }
}

static void links_count(size_t kind, unsigned thread, void *data) {
  (void)thread;
  Pass *pass = data;
  const RsRelation *relation = &pass->knowledge->relation[kind];
  uint32_t *n_to = pass->n_to[kind] = g_new0(uint32_t, (gsize)relation->n_to + 1);
  for (uint64_t row = 0; row < relation->n; row++) n_to[relation->to[row]]++;
}

static uint32_t links_from(const RsRelation *relation, uint32_t from) { return (uint32_t)(relation->offset[from + 1] - relation->offset[from]); }

/* What the threads found, of one hub. */
static void hub_join(const Pass *pass, RsKind kind, uint32_t hub, RsEntity *entity) {
  for (unsigned thread = 0; thread < MOST_THREADS; thread++) {
    const RsEntity *own = pass->own[thread][kind] == NULL ? NULL : &pass->own[thread][kind][hub];
    if (own != NULL && own->n_claims > 0) entity_add(entity, own->n_claims, own->amount, own->first_day, own->last_day);
  }
  for (int r = 0; r < RS_N_RELATIONS; r++) {
    if (rs_relation_from[r] == kind) entity->n_links += links_from(&pass->knowledge->relation[r], hub);
    if (rs_relation_to[r] == kind) entity->n_links += pass->n_to[r][hub];
  }
}

RsEntities *rs_entities_of_hubs(const RsKnowledge *knowledge, unsigned n_threads) {
  n_threads = CLAMP(n_threads, 1, MOST_THREADS);
  Pass pass = {.knowledge = knowledge, .n_shares = n_threads * 16};
  rs_parallel(n_threads, RS_N_RELATIONS, links_count, &pass);
  rs_parallel(n_threads, pass.n_shares, share_add, &pass);
  RsEntities *entities = g_new0(RsEntities, 1);
  for (int kind = 0; kind < RS_N_KINDS; kind++) {
    const uint32_t n = rs_knowledge_count(knowledge, (RsKind)kind);
    entities->of[kind] = g_new0(RsEntity, (gsize)n + 1);
    for (uint32_t i = 0; kind != RS_PERSON && i < n; i++) hub_join(&pass, (RsKind)kind, i, &entities->of[kind][i]);
    for (unsigned thread = 0; thread < MOST_THREADS; thread++) g_free(pass.own[thread][kind]);
  }
  for (int r = 0; r < RS_N_RELATIONS; r++) g_free(pass.n_to[r]);
  return entities;
}

/* ---- persons ---- */

void rs_entities_add_person(RsEntities *entities, const RsKnowledge *knowledge, uint32_t person) {
  const RsClaims *claims = knowledge->claims;
  RsEntity own = {0};
  for (uint32_t visit = claims->person_visit[person]; visit < claims->person_visit[person + 1]; visit++) {
    const uint16_t day = (uint16_t)(claims->visit_time[visit] / RS_DAY_SECONDS);
    for (uint64_t line = claims->visit_line[visit]; line < claims->visit_line[visit + 1]; line++)
      entity_add(&own, 1, rs_line_amount(claims, line), day, day);
  }
  for (int r = 0; r < RS_N_RELATIONS; r++)
    if (rs_relation_from[r] == RS_PERSON) own.n_links += links_from(&knowledge->relation[r], person);
  entities->of[RS_PERSON][person] = own;
}

RsEntities *rs_entities_new(const RsKnowledge *knowledge) {
  RsEntities *entities = rs_entities_of_hubs(knowledge, rs_parallel_default_threads());
  for (uint32_t person = 0; person < knowledge->claims->n_persons; person++) rs_entities_add_person(entities, knowledge, person);
  return entities;
}

void rs_entities_free(RsEntities *entities) {
  if (entities == NULL) return;
  for (int kind = 0; kind < RS_N_KINDS; kind++) g_free(entities->of[kind]);
  g_free(entities);
}
