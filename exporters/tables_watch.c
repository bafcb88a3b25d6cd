#include "exporters/tables_watch.h"

#include "base/calendar.h"
#include "exporters/json_row.h"
#include "exporters/policy.h"
#include "exporters/words.h"

#include <math.h>
#include <string.h>

/* note only unmasked: what an officer typed may name somebody. */
const RsTableColumn rs_watch_columns[RS_WATCH_COLUMNS] = {
    {"entry", RS_CELL_INTEGER, false},   {"entity_type", RS_CELL_TEXT, false}, {"entity_id", RS_CELL_TEXT, false},
    {"note", RS_CELL_TEXT, false},       {"topic", RS_CELL_TEXT, false},       {"item_type", RS_CELL_TEXT, false},
    {"item_id", RS_CELL_TEXT, false},    {"n", RS_CELL_INTEGER, false},        {"expected", RS_CELL_DECIMAL, false},
    {"decades", RS_CELL_DECIMAL, false}, {"amount", RS_CELL_MONEY, false},     {"share", RS_CELL_DECIMAL, false},
    {"points", RS_CELL_INTEGER, false},  {"text", RS_CELL_TEXT, false}};

typedef struct {
  const RsCaseView *view;
  RsLanguage language;
  RsRowFunc row;
  void *data;
  uint32_t at; /* entry */
} Rows;


const char *rs_watch_entry_id(const RsCase *c, uint32_t entry, char buffer[32]) {
  const RsWatchEntry *e = &c->watch->list->entry[entry];
  if (e->box || strncmp(e->text, "p:", 2) == 0) return e->text;
  if (c->policy != NULL && c->policy->id[e->kind]) return rs_mask_text(c->mask, rs_mask_prefix(e->kind), e->text, buffer);
  return rs_mask_entity(c->mask, e->kind, e->text, buffer);
}

static const char *type_of(const RsWatchEntry *entry) { return entry->box ? "trace" : rs_kind_name[entry->kind]; }

/* What differs from row to row. */
typedef struct { const char *topic, *item_type, *item_id; const int64_t *n, *amount, *points; double expected, decades, share; const char *text; } Row;

static RsCell integer_cell(const int64_t *value) { return (RsCell){.integer = value == NULL ? 0 : *value, .empty = value == NULL}; }

static void row_out(const Rows *rows, const Row *r) {
  const RsWatchEntry *entry = &rows->view->c->watch->list->entry[rows->at];
  char id[32];
  const RsCell cell[] = {{.integer = rows->at + 1},
                         {.text = type_of(entry)},
                         {.text = rs_watch_entry_id(rows->view->c, rows->at, id)},
                         {.text = rs_mask_is_clear(rows->view->mask) ? entry->note : ""},
                         {.text = r->topic},
                         {.text = r->item_type},
                         {.text = r->item_id},
                         integer_cell(r->n),
                         {.number = r->expected},
                         {.number = r->decades},
                         integer_cell(r->amount),
                         {.number = r->share},
                         integer_cell(r->points),
                         {.text = r->text}};
  rows->row(&rs_table[RS_TABLE_WATCH], cell, rows->data);
}

char *rs_watch_standing_text(const RsCase *c, uint32_t entry, RsLanguage language) {
  const RsWatchEntry *e = &c->watch->list->entry[entry];
  const RsWatchAnswer *a = &c->watch->answer[entry];
  g_autoptr(GString) leads = g_string_new(NULL);
  for (uint32_t i = 0; i < a->n_items; i++)
    if (a->item[i].topic == RS_WATCH_RING)
      g_string_append_printf(leads, "%sR%04u", leads->len > 0 ? ", " : "", a->item[i].id + 1);
  if (a->n_visits == 0 && *e->nearest != '\0') return g_strdup_printf(rs_say(language, "not in these claims; ids that look like it: %s"), e->nearest);
  if (a->n_visits == 0) return g_strdup(rs_say(language, "not in these claims"));
  return leads->len > 0 ? g_strdup_printf(rs_say(language, "in leads: %s"), leads->str) : g_strdup(rs_say(language, "in no lead"));
}

