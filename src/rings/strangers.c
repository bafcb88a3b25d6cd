#include "rings/strangers.h"

#include "mining/significance.h"
#include "mining/strangers.h"
#include "rings/draft.h"
#include "rings/group.h"
#include "rings/stability.h"

#include <math.h>
#include <stdlib.h>

enum { MIN_PERSONS = 4, CUT = 40 };
#define EFFECT 3.0
#define FIRST_BAR 0.01 /* over all outlets and drugs tested, Bonferroni */
#define MOST_OTHER 0.5 /* who gets mostly other things there has come to live here, cold, stomach and all */
#define ONE_ORIGIN 0.8 /* share of a hospital's strangers from one prefecture */
#define ONE_DOCTOR 0.5 /* and of their visits through one doctor: those whom a hospital at home refers see a doctor each */

/* What strangers come to one outlet for. */
typedef struct {
  uint32_t outlet;
  GArray *cell;   /* of RsStrangerCell: the drugs that pass, most telling first */
  GArray *person; /* ascending */
} Draw;

static void draw_free(Draw *draw) {
  if (draw == NULL) return;
  g_array_unref(draw->cell);
  g_array_unref(draw->person);
  g_free(draw);
}
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Draw, draw_free)

static int compare_numbers(const void *x, const void *y) {
  uint32_t a = *(const uint32_t *)x, b = *(const uint32_t *)y;
  return (a > b) - (a < b);
}

static int compare_cells(const void *x, const void *y) {
  const RsStrangerCell *a = x, *b = y;
  double p = round(a->log_p * 1e6), q = round(b->log_p * 1e6);
  if (p != q) return p < q ? -1 : 1;
  return (a->drug > b->drug) - (a->drug < b->drug);
}

/* NULL: fewer than MIN_PERSONS come for what passes the bar. */
static Draw *draw_of(const RsScene *scene, const RsStrangers *s, uint32_t outlet, double log_bar) {
  g_autoptr(GPtrArray) who = NULL;
  g_autoptr(GArray) all = rs_strangers_cells(s, scene->claims, scene->timeline, outlet, &scene->days, &who);
  g_autoptr(Draw) out = g_new0(Draw, 1);
  out->outlet = outlet;
  out->cell = g_array_new(FALSE, FALSE, sizeof(RsStrangerCell));
  out->person = g_array_new(FALSE, FALSE, sizeof(uint32_t));
  for (guint i = 0; i < all->len; i++) {
    const RsStrangerCell *cell = &g_array_index(all, RsStrangerCell, i);
    const GArray *buyer = g_ptr_array_index(who, i);
    if (cell->log_p > log_bar || cell->n_stranger_buyers < EFFECT * cell->expected) continue;
    g_array_append_vals(out->cell, cell, 1);
    g_array_append_vals(out->person, buyer->data, buyer->len);
  }
  g_array_sort(out->cell, compare_cells);
  g_array_sort(out->person, compare_numbers);
  guint kept = 0;
  for (guint i = 0; i < out->person->len; i++) {
    uint32_t p = g_array_index(out->person, uint32_t, i);
    if (kept == 0 || p != g_array_index(out->person, uint32_t, kept - 1)) g_array_index(out->person, uint32_t, kept++) = p;
  }
  g_array_set_size(out->person, kept);
  return kept >= MIN_PERSONS && kept <= RS_MAX_GROUP ? g_steal_pointer(&out) : NULL;
}

/* ---- a lead ---- */

static RsFact fact_of(const char *code, double value, double expected, int32_t points) {
  return (RsFact){.code = code, .value = value, .expected = expected, .p_value = NAN, .points = points, .counter = points < 0,
                  .argument = {NAN, NAN, NAN, NAN}};
}

static double tenths(double x) { return round(x * 10.0) / 10.0; }

static int32_t of_decades(double log_p, double most) { return (int32_t)CLAMP(10.0 * log2(fmin(300.0, -log_p / log(10.0)) / 2.0), 0.0, most); }

