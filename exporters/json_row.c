#include "exporters/json_row.h"

#include <math.h>

void rs_json_cell(RsJson *json, const RsTableColumn *column, const RsCell *cell) {
  switch (column->type) {
  case RS_CELL_TEXT:
    if (cell->text != NULL && *cell->text != '\0') rs_json_text(json, column->name, cell->text);
    break;
  case RS_CELL_INTEGER:
    if (!cell->empty) rs_json_signed(json, column->name, cell->integer);
    break;
  case RS_CELL_MONEY:
    if (!cell->empty) rs_json_money(json, column->name, cell->integer);
    break;
  case RS_CELL_DECIMAL:
  case RS_CELL_TINY:
    if (isfinite(cell->number)) rs_json_double(json, column->name, cell->number, 6);
    break;
  }
}

void rs_json_row(RsJson *json, const RsTable *table, const RsCell *cell, unsigned first_column) {
  rs_json_begin(json, NULL, '{');
  for (unsigned i = first_column; i < table->n_columns; i++) rs_json_cell(json, &table->column[i], &cell[i]);
  rs_json_end(json, '}');
}
