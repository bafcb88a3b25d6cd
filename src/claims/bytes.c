#include "claims/bytes.h"

#include "base/error.h"
#include "base/words.h"
#include "claims/sheet.h"

#include <errno.h>
#include <fcntl.h>
#include <isa-l/igzip_lib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zstd.h>

#define INPUT_SIZE ((size_t)256 << 10)

typedef enum { PLAIN, GZIP, ZSTD, SHEET } Kind;

struct RsBytes {
  int fd;
  int text_fd;     /* fd, or the sheet as CSV */
  GPtrArray *notes;
  char *name;
  RsStamp stamp;
  Kind kind;
  uint64_t offset; /* of the next pread */
  bool at_end;     /* of the decompressed bytes, those given back apart */
  uint64_t given;  /* bytes of text made, those given back among them */
  char *back;      /* given back: back[back_at] .. back[back_end - 1] */
  size_t back_at, back_end;
  unsigned char *input; /* compressed bytes: input[input_at] .. input[input_end - 1] */
  size_t input_at, input_end;
  bool in_frame; /* inside a member or frame */
  struct inflate_state *gzip;
  ZSTD_DStream *zstd;
};

static bool fail(const RsBytes *bytes, GError **error, const char *what) {
  g_set_error(error, RS_ERROR, RS_ERROR_IO, "%s: %s", bytes->name, what);
  return false;
}

/* ---- the file ---- */

static bool changed(const RsBytes *bytes, GError **error) {
  g_set_error(error, RS_ERROR, RS_ERROR_IO, _("%s: the file changed while it was read"), bytes->name);
  return false;
}

static bool stamp_take(int fd, const char *name, RsStamp *stamp, GError **error) {
  struct stat status;
  if (fstat(fd, &status) != 0) {
    g_set_error(error, RS_ERROR, RS_ERROR_IO, "%s: %s", name, rs_words_errno(errno));
    return false;
  }
  if (!S_ISREG(status.st_mode)) {
    g_set_error(error, RS_ERROR, RS_ERROR_IO, "%s: %s", name,
                S_ISDIR(status.st_mode) ? _("is a folder") : _("is not a regular file"));
    return false;
  }
  *stamp = (RsStamp){(uint64_t)status.st_dev, (uint64_t)status.st_ino, (uint64_t)status.st_size,
                     (int64_t)status.st_mtim.tv_sec * 1000000000 + status.st_mtim.tv_nsec};
  return true;
}

bool rs_bytes_unchanged(const RsBytes *bytes, GError **error) {
  RsStamp now;
  if (!stamp_take(bytes->fd, bytes->name, &now, error)) return false;
  if (now.size == bytes->stamp.size && now.changed_ns == bytes->stamp.changed_ns) return true;
  return changed(bytes, error);
}

/* Bytes that make no sense, unless it is because the file is no longer what it was: then that is said. */
static bool damaged(const RsBytes *bytes, GError **error, const char *what) { return rs_bytes_unchanged(bytes, error) && fail(bytes, error, what); }

/* Reads until size bytes or the end of the file. */
static bool file_read(RsBytes *bytes, void *buffer, size_t size, size_t *got, GError **error) {
  *got = 0;
  while (*got < size) {
    const ssize_t n = pread(bytes->text_fd, (char *)buffer + *got, size - *got, (off_t)bytes->offset);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return fail(bytes, error, rs_words_errno(errno));
    if (n == 0) return true;
    *got += (size_t)n;
    bytes->offset += (uint64_t)n;
  }
  return true;
}

bool rs_bytes_part(RsBytes *bytes, uint64_t offset, char *buffer, size_t size, GError **error) {
  size_t got;
  bytes->offset = offset;
  return file_read(bytes, buffer, size, &got, error) && (got == size || changed(bytes, error));
}

/* ---- compressed bytes ---- */

/* Moves what is left to the front and reads more behind it. */
static bool input_fill(RsBytes *bytes, GError **error) {
  const size_t left = bytes->input_end - bytes->input_at;
  size_t got;
  memmove(bytes->input, bytes->input + bytes->input_at, left);
  bytes->input_at = 0;
  bytes->input_end = left;
  if (!file_read(bytes, bytes->input + left, INPUT_SIZE - left, &got, error)) return false;
  bytes->input_end += got;
  return true;
}

/* Between members: *more tells whether another one follows. Padding with zeros (tapes, block devices) is allowed. */
static bool frame_next(RsBytes *bytes, bool *more, GError **error) {
  *more = false;
  for (;;) {
    if (bytes->input_end - bytes->input_at < 4 && !input_fill(bytes, error)) return false;
    const unsigned char *at = bytes->input + bytes->input_at;
    const size_t left = bytes->input_end - bytes->input_at;
    if (left == 0) return true;
    const bool gzip = left >= 2 && at[0] == 0x1f && at[1] == 0x8b;
    const bool zstd = left >= 4 && at[1] == 0xb5 && at[2] == 0x2f && at[3] == 0xfd && at[0] == 0x28;
    const bool skippable = left >= 4 && at[1] == 0x2a && at[2] == 0x4d && at[3] == 0x18 && (at[0] & 0xf0) == 0x50;
    *more = bytes->kind == GZIP ? gzip : zstd || skippable;
    if (*more) return true;
    if (at[0] != 0) return damaged(bytes, error, _("damaged: other data after the compressed data"));
    bytes->input_at++;
  }
}

