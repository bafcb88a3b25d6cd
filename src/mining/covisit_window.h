/* mining/covisit_window.h: how far a co-visit's window opens; private to covisit.c and company.c, so that both mean the same by it. */
#ifndef RS_MINING_COVISIT_WINDOW_H
#define RS_MINING_COVISIT_WINDOW_H

#include "base/calendar.h"
#include "mining/timeline.h"

enum { RS_N_WINDOWS = 4 };
static const uint32_t rs_window_seconds[RS_N_WINDOWS] = {RS_DAY_SECONDS, 3600, 900, 180};

/* Moves each width's end so that it stands one past the last visit within that width after visit i, on the same day. */
static inline void rs_window_advance(const uint64_t *visit, uint32_t n, uint32_t i, uint32_t end[RS_N_WINDOWS]) {
  uint64_t time = RS_KEY_TIME(visit[i]), midnight = (time / RS_DAY_SECONDS + 1) * RS_DAY_SECONDS;
  for (unsigned w = 0; w < RS_N_WINDOWS; w++) {
    uint64_t last = time + rs_window_seconds[w] < midnight ? time + rs_window_seconds[w] : midnight - 1;
    if (end[w] < i + 1) end[w] = i + 1;
    while (end[w] < n && RS_KEY_TIME(visit[end[w]]) <= last) end[w]++;
  }
}

/* The widest window from visit i that is not too crowded: end[] holds one past the last visit within each width. 0: none. */
static inline uint32_t rs_window_end(const uint32_t end[RS_N_WINDOWS], uint32_t i, uint32_t max_crowd) {
  for (unsigned w = 0; w < RS_N_WINDOWS; w++)
    if (end[w] - i - 1 <= max_crowd) return end[w];
  return 0;
}

#endif
