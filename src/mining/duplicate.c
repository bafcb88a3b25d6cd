#include "mining/duplicate.h"

#include "base/calendar.h"
#include "base/parallel.h"
#include "base/sort.h"
#include "mining/region.h"

#include <math.h>
#include <stdlib.h>

enum { N_TASKS = 64, N_STRATA = RS_N_TYPES * RS_N_TYPES * 3 };

static unsigned stratum(const RsClaims *c, uint32_t a, uint32_t b) {
  unsigned x = c->institution_type[a], y = c->institution_type[b];
  return (MIN(x, y) * RS_N_TYPES + MAX(x, y)) * 3 + rs_region_apart(c->region, c->institution_region[a], c->institution_region[b]);
}

static int compare_own(const void *x, const void *y) {
  const RsOwnDrug *a = x, *b = y;
  return (a->drug > b->drug) - (a->drug < b->drug);
}

/* Share of the person's visits that hold the drug once. */
static double own_share(const RsOwnDrugs *own, uint32_t drug) {
  RsOwnDrug key = {drug, 0, 0};
  const RsOwnDrug *at = own->n_drugs > 0 ? bsearch(&key, own->drug, own->n_drugs, sizeof key, compare_own) : NULL;
  return at != NULL && at->lines > at->doubled ? fmin(1.0, (double)(at->lines - at->doubled) / (double)own->n_visits) : 0.0;
}

static double rarity(const RsClaims *c, const RsBasket *basket, uint32_t drug, uint32_t f, uint32_t other) {
  double share = 0.0;
  unsigned type[2] = {c->institution_type[f], c->institution_type[other]};
  for (unsigned i = 0; i < 2; i++)
    if (basket->visits[type[i]] > 0)
      share = fmax(share, (double)basket->by_type[(gsize)drug * RS_N_TYPES + type[i]] / (double)basket->visits[type[i]]);
  return share > 0.0 ? fmax(0.0, -log10(share)) : 0.0;
}

static bool same_amount(const RsClaims *c, uint64_t i, uint64_t j) { return rs_line_amount(c, i) == rs_line_amount(c, j) && rs_line_amount(c, i) > 0; }

static bool same_quantity(const RsClaims *c, uint64_t i, uint64_t j) {
  if (rs_line_quantity(c, i) > 0.0f && rs_line_quantity(c, j) > 0.0f) return rs_line_quantity(c, i) == rs_line_quantity(c, j);
  return same_amount(c, i, j);
}

typedef struct { uint64_t first, end; } Lines;

static Lines lines_of(const RsClaims *c, uint32_t visit) {
  uint64_t first = c->visit_line[visit];
  return (Lines){first, MIN(c->visit_line[visit + 1], first + RS_DUPLICATE_MOST_LINES)};
}

/* No drugs: amounts that are equal line by line, each weighing by how few lines have it: a registration fee is the same everywhere. Bills are
 * short, so all lines are tried against all. */
static uint32_t match_amounts(const RsClaims *c, const RsBasket *basket, Lines a, Lines b, unsigned x, unsigned y, double *weight, uint64_t line[2]) {
  uint32_t n = 0;
  a.end = MIN(a.end, a.first + 16), b.end = MIN(b.end, b.first + 16);
  for (uint64_t i = a.first; i < a.end; i++) {
    for (uint64_t j = b.first; j < b.end; j++) {
      if (!same_amount(c, i, j)) continue;
      if (n++ == 0 && line != NULL) line[0] = i, line[1] = j;
      int64_t amount = rs_line_amount(c, i);
      *weight += fmax(0.0, -log10(fmax(rs_basket_amount_share(basket, x, amount), rs_basket_amount_share(basket, y, amount))));
      break;
    }
  }
  return n;
}

