/* mining/timeline.h: every institution's visits in order of time.
 *
 * In    RsClaims
 * Out   RsTimeline: the visits of institution f are key[offset[f]] .. key[offset[f + 1]-1], each time << 32 | person, ascending;
 *       those of one person and time in the claims' order
 * Cost  O(visits): a counting sort by institution, then a radix sort by time of each; 12 bytes a visit
 */
#ifndef RS_MINING_TIMELINE_H
#define RS_MINING_TIMELINE_H

#include "claims/table.h"

typedef struct {
  uint32_t n_institutions;
  uint32_t *offset; /* [n_institutions + 1] */
  uint64_t *key;    /* [n visits] */
  uint32_t *visit;  /* [n visits] which visit of the claims each is */
  uint32_t *n_days; /* [n_institutions] days with at least one visit */
  uint32_t *n_regulars; /* [n_institutions] persons with visits on at least two days there: those a chance partner could be */
} RsTimeline;

#define RS_KEY_TIME(key) ((uint32_t)((key) >> 32))
#define RS_KEY_PERSON(key) ((uint32_t)(key))

/* error: RS_ERROR_LIMIT when memory is refused. */
RsTimeline *rs_timeline_new(const RsClaims *claims, unsigned n_threads, GError **error);
void rs_timeline_free(RsTimeline *timeline);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(RsTimeline, rs_timeline_free)
bool rs_timeline_validate(const RsTimeline *timeline, const RsClaims *claims, const char **reason);

/* The first position of institution f at or after the time. O(log visits). */
uint32_t rs_timeline_seek(const RsTimeline *timeline, uint32_t institution, uint64_t time);
/* The visits [begin, end) of institution f on the day of the time. */
typedef struct { uint32_t begin, end; } RsDayVisits;
RsDayVisits rs_timeline_day(const RsTimeline *timeline, uint32_t institution, uint32_t time);

#endif
