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
  uint32_t *workplace;     /* [n doctors] institution or RS_NONE, as the claims show it (mining/steering.h) */
  uint8_t *closed;         /* [n institutions] 1: a clinic with a closed circle of visitors, see rs_scene_new */
  uint64_t *institution_hash; /* [n institutions] of the id */
  RsLeaveOut days;         /* the days that are looked at: all, or those of a repeat (rings/stability.h) */
} RsScene;

/* A closed circle: a hospital or clinic where seven in ten of 10 to 1,500 people come on two days or more, and at most one visit in fifty falls on
 * a weekend, as at the clinic of a school, a works or an office. error: RS_ERROR_LIMIT. */
RsScene *rs_scene_new(const RsClaims *claims, const RsKnowledge *knowledge, unsigned n_threads, GError **error);
/* False, RS_ERROR_LIMIT: their usual hours, which stay in memory, would take more than a quarter of what --memory allows. 0: no limit. */
bool rs_scene_hours_fit(uint32_t n_institutions, uint64_t memory, GError **error);
void rs_scene_free(RsScene *scene);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(RsScene, rs_scene_free)

#endif
