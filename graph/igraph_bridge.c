#include "graph/igraph_bridge.h"

#include "base/error.h"
#include "base/words.h"

#include <igraph.h>
#include <math.h>
#include <pthread.h>

/* igraph's own default: how freely the refinement wanders; matters only to merges that are nearly as good as the best. */
#define LEIDEN_BETA 0.01

static pthread_mutex_t igraph_lock = PTHREAD_MUTEX_INITIALIZER; /* not a GMutex: ThreadSanitizer knows this one */
static char igraph_reason[256]; /* guarded by igraph_lock */

/* Without memory it does not return, and the program ends as by g_malloc: igraph 0.10 frees twice on its way out of Leiden's algorithm, after which the heap
 * cannot be trusted. */
static void reason_keep(const char *reason, const char *file, int line, igraph_error_t code) {
  (void)file, (void)line;
  if (code == IGRAPH_ENOMEM) g_error("failed to allocate: igraph: %s", reason);
  g_strlcpy(igraph_reason, reason, sizeof igraph_reason);
  IGRAPH_FINALLY_FREE();
}

typedef struct {
  igraph_error_handler_t *error_handler;
  igraph_warning_handler_t *warning_handler;
} Session;

/* The default generator takes 32 bits of seed and reads 0 as "some seed": both halves are folded in, and 0 is never passed. */
static uint32_t seed_fold(uint64_t seed) {
  uint64_t mixed = (seed ^ seed >> 32) * 0x9e3779b97f4a7c15ull;
  uint32_t folded = (uint32_t)(mixed >> 32);
  return folded == 0 ? 1 : folded;
}

static Session session_begin(uint64_t seed) {
  pthread_mutex_lock(&igraph_lock);
  Session session = {igraph_set_error_handler(reason_keep), igraph_set_warning_handler(igraph_warning_handler_ignore)};
  igraph_reason[0] = '\0';
  igraph_rng_seed(igraph_rng_default(), seed_fold(seed));
  return session;
}

static bool session_end(Session session, igraph_error_t code, const char *what, GError **error) {
  if (code != IGRAPH_SUCCESS)
    g_set_error(error, RS_ERROR, code == IGRAPH_ENOMEM ? RS_ERROR_LIMIT : RS_ERROR_IO, _("%s: igraph: %s"), what,
                igraph_reason[0] != '\0' ? igraph_reason : igraph_strerror(code));
  igraph_set_error_handler(session.error_handler);
  igraph_set_warning_handler(session.warning_handler);
  pthread_mutex_unlock(&igraph_lock);
  return code == IGRAPH_SUCCESS;
}

/* What igraph is given: the graph, its weights, and strengths where modularity needs them. */
typedef struct {
  igraph_t graph;
  igraph_vector_t weight, strength;
  igraph_vector_int_t membership;
  bool has_graph;
} Problem;

static void problem_clear(Problem *problem) {
  if (problem->has_graph) igraph_destroy(&problem->graph);
  if (problem->weight.stor_begin != NULL) igraph_vector_destroy(&problem->weight);
  if (problem->strength.stor_begin != NULL) igraph_vector_destroy(&problem->strength);
  if (problem->membership.stor_begin != NULL) igraph_vector_int_destroy(&problem->membership);
}

static igraph_error_t graph_create(Problem *problem, const RsEdgeList *list) {
  igraph_vector_int_t ends = {0};
  igraph_error_t code = igraph_vector_int_init(&ends, 2 * (igraph_integer_t)list->n_edges);
  if (code != IGRAPH_SUCCESS) return code;
  for (uint32_t i = 0; i < list->n_edges; i++) {
    VECTOR(ends)[2 * (size_t)i] = list->from[i];
    VECTOR(ends)[2 * (size_t)i + 1] = list->to[i];
  }
  code = igraph_create(&problem->graph, &ends, list->n_nodes, IGRAPH_UNDIRECTED);
  problem->has_graph = code == IGRAPH_SUCCESS;
  igraph_vector_int_destroy(&ends);
  return code;
}

static igraph_error_t problem_init(Problem *problem, const RsEdgeList *list) {
  igraph_error_t code = igraph_vector_init(&problem->weight, list->n_edges);
  if (code == IGRAPH_SUCCESS) code = igraph_vector_init(&problem->strength, list->n_nodes);
  if (code == IGRAPH_SUCCESS) code = igraph_vector_int_init(&problem->membership, list->n_nodes);
  if (code == IGRAPH_SUCCESS) code = graph_create(problem, list);
  if (code != IGRAPH_SUCCESS) return code;
  for (uint32_t i = 0; i < list->n_edges; i++) {
    double weight = (double)list->weight[i];
    VECTOR(problem->weight)[i] = weight;
    VECTOR(problem->strength)[list->from[i]] += weight;
    VECTOR(problem->strength)[list->to[i]] += weight;
  }
  return IGRAPH_SUCCESS;
}

