#include "base/error.h"
#include "base/words.h"
#include "claims/attributes.h"
#include "claims/rows.h"

static bool add_row(uint64_t line, const char *const *cells, size_t n_cells, const char *fault, void *data, GError **error) {
  RsAttributes *attributes = data;
  if (fault == NULL) return rs_attributes_add(attributes, line, cells, n_cells, error);
  rs_attributes_add_bad(attributes, line, rs_said_new_text(fault));
  return true;
}

RsAttributes *rs_attributes_read(RsAttributeKind kind, const char *path, GError **error) {
  g_autoptr(RsSource) source = rs_source_open(path, NULL, error);
  if (source == NULL) return NULL;
  g_autoptr(GPtrArray) header = rs_source_header(source, error);
  if (header == NULL) return NULL;
  if (header->len == 0) {
    g_set_error(error, RS_ERROR, RS_ERROR_INPUT, _("%s: the file is empty"), path);
    return NULL;
  }
  g_autoptr(RsAttributes) attributes = rs_attributes_new(kind, path, (const char *const *)header->pdata, header->len, error);
  if (attributes == NULL || !rs_rows_each(source, add_row, attributes, error) || !rs_attributes_finish(attributes, error)) return NULL;
  return g_steal_pointer(&attributes);
}
