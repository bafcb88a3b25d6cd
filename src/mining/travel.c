#include "mining/travel.h"

#include "base/calendar.h"
#include "base/parallel.h"
#include "mining/region.h"

#include <math.h>
#include <stdlib.h>

enum { N_TASKS = 64, WIDE_FROM = 240, WIDE_TO = 1440, BORDER_OUTLETS = 6, BORDER_HITS = 4 };
#define BORDER_CHANCE 0.01

/* One end of a pair of visits hours apart, and the other: its limit in minutes. */
typedef struct { uint32_t outlet, other, person, limit; } Wide;

/* An outlet seen from one end of a pair of visits, the prefecture of the other end, and the hit: RS_NONE where the pair is no hit but less than
 * twice its limit apart. */
typedef struct { uint32_t outlet, place, hit; } Way;

typedef struct {
  const RsClaims *claims;
  const uint8_t *skip, *explained;
  const uint32_t *prefecture; /* [n regions] */
  GArray *hits[N_TASKS], *wide[N_TASKS], *beyond[N_TASKS];
  uint32_t skipped[N_TASKS];
} Work;

static bool usable(const Work *w, uint32_t visit) {
  const RsClaims *c = w->claims;
  uint32_t f = c->visit_institution[visit];
  return c->visit_time[visit] % RS_DAY_SECONDS != 0 && c->institution_region[f] != RS_NONE && (w->skip == NULL || w->skip[f] == 0);
}

static void take_pair(Work *w, uint32_t person, uint32_t v, uint32_t u, size_t task) {
  const RsClaims *c = w->claims;
  uint32_t f = c->visit_institution[v], g = c->visit_institution[u], here = c->institution_region[f], there = c->institution_region[g];
  if (w->prefecture[here] == w->prefecture[there]) return;
  if (w->explained != NULL && w->explained[v] && w->explained[u]) return;
  uint32_t minutes = (c->visit_time[u] - c->visit_time[v]) / 60, limit = rs_region_minutes(c->region, here, there);
  if (limit == 0 || minutes > WIDE_TO) return;
  if (minutes >= limit && minutes < 2 * limit) {
    const Way way[2] = {{f, w->prefecture[there], RS_NONE}, {g, w->prefecture[here], RS_NONE}};
    g_array_append_vals(w->beyond[task], way, 2);
  }
  if (minutes >= limit && minutes < WIDE_FROM) return;
  if (minutes >= WIDE_FROM) {
    Wide wide[2] = {{f, g, person, limit}, {g, f, person, limit}};
    g_array_append_vals(w->wide[task], wide, 2);
    return;
  }
  RsTwiceHit hit = {{person, person}, {f, g}, {v, u}, {c->visit_line[v], c->visit_line[u]}, 1, minutes, limit};
  g_array_append_val(w->hits[task], hit);
}

static void run(size_t task, unsigned thread, void *data) {
  (void)thread;
  Work *w = data;
  const RsClaims *c = w->claims;
  uint32_t first = (uint32_t)((uint64_t)c->n_persons * task / N_TASKS), end = (uint32_t)((uint64_t)c->n_persons * (task + 1) / N_TASKS);
  w->hits[task] = g_array_new(FALSE, FALSE, sizeof(RsTwiceHit));
  w->wide[task] = g_array_new(FALSE, FALSE, sizeof(Wide));
  w->beyond[task] = g_array_new(FALSE, FALSE, sizeof(Way));
  for (uint32_t p = first; p < end; p++) {
    uint32_t before = RS_NONE;
    if (c->person_visit[p + 1] - c->person_visit[p] > RS_TWICE_MOST_VISITS) {
      w->skipped[task]++;
      continue;
    }
    for (uint32_t v = c->person_visit[p]; v < c->person_visit[p + 1]; v++) {
      if (!usable(w, v)) continue;
      if (before != RS_NONE) take_pair(w, p, before, v, task);
      before = v;
    }
  }
}

