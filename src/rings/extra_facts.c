#include "rings/extra_facts.h"

#include "base/calendar.h"
#include "base/column.h"
#include "base/sort_by.h"
#include "mining/indication.h"
#include "base/parallel.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum {
  REPEAT_SECONDS = 600,
  PERIOD_DAYS = 30,
  DAY_MINUTES = 1440,
  LEAST_CASES = 5,
  LEAST_OTHERS = 200,     /* visits, lines or people elsewhere below which nothing is said */
  CAP_BIN = 10,           /* fen */
  CAP_BINS = 50000,       /* up to 5,000 yuan */
  CAP_FIRST = 300,        /* from 30 yuan, where 2 % are six bins */
  LEAST_UNFIT = 3,        /* people */
};
#define LEAST_RATIO 3.0
#define HIGH_RATIO 10.0
#define UNFIT_BAR (-6.9)     /* log 0.001 */
#define UNFIT_STRONG (-13.8) /* log 1e-6 */
#define TAIL 0.01

/* ---- caps ---- */

static double density(const uint64_t *sum, double first, double last) { /* totals a bin in (first, last] */
  uint32_t a = (uint32_t)first, b = (uint32_t)last;
  return (double)(sum[b] - sum[a]) / (double)(b - a);
}

static uint32_t highest(const uint32_t *bin, uint32_t first, uint32_t end) {
  uint32_t most = 0;
  for (uint32_t i = first; i < end; i++) most = MAX(most, bin[i]);
  return most;
}

int64_t rs_extra_cap(const uint32_t *bin, uint32_t n) {
  g_autofree uint64_t *sum = g_new(uint64_t, (gsize)n + 1);
  double best = 0.0;
  int64_t cap = 0;
  sum[0] = 0;
  for (uint32_t i = 0; i < n; i++) sum[i + 1] = sum[i] + bin[i];
  for (uint32_t c = CAP_FIRST; c + c / 10 < n; c++) { /* totals in bin c - 1 are at most c * CAP_BIN */
    uint32_t first = (uint32_t)(0.98 * c);
    uint64_t in = sum[c] - sum[first];
    double above = density(sum, c, 1.02 * c), below = density(sum, 0.94 * c, first), inside = density(sum, first, c);
    double ratio = inside / fmax(fmax(above, below), 1.0 / (c - first));
    if (in < LEAST_OTHERS || in * 200 < sum[n] || !(ratio >= LEAST_RATIO) || !(ratio > best)) continue;
    if ((uint64_t)highest(bin, first, c) * 3 > in) continue; /* one common price, not many totals kept under a line */
    best = ratio;
    cap = (int64_t)c * CAP_BIN;
  }
  return cap;
}

/* ---- the city, as far as the leads need it ---- */

typedef struct { float quantity; uint32_t slot, period; } Dose;

typedef struct { uint64_t line; uint32_t slot; } Hit; /* a line of a chosen drug */

/* A thread's own: what one person gets, kept from person to person. */
typedef struct {
  Hit *hit;       /* [room] */
  Dose *dose;     /* [room] in the order in which each was begun */
  uint32_t *last; /* [n_slots] the last one of each slot, if there is one */
  uint64_t room;
} Doses;

typedef struct {
  const RsScene *scene;
  uint32_t *slot, n_slots;              /* slot_of(): the drugs of leads; [1 + n drugs], first that of no drug */
  RsIndication *indication;             /* of these drugs; NULL: nothing is known of diagnoses */
  float *dose, *spare;                  /* what one person gets in one period: slot s has dose_offset[s] .. [s + 1] - 1, ascending */
  uint64_t *dose_offset;                /* [n_slots + 1] */
  uint32_t *repeats;                    /* [n institutions] visits soon after another one of the same person there */
  int64_t cap[RS_N_TYPES];
  uint64_t near_cap[RS_N_TYPES], totals[RS_N_TYPES];
  GHashTable **hours;                   /* [n_threads] institution -> uint32_t[DAY_MINUTES] visits */
} City;

static bool has_clock(const RsClaims *c, uint32_t visit) {
  return (c->columns & RS_HAS_CLOCK) != 0 && c->visit_time[visit] % RS_DAY_SECONDS != 0;
}

