/* tests/fuzz/fuzz_csv_reader.c: any bytes as a claims file. The first byte picks block size and whether AVX2 is used.
 *
 * As the file stands it must read to its end or to an error, whatever it is. Behind a byte order mark, which settles the encoding, it
 * must read as the slow twin reads it. */
#include "claims/csv_reader.h"
#include "claims/scan.h"
#include "reference/csv_records.h"

#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void records_append(GString *out, const RsCsv *csv) {
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

/* NULL if the file cannot be read. */
static GString *file_records(int fd, size_t block_size, char delimiter) {
  const RsSourceOptions options = {.block_size = block_size, .delimiter = delimiter};
  GError *error = NULL;
  g_autoptr(RsSource) source = rs_source_open_fd(fd, "fuzz", &options, NULL);
  if (source == NULL) return NULL;
  GString *out = g_string_new(NULL);
  RsBlock block = {0};
  RsCsv csv = {0};
  while (rs_source_next(source, &block, &error)) {
    rs_csv_read(&csv, &block, rs_source_delimiter(source));
    records_append(out, &csv);
  }
  rs_csv_clear(&csv);
  rs_block_clear(&block);
  if (error == NULL) return out;
  g_error_free(error);
  g_string_free(out, TRUE);
  return NULL;
}

static void check_twin(const GString *records, const char *text, size_t length) {
  g_autofree char *copy = g_malloc(length + 1);
  memcpy(copy, text, length);
  if (memchr(copy, '\n', length) == NULL)
    for (size_t i = 0; i < length; i++)
      if (copy[i] == '\r') copy[i] = '\n';
  GString *expected = rs_reference_records(copy, length, ',', RS_MAX_RECORD);
  g_assert(records != NULL && g_string_equal(records, expected));
  g_string_free(expected, TRUE);
}

static void check_alike(int fd, size_t block_size) {
  GString *small = file_records(fd, block_size, 0), *large = file_records(fd, 0, 0);
  g_assert((small == NULL) == (large == NULL));
  g_assert(small == NULL || g_string_equal(small, large));
  if (small == NULL) return;
  g_string_free(small, TRUE);
  g_string_free(large, TRUE);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  if (size < 1 || size > 60000) return 0; /* CR as line end is told from the first 64 KiB */
  const size_t block_size = 8 + (data[0] >> 1);
  rs_scan_at_most((RsScanLevel)(data[0] % RS_N_SCANS));
  const int fd = memfd_create("fuzz", MFD_CLOEXEC);
  if (write(fd, data + 1, size - 1) != (ssize_t)size - 1) return 0;
  check_alike(fd, block_size);
  if (ftruncate(fd, 0) != 0 || pwrite(fd, "\xef\xbb\xbf", 3, 0) != 3) return 0;
  if (pwrite(fd, data + 1, size - 1, 3) != (ssize_t)size - 1) return 0;
  GString *records = file_records(fd, block_size, ',');
  check_twin(records, (const char *)data + 1, size - 1);
  g_string_free(records, TRUE);
  close(fd);
  return 0;
}
