#include "mining/covisit.h"

#include "reference/check_covisit.h"
#include "reference/claims_random.h"
#include "rs_test.h"

static RsCovisits *mine(const RsClaims *claims, const RsCovisitOptions *options) {
  g_autoptr(GError) error = NULL;
  g_autoptr(RsTimeline) timeline = rs_timeline_new(claims, options->n_threads, &error);
  rs_assert_no_error(error);
  rs_assert_valid(rs_timeline_validate, timeline, claims);
  RsCovisits *covisits = rs_covisits_new(claims, timeline, options, &error);
  rs_assert_no_error(error);
  rs_assert_valid(rs_covisits_validate, covisits, claims);
  return covisits;
}

static void pairs_equal_those_found_by_looking_at_every_two_visits(void **state) {
  (void)state;
  static const struct { RsClaimsShape shape; RsCovisitOptions options; } table[] = {
      {{0, 1, 1, 1, 1, 1}, RS_COVISIT_DEFAULTS},
      {{1, 1, 1, 1, 1, 1}, RS_COVISIT_DEFAULTS},
      {{300, 12, 3, 2, 5, 6}, RS_COVISIT_DEFAULTS},
      {{600, 25, 4, 3, 8, 10}, {2, 5, 1u << 20, 1, 0}},
      {{600, 25, 4, 3, 8, 10}, {3, 2, 1u << 20, 2, 0}},
      {{900, 40, 2, 3, 8, 12}, {2, 0, 1u << 20, 1, 0}},
      {{900, 40, 2, 3, 8, 12}, {2, 12, 100, 3, 0}}, /* many passes */
      {{900, 40, 2, 3, 8, 12}, {2, 0, 1u << 20, 2, 600}},
      {{900, 40, 2, 3, 8, 12}, {3, 0, 100, 3, 43200}}, /* most windows go past midnight */
      {{900, 8, 2, 3, 8, 40}, {2, 0, 0, 1, 5}},
  };
  for (size_t t = 0; t < G_N_ELEMENTS(table); t++)
    for (uint64_t seed = 1; seed <= 3; seed++) {
      g_autoptr(RsClaims) claims = rs_random_claims(&table[t].shape, seed);
      g_autoptr(RsCovisits) covisits = mine(claims, &table[t].options);
      g_autofree char *wrong = check_covisits(claims, &table[t].options, covisits);
      if (wrong != NULL) fail_msg("case %zu seed %u: %s", t, (unsigned)seed, wrong);
    }
}

static void same_meetings_for_any_number_of_threads_and_passes(void **state) {
  (void)state;
  const RsClaimsShape shape = {2000, 60, 5, 4, 10, 20};
  g_autoptr(RsClaims) claims = rs_random_claims(&shape, 7);
  RsCovisitOptions one = {2, 20, 1u << 20, 1, 0}, many = {2, 20, 500, 4, 0};
  g_autoptr(RsCovisits) a = mine(claims, &one), b = mine(claims, &many);
  assert_int_equal(a->n, b->n);
  assert_true(a->n > 0);
  assert_memory_equal(a->a, b->a, a->n * sizeof *a->a);
  assert_memory_equal(a->b, b->b, a->n * sizeof *a->b);
  assert_memory_equal(a->meeting, b->meeting, a->offset[a->n] * sizeof *a->meeting);
}

/* n lines whose text is written by fill. */
static RsClaims *many_lines(size_t n, void (*fill)(size_t i, RsReferenceLine *line, GStringChunk *chunk)) {
  g_autofree RsReferenceLine *line = g_new0(RsReferenceLine, n);
  GStringChunk *chunk = g_string_chunk_new(1 << 16);
  for (size_t i = 0; i < n; i++) fill(i, &line[i], chunk);
  RsClaims *claims = rs_reference_claims(line, n);
  g_string_chunk_free(chunk);
  return claims;
}

static const char *text(GStringChunk *chunk, const char *format, unsigned a, unsigned b, unsigned c) {
  g_autofree char *made = g_strdup_printf(format, a, b, c);
  return g_string_chunk_insert_const(chunk, made);
}

static void one_second(size_t i, RsReferenceLine *line, GStringChunk *chunk) {
  *line = (RsReferenceLine){.person = text(chunk, "P%u%u%u", (unsigned)i / 2 % 20000, 0, 0), .institution = "H", .time = i % 2 ? "2024-03-01 10:00:00" : "2024-03-02 10:00:00"};
}

