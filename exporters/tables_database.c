/* The tables that stand in case.db alone: what `explain` and `export` need beyond the CSV files. */
#include "exporters/tables_database.h"

#include "base/calendar.h"
#include "exporters/cells.h"
#include "exporters/spells.h"

#include <stdlib.h>
#include <string.h>

/* ---- burst ---- */

const RsTableColumn rs_burst_columns[RS_BURST_COLUMNS] = {
    {"ring_id", RS_CELL_TEXT, false},   {"burst", RS_CELL_INTEGER, false},       {"first_time", RS_CELL_TEXT, false},
    {"last_time", RS_CELL_TEXT, false}, {"institution_id", RS_CELL_TEXT, false}, {"n_members", RS_CELL_INTEGER, false}};

static RsCell time_cell(const RsClaims *claims, uint32_t seconds, char buffer[20]) {
  rs_time_format(seconds, buffer);
  if ((claims->columns & RS_HAS_CLOCK) == 0) buffer[10] = '\0';
  return text_cell(buffer);
}

void rs_burst_of_ring(const RsCaseView *view, uint32_t r, RsRowFunc row, void *data) {
  const RsClaims *claims = view->c->claims;
  const RsRing *ring = &view->c->rings->rings[r];
  RingId id;
  for (uint32_t b = 0; b < ring->n_bursts; b++) {
    const RsBurst *burst = &ring->bursts[b];
    char first[20], last[20];
    const RsCell cell[] = {text_cell(ring_id(r, &id)),
                           integer_cell(b + 1),
                           time_cell(claims, burst->first_time, first),
                           time_cell(claims, burst->last_time, last),
                           text_cell(rs_text_get(claims->institution, burst->institution)),
                           integer_cell(burst->n_members)};
    row(&rs_table[RS_TABLE_BURST], cell, data);
  }
}

/* ---- attendance: who was in which burst; a ring's first 256 persons are known ---- */

const RsTableColumn rs_attendance_columns[RS_ATTENDANCE_COLUMNS] = {
    {"ring_id", RS_CELL_TEXT, false}, {"burst", RS_CELL_INTEGER, false}, {"person_id", RS_CELL_TEXT, false}};

static int compare_texts(const void *a, const void *b) { return strcmp(*(const char *const *)a, *(const char *const *)b); }

/* The printed ids of a burst's persons, sorted, so that order tells nothing about masked ids; returns their number. */
static uint32_t burst_persons(const RsCaseView *view, const RsRing *ring, const RsBurst *burst, const char *person[256]) {
  uint32_t n = 0;
  for (uint32_t m = 0; m < MIN(ring->n_members, 256u) && ring->members[m].kind == RS_PERSON; m++)
    if (burst->member_bits[m / 64] >> (m % 64) & 1u) person[n++] = rs_case_view_id(view, RS_PERSON, ring->members[m].id);
  if (n > 1) qsort(person, n, sizeof *person, compare_texts);
  return n;
}

void rs_attendance_of_ring(const RsCaseView *view, uint32_t r, RsRowFunc row, void *data) {
  const char *person[256];
  const RsRing *ring = &view->c->rings->rings[r];
  RingId id;
  for (uint32_t b = 0; b < ring->n_bursts; b++) {
    const uint32_t n = burst_persons(view, ring, &ring->bursts[b], person);
    for (uint32_t p = 0; p < n; p++) {
      const RsCell cell[] = {text_cell(ring_id(r, &id)), integer_cell(b + 1), text_cell(person[p])};
      row(&rs_table[RS_TABLE_ATTENDANCE], cell, data);
    }
  }
}

/* ---- sentence: summaries (position 0) and facts (from 1) in every language ---- */

const RsTableColumn rs_sentence_columns[RS_SENTENCE_COLUMNS] = {{"ring_id", RS_CELL_TEXT, false},
                                                                {"position", RS_CELL_INTEGER, false},
                                                                {"language", RS_CELL_TEXT, false},
                                                                {"text", RS_CELL_TEXT, false}};

