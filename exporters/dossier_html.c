/* A dossier as HTML that prints on A4: without scripts, without anything beside it. */
#include "exporters/dossier.h"

#include "exporters/words.h"

#include <string.h>

extern const unsigned char rs_page_dossier[];
extern const size_t rs_page_dossier_length;

enum { BURSTS_SHOWN = 60 };

static void head(RsHtml *html, const char *title) {
  rs_html_raw(html, "<h2>");
  rs_html_say(html, title);
  rs_html_raw(html, "</h2>\n");
}

static const char *account_option(const RsDossier *d, const char *topic, const char *name) {
  for (guint i = 0; i < d->of->account->n; i++)
    if (strcmp(rs_case_rows_text(d->of->account, i, "topic"), topic) == 0 && strcmp(rs_case_rows_text(d->of->account, i, "name"), name) == 0)
      return rs_case_rows_text(d->of->account, i, "text");
  return "";
}

static void pair(RsHtml *html, const char *name, const char *value) {
  rs_html_raw(html, "<div><dt>");
  rs_html_say(html, name);
  rs_html_raw(html, "</dt><dd>");
  rs_html_foreign(html, value);
  rs_html_raw(html, "</dd></div>\n");
}

static void identity(RsHtml *html, const RsDossier *d) {
  const RsCaseRows *ring = d->story->ring;
  g_autofree char *score = g_strdup_printf("%" G_GINT64_FORMAT, rs_case_rows_integer(ring, 0, "score"));
  g_autofree char *days = g_strdup_printf("%s – %s", rs_case_rows_text(ring, 0, "first_date"), rs_case_rows_text(ring, 0, "last_date"));
  const char *grade = rs_case_rows_text(ring, 0, "stability");
  rs_html_raw(html, "<dl class=\"head\">\n");
  pair(html, N_("case"), d->of->name);
  pair(html, N_("lead"), d->ring_id);
  pair(html, N_("lead key"), rs_case_rows_text(ring, 0, "lead_key"));
  pair(html, N_("suspected pattern"), rs_word(rs_case_rows_text(ring, 0, "pattern"), html->language));
  pair(html, N_("points"), score);
  pair(html, N_("stability grade"), *grade == '\0' ? "-" : grade);
  pair(html, N_("period"), days);
  if (d->region != NULL) pair(html, N_("insured region of this sheet"), *d->region == '\0' ? rs_say(html->language, "unknown") : d->region);
  if (d->person != NULL) pair(html, N_("person of this sheet"), rs_dossier_id(d, RS_PERSON, d->person));
  pair(html, N_("ids"), d->clear != NULL || !d->of->masked ? rs_say(html->language, "clear") : rs_say(html->language, "masked"));
  if (d->authority != NULL) pair(html, N_("authority reference"), d->authority);
  pair(html, N_("claims up to"), account_option(d, "period", "last"));
  rs_html_raw(html, "</dl>\n");
}

static void sum_cells(RsHtml *html, const RsDossier *d, const RsDossierSum *sum) {
  rs_html_cell_count(html, sum->lines);
  rs_html_cell_money(html, sum->amount);
  if (d->story->fund_known) rs_html_cell_money(html, sum->fund);
  if (d->has_account) rs_html_cell_money(html, sum->account);
}

static void sum_row(RsHtml *html, const RsDossier *d, const char *name, const RsDossierSum *own, const RsDossierSum *all, bool people) {
  rs_html_raw(html, "<tr class=\"sum\"><th scope=\"row\">");
  rs_html_say(html, name);
  rs_html_raw(html, "</th>");
  if (people) rs_html_cell_count(html, own->people);
  sum_cells(html, d, own);
  if (all != NULL) rs_html_cell_money(html, all->amount);
  rs_html_raw(html, "</tr>\n");
}

typedef enum { MONEY_PERSON, MONEY_OUTLET, MONEY_DOCTOR, MONEY_MONTH, MONEY_REGION } Money;

