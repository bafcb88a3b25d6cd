/* rings/cleared.h: from one period to the next: leads that are the same keep their key, and what was cleared stays set aside until it behaves
 * otherwise.
 *
 * In    leads in rank order; the leads of a former case, and what was set aside in it (RsFormer); clearances (RsClearances)
 * Out   leads with kept_key and former set; those that a clearance covers are taken out of the list into an array of RsCleared, with the state in
 *       which they were cleared, so that small steps do not add up unseen
 *
 * A clearance names a lead by its key, or persons, institutions or doctors (a family, a care home, a clinic), one or a group of them.
 *   a lead       is covered while, against the state in which it was cleared, no more than a fifth of its people are new (one always may be),
 *                no more than a fifth as many outlets, no more than a fifth as many drugs (one may be), and its score has not risen by more
 *                than ten points and a fifth
 *   people       cover a lead with at most a fifth of its people outside the group
 *   outlets, doctors  cover a lead with at most a fifth of its claim lines elsewhere, or through others
 * What is half covered and not covered has come back, and says why. A clearance whose last day lies before the last day of the claims has
 * expired: time is told by the claims, so that the same input gives the same result on any day. */
#ifndef RS_RINGS_CLEARED_H
#define RS_RINGS_CLEARED_H

#include "rings/ring.h"

/* A lead of a former case. Ids are kept as they were printed; numbers are of the claims at hand. */
typedef struct {
  char *key;
  int32_t score;
  uint32_t n_all[RS_N_KINDS];           /* members then, by kind, those not in these claims too */
  GArray *member[RS_N_KINDS];           /* of uint32_t, ascending: those in these claims */
  GPtrArray *text[RS_N_KINDS];          /* of char *, as printed */
} RsFormerLead;
typedef struct RsFormer { GPtrArray *lead; /* of RsFormerLead */ } RsFormer;
RsFormerLead *rs_former_lead_new(const char *key, int32_t score);
RsFormer *rs_former_new(void);
void rs_former_free(RsFormer *former);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(RsFormer, rs_former_free)

typedef struct {
  uint64_t line;        /* of the list */
  char *subject;        /* as typed */
  char *group;          /* "" : alone */
  char *reason, *by, *until;
  char *nearest;        /* keys or ids that look like one that is not known; "": none */
  uint16_t until_day;   /* last day; UINT16_MAX: none given */
  bool is_lead;
  RsKind kind; uint32_t id; /* of an entity; id RS_NONE: not in these claims */
} RsClearance;
typedef struct RsClearances {
  uint32_t n; RsClearance *clearance;
  /* The key of a lead as this case prints it. */
  const char *(*printed)(const char *lead_key, char buffer[32], void *data); void *data;
} RsClearances;
void rs_clearances_free(RsClearances *clearances);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(RsClearances, rs_clearances_free)

typedef enum { RS_CLEARED_ASIDE, RS_CLEARED_BACK, RS_CLEARED_EXPIRED, RS_CLEARED_IDLE, RS_CLEARED_UNKNOWN, RS_N_CLEARED } RsClearedStatus;
extern const char *const rs_cleared_name[RS_N_CLEARED]; /* "aside", "back", "expired", "idle": nothing to set aside, "unknown": not in these claims */

/* What became of one clearance with one lead; or with none (IDLE, UNKNOWN). */
typedef struct RsCleared {
  uint32_t clearance;
  RsClearedStatus status;
  RsRing ring;             /* ASIDE: the lead, owned; else empty */
  char *key;               /* of the lead, as printed; "" for none */
  RsPattern pattern; int32_t score; uint32_t n_persons, n_institutions; int64_t amount;
  uint32_t new_persons, new_institutions, new_drugs; int32_t score_rise; /* beyond what was cleared */
  RsFormerLead *state;     /* ASIDE by its key: the state in which it was cleared, owned; else NULL */
} RsCleared;
void rs_cleared_clear(RsCleared *cleared);

/* Sets kept_key and former of the leads. former may be NULL. */
void rs_cleared_keep_keys(RsRing *lead, uint32_t n, const RsFormer *former);
/* Moves what is covered out of leads (GArray of RsRing) into out (GArray of RsCleared). */
void rs_cleared_apply(GArray *leads, const RsClearances *clearances, const RsFormer *former, const RsClaims *claims, GArray *out);

#endif
