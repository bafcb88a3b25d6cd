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

/* The ties of hubs, a table a kind, so placed by hash that one look finds a tie and its sum. Most lines are let go by a bit of the
 * filter, which stays in the second-level cache. */
enum { PRESCRIBED, DISPENSED, REFERS_TO, N_TABLES };
static const RsRelationKind hubs[N_TABLES] = {RS_PRESCRIBED, RS_DISPENSED, RS_REFERS_TO};

typedef struct { uint64_t ends; RsTieSum sum; } Slot; /* ends: 1 + (from << 32 | to), 0: empty */

typedef struct {
  Slot *slot;       /* [1 << bits], at least two a tie */
  uint64_t *filter; /* of 1 << (bits + 4) bits */
  unsigned bits;
} Table;

typedef struct {
  const RsClaims *claims;
  Table table[N_TABLES];
  Slot *(*own)[N_TABLES]; /* [n_threads] slots with the thread's sums, NULL until it needs them */
  size_t n_shares;
} Search;

/* Ends of a line that has no doctor or no drug are no tie's. */
static inline uint64_t ends_of(uint32_t from, uint32_t to) { return ((uint64_t)from << 32 | to) + 1; }

/* Some are made a line, so one multiplication each; the highest bits of it tell all ends apart. */
static inline uint64_t ends_hash(uint64_t ends) { return ends * 0x9e3779b97f4a7c15u; }

/* Where these ends stand, or would. */
static inline Slot *slot_of(Slot *slots, unsigned bits, uint64_t ends) {
  const size_t mask = ((size_t)1 << bits) - 1;
  size_t at = ends_hash(ends) >> (64 - bits);
  while (slots[at].ends != ends && slots[at].ends != 0) at = (at + 1) & mask;
  return &slots[at];
}

/* The filter's bit. */
static inline unsigned may_hold(const Table *table, uint64_t ends) {
  const uint64_t bit = ends_hash(ends) >> (60 - table->bits);
  return (unsigned)(table->filter[bit / 64] >> bit % 64 & 1);
}

/* Lines that the filter let through: when there are many their slots are asked for, then looked at. */
enum { LINE_BITS = 48 };
typedef struct { uint64_t ends, line; /* below the line's day */ } Asked;
typedef struct { Asked of[64]; unsigned n; Slot *slots; unsigned bits; } Queue;

static void queue_add(Queue *queue, const RsClaims *claims) {
  for (unsigned i = 0; i < queue->n; i++) __builtin_prefetch(&queue->slots[ends_hash(queue->of[i].ends) >> (64 - queue->bits)], 1);
  for (unsigned i = 0; i < queue->n; i++) {
    const Asked *asked = &queue->of[i];
    Slot *slot = slot_of(queue->slots, queue->bits, asked->ends);
    if (slot->ends == asked->ends) sum_add(&slot->sum, claims, asked->line & (((uint64_t)1 << LINE_BITS) - 1), (uint16_t)(asked->line >> LINE_BITS));
  }
  queue->n = 0;
}

/* Written in any case, as a guess whether it stays would often fail. */
static inline void line_ask(Queue *queue, const RsClaims *claims, uint64_t ends, uint64_t line, unsigned held) {
  queue->of[queue->n] = (Asked){ends, line};
  queue->n += held;
  if (queue->n == G_N_ELEMENTS(queue->of)) queue_add(queue, claims);
}

static void table_init(Table *table, RsRelationKind kind, const RsTie *tie, size_t n) {
  size_t n_here = 0;
  for (size_t i = 0; i < n; i++) n_here += tie[i].kind == kind;
  for (table->bits = 3; (size_t)1 << table->bits < 2 * n_here;) table->bits++;
  table->slot = g_new0(Slot, (gsize)1 << table->bits);
  table->filter = g_new0(uint64_t, (gsize)1 << (table->bits - 2));
  for (size_t i = 0; i < n; i++) {
    if (tie[i].kind != kind) continue;
    const uint64_t ends = ends_of(tie[i].from, tie[i].to), bit = ends_hash(ends) >> (60 - table->bits);
    slot_of(table->slot, table->bits, ends)->ends = ends;
    table->filter[bit / 64] |= (uint64_t)1 << bit % 64;
  }
}

static void share_search(size_t share, unsigned thread, void *data) {
  const Search *search = data;
  const RsClaims *claims = search->claims;
  const RsPacked doctors = claims->line_doctor, drugs = claims->line_drug; /* copies, which no store can change */
  const Table *table = search->table;
  Slot **own = search->own[thread];
  Queue queue[N_TABLES] = {0};
  const uint32_t n = claims->n_visits, last = (uint32_t)((uint64_t)n * (share + 1) / search->n_shares);
  for (unsigned t = 0; t < N_TABLES; t++) {
    if (own[t] == NULL) own[t] = g_memdup2(table[t].slot, sizeof(Slot) << table[t].bits);
    queue[t].slots = own[t], queue[t].bits = table[t].bits;
  }
  for (uint32_t visit = (uint32_t)((uint64_t)n * share / search->n_shares); visit < last; visit++) {
    const uint32_t institution = claims->visit_institution[visit];
    const uint64_t day = (uint64_t)(claims->visit_time[visit] / RS_DAY_SECONDS) << LINE_BITS, end = claims->visit_line[visit + 1];
    uint64_t referred = 0; /* mostly one doctor's */
    unsigned held = 0;
    for (uint64_t line = claims->visit_line[visit]; line < end; line++) {
      const uint32_t doctor = (uint32_t)rs_packed_get(&doctors, line) - 1, drug = (uint32_t)rs_packed_get(&drugs, line) - 1;
      const uint64_t dispensed = ends_of(institution, drug), prescribed = ends_of(doctor, drug), refers = ends_of(doctor, institution);
      line_ask(&queue[DISPENSED], claims, dispensed, day | line, may_hold(&table[DISPENSED], dispensed));
      line_ask(&queue[PRESCRIBED], claims, prescribed, day | line, may_hold(&table[PRESCRIBED], prescribed));
      if (refers != referred) referred = refers, held = may_hold(&table[REFERS_TO], refers);
      line_ask(&queue[REFERS_TO], claims, refers, day | line, held);
    }
  }
  for (unsigned t = 0; t < N_TABLES; t++) queue_add(&queue[t], claims);
}

/* Sums of integers, and first and last: the same whichever thread saw a line. All threads' slots stand in the same places. */
static void hub_ties_sum(const RsKnowledge *knowledge, const RsTie *tie, size_t n, unsigned n_threads, RsTieSum *sum) {
  Search search = {.claims = knowledge->claims, .own = g_malloc0_n(n_threads, sizeof *search.own), .n_shares = (size_t)n_threads * 16};
  for (unsigned t = 0; t < N_TABLES; t++) table_init(&search.table[t], hubs[t], tie, n);
  rs_parallel(n_threads, search.n_shares, share_search, &search);
  for (unsigned t = 0; t < N_TABLES; t++) {
    const Table *table = &search.table[t];
    for (unsigned thread = 0; thread < n_threads; thread++) {
      const Slot *own = search.own[thread][t];
      for (size_t i = 0; own != NULL && i < (size_t)1 << table->bits; i++) sum_merge(&table->slot[i].sum, &own[i].sum);
      g_free(search.own[thread][t]);
    }
    for (size_t i = 0; i < n; i++)
      if (tie[i].kind == hubs[t]) sum[i] = slot_of(table->slot, table->bits, ends_of(tie[i].from, tie[i].to))->sum;
    g_free(table->slot);
    g_free(table->filter);
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
