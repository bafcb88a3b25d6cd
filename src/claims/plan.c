#include "claims/plan.h"

#include "claims/ingest.h"
#include "claims/reader.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Measured on files of 1 to 100 M lines, of one line a visit and more, in order and not, of 10- to 32-byte ids (docs/performance.md). Raw
 * records are the most memory where the lines of a visit do not stand together, table, graph and leads where they do. */
#define FIXED_BYTES 15e6
#define RAW_BYTES_A_LINE 34.0
#define RAW_BYTES_A_RUN 34.0 /* and the person's id */
#define BYTES_A_LINE 26.0
#define BYTES_A_VISIT 80.0
#define BYTES_A_PERSON 176.0
#define BYTES_AN_INSTITUTION 3500.0 /* its usual hours (mining/affinity.h) */
#define UNEVEN 1.1                   /* threads do not read equal shares */
#define DISK_RAW_BYTES_A_LINE 26.0
#define DISK_RAW_BYTES_A_RUN 36.0  /* and the person's id */
#define TABLE_BYTES_A_RUN 16.0     /* besides its lines' columns, whose widths the sample tells */
#define ENOUGH 1.15                /* times as much as is expected must be free */
#define DISK_BYTES_A_LINE 16.8    /* of the case folder */
#define DISK_BYTES_AT_FIRST 3.2   /* besides, of the first three million lines */

static int compare_rows(const void *x, const void *y) {
  const RsRow a = *(const RsRow *)x, b = *(const RsRow *)y;
  return (a > b) - (a < b);
}

/* Lines that stand right behind another of their visit. */
static double lines_behind(const RsClaims *claims) {
  double n = 0;
  g_autoptr(GArray) rows = g_array_new(FALSE, FALSE, sizeof(RsRow));
  for (uint32_t v = 0; v < claims->n_visits; v++) {
    g_array_set_size(rows, 0);
    for (uint64_t l = claims->visit_line[v]; l < claims->visit_line[v + 1]; l++) {
      const RsRow row = rs_line_row(claims, l);
      g_array_append_val(rows, row);
    }
    if (rows->len > 1) qsort(rows->data, rows->len, sizeof(RsRow), compare_rows);
    for (guint i = 1; i < rows->len; i++) n += g_array_index(rows, RsRow, i) - g_array_index(rows, RsRow, i - 1) == 1;
  }
  return n;
}

/* How many kinds there will be after `more` further draws, where n draws met `seen`, `once` of them once and `twice` twice. */
static double kinds_expected(double seen, double once, double twice, double n, double more) {
  if (more <= 0 || once <= 0) return seen;
  double unseen = twice > 0 ? once * once / (2 * twice) : once * (once - 1) / 2;
  return seen + unseen * (1 - exp(-more * once / (n * unseen + once)));
}

/* Where the lines of a visit stand together, a part of the files has whole visits, and all of them more of these; where they stand anywhere,
 * it has some lines of many. */
static double visits_expected(const RsClaims *claims, double behind, double times) {
  double once = 0, twice = 0, n = (double)claims->n_lines, seen = claims->n_visits, together = n > seen ? behind / (n - seen) : 1.0;
  for (uint32_t v = 0; v < claims->n_visits; v++) {
    uint64_t lines = claims->visit_line[v + 1] - claims->visit_line[v];
    once += lines == 1;
    twice += lines == 2;
  }
  return together * seen * times + (1 - together) * kinds_expected(seen, once, twice, n, n * (times - 1));
}

static double persons_expected(const RsClaims *claims, double visits) {
  double once = 0, twice = 0;
  for (uint32_t person = 0; person < claims->n_persons; person++) {
    uint32_t its = claims->person_visit[person + 1] - claims->person_visit[person];
    once += its == 1;
    twice += its == 2;
  }
  return kinds_expected(claims->n_persons, once, twice, claims->n_visits, visits - claims->n_visits);
}

static double institutions_expected(const RsClaims *claims, double visits) {
  double seen = 0, once = 0, twice = 0;
  g_autofree uint32_t *its = g_new0(uint32_t, (gsize)claims->institution->n + 1);
  for (uint32_t v = 0; v < claims->n_visits; v++) its[claims->visit_institution[v]]++;
  for (uint32_t f = 0; f < claims->institution->n; f++) {
    seen += its[f] > 0;
    once += its[f] == 1;
    twice += its[f] == 2;
  }
  return kinds_expected(seen, once, twice, claims->n_visits, visits - claims->n_visits);
}

