#include "rings/shopping.h"

#include "base/sort.h"
#include "base/timing.h"
#include "graph/community.h"
#include "mining/significance.h"
#include "rings/draft.h"
#include "rings/group.h"
#include "rings/stability.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { MIN_PERSONS = 4, CUT = 40, FEW = 6, FEW_CUT = 10, ENOUGH = 200, MOST_WORK = 100000000, MOST_TIES = 2000000 };
#define LEAST_WEIGHT 2.0 /* decades that tie two people; the group decides */
#define MARGIN 1.0       /* decades: a group by chance in every tenth city */
#define BEYOND_NEED 1.5  /* times as often bought again too soon as by others who scatter: patients of one disease share a list as well */

/* Decades a pair, on average over a group: long lists of rare drugs, and short ones of common drugs. */
static const double resolution[] = {2.0, 1.0};

typedef struct { double drugs, doctors, overlaps; } Means;

/* Who scatters each drug. Drugs of too many holders say little, cost most, and tie nobody. */
typedef struct {
  Means all;                     /* sums over all shoppers */
  uint32_t n_people, *n_holders; /* all shoppers; [n drugs], of the whole city also in a repeat */
  double n_drugs;                /* a shopper has on average */
  uint32_t most_holders;
} Usual;

typedef struct { uint32_t *offset, *index; } Holders; /* [n drugs + 1]; shoppers, ascending in a row */

static void holders_clear(Holders *h) {
  g_free(h->offset);
  g_free(h->index);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Holders, holders_clear)

static Holders holders_of(const RsShopping *s, uint32_t n_drugs) {
  Holders out = {g_new0(uint32_t, (gsize)n_drugs + 2), NULL};
  for (uint32_t i = 0; i < s->n; i++)
    for (uint32_t k = 0; k < s->shopper[i].n_drugs; k++) out.offset[s->drug[s->shopper[i].first_drug + k] + 2]++;
  for (uint32_t g = 0; g < n_drugs; g++) out.offset[g + 2] += out.offset[g + 1];
  out.index = g_new(uint32_t, (gsize)out.offset[n_drugs + 1] + 1);
  for (uint32_t i = 0; i < s->n; i++)
    for (uint32_t k = 0; k < s->shopper[i].n_drugs; k++) out.index[out.offset[s->drug[s->shopper[i].first_drug + k] + 1]++] = i;
  return out;
}

/* Where hardly anybody scatters, a group is held against regular buyers as well: those who do are the group itself. */
static Usual usual_of(const Holders *h, const RsShopping *s, uint32_t n_drugs) {
  const uint32_t n_people = MAX(s->n, MIN(s->n_often, (uint32_t)ENOUGH));
  Usual out = {.n_people = n_people, .n_holders = g_new0(uint32_t, (gsize)n_drugs + 1), .n_drugs = (double)h->offset[n_drugs] / MAX(s->n, 1u)};
  g_autofree uint64_t *rows = g_new0(uint64_t, (gsize)n_people + 1);
  uint64_t work = 0;
  for (uint32_t g = 0; g < n_drugs; g++) rows[out.n_holders[g] = h->offset[g + 1] - h->offset[g]]++;
  for (uint64_t n = 1; n <= n_people; n++) {
    work += rows[n] * n * (n - 1) / 2;
    if (work > MOST_WORK) break;
    out.most_holders = (uint32_t)n;
  }
  return out;
}

/* The chance that somebody who scatters n drugs scatters this one: bipartite degrees as they are (Chung & Lu's form, see Saracco et al., New J. Phys.
 * 2017). Who buys everything everywhere shares much with anybody. */
static double chance_of(const Usual *u, uint32_t drug, double n) {
  return fmin(1.0, n / u->n_drugs * (double)MAX(u->n_holders[drug], 1u) / u->n_people);
}

typedef struct { GArray *a, *b, *weight; } Ties;

/* What somebody shares with one of those after him. */
typedef struct { double weight; uint32_t drugs; } Shared;

