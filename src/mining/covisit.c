#include "mining/covisit.h"

#include "base/calendar.h"
#include "base/column.h"
#include "base/error.h"
#include "base/hash.h"
#include "base/parallel.h"
#include "base/spill.h"
#include "base/words.h"
#include "mining/covisit_window.h"

#include <stdatomic.h>
#include <string.h>

enum { N_BUCKETS = 256, MARKS = 1020, EVENTS = MARKS / 4, SLICE = 1 << 15 };
#define BUCKET_SHIFT 40
#define FEWEST_EVENTS_A_PASS ((uint64_t)4 << 20)

typedef struct {
  uint64_t pair; /* a << 32 | b */
  RsMeeting meeting;
} Event;

typedef struct Chunk {
  struct Chunk *next;
  uint32_t n;
  union {
    uint32_t mark[MARKS];
    Event event[EVENTS];
  };
} Chunk;

/* A bit for a pair that may have met often enough, in cells over the marks of a bucket. */
typedef struct {
  uint64_t *bit;
  uint64_t n_cells; /* 0: none */
} Hot;

/* A run of one institution's visits that starts and ends at day boundaries; reach: how far windows from its visits go. */
typedef struct { uint32_t institution, begin, end, reach; } Slice;

/* A pair of visits whose bit was asked for: the bits of all buckets are more than a cache holds, so that a look at one waits for memory, and
 * many are asked for before the first is looked at. */
typedef struct { const uint64_t *word; uint64_t first, second; uint32_t bit, bucket; } Asked;
enum { ASKED = 64 };

typedef struct {
  Chunk *bucket[N_BUCKETS];  /* of marks, then of events */
  uint64_t count[N_BUCKETS]; /* when passes are planned */
  uint64_t *visit; /* scratch: the active visits of a slice */
  Asked asked[ASKED];
  unsigned n_asked;
} Worker;

typedef struct {
  uint32_t n, capacity;
  uint64_t n_meetings, meeting_capacity;
  uint64_t *pair;
  uint32_t *length, *n_met; /* meetings of each pair, and pairs of visits */
  RsMeeting *meeting;
} Kept;

typedef struct {
  const RsClaims *claims;
  const RsTimeline *timeline;
  const RsCovisitOptions *options;
  RsCovisits *out;
  uint8_t *active; /* [n_persons] comes on at least min_meetings days */
  uint64_t *active_visit; /* a bit a visit, each slice from a word of its own: looked up once, used in every pass */
  uint8_t *later; /* [n visits] later visits in the window of each active one, those of a slice from its begin; or NULL: more than a byte tells, or no room */
  Slice *slice;
  uint32_t *slice_skipped, *slice_crowd; /* [n slices] merged afterwards, so that no two threads share a counter */
  uint32_t n_slices, max_slice;
  Worker *worker;
  unsigned n_threads;
  uint64_t events_a_pass;
  atomic_uint_fast64_t n_events; /* of the slices counted */
  uint64_t bucket_scale; /* bucket of a = a * bucket_scale >> BUCKET_SHIFT */
  uint32_t bucket_begin, bucket_end, person_begin, person_end; /* of this pass: the smaller person of its pairs */
  Hot hot[N_BUCKETS];
  Kept kept[N_BUCKETS];
} Mine;

void rs_covisits_free(RsCovisits *covisits) {
  if (covisits == NULL) return;
  g_free(covisits->a);
  g_free(covisits->b);
  g_free(covisits->offset);
  g_free(covisits->meeting);
  g_free(covisits->n_met);
  g_free(covisits->n_skipped);
  g_free(covisits->crowd);
  g_free(covisits);
}

static void active_persons(const RsClaims *claims, uint32_t min_days, uint8_t *active) {
  for (uint32_t p = 0; p < claims->n_persons; p++) {
    uint32_t days = 0, day = UINT32_MAX;
    for (uint32_t v = claims->person_visit[p]; v < claims->person_visit[p + 1] && days < min_days; v++) {
      uint32_t d = claims->visit_time[v] / RS_DAY_SECONDS;
      days += d != day;
      day = d;
    }
    active[p] = days >= min_days;
  }
}

