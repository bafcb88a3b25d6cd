#include "rings/duplicate.h"

#include "base/calendar.h"
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
    if (c->line_drug[l] == drug) return true;
  return false;
}

/* Whether the person gets the drug every week or so, apart from the purchases in question: each day of a treatment it may be due. doubled:
 * their visits, ascending. */
static bool is_regular(const RsClaims *c, uint32_t person, uint32_t drug, const GArray *doubled) {
  enum { DAYS = 5, DAYS_EACH = 14 };
  uint32_t n = 0, first = 0, last = 0;
  for (uint32_t v = c->person_visit[person]; v < c->person_visit[person + 1] && drug != RS_NONE; v++) {
    uint32_t day = c->visit_time[v] / RS_DAY_SECONDS;
    if ((n > 0 && day == last) || !holds(c, v, drug) || bsearch(&v, doubled->data, doubled->len, sizeof v, compare_numbers) != NULL) continue;
    if (n++ == 0) first = day;
    last = day;
  }
  return n >= DAYS && last - first <= n * DAYS_EACH;
}

/* Whether one of the drugs on both bills is such a drug. */
static bool is_treatment(const RsClaims *c, const RsTwiceHit *h, const GArray *doubled) {
  for (uint64_t l = c->visit_line[h->visit[0]]; l < c->visit_line[h->visit[0] + 1]; l++)
    if (c->line_drug[l] != RS_NONE && holds(c, h->visit[1], c->line_drug[l]) && is_regular(c, h->person[0], c->line_drug[l], doubled)) return true;
  return false;
}

static void treatment(const RsScene *scene, const RsTwice *twice, const RsTwiceGroup *group, RsDraft *draft) {
  uint32_t regular = 0;
  g_autoptr(GArray) doubled = g_array_new(FALSE, FALSE, sizeof(uint32_t));
  for (uint32_t i = 0; i < group->n_hits; i++) g_array_append_vals(doubled, twice->hit[group->hit[i]].visit, 2);
  if (doubled->len > 0) qsort(doubled->data, doubled->len, sizeof(uint32_t), compare_numbers);
  for (uint32_t i = 0; i < group->n_hits; i++) regular += is_treatment(scene->claims, &twice->hit[group->hit[i]], doubled);
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
  (void)set_aside;
  static const RsTwiceKind kind = {RS_DUPLICATE,
                                   {"duplicates", "again", "people", "equal_drugs", "outlets_apart"},
                                   {60, 15, 15, 15, 10},
                                   counter_facts};
  g_autoptr(RsTwice) twice = rs_duplicates_new(scene->claims, scene->basket, options->n_threads);
  rs_twice_find(scene, twice, &kind, options, leads, near_misses);
  if (twice->n_not_examined == 0) return;
  RsNotice notice = {"many_visits", RS_PERSON, RS_NONE, twice->n_not_examined, NULL, NULL};
  rs_notice_say(&notice, "%u credentials with more than %d visits: purchases billed twice and places too far apart", twice->n_not_examined,
                RS_TWICE_MOST_VISITS);
  g_array_append_val(not_examined, notice);
}
