/* graph/knowledge_row.h: what knowledge.c, knowledge_persons.c and knowledge_hubs.c share: rows of a relation while they are made.
 * Internal to the graph room. */
#ifndef RS_GRAPH_KNOWLEDGE_ROW_H
#define RS_GRAPH_KNOWLEDGE_ROW_H

#include "graph/knowledge.h"

/* Money saturates: a hostile file can hold amounts whose sum leaves 64 bits, and wrapping would turn a fortune into a debt. */
static inline int64_t rs_money_add(int64_t a, int64_t b) {
  int64_t sum;
  if (__builtin_add_overflow(a, b, &sum)) return b < 0 ? INT64_MIN : INT64_MAX;
  return sum;
}

/* What one entity met, added up in any order of visits but that of a visit's lines one after another and of days ascending. An entry is found
 * by place[to], believed only where the entry says so: a tally is emptied by n = 0. In cache, two or three nanoseconds a line. */
typedef struct {
  uint32_t visit, visits, lines; /* visit: the last seen */
  uint16_t days, last_day;
} RsMet;

typedef struct { int64_t amount, fund; uint16_t first_day; } RsMetSum;

typedef struct {
  uint32_t n;
  uint32_t *place; /* [n_to + 1] */
  uint32_t *to;    /* [n_to + 1 + RS_TALLY_PAD] of which n distinct ones are in use */
  RsMet *met;      /* [n_to + 1] */
  RsMetSum *sum;   /* [n_to + 1], of no meaning unless entries were added with sums */
  uint64_t *key, *other; /* [n_to + 1] for sorting */
} RsTally;
enum { RS_TALLY_PAD = 8 };

bool rs_tally_init(RsTally *tally, uint32_t n_to); /* false: no memory */
void rs_tally_clear(RsTally *tally);

/* Returns the entry of `to`; sums: rs_tally_money() follows each time. */
static inline uint32_t rs_tally_add(RsTally *tally, uint32_t to, uint32_t visit, uint16_t day, uint32_t n_lines, bool sums) {
  uint32_t i = tally->place[to];
  if (i >= tally->n || tally->to[i] != to) {
    i = tally->n++;
    tally->place[to] = i;
    tally->to[i] = to;
    tally->met[i] = (RsMet){visit, 1, n_lines, 1, day};
    if (sums) tally->sum[i] = (RsMetSum){.first_day = day};
    return i;
  }
  RsMet *met = &tally->met[i];
  *met = (RsMet){visit, met->visits + (met->visit != visit), met->lines + n_lines, (uint16_t)(met->days + (met->last_day != day)), day};
  return i;
}

static inline void rs_tally_money(RsTally *tally, uint32_t i, int64_t amount, int64_t fund) {
  RsMetSum *sum = &tally->sum[i];
  sum->amount = rs_money_add(sum->amount, amount);
  sum->fund = rs_money_add(sum->fund, fund);
}

/* The tally's rows from position `at` on, ascending, with the sums if the relation has their columns. Leaves the tally empty. */
void rs_tally_write(RsTally *tally, RsRelation *relation, uint64_t at);

/* 1 if seen[to] does not hold the mark, which it holds from then on. */
static inline uint32_t rs_first_sight(uint32_t *seen, uint32_t to, uint32_t mark) {
  uint32_t first = seen[to] != mark;
  seen[to] = mark;
  return first;
}

/* A key sorts by its bits from `shift` on; below them it carries an index, ascending in the input. */
#define RS_ROW_KEY(to, index) ((uint64_t)(to) << 32 | (uint32_t)(index))

/* Sorts keys by bits shift .. shift + bits - 1, all above being 0, keeping the order of equals, which come ascending.
 * Returns whichever of the two arrays holds the outcome. O(n) for large n; insertion sort for a handful. */
uint64_t *rs_row_keys_sort(uint64_t *key, uint64_t *other, uint32_t n, unsigned shift, unsigned bits);
unsigned rs_row_bits(uint32_t n); /* bits that numbers below n need */

/* offset[i + 1] holds the length of row i: turns lengths into offsets and allocates the columns. Bare: without the sums, but a doctor's own
 * workplace is where most of the lines are, so that RS_REFERS_TO has its lines even then. */
bool rs_relation_allocate(RsRelation *relation, RsRelationKind kind, bool sums, GError **error);

/* The three relations of persons, and those of institutions and doctors. error: RS_ERROR_LIMIT. */
bool rs_knowledge_persons(RsKnowledge *knowledge, bool sums, unsigned n_threads, GError **error);
bool rs_knowledge_hubs(RsKnowledge *knowledge, bool sums, unsigned n_threads, GError **error);

/* The first i in 0..n with start[i] >= value; start ascends. For cutting work into tasks of equal weight. */
uint32_t rs_first_at_least(const uint32_t *start, uint32_t n, uint64_t value);

#endif