/* Cuts the timelines into slices of about SLICE visits at day boundaries; returns how many. slice NULL: counts only. */
static uint32_t cut_slices(const RsTimeline *t, uint32_t window_seconds, Slice *slice, uint32_t *longest) {
  uint32_t n = 0;
  *longest = 0;
  for (uint32_t f = 0; f < t->n_institutions; f++) {
    for (uint32_t begin = t->offset[f], end = t->offset[f + 1]; begin < end; n++) {
      uint32_t cut = end;
      if (end - begin > SLICE) {
        uint64_t next_day = (uint64_t)(RS_KEY_TIME(t->key[begin + SLICE]) / RS_DAY_SECONDS + 1) * RS_DAY_SECONDS;
        cut = rs_timeline_seek(t, f, next_day);
      }
      uint32_t reach = window_seconds == 0 ? cut : rs_timeline_seek(t, f, (uint64_t)RS_KEY_TIME(t->key[cut - 1]) + window_seconds + 1);
      if (slice != NULL) slice[n] = (Slice){f, begin, cut, reach};
      if (reach - begin > *longest) *longest = reach - begin;
      begin = cut;
    }
  }
  return n;
}

static uint32_t bucket_of(const Mine *mine, uint32_t a) { return (uint32_t)(a * mine->bucket_scale >> BUCKET_SHIFT); }

static uint32_t bucket_first(const Mine *mine, uint32_t bucket) {
  uint64_t first = (((uint64_t)bucket << BUCKET_SHIFT) + mine->bucket_scale - 1) / mine->bucket_scale;
  return (uint32_t)MIN(first, mine->claims->n_persons);
}

static Chunk *chunk_new(Chunk *next) {
  Chunk *chunk = g_malloc(sizeof *chunk);
  chunk->next = next;
  chunk->n = 0;
  return chunk;
}

static inline void mark_push(Worker *w, uint32_t bucket, uint32_t mark) {
  Chunk *chunk = w->bucket[bucket];
  if (chunk == NULL || chunk->n == MARKS) chunk = w->bucket[bucket] = chunk_new(chunk);
  chunk->mark[chunk->n++] = mark;
}

static inline void event_push(Worker *w, uint32_t bucket, Event event) {
  Chunk *chunk = w->bucket[bucket];
  if (chunk == NULL || chunk->n == EVENTS) chunk = w->bucket[bucket] = chunk_new(chunk);
  chunk->event[chunk->n++] = event;
}

static uint64_t bucket_count(const Mine *mine, uint32_t bucket) {
  uint64_t n = 0;
  for (unsigned t = 0; t < mine->n_threads; t++)
    for (const Chunk *chunk = mine->worker[t].bucket[bucket]; chunk != NULL; chunk = chunk->next) n += chunk->n;
  return n;
}

static void bucket_clear(Mine *mine, uint32_t bucket) {
  for (unsigned t = 0; t < mine->n_threads; t++) {
    for (Chunk *chunk = mine->worker[t].bucket[bucket], *next; chunk != NULL; chunk = next) {
      next = chunk->next;
      g_free(chunk);
    }
    mine->worker[t].bucket[bucket] = NULL;
  }
}

/* ---- windows ---- */

static uint64_t *slice_words(const Mine *mine, size_t slice) { return mine->active_visit + mine->slice[slice].begin / 64 + slice; }

static void mark_active(const Mine *mine, size_t task) {
  const Slice *slice = &mine->slice[task];
  uint64_t *word = slice_words(mine, task);
  for (uint32_t i = slice->begin; i < slice->end; i += 64) {
    uint32_t stop = MIN(slice->end - i, 64);
    uint64_t bits = 0;
    for (uint32_t k = 0; k < stop; k++) bits |= (uint64_t)mine->active[RS_KEY_PERSON(mine->timeline->key[i + k])] << k;
    *word++ = bits;
  }
}