static void tie(const RsShopping *s, const Holders *h, const Usual *u, double least, Ties *out) {
  g_autofree Shared *with = g_new0(Shared, (gsize)s->n + 1);
  g_autofree uint32_t *touched = g_new(uint32_t, (gsize)s->n + 1);
  g_autofree double *half = g_new(double, (gsize)s->n + 1); /* -log10 of chance_of() at the mean of two people's drugs is a sum of three terms */
  for (uint32_t i = 0; i < s->n; i++) half[i] = 0.5 * log10(s->shopper[i].n_drugs / u->n_drugs);
  for (uint32_t i = 0; i < s->n; i++) {
    uint32_t n = 0;
    for (uint32_t k = 0; k < s->shopper[i].n_drugs; k++) {
      uint32_t drug = s->drug[s->shopper[i].first_drug + k];
      if (u->n_holders[drug] > u->most_holders) continue;
      double rare = -log10(chance_of(u, drug, u->n_drugs)) - half[i];
      for (uint32_t at = h->offset[drug + 1]; at > h->offset[drug] && h->index[at - 1] > i; at--) {
        uint32_t j = h->index[at - 1];
        touched[n] = j; /* kept, or written over: who is new cannot be foretold */
        n += with[j].drugs++ == 0;
        const double weight = rare - half[j];
        with[j].weight += weight > 0.0 ? weight : 0.0;
      }
    }
    for (uint32_t k = 0; k < n; k++) {
      uint32_t j = touched[k];
      float weight = (float)with[j].weight;
      if (with[j].drugs >= 2 && with[j].weight >= least) {
        g_array_append_val(out->a, i);
        g_array_append_val(out->b, j);
        g_array_append_val(out->weight, weight);
      }
      with[j] = (Shared){0.0, 0};
    }
  }
}

static RsGraph *graph_of(const RsShopping *s, const Usual *u, uint32_t n_drugs, GError **error) {
  g_auto(Holders) h = holders_of(s, n_drugs);
  g_autoptr(GArray) a = g_array_new(FALSE, FALSE, sizeof(uint32_t)), b = g_array_new(FALSE, FALSE, sizeof(uint32_t));
  g_autoptr(GArray) weight = g_array_new(FALSE, FALSE, sizeof(float));
  Ties ties = {a, b, weight};
  double least = LEAST_WEIGHT;
  for (tie(s, &h, u, least, &ties); a->len > MOST_TIES; tie(s, &h, u, least, &ties)) {
    g_array_set_size(a, 0);
    g_array_set_size(b, 0);
    g_array_set_size(weight, 0);
    least += 1.0;
  }
  return rs_graph_new(s->n, a->len, (const uint32_t *)(const void *)a->data, (const uint32_t *)(const void *)b->data,
                      (const float *)(const void *)weight->data, error);
}

/* ---- a group ---- */

typedef struct { uint32_t drug, n; } Common;

typedef struct {
  uint32_t n, *member;   /* shoppers, ascending */
  GArray *common;        /* of Common: drugs that half of them scatter, the most telling first */
  double net;            /* see the header */
} List;

static void list_free(List *list) {
  if (list == NULL) return;
  g_free(list->member);
  if (list->common != NULL) g_array_unref(list->common);
  g_free(list);
}
G_DEFINE_AUTOPTR_CLEANUP_FUNC(List, list_free)

static bool has(const RsShopping *s, uint32_t shopper, uint32_t drug) {
  for (uint32_t k = 0; k < s->shopper[shopper].n_drugs; k++)
    if (s->drug[s->shopper[shopper].first_drug + k] == drug) return true;
  return false;
}

static int compare_numbers(const void *x, const void *y) {
  uint32_t a = *(const uint32_t *)x, b = *(const uint32_t *)y;
  return (a > b) - (a < b);
}

static int compare_common(const void *x, const void *y) {
  const Common *a = x, *b = y;
  if (a->n != b->n) return a->n > b->n ? -1 : 1;
  return (a->drug > b->drug) - (a->drug < b->drug);
}

static GArray *common_of(const RsShopping *s, const uint32_t *member, uint32_t n) {
  uint32_t n_all = 0;
  for (uint32_t i = 0; i < n; i++) n_all += s->shopper[member[i]].n_drugs;
  g_autofree uint64_t *all = g_new(uint64_t, (gsize)n_all + 1);
  GArray *out = g_array_new(FALSE, FALSE, sizeof(Common));
  for (uint32_t i = 0, at = 0; i < n; i++)
    for (uint32_t k = 0; k < s->shopper[member[i]].n_drugs; k++) all[at++] = s->drug[s->shopper[member[i]].first_drug + k];
  rs_sort_u64(all, n_all);
  for (uint32_t i = 0, end; i < n_all; i = end) {
    for (end = i + 1; end < n_all && all[end] == all[i];) end++;
    const Common one = {(uint32_t)all[i], end - i};
    if (2 * one.n >= n) g_array_append_val(out, one);
  }
  g_array_sort(out, compare_common);
  return out;
}

