/* datasets/simulate_rings.c: planted rings of every pattern, from careless to careful. What is planted follows published
 * descriptions of how cards, drugs and prescriptions are abused, not any way of finding it. */
#include "datasets/simulate_world.h"


enum { TAG_CAST = 31, TAG_RING, TAG_STEERING };
enum { BATCH, RESALE, STEERING, CROSSREGION, DUPLICATE, TRAVEL, TRACE, MIXED, N_PATTERNS };

#define RING_PERSONS 200
#define RING_OUTLETS 8
#define RING_DOCTORS 16
#define RING_DRUGS 6

typedef struct RsSimRing {
  uint32_t pattern, number; /* number: ring id */
  uint32_t n_persons, n_outlets, n_doctors, n_drugs;
  uint32_t person[RING_PERSONS], outlet[RING_OUTLETS], doctor[RING_DOCTORS], drug[RING_DRUGS];
  uint32_t bursts, attendance, window, purity, dose, mimicry; /* permille but for bursts and window (seconds) */
  uint32_t base, local; /* the organiser's district, and how often he looks no further, permille */
  bool trims;           /* fills each bill up to just below what the fund pays */
  uint64_t stream;
} Ring;

/* Ranges {careless low, careless high, careful low, careful high} for each pattern. */
typedef struct {
  uint32_t size[4], bursts[4], attendance[4], window[4], outlets[4], drugs[4];
} Ranges;
static const Ranges usual[N_PATTERNS] = {
    [BATCH] = {{5, 16, 4, 14}, {8, 16, 4, 6}, {820, 1000, 620, 780}, {4, 14, 15, 240}, {2, 5, 2, 5}, {3, 6, 1, 3}},
    [RESALE] = {{6, 18, 5, 14}, {16, 30, 8, 13}, {650, 950, 450, 750}, {0, 0, 0, 0}, {4, 8, 4, 8}, {2, 5, 1, 2}},
    [STEERING] = {{0, 0, 0, 0}, {0, 0, 0, 0}, {700, 950, 380, 560}, {15, 150, 15, 1500}, {1, 1, 1, 1}, {1, 2, 0, 1}},
    [CROSSREGION] = {{6, 20, 5, 14}, {4, 8, 2, 4}, {800, 1000, 650, 850}, {20, 90, 60, 400}, {1, 2, 1, 2}, {2, 4, 1, 3}},
    [DUPLICATE] = {{4, 12, 4, 10}, {4, 8, 2, 4}, {850, 1000, 650, 850}, {60, 360, 200, 2600}, {2, 2, 2, 4}, {2, 4, 1, 2}},
    [TRAVEL] = {{3, 9, 3, 8}, {4, 8, 2, 4}, {850, 1000, 650, 850}, {2, 20, 12, 45}, {1, 2, 1, 3}, {2, 4, 1, 2}},
    [TRACE] = {{6, 16, 5, 12}, {4, 8, 2, 4}, {850, 1000, 650, 850}, {4320, 30000, 14400, 90000}, {2, 3, 2, 4}, {2, 4, 2, 3}},
    [MIXED] = {{6, 14, 5, 12}, {8, 14, 4, 6}, {820, 1000, 650, 780}, {4, 14, 15, 200}, {2, 4, 2, 4}, {3, 5, 1, 3}},
};

/* ---- casting ---- */

static bool in_ring(const Ring *ring, uint32_t p) {
  for (uint32_t i = 0; i < ring->n_persons; i++)
    if (ring->person[i] == p) return true;
  return false;
}

static bool suits(const RsSimWorld *world, const Ring *ring, uint32_t p, uint32_t district) {
  const RsSimPerson *who = &world->person[p];
  if (who->cast || in_ring(ring, p) || rs_sim_age(world, p) < 18) return false;
  if (district != RS_NONE) return who->district == district && who->insured == district;
  return world->district[who->district].home;
}

static void join(RsSimWorld *world, Ring *ring, uint32_t p, uint32_t keep) {
  ring->person[ring->n_persons++] = p;
  world->person[p].cast |= RS_SIM_CAST_RING;
  world->person[p].keep = (uint16_t)MIN(world->person[p].keep, keep);
}

/* A handler registers some of the cards under one telephone. */
static void share_phone(RsSimWorld *world, RsRandom *random, const Ring *ring) {
  static const uint32_t phones[4] = {0, 500, 0, 120};
  uint32_t permille = rs_sim_dial(world, random, -1, 1000, phones);
  for (uint32_t i = 1; i < ring->n_persons; i++)
    if (rs_sim_chance(random, permille)) world->person[ring->person[i]].phone = world->person[ring->person[0]].phone;
}

