/* exporters/csv.h: tables as CSV: UTF-8 without BOM, RFC 4180 quoting, LF, header line, no decoration. */
#ifndef RS_EXPORTERS_CSV_H
#define RS_EXPORTERS_CSV_H

#include "base/output.h"
#include "exporters/tables.h"

void rs_csv_header(RsOutput *output, const RsTable *table, bool for_digest);
/* One row; for_digest leaves out the columns that do not count. */
void rs_csv_row(RsOutput *output, const RsTable *table, const RsCell *cell, bool for_digest);
/* A whole table to a file, left to the caller to sync. error: RS_ERROR_IO. */
bool rs_csv_write(const RsCaseView *view, const RsTable *table, const char *path, GError **error);
bool rs_csv_write_rejects(const RsReport *report, const RsMask *mask, RsLanguage language, const char *path, GError **error);

#endif
