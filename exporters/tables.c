#include "exporters/tables.h"

#include "base/calendar.h"
#include "exporters/cells.h"
#include "exporters/graphml.h"
#include "exporters/policy.h"
#include "exporters/tables_database.h"
#include "exporters/tables_evidence.h"
#include "exporters/tables_rules.h"
#include "exporters/tables_search.h"
#include "exporters/tables_cleared.h"
#include "exporters/tables_watch.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static RsCell day_cell(bool known, uint16_t day, char buffer[11]) { return text_cell(known ? rs_day_format(day, buffer) : ""); }

/* ---- ring ---- */

static const RsTableColumn ring_columns[] = {
    {"ring_id", RS_CELL_TEXT, false}, {"rank", RS_CELL_INTEGER, false}, {"lead_key", RS_CELL_TEXT, false},
    {"pattern", RS_CELL_TEXT, false}, {"score", RS_CELL_INTEGER, false}, {"stability", RS_CELL_TEXT, false},
    {"q_value", RS_CELL_TINY, false}, {"persons", RS_CELL_INTEGER, false}, {"doctors", RS_CELL_INTEGER, false},
    {"institutions", RS_CELL_INTEGER, false}, {"drugs", RS_CELL_INTEGER, false}, {"regions", RS_CELL_INTEGER, false},
    {"claims", RS_CELL_INTEGER, false}, {"amount", RS_CELL_MONEY, false}, {"amount_exclusive", RS_CELL_MONEY, false},
    {"fund_amount", RS_CELL_MONEY, false}, {"first_date", RS_CELL_TEXT, false}, {"last_date", RS_CELL_TEXT, false},
    {"summary", RS_CELL_TEXT, false}};

static void ring_row(const RsCaseView *view, uint32_t r, RsRowFunc row, void *data) {
  const RsRing *ring = &view->c->rings->rings[r];
  g_autofree char *summary = rs_ring_summary(view->c->claims, ring, view->c->text_language);
  const char stability[2] = {ring->stability, '\0'};
  const bool dated = ring->n_evidence > 0;
  char first[11], last[11], key[32];
  RingId id;
  /* a plain hash of clear ids could be guessed by trying ids, so where ids are masked the key is keyed too */
  const bool kept = *ring->kept_key != '\0' && !view->c->plain_keys;
  const char *lead_key = kept ? ring->kept_key : rs_mask_text(view->mask, 'l', ring->lead_key, key);
  const RsCell cell[] = {
      text_cell(ring_id(r, &id)), integer_cell(r + 1), text_cell(lead_key), text_cell(rs_pattern_name[ring->pattern]),
      integer_cell(ring->score), text_cell(stability), number_cell(ring->q_value), integer_cell(ring->count[RS_PERSON]),
      integer_cell(ring->count[RS_DOCTOR]), integer_cell(ring->count[RS_INSTITUTION]), integer_cell(ring->count[RS_DRUG]),
      integer_cell(ring->n_regions), count_cell(ring->n_evidence), integer_cell(ring->amount),
      integer_cell(ring->amount_exclusive), fund_cell(view->c->claims, ring->fund), day_cell(dated, ring->first_day, first),
      day_cell(dated, ring->last_day, last), text_cell(summary)};
  row(&rs_table[RS_TABLE_RING], cell, data);
}

/* ---- member ---- */

static const RsTableColumn member_columns[] = {{"ring_id", RS_CELL_TEXT, false}, {"entity_type", RS_CELL_TEXT, false},
                                               {"entity_id", RS_CELL_TEXT, false}, {"role", RS_CELL_TEXT, false},
                                               {"strength", RS_CELL_DECIMAL, false}, {"watched", RS_CELL_INTEGER, false}};

typedef struct { const RsMember *member; const char *id; uint32_t group; } MemberRow;

static int compare_members(const void *a, const void *b) {
  const MemberRow *x = a, *y = b;
  if (x->group != y->group) return x->group < y->group ? -1 : 1;
  return strcmp(x->id, y->id);
}

