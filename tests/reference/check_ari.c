#include "reference/graph_check.h"

static double pairs(double n) { return n * (n - 1) / 2; }

double rs_check_ari(uint32_t n, const uint32_t *a, const uint32_t *b) {
  g_autofree uint32_t *table = g_new0(uint32_t, (gsize)n * n + 1);
  double both = 0, in_a = 0, in_b = 0;
  for (uint32_t i = 0; i < n; i++) table[(gsize)a[i] * n + b[i]]++;
  for (uint32_t x = 0; x < n; x++) {
    double row = 0, column = 0;
    for (uint32_t y = 0; y < n; y++) {
      both += pairs(table[(gsize)x * n + y]);
      row += table[(gsize)x * n + y];
      column += table[(gsize)y * n + x];
    }
    in_a += pairs(row);
    in_b += pairs(column);
  }
  double expected = in_a * in_b / pairs(n);
  return (both - expected) / ((in_a + in_b) / 2 - expected);
}
