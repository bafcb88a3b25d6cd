#include "mining/timeline.h"

#include "base/calendar.h"
#include "base/column.h"
#include "base/error.h"
#include "base/parallel.h"
#include "base/spill.h"
#include "base/words.h"

#include <stdlib.h>
#include <string.h>

enum { RADIX_BITS = 11, FEW_BITS = 9, SMALL = 64, MANY = 8192 };

void rs_timeline_free(RsTimeline *timeline) {
  if (timeline == NULL) return;
  g_free(timeline->offset);
  rs_column_free(timeline->key);
  rs_column_free(timeline->visit);
  g_free(timeline->n_days);
  g_free(timeline->n_regulars);
  g_free(timeline);
}

/* While they are sorted, keys are time << 32 | place; an institution's visits lie in person order beforehand, so that order is (time, person) too. */
static void insertion_sort(uint64_t *key, uint32_t n) {
  for (uint32_t i = 1; i < n; i++) {
    uint64_t at = key[i];
    uint32_t j = i;
    for (; j > 0 && key[j - 1] > at; j--) key[j] = key[j - 1];
    key[j] = at;
  }
}

/* LSD radix sort over the bits in which the times differ from the smallest one. Returns whichever of the two holds the outcome. */
static uint64_t *radix_sort(uint64_t *from, uint64_t *to, uint32_t n) {
  const unsigned bits = n < MANY ? FEW_BITS : RADIX_BITS;
  const uint32_t mask = (1u << bits) - 1;
  uint32_t first = UINT32_MAX, last = 0;
  for (uint32_t i = 0; i < n; i++) {
    uint32_t t = RS_KEY_TIME(from[i]);
    if (t < first) first = t;
    if (t > last) last = t;
  }
  for (unsigned shift = 0; shift < 32 && (last - first) >> shift > 0; shift += bits) {
    uint32_t start[1 << RADIX_BITS], sum = 0;
    memset(start, 0, ((size_t)mask + 1) * sizeof *start);
    for (uint32_t i = 0; i < n; i++) start[(RS_KEY_TIME(from[i]) - first) >> shift & mask]++;
    for (uint32_t d = 0; d <= mask; d++) {
      uint32_t count = start[d];
      start[d] = sum;
      sum += count;
    }
    for (uint32_t i = 0; i < n; i++) to[start[(RS_KEY_TIME(from[i]) - first) >> shift & mask]++] = from[i];
    uint64_t *swap = from;
    from = to;
    to = swap;
  }
  return from;
}

/* Persons are taken in ranges of their numbers, a part each; within an institution the parts' visits follow one another, so that the order
 * is the same for any number of parts. */
typedef struct { uint64_t *key, *spare; uint32_t *visit; } Scratch; /* [visits of the institution that has most] */

typedef struct {
  const RsClaims *claims;
  RsTimeline *timeline;
  unsigned n_parts;
  uint32_t *count, *regulars; /* [n_parts * n_institutions]; count turns into where the part's visits go */
  unsigned n_threads;
  Scratch *scratch;           /* [n_threads] */
} Build;

static void build_clear(Build *build) {
  for (unsigned i = 0; i < build->n_threads; i++) {
    rs_column_free(build->scratch[i].key);
    rs_column_free(build->scratch[i].spare);
    rs_column_free(build->scratch[i].visit);
  }
  g_free(build->scratch);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Build, build_clear)

static uint32_t part_begin(const Build *build, size_t part) {
  return (uint32_t)((uint64_t)build->claims->n_persons * part / build->n_parts);
}

/* Counts visits and regulars by institution; seen[f] remembers the person and day last met there. */
static void count_part(size_t part, unsigned thread, void *data) {
  (void)thread;
  Build *build = data;
  const RsClaims *c = build->claims;
  size_t m = build->timeline->n_institutions;
  uint32_t *count = build->count + part * m, *regulars = build->regulars + part * m;
  g_autofree uint64_t *seen = g_new0(uint64_t, m + 1);
  for (uint32_t p = part_begin(build, part); p < part_begin(build, part + 1); p++)
    for (uint32_t v = c->person_visit[p]; v < c->person_visit[p + 1]; v++) {
      uint32_t f = c->visit_institution[v];
      count[f]++;
      /* low 17 bits: day + 1 of the first visit, or all ones once the person was counted */
      uint64_t day = c->visit_time[v] / RS_DAY_SECONDS, mine = ((uint64_t)p + 1) << 17;
      if (seen[f] >> 17 != (uint64_t)p + 1) seen[f] = mine | day;
      else if ((seen[f] & 0x1ffff) != 0x1ffff && (seen[f] & 0x1ffff) != day) {
        regulars[f]++;
        seen[f] = mine | 0x1ffff;
      }
    }
}

