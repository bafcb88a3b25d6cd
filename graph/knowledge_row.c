#include "graph/knowledge_row.h"

#include "base/column.h"
#include "base/error.h"
#include "base/spill.h"
#include "base/words.h"

#include <string.h>

#define FEW 20
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
  if (n <= FEW) {
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
  gsize n = (gsize)n_to + 1;
  *tally = (RsTally){.place = g_try_malloc0_n(n, sizeof *tally->place),
                     .to = g_try_malloc0_n(n + RS_TALLY_PAD, sizeof *tally->to),
                     .met = g_try_malloc_n(n, sizeof *tally->met),
                     .sum = g_try_malloc_n(n, sizeof *tally->sum),
                     .key = g_try_malloc_n(n, sizeof *tally->key),
                     .other = g_try_malloc_n(n, sizeof *tally->other)};
  return tally->place != NULL && tally->to != NULL && tally->met != NULL && tally->sum != NULL && tally->key != NULL && tally->other != NULL;
}

void rs_tally_clear(RsTally *tally) {
  g_free(tally->place);
  g_free(tally->to);
  g_free(tally->met);
  g_free(tally->sum);
  g_free(tally->key);
  g_free(tally->other);
}

static inline void row_write(const RsTally *tally, uint32_t i, RsRelation *relation, uint64_t row) {
  const RsMet *met = &tally->met[i];
  relation->to[row] = tally->to[i];
  relation->visits[row] = met->visits;
  relation->days[row] = met->days;
  if (relation->lines != NULL) relation->lines[row] = met->lines;
  if (relation->amount == NULL) return;
  relation->first_day[row] = tally->sum[i].first_day;
  relation->last_day[row] = met->last_day;
  relation->amount[row] = tally->sum[i].amount;
  relation->fund[row] = tally->sum[i].fund;
}

/* A handful of rows is put in order by asking of each how many are before it: all comparisons, but side by side and none to be guessed, which
 * is several times faster than sorting them. */
static void few_write(RsTally *tally, RsRelation *relation, uint64_t at) {
  uint32_t n = tally->n;
  for (uint32_t i = 0; i < RS_TALLY_PAD; i++) tally->to[n + i] = UINT32_MAX;
  for (uint32_t i = 0; i < n; i++) {
    uint32_t to = tally->to[i], before = 0;
    for (uint32_t block = 0; block < n; block += RS_TALLY_PAD)
      for (uint32_t k = 0; k < RS_TALLY_PAD; k++) before += tally->to[block + k] < to;
    row_write(tally, i, relation, at + before);
  }
}

void rs_tally_write(RsTally *tally, RsRelation *relation, uint64_t at) {
  if (tally->n <= FEW) {
    few_write(tally, relation, at);
  } else {
    for (uint32_t i = 0; i < tally->n; i++) tally->key[i] = RS_ROW_KEY(tally->to[i], i);
    const uint64_t *key = rs_row_keys_sort(tally->key, tally->other, tally->n, 32, rs_row_bits(relation->n_to));
    for (uint32_t i = 0; i < tally->n; i++) row_write(tally, (uint32_t)key[i], relation, at + i);
  }
  tally->n = 0;
}

static bool sums_allocate(RsRelation *relation) {
  relation->first_day = rs_column_new(relation->n, sizeof *relation->first_day);
  relation->last_day = rs_column_new(relation->n, sizeof *relation->last_day);
  relation->amount = rs_column_new(relation->n, sizeof *relation->amount);
  relation->fund = rs_column_new(relation->n, sizeof *relation->fund);
  return relation->first_day != NULL && relation->last_day != NULL && relation->amount != NULL && relation->fund != NULL;
}

bool rs_relation_allocate(RsRelation *relation, RsRelationKind kind, bool sums, GError **error) {
  for (uint32_t i = 0; i < relation->n_from; i++) relation->offset[i + 1] += relation->offset[i];
  relation->n = relation->offset[relation->n_from];
  relation->to = rs_column_new(relation->n, sizeof *relation->to);
  relation->visits = rs_column_new(relation->n, sizeof *relation->visits);
  relation->days = rs_column_new(relation->n, sizeof *relation->days);
  bool lines = sums || kind == RS_REFERS_TO;
  if (lines) relation->lines = rs_column_new(relation->n, sizeof *relation->lines);
  if (relation->to != NULL && relation->visits != NULL && relation->days != NULL && (!lines || relation->lines != NULL) &&
      (!sums || sums_allocate(relation)))
    return true;
  if (!rs_spill_refused(error)) return false;
  g_set_error(error, RS_ERROR, RS_ERROR_LIMIT, _("no memory for %llu relation rows"), (unsigned long long)relation->n);
  return false;
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
