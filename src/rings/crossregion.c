#include "rings/crossregion.h"

#include "base/calendar.h"
#include "mining/crossregion.h"
#include "mining/significance.h"
#include "rings/draft.h"
#include "rings/group.h"
#include "rings/innocent.h"
#include "rings/merge.h"
#include "rings/near_misses.h"
#include "rings/stability.h"
#include "rings/strangers.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { MIN_PERSONS = 4, MAX_OUTLETS = 6, MIN_RESIDENTS = 3, CUT = 40, BUS_DAYS = 3, MAX_NEAR_MISSES = 2 };
#define SOME_DRUGS 4.0     /* decades */
#define FIRST_BAR (-4.6) /* log 0.01: worth a look; what is bought decides */

/* People of the cell's prefecture who come to the outlet and live here. */
static uint32_t residents_at(const RsScene *scene, const RsCrossregion *x, const RsCrossCell *cell) {
  const RsClaims *c = scene->claims;
  g_autoptr(GHashTable) seen = g_hash_table_new(NULL, NULL);
  uint32_t n = 0;
  for (uint32_t i = scene->timeline->offset[cell->outlet]; i < scene->timeline->offset[cell->outlet + 1]; i++) {
    uint32_t p = RS_KEY_PERSON(scene->timeline->key[i]);
    if (c->person_region[p] == RS_NONE || x->prefecture[c->person_region[p]] != cell->insured) continue;
    if (g_hash_table_add(seen, GUINT_TO_POINTER(p + 1))) n += !rs_crossregion_visitor(x, c, scene->knowledge, p);
  }
  return n;
}

/* The visitors of a prefecture at an outlet, on the days that are looked at. */
static GArray *visitors_at(const RsScene *scene, const RsCrossregion *x, const RsCrossCell *cell) {
  const RsClaims *c = scene->claims;
  GArray *out = g_array_new(FALSE, FALSE, sizeof(uint32_t));
  for (uint32_t i = scene->timeline->offset[cell->outlet]; i < scene->timeline->offset[cell->outlet + 1]; i++) {
    uint32_t p = RS_KEY_PERSON(scene->timeline->key[i]);
    if (rs_left_out(&scene->days, cell->outlet, RS_KEY_TIME(scene->timeline->key[i]) / RS_DAY_SECONDS)) continue;
    if (c->person_region[p] == RS_NONE || x->prefecture[c->person_region[p]] != cell->insured) continue;
    bool seen = false;
    for (guint k = 0; k < out->len && !seen; k++) seen = g_array_index(out, uint32_t, k) == p;
    if (!seen && rs_crossregion_visitor(x, c, scene->knowledge, p)) g_array_append_val(out, p);
    if (out->len > RS_MAX_GROUP) break;
  }
  return out;
}

static uint32_t prefecture_of(const RsScene *scene, const RsCrossregion *x, uint32_t institution) {
  uint32_t region = scene->claims->institution_region[institution];
  return region == RS_NONE ? RS_NONE : x->prefecture[region];
}

/* Other outlets of the place where a third of these people, and three, go as well; the most used first. */
static uint32_t add_outlets(const RsScene *scene, const RsCrossregion *x, const GArray *person, uint32_t outlet[MAX_OUTLETS]) {
  const RsRelation *r = &scene->knowledge->relation[RS_FILLED_AT];
  g_autofree uint32_t *count = g_new0(uint32_t, (gsize)scene->claims->institution->n + 1);
  uint32_t place = prefecture_of(scene, x, outlet[0]), n = 1;
  for (guint i = 0; i < person->len; i++) {
    uint32_t p = g_array_index(person, uint32_t, i);
    for (uint64_t k = r->offset[p]; k < r->offset[p + 1]; k++)
      if (prefecture_of(scene, x, r->to[k]) == place && scene->claims->institution_type[r->to[k]] != RS_TYPE_HOSPITAL) count[r->to[k]]++;
  }
  count[outlet[0]] = 0;
  while (n < MAX_OUTLETS) {
    uint32_t best = RS_NONE;
    for (uint32_t f = 0; f < scene->claims->institution->n; f++)
      if (count[f] >= 3 && count[f] * 3 >= person->len && (best == RS_NONE || count[f] > count[best])) best = f;
    if (best == RS_NONE) break;
    outlet[n++] = best;
    count[best] = 0;
  }
  return n;
}

static RsFact fact_of(const char *code, double value, double expected, int32_t points) {
  return (RsFact){.code = code, .value = value, .expected = expected, .p_value = NAN, .points = points, .counter = points < 0,
                  .argument = {NAN, NAN, NAN, NAN}};
}

static int compare_numbers(const void *x, const void *y) {
  uint32_t a = *(const uint32_t *)x, b = *(const uint32_t *)y;
  return (a > b) - (a < b);
}