/* Members: mostly strangers, now and then somebody's husband or mother, now and then somebody of another ring. */
static void cast_members(RsSimWorld *world, RsRandom *random, Ring *ring, uint32_t n, uint32_t district) {
  const RsSimulateOptions *options = world->options;
  static const uint32_t keeps[4] = {300, 1000, 600, 1000}, overlaps[4] = {0, 0, 0, 60};
  uint32_t overlap = rs_sim_dial(world, random, options->overlap, 1000, overlaps);
  for (uint32_t tries = 0; ring->n_persons < n && tries < 40000; tries++) {
    uint32_t p = rs_random_below(random, world->n_persons);
    if (ring->n_persons && rs_sim_chance(random, 100)) { /* a relative of the last one */
      const RsSimHousehold *home = &world->household[world->person[ring->person[ring->n_persons - 1]].household];
      p = home->first + rs_random_below(random, home->n);
    }
    const Ring *other = world->n_cast ? &world->ring[rs_random_below(random, world->n_cast)] : NULL;
    bool shared =
        other && other->n_persons && district == RS_NONE && other->pattern != CROSSREGION && rs_sim_chance(random, overlap);
    if (shared) p = other->person[rs_random_below(random, other->n_persons)];
    if (district == RS_NONE && !shared && tries < 20000 && world->person[p].district != ring->base &&
        rs_sim_chance(random, ring->local))
      continue;
    if (shared ? in_ring(ring, p) : !suits(world, ring, p, district)) continue;
    join(world, ring, p, rs_sim_dial(world, random, options->honest, 1000, keeps));
  }
}

/* A ring inside an innocent crowd: some of a care home's cards, some of a factory's men. */
static bool cast_hidden(RsSimWorld *world, RsRandom *random, Ring *ring, uint32_t n) {
  uint32_t crowd[160], size = rs_sim_crowd(world, random, crowd, n + 5);
  if (!size) return false;
  static const uint32_t keeps[4] = {300, 1000, 600, 1000};
  uint32_t keep = rs_sim_dial(world, random, world->options->honest, 1000, keeps);
  for (uint32_t tries = 0; ring->n_persons < n && tries < 2000; tries++) {
    uint32_t p = crowd[rs_random_below(random, size)];
    if (!(world->person[p].cast & RS_SIM_CAST_RING) && !in_ring(ring, p)) join(world, ring, p, keep);
  }
  return ring->n_persons > 2;
}

static void cast_drugs(const RsSimWorld *world, RsRandom *random, Ring *ring, uint32_t n) {
  uint32_t least = rs_sim_chance(random, 700) ? 4000 : 1500; /* what sells well, or just anything handy */
  for (uint32_t tries = 0; ring->n_drugs < MIN(n, RING_DRUGS) && tries < 4000; tries++) {
    uint32_t drug = rs_random_below(random, world->n_drugs);
    if (rs_sim_chance(random, 600)) { /* mostly what everybody knows */
      uint32_t family = rs_random_below(random, N_CLASSES);
      drug = rs_sim_class_drug(world, random, family, rs_random_below(random, world->n_places));
    }
    const RsSimSubstance *what = &rs_sim_substance[world->drug[drug].substance];
    if (what->family == CLASS_SERVICE || world->drug[drug].price < least || world->drug[drug].price > 60000) continue;
    bool known = false;
    for (uint32_t i = 0; i < ring->n_drugs; i++) known |= world->drug[ring->drug[i]].substance == world->drug[drug].substance;
    if (!known) ring->drug[ring->n_drugs++] = drug;
  }
}

static void add_outlet(Ring *ring, uint32_t place) {
  for (uint32_t i = 0; i < ring->n_outlets; i++)
    if (ring->outlet[i] == place) return;
  if (ring->n_outlets < RING_OUTLETS) ring->outlet[ring->n_outlets++] = place;
}

static uint32_t any_place(const RsSimWorld *world, RsRandom *random, const Ring *ring, bool home, RsSimPlaceType type) {
  uint32_t district =
      home ? rs_random_below(random, world->n_home) : world->n_home + rs_random_below(random, world->n_districts - world->n_home);
  if (home && rs_sim_chance(random, ring->local)) district = ring->base;
  uint32_t slot = district * N_PLACE_TYPES + (uint32_t)type;
  return world->first_place[slot] + rs_random_below(random, world->count_place[slot]);
}

static void add_doctor(const RsSimWorld *world, RsRandom *random, Ring *ring, uint32_t place) {
  const RsSimPlace *at = &world->place[place];
  if (at->n_doctors && ring->n_doctors < RING_DOCTORS)
    ring->doctor[ring->n_doctors++] = at->first_doctor + rs_random_below(random, at->n_doctors);
}

