#include "exporters/subgraph.h"

#include "base/parallel.h"
#include "base/sort.h"
#include "graph/layout.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* An entity as one number, so that sets of entities are sorted arrays. */
static uint64_t key_of(RsKind kind, uint32_t id) { return (uint64_t)kind << 32 | id; }
static RsKind key_kind(uint64_t key) { return (RsKind)(key >> 32); }
static uint32_t key_id(uint64_t key) { return (uint32_t)key; }

static int compare_keys(const void *a, const void *b) {
  const uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
  return (x > y) - (x < y);
}

/* Sorts and drops repeats. */
static void keys_unique(GArray *keys) {
  uint64_t *key = (uint64_t *)(void *)keys->data;
  guint n = 0;
  if (keys->len == 0) return;
  rs_sort_u64(key, keys->len);
  for (guint i = 0; i < keys->len; i++)
    if (i == 0 || key[i] != key[i - 1]) key[n++] = key[i];
  g_array_set_size(keys, n);
}

static GArray *keys_new(void) { return g_array_new(FALSE, FALSE, sizeof(uint64_t)); }
#define key_at(keys, i) g_array_index((keys), uint64_t, (i))
static void key_add(GArray *keys, uint64_t key) { g_array_append_val(keys, key); }


/* ---- who is a member of what ---- */

typedef struct { uint64_t key; uint32_t ring; RsRole role; } Membership;

static int compare_memberships(const void *a, const void *b) {
  const Membership *x = a, *y = b;
  if (x->key != y->key) return x->key < y->key ? -1 : 1;
  return (x->ring > y->ring) - (x->ring < y->ring);
}

struct RsMemberships { const RsRings *rings; GArray *all; /* of Membership, sorted */ };

RsMemberships *rs_memberships_new(const RsRings *rings) {
  RsMemberships *memberships = g_new(RsMemberships, 1);
  GArray *all = g_array_new(FALSE, FALSE, sizeof(Membership));
  for (uint32_t r = 0; r < rings->n_rings; r++)
    for (uint32_t m = 0; m < rings->rings[r].n_members; m++) {
      const RsMember *member = &rings->rings[r].members[m];
      const Membership one = {key_of(member->kind, member->id), r, member->role};
      g_array_append_val(all, one);
    }
  if (all->len > 0) qsort(all->data, all->len, sizeof(Membership), compare_memberships);
  *memberships = (RsMemberships){rings, all};
  return memberships;
}

void rs_memberships_free(RsMemberships *memberships) {
  if (memberships == NULL) return;
  g_array_unref(memberships->all);
  g_free(memberships);
}

static guint membership_first(const GArray *all, uint64_t key) {
  guint low = 0, high = all->len;
  while (low < high) {
    const guint middle = low + (high - low) / 2;
    if (g_array_index(all, Membership, middle).key < key) low = middle + 1;
    else high = middle;
  }
  return low;
}

static RsSubgraphNode node_new(uint64_t key, const RsMemberships *memberships, uint32_t drawn) {
  const GArray *all = memberships->all;
  RsSubgraphNode node = {.kind = key_kind(key), .id = key_id(key), .ring = RS_NONE};
  for (guint i = membership_first(all, key); i < all->len; i++) {
    const Membership *one = &g_array_index(all, Membership, i);
    if (one->key != key) break;
    if (node.n_rings++ == 0) node.ring = one->ring;
    node.patterns |= 1u << memberships->rings->rings[one->ring].pattern;
    if (drawn == RS_NONE ? node.member : one->ring != drawn) continue;
    node.member = true;
    node.role = one->role;
  }
  return node;
}

/* ---- nodes ---- */

static void add_members(GArray *keys, const RsRing *ring) {
  for (uint32_t m = 0; m < ring->n_members; m++) key_add(keys, key_of(ring->members[m].kind, ring->members[m].id));
}

static void add_row_targets(GArray *keys, const RsKnowledge *knowledge, RsRelationKind kind, uint32_t from) {
  const RsRelation *relation = &knowledge->relation[kind];
  for (uint64_t row = relation->offset[from]; row < relation->offset[from + 1]; row++)
    key_add(keys, key_of(rs_relation_to[kind], relation->to[row]));
}

