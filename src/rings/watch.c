#include "rings/watch.h"

#include "base/calendar.h"
#include "graph/tie.h"
#include "mining/company.h"
#include "mining/significance.h"
#include "rings/innocent.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

const char *const rs_watch_topic_name[RS_N_WATCH_TOPICS] = {"companion", "person", "doctor", "institution", "drug", "region", "ring"};
const char *const rs_peer_measure_name[RS_N_PEER_MEASURES] = {"visits", "amount", "persons", "institutions", "doctors", "drugs", "regions"};

typedef struct {
  const RsScene *scene;
  const RsRings *rings;
  const RsDetectOptions *options;
  const RsWatchEntry *entry;
  GArray *item; /* of RsWatchItem, of the entry at hand */
  RsWatchAnswer *answer;
  double *peer[RS_N_KINDS][RS_N_PEER_MEASURES]; /* [count of the kind], NULL: not measured; made when first asked for */
} Ask;

static void entry_clear(RsWatchEntry *entry) {
  g_free(entry->text);
  g_free(entry->note);
  g_free(entry->nearest);
}

void rs_watch_list_free(RsWatchList *list) {
  if (list == NULL) return;
  for (uint32_t i = 0; i < list->n; i++) entry_clear(&list->entry[i]);
  g_free(list->entry);
  g_free(list);
}

void rs_watch_free(RsWatch *watch) {
  if (watch == NULL) return;
  for (uint32_t i = 0; i < watch->list->n; i++) g_free(watch->answer[i].item);
  for (unsigned k = 0; k < RS_N_KINDS; k++) g_free(watch->watched[k]);
  rs_expansion_free(watch->expansion);
  g_free(watch->answer);
  g_free(watch);
}

static double round6(double x) { return round(x * 1e6) / 1e6; }

static void item_add(Ask *ask, RsWatchTopic topic, uint32_t id, uint64_t n, int64_t amount) {
  RsWatchItem item = {.topic = topic, .id = id, .n = n, .expected = NAN, .decades = NAN, .amount = amount};
  g_array_append_val(ask->item, item);
}

/* ---- visits of the entry ---- */

static bool line_matches(const RsClaims *c, const RsWatchEntry *entry, uint32_t person, uint32_t visit, uint64_t line) {
  if (entry->box) return c->line_trace != NULL && c->line_trace[line] == entry->trace;
  switch (entry->kind) {
  case RS_PERSON: return person == entry->id;
  case RS_DOCTOR: return rs_line_doctor(c, line) == entry->id;
  case RS_INSTITUTION: return c->visit_institution[visit] == entry->id;
  case RS_DRUG: return rs_line_drug(c, line) == entry->id;
  case RS_N_KINDS: break;
  }
  return false;
}

/* Visits by region, and by person for a box. */
typedef struct { GHashTable *region, *person, *days; } Walk;

typedef struct { uint64_t n; int64_t amount; } Count;

static void count_add(GHashTable *table, uint32_t id, int64_t amount) {
  Count *count = g_hash_table_lookup(table, GUINT_TO_POINTER(id));
  if (count == NULL) {
    count = g_new0(Count, 1);
    g_hash_table_insert(table, GUINT_TO_POINTER(id), count);
  }
  count->n++;
  count->amount += amount;
}

static void visit_add(Ask *ask, Walk *walk, uint32_t person, uint32_t visit, int64_t amount, int64_t fund, uint64_t n_lines) {
  const RsClaims *c = ask->scene->claims;
  RsWatchAnswer *a = ask->answer;
  uint16_t day = (uint16_t)(c->visit_time[visit] / RS_DAY_SECONDS);
  uint32_t place = c->institution_region[c->visit_institution[visit]];
  uint32_t region = ask->entry->kind == RS_PERSON && !ask->entry->box ? place : c->person_region[person];
  if (a->n_visits == 0 || day < a->first_day) a->first_day = day;
  if (a->n_visits == 0 || day > a->last_day) a->last_day = day;
  g_hash_table_add(walk->days, GUINT_TO_POINTER((guint)day + 1));
  a->n_visits++;
  a->n_lines += n_lines;
  a->amount += amount;
  a->fund += fund;
  if (region != RS_NONE) count_add(walk->region, region, amount);
  if (ask->entry->box) count_add(walk->person, person, amount);
}