/* Labels by smallest member. igraph's own numbers depend on its random order. */
static igraph_error_t labels_take(const igraph_vector_int_t *membership, uint32_t n_nodes, uint32_t *label) {
  g_autofree uint32_t *smallest = g_try_malloc_n((gsize)n_nodes + 1, sizeof *smallest);
  if (smallest == NULL) return IGRAPH_ENOMEM;
  if (igraph_vector_int_size(membership) != (igraph_integer_t)n_nodes) return IGRAPH_EINTERNAL;
  for (uint32_t i = 0; i < n_nodes; i++) smallest[i] = UINT32_MAX;
  for (uint32_t i = 0; i < n_nodes; i++) {
    igraph_integer_t community = VECTOR(*membership)[i];
    if (community < 0 || community >= (igraph_integer_t)n_nodes) return IGRAPH_EINTERNAL;
    if (smallest[community] == UINT32_MAX) smallest[community] = i;
    label[i] = smallest[community];
  }
  return IGRAPH_SUCCESS;
}

static bool list_checked(const RsEdgeList *list, GError **error) {
  bool valid = list->n_edges == 0 || (list->from != NULL && list->to != NULL && list->weight != NULL);
  for (uint32_t i = 0; valid && i < list->n_edges; i++)
    valid = list->from[i] < list->n_nodes && list->to[i] < list->n_nodes && list->from[i] != list->to[i] &&
            list->weight[i] > 0 && isfinite(list->weight[i]);
  if (!valid) g_set_error(error, RS_ERROR, RS_ERROR_USAGE, _("an edge list that igraph must not see"));
  return valid;
}

/* Without edges igraph has nothing to say and Infomap refuses: everybody is alone. */
static bool alone(const RsEdgeList *list, uint32_t *label) {
  for (uint32_t i = 0; i < list->n_nodes; i++) label[i] = i;
  return list->n_edges == 0;
}

static igraph_error_t leiden_run(Problem *problem, RsObjective objective, double resolution, int n_iterations) {
  bool modularity = objective == RS_OBJECTIVE_MODULARITY;
  igraph_integer_t n_communities = 0;
  if (modularity) resolution /= igraph_vector_sum(&problem->strength);
  return igraph_community_leiden(&problem->graph, &problem->weight, modularity ? &problem->strength : NULL, resolution,
                                 LEIDEN_BETA, false, n_iterations, &problem->membership, &n_communities, NULL);
}

bool rs_igraph_leiden(const RsEdgeList *list, RsObjective objective, double resolution, int n_iterations, uint64_t seed,
                      uint32_t *label, GError **error) {
  if (!list_checked(list, error)) return false;
  if (alone(list, label)) return true;
  Session session = session_begin(seed);
  Problem problem = {0};
  igraph_error_t code = problem_init(&problem, list);
  if (code == IGRAPH_SUCCESS) code = leiden_run(&problem, objective, resolution, MAX(1, n_iterations));
  if (code == IGRAPH_SUCCESS) code = labels_take(&problem.membership, list->n_nodes, label);
  problem_clear(&problem);
  return session_end(session, code, "Leiden", error);
}

bool rs_igraph_infomap(const RsEdgeList *list, int n_trials, uint64_t seed, uint32_t *label, GError **error) {
  if (!list_checked(list, error)) return false;
  if (alone(list, label)) return true;
  Session session = session_begin(seed);
  Problem problem = {0};
  igraph_real_t code_length = 0;
  igraph_error_t code = problem_init(&problem, list);
  if (code == IGRAPH_SUCCESS)
    code = igraph_community_infomap(&problem.graph, &problem.weight, NULL, MAX(1, n_trials), &problem.membership,
                                    &code_length);
  if (code == IGRAPH_SUCCESS) code = labels_take(&problem.membership, list->n_nodes, label);
  problem_clear(&problem);
  return session_end(session, code, "Infomap", error);
}

const char *rs_igraph_version(void) {
  static const char *version; /* igraph hands out a static text; concurrent first calls store the same pointer */
  const char *text = g_atomic_pointer_get(&version);
  if (text != NULL) return text;
  igraph_version(&text, NULL, NULL, NULL);
  g_atomic_pointer_set(&version, text);
  return text;
}
