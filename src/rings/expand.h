/* rings/expand.h: from a few seeds outwards, round by round: who moves with them, where, through whom and with what.
 *
 * In    RsScene, seeds (persons; or places, doctors, drugs, whose own people who move together come first)
 * Out   RsExpansion: every node that was looked at, in which round, with what evidence, admitted or refused and why
 * Cost  a round walks the days of its persons and of 100 random sets of as many people (mining/company.h)
 * From  snowball sampling with a null: Goodman, Ann. Math. Stat. 32 (1961); the bar is a Monte Carlo test by rank, Barnard 1963 /
 *       Besag & Clifford, Biometrika 78 (1991): above all of 100 random seeds is p <= 1/101
 *
 * A person's evidence is the sum over all persons in the set of how far the two meet more than one chance partner would (mining/affinity.h) and
 * how far they then buy the same rare drugs (mining/company.h), in decades: families meet as often as rings, but do not buy alike. A pair of one
 * household or address, and a pair that meets by a calendar at one place (a treatment, a home), has no evidence: that is why they move
 * together. A place's, doctor's or drug's is the tail of how many of the set go there, by each member's own number of visits and the share
 * of the city's visits it has. Each is held against the best that any candidate reaches with 100 random sets of the same number of people who
 * come as often: families, neighbours and popular places are in those too. Who is in a lead, or tied to the set already, is not drawn: one
 * member of a ring among a hundred would set the bar at what that ring does.
 *
 * A round that would more than take in GROWTH times the set has run through a hub: nothing of it is admitted, and the place is named. */
#ifndef RS_RINGS_EXPAND_H
#define RS_RINGS_EXPAND_H

#include "rings/detect.h"
#include "rings/scene.h"

enum { RS_EXPAND_ROUNDS = 5, RS_EXPAND_SEEDS = 100, RS_EXPAND_LEAST = 20, RS_EXPAND_GROWTH = 5, RS_EXPAND_MOST = 200, RS_EXPAND_HUB = 2000 };

typedef enum {
  RS_NODE_SEED,     /* given */
  RS_NODE_ADMITTED, /* evidence above all of the random sets */
  RS_NODE_CHANCE,   /* refused: meets or shares no more than chance explains */
  RS_NODE_RANDOM,   /* refused: random seeds reach as much */
  RS_NODE_HOUSEHOLD, /* refused: tied by one household or address alone */
  RS_NODE_CALENDAR, /* refused: tied by a calendar at one place alone */
  RS_NODE_HUB,      /* refused: its round ran through a hub; or a seed with too many people to start from */
  RS_N_NODE_REASONS
} RsNodeReason;
extern const char *const rs_node_reason_name[RS_N_NODE_REASONS];

typedef struct {
  uint32_t round;   /* 0: seeds and the people found through seeds that are no persons; then 1, 2, ... */
  RsKind kind;
  uint32_t id;
  double evidence;  /* decades, rounded to 1e-6; NAN for seeds */
  double bar;       /* best of the random sets in this round; NAN for seeds */
  uint32_t n_ties;  /* persons of the set it is tied to */
  RsKind via_kind; uint32_t via; /* the strongest of them; via RS_NONE: none */
  RsNodeReason reason;
} RsExpandNode;

typedef enum { RS_EXPAND_DONE, RS_EXPAND_NOBODY, RS_EXPAND_AT_HUB, RS_EXPAND_LAST_ROUND } RsExpandEnd;

typedef struct {
  uint32_t n; RsExpandNode *node; /* by round, kind, falling evidence, id text */
  uint32_t n_rounds, n_persons;   /* rounds with somebody to look at; persons in the set at the end */
  RsExpandEnd end;
  RsKind hub_kind; uint32_t hub, n_hub; /* where it ran through: institution (or seed) and how many it would have taken in */
} RsExpansion;

/* seeds: n entities, distinct. in_lead: [n_persons] 1: never drawn as a random seed, or NULL. The result depends on the claims, the seeds,
 * in_lead and the options' seed and attributes, never on their n_threads. */
RsExpansion *rs_expand(const RsScene *scene, const RsKind *kind, const uint32_t *id, uint32_t n, const uint8_t *in_lead,
                       const RsDetectOptions *options);
void rs_expansion_free(RsExpansion *expansion);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(RsExpansion, rs_expansion_free)

#endif
