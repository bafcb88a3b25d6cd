/* datasets/simulate_innocent.c: groups that look planned and are: by families, nurses, employers, calendars and clerks. */
#include "datasets/simulate_world.h"


enum { TAG_INNOCENT = 71, TAG_INNOCENT_LIVES, TAG_STAMPS };

#define MOST 160
#define SHARED_ADDRESS 50000000u /* homes and dormitories; below are the households' */

typedef struct {
  RsSimKind kind;
  uint32_t group, n, person[MOST], place, doctor, day, every, start; /* start: minute of the day */
  uint32_t attendance, shift;
  uint64_t stream;
} Group;

typedef struct {
  RsSimWorld *world;
  RsRandom random;
  Group group;
} Cast;

/* How many groups of a kind: about one for so many persons, at least one, scaled by the dial. */
static uint32_t usual(const RsSimWorld *world, uint32_t one_per) {
  uint64_t dial = (uint64_t)(world->options->innocent * 1000 + 0.5);
  uint64_t n = MAX(world->n_persons / one_per, 1u) * dial;
  return (uint32_t)((n + 500) / 1000);
}

static uint32_t size(const RsSimWorld *world, RsRandom *random, uint32_t low, uint32_t high) {
  uint32_t most = MAX(world->n_persons / 40, low / 2 + 2);
  uint32_t n = rs_sim_between(random, low, high);
  return MIN(n, MIN(most, (uint32_t)MOST));
}

typedef bool (*Suits)(const RsSimWorld *world, uint32_t p, const Group *group);

static bool is_old(const RsSimWorld *world, uint32_t p, const Group *group) {
  (void)group;
  return rs_sim_age(world, p) >= 68 && world->person[p].n_drugs > 0;
}
static bool has_kidneys(const RsSimWorld *world, uint32_t p, const Group *group) {
  (void)group;
  return rs_sim_age(world, p) >= 32;
}
static bool works(const RsSimWorld *world, uint32_t p, const Group *group) {
  (void)group;
  return rs_sim_age(world, p) >= 20 && rs_sim_age(world, p) < 60;
}
static bool learns(const RsSimWorld *world, uint32_t p, const Group *group) {
  (void)group;
  return rs_sim_age(world, p) >= 5 && rs_sim_age(world, p) < 23;
}
static bool lives_near(const RsSimWorld *world, uint32_t p, const Group *group) {
  return world->person[p].district == world->place[group->place].district && world->person[p].n_drugs > 0;
}
static bool shops_there(const RsSimWorld *world, uint32_t p, const Group *group) {
  const RsSimPerson *who = &world->person[p];
  return who->pharmacy[0] == group->place || who->pharmacy[1] == group->place;
}

static bool keeps_regimen(const RsSimWorld *world, uint32_t p, const Group *group) {
  return rs_sim_age(world, p) >= 60 && lives_near(world, p, group);
}

static void gather(Cast *cast, uint32_t n, Suits suits, uint32_t mark) {
  RsSimWorld *world = cast->world;
  Group *group = &cast->group;
  for (uint32_t tries = 0; group->n < n && tries < 60000; tries++) {
    uint32_t p = rs_random_below(&cast->random, world->n_persons);
    RsSimPerson *who = &world->person[p];
    if (!world->district[who->district].home || !suits(world, p, group)) continue;
    /* A person lives in one care home, but goes to any number of clinic days. */
    uint32_t closed =
        mark ? RS_SIM_CAST_CARE_HOME | RS_SIM_CAST_DIALYSIS | RS_SIM_CAST_OTHER | RS_SIM_CAST_RING : RS_SIM_CAST_CARE_HOME;
    if (who->cast & closed) continue;
    bool known = false;
    for (uint32_t i = 0; i < group->n; i++) known |= group->person[i] == p;
    if (known) continue;
    who->cast |= mark;
    group->person[group->n++] = p;
  }
}