static void cast_outlets(const RsSimWorld *world, RsRandom *random, Ring *ring, uint32_t n) {
  switch (ring->pattern) {
  case BATCH:
  case MIXED:
    for (uint32_t tries = 0; tries < 300 && ring->n_outlets < n; tries++)
      add_outlet(ring, any_place(world, random, ring, true, rs_sim_chance(random, 850) ? PLACE_PHARMACY : PLACE_CLINIC));
    for (uint32_t i = rs_random_below(random, 3); i > 0; i--)
      add_doctor(world, random, ring,
                 any_place(world, random, ring, true, rs_sim_chance(random, 500) ? PLACE_CLINIC : PLACE_HOSPITAL));
    break;
  case RESALE:
    for (uint32_t i = 0; i < n / 2 + 1; i++) add_outlet(ring, any_place(world, random, ring, true, PLACE_PHARMACY));
    for (uint32_t i = rs_sim_between(random, 6, 14); i > 0; i--)
      add_doctor(world, random, ring,
                 any_place(world, random, ring, true, rs_sim_chance(random, 650) ? PLACE_HOSPITAL : PLACE_CLINIC));
    break;
  case CROSSREGION:
    for (uint32_t i = 0; i < n; i++) add_outlet(ring, any_place(world, random, ring, true, PLACE_PHARMACY));
    add_doctor(world, random, ring,
               any_place(world, random, ring, true, rs_sim_chance(random, 500) ? PLACE_CLINIC : PLACE_HOSPITAL));
    break;
  case DUPLICATE: /* pairs: where it was bought, where it was billed again */
    for (uint32_t i = 0; i + 1 < MAX(n, 2u); i += 2) {
      uint32_t had = ring->n_outlets;
      add_outlet(ring, any_place(world, random, ring, true, PLACE_PHARMACY));
      while (ring->n_outlets == had + 1) {
        bool home = rs_sim_chance(random, 350);
        add_outlet(ring, any_place(world, random, ring, home, rs_sim_chance(random, 800) ? PLACE_PHARMACY : PLACE_CLINIC));
      }
    }
    break;
  case TRAVEL:
    for (uint32_t i = 0; i < n; i++) add_outlet(ring, any_place(world, random, ring, false, PLACE_PHARMACY));
    break;
  case TRACE:
    for (uint32_t tries = 0; tries < 300 && ring->n_outlets < MAX(n, 2u); tries++)
      add_outlet(ring, any_place(world, random, ring, true, PLACE_PHARMACY));
    break;
  default: break;
  }
}

static void cast_ring(RsSimWorld *world, uint32_t pattern, uint32_t index) {
  const RsSimulateOptions *options = world->options;
  RsRandom drawn, *random = &drawn;
  uint64_t stream = (uint64_t)pattern << 32 | index;
  rs_sim_stream(world, random, TAG_CAST, stream);
  Ring *ring = &world->ring[world->n_cast];
  const Ranges *range = &usual[pattern];
  static const uint32_t purities[4] = {750, 1000, 300, 620}, doses[4] = {1500, 3000, 1000, 1000},
                        mimicries[4] = {0, 0, 900, 1000};
  *ring = (Ring){.pattern = pattern, .stream = stream};
  ring->base = rs_random_below(random, world->n_home);
  ring->local = rs_sim_between(random, 0, 950);
  uint32_t size = rs_sim_dial(world, random, options->ring_size, 1, range->size);
  ring->bursts = rs_sim_dial(world, random, options->bursts, 1, range->bursts);
  ring->attendance = rs_sim_dial(world, random, options->attendance, 1000, range->attendance);
  ring->window = rs_sim_dial(world, random, options->window_minutes, 1, range->window) * 60;
  uint32_t outlets = MAX(rs_sim_dial(world, random, options->outlets, 1, range->outlets), 1u);
  ring->purity = rs_sim_dial(world, random, options->purity, 1000, purities);
  ring->dose = rs_sim_dial(world, random, options->dose, 1000, doses);
  ring->mimicry = rs_sim_dial(world, random, options->mimicry, 1000, mimicries);
  ring->trims = options->dose < 0 && ring->dose > 1200 && rs_sim_chance(random, 400);
  cast_drugs(world, random, ring, rs_sim_dial(world, random, -1, 1, range->drugs));
  cast_outlets(world, random, ring, outlets);
  if (pattern != STEERING) {
    uint32_t district = RS_NONE;
    if (pattern == CROSSREGION) district = world->n_home + rs_random_below(random, world->n_districts - world->n_home);
    size = MIN(MAX(size, 3u), (uint32_t)RING_PERSONS);
    bool hidden = pattern == BATCH && index % 6 == 4 && cast_hidden(world, random, ring, size);
    if (!hidden) cast_members(world, random, ring, size, district);
    share_phone(world, random, ring);
    if (ring->n_persons < 3) ring->n_persons = 0; /* nobody to be had: no ring, and no line in the truth */
  }
  world->n_cast++;
}

void rs_sim_rings_cast(RsSimWorld *world) {
  uint32_t n = 0;
  for (uint32_t pattern = 0; pattern < N_PATTERNS; pattern++) n += world->options->rings[pattern];
  world->ring = g_new0(Ring, n + 1);
  for (uint32_t pattern = 0; pattern < N_PATTERNS; pattern++)
    for (uint32_t i = 0; i < world->options->rings[pattern]; i++) cast_ring(world, pattern, i);
  /* Ring numbers say nothing about the pattern. */
  RsRandom random;
  rs_sim_stream(world, &random, TAG_CAST, UINT64_MAX - 1);
  for (uint32_t i = 0; i < world->n_cast; i++) {
    uint32_t j = rs_random_below(&random, i + 1);
    world->ring[i].number = world->ring[j].number;
    world->ring[j].number = i;
  }
  world->n_rings = world->n_cast;
}

