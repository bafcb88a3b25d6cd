#include "rings/group.h"

#include "base/calendar.h"
#include "base/sort.h"
#include "base/sort_by.h"
#include "base/spill.h"
#include "mining/significance.h"

#include <math.h>
#include <string.h>

enum { MAX_ROUNDS = 4, MAX_WINDOW = 400 };
#define BURST_BAR 1.0   /* decades */
#define WIDE_ENOUGH 0.8 /* share of the best window's surprise */

typedef struct { uint32_t institution, time, member, visit; } Visit;

/* A day at one institution with visits enough for a burst. */
typedef struct {
  uint32_t institution, time; /* of the first */
  guint begin, end;           /* of the shared visits */
  uint32_t crowd;             /* visits of all persons there that day */
  uint32_t own;               /* visits of the members there on all days; both RS_NONE until asked for */
} Day;

/* The members' visits. */
typedef struct {
  GArray *visit;  /* of Visit: all, by member and time */
  GArray *shared; /* of Visit: those of each such day, by time and visit */
  GArray *days;   /* of Day, by institution and time */
} Visits;

static void visits_init(Visits *visits) {
  *visits = (Visits){g_array_new(FALSE, FALSE, sizeof(Visit)), g_array_new(FALSE, FALSE, sizeof(Visit)), g_array_new(FALSE, FALSE, sizeof(Day))};
}

static void visits_clear(Visits *visits) {
  g_array_unref(visits->visit);
  g_array_unref(visits->shared);
  g_array_unref(visits->days);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Visits, visits_clear)

void rs_group_free(RsGroup *group) {
  if (group == NULL) return;
  g_free(group->person);
  g_free(group->n_attended);
  g_free(group->burst);
  g_free(group->attendance);
  g_free(group->drug);
  g_free(group);
}

uint32_t rs_group_quorum(uint32_t n) {
  if (n <= 5) return 2;
  uint32_t third = (3 * n + 9) / 10;
  return CLAMP(third, 3u, 6u);
}

/* log10 of the ways to choose k of n. */
static double log_choices(uint32_t n, uint32_t k) {
  double sum = 0.0;
  for (uint32_t i = 1; i <= k; i++) sum += log10((double)(n - k + i) / (double)i);
  return sum;
}

static inline bool visit_before(const Visit *a, const Visit *b) {
  return a->institution != b->institution ? a->institution < b->institution : a->time < b->time;
}
RS_SORT_BY(sort_visits, Visit, visit_before)

static inline bool day_before(const Day *a, const Day *b) {
  return a->institution != b->institution ? a->institution < b->institution : a->time < b->time;
}
RS_SORT_BY(sort_days, Day, day_before)

/* A place for each institution and day, shared by chance now and then. */
static uint32_t day_cell(const Visit *visit, unsigned bits) {
  return (uint32_t)(rs_hash_mix(visit->institution, visit->time / RS_DAY_SECONDS) >> (64 - bits));
}

static bool same_day(const Visit *a, const Visit *b) {
  return a->institution == b->institution && a->time / RS_DAY_SECONDS == b->time / RS_DAY_SECONDS;
}

/* The days among the shared visits [begin, end) of one place, as day[n_days] ..; returns how many there are then. */
static guint push_days_of(Visits *visits, guint begin, guint end, uint32_t least, guint n_days) {
  Visit *visit = (Visit *)(void *)visits->shared->data;
  sort_visits(visit + begin, end - begin);
  for (guint i = begin, stop; i < end; i = stop) {
    for (stop = i + 1; stop < end && same_day(&visit[stop], &visit[i]);) stop++;
    if (stop - i < least) continue;
    g_array_index(visits->days, Day, n_days++) = (Day){visit[i].institution, visit[i].time, i, stop, RS_NONE, RS_NONE};
  }
  return n_days;
}

/* The days with `least` visits or more, each one's visits together: visits are counted by day, then each goes to its day's part of shared. */
static void find_shared_days(Visits *visits, uint32_t least) {
  enum { MIN_BITS = 8, MAX_BITS = 14 };
  uint32_t count[1 << MAX_BITS], next[1 << MAX_BITS]; /* visits; where the next one goes */
  const Visit *visit = (const Visit *)(const void *)visits->visit->data;
  const guint n = visits->visit->len;
  unsigned bits = MIN_BITS;
  guint end = 0, n_days = 0;
  while (bits < MAX_BITS && (1u << bits) < 2 * n) bits++;
  memset(count, 0, sizeof *count << bits);
  memset(next, 0xff, sizeof *next << bits);
  for (guint i = 0; i < n; i++) count[day_cell(&visit[i], bits)]++;
  g_array_set_size(visits->shared, n);
  g_array_set_size(visits->days, n / least);
  Visit *shared = (Visit *)(void *)visits->shared->data;
  for (guint i = 0; i < n; i++) {
    const uint32_t cell = day_cell(&visit[i], bits);
    if (count[cell] < least) continue;
    if (next[cell] == RS_NONE) {
      next[cell] = end;
      end += count[cell];
    }
    shared[next[cell]++] = visit[i];
  }
  for (guint begin = 0, stop; begin < end; begin = stop) {
    stop = begin + count[day_cell(&shared[begin], bits)];
    n_days = push_days_of(visits, begin, stop, least, n_days);
  }
  g_array_set_size(visits->days, n_days);
  sort_days((Day *)(void *)visits->days->data, n_days);
}

