#include "mining/token.h"

#include "base/calendar.h"
#include "base/hash.h"
#include "base/parallel.h"

#include <stdlib.h>

/* One purchase of a rare drug whose token is held at least twice. */
typedef struct { uint32_t institution, drug, person, time; } Holding;

enum { N_PARTS = 4, MIN_BITS = 10, MAX_BITS = 26 };

typedef struct {
  const RsClaims *claims;
  const uint8_t *rare;
  uint32_t max_holders;
  unsigned bits;
  uint8_t *cell;            /* [1 << bits] holdings by hash of the token, up to 2; part p owns those whose top bits are p */
  GArray *part[N_PARTS];    /* of RsToken */
} Mine;

void rs_tokens_free(RsTokens *tokens) {
  if (tokens == NULL) return;
  g_free(tokens->token);
  g_free(tokens);
}

static uint64_t token_hash(uint32_t institution, uint32_t day, uint32_t drug) {
  return rs_hash_mix((uint64_t)institution << 32 | drug, day);
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

typedef void (*Visitor)(Mine *mine, const Holding *holding, uint64_t hash, void *data);

/* Every holding of a rare drug whose token belongs to the part. */
static void each_holding(Mine *mine, unsigned part, Visitor visit_holding, void *data) {
  const RsClaims *c = mine->claims;
  for (uint32_t p = 0; p < c->n_persons; p++)
    for (uint32_t v = c->person_visit[p]; v < c->person_visit[p + 1]; v++)
      for (uint64_t l = c->visit_line[v]; l < c->visit_line[v + 1]; l++) {
        if (c->line_drug[l] == RS_NONE || !mine->rare[c->line_drug[l]]) continue;
        uint64_t hash = token_hash(c->visit_institution[v], c->visit_time[v] / RS_DAY_SECONDS, c->line_drug[l]);
        if (hash >> 62 != part) continue;
        Holding holding = {c->visit_institution[v], c->line_drug[l], p, c->visit_time[v]};
        visit_holding(mine, &holding, hash, data);
      }
}

static void count_holding(Mine *mine, const Holding *holding, uint64_t hash, void *data) {
  (void)holding;
  (void)data;
  uint8_t *cell = &mine->cell[hash >> (64 - mine->bits)];
  *cell = (uint8_t)(*cell + (*cell < 2));
}

static void keep_holding(Mine *mine, const Holding *holding, uint64_t hash, void *data) {
  GArray *kept = data;
  if (mine->cell[hash >> (64 - mine->bits)] >= 2) g_array_append_vals(kept, holding, 1);
}

static void mine_part(size_t task, unsigned thread, void *data) {
  Mine *mine = data;
  unsigned part = (unsigned)task;
  (void)thread;
  g_autoptr(GArray) kept = g_array_new(FALSE, FALSE, sizeof(Holding));
  each_holding(mine, part, count_holding, NULL);
  each_holding(mine, part, keep_holding, kept);
  mine->part[part] = g_array_new(FALSE, FALSE, sizeof(RsToken));
  if (kept->len == 0) return;
  qsort(kept->data, kept->len, sizeof(Holding), compare_holdings);
  const Holding *h = (const Holding *)(const void *)kept->data;
  for (guint i = 0, end; i < kept->len; i = end) {
    uint32_t holders = 0;
    for (end = i; end < kept->len && same_token(&h[end], &h[i]); end++) holders += end == i || h[end].person != h[end - 1].person;
    if (holders >= 2 && holders <= mine->max_holders && end - i <= 4 * mine->max_holders) push_pairs(h + i, end - i, mine->part[part]);
  }
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
  Mine mine = {.claims = claims, .rare = rare, .max_holders = max_holders, .bits = MIN_BITS};
  while (mine.bits < MAX_BITS && ((uint64_t)1 << mine.bits) < 2 * claims->n_lines) mine.bits++;
  mine.cell = g_malloc0((gsize)1 << mine.bits);
  rs_parallel(n_threads, N_PARTS, mine_part, &mine);
  g_free(mine.cell);
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
