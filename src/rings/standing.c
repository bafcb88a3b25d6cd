#include "rings/standing.h"

#include "base/sort.h"

#include <glib.h>
#include <math.h>

static double quantile(const RsStanding *s, double q) {
  if (s->n == 0) return 0.0;
  double at = q * (double)(s->n - 1);
  uint32_t i = (uint32_t)at;
  return i + 1 < s->n ? s->sorted[i] + (at - i) * (s->sorted[i + 1] - s->sorted[i]) : s->sorted[s->n - 1];
}

void rs_standing_init(RsStanding *s, const double *value, uint32_t n, double floor_scale, bool body_only) {
  *s = (RsStanding){0};
  s->sorted = g_new(double, (gsize)n + 1);
  for (uint32_t i = 0; i < n; i++)
    if (!isnan(value[i])) s->sorted[s->n++] = value[i];
  rs_sort_double(s->sorted, s->n);
  s->middle = quantile(s, 0.5);
  double body = (quantile(s, 0.8) - s->middle) / log(2.5); /* half to a fifth */
  s->scale = fmax(floor_scale, body);
  s->upper = body_only ? s->middle + s->scale * log(5.0) : quantile(s, 0.9);
  if (body_only) return;
  double shoulder = (s->upper - s->middle) / log(5.0), tail = (quantile(s, 0.98) - s->upper) / log(5.0);
  s->scale = fmax(s->scale, fmax(shoulder, tail));
}

void rs_standing_clear(RsStanding *s) {
  g_free(s->sorted);
  *s = (RsStanding){0};
}

double rs_standing_rank(const RsStanding *s, double value) {
  if (s->n == 0 || isnan(value)) return 1.0;
  uint32_t low = 0, high = s->n;
  while (low < high) {
    uint32_t middle = low + (high - low) / 2;
    if (s->sorted[middle] < value) low = middle + 1;
    else high = middle;
  }
  return (double)(s->n - low + 1) / (double)(s->n + 1);
}

double rs_standing_tail(const RsStanding *s, double value) {
  double rank = rs_standing_rank(s, value);
  if (s->n == 0 || isnan(value) || value <= s->upper) return rank;
  double share = 0.1 * exp(-(value - s->upper) / s->scale);
  return fmax(share, 1e-12);
}
