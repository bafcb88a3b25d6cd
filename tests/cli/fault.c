/* tests/cli/fault.c: a library put in front of libc (LD_PRELOAD) that lets calls fail on order, by environment:
 *
 *   RS_FAULT_ALLOCATION=N   the N-th allocation of RS_FAULT_SIZE bytes or more (default 65536) fails, once
 *   RS_FAULT_WAYS=1         of the allocations that come the same way, by the addresses of the innermost calls, only the first counts; once one
 *                           has failed, so does what is mapped by the megabyte: who looks whether memory is gone is told so
 *   RS_FAULT_SPARE=A:B...   no allocation fails that a library asks for whose file's name holds one of these
 *   RS_FAULT_BYTES=N        writes beyond the N-th byte to files fail with RS_FAULT_ERRNO (default ENOSPC), for good
 *   RS_FAULT_EINTR=N        every N-th read, write, open, fsync and flock that the program itself makes fails with EINTR first, and every read or
 *                           write moves at most a third
 *   RS_FAULT_COUNT=FILE     at the end, how many such allocations and bytes there were
 *
 * Only the program's own calls go through here; the calls that libc makes inside itself do not. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <execinfo.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

extern void *__libc_malloc(size_t size), *__libc_calloc(size_t n, size_t size), *__libc_realloc(void *old, size_t size);

static atomic_long n_allocations, n_bytes, n_calls;
static long fail_allocation = -1, fail_bytes = -1, interrupt_every = -1, least = 65536;
static int fail_errno = ENOSPC;
#ifndef RS_FAULT_NO_MALLOC
static int by_way;
static atomic_int gone; /* by ways: an allocation has failed */
static const char *spare;
#endif

static long number(const char *name, long fallback) {
  const char *text = getenv(name);
  return text == NULL ? fallback : atol(text);
}

__attribute__((constructor)) static void start(void) {
#ifndef RS_FAULT_NO_MALLOC
  void *first[2];
  spare = getenv("RS_FAULT_SPARE");
  if (number("RS_FAULT_WAYS", 0) != 0) by_way = backtrace(first, 2); /* the first call loads a library */
#endif
  least = number("RS_FAULT_SIZE", 65536);
  fail_allocation = number("RS_FAULT_ALLOCATION", -1);
  fail_bytes = number("RS_FAULT_BYTES", -1);
  interrupt_every = number("RS_FAULT_EINTR", -1);
  fail_errno = (int)number("RS_FAULT_ERRNO", ENOSPC);
}

__attribute__((destructor)) static void end(void) {
  const char *path = getenv("RS_FAULT_COUNT");
  FILE *file = path == NULL ? NULL : fopen(path, "w");
  if (file == NULL) return;
  fprintf(file, "%ld %ld\n", atomic_load(&n_allocations), atomic_load(&n_bytes));
  fclose(file);
}

#ifndef RS_FAULT_NO_MALLOC /* with sanitizers, whose allocator this is */
#define WAYS 65536u
#define CALLS 10
/* Whether an allocation came this way before. The table never fills: a run has some thousand ways. */
static int known_way(void) {
  static _Atomic uint64_t known[WAYS];
  static _Thread_local int inside;
  void *call[CALLS];
  uint64_t way = 14695981039346656037u;
  if (inside) return 1;
  inside = 1;
  const int n = backtrace(call, CALLS);
  inside = 0;
  for (int i = 2; i < n; i++) way = (way ^ (uintptr_t)call[i]) * 1099511628211u;
  for (size_t at = way % WAYS;; at = (at + 1) % WAYS) {
    uint64_t empty = 0;
    if (atomic_compare_exchange_strong(&known[at], &empty, way)) return 0;
    if (empty == way) return 1;
  }
}

static int spared(const void *from) {
  Dl_info library;
  if (spare == NULL || dladdr(from, &library) == 0 || library.dli_fname == NULL) return 0;
  for (const char *name = spare; *name != '\0'; name += strcspn(name, ":"), name += *name == ':') {
    char part[64];
    snprintf(part, sizeof part, "%.*s", (int)strcspn(name, ":"), name);
    if (strstr(library.dli_fname, part) != NULL) return 1;
  }
  return 0;
}

