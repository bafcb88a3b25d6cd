/* rings/scene.h: all that a group of persons is held against: who comes when, what is usual. Read-only once made. */
#ifndef RS_RINGS_SCENE_H
#define RS_RINGS_SCENE_H

#include "base/hash.h"
#include "graph/knowledge.h"
#include "mining/affinity.h"
#include "mining/basket.h"
#include "mining/timeline.h"

typedef struct {
  const RsClaims *claims;       /* borrowed */
  const RsKnowledge *knowledge; /* borrowed */
  RsTimeline *timeline;
  RsLoad *load;
  RsBasket *basket;
  uint32_t *doctor_visits; /* [n doctors] */
  uint64_t *institution_hash; /* [n institutions] of the id */
  uint32_t round;          /* 0: all days; else a fifth of the visit days is left out, another one each round */
} RsScene;

/* error: RS_ERROR_LIMIT. */
RsScene *rs_scene_new(const RsClaims *claims, const RsKnowledge *knowledge, unsigned n_threads, GError **error);
void rs_scene_free(RsScene *scene);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(RsScene, rs_scene_free)

/* Whether this round leaves out the institution's day. */
static inline bool rs_scene_left_out(const RsScene *scene, uint32_t institution, uint32_t day) {
  if (scene->round == 0) return false;
  return rs_hash_mix(scene->institution_hash[institution], (uint64_t)scene->round << 32 | day) % 5 == 0;
}

#endif
