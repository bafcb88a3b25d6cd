#include "mining/indication.h"

#include "base/parallel.h"
#include "base/sort.h"
#include "base/sort_by.h"
#include "mining/significance.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { LEAST_SPECIFIC = 3 };
#define COMMON 0.01
#define SPECIFIC 2.0

typedef struct { uint32_t person, drug, diagnosis; } Case; /* a person's drug (row) with a diagnosis */

void rs_indication_free(RsIndication *x) {
  if (x == NULL) return;
  g_free(x->slot);
  g_free(x->drug_persons);
  g_free(x->pair);
  g_free(x->diagnosis);
  g_free(x);
}

static int compare_cases(const void *p, const void *q) {
  const Case *a = p, *b = q;
  if (a->person != b->person) return a->person < b->person ? -1 : 1;
  if (a->drug != b->drug) return a->drug < b->drug ? -1 : 1;
  return (a->diagnosis > b->diagnosis) - (a->diagnosis < b->diagnosis);
}

static inline bool case_before(const Case *a, const Case *b) { return compare_cases(a, b) < 0; }
RS_SORT_BY(sort_cases, Case, case_before)

/* Sorts and keeps each once. */
static void distinct(GArray *cases) {
  Case *c = (Case *)(void *)cases->data;
  guint n = 0;
  sort_cases(c, cases->len);
  for (guint i = 0; i < cases->len; i++)
    if (n == 0 || case_before(&c[n - 1], &c[i])) c[n++] = c[i];
  g_array_set_size(cases, n);
}

/* Whose lines these are: [n]. Lines of one visit, and visits of one person, stand together mostly. */
static uint32_t *persons_of(const RsClaims *c, const uint64_t *line, uint64_t n) {
  uint32_t *person = g_new(uint32_t, n + 1);
  uint32_t v = 0, p = 0;
  for (uint64_t i = 0; i < n; i++) {
    if (i == 0 || line[i] < c->visit_line[v] || line[i] >= c->visit_line[v + 1]) {
      v = rs_claims_line_visit(c, line[i]);
      if (i == 0 || v < c->person_visit[p] || v >= c->person_visit[p + 1]) p = rs_claims_visit_person(c, v);
    }
    person[i] = p;
  }
  return person;
}

static void add_line(const RsIndication *x, const RsClaims *c, uint32_t person, uint64_t line, GArray *out) {
  const uint32_t row = x->slot[rs_line_drug(c, line) + 1u];
  Case one = {person, row, rs_line_diagnosis(c, line)};
  if (row != RS_NONE && one.diagnosis != RS_NONE) g_array_append_val(out, one);
}

enum { N_PARTS = 64, OWN_COUNTS = 4 /* threads up to which each counts pairs for itself */ };

/* A thread's own: kept from person to person. */
typedef struct {
  uint32_t *diagnosis;    /* [1 + n_diagnoses] lines, first those without one */
  uint32_t *drug_persons; /* [n_drugs] */
  uint32_t *pair;         /* [n_drugs * n_diagnoses] its own, or one of all threads */
  uint64_t *key;          /* [room] a person's rows << 32 | diagnosis */
  uint64_t room;
} Scratch;

typedef struct {
  const RsClaims *claims;
  RsIndication *out;
  Scratch *scratch; /* [n_threads] */
  bool shared;      /* pair is one of all threads */
} Work;

static uint32_t *cell_of(const Work *w, const Scratch *s, uint64_t key) { return &s->pair[(key >> 32) * w->out->n_diagnoses + (uint32_t)key]; }