static int allocation_fails(size_t size, const void *from) {
  if (size < (size_t)least || (by_way && (spared(from) || known_way()))) return 0;
  const long n = atomic_fetch_add(&n_allocations, 1) + 1;
  if (n != fail_allocation) return 0;
  if (by_way) atomic_store(&gone, 1);
  errno = ENOMEM;
  return 1;
}

void *malloc(size_t size) { return allocation_fails(size, __builtin_return_address(0)) ? NULL : __libc_malloc(size); }
void *calloc(size_t n, size_t size) {
  const size_t all = size != 0 && n > (size_t)-1 / size ? (size_t)-1 : n * size;
  return allocation_fails(all, __builtin_return_address(0)) ? NULL : __libc_calloc(n, size);
}
void *realloc(void *old, size_t size) { return allocation_fails(size, __builtin_return_address(0)) ? NULL : __libc_realloc(old, size); }

void *mmap(void *at, size_t length, int may, int how, int fd, off_t from) {
  static void *(*next)(void *, size_t, int, int, int, off_t);
  if (next == NULL) *(void **)&next = dlsym(RTLD_NEXT, "mmap");
  if (atomic_load(&gone) && fd < 0 && length >= (size_t)1 << 20) return errno = ENOMEM, MAP_FAILED;
  return next(at, length, may, how, fd, from);
}
#endif

static int interrupted(void) {
  if (interrupt_every <= 0 || atomic_fetch_add(&n_calls, 1) % interrupt_every != 0) return 0;
  errno = EINTR;
  return 1;
}

static size_t part(size_t length) { return interrupt_every > 0 && length > 3 ? length / 3 : length; }

static int is_file(int fd) {
  struct stat status;
  return fstat(fd, &status) == 0 && S_ISREG(status.st_mode);
}

/* How many of length bytes may still be written; -1: none, errno set. */
static ssize_t allowance(int fd, size_t length) {
  if (length == 0 || !is_file(fd)) return (ssize_t)length;
  const long before = atomic_fetch_add(&n_bytes, (long)length);
  if (fail_bytes < 0 || before + (long)length <= fail_bytes) return (ssize_t)length;
  if (before < fail_bytes) return fail_bytes - before;
  errno = fail_errno;
  return -1;
}

#define NEXT(type, name, ...) \
  static type (*next)(__VA_ARGS__); \
  if (next == NULL) *(void **)&next = dlsym(RTLD_NEXT, name)

ssize_t write(int fd, const void *bytes, size_t length) {
  NEXT(ssize_t, "write", int, const void *, size_t);
  if (interrupted()) return -1;
  const ssize_t n = allowance(fd, part(length));
  return n < 0 ? -1 : next(fd, bytes, (size_t)n);
}

ssize_t pwrite64(int fd, const void *bytes, size_t length, off_t at) {
  NEXT(ssize_t, "pwrite64", int, const void *, size_t, off_t);
  const ssize_t n = allowance(fd, length);
  return n < 0 ? -1 : next(fd, bytes, (size_t)n, at);
}

ssize_t pwrite(int fd, const void *bytes, size_t length, off_t at) { return pwrite64(fd, bytes, length, at); }

size_t fwrite(const void *bytes, size_t size, size_t n, FILE *file) {
  NEXT(size_t, "fwrite", const void *, size_t, size_t, FILE *);
  if (size == 0 || n == 0) return next(bytes, size, n, file);
  return allowance(fileno(file), size * n) < (ssize_t)(size * n) ? 0 : next(bytes, size, n, file);
}

ssize_t read(int fd, void *bytes, size_t length) {
  NEXT(ssize_t, "read", int, void *, size_t);
  return interrupted() ? -1 : next(fd, bytes, part(length));
}

int flock(int fd, int how) {
  NEXT(int, "flock", int, int);
  return !(how & LOCK_NB) && interrupted() ? -1 : next(fd, how);
}