/* The members' visits and the days that `least` of them share. */
static void visits_fill(Visits *visits, const RsScene *scene, const uint32_t *person, uint32_t n, uint32_t least) {
  const RsClaims *c = scene->claims;
  uint32_t all = 0, kept = 0;
  for (uint32_t i = 0; i < n; i++) all += c->person_visit[person[i] + 1] - c->person_visit[person[i]];
  g_array_set_size(visits->visit, all);
  Visit *visit = (Visit *)(void *)visits->visit->data;
  for (uint32_t i = 0; i < n; i++)
    for (uint32_t v = c->person_visit[person[i]]; v < c->person_visit[person[i] + 1]; v++) {
      visit[kept] = (Visit){c->visit_institution[v], c->visit_time[v], i, v};
      kept += !rs_left_out(&scene->days, visit[kept].institution, visit[kept].time / RS_DAY_SECONDS);
    }
  g_array_set_size(visits->visit, kept);
  find_shared_days(visits, least);
}

/* Visits of institution f on the day of the time, all persons. */
static uint32_t crowd_of_day(const RsTimeline *t, uint32_t f, uint32_t time) {
  const RsDayVisits day = rs_timeline_day(t, f, time);
  return day.end - day.begin;
}

typedef struct {
  const RsScene *scene;
  const uint32_t *person;
  uint32_t n, quorum, minutes;
  RsPlaces places;
  Visits visits;
  uint32_t seen[RS_MAX_GROUP + 1]; /* visits of each member inside the window */
  GArray *habit;  /* of uint32_t, by shared visit: days of the member there; RS_NONE until asked for */
  double choices[RS_MAX_GROUP + 1]; /* log_choices(n - 1, k); NAN until asked for */
  GArray *found[RS_N_WIDTHS]; /* of RsGroupBurst */
  GArray *bursts;             /* those of the width at hand */
  double info;
} Finder;

static void finder_init(Finder *finder, const RsScene *scene, RsPlaces places) {
  *finder = (Finder){.scene = scene, .places = places};
  visits_init(&finder->visits);
  finder->habit = g_array_new(FALSE, FALSE, sizeof(uint32_t));
  for (unsigned w = 0; w < RS_N_WIDTHS; w++) finder->found[w] = g_array_new(FALSE, FALSE, sizeof(RsGroupBurst));
}

static void finder_clear(Finder *finder) {
  visits_clear(&finder->visits);
  g_array_unref(finder->habit);
  for (unsigned w = 0; w < RS_N_WIDTHS; w++) g_array_unref(finder->found[w]);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Finder, finder_clear)

/* The window of one day at one institution with most distinct members, the shortest and then earliest of those. */
static bool best_window(Finder *finder, const Visit *day, uint32_t n, RsGroupBurst *out) {
  uint32_t distinct = 0, begin = 0, best = 0, best_span = UINT32_MAX;
  for (uint32_t end = 0; end < n; end++) {
    distinct += finder->seen[day[end].member]++ == 0;
    while (day[end].time - day[begin].time > finder->minutes * 60) distinct -= --finder->seen[day[begin++].member] == 0;
    while (begin < end && finder->seen[day[begin].member] > 1) finder->seen[day[begin++].member]--;
    uint32_t span = day[end].time - day[begin].time;
    if (distinct < best || (distinct == best && span >= best_span)) continue;
    best = distinct;
    best_span = span;
    *out = (RsGroupBurst){day[begin].institution, day[begin].time, day[end].time, distinct};
  }
  while (begin < n) finder->seen[day[begin++].member] = 0;
  return best >= finder->quorum;
}

/* Chance that a person with so many days at f comes on that day within the width around the time, the group itself left out of the
 * day's share: one pseudo-visit a calendar day. crowd: all visits there that day. */
