/* explain CASE R0001: a ring as a page of text, or as JSON. */
#include "base/calendar.h"
#include "cli/explain.h"
#include "cli/summary.h"
#include "cli/terminal.h"
#include "exporters/json.h"
#include "exporters/words.h"

#include <string.h>

#define PEOPLE_SHOWN 20u
#define OTHERS_SHOWN 6u
#define BURSTS_SHOWN 8u

typedef struct {
  const RsCaseRead *read;
  const RsRingStory *story;
  RsLanguage language;
  guint top; /* --top, or 0 */
  RsOutput *output;
  GString *line;
} Page;


static const char *ring_text(const Page *page, const char *column) { return rs_case_rows_text(page->story->ring, 0, column); }

#define add(page, ...) rs_explain_add((page)->line, __VA_ARGS__)

static void end(Page *page) { rs_explain_line(page->output, page->line); }

static void head(Page *page) {
  const RsRingStory *story = page->story;
  g_autofree char *amount = rs_summary_money(story->amount), *fund = rs_summary_money(story->fund),
                  *lines = rs_summary_count(story->n_lines);
  const gint64 exclusive = rs_case_rows_integer(story->ring, 0, "amount_exclusive");
  rs_terminal_add(page->line, ring_text(page, "ring_id"));
  add(page, "  %s   ", rs_explain_pattern(page->language, ring_text(page, "pattern")));
  add(page, rs_say(page->language, "score %lld   %s"), (long long)story->points,
      rs_words_grade(ring_text(page, "stability"), page->language));
  end(page);
  rs_terminal_add(page->line, rs_ring_story_sentence(story, 0, page->language));
  end(page);
  rs_terminal_add(page->line, ring_text(page, "first_date"));
  add(page, "%s", rs_say(page->language, " to "));
  rs_terminal_add(page->line, ring_text(page, "last_date"));
  add(page, rs_say(page->language, ", %u days; %s claim lines; money %s"), rs_words_days(ring_text(page, "first_date"), ring_text(page, "last_date")),
      lines, amount);
  if (story->fund_known) add(page, rs_say(page->language, ", of it from the pooled fund %s"), fund);
  if (exclusive != story->amount) {
    g_autofree char *own = rs_summary_money(exclusive);
    add(page, rs_say(page->language, "; %s of it in no better-ranked lead"), own);
  }
  end(page);
}

static void fact_line(Page *page, guint i, bool first) {
  const RsCaseRows *facts = page->story->facts;
  const bool counter = strcmp(rs_case_rows_text(facts, i, "kind"), "counter") == 0;
  const gint64 points = rs_case_rows_integer(facts, i, "points");
  g_autofree char *number = g_strdup_printf("%s%" G_GINT64_FORMAT, counter ? "-" : "+", ABS(points));
  g_autofree char *value = rs_explain_number(rs_case_rows_cell(facts, i, "value")),
                  *expected = rs_explain_number(rs_case_rows_cell(facts, i, "expected"));
  g_autofree char *p = rs_explain_number(rs_case_rows_cell(facts, i, "p_value"));
  rs_terminal_pad(page->line, !first ? "" : counter ? rs_say(page->language, " counter") : rs_say(page->language, " for"), 10);
  rs_terminal_pad(page->line, number, -8);
  rs_terminal_pad(page->line, value, -10);
  rs_terminal_pad(page->line, expected, -10);
  rs_terminal_pad(page->line, p, -10);
  add(page, "  ");
  rs_terminal_add(page->line, rs_ring_story_sentence(page->story, i + 1, page->language));
  end(page);
}

static void facts(Page *page) {
  const RsCaseRows *rows = page->story->facts;
  end(page);
  rs_terminal_pad(page->line, "", 10);
  rs_terminal_pad(page->line, rs_say(page->language, "points"), -8);
  rs_terminal_pad(page->line, rs_say(page->language, "value"), -10);
  rs_terminal_pad(page->line, rs_say(page->language, "expected"), -10);
  rs_terminal_pad(page->line, "p", -10);
  end(page);
  const char *before = "";
  for (guint i = 0; i < rows->n; i++) {
    const char *kind = rs_case_rows_text(rows, i, "kind");
    fact_line(page, i, strcmp(kind, before) != 0);
    before = kind;
  }
  g_autofree char *sum = g_strdup_printf("%" G_GINT64_FORMAT, page->story->points);
  rs_terminal_pad(page->line, "", 10);
  add(page, "  ------");
  end(page);
  rs_terminal_pad(page->line, "", 10);
  rs_terminal_pad(page->line, sum, -8);
  end(page);
}

