#include "graph/leiden.h"

#include "graph/components.h"

#include <math.h>
#include <string.h>

#define BETA 0.01 /* how freely the refinement wanders: igraph's own default; matters only to merges that are nearly as good as the best */

/* ---- random numbers, as igraph draws them ---- */

typedef struct { uint64_t state, step; } Draw; /* PCG32 */

static uint32_t next(Draw *d) {
  const uint64_t old = d->state;
  const uint32_t mixed = (uint32_t)((old >> 18 ^ old) >> 27), turn = (uint32_t)(old >> 59);
  d->state = old * 6364136223846793005u + d->step;
  return mixed >> turn | mixed << (32 - turn) % 32;
}

/* igraph's generator takes 32 bits of seed: both halves are folded into 32 bits, 0 is never passed; igraph makes a stream of its own of each. */
static void draw_init(Draw *d, uint64_t seed) {
  const uint32_t folded = (uint32_t)((seed ^ seed >> 32) * 0x9e3779b97f4a7c15u >> 32);
  *d = (Draw){0, (uint64_t)(folded == 0 ? 1 : folded) << 1 | 1};
  next(d);
  d->state += 0x853c49e6748fea9bu;
  next(d);
}

static uint32_t next_below(Draw *d, uint32_t n) {
  const uint32_t threshold = (0u - n) % n;
  for (;;) {
    const uint64_t product = (uint64_t)next(d) * n;
    if ((uint32_t)product >= threshold) return (uint32_t)(product >> 32);
  }
}

/* 0 <= x < most, from 52 bits. */
static double next_real(Draw *d, double most) {
  double x = 0.0;
  if (most > 0.0)
    do {
      const uint64_t high = next(d);
      x = (double)(high << 20 | next(d) >> 12) * 0x1p-52 * most;
    } while (x >= most);
  return x;
}

static void shuffle(Draw *d, uint32_t *node, uint32_t n) {
  while (n > 1) {
    const uint32_t k = next_below(d, n--), other = node[n];
    node[n] = node[k];
    node[k] = other;
  }
}

/* ---- one level: a graph of nodes, or of the parts of the level before ---- */

typedef struct { uint32_t to; double weight; } Tie;

typedef struct {
  uint32_t n;
  uint32_t *offset; /* [n + 1] */
  Tie *tie;         /* by the far end in each row */
  double *weight;   /* [n] of the nodes */
} Level;

static void level_clear(Level *level) {
  g_free(level->offset);
  g_free(level->tie);
  g_free(level->weight);
}

typedef struct { uint32_t from, to; double weight; } Edge;

/* Rows from edges with from < to, by from: each node's smaller neighbours come in their order, and read by those its larger ones do. */
static void level_ties(Level *level, const Edge *edge, uint32_t n_edges) {
  const uint32_t n = level->n;
  uint32_t *offset = level->offset = g_new0(uint32_t, (gsize)n + 2);
  g_autofree uint32_t *smaller = g_new0(uint32_t, (gsize)n + 1), *at = g_new(uint32_t, (gsize)n + 1);
  level->tie = g_new0(Tie, 2 * (gsize)n_edges + 1);
  for (uint32_t e = 0; e < n_edges; e++) {
    offset[edge[e].from + 1]++;
    offset[edge[e].to + 1]++;
    smaller[edge[e].to]++;
  }
  for (uint32_t v = 0; v < n; v++) {
    offset[v + 1] += offset[v];
    at[v] = offset[v];
  }
  for (uint32_t e = 0; e < n_edges; e++) level->tie[at[edge[e].to]++] = (Tie){edge[e].from, edge[e].weight};
  for (uint32_t v = 0; v < n; v++)
    for (uint32_t i = offset[v]; i < offset[v] + smaller[v]; i++) {
      const Tie tie = level->tie[i];
      level->tie[at[tie.to]++] = (Tie){v, tie.weight};
    }
}

/* ---- the algorithm ---- */

/* Of a community or part: the weight of its nodes, and of the ties to it of the node at hand; zero between two nodes. Asked for together. */
typedef struct { double inside, to; } Sums;

