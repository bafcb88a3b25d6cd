#include "base/beneath.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

bool rs_beneath_name_ok(const char *name) {
  bool begins = true;
  for (; *name != '\0'; name++) {
    if (begins && (*name == '.' || *name == '/')) return false;
    if (!g_ascii_isalnum(*name) && strchr("._-/", *name) == NULL) return false;
    begins = *name == '/';
  }
  return !begins;
}

static int refused(int fd, int code) {
  if (fd >= 0) close(fd);
  errno = code;
  return -1;
}

int rs_beneath_open(const char *folder, const char *name) {
  struct stat status;
  if (!rs_beneath_name_ok(name)) return refused(-1, EINVAL);
  int fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  g_auto(GStrv) part = g_strsplit(name, "/", -1);
  for (guint i = 0; fd >= 0 && part[i] != NULL; i++) {
    const int kind = part[i + 1] != NULL ? O_DIRECTORY : O_NOCTTY | O_NONBLOCK; /* a pipe would wait for its writer */
    const int next = openat(fd, part[i], O_RDONLY | O_NOFOLLOW | O_CLOEXEC | kind), code = errno;
    close(fd);
    errno = code;
    fd = next;
  }
  if (fd < 0) return -1;
  if (fstat(fd, &status) != 0) return refused(fd, errno);
  return S_ISREG(status.st_mode) ? fd : refused(fd, EINVAL);
}

char *rs_beneath_take(int fd, gsize limit, gsize *length) {
  struct stat status;
  if (fd < 0) return NULL;
  if (fstat(fd, &status) != 0) return refused(fd, errno), NULL;
  if (!S_ISREG(status.st_mode)) return refused(fd, EINVAL), NULL;
  if (status.st_size < 0 || (guint64)status.st_size > limit) return refused(fd, EFBIG), NULL;
  const gsize size = (gsize)status.st_size;
  char *bytes = g_try_malloc(size + 1);
  gsize n = 0;
  ssize_t got = bytes == NULL ? -1 : 1;
  if (bytes == NULL) errno = ENOMEM;
  while (got > 0 && n < size) {
    got = read(fd, bytes + n, size - n);
    if (got < 0 && errno == EINTR) got = 1;
    else if (got > 0) n += (gsize)got;
  }
  const int code = errno;
  close(fd);
  if (got < 0) {
    g_free(bytes);
    errno = code;
    return NULL;
  }
  bytes[n] = '\0';
  *length = n;
  return bytes;
}

char *rs_beneath_read(const char *folder, const char *name, gsize limit, gsize *length) {
  return rs_beneath_take(rs_beneath_open(folder, name), limit, length);
}
