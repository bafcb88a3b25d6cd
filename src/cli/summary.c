#include "cli/summary.h"

#include "base/calendar.h"
#include "cli/terminal.h"
#include "exporters/json.h"
#include "exporters/tables_cleared.h"
#include "exporters/tables_watch.h"
#include "exporters/words.h"
#include "rings/score.h"

#include <stdio.h>
#include <string.h>
#include <sys/resource.h>

#define LEADS_SHOWN 20
#define NOTICES_SHOWN 5
#define FILES_SHOWN 20

char *rs_summary_count(uint64_t n) { return rs_words_count(n); }
char *rs_summary_money(int64_t fen) { return rs_words_money(fen); }

void rs_summary_mappings(const RsOptions *options, const RsReport *report) {
  if (options->quiet) return;
  guint shown = 0, mapped = 0;
  for (guint i = 0; i < report->files->len; i++) {
    const RsInputFile *file = g_ptr_array_index(report->files, i);
    if (file->mapping == NULL || ++mapped > FILES_SHOWN) continue;
    g_autofree char *name = rs_terminal_text(file->name), *mapping = rs_terminal_text(file->mapping);
    shown++;
    const char *delimiter = file->delimiter == '\t' ? NC_("delimiter", "tab") : file->delimiter == ';' ? NC_("delimiter", "semicolon")
                            : file->delimiter == '|' ? NC_("delimiter", "bar") : NC_("delimiter", "comma");
    fprintf(stderr, rs_say(options->language, "%s: %s, %s-separated, mapping %s%s\n"), name,
            file->encoding, rs_say_in(options->language, "delimiter", delimiter), mapping,
            options->map != NULL ? "" : rs_say(options->language, " (chosen by the header; --map NAME changes it)"));
  }
  if (mapped > shown) fprintf(stderr, rs_say(options->language, "... and %u more files\n"), mapped - shown);
}

static void print_files(const RsOptions *options, const RsReport *report) {
  for (guint i = 0; i < report->files->len && i < FILES_SHOWN; i++) {
    const RsInputFile *file = g_ptr_array_index(report->files, i);
    g_autofree char *rows = rs_summary_count(file->rows), *name = rs_terminal_text(file->name);
    printf(rs_say(options->language, "read       %s  %s  %s, %s rows\n"), name, rs_say_in(options->language, "input", file->role), file->encoding, rows);
  }
  if (report->files->len > FILES_SHOWN)
    printf(rs_say(options->language, "           ... and %u more files\n"), report->files->len - FILES_SHOWN);
  if (report->settlements == 0) return;
  g_autofree char *n = rs_summary_count(report->settlements), *alone = rs_summary_count(report->settlements_without_lines);
  g_autofree char *lost = rs_summary_count(report->lines_without_settlement), *differ = rs_summary_count(report->settlements_with_difference);
  g_autofree char *difference = rs_summary_money(report->settlement_difference);
  printf(rs_say(options->language,
                "joined     %s settlements, %s without details (counted as rows of their own); %s details without a settlement (rejects.csv)\n"
                "           %s settlements differ from their details, by %s in all\n"),
         n, alone, lost, differ, difference);
}

static void print_balance(const RsOptions *options, const RsReport *report) {
  g_autofree char *rows = rs_summary_count(report->rows_read), *money = rs_summary_money(report->amount_read);
  printf(rs_say(options->language, "balance    %s rows read ="), rows);
  for (int p = 0; p < RS_N_PLACES; p++) {
    g_autofree char *n = rs_summary_count(report->rows[p]);
    printf("%s %s %s", p > 0 ? " +" : "", n, rs_say_in(options->language, "place", rs_place_name[p]));
  }
  printf(rs_say(options->language, "\n           %s money read ="), money);
  for (int p = 0; p < RS_N_PLACES; p++) {
    g_autofree char *n = rs_summary_money(report->amount[p]);
    printf("%s %s %s", p > 0 ? " +" : "", n, rs_say_in(options->language, "place", rs_place_name[p]));
  }
  printf(rs_say(options->language, "; %llu amounts unreadable, %llu refunded pairs, %llu partial refunds\n"),
         (unsigned long long)report->unreadable_amounts, (unsigned long long)report->reversed_pairs, (unsigned long long)report->partial_refunds);
  for (guint i = 0; i < report->notes->len && i < FILES_SHOWN; i++) {
    g_autofree char *note = rs_terminal_text(((const RsSaid *)g_ptr_array_index(report->notes, i))->text[options->language]);
    printf(rs_say(options->language, "note       %s\n"), note);
  }
  if (report->notes->len > FILES_SHOWN)
    printf(rs_say(options->language, "           ... and %u more notes\n"), report->notes->len - FILES_SHOWN);
}