static void visits_row(const Rows *rows, const RsWatchAnswer *a) {
  char first[11], last[11];
  g_autofree char *amount = rs_words_money(a->amount), *fund = rs_words_money(a->fund), *lines = rs_words_count(a->n_lines);
  const bool fund_known = (rows->view->c->claims->columns & RS_HAS_FUND) != 0;
  g_autofree char *visits = g_strdup_printf(rs_say(rows->language, "visits on %u days, %s to %s; %s claim lines; money %s"), a->n_days,
                                            rs_day_format(a->first_day, first), rs_day_format(a->last_day, last), lines, amount);
  g_autofree char *paid = fund_known ? g_strdup_printf(rs_say(rows->language, ", of it from the pooled fund %s"), fund) : g_strdup("");
  g_autofree char *text = g_strconcat(visits, paid, NULL);
  const int64_t n = (int64_t)a->n_visits;
  row_out(rows, &(Row){.topic = "visits", .n = &n, .amount = &a->amount, .expected = NAN, .decades = NAN, .share = NAN, .text = text});
}

static char *in_common_text(const char *shared, RsLanguage language) {
  static const struct { const char *field, *text; } known[] = {{"household", N_("the same household")}, {"address", N_("the same address")},
                                                               {"phone", N_("the same phone")}, {"account", N_("the same account")}};
  for (size_t i = 0; i < G_N_ELEMENTS(known) && shared != NULL; i++)
    if (strcmp(known[i].field, shared) == 0) return g_strdup(rs_say(language, known[i].text));
  return g_strdup("");
}

static char *item_text(const Rows *rows, const RsWatchItem *item) {
  const RsLanguage l = rows->language;
  const long long n = (long long)item->n;
  const bool box = rows->view->c->watch->list->entry[rows->at].box;
  if (item->topic == RS_WATCH_RING)
    return item->member ? g_strdup_printf(rs_say(l, "a member; on %lld of its claim lines"), n)
                        : g_strdup_printf(rs_say(l, "no member; on %lld of its claim lines"), n);
  if (item->topic == RS_WATCH_COMPANION && !box) {
    g_autofree char *common = in_common_text(item->shared, l);
    return *common == '\0' ? g_strdup_printf(rs_say(l, "same outlet on the same day %lld times, %u of them with one same rare drug"), n, item->n_drugs)
                           : g_strdup_printf(rs_say(l, "same outlet on the same day %lld times, %u of them with one same rare drug; %s"), n, item->n_drugs, common);
  }
  if (isnan(item->expected)) return g_strdup_printf(rs_say(l, "%lld visits"), n);
  return g_strdup_printf(rs_say(l, "%lld visits; %.1f would be expected from the sizes of both"), n, item->expected);
}

static const char *item_id(const Rows *rows, const RsWatchItem *item, char buffer[16]) {
  const RsClaims *c = rows->view->c->claims;
  static const RsKind kind[] = {RS_PERSON, RS_PERSON, RS_DOCTOR, RS_INSTITUTION, RS_DRUG};
  if (item->topic == RS_WATCH_REGION) return rs_text_get(c->region, item->id);
  if (item->topic == RS_WATCH_RING) return g_snprintf(buffer, 16, "R%04u", item->id + 1), buffer;
  return rs_case_view_id(rows->view, kind[item->topic], item->id);
}

