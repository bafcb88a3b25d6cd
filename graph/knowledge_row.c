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

bool rs_relation_allocate(RsRelation *relation, GError **error) {
  for (uint32_t i = 0; i < relation->n_from; i++) relation->offset[i + 1] += relation->offset[i];
  relation->n = relation->offset[relation->n_from];
  relation->to = rs_column_new(relation->n, sizeof *relation->to);
  relation->visits = rs_column_new(relation->n, sizeof *relation->visits);
  relation->days = rs_column_new(relation->n, sizeof *relation->days);
  if (relation->to != NULL && relation->visits != NULL && relation->days != NULL) return true;
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
