#include "base/error.h"
#include "exporters/case_log.h"
#include "exporters/checksum.h"
#include "exporters/small_case.h"
#include "exporters/xml_check.h"
#include "rs_test.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

/* Not inlined: gcc 12 then takes the text for a dangling pointer. */
__attribute__((noinline)) static char *read_file(const char *folder, const char *name, gsize *length) {
  g_autofree char *path = g_build_filename(folder, name, NULL);
  char *text = NULL;
  if (!g_file_get_contents(path, &text, length, NULL)) fail_msg("%s cannot be read", path);
  return text;
}

static void write_case(const SmallCase *small, const char *folder, char digest[65]) {
  GError *error = NULL;
  RsCaseLock *lock = rs_case_lock(folder, &error);
  rs_assert_no_error(error);
  rs_case_write(&small->c, folder, digest, &error);
  rs_assert_no_error(error);
  rs_case_unlock(lock);
}

static void use_key(SmallCase *small, const char *folder) {
  g_autofree char *key = small_key_file(folder);
  rs_mask_free((RsMask *)small->c.mask);
  small->c.mask = rs_mask_new(key, NULL);
  assert_non_null(small->c.mask);
}

/* RS_UPDATE_GOLDEN=1 rewrites the golden files instead of comparing. */
static void assert_golden(const char *folder, const char *name, const char *golden_folder) {
  gsize length, golden_length = 0;
  g_autofree char *text = read_file(folder, name, &length);
  g_autofree char *golden_path = g_build_filename("tests/golden", golden_folder, name, NULL);
  g_autofree char *golden = NULL;
  if (g_getenv("RS_UPDATE_GOLDEN") != NULL) {
    g_autofree char *parent = g_path_get_dirname(golden_path);
    g_mkdir_with_parents(parent, 0755);
    assert_true(g_file_set_contents(golden_path, text, (gssize)length, NULL));
    return;
  }
  g_file_get_contents(golden_path, &golden, &golden_length, NULL);
  if (golden == NULL || length != golden_length || memcmp(text, golden, length) != 0)
    fail_msg("%s is not %s; it reads:\n%s", name, golden_path, text);
}

static const char *const csv_files[] = {"rings.csv", "members.csv", "facts.csv", "evidence.csv", "institutions.csv", "rejects.csv", "rules.csv"};

static void small_case_reads_as_the_golden_files(void **state) {
  (void)state;
  g_autoptr(SmallCase) small = small_case_golden();
  char *folder = small_folder_new(), digest[65];
  g_autofree char *path = g_build_filename(folder, "case", NULL);
  write_case(small, path, digest);
  for (size_t i = 0; i < G_N_ELEMENTS(csv_files); i++) assert_golden(path, csv_files[i], "case");
  assert_golden(path, "reconciliation.json", "case");
  assert_golden(path, "graph.graphml", "case");
  assert_golden(path, "rings/R0001.graphml", "case");
  use_key(small, folder);
  write_case(small, path, digest);
  assert_golden(path, "members.csv", "masked");
  assert_golden(path, "evidence.csv", "masked");
  assert_golden(path, "rejects.csv", "masked");
  assert_golden(path, "rings/R0002.graphml", "masked");
  assert_golden(folder, "case.ids", "masked");
  small_folder_remove(folder);
}

static void digest_does_not_depend_on_mask_or_threads(void **state) {
  (void)state;
  g_autoptr(SmallCase) small = small_case_golden();
  char *folder = small_folder_new(), clear[65], masked[65], threaded[65];
  g_autofree char *path = g_build_filename(folder, "case", NULL);
  write_case(small, path, clear);
  use_key(small, folder);
  write_case(small, path, masked);
  small->c.n_threads = 4;
  write_case(small, path, threaded);
  assert_string_equal(clear, masked);
  assert_string_equal(clear, threaded);
  small->rings->rings[0].facts[0].points++;
  write_case(small, path, masked);
  assert_string_not_equal(clear, masked);
  small_folder_remove(folder);
}

