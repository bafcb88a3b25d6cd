/* claims/bytes.h: a regular file's bytes in order, decompressed if it is gzip or zstd, as CSV if it is an Excel sheet; private to source.c.
 *
 * Compression is told by the first bytes, never by the name. Every member and frame is read, every checksum compared; what follows
 * them but zeros is an error. The descriptor is read by pread only. A workbook's sheet is unpacked when it is opened (claims/sheet.h). */
#ifndef RS_CLAIMS_BYTES_H
#define RS_CLAIMS_BYTES_H

#include "claims/source.h"

#include <glib.h>
#include <stdbool.h>
#include <stddef.h>

typedef struct RsBytes RsBytes;
/* Takes the descriptor. sheet, temp_dir: of a workbook, as in claims/source.h. error: RS_ERROR_IO, RS_ERROR_INPUT another kind of archive. */
RsBytes *rs_bytes_new(int fd, const char *name, const char *sheet, const char *temp_dir, GError **error);
void rs_bytes_free(RsBytes *bytes);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(RsBytes, rs_bytes_free)

/* Fills the buffer; *got < size only at the end. */
bool rs_bytes_read(RsBytes *bytes, char *buffer, size_t size, size_t *got, GError **error);
/* size bytes of an uncompressed file from offset on. error: RS_ERROR_IO, also when there are not so many. */
bool rs_bytes_part(RsBytes *bytes, uint64_t offset, char *buffer, size_t size, GError **error);
/* Gives bytes back: they are read next. */
void rs_bytes_unread(RsBytes *bytes, const char *buffer, size_t size);

int rs_bytes_fd(const RsBytes *bytes);
const char *rs_bytes_name(const RsBytes *bytes);
const char *rs_bytes_compression(const RsBytes *bytes); /* "", "gz", "zst", "xlsx" */
/* Moves what a workbook's sheet wants said to notes (GPtrArray of RsSaid). */
void rs_bytes_notes(RsBytes *bytes, GPtrArray *notes);
const RsStamp *rs_bytes_stamp(const RsBytes *bytes);
uint64_t rs_bytes_position(const RsBytes *bytes); /* bytes of the file itself behind the text read so far; of compressed ones about */
/* That the file is still as it was opened. */
bool rs_bytes_unchanged(const RsBytes *bytes, GError **error);

#endif