/* Two dialysis groups of one hospital, shift and weekdays are one group to whoever looks at the claims. */
static uint32_t number_for(RsSimWorld *world, const Group *group) {
  for (guint i = 0; group->kind == KIND_DIALYSIS && i < world->groups->len; i++) {
    const Group *other = &g_array_index(world->groups, Group, i);
    bool same_shift = ABS((int32_t)other->start - (int32_t)group->start) <= 30 && other->shift == group->shift;
    if (other->kind == KIND_DIALYSIS && other->place == group->place && same_shift) return other->group;
  }
  return rs_sim_group(world);
}

static void enter(Cast *cast) {
  RsSimWorld *world = cast->world;
  const Group *group = &cast->group;
  if (group->n < 3) return;
  Group kept = *group;
  uint32_t n_before = world->n_groups;
  kept.group = number_for(world, group);
  kept.stream = world->n_groups > n_before ? kept.group : (uint64_t)1 << 40 | group->person[0];
  for (uint32_t i = 0; i < group->n; i++) rs_sim_innocent_member(world, kept.group, group->kind, ENTITY_PERSON, group->person[i]);
  if (group->place != RS_NONE) rs_sim_innocent_member(world, kept.group, group->kind, ENTITY_PLACE, group->place);
  if (group->doctor != RS_NONE) rs_sim_innocent_member(world, kept.group, group->kind, ENTITY_DOCTOR, group->doctor);
  g_array_append_val(world->groups, kept);
}

static uint32_t home_place(Cast *cast, RsSimPlaceType type) {
  return rs_sim_place(cast->world, &cast->random, rs_random_below(&cast->random, cast->world->n_home), type);
}

static void begin(Cast *cast, RsSimWorld *world, RsSimKind kind, uint32_t index) {
  cast->world = world;
  rs_sim_stream(world, &cast->random, TAG_INNOCENT, (uint64_t)kind << 32 | index);
  cast->group = (Group){.kind = kind, .place = RS_NONE, .doctor = RS_NONE, .every = 28, .attendance = 1000};
}

static void care_home(Cast *cast) {
  RsSimWorld *world = cast->world;
  RsRandom *random = &cast->random;
  Group *group = &cast->group;
  bool own_clinic = rs_sim_chance(random, 600);
  uint32_t clinic = home_place(cast, PLACE_CLINIC);
  group->doctor = world->place[clinic].first_doctor;
  group->place = own_clinic ? clinic : rs_sim_place(world, random, world->place[clinic].district, PLACE_PHARMACY);
  gather(cast, size(world, random, 20, 80), is_old, RS_SIM_CAST_CARE_HOME);
  for (uint32_t i = 0; i < group->n; i++) {
    RsSimPerson *who = &world->person[group->person[i]];
    who->keep = (uint16_t)rs_sim_between(random, 50, 250);
    who->phone = group->person[0];
    who->address = SHARED_ADDRESS + group->person[0];
    who->doctor = group->doctor;
  }
  group->day = rs_random_below(random, 28), group->start = 500 + rs_random_below(random, 120);
  group->attendance = 950, group->shift = rs_sim_between(random, 45, 200); /* seconds a resident */
}

static void dialysis(Cast *cast) {
  static const uint16_t shifts[] = {440, 445, 735, 750, 1010};
  RsRandom *random = &cast->random;
  Group *group = &cast->group;
  group->place = home_place(cast, PLACE_HOSPITAL);
  group->doctor = rs_sim_doctor(cast->world, random, group->place, DEPT_KIDNEY);
  gather(cast, size(cast->world, random, 6, 20), has_kidneys, RS_SIM_CAST_DIALYSIS);
  group->start = shifts[rs_random_below(random, 5)], group->shift = rs_sim_chance(random, 500) ? 0x15 : 0x2a; /* weekdays */
  group->attendance = 965;
}

static void employer_day(Cast *cast) {
  RsSimWorld *world = cast->world;
  RsRandom *random = &cast->random;
  Group *group = &cast->group;
  group->place = home_place(cast, PLACE_HOSPITAL);
  gather(cast, size(world, random, 15, 60), works, RS_SIM_CAST_OTHER);
  for (uint32_t i = 0; i < group->n; i++) world->person[group->person[i]].employer = 10000000 + group->person[0];
  group->day = rs_random_below(random, MIN(world->days, 120u)), group->every = rs_sim_chance(random, 500) ? 91 : 182;
  group->start = 470 + rs_random_below(random, 40), group->attendance = 880;
}

