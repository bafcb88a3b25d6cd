#include "mining/steering.h"

#include "base/calendar.h"
#include "base/parallel.h"
#include "base/sort.h"
#include "mining/significance.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define FAR_OUT (-23.0) /* log 1e-10: no chance among all cells of a country */
#define PRIOR_FILLS 20.0 /* the city's outlets count as so many fills of a workplace */

typedef struct { uint32_t doctor, outlet; } Fill; /* one person's, once */
typedef struct { uint32_t n; Fill *fill; } Fills; /* with room for one a visit */

void rs_steering_free(RsSteering *steering) {
  if (steering == NULL) return;
  g_free(steering->cell);
  g_free(steering->workplace);
  g_free(steering->usual);
  g_free(steering);
}

/* Where most of the doctor's lines are, hospitals and clinics first: a doctor does not work at a pharmacy that fills the prescriptions. */
static uint32_t likely_workplace(const RsClaims *c, const RsRelation *refers, uint32_t doctor) {
  uint32_t best = RS_NONE;
  uint64_t most = 0;
  for (uint64_t i = refers->offset[doctor]; i < refers->offset[doctor + 1]; i++) {
    bool pharmacy = c->institution_type[refers->to[i]] == RS_TYPE_PHARMACY;
    uint64_t weight = ((uint64_t)!pharmacy << 40) + refers->lines[i];
    if (weight > most) {
      most = weight;
      best = refers->to[i];
    }
  }
  return best;
}

uint32_t *rs_likely_workplaces(const RsClaims *c, const RsKnowledge *k) {
  const RsRelation *refers = &k->relation[RS_REFERS_TO];
  uint32_t *out = g_new(uint32_t, (gsize)refers->n_from + 1);
  for (uint32_t d = 0; d < refers->n_from; d++) out[d] = likely_workplace(c, refers, d);
  return out;
}

static uint32_t *workplaces(const RsClaims *c, const RsKnowledge *k, const uint32_t *given) {
  uint32_t *out = rs_likely_workplaces(c, k);
  for (uint32_t d = 0; given != NULL && d < k->relation[RS_REFERS_TO].n_from; d++)
    if (given[d] != RS_NONE) out[d] = given[d];
  return out;
}

/* Persons are taken in parts; a thread keeps its memory from person to person. */
enum { N_PARTS = 64 };

/* Who was seen at a visit, and where that doctor works: the number of institutions where nobody can tell. */
typedef struct { uint32_t doctor, place; } Seen;

typedef struct {
  uint32_t *lone;  /* [n institutions + 1] zero between outlets: see count_days() */
  uint32_t *last;  /* [n doctors] the last (person, outlet) with a fill of the doctor, by number */
  uint32_t number;
  uint32_t *patients, *own;       /* [n doctors] persons with a fill elsewhere; at the doctor's own workplace */
  uint32_t *patient, *own_patient; /* [n doctors] 1 + the person counted there last; persons come in order */
  Seen *seen;      /* [room] by visit */
  uint64_t *key;   /* [room] */
  size_t room;
} Scratch;

static void scratch_init(Scratch *s, const RsClaims *c) {
  gsize n = (gsize)c->doctor->n + 1;
  *s = (Scratch){.lone = g_new0(uint32_t, (gsize)c->institution->n + 1), .last = g_new0(uint32_t, n), .patients = g_new0(uint32_t, n),
                 .own = g_new0(uint32_t, n), .patient = g_new0(uint32_t, n), .own_patient = g_new0(uint32_t, n)};
}

static void scratch_clear(Scratch *s) {
  g_free(s->lone);
  g_free(s->last);
  g_free(s->patients);
  g_free(s->own);
  g_free(s->patient);
  g_free(s->own_patient);
  g_free(s->seen);
  g_free(s->key);
}

static void scratch_reserve(Scratch *s, size_t n) {
  if (n <= s->room) return;
  s->room = 2 * n;
  s->seen = g_renew(Seen, s->seen, s->room);
  s->key = g_renew(uint64_t, s->key, s->room);
}

/* Days of a person at an outlet, and in lone[place] those on which only doctors of that place were seen: the person's days there without it
 * are the difference. visit: the person's visits there in time order, as the low halves of keys. */
