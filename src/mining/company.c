#include "mining/company.h"

#include "mining/covisit_window.h"
#include "mining/significance.h"

#include <math.h>
#include <stdlib.h>

typedef struct {
  uint64_t pair; /* a << 32 | b */
  RsMeeting meeting;
} Event;

typedef struct {
  const RsClaims *claims;
  const RsTimeline *timeline;
  RsCovisitOptions options;
  uint8_t *named;     /* [n_persons] */
  GArray *visit;      /* scratch: the visits of one day at one place by people who come often enough */
  GArray *event;
  RsCovisits *out;
} Walk;

static uint32_t day_of(uint32_t time) { return time / RS_DAY_SECONDS; }

/* Comes on at least that many days: who does not cannot meet anybody so often. */
static bool active(const RsClaims *c, uint32_t person, uint32_t min_days) {
  uint32_t days = 0, day = UINT32_MAX;
  for (uint32_t v = c->person_visit[person]; v < c->person_visit[person + 1] && days < min_days; v++) {
    days += day_of(c->visit_time[v]) != day;
    day = day_of(c->visit_time[v]);
  }
  return days >= min_days;
}

static int compare_places(const void *x, const void *y) {
  uint64_t a = *(const uint64_t *)x, b = *(const uint64_t *)y;
  return (a > b) - (a < b);
}

/* The distinct (institution, day) of the named persons. */
static GArray *places_of(const Walk *walk) {
  const RsClaims *c = walk->claims;
  GArray *place = g_array_new(FALSE, FALSE, sizeof(uint64_t));
  for (uint32_t p = 0; p < c->n_persons; p++) {
    if (!walk->named[p] || !active(c, p, walk->options.min_meetings)) continue;
    for (uint32_t v = c->person_visit[p]; v < c->person_visit[p + 1]; v++) {
      uint64_t key = (uint64_t)c->visit_institution[v] << 32 | day_of(c->visit_time[v]);
      g_array_append_val(place, key);
    }
  }
  g_array_sort(place, compare_places);
  return place;
}

static void push(Walk *walk, uint64_t x, uint64_t y, uint32_t institution) {
  uint32_t p = RS_KEY_PERSON(x), q = RS_KEY_PERSON(y), gap = RS_KEY_TIME(y) - RS_KEY_TIME(x);
  if (p == q || (!walk->named[p] && !walk->named[q])) return;
  Event event = {(uint64_t)MIN(p, q) << 32 | MAX(p, q), {institution, (uint16_t)day_of(RS_KEY_TIME(x)), (uint16_t)((gap + 59) / 60)}};
  g_array_append_val(walk->event, event);
}

static void look_at_day(Walk *walk, uint32_t institution, uint32_t day) {
  const RsTimeline *t = walk->timeline;
  const RsDayVisits all = rs_timeline_day(t, institution, day * RS_DAY_SECONDS);
  uint32_t end[RS_N_WINDOWS] = {0};
  g_array_set_size(walk->visit, 0);
  for (uint32_t i = all.begin; i < all.end; i++)
    if (active(walk->claims, RS_KEY_PERSON(t->key[i]), walk->options.min_meetings)) g_array_append_val(walk->visit, t->key[i]);
  const uint64_t *visit = (const uint64_t *)(const void *)walk->visit->data;
  for (uint32_t v = 0; v < walk->visit->len; v++) {
    rs_window_advance(visit, walk->visit->len, v, end);
    uint32_t last = rs_window_end(end, v, walk->options.max_crowd), crowd = end[RS_N_WINDOWS - 1] - v;
    if (last == 0) {
      walk->out->n_skipped[institution]++;
      walk->out->crowd[institution] = MAX(walk->out->crowd[institution], crowd);
    }
    for (uint32_t u = v + 1; u < last; u++) push(walk, visit[v], visit[u], institution);
    walk->out->n_events += last > v ? last - v - 1 : 0;
  }
}

