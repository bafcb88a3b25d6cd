#include "graph/knowledge_row.h"

#include "base/calendar.h"
#include "base/column.h"
#include "base/error.h"
#include "base/parallel.h"
#include "base/spill.h"
#include "base/words.h"

/* Doctors and institutions see visits of many persons, scattered over the table. One walk hands each visit, or its run of lines of one
 * doctor, to its hub as a record, and the lines' drugs beside it: a stable counting sort, in parallel by giving each share of the visits its
 * own positions. Afterwards a hub's records lie together and mostly in the second-level cache, where they are put in order of day and added
 * up as persons are. Fetching anything through an index instead would cost a cache miss a line. */

typedef struct {
  uint32_t visit, institution;
  uint32_t line;          /* of the hub's first one: where this record's begin */
  uint16_t day, n_lines;  /* a longer run of lines is several records */
} Record;

/* What is kept of a line's money: nothing in a bare graph, else as narrow as the claims have it. */
typedef enum { BARE, NARROW, WIDE } Sums;
typedef struct { int32_t amount, fund; } Narrow;
typedef struct { int64_t amount, fund; } Money;
typedef struct { uint32_t record, line; } Place;

typedef struct {
  uint32_t *seen_drug, *seen_institution; /* [n_to] hub + 1 that met it last */
  RsTally drugs, institutions;
  uint64_t *key, *other; /* [most records of a hub] */
} Worker;

typedef struct {
  RsKnowledge *knowledge;
  const RsClaims *claims;
  bool doctors;                 /* whose records these are: of doctors or of institutions */
  Sums sums;
  RsRelation *drugs, *referred; /* the relations being made; referred: of doctors only, else NULL */
  uint32_t n_hubs, n_shares;    /* shares of the visits in the distribution */
  Place *position;              /* [n_shares * n_hubs] where a share's next record of a hub goes */
  Place *start;                 /* [n_hubs + 1] a hub's records and lines */
  Record *record;
  uint32_t *drug;               /* of each line */
  Narrow *narrow;               /* [lines] or NULL, as is money */
  Money *money;
  size_t n_tasks;
  uint32_t *task_hub;           /* [n_tasks + 1] first hub of each task, of about equal records */
  unsigned n_workers;
  Worker *worker;
} Job;

/* ---- distribution ---- */

static void share_visits(const Job *job, size_t share, uint32_t *first, uint32_t *last) {
  *first = (uint32_t)((uint64_t)job->claims->n_visits * share / job->n_shares);
  *last = (uint32_t)((uint64_t)job->claims->n_visits * (share + 1) / job->n_shares);
}

/* How many lines from this one on make one record. */
static inline uint32_t run_length(const RsPacked *doctor, uint64_t line, uint64_t end, bool doctors) {
  uint32_t most = (uint32_t)MIN(end - line, UINT16_MAX), n = 1;
  if (!doctors) return most;
  uint64_t first = rs_packed_get(doctor, line);
  while (n < most && rs_packed_get(doctor, line + n) == first) n++;
  return n;
}

static inline __attribute__((always_inline)) void share_count_of(const Job *job, size_t share, bool doctors) {
  const RsClaims *claims = job->claims;
  const RsPacked doctor = claims->line_doctor; /* a copy, which no store can change */
  Place *position = &job->position[share * job->n_hubs];
  uint32_t visit, last, n;
  share_visits(job, share, &visit, &last);
  for (; visit < last; visit++) {
    uint64_t end = claims->visit_line[visit + 1];
    for (uint64_t line = claims->visit_line[visit]; line < end; line += n) {
      uint32_t hub = doctors ? (uint32_t)rs_packed_get(&doctor, line) - 1 : claims->visit_institution[visit];
      n = run_length(&doctor, line, end, doctors);
      if (hub == RS_NONE) continue;
      position[hub].record++;
      position[hub].line += n;
    }
  }
}

static void share_count(size_t share, unsigned thread, void *data) {
  (void)thread;
  const Job *job = data;
  if (job->doctors) share_count_of(job, share, true);
  else share_count_of(job, share, false);
}

/* From counts to positions: hubs in order, and in a hub the shares in order, which is visit order. */
static void positions_set(Job *job) {
  Place total = {0};
  for (uint32_t hub = 0; hub < job->n_hubs; hub++) {
    job->start[hub] = total;
    for (uint32_t share = 0; share < job->n_shares; share++) {
      Place *position = &job->position[(size_t)share * job->n_hubs + hub], count = *position;
      *position = total;
      total.record += count.record;
      total.line += count.line;
    }
  }
  job->start[job->n_hubs] = total;
}

