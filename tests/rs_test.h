/* tests/rs_test.h: what every test file needs: cmocka in the right order, and small generic helpers. */
#ifndef RS_TEST_H
#define RS_TEST_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <glib.h>
#include <glib/gstdio.h>

/* Fails with the reason when an _validate() does not hold. */
#define rs_assert_valid(function, ...)                                   \
  do {                                                                   \
    const char *reason_ = NULL;                                          \
    if (!function(__VA_ARGS__, &reason_)) fail_msg("%s: %s", #function, reason_); \
  } while (0)

/* Fails with the message when error is set. */
#define rs_assert_no_error(error)                                \
  do {                                                           \
    if ((error) != NULL) fail_msg("unexpected: %s", (error)->message); \
  } while (0)

#endif
