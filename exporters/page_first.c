/* The first screen of the case page: what was read, what was looked for, the ranked leads. */
#include "exporters/page_whole.h"

#include "exporters/words.h"
#include "rings/score.h"

#include <stdlib.h>
#include <string.h>

/* ---- what the case says ---- */

static const RsCell *account(const RsPage *page, const char *topic, const char *name, const char *column) {
  for (guint i = 0; i < page->account->n; i++)
    if (strcmp(rs_case_rows_text(page->account, i, "topic"), topic) == 0 && strcmp(rs_case_rows_text(page->account, i, "name"), name) == 0)
      return rs_case_rows_cell(page->account, i, column);
  return NULL;
}

static int64_t account_n(const RsPage *page, const char *topic, const char *name) {
  const RsCell *cell = account(page, topic, name, "n");
  return cell == NULL ? 0 : cell->integer;
}

static int64_t account_amount(const RsPage *page, const char *topic, const char *name) {
  const RsCell *cell = account(page, topic, name, "amount");
  return cell == NULL ? 0 : cell->integer;
}

static const char *account_text(const RsPage *page, const char *topic, const char *name) {
  const RsCell *cell = account(page, topic, name, "text");
  return cell == NULL ? "" : cell->text;
}


static uint64_t natural(int64_t n) { return n > 0 ? (uint64_t)n : 0; }

RS_FIELD(n_leads) { rs_html_count(html, ((const RsPage *)data)->n); }

RS_FIELD(heading) { rs_html_say_n(html, "%s lead for review", "%s leads for review", ((const RsPage *)data)->n); }

RS_FIELD(period) {
  const RsPage *page = data;
  const char *first = account_text(page, "period", "first"), *last = account_text(page, "period", "last");
  if (*first == '\0') return;
  rs_html_text(html, first);
  rs_html_say(html, " to ");
  rs_html_text(html, last);
}

RS_FIELD(what) {
  const RsPage *page = data;
  static const char *const name[] = {"line", "person", "doctor", "institution", "drug", "relation"};
  char *n[G_N_ELEMENTS(name)];
  if (*account_text(page, "period", "first") == '\0') {
    rs_html_say(html, "No claim line was used.");
    return;
  }
  for (size_t i = 0; i < G_N_ELEMENTS(name); i++) n[i] = rs_words_count(natural(account_n(page, "graph", name[i])));
  rs_html_sayf(html, "%s claim lines, %s to %s: %s people, %s doctors, %s outlets, %s drugs, %s relations between them", n[0],
               account_text(page, "period", "first"), account_text(page, "period", "last"), n[1], n[2], n[3], n[4], n[5]);
  for (size_t i = 0; i < G_N_ELEMENTS(name); i++) g_free(n[i]);
}

RS_FIELD(masked) {
  if (rs_case_source_masked(&((const RsPage *)data)->source))
    rs_html_say(html, "People, claims and settlements are masked.");
  else
    rs_html_say(html, "Clear ids: keep this page as closely as the claims themselves.");
}

static void balance_row(RsHtml *html, const RsPage *page, const char *name, bool sum) {
  rs_html_raw(html, sum ? "<tr class=\"sum\"><th scope=\"row\">" : "<tr><th scope=\"row\">");
  rs_html_text(html, rs_say_in(html->language, "place", name));
  rs_html_raw(html, "</th>");
  rs_html_cell_count(html, natural(account_n(page, "balance", name)));
  rs_html_cell_money(html, account_amount(page, "balance", name));
  rs_html_raw(html, "</tr>");
}

/* What the reader found on the way, where there was any. */
static void reading_notes(RsHtml *html, const RsPage *page) {
  static const struct {
    const char *name, *text;
  } notes[] = {{"unreadable_amounts", N_("%s amounts could not be read")},
               {"reversed_pairs", N_("%s refunds with their originals (both rows reversed)")},
               {"partial_refunds", N_("%s partial refunds, taken off their originals")},
               {"negative_without_original", N_("%s negative rows without an original, used as they are")},
               {"date_only_rows", N_("%s rows without a time of day")},
               {"settlements", N_("%s settlements joined")},
               {"settlements_without_lines", N_("%s settlements without lines, counted as visits")},
               {"lines_without_settlement", N_("%s lines without a settlement")},
               {"settlements_with_difference", N_("%s settlements that differ from their lines")}};
  rs_html_raw(html, "<ul class=\"plain\">");
  for (size_t i = 0; i < G_N_ELEMENTS(notes); i++) {
    g_autofree char *n = rs_words_count(natural(account_n(page, "reading", notes[i].name)));
    if (strcmp(n, "0") == 0) continue;
    rs_html_raw(html, "<li>");
    rs_html_sayf(html, notes[i].text, n);
    rs_html_raw(html, "</li>");
  }
  for (guint i = 0; i < page->account->n; i++) {
    if (strcmp(rs_case_rows_text(page->account, i, "topic"), "rejected") != 0) continue;
    g_autofree char *n = rs_words_count(natural(rs_case_rows_integer(page->account, i, "n")));
    rs_html_raw(html, "<li>");
    rs_html_sayf(html, "rejected for '%s': %s (rejects.csv)", rs_case_rows_text(page->account, i, "name"), n);
    rs_html_raw(html, "</li>");
  }
  rs_html_raw(html, "</ul>");
}

