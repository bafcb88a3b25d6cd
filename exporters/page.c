#include "exporters/page_whole.h"

#include "exporters/manifest.h"
#include "exporters/words.h"

#include <stdlib.h>
#include <string.h>

#define INDEX_BYTES ((size_t)120)

RS_EMBEDDED(page);
RS_EMBEDDED(style);
RS_EMBEDDED(early);
RS_EMBEDDED(script);
RS_EMBEDDED(cytoscape);
RS_EMBEDDED(LICENSE);
RS_EMBEDDED(version);

RsPage *rs_page_new(const RsCaseSource *source, const char *ring_id, RsLanguage language, GError **error) {
  g_autoptr(RsPage) page = g_new0(RsPage, 1);
  page->source = *source;
  page->language = language;
  page->sheets = source->view != NULL && source->view->c->dossiers; /* a page that is exported stands elsewhere */
  if ((page->names = rs_names_new(source, error)) == NULL || (page->rings = rs_case_source_rows(source, RS_TABLE_RING, NULL, error)) == NULL ||
      (page->account = rs_case_source_rows(source, RS_TABLE_ACCOUNT, NULL, error)) == NULL ||
      (page->notices = rs_case_source_rows(source, RS_TABLE_NOTICE, NULL, error)) == NULL ||
      (page->inputs = rs_case_source_rows(source, RS_TABLE_INPUT, NULL, error)) == NULL ||
      (page->watch = rs_case_source_rows(source, RS_TABLE_WATCH, NULL, error)) == NULL ||
      (page->cleared = rs_case_source_rows(source, RS_TABLE_CLEARED, NULL, error)) == NULL)
    return NULL;
  page->n = page->rings->n;
  for (guint i = 0; ring_id != NULL && i < page->rings->n; i++)
    if (strcmp(rs_case_rows_text(page->rings, i, "ring_id"), ring_id) == 0) {
      page->first = i;
      page->n = 1;
    }
  page->lead = g_new0(RsPageLead, (gsize)page->n + 1);
  return g_steal_pointer(&page);
}

void rs_page_free(RsPage *page) {
  if (page == NULL) return;
  for (guint i = 0; i < page->n && page->lead != NULL; i++) {
    if (page->lead[i].section != NULL) g_string_free(page->lead[i].section, TRUE);
    if (page->lead[i].regions != NULL) g_string_free(page->lead[i].regions, TRUE);
    g_free(page->lead[i].summary);
    if (page->lead[i].entities != NULL) g_ptr_array_unref(page->lead[i].entities);
  }
  g_free(page->lead);
  rs_names_free(page->names);
  rs_case_rows_free(page->rings);
  rs_case_rows_free(page->account);
  rs_case_rows_free(page->notices);
  rs_case_rows_free(page->inputs);
  rs_case_rows_free(page->watch);
  rs_case_rows_free(page->cleared);
  g_free(page);
}

guint rs_page_leads(const RsPage *page) { return page->n; }

/* ---- scripts and styles ---- */

static void embedded(RsHtml *html, const unsigned char *text, size_t length) { g_string_append_len(html->out, (const char *)text, (gssize)length); }

const char *rs_page_cytoscape_version(void) { return rs_page_cytoscape_length == 0 ? NULL : (const char *)rs_page_version; }

/* 'sha256-...' of a script, as the policy names it. */
static void script_hash(RsHtml *html, const unsigned char *text, size_t length) {
  g_autoptr(GChecksum) checksum = g_checksum_new(G_CHECKSUM_SHA256);
  guint8 digest[32];
  gsize size = sizeof digest;
  g_checksum_update(checksum, text, (gssize)length);
  g_checksum_get_digest(checksum, digest, &size);
  g_autofree char *base64 = g_base64_encode(digest, size);
  rs_html_markupf(html, "'sha256-%s'", base64);
}

RS_FIELD(script_hashes) {
  (void)data;
  script_hash(html, rs_page_early, rs_page_early_length);
  rs_html_raw(html, " ");
  script_hash(html, rs_page_script, rs_page_script_length);
  if (rs_page_cytoscape_length == 0) return;
  rs_html_raw(html, " ");
  script_hash(html, rs_page_cytoscape, rs_page_cytoscape_length);
}

RS_FIELD(style) {
  (void)data;
  embedded(html, rs_page_style, rs_page_style_length);
}

RS_FIELD(early) {
  (void)data;
  embedded(html, rs_page_early, rs_page_early_length);
}

RS_FIELD(scripts) {
  (void)data;
  if (rs_page_cytoscape_length > 0) {
    rs_html_raw(html, "<script>");
    embedded(html, rs_page_cytoscape, rs_page_cytoscape_length);
    rs_html_raw(html, "</script>\n");
  }
  rs_html_raw(html, "<script>");
  embedded(html, rs_page_script, rs_page_script_length);
  rs_html_raw(html, "</script>");
}

