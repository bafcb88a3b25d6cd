#include "reference/claims_build.h"
#include "rs_test.h"

#include "base/error.h"
#include "base/hash.h"
#include "claims/report.h"

static const RsReferenceLine toy[] = {
    {.person = "P2", .institution = "B", .time = "2024-03-05 10:00", .drug = "D1", .quantity = 2, .amount = 1050},
    {.person = "P1", .institution = "A", .time = "2024-03-05 10:00:30", .drug = "D2", .doctor = "X", .person_region = "11"},
    {.person = "P1", .institution = "A", .time = "2024-03-05 10:00:30", .drug = "D1", .drug_name = "aspirin"},
    {.person = "P1", .institution = "A", .time = "2024-03-04", .amount = -5, .institution_type = "pharmacy"},
    {.person = "P1", .institution = "B", .time = "2024-03-04", .settlement = "S2", .person_region = "12"},
    {.person = "P1", .institution = "B", .time = "2024-03-04", .settlement = "S1", .person_region = "12"},
};

static uint32_t person_named(const RsClaims *claims, const char *id) {
  for (uint32_t p = 0; p < claims->n_persons; p++)
    if (strcmp(rs_text_get(claims->person, p), id) == 0) return p;
  return RS_NONE;
}

static void a_toy_table_has_its_visits_in_order(void **state) {
  (void)state;
  g_autoptr(RsClaims) claims = rs_reference_claims(toy, G_N_ELEMENTS(toy));
  rs_assert_valid(rs_claims_validate, claims);
  assert_int_equal(claims->n_persons, 2);
  assert_int_equal(claims->n_visits, 5);
  assert_int_equal(claims->n_lines, 6);
  uint32_t p1 = person_named(claims, "P1");
  uint32_t v = claims->person_visit[p1];
  assert_int_equal(claims->person_visit[p1 + 1] - v, 4);
  assert_int_equal(claims->visit_institution[v], 0);
  assert_int_equal(claims->visit_institution[v + 1], 1);
  assert_int_equal(rs_line_row(claims, claims->visit_line[v + 1]), RS_ROW(0, 7)); /* S1 before S2 */
  assert_int_equal(claims->visit_line[v + 4] - claims->visit_line[v + 3], 2);
  assert_int_equal(rs_line_drug(claims, claims->visit_line[v + 3]), 0);
  assert_int_equal(rs_line_drug(claims, claims->visit_line[v]), RS_NONE);
  assert_string_equal(rs_text_get(claims->region, claims->person_region[p1]), "12");
  assert_int_equal(claims->institution_type[0], RS_TYPE_PHARMACY);
  assert_string_equal(rs_text_get(claims->drug_name, 0), "aspirin");
  assert_string_equal(rs_text_get(claims->drug_name, 1), "");
  assert_int_equal(claims->last_day - claims->first_day, 1);
}

static void persons_are_numbered_by_hash_then_id(void **state) {
  (void)state;
  g_autoptr(RsClaims) claims = rs_reference_claims(toy, G_N_ELEMENTS(toy));
  const char *first = rs_text_get(claims->person, 0), *second = rs_text_get(claims->person, 1);
  assert_true(rs_hash_bytes(first, 2) < rs_hash_bytes(second, 2));
}

static void no_lines_make_an_empty_table(void **state) {
  (void)state;
  g_autoptr(RsClaims) claims = rs_reference_claims(toy, 0);
  rs_assert_valid(rs_claims_validate, claims);
  assert_int_equal(claims->n_persons, 0);
  assert_int_equal(claims->n_visits, 0);
}

static RsClaims *read_text(const char *text, GError **error) {
  g_autofree char *path = g_build_filename(g_get_tmp_dir(), "rs-reference-XXXXXX", NULL);
  int file = g_mkstemp(path);
  assert_true(file >= 0 && g_close(file, NULL));
  assert_true(g_file_set_contents(path, text, -1, NULL));
  RsClaims *claims = rs_reference_read_csv(path, error);
  g_unlink(path);
  return claims;
}

static void a_csv_file_with_quotes_is_read(void **state) {
  (void)state;
  GError *error = NULL;
  g_autoptr(RsClaims) claims = read_text("\xef\xbb\xbfperson_id,institution_id,time,drug_name,drug_code,amount\r\n"
                                         "p,i,2024-01-01,\"a \"\"b\"\",\nc\",d,-12.34\r\n"
                                         "q,i,2024-01-02 08:30,x,,0.1\n", &error);
  rs_assert_no_error(error);
  rs_assert_valid(rs_claims_validate, claims);
  assert_int_equal(claims->n_lines, 2);
  assert_int_equal(claims->columns, RS_HAS_DRUG | RS_HAS_AMOUNT | RS_HAS_CLOCK);
  uint64_t l = claims->visit_line[claims->person_visit[person_named(claims, "p")]];
  uint64_t m = claims->visit_line[claims->person_visit[person_named(claims, "q")]];
  assert_int_equal(rs_line_amount(claims, l), -1234);
  assert_int_equal(rs_line_amount(claims, m), 10);
  assert_int_equal(rs_line_row(claims, m), RS_ROW(0, 4));
  assert_string_equal(rs_text_get(claims->drug_name, 0), "a \"b\",\nc");
}

static void a_row_without_a_time_is_an_error_with_its_line(void **state) {
  (void)state;
  GError *error = NULL;
  assert_null(read_text("person_id,institution_id,time\np,i,2024-01-01\np,i,2024-02-30\n", &error));
  assert_true(g_error_matches(error, RS_ERROR, RS_ERROR_INPUT));
  assert_non_null(strstr(error->message, ":3:"));
  g_error_free(error);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(a_toy_table_has_its_visits_in_order),
      cmocka_unit_test(persons_are_numbered_by_hash_then_id),
      cmocka_unit_test(no_lines_make_an_empty_table),
      cmocka_unit_test(a_csv_file_with_quotes_is_read),
      cmocka_unit_test(a_row_without_a_time_is_an_error_with_its_line),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
