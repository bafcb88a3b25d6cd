/* datasets/simulate_city.c: who lives where, where they can go, and what they do all year when nobody plans anything. */
#include "datasets/simulate_world.h"

#include "base/calendar.h"

#include <string.h>

enum { TAG_TOWN = 11, TAG_PLACES, TAG_DRUGS, TAG_PERSONS, TAG_LIVES };

/* ---- streets ---- */

static void district_add(RsSimWorld *world, uint32_t town, uint32_t county, bool home, uint32_t weight) {
  const RsSimCounty *at = &rs_sim_town[town].county[county];
  world->district[world->n_districts++] = (RsSimDistrict){at->code, at->name, (uint16_t)town, home, weight};
  if (home) world->n_home++;
}

/* One city at home, and a little of up to six others: where migrants come from and the retired move to. */
static void build_districts(RsSimWorld *world) {
  RsRandom random;
  rs_sim_stream(world, &random, TAG_TOWN, 0);
  uint32_t home = 0, others = 0;
  bool big = world->style != RS_CITY_TOWN;
  do home = rs_random_below(&random, rs_sim_n_towns);
  while (rs_sim_town[home].big != big);
  world->district = g_new0(RsSimDistrict, RS_SIM_COUNTIES * 8);
  uint32_t n = rs_sim_town[home].n;
  if (big && n > 5 && world->options->persons < 5000) n = 5;
  for (uint32_t i = 0; i < n; i++) district_add(world, home, i, true, 900 / (i + 3) + rs_random_below(&random, 100));
  uint32_t away_weight = world->style == RS_CITY_INDUSTRIAL ? 22 : 14;
  for (uint32_t i = 0; i < rs_sim_n_towns && others < 6; i++) {
    uint32_t town = (home + 1 + i * 4) % rs_sim_n_towns; /* 4 and 15 share no factor: every town comes once */
    if (town == home) continue;
    for (uint32_t c = 0; c < 2; c++) district_add(world, town, c, false, away_weight);
    others++;
  }
}

static void place_hours(RsSimPlace *place, RsRandom *random) {
  if (place->type == PLACE_PHARMACY) {
    place->open = (uint16_t)(420 + 15 * rs_random_below(random, 7));
    place->close = (uint16_t)(1200 + 15 * rs_random_below(random, 9));
    if (rs_sim_chance(random, 30)) place->open = 5, place->close = 1435; /* the night pharmacy */
  } else {
    place->open = (uint16_t)(450 + 15 * rs_random_below(random, 3));
    place->close = (uint16_t)(place->type == PLACE_HOSPITAL ? 1035 : 1020 + 15 * rs_random_below(random, 13));
    if (place->type == PLACE_CLINIC && rs_sim_chance(random, 500)) place->closed_days = 0x40;
    if (place->type == PLACE_CLINIC && rs_sim_chance(random, 150)) place->closed_days = 0x60;
  }
}

static uint32_t place_doctors(const RsSimWorld *world, const RsSimPlace *place, RsRandom *random, uint32_t rank) {
  if (place->type == PLACE_PHARMACY) return 0;
  if (place->type == PLACE_CLINIC) return rs_sim_between(random, 1, 4);
  uint32_t most = MIN(world->n_persons / 400 + 12, 150u);
  return 6 + most / (rank + 1);
}

static void place_add(RsSimWorld *world, RsRandom *random, uint32_t district, RsSimPlaceType type, uint32_t rank) {
  RsSimPlace *place = &world->place[world->n_places++];
  memset(place, 0, sizeof *place);
  place->district = (uint16_t)district, place->type = (uint8_t)type, place->door = RS_NONE;
  place->level = type == PLACE_HOSPITAL ? (uint8_t)(rank ? 2 : 3) : 1;
  place->price = (uint16_t)(type == PLACE_PHARMACY ? 1000 + rs_random_below(random, 180) : 960 + rs_random_below(random, 60));
  place->tills = (uint16_t)(type == PLACE_HOSPITAL ? 6 : type == PLACE_PHARMACY && rank < 2 ? 2 : 1);
  place_hours(place, random);
  place->first_doctor = world->n_doctors;
  place->n_doctors = place_doctors(world, place, random, rank);
  world->n_doctors += place->n_doctors;
}

static uint32_t share(uint64_t persons, uint64_t weight, uint64_t total, uint64_t one_per, uint32_t least) {
  return least + (uint32_t)(persons * weight / total / one_per);
}

