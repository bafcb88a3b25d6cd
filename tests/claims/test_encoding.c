#include "base/random.h"
#include "claims/encoding.h"
#include "claims/source_records.h"

#include <iconv.h>

/* The system's conversion, for valid text only. */
static GByteArray *converted(const char *text, size_t length, const char *to) {
  gsize n;
  g_autofree char *bytes = g_convert(text, (gssize)length, to, "UTF-8", NULL, &n, NULL);
  if (bytes == NULL) return NULL;
  GByteArray *out = g_byte_array_new();
  g_byte_array_append(out, (const guint8 *)bytes, (guint)n);
  return out;
}

/* Decodes in pieces of `step` bytes, as a file is read. */
static GString *decoded(RsEncoding encoding, const guint8 *bytes, size_t length, size_t step) {
  GString *out = g_string_new(NULL);
  g_autofree char *text = g_malloc(rs_encoding_room(step + 4)), *pending = g_malloc(step + 4);
  size_t left = 0, at = 0;
  do {
    const size_t n = MIN(step, length - at);
    memcpy(pending + left, bytes + at, n);
    at += n;
    size_t used;
    const size_t written = rs_encoding_decode(encoding, pending, left + n, at == length, text, &used);
    assert_true(written <= rs_encoding_room(left + n));
    g_string_append_len(out, text, (gssize)written);
    left = left + n - used;
    assert_in_range(left, 0, at == length ? 0 : 3);
    memmove(pending, pending + used, left);
  } while (at < length);
  return out;
}

static RsEncoding encoding_named(const char *name) {
  for (int e = RS_ENCODING_UTF8; e < RS_N_ENCODINGS; e++)
    if (strcmp(rs_encoding_name[e], name) == 0) return (RsEncoding)e;
  fail_msg("%s", name);
  return RS_ENCODING_UNDECIDED;
}

/* Every character that the system can write in the encoding comes back, whole or in pieces. */
static void every_character_comes_back(void **state) {
  (void)state;
  static const char *const names[] = {"GB18030", "UTF-16LE", "UTF-16BE"};
  for (size_t i = 0; i < G_N_ELEMENTS(names); i++) {
    const RsEncoding encoding = encoding_named(names[i]);
    GError *error = NULL;
    assert_true(rs_encoding_prepare(encoding, &error));
    g_autoptr(GString) text = g_string_new(NULL);
    for (gunichar point = 1; point <= 0x10ffff; point += point < 0x20000 ? 1 : 97) {
      if (point >= 0xd800 && point < 0xe000) continue;
      char one[8];
      const int n = g_unichar_to_utf8(point, one);
      g_autoptr(GByteArray) known = point < 0x10000 ? converted(one, (size_t)n, names[i]) : NULL;
      if (point >= 0x10000 || known != NULL) g_string_append_len(text, one, n);
    }
    assert_true(text->len > 300000);
    g_autoptr(GByteArray) bytes = converted(text->str, text->len, names[i]);
    static const size_t steps[] = {1, 2, 3, 4, 5, 7, 64, 1 << 20};
    for (size_t s = 0; s < G_N_ELEMENTS(steps); s++) {
      g_autoptr(GString) back = decoded(encoding, bytes->data, bytes->len, steps[s]);
      assert_int_equal(back->len, text->len);
      assert_memory_equal(back->str, text->str, text->len);
    }
  }
}

typedef struct {
  const char *encoding, *bytes;
  size_t length;
  const char *text;
} BadCase;

