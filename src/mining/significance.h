/* mining/significance.h: exact upper tails and the multiple-testing bars built on them.
 *
 * All tails are natural logarithms of P(X >= k), so that nothing underflows where many tests are corrected for; they sum terms of one
 * sign from the far end or take the complement on the near side of the mode, never a difference of nearly equal numbers.
 * From  Tarone, Biometrics 46 (1990); Gilbert, J. R. Stat. Soc. C 54 (2005) for discrete tests; Benjamini & Hochberg, J. R. Stat. Soc. B
 *       57 (1995)
 */
#ifndef RS_MINING_SIGNIFICANCE_H
#define RS_MINING_SIGNIFICANCE_H

#include <stddef.h>
#include <stdint.h>

/* log of n over k, 0 <= k <= n: how many ways to take k of n. From any thread. */
double rs_log_choose(double n, double k);
/* X ~ Poisson(mu), mu >= 0. */
double rs_tail_poisson(uint64_t k, double mu);
double rs_tail_poisson_at(uint64_t k, double mu, double log_mu); /* where log(mu) is known */
/* log P(X = k), which the tail of k or more is never below: a quick no. log_mu: log(mu). */
double rs_point_poisson(uint64_t k, double mu, double log_mu);
/* X ~ Binomial(n, p), p in [0, 1]. */
double rs_tail_binomial(uint64_t k, uint64_t n, double p);
/* Marked balls among n drawn without return from `population`, of which `marked` are marked. marked, n <= population. */
double rs_tail_hypergeometric(uint64_t k, uint64_t population, uint64_t marked, uint64_t n);
/* Sum of n independent trials with chances p[i] in [0, 1]; scratch has room for k + 1 doubles. O(n * k). */
double rs_tail_poisson_binomial(size_t k, const double *p, size_t n, double *scratch);

/* Benjamini & Hochberg's bar: the largest sorted[i] with sorted[i] <= log(q * (i + 1) / m), or -infinity. sorted: log p-values, rising.
 * m >= n counts the tests that could have been made, not those that were kept. */
double rs_bar_fdr(const double *sorted, size_t n, double m, double q);

/* One class of tests that share their smallest attainable log p-value. */
typedef struct { double log_psi, count; } RsAttainable;
/* Tarone's number of tests: those that can reach p = alpha / m at all, for the smallest m that still controls the family at alpha.
 * `classes` sorted by rising log_psi. Returns that count (at least 1). */
double rs_bar_testable(const RsAttainable *classes, size_t n, double alpha);

#endif
