#include "mining/rules.h"

#include "base/parallel.h"
#include "base/sort.h"
#include "mining/significance.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define LEAST_LIFT 2.0
#define LEAST_EXPECTED 1e-6 /* a lift is no number of 15 digits */
#define PRODUCTIVE 0.05 /* an item belongs to a set when its presence there is less likely by chance than this */
#define REDUNDANT 0.8   /* share of holders that two rules on the same items must share for one to go */
#define EVERYWHERE 0.9  /* a doctor or institution on more rows than this tells nothing apart */

void rs_rules_free(RsRule *rule, uint32_t n) {
  for (uint32_t i = 0; i < n; i++) {
    g_free(rule[i].item);
    g_free(rule[i].person);
  }
  g_free(rule);
}

/* ---- closed sets: depth first, each set reached once, from the one parent whose closure keeps all earlier items ---- */

typedef struct {
  const RsItemRows *rows;
  uint32_t min_persons, max_sets;
  GArray *out;
  bool full;
} Search;

static uint32_t closure_of(const RsItemRows *rows, const uint32_t *list, uint32_t n) {
  uint32_t items = UINT32_MAX;
  for (uint32_t i = 0; i < n; i++) items &= rows->row[list[i]];
  return items;
}

static uint32_t persons_of(const RsItemRows *rows, const uint32_t *list, uint32_t n) {
  uint32_t persons = 0;
  for (uint32_t i = 0; i < n; i++) persons += i == 0 || rows->row_person[list[i]] != rows->row_person[list[i - 1]];
  return persons;
}

static void extend(Search *search, const uint32_t *list, uint32_t n, uint32_t closed, uint32_t from) {
  const RsItemRows *rows = search->rows;
  if (closed != 0) {
    if (search->out->len >= search->max_sets) search->full = true;
    RsClosedSet set = {closed, n, persons_of(rows, list, n)};
    if (!search->full) g_array_append_val(search->out, set);
  }
  g_autofree uint32_t *part = g_new(uint32_t, (gsize)n + 1);
  for (uint32_t i = from; i < rows->n_items && !search->full; i++) {
    uint32_t bit = UINT32_C(1) << i, m = 0;
    if (closed & bit) continue;
    for (uint32_t k = 0; k < n; k++)
      if (rows->row[list[k]] & bit) part[m++] = list[k];
    if (m == 0 || persons_of(rows, part, m) < search->min_persons) continue;
    uint32_t items = closure_of(rows, part, m);
    if (((items ^ closed) & (bit - 1u)) != 0) continue; /* reached from an earlier item */
    extend(search, part, m, items, i + 1);
  }
}

static int compare_sets(const void *x, const void *y) {
  const RsClosedSet *a = x, *b = y;
  return (a->items > b->items) - (a->items < b->items);
}

/* Whether the closed sets of that support fit; they are then in search->out. */
static bool fits(Search *search, const uint32_t *all, uint32_t min_persons) {
  search->min_persons = min_persons;
  search->full = false;
  g_array_set_size(search->out, 0);
  extend(search, all, search->rows->n_rows, closure_of(search->rows, all, search->rows->n_rows), 0);
  return !search->full;
}

GArray *rs_closed_sets(const RsItemRows *rows, uint32_t min_persons, uint32_t max_sets) {
  Search search = {.rows = rows, .max_sets = max_sets, .out = g_array_new(FALSE, FALSE, sizeof(RsClosedSet))};
  g_autofree uint32_t *all = g_new(uint32_t, (gsize)rows->n_rows + 1);
  for (uint32_t i = 0; i < rows->n_rows; i++) all[i] = i;
  uint32_t most = persons_of(rows, all, rows->n_rows), low = MAX(min_persons, 1u);
  if (most < low) return search.out;
  if (!fits(&search, all, low)) { /* halve between a support that does not fit and one that does */
    uint32_t high = most + 1;
    while (high - low > 1) {
      uint32_t middle = low + (high - low) / 2;
      if (fits(&search, all, middle)) high = middle;
      else low = middle;
    }
    if (high > most || !fits(&search, all, high)) g_array_set_size(search.out, 0);
  }
  if (search.out->len > 0) qsort(search.out->data, search.out->len, sizeof(RsClosedSet), compare_sets);
  return search.out;
}

