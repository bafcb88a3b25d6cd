#include "bench/claims_draw.h"

#include "base/random.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <time.h>

#define MOST_LINES_A_VISIT 12
#define LINES_A_VISIT 2.86

/* A rank 0 .. n-1 with probability about (rank + 1)^-power, by inverting the integral of the density; ranks are spread over
 * the numbers by a multiplication, so that popular entities are not neighbours. */
static uint32_t draw_rank(RsRandom *random, uint32_t n, double power) {
  double q = 1 - power, u = rs_random_unit(random), rank;
  if (fabs(q) < 1e-9) rank = exp(u * log((double)n + 1)) - 1;
  else rank = pow(u * (pow((double)n + 1, q) - 1) + 1, 1 / q) - 1;
  uint32_t r = (uint32_t)rank < n ? (uint32_t)rank : n - 1;
  return (uint32_t)((uint64_t)r * 2654435761u % n);
}

static RsText *numbered_texts(char letter, uint32_t n) {
  RsText *text = g_new0(RsText, 1);
  text->n = n;
  text->offset = g_new(uint64_t, (gsize)n + 1);
  text->bytes = g_malloc((gsize)n * 10 + 1);
  for (uint32_t i = 0; i <= n; i++) text->offset[i] = (uint64_t)i * 10;
  for (uint32_t i = 0; i < n; i++) g_snprintf(text->bytes + (gsize)i * 10, 10, "%c%08u", letter, i % 100000000);
  return text;
}

static void claims_allocate(RsClaims *claims, const RsClaimsDraw *draw, uint64_t most_lines) {
  claims->person = numbered_texts('P', draw->n_persons);
  claims->institution = numbered_texts('I', draw->n_institutions);
  claims->doctor = numbered_texts('D', draw->n_doctors);
  claims->drug = numbered_texts('M', draw->n_drugs);
  claims->n_persons = draw->n_persons;
  claims->person_region = g_malloc(draw->n_persons * sizeof(uint32_t));
  claims->person_visit = g_malloc(((gsize)draw->n_persons + 1) * sizeof(uint32_t));
  claims->visit_time = g_malloc((most_lines + 1) * sizeof(uint32_t));
  claims->visit_institution = g_malloc((most_lines + 1) * sizeof(uint32_t));
  claims->visit_line = g_malloc((most_lines + 1) * sizeof(uint64_t));
  g_assert(rs_claims_lines_new(claims, most_lines, NULL));
}

static int time_order(const void *a, const void *b) {
  uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
  return (x > y) - (x < y);
}

typedef struct { uint32_t institution[3], doctor[2], drug[6]; } Habits;

static void visit_draw(RsClaims *claims, const RsClaimsDraw *draw, const Habits *habits, RsRandom *random) {
  uint32_t visit = claims->n_visits++;
  uint32_t doctor = rs_random_below(random, 5) > 0 ? habits->doctor[rs_random_below(random, 2)]
                                                   : draw_rank(random, draw->n_doctors, 0.8);
  uint32_t n_lines = 1;
  while (n_lines < MOST_LINES_A_VISIT && rs_random_below(random, 100) < 66) n_lines++;
  claims->visit_institution[visit] = rs_random_below(random, 5) > 0 ? habits->institution[rs_random_below(random, 3)]
                                                                    : draw_rank(random, draw->n_institutions, 0.8);
  if (draw->heavy_a_day > 0) { /* so many of all visits, whoever comes */
    double share = (double)draw->heavy_a_day * draw->n_days * LINES_A_VISIT / (double)draw->n_lines;
    if (rs_random_unit(random) < share) claims->visit_institution[visit] = 0;
  }
  claims->visit_line[visit] = claims->n_lines;
  for (uint32_t i = 0; i < n_lines; i++) {
    uint64_t line = claims->n_lines++;
    const uint32_t drug = rs_random_below(random, 4) > 0 ? habits->drug[rs_random_below(random, 6)]
                                                      : draw_rank(random, draw->n_drugs, 1);
    const int64_t amount = 100 + rs_random_below(random, 20000);
    const RsLine one = {.drug = drug, .doctor = doctor, .diagnosis = RS_NONE, .quantity = 1, .amount = amount, .fund = amount * 7 / 10, .row = line};
    rs_line_set(claims, line, &one);
  }
}

RsClaims *rs_claims_draw(const RsClaimsDraw *draw) {
  RsClaims *claims = g_new0(RsClaims, 1);
  RsRandom random;
  double visits_left = (double)draw->n_lines / LINES_A_VISIT, sum = 0;
  uint64_t most_lines = draw->n_lines + draw->n_lines / 2 + (uint64_t)draw->n_persons * 40;
  g_autofree float *activity = g_new(float, draw->n_persons);
  g_autofree uint32_t *times = NULL;
  rs_random_init(&random, draw->seed);
  claims_allocate(claims, draw, most_lines);
  for (uint32_t p = 0; p < draw->n_persons; p++) {
    activity[p] = (float)pow((double)(uint32_t)((uint64_t)p * 2654435761u % draw->n_persons) + 1, -0.6);
    sum += (double)activity[p];
  }
  times = g_new(uint32_t, (gsize)(visits_left / sum) + 3);
  for (uint32_t p = 0; p < draw->n_persons; p++) {
    Habits habits;
    double mean = visits_left * (double)activity[p] / sum;
    uint32_t n_visits = MAX(1, (uint32_t)(mean + rs_random_unit(&random)));
    for (int i = 0; i < 3; i++) habits.institution[i] = draw_rank(&random, draw->n_institutions, 0.8);
    for (int i = 0; i < 2; i++) habits.doctor[i] = draw_rank(&random, draw->n_doctors, 0.8);
    for (int i = 0; i < 6; i++) habits.drug[i] = draw_rank(&random, draw->n_drugs, 1);
    for (uint32_t v = 0; v < n_visits; v++)
      times[v] = (30000 + rs_random_below(&random, draw->n_days)) * 86400u + 27000 + rs_random_below(&random, 46800);
    qsort(times, n_visits, sizeof *times, time_order);
    claims->person_visit[p] = claims->n_visits;
    claims->person_region[p] = RS_NONE;
    for (uint32_t v = 0; v < n_visits && claims->n_lines + MOST_LINES_A_VISIT < most_lines; v++) {
      claims->visit_time[claims->n_visits] = times[v];
      visit_draw(claims, draw, &habits, &random);
    }
  }
  claims->person_visit[draw->n_persons] = claims->n_visits;
  claims->visit_line[claims->n_visits] = claims->n_lines;
  claims->first_day = 30000;
  claims->last_day = (uint16_t)(30000 + draw->n_days);
  return claims;
}

RsClock rs_clock_now(void) {
  struct timespec time;
  struct rusage usage;
  clock_gettime(CLOCK_MONOTONIC, &time);
  getrusage(RUSAGE_SELF, &usage);
  return (RsClock){(double)time.tv_sec + (double)time.tv_nsec * 1e-9,
                   (double)(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) +
                       (double)(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) * 1e-6};
}

RsClock rs_clock_print(const char *name, RsClock from) {
  RsClock now = rs_clock_now();
  printf("%-28s wall %7.3f s   cpu %7.3f s\n", name, now.wall - from.wall, now.cpu - from.cpu);
  return now;
}
