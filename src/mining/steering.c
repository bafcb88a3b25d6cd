#include "mining/steering.h"

#include "base/calendar.h"
#include "base/sort.h"
#include "mining/significance.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define FAR_OUT (-23.0) /* log 1e-10: no chance among all cells of a country */
#define PRIOR_FILLS 20.0 /* the city's outlets count as so many fills of a workplace */

/* A fill is outlet << 32 | doctor, once for each person: as many equal ones as persons. */

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

static uint32_t *workplaces(const RsClaims *c, const RsKnowledge *k, const uint32_t *given) {
  const RsRelation *refers = &k->relation[RS_REFERS_TO];
  uint32_t *out = g_new(uint32_t, (gsize)refers->n_from + 1);
  for (uint32_t d = 0; d < refers->n_from; d++)
    out[d] = given != NULL && given[d] != RS_NONE ? given[d] : likely_workplace(c, refers, d);
  return out;
}

static uint32_t visit_doctor(const RsClaims *c, uint32_t visit) {
  for (uint64_t l = c->visit_line[visit]; l < c->visit_line[visit + 1]; l++)
    if (rs_line_doctor(c, l) != RS_NONE) return rs_line_doctor(c, l);
  return RS_NONE;
}

static int compare_keys(const void *x, const void *y) {
  uint64_t a = *(const uint64_t *)x, b = *(const uint64_t *)y;
  return (a > b) - (a < b);
}

static void sort_keys(uint64_t *key, size_t n) {
  if (n > 32) {
    qsort(key, n, sizeof *key, compare_keys);
    return;
  }
  for (size_t i = 1; i < n; i++) {
    uint64_t moving = key[i];
    size_t at = i;
    for (; at > 0 && key[at - 1] > moving; at--) key[at] = key[at - 1];
    key[at] = moving;
  }
}

/* Where a visit's doctor works; the number of institutions where nobody can tell. */
static uint32_t visit_place(const RsClaims *c, const uint32_t *workplace, uint32_t visit) {
  uint32_t d = visit_doctor(c, visit);
  return d == RS_NONE || workplace[d] == RS_NONE ? c->institution->n : workplace[d];
}

/* Days of a person at an outlet, and in lone[workplace] (the last: none) those on which only doctors of that workplace were seen: the
 * person's days there without it are the difference. visit: the person's visits there in time order, as the low halves of keys. */
static uint32_t count_days(const RsClaims *c, const uint32_t *workplace, const uint64_t *visit, size_t n, uint32_t *lone) {
  uint32_t days = 0;
  for (size_t first = 0, last; first < n; first = last) {
    uint32_t day = c->visit_time[(uint32_t)visit[first]] / RS_DAY_SECONDS, place = visit_place(c, workplace, (uint32_t)visit[first]);
    bool alone = true;
    for (last = first + 1; last < n && c->visit_time[(uint32_t)visit[last]] / RS_DAY_SECONDS == day; last++)
      alone &= visit_place(c, workplace, (uint32_t)visit[last]) == place;
    if (alone) lone[place]++;
    days++;
  }
  return days;
}

typedef struct {
  GArray *fill;  /* of uint64_t */
  uint32_t *lone; /* [n institutions + 1] zero between two calls of add_fills() */
  uint32_t *met;  /* [n doctors] in which call the doctor was met last */
  uint32_t n_calls;
} Fills;

static Fills fills_new(const RsClaims *c) {
  return (Fills){g_array_new(FALSE, FALSE, sizeof(uint64_t)), g_new0(uint32_t, (gsize)c->institution->n + 1), g_new0(uint32_t, (gsize)c->doctor->n + 1), 0};
}

/* Their fills in order; what they were collected with is freed. */
static GArray *fills_end(Fills *fills) {
  g_free(fills->lone);
  g_free(fills->met);
  if (fills->fill->len > 0) rs_sort_u64((uint64_t *)(void *)fills->fill->data, fills->fill->len);
  return fills->fill;
}