/* ---- who and what ---- */

static void share_line(Page *page, RsKind kind, const RsShare *share) {
  g_autofree char *amount = rs_summary_money(share->amount), *lines = rs_summary_count(share->n_lines);
  g_autofree char *label = *share->id == '\0' ? g_strdup("") : rs_explain_label(page->read, kind, share->id);
  g_autofree char *bursts = g_strdup_printf(rs_say(page->language, "%u of %u"), share->n_bursts, page->story->bursts->n);
  const bool counted = page->story->bursts->n > 0 && (kind == RS_PERSON || kind == RS_INSTITUTION);
  add(page, "   ");
  rs_terminal_pad(page->line, *share->id == '\0' ? rs_say(page->language, "(none named)") : share->id, 22);
  add(page, " ");
  rs_terminal_pad(page->line, *share->role != '\0' ? rs_explain_role(page->language, share->role) : "-", 10);
  rs_terminal_pad(page->line, counted ? bursts : "", -12);
  rs_terminal_pad(page->line, lines, -10);
  rs_terminal_pad(page->line, amount, -16);
  add(page, "  ");
  rs_terminal_add(page->line, label);
  end(page);
}

static void rest_line(Page *page, const GPtrArray *shares, guint shown) {
  RsShare rest = {0};
  for (guint i = shown; i < shares->len; i++) {
    const RsShare *share = g_ptr_array_index(shares, i);
    rest.n_lines += share->n_lines;
    rest.amount += share->amount;
  }
  g_autofree char *amount = rs_summary_money(rest.amount), *lines = rs_summary_count(rest.n_lines);
  g_autofree char *what = g_strdup_printf(rs_say(page->language, "%u more"), shares->len - shown);
  add(page, "   ");
  rs_terminal_pad(page->line, what, 45);
  rs_terminal_pad(page->line, lines, -10);
  rs_terminal_pad(page->line, amount, -16);
  end(page);
}

static void shares(Page *page, RsKind kind) {
  const GPtrArray *all = page->story->share[kind];
  guint members = 0, shown = MIN(all->len, page->top > 0 ? page->top : kind == RS_PERSON ? PEOPLE_SHOWN : OTHERS_SHOWN);
  for (guint i = 0; i < all->len; i++) members += *((const RsShare *)g_ptr_array_index(all, i))->role != '\0';
  if (all->len == 0) return;
  end(page);
  g_autofree char *title = g_strdup_printf(rs_say(page->language, " %s (%u of the lead, %u on its lines)"),
                                           rs_explain_kind(page->language, kind, true), members, all->len);
  const bool counted = page->story->bursts->n > 0 && (kind == RS_PERSON || kind == RS_INSTITUTION);
  rs_terminal_pad(page->line, title, 36);
  rs_terminal_pad(page->line, counted ? rs_say(page->language, "bursts") : "", -12);
  rs_terminal_pad(page->line, rs_say(page->language, "lines"), -10);
  rs_terminal_pad(page->line, rs_say(page->language, "money"), -16);
  end(page);
  for (guint i = 0; i < shown; i++) share_line(page, kind, g_ptr_array_index(all, i));
  if (shown < all->len) rest_line(page, all, shown);
}

static void bursts(Page *page) {
  const RsCaseRows *rows = page->story->bursts;
  const guint shown = MIN(rows->n, page->top > 0 ? page->top : BURSTS_SHOWN);
  if (rows->n == 0) return;
  end(page);
  add(page, rs_say(page->language, " bursts (%u)"), rows->n);
  end(page);
  for (guint i = 0; i < shown; i++) {
    const char *first = rs_case_rows_text(rows, i, "first_time"), *last = rs_case_rows_text(rows, i, "last_time");
    uint32_t a = 0, b = 0;
    const bool clock =
        rs_time_parse(first, strlen(first), &a) == RS_TIME_OK && rs_time_parse(last, strlen(last), &b) == RS_TIME_OK && b >= a;
    g_autofree char *day = g_strndup(first, 16);
    add(page, "   ");
    rs_terminal_pad(page->line, day, 18);
    rs_terminal_pad(page->line, rs_case_rows_text(rows, i, "institution_id"), 22);
    add(page, rs_say(page->language, " %lld cards"),
        (long long)rs_case_rows_integer(rows, i, "n_members"));
    if (clock) add(page, rs_say(page->language, " in %u min"), (b - a + 59) / 60);
    end(page);
  }
  if (shown < rows->n) {
    add(page, rs_say(page->language, "   and %u more: case.db, table burst"), rows->n - shown);
    end(page);
  }
}

