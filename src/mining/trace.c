#include "mining/trace.h"

#include "base/calendar.h"
#include "base/parallel.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { N_TASKS = 32, N_SHARDS = 4, BINS = 256, FIRST_BIN = (1023 - 4) * 8, LOOK_BACK = 64 };

typedef struct {
  uint64_t code, line;
  uint32_t drug, visit, person, time, institution;
  bool whole, back;
} Sale;

typedef struct {
  const RsClaims *claims;
  unsigned bits;
  uint8_t *seen; /* [1 << (bits - 2)] two bits a cell: 0, 1, 2 or more lines */
  GArray *sales[N_TASKS];
  uint32_t *scanned[64]; /* [n institutions] a thread */
} Work;

/* Each task owns a quarter of the cells, so no two write to one. */
static void count_codes(size_t task, unsigned thread, void *data) {
  (void)thread;
  Work *w = data;
  const uint64_t *code = w->claims->line_trace;
  unsigned shift = 64 - w->bits;
  for (uint64_t l = 0, n = w->claims->n_lines; l < n; l++) {
    if (code[l] == 0 || code[l] >> 62 != task % N_SHARDS) continue;
    uint64_t cell = code[l] >> shift;
    uint8_t *at = &w->seen[cell / 4];
    unsigned place = (unsigned)(cell % 4) * 2;
    if (((unsigned)*at >> place & 3u) < 2) *at = (uint8_t)(*at + (1u << place));
  }
}

static bool seen_again(const Work *w, uint64_t code) {
  uint64_t cell = code >> (64 - w->bits);
  return ((unsigned)w->seen[cell / 4] >> (cell % 4 * 2) & 3u) >= 2;
}

/* The lines whose code may be seen again, and each outlet's scanned lines. */
static void take_sales(size_t task, unsigned thread, void *data) {
  Work *w = data;
  const RsClaims *c = w->claims;
  uint32_t first = (uint32_t)((uint64_t)c->n_persons * task / N_TASKS), end = (uint32_t)((uint64_t)c->n_persons * (task + 1) / N_TASKS);
  w->sales[task] = g_array_new(FALSE, FALSE, sizeof(Sale));
  for (uint32_t p = first; p < end; p++)
    for (uint32_t v = c->person_visit[p]; v < c->person_visit[p + 1]; v++)
      for (uint64_t l = c->visit_line[v]; l < c->visit_line[v + 1]; l++) {
        if (c->line_trace[l] == 0) continue;
        w->scanned[thread][c->visit_institution[v]]++;
        if (!seen_again(w, c->line_trace[l])) continue;
        bool back = rs_line_amount(c, l) < 0 || rs_line_quantity(c, l) < 0.0f;
        Sale sale = {c->line_trace[l], l, rs_line_drug(c, l), v, p, c->visit_time[v], c->visit_institution[v], true, back};
        g_array_append_val(w->sales[task], sale);
      }
}

static int compare_sales(const void *x, const void *y) {
  const Sale *a = x, *b = y;
  if (a->code != b->code) return a->code < b->code ? -1 : 1;
  if (a->drug != b->drug) return a->drug < b->drug ? -1 : 1;
  if (a->time != b->time) return a->time < b->time ? -1 : 1;
  return (a->line > b->line) - (a->line < b->line);
}

/* A code on another drug is a wrong scan, not the box. */
static bool same_box(const Sale *a, const Sale *b) { return a->code == b->code && a->drug == b->drug; }

/* What a unit costs in fen, by the first bits of the number: eight steps an octave from 1/16 fen; -1: not known. */
static int price_bin(const RsClaims *c, uint64_t line) {
  double quantity = (double)rs_line_quantity(c, line);
  if (rs_line_amount(c, line) <= 0) return -1;
  double price = (double)rs_line_amount(c, line) / (quantity > 0.0 ? quantity : 1.0);
  uint64_t bits;
  memcpy(&bits, &price, sizeof bits);
  int64_t bin = (int64_t)(bits >> 49) - FIRST_BIN;
  return (int)CLAMP(bin, 0, BINS - 1);
}

/* The least price of a bin. */
static double bin_price(unsigned bin) {
  uint64_t bits = (uint64_t)(bin + FIRST_BIN) << 49;
  double price;
  memcpy(&price, &bits, sizeof price);
  return price;
}

/* The upper middle of a drug's unit prices over all lines of the drugs that occur among the sales: where boxes are also sold by the
 * tablet, the box is the dearer unit, so the middle of the dearer half is taken. */
