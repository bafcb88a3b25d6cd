/* base/random.h: xoshiro256** (Blackman & Vigna 2021), seeded by splitmix64; the same numbers everywhere. */
#ifndef RS_BASE_RANDOM_H
#define RS_BASE_RANDOM_H

#include <stdint.h>

typedef struct { uint64_t state[4]; } RsRandom;
void rs_random_init(RsRandom *random, uint64_t seed);
uint64_t rs_random_next(RsRandom *random);
uint32_t rs_random_below(RsRandom *random, uint32_t n); /* uniform in 0..n-1, n > 0, unbiased */
double rs_random_unit(RsRandom *random);                /* [0, 1) */
double rs_random_normal(RsRandom *random);              /* mean 0, variance 1 */

#endif
