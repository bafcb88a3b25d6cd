#include "graph/knowledge_row.h"

#include "base/calendar.h"
#include "base/column.h"
#include "base/error.h"
#include "base/parallel.h"
#include "base/spill.h"
#include "base/words.h"

#include <string.h>

/* Doctors and institutions see lines of many persons, scattered over the table. One walk hands each line to its hub as one 64-bit
 * number: `to`, visit and day (a stable counting sort, in parallel by giving each share of the visits its own positions), so that
 * afterwards a hub's lines lie together, in visit order, and mostly in the second-level cache. There they are sorted by `to`. Visits are
 * then counted by change of visit, and distinct days by a stamp per day, since visit order is not day order. Fetching anything through
 * an index instead would cost a cache miss a line. */

typedef struct {
  uint32_t *seen;        /* [most n_to] hub + 1 that met it last */
  uint32_t *day_stamp;   /* [65536] group that saw the day last */
  uint32_t group;        /* running number of groups, never 0 */
  uint64_t *other;       /* [longest hub] */
} Worker;

typedef struct {
  RsKnowledge *knowledge;
  const RsClaims *claims;
  RsRelationKind kind;   /* the relation being made */
  RsRelation *relation;
  uint32_t n_hubs;
  unsigned key_bits;     /* of these, a key is to | visit | day | run: the lines of a run beyond the first; */
  bool by_line;          /* or to | line | day, when the sums are made */
  unsigned visit_bits, day_bits, run_bits; /* 0: does not fit: the day is looked up, runs are of one line */
  uint32_t n_shares;     /* shares of the visits in the distribution */
  uint32_t *position;    /* [n_shares * n_hubs] where a share's next key of a hub goes */
  uint32_t *start;       /* [n_hubs + 1] a hub's keys */
  uint64_t *key;         /* [n_lines] */
  uint64_t lines_per_task;
  unsigned n_workers;
  Worker *worker;
} Job;

/* ---- distribution ---- */

static void share_visits(const Job *job, size_t share, uint32_t *first, uint32_t *last) {
  *first = (uint32_t)((uint64_t)job->claims->n_visits * share / job->n_shares);
  *last = (uint32_t)((uint64_t)job->claims->n_visits * (share + 1) / job->n_shares);
}

/* Whether the line tells of the relation, and between which two. */
static inline bool line_ends(RsRelationKind kind, const RsClaims *claims, uint64_t line, uint32_t institution, uint32_t *hub, uint32_t *to) {
  *hub = kind == RS_DISPENSED ? institution : claims->line_doctor[line];
  *to = kind == RS_REFERS_TO ? institution : claims->line_drug[line];
  return *hub != RS_NONE && *to != RS_NONE;
}

/* Lines of a visit mostly share one doctor: how many lines after this one tell the same. */
static inline uint32_t run_length(const Job *job, RsRelationKind kind, uint64_t line, uint64_t end) {
  if (kind != RS_REFERS_TO || job->run_bits == 0) return 0;
  const uint32_t *doctor = job->claims->line_doctor, most = ((uint32_t)1 << job->run_bits) - 1;
  uint32_t more = 0;
  while (more < most && line + more + 1 < end && doctor[line + more + 1] == doctor[line]) more++;
  return more;
}

static inline unsigned to_shift(const Job *job) { return job->visit_bits + job->day_bits + job->run_bits; }

/* One walk for each relation, so that each is compiled for its own. */
static inline __attribute__((always_inline)) void share_walk(const Job *job, size_t share, RsRelationKind kind, bool count) {
  const RsClaims *claims = job->claims;
  uint32_t *position = &job->position[share * job->n_hubs], visit, last, hub, to;
  share_visits(job, share, &visit, &last);
  for (; visit < last; visit++) {
    uint32_t institution = claims->visit_institution[visit];
    uint64_t day = job->day_bits > 0 ? claims->visit_time[visit] / RS_DAY_SECONDS - claims->first_day : 0;
    uint64_t end = claims->visit_line[visit + 1];
    for (uint64_t line = claims->visit_line[visit]; line < end; line++) {
      if (!line_ends(kind, claims, line, institution, &hub, &to)) continue;
      uint32_t more = run_length(job, kind, line, end);
      line += more;
      uint64_t low = ((job->by_line ? line : visit) << job->day_bits | day) << job->run_bits;
      if (count) position[hub]++;
      else job->key[position[hub]++] = (uint64_t)to << to_shift(job) | low | more;
    }
  }
}

