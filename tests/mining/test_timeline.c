#include "base/calendar.h"
#include "mining/timeline.h"

#include "base/random.h"
#include "rs_test.h"

/* The slow way. */
static uint32_t walk(const RsTimeline *t, uint32_t f, uint64_t time) {
  uint32_t i = t->offset[f];
  while (i < t->offset[f + 1] && RS_KEY_TIME(t->key[i]) < time) i++;
  return i;
}

/* Three institutions: visits all through the period, in one burst with stragglers far away, and none. */
static void a_seek_stops_where_a_walk_stops(void **state) {
  (void)state;
  enum { MANY = 3000 };
  for (uint32_t n = 1; n < MANY; n = 2 * n + 1) {
    uint32_t offset[] = {0, n, 2 * n, 2 * n};
    g_autofree uint64_t *key = g_new(uint64_t, 2 * (gsize)n);
    RsTimeline t = {.n_institutions = 3, .offset = offset, .key = key};
    RsRandom random;
    rs_random_init(&random, n);
    uint64_t even = 1000, burst = 1000;
    for (uint32_t i = 0; i < n; i++) {
      key[i] = (even += rs_random_below(&random, 200)) << 32 | i;
      key[n + i] = (burst += i % 50 == 49 ? rs_random_below(&random, 10000000) : rs_random_below(&random, 2)) << 32 | i;
    }
    for (uint32_t f = 0; f < 3; f++)
      for (uint32_t i = 0; i < n; i++)
        for (uint64_t d = 0; d < 3; d++) {
          uint64_t time = RS_KEY_TIME(key[MIN(f, 1u) * n + i]) + d - 1;
          if (rs_timeline_seek(&t, f, time) != walk(&t, f, time)) fail_msg("%u visits, institution %u, visit %u", n, f, i);
          const uint64_t midnight = (uint32_t)time / RS_DAY_SECONDS * (uint64_t)RS_DAY_SECONDS;
          const RsDayVisits day = rs_timeline_day(&t, f, (uint32_t)time);
          if (day.begin != walk(&t, f, midnight) || day.end != walk(&t, f, midnight + RS_DAY_SECONDS)) fail_msg("%u visits, institution %u, day of visit %u", n, f, i);
        }
    for (uint32_t f = 0; f < 3; f++) {
      assert_int_equal(rs_timeline_seek(&t, f, 0), offset[f]);
      assert_int_equal(rs_timeline_seek(&t, f, UINT64_MAX), offset[f + 1]);
    }
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(a_seek_stops_where_a_walk_stops)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