/* Columns as copies, which no store can change. */
static inline __attribute__((always_inline)) void money_write(const Job *job, const RsPacked amount, const RsPacked fund, uint64_t line, uint32_t n, uint32_t at,
                                                              Sums sums) {
  for (uint32_t i = 0; sums == NARROW && i < n; i++)
    job->narrow[at + i] = (Narrow){(int32_t)rs_packed_get_signed(&amount, line + i), (int32_t)rs_packed_get_signed(&fund, line + i)};
  for (uint32_t i = 0; sums == WIDE && i < n; i++)
    job->money[at + i] = (Money){rs_packed_get_signed(&amount, line + i), rs_packed_get_signed(&fund, line + i)};
}

static inline __attribute__((always_inline)) void share_distribute_of(const Job *job, size_t share, bool doctors, Sums sums) {
  const RsClaims *claims = job->claims;
  const RsPacked doctor = claims->line_doctor, drug = claims->line_drug, amount = claims->line_amount, fund = claims->line_fund;
  Place *position = &job->position[share * job->n_hubs];
  uint32_t visit, last, n;
  share_visits(job, share, &visit, &last);
  for (; visit < last; visit++) {
    uint32_t institution = claims->visit_institution[visit];
    uint16_t day = (uint16_t)(claims->visit_time[visit] / RS_DAY_SECONDS);
    uint64_t end = claims->visit_line[visit + 1];
    for (uint64_t line = claims->visit_line[visit]; line < end; line += n) {
      uint32_t hub = doctors ? (uint32_t)rs_packed_get(&doctor, line) - 1 : institution;
      n = run_length(&doctor, line, end, doctors);
      if (hub == RS_NONE) continue;
      Place at = position[hub];
      position[hub] = (Place){at.record + 1, at.line + n};
      job->record[at.record] = (Record){visit, institution, at.line - job->start[hub].line, day, (uint16_t)n};
      for (uint32_t i = 0; i < n; i++) job->drug[at.line + i] = (uint32_t)rs_packed_get(&drug, line + i) - 1;
      money_write(job, amount, fund, line, n, at.line, sums);
    }
  }
}

static void share_distribute(size_t share, unsigned thread, void *data) {
  (void)thread;
  const Job *job = data;
  switch (job->sums) {
    case BARE: job->doctors ? share_distribute_of(job, share, true, BARE) : share_distribute_of(job, share, false, BARE); break;
    case NARROW: job->doctors ? share_distribute_of(job, share, true, NARROW) : share_distribute_of(job, share, false, NARROW); break;
    case WIDE: job->doctors ? share_distribute_of(job, share, true, WIDE) : share_distribute_of(job, share, false, WIDE); break;
  }
}

/* ---- rows ---- */

static void task_count(size_t task, unsigned thread, void *data) {
  const Job *job = data;
  Worker *worker = &job->worker[thread];
  for (uint32_t hub = job->task_hub[task]; hub < job->task_hub[task + 1]; hub++) {
    const Place first = job->start[hub], last = job->start[hub + 1];
    uint32_t n_drugs = 0, n_referred = 0;
    for (uint32_t i = first.line; i < last.line; i++)
      if (job->drug[i] != RS_NONE) n_drugs += rs_first_sight(worker->seen_drug, job->drug[i], hub + 1);
    job->drugs->offset[hub + 1] = n_drugs;
    if (!job->doctors) continue;
    for (uint32_t i = first.record; i < last.record; i++) n_referred += rs_first_sight(worker->seen_institution, job->record[i].institution, hub + 1);
    job->referred->offset[hub + 1] = n_referred;
  }
}

static inline __attribute__((always_inline)) Money money_of(const Job *job, uint64_t line, Sums sums) {
  if (sums == NARROW) return (Money){job->narrow[line].amount, job->narrow[line].fund};
  return sums == WIDE ? job->money[line] : (Money){0};
}