/* Members of a group who would scatter the drug by chance. */
static double expected_of(const RsShopping *s, const Usual *u, const List *list, uint32_t drug) {
  double sum = 0.0;
  for (uint32_t i = 0; i < list->n; i++) sum += chance_of(u, drug, s->shopper[list->member[i]].n_drugs);
  return sum;
}

/* The group less those who have not even half of its list; NULL: no list, or too few people. */
static List *list_of(const RsShopping *s, const Usual *u, const uint32_t *member, uint32_t n) {
  g_autoptr(List) out = g_new0(List, 1);
  g_autoptr(GArray) first = common_of(s, member, n);
  out->member = g_new(uint32_t, (gsize)n + 1);
  for (uint32_t i = 0; i < n; i++) {
    uint32_t held = 0;
    for (guint d = 0; d < first->len; d++) held += has(s, member[i], g_array_index(first, Common, d).drug);
    if (2 * held >= first->len && held >= 2) out->member[out->n++] = member[i];
  }
  if (out->n < MIN_PERSONS || out->n > RS_MAX_GROUP) return NULL;
  out->common = common_of(s, out->member, out->n);
  if (out->common->len < RS_LIST_DRUGS) return NULL;
  out->net = -rs_log_choose(u->n_people, out->n) / log(10.0);
  for (guint d = 0; d < out->common->len; d++) {
    const Common *one = &g_array_index(out->common, Common, d);
    out->net -= rs_tail_poisson(one->n, expected_of(s, u, out, one->drug)) / log(10.0);
  }
  return out->net > 0.0 ? g_steal_pointer(&out) : NULL;
}

/* The lists that communities at one resolution are, added to out. */
static bool add_lists(const RsShopping *s, const Usual *u, const RsGraph *graph, double density, uint64_t seed, GPtrArray *out, GError **error) {
  g_autofree uint32_t *label = g_new(uint32_t, (gsize)s->n + 1), *size = g_new0(uint32_t, (gsize)s->n + 1);
  g_autofree uint32_t *next = g_new0(uint32_t, (gsize)s->n + 1), *all = g_new(uint32_t, (gsize)s->n + 1);
  RsCommunityOptions how = {RS_OBJECTIVE_CPM, density, seed, 3, MOST_TIES};
  RsCommunityResult result;
  if (!rs_community_leiden(graph, &how, label, &result, error)) return false;
  for (uint32_t i = 0; i < s->n; i++)
    if (label[i] != RS_NONE) size[label[i]]++;
  for (uint32_t l = 0, sum = 0; l < s->n; l++) next[l] = sum, sum += size[l];
  for (uint32_t i = 0; i < s->n; i++)
    if (label[i] != RS_NONE) all[next[label[i]]++] = i;
  for (uint32_t l = 0; l < s->n; l++) {
    if (size[l] < MIN_PERSONS || size[l] > RS_MAX_GROUP) continue;
    List *list = list_of(s, u, all + next[l] - size[l], size[l]);
    if (list != NULL) g_ptr_array_add(out, list);
  }
  return true;
}

static int compare_lists(const void *x, const void *y) {
  const List *a = *(List *const *)x, *b = *(List *const *)y;
  double p = round(a->net * 1e6), q = round(b->net * 1e6);
  if (p != q) return p > q ? -1 : 1;
  if (a->n != b->n) return a->n > b->n ? -1 : 1;
  return (a->member[0] > b->member[0]) - (a->member[0] < b->member[0]);
}

static uint32_t n_common(const List *a, const List *b) {
  uint32_t both = 0;
  for (uint32_t i = 0, k = 0; i < a->n && k < b->n;) {
    if (a->member[i] < b->member[k]) i++;
    else if (a->member[i] > b->member[k]) k++;
    else both++, i++, k++;
  }
  return both;
}