static void person_visits(Ask *ask, Walk *walk, uint32_t person) {
  const RsClaims *c = ask->scene->claims;
  for (uint32_t v = c->person_visit[person]; v < c->person_visit[person + 1]; v++) {
    uint64_t n = 0;
    int64_t amount = 0, fund = 0;
    for (uint64_t l = c->visit_line[v]; l < c->visit_line[v + 1]; l++)
      if (line_matches(c, ask->entry, person, v, l)) n++, amount += rs_line_amount(c, l), fund += rs_line_fund(c, l);
    if (n > 0) visit_add(ask, walk, person, v, amount, fund, n);
  }
}

static void items_from(Ask *ask, RsWatchTopic topic, GHashTable *table) {
  GHashTableIter iter;
  gpointer id, count;
  g_hash_table_iter_init(&iter, table);
  while (g_hash_table_iter_next(&iter, &id, &count)) item_add(ask, topic, GPOINTER_TO_UINT(id), ((Count *)count)->n, ((Count *)count)->amount);
}

static void look_at_visits(Ask *ask) {
  const RsClaims *c = ask->scene->claims;
  const RsWatchEntry *entry = ask->entry;
  const bool one = entry->kind == RS_PERSON && !entry->box;
  Walk walk = {g_hash_table_new_full(NULL, NULL, NULL, g_free), g_hash_table_new_full(NULL, NULL, NULL, g_free), g_hash_table_new(NULL, NULL)};
  for (uint32_t p = one ? entry->id : 0; p < (one ? entry->id + 1 : c->n_persons); p++) person_visits(ask, &walk, p);
  ask->answer->n_days = g_hash_table_size(walk.days);
  items_from(ask, RS_WATCH_REGION, walk.region);
  items_from(ask, RS_WATCH_COMPANION, walk.person); /* of a box */
  g_hash_table_unref(walk.region);
  g_hash_table_unref(walk.person);
  g_hash_table_unref(walk.days);
}

/* ---- relations ---- */

static RsWatchTopic topic_of(RsKind kind) {
  static const RsWatchTopic topic[RS_N_KINDS] = {RS_WATCH_PERSON, RS_WATCH_DOCTOR, RS_WATCH_INSTITUTION, RS_WATCH_DRUG};
  return topic[kind];
}

/* Sums of visits by either end, for what chance would give two hubs. */
typedef struct { double from, to, all; } Totals;

static void hub_item(Ask *ask, const RsRelation *r, uint64_t row, RsWatchTopic topic, uint32_t other, Totals total) {
  RsWatchItem item = {.topic = topic, .id = other, .n = r->visits[row], .expected = NAN, .decades = NAN, .amount = 0};
  item.expected = round6(total.from * total.to / fmax(total.all, 1.0));
  item.decades = (double)item.n > item.expected ? round6(-rs_tail_poisson(item.n, item.expected) / log(10.0)) : 0.0;
  g_array_append_val(ask->item, item);
}

