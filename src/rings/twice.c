#include "rings/twice.h"

#include "base/calendar.h"
#include "mining/region.h"
#include "rings/innocent.h"
#include "rings/near_misses.h"
#include "rings/stability.h"
#include "rings/standing.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { MAX_NEAR_MISSES = 2 };

typedef struct {
  const RsScene *scene;
  const RsTwice *twice;
  const RsTwiceKind *kind;
  const RsDetectOptions *options;
  double *surprise; /* [n_units] */
  RsStanding standing[RS_N_TWICE];
} Judge;

static unsigned apart(const RsClaims *c, const RsTwiceHit *h) {
  const uint32_t *region = c->institution_region;
  if (h->outlet[0] == h->outlet[1] || region[h->outlet[0]] == RS_NONE || region[h->outlet[1]] == RS_NONE) return 0;
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

static void measure_group(const Judge *j, RsTwiceGroup *g) {
  RsTwiceUnit sum = rs_twice_group_count(j->twice, g);
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
  g_autoptr(RsTwiceGroup) g = rs_twice_group_new(t, unit, hit, n);
  measure_group(j, g);
  memcpy(stat, g->stat, sizeof g->stat);
  if (n == 0) stat[RS_TWICE_AGAIN] = stat[RS_TWICE_EXTRA] = stat[RS_TWICE_APART] = NAN;
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
  enum { ENOUGH_IDLE = 100000 }; /* more of them stand for nothing new */
  const RsTwice *t = j->twice;
  const uint32_t n_idle = MIN(t->n_idle, (uint32_t)ENOUGH_IDLE);
  uint32_t n[RS_N_TWICE] = {0};
  double *value[RS_N_TWICE], stat[RS_N_TWICE];
  for (unsigned s = 0; s < RS_N_TWICE; s++) value[s] = g_new(double, (gsize)t->n_units + n_idle + RS_TWICE_COMPANIONS + 1);
  for (uint32_t u = 0; u < t->n_units; u++) {
    measure_rest(j, u, found, stat);
    for (unsigned s = 0; s < RS_N_TWICE; s++)
      if (!isnan(stat[s])) value[s][n[s]++] = stat[s];
  }
  for (uint32_t i = 0; i < n_idle; i++) /* no hit: nothing can be said of how its hits are */
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

/* One household is one will, not several; with relatives in another city its cards are in two places at once. */
static void household(const Judge *j, const RsTwiceGroup *g, RsDraft *draft) {
  rs_innocent_household_add(draft, j->scene->claims, g->person, g->n_persons, j->options, j->kind->pattern == RS_TRAVEL ? 60 : 20);
}

static double shortest(const RsTwice *twice, const RsTwiceGroup *g) {
  uint32_t minutes = UINT32_MAX;
  for (uint32_t i = 0; i < g->n_hits; i++) minutes = MIN(minutes, twice->hit[g->hit[i]].minutes);
  return minutes;
}

static void add_facts(const Judge *j, const RsTwiceGroup *g, RsDraft *draft) {
  for (unsigned s = 0; s < RS_N_TWICE; s++) {
    int32_t points = points_of(j, s, g->stat[s]);
    if (j->kind->code[s] == NULL || (points == 0 && s != RS_TWICE_MORE)) continue;
    RsFact fact = {.code = j->kind->code[s], .value = g->stat[s], .expected = NAN, .p_value = NAN, .points = points,
                   .argument = {100.0 * rs_standing_rank(&j->standing[s], g->stat[s]), g->n_persons, g->n_outlets, NAN}};
    if (s == RS_TWICE_MORE) fact.value = g->n_hits, fact.expected = g->expected, fact.argument[3] = g->opportunities;
    if (s == RS_TWICE_MORE && j->kind->pattern == RS_TRAVEL) fact.argument[3] = shortest(j->twice, g);
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

/* Once within the hour at two outlets that many use happens to many people; cards that somebody else has as well go there again. */
static bool comes_again(const Judge *j, const RsTwiceGroup *g) {
  bool by_pair = j->twice->n_units > 0 && j->twice->unit[0].outlet[1] != RS_NONE;
  return j->kind->pattern != RS_TRAVEL || !by_pair || 2 * g->n_hits >= 3 * g->n_persons;
}

static bool is_lead(const Judge *j, const RsTwiceGroup *g, const RsDraft *draft) {
  double compared = (double)j->twice->n_units + (double)j->twice->n_idle;
  return comes_again(j, g) && score_of(draft) >= RS_TWICE_CUT && g->n_persons >= RS_TWICE_PERSONS && g->n_hits >= RS_TWICE_HITS &&
         g->stat[RS_TWICE_MORE] >= log10(compared) + RS_TWICE_MARGIN;
}

static void add_visit(RsDraft *draft, const RsClaims *c, uint32_t visit, uint32_t bits) {
  uint64_t end = MIN(c->visit_line[visit + 1], c->visit_line[visit] + RS_TWICE_VISIT_LINES);
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
    if (j->twice->unit[g->unit[u]].outlet[0] == g->outlet[i] || j->twice->unit[g->unit[u]].outlet[1] == g->outlet[i]) return true;
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

/* ---- stability ---- */

/* The hits of all units that have a hit with the people of a lead: [n_hits] 1. */
static uint8_t *neighbourhood(const RsTwice *t, uint32_t n_persons, const GPtrArray *found) {
  g_autofree uint8_t *member = g_malloc0((gsize)n_persons + 1);
  uint8_t *near = g_malloc0((gsize)t->n_hits + 1);
  for (guint i = 0; i < found->len; i++) {
    const RsTwiceGroup *g = g_ptr_array_index(found, i);
    for (uint32_t k = 0; k < g->n_persons; k++) member[g->person[k]] = 1;
  }
  for (uint32_t u = 0; u < t->n_units; u++) {
    bool meets = false;
    for (uint32_t i = t->unit_offset[u]; i < t->unit_offset[u + 1] && !meets; i++)
      meets = member[t->hit[t->unit_hit[i]].person[0]] || member[t->hit[t->unit_hit[i]].person[1]];
    for (uint32_t i = t->unit_offset[u]; i < t->unit_offset[u + 1] && meets; i++) near[t->unit_hit[i]] = 1;
  }
  return near;
}

static int compare_outlets(const void *x, const void *y) {
  const RsTwiceUnit *a = x, *b = y;
  if (a->outlet[0] != b->outlet[0]) return a->outlet[0] < b->outlet[0] ? -1 : 1;
  return (a->outlet[1] > b->outlet[1]) - (a->outlet[1] < b->outlet[1]);
}

/* What is left of these hits on the days of a repeat. A hit and a chance to have one need two days alike, so a unit may expect as many of
 * its former number as pairs of days are left in. */
static RsTwice *hits_left(const RsTwice *t, const RsClaims *c, const RsLeaveOut *days, const uint8_t *near) {
  g_autoptr(GArray) hits = g_array_new(FALSE, FALSE, sizeof(RsTwiceHit));
  for (uint32_t i = 0; i < t->n_hits; i++) {
    const RsTwiceHit *h = &t->hit[i];
    bool left = near[i] != 0;
    for (unsigned k = 0; k < 2; k++) left = left && !rs_left_out(days, h->outlet[k], c->visit_time[h->visit[k]] / RS_DAY_SECONDS);
    if (left) g_array_append_vals(hits, h, 1);
  }
  RsTwice *out = rs_twice_new(hits, t->unit[0].outlet[1] != RS_NONE, t->each);
  for (uint32_t u = 0; u < out->n_units; u++) {
    const RsTwiceUnit *whole = bsearch(&out->unit[u], t->unit, t->n_units, sizeof *t->unit, compare_outlets);
    g_assert(whole != NULL); /* every hit has its unit */
    out->unit[u].expected = RS_PAIRS_LEFT_IN * whole->expected;
    out->unit[u].expected_strong = RS_PAIRS_LEFT_IN * whole->expected_strong;
    out->unit[u].trials = whole->trials; /* fewer are left: kept, each is likelier */
    if (whole->expected_strong <= 0.0) out->unit[u].counted_strong = 0;
  }
  return out;
}

typedef struct { const Judge *judge; const uint8_t *near; const GPtrArray *found; } Repeat;

static bool find_again(const RsScene *some, uint8_t *again, void *data, GError **error) {
  (void)error;
  const Repeat *r = data;
  g_autoptr(RsTwice) left = hits_left(r->judge->twice, some->claims, &some->days, r->near);
  g_autoptr(GPtrArray) groups = rs_twice_groups(some->claims, left, r->judge->kind->pattern);
  for (guint i = 0; i < r->found->len; i++) {
    const RsTwiceGroup *lead = g_ptr_array_index(r->found, i);
    for (guint k = 0; k < groups->len && !again[i]; k++) {
      const RsTwiceGroup *g = g_ptr_array_index(groups, k);
      again[i] = rs_stability_same(g->person, g->n_persons, lead->person, lead->n_persons);
    }
  }
  return true;
}

/* Grades the leads from `first` on, which are those of `found`. */
static void grade(const Judge *j, const GPtrArray *found, GArray *leads, guint first) {
  g_autofree uint32_t *times = g_new0(uint32_t, (gsize)found->len + 1);
  g_autofree uint8_t *near = neighbourhood(j->twice, j->scene->claims->n_persons, found);
  Repeat repeat = {j, near, found};
  rs_stability_repeat(j->scene, found->len, j->options->n_threads, find_again, &repeat, times, NULL);
  bool few = j->twice->n_units + j->twice->n_idle < RS_TWICE_COMPANIONS;
  for (guint i = 0; i < found->len; i++) g_array_index(leads, RsRing, first + i).stability = rs_stability_grade(times[i], few);
}

/* ---- all together ---- */

/* Groups of one way of counting, and the leads among them. */
typedef struct { Judge judge; GPtrArray *groups; uint8_t *lead; /* [n groups] */ } Trial;

static void trial_init(Trial *trial, const RsScene *scene, const RsTwice *twice, const RsTwiceKind *kind, const RsDetectOptions *options) {
  *trial = (Trial){.judge = {.scene = scene, .twice = twice, .kind = kind, .options = options}};
  Judge *j = &trial->judge;
  g_autofree uint8_t *taken = g_malloc0((gsize)twice->n_hits + 1);
  j->surprise = g_new(double, (gsize)twice->n_units + 1);
  for (uint32_t u = 0; u < twice->n_units; u++) j->surprise[u] = rs_twice_surprise(&twice->unit[u]);
  trial->groups = rs_twice_groups(scene->claims, twice, kind->pattern);
  trial->lead = g_malloc0((gsize)trial->groups->len + 1);
  for (guint i = 0; i < trial->groups->len; i++) measure_group(j, g_ptr_array_index(trial->groups, i));
  fit(j, NULL);
  mark_found(j, trial->groups, taken);
  fit(j, taken);
  for (guint i = 0; i < trial->groups->len; i++) {
    g_auto(RsDraft) draft;
    rs_draft_init(&draft, kind->pattern);
    add_facts(j, g_ptr_array_index(trial->groups, i), &draft);
    trial->lead[i] = is_lead(j, g_ptr_array_index(trial->groups, i), &draft);
  }
}

static void trial_clear(Trial *trial) {
  for (unsigned s = 0; s < RS_N_TWICE; s++) rs_standing_clear(&trial->judge.standing[s]);
  g_ptr_array_unref(trial->groups);
  g_free(trial->judge.surprise);
  g_free(trial->lead);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Trial, trial_clear)

static void trial_tell(Trial *trial, GArray *leads, GArray *near) {
  g_autoptr(GPtrArray) found = g_ptr_array_new();
  guint first = leads->len;
  for (guint i = 0; i < trial->groups->len; i++) {
    RsRing ring;
    RsTwiceGroup *g = g_ptr_array_index(trial->groups, i);
    if (trial->lead[i] && make_ring(&trial->judge, g, true, &ring)) {
      g_array_append_val(leads, ring);
      g_ptr_array_add(found, g);
    } else if (!trial->lead[i] && near != NULL && make_ring(&trial->judge, g, false, &ring)) g_array_append_val(near, ring);
  }
  if (found->len > 0) grade(&trial->judge, found, leads, first);
}

/* What is left of a group without the marked hits is a lead's worth by itself. */
static bool stands_without(const Judge *j, const RsTwiceGroup *g, const uint8_t *marked) {
  g_autofree uint32_t *hit = g_new(uint32_t, (gsize)g->n_hits + 1);
  uint32_t n = 0;
  for (uint32_t i = 0; i < g->n_hits; i++)
    if (!marked[g->hit[i]]) hit[n++] = g->hit[i];
  g_autoptr(RsTwiceGroup) rest = rs_twice_group_new(j->twice, g->unit[0], hit, n);
  g_free(rest->unit);
  rest->unit = g_memdup2(g->unit, g->n_units * sizeof *g->unit);
  rest->n_units = g->n_units;
  RsTwiceUnit sum = rs_twice_group_count(j->twice, rest);
  double compared = (double)j->twice->n_units + (double)j->twice->n_idle;
  return rest->n_persons >= RS_TWICE_PERSONS && rs_twice_surprise(&sum) >= log10(compared) + RS_TWICE_MARGIN;
}

static uint32_t n_marked(const RsTwiceGroup *g, const uint8_t *marked) {
  uint32_t n = 0;
  for (uint32_t i = 0; i < g->n_hits; i++) n += marked[g->hit[i]];
  return n;
}

/* The same hits by outlet and by pair of outlets: one telling of each. */
static void choose(Trial *outlets, Trial *pairs) {
  uint32_t n_hits = outlets->judge.twice->n_hits;
  g_autofree uint8_t *by_pair = g_malloc0((gsize)n_hits + 1), *whole = g_malloc0((gsize)n_hits + 1);
  for (guint i = 0; i < pairs->groups->len; i++) {
    const RsTwiceGroup *g = g_ptr_array_index(pairs->groups, i);
    for (uint32_t k = 0; k < g->n_hits && pairs->lead[i]; k++) by_pair[g->hit[k]] = 1;
  }
  for (guint i = 0; i < outlets->groups->len; i++) {
    const RsTwiceGroup *g = g_ptr_array_index(outlets->groups, i);
    if (!outlets->lead[i] || n_marked(g, by_pair) == 0) continue;
    if (!stands_without(&outlets->judge, g, by_pair)) {
      outlets->lead[i] = 0;
      continue;
    }
    for (uint32_t k = 0; k < g->n_hits; k++) whole[g->hit[k]] = 1;
  }
  for (guint i = 0; i < pairs->groups->len; i++) {
    const RsTwiceGroup *g = g_ptr_array_index(pairs->groups, i);
    if (2 * n_marked(g, whole) >= g->n_hits) pairs->lead[i] = 0;
  }
}

void rs_twice_find(const RsScene *scene, const RsTwice *twice, const RsTwice *pairs, const RsTwiceKind *kind, const RsDetectOptions *options,
                   GArray *leads, GArray *near_misses) {
  g_auto(Trial) trial;
  g_autoptr(GArray) near = g_array_new(FALSE, FALSE, sizeof(RsRing));
  trial_init(&trial, scene, twice, kind, options);
  if (pairs != NULL) {
    g_auto(Trial) by_pair;
    trial_init(&by_pair, scene, pairs, kind, options);
    choose(&trial, &by_pair);
    trial_tell(&by_pair, leads, NULL);
  }
  trial_tell(&trial, leads, near);
  rs_near_misses_add(near, MAX_NEAR_MISSES, near_misses);
}