/* The busiest pharmacies stand at the hospitals' doors, a few of the others beside a clinic. */
static void build_doors(RsSimWorld *world, RsRandom *random, uint32_t district) {
  uint32_t slot = district * N_PLACE_TYPES, n_hospitals = world->count_place[slot + PLACE_HOSPITAL];
  uint32_t n_pharmacies = world->count_place[slot];
  for (uint32_t i = 0; i + 1 < n_pharmacies; i++) {
    RsSimPlace *pharmacy = &world->place[world->first_place[slot] + i];
    uint32_t clinic = i - n_hospitals;
    if (i < n_hospitals) pharmacy->door = world->first_place[slot + PLACE_HOSPITAL] + i;
    else if (clinic < world->count_place[slot + PLACE_CLINIC] && rs_sim_chance(random, 150))
      pharmacy->door = world->first_place[slot + PLACE_CLINIC] + clinic;
  }
}

static void build_places(RsSimWorld *world) {
  RsRandom random;
  rs_sim_stream(world, &random, TAG_PLACES, 0);
  uint64_t total = 0;
  for (uint32_t d = 0; d < world->n_districts; d++) total += world->district[d].weight;
  uint32_t per_pharmacy = world->style == RS_CITY_TOWN ? 260 : world->style == RS_CITY_BIG ? 130 : 170;
  uint32_t slots = world->n_districts * N_PLACE_TYPES;
  world->first_place = g_new0(uint32_t, slots);
  world->count_place = g_new0(uint32_t, slots);
  uint32_t most = 0;
  for (uint32_t d = 0; d < world->n_districts; d++) {
    uint64_t weight = world->district[d].weight, persons = world->n_persons;
    uint32_t *count = &world->count_place[(size_t)d * N_PLACE_TYPES];
    count[PLACE_PHARMACY] = share(persons, weight, total, per_pharmacy, 3);
    count[PLACE_HOSPITAL] = share(persons, weight, total, 2600, 1);
    count[PLACE_CLINIC] = share(persons, weight, total, world->style == RS_CITY_TOWN ? 330 : 480, 2);
    for (unsigned t = 0; t < N_PLACE_TYPES; t++) most += count[t];
  }
  world->place = g_new0(RsSimPlace, most);
  for (uint32_t d = 0; d < world->n_districts; d++)
    for (unsigned t = 0; t < N_PLACE_TYPES; t++) {
      world->first_place[d * N_PLACE_TYPES + t] = world->n_places;
      for (uint32_t i = 0; i < world->count_place[d * N_PLACE_TYPES + t]; i++) place_add(world, &random, d, (RsSimPlaceType)t, i);
    }
  for (uint32_t d = 0; d < world->n_districts; d++) build_doors(world, &random, d);
}

static void build_doctors(RsSimWorld *world) {
  RsRandom random;
  rs_sim_stream(world, &random, TAG_PLACES, 1);
  world->doctor = g_new0(RsSimDoctor, world->n_doctors + 1);
  for (uint32_t p = 0; p < world->n_places; p++)
    for (uint32_t i = 0; i < world->place[p].n_doctors; i++) {
      RsSimDoctor *doctor = &world->doctor[world->place[p].first_doctor + i];
      doctor->place = p;
      doctor->dept =
          (uint8_t)(world->place[p].type == PLACE_CLINIC ? DEPT_GENERAL : (i * 5 + rs_random_below(&random, 3)) % N_DEPTS);
      doctor->weekdays = (uint8_t)(0x1f | rs_random_below(&random, 4) << 5);
    }
}

/* ---- shelves ---- */

static void build_drugs(RsSimWorld *world) {
  RsRandom random;
  rs_sim_stream(world, &random, TAG_DRUGS, 0);
  world->drug = g_new0(RsSimDrug, rs_sim_n_substances * 5);
  unsigned service = 0;
  for (unsigned family = 0; family < N_CLASSES; family++) {
    world->class_first[family] = world->n_drugs;
    /* Makers are interleaved, so that the first few of a family, the popular ones, are different substances. */
    for (uint8_t variant = 0; variant < 5; variant++)
      for (uint32_t s = 0; s < rs_sim_n_substances; s++) {
        const RsSimSubstance *substance = &rs_sim_substance[s];
        if (substance->family != family || (variant && family == CLASS_SERVICE)) continue;
        uint32_t makers = 1 + (uint32_t)(rs_sim_mix(s, world->options->seed) % 5);
        if (variant >= makers) continue;
        uint32_t price = substance->price * (variant ? rs_sim_between(&random, 550, 1250) : 1000) / 1000;
        if (family == CLASS_SERVICE) world->service[service++] = world->n_drugs;
        world->drug[world->n_drugs++] = (RsSimDrug){(uint16_t)s, variant, price / 10 * 10 + 5};
      }
    world->class_count[family] = world->n_drugs - world->class_first[family];
  }
}

