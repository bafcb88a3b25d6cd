/* tests/fuzz/fuzz_file.h: bytes as a file that has a path, in memory, for functions that open one. */
#ifndef RS_FUZZ_FILE_H
#define RS_FUZZ_FILE_H

#include <glib.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/mman.h>
#include <unistd.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

typedef struct { int fd; char path[40]; } FuzzFile;

static inline FuzzFile fuzz_file(const void *head, size_t head_length, const void *bytes, size_t length) {
  FuzzFile file = {memfd_create("fuzz", MFD_CLOEXEC), ""};
  g_assert_true(file.fd >= 0);
  g_assert_true(write(file.fd, head, head_length) == (ssize_t)head_length && write(file.fd, bytes, length) == (ssize_t)length);
  lseek(file.fd, 0, SEEK_SET);
  snprintf(file.path, sizeof file.path, "/proc/self/fd/%d", file.fd);
  return file;
}

#endif
