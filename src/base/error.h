/* base/error.h: the one GError domain. A code is also the exit code the program ends with
 * (contract: 0 done, 1 could not finish, 2 wrong usage, 3 input not usable, 4 would not fit,
 * 5 integrity check failed). */
#ifndef RS_BASE_ERROR_H
#define RS_BASE_ERROR_H

#include <glib.h>

typedef enum {
  RS_ERROR_IO = 1,        /* a file cannot be read or written; a library failed */
  RS_ERROR_USAGE = 2,     /* the caller asked for something that does not exist */
  RS_ERROR_INPUT = 3,     /* the input was read and cannot be used */
  RS_ERROR_LIMIT = 4,     /* it would not fit: memory, disk, 32-bit numbering */
  RS_ERROR_INTEGRITY = 5, /* a hash or a seal does not match */
} RsError;

#define RS_ERROR (rs_error_quark())
GQuark rs_error_quark(void);

#endif
