/* tests/claims/source_records.h: a byte string as a file without a name, and what RsSource and RsCsv make of it as one text. */
#ifndef RS_TESTS_SOURCE_RECORDS_H
#define RS_TESTS_SOURCE_RECORDS_H

#include "claims/csv_reader.h"
#include "claims/scan.h"
#include "claims/source.h"
#include "reference/csv_records.h"
#include "rs_test.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

static inline int file_of(const void *bytes, size_t length) {
  const int fd = memfd_create("claims", MFD_CLOEXEC);
  assert_true(fd >= 0);
  assert_int_equal(write(fd, bytes, length), (ssize_t)length);
  return fd;
}

static inline RsSource *source_of(const void *bytes, size_t length, const RsSourceOptions *options, GError **error) {
  const int fd = file_of(bytes, length);
  RsSource *source = rs_source_open_fd(fd, "claims.csv", options, error);
  close(fd);
  return source;
}

static inline void records_append(GString *out, const RsCsv *csv) {
  for (uint32_t r = 0; r < csv->n; r++) {
    size_t length;
    const char *raw = rs_csv_raw(csv, r, &length);
    rs_reference_record(out, rs_csv_line(csv, r), csv->fault[r], raw, length);
    for (uint32_t k = 0; k < rs_csv_n_fields(csv, r); k++) {
      const char *field = rs_csv_field(csv, r, k, &length);
      rs_reference_field(out, field, length);
    }
  }
}

/* Reads to the end; *error as rs_source_next() left it. Checks what holds for every block. */
static inline GString *records_of(RsSource *source, GError **error) {
  GString *out = g_string_new(NULL);
  RsBlock block = {0};
  RsCsv csv = {0};
  unsigned headers = 0;
  for (uint64_t n = 0; rs_source_next(source, &block, error); n++) {
    assert_true(block.length > 0 && block.text[block.length - 1] == '\n');
    assert_int_equal(block.sequence, n);
    rs_csv_read(&csv, &block, rs_source_delimiter(source));
    headers += block.has_header;
    assert_true(headers == 1 || csv.n == 0);
    records_append(out, &csv);
  }
  rs_csv_clear(&csv);
  rs_block_clear(&block);
  return out;
}

/* The records of a file that opens and reads without error. */
static inline GString *records_read(const void *bytes, size_t length, size_t block_size, char delimiter) {
  GError *error = NULL;
  const RsSourceOptions options = {.block_size = block_size, .delimiter = delimiter};
  g_autoptr(RsSource) source = source_of(bytes, length, &options, &error);
  rs_assert_no_error(error);
  GString *out = records_of(source, &error);
  rs_assert_no_error(error);
  return out;
}

#endif
