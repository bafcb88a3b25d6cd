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

/* One more line in a row's sums; a row without lines has no days yet. */
static inline void rs_row_add(RsRelation *relation, uint64_t row, int64_t amount, int64_t fund, uint16_t day) {
  relation->first_day[row] = relation->lines[row] == 0 ? day : MIN(relation->first_day[row], day);
  relation->last_day[row] = MAX(relation->last_day[row], day);
  relation->amount[row] = rs_money_add(relation->amount[row], amount);
  relation->fund[row] = rs_money_add(relation->fund[row], fund);
  relation->lines[row]++;
}

/* A key sorts by its bits from `shift` on, which hold `to`; below them it carries a visit or an index, ascending in the input. */
#define RS_ROW_KEY(to, index) ((uint64_t)(to) << 32 | (uint32_t)(index))

/* Sorts keys by bits shift .. shift + bits - 1, all above being 0, keeping the order of equals; keys of equal `to` come ascending.
 * Returns whichever of the two arrays holds the outcome. O(n) for large n; insertion sort for a handful. */
uint64_t *rs_row_keys_sort(uint64_t *key, uint64_t *other, uint32_t n, unsigned shift, unsigned bits);
unsigned rs_row_bits(uint32_t n); /* bits that numbers below n need */

/* offset[i + 1] holds the length of row i: turns lengths into offsets and allocates the columns, all but the sums. */
bool rs_relation_allocate(RsRelation *relation, GError **error);

/* The three relations of persons, and those of institutions and doctors. error: RS_ERROR_LIMIT. key_bits: 64; fewer for tests, which
 * thereby see what is done for claims whose visits, days and drugs need more than 64 bits together. */
bool rs_knowledge_persons(RsKnowledge *knowledge, unsigned n_threads, GError **error);
bool rs_knowledge_hubs(RsKnowledge *knowledge, unsigned n_threads, unsigned key_bits, GError **error);
/* The sums of all rows, for those of hubs zero at first. error: RS_ERROR_LIMIT. */
bool rs_knowledge_hub_sums(RsKnowledge *knowledge, unsigned n_threads, GError **error);
bool rs_knowledge_sums(RsKnowledge *knowledge, unsigned n_threads, GError **error);

/* The first i in 0..n with start[i] >= value; start ascends. For cutting work into tasks of equal weight. */
uint32_t rs_first_at_least(const uint32_t *start, uint32_t n, uint64_t value);

#endif