static void clinic_day(Cast *cast) {
  RsRandom *random = &cast->random;
  Group *group = &cast->group;
  group->place = home_place(cast, PLACE_CLINIC);
  group->doctor = rs_sim_doctor(cast->world, random, group->place, DEPT_GENERAL);
  gather(cast, size(cast->world, random, 15, 50), lives_near, 0);
  group->day = rs_random_below(random, 28), group->every = rs_sim_chance(random, 300) ? 14 : 28;
  group->start = 480 + rs_random_below(random, 60), group->attendance = rs_sim_between(random, 550, 850);
}

static void school_clinic(Cast *cast) {
  RsSimWorld *world = cast->world;
  RsRandom *random = &cast->random;
  Group *group = &cast->group;
  group->place = home_place(cast, PLACE_CLINIC);
  Suits who_goes = rs_sim_chance(random, 500) ? learns : works;
  gather(cast, size(world, random, 30, 150), who_goes, RS_SIM_CAST_OTHER);
  for (uint32_t i = 0; i < group->n; i++) {
    RsSimPerson *who = &world->person[group->person[i]];
    who->cast_place = group->place, who->employer = 20000000 + group->place;
  }
}

static void flu_clinic(Cast *cast) {
  RsRandom *random = &cast->random;
  Group *group = &cast->group;
  group->place = home_place(cast, rs_sim_chance(random, 500) ? PLACE_HOSPITAL : PLACE_CLINIC);
  group->doctor = rs_sim_doctor(cast->world, random, group->place, DEPT_LUNG);
  gather(cast, size(cast->world, random, 30, 90), has_kidneys, 0);
  group->day = rs_random_below(random, cast->world->days), group->start = 480 + rs_random_below(random, 60),
  group->attendance = 900;
}

static void promotion(Cast *cast) {
  RsRandom *random = &cast->random;
  Group *group = &cast->group;
  group->place = home_place(cast, PLACE_PHARMACY);
  gather(cast, size(cast->world, random, 20, 70), shops_there, 0);
  group->day = rs_random_below(random, 28), group->every = rs_sim_chance(random, 300) ? 14 : 28;
  group->start = 480 + rs_random_below(random, 60), group->attendance = rs_sim_between(random, 350, 600);
}

/* From one county far away, in one dormitory here, with one shop round the corner. */
static void migrants(Cast *cast) {
  RsSimWorld *world = cast->world;
  RsRandom *random = &cast->random;
  Group *group = &cast->group;
  uint32_t from = world->n_home + rs_random_below(random, world->n_districts - world->n_home);
  uint32_t pharmacy = home_place(cast, PLACE_PHARMACY), district = world->place[pharmacy].district;
  uint32_t clinic = rs_sim_place(world, random, district, PLACE_CLINIC);
  group->place = pharmacy, group->doctor = world->place[clinic].first_doctor;
  gather(cast, size(world, random, 10, 40), works, RS_SIM_CAST_OTHER | RS_SIM_CAST_MIGRANT);
  for (uint32_t i = 0; i < group->n; i++) {
    RsSimPerson *who = &world->person[group->person[i]];
    who->insured = (uint16_t)from, who->district = (uint16_t)district, who->address = SHARED_ADDRESS + group->person[0];
    who->employer = 30000000 + group->person[0];
    who->pharmacy[0] = pharmacy, who->clinic = clinic;
    if (rs_sim_chance(random, 700)) who->doctor = group->doctor;
    who->habit = (uint16_t)(1090 + rs_random_below(random, 60)), who->habit_spread = 60; /* after the shift */
  }
}

/* Old neighbours who walk to the pharmacy together, each with a list of their own. */
static void friends(Cast *cast) {
  RsRandom *random = &cast->random;
  Group *group = &cast->group;
  group->place = home_place(cast, PLACE_PHARMACY);
  gather(cast, rs_sim_between(random, 3, 6), keeps_regimen, 0);
  group->day = rs_random_below(random, 14), group->every = rs_sim_chance(random, 500) ? 14 : 28;
  group->start = 520 + rs_random_below(random, 90), group->attendance = rs_sim_between(random, 650, 900);
}