/* The person keys of a sorted set come first: RS_PERSON is 0. */
static guint person_count(const GArray *keys) {
  guint n = 0;
  while (n < keys->len && key_kind(key_at(keys, n)) == RS_PERSON) n++;
  return n;
}

static GArray *case_keys(const RsKnowledge *knowledge, const RsRings *rings) {
  GArray *keys = keys_new();
  for (uint32_t r = 0; r < rings->n_rings; r++) add_members(keys, &rings->rings[r]);
  keys_unique(keys);
  const guint n_persons = person_count(keys);
  for (guint i = 0; i < n_persons; i++)
    for (int kind = 0; kind < RS_N_RELATIONS; kind++)
      if (rs_relation_from[kind] == RS_PERSON)
        add_row_targets(keys, knowledge, (RsRelationKind)kind, key_id(key_at(keys, i)));
  keys_unique(keys);
  return keys;
}

/* What a person of the evidence touched, as one number: kind, id, and which person it was of those there. */
#define TOUCH_PERSONS 30

static void touch_add(GArray *touches, RsKind kind, uint32_t id, uint32_t person) {
  if (id != RS_NONE) key_add(touches, (uint64_t)kind << 62 | (uint64_t)id << TOUCH_PERSONS | person);
}

/* Lines ascend, so do their visits: the next line's is mostly close to the last. */
static uint32_t visit_from(const RsClaims *claims, uint32_t visit, uint64_t line) {
  enum { CLOSE = 16 };
  for (unsigned i = 0; visit != RS_NONE && i < CLOSE; i++, visit++)
    if (line < claims->visit_line[visit + 1]) return visit;
  return rs_claims_line_visit(claims, line);
}

/* And so do persons: one is looked for where the last ends. */
static GArray *touches_new(const RsClaims *claims, const RsRing *ring) {
  GArray *touches = keys_new();
  uint32_t visit = RS_NONE, owner = RS_NONE, person = 0;
  for (uint64_t e = 0; e < ring->n_evidence; e++) {
    const uint64_t line = ring->evidence[e].line;
    visit = visit_from(claims, visit, line);
    if (owner == RS_NONE || visit >= claims->person_visit[owner + 1]) {
      person += owner != RS_NONE;
      owner = rs_claims_visit_person(claims, visit);
    }
    touch_add(touches, RS_INSTITUTION, claims->visit_institution[visit], person);
    touch_add(touches, RS_DOCTOR, rs_line_doctor(claims, line), person);
    touch_add(touches, RS_DRUG, rs_line_drug(claims, line), person);
  }
  return touches;
}

/* What two or more persons of the evidence share. */
static void add_context(GArray *keys, const RsClaims *claims, const RsRing *ring) {
  g_autoptr(GArray) touches = touches_new(claims, ring);
  g_assert(ring->n_evidence < UINT64_C(1) << TOUCH_PERSONS);
  keys_unique(touches);
  for (guint i = 1; i < touches->len; i++) {
    const uint64_t before = key_at(touches, i - 1) >> TOUCH_PERSONS, touch = key_at(touches, i) >> TOUCH_PERSONS;
    if (touch == before) key_add(keys, key_of((RsKind)(touch >> 32), (uint32_t)touch));
  }
}

static GArray *ring_keys(const RsClaims *claims, const RsRing *ring) {
  GArray *keys = keys_new();
  add_members(keys, ring);
  add_context(keys, claims, ring);
  keys_unique(keys);
  return keys;
}

/* ---- edges ---- */

/* A pair that stands together, as from << 32 | to; one set a relation kind. */
typedef struct { GArray *of[RS_N_RELATIONS]; } Pairs;

static void pair_add(Pairs *pairs, RsRelationKind kind, uint32_t from, uint32_t to) {
  if (from != RS_NONE && to != RS_NONE) key_add(pairs->of[kind], (uint64_t)from << 32 | to);
}

static void add_line_pairs(Pairs *pairs, const RsClaims *claims, uint32_t person) {
  for (uint32_t v = claims->person_visit[person]; v < claims->person_visit[person + 1]; v++)
    for (uint64_t l = claims->visit_line[v]; l < claims->visit_line[v + 1]; l++) {
      pair_add(pairs, RS_PRESCRIBED, rs_line_doctor(claims, l), rs_line_drug(claims, l));
      pair_add(pairs, RS_DISPENSED, claims->visit_institution[v], rs_line_drug(claims, l));
      pair_add(pairs, RS_REFERS_TO, rs_line_doctor(claims, l), claims->visit_institution[v]);
    }
}

