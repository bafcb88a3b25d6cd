/* exporters/source_lines.h: claim lines in full, as they stood in the files a case was made from.
 *
 * In    the files again, and which of their lines are wanted
 * Out   the cells of those lines, by column of the file's own header
 * Cost  one pass over each file and its SHA-256
 *
 * A file is taken only if its SHA-256 is the one the case names, so a line shown is a line that was read. */
#ifndef RS_EXPORTERS_SOURCE_LINES_H
#define RS_EXPORTERS_SOURCE_LINES_H

#include "claims/mapping.h"
#include "exporters/case_read.h"

typedef struct {
  char *name;              /* as in the case */
  GPtrArray *header;       /* of char * */
  int role[RS_N_COLUMNS];  /* column by role, or -1 */
  int account;             /* column of the personal account's payment, or -1 */
  GHashTable *line;        /* line number + 1 -> GPtrArray of char *, one a column */
} RsSourceFile;

typedef struct { GPtrArray *file; /* of RsSourceFile */ } RsSourceLines;

/* paths: NULL-terminated. evidence: rows of table evidence: all their lines are wanted. map: name or file, or NULL. error: RS_ERROR_IO;
 * RS_ERROR_INTEGRITY: a file is not one the case was made from; RS_ERROR_USAGE: a file is missing; RS_ERROR_INPUT. */
RsSourceLines *rs_source_lines_read(const RsCaseRead *read, const RsCaseRows *evidence, char **paths, const char *map, GError **error);
void rs_source_lines_free(RsSourceLines *lines);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(RsSourceLines, rs_source_lines_free)
/* NULL: not read. */
const RsSourceFile *rs_source_lines_file(const RsSourceLines *lines, const char *name);
const GPtrArray *rs_source_lines_cells(const RsSourceFile *file, int64_t line);

#endif