/* Share of visits through the most frequent doctor; 0 where visits have none. */
static double top_doctor(const RsClaims *c, const RsGroup *g) {
  g_autofree uint32_t *doctor = g_new(uint32_t, (gsize)g->n_attendances + 1);
  for (uint32_t i = 0; i < g->n_attendances; i++) doctor[i] = rs_visit_doctor(c, g->attendance[i].visit);
  qsort(doctor, g->n_attendances, sizeof *doctor, compare_numbers);
  uint32_t most = 0;
  for (uint32_t i = 0, end; i < g->n_attendances; i = end) {
    for (end = i; end < g->n_attendances && doctor[end] == doctor[i];) end++;
    if (doctor[i] != RS_NONE && end - i > most) most = end - i;
  }
  return (double)most / (double)MAX(g->n_attendances, 1u);
}

/* A busload: the same people at the hospital together on several days that keep no calendar, which explain most of their visits there. Who travels for
 * treatment comes when the illness or the doctor's day wants it. Decades of surprise less the price of choosing them among the visitors; 0: none. */
static double busload(const RsScene *scene, const RsCrossCell *cell, const RsGroup *g, uint32_t *n_days) {
  RsPlaces there = {RS_ONLY_PLACE, 1, {cell->outlet}, 0};
  g_autoptr(RsGroup) together = rs_group_new(scene, g->person, g->n, there, RS_DROP_ABSENT);
  if (together == NULL || together->n * 2 < g->n || together->n_attendances * 2 < g->n_attendances) return 0.0;
  RsRhythm rhythm = rs_group_rhythm(together, RS_NONE, 0);
  *n_days = rhythm.n_days;
  if (rhythm.n_days < BUS_DAYS || rs_rhythm_monthly(&rhythm) || rs_rhythm_weekly(&rhythm)) return 0.0;
  double choices = rs_log_choose(MAX(cell->n_visitors, together->n), together->n) / log(10.0);
  return fmax(0.0, together->net - choices);
}

static void add_facts(RsDraft *draft, const RsScene *scene, const RsCrossCell *cell, const RsGroup *g) {
  double decades = fmin(300.0, -cell->log_p / log(10.0));
  RsFact gathered = fact_of("gathered", cell->n_persons, round(cell->expected * 10.0) / 10.0, (int32_t)CLAMP(10.0 * log2(decades / 2.0), 0.0, 30.0));
  gathered.p_value = exp(cell->log_p); /* one pre-declared test an insured prefecture and outlet */
  gathered.argument[0] = cell->n_visitors;
  rs_draft_fact(draft, gathered);
  if (g->stat[RS_STAT_DRUGS] > SOME_DRUGS) {
    RsFact drugs = fact_of("visitors_drugs", g->n_drugs, NAN, (int32_t)fmin(40.0, 10.0 * log2(g->stat[RS_STAT_DRUGS] / 2.0)));
    for (uint32_t i = 0; i < g->n_drugs && i < 3; i++) drugs.drug[drugs.n_drugs++] = g->drug[i].drug;
    drugs.argument[0] = g->n_drugs > 0 ? (double)g->drug[0].n_members : (double)NAN;
    drugs.expected = g->n_drugs > 0 ? round(g->drug[0].expected * 1e3) / 1e3 : (double)NAN;
    rs_draft_fact(draft, drugs);
  }
  double share = top_doctor(scene->claims, g);
  if (share >= 0.6) rs_draft_fact(draft, fact_of("visitors_doctor", round(share * 1e3) / 1e3, NAN, (int32_t)lround(15.0 * share)));
  double each = (double)g->n_attendances / (double)g->n;
  if (each >= 2.0) rs_draft_fact(draft, fact_of("visits_each", round(each * 10.0) / 10.0, NAN, (int32_t)fmin(10.0, 4.0 * log2(each))));
  if (!isnan(g->amount_ratio) && g->amount_ratio >= 1.25)
    rs_draft_fact(draft, fact_of("amount_visitors", round(g->amount_ratio * 10.0) / 10.0, 1.0, (int32_t)fmin(10.0, 5.0 * log2(g->amount_ratio))));
  if (scene->claims->institution_type[cell->outlet] != RS_TYPE_HOSPITAL) return;
  uint32_t days = 0;
  double bus = busload(scene, cell, g, &days);
  int32_t points = bus > 0.0 ? (int32_t)CLAMP(10.0 * log2(bus / 2.0), 0.0, 40.0) : 0;
  if (points > 0) rs_draft_fact(draft, fact_of("busload", days, NAN, points));
  else rs_draft_fact(draft, fact_of("hospital", 1, NAN, -30));
}

