/* The reader as a whole: each row in its place, and the same table for any order, split, compression and number of threads. */
#include "rs_test.h"

#include "base/error.h"
#include "base/random.h"
#include "claims/ascent.h"
#include "claims/raw.h"
#include "claims/reader.h"
#include "reference/claims_build.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

#define HEADER "claim_id,settlement_id,person_id,institution_id,time,doctor_id,drug_code,quantity,amount,fund_amount,person_region,service_region,diagnosis\n"

static char *folder;

static int make_folder(void **state) {
  (void)state;
  folder = g_dir_make_tmp("ringscope-reader-XXXXXX", NULL);
  return folder == NULL;
}

static int remove_folder(void **state) {
  (void)state;
  GDir *dir = g_dir_open(folder, 0, NULL);
  for (const char *name = g_dir_read_name(dir); name != NULL; name = g_dir_read_name(dir)) {
    g_autofree char *path = g_build_filename(folder, name, NULL);
    g_remove(path);
  }
  g_dir_close(dir);
  g_rmdir(folder);
  g_free(folder);
  return 0;
}

static char *write_file(const char *name, const char *text) {
  char *path = g_build_filename(folder, name, NULL);
  assert_true(g_file_set_contents(path, text, (gssize)strlen(text), NULL));
  return path;
}

typedef struct { RsReader *reader; RsClaims *claims; GError *error; } Read;

static Read read_paths(const char *const *paths, const RsReadOptions *base) {
  RsReadOptions options = base != NULL ? *base : (RsReadOptions){0};
  options.paths = paths;
  options.quiet = true;
  if (options.n_threads == 0) options.n_threads = 2;
  Read read = {0};
  read.reader = rs_reader_new(&options, &read.error);
  if (read.reader != NULL) read.claims = rs_reader_read(read.reader, &read.error);
  if (read.claims != NULL) rs_assert_valid(rs_claims_validate, read.claims);
  if (read.reader != NULL && read.error == NULL) assert_true(rs_report_balances(rs_reader_report(read.reader)));
  return read;
}

static Read read_text(const char *text, const RsReadOptions *options) {
  g_autofree char *path = write_file("claims.csv", text);
  const char *paths[] = {path, NULL};
  return read_paths(paths, options);
}

static void read_clear(Read *read) {
  rs_claims_free(read->claims);
  rs_reader_free(read->reader);
  g_clear_error(&read->error);
}

/* ---- each row ends in one place ---- */

typedef struct {
  const char *name, *rows;
  uint64_t place[RS_N_PLACES];
  int64_t used_fen;
  int reason; /* of the first reject, or -1 */
} PlaceCase;

static const PlaceCase place_cases[] = {
    {"a plain row is used", "C1,S1,P1,H1,2025-03-01 08:00:00,D1,X1,1,10.00,8.00,110101,110101,J06\n", {1, 0, 0, 0, 0}, 1000, -1},
    {"no person", "C1,S1,,H1,2025-03-01 08:00:00,D1,X1,1,10.00,,,,\nC2,S2,P1,H1,2025-03-01 08:00:00,,,1,1.00,,,,\n", {1, 0, 0, 0, 1}, 100, RS_REASON_PERSON},
    {"no institution", "C1,S1,P1,,2025-03-01 08:00:00,,,,10.00,,,,\nC2,S2,P1,H1,2025-03-01,,,1,1.00,,,,\n", {1, 0, 0, 0, 1}, 100, RS_REASON_INSTITUTION},
    {"no such date", "C1,S1,P1,H1,2025-02-30 08:00:00,,,,10.00,,,,\nC2,S2,P1,H1,2025-03-01,,,1,1.00,,,,\n", {1, 0, 0, 0, 1}, 100, RS_REASON_TIME},
    {"a 20-digit amount", "C1,S1,P1,H1,2025-03-01 08:00:00,,,,12345678901234567890,,,,\nC2,S2,P1,H1,2025-03-01,,,1,1.00,,,,\n", {1, 0, 0, 0, 1}, 100, RS_REASON_NUMBER},
    {"too few fields", "C1,S1,P1,H1\nC2,S2,P1,H1,2025-03-01,,,1,1.00,,,,\n", {1, 0, 0, 0, 1}, 100, RS_REASON_FIELDS},
    {"too many fields", "C1,S1,P1,H1,2025-03-01,,,1,1.00,,,,,x\nC2,S2,P1,H1,2025-03-01,,,1,1.00,,,,\n", {1, 0, 0, 0, 1}, 100, RS_REASON_FIELDS},
    {"empty fields at the end are harmless", "C1,S1,P1,H1,2025-03-01,,,1,1.00,,,,,,\n", {1, 0, 0, 0, 0}, 100, -1},
    {"bytes that are no text", "C1,S1,P\xff,H1,2025-03-01,,,1,1.00,,,,\nC2,S2,P1,H1,2025-03-01,,,1,1.00,,,,\n", {1, 0, 0, 0, 1}, 100, RS_REASON_BYTES},
    {"the same row twice", "C1,S1,P1,H1,2025-03-01 08:00:00,,X1,1,10.00,,,,\nC1,S1,P1,H1,2025/03/01 08:00,,X1,1,10.0,,,,\n", {1, 0, 1, 0, 0}, 1000, -1},
    {"one claim_id, other content", "C1,S1,P1,H1,2025-03-01,,X1,1,10.00,,,,\nC1,S1,P1,H1,2025-03-01,,X1,1,10.00,,,,\nC1,S1,P2,H1,2025-03-01,,X1,1,10.00,,,,\n",
     {0, 0, 0, 0, 0}, -1, RS_REASON_CONFLICT},
    {"a refund takes its original along", "C1,S1,P1,H1,2025-03-01,,X1,1,10.00,,,,\nC2,S2,P1,H1,2025-03-02,,X1,-1,-10.00,,,,\nC3,S3,P1,H1,2025-03-03,,X1,1,1.00,,,,\n",
     {1, 0, 0, 2, 0}, 100, -1},
    {"a refund may carry its original's claim_id", "C1,S1,P1,H1,2025-03-01,,X1,1,10.00,,,,\nC1,S1,P1,H1,2025-03-01,,X1,-1,-10.00,,,,\n", {0, 0, 0, 2, 0}, 0, -1},
    {"a partial refund reduces its original", "C1,S1,P1,H1,2025-03-01,,X1,3,30.00,,,,\nC2,S2,P1,H1,2025-03-02,,X1,-1,-10.00,,,,\n", {1, 0, 0, 1, 0}, 2000, -1},
    {"a refund without original is used", "C2,S2,P1,H1,2025-03-02,,X1,-1,-10.00,,,,\n", {1, 0, 0, 0, 0}, -1000, -1},
    {"rows without claim_id are never repeats", ",S1,P1,H1,2025-03-01,,X1,1,10.00,,,,\n,S1,P1,H1,2025-03-01,,X1,1,10.00,,,,\n", {2, 0, 0, 0, 0}, 2000, -1},
    {"header only", "", {0, 0, 0, 0, 0}, 0, -1},
};

static void each_row_ends_in_one_place(void **state) {
  (void)state;
  for (size_t c = 0; c < G_N_ELEMENTS(place_cases); c++) {
    const PlaceCase *test = &place_cases[c];
    g_autofree char *text = g_strconcat(HEADER, test->rows, NULL);
    Read read = read_text(text, NULL);
    rs_assert_no_error(read.error);
    const RsReport *report = rs_reader_report(read.reader);
    if (test->used_fen == -1) { /* the contradiction: one content is kept, its repeat counted, the other rejected, whichever it is */
      assert_int_equal(report->rows[RS_PLACE_USED], 1);
      assert_int_equal(report->rows[RS_PLACE_REPEATED] + report->rows[RS_PLACE_REJECTED], 2);
    } else {
      for (int p = 0; p < RS_N_PLACES; p++)
        if (report->rows[p] != test->place[p]) fail_msg("%s: %s is %d", test->name, rs_place_name[p], (int)report->rows[p]);
      if (report->amount[RS_PLACE_USED] != test->used_fen) fail_msg("%s: money", test->name);
    }
    if (test->reason >= 0) {
      if (report->rejects->len == 0) fail_msg("%s: nothing rejected", test->name);
      const RsReject *reject = g_ptr_array_index(report->rejects, 0);
      if ((int)reject->reason != test->reason) fail_msg("%s: %s", test->name, rs_reason_name[reject->reason]);
      if (reject->raw_length == 0) fail_msg("%s: no raw text", test->name);
    }
    read_clear(&read);
  }
}

