#include "base/random.h"
#include "claims/csv_reader.h"
#include "claims/scan.h"
#include "claims/source_records.h"
#include "rs_test.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

/* A block of its own memory, so that a read past its padding is seen. */
static RsBlock block_of(const char *text, size_t length) {
  RsTextStats stats = {0, false, false, false};
  rs_text_count(text, length, &stats);
  RsBlock block = {.length = length, .first_line = 1, .has_header = true, .has_quote = stats.has_quote,
                   .has_high = stats.has_high, .has_nul = stats.has_nul};
  block.text = g_malloc0(length + RS_BLOCK_PADDING);
  memcpy(block.text, text, length);
  return block;
}

static void assert_equals_twin(const char *text, size_t length, char delimiter) {
  RsBlock block = block_of(text, length);
  g_autoptr(GString) expected = rs_reference_records(text, length, delimiter, RS_MAX_RECORD);
  for (int level = 0; level < RS_N_SCANS; level++) {
    RsCsv csv = {0};
    rs_scan_at_most((RsScanLevel)level);
    rs_csv_read(&csv, &block, delimiter);
    rs_scan_at_most(RS_SCAN_AVX512);
    g_autoptr(GString) out = g_string_new(NULL);
    records_append(out, &csv);
    if (!g_string_equal(out, expected)) fail_msg("level %d, text '%s': got%s\nnot%s", level, text, out->str, expected->str);
    assert_memory_equal(block.text, text, length);
    rs_csv_clear(&csv);
  }
  rs_block_clear(&block);
}

static void table_of_small_texts(void **state) {
  (void)state;
  static const char *const texts[] = {
      "a,b\n", "a,b\r\n", "\n", "\r\n", "\r\r\n", "\n\n\n", "a\n\nb\n", "a\n\r\nb\n", ",\n", ",,\n", "a\rb,c\n", "a,\r\n", "\r,\n",
      "\"a\",b\n", "\"a\"\n", "\"\"\n", "\"\",\"\"\n", "\"\"\"\"\n", "\"a\"\"b\",c\n", "\"a,b\"\n", "\"a\nb\",c\nd\n",
      "\"a\r\nb\"\r\nd\r\n", "\"a\"b,c\nd\n", "\"a\" ,c\nd\n", "a\"b\",c\n", "a\"b,c\n", " \"a\",b\n", "\"a\nb\nc\n", "\"\n", "\"\"\"\n",
      "a,\"\n", "a,\"b\n\"c\n", "\"a\"\r\r\n", "\"a\"\rb\n", "\"a\r\",b\n", "a,\"b\"\"\"\n", "\"a\"\"\n\"\"\",b\n",
      "x,\"never\ny,z\n\"ok\",w\n", "\xe5\xbc\xa0,\xe4\xb8\x89\n", "\xff,a\nb,c\n", "\xe5\xbc,a\nb,c\n", "a\xc0\x80\n", "\xed\xa0\x80\n",
      "\"\xff\",a\n\"b\",c\n", "\xf4\x90\x80\x80\n", "\xf0\x9f\x92\x8a\n"};
  for (size_t i = 0; i < G_N_ELEMENTS(texts); i++) assert_equals_twin(texts[i], strlen(texts[i]), ',');
}

/* What RsCsv.width promises of end[]: the fields that the accessor gives, which the twin reads too. */
static void assert_regular(const RsCsv *csv, const char *text) {
  for (uint32_t r = 0; r < csv->n; r++)
    for (uint32_t k = 0; k < csv->width; k++) {
      size_t length;
      const char *field = rs_csv_field(csv, r, k, &length);
      const uint32_t f = r * csv->width + k, begin = csv->end[(ptrdiff_t)f - 1] + (k == 0 ? csv->line_end : 1);
      if (csv->text + begin != field || csv->end[f] - begin != length) fail_msg("text '%s': record %u, field %u", text, r, k);
    }
}