/* ---- acting ---- */

typedef struct {
  RsSimWorld *world;
  const Ring *ring;
  RsRandom random;
} Act;

static void mark(RsSimWorld *world, const Ring *ring, RsSimEntity entity, uint32_t id) {
  rs_sim_truth(world, ring->number, ring->pattern, entity, id);
}

/* A careful ring has the slip say what the drug is for; a careless one leaves whatever stood there. */
static uint32_t excuse(Act *act, uint32_t p, uint32_t drug) {
  unsigned family = rs_sim_substance[act->world->drug[drug].substance].family;
  uint32_t first = rs_random_below(&act->random, rs_sim_n_diagnoses);
  if (rs_sim_chance(&act->random, MAX(act->ring->mimicry, 250u)))
    for (uint32_t i = 0; i < rs_sim_n_diagnoses; i++) {
      uint32_t at = (first + i) % rs_sim_n_diagnoses;
      bool possible = rs_sim_can_have(at, rs_sim_age(act->world, p), act->world->person[p].sex);
      if (act->ring->mimicry > 500 && !possible) continue;
      for (unsigned c = 0; c < 4 && rs_sim_diagnosis[at].family[c] != CLASS_SERVICE; c++)
        if (rs_sim_diagnosis[at].family[c] == family) return at;
    }
  return rs_sim_main_diagnosis(act->world, &act->random, p);
}

static void ring_line(Act *act, uint32_t drug) {
  uint32_t packs = rs_sim_packs(act->world, drug) * act->ring->dose / 1000;
  rs_sim_line(act->world, drug, MAX(packs, 1u) + rs_sim_chance(&act->random, 200));
}

/* A basket: some of the ring's drugs, and of a person's own as many as the purity asks for. */
static void basket(Act *act, uint32_t p, uint32_t place, uint32_t n_ring) {
  const Ring *ring = act->ring;
  RsSimWorld *world = act->world;
  uint32_t first = rs_random_below(&act->random, ring->n_drugs);
  for (uint32_t i = 0; i < n_ring; i++) ring_line(act, ring->drug[(first + i) % ring->n_drugs]);
  uint32_t own = 0, wanted = n_ring * (1000 - ring->purity);
  for (unsigned tries = 0; tries < 6 && own * MAX(ring->purity, 100u) < wanted; tries++, own++) {
    const RsSimPerson *who = &world->person[p];
    if (who->n_drugs && rs_sim_chance(&act->random, 650)) {
      uint32_t i = rs_random_below(&act->random, who->n_drugs);
      rs_sim_line(world, who->drug[i], who->dose[i]);
    } else {
      static const uint8_t handy[] = {CLASS_COLD,  CLASS_PLASTER, CLASS_VITAMIN,   CLASS_GASTRIC,
                                      CLASS_COUGH, CLASS_SKIN,    CLASS_ANTIBIOTIC};
      rs_sim_line(world, rs_sim_class_drug(world, &act->random, handy[rs_random_below(&act->random, sizeof handy)], place), 1);
    }
  }
}

static uint32_t some_ring_drugs(Act *act) {
  uint32_t n = act->ring->n_drugs;
  return act->ring->purity > 700 ? rs_sim_between(&act->random, n > 3 ? n - 2 : n, n) : rs_sim_between(&act->random, 1, n);
}

static uint32_t ring_doctor(Act *act) {
  return act->ring->n_doctors ? act->ring->doctor[rs_random_below(&act->random, act->ring->n_doctors)] : RS_NONE;
}

/* The second of the day at which a meeting starts, so that it fits before closing time where it can. */
static uint32_t meeting_start(Act *act, uint32_t place, uint32_t length) {
  const RsSimPlace *at = &act->world->place[place];
  uint32_t open = (at->open + 5u) * 60, close = (at->close - 5u) * 60;
  uint32_t latest = close > open + length ? close - length : open;
  if (act->ring->mimicry < 500 && latest > open + 5400 && rs_sim_chance(&act->random, 350))
    open = latest - 5400; /* near closing */
  return open + rs_random_below(&act->random, latest - open + 1);
}

/* Quantities go up while the bill stays below the cap, and down while it is above. */
static void trim(Act *act) {
  RsSimWorld *world = act->world;
  const RsSimVisit *visit = &world->visit[world->n_visits - 1];
  RsSimLine *line = &world->line[visit->first_line];
  int64_t sum = 0;
  for (uint32_t i = 0; i < visit->n_lines; i++) sum += rs_sim_fund(world, visit, &line[i]);
  for (uint32_t i = 0, tries = 0; visit->n_lines && tries < 60; tries++, i = (i + 1) % visit->n_lines) {
    int64_t one = rs_sim_fund(world, visit, &line[i]) / line[i].quantity;
    if (sum > world->cap && line[i].quantity > 1)
      line[i].quantity--, sum -= one;
    else if (one > 0 && sum + one <= world->cap && line[i].quantity < 12)
      line[i].quantity++, sum += one;
  }
}

