#include "small_city.h"

#include "base/calendar.h"

enum { N_OUTLETS = 40, N_DRUGS = 120, FIRST_DAY = 30681 /* 2024-01-01 */ };

static const char *name_of(RsSmallCity *city, const char *prefix, unsigned number) {
  g_autofree char *made = g_strdup_printf("%s%03u", prefix, number);
  return g_string_chunk_insert_const(city->chunk, made);
}

void rs_small_city_visit(RsSmallCity *city, const char *person, const char *institution, unsigned day, int minute, const char *drug,
                         const char *doctor, double quantity) {
  char date[11];
  rs_day_format((uint16_t)(FIRST_DAY + day), date);
  g_autofree char *time = minute < 0 ? g_strdup(date) : g_strdup_printf("%s %02d:%02d", date, minute / 60, minute % 60);
  RsReferenceLine line = {.person = g_string_chunk_insert_const(city->chunk, person), .institution = g_string_chunk_insert_const(city->chunk, institution),
                          .time = g_string_chunk_insert_const(city->chunk, time), .drug = g_string_chunk_insert_const(city->chunk, drug),
                          .doctor = doctor, .quantity = quantity, .amount = 2000, .fund = 1000,
                          .institution_type = institution[0] == 'H' ? "hospital" : institution[0] == 'K' ? "clinic" : "pharmacy"};
  g_array_append_val(city->line, line);
}

static int minute_of(RsSmallCity *city) { return 8 * 60 + (int)rs_random_below(&city->random, 600); }

static const char *own_drug(RsSmallCity *city) { return name_of(city, "G", rs_random_below(&city->random, N_DRUGS)); }

static void household(RsSmallCity *city, unsigned number, unsigned days) {
  unsigned size = 2 + rs_random_below(&city->random, 3), trips = 4 + rs_random_below(&city->random, 10);
  const char *home[2] = {name_of(city, "Y", rs_random_below(&city->random, N_OUTLETS)), name_of(city, "Y", rs_random_below(&city->random, N_OUTLETS))};
  for (unsigned t = 0; t < trips; t++) {
    unsigned day = rs_random_below(&city->random, days);
    int minute = minute_of(city);
    bool together = rs_random_below(&city->random, 3) > 0;
    unsigned alone = rs_random_below(&city->random, size);
    for (unsigned i = 0; i < size; i++) {
      if (!together && i != alone) continue;
      g_autofree char *person = g_strdup_printf("H%03u-%u", number, i);
      rs_small_city_visit(city, person, home[rs_random_below(&city->random, 4) == 0], day, minute + (int)i, own_drug(city), NULL, 1.0);
    }
  }
}

RsSmallCity *rs_small_city_new(uint64_t seed, unsigned households, unsigned days) {
  RsSmallCity *city = g_new0(RsSmallCity, 1);
  city->line = g_array_new(FALSE, FALSE, sizeof(RsReferenceLine));
  city->chunk = g_string_chunk_new(1 << 16);
  rs_random_init(&city->random, seed);
  for (unsigned h = 0; h < households; h++) household(city, h, days);
  return city;
}

void rs_small_city_free(RsSmallCity *city) {
  if (city == NULL) return;
  g_array_unref(city->line);
  g_string_chunk_free(city->chunk);
  g_free(city);
}

void rs_small_city_ring(RsSmallCity *city, const char *name, unsigned n, unsigned n_bursts, unsigned outlets, const char *drug) {
  for (unsigned i = 0; i < n; i++)
    for (unsigned v = 0; v < 4; v++) {
      g_autofree char *person = g_strdup_printf("%s%u", name, i);
      rs_small_city_visit(city, person, name_of(city, "Y", (i * 7 + v / 2) % N_OUTLETS), 11 * i % 90 + v * 17, minute_of(city), own_drug(city), NULL, 1.0);
    }
  unsigned own = (unsigned char)name[0] % 9; /* each ring has its own days and outlets */
  for (unsigned b = 0; b < n_bursts; b++) {
    int minute = 9 * 60 + 83 * (int)b % 600;
    for (unsigned i = 0; i < n; i++) {
      if ((i + b) % 5 == 4) continue; /* a fifth stay away */
      g_autofree char *person = g_strdup_printf("%s%u", name, i);
      rs_small_city_visit(city, person, name_of(city, "Y", (3 + own + 11 * (b % outlets)) % N_OUTLETS), 1 + own + 13 * b, minute + (int)i, drug, NULL, 4.0);
    }
  }
}

void rs_small_city_shuffle(RsSmallCity *city, uint64_t seed) {
  RsRandom random;
  rs_random_init(&random, seed);
  for (guint i = city->line->len; i > 1; i--) {
    guint j = rs_random_below(&random, i);
    RsReferenceLine swap = g_array_index(city->line, RsReferenceLine, i - 1);
    g_array_index(city->line, RsReferenceLine, i - 1) = g_array_index(city->line, RsReferenceLine, j);
    g_array_index(city->line, RsReferenceLine, j) = swap;
  }
}

RsClaims *rs_small_city_claims(const RsSmallCity *city) {
  return rs_reference_claims((const RsReferenceLine *)(const void *)city->line->data, city->line->len);
}
