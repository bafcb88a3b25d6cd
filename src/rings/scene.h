/* rings/scene.h: all that a group of persons is held against: who comes when, what is usual. Read-only once made. */
#ifndef RS_RINGS_SCENE_H
#define RS_RINGS_SCENE_H

#include "graph/knowledge.h"
#include "mining/affinity.h"
#include "mining/basket.h"
#include "mining/leave_out.h"
#include "mining/timeline.h"

typedef struct {
  const RsClaims *claims;       /* borrowed */
  const RsKnowledge *knowledge; /* borrowed */
  RsTimeline *timeline;
  RsLoad *load;
  RsBasket *basket;
  uint32_t *doctor_visits; /* [n doctors] */
  uint64_t *institution_hash; /* [n institutions] of the id */
  RsLeaveOut days;         /* the days that are looked at: all, or those of a repeat (rings/stability.h) */
} RsScene;

/* error: RS_ERROR_LIMIT. */
RsScene *rs_scene_new(const RsClaims *claims, const RsKnowledge *knowledge, unsigned n_threads, GError **error);
void rs_scene_free(RsScene *scene);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(RsScene, rs_scene_free)

#endif