static void cast_kind(RsSimWorld *world, RsSimKind kind, uint32_t one_per, void (*prepare)(Cast *)) {
  for (uint32_t i = 0, n = usual(world, one_per); i < n; i++) {
    Cast cast;
    begin(&cast, world, kind, i);
    prepare(&cast);
    enter(&cast);
  }
}

static void batch_settling(RsSimWorld *world) {
  for (uint32_t i = 0, n = usual(world, 9000); i < n; i++) {
    Cast cast;
    begin(&cast, world, KIND_BATCH_SETTLING, i);
    uint32_t place = home_place(&cast, PLACE_CLINIC), group = rs_sim_group(world);
    world->place[place].stamps_at_close = true;
    rs_sim_innocent_member(world, group, KIND_BATCH_SETTLING, ENTITY_PLACE, place);
  }
}

static void note_households(RsSimWorld *world) {
  for (uint32_t h = 0; h < world->n_households; h++) {
    const RsSimHousehold *home = &world->household[h];
    if (!home->together && !home->proxy) continue;
    uint32_t group = rs_sim_group(world);
    for (uint32_t i = 0; i < home->n; i++)
      rs_sim_innocent_member(world, group, home->proxy ? KIND_PROXY : KIND_HOUSEHOLD, ENTITY_PERSON, home->first + i);
  }
}

static void note_doors(RsSimWorld *world) {
  for (uint32_t p = 0; p < world->n_places; p++) {
    const RsSimPlace *place = &world->place[p];
    if (place->door != RS_NONE) {
      uint32_t group = rs_sim_group(world);
      const RsSimPlace *hospital = &world->place[place->door];
      rs_sim_innocent_member(world, group, KIND_DOOR_PHARMACY, ENTITY_PLACE, p);
      for (uint32_t i = 0; i < hospital->n_doctors; i++)
        rs_sim_innocent_member(world, group, KIND_DOOR_PHARMACY, ENTITY_DOCTOR, hospital->first_doctor + i);
    } else if (place->n_doctors == 1) {
      uint32_t group = rs_sim_group(world);
      rs_sim_innocent_member(world, group, KIND_WORKPLACE, ENTITY_PLACE, p);
      rs_sim_innocent_member(world, group, KIND_WORKPLACE, ENTITY_DOCTOR, place->first_doctor);
    }
  }
}

void rs_sim_innocent_cast(RsSimWorld *world) {
  world->groups = g_array_new(FALSE, FALSE, sizeof(Group));
  if (world->options->innocent <= 0) return;
  cast_kind(world, KIND_CARE_HOME, 6000, care_home);
  cast_kind(world, KIND_DIALYSIS, 5000, dialysis);
  cast_kind(world, KIND_EMPLOYER_DAY, 6000, employer_day);
  cast_kind(world, KIND_CLINIC_DAY, 5000, clinic_day);
  cast_kind(world, KIND_SCHOOL_CLINIC, 8000, school_clinic);
  cast_kind(world, KIND_FLU_CLINIC, 8000, flu_clinic);
  cast_kind(world, KIND_PROMOTION, 4000, promotion);
  cast_kind(world, KIND_MIGRANTS, world->style == RS_CITY_INDUSTRIAL ? 2500 : 6000, migrants);
  cast_kind(world, KIND_FRIENDS, 1500, friends);
  batch_settling(world);
  note_households(world);
  note_doors(world);
}

uint32_t rs_sim_crowd(const RsSimWorld *world, RsRandom *random, uint32_t crowd[160], uint32_t least) {
  G_STATIC_ASSERT(MOST <= 160);
  for (unsigned tries = 0; tries < 40 && world->groups->len; tries++) {
    const Group *group = &g_array_index(world->groups, Group, rs_random_below(random, world->groups->len));
    bool fits = group->kind == KIND_CARE_HOME || group->kind == KIND_EMPLOYER_DAY || group->kind == KIND_SCHOOL_CLINIC ||
                group->kind == KIND_MIGRANTS;
    if (!fits || group->n < least) continue;
    for (uint32_t i = 0; i < group->n; i++) crowd[i] = group->person[i];
    return group->n;
  }
  return 0;
}