/* The ring's own order, but members alike in kind, role and strength by their printed id. */
static MemberRow *members_in_order(const RsCaseView *view, const RsRing *ring) {
  MemberRow *rows = g_new(MemberRow, (gsize)ring->n_members + 1);
  for (uint32_t m = 0; m < ring->n_members; m++) {
    const RsMember *member = &ring->members[m], *before = m == 0 ? NULL : member - 1;
    const bool alike = before != NULL && before->kind == member->kind && before->role == member->role &&
                       !(before->strength > member->strength) && !(before->strength < member->strength);
    rows[m] = (MemberRow){member, rs_case_view_id(view, member->kind, member->id), alike ? rows[m - 1].group : m};
  }
  if (ring->n_members > 0) qsort(rows, ring->n_members, sizeof *rows, compare_members);
  return rows;
}

static void member_of_ring(const RsCaseView *view, uint32_t r, RsRowFunc row, void *data) {
  const RsRing *ring = &view->c->rings->rings[r];
  g_autofree MemberRow *rows = members_in_order(view, ring);
  RingId id;
  for (uint32_t m = 0; m < ring->n_members; m++) {
    const RsMember *member = rows[m].member;
    const RsCell cell[] = {text_cell(ring_id(r, &id)), text_cell(rs_kind_name[member->kind]), text_cell(rows[m].id),
                           text_cell(rs_role_name[member->role]), number_cell(member->strength),
                           integer_cell(rs_watch_has(view->c->watch, member->kind, member->id))};
    row(&rs_table[RS_TABLE_MEMBER], cell, data);
  }
}

/* ---- fact ---- */

static const RsTableColumn fact_columns[] = {{"ring_id", RS_CELL_TEXT, false}, {"fact", RS_CELL_TEXT, false},
                                             {"value", RS_CELL_DECIMAL, false}, {"expected", RS_CELL_DECIMAL, false},
                                             {"p_value", RS_CELL_TINY, false}, {"points", RS_CELL_INTEGER, false},
                                             {"kind", RS_CELL_TEXT, false}, {"text", RS_CELL_TEXT, false}};

static void fact_of_ring(const RsCaseView *view, uint32_t r, RsRowFunc row, void *data) {
  const RsRing *ring = &view->c->rings->rings[r];
  RingId id;
  for (uint32_t f = 0; f < ring->n_facts; f++) {
    const RsFact *fact = &ring->facts[f];
    g_autofree char *text = rs_fact_text(view->c->claims, fact, view->c->text_language);
    const RsCell cell[] = {text_cell(ring_id(r, &id)), text_cell(fact->code), number_cell(fact->value),
                           number_cell(fact->expected), number_cell(fact->p_value), integer_cell(fact->points),
                           text_cell(fact->counter ? "counter" : "for"), text_cell(text)};
    row(&rs_table[RS_TABLE_FACT], cell, data);
  }
}

/* ---- institution ---- */

static const RsTableColumn institution_columns[] = {
    {"rank", RS_CELL_INTEGER, false}, {"institution_id", RS_CELL_TEXT, false}, {"name", RS_CELL_TEXT, false},
    {"type", RS_CELL_TEXT, false}, {"region", RS_CELL_TEXT, false}, {"visits", RS_CELL_INTEGER, false},
    {"persons", RS_CELL_INTEGER, false}, {"amount", RS_CELL_MONEY, false}, {"peers", RS_CELL_INTEGER, false},
    {"suspicion", RS_CELL_DECIMAL, false}, {"rings", RS_CELL_INTEGER, false}};

