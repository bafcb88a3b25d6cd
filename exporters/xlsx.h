/* exporters/xlsx.h: the one door to libxlsxwriter: tables as a workbook for people.
 *
 * Every id and text is a text cell, so that no formula runs and no 18-digit id is rounded; money and counts are numbers; the first row is
 * fixed and filtered. Texts longer than a cell holds are cut. The same content gives the same bytes: times are fixed. A sheet takes
 * RS_XLSX_MAX_ROWS rows; a last row says how many were left out and where they are. */
#ifndef RS_EXPORTERS_XLSX_H
#define RS_EXPORTERS_XLSX_H

#include "exporters/picture.h"

#define RS_XLSX_MAX_ROWS 1000000u

typedef struct RsWorkbook RsWorkbook;
/* path: a new file; libxlsxwriter's temporary files lie beside it. error: RS_ERROR_IO. */
RsWorkbook *rs_workbook_new(const char *path, RsLanguage language, GError **error);
void rs_workbook_free(RsWorkbook *workbook); /* NULL allowed; of one not closed, removes the file */
G_DEFINE_AUTOPTR_CLEANUP_FUNC(RsWorkbook, rs_workbook_free)
/* Begins a sheet for a table's rows; at most max_rows of them are kept. elsewhere: where the others are. */
void rs_workbook_sheet(RsWorkbook *workbook, const RsTable *table, uint32_t max_rows, const char *elsewhere);
/* A row of the sheet begun last: an RsRowFunc; data is the workbook. */
void rs_workbook_row(const RsTable *table, const RsCell *cell, void *data);
/* Ends the last sheet and writes the file. error: RS_ERROR_IO. */
bool rs_workbook_close(RsWorkbook *workbook, GError **error);

/* leads.xlsx: rings, members, facts, bursts, claim lines, as the view shows them. */
bool rs_xlsx_write_leads(const RsCaseView *view, RsLanguage language, const char *path, GError **error);
/* The same from a case, and the links of the picture. ring_id NULL: all. */
bool rs_xlsx_write_case(const RsCaseRead *read, const char *ring_id, const RsPicture *picture, RsLanguage language, const char *path,
                        GError **error);
const char *rs_xlsx_library_version(void);

#endif
