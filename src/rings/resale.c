#include "rings/resale.h"

#include "base/sort.h"
#include "base/timing.h"
#include "graph/community.h"
#include "mining/resale.h"
#include "rings/draft.h"
#include "rings/group.h"
#include "rings/innocent.h"
#include "rings/merge.h"
#include "rings/near_misses.h"
#include "rings/shopping.h"
#include "rings/stability.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum {
  MIN_PERSONS = 4, MIN_SHARED = 2, MIN_SOURCES = 3, MAX_HOLDERS = 60, CUT = 40, FEW = 6, FEW_CUT = 10, MANY = 8, MAX_NEAR_MISSES = 2, HOUSEHOLD_POINTS = 40,
  MOST_WORK = 100000000, MOST_TIES = 2000000, MOST_LEAST = 32
};
#define EVEN 0.30         /* see evenness() */
#define EVEN_OF_MANY 0.24
#define MANY_SHARED 5.0
#define LEAST_SHARED 1.5 /* tokens a pair, on average */
#define RESOLUTION 0.5 /* shared tokens a pair, on average */

/* How ties are made: tokens with more holders say nothing; two people are tied from so many tokens on. Both are set so that the work and the
 * graph stay bounded however many people there are. */
typedef struct { uint32_t most_holders, least_shared; } Bounds;

/* Who holds each token: rows of holders, and for each person's token its row. */
typedef struct {
  uint32_t n_rows;
  uint32_t *offset;    /* [n_rows + 1] into index */
  uint32_t *index;     /* holders, ascending in a row */
  uint32_t *row;       /* [n tokens] in the order of RsResale.token */
} Holders;

static void holders_clear(Holders *h) {
  g_free(h->offset);
  g_free(h->index);
  g_free(h->row);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Holders, holders_clear)

/* Tokens by drug, those of one drug by source and then by holder: a counting sort, then one of numbers for each drug. */
static Holders holders_of(const RsResale *r) {
  uint32_t n = r->n > 0 ? r->person[r->n - 1].first_token + r->person[r->n - 1].n_tokens : 0, n_drugs = 0;
  for (uint32_t t = 0; t < n; t++) n_drugs = MAX(n_drugs, r->token[t].drug + 1);
  g_autofree uint32_t *end = g_new0(uint32_t, (gsize)n_drugs + 2), *holder = g_new(uint32_t, (gsize)n + 1);
  g_autofree uint64_t *key = g_new(uint64_t, (gsize)n + 1); /* source << 32 | place in token[], which is by holder */
  for (uint32_t t = 0; t < n; t++) end[r->token[t].drug + 2]++;
  for (uint32_t d = 0; d < n_drugs; d++) end[d + 2] += end[d + 1];
  for (uint32_t i = 0; i < r->n; i++)
    for (uint32_t t = r->person[i].first_token; t < r->person[i].first_token + r->person[i].n_tokens; t++) {
      holder[t] = i;
      key[end[r->token[t].drug + 1]++] = (uint64_t)r->token[t].source << 32 | t;
    }
  Holders out = {0, g_new0(uint32_t, (gsize)n + 2), g_new(uint32_t, (gsize)n + 1), g_new(uint32_t, (gsize)n + 1)};
  for (uint32_t d = 0; d < n_drugs; d++) {
    rs_sort_u64(key + end[d], end[d + 1] - end[d]);
    for (uint32_t i = end[d]; i < end[d + 1]; i++) {
      if (i == end[d] || key[i] >> 32 != key[i - 1] >> 32) out.offset[out.n_rows++] = i;
      out.row[(uint32_t)key[i]] = out.n_rows - 1;
      out.index[i] = holder[(uint32_t)key[i]];
    }
  }
  out.offset[out.n_rows] = n;
  return out;
}

/* The most holders, up to MAX_HOLDERS, at which all pairs of holders together stay under MOST_WORK. */
static uint32_t choose_holders(const Holders *h) {
  uint64_t rows[MAX_HOLDERS + 1] = {0}, work = 0;
  for (uint32_t i = 0; i < h->n_rows; i++) {
    uint32_t n = h->offset[i + 1] - h->offset[i];
    if (n <= MAX_HOLDERS) rows[n]++;
  }
  for (uint32_t n = 2; n <= MAX_HOLDERS; n++) {
    work += rows[n] * n * (n - 1) / 2;
    if (work > MOST_WORK) return n - 1;
  }
  return MAX_HOLDERS;
}

