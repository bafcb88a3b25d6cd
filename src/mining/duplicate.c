#include "mining/duplicate.h"

#include "base/calendar.h"
#include "base/parallel.h"
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
  if (a->drug != b->drug) return a->drug < b->drug ? -1 : 1;
  return (a->quantity > b->quantity) - (a->quantity < b->quantity);
}

/* Lines of this drug and quantity, those of the two visits at hand left out. */
static double own_share(const RsOwnDrugs *own, RsOwnDrug drug) {
  uint32_t low = 0, high = own->n_lines, end;
  while (low < high) {
    uint32_t middle = low + (high - low) / 2;
    if (compare_own(&own->line[middle], &drug) < 0) low = middle + 1;
    else high = middle;
  }
  for (end = low; end < own->n_lines && end - low <= own->n_visits && compare_own(&own->line[end], &drug) == 0;) end++;
  return own->n_visits > 2 && end - low > 2 ? fmin(1.0, (double)(end - low - 2) / (double)(own->n_visits - 2)) : 0.0;
}

static double rarity(const RsClaims *c, const RsBasket *basket, const RsOwnDrugs *own, uint64_t line, uint32_t f, uint32_t other) {
  uint32_t drug = c->line_drug[line];
  double share = own != NULL ? own_share(own, (RsOwnDrug){drug, c->line_quantity[line]}) : 0.0;
  unsigned type[2] = {c->institution_type[f], c->institution_type[other]};
  for (unsigned i = 0; i < 2; i++)
    if (basket->visits[type[i]] > 0)
      share = fmax(share, (double)basket->by_type[(gsize)drug * RS_N_TYPES + type[i]] / (double)basket->visits[type[i]]);
  return share > 0.0 ? fmax(0.0, -log10(share)) : 0.0;
}

static bool same_amount(const RsClaims *c, uint64_t i, uint64_t j) { return c->line_amount[i] == c->line_amount[j] && c->line_amount[i] > 0; }

static bool same_quantity(const RsClaims *c, uint64_t i, uint64_t j) {
  if (c->line_quantity[i] > 0.0f && c->line_quantity[j] > 0.0f) return c->line_quantity[i] == c->line_quantity[j];
  return same_amount(c, i, j);
}

typedef struct { uint64_t first, end; } Lines;

static Lines lines_of(const RsClaims *c, uint32_t visit) {
  uint64_t first = c->visit_line[visit];
  return (Lines){first, MIN(c->visit_line[visit + 1], first + RS_DUPLICATE_MOST_LINES)};
}

/* No drugs: amounts that are equal line by line. Bills are short, so all lines are tried against all. */
static uint32_t match_amounts(const RsClaims *c, Lines a, Lines b, uint64_t line[2]) {
  uint32_t n = 0;
  a.end = MIN(a.end, a.first + 16), b.end = MIN(b.end, b.first + 16);
  for (uint64_t i = a.first; i < a.end; i++) {
    for (uint64_t j = b.first; j < b.end; j++) {
      if (!same_amount(c, i, j)) continue;
      if (n++ == 0 && line != NULL) line[0] = i, line[1] = j;
      break;
    }
  }
  return n;
}

/* Lines of a visit are in order of drug (claims/table.h); those of one drug are tried against each other. */
uint32_t rs_duplicate_match(const RsClaims *c, const RsBasket *basket, const RsOwnDrugs *own, uint32_t visit, uint32_t other,
                            double *weight, uint64_t line[2]) {
  Lines a = lines_of(c, visit), b = lines_of(c, other);
  uint32_t f = c->visit_institution[visit], g = c->visit_institution[other], n = 0;
  *weight = 0.0;
  if ((c->columns & RS_HAS_DRUG) == 0) {
    n = match_amounts(c, a, b, line);
    *weight = n;
    return n;
  }
  for (uint64_t i = a.first, j = b.first; i < a.end && j < b.end;) {
    uint32_t x = c->line_drug[i], y = c->line_drug[j];
    if (x == RS_NONE || y == RS_NONE) break; /* numbered last */
    if (x < y) i++;
    else if (y < x) j++;
    else {
      uint64_t m = i, k = j;
      bool same = false;
      for (; i < a.end && c->line_drug[i] == x && !same; i++)
        for (j = k; j < b.end && c->line_drug[j] == x && !same; j++) {
          same = same_quantity(c, i, j);
          if (same) m = i;
          if (same && n == 0 && line != NULL) line[0] = i, line[1] = j;
        }
      while (i < a.end && c->line_drug[i] == x) i++;
      while (j < b.end && c->line_drug[j] == x) j++;
      if (same) *weight += rarity(c, basket, own, m, f, g);
      n += same;
    }
  }
  return n;
}

