#include "exporters/page_parts.h"

#include "base/calendar.h"
#include "exporters/words.h"

#include <math.h>
#include <string.h>

/* ---- names ---- */

typedef struct {
  RsKind kind;
  const char *id;
  RsName name;
} Named;

struct RsNames {
  GStringChunk *texts;
  GArray *entries;         /* of Named, in the order of table entity: by kind and id */
  GHashTable *of[RS_N_KINDS]; /* id -> entry + 1 */
};

static void name_add(RsNames *names, RsKind kind, const char *id, const char *label, const char *region, bool watched) {
  if (g_hash_table_contains(names->of[kind], id)) return;
  const Named named = {.kind = kind,
                       .id = g_string_chunk_insert(names->texts, id),
                       .name = {.label = strcmp(label, id) == 0 ? "" : g_string_chunk_insert_const(names->texts, label),
                                .region = g_string_chunk_insert_const(names->texts, region),
                                .watched = watched}};
  g_array_append_val(names->entries, named);
  g_hash_table_insert(names->of[kind], (gpointer)named.id, GUINT_TO_POINTER(names->entries->len));
}

static void entity_row(const RsTable *table, const RsCell *cell, void *data) {
  const int kind = rs_kind_named(cell[0].text); /* entity_type, entity_id, label, region */
  if (kind >= 0) name_add(data, (RsKind)kind, cell[1].text, cell[2].text, cell[3].text, cell[rs_table_column(table, "watched")].integer != 0);
}

static void institution_row(const RsTable *table, const RsCell *cell, void *data) {
  name_add(data, RS_INSTITUTION, cell[rs_table_column(table, "institution_id")].text, cell[rs_table_column(table, "name")].text,
           cell[rs_table_column(table, "region")].text, false);
}

RsNames *rs_names_new(const RsCaseSource *source, GError **error) {
  g_autoptr(RsNames) names = g_new0(RsNames, 1);
  names->texts = g_string_chunk_new(1 << 16);
  names->entries = g_array_new(FALSE, FALSE, sizeof(Named));
  for (int kind = 0; kind < RS_N_KINDS; kind++) names->of[kind] = g_hash_table_new(g_str_hash, g_str_equal);
  if (!rs_case_source_walk(source, RS_TABLE_ENTITY, NULL, entity_row, names, error) ||
      !rs_case_source_walk(source, RS_TABLE_INSTITUTION, NULL, institution_row, names, error))
    return NULL;
  return g_steal_pointer(&names);
}

void rs_names_free(RsNames *names) {
  if (names == NULL) return;
  for (int kind = 0; kind < RS_N_KINDS; kind++)
    if (names->of[kind] != NULL) g_hash_table_unref(names->of[kind]);
  g_array_unref(names->entries);
  g_string_chunk_free(names->texts);
  g_free(names);
}

RsName rs_names_get(const RsNames *names, RsKind kind, const char *id) {
  const guint at = GPOINTER_TO_UINT(g_hash_table_lookup(names->of[kind], id));
  return at == 0 ? (RsName){"", "", false} : g_array_index(names->entries, Named, at - 1).name;
}

bool rs_names_at(const RsNames *names, guint i, RsKind *kind, const char **id, RsName *name) {
  if (i >= names->entries->len) return false;
  const Named *named = &g_array_index(names->entries, Named, i);
  *kind = named->kind;
  *id = named->id;
  *name = named->name;
  return true;
}

void rs_page_entity(RsHtml *html, const RsNames *names, RsKind kind, const char *id) {
  if (*id == '\0') {
    rs_html_say(html, "(none named)");
    return;
  }
  rs_html_raw(html, "<span class=\"id\">");
  rs_html_foreign(html, id);
  rs_html_raw(html, "</span>");
  const RsName name = rs_names_get(names, kind, id);
  if (*name.label != '\0') {
    rs_html_raw(html, " ");
    rs_html_foreign(html, name.label);
  }
  if (!name.watched) return;
  rs_html_raw(html, " <b class=\"watched\">");
  rs_html_say(html, "watched");
  rs_html_raw(html, "</b>");
}

