#include "mining/timeline.h"

#include "base/calendar.h"
#include "base/column.h"
#include "base/error.h"
#include "base/parallel.h"
#include "base/spill.h"
#include "base/words.h"

#include <stdlib.h>
#include <string.h>

enum { RADIX_BITS = 11, RADIX = 1 << RADIX_BITS, SMALL = 64 };

void rs_timeline_free(RsTimeline *timeline) {
  if (timeline == NULL) return;
  g_free(timeline->offset);
  rs_column_free(timeline->key);
  rs_column_free(timeline->visit);
  g_free(timeline->n_days);
  g_free(timeline->n_regulars);
  g_free(timeline);
}

/* While they are sorted, keys are time << 32 | visit; visits are numbered in person order, so that order is (time, person) too. */
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

/* Persons are taken in ranges of their numbers, a part each; within an institution the parts' visits follow one another, so that the order
 * is the same for any number of parts. */
typedef struct {
  const RsClaims *claims;
  RsTimeline *timeline;
  unsigned n_parts;
  uint32_t *count, *regulars; /* [n_parts * n_institutions]; count turns into where the part's visits go */
  uint32_t *person;           /* [n visits] whose they are */
  uint64_t *spare;            /* [n visits] */
} Build;

static void build_clear(Build *build) {
  rs_column_free(build->person);
  rs_column_free(build->spare);
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
      build->person[v] = p;
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
  Build *build = data;
  const RsClaims *c = build->claims;
  uint32_t *at = build->count + part * build->timeline->n_institutions;
  uint32_t end = c->person_visit[part_begin(build, part + 1)];
  for (uint32_t v = c->person_visit[part_begin(build, part)]; v < end; v++)
    build->timeline->key[at[c->visit_institution[v]]++] = (uint64_t)c->visit_time[v] << 32 | v;
}

static void sort_institution(size_t f, unsigned thread, void *data) {
  Build *build = data;
  RsTimeline *t = build->timeline;
  (void)thread;
  uint32_t begin = t->offset[f], n = t->offset[f + 1] - begin, days = 0, day = UINT32_MAX;
  uint64_t *key = t->key + begin;
  if (n <= SMALL) insertion_sort(key, n);
  else radix_sort(key, build->spare + begin, n);
  for (uint32_t i = 0; i < n; i++) {
    uint32_t v = (uint32_t)key[i], d = RS_KEY_TIME(key[i]) / RS_DAY_SECONDS;
    t->visit[begin + i] = v;
    key[i] = (uint64_t)RS_KEY_TIME(key[i]) << 32 | build->person[v];
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

RsTimeline *rs_timeline_new(const RsClaims *claims, unsigned n_threads, GError **error) {
  uint32_t n = claims->n_visits, m = claims->institution->n;
  g_autoptr(RsTimeline) t = g_new0(RsTimeline, 1);
  t->n_institutions = m;
  t->offset = g_new0(uint32_t, (gsize)m + 1);
  t->n_days = g_new0(uint32_t, (gsize)m + 1);
  t->n_regulars = g_new0(uint32_t, (gsize)m + 1);
  t->key = rs_column_new(n, sizeof *t->key);
  t->visit = rs_column_new(n, sizeof *t->visit);
  g_auto(Build) build = {.claims = claims, .timeline = t, .n_parts = CLAMP(n_threads, 1u, 64u)};
  build.spare = rs_column_new(n, sizeof *build.spare);
  build.person = rs_column_new(n, sizeof *build.person);
  g_autofree uint32_t *count = build.count = g_try_malloc0_n((gsize)m * build.n_parts + 1, sizeof *count);
  g_autofree uint32_t *regulars = build.regulars = g_try_malloc0_n((gsize)m * build.n_parts + 1, sizeof *regulars);
  if (t->key == NULL || t->visit == NULL || build.spare == NULL || build.person == NULL || count == NULL || regulars == NULL) {
    if (rs_spill_refused(error)) g_set_error(error, RS_ERROR, RS_ERROR_LIMIT, _("no memory for the timelines of %u visits"), n);
    return NULL;
  }
  rs_parallel(n_threads, build.n_parts, count_part, &build);
  place_parts(&build);
  rs_parallel(n_threads, build.n_parts, scatter_part, &build);
  rs_parallel(n_threads, m, sort_institution, &build);
  return g_steal_pointer(&t);
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
