/* The statistics of a group that was found: see group.h. Each is a number per group that does not grow with the number of lines, so
 * that it can be compared over all groups that move together. */
#include "rings/group.h"

#include "base/calendar.h"
#include "base/sort.h"
#include "base/sort_by.h"
#include "mining/significance.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define LN10 2.302585092994046

enum { MAX_PAIR_MEMBERS = 60, WANTED = 4096 };

typedef RsGroupItem Item;
typedef struct { uint32_t member, institution, days; } Stay;

typedef struct {
  const RsScene *scene;
  RsGroup *group;
  GArray *items; /* of Item, by (drug, member, attendance), distinct */
  uint32_t own_visits[RS_N_TYPES], n_own;
  uint32_t *doctor;         /* [n_attendances] or RS_NONE */
  GArray *others;           /* of OtherItem, by (drug, burst): what others bought there on the day */
  uint32_t *n_others;       /* [n_bursts] their visits */
  uint32_t *in_burst;       /* [n_bursts] zero between drugs */
  uint32_t *n_visits;       /* [n] burst visits of each member */
  double *chance, *mean, *habit, *scratch; /* [n], [n], [n], [n + 1] */
} Measure;

static inline bool item_before(const Item *a, const Item *b) { return a->drug != b->drug ? a->drug < b->drug : a->member < b->member; }
RS_SORT_BY(sort_items, Item, item_before)

GArray *rs_group_items(const RsClaims *c, const RsGroup *group) {
  GArray *items = g_array_new(FALSE, FALSE, sizeof(Item));
  uint64_t n_lines = 0;
  guint n = 0, kept = 0;
  for (uint32_t i = 0; i < group->n_attendances; i++) {
    const uint32_t visit = group->attendance[i].visit;
    __builtin_prefetch(rs_packed_at(&c->line_drug, c->visit_line[visit]));
    n_lines += c->visit_line[visit + 1] - c->visit_line[visit];
  }
  g_array_set_size(items, (guint)n_lines);
  Item *item = (Item *)(void *)items->data;
  for (uint32_t i = 0; i < group->n_attendances; i++) {
    const RsAttendance *a = &group->attendance[i];
    for (uint64_t l = c->visit_line[a->visit]; l < c->visit_line[a->visit + 1]; l++) {
      item[n] = (Item){rs_line_drug(c, l), a->member, i};
      n += item[n].drug != RS_NONE;
    }
  }
  sort_items(item, n); /* attendances ascend already */
  for (guint i = 0; i < n; i++)
    if (i == 0 || item_before(&item[kept - 1], &item[i]) || item[kept - 1].attendance != item[i].attendance) item[kept++] = item[i];
  g_array_set_size(items, kept);
  return items;
}

static double relation_visits(const RsRelation *r, uint32_t from, uint32_t to) {
  uint64_t row = rs_relation_find(r, from, to);
  return row == UINT64_MAX ? 0.0 : (double)r->visits[row];
}

/* Burst visits of the group with the drug, in all and by what they share with one attendance. */
typedef struct { const Item *item; uint32_t n; uint32_t drug; uint32_t by_type[RS_N_TYPES]; } DrugRun;

static double city_share(const Measure *m, const DrugRun *run, uint32_t visit) {
  const RsScene *s = m->scene;
  const RsBasket *b = s->basket;
  unsigned type = s->claims->institution_type[s->claims->visit_institution[visit]];
  uint32_t month = rs_basket_month(b, s->claims, s->claims->visit_time[visit]);
  double with = (double)b->by_type[(size_t)run->drug * RS_N_TYPES + type] - run->by_type[type];
  double all = (double)b->visits[type] - m->own_visits[type];
  double share = (fmax(with, 0.0) + 0.5) / (fmax(all, 0.0) + 1.0);
  double in_month = (double)b->by_month[(size_t)run->drug * b->n_months + month] - run->n;
  double month_all = (double)b->month_visits[month] - m->n_own;
  /* a season lifts the share of its month; 200 visits of the year's share steady thin months */
  return fmax(share, (fmax(in_month, 0.0) + 200.0 * share) / (fmax(month_all, 0.0) + 200.0));
}

