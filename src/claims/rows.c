#include "claims/rows.h"

#include "base/words.h"
#include "claims/csv_reader.h"

#include <string.h>

typedef struct {
  RsCsv csv;
  GString *texts;   /* the cells of one row, each with its NUL */
  GArray *offsets;  /* of size_t */
  GPtrArray *cells;
} Walk;

static const char *fault_text(RsFault fault) {
  switch (fault) {
  case RS_FAULT_NONE: return NULL;
  case RS_FAULT_QUOTE: return N_("a quote that does not close, or text after a closing quote");
  case RS_FAULT_TOO_LONG: return N_("a line that is too long");
  case RS_FAULT_BYTES: return N_("bytes that are not text");
  }
  return NULL;
}

static void trim(const char **text, size_t *length) {
  while (*length > 0 && g_ascii_isspace((*text)[0])) (*text)++, (*length)--;
  while (*length > 0 && g_ascii_isspace((*text)[*length - 1])) (*length)--;
}

static void copy_cells(Walk *walk, uint32_t record) {
  g_string_truncate(walk->texts, 0);
  g_array_set_size(walk->offsets, 0);
  g_ptr_array_set_size(walk->cells, 0);
  for (uint32_t k = 0; k < rs_csv_n_fields(&walk->csv, record); k++) {
    size_t length, offset = walk->texts->len;
    const char *text = rs_csv_field(&walk->csv, record, k, &length);
    trim(&text, &length);
    g_string_append_len(walk->texts, text, (gssize)length);
    g_string_append_c(walk->texts, 0);
    g_array_append_val(walk->offsets, offset);
  }
  for (guint k = 0; k < walk->offsets->len; k++)
    g_ptr_array_add(walk->cells, walk->texts->str + g_array_index(walk->offsets, size_t, k));
}

static bool walk_block(Walk *walk, const RsBlock *block, RsRowsFunc func, void *data, GError **error) {
  for (uint32_t record = block->has_header ? 1 : 0; record < walk->csv.n; record++) {
    const char *fault = fault_text((RsFault)walk->csv.fault[record]);
    copy_cells(walk, record);
    if (!func(rs_csv_line(&walk->csv, record), (const char *const *)walk->cells->pdata, walk->cells->len, fault, data, error))
      return false;
  }
  return true;
}

bool rs_rows_each(RsSource *source, RsRowsFunc func, void *data, GError **error) {
  Walk walk = {.texts = g_string_new(NULL), .offsets = g_array_new(FALSE, FALSE, sizeof(size_t)), .cells = g_ptr_array_new()};
  RsBlock block = {0};
  GError *cause = NULL;
  while (cause == NULL && rs_source_next(source, &block, &cause)) {
    rs_csv_read(&walk.csv, &block, rs_source_delimiter(source));
    if (!walk_block(&walk, &block, func, data, &cause)) break;
  }
  rs_block_clear(&block);
  rs_csv_clear(&walk.csv);
  g_string_free(walk.texts, TRUE);
  g_array_unref(walk.offsets);
  g_ptr_array_unref(walk.cells);
  if (cause == NULL) return true;
  g_propagate_error(error, cause);
  return false;
}