/* The tokens person i shares with each later one, in shared[]; touched gets those with any. */
static uint32_t share_with(const RsResale *r, const Holders *h, uint32_t most_holders, uint32_t i, uint32_t *shared, uint32_t *touched) {
  uint32_t n = 0;
  for (uint32_t t = 0; t < r->person[i].n_tokens; t++) {
    uint32_t row = h->row[r->person[i].first_token + t], end = h->offset[row + 1];
    if (end - h->offset[row] > most_holders) continue;
    for (uint32_t k = end; k > h->offset[row] && h->index[k - 1] > i; k--)
      if (shared[h->index[k - 1]]++ == 0) touched[n++] = h->index[k - 1];
  }
  return n;
}

typedef struct { uint32_t *shared, *touched; GArray *a, *b, *weight; uint64_t pairs[MOST_LEAST + 1]; } Ties;

/* Walks all pairs; with arrays given they are filled with those from least_shared on, else pairs[] counts them by what they share. */
static void walk_ties(const RsResale *r, const Holders *h, const Bounds *bounds, Ties *ties) {
  for (uint32_t i = 0; i < r->n; i++) {
    uint32_t n = share_with(r, h, bounds->most_holders, i, ties->shared, ties->touched);
    for (uint32_t k = 0; k < n; k++) {
      uint32_t j = ties->touched[k], shared = ties->shared[j];
      ties->shared[j] = 0;
      ties->pairs[MIN(shared, (uint32_t)MOST_LEAST)]++;
      if (ties->a == NULL || shared < bounds->least_shared) continue;
      float weight = (float)shared;
      g_array_append_val(ties->a, i);
      g_array_append_val(ties->b, j);
      g_array_append_val(ties->weight, weight);
    }
  }
}

/* bounds with most_holders 0 are chosen and given back; a repeat takes those of the first look. */
static RsGraph *shared_graph(const RsResale *r, Bounds *bounds, GError **error) {
  g_auto(Holders) h = holders_of(r);
  g_autofree uint32_t *shared = g_new0(uint32_t, (gsize)r->n + 1), *touched = g_new(uint32_t, (gsize)r->n + 1);
  Ties ties = {.shared = shared, .touched = touched};
  if (bounds->most_holders == 0) {
    *bounds = (Bounds){choose_holders(&h), MOST_LEAST};
    walk_ties(r, &h, bounds, &ties);
    uint64_t sum = ties.pairs[MOST_LEAST];
    while (bounds->least_shared > MIN_SHARED && sum + ties.pairs[bounds->least_shared - 1] <= MOST_TIES) sum += ties.pairs[--bounds->least_shared];
  }
  g_autoptr(GArray) a = g_array_new(FALSE, FALSE, sizeof(uint32_t)), b = g_array_new(FALSE, FALSE, sizeof(uint32_t));
  g_autoptr(GArray) weight = g_array_new(FALSE, FALSE, sizeof(float));
  ties.a = a, ties.b = b, ties.weight = weight;
  walk_ties(r, &h, bounds, &ties);
  return rs_graph_new(r->n, a->len, (const uint32_t *)(const void *)a->data, (const uint32_t *)(const void *)b->data,
                      (const float *)(const void *)weight->data, error);
}

static RsFact fact_of(const char *code, double value, double expected, int32_t points) {
  return (RsFact){.code = code, .value = value, .expected = expected, .p_value = NAN, .points = points, .counter = points < 0,
                  .argument = {NAN, NAN, NAN, NAN}};
}

static int compare_numbers(const void *x, const void *y) {
  uint32_t a = *(const uint32_t *)x, b = *(const uint32_t *)y;
  return (a > b) - (a < b);
}

/* Drugs that a third of the members, and two, collect. */
static GArray *common_drugs(const RsResale *r, const uint32_t *member, uint32_t n) {
  g_autoptr(GArray) all = g_array_new(FALSE, FALSE, sizeof(uint32_t));
  GArray *out = g_array_new(FALSE, FALSE, sizeof(uint32_t));
  for (uint32_t i = 0; i < n; i++) {
    const RsResalePerson *p = &r->person[member[i]];
    for (uint32_t t = 0; t < p->n_tokens; t++)
      if (t == 0 || r->token[p->first_token + t].drug != r->token[p->first_token + t - 1].drug)
        g_array_append_val(all, r->token[p->first_token + t].drug);
  }
  g_array_sort(all, compare_numbers);
  for (guint i = 0, end; i < all->len; i = end) {
    uint32_t drug = g_array_index(all, uint32_t, i);
    for (end = i; end < all->len && g_array_index(all, uint32_t, end) == drug;) end++;
    if (end - i >= 2 && (end - i) * 3 >= n) g_array_append_val(out, drug);
  }
  return out;
}