/* The person's cases as keys, those of several lines several times; returns how many. */
static size_t cases_of(const Work *w, Scratch *s, uint32_t person) {
  const RsClaims *c = w->claims;
  uint64_t begin = c->visit_line[c->person_visit[person]], end = c->visit_line[c->person_visit[person + 1]];
  size_t n = 0;
  if (end - begin > s->room) {
    s->room = 2 * (end - begin);
    s->key = g_renew(uint64_t, s->key, s->room);
  }
  const RsPacked diagnosis = c->line_diagnosis, drug = c->line_drug; /* 1 + the number */
  const uint32_t *slot = w->out->slot;
  uint32_t *lines = s->diagnosis;
  uint64_t *key = s->key;
  for (uint64_t l = begin; l < end; l++) { /* no branch: which line is one is anybody's guess */
    const uint32_t of = (uint32_t)rs_packed_get(&diagnosis, l), row = slot[rs_packed_get(&drug, l)];
    lines[of]++;
    key[n] = (uint64_t)row << 32 | (of - 1u);
    n += (row != RS_NONE) & (of != 0);
  }
  for (size_t i = 0; i < n; i++) __builtin_prefetch(cell_of(w, s, s->key[i]), 1); /* counted once they are sorted */
  return n;
}

static void count_part(size_t part, unsigned thread, void *data) {
  const Work *w = data;
  const RsClaims *c = w->claims;
  Scratch *s = &w->scratch[thread];
  uint32_t end = (uint32_t)((uint64_t)c->n_persons * (part + 1) / N_PARTS);
  for (uint32_t p = (uint32_t)((uint64_t)c->n_persons * part / N_PARTS); p < end; p++) {
    size_t n = cases_of(w, s, p);
    rs_sort_u64(s->key, n);
    for (size_t i = 0; i < n; i++) { /* sums do not depend on who adds first */
      if (i > 0 && s->key[i] == s->key[i - 1]) continue;
      s->drug_persons[s->key[i] >> 32]++;
      if (w->shared) __atomic_fetch_add(cell_of(w, s, s->key[i]), 1, __ATOMIC_RELAXED);
      else ++*cell_of(w, s, s->key[i]);
    }
  }
}

static void scratch_init(Work *w, unsigned thread) {
  const RsIndication *x = w->out;
  Scratch *s = &w->scratch[thread];
  s->diagnosis = g_new0(uint32_t, (gsize)x->n_diagnoses + 2);
  s->drug_persons = g_new0(uint32_t, (gsize)x->n_drugs + 1);
  s->pair = thread > 0 && w->shared ? w->scratch[0].pair : g_new0(uint32_t, (gsize)x->n_drugs * x->n_diagnoses + 1);
}

static void add_numbers(uint32_t *to, uint32_t *from, gsize n) {
  for (gsize i = 0; i < n; i++) to[i] += from[i];
  g_free(from);
}

/* A thread's counts to those of the first. */
static void scratch_join(Work *w, unsigned thread) {
  const RsIndication *x = w->out;
  Scratch *s = &w->scratch[thread], *to = &w->scratch[0];
  add_numbers(to->diagnosis, s->diagnosis, (gsize)x->n_diagnoses + 1);
  add_numbers(to->drug_persons, s->drug_persons, x->n_drugs);
  if (!w->shared) add_numbers(to->pair, s->pair, (gsize)x->n_drugs * x->n_diagnoses);
}

RsIndication *rs_indication_new(const RsClaims *c, const uint32_t *drug, uint32_t n, unsigned n_threads) {
  const unsigned columns = RS_HAS_DRUG | RS_HAS_DIAGNOSIS;
  if ((c->columns & columns) != columns || c->diagnosis == NULL || n == 0 || (uint64_t)n * c->diagnosis->n > RS_INDICATION_PAIRS) return NULL;
  RsIndication *x = g_new0(RsIndication, 1);
  x->n_drugs = n;
  x->n_diagnoses = c->diagnosis->n;
  x->slot = g_malloc(((gsize)c->drug->n + 1) * sizeof *x->slot);
  memset(x->slot, 0xff, ((gsize)c->drug->n + 1) * sizeof *x->slot);
  for (uint32_t i = 0; i < n; i++) x->slot[drug[i] + 1] = i;
  n_threads = CLAMP(n_threads, 1u, 64u);
  g_autofree Scratch *scratch = g_new0(Scratch, n_threads);
  Work work = {c, x, scratch, n_threads > OWN_COUNTS};
  for (unsigned t = 0; t < n_threads; t++) scratch_init(&work, t);
  rs_parallel(n_threads, N_PARTS, count_part, &work);
  x->diagnosis = scratch[0].diagnosis;
  x->drug_persons = scratch[0].drug_persons;
  x->pair = scratch[0].pair;
  for (unsigned t = 1; t < n_threads; t++) scratch_join(&work, t);
  for (unsigned t = 0; t < n_threads; t++) g_free(scratch[t].key);
  memmove(x->diagnosis, x->diagnosis + 1, x->n_diagnoses * sizeof *x->diagnosis); /* without the lines that have none */
  for (uint32_t d = 0; d < x->n_diagnoses; d++) x->n_lines += x->diagnosis[d];
  return x;
}

