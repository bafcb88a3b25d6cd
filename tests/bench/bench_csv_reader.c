/* tests/bench/bench_csv_reader.c: how fast a claims file becomes fields. bench_csv_reader FILE [RUNS]
 *
 * Prints, for the best run on one thread, nanoseconds a record and GB of text a second: "next" is what happens under the lock
 * (reading, decompressing, decoding, cutting), "read" is splitting into records and fields, "touch" adds up every field's length
 * through the accessor. "plain C" is the same without AVX2. Read the file once before (page cache). */
#include "claims/csv_reader.h"
#include "claims/scan.h"

#include <glib.h>
#include <stdio.h>
#include <stdlib.h>

typedef struct {
  double next, read, touch;
  uint64_t n_records, n_fields, n_bytes, checksum;
} Run;

static double seconds(void) { return (double)g_get_monotonic_time() / 1e6; }

static uint64_t fields_touch(const RsCsv *csv) {
  uint64_t sum = 0;
  for (uint32_t r = 0; r < csv->n; r++) {
    for (uint32_t k = 0; k < rs_csv_n_fields(csv, r); k++) {
      size_t length;
      const char *text = rs_csv_field(csv, r, k, &length);
      sum += length + (unsigned char)text[0];
    }
  }
  return sum;
}

static bool run_file(const char *path, Run *run) {
  GError *error = NULL;
  g_autoptr(RsSource) source = rs_source_open(path, NULL, &error);
  RsBlock block = {0};
  RsCsv csv = {0};
  *run = (Run){0};
  while (source != NULL) {
    const double start = seconds();
    if (!rs_source_next(source, &block, &error)) break;
    const double read = seconds();
    rs_csv_read(&csv, &block, rs_source_delimiter(source));
    const double touch = seconds();
    run->checksum += fields_touch(&csv);
    run->next += read - start;
    run->read += touch - read;
    run->touch += seconds() - touch;
    run->n_records += csv.n;
    run->n_fields += csv.n_fields;
    run->n_bytes += block.length;
  }
  rs_csv_clear(&csv);
  rs_block_clear(&block);
  if (error != NULL) fprintf(stderr, "bench_csv_reader: %s\n", error->message);
  const bool done = error == NULL;
  g_clear_error(&error);
  return done;
}

static void print_part(const char *name, double time, const Run *run) {
  printf("  %-6s %7.3f s %7.1f ns/record %6.2f GB/s\n", name, time, time / (double)run->n_records * 1e9,
         (double)run->n_bytes / time / 1e9);
}

static bool bench(const char *title, const char *path, int runs) {
  Run best = {0};
  for (int i = 0; i < runs; i++) {
    Run run;
    if (!run_file(path, &run)) return false;
    if (i == 0 || run.next + run.read < best.next + best.read) best = run;
  }
  printf("%s: %" G_GUINT64_FORMAT " records, %" G_GUINT64_FORMAT " fields, %" G_GUINT64_FORMAT " bytes of text, sum %" G_GUINT64_FORMAT
         "\n", title, best.n_records, best.n_fields, best.n_bytes, best.checksum);
  print_part("next", best.next, &best);
  print_part("read", best.read, &best);
  print_part("touch", best.touch, &best);
  return true;
}

int main(int argc, char **argv) {
  if (argc < 2) {
    fprintf(stderr, "usage: bench_csv_reader FILE [RUNS]\n");
    return 2;
  }
  const int runs = argc > 2 ? atoi(argv[2]) : 5;
  if (!bench("AVX-512", argv[1], runs)) return 1; /* or what the processor has */
  rs_scan_at_most(RS_SCAN_AVX2);
  if (!bench("AVX2", argv[1], runs)) return 1;
  rs_scan_at_most(RS_SCAN_PLAIN);
  return bench("plain C", argv[1], runs) ? 0 : 1;
}
