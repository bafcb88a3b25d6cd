/* rings/standing.h: where a value stands among the same value of all groups that move together.
 *
 * Points are 10 * log10(0.2 / share of companion groups at or beyond the value): none for the top fifth, ten for the top fiftieth, twenty for
 * one in five hundred. Inside the range of the companions the share is counted; beyond it, it falls on at the pace of their upper tail.
 * The groups found are companions too, so the first fit uses the body of the distribution only and the second leaves out what the
 * first found: otherwise the second ring would hide behind the first.
 */
#ifndef RS_RINGS_STANDING_H
#define RS_RINGS_STANDING_H

#include <stdbool.h>
#include <stdint.h>

#define RS_STANDING_BAR 0.2

typedef struct {
  uint32_t n;
  double *sorted; /* [n] rising */
  double middle, upper; /* median and 90th percentile */
  double scale;   /* e-folding of the upper tail, at least the floor given */
} RsStanding;

/* Copies, drops NAN, sorts and fits. body_only: the tail is read off the median and the 80th percentile alone. */
void rs_standing_init(RsStanding *standing, const double *value, uint32_t n, double floor_scale, bool body_only);
void rs_standing_clear(RsStanding *standing);
/* Share of companions at or beyond the value, in (0, 1]; 1 for NAN or no companions. */
double rs_standing_tail(const RsStanding *standing, double value);
/* The counted share alone: (number at or beyond + 1) / (n + 1). */
double rs_standing_rank(const RsStanding *standing, double value);

#endif