typedef struct {
  const RsClaims *claims;
  const RsBasket *basket;
  GArray *hits[N_TASKS];
  uint32_t skipped[N_TASKS];
  uint64_t met[N_TASKS][N_STRATA];
  const RsTwice *twice; /* second walk: units whose opportunities are counted */
  uint32_t *met_pair[64]; /* [n_units] a thread */
} Work;

static bool too_far(const RsClaims *c, uint32_t v, uint32_t w) {
  return c->visit_time[w] / RS_DAY_SECONDS > c->visit_time[v] / RS_DAY_SECONDS + RS_DUPLICATE_DAYS;
}

static RsOwnDrugs own_drugs(const RsClaims *c, uint32_t person, GArray *own) {
  g_array_set_size(own, 0);
  for (uint64_t l = c->visit_line[c->person_visit[person]]; l < c->visit_line[c->person_visit[person + 1]]; l++) {
    RsOwnDrug drug = {c->line_drug[l], c->line_quantity[l]};
    if (drug.drug != RS_NONE) g_array_append_val(own, drug);
  }
  if (own->len > 0) qsort(own->data, own->len, sizeof(RsOwnDrug), compare_own);
  return (RsOwnDrugs){(const RsOwnDrug *)(const void *)own->data, own->len, c->person_visit[person + 1] - c->person_visit[person]};
}

static void find_hits(Work *w, uint32_t person, GArray *own_lines, GArray *hits) {
  const RsClaims *c = w->claims;
  bool has_own = false;
  RsOwnDrugs own = {NULL, 0, 0};
  for (uint32_t v = c->person_visit[person]; v < c->person_visit[person + 1]; v++) {
    uint32_t end = MIN(c->person_visit[person + 1], v + 1 + RS_TWICE_NEAR_VISITS);
    for (uint32_t u = v + 1; u < end && !too_far(c, v, u); u++) {
      if (c->visit_institution[u] == c->visit_institution[v]) continue;
      RsTwiceHit hit = {{person, person}, {c->visit_institution[v], c->visit_institution[u]}, {v, u}, {0, 0}, 0, 0, 0};
      double weight;
      hit.minutes = (c->visit_time[u] - c->visit_time[v]) / 60;
      hit.n_equal = rs_duplicate_match(c, w->basket, NULL, v, u, &weight, hit.line);
      if (hit.n_equal == 0 || weight < RS_DUPLICATE_WEIGHT) continue;
      if (!has_own) own = own_drugs(c, person, own_lines), has_own = true; /* few people come this far */
      hit.n_equal = rs_duplicate_match(c, w->basket, &own, v, u, &weight, hit.line);
      if (weight >= RS_DUPLICATE_WEIGHT) g_array_append_val(hits, hit);
    }
  }
}

static int compare_keys(const void *x, const void *y) {
  uint64_t a = *(const uint64_t *)x, b = *(const uint64_t *)y;
  return (a > b) - (a < b);
}

static uint32_t find_unit(const RsTwice *t, uint32_t a, uint32_t b) {
  uint32_t low = 0, high = t->n_units;
  while (low < high) {
    uint32_t middle = low + (high - low) / 2;
    const uint32_t *f = t->unit[middle].outlet;
    if (f[0] < a || (f[0] == a && f[1] < b)) low = middle + 1;
    else high = middle;
  }
  return low < t->n_units && t->unit[low].outlet[0] == a && t->unit[low].outlet[1] == b ? low : RS_NONE;
}