static int compare_ways(const void *x, const void *y) {
  const Way *a = x, *b = y;
  if (a->outlet != b->outlet) return a->outlet < b->outlet ? -1 : 1;
  if (a->place != b->place) return a->place < b->place ? -1 : 1;
  return (a->hit > b->hit) - (a->hit < b->hit); /* hits come first */
}

/* A way that people go takes its time: none of the hits is quicker than the quickest, though some would be if the two uses had nothing to do
 * with each other, and about as many pairs take a little longer than what counts as too near. Two hands at once know neither. */
static bool is_border(const RsTwiceHit *hit, const Way *way, guint n_hits, guint n_beyond) {
  uint32_t shortest = UINT32_MAX;
  double log_p = 0.0;
  if (n_hits < BORDER_HITS || 2 * n_beyond < n_hits) return false;
  for (guint i = 0; i < n_hits; i++) shortest = MIN(shortest, hit[way[i].hit].minutes);
  for (guint i = 0; i < n_hits; i++) log_p += log1p(-(double)shortest / hit[way[i].hit].limit); /* minutes are below the limit */
  return log_p <= log(BORDER_CHANCE);
}

/* Takes out the hits on a way over a border, seen from both its ends: one outlet and the other's prefecture. Returns how many. ways: of the pairs
 * beyond. */
static uint32_t drop_borders(const Work *w, GArray *hits, GArray *ways) {
  RsTwiceHit *hit = (RsTwiceHit *)(void *)hits->data;
  const uint32_t *region = w->claims->institution_region;
  g_autofree uint8_t *drop = g_malloc0((gsize)hits->len + 1);
  for (guint i = 0; i < hits->len; i++) {
    const Way way[2] = {{hit[i].outlet[0], w->prefecture[region[hit[i].outlet[1]]], i}, {hit[i].outlet[1], w->prefecture[region[hit[i].outlet[0]]], i}};
    g_array_append_vals(ways, way, 2);
  }
  const Way *way = (const Way *)(const void *)ways->data;
  if (ways->len > 0) qsort(ways->data, ways->len, sizeof(Way), compare_ways);
  for (guint i = 0, end; i < ways->len; i = end) {
    guint n_hits = 0;
    for (end = i; end < ways->len && way[end].outlet == way[i].outlet && way[end].place == way[i].place; end++) n_hits += way[end].hit != RS_NONE;
    const bool border = is_border(hit, way + i, n_hits, end - i - n_hits);
    for (guint k = i; k < i + n_hits && border; k++) drop[way[k].hit]++;
  }
  guint kept = 0;
  for (guint i = 0; i < hits->len; i++)
    if (drop[i] < 2) hit[kept++] = hit[i];
  const uint32_t dropped = hits->len - kept;
  g_array_set_size(hits, kept);
  return dropped;
}

static int compare_wide(const void *x, const void *y) {
  const Wide *a = x, *b = y;
  if (a->outlet != b->outlet) return a->outlet < b->outlet ? -1 : 1;
  if (a->person != b->person) return a->person < b->person ? -1 : 1;
  return (a->limit < b->limit) - (a->limit > b->limit);
}

/* The limits summed over the wide pairs of each outlet, each person at most RS_TWICE_EACH_CLOCK times, and their number. */
static void sum_wide(GArray *wide, uint32_t *sum, uint32_t *count) {
  uint32_t times = 0;
  const Wide *w = (const Wide *)(void *)wide->data;
  if (wide->len > 0) qsort(wide->data, wide->len, sizeof(Wide), compare_wide);
  for (guint i = 0; i < wide->len; i++) {
    times = i > 0 && w[i - 1].outlet == w[i].outlet && w[i - 1].person == w[i].person ? times + 1 : 1;
    if (times > RS_TWICE_EACH_CLOCK) continue;
    sum[w[i].outlet] += w[i].limit;
    count[w[i].outlet]++;
  }
}

typedef struct { uint32_t place; double rate; } Rate;