static void rows_outside_the_days_are_set_aside(void **state) {
  (void)state;
  RsReadOptions options = {.has_since = true, .since = 31107, .has_until = true, .until = 31107}; /* 2025-03-02 */
  Read read = read_text(HEADER "C1,S1,P1,H1,2025-03-01,,X1,1,10.00,,,,\nC2,S2,P1,H1,2025-03-02,,X1,1,2.00,,,,\nC3,S3,P1,H1,2025-03-03,,X1,1,4.00,,,,\n", &options);
  rs_assert_no_error(read.error);
  const RsReport *report = rs_reader_report(read.reader);
  assert_int_equal(report->rows[RS_PLACE_OUTSIDE], 2);
  assert_int_equal(report->amount[RS_PLACE_OUTSIDE], 1400);
  assert_int_equal(report->amount[RS_PLACE_USED], 200);
  read_clear(&read);
}

static void no_table_knows_what_only_rows_outside_or_rejected_name(void **state) {
  (void)state;
  RsReadOptions options = {.has_since = true, .since = 31107, .has_until = true, .until = 31107};
  Read read = read_text(HEADER "C1,S1,P1,H1,2025-03-01,,X1,1,10.00,,11,12,\nC2,S2,P1,H2,2025-03-02,,X2,1,x,,13,14,\nC3,S2,P1,H2,2025-03-02,,X2,1,y,,13,14,\n"
                               "C4,S4,P1,H3,2025-03-02,,X3,1,z,,15,16,\nC5,S4,P1,H3,2025-03-02,,X4,1,4.00,,15,16,\n", &options);
  rs_assert_no_error(read.error);
  assert_int_equal(read.claims->institution->n, 1);
  assert_string_equal(rs_text_get(read.claims->institution, 0), "H3");
  assert_int_equal(read.claims->region->n, 2);
  assert_int_equal(read.claims->drug->n, 1);
  read_clear(&read);
}

static void many_bad_rows_stop_the_run_unless_allowed(void **state) {
  (void)state;
  g_autoptr(GString) text = g_string_new(HEADER);
  for (int i = 0; i < 100; i++) g_string_append_printf(text, "C%d,S%d,P%d,H1,2025-03-01,,X1,1,%s,,,,\n", i, i, i, i < 6 ? "12x" : "1.00");
  Read read = read_text(text->str, NULL);
  assert_null(read.claims);
  assert_true(g_error_matches(read.error, RS_ERROR, RS_ERROR_INPUT));
  assert_non_null(strstr(read.error->message, "claims.csv:2: amount '12x' is not a number"));
  assert_non_null(strstr(read.error->message, "--allow-rejects"));
  assert_int_equal(rs_reader_report(read.reader)->rejects->len, 6);
  read_clear(&read);
  RsReadOptions options = {.allow_rejects = true};
  read = read_text(text->str, &options);
  rs_assert_no_error(read.error);
  assert_int_equal(read.claims->n_lines, 94);
  read_clear(&read);
}

static void an_id_in_the_wrong_column_is_not_repeated_in_the_message(void **state) {
  (void)state;
  static const struct { const char *time, *amount, *cell; bool shown; } cases[] = {
      {"2025-03-01", "110101199001011234", "110101199001011234", false}, {"0444052528", "1.00", "0444052528", false},
      {"P00017", "1.00", "P00017", false},                  {"138-0013-8000", "1.00", "138-0013-8000", false},
      {"0571-8888-1234", "1.00", "0571-8888-1234", false},  {"20190123", "x", "20190123", false},
      {"2025-03-01", "张三", "张三", false},                {"2025-03-01", "S000000075204", "S000000075204", false},
      {"2025-02-30 08:00:00", "1.00", "2025-02-30 08:00:00", true}, {"yesterday", "1.00", "yesterday", false}, {"1935-02-01", "1.00", "1935-02-01", false},
      {"2025-03-01", "1987-05-17", "1987-05-17", false},    {"2025-03-01", "Li Si", "Li Si", false}, {"2025-03-01", "k3", "k3", false},
      {"2025-03-01", "12x", "12x", true},                   {"2025/13/1", "1.00", "2025/13/1", true}};
  for (size_t c = 0; c < G_N_ELEMENTS(cases); c++) {
    g_autofree char *text = g_strdup_printf(HEADER "C1,S1,P1,H1,%s,,X1,1,%s,,,,\nC2,S2,P1,H1,2025-03-01,,X1,1,1.00,,,,\n", cases[c].time, cases[c].amount);
    Read read = read_text(text, NULL);
    rs_assert_no_error(read.error);
    const GPtrArray *rejects = rs_reader_report(read.reader)->rejects;
    if (rejects->len == 1) {
      const RsReject *reject = g_ptr_array_index(rejects, 0);
      if ((strstr(reject->detail->text[RS_LANG_EN], cases[c].cell) != NULL) != cases[c].shown) fail_msg("%s", reject->detail->text[RS_LANG_EN]);
    } else {
      fail_msg("'%s', '%s': %u rejects", cases[c].time, cases[c].amount, rejects->len);
    }
    read_clear(&read);
  }
}

/* ---- the table itself ---- */

static bool same_text(const RsText *a, const RsText *b) {
  if (a->n != b->n) return false;
  for (uint32_t i = 0; i < a->n; i++)
    if (strcmp(rs_text_get(a, i), rs_text_get(b, i)) != 0) return false;
  return true;
}

#define SAME(column, n) assert_memory_equal(a->column, b->column, (n) * sizeof *a->column)
static void assert_same_claims(const RsClaims *a, const RsClaims *b) {
  assert_int_equal(a->n_persons, b->n_persons);
  assert_int_equal(a->n_visits, b->n_visits);
  assert_int_equal(a->n_lines, b->n_lines);
  assert_true(same_text(a->person, b->person) && same_text(a->institution, b->institution) && same_text(a->doctor, b->doctor));
  assert_true(same_text(a->drug, b->drug) && same_text(a->diagnosis, b->diagnosis) && same_text(a->region, b->region));
  SAME(person_visit, a->n_persons + 1);
  SAME(person_region, a->n_persons);
  SAME(institution_region, a->institution->n);
  SAME(institution_type, a->institution->n);
  SAME(visit_time, a->n_visits);
  SAME(visit_institution, a->n_visits);
  SAME(visit_line, a->n_visits + 1);
  for (uint64_t l = 0; l < a->n_lines; l++) {
    assert_int_equal(rs_line_drug(a, l), rs_line_drug(b, l));
    assert_int_equal(rs_line_doctor(a, l), rs_line_doctor(b, l));
    assert_int_equal(rs_line_diagnosis(a, l), rs_line_diagnosis(b, l));
    assert_true(rs_line_quantity(a, l) == rs_line_quantity(b, l));
    assert_int_equal(rs_line_amount(a, l), rs_line_amount(b, l));
    assert_int_equal(rs_line_fund(a, l), rs_line_fund(b, l));
  }
  assert_int_equal(a->first_day, b->first_day);
  assert_int_equal(a->last_day, b->last_day);
}

