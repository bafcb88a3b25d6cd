/* claims/sheet.h: one sheet of an Excel workbook (.xlsx) as CSV text, so that a sheet is read like any other file.
 *
 * In    an open .xlsx; the sheet's name, or NULL for the first
 * Out   UTF-8, comma-separated, one physical line a sheet row: the line number is the row number that Excel shows; empty rows are empty
 *       lines, short rows are filled up to the first row's width
 * Cost  two passes over the archive; memory: the shared texts and one row
 *
 * Cells. Text as it is, line breaks in a cell as blanks. A number as Excel shows it at full length, 15 digits; with a date's format as YYYY-MM-DD
 * [HH:MM:SS], rounded to the second. Errors such as #N/A as their text.
 * A whole number over 15 digits is what Excel made of an id: it has replaced the last digits by zeros, and the id is lost. Such a cell becomes empty
 * and is counted and named in notes; a number that a program wrote with all its digits is kept. */
#ifndef RS_CLAIMS_SHEET_H
#define RS_CLAIMS_SHEET_H

#include <glib.h>
#include <stdbool.h>

/* Returns a descriptor of a temporary file without a name, which the caller closes, or -1. notes (of RsSaid) gets what the run should print.
 * error: RS_ERROR_INPUT damaged or no workbook; RS_ERROR_USAGE no sheet of this name; RS_ERROR_LIMIT the disk is full. */
int rs_sheet_open(int fd, const char *name, const char *sheet, const char *temp_dir, GPtrArray *notes, GError **error);

#endif
