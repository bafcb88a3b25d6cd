#include "mining/resale.h"

#include "base/calendar.h"

#include <stdlib.h>
#include <string.h>

typedef struct { uint32_t drug, day, institution, doctor; } Purchase;

void rs_resale_free(RsResale *resale) {
  if (resale == NULL) return;
  g_free(resale->person);
  g_free(resale->token);
  g_free(resale);
}

static bool purchase_before(const Purchase *a, const Purchase *b) {
  if (a->drug != b->drug) return a->drug < b->drug;
  if (a->day != b->day) return a->day < b->day;
  if (a->institution != b->institution) return a->institution < b->institution;
  return a->doctor < b->doctor;
}

static int compare_purchases(const void *x, const void *y) { return purchase_before(x, y) ? -1 : purchase_before(y, x); }

/* Most people have a few dozen. */
static void sort_purchases(Purchase *p, guint n) {
  enum { FEW = 48 };
  if (n > FEW) {
    qsort(p, n, sizeof *p, compare_purchases);
    return;
  }
  for (guint i = 1; i < n; i++) {
    Purchase moving = p[i];
    guint at = i;
    for (; at > 0 && purchase_before(&moving, &p[at - 1]); at--) p[at] = p[at - 1];
    p[at] = moving;
  }
}

static int compare_tokens(const void *x, const void *y) {
  const RsResaleToken *a = x, *b = y;
  if (a->drug != b->drug) return a->drug < b->drug ? -1 : 1;
  return (a->source > b->source) - (a->source < b->source);
}

static void purchases_of(const RsClaims *c, const uint8_t *counts, const RsResaleScope *scope, uint32_t person, GArray *out) {
  g_array_set_size(out, 0);
  for (uint32_t v = c->person_visit[person]; v < c->person_visit[person + 1]; v++) {
    if (scope != NULL && rs_left_out(&scope->days, c->visit_institution[v], c->visit_time[v] / RS_DAY_SECONDS)) continue;
    for (uint64_t l = c->visit_line[v]; l < c->visit_line[v + 1]; l++) {
      if (rs_line_drug(c, l) == RS_NONE || !counts[rs_line_drug(c, l)] || rs_line_amount(c, l) < 0 || rs_line_quantity(c, l) < 0.0f) continue;
      Purchase at = {rs_line_drug(c, l), c->visit_time[v] / RS_DAY_SECONDS, c->visit_institution[v], rs_line_doctor(c, l)};
      g_array_append_val(out, at);
    }
  }
  sort_purchases((Purchase *)(void *)out->data, out->len);
}

static bool overlaps(const Purchase *before, const Purchase *at) {
  if (at->drug != before->drug || at->day - before->day > RS_RESALE_DAYS) return false;
  if (at->institution != before->institution) return at->day != before->day || at->doctor != before->doctor || at->doctor == RS_NONE;
  return at->doctor != RS_NONE && before->doctor != RS_NONE && at->doctor != before->doctor && at->day != before->day;
}

/* Distinct numbers among the purchases of one drug, at most 64 told apart; member 0: doctors, 1: institutions. */
static uint32_t count_distinct(const Purchase *p, guint n, unsigned what) {
  uint32_t seen[64], distinct = 0;
  for (guint i = 0; i < n && distinct < G_N_ELEMENTS(seen); i++) {
    uint32_t number = what == 0 ? p[i].doctor : p[i].institution;
    bool known = number == RS_NONE;
    for (uint32_t k = 0; k < distinct && !known; k++) known = seen[k] == number;
    if (!known) seen[distinct++] = number;
  }
  return distinct;
}

static bool many_sources(const Purchase *p, guint n, uint32_t *n_doctors) {
  *n_doctors = n >= RS_RESALE_DOCTORS ? count_distinct(p, n, 0) : 0;
  return *n_doctors >= RS_RESALE_DOCTORS && count_distinct(p, n, 1) >= RS_RESALE_PLACES;
}