static double presence(const RsScene *s, uint32_t f, uint32_t time, uint32_t crowd, uint32_t minutes, double days, uint32_t own_day,
                       uint32_t own_total) {
  double others = (double)crowd - own_day;
  double total = (double)(s->timeline->offset[f + 1] - s->timeline->offset[f]) - own_total;
  double share = (fmax(others, 0.0) + 1.0) / (fmax(total, 0.0) + (double)s->load->n_days);
  return fmin(1.0, days * share * rs_load_share(s->load, f, time, minutes));
}

static uint32_t own_visits(const Visits *visits, uint32_t institution) {
  uint32_t n = 0;
  for (guint i = 0; i < visits->visit->len; i++) n += g_array_index(visits->visit, Visit, i).institution == institution;
  return n;
}

/* Decades of surprise in one burst: that of every member beyond the least surprising one. */
static double burst_surprise(Finder *finder, const RsGroupBurst *burst, Day *at) {
  const Visit *day = &g_array_index(finder->visits.shared, Visit, at->begin);
  uint32_t n = at->end - at->begin;
  const double *log_days = finder->scene->load->log10_days;
  double least = INFINITY, sum = 0.0;
  if (at->crowd == RS_NONE) at->crowd = crowd_of_day(finder->scene->timeline, burst->institution, burst->first_time);
  if (at->own == RS_NONE) {
    const Day *before = at > (const Day *)(const void *)finder->visits.days->data ? at - 1 : at; /* days are by institution */
    bool known = before->own != RS_NONE && before->institution == burst->institution;
    at->own = known ? before->own : own_visits(&finder->visits, burst->institution);
  }
  double one = presence(finder->scene, burst->institution, burst->first_time, at->crowd, finder->minutes, 1.0, n, at->own), log_one = log10(one);
  for (uint32_t i = 0; i < n; i++) {
    uint32_t member = day[i].member;
    if (day[i].time < burst->first_time || day[i].time > burst->last_time || finder->seen[member]) continue;
    finder->seen[member] = 1;
    uint32_t *days = &g_array_index(finder->habit, uint32_t, at->begin + i);
    if (*days == RS_NONE) *days = rs_affinity_days(finder->scene->knowledge, finder->person[member], burst->institution);
    const double decades = (double)*days * one < 1.0 ? -(log_days[*days] + log_one) : 0.0;
    sum += decades;
    least = MIN(least, decades);
  }
  for (uint32_t i = 0; i < n; i++) finder->seen[day[i].member] = 0;
  return sum - (isfinite(least) ? least : 0.0);
}

static bool place_counts(RsPlaces places, uint32_t institution) {
  bool named = false;
  for (uint32_t i = 0; i < places.n; i++) named = named || places.institution[i] == institution;
  return places.rule == RS_ANY_PLACE || (places.rule == RS_ONLY_PLACE) == named;
}

/* The days that can hold a burst: at a place that counts, with members enough. */
static void find_days(Finder *finder) {
  const uint32_t least = MAX(finder->quorum, finder->places.least);
  visits_fill(&finder->visits, finder->scene, finder->person, finder->n, finder->quorum);
  const Visit *visit = (const Visit *)(const void *)finder->visits.shared->data;
  Day *day = (Day *)(void *)finder->visits.days->data;
  guint kept = 0;
  for (guint d = 0; d < finder->visits.days->len; d++) {
    uint32_t distinct = 0;
    for (guint i = day[d].begin; i < day[d].end; i++) distinct += finder->seen[visit[i].member]++ == 0;
    for (guint i = day[d].begin; i < day[d].end; i++) finder->seen[visit[i].member] = 0;
    if (distinct >= least && place_counts(finder->places, day[d].institution)) day[kept++] = day[d];
  }
  g_array_set_size(finder->visits.days, kept);
  g_array_set_size(finder->habit, finder->visits.shared->len);
  if (finder->habit->len > 0) memset(finder->habit->data, 0xff, finder->habit->len * sizeof(uint32_t));
  for (uint32_t k = 0; k <= finder->n; k++) finder->choices[k] = NAN;
}

static void find_bursts(Finder *finder) {
  const Visit *visit = (const Visit *)(const void *)finder->visits.shared->data;
  finder->info = 0.0;
  guint n = 0;
  g_array_set_size(finder->bursts, finder->visits.days->len);
  for (guint d = 0; d < finder->visits.days->len; d++) {
    Day *day = &g_array_index(finder->visits.days, Day, d);
    RsGroupBurst burst;
    /* NOLINTNEXTLINE(clang-analyzer-core.UndefinedBinaryOperatorResult): days without visits were left out, so a window that is one was written */
    if (!best_window(finder, visit + day->begin, day->end - day->begin, &burst) || burst.n_members < finder->places.least) continue;
    /* any so many of the others might have come: a coincidence likelier than BURST_BAR is no burst */
    double surprise = burst_surprise(finder, &burst, day), *choices = &finder->choices[burst.n_members - 1];
    if (isnan(*choices)) *choices = log_choices(finder->n - 1, burst.n_members - 1);
    if (surprise - *choices < BURST_BAR) continue;
    g_array_index(finder->bursts, RsGroupBurst, n++) = burst;
    finder->info += surprise;
  }
  g_array_set_size(finder->bursts, n);
}

