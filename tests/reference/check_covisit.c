#include "reference/check_covisit.h"

#include "base/calendar.h"

#include <stdlib.h>

typedef struct { uint32_t institution, time, person; } Visit;

static int compare_visits(const void *x, const void *y) {
  const Visit *a = x, *b = y;
  if (a->institution != b->institution) return a->institution < b->institution ? -1 : 1;
  if (a->time != b->time) return a->time < b->time ? -1 : 1;
  return (a->person > b->person) - (a->person < b->person);
}

static uint32_t day_of(const Visit *v) { return v->time / RS_DAY_SECONDS; }

static uint32_t days_of_person(const RsClaims *c, uint32_t p) {
  uint32_t days = 0;
  for (uint32_t v = c->person_visit[p]; v < c->person_visit[p + 1]; v++)
    days += v == c->person_visit[p] || c->visit_time[v] / RS_DAY_SECONDS != c->visit_time[v - 1] / RS_DAY_SECONDS;
  return days;
}

static GArray *active_visits(const RsClaims *c, uint32_t min_days) {
  GArray *out = g_array_new(FALSE, FALSE, sizeof(Visit));
  for (uint32_t p = 0; p < c->n_persons; p++)
    for (uint32_t v = c->person_visit[p]; v < c->person_visit[p + 1]; v++) {
      Visit visit = {c->visit_institution[v], c->visit_time[v], p};
      if (days_of_person(c, p) >= min_days) g_array_append_val(out, visit);
    }
  g_array_sort(out, compare_visits);
  return out;
}

/* The widest of the four windows after visit i that holds at most max_crowd later visits of the day, in seconds; -1: none. */
static int64_t width_of(const GArray *visits, guint i, uint32_t max_crowd) {
  static const uint32_t width[] = {RS_DAY_SECONDS, 3600, 900, 180};
  const Visit *v = &g_array_index(visits, Visit, i);
  for (unsigned w = 0; w < 4; w++) {
    uint32_t later = 0;
    for (guint j = i + 1; j < visits->len; j++) {
      const Visit *u = &g_array_index(visits, Visit, j);
      later += u->institution == v->institution && day_of(u) == day_of(v) && u->time - v->time <= width[w];
    }
    if (later <= max_crowd) return width[w];
  }
  return -1;
}

/* meetings: "a b institution day" -> gap + 1; pairs: "a b" -> how many of them; met: "a b" -> pairs of visits */
typedef struct { GHashTable *meetings, *pairs, *met; uint32_t n_skipped; } Truth;

static void one_more(GHashTable *counts, uint32_t a, uint32_t b) {
  char *pair = g_strdup_printf("%u %u", a, b);
  uint32_t n = GPOINTER_TO_UINT(g_hash_table_lookup(counts, pair));
  g_hash_table_replace(counts, pair, GUINT_TO_POINTER(n + 1));
}

static void meet(Truth *truth, const Visit *v, const Visit *u) {
  uint32_t a = MIN(v->person, u->person), b = MAX(v->person, u->person), gap = (u->time - v->time + 59) / 60;
  char *key = g_strdup_printf("%u %u %u %u", a, b, v->institution, day_of(v));
  gpointer before = g_hash_table_lookup(truth->meetings, key);
  if (before == NULL) one_more(truth->pairs, a, b);
  one_more(truth->met, a, b);
  if (before == NULL || GPOINTER_TO_UINT(before) > gap + 1) g_hash_table_replace(truth->meetings, key, GUINT_TO_POINTER(gap + 1));
  else g_free(key);
}

static void find_all(Truth *truth, const GArray *visits, const RsCovisitOptions *options) {
  for (guint i = 0; i < visits->len; i++) {
    const Visit *v = &g_array_index(visits, Visit, i);
    bool fixed = options->window_seconds > 0;
    int64_t width = fixed ? options->window_seconds : width_of(visits, i, options->max_crowd);
    truth->n_skipped += width < 0;
    for (guint j = i + 1; j < visits->len; j++) {
      const Visit *u = &g_array_index(visits, Visit, j);
      if (u->institution != v->institution || (!fixed && day_of(u) != day_of(v)) || (int64_t)(u->time - v->time) > width) break;
      if (u->person != v->person) meet(truth, v, u);
    }
  }
}

static char *compare(const Truth *truth, const RsCovisits *c, uint32_t min_meetings) {
  uint32_t n = 0;
  GHashTableIter iter;
  gpointer count;
  g_hash_table_iter_init(&iter, truth->pairs);
  while (g_hash_table_iter_next(&iter, NULL, &count)) n += GPOINTER_TO_UINT(count) >= min_meetings;
  if (n != c->n) return g_strdup_printf("%u pairs, should be %u", c->n, n);
  for (uint32_t i = 0; i < c->n; i++) {
    g_autofree char *pair = g_strdup_printf("%u %u", c->a[i], c->b[i]);
    uint64_t length = c->offset[i + 1] - c->offset[i];
    if (GPOINTER_TO_UINT(g_hash_table_lookup(truth->pairs, pair)) != length) return g_strdup_printf("pair %s: %u meetings", pair, (unsigned)length);
    if (GPOINTER_TO_UINT(g_hash_table_lookup(truth->met, pair)) != c->n_met[i]) return g_strdup_printf("pair %s: met %u times", pair, c->n_met[i]);
    for (uint64_t m = c->offset[i]; m < c->offset[i + 1]; m++) {
      g_autofree char *key = g_strdup_printf("%s %u %u", pair, c->meeting[m].institution, c->meeting[m].day);
      if (GPOINTER_TO_UINT(g_hash_table_lookup(truth->meetings, key)) != c->meeting[m].gap + 1u) return g_strdup_printf("meeting %s: gap %u", key, c->meeting[m].gap);
    }
  }
  return NULL;
}

char *check_covisits(const RsClaims *claims, const RsCovisitOptions *options, const RsCovisits *covisits) {
  Truth truth = {g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL), g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL),
                 g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL), 0};
  g_autoptr(GArray) visits = active_visits(claims, options->min_meetings);
  find_all(&truth, visits, options);
  char *wrong = compare(&truth, covisits, options->min_meetings);
  uint32_t skipped = 0;
  for (uint32_t f = 0; f < claims->institution->n; f++) skipped += covisits->n_skipped[f];
  if (wrong == NULL && skipped != truth.n_skipped) wrong = g_strdup_printf("%u windows skipped, should be %u", skipped, truth.n_skipped);
  g_hash_table_unref(truth.meetings);
  g_hash_table_unref(truth.pairs);
  g_hash_table_unref(truth.met);
  return wrong;
}