static void add_member_pairs(Pairs *pairs, const RsRing *ring) {
  for (uint32_t a = 0; a < ring->n_members; a++) {
    const RsMember *from = &ring->members[a];
    if (from->kind == RS_PERSON) continue;
    for (uint32_t b = 0; b < ring->n_members; b++)
      for (int kind = 0; kind < RS_N_RELATIONS; kind++)
        if (rs_relation_from[kind] == from->kind && rs_relation_to[kind] == ring->members[b].kind)
          pair_add(pairs, (RsRelationKind)kind, from->id, ring->members[b].id);
  }
}

/* Every relation of the persons present. */
static void add_person_pairs(Pairs *pairs, const RsKnowledge *knowledge, uint32_t person) {
  for (int kind = 0; kind < RS_N_RELATIONS; kind++) {
    const RsRelation *relation = &knowledge->relation[kind];
    if (rs_relation_from[kind] != RS_PERSON) continue;
    for (uint64_t row = relation->offset[person]; row < relation->offset[person + 1]; row++)
      pair_add(pairs, (RsRelationKind)kind, person, relation->to[row]);
  }
}

static bool relation_find(const RsRelation *relation, uint32_t from, uint32_t to, uint64_t *found) {
  if (from >= relation->n_from) return false;
  uint64_t low = relation->offset[from], high = relation->offset[from + 1];
  const uint64_t end = high;
  while (low < high) {
    const uint64_t middle = low + (high - low) / 2;
    if (relation->to[middle] < to) low = middle + 1;
    else high = middle;
  }
  *found = low;
  return low < end && relation->to[low] == to;
}

static guint key_position(const GArray *keys, uint64_t key) {
  const uint64_t *base = (const uint64_t *)(const void *)keys->data;
  const uint64_t *found = bsearch(&key, base, keys->len, sizeof key, compare_keys);
  return found == NULL ? G_MAXUINT : (guint)(found - base);
}

/* Edges between nodes present, for the pairs that the relation really has. place[i] is the node of keys[i]. */
static void add_edges(GArray *edges, const RsKnowledge *knowledge, RsRelationKind kind, const GArray *pairs,
                      const GArray *keys, const uint32_t *place) {
  for (guint i = 0; i < pairs->len; i++) {
    const uint32_t from = (uint32_t)(key_at(pairs, i) >> 32), to = (uint32_t)key_at(pairs, i);
    const guint a = key_position(keys, key_of(rs_relation_from[kind], from));
    const guint b = key_position(keys, key_of(rs_relation_to[kind], to));
    RsSubgraphEdge edge = {.kind = kind};
    if (a == G_MAXUINT || b == G_MAXUINT || !relation_find(&knowledge->relation[kind], from, to, &edge.row)) continue;
    edge.from = place[a];
    edge.to = place[b];
    g_array_append_val(edges, edge);
  }
}

static GArray *edges_new(const RsKnowledge *knowledge, const RsRings *rings, uint32_t ring, const GArray *keys,
                         const uint32_t *place) {
  Pairs pairs;
  GArray *edges = g_array_new(FALSE, FALSE, sizeof(RsSubgraphEdge));
  for (int kind = 0; kind < RS_N_RELATIONS; kind++) pairs.of[kind] = keys_new();
  for (guint i = 0; i < keys->len && key_kind(key_at(keys, i)) == RS_PERSON; i++) {
    add_person_pairs(&pairs, knowledge, key_id(key_at(keys, i)));
    add_line_pairs(&pairs, knowledge->claims, key_id(key_at(keys, i)));
  }
  for (uint32_t r = 0; r < rings->n_rings; r++)
    if (ring == RS_NONE || r == ring) add_member_pairs(&pairs, &rings->rings[r]);
  for (int kind = 0; kind < RS_N_RELATIONS; kind++) {
    keys_unique(pairs.of[kind]);
    add_edges(edges, knowledge, (RsRelationKind)kind, pairs.of[kind], keys, place);
    g_array_unref(pairs.of[kind]);
  }
  return edges;
}

