/* datasets/simulate_world.h: the inside of the simulator; only datasets/simulate*.c include it.
 *
 * A world is a set of arrays: districts, places (institutions), doctors, drugs, persons, households, and the visits and
 * lines they leave behind. It is built in this order: city (who lives where), cast (who is in which ring or innocent
 * group), honest visits, the group's visits, stamps and trace codes, then written. */
#ifndef RS_DATASETS_SIMULATE_WORLD_H
#define RS_DATASETS_SIMULATE_WORLD_H

#include "base/random.h"
#include "base/text.h" /* RS_NONE */
#include "datasets/simulate.h"

#include <stdbool.h>
#include <stdint.h>

/* ---- catalogue: public facts in tables (simulate_catalog.c) ---- */

typedef enum {
  CLASS_CCB, CLASS_ARB, CLASS_BETA, CLASS_DIURETIC, CLASS_STATIN, CLASS_METFORMIN, CLASS_ORAL_DIABETES, CLASS_INSULIN,
  CLASS_ANTIPLATELET, CLASS_NITRATE, CLASS_HEART_TCM, CLASS_STROKE, CLASS_ANTICOAGULANT, CLASS_INHALER, CLASS_MUCOLYTIC,
  CLASS_ASTHMA, CLASS_ACID, CLASS_GASTRIC, CLASS_HEPATITIS, CLASS_CANCER, CLASS_HORMONE_CANCER, CLASS_KIDNEY,
  CLASS_ERYTHROPOIETIN, CLASS_TRANSPLANT, CLASS_PAIN, CLASS_BONE, CLASS_GOUT, CLASS_PROSTATE, CLASS_THYROID,
  CLASS_DEPRESSION, CLASS_SLEEP, CLASS_EPILEPSY, CLASS_PARKINSON, CLASS_PSYCHOSIS, CLASS_COLD, CLASS_FLU,
  CLASS_ANTIBIOTIC, CLASS_COUGH, CLASS_GUT, CLASS_ALLERGY, CLASS_SKIN, CLASS_URINARY, CLASS_PLASTER, CLASS_EYE,
  CLASS_MOUTH, CLASS_LAXATIVE, CLASS_WOMEN, CLASS_WOUND, CLASS_IRON, CLASS_CHILD, CLASS_VITAMIN, CLASS_TONIC,
  CLASS_IMMUNE, CLASS_SERVICE, /* services are billed like drugs and are none */
  N_CLASSES
} RsSimClass;

typedef struct {
  const char *name, *atc;
  uint8_t family;
  bool prescription;
  uint32_t price; /* fen a pack */
  uint8_t packs;  /* packs for four weeks, or for one illness */
} RsSimSubstance;
extern const RsSimSubstance rs_sim_substance[];
extern const uint32_t rs_sim_n_substances;

typedef enum { DEPT_GENERAL, DEPT_HEART, DEPT_SUGAR, DEPT_LUNG, DEPT_STOMACH, DEPT_KIDNEY, DEPT_CANCER, DEPT_NERVE,
  DEPT_BONE, DEPT_CHILD, DEPT_SKIN, DEPT_WOMEN, N_DEPTS } RsSimDept;
extern const char *const rs_sim_dept_name[N_DEPTS];

typedef struct {
  const char *code, *name;
  uint8_t dept, young, old; /* ages at which it is met */
  uint16_t weight;          /* how common, within chronic or acute */
  uint8_t season;           /* 0 all year, 1 winter, 2 summer, 3 spring */
  uint8_t family[4];         /* usual treatment; CLASS_SERVICE ends the list */
} RsSimDiagnosis;
extern const RsSimDiagnosis rs_sim_diagnosis[];
extern const uint32_t rs_sim_n_chronic, rs_sim_n_diagnoses; /* chronic ones first */

typedef struct { const char *code, *name; } RsSimCounty;
#define RS_SIM_COUNTIES 8
typedef struct { const char *name; bool big; uint8_t n; RsSimCounty county[RS_SIM_COUNTIES]; } RsSimTown;
extern const RsSimTown rs_sim_town[];
extern const uint32_t rs_sim_n_towns;