/* Arrays by node or community of the level at hand. */
typedef struct {
  Draw draw;
  double resolution;
  uint32_t *member;  /* [n] community of each node */
  uint32_t *part;    /* [n] of its refinement */
  uint32_t *order, *start, *of; /* [n], [n + 1], [n] nodes: of community c are of[start[c]] .. of[start[c + 1]-1], ascending */
  uint32_t *size, *empty, *near; /* [n] */
  Sums *at;          /* [n] of a community or part */
  double *outer;     /* [n] weight of a part's ties to the rest of its community */
  double *sum;       /* [n + 1] */
  bool *is_stable, *is_merged; /* [n] */
  uint32_t *first, *inner; /* [n + 1], [ties]: see refine() */
} Work;

static void work_init(Work *w, uint32_t n, uint32_t n_ties) {
  const gsize room = (gsize)n + 1;
  uint32_t **number[] = {&w->member, &w->part, &w->order, &w->start, &w->of, &w->size, &w->empty, &w->near, &w->first};
  double **real[] = {&w->outer, &w->sum};
  bool **flag[] = {&w->is_stable, &w->is_merged};
  for (size_t i = 0; i < G_N_ELEMENTS(number); i++) *number[i] = g_new(uint32_t, room);
  for (size_t i = 0; i < G_N_ELEMENTS(real); i++) *real[i] = g_new0(double, room);
  for (size_t i = 0; i < G_N_ELEMENTS(flag); i++) *flag[i] = g_new0(bool, room);
  w->at = g_new0(Sums, room);
  w->inner = g_new(uint32_t, (gsize)n_ties + 1);
}

static void work_clear(Work *w) {
  void *all[] = {w->member, w->part, w->order, w->start, w->of, w->size, w->empty, w->near, w->at, w->outer, w->sum, w->is_stable, w->is_merged, w->first, w->inner};
  for (size_t i = 0; i < G_N_ELEMENTS(all); i++) g_free(all[i]);
}

/* Weights are above 0: a community is met first where nothing is tied to it. Without a branch, which nobody could foretell: near[] has room for one
 * more. */
static inline void come_near(Work *w, uint32_t c, double weight, uint32_t *n_near) {
  w->near[*n_near] = c;
  *n_near += !(w->at[c].to > 0.0);
  w->at[c].to += weight;
}

/* The best community for a node that is in none: where it was, unless another or an empty one gains more; the first of equals. One that is tied
 * to it several times is looked at as often: with `to` back at zero it gains less than the empty one. */
static uint32_t best_community(const Level *level, Work *w, uint32_t v, uint32_t was, uint32_t empty) {
  const Tie *tie = level->tie + level->offset[v];
  const uint32_t n = level->offset[v + 1] - level->offset[v];
  const double weight = level->weight[v], resolution = w->resolution;
  uint32_t best = was, *near = w->near;
  Sums *at = w->at;
  for (uint32_t i = 0; i < n; i++) {
    near[i] = w->member[tie[i].to];
    at[near[i]].to += tie[i].weight;
  }
  double most = at[was].to - weight * at[was].inside * resolution;
  const double alone = -(weight * at[empty].inside * resolution);
  if (alone > most) most = alone, best = empty;
  for (uint32_t i = 0; i < n; i++) {
    Sums *c = &at[near[i]];
    const double gain = c->to - weight * c->inside * resolution;
    if (gain > most) most = gain, best = near[i];
    c->to = 0.0;
  }
  return best;
}

