#include "mining/token.h"

#include "base/calendar.h"
#include "base/parallel.h"
#include "base/sort_by.h"

/* One purchase of a rare drug whose token is held at least twice. */
typedef struct { uint32_t institution, drug, person, time; } Holding;

/* Institutions are taken in ranges of about equal visits, a part each. Pairs are sorted in ranges of person a. */
enum { N_PARTS = 64, N_RANGES = 256 };

typedef struct { uint32_t drug, at; } Line; /* at: which visit of the timeline */

typedef struct {
  uint32_t *count;  /* [n drugs] lines of the day at hand; zero between days */
  Line *line;       /* [room] the day's rare lines */
  Holding *holding; /* [room] those that may make a token */
  uint64_t room;
} Scratch;

typedef struct {
  const RsClaims *claims;
  const RsTimeline *timeline;
  const uint8_t *rare;
  uint32_t max_holders;
  uint32_t first[N_PARTS + 1]; /* institutions first[p] .. first[p + 1] - 1 are part p's */
  GArray *part[N_PARTS];       /* of RsToken */
  Scratch *scratch;            /* [n_threads] */
  RsTokens *out;
  uint64_t range[N_RANGES + 1]; /* where each range of out begins */
} Mine;

void rs_tokens_free(RsTokens *tokens) {
  if (tokens == NULL) return;
  g_free(tokens->token);
  g_free(tokens);
}

/* Those of one day and institution, which come by time. */
static inline bool holding_before(const Holding *a, const Holding *b) { return a->drug != b->drug ? a->drug < b->drug : a->person < b->person; }
RS_SORT_BY(sort_holdings, Holding, holding_before)

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

/* The rare lines of the day's visits [begin, end) of the timeline, as line[0] .. ; returns how many. */
static uint32_t rare_lines(const Mine *mine, Scratch *s, uint32_t begin, uint32_t end) {
  const RsClaims *c = mine->claims;
  const RsTimeline *t = mine->timeline;
  uint32_t n = 0;
  for (uint32_t i = begin; i < end; i++) {
    uint64_t first = c->visit_line[t->visit[i]], stop = c->visit_line[t->visit[i] + 1];
    if (n + (stop - first) > s->room) {
      s->room = 2 * (n + (stop - first));
      s->line = g_renew(Line, s->line, s->room);
      s->holding = g_renew(Holding, s->holding, s->room);
    }
    for (uint64_t l = first; l < stop; l++) {
      uint32_t drug = rs_line_drug(c, l);
      s->line[n] = (Line){drug, i}; /* kept below, or written over */
      n += drug != RS_NONE && mine->rare[drug];
    }
  }
  return n;
}

/* Of the day's rare lines those whose drug is there more than once and not more often than any token may be; returns how many. */
static uint32_t gather_day(const Mine *mine, Scratch *s, uint32_t institution, uint32_t begin, uint32_t end) {
  const uint64_t *key = mine->timeline->key;
  uint32_t n = rare_lines(mine, s, begin, end), most = 4 * mine->max_holders, n_again = 0, kept = 0;
  for (uint32_t k = 0; k < n; k++) n_again += s->count[s->line[k].drug]++ > 0;
  for (uint32_t k = 0; k < n && n_again > 0; k++) {
    Line line = s->line[k];
    s->holding[kept] = (Holding){institution, line.drug, RS_KEY_PERSON(key[line.at]), RS_KEY_TIME(key[line.at])};
    kept += s->count[line.drug] >= 2 && s->count[line.drug] <= most;
  }
  for (uint32_t k = 0; k < n; k++) s->count[s->line[k].drug] = 0;
  return kept;
}

static void mine_day(const Mine *mine, Scratch *s, uint32_t institution, uint32_t begin, uint32_t end, GArray *out) {
  uint32_t n = gather_day(mine, s, institution, begin, end);
  Holding *h = s->holding;
  sort_holdings(h, n);
  for (uint32_t i = 0, stop; i < n; i = stop) {
    uint32_t holders = 0;
    for (stop = i; stop < n && h[stop].drug == h[i].drug; stop++) holders += stop == i || h[stop].person != h[stop - 1].person;
    if (holders >= 2 && holders <= mine->max_holders) push_pairs(h + i, stop - i, out);
  }
}

/* Lines lie in the order of persons: those of visits soon to come are fetched ahead. Always inline: gcc takes a function that does nothing else
 * for one without effect and drops the call. */
__attribute__((always_inline)) static inline void fetch_ahead(const Mine *mine, uint32_t i) {
  enum { VISITS = 64, LINES = 32 };
  const RsTimeline *t = mine->timeline;
  uint32_t n = mine->claims->n_visits;
  if (i + VISITS < n) __builtin_prefetch(&mine->claims->visit_line[t->visit[i + VISITS]]);
  if (i + LINES < n) __builtin_prefetch(rs_packed_at(&mine->claims->line_drug, mine->claims->visit_line[t->visit[i + LINES]]));
}