/* The commonest prefecture of the people, how many are insured there and in how many they are insured; of all strangers in the outlet's place
 * but not at the outlet, how many come from that prefecture too. */
typedef struct { uint32_t prefecture, most, n_origins, others, others_from; } Origin;

static Origin origin_of(const RsScene *scene, const RsStrangers *s, const Draw *draw) {
  const RsClaims *c = scene->claims;
  const RsRelation *r = &scene->knowledge->relation[RS_FILLED_AT];
  const uint32_t *person = (const uint32_t *)(const void *)draw->person->data;
  g_autofree uint32_t *from = g_new(uint32_t, (gsize)draw->person->len + 1);
  Origin out = {0};
  for (guint i = 0; i < draw->person->len; i++) from[i] = s->prefecture[c->person_region[person[i]]];
  qsort(from, draw->person->len, sizeof *from, compare_numbers);
  for (guint i = 0, end; i < draw->person->len; i = end) {
    for (end = i; end < draw->person->len && from[end] == from[i];) end++;
    if (end - i > out.most) out.prefecture = from[i], out.most = end - i;
    out.n_origins++;
  }
  uint32_t place = s->prefecture[c->institution_region[draw->outlet]];
  for (uint32_t p = 0; p < c->n_persons; p++) {
    if (!s->stranger[p]) continue;
    bool here = false, in_place = s->prefecture[c->institution_region[r->to[r->offset[p]]]] == place;
    for (uint64_t i = r->offset[p]; i < r->offset[p + 1]; i++) here = here || r->to[i] == draw->outlet;
    out.others += in_place && !here;
    out.others_from += in_place && !here && s->prefecture[c->person_region[p]] == out.prefecture;
  }
  return out;
}

/* Share of the group's visits through the doctor who has most of them, and of the outlet's other visits through the same doctor. */
typedef struct { double here, usual; } Share;

static Share doctor_share(const RsScene *scene, const Draw *draw) {
  const RsClaims *c = scene->claims;
  const RsTimeline *t = scene->timeline;
  g_autofree uint32_t *here = g_new0(uint32_t, (gsize)c->doctor->n + 1), *other = g_new0(uint32_t, (gsize)c->doctor->n + 1);
  uint32_t n_here = 0, n_other = 0, best = 0;
  for (uint32_t i = t->offset[draw->outlet]; i < t->offset[draw->outlet + 1]; i++) {
    uint32_t person = RS_KEY_PERSON(t->key[i]), doctor = rs_visit_doctor(c, t->visit[i]);
    bool ours = bsearch(&person, draw->person->data, draw->person->len, sizeof person, compare_numbers) != NULL;
    if (ours) n_here++;
    else n_other++;
    if (doctor != RS_NONE) (ours ? here : other)[doctor]++;
  }
  for (uint32_t d = 1; d < c->doctor->n; d++)
    if (here[d] > here[best]) best = d;
  if (c->doctor->n == 0) return (Share){0.0, 0.0};
  return (Share){(double)here[best] / MAX(n_here, 1u), (double)other[best] / MAX(n_other, 1u)};
}

/* Share of the lines at the outlet that are none of the drugs that brought them here. */
static double other_share(const RsScene *scene, const Draw *draw) {
  const RsClaims *c = scene->claims;
  uint64_t lines = 0, told = 0;
  for (guint i = 0; i < draw->person->len; i++) {
    uint32_t p = g_array_index(draw->person, uint32_t, i);
    for (uint32_t v = c->person_visit[p]; v < c->person_visit[p + 1]; v++)
      for (uint64_t l = c->visit_line[v]; l < c->visit_line[v + 1] && c->visit_institution[v] == draw->outlet; l++) {
        lines++;
        for (guint k = 0; k < draw->cell->len; k++)
          if (g_array_index(draw->cell, RsStrangerCell, k).drug == rs_line_drug(c, l)) {
            told++;
            break;
          }
      }
  }
  return lines > 0 ? 1.0 - (double)told / (double)lines : 0.0;
}

