#include "rings/candidates.h"

#include "base/parallel.h"
#include "base/sort.h"
#include "base/sort_by.h"
#include "graph/community.h"
#include "graph/components.h"
#include "graph/graph.h"
#include "graph/peel.h"
#include "rings/group.h"

#include <string.h>

enum { SMALL_COMPONENT = 4, MAX_CIRCLE = 40, PEELED_BLOCKS = 4 };
#define WEIGHT_CAP 8.0f /* one family of a hundred meetings must not outweigh ten of a ring's pairs */
#define MAX_EDGES_A_COMPONENT 2000000

static const double resolution[] = {0.3, 1.0, 2.5};

void rs_candidates_free(RsCandidates *candidates) {
  if (candidates == NULL) return;
  g_free(candidates->offset);
  g_free(candidates->person);
  g_free(candidates);
}

typedef struct {
  GArray *offset; /* of uint64_t */
  GArray *person; /* of uint32_t */
  uint32_t n_too_large;
} Sets;

static void sets_push(Sets *sets, uint32_t *person, uint32_t n) {
  if (n > RS_MAX_GROUP) sets->n_too_large++;
  if (n < 2 || n > RS_MAX_GROUP) return;
  rs_sort_u32(person, n);
  g_array_append_vals(sets->person, person, n);
  uint64_t end = sets->person->len;
  g_array_append_val(sets->offset, end);
}

/* Every label class of at least min_size nodes becomes a set. node[i] is the person behind node i. */
static void push_labels(Sets *sets, const uint32_t *label, const uint32_t *node, uint32_t n, uint32_t min_size) {
  g_autofree uint32_t *start = g_new0(uint32_t, (gsize)n + 2), *member = g_new(uint32_t, (gsize)n + 1);
  for (uint32_t i = 0; i < n; i++)
    if (label[i] != RS_NONE) start[label[i] + 2]++;
  for (uint32_t i = 2; i < n + 2; i++) start[i] += start[i - 1];
  for (uint32_t i = 0; i < n; i++)
    if (label[i] != RS_NONE) member[start[label[i] + 1]++] = node[i];
  for (uint32_t l = 0; l < n; l++)
    if (start[l + 1] - start[l] >= min_size) sets_push(sets, member + start[l], start[l + 1] - start[l]);
}

/* The persons of any kept pair, ascending, and the pairs renumbered to positions in that list. */
static RsGraph *compact_graph(const RsAffinity *affinity, uint32_t **node, GError **error) {
  uint64_t n_ends = 2 * (uint64_t)affinity->n;
  g_autofree uint64_t *end = g_new(uint64_t, n_ends + 1); /* person << 32 | which end of which pair */
  g_autofree uint32_t *number = g_new(uint32_t, n_ends + 1);
  g_autofree float *weight = g_new(float, (gsize)affinity->n + 1);
  for (uint32_t i = 0; i < affinity->n; i++) {
    end[i] = (uint64_t)affinity->a[i] << 32 | i;
    end[affinity->n + i] = (uint64_t)affinity->b[i] << 32 | (affinity->n + i);
    weight[i] = MIN(affinity->weight[i], WEIGHT_CAP);
  }
  rs_sort_u64(end, n_ends);
  *node = g_new(uint32_t, n_ends + 1);
  uint32_t n = 0;
  for (uint64_t i = 0; i < n_ends; i++) {
    uint32_t person = (uint32_t)(end[i] >> 32);
    if (n == 0 || (*node)[n - 1] != person) (*node)[n++] = person;
    number[(uint32_t)end[i]] = n - 1;
  }
  return rs_graph_new(n, affinity->n, number, number + affinity->n, weight, error);
}

