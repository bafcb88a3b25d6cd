#include "graph/knowledge_row.h"

#include "base/column.h"
#include "base/error.h"
#include "base/few.h"
#include "base/spill.h"
#include "base/words.h"

#include <string.h>

#define LARGEST_DIGIT 11

static void insertion_sort(uint64_t *key, uint32_t n) {
  for (uint32_t i = 1; i < n; i++) {
    uint64_t k = key[i];
    uint32_t j = i;
    for (; j > 0 && key[j - 1] > k; j--) key[j] = key[j - 1];
    key[j] = k;
  }
}

static void sort_by_digit(const uint64_t *in, uint64_t *out, uint32_t n, unsigned shift, unsigned width) {
  uint32_t position[1 << LARGEST_DIGIT], mask = (1u << width) - 1, total = 0;
  memset(position, 0, ((size_t)mask + 1) * sizeof *position);
  for (uint32_t i = 0; i < n; i++) position[(in[i] >> shift) & mask]++;
  for (uint32_t d = 0; d <= mask; d++) {
    uint32_t count = position[d];
    position[d] = total;
    total += count;
  }
  for (uint32_t i = 0; i < n; i++) out[position[(in[i] >> shift) & mask]++] = in[i];
}

uint64_t *rs_row_keys_sort(uint64_t *key, uint64_t *other, uint32_t n, unsigned shift, unsigned bits) {
  if (n <= RS_FEW) {
    insertion_sort(key, n); /* what is below `to` ascends, so equals keep their order */
    return key;
  }
  /* clearing and adding up more counters than there are keys would be most of the work */
  unsigned largest = CLAMP(rs_row_bits(n) + 1, 6, LARGEST_DIGIT);
  unsigned n_passes = (bits + largest - 1) / largest;
  for (unsigned pass = 0, done = 0; pass < n_passes; pass++) {
    unsigned width = (bits - done + n_passes - pass - 1) / (n_passes - pass);
    sort_by_digit(key, other, n, shift + done, width);
    uint64_t *swap = key;
    key = other;
    other = swap;
    done += width;
  }
  return key;
}

unsigned rs_row_bits(uint32_t n) {
  unsigned bits = 0;
  while (bits < 32 && ((uint64_t)1 << bits) < n) bits++;
  return bits;
}

/* ---- tallies ---- */

bool rs_tally_init(RsTally *tally, uint32_t n_to) {
  const gsize n = (gsize)n_to + 1;
  *tally = (RsTally){.n_to = n_to,
                     .place = g_try_malloc0_n(n, sizeof *tally->place),
                     .to = g_try_malloc0_n(n + RS_FEW + 1, sizeof *tally->to),
                     .first_day = g_try_malloc0_n(n, sizeof *tally->first_day),
                     .met = g_try_malloc0_n(n, sizeof *tally->met),
                     .present = g_try_malloc0_n(n / 64 + 1, sizeof *tally->present),
                     .word_present = g_try_malloc0_n(n / 4096 + 1, sizeof *tally->word_present)};
  return tally->place != NULL && tally->to != NULL && tally->first_day != NULL && tally->met != NULL && tally->present != NULL && tally->word_present != NULL;
}

void rs_tally_clear(RsTally *tally) {
  g_free(tally->place);
  g_free(tally->to);
  g_free(tally->first_day);
  g_free(tally->met);
  g_free(tally->present);
  g_free(tally->word_present);
}

/* The relation as a copy, whose columns' addresses no store can change. */
static inline __attribute__((always_inline)) void row_write(const RsTally *tally, size_t i, RsRelation relation, bool lines, bool sums, uint64_t row) {
  RsMet *met = &tally->met[i];
  relation.to[row] = tally->to[i] - 1;
  relation.visits[row] = met->visits;
  relation.days[row] = met->days;
  if (lines) relation.lines[row] = met->lines;
  if (sums) {
    relation.first_day[row] = tally->first_day[i];
    relation.last_day[row] = (uint16_t)(met->last_day - 1);
    relation.amount[row] = met->money[0];
    relation.fund[row] = met->money[1];
  }
  *met = (RsMet){0};
}

static inline __attribute__((always_inline)) void few_write(const RsTally *tally, RsRelation relation, bool lines, bool sums, uint64_t at) {
  const size_t n = tally->n;
  uint32_t rank[RS_FEW];
  rs_few_rank(tally->to, n, rank);
  for (size_t i = 0; i < n; i++) row_write(tally, i, relation, lines, sums, at + rank[i]);
  memset(tally->to, 0, (RS_FEW + 1) * sizeof *tally->to);
}