static void institution_walk(const RsCaseView *view, RsRowFunc row, void *data) {
  static const char *const type_name[] = {"", "pharmacy", "hospital", "clinic"};
  const RsClaims *claims = view->c->claims;
  for (uint32_t i = 0; i < view->c->rings->n_institutions; i++) {
    const RsInstitutionRank *one = &view->c->rings->institutions[i];
    const char *key = rs_text_get(claims->institution, one->institution);
    char hidden[32];
    const char *name = rs_case_name(view->c, view->mask, RS_INSTITUTION, one->institution, hidden);
    const unsigned type = claims->institution_type == NULL ? 0 : claims->institution_type[one->institution];
    const uint32_t region = claims->institution_region == NULL ? RS_NONE : claims->institution_region[one->institution];
    const RsCell cell[] = {
        integer_cell(one->rank), text_cell(key), text_cell(name), text_cell(type < G_N_ELEMENTS(type_name) ? type_name[type] : ""),
        text_cell(number_text(claims->region, region)), count_cell(one->visits), integer_cell(one->persons),
        integer_cell(one->amount), integer_cell(one->peers), number_cell(one->suspicion), integer_cell(one->n_rings)};
    row(&rs_table[RS_TABLE_INSTITUTION], cell, data);
  }
}

/* ---- reject ---- */

static const RsTableColumn reject_columns[] = {{"file", RS_CELL_TEXT, false}, {"line", RS_CELL_INTEGER, false},
                                               {"reason", RS_CELL_TEXT, false}, {"raw", RS_CELL_TEXT, false}};

/* A record as it stood, as UTF-8 without NUL: what is neither becomes U+FFFD. */
static char *raw_text(const RsReject *reject) {
  GString *text = g_string_new(NULL);
  const char *at = reject->raw, *end = at + reject->raw_length;
  while (at < end) {
    const char *stop;
    g_utf8_validate(at, end - at, &stop);
    g_string_append_len(text, at, stop - at);
    at = stop;
    if (at < end) {
      g_string_append(text, "\xEF\xBF\xBD");
      at++;
    }
  }
  return g_string_free(text, FALSE);
}

void rs_table_walk_rejects(const RsReport *report, const RsMask *mask, RsLanguage language, RsRowFunc row, void *data) {
  for (guint i = 0; i < report->rejects->len; i++) {
    const RsReject *reject = g_ptr_array_index(report->rejects, i);
    const char *detail = reject->detail == NULL ? NULL : reject->detail->text[language];
    g_autofree char *reason = g_strconcat(rs_reason_name[reject->reason], detail != NULL ? ": " : NULL, detail, NULL);
    g_autofree char *clear = rs_mask_is_clear(mask) && reject->raw != NULL ? raw_text(reject) : NULL;
    char masked[32] = "";
    if (!rs_mask_is_clear(mask) && reject->raw_length > 0) rs_mask_bytes(mask, 'r', reject->raw, reject->raw_length, masked);
    const RsCell cell[] = {text_cell(file_name(report, reject->row)), count_cell(RS_ROW_LINE(reject->row)), text_cell(reason),
                           text_cell(clear != NULL ? clear : masked)};
    row(&rs_table[RS_TABLE_REJECT], cell, data);
  }
}

static void reject_walk(const RsCaseView *view, RsRowFunc row, void *data) {
  rs_table_walk_rejects(view->c->report, view->mask, view->c->text_language, row, data);
}

/* ---- entity and relation: what graph.graphml shows ---- */

static const RsTableColumn entity_columns[] = {
    {"entity_type", RS_CELL_TEXT, false}, {"entity_id", RS_CELL_TEXT, false}, {"label", RS_CELL_TEXT, false},
    {"region", RS_CELL_TEXT, false}, {"n_claims", RS_CELL_INTEGER, false}, {"amount", RS_CELL_MONEY, false},
    {"first_date", RS_CELL_TEXT, false}, {"last_date", RS_CELL_TEXT, false}, {"watched", RS_CELL_INTEGER, false}};

typedef struct { const char *id; const RsSubgraphNode *node; } NodeRow;

static int compare_nodes(const void *a, const void *b) {
  const NodeRow *x = a, *y = b;
  if (x->node->kind != y->node->kind) return x->node->kind < y->node->kind ? -1 : 1;
  return strcmp(x->id, y->id);
}

