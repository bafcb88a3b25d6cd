#include "rings/match.h"

#include "base/random.h"
#include "rs_test.h"

#include <string.h>

typedef struct { const char *sentence; const char *then[4], *now[4]; int before[4]; } Case;

/* "abc": a group of three, members by letter. */
static RsMatchGroup group(const char *letters, uint32_t *number) {
  uint32_t n = 0;
  for (; letters[n] != '\0'; n++) number[n] = (uint32_t)letters[n];
  return (RsMatchGroup){number, n};
}

static void groups_are_told_by_who_is_in_both(void **state) {
  (void)state;
  static const Case table[] = {
      {"the same", {"abc"}, {"abc"}, {0}},
      {"grown to twice its size", {"abcd"}, {"abcdefgh"}, {0}},
      {"one shared card is no tie", {"abcd"}, {"dxyz"}, {-1}},
      {"less than half of the smaller is none", {"abcdef"}, {"abuvwx"}, {-1}},
      {"of two parts the greater keeps the name", {"abcdefg"}, {"ab", "cdefg"}, {-1, 0}},
      {"of two that merged the more alike gives it", {"abc", "defgh"}, {"abcdefgh"}, {1}},
      {"each goes to its own though both overlap", {"abcdef", "efghij"}, {"efghijk", "abcdefx"}, {1, 0}},
      {"one alone is the same alone", {"a"}, {"a", "b"}, {0, -1}},
      {"nothing then", {NULL}, {"abc"}, {-1}},
  };
  for (size_t t = 0; t < G_N_ELEMENTS(table); t++) {
    uint32_t number[8][16], before[4], n_then = 0, n_now = 0;
    RsMatchGroup then[4], now[4];
    for (; n_then < 4 && table[t].then[n_then] != NULL; n_then++) then[n_then] = group(table[t].then[n_then], number[n_then]);
    for (; n_now < 4 && table[t].now[n_now] != NULL; n_now++) now[n_now] = group(table[t].now[n_now], number[4 + n_now]);
    rs_match_groups(then, n_then, now, n_now, before);
    for (uint32_t i = 0; i < n_now; i++)
      if ((int)before[i] != table[t].before[i]) fail_msg("%s: group %u is %d, not %d", table[t].sentence, i, (int)before[i], table[t].before[i]);
  }
}

static void no_group_is_matched_twice_and_sharing_counts_what_a_slow_look_counts(void **state) {
  (void)state;
  RsRandom random;
  rs_random_init(&random, 4);
  for (unsigned round = 0; round < 200; round++) {
    uint32_t number[20][30], before[10];
    RsMatchGroup group[20];
    for (uint32_t g = 0; g < 20; g++) {
      group[g] = (RsMatchGroup){number[g], 0};
      for (uint32_t m = 0; m < 30; m++)
        if (rs_random_below(&random, 4) == 0) number[g][group[g].n++] = m;
    }
    for (uint32_t a = 0; a < 20; a++)
      for (uint32_t b = 0; b < 20; b++) {
        uint32_t shared = 0;
        for (uint32_t i = 0; i < group[a].n; i++)
          for (uint32_t k = 0; k < group[b].n; k++) shared += number[a][i] == number[b][k];
        assert_int_equal(rs_match_shared(&group[a], &group[b]), shared);
      }
    rs_match_groups(group, 10, group + 10, 10, before);
    uint32_t taken = 0;
    for (uint32_t i = 0; i < 10; i++) {
      if (before[i] == UINT32_MAX) continue;
      assert_true(before[i] < 10 && (taken >> before[i] & 1u) == 0);
      taken |= 1u << before[i];
      assert_true(rs_match_enough(rs_match_shared(&group[before[i]], &group[10 + i]), group[before[i]].n, group[10 + i].n));
    }
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(groups_are_told_by_who_is_in_both),
                                     cmocka_unit_test(no_group_is_matched_twice_and_sharing_counts_what_a_slow_look_counts)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
