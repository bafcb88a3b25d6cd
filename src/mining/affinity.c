#include "mining/affinity.h"

#include "base/calendar.h"
#include "base/parallel.h"
#include "base/sort.h"
#include "base/spill.h"
#include "mining/significance.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

const uint16_t rs_width_minutes[RS_N_WIDTHS] = {3, 15, 60, 1440};

#define PSEUDO_VISITS 50.0f
#define RARE_SHARE 0.02
#define TOKEN_BAR 1.0  /* at most a tenth of a chance partner each */
#define ROUNDING 1e-3  /* a bound is drawn so much wider than the bar, which no sum of logarithms is off by */
#define USUAL_DAYS 4.0 /* a day counts for at most this many usual days */

void rs_load_free(RsLoad *load) {
  if (load == NULL) return;
  g_free(load->day_collision);
  g_free(load->clock_collision);
  g_free(load->clock);
  g_free(load->half_hour);
  g_free(load->log10_days);
  g_free(load->degenerate);
  g_free(load);
}

void rs_affinity_free(RsAffinity *affinity) {
  if (affinity == NULL) return;
  g_free(affinity->pair);
  g_free(affinity->log_p);
  g_free(affinity->a);
  g_free(affinity->b);
  g_free(affinity->weight);
  g_free(affinity);
}

static uint32_t clock_bin(uint32_t time) { return time % RS_DAY_SECONDS / (60 * RS_CLOCK_MINUTES); }

/* Mass of a profile within `minutes` of the middle of a bin, taking each bin as uniform. */
static double clock_mass(const float *clock, uint32_t bin, uint32_t minutes) {
  if (minutes >= 1440) return 1.0;
  double reach = (double)minutes / RS_CLOCK_MINUTES - 0.5, sum = 0.0;
  if (reach <= 0.0) return fmin(1.0, clock[bin] * 2.0 * minutes / RS_CLOCK_MINUTES);
  int whole = (int)reach;
  double part = reach - whole;
  for (int i = -whole - 1; i <= whole + 1; i++) {
    int at = (int)bin + i;
    if (at < 0 || at >= RS_CLOCK_BINS) continue;
    sum += abs(i) == whole + 1 ? part * clock[at] : clock[at];
  }
  return fmin(1.0, sum);
}

double rs_load_share(const RsLoad *load, uint32_t institution, uint32_t time, uint32_t minutes) {
  if (minutes >= 1440 || load->degenerate[institution] || !load->has_clock) return 1.0;
  return clock_mass(load->clock[institution], clock_bin(time), minutes);
}

typedef struct {
  const RsTimeline *timeline;
  RsLoad *load;
  const float *city;
} LoadWork;

/* Chance that two visits fall on one day, from day counts cut off at USUAL_DAYS times the mean of all open days. */
static float day_collision(const RsTimeline *t, uint32_t f, uint32_t n_days) {
  uint32_t n = t->offset[f + 1] - t->offset[f];
  if (n < 2) return 1.0f / (float)n_days;
  double cap = fmax(2.0, USUAL_DAYS * (double)n / (double)t->n_days[f]), sum = 0.0, pairs = 0.0;
  for (uint32_t i = t->offset[f], j; i < t->offset[f + 1]; i = j) {
    uint32_t day = RS_KEY_TIME(t->key[i]) / RS_DAY_SECONDS;
    for (j = i; j < t->offset[f + 1] && RS_KEY_TIME(t->key[j]) / RS_DAY_SECONDS == day;) j++;
    double count = fmin(cap, (double)(j - i));
    sum += count;
    pairs += count * (count - 1.0);
  }
  /* one pseudo-visit a calendar day keeps thin outlets near the uniform rate */
  double prior = (double)n_days, total = sum * (sum - 1.0);
  return (float)((pairs + 2.0 * sum + prior) / (total + 2.0 * sum * prior + prior * prior));
}

/* Batches: on most of its busy days (five visits or more) four fifths of the visits are stamped within ten minutes. An outlet must be busy on
 * a third of its days, and ten of them, before this is said: in a thin one the bursts of a ring may be the only busy days. */
static bool clock_is_degenerate(const RsTimeline *t, uint32_t f) {
  uint32_t busy = 0, batched = 0;
  for (uint32_t i = t->offset[f], j; i < t->offset[f + 1]; i = j) {
    uint32_t day = RS_KEY_TIME(t->key[i]) / RS_DAY_SECONDS;
    for (j = i; j < t->offset[f + 1] && RS_KEY_TIME(t->key[j]) / RS_DAY_SECONDS == day;) j++;
    uint32_t n = j - i, need = (4 * n + 4) / 5;
    if (n < 5) continue;
    busy++;
    for (uint32_t k = i; k + need <= j; k++)
      if (RS_KEY_TIME(t->key[k + need - 1]) - RS_KEY_TIME(t->key[k]) <= 600) {
        batched++;
        break;
      }
  }
  return busy >= 10 && busy * 3 >= t->n_days[f] && batched * 2 >= busy;
}

