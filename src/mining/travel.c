#include "mining/travel.h"

#include "base/calendar.h"
#include "base/parallel.h"
#include "mining/region.h"

#include <stdlib.h>

enum { N_TASKS = 64, WIDE_FROM = 240, WIDE_TO = 1440 };

/* One end of a pair of visits hours apart: its limit in minutes. */
typedef struct { uint32_t outlet, person, limit; } Wide;

typedef struct {
  const RsClaims *claims;
  const uint8_t *skip;
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

/* The limits summed over the wide pairs of each outlet, each person at most RS_TWICE_EACH times, and their number. */
static void sum_wide(GArray *wide, uint32_t *sum, uint32_t *count) {
  uint32_t times = 0;
  const Wide *w = (const Wide *)(void *)wide->data;
  if (wide->len > 0) qsort(wide->data, wide->len, sizeof(Wide), compare_wide);
  for (guint i = 0; i < wide->len; i++) {
    times = i > 0 && w[i - 1].outlet == w[i].outlet && w[i - 1].person == w[i].person ? times + 1 : 1;
    if (times > RS_TWICE_EACH) continue;
    sum[w[i].outlet] += w[i].limit;
    count[w[i].outlet]++;
  }
}

static void expect(const Work *w, RsTwice *t, const uint32_t *limits, const uint32_t *n_wide, uint32_t n_places) {
  const RsClaims *c = w->claims;
  g_autofree double *hits = g_new0(double, (gsize)n_places + 1), *visits = g_new0(double, (gsize)n_places + 1);
  g_autofree uint32_t *at = g_new0(uint32_t, (gsize)c->institution->n + 1);
  for (uint32_t v = 0; v < c->n_visits; v++) at[c->visit_institution[v]]++;
  for (uint32_t f = 0; f < c->institution->n; f++)
    if (c->institution_region[f] != RS_NONE) visits[w->prefecture[c->institution_region[f]]] += at[f];
  for (uint32_t u = 0; u < t->n_units; u++)
    hits[w->prefecture[c->institution_region[t->unit[u].outlet[0]]]] += MIN(t->unit[u].counted, (uint32_t)RS_TWICE_EXCESS);
  for (uint32_t f = 0; f < c->institution->n; f++)
    t->n_idle += c->institution_region[f] != RS_NONE && (w->skip == NULL || w->skip[f] == 0);
  t->n_idle -= t->n_units;
  for (uint32_t u = 0; u < t->n_units; u++) {
    RsTwiceUnit *unit = &t->unit[u];
    uint32_t f = unit->outlet[0], place = w->prefecture[c->institution_region[f]];
    double others = visits[place] - at[f], own = MIN(unit->counted, (uint32_t)RS_TWICE_EXCESS);
    unit->opportunities = n_wide[f] + unit->counted;
    unit->expected = 2.0 * (limits[f] + 0.5 * RS_MINUTES_PROVINCE) / (WIDE_TO - WIDE_FROM);
    if (others > 0.0) unit->expected += (hits[place] - own) / others * at[f];
    unit->expected_strong = 0.0;
    unit->counted_strong = 0;
  }
}

RsTwice *rs_travels_new(const RsClaims *claims, const uint8_t *skip, unsigned n_threads) {
  uint32_t n_places, skipped = 0;
  g_autofree uint32_t *prefecture = rs_region_prefectures(claims->region, &n_places);
  g_autofree Work *w = g_new0(Work, 1);
  w->claims = claims;
  w->skip = skip;
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
  RsTwice *t = rs_twice_new(hits, false);
  t->n_not_examined = skipped;
  g_autofree uint32_t *limits = g_new0(uint32_t, (gsize)claims->institution->n + 1);
  g_autofree uint32_t *count = g_new0(uint32_t, (gsize)claims->institution->n + 1);
  sum_wide(wide, limits, count);
  expect(w, t, limits, count, n_places);
  return t;
}
