#include "mining/strangers.h"

#include "base/calendar.h"
#include "base/sort.h"
#include "mining/region.h"
#include "mining/significance.h"

void rs_strangers_free(RsStrangers *strangers) {
  if (strangers == NULL) return;
  g_free(strangers->stranger);
  g_free(strangers->at);
  g_free(strangers->prefecture);
  g_free(strangers->expected);
  g_free(strangers);
}

static uint32_t place_of(const RsStrangers *s, uint32_t region) { return region == RS_NONE ? RS_NONE : s->prefecture[region]; }

static bool is_stranger(const RsStrangers *s, const RsClaims *c, const RsRelation *r, uint32_t person) {
  const uint64_t begin = r->offset[person], end = r->offset[person + 1];
  uint32_t home = place_of(s, c->person_region[person]), place = RS_NONE, days = 0;
  if (home == RS_NONE || begin == end || end - begin > RS_STRANGER_PLACES) return false;
  for (uint64_t i = begin; i < end; i++) {
    uint32_t at = place_of(s, c->institution_region[r->to[i]]);
    if (at == RS_NONE || at == home || (place != RS_NONE && at != place)) return false;
    if (c->institution_type[r->to[i]] != c->institution_type[r->to[begin]]) return false;
    place = at;
    days += r->days[i];
  }
  return days >= RS_STRANGER_DAYS;
}

RsStrangers *rs_strangers_new(const RsClaims *c, const RsKnowledge *k, const RsTimeline *t) {
  RsStrangers *s = g_new0(RsStrangers, 1);
  const RsRelation *r = &k->relation[RS_FILLED_AT];
  uint32_t n_places = 0, n = c->institution->n;
  s->prefecture = rs_region_prefectures(c->region, &n_places);
  s->stranger = g_malloc0((gsize)c->n_persons + 1);
  s->at = g_new0(uint32_t, (gsize)n + 1);
  s->expected = g_new0(double, (gsize)n + 1);
  g_autofree double *strangers = g_new0(double, (gsize)n_places + 1), *customers = g_new0(double, (gsize)n_places + 1);
  for (uint32_t p = 0; p < c->n_persons; p++) {
    if (!is_stranger(s, c, r, p)) continue;
    s->stranger[p] = 1;
    for (uint64_t i = r->offset[p]; i < r->offset[p + 1]; i++) {
      s->at[r->to[i]]++;
      strangers[place_of(s, c->institution_region[r->to[i]])] += 1.0;
    }
  }
  for (uint32_t f = 0; f < n; f++)
    if (place_of(s, c->institution_region[f]) != RS_NONE) customers[place_of(s, c->institution_region[f])] += t->n_regulars[f];
  for (uint32_t f = 0; f < n; f++) {
    uint32_t place = place_of(s, c->institution_region[f]);
    if (place != RS_NONE && customers[place] > 0.0) s->expected[f] = strangers[place] * t->n_regulars[f] / customers[place];
  }
  return s;
}

/* The institution's visits on the days left in, sorted, as person << 32 | position in the timeline. */
static uint64_t *visits_by_person(const RsTimeline *t, uint32_t f, const RsLeaveOut *days, uint32_t *n) {
  uint64_t *key = g_new(uint64_t, (gsize)(t->offset[f + 1] - t->offset[f]) + 1);
  *n = 0;
  for (uint32_t i = t->offset[f]; i < t->offset[f + 1]; i++)
    if (!rs_left_out(days, f, RS_KEY_TIME(t->key[i]) / RS_DAY_SECONDS)) key[(*n)++] = (uint64_t)RS_KEY_PERSON(t->key[i]) << 32 | i;
  rs_sort_u64(key, *n);
  return key;
}

/* Customers, strangers with two days at the outlet: their drugs, as drug << 32 | person, each once. Counts them. */
static GArray *drugs_of_customers(const RsStrangers *s, const RsClaims *c, const RsTimeline *t, const uint64_t *key, uint32_t n, uint32_t *n_customers,
                                  uint32_t *n_strangers) {
  GArray *out = g_array_new(FALSE, FALSE, sizeof(uint64_t));
  *n_customers = *n_strangers = 0;
  for (uint32_t i = 0, end; i < n; i = end) {
    uint32_t person = (uint32_t)(key[i] >> 32), days = 0, last = 0;
    for (end = i; end < n && (uint32_t)(key[end] >> 32) == person; end++) {
      uint32_t day = RS_KEY_TIME(t->key[(uint32_t)key[end]]) / RS_DAY_SECONDS;
      days += days == 0 || day != last;
      last = day;
    }
    if (days < RS_STRANGER_DAYS && s->stranger[person]) continue;
    ++*n_customers;
    *n_strangers += s->stranger[person];
    for (uint32_t k = i; k < end; k++) {
      uint32_t v = t->visit[(uint32_t)key[k]];
      for (uint64_t l = c->visit_line[v]; l < c->visit_line[v + 1]; l++) {
        uint64_t bought = (uint64_t)rs_line_drug(c, l) << 32 | person;
        if (rs_line_drug(c, l) != RS_NONE && rs_line_amount(c, l) >= 0) g_array_append_val(out, bought);
      }
    }
  }
  rs_sort_u64((uint64_t *)(void *)out->data, out->len);
  guint kept = 0;
  for (guint i = 0; i < out->len; i++)
    if (i == 0 || g_array_index(out, uint64_t, i) != g_array_index(out, uint64_t, i - 1)) g_array_index(out, uint64_t, kept++) = g_array_index(out, uint64_t, i);
  g_array_set_size(out, kept);
  return out;
}

GArray *rs_strangers_cells(const RsStrangers *s, const RsClaims *c, const RsTimeline *t, uint32_t f, const RsLeaveOut *days, GPtrArray **who) {
  GArray *out = g_array_new(FALSE, FALSE, sizeof(RsStrangerCell));
  uint32_t n, n_customers, n_strangers;
  *who = g_ptr_array_new_with_free_func((GDestroyNotify)g_array_unref);
  g_autofree uint64_t *key = visits_by_person(t, f, days, &n);
  g_autoptr(GArray) bought = drugs_of_customers(s, c, t, key, n, &n_customers, &n_strangers);
  for (guint i = 0, end; i < bought->len; i = end) {
    RsStrangerCell cell = {(uint32_t)(g_array_index(bought, uint64_t, i) >> 32), n_customers, n_strangers, 0, 0, 0.0, 0.0};
    g_autoptr(GArray) buyer = g_array_new(FALSE, FALSE, sizeof(uint32_t));
    for (end = i; end < bought->len && (uint32_t)(g_array_index(bought, uint64_t, end) >> 32) == cell.drug; end++) {
      uint32_t person = (uint32_t)g_array_index(bought, uint64_t, end);
      if (s->stranger[person]) g_array_append_val(buyer, person);
    }
    cell.n_buyers = end - i;
    cell.n_stranger_buyers = buyer->len;
    if (buyer->len < RS_STRANGERS_LEAST) continue;
    cell.expected = (double)cell.n_buyers * n_strangers / n_customers;
    cell.log_p = rs_tail_hypergeometric(cell.n_stranger_buyers, n_customers, n_strangers, cell.n_buyers);
    g_array_append_val(out, cell);
    g_ptr_array_add(*who, g_steal_pointer(&buyer));
  }
  return out;
}