static double *usual_price(const RsClaims *c, const GArray *sales) {
  uint32_t n_drugs = c->drug != NULL ? c->drug->n : 0, n = 0;
  g_autofree uint32_t *row = g_malloc((gsize)(n_drugs + 1) * sizeof *row);
  memset(row, 0xff, (gsize)(n_drugs + 1) * sizeof *row);
  double *price = g_new(double, (gsize)n_drugs + 1);
  for (uint32_t d = 0; d < n_drugs; d++) price[d] = 0.0;
  for (guint i = 0; i < sales->len; i++) {
    uint32_t drug = rs_line_drug(c, g_array_index(sales, Sale, i).line);
    if (drug != RS_NONE && row[drug] == RS_NONE) row[drug] = n++;
  }
  g_autofree uint32_t *histogram = g_new0(uint32_t, (gsize)n * BINS + 1);
  for (uint64_t l = 0; l < c->n_lines; l++) {
    uint32_t drug = rs_line_drug(c, l);
    int bin = drug != RS_NONE && row[drug] != RS_NONE ? price_bin(c, l) : -1;
    if (bin >= 0) histogram[(gsize)row[drug] * BINS + (gsize)bin]++;
  }
  for (uint32_t d = 0; d < n_drugs; d++) {
    if (row[d] == RS_NONE) continue;
    const uint32_t *h = histogram + (gsize)row[d] * BINS;
    uint64_t total = 0, sum = 0;
    for (unsigned b = 0; b < BINS; b++) total += h[b];
    unsigned b = 0;
    while (b + 1 < BINS && (sum += h[b]) * 4 < total * 3) b++;
    if (total > 0) price[d] = bin_price(b);
  }
  return price;
}

static bool is_whole(const RsClaims *c, uint64_t line, const double *price) {
  uint32_t drug = rs_line_drug(c, line);
  double quantity = (double)rs_line_quantity(c, line);
  if (quantity > 0.0 && quantity < 1.0) return false;
  if (drug == RS_NONE || rs_line_amount(c, line) <= 0) return true;
  return (double)rs_line_amount(c, line) >= RS_TRACE_WHOLE * price[drug];
}

/* A return takes the sale before it out as well. */
static void drop_returns(Sale *sale, guint n) {
  for (guint i = 0; i < n; i++) {
    if (!sale[i].back) continue;
    for (guint j = i; j > 0 && i - j < LOOK_BACK; j--)
      if (!sale[j - 1].back && sale[j - 1].person == sale[i].person && sale[j - 1].institution == sale[i].institution) {
        sale[j - 1].back = true;
        break;
      }
  }
}

/* Sold in parts, or scanned again at the till. */
static bool same_box_here(const Sale *a, const Sale *b) {
  return a->visit == b->visit || (a->institution == b->institution && b->time - a->time <= RS_TRACE_DAYS * RS_DAY_SECONDS);
}

/* A code that goes from card to card: paid as a whole box by several people at one outlet, on several days. A scan repeated by mistake is the next in
 * the queue, and a scanner that is stuck is so for a while. */
static bool goes_round(const Sale *sale, guint n, uint32_t institution) {
  enum { SEVERAL = 3 };
  uint32_t people = 0, days = 0;
  for (guint i = 0; i < n; i++) {
    bool person = false, day = false;
    if (sale[i].back || !sale[i].whole || sale[i].institution != institution) continue;
    for (guint k = 0; k < i; k++) {
      if (sale[k].back || !sale[k].whole || sale[k].institution != institution) continue;
      person = person || sale[k].person == sale[i].person;
      day = day || sale[k].time / RS_DAY_SECONDS == sale[i].time / RS_DAY_SECONDS;
    }
    people += !person;
    days += !day;
  }
  return people >= SEVERAL && days >= SEVERAL;
}

/* Another person, on another day, under a code that goes round. */
static bool next_card(const Sale *sale, guint n, const Sale *a, const Sale *b) {
  return a->person != b->person && a->time / RS_DAY_SECONDS != b->time / RS_DAY_SECONDS && goes_round(sale, n, b->institution);
}