/* A little city of random rows; settlements of one to four lines, some with one time and place but no settlement id. */
static GPtrArray *random_rows(uint64_t seed, uint32_t n) {
  static const char *const quantity[] = {"1", "2", "3", "4", "5", "255", "256", "70000", "-1", "0.5", "1000000.25"}; /* odd seeds: whole ones */
  const uint32_t n_quantities = G_N_ELEMENTS(quantity) - (seed % 2 ? 2 : 0);
  GPtrArray *rows = g_ptr_array_new_with_free_func(g_free);
  RsRandom random;
  rs_random_init(&random, seed);
  for (uint32_t s = 0; rows->len < n; s++) {
    uint32_t person = rs_random_below(&random, 300), institution = rs_random_below(&random, 12), day = 1 + rs_random_below(&random, 28);
    uint32_t minute = rs_random_below(&random, 600), lines = 1 + rs_random_below(&random, 4);
    bool anonymous = rs_random_below(&random, 10) == 0;
    for (uint32_t l = 0; l < lines; l++) {
      g_autofree char *settlement = anonymous ? g_strdup("") : g_strdup_printf("S%06u", s);
      g_ptr_array_add(rows, g_strdup_printf("C%u,%s,person-%04u-with-a-long-id,H%02u,2025-03-%02u %02u:%02u:%02u,D%u,X%03u,%s,%u.%02u,%u.00,11010%u,11010%u,\"J%02u, x\"\n",
                                            rows->len, settlement, person, institution, day, 8 + minute / 60, minute % 60, person % 60,
                                            rs_random_below(&random, 30), rs_random_below(&random, 80), quantity[rs_random_below(&random, n_quantities)],
                                            rs_random_below(&random, 500), rs_random_below(&random, 100), rs_random_below(&random, 50),
                                            person % 7, institution % 3, rs_random_below(&random, 20)));
    }
  }
  return rows;
}

static char *join_rows(const GPtrArray *rows, guint first, guint last) {
  GString *text = g_string_new(HEADER);
  for (guint i = first; i < last; i++) g_string_append(text, g_ptr_array_index(rows, i));
  return g_string_free(text, FALSE);
}

static void shuffle(GPtrArray *rows, uint64_t seed) {
  RsRandom random;
  rs_random_init(&random, seed);
  for (guint i = rows->len; i > 1; i--) {
    guint k = rs_random_below(&random, i);
    gpointer swap = rows->pdata[i - 1];
    rows->pdata[i - 1] = rows->pdata[k];
    rows->pdata[k] = swap;
  }
}

static void the_table_equals_its_slow_twin(void **state) {
  (void)state;
  for (uint64_t seed = 1; seed <= 5; seed++) {
    g_autoptr(GPtrArray) rows = random_rows(seed, 2000);
    g_autofree char *text = join_rows(rows, 0, rows->len), *path = write_file("twin.csv", text);
    GError *error = NULL;
    g_autoptr(RsClaims) slow = rs_reference_read_csv(path, &error);
    rs_assert_no_error(error);
    Read fast = read_text(text, NULL);
    rs_assert_no_error(fast.error);
    assert_same_claims(fast.claims, slow);
    read_clear(&fast);
  }
}

static void order_split_threads_and_repeats_change_nothing(void **state) {
  (void)state;
  g_autoptr(GPtrArray) rows = random_rows(77, 3000);
  g_autofree char *text = join_rows(rows, 0, rows->len);
  Read plain = read_text(text, NULL);
  rs_assert_no_error(plain.error);
  for (unsigned threads = 1; threads <= 4; threads++) {
    shuffle(rows, threads);
    g_autofree char *first = join_rows(rows, 0, rows->len / 2), *second = join_rows(rows, rows->len / 3, rows->len);
    g_autofree char *a = write_file("a.csv", first), *b = write_file("b.csv", second);
    const char *paths[] = {a, b, NULL};
    RsReadOptions options = {.n_threads = threads};
    Read again = read_paths(paths, &options);
    rs_assert_no_error(again.error);
    assert_same_claims(plain.claims, again.claims);
    assert_int_equal(rs_reader_report(again.reader)->rows[RS_PLACE_REPEATED], rows->len / 2 - rows->len / 3);
    read_clear(&again);
  }
  read_clear(&plain);
}

/* Rows first .. last - 1 of a long file, in blocks of several hundred kilobytes; claim ids ascend from 999, over 1000. */
static GPtrArray *numbered_rows(uint32_t first, uint32_t last) {
  GPtrArray *rows = g_ptr_array_new_with_free_func(g_free);
  for (uint32_t i = first; i < last; i++)
    g_ptr_array_add(rows, g_strdup_printf("%u,S%08u,P%08u,H%u,2025-03-%02u 08:%02u:00,D%u,X%u,1,%u.00,0.00,110101,110101,J06\n", i + 999, i / 3, i / 9, i / 3 % 7,
                                          1 + i / 3 % 28, i / 3 % 60, i % 5, i % 11, 1 + i % 13));
  return rows;
}

static char *write_numbered(const char *name, uint32_t first, uint32_t last, uint32_t swapped) {
  g_autoptr(GPtrArray) rows = numbered_rows(first, last);
  gpointer *row = rows->pdata + swapped, kept = row[0];
  if (swapped > 0) row[0] = row[1], row[1] = kept;
  g_autofree char *text = join_rows(rows, 0, rows->len);
  return write_file(name, text);
}

static void repeats_are_found_whether_claim_ids_ascend_or_not(void **state) {
  (void)state;
  enum { N = 12000 };
  static const struct { const char *name; uint32_t first[2], last[2], swapped, repeated; } cases[] = {
      {"ascending over two files", {0, N / 2}, {N / 2, N}, 0, 0},
      {"two files in the other order", {N / 2, 0}, {N, N / 2}, 0, 0},
      {"files that overlap", {0, N / 2}, {N / 2 + 1000, N}, 0, 1000},
      {"a file once more", {0, 0}, {N, N}, 0, N},
      {"two rows in each other's place", {0, N / 2}, {N / 2, N}, N / 2 - 2, 0},
      {"the same, in files that overlap", {0, N / 2 - 10}, {N / 2, N}, N / 2 - 2, 10},
      {"the first row once more", {0, 0}, {N, 1}, 0, 1},
  };
  for (size_t c = 0; c < G_N_ELEMENTS(cases); c++)
    for (unsigned threads = 1; threads <= 3; threads++) {
      g_autofree char *a = write_numbered("a.csv", cases[c].first[0], cases[c].last[0], cases[c].swapped);
      g_autofree char *b = write_numbered("b.csv", cases[c].first[1], cases[c].last[1], 0);
      const char *paths[] = {a, b, NULL};
      RsReadOptions options = {.n_threads = threads};
      Read read = read_paths(paths, &options);
      rs_assert_no_error(read.error);
      const uint64_t repeated = rs_reader_report(read.reader)->rows[RS_PLACE_REPEATED];
      if (repeated != cases[c].repeated) fail_msg("%s, %u threads: %u repeated", cases[c].name, threads, (unsigned)repeated);
      read_clear(&read);
    }
}

static void a_narrow_line_holds_what_fits_and_refuses_the_rest(void **state) {
  (void)state;
  static const struct { RsRawLine line; bool fits; } cases[] = {
      {{.drug = RS_NONE, .doctor = RS_NONE, .diagnosis = RS_NONE}, true},
      {{.drug = 0, .doctor = 0, .diagnosis = 0, .quantity = 255, .amount = INT32_MAX, .fund = -INT32_MAX, .claim = UINT64_MAX}, true},
      {{.drug = (1u << 18) - 2, .doctor = (1u << 20) - 2, .diagnosis = (1u << 18) - 2, .quantity = 1}, true},
      {{.drug = (1u << 18) - 1}, false},
      {{.doctor = (1u << 20) - 1}, false},
      {{.diagnosis = (1u << 18) - 1}, false},
      {{.quantity = 256}, false},
      {{.quantity = -1}, false},
      {{.quantity = 0.5f}, false},
      {{.amount = (int64_t)INT32_MAX + 1}, false},
      {{.fund = -(int64_t)INT32_MAX - 1}, false},
  };
  for (size_t c = 0; c < G_N_ELEMENTS(cases); c++) {
    const RsRawLine *line = &cases[c].line;
    const int64_t whole = (int64_t)line->quantity;
    if (rs_narrow_fits(line, whole, (float)whole == line->quantity) != cases[c].fits) fail_msg("case %zu", c);
    if (!cases[c].fits) continue;
    const RsRawNarrow narrow = rs_narrow_of(line, whole);
    assert_true(narrow.claim == line->claim && narrow.amount == line->amount && narrow.fund == line->fund);
    assert_true(rs_narrow_drug(&narrow) == line->drug && rs_narrow_doctor(&narrow) == line->doctor && rs_narrow_diagnosis(&narrow) == line->diagnosis);
    assert_true(rs_narrow_quantity(&narrow) == line->quantity);
  }
}

