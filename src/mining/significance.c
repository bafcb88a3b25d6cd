#include "mining/significance.h"

#include <math.h>

/* lgamma() writes the global signgam; the arguments here are positive, so the sign is thrown away. */
static double log_gamma(double x) {
  int sign;
  return lgamma_r(x, &sign);
}

/* Counts are small whole numbers nearly always: a thread remembers those it has met. */
static double log_factorial(double n) {
  enum { KNOWN = 256 };
  static _Thread_local double known[KNOWN]; /* 0: not met */
  unsigned k = n < KNOWN ? (unsigned)n : KNOWN;
  if (k == KNOWN || (double)k != n) return log_gamma(n + 1.0);
  if (k < 2) return 0.0;
  if (known[k] == 0.0) known[k] = log_gamma(n + 1.0);
  return known[k];
}

/* log(1 - exp(x)) for x <= 0. */
static double log_complement(double x) {
  if (x >= 0.0) return -INFINITY;
  return x > -0.6931471805599453 ? log(-expm1(x)) : log1p(-exp(x));
}

double rs_tail_poisson(uint64_t k, double mu) { return rs_tail_poisson_at(k, mu, k > 0 && mu > 0.0 ? log(mu) : 0.0); }

double rs_tail_poisson_at(uint64_t k, double mu, double log_mu) {
  if (k == 0) return 0.0;
  if (!(mu > 0.0)) return -INFINITY;
  double n = (double)k, sum = 1.0, term = 1.0;
  if (n > mu) { /* terms fall geometrically from k upwards */
    for (double j = n + 1.0; term > sum * 1e-17; j += 1.0) sum += term *= mu / j;
    return n * log_mu - mu - log_factorial(n) + log(sum);
  }
  n -= 1.0; /* complement: P(X <= k - 1), terms fall from k - 1 downwards */
  for (double j = n; j > 0.0 && term > sum * 1e-17; j -= 1.0) sum += term *= j / mu;
  return log_complement(n * log_mu - mu - log_factorial(n) + log(sum));
}

double rs_point_poisson(uint64_t k, double mu, double log_mu) {
  if (k == 0) return -mu;
  return mu > 0.0 ? (double)k * log_mu - mu - log_factorial((double)k) : -INFINITY;
}

double rs_log_choose(double n, double k) { return log_factorial(n) - log_factorial(k) - log_factorial(n - k); }

double rs_tail_binomial(uint64_t k, uint64_t n, double p) {
  if (k == 0 || p >= 1.0) return k <= n ? 0.0 : -INFINITY;
  if (k > n || !(p > 0.0)) return -INFINITY;
  double x = (double)k, m = (double)n, odds = p / (1.0 - p), sum = 1.0, term = 1.0;
  if (x > m * p) { /* terms fall from k upwards */
    for (double j = x; j < m && term > sum * 1e-17; j += 1.0) sum += term *= (m - j) / (j + 1.0) * odds;
    return fmin(0.0, rs_log_choose(m, x) + x * log(p) + (m - x) * log1p(-p) + log(sum));
  }
  x -= 1.0; /* complement: P(X <= k - 1), terms fall from k - 1 downwards */
  for (double j = x; j > 0.0 && term > sum * 1e-17; j -= 1.0) sum += term *= j / (m - j + 1.0) / odds;
  return log_complement(rs_log_choose(m, x) + x * log(p) + (m - x) * log1p(-p) + log(sum));
}

double rs_tail_hypergeometric(uint64_t k, uint64_t population, uint64_t marked, uint64_t n) {
  uint64_t most = marked < n ? marked : n;
  uint64_t least = marked + n > population ? marked + n - population : 0;
  if (k <= least) return 0.0;
  if (k > most) return -INFINITY;
  double N = (double)population, K = (double)marked, m = (double)n, x = (double)k, sum = 1.0, term = 1.0;
  if (x > m * K / N) {
    for (double j = x; j < (double)most && term > sum * 1e-17; j += 1.0)
      sum += term *= (K - j) * (m - j) / ((j + 1.0) * (N - K - m + j + 1.0));
    return fmin(0.0, rs_log_choose(K, x) + rs_log_choose(N - K, m - x) - rs_log_choose(N, m) + log(sum));
  }
  x -= 1.0;
  for (double j = x; j > (double)least && term > sum * 1e-17; j -= 1.0)
    sum += term *= j * (N - K - m + j) / ((K - j + 1.0) * (m - j + 1.0));
  return log_complement(rs_log_choose(K, x) + rs_log_choose(N - K, m - x) - rs_log_choose(N, m) + log(sum));
}

/* The convolution with "k or more" as one absorbing state: only sums of products of non-negative numbers, so no cancellation. */
double rs_tail_poisson_binomial(size_t k, const double *p, size_t n, double *scratch) {
  if (k == 0) return 0.0;
  if (k > n) return -INFINITY;
  for (size_t j = 0; j <= k; j++) scratch[j] = j == 0 ? 1.0 : 0.0;
  for (size_t i = 0; i < n; i++) {
    scratch[k] += scratch[k - 1] * p[i];
    for (size_t j = k - 1; j > 0; j--) scratch[j] = scratch[j] * (1.0 - p[i]) + scratch[j - 1] * p[i];
    scratch[0] *= 1.0 - p[i];
  }
  return scratch[k] > 0.0 ? fmin(0.0, log(scratch[k])) : -INFINITY;
}

double rs_bar_fdr(const double *sorted, size_t n, double m, double q) {
  for (size_t i = n; i > 0; i--)
    if (sorted[i - 1] <= log(q * (double)i / m)) return sorted[i - 1];
  return -INFINITY;
}

double rs_bar_testable(const RsAttainable *classes, size_t n, double alpha) {
  double m = 0.0;
  for (size_t i = 0; i < n; i++) {
    /* Those seen so far hold the budget alone as long as the next class cannot reach alpha / m. */
    if (m >= 1.0 && classes[i].log_psi > log(alpha / m)) break;
    m += classes[i].count;
  }
  return m > 1.0 ? m : 1.0;
}