static void entity_cell(RsHtml *html, const RsNames *names, RsKind kind, const char *id) {
  rs_html_raw(html, "<td class=\"who\">");
  rs_page_entity(html, names, kind, id);
  rs_html_cell_end(html);
}

static void number_cell(RsHtml *html, const RsCell *cell) {
  g_autofree char *text = rs_words_number(cell);
  rs_html_cell(html, true);
  rs_html_text(html, text);
  rs_html_cell_end(html);
}

/* ---- facts ---- */

static void fact_row(RsHtml *html, const RsRingStory *story, guint i) {
  const bool counter = strcmp(rs_case_rows_text(story->facts, i, "kind"), "counter") == 0;
  const int64_t points = rs_case_rows_integer(story->facts, i, "points");
  rs_html_raw(html, counter ? "<tr class=\"counter\">" : "<tr>");
  rs_html_cell_count(html, i + 1);
  rs_html_cell(html, false);
  rs_html_text(html, rs_word(counter ? "counter" : "for", html->language));
  rs_html_cell_end(html);
  rs_html_cell(html, true);
  rs_html_markupf(html, "%s%" G_GINT64_FORMAT, counter ? "\xE2\x88\x92" : "+", ABS(points));
  rs_html_cell_end(html);
  rs_html_cell(html, false);
  rs_html_markupf(html, "<span class=\"bar b%d\" aria-hidden=\"true\"></span>", (int)(CLAMP(ABS(points), 0, 40) / 2));
  rs_html_foreign(html, rs_ring_story_sentence(story, i + 1, html->language));
  rs_html_cell_end(html);
  number_cell(html, rs_case_rows_cell(story->facts, i, "value"));
  number_cell(html, rs_case_rows_cell(story->facts, i, "expected"));
  number_cell(html, rs_case_rows_cell(story->facts, i, "p_value"));
  rs_html_raw(html, "</tr>\n");
}

void rs_page_facts(RsHtml *html, const RsRingStory *story) {
  static const RsHtmlColumn columns[] = {{NC_("page", "no."), true}, {NC_("page", "for or counter"), false}, {NC_("page", "points"), true}, {NC_("page", "fact"), false},
                                         {NC_("page", "value"), true}, {NC_("page", "expected"), true}, {NC_("page", "p"), true}};
  rs_html_table_begin(html, "facts", rs_say(html->language, "Facts and counter-facts: the points add up to the score"),
                      columns, G_N_ELEMENTS(columns));
  for (guint i = 0; i < story->facts->n; i++) fact_row(html, story, i);
  rs_html_raw(html, "<tr class=\"sum\"><td></td><th scope=\"row\">");
  rs_html_say(html, "score");
  rs_html_markupf(html, "</th><td class=\"n\">%" G_GINT64_FORMAT "</td><td colspan=\"4\"></td></tr>", story->points);
  rs_html_table_end(html);
}

/* ---- who and what ---- */

typedef struct {
  RsHtml *html;
  const RsRingStory *story;
  RsKind kind;
  bool bursts;
  const char *sheet;
} Shares;

/* The anchor in the sheet is the kind and the id as it stands there; here its bytes are escaped, for an id may hold anything. */
static void share_who(const Shares *shares, const RsNames *names, const RsShare *share) {
  const bool linked = shares->sheet != NULL && *share->id != '\0' && share->n_lines > 0; /* without lines the sheet has no row */
  if (!linked) {
    entity_cell(shares->html, names, shares->kind, share->id);
    return;
  }
  g_autofree char *anchor = g_uri_escape_string(share->id, NULL, FALSE);
  rs_html_raw(shares->html, "<td class=\"who\"><a href=\"");
  rs_html_text(shares->html, shares->sheet);
  rs_html_raw(shares->html, "#");
  rs_html_text(shares->html, rs_kind_name[shares->kind]);
  rs_html_raw(shares->html, "-");
  rs_html_text(shares->html, anchor);
  rs_html_raw(shares->html, "\">");
  rs_page_entity(shares->html, names, shares->kind, share->id);
  rs_html_raw(shares->html, "</a>");
  rs_html_cell_end(shares->html);
}

