#include "mining/resale.h"

#include "base/parallel.h"
#include "base/sort.h"

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
  Part part[N_PARTS];
  RsShoppers lists[N_PARTS];
  RsPurchases *bought; /* [n_threads] */
} Look;

static bool overlaps(const RsPurchase *before, const RsPurchase *at) {
  if (at->drug != before->drug || at->day - before->day > RS_RESALE_DAYS) return false;
  if (at->institution != before->institution) return at->day != before->day || at->doctor != before->doctor || at->doctor == RS_NONE;
  return at->doctor != RS_NONE && before->doctor != RS_NONE && at->doctor != before->doctor && at->day != before->day;
}

static bool many_sources(const RsPurchase *p, uint32_t n, uint32_t *n_doctors) {
  *n_doctors = n >= RS_RESALE_DOCTORS ? rs_purchases_doctors(p, n) : 0;
  return *n_doctors >= RS_RESALE_DOCTORS && rs_purchases_in_places(p, n, RS_RESALE_PLACES);
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

static void part_init(Part *part) {
  *part = (Part){.persons = g_array_new(FALSE, FALSE, sizeof(RsResalePerson)), .tokens = g_array_new(FALSE, FALSE, sizeof(RsResaleToken))};
}

static void look_at(Part *part, RsPurchases *bought, uint32_t person) {
  uint32_t n = 0;
  bool many;
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
  RsPurchases *bought = &look->bought[thread];
  part_init(&look->part[task]);
  rs_shoppers_init(&look->lists[task]);
  const uint32_t end = (uint32_t)((uint64_t)c->n_persons * (task + 1) / N_PARTS);
  for (uint32_t p = (uint32_t)((uint64_t)c->n_persons * task / N_PARTS); p < end; p++) {
    const uint32_t n_visits = c->person_visit[p + 1] - c->person_visit[p];
    if (n_visits < RS_LIST_PLACES) continue;
    rs_purchases_of(c, look->counts, p, bought);
    rs_shoppers_look(&look->lists[task], bought, p);
    if (n_visits > RS_RESALE_OVERLAPS) look_at(&look->part[task], bought, p);
  }
}

/* All parts one after another. */
static RsResale *join_parts(Part *part, unsigned n_parts) {
  RsResale *out = g_new0(RsResale, 1);
  uint64_t n_persons = 0, n_tokens = 0, n_overlaps = 0, n_doctors = 0, n = 0;
  for (unsigned i = 0; i < n_parts; i++) {
    n_persons += part[i].persons->len;
    n_tokens += part[i].tokens->len;
    n_overlaps += part[i].n_overlaps;
    n_doctors += part[i].n_doctors;
    n += part[i].n;
  }
  out->mean_overlaps = n > 0 ? (double)n_overlaps / (double)n : 0.0;
  out->mean_doctors = n > 0 ? (double)n_doctors / (double)n : 0.0;
  out->person = g_new(RsResalePerson, n_persons + 1);
  out->token = g_new(RsResaleToken, n_tokens + 1);
  uint32_t first = 0;
  for (unsigned i = 0; i < n_parts; i++) {
    for (guint k = 0; k < part[i].persons->len; k++) {
      out->person[out->n] = g_array_index(part[i].persons, RsResalePerson, k);
      out->person[out->n++].first_token += first;
    }
    if (part[i].tokens->len > 0) memcpy(out->token + first, part[i].tokens->data, part[i].tokens->len * sizeof *out->token);
    first += part[i].tokens->len;
    g_array_unref(part[i].persons);
    g_array_unref(part[i].tokens);
  }
  return out;
}

RsResale *rs_resale_new(const RsClaims *c, const uint8_t *counts, unsigned n_threads, RsShopping **lists) {
  n_threads = CLAMP(n_threads, 1u, 64u);
  g_autofree RsPurchases *bought = g_new0(RsPurchases, n_threads);
  Look look = {.claims = c, .counts = counts, .bought = bought};
  rs_parallel(n_threads, N_PARTS, look_at_part, &look);
  for (unsigned t = 0; t < n_threads; t++) rs_purchases_clear(&bought[t]);
  *lists = rs_shopping_join(look.lists, N_PARTS);
  return join_parts(look.part, N_PARTS);
}

RsResale *rs_resale_again(const RsBought *bought, const RsLeaveOut *days) {
  g_auto(RsPurchases) some = {0};
  Part part;
  part_init(&part);
  for (uint32_t i = 0; i < bought->n; i++) {
    rs_bought_of(bought, i, days, &some);
    look_at(&part, &some, bought->person[i]);
  }
  return join_parts(&part, 1);
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
