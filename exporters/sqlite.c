#include "exporters/sqlite.h"

#include "base/error.h"
#include "base/words.h"

#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <sqlite3.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* schema.sql, compiled in by cmake/embed.cmake. */
extern const unsigned char rs_sql_schema[];
extern const size_t rs_sql_schema_length;

#define ROWS_AT_A_TIME 16u /* a statement each costs as much again as the row */

/* The rows of a table, held until there are enough for a statement. */
typedef struct {
  sqlite3 *db;
  const RsTable *table;
  sqlite3_stmt *insert; /* of n_inserts rows */
  unsigned n, n_inserts;
  RsCell cell[ROWS_AT_A_TIME * RS_MAX_COLUMNS];
  size_t length[ROWS_AT_A_TIME * RS_MAX_COLUMNS]; /* of texts */
  GStringChunk *texts;
  bool failed;
} Writer;

const char *rs_sqlite_version(void) { return sqlite3_libversion(); }

static int code_of(sqlite3 *db) { return db == NULL || sqlite3_errcode(db) == SQLITE_NOMEM ? RS_ERROR_LIMIT : RS_ERROR_IO; }

static bool sql_failed(sqlite3 *db, const char *path, GError **error) {
  g_set_error(error, RS_ERROR, code_of(db), _("%s: cannot write: %s"), path, db == NULL ? _("no memory") : sqlite3_errmsg(db));
  return false;
}

static bool run(Writer *writer, const char *sql, const char *path, GError **error) {
  return sqlite3_exec(writer->db, sql, NULL, NULL, NULL) == SQLITE_OK || sql_failed(writer->db, path, error);
}

static int cell_bind(sqlite3_stmt *insert, int at, RsCellType type, const RsCell *cell, size_t length) {
  if (cell->empty) return sqlite3_bind_null(insert, at);
  switch (type) {
    case RS_CELL_TEXT: return sqlite3_bind_text64(insert, at, cell->text, length, SQLITE_STATIC, SQLITE_UTF8);
    case RS_CELL_INTEGER: return sqlite3_bind_int64(insert, at, cell->integer);
    case RS_CELL_MONEY: return sqlite3_bind_double(insert, at, (double)cell->integer / 100.0);
    default: return isfinite(cell->number) ? sqlite3_bind_double(insert, at, cell->number) : sqlite3_bind_null(insert, at);
  }
}

static bool insert_prepare(Writer *writer) {
  const RsTable *table = writer->table;
  g_autoptr(GString) sql = g_string_new("INSERT INTO ");
  g_string_append_printf(sql, "\"%s\" (", table->name);
  for (unsigned i = 0; i < table->n_columns; i++) g_string_append_printf(sql, "%s\"%s\"", i ? "," : "", table->column[i].name);
  g_string_append(sql, ") VALUES ");
  for (unsigned row = 0; row < writer->n; row++) {
    g_string_append(sql, row ? ",(" : "(");
    for (unsigned i = 0; i < table->n_columns; i++) g_string_append(sql, i ? ",?" : "?");
    g_string_append_c(sql, ')');
  }
  sqlite3_finalize(writer->insert);
  writer->n_inserts = writer->n;
  return sqlite3_prepare_v2(writer->db, sql->str, (int)sql->len, &writer->insert, NULL) == SQLITE_OK;
}

static void rows_insert(Writer *writer) {
  const RsTable *table = writer->table;
  if (writer->n == 0 || writer->failed) return;
  writer->failed = writer->n != writer->n_inserts && !insert_prepare(writer);
  for (unsigned row = 0, at = 0; row < writer->n; row++)
    for (unsigned i = 0; i < table->n_columns; i++, at++)
      writer->failed = writer->failed || cell_bind(writer->insert, (int)at + 1, table->column[i].type, &writer->cell[at], writer->length[at]) != SQLITE_OK;
  writer->failed = writer->failed || sqlite3_step(writer->insert) != SQLITE_DONE || sqlite3_reset(writer->insert) != SQLITE_OK;
  g_string_chunk_clear(writer->texts);
  writer->n = 0;
}

static void row_hold(const RsTable *table, const RsCell *cell, void *data) {
  Writer *writer = data;
  if (writer->failed) return;
  const unsigned first = writer->n * table->n_columns;
  for (unsigned i = 0; i < table->n_columns; i++) {
    RsCell *held = &writer->cell[first + i];
    *held = cell[i];
    if (table->column[i].type != RS_CELL_TEXT || cell[i].empty) continue;
    const char *text = cell[i].text == NULL ? "" : cell[i].text;
    writer->length[first + i] = strlen(text);
    held->text = g_string_chunk_insert_len(writer->texts, text, (gssize)writer->length[first + i]);
  }
  if (++writer->n == ROWS_AT_A_TIME) rows_insert(writer);
}

static bool table_write(Writer *writer, const RsCaseView *view, const RsTable *table, const char *path, GError **error) {
  writer->table = table;
  writer->n_inserts = 0;
  rs_table_walk(table, view, row_hold, writer);
  rows_insert(writer);
  if (writer->failed) sql_failed(writer->db, path, error);
  sqlite3_finalize(writer->insert);
  writer->insert = NULL;
  return !writer->failed;
}

