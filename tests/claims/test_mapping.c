#include "rs_test.h"

#include "base/error.h"
#include "claims/mapping.h"

#include <glib/gstdio.h>
#include <string.h>

#define FIELDS(...) ((const char *const[]){__VA_ARGS__}), G_N_ELEMENTS(((const char *const[]){__VA_ARGS__}))

static void names_are_compared_without_case_space_width_and_marks(void **state) {
  (void)state;
  static const struct { const char *text, *folded; } cases[] = {
    {"", ""},
    {"Person_ID", "person_id"},
    {"  person_id \t", "person_id"},
    {"\xEF\xBB\xBFperson_id", "person_id"},
    {"人员编号（主）", "人员编号(主)"},
    {"【人员】", "[人员]"},
    {"ＰＳＮ＿ＮＯ", "psn_no"},
    {"\xE3\x80\x80结算ID\xE3\x80\x80", "结算id"},
    {"bad\xFFname", "bad\xEF\xBF\xBDname"},
  };
  for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
    g_autofree char *folded = rs_mapping_fold(cases[i].text);
    assert_string_equal(folded, cases[i].folded);
  }
}

static void distance_counts_single_edits_and_swaps(void **state) {
  (void)state;
  static const struct { const char *a, *b; unsigned distance; } cases[] = {
    {"", "", 0}, {"", "abc", 3}, {"abc", "", 3}, {"abc", "abc", 0}, {"abc", "acb", 1}, {"nsha", "nhsa", 1},
    {"crossregon", "crossregion", 1}, {"kitten", "sitting", 3}, {"人员编号", "人员编码", 1}, {"ca", "abc", 3},
  };
  for (size_t i = 0; i < G_N_ELEMENTS(cases); i++)
    assert_int_equal(rs_mapping_distance(cases[i].a, cases[i].b), cases[i].distance);
  g_autofree char *endless = g_strnfill(100000, 'x');
  assert_int_equal(rs_mapping_distance(endless, "x"), 63); /* compared by beginnings, within fixed rows */
}

static void header_chooses_the_mapping(void **state) {
  (void)state;
  static const struct { const char *header, *mapping; } cases[] = {
    {"person_id,institution_id,time", "ringscope"},
    {"claim_id,person_id,institution_id,time,drug_code,amount", "ringscope"},
    {"bkkp_sn,setl_id,mdtrt_id,psn_no,insu_admdvs,fixmedins_code,fix_blng_admdvs,bilg_dr_code,fee_ocur_time,med_list_codg,"
     "medins_list_name,med_chrgitm_type,cnt,pric,det_item_fee_sumamt", "nhsa"},
    {"费用明细流水号,结算ID,人员编号,定点医药机构编号,费用发生时间,明细项目费用总额", "nhsa"},
    {"人员编号,定点医药机构编号,结算时间", "nhsa"},
    {"claim_id,person,attending,operating,other,institution,claim_start,claim_end,amount,deductible,drg,procedure1,diagnosis1,"
     "person_region,institution_region,kind", "medicare"},
    {"BeneID,ClaimID,ClaimStartDt,ClaimEndDt,Provider,InscClaimAmtReimbursed,AttendingPhysician", "medicare"},
  };
  for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
    g_autoptr(GError) error = NULL;
    g_auto(GStrv) fields = g_strsplit(cases[i].header, ",", -1);
    g_autoptr(RsMapping) mapping =
      rs_mapping_choose(RS_TABLE_CLAIMS, (const char *const *)fields, g_strv_length(fields), "a.csv", &error);
    rs_assert_no_error(error);
    assert_string_equal(mapping->name, cases[i].mapping);
  }
}

