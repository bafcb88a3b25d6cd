#include "graph/knowledge_row.h"

#include "base/error.h"
#include "base/parallel.h"
#include "base/words.h"

#include <string.h>

/* Doctors and institutions see lines of many persons, scattered over the table. One walk hands each line to its hub in a compact
 * record (a stable counting sort, in parallel by giving each share of the visits its own positions), so that afterwards a hub's
 * lines lie together, in visit order, and mostly in the second-level cache. There they are grouped by `to`. Visits are then counted
 * by change of visit, and distinct days by a stamp per day, since visit order is not day order. Fetching every line through
 * an index instead would cost several cache misses a line. */

typedef struct {
  int64_t amount, fund;
  uint32_t drug, institution, visit;
  uint16_t day;
} HubLine; /* 32 bytes */

typedef struct {
  uint32_t *seen;      /* [most n_to] hub + 1 that met it last */
  uint32_t *day_stamp; /* [65536] group that saw the day last */
  uint32_t group;      /* running number of groups, never 0 */
  uint64_t *key, *other; /* [longest hub] */
} Worker;

typedef struct {
  RsKnowledge *knowledge;
  const RsClaims *claims;
  bool by_doctor;       /* hubs are doctors, else institutions */
  uint32_t n_hubs;
  uint32_t n_shares;    /* shares of the visits in the distribution */
  uint32_t *position;   /* [n_shares * n_hubs] where a share's next line of a hub goes */
  uint32_t *start;      /* [n_hubs + 1] a hub's lines */
  HubLine *line;
  RsRelation *relation; /* the relation being made */
  size_t to_offset;     /* of its `to` in HubLine */
  uint64_t lines_per_task;
  unsigned n_workers;
  Worker *worker;
} Job;

/* ---- distribution ---- */

static void share_visits(const Job *job, size_t share, uint32_t *first, uint32_t *last) {
  *first = (uint32_t)((uint64_t)job->claims->n_visits * share / job->n_shares);
  *last = (uint32_t)((uint64_t)job->claims->n_visits * (share + 1) / job->n_shares);
}

/* A line without a drug tells of no relation of an institution; without a doctor it has no such hub. */
static inline bool line_hub(const Job *job, uint64_t line, uint32_t institution, uint32_t *hub) {
  *hub = job->by_doctor ? job->claims->line_doctor[line] : institution;
  return job->by_doctor ? *hub != RS_NONE : job->claims->line_drug[line] != RS_NONE;
}

static void share_count(size_t share, unsigned thread, void *data) {
  (void)thread;
  const Job *job = data;
  const RsClaims *claims = job->claims;
  uint32_t *count = &job->position[share * job->n_hubs], visit, last, hub;
  share_visits(job, share, &visit, &last);
  for (; visit < last; visit++)
    for (uint64_t line = claims->visit_line[visit]; line < claims->visit_line[visit + 1]; line++)
      if (line_hub(job, line, claims->visit_institution[visit], &hub)) count[hub]++;
}

/* From counts to positions: hubs in order, and in a hub the shares in order, which is visit order. */
static void positions_set(Job *job) {
  uint32_t total = 0;
  for (uint32_t hub = 0; hub < job->n_hubs; hub++) {
    job->start[hub] = total;
    for (uint32_t share = 0; share < job->n_shares; share++) {
      uint32_t *position = &job->position[(size_t)share * job->n_hubs + hub], count = *position;
      *position = total;
      total += count;
    }
  }
  job->start[job->n_hubs] = total;
}

static void share_distribute(size_t share, unsigned thread, void *data) {
  (void)thread;
  const Job *job = data;
  const RsClaims *claims = job->claims;
  uint32_t *position = &job->position[share * job->n_hubs], visit, last, hub;
  share_visits(job, share, &visit, &last);
  for (; visit < last; visit++) {
    uint32_t institution = claims->visit_institution[visit];
    uint16_t day = (uint16_t)(claims->visit_time[visit] / 86400u);
    for (uint64_t line = claims->visit_line[visit]; line < claims->visit_line[visit + 1]; line++)
      if (line_hub(job, line, institution, &hub))
        job->line[position[hub]++] = (HubLine){claims->line_amount[line], claims->line_fund[line],
                                               claims->line_drug[line], institution, visit, day};
  }
}

