#include "exporters/zip.h"

#include <archive.h>
#include <archive_entry.h>

#define FIRST_TIME 315532800 /* 1980-01-01, the first that a zip archive can say */

struct RsZip {
  struct archive *archive;
  bool failed;
};

static la_ssize_t output_write(struct archive *archive, void *data, const void *bytes, size_t length) {
  (void)archive;
  rs_output_write(data, bytes, length); /* keeps the first error itself */
  return (la_ssize_t)length;
}

RsZip *rs_zip_new(RsOutput *output) {
  RsZip *zip = g_new0(RsZip, 1);
  zip->archive = archive_write_new();
  if (zip->archive == NULL) g_error("libarchive: failed to allocate");
  zip->failed = archive_write_set_format_zip(zip->archive) != ARCHIVE_OK ||
                archive_write_set_options(zip->archive, "zip:compression=deflate,zip:compression-level=1,zip:hdrcharset=UTF-8") != ARCHIVE_OK ||
                archive_write_set_bytes_per_block(zip->archive, 1 << 16) != ARCHIVE_OK || archive_write_set_bytes_in_last_block(zip->archive, 1) != ARCHIVE_OK ||
                archive_write_open(zip->archive, output, NULL, output_write, NULL) != ARCHIVE_OK;
  return zip;
}

void rs_zip_free(RsZip *zip) {
  if (zip == NULL) return;
  archive_write_free(zip->archive);
  g_free(zip);
}

void rs_zip_begin(RsZip *zip, const char *name) {
  if (zip->failed) return;
  struct archive_entry *entry = archive_entry_new();
  if (entry == NULL) g_error("libarchive: failed to allocate");
  archive_entry_set_pathname_utf8(entry, name);
  archive_entry_set_filetype(entry, AE_IFREG);
  archive_entry_set_perm(entry, 0600);
  archive_entry_set_mtime(entry, FIRST_TIME, 0);
  zip->failed = archive_write_header(zip->archive, entry) != ARCHIVE_OK;
  archive_entry_free(entry);
}

void rs_zip_write(RsZip *zip, const char *bytes, size_t length) {
  if (!zip->failed && length > 0) zip->failed = archive_write_data(zip->archive, bytes, length) != (la_ssize_t)length;
}

bool rs_zip_finish(RsZip *zip) {
  if (!zip->failed) zip->failed = archive_write_close(zip->archive) != ARCHIVE_OK;
  return !zip->failed;
}
