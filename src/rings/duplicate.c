#include "rings/duplicate.h"

#include "base/calendar.h"
#include "base/sort.h"
#include "mining/duplicate.h"
#include "mining/region.h"
#include "rings/twice.h"

#include <math.h>
#include <stdlib.h>

/* A hospital and a pharmacy of its county that share so many people bill as they are used to, not for a few: the door pharmacy. */
static void door_pharmacy(const RsScene *scene, const RsTwice *twice, const RsTwiceGroup *group, RsDraft *draft) {
  const RsClaims *c = scene->claims;
  uint32_t door = 0;
  for (uint32_t i = 0; i < group->n_units; i++) {
    const RsTwiceUnit *u = &twice->unit[group->unit[i]];
    unsigned x = c->institution_type[u->outlet[0]], y = c->institution_type[u->outlet[1]];
    bool kinds = (x == RS_TYPE_PHARMACY) != (y == RS_TYPE_PHARMACY) && x != RS_TYPE_UNKNOWN && y != RS_TYPE_UNKNOWN;
    const uint32_t *region = c->institution_region;
    bool unknown = region[u->outlet[0]] == RS_NONE || region[u->outlet[1]] == RS_NONE;
    bool near = unknown || rs_region_apart(c->region, region[u->outlet[0]], region[u->outlet[1]]) == 0;
    if (kinds && near && u->n_persons >= 20) door += u->n_hits;
  }
  if (door * 2 < group->n_hits || door == 0) return;
  rs_twice_counter(draft, "door_pharmacy", group->n_persons, NAN, -80);
}

static int compare_numbers(const void *x, const void *y) {
  uint32_t a = *(const uint32_t *)x, b = *(const uint32_t *)y;
  return (a > b) - (a < b);
}

static bool holds(const RsClaims *c, uint32_t visit, uint32_t drug) {
  for (uint64_t l = c->visit_line[visit]; l < c->visit_line[visit + 1]; l++)
    if (rs_line_drug(c, l) == drug) return true;
  return false;
}

/* Drugs that the person gets every week or so, apart from the purchases in question: each day of a treatment one may be due. Ascending.
 * doubled: visits of these purchases, ascending. All of a person's drugs at once: who buys daily has thousands of purchases in question. */
static GArray *regular_drugs(const RsClaims *c, uint32_t person, const GArray *doubled) {
  enum { DAYS = 5, DAYS_EACH = 14 };
  g_autoptr(GArray) days = g_array_new(FALSE, FALSE, sizeof(uint64_t)); /* drug << 32 | day */
  for (uint32_t v = c->person_visit[person]; v < c->person_visit[person + 1]; v++) {
    if (doubled->len > 0 && bsearch(&v, doubled->data, doubled->len, sizeof v, compare_numbers) != NULL) continue;
    for (uint64_t l = c->visit_line[v]; l < c->visit_line[v + 1]; l++) {
      const uint64_t key = (uint64_t)rs_line_drug(c, l) << 32 | c->visit_time[v] / RS_DAY_SECONDS;
      if (rs_line_drug(c, l) != RS_NONE) g_array_append_val(days, key);
    }
  }
  const uint64_t *key = (const uint64_t *)(const void *)days->data;
  GArray *regular = g_array_new(FALSE, FALSE, sizeof(uint32_t));
  if (days->len > 0) rs_sort_u64((uint64_t *)(void *)days->data, days->len);
  for (guint i = 0, end; i < days->len; i = end) {
    const uint32_t drug = (uint32_t)(key[i] >> 32);
    uint32_t n = 1;
    for (end = i + 1; end < days->len && key[end] >> 32 == drug; end++) n += key[end] != key[end - 1];
    if (n >= DAYS && key[end - 1] - key[i] <= (uint64_t)n * DAYS_EACH) g_array_append_val(regular, drug);
  }
  return regular;
}