/* Whether the person's visit before, at the same place, was minutes ago. */
static bool is_repeat(const RsClaims *c, uint32_t visit, uint32_t first) {
  for (uint32_t v = visit; v > first; v--) {
    if (c->visit_time[visit] - c->visit_time[v - 1] > REPEAT_SECONDS) return false;
    if (c->visit_institution[v - 1] == c->visit_institution[visit]) return has_clock(c, visit);
  }
  return false;
}

static int64_t visit_total(const RsClaims *c, uint32_t visit) {
  int64_t total = 0;
  for (uint64_t l = c->visit_line[visit]; l < c->visit_line[visit + 1]; l++) total += rs_line_amount(c, l);
  return total;
}

static bool under(int64_t total, int64_t cap) { return cap > 0 && total <= cap && (double)total > 0.98 * (double)cap; }

static uint32_t *slot_of(const City *city, uint32_t drug) { return &city->slot[drug + 1u]; } /* RS_NONE: not chosen, or no drug */

static void choose_drugs(City *city, const RsRing *ring, uint32_t n_rings, unsigned n_threads) {
  const RsClaims *c = city->scene->claims;
  uint32_t n_drugs = c->drug != NULL ? c->drug->n : 0;
  city->slot = g_new(uint32_t, (gsize)n_drugs + 1);
  memset(city->slot, 0xff, ((gsize)n_drugs + 1) * sizeof *city->slot);
  for (uint32_t r = 0; r < n_rings; r++)
    for (uint32_t m = 0; m < ring[r].n_members; m++) {
      const RsMember *one = &ring[r].members[m];
      if (one->kind == RS_DRUG && *slot_of(city, one->id) == RS_NONE) *slot_of(city, one->id) = city->n_slots++;
    }
  g_autofree uint32_t *drug = g_new(uint32_t, (gsize)city->n_slots + 1);
  for (uint32_t d = 0; d < n_drugs; d++)
    if (*slot_of(city, d) != RS_NONE) drug[*slot_of(city, d)] = d;
  city->indication = rs_indication_new(c, drug, city->n_slots, n_threads);
}

static void doses_init(Doses *d, const City *city) { *d = (Doses){.last = g_new0(uint32_t, (gsize)city->n_slots + 1)}; }

static void doses_reserve(Doses *d, uint64_t n) {
  if (n <= d->room && d->hit != NULL) return; /* the latter tells gcc's analyzer */
  d->room = 2 * n + 1;
  d->dose = g_renew(Dose, d->dose, d->room);
  d->hit = g_renew(Hit, d->hit, d->room);
}

static void doses_clear(Doses *d) {
  g_free(d->dose);
  g_free(d->hit);
  g_free(d->last);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Doses, doses_clear)

/* What a person gets of each chosen drug in each period, as d->dose; returns how many. Visits come in order of time, so the last one of a slot is
 * that of the period at hand or an earlier one; sums of floats in the claims' own order. */
static uint32_t person_doses(const City *city, uint32_t person, Doses *d) {
  const RsClaims *c = city->scene->claims;
  const uint32_t begin = c->person_visit[person], end = c->person_visit[person + 1];
  const uint64_t stop = c->visit_line[end];
  uint32_t n = 0, n_hits = 0, v = begin;
  doses_reserve(d, stop - c->visit_line[begin]);
  const RsPacked drug = c->line_drug; /* 1 + its number, as slots are */
  for (uint64_t l = c->visit_line[begin]; l < stop; l++) { /* no branch: which line is one is anybody's guess */
    const uint32_t slot = city->slot[rs_packed_get(&drug, l)];
    d->hit[n_hits] = (Hit){l, slot};
    n_hits += slot != RS_NONE;
  }
  for (uint32_t i = 0; i < n_hits; i++) {
    const Hit *hit = &d->hit[i];
    const float quantity = rs_line_quantity(c, hit->line);
    const uint32_t last = d->last[hit->slot];
    while (hit->line >= c->visit_line[v + 1]) v++;
    const uint32_t period = (c->visit_time[v] / RS_DAY_SECONDS - c->first_day) / PERIOD_DAYS;
    if (!(quantity > 0.0f)) continue;
    if (last < n && d->dose[last].slot == hit->slot && d->dose[last].period == period) d->dose[last].quantity += quantity;
    else {
      d->last[hit->slot] = n;
      d->dose[n++] = (Dose){quantity, hit->slot, period}; /* NOLINT(clang-analyzer-core.NullDereference): reserved above */
    }
  }
  return n;
}