static bool balances(const RsPage *page) {
  int64_t rows = 0;
  uint64_t money = 0;
  for (int place = 0; place < RS_N_PLACES; place++) {
    rows += account_n(page, "balance", rs_place_name[place]);
    money += (uint64_t)account_amount(page, "balance", rs_place_name[place]);
  }
  return rows == account_n(page, "balance", "read") && money == (uint64_t)account_amount(page, "balance", "read");
}

RS_FIELD(balance) {
  const RsPage *page = data;
  static const RsHtmlColumn columns[] = {{"", false}, {NC_("page", "rows"), true}, {NC_("page", "money"), true}};
  rs_html_table_begin(html, "balance", rs_say(html->language, "Where each row read ended"), columns, G_N_ELEMENTS(columns));
  for (int place = 0; place < RS_N_PLACES; place++) balance_row(html, page, rs_place_name[place], false);
  balance_row(html, page, NC_("place", "read"), true);
  rs_html_table_end(html);
  rs_html_raw(html, balances(page) ? "<p class=\"ok\">" : "<p class=\"bad\">");
  if (balances(page)) rs_html_say(html, "Rows and money add up.");
  else
    rs_html_say(html, "Rows or money do not add up: somebody changed the case.");
  rs_html_raw(html, "</p>");
  reading_notes(html, page);
}

/* ---- what was looked for ---- */

static bool is_notice(const RsPage *page, guint i, const char *list) {
  return strcmp(rs_case_rows_text(page->notices, i, "list"), list) == 0 &&
         strcmp(rs_case_rows_text(page->notices, i, "language"), page->language == RS_LANG_ZH ? "zh" : "en") == 0;
}

static guint notices_count(const RsPage *page, const char *list) {
  guint n = 0;
  for (guint i = 0; i < page->notices->n; i++) n += is_notice(page, i, list);
  return n;
}

static void notices_list(RsHtml *html, const RsPage *page, const char *list) {
  rs_html_raw(html, "<ul class=\"plain\">");
  for (guint i = 0; i < page->notices->n; i++) {
    if (!is_notice(page, i, list)) continue;
    rs_html_raw(html, "<li>");
    rs_html_foreign(html, rs_case_rows_text(page->notices, i, "text"));
    rs_html_raw(html, "</li>");
  }
  rs_html_raw(html, "</ul>");
}

static void notices_or(RsHtml *html, const RsPage *page, const char *list, const char *none) {
  if (notices_count(page, list) > 0) {
    notices_list(html, page, list);
    return;
  }
  rs_html_raw(html, "<p>");
  rs_html_text(html, none);
  rs_html_raw(html, "</p>");
}

static guint leads_of(const RsPage *page, const char *pattern) {
  guint n = 0;
  for (guint i = 0; i < page->n; i++) n += strcmp(rs_page_text(page, i, "pattern"), pattern) == 0;
  return n;
}

static void patterns_list(RsHtml *html, const RsPage *page) {
  rs_html_raw(html, "<ul class=\"chips\">");
  for (guint i = 0; i < page->notices->n; i++) {
    const bool skipped = is_notice(page, i, "skipped");
    const char *pattern = rs_case_rows_text(page->notices, i, "code");
    if (!skipped && !is_notice(page, i, "examined")) continue;
    rs_html_raw(html, skipped ? "<li class=\"off\">" : "<li>");
    rs_html_text(html, rs_word(pattern, html->language));
    if (skipped) rs_html_say(html, ": not examined, a column is missing");
    else
      rs_html_markupf(html, " %u", leads_of(page, pattern));
    rs_html_raw(html, "</li>");
  }
  rs_html_raw(html, "</ul>");
}

/* ---- what was asked about, and what was cleared ---- */

static bool first_of_entry(const RsCaseRows *watch, guint i) { return strcmp(rs_case_rows_text(watch, i, "topic"), "standing") == 0; }

