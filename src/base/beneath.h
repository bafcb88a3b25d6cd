/* base/beneath.h: files of a folder that somebody else may have filled: no link is followed once inside it, and no name leads out.
 *
 * The folder itself is the user's word and may be reached through links. A name is relative, its parts separated by single slashes; ".", ".."
 * and empty parts are refused, and each part is opened by itself with O_NOFOLLOW. */
#ifndef RS_BASE_BENEATH_H
#define RS_BASE_BENEATH_H

#include <glib.h>
#include <stdbool.h>

/* Letters, digits and "._-/" only, no part empty or beginning with a dot: the names that ringscope gives. */
bool rs_beneath_name_ok(const char *name);
/* A plain file opened for reading; -1 and errno (ELOOP: a link; EINVAL: a name that is refused, or no plain file). The caller closes it. */
int rs_beneath_open(const char *folder, const char *name);
/* What is left of an open file, with a NUL behind, at most `limit` bytes: a longer file is EFBIG. Closes fd; -1 gives NULL. NULL and errno. Owned by
 * the caller. */
char *rs_beneath_take(int fd, gsize limit, gsize *length);
/* Its bytes with a NUL behind, at most `limit` of them: a longer file is EFBIG. NULL and errno. Owned by the caller. */
char *rs_beneath_read(const char *folder, const char *name, gsize limit, gsize *length);

#endif