static void one_swipe(Act *act, uint32_t p, uint32_t place, uint32_t doctor, uint32_t time) {
  uint32_t lead = act->ring->drug[rs_random_below(&act->random, act->ring->n_drugs)];
  rs_sim_visit(act->world, p, place, doctor, excuse(act, p, lead), time);
  basket(act, p, place, some_ring_drugs(act));
  if (act->ring->trims) trim(act);
}

static void shuffle(RsRandom *random, uint32_t *list, uint32_t n) {
  for (uint32_t i = n; i > 1; i--) {
    uint32_t j = rs_random_below(random, i), keep = list[i - 1];
    list[i - 1] = list[j], list[j] = keep;
  }
}

static uint32_t attending(Act *act, uint32_t *list) {
  uint32_t n = 0;
  for (uint32_t i = 0; i < act->ring->n_persons; i++)
    if (rs_sim_chance(&act->random, act->ring->attendance)) list[n++] = act->ring->person[i];
  shuffle(&act->random, list, n);
  return n;
}

static void batch_burst(Act *act, uint32_t day, uint32_t place) {
  uint32_t list[RING_PERSONS], n = attending(act, list), window = act->ring->window;
  bool apart = rs_sim_chance(&act->random, act->ring->mimicry);
  const RsSimPlace *at = &act->world->place[place];
  uint32_t doctor = ring_doctor(act), gap = 0;
  if (at->type != PLACE_PHARMACY) doctor = at->first_doctor + rs_random_below(&act->random, at->n_doctors);
  if (apart && n > 1) {
    uint32_t hours = (at->close - at->open - 10u) * 60;
    uint32_t needed = (n - 1) * 900 + 1800 + rs_random_below(&act->random, n * 1200); /* and no clockwork */
    window = MAX(window, needed);
    window = MIN(window, hours);
    gap = MIN(900u, window / (n - 1));
  }
  uint32_t start = meeting_start(act, place, window), slack = n > 1 ? window - gap * (n - 1) : window;
  uint32_t offset[RING_PERSONS];
  for (uint32_t i = 0; i < n; i++) offset[i] = rs_random_below(&act->random, slack + 1);
  for (uint32_t i = 1; i < n; i++) /* insertion sort: a handful */
    for (uint32_t j = i; j > 0 && offset[j] < offset[j - 1]; j--) {
      uint32_t keep = offset[j];
      offset[j] = offset[j - 1], offset[j - 1] = keep;
    }
  for (uint32_t i = 0; i < n; i++) one_swipe(act, list[i], place, doctor, day * 86400 + start + offset[i] + gap * i);
}

static void mark_all(Act *act) {
  RsSimWorld *world = act->world;
  const Ring *ring = act->ring;
  for (uint32_t i = 0; i < ring->n_persons; i++) mark(world, ring, ENTITY_PERSON, ring->person[i]);
  for (uint32_t i = 0; i < ring->n_doctors; i++) mark(world, ring, ENTITY_DOCTOR, ring->doctor[i]);
  for (uint32_t i = 0; i < ring->n_outlets; i++) mark(world, ring, ENTITY_PLACE, ring->outlet[i]);
  for (uint32_t i = 0; i < ring->n_drugs; i++) mark(world, ring, ENTITY_DRUG, ring->drug[i]);
}

static uint32_t ring_day(Act *act, uint32_t place) {
  uint32_t day = 0;
  for (unsigned tries = 0; tries < 30; tries++) {
    day = rs_random_below(&act->random, act->world->days);
    if (rs_sim_open(act->world, place, day)) break;
  }
  return day;
}

static void live_batch(Act *act) {
  const Ring *ring = act->ring;
  uint32_t last = rs_random_below(&act->random, ring->n_outlets);
  for (uint32_t b = 0; b < ring->bursts; b++) {
    uint32_t at = rs_random_below(&act->random, ring->n_outlets);
    if (at == last && rs_sim_chance(&act->random, 700)) at = (at + 1) % ring->n_outlets;
    last = at;
    batch_burst(act, ring_day(act, ring->outlet[at]), ring->outlet[at]);
  }
}