/* Nodes move in random order, and again when a neighbour has moved away, until none gains. Returns the number of communities. */
static uint32_t move_nodes(const Level *level, Work *w) {
  const uint32_t n = level->n;
  uint32_t n_empty = 0, first = 0, n_waiting = n, *queue = w->order;
  for (uint32_t v = 0; v < n; v++) {
    queue[v] = v;
    w->at[v].inside = 0.0;
    w->size[v] = 0;
    w->is_stable[v] = false;
  }
  shuffle(&w->draw, queue, n);
  for (uint32_t v = 0; v < n; v++) {
    w->at[w->member[v]].inside += level->weight[v];
    w->size[w->member[v]]++;
  }
  for (uint32_t c = 0; c < n; c++)
    if (w->size[c] == 0) w->empty[n_empty++] = c;
  for (; n_waiting > 0; n_waiting--) {
    const uint32_t v = queue[first], was = w->member[v];
    first = first + 1 == n ? 0 : first + 1;
    w->at[was].inside -= level->weight[v];
    if (--w->size[was] == 0) w->empty[n_empty++] = was;
    const uint32_t best = best_community(level, w, v, was, w->empty[n_empty - 1]);
    w->at[best].inside += level->weight[v];
    w->size[best]++;
    n_empty -= best == w->empty[n_empty - 1];
    w->is_stable[v] = true;
    if (best == was) continue;
    w->member[v] = best;
    for (uint32_t i = level->offset[v]; i < level->offset[v + 1]; i++) {
      const uint32_t u = level->tie[i].to;
      if (!w->is_stable[u] || w->member[u] == best) continue;
      const uint32_t last = first + n_waiting - 1; /* v has left the queue */
      queue[last < n ? last : last - n] = u;
      n_waiting++;
      w->is_stable[u] = false;
    }
  }
  return rs_labels_number(w->member, n, w->near);
}

/* The place of x among ascending sums, as igraph searches: of equals the one met first. */
static uint32_t place_of(const double *sum, uint32_t n, double x) {
  int64_t left = 0, right = (int64_t)n - 1;
  while (left <= right) {
    const int64_t middle = left + (right - left) / 2;
    if (sum[middle] > x) right = middle - 1;
    else if (sum[middle] < x) left = middle + 1;
    else return (uint32_t)middle;
  }
  return (uint32_t)left;
}

static bool well_tied(const Work *w, uint32_t part, double total) {
  return w->outer[part] >= w->at[part].inside * (total - w->at[part].inside) * w->resolution;
}

/* A part for a node that has been alone: any that loses nothing, the likelier the more it gains. inner [n_inner]: its ties within the community. */
static uint32_t draw_part(const Level *level, Work *w, uint32_t v, const uint32_t *inner, uint32_t n_inner, double total) {
  uint32_t n_near = 1, best = w->part[v];
  double most = 0.0, sum = 0.0;
  w->near[0] = best;
  for (uint32_t k = 0; k < n_inner; k++) come_near(w, w->part[level->tie[inner[k]].to], level->tie[inner[k]].weight, &n_near);
  for (uint32_t i = 0; i < n_near; i++) {
    const uint32_t p = w->near[i];
    if (well_tied(w, p, total)) {
      const double gain = w->at[p].to - level->weight[v] * w->at[p].inside * w->resolution;
      if (gain > most) most = gain, best = p;
      if (gain >= 0.0) sum += exp(gain / BETA);
    }
    w->sum[i] = sum;
    w->at[p].to = 0.0;
  }
  return isfinite(sum) ? w->near[place_of(w->sum, n_near, next_real(&w->draw, sum))] : best;
}

/* Every node of a community alone; returns their weight. Of node i the ties within it are inner[first[i]] .. inner[first[i + 1]-1]: few of all, and
 * chosen without a branch, which nobody could foretell. */
static double take_apart(const Level *level, Work *w, uint32_t community, const uint32_t *node, uint32_t n) {
  double total = 0.0;
  uint32_t n_inner = 0;
  for (uint32_t i = 0; i < n; i++) {
    const uint32_t v = node[i];
    double outer = 0.0;
    w->part[v] = i;
    w->at[i].inside = level->weight[v];
    w->is_merged[i] = false;
    w->order[i] = v;
    w->first[i] = n_inner;
    total += level->weight[v];
    for (uint32_t k = level->offset[v]; k < level->offset[v + 1]; k++) {
      const bool is_inner = w->member[level->tie[k].to] == community; /* NOLINT(clang-analyzer-core.uninitialized.ArraySubscript): offset[] ends where tie[] does */
      w->inner[n_inner] = k;
      n_inner += is_inner;
      outer += is_inner ? level->tie[k].weight : 0.0;
    }
    w->outer[i] = outer;
  }
  w->first[n] = n_inner;
  return total;
}