static uint32_t count_days(const RsClaims *c, const uint64_t *visit, size_t n, Scratch *s) {
  uint32_t days = 0;
  for (size_t first = 0, last; first < n; first = last) {
    uint32_t day = c->visit_time[(uint32_t)visit[first]] / RS_DAY_SECONDS, place = s->seen[first].place;
    bool alone = true;
    for (last = first + 1; last < n && c->visit_time[(uint32_t)visit[last]] / RS_DAY_SECONDS == day; last++) alone &= s->seen[last].place == place;
    if (alone) s->lone[place]++;
    days++;
  }
  return days;
}

/* Counts a fill at the doctor's own workplace, or keeps one elsewhere. */
static void add_fill(uint32_t person, Fill fill, const uint32_t *workplace, Scratch *s, Fills *fills) {
  const bool own = fill.outlet == workplace[fill.doctor];
  uint32_t *counted = own ? &s->own_patient[fill.doctor] : &s->patient[fill.doctor];
  (own ? s->own : s->patients)[fill.doctor] += *counted != person + 1;
  *counted = person + 1;
  if (!own) fills->fill[fills->n++] = fill;
}

/* One person at one outlet, regulars left out; a person may be on every line of the input, so nothing here looks at a pair of visits. */
static void add_fills(const RsClaims *c, uint32_t person, uint32_t outlet, const uint64_t *visit, size_t n, const uint32_t *workplace, Scratch *s, Fills *fills) {
  for (size_t i = 0; i < n; i++) {
    uint32_t d = rs_visit_doctor(c, (uint32_t)visit[i]);
    s->seen[i] = (Seen){d, d == RS_NONE || workplace[d] == RS_NONE ? c->institution->n : workplace[d]};
  }
  uint32_t days = count_days(c, visit, n, s);
  s->number++;
  for (size_t i = 0; i < n; i++) {
    const uint32_t doctor = s->seen[i].doctor;
    if (doctor == RS_NONE || s->last[doctor] == s->number || days - s->lone[s->seen[i].place] >= 2) continue;
    s->last[doctor] = s->number;
    add_fill(person, (Fill){doctor, outlet}, workplace, s, fills);
  }
  for (size_t i = 0; i < n; i++) s->lone[s->seen[i].place] = 0;
}

/* The person's visits outside hospitals as outlet << 32 | visit, ascending, in s->key; returns how many. A hospital fills no prescription of
 * another, so it shows patients of two hospitals, or a doctor who works at two. */
static size_t outlet_keys(const RsClaims *c, uint32_t person, Scratch *s) {
  size_t n = 0;
  scratch_reserve(s, c->person_visit[person + 1] - c->person_visit[person]);
  for (uint32_t v = c->person_visit[person]; v < c->person_visit[person + 1]; v++) {
    s->key[n] = (uint64_t)c->visit_institution[v] << 32 | v;
    n += c->institution_type[c->visit_institution[v]] != RS_TYPE_HOSPITAL;
  }
  rs_sort_u64_placed(s->key, n);
  return n;
}

typedef struct {
  const RsClaims *claims;
  const uint32_t *workplace;
  Scratch *scratch;       /* [n_threads] */
  Fills fills[N_PARTS];
  uint32_t *patients, *own; /* [n doctors] sums of the threads' */
} Collect;

/* Puts the threads' counts together and clears what they worked with. */
static void collect_end(Collect *collect, unsigned n_threads) {
  uint32_t n = collect->claims->doctor->n;
  collect->patients = g_new0(uint32_t, (gsize)n + 1);
  collect->own = g_new0(uint32_t, (gsize)n + 1);
  for (unsigned t = 0; t < n_threads; t++) {
    for (uint32_t d = 0; d < n; d++) {
      collect->patients[d] += collect->scratch[t].patients[d];
      collect->own[d] += collect->scratch[t].own[d];
    }
    scratch_clear(&collect->scratch[t]);
  }
}

