/* tests/rings/small_city.h: a town of a few hundred people made line by line for tests: households that shop together, and whatever groups
 * a test adds. Seeded; lines can be shuffled. */
#ifndef RS_TEST_SMALL_CITY_H
#define RS_TEST_SMALL_CITY_H

#include "reference/claims_build.h"

#include "base/random.h"

typedef struct {
  GArray *line; /* of RsReferenceLine */
  GStringChunk *chunk;
  RsRandom random;
} RsSmallCity;

RsSmallCity *rs_small_city_new(uint64_t seed, unsigned households, unsigned days);
void rs_small_city_free(RsSmallCity *city);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(RsSmallCity, rs_small_city_free)

/* One visit of one drug. An institution H... is a hospital, K... a clinic, any other a pharmacy. day from 0; minute of the day, or negative for a date alone. */
void rs_small_city_visit(RsSmallCity *city, const char *person, const char *institution, unsigned day, int minute, const char *drug,
                         const char *doctor, double quantity);
/* n persons "<name>0".., each with a few visits of their own, who meet at `outlets` in turn on n_bursts days and buy `drug`. */
void rs_small_city_ring(RsSmallCity *city, const char *name, unsigned n, unsigned n_bursts, unsigned outlets, const char *drug);
void rs_small_city_shuffle(RsSmallCity *city, uint64_t seed);
RsClaims *rs_small_city_claims(const RsSmallCity *city);

#endif