/* ---- the rows of a group: its visits, or its persons ---- */

typedef struct { uint32_t visit, person, institution; } Row;
typedef struct { RsItem item; uint32_t n_persons, n_rows; } Count;

/* An item of a row as one number: row << ITEM_BITS | item, an item being its kind's place in this order << 32 | its number. A group has fewer than
 * 2^30 visits. */
enum { ITEM_BITS = 34 };
#define ITEM_MASK ((UINT64_C(1) << ITEM_BITS) - 1)
static const RsKind kind_at[RS_N_KINDS] = {RS_DRUG, RS_DOCTOR, RS_INSTITUTION, RS_PERSON};
static const uint64_t order_of[RS_N_KINDS] = {[RS_DRUG] = 0, [RS_DOCTOR] = 1, [RS_INSTITUTION] = 2, [RS_PERSON] = 3};

static uint64_t item_key(const RsItem *item) { return order_of[item->kind] << 32 | item->id; }

typedef struct {
  const RsRuleCity *city;
  const RsRuleGroup *group;
  GArray *row;            /* of Row: the group's visits in the order of the claims, so each person's stand together */
  GArray *seen;           /* of uint64_t: items of rows, ascending */
  uint32_t n_items;
  RsItem item[RS_RULE_ITEMS];
  uint32_t *mask;         /* [row->len] */
  double *chance;         /* [row->len * n_items] of the item in the visit, by the institution's other visits */
} Table;

static int compare_items(const RsItem *a, const RsItem *b) {
  const uint64_t x = item_key(a), y = item_key(b);
  return (x > y) - (x < y);
}

static int compare_counts(const void *x, const void *y) {
  const Count *a = x, *b = y;
  if (a->n_persons != b->n_persons) return a->n_persons > b->n_persons ? -1 : 1;
  return compare_items(&a->item, &b->item);
}

/* An item of the last row. */
static void add_seen(Table *t, RsKind kind, uint32_t id) {
  const uint64_t one = (uint64_t)(t->row->len - 1) << ITEM_BITS | item_key(&(RsItem){kind, id});
  if (id != RS_NONE) g_array_append_val(t->seen, one);
}

static void add_row(Table *t, uint32_t visit, uint32_t person) {
  const Row row = {visit, person, t->city->claims->visit_institution[visit]};
  g_array_append_val(t->row, row);
  add_seen(t, RS_INSTITUTION, row.institution);
}

/* Each item of a row once. */
static void sort_seen(Table *t) {
  uint64_t *s = (uint64_t *)(void *)t->seen->data;
  guint n = 0;
  if (t->seen->len > 0) rs_sort_u64(s, t->seen->len);
  for (guint i = 0; i < t->seen->len; i++)
    if (n == 0 || s[n - 1] != s[i]) s[n++] = s[i];
  g_array_set_size(t->seen, n);
}

/* Evidence lines ascend, and so do their visits. */
static void read_rows(Table *t) {
  const RsClaims *c = t->city->claims;
  uint32_t last = RS_NONE;
  for (uint64_t i = 0; i < t->group->n_lines; i++) {
    uint64_t line = t->group->line[i];
    uint32_t visit = last != RS_NONE && line < c->visit_line[last + 1] ? last : rs_claims_line_visit(c, line);
    if (visit != last) add_row(t, visit, rs_claims_visit_person(c, visit));
    add_seen(t, RS_DRUG, rs_line_drug(c, line));
    add_seen(t, RS_DOCTOR, rs_line_doctor(c, line));
    last = visit;
  }
  sort_seen(t);
}

static uint32_t row_of(const Table *t, uint32_t visit) {
  guint low = 0, high = t->row->len;
  while (high - low > 1) {
    guint middle = low + (high - low) / 2;
    if (g_array_index(t->row, Row, middle).visit <= visit) low = middle;
    else high = middle;
  }
  return low;
}