/* ---- people ---- */

static unsigned draw_age(RsRandom *random, unsigned place_in_household) {
  if (place_in_household == 0) return rs_sim_between(random, 24, 84);
  if (place_in_household == 2 || place_in_household == 3) return rs_sim_between(random, 1, 30);
  return rs_sim_between(random, 22, 88);
}

static uint32_t draw_diagnosis(RsRandom *random, unsigned age, bool woman, bool chronic, unsigned month) {
  uint32_t first = chronic ? 0 : rs_sim_n_chronic, last = chronic ? rs_sim_n_chronic : rs_sim_n_diagnoses;
  for (unsigned attempt = 0; attempt < 400; attempt++) {
    uint32_t at = first + rs_random_below(random, last - first);
    const RsSimDiagnosis *ill = &rs_sim_diagnosis[at];
    uint32_t weight = ill->weight;
    bool winter = month >= 11 || month <= 2, summer = month >= 6 && month <= 8, spring = month >= 3 && month <= 5;
    if (!chronic && ill->season) {
      bool in = (ill->season == 1 && winter) || (ill->season == 2 && summer) || (ill->season == 3 && spring);
      weight = in ? weight * 2 : weight / 3;
    }
    if (rs_sim_can_have(at, age, woman) && rs_random_below(random, 440) < weight) return at;
  }
  return chronic ? 0 : rs_sim_n_chronic;
}

static void give_regimen(RsSimWorld *world, RsRandom *random, uint32_t p, unsigned age) {
  RsSimPerson *person = &world->person[p];
  uint32_t sick = age < 30 ? 40 : age < 45 ? 170 : age < 60 ? 420 : age < 70 ? 690 : 840;
  sick = sick + (1000 - sick) * (world->intensity > 1000 ? MIN(world->intensity - 1000, 1000) : 0) / 2500;
  for (unsigned i = 0; i < 3 && rs_sim_chance(random, i ? sick / 2 : sick); i++) {
    uint32_t diagnosis = draw_diagnosis(random, age, person->sex, true, 0);
    if (person->n_diagnoses && person->diagnosis[0] == diagnosis) continue;
    person->diagnosis[person->n_diagnoses++] = (uint16_t)diagnosis;
    const RsSimDiagnosis *ill = &rs_sim_diagnosis[diagnosis];
    uint32_t n = 1 + rs_sim_chance(random, 550);
    for (unsigned c = 0; c < 4 && n && ill->family[c] != CLASS_SERVICE && person->n_drugs < RS_SIM_OWN_DRUGS; c++) {
      if (c && !rs_sim_chance(random, 600)) continue;
      uint32_t drug = rs_sim_class_drug(world, random, ill->family[c], person->pharmacy[0]);
      bool known = false;
      for (unsigned k = 0; k < person->n_drugs; k++) known |= person->drug[k] == drug;
      if (known) continue;
      person->drug[person->n_drugs] = drug;
      person->dose[person->n_drugs++] = (uint8_t)rs_sim_packs(world, drug);
      n--;
    }
  }
}

/* An acute illness that fits the person and the season. */
static uint32_t draw_illness(const RsSimWorld *world, RsRandom *random, uint32_t p, uint32_t day) {
  return draw_diagnosis(random, rs_sim_age(world, p), world->person[p].sex, false, rs_sim_month(world, day));
}

static void give_habits(const RsSimWorld *world, RsRandom *random, RsSimPerson *person, unsigned age) {
  static const uint16_t peak[] = {500, 560, 620, 900, 960, 1050, 1110, 1170};
  uint32_t late = age >= 60 ? 0 : age >= 25 ? 4 : 3;
  uint32_t hour = peak[late + rs_random_below(random, late ? 4 : 5)];
  person->habit = (uint16_t)(hour + rs_random_below(random, 40));
  person->habit_spread = (uint16_t)rs_sim_between(random, 40, 200);
  uint32_t rate = age < 8 ? 90 : age < 30 ? 45 : age < 60 ? 60 : 85; /* tenths of a visit a year */
  rate = rate * rs_sim_between(random, 250, 1750) / 1000;
  rate = (uint32_t)((uint64_t)rate * world->intensity / 1000);
  person->acute_rate = (uint16_t)CLAMP(rate, 1u, 3000u);
  static const uint8_t period[] = {0, 0, 28, 30, 0, 14, 21, 35, 42, 60}; /* 0: as the city's rule says */
  uint32_t rhythm = period[rs_random_below(random, 10)];
  person->period = (uint8_t)CLAMP((rhythm ? rhythm : world->mood.period) * 1000u / MAX(world->intensity, 400u), 7u, 90u);
  person->hospital_share = (uint8_t)rs_sim_between(random, 5, 75);
  person->keep = (uint16_t)MIN(1000u, MAX(20u, world->intensity * 5 / 2)); /* a quiet city drops visits */
}