static bool among(const GArray *numbers, uint32_t number) {
  for (guint i = 0; i < numbers->len; i++)
    if (g_array_index(numbers, uint32_t, i) == number) return true;
  return false;
}

/* Distinct sources of the common drugs, all members together. */
static uint32_t count_sources(const RsResale *r, const uint32_t *member, uint32_t n, const GArray *drugs) {
  g_autoptr(GArray) all = g_array_new(FALSE, FALSE, sizeof(uint32_t));
  for (uint32_t i = 0; i < n; i++) {
    const RsResalePerson *p = &r->person[member[i]];
    for (uint32_t t = 0; t < p->n_tokens; t++)
      if (among(drugs, r->token[p->first_token + t].drug)) g_array_append_val(all, r->token[p->first_token + t].source);
  }
  g_array_sort(all, compare_numbers);
  uint32_t count = 0;
  for (guint i = 0; i < all->len; i++) count += i == 0 || g_array_index(all, uint32_t, i) != g_array_index(all, uint32_t, i - 1);
  return count;
}

static int compare_tokens(const void *x, const void *y) {
  const RsResaleToken *a = x, *b = y;
  if (a->drug != b->drug) return a->drug < b->drug ? -1 : 1;
  return (a->source > b->source) - (a->source < b->source);
}

/* How evenly the members share their sources of the common drugs: the share of other members who hold a token that one holds, every token
 * counting alike. A ring sends its cards round the same few doctors; patients of one hospital share two or three and have their own besides. */
static double evenness(const RsResale *r, const uint32_t *member, uint32_t n, const GArray *drugs) {
  g_autoptr(GArray) all = g_array_new(FALSE, FALSE, sizeof(RsResaleToken));
  for (uint32_t i = 0; i < n; i++) {
    const RsResalePerson *p = &r->person[member[i]];
    for (uint32_t t = 0; t < p->n_tokens; t++) {
      RsResaleToken token = r->token[p->first_token + t];
      if (among(drugs, token.drug)) g_array_append_val(all, token);
    }
  }
  if (all->len == 0) return 0.0;
  qsort(all->data, all->len, sizeof(RsResaleToken), compare_tokens);
  uint32_t distinct = 0;
  for (guint i = 0; i < all->len; i++)
    distinct += i == 0 || compare_tokens(&g_array_index(all, RsResaleToken, i), &g_array_index(all, RsResaleToken, i - 1)) != 0;
  return ((double)all->len / distinct - 1.0) / ((double)n - 1.0);
}

/* What members share: tokens of a pair on average, how evenly, and from how many sources the common drugs come. */
typedef struct { double shared, even; uint32_t sources; } Glue;

static Glue glue_of(const RsResale *r, const uint32_t *member, uint32_t n, const GArray *drugs) {
  double shared = 0.0;
  for (uint32_t i = 0; i < n; i++)
    for (uint32_t j = i + 1; j < n; j++) shared += rs_resale_shared(r, member[i], member[j]);
  return (Glue){shared / (0.5 * n * (n - 1.0)), evenness(r, member, n, drugs), count_sources(r, member, n, drugs)};
}

/* Whether they share enough to be one group: what glues them is the same drug from the same hands, and from several: one or two are a ward. */
static bool holds_together(const Glue *glue, uint32_t n) {
  return glue->sources >= MIN_SOURCES && glue->shared >= LEAST_SHARED && (glue->shared >= MANY_SHARED || glue->even >= (n >= MANY ? EVEN_OF_MANY : EVEN));
}

