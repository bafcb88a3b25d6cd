#include "exporters/manifest.h"

#include "base/beneath.h"
#include "base/error.h"
#include "base/words.h"
#include "exporters/checksum.h"
#include "exporters/json.h"
#include "exporters/page.h"
#include "exporters/sqlite.h"
#include "exporters/xml_check.h"

#include <errno.h>
#include <openssl/opensslv.h>
#include <string.h>

#define OPENING "{\n  \"program\": \"ringscope\","
#define NAME_KEY "\"name\": \""
#define OUTPUTS_KEY "\"outputs\": ["
#define FORMAT_KEY "\"case_format\": "
#define FINGERPRINT_KEY "\"mask_key\": \""

static void libraries_write(RsJson *json) {
  g_autofree char *glib = g_strdup_printf("%u.%u.%u", glib_major_version, glib_minor_version, glib_micro_version);
  rs_json_begin(json, "libraries", '{');
  rs_json_text(json, "cytoscape", rs_page_cytoscape_version());
  rs_json_text(json, "glib", glib);
  rs_json_text(json, "libxml2", rs_xml_library_version());
  rs_json_text(json, "openssl", OPENSSL_VERSION_TEXT);
  rs_json_text(json, "sqlite", rs_sqlite_version());
  rs_json_end(json, '}');
}

static void options_write(RsJson *json, const RsCase *c) {
  char fingerprint[17];
  rs_mask_fingerprint(c->mask, fingerprint);
  rs_json_unsigned(json, "seed", c->seed);
  rs_json_begin(json, "options", '{');
  for (const char *const *pair = c->options; pair != NULL && pair[0] != NULL; pair += 2) rs_json_text(json, pair[0], pair[1]);
  rs_json_end(json, '}');
  rs_json_bool(json, "masked", !rs_mask_is_clear(c->mask));
  rs_json_text(json, "mask_key", fingerprint);
  rs_json_text(json, "authority", c->authority);
}

static void inputs_write(RsJson *json, const RsReport *report) {
  rs_json_begin(json, "inputs", '[');
  for (guint i = 0; i < report->files->len; i++) {
    const RsInputFile *file = g_ptr_array_index(report->files, i);
    rs_json_begin(json, NULL, '{');
    rs_json_text(json, "file", file->name);
    rs_json_text(json, "role", file->role);
    rs_json_unsigned(json, "bytes", file->bytes);
    rs_json_text(json, "sha256", file->sha256);
    rs_json_end(json, '}');
  }
  rs_json_end(json, ']');
}

static void counts_write(RsJson *json, const RsCaseData *data) {
  const RsCase *c = data->c;
  uint64_t n_relations = 0;
  for (int kind = 0; kind < RS_N_RELATIONS; kind++) n_relations += c->knowledge->relation[kind].n;
  rs_json_begin(json, "counts", '{');
  rs_json_unsigned(json, "rows_read", c->report->rows_read);
  rs_json_unsigned(json, "rows_used", c->report->rows[RS_PLACE_USED]);
  rs_json_unsigned(json, "claim_lines", c->claims->n_lines);
  rs_json_unsigned(json, "visits", c->claims->n_visits);
  for (int kind = 0; kind < RS_N_KINDS; kind++) {
    g_autofree char *plural = g_strconcat(rs_kind_name[kind], "s", NULL);
    rs_json_unsigned(json, plural, rs_knowledge_count(c->knowledge, (RsKind)kind));
  }
  rs_json_unsigned(json, "relations", n_relations);
  rs_json_unsigned(json, "rings", c->rings->n_rings);
  rs_json_unsigned(json, "evidence_lines", data->n_lines);
  rs_json_unsigned(json, "graph_nodes", data->subgraph->n_nodes);
  rs_json_unsigned(json, "graph_edges", data->subgraph->n_edges);
  rs_json_end(json, '}');
}

static void patterns_write(RsJson *json, const char *key, unsigned patterns) {
  rs_json_begin(json, key, '[');
  for (int pattern = 0; pattern < RS_N_PATTERNS; pattern++)
    if (patterns >> pattern & 1u) rs_json_text(json, NULL, rs_pattern_name[pattern]);
  rs_json_end(json, ']');
}

