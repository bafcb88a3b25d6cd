#include "graph/tie.h"

#include "base/calendar.h"
#include "base/column.h"
#include "base/error.h"
#include "base/hash.h"
#include "base/parallel.h"
#include "base/words.h"
#include "graph/knowledge_row.h"

#include <string.h>

/* The ends of a relation that a line tells of; false if it tells of none. */
static inline bool line_tie(const RsClaims *claims, RsRelationKind kind, uint32_t person, uint32_t institution, uint64_t line, uint32_t *from,
                            uint32_t *to) {
  *from = *to = RS_NONE;
  switch (kind) {
    case RS_VISITED: *from = person, *to = rs_line_doctor(claims, line); break;
    case RS_FILLED_AT: *from = person, *to = institution; break;
    case RS_BOUGHT: *from = person, *to = rs_line_drug(claims, line); break;
    case RS_PRESCRIBED: *from = rs_line_doctor(claims, line), *to = rs_line_drug(claims, line); break;
    case RS_DISPENSED: *from = institution, *to = rs_line_drug(claims, line); break;
    case RS_REFERS_TO: *from = rs_line_doctor(claims, line), *to = institution; break;
    case RS_N_RELATIONS: break;
  }
  return *from != RS_NONE && *to != RS_NONE;
}

static void sum_add(RsTieSum *sum, const RsClaims *claims, uint64_t line, uint16_t day) {
  sum->first_day = sum->lines == 0 ? day : MIN(sum->first_day, day);
  sum->last_day = MAX(sum->last_day, day);
  sum->amount = rs_money_add(sum->amount, rs_line_amount(claims, line));
  sum->fund = rs_money_add(sum->fund, rs_line_fund(claims, line));
  sum->lines++;
}

static void sum_merge(RsTieSum *sum, const RsTieSum *other) {
  if (other->lines == 0) return;
  sum->first_day = sum->lines == 0 ? other->first_day : MIN(sum->first_day, other->first_day);
  sum->last_day = MAX(sum->last_day, other->last_day);
  sum->amount = rs_money_add(sum->amount, other->amount);
  sum->fund = rs_money_add(sum->fund, other->fund);
  sum->lines += other->lines;
}

/* ---- all rows ---- */

/* A row is searched among its neighbours: a person has a handful. */
static uint64_t row_of(const RsRelation *relation, uint32_t from, uint32_t to) {
  uint64_t low = relation->offset[from], high = relation->offset[from + 1];
  while (high - low > 1) {
    uint64_t middle = low + (high - low) / 2;
    if (relation->to[middle] <= to) low = middle;
    else high = middle;
  }
  return low;
}

/* ---- a few rows ---- */

static void person_tie_sum(const RsClaims *claims, const RsTie *tie, RsTieSum *sum) {
  uint32_t from, to;
  for (uint32_t visit = claims->person_visit[tie->from]; visit < claims->person_visit[tie->from + 1]; visit++)
    for (uint64_t line = claims->visit_line[visit]; line < claims->visit_line[visit + 1]; line++)
      if (line_tie(claims, tie->kind, tie->from, claims->visit_institution[visit], line, &from, &to) && to == tie->to)
        sum_add(sum, claims, line, (uint16_t)(claims->visit_time[visit] / RS_DAY_SECONDS));
}

/* The ties of hubs, by hash. Nearly all lines are let go by a bit of the filter, which stays in the second-level cache. */
typedef struct {
  const RsClaims *claims;
  const RsTie *tie;
  uint32_t *slot;     /* [1 << bits] 1 + index into tie, 0: empty */
  uint64_t *filter;   /* [1 << filter_bits] words of one bit a hash, at least sixteen bits a tie */
  unsigned bits, filter_bits;
  size_t n, n_shares;
  RsTieSum **sum;     /* [n_threads] of [n] each, NULL until the thread needs it */
} Search;

static inline uint64_t tie_hash(RsRelationKind kind, uint32_t from, uint32_t to) {
  return rs_hash_mix((uint64_t)from << 32 | to, (uint64_t)kind);
}

static inline uint64_t *filter_word(const Search *search, uint64_t hash) { return &search->filter[hash >> (64 - search->filter_bits)]; }
static inline uint64_t filter_bit(uint64_t hash) { return (uint64_t)1 << (hash & 63); }