static void a_block_is_regular_where_all_records_are_alike(void **state) {
  (void)state;
  static const struct { const char *text; uint32_t width, line_end; } cases[] = {
      {"a,b\nc,d\n", 2, 1}, {"a,b\r\nc,d\r\n", 2, 2}, {"a\nb\n", 1, 1}, {",,\n,,\n", 3, 1}, {"a\r,b\nc,d\n", 2, 1}, {"a,\r\n,d\r\n", 2, 2},
      {"a,b\nc,d\r\n", 0, 0}, {"a,b\r\nc,d\n", 0, 0}, {"a,b\n\nc,d\n", 0, 0}, {"\na,b\n", 0, 0}, {"a,b\nc,d\n\n", 0, 0}, {"\r\na,b\r\n", 0, 0},
      {"a,b\nc\nd,e,f\n", 0, 0}, {"a,b,c\nd\n", 0, 0}, {"a,b\nc,d,e,f\n", 0, 0}, {"a,b\r\r\nc,d\r\r\n", 2, 2}, {"a,\"b\"\n", 0, 0}, {"a,\xff\nb,c\n", 0, 0}};
  for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
    assert_equals_twin(cases[i].text, strlen(cases[i].text), ',');
    for (int level = 0; level < RS_N_SCANS; level++) {
      RsBlock block = block_of(cases[i].text, strlen(cases[i].text));
      RsCsv csv = {0};
      rs_scan_at_most((RsScanLevel)level);
      rs_csv_read(&csv, &block, ',');
      rs_scan_at_most(RS_SCAN_AVX512);
      if (csv.width != cases[i].width || (csv.width != 0 && csv.line_end != cases[i].line_end)) fail_msg("text '%s': width %u", cases[i].text, csv.width);
      assert_regular(&csv, cases[i].text);
      rs_csv_clear(&csv);
      rs_block_clear(&block);
    }
  }
}

static void zero_bytes_fault_their_record_only(void **state) {
  (void)state;
  static const char text[] = "a,b\n1,\0\n\0\n3,4\n\"\0\",5\n";
  assert_equals_twin(text, sizeof text - 1, ',');
}

/* Random texts of the structural characters, up to a few vectors long. */
static void random_texts_read_as_the_slow_twin_reads_them(void **state) {
  (void)state;
  static const char *const alphabets[] = {"a,\"\n", "a,\n", "\"\n", "ab,\"\"\n\r", "\",\n", "aaaaaaaaaaaaaaaaaa,,\"\n", "a;\"\n\t|,", "\"\"\"\"\",\n",
                                          "abcdefghij,\n\xe5\xbc\xa0", "a,\n\xff\""};
  RsRandom random;
  rs_random_init(&random, 1);
  for (int i = 0; i < 30000; i++) {
    const char *alphabet = alphabets[rs_random_below(&random, G_N_ELEMENTS(alphabets))];
    char text[400];
    const size_t length = 1 + rs_random_below(&random, i % 10 == 0 ? 390 : 40);
    for (size_t k = 0; k < length; k++) text[k] = alphabet[rs_random_below(&random, (uint32_t)strlen(alphabet))];
    text[length - 1] = '\n';
    text[length] = '\0';
    assert_equals_twin(text, length, ',');
  }
}

/* Fields and records that end at every place of a 64 byte vector. */
static void every_place_in_a_vector(void **state) {
  (void)state;
  for (size_t before = 0; before < 130; before++) {
    static const char *const tails[] = {",\n", "\n", "\r\nb\r\n", ",\"x\"\n", ",\"x\"\"y\"\r\n", ",\"x\n\"\n\n"};
    for (size_t i = 0; i < G_N_ELEMENTS(tails); i++) {
      char text[200] = "";
      memset(text, 'a', before);
      strcpy(text + before, tails[i]);
      assert_equals_twin(text, strlen(text), ',');
    }
  }
}

static void other_delimiters_split_and_commas_do_not(void **state) {
  (void)state;
  static const char text[] = "a;\"b;c\";d,e\n1;2;3\n";
  assert_equals_twin(text, sizeof text - 1, ';');
  assert_equals_twin(text, sizeof text - 1, '\t');
}