/* The circle of each person of a larger component: those tied to the person and to at least one other of the circle. */
static void push_circles(Sets *sets, const RsGraph *graph, const uint32_t *label, const uint32_t *size, const uint32_t *node) {
  g_autofree uint32_t *mark = g_new0(uint32_t, (gsize)graph->n_nodes + 1);
  uint32_t circle[MAX_CIRCLE + 1];
  for (uint32_t i = 0; i < graph->n_nodes; i++) {
    uint64_t degree = graph->offset[i + 1] - graph->offset[i];
    if (size[label[i]] <= SMALL_COMPONENT || degree < 2 || degree > MAX_CIRCLE) continue;
    for (uint64_t k = graph->offset[i]; k < graph->offset[i + 1]; k++) mark[graph->neighbor[k]] = i + 1;
    uint32_t n = 0;
    circle[n++] = node[i];
    for (uint64_t k = graph->offset[i]; k < graph->offset[i + 1]; k++) {
      uint32_t j = graph->neighbor[k], ties = 0;
      for (uint64_t e = graph->offset[j]; e < graph->offset[j + 1] && ties == 0; e++) ties += mark[graph->neighbor[e]] == i + 1;
      if (ties > 0) circle[n++] = node[j];
    }
    if (n >= 3) sets_push(sets, circle, n);
  }
}

typedef struct { const uint32_t *person; uint64_t n; } Set;

static inline bool set_before(const Set *a, const Set *b) {
  uint64_t i = 0;
  while (i < a->n && i < b->n && a->person[i] == b->person[i]) i++;
  return i < a->n && i < b->n ? a->person[i] < b->person[i] : a->n < b->n;
}
RS_SORT_BY(sort_sets, Set, set_before)

static RsCandidates *distinct_sets(const Sets *sets) {
  const uint32_t n = sets->offset->len - 1;
  const uint64_t *offset = (const uint64_t *)(const void *)sets->offset->data;
  const uint32_t *person = (const uint32_t *)(const void *)sets->person->data;
  g_autofree Set *set = g_new(Set, (gsize)n + 1);
  for (uint32_t i = 0; i < n; i++) set[i] = (Set){person + offset[i], offset[i + 1] - offset[i]};
  sort_sets(set, n);
  RsCandidates *out = g_new0(RsCandidates, 1);
  out->offset = g_new0(uint64_t, (gsize)n + 1);
  out->person = g_new(uint32_t, (gsize)sets->person->len + 1);
  out->n_too_large = sets->n_too_large;
  for (uint32_t i = 0; i < n; i++) {
    if (i > 0 && !set_before(&set[i - 1], &set[i])) continue;
    memcpy(out->person + out->offset[out->n], set[i].person, set[i].n * sizeof *person);
    out->offset[out->n + 1] = out->offset[out->n] + set[i].n;
    out->n++;
  }
  return out;
}

/* The densest blocks hold many rings at once: what is tied within a block is a set. */
static bool push_peeled(Sets *sets, const RsGraph *graph, const uint32_t *node, GError **error) {
  g_autofree uint32_t *block = g_new(uint32_t, (gsize)graph->n_nodes + 1), *label = g_new(uint32_t, (gsize)graph->n_nodes + 1);
  if (rs_peel(graph, PEELED_BLOCKS, block) == 0) return true;
  g_autofree uint32_t *a = g_new(uint32_t, graph->n_edges + 1), *b = g_new(uint32_t, graph->n_edges + 1);
  uint64_t n = 0;
  for (uint32_t i = 0; i < graph->n_nodes; i++)
    for (uint64_t e = graph->offset[i]; e < graph->offset[i + 1]; e++)
      if (i < graph->neighbor[e] && block[i] != RS_NONE && block[i] == block[graph->neighbor[e]]) a[n] = i, b[n++] = graph->neighbor[e];
  g_autoptr(RsGraph) within = rs_graph_new(graph->n_nodes, n, a, b, NULL, error);
  if (within == NULL) return false;
  rs_components(within, label);
  push_labels(sets, label, node, graph->n_nodes, 3);
  return true;
}

/* ---- the searches, side by side ---- */

enum { NEAR, INFOMAP, PEELED, LEIDEN, N_SEARCHES = LEIDEN + G_N_ELEMENTS(resolution) };

