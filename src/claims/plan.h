/* claims/plan.h: what a run over claims will take, from a sample of them.
 *
 * In    RsClaims and RsReport of a reader with options.sample set
 * Out   RsPlan: rows, memory and disk of `analyze`
 * From  distinct persons, institutions and visits beyond the sample: Chao et al., Rarefaction and extrapolation with Hill numbers, Ecological
 *       Monographs 2014, equation 9 (the species left to be seen, from those seen once and twice)
 *
 * Memory is linear in lines, visits and persons, as measured (docs/performance.md). Rows come out within a few per cent and memory within 20,
 * where the start of the files is like the rest. What time it takes only running the stages on the sample tells: cli/plan.c. */
#ifndef RS_CLAIMS_PLAN_H
#define RS_CLAIMS_PLAN_H

#include "claims/reader.h"
#include "claims/table.h"

typedef struct {
  uint64_t bytes, bytes_read; /* of the claim files; those of the sample */
  uint64_t rows, visits, persons, institutions;
  bool exact;                 /* everything was read */
  uint64_t memory;            /* bytes at the peak, everything in memory */
  uint64_t memory_enough;     /* with so much of --memory nothing goes to disk; each thread has its part of it for raw records */
  uint64_t memory_least;      /* the least that --memory can ask for; of few lines more than they take */
  uint64_t temp, temp_enough; /* bytes of temporary disk with options.memory; what should be free for them. As if --memory were kept */
  uint64_t disk;              /* bytes of a case folder as they usually are; leads decide */
  double times, visits_times, institutions_times; /* all rows over those of the sample; visits; institutions */
} RsPlan;

/* options: of the run that is planned, of which memory and n_threads count. */
RsPlan rs_plan(const RsClaims *sample, const RsReport *report, const RsReadOptions *options);

#endif
