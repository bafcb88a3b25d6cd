#include "rings/batch.h"

#include "base/parallel.h"
#include "base/timing.h"
#include "mining/covisit.h"
#include "rings/candidates.h"
#include "rings/companions.h"
#include "rings/draft.h"
#include "rings/near_misses.h"
#include "rings/score.h"
#include "rings/stability.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { MAX_NEAR_MISSES = 5, MAX_HOLDERS = 10 };

typedef struct {
  const RsScene *scene;
  const RsCompanions *companions;
  const RsScores *scores;
} Batch;

static int compare_net(const void *x, const void *y, void *data) {
  const Batch *b = data;
  uint32_t i = *(const uint32_t *)x, j = *(const uint32_t *)y;
  const RsGroup *g = b->companions->group[i], *h = b->companions->group[j];
  if (g->net != h->net) return g->net > h->net ? -1 : 1;
  return (i > j) - (i < j); /* companions are in order of content */
}

static bool overlaps(const Batch *b, const GArray *taken, uint32_t i) {
  const RsGroup *g = b->companions->group[i];
  for (guint k = 0; k < taken->len; k++) {
    const RsGroup *other = b->companions->group[g_array_index(taken, uint32_t, k)];
    if (rs_group_overlap(g, other) * 10 >= MIN(g->n, other->n) * 6) return true;
  }
  return false;
}

/* Of overlapping groups the one that explains most visits with fewest absences stands for all; rings may still share members. */
static GArray *choose(const Batch *b, bool leads, const GArray *taken_before) {
  g_autoptr(GArray) order = g_array_new(FALSE, FALSE, sizeof(uint32_t));
  GArray *taken = g_array_new(FALSE, FALSE, sizeof(uint32_t));
  for (uint32_t i = 0; i < b->scores->n; i++) {
    const RsScore *s = &b->scores->score[i];
    if (leads ? s->lead : !s->lead && s->score > 0 && b->companions->group[i]->n >= RS_LEAD_PERSONS) g_array_append_val(order, i);
  }
  g_array_sort_with_data(order, compare_net, (gpointer)b);
  for (guint k = 0; k < order->len; k++) {
    uint32_t i = g_array_index(order, uint32_t, k);
    if (!overlaps(b, taken, i) && (taken_before == NULL || !overlaps(b, taken_before, i))) g_array_append_val(taken, i);
  }
  return taken;
}

static bool line_has_fact(const RsClaims *c, const RsGroup *g, const RsFact *fact, uint64_t line) {
  if (strcmp(fact->code, "recurring_drugs") != 0) return true;
  for (uint32_t i = 0; i < g->n_drugs; i++)
    if (g->drug[i].drug == rs_line_drug(c, line)) return true;
  return false;
}

static void add_evidence(RsDraft *draft, const RsClaims *c, const RsGroup *g) {
  for (uint32_t i = 0; i < g->n_attendances; i++) {
    uint32_t v = g->attendance[i].visit;
    for (uint64_t l = c->visit_line[v]; l < c->visit_line[v + 1]; l++) {
      uint32_t bits = 0;
      for (guint f = 0; f < draft->facts->len; f++)
        if (line_has_fact(c, g, &g_array_index(draft->facts, RsFact, f), l)) bits |= 1u << f;
      rs_draft_line(draft, l, bits);
    }
  }
}

static void add_outlets(RsDraft *draft, const RsGroup *g) {
  for (uint32_t i = 0, end; i < g->n_bursts; i = end) {
    for (end = i; end < g->n_bursts && g->burst[end].institution == g->burst[i].institution;) end++;
    rs_draft_member(draft, RS_INSTITUTION, g->burst[i].institution, RS_ROLE_OUTLET, (double)(end - i) / (double)g->n_bursts);
  }
}

/* Which members were in each burst, by their place among the ring's members. */
static void mark_bursts(RsRing *ring, const RsGroup *g) {
  for (uint32_t b = 0; b < ring->n_bursts; b++) {
    RsBurst *burst = &ring->bursts[b];
    for (uint32_t i = 0; i < g->n_attendances; i++) {
      const RsGroupBurst *at = &g->burst[g->attendance[i].burst];
      if (at->institution != burst->institution || at->first_time != burst->first_time) continue;
      for (uint32_t m = 0; m < MIN(256u, ring->count[RS_PERSON]); m++)
        if (ring->members[m].id == g->person[g->attendance[i].member]) burst->member_bits[m / 64] |= (uint64_t)1 << (m % 64);
    }
  }
}