/* Of lists that share half of the smaller one's people the most telling. */
static GPtrArray *lists_of(const RsShopping *s, const Usual *u, const RsGraph *graph, uint64_t seed, GError **error) {
  g_autoptr(GPtrArray) all = g_ptr_array_new_with_free_func((GDestroyNotify)list_free);
  for (unsigned r = 0; r < G_N_ELEMENTS(resolution); r++)
    if (!add_lists(s, u, graph, resolution[r], seed, all, error)) return NULL;
  g_ptr_array_sort(all, compare_lists);
  GPtrArray *out = g_ptr_array_new_with_free_func((GDestroyNotify)list_free);
  for (guint i = 0; i < all->len; i++) {
    List *list = g_ptr_array_index(all, i);
    bool copy = false;
    for (guint k = 0; k < out->len && !copy; k++) {
      const List *better = g_ptr_array_index(out, k);
      copy = 2 * n_common(list, better) >= MIN(list->n, better->n);
    }
    if (copy) continue;
    g_ptr_array_index(all, i) = NULL;
    g_ptr_array_add(out, list);
  }
  return out;
}

/* ---- a lead ---- */

static Means sum_of(const RsShopping *s, const uint32_t *member, uint32_t n) {
  Means sum = {0.0, 0.0, 0.0};
  for (uint32_t i = 0; i < n; i++) {
    const RsShopper *one = &s->shopper[member != NULL ? member[i] : i];
    sum.drugs += one->n_drugs;
    sum.doctors += one->n_doctors;
    sum.overlaps += one->n_overlaps;
  }
  return sum;
}

static Means mean_here(const RsShopping *s, const List *list) {
  Means sum = sum_of(s, list->member, list->n);
  return (Means){sum.drugs / list->n, sum.doctors / list->n, sum.overlaps / list->n};
}

/* Of everybody else who scatters. */
static Means mean_usual(const RsShopping *s, const Usual *u, const List *list) {
  Means all = u->all, here = sum_of(s, list->member, list->n);
  double n = MAX(s->n - list->n, 1u);
  return (Means){(all.drugs - here.drugs) / n, (all.doctors - here.doctors) / n, (all.overlaps - here.overlaps) / n};
}

static double tenths(double x) { return round(x * 10.0) / 10.0; }

static RsFact fact_of(const char *code, double value, double expected, int32_t points) {
  return (RsFact){.code = code, .value = value, .expected = expected, .p_value = NAN, .points = points, .argument = {NAN, NAN, NAN, NAN}};
}

static int32_t beyond(double value, double usual, double most) { return (int32_t)CLAMP(10.0 * log2(value / fmax(usual, 0.5)), 0.0, most); }

/* Distinct institutions where members got the list's drugs. */
static uint32_t count_sources(const RsScene *scene, const GArray *evidence) {
  const RsClaims *c = scene->claims;
  g_autofree uint8_t *seen = g_malloc0((gsize)c->institution->n + 1);
  uint32_t n = 0;
  for (guint e = 0; e < evidence->len; e++) {
    uint8_t *one = &seen[c->visit_institution[rs_claims_line_visit(c, g_array_index(evidence, RsEvidence, e).line)]];
    n += *one == 0;
    *one = 1;
  }
  return n;
}

static bool on_list(const List *list, uint32_t drug) {
  for (guint d = 0; d < list->common->len; d++)
    if (g_array_index(list->common, Common, d).drug == drug) return true;
  return false;
}

static void add_lines(RsDraft *draft, const RsClaims *c, const List *list, uint32_t person, uint32_t facts) {
  for (uint64_t l = c->visit_line[c->person_visit[person]]; l < c->visit_line[c->person_visit[person + 1]]; l++)
    if (rs_line_drug(c, l) != RS_NONE && on_list(list, rs_line_drug(c, l))) rs_draft_line(draft, l, facts);
}

enum { N_FACTS = 6 };

