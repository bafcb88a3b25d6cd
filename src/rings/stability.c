#include "rings/stability.h"

#include "base/parallel.h"
#include "base/sort.h"
#include "base/timing.h"

#include "rings/companions.h"

#include <stdatomic.h>
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

/* Pairs of persons, their tokens and the chances of both, on the days that are looked at. */
typedef struct {
  RsCovisits *pairs;
  RsTokens *tokens;
  RsChances *chances;
} Left;

static void left_clear(Left *left) {
  rs_covisits_free(left->pairs);
  rs_tokens_free(left->tokens);
  rs_chances_free(left->chances);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Left, left_clear)

/* Whether both are of the neighbourhood; near NULL: all are. */
static bool both_near(const uint8_t *near, uint32_t a, uint32_t b) { return near == NULL || (near[a] && near[b]); }

/* The pairs among the neighbourhood and, of each, the meetings on days that are left. round 0 leaves out nothing. */
static void pairs_left(const RsScene *scene, const RsCovisits *all, const RsChances *known, const uint8_t *near, Left *left) {
  RsCovisits *out = left->pairs;
  uint64_t at = 0;
  for (uint32_t i = 0; i < all->n; i++) {
    if (!both_near(near, all->a[i], all->b[i])) continue;
    uint64_t begin = at;
    for (uint64_t m = all->offset[i]; m < all->offset[i + 1]; m++)
      if (!rs_left_out(&scene->days, all->meeting[m].institution, all->meeting[m].day)) out->meeting[at++] = all->meeting[m];
    if (at - begin < 2) {
      at = begin;
      continue;
    }
    out->a[out->n] = all->a[i];
    out->b[out->n] = all->b[i];
    if (known != NULL) left->chances->pair[out->n] = known->pair[i];
    out->offset[++out->n] = at;
  }
}

static void tokens_left(const RsScene *scene, const RsTokens *all, const RsChances *known, const uint8_t *near, Left *left) {
  RsTokens *out = left->tokens;
  for (uint64_t i = 0; i < all->n; i++) {
    const RsToken *t = &all->token[i];
    if (!both_near(near, t->a, t->b) || rs_left_out(&scene->days, t->institution, t->day)) continue;
    if (known != NULL) left->chances->meeting[out->n] = known->meeting[i];
    out->token[out->n++] = *t;
  }
}

