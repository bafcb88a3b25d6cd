#include "mining/purchases.h"

#include "base/calendar.h"
#include "base/sort.h"

enum { MOST_TOLD = 64 };

static void reserve(RsPurchases *p, uint64_t n) {
  if (n <= p->room) return;
  p->room = 2 * n;
  p->purchase = g_renew(RsPurchase, p->purchase, p->room);
  p->key = g_renew(uint64_t, p->key, p->room);
}

void rs_purchases_clear(RsPurchases *p) {
  g_free(p->purchase);
  g_free(p->key);
}

/* By institution and doctor, where drug and day are alike. */
static bool purchase_before(const RsPurchase *a, const RsPurchase *b) {
  if (a->drug != b->drug || a->day != b->day) return false;
  return a->institution != b->institution ? a->institution < b->institution : a->doctor < b->doctor;
}

/* The visit, of n from the first one on, that the line is on. Without a branch, which nobody could foretell. */
static uint32_t visit_of(const RsClaims *c, uint64_t line, uint32_t first, uint32_t n) {
  for (uint32_t half; n > 1; n -= half) {
    half = n / 2;
    first += c->visit_line[first + half] <= line ? half : 0;
  }
  return first;
}

/* Lines come in order of time, so that those sorted by drug have their days in order; purchases of one drug on one day are few. */
static void add_purchase(RsPurchases *p, const RsClaims *c, uint32_t drug, uint64_t line, uint32_t visit) {
  if (rs_line_amount(c, line) < 0 || rs_line_quantity(c, line) < 0.0f) return;
  const RsPurchase one = {drug, c->visit_time[visit] / RS_DAY_SECONDS, c->visit_institution[visit], rs_line_doctor(c, line)};
  uint32_t i = p->n++;
  for (; i > 0 && purchase_before(&one, &p->purchase[i - 1]); i--) p->purchase[i] = p->purchase[i - 1];
  p->purchase[i] = one;
}

/* The person's lines with drugs that count, by drug: drug << 32 | how many lines after the first; returns how many. */
static uint32_t lines_by_drug(const RsClaims *c, const uint8_t *counts, uint64_t first, uint64_t end, uint64_t *key) {
  uint32_t n = 0;
  for (uint64_t l = first; l < end; l++) {
    const uint32_t drug = rs_line_drug(c, l);
    if (drug == RS_NONE) continue;
    key[n] = (uint64_t)drug << 32 | (l - first); /* kept, or written over. NOLINT(clang-analyzer-core.NullDereference): reserved by the caller */
    n += counts[drug];
  }
  rs_sort_u64_placed(key, n);
  return n;
}

void rs_purchases_of(const RsClaims *c, const uint8_t *counts, uint32_t person, RsPurchases *out) {
  const uint32_t begin = c->person_visit[person], end = c->person_visit[person + 1];
  const uint64_t first = c->visit_line[begin];
  reserve(out, c->visit_line[end] - first);
  const uint32_t n = lines_by_drug(c, counts, first, c->visit_line[end], out->key);
  out->n = 0;
  for (uint32_t i = 0, next; i < n; i = next) {
    const uint32_t drug = (uint32_t)(out->key[i] >> 32); /* NOLINT(clang-analyzer-core.NullDereference): reserved above */
    for (next = i + 1; next < n && out->key[next] >> 32 == drug;) next++;
    for (uint32_t k = i; k < next && next - i > 1; k++) {
      const uint64_t line = first + (uint32_t)out->key[k];
      add_purchase(out, c, drug, line, visit_of(c, line, begin, end - begin));
    }
  }
}

RsBought *rs_bought_new(const RsClaims *c, const uint8_t *counts, const uint32_t *person, uint32_t n) {
  RsBought *out = g_new0(RsBought, 1);
  g_autoptr(GArray) all = g_array_new(FALSE, FALSE, sizeof(RsPurchase));
  g_auto(RsPurchases) one = {0};
  out->n = n;
  out->person = g_new(uint32_t, (gsize)n + 1);
  out->offset = g_new0(uint64_t, (gsize)n + 1);
  for (uint32_t i = 0; i < n; i++) {
    rs_purchases_of(c, counts, person[i], &one);
    g_array_append_vals(all, one.purchase, one.n);
    out->person[i] = person[i];
    out->offset[i + 1] = all->len;
  }
  gsize length;
  out->purchase = g_array_steal(all, &length);
  return out;
}

void rs_bought_free(RsBought *bought) {
  if (bought == NULL) return;
  g_free(bought->person);
  g_free(bought->offset);
  g_free(bought->purchase);
  g_free(bought);
}

void rs_bought_of(const RsBought *bought, uint32_t i, const RsLeaveOut *days, RsPurchases *out) {
  reserve(out, bought->offset[i + 1] - bought->offset[i]);
  out->n = 0;
  for (uint64_t k = bought->offset[i]; k < bought->offset[i + 1]; k++) {
    out->purchase[out->n] = bought->purchase[k]; /* NOLINT(clang-analyzer-core.NullDereference): reserved above */
    out->n += !rs_left_out(days, bought->purchase[k].institution, bought->purchase[k].day);
  }
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

bool rs_purchases_in_places(const RsPurchase *p, uint32_t n, uint32_t places) {
  uint32_t seen[MOST_TOLD], distinct = 0;
  for (uint32_t i = 0; i < n && distinct < places; i++) distinct = add_distinct(seen, distinct, p[i].institution);
  return distinct >= places;
}