/* ---- sums ---- */

static int compare_rows(const void *a, const void *b) {
  const RsSubgraphEdge *x = a, *y = b;
  if (x->kind != y->kind) return x->kind < y->kind ? -1 : 1;
  return (x->row > y->row) - (x->row < y->row);
}

/* What the edges add up to: of those that the case's graph has, from there (its edges stand by kind and row), else from the claims. */
static void sums_fill(RsSubgraph *subgraph, const RsKnowledge *knowledge, const RsSubgraph *whole, unsigned n_threads) {
  g_autofree RsTie *tie = g_new(RsTie, (gsize)subgraph->n_edges + 1);
  g_autofree RsTieSum *sum = g_new(RsTieSum, (gsize)subgraph->n_edges + 1);
  g_autofree uint32_t *edge_of = g_new(uint32_t, (gsize)subgraph->n_edges + 1);
  uint32_t n = 0;
  for (uint32_t i = 0; i < subgraph->n_edges; i++) {
    RsSubgraphEdge *edge = &subgraph->edge[i];
    const RsSubgraphEdge *known = whole == NULL ? NULL : bsearch(edge, whole->edge, whole->n_edges, sizeof *edge, compare_rows);
    if (known != NULL) {
      edge->sum = known->sum;
      continue;
    }
    tie[n] = (RsTie){edge->kind, subgraph->node[edge->from].id, subgraph->node[edge->to].id};
    edge_of[n++] = i;
  }
  rs_tie_sums(knowledge, tie, n, n_threads, sum);
  for (uint32_t i = 0; i < n; i++) subgraph->edge[edge_of[i]].sum = sum[i];
}

/* ---- order ---- */

typedef struct { const RsKnowledge *knowledge; const RsEntities *entities; } Order;

static int compare_nodes(const void *a, const void *b, void *data) {
  const RsSubgraphNode *x = a, *y = b;
  const Order *order = data;
  if (x->kind != y->kind) return x->kind < y->kind ? -1 : 1;
  const RsEntity *p = &order->entities->of[x->kind][x->id], *q = &order->entities->of[y->kind][y->id];
  if (p->n_claims != q->n_claims) return p->n_claims > q->n_claims ? -1 : 1;
  if (p->amount != q->amount) return p->amount > q->amount ? -1 : 1;
  if (p->first_day != q->first_day) return p->first_day < q->first_day ? -1 : 1;
  if (p->last_day != q->last_day) return p->last_day < q->last_day ? -1 : 1;
  if (p->n_links != q->n_links) return p->n_links > q->n_links ? -1 : 1;
  return strcmp(rs_knowledge_id(order->knowledge, x->kind, x->id), rs_knowledge_id(order->knowledge, y->kind, y->id));
}

/* ---- sizes ---- */

RsSizes rs_sizes_new(uint64_t *value, size_t n) {
  RsSizes sizes = {value, 0};
  rs_sort_u64(value, n);
  for (size_t i = 0; i < n; i++)
    if (i == 0 || value[i] != value[i - 1]) value[sizes.n++] = value[i];
  return sizes;
}

uint32_t rs_sizes_get(const RsSizes *sizes, uint64_t value) {
  if (sizes->n < 2) return RS_NONE;
  const uint64_t *found = bsearch(&value, sizes->value, sizes->n, sizeof value, compare_keys);
  g_assert(found != NULL);
  return (uint32_t)(400u + 9600u * (uint64_t)(found - sizes->value) / (sizes->n - 1));
}

/* The same with most nodes smaller: a size's share of the range to the given power. Both ends stay. */
static uint32_t size_crowded(uint32_t size, unsigned power) {
  const double share = (size - 400u) / 9600.0;
  double left = 1;
  if (size == RS_NONE) return size;
  while (power-- > 0) left *= share;
  return 400u + (uint32_t)(9600.0 * left);
}