/* Tries 15 minutes, an hour and the day; leaves the bursts of the chosen one in finder. A wider window is taken when it carries almost as
 * much: it sees the members who came late, and with them what all have in common. */
static void choose_width(Finder *finder) {
  double info[RS_N_WIDTHS] = {0}, most = 0.0;
  unsigned first = finder->scene->load->has_clock ? 1 : RS_N_WIDTHS - 1, chosen = first;
  for (unsigned w = first; w < RS_N_WIDTHS; w++) {
    finder->minutes = rs_width_minutes[w];
    finder->bursts = finder->found[w];
    find_bursts(finder);
    info[w] = finder->info;
    most = fmax(most, info[w]);
  }
  for (unsigned w = first; w < RS_N_WIDTHS; w++)
    if (info[w] >= WIDE_ENOUGH * most) chosen = w;
  finder->minutes = rs_width_minutes[chosen];
  finder->bursts = finder->found[chosen];
  finder->info = info[chosen];
}

/* Bursts of each member. attended [n] zeroed by the caller. attendances: of RsAttendance, or NULL. */
static void count_attended(const GArray *bursts, const Visits *visits, uint32_t n, uint32_t *attended, GArray *attendances) {
  uint32_t last[RS_MAX_GROUP];
  const Visit *visit = (const Visit *)(const void *)visits->shared->data;
  const Day *day = (const Day *)(const void *)visits->days->data;
  guint n_attendances = 0;
  memset(last, 0xff, n * sizeof *last);
  if (attendances != NULL) g_array_set_size(attendances, visits->shared->len);
  for (uint32_t b = 0; b < bursts->len; b++) {
    const RsGroupBurst *burst = &g_array_index(bursts, RsGroupBurst, b);
    while (day->institution != burst->institution || visit[day->end - 1].time < burst->first_time) day++; /* bursts are by institution and time as well */
    for (guint v = day->begin; v < day->end && visit[v].time <= burst->last_time; v++) {
      if (visit[v].time < burst->first_time) continue;
      attended[visit[v].member] += last[visit[v].member] != b;
      last[visit[v].member] = b;
      if (attendances != NULL) g_array_index(attendances, RsAttendance, n_attendances++) = (RsAttendance){b, visit[v].member, visit[v].visit};
    }
  }
  if (attendances != NULL) g_array_set_size(attendances, n_attendances);
}

/* A visit of a person outside the group on the day of a burst; near: within its width. */
typedef struct { uint32_t person, burst, visit; bool near; } Bystander;

/* The visits around a burst that are looked at: those of the day, or of the width itself where the day is crowded. */
typedef struct { uint32_t begin, end; uint64_t from, to; /* near: within from .. to */ } Around;

static Around around_burst(const RsTimeline *t, const RsGroupBurst *burst, uint32_t minutes) {
  uint64_t span = burst->last_time - burst->first_time, width = (uint64_t)minutes * 60, slack = width > span ? width - span : 0;
  uint64_t midnight = (uint64_t)(burst->first_time / RS_DAY_SECONDS) * RS_DAY_SECONDS;
  const RsDayVisits day = rs_timeline_day(t, burst->institution, burst->first_time);
  Around a = {day.begin, day.end, burst->first_time > slack ? burst->first_time - slack : 0, (uint64_t)burst->last_time + slack};
  if (a.end - a.begin <= MAX_WINDOW) return a;
  a.begin = rs_timeline_seek(t, burst->institution, MAX(midnight, a.from));
  a.end = rs_timeline_seek(t, burst->institution, MIN(midnight + RS_DAY_SECONDS, a.to + 1));
  if (a.end - a.begin > MAX_WINDOW) a.end = a.begin; /* a crowd: nobody stands out by being there */
  return a;
}

/* By person; they come by burst and time, and stay so. */
static GArray *order_bystanders(const GArray *bystanders) {
  const Bystander *from = (const Bystander *)(const void *)bystanders->data;
  g_autofree uint64_t *key = g_new(uint64_t, (gsize)bystanders->len + 1);
  GArray *out = g_array_sized_new(FALSE, FALSE, sizeof(Bystander), bystanders->len);
  for (guint i = 0; i < bystanders->len; i++) key[i] = (uint64_t)from[i].person << 32 | i;
  rs_sort_u64(key, bystanders->len);
  g_array_set_size(out, bystanders->len);
  for (guint i = 0; i < bystanders->len; i++) g_array_index(out, Bystander, i) = from[(uint32_t)key[i]];
  return out;
}

