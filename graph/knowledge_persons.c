#include "graph/knowledge_row.h"

#include "base/calendar.h"
#include "base/error.h"
#include "base/parallel.h"
#include "base/words.h"

/* Persons own contiguous, time-ordered visits, so each person is finished in one walk: every line adds to the person's tallies of doctors,
 * institutions and drugs, and the tallies become rows. A first walk counts the rows, so that the columns are allocated once and written in
 * order. */

enum { DOCTORS, INSTITUTIONS, DRUGS, N_SIDES };
static const RsRelationKind relation_of[N_SIDES] = {RS_VISITED, RS_FILLED_AT, RS_BOUGHT};

typedef struct {
  uint32_t *seen[N_SIDES]; /* [n_to] person + 1 that met it last */
  RsTally tally[N_SIDES];
} Worker;

typedef struct {
  RsKnowledge *knowledge;
  bool sums;
  uint64_t visits_per_task;
  unsigned n_workers;
  Worker *worker;
} Job;

/* Persons whose first visit lies in the task's share of the visits. */
static void task_persons(const Job *job, size_t task, uint32_t *first, uint32_t *last) {
  const RsClaims *claims = job->knowledge->claims;
  *first = rs_first_at_least(claims->person_visit, claims->n_persons, task * job->visits_per_task);
  *last = rs_first_at_least(claims->person_visit, claims->n_persons, (task + 1) * job->visits_per_task);
}

/* ---- counting ---- */

static void person_count(const RsClaims *claims, uint32_t person, Worker *worker, uint32_t count[N_SIDES]) {
  const RsPacked of_doctor = claims->line_doctor, of_drug = claims->line_drug; /* copies, which no store can change */
  uint32_t mark = person + 1;
  uint32_t first = claims->person_visit[person], last = claims->person_visit[person + 1];
  for (uint32_t visit = first; visit < last; visit++)
    count[INSTITUTIONS] += rs_first_sight(worker->seen[INSTITUTIONS], claims->visit_institution[visit], mark);
  for (uint64_t line = claims->visit_line[first]; line < claims->visit_line[last]; line++) {
    uint32_t doctor = (uint32_t)rs_packed_get(&of_doctor, line) - 1, drug = (uint32_t)rs_packed_get(&of_drug, line) - 1;
    if (doctor != RS_NONE) count[DOCTORS] += rs_first_sight(worker->seen[DOCTORS], doctor, mark);
    if (drug != RS_NONE) count[DRUGS] += rs_first_sight(worker->seen[DRUGS], drug, mark);
  }
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

typedef struct { int64_t amount, fund; } Money;

static inline Money money_add(Money a, Money b) { return (Money){rs_money_add(a.amount, b.amount), rs_money_add(a.fund, b.fund)}; }

static inline __attribute__((always_inline)) void met_add(RsTally *tally, uint32_t to, uint32_t visit, uint16_t day, uint32_t n_lines, const Money *money) {
  uint32_t met = rs_tally_add(tally, to, visit, day, n_lines, money != NULL);
  if (money != NULL) rs_tally_money(tally, met, money->amount, money->fund);
}

/* Lines of a visit mostly share one doctor: a run of them is added once. */
static inline __attribute__((always_inline)) void visit_add(const RsClaims *claims, uint32_t visit, RsTally *tally, bool sums) {
  uint16_t day = (uint16_t)(claims->visit_time[visit] / RS_DAY_SECONDS);
  uint64_t line = claims->visit_line[visit], end = claims->visit_line[visit + 1];
  uint32_t n_lines = (uint32_t)(end - line);
  Money all = {0}, run, one;
  while (line < end) {
    uint32_t doctor = rs_line_doctor(claims, line), n = 0;
    run = (Money){0};
    for (; line < end && rs_line_doctor(claims, line) == doctor; line++, n++) {
      uint32_t drug = rs_line_drug(claims, line);
      if (sums) one = (Money){rs_line_amount(claims, line), rs_line_fund(claims, line)};
      if (sums) run = money_add(run, one);
      if (drug != RS_NONE) met_add(&tally[DRUGS], drug, visit, day, 1, sums ? &one : NULL);
    }
    if (doctor != RS_NONE) met_add(&tally[DOCTORS], doctor, visit, day, n, sums ? &run : NULL);
    if (sums) all = money_add(all, run);
  }
  met_add(&tally[INSTITUTIONS], claims->visit_institution[visit], visit, day, n_lines, sums ? &all : NULL);
}

static void task_fill(size_t task, unsigned thread, void *data) {
  Job *job = data;
  RsTally *tally = job->worker[thread].tally;
  const RsClaims *claims = job->knowledge->claims;
  uint32_t person, last;
  task_persons(job, task, &person, &last);
  for (; person < last; person++) {
    uint32_t visit = claims->person_visit[person], end = claims->person_visit[person + 1];
    if (job->sums)
      for (; visit < end; visit++) visit_add(claims, visit, tally, true);
    else
      for (; visit < end; visit++) visit_add(claims, visit, tally, false);
    for (int side = 0; side < N_SIDES; side++) {
      RsRelation *relation = &job->knowledge->relation[relation_of[side]];
      rs_tally_write(&tally[side], relation, relation->offset[person]);
    }
  }
}

/* ---- the stage ---- */

static void job_clear(Job *job) {
  for (unsigned i = 0; i < job->n_workers; i++)
    for (int side = 0; side < N_SIDES; side++) {
      g_free(job->worker[i].seen[side]);
      rs_tally_clear(&job->worker[i].tally[side]);
    }
  g_free(job->worker);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Job, job_clear)

static bool workers_allocate(Job *job, GError **error) {
  for (unsigned i = 0; i < job->n_workers; i++)
    for (int side = 0; side < N_SIDES; side++) {
      uint32_t n_to = job->knowledge->relation[relation_of[side]].n_to;
      uint32_t **seen = &job->worker[i].seen[side];
      *seen = g_try_malloc0_n((gsize)n_to + 1, sizeof **seen);
      if (rs_tally_init(&job->worker[i].tally[side], n_to) && *seen != NULL) continue;
      g_set_error(error, RS_ERROR, RS_ERROR_LIMIT, _("no memory to add up the persons' relations"));
      return false;
    }
  return true;
}

bool rs_knowledge_persons(RsKnowledge *knowledge, bool sums, unsigned n_threads, GError **error) {
  enum { TASKS_PER_THREAD = 64 };
  size_t n_tasks = n_threads == 1 ? 1 : (size_t)n_threads * TASKS_PER_THREAD;
  g_auto(Job) job = {.knowledge = knowledge, .sums = sums, .n_workers = n_threads, .worker = g_new0(Worker, n_threads)};
  job.visits_per_task = knowledge->claims->n_visits / n_tasks + 1;
  if (!workers_allocate(&job, error)) return false;
  rs_parallel(n_threads, n_tasks, task_count, &job);
  for (int side = 0; side < N_SIDES; side++)
    if (!rs_relation_allocate(&knowledge->relation[relation_of[side]], relation_of[side], sums, error)) return false;
  rs_parallel(n_threads, n_tasks, task_fill, &job);
  return true;
}