static void sizes_fill(RsSubgraph *subgraph) {
  g_autofree uint64_t *claims = g_new0(uint64_t, (gsize)subgraph->n_nodes + 1);
  for (uint32_t i = 0; i < subgraph->n_edges; i++) {
    const RsSubgraphEdge *edge = &subgraph->edge[i];
    claims[edge->from] += edge->sum.lines;
    claims[edge->to] += edge->sum.lines;
  }
  RsSizes sizes = rs_sizes_new(g_memdup2(claims, (gsize)subgraph->n_nodes * sizeof *claims), subgraph->n_nodes);
  for (uint32_t i = 0; i < subgraph->n_nodes; i++) subgraph->node[i].size = rs_sizes_get(&sizes, claims[i]);
  g_free(sizes.value);
}

/* ---- places ---- */

static RsGraph *drawn_graph(const RsSubgraph *subgraph, const RsKnowledge *knowledge) {
  g_autofree uint32_t *a = g_new(uint32_t, (gsize)subgraph->n_edges + 1), *b = g_new(uint32_t, (gsize)subgraph->n_edges + 1);
  g_autofree float *weight = g_new(float, (gsize)subgraph->n_edges + 1);
  for (uint32_t i = 0; i < subgraph->n_edges; i++) {
    const RsSubgraphEdge *edge = &subgraph->edge[i];
    a[i] = edge->from;
    b[i] = edge->to;
    weight[i] = (float)knowledge->relation[edge->kind].days[edge->row];
  }
  return rs_graph_new(subgraph->n_nodes, subgraph->n_edges, a, b, weight, NULL);
}

/* Persons in the middle, or the other members where no person is one. */
static uint8_t layout_group(const RsSubgraphNode *node, bool has_persons) {
  return !has_persons && node->member ? 0 : (uint8_t)node->kind;
}

static void places_keep(RsSubgraph *subgraph, const double *x, const double *y) {
  for (uint32_t i = 0; i < subgraph->n_nodes; i++) {
    subgraph->node[i].x = (int32_t)lround(CLAMP(x[i], -RS_LAYOUT_EXTENT, RS_LAYOUT_EXTENT) * 100.0);
    subgraph->node[i].y = (int32_t)lround(CLAMP(y[i], -RS_LAYOUT_EXTENT, RS_LAYOUT_EXTENT) * 100.0);
  }
}

static bool layout_planned(RsSubgraph *subgraph, const RsKnowledge *knowledge) {
  if (subgraph->n_nodes == 0 || subgraph->n_nodes > RS_LAYOUT_MAX_NODES) return false;
  g_autoptr(RsGraph) graph = drawn_graph(subgraph, knowledge);
  g_autofree uint8_t *group = g_new(uint8_t, subgraph->n_nodes);
  g_autofree double *radius = g_new(double, subgraph->n_nodes), *x = g_new(double, subgraph->n_nodes),
                    *y = g_new(double, subgraph->n_nodes);
  const bool has_persons = subgraph->node[0].kind == RS_PERSON; /* they come first */
  for (uint32_t i = 0; i < subgraph->n_nodes; i++) {
    group[i] = layout_group(&subgraph->node[i], has_persons);
    radius[i] = subgraph->node[i].size == RS_NONE ? 10.0 : subgraph->node[i].size / 100.0;
  }
  if (graph == NULL || !rs_layout(graph, group, radius, x, y, NULL)) return false;
  places_keep(subgraph, x, y);
  return true;
}

/* For what is too large to plan: one circle a kind, persons innermost, all within the frame. */
static void layout_circles(RsSubgraph *subgraph) {
  double radius = 0;
  for (uint32_t begin = 0, end; begin < subgraph->n_nodes; begin = end) {
    for (end = begin; end < subgraph->n_nodes && subgraph->node[end].kind == subgraph->node[begin].kind;) end++;
    radius += RS_LAYOUT_EXTENT / RS_N_KINDS;
    for (uint32_t i = begin; i < end; i++) {
      const double angle = 2.0 * G_PI * (i - begin) / (end - begin);
      subgraph->node[i].x = (int32_t)lround(radius * cos(angle) * 100.0);
      subgraph->node[i].y = (int32_t)lround(radius * sin(angle) * 100.0);
    }
  }
}

/* From the roomiest to the tightest; the last one is shrunk into the page if it must. */
static const struct { unsigned power; RsLayoutSpace space; } crowding[] = {
    {1, {24, 120}}, {2, {20, 80}}, {3, {16, 60}}, {4, {12, 40}}, {6, {8, 24}}, {8, {6, 16}}, {12, {4, 10}}, {24, {2, 6}}};

