/* graph/tie.h: what single rows of the knowledge graph add up to, taken from the claims again.
 *
 * In    RsKnowledge, bare or not; n ties, each a kind and its two ends
 * Out   n sums
 * Cost  a person's tie: that person's lines; others: one pass over all lines for all of them together
 */
#ifndef RS_GRAPH_TIE_H
#define RS_GRAPH_TIE_H

#include "graph/knowledge.h"

typedef struct { RsRelationKind kind; uint32_t from, to; } RsTie;

typedef struct {
  int64_t amount, fund; /* fen */
  uint32_t lines;       /* 0: no such row */
  uint16_t first_day, last_day;
} RsTieSum;

/* tie: distinct. sum: [n], the caller's. */
void rs_tie_sums(const RsKnowledge *knowledge, const RsTie *tie, size_t n, unsigned n_threads, RsTieSum *sum);

#endif