static int compare_events(const void *x, const void *y) {
  const Event *a = x, *b = y;
  if (a->pair != b->pair) return a->pair < b->pair ? -1 : 1;
  if (a->meeting.institution != b->meeting.institution) return a->meeting.institution < b->meeting.institution ? -1 : 1;
  if (a->meeting.day != b->meeting.day) return a->meeting.day < b->meeting.day ? -1 : 1;
  return (a->meeting.gap > b->meeting.gap) - (a->meeting.gap < b->meeting.gap);
}

/* One meeting a place and day, the nearest; pairs that met too seldom are dropped. */
static void keep(Walk *walk) {
  Event *e = (Event *)(void *)walk->event->data;
  uint32_t n_events = walk->event->len;
  RsCovisits *out = walk->out;
  if (n_events > 0) qsort(e, n_events, sizeof *e, compare_events);
  out->a = g_new(uint32_t, (gsize)n_events + 1);
  out->b = g_new(uint32_t, (gsize)n_events + 1);
  out->offset = g_new0(uint64_t, (gsize)n_events + 1);
  out->meeting = g_new(RsMeeting, (gsize)n_events + 1);
  for (uint32_t i = 0, end; i < n_events; i = end) {
    uint64_t at = out->offset[out->n];
    for (end = i; end < n_events && e[end].pair == e[i].pair; end++) {
      const RsMeeting *m = &e[end].meeting;
      if (end == i || m->institution != e[end - 1].meeting.institution || m->day != e[end - 1].meeting.day) out->meeting[at++] = *m;
    }
    if (at - out->offset[out->n] < walk->options.min_meetings) continue;
    out->a[out->n] = (uint32_t)(e[i].pair >> 32);
    out->b[out->n] = (uint32_t)e[i].pair;
    out->offset[++out->n] = at;
  }
}

RsCovisits *rs_company_new(const RsClaims *claims, const RsTimeline *timeline, const uint32_t *person, uint32_t n,
                           const RsCovisitOptions *options) {
  Walk walk = {.claims = claims, .timeline = timeline, .options = RS_COVISIT_DEFAULTS, .out = g_new0(RsCovisits, 1)};
  if (options != NULL) walk.options = *options;
  walk.out->n_skipped = g_new0(uint32_t, (gsize)timeline->n_institutions + 1);
  walk.out->crowd = g_new0(uint32_t, (gsize)timeline->n_institutions + 1);
  walk.named = g_malloc0((gsize)claims->n_persons + 1);
  for (uint32_t i = 0; i < n; i++) walk.named[person[i]] = 1;
  walk.visit = g_array_new(FALSE, FALSE, sizeof(uint64_t));
  walk.event = g_array_new(FALSE, FALSE, sizeof(Event));
  g_autoptr(GArray) place = places_of(&walk);
  for (guint i = 0; i < place->len; i++) {
    uint64_t key = g_array_index(place, uint64_t, i);
    if (i == 0 || key != g_array_index(place, uint64_t, i - 1)) look_at_day(&walk, (uint32_t)(key >> 32), (uint32_t)key);
  }
  keep(&walk);
  g_array_unref(walk.visit);
  g_array_unref(walk.event);
  g_free(walk.named);
  return walk.out;
}

/* ---- with what ---- */

typedef struct {
  const RsKnowledge *knowledge;
  const RsBasket *basket;
  const uint8_t *rare;
  double all; /* visits of the city */
} Shop;

/* The person's first visit on or after the day. */
static uint32_t first_visit(const RsClaims *c, uint32_t person, uint32_t day) {
  uint32_t low = c->person_visit[person], high = c->person_visit[person + 1];
  while (low < high) {
    uint32_t middle = low + (high - low) / 2;
    if (day_of(c->visit_time[middle]) < day) low = middle + 1;
    else high = middle;
  }
  return low;
}