static void add_facts(RsDraft *draft, const RsResale *r, const uint32_t *member, uint32_t n, const GArray *drugs, const Glue *glue) {
  double overlaps = 0.0, doctors = 0.0, shared = glue->shared, even = glue->even;
  for (uint32_t i = 0; i < n; i++) {
    overlaps += r->person[member[i]].n_overlaps;
    doctors += r->person[member[i]].n_doctors;
  }
  overlaps /= n;
  doctors /= n;
  uint32_t sources = glue->sources;
  int32_t again = (int32_t)CLAMP(10.0 * log2(overlaps / (3.0 * fmax(1.0, r->mean_overlaps))), 0.0, 30.0);
  int32_t many = doctors >= 2.0 ? (int32_t)CLAMP(10.0 * log2(doctors / 2.0), 0.0, 20.0) : 0;
  int32_t same = (int32_t)CLAMP(10.0 * log2(shared / 1.5), 0.0, 30.0);
  rs_draft_fact(draft, fact_of("overlaps", round(overlaps * 10.0) / 10.0, round(r->mean_overlaps * 100.0) / 100.0, again));
  if (doctors >= 2.0) rs_draft_fact(draft, fact_of("many_doctors", round(doctors * 10.0) / 10.0, round(r->mean_doctors * 100.0) / 100.0, many));
  rs_draft_fact(draft, fact_of("even_sources", round(even * 1e3) / 1e3, NAN, (int32_t)fmin(20.0, 40.0 * even)));
  rs_draft_fact(draft, fact_of("shared_sources", round(shared * 10.0) / 10.0, NAN, same));
  RsFact common = fact_of("common_drugs", drugs->len, NAN, (int32_t)fmin(20.0, 5.0 * drugs->len));
  for (guint i = 0; i < drugs->len && i < 3; i++) common.drug[common.n_drugs++] = g_array_index(drugs, uint32_t, i);
  common.argument[0] = sources;
  rs_draft_fact(draft, common);
  /* many people with little to say for each are patients of one hospital */
  rs_draft_fact(draft, fact_of("collectors", n, NAN, MIN((int32_t)MIN(20u, 2 * n), again + many + same)));
}

static void add_lines(RsDraft *draft, const RsClaims *c, uint32_t person, const GArray *drugs) {
  uint32_t bits = (1u << draft->facts->len) - 1;
  for (uint32_t v = c->person_visit[person]; v < c->person_visit[person + 1]; v++)
    for (uint64_t l = c->visit_line[v]; l < c->visit_line[v + 1]; l++)
      if (rs_line_drug(c, l) != RS_NONE && among(drugs, rs_line_drug(c, l))) rs_draft_line(draft, l, bits);
}

/* The ring of a group; false: it has nothing in common, or shares too little. */
static bool make_ring(const RsScene *scene, const RsDetectOptions *options, const RsResale *r, const uint32_t *member, uint32_t n, RsRing *ring) {
  g_autoptr(GArray) drugs = common_drugs(r, member, n);
  if (drugs->len == 0) return false;
  Glue glue = glue_of(r, member, n, drugs);
  if (!holds_together(&glue, n)) return false;
  g_auto(RsDraft) draft;
  uint32_t most = 1;
  rs_draft_init(&draft, RS_RESALE);
  add_facts(&draft, r, member, n, drugs, &glue);
  g_autofree uint32_t *person = g_new(uint32_t, n);
  for (uint32_t i = 0; i < n; i++) person[i] = r->person[member[i]].person;
  rs_innocent_household_add(&draft, scene->claims, person, n, options, HOUSEHOLD_POINTS);
  for (uint32_t i = 0; i < n; i++) most = MAX(most, r->person[member[i]].n_overlaps);
  for (uint32_t i = 0; i < n; i++) {
    add_lines(&draft, scene->claims, r->person[member[i]].person, drugs);
    rs_draft_member(&draft, RS_PERSON, r->person[member[i]].person, RS_ROLE_MEMBER, (double)r->person[member[i]].n_overlaps / (double)most);
  }
  for (guint i = 0; i < drugs->len; i++) rs_draft_member(&draft, RS_DRUG, g_array_index(drugs, uint32_t, i), RS_ROLE_ITEM, 1.0);
  rs_draft_entities(&draft, scene->claims);
  rs_draft_outlets(&draft, scene->claims);
  rs_draft_finish(&draft, scene->claims, ring);
  return true;
}

/* ---- groups ---- */

/* Members of each group of MIN_PERSONS to RS_MAX_GROUP people, in order of their first: rows of offset into member. */
typedef struct { uint32_t n, *offset, *member; } Groups;

static void groups_clear(Groups *g) {
  g_free(g->offset);
  g_free(g->member);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Groups, groups_clear)

