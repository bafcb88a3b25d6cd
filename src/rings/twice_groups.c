#include "rings/twice_groups.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

typedef struct {
  const RsClaims *claims;
  const RsTwice *twice;
  RsPattern pattern;
  double *surprise; /* [n_units] */
} Finder;

static int compare_numbers(const void *x, const void *y) {
  uint32_t a = *(const uint32_t *)x, b = *(const uint32_t *)y;
  return (a > b) - (a < b);
}

/* Sorts, keeps each once; times[i] (or NULL) how often it was there. */
static uint32_t distinct(uint32_t *number, uint32_t n, uint32_t *times) {
  uint32_t kept = 0;
  if (n > 0) qsort(number, n, sizeof *number, compare_numbers);
  for (uint32_t i = 0, end; i < n; i = end) {
    for (end = i; end < n && number[end] == number[i];) end++;
    if (times != NULL) times[kept] = end - i;
    number[kept++] = number[i];
  }
  return kept;
}

static bool contains(const uint32_t *sorted, uint32_t n, uint32_t x) {
  return n > 0 && bsearch(&x, sorted, n, sizeof x, compare_numbers) != NULL;
}

void rs_twice_group_free(RsTwiceGroup *g) {
  if (g == NULL) return;
  g_free(g->unit);
  g_free(g->hit);
  g_free(g->person);
  g_free(g->person_hits);
  g_free(g->outlet);
  g_free(g->outlet_hits);
  g_free(g);
}

static void count_members(const RsTwice *t, RsTwiceGroup *g) {
  uint32_t n = 0, m = 0;
  g->person = g_realloc_n(g->person, 2 * (gsize)g->n_hits + 1, sizeof(uint32_t));
  g->person_hits = g_realloc_n(g->person_hits, 2 * (gsize)g->n_hits + 1, sizeof(uint32_t));
  g->outlet = g_realloc_n(g->outlet, 2 * (gsize)g->n_hits + 1, sizeof(uint32_t));
  g->outlet_hits = g_realloc_n(g->outlet_hits, 2 * (gsize)g->n_hits + 1, sizeof(uint32_t));
  for (uint32_t i = 0; i < g->n_hits; i++) {
    const RsTwiceHit *h = &t->hit[g->hit[i]];
    g->person[n++] = h->person[0];
    if (h->person[1] != h->person[0]) g->person[n++] = h->person[1];
    g->outlet[m++] = h->outlet[0];
    if (h->outlet[1] != h->outlet[0]) g->outlet[m++] = h->outlet[1];
  }
  g->n_persons = distinct(g->person, n, g->person_hits);
  g->n_outlets = distinct(g->outlet, m, g->outlet_hits);
}

RsTwiceGroup *rs_twice_group_new(const RsTwice *t, uint32_t unit, const uint32_t *hit, uint32_t n_hits) {
  RsTwiceGroup *g = g_new0(RsTwiceGroup, 1);
  g->unit = g_memdup2(&unit, sizeof unit);
  g->n_units = 1;
  g->hit = g_memdup2(hit, ((gsize)n_hits + 1) * sizeof *hit);
  g->n_hits = n_hits;
  count_members(t, g);
  return g;
}

static void group_join(const RsTwice *t, RsTwiceGroup *g, const RsTwiceGroup *other) {
  g->unit = g_renew(uint32_t, g->unit, (gsize)g->n_units + other->n_units);
  memcpy(g->unit + g->n_units, other->unit, other->n_units * sizeof *g->unit);
  g->n_units += other->n_units;
  g->hit = g_renew(uint32_t, g->hit, (gsize)g->n_hits + other->n_hits + 1);
  memcpy(g->hit + g->n_hits, other->hit, other->n_hits * sizeof *g->hit);
  g->n_hits = distinct(g->hit, g->n_hits + other->n_hits, NULL);
  count_members(t, g);
  g->usual_known = false;
}

