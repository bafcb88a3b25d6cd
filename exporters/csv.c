#include "exporters/csv.h"

#include <math.h>
#include <string.h>

void rs_csv_header(RsOutput *output, const RsTable *table, bool for_digest) {
  bool first = true;
  for (unsigned i = 0; i < table->n_columns; i++) {
    if (for_digest && table->column[i].no_digest) continue;
    if (!first) rs_output_char(output, ',');
    rs_output_text(output, table->column[i].name);
    first = false;
  }
  rs_output_char(output, '\n');
}

static void tiny_write(RsOutput *output, double value) {
  char buffer[G_ASCII_DTOSTR_BUF_SIZE];
  if (isfinite(value)) rs_output_text(output, g_ascii_formatd(buffer, sizeof buffer, "%.6g", value));
}

static void cell_write(RsOutput *output, RsCellType type, const RsCell *cell) {
  if (cell->empty) return;
  switch (type) {
    case RS_CELL_TEXT:
      if (cell->text != NULL) rs_output_csv(output, cell->text);
      break;
    case RS_CELL_INTEGER: rs_output_signed(output, cell->integer); break;
    case RS_CELL_MONEY: rs_output_fixed(output, cell->integer, 2); break;
    case RS_CELL_DECIMAL: rs_output_double(output, cell->number, 6); break;
    case RS_CELL_TINY: tiny_write(output, cell->number); break;
  }
}

void rs_csv_row(RsOutput *output, const RsTable *table, const RsCell *cell, bool for_digest) {
  bool first = true;
  for (unsigned i = 0; i < table->n_columns; i++) {
    if (for_digest && table->column[i].no_digest) continue;
    if (!first) rs_output_char(output, ',');
    cell_write(output, table->column[i].type, &cell[i]);
    first = false;
  }
  rs_output_char(output, '\n');
}

static void file_row(const RsTable *table, const RsCell *cell, void *data) { rs_csv_row(data, table, cell, false); }

bool rs_csv_write(const RsCaseView *view, const RsTable *table, const char *path, GError **error) {
  g_autoptr(RsOutput) output = rs_output_open(path, error);
  if (output == NULL) return false;
  rs_csv_header(output, table, false);
  rs_table_walk(table, view, file_row, output);
  return rs_output_close_unsynced(output, error);
}

bool rs_csv_write_rejects(const RsReport *report, const RsMask *mask, RsLanguage language, const char *path, GError **error) {
  g_autoptr(RsOutput) output = rs_output_open(path, error);
  if (output == NULL) return false;
  rs_csv_header(output, &rs_table[RS_TABLE_REJECT], false);
  rs_table_walk_rejects(report, mask, language, file_row, output);
  return rs_output_close(output, error);
}