/* All that one relation says of the entry, from either end. Two hubs are held against what their sizes alone would give. */
static void look_at_relation(Ask *ask, RsRelationKind kind) {
  const RsRelation *r = &ask->scene->knowledge->relation[kind];
  const RsKind from = rs_relation_from[kind], to = rs_relation_to[kind], own = ask->entry->kind;
  const uint32_t id = ask->entry->id;
  if (own != from && own != to) return;
  g_autofree double *of_from = g_new0(double, (gsize)r->n_from + 1), *of_to = g_new0(double, (gsize)r->n_to + 1);
  for (uint32_t x = 0; x < r->n_from; x++)
    for (uint64_t i = r->offset[x]; i < r->offset[x + 1]; i++)
      of_from[x] += r->visits[i], of_to[r->to[i]] += r->visits[i], of_from[r->n_from] += r->visits[i];
  for (uint32_t x = own == from ? id : 0; x < (own == from ? id + 1 : r->n_from); x++)
    for (uint64_t i = r->offset[x]; i < r->offset[x + 1]; i++) {
      if (own == to && r->to[i] != id) continue;
      uint32_t other = own == from ? r->to[i] : x;
      RsKind other_kind = own == from ? to : from;
      if (from == RS_PERSON) item_add(ask, topic_of(other_kind), other, r->visits[i], 0);
      else hub_item(ask, r, i, topic_of(other_kind), other, (Totals){of_from[x], of_to[r->to[i]], of_from[r->n_from]});
    }
}

/* ---- company ---- */

static const char *in_common(const Ask *ask, uint32_t a, uint32_t b) {
  static const char *const field[] = {"household", "address", "phone", "account"};
  const RsText *person = ask->scene->claims->person;
  const RsDetectOptions *o = ask->options;
  for (size_t i = 0; i < G_N_ELEMENTS(field) && o->attribute != NULL; i++) {
    const char *x = o->attribute(RS_PERSON, rs_text_get(person, a), field[i], o->attribute_data);
    const char *y = o->attribute(RS_PERSON, rs_text_get(person, b), field[i], o->attribute_data);
    if (x != NULL && y != NULL && *x != '\0' && strcmp(x, y) == 0) return field[i];
  }
  return NULL;
}

/* What innocently explains why the person moves with these companions. */
static void look_at_innocence(Ask *ask, const uint32_t *person, uint32_t n) {
  g_autoptr(RsGroup) group = rs_group_new(ask->scene, person, MIN(n, (uint32_t)RS_MAX_GROUP), (RsPlaces){.rule = RS_ANY_PLACE}, RS_KEEP_MEMBERS);
  RsWatchAnswer *a = ask->answer;
  if (group == NULL) return;
  RsScore score = {.innocent = RS_ORDINARY};
  rs_group_measure(ask->scene, group);
  rs_innocent_add(ask->scene, group, ask->options, &score);
  for (uint32_t i = 0; i < score.n_facts && a->n_facts < G_N_ELEMENTS(a->fact); i++) a->fact[a->n_facts++] = score.fact[i];
  if (score.innocent != RS_ORDINARY && a->n_facts > 0) a->innocent = rs_innocent_name[score.innocent];
}

static void look_at_company(Ask *ask) {
  const RsScene *s = ask->scene;
  const uint32_t own = ask->entry->id;
  g_autoptr(RsCovisits) company = rs_company_new(s->claims, s->timeline, &own, 1, NULL);
  g_autoptr(RsAffinity) pairs = rs_affinity_new(s->claims, s->knowledge, s->timeline, s->load, s->basket, company, NULL, NULL, 1);
  g_autofree uint8_t *rare = rs_affinity_rare_drugs(s->basket);
  g_autoptr(GArray) group = g_array_new(FALSE, FALSE, sizeof(uint32_t));
  g_array_append_val(group, own);
  for (uint32_t i = 0, k = 0; i < pairs->n; i++) {
    while (company->a[k] != pairs->a[i] || company->b[k] != pairs->b[i]) k++;
    uint32_t other = pairs->a[i] == own ? pairs->b[i] : pairs->a[i];
    const RsCompanyDrugs drugs = rs_company_drugs(s->knowledge, s->basket, rare, company, k);
    RsWatchItem item = {.topic = RS_WATCH_COMPANION, .id = other, .n = company->offset[k + 1] - company->offset[k], .expected = NAN,
                        .decades = round6((double)pairs->weight[i] + drugs.decades), .n_drugs = drugs.n_shared, .shared = in_common(ask, own, other)};
    g_array_append_val(ask->item, item);
    g_array_append_val(group, other);
  }
  if (group->len > 1) look_at_innocence(ask, (const uint32_t *)(const void *)group->data, group->len);
}

