/* One lead's section of the case page. */
#include "exporters/page_whole.h"

#include "base/calendar.h"
#include "exporters/dossier.h"
#include "exporters/words.h"

#include <stdlib.h>
#include <string.h>

#define PEOPLE 100u
#define OTHERS 20u
#define BURSTS 60u
#define REGION_BYTES 40u

RS_EMBEDDED(lead);

static uint64_t natural(int64_t n) { return n > 0 ? (uint64_t)n : 0; }

typedef struct {
  const RsPage *page;
  guint i;
  const RsRingStory *story;
  RsPicture *picture;
  const char *sheet; /* beside the page, or NULL */
} Section;

RS_FIELD(id) {
  const Section *section = data;
  rs_html_text(html, rs_page_text(section->page, section->i, "ring_id"));
}

RS_FIELD(pattern) {
  const Section *section = data;
  rs_html_text(html, rs_word(rs_page_text(section->page, section->i, "pattern"), html->language));
}

RS_FIELD(score) {
  const Section *section = data;
  rs_html_markupf(html, "%" G_GINT64_FORMAT, rs_page_integer(section->page, section->i, "score"));
}

RS_FIELD(grade) {
  const Section *section = data;
  rs_html_raw(html, "<span class=\"grade\">");
  rs_html_text(html, rs_words_grade(rs_page_text(section->page, section->i, "stability"), html->language));
  rs_html_raw(html, "</span>");
}

RS_FIELD(summary) {
  const Section *section = data;
  rs_html_foreign(html, rs_ring_story_sentence(section->story, 0, html->language));
}

RS_FIELD(sheet) {
  const Section *section = data;
  if (section->sheet == NULL) return;
  rs_html_raw(html, " <a class=\"sheet\" href=\"");
  rs_html_text(html, section->sheet);
  rs_html_raw(html, "\">");
  rs_html_say(html, "Lead verification sheet");
  rs_html_raw(html, "</a>");
}

RS_FIELD(neighbors) {
  const Section *section = data;
  rs_html_raw(html, "<p class=\"foot\">");
  for (int step = -1; step <= 1; step += 2) {
    if ((step < 0 && section->i == 0) || (step > 0 && section->i + 1 >= section->page->n)) continue;
    const char *id = rs_page_text(section->page, step < 0 ? section->i - 1 : section->i + 1, "ring_id");
    rs_html_raw(html, "<a href=\"#");
    rs_html_text(html, id);
    rs_html_raw(html, step < 0 ? "\">\xE2\x86\x90 " : "\">");
    rs_html_text(html, id);
    rs_html_raw(html, step < 0 ? "</a> " : " \xE2\x86\x92</a> ");
  }
  rs_html_raw(html, "</p>");
}

/* "10 people (8 core), 2 doctors" */
RS_FIELD(who) {
  const Section *section = data;
  guint core = 0;
  for (guint i = 0; i < section->story->share[RS_PERSON]->len; i++)
    core += strcmp(rs_ring_story_share(section->story, RS_PERSON, i)->role, "core") == 0;
  const int64_t people = rs_page_integer(section->page, section->i, "persons"), doctors = rs_page_integer(section->page, section->i, "doctors");
  rs_html_say_n(html, "%s person", "%s people", natural(people));
  if (core > 0 && core < people) rs_html_sayf(html, ", %u of them at its core", core);
  if (doctors > 0) rs_html_say_n(html, ", %s doctor", ", %s doctors", natural(doctors));
  const int64_t drugs = rs_page_integer(section->page, section->i, "drugs");
  if (drugs > 0) rs_html_say_n(html, "; %s drug stands out", "; %s drugs stand out", natural(drugs));
}

RS_FIELD(where) {
  const Section *section = data;
  const GPtrArray *outlets = section->story->share[RS_INSTITUTION];
  const int64_t own = rs_page_integer(section->page, section->i, "institutions"), regions = rs_page_integer(section->page, section->i, "regions");
  if (own > 0) rs_html_say_n(html, "%s outlet", "%s outlets", natural(own));
  else
    rs_html_sayf(html, "no outlet in particular; lines at %u outlets", outlets->len);
  for (guint i = 0; i < MIN(outlets->len, 3u); i++) {
    if (i == 0) rs_html_say(html, ": ");
    else
      rs_html_say(html, ", ");
    rs_page_entity(html, section->page->names, RS_INSTITUTION, rs_ring_story_share(section->story, RS_INSTITUTION, i)->id);
  }
  if (outlets->len > 3) rs_html_raw(html, " \xE2\x80\xA6");
  if (regions > 0) rs_html_say_n(html, "; people of %s insured region", "; people of %s insured regions", natural(regions));
}