/* Room taken by nodes alone that a page of clusters holds without shrinking: about a fifth of it. */
static bool crowding_fits(size_t level, const uint32_t *size, uint32_t n) {
  double area = 0;
  for (uint32_t i = 0; i < n; i++) {
    const double width = 2 * (size[i] == RS_NONE ? 10.0 : size_crowded(size[i], crowding[level].power) / 100.0) + crowding[level].space.gap;
    area += width * width;
  }
  return area < 4 * RS_LAYOUT_EXTENT * RS_LAYOUT_EXTENT / 5;
}

/* All leads on one page, ring by ring; the more there are, the smaller most nodes and the gaps become. */
static void layout_rings(RsSubgraph *subgraph, const RsKnowledge *knowledge, uint32_t n_rings) {
  const uint32_t n = subgraph->n_nodes;
  g_autoptr(RsGraph) graph = drawn_graph(subgraph, knowledge);
  g_autofree uint8_t *group = g_new(uint8_t, (gsize)n + 1);
  g_autofree uint32_t *ring = g_new(uint32_t, (gsize)n + 1), *size = g_new(uint32_t, (gsize)n + 1);
  g_autofree double *radius = g_new(double, (gsize)n + 1), *x = g_new(double, (gsize)n + 1), *y = g_new(double, (gsize)n + 1);
  g_autofree bool *has_persons = g_new0(bool, (gsize)n_rings + 1);
  double extent = HUGE_VAL;
  for (uint32_t i = 0; i < n; i++) {
    ring[i] = subgraph->node[i].ring;
    size[i] = subgraph->node[i].size;
    if (ring[i] != RS_NONE && subgraph->node[i].kind == RS_PERSON) has_persons[ring[i]] = true;
  }
  for (uint32_t i = 0; i < n; i++) group[i] = layout_group(&subgraph->node[i], ring[i] == RS_NONE || has_persons[ring[i]]);
  for (size_t level = 0; level < G_N_ELEMENTS(crowding) && extent > RS_LAYOUT_EXTENT; level++) {
    if (level + 1 < G_N_ELEMENTS(crowding) && !crowding_fits(level, size, n)) continue;
    for (uint32_t i = 0; i < n; i++) {
      subgraph->node[i].size = size_crowded(size[i], crowding[level].power);
      radius[i] = size[i] == RS_NONE ? 10.0 : subgraph->node[i].size / 100.0;
    }
    if (graph == NULL || !rs_layout_rings(graph, group, ring, n_rings, radius, crowding[level].space, x, y, &extent, NULL)) {
      layout_circles(subgraph);
      return;
    }
  }
  rs_layout_shrink(n, x, y);
  places_keep(subgraph, x, y);
}

/* The nodes of keys in canonical order; place[i] is where keys[i] went. */
static RsSubgraphNode *nodes_new(const GArray *keys, const Order *order, const RsMemberships *memberships,
                                 uint32_t ring, uint32_t *place) {
  RsSubgraphNode *node = g_new0(RsSubgraphNode, keys->len + 1);
  for (guint i = 0; i < keys->len; i++) node[i] = node_new(key_at(keys, i), memberships, ring);
  if (keys->len > 0) qsort_r(node, keys->len, sizeof *node, compare_nodes, (void *)order);
  for (guint i = 0; i < keys->len; i++) place[key_position(keys, key_of(node[i].kind, node[i].id))] = i;
  return node;
}

RsSubgraph *rs_subgraph_new(const RsKnowledge *knowledge, const RsEntities *entities, const RsMemberships *memberships, uint32_t ring,
                            const RsSubgraph *whole, unsigned n_threads) {
  const RsRings *rings = memberships->rings;
  g_autoptr(GArray) keys =
      ring == RS_NONE ? case_keys(knowledge, rings) : ring_keys(knowledge->claims, &rings->rings[ring]);
  g_autofree uint32_t *place = g_new(uint32_t, keys->len + 1);
  const Order order = {knowledge, entities};
  RsSubgraph *subgraph = g_new0(RsSubgraph, 1);
  subgraph->n_nodes = keys->len;
  subgraph->node = nodes_new(keys, &order, memberships, ring, place);
  GArray *edges = edges_new(knowledge, rings, ring, keys, place);
  subgraph->n_edges = edges->len;
  subgraph->edge = (RsSubgraphEdge *)(void *)g_array_free(edges, FALSE);
  sums_fill(subgraph, knowledge, whole, n_threads);
  sizes_fill(subgraph);
  if (ring == RS_NONE && rings->n_rings > 0) layout_rings(subgraph, knowledge, rings->n_rings);
  else if (!layout_planned(subgraph, knowledge)) layout_circles(subgraph);
  return subgraph;
}