static void key_cell(RsHtml *html, const RsDossier *d, Money what, const char *key) {
  static const RsKind kind[] = {[MONEY_PERSON] = RS_PERSON, [MONEY_OUTLET] = RS_INSTITUTION, [MONEY_DOCTOR] = RS_DOCTOR};
  rs_html_raw(html, what == MONEY_PERSON ? "<td class=\"id\" id=\"person-" : "<td class=\"id\">");
  if (what == MONEY_PERSON) {
    rs_html_text(html, key); /* the id as the case prints it, so that the case page can point here */
    rs_html_raw(html, "\">");
  }
  if (*key == '\0') rs_html_say(html, "unknown");
  else if (what == MONEY_PERSON) rs_html_foreign(html, rs_dossier_id(d, RS_PERSON, key));
  else if (what <= MONEY_DOCTOR) rs_page_entity(html, d->of->names, kind[what], key);
  else rs_html_foreign(html, key);
  rs_html_raw(html, "</td>");
}

/* Rows of the part; of a split sheet also what the whole lead has there, for outlets and doctors, which are common. */
static void money_table(RsHtml *html, const RsDossier *d, Money what, const char *caption, const char *first, const GPtrArray *rows) {
  const bool part = d->region != NULL || d->person != NULL, common = part && (what == MONEY_OUTLET || what == MONEY_DOCTOR);
  const bool people = what != MONEY_PERSON;
  RsHtmlColumn column[8] = {{first, false}};
  size_t n = 1;
  if (people) column[n++] = (RsHtmlColumn){NC_("page", "people"), true};
  column[n++] = (RsHtmlColumn){NC_("page", "claim lines"), true};
  column[n++] = (RsHtmlColumn){NC_("page", "money"), true};
  if (d->story->fund_known) column[n++] = (RsHtmlColumn){NC_("page", "of it pooled fund"), true};
  if (d->has_account) column[n++] = (RsHtmlColumn){NC_("page", "of it personal account"), true};
  if (common) column[n++] = (RsHtmlColumn){NC_("page", "money of the whole lead"), true};
  rs_html_table_begin(html, "money", rs_say(html->language, caption), column, n);
  for (guint i = 0; i < rows->len; i++) {
    const RsDossierRow *row = g_ptr_array_index(rows, i);
    const RsDossierSum *sum = what == MONEY_REGION ? &row->all : &row->own;
    if (sum->lines == 0 && !common) continue;
    if (what == MONEY_DOCTOR && *row->key == '\0') continue;
    rs_html_raw(html, "<tr>");
    key_cell(html, d, what, row->key);
    if (people) rs_html_cell_count(html, sum->people);
    sum_cells(html, d, sum);
    if (common) rs_html_cell_money(html, row->all.amount);
    rs_html_raw(html, "</tr>\n");
  }
  const RsDossierSum *all = what == MONEY_REGION ? &d->sum_all : &d->sum_own;
  if (what != MONEY_DOCTOR) sum_row(html, d, part && what != MONEY_REGION ? N_("this sheet") : N_("the whole lead"), all, common ? &d->sum_all : NULL, people);
  rs_html_table_end(html);
}

/* ---- bursts: place and time are common; who was there, only of the part ---- */

static guint attended(const RsDossier *d, gint64 burst, GString *own) {
  guint n = 0;
  for (guint i = 0; i < d->attendance->n; i++) {
    if (rs_case_rows_integer(d->attendance, i, "burst") != burst) continue;
    const char *person = rs_case_rows_text(d->attendance, i, "person_id");
    const bool in = (d->person == NULL || strcmp(d->person, person) == 0) && (d->region == NULL || strcmp(d->region, rs_names_get(d->of->names, RS_PERSON, person).region) == 0);
    if (!in) continue;
    g_string_append_printf(own, "%s%s", n++ > 0 ? " " : "", rs_dossier_id(d, RS_PERSON, person));
  }
  return n;
}

static void bursts(RsHtml *html, const RsDossier *d) {
  static const RsHtmlColumn column[] = {{NC_("page", "time"), false}, {NC_("page", "outlet"), false}, {NC_("page", "cards"), true}, {NC_("page", "of this sheet"), false}};
  const RsCaseRows *rows = d->story->bursts;
  if (rows->n == 0) return;
  head(html, N_("Bursts: cards that came together"));
  rs_html_table_begin(html, "bursts", "", column, G_N_ELEMENTS(column));
  for (guint i = 0; i < MIN(rows->n, BURSTS_SHOWN); i++) {
    g_autoptr(GString) own = g_string_new(NULL);
    attended(d, rs_case_rows_integer(rows, i, "burst"), own);
    rs_html_raw(html, "<tr>");
    rs_html_cell_foreign(html, rs_case_rows_text(rows, i, "first_time"));
    rs_html_raw(html, "<td class=\"id\">");
    rs_page_entity(html, d->of->names, RS_INSTITUTION, rs_case_rows_text(rows, i, "institution_id"));
    rs_html_raw(html, "</td>");
    rs_html_cell_count(html, (uint64_t)MAX(rs_case_rows_integer(rows, i, "n_members"), 0));
    rs_html_raw(html, "<td class=\"id\">");
    rs_html_foreign(html, own->str);
    rs_html_raw(html, "</td></tr>\n");
  }
  rs_html_table_end(html);
  if (rows->n > BURSTS_SHOWN) {
    rs_html_raw(html, "<p>");
    rs_html_sayf(html, "and %u more in case.db", rows->n - BURSTS_SHOWN);
    rs_html_raw(html, "</p>\n");
  }
}