static inline __attribute__((always_inline)) void record_add(const Job *job, Worker *worker, const Record *record, uint64_t first_line, bool doctors,
                                                             Sums sums) {
  int64_t amount = 0, fund = 0;
  for (uint64_t line = first_line + record->line, end = line + record->n_lines; line < end; line++) {
    const Money money = money_of(job, line, sums);
    if (sums != BARE && doctors) amount = rs_money_add(amount, money.amount);
    if (sums != BARE && doctors) fund = rs_money_add(fund, money.fund);
    if (job->drug[line] == RS_NONE) continue;
    uint32_t met = rs_tally_add(&worker->drugs, job->drug[line], record->visit, record->day, 1);
    if (sums != BARE) rs_tally_money(&worker->drugs, met, money.amount, money.fund);
  }
  if (!doctors) return;
  uint32_t met = rs_tally_add(&worker->institutions, record->institution, record->visit, record->day, record->n_lines);
  if (sums != BARE) rs_tally_money(&worker->institutions, met, amount, fund);
}

/* A hub's records in order of day, those of one day as they lie, which is by visit: keys of day and index. */
static const uint64_t *records_by_day(const Job *job, uint32_t hub, Worker *worker) {
  const RsClaims *claims = job->claims;
  const Record *record = job->record + job->start[hub].record;
  uint32_t n = job->start[hub + 1].record - job->start[hub].record;
  for (uint32_t i = 0; i < n; i++) worker->key[i] = RS_ROW_KEY(record[i].day - claims->first_day, i);
  return rs_row_keys_sort(worker->key, worker->other, n, 32, rs_row_bits(claims->last_day - claims->first_day + 1u));
}

static inline __attribute__((always_inline)) void hub_add(const Job *job, uint32_t hub, Worker *worker, bool doctors, Sums sums) {
  enum { AHEAD = 8 };
  const Place first = job->start[hub];
  const Record *record = job->record + first.record;
  uint32_t n = job->start[hub + 1].record - first.record;
  const uint64_t *key = records_by_day(job, hub, worker);
  for (uint32_t i = 0; i < n; i++) {
    if (i + 2 * AHEAD < n) __builtin_prefetch(&record[(uint32_t)key[i + 2 * AHEAD]]);
    if (i + AHEAD < n) {
      uint64_t line = first.line + (uint64_t)record[(uint32_t)key[i + AHEAD]].line;
      __builtin_prefetch(&job->drug[line]);
      if (sums == NARROW) __builtin_prefetch(&job->narrow[line]);
      if (sums == WIDE) __builtin_prefetch(&job->money[line]);
    }
    record_add(job, worker, &record[(uint32_t)key[i]], first.line, doctors, sums);
  }
}

static void task_fill(size_t task, unsigned thread, void *data) {
  const Job *job = data;
  Worker *worker = &job->worker[thread];
  for (uint32_t hub = job->task_hub[task]; hub < job->task_hub[task + 1]; hub++) {
    switch (job->sums) {
      case BARE: job->doctors ? hub_add(job, hub, worker, true, BARE) : hub_add(job, hub, worker, false, BARE); break;
      case NARROW: job->doctors ? hub_add(job, hub, worker, true, NARROW) : hub_add(job, hub, worker, false, NARROW); break;
      case WIDE: job->doctors ? hub_add(job, hub, worker, true, WIDE) : hub_add(job, hub, worker, false, WIDE); break;
    }
    rs_tally_write(&worker->drugs, job->drugs, job->drugs->offset[hub]);
    if (job->doctors) rs_tally_write(&worker->institutions, job->referred, job->referred->offset[hub]);
  }
}

/* ---- the stage ---- */

static void job_clear(Job *job) {
  for (unsigned i = 0; job->worker != NULL && i < job->n_workers; i++) {
    Worker *worker = &job->worker[i];
    rs_tally_clear(&worker->drugs);
    rs_tally_clear(&worker->institutions);
    g_free(worker->seen_drug);
    g_free(worker->seen_institution);
    g_free(worker->key);
    g_free(worker->other);
  }
  g_free(job->worker);
  g_free(job->position);
  g_free(job->start);
  g_free(job->task_hub);
  rs_column_free(job->record);
  rs_column_free(job->drug);
  rs_column_free(job->narrow);
  rs_column_free(job->money);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Job, job_clear)

static bool no_memory(GError **error) {
  if (!rs_spill_refused(error)) return false;
  g_set_error(error, RS_ERROR, RS_ERROR_LIMIT, _("no memory to hand the claim lines to doctors and institutions"));
  return false;
}

