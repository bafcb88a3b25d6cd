#include "graph/knowledge_row.h"

#include "base/calendar.h"
#include "base/column.h"
#include "base/error.h"
#include "base/parallel.h"
#include "base/spill.h"
#include "base/words.h"

/* Doctors and institutions see visits of many persons, scattered over the table. One walk hands each visit, or its run of lines of one
 * doctor, to its hub as a record, its lines behind it: a stable counting sort, in parallel by giving each share of the visits its
 * own positions. A hub has one place that is written to, so that those of thousands of hubs stay in the second-level cache. Afterwards a hub's
 * records lie together, where they are put in order of day and added up as persons are. Fetching anything through an index instead would
 * cost a cache miss a line. */

/* A record, which begins at any byte: its head, then its lines' drugs and, unless the graph is bare, their amounts and fund shares, each as wide
 * as the claims have them. The bytes of a handful of lines are moved in one go, and what this writes too much is written over by the next record. */
typedef struct { uint32_t visit, institution; uint16_t day, n_lines; } Head;
enum { ONE_GO = RS_PACKED_OVER };
#define MOST_LINES UINT16_MAX /* of a record; a longer run is several */

typedef struct {
  uint32_t *seen_drug, *seen_institution; /* [n_to] hub + 1 that met it last */
  RsTally drugs, institutions;
  uint64_t *key, *other; /* [most records of a hub] */
} Worker;