/* Many come out of a map of bits in their order. */
static inline __attribute__((always_inline)) void many_write(const RsTally *tally, RsRelation relation, bool lines, bool sums, uint64_t at) {
  for (size_t i = 0; i < tally->n; i++) {
    const uint32_t to = tally->to[i] - 1;
    tally->present[to / 64] |= (uint64_t)1 << to % 64;
    tally->word_present[to / 4096] |= (uint64_t)1 << to / 64 % 64;
  }
  for (size_t block = 0; block <= tally->n_to / 4096; block++) {
    for (uint64_t words = tally->word_present[block]; words != 0; words &= words - 1) {
      const size_t word = block * 64 + (size_t)__builtin_ctzll(words);
      for (uint64_t bits = tally->present[word]; bits != 0; bits &= bits - 1)
        row_write(tally, tally->place[word * 64 + (size_t)__builtin_ctzll(bits) + 1], relation, lines, sums, at++);
      tally->present[word] = 0;
    }
    tally->word_present[block] = 0;
  }
  memset(tally->to, 0, (tally->n + 1) * sizeof *tally->to);
}

static inline __attribute__((always_inline)) void rows_write(const RsTally *tally, const RsRelation *relation, bool lines, bool sums, uint64_t at) {
  if (tally->n <= RS_FEW) few_write(tally, *relation, lines, sums, at);
  else many_write(tally, *relation, lines, sums, at);
}

void rs_tally_write(RsTally *tally, const RsRelation *relation, uint64_t at) {
  if (relation->amount != NULL) rows_write(tally, relation, true, true, at);
  else if (relation->lines != NULL) rows_write(tally, relation, true, false, at);
  else rows_write(tally, relation, false, false, at);
  tally->n = 0;
}

/* For n rows. */
static bool columns_allocate(RsRelation *relation, RsRelationKind kind, uint64_t n, bool sums, GError **error) {
  const bool lines = sums || kind == RS_REFERS_TO;
  relation->to = rs_column_new(n, sizeof *relation->to);
  relation->visits = rs_column_new(n, sizeof *relation->visits);
  relation->days = rs_column_new(n, sizeof *relation->days);
  bool have = relation->to != NULL && relation->visits != NULL && relation->days != NULL;
  if (lines) have = (relation->lines = rs_column_new(n, sizeof *relation->lines)) != NULL && have;
  if (sums) {
    relation->first_day = rs_column_new(n, sizeof *relation->first_day);
    relation->last_day = rs_column_new(n, sizeof *relation->last_day);
    relation->amount = rs_column_new(n, sizeof *relation->amount);
    relation->fund = rs_column_new(n, sizeof *relation->fund);
    have = have && relation->first_day != NULL && relation->last_day != NULL && relation->amount != NULL && relation->fund != NULL;
  }
  if (have || !rs_spill_refused(error)) return have;
  g_set_error(error, RS_ERROR, RS_ERROR_LIMIT, _("no memory for %llu relation rows"), (unsigned long long)n);
  return false;
}

bool rs_relation_allocate(RsRelation *relation, RsRelationKind kind, bool sums, GError **error) {
  for (uint32_t i = 0; i < relation->n_from; i++) relation->offset[i + 1] += relation->offset[i];
  relation->n = relation->offset[relation->n_from];
  return columns_allocate(relation, kind, relation->n, sums, error);
}

bool rs_relation_begin(RsRelation *relation, RsRelationKind kind, uint64_t n_most, bool sums, GError **error) {
  relation->n = 0;
  return columns_allocate(relation, kind, n_most, sums, error);
}

#define SHRINK(column) ((column) = (column) == NULL ? NULL : rs_column_shrink((column), relation->n, sizeof *(column)))
void rs_relation_end(RsRelation *relation) {
  SHRINK(relation->to);
  SHRINK(relation->visits);
  SHRINK(relation->days);
  SHRINK(relation->lines);
  SHRINK(relation->first_day);
  SHRINK(relation->last_day);
  SHRINK(relation->amount);
  SHRINK(relation->fund);
}

uint32_t rs_first_at_least(const uint32_t *start, uint32_t n, uint64_t value) {
  uint32_t low = 0, high = n;
  while (low < high) {
    uint32_t middle = low + (high - low) / 2;
    if (start[middle] >= value) high = middle;
    else low = middle + 1;
  }
  return low;
}
