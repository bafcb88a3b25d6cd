#include "exporters/spells.h"

#include "base/calendar.h"
#include "base/sort.h"

#include <stdlib.h>

typedef struct {
  uint32_t person;
  guint begin, end; /* of its touches */
} Person;

static int compare_persons(const void *a, const void *b) {
  const Person *x = a, *y = b;
  return (x->person > y->person) - (x->person < y->person);
}

/* A person's day with another entity. The relation's kind follows from the other's kind. */
static uint64_t touch_key(RsKind kind, uint32_t to, uint16_t day) { return (uint64_t)kind << 48 | (uint64_t)to << 16 | day; }

static void touch_add(GArray *touches, RsKind kind, uint32_t to, uint16_t day) {
  const uint64_t touch = touch_key(kind, to, day);
  if (to != RS_NONE) g_array_append_val(touches, touch);
}

static void person_touches(GArray *touches, const RsClaims *claims, uint32_t person) {
  const uint32_t begin = claims->person_visit[person], end = claims->person_visit[person + 1];
  if (claims->visit_line[end] - claims->visit_line[begin] > RS_SPELLS_MAX_LINES) return;
  for (uint32_t v = begin; v < end; v++) {
    const uint16_t day = (uint16_t)(claims->visit_time[v] / RS_DAY_SECONDS);
    touch_add(touches, RS_INSTITUTION, claims->visit_institution[v], day);
    for (uint64_t l = claims->visit_line[v]; l < claims->visit_line[v + 1]; l++) {
      touch_add(touches, RS_DOCTOR, rs_line_doctor(claims, l), day);
      touch_add(touches, RS_DRUG, rs_line_drug(claims, l), day);
    }
  }
}

RsSpells *rs_spells_new(const RsClaims *claims, const RsSubgraph *subgraph) {
  RsSpells *spells = g_new0(RsSpells, 1);
  spells->touches = g_array_new(FALSE, FALSE, sizeof(uint64_t));
  spells->persons = g_array_new(FALSE, FALSE, sizeof(Person));
  for (uint32_t i = 0; i < subgraph->n_nodes; i++) {
    if (subgraph->node[i].kind != RS_PERSON) continue;
    Person person = {.person = subgraph->node[i].id, .begin = spells->touches->len};
    person_touches(spells->touches, claims, person.person);
    person.end = spells->touches->len;
    if (person.end > person.begin)
      rs_sort_u64(&g_array_index(spells->touches, uint64_t, person.begin), person.end - person.begin);
    g_array_append_val(spells->persons, person);
  }
  if (spells->persons->len > 0) qsort(spells->persons->data, spells->persons->len, sizeof(Person), compare_persons);
  return spells;
}

void rs_spells_free(RsSpells *spells) {
  if (spells == NULL) return;
  g_array_unref(spells->touches);
  g_array_unref(spells->persons);
  g_free(spells);
}

/* The first touch at or after `wanted`. */
static guint touch_first(const RsSpells *spells, const Person *person, uint64_t wanted) {
  guint low = person->begin, high = person->end;
  while (low < high) {
    const guint middle = low + (high - low) / 2;
    if (g_array_index(spells->touches, uint64_t, middle) < wanted) low = middle + 1;
    else high = middle;
  }
  return low;
}

unsigned rs_spells_get(const RsSpells *spells, const RsSubgraph *subgraph, const RsSubgraphEdge *edge,
                       RsSpell spell[RS_MAX_SPELLS]) {
  const RsSubgraphNode *from = &subgraph->node[edge->from], *to = &subgraph->node[edge->to];
  const Person key = {.person = from->id};
  unsigned n = 0;
  if (from->kind != RS_PERSON || spells->persons->len == 0) return 0;
  const Person *person = bsearch(&key, spells->persons->data, spells->persons->len, sizeof key, compare_persons);
  const uint64_t wanted = touch_key(to->kind, to->id, 0);
  for (guint i = person == NULL ? 0 : touch_first(spells, person, wanted); person != NULL && i < person->end; i++) {
    const uint64_t touch = g_array_index(spells->touches, uint64_t, i);
    const uint16_t day = (uint16_t)touch;
    if (touch >> 16 != wanted >> 16) break;
    if (n > 0 && day <= spell[n - 1].last + 1) {
      spell[n - 1].last = day;
      continue;
    }
    if (n == RS_MAX_SPELLS) return 0;
    spell[n++] = (RsSpell){day, day};
  }
  return n;
}