static void print_graph(const RsOptions *options, const RsCase *c) {
  uint64_t relations = 0;
  for (int r = 0; r < RS_N_RELATIONS; r++) relations += c->knowledge->relation[r].n;
  const RsKind order[] = {RS_PERSON, RS_DOCTOR, RS_INSTITUTION, RS_DRUG};
  char *n[RS_N_KINDS];
  for (int k = 0; k < RS_N_KINDS; k++) n[k] = rs_summary_count(rs_knowledge_count(c->knowledge, order[k]));
  g_autofree char *edges = rs_summary_count(relations);
  printf(rs_say(options->language, "graph      %s persons  %s doctors  %s institutions  %s drugs  %s relations\n"), n[0], n[1], n[2], n[3], edges);
  for (int k = 0; k < RS_N_KINDS; k++) g_free(n[k]);
}

static void print_examined(const RsOptions *options, const RsRings *rings) {
  printf("%s", rs_say(options->language, "examined  "));
  for (int p = 0; p < RS_MIXED; p++)
    if (rings->examined & 1u << p) printf(" %s", rs_word(rs_pattern_name[p], options->language));
  bool first = true;
  for (int p = 0; p < RS_MIXED; p++) {
    if (!(rings->skipped & 1u << p)) continue;
    printf("%s%s", first ? rs_say(options->language, "   skipped ") : " ", rs_word(rs_pattern_name[p], options->language));
    first = false;
  }
  printf("\n");
  for (uint32_t i = 0; i < rings->n_not_examined && i < NOTICES_SHOWN; i++) {
    g_autofree char *text = rs_terminal_text(options->language == RS_LANG_ZH ? rings->not_examined[i].text_zh : rings->not_examined[i].text);
    printf(rs_say(options->language, "not examined  %s\n"), text);
  }
  if (rings->n_not_examined > NOTICES_SHOWN)
    printf(rs_say(options->language, "              ... and %u more of this kind in manifest.json\n"), rings->n_not_examined - NOTICES_SHOWN);
  if (rings->n_set_aside == 0) return;
  printf("%s", rs_say(options->language, "set aside  as having an innocent explanation: "));
  for (uint32_t i = 0; i < rings->n_set_aside; i++)
    printf("%s%s", i > 0 ? rs_say_in(options->language, "list", ", ") : "", options->language == RS_LANG_ZH ? rings->set_aside[i].text_zh : rings->set_aside[i].text);
  printf("\n");
}

/* One line of the table of leads; Chinese takes two columns a character. */
typedef struct { const char *rank, *ring, *pattern, *score, *people, *outlets, *amount, *days, *grade, *why; } LeadLine;

static void print_lead_line(const LeadLine *lead, RsLanguage language, RsStyle style) {
  const struct { const char *text; int width; } cell[] = {
      {lead->rank, -4},  {"  ", 2},         {lead->ring, 5},    {"  ", 2},          {lead->pattern, language == RS_LANG_ZH ? 12 : 11},
      {" ", 1},          {lead->score, -6}, {"  ", 2},          {lead->people, -6}, {"  ", 2},
      {lead->outlets, -7}, {"  ", 2},       {lead->amount, -15}, {"  ", 2},         {lead->days, -4},
      {"  ", 2},         {lead->grade, 5},  {"  ", 2},          {lead->why, 0}};
  g_autoptr(GString) line = g_string_new(NULL);
  for (size_t i = 0; i < G_N_ELEMENTS(cell); i++) rs_terminal_pad(line, cell[i].text, cell[i].width);
  printf("%s%s%s\n", style != RS_STYLE_PLAIN ? rs_terminal_style(stdout, style) : "", line->str, style != RS_STYLE_PLAIN ? rs_terminal_style(stdout, RS_STYLE_PLAIN) : "");
}

