#include "rings/expand.h"

#include "base/calendar.h"
#include "base/parallel.h"
#include "base/random.h"
#include "mining/company.h"
#include "mining/significance.h"
#include "rings/group.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

const char *const rs_node_reason_name[RS_N_NODE_REASONS] = {"seed", "admitted", "chance", "random", "household", "calendar", "hub"};

static const RsRelationKind relation_of[RS_N_KINDS] = {[RS_DOCTOR] = RS_VISITED, [RS_INSTITUTION] = RS_FILLED_AT, [RS_DRUG] = RS_BOUGHT};

/* Pairs of persons that meet more than chance, from both ends. */
typedef struct { uint64_t *offset; uint32_t *to; float *weight; } Ties;

/* Who is tied to a hub: the relation from persons, turned round. */
typedef struct { uint64_t *offset; uint32_t *person; uint32_t n; } People;

/* A sum a person, kept as an array with the list of those that are not 0. */
typedef struct { double *sum; uint32_t *n_ties; GArray *touched; } Tally;

typedef struct {
  const RsScene *scene;
  const uint8_t *in_lead;   /* borrowed, or NULL */
  const RsDetectOptions *options;
  RsRandom random;
  GArray *set;              /* persons, in order of admission */
  uint8_t *in_set;          /* [n_persons] */
  uint8_t *rare;            /* [n drugs] or NULL */
  uint8_t *admitted[RS_N_KINDS]; /* of the hubs; seeds too */
  uint32_t *by_visits, *rank;    /* [n_persons] persons by number of visits, and the way back */
  GArray *node, *refused;   /* of RsExpandNode; refused: of the round at hand */
  Tally tally;
  RsExpansion *out;
} Expand;

void rs_expansion_free(RsExpansion *expansion) {
  if (expansion == NULL) return;
  g_free(expansion->node);
  g_free(expansion);
}

static uint32_t n_visits(const RsClaims *c, uint32_t person) { return c->person_visit[person + 1] - c->person_visit[person]; }
static double round6(double x) { return round(x * 1e6) / 1e6; }

/* ---- ties ---- */

static void ties_clear(Ties *ties) {
  g_free(ties->offset);
  g_free(ties->to);
  g_free(ties->weight);
}

/* Why a pair's evidence does not count. */
enum { EXCUSE_HOUSEHOLD = 1, EXCUSE_CALENDAR = 2 };

/* The pairs of some persons: how often they met, how they weigh, what excuses them. */
typedef struct { RsCovisits *company; RsAffinity *pairs; uint32_t *of; /* [pairs->n] pair of the company */ uint8_t *excuse; /* [pairs->n] */ } Company;

static void company_clear(Company *company) {
  rs_covisits_free(company->company);
  rs_affinity_free(company->pairs);
  g_free(company->of);
  g_free(company->excuse);
}

static bool one_household(const Expand *e, uint32_t a, uint32_t b) {
  static const char *const field[] = {"household", "address"};
  const RsDetectOptions *o = e->options;
  const RsText *person = e->scene->claims->person;
  for (size_t i = 0; i < G_N_ELEMENTS(field) && o->attribute != NULL; i++) {
    const char *x = o->attribute(RS_PERSON, rs_text_get(person, a), field[i], o->attribute_data);
    const char *y = o->attribute(RS_PERSON, rs_text_get(person, b), field[i], o->attribute_data);
    if (x != NULL && y != NULL && *x != '\0' && strcmp(x, y) == 0) return true;
  }
  return false;
}

/* The time of day at which the person came there that day. */
static uint32_t time_of(const RsClaims *c, uint32_t person, const RsMeeting *m) {
  for (uint32_t v = c->person_visit[person]; v < c->person_visit[person + 1]; v++)
    if (c->visit_institution[v] == m->institution && c->visit_time[v] / RS_DAY_SECONDS == m->day) return c->visit_time[v];
  return m->day * RS_DAY_SECONDS;
}