static uint32_t draw_district(const RsSimWorld *world, RsRandom *random, uint32_t first, uint32_t last) {
  uint64_t total = 0;
  for (uint32_t d = first; d < last; d++) total += world->district[d].weight;
  g_assert(total > 0); /* every city has districts at home and abroad, and people in them */
  uint64_t at = rs_random_next(random) % total;
  for (uint32_t d = first; d < last; d++) {
    if (at < world->district[d].weight) return d;
    at -= world->district[d].weight;
  }
  return last - 1;
}

static void give_places(RsSimWorld *world, RsRandom *random, RsSimPerson *person, const RsSimPerson *head) {
  uint32_t d = person->district;
  for (unsigned i = 0; i < 3; i++) {
    uint32_t near = rs_sim_chance(random, i ? 450 : 880) ? d : person->work;
    if (world->district[d].home && rs_sim_chance(random, 60)) near = rs_random_below(random, world->n_home);
    person->pharmacy[i] = rs_sim_place(world, random, near, PLACE_PHARMACY);
  }
  if (head && rs_sim_chance(random, 750)) person->pharmacy[0] = head->pharmacy[0];
  if (head && rs_sim_chance(random, 400)) person->pharmacy[1] = head->pharmacy[1];
  person->clinic = head && rs_sim_chance(random, 600)
                       ? head->clinic
                       : rs_sim_place(world, random, rs_sim_chance(random, 700) ? d : person->work, PLACE_CLINIC);
  uint32_t far = world->district[d].home && rs_sim_chance(random, 350) ? rs_random_below(random, world->n_home) : d;
  person->hospital = rs_sim_place(world, random, far, PLACE_HOSPITAL);
  if (world->style == RS_CITY_BIG && world->district[d].home && rs_sim_chance(random, 330))
    person->hospital = world->first_place[PLACE_HOSPITAL]; /* everybody's hospital, with its queues */
  /* The serious cases of the country go to the city's first hospital. */
  if (!world->district[d].home && rs_sim_chance(random, 120)) {
    uint32_t slot = rs_random_below(random, MIN(world->n_home, 3u)) * N_PLACE_TYPES + PLACE_HOSPITAL;
    person->hospital = world->first_place[slot];
  }
}

static uint32_t draw_insured(const RsSimWorld *world, RsRandom *random, uint32_t lives) {
  bool home = world->district[lives].home;
  uint32_t migrant = world->style == RS_CITY_INDUSTRIAL ? 110 : world->style == RS_CITY_BIG ? 60 : 20;
  if (home && rs_sim_chance(random, migrant)) return draw_district(world, random, world->n_home, world->n_districts);
  if (home && rs_sim_chance(random, 90)) return draw_district(world, random, 0, world->n_home);
  if (!home && rs_sim_chance(random, 120)) return draw_district(world, random, 0, world->n_home);
  return lives;
}