static int compare_rates(const void *x, const void *y) {
  const Rate *a = x, *b = y;
  if (a->place != b->place) return a->place < b->place ? -1 : 1;
  return (a->rate > b->rate) - (a->rate < b->rate);
}

/* The lower middle of the rates of a prefecture's outlets without the one at hand; rates sorted. Where many have hits, it lies at a border,
 * and the middle is that of the outlets that have them: those far from the border say nothing. */
static double middle_rate(const Rate *rate, uint32_t first, uint32_t end, double own) {
  uint32_t with = first;
  while (with < end && !(rate[with].rate > 0.0)) with++; /* NOLINT(clang-analyzer-core.UndefinedBinaryOperatorResult): first to end were filled */
  if (end - with > BORDER_OUTLETS) first = with;
  uint32_t others = end - first - 1, at;
  if (end - first < 2) return 0.0;
  at = first + (others - 1) / 2;
  /* NOLINTNEXTLINE(clang-analyzer-core.UndefinedBinaryOperatorResult): as above */
  return rate[at].rate < own ? rate[at].rate : rate[at + 1].rate; /* the own rate stands at or before it: one further */
}

static void expect(const Work *w, RsTwice *t, const uint32_t *limits, const uint32_t *n_wide, uint32_t n_places) {
  const RsClaims *c = w->claims;
  uint32_t n = c->institution->n, n_rates = 0;
  g_autofree double *own = g_new0(double, (gsize)n + 1);
  g_autofree uint32_t *visits = g_new0(uint32_t, (gsize)n + 1), *first = g_new0(uint32_t, (gsize)n_places + 2);
  g_autofree Rate *rate = g_new(Rate, (gsize)n + 1);
  for (uint32_t v = 0; v < c->n_visits; v++) visits[c->visit_institution[v]]++;
  for (uint32_t u = 0; u < t->n_units; u++) {
    uint32_t f = t->unit[u].outlet[0];
    own[f] = (double)t->unit[u].counted / (double)visits[f];
  }
  for (uint32_t f = 0; f < n; f++) {
    if (c->institution_region[f] == RS_NONE || visits[f] == 0 || (w->skip != NULL && w->skip[f] != 0)) continue;
    rate[n_rates++] = (Rate){w->prefecture[c->institution_region[f]], own[f]};
  }
  if (n_rates > 0) qsort(rate, n_rates, sizeof *rate, compare_rates);
  for (uint32_t i = 0; i < n_rates; i++) first[rate[i].place + 1]++;
  for (uint32_t p = 0; p < n_places; p++) first[p + 1] += first[p];
  t->n_idle = n_rates - t->n_units;
  for (uint32_t u = 0; u < t->n_units; u++) {
    RsTwiceUnit *unit = &t->unit[u];
    uint32_t f = unit->outlet[0], place = w->prefecture[c->institution_region[f]];
    unit->opportunities = n_wide[f] + unit->counted;
    unit->expected = 2.0 * (limits[f] + 0.5 * RS_MINUTES_PROVINCE) / (WIDE_TO - WIDE_FROM) +
                     visits[f] * middle_rate(rate, first[place], first[place + 1], own[f]);
    unit->expected_strong = 0.0;
    unit->counted_strong = 0;
  }
}

/* ---- by pair of outlets ---- */

static int compare_wide_pairs(const void *x, const void *y) {
  const Wide *a = x, *b = y;
  if (a->outlet != b->outlet) return a->outlet < b->outlet ? -1 : 1;
  if (a->other != b->other) return a->other < b->other ? -1 : 1;
  if (a->person != b->person) return a->person < b->person ? -1 : 1;
  return (a->limit < b->limit) - (a->limit > b->limit);
}

