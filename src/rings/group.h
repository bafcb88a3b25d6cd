/* rings/group.h: a group of persons looked at as a group: its bursts, who belongs to it, and how unusual it is.
 *
 * A burst is a window of 15 minutes, an hour or a day at one institution with enough distinct members. The width is the one that
 * carries most information for this group; membership is refined against the bursts: who comes to less than a quarter is dropped, who
 * comes to half of them, more than habit explains, is added.
 */
#ifndef RS_RINGS_GROUP_H
#define RS_RINGS_GROUP_H

#include "rings/scene.h"

enum { RS_MAX_GROUP = 200 };

typedef enum {
  RS_STAT_DRUGS,    /* drugs that recur over members, in decades, after the best ordinary explanation of each */
  RS_STAT_TURNOUT,  /* members in a burst, mean */
  RS_STAT_ROTATION, /* outlets in use: exp of the entropy of bursts over institutions */
  RS_STAT_APART,    /* 1 - how much members share of their lives outside the bursts */
  RS_STAT_DOSE,     /* quantities against the same drugs elsewhere, standard errors */
  RS_STAT_AMOUNT,   /* money of a visit against visits elsewhere, standard errors */
  RS_STAT_HOURS,    /* bursts at hours when the institution is quiet, mean -log10 of the share of quieter hours */
  RS_STAT_SAME_DOCTOR, /* same doctor for different members in one burst, against the institution's own doctors */
  RS_N_STATS
} RsStat;

typedef struct {
  uint32_t institution, first_time, last_time;
  uint32_t n_members;
} RsGroupBurst;

typedef struct { uint32_t burst, member, visit; } RsAttendance;

typedef struct {
  uint32_t drug, n_members, n_bursts;
  double expected, decades;
  bool is_often;      /* it stands out not by who got it but by at how many of their visits: then these two count, not n_members and expected */
  uint32_t n_often;   /* members with it at half or more of their visits, and at two */
  double expected_often;
} RsGroupDrug;

/* How burst days repeat: shares of the gaps that are about a month or whole weeks, of the bursts on the three most used weekdays, and the
 * spread of their hours in minutes. */
typedef struct { uint32_t n_days; double monthly, weekly, weekday3, clock_sd; } RsRhythm;
/* Which bursts count: all, only those at an institution, or all but those at a few, and of so many members at least. That is how a ring is
 * seen inside a care home whose own days, at its clinic and at its pharmacy, would cover it, and the home without the ring. */
enum { RS_MOST_OCCASIONS = 3 };
typedef enum { RS_ANY_PLACE, RS_ONLY_PLACE, RS_OTHER_PLACES } RsPlaceRule;
typedef struct { RsPlaceRule rule; uint32_t n, institution[RS_MOST_OCCASIONS] /* [n] ascending */, least; } RsPlaces;

/* What was ordinary about the bursts, the evidence of innocent explanations (rings/circumstances.h). Shares are NAN where nothing can be said. */
typedef struct {
  double regimen;     /* of what was bought in the bursts, what the member buys on other days as well and at most a third of the members share */
  double busy;        /* of the bursts, those on days when twice as many others were there as on the outlet's other days, and five more */
  double from_clinic; /* of the visits to pharmacies, those that follow a visit of the same day to a hospital or clinic */
  double own_doctor;  /* of the visits to hospitals and clinics, those that carry a doctor who works there */
  uint32_t n_common, n_season; /* drugs that three members, or all, share; of them those that the whole city bought twice as often in these months */
} RsCircumstances;

typedef struct {
  uint32_t n;
  uint32_t *person;      /* [n] ascending */
  uint32_t *n_attended;  /* [n] bursts attended */
  uint32_t width;        /* minutes */
  RsPlaces places;       /* which bursts were counted */
  bool gathered;         /* bursts are gatherings; false: every day at chosen institutions, see rs_group_at */
  uint32_t n_bursts;
  RsGroupBurst *burst;   /* by (institution, time) */
  uint32_t n_attendances;
  RsAttendance *attendance; /* by (burst, time): every visit of a member inside a burst */
  double info;           /* decades of surprise in the bursts, before selection */
  double net;            /* info less what the absences cost: the length of the attendance table in decades */
  double stat[RS_N_STATS]; /* NAN: not measurable */
  uint32_t n_drugs;
  RsGroupDrug *drug;     /* recurring, by falling decades */
  double dose_ratio, amount_ratio; /* geometric means against elsewhere */
  double habit;          /* share of members' days apart spent at the burst institutions; NAN unknown */
  double alike;          /* shared part of members' other lives; NAN unknown */
  uint32_t n_outlets; /* distinct burst institutions */
  double top_outlet;  /* share of bursts at the most used institution */
  RsRhythm rhythm;
  double by_habit;       /* share of members' meetings in the bursts that their days there and its hours would bring about; at most 1, and 1 where chance could choose such a group among the regulars */
  double quiet_share;    /* share of bursts in the outlet's quietest tenth of hours */
  RsCircumstances circumstances;
} RsGroup;

/* What becomes of the members: they stay, the absent are dropped, or others who belong are added as well. Some at a time: a gathering of
 * RS_GATHERING is a burst, and those stay who come to more of them than their habits explain, however few these are. */
typedef enum { RS_KEEP_MEMBERS, RS_DROP_ABSENT, RS_REFINE_MEMBERS, RS_SOME_AT_A_TIME } RsRefine;
/* NULL if fewer than two bursts or fewer than two members remain. person[] need not be sorted. */
RsGroup *rs_group_new(const RsScene *scene, const uint32_t *person, uint32_t n, RsPlaces places, RsRefine refine);
/* The persons' visits at some institutions, each day a burst of its own, whoever came: for people who come one by one. NULL if none. */
RsGroup *rs_group_at(const RsScene *scene, const uint32_t *person, uint32_t n, const uint32_t *institution, uint32_t n_institutions);
void rs_group_free(RsGroup *group);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(RsGroup, rs_group_free)
/* Fills stat[] and what follows it. */
void rs_group_measure(const RsScene *scene, RsGroup *group);

/* What was bought in the bursts: RsGroupItem, each drug once an attendance, by (drug, member, attendance). The caller frees it. */
typedef struct { uint32_t drug, member, attendance; } RsGroupItem;
GArray *rs_group_items(const RsClaims *claims, const RsGroup *group);

/* Days at the burst institutions that members spent together: those of the bursts, and in a group so large that a burst takes more people,
 * those on which RS_GATHERING came together, at the width of the group and beyond chance. A ring that brings some of its cards at a time has
 * many of these, and they are no sign of a life of one's own at the outlet. Returns RsDayTogether, each member once a day; the caller frees it. */
enum { RS_GATHERING = 3 };
typedef struct { uint32_t institution, member; } RsDayTogether;
GArray *rs_group_days_together(const RsScene *scene, const RsGroup *group);

/* institution RS_NONE: over all bursts; of least members or more. */
RsRhythm rs_group_rhythm(const RsGroup *group, uint32_t institution, uint32_t least);
/* A calendar that repeats: monthly, weekly, or fixed weekdays and hours. */
bool rs_rhythm_monthly(const RsRhythm *rhythm);
bool rs_rhythm_weekly(const RsRhythm *rhythm);

/* Splits a group whose bursts fall into several sets with hardly any member in common: part[] gets one array of persons per set, all
 * owned by the caller. Returns the number of parts; 0 when the group hangs together. */
uint32_t rs_group_split(const RsGroup *group, GPtrArray *part /* of GArray of uint32_t */);

/* How many members make a burst of a group of n. */
uint32_t rs_group_quorum(uint32_t n);

#endif