static void item_row(const Rows *rows, const RsWatchItem *item) {
  static const char *const type[] = {"person", "person", "doctor", "institution", "drug", "region", "ring"};
  g_autofree char *text = item_text(rows, item);
  char buffer[16];
  const int64_t n = (int64_t)item->n;
  const bool money = item->topic != RS_WATCH_COMPANION || rows->view->c->watch->list->entry[rows->at].box;
  row_out(rows, &(Row){.topic = rs_watch_topic_name[item->topic], .item_type = type[item->topic], .item_id = item_id(rows, item, buffer), .n = &n,
                       .amount = money ? &item->amount : NULL, .expected = item->expected, .decades = item->decades, .share = NAN, .text = text});
}

static const char *const measure_text[RS_N_PEER_MEASURES] = {
    N_("visits: %s; half of the %u peers have %s or fewer; %.1f %% have as many"),
    N_("money: %s; half of the %u peers have %s or less; %.1f %% have as much"),
    N_("people: %s; half of the %u peers have %s or fewer; %.1f %% have as many"),
    N_("outlets: %s; half of the %u peers have %s or fewer; %.1f %% have as many"),
    N_("doctors: %s; half of the %u peers have %s or fewer; %.1f %% have as many"),
    N_("drugs: %s; half of the %u peers have %s or fewer; %.1f %% have as many"),
    N_("regions of service: %s; half of the %u peers have %s or fewer; %.1f %% have as many")};

static void peer_row(const Rows *rows, const RsWatchPeer *peer) {
  const bool money = peer->measure == RS_PEER_AMOUNT;
  const int64_t n = (int64_t)llround(peer->value), fen = (int64_t)llround(peer->value * 100.0);
  g_autofree char *value = money ? rs_words_money(fen) : rs_words_count((uint64_t)MAX(n, 0));
  g_autofree char *median = money ? rs_words_money((int64_t)llround(peer->median * 100.0)) : rs_words_count((uint64_t)llround(fmax(peer->median, 0.0)));
  g_autofree char *text = g_strdup_printf(rs_say(rows->language, measure_text[peer->measure]), value, peer->n_peers, median, 100.0 * peer->share);
  row_out(rows, &(Row){.topic = "peers", .item_type = rs_peer_measure_name[peer->measure], .n = money ? NULL : &n, .amount = money ? &fen : NULL,
                       .expected = peer->median, .decades = NAN, .share = peer->share, .text = text});
}

static void innocent_rows(const Rows *rows, const RsWatchAnswer *a) {
  for (uint32_t i = 0; i < a->n_facts; i++) {
    g_autofree char *text = rs_fact_text(rows->view->c->claims, &a->fact[i], rows->language);
    const int64_t points = a->fact[i].points;
    row_out(rows, &(Row){.topic = "innocent", .item_type = a->fact[i].code, .points = &points, .expected = a->fact[i].expected, .decades = NAN,
                         .share = NAN, .text = text});
  }
}

static void more_rows(const Rows *rows, const RsWatchAnswer *a) {
  for (int topic = 0; topic < RS_N_WATCH_TOPICS; topic++) {
    if (a->n_more[topic] == 0) continue;
    g_autofree char *text = g_strdup_printf(rs_say(rows->language, "%u more, the weaker ones, are not listed"), a->n_more[topic]);
    const int64_t n = a->n_more[topic];
    row_out(rows, &(Row){.topic = "more", .item_type = rs_watch_topic_name[topic], .n = &n, .expected = NAN, .decades = NAN, .share = NAN, .text = text});
  }
}

static void answer_rows(const Rows *rows) {
  const RsWatchAnswer *a = &rows->view->c->watch->answer[rows->at];
  g_autofree char *standing = rs_watch_standing_text(rows->view->c, rows->at, rows->language);
  row_out(rows, &(Row){.topic = "standing", .expected = NAN, .decades = NAN, .share = NAN, .text = standing});
  if (a->n_visits == 0) return;
  visits_row(rows, a);
  for (uint32_t i = 0; i < a->n_items; i++)
    if (a->item[i].topic == RS_WATCH_RING) item_row(rows, &a->item[i]);
  for (uint32_t i = 0; i < a->n_items; i++)
    if (a->item[i].topic != RS_WATCH_RING) item_row(rows, &a->item[i]);
  more_rows(rows, a);
  for (uint32_t i = 0; i < a->n_peers; i++) peer_row(rows, &a->peer[i]);
  innocent_rows(rows, a);
}