static void build_household(RsSimWorld *world, uint32_t h) {
  RsRandom random;
  rs_sim_stream(world, &random, TAG_PERSONS, h);
  RsSimHousehold *household = &world->household[h];
  uint32_t first = household->first, n = household->n;
  household->together = household->proxy = 0;
  uint32_t permille = (uint32_t)(world->options->innocent * 1000 + 0.5);
  if (n > 1 && rs_sim_chance(&random, world->mood.together * permille / 1000))
    household->together = (uint16_t)rs_sim_between(&random, 80, 850);
  if (n > 1 && rs_sim_chance(&random, world->mood.proxy * permille / 1000))
    household->proxy = (uint16_t)rs_sim_between(&random, 300, 900);
  uint32_t lives = draw_district(world, &random, 0, world->n_districts), insured = draw_insured(world, &random, lives);
  for (uint32_t i = 0; i < n; i++) {
    uint32_t p = first + i;
    RsSimPerson *person = &world->person[p];
    memset(person, 0, sizeof *person);
    unsigned age = draw_age(&random, i);
    person->district = (uint16_t)lives;
    person->insured = (uint16_t)(rs_sim_chance(&random, 940) ? insured : draw_insured(world, &random, lives));
    person->work = (uint16_t)lives;
    if (age > 19 && age < 61 && world->district[lives].home && rs_sim_chance(&random, 480))
      person->work = (uint16_t)draw_district(world, &random, 0, world->n_home);
    int year = 2024;
    person->birth_year = (uint16_t)(year - (int)age);
    person->sex = (uint8_t)(i == 1 ? !world->person[first].sex : rs_random_below(&random, 2));
    person->household = h;
    person->address = h;
    person->phone = i && (age < 16 || age > 72 || rs_sim_chance(&random, 150)) ? first : p;
    person->employer =
        age > 20 && age < 60 && rs_sim_chance(&random, 700) ? rs_random_below(&random, world->n_persons / 60 + 5) : RS_NONE;
    give_places(world, &random, person, i ? &world->person[first] : NULL);
    give_habits(world, &random, person, age);
    give_regimen(world, &random, p, age);
    /* Couples often have the same illness and take the same pills. */
    bool shares = i == 1 && rs_sim_chance(&random, 180) && world->person[first].n_drugs;
    for (unsigned k = 0; shares && k < world->person[first].n_diagnoses; k++)
      shares = rs_sim_can_have(world->person[first].diagnosis[k], age, person->sex);
    if (shares) {
      const RsSimPerson *head = &world->person[first];
      person->n_drugs = head->n_drugs, person->n_diagnoses = head->n_diagnoses;
      memcpy(person->drug, head->drug, sizeof head->drug);
      memcpy(person->dose, head->dose, sizeof head->dose);
      memcpy(person->diagnosis, head->diagnosis, sizeof head->diagnosis);
    }
    uint32_t seen_at = rs_sim_chance(&random, 550) ? person->hospital : person->clinic;
    unsigned dept = person->n_diagnoses ? rs_sim_diagnosis[person->diagnosis[0]].dept : DEPT_GENERAL;
    person->doctor = rs_sim_doctor(world, &random, seen_at, dept);
    person->any_doctor = rs_sim_chance(&random, 330);
    person->cast_place = RS_NONE;
  }
}

static void build_households(RsSimWorld *world) {
  RsRandom random;
  rs_sim_stream(world, &random, TAG_PERSONS, UINT32_MAX);
  world->n_households = 0;
  for (uint32_t p = 0; p < world->n_persons;) {
    static const uint8_t size[] = {1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 4, 4, 5};
    uint32_t n = size[rs_random_below(&random, sizeof size)];
    if (n > world->n_persons - p) n = world->n_persons - p;
    world->household[world->n_households++] = (RsSimHousehold){p, n, 0, 0};
    p += n;
  }
}

/* Every step-th household; each has a stream of its own. */
static void build_persons(RsSimWorld *world, uint32_t step) {
  for (uint32_t h = 0; h < world->n_households; h += step) build_household(world, h);
}

/* ---- lives ---- */

typedef struct {
  RsSimWorld *world;
  RsRandom random;
} Life;

static bool keeps(Life *life, uint32_t p) { return rs_sim_chance(&life->random, life->world->person[p].keep); }

/* The prescription is filled outside: next door, or on the way home. */
static void fill_outside(Life *life, uint32_t p, const RsSimVisit *seen, uint32_t diagnosis, bool own) {
  RsSimWorld *world = life->world;
  RsRandom *random = &life->random;
  const RsSimPerson *who = &world->person[p];
  uint32_t place = who->pharmacy[rs_sim_chance(random, 650) ? 0 : 1], doctor = seen->doctor, time = seen->time;
  const RsSimPlace *from = &world->place[seen->place];
  if (rs_sim_chance(random, 620)) {
    uint32_t slot = from->district * N_PLACE_TYPES, first = world->first_place[slot];
    for (uint32_t i = 0; i < world->count_place[slot]; i++)
      if (world->place[first + i].door == seen->place) place = first + i;
  }
  if (world->district[world->place[place].district].city != world->district[from->district].city)
    place = rs_sim_place(world, random, from->district, PLACE_PHARMACY); /* before the way home */
  uint32_t delay =
      60 * (world->place[place].door == seen->place ? rs_sim_between(random, 3, 30) : rs_sim_between(random, 15, 150));
  rs_sim_visit(world, p, place, doctor, diagnosis, rs_sim_in_hours(world, random, place, time + delay));
  if (own)
    rs_sim_own_drugs(world, random, p, 930);
  else
    rs_sim_treatment(world, random, p, place, diagnosis, true);
}

static void drop_empty_visit(RsSimWorld *world) {
  if (world->n_visits && !world->visit[world->n_visits - 1].n_lines) world->n_visits--;
}