/* One person at one outlet; a person may be on every line of the input, so nothing here looks at a pair of visits. */
static void add_fills(const RsClaims *c, uint32_t outlet, const uint64_t *visit, size_t n, const uint32_t *workplace, Fills *fills) {
  uint32_t days = count_days(c, workplace, visit, n, fills->lone);
  fills->n_calls++;
  for (size_t i = 0; i < n; i++) {
    uint32_t d = visit_doctor(c, (uint32_t)visit[i]);
    if (d == RS_NONE || outlet == workplace[d] || days - fills->lone[visit_place(c, workplace, (uint32_t)visit[i])] >= 2) continue;
    const uint64_t fill = (uint64_t)outlet << 32 | d;
    if (fills->met[d] != fills->n_calls) g_array_append_val(fills->fill, fill);
    fills->met[d] = fills->n_calls;
  }
  for (size_t i = 0; i < n; i++) fills->lone[visit_place(c, workplace, (uint32_t)visit[i])] = 0;
}

/* The person's visits outside hospitals as outlet << 32 | visit, ascending: a hospital fills no prescription of another, so it shows
 * patients of two hospitals, or a doctor who works at two. */
static void outlet_keys(const RsClaims *c, uint32_t person, GArray *keys) {
  g_array_set_size(keys, 0);
  for (uint32_t v = c->person_visit[person]; v < c->person_visit[person + 1]; v++) {
    uint64_t key = (uint64_t)c->visit_institution[v] << 32 | v;
    if (c->institution_type[c->visit_institution[v]] != RS_TYPE_HOSPITAL) g_array_append_val(keys, key);
  }
  sort_keys((uint64_t *)(void *)keys->data, keys->len);
}

/* Fills, regulars left out, sorted. */
static GArray *collect_fills(const RsClaims *c, const uint32_t *workplace) {
  Fills fills = fills_new(c);
  g_autoptr(GArray) keys = g_array_new(FALSE, FALSE, sizeof(uint64_t));
  for (uint32_t p = 0; p < c->n_persons; p++) {
    outlet_keys(c, p, keys);
    const uint64_t *key = (const uint64_t *)(const void *)keys->data;
    for (size_t first = 0, last; first < keys->len; first = last) {
      for (last = first + 1; last < keys->len && key[last] >> 32 == key[first] >> 32; last++) continue;
      add_fills(c, (uint32_t)(key[first] >> 32), key + first, last - first, workplace, &fills);
    }
  }
  return fills_end(&fills);
}

/* The same on the days that are left in. */
static GArray *collect_again(const RsClaims *c, const RsSteeringVisits *visits, const RsLeaveOut *days) {
  Fills fills = fills_new(c);
  g_autoptr(GArray) keys = g_array_new(FALSE, FALSE, sizeof(uint64_t));
  for (uint32_t i = 0; i < visits->n; i++) {
    g_array_set_size(keys, 0);
    for (uint64_t k = visits->offset[i]; k < visits->offset[i + 1]; k++) {
      uint64_t key = visits->visit[k];
      if (!rs_left_out(days, visits->outlet[i], c->visit_time[visits->visit[k]] / RS_DAY_SECONDS)) g_array_append_val(keys, key);
    }
    add_fills(c, visits->outlet[i], (const uint64_t *)(const void *)keys->data, keys->len, visits->whole->workplace, &fills);
  }
  return fills_end(&fills);
}

/* One (doctor, outlet) with its persons, and the same cells sorted by workplace for the colleagues' shares. */
typedef struct { uint32_t workplace, outlet, doctor, n; } Cell;

static int compare_results(const void *x, const void *y) {
  const RsSteeringCell *a = x, *b = y;
  if (a->doctor != b->doctor) return a->doctor < b->doctor ? -1 : 1;
  return (a->outlet > b->outlet) - (a->outlet < b->outlet);
}

/* A stable counting sort: cells come by outlet and doctor, and stay so within a workplace; those without one come last. Takes the array. */
static GArray *order_by_workplace(GArray *cells, uint32_t n_outlets) {
  g_autofree uint32_t *start = g_new0(uint32_t, (gsize)n_outlets + 2);
  for (guint i = 0; i < cells->len; i++) start[MIN(g_array_index(cells, Cell, i).workplace, n_outlets) + 1]++;
  for (uint32_t f = 0; f <= n_outlets; f++) start[f + 1] += start[f];
  GArray *out = g_array_sized_new(FALSE, FALSE, sizeof(Cell), cells->len);
  g_array_set_size(out, cells->len);
  for (guint i = 0; i < cells->len; i++) {
    const Cell *cell = &g_array_index(cells, Cell, i);
    g_array_index(out, Cell, start[MIN(cell->workplace, n_outlets)]++) = *cell;
  }
  g_array_unref(cells);
  return out;
}