/* What the others of the day bought at each burst's institution: a promotion or an outbreak explains what everybody buys. At most
 * MAX_OTHERS visits around the burst are looked at. */
typedef struct { uint32_t drug, burst, n; } OtherItem;

static inline bool other_before(const OtherItem *a, const OtherItem *b) { return a->drug != b->drug ? a->drug < b->drug : a->burst < b->burst; }
RS_SORT_BY(sort_others, OtherItem, other_before)

static int compare_other(const void *x, const void *y) { return other_before(x, y) ? -1 : other_before(y, x); }

static void others_of_burst(Measure *m, uint32_t burst, const uint8_t *wanted) {
  enum { MAX_OTHERS = 300 };
  const RsClaims *c = m->scene->claims;
  const RsTimeline *t = m->scene->timeline;
  const RsGroupBurst *at = &m->group->burst[burst];
  const RsDayVisits day = rs_timeline_day(t, at->institution, at->first_time);
  uint32_t begin = day.begin, end = day.end;
  if (end - begin > MAX_OTHERS) {
    const uint32_t middle = rs_timeline_seek(t, at->institution, at->first_time);
    begin = middle - begin > MAX_OTHERS / 2 ? middle - MAX_OTHERS / 2 : begin;
    end = end - begin > MAX_OTHERS ? begin + MAX_OTHERS : end;
  }
  for (uint32_t i = begin; i < end; i++) __builtin_prefetch(&c->visit_line[t->visit[i]]);
  for (uint32_t i = begin; i < end; i++) __builtin_prefetch(rs_packed_at(&c->line_drug, c->visit_line[t->visit[i]]));
  for (uint32_t i = begin; i < end; i++) {
    if (rs_sorted_has(m->group->person, m->group->n, RS_KEY_PERSON(t->key[i]))) continue;
    const uint32_t v = t->visit[i];
    m->n_others[burst]++;
    for (uint64_t l = c->visit_line[v]; l < c->visit_line[v + 1]; l++) {
      OtherItem item = {rs_line_drug(c, l), burst, 1};
      if (item.drug != RS_NONE && wanted[item.drug % WANTED]) g_array_append_val(m->others, item);
    }
  }
}

/* The burst visits [i, end) with one drug. */
static DrugRun drug_run(const Measure *m, guint i) {
  const Item *item = (const Item *)(const void *)m->items->data;
  guint end = i + 1;
  while (end < m->items->len && item[end].drug == item[i].drug) end++;
  return (DrugRun){.item = item + i, .n = end - i, .drug = item[i].drug};
}

/* Whether enough members share the drug, and at bursts enough: once is a common cold. A ward's beds and fees are shared by all its patients. */
static bool recurs(Measure *m, const DrugRun *run, RsGroupDrug *out) {
  const RsGroup *g = m->group;
  *out = (RsGroupDrug){.drug = run->drug};
  for (uint32_t i = 0; i < run->n; i++) out->n_members += i == 0 || run->item[i].member != run->item[i - 1].member;
  if (out->n_members < MIN(3u, g->n) || !rs_basket_is_goods(m->scene->basket, run->drug)) return false;
  for (uint32_t i = 0; i < run->n; i++) out->n_bursts += ++m->in_burst[g->attendance[run->item[i].attendance].burst] == 2;
  for (uint32_t i = 0; i < run->n; i++) m->in_burst[g->attendance[run->item[i].attendance].burst] = 0;
  return !g->gathered || out->n_bursts >= 2;
}

/* Only for drugs that recur; `wanted` is a small table by drug number modulo its size. */
static void collect_others(Measure *m) {
  g_autofree uint8_t *wanted = g_malloc0(WANTED);
  bool any = false;
  for (guint i = 0; i < m->items->len;) {
    const DrugRun run = drug_run(m, i);
    RsGroupDrug drug;
    i += run.n;
    if (!recurs(m, &run, &drug)) continue;
    wanted[run.drug % WANTED] = 1;
    any = true;
  }
  for (uint32_t b = 0; any && b < m->group->n_bursts; b++) others_of_burst(m, b, wanted);
  sort_others((OtherItem *)(void *)m->others->data, m->others->len);
  guint n = 0;
  for (guint i = 0; i < m->others->len; i++) {
    OtherItem *at = &g_array_index(m->others, OtherItem, i);
    if (n > 0 && compare_other(&g_array_index(m->others, OtherItem, n - 1), at) == 0) g_array_index(m->others, OtherItem, n - 1).n++;
    else g_array_index(m->others, OtherItem, n++) = *at;
  }
  g_array_set_size(m->others, n);
}