/* The wide pairs between two outlets, each person at most RS_TWICE_EACH_CLOCK times. from: where to go on looking, units being in order. */
static uint32_t limits_between(const GArray *wide, guint *from, const uint32_t outlet[2], uint32_t *n) {
  const Wide *w = (const Wide *)(const void *)wide->data;
  uint32_t sum = 0, times = 0;
  guint i = *from;
  while (i < wide->len && (w[i].outlet < outlet[0] || (w[i].outlet == outlet[0] && w[i].other < outlet[1]))) i++;
  *n = 0;
  for (; i < wide->len && w[i].outlet == outlet[0] && w[i].other == outlet[1]; i++) {
    times = i > 0 && w[i - 1].outlet == w[i].outlet && w[i - 1].other == w[i].other && w[i - 1].person == w[i].person ? times + 1 : 1;
    if (times > RS_TWICE_EACH_CLOCK) continue;
    sum += w[i].limit;
    (*n)++;
  }
  *from = i;
  return sum;
}

static uint32_t counted_at(const RsTwice *t, uint32_t outlet) {
  uint32_t low = 0, high = t->n_units;
  while (low < high) {
    uint32_t middle = low + (high - low) / 2;
    if (t->unit[middle].outlet[0] < outlet) low = middle + 1;
    else high = middle;
  }
  return low < t->n_units && t->unit[low].outlet[0] == outlet ? t->unit[low].counted : 0;
}

/* The two prefectures of a pair as one key. */
static gpointer places_key(const Work *w, const RsTwiceUnit *unit, uint32_t n_places) {
  const uint32_t *region = w->claims->institution_region;
  uint32_t here = w->prefecture[region[unit->outlet[0]]], there = w->prefecture[region[unit->outlet[1]]];
  return GUINT_TO_POINTER(1 + MIN(here, there) * n_places + MAX(here, there)); /* a country has some hundred */
}

/* Hits between two prefectures, each pair of outlets with at most RS_TWICE_EXCESS. */
static GHashTable *between_places(const Work *w, const RsTwice *t, uint32_t n_places) {
  GHashTable *out = g_hash_table_new(NULL, NULL);
  for (uint32_t u = 0; u < t->n_units; u++) {
    gpointer key = places_key(w, &t->unit[u], n_places);
    uint32_t n = GPOINTER_TO_UINT(g_hash_table_lookup(out, key)) + MIN(t->unit[u].counted, (uint32_t)RS_TWICE_EXCESS);
    g_hash_table_insert(out, key, GUINT_TO_POINTER(n));
  }
  return out;
}

/* Other hits of the outlets, and of their prefectures, as they would fall on this pair. of_f, of_g: shares of their places' visits. */
static double usual_between(const RsTwice *outlets, const RsTwiceUnit *unit, uint32_t in_places, double of_f, double of_g) {
  double between = (double)in_places - MIN(unit->counted, (uint32_t)RS_TWICE_EXCESS);
  double by_f = (double)counted_at(outlets, unit->outlet[0]) - unit->counted, by_g = (double)counted_at(outlets, unit->outlet[1]) - unit->counted;
  return fmax(between * of_f * of_g, fmax(fmax(0.0, by_f) * of_g, fmax(0.0, by_g) * of_f));
}

/* Share of its prefecture's visits. */
static double *shares_of_places(const Work *w, uint32_t n_places) {
  const RsClaims *c = w->claims;
  double *share = g_new0(double, (gsize)c->institution->n + 1);
  g_autofree double *in_place = g_new0(double, (gsize)n_places + 1);
  for (uint32_t v = 0; v < c->n_visits; v++) share[c->visit_institution[v]] += 1.0;
  for (uint32_t f = 0; f < c->institution->n; f++)
    if (c->institution_region[f] != RS_NONE) in_place[w->prefecture[c->institution_region[f]]] += share[f];
  for (uint32_t f = 0; f < c->institution->n; f++)
    if (c->institution_region[f] != RS_NONE) share[f] /= fmax(1.0, in_place[w->prefecture[c->institution_region[f]]]);
  return share;
}