/* ---- claim lines ---- */

static void line_cell(const char *name, const char *text, void *data) {
  RsHtml *html = data;
  if (*text == '\0') return;
  rs_html_raw(html, " <span><i>");
  rs_html_text(html, name);
  rs_html_raw(html, "</i> ");
  rs_html_foreign(html, text);
  rs_html_raw(html, "</span>");
}

static void claim_lines(RsHtml *html, const RsDossier *d) {
  guint n_left_out = 0;
  head(html, N_("Claim lines"));
  rs_html_raw(html, "<p class=\"note\">");
  if (d->lines != NULL) rs_html_say(html, "As they stood in the source: each file was read again and its SHA-256 is the one the case names.");
  else rs_html_say(html, "As the case keeps them; with --claims they are shown in full, as they stood in the source.");
  rs_html_raw(html, "</p>\n<ol class=\"lines\">\n");
  for (guint i = 0; i < d->evidence->n; i++) {
    if (!d->own[i]) continue;
    rs_html_raw(html, "<li><b>");
    rs_html_foreign(html, rs_case_rows_text(d->evidence, i, "file"));
    rs_html_markupf(html, ":%" G_GINT64_FORMAT "</b>", rs_case_rows_integer(d->evidence, i, "line"));
    const guint left_out = rs_dossier_line(d, i, line_cell, html);
    n_left_out = MAX(n_left_out, left_out);
    rs_html_raw(html, "</li>\n");
  }
  rs_html_raw(html, "</ol>\n");
  if (n_left_out == 0) return;
  rs_html_raw(html, "<p class=\"note\">");
  rs_html_sayf(html, "%u columns of the source may name somebody and are left out of a masked sheet.", n_left_out);
  rs_html_raw(html, "</p>\n");
}

/* ---- what is left to do ---- */

static void not_examined(RsHtml *html, const RsDossier *d) {
  guint n = 0;
  head(html, N_("Not examined"));
  rs_html_raw(html, "<ul>\n");
  for (guint i = 0; i < d->of->notices->n; i++) {
    if (strcmp(rs_case_rows_text(d->of->notices, i, "list"), "not_examined") != 0) continue;
    if (strcmp(rs_case_rows_text(d->of->notices, i, "language"), html->language == RS_LANG_ZH ? "zh" : "en") != 0) continue;
    rs_html_raw(html, "<li>");
    rs_html_foreign(html, rs_case_rows_text(d->of->notices, i, "text"));
    rs_html_raw(html, "</li>\n");
    n++;
  }
  if (n == 0) {
    rs_html_raw(html, "<li>");
    rs_html_say(html, "nothing was left out of the search");
    rs_html_raw(html, "</li>\n");
  }
  rs_html_raw(html, "</ul>\n");
}

static void checks(RsHtml *html, const RsDossier *d) {
  static const char *const where[RS_N_CHECKS] = {N_("At the outlet"), N_("In the records"), N_("With the people")};
  head(html, N_("What to check next"));
  for (int w = 0; w < RS_N_CHECKS; w++) {
    const char *text[8];
    const guint n = rs_dossier_checks(d, (RsCheck)w, text);
    rs_html_raw(html, "<h3>");
    rs_html_say(html, where[w]);
    rs_html_raw(html, "</h3>\n<ul class=\"check\">\n");
    for (guint i = 0; i < n; i++) {
      rs_html_raw(html, "<li>");
      rs_html_say(html, text[i]);
      rs_html_raw(html, "</li>\n");
    }
    rs_html_raw(html, "</ul>\n");
  }
}

