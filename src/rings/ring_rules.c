#include "rings/ring_rules.h"

static uint64_t *ring_lines(const RsRing *ring) {
  uint64_t *line = g_new(uint64_t, ring->n_evidence + 1);
  for (uint64_t i = 0; i < ring->n_evidence; i++) line[i] = ring->evidence[i].line;
  return line;
}

void rs_ring_rules_add(const RsScene *scene, const RsDetectOptions *options, RsRings *rings) {
  const RsRuleCity city = {scene->claims, scene->knowledge, scene->timeline, scene->basket};
  g_autoptr(GPtrArray) owned = g_ptr_array_new_with_free_func(g_free);
  g_autofree RsRuleGroup *group = g_new0(RsRuleGroup, (gsize)rings->n_rings + 1);
  for (uint32_t i = 0; i < rings->n_rings; i++) {
    const RsRing *ring = &rings->rings[i];
    uint64_t *line = ring_lines(ring);
    uint32_t *person = rs_ring_persons(ring);
    g_ptr_array_add(owned, line);
    g_ptr_array_add(owned, person);
    group[i] = (RsRuleGroup){.line = line, .n_lines = ring->n_evidence, .person = person, .n_persons = ring->count[RS_PERSON]};
  }
  rs_rules_find(&city, group, rings->n_rings, options->n_threads);
  for (uint32_t i = 0; i < rings->n_rings; i++) {
    rings->rings[i].n_rules = group[i].n_rules;
    rings->rings[i].rules = group[i].rule;
  }
}