/* The leads that name the entry whose rows begin at i. */
static void entry_leads(RsHtml *html, const RsPage *page, guint i) {
  const RsCaseRows *watch = page->watch;
  guint n = 0;
  for (guint k = i + 1; k < watch->n && !first_of_entry(watch, k); k++) {
    if (strcmp(rs_case_rows_text(watch, k, "topic"), "ring") != 0) continue;
    rs_html_raw(html, n++ > 0 ? " <a href=\"#" : "<a href=\"#");
    rs_html_text(html, rs_case_rows_text(watch, k, "item_id"));
    rs_html_raw(html, "\">");
    rs_html_text(html, rs_case_rows_text(watch, k, "item_id"));
    rs_html_raw(html, "</a>");
  }
  if (n == 0) rs_html_say(html, "no lead");
}

static void watched_list(RsHtml *html, const RsPage *page) {
  const RsCaseRows *watch = page->watch;
  if (watch->n == 0) return;
  rs_html_raw(html, "<h3 id=\"watched\">");
  rs_html_say(html, "Watched");
  rs_html_raw(html, "</h3><ul class=\"plain\">");
  for (guint i = 0; i < watch->n; i++) {
    if (!first_of_entry(watch, i)) continue;
    rs_html_raw(html, "<li>");
    rs_html_text(html, rs_word(rs_case_rows_text(watch, i, "entity_type"), html->language));
    rs_html_raw(html, " <span class=\"id\">");
    rs_html_foreign(html, rs_case_rows_text(watch, i, "entity_id"));
    rs_html_raw(html, "</span>: ");
    entry_leads(html, page, i);
    rs_html_raw(html, "</li>");
  }
  rs_html_raw(html, "</ul><p>");
  rs_html_say(html, "Each answer is in watch.csv, who was looked at from there in expansion.csv.");
  rs_html_raw(html, "</p>");
}

static void cleared_list(RsHtml *html, const RsPage *page) {
  static const struct { const char *name, *text; } status[] = {{"aside", N_("set aside")}, {"back", N_("came back, behaving otherwise")}, {"expired", N_("came back, the clearance has ended")},
                                                               {"idle", N_("no lead to set aside")}, {"unknown", N_("not in these claims")}};
  if (page->cleared->n == 0) return;
  rs_html_raw(html, "<h3 id=\"cleared\">");
  rs_html_say(html, "Cleared before");
  rs_html_raw(html, "</h3><ul class=\"plain\">");
  for (guint i = 0; i < page->cleared->n; i++) {
    const char *until = rs_case_rows_text(page->cleared, i, "until"), *ring = rs_case_rows_text(page->cleared, i, "ring_id");
    rs_html_raw(html, "<li><span class=\"id\">");
    rs_html_foreign(html, rs_case_rows_text(page->cleared, i, "subject"));
    rs_html_raw(html, "</span>: ");
    for (size_t s = 0; s < G_N_ELEMENTS(status); s++)
      if (strcmp(status[s].name, rs_case_rows_text(page->cleared, i, "status")) == 0) rs_html_say(html, status[s].text);
    if (*ring != '\0') {
      rs_html_raw(html, " <a href=\"#");
      rs_html_text(html, ring);
      rs_html_raw(html, "\">");
      rs_html_text(html, ring);
      rs_html_raw(html, "</a>");
    }
    rs_html_raw(html, " – ");
    rs_html_foreign(html, rs_case_rows_text(page->cleared, i, "reason"));
    rs_html_raw(html, " (");
    rs_html_foreign(html, rs_case_rows_text(page->cleared, i, "by"));
    if (*until != '\0') rs_html_raw(html, ", ≤ ");
    rs_html_foreign(html, until);
    rs_html_raw(html, ")</li>");
  }
  rs_html_raw(html, "</ul>");
}

RS_FIELD(examined) {
  const RsPage *page = data;
  rs_html_raw(html, "<p>");
  rs_html_say(html, "Patterns looked for, with the leads found:");
  rs_html_raw(html, "</p>");
  patterns_list(html, page);
  const int64_t groups = account_n(page, "search", "companion_groups");
  g_autofree char *n = rs_words_count(natural(groups));
  rs_html_raw(html, "<p>");
  rs_html_sayf(html, "Points are places among %s groups of people who move together in these claims.", n);
  if (groups < 200) rs_html_say(html, " These are few: points and grades are weak.");
  rs_html_raw(html, "</p><h3>");
  rs_html_say(html, "Not examined");
  rs_html_raw(html, "</h3>");
  notices_or(html, page, "not_examined", rs_say(html->language, "Nothing that was used had to be left out."));
  if (notices_count(page, "note") > 0) notices_list(html, page, "note");
  rs_html_raw(html, "<h3 id=\"set-aside\">");
  rs_html_say(html, "Set aside, with an innocent explanation");
  rs_html_raw(html, "</h3>");
  notices_or(html, page, "set_aside", rs_say(html->language, "None."));
  watched_list(html, page);
  cleared_list(html, page);
}