/* Takes the fills. */
static GArray *collect_cells(GArray *fills, const uint32_t *workplace, uint32_t n_outlets, double *of_doctor, double *of_outlet, double *total) {
  GArray *cells = g_array_new(FALSE, FALSE, sizeof(Cell));
  const uint64_t *fill = (const uint64_t *)(const void *)fills->data;
  for (guint i = 0, end; i < fills->len; i = end) {
    for (end = i; end < fills->len && fill[end] == fill[i];) end++;
    const uint32_t doctor = (uint32_t)fill[i];
    const Cell cell = {workplace[doctor], (uint32_t)(fill[i] >> 32), doctor, end - i};
    of_doctor[doctor] += cell.n;
    of_outlet[cell.outlet] += cell.n;
    *total += cell.n;
    g_array_append_val(cells, cell);
  }
  g_array_unref(fills);
  return order_by_workplace(cells, n_outlets);
}

/* One workplace: its cells by outlet, and those that stand out so far that they say nothing of what is usual for the others. */
typedef struct {
  const Cell *cell;
  guint n;
  double of_workplace;
  const double *of_doctor, *usual;
  uint8_t *apart;         /* [n] */
  double *doctor_apart;   /* [n doctors] persons of a doctor's cells that stand apart; zero between workplaces */
  double *log_p, *expected, *others;
} Place;

/* Each cell against the other doctors of the workplace, their own cells that stand apart left out; log_p of those with enough persons. */
static void test_place(Place *place, uint32_t min_persons) {
  const Cell *cell = place->cell;
  double apart = 0.0;
  for (guint i = 0; i < place->n; i++) apart += place->apart[i] ? cell[i].n : 0.0;
  for (guint i = 0, end; i < place->n; i = end) {
    double here = 0.0;
    for (end = i; end < place->n && cell[end].outlet == cell[i].outlet; end++) here += place->apart[end] ? 0.0 : cell[end].n;
    for (guint k = i; k < end; k++) {
      double patients = place->of_doctor[cell[k].doctor];
      place->others[k] = place->of_workplace - patients - (apart - place->doctor_apart[cell[k].doctor]);
      double share = (here - (place->apart[k] ? 0.0 : cell[k].n) + PRIOR_FILLS * place->usual[cell[k].outlet]) / (place->others[k] + PRIOR_FILLS);
      place->expected[k] = patients * share;
      if (cell[k].n >= min_persons) place->log_p[k] = rs_tail_poisson(cell[k].n, place->expected[k]);
    }
  }
}

/* A doctor who feeds one outlet makes the colleagues look as if they fed the door: the furthest cell is set apart first, and all are tested
 * again without it, until none is so far out any more. */
static void test_cells(Place *place, uint32_t min_persons, GArray *out) {
  enum { MOST_APART = 16 };
  for (unsigned round = 0;; round++) {
    guint far = place->n;
    test_place(place, min_persons);
    for (guint i = 0; i < place->n; i++) {
      bool strong = !place->apart[i] && place->cell[i].n >= min_persons && place->log_p[i] <= FAR_OUT && place->cell[i].n >= 3.0 * place->expected[i];
      if (strong && (far == place->n || place->log_p[i] < place->log_p[far])) far = i;
    }
    if (far == place->n || round == MOST_APART) break;
    place->apart[far] = 1;
    place->doctor_apart[place->cell[far].doctor] += place->cell[far].n;
  }
  for (guint i = 0; i < place->n; i++) place->doctor_apart[place->cell[i].doctor] = 0.0;
  for (guint i = 0; i < place->n; i++) {
    const Cell *cell = &place->cell[i];
    if (cell->n < min_persons) continue;
    RsSteeringCell result = {cell->doctor, cell->outlet, cell->workplace, cell->n, (uint32_t)place->of_doctor[cell->doctor],
                             (uint32_t)place->others[i], place->expected[i], place->log_p[i]};
    g_array_append_val(out, result);
  }
}