#define BYTES(s) s, sizeof(s) - 1
static const BadCase bad_cases[] = {
    {"GB18030", BYTES("a\xd5,b\n"), "a\xff,b\n"},         /* a lead byte before a delimiter */
    {"GB18030", BYTES("a\xd5\n\xc8\xfd\n"), "a\xff\n\xe4\xb8\x89\n"},
    {"GB18030", BYTES("\x80\xff\n"), "\xff\xff\n"},
    {"GB18030", BYTES("\xd5"), "\xff"},                   /* cut off by the end */
    {"GB18030", BYTES("\x81\x30"), "\xff" "0"},
    {"GB18030", BYTES("\x81\x30\x81"), "\xff" "0\xff"},
    {"GB18030", BYTES("\x81\x30\x81,\n"), "\xff" "0\xff,\n"},
    {"GB18030", BYTES("\x81\x39\n"), "\xff" "9\n"},
    {"GB18030", BYTES("\x84\x31\xa5\x30\n"), "\xff" "1\xff" "0\n"}, /* well-formed, but no character */
    {"GB18030", BYTES("\xfe\x39\xfe\x39\n"), "\xff" "9\xff" "9\n"},
    {"UTF-16LE", BYTES("a\0\0\xd8,\0\n\0"), "a\xff,\n"},  /* half a pair */
    {"UTF-16LE", BYTES("a\0\0\xdc,\0"), "a\xff,"},
    {"UTF-16LE", BYTES("a\0\0\xd8"), "a\xff"},
    {"UTF-16LE", BYTES("a\0,"), "a\xff"},                 /* half a unit */
    {"UTF-16BE", BYTES("\0a\xd8\0\0\n"), "a\xff\n"},
};

static void bytes_that_do_not_decode_never_swallow_a_line_end(void **state) {
  (void)state;
  for (size_t i = 0; i < G_N_ELEMENTS(bad_cases); i++) {
    const BadCase *c = &bad_cases[i];
    const RsEncoding encoding = encoding_named(c->encoding);
    assert_true(rs_encoding_prepare(encoding, NULL));
    for (size_t step = 1; step <= 9; step++) {
      g_autoptr(GString) text = decoded(encoding, (const guint8 *)c->bytes, c->length, step);
      if (strcmp(text->str, c->text) != 0 || text->len != strlen(c->text)) fail_msg("case %zu, step %zu: '%s'", i, step, text->str);
    }
  }
}

static void random_bytes_keep_their_line_ends(void **state) {
  (void)state;
  RsRandom random;
  rs_random_init(&random, 3);
  assert_true(rs_encoding_prepare(RS_ENCODING_GB18030, NULL));
  for (int i = 0; i < 2000; i++) {
    guint8 bytes[300];
    size_t n = rs_random_below(&random, sizeof bytes), lines = 0, kept = 0;
    for (size_t k = 0; k < n; k++) bytes[k] = rs_random_below(&random, 8) == 0 ? '\n' : (guint8)rs_random_below(&random, 256);
    for (size_t k = 0; k < n; k++) lines += bytes[k] == '\n';
    g_autoptr(GString) whole = decoded(RS_ENCODING_GB18030, bytes, n, 1000), pieces = decoded(RS_ENCODING_GB18030, bytes, n, 3);
    for (size_t k = 0; k < whole->len; k++) kept += whole->str[k] == '\n';
    assert_int_equal(kept, lines);
    assert_true(g_string_equal(whole, pieces));
  }
}

/* ---- files ---- */

typedef struct {
  const char *name, *text; /* UTF-8 */
  const char *to;          /* encoding of the file */
  const char *bom;
  size_t bom_length;
  RsEncoding found;
} FileCase;