static void longest_record_passes_and_one_byte_more_does_not(void **state) {
  (void)state;
  static const struct {
    size_t extra;
    bool quoted, crlf;
    RsFault fault;
  } cases[] = {{0, false, false, RS_FAULT_NONE}, {1, false, false, RS_FAULT_TOO_LONG}, {0, true, false, RS_FAULT_NONE},
               {1, true, false, RS_FAULT_TOO_LONG}, {0, false, true, RS_FAULT_NONE}, {1, false, true, RS_FAULT_TOO_LONG}};
  for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
    g_autoptr(GString) text = g_string_new("h,i\n");
    const size_t start = text->len, length = RS_MAX_RECORD + cases[i].extra; /* all before the LF */
    for (size_t k = 0; k < length; k++) g_string_append_c(text, 'a');
    text->str[start + 5] = ',';
    if (cases[i].quoted) text->str[start + 6] = '"', text->str[start + length - 1] = '"';
    if (cases[i].crlf) text->str[start + length - 1] = '\r';
    g_string_append(text, "\n1,2\n");
    RsBlock block = block_of(text->str, text->len);
    RsCsv csv = {0};
    rs_csv_read(&csv, &block, ',');
    assert_int_equal(csv.n, 3);
    assert_int_equal(csv.fault[1], cases[i].fault);
    assert_int_equal(rs_csv_n_fields(&csv, 1), cases[i].fault == RS_FAULT_NONE ? 2 : 0);
    assert_int_equal(rs_csv_n_fields(&csv, 2), 2);
    size_t n;
    rs_csv_raw(&csv, 1, &n);
    assert_in_range(n, RS_MAX_RECORD - 1, RS_MAX_RECORD);
    rs_csv_clear(&csv);
    assert_equals_twin(text->str, text->len, ',');
    rs_block_clear(&block);
  }
}

typedef struct {
  const char *text;
  char delimiter;
} DelimiterCase;

static const DelimiterCase delimiter_cases[] = {
    {"", ','},
    {"one column\nx\n", ','},
    {"a,b,c\n1,2,3\n", ','},
    {"a\tb\tc\n1\t2\t3\n", '\t'},
    {"a;b;c\n1;2;3\n", ';'},
    {"a|b|c\n1|2|3\n", '|'},
    {"a;b;c\n1,5;2,5;3,5\n1,5;2;3\n", ';'},
    {"a,b,c\n1;1,2,3\n1,2;2,3\n", ','},
    {"\"a;x;y;z\",b\n\"1;;\",2\n", ','},
    {"\"a,b,c\";d\n\"1,2\";3\n", ';'},
    {"a|b\n1|x,y,z\n2|u,v,w\n", '|'},
    {"a,b|c,d\n1,2|3,4\n", ','},
    {"a\tb,c\td\n", '\t'},
    {"a,b,c\n\n\n", ','},
};

static void delimiters_are_told_by_the_shape_of_the_records(void **state) {
  (void)state;
  for (size_t i = 0; i < G_N_ELEMENTS(delimiter_cases); i++) {
    const DelimiterCase *c = &delimiter_cases[i];
    const char found = rs_csv_delimiter(c->text, strlen(c->text), true);
    if (found != c->delimiter) fail_msg("'%s': '%c', not '%c'", c->text, found, c->delimiter);
  }
}

static void a_record_cut_off_by_the_sample_does_not_count(void **state) {
  (void)state;
  static const char text[] = "a;b;c,d\n1;2;3,4\n5;6;7,8\n9";
  for (size_t n = 12; n < sizeof text; n++) assert_int_equal(rs_csv_delimiter(text, n, false), ';');
}

static void an_empty_text_after_a_large_one_needs_no_new_memory(void **state) {
  (void)state;
  RsCsv csv = {0};
  RsBlock large = block_of("a,\"b\"\n1,2\n3,4\n", 14), small = block_of("\n", 1);
  rs_csv_read(&csv, &large, ',');
  assert_int_equal(csv.n, 3);
  rs_csv_read(&csv, &small, ',');
  assert_int_equal(csv.n, 0);
  assert_int_equal(csv.n_fields, 0);
  rs_csv_clear(&csv);
  rs_csv_clear(&csv);
  rs_block_clear(&large);
  rs_block_clear(&small);
}