/* ---- peers ---- */

static double *measure_of_relation(const RsKnowledge *knowledge, RsKind kind, RsRelationKind relation, RsPeerMeasure measure) {
  const RsRelation *r = &knowledge->relation[relation];
  const bool forward = rs_relation_from[relation] == kind;
  double *value = g_new0(double, (gsize)rs_knowledge_count(knowledge, kind) + 1);
  for (uint32_t x = 0; x < r->n_from; x++)
    for (uint64_t i = r->offset[x]; i < r->offset[x + 1]; i++)
      value[forward ? x : r->to[i]] += measure == RS_PEER_VISITS ? (double)r->visits[i] : 1.0;
  return value;
}

/* Money, in units: sums of whole fen, so in any order the same. */
static double *measure_amount(const RsClaims *c, RsKind kind) {
  const uint32_t n = kind == RS_PERSON ? c->n_persons : kind == RS_DOCTOR ? c->doctor->n : kind == RS_INSTITUTION ? c->institution->n : c->drug->n;
  g_autofree int64_t *fen = g_new0(int64_t, (gsize)n + 1);
  double *value = g_new(double, (gsize)n + 1);
  for (uint32_t p = 0; p < c->n_persons; p++)
    for (uint32_t v = c->person_visit[p]; v < c->person_visit[p + 1]; v++)
      for (uint64_t l = c->visit_line[v]; l < c->visit_line[v + 1]; l++) {
        uint32_t id = kind == RS_PERSON ? p : kind == RS_DOCTOR ? rs_line_doctor(c, l) : kind == RS_INSTITUTION ? c->visit_institution[v] : rs_line_drug(c, l);
        if (id != RS_NONE) fen[id] += rs_line_amount(c, l);
      }
  for (uint32_t i = 0; i < n; i++) value[i] = (double)fen[i] / 100.0;
  return value;
}

/* Which relation says it, by kind and measure; N: not asked, or no relation's matter. A person's visits are summed over institutions, a hub's
 * over persons. */
static const RsRelationKind measured_by[RS_N_KINDS][RS_N_PEER_MEASURES] = {
    [RS_PERSON] = {RS_FILLED_AT, RS_N_RELATIONS, RS_N_RELATIONS, RS_FILLED_AT, RS_VISITED, RS_BOUGHT, RS_N_RELATIONS},
    [RS_DOCTOR] = {RS_VISITED, RS_N_RELATIONS, RS_VISITED, RS_REFERS_TO, RS_N_RELATIONS, RS_PRESCRIBED, RS_N_RELATIONS},
    [RS_INSTITUTION] = {RS_FILLED_AT, RS_N_RELATIONS, RS_FILLED_AT, RS_N_RELATIONS, RS_REFERS_TO, RS_DISPENSED, RS_N_RELATIONS},
    [RS_DRUG] = {RS_BOUGHT, RS_N_RELATIONS, RS_BOUGHT, RS_DISPENSED, RS_PRESCRIBED, RS_N_RELATIONS, RS_N_RELATIONS},
};

/* Regions in which a person was served. */
static double *measure_regions(const RsClaims *c) {
  double *value = g_new0(double, (gsize)c->n_persons + 1);
  g_autofree uint32_t *seen = g_new0(uint32_t, (gsize)c->region->n + 1);
  for (uint32_t p = 0; p < c->n_persons; p++)
    for (uint32_t v = c->person_visit[p]; v < c->person_visit[p + 1]; v++) {
      uint32_t region = c->institution_region[c->visit_institution[v]];
      if (region == RS_NONE || seen[region] == p + 1) continue;
      seen[region] = p + 1;
      value[p] += 1.0;
    }
  return value;
}