/* The digest can be made again with sha256sum from an unmasked case. */
static void digest_is_the_checksum_of_six_checksums(void **state) {
  (void)state;
  static const char *const name[] = {"rings.csv", "members.csv", "facts.csv", "graph.graphml"};
  g_autoptr(SmallCase) small = small_case_golden();
  char *folder = small_folder_new(), digest[65], hex[65];
  g_autofree char *path = g_build_filename(folder, "case", NULL);
  g_autoptr(GString) lines = g_string_new(NULL), evidence = g_string_new(NULL);
  gsize length;
  write_case(small, path, digest);
  for (size_t i = 0; i < G_N_ELEMENTS(name); i++) {
    g_autofree char *text = read_file(path, name[i], &length);
    rs_checksum_bytes(text, length, hex);
    g_string_append_printf(lines, "%s  %s\n", hex, name[i]);
  }
  g_autofree char *text = read_file(path, "evidence.csv", &length);
  g_auto(GStrv) rows = g_strsplit(text, "\n", -1);
  for (size_t i = 0; rows[i] != NULL && *rows[i] != '\0'; i++) {
    g_auto(GStrv) cell = g_strsplit(rows[i], ",", 4); /* ring_id, file, line, the rest: none is quoted here */
    g_string_append_printf(evidence, "%s,%s\n", cell[0], cell[3]);
  }
  rs_checksum_bytes(evidence->str, evidence->len, hex);
  g_string_append_printf(lines, "%s  evidence.csv\n", hex);
  const RsKnowledge *k = small->knowledge;
  g_autofree char *used = g_strdup_printf(
      "rows,amount,lines,visits,persons,institutions,doctors,drugs\n%" G_GUINT64_FORMAT ",%" G_GINT64_FORMAT ".%02u,%u,%u,%u,%u,%u,%u\n", small->report->rows[RS_PLACE_USED],
      small->report->amount[RS_PLACE_USED] / 100, (unsigned)(small->report->amount[RS_PLACE_USED] % 100), (unsigned)small->claims->n_lines,
      small->claims->n_visits, rs_knowledge_count(k, RS_PERSON), rs_knowledge_count(k, RS_INSTITUTION), rs_knowledge_count(k, RS_DOCTOR),
      rs_knowledge_count(k, RS_DRUG));
  rs_checksum_bytes(used, strlen(used), hex);
  g_string_append_printf(lines, "%s  used\n", hex);
  rs_checksum_bytes(lines->str, lines->len, hex);
  assert_string_equal(hex, digest);
  small_folder_remove(folder);
}

static void two_cases_without_leads_differ_by_their_claims(void **state) {
  (void)state;
  static const RsReferenceLine one[] = {{.person = "P1", .institution = "I1", .time = "2025-03-01 10:00", .amount = 100}},
                               other[] = {{.person = "P1", .institution = "I1", .time = "2025-03-01 10:00", .amount = 101}};
  char digest[3][65];
  const RsReferenceLine *const line[] = {one, other, one};
  for (int i = 0; i < 3; i++) {
    g_autoptr(SmallCase) small = small_case_new(line[i], 1, NULL, 0);
    g_autoptr(RsMask) clear = rs_mask_clear();
    g_autoptr(GError) error = NULL;
    RsCase c = small->c;
    c.mask = clear;
    assert_true(rs_case_digest(&c, digest[i], &error));
  }
  assert_string_not_equal(digest[0], digest[1]);
  assert_string_equal(digest[0], digest[2]);
}

static void every_file_but_the_log_repeats_byte_for_byte(void **state) {
  (void)state;
  static const char *const name[] = {"rings.csv", "members.csv", "facts.csv", "evidence.csv", "institutions.csv", "rejects.csv", "rules.csv",
                                     "reconciliation.json", "case.db", "graph.graphml", "rings/R0001.graphml", "manifest.json"};
  g_autoptr(SmallCase) small = small_case_golden();
  char *folder = small_folder_new(), digest[65];
  g_autofree char *one = g_build_filename(folder, "one", NULL), *two = g_build_filename(folder, "two", NULL);
  use_key(small, folder);
  write_case(small, one, digest);
  small->c.n_threads = 3;
  write_case(small, two, digest);
  for (size_t i = 0; i < G_N_ELEMENTS(name); i++) {
    gsize n_one, n_two;
    g_autofree char *a = read_file(one, name[i], &n_one), *b = read_file(two, name[i], &n_two);
    if (n_one != n_two || memcmp(a, b, n_one) != 0) fail_msg("%s differs", name[i]);
  }
  small_folder_remove(folder);
}

static bool token_byte(char c) { return g_ascii_isalnum(c) || c == '_' || c == '-' || (unsigned char)c >= 0x80; }

/* The token between bytes that could not belong to an id. */
static bool has_token(const char *bytes, size_t length, const char *token) {
  const size_t n = strlen(token);
  for (const char *at = bytes; (at = memmem(at, length - (size_t)(at - bytes), token, n)) != NULL; at++) {
    const bool before = at > bytes && token_byte(at[-1]);
    const bool after = at + n < bytes + length && token_byte(at[n]);
    if (!before && !after) return true;
  }
  return false;
}

