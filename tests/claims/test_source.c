#include "base/error.h"
#include "base/random.h"
#include "claims/source_records.h"

#include <isa-l/igzip_lib.h>
#include <time.h>
#include <zstd.h>

static const size_t block_sizes[] = {8, 9, 13, 16, 31, 64, 65, 100, 1000, 65536, 0};

static void assert_records(const char *bytes, size_t length, char delimiter, const GString *expected) {
  for (size_t i = 0; i < G_N_ELEMENTS(block_sizes); i++) {
    for (int level = 0; level < RS_N_SCANS; level++) {
      rs_scan_at_most((RsScanLevel)level);
      g_autoptr(GString) out = records_read(bytes, length, block_sizes[i], delimiter);
      rs_scan_at_most(RS_SCAN_AVX512);
      if (!g_string_equal(out, expected))
        fail_msg("block size %zu, level %d, '%s': got%s\nnot%s", block_sizes[i], level, bytes, out->str, expected->str);
    }
  }
}

/* What the file says, LF and UTF-8, is what the slow twin reads, whatever the block size. */
static void assert_reads_as(const char *bytes, size_t length, const char *text) {
  g_autoptr(GString) expected = rs_reference_records(text, strlen(text), ',', RS_MAX_RECORD);
  assert_records(bytes, length, ',', expected);
}

typedef struct {
  const char *bytes, *text; /* text NULL: the same */
} PlainCase;

static const PlainCase plain_cases[] = {
    {"a,b", NULL},
    {"a,b\n", NULL},
    {"a,b\n1,2", NULL},
    {"a,b\r\n1,2\r\n", NULL},
    {"a,b\r\n1,2\r", NULL},
    {"\n\n\na,b\n\n1,2\n\n\n", NULL},
    {"\r\n\r\na,b\r\n", NULL},
    {"a,b\r1,2\r\r3,4\r", "a,b\n1,2\n\n3,4\n"},
    {"a,b\r1,\"2\r3\"", "a,b\n1,\"2\n3\"\n"},
    {"\xef\xbb\xbf" "a,b\n1,2\n", "a,b\n1,2\n"},
    {"\xef\xbb\xbf", ""},
    {"a,b\n1,\"x\ny\nz\"\n2,3\n", NULL},
    {"a,b\n1,\"x\"\"y\"\r\n2,\"\"\"\"\n", NULL},
    {"a,b\n1,\"never\n2,3\n4,5\n", NULL},
    {"a,b\n1,2\n\"never", NULL},
    {"a,b\n1,\"bad\"text\n2,3\n", NULL},
    {"a,b\n1,\"over\nlines\"text\n2,3\n", NULL},
    {"a,b\n1,in\"the\"middle\n2,3\n", NULL},
    {"a,b\n\"\n\"\n\"\n\"\n\"\n", NULL},
    {"\"a\",\"b\"\n\"1\",\"2\"\n", NULL},
    {"\"a\nb\",c\n1,2\n", NULL},
};

static void small_files_read_alike_at_any_block_size(void **state) {
  (void)state;
  for (size_t i = 0; i < G_N_ELEMENTS(plain_cases); i++) {
    const PlainCase *c = &plain_cases[i];
    assert_reads_as(c->bytes, strlen(c->bytes), c->text != NULL ? c->text : c->bytes);
  }
  assert_reads_as("", 0, "");
}

static void random_files_read_alike_at_any_block_size(void **state) {
  (void)state;
  static const char *const alphabets[] = {"a,\"\n", "ab,,\n", "\"\n", "a,b\"\n\r", "\",\na", "aaaaaaaa,\xff\n"};
  RsRandom random;
  rs_random_init(&random, 11);
  for (int i = 0; i < 400; i++) {
    const char *alphabet = alphabets[rs_random_below(&random, G_N_ELEMENTS(alphabets))];
    char text[600] = "\xef\xbb\xbfh,i\n"; /* the mark settles the encoding */
    const size_t length = 8 + rs_random_below(&random, 500);
    for (size_t k = 7; k < length; k++) text[k] = alphabet[rs_random_below(&random, (uint32_t)strlen(alphabet))];
    text[length] = '\0';
    assert_reads_as(text, length, text + 3);
  }
}