/* Pairs of outlets of two prefectures. */
static uint32_t pairs_apart(const Work *w, uint32_t n_places) {
  const RsClaims *c = w->claims;
  g_autofree uint64_t *n = g_new0(uint64_t, (gsize)n_places + 1);
  uint64_t all = 0, pairs = 0;
  for (uint32_t f = 0; f < c->institution->n; f++)
    if (c->institution_region[f] != RS_NONE && (w->skip == NULL || w->skip[f] == 0)) n[w->prefecture[c->institution_region[f]]]++, all++;
  for (uint32_t p = 0; p < n_places; p++) pairs += n[p] * (all - n[p]);
  return (uint32_t)MIN(pairs / 2, (uint64_t)UINT32_MAX / 2);
}

static RsTwice *pairs_of(const Work *w, GArray *hits, GArray *wide, const RsTwice *outlets, uint32_t n_places) {
  RsTwice *t = rs_twice_new(hits, true, RS_TWICE_EACH_CLOCK);
  g_autofree double *share = shares_of_places(w, n_places);
  g_autoptr(GHashTable) between = between_places(w, t, n_places);
  guint from = 0;
  uint32_t n;
  if (wide->len > 0) qsort(wide->data, wide->len, sizeof(Wide), compare_wide_pairs);
  for (uint32_t u = 0; u < t->n_units; u++) {
    RsTwiceUnit *unit = &t->unit[u];
    uint32_t limits = limits_between(wide, &from, unit->outlet, &n);
    uint32_t in_places = GPOINTER_TO_UINT(g_hash_table_lookup(between, places_key(w, unit, n_places)));
    unit->opportunities = n + unit->counted;
    unit->expected = 2.0 * (limits + 0.5 * RS_MINUTES_PROVINCE) / (WIDE_TO - WIDE_FROM) +
                     usual_between(outlets, unit, in_places, share[unit->outlet[0]], share[unit->outlet[1]]);
    unit->counted_strong = 0;
  }
  t->n_idle = pairs_apart(w, n_places) - t->n_units;
  return t;
}

RsTwice *rs_travels_new(const RsClaims *claims, const uint8_t *skip, const uint8_t *explained, unsigned n_threads, RsTwice **pairs) {
  uint32_t n_places, skipped = 0;
  g_autofree uint32_t *prefecture = rs_region_prefectures(claims->region, &n_places);
  g_autofree Work *w = g_new0(Work, 1);
  w->claims = claims;
  w->skip = skip;
  w->explained = explained;
  w->prefecture = prefecture;
  rs_parallel(n_threads, N_TASKS, run, w);
  g_autoptr(GArray) hits = g_array_new(FALSE, FALSE, sizeof(RsTwiceHit)), wide = g_array_new(FALSE, FALSE, sizeof(Wide));
  g_autoptr(GArray) ways = g_array_new(FALSE, FALSE, sizeof(Way));
  for (unsigned i = 0; i < N_TASKS; i++) {
    g_array_append_vals(hits, w->hits[i]->data, w->hits[i]->len);
    g_array_append_vals(wide, w->wide[i]->data, w->wide[i]->len);
    skipped += w->skipped[i];
    g_array_append_vals(ways, w->beyond[i]->data, w->beyond[i]->len);
    g_array_unref(w->beyond[i]);
    g_array_unref(w->hits[i]);
    g_array_unref(w->wide[i]);
  }
  const uint32_t n_border = drop_borders(w, hits, ways);
  RsTwice *t = rs_twice_new(hits, false, RS_TWICE_EACH_CLOCK);
  t->n_aside = n_border;
  t->n_not_examined = skipped;
  g_autofree uint32_t *limits = g_new0(uint32_t, (gsize)claims->institution->n + 1);
  g_autofree uint32_t *count = g_new0(uint32_t, (gsize)claims->institution->n + 1);
  sum_wide(wide, limits, count);
  expect(w, t, limits, count, n_places);
  if (pairs != NULL) *pairs = pairs_of(w, hits, wide, t, n_places);
  return t;
}