static const double *measured(Ask *ask, RsKind kind, RsPeerMeasure measure) {
  const bool regions = kind == RS_PERSON && measure == RS_PEER_REGIONS && (ask->scene->claims->columns & RS_HAS_SERVICE_REGION) != 0;
  const bool amount = measure == RS_PEER_AMOUNT && (ask->scene->claims->columns & RS_HAS_AMOUNT) != 0;
  if (measured_by[kind][measure] == RS_N_RELATIONS && !regions && !amount) return NULL;
  if (ask->peer[kind][measure] == NULL)
    ask->peer[kind][measure] = regions  ? measure_regions(ask->scene->claims)
                               : amount ? measure_amount(ask->scene->claims, kind)
                                        : measure_of_relation(ask->scene->knowledge, kind, measured_by[kind][measure], measure);
  return ask->peer[kind][measure];
}

/* Peers: institutions of the same type; else all of the kind that are in the claims. */
static bool is_peer(const RsClaims *c, RsKind kind, uint32_t a, uint32_t b) {
  return kind != RS_INSTITUTION || c->institution_type[a] == c->institution_type[b];
}

static int compare_doubles(const void *x, const void *y) {
  double a = *(const double *)x, b = *(const double *)y;
  return (a > b) - (a < b);
}

static void look_at_peers(Ask *ask) {
  const RsClaims *c = ask->scene->claims;
  const RsKind kind = ask->entry->kind;
  const uint32_t n = rs_knowledge_count(ask->scene->knowledge, kind), own = ask->entry->id;
  g_autofree double *sorted = g_new(double, (gsize)n + 1);
  for (int m = 0; m < RS_N_PEER_MEASURES; m++) {
    const double *value = measured(ask, kind, (RsPeerMeasure)m);
    uint32_t n_peers = 0, beyond = 0;
    if (value == NULL) continue;
    for (uint32_t i = 0; i < n; i++) {
      if (!is_peer(c, kind, own, i)) continue;
      sorted[n_peers++] = value[i]; /* NOLINT(clang-analyzer-core.uninitialized.Assign): every entity has a value */
      beyond += value[i] >= value[own];
    }
    qsort(sorted, n_peers, sizeof *sorted, compare_doubles);
    if (n_peers == 0 || sorted[n_peers - 1] <= 0.0) continue; /* the column is missing */
    ask->answer->peer[ask->answer->n_peers++] =
        (RsWatchPeer){(RsPeerMeasure)m, value[own], sorted[n_peers / 2], round6((double)beyond / n_peers), n_peers};
  }
}

/* ---- leads ---- */

static void look_at_rings(Ask *ask) {
  const RsClaims *c = ask->scene->claims;
  for (uint32_t r = 0; r < ask->rings->n_rings; r++) {
    const RsRing *ring = &ask->rings->rings[r];
    RsWatchItem item = {.topic = RS_WATCH_RING, .id = r, .expected = NAN, .decades = NAN};
    for (uint32_t m = 0; m < ring->n_members && !ask->entry->box; m++)
      item.member = item.member || (ring->members[m].kind == ask->entry->kind && ring->members[m].id == ask->entry->id);
    for (uint64_t i = 0; i < ring->n_evidence; i++) {
      uint64_t line = ring->evidence[i].line;
      uint32_t visit = rs_claims_line_visit(c, line);
      if (!line_matches(c, ask->entry, rs_claims_visit_person(c, visit), visit, line)) continue;
      item.n++;
      item.amount += rs_line_amount(c, line);
    }
    if (item.member || item.n > 0) g_array_append_val(ask->item, item);
  }
}

/* ---- the whole ---- */