/* Lines of a visit are in order of drug (claims/table.h); those of one drug are tried against each other. */
uint32_t rs_duplicate_match(const RsClaims *c, const RsBasket *basket, const RsOwnDrugs *own, uint32_t visit, uint32_t other,
                            double *weight, uint64_t line[2], GArray *matched) {
  Lines a = lines_of(c, visit), b = lines_of(c, other);
  uint32_t f = c->visit_institution[visit], g = c->visit_institution[other], n = 0;
  double habit = 0.0; /* the rarest of the habits */
  *weight = 0.0;
  if ((c->columns & RS_HAS_DRUG) == 0) {
    if ((c->columns & RS_HAS_AMOUNT) != 0) n = match_amounts(c, basket, a, b, c->institution_type[f], c->institution_type[g], weight, line);
    return n;
  }
  for (uint64_t i = a.first, j = b.first; i < a.end && j < b.end;) {
    uint32_t x = rs_line_drug(c, i), y = rs_line_drug(c, j);
    if (x == RS_NONE || y == RS_NONE) break; /* numbered last */
    if (x < y) i++;
    else if (y < x) j++;
    else {
      uint64_t k = j;
      bool same = false;
      for (; i < a.end && rs_line_drug(c, i) == x && !same; i++)
        for (j = k; j < b.end && rs_line_drug(c, j) == x && !same; j++) {
          same = same_quantity(c, i, j);
          if (same && n == 0 && line != NULL) line[0] = i, line[1] = j;
        }
      while (i < a.end && rs_line_drug(c, i) == x) i++;
      while (j < b.end && rs_line_drug(c, j) == x) j++;
      n += same;
      if (!same) continue;
      uint64_t key[2] = {(uint64_t)x << 32 | visit, (uint64_t)x << 32 | other};
      if (matched != NULL) g_array_append_vals(matched, key, 2);
      double weighs = rarity(c, basket, x, f, g), share = own != NULL ? own_share(own, x) : 0.0;
      if (share > 0.0) habit = fmax(habit, fmin(weighs, -log10(share)));
      else *weight += weighs;
    }
  }
  *weight += habit;
  return n;
}

typedef struct {
  const RsClaims *claims;
  const RsBasket *basket;
  GArray *hits[N_TASKS];
  uint32_t skipped[N_TASKS], referred[N_TASKS];
  uint64_t met[N_TASKS][N_STRATA];
  uint8_t *met_any;     /* [n persons] 1: was at two outlets within the window; the second walk is over these */
  const RsTwice *twice; /* second walk: units whose opportunities are counted */
  uint32_t *first_unit; /* [n outlets + 1] by the first of the two */
  uint32_t *met_pair[64]; /* [n_units] a thread */
} Work;

/* The visits that one is held against are those after it up to this one: RS_TWICE_NEAR_VISITS of the person's, not too many days later. */
static uint32_t near_end(const RsClaims *c, uint32_t person, uint32_t v) {
  const uint64_t too_far = ((uint64_t)c->visit_time[v] / RS_DAY_SECONDS + RS_DUPLICATE_DAYS + 1) * RS_DAY_SECONDS;
  const uint32_t end = MIN(c->person_visit[person + 1], v + 1 + RS_TWICE_NEAR_VISITS);
  uint32_t u = v + 1;
  while (u < end && c->visit_time[u] < too_far) u++;
  return u;
}

/* Scratch of one task. */
typedef struct { GArray *drugs, *matched, *keys, *raw; } Scratch;

/* Of the drugs that matched anywhere: nobody asks for others. matched: drug << 32 | visit. */
static RsOwnDrugs own_drugs(const RsClaims *c, uint32_t person, Scratch *s) {
  uint64_t *key = (uint64_t *)(void *)s->matched->data;
  g_array_set_size(s->drugs, 0);
  if (s->matched->len > 0) rs_sort_u64(key, s->matched->len);
  for (guint i = 0; i < s->matched->len; i++) {
    const RsOwnDrug one = {(uint32_t)(key[i] >> 32), 0, 1};
    RsOwnDrug *last = s->drugs->len > 0 ? &g_array_index(s->drugs, RsOwnDrug, s->drugs->len - 1) : NULL;
    if (last == NULL || last->drug != one.drug) g_array_append_val(s->drugs, one);
    else if (key[i] != key[i - 1]) last->doubled++;
  }
  RsOwnDrugs own = {(RsOwnDrug *)(void *)s->drugs->data, s->drugs->len, c->person_visit[person + 1] - c->person_visit[person]};
  for (uint64_t l = c->visit_line[c->person_visit[person]]; l < c->visit_line[c->person_visit[person + 1]] && own.n_drugs > 0; l++) {
    const RsOwnDrug want = {rs_line_drug(c, l), 0, 0};
    RsOwnDrug *at = bsearch(&want, s->drugs->data, own.n_drugs, sizeof want, compare_own);
    if (at != NULL) at->lines++;
  }
  return own;
}