/* Tests all cells of the fills, which it takes; out->workplace is set. out->usual is filled from these fills where it is NULL. */
static void test_all(RsSteering *out, const RsClaims *c, GArray *fills, uint32_t min_persons) {
  uint32_t n_doctors = c->doctor->n, n_outlets = c->institution->n;
  g_autofree double *of_doctor = g_new0(double, (gsize)n_doctors + 1), *of_outlet = g_new0(double, (gsize)n_outlets + 1);
  g_autofree double *of_workplace = g_new0(double, (gsize)n_outlets + 1), *doctor_apart = g_new0(double, (gsize)n_doctors + 1);
  double total = 0.0;
  g_autoptr(GArray) results = g_array_new(FALSE, FALSE, sizeof(RsSteeringCell));
  g_autoptr(GArray) cells = collect_cells(fills, out->workplace, n_outlets, of_doctor, of_outlet, &total);
  for (uint32_t d = 0; d < n_doctors; d++)
    if (out->workplace[d] != RS_NONE) of_workplace[out->workplace[d]] += of_doctor[d];
  if (out->usual == NULL) {
    out->usual = g_new0(double, (gsize)n_outlets + 1);
    for (uint32_t f = 0; f < n_outlets; f++) out->usual[f] = of_outlet[f] / fmax(total, 1.0);
  }
  const Cell *cell = (const Cell *)(const void *)cells->data;
  gsize most = 0;
  for (guint i = 0, first = 0; i < cells->len; i++) {
    if (cell[i].workplace != cell[first].workplace) first = i;
    most = MAX(most, (gsize)(i - first + 1));
  }
  g_autofree uint8_t *apart = g_malloc(most + 1);
  g_autofree double *number = g_new(double, 3 * most + 1);
  for (guint i = 0, end; i < cells->len; i = end) {
    for (end = i; end < cells->len && cell[end].workplace == cell[i].workplace;) end++;
    if (cell[i].workplace == RS_NONE) continue;
    memset(apart, 0, end - i);
    Place place = {cell + i, end - i, of_workplace[cell[i].workplace], of_doctor, out->usual, apart, doctor_apart, number, number + most, number + 2 * most};
    test_cells(&place, min_persons, results);
  }
  if (results->len > 0) qsort(results->data, results->len, sizeof(RsSteeringCell), compare_results);
  out->n_tests = cells->len;
  gsize n;
  out->cell = g_array_steal(results, &n);
  out->n = (uint32_t)n;
}

RsSteering *rs_steering_new(const RsClaims *c, const RsKnowledge *k, const uint32_t *given, uint32_t min_persons) {
  RsSteering *out = g_new0(RsSteering, 1);
  out->workplace = workplaces(c, k, given);
  test_all(out, c, collect_fills(c, out->workplace), min_persons);
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
    uint32_t d = visit_doctor(c, (uint32_t)visit[i]);
    if (d != RS_NONE && workplace[d] != RS_NONE && of_workplace[workplace[d]]) return true;
  }
  return false;
}

RsSteeringVisits *rs_steering_visits(const RsClaims *c, const RsSteering *whole, const uint8_t *of_workplace) {
  g_autoptr(GArray) keys = g_array_new(FALSE, FALSE, sizeof(uint64_t)), offset = g_array_new(FALSE, FALSE, sizeof(uint64_t));
  g_autoptr(GArray) person = g_array_new(FALSE, FALSE, sizeof(uint32_t)), outlet = g_array_new(FALSE, FALSE, sizeof(uint32_t));
  g_autoptr(GArray) visit = g_array_new(FALSE, FALSE, sizeof(uint32_t));
  uint64_t end = 0;
  g_array_append_val(offset, end);
  for (uint32_t p = 0; p < c->n_persons; p++) {
    outlet_keys(c, p, keys);
    const uint64_t *key = (const uint64_t *)(const void *)keys->data;
    for (size_t first = 0, last; first < keys->len; first = last) {
      uint32_t f = (uint32_t)(key[first] >> 32);
      for (last = first + 1; last < keys->len && key[last] >> 32 == f; last++) continue;
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
  test_all(out, c, collect_again(c, visits, days), min_persons);
  return out;
}