/* Four meetings or more, four fifths of all, at one place and by a calendar that repeats. */
static bool by_calendar(const Expand *e, const RsCovisits *company, uint32_t pair) {
  enum { LEAST = 4 };
  const RsMeeting *m = company->meeting + company->offset[pair];
  const uint32_t n = (uint32_t)(company->offset[pair + 1] - company->offset[pair]);
  g_autofree RsGroupBurst *burst = g_new(RsGroupBurst, n);
  RsGroup group = {.burst = burst};
  for (uint32_t i = 0, end; i < n; i = end) { /* meetings are by institution */
    for (end = i; end < n && m[end].institution == m[i].institution;) end++;
    if (end - i < LEAST || (end - i) * 5 < n * 4) continue;
    for (uint32_t k = i; k < end; k++)
      burst[group.n_bursts++] = (RsGroupBurst){.institution = m[k].institution, .first_time = time_of(e->scene->claims, company->a[pair], &m[k])};
    RsRhythm rhythm = rs_group_rhythm(&group, RS_NONE, 0);
    return rs_rhythm_monthly(&rhythm) || rs_rhythm_weekly(&rhythm);
  }
  return false;
}

typedef struct { const Expand *e; Company *company; } Weigh;
enum { WEIGH_BATCH = 512 };

static void weigh_batch(size_t task, unsigned thread, void *data) {
  (void)thread;
  const Weigh *w = data;
  const RsScene *s = w->e->scene;
  RsAffinity *pairs = w->company->pairs;
  for (uint32_t i = (uint32_t)task * WEIGH_BATCH; i < MIN(pairs->n, ((uint32_t)task + 1) * WEIGH_BATCH); i++) {
    const uint32_t pair = w->company->of[i];
    w->company->excuse[i] = one_household(w->e, pairs->a[i], pairs->b[i]) ? EXCUSE_HOUSEHOLD : by_calendar(w->e, w->company->company, pair) ? EXCUSE_CALENDAR : 0;
    if (w->company->excuse[i] == 0) pairs->weight[i] += (float)round6(rs_company_drugs(s->knowledge, s->basket, w->e->rare, w->company->company, pair).decades);
  }
}

/* Pairs that meet more than chance, weighed by how they meet and by what they then buy alike. */
static void company_init(Company *company, const Expand *e, const uint32_t *person, uint32_t n) {
  const RsScene *s = e->scene;
  company->company = rs_company_new(s->claims, s->timeline, person, n, NULL);
  RsAffinity *pairs = company->pairs = rs_affinity_new(s->claims, s->knowledge, s->timeline, s->load, s->basket, company->company, NULL, NULL, e->options->n_threads);
  company->of = g_new(uint32_t, (gsize)pairs->n + 1); /* without tokens every pair is one of the company's, in its order */
  company->excuse = g_malloc0((gsize)pairs->n + 1);
  for (uint32_t i = 0, k = 0; i < pairs->n; i++, k++) {
    while (company->company->a[k] != pairs->a[i] || company->company->b[k] != pairs->b[i]) k++;
    company->of[i] = k;
  }
  Weigh work = {e, company};
  rs_parallel(e->options->n_threads, ((size_t)pairs->n + WEIGH_BATCH - 1) / WEIGH_BATCH, weigh_batch, &work);
}

static void ties_init(Ties *ties, const Company *company, uint32_t n_persons) {
  const RsAffinity *pairs = company->pairs;
  ties->offset = g_new0(uint64_t, (gsize)n_persons + 2);
  ties->to = g_new(uint32_t, 2 * (gsize)pairs->n + 1);
  ties->weight = g_new(float, 2 * (gsize)pairs->n + 1);
  for (uint32_t i = 0; i < pairs->n; i++)
    if (company->excuse[i] == 0) ties->offset[pairs->a[i] + 2]++, ties->offset[pairs->b[i] + 2]++;
  for (uint32_t p = 0; p < n_persons; p++) ties->offset[p + 2] += ties->offset[p + 1];
  for (uint32_t i = 0; i < pairs->n; i++) {
    if (company->excuse[i] != 0) continue;
    uint64_t x = ties->offset[pairs->a[i] + 1]++, y = ties->offset[pairs->b[i] + 1]++;
    ties->to[x] = pairs->b[i], ties->weight[x] = pairs->weight[i];
    ties->to[y] = pairs->a[i], ties->weight[y] = pairs->weight[i];
  }
}