static RsRing make_ring(const Batch *b, uint32_t index, bool with_evidence) {
  const RsGroup *g = b->companions->group[index];
  const RsScore *score = &b->scores->score[index];
  const RsClaims *c = b->scene->claims;
  g_auto(RsDraft) draft;
  RsRing ring;
  rs_draft_init(&draft, RS_BATCH);
  for (uint32_t i = 0; i < score->n_facts; i++) rs_draft_fact(&draft, score->fact[i]);
  for (uint32_t i = 0; i < g->n; i++) {
    double share = (double)g->n_attended[i] / (double)g->n_bursts;
    rs_draft_member(&draft, RS_PERSON, g->person[i], share >= 0.5 ? RS_ROLE_CORE : RS_ROLE_MEMBER, share);
  }
  add_outlets(&draft, g);
  for (uint32_t i = 0; i < g->n_drugs && i < 20; i++)
    rs_draft_member(&draft, RS_DRUG, g->drug[i].drug, RS_ROLE_ITEM, (double)g->drug[i].n_members / (double)g->n);
  add_evidence(&draft, c, g);
  rs_draft_entities(&draft, c);
  if (!with_evidence) g_array_set_size(draft.evidence, 0);
  for (uint32_t i = 0; i < g->n_bursts; i++) {
    RsBurst burst = {g->burst[i].first_time, g->burst[i].last_time, g->burst[i].institution, g->burst[i].n_members, {0}};
    g_array_append_val(draft.bursts, burst);
  }
  rs_draft_finish(&draft, c, &ring);
  mark_bursts(&ring, g);
  return ring;
}

static void add_near_misses(const Batch *b, const GArray *leads, GArray *out) {
  g_autoptr(GArray) chosen = choose(b, false, leads);
  int32_t bar = 0;
  g_autoptr(GArray) score = g_array_new(FALSE, FALSE, sizeof(int32_t));
  for (guint i = 0; i < chosen->len; i++) g_array_append_val(score, b->scores->score[g_array_index(chosen, uint32_t, i)].score);
  for (unsigned k = 0; k < MAX_NEAR_MISSES && k < score->len; k++) { /* the fifth best score is the bar */
    guint best = k;
    for (guint i = k + 1; i < score->len; i++)
      if (g_array_index(score, int32_t, i) > g_array_index(score, int32_t, best)) best = i;
    int32_t swap = g_array_index(score, int32_t, k);
    bar = g_array_index(score, int32_t, k) = g_array_index(score, int32_t, best);
    g_array_index(score, int32_t, best) = swap;
  }
  g_autoptr(GArray) rings = g_array_new(FALSE, FALSE, sizeof(RsRing));
  for (guint i = 0; i < chosen->len && rings->len < 4 * MAX_NEAR_MISSES; i++) {
    uint32_t index = g_array_index(chosen, uint32_t, i);
    if (b->scores->score[index].score < bar) continue;
    RsRing ring = make_ring(b, index, false);
    g_array_append_val(rings, ring);
  }
  rs_near_misses_add(rings, MAX_NEAR_MISSES, out);
}

static void add_set_aside(const Batch *b, GArray *out) {
  static const char *const one[RS_N_INNOCENT] = {
      NULL, N_("%llu household"), N_("%llu care home"), N_("%llu fixed-schedule group"), N_("%llu event"), N_("%llu group where one fetches for another"),
      N_("%llu group of one works or school"), N_("%llu group on promotion days or in a wave of illness"), N_("%llu group on the way from a hospital"),
      N_("%llu group of one doctor's patients")};
  static const char *const many[RS_N_INNOCENT] = {
      NULL, N_("%llu households"), N_("%llu care homes"), N_("%llu fixed-schedule groups"), N_("%llu events"), N_("%llu groups where one fetches for another"),
      N_("%llu groups of one works or school"), N_("%llu groups on promotion days or in a wave of illness"), N_("%llu groups on the way from a hospital"),
      N_("%llu groups of one doctor's patients")};
  uint64_t count[RS_N_INNOCENT] = {0};
  for (uint32_t i = 0; i < b->scores->n; i++)
    if (b->companions->reference[i] && !b->scores->score[i].lead) count[b->scores->score[i].innocent]++;
  for (unsigned k = RS_HOUSEHOLD; k < RS_N_INNOCENT; k++) {
    if (count[k] == 0) continue;
    RsNotice notice = {rs_innocent_name[k], RS_PERSON, RS_NONE, count[k], NULL, NULL};
    rs_notice_say(&notice, count[k] == 1 ? one[k] : many[k], (unsigned long long)count[k]);
    g_array_append_val(out, notice);
  }
}

