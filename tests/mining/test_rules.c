#include "mining/rules.h"
#include "reference/check_rules.h"
#include "reference/claims_build.h"
#include "rs_test.h"

#include <math.h>
#include <string.h>

/* ---- closed sets ---- */

static void assert_same_sets(const RsItemRows *rows, uint32_t min_persons) {
  g_autoptr(GArray) got = rs_closed_sets(rows, min_persons, 100000), want = check_closed_sets(rows, min_persons);
  assert_int_equal(got->len, want->len);
  for (guint i = 0; i < got->len; i++) {
    const RsClosedSet *a = &g_array_index(got, RsClosedSet, i), *b = &g_array_index(want, RsClosedSet, i);
    assert_int_equal(a->items, b->items);
    assert_int_equal(a->n_rows, b->n_rows);
    assert_int_equal(a->n_persons, b->n_persons);
  }
}

static void closed_sets_are_those_of_trying_every_set(void **state) {
  (void)state;
  uint64_t x = 88172645463325252u;
  for (int round = 0; round < 200; round++) {
    uint32_t row[40], person[40], n_rows = (uint32_t)(round % 40), n_items = 1 + (uint32_t)round % 9, who = 0;
    for (uint32_t r = 0; r < n_rows; r++) {
      x ^= x << 13, x ^= x >> 7, x ^= x << 17;
      row[r] = (uint32_t)(x >> 20 & x >> (round % 2 ? 33 : 20)) & ((1u << n_items) - 1u);
      who += (uint32_t)(x & 1u);
      person[r] = who;
    }
    RsItemRows rows = {n_items, n_rows, row, person};
    for (uint32_t min = 1; min <= 4; min++) assert_same_sets(&rows, min);
  }
}

static void too_many_sets_raise_the_support_until_they_fit(void **state) {
  (void)state;
  uint32_t row[32], person[32];
  for (uint32_t r = 0; r < 32; r++) row[r] = ~(UINT32_C(1) << r), person[r] = r; /* every subset is closed: 2^32 of them */
  RsItemRows rows = {32, 32, row, person};
  g_autoptr(GArray) sets = rs_closed_sets(&rows, 1, 512);
  assert_int_equal(sets->len, 32); /* of 30 persons there are 528 */
  for (guint i = 0; i < sets->len; i++) assert_true(g_array_index(sets, RsClosedSet, i).n_persons >= 31);
}

/* ---- a city by hand: at I1 four people of a group buy A and B together; 96 other visits have A 10 times, B 20 times, never both ---- */

typedef struct {
  RsClaims *claims;
  RsKnowledge *knowledge;
  RsTimeline *timeline;
  RsBasket *basket;
  RsRuleCity city;
} Town;

static void add_line(GArray *lines, GStringChunk *texts, const char *person, const char *institution, int day, const char *drug, const char *doctor) {
  char time[32];
  g_snprintf(time, sizeof time, "2025-0%d-%02d 10:00", 1 + day / 28, 1 + day % 28);
  RsReferenceLine line = {.person = g_string_chunk_insert(texts, person), .institution = institution,
                          .time = g_string_chunk_insert(texts, time), .drug = drug, .doctor = doctor, .quantity = 1, .amount = 100,
                          .institution_type = "pharmacy"};
  g_array_append_val(lines, line);
}

static Town town_new(bool again_elsewhere, const char *doctor) {
  g_autoptr(GArray) lines = g_array_new(FALSE, TRUE, sizeof(RsReferenceLine));
  GStringChunk *texts = g_string_chunk_new(4096);
  char id[16];
  for (int p = 0; p < 4; p++) {
    g_snprintf(id, sizeof id, "G%d", p);
    add_line(lines, texts, id, "I1", 3, "A", doctor);
    add_line(lines, texts, id, "I1", 3, "B", doctor);
    if (again_elsewhere) add_line(lines, texts, id, "I2", 9, "A", NULL), add_line(lines, texts, id, "I2", 9, "B", NULL);
  }
  for (int i = 0; i < 96; i++) {
    g_snprintf(id, sizeof id, "N%02d", i);
    add_line(lines, texts, id, "I1", i % 50, i < 10 ? "A" : i < 30 ? "B" : "C", i < 48 ? "D1" : "D2");
    if (again_elsewhere) add_line(lines, texts, id, "I2", i % 50, i < 10 ? "A" : i < 30 ? "B" : "C", NULL);
  }
  Town town = {.claims = rs_reference_claims((const RsReferenceLine *)(const void *)lines->data, lines->len)};
  g_string_chunk_free(texts);
  town.knowledge = rs_knowledge_new(town.claims, 1, NULL);
  town.timeline = rs_timeline_new(town.claims, 1, NULL);
  town.basket = rs_basket_new(town.claims, 1);
  town.city = (RsRuleCity){town.claims, town.knowledge, town.timeline, town.basket};
  return town;
}

static void town_clear(Town *town) {
  rs_knowledge_free(town->knowledge);
  rs_timeline_free(town->timeline);
  rs_basket_free(town->basket);
  rs_claims_free(town->claims);
}

typedef struct { uint64_t line[64]; uint32_t person[8]; RsRuleGroup group; } Lead;

