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

/* cmocka's assertions leave by longjmp, which clang's analyzer cannot see in their prototypes: it is told here, else it goes on behind each of them with
 * what was just found to be false. */
#ifdef __clang_analyzer__
#undef assert_true
#undef assert_false
#undef assert_non_null
#undef assert_null
#undef assert_int_equal
#undef assert_in_range
#undef fail_msg
#define fail_msg(...) g_error(__VA_ARGS__)
#define assert_true(c) (((c)) ? (void)0 : g_abort())
#define assert_false(c) ((c) ? g_abort() : (void)0)
#define assert_non_null(c) ((c) != NULL ? (void)0 : g_abort())
#define assert_null(c) ((c) == NULL ? (void)0 : g_abort())
#define assert_int_equal(a, b) ((a) == (b) ? (void)0 : g_abort())
#define assert_in_range(value, least, most) ((value) >= (least) && (value) <= (most) ? (void)0 : g_abort())
#endif

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
