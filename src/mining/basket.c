#include "mining/basket.h"

#include "base/calendar.h"
#include "base/hash.h"
#include "base/parallel.h"

#include <math.h>

enum { MONTH_DAYS = 30, MAX_CELLS = 1 << 24, N_PARTS = 64 };

void rs_basket_free(RsBasket *basket) {
  if (basket == NULL) return;
  g_free(basket->month_visits);
  g_free(basket->by_type);
  g_free(basket->by_month);
  g_free(basket->quantity_lines);
  g_free(basket->quantity_log);
  g_free(basket->quantity_log2);
  g_free(basket->paid);
  g_free(basket->amount_lines);
  g_free(basket);
}

static RsBasket *basket_empty(uint32_t n_drugs, uint32_t n_months, uint32_t n_institutions) {
  RsBasket *b = g_new0(RsBasket, 1);
  b->n_drugs = n_drugs;
  b->n_months = n_months;
  b->n_institutions = n_institutions;
  b->paid = g_new0(int64_t, (gsize)n_institutions + 1);
  b->month_visits = g_new0(uint64_t, n_months);
  b->by_type = g_new0(uint32_t, (gsize)n_drugs * RS_N_TYPES + 1);
  b->by_month = g_new0(uint32_t, (gsize)n_drugs * n_months + 1);
  b->quantity_lines = g_new0(uint32_t, (gsize)n_drugs + 1);
  b->quantity_log = g_new0(int64_t, (gsize)n_drugs + 1);
  b->quantity_log2 = g_new0(int64_t, (gsize)n_drugs + 1);
  return b;
}

uint32_t rs_basket_month(const RsBasket *basket, const RsClaims *claims, uint32_t time) {
  uint32_t month = (time / RS_DAY_SECONDS - claims->first_day) / MONTH_DAYS;
  return month < basket->n_months ? month : basket->n_months - 1;
}

bool rs_basket_is_goods(const RsBasket *basket, uint32_t drug) {
  if (basket->visits[RS_TYPE_PHARMACY] == 0) return true;
  const uint32_t *by = &basket->by_type[(size_t)drug * RS_N_TYPES];
  uint64_t all = 0;
  for (unsigned t = 0; t < RS_N_TYPES; t++) all += by[t];
  return (uint64_t)by[RS_TYPE_PHARMACY] * 20 >= all;
}

/* log2f is off by less than a hundredth of a step: only where that could make another number is the dear one asked. */
int64_t rs_basket_log(double x) {
  enum { ABOVE = 1 << 20 }; /* what is cut off is a positive number's fraction */
  const double near = 1024.0 * (double)log2f((float)x);
  const int64_t whole = (int64_t)(near + 0.5 + ABOVE) - ABOVE;
  return fabs(near - (double)whole) < 0.48 ? whole : lround(log2(x) * 1024.0);
}

static void add_quantity(RsBasket *b, uint32_t drug, double quantity, const int64_t *small_log) {
  if (!(quantity > 0.0)) return;
  int64_t q = quantity < 256.0 && quantity == (double)(int)quantity ? small_log[(int)quantity] : rs_basket_log(quantity);
  b->quantity_lines[drug]++;
  b->quantity_log[drug] += q;
  b->quantity_log2[drug] += q * q;
}

static void add_visit(RsBasket *b, const RsClaims *c, uint32_t visit, const int64_t *small_log) {
  unsigned type = c->institution_type[c->visit_institution[visit]];
  uint32_t month = rs_basket_month(b, c, c->visit_time[visit]);
  int64_t amount = 0;
  uint32_t before = RS_NONE;
  b->visits[type]++;
  b->month_visits[month]++;
  for (uint64_t l = c->visit_line[visit]; l < c->visit_line[visit + 1]; l++) {
    uint32_t drug = rs_line_drug(c, l);
    amount += rs_line_amount(c, l);
    if (drug == RS_NONE) continue;
    add_quantity(b, drug, (double)rs_line_quantity(c, l), small_log);
    const bool is_new = drug != before; /* lines of a visit are by drug; on several of them it counts once */
    before = drug;
    b->by_type[(size_t)drug * RS_N_TYPES + type] += is_new;
    b->by_month[(size_t)drug * b->n_months + month] += is_new;
  }
  b->paid[c->visit_institution[visit]] += amount;
  if (amount <= 0) return;
  int64_t a = rs_basket_log((double)amount);
  b->amount_visits[type]++;
  b->amount_log[type] += a;
  b->amount_log2[type] += a * a;
}