void rs_watch_walk(const RsCaseView *view, RsRowFunc row, void *data) {
  Rows rows = {.view = view, .language = view->c->text_language, .row = row, .data = data};
  for (uint32_t i = 0; view->c->watch != NULL && i < view->c->watch->list->n; i++) {
    rows.at = i;
    answer_rows(&rows);
  }
}

/* ---- expansion ---- */

const RsTableColumn rs_expansion_columns[RS_EXPANSION_COLUMNS] = {
    {"round", RS_CELL_INTEGER, false},   {"entity_type", RS_CELL_TEXT, false}, {"entity_id", RS_CELL_TEXT, false},
    {"decision", RS_CELL_TEXT, false},   {"reason", RS_CELL_TEXT, false},      {"evidence", RS_CELL_DECIMAL, false},
    {"bar", RS_CELL_DECIMAL, false},     {"ties", RS_CELL_INTEGER, false},     {"via_type", RS_CELL_TEXT, false},
    {"via_id", RS_CELL_TEXT, false},     {"text", RS_CELL_TEXT, false}};

static char *node_text(const RsExpandNode *node, RsLanguage l) {
  const char *person[RS_N_NODE_REASONS] = {
      [RS_NODE_SEED] = rs_say(l, "on the watch list"),
      [RS_NODE_ADMITTED] = rs_say(l, "moves with %u of them: %.1f decades of evidence, more than the %.1f that the best of 100 random sets reached"),
      [RS_NODE_CHANCE] = rs_say(l, "met one of them on two days or more, which chance explains"),
      [RS_NODE_RANDOM] = rs_say(l, "moves with %u of them: %.1f decades of evidence, not more than the %.1f of the best of 100 random sets"),
      [RS_NODE_HOUSEHOLD] = rs_say(l, "moves with one of them, of the same household or address: one will, not several"),
      [RS_NODE_CALENDAR] = rs_say(l, "meets one of them by a calendar at one place, such as a treatment or a home"),
      [RS_NODE_HUB] = rs_say(l, "tied to %u of them with %.1f decades (bar %.1f), but the round ran through a hub")};
  const char *hub[RS_N_NODE_REASONS] = {
      [RS_NODE_SEED] = rs_say(l, "on the watch list; %u people"),
      [RS_NODE_ADMITTED] = rs_say(l, "%u of them go there: %.1f decades of evidence, more than the %.1f that the best of 100 random sets reached"),
      [RS_NODE_CHANCE] = rs_say(l, "%u of them go there, which chance explains"),
      [RS_NODE_RANDOM] = rs_say(l, "%u of them go there: %.1f decades of evidence, not more than the %.1f of the best of 100 random sets"),
      [RS_NODE_HOUSEHOLD] = "", [RS_NODE_CALENDAR] = "",
      [RS_NODE_HUB] = rs_say(l, "%u people: too many to start from")};
  const char *format = node->kind == RS_PERSON ? person[node->reason] : hub[node->reason];
  return g_strdup_printf(format, node->n_ties, node->evidence, node->bar);
}