/* Persons are walked in parts; a thread counts for itself, and sums do not depend on who counted. */
enum { N_PARTS = 64 };

typedef struct {
  uint32_t *bin;     /* [RS_N_TYPES * CAP_BINS] */
  uint32_t *repeats; /* [n institutions] */
  Doses doses;
  GArray *paid;      /* of uint64_t: money of one person's lines before each */
  GArray *got;       /* of Got: a part's, before they are laid aside */
} Count;

typedef struct { uint32_t slot; float quantity; } Got;

typedef struct {
  City *city;
  Count *count; /* [n_threads] */
  Got *got[N_PARTS];   /* a long column each */
  uint64_t n_got[N_PARTS];
} Walk;

/* Lines are summed from one end to the other, a visit's total being the difference: how long each visit is is anybody's guess. */
static void count_visits(const City *city, Count *count, uint32_t person) {
  const RsClaims *c = city->scene->claims;
  const uint32_t begin = c->person_visit[person], end = c->person_visit[person + 1];
  const uint64_t first = c->visit_line[begin], stop = c->visit_line[end];
  g_array_set_size(count->paid, (guint)(stop - first) + 1);
  uint64_t *paid = (uint64_t *)(void *)count->paid->data, sum = 0;
  for (uint64_t l = first; l < stop; l++) {
    paid[l - first] = sum;
    sum += (uint64_t)rs_line_amount(c, l);
  }
  paid[stop - first] = sum;
  for (uint32_t v = begin; v < end; v++) {
    const unsigned type = c->institution_type[c->visit_institution[v]];
    const int64_t total = (int64_t)(paid[c->visit_line[v + 1] - first] - paid[c->visit_line[v] - first]);
    count->repeats[c->visit_institution[v]] += is_repeat(c, v, begin);
    if (total > 0 && (total - 1) / CAP_BIN < CAP_BINS) count->bin[(size_t)type * CAP_BINS + (size_t)((total - 1) / CAP_BIN)]++;
  }
}

/* Outside the limit where the temporary disk is full. */
static void *column_new(uint64_t n, size_t size) {
  void *column = rs_column_new(n, size);
  return column != NULL ? column : g_malloc_n(n + 1, size);
}

static void walk_part(size_t part, unsigned thread, void *data) {
  Walk *walk = data;
  const City *city = walk->city;
  const RsClaims *c = city->scene->claims;
  Count *count = &walk->count[thread];
  g_array_set_size(count->got, 0);
  uint32_t end = (uint32_t)((uint64_t)c->n_persons * (part + 1) / N_PARTS);
  for (uint32_t p = (uint32_t)((uint64_t)c->n_persons * part / N_PARTS); p < end; p++) {
    count_visits(city, count, p);
    if (city->n_slots == 0 || !(c->columns & RS_HAS_QUANTITY)) continue;
    uint32_t n = person_doses(city, p, &count->doses);
    guint at = count->got->len;
    g_array_set_size(count->got, at + n);
    for (uint32_t i = 0; i < n; i++) g_array_index(count->got, Got, at + i) = (Got){count->doses.dose[i].slot, count->doses.dose[i].quantity};
  }
  walk->n_got[part] = count->got->len;
  walk->got[part] = column_new(count->got->len, sizeof(Got));
  if (count->got->len > 0) memcpy(walk->got[part], count->got->data, count->got->len * sizeof(Got));
}

/* LSD radix sort: positive floats are in the order of their bits. */
static void sort_slot(size_t slot, unsigned thread, void *data) {
  enum { BITS = 11, RADIX = 1 << BITS };
  const City *city = data;
  (void)thread;
  uint64_t first = city->dose_offset[slot], n = city->dose_offset[slot + 1] - first;
  float *from = city->dose + first, *to = city->spare + first;
  for (unsigned shift = 0; shift < 32; shift += BITS) {
    uint64_t start[RADIX] = {0}, sum = 0;
    uint32_t bits;
    for (uint64_t i = 0; i < n; i++) start[(memcpy(&bits, &from[i], sizeof bits), bits) >> shift & (RADIX - 1)]++;
    for (unsigned d = 0; d < RADIX; d++) {
      uint64_t here = start[d];
      start[d] = sum;
      sum += here;
    }
    for (uint64_t i = 0; i < n; i++) to[start[(memcpy(&bits, &from[i], sizeof bits), bits) >> shift & (RADIX - 1)]++] = from[i];
    float *swap = from;
    from = to;
    to = swap;
  }
  memcpy(to, from, n * sizeof *to); /* three passes end in spare */
}