enum { SERVICE_CONSULT, SERVICE_BLOOD, SERVICE_URINE, SERVICE_PANEL, SERVICE_ECG, SERVICE_CT, SERVICE_ULTRASOUND,
  SERVICE_DRIP, SERVICE_DRESSING, SERVICE_BED, SERVICE_NURSING, SERVICE_CHECKUP, SERVICE_DIALYSIS, SERVICE_SUGAR,
  SERVICE_VACCINE, N_SERVICES };

/* ---- the world ---- */

typedef enum { PLACE_PHARMACY, PLACE_HOSPITAL, PLACE_CLINIC, N_PLACE_TYPES } RsSimPlaceType;

typedef struct { const char *code, *name; uint16_t city; bool home; uint32_t weight; } RsSimDistrict;

typedef struct {
  uint16_t district;
  uint8_t type, level, closed_days; /* bit w: closed on weekday w */
  uint16_t open, close;             /* minutes of the day */
  uint16_t price;                   /* permille of the usual price */
  uint16_t tills;
  uint32_t door;                    /* pharmacy: the hospital or clinic at whose door it stands; else RS_NONE */
  uint32_t first_doctor, n_doctors;
  bool stamps_at_close;             /* uploads the day's bills in one go */
} RsSimPlace;

typedef struct { uint32_t place; uint8_t dept, weekdays; } RsSimDoctor;

typedef struct { uint16_t substance; uint8_t variant; uint32_t price; } RsSimDrug;

#define RS_SIM_OWN_DRUGS 6
typedef struct {
  uint16_t district, work, insured, birth_year, habit, habit_spread; /* habit: minute of the day */
  uint8_t sex, n_diagnoses, n_drugs, period, hospital_share;
  bool any_doctor;                                             /* sees whoever is on duty */
  uint16_t diagnosis[3], acute_rate, keep;                     /* visits a year x 10; permille of own visits that happen */
  uint32_t household, address, phone, employer;
  uint32_t pharmacy[3], clinic, hospital, doctor;
  uint32_t drug[RS_SIM_OWN_DRUGS];
  uint8_t dose[RS_SIM_OWN_DRUGS];
  uint32_t next_refill, next_acute;
  uint32_t cast;                                               /* bits RS_SIM_CAST_* */
  uint32_t cast_place;                                         /* where a school or factory group goes first */
} RsSimPerson;

#define RS_SIM_CAST_RING 1u
#define RS_SIM_CAST_CARE_HOME 2u
#define RS_SIM_CAST_DIALYSIS 4u
#define RS_SIM_CAST_OTHER 8u
#define RS_SIM_CAST_MIGRANT 16u

typedef struct { uint32_t first, n; uint16_t together, proxy; } RsSimHousehold; /* permille of errands */

typedef struct {
  uint32_t time, person, place, doctor; /* seconds since the first day; doctor RS_NONE: over the counter */
  uint64_t first_line;
  uint32_t tie;                         /* random order among equal stamps */
  uint16_t n_lines, diagnosis;
  uint16_t markup;                      /* permille */
  bool fixed_time;                      /* the queue does not move it */
  bool planted;
} RsSimVisit;

typedef struct { uint64_t trace; uint32_t drug; int32_t quantity; } RsSimLine; /* trace 0: none */

typedef enum { ENTITY_PERSON, ENTITY_DOCTOR, ENTITY_PLACE, ENTITY_DRUG } RsSimEntity;
typedef struct { uint32_t group, kind, id; uint8_t entity; } RsSimAnswer; /* kind: index into the writer's names */

typedef enum { KIND_HOUSEHOLD, KIND_PROXY, KIND_CARE_HOME, KIND_DIALYSIS, KIND_EMPLOYER_DAY, KIND_CLINIC_DAY, KIND_SCHOOL_CLINIC,
  KIND_FLU_CLINIC, KIND_PROMOTION, KIND_BATCH_SETTLING, KIND_MIGRANTS, KIND_DOOR_PHARMACY, KIND_WORKPLACE,
  KIND_SPLIT_BOX, KIND_RETURN, KIND_FRIENDS,
  N_KINDS } RsSimKind;