/* Refines one community, node[0 .. n - 1], into parts that are numbered from n_parts on; returns the number of parts so far. */
static uint32_t refine(const Level *level, Work *w, uint32_t community, const uint32_t *node, uint32_t n, uint32_t n_parts) {
  if (n == 1) { /* most are: it stays alone, and a number is drawn for it all the same */
    next_real(&w->draw, 1.0);
    w->part[node[0]] = n_parts;
    return n_parts + 1;
  }
  const double total = take_apart(level, w, community, node, n);
  shuffle(&w->draw, w->order, n);
  for (uint32_t i = 0; i < n; i++) {
    const uint32_t v = w->order[i], alone = w->part[v]; /* its place in node[] */
    if (w->is_merged[alone] || !well_tied(w, alone, total)) continue;
    w->at[alone].inside = 0.0;
    const uint32_t part = draw_part(level, w, v, w->inner + w->first[alone], w->first[alone + 1] - w->first[alone], total);
    w->at[part].inside += level->weight[v];
    for (uint32_t k = w->first[alone]; k < w->first[alone + 1]; k++) {
      const Tie *tie = &level->tie[w->inner[k]];
      w->outer[part] += w->part[tie->to] == part ? -tie->weight : tie->weight;
    }
    if (part == alone) continue;
    w->part[v] = part;
    w->is_merged[part] = true;
  }
  for (uint32_t i = 0; i < n; i++) w->near[i] = UINT32_MAX;
  for (uint32_t i = 0; i < n; i++) {
    uint32_t *part = &w->part[node[i]];
    if (w->near[*part] == UINT32_MAX) w->near[*part] = n_parts++;
    *part = w->near[*part];
  }
  return n_parts;
}

/* Nodes by their group, ascending in each, in w->of and w->start. */
static void group_nodes(Work *w, const uint32_t *group, uint32_t n, uint32_t n_groups) {
  uint32_t *at = w->near;
  memset(w->start, 0, ((size_t)n_groups + 1) * sizeof *w->start);
  for (uint32_t v = 0; v < n; v++) w->start[group[v] + 1]++;
  for (uint32_t c = 0; c < n_groups; c++) {
    at[c] = w->start[c];
    w->start[c + 1] += w->start[c];
  }
  for (uint32_t v = 0; v < n; v++) w->of[at[group[v]]++] = v;
}

/* The parts of the level as nodes of the next one, each in the community that it is a part of. */
static Level level_of_parts(const Level *level, Work *w, uint32_t n_parts) {
  Level out = {.n = n_parts, .weight = g_new(double, (gsize)n_parts + 1)};
  g_autofree Edge *edge = g_new(Edge, level->offset[level->n] / 2 + 1);
  uint32_t n_edges = 0;
  group_nodes(w, w->part, level->n, n_parts);
  for (uint32_t p = 0; p < n_parts; p++) {
    uint32_t n_near = 0;
    out.weight[p] = 0.0;
    for (uint32_t i = w->start[p]; i < w->start[p + 1]; i++) {
      const uint32_t v = w->of[i];
      out.weight[p] += level->weight[v];
      uint32_t n_later = 0, *later = w->inner;
      for (uint32_t k = level->offset[v]; k < level->offset[v + 1]; k++) {
        later[n_later] = k;
        n_later += w->part[level->tie[k].to] > p; /* NOLINT(clang-analyzer-core.uninitialized.ArraySubscript): as above */
      }
      for (uint32_t k = 0; k < n_later; k++) come_near(w, w->part[level->tie[later[k]].to], level->tie[later[k]].weight, &n_near);
    }
    for (uint32_t i = 0; i < n_near; i++) {
      edge[n_edges++] = (Edge){p, w->near[i], w->at[w->near[i]].to};
      w->at[w->near[i]].to = 0.0;
    }
    w->order[p] = w->member[w->of[w->start[p + 1] - 1]];
  }
  memcpy(w->member, w->order, n_parts * sizeof *w->member);
  level_ties(&out, edge, n_edges);
  return out;
}

