/* Any bytes as an .ini mapping; without a line break in them as a header: neither may read outside, and a proposal must be a mapping's text. */
#include "claims/mapping.h"

#include <stdint.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void header(const char *const *fields, size_t n) {
  rs_mapping_free(rs_mapping_choose(RS_TABLE_CLAIMS, fields, n, "fuzz.csv", NULL));
  const char *const *rows[1] = {fields};
  g_autofree char *proposal = rs_mapping_propose("fuzz.csv", fields, n, rows, 1);
  g_autoptr(GKeyFile) file = g_key_file_new();
  g_assert_true(g_key_file_load_from_data(file, proposal, strlen(proposal), G_KEY_FILE_NONE, NULL));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  g_autofree char *text = g_strndup((const char *)data, size);
  g_auto(GStrv) fields = g_strsplit(text, ",", 50);
  const size_t n = g_strv_length(fields);
  int column[RS_N_COLUMNS];
  if (memchr(data, '\n', size) == NULL) {
    header((const char *const *)fields, n);
    return 0;
  }
  g_autoptr(RsMapping) parsed = rs_mapping_parse("fuzz.ini", (const char *)data, size, NULL);
  if (parsed != NULL) rs_mapping_match(parsed, RS_TABLE_CLAIMS, (const char *const *)fields, n, column);
  return 0;
}