static void scatter_part(size_t part, unsigned thread, void *data) {
  (void)thread;
  const Build *build = data;
  const RsClaims *c = build->claims;
  uint64_t *key = build->timeline->key;
  uint32_t *visit = build->timeline->visit, *at = build->count + part * build->timeline->n_institutions;
  for (uint32_t p = part_begin(build, part), last = part_begin(build, part + 1); p < last; p++)
    for (uint32_t v = c->person_visit[p]; v < c->person_visit[p + 1]; v++) {
      const uint32_t place = at[c->visit_institution[v]]++;
      key[place] = (uint64_t)c->visit_time[v] << 32 | p;
      visit[place] = v;
    }
}

static void sort_institution(size_t f, unsigned thread, void *data) {
  Build *build = data;
  RsTimeline *t = build->timeline;
  const Scratch *scratch = &build->scratch[thread];
  const uint32_t begin = t->offset[f], n = t->offset[f + 1] - begin;
  uint64_t *key = t->key + begin, *sorted = scratch->key;
  for (uint32_t i = 0; i < n; i++) sorted[i] = (uint64_t)RS_KEY_TIME(key[i]) << 32 | i;
  if (n <= SMALL) insertion_sort(sorted, n);
  else sorted = radix_sort(scratch->key, scratch->spare, n);
  uint64_t *before = sorted == scratch->key ? scratch->spare : scratch->key;
  memcpy(before, key, n * sizeof *key);
  memcpy(scratch->visit, t->visit + begin, n * sizeof *t->visit);
  uint32_t days = 0, day = UINT32_MAX;
  for (uint32_t i = 0; i < n; i++) {
    const uint32_t place = (uint32_t)sorted[i], d = RS_KEY_TIME(sorted[i]) / RS_DAY_SECONDS;
    key[i] = before[place];
    t->visit[begin + i] = scratch->visit[place];
    days += d != day;
    day = d;
  }
  t->n_days[f] = days;
}

/* From counts by part to the place of each part's first visit of each institution. */
static void place_parts(Build *build) {
  RsTimeline *t = build->timeline;
  uint32_t sum = 0;
  for (size_t f = 0; f < t->n_institutions; f++) {
    t->offset[f] = sum;
    for (size_t part = 0; part < build->n_parts; part++) {
      uint32_t *count = &build->count[part * t->n_institutions + f], here = *count;
      *count = sum;
      sum += here;
      t->n_regulars[f] += build->regulars[part * t->n_institutions + f];
    }
  }
  t->offset[t->n_institutions] = sum;
}

static bool scratch_allocate(Build *build) {
  const RsTimeline *t = build->timeline;
  uint32_t most = 0;
  for (uint32_t f = 0; f < t->n_institutions; f++) most = MAX(most, t->offset[f + 1] - t->offset[f]);
  for (unsigned i = 0; i < build->n_threads; i++) {
    Scratch *scratch = &build->scratch[i];
    *scratch = (Scratch){rs_column_new(most, sizeof *scratch->key), rs_column_new(most, sizeof *scratch->spare), rs_column_new(most, sizeof *scratch->visit)};
    if (scratch->key == NULL || scratch->spare == NULL || scratch->visit == NULL) return false;
  }
  return true;
}

static bool no_memory(const RsClaims *claims, GError **error) {
  if (rs_spill_refused(error)) g_set_error(error, RS_ERROR, RS_ERROR_LIMIT, _("no memory for the timelines of %u visits"), claims->n_visits);
  return false;
}

static bool timeline_build(Build *build, GError **error) {
  RsTimeline *t = build->timeline;
  const gsize n_counts = (gsize)t->n_institutions * build->n_parts + 1;
  g_autofree uint32_t *count = build->count = g_try_malloc0_n(n_counts, sizeof *count);
  g_autofree uint32_t *regulars = build->regulars = g_try_malloc0_n(n_counts, sizeof *regulars);
  if (t->key == NULL || t->visit == NULL || count == NULL || regulars == NULL) return no_memory(build->claims, error);
  rs_parallel(build->n_threads, build->n_parts, count_part, build);
  place_parts(build);
  if (!scratch_allocate(build)) return no_memory(build->claims, error);
  rs_parallel(build->n_threads, build->n_parts, scatter_part, build);
  rs_parallel(build->n_threads, t->n_institutions, sort_institution, build);
  return true;
}