static void push_group(GArray *offset, GArray *member, const uint32_t *person, uint32_t n) {
  g_array_append_vals(member, person, n);
  uint32_t end = member->len;
  g_array_append_val(offset, end);
}

/* What the members of a group share, pair by pair: shared [n * n]. */
static uint32_t *pairs_of(const RsResale *r, const uint32_t *member, uint32_t n) {
  uint32_t *shared = g_new0(uint32_t, (gsize)n * n + 1);
  for (uint32_t i = 0; i < n; i++)
    for (uint32_t j = i + 1; j < n; j++) shared[i * n + j] = shared[j * n + i] = rs_resale_shared(r, member[i], member[j]);
  return shared;
}

/* Tokens a pair between one member, or all, of one part and the others of a part, on average. */
static double mean_between(const uint32_t *shared, uint32_t n, const uint32_t *label, uint32_t one, uint32_t from, uint32_t to) {
  double sum = 0.0, pairs = 0.0;
  for (uint32_t i = 0; i < n; i++) {
    if (one != RS_NONE ? i != one : label[i] != from) continue;
    for (uint32_t j = 0; j < n; j++) {
      if (j == i || label[j] != to) continue;
      sum += shared[i * n + j];
      pairs += 1.0;
    }
  }
  return pairs > 0.0 ? sum / pairs : 0.0;
}

/* Two rings with a common member look like one. Members whose pairs share half of the group's mean or more hold together; where that gives parts of
 * MIN_PERSONS that share less than a quarter with one another of what each shares inside, each is a group, and who shares half of a part's mean
 * with it is in it as well. */
static bool split_group(const RsResale *r, const uint32_t *member, uint32_t n, uint64_t seed, GArray *offset, GArray *out, GError **error) {
  if (n < 2 * MIN_PERSONS - 1) {
    push_group(offset, out, member, n);
    return true;
  }
  g_autofree uint32_t *shared = pairs_of(r, member, n), *label = g_new(uint32_t, n), *size = g_new0(uint32_t, n);
  g_autoptr(GArray) a = g_array_new(FALSE, FALSE, sizeof(uint32_t)), b = g_array_new(FALSE, FALSE, sizeof(uint32_t));
  g_autoptr(GArray) weight = g_array_new(FALSE, FALSE, sizeof(float));
  double sum = 0.0;
  for (uint32_t i = 0; i < n; i++)
    for (uint32_t j = i + 1; j < n; j++) {
      float w = (float)shared[i * n + j];
      sum += w;
      if (shared[i * n + j] == 0) continue;
      g_array_append_val(a, i);
      g_array_append_val(b, j);
      g_array_append_val(weight, w);
    }
  g_autoptr(RsGraph) graph = rs_graph_new(n, a->len, (const uint32_t *)(const void *)a->data, (const uint32_t *)(const void *)b->data,
                                          (const float *)(const void *)weight->data, error);
  RsCommunityOptions how = {RS_OBJECTIVE_CPM, 0.5 * sum / (0.5 * n * (n - 1.0)), seed, 3, MOST_TIES};
  RsCommunityResult result;
  if (graph == NULL || !rs_community_leiden(graph, &how, label, &result, error)) return false;
  uint32_t parts = 0, covered = 0;
  for (uint32_t i = 0; i < n; i++) size[label[i]]++;
  for (uint32_t l = 0; l < n; l++)
    if (size[l] >= MIN_PERSONS) parts++, covered += size[l];
  bool apart = parts >= 2 && covered * 5 >= n * 4;
  for (uint32_t x = 0; x < n && apart; x++)
    for (uint32_t y = 0; y < n && apart; y++)
      if (x != y && size[x] >= MIN_PERSONS && size[y] >= MIN_PERSONS)
        apart = 4.0 * mean_between(shared, n, label, RS_NONE, x, y) <= mean_between(shared, n, label, RS_NONE, x, x);
  if (!apart) {
    push_group(offset, out, member, n);
    return true;
  }
  for (uint32_t l = 0; l < n; l++) {
    if (size[l] < MIN_PERSONS) continue;
    g_autofree uint32_t *part = g_new(uint32_t, n);
    uint32_t m = 0;
    double inside = mean_between(shared, n, label, RS_NONE, l, l);
    for (uint32_t i = 0; i < n; i++)
      if (label[i] == l || 2.0 * mean_between(shared, n, label, i, 0, l) >= inside) part[m++] = member[i];
    push_group(offset, out, part, m);
  }
  return true;
}

