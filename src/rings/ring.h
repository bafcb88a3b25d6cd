/* rings/ring.h: what was found: leads, their members, facts and evidence. Plain data that exporters read. */
#ifndef RS_RINGS_RING_H
#define RS_RINGS_RING_H

#include "base/words.h"
#include "claims/table.h"
#include "graph/knowledge.h"
#include "mining/rules.h"

typedef enum {
  RS_BATCH, RS_RESALE, RS_STEERING, RS_CROSSREGION, RS_DUPLICATE, RS_TRAVEL, RS_TRACE, RS_MIXED, RS_N_PATTERNS
} RsPattern;
extern const char *const rs_pattern_name[RS_N_PATTERNS]; /* "batch", ... */

typedef enum { RS_ROLE_MEMBER, RS_ROLE_CORE, RS_ROLE_OUTLET, RS_ROLE_PRESCRIBER, RS_ROLE_ITEM } RsRole;
extern const char *const rs_role_name[]; /* "member", "core", "outlet", "prescriber", "item" */

typedef struct {
  RsKind kind;
  uint32_t id;     /* number in RsClaims */
  RsRole role;
  double strength; /* 0..1: share of the ring's bursts (persons), of its evidence lines (others); rounded to 1e-6 */
} RsMember;

/* Innocent reasons, as the fact `tested` counts them in its first argument (bit 1 << reason). */
typedef enum {
  RS_EXCUSE_HOUSEHOLD, RS_EXCUSE_CARE_HOME, RS_EXCUSE_TREATMENT, RS_EXCUSE_EVENT, RS_EXCUSE_WORKS, RS_EXCUSE_SEASON, RS_EXCUSE_SETTLING,
  RS_EXCUSE_PROXY, RS_EXCUSE_MIGRANTS, RS_EXCUSE_DOOR, RS_EXCUSE_WORKPLACE, RS_EXCUSE_SPLIT_BOX, RS_EXCUSE_BORDER, RS_N_EXCUSES
} RsExcuse;

enum { RS_MOST_FACTS = 31 }; /* of a ring: evidence has a bit for each, and one is left for the next fact to be counted in */
#define RS_FACT_ARGUMENTS 4
typedef struct {
  const char *code;   /* static: "bursts", "rotation", "recurring_drugs", "household", ... */
  double value;       /* NAN: none */
  double expected;    /* NAN: none; always "before selection" */
  double p_value;     /* NAN: empty (detection.md 10.1) */
  int32_t points;     /* signed; for > 0, counter <= 0 */
  bool counter;
  double argument[RS_FACT_ARGUMENTS]; /* what the sentence needs besides value and expected */
  uint32_t drug[3], n_drugs;          /* named in the sentence, or none */
} RsFact;
/* The fact as a sentence in the language; owned by the caller. */
char *rs_fact_text(const RsClaims *claims, const RsFact *fact, RsLanguage language);

typedef struct { uint64_t line; uint32_t facts; /* bit i: facts[i] of the ring rests on this line */ } RsEvidence;

typedef struct { uint32_t first_time, last_time, institution; uint32_t n_members; /* distinct members in it */ uint64_t member_bits[4]; /* bit i: i-th person member, first 256 */ } RsBurst;

typedef struct {
  char lead_key[33];   /* 32 hex digits of SHA-256 over pattern and sorted clear person ids (or other members if no person) */
  char kept_key[40];   /* the key that a former case printed for this lead; "": none */
  uint32_t former;     /* 1 + number of that lead in RsFormer; 0: none */
  RsPattern pattern;
  int32_t score;       /* sum of the facts' points */
  char stability;      /* 'A', 'B', 'C', or 0: not computed */
  double q_value;      /* NAN: not calibrated */
  uint32_t n_members; RsMember *members;    /* persons first, then doctors, institutions, drugs; by role, falling strength, id text */
  uint32_t n_facts; RsFact *facts;          /* at most 32; for first, falling points */
  uint64_t n_evidence; RsEvidence *evidence;/* ascending line */
  uint32_t n_bursts; RsBurst *bursts;       /* ascending time */
  uint32_t count[RS_N_KINDS], n_regions;    /* members by kind; distinct person regions */
  int64_t amount, fund, amount_exclusive;   /* fen over evidence lines; exclusive: lines not in a better-ranked ring */
  uint16_t first_day, last_day;             /* of the evidence */
  uint32_t n_rules; RsRule *rules;          /* at most RS_MAX_RULES; what goes together on the evidence lines, best first */
} RsRing;

/* What was not looked at, and groups recognised as innocent. */
typedef struct { const char *code; RsKind kind; uint32_t id; /* entity or RS_NONE */ uint64_t n; char *text; /* English */ char *text_zh; } RsNotice;
/* Says the notice in each language; what was said before is freed. format: a literal, for the catalogue. */
void rs_notice_say(RsNotice *notice, const char *format, ...) G_GNUC_PRINTF(2, 3);

typedef struct { uint32_t institution; uint64_t visits; uint32_t persons, peers; int64_t amount; double suspicion; uint32_t rank; uint32_t n_rings; } RsInstitutionRank;

struct RsCleared; /* rings/cleared.h */

typedef struct {
  uint32_t n_rings; RsRing *rings;              /* ranked: score, amount, lead_key */
  unsigned examined, skipped;                   /* bits 1 << RsPattern */
  uint32_t n_not_examined; RsNotice *not_examined;
  uint32_t n_set_aside; RsNotice *set_aside;    /* one a kind of innocent group, n groups: code "household", "care_home", ... */
  uint32_t n_cleared; struct RsCleared *cleared; /* what became of each clearance */
  uint32_t n_pairs, n_validated_pairs;          /* pairs that meet above chance; of them those that pass both nulls strictly */
  uint32_t n_companion_groups;                  /* the groups the points are measured against; below 200: uncalibrated */
  uint32_t n_near_misses; RsRing *near_misses;  /* best groups under the cut, a few of each pattern, without evidence */
  uint32_t n_institutions; RsInstitutionRank *institutions; /* by rank */
} RsRings;

void rs_rings_free(RsRings *rings);
void rs_ring_clear(RsRing *ring); /* frees what the ring holds */
/* The ring's persons, ascending; owned by the caller. */
uint32_t *rs_ring_persons(const RsRing *ring);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(RsRings, rs_rings_free)
bool rs_rings_validate(const RsRings *rings, const RsClaims *claims, const char **reason);
/* One line for people: "14 cards, 23 bursts at 4 rotating outlets, 6 drugs in common". Owned by the caller. */
char *rs_ring_summary(const RsClaims *claims, const RsRing *ring, RsLanguage language);

#endif