/* Where most hits are between the group's own outlets, those with outlets elsewhere are other people's accidents. */
static void keep_inner(const RsTwice *t, RsTwiceGroup *g) {
  g_autofree uint32_t *own = g_new(uint32_t, 2 * (gsize)g->n_units + 1);
  uint32_t n = 0, inner = 0;
  for (uint32_t i = 0; i < g->n_units; i++)
    for (unsigned k = 0; k < 2; k++)
      if (t->unit[g->unit[i]].outlet[k] != RS_NONE) own[n++] = t->unit[g->unit[i]].outlet[k];
  n = distinct(own, n, NULL);
  g_autofree uint8_t *is_inner = g_malloc0((gsize)g->n_hits + 1);
  for (uint32_t i = 0; i < g->n_hits; i++) {
    const uint32_t *f = t->hit[g->hit[i]].outlet;
    inner += is_inner[i] = contains(own, n, f[0]) && contains(own, n, f[1]);
  }
  if (inner * 5 < g->n_hits * 3) return;
  uint32_t kept = 0;
  for (uint32_t i = 0; i < g->n_hits; i++)
    if (is_inner[i]) g->hit[kept++] = g->hit[i];
  g->n_hits = kept;
}

static uint32_t place_of(const RsTwiceGroup *g, uint32_t person) {
  const uint32_t *at = bsearch(&person, g->person, g->n_persons, sizeof person, compare_numbers);
  return (uint32_t)(at - g->person);
}

/* People with far fewer hits than the one behind the middle hit came in by accident: they are no members, and a hit with none but such
 * people is none of the group. */
static void drop_strays(const RsTwice *t, RsTwiceGroup *g) {
  g_autofree uint32_t *sorted = g_memdup2(g->person_hits, ((gsize)g->n_persons + 1) * sizeof(uint32_t));
  uint64_t total = 0, sum = 0;
  uint32_t middle = 0, kept = 0;
  if (g->n_persons < 2) return;
  qsort(sorted, g->n_persons, sizeof *sorted, compare_numbers);
  for (uint32_t i = 0; i < g->n_persons; i++) total += sorted[i];
  for (uint32_t i = 0; i < g->n_persons && sum * 2 < total; i++) sum += middle = sorted[i];
  g_autofree uint8_t *stays = g_malloc0((gsize)g->n_persons + 1);
  for (uint32_t i = 0; i < g->n_persons; i++) stays[i] = g->person_hits[i] * 4 >= middle;
  for (uint32_t i = 0; i < g->n_hits; i++) {
    const RsTwiceHit *h = &t->hit[g->hit[i]];
    if (stays[place_of(g, h->person[0])] || stays[place_of(g, h->person[1])]) g->hit[kept++] = g->hit[i];
  }
  g->n_hits = kept;
  g_autofree uint32_t *person = g_memdup2(g->person, ((gsize)g->n_persons + 1) * sizeof(uint32_t));
  uint32_t before = g->n_persons;
  count_members(t, g);
  kept = 0;
  for (uint32_t i = 0; i < g->n_persons; i++) {
    const uint32_t *at = bsearch(&g->person[i], person, before, sizeof *person, compare_numbers);
    if (!stays[at - person]) continue;
    g->person[kept] = g->person[i];
    g->person_hits[kept++] = g->person_hits[i];
  }
  g->n_persons = kept;
}

