/* datasets/simulate_draw.c: the simulator's dice, calendar and shopping: draws in integers, so that the bytes repeat. */
#include "datasets/simulate_world.h"

#include "base/calendar.h"

#include <string.h>

void rs_sim_stream(const RsSimWorld *world, RsRandom *random, uint64_t tag, uint64_t index) {
  rs_random_init(random, rs_sim_mix(rs_sim_mix(world->options->seed, tag), index + 1));
}

/* 32 quantiles of the exponential distribution with mean 1000: no logarithm, hence no libm. */
static const uint16_t exponential[32] = {16,   48,   81,   116,  152,  189,  227,  267,  309,  352,  398,
                                         445,  495,  548,  604,  662,  725,  792,  863,  940,  1023, 1114,
                                         1214, 1326, 1451, 1594, 1761, 1962, 2213, 2549, 3060, 4159};

uint32_t rs_sim_wait(RsRandom *random, uint32_t mean) {
  uint64_t base = exponential[rs_random_below(random, 32)];
  return (uint32_t)((base * mean + rs_random_below(random, 1000)) / 1000);
}

uint32_t rs_sim_zipf(const RsSimWorld *world, RsRandom *random, uint32_t n) {
  if (n > world->n_zipf) n = world->n_zipf;
  uint64_t at = rs_random_next(random) % world->zipf[n];
  uint32_t low = 0, high = n - 1;
  while (low < high) {
    uint32_t middle = (low + high) / 2;
    if (world->zipf[middle + 1] > at)
      high = middle;
    else
      low = middle + 1;
  }
  return low;
}

/* A dial as given, or drawn from a range that slides from careless range[0..1] to careful range[2..3]. */
uint32_t rs_sim_dial(const RsSimWorld *world, RsRandom *random, double given, uint32_t scale, const uint32_t range[4]) {
  if (given >= 0) return (uint32_t)(given * scale + 0.5);
  uint64_t hard = (uint64_t)(world->options->hard * 1000 + 0.5);
  uint32_t low = (uint32_t)((range[0] * (1000 - hard) + range[2] * hard + 500) / 1000);
  uint32_t high = (uint32_t)((range[1] * (1000 - hard) + range[3] * hard + 500) / 1000);
  return rs_sim_between(random, low, high);
}

/* ---- visits and lines ---- */

RsSimVisit *rs_sim_visit(RsSimWorld *world, uint32_t person, uint32_t place, uint32_t doctor, uint32_t diagnosis, uint32_t time) {
  if (world->n_visits == world->cap_visits) {
    world->cap_visits = world->cap_visits ? world->cap_visits * 2 : 4096;
    world->visit = g_renew(RsSimVisit, world->visit, world->cap_visits);
  }
  RsSimVisit *visit = &world->visit[world->n_visits++];
  memset(visit, 0, sizeof *visit);
  visit->person = person, visit->place = place, visit->doctor = doctor;
  visit->diagnosis = (uint16_t)diagnosis, visit->time = time, visit->first_line = world->n_lines;
  visit->markup = world->place[place].price;
  return visit;
}

void rs_sim_line(RsSimWorld *world, uint32_t drug, uint32_t quantity) {
  RsSimVisit *visit = &world->visit[world->n_visits - 1];
  for (uint64_t i = visit->first_line; i < world->n_lines; i++)
    if (world->line[i].drug == drug) return; /* an item is on a bill once */
  if (world->n_lines == world->cap_lines) {
    world->cap_lines = world->cap_lines ? world->cap_lines * 2 : 8192;
    world->line = g_renew(RsSimLine, world->line, world->cap_lines);
  }
  world->line[world->n_lines++] = (RsSimLine){0, drug, (int32_t)quantity};
  visit->n_lines++;
}

/* ---- answers ---- */

static void answer_push(RsSimAnswer **answer, uint32_t *n, uint32_t *cap, RsSimAnswer value) {
  if (*n == *cap) {
    *cap = *cap ? *cap * 2 : 256;
    *answer = g_renew(RsSimAnswer, *answer, *cap);
  }
  (*answer)[(*n)++] = value;
}

void rs_sim_truth(RsSimWorld *world, uint32_t ring, uint32_t pattern, RsSimEntity entity, uint32_t id) {
  for (uint32_t i = world->n_truth; i-- > 0 && world->truth[i].group == ring;)
    if (world->truth[i].entity == entity && world->truth[i].id == id) return;
  answer_push(&world->truth, &world->n_truth, &world->cap_truth, (RsSimAnswer){ring, pattern, id, (uint8_t)entity});
}

