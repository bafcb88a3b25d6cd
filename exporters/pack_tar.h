/* exporters/pack_tar.h: the one door to libarchive: a pack as a plain ustar file, which tar opens.
 *
 * Written: plain files with mode 0600, no owner, no time, so that the same content gives the same bytes. Read: only that. Links, folders, devices, sparse
 * files, extension headers, names that lead out, gaps and anything behind the end are refused. */
#ifndef RS_EXPORTERS_PACK_TAR_H
#define RS_EXPORTERS_PACK_TAR_H

#include "base/output.h"

#include <sys/types.h>

#define RS_PACK_FOLDER "ringscope-pack/" /* every name begins so: unpacking makes one folder */

typedef struct RsTarWriter RsTarWriter;
RsTarWriter *rs_tar_writer_new(RsOutput *output);
/* Then exactly `bytes` bytes by rs_tar_writer_write. */
void rs_tar_writer_file(RsTarWriter *writer, const char *name /* without RS_PACK_FOLDER */, uint64_t bytes);
void rs_tar_writer_write(RsTarWriter *writer, const void *bytes, size_t length);
/* Ends the archive and frees the writer. error: RS_ERROR_IO. */
bool rs_tar_writer_finish(RsTarWriter *writer, GError **error);

typedef struct RsTarReader RsTarReader;
/* fd is borrowed. */
RsTarReader *rs_tar_reader_new(int fd);
void rs_tar_reader_free(RsTarReader *reader);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(RsTarReader, rs_tar_reader_free)
/* The next file: its name (borrowed until the next call) and size. False at the end, and after a refusal, with *why set to a static
 * sentence. */
bool rs_tar_reader_next(RsTarReader *reader, const char **name, uint64_t *bytes, const char **why);
/* Up to length bytes of the file; 0 at its end; -1: cut off or damaged. */
ssize_t rs_tar_reader_read(RsTarReader *reader, void *bytes, size_t length);

#endif
