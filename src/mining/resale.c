#include "mining/resale.h"

#include "base/parallel.h"
#include "base/sort.h"
#include "mining/purchases.h"

#include <string.h>

void rs_resale_free(RsResale *resale) {
  if (resale == NULL) return;
  g_free(resale->person);
  g_free(resale->token);
  g_free(resale);
}

/* Persons are taken in parts; a thread keeps its memory from person to person. */
enum { N_PARTS = 64 };

typedef struct {
  GArray *persons, *tokens; /* first_token counts from the part's first */
  uint64_t n_overlaps, n_doctors, n;
} Part;

typedef struct {
  const RsClaims *claims;
  const uint8_t *counts;
  const RsResaleScope *scope;
  Part part[N_PARTS];
  RsPurchases *bought; /* [n_threads] */
} Look;

static bool overlaps(const RsPurchase *before, const RsPurchase *at) {
  if (at->drug != before->drug || at->day - before->day > RS_RESALE_DAYS) return false;
  if (at->institution != before->institution) return at->day != before->day || at->doctor != before->doctor || at->doctor == RS_NONE;
  return at->doctor != RS_NONE && before->doctor != RS_NONE && at->doctor != before->doctor && at->day != before->day;
}

static bool many_sources(const RsPurchase *p, uint32_t n, uint32_t *n_doctors) {
  *n_doctors = n >= RS_RESALE_DOCTORS ? rs_purchases_doctors(p, n) : 0;
  return *n_doctors >= RS_RESALE_DOCTORS && rs_purchases_places(p, n) >= RS_RESALE_PLACES;
}

/* Sources of every drug that overlaps at least once, or comes from many; each once, by drug and source. key: [n] scratch. */
static void add_tokens(const RsPurchase *p, uint32_t n, GArray *tokens, uint64_t *key) {
  size_t length = 0;
  for (uint32_t i = 0, end; i < n; i = end) {
    uint32_t count = 0, doctors;
    for (end = i; end < n && p[end].drug == p[i].drug; end++) count += end > i && overlaps(&p[end - 1], &p[end]);
    if (count == 0 && !many_sources(p + i, end - i, &doctors)) continue;
    for (uint32_t k = i; k < end; k++)
      key[length++] = (uint64_t)p[k].drug << 32 | (p[k].doctor != RS_NONE ? p[k].doctor : p[k].institution | RS_SOURCE_INSTITUTION);
  }
  rs_sort_u64(key, length);
  for (size_t i = 0; i < length; i++) {
    RsResaleToken token = {(uint32_t)(key[i] >> 32), (uint32_t)key[i]};
    if (i == 0 || key[i] != key[i - 1]) g_array_append_val(tokens, token);
  }
}

/* The most doctors for one drug; *many: with as many places. */
static uint32_t most_doctors(const RsPurchase *p, uint32_t n, bool *many) {
  uint32_t most = 0;
  *many = false;
  for (uint32_t i = 0, end; i < n; i = end) {
    uint32_t doctors;
    for (end = i; end < n && p[end].drug == p[i].drug;) end++;
    *many = many_sources(p + i, end - i, &doctors) || *many;
    most = MAX(most, doctors);
  }
  return most;
}

static void look_at(const Look *look, RsPurchases *bought, Part *part, uint32_t person) {
  uint32_t n = 0;
  bool many;
  rs_purchases_of(look->claims, look->counts, look->scope != NULL ? &look->scope->days : NULL, person, bought);
  for (uint32_t k = 1; k < bought->n; k++) n += overlaps(&bought->purchase[k - 1], &bought->purchase[k]);
  uint32_t doctors = most_doctors(bought->purchase, bought->n, &many);
  part->n_overlaps += n;
  part->n_doctors += doctors;
  part->n++;
  if (n < RS_RESALE_OVERLAPS && !many) return;
  RsResalePerson one = {person, n, doctors, part->tokens->len, 0};
  add_tokens(bought->purchase, bought->n, part->tokens, bought->key);
  one.n_tokens = part->tokens->len - one.first_token;
  g_array_append_val(part->persons, one);
}

