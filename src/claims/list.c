#include "claims/list.h"

#include "base/error.h"
#include "base/words.h"
#include "claims/mapping.h"
#include "claims/rows.h"

#include <string.h>

typedef struct {
  RsList *list;
  const RsListColumn *column;
  unsigned n_columns;
  int field[RS_LIST_COLUMNS]; /* by wanted column, or -1 */
  size_t n_fields;
  guint max_rows;
  GArray *line;
  GPtrArray *cell[RS_LIST_COLUMNS];
} Read;

void rs_list_free(RsList *list) {
  if (list == NULL) return;
  for (unsigned i = 0; i < RS_LIST_COLUMNS; i++) g_free(list->cell[i]);
  g_free(list->line);
  g_free(list->path);
  if (list->texts != NULL) g_string_chunk_free(list->texts);
  g_free(list);
}

static bool same_name(const char *field, const char *name) {
  g_autofree char *a = rs_mapping_fold(field), *b = rs_mapping_fold(name);
  return strcmp(a, b) == 0;
}

static bool bind_columns(Read *read, const GPtrArray *header, GError **error) {
  g_autoptr(GString) wanted = g_string_new(NULL), chinese = g_string_new(NULL);
  bool complete = true;
  for (unsigned c = 0; c < read->n_columns; c++) {
    read->field[c] = -1;
    for (guint f = 0; f < header->len && read->field[c] < 0; f++)
      if (same_name(g_ptr_array_index(header, f), read->column[c].name) || same_name(g_ptr_array_index(header, f), rs_say_in(RS_LANG_ZH, "list", read->column[c].name)))
        read->field[c] = (int)f;
    complete = complete && (read->field[c] >= 0 || !read->column[c].needed);
    g_string_append_printf(wanted, "%s%s", c > 0 ? "," : "", read->column[c].name);
    g_string_append_printf(chinese, "%s%s", c > 0 ? "," : "", rs_say_in(RS_LANG_ZH, "list", read->column[c].name));
  }
  if (complete) return true;
  g_autoptr(GString) found = g_string_new(NULL);
  for (guint f = 0; f < header->len; f++)
    g_string_append_printf(found, "%s%s", f > 0 ? "," : "", (const char *)g_ptr_array_index(header, f));
  if (strpbrk(found->str, "0123456789") != NULL) /* without a line of names this is the first row, and names somebody */
    g_set_error(error, RS_ERROR, RS_ERROR_INPUT, _("%s:1: the header should be %s (in Chinese %s)"), read->list->path, wanted->str, chinese->str);
  else g_set_error(error, RS_ERROR, RS_ERROR_INPUT, _("%s:1: the header should be %s (in Chinese %s), not '%s'"), read->list->path, wanted->str, chinese->str, found->str);
  return false;
}

static bool is_blank(const char *const *cells, size_t n_cells) {
  for (size_t i = 0; i < n_cells; i++)
    if (*cells[i] != '\0') return false;
  return true;
}

static bool row_add(uint64_t line, const char *const *cells, size_t n_cells, const char *fault, void *data, GError **error) {
  Read *read = data;
  const char *path = read->list->path;
  if (fault == NULL && is_blank(cells, n_cells)) return true;
  if (fault != NULL || n_cells != read->n_fields) {
    g_autofree char *count = g_strdup_printf(_("%zu fields where the header has %zu"), n_cells, read->n_fields);
    g_set_error(error, RS_ERROR, RS_ERROR_INPUT, _("%s:%llu: %s"), path, (unsigned long long)line, fault != NULL ? fault : count);
    return false;
  }
  if (read->line->len == read->max_rows) {
    g_set_error(error, RS_ERROR, RS_ERROR_INPUT, _("%s:%llu: more than %d rows: not a list that somebody typed"), path, (unsigned long long)line, RS_LIST_ROWS);
    return false;
  }
  for (unsigned c = 0; c < read->n_columns; c++) {
    const char *text = read->field[c] < 0 ? "" : cells[read->field[c]];
    if (read->column[c].needed && *text == '\0') {
      g_set_error(error, RS_ERROR, RS_ERROR_INPUT, _("%s:%llu: no %s"), path, (unsigned long long)line, read->column[c].name);
      return false;
    }
    g_ptr_array_add(read->cell[c], g_string_chunk_insert_const(read->list->texts, text));
  }
  g_array_append_val(read->line, line);
  return true;
}

static bool rows_read(Read *read, GError **error) {
  g_autoptr(RsSource) source = rs_source_open(read->list->path, NULL, error);
  g_autoptr(GPtrArray) header = source == NULL ? NULL : rs_source_header(source, error);
  if (header == NULL) return false;
  read->n_fields = header->len;
  if (header->len > 0) return bind_columns(read, header, error) && rs_rows_each(source, row_add, read, error);
  g_set_error(error, RS_ERROR, RS_ERROR_INPUT, _("%s: the file is empty"), read->list->path);
  return false;
}

static RsList *list_read(const char *path, const RsListColumn *column, unsigned n_columns, guint max_rows, GError **error) {
  g_autoptr(RsList) list = g_new0(RsList, 1);
  Read read = {.list = list, .column = column, .n_columns = n_columns, .max_rows = max_rows, .line = g_array_new(FALSE, FALSE, sizeof(uint64_t))};
  g_assert(n_columns <= RS_LIST_COLUMNS);
  list->path = g_strdup(path);
  list->texts = g_string_chunk_new(4096);
  for (unsigned c = 0; c < n_columns; c++) read.cell[c] = g_ptr_array_new();
  const bool good = rows_read(&read, error);
  list->n = read.line->len;
  list->line = (uint64_t *)(void *)g_array_free(read.line, FALSE);
  for (unsigned c = 0; c < n_columns; c++) list->cell[c] = (char **)g_ptr_array_free(read.cell[c], FALSE);
  return good ? g_steal_pointer(&list) : NULL;
}

RsList *rs_list_read(const char *path, const RsListColumn *column, unsigned n_columns, GError **error) {
  return list_read(path, column, n_columns, RS_LIST_ROWS, error);
}

RsList *rs_list_read_long(const char *path, const RsListColumn *column, unsigned n_columns, GError **error) {
  return list_read(path, column, n_columns, G_MAXUINT, error);
}