typedef struct {
  const RsSimulateOptions *options;
  RsCityStyle style;
  uint16_t first_day;
  uint32_t days, intensity; /* permille of natural volume */
  struct {                  /* what differs from city to city, permille */
    uint32_t together, proxy, scans, prescription, inside, period;
  } mood;
  int64_t cap;              /* fen the fund pays for one visit to a pharmacy or clinic, at most */

  RsSimDistrict *district; uint32_t n_districts, n_home;
  RsSimPlace *place;       uint32_t n_places;
  uint32_t *first_place, *count_place; /* [district * N_PLACE_TYPES + type] */
  RsSimDoctor *doctor;     uint32_t n_doctors;
  RsSimDrug *drug;         uint32_t n_drugs, class_first[N_CLASSES], class_count[N_CLASSES], service[N_SERVICES];
  RsSimPerson *person;     uint32_t n_persons;
  RsSimHousehold *household; uint32_t n_households;
  uint64_t *zipf;          /* [n_zipf + 1]; running sums of 1 / (rank + 3) */
  uint32_t n_zipf;

  RsSimVisit *visit;       uint64_t n_visits, cap_visits;
  RsSimLine *line;         uint64_t n_lines, cap_lines;

  RsSimAnswer *truth;      uint32_t n_truth, cap_truth, n_rings;
  RsSimAnswer *innocent;   uint32_t n_innocent, cap_innocent, n_groups;
  struct RsSimRing *ring;  uint32_t n_cast;
  GArray *groups;          /* of simulate_innocent.c */
  uint32_t *roll;          /* [n_persons]; persons in the order of their ids */
} RsSimWorld;

/* ---- random draws in integers; never two in one call or sum: C leaves their order open ---- */

/* A fixed mixing of two numbers (folded 64 x 64 -> 128 bit multiplication). The simulator's own, so that its bytes do not hang
 * on the program's hash tables. */
static inline uint64_t rs_sim_mix(uint64_t a, uint64_t b) {
  __extension__ typedef unsigned __int128 u128;
  u128 product = (u128)(a ^ 0x2d358dccaa6c78a5ull) * (b ^ 0x8bb84b93962eacc9ull);
  return (uint64_t)product ^ (uint64_t)(product >> 64);
}

/* A stream of its own for each thing that acts. */
void rs_sim_stream(const RsSimWorld *world, RsRandom *random, uint64_t tag, uint64_t index);
static inline uint32_t rs_sim_between(RsRandom *random, uint32_t low, uint32_t high) { /* both ends included */
  return high <= low ? low : low + rs_random_below(random, high - low + 1);
}
static inline bool rs_sim_chance(RsRandom *random, uint32_t permille) { return rs_random_below(random, 1000) < permille; }
/* Bell-shaped around 0, within +-spread. */
static inline int32_t rs_sim_bell(RsRandom *random, uint32_t spread) {
  uint32_t sum = rs_sim_between(random, 0, spread) + rs_sim_between(random, 0, spread) + rs_sim_between(random, 0, spread) +
                 rs_sim_between(random, 0, spread);
  return (int32_t)(sum / 2) - (int32_t)spread;
}
uint32_t rs_sim_wait(RsRandom *random, uint32_t mean);                            /* exponential waiting time, from a table */
uint32_t rs_sim_zipf(const RsSimWorld *world, RsRandom *random, uint32_t n);      /* 0 .. n-1, n > 0 */
uint32_t rs_sim_dial(const RsSimWorld *world, RsRandom *random, double given, uint32_t scale, const uint32_t range[4]);

/* ---- parts of the world ---- */

