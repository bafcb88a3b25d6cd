/* claims/refunds.h: refunds and their originals, within one person; and a settlement's fund payment over its lines. Internal to this room.
 *
 * A refund is a line with a negative amount, or one whose settlement is flagged as a refund. Its original is a line of the same person,
 * institution and drug, not later than the refund: the latest one of exactly the opposite amount (the same settlement first), else the
 * latest of which as much is left, which is reduced (a partial refund). Both rows of a pair count as reversed, and so does an original of
 * which partial refunds leave nothing. */
#ifndef RS_CLAIMS_REFUNDS_H
#define RS_CLAIMS_REFUNDS_H

#include "claims/raw.h"

typedef struct {
  RsRow row;
  uint64_t claim, settlement, trace, rest;
  int64_t original;     /* the amount as it was read */
  float quantity;
  uint32_t time, visit, visit_ref, institution, drug, doctor, diagnosis;
  bool refund;          /* flagged by its settlement */
  bool reversed;        /* out: not used */
  int64_t amount, fund; /* in and out: reduced by partial refunds; a matched refund's own money ends at 0 where it was netted */
} RsRefundLine;

typedef struct { uint64_t pairs, partial, alone; } RsRefundCounts;

/* Marks the lines of one person; adds to counts. Linear unless there are refunds, then O(n log n). */
void rs_refunds_match(RsRefundLine *line, size_t n, RsRefundCounts *counts);
/* Sets the lines' fund so that they sum to `fund`, in proportion to their amounts, by largest remainder; ties to the earlier line. Lines of
 * amount 0 or less get nothing unless all are; then the first line gets it all. */
void rs_refunds_spread(RsRefundLine *line, size_t n, int64_t fund);

#endif