static void platform_tables_are_read_by_their_own_times_and_totals(void **state) {
  (void)state;
  int column[RS_N_COLUMNS];
  g_autoptr(RsMapping) nhsa = rs_mapping_new("nhsa", NULL);
  static const char *const settlements[] = {"setl_id", "psn_no", "fixmedins_code", "begndate", "setl_time", "medfee_sumamt", "fund_pay_sumamt",
                                            "dise_no", "vali_flag", "chfpdr_code", "refd_setl_flag", "insu_admdvs", "fix_blng_admdvs"};
  for (int table = RS_TABLE_CLAIMS; table < RS_N_TABLE_KINDS; table++) { /* a file of settlements alone is read the same way */
    rs_mapping_match(nhsa, (RsTableKind)table, settlements, G_N_ELEMENTS(settlements), column);
    assert_int_equal(column[RS_COLUMN_SETTLEMENT], 0);
    assert_int_equal(column[RS_COLUMN_CLAIM_ID], 0);
    assert_int_equal(column[RS_COLUMN_TIME], 4);
    assert_int_equal(column[RS_COLUMN_AMOUNT], 5);
    assert_int_equal(column[RS_COLUMN_FUND], 6);
    assert_int_equal(column[RS_COLUMN_VALID_FLAG], 8);
    assert_int_equal(column[RS_COLUMN_REFUND_FLAG], 10);
    assert_int_equal(column[RS_COLUMN_VISIT_TIME], -1);
    assert_int_equal(column[RS_COLUMN_DRUG], -1);
  }
  /* A flat export repeats the settlement's money on each line: the line's own is taken, the settlement's never. */
  rs_mapping_match(nhsa, RS_TABLE_CLAIMS,
                   FIELDS("setl_id", "bkkp_sn", "setl_time", "fee_ocur_time", "medfee_sumamt", "fund_pay_sumamt", "det_item_fee_sumamt"), column);
  assert_int_equal(column[RS_COLUMN_CLAIM_ID], 1);
  assert_int_equal(column[RS_COLUMN_TIME], 3);
  assert_int_equal(column[RS_COLUMN_VISIT_TIME], 2);
  assert_int_equal(column[RS_COLUMN_AMOUNT], 6);
  assert_int_equal(column[RS_COLUMN_FUND], -1);
}

static void first_alias_in_the_mapping_wins_and_first_column_of_one_name(void **state) {
  (void)state;
  int column[RS_N_COLUMNS];
  g_autoptr(RsMapping) nhsa = rs_mapping_new("nhsa", NULL);
  rs_mapping_match(nhsa, RS_TABLE_CLAIMS, FIELDS("medins_list_codg", "MED_LIST_CODG", "psn_no", "Psn_No"), column);
  assert_int_equal(column[RS_COLUMN_DRUG], 1);
  assert_int_equal(column[RS_COLUMN_PERSON], 2);
}

static void missing_columns_are_named_with_what_was_found_and_a_guess(void **state) {
  (void)state;
  static const struct { const char *header; const char *parts[6]; } cases[] = {
    {"person_id,shop,day", {"a.csv: no column for institution_id and time; found: person_id, shop, day.", "institution_id=shop  time=day", "--map"}},
    {"C7,P1,13912345678,Ann Lee", {"no column for person_id and institution_id and time: the first line looks like a row of data"}},
    {"x,y", {"no column for person_id and institution_id and time", "found: x, y."}},
    {"persn_id,institution_id,time", {"no column for person_id; found", "person_id=persn_id"}},
    {"\x1b[31mred,b", {"found: ?[31mred, b."}},
    {"a,b,c,d,e,f,g,h,i,j,k,l,m,n", {"k, l and 2 more."}},
  };
  for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
    g_autoptr(GError) error = NULL;
    g_auto(GStrv) fields = g_strsplit(cases[i].header, ",", -1);
    assert_null(rs_mapping_choose(RS_TABLE_CLAIMS, (const char *const *)fields, g_strv_length(fields), "a.csv", &error));
    assert_true(g_error_matches(error, RS_ERROR, RS_ERROR_INPUT));
    for (size_t part = 0; cases[i].parts[part] != NULL; part++)
      if (strstr(error->message, cases[i].parts[part]) == NULL) fail_msg("'%s' is not in: %s", cases[i].parts[part], error->message);
  }
  g_autoptr(GError) error = NULL;
  int column[RS_N_COLUMNS];
  g_autoptr(RsMapping) nhsa = rs_mapping_new("nhsa", NULL);
  assert_false(rs_mapping_bind(nhsa, RS_TABLE_SETTLEMENTS, FIELDS("psn_no"), "s.csv", column, &error));
  assert_non_null(strstr(error->message, "s.csv: no column for settlement_id"));
  assert_null(rs_mapping_choose(RS_TABLE_CLAIMS, NULL, 0, "e.csv", NULL));
}

