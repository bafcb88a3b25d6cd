/* claims/quotable.h: what of a file may be quoted in a message or a reason.
 *
 * A cell that is refused is not always what its column says: where columns are shifted, or the line of names is missing, it is an id, a
 * phone number, a name or a date of birth, and messages and rejects.csv are masked as all else is. Quoted is only what can be none of these. */
#ifndef RS_CLAIMS_QUOTABLE_H
#define RS_CLAIMS_QUOTABLE_H

#include <stdbool.h>
#include <stddef.h>

/* "12x", "1e5": a digit first, four at most, and one thing that is none. */
bool rs_quotable_number(const char *text, size_t length);
/* "2025-02-30 08:00": a year from 2000 on and nothing that a time has not; or as a number. What is somebody's date of birth in such a form is read as
 * a time, not refused. */
bool rs_quotable_time(const char *text, size_t length);
/* False where a cell is a number, a time, or has five digits in a row, as ids have: then it is no line of names. Cells are NUL-terminated. */
bool rs_quotable_header(const char *const *cells, size_t n_cells);

#endif
