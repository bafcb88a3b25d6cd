/* exporters/json_row.h: rows of tables as JSON objects: what is empty is left out. */
#ifndef RS_EXPORTERS_JSON_ROW_H
#define RS_EXPORTERS_JSON_ROW_H

#include "exporters/json.h"
#include "exporters/tables.h"

void rs_json_cell(RsJson *json, const RsTableColumn *column, const RsCell *cell);
/* An object in a list. */
void rs_json_row(RsJson *json, const RsTable *table, const RsCell *cell, unsigned first_column);

#endif