static void load_institution(size_t task, unsigned thread, void *data) {
  LoadWork *work = data;
  RsLoad *load = work->load;
  const RsTimeline *t = work->timeline;
  uint32_t f = (uint32_t)task, n = t->offset[f + 1] - t->offset[f];
  (void)thread;
  float *clock = load->clock[f];
  memset(clock, 0, sizeof load->clock[f]);
  for (uint32_t i = t->offset[f]; i < t->offset[f + 1]; i++) clock[clock_bin(RS_KEY_TIME(t->key[i]))] += 1.0f;
  for (uint32_t b = 0; b < RS_CLOCK_BINS; b++)
    clock[b] = (clock[b] + PSEUDO_VISITS * work->city[b]) / ((float)n + PSEUDO_VISITS);
  load->day_collision[f] = day_collision(t, f, load->n_days);
  load->degenerate[f] = load->has_clock && clock_is_degenerate(t, f);
  for (uint32_t b = 0; b < RS_CLOCK_BINS; b++) load->half_hour[f][b] = rs_load_share(load, f, b * 60 * RS_CLOCK_MINUTES, 30);
  for (unsigned w = 0; w < RS_N_WIDTHS; w++) {
    double sum = 0.0;
    for (uint32_t b = 0; b < RS_CLOCK_BINS; b++)
      if (clock[b] > 0.0f) sum += clock[b] * clock_mass(clock, b, rs_width_minutes[w]);
    load->clock_collision[f][w] = load->degenerate[f] || !load->has_clock ? 1.0f : (float)fmin(1.0, sum);
  }
}

static void city_clock(const RsClaims *claims, float *city) {
  g_autofree uint64_t *count = g_new0(uint64_t, RS_CLOCK_BINS);
  for (uint32_t v = 0; v < claims->n_visits; v++) count[clock_bin(claims->visit_time[v])]++;
  for (uint32_t b = 0; b < RS_CLOCK_BINS; b++) city[b] = (float)((double)count[b] / (double)MAX(claims->n_visits, 1u));
}

RsLoad *rs_load_new(const RsClaims *claims, const RsTimeline *timeline, unsigned n_threads) {
  uint32_t n = timeline->n_institutions;
  RsLoad *load = g_new0(RsLoad, 1);
  load->n_institutions = n;
  load->n_days = (uint32_t)(claims->last_day - claims->first_day) + 1;
  load->has_clock = (claims->columns & RS_HAS_CLOCK) != 0;
  load->day_collision = g_new0(float, (gsize)n + 1);
  load->clock_collision = g_malloc0_n((gsize)n + 1, sizeof *load->clock_collision);
  load->clock = g_malloc_n((gsize)n + 1, sizeof *load->clock);
  load->half_hour = g_malloc_n((gsize)n + 1, sizeof *load->half_hour);
  load->degenerate = g_new0(uint8_t, (gsize)n + 1);
  load->log10_days = g_new(double, (gsize)load->n_days + 1);
  load->log10_days[0] = -INFINITY;
  for (uint32_t d = 1; d <= load->n_days; d++) load->log10_days[d] = log10((double)d);
  float city[RS_CLOCK_BINS];
  city_clock(claims, city);
  LoadWork work = {timeline, load, city};
  rs_parallel(n_threads, n, load_institution, &work);
  return load;
}

uint32_t rs_affinity_days(const RsKnowledge *knowledge, uint32_t person, uint32_t institution) {
  const RsRelation *r = &knowledge->relation[RS_FILLED_AT];
  uint64_t low = r->offset[person], end = r->offset[person + 1], high = end;
  while (low < high) {
    uint64_t middle = low + (high - low) / 2;
    if (r->to[middle] < institution) low = middle + 1;
    else high = middle;
  }
  return low < end && r->to[low] == institution ? r->days[low] : 0;
}

typedef struct {
  const RsKnowledge *knowledge;
  const RsTimeline *timeline;
  const RsLoad *load;
  const RsCovisits *covisits;
  const RsClaims *claims;
  const uint8_t *rare; /* [n drugs] bought in at most RARE_SHARE of the visits */
  double same_drug, log_same_drug; /* chance that two visits share a rare drug by the city's habits, at most 1 in the logarithm */
  const RsChances *chances; /* NULL: not known beforehand */
  float *weight; /* [pairs] 0: dropped */
  double *log_p; /* [pairs] */
} PairWork;

enum { PAIR_BATCH = 4096, FAR_AHEAD = 16, AHEAD = 8 };

/* Persons of pairs stand all over the graph: the place of one's rows is asked for FAR_AHEAD, the rows themselves AHEAD. Always inline: gcc takes a
 * function that does nothing else for one without effect and drops the call. */
__attribute__((always_inline)) static inline void fetch_ahead(const RsRelation *r, uint32_t far, uint32_t near) {
  __builtin_prefetch(&r->offset[far]);
  __builtin_prefetch(&r->to[r->offset[near]]);
  __builtin_prefetch(&r->days[r->offset[near]]);
}

/* Expected meetings within each width, over every institution both go to. */
static void pair_mean(const PairWork *work, uint32_t a, uint32_t b, double mean[RS_N_WIDTHS]) {
  const RsRelation *r = &work->knowledge->relation[RS_FILLED_AT];
  const RsLoad *load = work->load;
  uint64_t i = r->offset[a], j = r->offset[b];
  memset(mean, 0, RS_N_WIDTHS * sizeof *mean);
  while (i < r->offset[a + 1] && j < r->offset[b + 1]) {
    if (r->to[i] != r->to[j]) {
      if (r->to[i] < r->to[j]) i++;
      else j++;
      continue;
    }
    uint32_t f = r->to[i];
    double day = (double)r->days[i++] * (double)r->days[j++] * (double)load->day_collision[f];
    for (unsigned w = 0; w < RS_N_WIDTHS; w++) mean[w] += day * (double)load->clock_collision[f][w];
  }
}