/* Those who were there around at least a quarter of the bursts, and two: the others cannot belong. Counters over a hash of the person,
 * never fewer than the truth, let only them through. */
static GArray *bystanders(const RsScene *s, const GArray *bursts, uint32_t minutes, const uint32_t *person, uint32_t n) {
  enum { BITS = 12 };
  uint8_t count[1 << BITS] = {0};
  uint32_t least = MIN((uint32_t)UINT8_MAX, MAX(2u, (bursts->len + 3) / 4));
  const uint64_t *key = s->timeline->key;
  g_autoptr(GArray) out = g_array_new(FALSE, FALSE, sizeof(Bystander));
  g_autofree Around *around = g_new(Around, (gsize)bursts->len + 1);
  for (uint32_t b = 0; b < bursts->len; b++) {
    around[b] = around_burst(s->timeline, &g_array_index(bursts, RsGroupBurst, b), minutes);
    for (uint32_t i = around[b].begin; i < around[b].end; i++) {
      uint8_t *cell = &count[rs_hash_mix(RS_KEY_PERSON(key[i]), 1) >> (64 - BITS)];
      *cell = (uint8_t)(*cell + (*cell < UINT8_MAX));
    }
  }
  for (uint32_t b = 0; b < bursts->len; b++)
    for (uint32_t i = around[b].begin; i < around[b].end; i++) {
      const uint32_t who = RS_KEY_PERSON(key[i]), time = RS_KEY_TIME(key[i]);
      if (count[rs_hash_mix(who, 1) >> (64 - BITS)] < least || rs_sorted_has(person, n, who)) continue;
      const Bystander at = {who, b, s->timeline->visit[i], time >= around[b].from && time <= around[b].to};
      g_array_append_val(out, at);
    }
  return order_bystanders(out);
}

/* Drugs that at least two members, and a third of those there, bought in the bursts, and that few others buy. */
typedef struct { bool known; uint32_t drug[16], n; double share; } Signature;

typedef struct { uint32_t drug, member; } Bought;

static inline bool bought_before(const Bought *a, const Bought *b) { return a->drug != b->drug ? a->drug < b->drug : a->member < b->member; }
RS_SORT_BY(sort_bought, Bought, bought_before)

static double drug_share(const RsScene *s, uint32_t drug) {
  double with = 0.0, all = 0.0;
  for (unsigned t = 0; t < RS_N_TYPES; t++) {
    with += s->basket->by_type[(size_t)drug * RS_N_TYPES + t];
    all += (double)s->basket->visits[t];
  }
  return with / fmax(all, 1.0);
}

static Signature find_signature(const Finder *finder, const GArray *attendances) {
  const RsClaims *c = finder->scene->claims;
  Signature out = {.known = true};
  g_autoptr(GArray) bought = g_array_new(FALSE, FALSE, sizeof(Bought));
  for (guint i = 0; i < attendances->len; i++) {
    const RsAttendance *a = &g_array_index(attendances, RsAttendance, i);
    for (uint64_t l = c->visit_line[a->visit]; l < c->visit_line[a->visit + 1]; l++) {
      Bought at = {rs_line_drug(c, l), a->member};
      if (at.drug != RS_NONE) g_array_append_val(bought, at);
    }
  }
  if (bought->len == 0) return out;
  sort_bought((Bought *)(void *)bought->data, bought->len);
  for (guint i = 0, end; i < bought->len && out.n < G_N_ELEMENTS(out.drug); i = end) {
    uint32_t drug = g_array_index(bought, Bought, i).drug, members = 0;
    for (end = i; end < bought->len && g_array_index(bought, Bought, end).drug == drug; end++)
      members += end == i || g_array_index(bought, Bought, end).member != g_array_index(bought, Bought, end - 1).member;
    double share = drug_share(finder->scene, drug);
    if (members < 2 || members * 3 < finder->n || share > 0.02) continue;
    out.drug[out.n++] = drug;
    out.share += share;
  }
  return out;
}

static bool bought_signature(const RsClaims *c, const Signature *signature, uint32_t visit) {
  for (uint64_t l = c->visit_line[visit]; l < c->visit_line[visit + 1]; l++)
    for (uint32_t i = 0; i < signature->n; i++)
      if (rs_line_drug(c, l) == signature->drug[i]) return true;
  return false;
}