/* ---- a selection ---- */

static GArray *edges_between(const RsKnowledge *knowledge, const GArray *keys, const uint32_t *place) {
  GArray *edges = g_array_new(FALSE, FALSE, sizeof(RsSubgraphEdge));
  for (int kind = 0; kind < RS_N_RELATIONS; kind++) {
    const RsRelation *relation = &knowledge->relation[kind];
    for (guint i = 0; i < keys->len; i++) {
      const uint32_t from = key_id(key_at(keys, i));
      if (key_kind(key_at(keys, i)) != rs_relation_from[kind]) continue;
      for (uint64_t row = relation->offset[from]; row < relation->offset[from + 1]; row++) {
        const guint to = key_position(keys, key_of(rs_relation_to[kind], relation->to[row]));
        if (to == G_MAXUINT) continue;
        const RsSubgraphEdge edge = {.from = place[i], .to = place[to], .kind = (RsRelationKind)kind, .row = row};
        g_array_append_val(edges, edge);
      }
    }
  }
  return edges;
}

RsSubgraph *rs_subgraph_select(const RsKnowledge *knowledge, const RsEntities *entities, uint32_t n, const RsKind *kind, const uint32_t *id,
                               const bool *focus) {
  static const RsRings no_rings;
  g_autoptr(RsMemberships) memberships = rs_memberships_new(&no_rings);
  g_autoptr(GArray) keys = keys_new();
  const Order order = {knowledge, entities};
  for (uint32_t i = 0; i < n; i++) key_add(keys, key_of(kind[i], id[i]));
  keys_unique(keys);
  g_autofree uint32_t *place = g_new0(uint32_t, keys->len + 1);
  RsSubgraph *subgraph = g_new0(RsSubgraph, 1);
  subgraph->n_nodes = keys->len;
  subgraph->node = nodes_new(keys, &order, memberships, RS_NONE, place);
  for (uint32_t i = 0; i < n && focus != NULL; i++)
    if (focus[i]) subgraph->node[place[key_position(keys, key_of(kind[i], id[i]))]].member = true;
  GArray *edges = edges_between(knowledge, keys, place);
  subgraph->n_edges = edges->len;
  subgraph->edge = (RsSubgraphEdge *)(void *)g_array_free(edges, FALSE);
  sums_fill(subgraph, knowledge, NULL, rs_parallel_default_threads());
  sizes_fill(subgraph);
  if (!layout_planned(subgraph, knowledge)) layout_circles(subgraph);
  return subgraph;
}

/* By `to`, then, keeping that order, by `from`. */
uint32_t *rs_subgraph_edges_by(const RsSubgraph *subgraph, const uint32_t *rank) {
  const uint32_t n = subgraph->n_edges;
  g_autofree uint64_t *key = g_new(uint64_t, (gsize)n + 1);
  g_autofree uint32_t *by_to = g_new(uint32_t, (gsize)n + 1);
  uint32_t *order = g_new(uint32_t, (gsize)n + 1);
  for (uint32_t i = 0; i < n; i++) key[i] = (uint64_t)rank[subgraph->edge[i].to] << 32 | i;
  rs_sort_u64_placed(key, n);
  for (uint32_t i = 0; i < n; i++) by_to[i] = (uint32_t)key[i];
  for (uint32_t i = 0; i < n; i++) key[i] = (uint64_t)rank[subgraph->edge[by_to[i]].from] << 32 | i;
  rs_sort_u64_placed(key, n);
  for (uint32_t i = 0; i < n; i++) order[i] = by_to[(uint32_t)key[i]];
  return order;
}

void rs_subgraph_free(RsSubgraph *subgraph) {
  if (subgraph == NULL) return;
  g_free(subgraph->node);
  g_free(subgraph->edge);
  g_free(subgraph);
}