static void mine_part(size_t task, unsigned thread, void *data) {
  Mine *mine = data;
  const RsTimeline *t = mine->timeline;
  Scratch *s = &mine->scratch[thread];
  GArray *out = mine->part[task] = g_array_new(FALSE, FALSE, sizeof(RsToken));
  for (uint32_t f = mine->first[task]; f < mine->first[task + 1]; f++)
    for (uint32_t begin = t->offset[f], end; begin < t->offset[f + 1]; begin = end) {
      uint32_t day = RS_KEY_TIME(t->key[begin]) / RS_DAY_SECONDS;
      for (end = begin; end < t->offset[f + 1] && RS_KEY_TIME(t->key[end]) / RS_DAY_SECONDS == day; end++) fetch_ahead(mine, end);
      if (end - begin > 1) mine_day(mine, s, f, begin, end, out);
    }
}

/* Ranges of institutions with about equal numbers of visits. */
static void divide(Mine *mine) {
  const RsTimeline *t = mine->timeline;
  unsigned part = 0;
  for (uint32_t f = 0; f < t->n_institutions; f++)
    while (part < N_PARTS && (uint64_t)t->offset[f] * N_PARTS >= (uint64_t)part * mine->claims->n_visits) mine->first[part++] = f;
  while (part <= N_PARTS) mine->first[part++] = t->n_institutions;
}

static inline bool token_before(const RsToken *a, const RsToken *b) { return a->b < b->b; }
RS_SORT_BY(sort_by_partner, RsToken, token_before)

/* Parts are of ascending institutions, and each lists its tokens by day and drug: tokens of one pair stand in order already. */
static void sort_range(size_t task, unsigned thread, void *data) {
  Mine *mine = data;
  (void)thread;
  RsToken *token = mine->out->token + mine->range[task];
  const uint64_t n = mine->range[task + 1] - mine->range[task];
  if (n < 2) return;
  uint32_t first = token[0].a, last = first;
  for (uint64_t i = 1; i < n; i++) first = MIN(first, token[i].a), last = MAX(last, token[i].a);
  g_autofree RsToken *from = g_memdup2(token, n * sizeof *token);
  g_autofree uint64_t *end = g_new0(uint64_t, (gsize)(last - first) + 2); /* of each person's tokens, in the end */
  for (uint64_t i = 0; i < n; i++) end[token[i].a - first + 1]++;
  for (uint32_t p = 0; p < last - first; p++) end[p + 1] += end[p];
  for (uint64_t i = 0; i < n; i++) token[end[from[i].a - first]++] = from[i];
  for (uint64_t i = 0; i < n; i = end[token[i].a - first]) sort_by_partner(token + i, end[token[i].a - first] - i);
}

static uint32_t range_of(const Mine *mine, const RsToken *token) {
  return (uint32_t)((uint64_t)token->a * N_RANGES / mine->claims->n_persons);
}

/* All parts into one list, ranges of a after one another; range[r] is where range r begins. */
static void join_parts(Mine *mine) {
  uint64_t end[N_RANGES] = {0};
  for (unsigned p = 0; p < N_PARTS; p++)
    for (guint i = 0; i < mine->part[p]->len; i++) end[range_of(mine, &g_array_index(mine->part[p], RsToken, i))]++;
  for (unsigned r = 0; r < N_RANGES; r++) {
    mine->range[r + 1] = mine->range[r] + end[r];
    end[r] = mine->range[r];
  }
  mine->out->n = mine->range[N_RANGES];
  mine->out->token = g_new(RsToken, mine->out->n + 1);
  for (unsigned p = 0; p < N_PARTS; p++) {
    for (guint i = 0; i < mine->part[p]->len; i++) {
      const RsToken *token = &g_array_index(mine->part[p], RsToken, i);
      mine->out->token[end[range_of(mine, token)]++] = *token;
    }
    g_array_unref(mine->part[p]);
  }
}

RsTokens *rs_tokens_new(const RsClaims *claims, const RsTimeline *timeline, const uint8_t *rare, uint32_t max_holders, unsigned n_threads) {
  RsTokens *out = g_new0(RsTokens, 1);
  if (rare == NULL || claims->n_lines == 0) return out;
  n_threads = CLAMP(n_threads, 1u, 64u);
  Mine mine = {.claims = claims, .timeline = timeline, .rare = rare, .max_holders = max_holders, .out = out};
  mine.scratch = g_new0(Scratch, n_threads);
  for (unsigned i = 0; i < n_threads; i++) mine.scratch[i].count = g_new0(uint32_t, (gsize)claims->drug->n + 1);
  divide(&mine);
  rs_parallel(n_threads, N_PARTS, mine_part, &mine);
  for (unsigned i = 0; i < n_threads; i++) {
    g_free(mine.scratch[i].count);
    g_free(mine.scratch[i].line);
    g_free(mine.scratch[i].holding);
  }
  g_free(mine.scratch);
  join_parts(&mine);
  rs_parallel(n_threads, N_RANGES, sort_range, &mine);
  return out;
}
