/* A dossier as a workbook: the same sheets as tables, for those who count on. */
#include "exporters/dossier.h"
#include "exporters/words.h"
#include "exporters/xlsx.h"

#include <string.h>

#define COLUMNS(list) G_N_ELEMENTS(list), list

static const RsTableColumn head_columns[] = {{"ring_id", RS_CELL_TEXT, false}, {"field", RS_CELL_TEXT, false}, {"text", RS_CELL_TEXT, false}};
static const RsTableColumn fact_columns[] = {{"ring_id", RS_CELL_TEXT, false}, {"kind", RS_CELL_TEXT, false}, {"points", RS_CELL_INTEGER, false},
                                             {"fact", RS_CELL_TEXT, false},    {"text", RS_CELL_TEXT, false}};
static const RsTableColumn money_columns[] = {{"ring_id", RS_CELL_TEXT, false},   {"by", RS_CELL_TEXT, false},          {"id", RS_CELL_TEXT, false},
                                              {"label", RS_CELL_TEXT, false},     {"persons", RS_CELL_INTEGER, false},  {"claims", RS_CELL_INTEGER, false},
                                              {"amount", RS_CELL_MONEY, false},   {"fund_amount", RS_CELL_MONEY, false}, {"account_amount", RS_CELL_MONEY, false},
                                              {"amount_of_lead", RS_CELL_MONEY, false}};
static const RsTableColumn line_columns[] = {{"ring_id", RS_CELL_TEXT, false}, {"file", RS_CELL_TEXT, false}, {"line", RS_CELL_INTEGER, false}, {"text", RS_CELL_TEXT, false}};
static const RsTableColumn check_columns[] = {{"ring_id", RS_CELL_TEXT, false}, {"where", RS_CELL_TEXT, false}, {"text", RS_CELL_TEXT, false}, {"result", RS_CELL_TEXT, false}};
static const RsTable head_table = {"sheet", NULL, COLUMNS(head_columns), NULL, NULL}, fact_table = {"fact", NULL, COLUMNS(fact_columns), NULL, NULL},
                     money_table = {"money", NULL, COLUMNS(money_columns), NULL, NULL}, line_table = {"evidence", NULL, COLUMNS(line_columns), NULL, NULL},
                     check_table = {"check", NULL, COLUMNS(check_columns), NULL, NULL};

static void heads(RsWorkbook *book, const RsDossier *d) {
  const RsCaseRows *ring = d->story->ring;
  g_autofree char *score = g_strdup_printf("%" G_GINT64_FORMAT, rs_case_rows_integer(ring, 0, "score"));
  const char *const pairs[][2] = {{N_("case"), d->of->name},
                                  {N_("lead"), d->ring_id},
                                  {N_("lead key"), rs_case_rows_text(ring, 0, "lead_key")},
                                  {N_("suspected pattern"), rs_word(rs_case_rows_text(ring, 0, "pattern"), d->of->language)},
                                  {N_("What is suspected, and why"), rs_ring_story_sentence(d->story, 0, d->of->language)},
                                  {N_("points"), score},
                                  {N_("stability grade"), rs_case_rows_text(ring, 0, "stability")},
                                  {N_("insured region of this sheet"), d->region},
                                  {N_("person of this sheet"), d->person == NULL ? NULL : rs_dossier_id(d, RS_PERSON, d->person)},
                                  {N_("authority reference"), d->authority},
                                  {N_("what was found"), ""},
                                  {N_("what speaks for the other side"), ""},
                                  {N_("officer 1: name, signature"), ""},
                                  {N_("officer 2: name, signature"), ""},
                                  {N_("place and date"), ""}};
  for (size_t i = 0; i < G_N_ELEMENTS(pairs); i++) {
    const RsCell cell[] = {{.text = d->ring_id}, {.text = rs_say(d->of->language, pairs[i][0])}, {.text = pairs[i][1]}};
    if (pairs[i][1] != NULL) rs_workbook_row(&head_table, cell, book);
  }
}

static void facts(RsWorkbook *book, const RsDossier *d) {
  for (guint i = 0; i < d->story->facts->n; i++) {
    const RsCell cell[] = {{.text = d->ring_id},
                           {.text = rs_case_rows_text(d->story->facts, i, "kind")},
                           {.integer = rs_case_rows_integer(d->story->facts, i, "points")},
                           {.text = rs_case_rows_text(d->story->facts, i, "fact")},
                           {.text = rs_ring_story_sentence(d->story, i + 1, d->of->language)}};
    rs_workbook_row(&fact_table, cell, book);
  }
}