/* The first visit of a person at an institution on a day, or RS_NONE. */
static uint32_t visit_of_day(const RsClaims *c, uint32_t person, uint32_t institution, uint32_t day) {
  uint32_t low = c->person_visit[person], end = c->person_visit[person + 1], high = end;
  while (low < high) {
    uint32_t middle = low + (high - low) / 2;
    if (c->visit_time[middle] / RS_DAY_SECONDS < day) low = middle + 1;
    else high = middle;
  }
  for (; low < end && c->visit_time[low] / RS_DAY_SECONDS == day; low++)
    if (c->visit_institution[low] == institution) return low;
  return RS_NONE;
}

static bool share_rare_drug(const PairWork *work, uint32_t v, uint32_t u) {
  const RsClaims *c = work->claims;
  for (uint64_t i = c->visit_line[v]; i < c->visit_line[v + 1]; i++) {
    if (rs_line_drug(c, i) == RS_NONE || !work->rare[rs_line_drug(c, i)]) continue;
    for (uint64_t j = c->visit_line[u]; j < c->visit_line[u + 1]; j++)
      if (rs_line_drug(c, j) == rs_line_drug(c, i)) return true;
  }
  return false;
}

/* Chance that two visits of these persons share a rare drug by their own habits, the n meetings that did left out. */
static double habit_of_pair(const PairWork *work, uint32_t a, uint32_t b, uint32_t n) {
  const RsRelation *r = &work->knowledge->relation[RS_BOUGHT];
  const RsClaims *c = work->claims;
  double of_a = (double)(c->person_visit[a + 1] - c->person_visit[a]), of_b = (double)(c->person_visit[b + 1] - c->person_visit[b]);
  double sum = 0.0;
  uint64_t i = r->offset[a], j = r->offset[b];
  while (i < r->offset[a + 1] && j < r->offset[b + 1]) {
    if (r->to[i] != r->to[j]) {
      if (r->to[i] < r->to[j]) i++;
      else j++;
      continue;
    }
    if (work->rare[r->to[i]])
      sum += fmax(0.0, (double)r->visits[i] - n) / of_a * fmax(0.0, (double)r->visits[j] - n) / of_b;
    i++;
    j++;
  }
  return sum;
}

/* A person's own share of visits with a drug, one of them left out. */
static double habit_of_drug(const PairWork *work, uint32_t person, uint32_t drug) {
  const RsRelation *r = &work->knowledge->relation[RS_BOUGHT];
  uint64_t low = r->offset[person], end = r->offset[person + 1], high = end;
  while (low < high) {
    uint64_t middle = low + (high - low) / 2;
    if (r->to[middle] < drug) low = middle + 1;
    else high = middle;
  }
  double visits = (double)(work->claims->person_visit[person + 1] - work->claims->person_visit[person]);
  return low < end && r->to[low] == drug ? ((double)r->visits[low] - 1.0) / visits : 0.0;
}

/* Tails that do not reach a bar are not computed: what is more than half as likely as not is none, and no tail is below its first term. */
static double tail_below(uint64_t k, double mu, double log_mu, double bar) {
  if ((double)k <= mu || rs_point_poisson(k, mu, log_mu) > bar + ROUNDING) return 0.0;
  return rs_tail_poisson_at(k, mu, log_mu);
}

/* log_mean: NAN for widths that a narrower one is as good as.
 * How many meetings with a drug in common it takes to get below the bar, at least, if the pair shares one by the city's habits alone. */
static uint32_t shared_needed(const PairWork *work, const uint32_t within[RS_N_WIDTHS], const double mean[RS_N_WIDTHS], const double *log_mean, double bar) {
  uint32_t least = UINT32_MAX;
  const double chance = fmin(1.0, work->same_drug), log_chance = work->log_same_drug;
  for (unsigned w = work->load->has_clock ? 0 : RS_N_WIDTHS - 1; w < RS_N_WIDTHS; w++)
    for (uint32_t k = isnan(log_mean[w]) ? 0 : within[w]; k > 0 && (double)k > mean[w] * chance; k--) {
      if (rs_point_poisson(k, mean[w] * chance, log_mean[w] + log_chance) > bar + ROUNDING) break;
      least = MIN(least, k);
    }
  return least;
}

