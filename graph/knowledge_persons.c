#include "graph/knowledge_row.h"

#include "base/error.h"
#include "base/parallel.h"
#include "base/words.h"

/* Persons own contiguous, time-ordered visits, so each person is finished in one walk: rows are added up in a sparse set
 * (Briggs & Torczon 1993: a slot is believed only if the entry it points to points back, so nothing is ever cleared), and distinct
 * days are changes of day. A first walk counts the rows, so that the columns are allocated once and written in order. */

enum { DOCTORS, INSTITUTIONS, DRUGS, N_SIDES };
static const RsRelationKind relation_of[N_SIDES] = {RS_VISITED, RS_FILLED_AT, RS_BOUGHT};

typedef struct {
  uint32_t *slot; /* [n_to] place in sum[], or an old one */
  RsRowSum *sum;  /* [longest row] */
  uint32_t n;
} Tally;

typedef struct {
  uint32_t *seen[N_SIDES]; /* [n_to] person + 1 that met it last */
  Tally tally[N_SIDES];
  uint64_t *key, *other; /* [longest row] */
} Worker;

typedef struct {
  RsKnowledge *knowledge;
  uint64_t visits_per_task;
  unsigned bits[N_SIDES];
  unsigned n_workers;
  Worker *worker;
} Job;

/* ---- counting ---- */

static inline uint32_t first_sight(uint32_t *seen, uint32_t to, uint32_t mark) {
  if (seen[to] == mark) return 0;
  seen[to] = mark;
  return 1;
}

static void person_count(const RsClaims *claims, uint32_t person, Worker *worker, uint32_t count[N_SIDES]) {
  uint32_t mark = person + 1;
  uint32_t first = claims->person_visit[person], last = claims->person_visit[person + 1];
  for (uint32_t visit = first; visit < last; visit++)
    count[INSTITUTIONS] += first_sight(worker->seen[INSTITUTIONS], claims->visit_institution[visit], mark);
  for (uint64_t line = claims->visit_line[first]; line < claims->visit_line[last]; line++) {
    uint32_t doctor = claims->line_doctor[line], drug = claims->line_drug[line];
    if (doctor != RS_NONE) count[DOCTORS] += first_sight(worker->seen[DOCTORS], doctor, mark);
    if (drug != RS_NONE) count[DRUGS] += first_sight(worker->seen[DRUGS], drug, mark);
  }
}

/* Persons whose first visit lies in the task's share of the visits. */
static void task_persons(const Job *job, size_t task, uint32_t *first, uint32_t *last) {
  const RsClaims *claims = job->knowledge->claims;
  *first = rs_first_at_least(claims->person_visit, claims->n_persons, task * job->visits_per_task);
  *last = rs_first_at_least(claims->person_visit, claims->n_persons, (task + 1) * job->visits_per_task);
}

static void task_count(size_t task, unsigned thread, void *data) {
  Job *job = data;
  uint32_t person, last;
  task_persons(job, task, &person, &last);
  for (; person < last; person++) {
    uint32_t count[N_SIDES] = {0};
    person_count(job->knowledge->claims, person, &job->worker[thread], count);
    for (int side = 0; side < N_SIDES; side++) job->knowledge->relation[relation_of[side]].offset[person + 1] = count[side];
  }
}

/* ---- adding up ---- */

static inline void tally_add(Tally *tally, uint32_t to, uint32_t visit, uint16_t day, uint32_t lines, int64_t amount,
                             int64_t fund) {
  uint32_t slot = tally->slot[to];
  if (slot >= tally->n || tally->sum[slot].to != to) {
    slot = tally->n++;
    tally->slot[to] = slot;
    tally->sum[slot] = (RsRowSum){amount, fund, to, 1, lines, visit, 1, day, day};
    return;
  }
  RsRowSum *sum = &tally->sum[slot];
  sum->amount = rs_money_add(sum->amount, amount);
  sum->fund = rs_money_add(sum->fund, fund);
  sum->lines += lines;
  sum->visits += sum->last_visit != visit;
  sum->last_visit = visit;
  sum->days = (uint16_t)(sum->days + (sum->last_day != day));
  sum->last_day = day;
}

/* Most visits have one doctor: neighbouring lines of the same doctor are added as one. */
static void visit_doctors(const RsClaims *claims, uint32_t visit, uint16_t day, Tally *tally) {
  uint64_t end = claims->visit_line[visit + 1];
  for (uint64_t line = claims->visit_line[visit], next; line < end; line = next) {
    uint32_t doctor = claims->line_doctor[line];
    int64_t amount = 0, fund = 0;
    for (next = line; next < end && claims->line_doctor[next] == doctor; next++) {
      amount = rs_money_add(amount, claims->line_amount[next]);
      fund = rs_money_add(fund, claims->line_fund[next]);
    }
    if (doctor != RS_NONE) tally_add(tally, doctor, visit, day, (uint32_t)(next - line), amount, fund);
  }
}