static const char *item_text(const Ask *ask, const RsWatchItem *item) {
  const RsClaims *c = ask->scene->claims;
  switch (item->topic) {
  case RS_WATCH_COMPANION:
  case RS_WATCH_PERSON: return rs_text_get(c->person, item->id);
  case RS_WATCH_DOCTOR: return rs_text_get(c->doctor, item->id);
  case RS_WATCH_INSTITUTION: return rs_text_get(c->institution, item->id);
  case RS_WATCH_DRUG: return rs_text_get(c->drug, item->id);
  case RS_WATCH_REGION: return rs_text_get(c->region, item->id);
  case RS_WATCH_RING:
  case RS_N_WATCH_TOPICS: break;
  }
  return "";
}

/* By topic; leads by rank, others by decades, number, id. */
static int compare_items(const void *x, const void *y, void *data) {
  const RsWatchItem *a = x, *b = y;
  double of_a = isnan(a->decades) ? 0.0 : a->decades, of_b = isnan(b->decades) ? 0.0 : b->decades;
  if (a->topic != b->topic) return a->topic < b->topic ? -1 : 1;
  if (a->topic == RS_WATCH_RING) return a->id < b->id ? -1 : 1;
  if (of_a > of_b || of_a < of_b) return of_a > of_b ? -1 : 1;
  if (a->n != b->n) return a->n > b->n ? -1 : 1;
  return strcmp(item_text(data, a), item_text(data, b));
}

static void keep_items(Ask *ask) {
  RsWatchAnswer *a = ask->answer;
  g_array_sort_with_data(ask->item, compare_items, ask);
  a->item = g_new(RsWatchItem, (gsize)ask->item->len + 1);
  for (guint i = 0, of_topic = 0; i < ask->item->len; i++) {
    const RsWatchItem *item = &g_array_index(ask->item, RsWatchItem, i);
    of_topic = i > 0 && g_array_index(ask->item, RsWatchItem, i - 1).topic == item->topic ? of_topic + 1 : 0;
    if (of_topic < RS_WATCH_ITEMS || item->topic == RS_WATCH_RING) a->item[a->n_items++] = *item;
    else a->n_more[item->topic]++;
  }
}

/* The money of the ties that are listed. */
static void fill_amounts(Ask *ask) {
  static const RsWatchTopic topic[] = {RS_WATCH_PERSON, RS_WATCH_DOCTOR, RS_WATCH_INSTITUTION, RS_WATCH_DRUG};
  const RsWatchEntry *entry = ask->entry;
  RsWatchAnswer *a = ask->answer;
  g_autofree RsTie *tie = g_new(RsTie, (gsize)a->n_items + 1);
  g_autofree RsTieSum *sum = g_new(RsTieSum, (gsize)a->n_items + 1);
  g_autofree uint32_t *of = g_new(uint32_t, (gsize)a->n_items + 1);
  uint32_t n = 0;
  for (uint32_t i = 0; i < a->n_items; i++)
    for (int r = 0; r < RS_N_RELATIONS; r++) {
      const bool forward = rs_relation_from[r] == entry->kind && topic[rs_relation_to[r]] == a->item[i].topic;
      const bool back = rs_relation_to[r] == entry->kind && topic[rs_relation_from[r]] == a->item[i].topic;
      if (!forward && !back) continue;
      tie[n] = (RsTie){(RsRelationKind)r, forward ? entry->id : a->item[i].id, forward ? a->item[i].id : entry->id};
      of[n++] = i;
    }
  rs_tie_sums(ask->scene->knowledge, tie, n, ask->options->n_threads, sum);
  for (uint32_t i = 0; i < n; i++) a->item[of[i]].amount = sum[i].amount;
}