/* Log tail of the meetings at which both bought one rare drug; 0 where fewer than `needed` are. */
static double weigh_baskets(const PairWork *work, uint32_t pair, const double mean[RS_N_WIDTHS], uint32_t needed) {
  const RsCovisits *c = work->covisits;
  uint32_t within[RS_N_WIDTHS] = {0}, n = 0;
  for (uint64_t m = c->offset[pair]; m < c->offset[pair + 1]; m++) {
    const RsMeeting *meeting = &c->meeting[m];
    if (n + (c->offset[pair + 1] - m) < needed) return 0.0;
    uint32_t v = visit_of_day(work->claims, c->a[pair], meeting->institution, meeting->day);
    uint32_t u = visit_of_day(work->claims, c->b[pair], meeting->institution, meeting->day);
    if (v == RS_NONE || u == RS_NONE || !share_rare_drug(work, v, u)) continue;
    n++;
    for (unsigned w = 0; w < RS_N_WIDTHS; w++) within[w] += meeting->gap <= rs_width_minutes[w];
  }
  if (n == 0) return 0.0;
  double chance = fmin(1.0, work->same_drug + habit_of_pair(work, c->a[pair], c->b[pair], n)), best = 0.0;
  for (unsigned w = work->load->has_clock ? 0 : RS_N_WIDTHS - 1; w < RS_N_WIDTHS; w++)
    best = fmin(best, rs_tail_poisson(within[w], mean[w] * chance));
  return best;
}

/* A pair by its meetings alone. */
typedef struct {
  uint32_t pair, needed; /* meetings with a drug in common that would get it over the bar; UINT32_MAX: not to be asked for */
  double mean[RS_N_WIDTHS], best, looks, log_regulars; /* best: log tail, of as many looks (a logarithm as well) */
} Weighed;

static Weighed weigh_windows(const PairWork *work, uint32_t pair) {
  const RsCovisits *c = work->covisits;
  const RsPairChance *known = work->chances != NULL ? &work->chances->pair[pair] : NULL;
  Weighed out = {.pair = pair, .needed = UINT32_MAX};
  double log_mean[RS_N_WIDTHS], regulars = 0.0;
  uint32_t within[RS_N_WIDTHS] = {0}, last = RS_NONE;
  if (known != NULL) memcpy(out.mean, known->mean, sizeof out.mean);
  else pair_mean(work, c->a[pair], c->b[pair], out.mean);
  for (uint64_t m = c->offset[pair]; m < c->offset[pair + 1]; m++) {
    const RsMeeting *meeting = &c->meeting[m];
    for (unsigned w = 0; w < RS_N_WIDTHS; w++) within[w] += meeting->gap <= rs_width_minutes[w];
    if (meeting->institution != last) regulars += work->timeline->n_regulars[meeting->institution];
    last = meeting->institution;
  }
  out.log_regulars = log(fmax(regulars, 1.0));
  const double bar = -RS_AFFINITY_BAR * log(10.0) - out.log_regulars;
  out.looks = work->load->has_clock ? log((double)RS_N_WIDTHS) : 0.0;
  const unsigned first = work->load->has_clock ? 0 : RS_N_WIDTHS - 1;
  for (unsigned w = first; w < RS_N_WIDTHS; w++) {
    /* no more meetings than within a narrower width, and more to be expected: less surprising */
    const bool wider = w > first && within[w] == within[w - 1] && out.mean[w] >= out.mean[w - 1];
    log_mean[w] = within[w] > 0 && !wider ? known != NULL ? known->log_mean[w] : log(out.mean[w]) : NAN;
    if (within[w] >= 2 && !wider) out.best = fmin(out.best, tail_below(within[w], out.mean[w], log_mean[w], bar - out.looks));
  }
  if (out.best + out.looks > bar && work->rare != NULL) {
    out.looks += log(2.0);
    out.needed = shared_needed(work, within, out.mean, log_mean, bar - out.looks);
  }
  return out;
}

static void settle_pair(const PairWork *work, const Weighed *pair) {
  const double best = pair->best + pair->looks;
  double weight = -(best + pair->log_regulars) / log(10.0);
  work->log_p[pair->pair] = best;
  weight = round(fmin(weight, 30.0) * 1e6) / 1e6;
  work->weight[pair->pair] = weight >= RS_AFFINITY_BAR ? (float)weight : 0.0f;
}

/* A person's first visits, as fetch_ahead(). */
__attribute__((always_inline)) static inline void fetch_visits(const RsClaims *c, uint32_t far, uint32_t near) {
  __builtin_prefetch(&c->person_visit[far]);
  __builtin_prefetch(&c->visit_time[c->person_visit[near]]);
  __builtin_prefetch(&c->visit_institution[c->person_visit[near]]);
}

/* First all pairs by their meetings, then by their baskets those that may get over the bar so. */
static void weigh_pairs(size_t task, unsigned thread, void *data) {
  const PairWork *work = data;
  const RsCovisits *c = work->covisits;
  const RsRelation *filled = &work->knowledge->relation[RS_FILLED_AT];
  (void)thread;
  const uint32_t begin = (uint32_t)task * PAIR_BATCH, end = (uint32_t)MIN((uint64_t)c->n, ((uint64_t)task + 1) * PAIR_BATCH);
  g_autofree Weighed *asked = g_new(Weighed, end - begin);
  uint32_t n = 0;
  for (uint32_t i = begin; i < end; i++) {
    const uint32_t far = MIN(i + FAR_AHEAD, end - 1), near = MIN(i + AHEAD, end - 1);
    if (work->chances == NULL) fetch_ahead(filled, c->a[far], c->a[near]);
    if (work->chances == NULL) fetch_ahead(filled, c->b[far], c->b[near]);
    rs_spill_look();
    asked[n] = weigh_windows(work, i);
    if (asked[n].needed != UINT32_MAX) n++;
    else settle_pair(work, &asked[n]);
  }
  for (uint32_t i = 0; i < n; i++) {
    const uint32_t far = asked[MIN(i + FAR_AHEAD, n - 1)].pair, near = asked[MIN(i + AHEAD, n - 1)].pair;
    fetch_visits(work->claims, c->a[far], c->a[near]);
    fetch_visits(work->claims, c->b[far], c->b[near]);
    rs_spill_look();
    asked[i].best = fmin(asked[i].best, weigh_baskets(work, asked[i].pair, asked[i].mean, asked[i].needed));
    settle_pair(work, &asked[i]);
  }
}

