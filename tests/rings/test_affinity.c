/* mining/affinity.h seen from the scene that makes its inputs: which pairs pass both nulls. */
#include "rs_test.h"

#include "base/calendar.h"
#include "base/random.h"
#include "mining/significance.h"
#include "reference/claims_build.h"
#include "reference/claims_random.h"
#include "rings/scene.h"

#include <math.h>
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

/* ---- the slow way: every width, every meeting, nothing left out ---- */

static bool bought(const RsClaims *c, uint32_t visit, uint32_t drug) {
  for (uint64_t l = c->visit_line[visit]; l < c->visit_line[visit + 1]; l++)
    if (rs_line_drug(c, l) == drug) return true;
  return false;
}

static uint32_t first_visit(const RsClaims *c, uint32_t person, const RsMeeting *m) {
  for (uint32_t v = c->person_visit[person]; v < c->person_visit[person + 1]; v++)
    if (c->visit_institution[v] == m->institution && c->visit_time[v] / RS_DAY_SECONDS == m->day) return v;
  return RS_NONE;
}

static bool share_rare(const RsClaims *c, const uint8_t *rare, uint32_t v, uint32_t u) {
  for (uint32_t g = 0; g < c->drug->n; g++)
    if (rare[g] && bought(c, v, g) && bought(c, u, g)) return true;
  return false;
}

static double share_of_visits(const RsClaims *c, uint32_t person, uint32_t drug, uint32_t left_out) {
  double with = 0.0;
  for (uint32_t v = c->person_visit[person]; v < c->person_visit[person + 1]; v++) with += bought(c, v, drug);
  return fmax(0.0, with - left_out) / (double)(c->person_visit[person + 1] - c->person_visit[person]);
}

static double slow_weight(const RsScene *s, const RsCovisits *pairs, uint32_t i, const uint8_t *rare) {
  const RsClaims *c = s->claims;
  uint32_t a = pairs->a[i], b = pairs->b[i], within[RS_N_WIDTHS] = {0}, sharing[RS_N_WIDTHS] = {0}, n = 0, last = RS_NONE;
  double best = 0.0, baskets = 0.0, regulars = 0.0, same = 0.0, all = 0.0, looks = log((double)RS_N_WIDTHS), mean[RS_N_WIDTHS] = {0};
  for (uint32_t f = 0; f < c->institution->n; f++)
    for (unsigned w = 0; w < RS_N_WIDTHS; w++)
      mean[w] += (double)rs_affinity_days(s->knowledge, a, f) * (double)rs_affinity_days(s->knowledge, b, f) * (double)s->load->day_collision[f] *
                 (double)s->load->clock_collision[f][w];
  for (uint64_t m = pairs->offset[i]; m < pairs->offset[i + 1]; m++) {
    const RsMeeting *at = &pairs->meeting[m];
    bool shared = share_rare(c, rare, first_visit(c, a, at), first_visit(c, b, at));
    n += shared;
    for (unsigned w = 0; w < RS_N_WIDTHS; w++) {
      within[w] += at->gap <= rs_width_minutes[w];
      sharing[w] += shared && at->gap <= rs_width_minutes[w];
    }
    if (at->institution != last) regulars += s->timeline->n_regulars[at->institution];
    last = at->institution;
  }
  for (unsigned t = 0; t < RS_N_TYPES; t++) all += (double)s->basket->visits[t];
  for (uint32_t g = 0; g < c->drug->n; g++) {
    double share = 0.0;
    for (unsigned t = 0; t < RS_N_TYPES; t++) share += s->basket->by_type[(size_t)g * RS_N_TYPES + t] / all;
    if (rare[g]) same += share * share + share_of_visits(c, a, g, n) * share_of_visits(c, b, g, n);
  }
  for (unsigned w = 0; w < RS_N_WIDTHS; w++) {
    if (within[w] >= 2) best = fmin(best, rs_tail_poisson(within[w], mean[w]));
    if (sharing[w] > 0) baskets = fmin(baskets, rs_tail_poisson(sharing[w], mean[w] * fmin(1.0, same)));
  }
  double bar = -RS_AFFINITY_BAR * log(10.0) - log(fmax(regulars, 1.0));
  if (best + looks > bar) best = fmin(best, baskets) + log(2.0); /* looked at twice */
  double weight = round(fmin(30.0, -(best + looks + log(fmax(regulars, 1.0))) / log(10.0)) * 1e6) / 1e6;
  return weight >= RS_AFFINITY_BAR ? weight : 0.0;
}

