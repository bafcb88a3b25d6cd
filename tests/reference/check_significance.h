/* tests/reference/check_significance.h: the tails of mining/significance.h summed term by term in long double, the slow and obvious way. */
#ifndef RS_REFERENCE_CHECK_SIGNIFICANCE_H
#define RS_REFERENCE_CHECK_SIGNIFICANCE_H

#include <stddef.h>
#include <stdint.h>

double check_tail_poisson(uint64_t k, double mu);
double check_tail_hypergeometric(uint64_t k, uint64_t population, uint64_t marked, uint64_t n);
/* Over all 2^n outcomes; n <= 20. */
double check_tail_poisson_binomial(size_t k, const double *p, size_t n);

#endif
