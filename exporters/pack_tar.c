#include "exporters/pack_tar.h"

#include "base/beneath.h"
#include "base/error.h"
#include "base/words.h"

#include <archive.h>
#include <archive_entry.h>
#include <errno.h>
#include <string.h>
#include <sys/stat.h>

#define BLOCK 512u

/* ---- writing ---- */

struct RsTarWriter {
  struct archive *archive;
  RsOutput *output;
  bool failed;
};

static la_ssize_t output_write(struct archive *archive, void *data, const void *bytes, size_t length) {
  (void)archive;
  rs_output_write(data, bytes, length);
  return (la_ssize_t)length;
}

RsTarWriter *rs_tar_writer_new(RsOutput *output) {
  RsTarWriter *writer = g_new0(RsTarWriter, 1);
  writer->output = output;
  writer->archive = archive_write_new();
  if (writer->archive == NULL) g_error("libarchive: failed to allocate");
  writer->failed = archive_write_set_format_ustar(writer->archive) != ARCHIVE_OK || archive_write_add_filter_none(writer->archive) != ARCHIVE_OK ||
                   archive_write_set_bytes_in_last_block(writer->archive, 1) != ARCHIVE_OK ||
                   archive_write_open(writer->archive, output, NULL, output_write, NULL) != ARCHIVE_OK;
  return writer;
}

void rs_tar_writer_file(RsTarWriter *writer, const char *name, uint64_t bytes) {
  g_autofree char *path = g_strconcat(RS_PACK_FOLDER, name, NULL);
  struct archive_entry *entry = archive_entry_new();
  if (entry == NULL) g_error("libarchive: failed to allocate");
  archive_entry_set_pathname(entry, path);
  archive_entry_set_filetype(entry, AE_IFREG);
  archive_entry_set_perm(entry, 0600);
  archive_entry_set_size(entry, (la_int64_t)bytes);
  archive_entry_set_mtime(entry, 0, 0);
  if (!writer->failed) writer->failed = archive_write_header(writer->archive, entry) != ARCHIVE_OK;
  archive_entry_free(entry);
}

void rs_tar_writer_write(RsTarWriter *writer, const void *bytes, size_t length) {
  if (!writer->failed && length > 0) writer->failed = archive_write_data(writer->archive, bytes, length) != (la_ssize_t)length;
}

bool rs_tar_writer_finish(RsTarWriter *writer, GError **error) {
  if (!writer->failed) writer->failed = archive_write_close(writer->archive) != ARCHIVE_OK;
  const bool good = !writer->failed;
  if (!good) {
    const char *why = archive_error_string(writer->archive);
    g_set_error(error, RS_ERROR, RS_ERROR_IO, _("the pack cannot be written: %s"), why == NULL ? "libarchive failed" : why);
  }
  archive_write_free(writer->archive);
  g_free(writer);
  return good;
}

/* ---- reading ---- */

struct RsTarReader {
  struct archive *archive;
  int fd;
  la_int64_t filled; /* where the last file's bytes end */
  la_int64_t next;   /* where the next header must stand; zeros up to there */
  bool ended;
};

RsTarReader *rs_tar_reader_new(int fd) {
  RsTarReader *reader = g_new0(RsTarReader, 1);
  reader->fd = fd;
  reader->archive = archive_read_new();
  if (reader->archive == NULL) g_error("libarchive: failed to allocate");
  reader->ended = archive_read_support_format_tar(reader->archive) != ARCHIVE_OK || archive_read_open_fd(reader->archive, fd, 1 << 16) != ARCHIVE_OK;
  return reader;
}

void rs_tar_reader_free(RsTarReader *reader) {
  if (reader == NULL) return;
  archive_read_free(reader->archive);
  g_free(reader);
}

static bool all_zero(const char *bytes, size_t length) {
  for (size_t i = 0; i < length; i++)
    if (bytes[i] != 0) return false;
  return true;
}

/* length: at most two blocks. */
static bool zeros_at(int fd, la_int64_t at, size_t length) {
  char bytes[2 * BLOCK];
  return pread(fd, bytes, length, at) == (ssize_t)length && all_zero(bytes, length);
}