/* The two hours that hold most lines, and their share; false where no clock is known. */
static bool busiest_hours(const RsRingStory *story, guint *hour, guint *percent) {
  guint n[24] = {0}, all = 0, best = 0;
  for (guint i = 0; i < story->moments->len; i++) {
    const RsMoment *moment = &g_array_index(story->moments, RsMoment, i);
    if (!moment->clock) continue;
    n[moment->seconds % RS_DAY_SECONDS / 3600]++;
    all++;
  }
  for (guint h = 0; h < 23; h++)
    if (n[h] + n[h + 1] > best) {
      best = n[h] + n[h + 1];
      *hour = h;
    }
  if (all > 0) *percent = best * 100 / all;
  return all > 0 && best > 0;
}

RS_FIELD(when) {
  const Section *section = data;
  const char *first = rs_page_text(section->page, section->i, "first_date"), *last = rs_page_text(section->page, section->i, "last_date");
  guint hour = 0, percent = 0;
  rs_html_foreign(html, first);
  rs_html_say(html, " to ");
  rs_html_foreign(html, last);
  rs_html_say_n(html, ", %s day", ", %s days", rs_words_days(first, last));
  if (section->story->bursts->n > 0) rs_html_say_n(html, "; %s burst", "; %s bursts", section->story->bursts->n);
  if (busiest_hours(section->story, &hour, &percent))
    rs_html_sayf(html, "; %u %% of its lines between %02u:00 and %02u:00", percent, hour, hour + 2);
}

RS_FIELD(money) {
  const Section *section = data;
  const int64_t own = rs_page_integer(section->page, section->i, "amount_exclusive");
  g_autofree char *amount = rs_words_money(section->story->amount), *fund = rs_words_money(section->story->fund),
                  *lines = rs_words_count(section->story->n_lines), *exclusive = rs_words_money(own);
  rs_html_sayf(html, "%s on %s claim lines", amount, lines);
  if (section->story->fund_known) rs_html_sayf(html, ", of it from the pooled fund %s", fund);
  if (own != section->story->amount) rs_html_sayf(html, "; %s of it in no better-ranked lead", exclusive);
}

RS_FIELD(against) {
  const Section *section = data;
  const RsCaseRows *facts = section->story->facts;
  guint n = 0;
  int64_t points = 0;
  for (guint i = 0; i < facts->n; i++) {
    if (strcmp(rs_case_rows_text(facts, i, "kind"), "counter") != 0) continue;
    if (n++ > 0) rs_html_say(html, "; ");
    points += rs_case_rows_integer(facts, i, "points");
    rs_html_foreign(html, rs_ring_story_sentence(section->story, i + 1, html->language));
  }
  if (n == 0) rs_html_say(html, "none of the innocent explanations that were tried applies");
  else
    rs_html_sayf(html, " (%d points)", (int)points);
}

RS_FIELD(graph) {
  const Section *section = data;
  rs_page_graph(html, section->picture, rs_page_text(section->page, section->i, "ring_id"));
}
RS_FIELD(strip) { rs_page_strip(html, ((const Section *)data)->story, ((const Section *)data)->page->names); }
RS_FIELD(facts) { rs_page_facts(html, ((const Section *)data)->story); }
RS_FIELD(people) { rs_page_shares(html, ((const Section *)data)->story, ((const Section *)data)->page->names, RS_PERSON, PEOPLE, ((const Section *)data)->sheet); }
RS_FIELD(outlets) { rs_page_shares(html, ((const Section *)data)->story, ((const Section *)data)->page->names, RS_INSTITUTION, OTHERS, NULL); }
RS_FIELD(doctors) { rs_page_shares(html, ((const Section *)data)->story, ((const Section *)data)->page->names, RS_DOCTOR, OTHERS, NULL); }
RS_FIELD(drugs) { rs_page_shares(html, ((const Section *)data)->story, ((const Section *)data)->page->names, RS_DRUG, OTHERS, NULL); }
RS_FIELD(rules) { rs_page_rules(html, ((const Section *)data)->story, ((const Section *)data)->page->names); }
RS_FIELD(bursts) { rs_page_bursts(html, ((const Section *)data)->story, ((const Section *)data)->page->names, BURSTS); }
RS_FIELD(lines) { rs_page_lines(html, ((const Section *)data)->story, ((const Section *)data)->page->names); }