void rs_sim_city_build(RsSimWorld *world);
void rs_sim_city_live(RsSimWorld *world);      /* every person's own visits */
void rs_sim_innocent_cast(RsSimWorld *world);
/* The people of a random care home, employer, school or dormitory with at least so many: their number, 0 if there is none. */
uint32_t rs_sim_crowd(const RsSimWorld *world, RsRandom *random, uint32_t crowd[160], uint32_t least);
void rs_sim_innocent_live(RsSimWorld *world);
void rs_sim_innocent_boxes(RsSimWorld *world); /* split boxes and returned ones */
void rs_sim_innocent_stamp(RsSimWorld *world); /* after all visits: batch settling */
void rs_sim_rings_cast(RsSimWorld *world);
void rs_sim_rings_live(RsSimWorld *world);
void rs_sim_rings_finish(RsSimWorld *world);   /* after all visits: prescriptions diverted */
void rs_sim_sort_answers(RsSimWorld *world);
void rs_sim_make_roll(RsSimWorld *world);
/* What the line costs and what the fund would pay for it before the cap. */
int64_t rs_sim_amount(const RsSimWorld *world, const RsSimVisit *visit, const RsSimLine *line);
int64_t rs_sim_fund(const RsSimWorld *world, const RsSimVisit *visit, const RsSimLine *line);
bool rs_sim_write(const RsSimWorld *world, const char *folder, GError **error);

/* A visit and its lines; lines always belong to the newest visit. */
RsSimVisit *rs_sim_visit(RsSimWorld *world, uint32_t person, uint32_t place, uint32_t doctor, uint32_t diagnosis, uint32_t time);
void rs_sim_line(RsSimWorld *world, uint32_t drug, uint32_t quantity);
void rs_sim_truth(RsSimWorld *world, uint32_t ring, uint32_t pattern, RsSimEntity entity, uint32_t id);
uint32_t rs_sim_group(RsSimWorld *world); /* a new innocent group */
void rs_sim_innocent_member(RsSimWorld *world, uint32_t group, RsSimKind kind, RsSimEntity entity, uint32_t id);

unsigned rs_sim_weekday(const RsSimWorld *world, uint32_t day);
unsigned rs_sim_month(const RsSimWorld *world, uint32_t day); /* 1..12 */
unsigned rs_sim_age(const RsSimWorld *world, uint32_t person);
bool rs_sim_open(const RsSimWorld *world, uint32_t place, uint32_t day);
/* The next day on which the place is open, or the day itself; may be >= days. */
uint32_t rs_sim_open_day(const RsSimWorld *world, uint32_t place, uint32_t day);
/* A second of the day at which this person comes: habit, spread, opening hours. */
uint32_t rs_sim_hour(const RsSimWorld *world, RsRandom *random, uint32_t person, uint32_t place);
/* The time moved into the opening hours of its day. */
uint32_t rs_sim_in_hours(const RsSimWorld *world, RsRandom *random, uint32_t place, uint32_t time);
uint32_t rs_sim_place(const RsSimWorld *world, RsRandom *random, uint32_t district, RsSimPlaceType type);
uint32_t rs_sim_doctor(const RsSimWorld *world, RsRandom *random, uint32_t place, unsigned dept);
uint32_t rs_sim_class_drug(const RsSimWorld *world, RsRandom *random, unsigned family, uint32_t place);
uint32_t rs_sim_packs(const RsSimWorld *world, uint32_t drug);
/* A random person of this district; after some tries anybody. */
uint32_t rs_sim_neighbour(const RsSimWorld *world, RsRandom *random, uint32_t district);
void rs_sim_own_drugs(RsSimWorld *world, RsRandom *random, uint32_t person, uint32_t permille);
/* Drugs (and at hospitals services) that this diagnosis brings. */
void rs_sim_treatment(RsSimWorld *world, RsRandom *random, uint32_t person, uint32_t place, uint32_t diagnosis, bool drugs);
/* Whether a person of this age and sex (true: a woman) can have it. */
bool rs_sim_can_have(uint32_t diagnosis, unsigned age, bool woman);
uint32_t rs_sim_main_diagnosis(const RsSimWorld *world, RsRandom *random, uint32_t person);

#endif