static void add_visits(RsDraft *draft, const RsScene *scene, const RsGroup *g) {
  const RsClaims *c = scene->claims;
  uint32_t all = (1u << draft->facts->len) - 1, bit_drugs = 0;
  for (guint f = 0; f < draft->facts->len; f++)
    if (strcmp(g_array_index(draft->facts, RsFact, f).code, "visitors_drugs") == 0) bit_drugs = 1u << f;
  for (uint32_t i = 0; i < g->n_attendances; i++) {
    uint32_t v = g->attendance[i].visit;
    for (uint64_t l = c->visit_line[v]; l < c->visit_line[v + 1]; l++) {
      bool recurs = false;
      for (uint32_t d = 0; d < g->n_drugs; d++) recurs = recurs || g->drug[d].drug == rs_line_drug(c, l);
      rs_draft_line(draft, l, recurs ? all : all & ~bit_drugs);
    }
  }
}

/* Those who bought one of the recurring drugs there, where there are any: the rest are visitors by chance. */
static GArray *core_of(const RsScene *scene, const RsGroup *g) {
  const RsClaims *c = scene->claims;
  GArray *out = g_array_new(FALSE, FALSE, sizeof(uint32_t));
  g_autofree uint8_t *in = g_malloc0((gsize)g->n + 1);
  for (uint32_t i = 0; i < g->n_attendances; i++)
    for (uint64_t l = c->visit_line[g->attendance[i].visit]; l < c->visit_line[g->attendance[i].visit + 1]; l++)
      for (uint32_t d = 0; d < g->n_drugs && d < 8; d++)
        if (g->drug[d].decades >= 1.0 && g->drug[d].drug == rs_line_drug(c, l)) in[g->attendance[i].member] = 1;
  for (uint32_t i = 0; i < g->n; i++)
    if (in[i]) g_array_append_val(out, g->person[i]);
  return out;
}

/* The people of a cell and their outlets, or NULL: too few or too many. Visitors by chance are left out where drugs tell them apart. */
static RsGroup *group_of(const RsScene *scene, const RsCrossregion *x, const RsCrossCell *cell, const GArray *person, uint32_t outlet[MAX_OUTLETS],
                         uint32_t *n_outlets) {
  if (person->len < MIN_PERSONS || person->len > RS_MAX_GROUP) return NULL;
  outlet[0] = cell->outlet;
  *n_outlets = add_outlets(scene, x, person, outlet);
  g_autoptr(RsGroup) wide = rs_group_at(scene, (const uint32_t *)(const void *)person->data, person->len, outlet, *n_outlets);
  if (wide == NULL) return NULL;
  rs_group_measure(scene, wide);
  g_autoptr(GArray) core = core_of(scene, wide);
  if (core->len < MIN_PERSONS || core->len == wide->n) return g_steal_pointer(&wide);
  g_autoptr(RsGroup) narrow = rs_group_at(scene, (const uint32_t *)(const void *)core->data, core->len, outlet, *n_outlets);
  if (narrow == NULL) return g_steal_pointer(&wide);
  rs_group_measure(scene, narrow);
  return narrow->stat[RS_STAT_DRUGS] > SOME_DRUGS ? g_steal_pointer(&narrow) : g_steal_pointer(&wide);
}

/* A ring and the cell it was found by. */
typedef struct { RsRing ring; uint32_t cell; } Found;

/* Guests and seasonal workers of a colony of migrants, or one household on the road. */
static void counter_facts(RsDraft *draft, const RsScene *scene, const RsDetectOptions *options, const RsCrossregion *x, const RsCrossCell *cell, const RsGroup *g) {
  uint32_t residents = residents_at(scene, x, cell);
  if (residents >= MIN_RESIDENTS) rs_draft_fact(draft, fact_of("migrants", residents, NAN, -(int32_t)lround(15.0 * residents / (residents + g->n))));
  rs_innocent_household_add(draft, scene->claims, g->person, g->n, options, 40);
}

static void try_cell(const RsScene *scene, const RsDetectOptions *options, const RsCrossregion *x, uint32_t number, GArray *found) {
  const RsCrossCell *cell = &x->cell[number];
  uint32_t outlet[MAX_OUTLETS], n_outlets = 0;
  g_autoptr(GArray) person = visitors_at(scene, x, cell);
  g_autoptr(RsGroup) g = group_of(scene, x, cell, person, outlet, &n_outlets);
  if (g == NULL) return;
  g_auto(RsDraft) draft;
  Found one = {.cell = number};
  rs_draft_init(&draft, RS_CROSSREGION);
  add_facts(&draft, scene, cell, g);
  counter_facts(&draft, scene, options, x, cell, g);
  add_visits(&draft, scene, g);
  for (uint32_t i = 0; i < g->n; i++) rs_draft_member(&draft, RS_PERSON, g->person[i], RS_ROLE_MEMBER, (double)g->n_attended[i] / (double)g->n_bursts);
  for (uint32_t i = 0; i < n_outlets; i++) rs_draft_member(&draft, RS_INSTITUTION, outlet[i], RS_ROLE_OUTLET, 1.0 / (double)(i + 1));
  rs_draft_entities(&draft, scene->claims);
  rs_draft_finish(&draft, scene->claims, &one.ring);
  if (2 * one.ring.score >= CUT) g_array_append_val(found, one);
  else rs_ring_clear(&one.ring);
}

