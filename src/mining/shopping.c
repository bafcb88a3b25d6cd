#include "mining/shopping.h"

#include "base/calendar.h"

#include <stdlib.h>

typedef struct { uint32_t drug, day, institution, doctor; } Purchase;

void rs_shopping_free(RsShopping *shopping) {
  if (shopping == NULL) return;
  g_free(shopping->shopper);
  g_free(shopping->drug);
  g_free(shopping);
}

static int compare_purchases(const void *x, const void *y) {
  const Purchase *a = x, *b = y;
  if (a->drug != b->drug) return a->drug < b->drug ? -1 : 1;
  if (a->day != b->day) return a->day < b->day ? -1 : 1;
  if (a->institution != b->institution) return a->institution < b->institution ? -1 : 1;
  return (a->doctor > b->doctor) - (a->doctor < b->doctor);
}

/* Drugs bought on as many days as places are asked for: a bound that the graph answers without a look at the lines. */
static uint32_t bought_often(const RsKnowledge *k, const uint8_t *counts, uint32_t person) {
  const RsRelation *r = &k->relation[RS_BOUGHT];
  uint32_t n = 0;
  for (uint64_t i = r->offset[person]; i < r->offset[person + 1]; i++) n += r->days[i] >= RS_LIST_PLACES && counts[r->to[i]];
  return n;
}

static void purchases_of(const RsClaims *c, const uint8_t *counts, const RsLeaveOut *days, uint32_t person, GArray *out) {
  g_array_set_size(out, 0);
  for (uint32_t v = c->person_visit[person]; v < c->person_visit[person + 1]; v++) {
    uint32_t day = c->visit_time[v] / RS_DAY_SECONDS, institution = c->visit_institution[v];
    if (rs_left_out(days, institution, day)) continue;
    for (uint64_t l = c->visit_line[v]; l < c->visit_line[v + 1]; l++) {
      if (rs_line_drug(c, l) == RS_NONE || !counts[rs_line_drug(c, l)] || rs_line_amount(c, l) < 0 || rs_line_quantity(c, l) < 0.0f) continue;
      Purchase one = {rs_line_drug(c, l), day, institution, rs_line_doctor(c, l)};
      g_array_append_val(out, one);
    }
  }
  if (out->len > 0) qsort(out->data, out->len, sizeof(Purchase), compare_purchases);
}

enum { MOST_TOLD = 64 };

/* Distinct doctors, or institutions, of one drug; at most MOST_TOLD are told apart. */
static uint32_t count_distinct(const Purchase *p, guint n, bool doctors) {
  uint32_t seen[MOST_TOLD], distinct = 0;
  for (guint i = 0; i < n && distinct < MOST_TOLD; i++) {
    uint32_t number = doctors ? p[i].doctor : p[i].institution;
    bool known = number == RS_NONE;
    for (uint32_t k = 0; k < distinct && !known; k++) known = seen[k] == number;
    if (!known) seen[distinct++] = number;
  }
  return distinct;
}

static uint32_t count_overlaps(const Purchase *p, guint n) {
  uint32_t count = 0;
  for (guint i = 1; i < n; i++) count += p[i].institution != p[i - 1].institution && p[i].day - p[i - 1].day <= RS_LIST_DAYS;
  return count;
}

/* The scattered drugs of one person, added to `drugs`. */
static RsShopper shopper_of(const Purchase *p, guint n, uint32_t person, GArray *drugs) {
  RsShopper out = {.person = person, .first_drug = drugs->len};
  for (guint i = 0, end; i < n; i = end) {
    for (end = i; end < n && p[end].drug == p[i].drug;) end++;
    if (end - i < RS_LIST_PLACES || count_distinct(p + i, end - i, false) < RS_LIST_PLACES) continue;
    uint32_t doctors = count_distinct(p + i, end - i, true);
    out.n_doctors = MAX(out.n_doctors, doctors);
    out.n_overlaps += count_overlaps(p + i, end - i);
    out.n_drugs++;
    g_array_append_val(drugs, p[i].drug);
  }
  return out;
}

RsShopping *rs_shopping_new(const RsClaims *c, const RsKnowledge *k, const uint8_t *counts, const uint32_t *person, uint32_t n,
                            const RsLeaveOut *days) {
  g_autoptr(GArray) shoppers = g_array_new(FALSE, FALSE, sizeof(RsShopper)), drugs = g_array_new(FALSE, FALSE, sizeof(uint32_t));
  g_autoptr(GArray) purchases = g_array_new(FALSE, FALSE, sizeof(Purchase));
  uint32_t n_often = 0;
  for (uint32_t i = 0, end = person != NULL ? n : c->n_persons; i < end; i++) {
    uint32_t p = person != NULL ? person[i] : i;
    uint32_t often = bought_often(k, counts, p);
    n_often += often > 0;
    if (often < RS_LIST_DRUGS) continue;
    purchases_of(c, counts, days, p, purchases);
    RsShopper one = shopper_of((const Purchase *)(const void *)purchases->data, purchases->len, p, drugs);
    if (one.n_drugs >= RS_LIST_DRUGS) g_array_append_val(shoppers, one);
    else g_array_set_size(drugs, one.first_drug);
  }
  RsShopping *out = g_new0(RsShopping, 1);
  gsize length;
  out->shopper = g_array_steal(shoppers, &length);
  out->n = (uint32_t)length;
  out->n_often = n_often;
  out->drug = g_array_steal(drugs, &length);
  return out;
}