/* ---- lives ---- */

static bool comes(RsRandom *random, const Group *group) { return rs_sim_chance(random, group->attendance); }

static void care_round(RsSimWorld *world, RsRandom *random, const Group *group, uint32_t day) {
  uint32_t time = day * 86400 + group->start * 60 + rs_random_below(random, 1200);
  for (uint32_t i = 0; i < group->n; i++) {
    if (!comes(random, group)) continue;
    uint32_t p = group->person[i];
    time += rs_sim_between(random, group->shift / 2, group->shift * 3 / 2);
    rs_sim_visit(world, p, group->place, group->doctor, rs_sim_main_diagnosis(world, random, p), time);
    if (world->place[group->place].type == PLACE_CLINIC) rs_sim_line(world, world->service[SERVICE_CONSULT], 1);
    rs_sim_own_drugs(world, random, p, 960);
    if (!world->visit[world->n_visits - 1].n_lines) world->n_visits--;
  }
}

static uint32_t kidney_diagnosis(void) {
  for (uint32_t i = 0; i < rs_sim_n_chronic; i++)
    if (rs_sim_diagnosis[i].dept == DEPT_KIDNEY) return i;
  return 0;
}

static void dialysis_day(RsSimWorld *world, RsRandom *random, const Group *group, uint32_t day) {
  if (!(group->shift >> rs_sim_weekday(world, day) & 1)) return;
  for (uint32_t i = 0; i < group->n; i++) {
    if (!comes(random, group)) continue;
    uint32_t time = day * 86400 + group->start * 60 + rs_random_below(random, 1500);
    rs_sim_visit(world, group->person[i], group->place, group->doctor, kidney_diagnosis(), time);
    rs_sim_line(world, world->service[SERVICE_DIALYSIS], 1);
    uint32_t first = world->class_first[CLASS_ERYTHROPOIETIN];
    if (rs_sim_chance(random, 450)) rs_sim_line(world, first, 1);
    if (rs_sim_chance(random, 200)) rs_sim_line(world, first + 1 + rs_random_below(random, 2), 1);
  }
}

static void checkup_day(RsSimWorld *world, RsRandom *random, const Group *group, uint32_t day) {
  static const uint8_t items[] = {SERVICE_CHECKUP, SERVICE_BLOOD, SERVICE_URINE, SERVICE_PANEL, SERVICE_ECG, SERVICE_ULTRASOUND};
  for (uint32_t i = 0; i < group->n; i++) {
    if (!comes(random, group)) continue;
    uint32_t time = day * 86400 + group->start * 60 + rs_random_below(random, 9000), p = group->person[i];
    rs_sim_visit(world, p, group->place, rs_sim_doctor(world, random, group->place, DEPT_GENERAL), rs_sim_n_diagnoses - 1, time);
    for (unsigned k = 0; k < sizeof items; k++)
      if (rs_sim_chance(random, k ? 850 : 1000)) rs_sim_line(world, world->service[items[k]], 1);
    if (rs_sim_chance(random, 120)) rs_sim_line(world, rs_sim_class_drug(world, random, CLASS_VITAMIN, group->place), 1);
  }
}