/* How often this person was at both of two outlets within the window, each pair at most RS_TWICE_EACH times. */
static void count_met(Work *w, uint32_t person, GArray *keys, uint64_t *met, uint32_t *met_pair) {
  const RsClaims *c = w->claims;
  g_array_set_size(keys, 0);
  for (uint32_t v = c->person_visit[person]; v < c->person_visit[person + 1]; v++) {
    uint32_t end = MIN(c->person_visit[person + 1], v + 1 + RS_TWICE_NEAR_VISITS);
    for (uint32_t u = v + 1; u < end && !too_far(c, v, u); u++) {
      uint32_t a = c->visit_institution[v], b = c->visit_institution[u];
      if (a == b) continue;
      uint64_t key = (uint64_t)MIN(a, b) << 32 | MAX(a, b);
      g_array_append_val(keys, key);
    }
  }
  if (keys->len > 1) qsort(keys->data, keys->len, sizeof(uint64_t), compare_keys);
  for (guint i = 0, end; i < keys->len; i = end) {
    uint64_t key = g_array_index(keys, uint64_t, i);
    for (end = i; end < keys->len && g_array_index(keys, uint64_t, end) == key;) end++;
    uint32_t times = MIN(end - i, (guint)RS_TWICE_EACH), a = (uint32_t)(key >> 32), b = (uint32_t)key;
    met[stratum(c, a, b)] += times;
    uint32_t unit = find_unit(w->twice, a, b);
    if (unit != RS_NONE) met_pair[unit] += times;
  }
}

static void run(size_t task, unsigned thread, void *data) {
  Work *w = data;
  const RsClaims *c = w->claims;
  uint32_t first = (uint32_t)((uint64_t)c->n_persons * task / N_TASKS), end = (uint32_t)((uint64_t)c->n_persons * (task + 1) / N_TASKS);
  g_autoptr(GArray) keys = g_array_new(FALSE, FALSE, sizeof(uint64_t)), own = g_array_new(FALSE, FALSE, sizeof(RsOwnDrug));
  if (w->twice == NULL) w->hits[task] = g_array_new(FALSE, FALSE, sizeof(RsTwiceHit));
  for (uint32_t p = first; p < end; p++) {
    if (c->person_visit[p + 1] - c->person_visit[p] > RS_TWICE_MOST_VISITS) w->skipped[task] += w->twice == NULL;
    else if (w->twice == NULL) find_hits(w, p, own, w->hits[task]);
    else count_met(w, p, keys, w->met[task], w->met_pair[thread]);
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
    unit->expected = (double)unit->opportunities * fmin(1.0, (hits[s] - own + 0.5) / (others + 10.0));
    unit->expected_strong = (double)unit->opportunities * fmin(1.0, (strong[s] - own_strong + 0.5) / (others + 10.0));
  }
}

RsTwice *rs_duplicates_new(const RsClaims *claims, const RsBasket *basket, unsigned n_threads) {
  g_autofree Work *w = g_new0(Work, 1);
  w->claims = claims;
  w->basket = basket;
  n_threads = CLAMP(n_threads, 1u, 64u);
  rs_parallel(n_threads, N_TASKS, run, w);
  g_autoptr(GArray) all = g_array_new(FALSE, FALSE, sizeof(RsTwiceHit));
  for (unsigned i = 0; i < N_TASKS; i++) {
    g_array_append_vals(all, w->hits[i]->data, w->hits[i]->len);
    g_array_unref(w->hits[i]);
  }
  RsTwice *t = rs_twice_new(all, true);
  for (unsigned i = 0; i < N_TASKS; i++) t->n_not_examined += w->skipped[i];
  if (t->n_units == 0) return t;
  w->twice = t;
  for (unsigned i = 0; i < n_threads; i++) w->met_pair[i] = g_new0(uint32_t, t->n_units);
  rs_parallel(n_threads, N_TASKS, run, w);
  for (unsigned i = 0; i < n_threads; i++) {
    for (uint32_t u = 0; u < t->n_units; u++) t->unit[u].opportunities += w->met_pair[i][u];
    g_free(w->met_pair[i]);
  }
  expect(w, t);
  return t;
}
