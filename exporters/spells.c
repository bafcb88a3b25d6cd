#include "exporters/spells.h"

#include "base/calendar.h"

#include <stdlib.h>

/* One person's day with one other entity. The relation's kind follows from the other's kind. */
typedef struct {
  uint32_t person, to;
  uint16_t kind, day;
} Touch;

static int compare_touches(const void *a, const void *b) {
  const Touch *x = a, *y = b;
  if (x->person != y->person) return x->person < y->person ? -1 : 1;
  if (x->kind != y->kind) return x->kind < y->kind ? -1 : 1;
  if (x->to != y->to) return x->to < y->to ? -1 : 1;
  return (x->day > y->day) - (x->day < y->day);
}

static void touch_add(GArray *touches, uint32_t person, RsKind kind, uint32_t to, uint16_t day) {
  const Touch touch = {person, to, (uint16_t)kind, day};
  if (to != RS_NONE) g_array_append_val(touches, touch);
}

static void person_touches(GArray *touches, const RsClaims *claims, uint32_t person) {
  const uint32_t begin = claims->person_visit[person], end = claims->person_visit[person + 1];
  if (claims->visit_line[end] - claims->visit_line[begin] > RS_SPELLS_MAX_LINES) return;
  for (uint32_t v = begin; v < end; v++) {
    const uint16_t day = (uint16_t)(claims->visit_time[v] / RS_DAY_SECONDS);
    touch_add(touches, person, RS_INSTITUTION, claims->visit_institution[v], day);
    for (uint64_t l = claims->visit_line[v]; l < claims->visit_line[v + 1]; l++) {
      touch_add(touches, person, RS_DOCTOR, claims->line_doctor[l], day);
      touch_add(touches, person, RS_DRUG, claims->line_drug[l], day);
    }
  }
}

RsSpells *rs_spells_new(const RsClaims *claims, const RsSubgraph *subgraph) {
  RsSpells *spells = g_new0(RsSpells, 1);
  spells->touches = g_array_new(FALSE, FALSE, sizeof(Touch));
  for (uint32_t i = 0; i < subgraph->n_nodes; i++)
    if (subgraph->node[i].kind == RS_PERSON) person_touches(spells->touches, claims, subgraph->node[i].id);
  if (spells->touches->len > 0) qsort(spells->touches->data, spells->touches->len, sizeof(Touch), compare_touches);
  return spells;
}

void rs_spells_free(RsSpells *spells) {
  if (spells == NULL) return;
  g_array_unref(spells->touches);
  g_free(spells);
}

static guint touch_first(const GArray *touches, const Touch *wanted) {
  guint low = 0, high = touches->len;
  while (low < high) {
    const guint middle = low + (high - low) / 2;
    if (compare_touches(&g_array_index(touches, Touch, middle), wanted) < 0)
      low = middle + 1;
    else
      high = middle;
  }
  return low;
}

unsigned rs_spells_get(const RsSpells *spells, const RsSubgraph *subgraph, const RsSubgraphEdge *edge,
                       RsSpell spell[RS_MAX_SPELLS]) {
  const RsSubgraphNode *from = &subgraph->node[edge->from], *to = &subgraph->node[edge->to];
  if (from->kind != RS_PERSON) return 0;
  const Touch wanted = {from->id, to->id, (uint16_t)to->kind, 0};
  unsigned n = 0;
  for (guint i = touch_first(spells->touches, &wanted); i < spells->touches->len; i++) {
    const Touch *touch = &g_array_index(spells->touches, Touch, i);
    if (touch->person != wanted.person || touch->kind != wanted.kind || touch->to != wanted.to) break;
    if (n > 0 && touch->day <= spell[n - 1].last + 1) {
      spell[n - 1].last = touch->day;
      continue;
    }
    if (n == RS_MAX_SPELLS) return 0;
    spell[n++] = (RsSpell){touch->day, touch->day};
  }
  return n;
}