static void collect_part(size_t part, unsigned thread, void *data) {
  Collect *collect = data;
  const RsClaims *c = collect->claims;
  Scratch *s = &collect->scratch[thread];
  Fills *fills = &collect->fills[part];
  const uint32_t begin = (uint32_t)((uint64_t)c->n_persons * part / N_PARTS), end = (uint32_t)((uint64_t)c->n_persons * (part + 1) / N_PARTS);
  fills->fill = g_new(Fill, (gsize)(c->person_visit[end] - c->person_visit[begin]) + 1);
  for (uint32_t p = begin; p < end; p++) {
    size_t n = outlet_keys(c, p, s);
    for (size_t first = 0, last; first < n; first = last) {
      const uint32_t outlet = (uint32_t)(s->key[first] >> 32);
      for (last = first + 1; last < n && s->key[last] >> 32 == outlet; last++) continue;
      const uint32_t doctor = last - first == 1 ? rs_visit_doctor(c, (uint32_t)s->key[first]) : RS_NONE;
      if (last - first > 1) add_fills(c, p, outlet, s->key + first, last - first, collect->workplace, s, fills);
      else if (doctor != RS_NONE) add_fill(p, (Fill){doctor, outlet}, collect->workplace, s, fills); /* a regular comes more than once */
    }
  }
}

/* The same on the days that are left in, into one part. */
static void collect_again(const RsClaims *c, const RsSteeringVisits *visits, const RsLeaveOut *days, Collect *collect) {
  Scratch *s = collect->scratch;
  Fills *fills = &collect->fills[0];
  fills->fill = g_new(Fill, visits->offset[visits->n] + 1);
  for (uint32_t i = 0; i < visits->n; i++) {
    size_t n = 0;
    scratch_reserve(s, visits->offset[i + 1] - visits->offset[i]);
    for (uint64_t k = visits->offset[i]; k < visits->offset[i + 1]; k++)
      if (!rs_left_out(days, visits->outlet[i], c->visit_time[visits->visit[k]] / RS_DAY_SECONDS)) s->key[n++] = visits->visit[k]; /* NOLINT(clang-analyzer-core.NullDereference): reserved above */
    add_fills(c, visits->person[i], visits->outlet[i], s->key, n, collect->workplace, s, fills);
  }
}

/* One (doctor, outlet) with its persons. */
typedef struct { uint32_t outlet, doctor, n; } Cell;

static int compare_results(const void *x, const void *y) {
  const RsSteeringCell *a = x, *b = y;
  if (a->doctor != b->doctor) return a->doctor < b->doctor ? -1 : 1;
  return (a->outlet > b->outlet) - (a->outlet < b->outlet);
}

/* Fills of all persons, and room for the cells of one workplace. */
typedef struct {
  uint64_t *offset;        /* [n_doctors + 2] row d is outlet[offset[d]] .. outlet[offset[d + 1]-1] */
  uint32_t *outlet;        /* of each doctor's fills */
  double *of_doctor, *of_outlet, *of_workplace; /* fills */
  uint32_t *start, *doctor; /* doctors by workplace: of w are doctor[start[w]] .. doctor[start[w + 1]-1]; w = n institutions: of none */
  uint32_t *count, *most;  /* [n institutions] zero between workplaces */
  Cell *all, *cell;
  uint64_t *key;
} Table;

static void table_clear(Table *t) {
  void *all[] = {t->offset, t->outlet, t->of_doctor, t->of_outlet, t->of_workplace, t->start, t->doctor, t->count, t->most, t->all, t->cell, t->key};
  for (size_t i = 0; i < G_N_ELEMENTS(all); i++) g_free(all[i]);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Table, table_clear)

/* Takes the fills. */
static void table_fills(Table *t, Collect *collect) {
  const uint32_t n_doctors = collect->claims->doctor->n, n_outlets = collect->claims->institution->n;
  t->offset = g_new0(uint64_t, (gsize)n_doctors + 2);
  t->of_doctor = g_new0(double, (gsize)n_doctors + 1);
  t->of_outlet = g_new0(double, (gsize)n_outlets + 1);
  for (unsigned part = 0; part < N_PARTS; part++)
    for (uint32_t i = 0; i < collect->fills[part].n; i++) t->offset[collect->fills[part].fill[i].doctor + 2]++;
  for (uint32_t d = 0; d < n_doctors; d++) {
    t->of_doctor[d] = (double)t->offset[d + 2];
    t->offset[d + 2] += t->offset[d + 1];
  }
  t->outlet = g_new(uint32_t, t->offset[n_doctors + 1] + 1);
  for (unsigned part = 0; part < N_PARTS; part++) {
    for (uint32_t i = 0; i < collect->fills[part].n; i++) {
      const Fill fill = collect->fills[part].fill[i];
      t->outlet[t->offset[fill.doctor + 1]++] = fill.outlet;
      t->of_outlet[fill.outlet] += 1.0;
    }
    g_free(collect->fills[part].fill);
  }
}