static void live_resale(Act *act) {
  RsSimWorld *world = act->world;
  const Ring *ring = act->ring;
  for (uint32_t i = 0; i < ring->n_persons; i++) {
    uint32_t pool[RING_DOCTORS], n = ring->n_doctors, p = ring->person[i];
    for (uint32_t k = 0; k < n; k++) pool[k] = ring->doctor[k];
    shuffle(&act->random, pool, n);
    n = MAX(MIN(n, 4u), n * ring->attendance / 1000);
    g_assert(n > 0); /* a ring that needs doctors has some */
    for (uint32_t v = 0; v < ring->bursts; v++) {
      uint32_t doctor = pool[(v + rs_random_below(&act->random, 2)) % n], place = world->doctor[doctor].place;
      uint32_t day = ring_day(act, place), time = day * 86400 + rs_sim_hour(world, &act->random, p, place);
      uint32_t drug = ring->drug[rs_random_below(&act->random, ring->n_drugs)], why = excuse(act, p, drug);
      rs_sim_visit(world, p, place, doctor, why, time);
      rs_sim_line(world, world->service[SERVICE_CONSULT], 1);
      if (rs_sim_chance(&act->random, 300)) {
        uint32_t outlet = ring->outlet[rs_random_below(&act->random, ring->n_outlets)];
        time += rs_sim_between(&act->random, 15, 120) * 60;
        rs_sim_visit(world, p, outlet, doctor, why, rs_sim_in_hours(world, &act->random, outlet, time));
        place = outlet;
      }
      basket(act, p, place, rs_sim_between(&act->random, 1, MIN(ring->n_drugs, 2u)));
    }
  }
}

static void live_crossregion(Act *act) {
  RsSimWorld *world = act->world;
  const Ring *ring = act->ring;
  bool by_bus = !rs_sim_chance(&act->random, MAX(ring->mimicry, 200u));
  for (uint32_t b = 0; b < ring->bursts; b++) {
    uint32_t outlet = ring->outlet[rs_random_below(&act->random, ring->n_outlets)], doctor = ring_doctor(act);
    uint32_t written_at = world->doctor[doctor].place, together = ring_day(act, written_at);
    uint32_t list[RING_PERSONS], n = attending(act, list), start = meeting_start(act, written_at, ring->window);
    for (uint32_t i = 0; i < n; i++) {
      uint32_t day = by_bus || rs_sim_chance(&act->random, 250) ? together : ring_day(act, written_at);
      uint32_t time = day * 86400 + (day == together ? start + rs_random_below(&act->random, ring->window + 1)
                                                     : rs_sim_hour(world, &act->random, list[i], written_at));
      if (rs_sim_chance(&act->random, 500)) {
        rs_sim_visit(world, list[i], written_at, doctor, excuse(act, list[i], ring->drug[0]), time);
        rs_sim_line(world, world->service[SERVICE_CONSULT], 1);
        if (rs_sim_chance(&act->random, 300)) rs_sim_line(world, world->service[SERVICE_BLOOD], 1);
      }
      time += rs_sim_between(&act->random, 12, 80) * 60;
      one_swipe(act, list[i], outlet, doctor, rs_sim_in_hours(world, &act->random, outlet, time));
    }
  }
}

/* The newest visit once more, at another place and time. */
static void bill_again(Act *act, uint32_t place, uint32_t time, bool drop_one) {
  RsSimWorld *world = act->world;
  RsSimVisit first = world->visit[world->n_visits - 1];
  uint32_t doctor = first.doctor;
  if (world->place[place].n_doctors)
    doctor = world->place[place].first_doctor + rs_random_below(&act->random, world->place[place].n_doctors);
  rs_sim_visit(world, first.person, place, doctor, first.diagnosis, time);
  for (uint32_t i = drop_one && first.n_lines > 2; i < first.n_lines; i++) {
    RsSimLine line = world->line[first.first_line + i];
    rs_sim_line(world, line.drug, (uint32_t)line.quantity);
  }
}

static void live_duplicate(Act *act) {
  RsSimWorld *world = act->world;
  const Ring *ring = act->ring;
  for (uint32_t i = 0; i < ring->n_persons; i++)
    for (uint32_t b = 0; b < ring->bursts; b++) {
      if (!rs_sim_chance(&act->random, ring->attendance)) continue;
      uint32_t p = ring->person[i], pair = rs_random_below(&act->random, ring->n_outlets / 2) * 2;
      uint32_t bought = ring->outlet[pair], billed = ring->outlet[pair + 1], day = ring_day(act, bought);
      uint32_t time = day * 86400 + rs_sim_hour(world, &act->random, p, bought);
      one_swipe(act, p, bought, rs_sim_chance(&act->random, 400) ? world->person[p].doctor : RS_NONE, time);
      uint32_t later = rs_sim_between(&act->random, 30, MAX(ring->window / 60, 31u)) * 60;
      uint32_t again = time + later, second = again % 86400; /* billed while the other place is open, that day or the next */
      const RsSimPlace *at = &world->place[billed];
      if (second < at->open * 60u) second = at->open * 60u + rs_random_below(&act->random, 7200);
      if (second > at->close * 60u - 300) second = at->close * 60u - 300 - rs_random_below(&act->random, 7200);
      uint32_t again_day = again / 86400;
      if (again_day == day && day * 86400 + second <= time + 600) again_day++;
      if (again_day >= world->days) continue;
      bill_again(act, billed, again_day * 86400 + second, rs_sim_chance(&act->random, ring->mimicry / 4));
    }
}