static void visit_add(const RsClaims *claims, uint32_t visit, Tally tally[N_SIDES]) {
  uint16_t day = (uint16_t)(claims->visit_time[visit] / 86400u);
  uint64_t first = claims->visit_line[visit], last = claims->visit_line[visit + 1];
  int64_t amount = 0, fund = 0;
  for (uint64_t line = first; line < last; line++) {
    int64_t line_amount = claims->line_amount[line], line_fund = claims->line_fund[line];
    amount = rs_money_add(amount, line_amount);
    fund = rs_money_add(fund, line_fund);
    if (claims->line_drug[line] != RS_NONE)
      tally_add(&tally[DRUGS], claims->line_drug[line], visit, day, 1, line_amount, line_fund);
  }
  tally_add(&tally[INSTITUTIONS], claims->visit_institution[visit], visit, day, (uint32_t)(last - first), amount, fund);
  visit_doctors(claims, visit, day, &tally[DOCTORS]);
}

static void row_write(RsRelation *relation, uint64_t at, const Tally *tally, Worker *worker, unsigned bits) {
  for (uint32_t i = 0; i < tally->n; i++) worker->key[i] = RS_ROW_KEY(tally->sum[i].to, i);
  const uint64_t *key = rs_row_keys_sort(worker->key, worker->other, tally->n, bits);
  for (uint32_t i = 0; i < tally->n; i++) rs_row_put(relation, at + i, &tally->sum[(uint32_t)key[i]]);
}

static void task_fill(size_t task, unsigned thread, void *data) {
  Job *job = data;
  Worker *worker = &job->worker[thread];
  const RsClaims *claims = job->knowledge->claims;
  uint32_t person, last;
  task_persons(job, task, &person, &last);
  for (; person < last; person++) {
    for (int side = 0; side < N_SIDES; side++) worker->tally[side].n = 0;
    for (uint32_t visit = claims->person_visit[person]; visit < claims->person_visit[person + 1]; visit++)
      visit_add(claims, visit, worker->tally);
    for (int side = 0; side < N_SIDES; side++) {
      RsRelation *relation = &job->knowledge->relation[relation_of[side]];
      row_write(relation, relation->offset[person], &worker->tally[side], worker, job->bits[side]);
    }
  }
}

/* ---- the stage ---- */

static void job_clear(Job *job) {
  for (unsigned i = 0; i < job->n_workers; i++) {
    Worker *worker = &job->worker[i];
    for (int side = 0; side < N_SIDES; side++) {
      g_free(worker->seen[side]);
      g_free(worker->tally[side].slot);
      g_free(worker->tally[side].sum);
    }
    g_free(worker->key);
    g_free(worker->other);
  }
  g_free(job->worker);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Job, job_clear)

static bool no_memory(GError **error) {
  g_set_error(error, RS_ERROR, RS_ERROR_LIMIT, _("no memory to add up the persons' relations"));
  return false;
}

static bool marks_allocate(Job *job, GError **error) {
  for (unsigned i = 0; i < job->n_workers; i++)
    for (int side = 0; side < N_SIDES; side++) {
      gsize n = (gsize)job->knowledge->relation[relation_of[side]].n_to + 1;
      Worker *worker = &job->worker[i];
      worker->seen[side] = g_try_malloc0_n(n, sizeof(uint32_t));
      worker->tally[side].slot = g_try_malloc0_n(n, sizeof(uint32_t));
      if (worker->seen[side] == NULL || worker->tally[side].slot == NULL) return no_memory(error);
    }
  return true;
}

static gsize longest_row(const RsRelation *relation) {
  uint64_t longest = 0;
  for (uint32_t i = 0; i < relation->n_from; i++) longest = MAX(longest, relation->offset[i + 1] - relation->offset[i]);
  return (gsize)longest;
}

static bool sums_allocate(Job *job, GError **error) {
  gsize longest = 1;
  for (int side = 0; side < N_SIDES; side++) {
    gsize n = longest_row(&job->knowledge->relation[relation_of[side]]) + 1;
    longest = MAX(longest, n);
    for (unsigned i = 0; i < job->n_workers; i++) {
      job->worker[i].tally[side].sum = g_try_malloc_n(n, sizeof(RsRowSum));
      if (job->worker[i].tally[side].sum == NULL) return no_memory(error);
    }
  }
  for (unsigned i = 0; i < job->n_workers; i++) {
    job->worker[i].key = g_try_malloc_n(longest, sizeof(uint64_t));
    job->worker[i].other = g_try_malloc_n(longest, sizeof(uint64_t));
    if (job->worker[i].key == NULL || job->worker[i].other == NULL) return no_memory(error);
  }
  return true;
}

bool rs_knowledge_persons(RsKnowledge *knowledge, unsigned n_threads, GError **error) {
  enum { TASKS_PER_THREAD = 64 };
  const RsClaims *claims = knowledge->claims;
  size_t n_tasks = n_threads == 1 ? 1 : (size_t)n_threads * TASKS_PER_THREAD;
  g_auto(Job) job = {.knowledge = knowledge, .n_workers = n_threads, .worker = g_new0(Worker, n_threads)};
  job.visits_per_task = claims->n_visits / n_tasks + 1;
  for (int side = 0; side < N_SIDES; side++) job.bits[side] = rs_row_bits(knowledge->relation[relation_of[side]].n_to);
  if (!marks_allocate(&job, error)) return false;
  rs_parallel(n_threads, n_tasks, task_count, &job);
  for (int side = 0; side < N_SIDES; side++)
    if (!rs_relation_allocate(&knowledge->relation[relation_of[side]], error)) return false;
  if (!sums_allocate(&job, error)) return false;
  rs_parallel(n_threads, n_tasks, task_fill, &job);
  return true;
}