static void table_workplaces(Table *t, const uint32_t *workplace, uint32_t n_doctors, uint32_t n_outlets) {
  uint64_t most = 0;
  t->of_workplace = g_new0(double, (gsize)n_outlets + 2);
  t->start = g_new0(uint32_t, (gsize)n_outlets + 3);
  t->doctor = g_new(uint32_t, (gsize)n_doctors + 1);
  for (uint32_t d = 0; d < n_doctors; d++) {
    const uint32_t w = MIN(workplace[d], n_outlets);
    t->start[w + 2]++;
    t->of_workplace[w] += t->of_doctor[d];
  }
  for (uint32_t w = 0; w <= n_outlets; w++) {
    t->start[w + 2] += t->start[w + 1];
    most = MAX(most, (uint64_t)t->of_workplace[w]);
  }
  for (uint32_t d = 0; d < n_doctors; d++) t->doctor[t->start[MIN(workplace[d], n_outlets) + 1]++] = d;
  t->count = g_new0(uint32_t, (gsize)n_outlets + 1);
  t->most = g_new0(uint32_t, (gsize)n_outlets + 1);
  t->all = g_new(Cell, most + 1);
  t->cell = g_new(Cell, most + 1);
  t->key = g_new(uint64_t, most + 1);
}

/* The cells of a workplace by (outlet, doctor) in t->cell, only those of outlets where one of them has enough persons: nothing is asked of others.
 * *n_all: all of them. */
static guint table_cells(Table *t, uint32_t workplace, uint32_t min_persons, uint32_t *n_all) {
  uint32_t n = 0, kept = 0;
  for (uint32_t i = t->start[workplace]; i < t->start[workplace + 1]; i++) {
    const uint32_t d = t->doctor[i], first = n;
    for (uint64_t k = t->offset[d]; k < t->offset[d + 1]; k++) {
      t->all[n] = (Cell){t->outlet[k], d, 0}; /* kept, or written over */
      n += t->count[t->outlet[k]]++ == 0;
    }
    for (uint32_t k = first; k < n; k++) {
      Cell *cell = &t->all[k];
      cell->n = t->count[cell->outlet];
      t->count[cell->outlet] = 0;
      t->most[cell->outlet] = MAX(t->most[cell->outlet], cell->n);
    }
  }
  for (uint32_t k = 0; k < n; k++)
    if (t->most[t->all[k].outlet] >= min_persons) t->key[kept++] = (uint64_t)t->all[k].outlet << 32 | k;
  rs_sort_u64_placed(t->key, kept);
  for (uint32_t k = 0; k < kept; k++) t->cell[k] = t->all[(uint32_t)t->key[k]];
  for (uint32_t k = 0; k < n; k++) t->most[t->all[k].outlet] = 0;
  *n_all = n;
  return kept;
}

/* The two cells of one outlet with the largest shares of their doctors' fills, less those apart; Place.n: none. */
typedef struct { guint most, next; double share, next_share; } Feeders;

/* An outlet with a cell of enough persons, and its cells less those apart: what they sum to, and the largest. */
typedef struct { guint first, end; double here; Feeders feeders; } Outlet;

/* A cell of enough persons against the other doctors of the workplace. log_p: NAN until asked for. */
typedef struct { guint cell, outlet; double others, door, expected, log_p; } Test;

/* One workplace: its cells by outlet, and those that stand out so far that they say nothing of what is usual for the others. Nothing is said of
 * cells with too few persons, so nothing is asked of outlets that have no others. */