/* More regions than a raw record has room for in its narrow form. */
static void seventy_thousand_regions_are_told_apart(void **state) {
  (void)state;
  enum { N = 70000 };
  g_autoptr(GString) text = g_string_new("person_id,institution_id,time,person_region,service_region\n");
  for (unsigned i = 0; i < N; i++) g_string_append_printf(text, "P%u,H%u,2025-03-01 08:00:00,R%u,%s\n", i, i, i, i % 7 == 0 ? "" : "S1");
  Read read = read_text(text->str, NULL);
  rs_assert_no_error(read.error);
  const RsClaims *c = read.claims;
  assert_int_equal(c->n_persons, N);
  for (uint32_t p = 0; p < N; p++) {
    const char *person = rs_text_get(c->person, p), *institution = rs_text_get(c->institution, c->visit_institution[c->person_visit[p]]);
    const uint32_t i = (uint32_t)strtoul(person + 1, NULL, 10), service = c->institution_region[c->visit_institution[c->person_visit[p]]];
    assert_string_equal(person + 1, institution + 1);
    assert_string_equal(person + 1, rs_text_get(c->region, c->person_region[p]) + 1);
    if (i % 7 == 0 ? service != RS_NONE : strcmp(rs_text_get(c->region, service), "S1") != 0) fail_msg("%s", person);
  }
  read_clear(&read);
}

/* Whatever makes a block not regular: how lines end, an empty line, a field too many that is empty, a quote, blanks, more digits than usual. */
static void rows_are_read_alike_however_they_are_written(void **state) {
  (void)state;
  static const char *const ends[] = {"\n", "\r\n", "\n\n", ",\n", " \n"};
  g_autofree char *expected = NULL;
  for (unsigned form = 0; form < 2 * G_N_ELEMENTS(ends); form++) {
    g_autoptr(GString) text = g_string_new(HEADER), all = g_string_new(NULL);
    for (unsigned i = 0; i < 900; i++) {
      const char *q = form >= G_N_ELEMENTS(ends) && i % 5 == 0 ? "\"" : "";
      g_string_append_printf(text, "C%05u,%sS%u%s,P%u,H%u,2025-03-%02u 08:%02u:00,D%u,%sX%u%s,%u,%u.%02u,0.50,11010%u,%s,J%u%s", i, q, i / 3, q, i / 3 % 40, i / 3 % 11,
                             1 + i / 3 % 28, i / 3 % 60, i % 4 == 0 ? i : i / 3, i % 2 ? " " : "", i % 13, i % 6 == 1 ? " " : "", i % 12, i * 37 % (i % 50 ? 3000 : 3000000), i % 100,
                             i / 3 % 10, "110101", i % 17, ends[form % G_N_ELEMENTS(ends)]);
    }
    Read read = read_text(text->str, NULL);
    rs_assert_no_error(read.error);
    const RsClaims *c = read.claims;
    for (uint64_t l = 0; l < c->n_lines; l++)
      g_string_append_printf(all, "%u %s %s %s %s %ld %ld %g;", c->visit_time[rs_claims_line_visit(c, l)], rs_text_get(c->person, rs_claims_visit_person(c, rs_claims_line_visit(c, l))),
                             rs_text_get(c->drug, rs_line_drug(c, l)), rs_text_get(c->doctor, rs_line_doctor(c, l)), rs_text_get(c->diagnosis, rs_line_diagnosis(c, l)),
                             (long)rs_line_amount(c, l), (long)rs_line_fund(c, l), (double)rs_line_quantity(c, l));
    assert_int_equal(c->n_lines, 900);
    if (expected == NULL) expected = g_strdup(all->str);
    if (strcmp(all->str, expected) != 0) fail_msg("form %u", form);
    read_clear(&read);
  }
}

static void texts_are_apart_where_they_ascend_and_blocks_do_not_meet(void **state) {
  (void)state;
  static const struct { const char *block[2][3]; bool apart; } cases[] = {
      {{{"998", "999", "1000"}, {"1001", "1002", NULL}}, true},
      {{{"B1", "B2", "B3"}, {"A1", "A2", "A3"}}, true}, /* the blocks' order is nothing */
      {{{"C0000001", "C0000002", "C0000010"}, {"C000000000009", "C000000000010", "C000000010000"}}, true}, /* by words of eight bytes */
      {{{"C000000000010", "C000000000009", NULL}, {NULL}}, false},
      {{{"C000000010000", "C000000000009", NULL}, {NULL}}, false},
      {{{"C00000000000000000010", "C00000000000000000011", NULL}, {NULL}}, true},
      {{{"C00000000000000000010", "C00000000000000000009", NULL}, {NULL}}, false},
      {{{"1", NULL}, {NULL}}, true},
      {{{NULL}, {NULL}}, true},
      {{{"1", "1", NULL}, {NULL}}, false},
      {{{"2", "1", NULL}, {NULL}}, false},
      {{{"1", "5", NULL}, {"5", "6", NULL}}, false},
      {{{"1", "5", NULL}, {"3", NULL}}, false},
      {{{"3", NULL}, {"3", NULL}}, false},
  };
  for (size_t c = 0; c < G_N_ELEMENTS(cases); c++)
    for (unsigned n_threads = 1; n_threads <= 2; n_threads++) {
      RsAscent ascent[2] = {0};
      for (unsigned block = 0; block < 2; block++) {
        RsAscent *of = &ascent[block % n_threads];
        for (unsigned i = 0; i < 3 && cases[c].block[block][i] != NULL; i++) rs_ascent_add(of, cases[c].block[block][i], strlen(cases[c].block[block][i]));
        rs_ascent_end_block(of);
      }
      RsAscent *const all[2] = {&ascent[0], &ascent[1]};
      if (rs_ascents_apart(all, n_threads) != cases[c].apart) fail_msg("case %zu, %u threads", c, n_threads);
      for (unsigned t = 0; t < 2; t++) rs_ascent_clear(&ascent[t]);
    }
}

/* Repeats, contradictions, refunds whole and in parts, settlements with several times and regions, bad rows: few ids, so that they meet. */
static GPtrArray *messy_rows(uint64_t seed, uint32_t n) {
  GPtrArray *rows = g_ptr_array_new_with_free_func(g_free);
  RsRandom random;
  rs_random_init(&random, seed);
#define DRAW(n) rs_random_below(&random, (n))
  while (rows->len < n) {
    g_autofree char *claim = DRAW(8) ? g_strdup_printf("C%u", DRAW(4) ? rows->len : DRAW(n)) : g_strdup("");
    g_autofree char *settlement = DRAW(3) ? g_strdup_printf("S%u", DRAW(n / 4 + 1)) : g_strdup("");
    g_autofree char *clock = DRAW(4) ? g_strdup_printf(" %02u:%02u", 8 + DRAW(3), 15 * DRAW(4)) : g_strdup("");
    const char *sign = DRAW(4) ? "" : "-", *bad = DRAW(60) ? "" : "x";
    g_ptr_array_add(rows, g_strdup_printf("%s,%s,P%u,H%u,2025-03-%02u%s,D%u,X%u,1,%s%u%s,%s%u,11%u,12%u,\n", claim, settlement, DRAW(12), DRAW(3),
                                          1 + DRAW(20), clock, DRAW(2), DRAW(3), sign, 5 * DRAW(5), bad, sign, DRAW(5), DRAW(3), DRAW(3)));
    if (DRAW(10) == 0) g_ptr_array_add(rows, g_strdup(g_ptr_array_index(rows, DRAW(rows->len))));
  }
#undef DRAW
  return rows;
}