static void pair_sales(Sale *sale, guint n, GArray *hits, uint32_t *aside) {
  const Sale *last = NULL;
  if (n > RS_TRACE_MOST) {
    for (guint i = 0; i < n; i++) aside[sale[i].institution]++;
    return;
  }
  drop_returns(sale, n);
  for (guint i = 0; i < n; i++) {
    if (sale[i].back || !sale[i].whole) {
      aside[sale[i].institution]++;
      continue;
    }
    if (last != NULL && same_box_here(last, &sale[i]) && !next_card(sale, n, last, &sale[i])) aside[sale[i].institution]++;
    else if (last != NULL) {
      RsTwiceHit hit = {{last->person, sale[i].person}, {last->institution, sale[i].institution}, {last->visit, sale[i].visit},
                        {last->line, sale[i].line}, 1, (sale[i].time - last->time) / 60, 0};
      g_array_append_val(hits, hit);
    }
    last = &sale[i];
  }
}

static void expect(RsTwice *t, const uint32_t *scanned, uint32_t n_institutions) {
  double lines = 0.0, hits = 0.0;
  for (uint32_t f = 0; f < n_institutions; f++) lines += scanned[f], t->n_idle += scanned[f] > 0;
  t->n_idle -= t->n_units;
  for (uint32_t u = 0; u < t->n_units; u++) hits += MIN(t->unit[u].counted, (uint32_t)RS_TWICE_EXCESS);
  for (uint32_t u = 0; u < t->n_units; u++) {
    RsTwiceUnit *unit = &t->unit[u];
    double own = MIN(unit->counted, (uint32_t)RS_TWICE_EXCESS), mine = scanned[unit->outlet[0]];
    unit->opportunities = scanned[unit->outlet[0]];
    unit->expected = mine * (hits - own + 0.5) / fmax(1.0, lines - mine + 10.0);
    unit->expected_strong = 0.0;
    unit->counted_strong = 0;
  }
}

static unsigned table_bits(uint64_t n_lines) {
  unsigned bits = 10;
  while (bits < 26 && ((uint64_t)1 << bits) < 4 * n_lines) bits++;
  return bits;
}

RsTwice *rs_traces_new(const RsClaims *c, unsigned n_threads) {
  g_autoptr(GArray) all = g_array_new(FALSE, FALSE, sizeof(Sale)), hits = g_array_new(FALSE, FALSE, sizeof(RsTwiceHit));
  g_autofree uint32_t *aside = g_new0(uint32_t, (gsize)c->institution->n + 1);
  g_autofree uint32_t *scanned = g_new0(uint32_t, (gsize)c->institution->n + 1);
  if (c->line_trace == NULL) return rs_twice_new(hits, false, RS_TWICE_EACH);
  g_autofree Work *w = g_new0(Work, 1);
  n_threads = CLAMP(n_threads, 1u, 64u);
  w->claims = c;
  w->bits = table_bits(c->n_lines);
  w->seen = g_malloc0((gsize)1 << (w->bits - 2));
  rs_parallel(n_threads, N_SHARDS, count_codes, w);
  for (unsigned i = 0; i < n_threads; i++) w->scanned[i] = g_new0(uint32_t, (gsize)c->institution->n + 1);
  rs_parallel(n_threads, N_TASKS, take_sales, w);
  g_free(w->seen);
  for (unsigned i = 0; i < N_TASKS; i++) {
    g_array_append_vals(all, w->sales[i]->data, w->sales[i]->len);
    g_array_unref(w->sales[i]);
  }
  for (unsigned i = 0; i < n_threads; i++) {
    for (uint32_t f = 0; f < c->institution->n; f++) scanned[f] += w->scanned[i][f];
    g_free(w->scanned[i]);
  }
  Sale *sale = (Sale *)(void *)all->data;
  guint n = 0;
  if (all->len > 0) qsort(sale, all->len, sizeof *sale, compare_sales);
  for (guint i = 0, end; i < all->len; i = end) { /* cells are shared: keep the codes that really come again */
    for (end = i; end < all->len && same_box(&sale[end], &sale[i]);) end++;
    if (end - i < 2) continue;
    memmove(sale + n, sale + i, (end - i) * sizeof *sale);
    n += end - i;
  }
  g_array_set_size(all, n);
  g_autofree double *price = n > 0 ? usual_price(c, all) : NULL;
  sale = (Sale *)(void *)all->data;
  for (guint i = 0; i < n; i++) sale[i].whole = is_whole(c, sale[i].line, price);
  for (guint i = 0, end; i < n; i = end) {
    for (end = i; end < n && same_box(&sale[end], &sale[i]);) end++;
    pair_sales(sale + i, end - i, hits, aside);
  }
  RsTwice *t = rs_twice_new(hits, false, RS_TWICE_EACH);
  for (uint32_t f = 0; f < c->institution->n; f++) t->n_aside += aside[f];
  t->aside_at = g_steal_pointer(&aside);
  expect(t, scanned, c->institution->n);
  return t;
}
