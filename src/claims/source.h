/* claims/source.h: one input file as blocks of UTF-8 text that hold whole records.
 *
 * In    a regular file, plain, .gz (any number of members), .zst (any number of frames) or a sheet of an .xlsx, told by content; UTF-8, GB18030 or
 *       UTF-16, told by content; comma, tab, semicolon or |, told by content
 * Out   RsBlock after RsBlock, in file order
 * Cost  memory O(block size + RS_MAX_RECORD) whatever the file holds; linear time also on malformed quotes. A plain UTF-8
 *       file costs one pread and one vectorised scan a block.
 * From  RFC 4180 (quotes), RFC 1952 (gzip), RFC 8878 (zstd)
 *
 * What a record is. A quote opens only at a field's start; a quoted field may hold line ends and doubled quotes; any other quote is
 * an ordinary character. A record is at fault (RsFault) when
 *   - a quote does not close within RS_MAX_RECORD bytes of the record's start or before the end of the file, or other text
 *     follows the closing quote: RS_FAULT_QUOTE. Only its first physical line is the record, and reading goes on with the next line;
 *   - its first physical line is longer than RS_MAX_RECORD bytes: RS_FAULT_TOO_LONG, the record is that line.
 * Lines end with LF or CRLF; with CR where the start of the file has CR but no LF. The block size never changes the records.
 */
#ifndef RS_CLAIMS_SOURCE_H
#define RS_CLAIMS_SOURCE_H

#include "claims/encoding.h"

#include <glib.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define RS_MAX_RECORD ((size_t)1 << 20) /* bytes of a record as UTF-8, without its line end */
#define RS_BLOCK_PADDING 64             /* readable bytes after a block's text */
#define RS_NO_POSITION UINT64_MAX

typedef enum { RS_FAULT_NONE, RS_FAULT_QUOTE, RS_FAULT_TOO_LONG, RS_FAULT_BYTES } RsFault;

/* Start with RsBlock block = {0}, reuse it for any number of rs_source_next() calls (one a thread), end with rs_block_clear(). */
typedef struct {
  char *text;          /* [length], then RS_BLOCK_PADDING readable bytes; whole records, the last byte is LF */
  size_t length;       /* > 0 */
  uint64_t sequence;   /* 0, 1, 2, ... in file order */
  uint64_t first_line; /* physical line number of text[0]; the file's first line is 1 */
  uint64_t position;   /* where text stands in the file; RS_NO_POSITION: the file's own bytes are others */
  bool has_header;     /* the first record is the file's header (never so in two blocks of a file) */
  bool has_quote, has_high, has_nul; /* some byte is '"', >= 0x80, 0; may be true without need */
  size_t capacity;     /* private */
} RsBlock;
void rs_block_clear(RsBlock *block);

/* What tells that a file was changed. */
typedef struct {
  uint64_t device, inode, size;
  int64_t changed_ns; /* modification time */
} RsStamp;

typedef struct {
  char delimiter;       /* 0: detect */
  size_t block_size;    /* 0: the default, 256 KiB; small values are for tests */
  const char *sheet;    /* of an Excel workbook; NULL: the first */
  const char *temp_dir; /* where a sheet is unpacked; NULL: the system's */
  const RsStamp *stamp; /* NULL, or what the file must still be: a later pass over the same file */
} RsSourceOptions;

typedef struct RsSource RsSource;
/* options NULL: all defaults. name is for messages. The descriptor is duplicated and never seeked: several sources may share it.
 * error: RS_ERROR_IO cannot be read, no regular file, changed, or cut off; RS_ERROR_INPUT a zip, xz, ... archive or a damaged workbook. */
RsSource *rs_source_open(const char *path, const RsSourceOptions *options, GError **error);
RsSource *rs_source_open_fd(int fd, const char *name, const RsSourceOptions *options, GError **error);
void rs_source_free(RsSource *source);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(RsSource, rs_source_free)

/* The next block. False at the end (no error) or on an error: RS_ERROR_IO, cut-off or corrupt compressed data, or the file changed
 * while it was read; each later call is then false with the same error. One call at a time (the caller's lock). */
bool rs_source_next(RsSource *source, RsBlock *block, GError **error);

/* Part of a file whose blocks have positions: length bytes from position on, whole records of which the first is line first_line. Parts
 * are quickest in file order. error: RS_ERROR_IO. */
bool rs_source_part(RsSource *source, uint64_t position, size_t length, uint64_t first_line, RsBlock *block, GError **error);

/* The header's fields: owned array of owned UTF-8 texts, unquoted, without a surrounding blank; empty for an empty file. Known from
 * opening on; the header also comes in the blocks. error: RS_ERROR_INPUT, at fault or not within the first 64 KiB. */
GPtrArray *rs_source_header(const RsSource *source, GError **error);
char rs_source_delimiter(const RsSource *source);
const char *rs_source_compression(const RsSource *source); /* "", "gz", "zst" or "xlsx" */
/* Moves what a workbook's sheet wants said to notes (GPtrArray of RsSaid). */
void rs_source_notes(RsSource *source, GPtrArray *notes);
RsEncoding rs_source_encoding(const RsSource *source);     /* settled once rs_source_next() was false */
const RsStamp *rs_source_stamp(const RsSource *source);    /* as opened */
uint64_t rs_source_position(const RsSource *source);       /* bytes of the file taken in so far; under the lock of rs_source_next() */
/* Whether the file is still what it was when it was opened, for who does not read to its end. error: RS_ERROR_IO, it is not. */
bool rs_source_unchanged(const RsSource *source, GError **error);

/* SHA-256 of the file's own bytes in lower-case hex. Reads the file again; may run in another thread than rs_source_next(). error: RS_ERROR_IO, also
 * when the file changed meanwhile. */
bool rs_source_sha256(const RsSource *source, char hex[65], GError **error);

/* Copies a pipe or terminal to a file without a name, readable by this process only, and returns its descriptor (the caller closes
 * it; rs_source_open_fd() reads it as often as needed), or -1. temp_dir NULL: the system's. error: RS_ERROR_LIMIT the disk is full,
 * else RS_ERROR_IO. */
int rs_source_spool(int fd, const char *temp_dir, GError **error);
/* An empty file of that kind. */
int rs_source_spool_file(const char *temp_dir, GError **error);
int rs_source_spool_stdin(const char *temp_dir, GError **error);

#endif