static void sentence_rows(const RsCaseView *view, uint32_t r, uint32_t position, RsRowFunc row, void *data) {
  static const char *const name[] = {[RS_LANG_EN] = "en", [RS_LANG_ZH] = "zh"};
  const RsRing *ring = &view->c->rings->rings[r];
  RingId id;
  for (int language = RS_LANG_EN; language <= RS_LANG_ZH; language++) {
    g_autofree char *text = position == 0 ? rs_ring_summary(view->c->claims, ring, (RsLanguage)language)
                                          : rs_fact_text(view->c->claims, &ring->facts[position - 1], (RsLanguage)language);
    const RsCell cell[] = {text_cell(ring_id(r, &id)), integer_cell(position), text_cell(name[language]), text_cell(text)};
    row(&rs_table[RS_TABLE_SENTENCE], cell, data);
  }
}

void rs_sentence_of_ring(const RsCaseView *view, uint32_t r, RsRowFunc row, void *data) {
  for (uint32_t position = 0; position <= view->c->rings->rings[r].n_facts; position++)
    sentence_rows(view, r, position, row, data);
}

/* ---- spell: the days of relations that have gaps, "2025-03-04;2025-03-13/2025-03-15" ---- */

const RsTableColumn rs_spell_columns[RS_SPELL_COLUMNS] = {{"from_type", RS_CELL_TEXT, false},
                                                          {"from_id", RS_CELL_TEXT, false},
                                                          {"to_type", RS_CELL_TEXT, false},
                                                          {"to_id", RS_CELL_TEXT, false},
                                                          {"days", RS_CELL_TEXT, false}};

typedef struct {
  const char *from, *to;
  const RsSubgraphEdge *edge;
} SpellRow;

static int compare_spell_rows(const void *a, const void *b) {
  const SpellRow *x = a, *y = b;
  const int order = strcmp(x->from, y->from);
  if (order != 0) return order;
  const RsKind a_kind = rs_relation_to[x->edge->kind], b_kind = rs_relation_to[y->edge->kind];
  return a_kind != b_kind ? strcmp(rs_kind_name[a_kind], rs_kind_name[b_kind]) : strcmp(x->to, y->to);
}

static void days_text(GString *text, const RsSpell *spell, unsigned n) {
  char day[11];
  g_string_truncate(text, 0);
  for (unsigned i = 0; i < n; i++) {
    if (i > 0) g_string_append_c(text, ';');
    g_string_append(text, rs_day_format(spell[i].first, day));
    if (spell[i].last > spell[i].first) g_string_append_printf(text, "/%s", rs_day_format(spell[i].last, day));
  }
}

void rs_spell_walk(const RsCaseView *view, RsRowFunc row, void *data) {
  const RsSubgraph *subgraph = view->data->subgraph;
  g_autoptr(RsSpells) spells = rs_spells_new(view->c->claims, subgraph);
  g_autofree SpellRow *rows = g_new(SpellRow, (gsize)subgraph->n_edges + 1);
  g_autoptr(GString) days = g_string_new(NULL);
  uint32_t n = 0;
  RsSpell spell[RS_MAX_SPELLS];
  for (uint32_t i = 0; i < subgraph->n_edges; i++) {
    const RsSubgraphEdge *edge = &subgraph->edge[i];
    const RsSubgraphNode *from = &subgraph->node[edge->from], *to = &subgraph->node[edge->to];
    if (from->kind != RS_PERSON || rs_spells_get(spells, subgraph, edge, spell) < 2) continue;
    rows[n++] = (SpellRow){rs_case_view_id(view, from->kind, from->id), rs_case_view_id(view, to->kind, to->id), edge};
  }
  if (n > 1) qsort(rows, n, sizeof *rows, compare_spell_rows);
  for (uint32_t i = 0; i < n; i++) {
    days_text(days, spell, rs_spells_get(spells, subgraph, rows[i].edge, spell));
    const RsCell cell[] = {text_cell(rs_kind_name[rs_relation_from[rows[i].edge->kind]]), text_cell(rows[i].from),
                           text_cell(rs_kind_name[rs_relation_to[rows[i].edge->kind]]), text_cell(rows[i].to),
                           text_cell(days->str)};
    row(&rs_table[RS_TABLE_SPELL], cell, data);
  }
}