typedef struct {
  uint32_t workplace;
  const Cell *cell;
  guint n;
  GArray *outlet, *test;  /* of Outlet, of Test: in the order of the cells */
  double n_apart;         /* persons of the cells that stand apart */
  double of_workplace;
  const double *of_doctor, *usual;
  uint8_t *apart;         /* [n] */
  double *doctor_apart;   /* [n doctors] persons of a doctor's cells that stand apart; zero between workplaces */
  const uint32_t *patients; /* [n doctors] */
} Place;

static Feeders feeders_of(const Place *place, guint first, guint end) {
  Feeders out = {place->n, place->n, 0.0, 0.0};
  for (guint i = first; i < end; i++) {
    double share = place->apart[i] ? 0.0 : place->cell[i].n / place->of_doctor[place->cell[i].doctor];
    if (share > out.share) out = (Feeders){i, out.most, share, out.share};
    else if (share > out.next_share) out.next = i, out.next_share = share;
  }
  return out;
}

static void look_at_outlet(const Place *place, Outlet *at) {
  at->feeders = feeders_of(place, at->first, at->end);
  at->here = 0.0;
  for (guint k = at->first; k < at->end; k++) at->here += place->apart[k] ? 0.0 : place->cell[k].n;
}

/* The colleague's of `own` among them, if the others by themselves send a third of that or less, and are enough to tell: two who feed one outlet
 * would else make each other look usual. Or place->n. */
static guint other_feeder(const Place *place, const Feeders *feeders, guint own, double here, double others) {
  enum { ENOUGH = 10 };
  const Cell *cell = place->cell;
  guint most = own == feeders->most ? feeders->next : feeders->most;
  double share = own == feeders->most ? feeders->next_share : feeders->share;
  if (most == place->n) return most;
  double rest = others - place->of_doctor[cell[most].doctor], rest_here = here - cell[most].n;
  double usual = (rest_here + PRIOR_FILLS * place->usual[cell[most].outlet]) / (rest + PRIOR_FILLS);
  return rest >= ENOUGH && share >= 3.0 * usual ? most : place->n;
}

/* The place's cells of enough persons, and their outlets. */
static void find_tests(Place *place, uint32_t min_persons) {
  const Cell *cell = place->cell;
  g_array_set_size(place->outlet, 0);
  g_array_set_size(place->test, 0);
  for (guint i = 0, end; i < place->n; i = end) {
    const guint before = place->test->len;
    for (end = i; end < place->n && cell[end].outlet == cell[i].outlet; end++) {
      const Test test = {.cell = end, .outlet = place->outlet->len};
      if (cell[end].n >= min_persons) g_array_append_val(place->test, test);
    }
    if (place->test->len == before) continue;
    Outlet outlet = {.first = i, .end = end};
    look_at_outlet(place, &outlet);
    g_array_append_val(place->outlet, outlet);
  }
}

/* What is expected of a cell by the other doctors of the workplace, their own cells that stand apart left out. */
static void expect(const Place *place, Test *test) {
  const Cell *cell = place->cell, *own = &cell[test->cell];
  const Outlet *at = &g_array_index(place->outlet, Outlet, test->outlet);
  double patients = place->of_doctor[own->doctor];
  test->others = place->of_workplace - patients - (place->n_apart - place->doctor_apart[own->doctor]);
  double colleagues = at->here - (place->apart[test->cell] ? 0.0 : own->n);
  guint feeder = other_feeder(place, &at->feeders, test->cell, colleagues, test->others);
  if (feeder < place->n) {
    test->others -= place->of_doctor[cell[feeder].doctor];
    colleagues -= cell[feeder].n;
  }
  test->door = test->others > 0.0 ? colleagues / test->others : 0.0;
  double share = (colleagues + PRIOR_FILLS * place->usual[own->outlet]) / (test->others + PRIOR_FILLS);
  test->expected = patients * share;
  test->log_p = NAN;
}

static double log_p_of(const Place *place, Test *test) {
  if (isnan(test->log_p)) test->log_p = rs_tail_poisson(place->cell[test->cell].n, test->expected);
  return test->log_p;
}