/* ---- what goes together ---- */

static void rule_item(Page *page, const char *item) {
  for (int kind = 0; kind < RS_N_KINDS; kind++) {
    const size_t length = strlen(rs_kind_name[kind]);
    if (strncmp(item, rs_kind_name[kind], length) != 0 || item[length] != ':') continue;
    const char *id = item + length + 1;
    g_autofree char *label = rs_explain_label(page->read, (RsKind)kind, id);
    if (kind != RS_DRUG) add(page, "%s ", rs_explain_kind(page->language, (RsKind)kind, false));
    rs_terminal_add(page->line, id);
    if (*label == '\0') return;
    add(page, " ");
    rs_terminal_add(page->line, label);
    return;
  }
  rs_terminal_add(page->line, item);
}

static void rule_line(Page *page, guint row) {
  const RsCaseRows *rows = page->story->rules;
  const bool by_person = strcmp(rs_case_rows_text(rows, row, "unit"), "person") == 0;
  const RsCell *q = rs_case_rows_cell(rows, row, "q_value");
  g_autofree char *people = g_strdup_printf("%" G_GINT64_FORMAT, rs_case_rows_integer(rows, row, "persons"));
  g_autofree char *visits = g_strdup_printf("%" G_GINT64_FORMAT, rs_case_rows_integer(rows, row, "support"));
  g_autofree char *expected = rs_explain_number(rs_case_rows_cell(rows, row, "expected")), *q_text = rs_explain_number(q);
  g_auto(GStrv) item = g_strsplit(rs_case_rows_text(rows, row, "items"), ";", -1);
  add(page, "   ");
  rs_terminal_pad(page->line, people, -7);
  rs_terminal_pad(page->line, visits, -9);
  rs_terminal_pad(page->line, expected, -11);
  rs_terminal_pad(page->line, q_text, -11);
  add(page, "  ");
  for (guint i = 0; item[i] != NULL; i++) {
    if (i > 0) add(page, "%s", " + ");
    rule_item(page, item[i]);
  }
  if (by_person) add(page, "%s", rs_say(page->language, "  (over several visits)"));
  end(page);
}

/* Each with the people it holds for; the rest of what rules.csv says stays there. */
static void rules(Page *page) {
  const RsCaseRows *rows = page->story->rules;
  if (rows->n == 0) return;
  end(page);
  add(page, "%s",
      rs_say(page->language, " drugs that go together (rules.csv names the people; expected: before selection; q: whether the same people's other "
          "visits show it too)"));
  end(page);
  add(page, "   ");
  rs_terminal_pad(page->line, rs_say(page->language, "people"), -7);
  rs_terminal_pad(page->line, rs_say(page->language, "visits"), -9);
  rs_terminal_pad(page->line, rs_say_in(page->language, "rules", "expected"), -11);
  rs_terminal_pad(page->line, rs_say(page->language, "q"), -11);
  end(page);
  for (guint i = 0; i < rows->n; i++) rule_line(page, i);
}

static void lines(Page *page) {
  const RsRingStory *story = page->story;
  g_autofree char *n = rs_summary_count(story->n_lines);
  end(page);
  add(page, rs_say(page->language, " lines     %s claim lines, all of them in "), n);
  rs_terminal_add(page->line, page->read->folder);
  add(page, "%s", rs_say(page->language, "/evidence.csv; the first:"));
  end(page);
  for (guint i = 0; i < story->n_places; i++) {
    add(page, "   ");
    rs_terminal_add(page->line, story->place[i].file);
    add(page, ":%" G_GINT64_FORMAT, story->place[i].line);
    end(page);
  }
}

static void text_page(Page *page) {
  head(page);
  facts(page);
  static const RsKind order[] = {RS_PERSON, RS_INSTITUTION, RS_DOCTOR, RS_DRUG};
  for (size_t i = 0; i < G_N_ELEMENTS(order); i++) shares(page, order[i]);
  rules(page);
  bursts(page);
  lines(page);
  end(page);
  if (page->read->masked)
    add(page, "%s",
        rs_say(page->language, " people, claims and settlements are masked; analyze --unmask --authority REF gives clear ids"));
  if (page->read->masked) end(page);
  add(page, "%s", rs_say(page->language, " a lead is for review; it proves nothing by itself"));
  end(page);
}