static void search_folder(const char *folder, const char *const *token, size_t n, unsigned *n_files) {
  g_autoptr(GDir) dir = g_dir_open(folder, 0, NULL);
  for (const char *name; (name = g_dir_read_name(dir)) != NULL;) {
    g_autofree char *path = g_build_filename(folder, name, NULL);
    if (g_file_test(path, G_FILE_TEST_IS_DIR)) {
      search_folder(path, token, n, n_files);
      continue;
    }
    gsize length;
    g_autofree char *bytes = read_file(folder, name, &length);
    ++*n_files;
    for (size_t i = 0; i < n; i++)
      if (has_token(bytes, length, token[i])) fail_msg("%s holds '%s'", path, token[i]);
  }
}

static void masked_case_holds_no_clear_id(void **state) {
  (void)state;
  static const char *const token[] = {"P1", "P2", "P3", "330106194912310023", "CLM-000002", "STL-00001", "Zhang", "P9"};
  g_autoptr(SmallCase) small = small_case_golden();
  char *folder = small_folder_new(), digest[65];
  g_autofree char *path = g_build_filename(folder, "case", NULL);
  unsigned n_files = 0;
  gsize length;
  use_key(small, folder);
  write_case(small, path, digest);
  search_folder(path, token, G_N_ELEMENTS(token), &n_files);
  assert_int_equal(n_files, 18);
  g_autofree char *map = read_file(folder, "case.ids", &length); /* the map does hold them: the search can find */
  assert_true(has_token(map, length, "330106194912310023") && has_token(map, length, "CLM-000002"));
  small_folder_remove(folder);
}

static unsigned mode_of(const char *folder, const char *name) {
  struct stat status;
  g_autofree char *path = g_build_filename(folder, name, NULL);
  if (stat(path, &status) != 0) fail_msg("%s is missing", path);
  return status.st_mode & 0777;
}

static void folder_key_and_map_are_private(void **state) {
  (void)state;
  g_autoptr(SmallCase) small = small_case_golden();
  char *folder = small_folder_new(), digest[65];
  g_autofree char *path = g_build_filename(folder, "case", NULL);
  use_key(small, folder);
  write_case(small, path, digest);
  assert_int_equal(mode_of(folder, "case"), 0700);
  assert_int_equal(mode_of(folder, "case.key"), 0600);
  assert_int_equal(mode_of(folder, "case.ids"), 0600);
  assert_int_equal(mode_of(folder, "case/rings.csv") & 077, 0);
  assert_int_equal(mode_of(folder, "case/case.db") & 077, 0);
  small_folder_remove(folder);
}

static void log_is_carried_over_and_its_chain_holds(void **state) {
  (void)state;
  g_autoptr(SmallCase) small = small_case_golden();
  char *folder = small_folder_new(), digest[65];
  g_autofree char *path = g_build_filename(folder, "case", NULL), *log = g_build_filename(path, "log.jsonl", NULL);
  g_autoptr(GError) error = NULL;
  gsize length;
  for (int i = 0; i < 3; i++) write_case(small, path, digest);
  RsLogState log_state;
  g_autofree char *text = read_file(path, "log.jsonl", &length);
  assert_true(rs_case_log_holds(text, length, log, &log_state, &error));
  rs_assert_no_error(error);
  assert_int_equal(log_state.n, 3);
  unsigned n_lines = 0;
  for (gsize i = 0; i < length; i++) n_lines += text[i] == '\n';
  assert_int_equal(n_lines, 3);
  assert_non_null(strstr(text, "\"seq\":3"));
  const gsize second = (gsize)(strstr(text, "\"seq\":2") - text);
  text[second + 6] = '7';
  assert_false(rs_case_log_holds(text, length, log, &log_state, &error));
  assert_non_null(strstr(error->message, "log.jsonl:2:"));
  small_folder_remove(folder);
}

static void every_graph_reads_back_by_the_rules(void **state) {
  (void)state;
  SmallCase *cases[] = {small_case_golden(), small_case_hostile(), small_case_new(NULL, 0, NULL, 0)};
  for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
    char *folder = small_folder_new(), digest[65];
    g_autofree char *path = g_build_filename(folder, "case", NULL), *graph = g_build_filename(path, "graph.graphml", NULL);
    g_autoptr(GError) error = NULL;
    write_case(cases[i], path, digest);
    rs_xml_check_graphml(graph, NULL, NULL, NULL, &error);
    rs_assert_no_error(error);
    for (uint32_t r = 0; r < cases[i]->rings->n_rings; r++) {
      g_autofree char *ring = g_strdup_printf("%s/rings/R%04u.graphml", path, r + 1);
      RsXmlFacts facts;
      rs_xml_check_graphml(ring, NULL, NULL, &facts, &error);
      rs_assert_no_error(error);
      assert_true(facts.n_nodes >= cases[i]->rings->rings[r].n_members && facts.n_edges > 0);
    }
    small_case_free(cases[i]);
    small_folder_remove(folder);
  }
}