/* The items most persons have, at most as many as a mask has bits. */
static void choose_items(Table *t) {
  g_autoptr(GArray) counts = g_array_new(FALSE, FALSE, sizeof(Count));
  const guint n = t->seen->len;
  g_autofree uint64_t *s = g_new(uint64_t, (gsize)n + 1); /* by item, then by row */
  for (guint i = 0; i < n; i++) {
    const uint64_t one = g_array_index(t->seen, uint64_t, i);
    s[i] = one << (64 - ITEM_BITS) | one >> ITEM_BITS;
  }
  rs_sort_u64(s, n);
  uint32_t person = RS_NONE;
  for (guint i = 0; i < n; i++) {
    const uint64_t item = s[i] >> (64 - ITEM_BITS);
    bool first = i == 0 || item != s[i - 1] >> (64 - ITEM_BITS);
    if (first) g_array_append_val(counts, ((Count){{kind_at[item >> 32], (uint32_t)item}, 0, 0}));
    Count *count = &g_array_index(counts, Count, counts->len - 1);
    uint32_t who = g_array_index(t->row, Row, s[i] & (UINT64_MAX >> ITEM_BITS)).person;
    count->n_rows++;
    count->n_persons += first || who != person;
    person = who;
  }
  g_array_sort(counts, compare_counts);
  for (guint i = 0; i < counts->len && t->n_items < RS_RULE_ITEMS; i++) {
    const Count *count = &g_array_index(counts, Count, i);
    if (count->n_persons < RS_RULE_PERSONS) break;
    if (count->item.kind != RS_DRUG && (double)count->n_rows > EVERYWHERE * (double)t->row->len) continue;
    t->item[t->n_items++] = count->item;
  }
}

static uint32_t relation_visits(const RsRelation *r, uint32_t from, uint32_t to) {
  uint64_t low = r->offset[from], high = r->offset[from + 1];
  while (low < high) {
    uint64_t middle = low + (high - low) / 2;
    if (r->to[middle] < to) low = middle + 1;
    else high = middle;
  }
  return low < r->offset[from + 1] && r->to[low] == to ? r->visits[low] : 0;
}

/* How often the whole city has the item: the guess for institutions with hardly any other visits. */
static double usual_share(const RsRuleCity *city, const RsItem *item, uint32_t institution) {
  if (item->kind == RS_DRUG) {
    unsigned type = city->claims->institution_type[institution];
    uint64_t visits = city->basket->visits[type];
    return visits == 0 ? 0.0 : (double)city->basket->by_type[(size_t)item->id * RS_N_TYPES + type] / (double)visits;
  }
  const RsRelation *r = &city->knowledge->relation[RS_REFERS_TO];
  uint64_t visits = 0;
  for (uint64_t i = r->offset[item->id]; i < r->offset[item->id + 1]; i++) visits += r->visits[i];
  return fmin(1.0, (double)visits / (double)MAX(city->claims->n_visits, 1u));
}

static double item_chance(const RsRuleCity *city, const RsItem *item, uint32_t institution, uint32_t own, uint32_t own_visits) {
  if (item->kind == RS_INSTITUTION) return item->id == institution ? 1.0 : 0.0;
  const RsRelation *relation = city->knowledge->relation;
  uint32_t all = city->timeline->offset[institution + 1] - city->timeline->offset[institution];
  uint32_t with = item->kind == RS_DRUG ? relation_visits(&relation[RS_DISPENSED], institution, item->id)
                                        : relation_visits(&relation[RS_REFERS_TO], item->id, institution);
  double rest = all > own_visits ? (double)(all - own_visits) : 0.0, marked = with > own ? (double)(with - own) : 0.0;
  return fmin(1.0, (fmin(marked, rest) + usual_share(city, item, institution)) / (rest + 1.0));
}

/* The same institution has the same chances; groups have few institutions. */
static void fill_chances(Table *t) {
  uint32_t n = t->row->len, k = t->n_items;
  t->chance = g_new0(double, (gsize)n * k + 1);
  const Row *row = (const Row *)(const void *)t->row->data;
  g_autofree bool *done = g_new0(bool, (gsize)n + 1);
  for (uint32_t r = 0; r < n; r++) {
    if (done[r]) continue;
    uint32_t own_visits = 0, own[RS_RULE_ITEMS] = {0};
    for (uint32_t o = r; o < n; o++) {
      if (row[o].institution != row[r].institution) continue;
      own_visits++;
      for (uint32_t i = 0; i < k; i++) own[i] += t->mask[o] >> i & 1u;
    }
    for (uint32_t i = 0; i < k; i++) t->chance[(size_t)r * k + i] = item_chance(t->city, &t->item[i], row[r].institution, own[i], own_visits);
    for (uint32_t o = r + 1; o < n; o++) {
      if (row[o].institution != row[r].institution) continue;
      memcpy(t->chance + (size_t)o * k, t->chance + (size_t)r * k, k * sizeof(double));
      done[o] = true;
    }
  }
}