static void messy_rows_give_one_table_and_one_balance_in_any_order(void **state) {
  (void)state;
  uint64_t seen[RS_N_PLACES] = {0};
  for (uint64_t seed = 1; seed <= 12; seed++) {
    g_autoptr(GPtrArray) rows = messy_rows(seed, seed % 3 ? 60 : 900);
    Read first = {0};
    for (unsigned threads = 1; threads <= 5; threads++) {
      g_autofree char *a_text = join_rows(rows, 0, rows->len / threads), *b_text = join_rows(rows, rows->len / threads, rows->len);
      g_autofree char *a = write_file("a.csv", a_text), *b = write_file("b.csv", b_text);
      const char *paths[] = {a, b, NULL};
      RsReadOptions options = {.n_threads = threads, .allow_rejects = true};
      Read read = read_paths(paths, &options);
      rs_assert_no_error(read.error);
      shuffle(rows, seed * 100 + threads);
      if (threads == 1) {
        first = read;
        continue;
      }
      assert_same_claims(first.claims, read.claims);
      const RsReport *x = rs_reader_report(first.reader), *y = rs_reader_report(read.reader);
      assert_memory_equal(x->rows, y->rows, sizeof x->rows);
      assert_memory_equal(x->amount, y->amount, sizeof x->amount);
      assert_memory_equal(x->rejected_by, y->rejected_by, sizeof x->rejected_by);
      assert_int_equal(x->reversed_pairs, y->reversed_pairs);
      assert_int_equal(x->partial_refunds, y->partial_refunds);
      assert_int_equal(x->negative_without_original, y->negative_without_original);
      assert_int_equal(x->date_only_rows, y->date_only_rows);
      read_clear(&read);
    }
    for (int p = 0; p < RS_N_PLACES; p++) seen[p] += rs_reader_report(first.reader)->rows[p];
    read_clear(&first);
  }
  for (int p = 0; p < RS_N_PLACES; p++) assert_true(p == RS_PLACE_OUTSIDE || seen[p] > 10); /* the rows were messy enough */
}

static void a_file_given_twice_without_claim_ids_counts_once(void **state) {
  (void)state;
  const char *text = "person_id,institution_id,time,amount\nP1,H1,2025-03-01 08:00,10.00\nP2,H1,2025-03-01 08:05,5.00\n";
  g_autofree char *a = write_file("once.csv", text), *b = write_file("copy.csv", text);
  const char *paths[] = {a, b, a, NULL};
  Read read = read_paths(paths, NULL);
  rs_assert_no_error(read.error);
  assert_int_equal(read.claims->n_lines, 2);
  assert_int_equal(rs_reader_report(read.reader)->rows[RS_PLACE_REPEATED], 4);
  read_clear(&read);
}

/* The same claim seen twice, with regions or a kind of institution that differ: the table must not hang on which row came first. */
static void rows_that_differ_beside_their_content_give_one_table(void **state) {
  (void)state;
  static const char *const header = "claim_id,settlement_id,person_id,institution_id,institution_type,time,drug_code,amount,person_region,service_region\n";
  static const char *const row[] = {"C1,S1,P1,A1,pharmacy,2025-03-01,X1,1.00,1101,1101\n", "C1,S1,P1,A1,hospital,2025-03-01,X1,1.00,1102,1103\n",
                                    ",S2,P1,A1,clinic,2025-03-02,X1,2.00,1104,1104\n",     ",S2,P1,A1,hospital,2025-03-02,X1,2.00,1105,1105\n",
                                    "C1,S1,P1,A1,pharmacy,2025-03-01 00:00,X1,1.00,1101,1101\n"};
  static const unsigned order[][5] = {{0, 1, 2, 3, 4}, {1, 0, 3, 2, 4}, {4, 3, 2, 1, 0}, {4, 1, 3, 0, 2}};
  Read first = {0};
  for (size_t i = 0; i < G_N_ELEMENTS(order); i++) {
    g_autoptr(GString) text = g_string_new(header);
    for (unsigned k = 0; k < 5; k++) g_string_append(text, row[order[i][k]]);
    Read read = read_text(text->str, NULL);
    rs_assert_no_error(read.error);
    if (i == 0) {
      first = read;
      continue;
    }
    assert_same_claims(first.claims, read.claims);
    assert_int_equal(rs_reader_report(first.reader)->date_only_rows, rs_reader_report(read.reader)->date_only_rows);
    read_clear(&read);
  }
  assert_int_equal(rs_reader_report(first.reader)->rows[RS_PLACE_REPEATED], 2);
  read_clear(&first);
}

static void the_kind_of_an_institution_may_hang_on_a_long_prefix(void **state) {
  (void)state;
  g_autofree char *map = write_file("prefix.ini", "[columns]\nperson_id=person_id\ninstitution_id=institution_id\ntime=time\n"
                                                  "[institution_prefixes]\npharmacy=outlet-000-p\nhospital=outlet-000-h\n");
  RsReadOptions options = {.map = map, .n_threads = 1};
  Read read = read_text("person_id,institution_id,time\nP1,OUTLET-000-P1,2025-03-01\nP1,OUTLET-000-H1,2025-03-02\nP1,OUTLET-000-P2,2025-03-03\n", &options);
  rs_assert_no_error(read.error);
  assert_int_equal(read.claims->institution_type[0], RS_TYPE_HOSPITAL);
  assert_int_equal(read.claims->institution_type[1], RS_TYPE_PHARMACY);
  assert_int_equal(read.claims->institution_type[2], RS_TYPE_PHARMACY);
  read_clear(&read);
}

static void amounts_that_no_sum_can_hold_are_refused(void **state) {
  (void)state;
  static const char *const amount[] = {"999999999999999.99,", "-999999999999999.99,", "1.00,999999999999999.99"};
  for (size_t c = 0; c < G_N_ELEMENTS(amount); c++) {
    g_autoptr(GString) text = g_string_new("person_id,institution_id,time,amount,fund_amount\n");
    for (int i = 0; i < 200; i++) g_string_append_printf(text, "P%d,H1,2025-03-01,%s\n", i, amount[c]);
    Read read = read_text(text->str, NULL);
    assert_null(read.claims);
    assert_true(g_error_matches(read.error, RS_ERROR, RS_ERROR_INPUT));
    assert_non_null(strstr(read.error->message, "the amounts together"));
    read_clear(&read);
  }
}

/* A file a day for years, or a file a pharmacy: more files than a process may have open. */
static void more_files_than_can_be_open_are_read(void **state) {
  (void)state;
  enum { N = 150 };
  g_auto(GStrv) paths = g_new0(char *, N + 1);
  for (int i = 0; i < N; i++) {
    g_autofree char *name = g_strdup_printf("many-%03d.csv", i), *text = g_strdup_printf("person_id,institution_id,time,amount\nP%d,H1,2025-03-01 08:00,1.0%d\n", i % 9, i % 10);
    paths[i] = write_file(name, text);
  }
  struct rlimit former, tight;
  assert_int_equal(getrlimit(RLIMIT_NOFILE, &former), 0);
  tight = former;
  tight.rlim_cur = 64;
  assert_int_equal(setrlimit(RLIMIT_NOFILE, &tight), 0);
  Read read = read_paths((const char *const *)paths, NULL);
  assert_int_equal(setrlimit(RLIMIT_NOFILE, &former), 0);
  rs_assert_no_error(read.error);
  const RsReport *report = rs_reader_report(read.reader);
  assert_int_equal(report->rows_read, N);
  assert_int_equal(report->rows[RS_PLACE_REPEATED], N - 90); /* files with the same bytes come every 90 */
  read_clear(&read);
}