/* All parts' quantities by slot, each slot ascending. */
static void gather_doses(City *city, Walk *walk, unsigned n_threads) {
  city->dose_offset = g_new0(uint64_t, (gsize)city->n_slots + 2);
  uint64_t *end = city->dose_offset + 1;
  for (unsigned part = 0; part < N_PARTS; part++)
    for (uint64_t i = 0; i < walk->n_got[part]; i++) end[walk->got[part][i].slot + 1]++;
  for (uint32_t s = 0; s < city->n_slots; s++) end[s + 1] += end[s];
  city->dose = column_new(end[city->n_slots], sizeof *city->dose);
  for (unsigned part = 0; part < N_PARTS; part++) {
    for (uint64_t i = 0; i < walk->n_got[part]; i++) {
      const Got got = walk->got[part][i];
      city->dose[end[got.slot]++] = got.quantity; /* afterwards end[s] is the end of slot s */
    }
    rs_column_free(walk->got[part]);
  }
  city->spare = column_new(city->dose_offset[city->n_slots], sizeof *city->spare);
  rs_parallel(n_threads, city->n_slots, sort_slot, city);
  rs_column_free(city->spare);
}

static void find_caps(City *city, const uint32_t *bin) {
  for (unsigned t = 0; t < RS_N_TYPES; t++) {
    const uint32_t *of = bin + (size_t)t * CAP_BINS;
    city->cap[t] = rs_extra_cap(of, CAP_BINS);
    for (uint32_t i = 0; i < CAP_BINS; i++) {
      city->totals[t] += of[i];
      if (under((int64_t)(i + 1) * CAP_BIN, city->cap[t])) city->near_cap[t] += of[i];
    }
  }
}

static void walk_city(City *city, unsigned n_threads) {
  uint32_t n_institutions = city->scene->claims->institution->n;
  g_autofree Count *count = g_new(Count, n_threads);
  for (unsigned t = 0; t < n_threads; t++)
    count[t] = (Count){g_new0(uint32_t, (gsize)RS_N_TYPES * CAP_BINS), g_new0(uint32_t, (gsize)n_institutions + 1),
                       {0}, g_array_new(FALSE, FALSE, sizeof(uint64_t)), g_array_new(FALSE, FALSE, sizeof(Got))};
  for (unsigned t = 0; t < n_threads; t++) doses_init(&count[t].doses, city);
  Walk walk = {.city = city, .count = count};
  rs_parallel(n_threads, N_PARTS, walk_part, &walk);
  for (unsigned t = 1; t < n_threads; t++) {
    for (size_t i = 0; i < (size_t)RS_N_TYPES * CAP_BINS; i++) count[0].bin[i] += count[t].bin[i];
    for (uint32_t f = 0; f < n_institutions; f++) count[0].repeats[f] += count[t].repeats[f];
  }
  find_caps(city, count[0].bin);
  gather_doses(city, &walk, n_threads);
  city->repeats = g_steal_pointer(&count[0].repeats);
  for (unsigned t = 0; t < n_threads; t++) {
    g_free(count[t].bin);
    g_free(count[t].repeats);
    doses_clear(&count[t].doses);
    g_array_unref(count[t].paid);
    g_array_unref(count[t].got);
  }
}

static const uint32_t *hours_of(const City *city, unsigned thread, uint32_t institution) {
  uint32_t *minute = g_hash_table_lookup(city->hours[thread], GUINT_TO_POINTER(institution + 1));
  if (minute != NULL) return minute;
  const RsTimeline *t = city->scene->timeline;
  minute = g_new0(uint32_t, DAY_MINUTES);
  for (uint32_t i = t->offset[institution]; i < t->offset[institution + 1]; i++) minute[RS_KEY_TIME(t->key[i]) % RS_DAY_SECONDS / 60]++;
  g_hash_table_insert(city->hours[thread], GUINT_TO_POINTER(institution + 1), minute);
  return minute;
}

