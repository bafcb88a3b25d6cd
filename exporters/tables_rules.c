#include "exporters/tables_rules.h"

#include <stdlib.h>
#include <string.h>

const RsTableColumn rs_rule_columns[RS_RULE_COLUMNS] = {
    {"ring_id", RS_CELL_TEXT, false}, {"rule", RS_CELL_INTEGER, false}, {"unit", RS_CELL_TEXT, false}, {"items", RS_CELL_TEXT, false},
    {"persons", RS_CELL_INTEGER, false}, {"support", RS_CELL_INTEGER, false}, {"expected", RS_CELL_DECIMAL, false},
    {"lift", RS_CELL_DECIMAL, false}, {"q_value", RS_CELL_TINY, false}, {"holders", RS_CELL_TEXT, false}};

static int compare_texts(const void *a, const void *b) { return strcmp(*(const char *const *)a, *(const char *const *)b); }

typedef struct { const char *id; RsKind kind; } Item;

/* Sorted by the printed id within a kind, so that order tells nothing about masked ids. */
static int compare_items(const void *a, const void *b) {
  const Item *x = a, *y = b;
  return x->kind != y->kind ? (x->kind < y->kind ? -1 : 1) : strcmp(x->id, y->id);
}

static const char *items_text(const RsCaseView *view, const RsRule *rule, GString *text) {
  g_autofree Item *item = g_new(Item, (gsize)rule->n_items + 1);
  g_string_truncate(text, 0);
  for (uint32_t i = 0; i < rule->n_items; i++)
    item[i] = (Item){rs_knowledge_id(view->c->knowledge, rule->item[i].kind, rule->item[i].id), rule->item[i].kind};
  if (rule->n_items > 1) qsort(item, rule->n_items, sizeof *item, compare_items);
  for (uint32_t i = 0; i < rule->n_items; i++) g_string_append_printf(text, "%s%s:%s", i > 0 ? ";" : "", rs_kind_name[item[i].kind], item[i].id);
  return text->str;
}

/* Sorted by the printed id, so that order tells nothing about masked ids. */
static const char *holders_text(const RsCaseView *view, const RsRule *rule, GString *text) {
  g_autofree const char **id = g_new(const char *, (gsize)rule->n_persons + 1);
  g_string_truncate(text, 0);
  for (uint32_t i = 0; i < rule->n_persons; i++) id[i] = rs_case_view_id(view, RS_PERSON, rule->person[i]);
  if (rule->n_persons > 1) qsort(id, rule->n_persons, sizeof *id, compare_texts);
  for (uint32_t i = 0; i < rule->n_persons; i++) g_string_append_printf(text, "%s%s", i > 0 ? ";" : "", id[i]);
  return text->str;
}

void rs_rule_of_ring(const RsCaseView *view, uint32_t r, RsRowFunc row, void *data) {
  g_autoptr(GString) items = g_string_new(NULL), holders = g_string_new(NULL);
  const RsRing *ring = &view->c->rings->rings[r];
  char ring_id[16];
  g_snprintf(ring_id, sizeof ring_id, "R%04u", r + 1);
  for (uint32_t i = 0; i < ring->n_rules; i++) {
    const RsRule *rule = &ring->rules[i];
    const RsCell cell[] = {{.text = ring_id}, {.integer = i + 1}, {.text = rule->by_person ? "person" : "visit"},
                           {.text = items_text(view, rule, items)}, {.integer = rule->n_persons}, {.integer = rule->n_visits},
                           {.number = rule->expected}, {.number = rule->lift}, {.number = rule->q_value},
                           {.text = holders_text(view, rule, holders)}};
    row(&rs_table[RS_TABLE_RULE], cell, data);
  }
}
