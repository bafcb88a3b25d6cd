/* bench_write_claims LINES [PROFILE]: claims as CSV on standard output, for timing whole runs.
 *   mild    1096 days, the densest outlet has about a twentieth of the visits (default)
 *   heavy   180 days, one outlet has 5,000 visits a day besides
 *   digits  mild with 18-digit person ids
 *   hex     mild with 32-hex person ids
 * Rows are in order of persons, those of one settlement together; the same arguments give the same bytes. */
#include "bench/claims_draw.h"

#include "base/calendar.h"
#include "base/hash.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef enum { PLAIN, DIGITS, HEX } Ids;

static void print_person(Ids ids, const RsText *person, uint32_t p) {
  uint64_t a = rs_hash_mix(p, 1), b = rs_hash_mix(p, 2);
  if (ids == DIGITS) printf("%06u%08u%04u", 110000 + (unsigned)(a % 540000), 19400101 + (unsigned)(b % 700000), p % 10000);
  else if (ids == HEX) printf("%016llx%016llx", (unsigned long long)a, (unsigned long long)b);
  else printf("%.*s", (int)rs_text_length(person, p), rs_text_get(person, p));
}

static void print_claims(const RsClaims *c, Ids ids) {
  char time[20];
  puts("claim_id,settlement_id,person_id,doctor_id,institution_id,drug_code,time,quantity,amount,fund_amount");
  for (uint32_t p = 0; p < c->n_persons; p++)
    for (uint32_t v = c->person_visit[p]; v < c->person_visit[p + 1]; v++)
      for (uint64_t l = c->visit_line[v]; l < c->visit_line[v + 1]; l++) {
        long long amount = rs_line_amount(c, l), fund = rs_line_fund(c, l);
        printf("C%llu,S%u,", (unsigned long long)l, v);
        print_person(ids, c->person, p);
        printf(",%s,%s,%s,%s,%g,%lld.%02lld,%lld.%02lld\n", rs_text_get(c->doctor, rs_line_doctor(c, l)),
               rs_text_get(c->institution, c->visit_institution[v]), rs_text_get(c->drug, rs_line_drug(c, l)),
               rs_time_format(c->visit_time[v], time), (double)rs_line_quantity(c, l), amount / 100, amount % 100, fund / 100, fund % 100);
      }
}

int main(int argc, char **argv) {
  const char *profile = argc > 2 ? argv[2] : "mild";
  RsClaimsDraw draw = {argc > 1 ? strtoull(argv[1], NULL, 10) : 1000000, 0, 2000, 5000, 3000, 1096, 1, 0};
  draw.n_persons = (uint32_t)MAX(1, draw.n_lines / 10);
  if (strcmp(profile, "heavy") == 0) draw.n_days = 180, draw.heavy_a_day = 5000;
  Ids ids = strcmp(profile, "digits") == 0 ? DIGITS : strcmp(profile, "hex") == 0 ? HEX : PLAIN;
  if (ids == PLAIN && strcmp(profile, "mild") != 0 && draw.heavy_a_day == 0) {
    fprintf(stderr, "bench_write_claims: profile '%s' is not mild, heavy, digits or hex\n", profile);
    return 2;
  }
  g_autoptr(RsClaims) claims = rs_claims_draw(&draw);
  print_claims(claims, ids);
  return ferror(stdout) || fflush(stdout) != 0;
}