/* Those of the slice itself, whose number is returned, and after them those that only windows reach: *n in all. */
static uint32_t active_visits(const Mine *mine, size_t task, uint64_t *visit, uint32_t *n) {
  const Slice *slice = &mine->slice[task];
  const uint64_t *word = slice_words(mine, task), *key = mine->timeline->key;
  uint32_t n_own = 0;
  for (uint32_t i = slice->begin; i < slice->end; i += 64)
    for (uint64_t bits = *word++; bits != 0; bits &= bits - 1) visit[n_own++] = key[i + (uint32_t)__builtin_ctzll(bits)];
  *n = n_own;
  for (uint32_t i = slice->end; i < slice->reach; i++)
    if (mine->active[RS_KEY_PERSON(key[i])]) visit[(*n)++] = key[i];
  return n_own;
}

/* One past the last visit of the window from visit i; 0: too crowded. i ascends from call to call, end is zero at first. */
static inline uint32_t window_stop(const Mine *mine, const uint64_t *visit, uint32_t n, uint32_t i, uint32_t end[RS_N_WINDOWS]) {
  const uint32_t seconds = mine->options->window_seconds;
  if (seconds == 0) {
    rs_window_advance(visit, n, i, end);
    return rs_window_end(end, i, mine->options->max_crowd);
  }
  end[0] = MAX(end[0], i + 1);
  while (end[0] < n && RS_KEY_TIME(visit[end[0]]) - RS_KEY_TIME(visit[i]) <= seconds) end[0]++;
  return end[0];
}

/* The same once the windows are counted: too crowded ones are empty. */
static inline uint32_t window_again(const Mine *mine, size_t task, const uint64_t *visit, uint32_t n, uint32_t i, uint32_t end[RS_N_WINDOWS]) {
  return mine->later != NULL ? i + 1 + mine->later[mine->slice[task].begin + i] : window_stop(mine, visit, n, i, end);
}

static Event event_of(uint32_t institution, uint64_t first, uint64_t second) {
  uint32_t p = RS_KEY_PERSON(first), q = RS_KEY_PERSON(second);
  uint32_t gap = (RS_KEY_TIME(second) - RS_KEY_TIME(first) + 59) / 60;
  RsMeeting meeting = {institution, (uint16_t)(RS_KEY_TIME(first) / RS_DAY_SECONDS), (uint16_t)gap};
  return (Event){p < q ? (uint64_t)p << 32 | q : (uint64_t)q << 32 | p, meeting};
}

static inline uint64_t mark_cell(uint32_t mark, uint64_t n_cells) { return (uint64_t)mark * n_cells >> 32; }

static inline void pair_mark(Worker *worker, uint32_t bucket, uint64_t pair) { mark_push(worker, bucket, (uint32_t)(rs_hash_mix(pair, 1) >> 32)); }

/* The pairs of visits from one to the end of its window. */
static inline void window_mark(const Mine *mine, Worker *worker, uint32_t i, uint32_t stop) {
  const uint32_t p = RS_KEY_PERSON(worker->visit[i]);
  for (uint32_t j = i + 1; j < stop; j++) {
    const uint32_t q = RS_KEY_PERSON(worker->visit[j]), a = MIN(p, q), b = MAX(p, q);
    if (p != q) pair_mark(worker, bucket_of(mine, a), (uint64_t)a << 32 | b);
  }
}

/* Counts what a slice yields and what has to be left out, and leaves the marks of a first pass that may turn out to be the only one: as long as
 * what the slices before yielded fits one. */
static void count_slice(size_t task, unsigned thread, void *data) {
  Mine *mine = data;
  Worker *worker = &mine->worker[thread];
  const uint64_t *visit = worker->visit;
  const bool marks = atomic_load_explicit(&mine->n_events, memory_order_relaxed) <= mine->events_a_pass;
  mark_active(mine, task);
  uint32_t n, n_own = active_visits(mine, task, worker->visit, &n), end[RS_N_WINDOWS] = {0};
  uint64_t n_events = 0;
  for (uint32_t i = 0; i < n_own; i++) {
    uint32_t stop = window_stop(mine, visit, n, i, end);
    if (mine->later != NULL) mine->later[mine->slice[task].begin + i] = (uint8_t)(stop > 0 ? stop - i - 1 : 0);
    if (stop > 0) {
      n_events += stop - i - 1;
      if (marks) window_mark(mine, worker, i, stop);
      continue;
    }
    uint32_t crowd = end[RS_N_WINDOWS - 1] - i;
    mine->slice_skipped[task]++;
    if (crowd > mine->slice_crowd[task]) mine->slice_crowd[task] = crowd;
  }
  atomic_fetch_add_explicit(&mine->n_events, n_events, memory_order_relaxed);
}

