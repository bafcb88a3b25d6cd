#include "exporters/case_read.h"

#include "base/beneath.h"
#include "base/error.h"
#include "base/output.h"
#include "base/words.h"
#include "exporters/manifest.h"
#include "exporters/manifest_read.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

static char *trimmed(const char *folder) {
  size_t length = strlen(folder);
  while (length > 1 && folder[length - 1] == '/') length--;
  return g_strndup(folder, length);
}

static bool format_ok(const char *folder, GError **error) {
  bool is_case;
  if (access(folder, R_OK) != 0) {
    g_set_error(error, RS_ERROR, RS_ERROR_IO, _("%s: cannot read: %s"), folder, rs_words_errno(errno));
    return false;
  }
  g_hash_table_unref(rs_manifest_names(folder, &is_case));
  const unsigned format = rs_manifest_format(folder);
  if (!is_case)
    g_set_error(error, RS_ERROR, RS_ERROR_INPUT, _("'%s' is not a case folder: it has no manifest.json of ringscope"), folder);
  else if (format < RS_CASE_FORMAT)
    g_set_error(error, RS_ERROR, RS_ERROR_INPUT, _("'%s' was made by an older ringscope: run analyze again"), folder);
  else if (format > RS_CASE_FORMAT)
    g_set_error(error, RS_ERROR, RS_ERROR_INPUT, _("'%s' has case format %u, this ringscope reads up to %u: use a newer one"),
                folder, format, RS_CASE_FORMAT);
  return is_case && format == RS_CASE_FORMAT;
}

/* A key that was asked for must fit; one that merely lies there is left alone unless it does. */
static bool key_find(RsCaseRead *read, const char *mask_key, const char *fingerprint, GError **error) {
  g_autofree char *beside = g_strconcat(read->folder, ".key", NULL);
  char own[17];
  if (!read->masked || (mask_key == NULL && access(beside, R_OK) != 0)) return true;
  g_autoptr(RsMask) mask = rs_mask_new(mask_key != NULL ? mask_key : beside, mask_key != NULL ? error : NULL);
  if (mask == NULL) return mask_key == NULL;
  rs_mask_fingerprint(mask, own);
  if (strcmp(own, fingerprint) == 0) {
    read->mask = g_steal_pointer(&mask);
    return true;
  }
  if (mask_key == NULL) return true;
  g_set_error(error, RS_ERROR, RS_ERROR_INPUT, _("%s: not the masking key of '%s'"), mask_key, read->folder);
  return false;
}

static bool option_given(const char *folder, const char *name) {
  gsize length;
  g_autofree char *text = rs_beneath_read(folder, "manifest.json", RS_MANIFEST_LIMIT, &length);
  if (text == NULL) return false;
  g_autoptr(RsManifest) manifest = rs_manifest_parse(text, length);
  return manifest != NULL && rs_manifest_option(manifest, name) != NULL;
}

RsCaseRead *rs_case_read_new(const char *folder, const char *mask_key, GError **error) {
  g_autoptr(RsCaseRead) read = g_new0(RsCaseRead, 1);
  char fingerprint[17];
  read->folder = trimmed(folder);
  if (!format_ok(read->folder, error)) return NULL;
  rs_manifest_fingerprint(read->folder, fingerprint);
  read->masked = *fingerprint != '\0';
  read->guarded = option_given(read->folder, "gephi-guard");
  if (!key_find(read, mask_key, fingerprint, error)) return NULL;
  g_autofree char *path = g_build_filename(read->folder, "case.db", NULL);
  read->database = rs_sqlite_open(path, error);
  return read->database == NULL ? NULL : g_steal_pointer(&read);
}

void rs_case_read_free(RsCaseRead *read) {
  if (read == NULL) return;
  rs_sqlite_close(read->database);
  rs_mask_free(read->mask);
  g_free(read->folder);
  g_free(read);
}

/* ---- rows ---- */

RsCaseRows *rs_case_rows_new(unsigned table) {
  RsCaseRows *rows = g_new0(RsCaseRows, 1);
  rows->table = &rs_table[table];
  rows->cells = g_array_new(FALSE, FALSE, sizeof(RsCell));
  rows->texts = g_string_chunk_new(4096);
  return rows;
}

void rs_case_rows_keep(const RsTable *table, const RsCell *cell, void *data) {
  RsCaseRows *rows = data;
  for (unsigned i = 0; i < table->n_columns; i++) {
    RsCell kept = cell[i];
    kept.text = g_string_chunk_insert_const(rows->texts, cell[i].text);
    g_array_append_val(rows->cells, kept);
  }
  rows->n++;
}

RsCaseRows *rs_case_read_rows(const RsCaseRead *read, unsigned table, const char *const *where, GError **error) {
  g_autoptr(RsCaseRows) rows = rs_case_rows_new(table);
  return rs_sqlite_walk(read->database, rows->table, where, rs_case_rows_keep, rows, error) ? g_steal_pointer(&rows) : NULL;
}

void rs_case_rows_free(RsCaseRows *rows) {
  if (rows == NULL) return;
  g_array_unref(rows->cells);
  g_string_chunk_free(rows->texts);
  g_free(rows);
}

int rs_kind_named(const char *name) {
  for (int kind = 0; kind < RS_N_KINDS; kind++)
    if (strcmp(rs_kind_name[kind], name) == 0) return kind;
  return -1;
}