static void money_row(RsWorkbook *book, const RsDossier *d, const char *by, const char *id, const char *label, const RsDossierSum *own, const RsDossierSum *all) {
  const RsCell cell[] = {{.text = d->ring_id},
                         {.text = rs_say(d->of->language, by)},
                         {.text = id},
                         {.text = label},
                         {.integer = own->people},
                         {.integer = (gint64)own->lines},
                         {.integer = own->amount},
                         {.integer = own->fund, .empty = !d->story->fund_known},
                         {.integer = own->account, .empty = !d->has_account},
                         {.integer = all == NULL ? 0 : all->amount, .empty = all == NULL}};
  rs_workbook_row(&money_table, cell, book);
}

static void money(RsWorkbook *book, const RsDossier *d) {
  const struct { const char *by; const GPtrArray *rows; int kind; } list[] = {{N_("insured region"), d->by_region, -1},      {N_("person"), d->by[RS_PERSON], RS_PERSON},
                                                                              {N_("outlet"), d->by[RS_INSTITUTION], RS_INSTITUTION}, {N_("doctor"), d->by[RS_DOCTOR], RS_DOCTOR},
                                                                              {N_("month"), d->by_month, -1}};
  money_row(book, d, N_("the whole lead"), "", "", &d->sum_all, NULL);
  if (d->region != NULL || d->person != NULL) money_row(book, d, N_("this sheet"), "", "", &d->sum_own, &d->sum_all);
  for (size_t l = 0; l < G_N_ELEMENTS(list); l++)
    for (guint i = 0; i < list[l].rows->len; i++) {
      const RsDossierRow *row = g_ptr_array_index(list[l].rows, i);
      const bool common = list[l].kind == RS_INSTITUTION || list[l].kind == RS_DOCTOR || l == 0;
      if (row->own.lines == 0 && !common) continue;
      const char *label = list[l].kind < 0 ? "" : rs_names_get(d->of->names, (RsKind)list[l].kind, row->key).label;
      money_row(book, d, list[l].by, list[l].kind == RS_PERSON ? rs_dossier_id(d, RS_PERSON, row->key) : row->key, list[l].kind == RS_PERSON ? "" : label, &row->own,
                common ? &row->all : NULL);
    }
}

static void cell_text(const char *name, const char *text, void *data) {
  GString *line = data;
  if (*text != '\0') g_string_append_printf(line, "%s%s=%s", line->len > 0 ? "; " : "", name, text);
}

static void lines(RsWorkbook *book, const RsDossier *d) {
  for (guint i = 0; i < d->evidence->n; i++) {
    g_autoptr(GString) text = g_string_new(NULL);
    if (!d->own[i]) continue;
    rs_dossier_line(d, i, cell_text, text);
    const RsCell cell[] = {{.text = d->ring_id}, {.text = rs_case_rows_text(d->evidence, i, "file")}, {.integer = rs_case_rows_integer(d->evidence, i, "line")}, {.text = text->str}};
    rs_workbook_row(&line_table, cell, book);
  }
}

static void checks(RsWorkbook *book, const RsDossier *d) {
  static const char *const where[RS_N_CHECKS] = {N_("At the outlet"), N_("In the records"), N_("With the people")};
  for (int w = 0; w < RS_N_CHECKS; w++) {
    const char *text[8];
    const guint n = rs_dossier_checks(d, (RsCheck)w, text);
    for (guint i = 0; i < n; i++) {
      const RsCell cell[] = {{.text = d->ring_id}, {.text = rs_say(d->of->language, where[w])}, {.text = rs_say(d->of->language, text[i])}, {.text = ""}};
      rs_workbook_row(&check_table, cell, book);
    }
  }
}

bool rs_dossier_xlsx(RsDossier *const *dossier, guint n, RsOutput *output, GError **error) {
  static const struct { const RsTable *table; void (*write)(RsWorkbook *book, const RsDossier *d); } sheet[] = {
      {&head_table, heads}, {&fact_table, facts}, {&money_table, money}, {&check_table, checks}, {&line_table, lines}};
  g_autoptr(RsWorkbook) book = rs_workbook_new(output, n > 0 ? dossier[0]->of->language : RS_LANG_EN);
  for (size_t s = 0; s < G_N_ELEMENTS(sheet); s++) {
    rs_workbook_sheet(book, sheet[s].table, RS_XLSX_MAX_ROWS, "evidence.csv");
    for (guint i = 0; i < n; i++) sheet[s].write(book, dossier[i]);
  }
  return rs_workbook_close(book, error);
}