static void tally_reset(Tally *tally) {
  for (guint i = 0; i < tally->touched->len; i++) {
    uint32_t p = g_array_index(tally->touched, uint32_t, i);
    tally->sum[p] = 0.0;
    tally->n_ties[p] = 0;
  }
  g_array_set_size(tally->touched, 0);
}

/* Adds up what everybody has with the persons of the set. */
static void tally_add(Tally *tally, const Ties *ties, const uint32_t *set, uint32_t n) {
  for (uint32_t i = 0; i < n; i++)
    for (uint64_t k = ties->offset[set[i]]; k < ties->offset[set[i] + 1]; k++) {
      uint32_t to = ties->to[k];
      if (tally->n_ties[to]++ == 0) g_array_append_val(tally->touched, to);
      tally->sum[to] += (double)ties->weight[k];
    }
}

/* The best sum of a set: of those outside it, or (within) of its own people. */
static double tally_best(Tally *tally, const Ties *ties, const uint32_t *set, uint32_t n, uint8_t *mark, bool within) {
  double best = 0.0;
  for (uint32_t i = 0; i < n; i++) mark[set[i]] = 1;
  tally_reset(tally);
  tally_add(tally, ties, set, n);
  for (guint i = 0; i < tally->touched->len; i++) {
    uint32_t p = g_array_index(tally->touched, uint32_t, i);
    if ((mark[p] != 0) == within) best = fmax(best, round6(tally->sum[p]));
  }
  for (uint32_t i = 0; i < n; i++) mark[set[i]] = 0;
  return best;
}

/* ---- random sets of people who come as often ---- */

static int compare_visits(const void *x, const void *y, void *data) {
  const RsClaims *c = data;
  uint32_t a = *(const uint32_t *)x, b = *(const uint32_t *)y, n = n_visits(c, a), m = n_visits(c, b);
  if (n != m) return n < m ? -1 : 1;
  return (a > b) - (a < b);
}

static void rank_persons(Expand *e) {
  const RsClaims *c = e->scene->claims;
  e->by_visits = g_new(uint32_t, (gsize)c->n_persons + 1);
  e->rank = g_new(uint32_t, (gsize)c->n_persons + 1);
  for (uint32_t p = 0; p < c->n_persons; p++) e->by_visits[p] = p;
  if (c->n_persons > 0) g_qsort_with_data(e->by_visits, (gint)c->n_persons, sizeof(uint32_t), compare_visits, (gpointer)c);
  for (uint32_t i = 0; i < c->n_persons; i++) e->rank[e->by_visits[i]] = i;
}

/* A place near `rank` in a list of n; near: a fortieth of the list, at least 25, to either side. */
static uint32_t draw_near(RsRandom *random, uint32_t rank, uint32_t n) {
  uint32_t reach = MAX(25u, n / 40), low = rank > reach ? rank - reach : 0, high = MIN(n - 1, rank + reach);
  return low + rs_random_below(random, high - low + 1);
}

/* RS_EXPAND_SEEDS sets, one after the other, each with a person for every person of the set. Where the city is too small for that, somebody
 * stands in twice. */
static uint32_t *draw_sets(Expand *e, const uint8_t *tied) {
  enum { TRIES = 30 };
  uint32_t n = e->set->len, n_persons = e->scene->claims->n_persons, *drawn = g_new(uint32_t, (gsize)n * RS_EXPAND_SEEDS + 1);
  for (uint32_t k = 0; k < RS_EXPAND_SEEDS; k++)
    for (uint32_t i = 0; i < n; i++) {
      uint32_t pick = 0, rank = e->rank[g_array_index(e->set, uint32_t, i)], *own = drawn + (gsize)k * n;
      for (unsigned t = 0; t < TRIES; t++) {
        pick = e->by_visits[draw_near(&e->random, rank, n_persons)];
        bool taken = e->in_set[pick] || tied[pick] || (e->in_lead != NULL && e->in_lead[pick]);
        for (uint32_t j = 0; j < i && !taken; j++) taken = own[j] == pick;
        if (!taken) break;
      }
      own[i] = pick;
    }
  return drawn;
}

