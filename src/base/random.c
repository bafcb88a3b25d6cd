#include "base/random.h"

#include <math.h>

void rs_random_init(RsRandom *random, uint64_t seed) {
  for (int i = 0; i < 4; i++) {
    seed += 0x9e3779b97f4a7c15ull;
    uint64_t z = seed;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ull;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebull;
    random->state[i] = z ^ (z >> 31);
  }
}

static inline uint64_t rotate_left(uint64_t x, int k) { return (x << k) | (x >> (64 - k)); }

uint64_t rs_random_next(RsRandom *random) {
  uint64_t *s = random->state;
  const uint64_t result = rotate_left(s[1] * 5, 7) * 9;
  const uint64_t t = s[1] << 17;
  s[2] ^= s[0];
  s[3] ^= s[1];
  s[1] ^= s[2];
  s[0] ^= s[3];
  s[2] ^= t;
  s[3] = rotate_left(s[3], 45);
  return result;
}

/* Multiplication instead of a remainder; the draws that would favour small results are repeated (Lemire, Fast
 * Random Integer Generation in an Interval, ACM TOMACS 2019). */
uint32_t rs_random_below(RsRandom *random, uint32_t n) {
  if (n == 0) return 0;
  const uint32_t threshold = (0u - n) % n;
  for (;;) {
    const uint64_t product = (rs_random_next(random) >> 32) * n;
    if ((uint32_t)product >= threshold) return (uint32_t)(product >> 32);
  }
}

double rs_random_unit(RsRandom *random) { return (double)(rs_random_next(random) >> 11) * 0x1.0p-53; }

/* Natural logarithm of 0 < x < 1 by frexp and the atanh series. libm's log differs in the last bit between systems;
 * basic operations do not, so the same seed gives the same numbers everywhere. Good to about 1e-16. */
static double portable_log(double x) {
  int exponent;
  double m = frexp(x, &exponent);
  if (m < 0.70710678118654752) {
    m *= 2;
    exponent--;
  }
  const double f = (m - 1) / (m + 1), ff = f * f;
  double sum = 0;
  for (int k = 23; k >= 1; k -= 2) sum = sum * ff + 1.0 / k;
  return 2 * f * sum + exponent * 0.69314718055994531;
}

/* Marsaglia's polar method; the second deviate is dropped, as the state has no room for it. */
double rs_random_normal(RsRandom *random) {
  for (;;) {
    const double u = 2 * rs_random_unit(random) - 1, v = 2 * rs_random_unit(random) - 1;
    const double s = u * u + v * v;
    if (s > 0 && s < 1) return u * sqrt(-2 * portable_log(s) / s);
  }
}