/* ---- two tables ---- */

static void settlements_given_again_are_placed_alike_in_any_order(void **state) {
  (void)state;
  static const char *const row[] = {"S1,P1,P00001,2025-03-01 08:00:00,31.00,20.00,D1,0\n", "S1,P1,P00001,2025-03-01 08:00:00,31.00,20.00,D2,0\n",
                                    "S1,P1,P00001,2025-03-01 08:00:00,31.00,20.00,D1,0,,\n", "S1,P1,P00001,2025-03-01 08:00:00,31.00,20.00,D2,0\n",
                                    "S1,P2,P00001,2025-03-01 08:00:00,31.00,20.00,D1,0\n"};
  static const unsigned order[][5] = {{0, 1, 2, 3, 4}, {4, 3, 2, 1, 0}, {1, 4, 0, 2, 3}, {2, 0, 4, 3, 1}, {3, 2, 1, 0, 4}};
  g_autofree char *details = write_file("fee.csv", "bkkp_sn,setl_id,psn_no,fixmedins_code,fee_ocur_time,med_list_codg,cnt,det_item_fee_sumamt\n"
                                                   "F1,S1,P1,P00001,2025-03-01 07:50:00,X1,1,10.00\nF2,S1,P1,P00001,2025-03-01 07:50:00,X2,1,21.00\n");
  const char *paths[] = {details, NULL};
  Read first = {0};
  for (size_t i = 0; i < G_N_ELEMENTS(order); i++) {
    g_autoptr(GString) text = g_string_new("setl_id,psn_no,fixmedins_code,setl_time,medfee_sumamt,fund_pay_sumamt,chfpdr_code,refd_setl_flag\n");
    for (unsigned k = 0; k < 5; k++) g_string_append(text, row[order[i][k]]);
    g_autofree char *settlements = write_file("setl.csv", text->str);
    RsReadOptions options = {.settlements = settlements, .n_threads = 1, .allow_rejects = true};
    Read read = read_paths(paths, &options);
    rs_assert_no_error(read.error);
    if (i == 0) {
      first = read;
      continue;
    }
    assert_same_claims(first.claims, read.claims);
    for (int p = 0; p < RS_N_PLACES; p++) assert_int_equal(rs_reader_report(first.reader)->rows[p], rs_reader_report(read.reader)->rows[p]);
    read_clear(&read);
  }
  assert_int_equal(rs_reader_report(first.reader)->rows[RS_PLACE_USED], 2);
  read_clear(&first);
}

static void details_are_joined_to_their_settlements(void **state) {
  (void)state;
  g_autofree char *details = write_file("fee.csv",
      "bkkp_sn,setl_id,psn_no,fixmedins_code,fee_ocur_time,med_list_codg,cnt,det_item_fee_sumamt,vali_flag\n"
      "F1,S1,P1,P00001,2025-03-01 07:50:00,X1,1,10.00,1\n"
      "F2,S1,P1,P00001,2025-03-01 07:55:00,X2,1,20.00,1\n"
      "F3,S2,P2,H00001,2025-03-02 09:00:00,X1,1,5.00,0\n"
      "F4,S9,P2,H00001,2025-03-02 09:00:00,X1,1,5.00,1\n");
  g_autofree char *settlements = write_file("setl.csv",
      "setl_id,psn_no,fixmedins_code,setl_time,medfee_sumamt,fund_pay_sumamt,insu_admdvs,refd_setl_flag\n"
      "S1,P1,P00001,2025-03-01 08:00:00,31.00,20.00,110101,0\n"
      "S2,P2,H00001,2025-03-02 09:10:00,5.00,4.00,110101,0\n"
      "S3,P3,H00001,2025-03-03 10:00:00,7.00,6.00,110102,0\n");
  const char *paths[] = {details, NULL};
  RsReadOptions options = {.settlements = settlements, .n_threads = 1};
  Read read = read_paths(paths, &options);
  rs_assert_no_error(read.error);
  const RsReport *report = rs_reader_report(read.reader);
  assert_int_equal(report->rows[RS_PLACE_USED], 3);     /* F1, F2 and the lone settlement S3 */
  assert_int_equal(report->rows[RS_PLACE_OUTSIDE], 1);  /* F3 is not valid */
  assert_int_equal(report->rows[RS_PLACE_REJECTED], 1); /* F4 has no settlement */
  assert_int_equal(report->settlements, 3);
  assert_int_equal(report->settlements_without_lines, 1);
  assert_int_equal(report->settlements_with_difference, 1);
  assert_int_equal(report->settlement_difference, 100);
  assert_int_equal(read.claims->n_visits, 2);
  int64_t fund = 0;
  for (uint64_t l = 0; l < read.claims->n_lines; l++) fund += rs_line_fund(read.claims, l);
  assert_int_equal(fund, 2600);
  assert_int_equal(report->amount[RS_PLACE_USED], 3700);
  read_clear(&read);
}

/* Columns are as wide as what was read; two partial refunds give the original three payments of 1.00, and that is wider. */
static void money_that_grows_while_refunds_are_matched_is_kept(void **state) {
  (void)state;
  Read read = read_text(HEADER "C1,S1,P1,H1,2025-03-01,,X1,3,300.00,1.00,,,\nC2,S2,P1,H1,2025-03-02,,X1,-1,-10.00,1.00,,,\n"
                               "C3,S3,P1,H1,2025-03-03,,X1,-1,-20.00,1.00,,,\nC4,S4,P2,H1,2025-03-03,,X1,1,-0.01,-1.00,,,\n", NULL);
  rs_assert_no_error(read.error);
  int64_t amount = 0, fund = 0;
  assert_int_equal(read.claims->n_lines, 2);
  for (uint64_t l = 0; l < 2; l++) amount += rs_line_amount(read.claims, l), fund += rs_line_fund(read.claims, l);
  assert_int_equal(amount, 27000 - 1);
  assert_int_equal(fund, 300 - 100);
  read_clear(&read);
}

static void lines_know_their_file_and_odd_quantities_stay(void **state) {
  (void)state;
  g_autofree char *one = write_file("one.csv", HEADER "\nC1,S1,P1,H1,2025-03-01,,X1,2.5,1.00,,,,\n");
  g_autofree char *two = write_file("two.csv", HEADER), *three = write_file("three.csv", HEADER "C2,S2,P1,H1,2025-03-02,,X1,-300,90000000000.00,,,,\n\n\nC3,S3,P1,H1,2025-03-03,,,,,,,,\n");
  const char *paths[] = {one, two, three, NULL};
  Read read = read_paths(paths, NULL);
  rs_assert_no_error(read.error);
  static const float quantity[] = {2.5f, -300.0f, 0.0f};
  static const int64_t amount[] = {100, 9000000000000, 0};
  const RsRow row[] = {RS_ROW(0, 3), RS_ROW(2, 2), RS_ROW(2, 5)};
  assert_int_equal(read.claims->n_lines, 3);
  for (uint64_t l = 0; l < 3; l++) {
    assert_true(rs_line_quantity(read.claims, l) == quantity[l]);
    assert_int_equal(rs_line_amount(read.claims, l), amount[l]);
    assert_int_equal(rs_line_row(read.claims, l), row[l]);
    assert_int_equal(rs_line_doctor(read.claims, l), RS_NONE);
    assert_int_equal(rs_line_drug(read.claims, l), l < 2 ? 0 : RS_NONE);
  }
  read_clear(&read);
}

/* ---- back to the text ---- */

static void keep_claim_id(const RsSourceLine *line, void *data) {
  char **ids = data;
  ids[line->index] = g_strdup(line->claim_id);
}