static void open_day(RsSimWorld *world, RsRandom *random, const Group *group, uint32_t day) {
  for (uint32_t i = 0; i < group->n; i++) {
    if (!comes(random, group)) continue;
    uint32_t p = group->person[i], width = group->kind == KIND_FRIENDS ? 900 : 8400;
    uint32_t time = day * 86400 + group->start * 60 + rs_random_below(random, width);
    rs_sim_visit(world, p, group->place, group->doctor, rs_sim_main_diagnosis(world, random, p), time);
    if (group->kind == KIND_CLINIC_DAY)
      rs_sim_line(world, world->service[rs_sim_chance(random, 500) ? SERVICE_SUGAR : SERVICE_CONSULT], 1);
    rs_sim_own_drugs(world, random, p, group->kind == KIND_PROMOTION ? 600 : 850);
    if (group->kind == KIND_PROMOTION) { /* this month's offer, and a stock of the usual */
      static const uint8_t offers[] = {CLASS_TONIC, CLASS_VITAMIN, CLASS_PLASTER, CLASS_HEART_TCM};
      uint32_t offer = offers[(day / 28) % sizeof offers];
      if (rs_sim_chance(random, 550))
        rs_sim_line(world, world->class_first[offer] + (day / 28 + group->place) % world->class_count[offer],
                    rs_sim_between(random, 1, 3));
    }
    if (!world->visit[world->n_visits - 1].n_lines) world->n_visits--;
  }
}

static void flu_days(RsSimWorld *world, RsRandom *random, const Group *group) {
  for (uint32_t i = 0; i < group->n; i++) {
    uint32_t day = group->day + rs_random_below(random, 5), p = group->person[i];
    if (day >= world->days || !rs_sim_open(world, group->place, day) || !comes(random, group)) continue;
    uint32_t flu = rs_sim_n_chronic + 1; /* J11.1 */
    rs_sim_visit(world, p, group->place, group->doctor, flu, day * 86400 + group->start * 60 + rs_random_below(random, 9000));
    rs_sim_line(world, world->service[SERVICE_CONSULT], 1);
    if (rs_sim_chance(random, 700))
      rs_sim_line(world, world->class_first[CLASS_FLU] + rs_random_below(random, MIN(world->class_count[CLASS_FLU], 2u)), 1);
    if (rs_sim_chance(random, 600)) rs_sim_line(world, rs_sim_class_drug(world, random, CLASS_COLD, group->place), 1);
  }
}

static void live_group(RsSimWorld *world, const Group *group) {
  RsRandom random;
  rs_sim_stream(world, &random, TAG_INNOCENT_LIVES, group->stream);
  if (group->kind == KIND_FLU_CLINIC) flu_days(world, &random, group);
  if (group->kind == KIND_SCHOOL_CLINIC || group->kind == KIND_MIGRANTS) return; /* live as everybody does */
  uint32_t every = group->kind == KIND_DIALYSIS ? 1 : group->every;
  for (uint32_t day = group->kind == KIND_DIALYSIS ? 0 : group->day; day < world->days; day += every) {
    uint32_t on = group->kind == KIND_DIALYSIS ? day : rs_sim_open_day(world, group->place, day);
    if (on >= world->days) break;
    switch (group->kind) {
    case KIND_CARE_HOME: care_round(world, &random, group, on); break;
    case KIND_DIALYSIS: dialysis_day(world, &random, group, on); break;
    case KIND_EMPLOYER_DAY: checkup_day(world, &random, group, on); break;
    case KIND_CLINIC_DAY:
    case KIND_PROMOTION:
    case KIND_FRIENDS: open_day(world, &random, group, on); break;
    default: break;
    }
  }
}

void rs_sim_innocent_live(RsSimWorld *world) {
  GArray *groups = world->groups;
  for (guint i = 0; i < groups->len; i++) live_group(world, &g_array_index(groups, Group, i));
}

/* ---- one box, several buyers; one box, brought back ---- */

static uint64_t new_trace(RsRandom *random) { return 1 + rs_random_next(random) % 9999999999999u; }

static void one_line(RsSimWorld *world, RsRandom *random, uint32_t p, uint32_t place, uint32_t day, uint32_t drug,
                     int32_t quantity, uint64_t trace) {
  uint32_t time = day * 86400 + rs_sim_hour(world, random, p, place);
  rs_sim_visit(world, p, place, RS_NONE, rs_sim_main_diagnosis(world, random, p), time);
  rs_sim_line(world, drug, 1);
  world->line[world->n_lines - 1].quantity = quantity;
  world->line[world->n_lines - 1].trace = trace;
}

