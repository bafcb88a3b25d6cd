/* bench_write_claims LINES [PROFILE [SEED]]: claims as CSV on standard output, for timing whole runs.
 *   mild    1096 days, the densest outlet has about a twentieth of the visits (default)
 *   heavy   180 days, one outlet has 5,000 visits a day besides its own
 *   digits  mild with 18-digit person ids
 *   hex     mild with 32-hex person ids
 *
 * A visit is one person, doctor, institution and second with 1 .. 12 drug lines, 2.9 in the mean. Days follow one another, within a day visits
 * stand in random order, as an export does. Persons' activity is Zipf 0.6, institutions and doctors 0.8, drugs 1.0; a person has three usual
 * institutions and two usual doctors (80 % of the visits) and six chronic drugs (75 % of the lines). One person in 25 has a partner who
 * often comes along within eight minutes; groups of 5 .. 20 meet on 8 .. 30 days within nine minutes. The world grows with the lines: a
 * person for 10, a doctor for 2,000, an institution for 5,000, a group for 50,000. The same arguments give the same bytes. */
#include "base/calendar.h"
#include "base/random.h"

#include <glib.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define N_DRUGS 3000u
#define FIRST_DAY 30000u
#define LINES_A_VISIT 2.87
#define HEAVY_A_DAY 5000u
#define MOST_LINES 12u

typedef enum { PLAIN, DIGITS, HEX } Ids;

/* Walker's alias table. */
typedef struct { uint32_t n, *bar, *other; } Zipf;

typedef struct { uint32_t person, doctor, institution, second, group; } Visit;
typedef struct { uint32_t n_persons, n_institutions, person[20], institution[4], doctor, n_drugs, drug[6]; } Group;
typedef struct { uint32_t day, group; } Meeting;

typedef struct {
  uint64_t lines, seed, line, settlement;
  uint32_t n_persons, n_institutions, n_doctors, n_groups, n_days;
  bool heavy;
  Ids ids;
  RsRandom random;
  Zipf person, institution, doctor, drug;
  Group *group;
  GArray *meetings; /* of Meeting, by day */
  GArray *visits;   /* of Visit: one day's */
  GString *text;
} World;

static uint32_t below(World *w, uint32_t n) { return rs_random_below(&w->random, n); }

/* The same number for the same thing and kind, as good as drawn: what a person usually does is not kept. Finished as in splitmix64: of a plain
 * product a person's doctor would tell of the outlet. */