static void add_crowds(const RsScene *scene, const RsCovisits *covisits, GArray *out) {
  for (uint32_t f = 0; f < scene->timeline->n_institutions; f++) {
    const char *id = rs_text_get(scene->claims->institution, f);
    if (covisits->n_skipped[f] > 0) {
      RsNotice notice = {"crowd", RS_INSTITUTION, f, covisits->n_skipped[f], NULL, NULL};
      rs_notice_say(&notice, scene->load->has_clock ? N_("%s: windows from %u visits not expanded, up to %u visits within 3 minutes")
                                                    : N_("%s: windows from %u visits not expanded, up to %u visits within one day"),
                    id, covisits->n_skipped[f], covisits->crowd[f]);
      g_array_append_val(out, notice);
    }
    if (scene->load->degenerate[f]) {
      RsNotice notice = {"batch_settling", RS_INSTITUTION, f, scene->timeline->offset[f + 1] - scene->timeline->offset[f], NULL, NULL};
      rs_notice_say(&notice, "%s: time stamps come in batches; nearness in time is not used there", id);
      g_array_append_val(out, notice);
    }
  }
}

/* ---- the pattern ---- */

typedef struct {
  const Batch *batch;
  const GArray *chosen; /* of uint32_t */
  RsRing *ring;         /* [n chosen] */
  const RsAffinity *affinity;
  const RsCovisits *covisits;
  uint32_t n_validated;
} Told;

/* The pairs that pass the strict bar first, which take longest; then a ring each. */
static void tell(size_t task, unsigned thread, void *data) {
  Told *told = data;
  const RsScene *scene = told->batch->scene;
  (void)thread;
  if (task > 0) told->ring[task - 1] = make_ring(told->batch, g_array_index(told->chosen, uint32_t, task - 1), true);
  else told->n_validated = rs_affinity_validated(told->affinity, scene->claims, scene->timeline, scene->load, told->covisits);
}

bool rs_batch_find(const RsScene *scene, const RsDetectOptions *options, GArray *leads, GArray *near_misses, GArray *set_aside,
                   GArray *not_examined, RsBatchCounts *counts, GError **error) {
  RsCovisitOptions how = RS_COVISIT_DEFAULTS;
  how.n_threads = options->n_threads;
  g_auto(RsSpan) span;
  rs_span_begin(&span, "co-visits");
  g_autoptr(RsCovisits) covisits = rs_covisits_new(scene->claims, scene->timeline, &how, error);
  if (covisits == NULL) return false;
  g_autofree uint8_t *rare = rs_affinity_rare_drugs(scene->basket);
  rs_span_next(&span, "shared rare drugs");
  g_autoptr(RsTokens) tokens = rs_tokens_new(scene->claims, scene->timeline, rare, MAX_HOLDERS, options->n_threads);
  rs_span_next(&span, "affinity");
  g_autoptr(RsAffinity) affinity =
      rs_affinity_new(scene->claims, scene->knowledge, scene->timeline, scene->load, scene->basket, covisits, tokens, NULL, options->n_threads);
  rs_span_next(&span, "candidates");
  g_autoptr(RsCandidates) candidates = rs_candidates_new(affinity, RS_SETS_ALL, options->seed, options->n_threads, error);
  if (candidates == NULL) return false;
  rs_span_next(&span, "groups");
  g_autoptr(RsCompanions) companions = rs_companions_new(scene, candidates, options->n_threads);
  rs_span_next(&span, "scores");
  g_autoptr(RsScores) scores = rs_scores_new(scene, companions, options);
  Batch batch = {scene, companions, scores};
  g_autoptr(GArray) chosen = choose(&batch, true, NULL);
  g_autofree const RsGroup **group = g_new(const RsGroup *, (gsize)chosen->len + 1);
  g_autofree uint32_t *found = g_new0(uint32_t, (gsize)chosen->len + 1);
  for (guint i = 0; i < chosen->len; i++) group[i] = companions->group[g_array_index(chosen, uint32_t, i)];
  rs_span_end(&span);
  if (!rs_stability_count(scene, covisits, tokens, affinity, group, chosen->len, options->seed, options->n_threads, found, error)) return false;
  rs_span_begin(&span, "rings");
  g_autofree RsRing *ring = g_new(RsRing, (gsize)chosen->len + 1);
  Told told = {&batch, chosen, ring, affinity, covisits, 0};
  rs_parallel(options->n_threads, (size_t)chosen->len + 1, tell, &told);
  for (guint i = 0; i < chosen->len; i++) ring[i].stability = rs_stability_grade(found[i], companions->n_reference < RS_CALIBRATED);
  if (chosen->len > 0) g_array_append_vals(leads, ring, chosen->len);
  add_near_misses(&batch, chosen, near_misses);
  add_set_aside(&batch, set_aside);
  add_crowds(scene, covisits, not_examined);
  *counts = (RsBatchCounts){companions->n_reference, affinity->n, told.n_validated};
  return true;
}
