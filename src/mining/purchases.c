#include "mining/purchases.h"

#include "base/calendar.h"
#include "base/sort.h"

enum { MOST_TOLD = 64 };

static void reserve(RsPurchases *p, uint64_t n) {
  if (n <= p->room) return;
  p->room = 2 * n;
  p->bought = g_renew(RsPurchase, p->bought, p->room);
  p->purchase = g_renew(RsPurchase, p->purchase, p->room);
  p->key = g_renew(uint64_t, p->key, p->room);
}

void rs_purchases_clear(RsPurchases *p) {
  g_free(p->bought);
  g_free(p->purchase);
  g_free(p->key);
}

/* By institution and doctor, where drug and day are alike. */
static bool purchase_before(const RsPurchase *a, const RsPurchase *b) {
  if (a->drug != b->drug || a->day != b->day) return false;
  return a->institution != b->institution ? a->institution < b->institution : a->doctor < b->doctor;
}

/* Visits come in order of time, so that a stable sort by drug leaves the days in order; purchases of one drug on one day are few. */
static void sort_bought(RsPurchases *p) {
  rs_sort_u64_placed(p->key, p->n);
  for (uint32_t i = 0; i < p->n; i++) {
    RsPurchase moving = p->bought[(uint32_t)p->key[i]];
    uint32_t at = i;
    for (; at > 0 && purchase_before(&moving, &p->purchase[at - 1]); at--) p->purchase[at] = p->purchase[at - 1];
    p->purchase[at] = moving;
  }
}

void rs_purchases_of(const RsClaims *c, const uint8_t *counts, const RsLeaveOut *days, uint32_t person, RsPurchases *out) {
  const uint32_t begin = c->person_visit[person], end = c->person_visit[person + 1];
  reserve(out, c->visit_line[end] - c->visit_line[begin]);
  out->n = 0;
  for (uint32_t v = begin; v < end; v++) {
    uint32_t day = c->visit_time[v] / RS_DAY_SECONDS, institution = c->visit_institution[v];
    if (days != NULL && rs_left_out(days, institution, day)) continue;
    for (uint64_t l = c->visit_line[v]; l < c->visit_line[v + 1]; l++) {
      uint32_t drug = rs_line_drug(c, l);
      if (drug == RS_NONE || !counts[drug] || rs_line_amount(c, l) < 0 || rs_line_quantity(c, l) < 0.0f) continue;
      out->key[out->n] = (uint64_t)drug << 32 | out->n; /* NOLINT(clang-analyzer-core.NullDereference): reserved above */
      out->bought[out->n++] = (RsPurchase){drug, day, institution, rs_line_doctor(c, l)};
    }
  }
  sort_bought(out);
}

static uint32_t add_distinct(uint32_t *seen, uint32_t distinct, uint32_t number) {
  for (uint32_t k = 0; k < distinct; k++)
    if (seen[k] == number) return distinct;
  seen[distinct] = number;
  return distinct + 1;
}

uint32_t rs_purchases_doctors(const RsPurchase *p, uint32_t n) {
  uint32_t seen[MOST_TOLD], distinct = 0;
  for (uint32_t i = 0; i < n && distinct < MOST_TOLD; i++)
    if (p[i].doctor != RS_NONE) distinct = add_distinct(seen, distinct, p[i].doctor);
  return distinct;
}

uint32_t rs_purchases_places(const RsPurchase *p, uint32_t n) {
  uint32_t seen[MOST_TOLD], distinct = 0;
  for (uint32_t i = 0; i < n && distinct < MOST_TOLD; i++) distinct = add_distinct(seen, distinct, p[i].institution);
  return distinct;
}