/* ---- a group ---- */

/* What is usual without the group: its own counts of one drug are taken out. */
typedef struct {
  const RsIndication *all;
  const uint32_t *own_diagnosis; /* [n_diagnoses] lines of the group */
  uint32_t *own;                 /* [n_diagnoses] persons of the group, with the drug at hand */
  uint64_t own_lines;
} Others;

static bool fits(const Others *o, uint32_t drug, uint32_t diagnosis, double of_drug) {
  double with = (double)(o->all->pair[(size_t)drug * o->all->n_diagnoses + diagnosis] - o->own[diagnosis]);
  double city = (double)(o->all->diagnosis[diagnosis] - o->own_diagnosis[diagnosis]) / fmax(1.0, (double)(o->all->n_lines - o->own_lines));
  return with >= COMMON * of_drug || (with >= LEAST_SPECIFIC && with >= SPECIFIC * city * of_drug);
}

static int compare_by_drug(const void *p, const void *q) {
  const Case *a = p, *b = q;
  if (a->drug != b->drug) return a->drug < b->drug ? -1 : 1;
  return compare_cases(p, q);
}

/* One drug of the group, cases [n] by person: marks the persons none of whose diagnoses fits; returns the others' rate of such, or NAN where they
 * are too few. unfit [n] by case. */
static double judge_drug(Others *o, const Case *cases, guint n, bool *unfit) {
  const RsIndication *x = o->all;
  uint32_t drug = cases[0].drug;
  for (guint i = 0; i < n; i++) o->own[cases[i].diagnosis]++;
  double of_drug = (double)(x->drug_persons[drug] - n), rate = 0.0;
  for (uint32_t d = 0; d < x->n_diagnoses; d++) {
    uint32_t with = x->pair[(size_t)drug * x->n_diagnoses + d] - o->own[d];
    if (with > 0 && !fits(o, drug, d, of_drug)) rate += with;
  }
  for (guint i = 0, end; i < n; i = end) {
    bool any = false;
    for (end = i; end < n && cases[end].person == cases[i].person; end++) any = any || fits(o, drug, cases[end].diagnosis, of_drug);
    for (guint k = i; k < end; k++) unfit[k] = !any;
  }
  for (guint i = 0; i < n; i++) o->own[cases[i].diagnosis] = 0;
  return of_drug >= RS_INDICATION_OTHERS ? (rate + 0.5) / (of_drug + 1.0) : (double)NAN;
}

typedef struct { uint32_t person; double none; bool unfit; } Person; /* none: chance that every drug fits */

static Person *person_of(GArray *persons, uint32_t person) {
  guint low = 0, high = persons->len;
  while (low < high) {
    guint middle = low + (high - low) / 2;
    if (g_array_index(persons, Person, middle).person < person) low = middle + 1;
    else high = middle;
  }
  return &g_array_index(persons, Person, low);
}