static const char *gzip_message(int code) {
  if (code == ISAL_INCORRECT_CHECKSUM) return _("damaged gzip data: the checksum does not match");
  if (code == ISAL_UNSUPPORTED_METHOD) return _("gzip data in an unknown format");
  return _("damaged gzip data");
}

/* One call of the decompressor; *got bytes were written. */
static bool gzip_step(RsBytes *bytes, char *buffer, size_t size, size_t *got, GError **error) {
  struct inflate_state *state = bytes->gzip;
  const uint32_t room = (uint32_t)MIN(size, (size_t)1 << 30);
  state->next_in = bytes->input + bytes->input_at;
  state->avail_in = (uint32_t)(bytes->input_end - bytes->input_at);
  state->next_out = (uint8_t *)buffer;
  state->avail_out = room;
  const int code = isal_inflate(state);
  bytes->input_at = bytes->input_end - state->avail_in;
  *got = room - state->avail_out;
  if (code < 0 || code == ISAL_NEED_DICT) return damaged(bytes, error, gzip_message(code));
  if (state->block_state == ISAL_BLOCK_FINISH) {
    bytes->in_frame = false;
    isal_inflate_reset(state);
    state->crc_flag = ISAL_GZIP;
  }
  return true;
}

/* NOLINTNEXTLINE(readability-non-const-parameter): zstd writes there */
static bool zstd_step(RsBytes *bytes, char *buffer, size_t size, size_t *got, GError **error) {
  ZSTD_inBuffer in = {bytes->input, bytes->input_end, bytes->input_at};
  ZSTD_outBuffer out = {buffer, size, 0};
  const size_t code = ZSTD_decompressStream(bytes->zstd, &out, &in);
  bytes->input_at = in.pos;
  *got = out.pos;
  if (ZSTD_isError(code)) {
    if (!rs_bytes_unchanged(bytes, error)) return false;
    g_set_error(error, RS_ERROR, RS_ERROR_IO, _("%s: damaged zstd data: %s"), bytes->name, ZSTD_getErrorName(code));
    return false;
  }
  bytes->in_frame = code != 0;
  return true;
}

/* A decompressor that takes nothing, gives nothing and has no more input coming lacks the rest of the file. */
static bool inflate_some(RsBytes *bytes, char *buffer, size_t size, size_t *got, GError **error) {
  *got = 0;
  if (!bytes->in_frame) {
    if (!frame_next(bytes, &bytes->in_frame, error)) return false;
    bytes->at_end = !bytes->in_frame;
    return true;
  }
  if (bytes->input_at == bytes->input_end && !input_fill(bytes, error)) return false;
  const size_t before = bytes->input_at;
  const bool no_input = bytes->input_at == bytes->input_end;
  if (!(bytes->kind == GZIP ? gzip_step : zstd_step)(bytes, buffer, size, got, error)) return false;
  if (bytes->in_frame && *got == 0 && bytes->input_at == before) {
    if (no_input) return damaged(bytes, error, _("the compressed data is cut off"));
    return input_fill(bytes, error) && (bytes->input_end > before || damaged(bytes, error, _("damaged compressed data")));
  }
  return true;
}

/* ---- interface ---- */

static bool starts_with(const char *bytes, size_t length, const char *magic, size_t magic_length) {
  return length >= magic_length && memcmp(bytes, magic, magic_length) == 0;
}

/* What people mistake for CSV, by its first bytes. */
static const char *archive_name(const char *start, size_t length) {
  if (starts_with(start, length, "\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", 8)) return N_("%s: this is an Excel workbook (.xls): save it as .xlsx or CSV");
  if (starts_with(start, length, "\xfd" "7zXZ", 6)) return N_("%s: this is an xz archive: unpack it first");
  if (starts_with(start, length, "7z\xbc\xaf\x27\x1c", 6)) return N_("%s: this is a 7z archive: unpack it first");
  if (starts_with(start, length, "BZh", 3) && length >= 10 && memcmp(start + 4, "1AY&SY", 6) == 0)
    return N_("%s: this is a bzip2 archive: unpack it first");
  if (starts_with(start, length, "Rar!\x1a\7", 6)) return N_("%s: this is a RAR archive: unpack it first");
  return NULL;
}