/* ---- quotes that never close ---- */

static GString *rows(size_t n) {
  GString *text = g_string_new("id,name\n");
  for (size_t i = 0; i < n; i++) g_string_append_printf(text, "%zu,name %zu\n", i, i * 7919);
  return text;
}

typedef struct {
  uint64_t n, quote, too_long;
  size_t capacity;
} Tally;

static Tally tally_of(const GString *text, size_t block_size) {
  GError *error = NULL;
  const RsSourceOptions options = {.block_size = block_size, .delimiter = ','};
  g_autoptr(RsSource) source = source_of(text->str, text->len, &options, &error);
  rs_assert_no_error(error);
  RsBlock block = {0};
  RsCsv csv = {0};
  Tally tally = {0, 0, 0, 0};
  while (rs_source_next(source, &block, &error)) {
    rs_csv_read(&csv, &block, ',');
    tally.n += csv.n;
    for (uint32_t r = 0; r < csv.n; r++) {
      tally.quote += csv.fault[r] == RS_FAULT_QUOTE;
      tally.too_long += csv.fault[r] == RS_FAULT_TOO_LONG;
    }
  }
  rs_assert_no_error(error);
  tally.capacity = block.capacity;
  rs_csv_clear(&csv);
  rs_block_clear(&block);
  return tally;
}

static void an_unclosed_quote_over_five_megabytes_costs_one_row(void **state) {
  (void)state;
  g_autoptr(GString) text = rows(1000), rest = rows(300000);
  g_string_append(text, "1000,\"never closed\n");
  g_string_append_len(text, rest->str + 8, (gssize)rest->len - 8);
  assert_true(text->len > 5000000);
  for (size_t block_size = 0; block_size <= 4000000; block_size = block_size == 0 ? 4096 : block_size * 10) {
    const Tally tally = tally_of(text, block_size);
    assert_int_equal(tally.n, 1 + 1000 + 1 + 300000);
    assert_int_equal(tally.quote, 1);
    assert_int_equal(tally.too_long, 0);
    assert_in_range(tally.capacity, 1, 16 << 20);
  }
}

/* A file made so that every line opens a quote which nothing closes within RS_MAX_RECORD: taken one by one, each would cost a scan of
 * that length, 12 hours in all. */
static void a_file_of_unclosed_quotes_takes_linear_time(void **state) {
  (void)state;
  static const char *const lines[] = {"a\",\"b\n", ",\",\n", "\"\"\"\n\"x,", "x,\"y\n", "a,\"\"\",\"\n"};
  for (size_t i = 0; i < G_N_ELEMENTS(lines); i++) {
    g_autoptr(GString) text = g_string_new("h,i\n");
    while (text->len < 6000000) g_string_append(text, lines[i]);
    const clock_t start = clock(); /* of the processor: the machine may be busy with other things */
    const Tally large = tally_of(text, 0), small = tally_of(text, 10000);
    assert_in_range(clock() - start, 0, 20 * CLOCKS_PER_SEC);
    assert_int_equal(large.n, small.n);
    assert_int_equal(large.quote, small.quote);
  }
}

static void unclosed_quotes_read_alike_at_large_block_sizes(void **state) {
  (void)state;
  g_autoptr(GString) text = g_string_new("h,i\n");
  while (text->len < 1500000) g_string_append(text, "a\",\"b\nlonger line here,x\n");
  g_string_append(text, "\",\"\nlast,row\n");
  g_autoptr(GString) expected = records_read(text->str, text->len, 64 << 20, ',');
  for (size_t block_size = 3000; block_size < 4000000; block_size *= 7) {
    g_autoptr(GString) out = records_read(text->str, text->len, block_size, ',');
    assert_true(g_string_equal(out, expected));
  }
}