static NodeRow *nodes_in_order(const RsCaseView *view) {
  const RsSubgraph *subgraph = view->data->subgraph;
  NodeRow *rows = g_new(NodeRow, (gsize)subgraph->n_nodes + 1);
  for (uint32_t i = 0; i < subgraph->n_nodes; i++)
    rows[i] = (NodeRow){rs_case_view_id(view, subgraph->node[i].kind, subgraph->node[i].id), &subgraph->node[i]};
  if (subgraph->n_nodes > 0) qsort(rows, subgraph->n_nodes, sizeof *rows, compare_nodes);
  return rows;
}

static uint32_t region_of(const RsClaims *claims, RsKind kind, uint32_t id) {
  if (kind == RS_PERSON && claims->person_region != NULL) return claims->person_region[id];
  if (kind == RS_INSTITUTION && claims->institution_region != NULL) return claims->institution_region[id];
  return RS_NONE;
}

static void entity_walk(const RsCaseView *view, RsRowFunc row, void *data) {
  const RsClaims *claims = view->c->claims;
  g_autofree NodeRow *rows = nodes_in_order(view);
  for (uint32_t i = 0; i < view->data->subgraph->n_nodes; i++) {
    const RsSubgraphNode *node = rows[i].node;
    const RsEntity *entity = &view->data->entities->of[node->kind][node->id];
    char label[32], first[11], last[11];
    const RsCell cell[] = {
        text_cell(rs_kind_name[node->kind]), text_cell(rows[i].id),
        text_cell(rs_case_label(view->c, view->mask, node->kind, node->id, label)),
        text_cell(number_text(claims->region, region_of(claims, node->kind, node->id))), count_cell(entity->n_claims),
        integer_cell(entity->amount), day_cell(entity->n_claims > 0, entity->first_day, first),
        day_cell(entity->n_claims > 0, entity->last_day, last), integer_cell(rs_watch_has(view->c->watch, node->kind, node->id))};
    row(&rs_table[RS_TABLE_ENTITY], cell, data);
  }
}

static const RsTableColumn relation_columns[] = {
    {"from_type", RS_CELL_TEXT, false}, {"from_id", RS_CELL_TEXT, false}, {"to_type", RS_CELL_TEXT, false},
    {"to_id", RS_CELL_TEXT, false}, {"kind", RS_CELL_TEXT, false}, {"visits", RS_CELL_INTEGER, false},
    {"lines", RS_CELL_INTEGER, false}, {"days", RS_CELL_INTEGER, false}, {"amount", RS_CELL_MONEY, false},
    {"fund_amount", RS_CELL_MONEY, false}, {"first_date", RS_CELL_TEXT, false}, {"last_date", RS_CELL_TEXT, false}};

static void relation_walk(const RsCaseView *view, RsRowFunc row, void *data) {
  const RsSubgraph *subgraph = view->data->subgraph;
  g_autofree NodeRow *nodes = nodes_in_order(view);
  g_autofree uint32_t *rank = g_new(uint32_t, (gsize)subgraph->n_nodes + 1);
  for (uint32_t i = 0; i < subgraph->n_nodes; i++) rank[nodes[i].node - subgraph->node] = i;
  g_autofree uint32_t *order = rs_subgraph_edges_by(subgraph, rank);
  for (uint32_t i = 0; i < subgraph->n_edges; i++) {
    const RsSubgraphEdge *edge = &subgraph->edge[order[i]];
    const RsRelation *relation = &view->c->knowledge->relation[edge->kind];
    const NodeRow *from = &nodes[rank[edge->from]], *to = &nodes[rank[edge->to]];
    char first[11], last[11];
    const RsCell cell[] = {
        /* NOLINTNEXTLINE(clang-analyzer-core.NullDereference): every edge's ends are nodes */
        text_cell(rs_kind_name[from->node->kind]), text_cell(from->id), text_cell(rs_kind_name[to->node->kind]), text_cell(to->id),
        text_cell(rs_relation_name[edge->kind]), integer_cell(relation->visits[edge->row]), integer_cell(edge->sum.lines),
        integer_cell(relation->days[edge->row]), integer_cell(edge->sum.amount), fund_cell(view->c->claims, edge->sum.fund),
        day_cell(true, edge->sum.first_day, first), day_cell(true, edge->sum.last_day, last)};
    row(&rs_table[RS_TABLE_RELATION], cell, data);
  }
}