/* The furthest out of the cells that do not stand apart; NULL: none is far. */
static const Test *furthest(const Place *place) {
  Test *test = (Test *)(void *)place->test->data, *far = NULL;
  for (guint i = 0; i < place->test->len; i++) {
    if (place->apart[test[i].cell] || place->cell[test[i].cell].n < 3.0 * test[i].expected) continue;
    const double log_p = log_p_of(place, &test[i]);
    if (log_p <= FAR_OUT && (far == NULL || log_p < far->log_p)) far = &test[i];
  }
  return far;
}

/* A doctor who feeds one outlet makes the colleagues look as if they fed the door: the furthest cell is set apart first, and all are tested
 * again without it, until none is so far out any more. */
static void test_cells(Place *place, uint32_t min_persons, GArray *out) {
  enum { MOST_APART = 16 };
  find_tests(place, min_persons);
  for (unsigned round = 0;; round++) {
    for (guint i = 0; i < place->test->len; i++) expect(place, &g_array_index(place->test, Test, i));
    const Test *far = furthest(place);
    if (far == NULL || round == MOST_APART) break;
    place->apart[far->cell] = 1;
    place->n_apart += place->cell[far->cell].n;
    place->doctor_apart[place->cell[far->cell].doctor] += place->cell[far->cell].n;
    look_at_outlet(place, &g_array_index(place->outlet, Outlet, far->outlet));
  }
  for (guint i = 0; i < place->test->len; i++) {
    Test *test = &g_array_index(place->test, Test, i);
    const Cell *cell = &place->cell[test->cell];
    place->doctor_apart[cell->doctor] = 0.0;
    RsSteeringCell result = {cell->doctor, cell->outlet, place->workplace, cell->n, place->patients[cell->doctor],
                             (uint32_t)place->of_doctor[cell->doctor], (uint32_t)test->others,
                             (uint32_t)(place->of_workplace - place->of_doctor[cell->doctor]), test->door, test->expected, log_p_of(place, test)};
    g_array_append_val(out, result);
  }
}

/* Tests all cells of the fills, which it takes; out->workplace is set. out->usual is filled from these fills where it is NULL. */
static void test_all(RsSteering *out, Collect *collect, uint32_t min_persons) {
  const uint32_t n_doctors = collect->claims->doctor->n, n_outlets = collect->claims->institution->n;
  g_auto(Table) t = {0};
  table_fills(&t, collect);
  table_workplaces(&t, out->workplace, n_doctors, n_outlets);
  if (out->usual == NULL) {
    out->usual = g_new0(double, (gsize)n_outlets + 1);
    for (uint32_t f = 0; f < n_outlets; f++) out->usual[f] = t.of_outlet[f] / fmax((double)t.offset[n_doctors], 1.0);
  }
  g_autofree double *doctor_apart = g_new0(double, (gsize)n_doctors + 1);
  g_autoptr(GArray) apart = g_array_new(FALSE, TRUE, 1), results = g_array_new(FALSE, FALSE, sizeof(RsSteeringCell));
  g_autoptr(GArray) outlet = g_array_new(FALSE, FALSE, sizeof(Outlet)), test = g_array_new(FALSE, FALSE, sizeof(Test));
  for (uint32_t w = 0, n_all; w <= n_outlets; w++) {
    const guint n = table_cells(&t, w, min_persons, &n_all);
    out->n_tests += n_all;
    if (w == n_outlets || n == 0) continue;
    g_array_set_size(apart, 0);
    g_array_set_size(apart, n);
    Place place = {.workplace = w, .cell = t.cell, .n = n, .outlet = outlet, .test = test, .of_workplace = t.of_workplace[w], .of_doctor = t.of_doctor,
                   .usual = out->usual, .apart = (uint8_t *)apart->data, .doctor_apart = doctor_apart, .patients = collect->patients};
    test_cells(&place, min_persons, results);
  }
  if (results->len > 0) qsort(results->data, results->len, sizeof(RsSteeringCell), compare_results);
  for (uint32_t d = 0; d < n_doctors; d++) out->n_own += collect->own[d] >= min_persons;
  g_free(collect->patients);
  g_free(collect->own);
  gsize n;
  out->cell = g_array_steal(results, &n);
  out->n = (uint32_t)n;
}