static double others_with(const Measure *m, uint32_t drug, uint32_t burst) {
  OtherItem key = {drug, burst, 0};
  if (m->others->len == 0) return 0.0;
  const OtherItem *found = bsearch(&key, m->others->data, m->others->len, sizeof key, compare_other);
  return found != NULL ? (double)found->n : 0.0;
}

/* Share of the person's visits that hold the drug, but for `own` of the group's bursts. */
static double habit_of(const RsScene *s, uint32_t person, uint32_t drug, uint32_t own) {
  double habit = relation_visits(&s->knowledge->relation[RS_BOUGHT], person, drug) - own;
  double life = (double)(s->claims->person_visit[person + 1] - s->claims->person_visit[person]);
  return fmax(habit, 0.0) / (life + 1.0);
}

/* The most favourable ordinary chance that this visit holds the drug: city and season, this institution's range (here: visits with the drug), this
 * doctor's hand, this person's own habit; the group's bursts are left out of each. */
static double ordinary_chance(const Measure *m, const DrugRun *run, uint32_t attendance, double here, double habit, uint32_t own_hand) {
  const RsScene *s = m->scene;
  const RsAttendance *a = &m->group->attendance[attendance];
  uint32_t f = s->claims->visit_institution[a->visit];
  double best = city_share(m, run, a->visit), city = best;
  double visits = (double)(s->timeline->offset[f + 1] - s->timeline->offset[f]);
  best = fmax(best, (fmax(here, 0.0) + 20.0 * city) / (visits + 20.0));
  best = fmax(best, (others_with(m, run->drug, a->burst) + 2.0 * city) / ((double)m->n_others[a->burst] + 2.0));
  best = fmax(best, habit);
  uint32_t doctor = m->doctor[attendance];
  if (doctor != RS_NONE) {
    double hand = relation_visits(&s->knowledge->relation[RS_PRESCRIBED], doctor, run->drug) - own_hand;
    best = fmax(best, (fmax(hand, 0.0) + 20.0 * city) / ((double)s->doctor_visits[doctor] + 20.0));
  }
  return fmin(best, 0.95);
}

static uint32_t own_at(const Measure *m, const DrugRun *run, uint32_t institution) {
  uint32_t n = 0;
  for (uint32_t i = 0; i < run->n; i++)
    n += m->scene->claims->visit_institution[m->group->attendance[run->item[i].attendance].visit] == institution;
  return n;
}

static uint32_t own_hand(const Measure *m, const DrugRun *run, uint32_t doctor) {
  uint32_t n = 0;
  for (uint32_t i = 0; i < run->n; i++) n += m->doctor[run->item[i].attendance] == doctor;
  return n;
}

/* log P(at least x of k) where each trial succeeds with a chance drawn once from a Beta of the mean and weight 1: a person who takes a drug
 * tends to take it each time, so repeats count, but far less than new persons. */
static double steady_chance(uint32_t x, uint32_t k, double mean) {
  double tail = 0.0, p = 1.0, a = fmax(mean, 1e-9), b = fmax(1.0 - mean, 1e-9);
  for (uint32_t j = 0; j < k; j++) p *= (b + j) / (1.0 + j); /* none of k */
  for (uint32_t j = 0; j <= k; j++) {
    if (j >= x) tail += p;
    p *= (double)(k - j) / (j + 1.0) * (a + j) / (b + (double)(k - j) - 1.0);
  }
  return fmin(1.0, tail);
}

