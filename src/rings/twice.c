#include "rings/twice.h"

#include "mining/region.h"
#include "rings/standing.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { MAX_NEAR_MISSES = 2, MOST_EVIDENCE_LINES = 64 /* of one visit */, MOST_DRUGS = 8 };

typedef struct {
  const RsScene *scene;
  const RsTwice *twice;
  const RsTwiceKind *kind;
  const RsDetectOptions *options;
  double *surprise; /* [n_units] */
  RsStanding standing[RS_N_TWICE];
} Judge;

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

static void group_free(void *data) {
  RsTwiceGroup *g = data;
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

static RsTwiceGroup *group_new(const RsTwice *t, uint32_t unit, const uint32_t *hit, uint32_t n_hits) {
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

static unsigned apart(const RsClaims *c, const RsTwiceHit *h) {
  if (h->outlet[0] == h->outlet[1]) return 0;
  return rs_region_apart(c->region, c->institution_region[h->outlet[0]], c->institution_region[h->outlet[1]]);
}

static double extra(const Judge *j, const RsTwiceHit *h) {
  if (j->kind->pattern == RS_DUPLICATE) return h->n_equal;
  if (j->kind->pattern == RS_TRAVEL) return 1.0 - (double)h->minutes / fmax(1.0, (double)h->limit);
  return h->outlet[0] != h->outlet[1];
}

/* The same figures for a group and for each unit it is held against. */
static void measure(const Judge *j, const uint32_t *hit, uint32_t n_hits, uint32_t n_persons, double surprise, double *stat) {
  double sum = 0.0, far = 0.0;
  for (uint32_t i = 0; i < n_hits; i++) {
    const RsTwiceHit *h = &j->twice->hit[hit[i]];
    sum += extra(j, h);
    far += apart(j->scene->claims, h);
  }
  stat[RS_TWICE_MORE] = surprise;
  stat[RS_TWICE_AGAIN] = (double)n_hits / fmax(1.0, n_persons);
  stat[RS_TWICE_PEOPLE] = log2(fmax(1.0, n_persons));
  stat[RS_TWICE_EXTRA] = sum / fmax(1.0, n_hits);
  stat[RS_TWICE_APART] = far / fmax(1.0, n_hits);
  for (unsigned s = 0; s < RS_N_TWICE; s++) stat[s] = round(stat[s] * 1e6) / 1e6;
}

/* Each person at most `each` times for each outlet or pair of the group, as its units count them. */
static void count_hits(const Judge *j, RsTwiceGroup *g, RsTwiceUnit *sum) {
  g_autofree uint32_t *all = g_new(uint32_t, 2 * (gsize)g->n_hits + 1), *strong = g_new(uint32_t, 2 * (gsize)g->n_hits + 1);
  g_autofree uint32_t *times = g_new(uint32_t, 2 * (gsize)g->n_hits + 1);
  for (uint32_t i = 0; i < g->n_units; i++) {
    const RsTwiceUnit *u = &j->twice->unit[g->unit[i]];
    uint32_t n = 0, n_strong = 0;
    for (uint32_t k = 0; k < g->n_hits; k++) {
      const RsTwiceHit *h = &j->twice->hit[g->hit[k]];
      bool here = u->outlet[1] == RS_NONE ? h->outlet[0] == u->outlet[0] || h->outlet[1] == u->outlet[0]
                                          : MIN(h->outlet[0], h->outlet[1]) == u->outlet[0] && MAX(h->outlet[0], h->outlet[1]) == u->outlet[1];
      if (!here) continue;
      all[n++] = h->person[1];
      if (h->n_equal >= 2) strong[n_strong++] = h->person[1];
    }
    if (n == 0) continue;
    n = distinct(all, n, times);
    for (uint32_t k = 0; k < n; k++) sum->counted += MIN(times[k], j->twice->each);
    n_strong = distinct(strong, n_strong, times);
    for (uint32_t k = 0; k < n_strong; k++) sum->counted_strong += MIN(times[k], j->twice->each);
    sum->expected += u->expected;
    sum->expected_strong += u->expected_strong;
    sum->opportunities += u->opportunities;
  }
}

static void measure_group(const Judge *j, RsTwiceGroup *g) {
  RsTwiceUnit sum = {0};
  count_hits(j, g, &sum);
  if (sum.expected_strong <= 0.0) sum.counted_strong = 0;
  g->opportunities = sum.opportunities;
  g->expected = round(sum.expected * 1e3) / 1e3;
  measure(j, g->hit, g->n_hits, g->n_persons, rs_twice_surprise(&sum), g->stat);
}

/* What a unit shows, without the hits of leads already found. */
static void measure_rest(const Judge *j, uint32_t unit, const uint8_t *found, double *stat) {
  const RsTwice *t = j->twice;
  uint32_t n = 0, size = t->unit_offset[unit + 1] - t->unit_offset[unit];
  g_autofree uint32_t *hit = g_new(uint32_t, (gsize)size + 1);
  for (uint32_t i = t->unit_offset[unit]; i < t->unit_offset[unit + 1]; i++)
    if (found == NULL || !found[t->unit_hit[i]]) hit[n++] = t->unit_hit[i];
  if (n == size) {
    measure(j, hit, n, t->unit[unit].n_persons, j->surprise[unit], stat);
    return;
  }
  RsTwiceGroup *g = group_new(t, unit, hit, n);
  measure_group(j, g);
  memcpy(stat, g->stat, sizeof g->stat);
  if (n == 0) stat[RS_TWICE_AGAIN] = stat[RS_TWICE_EXTRA] = stat[RS_TWICE_APART] = NAN;
  group_free(g);
}

/* What chance alone would show, at a quantile: one hit of one person, of any length, near or far. */
static double by_chance(const Judge *j, unsigned stat, double quantile) {
  switch (stat) {
  case RS_TWICE_MORE: return -log10(quantile);
  case RS_TWICE_PEOPLE: return 0.0;
  case RS_TWICE_EXTRA: return j->kind->pattern == RS_TRAVEL ? quantile : 1.0;
  case RS_TWICE_APART: return quantile < 0.5 ? 0.0 : 1.0;
  default: return 1.0;
  }
}

/* First pass: the body of all units. Second: what is left of them without the leads found; found [n_hits] or NULL. */
static void fit(Judge *j, const uint8_t *found) {
  static const double floor_scale[RS_N_TWICE] = {0.4343, 0.25, 0.35, 0.1, 0.2};
  const RsTwice *t = j->twice;
  uint32_t n[RS_N_TWICE] = {0};
  double *value[RS_N_TWICE], stat[RS_N_TWICE];
  for (unsigned s = 0; s < RS_N_TWICE; s++) value[s] = g_new(double, (gsize)t->n_units + t->n_idle + RS_TWICE_COMPANIONS + 1);
  for (uint32_t u = 0; u < t->n_units; u++) {
    measure_rest(j, u, found, stat);
    for (unsigned s = 0; s < RS_N_TWICE; s++)
      if (!isnan(stat[s])) value[s][n[s]++] = stat[s];
  }
  for (uint32_t i = 0; i < t->n_idle; i++) /* no hit: nothing can be said of how its hits are */
    value[RS_TWICE_MORE][n[RS_TWICE_MORE]++] = value[RS_TWICE_PEOPLE][n[RS_TWICE_PEOPLE]++] = 0.0;
  for (unsigned s = 0; s < RS_N_TWICE; s++) {
    for (uint32_t i = 0; n[s] < RS_TWICE_COMPANIONS; i++) value[s][n[s]++] = by_chance(j, s, ((double)i + 0.5) / RS_TWICE_COMPANIONS);
    rs_standing_clear(&j->standing[s]);
    rs_standing_init(&j->standing[s], value[s], n[s], floor_scale[s], found == NULL);
    g_free(value[s]);
  }
}

static int32_t points_of(const Judge *j, unsigned s, double value) {
  const RsStanding *standing = &j->standing[s];
  if (j->kind->code[s] == NULL || isnan(value) || value <= standing->middle) return 0;
  double points = 10.0 * log10(RS_STANDING_BAR / rs_standing_tail(standing, value));
  return (int32_t)fmax(0.0, fmin(j->kind->most[s], floor(points + 1e-6)));
}

void rs_twice_counter(RsDraft *draft, const char *code, double value, double argument, int32_t points) {
  RsFact fact = {.code = code, .value = value, .expected = NAN, .p_value = NAN, .points = points, .counter = true,
                 .argument = {argument, NAN, NAN, NAN}};
  rs_draft_fact(draft, fact);
}

static int compare_texts(const void *x, const void *y) { return strcmp(*(const char *const *)x, *(const char *const *)y); }

/* People beyond the first who share an address, phone or account with others of the group. */
static uint32_t sharing(const Judge *j, const RsTwiceGroup *g, const char *field) {
  g_autofree const char **text = g_new(const char *, (gsize)g->n_persons + 1);
  uint32_t n = 0, shared = 0;
  for (uint32_t i = 0; i < g->n_persons; i++) {
    const char *value = j->options->attribute(RS_PERSON, rs_text_get(j->scene->claims->person, g->person[i]), field, j->options->attribute_data);
    if (value != NULL && *value != '\0') text[n++] = value;
  }
  if (n > 0) qsort(text, n, sizeof *text, compare_texts);
  for (uint32_t i = 1; i < n; i++) shared += strcmp(text[i - 1], text[i]) == 0;
  return shared;
}

/* One household is one will, not several; with relatives in another city its cards are in two places at once. */
static void household(const Judge *j, const RsTwiceGroup *g, RsDraft *draft) {
  static const char *const field[] = {"household", "address", "phone", "account"};
  uint32_t most = 0;
  if (j->options->attribute == NULL) return;
  for (unsigned i = 0; i < G_N_ELEMENTS(field); i++) most = MAX(most, sharing(j, g, field[i]));
  if (most == 0) return;
  int32_t whole = j->kind->pattern == RS_TRAVEL ? 60 : 20;
  bool one = most + 1 >= g->n_persons;
  rs_twice_counter(draft, "household", most + 1, g->n_persons, one ? -whole : -(int32_t)MIN(15u, 3 * most));
}

static void add_facts(const Judge *j, const RsTwiceGroup *g, RsDraft *draft) {
  for (unsigned s = 0; s < RS_N_TWICE; s++) {
    int32_t points = points_of(j, s, g->stat[s]);
    if (j->kind->code[s] == NULL || (points == 0 && s != RS_TWICE_MORE)) continue;
    RsFact fact = {.code = j->kind->code[s], .value = g->stat[s], .expected = NAN, .p_value = NAN, .points = points,
                   .argument = {100.0 * rs_standing_rank(&j->standing[s], g->stat[s]), g->n_persons, g->n_outlets, NAN}};
    if (s == RS_TWICE_MORE) fact.value = g->n_hits, fact.expected = g->expected, fact.argument[3] = g->opportunities;
    if (s == RS_TWICE_PEOPLE) fact.value = g->n_persons;
    if (s == RS_TWICE_EXTRA && j->kind->pattern == RS_TRAVEL) { /* said as minutes */
      double minutes = 0.0;
      for (uint32_t i = 0; i < g->n_hits; i++) minutes += j->twice->hit[g->hit[i]].minutes;
      fact.value = round(minutes / fmax(1.0, g->n_hits) * 10.0) / 10.0;
    }
    rs_draft_fact(draft, fact);
  }
  household(j, g, draft);
  if (j->kind->counter != NULL) j->kind->counter(j->scene, j->twice, g, draft);
}

static int32_t score_of(const RsDraft *draft) {
  int32_t score = 0;
  for (guint i = 0; i < draft->facts->len; i++) score += g_array_index(draft->facts, RsFact, i).points;
  return score;
}

static bool is_lead(const Judge *j, const RsTwiceGroup *g, const RsDraft *draft) {
  double compared = (double)j->twice->n_units + (double)j->twice->n_idle;
  return score_of(draft) >= RS_TWICE_CUT && g->n_persons >= RS_TWICE_PERSONS && g->n_hits >= RS_TWICE_HITS &&
         g->stat[RS_TWICE_MORE] >= log10(compared) + RS_TWICE_MARGIN;
}

static void add_visit(RsDraft *draft, const RsClaims *c, uint32_t visit, uint32_t bits) {
  uint64_t end = MIN(c->visit_line[visit + 1], c->visit_line[visit] + MOST_EVIDENCE_LINES);
  for (uint64_t l = c->visit_line[visit]; l < end; l++) rs_draft_line(draft, l, bits);
}

static void add_evidence(const Judge *j, const RsTwiceGroup *g, RsDraft *draft) {
  uint32_t bits = 0;
  for (guint i = 0; i < draft->facts->len; i++)
    if (!g_array_index(draft->facts, RsFact, i).counter) bits |= 1u << i;
  for (uint32_t i = 0; i < g->n_hits; i++) {
    const RsTwiceHit *h = &j->twice->hit[g->hit[i]];
    for (unsigned k = 0; k < 2; k++) {
      if (j->kind->pattern == RS_TRACE) rs_draft_line(draft, h->line[k], bits);
      else add_visit(draft, j->scene->claims, h->visit[k], bits);
    }
  }
}

/* For a travel the outlets the group was found by: at the others its people live. Else those of a tenth of the hits. */
static bool is_member_outlet(const Judge *j, const RsTwiceGroup *g, uint32_t i) {
  if (j->kind->pattern != RS_TRAVEL) return g->outlet_hits[i] * 10 >= g->n_hits;
  for (uint32_t u = 0; u < g->n_units; u++)
    if (j->twice->unit[g->unit[u]].outlet[0] == g->outlet[i]) return true;
  return false;
}

/* The ring, or with lead false a near miss without evidence. True if it belongs there. */
static bool make_ring(const Judge *j, const RsTwiceGroup *g, bool lead, RsRing *ring) {
  g_auto(RsDraft) draft;
  rs_draft_init(&draft, j->kind->pattern);
  add_facts(j, g, &draft);
  if (is_lead(j, g, &draft) != lead || score_of(&draft) <= 0) return false;
  for (uint32_t i = 0; i < g->n_persons; i++)
    rs_draft_member(&draft, RS_PERSON, g->person[i], g->person_hits[i] >= 2 ? RS_ROLE_CORE : RS_ROLE_MEMBER,
                    (double)g->person_hits[i] / (double)g->n_hits);
  for (uint32_t i = 0; i < g->n_outlets; i++)
    if (is_member_outlet(j, g, i))
      rs_draft_member(&draft, RS_INSTITUTION, g->outlet[i], RS_ROLE_OUTLET, (double)g->outlet_hits[i] / (double)g->n_hits);
  add_evidence(j, g, &draft);
  rs_draft_entities(&draft, j->scene->claims);
  if (!lead) g_array_set_size(draft.evidence, 0);
  rs_draft_finish(&draft, j->scene->claims, ring);
  return true;
}

static int compare_units(const void *x, const void *y, void *data) {
  const Judge *j = data;
  uint32_t a = *(const uint32_t *)x, b = *(const uint32_t *)y;
  if (j->surprise[a] != j->surprise[b]) return j->surprise[a] > j->surprise[b] ? -1 : 1;
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
    if (c->line_drug[l] == drug) return true;
  return false;
}

/* The drugs on at least a third of the group's hits, ascending, at most MOST_DRUGS; what a travel brings along says nothing. */
static uint32_t usual_drugs(const Judge *j, const RsTwiceGroup *g, uint32_t *usual) {
  const RsClaims *c = j->scene->claims;
  g_autoptr(GArray) drug = g_array_new(FALSE, FALSE, sizeof(uint32_t));
  uint32_t n = 0;
  for (uint32_t i = 0; i < g->n_hits && j->kind->pattern != RS_TRAVEL; i++) {
    const RsTwiceHit *h = &j->twice->hit[g->hit[i]];
    uint64_t first = j->kind->pattern == RS_TRACE ? h->line[0] : c->visit_line[h->visit[0]];
    uint64_t end = j->kind->pattern == RS_TRACE ? first + 1 : MIN(c->visit_line[h->visit[0] + 1], first + MOST_EVIDENCE_LINES);
    for (uint64_t l = first; l < end; l++) {
      bool again = l > first && c->line_drug[l] == c->line_drug[l - 1];
      if (c->line_drug[l] != RS_NONE && !again && holds(c, h->visit[1], c->line_drug[l])) g_array_append_val(drug, c->line_drug[l]);
    }
  }
  if (drug->len > 0) qsort(drug->data, drug->len, sizeof(uint32_t), compare_numbers);
  for (guint i = 0, end; i < drug->len; i = end) {
    uint32_t d = g_array_index(drug, uint32_t, i);
    for (end = i; end < drug->len && g_array_index(drug, uint32_t, end) == d;) end++;
    if ((end - i) * 3 >= g->n_hits && n < MOST_DRUGS) usual[n++] = d;
  }
  return n;
}

static bool share_drugs(const Judge *j, const RsTwiceGroup *g, const RsTwiceGroup *h) {
  uint32_t a[MOST_DRUGS], b[MOST_DRUGS], n = usual_drugs(j, g, a), m = usual_drugs(j, h, b);
  for (uint32_t i = 0; i < n; i++)
    if (contains(b, m, a[i])) return true;
  return false;
}

/* More than half of the smaller group's people, or a fifth of them and the same drugs. */
static bool same_people(const Judge *j, const RsTwiceGroup *g, const RsTwiceGroup *h) {
  uint32_t both = shared_people(g, h), least = MIN(g->n_persons, h->n_persons);
  return both * 2 > least || (both > 0 && both * 5 >= least && share_drugs(j, g, h));
}

/* A unit's hits that no better unit has explained yet; NULL if what is left is no more than chance. */
static RsTwiceGroup *rest_of(const Judge *j, uint32_t unit, uint8_t *taken) {
  const RsTwice *t = j->twice;
  uint32_t n = 0, size = t->unit_offset[unit + 1] - t->unit_offset[unit];
  g_autofree uint32_t *hit = g_new(uint32_t, (gsize)size + 1);
  for (uint32_t i = t->unit_offset[unit]; i < t->unit_offset[unit + 1]; i++)
    if (!taken[t->unit_hit[i]]) hit[n++] = t->unit_hit[i];
  RsTwiceGroup *g = group_new(t, unit, hit, n);
  if (n < size) measure_group(j, g);
  if (g->n_persons < 2 || (n < size && g->stat[RS_TWICE_MORE] < RS_TWICE_BAR)) {
    group_free(g);
    return NULL;
  }
  for (uint32_t i = 0; i < n; i++) taken[hit[i]] = 1;
  return g;
}

/* Units above the bar, the best first, each joined to the first group it shares people with. */
static GPtrArray *join_units(const Judge *j) {
  g_autoptr(GArray) order = g_array_new(FALSE, FALSE, sizeof(uint32_t));
  g_autofree uint8_t *taken = g_malloc0((gsize)j->twice->n_hits + 1);
  GPtrArray *groups = g_ptr_array_new_with_free_func(group_free);
  for (uint32_t u = 0; u < j->twice->n_units; u++)
    if (j->surprise[u] >= RS_TWICE_BAR && j->twice->unit[u].n_persons >= 2) g_array_append_val(order, u);
  g_array_sort_with_data(order, compare_units, (gpointer)j);
  if (order->len > RS_TWICE_MOST_GROUPS) g_array_set_size(order, RS_TWICE_MOST_GROUPS);
  for (guint i = 0; i < order->len; i++) {
    RsTwiceGroup *alone = rest_of(j, g_array_index(order, uint32_t, i), taken);
    guint k = 0;
    if (alone == NULL) continue;
    while (k < groups->len && !same_people(j, g_ptr_array_index(groups, k), alone)) k++;
    if (k == groups->len) {
      g_ptr_array_add(groups, alone);
      continue;
    }
    group_join(j->twice, g_ptr_array_index(groups, k), alone);
    group_free(alone);
  }
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
  RsTwiceGroup *piece = group_new(t, g->unit[0], part, n);
  g_free(piece->unit);
  piece->unit = g_memdup2(g->unit, g->n_units * sizeof *g->unit);
  piece->n_units = g->n_units;
  return piece;
}

static bool same_outlets(const RsTwiceGroup *g, const RsTwiceGroup *h) {
  return g->n_outlets == h->n_outlets && memcmp(g->outlet, h->outlet, g->n_outlets * sizeof *g->outlet) == 0;
}

static bool same_lot(const RsTwiceGroup *g, const RsTwiceGroup *lot) {
  uint32_t least = MIN(g->n_persons, lot->n_persons);
  return shared_people(g, lot) * 3 >= least || (least < RS_TWICE_PERSONS && same_outlets(g, lot));
}

/* The boxes of a ring are few drugs that pass among the same people: boxes of one drug are one lot, the largest first, and a lot joins
 * the first that shares a third of its people, or if one or two people are all it has, its outlets. Rings that share an outlet or a member stay apart, wrong scans stay behind. */
static void split_by_boxes(const RsClaims *c, const RsTwice *t, const RsTwiceGroup *g, GPtrArray *out) {
  g_autofree uint32_t *mark = g_new(uint32_t, (gsize)g->n_hits + 1), *drug = g_new(uint32_t, (gsize)g->n_hits + 1);
  g_autoptr(GPtrArray) lots = g_ptr_array_new_with_free_func(group_free);
  for (uint32_t i = 0; i < g->n_hits; i++) drug[i] = mark[i] = c->line_drug[t->hit[g->hit[i]].line[0]];
  uint32_t n_drugs = distinct(drug, g->n_hits, NULL);
  for (uint32_t d = 0; d < n_drugs; d++) g_ptr_array_add(lots, part_of(t, g, mark, drug[d]));
  g_ptr_array_sort(lots, compare_lots);
  guint first = out->len;
  for (guint i = 0; i < lots->len; i++) {
    RsTwiceGroup *lot = g_ptr_array_index(lots, i);
    guint k = first;
    while (k < out->len && !same_lot(g_ptr_array_index(out, k), lot)) k++;
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

typedef struct { uint32_t drug, person; } Holding; /* person: place in the group */

static int compare_holdings(const void *x, const void *y) {
  const Holding *a = x, *b = y;
  if (a->drug != b->drug) return a->drug < b->drug ? -1 : 1;
  return (a->person > b->person) - (a->person < b->person);
}

/* What each of the group's people bought at its own outlets, each drug once a person. */
static GArray *holdings_of(const Judge *j, const RsTwiceGroup *g) {
  const RsClaims *c = j->scene->claims;
  GArray *out = g_array_new(FALSE, FALSE, sizeof(Holding));
  for (uint32_t i = 0; i < g->n_hits; i++) {
    const RsTwiceHit *h = &j->twice->hit[g->hit[i]];
    for (unsigned k = 0; k < 2; k++) {
      bool own = false;
      for (uint32_t u = 0; u < g->n_units; u++) own |= j->twice->unit[g->unit[u]].outlet[0] == h->outlet[k];
      uint64_t first = c->visit_line[h->visit[k]], end = MIN(c->visit_line[h->visit[k] + 1], first + MOST_EVIDENCE_LINES);
      for (uint64_t l = first; l < end && own; l++) {
        Holding holding = {c->line_drug[l], place_of(g, h->person[k])};
        if (holding.drug != RS_NONE) g_array_append_val(out, holding);
      }
    }
  }
  if (out->len > 0) qsort(out->data, out->len, sizeof(Holding), compare_holdings);
  guint n = 0;
  Holding *at = (Holding *)(void *)out->data;
  for (guint i = 0; i < out->len; i++)
    if (n == 0 || compare_holdings(&at[n - 1], &at[i]) != 0) at[n++] = at[i];
  g_array_set_size(out, n);
  return out;
}

/* Two rings at one outlet: where every lot of people that shares drugs is a ring by itself and nearly all are in one, each is a group. */
static void split_by_drugs(const Judge *j, RsTwiceGroup *g, GPtrArray *out) {
  g_autoptr(GArray) holding = holdings_of(j, g);
  g_autofree uint32_t *parent = g_new(uint32_t, (gsize)g->n_persons + 1), *size = g_new0(uint32_t, (gsize)g->n_persons + 1);
  g_autofree uint32_t *part = g_new(uint32_t, (gsize)g->n_hits + 1);
  const Holding *at = (const Holding *)(const void *)holding->data;
  uint32_t lots = 0, covered = 0;
  for (uint32_t i = 0; i < g->n_persons; i++) parent[i] = i;
  for (guint i = 0, end; i < holding->len; i = end) {
    for (end = i; end < holding->len && at[end].drug == at[i].drug;) end++;
    for (guint k = i + 1; k < end && end - i >= RS_TWICE_PERSONS; k++) tie(parent, at[i].person, at[k].person);
  }
  for (uint32_t i = 0; i < g->n_persons; i++) size[find_root(parent, i)]++;
  for (uint32_t i = 0; i < g->n_persons; i++)
    if (size[i] >= RS_TWICE_PERSONS) lots++, covered += size[i];
  if (lots < 2 || covered * 5 < g->n_persons * 4) {
    g_ptr_array_add(out, g);
    return;
  }
  for (uint32_t root = 0; root < g->n_persons; root++) {
    uint32_t n = 0;
    if (size[root] < RS_TWICE_PERSONS) continue;
    for (uint32_t i = 0; i < g->n_hits; i++)
      if (find_root(parent, place_of(g, j->twice->hit[g->hit[i]].person[0])) == root) part[n++] = g->hit[i];
    RsTwiceGroup *piece = group_new(j->twice, g->unit[0], part, n);
    g_free(piece->unit);
    piece->unit = g_memdup2(g->unit, g->n_units * sizeof *g->unit);
    piece->n_units = g->n_units;
    g_ptr_array_add(out, piece);
  }
  group_free(g);
}

static int compare_rings(const void *x, const void *y) {
  const RsRing *a = x, *b = y;
  if (a->score != b->score) return a->score > b->score ? -1 : 1;
  return strcmp(a->lead_key, b->lead_key);
}

static void add_near(GArray *near, GArray *out) {
  if (near->len > 0) qsort(near->data, near->len, sizeof(RsRing), compare_rings);
  for (guint i = 0; i < near->len; i++) {
    RsRing *ring = &g_array_index(near, RsRing, i);
    if (i < MAX_NEAR_MISSES) g_array_append_vals(out, ring, 1);
    else g_free(ring->members), g_free(ring->facts), g_free(ring->evidence), g_free(ring->bursts);
  }
}

/* Marks the hits of the groups that would be leads now. */
static void mark_found(const Judge *j, const GPtrArray *groups, uint8_t *found) {
  for (guint i = 0; i < groups->len; i++) {
    const RsTwiceGroup *g = g_ptr_array_index(groups, i);
    g_auto(RsDraft) draft;
    rs_draft_init(&draft, j->kind->pattern);
    add_facts(j, g, &draft);
    bool lead = is_lead(j, g, &draft);
    for (uint32_t h = 0; h < g->n_hits && lead; h++) found[g->hit[h]] = 1;
  }
}

void rs_twice_find(const RsScene *scene, const RsTwice *twice, const RsTwiceKind *kind, const RsDetectOptions *options, GArray *leads,
                   GArray *near_misses) {
  Judge j = {.scene = scene, .twice = twice, .kind = kind, .options = options};
  g_autofree double *surprise = g_new(double, (gsize)twice->n_units + 1);
  g_autofree uint8_t *found = g_malloc0((gsize)twice->n_hits + 1);
  for (uint32_t u = 0; u < twice->n_units; u++) surprise[u] = rs_twice_surprise(&twice->unit[u]);
  j.surprise = surprise;
  g_autoptr(GPtrArray) joined = join_units(&j), groups = g_ptr_array_new_with_free_func(group_free);
  for (guint i = 0; i < joined->len; i++) {
    RsTwiceGroup *g = g_ptr_array_index(joined, i);
    if (kind->pattern == RS_TRACE) {
      split_by_boxes(scene->claims, twice, g, groups);
      continue;
    }
    g_ptr_array_index(joined, i) = NULL;
    if (kind->pattern == RS_TRAVEL) split_by_drugs(&j, g, groups);
    else g_ptr_array_add(groups, g);
  }
  for (guint i = 0; i < groups->len; i++) {
    RsTwiceGroup *g = g_ptr_array_index(groups, i);
    keep_inner(twice, g);
    count_members(twice, g);
    drop_strays(twice, g);
    measure_group(&j, g);
  }
  fit(&j, NULL);
  mark_found(&j, groups, found);
  fit(&j, found);
  g_autoptr(GArray) near = g_array_new(FALSE, FALSE, sizeof(RsRing));
  for (guint i = 0; i < groups->len; i++) {
    RsRing ring;
    if (make_ring(&j, g_ptr_array_index(groups, i), true, &ring)) g_array_append_val(leads, ring);
    else if (make_ring(&j, g_ptr_array_index(groups, i), false, &ring)) g_array_append_val(near, ring);
  }
  add_near(near, near_misses);
  for (unsigned s = 0; s < RS_N_TWICE; s++) rs_standing_clear(&j.standing[s]);
}