#define CHINESE "\xe7\xbc\x96\xe5\x8f\xb7,\xe5\xa7\x93\xe5\x90\x8d\n1,\xe5\xbc\xa0\xe4\xb8\x89\n2,\xe6\x9d\x8e\xe5\x9b\x9b\n"
#define ASCII "id,name\n1,Zhang\n2,Li\n"
static const FileCase file_cases[] = {
    {"ASCII", ASCII, "UTF-8", BYTES(""), RS_ENCODING_UNDECIDED},
    {"UTF-8", CHINESE, "UTF-8", BYTES(""), RS_ENCODING_UTF8},
    {"UTF-8 with BOM", CHINESE, "UTF-8", BYTES("\xef\xbb\xbf"), RS_ENCODING_UTF8},
    {"ASCII with BOM", ASCII, "UTF-8", BYTES("\xef\xbb\xbf"), RS_ENCODING_UTF8},
    {"GB18030", CHINESE, "GB18030", BYTES(""), RS_ENCODING_GB18030},
    {"GB18030 with BOM", CHINESE, "GB18030", BYTES("\x84\x31\x95\x33"), RS_ENCODING_GB18030},
    {"UTF-16LE with BOM", CHINESE, "UTF-16LE", BYTES("\xff\xfe"), RS_ENCODING_UTF16LE},
    {"UTF-16BE with BOM", CHINESE, "UTF-16BE", BYTES("\xfe\xff"), RS_ENCODING_UTF16BE},
    {"UTF-16LE", CHINESE, "UTF-16LE", BYTES(""), RS_ENCODING_UTF16LE},
    {"UTF-16BE", CHINESE, "UTF-16BE", BYTES(""), RS_ENCODING_UTF16BE},
    {"UTF-16LE of ASCII", ASCII, "UTF-16LE", BYTES(""), RS_ENCODING_UTF16LE},
    {"UTF-16BE of ASCII", ASCII, "UTF-16BE", BYTES(""), RS_ENCODING_UTF16BE},
    {"one character", "a,b\n1,\xe5\xbc\xa0\n", "GB18030", BYTES(""), RS_ENCODING_GB18030},
    {"quotes and lines", "a,b\n1,\"\xe5\xbc\xa0,\n\xe4\xb8\x89\"\n", "GB18030", BYTES(""), RS_ENCODING_GB18030},
};

/* Reads a file of these bytes at several block sizes: records as of the UTF-8 text, and the encoding found. */
static void assert_file(const char *name, const GByteArray *bytes, const char *text, size_t length, RsEncoding found) {
  g_autoptr(GString) expected = rs_reference_records(text, length, ',', RS_MAX_RECORD);
  static const size_t block_sizes[] = {8, 11, 64, 1000, 0};
  for (size_t b = 0; b < G_N_ELEMENTS(block_sizes); b++) {
    GError *error = NULL;
    const RsSourceOptions options = {.block_size = block_sizes[b]};
    g_autoptr(RsSource) source = source_of(bytes->data, bytes->len, &options, &error);
    rs_assert_no_error(error);
    g_autoptr(GString) out = records_of(source, &error);
    rs_assert_no_error(error);
    if (rs_source_encoding(source) != found) fail_msg("%s: read as %s", name, rs_encoding_name[rs_source_encoding(source)]);
    if (!g_string_equal(out, expected)) fail_msg("%s, block size %zu: got%s\nnot%s", name, block_sizes[b], out->str, expected->str);
  }
}

static void files_are_told_by_content(void **state) {
  (void)state;
  for (size_t i = 0; i < G_N_ELEMENTS(file_cases); i++) {
    const FileCase *c = &file_cases[i];
    g_autoptr(GByteArray) bytes = converted(c->text, strlen(c->text), c->to);
    g_byte_array_prepend(bytes, (const guint8 *)c->bom, (guint)c->bom_length);
    assert_file(c->name, bytes, c->text, strlen(c->text), c->found);
  }
}

/* The first Chinese character may come after megabytes of ASCII. */
static void a_late_character_decides_too(void **state) {
  (void)state;
  g_autoptr(GString) text = g_string_new("id,name\n");
  while (text->len < 200000) g_string_append_printf(text, "%zu,plain\n", text->len);
  g_string_append(text, CHINESE);
  static const char *const names[] = {"UTF-8", "GB18030"};
  for (size_t i = 0; i < 2; i++) {
    g_autoptr(GByteArray) bytes = converted(text->str, text->len, names[i]);
    assert_file(names[i], bytes, text->str, text->len, encoding_named(names[i]));
  }
}