static void fill_masks(Table *t) {
  uint64_t key[RS_RULE_ITEMS];
  t->mask = g_new0(uint32_t, (gsize)t->row->len + 1);
  for (uint32_t i = 0; i < t->n_items; i++) key[i] = item_key(&t->item[i]);
  for (guint s = 0; s < t->seen->len; s++) {
    const uint64_t one = g_array_index(t->seen, uint64_t, s);
    for (uint32_t i = 0; i < t->n_items; i++) t->mask[one >> ITEM_BITS] |= (uint32_t)(key[i] == (one & ITEM_MASK)) << i;
  }
}

/* ---- what would be expected ---- */

/* The lowest item of a set, for walks that take it away: items &= items - 1. */
static uint32_t lowest(uint32_t items) { return (uint32_t)__builtin_ctz(items); }

/* The chance that one person, whose rows are [first, end), holds all items: in one of the visits, or over all of them. */
static double person_chance(const Table *t, uint32_t items, bool by_person, uint32_t first, uint32_t end) {
  double none = 1.0, all = 1.0;
  for (uint32_t r = first; r < end && !by_person; r++) {
    double each = 1.0;
    for (uint32_t left = items; left != 0; left &= left - 1u) each *= t->chance[(size_t)r * t->n_items + lowest(left)];
    none *= 1.0 - each;
  }
  for (uint32_t left = items; left != 0 && by_person; left &= left - 1u) {
    double never = 1.0;
    for (uint32_t r = first; r < end; r++) never *= 1.0 - t->chance[(size_t)r * t->n_items + lowest(left)];
    all *= 1.0 - never;
  }
  return by_person ? all : 1.0 - none;
}

static uint32_t person_end(const Table *t, uint32_t first) {
  uint32_t end = first + 1, person = g_array_index(t->row, Row, first).person;
  while (end < t->row->len && g_array_index(t->row, Row, end).person == person) end++;
  return end;
}

static double expected_persons(const Table *t, uint32_t items, bool by_person) {
  double sum = 0.0;
  for (uint32_t r = 0, end; r < t->row->len; r = end) {
    end = person_end(t, r);
    sum += person_chance(t, items, by_person, r, end);
  }
  return sum;
}

/* Whether the person holds all items. */
static bool holds(const Table *t, uint32_t items, bool by_person, uint32_t first, uint32_t end) {
  uint32_t together = 0;
  for (uint32_t r = first; r < end; r++) {
    if ((t->mask[r] & items) == items) return true;
    together |= t->mask[r];
  }
  return by_person && (together & items) == items;
}

/* Share of the group's visits at the institution: the chance for an institution to be added to a set. */
static double row_share(const Table *t, uint32_t item) {
  uint32_t n = 0;
  for (uint32_t r = 0; r < t->row->len; r++) n += t->mask[r] >> item & 1u;
  return (double)n / (double)MAX(t->row->len, 1u);
}

/* Whether the item is there more often, among those who hold the rest of the set, than it would be by itself. */
static bool item_productive(const Table *t, uint32_t items, uint32_t item, bool by_person, double *p, double *scratch) {
  uint32_t rest = items & ~(UINT32_C(1) << item), only = UINT32_C(1) << item;
  size_t n = 0, both = 0;
  double share = t->item[item].kind == RS_INSTITUTION ? row_share(t, item) : -1.0;
  for (uint32_t r = 0, end; r < t->row->len; r = end) {
    double none = 1.0;
    end = person_end(t, r);
    if (!holds(t, rest, by_person, r, end)) continue;
    both += holds(t, items, by_person, r, end);
    for (uint32_t v = r; v < end; v++) {
      bool counts = by_person || (t->mask[v] & rest) == rest;
      if (counts) none *= 1.0 - (share >= 0.0 ? share : person_chance(t, only, false, v, v + 1));
    }
    p[n++] = 1.0 - none;
  }
  return rs_tail_poisson_binomial(both, p, n, scratch) <= log(PRODUCTIVE);
}

