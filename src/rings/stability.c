#include "rings/stability.h"

#include "base/parallel.h"

#include "rings/companions.h"

#include <string.h>

char rs_stability_grade(uint32_t found) { return found >= RS_STABILITY_A ? 'A' : found >= RS_STABILITY_B ? 'B' : 'C'; }

/* Members of the leads and everybody tied to one of them. */
static uint8_t *neighbourhood(const RsAffinity *affinity, const RsGroup *const *group, uint32_t n, uint32_t n_persons) {
  g_autofree uint8_t *member = g_malloc0((gsize)n_persons + 1);
  uint8_t *near = g_malloc0((gsize)n_persons + 1);
  for (uint32_t g = 0; g < n; g++)
    for (uint32_t i = 0; i < group[g]->n; i++) member[group[g]->person[i]] = near[group[g]->person[i]] = 1;
  for (uint32_t i = 0; i < affinity->n; i++)
    if (member[affinity->a[i]] || member[affinity->b[i]]) near[affinity->a[i]] = near[affinity->b[i]] = 1;
  return near;
}

/* The pairs among the neighbourhood and, of each, the meetings on days that are left. scene->round 0 leaves out nothing. */
static RsCovisits *covisits_left(const RsScene *scene, const RsCovisits *all, const uint8_t *near) {
  uint32_t n = 0;
  uint64_t n_meetings = 0;
  for (uint32_t i = 0; i < all->n; i++)
    if (near[all->a[i]] && near[all->b[i]]) {
      n++;
      n_meetings += all->offset[i + 1] - all->offset[i];
    }
  RsCovisits *out = g_new0(RsCovisits, 1);
  out->a = g_new(uint32_t, (gsize)n + 1);
  out->b = g_new(uint32_t, (gsize)n + 1);
  out->offset = g_new0(uint64_t, (gsize)n + 1);
  out->meeting = g_new(RsMeeting, n_meetings + 1);
  uint64_t at = 0;
  for (uint32_t i = 0; i < all->n; i++) {
    if (!near[all->a[i]] || !near[all->b[i]]) continue;
    uint64_t begin = at;
    for (uint64_t m = all->offset[i]; m < all->offset[i + 1]; m++)
      if (!rs_scene_left_out(scene, all->meeting[m].institution, all->meeting[m].day)) out->meeting[at++] = all->meeting[m];
    if (at - begin < 2) {
      at = begin;
      continue;
    }
    out->a[out->n] = all->a[i];
    out->b[out->n++] = all->b[i];
    out->offset[out->n] = at;
  }
  return out;
}

static RsTokens *tokens_left(const RsScene *scene, const RsTokens *all, const uint8_t *near) {
  RsTokens *out = g_new0(RsTokens, 1);
  uint64_t n = 0;
  for (uint64_t i = 0; i < all->n; i++) n += near[all->token[i].a] && near[all->token[i].b];
  out->token = g_new(RsToken, n + 1);
  for (uint64_t i = 0; i < all->n; i++) {
    const RsToken *t = &all->token[i];
    if (near[t->a] && near[t->b] && !rs_scene_left_out(scene, t->institution, t->day)) out->token[out->n++] = *t;
  }
  return out;
}

static bool found_again(const RsCompanions *companions, const RsGroup *lead) {
  for (uint32_t i = 0; i < companions->n; i++) {
    uint32_t shared = rs_group_overlap(companions->group[i], lead);
    if (2 * shared >= companions->group[i]->n + lead->n - shared) return true;
  }
  return false;
}

typedef struct {
  const RsScene *scene;
  const RsCovisits *pairs;  /* of the neighbourhood, all their days; each repeat chooses from these */
  const RsTokens *tokens;
  const uint8_t *near;
  const RsGroup *const *group;
  uint32_t n;
  uint64_t seed;
  uint8_t *again;           /* [RS_STABILITY_ROUNDS * n] */
  GError *error[RS_STABILITY_ROUNDS];
} Repeats;

/* One repeat, alone on its thread. */
static void repeat(size_t task, unsigned thread, void *data) {
  (void)thread;
  Repeats *r = data;
  RsScene some = *r->scene; /* the same city, looked at on some days */
  some.round = (uint32_t)task + 1;
  g_autoptr(RsCovisits) pairs = covisits_left(&some, r->pairs, r->near);
  g_autoptr(RsTokens) tokens = tokens_left(&some, r->tokens, r->near);
  g_autoptr(RsAffinity) ties = rs_affinity_new(some.claims, some.knowledge, some.timeline, some.load, some.basket, pairs, tokens, 1);
  g_autoptr(RsCandidates) candidates = rs_candidates_new(ties, some.claims->n_persons, r->seed, 1, &r->error[task]);
  if (candidates == NULL) return;
  g_autoptr(RsCompanions) companions = rs_companions_new(&some, candidates, false, 1);
  for (uint32_t i = 0; i < r->n; i++) r->again[task * r->n + i] = found_again(companions, r->group[i]);
}

bool rs_stability_count(const RsScene *scene, const RsCovisits *covisits, const RsTokens *tokens, const RsAffinity *affinity,
                        const RsGroup *const *group, uint32_t n, uint64_t seed, unsigned n_threads, uint32_t *found, GError **error) {
  memset(found, 0, n * sizeof *found);
  if (n == 0) return true;
  g_autofree uint8_t *near = neighbourhood(affinity, group, n, scene->claims->n_persons);
  g_autoptr(RsCovisits) pairs = covisits_left(scene, covisits, near);
  g_autoptr(RsTokens) shared = tokens_left(scene, tokens, near);
  g_autofree uint8_t *again = g_new0(uint8_t, (gsize)RS_STABILITY_ROUNDS * n);
  Repeats repeats = {scene, pairs, shared, near, group, n, seed, again, {NULL}};
  rs_parallel(n_threads, RS_STABILITY_ROUNDS, repeat, &repeats);
  bool good = true;
  for (unsigned round = 0; round < RS_STABILITY_ROUNDS; round++) {
    for (uint32_t i = 0; i < n; i++) found[i] += again[(size_t)round * n + i];
    if (repeats.error[round] == NULL) continue;
    if (good) g_propagate_error(error, repeats.error[round]);
    else g_error_free(repeats.error[round]);
    good = false;
  }
  return good;
}