typedef struct {
  const RsClaims *claims;
  RsBasket **part; /* [n_threads] */
  int64_t small_log[256];
} BasketWork;

static void add_visits(size_t task, unsigned thread, void *data) {
  BasketWork *work = data;
  uint32_t n = work->claims->n_visits;
  uint32_t begin = (uint32_t)((uint64_t)n * task / N_PARTS), end = (uint32_t)((uint64_t)n * (task + 1) / N_PARTS);
  for (uint32_t v = begin; v < end; v++) add_visit(work->part[thread], work->claims, v, work->small_log);
}

static void basket_merge(RsBasket *to, const RsBasket *from) {
  for (unsigned t = 0; t < RS_N_TYPES; t++) {
    to->visits[t] += from->visits[t];
    to->amount_visits[t] += from->amount_visits[t];
    to->amount_log[t] += from->amount_log[t];
    to->amount_log2[t] += from->amount_log2[t];
  }
  for (uint32_t f = 0; f < to->n_institutions; f++) to->paid[f] += from->paid[f];
  for (uint32_t m = 0; m < to->n_months; m++) to->month_visits[m] += from->month_visits[m];
  for (size_t i = 0; i < (size_t)to->n_drugs * RS_N_TYPES; i++) to->by_type[i] += from->by_type[i];
  for (size_t i = 0; i < (size_t)to->n_drugs * to->n_months; i++) to->by_month[i] += from->by_month[i];
  for (uint32_t g = 0; g < to->n_drugs; g++) {
    to->quantity_lines[g] += from->quantity_lines[g];
    to->quantity_log[g] += from->quantity_log[g];
    to->quantity_log2[g] += from->quantity_log2[g];
  }
}

static size_t amount_cell(int64_t amount) { return (size_t)(rs_hash_mix((uint64_t)amount, 0x616d6f756e74u) >> (64 - RS_BASKET_AMOUNT_BITS)); }

/* Where two amounts share a cell, both seem more usual than they are. */
static uint32_t *count_amounts(const RsClaims *c) {
  uint32_t *lines = g_new0(uint32_t, (gsize)RS_N_TYPES << RS_BASKET_AMOUNT_BITS);
  for (uint32_t v = 0; v < c->n_visits; v++) {
    uint32_t *of_type = lines + ((size_t)c->institution_type[c->visit_institution[v]] << RS_BASKET_AMOUNT_BITS);
    for (uint64_t l = c->visit_line[v]; l < c->visit_line[v + 1]; l++) of_type[amount_cell(rs_line_amount(c, l))]++;
  }
  return lines;
}

double rs_basket_amount_share(const RsBasket *b, unsigned type, int64_t amount) {
  return (double)b->amount_lines[((size_t)type << RS_BASKET_AMOUNT_BITS) + amount_cell(amount)] / (double)MAX(b->visits[type], 1u);
}

RsBasket *rs_basket_new(const RsClaims *claims, unsigned n_threads) {
  uint32_t n_drugs = claims->drug != NULL ? claims->drug->n : 0;
  uint32_t n_months = (uint32_t)(claims->last_day - claims->first_day) / MONTH_DAYS + 1;
  if ((uint64_t)n_months * n_drugs > MAX_CELLS) n_months = 1;
  n_threads = CLAMP(n_threads, 1u, 64u);
  BasketWork work = {.claims = claims, .part = g_new0(RsBasket *, n_threads)};
  for (int q = 1; q < 256; q++) work.small_log[q] = rs_basket_log(q);
  for (unsigned t = 0; t < n_threads; t++) work.part[t] = basket_empty(n_drugs, n_months, claims->institution->n);
  rs_parallel(n_threads, N_PARTS, add_visits, &work);
  for (unsigned t = 1; t < n_threads; t++) {
    basket_merge(work.part[0], work.part[t]);
    rs_basket_free(work.part[t]);
  }
  RsBasket *out = work.part[0];
  g_free(work.part);
  if ((claims->columns & (RS_HAS_DRUG | RS_HAS_AMOUNT)) == RS_HAS_AMOUNT) out->amount_lines = count_amounts(claims);
  return out;
}