static void share_numbers(const Shares *shares, const RsShare *share) {
  RsHtml *html = shares->html;
  rs_html_cell_count(html, share->n_lines);
  rs_html_cell_money(html, share->amount);
  if (shares->story->fund_known) rs_html_cell_money(html, share->fund);
  const int64_t all = shares->story->amount, part = all > 0 && share->amount > 0 ? llround((double)share->amount * 20.0 / (double)all) : 0;
  rs_html_markupf(html, "<td class=\"nowrap\"><span class=\"bar b%d\" aria-hidden=\"true\"></span>", (int)CLAMP(part, 0, 20));
  if (all > 0) {
    const int64_t tenths = llround((double)share->amount * 1000.0 / (double)all);
    rs_html_markupf(html, "%s%d.%d %%", tenths < 0 ? "-" : "", (int)(ABS(tenths) / 10), (int)(ABS(tenths) % 10)); /* in any locale */
  }
  rs_html_cell_end(html);
}

static void share_row(const Shares *shares, const RsNames *names, const RsShare *share) {
  RsHtml *html = shares->html;
  rs_html_raw(html, "<tr>");
  share_who(shares, names, share);
  rs_html_raw(html, "<td class=\"nowrap\">");
  rs_html_text(html, *share->role != '\0' ? rs_word(share->role, html->language) : "-");
  rs_html_cell_end(html);
  if (shares->bursts) {
    rs_html_cell(html, true);
    rs_html_markupf(html, "%u / %u", share->n_bursts, shares->story->bursts->n);
    rs_html_cell_end(html);
  }
  share_numbers(shares, share);
  rs_html_raw(html, "</tr>\n");
}

static void shares_rest(const Shares *shares, const GPtrArray *all, guint shown) {
  RsShare rest = {0};
  for (guint i = shown; i < all->len; i++) {
    const RsShare *share = g_ptr_array_index(all, i);
    rest.n_lines += share->n_lines;
    rest.amount = (gint64)((guint64)rest.amount + (guint64)share->amount);
    rest.fund = (gint64)((guint64)rest.fund + (guint64)share->fund);
  }
  rs_html_raw(shares->html, shares->bursts ? "<tr class=\"rest\"><td colspan=\"3\">" : "<tr class=\"rest\"><td colspan=\"2\">");
  rs_html_sayf(shares->html, "%u more", all->len - shown);
  rs_html_cell_end(shares->html);
  share_numbers(shares, &rest);
  rs_html_raw(shares->html, "</tr>\n");
}

void rs_page_shares(RsHtml *html, const RsRingStory *story, const RsNames *names, RsKind kind, guint max, const char *sheet) {
  RsHtmlColumn column[7] = {{NC_("page", "id"), false}, {NC_("page", "role"), false}};
  guint n_columns = 2;
  const GPtrArray *all = story->share[kind];
  guint members = 0;
  for (guint i = 0; i < all->len; i++) members += *rs_ring_story_share(story, kind, i)->role != '\0';
  if (all->len == 0 || (all->len == 1 && *rs_ring_story_share(story, kind, 0)->id == '\0')) return;
  const Shares shares = {html, story, kind, story->bursts->n > 0 && (kind == RS_PERSON || kind == RS_INSTITUTION), sheet};
  g_autofree char *caption = g_strdup_printf(rs_say(html->language, "%s: %u of the lead, %u on its lines"),
                                             rs_words_kind(kind, true, html->language), members, all->len);
  if (html->language == RS_LANG_EN) caption[0] = g_ascii_toupper(caption[0]);
  if (shares.bursts) column[n_columns++] = (RsHtmlColumn){NC_("page", "bursts"), true};
  column[n_columns++] = (RsHtmlColumn){NC_("page", "lines"), true};
  column[n_columns++] = (RsHtmlColumn){NC_("page", "money"), true};
  if (story->fund_known) column[n_columns++] = (RsHtmlColumn){NC_("page", "pooled fund"), true};
  column[n_columns++] = (RsHtmlColumn){NC_("page", "part"), false};
  rs_html_table_begin(html, "shares", caption, column, n_columns);
  for (guint i = 0; i < MIN(all->len, max); i++) share_row(&shares, names, rs_ring_story_share(story, kind, i));
  if (all->len > max) shares_rest(&shares, all, max);
  rs_html_table_end(html);
}

