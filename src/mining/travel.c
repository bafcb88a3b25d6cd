#include "mining/travel.h"

#include "base/calendar.h"
#include "base/parallel.h"
#include "mining/region.h"

#include <stdlib.h>

enum { N_TASKS = 64, WIDE_FROM = 240, WIDE_TO = 1440, BORDER_OUTLETS = 6 };

/* One end of a pair of visits hours apart: its limit in minutes. */
typedef struct { uint32_t outlet, person, limit; } Wide;

typedef struct {
  const RsClaims *claims;
  const uint8_t *skip, *explained;
  const uint32_t *prefecture; /* [n regions] */
  GArray *hits[N_TASKS], *wide[N_TASKS];
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
  if (limit == 0 || minutes > WIDE_TO || (minutes >= limit && minutes < WIDE_FROM)) return;
  if (minutes >= WIDE_FROM) {
    Wide wide[2] = {{f, person, limit}, {g, person, limit}};
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

RsTwice *rs_travels_new(const RsClaims *claims, const uint8_t *skip, const uint8_t *explained, unsigned n_threads) {
  uint32_t n_places, skipped = 0;
  g_autofree uint32_t *prefecture = rs_region_prefectures(claims->region, &n_places);
  g_autofree Work *w = g_new0(Work, 1);
  w->claims = claims;
  w->skip = skip;
  w->explained = explained;
  w->prefecture = prefecture;
  rs_parallel(n_threads, N_TASKS, run, w);
  g_autoptr(GArray) hits = g_array_new(FALSE, FALSE, sizeof(RsTwiceHit)), wide = g_array_new(FALSE, FALSE, sizeof(Wide));
  for (unsigned i = 0; i < N_TASKS; i++) {
    g_array_append_vals(hits, w->hits[i]->data, w->hits[i]->len);
    g_array_append_vals(wide, w->wide[i]->data, w->wide[i]->len);
    skipped += w->skipped[i];
    g_array_unref(w->hits[i]);
    g_array_unref(w->wide[i]);
  }
  RsTwice *t = rs_twice_new(hits, false, RS_TWICE_EACH_CLOCK);
  t->n_not_examined = skipped;
  g_autofree uint32_t *limits = g_new0(uint32_t, (gsize)claims->institution->n + 1);
  g_autofree uint32_t *count = g_new0(uint32_t, (gsize)claims->institution->n + 1);
  sum_wide(wide, limits, count);
  expect(w, t, limits, count, n_places);
  return t;
}
