#include "reference/check_twice.h"

#include "base/calendar.h"
#include "mining/duplicate.h"
#include "mining/region.h"
#include "mining/trace.h"

#include <math.h>
#include <string.h>

static bool has_hit(const RsTwice *t, uint64_t v, uint64_t u, uint32_t n_equal, bool lines) {
  for (uint32_t i = 0; i < t->n_hits; i++) {
    const RsTwiceHit *h = &t->hit[i];
    if (lines ? h->line[0] == v && h->line[1] == u : h->visit[0] == v && h->visit[1] == u && h->n_equal == n_equal) return true;
  }
  return false;
}

static uint32_t day_of(const RsClaims *c, uint32_t v) { return c->visit_time[v] / RS_DAY_SECONDS; }

/* ---- duplicates ---- */

static bool near_enough(const RsClaims *c, uint32_t v, uint32_t u) {
  return u > v && u - v <= RS_TWICE_NEAR_VISITS && day_of(c, u) - day_of(c, v) <= RS_DUPLICATE_DAYS &&
         c->visit_institution[v] != c->visit_institution[u];
}

/* Whether both visits hold the drug in one quantity. */
static bool both_hold(const RsClaims *c, uint32_t v, uint32_t u, uint32_t drug) {
  for (uint64_t i = c->visit_line[v]; i < c->visit_line[v + 1]; i++)
    for (uint64_t j = c->visit_line[u]; j < c->visit_line[u + 1]; j++) {
      if (rs_line_drug(c, i) != drug || rs_line_drug(c, j) != drug) continue;
      bool quantities = rs_line_quantity(c, i) > 0.0f && rs_line_quantity(c, j) > 0.0f;
      if (quantities ? rs_line_quantity(c, i) == rs_line_quantity(c, j) : rs_line_amount(c, i) == rs_line_amount(c, j) && rs_line_amount(c, i) > 0)
        return true;
    }
  return false;
}

static uint32_t person_of(const RsClaims *c, uint32_t v) { return rs_claims_visit_person(c, v); }

/* Lines of the drug, less the visits that are one of two. */
static uint32_t single_lines(const RsClaims *c, uint32_t person, uint32_t drug) {
  uint32_t lines = 0, doubled = 0;
  for (uint32_t v = c->person_visit[person]; v < c->person_visit[person + 1]; v++) {
    bool twice = false;
    for (uint64_t l = c->visit_line[v]; l < c->visit_line[v + 1]; l++) lines += rs_line_drug(c, l) == drug;
    for (uint32_t u = c->person_visit[person]; u < c->person_visit[person + 1]; u++)
      twice |= (near_enough(c, v, u) || near_enough(c, u, v)) && both_hold(c, v, u, drug);
    doubled += twice;
  }
  return lines > doubled ? lines - doubled : 0;
}

static double weight_of(const RsClaims *c, const RsBasket *b, uint32_t v, uint32_t u, bool habits, uint32_t *n) {
  double sum = 0.0, habit = 0.0;
  uint32_t person = person_of(c, v);
  *n = 0;
  for (uint32_t drug = 0; drug < c->drug->n; drug++) {
    if (!both_hold(c, v, u, drug)) continue;
    unsigned x = c->institution_type[c->visit_institution[v]], y = c->institution_type[c->visit_institution[u]];
    double share = fmax((double)b->by_type[(gsize)drug * RS_N_TYPES + x] / (double)b->visits[x],
                        (double)b->by_type[(gsize)drug * RS_N_TYPES + y] / (double)b->visits[y]);
    double own = habits ? (double)single_lines(c, person, drug) / (c->person_visit[person + 1] - c->person_visit[person]) : 0.0;
    if (own > 0.0) habit = fmax(habit, -log10(fmin(1.0, fmax(own, share))));
    else sum += -log10(share);
    ++*n;
  }
  return sum + habit;
}

static uint32_t met(const RsClaims *c, uint32_t a, uint32_t b) {
  uint32_t sum = 0;
  for (uint32_t p = 0; p < c->n_persons; p++) {
    uint32_t times = 0;
    for (uint32_t v = c->person_visit[p]; v < c->person_visit[p + 1]; v++)
      for (uint32_t u = v + 1; u < c->person_visit[p + 1]; u++) {
        uint32_t f = c->visit_institution[v], g = c->visit_institution[u];
        times += near_enough(c, v, u) && MIN(f, g) == a && MAX(f, g) == b;
      }
    sum += MIN(times, (uint32_t)RS_TWICE_EACH);
  }
  return sum;
}