static void unusable_mappings_are_refused_with_a_reason(void **state) {
  (void)state;
  static const struct { const char *text; int code; const char *part; } cases[] = {
    {"", RS_ERROR_INPUT, "[columns] names no column for person_id"},
    {"rubbish", RS_ERROR_INPUT, "m.ini: not a mapping"},
    {"[columns]\nperson_id=a\ninstitution_id=b\n", RS_ERROR_INPUT, "names no column for time"},
    {"[columns]\npersn_id=a\n", RS_ERROR_INPUT, "[columns] has no key 'persn_id'; did you mean 'person_id'?"},
    {"[colums]\nperson_id=a\n", RS_ERROR_INPUT, "no group [colums]; did you mean 'columns'?"},
    {"[columns]\nperson_id=a\xFF\n", RS_ERROR_INPUT, "[columns] person_id: "},
    {"[columns]\nperson_id=;;\ninstitution_id=b\ntime=c\n", RS_ERROR_INPUT, "names no column for person_id"},
  };
  for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
    g_autoptr(GError) error = NULL;
    assert_null(rs_mapping_parse("m.ini", cases[i].text, strlen(cases[i].text), &error));
    assert_true(g_error_matches(error, RS_ERROR, cases[i].code));
    if (strstr(error->message, cases[i].part) == NULL) fail_msg("'%s' is not in: %s", cases[i].part, error->message);
  }
}

static RsMapping *mapping_of_bytes(const char *bytes, size_t length, GError **error) {
  g_autofree char *path = NULL;
  int fd = g_file_open_tmp("ringscope-map-XXXXXX.ini", &path, NULL);
  assert_true(fd >= 0);
  assert_true(g_close(fd, NULL));
  assert_true(g_file_set_contents(path, bytes, (gssize)length, NULL));
  RsMapping *mapping = rs_mapping_new(path, error);
  g_unlink(path);
  return mapping;
}

static void a_mapping_file_may_come_from_any_office(void **state) {
  (void)state;
  static const char text[] = "# 本市\r\n[columns]\r\nperson_id=人员编号\r\ninstitution_id=机构编号\r\ntime=结算时间\r\n"
                             "[institution_types]\r\npharmacy=药店;定点药店\r\n[values]\r\nvalid=有效\r\n";
  static const struct { const char *encoding, *mark; size_t mark_length; } cases[] = {
      {"UTF-8", "", 0}, {"UTF-8", "\xEF\xBB\xBF", 3}, {"GB18030", "", 0}, {"GB18030", "\x84\x31\x95\x33", 4},
      {"UTF-16LE", "\xFF\xFE", 2}, {"UTF-16BE", "\xFE\xFF", 2}};
  for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
    g_autoptr(GError) error = NULL;
    gsize length;
    g_autofree char *encoded = g_convert(text, -1, cases[i].encoding, "UTF-8", NULL, &length, &error);
    rs_assert_no_error(error);
    g_autoptr(GByteArray) bytes = g_byte_array_new();
    g_byte_array_append(bytes, (const guint8 *)cases[i].mark, (guint)cases[i].mark_length);
    g_byte_array_append(bytes, (const guint8 *)encoded, (guint)length);
    g_autoptr(RsMapping) mapping = mapping_of_bytes((const char *)bytes->data, bytes->len, &error);
    rs_assert_no_error(error);
    assert_string_equal(mapping->alias[RS_TABLE_CLAIMS][RS_COLUMN_PERSON][0], "人员编号");
    assert_string_equal(mapping->alias[RS_TABLE_CLAIMS][RS_COLUMN_TIME][0], "结算时间");
    assert_string_equal(mapping->type_words[RS_TYPE_PHARMACY][1], "定点药店");
    assert_string_equal(mapping->valid_values[0], "有效");
  }
}