/* Of the visits asked for, all of one institution, those whose pair may have met often enough become events. */
static void asked_keep(Worker *worker, uint32_t institution) {
  for (unsigned i = 0; i < worker->n_asked; i++) {
    const Asked *asked = &worker->asked[i];
    if (*asked->word >> asked->bit & 1) event_push(worker, asked->bucket, event_of(institution, asked->first, asked->second));
  }
  worker->n_asked = 0;
}

static inline void pair_ask(const Mine *mine, Worker *worker, uint32_t bucket, uint64_t pair, uint32_t institution, uint64_t first, uint64_t second) {
  const Hot *hot = &mine->hot[bucket];
  if (hot->n_cells == 0) return;
  const uint64_t cell = mark_cell((uint32_t)(rs_hash_mix(pair, 1) >> 32), hot->n_cells);
  if (worker->n_asked == ASKED) asked_keep(worker, institution);
  worker->asked[worker->n_asked++] = (Asked){&hot->bit[cell / 64], first, second, cell % 64, bucket};
  __builtin_prefetch(&hot->bit[cell / 64]);
}

/* All passes walk all windows, so what is not of this one is passed over by the number of a person: a pair's smaller one decides, hence a
 * first visit of a person before the range has none, and one past it only with persons in the range. */
static inline __attribute__((always_inline)) void slice_walk(const Mine *mine, size_t task, Worker *worker, bool marks) {
  const uint64_t *visit = worker->visit;
  const uint32_t institution = mine->slice[task].institution, begin = mine->person_begin, width = mine->person_end - begin;
  uint32_t n, n_own = active_visits(mine, task, worker->visit, &n), end[RS_N_WINDOWS] = {0};
  for (uint32_t i = 0; i < n_own; i++) {
    const uint32_t p = RS_KEY_PERSON(visit[i]);
    if (p < begin) continue;
    const uint32_t stop = window_again(mine, task, visit, n, i, end), others = p - begin < width ? UINT32_MAX - begin : width;
    for (uint32_t j = i + 1; j < stop; j++) {
      const uint32_t q = RS_KEY_PERSON(visit[j]), a = MIN(p, q), b = MAX(p, q);
      if (q - begin >= others || q == p) continue;
      if (marks) pair_mark(worker, bucket_of(mine, a), (uint64_t)a << 32 | b);
      else pair_ask(mine, worker, bucket_of(mine, a), (uint64_t)a << 32 | b, institution, visit[i], visit[j]);
    }
  }
}

static void mark_slice(size_t task, unsigned thread, void *data) {
  Mine *mine = data;
  slice_walk(mine, task, &mine->worker[thread], true);
}

static void keep_slice(size_t task, unsigned thread, void *data) {
  Mine *mine = data;
  slice_walk(mine, task, &mine->worker[thread], false);
  asked_keep(&mine->worker[thread], mine->slice[task].institution);
}

/* Only counts events by bucket, to plan the passes of an input too large for one. */
static void tally_slice(size_t task, unsigned thread, void *data) {
  Mine *mine = data;
  Worker *worker = &mine->worker[thread];
  const uint64_t *visit = worker->visit;
  uint32_t n, n_own = active_visits(mine, task, worker->visit, &n), end[RS_N_WINDOWS] = {0};
  for (uint32_t i = 0; i < n_own; i++) {
    uint32_t stop = window_again(mine, task, visit, n, i, end), p = RS_KEY_PERSON(visit[i]);
    for (uint32_t j = i + 1; j < stop; j++) {
      uint32_t q = RS_KEY_PERSON(visit[j]);
      if (p != q) worker->count[bucket_of(mine, MIN(p, q))]++;
    }
  }
}

/* ---- marks ---- */

