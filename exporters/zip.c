#include "exporters/zip.h"

#include <minizip/zip.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#define FIRST_DAY 0x00210000 /* 1980-01-01, the first that a zip archive can say */
#define MADE_BY (3 << 8 | 20) /* a Unix system, version 2.0 of the format */
#define NAMES_UTF8 (1 << 11)
#define MODE (0100600UL << 16) /* a file that only its owner reads */
#define MEMORY 8 /* zlib's own */

struct RsZip {
  zipFile file; /* NULL: finished */
  RsOutput *output;
  GByteArray *held; /* the bytes from n_passed on: the entry at work, whose head minizip writes again when its sizes are known */
  uint64_t n_passed; /* to output */
  uint64_t at;
  bool open;   /* an entry is */
  bool failed;
};

/* ---- minizip's file: positions before n_passed are gone, and it asks for none of them ---- */

static void * held_open(void * data, const void *path, int mode) {
  (void)path, (void)mode;
  return data;
}

static unsigned long held_write(void * data, void * stream, const void *bytes, unsigned long length) {
  (void)data;
  RsZip *zip = stream;
  g_assert(zip->at >= zip->n_passed);
  const size_t begin = (size_t)(zip->at - zip->n_passed), n_over = MIN(length, zip->held->len - begin);
  if (length > G_MAXUINT - zip->held->len) return 0; /* an entry of 4 GB */
  if (n_over > 0) memcpy(zip->held->data + begin, bytes, n_over);
  g_byte_array_append(zip->held, (const guint8 *)bytes + n_over, (guint)(length - n_over));
  zip->at += length;
  return length;
}

static ZPOS64_T held_tell(void * data, void * stream) {
  (void)data;
  return ((RsZip *)stream)->at;
}

static long held_seek(void * data, void * stream, ZPOS64_T offset, int origin) {
  (void)data;
  RsZip *zip = stream;
  const uint64_t end = zip->n_passed + zip->held->len, at = origin == SEEK_SET ? offset : origin == SEEK_CUR ? zip->at + offset : end + offset;
  if (at < zip->n_passed || at > end) return -1;
  zip->at = at;
  return 0;
}

static int held_close(void * data, void * stream) {
  (void)data, (void)stream;
  return 0;
}

static int held_error(void * data, void * stream) {
  (void)data, (void)stream;
  return 0; /* output keeps the first error itself */
}

static void held_pass(RsZip *zip) {
  rs_output_write(zip->output, (const char *)zip->held->data, zip->held->len);
  zip->n_passed += zip->held->len;
  g_byte_array_set_size(zip->held, 0);
}

/* ---- entries ---- */

RsZip *rs_zip_new(RsOutput *output) {
  RsZip *zip = g_new0(RsZip, 1);
  zip->output = output;
  zip->held = g_byte_array_sized_new(1 << 16);
  zlib_filefunc64_def functions = {.zopen64_file = held_open, .zwrite_file = held_write, .ztell64_file = held_tell, .zseek64_file = held_seek,
                                   .zclose_file = held_close, .zerror_file = held_error, .opaque = zip};
  zip->file = zipOpen2_64(NULL, APPEND_STATUS_CREATE, NULL, &functions);
  if (zip->file == NULL) g_error("minizip: failed to allocate");
  return zip;
}

void rs_zip_free(RsZip *zip) {
  if (zip == NULL) return;
  if (zip->file != NULL) zipClose(zip->file, NULL);
  g_byte_array_unref(zip->held);
  g_free(zip);
}

static void entry_end(RsZip *zip) {
  if (!zip->open) return;
  zip->open = false;
  if (zipCloseFileInZip(zip->file) != ZIP_OK) zip->failed = true;
  held_pass(zip);
}

void rs_zip_begin(RsZip *zip, const char *name) {
  entry_end(zip);
  if (zip->failed) return;
  const zip_fileinfo info = {.dosDate = FIRST_DAY, .external_fa = MODE};
  zip->open = zipOpenNewFileInZip4_64(zip->file, name, &info, NULL, 0, NULL, 0, NULL, Z_DEFLATED, Z_BEST_SPEED, 0, -MAX_WBITS, MEMORY, Z_DEFAULT_STRATEGY,
                                      NULL, 0, MADE_BY, NAMES_UTF8, 0) == ZIP_OK;
  zip->failed = !zip->open;
}

void rs_zip_write(RsZip *zip, const char *bytes, size_t length) {
  g_assert(length <= G_MAXUINT);
  if (!zip->failed && length > 0) zip->failed = zipWriteInFileInZip(zip->file, bytes, (unsigned)length) != ZIP_OK;
}

bool rs_zip_finish(RsZip *zip) {
  entry_end(zip);
  zip->failed |= zipClose(zip->file, NULL) != ZIP_OK;
  zip->file = NULL;
  held_pass(zip);
  return !zip->failed;
}