static double random_persons_bar(Expand *e, const uint32_t *drawn) {
  uint32_t n = e->set->len, n_persons = e->scene->claims->n_persons;
  Company company;
  g_autofree uint8_t *mark = g_malloc0((gsize)n_persons + 1);
  Ties ties;
  double bar = 0.0;
  company_init(&company, e, drawn, n * RS_EXPAND_SEEDS);
  ties_init(&ties, &company, n_persons);
  for (uint32_t k = 0; k < RS_EXPAND_SEEDS; k++) bar = fmax(bar, tally_best(&e->tally, &ties, drawn + (gsize)k * n, n, mark, false));
  ties_clear(&ties);
  company_clear(&company);
  tally_reset(&e->tally);
  return bar;
}

/* ---- where, through whom, with what ---- */

typedef struct {
  const RsRelation *relation;
  double *share;       /* [n_to] of all visits */
  uint32_t *n_ties;    /* [n_to] scratch */
  GArray *touched;
} Hubs;

static void hubs_init(Hubs *hubs, const RsRelation *r) {
  uint64_t all = 0;
  *hubs = (Hubs){r, g_new0(double, (gsize)r->n_to + 1), g_new0(uint32_t, (gsize)r->n_to + 1), g_array_new(FALSE, FALSE, sizeof(uint32_t))};
  for (uint64_t i = 0; i < r->n; i++) hubs->share[r->to[i]] += r->visits[i], all += r->visits[i];
  for (uint32_t x = 0; x < r->n_to; x++) hubs->share[x] /= fmax(1.0, (double)all);
}

static void hubs_clear(Hubs *hubs) {
  g_free(hubs->share);
  g_free(hubs->n_ties);
  g_array_unref(hubs->touched);
}

/* Counts how many of the set go to each hub. */
static void hubs_count(Hubs *hubs, const uint32_t *set, uint32_t n) {
  const RsRelation *r = hubs->relation;
  for (guint i = 0; i < hubs->touched->len; i++) hubs->n_ties[g_array_index(hubs->touched, uint32_t, i)] = 0;
  g_array_set_size(hubs->touched, 0);
  for (uint32_t i = 0; i < n; i++)
    for (uint64_t k = r->offset[set[i]]; k < r->offset[set[i] + 1]; k++)
      if (hubs->n_ties[r->to[k]]++ == 0) g_array_append_val(hubs->touched, r->to[k]);
}

/* Decades by which so many of the set go there. Their chances differ; a Poisson tail of the same mean is an upper bound beyond the mean
 * (Hoeffding, Ann. Math. Stat. 27, 1956), so the evidence is understated, never overstated. */
static double hub_evidence(const Hubs *hubs, uint32_t hub, const uint32_t *set, uint32_t n) {
  const RsRelation *r = hubs->relation;
  double mean = 0.0;
  if (hubs->n_ties[hub] < 2) return 0.0;
  for (uint32_t i = 0; i < n; i++) {
    double visits = 0.0;
    for (uint64_t k = r->offset[set[i]]; k < r->offset[set[i] + 1]; k++) visits += r->visits[k];
    mean += 1.0 - exp(-visits * hubs->share[hub]);
  }
  return hubs->n_ties[hub] > mean ? round6(-rs_tail_poisson(hubs->n_ties[hub], mean) / log(10.0)) : 0.0;
}

static double random_hubs_bar(Hubs *hubs, const uint32_t *drawn, uint32_t n) {
  double bar = 0.0;
  for (uint32_t k = 0; k < RS_EXPAND_SEEDS; k++) {
    hubs_count(hubs, drawn + (gsize)k * n, n);
    for (guint i = 0; i < hubs->touched->len; i++)
      bar = fmax(bar, hub_evidence(hubs, g_array_index(hubs->touched, uint32_t, i), drawn + (gsize)k * n, n));
  }
  return bar;
}