static inline void cell_count(uint8_t *cell) { *cell = (uint8_t)(*cell + (*cell < UINT8_MAX)); }

/* Which marks of a bucket were left often enough: a counter in each of four cells a mark, in cache; of those that share a cell by chance, a
 * fifth, most fall through counters of their own. */
static void sift_bucket(size_t task, unsigned thread, void *data) {
  Mine *mine = data;
  (void)thread;
  uint32_t bucket = mine->bucket_begin + (uint32_t)task, bar = MIN(mine->options->min_meetings, UINT8_MAX);
  uint64_t n = bucket_count(mine, bucket), n_cells = CLAMP(4 * n, 1024, (uint64_t)1 << 26), n_left = 0;
  Hot *hot = &mine->hot[bucket];
  if (n >= mine->options->min_meetings) {
    g_autofree uint8_t *counter = g_malloc0(n_cells);
    g_autofree uint32_t *left = g_new(uint32_t, n + 1);
    for (unsigned t = 0; t < mine->n_threads; t++)
      for (const Chunk *chunk = mine->worker[t].bucket[bucket]; chunk != NULL; chunk = chunk->next)
        for (uint32_t i = 0; i < chunk->n; i++) cell_count(&counter[mark_cell(chunk->mark[i], n_cells)]);
    for (unsigned t = 0; t < mine->n_threads; t++)
      for (const Chunk *chunk = mine->worker[t].bucket[bucket]; chunk != NULL; chunk = chunk->next)
        for (uint32_t i = 0; i < chunk->n; i++) {
          left[n_left] = chunk->mark[i];
          n_left += counter[mark_cell(chunk->mark[i], n_cells)] >= bar;
        }
    hot->n_cells = MAX(n, 1024); /* few are left, and the bits of all buckets are looked up at random */
    hot->bit = g_new0(uint64_t, hot->n_cells / 64 + 1);
    memset(counter, 0, n_cells);
    /* NOLINTNEXTLINE(clang-analyzer-core.CallAndMessage): n_left of them were put there */
    for (uint64_t i = 0; i < n_left; i++) cell_count(&counter[mark_cell((uint32_t)rs_hash_mix(left[i], 2), n_cells)]);
    for (uint64_t i = 0; i < n_left; i++) {
      uint64_t cell = mark_cell(left[i], hot->n_cells);
      hot->bit[cell / 64] |= (uint64_t)(counter[mark_cell((uint32_t)rs_hash_mix(left[i], 2), n_cells)] >= bar) << cell % 64;
    }
  }
  bucket_clear(mine, bucket);
}

/* ---- events ---- */

static bool event_before(const Event *x, const Event *y) {
  if (x->pair != y->pair) return x->pair < y->pair; /* NOLINT(clang-analyzer-core.UndefinedBinaryOperatorResult): the chunks filled all n */
  if (x->meeting.institution != y->meeting.institution) return x->meeting.institution < y->meeting.institution;
  if (x->meeting.day != y->meeting.day) return x->meeting.day < y->meeting.day;
  return x->meeting.gap < y->meeting.gap;
}

/* Merge sort over runs sorted by insertion: no input makes it slow. */
static void event_sort(Event *event, Event *spare, size_t n) {
  enum { RUN = 12 };
  for (size_t begin = 0; begin < n; begin += RUN)
    for (size_t i = begin + 1; i < n && i < begin + RUN; i++) {
      Event at = event[i];
      size_t j = i;
      for (; j > begin && event_before(&at, &event[j - 1]); j--) event[j] = event[j - 1];
      event[j] = at;
    }
  Event *from = event, *to = spare;
  for (size_t run = RUN; run < n; run *= 2) {
    for (size_t begin = 0; begin < n; begin += 2 * run) {
      size_t middle = begin + run < n ? begin + run : n, stop = begin + 2 * run < n ? begin + 2 * run : n;
      size_t i = begin, j = middle, k = begin;
      while (i < middle && j < stop) to[k++] = event_before(&from[j], &from[i]) ? from[j++] : from[i++];
      while (i < middle) to[k++] = from[i++];
      while (j < stop) to[k++] = from[j++];
    }
    Event *swap = from;
    from = to;
    to = swap;
  }
  if (from != event) memcpy(event, from, n * sizeof *event);
}