/* How often a person would be near the bursts by habit alone. */
static double habitual_presence(const RsScene *s, const GArray *bursts, uint32_t minutes, uint32_t person) {
  double sum = 0.0;
  for (uint32_t b = 0; b < bursts->len; b++) {
    const RsGroupBurst *burst = &g_array_index(bursts, RsGroupBurst, b);
    double days = rs_affinity_days(s->knowledge, person, burst->institution);
    if (days == 0.0) continue;
    uint32_t crowd = crowd_of_day(s->timeline, burst->institution, burst->first_time);
    sum += presence(s, burst->institution, burst->first_time, crowd, minutes, days, burst->n_members, burst->n_members);
  }
  return sum;
}

/* Came more often than habit explains. */
static bool beyond_habit(const Finder *finder, uint32_t came, uint32_t person) {
  return rs_tail_poisson(came, habitual_presence(finder->scene, finder->bursts, finder->minutes, person)) <= -9.2; /* 1e-4 */
}

/* Belongs: came to half of the bursts, beyond habit; or on the days of a quarter, each time buying one of the group's own drugs. */
static bool belongs(const Finder *finder, Signature *signature, const GArray *attendances, const Bystander *at, uint32_t n) {
  uint32_t n_bursts = finder->bursts->len, came = 0, days = 0, with = 0, last = RS_NONE, last_day = RS_NONE, last_with = RS_NONE;
  for (uint32_t i = 0; i < n; i++) {
    came += at[i].near && at[i].burst != last;
    if (at[i].near) last = at[i].burst;
    days += at[i].burst != last_day;
    last_day = at[i].burst;
  }
  if (days < 2 || days * 4 < n_bursts) return false;
  if (came >= 2 && came * 2 >= n_bursts && beyond_habit(finder, came, at->person)) return true;
  if (!signature->known) *signature = find_signature(finder, attendances);
  if (signature->n == 0) return false;
  for (uint32_t i = 0; i < n; i++) {
    if (at[i].burst == last_with || !bought_signature(finder->scene->claims, signature, at[i].visit)) continue;
    last_with = at[i].burst;
    with++;
  }
  if (with < 2 || with * 4 < n_bursts) return false;
  double mean = habitual_presence(finder->scene, finder->bursts, 1440, at->person);
  return rs_tail_poisson(with, mean * fmin(1.0, 3.0 * signature->share)) <= -11.5; /* 1e-5 */
}

static bool round_members(Finder *finder, RsRefine refine, GArray *next) {
  const GArray *bursts = finder->bursts;
  g_autofree uint32_t *attended = g_new0(uint32_t, finder->n);
  g_autoptr(GArray) attendances = g_array_new(FALSE, FALSE, sizeof(RsAttendance));
  count_attended(bursts, &finder->visits, finder->n, attended, attendances);
  g_array_set_size(next, 0);
  bool changed = false;
  uint32_t floor_count = refine == RS_SOME_AT_A_TIME ? 2u : MAX(2u, (bursts->len + 3) / 4);
  for (uint32_t i = 0; i < finder->n; i++) {
    if (attended[i] >= floor_count && (refine != RS_SOME_AT_A_TIME || beyond_habit(finder, attended[i], finder->person[i]))) g_array_append_val(next, finder->person[i]);
    else changed = true;
  }
  if (refine != RS_REFINE_MEMBERS) return changed;
  Signature signature = {.known = false}; /* few come near enough to ask for it */
  g_autoptr(GArray) near = bystanders(finder->scene, bursts, finder->minutes, finder->person, finder->n);
  const Bystander *at = (const Bystander *)(const void *)near->data;
  for (guint i = 0, end; i < near->len; i = end) {
    for (end = i; end < near->len && at[end].person == at[i].person;) end++;
    if (next->len >= RS_MAX_GROUP || !belongs(finder, &signature, attendances, at + i, end - i)) continue;
    g_array_append_val(next, at[i].person);
    changed = true;
  }
  rs_sort_u32((uint32_t *)(void *)next->data, next->len);
  return changed;
}

/* Decades it takes to write down who of n came to each burst, at the mean attendance. */
static double absence_cost(const RsGroup *g) {
  double came = 0.0, all = (double)g->n * (double)g->n_bursts;
  for (uint32_t b = 0; b < g->n_bursts; b++) came += g->burst[b].n_members;
  double share = came / all;
  if (share >= 1.0) return 0.0;
  return -all * (share * log10(share) + (1.0 - share) * log10(1.0 - share));
}