static void a_mapping_file_in_another_encoding_names_the_line(void **state) {
  (void)state;
  static const char latin[] = "[columns]\nperson_id=num\xE9ro \n";
  g_autoptr(GError) error = NULL;
  assert_null(mapping_of_bytes(latin, sizeof latin - 1, &error));
  assert_int_equal(error->code, RS_ERROR_INPUT);
  assert_non_null(strstr(error->message, ".ini:2: the mapping is in none of UTF-8, GB18030 and UTF-16"));
}

static void unknown_mapping_names_are_usage_errors_with_a_suggestion(void **state) {
  (void)state;
  g_autoptr(GError) slip = NULL, strange = NULL, no_file = NULL;
  assert_null(rs_mapping_new("nsha", &slip));
  assert_true(g_error_matches(slip, RS_ERROR, RS_ERROR_USAGE));
  assert_string_equal(slip->message, "--map: unknown mapping 'nsha'; did you mean 'nhsa'?");
  assert_null(rs_mapping_new("something else", &strange));
  assert_true(g_error_matches(strange, RS_ERROR, RS_ERROR_USAGE));
  assert_null(rs_mapping_new("/nowhere/x.ini", &no_file));
  assert_true(g_error_matches(no_file, RS_ERROR, RS_ERROR_IO));
}

static void institution_type_comes_from_the_word_then_from_the_prefix(void **state) {
  (void)state;
  static const struct { const char *mapping, *word, *id; RsInstitutionType type; } cases[] = {
    {"ringscope", "pharmacy", "x", RS_TYPE_PHARMACY}, {"ringscope", " Hospital ", "x", RS_TYPE_HOSPITAL},
    {"ringscope", "诊所", "x", RS_TYPE_CLINIC},       {"ringscope", "spaceport", "P1", RS_TYPE_UNKNOWN},
    {"ringscope", "", "", RS_TYPE_UNKNOWN},           {"nhsa", "", "P33010600001", RS_TYPE_PHARMACY},
    {"nhsa", "", "h33010600001", RS_TYPE_HOSPITAL},   {"nhsa", "零售药店", "H33010600001", RS_TYPE_PHARMACY},
    {"nhsa", "unheard of", "P1", RS_TYPE_PHARMACY},   {"medicare", "", "PRV51001", RS_TYPE_HOSPITAL},
  };
  for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
    g_autoptr(RsMapping) mapping = rs_mapping_new(cases[i].mapping, NULL);
    assert_int_equal(rs_mapping_institution_type(mapping, cases[i].word, cases[i].id), cases[i].type);
  }
}

static void flags_and_empty_cells_are_read_by_the_mapping(void **state) {
  (void)state;
  g_autoptr(RsMapping) nhsa = rs_mapping_new("nhsa", NULL);
  g_autoptr(RsMapping) medicare = rs_mapping_new("medicare", NULL);
  assert_true(rs_mapping_is_valid(nhsa, " 1 ", 3));
  assert_true(rs_mapping_is_valid(nhsa, "", 0));
  assert_false(rs_mapping_is_valid(nhsa, "0", 1));
  assert_false(rs_mapping_is_valid(nhsa, "11", 2));
  assert_true(rs_mapping_is_valid(medicare, "0", 1));
  assert_true(rs_mapping_is_refund(nhsa, "1", 1));
  assert_false(rs_mapping_is_refund(nhsa, "0", 1));
  assert_false(rs_mapping_is_refund(nhsa, "", 0));
  assert_false(rs_mapping_is_refund(medicare, "1", 1));
  assert_true(rs_mapping_is_empty(medicare, "NA", 2));
  assert_false(rs_mapping_is_empty(medicare, "NAN", 3));
  assert_false(rs_mapping_is_empty(nhsa, "NA", 2));
  assert_true(rs_mapping_is_empty(nhsa, "", 0));
}