/* ---- kernels ---- */

/* Counts byte by byte, and says whether each level does the same. */
static void assert_counted(const char *text, size_t length) {
  RsTextStats expected = {5, false, false, false};
  for (size_t k = 0; k < length; k++) {
    expected.n_lines += text[k] == '\n';
    expected.has_quote |= text[k] == '"';
    expected.has_nul |= text[k] == 0;
    expected.has_high |= (signed char)text[k] < 0;
  }
  for (int level = 0; level < RS_N_SCANS; level++) {
    RsTextStats stats = {5, false, false, false};
    rs_scan_at_most((RsScanLevel)level);
    rs_text_count(text, length, &stats);
    rs_scan_at_most(RS_SCAN_AVX512);
    if (stats.n_lines != expected.n_lines || stats.has_quote != expected.has_quote || stats.has_high != expected.has_high || stats.has_nul != expected.has_nul)
      fail_msg("level %d, length %zu: %" PRIu64 " lines, quote %d, high %d, NUL %d", level, length, stats.n_lines, stats.has_quote, stats.has_high, stats.has_nul);
  }
}

static void counting_agrees_with_and_without_avx2(void **state) {
  (void)state;
  RsRandom random;
  rs_random_init(&random, 2);
  g_autofree char *text = g_malloc(20000);
  for (int i = 0; i < 2000; i++) {
    const size_t length = rs_random_below(&random, i % 50 == 0 ? 20000 : 200);
    for (size_t k = 0; k < length; k++) text[k] = rs_random_below(&random, 3) == 0 ? '\n' : 'a';
    if (length > 0 && i % 3 == 0) text[rs_random_below(&random, (uint32_t)length)] = "\"\0\xe5z"[rs_random_below(&random, 4)];
    assert_counted(text, length);
  }
}

/* A byte in each place of each length about the vectors' borders, in its own memory, among bytes that differ from a quote or NUL by one bit. */
static void one_byte_is_counted_wherever_it_stands(void **state) {
  (void)state;
  static const char fillers[] = {'a', '#', '\x01', '\xff'}, bytes[] = {'"', '\0', '\n', '\x80', '\xff', '\x0b', '\xa2'};
  for (size_t length = 0; length <= 200; length++) {
    g_autofree char *text = g_malloc(MAX(length, 1));
    for (size_t f = 0; f < sizeof fillers; f++) {
      memset(text, fillers[f], length);
      assert_counted(text, length);
      for (size_t place = 0; place < length; place++) {
        for (size_t b = 0; b < sizeof bytes; b++) {
          text[place] = bytes[b];
          assert_counted(text, length);
        }
        text[place] = fillers[f];
      }
    }
  }
}

/* The slow twin: one byte after the other. */
static size_t skipped(const char *text, size_t length, uint64_t n_lines) {
  size_t at = 0;
  while (n_lines > 0 && at < length) n_lines -= text[at++] == '\n';
  return at;
}

static void lines_are_skipped_with_and_without_avx2(void **state) {
  (void)state;
  RsRandom random;
  rs_random_init(&random, 6);
  for (int i = 0; i < 4000; i++) {
    const size_t length = rs_random_below(&random, 700);
    const uint32_t rarity = 1 + rs_random_below(&random, 90), n = rs_random_below(&random, 12);
    g_autofree char *text = g_malloc(MAX(length, 1)); /* no byte after it may be read: the sanitizer sees */
    for (size_t k = 0; k < length; k++) text[k] = rs_random_below(&random, rarity) == 0 ? '\n' : 'a';
    for (int level = 0; level < RS_N_SCANS; level++) {
      rs_scan_at_most((RsScanLevel)level);
      const size_t at = rs_text_skip(text, length, n);
      rs_scan_at_most(RS_SCAN_AVX512);
      if (at != skipped(text, length, n)) fail_msg("level %d, length %zu, %u lines: %zu, not %zu", level, length, n, at, skipped(text, length, n));
    }
  }
}

