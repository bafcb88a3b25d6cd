/* datasets/simulate.c: the order in which a city comes to life; see simulate.h. */
#include "datasets/simulate_world.h"

#include "base/calendar.h"
#include "base/error.h"
#include "base/words.h"

#include <stdlib.h>

enum { TAG_START = 1, TAG_QUEUE, TAG_TRACE, TAG_TIES };

void rs_simulate_defaults(RsSimulateOptions *options) {
  *options = (RsSimulateOptions){.seed = 1,
                                 .persons = 20000,
                                 .days = 180,
                                 .lines = 0,
                                 .rings = {6, 3, 2, 3, 2, 2, 2, 0},
                                 .hard = 0,
                                 .ring_size = -1,
                                 .bursts = -1,
                                 .attendance = -1,
                                 .window_minutes = -1,
                                 .outlets = -1,
                                 .purity = -1,
                                 .dose = -1,
                                 .honest = -1,
                                 .overlap = -1,
                                 .mimicry = -1,
                                 .innocent = 1,
                                 .style = RS_CITY_AUTO};
}

static bool in_range(const char *name, double value, double low, double high, GError **error) {
  if (value >= low && value <= high) return true;
  g_set_error(error, RS_ERROR, RS_ERROR_USAGE, _("simulate: %s must lie between %g and %g"), name, low, high);
  return false;
}

static bool check(const RsSimulateOptions *options, GError **error) {
  const struct {
    const char *name;
    double value, most;
  } dials[] = {{"ring size", options->ring_size, 200},
               {"bursts", options->bursts, 1000},
               {"attendance", options->attendance, 1},
               {"window", options->window_minutes, 100000},
               {"outlets", options->outlets, 8},
               {"purity", options->purity, 1},
               {"dose", options->dose, 50},
               {"honest share", options->honest, 1},
               {"overlap", options->overlap, 1},
               {"mimicry", options->mimicry, 1}};
  for (size_t i = 0; i < G_N_ELEMENTS(dials); i++)
    if (!(dials[i].value < 0) && !in_range(dials[i].name, dials[i].value, 0, dials[i].most, error)) return false;
  if (!in_range("hard", options->hard, 0, 1, error) || !in_range("innocent", options->innocent, 0, 10, error) ||
      !in_range("style", options->style, 0, RS_N_CITY_STYLES - 1, error) || !in_range("days", options->days, 14, 3660, error) ||
      !in_range("persons", options->persons, 500, 5e6, error))
    return false;
  uint64_t rings = 0;
  for (unsigned i = 0; i < 8; i++) rings += options->rings[i];
  if (options->lines > 200000000 || rings > options->persons / 20) {
    g_set_error(error, RS_ERROR, RS_ERROR_LIMIT, _("simulate: at most 200,000,000 lines and one ring for 20 persons"));
    return false;
  }
  return true;
}

/* ---- nobody honest is in two cities at once ---- */

static int person_time_order(const void *a, const void *b) {
  const RsSimVisit *x = a, *y = b;
  if (x->person != y->person) return x->person < y->person ? -1 : 1;
  if (x->time != y->time) return x->time < y->time ? -1 : 1;
  return x->tie < y->tie ? -1 : x->tie > y->tie;
}

static uint16_t city_of(const RsSimWorld *world, const RsSimVisit *visit) {
  return world->district[world->place[visit->place].district].city;
}

/* Visits drawn apart may fall on one day in two cities: the honest one away from home does not take place. */
static bool stay_put_once(RsSimWorld *world) {
  RsSimVisit *last = NULL;
  for (uint64_t v = 0; v < world->n_visits; v++) {
    RsSimVisit *visit = &world->visit[v];
    bool near = last && last->person == visit->person && visit->time - last->time < 5 * 3600;
    if (!near || city_of(world, last) == city_of(world, visit) || (last->planted && visit->planted)) {
      last = visit;
      continue;
    }
    bool at_home = city_of(world, visit) == world->district[world->person[visit->person].district].city;
    RsSimVisit *dropped = last->planted || (!visit->planted && !at_home) ? visit : last;
    dropped->n_lines = 0;
    if (dropped == last) last = visit;
  }
  uint64_t n = 0;
  for (uint64_t v = 0; v < world->n_visits; v++)
    if (world->visit[v].n_lines) world->visit[n++] = world->visit[v];
  bool changed = n < world->n_visits;
  world->n_visits = n;
  return changed;
}

/* Whoever drops one visit of a trip may have to drop the next: until nothing changes. */
static void stay_put(RsSimWorld *world) {
  qsort(world->visit, world->n_visits, sizeof *world->visit, person_time_order);
  while (stay_put_once(world)) {}
}

/* ---- queues: a till serves one after the other ---- */

static int place_time_order(const void *a, const void *b) {
  const RsSimVisit *x = a, *y = b;
  if (x->place != y->place) return x->place < y->place ? -1 : 1;
  if (x->time != y->time) return x->time < y->time ? -1 : 1;
  return x->tie < y->tie ? -1 : x->tie > y->tie;
}