/* known: the chances of all these, or NULL. */
static Left left_of(const RsScene *scene, const RsCovisits *pairs, const RsTokens *tokens, const RsChances *known, const uint8_t *near) {
  uint32_t n = 0;
  uint64_t n_meetings = 0, n_tokens = 0;
  for (uint32_t i = 0; i < pairs->n; i++)
    if (both_near(near, pairs->a[i], pairs->b[i])) {
      n++;
      n_meetings += pairs->offset[i + 1] - pairs->offset[i];
    }
  for (uint64_t i = 0; i < tokens->n; i++) n_tokens += both_near(near, tokens->token[i].a, tokens->token[i].b);
  Left left = {g_new0(RsCovisits, 1), g_new0(RsTokens, 1), known != NULL ? rs_chances_room(n, n_tokens) : NULL};
  left.pairs->a = g_new(uint32_t, (gsize)n + 1);
  left.pairs->b = g_new(uint32_t, (gsize)n + 1);
  left.pairs->offset = g_new0(uint64_t, (gsize)n + 1);
  left.pairs->meeting = g_new(RsMeeting, n_meetings + 1);
  left.tokens->token = g_new(RsToken, n_tokens + 1);
  pairs_left(scene, pairs, known, near, &left);
  tokens_left(scene, tokens, known, near, &left);
  return left;
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

struct RsLeadPeople {
  uint32_t n;
  uint32_t **person, *n_persons; /* [n] of each lead, ascending */
  uint64_t *key;                 /* [n_keys] person << 32 | lead, ascending */
  size_t n_keys;
};

RsLeadPeople *rs_lead_people_new(const RsRing *lead, uint32_t n) {
  RsLeadPeople *out = g_new0(RsLeadPeople, 1);
  size_t all = 0;
  out->n = n;
  out->person = g_new(uint32_t *, (gsize)n + 1);
  out->n_persons = g_new(uint32_t, (gsize)n + 1);
  for (uint32_t i = 0; i < n; i++) {
    out->person[i] = rs_ring_persons(&lead[i]);
    all += out->n_persons[i] = lead[i].count[RS_PERSON];
  }
  out->key = g_new(uint64_t, all + 1);
  for (uint32_t i = 0; i < n; i++)
    for (uint32_t k = 0; k < out->n_persons[i]; k++) out->key[out->n_keys++] = (uint64_t)out->person[i][k] << 32 | i;
  rs_sort_u64(out->key, out->n_keys);
  return out;
}

void rs_lead_people_free(RsLeadPeople *people) {
  if (people == NULL) return;
  for (uint32_t i = 0; i < people->n; i++) g_free(people->person[i]);
  g_free(people->person);
  g_free(people->n_persons);
  g_free(people->key);
  g_free(people);
}

void rs_lead_people_mark(const RsLeadPeople *people, const uint32_t *group, uint32_t n_group, uint8_t *again) {
  for (uint32_t m = 0; m < n_group; m++) {
    size_t low = 0, high = people->n_keys;
    while (low < high) {
      const size_t middle = low + (high - low) / 2;
      if (people->key[middle] >> 32 < group[m]) low = middle + 1;
      else high = middle;
    }
    for (; low < people->n_keys && people->key[low] >> 32 == group[m]; low++) {
      const uint32_t i = (uint32_t)people->key[low];
      again[i] = again[i] || rs_stability_same(group, n_group, people->person[i], people->n_persons[i]);
    }
  }
}

/* ---- repeats of any search ---- */

typedef struct {
  const RsScene *scene;
  uint32_t n;
  RsRepeatFunc repeat;
  void *data;
  atomic_uint *found, *missed; /* [n] rounds so far */
  bool done[RS_STABILITY_ROUNDS];
  GError *error[RS_STABILITY_ROUNDS];
} Rounds;

/* Whether the rounds to come can change the grade of a lead. */
static bool is_open(unsigned found, unsigned missed) {
  const unsigned most = RS_STABILITY_ROUNDS - missed;
  return found < RS_STABILITY_A && most >= RS_STABILITY_B && (found < RS_STABILITY_B || most >= RS_STABILITY_A);
}

/* Leads whose grade is certain are not looked for again: which those are depends on how rounds fall on threads, the grades do not. */
static void run_round(size_t task, unsigned thread, void *data) {
  (void)thread;
  Rounds *r = data;
  RsScene some = *r->scene; /* the same city, looked at on some days */
  g_autofree uint8_t *again = g_new0(uint8_t, r->n), *settled = g_new0(uint8_t, r->n);
  uint32_t n_open = 0;
  for (uint32_t i = 0; i < r->n; i++) {
    settled[i] = again[i] = !is_open(r->found[i], r->missed[i]);
    n_open += !settled[i];
  }
  r->done[task] = true;
  if (n_open == 0) return;
  some.days.round = (uint32_t)task + 1;
  r->done[task] = r->repeat(&some, again, r->data, &r->error[task]);
  for (uint32_t i = 0; i < r->n; i++)
    if (!settled[i]) (again[i] ? r->found : r->missed)[i]++;
}

bool rs_stability_repeat(const RsScene *scene, uint32_t n, unsigned n_threads, RsRepeatFunc repeat, void *data, uint32_t *times, GError **error) {
  if (n == 0) return true;
  g_autofree atomic_uint *found = g_new0(atomic_uint, n), *missed = g_new0(atomic_uint, n);
  Rounds rounds = {.scene = scene, .n = n, .repeat = repeat, .data = data, .found = found, .missed = missed};
  g_auto(RsSpan) span;
  rs_span_begin(&span, "stability");
  rs_parallel(n_threads, RS_STABILITY_ROUNDS, run_round, &rounds);
  bool good = true;
  for (unsigned round = 0; round < RS_STABILITY_ROUNDS; round++) {
    if (rounds.error[round] != NULL && good) g_propagate_error(error, rounds.error[round]);
    else g_clear_error(&rounds.error[round]);
    good = good && rounds.done[round];
  }
  for (uint32_t i = 0; i < n; i++) times[i] = found[i];
  return good;
}

/* ---- groups that move together ---- */

typedef struct {
  const Left *whole;        /* of the neighbourhood, all their days; each repeat chooses from these */
  const RsGroup *const *group;
  uint32_t n;
  uint64_t seed;
} Repeats;

static bool repeat(const RsScene *some, uint8_t *again, void *data, GError **error) {
  const Repeats *r = data;
  g_auto(Left) left = left_of(some, r->whole->pairs, r->whole->tokens, r->whole->chances, NULL);
  g_autoptr(RsAffinity) ties =
      rs_affinity_new(some->claims, some->knowledge, some->timeline, some->load, some->basket, left.pairs, left.tokens, left.chances, 1);
  static const RsSets sets[] = {RS_SETS_NEAR, RS_SETS_WIDE}; /* the cheap ones find nearly all; a set that is both is looked at twice */
  for (unsigned i = 0; i < G_N_ELEMENTS(sets); i++) {
    g_autoptr(RsCandidates) candidates = rs_candidates_new(ties, sets[i], r->seed, 1, error);
    if (candidates == NULL) return false;
    if (rs_companions_find(some, candidates, r->group, r->n, again) == 0) break;
  }
  return true;
}

bool rs_stability_count(const RsScene *scene, const RsCovisits *covisits, const RsTokens *tokens, const RsAffinity *affinity,
                        const RsGroup *const *group, uint32_t n, uint64_t seed, unsigned n_threads, uint32_t *times, GError **error) {
  if (n == 0) return true;
  g_autofree uint8_t *near = neighbourhood(affinity, group, n, scene->claims->n_persons);
  g_auto(Left) whole = left_of(scene, covisits, tokens, NULL, near);
  whole.chances = rs_chances_new(scene->claims, scene->knowledge, scene->load, scene->basket, whole.pairs, whole.tokens, n_threads);
  Repeats repeats = {&whole, group, n, seed};
  return rs_stability_repeat(scene, n, n_threads, repeat, &repeats, times, error);
}