/* ---- the search index ---- */

/* Entity -> numbers of the leads it is in, ascending, as ",3,17". */
static GHashTable *leads_by_entity(const RsPage *page) {
  GHashTable *leads = g_hash_table_new_full(g_str_hash, g_str_equal, NULL, NULL);
  for (guint i = 0; i < page->n; i++)
    for (guint e = 0; e < page->lead[i].entities->len; e++) {
      const char *key = g_ptr_array_index(page->lead[i].entities, e);
      GArray *of = g_hash_table_lookup(leads, key);
      if (of == NULL) g_hash_table_insert(leads, (gpointer)key, of = g_array_new(FALSE, FALSE, sizeof(guint)));
      g_array_append_val(of, i);
    }
  return leads;
}

/* [kind, id, name, region, [leads]] */
static void index_entry(RsHtml *html, int kind, const char *id, const RsName *name, const GArray *leads) {
  rs_html_markupf(html, "%s[%d,", html->out->str[html->out->len - 1] == '[' ? "" : ",\n", kind);
  rs_html_json_text(html, id, INDEX_BYTES);
  rs_html_raw(html, ",");
  rs_html_json_text(html, name->label, INDEX_BYTES);
  rs_html_raw(html, ",");
  rs_html_json_text(html, name->region, INDEX_BYTES);
  rs_html_raw(html, ",[");
  for (guint i = 0; leads != NULL && i < leads->len; i++) rs_html_markupf(html, "%s%u", i > 0 ? "," : "", g_array_index(leads, guint, i));
  rs_html_raw(html, "]]");
}

/* Those that table entity or institution names, then the others that stand on a lead's lines, in order of the leads. */
static void index_entries(RsHtml *html, const RsPage *page) {
  g_autoptr(GHashTable) leads = leads_by_entity(page);
  RsKind kind;
  const char *id;
  RsName name;
  for (guint i = 0; rs_names_at(page->names, i, &kind, &id, &name); i++) {
    g_autofree char *key = g_strdup_printf("%d%s", (int)kind, id);
    GArray *of = g_hash_table_lookup(leads, key);
    index_entry(html, (int)kind, id, &name, of);
    g_hash_table_remove(leads, key);
    if (of != NULL) g_array_unref(of);
  }
  for (guint i = 0; i < page->n; i++)
    for (guint e = 0; e < page->lead[i].entities->len; e++) {
      const char *key = g_ptr_array_index(page->lead[i].entities, e);
      GArray *of = g_hash_table_lookup(leads, key);
      if (of == NULL) continue;
      name = (RsName){"", "", false};
      index_entry(html, key[0] - '0', key + 1, &name, of);
      g_hash_table_remove(leads, key);
      g_array_unref(of);
    }
}

RS_FIELD(entities) {
  const RsPage *page = data;
  rs_html_raw(html, "{\"kinds\":[");
  for (int kind = 0; kind < RS_N_KINDS; kind++) {
    if (kind > 0) rs_html_raw(html, ",");
    rs_html_json_text(html, rs_word(rs_kind_name[kind], html->language), INDEX_BYTES);
  }
  rs_html_raw(html, "],\"leads\":[");
  for (guint i = 0; i < page->n; i++) {
    if (i > 0) rs_html_raw(html, ",");
    rs_html_json_text(html, rs_page_text(page, i, "ring_id"), INDEX_BYTES);
  }
  rs_html_raw(html, "],\"e\":[");
  index_entries(html, page);
  rs_html_raw(html, "]}");
}

/* ---- sections and what is said about the page ---- */

RS_FIELD(sections) {
  const RsPage *page = data;
  for (guint i = 0; i < page->n; i++) g_string_append_len(html->out, page->lead[i].section->str, (gssize)page->lead[i].section->len);
}

/* What a file was read as. */
static const char *role_said(const char *role, RsLanguage language) {
  static const char *const roles[] = {NC_("page", "claims"),  NC_("page", "settlements"),  NC_("page", "persons"),
                                      NC_("page", "doctors"), NC_("page", "institutions"), NC_("page", "drugs")};
  for (size_t i = 0; i < G_N_ELEMENTS(roles); i++)
    if (strcmp(roles[i], role) == 0) return rs_say_in(language, "page", role);
  return role;
}