/* Two blocks of zeros, and nothing else. */
static bool tail_clean(const RsTarReader *reader) {
  struct stat status;
  const size_t length = 2 * (size_t)BLOCK;
  return fstat(reader->fd, &status) == 0 && status.st_size == reader->next + (off_t)length && zeros_at(reader->fd, reader->next, length);
}

/* One block at the place where the last file ended, so that no extension header can have given the file another name or size than tar would see: nobody's
 * plain file of no time, for its owner alone. What is not signed may say nothing, nor mean something else to another program. */
static bool header_plain(const RsTarReader *reader, struct archive_entry *entry) {
  enum { NAME = 100, TYPE = 156, LINK = 157, MAGIC = 257, OWNERS = 265, DEVICES = 329, PREFIX = 345 }; /* POSIX.1-1988, ustar */
  char block[BLOCK];
  if (archive_read_header_position(reader->archive) != reader->next || archive_filter_bytes(reader->archive, 0) != reader->next + (la_int64_t)BLOCK ||
      pread(reader->fd, block, sizeof block, reader->next) != (ssize_t)sizeof block)
    return false;
  const size_t named = strnlen(block, NAME);
  return all_zero(block + named, NAME - named) && block[TYPE] == '0' && all_zero(block + LINK, MAGIC - LINK) && memcmp(block + MAGIC, "ustar\00000", 8) == 0 &&
         all_zero(block + OWNERS, DEVICES - OWNERS) && all_zero(block + PREFIX, BLOCK - PREFIX) && archive_entry_perm(entry) == 0600 &&
         archive_entry_mtime(entry) == 0 && archive_entry_uid(entry) == 0 && archive_entry_gid(entry) == 0;
}

/* Why an entry is none that we write, or NULL. */
static const char *refusal(const RsTarReader *reader, struct archive_entry *entry) {
  const char *path = archive_entry_pathname(entry);
  struct stat status;
  const la_int64_t size = archive_entry_size(entry);
  if (archive_entry_hardlink(entry) != NULL || archive_entry_symlink(entry) != NULL) return N_("a link");
  if (archive_entry_filetype(entry) != AE_IFREG || archive_entry_sparse_count(entry) != 0) return N_("not a plain file");
  if (path == NULL || !g_str_has_prefix(path, RS_PACK_FOLDER) || !rs_beneath_name_ok(path + strlen(RS_PACK_FOLDER)))
    return N_("a name that ringscope does not give, or that leads out of the pack");
  if (!header_plain(reader, entry)) return N_("a header that ringscope does not write");
  if (!zeros_at(reader->fd, reader->filled, (size_t)(reader->next - reader->filled))) return N_("bytes between two files");
  if (size < 0 || fstat(reader->fd, &status) != 0 || size > status.st_size - reader->next) return N_("larger than the pack");
  return NULL;
}

bool rs_tar_reader_next(RsTarReader *reader, const char **name, uint64_t *bytes, const char **why) {
  struct archive_entry *entry;
  *why = NULL;
  if (reader->ended) return false;
  const int got = archive_read_next_header(reader->archive, &entry);
  if (got == ARCHIVE_OK) *why = refusal(reader, entry);
  else if (got == ARCHIVE_EOF && !zeros_at(reader->fd, reader->filled, (size_t)(reader->next - reader->filled))) *why = N_("bytes between two files");
  else if (got == ARCHIVE_EOF && !tail_clean(reader)) *why = N_("cut off, or with something behind its end");
  else if (got != ARCHIVE_EOF) *why = N_("damaged, or no tar archive");
  reader->ended = got != ARCHIVE_OK || *why != NULL;
  if (reader->ended) return false;
  const la_int64_t size = archive_entry_size(entry);
  *name = archive_entry_pathname(entry) + strlen(RS_PACK_FOLDER);
  *bytes = (uint64_t)size;
  reader->filled = reader->next + (la_int64_t)BLOCK + size;
  reader->next = (reader->filled + (la_int64_t)BLOCK - 1) / (la_int64_t)BLOCK * (la_int64_t)BLOCK;
  return true;
}

ssize_t rs_tar_reader_read(RsTarReader *reader, void *bytes, size_t length) {
  const la_ssize_t n = archive_read_data(reader->archive, bytes, length);
  return n < 0 ? -1 : (ssize_t)n;
}