RsTwiceUnit rs_twice_group_count(const RsTwice *t, const RsTwiceGroup *g) {
  RsTwiceUnit sum = {0};
  g_autofree uint32_t *all = g_new(uint32_t, 2 * (gsize)g->n_hits + 1), *strong = g_new(uint32_t, 2 * (gsize)g->n_hits + 1);
  g_autofree uint32_t *times = g_new(uint32_t, 2 * (gsize)g->n_hits + 1);
  for (uint32_t i = 0; i < g->n_units; i++) {
    const RsTwiceUnit *u = &t->unit[g->unit[i]];
    uint32_t n = 0, n_strong = 0;
    for (uint32_t k = 0; k < g->n_hits; k++) {
      const RsTwiceHit *h = &t->hit[g->hit[k]];
      bool here = u->outlet[1] == RS_NONE ? h->outlet[0] == u->outlet[0] || h->outlet[1] == u->outlet[0]
                                          : MIN(h->outlet[0], h->outlet[1]) == u->outlet[0] && MAX(h->outlet[0], h->outlet[1]) == u->outlet[1];
      if (!here) continue;
      all[n++] = h->person[1];
      if (h->n_equal >= 2) strong[n_strong++] = h->person[1];
    }
    if (n == 0) continue;
    n = distinct(all, n, times);
    for (uint32_t k = 0; k < n; k++) sum.counted += MIN(times[k], t->each);
    n_strong = distinct(strong, n_strong, times);
    for (uint32_t k = 0; k < n_strong; k++) sum.counted_strong += MIN(times[k], t->each);
    sum.expected += u->expected;
    sum.expected_strong += u->expected_strong;
    sum.opportunities += u->opportunities;
    sum.trials += u->trials;
  }
  if (sum.expected_strong <= 0.0) sum.counted_strong = 0;
  return sum;
}

static int compare_units(const void *x, const void *y, void *data) {
  const Finder *f = data;
  uint32_t a = *(const uint32_t *)x, b = *(const uint32_t *)y;
  if (f->surprise[a] != f->surprise[b]) return f->surprise[a] > f->surprise[b] ? -1 : 1;
  return (a > b) - (a < b); /* units are in order of outlets */
}

static uint32_t shared_people(const RsTwiceGroup *g, const RsTwiceGroup *h) {
  uint32_t both = 0;
  for (uint32_t i = 0, k = 0; i < g->n_persons && k < h->n_persons;) {
    if (g->person[i] < h->person[k]) i++;
    else if (g->person[i] > h->person[k]) k++;
    else both++, i++, k++;
  }
  return both;
}

static bool holds(const RsClaims *c, uint32_t visit, uint32_t drug) {
  for (uint64_t l = c->visit_line[visit]; l < c->visit_line[visit + 1]; l++)
    if (rs_line_drug(c, l) == drug) return true;
  return false;
}

/* The drugs on at least a third of the group's hits, ascending, the first of them; what a travel brings along says nothing. */
static void find_usual(const Finder *f, RsTwiceGroup *g) {
  const RsClaims *c = f->claims;
  g_autoptr(GArray) drug = g_array_new(FALSE, FALSE, sizeof(uint32_t));
  if (g->usual_known) return;
  g->usual_known = true;
  g->n_usual = 0;
  for (uint32_t i = 0; i < g->n_hits && f->pattern != RS_TRAVEL; i++) {
    const RsTwiceHit *h = &f->twice->hit[g->hit[i]];
    uint64_t first = f->pattern == RS_TRACE ? h->line[0] : c->visit_line[h->visit[0]];
    uint64_t end = f->pattern == RS_TRACE ? first + 1 : MIN(c->visit_line[h->visit[0] + 1], first + RS_TWICE_VISIT_LINES);
    for (uint64_t l = first; l < end; l++) {
      bool again = l > first && rs_line_drug(c, l) == rs_line_drug(c, l - 1);
      const uint32_t of = rs_line_drug(c, l);
      if (of != RS_NONE && !again && holds(c, h->visit[1], of)) g_array_append_val(drug, of);
    }
  }
  if (drug->len > 0) qsort(drug->data, drug->len, sizeof(uint32_t), compare_numbers);
  for (guint i = 0, end; i < drug->len; i = end) {
    uint32_t d = g_array_index(drug, uint32_t, i);
    for (end = i; end < drug->len && g_array_index(drug, uint32_t, end) == d;) end++;
    if ((end - i) * 3 >= g->n_hits && g->n_usual < G_N_ELEMENTS(g->usual)) g->usual[g->n_usual++] = d;
  }
}