/* The same drug at half or more of a member's visits, and at least twice: log tail of the number of such members. */
static double steady_tail(Measure *m, const uint32_t *with, RsGroupDrug *out) {
  RsGroup *g = m->group;
  for (uint32_t i = 0; i < g->n; i++) {
    uint32_t k = m->n_visits[i], need = MAX(2u, (k + 1) / 2);
    out->n_often += with[i] >= need;
    m->chance[i] = k >= need ? steady_chance(need, k, m->mean[i] / k) : 0.0;
    out->expected_often += m->chance[i];
  }
  return rs_tail_poisson_binomial(out->n_often, m->chance, g->n, m->scratch);
}

/* Decades by which the drug recurs over members beyond its best ordinary explanation, less the number of drugs looked through. */
static bool measure_drug(Measure *m, DrugRun *run, uint32_t n_drugs, RsGroupDrug *out) {
  RsGroup *g = m->group;
  if (!recurs(m, run, out)) return false;
  g_autofree uint32_t *with = g_new0(uint32_t, g->n);
  for (uint32_t i = 0; i < run->n; i++) {
    with[run->item[i].member]++;
    run->by_type[m->scene->claims->institution_type[m->scene->claims->visit_institution[g->attendance[run->item[i].attendance].visit]]]++;
  }
  uint32_t at = RS_NONE, hand = 0, by = RS_NONE;
  double here = 0.0;
  for (uint32_t i = 0; i < g->n; i++) {
    m->chance[i] = m->mean[i] = 0.0;
    m->habit[i] = habit_of(m->scene, g->person[i], run->drug, with[i]);
  }
  for (uint32_t i = 0; i < g->n_attendances; i++) {
    const RsAttendance *a = &g->attendance[i];
    uint32_t f = g->burst[a->burst].institution;
    if (f != at) here = relation_visits(&m->scene->knowledge->relation[RS_DISPENSED], f, run->drug) - own_at(m, run, at = f);
    if (m->doctor[i] != by) hand = own_hand(m, run, by = m->doctor[i]);
    double p = ordinary_chance(m, run, i, here, m->habit[a->member], hand);
    m->chance[a->member] += (1.0 - m->chance[a->member]) * p;
    m->mean[a->member] += p;
  }
  for (uint32_t i = 0; i < g->n; i++) out->expected += m->chance[i];
  double once = rs_tail_poisson_binomial(out->n_members, m->chance, g->n, m->scratch), often = steady_tail(m, with, out);
  out->is_often = often < once;
  out->decades = fmin(60.0, -fmin(once, often) / LN10) - log10(2.0 * (double)n_drugs);
  return out->decades > 0.0;
}

static int compare_drugs(const void *x, const void *y) {
  const RsGroupDrug *a = x, *b = y;
  if (a->decades != b->decades) return a->decades > b->decades ? -1 : 1;
  return (a->drug > b->drug) - (a->drug < b->drug);
}

static void measure_drugs(Measure *m) {
  RsGroup *g = m->group;
  g->stat[RS_STAT_DRUGS] = m->items->len > 0 ? 0.0 : NAN;
  const Item *item = (const Item *)(const void *)m->items->data;
  uint32_t n_drugs = 0;
  for (guint i = 0; i < m->items->len; i++) n_drugs += i == 0 || item[i].drug != item[i - 1].drug;
  GArray *found = g_array_new(FALSE, FALSE, sizeof(RsGroupDrug));
  for (guint i = 0; i < m->items->len;) {
    DrugRun run = drug_run(m, i);
    RsGroupDrug drug;
    i += run.n;
    if (!measure_drug(m, &run, n_drugs, &drug)) continue;
    drug.decades = round(drug.decades * 1e6) / 1e6;
    g_array_append_val(found, drug);
    g->stat[RS_STAT_DRUGS] += drug.decades;
  }
  if (found->len > 0) qsort(found->data, found->len, sizeof(RsGroupDrug), compare_drugs);
  g->n_drugs = found->len;
  g->drug = (RsGroupDrug *)(void *)g_array_free(found, FALSE);
}