static uint64_t fixed(uint64_t of, uint64_t kind) {
  uint64_t x = (of << 8 | kind) + UINT64_C(0x9e3779b97f4a7c15);
  x = (x ^ x >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
  x = (x ^ x >> 27) * UINT64_C(0x94d049bb133111eb);
  return x ^ x >> 31;
}
static uint32_t fixed_below(uint64_t of, uint64_t kind, uint32_t n) { return (uint32_t)(fixed(of, kind) % n); }

static Zipf zipf_new(uint32_t n, double power) {
  Zipf z = {n, g_new(uint32_t, n), g_new0(uint32_t, n)};
  g_autofree double *share = g_new(double, n);
  g_autofree uint32_t *small = g_new(uint32_t, n), *large = g_new(uint32_t, n);
  uint32_t n_small = 0, n_large = 0;
  double sum = 0;
  for (uint32_t i = 0; i < n; i++) sum += share[i] = pow(i + 1.0, -power);
  for (uint32_t i = 0; i < n; i++) {
    share[i] *= n / sum;
    z.bar[i] = UINT32_MAX;
    *(share[i] < 1 ? &small[n_small++] : &large[n_large++]) = i;
  }
  while (n_small > 0 && n_large > 0) {
    uint32_t s = small[--n_small], l = large[n_large - 1];
    z.bar[s] = (uint32_t)(share[s] * UINT32_MAX);
    z.other[s] = l;
    share[l] -= 1 - share[s];
    if (share[l] < 1) small[n_small++] = large[--n_large];
  }
  return z;
}

static uint32_t zipf_at(const Zipf *z, uint64_t random) {
  uint32_t i = (uint32_t)((random >> 32) * z->n >> 32);
  return (uint32_t)random <= z->bar[i] ? i : z->other[i];
}

static uint32_t zipf_draw(World *w, const Zipf *z) { return zipf_at(z, rs_random_next(&w->random)); }

/* 07:30 to 20:30, most of it in the morning and the afternoon. */
static uint32_t second_draw(World *w) {
  uint32_t kind = below(w, 10);
  if (kind < 4) return 30600 + below(w, 4500) + below(w, 4500);
  return kind < 7 ? 50400 + below(w, 5400) + below(w, 5400) : 27000 + below(w, 46800);
}

static int compare_meetings(const void *x, const void *y) {
  const Meeting *a = x, *b = y;
  if (a->day != b->day) return a->day < b->day ? -1 : 1;
  return (a->group > b->group) - (a->group < b->group);
}

static void groups_draw(World *w) {
  w->group = g_new0(Group, w->n_groups + 1);
  w->meetings = g_array_new(FALSE, FALSE, sizeof(Meeting));
  for (uint32_t g = 0; g < w->n_groups; g++) {
    Group *group = &w->group[g];
    *group = (Group){.n_persons = 5 + below(w, 16), .n_institutions = 2 + below(w, 3), .doctor = below(w, w->n_doctors), .n_drugs = 3 + below(w, 4)};
    for (uint32_t i = 0; i < group->n_persons; i++) group->person[i] = below(w, w->n_persons);
    for (uint32_t i = 0; i < group->n_institutions; i++) group->institution[i] = below(w, w->n_institutions);
    for (uint32_t i = 0; i < group->n_drugs; i++) group->drug[i] = (below(w, N_DRUGS / 6) * 6 + i) % N_DRUGS;
    for (uint32_t n = 8 + below(w, 23); n > 0; n--) {
      Meeting meeting = {below(w, w->n_days), g};
      g_array_append_val(w->meetings, meeting);
    }
  }
  if (w->meetings->len > 0) qsort(w->meetings->data, w->meetings->len, sizeof(Meeting), compare_meetings);
}

static void meeting_draw(World *w, const Meeting *meeting) {
  const Group *group = &w->group[meeting->group];
  uint32_t second = second_draw(w), institution = group->institution[below(w, group->n_institutions)], attend = 60 + below(w, 41);
  for (uint32_t i = 0; i < group->n_persons; i++) {
    Visit visit = {group->person[i], group->doctor, institution, second + below(w, 540), meeting->group};
    if (below(w, 100) < attend) g_array_append_val(w->visits, visit);
  }
}

static void visit_draw(World *w, bool heavy) {
  Visit v = {.person = zipf_draw(w, &w->person), .second = second_draw(w), .group = UINT32_MAX};
  v.institution = below(w, 100) < 80 ? zipf_at(&w->institution, fixed(v.person, 1 + below(w, 3))) : zipf_draw(w, &w->institution);
  v.doctor = below(w, 100) < 80 ? zipf_at(&w->doctor, fixed(v.person, 16 + below(w, 2))) : zipf_draw(w, &w->doctor);
  if (heavy) v.institution = 0;
  g_array_append_val(w->visits, v);
  if (fixed_below(v.person >> 1, 80, 100) >= 4 || below(w, 100) >= 30 || (v.person ^ 1) >= w->n_persons) return;
  v.person ^= 1;
  v.second += below(w, 480);
  g_array_append_val(w->visits, v);
}

/* ---- writing ---- */

static void put_number(GString *text, uint64_t value, unsigned width) {
  char digit[24];
  unsigned n = 0;
  do digit[n++] = (char)('0' + value % 10);
  while ((value /= 10) > 0);
  while (n < width) digit[n++] = '0';
  while (n > 0) g_string_append_c(text, digit[--n]);
}

static void put_money(GString *text, uint32_t cents) {
  put_number(text, cents / 100, 1);
  g_string_append_c(text, '.');
  put_number(text, cents % 100, 2);
  g_string_append_c(text, ',');
}

static void put_person(GString *text, Ids ids, uint32_t p) {
  uint64_t a = fixed(p, 83), b = fixed(p, 84);
  if (ids == PLAIN) {
    g_string_append_c(text, 'P');
    put_number(text, p * 2654435761u + 1234567891u, 10);
  } else if (ids == DIGITS) {
    put_number(text, 110000 + a % 540000, 6);
    put_number(text, 19400101 + b % 700000, 8);
    put_number(text, p % 10000, 4);
  } else g_string_append_printf(text, "%016llx%016llx", (unsigned long long)a, (unsigned long long)b);
}

static uint32_t drugs_draw(World *w, const Visit *v, uint32_t drug[MOST_LINES]) {
  uint32_t n = 1;
  if (v->group != UINT32_MAX) {
    memcpy(drug, w->group[v->group].drug, sizeof w->group[v->group].drug);
    return w->group[v->group].n_drugs;
  }
  while (n < MOST_LINES && below(w, 1000) < 655) n++;
  for (uint32_t i = 0, tries = 0; i < n; i++) {
    drug[i] = below(w, 100) < 75 ? zipf_at(&w->drug, fixed(v->person, 64 + below(w, 6))) : zipf_draw(w, &w->drug);
    for (uint32_t k = 0; k < i; k++)
      if (drug[k] == drug[i] && tries++ < 8) { /* not again, if there is another */
        i--;
        break;
      }
  }
  return n;
}

static void line_write(World *w, const Visit *v, const char *when, uint32_t drug) {
  GString *text = w->text;
  uint64_t kind = fixed(drug, 81);
  uint32_t quantity = 1 + below(w, 4), amount = (150 + (uint32_t)(kind % 20000)) * quantity, ill = fixed_below(drug / 9, 86, 400);
  g_string_append_c(text, 'C');
  put_number(text, ++w->line, 12);
  g_string_append(text, ",S");
  put_number(text, w->settlement, 11);
  g_string_append_c(text, ',');
  put_person(text, w->ids, v->person);
  g_string_append(text, ",D");
  put_number(text, v->doctor + 10000, 6);
  g_string_append(text, ",H");
  put_number(text, v->institution + 1000, 5);
  g_string_append(text, ",X");
  g_string_append_c(text, (char)('A' + drug % 14));
  put_number(text, drug + 100000, 7);
  g_string_append_c(text, ',');
  g_string_append_len(text, when, 19);
  g_string_append_c(text, ',');
  put_number(text, quantity, 1);
  g_string_append_c(text, ',');
  put_money(text, amount);
  put_money(text, (uint32_t)((uint64_t)amount * (50 + kind / 20000 % 45) / 100));
  put_number(text, 310101 + fixed_below(v->person, 85, 24), 6);
  g_string_append_c(text, ',');
  put_number(text, 310101 + fixed_below(v->institution, 82, 24), 6);
  g_string_append_c(text, ',');
  g_string_append_c(text, (char)('A' + ill % 20));
  put_number(text, ill % 90 + 10, 2);
  g_string_append_c(text, '.');
  put_number(text, ill / 90, 1);
  g_string_append_c(text, '\n');
}

static void text_flush(World *w) {
  fwrite(w->text->str, 1, w->text->len, stdout);
  g_string_truncate(w->text, 0);
}

static void visit_write(World *w, uint32_t day, const Visit *v) {
  uint32_t drug[MOST_LINES], n = drugs_draw(w, v, drug);
  char when[20];
  rs_time_format((FIRST_DAY + day) * RS_DAY_SECONDS + v->second, when);
  w->settlement++;
  for (uint32_t i = 0; i < n && w->line < w->lines; i++) line_write(w, v, when, drug[i]);
  if (w->text->len > (1u << 20)) text_flush(w);
}

/* ---- days ---- */

static double weight_of_day(uint32_t day) { return day % 7 >= 5 ? 0.6 : 1.0; }

static void day_write(World *w, uint32_t day, uint64_t until, guint *meeting) {
  g_array_set_size(w->visits, 0);
  for (; *meeting < w->meetings->len && g_array_index(w->meetings, Meeting, *meeting).day == day; ++*meeting)
    meeting_draw(w, &g_array_index(w->meetings, Meeting, *meeting));
  guint n = (guint)((double)(until > w->line ? until - w->line : 0) / LINES_A_VISIT) + 1, crowd = w->heavy ? MIN(HEAVY_A_DAY, n) : 0;
  for (guint i = 0; i < crowd; i++) visit_draw(w, true);
  while (w->visits->len < n) visit_draw(w, false);
  Visit *visit = (Visit *)(void *)w->visits->data;
  for (guint i = w->visits->len; i > 1; i--) {
    const guint other = below(w, i);
    const Visit swap = visit[i - 1];
    visit[i - 1] = visit[other];
    visit[other] = swap;
  }
  for (guint i = 0; i < w->visits->len && w->line < w->lines; i++) visit_write(w, day, &visit[i]);
}

static void world_write(World *w) {
  double whole = 0, quota = 0;
  guint meeting = 0;
  for (uint32_t day = 0; day < w->n_days; day++) whole += weight_of_day(day);
  puts("claim_id,settlement_id,person_id,doctor_id,institution_id,drug_code,time,quantity,amount,fund_amount,person_region,service_region,diagnosis");
  for (uint32_t day = 0; day < w->n_days && w->line < w->lines; day++) {
    quota += (double)w->lines * weight_of_day(day) / whole;
    day_write(w, day, day + 1 == w->n_days ? w->lines : (uint64_t)quota, &meeting);
  }
  text_flush(w);
}

int main(int argc, char **argv) {
  const char *profile = argc > 2 ? argv[2] : "mild";
  World w = {.lines = argc > 1 ? strtoull(argv[1], NULL, 10) : 1000000, .seed = argc > 3 ? strtoull(argv[3], NULL, 10) : 1, .n_days = 1096};
  w.heavy = strcmp(profile, "heavy") == 0;
  w.ids = strcmp(profile, "digits") == 0 ? DIGITS : strcmp(profile, "hex") == 0 ? HEX : PLAIN;
  if (w.lines == 0 || (w.ids == PLAIN && !w.heavy && strcmp(profile, "mild") != 0)) {
    fprintf(stderr, "usage: bench_write_claims LINES [mild|heavy|digits|hex [SEED]]\n");
    return 2;
  }
  if (w.heavy) w.n_days = 180;
  w.n_persons = (uint32_t)MAX(100, w.lines / 10);
  w.n_doctors = (uint32_t)MAX(10, w.lines / 2000);
  w.n_institutions = (uint32_t)MAX(10, w.lines / 5000);
  w.n_groups = (uint32_t)(w.lines / 50000);
  rs_random_init(&w.random, w.seed);
  w.person = zipf_new(w.n_persons, 0.6);
  w.institution = zipf_new(w.n_institutions, 0.8);
  w.doctor = zipf_new(w.n_doctors, 0.8);
  w.drug = zipf_new(N_DRUGS, 1.0);
  w.visits = g_array_new(FALSE, FALSE, sizeof(Visit));
  w.text = g_string_sized_new(2u << 20);
  groups_draw(&w);
  world_write(&w);
  return ferror(stdout) || fflush(stdout) != 0;
}