static bool share_drugs(const Finder *f, RsTwiceGroup *g, RsTwiceGroup *h) {
  find_usual(f, g);
  find_usual(f, h);
  for (uint32_t i = 0; i < g->n_usual; i++)
    if (contains(h->usual, h->n_usual, g->usual[i])) return true;
  return false;
}

static bool by_pairs(const Finder *f) { return f->twice->n_units > 0 && f->twice->unit[0].outlet[1] != RS_NONE; }

static bool share_outlet(const RsTwiceGroup *g, const RsTwiceGroup *h) {
  for (uint32_t i = 0; i < g->n_outlets; i++)
    if (contains(h->outlet, h->n_outlets, g->outlet[i])) return true;
  return false;
}

/* More than half of the smaller group's people, or a fifth of them and the same drugs; cards that travel, and an outlet. */
static bool same_people(const Finder *f, RsTwiceGroup *g, RsTwiceGroup *h) {
  uint32_t both = shared_people(g, h), least = MIN(g->n_persons, h->n_persons);
  if (f->pattern == RS_TRAVEL && by_pairs(f) && both * 5 >= least && both > 0 && share_outlet(g, h)) return true;
  return both * 2 > least || (both > 0 && both * 5 >= least && share_drugs(f, g, h));
}

/* A unit's hits that no better unit has explained yet; NULL if what is left is no more than chance. */
static RsTwiceGroup *rest_of(const Finder *f, uint32_t unit, uint8_t *taken) {
  const RsTwice *t = f->twice;
  uint32_t n = 0, size = t->unit_offset[unit + 1] - t->unit_offset[unit];
  g_autofree uint32_t *hit = g_new(uint32_t, (gsize)size + 1);
  for (uint32_t i = t->unit_offset[unit]; i < t->unit_offset[unit + 1]; i++)
    if (!taken[t->unit_hit[i]]) hit[n++] = t->unit_hit[i];
  RsTwiceGroup *g = rs_twice_group_new(t, unit, hit, n);
  RsTwiceUnit left = rs_twice_group_count(t, g);
  if (g->n_persons < 2 || (n < size && rs_twice_surprise(&left) < RS_TWICE_BAR)) {
    rs_twice_group_free(g);
    return NULL;
  }
  for (uint32_t i = 0; i < n; i++) taken[hit[i]] = 1;
  return g;
}

/* Groups that have come to share people and an outlet by what each was joined with since. */
static void join_groups(const Finder *f, GPtrArray *groups) {
  for (guint i = 0; i < groups->len; i++)
    for (guint k = i + 1; k < groups->len;) {
      if (!same_people(f, g_ptr_array_index(groups, i), g_ptr_array_index(groups, k))) {
        k++;
        continue;
      }
      group_join(f->twice, g_ptr_array_index(groups, i), g_ptr_array_index(groups, k));
      g_ptr_array_remove_index(groups, k);
      k = i + 1;
    }
}

/* Units above the bar, the best first, each joined to the first group it shares people with. */
static GPtrArray *join_units(const Finder *f) {
  g_autoptr(GArray) order = g_array_new(FALSE, FALSE, sizeof(uint32_t));
  g_autofree uint8_t *taken = g_malloc0((gsize)f->twice->n_hits + 1);
  GPtrArray *groups = g_ptr_array_new_with_free_func((GDestroyNotify)rs_twice_group_free);
  /* a ring that travels has several pairs, each with little to say */
  const double bar = f->pattern == RS_TRAVEL && by_pairs(f) ? RS_TWICE_PAIR_BAR : RS_TWICE_BAR;
  for (uint32_t u = 0; u < f->twice->n_units; u++)
    if (f->surprise[u] >= bar && f->twice->unit[u].n_persons >= 2) g_array_append_val(order, u);
  g_array_sort_with_data(order, compare_units, (gpointer)f);
  if (order->len > RS_TWICE_MOST_GROUPS) g_array_set_size(order, RS_TWICE_MOST_GROUPS);
  for (guint i = 0; i < order->len; i++) {
    RsTwiceGroup *alone = rest_of(f, g_array_index(order, uint32_t, i), taken);
    guint k = 0;
    if (alone == NULL) continue;
    while (k < groups->len && !same_people(f, g_ptr_array_index(groups, k), alone)) k++;
    if (k == groups->len) {
      g_ptr_array_add(groups, alone);
      continue;
    }
    group_join(f->twice, g_ptr_array_index(groups, k), alone);
    rs_twice_group_free(alone);
  }
  if (f->pattern == RS_TRAVEL && by_pairs(f)) join_groups(f, groups);
  return groups;
}