/* Mean of log2(quantity) against the same drugs' lines elsewhere. One vote a member and drug: refills are not independent. */
static void measure_dose(Measure *m) {
  const RsBasket *b = m->scene->basket;
  const RsClaims *c = m->scene->claims;
  const Item *item = (const Item *)(const void *)m->items->data;
  double sum = 0.0, variance = 0.0, votes = 0.0;
  for (guint i = 0, end; i < m->items->len; i = end) {
    uint32_t drug = item[i].drug;
    double own = 0.0, lines = 0.0;
    for (end = i; end < m->items->len && item[end].drug == drug && item[end].member == item[i].member; end++) {
      uint32_t v = m->group->attendance[item[end].attendance].visit;
      for (uint64_t l = c->visit_line[v]; l < c->visit_line[v + 1]; l++)
        if (rs_line_drug(c, l) == drug && rs_line_quantity(c, l) > 0.0f) {
          own += (double)rs_basket_log((double)rs_line_quantity(c, l));
          lines += 1.0;
        }
    }
    double n = (double)b->quantity_lines[drug];
    if (lines == 0.0 || n < lines + 10.0) continue;
    double mean = ((double)b->quantity_log[drug] - own) / (n - lines);
    double spread = (double)b->quantity_log2[drug] / n - ((double)b->quantity_log[drug] / n) * ((double)b->quantity_log[drug] / n);
    sum += own / lines - mean;
    variance += fmax(spread, 128.0 * 128.0); /* at least an eighth of a doubling */
    votes += 1.0;
  }
  m->group->dose_ratio = votes > 0.0 ? exp2(sum / votes / 1024.0) : NAN;
  m->group->stat[RS_STAT_DOSE] = votes >= 3.0 ? sum / sqrt(variance) : NAN;
}

/* Money of a burst visit against the visits of the same kind of institution; one vote a member. */
static void measure_amount(Measure *m) {
  const RsBasket *b = m->scene->basket;
  const RsClaims *c = m->scene->claims;
  RsGroup *g = m->group;
  g_autofree double *own = g_new0(double, g->n), *spread = g_new0(double, g->n), *count = g_new0(double, g->n);
  for (uint32_t i = 0; i < g->n_attendances; i++) {
    const RsAttendance *a = &g->attendance[i];
    unsigned type = c->institution_type[c->visit_institution[a->visit]];
    int64_t amount = 0;
    for (uint64_t l = c->visit_line[a->visit]; l < c->visit_line[a->visit + 1]; l++) amount += rs_line_amount(c, l);
    double n = (double)b->amount_visits[type];
    if (amount <= 0 || n < 50.0) continue;
    double mean = (double)b->amount_log[type] / n;
    own[a->member] += (double)rs_basket_log((double)amount) - mean;
    spread[a->member] = fmax((double)b->amount_log2[type] / n - mean * mean, 128.0 * 128.0);
    count[a->member] += 1.0;
  }
  double sum = 0.0, variance = 0.0, votes = 0.0;
  for (uint32_t i = 0; i < g->n; i++) {
    if (count[i] == 0.0) continue;
    sum += own[i] / count[i];
    variance += spread[i];
    votes += 1.0;
  }
  g->amount_ratio = votes > 0.0 ? exp2(sum / votes / 1024.0) : NAN;
  g->stat[RS_STAT_AMOUNT] = votes >= 2.0 ? sum / sqrt(variance) : NAN;
}

static void measure_rotation(Measure *m) {
  RsGroup *g = m->group;
  double entropy = 0.0;
  uint32_t most = 0;
  for (uint32_t i = 0, end; i < g->n_bursts; i = end) { /* bursts are by institution */
    for (end = i; end < g->n_bursts && g->burst[end].institution == g->burst[i].institution;) end++;
    double share = (double)(end - i) / (double)g->n_bursts;
    entropy -= share * log(share);
    if (end - i > most) most = end - i;
    g->n_outlets++;
  }
  g->top_outlet = (double)most / (double)g->n_bursts;
  g->stat[RS_STAT_ROTATION] = exp(entropy);
  uint32_t members = 0;
  for (uint32_t i = 0; i < g->n_bursts; i++) members += g->burst[i].n_members;
  g->stat[RS_STAT_TURNOUT] = (double)members / (double)g->n_bursts;
}

