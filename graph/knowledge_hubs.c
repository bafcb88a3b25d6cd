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

/* A record: RECORD_WORDS, then of each line its drug and, unless the graph is bare, its money. */
enum { VISIT, INSTITUTION, DAY_AND_LINES /* day << 16 | lines */, RECORD_WORDS };
#define MOST_LINES UINT16_MAX /* of a record; a longer run is several */

/* What is kept of a line's money, as narrow as the claims have it; the value is a line's words. */
typedef enum { BARE = 1, NARROW = 3, WIDE = 5 } Sums;
typedef struct { int64_t amount, fund; } Money;

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
  uint64_t *position;           /* [n_shares * n_hubs] where a share's next record of a hub goes */
  uint64_t *start;              /* [n_hubs + 1] a hub's records */
  uint32_t *word;               /* all records */
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
  uint32_t most = (uint32_t)MIN(end - line, MOST_LINES), n = 1;
  if (!doctors) return most;
  uint64_t first = rs_packed_get(doctor, line);
  while (n < most && rs_packed_get(doctor, line + n) == first) n++;
  return n;
}

static inline __attribute__((always_inline)) void share_count_of(const Job *job, size_t share, bool doctors) {
  const RsClaims *claims = job->claims;
  const RsPacked doctor = claims->line_doctor; /* a copy, which no store can change */
  uint64_t *position = &job->position[share * job->n_hubs];
  uint32_t visit, last, n;
  share_visits(job, share, &visit, &last);
  for (; visit < last; visit++) {
    uint64_t end = claims->visit_line[visit + 1];
    for (uint64_t line = claims->visit_line[visit]; line < end; line += n) {
      uint32_t hub = doctors ? (uint32_t)rs_packed_get(&doctor, line) - 1 : claims->visit_institution[visit];
      n = run_length(&doctor, line, end, doctors);
      if (hub != RS_NONE) position[hub] += RECORD_WORDS + (uint64_t)n * job->sums;
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
      total += count;
    }
  }
  job->start[job->n_hubs] = total;
}

static inline __attribute__((always_inline)) void money_write(uint32_t *word, int64_t amount, int64_t fund, Sums sums) {
  if (sums == NARROW) word[0] = (uint32_t)amount, word[1] = (uint32_t)fund;
  if (sums == WIDE) memcpy(word, &amount, sizeof amount), memcpy(word + 2, &fund, sizeof fund);
}

static inline __attribute__((always_inline)) Money money_read(const uint32_t *word, Sums sums) {
  Money money = {0};
  if (sums == NARROW) money = (Money){(int32_t)word[0], (int32_t)word[1]};
  if (sums == WIDE) memcpy(&money, word, sizeof money);
  return money;
}

