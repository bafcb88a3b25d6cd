/* graph/knowledge_row.h: what knowledge.c, knowledge_persons.c and knowledge_hubs.c share: rows of a relation while they are made.
 * Internal to the graph room. */
#ifndef RS_GRAPH_KNOWLEDGE_ROW_H
#define RS_GRAPH_KNOWLEDGE_ROW_H

#include "base/spill.h"
#include "graph/knowledge.h"

#include <string.h>

/* Money saturates: a hostile file can hold amounts whose sum leaves 64 bits, and wrapping would turn a fortune into a debt. */
static inline int64_t rs_money_add(int64_t a, int64_t b) {
  int64_t sum;
  if (__builtin_add_overflow(a, b, &sum)) return b < 0 ? INT64_MIN : INT64_MAX;
  return sum;
}

/* An amount and what the fund paid of it, side by side in one register. */
typedef int64_t RsMoney __attribute__((vector_size(16)));
typedef uint64_t RsMoneyBits __attribute__((vector_size(16)));
typedef struct {
  const unsigned char *amount, *fund;
  size_t amount_width, fund_width;
  RsMoneyBits mask, sign;
} RsMoneyColumns;

/* Whether sums are kept, and whether so little comes on a line (31 bits) that no sum of lines saturates. */
typedef enum { RS_BARE, RS_NARROW, RS_WIDE } RsSums;

static inline RsSums rs_sums_of(const RsClaims *claims, bool sums) {
  if (!sums) return RS_BARE;
  return MAX(claims->line_amount.width, claims->line_fund.width) <= sizeof(int32_t) ? RS_NARROW : RS_WIDE;
}

static inline RsMoneyColumns rs_money_columns(const RsClaims *claims) {
  const RsPacked *amount = &claims->line_amount, *fund = &claims->line_fund;
  return (RsMoneyColumns){amount->bytes, fund->bytes, amount->width, fund->width, {amount->mask, fund->mask}, {amount->sign, fund->sign}};
}

static inline __attribute__((always_inline)) RsMoney rs_line_money(const RsMoneyColumns *of, uint64_t line) {
  uint64_t amount, fund;
  memcpy(&amount, of->amount + line * of->amount_width, sizeof amount);
  memcpy(&fund, of->fund + line * of->fund_width, sizeof fund);
  const RsMoneyBits money = {amount, fund};
  return (RsMoney)(((money & of->mask) ^ of->sign) - of->sign);
}

static inline __attribute__((always_inline)) RsMoney rs_money_sum(RsMoney a, RsMoney b, RsSums sums) {
  return sums == RS_NARROW ? a + b : (RsMoney){rs_money_add(a[0], b[0]), rs_money_add(a[1], b[1])};
}

/* What one entity met, added up visit by visit, days ascending. Whether somebody was met before would be a guess that often fails, so that
 * adding is the same either way: an entry behind the last is zero, and what the next new one would be is noted each time. Two or three
 * nanoseconds a line. */
typedef struct {
  RsMoney money;
  uint32_t visit /* 1 + the last seen */, visits, lines;
  uint16_t days, last_day /* 1 + it */;
} RsMet;

typedef struct {
  size_t n, n_to;
  uint32_t *place;     /* [n_to + 1] by 1 + entity, the entry if it is one: to[] says */
  uint32_t *to;        /* 1 + entity of n entries; behind them zero, but for to[n] */
  uint16_t *first_day; /* of n entries, unless the sums are bare */
  RsMet *met;          /* n entries, zero behind them */
  uint64_t *present, *word_present; /* zero; a bit an entity, a bit a word of those */
} RsTally;

bool rs_tally_init(RsTally *tally, uint32_t n_to); /* false: no memory */
void rs_tally_clear(RsTally *tally);

/* Adds lines of a visit; to1: 1 + entity; money: theirs. */
static inline __attribute__((always_inline)) void rs_tally_add(RsTally *tally, size_t to1, uint32_t visit, uint16_t day, uint32_t n_lines,
                                                               RsMoney money, RsSums sums) {
  const size_t n = tally->n, place = tally->place[to1], is_new = tally->to[place] != to1, i = is_new ? n : place;
  RsMet *met = &tally->met[i];
  tally->place[to1] = (uint32_t)i;
  tally->to[n] = (uint32_t)to1;
  tally->n = n + is_new;
  met->visits += met->visit != visit + 1;
  met->visit = visit + 1;
  met->days = (uint16_t)(met->days + (met->last_day != (uint16_t)(day + 1)));
  met->last_day = (uint16_t)(day + 1);
  met->lines += n_lines;
  if (sums == RS_BARE) return;
  tally->first_day[n] = day;
  met->money = rs_money_sum(met->money, money, sums);
}

/* The tally's rows from position `at` on, ascending, with the sums if the relation has their columns. Leaves the tally empty. */
void rs_tally_write(RsTally *tally, const RsRelation *relation, uint64_t at);

/* How many lines from this one on, before end, have its value: nearly always all lines of a visit have one doctor, so that their bytes are held
 * against those one further on, eight at a time, a single line's none against none like others, as which they are is a guess that often fails. */
static inline __attribute__((always_inline)) uint64_t rs_run_length(const RsPacked *column, uint64_t line, uint64_t end) {
  const unsigned char *at = rs_packed_at(column, line), *next = at + column->width;
  const size_t length = (size_t)(end - line - 1) * column->width;
  for (size_t i = 0;; i += 8) {
    const size_t rest = length - i;
    uint64_t a, b;
    memcpy(&a, at + i, sizeof a);
    memcpy(&b, next + i, sizeof b);
    const uint64_t differing = (a ^ b) & (rest < 8 ? ~(UINT64_MAX << 8 * rest) : UINT64_MAX);
    if (differing != 0) return 1 + (i + (unsigned)__builtin_ctzll(differing) / 8) / column->width;
    if (rest <= 8) return end - line;
  }
}

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

/* The columns of a relation, before its rows are written: bare, they are without the sums, but a doctor's own workplace is where most of the lines
 * are, so that RS_REFERS_TO has its lines even then. Several threads must know beforehand where each one's rows go: offset[i + 1] holds
 * the length of row i and becomes an offset. One thread writes row after row into room for n_most: rs_relation_begin(), for each row
 * rs_relation_append(), and rs_relation_end(), which gives back the rest. error: RS_ERROR_LIMIT. */
bool rs_relation_allocate(RsRelation *relation, RsRelationKind kind, bool sums, GError **error);
bool rs_relation_begin(RsRelation *relation, RsRelationKind kind, uint64_t n_most, bool sums, GError **error);
void rs_relation_end(RsRelation *relation);
static inline void rs_relation_append(RsRelation *relation, uint32_t from, RsTally *tally) {
  const uint64_t at = relation->n;
  relation->offset[from + 1] = relation->n = at + tally->n;
  rs_tally_write(tally, relation, at);
}
/* Whether one thread does without counting: the room it leaves costs nothing but on disk. */
static inline bool rs_rows_in_order(unsigned n_threads) { return n_threads == 1 && !rs_spill_on(); }

/* The three relations of persons, and those of institutions and doctors. error: RS_ERROR_LIMIT. */
bool rs_knowledge_persons(RsKnowledge *knowledge, bool sums, unsigned n_threads, GError **error);
bool rs_knowledge_hubs(RsKnowledge *knowledge, bool sums, unsigned n_threads, GError **error);

/* The first i in 0..n with start[i] >= value; start ascends. For cutting work into tasks of equal weight. */
uint32_t rs_first_at_least(const uint32_t *start, uint32_t n, uint64_t value);

#endif