static void look_at_hubs(Expand *e, RsKind kind, const uint32_t *drawn, uint32_t round) {
  const uint32_t *set = (const uint32_t *)(const void *)e->set->data;
  uint32_t n = e->set->len;
  Hubs hubs;
  hubs_init(&hubs, &e->scene->knowledge->relation[relation_of[kind]]);
  double bar = random_hubs_bar(&hubs, drawn, n);
  hubs_count(&hubs, set, n);
  for (guint i = 0; i < hubs.touched->len; i++) {
    uint32_t hub = g_array_index(hubs.touched, uint32_t, i);
    if (hubs.n_ties[hub] < 2 || e->admitted[kind][hub]) continue;
    RsExpandNode node = {.round = round, .kind = kind, .id = hub, .evidence = hub_evidence(&hubs, hub, set, n), .bar = bar,
                         .n_ties = hubs.n_ties[hub], .via = RS_NONE};
    node.reason = node.evidence > bar ? RS_NODE_ADMITTED : node.evidence > 0.0 ? RS_NODE_RANDOM : RS_NODE_CHANCE;
    e->admitted[kind][hub] = node.reason == RS_NODE_ADMITTED;
    g_array_append_val(node.reason == RS_NODE_ADMITTED ? e->node : e->refused, node);
  }
  hubs_clear(&hubs);
}

/* ---- persons ---- */

static uint32_t strongest(const Expand *e, const Ties *ties, uint32_t person) {
  const RsText *text = e->scene->claims->person;
  uint32_t best = RS_NONE;
  float most = 0.0f;
  for (uint64_t k = ties->offset[person]; k < ties->offset[person + 1]; k++) {
    uint32_t to = ties->to[k];
    if (!e->in_set[to]) continue;
    if (best != RS_NONE && (ties->weight[k] < most || (!(ties->weight[k] > most) && strcmp(rs_text_get(text, to), rs_text_get(text, best)) > 0))) continue;
    best = to;
    most = ties->weight[k];
  }
  return best;
}

/* Who met a person of the set on two days or more: with evidence, or with none. */
static GArray *candidates(Expand *e, const Company *all, const Ties *ties, double bar, uint32_t round) {
  const RsCovisits *company = all->company;
  GArray *out = g_array_new(FALSE, FALSE, sizeof(RsExpandNode));
  g_autofree uint8_t *seen = g_malloc0((gsize)e->scene->claims->n_persons + 1), *excuse = g_malloc0((gsize)e->scene->claims->n_persons + 1);
  for (uint32_t i = 0; i < all->pairs->n; i++) {
    if (e->in_set[all->pairs->a[i]]) excuse[all->pairs->b[i]] |= all->excuse[i];
    if (e->in_set[all->pairs->b[i]]) excuse[all->pairs->a[i]] |= all->excuse[i];
  }
  for (uint32_t i = 0; i < company->n; i++) {
    uint32_t p = e->in_set[company->a[i]] ? company->b[i] : company->a[i];
    if (e->in_set[p] || seen[p]) continue;
    seen[p] = 1;
    RsExpandNode node = {.round = round, .kind = RS_PERSON, .id = p, .evidence = round6(e->tally.sum[p]), .bar = bar,
                         .n_ties = e->tally.n_ties[p], .via_kind = RS_PERSON, .via = strongest(e, ties, p)};
    node.reason = node.evidence > bar              ? RS_NODE_ADMITTED
                  : node.evidence > 0.0            ? RS_NODE_RANDOM
                  : excuse[p] & EXCUSE_HOUSEHOLD   ? RS_NODE_HOUSEHOLD
                  : excuse[p] & EXCUSE_CALENDAR    ? RS_NODE_CALENDAR
                                                   : RS_NODE_CHANCE;
    g_array_append_val(out, node);
  }
  return out;
}

static guint count_admitted(const GArray *candidate) {
  guint n = 0;
  for (guint i = 0; i < candidate->len; i++) n += g_array_index(candidate, RsExpandNode, i).reason == RS_NODE_ADMITTED;
  return n;
}

/* The institution at which most of the meetings with those to be admitted took place. */
static uint32_t busiest(const Expand *e, const RsCovisits *company, const GArray *candidate) {
  g_autofree uint8_t *chosen = g_malloc0((gsize)e->scene->claims->n_persons + 1);
  g_autofree uint32_t *n = g_new0(uint32_t, (gsize)e->scene->claims->institution->n + 1);
  uint32_t best = 0;
  for (guint i = 0; i < candidate->len; i++) {
    const RsExpandNode *node = &g_array_index(candidate, RsExpandNode, i);
    chosen[node->id] = node->reason == RS_NODE_ADMITTED;
  }
  for (uint32_t i = 0; i < company->n; i++)
    for (uint64_t m = company->offset[i]; m < company->offset[i + 1]; m++)
      n[company->meeting[m].institution] += chosen[company->a[i]] || chosen[company->b[i]];
  for (uint32_t f = 0; f < e->scene->claims->institution->n; f++)
    if (n[f] > n[best]) best = f;
  return best;
}

