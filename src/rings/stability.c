#include "rings/stability.h"

#include "base/parallel.h"

#include "rings/companions.h"

#include <string.h>

char rs_stability_grade(uint32_t times, bool uncalibrated) {
  if (uncalibrated) return times >= RS_STABILITY_A ? 'B' : 'C';
  return times >= RS_STABILITY_A ? 'A' : times >= RS_STABILITY_B ? 'B' : 'C';
}

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

/* The pairs among the neighbourhood and, of each, the meetings on days that are left. round 0 leaves out nothing. */
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
      if (!rs_left_out(&scene->days, all->meeting[m].institution, all->meeting[m].day)) out->meeting[at++] = all->meeting[m];
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
    if (near[t->a] && near[t->b] && !rs_left_out(&scene->days, t->institution, t->day)) out->token[out->n++] = *t;
  }
  return out;
}

bool rs_stability_same(const uint32_t *a, uint32_t n, const uint32_t *b, uint32_t m) {
  uint32_t both = 0;
  for (uint32_t i = 0, k = 0; i < n && k < m;) {
    if (a[i] < b[k]) i++;
    else if (a[i] > b[k]) k++;
    else both++, i++, k++;
  }
  return both > 0 && 2 * both >= n + m - both;
}

/* ---- repeats of any search ---- */

typedef struct {
  const RsScene *scene;
  uint32_t n;
  RsRepeatFunc repeat;
  void *data;
  uint8_t *again; /* [RS_STABILITY_ROUNDS * n] */
  bool done[RS_STABILITY_ROUNDS];
  GError *error[RS_STABILITY_ROUNDS];
} Rounds;

static void run_round(size_t task, unsigned thread, void *data) {
  (void)thread;
  Rounds *r = data;
  RsScene some = *r->scene; /* the same city, looked at on some days */
  some.days.round = (uint32_t)task + 1;
  r->done[task] = r->repeat(&some, r->again + task * r->n, r->data, &r->error[task]);
}

bool rs_stability_repeat(const RsScene *scene, uint32_t n, unsigned n_threads, RsRepeatFunc repeat, void *data, uint32_t *times, GError **error) {
  memset(times, 0, n * sizeof *times);
  if (n == 0) return true;
  g_autofree uint8_t *again = g_new0(uint8_t, (gsize)RS_STABILITY_ROUNDS * n);
  Rounds rounds = {.scene = scene, .n = n, .repeat = repeat, .data = data, .again = again};
  rs_parallel(n_threads, RS_STABILITY_ROUNDS, run_round, &rounds);
  bool good = true;
  for (unsigned round = 0; round < RS_STABILITY_ROUNDS; round++) {
    for (uint32_t i = 0; i < n; i++) times[i] += again[(size_t)round * n + i];
    if (rounds.error[round] != NULL && good) g_propagate_error(error, rounds.error[round]);
    else g_clear_error(&rounds.error[round]);
    good = good && rounds.done[round];
  }
  return good;
}

/* ---- groups that move together ---- */

typedef struct {
  const RsCovisits *pairs;  /* of the neighbourhood, all their days; each repeat chooses from these */
  const RsTokens *tokens;
  const uint8_t *near;
  const RsGroup *const *group;
  uint32_t n;
  uint64_t seed;
} Repeats;

static bool repeat(const RsScene *some, uint8_t *again, void *data, GError **error) {
  const Repeats *r = data;
  g_autoptr(RsCovisits) pairs = covisits_left(some, r->pairs, r->near);
  g_autoptr(RsTokens) tokens = tokens_left(some, r->tokens, r->near);
  g_autoptr(RsAffinity) ties = rs_affinity_new(some->claims, some->knowledge, some->timeline, some->load, some->basket, pairs, tokens, 1);
  static const RsSets sets[] = {RS_SETS_NEAR, RS_SETS_WIDE}; /* the cheap ones find nearly all; a set that is both is looked at twice */
  for (unsigned i = 0; i < G_N_ELEMENTS(sets); i++) {
    g_autoptr(RsCandidates) candidates = rs_candidates_new(ties, some->claims->n_persons, sets[i], r->seed, error);
    if (candidates == NULL) return false;
    if (rs_companions_find(some, candidates, r->group, r->n, again) == 0) break;
  }
  return true;
}

bool rs_stability_count(const RsScene *scene, const RsCovisits *covisits, const RsTokens *tokens, const RsAffinity *affinity,
                        const RsGroup *const *group, uint32_t n, uint64_t seed, unsigned n_threads, uint32_t *times, GError **error) {
  if (n == 0) return true;
  g_autofree uint8_t *near = neighbourhood(affinity, group, n, scene->claims->n_persons);
  g_autoptr(RsCovisits) pairs = covisits_left(scene, covisits, near);
  g_autoptr(RsTokens) shared = tokens_left(scene, tokens, near);
  Repeats repeats = {pairs, shared, near, group, n, seed};
  return rs_stability_repeat(scene, n, n_threads, repeat, &repeats, times, error);
}