static void answer(Ask *ask) {
  const RsClaims *c = ask->scene->claims;
  const RsWatchEntry *entry = ask->entry;
  ask->answer->region = RS_NONE;
  g_array_set_size(ask->item, 0);
  if (entry->id == RS_NONE && !entry->box) return;
  look_at_visits(ask);
  look_at_rings(ask);
  if (!entry->box) {
    if (entry->kind == RS_PERSON) ask->answer->region = c->person_region[entry->id];
    if (entry->kind == RS_INSTITUTION) ask->answer->region = c->institution_region[entry->id];
    for (int r = 0; r < RS_N_RELATIONS; r++) look_at_relation(ask, (RsRelationKind)r);
    look_at_peers(ask);
    if (entry->kind == RS_PERSON) look_at_company(ask);
  }
  keep_items(ask);
  if (!entry->box) fill_amounts(ask);
}

/* The entries in these claims, each once; the people of a box stand for it. */
static void seeds_of(const RsWatch *watch, const RsClaims *c, GArray *kind, GArray *id) {
  g_autoptr(GHashTable) seen = g_hash_table_new(NULL, NULL);
  for (uint32_t i = 0; i < watch->list->n; i++) {
    const RsWatchEntry *entry = &watch->list->entry[i];
    const RsWatchAnswer *a = &watch->answer[i];
    for (uint32_t k = 0; k < (entry->box ? a->n_items : 1); k++) {
      if (entry->box && a->item[k].topic != RS_WATCH_COMPANION) continue;
      uint32_t number = entry->box ? a->item[k].id : entry->id;
      if (number == RS_NONE || (entry->kind == RS_PERSON && number >= c->n_persons)) continue;
      if (!g_hash_table_add(seen, GSIZE_TO_POINTER((gsize)entry->kind << 32 | ((gsize)number + 1)))) continue;
      g_array_append_val(kind, entry->kind);
      g_array_append_val(id, number);
    }
  }
}

RsWatch *rs_watch_new(const RsClaims *claims, const RsKnowledge *knowledge, const RsRings *rings, const RsWatchList *list,
                      const RsDetectOptions *options, GError **error) {
  g_autoptr(RsScene) scene = rs_scene_new(claims, knowledge, options->n_threads, error);
  if (scene == NULL) return NULL;
  RsWatch *watch = g_new0(RsWatch, 1);
  Ask ask = {.scene = scene, .rings = rings, .options = options, .item = g_array_new(FALSE, FALSE, sizeof(RsWatchItem))};
  watch->list = list;
  watch->answer = g_new0(RsWatchAnswer, (gsize)list->n + 1);
  for (unsigned k = 0; k < RS_N_KINDS; k++) watch->watched[k] = g_malloc0((gsize)rs_knowledge_count(knowledge, (RsKind)k) + 1);
  for (uint32_t i = 0; i < list->n; i++) {
    ask.entry = &list->entry[i];
    ask.answer = &watch->answer[i];
    answer(&ask);
    if (ask.entry->id != RS_NONE) watch->watched[ask.entry->kind][ask.entry->id] = 1;
  }
  for (unsigned k = 0; k < RS_N_KINDS; k++)
    for (unsigned m = 0; m < RS_N_PEER_MEASURES; m++) g_free(ask.peer[k][m]);
  g_array_unref(ask.item);
  g_autoptr(GArray) kind = g_array_new(FALSE, FALSE, sizeof(RsKind)), id = g_array_new(FALSE, FALSE, sizeof(uint32_t));
  seeds_of(watch, claims, kind, id);
  g_autofree uint8_t *in_lead = g_malloc0((gsize)claims->n_persons + 1);
  for (uint32_t r = 0; r < rings->n_rings; r++)
    for (uint32_t m = 0; m < rings->rings[r].n_members; m++)
      if (rings->rings[r].members[m].kind == RS_PERSON) in_lead[rings->rings[r].members[m].id] = 1;
  if (kind->len > 0)
    watch->expansion = rs_expand(scene, (const RsKind *)(const void *)kind->data, (const uint32_t *)(const void *)id->data, kind->len,
                                 in_lead, options);
  return watch;
}