static void inputs_table(RsHtml *html, const RsPage *page) {
  static const RsHtmlColumn columns[] = {{NC_("page", "file"), false}, {NC_("page", "what"), false}, {NC_("page", "encoding"), false}, {NC_("page", "mapping"), false},
                                         {NC_("page", "rows"), true}, {NC_("page", "SHA-256"), false}};
  rs_html_table_begin(html, "inputs", rs_say(html->language, "Files that were read"), columns, G_N_ELEMENTS(columns));
  for (guint i = 0; i < page->inputs->n; i++) {
    rs_html_raw(html, "<tr>");
    rs_html_cell_foreign(html, rs_case_rows_text(page->inputs, i, "file"));
    rs_html_cell_foreign(html, role_said(rs_case_rows_text(page->inputs, i, "role"), html->language));
    rs_html_cell_foreign(html, rs_case_rows_text(page->inputs, i, "encoding"));
    rs_html_cell_foreign(html, rs_case_rows_text(page->inputs, i, "mapping"));
    rs_html_cell_count(html, (uint64_t)MAX(rs_case_rows_integer(page->inputs, i, "rows"), 0));
    rs_html_raw(html, "<td class=\"id\">");
    rs_html_foreign(html, rs_case_rows_text(page->inputs, i, "sha256"));
    rs_html_raw(html, "</td></tr>");
  }
  rs_html_table_end(html);
}

static void options_line(RsHtml *html, const RsPage *page) {
  rs_html_raw(html, "<p>ringscope " RS_VERSION);
  for (guint i = 0; i < page->account->n; i++) {
    if (strcmp(rs_case_rows_text(page->account, i, "topic"), "option") != 0) continue;
    rs_html_raw(html, " \xC2\xB7 ");
    rs_html_foreign(html, rs_case_rows_text(page->account, i, "name"));
    rs_html_raw(html, " ");
    rs_html_foreign(html, rs_case_rows_text(page->account, i, "text"));
  }
  rs_html_raw(html, "</p><p>");
  rs_html_say(html, "Result digest");
  rs_html_raw(html, " <span class=\"id\">sha256:");
  rs_html_text(html, page->digest);
  rs_html_raw(html, "</span></p>");
}

RS_FIELD(about) {
  const RsPage *page = data;
  inputs_table(html, page);
  options_line(html, page);
  rs_html_raw(html, "<p>");
  rs_html_say(html, "This page asks nothing of any network. ");
  if (page->n > 0) rs_html_say(html, "It prints what it shows: the overview, or one lead; ");
  if (page->n > 0) rs_html_raw(html, "<a href=\"#all\">");
  if (page->n > 0) rs_html_say(html, "show all leads.");
  if (page->n > 0) rs_html_raw(html, "</a>");
  rs_html_raw(html, "</p>");
  if (rs_page_cytoscape_length == 0) return;
  rs_html_raw(html, "<details><summary>");
  rs_html_sayf(html, "The graphs are moved by cytoscape.js %s; its licence", rs_page_cytoscape_version());
  rs_html_raw(html, "</summary><pre lang=\"en\">");
  g_autofree char *licence = g_strndup((const char *)rs_page_LICENSE, rs_page_LICENSE_length);
  rs_html_text(html, licence);
  rs_html_raw(html, "</pre></details>");
}

/* ---- the whole ---- */

static const RsHtmlField whole_fields[] = {RS_FIELD_OF(script_hashes), RS_FIELD_OF(style),    RS_FIELD_OF(early), RS_FIELD_OF(scripts),
                                           RS_FIELD_OF(entities),      RS_FIELD_OF(sections), RS_FIELD_OF(about), {NULL, NULL}};

void rs_page_write(RsPage *page, const char *digest, RsOutput *output) {
  RsHtmlField fields[24];
  size_t n = 0;
  for (const RsHtmlField *field = rs_page_first_fields; field->name != NULL; field++) fields[n++] = *field;
  for (const RsHtmlField *field = whole_fields; field->name != NULL; field++) fields[n++] = *field;
  fields[n] = (RsHtmlField){NULL, NULL};
  g_assert(n < G_N_ELEMENTS(fields));
  page->digest = digest;
  RsHtml html = {g_string_sized_new(1 << 20), page->language};
  rs_html_template(&html, rs_page_page, rs_page_page_length, fields, page);
  rs_output_write(output, html.out->str, html.out->len);
  g_string_free(html.out, TRUE);
}

bool rs_page_write_case(const RsCaseRead *read, const char *ring_id, RsLanguage language, RsOutput *output, GError **error) {
  const RsCaseSource source = rs_case_source_read(read);
  char digest[65];
  g_autoptr(GPtrArray) files = rs_manifest_files(read->folder, digest, error);
  g_autoptr(RsPage) page = files == NULL ? NULL : rs_page_new(&source, ring_id, language, error);
  if (page == NULL) return false;
  for (guint i = 0; i < rs_page_leads(page); i++) {
    g_autoptr(RsPicture) picture = rs_case_source_picture(&source, rs_page_text(page, i, "ring_id"), error);
    if (picture == NULL || !rs_page_add(page, i, picture, error)) return false;
  }
  rs_page_write(page, digest, output);
  return true;
}