static inline __attribute__((always_inline)) void share_distribute_of(const Job *job, size_t share, bool doctors, Sums sums) {
  const RsClaims *claims = job->claims;
  const RsPacked doctor = claims->line_doctor, drug = claims->line_drug, amount = claims->line_amount, fund = claims->line_fund;
  uint64_t *position = &job->position[share * job->n_hubs]; /* columns as copies, which no store can change */
  uint32_t visit, last, n;
  share_visits(job, share, &visit, &last);
  for (; visit < last; visit++) {
    uint32_t institution = claims->visit_institution[visit];
    uint32_t day = claims->visit_time[visit] / RS_DAY_SECONDS;
    uint64_t end = claims->visit_line[visit + 1];
    for (uint64_t line = claims->visit_line[visit]; line < end; line += n) {
      uint32_t hub = doctors ? (uint32_t)rs_packed_get(&doctor, line) - 1 : institution;
      n = run_length(&doctor, line, end, doctors);
      if (hub == RS_NONE) continue;
      uint32_t *word = job->word + position[hub];
      position[hub] += RECORD_WORDS + (uint64_t)n * sums;
      word[VISIT] = visit;
      word[INSTITUTION] = institution;
      word[DAY_AND_LINES] = day << 16 | n;
      word += RECORD_WORDS;
      for (uint32_t i = 0; i < n; i++, word += sums) {
        word[0] = (uint32_t)rs_packed_get(&drug, line + i) - 1;
        if (sums != BARE) money_write(word + 1, rs_packed_get_signed(&amount, line + i), rs_packed_get_signed(&fund, line + i), sums);
      }
      __builtin_prefetch(word + 16, 1); /* for the hub's next record, hundreds of visits later */
      __builtin_prefetch(word + 32, 1);
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

static inline uint32_t record_lines(const uint32_t *record) { return record[DAY_AND_LINES] & 0xffff; }
static inline const uint32_t *record_next(const uint32_t *record, Sums sums) { return record + RECORD_WORDS + (size_t)record_lines(record) * sums; }

static void task_count(size_t task, unsigned thread, void *data) {
  const Job *job = data;
  Worker *worker = &job->worker[thread];
  for (uint32_t hub = job->task_hub[task]; hub < job->task_hub[task + 1]; hub++) {
    const uint32_t *end = job->word + job->start[hub + 1];
    uint32_t n_drugs = 0, n_referred = 0;
    for (const uint32_t *record = job->word + job->start[hub], *next; record < end; record = next) {
      next = record_next(record, job->sums);
      for (const uint32_t *line = record + RECORD_WORDS; line < next; line += job->sums)
        if (*line != RS_NONE) n_drugs += rs_first_sight(worker->seen_drug, *line, hub + 1);
      if (job->doctors) n_referred += rs_first_sight(worker->seen_institution, record[INSTITUTION], hub + 1);
    }
    job->drugs->offset[hub + 1] = n_drugs;
    if (job->doctors) job->referred->offset[hub + 1] = n_referred;
  }
}

static inline __attribute__((always_inline)) void record_add(Worker *worker, const uint32_t *record, bool doctors, Sums sums) {
  const uint16_t day = (uint16_t)(record[DAY_AND_LINES] >> 16);
  int64_t amount = 0, fund = 0;
  for (const uint32_t *line = record + RECORD_WORDS, *end = record_next(record, sums); line < end; line += sums) {
    const Money money = money_read(line + 1, sums);
    if (sums != BARE && doctors) amount = rs_money_add(amount, money.amount);
    if (sums != BARE && doctors) fund = rs_money_add(fund, money.fund);
    if (*line == RS_NONE) continue;
    uint32_t met = rs_tally_add(&worker->drugs, *line, record[VISIT], day, 1, sums != BARE);
    if (sums != BARE) rs_tally_money(&worker->drugs, met, money.amount, money.fund);
  }
  if (!doctors) return;
  uint32_t met = rs_tally_add(&worker->institutions, record[INSTITUTION], record[VISIT], day, record_lines(record), sums != BARE);
  if (sums != BARE) rs_tally_money(&worker->institutions, met, amount, fund);
}

/* A hub's records in order of day, those of one day as they lie, which is by visit: keys of day and place within the hub's words. */
enum { PLACE_BITS = 48 };
static inline __attribute__((always_inline)) const uint64_t *records_by_day(const Job *job, uint32_t hub, Worker *worker, uint32_t *n, Sums sums) {
  const RsClaims *claims = job->claims;
  const uint32_t *first = job->word + job->start[hub], *end = job->word + job->start[hub + 1];
  *n = 0;
  for (const uint32_t *record = first; record < end; record = record_next(record, sums))
    worker->key[(*n)++] = (uint64_t)((record[DAY_AND_LINES] >> 16) - claims->first_day) << PLACE_BITS | (uint64_t)(record - first);
  return rs_row_keys_sort(worker->key, worker->other, *n, PLACE_BITS, rs_row_bits(claims->last_day - claims->first_day + 1u));
}

static inline __attribute__((always_inline)) void hub_add(const Job *job, uint32_t hub, Worker *worker, bool doctors, Sums sums) {
  enum { AHEAD = 8 };
  const uint64_t place = ((uint64_t)1 << PLACE_BITS) - 1;
  const uint32_t *first = job->word + job->start[hub];
  uint32_t n;
  const uint64_t *key = records_by_day(job, hub, worker, &n, sums);
  for (uint32_t i = 0; i < n; i++) {
    const uint32_t *later = first + (key[MIN(i + AHEAD, n - 1)] & place);
    __builtin_prefetch(later);
    __builtin_prefetch(later + 16);
    record_add(worker, first + (key[i] & place), doctors, sums);
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
  rs_column_free(job->word);
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
  job->word = rs_column_new(job->start[job->n_hubs], sizeof *job->word);
  if (job->word == NULL) return no_memory(error);
  rs_parallel(n_threads, job->n_shares, share_distribute, job);
  return true;
}

static bool workers_allocate(Job *job, GError **error) {
  uint64_t longest = 0;
  for (uint32_t hub = 0; hub < job->n_hubs; hub++) longest = MAX(longest, job->start[hub + 1] - job->start[hub]);
  longest /= RECORD_WORDS + job->sums;
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

static bool hubs_make(RsKnowledge *knowledge, bool doctors, bool sums, unsigned n_threads, GError **error) {
  RsRelation *relation = knowledge->relation;
  g_auto(Job) job = {.knowledge = knowledge, .claims = knowledge->claims, .doctors = doctors, .sums = BARE, .n_workers = n_threads};
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
