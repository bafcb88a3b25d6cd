/* Every format of the table, on a case made by hand and on one whose texts hurt; then the readers people use, by tests/readers. */
#include "base/error.h"
#include "exporters/exporter.h"
#include "exporters/gexf.h"
#include "exporters/small_case.h"
#include "exporters/xml_check.h"
#include "rs_test.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>

static RsCaseRead *case_open(SmallCase *small, const char *folder, const char *name) {
  g_autofree char *path = g_build_filename(folder, name, NULL);
  g_autoptr(GError) error = NULL;
  char digest[65];
  rs_case_write(&small->c, path, digest, &error);
  rs_assert_no_error(error);
  RsCaseRead *read = rs_case_read_new(path, NULL, &error);
  rs_assert_no_error(error);
  return read;
}

static void use_key(SmallCase *small, const char *folder) {
  g_autofree char *key = small_key_file(folder);
  rs_mask_free((RsMask *)small->c.mask);
  small->c.mask = rs_mask_new(key, NULL);
}

static bool export_to(const RsCaseRead *read, const RsExporter *exporter, const char *ring_id, uint32_t top, const char *path,
                      GError **error) {
  g_autoptr(RsPicture) picture = rs_picture_from_case(read, ring_id, error);
  if (picture == NULL) return false;
  if (top > 0) rs_picture_keep(picture, top);
  const RsExport what = {.read = read, .ring_id = ring_id, .picture = picture, .whole = top == 0, .language = RS_LANG_EN};
  return rs_exporter_run(exporter, &what, path, error);
}

static void export_all(const RsCaseRead *read, const char *folder, const char *name, const char *ring_id, uint32_t top) {
  for (size_t i = 0; i < RS_N_EXPORTERS; i++) {
    const RsExporter *exporter = &rs_exporter[i];
    const char *suffix = strcmp(exporter->name, "i2") == 0 ? ".i2.csv"
                         : *exporter->suffix != '\0'       ? exporter->suffix
                                                           : exporter->name;
    g_autofree char *path = g_strdup_printf("%s/%s%s%s", folder, name, *suffix == '.' ? "" : ".", suffix);
    g_autoptr(GError) error = NULL;
    export_to(read, exporter, ring_id, top, path, &error);
    rs_assert_no_error(error);
  }
  g_autofree char *graphml = g_strdup_printf("%s/%s.graphml", folder, name), *gexf = g_strdup_printf("%s/%s.gexf", folder, name);
  g_autoptr(GError) error = NULL;
  rs_xml_check_graphml(graphml, NULL, NULL, NULL, &error);
  rs_assert_no_error(error);
  rs_gexf_check(gexf, NULL, &error);
  rs_assert_no_error(error);
}

/* The exit code; 77: the program is not there, or says that a reader is missing. */
static int run(const char *const *arguments, char **printed) {
  int status = 0;
  if (!g_spawn_sync(NULL, (char **)arguments, NULL, G_SPAWN_SEARCH_PATH, NULL, NULL, printed, NULL, &status, NULL)) return 77;
  return WIFEXITED(status) ? WEXITSTATUS(status) : 1;
}

static void says(int code, const char *what, const char *printed) {
  if (code == 77)
    print_message("%s not tried: %s\n", what, printed == NULL ? "no such program" : printed);
  else if (code != 0)
    fail_msg("%s: %s", what, printed);
}

/* graphology comes from the npm registry, into a folder that check.sh or the user names; without it this part is skipped with a notice. */
static int graphology_run(const char *folder, char **printed) {
  const char *modules = g_getenv("RS_NODE_MODULES");
  const char *const arguments[] = {"node", "tests/readers/read_graphology.cjs", folder,
                                   modules == NULL ? "build/readers" : modules, NULL};
  return run(arguments, printed);
}

/* A drug whose name has 10 MB: readers refuse texts of that length, so it is cut, and the manifest counts it. */
static SmallCase *case_with_a_long_name(char **name) {
  GString *text = g_string_new("=");
  while (text->len < (10u << 20)) g_string_append(text, "药<&>]]>");
  *name = g_string_free(text, FALSE);
  const RsReferenceLine line[] = {
      {.person = "P1", .institution = "I1", .time = "2025-03-04 19:38:00", .drug = "M1", .drug_name = *name, .amount = 1},
      {.person = "P2", .institution = "I1", .time = "2025-03-04 19:39:00", .drug = "M1", .drug_name = *name, .amount = 2}};
  static const SmallRing ring = {RS_BATCH, 36, {"person:P1", "person:P2", "drug:M1"}};
  return small_case_new(line, G_N_ELEMENTS(line), &ring, 1);
}