/* ---- bursts ---- */

static void burst_minutes(RsHtml *html, const char *first, const char *last) {
  uint32_t a = 0, b = 0;
  rs_html_cell(html, true);
  if (rs_time_parse(first, strlen(first), &a) == RS_TIME_OK && rs_time_parse(last, strlen(last), &b) == RS_TIME_OK && b >= a)
    rs_html_count(html, (b - a + 59) / 60);
  else
    rs_html_raw(html, "-");
  rs_html_cell_end(html);
}

void rs_page_bursts(RsHtml *html, const RsRingStory *story, const RsNames *names, guint max) {
  static const RsHtmlColumn columns[] = {{NC_("page", "first line"), false}, {NC_("page", "outlet"), false}, {NC_("page", "cards"), true}, {NC_("page", "minutes"), true}};
  const RsCaseRows *rows = story->bursts;
  if (rows->n == 0) return;
  g_autofree char *caption = rows->n <= max ? g_strdup_printf(rs_say(html->language, "Bursts: %u"), rows->n)
                                            : g_strdup_printf(rs_say(html->language, "Bursts: %u, of them the first %u; all in case.db, table burst"),
                                                              rows->n, max);
  rs_html_table_begin(html, "bursts", caption, columns, G_N_ELEMENTS(columns));
  for (guint i = 0; i < MIN(rows->n, max); i++) {
    rs_html_raw(html, "<tr>");
    rs_html_cell_foreign(html, rs_case_rows_text(rows, i, "first_time"));
    entity_cell(html, names, RS_INSTITUTION, rs_case_rows_text(rows, i, "institution_id"));
    rs_html_cell_count(html, (uint64_t)MAX(rs_case_rows_integer(rows, i, "n_members"), 0));
    burst_minutes(html, rs_case_rows_text(rows, i, "first_time"), rs_case_rows_text(rows, i, "last_time"));
    rs_html_raw(html, "</tr>\n");
  }
  rs_html_table_end(html);
}

/* ---- what goes together ---- */

static void rule_item(RsHtml *html, const RsNames *names, const char *item) {
  const char *colon = strchr(item, ':');
  g_autofree char *kind_text = colon == NULL ? g_strdup("") : g_strndup(item, (gsize)(colon - item));
  const int kind = rs_kind_named(kind_text);
  if (colon == NULL || kind < 0) rs_html_foreign(html, item);
  else
    rs_page_entity(html, names, (RsKind)kind, colon + 1);
}

static void rule_row(RsHtml *html, const RsRingStory *story, const RsNames *names, guint row) {
  g_auto(GStrv) item = g_strsplit(rs_case_rows_text(story->rules, row, "items"), ";", -1);
  rs_html_raw(html, "<tr>");
  rs_html_cell(html, false);
  for (guint i = 0; item[i] != NULL; i++) {
    if (i > 0) rs_html_raw(html, " + ");
    rule_item(html, names, item[i]);
  }
  if (strcmp(rs_case_rows_text(story->rules, row, "unit"), "person") == 0) rs_html_say(html, " (over several visits)");
  rs_html_cell_end(html);
  rs_html_cell_count(html, (uint64_t)MAX(rs_case_rows_integer(story->rules, row, "persons"), 0));
  rs_html_cell_count(html, (uint64_t)MAX(rs_case_rows_integer(story->rules, row, "support"), 0));
  number_cell(html, rs_case_rows_cell(story->rules, row, "expected"));
  number_cell(html, rs_case_rows_cell(story->rules, row, "q_value"));
  rs_html_raw(html, "</tr>\n");
}

void rs_page_rules(RsHtml *html, const RsRingStory *story, const RsNames *names) {
  static const RsHtmlColumn columns[] = {{NC_("page", "together on its lines"), false}, {NC_("page", "people"), true}, {NC_("page", "visits"), true},
                                         {NC_("page", "people expected"), true}, {NC_("page", "q"), true}};
  if (story->rules->n == 0) return;
  rs_html_table_begin(html, "rules", rs_say(html->language, "What goes together (expected: before selection)"), columns,
                      G_N_ELEMENTS(columns));
  for (guint i = 0; i < story->rules->n; i++) rule_row(html, story, names, i);
  rs_html_table_end(html);
}

