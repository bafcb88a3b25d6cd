#include "claims/plan.h"

#include "claims/reader.h"

#include <math.h>
#include <string.h>

/* Measured at the peak of analyze: files of 1 and 10 M lines, one line a visit, 32-byte ids (docs/performance.md). */
#define BYTES_FIXED 15e6
#define BYTES_A_LINE 31.0
#define BYTES_A_VISIT 101.0
#define BYTES_A_PERSON 176.0
#define DISK_BYTES_A_LINE 18.0  /* of the case folder */
#define TEMP_BYTES_A_LINE 110.0 /* raw rows, table and graph on disk */
#define STAGES_TO_READING 3.7   /* all stages' time in terms of the first */

/* Visits a person has in the sample: how many persons have one, and two. */
static void persons_seen_rarely(const RsClaims *claims, double *once, double *twice) {
  *once = *twice = 0;
  for (uint32_t person = 0; person < claims->n_persons; person++) {
    uint32_t visits = claims->person_visit[person + 1] - claims->person_visit[person];
    *once += visits == 1;
    *twice += visits == 2;
  }
}

/* How many persons there will be after `visits`, of which the sample is the first part. */
static double persons_expected(const RsClaims *claims, double visits) {
  double once, twice, n = claims->n_visits, more = visits - n;
  persons_seen_rarely(claims, &once, &twice);
  if (more <= 0 || once <= 0) return claims->n_persons;
  double unseen = twice > 0 ? once * once / (2 * twice) : once * (once - 1) / 2;
  return claims->n_persons + unseen * (1 - exp(-more * once / (n * unseen + once)));
}

RsPlan rs_plan(const RsClaims *sample, const RsReport *report, double seconds) {
  RsPlan plan = {.exact = true};
  double rows = 0, rows_read = 0;
  for (guint i = 0; i < report->files->len; i++) {
    const RsInputFile *file = g_ptr_array_index(report->files, i);
    if (strcmp(file->role, "claims") != 0) continue;
    plan.bytes += file->bytes;
    plan.bytes_read += MIN(file->bytes_read, file->bytes);
    rows_read += (double)file->rows;
    if (file->bytes_read >= file->bytes || file->bytes_read == 0) rows += (double)file->rows;
    else rows += (double)file->rows * (double)file->bytes / (double)file->bytes_read, plan.exact = false;
  }
  const double times = rows_read > 0 ? rows / rows_read : 1.0;
  const double lines = (double)sample->n_lines * times, visits = (double)sample->n_visits * times;
  const double persons = persons_expected(sample, visits);
  plan.rows = (uint64_t)rows;
  plan.visits = (uint64_t)visits;
  plan.persons = (uint64_t)persons;
  plan.memory = (uint64_t)(BYTES_FIXED + lines * BYTES_A_LINE + visits * BYTES_A_VISIT + persons * BYTES_A_PERSON);
  plan.memory_least = MIN(plan.memory, (uint64_t)(lines * RS_LEAST_BYTES_A_LINE) + RS_PEAK_BYTES_FIXED);
  plan.temp = (uint64_t)(lines * TEMP_BYTES_A_LINE);
  plan.disk = (uint64_t)(lines * DISK_BYTES_A_LINE) + 200000;
  plan.seconds = seconds * times * STAGES_TO_READING;
  return plan;
}