/* Pairs that could have met twice at all: two regulars of one institution. */
static double testable_pairs(const RsTimeline *t) {
  double m = 1.0;
  for (uint32_t f = 0; f < t->n_institutions; f++) m += 0.5 * (double)t->n_regulars[f] * ((double)t->n_regulars[f] - 1.0);
  return m;
}

/* Chance that a visit at this time of day has another one within minutes, by the outlet's own clock, the pair's two visits left out. */
static double chance_near(const PairWork *work, uint32_t institution, uint32_t time, uint32_t minutes) {
  double visits = (double)(work->timeline->offset[institution + 1] - work->timeline->offset[institution]) + (double)PSEUDO_VISITS;
  double share = rs_load_share(work->load, institution, time, minutes);
  return fmin(1.0, fmax(0.0, (share * visits - 2.0) / fmax(visits - 2.0, 1.0)));
}

/* The days on which both came to one outlet whose clock can tell, by the first visit of each. */
typedef struct { uint32_t institution, x, y; } SharedDay;

static void find_shared_days(const PairWork *work, uint32_t a, uint32_t b, GArray *out) {
  const RsClaims *c = work->claims;
  const uint32_t end = c->person_visit[b + 1];
  uint32_t first = c->person_visit[b]; /* visits of b from the day on that a's have come to */
  g_array_set_size(out, 0);
  for (uint32_t v = c->person_visit[a]; v < c->person_visit[a + 1]; v++) {
    const uint32_t day = c->visit_time[v] / RS_DAY_SECONDS, institution = c->visit_institution[v];
    while (first < end && c->visit_time[first] / RS_DAY_SECONDS < day) first++;
    uint32_t u = first;
    while (u < end && c->visit_institution[u] != institution && c->visit_time[u] / RS_DAY_SECONDS == day) u++;
    if (u == end || c->visit_time[u] / RS_DAY_SECONDS != day || work->load->degenerate[institution] || visit_of_day(c, a, institution, day) != v) continue;
    const SharedDay shared = {institution, c->visit_time[v], c->visit_time[u]};
    g_array_append_val(out, shared);
  }
}

/* Null 2: given the days on which both came to one outlet, were they nearer in time than the outlet's clock explains? The log tail of the
 * sum of unequal chances over those days; 0 where the clock cannot tell. Removes all that makes people choose the same day. */
static double tail_given_days(const PairWork *work, const GArray *shared, uint32_t minutes) {
  uint32_t near = 0;
  for (guint i = 0; i < shared->len; i++) {
    const SharedDay *day = &g_array_index(shared, SharedDay, i);
    near += (day->x > day->y ? day->x - day->y : day->y - day->x) <= minutes * 60;
  }
  if (near == 0) return 0.0;
  g_autofree double *chance = g_new(double, shared->len), *scratch = g_new(double, (gsize)near + 1);
  for (guint i = 0; i < shared->len; i++) {
    const SharedDay *day = &g_array_index(shared, SharedDay, i);
    chance[i] = (chance_near(work, day->institution, day->x, minutes) + chance_near(work, day->institution, day->y, minutes)) / 2.0;
  }
  return rs_tail_poisson_binomial(near, chance, shared->len, scratch);
}

#define GIVEN_DAYS_BAR (-6.907755) /* log 0.001 */

/* Pairs that pass the strict bar of null 1 (by days where there is no clock) and, at one of the narrow widths, null 2. */
uint32_t rs_affinity_validated(const RsAffinity *affinity, const RsClaims *claims, const RsTimeline *timeline, const RsLoad *load,
                               const RsCovisits *covisits) {
  const PairWork looked = {.timeline = timeline, .load = load, .covisits = covisits, .claims = claims}, *work = &looked;
  const uint32_t *pair = affinity->pair, n = affinity->n_windows;
  const double *log_p = affinity->log_p;
  g_autofree double *sorted = g_new(double, (gsize)n + 1);
  for (uint32_t i = 0; i < n; i++) sorted[i] = round(fmax(log_p[i], -1e6) * 1e6) / 1e6;
  rs_sort_double(sorted, n);
  double bar = rs_bar_fdr(sorted, n, testable_pairs(work->timeline), 0.05);
  g_autoptr(GArray) shared = g_array_new(FALSE, FALSE, sizeof(SharedDay));
  uint32_t count = 0;
  for (uint32_t i = 0; i < n; i++) {
    if (round(fmax(log_p[i], -1e6) * 1e6) / 1e6 > bar) continue;
    bool both = !work->load->has_clock;
    if (!both) find_shared_days(work, covisits->a[pair[i]], covisits->b[pair[i]], shared);
    for (unsigned w = 0; w + 1 < RS_N_WIDTHS && !both; w++) /* the looks are paid for, as in null 1 */
      both = tail_given_days(work, shared, rs_width_minutes[w]) + log(RS_N_WIDTHS - 1.0) <= GIVEN_DAYS_BAR;
    count += both;
  }
  return count;
}