static bool find_groups(const RsResale *r, const RsGraph *graph, uint64_t seed, Groups *out, GError **error) {
  g_autoptr(GArray) offset = g_array_new(FALSE, FALSE, sizeof(uint32_t)), member = g_array_new(FALSE, FALSE, sizeof(uint32_t));
  uint32_t none = 0;
  g_array_append_val(offset, none);
  g_autofree uint32_t *label = g_new(uint32_t, (gsize)r->n + 1), *next = g_new0(uint32_t, (gsize)r->n + 1), *all = g_new(uint32_t, (gsize)r->n + 1);
  g_autofree uint32_t *size = g_new0(uint32_t, (gsize)r->n + 1);
  RsCommunityOptions how = {RS_OBJECTIVE_CPM, RESOLUTION, seed, 3, MOST_TIES};
  RsCommunityResult result;
  if (!rs_community_leiden(graph, &how, label, &result, error)) return false;
  for (uint32_t i = 0; i < r->n; i++)
    if (label[i] != RS_NONE) size[label[i]]++;
  for (uint32_t l = 0, sum = 0; l < r->n; l++) next[l] = sum, sum += size[l];
  for (uint32_t i = 0; i < r->n; i++)
    if (label[i] != RS_NONE) all[next[label[i]]++] = i;
  for (uint32_t l = 0; l < r->n; l++) {
    if (size[l] < MIN_PERSONS || size[l] > RS_MAX_GROUP) continue;
    if (!split_group(r, all + next[l] - size[l], size[l], seed, offset, member, error)) return false;
  }
  gsize n;
  out->offset = g_array_steal(offset, &n);
  out->n = (uint32_t)n - 1;
  out->member = g_array_steal(member, &n);
  return true;
}

/* ---- stability ---- */

typedef struct {
  uint64_t seed;
  Bounds bounds;
  const RsBought *bought; /* by the persons of the leads and all tied to them */
  const RsLeadPeople *people;
} Repeat;

static bool find_again(const RsScene *some, uint8_t *again, void *data, GError **error) {
  const Repeat *repeat = data;
  Bounds bounds = repeat->bounds;
  g_autoptr(RsResale) r = rs_resale_again(repeat->bought, &some->days);
  g_autoptr(RsGraph) graph = shared_graph(r, &bounds, error);
  g_auto(Groups) groups = {0};
  if (graph == NULL || !find_groups(r, graph, repeat->seed, &groups, error)) return false;
  for (uint32_t g = 0; g < groups.n; g++) {
    const uint32_t *member = groups.member + groups.offset[g];
    uint32_t n = groups.offset[g + 1] - groups.offset[g], person[RS_MAX_GROUP];
    g_autoptr(GArray) drugs = common_drugs(r, member, n);
    Glue glue = glue_of(r, member, n, drugs);
    if (drugs->len == 0 || !holds_together(&glue, n)) continue;
    for (uint32_t i = 0; i < n; i++) person[i] = r->person[member[i]].person;
    rs_lead_people_mark(repeat->people, person, n, again);
  }
  return true;
}

/* The persons of the leads and those tied to one of them. */
static uint32_t *neighbourhood(const RsResale *r, const RsGraph *graph, const RsRing *lead, uint32_t n, uint32_t n_persons, uint32_t *n_near) {
  g_autofree uint8_t *member = g_malloc0((gsize)n_persons + 1);
  uint32_t *near = g_new(uint32_t, (gsize)r->n + 1);
  for (uint32_t i = 0; i < n; i++)
    for (uint32_t m = 0; m < lead[i].count[RS_PERSON]; m++) member[lead[i].members[m].id] = 1;
  *n_near = 0;
  for (uint32_t i = 0; i < r->n; i++) {
    bool tied = member[r->person[i].person] != 0;
    for (uint64_t e = graph->offset[i]; e < graph->offset[i + 1] && !tied; e++) tied = member[r->person[graph->neighbor[e]].person] != 0;
    if (tied) near[(*n_near)++] = r->person[i].person;
  }
  return near;
}