/* Whether one of the drugs on both bills is such a drug. */
static bool is_treatment(const RsClaims *c, const RsTwiceHit *h, const GArray *regular) {
  for (uint64_t l = c->visit_line[h->visit[0]]; l < c->visit_line[h->visit[0] + 1]; l++) {
    const uint32_t drug = rs_line_drug(c, l);
    if (bsearch(&drug, regular->data, regular->len, sizeof drug, compare_numbers) != NULL && holds(c, h->visit[1], drug)) return true;
  }
  return false;
}

static void treatment(const RsScene *scene, const RsTwice *twice, const RsTwiceGroup *group, RsDraft *draft) {
  uint32_t regular = 0;
  g_autoptr(GArray) doubled = g_array_new(FALSE, FALSE, sizeof(uint32_t));
  for (uint32_t i = 0; i < group->n_hits; i++) g_array_append_vals(doubled, twice->hit[group->hit[i]].visit, 2);
  if (doubled->len > 0) qsort(doubled->data, doubled->len, sizeof(uint32_t), compare_numbers);
  g_autoptr(GHashTable) drugs = g_hash_table_new_full(NULL, NULL, NULL, (GDestroyNotify)g_array_unref); /* by person */
  for (uint32_t i = 0; i < group->n_hits; i++) {
    const RsTwiceHit *hit = &twice->hit[group->hit[i]];
    GArray *its = g_hash_table_lookup(drugs, GUINT_TO_POINTER(hit->person[0]));
    if (its == NULL) g_hash_table_insert(drugs, GUINT_TO_POINTER(hit->person[0]), its = regular_drugs(scene->claims, hit->person[0], doubled));
    regular += its->len > 0 && is_treatment(scene->claims, hit, its);
  }
  if (regular * 2 >= group->n_hits && regular > 0)
    rs_twice_counter(draft, "treatment", regular, group->n_hits, -(int32_t)lround(40.0 * regular / fmax(1.0, group->n_hits)));
}

/* One drug alone is soon bought again; a whole basket is not. */
static void counter_facts(const RsScene *scene, const RsTwice *twice, const RsTwiceGroup *group, RsDraft *draft) {
  uint32_t single = 0;
  for (uint32_t i = 0; i < group->n_hits; i++) single += twice->hit[group->hit[i]].n_equal < 2;
  if (single * 2 >= group->n_hits)
    rs_twice_counter(draft, "single_drug", single, group->n_hits, -(int32_t)lround(20.0 * single / fmax(1.0, group->n_hits)));
  door_pharmacy(scene, twice, group, draft);
  treatment(scene, twice, group, draft);
}

void rs_duplicate_find(const RsScene *scene, const RsDetectOptions *options, GArray *leads, GArray *near_misses, GArray *set_aside,
                       GArray *not_examined) {
  static const RsTwiceKind kind = {RS_DUPLICATE,
                                   {"duplicates", "again", "people", "equal_drugs", "outlets_apart"},
                                   {60, 15, 15, 15, 10},
                                   counter_facts};
  g_autoptr(RsTwice) twice = rs_duplicates_new(scene->claims, scene->basket, options->n_threads);
  rs_twice_find(scene, twice, NULL, &kind, options, leads, near_misses);
  if (twice->n_aside > 0) {
    RsNotice referred = {"referral", RS_PERSON, RS_NONE, twice->n_aside, NULL, NULL};
    rs_notice_say(&referred, "%llu times two hospitals examined the same person alike, once each: referred patients", (unsigned long long)twice->n_aside);
    g_array_append_val(set_aside, referred);
  }
  if (twice->n_not_examined == 0) return;
  RsNotice notice = {"many_visits", RS_PERSON, RS_NONE, twice->n_not_examined, NULL, NULL};
  rs_notice_say(&notice, "%u credentials with more than %d visits: purchases billed twice and places too far apart", twice->n_not_examined,
                RS_TWICE_MOST_VISITS);
  g_array_append_val(not_examined, notice);
}