/* A gap is monthly when it is 26 to 33 days or a multiple of four weeks; weekly, a multiple of 7. */
RsRhythm rs_group_rhythm(const RsGroup *g, uint32_t institution, uint32_t least) {
  RsRhythm out = {0};
  g_autofree uint32_t *day = g_new(uint32_t, g->n_bursts);
  uint32_t weekday[7] = {0}, monthly = 0, weekly = 0, gaps = 0, n = 0;
  double sum = 0.0, sum2 = 0.0;
  for (uint32_t i = 0; i < g->n_bursts; i++) {
    if ((institution != RS_NONE && g->burst[i].institution != institution) || g->burst[i].n_members < least) continue;
    day[n] = g->burst[i].first_time / RS_DAY_SECONDS;
    weekday[rs_day_weekday((uint16_t)day[n++])]++;
    double minute = (double)(g->burst[i].first_time % RS_DAY_SECONDS) / 60.0;
    sum += minute;
    sum2 += minute * minute;
  }
  if (n == 0) return out;
  out.clock_sd = sqrt(fmax(0.0, sum2 / n - sum / n * (sum / n)));
  rs_sort_u32(day, n);
  out.n_days = 1;
  for (uint32_t i = 1; i < n; i++) {
    uint32_t gap = day[i] - day[i - 1];
    if (gap == 0) continue;
    out.n_days++;
    gaps++;
    monthly += (gap >= 26 && gap <= 33) || (gap >= 56 && gap % 28 == 0);
    weekly += gap % 7 == 0;
  }
  out.monthly = gaps > 0 ? (double)monthly / gaps : 0.0;
  out.weekly = gaps > 0 ? (double)weekly / gaps : 0.0;
  rs_sort_u32(weekday, 7);
  out.weekday3 = (double)(weekday[6] + weekday[5] + weekday[4]) / n;
  return out;
}

/* Occasions keep their hour; a data set without clocks has one hour only. */
#define SAME_HOUR 90.0 /* minutes */

bool rs_rhythm_monthly(const RsRhythm *r) { return r->n_days >= 3 && r->monthly >= 0.6 && r->clock_sd <= SAME_HOUR; }

bool rs_rhythm_weekly(const RsRhythm *r) {
  return r->clock_sd <= SAME_HOUR && ((r->n_days >= 3 && r->weekly >= 0.75) || (r->n_days >= 8 && r->weekday3 >= 0.9));
}

/* Share of the visits at hours no busier than those of a bin. In four sums, or each addition would wait for the one before. */
static double quieter(const RsLoad *load, uint32_t institution, uint32_t bin) {
  const float *clock = load->clock[institution]; /* >= 0 */
  const double *share = load->half_hour[institution];
  double lower[4] = {0.0, 0.0, 0.0, 0.0};
  for (uint32_t b = 0; b < RS_CLOCK_BINS; b += 4)
    for (unsigned k = 0; k < 4; k++) lower[k] += share[b + k] <= share[bin] ? (double)clock[b + k] : 0.0;
  return (lower[0] + lower[1]) + (lower[2] + lower[3]);
}

static void measure_hours(Measure *m) {
  const RsLoad *load = m->scene->load;
  RsGroup *g = m->group;
  double sum = 0.0;
  uint32_t quiet = 0;
  for (uint32_t i = 0; i < g->n_bursts; i++) {
    const double lower = quieter(load, g->burst[i].institution, g->burst[i].first_time % RS_DAY_SECONDS / (60 * RS_CLOCK_MINUTES));
    sum -= log10(fmax(lower, 1e-3));
    quiet += lower <= 0.1;
  }
  g->stat[RS_STAT_HOURS] = load->has_clock ? sum / (double)g->n_bursts : NAN;
  g->quiet_share = (double)quiet / (double)g->n_bursts;
}

static inline bool stay_before(const Stay *a, const Stay *b) {
  return a->institution != b->institution ? a->institution < b->institution : a->member < b->member;
}
RS_SORT_BY(sort_stays, Stay, stay_before)

static int compare_stays(const void *x, const void *y) { return stay_before(x, y) ? -1 : stay_before(y, x); }

