/* mining/covisit.h: pairs of persons who come to the same institution on the same day again and again.
 *
 * In    RsClaims and its RsTimeline
 * Out   RsCovisits: every pair a < b that met on at least min_meetings distinct (institution, day), sorted by (a, b), with its
 *       meetings sorted by (institution, day) and the smallest gap in time of each
 * Cost  time O(visits * max_crowd) at worst, whatever the input; memory bounded by passes over ranges of persons
 *       (nearly all pairs meet once: windows are walked twice, first to leave a mark of 4 bytes a meeting, then to keep what was marked again)
 * From  Cao et al., Uncovering Large Groups of Active Malicious Accounts (SynchroTrap), CCS 2014, for the sliding window; the counting
 *       filter before the sort is Park, Chen & Yu's hash filter, SIGMOD 1995
 *
 * How far apart two visits may be depends on the crowd: from each visit the window opens to the end of the day, else 60, 15 or 3
 * minutes, the widest that holds at most max_crowd later visits. A small pharmacy is looked at by the day, a hospital's queue
 * by the minute, and where even 3 minutes hold more, the window is not examined, which is counted and never silent.
 */
#ifndef RS_MINING_COVISIT_H
#define RS_MINING_COVISIT_H

#include "mining/timeline.h"

typedef struct {
  uint32_t institution;
  uint16_t day;
  uint16_t gap; /* minutes between the nearest two visits of that day, rounded up */
} RsMeeting;

typedef struct {
  uint32_t n;       /* pairs */
  uint32_t *a, *b;  /* [n] a < b, sorted by (a, b) */
  uint64_t *offset; /* [n + 1] meetings of pair i */
  RsMeeting *meeting;
  uint32_t *n_met;     /* [n] pairs of visits that make these meetings; NULL from mining/company.h */
  uint64_t n_events;   /* pairs of visits looked at */
  uint32_t *n_skipped; /* [n institutions] visits from which no window could be examined */
  uint32_t *crowd;     /* [n institutions] most visits within 3 minutes among those, 0 if none */
} RsCovisits;

typedef struct {
  uint32_t min_meetings;  /* at least 2 */
  uint32_t max_crowd;     /* later visits in a window */
  uint64_t events_a_pass; /* bounds memory at 5 bytes each; 0: by the number of visits and what --memory allows */
  unsigned n_threads;
  uint32_t window_seconds; /* 0; else the window from every visit, however crowded, past midnight too: the question other programs ask */
} RsCovisitOptions;
#define RS_COVISIT_DEFAULTS {2, 48, 0, 1, 0}

/* error: RS_ERROR_LIMIT when memory is refused. */
RsCovisits *rs_covisits_new(const RsClaims *claims, const RsTimeline *timeline, const RsCovisitOptions *options, GError **error);
void rs_covisits_free(RsCovisits *covisits);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(RsCovisits, rs_covisits_free)
bool rs_covisits_validate(const RsCovisits *covisits, const RsClaims *claims, const char **reason);

#endif