/* ---- the leads ---- */

static void option(RsHtml *html, const char *value, const char *text) {
  rs_html_raw(html, "<option value=\"");
  rs_html_text(html, value);
  rs_html_raw(html, "\">");
  rs_html_text(html, text);
  rs_html_raw(html, "</option>");
}

static void pattern_options(RsHtml *html, const RsPage *page) {
  for (int pattern = 0; pattern < RS_N_PATTERNS; pattern++)
    if (leads_of(page, rs_pattern_name[pattern]) > 0) option(html, rs_pattern_name[pattern], rs_word(rs_pattern_name[pattern], html->language));
}

static int compare_texts(const void *a, const void *b) { return strcmp(*(const char *const *)a, *(const char *const *)b); }

static void region_options(RsHtml *html, const RsPage *page, char letter) {
  g_autoptr(GHashTable) seen = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
  for (guint i = 0; i < page->n; i++) {
    g_auto(GStrv) region = g_strsplit(page->lead[i].regions->str, " ", -1);
    for (char **one = region; *one != NULL; one++)
      if (**one == letter) g_hash_table_add(seen, g_strdup(*one));
  }
  guint n;
  g_autofree char **region = (char **)g_hash_table_get_keys_as_array(seen, &n);
  if (n == 0) return;
  qsort(region, n, sizeof *region, compare_texts);
  rs_html_raw(html, "<optgroup label=\"");
  if (letter == 's') rs_html_say(html, "place of service");
  else
    rs_html_say(html, "insured region");
  rs_html_raw(html, "\">");
  for (guint i = 0; i < n; i++) option(html, region[i], region[i] + 1);
  rs_html_raw(html, "</optgroup>");
}

static void filters(RsHtml *html, const RsPage *page) {
  rs_html_raw(html, "<div class=\"filters\"><label for=\"by-pattern\">");
  rs_html_say(html, "Pattern");
  rs_html_raw(html, "</label><select id=\"by-pattern\">");
  option(html, "", rs_say(html->language, "all"));
  pattern_options(html, page);
  rs_html_raw(html, "</select><label for=\"by-region\">");
  rs_html_say(html, "Region");
  rs_html_raw(html, "</label><select id=\"by-region\">");
  option(html, "", rs_say(html->language, "all"));
  region_options(html, page, 's');
  region_options(html, page, 'p');
  rs_html_raw(html, "</select><label for=\"by-text\">");
  rs_html_say(html, "Text");
  rs_html_raw(html, "</label><input id=\"by-text\" type=\"search\" autocomplete=\"off\"><output id=\"n-shown\"></output></div>\n");
}

static void lead_row(RsHtml *html, const RsPage *page, guint i) {
  const char *id = rs_page_text(page, i, "ring_id"), *pattern = rs_page_text(page, i, "pattern"), *grade = rs_page_text(page, i, "stability");
  rs_html_raw(html, "<tr data-p=\"");
  rs_html_text(html, pattern);
  rs_html_raw(html, "\" data-r=\"");
  rs_html_text(html, page->lead[i].regions->str);
  rs_html_raw(html, "\">");
  rs_html_cell_count(html, natural(rs_page_integer(page, i, "rank")));
  rs_html_raw(html, "<td><a class=\"ring\" href=\"#");
  rs_html_text(html, id);
  rs_html_raw(html, "\">");
  rs_html_text(html, id);
  rs_html_raw(html, "</a></td><td class=\"nowrap\">");
  rs_html_text(html, rs_word(pattern, html->language));
  rs_html_markupf(html, "</td><td class=\"n\">%" G_GINT64_FORMAT "</td><td>", rs_page_integer(page, i, "score"));
  rs_html_text(html, *grade != '\0' ? grade : "-");
  rs_html_cell_end(html);
  rs_html_cell_count(html, natural(rs_page_integer(page, i, "persons")));
  rs_html_cell_count(html, natural(rs_page_integer(page, i, "institutions")));
  rs_html_cell_money(html, rs_page_integer(page, i, "amount"));
  rs_html_cell_count(html, rs_words_days(rs_page_text(page, i, "first_date"), rs_page_text(page, i, "last_date")));
  rs_html_raw(html, "<td class=\"nowrap\">");
  rs_html_foreign(html, rs_page_text(page, i, "first_date"));
  rs_html_raw(html, "</td><td>");
  rs_html_foreign(html, page->lead[i].summary);
  rs_html_raw(html, "</td></tr>\n");
}