static void live_travel(Act *act) {
  RsSimWorld *world = act->world;
  const Ring *ring = act->ring;
  for (uint32_t i = 0; i < ring->n_persons; i++)
    for (uint32_t b = 0; b < ring->bursts; b++) {
      if (!rs_sim_chance(&act->random, ring->attendance)) continue;
      uint32_t p = ring->person[i], here = world->person[p].pharmacy[0],
               there = ring->outlet[rs_random_below(&act->random, ring->n_outlets)];
      uint32_t day = ring_day(act, here), second = rs_sim_hour(world, &act->random, p, here);
      const RsSimPlace *far = &world->place[there];
      second = CLAMP(second, far->open * 60u + 120, far->close * 60u - 4000u);
      rs_sim_visit(world, p, here, RS_NONE, rs_sim_main_diagnosis(world, &act->random, p), day * 86400 + second);
      rs_sim_own_drugs(world, &act->random, p, 600);
      if (!world->visit[world->n_visits - 1].n_lines)
        rs_sim_line(world, rs_sim_class_drug(world, &act->random, CLASS_COLD, here), 1);
      uint32_t gap = 60 + rs_random_below(&act->random, MAX(ring->window, 61u));
      one_swipe(act, p, there, RS_NONE, day * 86400 + second + gap);
    }
}

/* Boxes bought on one card come back over the counter and are billed on another. */
static void live_trace(Act *act) {
  RsSimWorld *world = act->world;
  const Ring *ring = act->ring;
  uint32_t boxes = ring->bursts * ring->n_persons;
  for (uint32_t b = 0; b < boxes; b++) {
    if (!rs_sim_chance(&act->random, ring->attendance)) continue;
    uint32_t from = rs_random_below(&act->random, ring->n_outlets), to = rs_random_below(&act->random, ring->n_outlets);
    if (to == from && rs_sim_chance(&act->random, 800)) to = (to + 1) % ring->n_outlets;
    uint32_t seller = ring->person[b % ring->n_persons], buyer = ring->person[rs_random_below(&act->random, ring->n_persons)];
    if (buyer == seller) buyer = ring->person[(b + 1) % ring->n_persons];
    uint32_t drug = ring->drug[rs_random_below(&act->random, ring->n_drugs)];
    uint32_t sold = ring_day(act, ring->outlet[from]), wait = rs_sim_between(&act->random, 2, MAX(ring->window / 86400, 3u));
    if (sold + wait >= world->days) sold = world->days > wait + 1 ? rs_random_below(&act->random, world->days - wait) : 0;
    uint32_t back = MIN(sold + wait, world->days - 1);
    if (back == sold) continue;
    uint64_t trace = 1 + rs_random_next(&act->random) % 9999999999999u;
    for (unsigned sale = 0; sale < 2; sale++) {
      uint32_t place = ring->outlet[sale ? to : from], p = sale ? buyer : seller;
      /* Some boxes go to customers who know nothing. */
      if (sale && rs_sim_chance(&act->random, 120)) p = rs_sim_neighbour(world, &act->random, world->place[place].district);
      uint32_t time = (sale ? back : sold) * 86400 + rs_sim_hour(world, &act->random, p, place);
      uint32_t doctor = rs_sim_chance(&act->random, 500) ? world->person[p].doctor : RS_NONE;
      rs_sim_visit(world, p, place, doctor, excuse(act, p, drug), time);
      rs_sim_line(world, drug, 1);
      world->line[world->n_lines - 1].trace = trace;
      if (rs_sim_chance(&act->random, 1000 - ring->purity)) rs_sim_own_drugs(world, &act->random, p, 500);
    }
  }
}

static void live_mixed(Act *act) {
  RsSimWorld *world = act->world;
  const Ring *ring = act->ring;
  live_batch(act);
  for (uint32_t i = 0; i < ring->n_persons; i++) { /* and some of it is billed twice */
    uint32_t day = ring_day(act, ring->outlet[0]), p = ring->person[i];
    uint32_t time = day * 86400 + rs_sim_hour(world, &act->random, p, ring->outlet[0]);
    one_swipe(act, p, ring->outlet[0], RS_NONE, time);
    if (ring->n_outlets < 2) continue;
    time += rs_sim_between(&act->random, 20, 100) * 60;
    bill_again(act, ring->outlet[1], rs_sim_in_hours(world, &act->random, ring->outlet[1], time), false);
  }
}

void rs_sim_rings_live(RsSimWorld *world) {
  static void (*const live[N_PATTERNS])(Act *) = {
      [BATCH] = live_batch,         [RESALE] = live_resale, [CROSSREGION] = live_crossregion,
      [DUPLICATE] = live_duplicate, [TRAVEL] = live_travel, [TRACE] = live_trace,
      [MIXED] = live_mixed};
  for (uint32_t i = 0; i < world->n_cast; i++) {
    Act act = {world, &world->ring[i], {{0}}};
    if (!live[act.ring->pattern] || !act.ring->n_persons || !act.ring->n_drugs) continue;
    rs_sim_stream(world, &act.random, TAG_RING, act.ring->stream);
    live[act.ring->pattern](&act);
    mark_all(&act);
  }
}

/* ---- steering: prescriptions that would have gone elsewhere go to one outlet ---- */