RsSteering *rs_steering_new(const RsClaims *c, const RsKnowledge *k, const uint32_t *given, uint32_t min_persons, unsigned n_threads) {
  RsSteering *out = g_new0(RsSteering, 1);
  out->workplace = workplaces(c, k, given);
  n_threads = CLAMP(n_threads, 1u, 64u);
  g_autofree Scratch *scratch = g_new(Scratch, n_threads);
  Collect collect = {.claims = c, .workplace = out->workplace, .scratch = scratch};
  for (unsigned t = 0; t < n_threads; t++) scratch_init(&scratch[t], c);
  rs_parallel(n_threads, N_PARTS, collect_part, &collect);
  collect_end(&collect, n_threads);
  test_all(out, &collect, min_persons);
  return out;
}

void rs_steering_visits_free(RsSteeringVisits *visits) {
  if (visits == NULL) return;
  g_free(visits->person);
  g_free(visits->outlet);
  g_free(visits->offset);
  g_free(visits->visit);
  g_free(visits);
}

/* Whether any of these visits is with a doctor of the chosen workplaces. */
static bool any_of(const RsClaims *c, const uint64_t *visit, size_t n, const uint32_t *workplace, const uint8_t *of_workplace) {
  for (size_t i = 0; i < n; i++) {
    uint32_t d = rs_visit_doctor(c, (uint32_t)visit[i]);
    if (d != RS_NONE && workplace[d] != RS_NONE && of_workplace[workplace[d]]) return true;
  }
  return false;
}

RsSteeringVisits *rs_steering_visits(const RsClaims *c, const RsSteering *whole, const uint8_t *of_workplace) {
  g_autoptr(GArray) offset = g_array_new(FALSE, FALSE, sizeof(uint64_t));
  g_autoptr(GArray) person = g_array_new(FALSE, FALSE, sizeof(uint32_t)), outlet = g_array_new(FALSE, FALSE, sizeof(uint32_t));
  g_autoptr(GArray) visit = g_array_new(FALSE, FALSE, sizeof(uint32_t));
  uint64_t end = 0;
  Scratch scratch;
  scratch_init(&scratch, c);
  g_array_append_val(offset, end);
  for (uint32_t p = 0; p < c->n_persons; p++) {
    size_t n = outlet_keys(c, p, &scratch);
    const uint64_t *key = scratch.key;
    for (size_t first = 0, last; first < n; first = last) {
      uint32_t f = (uint32_t)(key[first] >> 32);
      for (last = first + 1; last < n && key[last] >> 32 == f; last++) continue;
      if (!any_of(c, key + first, last - first, whole->workplace, of_workplace)) continue;
      for (size_t i = first; i < last; i++) {
        uint32_t v = (uint32_t)key[i];
        g_array_append_val(visit, v);
      }
      end = visit->len;
      g_array_append_val(person, p);
      g_array_append_val(outlet, f);
      g_array_append_val(offset, end);
    }
  }
  scratch_clear(&scratch);
  RsSteeringVisits *out = g_new0(RsSteeringVisits, 1);
  gsize n = 0;
  *out = (RsSteeringVisits){.whole = whole, .n = person->len};
  out->person = g_array_steal(person, &n);
  out->outlet = g_array_steal(outlet, &n);
  out->offset = g_array_steal(offset, &n);
  out->visit = g_array_steal(visit, &n);
  return out;
}

RsSteering *rs_steering_again(const RsClaims *c, const RsSteeringVisits *visits, const RsLeaveOut *days, uint32_t min_persons) {
  RsSteering *out = g_new0(RsSteering, 1);
  out->workplace = g_memdup2(visits->whole->workplace, ((gsize)c->doctor->n + 1) * sizeof(uint32_t));
  out->usual = g_memdup2(visits->whole->usual, ((gsize)c->institution->n + 1) * sizeof(double));
  Scratch scratch;
  Collect collect = {.claims = c, .workplace = out->workplace, .scratch = &scratch};
  scratch_init(&scratch, c);
  collect_again(c, visits, days, &collect);
  collect_end(&collect, 1);
  test_all(out, &collect, min_persons);
  return out;
}