RsGroup *rs_group_new(const RsScene *scene, const uint32_t *person, uint32_t n, RsPlaces places, RsRefine refine) {
  g_autoptr(GArray) members = g_array_new(FALSE, FALSE, sizeof(uint32_t));
  g_autoptr(GArray) next = g_array_new(FALSE, FALSE, sizeof(uint32_t));
  g_auto(Finder) finder;
  finder_init(&finder, scene, places);
  g_array_append_vals(members, person, n);
  rs_sort_u32((uint32_t *)(void *)members->data, members->len);
  for (unsigned round = 0;; round++) {
    rs_spill_look();
    if (members->len < 2 || members->len > RS_MAX_GROUP) return NULL;
    finder.person = (const uint32_t *)(const void *)members->data;
    finder.n = members->len;
    finder.quorum = refine == RS_SOME_AT_A_TIME ? (uint32_t)RS_GATHERING : rs_group_quorum(finder.n);
    find_days(&finder);
    choose_width(&finder);
    if (finder.bursts->len < 2) return NULL;
    if (refine == RS_KEEP_MEMBERS || round == MAX_ROUNDS || !round_members(&finder, refine, next)) break;
    g_array_set_size(members, 0);
    g_array_append_vals(members, next->data, next->len);
  }
  const GArray *bursts = finder.bursts;
  RsGroup *group = g_new0(RsGroup, 1);
  g_autoptr(GArray) attendances = g_array_new(FALSE, FALSE, sizeof(RsAttendance));
  group->n = members->len;
  group->n_attended = g_new0(uint32_t, group->n);
  count_attended(bursts, &finder.visits, group->n, group->n_attended, attendances);
  group->person = g_memdup2(members->data, members->len * sizeof(uint32_t));
  group->width = finder.minutes;
  group->places = places;
  group->gathered = true;
  group->n_bursts = bursts->len;
  group->burst = g_memdup2(bursts->data, bursts->len * sizeof(RsGroupBurst));
  group->n_attendances = attendances->len;
  group->attendance = g_memdup2(attendances->data, attendances->len * sizeof(RsAttendance));
  group->info = round(finder.info * 1e6) / 1e6;
  group->net = round((finder.info - absence_cost(group)) * 1e6) / 1e6;
  return group;
}

/* ---- days together ---- */

static bool is_burst_place(const RsGroup *g, uint32_t institution) {
  uint32_t low = 0, high = g->n_bursts;
  while (low < high) { /* bursts are by institution */
    uint32_t middle = low + (high - low) / 2;
    if (g->burst[middle].institution < institution) low = middle + 1;
    else high = middle;
  }
  return low < g->n_bursts && g->burst[low].institution == institution;
}

static void push_days(const RsGroupBurst *burst, const RsAttendance *attendance, uint32_t n, GArray *out) {
  for (uint32_t i = 0; i < n; i++) { /* a member's visits of one burst are one day */
    const RsAttendance *a = &attendance[i];
    bool repeat = false;
    for (uint32_t j = i; j > 0 && attendance[j - 1].burst == a->burst && !repeat; j--) repeat = attendance[j - 1].member == a->member;
    RsDayTogether day = {burst[a->burst].institution, a->member};
    if (!repeat) g_array_append_val(out, day);
  }
}

/* Three that came together beyond chance, at the width of the group and where its bursts are; its bursts are among these. */
static void push_gatherings(const RsScene *scene, const RsGroup *g, GArray *out) {
  g_autoptr(GArray) attendances = g_array_new(FALSE, FALSE, sizeof(RsAttendance)), all = g_array_new(FALSE, FALSE, sizeof(RsDayTogether));
  g_autofree uint32_t *attended = g_new0(uint32_t, g->n);
  g_auto(Finder) finder;
  finder_init(&finder, scene, g->places);
  finder.person = g->person;
  finder.n = g->n;
  finder.quorum = RS_GATHERING;
  finder.minutes = g->width;
  const GArray *gatherings = finder.bursts = finder.found[0];
  find_days(&finder);
  find_bursts(&finder);
  count_attended(gatherings, &finder.visits, g->n, attended, attendances);
  push_days((const RsGroupBurst *)(const void *)gatherings->data, (const RsAttendance *)(const void *)attendances->data, attendances->len, all);
  for (guint i = 0; i < all->len; i++)
    if (is_burst_place(g, g_array_index(all, RsDayTogether, i).institution)) g_array_append_val(out, g_array_index(all, RsDayTogether, i));
}

GArray *rs_group_days_together(const RsScene *scene, const RsGroup *g) {
  GArray *out = g_array_new(FALSE, FALSE, sizeof(RsDayTogether));
  if (g->gathered && g->places.least == 0 && rs_group_quorum(g->n) > RS_GATHERING) push_gatherings(scene, g, out);
  else push_days(g->burst, g->attendance, g->n_attendances, out);
  return out;
}

/* Union-find over bursts. */
static uint32_t find_root(uint32_t *parent, uint32_t i) {
  while (parent[i] != i) i = parent[i] = parent[parent[i]];
  return i;
}