/* In two prefectures: who buys the usual tablets at two places does so at home. */
static bool is_far(const RsClaims *c, const RsTwiceHit *h) {
  uint32_t here = c->institution_region[h->outlet[0]], there = c->institution_region[h->outlet[1]];
  return here != RS_NONE && there != RS_NONE && rs_region_apart(c->region, here, there) == 2;
}

/* What the next hospital does again for a patient sent there: a few things that are done to a person and that no pharmacy sells. A bill of
 * more of them is no examination done again. */
static bool is_examination(const RsClaims *c, const RsBasket *basket, const RsTwiceHit *hit, GArray *matched) {
  double weight;
  for (unsigned k = 0; k < 2; k++)
    if (c->institution_type[hit->outlet[k]] != RS_TYPE_HOSPITAL && c->institution_type[hit->outlet[k]] != RS_TYPE_CLINIC) return false;
  if ((c->columns & RS_HAS_DRUG) == 0) return false;
  g_array_set_size(matched, 0);
  rs_duplicate_match(c, basket, NULL, hit->visit[0], hit->visit[1], &weight, NULL, matched);
  for (guint i = 0; i < matched->len; i++)
    if (rs_basket_is_goods(basket, (uint32_t)(g_array_index(matched, uint64_t, i) >> 32))) return false;
  return matched->len <= 2 * RS_DUPLICATE_EXAMINATIONS; /* each is there once a visit */
}

static uint64_t pair_of(const RsTwiceHit *hit) {
  return (uint64_t)MIN(hit->outlet[0], hit->outlet[1]) << 32 | MAX(hit->outlet[0], hit->outlet[1]);
}

/* Whether one and the same pair is there once. pair: ascending */
static bool is_once(const uint64_t *pair, guint n, uint64_t key) {
  guint low = 0, high = n;
  while (low < high) {
    guint middle = low + (high - low) / 2;
    if (pair[middle] < key) low = middle + 1;
    else high = middle;
  }
  return low + 1 >= n || pair[low + 1] != key;
}

/* Takes the examinations out of a person's hits, those from `first` on, where two hospitals did so once: who bills treatments twice does it
 * again. Returns how many. */
static uint32_t drop_referrals(const Work *w, GArray *hits, guint first, Scratch *s) {
  g_array_set_size(s->keys, 0);
  for (guint i = first; i < hits->len; i++) {
    const uint64_t pair = pair_of(&g_array_index(hits, RsTwiceHit, i));
    g_array_append_val(s->keys, pair);
  }
  uint64_t *pair = (uint64_t *)(void *)s->keys->data;
  if (s->keys->len > 1) rs_sort_u64(pair, s->keys->len);
  guint kept = first;
  for (guint i = first; i < hits->len; i++) {
    const RsTwiceHit hit = g_array_index(hits, RsTwiceHit, i);
    if (is_once(pair, s->keys->len, pair_of(&hit)) && is_examination(w->claims, w->basket, &hit, s->matched)) continue;
    g_array_index(hits, RsTwiceHit, kept++) = hit;
  }
  const uint32_t dropped = hits->len - kept;
  g_array_set_size(hits, kept);
  return dropped;
}