#define ROWS 6
static void proposal_is_a_mapping_that_reads_the_foreign_file(void **state) {
  (void)state;
  static const char *const fields[] = {"行号", "card_holder", "ShopCode", "occurred at", "med;name", "sum_total", "home_area", "notes"};
  static const char *const data[ROWS][8] = {
    {"1", "C1", "P01", "2025-03-01 10:00:00", "a", "12.50", "330106", ""},  {"2", "C1", "P02", "2025-03-01 10:04:00", "b", "8.00", "330106", "x"},
    {"3", "C2", "P01", "2025-03-02 11:00:00", "a", "12.50", "330102", ""},  {"4", "C3", "H01", "2025-03-02 12:00:00", "c", "99.99", "330102", ""},
    {"5", "C2", "P02", "2025-03-03 13:00:00", "a", "12.50", "330106", ""},  {"6", "C1", "Z01", "2025-03-04 10:00:00", "a", "3.10", "411500", ""},
  };
  const char *const *rows[ROWS];
  for (size_t i = 0; i < ROWS; i++) rows[i] = data[i];
  g_autofree char *text = rs_mapping_propose("odd\nname.csv", fields, G_N_ELEMENTS(fields), rows, ROWS);
  g_autoptr(GError) error = NULL;
  g_autoptr(RsMapping) mapping = rs_mapping_parse("proposed.ini", text, strlen(text), &error);
  rs_assert_no_error(error);
  int column[RS_N_COLUMNS];
  rs_mapping_match(mapping, RS_TABLE_CLAIMS, fields, G_N_ELEMENTS(fields), column);
  assert_int_equal(column[RS_COLUMN_PERSON], 1);
  assert_int_equal(column[RS_COLUMN_INSTITUTION], 2);
  assert_int_equal(column[RS_COLUMN_TIME], 3);
  assert_int_equal(column[RS_COLUMN_AMOUNT], 5);
  assert_int_equal(rs_mapping_institution_type(mapping, "", "P01"), RS_TYPE_PHARMACY);
  assert_non_null(strstr(text, "please check"));
  assert_non_null(strstr(text, "beginning with Z"));
}

static void proposal_for_a_hopeless_file_says_what_is_needed(void **state) {
  (void)state;
  static const char *const fields[] = {"", "\x01\xFF", "zzz"};
  g_autofree char *text = rs_mapping_propose("x.csv", fields, G_N_ELEMENTS(fields), NULL, 0);
  assert_true(g_utf8_validate(text, -1, NULL));
  assert_non_null(strstr(text, "# NEEDED"));
  g_autofree char *empty = rs_mapping_propose("x.csv", NULL, 0, NULL, 0);
  assert_non_null(strstr(empty, "# NEEDED"));
}

static void proposal_for_known_files_takes_their_own_names(void **state) {
  (void)state;
  g_autofree char *text = rs_mapping_propose("f.csv", FIELDS("psn_no", "fixmedins_code", "fee_ocur_time", "det_item_fee_sumamt"), NULL, 0);
  assert_non_null(strstr(text, "'nhsa' fits this file"));
  assert_non_null(strstr(text, "\nperson_id=psn_no\n"));
  assert_null(strstr(text, "please check"));
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(names_are_compared_without_case_space_width_and_marks),
    cmocka_unit_test(distance_counts_single_edits_and_swaps),
    cmocka_unit_test(header_chooses_the_mapping),
    cmocka_unit_test(platform_tables_are_read_by_their_own_times_and_totals),
    cmocka_unit_test(first_alias_in_the_mapping_wins_and_first_column_of_one_name),
    cmocka_unit_test(missing_columns_are_named_with_what_was_found_and_a_guess),
    cmocka_unit_test(unusable_mappings_are_refused_with_a_reason),
    cmocka_unit_test(a_mapping_file_may_come_from_any_office),
    cmocka_unit_test(a_mapping_file_in_another_encoding_names_the_line),
    cmocka_unit_test(unknown_mapping_names_are_usage_errors_with_a_suggestion),
    cmocka_unit_test(institution_type_comes_from_the_word_then_from_the_prefix),
    cmocka_unit_test(flags_and_empty_cells_are_read_by_the_mapping),
    cmocka_unit_test(proposal_is_a_mapping_that_reads_the_foreign_file),
    cmocka_unit_test(proposal_for_a_hopeless_file_says_what_is_needed),
    cmocka_unit_test(proposal_for_known_files_takes_their_own_names),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
