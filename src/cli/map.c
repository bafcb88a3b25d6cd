/* map: proposes a mapping for a foreign file from its header and first rows. */
#include "base/error.h"
#include "base/words.h"
#include "claims/mapping.h"
#include "claims/quotable.h"
#include "claims/rows.h"
#include "cli/commands.h"
#include "exporters/json.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define ROWS_LOOKED_AT 200

typedef struct { GPtrArray *rows; size_t n_fields; } Sample;

static bool keep_row(uint64_t line, const char *const *cells, size_t n_cells, const char *fault, void *data, GError **error) {
  (void)line;
  (void)error;
  Sample *sample = data;
  if (fault != NULL || n_cells != sample->n_fields) return true;
  char **row = g_new0(char *, n_cells + 1);
  for (size_t i = 0; i < n_cells; i++) row[i] = g_strdup(cells[i]);
  g_ptr_array_add(sample->rows, row);
  return sample->rows->len < ROWS_LOOKED_AT;
}

static void row_free(gpointer row) { g_strfreev(row); }

static RsSource *source_open(const char *path, const char *sheet, GError **error) {
  const RsSourceOptions options = {.sheet = sheet};
  if (strcmp(path, "-") != 0) return rs_source_open(path, &options, error);
  const int spooled = rs_source_spool_stdin(NULL, error);
  if (spooled < 0) return NULL;
  RsSource *source = rs_source_open_fd(spooled, "stdin", &options, error);
  close(spooled);
  return source;
}

/* No name is one that is known, and they look like a row: what would be shown is data. */
static bool is_row(const GPtrArray *header, const RsMappingGuess *guess) {
  for (size_t role = 0; role < RS_N_COLUMNS; role++)
    if (guess->certain[role]) return false;
  return !rs_quotable_header((const char *const *)header->pdata, header->len);
}

static bool json_print(const char *path, const GPtrArray *header, const RsMappingGuess *guess, GError **error) {
  g_autoptr(RsOutput) output = rs_output_open("-", error);
  if (output == NULL) return false;
  RsJson json = rs_json(output);
  rs_json_begin(&json, NULL, '{');
  rs_json_text(&json, "file", path);
  rs_json_text(&json, "fits", guess->fits);
  rs_json_begin(&json, "columns", '{');
  for (size_t role = 0; role < RS_N_COLUMNS; role++) {
    const int at = guess->column[role];
    rs_json_begin(&json, rs_column_role_name[role], '{');
    rs_json_text(&json, "header", at < 0 ? NULL : g_ptr_array_index(header, (guint)at));
    rs_json_bool(&json, "certain", guess->certain[role]);
    rs_json_end(&json, '}');
  }
  rs_json_end(&json, '}');
  rs_json_end(&json, '}');
  rs_output_char(output, '\n');
  return rs_output_close(output, error);
}

int rs_command_map(const RsOptions *options, GError **error) {
  const char *path = options->operand[0];
  g_autoptr(RsSource) source = source_open(path, options->sheet, error);
  if (source == NULL) return RS_ERROR_IO;
  g_autoptr(GPtrArray) header = rs_source_header(source, error);
  if (header == NULL) return RS_ERROR_INPUT;
  if (header->len == 0) return g_set_error(error, RS_ERROR, RS_ERROR_INPUT, _("%s: the file is empty"), path), RS_ERROR_INPUT;
  g_autoptr(GPtrArray) rows = g_ptr_array_new_with_free_func(row_free);
  Sample sample = {rows, header->len};
  if (!rs_rows_each(source, keep_row, &sample, error)) return RS_ERROR_IO;
  RsMappingGuess guess;
  rs_mapping_guess_all((const char *const *)header->pdata, header->len, (const char *const *const *)rows->pdata, rows->len, &guess);
  if (is_row(header, &guess))
    return g_set_error(error, RS_ERROR, RS_ERROR_INPUT, _("%s: the first line looks like a row of data; a line of names must come first"), path), RS_ERROR_INPUT;
  if (options->json) return json_print(path, header, &guess, error) ? 0 : RS_ERROR_IO;
  g_autofree char *text = rs_mapping_propose(path, (const char *const *)header->pdata, header->len,
                                             (const char *const *const *)rows->pdata, rows->len);
  fputs(text, stdout);
  return 0;
}