static void a_line_of_ten_megabytes_is_one_row_at_fault(void **state) {
  (void)state;
  for (int quoted = 0; quoted < 2; quoted++) {
    g_autoptr(GString) text = rows(100);
    if (quoted) g_string_append_c(text, '"');
    for (int i = 0; i < 1000000; i++) g_string_append(text, "ten,bytes,");
    g_string_append(text, "\n7,after\n");
    for (size_t block_size = 0; block_size <= 4000000; block_size = block_size == 0 ? 999 : block_size * 60) {
      const Tally tally = tally_of(text, block_size);
      assert_int_equal(tally.n, 1 + 100 + 1 + 1);
      assert_int_equal(tally.too_long, 1);
      assert_in_range(tally.capacity, 1, 24 << 20);
    }
    g_autoptr(GString) a = records_read(text->str, text->len, 4096, ','), b = records_read(text->str, text->len, 64 << 20, ',');
    assert_true(g_string_equal(a, b));
    assert_non_null(strstr(a->str, "103 fault 0 raw 7 7,after"));
  }
}

static void the_longest_record_may_span_lines_and_blocks(void **state) {
  (void)state;
  for (int extra = 0; extra < 2; extra++) {
    g_autoptr(GString) text = g_string_new("h,i\n1,\"");
    while (text->len < 4 + RS_MAX_RECORD - 1 + (size_t)extra) g_string_append_c(text, text->len % 50 == 0 ? '\n' : 'x');
    g_string_append(text, "\"\n2,3\n");
    for (size_t block_size = 1000; block_size <= 4000000; block_size *= 50) {
      const Tally tally = tally_of(text, block_size);
      if (extra == 0) assert_int_equal(tally.n, 3);
      else assert_true(tally.n > 20000);
      assert_int_equal(tally.quote, extra);
    }
  }
}

/* ---- compression ---- */

static GByteArray *gzip_of(const char *text, size_t length) {
  struct isal_zstream stream;
  GByteArray *out = g_byte_array_new();
  g_byte_array_set_size(out, (guint)(length + length / 8 + 1000));
  isal_deflate_stateless_init(&stream);
  stream.gzip_flag = IGZIP_GZIP;
  stream.end_of_stream = 1;
  stream.next_in = (uint8_t *)(uintptr_t)text;
  stream.avail_in = (uint32_t)length;
  stream.next_out = out->data;
  stream.avail_out = out->len;
  assert_int_equal(isal_deflate_stateless(&stream), COMP_OK);
  g_byte_array_set_size(out, stream.total_out);
  return out;
}

static GByteArray *zstd_of(const char *text, size_t length) {
  GByteArray *out = g_byte_array_new();
  g_byte_array_set_size(out, (guint)ZSTD_compressBound(length));
  ZSTD_CCtx *context = ZSTD_createCCtx();
  ZSTD_CCtx_setParameter(context, ZSTD_c_checksumFlag, 1);
  const size_t n = ZSTD_compress2(context, out->data, out->len, text, length);
  assert_false(ZSTD_isError(n));
  ZSTD_freeCCtx(context);
  g_byte_array_set_size(out, (guint)n);
  return out;
}

typedef GByteArray *(*Compressor)(const char *text, size_t length);
static const Compressor compressors[] = {gzip_of, zstd_of};

