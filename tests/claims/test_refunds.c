#include "rs_test.h"

#include "claims/refunds.h"

#define MOST 8
typedef struct { uint32_t time; uint32_t drug; int64_t amount; uint64_t settlement; bool flagged; } Given;
typedef struct { const char *name; size_t n; Given line[MOST]; bool reversed[MOST]; int64_t left[MOST]; uint64_t pairs, partial, alone; } Case;

static const Case cases[] = {
    {"nothing to refund", 2, {{1, 0, 100, 1, false}, {2, 0, 100, 2, false}}, {false, false}, {100, 100}, 0, 0, 0},
    {"a refund and its original go together", 2, {{1, 0, 100, 1, false}, {2, 0, -100, 2, false}}, {true, true}, {100, -100}, 1, 0, 0},
    {"the latest equal purchase is the original", 3, {{1, 0, 100, 1, false}, {2, 0, 100, 2, false}, {3, 0, -100, 3, false}},
     {false, true, true}, {100, 100, -100}, 1, 0, 0},
    {"the same settlement comes first", 3, {{1, 0, 100, 7, false}, {2, 0, 100, 2, false}, {3, 0, -100, 7, false}},
     {true, false, true}, {100, 100, -100}, 1, 0, 0},
    {"a later purchase is no original", 2, {{1, 0, -100, 1, false}, {2, 0, 100, 2, false}}, {false, false}, {-100, 100}, 0, 0, 1},
    {"another drug is no original", 2, {{1, 0, 100, 1, false}, {2, 1, -100, 2, false}}, {false, false}, {100, -100}, 0, 0, 1},
    {"a smaller refund reduces its original", 2, {{1, 0, 100, 1, false}, {2, 0, -30, 2, false}}, {false, true}, {70, 0}, 0, 1, 0},
    {"refunds in parts leave nothing of their original", 3, {{1, 0, 100, 1, false}, {2, 0, -40, 2, false}, {3, 0, -60, 3, false}},
     {true, true, true}, {0, 0, 0}, 0, 2, 0},
    {"what is left of an original bounds the next refund", 3, {{1, 0, 100, 1, false}, {2, 0, -40, 2, false}, {3, 0, -61, 3, false}},
     {false, true, false}, {60, 0, -61}, 0, 1, 1},
    {"a larger refund stands alone", 2, {{1, 0, 100, 1, false}, {2, 0, -130, 2, false}}, {false, false}, {100, -130}, 0, 0, 1},
    {"a flagged positive row is a refund too", 2, {{1, 0, 100, 1, false}, {2, 0, 100, 2, true}}, {true, true}, {100, 100}, 1, 0, 0},
    {"a flagged original meets its negative row", 2, {{1, 0, 100, 1, true}, {2, 0, -100, 2, true}}, {true, true}, {100, -100}, 1, 0, 0},
    {"two refunds take two originals", 4,
     {{1, 0, 50, 1, false}, {1, 0, 50, 2, false}, {2, 0, -50, 3, false}, {3, 0, -50, 4, false}}, {true, true, true, true}, {50, 50, -50, -50}, 2, 0, 0},
};

static void refunds_find_their_originals(void **state) {
  (void)state;
  for (size_t c = 0; c < G_N_ELEMENTS(cases); c++) {
    RsRefundLine line[MOST] = {0};
    int64_t before = 0, after = 0;
    for (size_t i = 0; i < cases[c].n; i++) {
      const Given *given = &cases[c].line[i];
      line[i] = (RsRefundLine){.original = given->amount, .time = given->time, .drug = given->drug, .amount = given->amount,
                               .settlement = given->settlement, .visit = (uint32_t)i, .refund = given->flagged};
      before += given->amount;
    }
    RsRefundCounts counts = {0};
    rs_refunds_match(line, cases[c].n, &counts);
    for (size_t i = 0; i < cases[c].n; i++) {
      after += line[i].amount;
      if (line[i].reversed != cases[c].reversed[i] || line[i].amount != cases[c].left[i])
        fail_msg("%s: line %zu is %s with %" G_GINT64_FORMAT, cases[c].name, i, line[i].reversed ? "reversed" : "used", (gint64)line[i].amount);
    }
    if (before != after) fail_msg("%s: money was lost", cases[c].name);
    if (counts.pairs != cases[c].pairs || counts.partial != cases[c].partial || counts.alone != cases[c].alone) fail_msg("%s: counts", cases[c].name);
  }
}

static void a_fund_payment_is_spread_by_largest_remainder(void **state) {
  (void)state;
  static const struct { size_t n; int64_t amount[4], fund, share[4]; } spread[] = {
      {3, {100, 100, 100}, 100, {34, 33, 33}}, {2, {1, 2}, 10, {3, 7}},           {2, {0, 0}, 5, {5, 0}},
      {3, {50, 0, 50}, 7, {4, 0, 3}},          {2, {-100, -300}, -8, {-2, -6}}, {3, {600, -100, 400}, 50, {30, 0, 20}}};
  for (size_t c = 0; c < G_N_ELEMENTS(spread); c++) {
    RsRefundLine line[4] = {0};
    int64_t sum = 0;
    for (size_t i = 0; i < spread[c].n; i++) line[i].amount = spread[c].amount[i];
    rs_refunds_spread(line, spread[c].n, spread[c].fund);
    for (size_t i = 0; i < spread[c].n; i++) {
      sum += line[i].fund;
      if (line[i].fund != spread[c].share[i]) fail_msg("case %zu, line %zu: %" G_GINT64_FORMAT, c, i, (gint64)line[i].fund);
    }
    assert_int_equal(sum, spread[c].fund);
  }
}

/* A hostile person: every second line a refund. Must end at once (the search for an original is bounded). */
static void a_person_of_nothing_but_refunds_ends(void **state) {
  (void)state;
  size_t n = 200000;
  g_autofree RsRefundLine *line = g_new0(RsRefundLine, n);
  for (size_t i = 0; i < n; i++) {
    int64_t amount = i % 2 ? -(int64_t)(1 + i % 7) : 5;
    line[i] = (RsRefundLine){.original = amount, .time = (uint32_t)i, .amount = amount, .settlement = i, .visit = (uint32_t)i};
  }
  RsRefundCounts counts = {0};
  rs_refunds_match(line, n, &counts);
  assert_true(counts.pairs > 0);
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(refunds_find_their_originals), cmocka_unit_test(a_fund_payment_is_spread_by_largest_remainder),
                                     cmocka_unit_test(a_person_of_nothing_but_refunds_ends)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