static void share_count(size_t share, unsigned thread, void *data) {
  (void)thread;
  const Job *job = data;
  switch (job->kind) {
    case RS_DISPENSED: share_walk(job, share, RS_DISPENSED, true); break;
    case RS_PRESCRIBED: share_walk(job, share, RS_PRESCRIBED, true); break;
    default: share_walk(job, share, RS_REFERS_TO, true);
  }
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
  switch (job->kind) {
    case RS_DISPENSED: share_walk(job, share, RS_DISPENSED, false); break;
    case RS_PRESCRIBED: share_walk(job, share, RS_PRESCRIBED, false); break;
    default: share_walk(job, share, RS_REFERS_TO, false);
  }
}

/* ---- rows ---- */

static inline uint32_t key_to(const Job *job, uint64_t key) { return (uint32_t)(key >> to_shift(job)); }

static inline uint32_t key_visit(const Job *job, uint64_t key) {
  return (uint32_t)(key >> (job->day_bits + job->run_bits) & (((uint64_t)1 << job->visit_bits) - 1));
}

static inline uint16_t key_day(const Job *job, uint64_t key) {
  if (job->day_bits > 0) return (uint16_t)(key >> job->run_bits & (((uint64_t)1 << job->day_bits) - 1));
  return (uint16_t)(job->claims->visit_time[key_visit(job, key)] / RS_DAY_SECONDS - job->claims->first_day);
}

static inline uint32_t key_lines(const Job *job, uint64_t key) { return 1 + (uint32_t)(key & (((uint64_t)1 << job->run_bits) - 1)); }

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
      uint32_t to = key_to(job, job->key[i]);
      count += seen[to] != hub + 1;
      seen[to] = hub + 1;
    }
    job->relation->offset[hub + 1] = count;
  }
}

static inline uint16_t day_first_sight(Worker *worker, uint16_t day) {
  if (worker->day_stamp[day] == worker->group) return 0;
  worker->day_stamp[day] = worker->group;
  return 1;
}

static inline void group_begin(Worker *worker) {
  if (++worker->group != 0) return;
  memset(worker->day_stamp, 0, 65536 * sizeof *worker->day_stamp); /* after 4 billion groups old stamps would lie */
  worker->group = 1;
}

static void hub_fill(const Job *job, uint32_t hub, Worker *worker, unsigned bits) {
  RsRelation *relation = job->relation;
  uint32_t n = job->start[hub + 1] - job->start[hub];
  uint64_t at = relation->offset[hub];
  const uint64_t *key = rs_row_keys_sort(&job->key[job->start[hub]], worker->other, n, to_shift(job), bits);
  for (uint32_t i = 0; i < n; at++) {
    uint32_t to = key_to(job, key[i]), visit = key_visit(job, key[i]), visits = 1, lines = key_lines(job, key[i]);
    uint16_t days = 1, day = key_day(job, key[i]);
    if (++i < n && key_to(job, key[i]) == to) {
      group_begin(worker);
      day_first_sight(worker, day);
    }
    for (; i < n && key_to(job, key[i]) == to; i++) {
      visits += key_visit(job, key[i]) != visit;
      visit = key_visit(job, key[i]);
      lines += key_lines(job, key[i]);
      days = (uint16_t)(days + day_first_sight(worker, key_day(job, key[i])));
    }
    relation->to[at] = to;
    relation->visits[at] = visits;
    relation->days[at] = days;
    if (relation->lines != NULL) relation->lines[at] = lines;
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
    g_free(job->worker[i].other);
  }
  g_free(job->worker);
  g_free(job->position);
  g_free(job->start);
  rs_column_free(job->key);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Job, job_clear)

