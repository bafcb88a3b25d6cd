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
  uint32_t *seen[N_SIDES]; /* [n_to + 1] person + 1 that met it last; by 1 + number but for institutions */
  RsTally tally[N_SIDES];
} Worker;

typedef struct {
  RsKnowledge *knowledge;
  RsSums sums;
  bool in_order; /* rows are appended, not counted beforehand */
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
  uint32_t *seen_doctor = worker->seen[DOCTORS], *seen_drug = worker->seen[DRUGS], mark = person + 1;
  uint32_t first = claims->person_visit[person], last = claims->person_visit[person + 1], n_doctors = 0, n_drugs = 0;
  for (uint32_t visit = first; visit < last; visit++)
    count[INSTITUTIONS] += rs_first_sight(worker->seen[INSTITUTIONS], claims->visit_institution[visit], mark);
  seen_doctor[0] = seen_drug[0] = mark; /* none is nobody */
  for (uint64_t line = claims->visit_line[first]; line < claims->visit_line[last]; line++) {
    n_doctors += rs_first_sight(seen_doctor, (uint32_t)rs_packed_get(&of_doctor, line), mark);
    n_drugs += rs_first_sight(seen_drug, (uint32_t)rs_packed_get(&of_drug, line), mark);
  }
  count[DOCTORS] = n_doctors;
  count[DRUGS] = n_drugs;
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

typedef struct {
  const uint32_t *visit_time, *visit_institution;
  const uint64_t *visit_line;
  RsPacked doctor, drug; /* copies, which no store can change */
  RsMoneyColumns money;
} Columns;

/* Lines of a visit mostly share one doctor: a run of them is added once. */
static inline __attribute__((always_inline)) void visit_add(const Columns *of, uint32_t visit, RsTally *tally, RsSums sums) {
  const uint16_t day = (uint16_t)(of->visit_time[visit] / RS_DAY_SECONDS);
  const uint64_t begin = of->visit_line[visit], end = of->visit_line[visit + 1];
  RsMoney all = {0}, run, one = {0};
  for (uint64_t line = begin, first; line < end;) {
    const uint32_t doctor = (uint32_t)rs_packed_get(&of->doctor, line);
    const uint64_t stop = line + rs_run_length(&of->doctor, line, end);
    run = (RsMoney){0};
    for (first = line; line < stop; line++) {
      const uint32_t drug = (uint32_t)rs_packed_get(&of->drug, line);
      if (sums != RS_BARE) run = rs_money_sum(run, one = rs_line_money(&of->money, line), sums);
      if (drug != 0) rs_tally_add(&tally[DRUGS], drug, visit, day, 1, one, sums);
    }
    if (doctor != 0) rs_tally_add(&tally[DOCTORS], doctor, visit, day, (uint32_t)(stop - first), run, sums);
    if (sums != RS_BARE) all = rs_money_sum(all, run, sums);
  }
  rs_tally_add(&tally[INSTITUTIONS], (size_t)of->visit_institution[visit] + 1, visit, day, (uint32_t)(end - begin), all, sums);
}

static inline __attribute__((always_inline)) void visits_add(const Columns *of, uint32_t visit, uint32_t end, RsTally *tally, RsSums sums) {
  for (; visit < end; visit++) visit_add(of, visit, tally, sums);
}

static void task_fill(size_t task, unsigned thread, void *data) {
  Job *job = data;
  RsTally *tally = job->worker[thread].tally;
  const RsClaims *claims = job->knowledge->claims;
  const Columns of = {claims->visit_time, claims->visit_institution, claims->visit_line, claims->line_doctor, claims->line_drug, rs_money_columns(claims)};
  uint32_t person, last;
  task_persons(job, task, &person, &last);
  for (; person < last; person++) {
    const uint32_t visit = claims->person_visit[person], end = claims->person_visit[person + 1];
    switch (job->sums) {
      case RS_BARE: visits_add(&of, visit, end, tally, RS_BARE); break;
      case RS_NARROW: visits_add(&of, visit, end, tally, RS_NARROW); break;
      case RS_WIDE: visits_add(&of, visit, end, tally, RS_WIDE); break;
    }
    for (int side = 0; side < N_SIDES; side++) {
      RsRelation *relation = &job->knowledge->relation[relation_of[side]];
      if (job->in_order) rs_relation_append(relation, person, &tally[side]);
      else rs_tally_write(&tally[side], relation, relation->offset[person]);
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
  g_auto(Job) job = {.knowledge = knowledge, .sums = rs_sums_of(knowledge->claims, sums), .in_order = rs_rows_in_order(n_threads), .n_workers = n_threads, .worker = g_new0(Worker, n_threads)};
  job.visits_per_task = knowledge->claims->n_visits / n_tasks + 1;
  if (!workers_allocate(&job, error)) return false;
  if (!job.in_order) rs_parallel(n_threads, n_tasks, task_count, &job);
  for (int side = 0; side < N_SIDES; side++) {
    RsRelation *relation = &knowledge->relation[relation_of[side]];
    const uint64_t n_most = side == INSTITUTIONS ? knowledge->claims->n_visits : knowledge->claims->n_lines;
    if (!(job.in_order ? rs_relation_begin(relation, relation_of[side], n_most, sums, error) : rs_relation_allocate(relation, relation_of[side], sums, error))) return false;
  }
  rs_parallel(n_threads, n_tasks, task_fill, &job);
  for (int side = 0; side < N_SIDES && job.in_order; side++) rs_relation_end(&knowledge->relation[relation_of[side]]);
  return true;
}
