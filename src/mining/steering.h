/* mining/steering.h: doctors whose patients fill their prescriptions at one outlet more than their hospital's patients do.
 *
 * In    RsClaims, RsKnowledge; each doctor's own workplace
 * Out   RsSteeringCell: doctor, outlet, distinct persons seen and expected, log p
 * Cost  O(lines) to find workplaces and fills, then the cells of one workplace at a time; 16 bytes a fill
 * From  hypergeometric and Poisson tests of over-represented cells (Tumminello et al. 2011); shrinkage after DuMouchel, The American
 *       Statistician 53 (1999), with a fixed prior
 *
 * A fill is a visit with the doctor on it at an institution that is not the doctor's workplace. Of the doctor's patients with fills, how many come
 * to the outlet: expected from the fills of the other doctors of the same workplace, so that the pharmacy at the hospital's door is
 * what everybody's patients use. Persons who are at the outlet on two days or more without a doctor of this workplace are its own regulars
 * and are left out on both sides; those who see several doctors of one hospital and fill at its door are the hospital's patients, and
 * stay in for all of them. Distinct persons are counted, never lines.
 */
#ifndef RS_MINING_STEERING_H
#define RS_MINING_STEERING_H

#include "graph/knowledge.h"
#include "mining/leave_out.h"

typedef struct {
  uint32_t doctor, outlet, workplace;
  uint32_t n_persons;    /* of the doctor's, at the outlet, no regulars */
  uint32_t n_patients;   /* of the doctor's with fills anywhere */
  uint32_t n_fills;      /* the same, each once an outlet: what `expected` is a share of */
  uint32_t n_colleagues; /* persons with fills from the other doctors of the workplace */
  uint32_t n_workplace;  /* the same, with those colleagues too whose own channels were left out of n_colleagues */
  double door;           /* share of the colleagues' fills, each person once an outlet, that are at this outlet */
  double expected;       /* persons, before selection */
  double log_p;          /* of n_persons or more by the Poisson tail; one pre-declared test a cell */
} RsSteeringCell;

typedef struct {
  uint32_t n;
  RsSteeringCell *cell; /* [n] cells with at least min_persons, by (doctor, outlet) */
  double n_tests;       /* cells that could have been tested */
  uint32_t *workplace;  /* [n doctors] institution or RS_NONE */
  double *usual;        /* [n institutions] share of all fills */
  uint32_t n_own;       /* doctors with as many patients who fill at the doctor's own workplace, which says nothing */
} RsSteering;

/* What a repeat (rings/stability.h) chooses from: wherever a person was with a doctor of one of some workplaces, all the person's visits
 * there, hospitals left out. Row i is visit[offset[i]] .. visit[offset[i + 1]-1], in time order; rows are by (person, outlet). */
typedef struct {
  const RsSteering *whole; /* borrowed: its workplaces and what is usual hold for repeats too */
  uint32_t n;
  uint32_t *person, *outlet; /* [n] */
  uint64_t *offset;          /* [n + 1] */
  uint32_t *visit;
} RsSteeringVisits;

/* Where most of each doctor's lines are, hospitals and clinics first: [n doctors] institution or RS_NONE. Owned by the caller. */
uint32_t *rs_likely_workplaces(const RsClaims *claims, const RsKnowledge *knowledge);

/* given: [n doctors] workplaces from the attribute table or RS_NONE where unknown; NULL: none known. */
RsSteering *rs_steering_new(const RsClaims *claims, const RsKnowledge *knowledge, const uint32_t *given, uint32_t min_persons,
                            unsigned n_threads);
/* of_workplace: [n institutions] 1 for those chosen. Cells of doctors of other workplaces are incomplete in repeats. */
RsSteeringVisits *rs_steering_visits(const RsClaims *claims, const RsSteering *whole, const uint8_t *of_workplace);
void rs_steering_visits_free(RsSteeringVisits *visits);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(RsSteeringVisits, rs_steering_visits_free)
RsSteering *rs_steering_again(const RsClaims *claims, const RsSteeringVisits *visits, const RsLeaveOut *days, uint32_t min_persons);
void rs_steering_free(RsSteering *steering);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(RsSteering, rs_steering_free)

#endif