static void push_part(const RsGroup *g, const uint8_t *came, const uint32_t *root, uint32_t r, GPtrArray *part) {
  GArray *person = g_array_new(FALSE, FALSE, sizeof(uint32_t));
  uint32_t n_bursts = 0;
  for (uint32_t b = 0; b < g->n_bursts; b++) n_bursts += root[b] == r;
  for (uint32_t i = 0; i < g->n; i++) {
    uint32_t attended = 0;
    for (uint32_t b = 0; b < g->n_bursts; b++) attended += root[b] == r && came[(size_t)b * g->n + i];
    if (attended * 4 >= n_bursts && attended > 0) g_array_append_val(person, g->person[i]);
  }
  g_ptr_array_add(part, person);
}

/* Bursts are linked when they share two members and more than a third of all who came to either: two of a ring at half attendance share about
 * so many, and some of its bursts always more; a ring and the family of two of its members, or two rings with a common member, share less. */
uint32_t rs_group_split(const RsGroup *g, GPtrArray *part) {
  enum { MAX_BURSTS = 400 };
  if (g->n < 4 || g->n_bursts < 4 || g->n_bursts > MAX_BURSTS) return 0;
  g_autofree uint8_t *came = g_malloc0((gsize)g->n_bursts * g->n);
  g_autofree uint32_t *root = g_new(uint32_t, g->n_bursts), *size = g_new0(uint32_t, g->n_bursts);
  for (uint32_t i = 0; i < g->n_attendances; i++) came[(size_t)g->attendance[i].burst * g->n + g->attendance[i].member] = 1;
  for (uint32_t b = 0; b < g->n_bursts; b++) root[b] = b;
  for (uint32_t a = 0; a < g->n_bursts; a++)
    for (uint32_t b = a + 1; b < g->n_bursts; b++) {
      uint32_t shared = 0;
      for (uint32_t i = 0; i < g->n; i++) shared += came[(size_t)a * g->n + i] & came[(size_t)b * g->n + i];
      if (shared < 2 || shared * 20 < 7 * (g->burst[a].n_members + g->burst[b].n_members - shared)) continue;
      uint32_t x = find_root(root, a), y = find_root(root, b);
      root[MAX(x, y)] = MIN(x, y);
    }
  uint32_t parts = 0;
  for (uint32_t b = 0; b < g->n_bursts; b++) size[root[b] = find_root(root, b)]++;
  for (uint32_t b = 0; b < g->n_bursts; b++) parts += size[b] >= 2;
  if (parts < 2) return 0;
  for (uint32_t b = 0; b < g->n_bursts; b++)
    if (size[b] >= 2) push_part(g, came, root, b, part);
  return parts;
}

RsGroup *rs_group_at(const RsScene *scene, const uint32_t *person, uint32_t n, const uint32_t *institution, uint32_t n_institutions) {
  if (n < 2 || n > RS_MAX_GROUP) return NULL;
  g_autofree uint32_t *sorted = g_memdup2(person, n * sizeof *person);
  rs_sort_u32(sorted, n);
  g_auto(Visits) visits;
  visits_init(&visits);
  visits_fill(&visits, scene, sorted, n, 1);
  g_autoptr(GArray) bursts = g_array_new(FALSE, FALSE, sizeof(RsGroupBurst)), attendances = g_array_new(FALSE, FALSE, sizeof(RsAttendance));
  const Visit *visit = (const Visit *)(const void *)visits.shared->data;
  for (guint d = 0; d < visits.days->len; d++) {
    const Day *day = &g_array_index(visits.days, Day, d);
    bool chosen = false;
    uint8_t came[RS_MAX_GROUP] = {0};
    for (uint32_t f = 0; f < n_institutions; f++) chosen = chosen || institution[f] == day->institution;
    RsGroupBurst burst = {day->institution, day->time, visit[day->end - 1].time, 0};
    for (guint v = day->begin; chosen && v < day->end; v++) {
      burst.n_members += !came[visit[v].member];
      came[visit[v].member] = 1;
    }
    if (chosen) g_array_append_val(bursts, burst);
  }
  if (bursts->len == 0) return NULL;
  RsGroup *group = g_new0(RsGroup, 1);
  group->n = n;
  group->n_attended = g_new0(uint32_t, n);
  count_attended(bursts, &visits, n, group->n_attended, attendances);
  group->person = g_steal_pointer(&sorted);
  group->width = 1440;
  group->n_bursts = bursts->len;
  group->burst = g_memdup2(bursts->data, bursts->len * sizeof(RsGroupBurst));
  group->n_attendances = attendances->len;
  group->attendance = g_memdup2(attendances->data, attendances->len * sizeof(RsAttendance));
  return group;
}