/* Admits, unless there are too many at once. Returns whether somebody came in. */
static bool admit(Expand *e, GArray *candidate, const RsCovisits *company) {
  guint n = count_admitted(candidate), most = MAX((guint)RS_EXPAND_LEAST, RS_EXPAND_GROWTH * e->set->len);
  const bool hub = n > most || e->set->len + n > RS_EXPAND_MOST;
  if (hub) {
    e->out->end = RS_EXPAND_AT_HUB;
    e->out->hub_kind = RS_INSTITUTION;
    e->out->hub = busiest(e, company, candidate);
    e->out->n_hub = n;
  }
  for (guint i = 0; i < candidate->len; i++) {
    RsExpandNode *node = &g_array_index(candidate, RsExpandNode, i);
    if (node->reason == RS_NODE_ADMITTED && hub) node->reason = RS_NODE_HUB;
    if (node->reason == RS_NODE_ADMITTED) {
      g_array_append_val(e->node, *node);
      g_array_append_val(e->set, node->id);
      e->in_set[node->id] = 1;
    } else g_array_append_val(e->refused, *node);
  }
  return n > 0 && !hub;
}

static bool run_round(Expand *e, uint32_t round) {
  const RsClaims *c = e->scene->claims;
  const uint32_t *set = (const uint32_t *)(const void *)e->set->data;
  g_autofree uint8_t *tied = g_malloc0((gsize)c->n_persons + 1);
  Company company;
  Ties ties;
  company_init(&company, e, set, e->set->len);
  ties_init(&ties, &company, c->n_persons);
  for (uint32_t p = 0; p < c->n_persons; p++) tied[p] = ties.offset[p + 1] > ties.offset[p];
  g_autofree uint32_t *drawn = draw_sets(e, tied);
  double bar = random_persons_bar(e, drawn);
  g_array_set_size(e->refused, 0);
  tally_reset(&e->tally);
  tally_add(&e->tally, &ties, set, e->set->len);
  g_autoptr(GArray) candidate = candidates(e, &company, &ties, bar, round);
  look_at_hubs(e, RS_INSTITUTION, drawn, round);
  look_at_hubs(e, RS_DOCTOR, drawn, round);
  look_at_hubs(e, RS_DRUG, drawn, round);
  bool more = admit(e, candidate, company.company);
  ties_clear(&ties);
  company_clear(&company);
  e->out->n_rounds = round;
  return more;
}

/* ---- seeds that are no persons: first their own people who move together ---- */

static void people_init(People *people, const RsRelation *r) {
  *people = (People){g_new0(uint64_t, (gsize)r->n_to + 2), g_new(uint32_t, r->n + 1), r->n_to};
  for (uint64_t i = 0; i < r->n; i++) people->offset[r->to[i] + 2]++;
  for (uint32_t x = 0; x < r->n_to; x++) people->offset[x + 2] += people->offset[x + 1];
  for (uint32_t p = 0; p < r->n_from; p++)
    for (uint64_t i = r->offset[p]; i < r->offset[p + 1]; i++) people->person[people->offset[r->to[i] + 1]++] = p;
}

static void people_clear(People *people) {
  g_free(people->offset);
  g_free(people->person);
}

static uint32_t people_count(const People *people, uint32_t hub) { return (uint32_t)(people->offset[hub + 1] - people->offset[hub]); }

static int compare_people(const void *x, const void *y, void *data) {
  uint32_t a = *(const uint32_t *)x, b = *(const uint32_t *)y, n = people_count(data, a), m = people_count(data, b);
  if (n != m) return n < m ? -1 : 1;
  return (a > b) - (a < b);
}

