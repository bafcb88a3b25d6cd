/* rings/twice_groups.h: which hits of rings/twice.h belong together.
 *
 * In    RsTwice with the expected numbers
 * Out   groups of hits: units above the bar joined where they share people, taken apart where they are two rings, without strays
 * Cost  units above the bar, at most RS_TWICE_MOST_GROUPS, against the groups before them
 */
#ifndef RS_RINGS_TWICE_GROUPS_H
#define RS_RINGS_TWICE_GROUPS_H

#include "mining/twice.h"
#include "rings/ring.h"

enum {
  RS_TWICE_PERSONS = 3,
  RS_TWICE_MOST_GROUPS = 1000,
  RS_TWICE_VISIT_LINES = 64, /* of one visit that are looked at */
};
#define RS_TWICE_BAR 2.0 /* -log10 of chance from which an outlet is looked at */

#define RS_TWICE_PAIR_BAR 1.0 /* the same for a pair of outlets of travels: the group decides */

/* What a group is judged by. */
typedef enum {
  RS_TWICE_MORE,   /* more than chance */
  RS_TWICE_AGAIN,  /* hits a person */
  RS_TWICE_PEOPLE, /* persons */
  RS_TWICE_EXTRA,  /* duplicate: drugs equal at once; travel: how short the time; trace: share of boxes at two outlets */
  RS_TWICE_APART,  /* how far apart the outlets are */
  RS_N_TWICE
} RsTwiceStat;

typedef struct {
  uint32_t n_units, *unit;      /* of RsTwice */
  uint32_t n_hits, *hit;        /* ascending */
  uint32_t n_persons, *person, *person_hits; /* ascending; those with a hit left */
  uint32_t n_outlets, *outlet, *outlet_hits; /* ascending */
  uint32_t n_bystanders;        /* trace: people on the other end of the hits who are no members: anybody at the counter might have been in their place */
  bool named_first;             /* then: members are those who had the boxes first; false: later */
  uint32_t n_usual, usual[8];   /* drugs on a third of the hits, once asked for */
  bool usual_known;
  uint32_t opportunities;
  double expected, stat[RS_N_TWICE]; /* filled by rings/twice.c */
} RsTwiceGroup;

/* Owned array of RsTwiceGroup, the most surprising first. */
GPtrArray *rs_twice_groups(const RsClaims *claims, const RsTwice *twice, RsPattern pattern);
RsTwiceGroup *rs_twice_group_new(const RsTwice *twice, uint32_t unit, const uint32_t *hit, uint32_t n_hits);
void rs_twice_group_free(RsTwiceGroup *group);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(RsTwiceGroup, rs_twice_group_free)
/* The group's hits counted as its units count them, each person at most `each` times an outlet or pair, and what is expected of these. */
RsTwiceUnit rs_twice_group_count(const RsTwice *twice, const RsTwiceGroup *group);

#endif