#define RS_FIELD_OF(name) {#name, field_##name}
static const RsHtmlField lead_fields[] = {RS_FIELD_OF(id), RS_FIELD_OF(pattern), RS_FIELD_OF(score), RS_FIELD_OF(grade), RS_FIELD_OF(summary), RS_FIELD_OF(sheet), RS_FIELD_OF(neighbors), RS_FIELD_OF(who), RS_FIELD_OF(where), RS_FIELD_OF(when),
                                          RS_FIELD_OF(money), RS_FIELD_OF(against), RS_FIELD_OF(graph), RS_FIELD_OF(strip), RS_FIELD_OF(facts), RS_FIELD_OF(people), RS_FIELD_OF(outlets), RS_FIELD_OF(doctors),
                                          RS_FIELD_OF(drugs), RS_FIELD_OF(rules), RS_FIELD_OF(bursts), RS_FIELD_OF(lines), {NULL, NULL}};

/* ---- for the filter and the search ---- */

static int compare_texts(const void *a, const void *b) { return strcmp(*(const char *const *)a, *(const char *const *)b); }

/* Regions of the lead's outlets (s) and people (p), each once, sorted. */
static void regions_note(const RsPage *page, RsPageLead *lead, const RsRingStory *story) {
  static const struct {
    RsKind kind;
    char letter;
  } of[] = {{RS_INSTITUTION, 's'}, {RS_PERSON, 'p'}};
  g_autoptr(GHashTable) seen = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
  for (size_t k = 0; k < G_N_ELEMENTS(of); k++)
    for (guint i = 0; i < story->share[of[k].kind]->len; i++) {
      const RsShare *share = rs_ring_story_share(story, of[k].kind, i);
      const char *region = rs_names_get(page->names, of[k].kind, share->id).region;
      /* a region with a space in it could not be told from two */
      if (*share->role != '\0' && *region != '\0' && strlen(region) <= REGION_BYTES && strpbrk(region, " \t\r\n") == NULL)
        g_hash_table_add(seen, g_strdup_printf("%c%s", of[k].letter, region));
    }
  guint n;
  g_autofree char **region = (char **)g_hash_table_get_keys_as_array(seen, &n);
  if (n > 1) qsort(region, n, sizeof *region, compare_texts);
  lead->regions = g_string_new(NULL);
  for (guint i = 0; i < n; i++) g_string_append_printf(lead->regions, "%s%s", i > 0 ? " " : "", region[i]);
}

static void entities_note(RsPageLead *lead, const RsRingStory *story) {
  lead->entities = g_ptr_array_new_with_free_func(g_free);
  for (int kind = 0; kind < RS_N_KINDS; kind++)
    for (guint i = 0; i < story->share[kind]->len; i++) {
      const RsShare *share = rs_ring_story_share(story, (RsKind)kind, i);
      if (*share->id != '\0') g_ptr_array_add(lead->entities, g_strdup_printf("%d%s", kind, share->id));
    }
}

bool rs_page_add(RsPage *page, guint i, RsPicture *picture, GError **error) {
  RsPageLead *lead = &page->lead[i];
  g_autoptr(RsRingStory) story = rs_ring_story_new(&page->source, rs_page_text(page, i, "ring_id"), error);
  if (story == NULL) return false;
  lead->section = g_string_sized_new(1 << 16);
  RsHtml html = {lead->section, page->language};
  g_autofree char *sheet = page->sheets ? rs_dossier_file(rs_page_text(page, i, "ring_id")) : NULL;
  const Section section = {page, i, story, picture, sheet};
  rs_html_template(&html, rs_page_lead, rs_page_lead_length, lead_fields, &section);
  regions_note(page, lead, story);
  entities_note(lead, story);
  lead->summary = g_strdup(rs_ring_story_sentence(story, 0, page->language));
  return true;
}