static uint32_t shared_persons(const RsRing *a, const RsRing *b) {
  uint32_t n = 0;
  for (uint32_t i = 0; i < a->count[RS_PERSON]; i++)
    for (uint32_t j = 0; j < b->count[RS_PERSON]; j++) n += a->members[i].id == b->members[j].id;
  return n;
}

static int compare_found(const void *x, const void *y) {
  const RsRing *a = &((const Found *)x)->ring, *b = &((const Found *)y)->ring;
  if (a->score != b->score) return a->score > b->score ? -1 : 1;
  return strcmp(a->lead_key, b->lead_key);
}

/* One ring uses several outlets and so has several cells: the best stands for those that share half of its people. The leads come first. */
static void keep_best(GArray *found) {
  guint n = 0;
  if (found->len > 0) qsort(found->data, found->len, sizeof(Found), compare_found);
  for (guint i = 0; i < found->len; i++) {
    Found one = g_array_index(found, Found, i);
    bool copy = false;
    for (guint k = 0; k < n && !copy; k++) {
      const RsRing *kept = &g_array_index(found, Found, k).ring;
      copy = 2 * shared_persons(&one.ring, kept) >= MIN(one.ring.count[RS_PERSON], kept->count[RS_PERSON]);
    }
    if (copy) rs_ring_clear(&one.ring);
    else g_array_index(found, Found, n++) = one;
  }
  g_array_set_size(found, n);
}

/* ---- stability ---- */

typedef struct { const RsCrossregion *x; const GArray *found; uint32_t n; } Repeat;

/* The cell alone is looked at again, against what the whole period makes expect there: on fewer days it is harder to pass. */
static bool find_again(const RsScene *some, uint8_t *again, void *data, GError **error) {
  (void)error;
  const Repeat *repeat = data;
  for (uint32_t i = 0; i < repeat->n; i++) {
    const Found *lead = &g_array_index(repeat->found, Found, i);
    const RsCrossCell *cell = &repeat->x->cell[lead->cell];
    uint32_t outlet[MAX_OUTLETS], n_outlets = 0;
    g_autoptr(GArray) visitor = visitors_at(some, repeat->x, cell);
    if (rs_tail_poisson(visitor->len, cell->expected) > FIRST_BAR) continue;
    g_autoptr(RsGroup) g = group_of(some, repeat->x, cell, visitor, outlet, &n_outlets);
    g_autofree uint32_t *person = rs_ring_persons(&lead->ring);
    again[i] = g != NULL && rs_stability_same(g->person, g->n, person, lead->ring.count[RS_PERSON]);
  }
  return true;
}

void rs_crossregion_find(const RsScene *scene, const RsDetectOptions *options, GArray *leads, GArray *near_misses, GArray *set_aside,
                         GArray *not_examined) {
  (void)not_examined;
  g_autoptr(RsCrossregion) x = rs_crossregion_new(scene->claims, scene->knowledge, MIN_PERSONS);
  g_autoptr(GArray) found = g_array_new(FALSE, FALSE, sizeof(Found)), near = g_array_new(FALSE, FALSE, sizeof(RsRing));
  for (uint32_t i = 0; i < x->n; i++)
    if (x->cell[i].log_p <= FIRST_BAR) try_cell(scene, options, x, i, found);
  keep_best(found);
  guint first = leads->len;
  Repeat repeat = {x, found, 0};
  while (repeat.n < found->len && g_array_index(found, Found, repeat.n).ring.score >= CUT) repeat.n++;
  g_autofree uint32_t *times = g_new0(uint32_t, (gsize)repeat.n + 1);
  rs_stability_repeat(scene, repeat.n, options->n_threads, find_again, &repeat, times, NULL);
  for (guint i = 0; i < found->len; i++) {
    RsRing *ring = &g_array_index(found, Found, i).ring;
    if (i < repeat.n) ring->stability = rs_stability_grade(times[i], false);
    g_array_append_vals(i < repeat.n ? leads : near, ring, 1);
  }
  rs_strangers_find(scene, options, leads, near);
  rs_rings_keep_best(leads, first); /* cards from one place may show both ways */
  rs_near_misses_add(near, MAX_NEAR_MISSES, near_misses);
  if (x->n_migrants == 0) return;
  RsNotice notice = {"migrants", RS_PERSON, RS_NONE, x->n_migrants, NULL, NULL};
  rs_notice_say(&notice, "%u people who live outside their insured place", x->n_migrants);
  g_array_append_val(set_aside, notice);
}