static uint32_t find_root(uint32_t *parent, uint32_t i) {
  while (parent[i] != i) i = parent[i] = parent[parent[i]];
  return i;
}

static void tie(uint32_t *parent, uint32_t a, uint32_t b) {
  a = find_root(parent, a), b = find_root(parent, b);
  parent[MAX(a, b)] = MIN(a, b);
}

/* Most hits first, then by the first hit. */
static int compare_lots(const void *x, const void *y) {
  const RsTwiceGroup *a = *(RsTwiceGroup *const *)x, *b = *(RsTwiceGroup *const *)y;
  if (a->n_hits != b->n_hits) return a->n_hits > b->n_hits ? -1 : 1;
  return (a->hit[0] > b->hit[0]) - (a->hit[0] < b->hit[0]);
}

/* The group of those hits of g that are marked with the number. */
static RsTwiceGroup *part_of(const RsTwice *t, const RsTwiceGroup *g, const uint32_t *mark, uint32_t number) {
  g_autofree uint32_t *part = g_new(uint32_t, (gsize)g->n_hits + 1);
  uint32_t n = 0;
  for (uint32_t i = 0; i < g->n_hits; i++)
    if (mark[i] == number) part[n++] = g->hit[i];
  RsTwiceGroup *piece = rs_twice_group_new(t, g->unit[0], part, n);
  g_free(piece->unit);
  piece->unit = g_memdup2(g->unit, g->n_units * sizeof *g->unit);
  piece->n_units = g->n_units;
  return piece;
}

static bool same_outlets(const RsTwiceGroup *g, const RsTwiceGroup *h) {
  return g->n_outlets == h->n_outlets && memcmp(g->outlet, h->outlet, g->n_outlets * sizeof *g->outlet) == 0;
}

/* A third of those whose boxes come back in the one bring back the other's as well. */
static bool same_sellers(const RsTwice *t, const RsTwiceGroup *g, const RsTwiceGroup *lot) {
  g_autofree uint32_t *a = g_new(uint32_t, (gsize)g->n_hits + 1), *b = g_new(uint32_t, (gsize)lot->n_hits + 1);
  for (uint32_t i = 0; i < g->n_hits; i++) a[i] = t->hit[g->hit[i]].person[0];
  for (uint32_t i = 0; i < lot->n_hits; i++) b[i] = t->hit[lot->hit[i]].person[0];
  uint32_t n = distinct(a, g->n_hits, NULL), m = distinct(b, lot->n_hits, NULL), both = 0;
  for (uint32_t i = 0; i < m; i++) both += contains(a, n, b[i]);
  return both >= 2 && both * 3 >= MIN(n, m);
}

static bool same_lot(const RsTwice *t, const RsTwiceGroup *g, const RsTwiceGroup *lot) {
  uint32_t least = MIN(g->n_persons, lot->n_persons);
  return shared_people(g, lot) * 3 >= least || same_sellers(t, g, lot) || (least < RS_TWICE_PERSONS && same_outlets(g, lot));
}

/* The boxes of a ring are few drugs that pass among the same people: boxes of one drug are one lot, the largest first, and a lot joins
 * the first that shares a third of its people or of its sellers, or if one or two people are all it has, its outlets. Rings that share an outlet or a member stay apart, wrong scans stay behind. */
