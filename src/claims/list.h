/* claims/list.h: a short list that somebody typed: who is watched, what was cleared, what came of a lead.
 *
 * In    a CSV of any encoding and delimiter that claims may have, a header naming the columns in any order
 * Out   RsList: the cells of the wanted columns, row by row
 * Cost  memory O(file); a list of more than RS_LIST_ROWS rows is refused
 *
 * Nothing is guessed: a row with another number of fields, or without a needed cell, is an error that names the file and the line, for in a
 * short list a row left out is an answer left out. */
#ifndef RS_CLAIMS_LIST_H
#define RS_CLAIMS_LIST_H

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

enum { RS_LIST_COLUMNS = 8, RS_LIST_ROWS = 100000 };

typedef struct {
  const char *name; /* NC_("list", ...): as in the header, in English or as the catalogue has it; case, width and surrounding space do not matter */
  bool needed;      /* the column must be there and its cells filled */
} RsListColumn;

typedef struct {
  char *path;
  uint32_t n;
  uint64_t *line;                /* [n] physical line, the header being 1 */
  char **cell[RS_LIST_COLUMNS];  /* [n] by wanted column; "" where empty or the column is missing */
  GStringChunk *texts;
} RsList;

/* n_columns <= RS_LIST_COLUMNS. error: RS_ERROR_IO; RS_ERROR_INPUT: no such columns, a bad row. */
RsList *rs_list_read(const char *path, const RsListColumn *column, unsigned n_columns, GError **error);
/* The same without the limit on rows, for lists that a program wrote. */
RsList *rs_list_read_long(const char *path, const RsListColumn *column, unsigned n_columns, GError **error);
void rs_list_free(RsList *list);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(RsList, rs_list_free)

#endif