uint32_t rs_sim_group(RsSimWorld *world) { return world->n_groups++; }

void rs_sim_innocent_member(RsSimWorld *world, uint32_t group, RsSimKind kind, RsSimEntity entity, uint32_t id) {
  answer_push(&world->innocent, &world->n_innocent, &world->cap_innocent, (RsSimAnswer){group, kind, id, (uint8_t)entity});
}

/* ---- calendar ---- */

unsigned rs_sim_weekday(const RsSimWorld *world, uint32_t day) { return rs_day_weekday((uint16_t)(world->first_day + day)); }

unsigned rs_sim_month(const RsSimWorld *world, uint32_t day) {
  int year, month, in_month;
  rs_day_to_civil((uint16_t)(world->first_day + day), &year, &month, &in_month);
  return (unsigned)month;
}

unsigned rs_sim_age(const RsSimWorld *world, uint32_t person) {
  int year, month, in_month;
  rs_day_to_civil(world->first_day, &year, &month, &in_month);
  unsigned age = (unsigned)year - world->person[person].birth_year;
  return age > 99 ? 99 : age;
}

bool rs_sim_open(const RsSimWorld *world, uint32_t place, uint32_t day) {
  return !(world->place[place].closed_days >> rs_sim_weekday(world, day) & 1);
}

uint32_t rs_sim_open_day(const RsSimWorld *world, uint32_t place, uint32_t day) {
  for (unsigned i = 0; i < 7 && !rs_sim_open(world, place, day); i++) day++;
  return day;
}

uint32_t rs_sim_hour(const RsSimWorld *world, RsRandom *random, uint32_t person, uint32_t place) {
  const RsSimPlace *at = &world->place[place];
  const RsSimPerson *who = &world->person[person];
  int32_t minute = who->habit + rs_sim_bell(random, who->habit_spread);
  if (at->type != PLACE_PHARMACY && minute > at->close - 45) /* clinics are seen in working hours */
    minute = rs_sim_chance(random, 620) ? 490 + (int32_t)rs_sim_between(random, 0, 190)
                                        : 815 + (int32_t)rs_sim_between(random, 0, 160);
  if (minute < at->open) minute = at->open + (int32_t)rs_sim_between(random, 0, 90);
  if (minute > at->close - 4) minute = at->close - 4 - (int32_t)rs_sim_between(random, 0, 150);
  if (minute > 705 && minute < 800 && at->type != PLACE_PHARMACY) minute += 95; /* lunch */
  return (uint32_t)minute * 60 + rs_random_below(random, 60);
}

uint32_t rs_sim_in_hours(const RsSimWorld *world, RsRandom *random, uint32_t place, uint32_t time) {
  uint32_t midnight = time / 86400 * 86400, open = world->place[place].open * 60u, close = world->place[place].close * 60u;
  if (time < midnight + open) return midnight + open + rs_random_below(random, 3600);
  if (time > midnight + close) return midnight + close - rs_random_below(random, 1200);
  return time;
}

/* ---- where, who, what ---- */

uint32_t rs_sim_place(const RsSimWorld *world, RsRandom *random, uint32_t district, RsSimPlaceType type) {
  uint32_t slot = district * N_PLACE_TYPES + (uint32_t)type;
  return world->first_place[slot] + rs_sim_zipf(world, random, world->count_place[slot]);
}

uint32_t rs_sim_doctor(const RsSimWorld *world, RsRandom *random, uint32_t place, unsigned dept) {
  const RsSimPlace *at = &world->place[place];
  if (!at->n_doctors) return RS_NONE;
  uint32_t doctor = at->first_doctor;
  for (unsigned i = 0; i < 12; i++) {
    doctor = at->first_doctor + rs_sim_zipf(world, random, at->n_doctors);
    if (world->doctor[doctor].dept == dept) break;
  }
  return doctor;
}

/* Each place keeps a few favourites of a family on the shelf. */
uint32_t rs_sim_class_drug(const RsSimWorld *world, RsRandom *random, unsigned family, uint32_t place) {
  uint32_t n = world->class_count[family], at = rs_sim_zipf(world, random, n);
  if (rs_sim_chance(random, 600)) {
    uint64_t shelf = rs_sim_mix((uint64_t)place << 8 | rs_random_below(random, 3), rs_sim_mix(family, world->options->seed));
    at = (uint32_t)(shelf % n);
  }
  return world->class_first[family] + at;
}

