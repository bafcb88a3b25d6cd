/* claims/xlsx.h: an Excel workbook (.xlsx): the parts of it that a sheet's cells need. Private to sheet.c.
 *
 * A workbook is a ZIP archive of XML files: a list of sheets, one file a sheet, texts shared by all sheets, and formats, which alone tell a
 * date from a number. libarchive unpacks (seeking by pread: the descriptor's own position stays), libxml2 reads, without entities and network.
 *
 * From  ECMA-376 part 1: 18.2 workbook, 18.3 sheets, 18.4 shared texts, 18.8.30 number formats
 */
#ifndef RS_CLAIMS_XLSX_H
#define RS_CLAIMS_XLSX_H

#include <glib.h>
#include <libxml/xmlreader.h>
#include <stdbool.h>
#include <stdint.h>

/* Is called for each node of a part in turn. False stops the walk with the error that it set. */
typedef bool (*RsPartNode)(xmlTextReaderPtr reader, void *data, GError **error);
/* Walks the part of this path; *found is false, without an error, where there is none. name is for messages.
 * error: RS_ERROR_INPUT damaged, encrypted or with a DOCTYPE. */
bool rs_part_walk(int fd, const char *name, const char *path, RsPartNode node, void *data, bool *found, GError **error);

/* For walkers: an element's start or end by local name; an attribute by local name, owned by the caller, or NULL. */
bool rs_part_starts(xmlTextReaderPtr reader, const char *element);
bool rs_part_ends(xmlTextReaderPtr reader, const char *element);
char *rs_part_attribute(xmlTextReaderPtr reader, const char *attribute);

typedef enum { RS_CELL_NUMBER, RS_CELL_DATE, RS_CELL_DATE_TIME, RS_CELL_TIME } RsCellFormat;

typedef struct {
  GPtrArray *sheet;      /* names, in the workbook's order */
  GPtrArray *sheet_path; /* [n sheets] where it lies in the archive */
  GPtrArray *text;       /* shared texts */
  GByteArray *format;    /* RsCellFormat of each cell style */
  bool from_1904;        /* days count from 1904-01-01, an old Macintosh habit */
} RsXlsx;

/* error: RS_ERROR_INPUT: a ZIP archive but no workbook, damaged; RS_ERROR_LIMIT: shared texts over 1 GiB. */
RsXlsx *rs_xlsx_new(int fd, const char *name, GError **error);
void rs_xlsx_free(RsXlsx *workbook);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(RsXlsx, rs_xlsx_free)

#endif
