#include "exporters/source_lines.h"

#include "base/error.h"
#include "base/words.h"
#include "claims/rows.h"

#include <string.h>

static void file_free(gpointer data) {
  RsSourceFile *file = data;
  g_free(file->name);
  if (file->header != NULL) g_ptr_array_unref(file->header);
  g_hash_table_unref(file->line);
  g_free(file);
}

void rs_source_lines_free(RsSourceLines *lines) {
  if (lines == NULL) return;
  g_ptr_array_unref(lines->file);
  g_free(lines);
}

const RsSourceFile *rs_source_lines_file(const RsSourceLines *lines, const char *name) {
  for (guint i = 0; lines != NULL && i < lines->file->len; i++) {
    const RsSourceFile *file = g_ptr_array_index(lines->file, i);
    if (strcmp(file->name, name) == 0) return file;
  }
  return NULL;
}

const GPtrArray *rs_source_lines_cells(const RsSourceFile *file, int64_t line) {
  return file == NULL ? NULL : g_hash_table_lookup(file->line, GSIZE_TO_POINTER((gsize)line + 1));
}

/* The name under which the case knows the file with this checksum. */
static const char *name_of(const RsCaseRows *inputs, const char *sha256) {
  for (guint i = 0; i < inputs->n; i++)
    if (strcmp(rs_case_rows_text(inputs, i, "sha256"), sha256) == 0) return rs_case_rows_text(inputs, i, "file");
  return NULL;
}

static bool row_keep(uint64_t line, const char *const *cells, size_t n_cells, const char *fault, void *data, GError **error) {
  RsSourceFile *file = data;
  (void)error;
  gpointer key = GSIZE_TO_POINTER((gsize)line + 1);
  if (fault != NULL || !g_hash_table_contains(file->line, key)) return true;
  GPtrArray *row = g_ptr_array_new_with_free_func(g_free);
  for (size_t i = 0; i < n_cells; i++) g_ptr_array_add(row, g_strdup(cells[i]));
  g_hash_table_insert(file->line, key, row);
  return true;
}

/* Roles are known where a mapping fits; a file is shown even where none does. */
static bool bind(RsSourceFile *file, const char *map, GError **error) {
  static const char *const account[] = {"acct_pay", "personal_account", "account_amount"};
  const char *const *fields = (const char *const *)file->header->pdata;
  g_autoptr(RsMapping) mapping = map != NULL ? rs_mapping_new(map, error) : rs_mapping_choose(RS_TABLE_CLAIMS, fields, file->header->len, file->name, NULL);
  for (int r = 0; r < RS_N_COLUMNS; r++) file->role[r] = -1;
  file->account = -1;
  if (mapping == NULL && map != NULL) return false;
  if (mapping != NULL) rs_mapping_match(mapping, RS_TABLE_CLAIMS, fields, file->header->len, file->role);
  for (guint f = 0; f < file->header->len && file->account < 0; f++) {
    g_autofree char *name = rs_mapping_fold(fields[f]);
    g_autofree char *zh = rs_mapping_fold(rs_say_in(RS_LANG_ZH, "list", NC_("list", "personal account payment")));
    for (size_t i = 0; i < G_N_ELEMENTS(account) && file->account < 0; i++)
      if (strcmp(name, account[i]) == 0 || strcmp(name, zh) == 0) file->account = (int)f;
  }
  return true;
}

static bool file_read(RsSourceLines *lines, const RsCaseRows *inputs, const RsCaseRows *evidence, const char *path, const char *map, GError **error) {
  char sha256[65];
  g_autoptr(RsSource) source = rs_source_open(path, NULL, error);
  if (source == NULL || !rs_source_sha256(source, sha256, error)) return false;
  const char *name = name_of(inputs, sha256);
  if (name == NULL) {
    g_set_error(error, RS_ERROR, RS_ERROR_INTEGRITY, _("%s: not a file this case was made from: its sha256 is %s"), path, sha256);
    return false;
  }
  RsSourceFile *file = g_new0(RsSourceFile, 1);
  file->name = g_strdup(name);
  file->line = g_hash_table_new_full(NULL, NULL, NULL, (GDestroyNotify)g_ptr_array_unref);
  g_ptr_array_add(lines->file, file);
  for (guint i = 0; i < evidence->n; i++)
    if (strcmp(rs_case_rows_text(evidence, i, "file"), name) == 0)
      g_hash_table_insert(file->line, GSIZE_TO_POINTER((gsize)rs_case_rows_integer(evidence, i, "line") + 1), g_ptr_array_new());
  file->header = rs_source_header(source, error);
  return file->header != NULL && bind(file, map, error) && rs_rows_each(source, row_keep, file, error);
}

RsSourceLines *rs_source_lines_read(const RsCaseRead *read, const RsCaseRows *evidence, char **paths, const char *map, GError **error) {
  g_autoptr(RsCaseRows) inputs = rs_case_read_rows(read, RS_TABLE_INPUT, NULL, error);
  g_autoptr(RsSourceLines) lines = g_new0(RsSourceLines, 1);
  lines->file = g_ptr_array_new_with_free_func(file_free);
  if (inputs == NULL) return NULL;
  for (char **path = paths; *path != NULL; path++)
    if (!file_read(lines, inputs, evidence, *path, map, error)) return NULL;
  for (guint i = 0; i < evidence->n; i++) {
    const char *name = rs_case_rows_text(evidence, i, "file");
    const GPtrArray *cells = rs_source_lines_cells(rs_source_lines_file(lines, name), rs_case_rows_integer(evidence, i, "line"));
    if (cells != NULL && cells->len > 0) continue;
    g_set_error(error, RS_ERROR, RS_ERROR_USAGE, _("the lead rests on lines of '%s' too: give it with --claims"), name);
    return NULL;
  }
  return g_steal_pointer(&lines);
}