void rs_expansion_walk(const RsCaseView *view, RsRowFunc row, void *data) {
  const RsExpansion *e = view->c->watch == NULL ? NULL : view->c->watch->expansion;
  for (uint32_t i = 0; e != NULL && i < e->n; i++) {
    const RsExpandNode *node = &e->node[i];
    g_autofree char *text = node_text(node, view->c->text_language);
    const bool tied = node->via != RS_NONE;
    const RsCell cell[] = {{.integer = node->round},
                           {.text = rs_kind_name[node->kind]},
                           {.text = rs_case_view_id(view, node->kind, node->id)},
                           {.text = node->reason == RS_NODE_SEED ? "seed" : node->reason == RS_NODE_ADMITTED ? "admitted" : "refused"},
                           {.text = rs_node_reason_name[node->reason]},
                           {.number = node->evidence},
                           {.number = node->bar},
                           {.integer = node->n_ties},
                           {.text = tied ? rs_kind_name[node->via_kind] : ""},
                           {.text = tied ? rs_case_view_id(view, node->via_kind, node->via) : ""},
                           {.text = text}};
    row(&rs_table[RS_TABLE_EXPANSION], cell, data);
  }
}

char *rs_expansion_end_text(const RsCase *c, RsLanguage language) {
  const RsExpansion *e = c->watch->expansion;
  if (e == NULL) return g_strdup(rs_say(language, "nothing to expand: no entry is in these claims"));
  switch (e->end) {
  case RS_EXPAND_DONE: return g_strdup_printf(rs_say(language, "%u people after %u rounds; nobody else moves with them more than with 100 random sets"), e->n_persons, e->n_rounds);
  case RS_EXPAND_NOBODY: return g_strdup(rs_say(language, "among the people of these places, doctors or drugs nobody moves together more than at 100 random ones"));
  case RS_EXPAND_LAST_ROUND: return g_strdup_printf(rs_say(language, "%u people after %u rounds; stopped there, more may follow"), e->n_persons, e->n_rounds);
  case RS_EXPAND_AT_HUB: break;
  }
  char buffer[32];
  const char *id = rs_mask_entity(c->mask, e->hub_kind, rs_knowledge_id(c->knowledge, e->hub_kind, e->hub), buffer);
  if (e->n_rounds == 0) return g_strdup_printf(rs_say(language, "%s has %u people: too many to start from; name people, or a narrower seed"), id, e->n_hub);
  return g_strdup_printf(rs_say(language, "stopped at %u people: round %u would have taken in %u at once, most of them through %s"), e->n_persons, e->n_rounds, e->n_hub, id);
}

/* ---- JSON: the same rows, grouped ---- */

typedef struct { RsJson json; int64_t entry; } Writer;

static void watch_row_json(const RsTable *table, const RsCell *cell, void *data) {
  Writer *w = data;
  if (cell[0].integer != w->entry) {
    if (w->entry > 0) rs_json_end(&w->json, ']'), rs_json_end(&w->json, '}');
    w->entry = cell[0].integer;
    rs_json_begin(&w->json, NULL, '{');
    for (unsigned i = 0; i < 4; i++) rs_json_cell(&w->json, &table->column[i], &cell[i]);
    rs_json_begin(&w->json, "answers", '[');
  }
  rs_json_row(&w->json, table, cell, 4);
}

static void expansion_row_json(const RsTable *table, const RsCell *cell, void *data) {
  Writer *w = data;
  rs_json_row(&w->json, table, cell, 0);
}

bool rs_watch_write_json(const RsCaseView *view, const char *path, GError **error) {
  g_autoptr(RsOutput) output = rs_output_open(path, error);
  if (output == NULL) return false;
  Writer w = {rs_json(output), 0};
  g_autofree char *end = rs_expansion_end_text(view->c, view->c->text_language);
  rs_json_begin(&w.json, NULL, '{');
  rs_json_begin(&w.json, "watched", '[');
  rs_watch_walk(view, watch_row_json, &w);
  if (w.entry > 0) rs_json_end(&w.json, ']'), rs_json_end(&w.json, '}');
  rs_json_end(&w.json, ']');
  rs_json_begin(&w.json, "expansion", '[');
  rs_expansion_walk(view, expansion_row_json, &w);
  rs_json_end(&w.json, ']');
  rs_json_text(&w.json, "expansion_end", end);
  rs_json_end(&w.json, '}');
  rs_output_char(output, '\n');
  return rs_output_close(output, error);
}