static int time_order(const void *a, const void *b) {
  const RsSimVisit *x = a, *y = b;
  if (x->time != y->time) return x->time < y->time ? -1 : 1;
  if (x->tie != y->tie) return x->tie < y->tie ? -1 : 1;
  return x->first_line < y->first_line ? -1 : x->first_line > y->first_line;
}

static void draw_ties(RsSimWorld *world) {
  RsRandom random;
  rs_sim_stream(world, &random, TAG_TIES, 0);
  for (uint64_t v = 0; v < world->n_visits; v++) world->visit[v].tie = (uint32_t)(rs_random_next(&random) >> 32);
}

static void queue(RsSimWorld *world) {
  RsRandom random;
  rs_sim_stream(world, &random, TAG_QUEUE, 0);
  qsort(world->visit, world->n_visits, sizeof *world->visit, place_time_order);
  uint32_t place = RS_NONE, free_at[8] = {0};
  for (uint64_t v = 0; v < world->n_visits; v++) {
    RsSimVisit *visit = &world->visit[v];
    if (visit->place != place)
      for (unsigned t = 0; t < 8; t++) free_at[t] = 0;
    place = visit->place;
    unsigned till = 0;
    for (unsigned t = 1; t < MIN(world->place[place].tills, 8); t++)
      if (free_at[t] < free_at[till]) till = t;
    uint32_t midnight = visit->time / 86400 * 86400 + 86399;
    if (visit->time < free_at[till] && free_at[till] <= midnight && !visit->fixed_time) visit->time = free_at[till];
    free_at[till] = visit->time + rs_sim_between(&random, 14, 55);
  }
}

/* ---- trace codes: some places scan them, most boxes have one ---- */

static void scan_boxes(RsSimWorld *world) {
  RsRandom random;
  rs_sim_stream(world, &random, TAG_TRACE, 0);
  for (uint64_t v = 0; v < world->n_visits; v++) {
    const RsSimVisit *visit = &world->visit[v];
    bool scans = rs_sim_mix(visit->place + 1, world->options->seed ^ TAG_TRACE) % 1000 < world->mood.scans;
    for (uint32_t i = 0; i < visit->n_lines; i++) {
      RsSimLine *line = &world->line[visit->first_line + i];
      if (line->drug == RS_NONE || line->trace || line->quantity < 1) continue;
      uint64_t trace = 1 + rs_random_next(&random) % 9999999999999u;
      bool drug = rs_sim_substance[world->drug[line->drug].substance].family != CLASS_SERVICE;
      if (scans && drug && rs_sim_chance(&random, 900)) line->trace = trace;
    }
  }
}

static void world_clear(RsSimWorld *world) {
  g_free(world->district);
  g_free(world->place);
  g_free(world->first_place);
  g_free(world->count_place);
  g_free(world->doctor);
  g_free(world->drug);
  g_free(world->person);
  g_free(world->household);
  g_free(world->zipf);
  g_free(world->visit);
  g_free(world->line);
  g_free(world->truth);
  g_free(world->innocent);
  g_free(world->ring);
  g_free(world->roll);
  if (world->groups) g_array_unref(world->groups);
}

bool rs_simulate(const RsSimulateOptions *options, const char *folder, GError **error) {
  if (!check(options, error)) return false;
  RsSimWorld world = {.options = options};
  RsRandom random;
  rs_sim_stream(&world, &random, TAG_START, 0);
  uint16_t first = 0;
  rs_day_from_civil(2024, (int)rs_sim_between(&random, 1, 12), 1, &first);
  world.first_day = first;
  static const int64_t caps[] = {15000, 20000, 26000, 30000, 40000};
  world.cap = caps[rs_random_below(&random, G_N_ELEMENTS(caps))];
  world.mood.together = rs_sim_between(&random, 240, 480), world.mood.proxy = rs_sim_between(&random, 50, 160);
  world.mood.scans = rs_sim_between(&random, 300, 850), world.mood.prescription = rs_sim_between(&random, 350, 750);
  world.mood.inside = rs_sim_between(&random, 500, 850), world.mood.period = rs_random_below(&random, 2) ? 30 : 28;
  world.style = options->style ? options->style : (RsCityStyle)(RS_CITY_BIG + rs_random_below(&random, RS_N_CITY_STYLES - 1));
  rs_sim_city_build(&world);
  rs_sim_innocent_cast(&world);
  rs_sim_rings_cast(&world);
  rs_sim_city_live(&world);
  rs_sim_innocent_live(&world);
  rs_sim_innocent_boxes(&world);
  uint64_t n_honest = world.n_visits;
  rs_sim_rings_live(&world);
  for (uint64_t v = n_honest; v < world.n_visits; v++) world.visit[v].planted = true;
  rs_sim_rings_finish(&world);
  rs_sim_innocent_stamp(&world);
  draw_ties(&world);
  stay_put(&world);
  queue(&world);
  scan_boxes(&world);
  qsort(world.visit, world.n_visits, sizeof *world.visit, time_order);
  rs_sim_sort_answers(&world);
  rs_sim_make_roll(&world);
  bool written = rs_sim_write(&world, folder, error);
  world_clear(&world);
  return written;
}