typedef struct {
  RsKnowledge *knowledge;
  const RsClaims *claims;
  bool doctors;                 /* whose records these are: of doctors or of institutions */
  RsSums sums;
  bool in_order;                /* rows are appended, not counted beforehand */
  unsigned line_bytes;          /* of a record */
  RsRelation *drugs, *referred; /* the relations being made; referred: of doctors only, else NULL */
  uint32_t n_hubs, n_shares;    /* shares of the visits in the distribution */
  uint64_t *position;           /* [n_shares * n_hubs] the byte where a share's next record of a hub goes */
  uint64_t *start;              /* [n_hubs + 1] a hub's records */
  unsigned char *records;       /* all; each share's of a hub with ONE_GO bytes behind them */
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
static inline __attribute__((always_inline)) uint32_t record_length(const RsPacked *doctor, uint64_t line, uint64_t end, bool doctors) {
  return (uint32_t)MIN(doctors ? rs_run_length(doctor, line, end) : end - line, MOST_LINES);
}

static inline __attribute__((always_inline)) void share_count_of(const Job *job, size_t share, bool doctors) {
  const RsClaims *claims = job->claims;
  const RsPacked doctor = claims->line_doctor; /* a copy, which no store can change */
  const uint64_t line_bytes = job->line_bytes, *visit_line = claims->visit_line;
  uint64_t *position = &job->position[share * job->n_hubs];
  uint32_t visit, last, n;
  share_visits(job, share, &visit, &last);
  for (; visit < last; visit++) {
    const uint64_t end = visit_line[visit + 1];
    for (uint64_t line = visit_line[visit]; line < end; line += n) {
      uint32_t hub = doctors ? (uint32_t)rs_packed_get(&doctor, line) - 1 : claims->visit_institution[visit];
      n = record_length(&doctor, line, end, doctors);
      if (hub != RS_NONE) position[hub] += sizeof(Head) + n * line_bytes;
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
  uint64_t total = 0;
  for (uint32_t hub = 0; hub < job->n_hubs; hub++) {
    job->start[hub] = total;
    for (uint32_t share = 0; share < job->n_shares; share++) {
      uint64_t *position = &job->position[(size_t)share * job->n_hubs + hub], count = *position;
      *position = total;
      total += count + ONE_GO;
    }
  }
  job->start[job->n_hubs] = total;
}

static inline __attribute__((always_inline)) unsigned char *lines_move(unsigned char *to, const RsPacked *column, uint64_t line, uint32_t n) {
  const size_t bytes = (size_t)n * column->width;
  if (bytes <= ONE_GO) memcpy(to, rs_packed_at(column, line), ONE_GO);
  else memcpy(to, rs_packed_at(column, line), bytes);
  return to + bytes;
}

static inline __attribute__((always_inline)) void share_distribute_of(const Job *job, size_t share, bool doctors, bool sums) {
  const RsClaims *claims = job->claims;
  const RsPacked doctor = claims->line_doctor, drug = claims->line_drug, amount = claims->line_amount, fund = claims->line_fund;
  uint64_t *position = &job->position[share * job->n_hubs]; /* columns as copies, which no store can change */
  unsigned char *records = job->records;
  uint32_t visit, last, n;
  share_visits(job, share, &visit, &last);
  for (; visit < last; visit++) {
    const uint32_t institution = claims->visit_institution[visit];
    const uint16_t day = (uint16_t)(claims->visit_time[visit] / RS_DAY_SECONDS);
    const uint64_t end = claims->visit_line[visit + 1];
    for (uint64_t line = claims->visit_line[visit]; line < end; line += n) {
      uint32_t hub = doctors ? (uint32_t)rs_packed_get(&doctor, line) - 1 : institution;
      n = record_length(&doctor, line, end, doctors);
      if (hub == RS_NONE) continue;
      const Head head = {visit, institution, day, (uint16_t)n};
      unsigned char *at = records + position[hub];
      memcpy(at, &head, sizeof head);
      at = lines_move(at + sizeof head, &drug, line, n);
      if (sums) at = lines_move(lines_move(at, &amount, line, n), &fund, line, n);
      position[hub] = (uint64_t)(at - records);
      __builtin_prefetch(at + 64, 1); /* for the hub's next record, hundreds of visits later */
      __builtin_prefetch(at + 128, 1);
    }
  }
}

static void share_distribute(size_t share, unsigned thread, void *data) {
  (void)thread;
  const Job *job = data;
  const Head none = {0};
  if (job->sums != RS_BARE) job->doctors ? share_distribute_of(job, share, true, true) : share_distribute_of(job, share, false, true);
  else job->doctors ? share_distribute_of(job, share, true, false) : share_distribute_of(job, share, false, false);
  for (uint32_t hub = 0; hub < job->n_hubs; hub++) memcpy(job->records + job->position[share * job->n_hubs + hub], &none, sizeof none);
}

/* ---- rows ---- */

static inline Head head_of(const unsigned char *record) {
  Head head;
  memcpy(&head, record, sizeof head);
  return head;
}

/* A share's records end with one without lines. */
static inline const unsigned char *record_next(const unsigned char *record, Head head, unsigned line_bytes) {
  return record + (head.n_lines == 0 ? ONE_GO : sizeof head + (size_t)head.n_lines * line_bytes);
}

/* Lines as wide as the column's, from there on. */
static inline RsPacked lines_at(RsPacked column, const unsigned char *at) {
  column.bytes = (unsigned char *)at;
  return column;
}

/* Lines in blocks, filled up with none: how many a record has is a guess that often fails, whether they are more than a block is not. */
static void task_count(size_t task, unsigned thread, void *data) {
  enum { BLOCK = 4 };
  const Job *job = data;
  uint32_t *seen_drug = job->worker[thread].seen_drug, *seen_institution = job->worker[thread].seen_institution;
  const RsPacked of_drug = job->claims->line_drug;
  for (uint32_t hub = job->task_hub[task]; hub < job->task_hub[task + 1]; hub++) {
    const unsigned char *end = job->records + job->start[hub + 1];
    const uint32_t mark = hub + 1;
    uint32_t n_drugs = 0, n_referred = 0;
    Head head;
    seen_drug[0] = mark; /* none is no drug */
    for (const unsigned char *record = job->records + job->start[hub]; record < end; record = record_next(record, head, job->line_bytes)) {
      head = head_of(record);
      const RsPacked drug = lines_at(of_drug, record + sizeof head);
      for (uint32_t i = 0; i < head.n_lines; i += BLOCK)
        for (uint32_t k = i; k < i + BLOCK; k++) n_drugs += rs_first_sight(seen_drug, (uint32_t)rs_packed_get(&drug, k) & -(uint32_t)(k < head.n_lines), mark);
      if (job->doctors && head.n_lines > 0) n_referred += rs_first_sight(seen_institution, head.institution, mark);
    }
    job->drugs->offset[hub + 1] = n_drugs;
    if (job->doctors) job->referred->offset[hub + 1] = n_referred;
  }
}

static inline __attribute__((always_inline)) void record_add(const RsPacked *of_drug, RsMoneyColumns of, RsTally *drugs, RsTally *institutions,
                                                             const unsigned char *record, bool doctors, RsSums sums) {
  const Head head = head_of(record);
  const RsPacked drug = lines_at(*of_drug, record + sizeof head);
  RsMoney all = {0}, one = {0};
  of.amount = drug.bytes + (size_t)head.n_lines * drug.width;
  of.fund = of.amount + head.n_lines * of.amount_width;
  for (size_t i = 0; i < head.n_lines; i++) {
    const uint32_t to = (uint32_t)rs_packed_get(&drug, i);
    if (sums != RS_BARE) one = rs_line_money(&of, i);
    if (sums != RS_BARE && doctors) all = rs_money_sum(all, one, sums);
    if (to != 0) rs_tally_add(drugs, to, head.visit, head.day, 1, one, sums);
  }
  if (doctors) rs_tally_add(institutions, (size_t)head.institution + 1, head.visit, head.day, head.n_lines, all, sums);
}

/* A hub's records in order of day, those of one day as they lie, which is by visit: keys of day and place within the hub's bytes. */
enum { PLACE_BITS = 48 };
static const uint64_t *records_by_day(const Job *job, uint32_t hub, Worker *worker, uint32_t *n) {
  const RsClaims *claims = job->claims;
  const unsigned char *first = job->records + job->start[hub], *end = job->records + job->start[hub + 1];
  uint64_t *key = worker->key;
  Head head;
  for (const unsigned char *record = first; record < end; record = record_next(record, head, job->line_bytes)) {
    head = head_of(record);
    if (head.n_lines > 0) *key++ = (uint64_t)(head.day - claims->first_day) << PLACE_BITS | (uint64_t)(record - first);
  }
  *n = (uint32_t)(key - worker->key);
  return rs_row_keys_sort(worker->key, worker->other, *n, PLACE_BITS, rs_row_bits(claims->last_day - claims->first_day + 1u));
}

static inline __attribute__((always_inline)) void hub_add(const Job *job, uint32_t hub, Worker *worker, bool doctors, RsSums sums) {
  enum { AHEAD = 8 };
  const uint64_t place = ((uint64_t)1 << PLACE_BITS) - 1;
  const unsigned char *first = job->records + job->start[hub];
  const RsPacked of_drug = job->claims->line_drug;
  const RsMoneyColumns of_money = rs_money_columns(job->claims);
  RsTally drugs = worker->drugs, institutions = worker->institutions;
  uint32_t n;
  const uint64_t *key = records_by_day(job, hub, worker, &n);
  for (uint32_t i = 0; i < n; i++) {
    const unsigned char *later = first + (key[MIN(i + AHEAD, n - 1)] & place);
    __builtin_prefetch(later);
    __builtin_prefetch(later + 64);
    record_add(&of_drug, of_money, &drugs, &institutions, first + (key[i] & place), doctors, sums);
  }
  worker->drugs.n = drugs.n;
  worker->institutions.n = institutions.n;
}

static void task_fill(size_t task, unsigned thread, void *data) {
  const Job *job = data;
  Worker *worker = &job->worker[thread];
  for (uint32_t hub = job->task_hub[task]; hub < job->task_hub[task + 1]; hub++) {
    switch (job->sums) {
      case RS_BARE: job->doctors ? hub_add(job, hub, worker, true, RS_BARE) : hub_add(job, hub, worker, false, RS_BARE); break;
      case RS_NARROW: job->doctors ? hub_add(job, hub, worker, true, RS_NARROW) : hub_add(job, hub, worker, false, RS_NARROW); break;
      case RS_WIDE: job->doctors ? hub_add(job, hub, worker, true, RS_WIDE) : hub_add(job, hub, worker, false, RS_WIDE); break;
    }
    if (job->in_order) rs_relation_append(job->drugs, hub, &worker->drugs);
    else rs_tally_write(&worker->drugs, job->drugs, job->drugs->offset[hub]);
    if (!job->doctors) continue;
    if (job->in_order) rs_relation_append(job->referred, hub, &worker->institutions);
    else rs_tally_write(&worker->institutions, job->referred, job->referred->offset[hub]);
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
  rs_column_free(job->records);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Job, job_clear)

static bool no_memory(GError **error) {
  if (!rs_spill_refused(error)) return false;
  g_set_error(error, RS_ERROR, RS_ERROR_LIMIT, _("no memory to hand the claim lines to doctors and institutions"));
  return false;
}

static bool records_distribute(Job *job, unsigned n_threads, GError **error) {
  uint64_t shares = job->claims->n_lines / (32 * ((uint64_t)job->n_hubs + 1)); /* positions and the ends of records stay near a byte a line */
  job->n_shares = n_threads == 1 ? 1 : (uint32_t)CLAMP(shares, 1, 4 * (uint64_t)n_threads);
  job->position = g_try_malloc0_n((gsize)job->n_shares * job->n_hubs + 1, sizeof *job->position);
  job->start = g_try_malloc_n((gsize)job->n_hubs + 1, sizeof *job->start);
  if (job->position == NULL || job->start == NULL) return no_memory(error);
  rs_parallel(n_threads, job->n_shares, share_count, job);
  positions_set(job);
  job->records = rs_column_new(job->start[job->n_hubs], 1);
  if (job->records == NULL) return no_memory(error);
  rs_parallel(n_threads, job->n_shares, share_distribute, job);
  return true;
}

static bool workers_allocate(Job *job, GError **error) {
  uint64_t longest = 0;
  for (uint32_t hub = 0; hub < job->n_hubs; hub++) longest = MAX(longest, job->start[hub + 1] - job->start[hub]);
  longest /= sizeof(Head) + job->line_bytes;
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
  uint64_t share = job->start[job->n_hubs] / job->n_tasks + 1;
  for (size_t task = 0, hub = 0; task <= job->n_tasks; task++) {
    while (hub < job->n_hubs && job->start[hub] < task * share) hub++;
    job->task_hub[task] = (uint32_t)hub;
  }
}

static bool rows_begin(const Job *job, RsRelation *relation, RsRelationKind kind, GError **error) {
  const bool sums = job->sums != RS_BARE;
  return job->in_order ? rs_relation_begin(relation, kind, job->claims->n_lines, sums, error) : rs_relation_allocate(relation, kind, sums, error);
}

static bool hubs_make(RsKnowledge *knowledge, bool doctors, bool sums, unsigned n_threads, GError **error) {
  RsRelation *relation = knowledge->relation;
  g_auto(Job) job = {.knowledge = knowledge, .claims = knowledge->claims, .doctors = doctors, .sums = rs_sums_of(knowledge->claims, sums), .in_order = rs_rows_in_order(n_threads), .n_workers = n_threads};
  job.line_bytes = job.claims->line_drug.width + (sums ? job.claims->line_amount.width + job.claims->line_fund.width : 0);
  job.drugs = &relation[doctors ? RS_PRESCRIBED : RS_DISPENSED];
  job.referred = doctors ? &relation[RS_REFERS_TO] : NULL;
  job.n_hubs = job.drugs->n_from;
  if (!records_distribute(&job, n_threads, error) || !workers_allocate(&job, error)) return false;
  tasks_cut(&job, n_threads);
  if (!job.in_order) rs_parallel(n_threads, job.n_tasks, task_count, &job);
  if (!rows_begin(&job, job.drugs, doctors ? RS_PRESCRIBED : RS_DISPENSED, error)) return false;
  if (doctors && !rows_begin(&job, job.referred, RS_REFERS_TO, error)) return false;
  rs_parallel(n_threads, job.n_tasks, task_fill, &job);
  if (job.in_order) rs_relation_end(job.drugs);
  if (job.in_order && doctors) rs_relation_end(job.referred);
  return true;
}

bool rs_knowledge_hubs(RsKnowledge *knowledge, bool sums, unsigned n_threads, GError **error) {
  return hubs_make(knowledge, false, sums, n_threads, error) && hubs_make(knowledge, true, sums, n_threads, error);
}