void rs_table_walk(const RsTable *table, const RsCaseView *view, RsRowFunc row, void *data) {
  if (table->whole != NULL) table->whole(view, row, data);
  else
    for (uint32_t r = 0; r < view->c->rings->n_rings; r++) table->of_ring(view, r, row, data);
}

#define COLUMNS(name) G_N_ELEMENTS(name##_columns), name##_columns
#define ELSEWHERE(name, NAME) RS_##NAME##_COLUMNS, rs_##name##_columns
const RsTable rs_table[RS_N_TABLES] = {
    [RS_TABLE_RING] = {"ring", "rings.csv", COLUMNS(ring), .of_ring = ring_row},
    [RS_TABLE_MEMBER] = {"member", "members.csv", COLUMNS(member), .of_ring = member_of_ring},
    [RS_TABLE_FACT] = {"fact", "facts.csv", COLUMNS(fact), .of_ring = fact_of_ring},
    [RS_TABLE_EVIDENCE] = {"evidence", "evidence.csv", ELSEWHERE(evidence, EVIDENCE), .of_ring = rs_evidence_of_ring},
    [RS_TABLE_INSTITUTION] = {"institution", "institutions.csv", COLUMNS(institution), .whole = institution_walk},
    [RS_TABLE_REJECT] = {"reject", "rejects.csv", COLUMNS(reject), .whole = reject_walk},
    [RS_TABLE_ENTITY] = {"entity", NULL, COLUMNS(entity), .whole = entity_walk},
    [RS_TABLE_RELATION] = {"relation", NULL, COLUMNS(relation), .whole = relation_walk},
    [RS_TABLE_BURST] = {"burst", NULL, ELSEWHERE(burst, BURST), .of_ring = rs_burst_of_ring},
    [RS_TABLE_ATTENDANCE] = {"attendance", NULL, ELSEWHERE(attendance, ATTENDANCE), .of_ring = rs_attendance_of_ring},
    [RS_TABLE_SENTENCE] = {"sentence", NULL, ELSEWHERE(sentence, SENTENCE), .of_ring = rs_sentence_of_ring},
    [RS_TABLE_SPELL] = {"spell", NULL, ELSEWHERE(spell, SPELL), .whole = rs_spell_walk},
    [RS_TABLE_RULE] = {"rule", "rules.csv", ELSEWHERE(rule, RULE), .of_ring = rs_rule_of_ring},
    [RS_TABLE_ACCOUNT] = {"account", NULL, ELSEWHERE(account, ACCOUNT), .whole = rs_account_walk},
    [RS_TABLE_NOTICE] = {"notice", NULL, ELSEWHERE(notice, NOTICE), .whole = rs_notice_walk},
    [RS_TABLE_INPUT] = {"input", NULL, ELSEWHERE(input, INPUT), .whole = rs_input_walk},
    [RS_TABLE_WATCH] = {"watch", "watch.csv", ELSEWHERE(watch, WATCH), .whole = rs_watch_walk},
    [RS_TABLE_EXPANSION] = {"expansion", "expansion.csv", ELSEWHERE(expansion, EXPANSION), .whole = rs_expansion_walk},
    [RS_TABLE_CLEARED] = {"cleared", "cleared.csv", ELSEWHERE(cleared, CLEARED), .whole = rs_cleared_walk},
    [RS_TABLE_CLEARED_MEMBER] = {"cleared_member", NULL, ELSEWHERE(cleared_member, CLEARED_MEMBER), .whole = rs_cleared_member_walk},
};

const char *rs_table_file(unsigned table, const RsCase *c) {
  const bool asked = table == RS_TABLE_WATCH || table == RS_TABLE_EXPANSION ? c->watch != NULL : table != RS_TABLE_CLEARED || c->clearances != NULL;
  return asked ? rs_table[table].file : NULL;
}