static void notices_write(RsJson *json, const char *key, const RsCase *c, const RsNotice *notice, uint32_t n) {
  rs_json_begin(json, key, '[');
  for (uint32_t i = 0; i < n; i++) {
    const char *text = c->text_language == RS_LANG_ZH && notice[i].text_zh != NULL ? notice[i].text_zh : notice[i].text;
    char masked[32];
    rs_json_begin(json, NULL, '{');
    rs_json_text(json, "code", notice[i].code);
    if (notice[i].id != RS_NONE) {
      const char *id = rs_knowledge_id(c->knowledge, notice[i].kind, notice[i].id);
      rs_json_text(json, "entity_type", rs_kind_name[notice[i].kind]);
      rs_json_text(json, "entity_id", rs_mask_entity(c->mask, notice[i].kind, id, masked));
    }
    rs_json_unsigned(json, "n", notice[i].n);
    rs_json_text(json, "text", text);
    rs_json_end(json, '}');
  }
  rs_json_end(json, ']');
}

/* What was looked for, what not, and what was recognised as innocent. */
static void search_write(RsJson *json, const RsCase *c) {
  rs_json_begin(json, "search", '{');
  patterns_write(json, "examined", c->rings->examined);
  patterns_write(json, "skipped", c->rings->skipped);
  rs_json_unsigned(json, "pairs_above_chance", c->rings->n_pairs);
  rs_json_unsigned(json, "pairs_validated", c->rings->n_validated_pairs);
  rs_json_unsigned(json, "companion_groups", c->rings->n_companion_groups);
  notices_write(json, "not_examined", c, c->rings->not_examined, c->rings->n_not_examined);
  notices_write(json, "set_aside", c, c->rings->set_aside, c->rings->n_set_aside);
  rs_json_end(json, '}');
}

/* What exporting altered in texts, so that nobody takes an altered text for the source's. */
static void text_write(RsJson *json, const RsCase *c, const RsXmlCounts *text) {
  rs_json_begin(json, "text", '{');
  rs_json_unsigned(json, "characters_replaced", text->replaced);
  rs_json_unsigned(json, "texts_cut", text->cut);
  rs_json_unsigned(json, "gephi_will_alter", text->gephi);
  if (c->style.strict) rs_json_text(json, "gephi", "the kind of an edge stands in its data alone: choose not to merge parallel edges when opening");
  rs_json_end(json, '}');
}

static void outputs_write(RsJson *json, const GPtrArray *files) {
  rs_json_begin(json, "outputs", '[');
  for (guint i = 0; i < files->len; i++) {
    const RsManifestFile *file = g_ptr_array_index(files, i);
    rs_json_begin(json, NULL, '{');
    rs_json_text(json, "name", file->name);
    rs_json_unsigned(json, "bytes", file->bytes);
    rs_json_text(json, "sha256", file->sha256);
    rs_json_end(json, '}');
  }
  rs_json_end(json, ']');
}

bool rs_manifest_write(const RsCaseData *data, const char *folder, const GPtrArray *files, const char *digest,
                       const RsXmlCounts *text, char sha256[65], GError **error) {
  g_autofree char *path = g_build_filename(folder, "manifest.json", NULL);
  g_autoptr(RsOutput) output = rs_output_open(path, error);
  uint64_t size;
  if (output == NULL) return false;
  RsJson json = rs_json(output);
  rs_json_begin(&json, NULL, '{');
  rs_json_text(&json, "program", "ringscope");
  rs_json_text(&json, "version", RS_VERSION);
  rs_json_unsigned(&json, "case_format", RS_CASE_FORMAT);
  rs_json_text(&json, "result_digest", digest);
  libraries_write(&json);
  options_write(&json, data->c);
  if (data->c->mapping != NULL) rs_json_text(&json, "mapping", data->c->mapping);
  inputs_write(&json, data->c->report);
  counts_write(&json, data);
  search_write(&json, data->c);
  text_write(&json, data->c, text);
  outputs_write(&json, files);
  rs_json_end(&json, '}');
  rs_output_char(output, '\n');
  return rs_output_close_unsynced(output, error) && rs_checksum_file(path, sha256, &size, error);
}

