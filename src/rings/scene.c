#include "rings/scene.h"

#include "base/timing.h"

void rs_scene_free(RsScene *scene) {
  if (scene == NULL) return;
  rs_timeline_free(scene->timeline);
  rs_load_free(scene->load);
  rs_basket_free(scene->basket);
  g_free(scene->doctor_visits);
  g_free(scene->institution_hash);
  g_free(scene);
}

static uint32_t *count_doctor_visits(const RsKnowledge *knowledge) {
  const RsRelation *r = &knowledge->relation[RS_REFERS_TO];
  uint32_t *visits = g_new0(uint32_t, (gsize)r->n_from + 1);
  for (uint32_t d = 0; d < r->n_from; d++)
    for (uint64_t i = r->offset[d]; i < r->offset[d + 1]; i++) visits[d] += r->visits[i];
  return visits;
}

RsScene *rs_scene_new(const RsClaims *claims, const RsKnowledge *knowledge, unsigned n_threads, GError **error) {
  g_autoptr(RsScene) scene = g_new0(RsScene, 1);
  scene->claims = claims;
  scene->knowledge = knowledge;
  g_auto(RsSpan) span;
  rs_span_begin(&span, "timelines");
  scene->timeline = rs_timeline_new(claims, n_threads, error);
  if (scene->timeline == NULL) return NULL;
  rs_span_next(&span, "outlets' hours");
  scene->load = rs_load_new(claims, scene->timeline, n_threads);
  rs_span_next(&span, "usual baskets");
  scene->basket = rs_basket_new(claims, n_threads);
  scene->doctor_visits = count_doctor_visits(knowledge);
  const RsText *institution = claims->institution;
  scene->institution_hash = g_new(uint64_t, (gsize)institution->n + 1);
  for (uint32_t f = 0; f < institution->n; f++)
    scene->institution_hash[f] = rs_hash_bytes(rs_text_get(institution, f), rs_text_length(institution, f));
  scene->days = (RsLeaveOut){scene->institution_hash, 0};
  return g_steal_pointer(&scene);
}