static void readers_see_the_same_in_every_format(void **state) {
  (void)state;
  char *folder = small_folder_new();
  const char *kept = g_getenv("RS_EXPORTS_FOLDER"); /* of tests/readers/gephi/run.sh, which lets Gephi read the same files */
  g_autofree char *files = kept != NULL ? g_strdup(kept) : g_build_filename(folder, "files", NULL), *printed = NULL, *seen = NULL;
  g_mkdir_with_parents(files, 0700);
  g_autoptr(SmallCase) golden = small_case_golden(), hostile = small_case_hostile(), masked = small_case_golden();
  use_key(masked, folder);
  g_autoptr(RsCaseRead) golden_read = case_open(golden, folder, "golden"), hostile_read = case_open(hostile, folder, "hostile"),
                        masked_read = case_open(masked, folder, "masked");
  export_all(golden_read, files, "golden", NULL, 0);
  export_all(golden_read, files, "golden_R0002", "R0002", 0);
  export_all(golden_read, files, "golden_top", NULL, 5);
  export_all(hostile_read, files, "hostile", NULL, 0);
  export_all(hostile_read, files, "hostile_R0001", "R0001", 0);
  export_all(masked_read, files, "masked", NULL, 0);
  g_autofree char *name = NULL, *manifest = g_build_filename(folder, "long", "manifest.json", NULL), *said = NULL;
  g_autoptr(SmallCase) named = case_with_a_long_name(&name);
  g_autoptr(RsCaseRead) named_read = case_open(named, folder, "long");
  export_all(named_read, files, "long", NULL, 0);
  assert_true(g_file_get_contents(manifest, &said, NULL, NULL));
  assert_non_null(strstr(said, "\"texts_cut\": 2")); /* in the whole and in the ring */
  const char *const python[] = {"/usr/bin/python3", "tests/readers/read_exports.py", files, NULL};
  const int code = run(python, &printed), graphology = code == 0 ? graphology_run(files, &seen) : 77;
  small_folder_remove(folder);
  says(code, "networkx, sqlite3, openpyxl", printed);
  says(graphology, "graphology", seen);
  if (code == 77) skip();
}

static void masked_export_holds_no_clear_person(void **state) {
  (void)state;
  char *folder = small_folder_new();
  g_autoptr(SmallCase) masked = small_case_golden();
  use_key(masked, folder);
  g_autoptr(RsCaseRead) read = case_open(masked, folder, "case");
  static const char *const plain[] = {"graphml", "gexf", "i2"};
  for (size_t i = 0; i < G_N_ELEMENTS(plain); i++) {
    g_autofree char *path = g_strdup_printf("%s/out.%s", folder, plain[i]), *text = NULL;
    g_autoptr(GError) error = NULL;
    export_to(read, rs_exporter_find(plain[i]), NULL, 0, path, &error);
    rs_assert_no_error(error);
    assert_true(g_file_get_contents(path, &text, NULL, NULL));
    assert_null(strstr(text, "330106194912310023"));
    assert_null(strstr(text, "Zhang San"));
    assert_non_null(strstr(text, "p:"));
  }
  small_folder_remove(folder);
}

static void two_exports_have_the_same_bytes(void **state) {
  (void)state;
  char *folder = small_folder_new();
  g_autoptr(SmallCase) golden = small_case_golden();
  g_autoptr(RsCaseRead) read = case_open(golden, folder, "case");
  for (size_t i = 0; i < RS_N_EXPORTERS; i++) {
    if (*rs_exporter[i].suffix == '\0') continue;
    char *text[2] = {NULL, NULL};
    gsize length[2];
    for (int n = 0; n < 2; n++) {
      g_autofree char *path = g_strdup_printf("%s/%d%s", folder, n, rs_exporter[i].suffix);
      g_autoptr(GError) error = NULL;
      export_to(read, &rs_exporter[i], NULL, 0, path, &error);
      rs_assert_no_error(error);
      assert_true(g_file_get_contents(path, &text[n], &length[n], NULL));
      if (n == 0) g_usleep(1100000); /* a time of day in seconds would differ */
    }
    assert_int_equal(length[0], length[1]);
    assert_memory_equal(text[0], text[1], length[0]);
    g_free(text[0]);
    g_free(text[1]);
  }
  small_folder_remove(folder);
}

static void full_disk_is_an_error_and_leaves_nothing(void **state) {
  (void)state;
  char *folder = small_folder_new();
  g_autoptr(SmallCase) golden = small_case_golden();
  g_autoptr(RsCaseRead) read = case_open(golden, folder, "case");
  for (size_t i = 0; i < RS_N_EXPORTERS; i++) {
    const char *const place[] = {"/dev/full", "/nonexistent/place"};
    for (size_t p = 0; p < G_N_ELEMENTS(place); p++) {
      g_autoptr(GError) error = NULL;
      assert_false(export_to(read, &rs_exporter[i], NULL, 0, place[p], &error));
      assert_true(g_error_matches(error, RS_ERROR, RS_ERROR_IO) || g_error_matches(error, RS_ERROR, RS_ERROR_USAGE));
      assert_non_null(strstr(error->message, place[p]));
    }
  }
  small_folder_remove(folder);
}

static void folder_with_something_in_it_is_left_alone(void **state) {
  (void)state;
  char *folder = small_folder_new();
  g_autofree char *place = g_build_filename(folder, "out", NULL), *mine = g_build_filename(place, "nodes.csv", NULL),
                  *text = NULL;
  g_autoptr(SmallCase) golden = small_case_golden();
  g_autoptr(RsCaseRead) read = case_open(golden, folder, "case");
  g_autoptr(GError) error = NULL;
  assert_int_equal(mkdir(place, 0700), 0);
  export_to(read, rs_exporter_find("csv"), NULL, 0, place, &error); /* an empty one is taken */
  rs_assert_no_error(error);
  assert_true(g_file_set_contents(mine, "mine", -1, NULL));
  assert_false(export_to(read, rs_exporter_find("csv"), NULL, 0, place, &error));
  assert_true(g_error_matches(error, RS_ERROR, RS_ERROR_USAGE));
  assert_true(g_file_get_contents(mine, &text, NULL, NULL));
  assert_string_equal(text, "mine");
  small_folder_remove(folder);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(readers_see_the_same_in_every_format),      cmocka_unit_test(masked_export_holds_no_clear_person),
      cmocka_unit_test(two_exports_have_the_same_bytes),           cmocka_unit_test(full_disk_is_an_error_and_leaves_nothing),
      cmocka_unit_test(folder_with_something_in_it_is_left_alone),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
