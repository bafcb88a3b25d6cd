/* rings/score.h: from the statistics of a group to points, and from points to a lead or not.
 *
 * In    RsCompanions, measured
 * Out   RsScores: for each group its facts with whole-number points; the score is their sum
 *
 * Points for come from the group's standing among all companion groups (rings/standing.h), capped so that no one fact carries a verdict.
 * Counter-facts (rings/innocent.h) take points away. One cut serves all data.
 */
#ifndef RS_RINGS_SCORE_H
#define RS_RINGS_SCORE_H

#include "rings/companions.h"
#include "rings/detect.h"
#include "rings/ring.h"

enum {
  RS_MAX_FACTS = RS_MOST_FACTS,
  RS_LEAD_CUT = 40,        /* least score of a lead: the best groups of ring-free cities stay near 33 */
  RS_LEAD_FACTS = 2,       /* least number of facts of RS_LEAD_FACT_POINTS points or more */
  RS_LEAD_FACT_POINTS = 8,
  RS_LEAD_DRUG_POINTS = 30, /* ... or one: drugs that recur at several outlets */
  RS_LEAD_BURSTS = 3,      /* on as many days */
  RS_LEAD_PERSONS = 3,
  RS_CALIBRATED = 200,     /* companion groups below which the points are said to be uncalibrated */
};

/* Why a group is set aside. */
typedef enum {
  RS_ORDINARY, RS_HOUSEHOLD, RS_CARE_HOME, RS_SCHEDULE, RS_EVENT, RS_PROXY, RS_WORKS_CLINIC, RS_BUSY_DAYS, RS_FROM_CLINIC, RS_OWN_WORKPLACE, RS_N_INNOCENT
} RsInnocent;
extern const char *const rs_innocent_name[RS_N_INNOCENT];

typedef struct {
  int32_t score;
  bool lead;           /* passes the cut and the minimum of facts, bursts, persons */
  RsInnocent innocent; /* best innocent reading, used when it is no lead */
  uint32_t n_facts;
  RsFact fact[RS_MAX_FACTS];
} RsScore;

typedef struct {
  uint32_t n;
  RsScore *score; /* [n] one a group of RsCompanions */
} RsScores;

RsScores *rs_scores_new(const RsScene *scene, const RsCompanions *companions, const RsDetectOptions *options);
void rs_scores_free(RsScores *scores);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(RsScores, rs_scores_free)

void rs_score_add(RsScore *score, RsFact fact);

#endif
