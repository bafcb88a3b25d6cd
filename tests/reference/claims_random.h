/* tests/reference/claims_random.h: small random claims for tests, ties everywhere; some lines lack doctor or drug. */
#ifndef RS_REFERENCE_CLAIMS_RANDOM_H
#define RS_REFERENCE_CLAIMS_RANDOM_H

#include "reference/claims_build.h"

typedef struct { uint32_t n, n_persons, n_institutions, n_doctors, n_drugs, n_days; } RsClaimsShape;
/* [shape->n] lines, owned; their texts live in the chunk. */
RsReferenceLine *rs_random_lines(const RsClaimsShape *shape, uint64_t seed, GStringChunk *chunk);
/* The same as a table. */
RsClaims *rs_random_claims(const RsClaimsShape *shape, uint64_t seed);

#endif