static bool same_meeting(const RsMeeting *x, const RsMeeting *y) {
  return x->institution == y->institution && x->day == y->day;
}

static void kept_reserve(Kept *kept, uint64_t meetings) {
  if (kept->n == kept->capacity) {
    kept->capacity = kept->capacity ? kept->capacity * 2 : 256;
    kept->pair = g_renew(uint64_t, kept->pair, kept->capacity);
    kept->length = g_renew(uint32_t, kept->length, kept->capacity);
    kept->n_met = g_renew(uint32_t, kept->n_met, kept->capacity);
  }
  if (kept->n_meetings + meetings > kept->meeting_capacity) {
    kept->meeting_capacity = (kept->n_meetings + meetings) * 2;
    kept->meeting = g_renew(RsMeeting, kept->meeting, kept->meeting_capacity);
  }
}

/* Several visits of one pair on one (institution, day) are one meeting with the smallest gap, which the order puts first. */
static void keep_pairs(Kept *kept, const Event *event, size_t n, uint32_t min_meetings) {
  for (size_t begin = 0, end; begin < n; begin = end) {
    /* NOLINTNEXTLINE(clang-analyzer-core.UndefinedBinaryOperatorResult): as above */
    for (end = begin; end < n && event[end].pair == event[begin].pair;) end++;
    kept_reserve(kept, end - begin);
    RsMeeting *out = kept->meeting + kept->n_meetings;
    uint32_t length = 0;
    for (size_t i = begin; i < end; i++)
      if (length == 0 || !same_meeting(&out[length - 1], &event[i].meeting)) out[length++] = event[i].meeting;
    if (length < min_meetings) continue;
    kept->pair[kept->n] = event[begin].pair;
    kept->n_met[kept->n] = (uint32_t)(end - begin);
    kept->length[kept->n++] = length;
    kept->n_meetings += length;
  }
}

/* Events of each smaller person together, in two walks over the bucket; those are few, and put in order by themselves. */
static void bucket_sort(const Mine *mine, uint32_t bucket, Event *event, uint64_t n) {
  const uint32_t first = bucket_first(mine, bucket), n_persons = bucket_first(mine, bucket + 1) - first;
  g_autofree uint32_t *start = g_new0(uint32_t, (gsize)n_persons + 2);
  g_autofree Event *spare = g_new(Event, n + 1);
  for (unsigned t = 0; t < mine->n_threads; t++)
    for (const Chunk *chunk = mine->worker[t].bucket[bucket]; chunk != NULL; chunk = chunk->next)
      for (uint32_t i = 0; i < chunk->n; i++) start[(uint32_t)(chunk->event[i].pair >> 32) - first + 2]++;
  for (uint32_t p = 0; p < n_persons; p++) start[p + 2] += start[p + 1];
  for (unsigned t = 0; t < mine->n_threads; t++)
    for (const Chunk *chunk = mine->worker[t].bucket[bucket]; chunk != NULL; chunk = chunk->next)
      for (uint32_t i = 0; i < chunk->n; i++) event[start[(uint32_t)(chunk->event[i].pair >> 32) - first + 1]++] = chunk->event[i];
  for (uint32_t p = 0; p < n_persons; p++) event_sort(event + start[p], spare, start[p + 1] - start[p]);
}

static void finish_bucket(size_t task, unsigned thread, void *data) {
  Mine *mine = data;
  (void)thread;
  uint32_t bucket = mine->bucket_begin + (uint32_t)task;
  uint64_t n = bucket_count(mine, bucket);
  g_clear_pointer(&mine->hot[bucket].bit, g_free);
  mine->hot[bucket].n_cells = 0;
  if (n >= mine->options->min_meetings) {
    g_autofree Event *event = g_new(Event, n + 1);
    bucket_sort(mine, bucket, event, n);
    keep_pairs(&mine->kept[bucket], event, n, mine->options->min_meetings);
  }
  bucket_clear(mine, bucket);
}