char *check_duplicates(const RsClaims *c, const RsBasket *basket, const RsTwice *t) {
  uint32_t n = 0, equal;
  for (uint32_t p = 0; p < c->n_persons; p++)
    for (uint32_t v = c->person_visit[p]; v < c->person_visit[p + 1]; v++)
      for (uint32_t u = v + 1; u < c->person_visit[p + 1]; u++) {
        if (!near_enough(c, v, u) || weight_of(c, basket, v, u, false, &equal) < RS_DUPLICATE_WEIGHT) continue;
        if (weight_of(c, basket, v, u, true, &equal) < RS_DUPLICATE_WEIGHT) continue;
        n++;
        if (!has_hit(t, v, u, equal, false)) return g_strdup_printf("visits %u and %u with %u equal drugs are missing", v, u, equal);
      }
  if (n != t->n_hits) return g_strdup_printf("%u hits where there are %u", t->n_hits, n);
  for (uint32_t i = 0; i < t->n_units; i++) {
    uint32_t times = met(c, t->unit[i].outlet[0], t->unit[i].outlet[1]);
    if (times != t->unit[i].opportunities) return g_strdup_printf("unit %u met %u times, not %u", i, times, t->unit[i].opportunities);
  }
  return NULL;
}

/* ---- travels ---- */

static bool usable(const RsClaims *c, const uint8_t *skip, uint32_t v) {
  uint32_t f = c->visit_institution[v];
  return c->visit_time[v] % RS_DAY_SECONDS != 0 && c->institution_region[f] != RS_NONE && (skip == NULL || !skip[f]);
}

char *check_travels(const RsClaims *c, const uint8_t *skip, const RsTwice *t) {
  uint32_t n = 0;
  for (uint32_t p = 0; p < c->n_persons; p++)
    for (uint32_t v = c->person_visit[p]; v < c->person_visit[p + 1]; v++)
      for (uint32_t u = v + 1; u < c->person_visit[p + 1]; u++) {
        bool between = false;
        for (uint32_t w = v + 1; w < u; w++) between |= usable(c, skip, w);
        if (between || !usable(c, skip, v) || !usable(c, skip, u)) continue;
        uint32_t limit = rs_region_minutes(c->region, c->institution_region[c->visit_institution[v]],
                                           c->institution_region[c->visit_institution[u]]);
        if ((c->visit_time[u] - c->visit_time[v]) / 60 >= limit) continue;
        n++;
        if (!has_hit(t, v, u, 1, false)) return g_strdup_printf("visits %u and %u are missing", v, u);
      }
  return n == t->n_hits ? NULL : g_strdup_printf("%u hits where there are %u", t->n_hits, n);
}

/* ---- traces ---- */

typedef struct { uint64_t line; uint32_t visit, time, person, institution; bool out; } Sale;

static int compare_sales(const void *x, const void *y) {
  const Sale *a = x, *b = y;
  if (a->time != b->time) return a->time < b->time ? -1 : 1;
  return (a->line > b->line) - (a->line < b->line);
}

static GArray *sales_of(const RsClaims *c, uint64_t code, uint32_t drug, bool (*whole)(const RsClaims *, uint64_t)) {
  GArray *out = g_array_new(FALSE, FALSE, sizeof(Sale));
  for (uint32_t v = 0; v < c->n_visits; v++)
    for (uint64_t l = c->visit_line[v]; l < c->visit_line[v + 1]; l++) {
      Sale s = {l, v, c->visit_time[v], person_of(c, v), c->visit_institution[v], false};
      if (c->line_trace[l] == code && rs_line_drug(c, l) == drug) g_array_append_val(out, s);
    }
  g_array_sort(out, compare_sales);
  for (guint i = 0; i < out->len; i++) {
    Sale *back = &g_array_index(out, Sale, i);
    if (rs_line_amount(c, back->line) >= 0 && rs_line_quantity(c, back->line) >= 0.0f) continue;
    back->out = true;
    for (guint k = i; k-- > 0;) {
      Sale *sold = &g_array_index(out, Sale, k);
      if (sold->out || sold->person != back->person || sold->institution != back->institution) continue;
      sold->out = true;
      break;
    }
  }
  for (guint i = 0; i < out->len; i++) {
    Sale *s = &g_array_index(out, Sale, i);
    s->out |= !whole(c, s->line);
  }
  return out;
}

