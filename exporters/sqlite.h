/* exporters/sqlite.h: the one door to SQLite: case.db. */
#ifndef RS_EXPORTERS_SQLITE_H
#define RS_EXPORTERS_SQLITE_H

#include "exporters/tables.h"

/* A new database with all tables of schema.sql, in one transaction without a journal: the file is worth something only when this
 * returns true. The same content gives the same bytes (with one version of SQLite). error: RS_ERROR_IO. */
bool rs_sqlite_write(const RsCaseView *view, const char *path, GError **error);
const char *rs_sqlite_version(void);

#endif
