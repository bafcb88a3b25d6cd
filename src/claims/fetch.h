/* claims/fetch.h: the way back from rows of a file to their texts. Internal to this room.
 *
 * In    RsWanted: which rows, in file order; RsMark: where blocks and records begin, noted while the file was read
 * Out   RsSourceLine after RsSourceLine, in that order
 * Cost  with marks: the rows' own parts of the file, RS_MARK_RECORDS records each; without (compressed, decoded, CR for line ends): the file
 */
#ifndef RS_CLAIMS_FETCH_H
#define RS_CLAIMS_FETCH_H

#include "claims/ingest.h"

#define RS_MARK_RECORDS 64u /* from mark to mark: a quarter of a byte a line */
typedef struct {
  RsRow row;         /* of a block's start, or of a record */
  uint64_t position; /* where it begins in the file; RS_NO_POSITION: of a block that cannot be read by itself */
} RsMark;
/* By row. */
void rs_marks_sort(GArray *marks);

typedef struct { RsRow row; size_t index; } RsWanted;
/* [n] by row; index is the place in rows. The caller frees it. */
RsWanted *rs_wanted_new(const RsRow *rows, size_t n);

/* Calls func for each wanted row, all of one file. marks: of any files, sorted. error: RS_ERROR_IO, also when the file changed since it was
 * read. */
bool rs_fetch(const RsInput *input, const GArray *marks, const RsWanted *wanted, size_t n, RsSourceLineFunc func, void *data, GError **error);

#endif