static void city_clear(City *city, unsigned n_threads) {
  g_free(city->slot);
  rs_indication_free(city->indication);
  rs_column_free(city->dose);
  g_free(city->dose_offset);
  g_free(city->repeats);
  for (unsigned t = 0; t < n_threads; t++) g_hash_table_unref(city->hours[t]);
  g_free(city->hours);
}

/* ---- one lead ---- */

typedef struct { uint32_t visit, person, institution; uint64_t first, end; /* evidence */ } Visit;

typedef struct {
  const City *city;
  unsigned thread;
  RsRing *ring;
  GArray *visit; /* of Visit, ascending */
  bool *hit;     /* [n_evidence] the lines of the signal at hand */
  int32_t points; /* given so far */
} Lead;

static void lead_visits(Lead *lead) {
  const RsClaims *c = lead->city->scene->claims;
  for (uint64_t e = 0; e < lead->ring->n_evidence; e++) {
    uint64_t line = lead->ring->evidence[e].line;
    Visit *last = lead->visit->len > 0 ? &g_array_index(lead->visit, Visit, lead->visit->len - 1) : NULL;
    if (last != NULL && line < c->visit_line[last->visit + 1]) {
      last->end = e + 1;
      continue;
    }
    uint32_t visit = rs_claims_line_visit(c, line);
    Visit one = {visit, rs_claims_visit_person(c, visit), c->visit_institution[visit], e, e + 1};
    g_array_append_val(lead->visit, one);
  }
}

static void hit_visit(Lead *lead, const Visit *visit) {
  for (uint64_t e = visit->first; e < visit->end; e++) lead->hit[e] = true;
}

static const RsFact *find_fact(const RsRing *ring, const char *code) {
  for (uint32_t i = 0; i < ring->n_facts; i++)
    if (strcmp(ring->facts[i].code, code) == 0) return &ring->facts[i];
  return NULL;
}

/* Where the fact belongs: for before counter, more points first, then by code. */
static uint32_t fact_place(const RsRing *ring, const RsFact *fact) {
  uint32_t at = 0;
  for (; at < ring->n_facts; at++) {
    const RsFact *other = &ring->facts[at];
    if (other->counter || other->points < fact->points || (other->points == fact->points && strcmp(other->code, fact->code) > 0)) break;
  }
  return at;
}

/* With its lines of lead->hit; points as far as they are left. */
static void put_fact(Lead *lead, RsFact fact) {
  RsRing *ring = lead->ring;
  fact.points = MIN(fact.points, RS_EXTRA_TOTAL - lead->points);
  lead->points += fact.points;
  uint32_t at = fact_place(ring, &fact), low = (UINT32_C(1) << at) - 1u;
  ring->facts = g_renew(RsFact, ring->facts, (gsize)ring->n_facts + 1);
  memmove(ring->facts + at + 1, ring->facts + at, (ring->n_facts - at) * sizeof *ring->facts);
  ring->facts[at] = fact;
  ring->n_facts++;
  ring->score += fact.points;
  for (uint64_t e = 0; e < ring->n_evidence; e++) {
    uint32_t bits = ring->evidence[e].facts;
    ring->evidence[e].facts = (bits & low) | (bits & ~low) << 1 | (uint32_t)lead->hit[e] << at;
  }
}

/* Prints the fact only where it is clearly unusual. said: a fact that says the same, or NULL. */
static void add_fact(Lead *lead, const char *code, double cases, double of, double expected, double extra, const char *said) {
  expected = round(expected * 1e6) / 1e6;
  if (cases < LEAST_CASES || cases < LEAST_RATIO * expected || lead->ring->n_facts >= 31) return;
  const RsFact *twin = said != NULL ? find_fact(lead->ring, said) : NULL;
  int32_t points = twin != NULL && twin->points > 0 ? 0 : cases >= HIGH_RATIO * expected ? RS_EXTRA_POINTS : RS_EXTRA_POINTS / 2;
  put_fact(lead, (RsFact){.code = code, .value = cases, .expected = expected, .p_value = NAN, .points = points, .argument = {of, extra, NAN, NAN}});
}