/* How to have a lead on paper, where the case has no sheets to link to. */
static void sheets_hint(RsHtml *html, const RsPage *page) {
  const char *id = rs_page_text(page, 0, "ring_id");
  if (page->sheets) return;
  rs_html_raw(html, "<p class=\"hint\">");
  rs_html_sayf(html, "A lead as a sheet to print, fill in and sign: ringscope dossier CASE %s -o %s.html", id, id);
  rs_html_raw(html, "</p>\n");
}

static void leads_table(RsHtml *html, const RsPage *page) {
  static const RsHtmlColumn columns[] = {{NC_("page", "#"), true},        {NC_("page", "ring"), false}, {NC_("page", "pattern"), false}, {NC_("page", "score"), true},
                                         {NC_("page", "grade"), false}, {NC_("page", "people"), true}, {NC_("page", "outlets"), true}, {NC_("page", "money"), true},
                                         {NC_("page", "days"), true},   {NC_("page", "first day"), false}, {NC_("page", "why"), false}};
  filters(html, page);
  rs_html_table_begin(html, "leads", rs_say(html->language, "Leads by score; a click on a heading sorts"),
                      columns, G_N_ELEMENTS(columns));
  for (guint i = 0; i < page->n; i++) lead_row(html, page, i);
  rs_html_table_end(html);
  sheets_hint(html, page);
}

static bool uncalibrated(const RsPage *page) { return account_n(page, "search", "companion_groups") < RS_CALIBRATED; }

/* Points and grades are weak, and nothing found says little, where there was too little to hold a group against. */
static void calibration(RsHtml *html, const RsPage *page) {
  if (!uncalibrated(page)) return;
  g_autofree char *n = rs_words_count(natural(account_n(page, "search", "companion_groups")));
  rs_html_raw(html, "<p class=\"note\">");
  if (page->n > 0) rs_html_sayf(html, "Uncalibrated: only %s groups to compare with, so points and grades are weak.", n);
  else rs_html_sayf(html, "Uncalibrated: only %s groups to compare with: too little, so a ring could be missed.", n);
  rs_html_raw(html, "</p>\n");
}

/* No lead is an answer too: what came nearest. */
static void near_misses(RsHtml *html, const RsPage *page) {
  static const RsHtmlColumn columns[] = {{NC_("page", "pattern"), false}, {NC_("page", "score"), true}, {NC_("page", "what"), false}};
  rs_html_raw(html, "<p>");
  if (notices_count(page, "near_miss") == 0 && uncalibrated(page))
    rs_html_say(html, "No group stands out above the cut.");
  else if (notices_count(page, "near_miss") == 0)
    rs_html_say(html, "No group stands out above the cut, and none came near it.");
  else
    rs_html_say(html, "No group stands out above the cut; these came nearest.");
  rs_html_raw(html, "</p>");
  if (notices_count(page, "near_miss") == 0) return;
  rs_html_table_begin(html, "near", rs_say(html->language, "Nearest misses"), columns, G_N_ELEMENTS(columns));
  for (guint i = 0; i < page->notices->n; i++) {
    if (!is_notice(page, i, "near_miss")) continue;
    rs_html_raw(html, "<tr>");
    rs_html_cell(html, false);
    rs_html_text(html, rs_word(rs_case_rows_text(page->notices, i, "code"), html->language));
    rs_html_cell_end(html);
    rs_html_markupf(html, "<td class=\"n\">%" G_GINT64_FORMAT "</td>", rs_case_rows_integer(page->notices, i, "n"));
    rs_html_cell_foreign(html, rs_case_rows_text(page->notices, i, "text"));
    rs_html_raw(html, "</tr>");
  }
  rs_html_table_end(html);
}

RS_FIELD(leads) {
  const RsPage *page = data;
  calibration(html, page);
  if (page->n > 0) leads_table(html, page);
  else
    near_misses(html, page);
}

const RsHtmlField rs_page_first_fields[] = {RS_FIELD_OF(n_leads), RS_FIELD_OF(heading), RS_FIELD_OF(period),   RS_FIELD_OF(what),  RS_FIELD_OF(masked),
                                            RS_FIELD_OF(balance), RS_FIELD_OF(examined), RS_FIELD_OF(leads), {NULL, NULL}};