static bool set_productive(const Table *t, uint32_t items, bool by_person, double *p, double *scratch) {
  for (uint32_t i = 0; i < t->n_items; i++)
    if ((items >> i & 1u) && !item_productive(t, items, i, by_person, p, scratch)) return false;
  return true;
}

/* ---- choosing ---- */

typedef struct { uint32_t items, n_persons; bool by_person; double expected, excess; } Candidate;

static int compare_candidates(const void *x, const void *y) {
  const Candidate *a = x, *b = y;
  if (a->excess != b->excess) return a->excess > b->excess ? -1 : 1;
  if (a->by_person != b->by_person) return a->by_person ? 1 : -1;
  return (a->items > b->items) - (a->items < b->items);
}

static bool is_rule(const Table *t, uint32_t items) {
  uint32_t n = 0, drugs = 0;
  for (uint32_t i = 0; i < t->n_items; i++)
    if (items >> i & 1u) n++, drugs += t->item[i].kind == RS_DRUG;
  return n >= 2 && drugs >= 1;
}

static double micro(double x) { return round(x * 1e6) / 1e6; }

static void add_candidates(const Table *t, const RsItemRows *rows, bool by_person, GArray *out) {
  g_autoptr(GArray) sets = rs_closed_sets(rows, RS_RULE_PERSONS, RS_RULE_SETS);
  for (guint i = 0; i < sets->len; i++) {
    const RsClosedSet *set = &g_array_index(sets, RsClosedSet, i);
    if (!is_rule(t, set->items)) continue;
    double k = (double)set->n_persons, e = expected_persons(t, set->items, by_person);
    if (!(k >= LEAST_LIFT * e)) continue;
    double floor_e = fmax(e, 1e-300);
    Candidate one = {set->items, set->n_persons, by_person, e, micro(k * log(k / floor_e) - (k - floor_e))};
    g_array_append_val(out, one);
  }
}

/* Rows of persons: what each has in all their visits; drugs alone, since a doctor may stand by another visit. */
static void add_person_candidates(const Table *t, GArray *out) {
  uint32_t n = 0, drugs = 0;
  g_autofree uint32_t *mask = g_new0(uint32_t, (gsize)t->row->len + 1), *person = g_new(uint32_t, (gsize)t->row->len + 1);
  for (uint32_t i = 0; i < t->n_items; i++)
    if (t->item[i].kind == RS_DRUG) drugs |= UINT32_C(1) << i;
  for (uint32_t r = 0, end; r < t->row->len; r = end, n++) {
    end = person_end(t, r);
    person[n] = g_array_index(t->row, Row, r).person;
    for (uint32_t v = r; v < end; v++) mask[n] |= t->mask[v] & drugs;
  }
  RsItemRows rows = {t->n_items, n, mask, person};
  add_candidates(t, &rows, true, out);
}

static void add_visit_candidates(const Table *t, GArray *out) {
  g_autofree uint32_t *person = g_new(uint32_t, (gsize)t->row->len + 1);
  for (uint32_t r = 0; r < t->row->len; r++) person[r] = g_array_index(t->row, Row, r).person;
  RsItemRows rows = {t->n_items, t->row->len, t->mask, person};
  add_candidates(t, &rows, false, out);
}

/* Whether those of `kept` who hold it are nearly all of the smaller rule's. */
static bool same_holders(const Table *t, const Candidate *a, const Candidate *kept) {
  uint32_t both = 0;
  for (uint32_t r = 0, end; r < t->row->len; r = end) {
    end = person_end(t, r);
    both += holds(t, a->items, a->by_person, r, end) && holds(t, kept->items, kept->by_person, r, end);
  }
  return (double)both >= REDUNDANT * (double)MIN(a->n_persons, kept->n_persons);
}

/* Nothing new: all its items stand in better rules of the same people, or it only adds items to one, for fewer of them. */
static bool redundant(const Table *t, const Candidate *a, const Candidate *kept, uint32_t n) {
  uint32_t told = 0;
  for (uint32_t k = 0; k < n; k++) {
    if (!same_holders(t, a, &kept[k])) continue;
    if ((a->items & kept[k].items) == kept[k].items) return true;
    told |= kept[k].items;
  }
  return (a->items & ~told) == 0;
}