static bool no_memory(GError **error) {
  if (!rs_spill_refused(error)) return false;
  g_set_error(error, RS_ERROR, RS_ERROR_LIMIT, _("no memory to hand the claim lines to doctors and institutions"));
  return false;
}

/* The keys serve all three relations: memory that was touched once is not asked for again. */
static bool job_allocate(Job *job, GError **error) {
  const RsRelation *relation = job->knowledge->relation;
  gsize most = MAX(relation[RS_PRESCRIBED].n_to, relation[RS_REFERS_TO].n_to);
  job->start = g_try_malloc_n((gsize)MAX(relation[RS_PRESCRIBED].n_from, relation[RS_DISPENSED].n_from) + 1, sizeof *job->start);
  job->key = rs_column_new(job->claims->n_lines, sizeof *job->key);
  job->worker = g_new0(Worker, job->n_workers);
  bool have = job->start != NULL && job->key != NULL;
  for (unsigned i = 0; i < job->n_workers; i++) {
    job->worker[i].seen = g_try_malloc_n(most + 1, sizeof *job->worker[i].seen);
    job->worker[i].day_stamp = g_try_malloc0_n(65536, sizeof *job->worker[i].day_stamp);
    have = have && job->worker[i].seen != NULL && job->worker[i].day_stamp != NULL;
  }
  return have || no_memory(error);
}

static void layout_set(Job *job) {
  unsigned to_bits = rs_row_bits(job->relation->n_to);
  job->visit_bits = rs_row_bits(job->by_line ? (uint32_t)job->claims->n_lines : job->claims->n_visits);
  job->day_bits = rs_row_bits(job->claims->last_day - job->claims->first_day + 1u);
  job->run_bits = job->kind == RS_REFERS_TO && !job->by_line ? 6 : 0;
  if (to_bits + job->visit_bits + job->day_bits + job->run_bits > job->key_bits) job->run_bits = 0;
  if (to_bits + job->visit_bits + job->day_bits > job->key_bits) job->day_bits = 0;
}

static void relation_choose(Job *job, RsRelationKind kind) {
  job->kind = kind;
  job->relation = &job->knowledge->relation[kind];
  job->n_hubs = job->relation->n_from;
  layout_set(job);
}

static bool lines_distribute(Job *job, unsigned n_threads, GError **error) {
  uint64_t shares = job->claims->n_lines / (4 * ((uint64_t)job->n_hubs + 1)); /* positions stay below a byte a line */
  job->n_shares = n_threads == 1 ? 1 : (uint32_t)CLAMP(shares, 1, 4 * (uint64_t)n_threads);
  g_free(job->position);
  job->position = g_try_malloc0_n((gsize)job->n_shares * job->n_hubs + 1, sizeof *job->position);
  if (job->position == NULL) return no_memory(error);
  rs_parallel(n_threads, job->n_shares, share_count, job);
  positions_set(job);
  rs_parallel(n_threads, job->n_shares, share_distribute, job);
  uint32_t longest = 0;
  for (uint32_t hub = 0; hub < job->n_hubs; hub++) longest = MAX(longest, job->start[hub + 1] - job->start[hub]);
  for (unsigned i = 0; i < job->n_workers; i++) {
    g_free(job->worker[i].other);
    job->worker[i].other = g_try_malloc_n((gsize)longest + 1, sizeof *job->worker[i].other);
    if (job->worker[i].other == NULL) return no_memory(error);
  }
  return true;
}

/* A doctor's own workplace is where most of the lines are: of this relation even a bare graph knows them. */
static bool lines_allocate(Job *job, GError **error) {
  if (job->kind != RS_REFERS_TO) return true;
  job->relation->lines = rs_column_new(job->relation->n, sizeof *job->relation->lines);
  return job->relation->lines != NULL || no_memory(error);
}