static bool is_hospital(const RsClaims *c, uint32_t f) { return c->institution_type[f] == RS_TYPE_HOSPITAL; }

static void add_facts(RsDraft *draft, const RsScene *scene, const RsStrangers *s, const Draw *draw, const RsGroup *g) {
  const RsClaims *c = scene->claims;
  const RsStrangerCell *first = &g_array_index(draw->cell, RsStrangerCell, 0);
  const Origin origin = origin_of(scene, s, draw);
  RsFact strangers = fact_of("strangers", draw->person->len, tenths(s->expected[draw->outlet]),
                             of_decades(rs_tail_poisson(s->at[draw->outlet], s->expected[draw->outlet]), 20.0));
  strangers.argument[0] = origin.n_origins;
  strangers.argument[1] = s->at[draw->outlet];
  RsFact drug = fact_of("strangers_drugs", first->n_stranger_buyers, tenths(first->expected), of_decades(first->log_p, 40.0));
  drug.p_value = exp(first->log_p); /* one pre-declared test an outlet and drug */
  drug.argument[0] = first->n_buyers;
  for (guint i = 0; i < draw->cell->len && i < 3; i++) drug.drug[drug.n_drugs++] = g_array_index(draw->cell, RsStrangerCell, i).drug;
  rs_draft_fact(draft, strangers);
  rs_draft_fact(draft, drug);
  double usual = draw->person->len * (origin.others_from + 0.5) / (origin.others + 1.0);
  RsFact one_place = fact_of("strangers_origin", origin.most, tenths(usual), of_decades(rs_tail_poisson(origin.most, usual), 20.0));
  one_place.argument[0] = draw->person->len;
  if (one_place.points > 0) rs_draft_fact(draft, one_place);
  Share doctor = doctor_share(scene, draw);
  if (doctor.here >= 0.6 && doctor.here > doctor.usual) {
    RsFact one = fact_of("strangers_doctor", round(doctor.here * 1e3) / 1e3, round(doctor.usual * 1e3) / 1e3, (int32_t)lround(15.0 * (doctor.here - doctor.usual)));
    one.argument[0] = one.expected;
    rs_draft_fact(draft, one);
  }
  if (g != NULL && !isnan(g->amount_ratio) && g->amount_ratio >= 1.25)
    rs_draft_fact(draft, fact_of("amount_visitors", tenths(g->amount_ratio), 1.0, (int32_t)fmin(10.0, 5.0 * log2(g->amount_ratio))));
  double other = other_share(scene, draw);
  if (other > MOST_OTHER) rs_draft_fact(draft, fact_of("strangers_live_here", round(other * 1e3) / 1e3, NAN, -30));
  if (is_hospital(c, draw->outlet)) rs_draft_fact(draft, fact_of("hospital", 1, NAN, -30));
}

static void make_ring(const RsScene *scene, const RsStrangers *s, const Draw *draw, RsRing *ring) {
  const RsClaims *c = scene->claims;
  const uint32_t *person = (const uint32_t *)(const void *)draw->person->data;
  g_autoptr(RsGroup) g = rs_group_at(scene, person, draw->person->len, &draw->outlet, 1);
  g_auto(RsDraft) draft;
  if (g != NULL) rs_group_measure(scene, g);
  rs_draft_init(&draft, RS_CROSSREGION);
  add_facts(&draft, scene, s, draw, g);
  uint32_t all = (1u << draft.facts->len) - 1;
  for (guint i = 0; i < draw->person->len; i++) {
    uint32_t at = 0, visits = c->person_visit[person[i] + 1] - c->person_visit[person[i]];
    for (uint32_t v = c->person_visit[person[i]]; v < c->person_visit[person[i] + 1]; v++) {
      at += c->visit_institution[v] == draw->outlet;
      for (uint64_t l = c->visit_line[v]; l < c->visit_line[v + 1] && c->visit_institution[v] == draw->outlet; l++) rs_draft_line(&draft, l, all);
    }
    rs_draft_member(&draft, RS_PERSON, person[i], RS_ROLE_MEMBER, (double)at / (double)visits);
  }
  rs_draft_member(&draft, RS_INSTITUTION, draw->outlet, RS_ROLE_OUTLET, 1.0);
  rs_draft_entities(&draft, c);
  rs_draft_finish(&draft, c, ring);
}

