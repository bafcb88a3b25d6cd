#include "reference/check_igraph.h"

#include <igraph.h>

/* igraph's own default: how freely the refinement wanders; matters only to merges that are nearly as good as the best. */
#define LEIDEN_BETA 0.01

typedef struct {
  igraph_t graph;
  igraph_vector_t weight, strength;
  igraph_vector_int_t membership;
} Problem;

/* The default generator takes 32 bits of seed and reads 0 as "some seed": both halves are folded in, and 0 is never passed. */
static uint32_t seed_fold(uint64_t seed) {
  const uint32_t folded = (uint32_t)(((seed ^ seed >> 32) * 0x9e3779b97f4a7c15ull) >> 32);
  return folded == 0 ? 1 : folded;
}

static Problem problem_new(const RsGraph *graph, uint64_t seed) {
  Problem p;
  igraph_vector_int_t ends;
  igraph_vector_int_init(&ends, 0);
  igraph_vector_init(&p.weight, 0);
  igraph_vector_init(&p.strength, graph->n_nodes);
  igraph_vector_int_init(&p.membership, graph->n_nodes);
  for (uint32_t i = 0; i < graph->n_nodes; i++)
    for (uint64_t e = graph->offset[i]; e < graph->offset[i + 1]; e++) {
      VECTOR(p.strength)[i] += (double)graph->weight[e];
      if (graph->neighbor[e] < i) continue;
      igraph_vector_int_push_back(&ends, i);
      igraph_vector_int_push_back(&ends, graph->neighbor[e]);
      igraph_vector_push_back(&p.weight, (double)graph->weight[e]);
    }
  igraph_create(&p.graph, &ends, graph->n_nodes, IGRAPH_UNDIRECTED);
  igraph_vector_int_destroy(&ends);
  igraph_rng_seed(igraph_rng_default(), seed_fold(seed));
  return p;
}

/* Labels by smallest member: igraph's own numbers depend on its random order. */
static void labels_take(Problem *p, uint32_t n_nodes, uint32_t *label) {
  g_autofree uint32_t *smallest = g_new(uint32_t, (gsize)n_nodes + 1);
  for (uint32_t i = 0; i < n_nodes; i++) smallest[i] = UINT32_MAX;
  for (uint32_t i = 0; i < n_nodes; i++) {
    const igraph_integer_t community = VECTOR(p->membership)[i];
    if (smallest[community] == UINT32_MAX) smallest[community] = i;
    label[i] = smallest[community];
  }
  igraph_destroy(&p->graph);
  igraph_vector_destroy(&p->weight);
  igraph_vector_destroy(&p->strength);
  igraph_vector_int_destroy(&p->membership);
}

/* Without edges igraph has nothing to say and Infomap refuses: everybody is alone. */
static bool alone(const RsGraph *graph, uint32_t *label) {
  for (uint32_t i = 0; i < graph->n_nodes; i++) label[i] = i;
  return graph->n_edges == 0;
}

void rs_check_igraph_leiden(const RsGraph *graph, RsObjective objective, double resolution, int n_iterations, uint64_t seed, uint32_t *label) {
  if (alone(graph, label)) return;
  const bool by_weight = objective == RS_OBJECTIVE_MODULARITY;
  Problem p = problem_new(graph, seed);
  igraph_integer_t n_communities = 0;
  if (by_weight) resolution /= igraph_vector_sum(&p.strength);
  igraph_community_leiden(&p.graph, &p.weight, by_weight ? &p.strength : NULL, resolution, LEIDEN_BETA, false, n_iterations, &p.membership,
                          &n_communities, NULL);
  labels_take(&p, graph->n_nodes, label);
}

void rs_check_igraph_infomap(const RsGraph *graph, int n_trials, uint64_t seed, uint32_t *label) {
  if (alone(graph, label)) return;
  Problem p = problem_new(graph, seed);
  igraph_real_t code_length = 0;
  igraph_community_infomap(&p.graph, &p.weight, NULL, n_trials, &p.membership, &code_length);
  labels_take(&p, graph->n_nodes, label);
}