/* 100 others of the kind with about as many people; some may come twice. Returns how many: 0 where there is no other. */
static uint32_t draw_hubs(Expand *e, const People *people, uint32_t hub, uint32_t *drawn) {
  g_autofree uint32_t *order = g_new(uint32_t, (gsize)people->n + 1);
  uint32_t rank = 0;
  for (uint32_t i = 0; i < people->n; i++) order[i] = i;
  g_qsort_with_data(order, (gint)people->n, sizeof *order, compare_people, (gpointer)people);
  while (order[rank] != hub) rank++;
  for (uint32_t k = 0; k < RS_EXPAND_SEEDS; k++) {
    do drawn[k] = order[draw_near(&e->random, rank, people->n)];
    while (drawn[k] == hub && people->n > 1);
  }
  return people->n > 1 ? RS_EXPAND_SEEDS : 0;
}

static double random_people_bar(Expand *e, const People *people, const uint32_t *drawn, uint32_t n) {
  const RsClaims *c = e->scene->claims;
  g_autoptr(GArray) all = g_array_new(FALSE, FALSE, sizeof(uint32_t));
  g_autofree uint8_t *mark = g_malloc0((gsize)c->n_persons + 1);
  uint32_t last[RS_EXPAND_SEEDS] = {0}; /* where each one's people end in all */
  double bar = 0.0;
  Company company;
  Ties ties;
  for (uint32_t k = 0; k < n; k++)
    for (uint64_t i = people->offset[drawn[k]]; i < people->offset[drawn[k] + 1]; i++)
      if (e->in_lead == NULL || !e->in_lead[people->person[i]]) g_array_append_val(all, people->person[i]), last[k] = all->len;
  company_init(&company, e, (const uint32_t *)(const void *)all->data, all->len);
  ties_init(&ties, &company, c->n_persons);
  for (uint32_t k = 0, first = 0; k < n; k++) {
    const uint32_t end = MAX(last[k], first);
    if (end > first) bar = fmax(bar, tally_best(&e->tally, &ties, &g_array_index(all, uint32_t, first), end - first, mark, true));
    first = end;
  }
  ties_clear(&ties);
  company_clear(&company);
  tally_reset(&e->tally);
  return bar;
}

static void people_admit(Expand *e, const People *people, RsKind kind, uint32_t hub, double bar) {
  const RsClaims *c = e->scene->claims;
  const uint32_t *person = people->person + people->offset[hub];
  uint32_t n = people_count(people, hub);
  Company company;
  Ties ties;
  company_init(&company, e, person, n);
  ties_init(&ties, &company, c->n_persons);
  tally_reset(&e->tally);
  tally_add(&e->tally, &ties, person, n);
  g_autoptr(GArray) found = g_array_new(FALSE, FALSE, sizeof(RsExpandNode));
  for (uint32_t i = 0; i < n; i++) {
    RsExpandNode node = {.kind = RS_PERSON, .id = person[i], .evidence = round6(e->tally.sum[person[i]]), .bar = bar,
                         .n_ties = e->tally.n_ties[person[i]], .via_kind = kind, .via = hub};
    node.reason = node.evidence > bar ? RS_NODE_ADMITTED : RS_NODE_RANDOM;
    if (node.evidence > 0.0 && !e->in_set[person[i]]) g_array_append_val(found, node);
  }
  admit(e, found, company.company);
  if (e->refused->len > 0) g_array_append_vals(e->node, e->refused->data, e->refused->len);
  g_array_set_size(e->refused, 0);
  ties_clear(&ties);
  company_clear(&company);
  tally_reset(&e->tally);
}

static void start_from_hub(Expand *e, RsKind kind, uint32_t hub) {
  uint32_t drawn[RS_EXPAND_SEEDS];
  People people;
  RsExpandNode node = {.kind = kind, .id = hub, .evidence = NAN, .bar = NAN, .via = RS_NONE, .reason = RS_NODE_SEED};
  people_init(&people, &e->scene->knowledge->relation[relation_of[kind]]);
  node.n_ties = people_count(&people, hub);
  const bool too_many = node.n_ties > RS_EXPAND_HUB;
  if (too_many) node.reason = RS_NODE_HUB;
  g_array_append_val(e->node, node);
  if (too_many) {
    e->out->end = RS_EXPAND_AT_HUB;
    e->out->hub_kind = kind, e->out->hub = hub, e->out->n_hub = node.n_ties;
  } else {
    uint32_t n = draw_hubs(e, &people, hub, drawn);
    people_admit(e, &people, kind, hub, n > 0 ? random_people_bar(e, &people, drawn, n) : INFINITY);
  }
  people_clear(&people);
}

