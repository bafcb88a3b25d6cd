/* Any bytes as a case's database: every table of it is walked. */
#include "exporters/sqlite.h"
#include "fuzz/fuzz_file.h"

#include <glib/gstdio.h>
#include <math.h>
#include <string.h>

static void row(const RsTable *table, const RsCell *cell, void *data) {
  for (unsigned i = 0; i < table->n_columns; i++) {
    g_assert_nonnull(cell[i].text);
    g_assert_true(isfinite(cell[i].number) || isnan(cell[i].number));
    *(size_t *)data += strlen(cell[i].text);
  }
}

/* SQLite wants a file of its own: a link into /proc is none for it. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  static char *path;
  size_t length = 0;
  if (path == NULL) {
    g_autofree char *folder = g_dir_make_tmp("ringscope-XXXXXX", NULL);
    path = g_build_filename(folder, "case.db", NULL);
  }
  if (size > 100000 || !g_file_set_contents_full(path, (const char *)data, (gssize)size, G_FILE_SET_CONTENTS_NONE, 0600, NULL)) return 0;
  g_autoptr(RsDatabase) database = rs_sqlite_open(path, NULL);
  for (unsigned i = 0; database != NULL && i < RS_N_TABLES; i++) {
    const char *const where[] = {"ring_id", "R0001", NULL};
    rs_sqlite_walk(database, &rs_table[i], NULL, row, &length, NULL);
    if (rs_table[i].n_columns > 0 && strcmp(rs_table[i].column[0].name, "ring_id") == 0) rs_sqlite_walk(database, &rs_table[i], where, row, &length, NULL);
  }
  return 0;
}
