#include "mining/token.h"

#include "base/calendar.h"
#include "base/hash.h"
#include "base/parallel.h"

#include <stdlib.h>
#include <string.h>

/* One purchase of a rare drug whose token is held at least twice. */
typedef struct { uint32_t institution, drug, person, time; } Holding;

/* Institutions are taken in ranges of about equal visits, a part each, so that the holdings of a part are few and those of one
 * institution lie together: what is then looked up at random fits a cache. */
enum { N_PARTS = 8, MIN_BITS = 8, MAX_BITS = 18 };

typedef struct {
  const RsClaims *claims;
  const uint8_t *rare;
  uint32_t max_holders;
  uint32_t first[N_PARTS + 1]; /* institutions first[p] .. first[p + 1] - 1 are part p's */
  GArray *part[N_PARTS];       /* of RsToken */
} Mine;

void rs_tokens_free(RsTokens *tokens) {
  if (tokens == NULL) return;
  g_free(tokens->token);
  g_free(tokens);
}

static int compare_holdings(const void *x, const void *y) {
  const Holding *a = x, *b = y;
  uint32_t day_a = a->time / RS_DAY_SECONDS, day_b = b->time / RS_DAY_SECONDS;
  if (a->institution != b->institution) return a->institution < b->institution ? -1 : 1;
  if (day_a != day_b) return day_a < day_b ? -1 : 1;
  if (a->drug != b->drug) return a->drug < b->drug ? -1 : 1;
  if (a->person != b->person) return a->person < b->person ? -1 : 1;
  return (a->time > b->time) - (a->time < b->time);
}

static bool same_token(const Holding *a, const Holding *b) {
  return a->institution == b->institution && a->drug == b->drug && a->time / RS_DAY_SECONDS == b->time / RS_DAY_SECONDS;
}

/* All pairs of the holders of one token. Of several visits a day the nearest count. */
static void push_pairs(const Holding *h, guint n, GArray *out) {
  for (guint i = 0, i_end; i < n; i = i_end) {
    for (i_end = i; i_end < n && h[i_end].person == h[i].person;) i_end++;
    for (guint j = i_end, j_end; j < n; j = j_end) {
      uint32_t gap = RS_DAY_SECONDS;
      for (j_end = j; j_end < n && h[j_end].person == h[j].person; j_end++)
        for (guint k = i; k < i_end; k++)
          gap = MIN(gap, h[j_end].time > h[k].time ? h[j_end].time - h[k].time : h[k].time - h[j_end].time);
      RsToken token = {h[i].person, h[j].person, h[i].institution, h[i].drug, (uint16_t)(h[i].time / RS_DAY_SECONDS),
                       (uint16_t)((gap + 59) / 60)};
      g_array_append_val(out, token);
    }
  }
}

/* Counts the part's holdings of each institution (holding NULL), or puts them at start[institution - first]++. */
static void scatter(const Mine *mine, unsigned part, uint32_t *start, Holding *holding) {
  const RsClaims *c = mine->claims;
  uint32_t first = mine->first[part], n = mine->first[part + 1] - first;
  for (uint32_t p = 0; p < c->n_persons; p++)
    for (uint32_t v = c->person_visit[p]; v < c->person_visit[p + 1]; v++) {
      uint32_t at = c->visit_institution[v] - first;
      if (at >= n) continue;
      for (uint64_t l = c->visit_line[v]; l < c->visit_line[v + 1]; l++) {
        if (c->line_drug[l] == RS_NONE || !mine->rare[c->line_drug[l]]) continue;
        if (holding == NULL) start[at]++;
        else holding[start[at]++] = (Holding){c->visit_institution[v], c->line_drug[l], p, c->visit_time[v]};
      }
    }
}

static uint64_t token_hash(const Holding *h) { return rs_hash_mix(h->drug, h->time / RS_DAY_SECONDS); }

/* Leaves out holdings whose day and drug nobody else has (a few stay by chance); returns how many are left. */
static uint32_t drop_lonely(Holding *h, uint32_t n, uint8_t *cell) {
  unsigned bits = MIN_BITS;
  while (bits < MAX_BITS && (1u << bits) < 4 * n) bits++;
  memset(cell, 0, (size_t)1 << bits);
  for (uint32_t i = 0; i < n; i++) {
    uint8_t *count = &cell[token_hash(&h[i]) >> (64 - bits)];
    *count = (uint8_t)(*count + (*count < 2));
  }
  uint32_t kept = 0;
  for (uint32_t i = 0; i < n; i++)
    if (cell[token_hash(&h[i]) >> (64 - bits)] >= 2) h[kept++] = h[i];
  return kept;
}

