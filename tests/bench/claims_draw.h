/* tests/bench/claims_draw.h: a synthetic RsClaims made in memory, so that stages behind the reader can be timed alone. Shaped like
 * the claims the speed goals are stated for: persons with usual outlets, doctors and drugs, popularity by a power law. */
#ifndef RS_BENCH_CLAIMS_DRAW_H
#define RS_BENCH_CLAIMS_DRAW_H

#include "claims/table.h"

typedef struct { uint64_t n_lines; uint32_t n_persons, n_institutions, n_doctors, n_drugs, n_days; uint64_t seed;
                 uint32_t heavy_a_day; /* visits a day at institution 0 besides its usual ones */ } RsClaimsDraw;
/* About n_lines lines; the same arguments give the same table. */
RsClaims *rs_claims_draw(const RsClaimsDraw *draw);

/* Wall and processor seconds since the program started. */
typedef struct { double wall, cpu; } RsClock;
RsClock rs_clock_now(void);
/* Prints "name  wall  cpu" since `from` and returns the present. */
RsClock rs_clock_print(const char *name, RsClock from);

#endif