/* Rows come in the order of their keys, so pages are finished one after another: a small cache holds those at work and uses its memory again. */
static bool database_fill(Writer *writer, const RsCaseView *view, const char *path, GError **error) {
  g_autofree char *schema = g_strndup((const char *)rs_sql_schema, rs_sql_schema_length);
  if (!run(writer, "PRAGMA page_size=16384; PRAGMA journal_mode=OFF; PRAGMA synchronous=OFF; PRAGMA locking_mode=EXCLUSIVE; PRAGMA cache_size=-4096; PRAGMA temp_store=MEMORY; "
                   "PRAGMA encoding='UTF-8'; BEGIN EXCLUSIVE", path, error) ||
      !run(writer, schema, path, error))
    return false;
  for (int table = 0; table < RS_N_TABLES; table++)
    if (!table_write(writer, view, &rs_table[table], path, error)) return false;
  /* what explain asks for most; an entity's lines and relations are found by reading the table, which takes it no longer */
  return run(writer, "CREATE INDEX evidence_ring ON evidence (ring_id); CREATE INDEX member_entity ON member (entity_type, entity_id); COMMIT", path, error);
}

/* Counting every allocation under a lock costs a tenth of filling a database, and nobody asks for the count. Takes effect before the
 * library's first use. */
static void counting_off(void) {
  static gsize done;
  if (!g_once_init_enter(&done)) return;
  sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
  g_once_init_leave(&done, 1);
}

bool rs_sqlite_write(const RsCaseView *view, const char *path, GError **error) {
  g_autoptr(GStringChunk) texts = g_string_chunk_new(1 << 14);
  Writer writer = {.texts = texts};
  const int fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC | O_NOFOLLOW | O_NOCTTY, 0600); /* SQLite itself would let others read */
  if (fd < 0) {
    g_set_error(error, RS_ERROR, RS_ERROR_IO, _("%s: cannot create: %s"), path, rs_words_errno(errno));
    return false;
  }
  close(fd);
  counting_off();
  const int opened = sqlite3_open_v2(path, &writer.db, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX, NULL);
  bool good = opened == SQLITE_OK ? database_fill(&writer, view, path, error) : sql_failed(writer.db, path, error);
  if (sqlite3_close(writer.db) != SQLITE_OK && good) good = sql_failed(writer.db, path, error);
  return good;
}

/* ---- reading ---- */

struct RsDatabase { sqlite3 *db; char *path; };

static bool unusable(const RsDatabase *database, GError **error) {
  const bool memory = sqlite3_errcode(database->db) == SQLITE_NOMEM; /* then nothing is known of the file */
  g_set_error(error, RS_ERROR, memory ? RS_ERROR_LIMIT : RS_ERROR_INPUT, "%s: %s", database->path, sqlite3_errmsg(database->db));
  return false;
}

/* The path as a URI, so that it can be opened as immutable; every byte that could mean something else is escaped. */
static char *uri_of(const char *path) {
  GString *uri = g_string_new(*path == '/' ? "file://" : "file:");
  for (; *path != '\0'; path++) {
    if (g_ascii_isalnum(*path) || strchr("/._-", *path) != NULL) g_string_append_c(uri, *path);
    else g_string_append_printf(uri, "%%%02X", (unsigned char)*path);
  }
  g_string_append(uri, "?immutable=1");
  return g_string_free(uri, FALSE);
}

/* A schema that somebody else wrote may call no function with side effects; no text of ours is taken for a column; no map whose file
 * shrinks under us; no cell larger than a case ever holds. */