static bool records_distribute(Job *job, unsigned n_threads, GError **error) {
  uint64_t shares = job->claims->n_lines / (8 * ((uint64_t)job->n_hubs + 1)); /* positions stay below a byte a line */
  job->n_shares = n_threads == 1 ? 1 : (uint32_t)CLAMP(shares, 1, 4 * (uint64_t)n_threads);
  job->position = g_try_malloc0_n((gsize)job->n_shares * job->n_hubs + 1, sizeof *job->position);
  job->start = g_try_malloc_n((gsize)job->n_hubs + 1, sizeof *job->start);
  if (job->position == NULL || job->start == NULL) return no_memory(error);
  rs_parallel(n_threads, job->n_shares, share_count, job);
  positions_set(job);
  const Place all = job->start[job->n_hubs];
  job->record = rs_column_new(all.record, sizeof *job->record);
  job->drug = rs_column_new(all.line, sizeof *job->drug);
  if (job->sums == NARROW) job->narrow = rs_column_new(all.line, sizeof *job->narrow);
  if (job->sums == WIDE) job->money = rs_column_new(all.line, sizeof *job->money);
  if (job->record == NULL || job->drug == NULL || (job->sums == NARROW && job->narrow == NULL) || (job->sums == WIDE && job->money == NULL))
    return no_memory(error);
  rs_parallel(n_threads, job->n_shares, share_distribute, job);
  return true;
}

static bool workers_allocate(Job *job, GError **error) {
  uint32_t longest = 0;
  for (uint32_t hub = 0; hub < job->n_hubs; hub++) longest = MAX(longest, job->start[hub + 1].record - job->start[hub].record);
  job->worker = g_new0(Worker, job->n_workers);
  for (unsigned i = 0; i < job->n_workers; i++) {
    Worker *worker = &job->worker[i];
    bool have = rs_tally_init(&worker->drugs, job->drugs->n_to);
    worker->seen_drug = g_try_malloc0_n((gsize)job->drugs->n_to + 1, sizeof *worker->seen_drug);
    if (job->doctors) {
      have = rs_tally_init(&worker->institutions, job->referred->n_to) && have;
      worker->seen_institution = g_try_malloc0_n((gsize)job->referred->n_to + 1, sizeof *worker->seen_institution);
      have = have && worker->seen_institution != NULL;
    }
    worker->key = g_try_malloc_n((gsize)longest + 1, sizeof *worker->key);
    worker->other = g_try_malloc_n((gsize)longest + 1, sizeof *worker->other);
    if (!have || worker->seen_drug == NULL || worker->key == NULL || worker->other == NULL) return no_memory(error);
  }
  return true;
}

static void tasks_cut(Job *job, unsigned n_threads) {
  job->n_tasks = n_threads == 1 ? 1 : (size_t)n_threads * 32;
  job->task_hub = g_new(uint32_t, job->n_tasks + 1);
  uint64_t share = job->start[job->n_hubs].line / job->n_tasks + 1;
  for (size_t task = 0, hub = 0; task <= job->n_tasks; task++) {
    while (hub < job->n_hubs && job->start[hub].line < task * share) hub++;
    job->task_hub[task] = (uint32_t)hub;
  }
}

static bool hubs_make(RsKnowledge *knowledge, bool doctors, bool sums, unsigned n_threads, GError **error) {
  RsRelation *relation = knowledge->relation;
  g_auto(Job) job = {.knowledge = knowledge, .claims = knowledge->claims, .doctors = doctors, .n_workers = n_threads};
  if (sums) job.sums = MAX(knowledge->claims->line_amount.width, knowledge->claims->line_fund.width) <= sizeof(int32_t) ? NARROW : WIDE;
  job.drugs = &relation[doctors ? RS_PRESCRIBED : RS_DISPENSED];
  job.referred = doctors ? &relation[RS_REFERS_TO] : NULL;
  job.n_hubs = job.drugs->n_from;
  if (!records_distribute(&job, n_threads, error) || !workers_allocate(&job, error)) return false;
  tasks_cut(&job, n_threads);
  rs_parallel(n_threads, job.n_tasks, task_count, &job);
  if (!rs_relation_allocate(job.drugs, doctors ? RS_PRESCRIBED : RS_DISPENSED, sums, error)) return false;
  if (doctors && !rs_relation_allocate(job.referred, RS_REFERS_TO, sums, error)) return false;
  rs_parallel(n_threads, job.n_tasks, task_fill, &job);
  return true;
}

bool rs_knowledge_hubs(RsKnowledge *knowledge, bool sums, unsigned n_threads, GError **error) {
  return hubs_make(knowledge, false, sums, n_threads, error) && hubs_make(knowledge, true, sums, n_threads, error);
}