static void members_and_frames_follow_each_other(void **state) {
  (void)state;
  g_autoptr(GString) text = rows(60000), expected = records_read(text->str, text->len, 0, ',');
  RsRandom random;
  rs_random_init(&random, 5);
  for (size_t c = 0; c < G_N_ELEMENTS(compressors); c++) {
    for (int round = 0; round < 3; round++) {
      g_autoptr(GByteArray) all = g_byte_array_new();
      for (size_t at = 0; at < text->len;) {
        const size_t wanted = rs_random_below(&random, round == 0 ? 3000000 : round == 1 ? 9000 : 700);
        const size_t n = MIN(text->len - at, wanted);
        g_autoptr(GByteArray) member = compressors[c](text->str + at, n);
        g_byte_array_append(all, member->data, member->len);
        at += n;
      }
      g_autoptr(GString) out = records_read(all->data, all->len, round == 2 ? 3000 : 0, ',');
      assert_true(g_string_equal(out, expected));
      g_byte_array_append(all, (const guint8 *)"\0\0\0\0\0\0\0", 7); /* padding */
      g_autoptr(GString) padded = records_read(all->data, all->len, 0, ',');
      assert_true(g_string_equal(padded, expected));
    }
  }
}

/* Opens and reads; the error, or NULL. */
static GError *error_of(const void *bytes, size_t length) {
  GError *error = NULL;
  g_autoptr(RsSource) source = source_of(bytes, length, NULL, &error);
  if (source == NULL) return error;
  GString *out = records_of(source, &error);
  g_string_free(out, TRUE);
  return error;
}

static void assert_unreadable(const GByteArray *bytes, size_t length, const char *what) {
  g_autoptr(GError) error = error_of(bytes->data, length);
  if (error == NULL) fail_msg("%zu bytes were read without an error", length);
  assert_true(g_error_matches(error, RS_ERROR, RS_ERROR_IO));
  assert_non_null(strstr(error->message, "claims.csv: "));
  if (what != NULL && strstr(error->message, what) == NULL) fail_msg("'%s' does not say '%s'", error->message, what);
}

static void compressed_files_cut_off_anywhere_are_errors(void **state) {
  (void)state;
  g_autoptr(GString) text = rows(300);
  for (size_t c = 0; c < G_N_ELEMENTS(compressors); c++) {
    g_autoptr(GByteArray) bytes = compressors[c](text->str, text->len);
    for (size_t n = 4; n < bytes->len; n++) assert_unreadable(bytes, n, "cut off");
    const size_t one = bytes->len;
    g_byte_array_append(bytes, bytes->data, (guint)one);
    for (size_t n = one + 4; n < bytes->len; n += 7) assert_unreadable(bytes, n, NULL);
  }
}

/* A flipped bit may stand where it means nothing; it never changes what is read. */
static void assert_not_misread(const GByteArray *bytes, const GString *expected) {
  g_autoptr(GError) error = NULL;
  g_autoptr(RsSource) source = source_of(bytes->data, bytes->len, NULL, &error);
  g_autoptr(GString) out = source != NULL ? records_of(source, &error) : NULL;
  if (error == NULL) assert_true(g_string_equal(out, expected));
  else assert_true(g_error_matches(error, RS_ERROR, RS_ERROR_IO));
}

static void damaged_data_is_an_error(void **state) {
  (void)state;
  g_autoptr(GString) text = rows(300), expected = records_read(text->str, text->len, 0, ',');
  for (size_t c = 0; c < G_N_ELEMENTS(compressors); c++) {
    g_autoptr(GByteArray) bytes = compressors[c](text->str, text->len);
    for (size_t n = 12; n < bytes->len; n++) {
      bytes->data[n] ^= 0x20;
      assert_not_misread(bytes, expected);
      bytes->data[n] ^= 0x20;
    }
    g_byte_array_append(bytes, (const guint8 *)"id,name\n", 8);
    assert_unreadable(bytes, bytes->len, "other data");
  }
}

static void archives_of_other_kinds_are_named(void **state) {
  (void)state;
  static const char *const starts[][2] = {{"PK\3\4 and more", "damaged workbook"}, {"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1 more", ".xls"},
                                          {"BZh91AY&SY more", "bzip2"}, {"7z\xbc\xaf\x27\x1c", "7z"}};
  for (size_t i = 0; i < G_N_ELEMENTS(starts); i++) {
    g_autoptr(GError) error = error_of(starts[i][0], strlen(starts[i][0]));
    assert_true(g_error_matches(error, RS_ERROR, RS_ERROR_INPUT));
    assert_non_null(strstr(error->message, starts[i][1]));
  }
}

