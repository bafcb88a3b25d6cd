/* exporters/sqlite.h: the one door to SQLite: case.db. */
#ifndef RS_EXPORTERS_SQLITE_H
#define RS_EXPORTERS_SQLITE_H

#include "exporters/tables.h"

/* A new database with all tables of schema.sql, in one transaction without a journal: the file is worth something only when this
 * returns true. The same content gives the same bytes (with one version of SQLite). error: RS_ERROR_IO, RS_ERROR_LIMIT no
 * memory. */
bool rs_sqlite_write(const RsCaseView *view, const char *path, GError **error);
const char *rs_sqlite_version(void);

/* ---- reading one back, whoever wrote it ---- */

typedef struct RsDatabase RsDatabase;
/* Read-only and immutable: works on a read-only medium, makes no file beside it, and believes nothing in the schema. error:
 * RS_ERROR_IO cannot read, RS_ERROR_INPUT not a database, RS_ERROR_LIMIT no memory. */
RsDatabase *rs_sqlite_open(const char *path, GError **error);
void rs_sqlite_close(RsDatabase *database); /* NULL allowed */
G_DEFINE_AUTOPTR_CLEANUP_FUNC(RsDatabase, rs_sqlite_close)
/* Hands over the rows of a table, in the order they were written. where: NULL-terminated pairs of column and text that must be equal, or
 * NULL: all rows. Texts are never NULL and hold no NUL, numbers are finite; whatever does not fit the table's columns is an error:
 * RS_ERROR_INPUT, naming table and column; RS_ERROR_LIMIT: no memory. */
bool rs_sqlite_walk(RsDatabase *database, const RsTable *table, const char *const *where, RsRowFunc row, void *data, GError **error);

#endif
