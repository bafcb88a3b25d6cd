/* mining/token.h: who bought the same rare drug at the same institution on the same day.
 *
 * In    RsClaims, RsTimeline; which drugs are rare
 * Out   RsTokens: one row a pair of persons, institution, day and drug, sorted by (a, b, institution, day, drug)
 * Cost  two walks over the lines of each day at each institution, memory one day's lines a thread and the pairs
 *
 * A token (institution, day, drug) held by more than max_holders persons says nothing about any two of them and is left out: that is what a
 * promotion, a season or a popular drug looks like. Tokens find people who come a few at a time over hours, also in crowds where
 * nearness in time cannot be examined.
 */
#ifndef RS_MINING_TOKEN_H
#define RS_MINING_TOKEN_H

#include "mining/timeline.h"

typedef struct {
  uint32_t a, b; /* persons, a < b */
  uint32_t institution, drug;
  uint16_t day, gap; /* minutes between their nearest such visits, rounded up */
} RsToken;

typedef struct {
  uint64_t n;
  RsToken *token;
} RsTokens;

/* rare: [n drugs]; NULL gives none. */
RsTokens *rs_tokens_new(const RsClaims *claims, const RsTimeline *timeline, const uint8_t *rare, uint32_t max_holders, unsigned n_threads);
void rs_tokens_free(RsTokens *tokens);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(RsTokens, rs_tokens_free)

#endif