/* The newest visit's line becomes so many of a box's 24 pieces, at a piece's price. */
static void sell_pieces(RsSimWorld *world, uint32_t pieces) {
  RsSimVisit *visit = &world->visit[world->n_visits - 1];
  visit->markup = (uint16_t)MAX(visit->markup / 24, 1);
  if (world->place[visit->place].n_doctors) visit->doctor = world->place[visit->place].first_doctor;
  world->line[visit->first_line].quantity = (int32_t)pieces;
}

static void split_box(RsSimWorld *world, Cast *cast) {
  RsRandom *random = &cast->random;
  uint32_t place = home_place(cast, rs_sim_chance(random, 600) ? PLACE_PHARMACY : PLACE_CLINIC), group = rs_sim_group(world);
  rs_sim_innocent_member(world, group, KIND_SPLIT_BOX, ENTITY_PLACE, place);
  for (uint32_t box = rs_sim_between(random, 2, 6); box > 0; box--) {
    uint32_t drug = rs_sim_class_drug(world, random, rs_sim_chance(random, 500) ? CLASS_ANTIBIOTIC : CLASS_PAIN, place);
    uint32_t first = rs_random_below(random, world->days);
    uint64_t trace = new_trace(random);
    uint32_t buyers = rs_sim_between(random, 2, 6), pieces = 24 / buyers;
    for (uint32_t i = buyers; i > 0; i--) {
      uint32_t p = rs_sim_neighbour(world, random, world->place[place].district), day = first + rs_random_below(random, 6);
      day = MIN(day, world->days - 1);
      if (world->person[p].cast & RS_SIM_CAST_RING) continue;
      one_line(world, random, p, place, day, drug, 1, trace);
      sell_pieces(world, rs_sim_between(random, 3, pieces));
      rs_sim_innocent_member(world, group, KIND_SPLIT_BOX, ENTITY_PERSON, p);
    }
  }
}

static void returned_box(RsSimWorld *world, Cast *cast) {
  RsRandom *random = &cast->random;
  uint32_t p = rs_random_below(random, world->n_persons), next = rs_sim_neighbour(world, random, world->person[p].district);
  uint32_t place = world->person[p].pharmacy[0], day = rs_random_below(random, world->days);
  uint32_t drug = rs_sim_class_drug(world, random, CLASS_STATIN, place), group = rs_sim_group(world);
  if (day + 12 >= world->days || p == next) return;
  uint64_t trace = new_trace(random);
  one_line(world, random, p, place, day, drug, 1, trace);
  one_line(world, random, p, place, day + 1 + rs_random_below(random, 3), drug, -1, trace);
  one_line(world, random, next, place, day + 5 + rs_random_below(random, 7), drug, 1, trace);
  rs_sim_innocent_member(world, group, KIND_RETURN, ENTITY_PERSON, p);
  rs_sim_innocent_member(world, group, KIND_RETURN, ENTITY_PERSON, next);
  rs_sim_innocent_member(world, group, KIND_RETURN, ENTITY_PLACE, place);
}

void rs_sim_innocent_boxes(RsSimWorld *world) {
  if (world->options->innocent <= 0) return;
  for (uint32_t i = 0, n = usual(world, 4000); i < n; i++) {
    Cast cast;
    begin(&cast, world, KIND_SPLIT_BOX, i);
    split_box(world, &cast);
  }
  for (uint32_t i = 0, n = usual(world, 800); i < n; i++) {
    Cast cast;
    begin(&cast, world, KIND_RETURN, i);
    returned_box(world, &cast);
  }
}

/* ---- clerks: a place that uploads the day's bills when it closes ---- */

void rs_sim_innocent_stamp(RsSimWorld *world) {
  RsRandom random;
  rs_sim_stream(world, &random, TAG_STAMPS, 0);
  for (uint64_t v = 0; v < world->n_visits; v++) {
    RsSimVisit *visit = &world->visit[v];
    const RsSimPlace *place = &world->place[visit->place];
    if (!place->stamps_at_close) continue;
    visit->time = visit->time / 86400 * 86400 + place->close * 60u + rs_random_below(&random, 4);
    visit->fixed_time = true;
  }
}
