#include "reference/claims_random.h"

#include "base/random.h"

static const char *name_draw(RsRandom *random, GStringChunk *chunk, char letter, uint32_t n) {
  char name[16];
  g_snprintf(name, sizeof name, "%c%u", letter, rs_random_below(random, n));
  return g_string_chunk_insert_const(chunk, name);
}

static const char *time_draw(RsRandom *random, GStringChunk *chunk, uint32_t n_days) {
  char time[48];
  uint32_t day = rs_random_below(random, n_days), hour = rs_random_below(random, 3);
  g_snprintf(time, sizeof time, "%u-%02u-%02u %02u:00", 2000 + day / 336, 1 + day / 28 % 12, 1 + day % 28, hour);
  return g_string_chunk_insert_const(chunk, time);
}

RsReferenceLine *rs_random_lines(const RsClaimsShape *shape, uint64_t seed, GStringChunk *chunk) {
  RsReferenceLine *line = g_new0(RsReferenceLine, (gsize)shape->n + 1);
  RsRandom random;
  rs_random_init(&random, seed);
  for (uint32_t i = 0; i < shape->n; i++) {
    line[i].person = name_draw(&random, chunk, 'P', shape->n_persons);
    line[i].institution = name_draw(&random, chunk, 'I', shape->n_institutions);
    line[i].time = time_draw(&random, chunk, shape->n_days);
    line[i].doctor = rs_random_below(&random, 5) == 0 ? "" : name_draw(&random, chunk, 'D', shape->n_doctors);
    line[i].drug = rs_random_below(&random, 6) == 0 ? "" : name_draw(&random, chunk, 'M', shape->n_drugs);
    line[i].amount = (int64_t)rs_random_below(&random, 20000) - 1000;
    line[i].fund = (int64_t)rs_random_below(&random, 5000);
  }
  return line;
}

RsClaims *rs_random_claims(const RsClaimsShape *shape, uint64_t seed) {
  g_autoptr(GStringChunk) chunk = g_string_chunk_new(4096);
  g_autofree RsReferenceLine *line = rs_random_lines(shape, seed, chunk);
  return rs_reference_claims(line, shape->n);
}