static double drug_visits(const RsBasket *basket, uint32_t drug) {
  double with = 0.0;
  for (unsigned t = 0; t < RS_N_TYPES; t++) with += basket->by_type[(size_t)drug * RS_N_TYPES + t];
  return with;
}

static double all_visits(const RsBasket *basket) {
  double all = 0.0;
  for (unsigned t = 0; t < RS_N_TYPES; t++) all += (double)basket->visits[t];
  return fmax(all, 1.0);
}

uint8_t *rs_affinity_rare_drugs(const RsBasket *basket) {
  if (basket->n_drugs == 0) return NULL;
  uint8_t *rare = g_malloc0((gsize)basket->n_drugs + 1);
  for (uint32_t g = 0; g < basket->n_drugs; g++) rare[g] = drug_visits(basket, g) <= RARE_SHARE * all_visits(basket);
  return rare;
}

static int compare_shares(const void *x, const void *y, void *data) {
  const double *share = data;
  uint32_t a = *(const uint32_t *)x, b = *(const uint32_t *)y;
  if (share[a] != share[b]) return share[a] < share[b] ? -1 : 1;
  return (a > b) - (a < b);
}

/* By drug: the chance that two visits share some drug as rare as this one or rarer. */
static double *as_rare(const RsBasket *basket) {
  uint32_t n = basket->n_drugs;
  double *chance = g_new0(double, (gsize)n + 1), sum = 0.0, all = all_visits(basket);
  g_autofree double *share = g_new(double, (gsize)n + 1);
  g_autofree uint32_t *order = g_new(uint32_t, (gsize)n + 1);
  for (uint32_t g = 0; g < n; g++) share[order[g] = g] = drug_visits(basket, g) / all;
  if (n > 0) g_qsort_with_data(order, (gint)n, sizeof *order, compare_shares, share);
  for (uint32_t i = 0; i < n; i++) chance[order[i]] = sum += share[order[i]] * share[order[i]];
  return chance;
}

/* Chance that the two share this drug at a visit, by the city's or by their own habit. */
static double token_shared(const PairWork *work, const RsToken *t, const double *rarity) {
  return fmax(rarity[t->drug], habit_of_drug(work, t->a, t->drug) * habit_of_drug(work, t->b, t->drug));
}

/* Expected meetings of the two there within the width of this one. */
static double token_met(const PairWork *work, const RsToken *t) {
  unsigned w = 0;
  while (w + 1 < RS_N_WIDTHS && (!work->load->has_clock || t->gap > rs_width_minutes[w])) w++;
  double days = (double)rs_affinity_days(work->knowledge, t->a, t->institution) * (double)rs_affinity_days(work->knowledge, t->b, t->institution);
  return days * (double)work->load->day_collision[t->institution] * (double)work->load->clock_collision[t->institution][w];
}

typedef struct { uint32_t a, b; float weight; } Edge;

typedef struct {
  const PairWork *work;
  const RsTokens *tokens;
  const double *rarity;
  GArray **edges; /* [tasks] of Edge */
  double hopeless; /* a chance above this is below the bar */
} TokenWork;

/* Where the tokens of the meeting that begins at i end. */
static uint64_t meeting_end(const RsToken *t, uint64_t i, uint64_t last) {
  uint64_t end = i + 1;
  while (end < last && t[end].institution == t[i].institution && t[end].day == t[i].day) end++;
  return end;
}

/* log10 of a meeting's chance: that of it within the width times that of sharing its rarest drug; each further drug counts a tenth. */
static double meeting_chance(const PairWork *work, const double *rarity, const RsToken *t, uint64_t n) {
  double least = 1.0;
  for (uint64_t i = 0; i < n; i++) least = fmin(least, token_shared(work, &t[i], rarity));
  return log10(fmin(1.0, token_met(work, t) * least)) - (double)(n - 1);
}

/* Habits only make a meeting likelier, and looking them up is what costs, as logarithms do: most pairs are dropped without either. */
static bool hopeless(const TokenWork *of, uint64_t first, uint64_t last) {
  const RsToken *t = of->tokens->token;
  double chance = of->work->load->has_clock ? (double)RS_N_WIDTHS : 1.0, regulars = 0.0;
  uint32_t n_meetings = 0;
  for (uint64_t i = first, end; i < last; i = end) {
    double least = 1.0;
    end = meeting_end(t, i, last);
    for (uint64_t k = i; k < end; k++) {
      least = MIN(least, of->rarity[t[k].drug]);
      chance *= k > i ? 0.1 : 1.0;
    }
    chance *= MIN(1.0, token_met(of->work, &t[i]) * least) / ++n_meetings;
    regulars += of->work->timeline->n_regulars[t[i].institution];
  }
  return chance * MAX(regulars, 1.0) > of->hopeless;
}