static void sixty_thousand_claims_in_one_second_are_counted_not_expanded(void **state) {
  (void)state;
  g_autoptr(RsClaims) claims = many_lines(60000, one_second);
  RsCovisitOptions options = RS_COVISIT_DEFAULTS;
  g_autoptr(RsCovisits) covisits = mine(claims, &options);
  assert_true(covisits->n_skipped[0] > 15000);
  assert_true(covisits->crowd[0] > 9000);
  assert_true(covisits->n_events < 60000 * 49ull);
}

static void one_person(size_t i, RsReferenceLine *line, GStringChunk *chunk) {
  *line = (RsReferenceLine){.person = "P", .institution = "H", .time = text(chunk, "2024-03-%02u %02u:%02u", (unsigned)i % 28 + 1, (unsigned)i / 28 % 24, (unsigned)i / 700 % 60)};
}

/* Two who meet over midnight on three nights, ten minutes apart to the second, after a first day so crowded that it is a slice of its own. */
static void over_midnight(size_t i, RsReferenceLine *line, GStringChunk *chunk) {
  static const char *const time[] = {"2024-03-01 23:55:00", "2024-03-02 00:05:00", "2024-03-04 23:55:00",
                                     "2024-03-05 00:05:00", "2024-03-07 23:55:00", "2024-03-08 00:05:00"};
  *line = (RsReferenceLine){.person = "A", .institution = "H", .time = "2024-03-01 12:00:00"};
  if (i < G_N_ELEMENTS(time)) line->person = i % 2 ? "A" : "B", line->time = time[i];
  else line->person = text(chunk, "filler %u", (unsigned)i, 0, 0);
}

static void a_fixed_window_ends_at_its_second_and_not_at_midnight(void **state) {
  (void)state;
  g_autoptr(RsClaims) claims = many_lines(33000, over_midnight);
  for (uint32_t seconds = 599; seconds <= 600; seconds++) {
    const RsCovisitOptions options = {3, 0, 0, 2, seconds};
    g_autoptr(RsCovisits) covisits = mine(claims, &options);
    assert_int_equal(covisits->n, seconds == 600);
    if (covisits->n == 1) assert_int_equal(covisits->n_met[0], 3);
  }
}

static void one_person_on_all_lines_meets_nobody(void **state) {
  (void)state;
  g_autoptr(RsClaims) claims = many_lines(20000, one_person);
  RsCovisitOptions options = RS_COVISIT_DEFAULTS;
  g_autoptr(RsCovisits) covisits = mine(claims, &options);
  assert_int_equal(covisits->n, 0);
}

static void hospital(size_t i, RsReferenceLine *line, GStringChunk *chunk) {
  unsigned minute = (unsigned)(i * 7919 % 600), day = (unsigned)(i / 1000);
  g_autofree char *time = g_strdup_printf("2024-%02u-%02u %02u:%02u:%02u", day / 28 + 1, day % 28 + 1, 8 + minute / 60, minute % 60, (unsigned)i % 60);
  *line = (RsReferenceLine){.person = text(chunk, "P%u%u%u", (unsigned)(i * 2654435761u % 3000), 1, 1), .institution = "H", .time = g_string_chunk_insert_const(chunk, time)};
}

static void a_crowded_hospital_costs_no_more_than_its_windows(void **state) {
  (void)state;
  g_autoptr(RsClaims) claims = many_lines(60000, hospital); /* a thousand visits a day, sixty days */
  RsCovisitOptions options = RS_COVISIT_DEFAULTS;
  g_autoptr(RsCovisits) covisits = mine(claims, &options);
  assert_true(covisits->n_events > 0);
  assert_true(covisits->n_events <= 60000ull * options.max_crowd);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(pairs_equal_those_found_by_looking_at_every_two_visits),
      cmocka_unit_test(same_meetings_for_any_number_of_threads_and_passes),
      cmocka_unit_test(sixty_thousand_claims_in_one_second_are_counted_not_expanded),
      cmocka_unit_test(a_fixed_window_ends_at_its_second_and_not_at_midnight),
      cmocka_unit_test(one_person_on_all_lines_meets_nobody),
      cmocka_unit_test(a_crowded_hospital_costs_no_more_than_its_windows),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
