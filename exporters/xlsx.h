/* exporters/xlsx.h: tables as a workbook for people.
 *
 * Every id and text is a text cell, so that no formula runs and no 18-digit id is rounded; money and counts are numbers; the first row is
 * fixed and filtered. Texts longer than a cell holds are cut. The same content gives the same bytes (exporters/zip.h). A sheet takes
 * RS_XLSX_MAX_ROWS rows; a last row says how many were left out and where they are.
 *
 * Our own few parts of Office Open XML (ECMA-376): rows go straight from the tables into the archive, four times as fast as by
 * libxlsxwriter, without temporary files, and a failed write is an error like any other. */
#ifndef RS_EXPORTERS_XLSX_H
#define RS_EXPORTERS_XLSX_H

#include "exporters/picture.h"

#define RS_XLSX_MAX_ROWS 1000000u

typedef struct RsWorkbook RsWorkbook;
/* output is borrowed; the caller closes it after rs_workbook_close(). */
RsWorkbook *rs_workbook_new(RsOutput *output, RsLanguage language);
void rs_workbook_free(RsWorkbook *workbook); /* NULL allowed */
G_DEFINE_AUTOPTR_CLEANUP_FUNC(RsWorkbook, rs_workbook_free)
/* Begins a sheet for a table's rows; at most max_rows of them are kept. elsewhere: where the others are. */
void rs_workbook_sheet(RsWorkbook *workbook, const RsTable *table, uint32_t max_rows, const char *elsewhere);
/* A row of the sheet begun last: an RsRowFunc; data is the workbook. */
void rs_workbook_row(const RsTable *table, const RsCell *cell, void *data);
/* Ends the last sheet and the archive. error: RS_ERROR_IO: no archive could be made; what output met shows when that is closed. */
bool rs_workbook_close(RsWorkbook *workbook, GError **error);

/* leads.xlsx: rings, members, facts, bursts, claim lines, as the view shows them; not yet durable. error: RS_ERROR_IO, RS_ERROR_LIMIT. */
bool rs_xlsx_write_leads(const RsCaseView *view, RsLanguage language, const char *path, GError **error);
/* The same from a case, and the links of the picture. ring_id NULL: all. */
bool rs_xlsx_write_case(const RsCaseRead *read, const char *ring_id, const RsPicture *picture, RsLanguage language, RsOutput *output,
                        GError **error);

#endif