static void run_pass(Mine *mine, uint32_t begin, uint32_t end, bool marked) {
  mine->bucket_begin = begin;
  mine->bucket_end = end;
  mine->person_begin = bucket_first(mine, begin);
  mine->person_end = bucket_first(mine, end);
  if (!marked) rs_parallel(mine->n_threads, mine->n_slices, mark_slice, mine);
  rs_parallel(mine->n_threads, end - begin, sift_bucket, mine);
  rs_parallel(mine->n_threads, mine->n_slices, keep_slice, mine);
  rs_parallel(mine->n_threads, end - begin, finish_bucket, mine);
}

/* In proportion to the visits, so that a walk's cost and the memory a claim line takes both stay what they are as claims grow. */
static uint64_t events_a_pass(const Mine *mine) {
  if (mine->options->events_a_pass > 0) return mine->options->events_a_pass;
  uint64_t events = MAX(FEWEST_EVENTS_A_PASS, (uint64_t)mine->claims->n_visits * 14), allowed = rs_spill_memory();
  return allowed == 0 ? events : MIN(events, MAX(allowed / 40, FEWEST_EVENTS_A_PASS / 8));
}

static void run_passes(Mine *mine) {
  uint64_t count[N_BUCKETS] = {0};
  if (mine->out->n_events <= mine->events_a_pass) {
    run_pass(mine, 0, N_BUCKETS, true);
    return;
  }
  for (uint32_t b = 0; b < N_BUCKETS; b++) bucket_clear(mine, b);
  rs_parallel(mine->n_threads, mine->n_slices, tally_slice, mine);
  for (unsigned t = 0; t < mine->n_threads; t++)
    for (uint32_t b = 0; b < N_BUCKETS; b++) {
      count[b] += mine->worker[t].count[b];
      mine->worker[t].count[b] = 0;
    }
  for (uint32_t begin = 0, end; begin < N_BUCKETS; begin = end) {
    uint64_t sum = count[begin];
    for (end = begin + 1; end < N_BUCKETS && sum + count[end] <= mine->events_a_pass; end++) sum += count[end];
    run_pass(mine, begin, end, false);
  }
}

static void merge_counts(Mine *mine) {
  RsCovisits *out = mine->out;
  for (uint32_t s = 0; s < mine->n_slices; s++) {
    uint32_t f = mine->slice[s].institution;
    out->n_skipped[f] += mine->slice_skipped[s];
    if (mine->slice_crowd[s] > out->crowd[f]) out->crowd[f] = mine->slice_crowd[s];
  }
}

/* Buckets are ranges of a, so joining them in order leaves the pairs sorted. */
static bool join_kept(Mine *mine, GError **error) {
  uint64_t n = 0, n_meetings = 0;
  for (uint32_t b = 0; b < N_BUCKETS; b++) {
    n += mine->kept[b].n;
    n_meetings += mine->kept[b].n_meetings;
  }
  RsCovisits *out = mine->out;
  out->a = g_try_malloc_n(n + 1, sizeof *out->a);
  out->b = g_try_malloc_n(n + 1, sizeof *out->b);
  out->offset = g_try_malloc_n(n + 1, sizeof *out->offset);
  out->meeting = g_try_malloc_n(n_meetings + 1, sizeof *out->meeting);
  out->n_met = g_try_malloc_n(n + 1, sizeof *out->n_met);
  if (n >= UINT32_MAX || out->n_met == NULL || out->a == NULL || out->b == NULL || out->offset == NULL || out->meeting == NULL) {
    g_set_error(error, RS_ERROR, RS_ERROR_LIMIT, _("no memory for %llu pairs of persons"), (unsigned long long)n);
    return false;
  }
  uint64_t at = 0;
  for (uint32_t b = 0; b < N_BUCKETS; b++) {
    const Kept *kept = &mine->kept[b];
    if (kept->n_meetings > 0) memcpy(out->meeting + at, kept->meeting, kept->n_meetings * sizeof *kept->meeting);
    for (uint32_t i = 0; i < kept->n; i++) {
      out->a[out->n] = (uint32_t)(kept->pair[i] >> 32);
      out->b[out->n] = (uint32_t)kept->pair[i];
      out->n_met[out->n] = kept->n_met[i];
      out->offset[out->n++] = at;
      at += kept->length[i];
    }
  }
  out->offset[out->n] = at;
  return true;
}