/* ---- reading one back: it is our own text, so fixed words suffice ---- */

static char *manifest_read(const char *folder) {
  gsize length;
  char *text = rs_beneath_read(folder, "manifest.json", RS_MANIFEST_LIMIT, &length);
  if (text != NULL && g_str_has_prefix(text, OPENING)) return text;
  g_free(text);
  return NULL;
}

GHashTable *rs_manifest_names(const char *folder, bool *is_case) {
  GHashTable *names = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
  g_autofree char *text = manifest_read(folder);
  *is_case = text != NULL;
  const char *outputs = text == NULL ? NULL : strstr(text, OUTPUTS_KEY);
  for (const char *at = outputs == NULL ? NULL : strstr(outputs, NAME_KEY); at != NULL; at = strstr(at, NAME_KEY)) {
    at += strlen(NAME_KEY);
    g_hash_table_add(names, g_strndup(at, strcspn(at, "\"")));
  }
  return names;
}

void rs_manifest_fingerprint(const char *folder, char fingerprint[17]) {
  g_autofree char *text = manifest_read(folder);
  const char *at = text == NULL ? NULL : strstr(text, FINGERPRINT_KEY);
  fingerprint[0] = '\0';
  if (at == NULL) return;
  at += strlen(FINGERPRINT_KEY);
  const size_t length = strcspn(at, "\"");
  if (length == 16) g_strlcpy(fingerprint, at, 17);
}

unsigned rs_manifest_format(const char *folder) {
  g_autofree char *text = manifest_read(folder);
  const char *at = text == NULL ? NULL : strstr(text, FORMAT_KEY);
  return at == NULL ? 0 : (unsigned)MIN(g_ascii_strtoull(at + strlen(FORMAT_KEY), NULL, 10), (guint64)G_MAXINT);
}

static void file_free(gpointer data) {
  RsManifestFile *file = data;
  g_free(file->name);
  g_free(file);
}

/* The text between the key at or after `from` and the next quote or comma, or "" when the key does not come before `end`. */
static char *field(const char *from, const char *end, const char *key) {
  const char *at = strstr(from, key);
  if (at == NULL || (end != NULL && at > end)) return g_strdup("");
  at += strlen(key);
  return g_strndup(at, strcspn(at, "\",\n}"));
}

GPtrArray *rs_manifest_files(const char *folder, char digest[65], GError **error) {
  errno = 0;
  g_autofree char *text = manifest_read(folder);
  digest[0] = '\0';
  if (text == NULL && errno == ENOMEM) { /* then nothing is known of it */
    g_set_error(error, RS_ERROR, RS_ERROR_LIMIT, _("%s: cannot read: %s"), folder, rs_words_errno(ENOMEM));
    return NULL;
  }
  if (text == NULL) {
    g_set_error(error, RS_ERROR, RS_ERROR_INPUT, _("'%s' is not a case folder: it has no manifest.json of ringscope"), folder);
    return NULL;
  }
  g_autofree char *result = field(text, NULL, "\"result_digest\": \"");
  g_strlcpy(digest, result, 65);
  GPtrArray *files = g_ptr_array_new_with_free_func(file_free);
  const char *at = strstr(text, OUTPUTS_KEY);
  while (at != NULL && (at = strstr(at, NAME_KEY)) != NULL) {
    const char *end = strchr(at, '}');
    RsManifestFile *file = g_new0(RsManifestFile, 1);
    g_autofree char *bytes = field(at, end, "\"bytes\": "), *sha256 = field(at, end, "\"sha256\": \"");
    file->name = field(at, end, NAME_KEY);
    file->bytes = g_ascii_strtoull(bytes, NULL, 10);
    g_strlcpy(file->sha256, sha256, 65);
    g_ptr_array_add(files, file);
    at += strlen(NAME_KEY);
  }
  return files;
}