static void split_by_boxes(const RsClaims *c, const RsTwice *t, const RsTwiceGroup *g, GPtrArray *out) {
  g_autofree uint32_t *mark = g_new(uint32_t, (gsize)g->n_hits + 1), *drug = g_new(uint32_t, (gsize)g->n_hits + 1);
  g_autoptr(GPtrArray) lots = g_ptr_array_new_with_free_func((GDestroyNotify)rs_twice_group_free);
  for (uint32_t i = 0; i < g->n_hits; i++) drug[i] = mark[i] = rs_line_drug(c, t->hit[g->hit[i]].line[0]);
  uint32_t n_drugs = distinct(drug, g->n_hits, NULL);
  for (uint32_t d = 0; d < n_drugs; d++) g_ptr_array_add(lots, part_of(t, g, mark, drug[d]));
  g_ptr_array_sort(lots, compare_lots);
  guint first = out->len;
  for (guint i = 0; i < lots->len; i++) {
    RsTwiceGroup *lot = g_ptr_array_index(lots, i);
    guint k = first;
    while (k < out->len && !same_lot(t, g_ptr_array_index(out, k), lot)) k++;
    if (k < out->len) {
      RsTwiceGroup *into = g_ptr_array_index(out, k);
      uint32_t units = into->n_units;
      group_join(t, into, lot);
      into->n_units = units; /* both have all units of the group */
      continue;
    }
    g_ptr_array_index(lots, i) = NULL;
    g_ptr_array_add(out, lot);
  }
}

typedef struct { uint64_t thing; uint32_t person; } Holding; /* thing: what people may have in common; person: place in the group */

static int compare_holdings(const void *x, const void *y) {
  const Holding *a = x, *b = y;
  if (a->thing != b->thing) return a->thing < b->thing ? -1 : 1;
  return (a->person > b->person) - (a->person < b->person);
}

/* Sorted, each thing once a person. */
static void order_holdings(GArray *out) {
  guint n = 0;
  Holding *at = (Holding *)(void *)out->data;
  if (out->len > 0) qsort(at, out->len, sizeof(Holding), compare_holdings);
  for (guint i = 0; i < out->len; i++)
    if (n == 0 || compare_holdings(&at[n - 1], &at[i]) != 0) at[n++] = at[i];
  g_array_set_size(out, n);
}

/* What each of the group's people bought at its own outlets. */
static GArray *drugs_of(const Finder *f, const RsTwiceGroup *g) {
  const RsClaims *c = f->claims;
  GArray *out = g_array_new(FALSE, FALSE, sizeof(Holding));
  for (uint32_t i = 0; i < g->n_hits; i++) {
    const RsTwiceHit *h = &f->twice->hit[g->hit[i]];
    for (unsigned k = 0; k < 2; k++) {
      bool own = false;
      for (uint32_t u = 0; u < g->n_units; u++) own |= f->twice->unit[g->unit[u]].outlet[0] == h->outlet[k];
      uint64_t first = c->visit_line[h->visit[k]], end = MIN(c->visit_line[h->visit[k] + 1], first + RS_TWICE_VISIT_LINES);
      for (uint64_t l = first; l < end && own; l++) {
        Holding holding = {rs_line_drug(c, l), place_of(g, h->person[k])};
        if (rs_line_drug(c, l) != RS_NONE) g_array_append_val(out, holding);
      }
    }
  }
  order_holdings(out);
  return out;
}

/* Which of the group's own outlets each of them was at; not those where nearly all were. */
static GArray *outlets_of(const Finder *f, const RsTwiceGroup *g) {
  GArray *out = g_array_new(FALSE, FALSE, sizeof(Holding));
  for (uint32_t i = 0; i < g->n_hits; i++) {
    const RsTwiceHit *h = &f->twice->hit[g->hit[i]];
    for (uint32_t u = 0; u < g->n_units; u++) {
      uint32_t outlet = f->twice->unit[g->unit[u]].outlet[0];
      Holding holding = {outlet, place_of(g, h->person[0])};
      if (outlet == h->outlet[0] || outlet == h->outlet[1]) g_array_append_val(out, holding);
    }
  }
  order_holdings(out);
  guint n = 0;
  Holding *at = (Holding *)(void *)out->data;
  for (guint i = 0, end; i < out->len; i = end) {
    for (end = i; end < out->len && at[end].thing == at[i].thing;) end++;
    bool hub = (end - i) * 5 > g->n_persons * 4;
    for (guint k = i; k < end && !hub; k++) at[n++] = at[k];
  }
  g_array_set_size(out, n);
  return out;
}