static void start(Lead *lead) { memset(lead->hit, 0, lead->ring->n_evidence * sizeof *lead->hit); }

/* Here and below, the lead's own visits and cases are left out of what is usual at the institution. */
static void card_repeats(Lead *lead) {
  const RsScene *scene = lead->city->scene;
  const RsClaims *c = scene->claims;
  uint32_t cases = 0;
  double expected = 0.0;
  g_autofree uint32_t *own = g_new0(uint32_t, (gsize)c->institution->n + 1), *all = g_new0(uint32_t, (gsize)c->institution->n + 1);
  start(lead);
  for (guint i = 0; i < lead->visit->len; i++) {
    const Visit *v = &g_array_index(lead->visit, Visit, i);
    all[v->institution]++;
    if (!is_repeat(c, v->visit, c->person_visit[v->person])) continue;
    own[v->institution]++;
    cases++;
    hit_visit(lead, v);
  }
  for (uint32_t f = 0; f < c->institution->n; f++) {
    if (all[f] == 0) continue;
    uint32_t visits = scene->timeline->offset[f + 1] - scene->timeline->offset[f];
    expected += all[f] * ((double)(lead->city->repeats[f] - own[f]) + 0.5) / ((double)(visits - all[f]) + 1.0);
  }
  add_fact(lead, "card_repeats", cases, lead->visit->len, expected, NAN, NULL);
}

/* The minutes that hold the central part of the outlet's other visits; false: too few of them. */
static bool central_hours(Lead *lead, uint32_t institution, uint32_t *first, uint32_t *last, double *outside) {
  const RsClaims *c = lead->city->scene->claims;
  uint32_t minute[DAY_MINUTES], n = 0, at = 0;
  memcpy(minute, hours_of(lead->city, lead->thread, institution), sizeof minute);
  for (guint i = 0; i < lead->visit->len; i++) {
    const Visit *v = &g_array_index(lead->visit, Visit, i);
    if (v->institution == institution) minute[c->visit_time[v->visit] % RS_DAY_SECONDS / 60]--;
  }
  minute[0] = 0; /* midnight is what a date alone looks like */
  for (uint32_t m = 0; m < DAY_MINUTES; m++) n += minute[m];
  if (n < LEAST_OTHERS) return false;
  *first = DAY_MINUTES;
  for (uint32_t m = 0; m < DAY_MINUTES; m++) {
    if ((double)at <= TAIL * n && (double)(at + minute[m]) > TAIL * n) *first = m;
    if ((double)at < (1.0 - TAIL) * n) *last = m;
    at += minute[m];
  }
  uint32_t inside = 0;
  for (uint32_t m = *first; m <= *last; m++) inside += minute[m];
  *outside = (double)(n - inside) / (double)n;
  return true;
}

static void odd_hours(Lead *lead) {
  const RsClaims *c = lead->city->scene->claims;
  if ((c->columns & RS_HAS_CLOCK) == 0) return;
  uint32_t cases = 0, of = 0;
  double expected = 0.0;
  g_autoptr(GHashTable) seen = g_hash_table_new(NULL, NULL);
  start(lead);
  for (guint i = 0; i < lead->visit->len; i++) {
    uint32_t institution = g_array_index(lead->visit, Visit, i).institution, first, last;
    double outside;
    if (!g_hash_table_add(seen, GUINT_TO_POINTER(institution + 1))) continue;
    if (!central_hours(lead, institution, &first, &last, &outside)) continue;
    for (guint k = i; k < lead->visit->len; k++) {
      const Visit *v = &g_array_index(lead->visit, Visit, k);
      if (v->institution != institution || !has_clock(c, v->visit)) continue;
      uint32_t minute = c->visit_time[v->visit] % RS_DAY_SECONDS / 60;
      expected += outside;
      of++;
      if (minute >= first && minute <= last) continue;
      cases++;
      hit_visit(lead, v);
    }
  }
  add_fact(lead, "odd_hours", cases, of, expected, NAN, "hours");
}