/* ---- rows ---- */

static inline uint32_t line_to(const Job *job, const HubLine *line) {
  uint32_t to;
  memcpy(&to, (const char *)line + job->to_offset, sizeof to);
  return to;
}

static void task_hubs(const Job *job, size_t task, uint32_t *first, uint32_t *last) {
  *first = rs_first_at_least(job->start, job->n_hubs, task * job->lines_per_task);
  *last = rs_first_at_least(job->start, job->n_hubs, (task + 1) * job->lines_per_task);
}

static void task_count(size_t task, unsigned thread, void *data) {
  const Job *job = data;
  uint32_t *seen = job->worker[thread].seen, hub, last;
  task_hubs(job, task, &hub, &last);
  for (; hub < last; hub++) {
    uint32_t count = 0;
    for (uint32_t i = job->start[hub]; i < job->start[hub + 1]; i++) {
      uint32_t to = line_to(job, &job->line[i]);
      if (to == RS_NONE || seen[to] == hub + 1) continue;
      seen[to] = hub + 1;
      count++;
    }
    job->relation->offset[hub + 1] = count;
  }
}

static inline uint16_t day_first_sight(Worker *worker, uint16_t day) {
  if (worker->day_stamp[day] == worker->group) return 0;
  worker->day_stamp[day] = worker->group;
  return 1;
}

static void group_begin(Worker *worker) {
  if (++worker->group != 0) return;
  memset(worker->day_stamp, 0, 65536 * sizeof *worker->day_stamp); /* after 4 billion groups old stamps would lie */
  worker->group = 1;
}

static RsRowSum group_sum(Worker *worker, const HubLine *line, const uint64_t *key, uint32_t n) {
  const HubLine *first = &line[(uint32_t)key[0]];
  RsRowSum sum = {first->amount, first->fund, (uint32_t)(key[0] >> 32), 1, n, first->visit, 1, first->day, first->day};
  if (n == 1) return sum;
  group_begin(worker);
  day_first_sight(worker, first->day);
  for (uint32_t i = 1; i < n; i++) {
    const HubLine *at = &line[(uint32_t)key[i]];
    sum.amount = rs_money_add(sum.amount, at->amount);
    sum.fund = rs_money_add(sum.fund, at->fund);
    sum.visits += at->visit != sum.last_visit;
    sum.last_visit = at->visit;
    sum.first_day = MIN(sum.first_day, at->day);
    sum.last_day = MAX(sum.last_day, at->day);
    sum.days = (uint16_t)(sum.days + day_first_sight(worker, at->day));
  }
  return sum;
}

static void hub_fill(const Job *job, uint32_t hub, Worker *worker, unsigned bits) {
  const HubLine *line = &job->line[job->start[hub]];
  uint32_t n_lines = job->start[hub + 1] - job->start[hub], n = 0;
  uint64_t at = job->relation->offset[hub];
  for (uint32_t i = 0; i < n_lines; i++) {
    uint32_t to = line_to(job, &line[i]);
    worker->key[n] = RS_ROW_KEY(to, i);
    n += to != RS_NONE;
  }
  const uint64_t *key = rs_row_keys_sort(worker->key, worker->other, n, bits);
  for (uint32_t i = 0, end; i < n; i = end) {
    for (end = i + 1; end < n && key[end] >> 32 == key[i] >> 32;) end++;
    RsRowSum sum = group_sum(worker, line, &key[i], end - i);
    rs_row_put(job->relation, at++, &sum);
  }
}

static void task_fill(size_t task, unsigned thread, void *data) {
  const Job *job = data;
  unsigned bits = rs_row_bits(job->relation->n_to);
  uint32_t hub, last;
  task_hubs(job, task, &hub, &last);
  for (; hub < last; hub++) hub_fill(job, hub, &job->worker[thread], bits);
}

/* ---- the stage ---- */

static void job_clear(Job *job) {
  for (unsigned i = 0; job->worker != NULL && i < job->n_workers; i++) {
    g_free(job->worker[i].seen);
    g_free(job->worker[i].day_stamp);
    g_free(job->worker[i].key);
    g_free(job->worker[i].other);
  }
  g_free(job->worker);
  g_free(job->position);
  g_free(job->start);
  g_free(job->line);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Job, job_clear)