static void each_line_leads_back_to_its_row(void **state) {
  (void)state;
  g_autoptr(GPtrArray) rows = random_rows(5, 400);
  g_autofree char *text = join_rows(rows, 0, rows->len);
  Read read = read_text(text, NULL);
  rs_assert_no_error(read.error);
  uint64_t n = read.claims->n_lines;
  g_auto(GStrv) ids = g_new0(char *, n + 1);
  GError *error = NULL;
  g_autofree RsRow *rows_of = g_new(RsRow, n);
  for (uint64_t l = 0; l < n; l++) rows_of[l] = rs_line_row(read.claims, l);
  assert_true(rs_reader_fetch(read.reader, rows_of, n, keep_claim_id, ids, &error));
  for (uint64_t l = 0; l < n; l++) { /* claim ids count the rows, and the header is line 1 */
    g_autofree char *expected = g_strdup_printf("C%" G_GUINT64_FORMAT, (guint64)RS_ROW_LINE(rs_line_row(read.claims, l)) - 2);
    assert_string_equal(ids[l], expected);
  }
  read_clear(&read);
}

/* Files that are read again part by part, and those that cannot be: each row's texts must come from the line it stood on. */
enum { BOM = 1, CRLF = 2, CR = 4, BLANK_LINES = 8, QUOTED_LINE_ENDS = 16, NO_LAST_LINE_END = 32, LATE_GB18030 = 64, LATE_UTF8 = 128, LINE_TOO_LONG = 256, STRAY_QUOTES = 512, EMPTY_BLOCKS = 1024 };
#define WAYS_ROWS 9000u /* several blocks */

/* line[i]: where row i begins, 0 if it is no claim. */
static char *ways_text(unsigned way, unsigned file, uint64_t *line) {
  const char *end = way & CRLF ? "\r\n" : way & CR ? "\r" : "\n";
  GString *text = g_string_new(way & BOM ? "\xef\xbb\xbf" : "");
  g_string_append_printf(text, "claim_id,settlement_id,person_id,institution_id,time,diagnosis%s", end);
  uint64_t at = 2;
  for (uint32_t i = 0; i < WAYS_ROWS; i++) {
    const uint32_t n_blank = (way & EMPTY_BLOCKS) && i % 4000 == 3999 ? 600000 : way & BLANK_LINES ? i % 37 / 35 : 0;
    for (uint32_t k = 0; k < n_blank; k++, at++) g_string_append(text, end);
    const bool long_one = (way & LINE_TOO_LONG) && i == 5000, stray = (way & STRAY_QUOTES) && i % 501 == 70;
    line[i] = long_one || stray ? 0 : at++;
    at += line[i] == 0;
    g_string_append_printf(text, "C%u,S%u,P%u,H%u,2025-03-%02u %02u:%02u:07,", i + file * WAYS_ROWS, i / 3, i / 3 % 700, i / 3 % 9, 1 + i / 3 % 28, i / 84 % 24, i / 3 % 60);
    if ((way & QUOTED_LINE_ENDS) && i % 50 == 3) g_string_append_printf(text, "\"J%sone\"\"%s\"", end, end), at += 2;
    if (stray) g_string_append(text, "\"never closed");
    if ((way & LATE_GB18030) && i > 7000) g_string_append(text, "\xb1\xb1\xbe\xa9");
    if ((way & LATE_UTF8) && i > 7000) g_string_append(text, "\xe8\x8d\xaf");
    for (size_t k = 0; long_one && k < 3u << 20; k++) g_string_append_c(text, 'x');
    if (i + 1 < WAYS_ROWS || !(way & NO_LAST_LINE_END)) g_string_append(text, end);
  }
  return g_string_free(text, FALSE);
}

typedef struct { const RsRow *row; char **claim, **settlement; } Fetched;

static void keep_fetched(const RsSourceLine *line, void *data) {
  const Fetched *fetched = data;
  assert_true(line->row == fetched->row[line->index]);
  assert_null(fetched->claim[line->index]);
  fetched->claim[line->index] = g_strdup(line->claim_id);
  fetched->settlement[line->index] = g_strdup(line->settlement_id);
}

/* Every step-th row of the table, which is in no order of the files. */
static void check_ways(const Read *read, uint64_t *const *line, size_t step) {
  const size_t n = (read->claims->n_lines + step - 1) / step;
  g_autofree RsRow *row = g_new(RsRow, n + 1);
  g_auto(GStrv) claim = g_new0(char *, n + 1), settlement = g_new0(char *, n + 1);
  for (size_t i = 0; i < n; i++) row[i] = rs_line_row(read->claims, i * step);
  Fetched fetched = {row, claim, settlement};
  GError *error = NULL;
  assert_true(rs_reader_fetch(read->reader, row, n, keep_fetched, &fetched, &error));
  rs_assert_no_error(error);
  for (size_t i = 0; i < n; i++) {
    const unsigned number = (unsigned)strtoul(claim[i] + 1, NULL, 10) - RS_ROW_FILE(row[i]) * WAYS_ROWS;
    assert_true(number < WAYS_ROWS);
    g_autofree char *of_it = g_strdup_printf("S%u", number / 3);
    if (line[RS_ROW_FILE(row[i])][number] != RS_ROW_LINE(row[i])) fail_msg("%s is not on line %u", claim[i], (unsigned)RS_ROW_LINE(row[i]));
    assert_string_equal(settlement[i], of_it);
  }
}

static void rows_of_all_kinds_of_files_lead_back(void **state) {
  (void)state;
  static const unsigned ways[] = {0, BOM | CRLF, CR, BLANK_LINES | NO_LAST_LINE_END, QUOTED_LINE_ENDS, QUOTED_LINE_ENDS | CRLF | BLANK_LINES, LATE_GB18030,
                                  BOM | LATE_UTF8, LATE_UTF8 | NO_LAST_LINE_END, LINE_TOO_LONG, STRAY_QUOTES | QUOTED_LINE_ENDS, EMPTY_BLOCKS};
  uint64_t *line[2] = {g_new(uint64_t, WAYS_ROWS), g_new(uint64_t, WAYS_ROWS)};
  for (size_t w = 0; w < G_N_ELEMENTS(ways); w++) {
    g_autofree char *one = ways_text(ways[w], 0, line[0]), *two = ways_text(ways[(w + 3) % G_N_ELEMENTS(ways)], 1, line[1]);
    g_autofree char *a = write_file("a.csv", one), *b = write_file("b.csv", two);
    const char *paths[] = {a, b, NULL};
    const RsReadOptions options = {.n_threads = 1 + (unsigned)w % 3, .allow_rejects = true};
    Read read = read_paths(paths, &options);
    rs_assert_no_error(read.error);
    const RsInputFile *first = g_ptr_array_index(rs_reader_report(read.reader)->files, 0);
    assert_string_equal(first->encoding, ways[w] & LATE_GB18030 ? "GB18030" : "UTF-8");
    assert_true(read.claims->n_lines + 100 > WAYS_ROWS * 2);
    for (size_t step = 1; step < 2000; step = step * 9 + 1) check_ways(&read, line, step);
    read_clear(&read);
  }
  g_free(line[0]);
  g_free(line[1]);
}

static void a_file_that_changed_is_not_trusted(void **state) {
  (void)state;
  Read read = read_text(HEADER "C1,S1,P1,H1,2025-03-01,,X1,1,10.00,,,,\n", NULL);
  rs_assert_no_error(read.error);
  g_free(write_file("claims.csv", HEADER "C1,S1,P1,H1,2025-03-01,,X1,1,10.00,,,,\nC2,S1,P1,H1,2025-03-01,,X1,1,10.00,,,,\n"));
  char *ids[1] = {NULL};
  GError *error = NULL;
  const RsRow row = rs_line_row(read.claims, 0);
  assert_false(rs_reader_fetch(read.reader, &row, 1, keep_claim_id, ids, &error));
  assert_true(g_error_matches(error, RS_ERROR, RS_ERROR_IO));
  g_clear_error(&error);
  g_free(ids[0]);
  read_clear(&read);
}