static void buy_along(Life *life, uint32_t p, uint32_t day) {
  RsSimWorld *world = life->world;
  RsRandom *random = &life->random;
  RsSimPerson *who = &world->person[p];
  if (who->n_drugs && who->next_refill < day + who->period / 2u) {
    rs_sim_own_drugs(world, random, p, 930);
    who->next_refill = day + who->period + (uint32_t)rs_random_below(random, 5);
    return;
  }
  RsSimVisit *visit = &world->visit[world->n_visits - 1];
  uint32_t diagnosis = draw_illness(world, random, p, day);
  visit->diagnosis = (uint16_t)diagnosis, visit->doctor = RS_NONE;
  rs_sim_treatment(world, random, p, visit->place, diagnosis, true);
}

/* The others of the household come along, or send their cards. */
static void come_along(Life *life, uint32_t p, uint32_t day, const RsSimVisit *lead) {
  RsSimWorld *world = life->world;
  RsRandom *random = &life->random;
  const RsSimHousehold *home = &world->household[world->person[p].household];
  uint32_t time = lead->time, place = lead->place;
  bool together = rs_sim_chance(random, home->together), proxy = rs_sim_chance(random, home->proxy);
  if (!together && !proxy) return;
  for (uint32_t i = 0; i < home->n; i++) {
    uint32_t other = home->first + i;
    RsSimPerson *who = &world->person[other];
    if (other == p || (who->cast & RS_SIM_CAST_CARE_HOME) || !keeps(life, other)) continue;
    bool buys = proxy ? who->n_drugs > 0 && rs_sim_chance(random, 800) : rs_sim_chance(random, 560);
    if (!buys) continue;
    time += proxy ? rs_sim_between(random, 15, 90) : rs_sim_between(random, 20, 420);
    uint32_t diagnosis = rs_sim_main_diagnosis(world, random, other);
    rs_sim_visit(world, other, place, who->n_drugs && rs_sim_chance(random, 500) ? who->doctor : RS_NONE, diagnosis, time);
    buy_along(life, other, day);
    drop_empty_visit(world);
  }
}

/* Something was forgotten, or out of stock: back after a few minutes, or on to the next pharmacy with the rest. */
static void second_stop(Life *life, uint32_t p, const RsSimVisit *first) {
  RsSimWorld *world = life->world;
  RsRandom *random = &life->random;
  const RsSimPerson *who = &world->person[p];
  if (!rs_sim_chance(random, 6)) return;
  bool back = rs_sim_chance(random, 500);
  uint32_t place = back ? first->place : who->pharmacy[1],
           delay = 60 * (back ? rs_sim_between(random, 3, 18) : rs_sim_between(random, 12, 70));
  rs_sim_visit(world, p, place, first->doctor, first->diagnosis, rs_sim_in_hours(world, random, place, first->time + delay));
  if (back || !who->n_drugs)
    rs_sim_treatment(world, random, p, place, first->diagnosis, true);
  else
    rs_sim_own_drugs(world, random, p, 350);
  drop_empty_visit(world);
}

static void refill(Life *life, uint32_t p, uint32_t day) {
  RsSimWorld *world = life->world;
  RsRandom *random = &life->random;
  RsSimPerson *who = &world->person[p];
  uint32_t diagnosis = rs_sim_main_diagnosis(world, random, p);
  if (rs_sim_chance(random, 80) && who->n_drugs) { /* the doctor changes something */
    uint32_t i = rs_random_below(random, who->n_drugs), family = rs_sim_substance[world->drug[who->drug[i]].substance].family;
    uint32_t drug = rs_sim_class_drug(world, random, family, who->pharmacy[0]);
    for (unsigned k = 0; k < who->n_drugs; k++)
      if (who->drug[k] == drug) drug = who->drug[i];
    who->drug[i] = drug, who->dose[i] = (uint8_t)rs_sim_packs(world, drug);
  }
  bool seen = who->doctor != RS_NONE && rs_random_below(random, 100) < who->hospital_share;
  uint32_t place =
      seen ? world->doctor[who->doctor].place : who->pharmacy[rs_sim_chance(random, 780) ? 0 : rs_sim_between(random, 1, 2)];
  uint32_t doctor = seen && who->any_doctor ? rs_sim_doctor(world, random, place, rs_sim_diagnosis[diagnosis].dept)
                    : seen                  ? who->doctor
                    : rs_sim_chance(random, world->mood.prescription) ? who->doctor
                                                                      : RS_NONE;
  day = rs_sim_open_day(world, place, day);
  if (seen && rs_sim_weekday(world, day) >= 5 && rs_sim_chance(random, 750))
    day += 7 - rs_sim_weekday(world, day) + rs_random_below(random, 4);
  if (day >= world->days) return;
  uint32_t time = day * 86400 + rs_sim_hour(world, random, p, place);
  RsSimVisit visit = *rs_sim_visit(world, p, place, doctor, diagnosis, time);
  if (!seen) {
    rs_sim_own_drugs(world, random, p, 930);
    if (rs_sim_chance(random, 140)) rs_sim_treatment(world, random, p, place, draw_illness(world, random, p, day), true);
    drop_empty_visit(world);
    come_along(life, p, day, &visit);
    second_stop(life, p, &visit);
    return;
  }
  bool inside = rs_sim_chance(random, world->mood.inside - 100);
  rs_sim_treatment(world, random, p, place, diagnosis, false);
  if (inside)
    rs_sim_own_drugs(world, random, p, 930);
  else
    fill_outside(life, p, &visit, diagnosis, true);
  drop_empty_visit(world);
}

