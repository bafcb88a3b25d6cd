/* exporters/zip.h: a zip archive by minizip, one entry after the other, written to an output that cannot go back.
 * libarchive would need no entry in memory, but crashes where it gets none for its directory.
 *
 * In    names and bytes
 * Out   deflated entries; times are fixed, so the same content gives the same bytes with one version of the libraries
 * Cost  one deflated entry in memory, and zlib at its fastest level: a workbook becomes a fifth larger than at the usual one, in a third of the time */
#ifndef RS_EXPORTERS_ZIP_H
#define RS_EXPORTERS_ZIP_H

#include "base/output.h"

typedef struct RsZip RsZip;
/* output is borrowed. */
RsZip *rs_zip_new(RsOutput *output);
void rs_zip_free(RsZip *zip); /* NULL allowed */
G_DEFINE_AUTOPTR_CLEANUP_FUNC(RsZip, rs_zip_free)

/* Ends the entry before. */
void rs_zip_begin(RsZip *zip, const char *name);
void rs_zip_write(RsZip *zip, const char *bytes, size_t length);
/* Ends the last entry and writes the directory. False: the archive could not be made, or an entry has 4 GB. */
bool rs_zip_finish(RsZip *zip);

#endif
