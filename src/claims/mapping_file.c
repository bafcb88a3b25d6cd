#include "base/error.h"
#include "claims/mapping.h"
#include "claims/rows.h"

enum { FIRST_ROWS = 200 };

typedef struct { GPtrArray *rows; size_t n_fields; } FirstRows;

static bool keep_row(uint64_t line, const char *const *cells, size_t n_cells, const char *fault, void *data, GError **error) {
  (void)line;
  (void)error;
  FirstRows *first = data;
  if (fault == NULL && n_cells == first->n_fields) {
    char **row = g_new0(char *, n_cells + 1);
    for (size_t i = 0; i < n_cells; i++) row[i] = g_utf8_make_valid(cells[i], -1);
    g_ptr_array_add(first->rows, row);
  }
  return first->rows->len < FIRST_ROWS;
}

char *rs_mapping_propose_file(const char *path, GError **error) {
  g_autoptr(RsSource) source = rs_source_open(path, NULL, error);
  if (source == NULL) return NULL;
  g_autoptr(GPtrArray) header = rs_source_header(source, error);
  if (header == NULL) return NULL;
  if (header->len == 0) {
    g_set_error(error, RS_ERROR, RS_ERROR_INPUT, "%s: the file is empty", path);
    return NULL;
  }
  g_autoptr(GPtrArray) rows = g_ptr_array_new_with_free_func((GDestroyNotify)g_strfreev);
  FirstRows first = {rows, header->len};
  if (!rs_rows_each(source, keep_row, &first, error)) return NULL;
  return rs_mapping_propose(path, (const char *const *)header->pdata, header->len, (const char *const *const *)rows->pdata, rows->len);
}