static bool distrust(sqlite3 *db) {
  sqlite3_db_config(db, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, NULL);
  sqlite3_db_config(db, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
  sqlite3_db_config(db, SQLITE_DBCONFIG_ENABLE_TRIGGER, 0, NULL);
  sqlite3_db_config(db, SQLITE_DBCONFIG_ENABLE_VIEW, 0, NULL);
  sqlite3_db_config(db, SQLITE_DBCONFIG_DQS_DML, 0, NULL);
  sqlite3_db_config(db, SQLITE_DBCONFIG_DQS_DDL, 0, NULL);
  sqlite3_limit(db, SQLITE_LIMIT_LENGTH, 64 << 20);
  return sqlite3_exec(db, "PRAGMA mmap_size=0; PRAGMA cell_size_check=ON; PRAGMA temp_store=MEMORY", NULL, NULL, NULL) == SQLITE_OK;
}

RsDatabase *rs_sqlite_open(const char *path, GError **error) {
  struct stat status;
  if (lstat(path, &status) != 0 || !S_ISREG(status.st_mode)) { /* a link would lead out of the case */
    g_set_error(error, RS_ERROR, RS_ERROR_IO, _("%s: cannot read: %s"), path, access(path, F_OK) != 0 ? rs_words_errno(errno) : _("not a plain file"));
    return NULL;
  }
  g_autofree char *uri = uri_of(path);
  g_autoptr(RsDatabase) database = g_new0(RsDatabase, 1);
  database->path = g_strdup(path);
  if (sqlite3_open_v2(uri, &database->db, SQLITE_OPEN_READONLY | SQLITE_OPEN_URI | SQLITE_OPEN_NOMUTEX, NULL) != SQLITE_OK) {
    g_set_error(error, RS_ERROR, code_of(database->db), _("%s: cannot read: %s"), path, sqlite3_errmsg(database->db));
    return NULL;
  }
  if (!distrust(database->db) || sqlite3_exec(database->db, "SELECT count(*) FROM sqlite_master", NULL, NULL, NULL) != SQLITE_OK) {
    unusable(database, error);
    return NULL;
  }
  return g_steal_pointer(&database);
}

void rs_sqlite_close(RsDatabase *database) {
  if (database == NULL) return;
  sqlite3_close(database->db);
  g_free(database->path);
  g_free(database);
}

static bool text_read(sqlite3_stmt *select, int at, RsCell *cell) {
  const int type = sqlite3_column_type(select, at);
  if (type != SQLITE_TEXT && type != SQLITE_NULL) return false;
  const char *text = (const char *)sqlite3_column_text(select, at);
  cell->text = text == NULL ? "" : text;
  if (text == NULL && type == SQLITE_TEXT) return false; /* no memory for it */
  return strlen(cell->text) == (size_t)sqlite3_column_bytes(select, at);
}

static bool number_read(sqlite3_stmt *select, int at, RsCellType type, RsCell *cell) {
  const int found = sqlite3_column_type(select, at);
  cell->empty = found == SQLITE_NULL;
  cell->number = cell->empty ? (double)NAN : sqlite3_column_double(select, at);
  if (cell->empty) return true;
  if (type == RS_CELL_INTEGER) {
    cell->integer = sqlite3_column_int64(select, at);
    return found == SQLITE_INTEGER;
  }
  if ((found != SQLITE_INTEGER && found != SQLITE_FLOAT) || !isfinite(cell->number)) return false;
  if (type != RS_CELL_MONEY) return true;
  if (fabs(cell->number) > 9e16) return false;
  cell->integer = llround(cell->number * 100.0);
  return true;
}

static bool row_read(RsDatabase *database, sqlite3_stmt *select, const RsTable *table, RsCell *cell, GError **error) {
  for (unsigned i = 0; i < table->n_columns; i++) {
    const RsCellType type = table->column[i].type;
    cell[i] = (RsCell){.text = ""};
    if (type == RS_CELL_TEXT ? text_read(select, (int)i, &cell[i]) : number_read(select, (int)i, type, &cell[i])) continue;
    if (sqlite3_errcode(database->db) == SQLITE_NOMEM) return unusable(database, error);
    g_set_error(error, RS_ERROR, RS_ERROR_INPUT, _("%s: table '%s': '%s' is not what a case holds there"), database->path, table->name,
                table->column[i].name);
    return false;
  }
  return true;
}

static sqlite3_stmt *select_new(RsDatabase *database, const RsTable *table, const char *const *where, GError **error) {
  g_autoptr(GString) sql = g_string_new("SELECT ");
  for (unsigned i = 0; i < table->n_columns; i++) g_string_append_printf(sql, "%s\"%s\"", i ? "," : "", table->column[i].name);
  g_string_append_printf(sql, " FROM \"%s\"", table->name);
  for (size_t i = 0; where != NULL && where[i] != NULL; i += 2)
    g_string_append_printf(sql, " %s \"%s\" = ?%zu", i ? "AND" : "WHERE", where[i], i / 2 + 1);
  if (table == &rs_table[RS_TABLE_RING]) g_string_append(sql, " ORDER BY \"rank\"");
  sqlite3_stmt *select = NULL;
  if (sqlite3_prepare_v2(database->db, sql->str, (int)sql->len, &select, NULL) != SQLITE_OK) {
    if (sqlite3_errcode(database->db) == SQLITE_NOMEM) return unusable(database, error), NULL;
    g_set_error(error, RS_ERROR, RS_ERROR_INPUT, _("%s: %s: the case was made by another version of ringscope: run analyze again"), database->path,
                sqlite3_errmsg(database->db)); /* a table or column that is not there */
    return NULL;
  }
  bool bound = true;
  for (size_t i = 0; where != NULL && where[i] != NULL; i += 2)
    bound &= sqlite3_bind_text(select, (int)(i / 2 + 1), where[i + 1], -1, SQLITE_TRANSIENT) == SQLITE_OK;
  if (bound) return select;
  unusable(database, error);
  sqlite3_finalize(select);
  return NULL;
}

bool rs_sqlite_walk(RsDatabase *database, const RsTable *table, const char *const *where, RsRowFunc row, void *data, GError **error) {
  RsCell cell[RS_MAX_COLUMNS];
  sqlite3_stmt *select = select_new(database, table, where, error);
  if (select == NULL) return false;
  int step;
  bool good = true;
  while (good && (step = sqlite3_step(select)) == SQLITE_ROW) {
    good = row_read(database, select, table, cell, error);
    if (good) row(table, cell, data);
  }
  if (good && step != SQLITE_DONE) good = unusable(database, error);
  sqlite3_finalize(select);
  return good;
}