typedef struct {
  const RsGraph *graph;
  const uint32_t *node; /* [n_nodes] persons */
  RsSets which;
  uint64_t seed;
  Sets sets[N_SEARCHES];
  bool done[N_SEARCHES];
  GError *error[N_SEARCHES];
} Look;

static void push_near(Sets *sets, const RsGraph *graph, const uint32_t *node) {
  g_autofree uint32_t *label = g_new(uint32_t, (gsize)graph->n_nodes + 1), *size = g_new0(uint32_t, (gsize)graph->n_nodes + 1);
  rs_components(graph, label);
  for (uint32_t i = 0; i < graph->n_nodes; i++) size[label[i]]++;
  push_labels(sets, label, node, graph->n_nodes, 2);
  push_circles(sets, graph, label, size, node);
}

static bool push_communities(Sets *sets, const RsGraph *graph, const uint32_t *node, unsigned search, uint64_t seed, GError **error) {
  g_autofree uint32_t *label = g_new(uint32_t, (gsize)graph->n_nodes + 1);
  RsCommunityResult result;
  RsCommunityOptions options = {RS_OBJECTIVE_CPM, search == INFOMAP ? 0.0 : resolution[search - LEIDEN], seed, 2, MAX_EDGES_A_COMPONENT};
  bool found = search == INFOMAP ? rs_community_infomap(graph, &options, label, &result, error)
                                 : rs_community_leiden(graph, &options, label, &result, error);
  if (found) push_labels(sets, label, node, graph->n_nodes, 3);
  return found;
}

static void sets_init(Sets *sets) {
  uint64_t zero = 0;
  *sets = (Sets){g_array_new(FALSE, FALSE, sizeof(uint64_t)), g_array_new(FALSE, FALSE, sizeof(uint32_t)), 0};
  g_array_append_val(sets->offset, zero);
}

static void look_for(size_t search, unsigned thread, void *data) {
  Look *look = data;
  Sets *sets = &look->sets[search];
  (void)thread;
  sets_init(sets);
  look->done[search] = true;
  if (look->graph->n_nodes == 0 || (look->which & (search == NEAR ? RS_SETS_NEAR : RS_SETS_WIDE)) == 0) return;
  if (search == NEAR) push_near(sets, look->graph, look->node);
  else if (search == PEELED) look->done[search] = push_peeled(sets, look->graph, look->node, &look->error[search]);
  else look->done[search] = push_communities(sets, look->graph, look->node, (unsigned)search, look->seed, &look->error[search]);
}

/* What all searches found, in one list; the first error is the one that is told. */
static bool join_sets(Look *look, Sets *all, GError **error) {
  bool done = true;
  for (unsigned i = 0; i < N_SEARCHES; i++) {
    Sets *sets = &look->sets[i];
    uint64_t before = all->person->len;
    if (sets->person->len > 0) g_array_append_vals(all->person, sets->person->data, sets->person->len);
    for (guint k = 1; k < sets->offset->len; k++) {
      uint64_t end = before + g_array_index(sets->offset, uint64_t, k);
      g_array_append_val(all->offset, end);
    }
    all->n_too_large += sets->n_too_large;
    g_array_unref(sets->person);
    g_array_unref(sets->offset);
    if (look->error[i] != NULL && done) g_propagate_error(error, look->error[i]);
    else g_clear_error(&look->error[i]);
    done = done && look->done[i];
  }
  return done;
}

RsCandidates *rs_candidates_new(const RsAffinity *affinity, RsSets which, uint64_t seed, unsigned n_threads, GError **error) {
  g_autofree uint32_t *node = NULL;
  g_autoptr(RsGraph) graph = compact_graph(affinity, &node, error);
  if (graph == NULL) return NULL;
  Look look = {.graph = graph, .node = node, .which = which, .seed = seed};
  rs_parallel(n_threads, N_SEARCHES, look_for, &look);
  Sets all;
  sets_init(&all);
  RsCandidates *out = join_sets(&look, &all, error) ? distinct_sets(&all) : NULL;
  g_array_unref(all.person);
  g_array_unref(all.offset);
  return out;
}