uint32_t rs_sim_packs(const RsSimWorld *world, uint32_t drug) { return rs_sim_substance[world->drug[drug].substance].packs; }

uint32_t rs_sim_neighbour(const RsSimWorld *world, RsRandom *random, uint32_t district) {
  uint32_t p = 0;
  for (unsigned tries = 0; tries < 3000; tries++) {
    p = rs_random_below(random, world->n_persons);
    if (world->person[p].district == district) break;
  }
  return p;
}

void rs_sim_own_drugs(RsSimWorld *world, RsRandom *random, uint32_t person, uint32_t permille) {
  const RsSimPerson *who = &world->person[person];
  for (unsigned i = 0; i < who->n_drugs; i++)
    if (rs_sim_chance(random, permille)) {
      uint32_t packs = who->dose[i];
      if (rs_sim_chance(random, 90)) packs += packs > 1 && rs_sim_chance(random, 400) ? 2u : 1u; /* going away, or price cut */
      rs_sim_line(world, who->drug[i], packs);
    }
}

static void services(RsSimWorld *world, RsRandom *random, uint32_t place, bool acute) {
  rs_sim_line(world, world->service[SERVICE_CONSULT], 1);
  uint32_t permille = world->place[place].type == PLACE_HOSPITAL ? 420 : 160;
  static const uint8_t usual[] = {SERVICE_BLOOD,      SERVICE_PANEL, SERVICE_ECG,  SERVICE_URINE,
                                  SERVICE_ULTRASOUND, SERVICE_CT,    SERVICE_SUGAR};
  for (unsigned i = 0; i < sizeof usual; i++)
    if (rs_sim_chance(random, permille / (1 + i / 2))) rs_sim_line(world, world->service[usual[i]], 1);
  if (acute && rs_sim_chance(random, permille / 2))
    rs_sim_line(world, world->service[SERVICE_DRIP], rs_sim_between(random, 1, 3));
}

void rs_sim_treatment(RsSimWorld *world, RsRandom *random, uint32_t person, uint32_t place, uint32_t diagnosis, bool drugs) {
  (void)person;
  const RsSimDiagnosis *ill = &rs_sim_diagnosis[diagnosis];
  if (world->place[place].type != PLACE_PHARMACY) services(world, random, place, diagnosis >= rs_sim_n_chronic);
  if (!drugs) return;
  for (unsigned i = 0; i < 4 && ill->family[i] != CLASS_SERVICE; i++) {
    if (!rs_sim_chance(random, i == 0 ? 900 : 430)) continue;
    uint32_t drug = rs_sim_class_drug(world, random, ill->family[i], place);
    uint32_t packs = rs_sim_packs(world, drug);
    rs_sim_line(world, drug, packs + (rs_sim_chance(random, 250) ? 1 : 0));
    if (i == 0 && rs_sim_chance(random, 280)) /* two of the same kind for one illness */
      rs_sim_line(world, rs_sim_class_drug(world, random, ill->family[i], place), packs);
  }
  if (rs_sim_chance(random, 60))
    rs_sim_line(world, rs_sim_class_drug(world, random, rs_sim_chance(random, 500) ? CLASS_VITAMIN : CLASS_TONIC, place), 1);
}

bool rs_sim_can_have(uint32_t diagnosis, unsigned age, bool woman) {
  const RsSimDiagnosis *ill = &rs_sim_diagnosis[diagnosis];
  bool of_women = ill->dept == DEPT_WOMEN || !strcmp(ill->code, "C50.9");
  bool of_men = ill->family[0] == CLASS_PROSTATE || !strcmp(ill->code, "C61");
  return age >= ill->young && age <= ill->old && !(woman ? of_men : of_women);
}

uint32_t rs_sim_main_diagnosis(const RsSimWorld *world, RsRandom *random, uint32_t person) {
  const RsSimPerson *who = &world->person[person];
  if (who->n_diagnoses) return who->diagnosis[rs_sim_chance(random, 800) ? 0 : rs_random_below(random, who->n_diagnoses)];
  uint32_t diagnosis = rs_sim_n_chronic;
  for (unsigned tries = 0; tries < 20; tries++) {
    diagnosis = rs_sim_n_chronic + rs_random_below(random, rs_sim_n_diagnoses - rs_sim_n_chronic);
    if (rs_sim_can_have(diagnosis, rs_sim_age(world, person), who->sex)) return diagnosis;
  }
  return rs_sim_n_chronic;
}