/* ---- the file itself ---- */

static void what_is_no_file_is_refused(void **state) {
  (void)state;
  g_autofree char *folder = g_dir_make_tmp("ringscope-XXXXXX", NULL), *pipe_path = g_build_filename(folder, "pipe", NULL);
  assert_int_equal(mkfifo(pipe_path, 0600), 0);
  const char *const paths[] = {"/no/such/file.csv", folder, pipe_path, "/dev/null"};
  for (size_t i = 0; i < G_N_ELEMENTS(paths); i++) {
    g_autoptr(GError) error = NULL;
    assert_null(rs_source_open(paths[i], NULL, &error));
    assert_true(g_error_matches(error, RS_ERROR, RS_ERROR_IO));
    assert_true(g_str_has_prefix(error->message, paths[i]));
  }
  unlink(pipe_path);
  rmdir(folder);
}

static void a_file_changed_while_read_is_an_error_that_stays(void **state) {
  (void)state;
  g_autoptr(GString) text = rows(1000);
  const int fd = file_of(text->str, text->len);
  g_autoptr(GError) error = NULL;
  const RsSourceOptions options = {.block_size = 1000};
  g_autoptr(RsSource) source = rs_source_open_fd(fd, "claims.csv", &options, &error);
  RsBlock block = {0};
  assert_true(rs_source_next(source, &block, &error));
  assert_int_equal(write(fd, "5000,late\n", 10), 10);
  while (rs_source_next(source, &block, &error)) continue;
  assert_true(g_error_matches(error, RS_ERROR, RS_ERROR_IO));
  assert_non_null(strstr(error->message, "changed"));
  g_clear_error(&error);
  assert_false(rs_source_next(source, &block, &error));
  assert_true(g_error_matches(error, RS_ERROR, RS_ERROR_IO));
  rs_block_clear(&block);
  close(fd);
}

/* A compressed file that shrinks or grows at its end looks damaged first. */
static void a_compressed_file_changed_while_read_is_not_called_damaged(void **state) {
  (void)state;
  RsRandom random;
  rs_random_init(&random, 5);
  g_autoptr(GString) text = g_string_new("id,name\n");
  while (text->len < 2000000) g_string_append_printf(text, "%08x%08x,%08x\n", rs_random_below(&random, 1u << 31), rs_random_below(&random, 1u << 31), rs_random_below(&random, 1u << 31));
  for (size_t c = 0; c < 2 * G_N_ELEMENTS(compressors); c++) {
    g_autoptr(GByteArray) bytes = compressors[c / 2](text->str, text->len);
    const int fd = file_of(bytes->data, bytes->len);
    g_autoptr(GError) error = NULL;
    g_autoptr(RsSource) source = rs_source_open_fd(fd, "claims.csv", NULL, &error);
    RsBlock block = {0};
    assert_true(rs_source_next(source, &block, &error));
    if (c % 2 == 0) assert_int_equal(ftruncate(fd, (off_t)bytes->len - 100), 0);
    else assert_int_equal(write(fd, "late data", 9), 9);
    while (rs_source_next(source, &block, &error)) continue;
    assert_true(g_error_matches(error, RS_ERROR, RS_ERROR_IO));
    if (strstr(error->message, "changed") == NULL) fail_msg("'%s' does not say that the file changed", error->message);
    rs_block_clear(&block);
    close(fd);
  }
}