/* Weight of a pair by its tokens [first, last), 0 below the bar. */
static float weigh_tokens(const TokenWork *of, uint64_t first, uint64_t last) {
  const PairWork *work = of->work;
  const RsToken *t = of->tokens->token;
  double log_chance = 0.0, looks = work->load->has_clock ? log10((double)RS_N_WIDTHS) : 0.0, regulars = 0.0;
  uint32_t n_meetings = 0;
  for (uint64_t i = first, end; i < last; i = end) {
    end = meeting_end(t, i, last);
    log_chance += work->chances != NULL ? work->chances->meeting[i] : meeting_chance(work, of->rarity, &t[i], end - i);
    if (++n_meetings > 1) log_chance -= log10((double)n_meetings); /* K meetings come in any order */
    regulars += work->timeline->n_regulars[t[i].institution];
  }
  if (-(log_chance + looks) < TOKEN_BAR - ROUNDING) return 0.0f; /* regulars only make it less */
  double weight = round(fmin(30.0, -(log_chance + looks + log10(fmax(regulars, 1.0)))) * 1e6) / 1e6;
  return weight >= TOKEN_BAR ? (float)weight : 0.0f;
}

enum { TOKEN_BATCH = 1 << 15 };

/* The first token from i on with which another pair begins. */
static uint64_t next_pair(const RsTokens *tokens, uint64_t i) {
  const RsToken *t = tokens->token;
  while (i > 0 && i < tokens->n && t[i].a == t[i - 1].a && t[i].b == t[i - 1].b) i++;
  return MIN(i, tokens->n);
}

typedef struct { uint64_t first, last; } Run; /* tokens of one pair */

/* Pairs that are to be weighed, of a batch. */
static GArray *hopeful_pairs(const TokenWork *of, size_t task) {
  const RsToken *token = of->tokens->token;
  GArray *out = g_array_new(FALSE, FALSE, sizeof(Run));
  const uint64_t last = next_pair(of->tokens, ((uint64_t)task + 1) * TOKEN_BATCH);
  for (uint64_t i = next_pair(of->tokens, (uint64_t)task * TOKEN_BATCH), end; i < last; i = end) {
    const RsRelation *filled = &of->work->knowledge->relation[RS_FILLED_AT];
    if (of->work->chances == NULL) fetch_ahead(filled, token[MIN(i + FAR_AHEAD, last - 1)].b, token[MIN(i + AHEAD, last - 1)].b);
    for (end = i; end < last && token[end].a == token[i].a && token[end].b == token[i].b;) end++;
    rs_spill_look();
    const Run run = {i, end};
    if (of->work->chances != NULL || !hopeless(of, i, end)) g_array_append_val(out, run);
  }
  return out;
}

static void weigh_token_pairs(size_t task, unsigned thread, void *data) {
  TokenWork *of = data;
  const RsToken *token = of->tokens->token;
  const RsRelation *bought = &of->work->knowledge->relation[RS_BOUGHT];
  (void)thread;
  g_autoptr(GArray) pairs = hopeful_pairs(of, task);
  const Run *run = (const Run *)(const void *)pairs->data;
  of->edges[task] = g_array_new(FALSE, FALSE, sizeof(Edge));
  for (guint i = 0; i < pairs->len; i++) {
    const guint far = MIN(i + FAR_AHEAD, pairs->len - 1), near = MIN(i + AHEAD, pairs->len - 1);
    if (of->work->chances == NULL) fetch_ahead(bought, token[run[far].first].b, token[run[near].first].b);
    rs_spill_look();
    const Edge edge = {token[run[i].first].a, token[run[i].first].b, weigh_tokens(of, run[i].first, run[i].last)};
    if (edge.weight > 0.0f) g_array_append_val(of->edges[task], edge);
  }
}

/* Pairs of the tokens that pass, by (a, b). */
static GArray *token_edges(const PairWork *work, const RsTokens *tokens, const RsBasket *basket, unsigned n_threads) {
  GArray *out = g_array_new(FALSE, FALSE, sizeof(Edge));
  if (tokens == NULL || tokens->n == 0) return out;
  size_t n_tasks = (tokens->n + TOKEN_BATCH - 1) / TOKEN_BATCH;
  g_autofree double *rarity = work->chances != NULL ? NULL : as_rare(basket);
  g_autofree GArray **edges = g_new(GArray *, n_tasks);
  TokenWork of = {work, tokens, rarity, edges, pow(10.0, ROUNDING - TOKEN_BAR)};
  rs_parallel(n_threads, n_tasks, weigh_token_pairs, &of);
  for (size_t i = 0; i < n_tasks; i++) {
    if (edges[i]->len > 0) g_array_append_vals(out, edges[i]->data, edges[i]->len);
    g_array_unref(edges[i]);
  }
  return out;
}

/* ---- what repeats need not compute again ---- */

typedef struct { const TokenWork *of; RsChances *out; } ChanceWork;

static void chances_of_pairs(size_t task, unsigned thread, void *data) {
  const ChanceWork *work = data;
  const RsCovisits *c = work->of->work->covisits;
  (void)thread;
  uint32_t end = (uint32_t)MIN((uint64_t)c->n, ((uint64_t)task + 1) * PAIR_BATCH);
  for (uint32_t i = (uint32_t)task * PAIR_BATCH; i < end; i++) {
    rs_spill_look();
    pair_mean(work->of->work, c->a[i], c->b[i], work->out->pair[i].mean);
    for (unsigned w = 0; w < RS_N_WIDTHS; w++) work->out->pair[i].log_mean[w] = log(work->out->pair[i].mean[w]);
  }
}