/* The group's cases by drug and person, its lines by diagnosis, and its persons with any case. */
static GArray *group_cases(const RsIndication *x, const RsClaims *c, const uint64_t *line, const uint32_t *person, uint64_t n, uint32_t *own_diagnosis, GArray *persons) {
  GArray *cases = g_array_new(FALSE, FALSE, sizeof(Case));
  for (uint64_t i = 0; i < n; i++) {
    if (rs_line_diagnosis(c, line[i]) != RS_NONE) own_diagnosis[rs_line_diagnosis(c, line[i])]++;
    add_line(x, c, person[i], line[i], cases);
  }
  distinct(cases);
  for (guint i = 0; i < cases->len; i++) {
    Person one = {g_array_index(cases, Case, i).person, 1.0, false};
    if (i == 0 || one.person != g_array_index(cases, Case, i - 1).person) g_array_append_val(persons, one);
  }
  if (cases->len > 1) qsort(cases->data, cases->len, sizeof(Case), compare_by_drug);
  return cases;
}

static void mark_lines(const RsIndication *x, const RsClaims *c, const uint64_t *line, const uint32_t *person, uint64_t n, const GArray *cases, const bool *bad, bool *unfit) {
  for (uint64_t i = 0; i < n; i++) {
    const uint32_t row = x->slot[rs_line_drug(c, line[i]) + 1u];
    Case key = {person[i], row, rs_line_diagnosis(c, line[i])};
    const Case *at = row != RS_NONE && key.diagnosis != RS_NONE && cases->len > 0 ? bsearch(&key, cases->data, cases->len, sizeof key, compare_by_drug) : NULL;
    unfit[i] = at != NULL && bad[at - (const Case *)(const void *)cases->data];
  }
}

RsIndicationTest rs_indication_test(const RsIndication *x, const RsClaims *c, const uint64_t *line, uint64_t n_lines, bool *unfit) {
  RsIndicationTest out = {0, 0, 0.0, 0.0};
  g_autofree uint32_t *own_diagnosis = g_new0(uint32_t, (gsize)x->n_diagnoses + 1), *own = g_new0(uint32_t, (gsize)x->n_diagnoses + 1);
  g_autoptr(GArray) persons = g_array_new(FALSE, FALSE, sizeof(Person));
  g_autofree uint32_t *whose = persons_of(c, line, n_lines);
  g_autoptr(GArray) cases = group_cases(x, c, line, whose, n_lines, own_diagnosis, persons);
  g_autofree bool *bad = g_new0(bool, (gsize)cases->len + 1);
  Others others = {x, own_diagnosis, own, 0};
  for (uint32_t d = 0; d < x->n_diagnoses; d++) others.own_lines += own_diagnosis[d];
  const Case *at = (const Case *)(const void *)cases->data;
  for (guint i = 0, end; i < cases->len; i = end) {
    for (end = i; end < cases->len && at[end].drug == at[i].drug;) end++;
    double rate = judge_drug(&others, at + i, end - i, bad + i);
    if (isnan(rate)) memset(bad + i, 0, (end - i) * sizeof *bad);
    for (guint k = i; k < end && !isnan(rate); k++) {
      Person *person = person_of(persons, at[k].person);
      person->unfit = person->unfit || bad[k];
      if (k == i || at[k].person != at[k - 1].person) person->none *= 1.0 - fmin(1.0, rate);
    }
  }
  g_autofree double *chance = g_new(double, (gsize)persons->len + 1), *scratch = g_new(double, (gsize)persons->len + 2);
  for (guint i = 0; i < persons->len; i++) {
    const Person *person = &g_array_index(persons, Person, i);
    if (person->none >= 1.0) continue; /* no drug that can be judged */
    chance[out.n_persons++] = 1.0 - person->none;
    out.expected += 1.0 - person->none;
    out.n_unfit += person->unfit;
  }
  if (out.n_persons > 0) out.log_p = rs_tail_poisson_binomial(out.n_unfit, chance, out.n_persons, scratch);
  if (unfit != NULL) mark_lines(x, c, line, whose, n_lines, cases, bad, unfit);
  return out;
}
