/* mining/affinity.h seen from the scene that makes its inputs: which pairs pass both nulls. */
#include "rs_test.h"

#include "base/random.h"
#include "reference/claims_build.h"
#include "rings/scene.h"

#include <stdio.h>

enum { BACKGROUND = 80, MOST = 1200, DAYS = 8 };

typedef struct { RsReferenceLine line[MOST]; char text[MOST][2][64]; size_t n; } Town;

static void add(Town *town, const char *person, unsigned day, unsigned minute) {
  char *id = town->text[town->n][0], *time = town->text[town->n][1];
  snprintf(id, 64, "%s", person);
  snprintf(time, 64, "2025-%02u-%02u %02u:%02u:00", 1 + day / 28, 1 + day % 28, 8 + minute / 60, minute % 60);
  town->line[town->n++] = (RsReferenceLine){.person = id, .institution = "P1", .time = time, .drug = "X1", .amount = 100};
}

/* Strangers come on days and at times of their own; A and B come to one pharmacy on the same eight days, minutes or hours apart. */
static uint32_t validated(unsigned apart, uint32_t *n_pairs) {
  Town *town = g_new0(Town, 1);
  RsRandom random;
  rs_random_init(&random, 5);
  for (unsigned p = 0; p < BACKGROUND; p++) {
    char person[24];
    snprintf(person, sizeof person, "S%02u", p);
    for (unsigned v = 0; v < 12; v++) add(town, person, rs_random_below(&random, 168), rs_random_below(&random, 660));
  }
  for (unsigned d = 0; d < DAYS; d++) {
    unsigned minute = 30 + rs_random_below(&random, 200);
    add(town, "A", 11 + 20 * d, minute);
    add(town, "B", 11 + 20 * d, minute + apart);
  }
  g_autoptr(RsClaims) claims = rs_reference_claims(town->line, town->n);
  GError *error = NULL;
  g_autoptr(RsKnowledge) knowledge = rs_knowledge_new(claims, 1, &error);
  rs_assert_no_error(error);
  g_autoptr(RsScene) scene = rs_scene_new(claims, knowledge, 1, &error);
  rs_assert_no_error(error);
  RsCovisitOptions how = RS_COVISIT_DEFAULTS;
  g_autoptr(RsCovisits) covisits = rs_covisits_new(claims, scene->timeline, &how, &error);
  rs_assert_no_error(error);
  g_autoptr(RsAffinity) affinity = rs_affinity_new(claims, knowledge, scene->timeline, scene->load, scene->basket, covisits, NULL, NULL, 1);
  *n_pairs = affinity->n;
  uint32_t count = rs_affinity_validated(affinity, claims, scene->timeline, scene->load, covisits);
  g_free(town);
  return count;
}

static void two_who_meet_within_minutes_pass_both_nulls(void **state) {
  (void)state;
  uint32_t n_pairs;
  assert_int_equal(validated(2, &n_pairs), 1);
  assert_true(n_pairs >= 1);
}

/* The same days, hours apart: above chance by days, but given the days the clock says nothing for them. */
static void two_who_share_days_but_not_hours_fail_the_second(void **state) {
  (void)state;
  uint32_t n_pairs;
  assert_int_equal(validated(300, &n_pairs), 0);
  assert_true(n_pairs >= 1);
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(two_who_meet_within_minutes_pass_both_nulls),
                                     cmocka_unit_test(two_who_share_days_but_not_hours_fail_the_second)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