/* ---- JSON ---- */

static void json_cell(RsJson *json, const RsTableColumn *column, const RsCell *cell) {
  switch (column->type) {
  case RS_CELL_TEXT: rs_json_text(json, column->name, cell->text); break;
  case RS_CELL_INTEGER:
    if (cell->empty)
      rs_json_text(json, column->name, NULL);
    else
      rs_json_signed(json, column->name, cell->integer);
    break;
  case RS_CELL_MONEY: rs_json_money_or_null(json, column->name, cell->integer, !cell->empty); break;
  default: rs_json_double(json, column->name, cell->number, column->type == RS_CELL_TINY ? 15 : 6);
  }
}

static void json_row(RsJson *json, const RsCaseRows *rows, guint row) {
  for (unsigned i = 0; i < rows->table->n_columns; i++) {
    const RsTableColumn *column = &rows->table->column[i];
    json_cell(json, column, rs_case_rows_cell(rows, row, column->name));
  }
}

static void json_shares(RsJson *json, const Page *page, RsKind kind) {
  static const char *const key[RS_N_KINDS] = {"people", "doctors", "institutions", "drugs"};
  rs_json_begin(json, key[kind], '[');
  for (guint i = 0; i < page->story->share[kind]->len; i++) {
    const RsShare *share = g_ptr_array_index(page->story->share[kind], i);
    rs_json_begin(json, NULL, '{');
    rs_json_text(json, "id", share->id);
    rs_json_text(json, "role", *share->role == '\0' ? NULL : share->role);
    if (kind == RS_PERSON || kind == RS_INSTITUTION) rs_json_unsigned(json, "bursts", share->n_bursts);
    rs_json_unsigned(json, "lines", share->n_lines);
    rs_json_money(json, "amount", share->amount);
    rs_json_money_or_null(json, "fund_amount", share->fund, page->story->fund_known);
    rs_json_end(json, '}');
  }
  rs_json_end(json, ']');
}

static void json_page(const Page *page) {
  const RsRingStory *story = page->story;
  RsJson json = rs_json(page->output);
  rs_json_begin(&json, NULL, '{');
  json_row(&json, story->ring, 0);
  rs_json_text(&json, "summary_zh", rs_ring_story_sentence(story, 0, RS_LANG_ZH));
  rs_json_begin(&json, "facts", '[');
  for (guint i = 0; i < story->facts->n; i++) {
    rs_json_begin(&json, NULL, '{');
    json_row(&json, story->facts, i);
    rs_json_text(&json, "text_zh", rs_ring_story_sentence(story, i + 1, RS_LANG_ZH));
    rs_json_end(&json, '}');
  }
  rs_json_end(&json, ']');
  for (int kind = 0; kind < RS_N_KINDS; kind++) json_shares(&json, page, (RsKind)kind);
  rs_json_begin(&json, "bursts", '[');
  for (guint i = 0; i < story->bursts->n; i++) {
    rs_json_begin(&json, NULL, '{');
    json_row(&json, story->bursts, i);
    rs_json_end(&json, '}');
  }
  rs_json_end(&json, ']');
  rs_json_begin(&json, "rules", '[');
  for (guint i = 0; i < story->rules->n; i++) {
    rs_json_begin(&json, NULL, '{');
    json_row(&json, story->rules, i);
    rs_json_end(&json, '}');
  }
  rs_json_end(&json, ']');
  rs_json_begin(&json, "first_lines", '[');
  for (guint i = 0; i < story->n_places; i++) {
    rs_json_begin(&json, NULL, '{');
    rs_json_text(&json, "file", story->place[i].file);
    rs_json_signed(&json, "line", story->place[i].line);
    rs_json_end(&json, '}');
  }
  rs_json_end(&json, ']');
  rs_json_end(&json, '}');
  rs_output_char(page->output, '\n');
}

void rs_explain_ring(const RsOptions *options, const RsCaseRead *read, const RsRingStory *story, RsOutput *output) {
  g_autoptr(GString) line = g_string_new(NULL);
  Page page = {read, story, options->language, (guint)options->top, output, line};
  if (options->json)
    json_page(&page);
  else
    text_page(&page);
}