unsigned rs_table_column(const RsTable *table, const char *column) {
  unsigned i = 0;
  while (i < table->n_columns && strcmp(table->column[i].name, column) != 0) i++;
  g_assert(i < table->n_columns);
  return i;
}

const RsCell *rs_case_rows_cell(const RsCaseRows *rows, guint row, const char *column) {
  g_assert(row < rows->n);
  return &g_array_index(rows->cells, RsCell, row * rows->table->n_columns + rs_table_column(rows->table, column));
}

/* ---- ids ---- */

typedef struct {
  GHashTable *ids;
  unsigned type, id;
  const char *kind;
} Collect;

static void id_collect(const RsTable *table, const RsCell *cell, void *data) {
  Collect *collect = data;
  (void)table;
  if (collect->kind == NULL || strcmp(cell[collect->type].text, collect->kind) == 0)
    g_hash_table_add(collect->ids, g_strdup(cell[collect->id].text));
}

static bool ids_walk(const RsCaseRead *read, RsKind kind, GHashTable *ids, GError **error) {
  const RsTable *entity = &rs_table[RS_TABLE_ENTITY], *member = &rs_table[RS_TABLE_MEMBER];
  const RsTable *institution = &rs_table[RS_TABLE_INSTITUTION], *evidence = &rs_table[RS_TABLE_EVIDENCE];
  static const char *const evidence_column[RS_N_KINDS] = {"person_id", "doctor_id", "institution_id", "drug_code"};
  const char *name = rs_kind_name[kind];
  Collect of_entity = {ids, rs_table_column(entity, "entity_type"), rs_table_column(entity, "entity_id"), name};
  Collect of_member = {ids, rs_table_column(member, "entity_type"), rs_table_column(member, "entity_id"), name};
  Collect of_institution = {ids, 0, rs_table_column(institution, "institution_id"), NULL};
  Collect of_evidence = {ids, 0, rs_table_column(evidence, evidence_column[kind]), NULL};
  return rs_sqlite_walk(read->database, entity, NULL, id_collect, &of_entity, error) &&
         rs_sqlite_walk(read->database, member, NULL, id_collect, &of_member, error) &&
         rs_sqlite_walk(read->database, evidence, NULL, id_collect, &of_evidence, error) &&
         (kind != RS_INSTITUTION || rs_sqlite_walk(read->database, institution, NULL, id_collect, &of_institution, error));
}

static int compare_ids(const void *a, const void *b) { return strcmp(*(const char *const *)a, *(const char *const *)b); }

GPtrArray *rs_case_read_ids(const RsCaseRead *read, RsKind kind, GError **error) {
  g_autoptr(GHashTable) ids = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
  if (!ids_walk(read, kind, ids, error)) return NULL;
  g_hash_table_remove(ids, "");
  GPtrArray *sorted = g_ptr_array_new_with_free_func(g_free);
  GHashTableIter iter;
  gpointer id;
  g_hash_table_iter_init(&iter, ids);
  while (g_hash_table_iter_next(&iter, &id, NULL)) g_ptr_array_add(sorted, g_strdup(id));
  g_ptr_array_sort(sorted, compare_ids);
  return sorted;
}

#define PSEUDONYM_LENGTH 18 /* "p:" and 16 letters */

/* The pseudonym of a person by the id map beside the folder, or NULL: for those who were given the map and not the key. */
static char *map_find(const RsCaseRead *read, const char *id) {
  static const char kind[] = "\nperson,";
  g_autofree char *path = g_strconcat(read->folder, ".ids", NULL), *text = NULL;
  g_autoptr(RsOutput) output = rs_output_memory();
  rs_output_char(output, ',');
  rs_output_csv(output, id);
  rs_output_char(output, '\n');
  g_autoptr(GBytes) bytes = rs_output_bytes(output);
  g_autofree char *wanted = g_strndup(g_bytes_get_data(bytes, NULL), g_bytes_get_size(bytes));
  if (!g_file_get_contents(path, &text, NULL, NULL)) return NULL;
  for (const char *at = text; (at = strstr(at, wanted)) != NULL; at++) {
    const size_t before = sizeof kind - 1 + PSEUDONYM_LENGTH;
    if ((size_t)(at - text) >= before && strncmp(at - before, kind, sizeof kind - 1) == 0)
      return g_strndup(at - PSEUDONYM_LENGTH, PSEUDONYM_LENGTH);
  }
  return NULL;
}

char *rs_case_read_id(const RsCaseRead *read, RsKind kind, const char *id, GError **error) {
  char masked[32];
  g_autoptr(GHashTable) ids = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
  if (!ids_walk(read, kind, ids, error)) return NULL;
  if (*id != '\0' && g_hash_table_contains(ids, id)) return g_strdup(id);
  if (*id == '\0' || !read->masked) return NULL;
  g_autofree char *mapped = read->mask == NULL && kind == RS_PERSON ? map_find(read, id) : NULL;
  const char *printed = read->mask != NULL ? rs_mask_text(read->mask, rs_mask_prefix(kind), id, masked) : mapped;
  if (printed == NULL) return NULL;
  return g_hash_table_contains(ids, printed) ? g_strdup(printed) : NULL;
}
