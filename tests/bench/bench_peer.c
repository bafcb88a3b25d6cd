/* bench_peer FILE [threads]: the job of tests/bench/peer/job.sql by the rooms of this program: claims, relations with their sums, pairs within
 * ten minutes on three days or more, drug pairs bought a hundred times or more, communities of the pairs. Prints seconds a stage, and sums to
 * compare.
 *
 * Claims, graph and pairs are the program's own, the latter asked the other programs' question: one window for every outlet. Drug pairs, which
 * detection does not ask for, are counted here by their definition: a counter for each two drugs. */
#include "base/column.h"
#include "base/parallel.h"
#include "claims/reader.h"
#include "graph/community.h"
#include "graph/knowledge.h"
#include "mining/covisit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

#define WINDOW 600u
#define MIN_DAYS 3u
#define MIN_BASKETS 100u

static double cpu_seconds(void) {
  struct rusage usage;
  getrusage(RUSAGE_SELF, &usage);
  return (double)(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) + (double)(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e6;
}

static void say(const char *stage, gint64 *from) {
  gint64 now = g_get_monotonic_time();
  printf("seconds %s %.3f\n", stage, (double)(now - *from) / 1e6);
  *from = now;
}

static void relation_print(const char *name, const RsRelation *r) {
  uint64_t lines = 0, days = 0, both = 0;
  int64_t amount = 0;
  for (uint64_t i = 0; i < r->n; i++) {
    lines += r->lines[i];
    days += r->days[i];
    both += (uint64_t)r->lines[i] * r->days[i];
    amount += r->amount[i];
  }
  printf("sum %s %" G_GUINT64_FORMAT " %" G_GUINT64_FORMAT " %" G_GUINT64_FORMAT " %" G_GINT64_FORMAT " %" G_GUINT64_FORMAT "\n", name, r->n, lines, days,
         amount, both);
}

/* ---- pairs ---- */

typedef struct { uint32_t pair, days; } Kept;

static uint64_t days_of(const RsMeeting *meeting, uint64_t n) {
  uint64_t days = 0;
  for (uint64_t i = 0; i < n; i++) {
    bool seen = false;
    for (uint64_t k = 0; k < i && !seen; k++) seen = meeting[k].day == meeting[i].day;
    days += !seen;
  }
  return days;
}

/* Three meetings may be fewer than three days: those of one day at two institutions. */
static GArray *pairs_keep(const RsCovisits *pairs) {
  GArray *all = g_array_new(FALSE, FALSE, sizeof(Kept));
  for (uint32_t i = 0; i < pairs->n; i++) {
    const Kept kept = {i, (uint32_t)days_of(pairs->meeting + pairs->offset[i], pairs->offset[i + 1] - pairs->offset[i])};
    if (kept.days >= MIN_DAYS) g_array_append_val(all, kept);
  }
  return all;
}

static void pairs_print(const RsCovisits *pairs, const GArray *all) {
  uint64_t met = 0, days = 0, institutions = 0, both = 0;
  for (guint i = 0; i < all->len; i++) {
    const Kept *kept = &g_array_index(all, Kept, i);
    const uint64_t first = pairs->offset[kept->pair];
    for (uint64_t m = first; m < pairs->offset[kept->pair + 1]; m++) /* meetings stand by institution */
      institutions += m == first || pairs->meeting[m].institution != pairs->meeting[m - 1].institution;
    met += pairs->n_met[kept->pair];
    days += kept->days;
    both += (uint64_t)pairs->n_met[kept->pair] * kept->days;
  }
  printf("sum pairs %u", all->len);
  printf(" %" G_GUINT64_FORMAT " %" G_GUINT64_FORMAT " %" G_GUINT64_FORMAT " %" G_GUINT64_FORMAT "\n", met, days, institutions, both);
}

/* ---- communities of the pairs ---- */

static uint32_t node_of(GHashTable *node, uint32_t person) {
  gpointer number;
  if (g_hash_table_lookup_extended(node, GUINT_TO_POINTER(person), NULL, &number)) return GPOINTER_TO_UINT(number);
  g_hash_table_insert(node, GUINT_TO_POINTER(person), GUINT_TO_POINTER(g_hash_table_size(node)));
  return g_hash_table_size(node) - 1;
}

static uint32_t communities_count(const RsCovisits *pairs, const GArray *all, GError **error) {
  g_autoptr(GHashTable) node = g_hash_table_new(NULL, NULL);
  g_autoptr(GArray) a = g_array_new(FALSE, FALSE, sizeof(uint32_t)), b = g_array_new(FALSE, FALSE, sizeof(uint32_t)), weight = g_array_new(FALSE, FALSE, sizeof(float));
  for (guint i = 0; i < all->len; i++) {
    const Kept *kept = &g_array_index(all, Kept, i);
    const uint32_t from = node_of(node, pairs->a[kept->pair]), to = node_of(node, pairs->b[kept->pair]);
    const float days = (float)kept->days;
    g_array_append_val(a, from);
    g_array_append_val(b, to);
    g_array_append_val(weight, days);
  }
  const uint32_t n = g_hash_table_size(node);
  g_autoptr(RsGraph) graph = rs_graph_new(n, a->len, (const uint32_t *)(void *)a->data, (const uint32_t *)(void *)b->data, (const float *)(void *)weight->data, error);
  if (graph == NULL) return 0;
  const RsCommunityOptions how = {RS_OBJECTIVE_MODULARITY, 1.0, 1, 2, UINT64_MAX};
  RsCommunityResult result = {0};
  g_autofree uint32_t *label = g_new(uint32_t, (gsize)n + 1);
  return rs_community_leiden(graph, &how, label, &result, error) ? result.n_communities : 0;
}

/* ---- drug pairs ---- */

typedef struct { const RsClaims *claims; uint32_t *count[64]; size_t n_tasks; } Baskets;

static void visits_count(size_t task, unsigned thread, void *data) {
  Baskets *baskets = data;
  const RsClaims *c = baskets->claims;
  const RsPacked of_drug = c->line_drug; /* a copy, which no store can change */
  size_t n_drugs = c->drug->n;
  uint32_t drug[256];
  if (baskets->count[thread] == NULL) {
    baskets->count[thread] = rs_column_new(n_drugs * n_drugs / 2, sizeof **baskets->count);
    memset(baskets->count[thread], 0, n_drugs * n_drugs / 2 * sizeof **baskets->count);
  }
  for (uint32_t v = (uint32_t)(c->n_visits * task / baskets->n_tasks); v < c->n_visits * (task + 1) / baskets->n_tasks; v++) {
    unsigned n = 0; /* a visit's lines stand by drug */
    for (uint64_t l = c->visit_line[v], end = c->visit_line[v + 1]; l < end && n < G_N_ELEMENTS(drug); l++) {
      const size_t one = (size_t)rs_packed_get(&of_drug, l) - 1;
      uint32_t *count = baskets->count[thread] + one * (one - 1) / 2; /* of two drugs the larger number is the triangle's row */
      if (n > 0 && drug[n - 1] == one) continue;
      for (unsigned a = 0; a < n; a++) count[drug[a]]++;
      drug[n++] = (uint32_t)one;
    }
  }
}

static void baskets_print(const Baskets *baskets) {
  size_t n_drugs = baskets->claims->drug->n, n = n_drugs * (MAX(n_drugs, 1) - 1) / 2;
  uint64_t kept = 0, sum = 0;
  for (size_t i = 0; i < n; i++) {
    uint64_t count = 0;
    for (unsigned t = 0; t < 64 && baskets->count[t] != NULL; t++) count += baskets->count[t][i];
    kept += count >= MIN_BASKETS;
    sum += count >= MIN_BASKETS ? count : 0;
  }
  printf("sum baskets %" G_GUINT64_FORMAT " %" G_GUINT64_FORMAT "\n", kept, sum);
}

int main(int argc, char **argv) {
  if (argc < 2) return fprintf(stderr, "usage: bench_peer FILE [threads]\n"), 2;
  const char *paths[] = {argv[1], NULL};
  RsReadOptions options = {.paths = paths, .n_threads = argc > 2 ? (unsigned)atoi(argv[2]) : 2, .quiet = true, .allow_rejects = true};
  GError *error = NULL;
  gint64 start = g_get_monotonic_time(), from = start;
  g_autoptr(RsReader) reader = rs_reader_new(&options, &error);
  g_autoptr(RsClaims) claims = reader == NULL ? NULL : rs_reader_read(reader, &error);
  if (claims == NULL) return fprintf(stderr, "%s\n", error->message), 1;
  say("load", &from);
  g_autoptr(RsKnowledge) k = rs_knowledge_new(claims, options.n_threads, &error);
  if (k == NULL) return fprintf(stderr, "%s\n", error->message), 1;
  say("relations", &from);
  g_autoptr(RsTimeline) timeline = rs_timeline_new(claims, options.n_threads, &error);
  const RsCovisitOptions how = {.min_meetings = MIN_DAYS, .window_seconds = WINDOW, .n_threads = options.n_threads};
  g_autoptr(RsCovisits) pairs = timeline == NULL ? NULL : rs_covisits_new(claims, timeline, &how, &error);
  if (pairs == NULL) return fprintf(stderr, "%s\n", error->message), 1;
  g_autoptr(GArray) kept = pairs_keep(pairs);
  say("pairs", &from);
  Baskets baskets = {.claims = claims, .n_tasks = (size_t)options.n_threads * 8};
  rs_parallel(options.n_threads, baskets.n_tasks, visits_count, &baskets);
  say("baskets", &from);
  const uint32_t n_communities = communities_count(pairs, kept, &error);
  if (error != NULL) return fprintf(stderr, "%s\n", error->message), 1;
  say("communities", &from);
  printf("seconds total %.3f\n", (double)(g_get_monotonic_time() - start) / 1e6);
  struct rusage usage;
  getrusage(RUSAGE_SELF, &usage);
  printf("peak %ld\ncpu %.2f\nfound %u communities\n", usage.ru_maxrss / 1024, cpu_seconds(), n_communities);
  const struct { const char *name; RsRelationKind kind; } relations[] = {
      {"filled_at", RS_FILLED_AT}, {"visited", RS_VISITED}, {"bought", RS_BOUGHT}, {"prescribed", RS_PRESCRIBED}, {"refers_to", RS_REFERS_TO},
      {"dispensed", RS_DISPENSED}};
  for (size_t i = 0; i < G_N_ELEMENTS(relations); i++) relation_print(relations[i].name, &k->relation[relations[i].kind]);
  pairs_print(pairs, kept);
  baskets_print(&baskets);
  for (unsigned t = 0; t < 64; t++) rs_column_free(baskets.count[t]);
  return 0;
}