static void print_lead_head(RsLanguage language) {
  const LeadLine head = {rs_say_in(language, "leads", "#"),       rs_say_in(language, "leads", "ring"),   rs_say_in(language, "leads", "pattern"),
                         rs_say_in(language, "leads", "score"),   rs_say_in(language, "leads", "people"), rs_say_in(language, "leads", "outlets"),
                         rs_say_in(language, "leads", "amount"),  rs_say_in(language, "leads", "days"),   rs_say_in(language, "leads", "grade"),
                         rs_say_in(language, "leads", "why")};
  printf("\n");
  print_lead_line(&head, language, RS_STYLE_BOLD);
}

static void print_lead(const RsClaims *claims, const RsRing *ring, uint32_t rank, RsLanguage language) {
  g_autofree char *summary = rs_ring_summary(claims, ring, language), *amount = rs_summary_money(ring->amount);
  char number[16], id[16], score[16], people[16], outlets[16], days[16], grade[2] = {ring->stability ? ring->stability : '-', '\0'};
  g_snprintf(number, sizeof number, "%u", rank);
  g_snprintf(id, sizeof id, "R%04u", rank);
  g_snprintf(score, sizeof score, "%d", ring->score);
  g_snprintf(people, sizeof people, "%u", ring->count[RS_PERSON]);
  g_snprintf(outlets, sizeof outlets, "%u", ring->count[RS_INSTITUTION]);
  g_snprintf(days, sizeof days, "%d", ring->last_day - ring->first_day + 1);
  const LeadLine line = {number, id, rs_word(rs_pattern_name[ring->pattern], language), score, people, outlets, amount, days, grade, summary};
  print_lead_line(&line, language, RS_STYLE_PLAIN);
}

static void print_leads(const RsOptions *options, const RsCase *c) {
  const RsRings *rings = c->rings;
  const bool uncalibrated = rings->n_companion_groups < RS_CALIBRATED;
  printf(rs_say(options->language, "leads      %u\n"), rings->n_rings);
  if (rings->n_rings == 0) {
    printf("%s", rs_say(options->language, "           no group stands out above the cut"));
    printf("%s", rings->n_near_misses > 0 ? rs_say(options->language, "; the nearest ones:\n")
                 : uncalibrated          ? "\n"
                                         : rs_say(options->language, ", and none came near it\n"));
    for (uint32_t i = 0; i < rings->n_near_misses; i++) {
      g_autofree char *summary = rs_ring_summary(c->claims, &rings->near_misses[i], options->language);
      printf("           %-11s %4d  %s\n", rs_word(rs_pattern_name[rings->near_misses[i].pattern], options->language),
             rings->near_misses[i].score, summary);
    }
    if (uncalibrated)
      printf(rs_say(options->language, "uncalibrated: only %u groups to compare with: too little, so a ring could be missed\n"), rings->n_companion_groups);
    return;
  }
  print_lead_head(options->language);
  for (uint32_t i = 0; i < rings->n_rings && i < LEADS_SHOWN; i++) print_lead(c->claims, &rings->rings[i], i + 1, options->language);
  if (rings->n_rings > LEADS_SHOWN) printf(rs_say(options->language, "      ... and %u more in rings.csv\n"), rings->n_rings - LEADS_SHOWN);
  if (uncalibrated)
    printf(rs_say(options->language, "uncalibrated: only %u groups to compare with, so points and grades are weak\n"),
           rings->n_companion_groups);
}

/* What was set aside, what came back, what ended. */
static void print_cleared(const RsOptions *options, const RsCase *c) {
  if (c->clearances == NULL) return;
  guint n[RS_N_CLEARED] = {0}, shown = 0;
  for (uint32_t i = 0; i < c->rings->n_cleared; i++) n[c->rings->cleared[i].status]++;
  printf(rs_say(options->language, "cleared    %u leads set aside, %u came back, %u clearances ended, %u without a lead; all in cleared.csv\n"), n[RS_CLEARED_ASIDE],
         n[RS_CLEARED_BACK], n[RS_CLEARED_EXPIRED], n[RS_CLEARED_IDLE] + n[RS_CLEARED_UNKNOWN]);
  for (uint32_t i = 0; i < c->rings->n_cleared && shown < LEADS_SHOWN; i++) {
    const RsCleared *one = &c->rings->cleared[i];
    const RsClearance *clearance = &c->clearances->clearance[one->clearance];
    char buffer[64];
    g_autofree char *said = rs_cleared_text(c, one, options->language), *text = rs_terminal_text(said);
    g_autofree char *subject = rs_terminal_text(rs_cleared_subject(c, clearance, buffer)), *reason = rs_terminal_text(clearance->reason);
    if (one->status == RS_CLEARED_IDLE && *clearance->nearest == '\0') continue;
    shown++;
    printf("           %s (%s): %s\n", subject, reason, text);
  }
}