static void a_few_damaged_bytes_do_not_change_the_encoding(void **state) {
  (void)state;
  static const char *const damaged[] = {
      "a,b\n1,x\xe9y\n2,z\n",                            /* one byte of another code page in ASCII */
      "a,b\n1,x\xe9\n2,z\n",
      "a,b\n1,x\xff\n2,z\n",
      "a,b\n1,\xe5\xbc\n" CHINESE,                       /* a character cut in two */
      CHINESE "3,\xbc\xa0\n4,\xff\n" CHINESE,
      CHINESE "3,\xd5\xc5\xc8\xfd\n" CHINESE CHINESE,    /* one row in GB18030 */
  };
  for (size_t i = 0; i < G_N_ELEMENTS(damaged); i++) {
    g_autoptr(GByteArray) bytes = g_byte_array_new();
    g_byte_array_append(bytes, (const guint8 *)damaged[i], (guint)strlen(damaged[i]));
    assert_file("damaged", bytes, damaged[i], strlen(damaged[i]), RS_ENCODING_UTF8);
  }
}

static void damaged_gb18030_stays_gb18030_and_loses_its_row_only(void **state) {
  (void)state;
  g_autoptr(GByteArray) bytes = converted(CHINESE, sizeof CHINESE - 1, "GB18030");
  g_byte_array_append(bytes, (const guint8 *)"3,x\xff\n4,y\xd5\n", 10);
  static const char text[] = CHINESE "3,x\xff\n4,y\xff\n";
  assert_file("damaged", bytes, text, sizeof text - 1, RS_ENCODING_GB18030);
}

static void zero_bytes_in_ascii_are_not_utf16(void **state) {
  (void)state;
  static const char text[] = "a,b\n1,\0\n\0,2\n3,4\n";
  g_autoptr(GByteArray) bytes = g_byte_array_new();
  g_byte_array_append(bytes, (const guint8 *)text, sizeof text - 1);
  assert_file("zeros", bytes, text, sizeof text - 1, RS_ENCODING_UNDECIDED);
}

/* Delimiters hide in the second bytes of GB18030 characters: | is 7C. */
static void second_bytes_are_no_delimiters(void **state) {
  (void)state;
  static const char bytes[] = "a|b|c\n\x81\x7c|\x81\x5c|\xd5\xc5\n\xd5\xc5|\xc8\xfd|\xcb\xc4\n";
  GError *error = NULL;
  g_autoptr(RsSource) source = source_of(bytes, sizeof bytes - 1, NULL, &error);
  rs_assert_no_error(error);
  assert_int_equal(rs_source_delimiter(source), '|');
  RsBlock block = {0};
  RsCsv csv = {0};
  assert_true(rs_source_next(source, &block, &error));
  rs_csv_read(&csv, &block, '|');
  assert_int_equal(csv.n, 3);
  for (uint32_t r = 0; r < 3; r++) {
    assert_int_equal(rs_csv_n_fields(&csv, r), 3);
    assert_int_equal(csv.fault[r], RS_FAULT_NONE);
  }
  rs_csv_clear(&csv);
  rs_block_clear(&block);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(every_character_comes_back),
      cmocka_unit_test(bytes_that_do_not_decode_never_swallow_a_line_end),
      cmocka_unit_test(random_bytes_keep_their_line_ends),
      cmocka_unit_test(files_are_told_by_content),
      cmocka_unit_test(a_late_character_decides_too),
      cmocka_unit_test(a_few_damaged_bytes_do_not_change_the_encoding),
      cmocka_unit_test(damaged_gb18030_stays_gb18030_and_loses_its_row_only),
      cmocka_unit_test(zero_bytes_in_ascii_are_not_utf16),
      cmocka_unit_test(second_bytes_are_no_delimiters),
  };
  return cmocka_run_group_tests_name("claims/encoding", tests, NULL, NULL);
}