static bool no_memory(GError **error) {
  g_set_error(error, RS_ERROR, RS_ERROR_LIMIT, _("no memory to hand the claim lines to doctors and institutions"));
  return false;
}

static bool workers_allocate(Job *job, GError **error) {
  gsize longest = 0, most = MAX(job->knowledge->relation[RS_PRESCRIBED].n_to, job->knowledge->relation[RS_REFERS_TO].n_to);
  for (uint32_t hub = 0; hub < job->n_hubs; hub++) longest = MAX(longest, job->start[hub + 1] - job->start[hub]);
  job->worker = g_new0(Worker, job->n_workers);
  for (unsigned i = 0; i < job->n_workers; i++) {
    Worker *worker = &job->worker[i];
    worker->seen = g_try_malloc_n(most + 1, sizeof *worker->seen);
    worker->day_stamp = g_try_malloc0_n(65536, sizeof *worker->day_stamp);
    worker->key = g_try_malloc_n(longest + 1, sizeof *worker->key);
    worker->other = g_try_malloc_n(longest + 1, sizeof *worker->other);
    if (worker->seen == NULL || worker->day_stamp == NULL || worker->key == NULL || worker->other == NULL)
      return no_memory(error);
  }
  return true;
}

static bool lines_distribute(Job *job, unsigned n_threads, GError **error) {
  uint64_t shares = job->claims->n_lines / (4 * ((uint64_t)job->n_hubs + 1)); /* positions stay below a byte a line */
  job->n_shares = n_threads == 1 ? 1 : (uint32_t)CLAMP(shares, 1, 4 * (uint64_t)n_threads);
  job->position = g_try_malloc0_n((gsize)job->n_shares * job->n_hubs + 1, sizeof *job->position);
  job->start = g_try_malloc_n((gsize)job->n_hubs + 1, sizeof *job->start);
  if (job->position == NULL || job->start == NULL) return no_memory(error);
  rs_parallel(n_threads, job->n_shares, share_count, job);
  positions_set(job);
  job->line = rs_column_new(job->start[job->n_hubs], sizeof *job->line);
  if (job->line == NULL) return no_memory(error);
  rs_parallel(n_threads, job->n_shares, share_distribute, job);
  return true;
}

static bool relation_make(Job *job, RsRelationKind kind, unsigned n_threads, GError **error) {
  size_t n_tasks = n_threads == 1 ? 1 : (size_t)n_threads * 32;
  gsize most = MAX(job->knowledge->relation[RS_PRESCRIBED].n_to, job->knowledge->relation[RS_REFERS_TO].n_to);
  job->relation = &job->knowledge->relation[kind];
  job->to_offset = kind == RS_REFERS_TO ? offsetof(HubLine, institution) : offsetof(HubLine, drug);
  job->lines_per_task = job->start[job->n_hubs] / n_tasks + 1;
  for (unsigned i = 0; i < job->n_workers; i++) memset(job->worker[i].seen, 0, (most + 1) * sizeof(uint32_t));
  rs_parallel(n_threads, n_tasks, task_count, job);
  if (!rs_relation_allocate(job->relation, error)) return false;
  rs_parallel(n_threads, n_tasks, task_fill, job);
  return true;
}

static bool hubs_make(RsKnowledge *knowledge, bool by_doctor, unsigned n_threads, GError **error) {
  g_auto(Job) job = {.knowledge = knowledge, .claims = knowledge->claims, .by_doctor = by_doctor, .n_workers = n_threads};
  job.n_hubs = knowledge->relation[by_doctor ? RS_PRESCRIBED : RS_DISPENSED].n_from;
  if (!lines_distribute(&job, n_threads, error) || !workers_allocate(&job, error)) return false;
  if (!by_doctor) return relation_make(&job, RS_DISPENSED, n_threads, error);
  return relation_make(&job, RS_PRESCRIBED, n_threads, error) && relation_make(&job, RS_REFERS_TO, n_threads, error);
}

bool rs_knowledge_hubs(RsKnowledge *knowledge, unsigned n_threads, GError **error) {
  return hubs_make(knowledge, false, n_threads, error) && hubs_make(knowledge, true, n_threads, error);
}