/* Days of each member at each institution on which members did not come together. */
static GArray *other_stays(const Measure *m, double *total) {
  const RsRelation *r = &m->scene->knowledge->relation[RS_FILLED_AT];
  const RsGroup *g = m->group;
  GArray *stays = g_array_new(FALSE, FALSE, sizeof(Stay));
  g_autoptr(GArray) together = rs_group_days_together(m->scene, g);
  for (uint32_t i = 0; i < g->n; i++)
    for (uint64_t k = r->offset[g->person[i]]; k < r->offset[g->person[i] + 1]; k++) {
      Stay stay = {i, r->to[k], r->days[k]};
      g_array_append_val(stays, stay);
    }
  sort_stays((Stay *)(void *)stays->data, stays->len);
  for (guint i = 0; i < together->len; i++) {
    const RsDayTogether *day = &g_array_index(together, RsDayTogether, i);
    Stay key = {day->member, day->institution, 0};
    Stay *stay = bsearch(&key, stays->data, stays->len, sizeof(Stay), compare_stays);
    if (stay != NULL && stay->days > 0) stay->days--;
  }
  for (guint i = 0; i < stays->len; i++) total[g_array_index(stays, Stay, i).member] += g_array_index(stays, Stay, i).days;
  return stays;
}

/* How much of their other lives members share: habit, at the burst institutions; alike, the overlap of two members' profiles. */
static void measure_apart(Measure *m) {
  RsGroup *g = m->group;
  g_autofree double *total = g_new0(double, g->n);
  g_autoptr(GArray) stays = other_stays(m, total);
  double habit = 0.0, attended = 0.0;
  for (uint32_t i = 0; i < g->n_attendances; i++) {
    const RsAttendance *a = &g->attendance[i];
    if (total[a->member] < 2.0) continue;
    Stay key = {a->member, g->burst[a->burst].institution, 0};
    const Stay *stay = bsearch(&key, stays->data, stays->len, sizeof(Stay), compare_stays);
    habit += stay != NULL ? (double)stay->days / total[a->member] : 0.0;
    attended += 1.0;
  }
  double alike = 0.0, pairs = 0.0;
  uint32_t n = MIN(g->n, (uint32_t)MAX_PAIR_MEMBERS), known = 0;
  for (uint32_t i = 0; i < n; i++) known += total[i] >= 2.0;
  pairs = 0.5 * (double)known * ((double)known - 1.0);
  const Stay *stay = (const Stay *)(const void *)stays->data;
  for (guint i = 0, end; i < stays->len; i = end)
    for (end = i; end < stays->len && stay[end].institution == stay[i].institution; end++) {
      if (stay[end].member >= n || total[stay[end].member] < 2.0) continue;
      double mine = stay[end].days / total[stay[end].member];
      for (guint j = i; j < end; j++)
        if (stay[j].member < n && total[stay[j].member] >= 2.0) alike += fmin(mine, stay[j].days / total[stay[j].member]);
    }
  g->habit = attended >= 3.0 ? habit / attended : NAN;
  g->alike = pairs >= 1.0 ? alike / pairs : NAN;
  if (isnan(g->habit) || isnan(g->alike)) g->stat[RS_STAT_APART] = isnan(g->habit) ? (isnan(g->alike) ? NAN : 1.0 - g->alike) : 1.0 - g->habit;
  else g->stat[RS_STAT_APART] = 1.0 - 0.5 * (g->habit + g->alike);
}

/* Pairs of members with one doctor in one burst, against the chance that two visits of the institution share one. */
static void measure_doctor(Measure *m) {
  RsGroup *g = m->group;
  double seen = 0.0, expected = 0.0;
  for (uint32_t i = 0; i < g->n_attendances; i++) {
    const RsAttendance *a = &g->attendance[i];
    uint32_t doctor = m->doctor[i], f = g->burst[a->burst].institution;
    if (doctor == RS_NONE) continue;
    /* the doctor's share of this institution's visits, the group left out as far as one visit goes */
    double with = relation_visits(&m->scene->knowledge->relation[RS_REFERS_TO], doctor, f);
    double share = with / (double)(m->scene->timeline->offset[f + 1] - m->scene->timeline->offset[f]);
    for (uint32_t j = i; j > 0 && g->attendance[j - 1].burst == a->burst; j--) {
      const RsAttendance *b = &g->attendance[j - 1];
      if (b->member == a->member) continue;
      uint32_t other = m->doctor[j - 1];
      if (other == RS_NONE) continue;
      seen += other == doctor;
      expected += fmin(1.0, share);
    }
  }
  g->stat[RS_STAT_SAME_DOCTOR] = seen + expected > 0.0 ? 2.0 * (sqrt(seen + 0.375) - sqrt(expected + 0.375)) : NAN;
}

