#include "exporters/sqlite.h"

#include "base/error.h"

#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <sqlite3.h>
#include <string.h>
#include <unistd.h>

/* schema.sql, compiled in by cmake/embed.cmake. */
extern const unsigned char rs_sql_schema[];
extern const size_t rs_sql_schema_length;

typedef struct {
  sqlite3 *db;
  sqlite3_stmt *insert;
  bool failed;
} Writer;

const char *rs_sqlite_version(void) { return sqlite3_libversion(); }

static bool sql_failed(sqlite3 *db, const char *path, GError **error) {
  g_set_error(error, RS_ERROR, RS_ERROR_IO, "%s: cannot write: %s", path, db == NULL ? "no memory" : sqlite3_errmsg(db));
  return false;
}

static bool run(Writer *writer, const char *sql, const char *path, GError **error) {
  return sqlite3_exec(writer->db, sql, NULL, NULL, NULL) == SQLITE_OK || sql_failed(writer->db, path, error);
}

static int cell_bind(sqlite3_stmt *insert, int at, RsCellType type, const RsCell *cell) {
  if (cell->empty) return sqlite3_bind_null(insert, at);
  switch (type) {
    case RS_CELL_TEXT: return sqlite3_bind_text64(insert, at, cell->text == NULL ? "" : cell->text,
                                                  cell->text == NULL ? 0 : strlen(cell->text), SQLITE_STATIC, SQLITE_UTF8);
    case RS_CELL_INTEGER: return sqlite3_bind_int64(insert, at, cell->integer);
    case RS_CELL_MONEY: return sqlite3_bind_double(insert, at, (double)cell->integer / 100.0);
    default: return isfinite(cell->number) ? sqlite3_bind_double(insert, at, cell->number) : sqlite3_bind_null(insert, at);
  }
}

static void row_insert(const RsTable *table, const RsCell *cell, void *data) {
  Writer *writer = data;
  for (unsigned i = 0; i < table->n_columns && !writer->failed; i++)
    writer->failed = cell_bind(writer->insert, (int)i + 1, table->column[i].type, &cell[i]) != SQLITE_OK;
  if (writer->failed) return;
  writer->failed = sqlite3_step(writer->insert) != SQLITE_DONE || sqlite3_reset(writer->insert) != SQLITE_OK;
}

static bool table_write(Writer *writer, const RsCaseView *view, const RsTable *table, const char *path, GError **error) {
  g_autoptr(GString) sql = g_string_new("INSERT INTO ");
  g_string_append_printf(sql, "\"%s\" (", table->name);
  for (unsigned i = 0; i < table->n_columns; i++) g_string_append_printf(sql, "%s\"%s\"", i ? "," : "", table->column[i].name);
  g_string_append(sql, ") VALUES (");
  for (unsigned i = 0; i < table->n_columns; i++) g_string_append(sql, i ? ",?" : "?");
  g_string_append(sql, ")");
  if (sqlite3_prepare_v2(writer->db, sql->str, (int)sql->len, &writer->insert, NULL) != SQLITE_OK)
    return sql_failed(writer->db, path, error);
  table->walk(view, row_insert, writer);
  if (writer->failed) sql_failed(writer->db, path, error);
  sqlite3_finalize(writer->insert);
  return !writer->failed;
}

static bool database_fill(Writer *writer, const RsCaseView *view, const char *path, GError **error) {
  g_autofree char *schema = g_strndup((const char *)rs_sql_schema, rs_sql_schema_length);
  if (!run(writer, "PRAGMA page_size=4096; PRAGMA journal_mode=OFF; PRAGMA synchronous=OFF; PRAGMA locking_mode=EXCLUSIVE; PRAGMA cache_size=-65536; PRAGMA temp_store=MEMORY; "
                   "PRAGMA encoding='UTF-8'; BEGIN EXCLUSIVE", path, error) ||
      !run(writer, schema, path, error))
    return false;
  for (int table = 0; table < RS_N_TABLES; table++)
    if (!table_write(writer, view, &rs_table[table], path, error)) return false;
  return run(writer,
             "CREATE INDEX evidence_ring ON evidence (ring_id); CREATE INDEX evidence_person ON evidence (person_id);"
             "CREATE INDEX member_entity ON member (entity_type, entity_id); CREATE INDEX relation_from ON relation (from_type, from_id);"
             "CREATE INDEX relation_to ON relation (to_type, to_id); COMMIT", path, error);
}

bool rs_sqlite_write(const RsCaseView *view, const char *path, GError **error) {
  Writer writer = {NULL, NULL, false};
  const int fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC | O_NOFOLLOW | O_NOCTTY, 0600); /* SQLite itself would let others read */
  if (fd < 0) {
    g_set_error(error, RS_ERROR, RS_ERROR_IO, "%s: cannot create: %s", path, g_strerror(errno));
    return false;
  }
  close(fd);
  const int opened = sqlite3_open_v2(path, &writer.db, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX, NULL);
  bool good = opened == SQLITE_OK ? database_fill(&writer, view, path, error) : sql_failed(writer.db, path, error);
  if (sqlite3_close(writer.db) != SQLITE_OK && good) good = sql_failed(writer.db, path, error);
  return good;
}