static void chances_of_tokens(size_t task, unsigned thread, void *data) {
  const ChanceWork *work = data;
  const RsTokens *tokens = work->of->tokens;
  const RsToken *t = tokens->token;
  (void)thread;
  const uint64_t last = next_pair(tokens, ((uint64_t)task + 1) * TOKEN_BATCH);
  for (uint64_t i = next_pair(tokens, (uint64_t)task * TOKEN_BATCH), end; i < last; i = end) {
    end = i + 1;
    while (end < last && t[end].a == t[i].a && t[end].b == t[i].b && t[end].institution == t[i].institution && t[end].day == t[i].day) end++;
    rs_spill_look();
    work->out->meeting[i] = meeting_chance(work->of->work, work->of->rarity, &t[i], end - i);
  }
}

RsChances *rs_chances_new(const RsClaims *claims, const RsKnowledge *knowledge, const RsLoad *load, const RsBasket *basket,
                          const RsCovisits *covisits, const RsTokens *tokens, unsigned n_threads) {
  RsChances *out = rs_chances_room(covisits->n, tokens->n);
  g_autofree double *rarity = as_rare(basket);
  const PairWork work = {.knowledge = knowledge, .load = load, .covisits = covisits, .claims = claims};
  const TokenWork of = {&work, tokens, rarity, NULL, 1.0};
  ChanceWork chances = {&of, out};
  rs_parallel(n_threads, ((size_t)covisits->n + PAIR_BATCH - 1) / PAIR_BATCH, chances_of_pairs, &chances);
  rs_parallel(n_threads, (tokens->n + TOKEN_BATCH - 1) / TOKEN_BATCH, chances_of_tokens, &chances);
  return out;
}

RsChances *rs_chances_room(uint32_t n_pairs, uint64_t n_tokens) {
  RsChances *out = g_new(RsChances, 1);
  out->pair = g_new(RsPairChance, (gsize)n_pairs + 1);
  out->meeting = g_new0(double, n_tokens + 1);
  return out;
}

void rs_chances_free(RsChances *chances) {
  if (chances == NULL) return;
  g_free(chances->pair);
  g_free(chances->meeting);
  g_free(chances);
}

/* ---- all together ---- */

static bool edge_before(uint32_t a, uint32_t b, const Edge *edge) { return a != edge->a ? a < edge->a : b < edge->b; }

static void push_pair(RsAffinity *out, uint32_t a, uint32_t b, float weight) {
  out->a[out->n] = a;
  out->b[out->n] = b;
  out->weight[out->n++] = weight;
}

static double share_rare_by_chance(const RsBasket *basket, const uint8_t *rare) {
  double sum = 0.0, all = all_visits(basket);
  for (uint32_t g = 0; g < basket->n_drugs; g++)
    if (rare[g]) sum += drug_visits(basket, g) / all * (drug_visits(basket, g) / all);
  return sum;
}

RsAffinity *rs_affinity_new(const RsClaims *claims, const RsKnowledge *knowledge, const RsTimeline *timeline, const RsLoad *load,
                            const RsBasket *basket, const RsCovisits *covisits, const RsTokens *tokens, const RsChances *chances,
                            unsigned n_threads) {
  uint32_t n = covisits->n;
  g_autofree float *weight = g_new(float, (gsize)n + 1);
  g_autofree double *log_p = g_new(double, (gsize)n + 1);
  g_autofree uint8_t *rare = rs_affinity_rare_drugs(basket);
  const double same_drug = share_rare_by_chance(basket, rare);
  PairWork work = {knowledge, timeline, load, covisits, claims, rare, same_drug, log(fmin(1.0, same_drug)), chances, weight, log_p};
  rs_parallel(n_threads, ((size_t)n + PAIR_BATCH - 1) / PAIR_BATCH, weigh_pairs, &work);
  RsAffinity *out = g_new0(RsAffinity, 1);
  out->pair = g_new(uint32_t, (gsize)n + 1);
  for (uint32_t i = 0; i < n; i++) {
    log_p[out->n] = log_p[i];
    out->pair[out->n] = i;
    out->n += weight[i] > 0.0f;
  }
  g_autoptr(GArray) edges = token_edges(&work, tokens, basket, n_threads);
  uint32_t n_windows = out->n, room = out->n + edges->len;
  out->a = g_new(uint32_t, (gsize)room + 1);
  out->b = g_new(uint32_t, (gsize)room + 1);
  out->weight = g_new(float, (gsize)room + 1);
  out->n = 0;
  const Edge *edge = (const Edge *)(const void *)edges->data;
  guint e = 0;
  for (uint32_t i = 0; i <= n; i++) { /* both lists are sorted; a pair in both takes the larger weight */
    for (; e < edges->len && (i == n || !edge_before(covisits->a[i], covisits->b[i], &edge[e])); e++) {
      if (i < n && edge[e].a == covisits->a[i] && edge[e].b == covisits->b[i]) {
        weight[i] = MAX(weight[i], edge[e].weight);
        continue;
      }
      push_pair(out, edge[e].a, edge[e].b, edge[e].weight);
    }
    if (i < n && weight[i] > 0.0f) push_pair(out, covisits->a[i], covisits->b[i], weight[i]);
  }
  out->n_windows = n_windows;
  out->log_p = g_steal_pointer(&log_p);
  return out;
}