static void add_facts(RsDraft *draft, const RsScene *scene, const RsShopping *s, const Usual *u, const List *list) {
  const Means here = mean_here(s, list), usual = mean_usual(s, u, list);
  const Common *first = &g_array_index(list->common, Common, 0);
  RsFact one = fact_of("one_list", list->common->len, tenths(expected_of(s, u, list, first->drug)),
                       (int32_t)CLAMP(10.0 * log2(list->net / 2.0), 0.0, 40.0));
  one.argument[0] = first->n;
  one.argument[1] = u->n_people;
  RsFact common = fact_of("common_drugs", list->common->len, NAN, (int32_t)MIN(20u, 5 * list->common->len));
  common.argument[0] = count_sources(scene, draft->evidence);
  for (guint d = 0; d < list->common->len && d < 3; d++)
    common.drug[d] = one.drug[d] = g_array_index(list->common, Common, d).drug, common.n_drugs = one.n_drugs = d + 1;
  rs_draft_fact(draft, one);
  rs_draft_fact(draft, common);
  rs_draft_fact(draft, fact_of("scattered", tenths(here.drugs), tenths(usual.drugs), beyond(here.drugs, usual.drugs, 10.0)));
  rs_draft_fact(draft, fact_of("many_doctors", tenths(here.doctors), tenths(usual.doctors), beyond(here.doctors, usual.doctors, 10.0)));
  rs_draft_fact(draft, fact_of("overlaps", tenths(here.overlaps), tenths(usual.overlaps), beyond(here.overlaps, usual.overlaps, 20.0)));
  rs_draft_fact(draft, fact_of("collectors", list->n, NAN, (int32_t)MIN(20u, 2 * list->n)));
}

static uint32_t overlaps_of(const RsShopper *one) { return one->n_overlaps; }
static uint32_t doctors_of(const RsShopper *one) { return one->n_doctors; }

/* Decades of the chance that as many of so many people who scatter would reach what the middle one of the group does. Nobody was put on a list for
 * that. */
static double beyond_others(const RsShopping *s, const List *list, uint32_t (*what)(const RsShopper *)) {
  g_autofree uint32_t *here = g_new(uint32_t, (gsize)list->n + 1);
  uint32_t as_much = 0, others = 0;
  for (uint32_t i = 0; i < list->n; i++) here[i] = what(&s->shopper[list->member[i]]);
  qsort(here, list->n, sizeof *here, compare_numbers);
  const uint32_t middle = here[list->n / 2];
  for (uint32_t i = 0; i < list->n; i++) as_much += here[i] >= middle;
  for (uint32_t i = 0; i < s->n; i++) others += what(&s->shopper[i]) >= middle;
  others -= as_much;
  if (middle == 0) return 0.0;
  return -rs_tail_binomial(as_much, list->n, (others + 1.0) / (s->n - list->n + 1.0)) / log(10.0);
}

/* Patients of one disease share a list as well; so the members must buy beyond need, and that, the doctors whom they go through and the list together
 * must outweigh the choice among all lists that people scatter, and the choice of this group among those found. */
static bool beyond_need(const RsShopping *s, const Usual *u, uint32_t n_drugs, const List *list, uint32_t n_lists) {
  uint32_t scattered = 0;
  for (uint32_t g = 0; g < n_drugs; g++) scattered += u->n_holders[g] >= 2;
  if (mean_here(s, list).overlaps < BEYOND_NEED * fmax(mean_usual(s, u, list).overlaps, 0.5)) return false;
  double price = rs_log_choose(MAX(scattered, list->common->len), list->common->len) / log(10.0) + log10(n_lists) + MARGIN;
  return list->net + beyond_others(s, list, overlaps_of) + beyond_others(s, list, doctors_of) > price;
}

static void make_ring(const RsScene *scene, const RsShopping *s, const Usual *u, const List *list, RsRing *ring) {
  g_auto(RsDraft) draft;
  rs_draft_init(&draft, RS_RESALE);
  for (uint32_t i = 0; i < list->n; i++) {
    const RsShopper *one = &s->shopper[list->member[i]];
    uint32_t held = 0;
    for (guint d = 0; d < list->common->len; d++) held += has(s, list->member[i], g_array_index(list->common, Common, d).drug);
    add_lines(&draft, scene->claims, list, one->person, (1u << N_FACTS) - 1);
    rs_draft_member(&draft, RS_PERSON, one->person, RS_ROLE_MEMBER, (double)held / (double)list->common->len);
  }
  add_facts(&draft, scene, s, u, list);
  for (guint d = 0; d < list->common->len; d++) rs_draft_member(&draft, RS_DRUG, g_array_index(list->common, Common, d).drug, RS_ROLE_ITEM, 1.0);
  rs_draft_entities(&draft, scene->claims);
  rs_draft_outlets(&draft, scene->claims);
  rs_draft_finish(&draft, scene->claims, ring);
}

/* ---- stability ---- */

typedef struct {
  uint64_t seed;
  const Usual *usual;     /* of the whole period */
  const RsBought *bought; /* by the leads' people and all tied to them */
  const RsLeadPeople *people;
} Repeat;