/* First everything that is equal, then, for the few people who have any, without their habits. Returns how many hits were set aside. */
static uint32_t find_hits(Work *w, uint32_t person, Scratch *s, GArray *hits) {
  const RsClaims *c = w->claims;
  const guint first = hits->len;
  double weight;
  g_array_set_size(s->raw, 0);
  g_array_set_size(s->matched, 0);
  for (uint32_t v = c->person_visit[person]; v < c->person_visit[person + 1]; v++) {
    const uint32_t end = near_end(c, person, v);
    for (uint32_t u = v + 1; u < end; u++) {
      if (c->visit_institution[u] == c->visit_institution[v]) continue;
      w->met_any[person] = 1;
      RsTwiceHit hit = {{person, person}, {c->visit_institution[v], c->visit_institution[u]}, {v, u}, {0, 0}, 0, 0, 0};
      hit.minutes = (c->visit_time[u] - c->visit_time[v]) / 60;
      if (rs_duplicate_match(c, w->basket, NULL, v, u, &weight, hit.line, s->matched) > 0 && weight >= RS_DUPLICATE_WEIGHT)
        g_array_append_val(s->raw, hit);
    }
  }
  if (s->raw->len == 0) return 0;
  RsOwnDrugs own = own_drugs(c, person, s);
  for (guint i = 0; i < s->raw->len; i++) {
    RsTwiceHit hit = g_array_index(s->raw, RsTwiceHit, i);
    hit.n_equal = rs_duplicate_match(c, w->basket, is_far(c, &hit) ? NULL : &own, hit.visit[0], hit.visit[1], &weight, hit.line, NULL);
    if (weight >= RS_DUPLICATE_WEIGHT) g_array_append_val(hits, hit);
  }
  return drop_referrals(w, hits, first, s);
}

static uint32_t find_unit(const Work *w, uint32_t a, uint32_t b) {
  uint32_t low = w->first_unit[a], high = w->first_unit[a + 1];
  while (low < high) {
    const uint32_t middle = low + (high - low) / 2;
    if (w->twice->unit[middle].outlet[1] < b) low = middle + 1;
    else high = middle;
  }
  return low < w->first_unit[a + 1] && w->twice->unit[low].outlet[1] == b ? low : RS_NONE;
}

/* How often this person was at both of two outlets within the window, each pair at most RS_TWICE_EACH times. */
static void count_met(Work *w, uint32_t person, GArray *keys, uint64_t *met, uint32_t *met_pair) {
  const RsClaims *c = w->claims;
  g_array_set_size(keys, 0);
  for (uint32_t v = c->person_visit[person]; v < c->person_visit[person + 1]; v++) {
    const uint32_t end = near_end(c, person, v);
    for (uint32_t u = v + 1; u < end; u++) {
      uint32_t a = c->visit_institution[v], b = c->visit_institution[u];
      if (a == b) continue;
      uint64_t key = (uint64_t)MIN(a, b) << 32 | MAX(a, b);
      g_array_append_val(keys, key);
    }
  }
  if (keys->len > 1) rs_sort_u64((uint64_t *)(void *)keys->data, keys->len);
  for (guint i = 0, end; i < keys->len; i = end) {
    uint64_t key = g_array_index(keys, uint64_t, i);
    for (end = i; end < keys->len && g_array_index(keys, uint64_t, end) == key;) end++;
    uint32_t times = MIN(end - i, (guint)RS_TWICE_EACH), a = (uint32_t)(key >> 32), b = (uint32_t)key;
    met[stratum(c, a, b)] += times;
    uint32_t unit = find_unit(w, a, b);
    if (unit != RS_NONE) met_pair[unit] += times;
  }
}

static void run(size_t task, unsigned thread, void *data) {
  Work *w = data;
  const RsClaims *c = w->claims;
  uint32_t first = (uint32_t)((uint64_t)c->n_persons * task / N_TASKS), end = (uint32_t)((uint64_t)c->n_persons * (task + 1) / N_TASKS);
  g_autoptr(GArray) keys = g_array_new(FALSE, FALSE, sizeof(uint64_t)), drugs = g_array_new(FALSE, FALSE, sizeof(RsOwnDrug));
  g_autoptr(GArray) matched = g_array_new(FALSE, FALSE, sizeof(uint64_t)), raw = g_array_new(FALSE, FALSE, sizeof(RsTwiceHit));
  Scratch scratch = {drugs, matched, keys, raw};
  if (w->twice == NULL) w->hits[task] = g_array_new(FALSE, FALSE, sizeof(RsTwiceHit));
  for (uint32_t p = first; p < end; p++) {
    if (c->person_visit[p + 1] - c->person_visit[p] > RS_TWICE_MOST_VISITS) w->skipped[task] += w->twice == NULL;
    else if (w->twice == NULL) w->referred[task] += find_hits(w, p, &scratch, w->hits[task]);
    else if (w->met_any[p]) count_met(w, p, scratch.keys, w->met[task], w->met_pair[thread]);
  }
}