static void look_at_part(size_t task, unsigned thread, void *data) {
  Look *look = data;
  const RsClaims *c = look->claims;
  Part *part = &look->part[task];
  uint64_t n = look->scope != NULL ? look->scope->n : c->n_persons;
  part->persons = g_array_new(FALSE, FALSE, sizeof(RsResalePerson));
  part->tokens = g_array_new(FALSE, FALSE, sizeof(RsResaleToken));
  for (uint64_t i = n * task / N_PARTS; i < n * (task + 1) / N_PARTS; i++) {
    uint32_t p = look->scope != NULL ? look->scope->person[i] : (uint32_t)i;
    if (c->person_visit[p + 1] - c->person_visit[p] > RS_RESALE_OVERLAPS) look_at(look, &look->bought[thread], part, p);
  }
}

/* All parts one after another. */
static RsResale *join_parts(const Look *look) {
  RsResale *out = g_new0(RsResale, 1);
  uint64_t n_persons = 0, n_tokens = 0, n_overlaps = 0, n_doctors = 0, n = 0;
  for (unsigned i = 0; i < N_PARTS; i++) {
    n_persons += look->part[i].persons->len;
    n_tokens += look->part[i].tokens->len;
    n_overlaps += look->part[i].n_overlaps;
    n_doctors += look->part[i].n_doctors;
    n += look->part[i].n;
  }
  out->mean_overlaps = n > 0 ? (double)n_overlaps / (double)n : 0.0;
  out->mean_doctors = n > 0 ? (double)n_doctors / (double)n : 0.0;
  out->person = g_new(RsResalePerson, n_persons + 1);
  out->token = g_new(RsResaleToken, n_tokens + 1);
  uint32_t first = 0;
  for (unsigned i = 0; i < N_PARTS; i++) {
    const Part *part = &look->part[i];
    for (guint k = 0; k < part->persons->len; k++) {
      out->person[out->n] = g_array_index(part->persons, RsResalePerson, k);
      out->person[out->n++].first_token += first;
    }
    if (part->tokens->len > 0) memcpy(out->token + first, part->tokens->data, part->tokens->len * sizeof *out->token);
    first += part->tokens->len;
  }
  return out;
}

RsResale *rs_resale_new(const RsClaims *c, const uint8_t *counts, const RsResaleScope *scope, unsigned n_threads) {
  n_threads = CLAMP(n_threads, 1u, 64u);
  g_autofree RsPurchases *bought = g_new0(RsPurchases, n_threads);
  Look look = {.claims = c, .counts = counts, .scope = scope, .bought = bought};
  rs_parallel(n_threads, N_PARTS, look_at_part, &look);
  RsResale *out = join_parts(&look);
  for (unsigned i = 0; i < N_PARTS; i++) {
    g_array_unref(look.part[i].persons);
    g_array_unref(look.part[i].tokens);
  }
  for (unsigned t = 0; t < n_threads; t++) rs_purchases_clear(&bought[t]);
  return out;
}

static uint64_t token_key(const RsResaleToken *token) { return (uint64_t)token->drug << 32 | token->source; }

uint32_t rs_resale_shared(const RsResale *r, uint32_t i, uint32_t j) {
  const RsResaleToken *a = r->token + r->person[i].first_token, *b = r->token + r->person[j].first_token;
  uint32_t n = r->person[i].n_tokens, m = r->person[j].n_tokens, shared = 0;
  for (uint32_t x = 0, y = 0; x < n && y < m;) {
    uint64_t of_a = token_key(&a[x]), of_b = token_key(&b[y]);
    shared += of_a == of_b;
    x += of_a <= of_b;
    y += of_a >= of_b;
  }
  return shared;
}