static void blank(RsHtml *html, const char *name, const char *class) {
  rs_html_raw(html, "<tr><th scope=\"row\">");
  rs_html_say(html, name);
  rs_html_markupf(html, "</th><td class=\"%s\"></td></tr>\n", class);
}

static void result(RsHtml *html) {
  rs_html_raw(html, "<div class=\"result\">");
  head(html, N_("Result of the verification"));
  rs_html_raw(html, "<p class=\"boxes\">");
  rs_html_raw(html, "<span class=\"box\"></span>");
  rs_html_text(html, rs_say_in(html->language, "list", "confirmed"));
  rs_html_raw(html, " &emsp; <span class=\"box\"></span>");
  rs_html_say(html, "cleared, with the reason");
  rs_html_raw(html, " &emsp; <span class=\"box\"></span>");
  rs_html_text(html, rs_say_in(html->language, "list", "open"));
  rs_html_raw(html, "</p>\n<table class=\"blank\">\n");
  blank(html, N_("what was found"), "tall");
  blank(html, N_("what speaks for the other side"), "tall");
  blank(html, N_("officer 1: name, signature"), "line");
  blank(html, N_("officer 2: name, signature"), "line");
  blank(html, N_("place and date"), "line");
  rs_html_raw(html, "</table></div>\n");
}

/* ---- the sheet ---- */

static void suspicion(RsHtml *html, const RsDossier *d) {
  head(html, N_("What is suspected, and why"));
  rs_html_raw(html, "<p>");
  rs_html_foreign(html, rs_ring_story_sentence(d->story, 0, html->language));
  rs_html_raw(html, "</p>\n");
  rs_page_facts(html, d->story);
}

static void money(RsHtml *html, const RsDossier *d) {
  head(html, N_("Who, where and how much"));
  if (d->region != NULL || d->by_region->len > 1) money_table(html, d, MONEY_REGION, N_("By insured region: the shares add up to the lead"), NC_("page", "insured region"), d->by_region);
  money_table(html, d, MONEY_PERSON, N_("People"), NC_("page", "person"), d->by[RS_PERSON]);
  money_table(html, d, MONEY_OUTLET, N_("Outlets"), NC_("page", "outlet"), d->by[RS_INSTITUTION]);
  money_table(html, d, MONEY_DOCTOR, N_("Doctors"), NC_("page", "doctor"), d->by[RS_DOCTOR]);
  money_table(html, d, MONEY_MONTH, N_("Months"), NC_("page", "month"), d->by_month);
}

static void sheet(RsHtml *html, const RsDossier *d) {
  rs_html_raw(html, "<article>\n<h1>");
  rs_html_say(html, "Lead verification sheet");
  rs_html_raw(html, "</h1>\n<p class=\"warn\">");
  rs_html_say(html, "A lead is for review. It proves nothing by itself, and nobody named here is thereby accused.");
  rs_html_raw(html, "</p>\n");
  identity(html, d);
  suspicion(html, d);
  money(html, d);
  bursts(html, d);
  not_examined(html, d);
  checks(html, d);
  result(html);
  claim_lines(html, d);
  rs_html_raw(html, "<footer>");
  rs_html_foreign(html, "ringscope " RS_VERSION);
  rs_html_raw(html, "</footer>\n</article>\n");
}

GString *rs_dossier_html(RsDossier *const *dossier, guint n) {
  RsHtml html = {g_string_new(NULL), n > 0 ? dossier[0]->of->language : RS_LANG_EN};
  rs_html_raw(&html, "<!DOCTYPE html>\n<html lang=\"");
  rs_html_raw(&html, html.language == RS_LANG_ZH ? "zh-CN" : "en");
  rs_html_raw(&html, "\">\n<head>\n<meta charset=\"utf-8\">\n<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">\n"
                     "<meta name=\"viewport\" content=\"width=device-width\">\n<title>");
  rs_html_say(&html, "Lead verification sheet");
  rs_html_raw(&html, " ");
  if (n > 0) rs_html_text(&html, dossier[0]->ring_id);
  rs_html_raw(&html, "</title>\n<style>\n");
  g_string_append_len(html.out, (const char *)rs_page_dossier, (gssize)rs_page_dossier_length);
  rs_html_raw(&html, "</style>\n</head>\n<body>\n");
  for (guint i = 0; i < n; i++) sheet(&html, dossier[i]);
  rs_html_raw(&html, "</body>\n</html>\n");
  return html.out;
}
