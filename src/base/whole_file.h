/* base/whole_file.h: a file that the user named and that is small by its nature (a mapping, a policy, a list), read whole.
 *
 * Any kind of file will do, a pipe too; what never ends, such as /dev/zero, ends at the limit and not with the memory. */
#ifndef RS_BASE_WHOLE_FILE_H
#define RS_BASE_WHOLE_FILE_H

#include <glib.h>

/* Its bytes with a NUL behind; owned by the caller. error: RS_ERROR_IO, the path and why (EFBIG: over `limit` bytes). */
char *rs_whole_file_read(const char *path, gsize limit, gsize *length, GError **error);

#endif
