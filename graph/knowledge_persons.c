#include "graph/knowledge_row.h"

#include "base/calendar.h"
#include "base/error.h"
#include "base/parallel.h"
#include "base/words.h"

/* Persons own contiguous, time-ordered visits, so each person is finished in one walk: what a person met becomes keys of `to` and the
 * visit's place among the person's, sorted by `to`; distinct visits are changes of place, distinct days changes of day. A first walk
 * counts the rows, so that the columns are allocated once and written in order. */

enum { DOCTORS, INSTITUTIONS, DRUGS, N_SIDES };
static const RsRelationKind relation_of[N_SIDES] = {RS_VISITED, RS_FILLED_AT, RS_BOUGHT};

typedef struct {
  uint32_t *seen[N_SIDES]; /* [n_to] person + 1 that met it last */
  uint64_t *key, *other;   /* [most lines or visits of a person] */
  uint16_t *day;           /* [most visits of a person] */
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

/* The rows that sorted keys make, from position `at` on. */
static void rows_write(RsRelation *relation, uint64_t at, const uint64_t *key, uint32_t n, const uint16_t *day) {
  for (uint32_t i = 0; i < n; at++) {
    uint32_t to = (uint32_t)(key[i] >> 32), visit = (uint32_t)key[i], visits = 1;
    uint16_t days = 1;
    for (i++; i < n && (uint32_t)(key[i] >> 32) == to; i++) {
      uint32_t before = visit;
      visit = (uint32_t)key[i];
      visits += visit != before;
      days = (uint16_t)(days + (day[visit] != day[before]));
    }
    relation->to[at] = to;
    relation->visits[at] = visits;
    relation->days[at] = days;
  }
}

static uint32_t keys_of_institutions(const RsClaims *claims, uint32_t first, uint32_t last, uint64_t *key) {
  for (uint32_t visit = first; visit < last; visit++) key[visit - first] = RS_ROW_KEY(claims->visit_institution[visit], visit - first);
  return last - first;
}

static uint32_t keys_of_drugs(const RsClaims *claims, uint32_t first, uint32_t last, uint64_t *key) {
  uint32_t n = 0;
  for (uint32_t visit = first; visit < last; visit++)
    for (uint64_t line = claims->visit_line[visit]; line < claims->visit_line[visit + 1]; line++) {
      key[n] = RS_ROW_KEY(claims->line_drug[line], visit - first);
      n += claims->line_drug[line] != RS_NONE;
    }
  return n;
}

/* Lines of a visit mostly share one doctor: a run of them is one key. */
static uint32_t keys_of_doctors(const RsClaims *claims, uint32_t first, uint32_t last, uint64_t *key) {
  uint32_t n = 0;
  for (uint32_t visit = first; visit < last; visit++) {
    uint32_t before = RS_NONE;
    for (uint64_t line = claims->visit_line[visit]; line < claims->visit_line[visit + 1]; line++) {
      uint32_t doctor = claims->line_doctor[line];
      key[n] = RS_ROW_KEY(doctor, visit - first);
      n += doctor != before && doctor != RS_NONE;
      before = doctor;
    }
  }
  return n;
}

static void task_fill(size_t task, unsigned thread, void *data) {
  static uint32_t (*const keys_of[N_SIDES])(const RsClaims *, uint32_t, uint32_t, uint64_t *) = {
      keys_of_doctors, keys_of_institutions, keys_of_drugs};
  Job *job = data;
  Worker *worker = &job->worker[thread];
  const RsClaims *claims = job->knowledge->claims;
  uint32_t person, last;
  task_persons(job, task, &person, &last);
  for (; person < last; person++) {
    uint32_t first = claims->person_visit[person], end = claims->person_visit[person + 1];
    for (uint32_t visit = first; visit < end; visit++) worker->day[visit - first] = (uint16_t)(claims->visit_time[visit] / RS_DAY_SECONDS);
    for (int side = 0; side < N_SIDES; side++) {
      RsRelation *relation = &job->knowledge->relation[relation_of[side]];
      uint32_t n = keys_of[side](claims, first, end, worker->key);
      const uint64_t *key = rs_row_keys_sort(worker->key, worker->other, n, 32, job->bits[side]);
      rows_write(relation, relation->offset[person], key, n, worker->day);
    }
  }
}

/* ---- the stage ---- */

static void job_clear(Job *job) {
  for (unsigned i = 0; i < job->n_workers; i++) {
    Worker *worker = &job->worker[i];
    for (int side = 0; side < N_SIDES; side++) g_free(worker->seen[side]);
    g_free(worker->key);
    g_free(worker->other);
    g_free(worker->day);
  }
  g_free(job->worker);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Job, job_clear)

static bool workers_allocate(Job *job, GError **error) {
  const RsClaims *claims = job->knowledge->claims;
  uint64_t most_visits = 0, most_lines = 0;
  for (uint32_t person = 0; person < claims->n_persons; person++) {
    uint32_t first = claims->person_visit[person], last = claims->person_visit[person + 1];
    most_visits = MAX(most_visits, last - first);
    most_lines = MAX(most_lines, claims->visit_line[last] - claims->visit_line[first]);
  }
  for (unsigned i = 0; i < job->n_workers; i++) {
    Worker *worker = &job->worker[i];
    bool have = true;
    for (int side = 0; side < N_SIDES; side++) {
      worker->seen[side] = g_try_malloc0_n((gsize)job->knowledge->relation[relation_of[side]].n_to + 1, sizeof(uint32_t));
      have = have && worker->seen[side] != NULL;
    }
    worker->key = g_try_malloc_n(most_lines + 1, sizeof *worker->key); /* a visit has a line */
    worker->other = g_try_malloc_n(most_lines + 1, sizeof *worker->other);
    worker->day = g_try_malloc_n(most_visits + 1, sizeof *worker->day);
    if (have && worker->key != NULL && worker->other != NULL && worker->day != NULL) continue;
    g_set_error(error, RS_ERROR, RS_ERROR_LIMIT, _("no memory to add up the persons' relations"));
    return false;
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
  if (!workers_allocate(&job, error)) return false;
  rs_parallel(n_threads, n_tasks, task_count, &job);
  for (int side = 0; side < N_SIDES; side++)
    if (!rs_relation_allocate(&knowledge->relation[relation_of[side]], error)) return false;
  rs_parallel(n_threads, n_tasks, task_fill, &job);
  return true;
}