static void mine_clear(Mine *mine) {
  for (unsigned t = 0; t < mine->n_threads; t++) g_free(mine->worker[t].visit);
  for (uint32_t b = 0; b < N_BUCKETS; b++) {
    g_free(mine->kept[b].pair);
    g_free(mine->kept[b].length);
    g_free(mine->kept[b].n_met);
    g_free(mine->kept[b].meeting);
  }
  g_free(mine->worker);
  g_free(mine->slice);
  g_free(mine->slice_skipped);
  g_free(mine->slice_crowd);
  g_free(mine->active_visit);
  rs_column_free(mine->later);
  g_free(mine->active);
}

RsCovisits *rs_covisits_new(const RsClaims *claims, const RsTimeline *timeline, const RsCovisitOptions *options, GError **error) {
  static const RsCovisitOptions defaults = RS_COVISIT_DEFAULTS;
  g_autoptr(RsCovisits) out = g_new0(RsCovisits, 1);
  g_autofree Mine *mine = g_new0(Mine, 1);
  *mine = (Mine){.claims = claims, .timeline = timeline, .options = options != NULL ? options : &defaults, .out = out};
  out->n_skipped = g_new0(uint32_t, (gsize)timeline->n_institutions + 1);
  out->crowd = g_new0(uint32_t, (gsize)timeline->n_institutions + 1);
  mine->n_threads = CLAMP(mine->options->n_threads, 1u, 64u);
  mine->active = g_malloc0((gsize)claims->n_persons + 1);
  active_persons(claims, mine->options->min_meetings, mine->active);
  mine->n_slices = cut_slices(timeline, mine->options->window_seconds, NULL, &mine->max_slice);
  mine->slice = g_new(Slice, (gsize)mine->n_slices + 1);
  mine->slice_skipped = g_new0(uint32_t, (gsize)mine->n_slices + 1);
  mine->slice_crowd = g_new0(uint32_t, (gsize)mine->n_slices + 1);
  cut_slices(timeline, mine->options->window_seconds, mine->slice, &mine->max_slice);
  mine->active_visit = g_new(uint64_t, (gsize)claims->n_visits / 64 + mine->n_slices + 1);
  if (mine->options->window_seconds == 0 && mine->options->max_crowd <= UINT8_MAX) mine->later = rs_column_new(claims->n_visits, 1);
  mine->bucket_scale = ((uint64_t)N_BUCKETS << BUCKET_SHIFT) / MAX(claims->n_persons, 1u);
  mine->worker = g_new0(Worker, mine->n_threads);
  for (unsigned t = 0; t < mine->n_threads; t++) mine->worker[t].visit = g_new(uint64_t, (gsize)mine->max_slice + 1);
  mine->events_a_pass = events_a_pass(mine);
  rs_parallel(mine->n_threads, mine->n_slices, count_slice, mine);
  out->n_events = atomic_load(&mine->n_events);
  merge_counts(mine);
  if (claims->n_persons > 0) run_passes(mine);
  bool joined = join_kept(mine, error);
  mine_clear(mine);
  return joined ? g_steal_pointer(&out) : NULL;
}

bool rs_covisits_validate(const RsCovisits *c, const RsClaims *claims, const char **reason) {
  *reason = "pairs are out of order";
  for (uint32_t i = 0; i < c->n; i++) {
    if (c->a[i] >= c->b[i] || c->b[i] >= claims->n_persons) return false;
    if (i > 0 && (c->a[i - 1] > c->a[i] || (c->a[i - 1] == c->a[i] && c->b[i - 1] >= c->b[i]))) return false;
  }
  *reason = "meetings are out of order";
  for (uint32_t i = 0; i < c->n; i++)
    for (uint64_t m = c->offset[i] + 1; m < c->offset[i + 1]; m++) {
      const RsMeeting *x = &c->meeting[m - 1], *y = &c->meeting[m];
      if (x->institution > y->institution || (x->institution == y->institution && x->day >= y->day)) return false;
    }
  *reason = NULL;
  return true;
}
