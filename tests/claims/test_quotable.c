/* What may be quoted of a file: nothing that may be an id, a phone number, a name or a date of birth. */
#include "claims/quotable.h"

#include "rs_test.h"

#include <string.h>

static void number_is_quoted_when_it_can_be_nothing_else(void **state) {
  (void)state;
  static const struct { const char *text; bool shown; } cases[] = {
      {"12x", true},         {"1e5", true},        {"1234x", true},       {"", false},           {"x12", false},      {"k3", false},
      {"Li Si", false},      {"ab", false},        {"12345x", false},     {"13912345678", false}, {"1987-05-17", false}, {"17.05.87", false},
      {"1/2/87", false},     {"\xe5\xbc\xa0", false}, {"1\x1b", false},   {"12", false},         {"E5089", false}};
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
    if (rs_quotable_number(cases[i].text, strlen(cases[i].text)) != cases[i].shown) fail_msg("'%s'", cases[i].text);
}

static void time_is_quoted_when_it_is_nobody_s_birthday(void **state) {
  (void)state;
  static const struct { const char *text; bool shown; } cases[] = {
      {"2025-02-30", true},  {"2025/13/1 8:00", true}, {"2025-03", true}, {"8:00", true},       {"1935-02-01", false}, {"1987/5/17", false},
      {"20250301", false},   {"2025-Li Si", false},    {"noon", false},   {"2025", false},      {"", false},           {"2025-03-01 08:00:00.1234567", false}};
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
    if (rs_quotable_time(cases[i].text, strlen(cases[i].text)) != cases[i].shown) fail_msg("'%s'", cases[i].text);
}

static void row_of_data_is_no_line_of_names(void **state) {
  (void)state;
  static const struct { const char *cell; bool shown; } cases[] = {
      {"person_id", true}, {"diag_code_1", true}, {"tot_benes_2019", true}, {"\xe4\xba\xba\xe5\x91\x98\xe7\xbc\x96\xe5\x8f\xb7", true}, {"", true},
      {"12.50", false},    {"7", false},          {"2025-03-01", false},    {"1935-02-01", false}, {"p12345", false}, {"\xc2\xa5" "12.30", false}};
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    const char *const cells[] = {"name", cases[i].cell};
    if (rs_quotable_header(cells, 2) != cases[i].shown) fail_msg("'%s'", cases[i].cell);
  }
  assert_true(rs_quotable_header(NULL, 0));
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(number_is_quoted_when_it_can_be_nothing_else),
                                     cmocka_unit_test(time_is_quoted_when_it_is_nobody_s_birthday),
                                     cmocka_unit_test(row_of_data_is_no_line_of_names)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
