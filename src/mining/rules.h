/* mining/rules.h: what goes together on the lines of a group: drugs with drugs, with a doctor, with an institution.
 *
 * In    RsClaims and what is usual at each institution; groups of lines and persons
 * Out   at most RS_MAX_RULES rules a group: closed sets of items, held by three persons or more, each with what would be expected
 * Cost  O(lines of the groups * closed sets), sets bounded; the city is only looked up, never walked
 *
 * A set is closed when no item can be added without losing a visit. Expected: each item comes by itself, as often as the institution's other
 * visits have it; that is before selection, since the group was found by looking. q_value rests on the other visits of the
 * same persons alone; it is empty where there are too few of them.
 *
 * What the q_value covers: the closed sets are searched, cut and ranked on the group's own visits, the few that are kept are tested on
 * visits that had no part in any of this. Given the first half, the second half's tests are a fixed family, so all kept rules of all
 * leads are the family, and none of the sets that were looked through and dropped need be counted (Cox, Biometrika 62 (1975); Wasserman &
 * Roeder, Annals of Statistics 37 (2009)). Rules of one lead share persons and visits, so their tests depend on each other in ways nobody
 * knows: the control is Benjamini & Yekutieli's, good for any dependence. A small q_value says that the items go together beyond the lead
 * too, in these people's other visits; a ring that buys together only when it meets has none, and its rules are no worse for that.
 * From  Uno, Kiyomi & Arimura, FIMI (2004) for closed sets without a store; Webb, ACM TKDD 4 (2010) for productive sets;
 *       Tarone, Biometrics 46 (1990) with Benjamini & Yekutieli, Annals of Statistics 29 (2001) for the tests
 */
#ifndef RS_MINING_RULES_H
#define RS_MINING_RULES_H

#include "graph/knowledge.h"
#include "mining/basket.h"
#include "mining/timeline.h"

enum { RS_MAX_RULES = 5, RS_RULE_ITEMS = 32, RS_RULE_SETS = 512, RS_RULE_PERSONS = 3 };

/* ---- closed sets ---- */

typedef struct {
  uint32_t n_items, n_rows;   /* n_items <= RS_RULE_ITEMS */
  const uint32_t *row;        /* [n_rows] bit i: item i */
  const uint32_t *row_person; /* [n_rows] rows of one person stand together */
} RsItemRows;

typedef struct { uint32_t items, n_rows, n_persons; } RsClosedSet;
/* All closed sets of one item or more that at least min_persons persons hold, ascending by items. Where they are more than max_sets,
 * min_persons is raised until they fit. Owned GArray of RsClosedSet. */
GArray *rs_closed_sets(const RsItemRows *rows, uint32_t min_persons, uint32_t max_sets);

/* ---- rules ---- */

typedef struct { RsKind kind; uint32_t id; } RsItem;

typedef struct {
  bool by_person;       /* the items come to one person; else in one visit */
  uint32_t n_items;
  RsItem *item;         /* drugs, then doctors, then institutions, by number */
  uint32_t n_persons;
  uint32_t *person;     /* those who hold it, ascending */
  uint32_t n_visits;    /* visits that show it; by_person: visits of the holders with any of it */
  double expected;      /* persons, before selection; rounded to 1e-6 */
  double lift;          /* persons / expected (at least 1e-6), rounded to six digits */
  double q_value;       /* NAN: not tested */
} RsRule;
void rs_rules_free(RsRule *rule, uint32_t n);

typedef struct {
  const uint64_t *line; uint64_t n_lines;       /* ascending */
  const uint32_t *person; uint32_t n_persons;   /* ascending; whose other visits are the test */
  uint32_t n_rules; RsRule *rule;               /* out: best first */
} RsRuleGroup;

typedef struct {
  const RsClaims *claims;
  const RsKnowledge *knowledge;
  const RsTimeline *timeline;
  const RsBasket *basket;
} RsRuleCity;

void rs_rules_find(const RsRuleCity *city, RsRuleGroup *group, size_t n_groups, unsigned n_threads);

#endif