static double id_bytes(const RsClaims *claims) { return claims->n_persons > 0 ? (double)claims->person->offset[claims->n_persons] / claims->n_persons : 0; }

typedef struct { double lines, runs, visits; uint64_t text; /* bytes, about */ } Expected;

/* Disk is reserved. First the table lies beside the raw records, as long as if each run were a visit; these take what memory they may, the rest in blocks,
 * of which every thread has begun one for each group of partitions. Later the graph lies beside the table. */
static void temp_expected(RsPlan *plan, const RsClaims *sample, const Expected *expected, const RsReadOptions *options) {
  const double lines = expected->lines, runs = expected->runs;
  const RsPacked *const column[] = {&sample->line_drug, &sample->line_doctor, &sample->line_diagnosis, &sample->line_quantity, &sample->line_amount, &sample->line_fund};
  double a_line = ceil(log2(lines + 2) / 8);
  for (size_t i = 0; i < G_N_ELEMENTS(column); i++) a_line += column[i]->width;
  const double table = lines * a_line + runs * TABLE_BYTES_A_RUN, block = RS_POOL_DISK_STEP;
  const double pools = (double)rs_raw_groups(rs_raw_partition_bits(expected->text)) * options->n_threads;
  const double raw = lines * DISK_RAW_BYTES_A_LINE + runs * (DISK_RAW_BYTES_A_RUN + id_bytes(sample)) - (double)options->memory / 2;
  const double graph = expected->visits * BYTES_A_VISIT;
  plan->temp = (uint64_t)(table + MAX(graph, raw > 0 ? raw + pools * block / 2 : 0));
  plan->temp_enough = (uint64_t)(ENOUGH * (table + MAX(graph, raw > 0 ? raw + pools * block : 0)));
}

RsPlan rs_plan(const RsClaims *sample, const RsReport *report, const RsReadOptions *options) {
  RsPlan plan = {.exact = true};
  double rows = 0, rows_read = 0;
  uint64_t text = 0;
  for (guint i = 0; i < report->files->len; i++) {
    const RsInputFile *file = g_ptr_array_index(report->files, i);
    if (strcmp(file->role, "claims") != 0) continue;
    plan.bytes += file->bytes;
    text += rs_file_text(file, file->bytes);
    plan.bytes_read += MIN(file->bytes_read, file->bytes);
    rows_read += (double)file->rows;
    if (file->bytes_read >= file->bytes || file->bytes_read == 0) rows += (double)file->rows;
    else rows += (double)file->rows * (double)file->bytes / (double)file->bytes_read, plan.exact = false;
  }
  const double times = rows_read > 0 ? rows / rows_read : 1.0;
  const double lines = (double)sample->n_lines * times, behind = lines_behind(sample), runs = lines - behind * times, visits = visits_expected(sample, behind, times);
  const double persons = persons_expected(sample, visits);
  plan.times = times;
  plan.rows = (uint64_t)rows;
  plan.visits = (uint64_t)visits;
  plan.persons = (uint64_t)persons;
  const double institutions = MIN(institutions_expected(sample, visits), visits);
  plan.institutions = (uint64_t)institutions;
  plan.institutions_times = sample->institution->n > 0 ? institutions / sample->institution->n : 1.0;
  const double raw = lines * RAW_BYTES_A_LINE + runs * (RAW_BYTES_A_RUN + id_bytes(sample));
  const double rest = lines * BYTES_A_LINE + visits * BYTES_A_VISIT + persons * (BYTES_A_PERSON + id_bytes(sample)) + institutions * BYTES_AN_INSTITUTION;
  const double steps = (double)options->n_threads * (rs_raw_groups(rs_raw_partition_bits(text)) + 1) * RS_POOL_STEP; /* begun, of each group and thread */
  plan.visits_times = sample->n_visits > 0 ? visits / sample->n_visits : 1.0;
  plan.memory = (uint64_t)(FIXED_BYTES + MAX(raw, rest));
  plan.memory_enough = MAX(rs_memory_enough((uint64_t)lines), (uint64_t)(2 * UNEVEN * raw + steps)); /* half is for the table */
  plan.memory_least = MAX(rs_memory_least((uint64_t)lines), (uint64_t)(4 * institutions * BYTES_AN_INSTITUTION)); /* rings/scene.h: a quarter at most */
  temp_expected(&plan, sample, &(Expected){lines, runs, visits, text}, options);
  plan.disk = (uint64_t)(lines * DISK_BYTES_A_LINE + MIN(lines, 3e6) * DISK_BYTES_AT_FIRST) + 200000;
  return plan;
}