/* Sources of every drug that overlaps at least once, or comes from many. */
static void add_tokens(const Purchase *p, guint n, GArray *tokens, guint first) {
  for (guint i = 0, end; i < n; i = end) {
    uint32_t count = 0, doctors;
    for (end = i; end < n && p[end].drug == p[i].drug; end++) count += end > i && overlaps(&p[end - 1], &p[end]);
    if (count == 0 && !many_sources(p + i, end - i, &doctors)) continue;
    for (guint k = i; k < end; k++) {
      RsResaleToken token = {p[k].drug, p[k].doctor != RS_NONE ? p[k].doctor : p[k].institution | RS_SOURCE_INSTITUTION};
      g_array_append_val(tokens, token);
    }
  }
  RsResaleToken *t = (RsResaleToken *)(void *)tokens->data + first;
  guint length = tokens->len - first, kept = 0;
  if (length > 1) qsort(t, length, sizeof *t, compare_tokens);
  for (guint i = 0; i < length; i++)
    if (i == 0 || compare_tokens(&t[i], &t[kept - 1]) != 0) t[kept++] = t[i];
  g_array_set_size(tokens, first + kept);
}

/* The most doctors for one drug; *many: with as many places. */
static uint32_t most_doctors(const Purchase *p, guint n, bool *many) {
  uint32_t most = 0;
  *many = false;
  for (guint i = 0, end; i < n; i = end) {
    uint32_t doctors;
    for (end = i; end < n && p[end].drug == p[i].drug;) end++;
    *many = many_sources(p + i, end - i, &doctors) || *many;
    most = MAX(most, doctors);
  }
  return most;
}

RsResale *rs_resale_new(const RsClaims *c, const uint8_t *counts, const RsResaleScope *scope) {
  g_autoptr(GArray) persons = g_array_new(FALSE, FALSE, sizeof(RsResalePerson)), tokens = g_array_new(FALSE, FALSE, sizeof(RsResaleToken));
  g_autoptr(GArray) purchases = g_array_new(FALSE, FALSE, sizeof(Purchase));
  double sum = 0.0, sum_doctors = 0.0, count = 0.0;
  for (uint32_t i = 0, n_persons = scope != NULL ? scope->n : c->n_persons; i < n_persons; i++) {
    uint32_t p = scope != NULL ? scope->person[i] : i;
    if (c->person_visit[p + 1] - c->person_visit[p] <= RS_RESALE_OVERLAPS) continue;
    purchases_of(c, counts, scope, p, purchases);
    const Purchase *at = (const Purchase *)(const void *)purchases->data;
    uint32_t n = 0;
    for (guint k = 1; k < purchases->len; k++) n += overlaps(&at[k - 1], &at[k]);
    bool many;
    uint32_t doctors = most_doctors(at, purchases->len, &many);
    sum += n;
    sum_doctors += doctors;
    count += 1.0;
    if (n < RS_RESALE_OVERLAPS && !many) continue;
    RsResalePerson person = {p, n, doctors, tokens->len, 0};
    add_tokens(at, purchases->len, tokens, person.first_token);
    person.n_tokens = tokens->len - person.first_token;
    g_array_append_val(persons, person);
  }
  RsResale *out = g_new0(RsResale, 1);
  out->mean_overlaps = count > 0.0 ? sum / count : 0.0;
  out->mean_doctors = count > 0.0 ? sum_doctors / count : 0.0;
  gsize n;
  out->person = g_array_steal(persons, &n);
  out->n = (uint32_t)n;
  out->token = g_array_steal(tokens, &n);
  return out;
}

uint32_t rs_resale_shared(const RsResale *r, uint32_t i, uint32_t j) {
  const RsResaleToken *a = r->token + r->person[i].first_token, *b = r->token + r->person[j].first_token;
  uint32_t n = r->person[i].n_tokens, m = r->person[j].n_tokens, shared = 0;
  for (uint32_t x = 0, y = 0; x < n && y < m;) {
    int order = compare_tokens(&a[x], &b[y]);
    shared += order == 0;
    x += order <= 0;
    y += order >= 0;
  }
  return shared;
}
