/* exporters/case_read.h: a case folder opened for reading: explain and export start here.
 *
 * Nothing in the folder is believed: sizes and types are checked, and a folder that somebody edited gives errors, never a crash. Nothing
 * is written, so a case on a read-only medium can be read. */
#ifndef RS_EXPORTERS_CASE_READ_H
#define RS_EXPORTERS_CASE_READ_H

#include "exporters/sqlite.h"

typedef struct {
  char *folder;         /* without slashes at the end */
  RsDatabase *database;
  bool masked;
  bool guarded;         /* texts of the GraphML files hold U+2060 inside INF: --gephi-guard */
  RsMask *mask;         /* masked, and the key is at hand: beside the folder, or given; else NULL */
} RsCaseRead;

/* mask_key: path or NULL: FOLDER.key, where it is there. error: RS_ERROR_IO; RS_ERROR_INPUT: not a case, one of another format, a key that
 * is not this case's. */
RsCaseRead *rs_case_read_new(const char *folder, const char *mask_key, GError **error);
void rs_case_read_free(RsCaseRead *read);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(RsCaseRead, rs_case_read_free)

/* Rows of a table in memory, for those that are few. */
typedef struct {
  const RsTable *table;
  guint n;
  GArray *cells; /* of RsCell, n * n_columns */
  GStringChunk *texts;
} RsCaseRows;

/* An empty list, and the RsRowFunc that adds to it (data is the rows; texts are not NULL). */
RsCaseRows *rs_case_rows_new(unsigned table);
void rs_case_rows_keep(const RsTable *table, const RsCell *cell, void *data);
/* table: RS_TABLE_*; where as in rs_sqlite_walk. */
RsCaseRows *rs_case_read_rows(const RsCaseRead *read, unsigned table, const char *const *where, GError **error);
void rs_case_rows_free(RsCaseRows *rows);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(RsCaseRows, rs_case_rows_free)
/* column is a name of the table's: anything else is a mistake in our code. */
const RsCell *rs_case_rows_cell(const RsCaseRows *rows, guint row, const char *column);
static inline const char *rs_case_rows_text(const RsCaseRows *rows, guint row, const char *column) {
  return rs_case_rows_cell(rows, row, column)->text;
}
static inline int64_t rs_case_rows_integer(const RsCaseRows *rows, guint row, const char *column) {
  return rs_case_rows_cell(rows, row, column)->integer;
}
/* The kind that a table calls by this name ("person", ...), or -1. */
int rs_kind_named(const char *name);
/* Which cell of a row, for walks. */
unsigned rs_table_column(const RsTable *table, const char *column);

/* The printed id of an entity given in either form: as it stands in the case, or clear where the case is masked and its key or id map at hand.
 * NULL: the case does not know it. Owned by the caller. */
char *rs_case_read_id(const RsCaseRead *read, RsKind kind, const char *id, GError **error);
/* All ids of a kind that the case knows, sorted, each once. */
GPtrArray *rs_case_read_ids(const RsCaseRead *read, RsKind kind, GError **error);

#endif