/* ---- the whole ---- */

static const char *text_of(const RsExpandNode *node, const Expand *e) { return rs_knowledge_id(e->scene->knowledge, node->kind, node->id); }

static int compare_nodes(const void *x, const void *y, void *data) {
  const RsExpandNode *a = x, *b = y;
  if (a->round != b->round) return a->round < b->round ? -1 : 1;
  if (a->kind != b->kind) return a->kind < b->kind ? -1 : 1;
  const int of_a = (int)MIN(a->reason, RS_NODE_CHANCE), of_b = (int)MIN(b->reason, RS_NODE_CHANCE); /* seeds, admitted, refused */
  if (of_a != of_b) return of_a - of_b;
  if (a->evidence > b->evidence) return -1;
  if (a->evidence < b->evidence) return 1;
  return strcmp(text_of(a, data), text_of(b, data));
}

static void start(Expand *e, const RsKind *kind, const uint32_t *id, uint32_t n) {
  for (uint32_t i = 0; i < n; i++) {
    if (kind[i] != RS_PERSON) {
      e->admitted[kind[i]][id[i]] = 1;
      continue;
    }
    RsExpandNode node = {.kind = RS_PERSON, .id = id[i], .evidence = NAN, .bar = NAN, .via = RS_NONE, .reason = RS_NODE_SEED};
    g_array_append_val(e->node, node);
    g_array_append_val(e->set, id[i]);
    e->in_set[id[i]] = 1;
  }
  for (uint32_t i = 0; i < n && e->out->end != RS_EXPAND_AT_HUB; i++)
    if (kind[i] != RS_PERSON) start_from_hub(e, kind[i], id[i]);
}

static void run(Expand *e) {
  uint32_t round = 0;
  bool more = e->out->end != RS_EXPAND_AT_HUB && e->set->len > 0;
  if (e->set->len == 0 && e->out->end != RS_EXPAND_AT_HUB) e->out->end = RS_EXPAND_NOBODY;
  while (more && round < RS_EXPAND_ROUNDS) more = run_round(e, ++round);
  if (more) e->out->end = RS_EXPAND_LAST_ROUND;
  if (e->refused->len > 0) g_array_append_vals(e->node, e->refused->data, e->refused->len);
}

RsExpansion *rs_expand(const RsScene *scene, const RsKind *kind, const uint32_t *id, uint32_t n, const uint8_t *in_lead,
                       const RsDetectOptions *options) {
  uint32_t n_persons = scene->claims->n_persons;
  Expand e = {.scene = scene, .in_lead = in_lead, .options = options, .out = g_new0(RsExpansion, 1)};
  rs_random_init(&e.random, options->seed);
  e.set = g_array_new(FALSE, FALSE, sizeof(uint32_t));
  e.node = g_array_new(FALSE, FALSE, sizeof(RsExpandNode));
  e.refused = g_array_new(FALSE, FALSE, sizeof(RsExpandNode));
  e.in_set = g_malloc0((gsize)n_persons + 1);
  for (unsigned k = RS_DOCTOR; k < RS_N_KINDS; k++) e.admitted[k] = g_malloc0((gsize)rs_knowledge_count(scene->knowledge, (RsKind)k) + 1);
  e.tally = (Tally){g_new0(double, (gsize)n_persons + 1), g_new0(uint32_t, (gsize)n_persons + 1), g_array_new(FALSE, FALSE, sizeof(uint32_t))};
  e.rare = rs_affinity_rare_drugs(scene->basket);
  rank_persons(&e);
  start(&e, kind, id, n);
  run(&e);
  e.out->n_persons = e.set->len;
  e.out->n = e.node->len;
  g_array_sort_with_data(e.node, compare_nodes, &e);
  e.out->node = (RsExpandNode *)(void *)g_array_free(e.node, FALSE);
  g_array_unref(e.set);
  g_array_unref(e.refused);
  g_array_unref(e.tally.touched);
  g_free(e.tally.sum);
  g_free(e.tally.n_ties);
  g_free(e.in_set);
  g_free(e.rare);
  for (unsigned k = RS_DOCTOR; k < RS_N_KINDS; k++) g_free(e.admitted[k]);
  g_free(e.by_visits);
  g_free(e.rank);
  return e.out;
}