static void under_cap(Lead *lead) {
  const RsClaims *c = lead->city->scene->claims;
  uint32_t of[RS_N_TYPES] = {0}, cases[RS_N_TYPES] = {0}, all = 0, hits = 0;
  double expected = 0.0;
  int64_t cap = 0;
  start(lead);
  for (guint i = 0; i < lead->visit->len; i++) {
    const Visit *v = &g_array_index(lead->visit, Visit, i);
    unsigned type = c->institution_type[v->institution];
    if (lead->city->cap[type] == 0) continue;
    of[type]++;
    if (!under(visit_total(c, v->visit), lead->city->cap[type])) continue;
    cases[type]++;
    hit_visit(lead, v);
  }
  for (unsigned t = 0, most = 0; t < RS_N_TYPES; t++) {
    if (of[t] == 0) continue;
    double others = (double)(lead->city->totals[t] > of[t] ? lead->city->totals[t] - of[t] : 1);
    double near = (double)(lead->city->near_cap[t] > cases[t] ? lead->city->near_cap[t] - cases[t] : 0);
    expected += of[t] * near / others;
    all += of[t];
    hits += cases[t];
    if (cases[t] > most) most = cases[t], cap = lead->city->cap[t];
  }
  add_fact(lead, "under_cap", hits, all, expected, (double)cap / 100.0, NULL);
}

/* Diagnoses have no part in finding any lead, so this is one pre-declared test a lead, and its chance may be told. */
static void no_diagnosis(Lead *lead) {
  RsRing *ring = lead->ring;
  if (lead->city->indication == NULL || ring->n_facts >= 31 || ring->n_evidence == 0) return;
  g_autofree uint64_t *line = g_new(uint64_t, ring->n_evidence);
  for (uint64_t e = 0; e < ring->n_evidence; e++) line[e] = ring->evidence[e].line;
  start(lead);
  RsIndicationTest test = rs_indication_test(lead->city->indication, lead->city->scene->claims, line, ring->n_evidence, lead->hit);
  double log_p = round(test.log_p * 1e6) / 1e6;
  if (test.n_unfit < LEAST_UNFIT || test.n_unfit < LEAST_RATIO * test.expected || log_p > UNFIT_BAR) return;
  put_fact(lead, (RsFact){.code = "no_diagnosis", .value = test.n_unfit, .expected = round(test.expected * 1e6) / 1e6, .p_value = exp(log_p),
                          .points = log_p <= UNFIT_STRONG ? RS_EXTRA_POINTS : RS_EXTRA_POINTS / 2, .argument = {test.n_persons, NAN, NAN, NAN}});
}

static inline bool own_before(const Dose *a, const Dose *b) { return a->slot != b->slot ? a->slot < b->slot : a->quantity > b->quantity; }
RS_SORT_BY(sort_own, Dose, own_before)

/* What the lead's own people get, by drug, the most first. */
static GArray *own_doses(const Lead *lead) {
  GArray *own = g_array_new(FALSE, FALSE, sizeof(Dose));
  g_auto(Doses) doses;
  uint32_t person = RS_NONE;
  doses_init(&doses, lead->city);
  for (guint i = 0; i < lead->visit->len; i++) {
    const Visit *v = &g_array_index(lead->visit, Visit, i);
    if (v->person == person) continue;
    person = v->person;
    uint32_t n = person_doses(lead->city, person, &doses);
    if (n > 0) g_array_append_vals(own, doses.dose, n);
  }
  sort_own((Dose *)(void *)own->data, own->len);
  return own;
}

/* The quantity that 99 % of the others who get the drug stay under, or INFINITY: too few of them. */
static double usual_most(const City *city, const GArray *own, uint32_t slot) {
  const float *all = city->dose + city->dose_offset[slot];
  uint64_t n_all = city->dose_offset[slot + 1] - city->dose_offset[slot];
  guint first = 0, end;
  while (first < own->len && g_array_index(own, Dose, first).slot < slot) first++;
  for (end = first; end < own->len && g_array_index(own, Dose, end).slot == slot;) end++;
  uint64_t others = n_all - (end - first), above = (uint64_t)(TAIL * (double)others);
  if (others < LEAST_OTHERS) return INFINITY;
  for (uint64_t i = n_all; i > 0; i--) {
    float quantity = all[i - 1];
    if (first < end && !(g_array_index(own, Dose, first).quantity < quantity)) first++;
    else if (above-- == 0) return (double)quantity;
  }
  return INFINITY;
}

