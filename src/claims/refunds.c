#include "claims/refunds.h"

#include <stdlib.h>

#define SEARCH_DEPTH 64 /* how far back a refund looks for a better original; keeps hostile data linear */

static uint64_t magnitude(int64_t amount) { return amount < 0 ? 0 - (uint64_t)amount : (uint64_t)amount; }

typedef struct { const RsRefundLine *line; uint32_t index; } Key;

#define COMPARE(a, b) \
  if ((a) != (b)) return (a) < (b) ? -1 : 1

static int compare_keys(const Key *x, const Key *y, bool by_amount) {
  COMPARE(x->line->institution, y->line->institution);
  COMPARE(x->line->drug, y->line->drug);
  if (by_amount) COMPARE(magnitude(x->line->original), magnitude(y->line->original));
  COMPARE(x->line->time, y->line->time);
  COMPARE(x->line->amount < 0, y->line->amount < 0); /* at one time, the original comes first */
  COMPARE(x->line->refund, y->line->refund);
  COMPARE(x->index, y->index);
  return 0;
}

static int compare_exact(const void *a, const void *b) { return compare_keys(a, b, true); }
static int compare_partial(const void *a, const void *b) { return compare_keys(a, b, false); }

static bool same_item(const Key *x, const Key *y, bool by_amount) {
  return x->line->institution == y->line->institution && x->line->drug == y->line->drug &&
         (!by_amount || magnitude(x->line->original) == magnitude(y->line->original));
}

/* The waiting original for a refund: of its own settlement if one is near the top, else the latest. */
static size_t pick_exact(RsRefundLine *line, const uint32_t *stack, size_t depth, const RsRefundLine *refund) {
  for (size_t i = depth; refund->settlement != 0 && i > 0 && depth - i < SEARCH_DEPTH; i--)
    if (line[stack[i - 1]].settlement == refund->settlement) return i - 1;
  return depth - 1;
}

static size_t stack_remove(uint32_t *stack, size_t depth, size_t at) {
  for (; at + 1 < depth; at++) stack[at] = stack[at + 1];
  return depth - 1;
}

/* Pairs refunds with originals of the same size inside one group. flagged: positive lines of refunded settlements are the refunds. */
static void match_group(RsRefundLine *line, const Key *key, size_t n, uint32_t *stack, bool flagged, RsRefundCounts *counts) {
  size_t depth = 0;
  for (size_t i = 0; i < n; i++) {
    RsRefundLine *current = &line[key[i].index];
    if (current->reversed || current->amount == 0) continue;
    bool refund = flagged ? current->refund && current->amount > 0 : current->amount < 0;
    if (!refund) {
      if (current->amount > 0 && !(flagged && current->refund)) stack[depth++] = key[i].index;
      continue;
    }
    if (depth == 0) continue;
    size_t at = pick_exact(line, stack, depth, current);
    line[stack[at]].reversed = current->reversed = true;
    depth = stack_remove(stack, depth, at);
    counts->pairs++;
  }
}

static void reduce(RsRefundLine *original, RsRefundLine *refund) {
  original->amount += refund->amount;
  original->fund += refund->fund;
  refund->amount = refund->fund = 0;
  refund->reversed = true;
}

static void match_partial(RsRefundLine *line, const Key *key, size_t n, uint32_t *stack, RsRefundCounts *counts) {
  size_t depth = 0;
  for (size_t i = 0; i < n; i++) {
    RsRefundLine *current = &line[key[i].index];
    if (current->reversed) continue;
    if (current->amount > 0 && !current->refund) stack[depth++] = key[i].index;
    if (current->amount >= 0) continue;
    for (size_t k = depth; k > 0 && depth - k < SEARCH_DEPTH; k--) {
      RsRefundLine *original = &line[stack[k - 1]];
      if (magnitude(current->amount) > magnitude(original->amount)) continue;
      reduce(original, current);
      original->reversed = original->amount == 0;
      if (original->reversed) depth = stack_remove(stack, depth, k - 1);
      counts->partial++;
      break;
    }
  }
}

void rs_refunds_match(RsRefundLine *line, size_t n, RsRefundCounts *counts) {
  bool any = false, flagged = false;
  for (size_t i = 0; i < n; i++) {
    any |= line[i].amount < 0 || line[i].refund;
    flagged |= line[i].refund && line[i].amount > 0;
  }
  if (!any) return;
  g_autofree Key *key = g_new(Key, n);
  g_autofree uint32_t *stack = g_new(uint32_t, n);
  for (size_t i = 0; i < n; i++) key[i] = (Key){&line[i], (uint32_t)i};
  qsort(key, n, sizeof *key, compare_exact);
  for (int pass = 0; pass < (flagged ? 2 : 1); pass++)
    for (size_t first = 0, last; first < n; first = last) {
      for (last = first + 1; last < n && same_item(&key[first], &key[last], true); last++) continue;
      match_group(line, key + first, last - first, stack, pass == 1, counts);
    }
  qsort(key, n, sizeof *key, compare_partial);
  for (size_t first = 0, last; first < n; first = last) {
    for (last = first + 1; last < n && same_item(&key[first], &key[last], false); last++) continue;
    match_partial(line, key + first, last - first, stack, counts);
  }
  for (size_t i = 0; i < n; i++) counts->alone += !line[i].reversed && (line[i].amount < 0 || line[i].refund);
}

typedef struct { uint64_t remainder; size_t index; } Share;

static int compare_shares(const void *a, const void *b) {
  const Share *x = a, *y = b;
  COMPARE(y->remainder, x->remainder);
  COMPARE(x->index, y->index);
  return 0;
}

void rs_refunds_spread(RsRefundLine *line, size_t n, int64_t fund) {
  if (n == 0) return;
  bool negative = fund < 0; /* a refunded settlement: spread over the negative lines */
  uint64_t whole = magnitude(fund), total = 0;
  for (size_t i = 0; i < n; i++) {
    line[i].fund = 0;
    if ((line[i].amount < 0) == negative) total += magnitude(line[i].amount);
  }
  if (total == 0) {
    line[0].fund = fund;
    return;
  }
  __extension__ typedef unsigned __int128 u128;
  g_autofree Share *share = g_new(Share, n);
  uint64_t left = whole;
  size_t n_shares = 0;
  for (size_t i = 0; i < n; i++) {
    if ((line[i].amount < 0) != negative || line[i].amount == 0) continue;
    u128 product = (u128)whole * magnitude(line[i].amount);
    uint64_t part = (uint64_t)(product / total);
    line[i].fund = (int64_t)part;
    left -= part;
    share[n_shares++] = (Share){(uint64_t)(product % total), i};
  }
  qsort(share, n_shares, sizeof *share, compare_shares);
  for (size_t i = 0; i < n_shares && left > 0; i++, left--) line[share[i].index].fund++;
  if (negative)
    for (size_t i = 0; i < n; i++) line[i].fund = -line[i].fund;
}

#undef COMPARE