/* Two rings at one outlet: where every lot of people that has things in common is a ring by itself and nearly all are in one, each is a
 * group, and g is gone. False: it stays whole. */
static bool split_by(const Finder *f, RsTwiceGroup *g, const GArray *holding, GPtrArray *out) {
  g_autofree uint32_t *parent = g_new(uint32_t, (gsize)g->n_persons + 1), *size = g_new0(uint32_t, (gsize)g->n_persons + 1);
  g_autofree uint32_t *mark = g_new(uint32_t, (gsize)g->n_hits + 1);
  const Holding *at = (const Holding *)(const void *)holding->data;
  uint32_t lots = 0, covered = 0;
  for (uint32_t i = 0; i < g->n_persons; i++) parent[i] = i;
  for (guint i = 0, end; i < holding->len; i = end) {
    for (end = i; end < holding->len && at[end].thing == at[i].thing;) end++;
    for (guint k = i + 1; k < end && end - i >= RS_TWICE_PERSONS; k++) tie(parent, at[i].person, at[k].person);
  }
  for (uint32_t i = 0; i < g->n_persons; i++) size[find_root(parent, i)]++;
  for (uint32_t i = 0; i < g->n_persons; i++)
    if (size[i] >= RS_TWICE_PERSONS) lots++, covered += size[i];
  if (lots < 2 || covered * 5 < g->n_persons * 4) return false;
  for (uint32_t i = 0; i < g->n_hits; i++) mark[i] = find_root(parent, place_of(g, f->twice->hit[g->hit[i]].person[0]));
  for (uint32_t root = 0; root < g->n_persons; root++)
    if (size[root] >= RS_TWICE_PERSONS) g_ptr_array_add(out, part_of(f->twice, g, mark, root));
  rs_twice_group_free(g);
  return true;
}

/* Rings that share an outlet buy different drugs there, or go on to different outlets. */
static void split_travels(const Finder *f, RsTwiceGroup *g, GPtrArray *out) {
  g_autoptr(GArray) drugs = drugs_of(f, g), outlets = outlets_of(f, g);
  if (!split_by(f, g, drugs, out) && !split_by(f, g, outlets, out)) g_ptr_array_add(out, g);
}

/* ---- who sells and who buys ---- */

/* Visits of each person at the group's outlets, by which ordinary customers would get its boxes; 0 for the rest of the city. */
static uint32_t *custom_of(const Finder *f, const RsTwiceGroup *g, double *all) {
  const RsClaims *c = f->claims;
  uint32_t *visits = g_new0(uint32_t, (gsize)c->n_persons + 1);
  g_autofree uint8_t *own = g_malloc0((gsize)c->institution->n + 1);
  *all = 0.0;
  for (uint32_t u = 0; u < g->n_units; u++) own[f->twice->unit[g->unit[u]].outlet[0]] = 1;
  for (uint32_t p = 0; p < c->n_persons; p++) {
    for (uint32_t v = c->person_visit[p]; v < c->person_visit[p + 1]; v++) visits[p] += own[c->visit_institution[v]];
    *all += visits[p];
  }
  return visits;
}

/* How many different people would get n boxes if these went to whoever comes. */
static double people_by_chance(const uint32_t *visits, uint32_t n_persons, double all, uint32_t n) {
  double sum = 0.0;
  for (uint32_t p = 0; p < n_persons && all > 0.0; p++)
    if (visits[p] > 0) sum += 1.0 - pow(1.0 - visits[p] / all, n);
  return sum;
}

