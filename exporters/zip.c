#include "exporters/zip.h"

#include <isa-l/crc.h>
#include <isa-l/igzip_lib.h>
#include <string.h>

#define CHUNK ((size_t)64 << 10)
#define VERSION 20u    /* 2.0: deflate */
#define FLAGS 0x0808u  /* sizes follow the bytes; names are UTF-8 */
#define DEFLATED 8u
#define DATE 0x0021u   /* 1980-01-01, the first there is */

typedef struct { char *name; uint64_t offset, size, packed; uint32_t crc; } Entry;

struct RsZip {
  RsOutput *output;
  struct isal_zstream stream;
  uint8_t *level, *chunk; /* the compressor's memory, and where it writes */
  uint64_t written;
  GArray *entry; /* of Entry */
  bool open;     /* the last entry takes bytes */
};

static void entry_clear(gpointer data) { g_free(((Entry *)data)->name); }

RsZip *rs_zip_new(RsOutput *output) {
  RsZip *zip = g_new0(RsZip, 1);
  zip->output = output;
  zip->level = g_malloc(ISAL_DEF_LVL1_DEFAULT);
  zip->chunk = g_malloc(CHUNK);
  zip->entry = g_array_new(FALSE, FALSE, sizeof(Entry));
  g_array_set_clear_func(zip->entry, entry_clear);
  return zip;
}

void rs_zip_free(RsZip *zip) {
  if (zip == NULL) return;
  g_array_unref(zip->entry);
  g_free(zip->level);
  g_free(zip->chunk);
  g_free(zip);
}

static void put(RsZip *zip, const void *bytes, size_t length) {
  rs_output_write(zip->output, bytes, length);
  zip->written += length;
}

/* Numbers of a header, little-endian: width[i] is '2' or '4' bytes. */
static void put_numbers(RsZip *zip, const char *width, const uint32_t *number) {
  unsigned char bytes[64];
  size_t n = 0;
  for (; *width != '\0'; width++, number++)
    for (unsigned i = 0; i < (unsigned)(*width - '0'); i++) bytes[n++] = (unsigned char)(*number >> 8 * i);
  put(zip, bytes, n);
}

static Entry *entry_last(RsZip *zip) { return &g_array_index(zip->entry, Entry, zip->entry->len - 1); }

/* Takes all input; at the end of the stream, all that is still to come. */
static void deflate_on(RsZip *zip) {
  do {
    zip->stream.next_out = zip->chunk;
    zip->stream.avail_out = CHUNK;
    isal_deflate(&zip->stream);
    put(zip, zip->chunk, CHUNK - zip->stream.avail_out);
    entry_last(zip)->packed += CHUNK - zip->stream.avail_out;
  } while (zip->stream.avail_out == 0 || (zip->stream.end_of_stream && zip->stream.internal_state.state != ZSTATE_END));
}

static void entry_end(RsZip *zip) {
  if (!zip->open) return;
  zip->stream.avail_in = 0;
  zip->stream.end_of_stream = 1;
  deflate_on(zip);
  const Entry *entry = entry_last(zip);
  put_numbers(zip, "4444", (uint32_t[]){0x08074b50, entry->crc, (uint32_t)entry->packed, (uint32_t)entry->size});
  zip->open = false;
}

void rs_zip_begin(RsZip *zip, const char *name) {
  entry_end(zip);
  const Entry entry = {.name = g_strdup(name), .offset = zip->written};
  g_array_append_val(zip->entry, entry);
  put_numbers(zip, "42222244422", (uint32_t[]){0x04034b50, VERSION, FLAGS, DEFLATED, 0, DATE, 0, 0, 0, (uint32_t)strlen(name), 0});
  put(zip, name, strlen(name));
  isal_deflate_init(&zip->stream);
  zip->stream.level = 1;
  zip->stream.level_buf = zip->level;
  zip->stream.level_buf_size = ISAL_DEF_LVL1_DEFAULT;
  zip->open = true;
}

void rs_zip_write(RsZip *zip, const char *bytes, size_t length) {
  Entry *entry = entry_last(zip);
  entry->crc = crc32_gzip_refl(entry->crc, (const unsigned char *)bytes, length);
  entry->size += length;
  while (length > 0) {
    const size_t part = MIN(length, (size_t)1 << 30);
    zip->stream.next_in = (uint8_t *)(uintptr_t)bytes; /* only read */
    zip->stream.avail_in = (uint32_t)part;
    deflate_on(zip);
    bytes += part;
    length -= part;
  }
}

static void directory_put(RsZip *zip, const Entry *entry) {
  put_numbers(zip, "42222224442222244", (uint32_t[]){0x02014b50, VERSION, VERSION, FLAGS, DEFLATED, 0, DATE, entry->crc, (uint32_t)entry->packed,
                                                     (uint32_t)entry->size, (uint32_t)strlen(entry->name), 0, 0, 0, 0, 0, (uint32_t)entry->offset});
  put(zip, entry->name, strlen(entry->name));
}

bool rs_zip_finish(RsZip *zip) {
  entry_end(zip);
  const uint64_t begin = zip->written;
  bool fits = true;
  for (guint i = 0; i < zip->entry->len; i++) {
    const Entry *entry = &g_array_index(zip->entry, Entry, i);
    fits = fits && entry->size <= UINT32_MAX && entry->packed <= UINT32_MAX;
    directory_put(zip, entry);
  }
  const uint32_t n = zip->entry->len, length = (uint32_t)(zip->written - begin);
  put_numbers(zip, "42222442", (uint32_t[]){0x06054b50, 0, 0, n, n, length, (uint32_t)begin, 0});
  return fits && zip->written <= UINT32_MAX && n < UINT16_MAX;
}