static bool is_drug(const RsSimWorld *world, uint32_t drug) {
  return rs_sim_substance[world->drug[drug].substance].family != CLASS_SERVICE;
}

/* The drugs of a hospital visit leave the house: they become a visit of their own at the outlet. */
static bool carry_out(Act *act, uint64_t v, uint32_t outlet, uint32_t delay) {
  RsSimWorld *world = act->world;
  RsSimVisit from = world->visit[v];
  uint32_t n = 0;
  for (uint32_t i = 0; i < from.n_lines; i++) {
    uint32_t drug = world->line[from.first_line + i].drug;
    n += drug != RS_NONE && is_drug(world, drug);
  }
  uint32_t time = from.time + delay, tomorrow = from.time / 86400 + 1;
  if (time / 86400 >= tomorrow || time % 86400 > world->place[outlet].close * 60u)
    time = tomorrow * 86400 + rs_sim_between(&act->random, 500, 690) * 60;
  if (!n || tomorrow >= world->days) return false;
  rs_sim_visit(world, from.person, outlet, from.doctor, from.diagnosis, time);
  for (uint32_t i = 0; i < from.n_lines; i++) {
    RsSimLine *line = &world->line[from.first_line + i];
    if (line->drug == RS_NONE || !is_drug(world, line->drug)) continue;
    uint32_t drug = line->drug, quantity = (uint32_t)line->quantity;
    line->drug = n == from.n_lines && i == 0 ? world->service[SERVICE_CONSULT] : RS_NONE; /* a visit keeps one line */
    if (line->drug != RS_NONE) line->quantity = 1;
    rs_sim_line(world, drug, quantity);
  }
  return true;
}

static void steer(Act *act, Ring *ring, uint32_t doctor, uint64_t n_visits) {
  RsSimWorld *world = act->world;
  uint32_t home = world->doctor[doctor].place, outlet = ring->outlet[0];
  for (uint64_t v = 0; v < n_visits; v++) {
    RsSimVisit *visit = &world->visit[v];
    if (visit->doctor != doctor || visit->place == outlet) continue;
    if (visit->place != home && world->place[visit->place].type != PLACE_PHARMACY) continue;
    if (!rs_sim_chance(&act->random, ring->attendance)) continue;
    uint16_t city = world->district[world->place[visit->place].district].city;
    if (city != world->district[world->place[outlet].district].city) continue; /* nobody goes that far for it */
    uint32_t person = visit->person;
    bool moved;
    if (visit->place == home) {
      moved = carry_out(act, v, outlet, rs_sim_between(&act->random, 12, MAX(ring->window / 60, 13u)) * 60);
    } else {
      visit->place = outlet, visit->markup = world->place[outlet].price;
      moved = true;
    }
    if (moved) mark(world, ring, ENTITY_PERSON, person);
  }
}

/* A busy doctor whose patients are not yet another ring's. */
static uint32_t busy_doctor(Act *act, const uint32_t *count, const uint32_t *taken, uint32_t n_taken) {
  RsSimWorld *world = act->world;
  uint32_t best = RS_NONE;
  for (unsigned tries = 0; tries < 60; tries++) {
    uint32_t doctor = rs_random_below(&act->random, world->n_doctors);
    bool used = !world->district[world->place[world->doctor[doctor].place].district].home;
    for (uint32_t i = 0; i < n_taken; i++) used |= taken[i] == doctor;
    if (used) continue;
    if (best == RS_NONE || count[doctor] > count[best]) best = doctor;
    if (tries > 8 && count[best] >= 120) break;
  }
  return best;
}

void rs_sim_rings_finish(RsSimWorld *world) {
  g_autofree uint32_t *count = g_new0(uint32_t, world->n_doctors + 1);
  g_autofree uint32_t *taken = g_new0(uint32_t, world->n_cast + 1);
  uint64_t n_visits = world->n_visits;
  uint32_t n_taken = 0;
  for (uint64_t v = 0; v < n_visits; v++)
    if (world->visit[v].doctor != RS_NONE) count[world->visit[v].doctor]++;
  for (uint32_t i = 0; i < world->n_cast; i++) {
    Ring *ring = &world->ring[i];
    if (ring->pattern != STEERING) continue;
    Act act = {world, ring, {{0}}};
    rs_sim_stream(world, &act.random, TAG_STEERING, ring->stream);
    uint32_t doctor = busy_doctor(&act, count, taken, n_taken);
    if (doctor == RS_NONE) continue;
    taken[n_taken++] = doctor;
    uint32_t work = world->doctor[doctor].place, outlet = work;
    for (unsigned tries = 0; tries < 200; tries++) {
      outlet = any_place(world, &act.random, ring, true, PLACE_PHARMACY);
      if (world->place[outlet].door == RS_NONE) break;
    }
    ring->outlet[0] = outlet, ring->n_outlets = 1;
    mark(world, ring, ENTITY_DOCTOR, doctor);
    mark(world, ring, ENTITY_PLACE, outlet);
    steer(&act, ring, doctor, n_visits);
  }
}