static void manifest_counts_what_exporting_altered(void **state) {
  (void)state;
  g_autoptr(SmallCase) small = small_case_hostile();
  char *folder = small_folder_new(), digest[65];
  g_autofree char *path = g_build_filename(folder, "case", NULL);
  gsize length;
  write_case(small, path, digest);
  g_autofree char *text = read_file(path, "manifest.json", &length);
  assert_null(strstr(text, "\"characters_replaced\": 0,"));
  assert_null(strstr(text, "\"gephi_will_alter\": 0"));
  small_folder_remove(folder);
}

static void texts_are_chinese_when_asked_and_columns_are_not(void **state) {
  (void)state;
  g_autoptr(SmallCase) small = small_case_golden();
  char *folder = small_folder_new(), digest[65];
  g_autofree char *path = g_build_filename(folder, "case", NULL);
  gsize length;
  small->c.text_language = RS_LANG_ZH;
  write_case(small, path, digest);
  g_autofree char *facts = read_file(path, "facts.csv", &length), *rings = read_file(path, "rings.csv", &length),
                  *graph = read_file(path, "graph.graphml", &length), *manifest = read_file(path, "manifest.json", &length);
  assert_true(g_str_has_prefix(facts, "ring_id,fact,value,expected,p_value,points,kind,text\n"));
  assert_non_null(strstr(facts, "依据 \"\"bursts\"\", 31 分"));
  assert_non_null(strstr(rings, "3 人, 2 家机构"));
  assert_non_null(strstr(graph, "<data key=\"e_label\">5 条明细</data>"));
  assert_non_null(strstr(manifest, "就诊次数过多"));
  small_folder_remove(folder);
}

static void place_that_cannot_be_written_is_named_and_nothing_is_left(void **state) {
  (void)state;
  g_autoptr(SmallCase) small = small_case_golden();
  char *folder = small_folder_new(), digest[65];
  g_autofree char *file = g_build_filename(folder, "file", NULL);
  assert_true(g_file_set_contents(file, "x", 1, NULL));
  const char *const place[] = {"file/case", "missing/case", "file"};
  const int code[] = {RS_ERROR_IO, RS_ERROR_IO, RS_ERROR_USAGE};
  for (size_t i = 0; i < G_N_ELEMENTS(place); i++) {
    g_autofree char *path = g_build_filename(folder, place[i], NULL);
    g_autoptr(GError) error = NULL;
    g_autoptr(GError) lock_error = NULL;
    assert_false(rs_case_write(&small->c, path, digest, &error));
    assert_null(rs_case_lock(path, &lock_error));
    assert_true(error->domain == RS_ERROR && lock_error->domain == RS_ERROR);
    assert_int_equal(lock_error->code, code[i]);
    assert_non_null(strstr(error->message, place[i]));
  }
  g_autoptr(GDir) dir = g_dir_open(folder, 0, NULL);
  assert_string_equal(g_dir_read_name(dir), "file");
  assert_null(g_dir_read_name(dir));
  small_folder_remove(folder);
}

static void rejects_alone_are_written_beside(void **state) {
  (void)state;
  g_autoptr(SmallCase) small = small_case_golden();
  char *folder = small_folder_new();
  g_autofree char *path = g_build_filename(folder, "case/", NULL);
  GError *error = NULL;
  gsize length;
  rs_case_write_rejects(small->report, small->c.mask, small->c.text_language, path, &error);
  rs_assert_no_error(error);
  g_autofree char *text = read_file(folder, "case.rejects.csv", &length);
  assert_string_equal(text, "file,line,reason,raw\nclaims.csv,17,number: amount '12x' is not a number,"
                            "\"P9,I1,\xEF\xBF\xBD\xEF\xBF\xBD,12x\"\n");
  small_folder_remove(folder);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(small_case_reads_as_the_golden_files),
      cmocka_unit_test(digest_does_not_depend_on_mask_or_threads),
      cmocka_unit_test(two_cases_without_leads_differ_by_their_claims),
      cmocka_unit_test(digest_is_the_checksum_of_six_checksums),
      cmocka_unit_test(every_file_but_the_log_repeats_byte_for_byte),
      cmocka_unit_test(masked_case_holds_no_clear_id),
      cmocka_unit_test(folder_key_and_map_are_private),
      cmocka_unit_test(log_is_carried_over_and_its_chain_holds),
      cmocka_unit_test(every_graph_reads_back_by_the_rules),
      cmocka_unit_test(manifest_counts_what_exporting_altered),
      cmocka_unit_test(texts_are_chinese_when_asked_and_columns_are_not),
      cmocka_unit_test(place_that_cannot_be_written_is_named_and_nothing_is_left),
      cmocka_unit_test(rejects_alone_are_written_beside),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
