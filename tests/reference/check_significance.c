#include "reference/check_significance.h"

#include <math.h>

double check_tail_poisson(uint64_t k, double mu) {
  long double sum = 0.0L, term = expl(-(long double)mu);
  for (uint64_t i = 0; i < k + 400; i++) {
    if (i >= k) sum += term;
    term *= (long double)mu / (long double)(i + 1);
  }
  return (double)logl(sum);
}

static long double choose(uint64_t n, uint64_t k) {
  long double out = 1.0L;
  for (uint64_t i = 1; i <= k; i++) out = out * (long double)(n - k + i) / (long double)i;
  return out;
}

double check_tail_hypergeometric(uint64_t k, uint64_t population, uint64_t marked, uint64_t n) {
  long double sum = 0.0L;
  for (uint64_t x = k; x <= marked && x <= n; x++)
    if (n - x <= population - marked) sum += choose(marked, x) * choose(population - marked, n - x) / choose(population, n);
  /* cppcheck-suppress invalidFunctionArg ; the logarithm of no chance at all is minus infinity, as it should be */
  return (double)logl(sum);
}

double check_tail_poisson_binomial(size_t k, const double *p, size_t n) {
  long double sum = 0.0L;
  for (uint32_t outcome = 0; outcome < 1u << n; outcome++) {
    long double chance = 1.0L;
    size_t successes = 0;
    for (size_t i = 0; i < n; i++) {
      successes += outcome >> i & 1u;
      chance *= outcome >> i & 1u ? (long double)p[i] : 1.0L - (long double)p[i];
    }
    if (successes >= k) sum += chance;
  }
  /* cppcheck-suppress invalidFunctionArg ; as above */
  return (double)logl(sum);
}