static bool kind_detect(RsBytes *bytes, GError **error) {
  char start[16];
  size_t n;
  if (!file_read(bytes, start, sizeof start, &n, error)) return false;
  bytes->offset = 0;
  const char *archive = archive_name(start, n);
  if (archive != NULL) {
    g_set_error(error, RS_ERROR, RS_ERROR_INPUT, _(archive), bytes->name);
    return false;
  }
  if (starts_with(start, n, "PK\3\4", 4)) bytes->kind = SHEET;
  if (starts_with(start, n, "\x1f\x8b", 2)) bytes->kind = GZIP;
  if (starts_with(start, n, "\x28\xb5\x2f\xfd", 4)) bytes->kind = ZSTD;
  if (n >= 4 && ((unsigned char)start[0] & 0xf0) == 0x50 && memcmp(start + 1, "\x2a\x4d\x18", 3) == 0) bytes->kind = ZSTD;
  return true;
}

static void decompressor_new(RsBytes *bytes) {
  if (bytes->kind == PLAIN || bytes->kind == SHEET) return;
  bytes->input = g_malloc(INPUT_SIZE);
  if (bytes->kind == ZSTD) {
    bytes->zstd = ZSTD_createDStream();
    return;
  }
  bytes->gzip = g_new(struct inflate_state, 1);
  isal_inflate_init(bytes->gzip);
  bytes->gzip->crc_flag = ISAL_GZIP;
}

RsBytes *rs_bytes_new(int fd, const char *name, const char *sheet, const char *temp_dir, GError **error) {
  g_autoptr(RsBytes) bytes = g_new0(RsBytes, 1);
  bytes->fd = bytes->text_fd = fd;
  bytes->notes = g_ptr_array_new_with_free_func(rs_said_free);
  bytes->name = g_strdup(name);
  if (!stamp_take(fd, name, &bytes->stamp, error) || !kind_detect(bytes, error)) return NULL;
  if (bytes->kind == SHEET) {
    bytes->text_fd = rs_sheet_open(fd, name, sheet, temp_dir, bytes->notes, error);
    if (bytes->text_fd < 0) return NULL;
  }
  decompressor_new(bytes);
  posix_fadvise(fd, 0, 0, POSIX_FADV_SEQUENTIAL);
  return g_steal_pointer(&bytes);
}

void rs_bytes_free(RsBytes *bytes) {
  if (bytes == NULL) return;
  if (bytes->zstd != NULL) ZSTD_freeDStream(bytes->zstd);
  g_free(bytes->gzip);
  g_free(bytes->input);
  g_free(bytes->back);
  g_free(bytes->name);
  if (bytes->text_fd != bytes->fd && bytes->text_fd >= 0) close(bytes->text_fd);
  close(bytes->fd);
  g_ptr_array_unref(bytes->notes);
  g_free(bytes);
}

static size_t back_read(RsBytes *bytes, char *buffer, size_t size) {
  const size_t n = MIN(size, bytes->back_end - bytes->back_at);
  if (n == 0) return 0;
  memcpy(buffer, bytes->back + bytes->back_at, n);
  bytes->back_at += n;
  if (bytes->back_at == bytes->back_end) g_clear_pointer(&bytes->back, g_free);
  if (bytes->back == NULL) bytes->back_at = bytes->back_end = 0;
  return n;
}

bool rs_bytes_read(RsBytes *bytes, char *buffer, size_t size, size_t *got, GError **error) {
  size_t n;
  *got = back_read(bytes, buffer, size);
  if (bytes->kind == PLAIN || bytes->kind == SHEET) {
    if (!file_read(bytes, buffer + *got, size - *got, &n, error)) return false;
    *got += n;
    return true;
  }
  while (*got < size && !bytes->at_end) {
    if (!inflate_some(bytes, buffer + *got, size - *got, &n, error)) return false;
    *got += n;
    bytes->given += n;
  }
  return true;
}

void rs_bytes_unread(RsBytes *bytes, const char *buffer, size_t size) {
  const size_t left = bytes->back_end - bytes->back_at;
  if (size == 0) return;
  char *back = g_malloc(size + left);
  memcpy(back, buffer, size);
  if (left > 0) memcpy(back + size, bytes->back + bytes->back_at, left);
  g_free(bytes->back);
  bytes->back = back;
  bytes->back_at = 0;
  bytes->back_end = size + left;
}

int rs_bytes_fd(const RsBytes *bytes) { return bytes->fd; }
const char *rs_bytes_name(const RsBytes *bytes) { return bytes->name; }

/* What was read ahead does not count: of many small files it would be most. */
uint64_t rs_bytes_position(const RsBytes *bytes) {
  const size_t back = bytes->back_end - bytes->back_at;
  const uint64_t taken = bytes->offset - (bytes->input_end - bytes->input_at);
  if (bytes->kind == PLAIN || bytes->kind == SHEET) return taken - back;
  return back == 0 ? taken : (uint64_t)((double)taken * (double)(bytes->given - back) / (double)bytes->given);
}
const RsStamp *rs_bytes_stamp(const RsBytes *bytes) { return &bytes->stamp; }

const char *rs_bytes_compression(const RsBytes *bytes) {
  static const char *const name[] = {"", "gz", "zst", "xlsx"};
  return name[bytes->kind];
}

void rs_bytes_notes(RsBytes *bytes, GPtrArray *notes) {
  while (bytes->notes->len > 0) g_ptr_array_add(notes, g_ptr_array_steal_index(bytes->notes, 0));
}
