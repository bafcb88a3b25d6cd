#include "rings/resale.h"

#include "graph/community.h"
#include "mining/resale.h"
#include "rings/draft.h"
#include "rings/group.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { MIN_PERSONS = 4, MIN_SHARED = 2, MAX_PERSONS = 20000, MAX_HOLDERS = 60, CUT = 40, FEW = 6, FEW_CUT = 10, MANY = 8 };
#define EVEN 0.30         /* see evenness() */
#define EVEN_OF_MANY 0.24
#define MANY_SHARED 5.0
#define LEAST_SHARED 1.5 /* tokens a pair, on average */
#define RESOLUTION 0.5 /* shared tokens a pair, on average */

typedef struct { RsResaleToken token; uint32_t index; } Holder;

static int compare_holders(const void *x, const void *y) {
  const Holder *a = x, *b = y;
  if (a->token.drug != b->token.drug) return a->token.drug < b->token.drug ? -1 : 1;
  if (a->token.source != b->token.source) return a->token.source < b->token.source ? -1 : 1;
  return (a->index > b->index) - (a->index < b->index);
}

/* Every two who hold a token in common, once a token; tokens with more than MAX_HOLDERS say nothing. The graph sums them up. */
static RsGraph *shared_graph(const RsResale *r, GError **error) {
  g_autoptr(GArray) holders = g_array_new(FALSE, FALSE, sizeof(Holder));
  g_autoptr(GArray) a = g_array_new(FALSE, FALSE, sizeof(uint32_t)), b = g_array_new(FALSE, FALSE, sizeof(uint32_t));
  for (uint32_t i = 0; i < r->n; i++)
    for (uint32_t t = 0; t < r->person[i].n_tokens; t++) {
      Holder holder = {r->token[r->person[i].first_token + t], i};
      g_array_append_val(holders, holder);
    }
  if (holders->len > 0) qsort(holders->data, holders->len, sizeof(Holder), compare_holders);
  const Holder *h = (const Holder *)(const void *)holders->data;
  for (guint i = 0, end; i < holders->len; i = end) {
    for (end = i; end < holders->len && h[end].token.drug == h[i].token.drug && h[end].token.source == h[i].token.source;) end++;
    for (guint x = i; end - i <= MAX_HOLDERS && x < end; x++)
      for (guint y = x + 1; y < end; y++) {
        if (rs_resale_shared(r, h[x].index, h[y].index) < MIN_SHARED) continue;
        g_array_append_val(a, h[x].index);
        g_array_append_val(b, h[y].index);
      }
  }
  return rs_graph_new(r->n, a->len, (const uint32_t *)(const void *)a->data, (const uint32_t *)(const void *)b->data, NULL, error);
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

/* False where they share too little to be one group: what glues them is the same drug from the same hands. */
static bool add_facts(RsDraft *draft, const RsResale *r, const uint32_t *member, uint32_t n, const GArray *drugs) {
  double overlaps = 0.0, shared = 0.0, doctors = 0.0;
  for (uint32_t i = 0; i < n; i++) {
    overlaps += r->person[member[i]].n_overlaps;
    doctors += r->person[member[i]].n_doctors;
    for (uint32_t j = i + 1; j < n; j++) shared += rs_resale_shared(r, member[i], member[j]);
  }
  overlaps /= n;
  doctors /= n;
  shared /= 0.5 * n * (n - 1.0);
  double even = evenness(r, member, n, drugs);
  if (shared < LEAST_SHARED || (shared < MANY_SHARED && even < (n >= MANY ? EVEN_OF_MANY : EVEN))) return false;
  uint32_t sources = count_sources(r, member, n, drugs);
  rs_draft_fact(draft, fact_of("overlaps", round(overlaps * 10.0) / 10.0, round(r->mean_overlaps * 100.0) / 100.0,
                               (int32_t)CLAMP(10.0 * log2(overlaps / (3.0 * fmax(1.0, r->mean_overlaps))), 0.0, 30.0)));
  if (doctors >= 2.0)
    rs_draft_fact(draft, fact_of("many_doctors", round(doctors * 10.0) / 10.0, round(r->mean_doctors * 100.0) / 100.0,
                                 (int32_t)CLAMP(10.0 * log2(doctors / 2.0), 0.0, 20.0)));
  rs_draft_fact(draft, fact_of("even_sources", round(even * 1e3) / 1e3, NAN, (int32_t)fmin(20.0, 40.0 * even)));
  rs_draft_fact(draft, fact_of("shared_sources", round(shared * 10.0) / 10.0, NAN, (int32_t)CLAMP(10.0 * log2(shared / 1.5), 0.0, 30.0)));
  RsFact common = fact_of("common_drugs", drugs->len, NAN, (int32_t)fmin(20.0, 5.0 * drugs->len));
  for (guint i = 0; i < drugs->len && i < 3; i++) common.drug[common.n_drugs++] = g_array_index(drugs, uint32_t, i);
  common.argument[0] = sources;
  rs_draft_fact(draft, common);
  rs_draft_fact(draft, fact_of("collectors", n, NAN, (int32_t)MIN(20u, 2 * n)));
  return true;
}

static void add_lines(RsDraft *draft, const RsClaims *c, uint32_t person, const GArray *drugs) {
  uint32_t bits = (1u << draft->facts->len) - 1;
  for (uint32_t v = c->person_visit[person]; v < c->person_visit[person + 1]; v++)
    for (uint64_t l = c->visit_line[v]; l < c->visit_line[v + 1]; l++)
      if (c->line_drug[l] != RS_NONE && among(drugs, c->line_drug[l])) rs_draft_line(draft, l, bits);
}

/* Outlets of at least a twentieth of the evidence. */
static void add_outlets(RsDraft *draft, const RsClaims *c) {
  g_autofree uint32_t *count = g_new0(uint32_t, (gsize)c->institution->n + 1);
  for (guint e = 0; e < draft->evidence->len; e++)
    count[c->visit_institution[rs_claims_line_visit(c, g_array_index(draft->evidence, RsEvidence, e).line)]]++;
  for (uint32_t f = 0; f < c->institution->n; f++)
    if (count[f] * 20 >= draft->evidence->len && count[f] > 0)
      rs_draft_member(draft, RS_INSTITUTION, f, RS_ROLE_OUTLET, (double)count[f] / (double)draft->evidence->len);
}

static void try_group(const RsScene *scene, const RsResale *r, const uint32_t *member, uint32_t n, GArray *leads) {
  g_autoptr(GArray) drugs = common_drugs(r, member, n);
  if (drugs->len == 0) return;
  g_auto(RsDraft) draft;
  RsRing ring;
  uint32_t most = 1;
  rs_draft_init(&draft, RS_RESALE);
  if (!add_facts(&draft, r, member, n, drugs)) return;
  for (uint32_t i = 0; i < n; i++) most = MAX(most, r->person[member[i]].n_overlaps);
  for (uint32_t i = 0; i < n; i++) {
    add_lines(&draft, scene->claims, r->person[member[i]].person, drugs);
    rs_draft_member(&draft, RS_PERSON, r->person[member[i]].person, RS_ROLE_MEMBER, (double)r->person[member[i]].n_overlaps / (double)most);
  }
  for (guint i = 0; i < drugs->len; i++) rs_draft_member(&draft, RS_DRUG, g_array_index(drugs, uint32_t, i), RS_ROLE_ITEM, 1.0);
  rs_draft_entities(&draft, scene->claims);
  add_outlets(&draft, scene->claims);
  rs_draft_finish(&draft, scene->claims, &ring);
  if (ring.score >= CUT + (n < FEW ? FEW_CUT : 0)) {
    g_array_append_val(leads, ring);
    return;
  }
  g_free(ring.members);
  g_free(ring.facts);
  g_free(ring.evidence);
  g_free(ring.bursts);
}

/* What may be resold: rare enough to be a sign, and sold by pharmacies somewhere, where the kinds of institution are known. */
static uint8_t *resaleable(const RsBasket *b) {
  uint8_t *out = rs_affinity_rare_drugs(b);
  for (uint32_t g = 0; out != NULL && g < b->n_drugs; g++) out[g] = out[g] && rs_basket_is_goods(b, g);
  return out;
}

bool rs_resale_find(const RsScene *scene, const RsDetectOptions *options, GArray *leads, GArray *near_misses, GArray *set_aside,
                    GArray *not_examined, GError **error) {
  (void)near_misses;
  (void)set_aside;
  g_autofree uint8_t *counts = resaleable(scene->basket);
  if (counts == NULL) return true;
  g_autoptr(RsResale) r = rs_resale_new(scene->claims, counts);
  if (r->n > MAX_PERSONS) {
    RsNotice notice = {"resale_crowd", RS_PERSON, RS_NONE, r->n, NULL, NULL};
    rs_notice_say(&notice, "resale: %u people buy again within days elsewhere, too many to tell apart", r->n);
    g_array_append_val(not_examined, notice);
    return true;
  }
  if (r->n < MIN_PERSONS) return true;
  g_autoptr(RsGraph) graph = shared_graph(r, error);
  if (graph == NULL) return false;
  g_autofree uint32_t *label = g_new(uint32_t, (gsize)r->n + 1), *member = g_new(uint32_t, (gsize)r->n + 1);
  RsCommunityOptions how = {RS_OBJECTIVE_CPM, RESOLUTION, options->seed, 3, 2000000};
  RsCommunityResult result;
  if (!rs_community_leiden(graph, &how, label, &result, error)) return false;
  for (uint32_t l = 0; l < r->n; l++) { /* few persons: a look for each label will do */
    uint32_t n = 0;
    if (label[l] != l) continue;
    for (uint32_t i = l; i < r->n; i++)
      if (label[i] == l) member[n++] = i;
    if (n >= MIN_PERSONS && n <= RS_MAX_GROUP) try_group(scene, r, member, n, leads);
  }
  return true;
}