/* A stay in hospital: one bill at the end, many lines. */
static void inpatient(Life *life, uint32_t p, uint32_t day, uint32_t diagnosis) {
  RsSimWorld *world = life->world;
  RsRandom *random = &life->random;
  uint32_t nights = rs_sim_between(random, 3, 14), place = world->person[p].hospital;
  if (day + nights >= world->days) return;
  uint32_t doctor = rs_sim_doctor(world, random, place, rs_sim_diagnosis[diagnosis].dept);
  uint32_t leaves = (day + nights) * 86400 + rs_sim_between(random, 510 * 60, 960 * 60);
  rs_sim_visit(world, p, place, doctor, diagnosis, leaves);
  rs_sim_line(world, world->service[SERVICE_BED], nights);
  rs_sim_line(world, world->service[SERVICE_NURSING], nights);
  rs_sim_line(world, world->service[SERVICE_DRIP], nights * 2);
  rs_sim_treatment(world, random, p, place, diagnosis, true);
  rs_sim_treatment(world, random, p, place, diagnosis, true);
  rs_sim_own_drugs(world, random, p, 800);
}

static void fall_ill(Life *life, uint32_t p, uint32_t day) {
  RsSimWorld *world = life->world;
  RsRandom *random = &life->random;
  RsSimPerson *who = &world->person[p];
  uint32_t diagnosis = draw_illness(world, random, p, day);
  if (rs_sim_chance(random, 12)) {
    inpatient(life, p, day, diagnosis);
    return;
  }
  bool away = rs_sim_chance(random, 15); /* on a trip */
  uint32_t district = away ? draw_district(world, random, 0, world->n_districts) : who->district;
  bool doctor_visit = rs_sim_chance(random, rs_sim_age(world, p) < 8 ? 700 : 400);
  uint32_t place, doctor = RS_NONE;
  if (doctor_visit) {
    bool clinic = rs_sim_chance(random, 520);
    place = away     ? rs_sim_place(world, random, district, clinic ? PLACE_CLINIC : PLACE_HOSPITAL)
            : clinic ? who->clinic
                     : who->hospital;
    if (!away && !clinic && rs_sim_chance(random, 300)) place = rs_sim_place(world, random, district, PLACE_HOSPITAL);
    if (who->cast_place != RS_NONE && !away && rs_sim_chance(random, 720)) place = who->cast_place;
    doctor = rs_sim_doctor(world, random, place, rs_sim_diagnosis[diagnosis].dept);
  } else {
    if (!away && rs_sim_chance(random, 400)) district = who->work;
    if (!away && world->district[district].home && rs_sim_chance(random, 120))
      district = rs_random_below(random, world->n_home); /* on an errand */
    place = away || rs_sim_chance(random, 230) ? rs_sim_place(world, random, district, PLACE_PHARMACY)
                                               : who->pharmacy[rs_sim_chance(random, 620) ? 0 : rs_sim_between(random, 1, 2)];
  }
  day = rs_sim_open_day(world, place, day);
  if (world->place[place].type == PLACE_HOSPITAL && rs_sim_weekday(world, day) >= 5 && rs_sim_chance(random, 450))
    day += 7 - rs_sim_weekday(world, day) + rs_random_below(random, 4);
  if (day >= world->days) return;
  uint32_t second = rs_sim_hour(world, random, p, place);
  if (place == who->cast_place) { /* in the breaks */
    static const uint16_t recess[] = {575, 590, 715, 740, 930};
    second = recess[rs_random_below(random, 5)] * 60u;
    second += rs_random_below(random, 900);
  }
  RsSimVisit visit = *rs_sim_visit(world, p, place, doctor, diagnosis, day * 86400 + second);
  bool inside = !doctor_visit || rs_sim_chance(random, world->mood.inside + 50);
  rs_sim_treatment(world, random, p, place, diagnosis, inside);
  drop_empty_visit(world);
  if (!inside) fill_outside(life, p, &visit, diagnosis, false);
  drop_empty_visit(world);
  if (!doctor_visit && !away) come_along(life, p, day, &visit);
}