/* Meetings of two members, expected from how often each is at the burst institutions, against those in the bursts; all of them where so many
 * regulars might have been chosen that some such group would turn up, or where they share no more than the day: that has reasons of its own. */
static void measure_habit(Measure *m) {
  const RsScene *s = m->scene;
  RsGroup *g = m->group;
  double expected = 0.0, seen = 0.0, regulars = 0.0;
  unsigned w = 0;
  while (w + 1 < RS_N_WIDTHS && rs_width_minutes[w] < g->width) w++;
  for (uint32_t i = 0, end; i < g->n_bursts; i = end) { /* bursts are by institution */
    uint32_t f = g->burst[i].institution;
    double sum = 0.0, squares = 0.0;
    regulars = fmax(regulars, s->timeline->n_regulars[f]);
    for (end = i; end < g->n_bursts && g->burst[end].institution == f; end++) seen += 0.5 * g->burst[end].n_members * (g->burst[end].n_members - 1.0);
    for (uint32_t k = 0; k < g->n; k++) {
      double days = rs_affinity_days(s->knowledge, g->person[k], f);
      sum += days;
      squares += days * days;
    }
    expected += 0.5 * (sum * sum - squares) * (double)s->load->day_collision[f] * (double)s->load->clock_collision[f][w];
  }
  double choices = 0.0;
  for (uint32_t k = 0; k < g->n; k++) choices += log10(fmax(1.0, (regulars - k) / (k + 1.0)));
  g->by_habit = g->width < 1440 && g->net > choices ? fmin(1.0, expected / fmax(seen, 1.0)) : 1.0;
}

void rs_group_measure(const RsScene *scene, RsGroup *group) {
  Measure m = {.scene = scene, .group = group, .n_own = group->n_attendances};
  g_autofree double *chance = g_new(double, (gsize)group->n + 1), *scratch = g_new(double, (gsize)group->n + 2);
  g_autofree double *mean = g_new(double, (gsize)group->n + 1), *habit = g_new(double, (gsize)group->n + 1);
  g_autofree uint32_t *n_visits = g_new0(uint32_t, (gsize)group->n + 1);
  for (uint32_t i = 0; i < group->n_attendances; i++) n_visits[group->attendance[i].member]++;
  m.n_visits = n_visits;
  m.mean = mean;
  m.habit = habit;
  m.chance = chance;
  m.scratch = scratch;
  g_autoptr(GArray) items = rs_group_items(scene->claims, group);
  m.items = items;
  g_autofree uint32_t *doctor = g_new(uint32_t, (gsize)group->n_attendances + 1);
  for (uint32_t i = 0; i < group->n_attendances; i++) doctor[i] = rs_visit_doctor(scene->claims, group->attendance[i].visit);
  m.doctor = doctor;
  g_autoptr(GArray) others = g_array_new(FALSE, FALSE, sizeof(OtherItem));
  g_autofree uint32_t *n_others = g_new0(uint32_t, (gsize)group->n_bursts + 1), *in_burst = g_new0(uint32_t, (gsize)group->n_bursts + 1);
  m.in_burst = in_burst;
  m.others = others;
  m.n_others = n_others;
  collect_others(&m);
  for (uint32_t i = 0; i < group->n_attendances; i++)
    m.own_visits[scene->claims->institution_type[scene->claims->visit_institution[group->attendance[i].visit]]]++;
  measure_rotation(&m);
  group->rhythm = rs_group_rhythm(group, RS_NONE, 0);
  measure_apart(&m);
  measure_drugs(&m);
  measure_dose(&m);
  measure_amount(&m);
  measure_hours(&m);
  measure_doctor(&m);
  measure_habit(&m);
  for (unsigned s = 0; s < RS_N_STATS; s++)
    if (!isnan(group->stat[s])) group->stat[s] = round(group->stat[s] * 1e6) / 1e6;
}
