/* Times the kernels of duplicate, travel and trace, and their leads, on drawn claims: bench_twice [LINES [THREADS]]. */
#include "bench/claims_draw.h"

#include "base/hash.h"
#include "mining/duplicate.h"
#include "mining/trace.h"
#include "mining/travel.h"

#include <stdio.h>
#include <stdlib.h>

/* Four prefectures, the first two of one province; most outlets in the first. */
static void add_regions(RsClaims *c) {
  static const char code[] = "330106\0" "330205\0" "320506\0" "410105";
  if (c->region != NULL) rs_text_free(c->region);
  c->region = g_new0(RsText, 1);
  c->region->n = 4;
  c->region->offset = g_new(uint64_t, 5);
  for (unsigned i = 0; i < 5; i++) c->region->offset[i] = 7 * i;
  c->region->bytes = g_memdup2(code, sizeof code);
  if (c->institution_region == NULL) c->institution_region = g_new(uint32_t, (gsize)c->institution->n + 1);
  if (c->institution_type == NULL) c->institution_type = g_malloc0((gsize)c->institution->n + 1);
  for (uint32_t f = 0; f < c->institution->n; f++) {
    c->institution_region[f] = f % 50 < 4 ? f % 50 : 0;
    c->institution_type[f] = f % 10 == 0 ? RS_TYPE_HOSPITAL : RS_TYPE_PHARMACY;
  }
}

/* Codes on two lines of three, one in a thousand seen twice. */
static void add_codes(RsClaims *c) {
  c->columns |= RS_HAS_TRACE;
  c->line_trace = g_new(uint64_t, c->n_lines + 1);
  for (uint64_t l = 0; l < c->n_lines; l++)
    c->line_trace[l] = l % 3 == 0 ? 0 : rs_hash_mix(l % 1000 == 1 && l > 5001 ? l - 5001 : l, 77);
}

int main(int argc, char **argv) {
  uint64_t lines = argc > 1 ? g_ascii_strtoull(argv[1], NULL, 10) : 10000000;
  unsigned threads = argc > 2 ? (unsigned)atoi(argv[2]) : 2;
  RsClaimsDraw draw = {lines, (uint32_t)(lines / 25 + 1), 2000, 8000, 5000, 365, 1, 0};
  g_autoptr(RsClaims) claims = rs_claims_draw(&draw);
  add_codes(claims);
  add_regions(claims);
  g_autoptr(RsBasket) basket = rs_basket_new(claims, threads);
  printf("%" G_GUINT64_FORMAT " lines, %u visits, %u persons, %u regions\n", claims->n_lines, claims->n_visits, claims->n_persons,
         claims->region->n);
  RsClock clock = rs_clock_now();
  g_autoptr(RsTwice) d = rs_duplicates_new(claims, basket, threads);
  clock = rs_clock_print("duplicate", clock);
  g_autoptr(RsTwice) t = rs_travels_new(claims, NULL, NULL, threads, NULL);
  clock = rs_clock_print("travel", clock);
  g_autoptr(RsTwice) b = rs_traces_new(claims, threads);
  rs_clock_print("trace", clock);
  printf("hits %u %u %u  units %u %u %u\n", d->n_hits, t->n_hits, b->n_hits, d->n_units, t->n_units, b->n_units);
  return 0;
}
