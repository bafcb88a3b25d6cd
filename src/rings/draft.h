/* rings/draft.h: a ring while it is put together: members, facts and evidence in any order, sorted, counted and keyed at the end. */
#ifndef RS_RINGS_DRAFT_H
#define RS_RINGS_DRAFT_H

#include "rings/ring.h"

typedef struct {
  RsPattern pattern;
  GArray *members;  /* of RsMember */
  GArray *facts;    /* of RsFact, in the order of the evidence bits */
  GArray *evidence; /* of RsEvidence; a line may be added several times */
  GArray *bursts;   /* of RsBurst */
} RsDraft;

void rs_draft_init(RsDraft *draft, RsPattern pattern);
void rs_draft_clear(RsDraft *draft);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(RsDraft, rs_draft_clear)

void rs_draft_member(RsDraft *draft, RsKind kind, uint32_t id, RsRole role, double strength);
/* Returns the fact's bit for evidence. */
uint32_t rs_draft_fact(RsDraft *draft, RsFact fact);
void rs_draft_line(RsDraft *draft, uint64_t line, uint32_t facts);
/* Adds the doctors and drugs of the evidence as members: prescribers of at least a tenth of the lines (all where there are few),
 * drugs already added are left alone. */
void rs_draft_entities(RsDraft *draft, const RsClaims *claims);

/* Adds the institutions of at least a twentieth of the evidence, as outlets. */
void rs_draft_outlets(RsDraft *draft, const RsClaims *claims);

/* Counts the ring's regions and makes its key: after its members have changed. */
void rs_ring_settle(RsRing *ring, const RsClaims *claims);
/* Money and days of the ring's evidence: after it has changed. */
void rs_ring_sum(RsRing *ring, const RsClaims *claims);
/* Moves the draft into ring: everything sorted, counted, summed; score and lead_key set. */
void rs_draft_finish(RsDraft *draft, const RsClaims *claims, RsRing *ring);

#endif
