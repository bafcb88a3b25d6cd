/* mining/twice.h: one thing seen twice where it can be there once: a purchase billed in two places, a credential in two cities, a box sold
 * two times. Such hits are exact facts; single ones happen to honest people, so they are counted by outlet or pair of outlets.
 *
 * In    hits of one kind, in any order
 * Out   RsTwice: hits sorted by content, and units (an outlet, or a pair of outlets) with the hits seen and those expected
 * Cost  O(hits log hits)
 *
 * A unit counts each person at most `each` times, so that one person's habit is not many people's. `expected` comes from the
 * other units and never from the unit itself; both are before selection.
 */
#ifndef RS_MINING_TWICE_H
#define RS_MINING_TWICE_H

#include "claims/table.h"

enum {
  RS_TWICE_EACH = 2,            /* a person counts so often in a unit, where habits differ from person to person */
  RS_TWICE_EACH_CLOCK = 4,      /* the same where only the clock decides */
  RS_TWICE_EXCESS = 3,          /* a unit counts at most three times towards the city's rate */
  RS_TWICE_MOST_VISITS = 20000, /* a person with more visits is not examined, and that is said */
  RS_TWICE_NEAR_VISITS = 24,    /* later visits of one person a visit is compared with */
};

typedef struct {
  uint32_t person[2];  /* equal, unless a box went through two hands */
  uint32_t outlet[2];  /* of visit[0], visit[1] */
  uint32_t visit[2];   /* in order of time */
  uint64_t line[2];    /* the lines that are the same, or the visits' first lines */
  uint32_t n_equal;    /* drugs that are the same (duplicate), else 1 */
  uint32_t minutes, limit; /* between the visits; least plausible (travel), else 0 */
} RsTwiceHit;

typedef struct {
  uint32_t outlet[2];    /* a pair, smaller first, or one outlet and RS_NONE */
  uint32_t n_hits, n_persons;
  uint32_t counted, counted_strong; /* hits with each person at most `each` times; strong: those with two or more equal drugs */
  uint32_t opportunities;/* how often it could have happened, counted alike; 0 where that has no meaning */
  uint32_t trials;       /* `counted` is no more than this many, each with the chance expected / trials; 0: hits come without limit (Poisson) */
  double expected, expected_strong; /* of `counted` */
} RsTwiceUnit;

typedef struct {
  uint32_t each;
  uint32_t n_hits; RsTwiceHit *hit;   /* by (persons, visits, lines) */
  uint32_t n_units; RsTwiceUnit *unit;/* by outlets */
  uint32_t *unit_offset, *unit_hit;   /* [n_units + 1], hits of a unit, ascending */
  uint32_t n_idle;                    /* comparable units without a hit */
  uint32_t n_not_examined;            /* persons with too many visits */
  uint32_t *aside_at;                 /* [n institutions] of them at each outlet, or NULL */
  uint64_t n_aside;                   /* twice with an innocent reading: parts of one box, a scan repeated at the till, ... */
} RsTwice;

void rs_twice_free(RsTwice *twice);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(RsTwice, rs_twice_free)

/* Takes an array of RsTwiceHit: sorts it, drops repeats, builds units by pair of outlets or by outlet, and counts. The expected numbers
 * are left at 0 for the caller. */
RsTwice *rs_twice_new(GArray *hits, bool by_pair, uint32_t each);
/* -log10 of the chance of so many hits or more by the expected number: the better of all hits and the strong ones, times two. In [0, 300],
 * rounded to 1e-6. */
double rs_twice_surprise(const RsTwiceUnit *unit);

#endif