/* The group's lines at I1. */
static void lead_fill(const Town *town, Lead *lead) {
  const RsClaims *c = town->claims;
  memset(lead, 0, sizeof *lead);
  for (uint32_t p = 0; p < c->n_persons; p++) {
    if (*rs_text_get(c->person, p) != 'G') continue;
    lead->person[lead->group.n_persons++] = p;
    for (uint32_t v = c->person_visit[p]; v < c->person_visit[p + 1]; v++)
      for (uint64_t l = c->visit_line[v]; l < c->visit_line[v + 1]; l++)
        if (strcmp(rs_text_get(c->institution, c->visit_institution[v]), "I1") == 0) lead->line[lead->group.n_lines++] = l;
  }
  lead->group.line = lead->line;
  lead->group.person = lead->person;
}

static void two_drugs_bought_together_are_one_rule_with_its_expectation(void **state) {
  (void)state;
  Town town = town_new(false, NULL);
  Lead lead;
  lead_fill(&town, &lead);
  rs_rules_find(&town.city, &lead.group, 1, 1);
  assert_int_equal(lead.group.n_rules, 1);
  const RsRule *rule = lead.group.rule;
  assert_false(rule->by_person);
  assert_int_equal(rule->n_items, 2);
  assert_string_equal(rs_text_get(town.claims->drug, rule->item[0].id), "A");
  assert_string_equal(rs_text_get(town.claims->drug, rule->item[1].id), "B");
  assert_int_equal(rule->n_persons, 4);
  assert_int_equal(rule->n_visits, 4);
  /* 10 of the 96 other visits have A, 20 have B; the city's 14 and 24 of 100 weigh as one visit more */
  double want = 4.0 * ((10 + 0.14) / 97.0) * ((20 + 0.24) / 97.0);
  assert_true(fabs(rule->expected - want) < 2e-6);
  assert_true(fabs(rule->lift - 4.0 / want) < 1e-3);
  assert_true(isnan(rule->q_value)); /* they have no other visits */
  rs_rules_free(lead.group.rule, lead.group.n_rules);
  town_clear(&town);
}

static void tests_that_depend_on_each_other_are_paid_for(void **state) {
  (void)state;
  Town town = town_new(true, NULL);
  Lead lead;
  lead_fill(&town, &lead);
  rs_rules_find(&town.city, &lead.group, 1, 1);
  double alone = lead.group.rule->q_value;
  rs_rules_free(lead.group.rule, lead.group.n_rules);
  RsRuleGroup same[2] = {lead.group, lead.group}; /* the same lead twice: one discovery that is counted two times */
  rs_rules_find(&town.city, same, 2, 2);
  for (unsigned i = 0; i < 2; i++) {
    assert_true(fabs(same[i].rule->q_value / (alone * (1.0 + 1.0 / 2.0)) - 1.0) < 1e-4); /* 2 tests of rank 2, times 1 + 1/2 */
    rs_rules_free(same[i].rule, same[i].n_rules);
  }
  town_clear(&town);
}

static void other_visits_of_the_same_people_are_the_test(void **state) {
  (void)state;
  Town town = town_new(true, NULL);
  Lead lead;
  lead_fill(&town, &lead);
  rs_rules_find(&town.city, &lead.group, 1, 1);
  assert_int_equal(lead.group.n_rules, 1);
  assert_int_equal(lead.group.rule->n_visits, 4); /* those of I2 are no evidence */
  double each = (10 + (10 + 10 + 8) / 200.0) / 97.0 * ((20 + (20 + 20 + 8) / 200.0) / 97.0);
  assert_true(fabs(lead.group.rule->q_value / pow(each, 4.0) - 1.0) < 1e-4);
  rs_rules_free(lead.group.rule, lead.group.n_rules);
  town_clear(&town);
}

static void what_everybody_buys_is_no_rule(void **state) {
  (void)state;
  Town town = town_new(false, NULL);
  Lead lead = {0};
  for (uint32_t p = 0; p < town.claims->n_persons && lead.group.n_persons < 8; p++) { /* eight of the others: mostly C, one drug each */
    if (*rs_text_get(town.claims->person, p) != 'N') continue;
    lead.person[lead.group.n_persons++] = p;
    lead.line[lead.group.n_lines++] = town.claims->visit_line[town.claims->person_visit[p]];
  }
  lead.group.line = lead.line;
  lead.group.person = lead.person;
  rs_rules_find(&town.city, &lead.group, 1, 1);
  assert_int_equal(lead.group.n_rules, 0);
  rs_rules_free(lead.group.rule, lead.group.n_rules);
  town_clear(&town);
}

static void no_lines_no_persons_no_drugs_give_no_rules(void **state) {
  (void)state;
  Town town = town_new(false, NULL);
  RsRuleGroup group[2] = {{0}, {0}};
  rs_rules_find(&town.city, group, 2, 2);
  for (int i = 0; i < 2; i++) {
    assert_int_equal(group[i].n_rules, 0);
    rs_rules_free(group[i].rule, group[i].n_rules);
  }
  town_clear(&town);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(closed_sets_are_those_of_trying_every_set),
      cmocka_unit_test(too_many_sets_raise_the_support_until_they_fit),
      cmocka_unit_test(two_drugs_bought_together_are_one_rule_with_its_expectation),
      cmocka_unit_test(other_visits_of_the_same_people_are_the_test),
      cmocka_unit_test(tests_that_depend_on_each_other_are_paid_for),
      cmocka_unit_test(what_everybody_buys_is_no_rule),
      cmocka_unit_test(no_lines_no_persons_no_drugs_give_no_rules),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
