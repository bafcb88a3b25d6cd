/* claims/rows.h: the rows of a small table (attributes, a file to be mapped), one callback a row. Claims take the fast road
 * (claims/reader.h); this one copies each cell. */
#ifndef RS_CLAIMS_ROWS_H
#define RS_CLAIMS_ROWS_H

#include "claims/source.h"

#include <glib.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* cells: n_cells NUL-terminated texts, trimmed, valid during the call. fault: NULL, or why the record has no usable cells. Returning
 * false stops the walk; with error set the walk fails. */
typedef bool (*RsRowsFunc)(uint64_t line, const char *const *cells, size_t n_cells, const char *fault, void *data, GError **error);
/* Every record after the header, in file order. error: RS_ERROR_IO, or the callback's. */
bool rs_rows_each(RsSource *source, RsRowsFunc func, void *data, GError **error);

#endif