/* A box passes from its first buyer to a later one. Where the later ones are nearly as many different people as if whoever came to the counter
 * got it, they are its customers, and the ring is those whose boxes come back; the other way round where anybody's boxes are sold again to
 * the same few. Where codes go from card to card, and many are both, all belong. */
static void drop_bystanders(const Finder *f, RsTwiceGroup *g) {
  const RsTwice *t = f->twice;
  g_autofree uint32_t *first = g_new(uint32_t, (gsize)g->n_hits + 1), *later = g_new(uint32_t, (gsize)g->n_hits + 1);
  g_autofree uint32_t *n_first = g_new(uint32_t, (gsize)g->n_hits + 1), *n_later = g_new(uint32_t, (gsize)g->n_hits + 1);
  for (uint32_t i = 0; i < g->n_hits; i++) first[i] = t->hit[g->hit[i]].person[0], later[i] = t->hit[g->hit[i]].person[1];
  uint32_t sellers = distinct(first, g->n_hits, n_first), buyers = distinct(later, g->n_hits, n_later), kept = 0, both = 0;
  double all;
  for (uint32_t i = 0; i < sellers; i++) both += contains(later, buyers, first[i]);
  if (4 * both > MIN(sellers, buyers)) return;
  g_autofree uint32_t *visits = custom_of(f, g, &all);
  bool many_sellers = 3 * sellers >= 2 * g->n_hits; /* from anywhere in the city: as many people as boxes */
  bool many_buyers = 3.0 * buyers >= 2.0 * people_by_chance(visits, f->claims->n_persons, all, g->n_hits);
  if (many_sellers == many_buyers) return;
  const uint32_t *role = many_buyers ? first : later, *times = many_buyers ? n_first : n_later, n = many_buyers ? sellers : buyers;
  for (uint32_t i = 0; i < g->n_persons; i++) {
    const uint32_t *at = bsearch(&g->person[i], role, n, sizeof *role, compare_numbers);
    if (at == NULL) continue;
    g->person[kept] = g->person[i];
    g->person_hits[kept++] = times[at - role];
  }
  g->n_persons = kept;
  const uint32_t *other = many_buyers ? later : first, n_other = many_buyers ? buyers : sellers;
  for (uint32_t i = 0; i < n_other; i++) g->n_bystanders += !contains(g->person, g->n_persons, other[i]);
  g->named_first = many_buyers;
}

GPtrArray *rs_twice_groups(const RsClaims *claims, const RsTwice *twice, RsPattern pattern) {
  g_autofree double *surprise = g_new(double, (gsize)twice->n_units + 1);
  Finder f = {claims, twice, pattern, surprise};
  for (uint32_t u = 0; u < twice->n_units; u++) surprise[u] = rs_twice_surprise(&twice->unit[u]);
  g_autoptr(GPtrArray) joined = join_units(&f);
  GPtrArray *groups = g_ptr_array_new_with_free_func((GDestroyNotify)rs_twice_group_free);
  for (guint i = 0; i < joined->len; i++) {
    RsTwiceGroup *g = g_ptr_array_index(joined, i);
    if (pattern == RS_TRACE) {
      split_by_boxes(claims, twice, g, groups);
      continue;
    }
    g_ptr_array_index(joined, i) = NULL;
    if (pattern == RS_TRAVEL && !by_pairs(&f)) split_travels(&f, g, groups);
    else g_ptr_array_add(groups, g);
  }
  for (guint i = 0; i < groups->len; i++) {
    RsTwiceGroup *g = g_ptr_array_index(groups, i);
    keep_inner(twice, g);
    count_members(twice, g);
    if (pattern != RS_TRAVEL || !by_pairs(&f)) drop_strays(twice, g); /* nobody is by accident at both of a ring's outlets within the hour */
    if (pattern == RS_TRACE) drop_bystanders(&f, g);
  }
  return groups;
}