/* ---- claim lines ---- */

/* Which cells of a row of evidence. */
typedef struct {
  unsigned file, line, time, person, institution, doctor, drug, amount, fund, facts;
} Places;

/* "bursts;rotation" as the numbers they have in the table of facts. */
static void line_facts(RsHtml *html, const RsRingStory *story, const char *codes) {
  g_auto(GStrv) code = g_strsplit(codes, ";", -1);
  for (guint i = 0; code[i] != NULL; i++) {
    guint at = 0;
    while (at < story->facts->n && strcmp(rs_case_rows_text(story->facts, at, "fact"), code[i]) != 0) at++;
    if (i > 0) rs_html_raw(html, " ");
    if (at < story->facts->n) rs_html_count(html, at + 1);
    else
      rs_html_foreign(html, code[i]);
  }
}

static void line_row(RsHtml *html, const RsRingStory *story, const RsStoryLine *line, const RsNames *names, const Places *at) {
  const RsCell *cell = line->cell;
  rs_html_raw(html, "<tr><td>");
  rs_html_foreign(html, cell[at->file].text);
  rs_html_markupf(html, ":%" G_GINT64_FORMAT "</td><td class=\"nowrap\">", cell[at->line].integer);
  rs_html_foreign(html, cell[at->time].text);
  rs_html_raw(html, "</td><td class=\"id\">");
  rs_html_foreign(html, cell[at->person].text);
  rs_html_cell_end(html);
  entity_cell(html, names, RS_INSTITUTION, cell[at->institution].text);
  rs_html_raw(html, "<td class=\"id\">");
  rs_html_foreign(html, cell[at->doctor].text);
  rs_html_cell_end(html);
  entity_cell(html, names, RS_DRUG, cell[at->drug].text);
  rs_html_cell_money(html, cell[at->amount].integer);
  if (story->fund_known) rs_html_cell_money(html, cell[at->fund].integer);
  rs_html_cell(html, false);
  line_facts(html, story, cell[at->facts].text);
  rs_html_raw(html, "</td></tr>\n");
}

void rs_page_lines(RsHtml *html, const RsRingStory *story, const RsNames *names) {
  RsHtmlColumn column[9] = {{NC_("page", "file and line"), false}, {NC_("page", "time"), false}, {NC_("page", "person"), false},
                            {NC_("page", "outlet"), false},        {NC_("page", "doctor"), false}, {NC_("page", "drug"), false},
                            {NC_("page", "money"), true}};
  guint n_columns = 7;
  if (story->fund_known) column[n_columns++] = (RsHtmlColumn){NC_("page", "pooled fund"), true};
  column[n_columns++] = (RsHtmlColumn){NC_("page", "facts (no.)"), false};
  const RsTable *table = &rs_table[RS_TABLE_EVIDENCE];
  const Places at = {rs_table_column(table, "file"),      rs_table_column(table, "line"),           rs_table_column(table, "time"),
                     rs_table_column(table, "person_id"), rs_table_column(table, "institution_id"), rs_table_column(table, "doctor_id"),
                     rs_table_column(table, "drug_code"), rs_table_column(table, "amount"),         rs_table_column(table, "fund_amount"),
                     rs_table_column(table, "facts")};
  g_autofree char *n = rs_words_count(story->n_lines), *shown = rs_words_count(story->lines->len);
  const bool all = story->lines->len == story->n_lines;
  g_autofree char *caption =
      all ? g_strdup_printf(rs_say(html->language, "Claim lines: all %s, by time; also in evidence.csv"), n)
          : g_strdup_printf(rs_say(html->language, "Claim lines: %s of %s, those that most facts rest on, by time; all of them in evidence.csv"),
                            shown, n);
  rs_html_table_begin(html, "lines", caption, column, n_columns);
  for (guint i = 0; i < story->lines->len; i++) line_row(html, story, g_ptr_array_index(story->lines, i), names, &at);
  rs_html_table_end(html);
}