static bool find_again(const RsScene *some, uint8_t *again, void *data, GError **error) {
  const Repeat *repeat = data;
  uint32_t n_drugs = some->claims->drug->n;
  g_autoptr(RsShopping) s = rs_shopping_again(repeat->bought, &some->days);
  g_autoptr(RsGraph) graph = graph_of(s, repeat->usual, n_drugs, error);
  g_autoptr(GPtrArray) lists = graph != NULL ? lists_of(s, repeat->usual, graph, repeat->seed, error) : NULL;
  if (lists == NULL) return false;
  for (guint i = 0; i < lists->len; i++) {
    const List *list = g_ptr_array_index(lists, i);
    uint32_t person[RS_MAX_GROUP];
    for (uint32_t k = 0; k < list->n; k++) person[k] = s->shopper[list->member[k]].person;
    rs_lead_people_mark(repeat->people, person, list->n, again);
  }
  return true;
}

static bool grade(const RsScene *scene, unsigned n_threads, const uint8_t *goods, Repeat *repeat, const RsShopping *s, const RsGraph *graph, RsRing *lead,
                  uint32_t n, GError **error) {
  if (n == 0) return true;
  uint32_t n_near = 0;
  g_autofree uint8_t *member = g_malloc0((gsize)scene->claims->n_persons + 1);
  g_autofree uint32_t *near = g_new(uint32_t, (gsize)s->n + 1), *times = g_new0(uint32_t, (gsize)n + 1);
  for (uint32_t i = 0; i < n; i++)
    for (uint32_t m = 0; m < lead[i].count[RS_PERSON]; m++) member[lead[i].members[m].id] = 1;
  for (uint32_t i = 0; i < s->n; i++) {
    bool tied = member[s->shopper[i].person] != 0;
    for (uint64_t e = graph->offset[i]; e < graph->offset[i + 1] && !tied; e++) tied = member[s->shopper[graph->neighbor[e]].person] != 0;
    if (tied) near[n_near++] = s->shopper[i].person;
  }
  g_autoptr(RsBought) bought = rs_bought_new(scene->claims, goods, near, n_near);
  g_autoptr(RsLeadPeople) people = rs_lead_people_new(lead, n);
  repeat->bought = bought;
  repeat->people = people;
  if (!rs_stability_repeat(scene, n, n_threads, find_again, repeat, times, error)) return false;
  for (uint32_t i = 0; i < n; i++) lead[i].stability = rs_stability_grade(times[i], false);
  return true;
}

bool rs_shopping_find(const RsScene *scene, const RsDetectOptions *options, const uint8_t *goods, const RsShopping *s, GArray *leads, GArray *near,
                      GError **error) {
  const uint32_t n_drugs = scene->claims->drug->n;
  if (s->n < MIN_PERSONS) return true;
  g_auto(RsSpan) span;
  rs_span_begin(&span, "lists: ties");
  g_auto(Holders) h = holders_of(s, n_drugs);
  Usual usual = usual_of(&h, s, n_drugs);
  usual.all = sum_of(s, NULL, s->n);
  g_autofree uint32_t *n_holders G_GNUC_UNUSED = usual.n_holders; /* freed at the end; to clang that is no use */
  g_autoptr(RsGraph) graph = graph_of(s, &usual, n_drugs, error);
  rs_span_next(&span, "lists: communities");
  g_autoptr(GPtrArray) lists = graph != NULL ? lists_of(s, &usual, graph, options->seed, error) : NULL;
  if (lists == NULL) return false;
  rs_span_next(&span, "lists: leads");
  g_autoptr(GArray) found = g_array_new(FALSE, FALSE, sizeof(RsRing));
  for (guint i = 0; i < lists->len; i++) {
    const List *list = g_ptr_array_index(lists, i);
    RsRing ring;
    if (!beyond_need(s, &usual, n_drugs, list, lists->len)) continue;
    make_ring(scene, s, &usual, list, &ring);
    g_array_append_vals(ring.score >= CUT + (list->n < FEW ? FEW_CUT : 0) ? found : near, &ring, 1);
  }
  Repeat repeat = {.seed = options->seed, .usual = &usual};
  bool done = grade(scene, options->n_threads, goods, &repeat, s, graph, (RsRing *)(void *)found->data, found->len, error);
  g_array_append_vals(leads, found->data, found->len);
  return done;
}
