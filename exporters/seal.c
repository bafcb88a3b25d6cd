#include "exporters/seal.h"

#include "base/beneath.h"

#include <string.h>

static void file_free(gpointer data) {
  RsSealFile *file = data;
  g_free(file->name);
  g_free(file);
}

RsSeal *rs_seal_new(void) {
  RsSeal *seal = g_new0(RsSeal, 1);
  seal->files = g_ptr_array_new_with_free_func(file_free);
  return seal;
}

void rs_seal_free(RsSeal *seal) {
  if (seal == NULL) return;
  g_ptr_array_unref(seal->files);
  g_free(seal->program);
  g_free(seal->case_version);
  g_free(seal);
}

RsSealFile *rs_seal_add(RsSeal *seal, const char *name) {
  RsSealFile *file = g_new0(RsSealFile, 1);
  file->name = g_strdup(name);
  g_ptr_array_add(seal->files, file);
  return file;
}

/* ---- what a file is, by its name ---- */

const char *rs_seal_category(const char *name) {
  static const char *const known[][2] = {
      {"README.txt", "instructions"}, {"RERUN.txt", "instructions"},   {"SHA256SUMS", "instructions"}, {"rings.csv", "leads"},
      {"members.csv", "leads"},       {"facts.csv", "reasons"},        {"rules.csv", "reasons"},       {"evidence.csv", "evidence"},
      {"leads.xlsx", "reading"},      {"index.html", "reading"},       {"case.db", "database"},        {"rejects.csv", "balance"},
      {"manifest.json", "record"},    {"reconciliation.json", "balance"}, {"log.jsonl", "record"}};
  const char *base = strrchr(name, '/') == NULL ? name : strrchr(name, '/') + 1;
  for (size_t i = 0; i < G_N_ELEMENTS(known); i++)
    if (strcmp(base, known[i][0]) == 0) return known[i][1];
  if (g_str_has_suffix(name, ".graphml") || g_str_has_suffix(name, ".gexf")) return "graph";
  if (strstr(name, "dossiers/") != NULL) return "reading";
  return "other";
}

const char *rs_seal_media_type(const char *name) {
  static const char *const known[][2] = {
      {".csv", "text/csv"},          {".json", "application/json"}, {".jsonl", "application/jsonl"},   {".db", "application/vnd.sqlite3"},
      {".graphml", "application/xml"}, {".gexf", "application/xml"}, {".html", "text/html"},            {".txt", "text/plain"},
      {"SHA256SUMS", "text/plain"},  {".pdf", "application/pdf"},
      {".xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"},
      {".docx", "application/vnd.openxmlformats-officedocument.wordprocessingml.document"}};
  for (size_t i = 0; i < G_N_ELEMENTS(known); i++)
    if (g_str_has_suffix(name, known[i][0])) return known[i][1];
  return "application/octet-stream";
}

/* ---- writing ---- */

static void pair(RsOutput *output, const char *key, const char *value) {
  rs_output_text(output, key);
  rs_output_char(output, '=');
  rs_output_text(output, value);
  rs_output_char(output, '\n');
}

static void number(RsOutput *output, const char *key, uint64_t value) {
  char text[24];
  g_snprintf(text, sizeof text, "%" G_GUINT64_FORMAT, value);
  pair(output, key, text);
}

static void file_write(RsOutput *output, const RsSealFile *file) {
  rs_output_text(output, "\n[");
  rs_output_text(output, file->name);
  rs_output_text(output, "]\n");
  pair(output, "category", rs_seal_category(file->name));
  pair(output, "format", rs_seal_media_type(file->name));
  number(output, "bytes", file->bytes);
  pair(output, "sha256", file->sha256);
  pair(output, "sm3", file->sm3);
}

GBytes *rs_seal_text(const RsSeal *seal) {
  g_autoptr(RsOutput) output = rs_output_memory();
  rs_output_text(output, "# What this pack holds. seal.sig is the Ed25519 signature of exactly these bytes. No time is certified here.\n[seal]\n");
  number(output, "format", RS_SEAL_FORMAT);
  pair(output, "program", seal->program);
  pair(output, "case_version", seal->case_version);
  pair(output, "result_digest", seal->digest);
  pair(output, "ring", seal->ring);
  pair(output, "masked", seal->masked ? "true" : "false");
  number(output, "log_entries", seal->log_entries);
  pair(output, "log_head", seal->log_head);
  pair(output, "manifest", seal->manifest);
  pair(output, "public_key", seal->key);
  for (guint i = 0; i < seal->files->len; i++) file_write(output, g_ptr_array_index(seal->files, i));
  return rs_output_bytes(output);
}

/* ---- reading ---- */

static char *word(GKeyFile *file, const char *group, const char *key) {
  char *value = g_key_file_get_value(file, group, key, NULL);
  if (value == NULL) return g_strdup("");
  return value;
}

static bool digits_ok(const char *text, gsize length) { return strlen(text) == length && strspn(text, "0123456789abcdef") == length; }

static bool hash_get(GKeyFile *file, const char *group, const char *key, char hex[65]) {
  g_autofree char *value = word(file, group, key);
  if (!digits_ok(value, 64)) return false;
  g_strlcpy(hex, value, 65);
  return true;
}

static bool head_get(RsSeal *seal, GKeyFile *file) {
  g_autofree char *ring = word(file, "seal", "ring");
  seal->program = word(file, "seal", "program");
  seal->case_version = word(file, "seal", "case_version");
  seal->masked = g_key_file_get_boolean(file, "seal", "masked", NULL);
  seal->log_entries = g_key_file_get_uint64(file, "seal", "log_entries", NULL);
  return g_strlcpy(seal->ring, ring, sizeof seal->ring) < sizeof seal->ring && hash_get(file, "seal", "result_digest", seal->digest) &&
         hash_get(file, "seal", "log_head", seal->log_head) && hash_get(file, "seal", "manifest", seal->manifest) &&
         hash_get(file, "seal", "public_key", seal->key);
}

static bool files_get(RsSeal *seal, GKeyFile *file) {
  g_auto(GStrv) group = g_key_file_get_groups(file, NULL);
  for (guint i = 1; group[i] != NULL; i++) {
    if (!rs_beneath_name_ok(group[i])) return false;
    RsSealFile *one = rs_seal_add(seal, group[i]);
    one->bytes = g_key_file_get_uint64(file, group[i], "bytes", NULL);
    if (!hash_get(file, group[i], "sha256", one->sha256) || !hash_get(file, group[i], "sm3", one->sm3)) return false;
  }
  return true;
}

/* GLib joins repeated groups and takes the last of repeated keys; the comparison at the end refuses such a text. */
RsSeal *rs_seal_parse(const char *text, gsize length) {
  if (length > RS_SEAL_LIMIT || memchr(text, '\0', length) != NULL) return NULL;
  g_autoptr(GKeyFile) file = g_key_file_new();
  if (!g_key_file_load_from_data(file, text, length, G_KEY_FILE_NONE, NULL)) return NULL;
  g_autofree char *first = g_key_file_get_start_group(file);
  if (first == NULL || strcmp(first, "seal") != 0) return NULL;
  g_autoptr(RsSeal) seal = rs_seal_new();
  if (!head_get(seal, file) || !files_get(seal, file)) return NULL;
  g_autoptr(GBytes) again = rs_seal_text(seal), given = g_bytes_new_static(text, length);
  return g_bytes_equal(again, given) ? g_steal_pointer(&seal) : NULL;
}