/* Several people and days at one outlet under one code. */
static bool goes_round(const GArray *sales, uint32_t institution) {
  g_autoptr(GHashTable) persons = g_hash_table_new(NULL, NULL), days = g_hash_table_new(NULL, NULL);
  for (guint i = 0; i < sales->len; i++) {
    const Sale *s = &g_array_index(sales, Sale, i);
    if (s->out || s->institution != institution) continue;
    g_hash_table_add(persons, GUINT_TO_POINTER(s->person + 1));
    g_hash_table_add(days, GUINT_TO_POINTER(s->time / RS_DAY_SECONDS + 1));
  }
  return g_hash_table_size(persons) >= 3 && g_hash_table_size(days) >= 3;
}

char *check_traces(const RsClaims *c, bool (*whole)(const RsClaims *, uint64_t), const RsTwice *t) {
  uint32_t n = 0;
  for (uint64_t l = 0; l < c->n_lines; l++) {
    bool seen = false;
    for (uint64_t k = 0; k < l; k++) seen |= c->line_trace[k] == c->line_trace[l] && rs_line_drug(c, k) == rs_line_drug(c, l);
    if (c->line_trace[l] == 0 || seen) continue;
    g_autoptr(GArray) sales = sales_of(c, c->line_trace[l], rs_line_drug(c, l), whole);
    const Sale *last = NULL;
    for (guint i = 0; i < sales->len && sales->len <= RS_TRACE_MOST; i++) {
      const Sale *s = &g_array_index(sales, Sale, i);
      if (s->out) continue;
      bool parts = last != NULL && (last->visit == s->visit || (last->institution == s->institution &&
                                                                s->time - last->time <= RS_TRACE_DAYS * RS_DAY_SECONDS));
      if (parts && last->person != s->person && last->time / RS_DAY_SECONDS != s->time / RS_DAY_SECONDS) parts = !goes_round(sales, s->institution);
      if (last != NULL && !parts) {
        n++;
        if (!has_hit(t, last->line, s->line, 1, true)) return g_strdup_printf("lines %u and %u are missing", (unsigned)last->line, (unsigned)s->line);
      }
      last = s;
    }
  }
  return n == t->n_hits ? NULL : g_strdup_printf("%u hits where there are %u", t->n_hits, n);
}

/* ---- units ---- */

static bool belongs(const RsTwiceUnit *u, const RsTwiceHit *h, bool by_pair) {
  uint32_t a = h->outlet[0], b = h->outlet[1];
  return by_pair ? u->outlet[0] == MIN(a, b) && u->outlet[1] == MAX(a, b) : u->outlet[0] == a || u->outlet[0] == b;
}

char *check_units(const RsTwice *t, bool by_pair) {
  uint64_t in_units = 0, expected = 0;
  for (uint32_t i = 0; i < t->n_hits; i++) expected += by_pair || t->hit[i].outlet[0] == t->hit[i].outlet[1] ? 1 : 2;
  for (uint32_t u = 0; u < t->n_units; u++) {
    g_autoptr(GHashTable) times = g_hash_table_new(NULL, NULL), persons = g_hash_table_new(NULL, NULL);
    uint32_t hits = 0, counted = 0;
    for (uint32_t i = 0; i < t->n_hits; i++) {
      if (!belongs(&t->unit[u], &t->hit[i], by_pair)) continue;
      gpointer who = GUINT_TO_POINTER(t->hit[i].person[1] + 1);
      guint before = GPOINTER_TO_UINT(g_hash_table_lookup(times, who));
      g_hash_table_insert(times, who, GUINT_TO_POINTER(before + 1));
      g_hash_table_add(persons, who);
      g_hash_table_add(persons, GUINT_TO_POINTER(t->hit[i].person[0] + 1));
      counted += before < t->each;
      hits++;
    }
    in_units += hits;
    if (hits != t->unit[u].n_hits || counted != t->unit[u].counted || g_hash_table_size(persons) != t->unit[u].n_persons)
      return g_strdup_printf("unit %u: %u hits, %u counted, %u persons expected", u, hits, counted, g_hash_table_size(persons));
    if (u > 0 && (t->unit[u].outlet[0] < t->unit[u - 1].outlet[0] ||
                  (t->unit[u].outlet[0] == t->unit[u - 1].outlet[0] && t->unit[u].outlet[1] <= t->unit[u - 1].outlet[1])))
      return g_strdup("units are not in order");
    if (!(t->unit[u].expected > 0.0)) return g_strdup_printf("unit %u expects nothing", u);
  }
  return in_units == expected ? NULL : g_strdup("a hit is in no unit");
}