RsTimeline *rs_timeline_new(const RsClaims *claims, unsigned n_threads, GError **error) {
  uint32_t m = claims->institution->n;
  g_autoptr(RsTimeline) t = g_new0(RsTimeline, 1);
  t->n_institutions = m;
  t->offset = g_new0(uint32_t, (gsize)m + 1);
  t->n_days = g_new0(uint32_t, (gsize)m + 1);
  t->n_regulars = g_new0(uint32_t, (gsize)m + 1);
  t->key = rs_column_new(claims->n_visits, sizeof *t->key);
  t->visit = rs_column_new(claims->n_visits, sizeof *t->visit);
  n_threads = CLAMP(n_threads, 1u, 64u);
  g_auto(Build) build = {.claims = claims, .timeline = t, .n_parts = n_threads, .n_threads = n_threads, .scratch = g_new0(Scratch, n_threads)};
  return timeline_build(&build, error) ? g_steal_pointer(&t) : NULL;
}

bool rs_timeline_validate(const RsTimeline *t, const RsClaims *claims, const char **reason) {
  *reason = "timeline does not span the visits";
  if (t->offset[0] != 0 || t->offset[t->n_institutions] != claims->n_visits) return false;
  *reason = "an institution's visits are out of order";
  for (uint32_t f = 0; f < t->n_institutions; f++)
    for (uint32_t i = t->offset[f] + 1; i < t->offset[f + 1]; i++)
      if (t->key[i - 1] > t->key[i]) return false;
  *reason = "timeline names another visit";
  for (uint32_t f = 0; f < t->n_institutions; f++)
    for (uint32_t i = t->offset[f]; i < t->offset[f + 1]; i++) {
      uint32_t v = t->visit[i], p = RS_KEY_PERSON(t->key[i]);
      if (v >= claims->n_visits || p >= claims->n_persons || v < claims->person_visit[p] || v >= claims->person_visit[p + 1]) return false;
      if (claims->visit_institution[v] != f || claims->visit_time[v] != RS_KEY_TIME(t->key[i])) return false;
    }
  *reason = NULL;
  return true;
}

/* Between the first visit and the last where the time would be if they came evenly, then by doubling steps to where it is. */
static void seek_near(const uint64_t *key, uint64_t bar, uint32_t *low, uint32_t *high) {
  const uint64_t first = key[*low], last = key[*high - 1];
  if (bar <= first || bar > last) {
    *low = *high = bar <= first ? *low : *high;
    return;
  }
  const uint32_t guess = *low + (uint32_t)((double)(bar - first) / ((double)(last - first) + 1.0) * (double)(*high - 1 - *low));
  uint32_t step = 4;
  if (key[guess] < bar) {
    for (*low = guess + 1; step < *high - *low && key[*low + step] < bar; step *= 2) *low += step + 1;
    if (step < *high - *low) *high = *low + step;
  } else {
    for (*high = guess; step < *high - *low && key[*high - step] >= bar; step *= 2) *high -= step;
    if (step < *high - *low) *low = *high - step + 1;
  }
}

static uint32_t seek_between(const uint64_t *key, uint64_t bar, uint32_t low, uint32_t high) {
  while (low < high) {
    uint32_t middle = low + (high - low) / 2;
    if (key[middle] < bar) low = middle + 1;
    else high = middle;
  }
  return low;
}

uint32_t rs_timeline_seek(const RsTimeline *t, uint32_t institution, uint64_t time) {
  enum { MANY = 32 };
  uint32_t low = t->offset[institution], high = t->offset[institution + 1];
  uint64_t bar = time > UINT32_MAX ? UINT64_MAX : time << 32;
  if (high - low > MANY) seek_near(t->key, bar, &low, &high);
  return seek_between(t->key, bar, low, high);
}

RsDayVisits rs_timeline_day(const RsTimeline *t, uint32_t institution, uint32_t time) {
  const uint32_t day = time / RS_DAY_SECONDS, stop = t->offset[institution + 1];
  const uint64_t bar = (uint64_t)(day + 1) * RS_DAY_SECONDS > UINT32_MAX ? UINT64_MAX : (uint64_t)(day + 1) * RS_DAY_SECONDS << 32;
  RsDayVisits out = {.begin = rs_timeline_seek(t, institution, (uint64_t)day * RS_DAY_SECONDS)};
  uint32_t step = 8; /* a day is short: by doubling steps from where it begins */
  for (out.end = out.begin; step < stop - out.end && t->key[out.end + step] < bar; step *= 2) out.end += step;
  out.end = seek_between(t->key, bar, out.end, step < stop - out.end ? out.end + step : stop);
  return out;
}