static void a_later_pass_must_find_the_same_file(void **state) {
  (void)state;
  g_autofree char *folder = g_dir_make_tmp("ringscope-XXXXXX", NULL), *path = g_build_filename(folder, "claims.csv", NULL);
  assert_true(g_file_set_contents(path, "a,b\n1,2\n", -1, NULL));
  g_autoptr(GError) error = NULL;
  g_autoptr(RsSource) first = rs_source_open(path, NULL, &error);
  rs_assert_no_error(error);
  const RsSourceOptions options = {.stamp = rs_source_stamp(first)};
  g_autoptr(RsSource) again = rs_source_open(path, &options, &error);
  rs_assert_no_error(error);
  assert_true(g_file_set_contents(path, "a,b\n1,3\n", -1, NULL)); /* replaces the file */
  assert_null(rs_source_open(path, &options, &error));
  assert_true(g_error_matches(error, RS_ERROR, RS_ERROR_IO));
  g_clear_error(&error);
  g_string_free(records_of(again, &error), TRUE);
  assert_true(g_error_matches(error, RS_ERROR, RS_ERROR_IO));
  unlink(path);
  rmdir(folder);
}

static void the_header_is_known_at_once(void **state) {
  (void)state;
  static const struct {
    const char *bytes;
    const char *header; /* joined by |; NULL: refused */
    char delimiter;
  } cases[] = {
      {"a,b\n1,2\n", "a|b", ','},       {"\xef\xbb\xbf\"a\"; \"b\"\"x ;c \r\n", "a|\"b\"\"x|c", ';'},
      {"\n\n a\tb\n", "a|b", '\t'},     {"", "", ','},
      {"\n\n", "", ','},                {"only", "only", ','},
      {"\"a\n,b\n1,2\n", NULL, ','},    {"a|b|c\r1|2|3\r", "a|b|c", '|'},
      {"\xe5\xbc\xa0,\xff\n", "\xe5\xbc\xa0|\xef\xbf\xbd", ','},
  };
  for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
    g_autoptr(GError) error = NULL;
    g_autoptr(RsSource) source = source_of(cases[i].bytes, strlen(cases[i].bytes), NULL, &error);
    rs_assert_no_error(error);
    g_autoptr(GPtrArray) header = rs_source_header(source, &error);
    if (cases[i].header == NULL) {
      assert_null(header);
      assert_true(g_error_matches(error, RS_ERROR, RS_ERROR_INPUT));
      continue;
    }
    rs_assert_no_error(error);
    g_ptr_array_add(header, NULL);
    g_autofree char *joined = g_strjoinv("|", (char **)header->pdata);
    assert_string_equal(joined, cases[i].header);
    assert_int_equal(rs_source_delimiter(source), cases[i].delimiter);
  }
}

static void a_header_longer_than_the_head_is_refused(void **state) {
  (void)state;
  g_autoptr(GString) text = g_string_new(NULL);
  while (text->len < 70000) g_string_append(text, "column,");
  g_string_append(text, "last\n1,2\n");
  g_autoptr(GError) error = NULL;
  g_autoptr(RsSource) source = source_of(text->str, text->len, NULL, &error);
  rs_assert_no_error(error);
  assert_null(rs_source_header(source, &error));
  assert_true(g_error_matches(error, RS_ERROR, RS_ERROR_INPUT));
}

static void random_bytes_end_without_a_crash(void **state) {
  (void)state;
  RsRandom random;
  rs_random_init(&random, 8);
  for (int i = 0; i < 300; i++) {
    char bytes[3000];
    const size_t length = rs_random_below(&random, sizeof bytes);
    for (size_t k = 0; k < length; k++) bytes[k] = (char)rs_random_below(&random, 256);
    for (size_t b = 0; b < G_N_ELEMENTS(block_sizes); b++) {
      GError *error = NULL;
      const RsSourceOptions options = {.block_size = block_sizes[b]};
      g_autoptr(RsSource) source = source_of(bytes, length, &options, &error);
      g_clear_error(&error);
      if (source == NULL) continue;
      g_string_free(records_of(source, &error), TRUE);
      g_clear_error(&error);
    }
  }
}