/* One iteration from the communities in member[], which it replaces. node [n]: the node of the level at hand that holds each of the first. */
static void iterate(const Level *first, Work *w, uint32_t *member, uint32_t *node) {
  const uint32_t n = first->n;
  Level level = *first;
  rs_labels_number(member, n, w->near);
  memcpy(w->member, member, n * sizeof *member);
  for (uint32_t v = 0; v < n; v++) node[v] = v;
  for (;;) {
    const uint32_t n_communities = move_nodes(&level, w);
    /* as igraph: where all end up alone above the first level, what was found below stays */
    if (n_communities < level.n || level.tie == first->tie)
      for (uint32_t v = 0; v < n; v++) member[v] = w->member[node[v]];
    if (n_communities == level.n) break;
    uint32_t n_parts = 0;
    group_nodes(w, w->member, level.n, n_communities);
    for (uint32_t c = 0; c < n_communities; c++) n_parts = refine(&level, w, c, w->of + w->start[c], w->start[c + 1] - w->start[c], n_parts);
    if (n_parts == level.n) { /* nothing was put together: the communities themselves are the parts */
      memcpy(w->part, w->member, level.n * sizeof *w->part);
      n_parts = n_communities;
    }
    for (uint32_t v = 0; v < n; v++) node[v] = w->part[node[v]];
    Level parts = level_of_parts(&level, w, n_parts);
    if (level.tie != first->tie) level_clear(&level);
    level = parts;
  }
  if (level.tie != first->tie) level_clear(&level);
}

/* CPM weighs nodes alike; modularity by their ties, and its resolution is against twice the weight of all. */
static void weigh_nodes(Level *level, RsObjective objective, double *resolution) {
  double sum = 0.0;
  level->weight = g_new(double, (gsize)level->n + 1);
  for (uint32_t v = 0; v < level->n; v++) {
    level->weight[v] = objective == RS_OBJECTIVE_MODULARITY ? 0.0 : 1.0;
    if (objective != RS_OBJECTIVE_MODULARITY) continue;
    for (uint32_t i = level->offset[v]; i < level->offset[v + 1]; i++) level->weight[v] += level->tie[i].weight;
    sum += level->weight[v];
  }
  if (objective == RS_OBJECTIVE_MODULARITY) *resolution /= sum;
}

/* The first level: rows of the graph are in the order that level_ties() makes. */
static Level level_of(const RsGraph *graph) {
  const uint64_t n_halves = graph->offset[graph->n_nodes];
  Level out = {.n = graph->n_nodes, .offset = g_new(uint32_t, (gsize)graph->n_nodes + 1), .tie = g_new(Tie, n_halves + 1)};
  for (uint32_t v = 0; v <= out.n; v++) out.offset[v] = (uint32_t)graph->offset[v];
  for (uint64_t e = 0; e < n_halves; e++) out.tie[e] = (Tie){graph->neighbor[e], (double)graph->weight[e]};
  return out;
}

void rs_leiden(const RsGraph *graph, RsObjective objective, double resolution, int n_iterations, uint64_t seed, uint32_t *label) {
  const uint32_t n = graph->n_nodes;
  for (uint32_t v = 0; v < n; v++) label[v] = v;
  if (graph->n_edges == 0) return;
  Level level = level_of(graph);
  Work w = {0};
  g_autofree uint32_t *node = g_new(uint32_t, (gsize)n + 1);
  weigh_nodes(&level, objective, &resolution);
  work_init(&w, n, level.offset[n]);
  w.resolution = resolution;
  draw_init(&w.draw, seed);
  for (int i = 0; i < MAX(1, n_iterations); i++) iterate(&level, &w, label, node);
  rs_labels_number(label, n, w.near);
  for (uint32_t v = n; v > 0; v--) w.order[label[v - 1]] = v - 1; /* the smallest node of each */
  for (uint32_t v = 0; v < n; v++) label[v] = w.order[label[v]];
  work_clear(&w);
  level_clear(&level);
}
