#include "exporters/tables_search.h"

#include "base/calendar.h"

typedef struct {
  RsRowFunc row;
  void *data;
} Rows;

/* ---- account ---- */

const RsTableColumn rs_account_columns[RS_ACCOUNT_COLUMNS] = {{"topic", RS_CELL_TEXT, false},
                                                              {"name", RS_CELL_TEXT, false},
                                                              {"n", RS_CELL_INTEGER, false},
                                                              {"amount", RS_CELL_MONEY, false},
                                                              {"text", RS_CELL_TEXT, false}};

static void account_row(const Rows *rows, const char *topic, const char *name, uint64_t n, const int64_t *amount, const char *text) {
  const RsCell cell[] = {{.text = topic},
                         {.text = name},
                         {.integer = (int64_t)MIN(n, (uint64_t)INT64_MAX)},
                         {.integer = amount == NULL ? 0 : *amount, .empty = amount == NULL},
                         {.text = text}};
  rows->row(&rs_table[RS_TABLE_ACCOUNT], cell, rows->data);
}

static void balance_rows(const Rows *rows, const RsReport *report) {
  account_row(rows, "balance", "read", report->rows_read, &report->amount_read, "");
  for (int place = 0; place < RS_N_PLACES; place++)
    account_row(rows, "balance", rs_place_name[place], report->rows[place], &report->amount[place], "");
  for (int reason = 0; reason < RS_N_REASONS; reason++)
    if (report->rejected_by[reason] > 0) account_row(rows, "rejected", rs_reason_name[reason], report->rejected_by[reason], NULL, "");
}

static void reading_rows(const Rows *rows, const RsReport *report) {
  const struct {
    const char *name;
    uint64_t n;
  } counts[] = {{"unreadable_amounts", report->unreadable_amounts},
                {"reversed_pairs", report->reversed_pairs},
                {"partial_refunds", report->partial_refunds},
                {"negative_without_original", report->negative_without_original},
                {"date_only_rows", report->date_only_rows},
                {"settlements", report->settlements},
                {"settlements_without_lines", report->settlements_without_lines},
                {"lines_without_settlement", report->lines_without_settlement}};
  for (size_t i = 0; i < G_N_ELEMENTS(counts); i++) account_row(rows, "reading", counts[i].name, counts[i].n, NULL, "");
  account_row(rows, "reading", "settlements_with_difference", report->settlements_with_difference, &report->settlement_difference, "");
}

static void graph_rows(const Rows *rows, const RsCase *c) {
  uint64_t n_relations = 0;
  char day[11];
  for (int kind = 0; kind < RS_N_RELATIONS; kind++) n_relations += c->knowledge->relation[kind].n;
  for (int kind = 0; kind < RS_N_KINDS; kind++)
    account_row(rows, "graph", rs_kind_name[kind], rs_knowledge_count(c->knowledge, (RsKind)kind), NULL, "");
  account_row(rows, "graph", "relation", n_relations, NULL, "");
  account_row(rows, "graph", "visit", c->claims->n_visits, NULL, "");
  account_row(rows, "graph", "line", c->claims->n_lines, NULL, "");
  account_row(rows, "search", "companion_groups", c->rings->n_companion_groups, NULL, "");
  account_row(rows, "search", "pairs_above_chance", c->rings->n_pairs, NULL, "");
  account_row(rows, "search", "pairs_validated", c->rings->n_validated_pairs, NULL, "");
  if (c->claims->n_visits == 0) return;
  account_row(rows, "period", "first", c->claims->first_day, NULL, rs_day_format(c->claims->first_day, day));
  account_row(rows, "period", "last", c->claims->last_day, NULL, rs_day_format(c->claims->last_day, day));
}

void rs_account_walk(const RsCaseView *view, RsRowFunc row, void *data) {
  const RsCase *c = view->c;
  const Rows rows = {row, data};
  balance_rows(&rows, c->report);
  reading_rows(&rows, c->report);
  graph_rows(&rows, c);
  for (const char *const *pair = c->options; pair != NULL && pair[0] != NULL; pair += 2)
    account_row(&rows, "option", pair[0], 0, NULL, pair[1]);
  if (c->authority != NULL) account_row(&rows, "option", "authority", 0, NULL, c->authority);
}

/* ---- notice ---- */