static uint32_t acute_gap(Life *life, uint32_t p) {
  return 1 + rs_sim_wait(&life->random, 3650u / life->world->person[p].acute_rate);
}

/* Fixed holidays thin out everything: New Year, Spring Festival as it fell in 2024, May Day, National Day. */
static bool holiday(const RsSimWorld *world, uint32_t day) {
  int year, month, in_month;
  rs_day_to_civil((uint16_t)(world->first_day + day), &year, &month, &in_month);
  return (month == 1 && in_month == 1) || (month == 2 && in_month >= 9 && in_month <= 15) || (month == 5 && in_month <= 3) ||
         (month == 10 && in_month <= 5);
}

/* Walks the household's days in order: whoever is due next acts, and takes the others along. */
static void live_household(RsSimWorld *world, uint32_t h) {
  Life life = {world, {{0}}};
  rs_sim_stream(world, &life.random, TAG_LIVES, h);
  const RsSimHousehold *home = &world->household[h];
  for (uint32_t i = 0; i < home->n; i++) {
    RsSimPerson *who = &world->person[home->first + i];
    who->next_refill = who->n_drugs ? rs_random_below(&life.random, who->period) : UINT32_MAX;
    who->next_acute = acute_gap(&life, home->first + i) * 2 / 3;
  }
  for (;;) {
    uint32_t p = home->first, day = UINT32_MAX;
    for (uint32_t i = home->first; i < home->first + home->n; i++) {
      uint32_t due = MIN(world->person[i].next_refill, world->person[i].next_acute);
      if (due < day) day = due, p = i;
    }
    if (day >= world->days) return;
    RsSimPerson *who = &world->person[p];
    bool chronic = who->next_refill == day;
    if (chronic)
      who->next_refill = day + who->period - MIN(who->period / 10u, 3u) + rs_random_below(&life.random, 7);
    else
      who->next_acute = day + acute_gap(&life, p);
    if (!keeps(&life, p) || (holiday(world, day) && rs_sim_chance(&life.random, 550))) continue;
    if (chronic)
      refill(&life, p, day);
    else
      fall_ill(&life, p, day);
  }
}

void rs_sim_city_live(RsSimWorld *world) {
  for (uint32_t h = 0; h < world->n_households; h++) live_household(world, h);
}

/* ---- how much ---- */

/* Lines that a sample of the households would leave, scaled up to all. */
static uint64_t sample_lines(RsSimWorld *world, uint32_t step) {
  uint32_t n = 0;
  build_persons(world, step);
  for (uint32_t h = 0; h < world->n_households; h += step, n++) live_household(world, h);
  uint64_t lines = world->n_lines * world->n_households / MAX(n, 1u);
  world->n_lines = world->n_visits = 0;
  return lines;
}

static void fit_volume(RsSimWorld *world) {
  if (!world->options->lines) return;
  uint64_t low = 20, high = 20000; /* permille */
  for (unsigned i = 0; i < 12 && low + 5 < high; i++) {
    world->intensity = (uint32_t)((low + high) / 2);
    if (i == 0) world->intensity = 1000;
    if (sample_lines(world, world->n_households / 1500 + 1) < world->options->lines)
      low = world->intensity;
    else
      high = world->intensity;
  }
  world->intensity = (uint32_t)((low + high) / 2);
}

void rs_sim_city_build(RsSimWorld *world) {
  world->n_persons = world->options->persons;
  world->days = world->options->days;
  world->intensity = 1000;
  build_districts(world);
  world->n_zipf = world->n_persons / 30 + 4096;
  world->zipf = g_new0(uint64_t, world->n_zipf + 1);
  for (uint32_t i = 0; i < world->n_zipf; i++) world->zipf[i + 1] = world->zipf[i] + (1u << 24) / (i + 3);
  build_places(world);
  build_doctors(world);
  build_drugs(world);
  world->person = g_new0(RsSimPerson, world->n_persons);
  world->household = g_new0(RsSimHousehold, world->n_persons);
  build_households(world);
  fit_volume(world);
  build_persons(world, 1);
}
