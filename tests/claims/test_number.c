#include "rs_test.h"

#include "base/random.h"
#include "claims/number.h"

#include <string.h>

static void money_is_read_to_the_fen(void **state) {
  (void)state;
  static const struct { const char *text; bool ok; int64_t fen; } cases[] = {
      {"", true, 0},          {"0", true, 0},           {"12", true, 1200},          {"12.3", true, 1230},
      {"12.34", true, 1234},  {"-12.34", true, -1234},  {"+5", true, 500},           {" 7.50 ", true, 750},
      {".5", true, 50},       {"5.", true, 500},        {"12.345", true, 1235},      {"12.3449", true, 1234},
      {"-0.005", true, -1},   {"61.150000", true, 6115}, {"999999999999999.99", true, INT64_C(99999999999999999)},
      {"0.99999999999999", true, 100},
      {"1000000000000000", false, 0}, {"12345678901234567890", false, 0}, {"12x", false, 0}, {"1,234.50", true, 123450},
      {"1e5", false, 0},      {"-", false, 0},          {".", false, 0},             {"--1", false, 0},
      {"1.2.3", false, 0},    {"NaN", false, 0},        {"INF", false, 0},           {"1 2", false, 0},
      {"￥12.30", true, 1230}, {"¥12.30", true, 1230},   {"-¥12.30", true, -1230},    {"¥-12.30", true, -1230},
      {"¥1,234", true, 123400}, {"-1,234.5", true, -123450}, {"1,234,567", true, 123456700}, {" 12,345.67 ", true, 1234567},
      {"¥.5", true, 50},      {"999,999,999,999,999.99", true, INT64_C(99999999999999999)},
      {"1,234", false, 0},    {"12,50", false, 0},      {"1,23.00", false, 0},       {"1234,567.00", false, 0},
      {"12,3456.00", false, 0}, {"1,234,56.00", false, 0}, {",123.00", false, 0},    {"1,,234.00", false, 0},
      {"0,123.00", false, 0}, {"1,234.5,6", false, 0},  {"1,234.", true, 123400},    {"1.234,50", false, 0},
      {"¥", false, 0},        {"¥¥1", false, 0},        {"-¥-1", false, 0},          {"12¥", false, 0},
      {"$12", false, 0},      {"１２", false, 0},       {"1，234.50", false, 0},     {"\xC2", false, 0},
      {"1,000,000,000,000,000", false, 0}, {"1,111,111,111,111,111,111,111,111,111.00", false, 0}};
  for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
    int64_t fen = 0;
    char text[64] = ""; /* as a cell: readable past its end */
    memcpy(text, cases[i].text, strlen(cases[i].text));
    bool ok = rs_number_money(text, strlen(text), &fen);
    if (ok != cases[i].ok || (ok && fen != cases[i].fen))
      fail_msg("'%s' gave %d, %" G_GINT64_FORMAT, cases[i].text, ok, (gint64)fen);
  }
}

static void quantities_take_the_same_form(void **state) {
  (void)state;
  float quantity;
  assert_true(rs_number_quantity("2.5", 3, &quantity) && quantity == 2.5f);
  assert_true(rs_number_quantity("-3", 2, &quantity) && quantity == -3.0f);
  assert_true(rs_number_quantity("", 0, &quantity) && quantity == 0.0f);
  assert_false(rs_number_quantity("two", 3, &quantity));
  char grouped[16] = "1,234.5", priced[16] = "¥12";
  assert_true(rs_number_quantity(grouped, 7, &quantity) && quantity == 1234.5f);
  assert_false(rs_number_quantity(priced, strlen(priced), &quantity));
}

static void text_past_the_length_is_not_read(void **state) {
  (void)state;
  int64_t fen;
  assert_true(rs_number_money("1234567890", 2, &fen));
  assert_int_equal(fen, 1200);
}

/* The quick way for usual amounts against printf and strtol, digit by digit and with each byte damaged in turn. */
static void usual_amounts_agree_with_printf(void **state) {
  (void)state;
  RsRandom random;
  rs_random_init(&random, 7);
  for (int i = 0; i < 200000; i++) {
    char text[40] = "";
    int64_t fen, whole = (int64_t)(rs_random_next(&random) % (i % 2 ? 100000 : 1000)), cents = (int64_t)(rs_random_next(&random) % 100);
    int length = g_snprintf(text, 24, "%d.%02d", (int)whole, (int)cents);
    text[length] = (char)('0' + i % 10); /* what follows is not read */
    assert_true(rs_number_money(text, (size_t)length, &fen));
    assert_int_equal(fen, whole * 100 + cents);
    text[i % length] = (char)(rs_random_next(&random) % 256);
    bool digits = true;
    for (int k = 0; k < length; k++) digits &= k == length - 3 ? text[k] == '.' : g_ascii_isdigit(text[k]);
    if (text[i % length] == ',' && i % length == length - 7) continue; /* "1,345.67" */
    if (digits || strchr("+-. ", text[i % length]) != NULL || g_ascii_isdigit(text[i % length])) continue;
    assert_false(rs_number_money(text, (size_t)length, &fen));
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(money_is_read_to_the_fen), cmocka_unit_test(quantities_take_the_same_form),
                                     cmocka_unit_test(text_past_the_length_is_not_read),
                                     cmocka_unit_test(usual_amounts_agree_with_printf)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
