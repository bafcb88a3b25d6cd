/* Any bytes as an .ini mapping, and as a header: neither may read outside, and a proposal must be a mapping's text. */
#include "claims/mapping.h"

#include <stdint.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  g_autoptr(RsMapping) parsed = rs_mapping_parse("fuzz.ini", (const char *)data, size, NULL);
  g_autofree char *text = g_strndup((const char *)data, size);
  g_auto(GStrv) fields = g_strsplit(text, ",", 50);
  size_t n = g_strv_length(fields);
  int column[RS_N_COLUMNS];
  if (parsed != NULL) rs_mapping_match(parsed, RS_TABLE_CLAIMS, (const char *const *)fields, n, column);
  rs_mapping_free(rs_mapping_choose(RS_TABLE_CLAIMS, (const char *const *)fields, n, "fuzz.csv", NULL));
  const char *const *rows[1] = {(const char *const *)fields};
  g_autofree char *proposal = rs_mapping_propose("fuzz.csv", (const char *const *)fields, n, rows, 1);
  g_autoptr(GKeyFile) file = g_key_file_new();
  g_assert_true(g_key_file_load_from_data(file, proposal, strlen(proposal), G_KEY_FILE_NONE, NULL));
  return 0;
}
