/* rings/watch.h: answers about named persons, doctors, institutions and drugs, in a lead or not, and who moves with them.
 *
 * In    what detection found, a list of watched entities
 * Out   RsWatch: for each entry its part in the leads, its visits, company, places, doctors, drugs and regions, its standing among its peers
 *       and what innocently explains it; and the expansion of the list as a whole (rings/expand.h)
 * Cost  a scene of its own; an entry costs its own visits and one pass over the relations of its kind
 *
 * An answer is no lead: it has no score. What it says about company is measured as for leads (mining/affinity.h: decades by which a pair
 * meets more than one chance partner would), what it says about the standing is the counted share of peers at or beyond. */
#ifndef RS_RINGS_WATCH_H
#define RS_RINGS_WATCH_H

#include "rings/detect.h"
#include "rings/expand.h"

enum { RS_WATCH_ITEMS = 20 }; /* most items of one topic in an answer */

typedef struct {
  uint64_t line;    /* of the list */
  RsKind kind;
  bool box;         /* a drug box by its trace code: kind is RS_PERSON and id RS_NONE; the people who got it are what is watched */
  uint64_t trace;   /* its hash, as in RsClaims.line_trace */
  uint32_t id;      /* number in RsClaims, or RS_NONE: not in these claims */
  char *text, *note;
  char *nearest;    /* of an unknown id: ids that look like it, or "" */
} RsWatchEntry;

typedef struct { uint32_t n; RsWatchEntry *entry; } RsWatchList;
void rs_watch_list_free(RsWatchList *list);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(RsWatchList, rs_watch_list_free)

typedef enum {
  RS_WATCH_COMPANION, /* persons: met n times, evidence in decades; of a box: who got it */
  RS_WATCH_PERSON,    /* of the others: their people, most visits first */
  RS_WATCH_DOCTOR, RS_WATCH_INSTITUTION, RS_WATCH_DRUG, /* n visits; expected and decades where two hubs are tied more than their sizes explain */
  RS_WATCH_REGION,    /* of service, for persons; insured, for the others: n visits */
  RS_WATCH_RING,      /* id: ring; n: evidence lines of it that name the entry */
  RS_N_WATCH_TOPICS
} RsWatchTopic;
extern const char *const rs_watch_topic_name[RS_N_WATCH_TOPICS];

typedef struct {
  RsWatchTopic topic;
  uint32_t id;          /* person, doctor, institution, drug, region or ring number */
  uint64_t n;
  double expected;      /* NAN: not asked */
  double decades;       /* -log10 of chance; NAN: not asked */
  int64_t amount;       /* fen */
  bool member;          /* RING: it is a member, not only on its lines */
  uint32_t n_drugs;     /* COMPANION: meetings at which both got one and the same rare drug */
  const char *shared;   /* COMPANION: "household", "address", "phone", "account" in common; NULL: none known */
} RsWatchItem;

typedef enum { RS_PEER_VISITS, RS_PEER_AMOUNT, RS_PEER_PERSONS, RS_PEER_INSTITUTIONS, RS_PEER_DOCTORS, RS_PEER_DRUGS, RS_PEER_REGIONS, RS_N_PEER_MEASURES } RsPeerMeasure;
extern const char *const rs_peer_measure_name[RS_N_PEER_MEASURES];
typedef struct { RsPeerMeasure measure; double value, median; double share; /* of the peers at or beyond, 0..1 */ uint32_t n_peers; } RsWatchPeer;

typedef struct {
  uint64_t n_visits, n_lines;
  uint32_t n_days;
  int64_t amount, fund;
  uint16_t first_day, last_day;   /* meaningless without visits */
  uint32_t region;                /* insured or of the place; RS_NONE unknown */
  uint32_t n_items; RsWatchItem *item; /* by topic, then strength */
  uint32_t n_more[RS_N_WATCH_TOPICS];  /* items beyond RS_WATCH_ITEMS */
  uint32_t n_peers; RsWatchPeer peer[RS_N_PEER_MEASURES];
  uint32_t n_facts; RsFact fact[8];    /* innocent explanations: counter-facts, their points said but not added to anything */
  const char *innocent;                /* the best of them: "household", "care_home", ...; NULL: none */
} RsWatchAnswer;

typedef struct {
  const RsWatchList *list; /* borrowed */
  RsWatchAnswer *answer;   /* [list->n] */
  RsExpansion *expansion;  /* NULL: no entry is in these claims */
  uint8_t *watched[RS_N_KINDS]; /* [count of the kind] 1: on the list */
} RsWatch;

/* Whether the list names it; watch may be NULL. */
static inline bool rs_watch_has(const RsWatch *watch, RsKind kind, uint32_t id) { return watch != NULL && watch->watched[kind][id] != 0; }
/* rings are what rs_detect() found with these options on these claims; list is borrowed and must outlive the result.
 * error: RS_ERROR_LIMIT. */
RsWatch *rs_watch_new(const RsClaims *claims, const RsKnowledge *knowledge, const RsRings *rings, const RsWatchList *list,
                      const RsDetectOptions *options, GError **error);
void rs_watch_free(RsWatch *watch);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(RsWatch, rs_watch_free)

#endif