/* ---- stability ---- */

typedef struct { const RsStrangers *s; const GPtrArray *draw; const guint *which; uint32_t n; double log_bar; } Repeat;

static bool find_again(const RsScene *some, uint8_t *again, void *data, GError **error) {
  (void)error;
  const Repeat *repeat = data;
  for (uint32_t i = 0; i < repeat->n; i++) {
    const Draw *lead = g_ptr_array_index(repeat->draw, repeat->which[i]);
    g_autoptr(Draw) now = draw_of(some, repeat->s, lead->outlet, repeat->log_bar);
    again[i] = now != NULL && rs_stability_same((const uint32_t *)(const void *)now->person->data, now->person->len,
                                                (const uint32_t *)(const void *)lead->person->data, lead->person->len);
  }
  return true;
}

/* All that pass, one outlet each, and how strict the bar was. */
static GPtrArray *draws_of(const RsScene *scene, const RsStrangers *s, double *log_bar) {
  const RsClaims *c = scene->claims;
  GPtrArray *out = g_ptr_array_new_with_free_func((GDestroyNotify)draw_free);
  double n_tests = 1.0;
  for (uint32_t f = 0; f < c->institution->n; f++) {
    if (s->at[f] < MIN_PERSONS) continue;
    g_autoptr(GPtrArray) who = NULL;
    g_autoptr(GArray) cell = rs_strangers_cells(s, c, scene->timeline, f, &scene->days, &who);
    n_tests += cell->len;
  }
  *log_bar = log(FIRST_BAR / n_tests);
  for (uint32_t f = 0; f < c->institution->n; f++) {
    if (s->at[f] < MIN_PERSONS) continue;
    Draw *draw = draw_of(scene, s, f, *log_bar);
    if (draw == NULL) continue;
    bool doctors = (c->columns & RS_HAS_DOCTOR) != 0;
    bool told = !is_hospital(c, f) || (origin_of(scene, s, draw).most >= ONE_ORIGIN * draw->person->len &&
                                       (!doctors || doctor_share(scene, draw).here >= ONE_DOCTOR));
    if (told) g_ptr_array_add(out, draw);
    else draw_free(draw);
  }
  return out;
}

void rs_strangers_find(const RsScene *scene, const RsDetectOptions *options, GArray *leads, GArray *near) {
  double log_bar;
  g_autoptr(RsStrangers) s = rs_strangers_new(scene->claims, scene->knowledge, scene->timeline);
  g_autoptr(GPtrArray) draws = draws_of(scene, s, &log_bar);
  g_autoptr(GArray) found = g_array_new(FALSE, FALSE, sizeof(RsRing));
  g_autofree guint *which = g_new(guint, (gsize)draws->len + 1);
  for (guint i = 0; i < draws->len; i++) {
    RsRing ring;
    make_ring(scene, s, g_ptr_array_index(draws, i), &ring);
    if (ring.score >= CUT) which[found->len] = i;
    g_array_append_vals(ring.score >= CUT ? found : near, &ring, 1);
  }
  Repeat repeat = {s, draws, which, found->len, log_bar};
  g_autofree uint32_t *times = g_new0(uint32_t, (gsize)found->len + 1);
  rs_stability_repeat(scene, found->len, options->n_threads, find_again, &repeat, times, NULL);
  for (guint i = 0; i < found->len; i++) g_array_index(found, RsRing, i).stability = rs_stability_grade(times[i], false);
  if (found->len > 0) g_array_append_vals(leads, found->data, found->len);
}