static uint32_t search_find(const Search *search, RsRelationKind kind, uint32_t from, uint32_t to, uint64_t hash) {
  size_t mask = ((size_t)1 << search->bits) - 1;
  for (size_t at = hash & mask;; at = (at + 1) & mask) {
    uint32_t i = search->slot[at];
    if (i == 0) return RS_NONE;
    const RsTie *tie = &search->tie[i - 1];
    if (tie->kind == kind && tie->from == from && tie->to == to) return i - 1;
  }
}

static void search_add(Search *search, uint32_t i) {
  const RsTie *tie = &search->tie[i];
  uint64_t hash = tie_hash(tie->kind, tie->from, tie->to);
  size_t mask = ((size_t)1 << search->bits) - 1, at = hash & mask;
  while (search->slot[at] != 0) at = (at + 1) & mask;
  search->slot[at] = i + 1;
  *filter_word(search, hash) |= filter_bit(hash);
}

static void share_search(size_t share, unsigned thread, void *data) {
  static const RsRelationKind hubs[] = {RS_PRESCRIBED, RS_DISPENSED, RS_REFERS_TO};
  Search *search = data;
  const RsClaims *claims = search->claims;
  uint32_t visit = (uint32_t)((uint64_t)claims->n_visits * share / search->n_shares), from, to;
  uint32_t last = (uint32_t)((uint64_t)claims->n_visits * (share + 1) / search->n_shares);
  if (search->sum[thread] == NULL) search->sum[thread] = g_new0(RsTieSum, search->n);
  for (; visit < last; visit++)
    for (uint64_t line = claims->visit_line[visit]; line < claims->visit_line[visit + 1]; line++)
      for (size_t h = 0; h < G_N_ELEMENTS(hubs); h++) {
        if (!line_tie(claims, hubs[h], RS_NONE, claims->visit_institution[visit], line, &from, &to)) continue;
        uint64_t hash = tie_hash(hubs[h], from, to);
        if ((*filter_word(search, hash) & filter_bit(hash)) == 0) continue;
        uint32_t i = search_find(search, hubs[h], from, to, hash);
        if (i != RS_NONE) sum_add(&search->sum[thread][i], claims, line, (uint16_t)(claims->visit_time[visit] / RS_DAY_SECONDS));
      }
}

/* Sums of integers, and first and last: the same whichever thread saw a line. */
static void hub_ties_sum(const RsKnowledge *knowledge, const RsTie *tie, size_t n, unsigned n_threads, RsTieSum *sum) {
  Search search = {.claims = knowledge->claims, .tie = tie, .n = n, .bits = 10, .n_shares = (size_t)n_threads * 16};
  while ((size_t)1 << search.bits < 4 * n) search.bits++;
  search.filter_bits = search.bits - 4;
  search.slot = g_new0(uint32_t, (gsize)1 << search.bits);
  search.filter = g_new0(uint64_t, (gsize)1 << search.filter_bits);
  search.sum = g_new0(RsTieSum *, n_threads);
  for (uint32_t i = 0; i < n; i++)
    if (rs_relation_from[tie[i].kind] != RS_PERSON) search_add(&search, i);
  rs_parallel(n_threads, search.n_shares, share_search, &search);
  for (unsigned t = 0; t < n_threads; t++) {
    for (size_t i = 0; search.sum[t] != NULL && i < n; i++) sum_merge(&sum[i], &search.sum[t][i]);
    g_free(search.sum[t]);
  }
  g_free(search.sum);
  g_free(search.filter);
  g_free(search.slot);
}

void rs_tie_sums(const RsKnowledge *knowledge, const RsTie *tie, size_t n, unsigned n_threads, RsTieSum *sum) {
  bool hubs = false;
  memset(sum, 0, n * sizeof *sum);
  for (size_t i = 0; i < n; i++) {
    const RsRelation *relation = &knowledge->relation[tie[i].kind];
    if (relation->amount != NULL) {
      uint64_t row = row_of(relation, tie[i].from, tie[i].to);
      if (row == relation->offset[tie[i].from + 1] || relation->to[row] != tie[i].to) continue;
      sum[i] = (RsTieSum){relation->amount[row], relation->fund[row], relation->lines[row], relation->first_day[row], relation->last_day[row]};
    } else if (rs_relation_from[tie[i].kind] == RS_PERSON) {
      person_tie_sum(knowledge->claims, &tie[i], &sum[i]);
    } else {
      hubs = true;
    }
  }
  if (hubs) hub_ties_sum(knowledge, tie, n, CLAMP(n_threads, 1, 64), sum);
}