static int compare_rule_items(const void *x, const void *y) { return compare_items(x, y); }

static RsRule make_rule(const Table *t, const Candidate *from) {
  RsRule rule = {.by_person = from->by_person, .expected = micro(from->expected), .q_value = NAN};
  char digits[32];
  g_ascii_formatd(digits, sizeof digits, "%.5e", (double)from->n_persons / fmax(from->expected, LEAST_EXPECTED));
  rule.lift = g_ascii_strtod(digits, NULL);
  rule.item = g_new(RsItem, t->n_items + 1);
  rule.person = g_new(uint32_t, (gsize)from->n_persons + 1);
  for (uint32_t i = 0; i < t->n_items; i++)
    if (from->items >> i & 1u) rule.item[rule.n_items++] = t->item[i];
  qsort(rule.item, rule.n_items, sizeof *rule.item, compare_rule_items);
  for (uint32_t r = 0, end; r < t->row->len; r = end) {
    end = person_end(t, r);
    if (!holds(t, from->items, from->by_person, r, end)) continue;
    rule.person[rule.n_persons++] = g_array_index(t->row, Row, r).person;
    for (uint32_t v = r; v < end; v++) rule.n_visits += from->by_person ? (t->mask[v] & from->items) != 0 : (t->mask[v] & from->items) == from->items;
  }
  return rule;
}

static void choose_rules(const Table *t, RsRuleGroup *group) {
  g_autoptr(GArray) all = g_array_new(FALSE, FALSE, sizeof(Candidate));
  Candidate kept[RS_MAX_RULES];
  g_autofree double *p = g_new(double, (gsize)t->row->len + 1), *scratch = g_new(double, (gsize)t->row->len + 2);
  add_visit_candidates(t, all);
  add_person_candidates(t, all);
  if (all->len > 0) qsort(all->data, all->len, sizeof(Candidate), compare_candidates);
  group->rule = g_new0(RsRule, RS_MAX_RULES);
  group->n_rules = 0;
  for (guint i = 0; i < all->len && group->n_rules < RS_MAX_RULES; i++) {
    const Candidate *one = &g_array_index(all, Candidate, i);
    if (redundant(t, one, kept, group->n_rules) || !set_productive(t, one->items, one->by_person, p, scratch)) continue;
    kept[group->n_rules] = *one;
    group->rule[group->n_rules++] = make_rule(t, one);
  }
}

static void table_clear(Table *t) {
  g_array_unref(t->row);
  g_array_unref(t->seen);
  g_free(t->mask);
  g_free(t->chance);
}

static Table table_new(const RsRuleCity *city, const RsRuleGroup *group) {
  return (Table){.city = city, .group = group, .row = g_array_new(FALSE, FALSE, sizeof(Row)), .seen = g_array_new(FALSE, FALSE, sizeof(uint64_t))};
}

/* ---- the test: the same persons' other visits ---- */

static void read_other_rows(Table *t, const Table *own) {
  const RsClaims *c = t->city->claims;
  for (uint32_t i = 0; i < t->group->n_persons; i++) {
    uint32_t person = t->group->person[i];
    for (uint32_t v = c->person_visit[person]; v < c->person_visit[person + 1]; v++) {
      if (own->row->len > 0 && g_array_index(own->row, Row, row_of(own, v)).visit == v) continue;
      add_row(t, v, person);
      for (uint64_t l = c->visit_line[v]; l < c->visit_line[v + 1]; l++) {
        add_seen(t, RS_DRUG, rs_line_drug(c, l));
        add_seen(t, RS_DOCTOR, rs_line_doctor(c, l));
      }
    }
  }
  memcpy(t->item, own->item, sizeof own->item);
  t->n_items = own->n_items;
}

typedef struct { double log_p, log_psi; } Test;