static void mine_institution(const Mine *mine, Holding *h, uint32_t n, GArray *out) {
  if (n > 1) qsort(h, n, sizeof *h, compare_holdings);
  for (uint32_t i = 0, end; i < n; i = end) {
    uint32_t holders = 0;
    for (end = i; end < n && same_token(&h[end], &h[i]); end++) holders += end == i || h[end].person != h[end - 1].person;
    if (holders >= 2 && holders <= mine->max_holders && end - i <= 4 * mine->max_holders) push_pairs(h + i, end - i, out);
  }
}

static void mine_part(size_t task, unsigned thread, void *data) {
  Mine *mine = data;
  unsigned part = (unsigned)task;
  (void)thread;
  uint32_t n = mine->first[part + 1] - mine->first[part];
  mine->part[part] = g_array_new(FALSE, FALSE, sizeof(RsToken));
  if (n == 0) return;
  g_autofree uint32_t *start = g_new0(uint32_t, n);
  scatter(mine, part, start, NULL);
  uint32_t total = 0;
  for (uint32_t i = 0; i < n; i++) {
    uint32_t here = start[i];
    start[i] = total;
    total += here;
  }
  g_autofree Holding *holding = g_new(Holding, (gsize)total + 1);
  g_autofree uint8_t *cell = g_malloc((gsize)1 << MAX_BITS);
  scatter(mine, part, start, holding); /* start[i] is now where institution i ends */
  for (uint32_t i = 0; i < n; i++) {
    uint32_t from = i == 0 ? 0 : start[i - 1];
    mine_institution(mine, holding + from, drop_lonely(holding + from, start[i] - from, cell), mine->part[part]);
  }
}

/* Ranges of institutions with about equal numbers of visits. */
static void divide(Mine *mine) {
  const RsClaims *c = mine->claims;
  g_autofree uint32_t *visits = g_new0(uint32_t, (gsize)c->institution->n + 1);
  for (uint32_t v = 0; v < c->n_visits; v++) visits[c->visit_institution[v]]++;
  uint64_t sum = 0;
  unsigned part = 0;
  for (uint32_t f = 0; f < c->institution->n; f++) {
    while (part < N_PARTS && sum * N_PARTS >= (uint64_t)part * c->n_visits) mine->first[part++] = f;
    sum += visits[f];
  }
  while (part <= N_PARTS) mine->first[part++] = c->institution->n;
}

static int compare_tokens(const void *x, const void *y) {
  const RsToken *a = x, *b = y;
  if (a->a != b->a) return a->a < b->a ? -1 : 1;
  if (a->b != b->b) return a->b < b->b ? -1 : 1;
  if (a->institution != b->institution) return a->institution < b->institution ? -1 : 1;
  if (a->day != b->day) return a->day < b->day ? -1 : 1;
  return (a->drug > b->drug) - (a->drug < b->drug);
}

RsTokens *rs_tokens_new(const RsClaims *claims, const uint8_t *rare, uint32_t max_holders, unsigned n_threads) {
  RsTokens *out = g_new0(RsTokens, 1);
  if (rare == NULL || claims->n_lines == 0) return out;
  Mine mine = {.claims = claims, .rare = rare, .max_holders = max_holders};
  divide(&mine);
  rs_parallel(n_threads, N_PARTS, mine_part, &mine);
  for (unsigned p = 0; p < N_PARTS; p++) out->n += mine.part[p]->len;
  out->token = g_new(RsToken, out->n + 1);
  uint64_t at = 0;
  for (unsigned p = 0; p < N_PARTS; p++) {
    for (guint i = 0; i < mine.part[p]->len; i++) out->token[at++] = g_array_index(mine.part[p], RsToken, i);
    g_array_unref(mine.part[p]);
  }
  if (out->n > 0) qsort(out->token, out->n, sizeof *out->token, compare_tokens);
  return out;
}