static bool grade(const RsScene *scene, const RsDetectOptions *options, const uint8_t *counts, Repeat *repeat, const RsResale *r, const RsGraph *graph,
                  RsRing *lead, uint32_t n, GError **error) {
  uint32_t n_near;
  g_autofree uint32_t *times = g_new0(uint32_t, (gsize)n + 1);
  g_autofree uint32_t *near = neighbourhood(r, graph, lead, n, scene->claims->n_persons, &n_near);
  g_autoptr(RsBought) bought = rs_bought_new(scene->claims, counts, near, n_near);
  g_autoptr(RsLeadPeople) people = rs_lead_people_new(lead, n);
  repeat->bought = bought;
  repeat->people = people;
  if (!rs_stability_repeat(scene, n, options->n_threads, find_again, repeat, times, error)) return false;
  for (uint32_t i = 0; i < n; i++) lead[i].stability = rs_stability_grade(times[i], false);
  return true;
}

/* ---- the pattern ---- */

/* What may be resold: rare enough to be a sign, and sold by pharmacies somewhere, where the kinds of institution are known. */
static uint8_t *resaleable(const RsBasket *b) {
  uint8_t *out = rs_affinity_rare_drugs(b);
  for (uint32_t g = 0; out != NULL && g < b->n_drugs; g++) out[g] = out[g] && rs_basket_is_goods(b, g);
  return out;
}

/* Says which part was left out, where the bounds had to be narrowed. */
static void tell_bounds(const RsResale *r, const Bounds *bounds, GArray *not_examined) {
  if (bounds->most_holders == MAX_HOLDERS && bounds->least_shared == MIN_SHARED) return;
  RsNotice notice = {"resale_crowd", RS_PERSON, RS_NONE, r->n, NULL, NULL};
  rs_notice_say(&notice, "resale: %u people buy again within days elsewhere; left out are sources that more than %u of them have, and ties of "
                         "fewer than %u shared sources", r->n, bounds->most_holders, bounds->least_shared);
  g_array_append_val(not_examined, notice);
}

/* People tied by the hands they get their drugs from. */
static bool find_by_hands(const RsScene *scene, const RsDetectOptions *options, const uint8_t *counts, const RsResale *r, GArray *leads, GArray *near,
                          GArray *not_examined, GError **error) {
  if (r->n < MIN_PERSONS) return true;
  g_auto(RsSpan) span;
  rs_span_begin(&span, "shared sources");
  Repeat repeat = {.seed = options->seed};
  g_autoptr(RsGraph) graph = shared_graph(r, &repeat.bounds, error);
  g_auto(Groups) groups = {0};
  rs_span_next(&span, "communities");
  if (graph == NULL || !find_groups(r, graph, options->seed, &groups, error)) return false;
  rs_span_next(&span, "rings");
  tell_bounds(r, &repeat.bounds, not_examined);
  guint first = leads->len;
  for (uint32_t g = 0; g < groups.n; g++) {
    uint32_t n = groups.offset[g + 1] - groups.offset[g];
    RsRing ring;
    if (!make_ring(scene, options, r, groups.member + groups.offset[g], n, &ring)) continue;
    g_array_append_vals(ring.score >= CUT + (n < FEW ? FEW_CUT : 0) ? leads : near, &ring, 1);
  }
  rs_span_end(&span);
  if (leads->len == first) return true;
  return grade(scene, options, counts, &repeat, r, graph, &g_array_index(leads, RsRing, first), leads->len - first, error);
}

bool rs_resale_find(const RsScene *scene, const RsDetectOptions *options, GArray *leads, GArray *near_misses, GArray *set_aside,
                    GArray *not_examined, GError **error) {
  (void)set_aside;
  g_autofree uint8_t *counts = resaleable(scene->basket);
  if (counts == NULL) return true;
  g_autoptr(GArray) near = g_array_new(FALSE, FALSE, sizeof(RsRing));
  guint first = leads->len;
  g_auto(RsSpan) span;
  rs_span_begin(&span, "persons");
  g_autoptr(RsShopping) lists = NULL;
  g_autoptr(RsResale) r = rs_resale_new(scene->claims, counts, options->n_threads, &lists);
  rs_span_end(&span);
  bool done = find_by_hands(scene, options, counts, r, leads, near, not_examined, error) &&
              rs_shopping_find(scene, options, counts, lists, leads, near, error);
  rs_rings_keep_best(leads, first); /* hands and lists may show one ring */
  rs_near_misses_add(near, MAX_NEAR_MISSES, near_misses);
  return done;
}
