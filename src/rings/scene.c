#include "rings/scene.h"

#include "base/calendar.h"
#include "base/error.h"
#include "base/spill.h"
#include "base/timing.h"
#include "base/words.h"
#include "mining/steering.h"

void rs_scene_free(RsScene *scene) {
  if (scene == NULL) return;
  rs_timeline_free(scene->timeline);
  rs_load_free(scene->load);
  rs_basket_free(scene->basket);
  g_free(scene->doctor_visits);
  g_free(scene->workplace);
  g_free(scene->closed);
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

static bool on_workdays(const RsTimeline *t, uint32_t f) {
  uint32_t weekend = 0;
  for (uint32_t i = t->offset[f]; i < t->offset[f + 1]; i++) weekend += rs_day_weekday((uint16_t)(RS_KEY_TIME(t->key[i]) / RS_DAY_SECONDS)) >= 5;
  return weekend * 50 <= t->offset[f + 1] - t->offset[f];
}

static uint8_t *find_closed(const RsClaims *c, const RsKnowledge *k, const RsTimeline *t) {
  enum { FEWEST = 10, MOST = 1500 };
  const RsRelation *r = &k->relation[RS_FILLED_AT];
  uint32_t n = c->institution->n;
  g_autofree uint32_t *visitors = g_new0(uint32_t, (gsize)n + 1);
  uint8_t *out = g_malloc0((gsize)n + 1);
  for (uint64_t i = 0; i < r->offset[r->n_from]; i++) visitors[r->to[i]]++;
  for (uint32_t f = 0; f < n; f++)
    out[f] = (c->institution_type[f] == RS_TYPE_HOSPITAL || c->institution_type[f] == RS_TYPE_CLINIC) && visitors[f] >= FEWEST && visitors[f] <= MOST && t->n_regulars[f] * 10 >= visitors[f] * 7 && on_workdays(t, f);
  return out;
}

/* Each pair is held against two outlets' hours. */
bool rs_scene_hours_fit(uint32_t n_institutions, uint64_t memory, GError **error) {
  const RsLoad *load = NULL;
  const uint64_t bytes = n_institutions * (uint64_t)(sizeof *load->clock + sizeof *load->half_hour);
  if (memory == 0 || bytes <= memory / 4) return true;
  g_autofree char *size = g_format_size(bytes), *wanted = g_format_size(4 * bytes);
  g_set_error(error, RS_ERROR, RS_ERROR_LIMIT, _("the hours of %u outlets take %s, more than a quarter of what --memory allows; it would have to be %s"), n_institutions, size, wanted);
  return false;
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
  if (!rs_scene_hours_fit(claims->institution->n, rs_spill_memory(), error)) return NULL;
  scene->load = rs_load_new(claims, scene->timeline, n_threads);
  rs_span_next(&span, "usual baskets");
  scene->basket = rs_basket_new(claims, n_threads);
  scene->doctor_visits = count_doctor_visits(knowledge);
  scene->workplace = rs_likely_workplaces(claims, knowledge);
  scene->closed = find_closed(claims, knowledge, scene->timeline);
  const RsText *institution = claims->institution;
  scene->institution_hash = g_new(uint64_t, (gsize)institution->n + 1);
  for (uint32_t f = 0; f < institution->n; f++)
    scene->institution_hash[f] = rs_hash_bytes(rs_text_get(institution, f), rs_text_length(institution, f));
  scene->days = (RsLeaveOut){scene->institution_hash, 0};
  return g_steal_pointer(&scene);
}