const RsTableColumn rs_notice_columns[RS_NOTICE_COLUMNS] = {{"list", RS_CELL_TEXT, false},     {"position", RS_CELL_INTEGER, false},
                                                            {"language", RS_CELL_TEXT, false}, {"code", RS_CELL_TEXT, false},
                                                            {"n", RS_CELL_INTEGER, false},     {"text", RS_CELL_TEXT, false}};

/* One row a language; zh NULL: said in English only. */
static void notice_row(const Rows *rows, const char *list, uint32_t position, const char *code, int64_t n, const char *en, const char *zh) {
  for (int language = RS_LANG_EN; language <= RS_LANG_ZH; language++) {
    const RsCell cell[] = {{.text = list},
                           {.integer = position},
                           {.text = language == RS_LANG_ZH ? "zh" : "en"},
                           {.text = code},
                           {.integer = n},
                           {.text = language == RS_LANG_ZH && zh != NULL ? zh : en}};
    rows->row(&rs_table[RS_TABLE_NOTICE], cell, rows->data);
  }
}

static void pattern_rows(const Rows *rows, const char *list, unsigned patterns) {
  for (uint32_t pattern = 0; pattern < RS_N_PATTERNS; pattern++)
    if (patterns >> pattern & 1u) notice_row(rows, list, pattern, rs_pattern_name[pattern], 0, "", NULL);
}

static void notice_rows(const Rows *rows, const char *list, const RsNotice *notice, uint32_t n) {
  for (uint32_t i = 0; i < n; i++)
    notice_row(rows, list, i, notice[i].code, (int64_t)MIN(notice[i].n, (uint64_t)INT64_MAX), notice[i].text, notice[i].text_zh);
}

void rs_notice_walk(const RsCaseView *view, RsRowFunc row, void *data) {
  const RsCase *c = view->c;
  const Rows rows = {row, data};
  pattern_rows(&rows, "examined", c->rings->examined);
  pattern_rows(&rows, "skipped", c->rings->skipped);
  notice_rows(&rows, "not_examined", c->rings->not_examined, c->rings->n_not_examined);
  notice_rows(&rows, "set_aside", c->rings->set_aside, c->rings->n_set_aside);
  for (uint32_t i = 0; i < c->rings->n_near_misses; i++) {
    const RsRing *near = &c->rings->near_misses[i];
    g_autofree char *en = rs_ring_summary(c->claims, near, RS_LANG_EN), *zh = rs_ring_summary(c->claims, near, RS_LANG_ZH);
    notice_row(&rows, "near_miss", i, rs_pattern_name[near->pattern], near->score, en, zh);
  }
  for (guint i = 0; i < c->report->notes->len; i++) {
    const RsSaid *note = g_ptr_array_index(c->report->notes, i);
    notice_row(&rows, "note", i, "", 0, note->text[RS_LANG_EN], note->text[RS_LANG_ZH]);
  }
}

/* ---- input ---- */

const RsTableColumn rs_input_columns[RS_INPUT_COLUMNS] = {
    {"position", RS_CELL_INTEGER, false}, {"file", RS_CELL_TEXT, false},        {"role", RS_CELL_TEXT, false},
    {"encoding", RS_CELL_TEXT, false},    {"compression", RS_CELL_TEXT, false}, {"delimiter", RS_CELL_TEXT, false},
    {"mapping", RS_CELL_TEXT, false},     {"rows", RS_CELL_INTEGER, false},     {"bytes", RS_CELL_INTEGER, false},
    {"sha256", RS_CELL_TEXT, false}};

void rs_input_walk(const RsCaseView *view, RsRowFunc row, void *data) {
  const GPtrArray *files = view->c->report->files;
  for (guint i = 0; i < files->len; i++) {
    const RsInputFile *file = g_ptr_array_index(files, i);
    const char delimiter[2] = {file->delimiter, '\0'};
    const RsCell cell[] = {{.integer = i + 1},
                           {.text = file->name},
                           {.text = file->role},
                           {.text = file->encoding},
                           {.text = file->compression},
                           {.text = delimiter},
                           {.text = file->mapping},
                           {.integer = (int64_t)MIN(file->rows, (uint64_t)INT64_MAX)},
                           {.integer = (int64_t)MIN(file->bytes, (uint64_t)INT64_MAX)},
                           {.text = file->sha256}};
    row(&rs_table[RS_TABLE_INPUT], cell, data);
  }
}
