/* exporters/entities.h: sums over the whole knowledge graph for each entity: claims, money, first and last day, degree.
 * Cost: one pass over the lines, one over the relations; 32 bytes an entity, in passing again for each hub and thread. */
#ifndef RS_EXPORTERS_ENTITIES_H
#define RS_EXPORTERS_ENTITIES_H

#include "graph/knowledge.h"

typedef struct {
  uint64_t n_claims;
  int64_t amount; /* fen */
  uint32_t n_links;
  uint16_t first_day, last_day; /* meaningless where n_claims is 0 */
} RsEntity;

typedef struct { RsEntity *of[RS_N_KINDS]; /* [count of the kind] each */ } RsEntities;

RsEntities *rs_entities_new(const RsKnowledge *knowledge);
/* The same but of persons, of whom a case shows few: all 0, until added one by one. */
RsEntities *rs_entities_of_hubs(const RsKnowledge *knowledge, unsigned n_threads);
void rs_entities_add_person(RsEntities *entities, const RsKnowledge *knowledge, uint32_t person);
void rs_entities_free(RsEntities *entities);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(RsEntities, rs_entities_free)

#endif
