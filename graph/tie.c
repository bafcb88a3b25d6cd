#include "graph/tie.h"

#include "base/calendar.h"
#include "base/column.h"
#include "base/error.h"
#include "base/parallel.h"
#include "base/words.h"
#include "graph/knowledge_row.h"

#include <string.h>

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
  for (uint32_t visit = claims->person_visit[tie->from]; visit < claims->person_visit[tie->from + 1]; visit++) {
    const uint32_t institution = claims->visit_institution[visit];
    for (uint64_t line = claims->visit_line[visit]; line < claims->visit_line[visit + 1]; line++) {
      const uint32_t to = tie->kind == RS_VISITED ? rs_line_doctor(claims, line) : tie->kind == RS_BOUGHT ? rs_line_drug(claims, line) : institution;
      if (to == tie->to) sum_add(sum, claims, line, (uint16_t)(claims->visit_time[visit] / RS_DAY_SECONDS));
    }
  }
}

/* The ties of hubs, a table a kind, so placed by hash that one look finds a tie and its sum. Nearly all lines are let go by a bit of the
 * filter, which stays in the second-level cache. */
enum { PRESCRIBED, DISPENSED, REFERS_TO, N_TABLES };
static const RsRelationKind hubs[N_TABLES] = {RS_PRESCRIBED, RS_DISPENSED, RS_REFERS_TO};

typedef struct { uint64_t ends; RsTieSum sum; } Slot; /* ends: 1 + (from << 32 | to), 0: empty */

typedef struct {
  Slot *slot;       /* [1 << bits], at least two a tie */
  uint64_t *filter; /* of 1 << (bits + 3) bits */
  unsigned bits;
} Table;

typedef struct {
  const RsClaims *claims;
  Table table[N_TABLES];
  Slot *(*own)[N_TABLES]; /* [n_threads] slots with the thread's sums, NULL until it needs them */
  size_t n_shares;
} Search;

static inline uint64_t ends_of(uint32_t from, uint32_t to) { return ((uint64_t)from << 32 | to) + 1; }

/* Some are made a line, so one multiplication each; the highest bits of it tell all ends apart. */
static inline uint64_t ends_hash(uint64_t ends) { return ends * 0x9e3779b97f4a7c15u; }

/* Where these ends stand, or would. */
static inline Slot *slot_of(const Table *table, Slot *slots, uint64_t ends) {
  const size_t mask = ((size_t)1 << table->bits) - 1;
  size_t at = ends_hash(ends) >> (64 - table->bits);
  while (slots[at].ends != ends && slots[at].ends != 0) at = (at + 1) & mask;
  return &slots[at];
}

/* Lines that the filter let through: their slots are asked for, and looked at when many were. */
typedef struct { const Table *table; Slot *slots; uint64_t ends, line; uint16_t day; } Asked;
typedef struct { Asked of[64]; unsigned n; } Queue;

static void queue_add(Queue *queue, const RsClaims *claims) {
  for (unsigned i = 0; i < queue->n; i++) {
    const Asked *asked = &queue->of[i];
    Slot *slot = slot_of(asked->table, asked->slots, asked->ends);
    if (slot->ends == asked->ends) sum_add(&slot->sum, claims, asked->line, asked->day);
  }
  queue->n = 0;
}

static inline void line_ask(Queue *queue, const Table *table, Slot *slots, const RsClaims *claims, uint32_t from, uint32_t to, uint64_t line, uint16_t day) {
  const uint64_t ends = ends_of(from, to), hash = ends_hash(ends), bit = hash >> (61 - table->bits);
  if ((table->filter[bit / 64] >> bit % 64 & 1) == 0) return;
  if (queue->n == G_N_ELEMENTS(queue->of)) queue_add(queue, claims);
  queue->of[queue->n++] = (Asked){table, slots, ends, line, day};
  __builtin_prefetch(&slots[hash >> (64 - table->bits)], 1);
}

static void table_init(Table *table, RsRelationKind kind, const RsTie *tie, size_t n) {
  size_t n_here = 0;
  for (size_t i = 0; i < n; i++) n_here += tie[i].kind == kind;
  for (table->bits = 3; (size_t)1 << table->bits < 2 * n_here;) table->bits++;
  table->slot = g_new0(Slot, (gsize)1 << table->bits);
  table->filter = g_new0(uint64_t, (gsize)1 << (table->bits - 3));
  for (size_t i = 0; i < n; i++) {
    if (tie[i].kind != kind) continue;
    const uint64_t ends = ends_of(tie[i].from, tie[i].to), bit = ends_hash(ends) >> (61 - table->bits);
    slot_of(table, table->slot, ends)->ends = ends;
    table->filter[bit / 64] |= (uint64_t)1 << bit % 64;
  }
}

static void share_search(size_t share, unsigned thread, void *data) {
  const Search *search = data;
  const RsClaims *claims = search->claims;
  const Table *table = search->table;
  Slot **own = search->own[thread];
  Queue queue = {.n = 0};
  const uint32_t n = claims->n_visits, last = (uint32_t)((uint64_t)n * (share + 1) / search->n_shares);
  for (unsigned t = 0; t < N_TABLES; t++)
    if (own[t] == NULL) own[t] = g_memdup2(table[t].slot, sizeof(Slot) << table[t].bits);
  for (uint32_t visit = (uint32_t)((uint64_t)n * share / search->n_shares); visit < last; visit++) {
    const uint32_t institution = claims->visit_institution[visit];
    const uint16_t day = (uint16_t)(claims->visit_time[visit] / RS_DAY_SECONDS);
    for (uint64_t line = claims->visit_line[visit]; line < claims->visit_line[visit + 1]; line++) {
      const uint32_t doctor = rs_line_doctor(claims, line), drug = rs_line_drug(claims, line);
      if (drug != RS_NONE) line_ask(&queue, &table[DISPENSED], own[DISPENSED], claims, institution, drug, line, day);
      if (doctor == RS_NONE) continue;
      if (drug != RS_NONE) line_ask(&queue, &table[PRESCRIBED], own[PRESCRIBED], claims, doctor, drug, line, day);
      line_ask(&queue, &table[REFERS_TO], own[REFERS_TO], claims, doctor, institution, line, day);
    }
  }
  queue_add(&queue, claims);
}

/* Sums of integers, and first and last: the same whichever thread saw a line. */
static void hub_ties_sum(const RsKnowledge *knowledge, const RsTie *tie, size_t n, unsigned n_threads, RsTieSum *sum) {
  Search search = {.claims = knowledge->claims, .own = g_malloc0_n(n_threads, sizeof *search.own), .n_shares = (size_t)n_threads * 16};
  for (unsigned t = 0; t < N_TABLES; t++) table_init(&search.table[t], hubs[t], tie, n);
  rs_parallel(n_threads, search.n_shares, share_search, &search);
  for (unsigned t = 0; t < N_TABLES; t++) {
    for (unsigned thread = 0; thread < n_threads; thread++) {
      for (size_t i = 0; search.own[thread][t] != NULL && i < n; i++)
        if (tie[i].kind == hubs[t]) sum_merge(&sum[i], &slot_of(&search.table[t], search.own[thread][t], ends_of(tie[i].from, tie[i].to))->sum);
      g_free(search.own[thread][t]);
    }
    g_free(search.table[t].slot);
    g_free(search.table[t].filter);
  }
  g_free(search.own);
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