/* One line an entry, and how the expansion of the list ended. */
static void print_watch(const RsOptions *options, const RsCase *c) {
  if (c->watch == NULL) return;
  printf(rs_say(options->language, "watched    %u entries; the answers are in watch.csv, who was looked at from them in expansion.csv\n"), c->watch->list->n);
  for (uint32_t i = 0; i < c->watch->list->n && i < LEADS_SHOWN; i++) {
    const RsWatchEntry *entry = &c->watch->list->entry[i];
    const RsWatchAnswer *a = &c->watch->answer[i];
    char buffer[32];
    g_autofree char *id = rs_terminal_text(rs_watch_entry_id(c, i, buffer)), *standing = rs_watch_standing_text(c, i, options->language);
    g_autofree char *said = rs_terminal_text(standing), *amount = rs_summary_money(a->amount);
    unsigned company = a->n_more[RS_WATCH_COMPANION];
    for (uint32_t k = 0; k < a->n_items; k++) company += a->item[k].topic == RS_WATCH_COMPANION;
    printf("           %s %s  %s", entry->box ? rs_say(options->language, "drug box") : rs_words_kind(entry->kind, false, options->language), id, said);
    if (a->n_visits > 0) printf(rs_say(options->language, "; %llu visits, money %s"), (unsigned long long)a->n_visits, amount);
    if (company > 0 && !entry->box) printf(rs_say_n(options->language, "; %u person moves with it more than chance", "; %u people move with it more than chance", company), company);
    printf("\n");
  }
  if (c->watch->list->n > LEADS_SHOWN) printf(rs_say(options->language, "           ... and %u more in watch.csv\n"), c->watch->list->n - LEADS_SHOWN);
  g_autofree char *end = rs_expansion_end_text(c, options->language), *shown = rs_terminal_text(end);
  printf(rs_say(options->language, "expanded   %s\n"), shown);
}

static void print_text(const RsOptions *options, const RsCase *c, const char *folder, const char *digest, double seconds) {
  if (options->quiet) {
    printf("sha256:%s\n", digest);
    return;
  }
  print_files(options, c->report);
  print_balance(options, c->report);
  print_graph(options, c);
  print_examined(options, c->rings);
  print_leads(options, c);
  print_cleared(options, c);
  print_watch(options, c);
  struct rusage usage;
  getrusage(RUSAGE_SELF, &usage);
  printf(rs_say(options->language, "\ndigest     sha256:%s\n"), digest);
  if (c->rings->n_rings > 0)
    printf(rs_say(options->language, "open       %s/index.html   Gephi: %s/graph.graphml   ringscope explain %s R0001\n"), folder, folder, folder);
  else printf(rs_say(options->language, "open       %s/index.html   %s/institutions.csv\n"), folder, folder);
  printf("%s", rs_say(options->language, "leads are for review; they prove nothing by themselves\n"));
  printf("%.1f s, %ld MB\n", seconds, usage.ru_maxrss / 1024);
}

static void leads_json(RsJson *json, const RsCase *c) {
  rs_json_begin(json, "leads", '[');
  for (uint32_t i = 0; i < c->rings->n_rings; i++) {
    const RsRing *ring = &c->rings->rings[i];
    char name[16];
    g_snprintf(name, sizeof name, "R%04u", i + 1);
    rs_json_begin(json, NULL, '{');
    rs_json_text(json, "ring_id", name);
    rs_json_text(json, "pattern", rs_pattern_name[ring->pattern]);
    rs_json_signed(json, "score", ring->score);
    rs_json_unsigned(json, "persons", ring->count[RS_PERSON]);
    rs_json_unsigned(json, "institutions", ring->count[RS_INSTITUTION]);
    rs_json_money(json, "amount", ring->amount);
    rs_json_end(json, '}');
  }
  rs_json_end(json, ']');
}