/* Writes into the file from which the line was just fetched. */
static void change_file(const RsSourceLine *line, void *data) {
  (void)line;
  FILE *file = fopen(data, "ab");
  assert_non_null(file);
  fputs("C9,S9,P9,H1,2025-03-01,,X1,1,10.00,,,,\n", file);
  assert_int_equal(fclose(file), 0);
}

static void a_file_that_changes_while_lines_are_fetched_is_not_trusted(void **state) {
  (void)state;
  Read read = read_text(HEADER "C1,S1,P1,H1,2025-03-01,,X1,1,10.00,,,,\n", NULL);
  rs_assert_no_error(read.error);
  GError *error = NULL;
  const RsRow row = rs_line_row(read.claims, 0);
  const RsInputFile *file = g_ptr_array_index(rs_reader_report(read.reader)->files, 0);
  assert_false(rs_reader_fetch(read.reader, &row, 1, change_file, file->path, &error));
  assert_true(g_error_matches(error, RS_ERROR, RS_ERROR_IO));
  assert_non_null(strstr(error->message, "changed"));
  g_clear_error(&error);
  read_clear(&read);
}

static void unusable_inputs_are_refused(void **state) {
  (void)state;
  static const struct { const char *text; int code; const char *says; } cases[] = {
      {"", RS_ERROR_INPUT, "empty"},
      {"a,b,c\n1,2,3\n", RS_ERROR_INPUT, "person_id"},
      {HEADER "C1,S1,,H1,2025-03-01,,X1,1,10.00,,,,\n", RS_ERROR_INPUT, "no person_id"}};
  for (size_t c = 0; c < G_N_ELEMENTS(cases); c++) {
    Read read = read_text(cases[c].text, NULL);
    assert_null(read.claims);
    if (read.error == NULL || read.error->code != cases[c].code || strstr(read.error->message, cases[c].says) == NULL)
      fail_msg("case %zu: %s", c, read.error ? read.error->message : "no error");
    read_clear(&read);
  }
  const char *missing[] = {"/nonexistent/claims.csv", NULL};
  Read read = read_paths(missing, NULL);
  assert_true(g_error_matches(read.error, RS_ERROR, RS_ERROR_IO));
  read_clear(&read);
}

/* The note that starts with "days far apart", or NULL. */
static const char *far_note(const RsReport *report) {
  for (guint i = 0; i < report->notes->len; i++) {
    const RsSaid *said = g_ptr_array_index(report->notes, i);
    if (g_str_has_prefix(said->text[RS_LANG_EN], "days far apart")) return said->text[RS_LANG_EN];
  }
  return NULL;
}

static void a_few_days_far_from_all_others_are_told(void **state) {
  (void)state;
  static const struct { int usual, slips; const char *year, *said; } cases[] = {
      {2000, 1, "2052", "1 of 2001 visits lie more than 5 years from 2025, where the middle one is; the earliest day is 2025-01-01, the latest 2052-03-04"},
      {2000, 1, "1980", "the earliest day is 1980-03-04, the latest 2025-"},
      {2000, 1, "2030", NULL}, /* five years are not more than five */
      {2000, 3, "2052", NULL}, /* more than one in a thousand are no slip */
      {2000, 0, "2025", NULL}};
  for (size_t c = 0; c < G_N_ELEMENTS(cases); c++) {
    g_autoptr(GString) text = g_string_new(HEADER);
    for (int i = 0; i < cases[c].usual; i++)
      g_string_append_printf(text, "C%d,S%d,P%d,H1,2025-%02d-%02d 08:00:00,,X1,1,1.00,,,,\n", i, i, i % 50, 1 + i % 12, 1 + i % 28);
    for (int i = 0; i < cases[c].slips; i++)
      g_string_append_printf(text, "D%d,T%d,P%d,H1,%s-03-04 08:00:00,,X1,1,1.00,,,,\n", i, i, i, cases[c].year);
    Read read = read_text(text->str, NULL);
    rs_assert_no_error(read.error);
    const char *note = far_note(rs_reader_report(read.reader));
    assert_int_equal(note != NULL, cases[c].said != NULL);
    if (note != NULL && strstr(note, cases[c].said) == NULL) fail_msg("'%s' does not say '%s'", note, cases[c].said);
    read_clear(&read);
  }
}

/* So many doctors that their table is past a cache: later rows are looked at ahead, short and broken ones among them. */
static void rows_looked_at_ahead_may_be_broken(void **state) {
  (void)state;
  enum { DOCTORS = 20000, MORE = 4000 };
  g_autoptr(GString) text = g_string_new(HEADER);
  uint64_t broken = 0;
  for (int i = 0; i < DOCTORS + MORE; i++) {
    if (i > DOCTORS && i % 7 == 0) g_string_append(text, i % 2 == 0 ? "C,S\n" : "C1,S1,P1,H1,2025-03-01 08:00:00,D1,X1,1,1.00,,,,,and,more\n"), broken++;
    if (i > DOCTORS && i % 11 == 0) g_string_append(text, ",,,,,,,,,,,,\n"), broken++;
    g_string_append_printf(text, "C%d,S%d,P%d,H1,2025-03-01 08:00:00,D%d,X1,1,1.00,,,,\n", i, i % 3 == 0 ? i : 1000000 + i, i % 999, i % DOCTORS);
  }
  g_string_append(text, "C");
  broken++;
  Read read = read_text(text->str, &(RsReadOptions){.n_threads = 1, .allow_rejects = true});
  rs_assert_no_error(read.error);
  assert_int_equal(read.claims->doctor->n, DOCTORS);
  assert_int_equal(read.claims->n_lines, DOCTORS + MORE);
  assert_int_equal(rs_reader_report(read.reader)->rows[RS_PLACE_REJECTED], broken);
  read_clear(&read);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(rows_looked_at_ahead_may_be_broken),
      cmocka_unit_test(a_few_days_far_from_all_others_are_told),
      cmocka_unit_test(each_row_ends_in_one_place),
      cmocka_unit_test(rows_outside_the_days_are_set_aside),
      cmocka_unit_test(no_table_knows_what_only_rows_outside_or_rejected_name),
      cmocka_unit_test(many_bad_rows_stop_the_run_unless_allowed),
      cmocka_unit_test(an_id_in_the_wrong_column_is_not_repeated_in_the_message),
      cmocka_unit_test(the_table_equals_its_slow_twin),
      cmocka_unit_test(order_split_threads_and_repeats_change_nothing),
      cmocka_unit_test(repeats_are_found_whether_claim_ids_ascend_or_not),
      cmocka_unit_test(a_narrow_line_holds_what_fits_and_refuses_the_rest),
      cmocka_unit_test(seventy_thousand_regions_are_told_apart),
      cmocka_unit_test(rows_are_read_alike_however_they_are_written),
      cmocka_unit_test(texts_are_apart_where_they_ascend_and_blocks_do_not_meet),
      cmocka_unit_test(messy_rows_give_one_table_and_one_balance_in_any_order),
      cmocka_unit_test(a_file_given_twice_without_claim_ids_counts_once),
      cmocka_unit_test(rows_that_differ_beside_their_content_give_one_table),
      cmocka_unit_test(the_kind_of_an_institution_may_hang_on_a_long_prefix),
      cmocka_unit_test(amounts_that_no_sum_can_hold_are_refused),
      cmocka_unit_test(more_files_than_can_be_open_are_read),
      cmocka_unit_test(settlements_given_again_are_placed_alike_in_any_order),
      cmocka_unit_test(details_are_joined_to_their_settlements),
      cmocka_unit_test(money_that_grows_while_refunds_are_matched_is_kept),
      cmocka_unit_test(lines_know_their_file_and_odd_quantities_stay),
      cmocka_unit_test(each_line_leads_back_to_its_row),
      cmocka_unit_test(rows_of_all_kinds_of_files_lead_back),
      cmocka_unit_test(a_file_that_changed_is_not_trusted),
      cmocka_unit_test(a_file_that_changes_while_lines_are_fetched_is_not_trusted),
      cmocka_unit_test(unusable_inputs_are_refused),
  };
  return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