/* The rare drugs a person got there that day, each once. */
static void bought(const Shop *shop, uint32_t person, const RsMeeting *m, GArray *drug) {
  const RsClaims *c = shop->knowledge->claims;
  g_array_set_size(drug, 0);
  for (uint32_t v = first_visit(c, person, m->day); v < c->person_visit[person + 1] && day_of(c->visit_time[v]) == m->day; v++)
    for (uint64_t l = c->visit_line[v]; l < c->visit_line[v + 1] && c->visit_institution[v] == m->institution; l++) {
      uint32_t g = rs_line_drug(c, l);
      bool known = g == RS_NONE || !shop->rare[g];
      for (guint i = 0; i < drug->len && !known; i++) known = g_array_index(drug, uint32_t, i) == g;
      if (!known) g_array_append_val(drug, g);
    }
}

static bool holds(const GArray *drug, uint32_t g) {
  for (guint i = 0; i < drug->len; i++)
    if (g_array_index(drug, uint32_t, i) == g) return true;
  return false;
}

/* A person's share of visits with a drug, `left_out` of them not counted. */
static double own_habit(const Shop *shop, uint32_t person, uint32_t g, uint32_t left_out) {
  const RsRelation *r = &shop->knowledge->relation[RS_BOUGHT];
  const RsClaims *c = shop->knowledge->claims;
  double visits = (double)(c->person_visit[person + 1] - c->person_visit[person]);
  for (uint64_t i = r->offset[person]; i < r->offset[person + 1]; i++)
    if (r->to[i] == g) return fmax(0.0, (double)r->visits[i] - left_out) / fmax(1.0, visits - left_out);
  return 0.0;
}

/* Chance that the person gets one of these drugs at a visit. */
static double chance_of(const Shop *shop, uint32_t person, const GArray *drug, uint32_t left_out) {
  double none = 1.0;
  for (guint i = 0; i < drug->len; i++) {
    uint32_t g = g_array_index(drug, uint32_t, i);
    uint64_t visits = 0;
    for (unsigned t = 0; t < RS_N_TYPES; t++) visits += shop->basket->by_type[(gsize)g * RS_N_TYPES + t];
    none *= 1.0 - fmin(1.0, fmax((double)visits / shop->all, own_habit(shop, person, g, left_out)));
  }
  return 1.0 - none;
}

RsCompanyDrugs rs_company_drugs(const RsKnowledge *knowledge, const RsBasket *basket, const uint8_t *rare, const RsCovisits *company, uint32_t pair) {
  Shop shop = {knowledge, basket, rare, 0.0};
  RsCompanyDrugs out = {0, 0.0};
  const uint32_t a = company->a[pair], b = company->b[pair], n = (uint32_t)(company->offset[pair + 1] - company->offset[pair]);
  if (rare == NULL || n == 0) return out;
  for (unsigned t = 0; t < RS_N_TYPES; t++) shop.all += (double)basket->visits[t];
  g_autoptr(GArray) of_a = g_array_new(FALSE, FALSE, sizeof(uint32_t)), of_b = g_array_new(FALSE, FALSE, sizeof(uint32_t));
  g_autofree double *chance = g_new(double, n), *scratch = g_new(double, (gsize)n + 1);
  for (unsigned pass = 0; pass < 2; pass++) /* the second knows how many visits the sharing itself makes up */
    for (uint32_t i = 0; i < n; i++) {
      const RsMeeting *m = &company->meeting[company->offset[pair] + i];
      bool same = false;
      bought(&shop, a, m, of_a);
      bought(&shop, b, m, of_b);
      for (guint k = 0; k < of_a->len && !same; k++) same = holds(of_b, g_array_index(of_a, uint32_t, k));
      if (pass == 0) out.n_shared += same;
      else chance[i] = fmin(1.0, fmax(chance_of(&shop, b, of_a, out.n_shared), chance_of(&shop, a, of_b, out.n_shared)));
    }
  if (out.n_shared > 0) out.decades = fmax(0.0, -rs_tail_poisson_binomial(out.n_shared, chance, n, scratch) / log(10.0));
  return out;
}