static void sha256_is_that_of_the_file_as_it_stands(void **state) {
  (void)state;
  char hex[65];
  g_autoptr(GError) error = NULL;
  g_autoptr(RsSource) abc = source_of("abc", 3, NULL, &error), empty = source_of("", 0, NULL, &error);
  assert_true(rs_source_sha256(abc, hex, &error));
  assert_string_equal(hex, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  assert_true(rs_source_sha256(empty, hex, &error));
  assert_string_equal(hex, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
}

/* The checksum of other bytes than were read would stand in the manifest. */
static void sha256_of_a_file_that_changed_is_an_error(void **state) {
  (void)state;
  char hex[65];
  const int fd = file_of("a,b\n1,2\n", 8);
  g_autoptr(GError) error = NULL;
  g_autoptr(RsSource) source = rs_source_open_fd(fd, "claims.csv", NULL, &error);
  rs_assert_no_error(error);
  assert_int_equal(write(fd, "3,4\n", 4), 4);
  assert_false(rs_source_sha256(source, hex, &error));
  assert_true(g_error_matches(error, RS_ERROR, RS_ERROR_IO));
  assert_non_null(strstr(error->message, "changed"));
  close(fd);
}

static void a_pipe_is_spooled_and_read_twice(void **state) {
  (void)state;
  int ends[2];
  assert_int_equal(pipe(ends), 0);
  assert_int_equal(write(ends[1], "a,b\n1,2\n", 8), 8);
  close(ends[1]);
  GError *error = NULL;
  const int spool = rs_source_spool(ends[0], NULL, &error);
  rs_assert_no_error(error);
  close(ends[0]);
  struct stat status;
  assert_int_equal(fstat(spool, &status), 0);
  assert_int_equal(status.st_mode & 077, 0);
  assert_int_equal(status.st_nlink, 0);
  g_autoptr(GString) expected = rs_reference_records("a,b\n1,2\n", 8, ',', RS_MAX_RECORD);
  for (int pass = 0; pass < 2; pass++) {
    g_autoptr(RsSource) source = rs_source_open_fd(spool, "-", NULL, &error);
    rs_assert_no_error(error);
    g_autoptr(GString) out = records_of(source, &error);
    rs_assert_no_error(error);
    assert_true(g_string_equal(out, expected));
  }
  close(spool);
  assert_int_equal(rs_source_spool(ends[0], "/no/such/folder", &error), -1);
  assert_true(g_error_matches(error, RS_ERROR, RS_ERROR_IO));
  g_clear_error(&error);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(small_files_read_alike_at_any_block_size),
      cmocka_unit_test(random_files_read_alike_at_any_block_size),
      cmocka_unit_test(an_unclosed_quote_over_five_megabytes_costs_one_row),
      cmocka_unit_test(a_file_of_unclosed_quotes_takes_linear_time),
      cmocka_unit_test(unclosed_quotes_read_alike_at_large_block_sizes),
      cmocka_unit_test(a_line_of_ten_megabytes_is_one_row_at_fault),
      cmocka_unit_test(the_longest_record_may_span_lines_and_blocks),
      cmocka_unit_test(members_and_frames_follow_each_other),
      cmocka_unit_test(compressed_files_cut_off_anywhere_are_errors),
      cmocka_unit_test(damaged_data_is_an_error),
      cmocka_unit_test(archives_of_other_kinds_are_named),
      cmocka_unit_test(what_is_no_file_is_refused),
      cmocka_unit_test(a_file_changed_while_read_is_an_error_that_stays),
      cmocka_unit_test(a_compressed_file_changed_while_read_is_not_called_damaged),
      cmocka_unit_test(a_later_pass_must_find_the_same_file),
      cmocka_unit_test(the_header_is_known_at_once),
      cmocka_unit_test(a_header_longer_than_the_head_is_refused),
      cmocka_unit_test(random_bytes_end_without_a_crash),
      cmocka_unit_test(sha256_is_that_of_the_file_as_it_stands),
      cmocka_unit_test(sha256_of_a_file_that_changed_is_an_error),
      cmocka_unit_test(a_pipe_is_spooled_and_read_twice),
  };
  return cmocka_run_group_tests_name("claims/source", tests, NULL, NULL);
}