typedef struct { RsClaims *claims; RsKnowledge *knowledge; RsScene *scene; RsCovisits *covisits; RsTokens *tokens; uint8_t *rare; } Random;

static void random_init(Random *r, const RsClaimsShape *shape, uint64_t seed) {
  GError *error = NULL;
  RsCovisitOptions how = RS_COVISIT_DEFAULTS;
  r->claims = rs_random_claims(shape, seed);
  r->knowledge = rs_knowledge_new(r->claims, 1, &error);
  r->scene = rs_scene_new(r->claims, r->knowledge, 1, &error);
  rs_assert_no_error(error);
  r->covisits = rs_covisits_new(r->claims, r->scene->timeline, &how, &error);
  rs_assert_no_error(error);
  r->rare = rs_affinity_rare_drugs(r->scene->basket);
  r->tokens = rs_tokens_new(r->claims, r->scene->timeline, r->rare, 10, 1);
}

static void random_clear(Random *r) {
  rs_tokens_free(r->tokens);
  g_free(r->rare);
  rs_covisits_free(r->covisits);
  rs_scene_free(r->scene);
  rs_knowledge_free(r->knowledge);
  rs_claims_free(r->claims);
}

static const RsClaimsShape shapes[] = {{900, 25, 4, 3, 90, 25}, {1500, 40, 40, 3, 120, 100}, {1200, 30, 25, 2, 70, 200}};

static void no_shortcut_changes_a_weight(void **state) {
  (void)state;
  uint32_t n_kept = 0, n_dropped = 0;
  for (size_t k = 0; k < G_N_ELEMENTS(shapes); k++)
    for (uint64_t seed = 1; seed <= 10; seed++) {
      Random r;
      random_init(&r, &shapes[k], seed);
      g_autoptr(RsAffinity) fast =
          rs_affinity_new(r.claims, r.knowledge, r.scene->timeline, r.scene->load, r.scene->basket, r.covisits, NULL, NULL, 1);
      uint32_t at = 0;
      for (uint32_t i = 0; i < r.covisits->n; i++) {
        double weight = slow_weight(r.scene, r.covisits, i, r.rare);
        bool kept = at < fast->n && fast->a[at] == r.covisits->a[i] && fast->b[at] == r.covisits->b[i];
        if (kept != (weight > 0.0) || (kept && fabs((double)fast->weight[at] - weight) > 2e-6))
          fail_msg("shape %zu seed %u pair %u: %.6f, the slow way %.6f", k, (unsigned)seed, i, kept ? (double)fast->weight[at] : 0.0, weight);
        at += kept;
        n_kept += kept;
        n_dropped += !kept;
      }
      assert_int_equal(at, fast->n);
      random_clear(&r);
    }
  print_message("%u pairs kept, %u dropped\n", n_kept, n_dropped);
  assert_true(n_kept > 20 && n_dropped > 20);
}

static void chances_known_beforehand_change_nothing(void **state) {
  (void)state;
  uint32_t n_edges = 0;
  for (size_t k = 0; k < G_N_ELEMENTS(shapes); k++) {
    Random r;
    random_init(&r, &shapes[k], 9);
    const RsScene *s = r.scene;
    g_autoptr(RsChances) chances = rs_chances_new(r.claims, r.knowledge, s->load, s->basket, r.covisits, r.tokens, 2);
    g_autoptr(RsAffinity) plain = rs_affinity_new(r.claims, r.knowledge, s->timeline, s->load, s->basket, r.covisits, r.tokens, NULL, 1);
    g_autoptr(RsAffinity) known = rs_affinity_new(r.claims, r.knowledge, s->timeline, s->load, s->basket, r.covisits, r.tokens, chances, 2);
    assert_int_equal(plain->n, known->n);
    assert_memory_equal(plain->a, known->a, plain->n * sizeof *plain->a);
    assert_memory_equal(plain->b, known->b, plain->n * sizeof *plain->b);
    assert_memory_equal(plain->weight, known->weight, plain->n * sizeof *plain->weight);
    n_edges += plain->n - plain->n_windows;
    random_clear(&r);
  }
  assert_true(n_edges > 0); /* tokens made some */
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(no_shortcut_changes_a_weight),
                                     cmocka_unit_test(chances_known_beforehand_change_nothing),
                                     cmocka_unit_test(two_who_meet_within_minutes_pass_both_nulls),
                                     cmocka_unit_test(two_who_share_days_but_not_hours_fail_the_second)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