static bool relation_make(Job *job, RsRelationKind kind, unsigned n_threads, GError **error) {
  size_t n_tasks = n_threads == 1 ? 1 : (size_t)n_threads * 32;
  relation_choose(job, kind);
  if (!lines_distribute(job, n_threads, error)) return false;
  job->lines_per_task = job->start[job->n_hubs] / n_tasks + 1;
  for (unsigned i = 0; i < job->n_workers; i++) memset(job->worker[i].seen, 0, ((gsize)job->relation->n_to + 1) * sizeof(uint32_t));
  rs_parallel(n_threads, n_tasks, task_count, job);
  if (!rs_relation_allocate(job->relation, error) || !lines_allocate(job, error)) return false;
  rs_parallel(n_threads, n_tasks, task_fill, job);
  return true;
}

/* ---- sums ---- */

/* Lines of a hub come in the table's order: far apart, but always forwards, so they are asked for ahead of time. */
static void hub_sum(const Job *job, uint32_t hub, uint32_t *place) {
  enum { AHEAD = 16 };
  RsRelation *relation = job->relation;
  const RsClaims *claims = job->claims;
  const uint64_t base = relation->offset[hub];
  for (uint64_t i = base; i < relation->offset[hub + 1]; i++) place[relation->to[i]] = (uint32_t)(i - base);
  for (uint32_t i = job->start[hub]; i < job->start[hub + 1]; i++) {
    if (i + AHEAD < job->start[hub + 1]) {
      __builtin_prefetch(&claims->line_amount[key_visit(job, job->key[i + AHEAD])]);
      __builtin_prefetch(&claims->line_fund[key_visit(job, job->key[i + AHEAD])]);
    }
    const uint32_t line = key_visit(job, job->key[i]);
    const uint16_t day = job->day_bits > 0 ? (uint16_t)(claims->first_day + key_day(job, job->key[i]))
                                           : (uint16_t)(claims->visit_time[rs_claims_line_visit(claims, line)] / RS_DAY_SECONDS);
    rs_row_add(relation, base + place[key_to(job, job->key[i])], claims->line_amount[line], claims->line_fund[line], day);
  }
}

static void task_sum(size_t task, unsigned thread, void *data) {
  const Job *job = data;
  uint32_t hub, last;
  task_hubs(job, task, &hub, &last);
  for (; hub < last; hub++) hub_sum(job, hub, job->worker[thread].seen);
}

bool rs_knowledge_hub_sums(RsKnowledge *knowledge, unsigned n_threads, GError **error) {
  static const RsRelationKind hubs[] = {RS_DISPENSED, RS_PRESCRIBED, RS_REFERS_TO};
  g_auto(Job) job = {.knowledge = knowledge, .claims = knowledge->claims, .key_bits = 64, .by_line = true, .n_workers = n_threads};
  size_t n_tasks = n_threads == 1 ? 1 : (size_t)n_threads * 32;
  if (!job_allocate(&job, error)) return false;
  for (size_t i = 0; i < G_N_ELEMENTS(hubs); i++) {
    relation_choose(&job, hubs[i]);
    if (!lines_distribute(&job, n_threads, error)) return false;
    job.lines_per_task = job.start[job.n_hubs] / n_tasks + 1;
    rs_parallel(n_threads, n_tasks, task_sum, &job);
  }
  return true;
}

bool rs_knowledge_hubs(RsKnowledge *knowledge, unsigned n_threads, unsigned key_bits, GError **error) {
  g_auto(Job) job = {.knowledge = knowledge, .claims = knowledge->claims, .key_bits = key_bits, .n_workers = n_threads};
  return job_allocate(&job, error) && relation_make(&job, RS_DISPENSED, n_threads, error) &&
         relation_make(&job, RS_PRESCRIBED, n_threads, error) && relation_make(&job, RS_REFERS_TO, n_threads, error);
}