static void assert_utf8_as_glib(const char *text, size_t length) {
  /* GLib stops at a zero byte, which is valid UTF-8 by itself */
  bool expected = true;
  for (const char *at = text, *end = text + length; expected && at < end;) {
    const char *stop;
    expected = g_utf8_validate(at, end - at, &stop);
    if (!expected && stop < end && *stop == '\0') expected = true;
    at = stop + 1;
  }
  for (int level = 0; level < RS_N_SCANS; level++) {
    rs_scan_at_most((RsScanLevel)level);
    const bool valid = rs_text_is_utf8(text, length);
    rs_scan_at_most(RS_SCAN_AVX512);
    if (valid != expected) fail_msg("level %d, length %zu: %d, not %d", level, length, valid, expected);
  }
}

static void utf8_is_judged_as_glib_judges_it(void **state) {
  (void)state;
  static const unsigned char bytes[] = {0x00, 0x41, 0x7f, 0x80, 0x8f, 0x90, 0x9f, 0xa0, 0xbf, 0xc0, 0xc1, 0xc2, 0xdf, 0xe0,
                                        0xe1, 0xec, 0xed, 0xee, 0xef, 0xf0, 0xf1, 0xf3, 0xf4, 0xf5, 0xf8, 0xff};
  char text[128];
  /* every combination of four at the start, over the vector's border and at the end */
  for (size_t place = 28; place < 33; place += 2) {
    for (size_t n = 0; n < 26 * 26 * 26 * 26; n += place == 30 ? 1 : 7) {
      memset(text, 'a', sizeof text);
      for (size_t k = 0, rest = n; k < 4; k++, rest /= 26) text[place + k] = (char)bytes[rest % 26];
      assert_utf8_as_glib(text, place + 4);
      if (n % 5 == 0) assert_utf8_as_glib(text, 64);
    }
  }
}

static void random_utf8_with_one_wrong_byte(void **state) {
  (void)state;
  RsRandom random;
  rs_random_init(&random, 4);
  for (int i = 0; i < 20000; i++) {
    char text[256];
    size_t length = 0;
    while (length < 200) {
      const uint32_t range = (uint32_t[]){0x80, 0x800, 0x10000, 0x110000}[rs_random_below(&random, 4)];
      const gunichar point = rs_random_below(&random, range);
      if (point >= 0xd800 && point < 0xe000) continue;
      length += (size_t)g_unichar_to_utf8(point, text + length);
    }
    assert_utf8_as_glib(text, length);
    text[rs_random_below(&random, (uint32_t)length)] = (char)rs_random_below(&random, 256);
    assert_utf8_as_glib(text, length);
    assert_utf8_as_glib(text, length - rs_random_below(&random, 5));
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(table_of_small_texts),
      cmocka_unit_test(a_block_is_regular_where_all_records_are_alike),
      cmocka_unit_test(zero_bytes_fault_their_record_only),
      cmocka_unit_test(random_texts_read_as_the_slow_twin_reads_them),
      cmocka_unit_test(every_place_in_a_vector),
      cmocka_unit_test(other_delimiters_split_and_commas_do_not),
      cmocka_unit_test(longest_record_passes_and_one_byte_more_does_not),
      cmocka_unit_test(delimiters_are_told_by_the_shape_of_the_records),
      cmocka_unit_test(a_record_cut_off_by_the_sample_does_not_count),
      cmocka_unit_test(an_empty_text_after_a_large_one_needs_no_new_memory),
      cmocka_unit_test(counting_agrees_with_and_without_avx2),
      cmocka_unit_test(one_byte_is_counted_wherever_it_stands),
      cmocka_unit_test(lines_are_skipped_with_and_without_avx2),
      cmocka_unit_test(utf8_is_judged_as_glib_judges_it),
      cmocka_unit_test(random_utf8_with_one_wrong_byte),
  };
  return cmocka_run_group_tests_name("claims/csv_reader", tests, NULL, NULL);
}
