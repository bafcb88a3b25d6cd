#include "mining/timeline.h"

#include "base/calendar.h"
#include "base/error.h"
#include "base/parallel.h"
#include "base/words.h"

#include <stdlib.h>
#include <string.h>

enum { RADIX_BITS = 11, RADIX = 1 << RADIX_BITS, SMALL = 64 };

void rs_timeline_free(RsTimeline *timeline) {
  if (timeline == NULL) return;
  g_free(timeline->offset);
  g_free(timeline->key);
  g_free(timeline->n_days);
  g_free(timeline->n_regulars);
  g_free(timeline);
}

/* Stable by person, because visits were scattered in person order: ties need no look at the low half. */
static void insertion_sort(uint64_t *key, uint32_t n) {
  for (uint32_t i = 1; i < n; i++) {
    uint64_t at = key[i];
    uint32_t j = i;
    for (; j > 0 && key[j - 1] > at; j--) key[j] = key[j - 1];
    key[j] = at;
  }
}

/* LSD radix sort over the bits in which the times differ from the smallest one. */
static void radix_sort(uint64_t *key, uint64_t *spare, uint32_t n) {
  uint32_t first = UINT32_MAX, last = 0;
  for (uint32_t i = 0; i < n; i++) {
    uint32_t t = RS_KEY_TIME(key[i]);
    if (t < first) first = t;
    if (t > last) last = t;
  }
  uint64_t *from = key, *to = spare;
  for (unsigned shift = 0; shift < 32 && (last - first) >> shift > 0; shift += RADIX_BITS) {
    uint32_t start[RADIX] = {0}, sum = 0;
    for (uint32_t i = 0; i < n; i++) start[(RS_KEY_TIME(from[i]) - first) >> shift & (RADIX - 1)]++;
    for (unsigned d = 0; d < RADIX; d++) {
      uint32_t count = start[d];
      start[d] = sum;
      sum += count;
    }
    for (uint32_t i = 0; i < n; i++) to[start[(RS_KEY_TIME(from[i]) - first) >> shift & (RADIX - 1)]++] = from[i];
    uint64_t *swap = from;
    from = to;
    to = swap;
  }
  if (from != key) memcpy(key, from, (size_t)n * sizeof *key);
}

typedef struct {
  RsTimeline *timeline;
  uint64_t *spare;
} Sort;

static void sort_institution(size_t f, unsigned thread, void *data) {
  Sort *sort = data;
  RsTimeline *t = sort->timeline;
  (void)thread;
  uint32_t begin = t->offset[f], n = t->offset[f + 1] - begin, days = 0, day = UINT32_MAX;
  uint64_t *key = t->key + begin;
  if (n <= SMALL) insertion_sort(key, n);
  else radix_sort(key, sort->spare + begin, n);
  for (uint32_t i = 0; i < n; i++) {
    uint32_t d = RS_KEY_TIME(key[i]) / RS_DAY_SECONDS;
    days += d != day;
    day = d;
  }
  t->n_days[f] = days;
}

/* Counts visits and regulars by institution in one walk over persons; seen[f] remembers the person and day last met there. */
static void count_visits(const RsClaims *claims, RsTimeline *t, uint64_t *seen) {
  for (uint32_t p = 0; p < claims->n_persons; p++) {
    for (uint32_t v = claims->person_visit[p]; v < claims->person_visit[p + 1]; v++) {
      uint32_t f = claims->visit_institution[v];
      t->offset[f + 1]++;
      /* low 17 bits: day + 1 of the first visit, or all ones once the person was counted */
      uint64_t day = claims->visit_time[v] / RS_DAY_SECONDS, mine = ((uint64_t)p + 1) << 17;
      if (seen[f] >> 17 != (uint64_t)p + 1) seen[f] = mine | day;
      else if ((seen[f] & 0x1ffff) != 0x1ffff && (seen[f] & 0x1ffff) != day) {
        t->n_regulars[f]++;
        seen[f] = mine | 0x1ffff;
      }
    }
  }
}

RsTimeline *rs_timeline_new(const RsClaims *claims, unsigned n_threads, GError **error) {
  uint32_t n = claims->n_visits, m = claims->institution->n;
  g_autoptr(RsTimeline) t = g_new0(RsTimeline, 1);
  t->n_institutions = m;
  t->offset = g_new0(uint32_t, (gsize)m + 1);
  t->n_days = g_new0(uint32_t, (gsize)m + 1);
  t->n_regulars = g_new0(uint32_t, (gsize)m + 1);
  t->key = g_try_malloc_n((gsize)n + 1, sizeof *t->key);
  g_autofree uint64_t *spare = g_try_malloc_n((gsize)n + 1, sizeof *spare);
  g_autofree uint64_t *seen = g_try_malloc0_n((gsize)m + 1, sizeof *seen);
  if (t->key == NULL || spare == NULL || seen == NULL) {
    g_set_error(error, RS_ERROR, RS_ERROR_LIMIT, _("no memory for the timelines of %u visits"), n);
    return NULL;
  }
  count_visits(claims, t, seen);
  for (uint32_t f = 0; f < m; f++) t->offset[f + 1] += t->offset[f];
  for (uint32_t p = 0; p < claims->n_persons; p++) /* offset[f] moves to the end of f; shifted back below */
    for (uint32_t v = claims->person_visit[p]; v < claims->person_visit[p + 1]; v++)
      t->key[t->offset[claims->visit_institution[v]]++] = (uint64_t)claims->visit_time[v] << 32 | p;
  memmove(t->offset + 1, t->offset, (size_t)m * sizeof *t->offset);
  t->offset[0] = 0;
  Sort sort = {t, spare};
  rs_parallel(n_threads, m, sort_institution, &sort);
  return g_steal_pointer(&t);
}

bool rs_timeline_validate(const RsTimeline *t, const RsClaims *claims, const char **reason) {
  *reason = "timeline does not span the visits";
  if (t->offset[0] != 0 || t->offset[t->n_institutions] != claims->n_visits) return false;
  *reason = "an institution's visits are out of order";
  for (uint32_t f = 0; f < t->n_institutions; f++)
    for (uint32_t i = t->offset[f] + 1; i < t->offset[f + 1]; i++)
      if (t->key[i - 1] > t->key[i]) return false;
  *reason = "timeline names a person that does not exist";
  for (uint32_t i = 0; i < claims->n_visits; i++)
    if (RS_KEY_PERSON(t->key[i]) >= claims->n_persons) return false;
  *reason = NULL;
  return true;
}

uint32_t rs_timeline_seek(const RsTimeline *t, uint32_t institution, uint64_t time) {
  uint32_t low = t->offset[institution], high = t->offset[institution + 1];
  uint64_t bar = time > UINT32_MAX ? UINT64_MAX : time << 32;
  while (low < high) {
    uint32_t middle = low + (high - low) / 2;
    if (t->key[middle] < bar) low = middle + 1;
    else high = middle;
  }
  return low;
}