static void watch_json(RsJson *json, const RsCase *c) {
  rs_json_begin(json, "watched", '[');
  for (uint32_t i = 0; i < c->watch->list->n; i++) {
    const RsWatchEntry *entry = &c->watch->list->entry[i];
    const RsWatchAnswer *a = &c->watch->answer[i];
    char buffer[32];
    rs_json_begin(json, NULL, '{');
    rs_json_text(json, "entity_type", entry->box ? "trace" : rs_kind_name[entry->kind]);
    rs_json_text(json, "entity_id", rs_watch_entry_id(c, i, buffer));
    rs_json_unsigned(json, "visits", a->n_visits);
    rs_json_begin(json, "rings", '[');
    for (uint32_t k = 0; k < a->n_items; k++)
      if (a->item[k].topic == RS_WATCH_RING) rs_json_text(json, NULL, (g_snprintf(buffer, sizeof buffer, "R%04u", a->item[k].id + 1), buffer));
    rs_json_end(json, ']');
    rs_json_end(json, '}');
  }
  rs_json_end(json, ']');
}

/* For scripts: no times, so that equal input gives equal bytes. */
static bool print_json(const RsCase *c, const char *folder, const char *digest, GError **error) {
  g_autoptr(RsOutput) output = rs_output_open("-", error);
  if (output == NULL) return false;
  RsJson json = rs_json(output);
  rs_json_begin(&json, NULL, '{');
  rs_json_text(&json, "case", folder);
  rs_json_text(&json, "result_digest", digest);
  rs_json_begin(&json, "rows", '{');
  rs_json_unsigned(&json, "read", c->report->rows_read);
  for (int p = 0; p < RS_N_PLACES; p++) rs_json_unsigned(&json, rs_place_name[p], c->report->rows[p]);
  rs_json_end(&json, '}');
  rs_json_begin(&json, "amount", '{');
  rs_json_money(&json, "read", c->report->amount_read);
  for (int p = 0; p < RS_N_PLACES; p++) rs_json_money(&json, rs_place_name[p], c->report->amount[p]);
  rs_json_end(&json, '}');
  leads_json(&json, c);
  if (c->watch != NULL) watch_json(&json, c);
  rs_json_end(&json, '}');
  rs_output_char(output, '\n');
  return rs_output_close(output, error);
}

bool rs_summary_written(const char *path, const char *fingerprint, const RsSummaryCount *count, size_t n, GError **error) {
  g_autoptr(RsOutput) output = rs_output_open("-", error);
  if (output == NULL) return false;
  RsJson json = rs_json_line(output);
  rs_json_begin(&json, NULL, '{');
  rs_json_text(&json, "output", path);
  if (fingerprint != NULL) rs_json_text(&json, "key_sha256", fingerprint);
  for (size_t i = 0; i < n; i++) rs_json_unsigned(&json, count[i].name, count[i].n);
  rs_json_end(&json, '}');
  rs_output_char(output, '\n');
  return rs_output_close(output, error);
}

bool rs_summary_print(const RsOptions *options, const RsCase *c, const char *folder, const char *digest, double seconds, GError **error) {
  if (options->json) return print_json(c, folder, digest, error);
  print_text(options, c, folder, digest, seconds);
  return true;
}

void rs_summary_altered(const RsOptions *options, const RsXmlCounts *counts) {
  const RsLanguage language = options->language;
  if (options->quiet) return;
  if (counts->replaced > 0)
    fprintf(stderr, rs_say(language, "%llu characters that XML cannot hold stand as U+FFFD\n"), (unsigned long long)counts->replaced);
  if (counts->cut > 0) fprintf(stderr, rs_say(language, "%llu texts are cut: readers take no longer ones\n"), (unsigned long long)counts->cut);
  if (counts->gephi > 0)
    fprintf(stderr, rs_say(language, "%llu values hold INF or are null: Gephi shows them otherwise; --gephi-guard keeps INF\n"),
            (unsigned long long)counts->gephi);
  if (options->strict_graphml) fputs(rs_say(language, "in Gephi choose not to merge parallel edges: their kinds stand in the data alone\n"), stderr);
}
