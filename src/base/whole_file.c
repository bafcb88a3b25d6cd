#include "base/whole_file.h"

#include "base/error.h"
#include "base/words.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

/* 0 or an errno. */
static int read_all(int fd, gsize limit, GByteArray *bytes) {
  guint8 block[16384];
  ssize_t n = 1;
  while (n != 0) {
    n = read(fd, block, sizeof block);
    if (n < 0 && errno != EINTR) return errno;
    if (n > 0) g_byte_array_append(bytes, block, (guint)n);
    if (bytes->len > limit) return EFBIG;
  }
  return 0;
}

char *rs_whole_file_read(const char *path, gsize limit, gsize *length, GError **error) {
  g_autoptr(GByteArray) bytes = g_byte_array_new();
  const int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY), code = fd < 0 ? errno : read_all(fd, limit, bytes);
  if (fd >= 0) close(fd);
  if (code != 0) {
    g_set_error(error, RS_ERROR, RS_ERROR_IO, "%s: %s", path, rs_words_errno(code));
    return NULL;
  }
  *length = bytes->len;
  g_byte_array_append(bytes, (const guint8 *)"", 1);
  return (char *)g_byte_array_free(g_steal_pointer(&bytes), FALSE);
}