static inline bool dose_before(const Dose *a, const Dose *b) { return a->slot != b->slot ? a->slot < b->slot : a->period < b->period; }
RS_SORT_BY(sort_doses, Dose, dose_before)

static int compare_doses(const void *x, const void *y) { return dose_before(x, y) ? -1 : dose_before(y, x); }

/* Lines [first, end) of the evidence of one person. */
static void person_supply(Lead *lead, Doses *doses, const double *most, uint32_t person, uint64_t first, uint64_t end, uint32_t *cases, uint32_t *of) {
  const City *city = lead->city;
  const RsClaims *c = city->scene->claims;
  g_autoptr(GHashTable) seen = g_hash_table_new(NULL, NULL);
  uint32_t n = person_doses(city, person, doses), visit = c->person_visit[person];
  sort_doses(doses->dose, n);
  for (uint64_t e = first; e < end; e++) {
    uint64_t line = lead->ring->evidence[e].line;
    const uint32_t slot = *slot_of(city, rs_line_drug(c, line));
    if (slot == RS_NONE || isinf(most[slot])) continue;
    visit = rs_claims_line_visit_near(c, line, visit);
    Dose want = {0.0f, slot, (c->visit_time[visit] / RS_DAY_SECONDS - c->first_day) / PERIOD_DAYS};
    const Dose *got = n > 0 ? bsearch(&want, doses->dose, n, sizeof want, compare_doses) : NULL;
    if (got == NULL) continue;
    bool above = (double)got->quantity > most[want.slot];
    lead->hit[e] = above;
    if (!g_hash_table_add(seen, (gpointer)got)) continue;
    ++*of;
    *cases += above;
  }
}

static void oversupply(Lead *lead) {
  const City *city = lead->city;
  const RsRing *ring = lead->ring;
  uint32_t cases = 0, of = 0;
  g_autoptr(GArray) own = own_doses(lead);
  g_auto(Doses) doses;
  doses_init(&doses, city);
  g_autofree double *most = g_new(double, (gsize)city->n_slots + 1);
  for (uint32_t s = 0; s < city->n_slots; s++) most[s] = INFINITY;
  for (uint32_t m = 0; m < ring->n_members; m++) {
    const RsMember *one = &ring->members[m];
    if (one->kind == RS_DRUG) most[*slot_of(city, one->id)] = usual_most(city, own, *slot_of(city, one->id));
  }
  start(lead);
  for (guint i = 0, k; i < lead->visit->len; i = k) {
    const Visit *v = &g_array_index(lead->visit, Visit, i);
    for (k = i; k < lead->visit->len && g_array_index(lead->visit, Visit, k).person == v->person;) k++;
    person_supply(lead, &doses, most, v->person, v->first, g_array_index(lead->visit, Visit, k - 1).end, &cases, &of);
  }
  add_fact(lead, "oversupply", cases, of, TAIL * of, NAN, "dose");
}

typedef struct { City *city; RsRing *ring; } Add;

static void add_to_ring(size_t i, unsigned thread, void *data) {
  const Add *add = data;
  RsRing *ring = &add->ring[i];
  Lead lead = {add->city, thread, ring, g_array_new(FALSE, FALSE, sizeof(Visit)), g_new0(bool, ring->n_evidence + 1), 0};
  lead_visits(&lead);
  card_repeats(&lead);
  odd_hours(&lead);
  under_cap(&lead);
  no_diagnosis(&lead);
  oversupply(&lead);
  g_array_unref(lead.visit);
  g_free(lead.hit);
}

void rs_extra_facts_add(const RsScene *scene, RsRing *ring, uint32_t n_rings, unsigned n_threads) {
  if (n_rings == 0) return;
  n_threads = CLAMP(n_threads, 1u, 64u);
  City city = {.scene = scene, .hours = g_new(GHashTable *, n_threads)};
  for (unsigned t = 0; t < n_threads; t++) city.hours[t] = g_hash_table_new_full(NULL, NULL, NULL, g_free);
  choose_drugs(&city, ring, n_rings, n_threads);
  walk_city(&city, n_threads);
  Add add = {&city, ring};
  rs_parallel(n_threads, n_rings, add_to_ring, &add);
  city_clear(&city, n_threads);
}