/* Rates by stratum from all pairs, each pair's hits beyond RS_TWICE_EXCESS taken out of hits and opportunities alike. */
static void expect(const Work *w, RsTwice *t) {
  double met[N_STRATA] = {0}, hits[N_STRATA] = {0}, strong[N_STRATA] = {0};
  for (unsigned task = 0; task < N_TASKS; task++)
    for (unsigned s = 0; s < N_STRATA; s++) met[s] += (double)w->met[task][s];
  for (uint32_t u = 0; u < t->n_units; u++) {
    const RsTwiceUnit *unit = &t->unit[u];
    unsigned s = stratum(w->claims, unit->outlet[0], unit->outlet[1]);
    hits[s] += MIN(unit->counted, (uint32_t)RS_TWICE_EXCESS);
    strong[s] += MIN(unit->counted_strong, (uint32_t)RS_TWICE_EXCESS);
    met[s] -= unit->counted > RS_TWICE_EXCESS ? unit->counted - RS_TWICE_EXCESS : 0;
  }
  for (uint32_t u = 0; u < t->n_units; u++) {
    RsTwiceUnit *unit = &t->unit[u];
    unsigned s = stratum(w->claims, unit->outlet[0], unit->outlet[1]);
    double own = MIN(unit->counted, (uint32_t)RS_TWICE_EXCESS), own_strong = MIN(unit->counted_strong, (uint32_t)RS_TWICE_EXCESS);
    double others = fmax(1.0, met[s] - (double)unit->opportunities);
    unit->trials = unit->opportunities;
    unit->expected = (double)unit->opportunities * fmin(1.0, (hits[s] - own + 0.5) / (others + 10.0));
    unit->expected_strong = (double)unit->opportunities * fmin(1.0, (strong[s] - own_strong + 0.5) / (others + 10.0));
  }
}

RsTwice *rs_duplicates_new(const RsClaims *claims, const RsBasket *basket, unsigned n_threads) {
  g_autofree Work *w = g_new0(Work, 1);
  w->claims = claims;
  w->basket = basket;
  g_autofree uint8_t *met_any = g_malloc0((gsize)claims->n_persons + 1);
  w->met_any = met_any;
  n_threads = CLAMP(n_threads, 1u, 64u);
  rs_parallel(n_threads, N_TASKS, run, w);
  g_autoptr(GArray) all = g_array_new(FALSE, FALSE, sizeof(RsTwiceHit));
  for (unsigned i = 0; i < N_TASKS; i++) {
    g_array_append_vals(all, w->hits[i]->data, w->hits[i]->len);
    g_array_unref(w->hits[i]);
  }
  RsTwice *t = rs_twice_new(all, true, RS_TWICE_EACH);
  for (unsigned i = 0; i < N_TASKS; i++) {
    t->n_not_examined += w->skipped[i];
    t->n_aside += w->referred[i];
  }
  if (t->n_units == 0) return t;
  w->twice = t;
  g_autofree uint32_t *first_unit = w->first_unit = g_new0(uint32_t, (gsize)claims->institution->n + 1);
  for (uint32_t u = 0; u < t->n_units; u++) first_unit[t->unit[u].outlet[0] + 1]++;
  for (uint32_t f = 0; f < claims->institution->n; f++) first_unit[f + 1] += first_unit[f];
  for (unsigned i = 0; i < n_threads; i++) w->met_pair[i] = g_new0(uint32_t, t->n_units);
  rs_parallel(n_threads, N_TASKS, run, w);
  for (unsigned i = 0; i < n_threads; i++) {
    for (uint32_t u = 0; u < t->n_units; u++) t->unit[u].opportunities += w->met_pair[i][u];
    g_free(w->met_pair[i]);
  }
  expect(w, t);
  return t;
}