static Test test_rule(const Table *other, const Table *own, const RsRule *rule) {
  uint32_t items = 0;
  size_t n = 0, k = 0;
  Test test = {NAN, 0.0};
  for (uint32_t i = 0; i < own->n_items; i++)
    for (uint32_t j = 0; j < rule->n_items; j++)
      if (compare_items(&own->item[i], &rule->item[j]) == 0) items |= UINT32_C(1) << i;
  g_autofree double *p = g_new(double, (gsize)other->row->len + 1), *scratch = g_new(double, (gsize)other->row->len + 2);
  for (uint32_t r = 0, end; r < other->row->len; r = end) {
    end = person_end(other, r);
    p[n] = person_chance(other, items, rule->by_person, r, end);
    if (!(p[n] > 0.0)) continue; /* never where it could be held */
    k += holds(other, items, rule->by_person, r, end);
    test.log_psi += log(p[n++]);
  }
  if (n >= RS_RULE_PERSONS) test.log_p = rs_tail_poisson_binomial(k, p, n, scratch);
  return test;
}

typedef struct { const RsRuleCity *city; RsRuleGroup *group; Test *test; /* [n_groups * RS_MAX_RULES] */ } Work;

static void find_one(size_t task, unsigned thread, void *data) {
  Work *work = data;
  RsRuleGroup *group = &work->group[task];
  Table own = table_new(work->city, group), other = table_new(work->city, group);
  (void)thread;
  group->n_rules = 0;
  group->rule = NULL;
  read_rows(&own);
  choose_items(&own);
  fill_masks(&own);
  fill_chances(&own);
  choose_rules(&own, group);
  if (group->n_rules > 0) {
    read_other_rows(&other, &own);
    fill_masks(&other);
    fill_chances(&other);
  }
  for (uint32_t i = 0; i < group->n_rules; i++) work->test[task * RS_MAX_RULES + i] = test_rule(&other, &own, &group->rule[i]);
  table_clear(&own);
  table_clear(&other);
}

/* ---- false discovery over the rules of all groups ---- */

typedef struct { double log_p; double *q; } Ranked;

static int compare_ranked(const void *x, const void *y) {
  const Ranked *a = x, *b = y;
  return (a->log_p > b->log_p) - (a->log_p < b->log_p);
}

static int compare_attainable(const void *x, const void *y) {
  const RsAttainable *a = x, *b = y;
  return (a->log_psi > b->log_psi) - (a->log_psi < b->log_psi);
}

/* The sum of 1/i up to n: what dependence of any kind between n tests can cost. */
static double harmonic(double n) {
  double sum = 0.0;
  for (double i = 1.0; i <= n; i += 1.0) sum += 1.0 / i;
  return fmax(1.0, sum);
}

/* log p is at 1e-6: sums of equal terms in another order then tie. */
static void set_q_values(RsRuleGroup *group, size_t n_groups, const Test *test) {
  g_autoptr(GArray) ranked = g_array_new(FALSE, FALSE, sizeof(Ranked)), classes = g_array_new(FALSE, FALSE, sizeof(RsAttainable));
  for (size_t g = 0; g < n_groups; g++)
    for (uint32_t i = 0; i < group[g].n_rules; i++) {
      const Test *one = &test[g * RS_MAX_RULES + i];
      if (isnan(one->log_p)) continue;
      Ranked r = {micro(one->log_p), &group[g].rule[i].q_value};
      RsAttainable a = {one->log_psi, 1.0};
      g_array_append_val(ranked, r);
      g_array_append_val(classes, a);
    }
  if (ranked->len == 0) return;
  qsort(ranked->data, ranked->len, sizeof(Ranked), compare_ranked);
  qsort(classes->data, classes->len, sizeof(RsAttainable), compare_attainable);
  double m = rs_bar_testable((const RsAttainable *)(const void *)classes->data, classes->len, 0.05), best = 1.0, dependent = harmonic(m);
  for (guint i = ranked->len; i > 0; i--) {
    const Ranked *r = &g_array_index(ranked, Ranked, i - 1);
    best = fmin(best, exp(r->log_p) * fmax(m, (double)i) * dependent / (double)i);
    *r->q = best;
  }
}

void rs_rules_find(const RsRuleCity *city, RsRuleGroup *group, size_t n_groups, unsigned n_threads) {
  g_autofree Test *test = g_new0(Test, n_groups * RS_MAX_RULES + 1);
  Work work = {city, group, test};
  rs_parallel(n_threads, n_groups, find_one, &work);
  set_q_values(group, n_groups, test);
}
