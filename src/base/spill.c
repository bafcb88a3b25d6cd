#include "base/spill.h"

#include "base/error.h"
#include "base/words.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <malloc.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#define WATCH_EVERY_US 1000
#define LOOK_EVERY_US 100 /* where room() is LEAST_ROOM or less, and less often where it is more */
#define LOOK_SELDOM_US 1000
#define ROOMY ((uint64_t)512 << 20) /* what others map while pages are let go, as many again at most, does not fill so much */
#define SHORTEST_TURN_NS 100000u
#define HUGE_PAGE ((size_t)2 << 20)
#define LEAST_ROOM ((uint64_t)64 << 20)
#define A_THREAD ((uint64_t)128 << 20) /* of the limit, for each that maps pages */
#define KEPT_BY_HEAP (256 << 10) /* bytes: what is freed in larger pieces goes back to the system, and not into a heap that would take it from the limit */
#define LEAST_PART 8 /* of the limit: pages of files that are fewer are let be */

typedef struct { void *start; size_t size; } Array;

static struct {
  GMutex lock; /* guards arrays, folder and failure */
  GArray *arrays; /* of Array */
  char *folder;
  uint64_t memory;
  atomic_bool on;
  atomic_int_fast64_t looked; /* when, last */
  atomic_int_fast64_t look_every_us;
  atomic_bool letting_go;
  int statm;        /* the process's own file of what it holds; 0: not opened yet */
  int failure;      /* errno of an array refused, 0: none */
  size_t failure_size;
} spill;

/* Between what the process may hold before pages are let go and the limit. */
static uint64_t room(uint64_t memory) { return CLAMP(LEAST_ROOM, memory / 10, memory / 2); }

void rs_spill_configure(const char *folder, uint64_t memory) {
  g_mutex_lock(&spill.lock);
  g_free(spill.folder);
  spill.folder = g_strdup(folder != NULL ? folder : g_get_tmp_dir());
  spill.memory = memory;
  atomic_store(&spill.look_every_us, CLAMP((gint64)(room(memory) / (LEAST_ROOM / LOOK_EVERY_US)), LOOK_EVERY_US, LOOK_SELDOM_US));
  if (spill.arrays == NULL) spill.arrays = g_array_new(FALSE, FALSE, sizeof(Array));
  if (memory == 0) atomic_store(&spill.on, false);
  else {
    (void)mallopt(M_MMAP_THRESHOLD, KEPT_BY_HEAP); /* a hint */
    (void)mallopt(M_TRIM_THRESHOLD, KEPT_BY_HEAP);
  }
  g_mutex_unlock(&spill.lock);
}

bool rs_spill_on(void) { return atomic_load_explicit(&spill.on, memory_order_relaxed); }

uint64_t rs_spill_memory(void) {
  g_mutex_lock(&spill.lock);
  const uint64_t memory = spill.memory;
  g_mutex_unlock(&spill.lock);
  return memory;
}

unsigned rs_spill_threads(uint64_t memory) { return (unsigned)CLAMP(memory / A_THREAD, 2, UINT_MAX); }

/* ---- letting go ---- */

/* What the process holds in all, and of files. */
typedef struct { uint64_t all, files; } Held;

static Held held_bytes(int statm) {
  char text[64], *at = text;
  const ssize_t n = pread(statm, text, sizeof text - 1, 0);
  if (n <= 0) return (Held){0, 0};
  text[n] = '\0';
  const uint64_t page = (uint64_t)sysconf(_SC_PAGESIZE);
  (void)strtoull(at, &at, 10);
  const uint64_t all = strtoull(at, &at, 10);
  return (Held){all * page, strtoull(at, &at, 10) * page};
}

/* The pages stay in the system's cache until it wants the memory: they are only no longer this process's. Arrays that are let go are written for
 * the most part: what comes from the disk again is read ahead. */
static void let_go(void) {
  for (guint i = 0; i < spill.arrays->len; i++) {
    const Array *array = &g_array_index(spill.arrays, Array, i);
    (void)madvise(array->start, array->size, MADV_DONTNEED);
    (void)madvise(array->start, array->size, MADV_NORMAL);
  }
}

void rs_spill_look(void) {
  if (!rs_spill_on()) return;
  const gint64 now = g_get_monotonic_time();
  if (now - atomic_load_explicit(&spill.looked, memory_order_relaxed) < atomic_load_explicit(&spill.look_every_us, memory_order_relaxed)) return;
  if (!g_mutex_trylock(&spill.lock)) {
    if (!atomic_load(&spill.letting_go)) return;
    g_mutex_lock(&spill.lock); /* whoever would map on meanwhile waits, unless there is room */
  }
  const Held held = held_bytes(spill.statm);
  const bool full = held.all > spill.memory - room(spill.memory) || held.all + MIN(held.files, ROOMY) > spill.memory;
  if (spill.memory > 0 && full && held.files > spill.memory / LEAST_PART) {
    atomic_store(&spill.letting_go, room(spill.memory) < ROOMY);
    let_go();
    atomic_store(&spill.letting_go, false);
  }
  atomic_store_explicit(&spill.looked, g_get_monotonic_time(), memory_order_relaxed);
  g_mutex_unlock(&spill.lock);
}

/* The system's sched_attr, sched_setattr(2), which not every libc declares. */
typedef struct { uint32_t size, policy; uint64_t flags; int32_t nice; uint32_t priority; uint64_t runtime, deadline, period; } Turns;

/* A thread that asks for short turns gets them soon, from Linux 6.12 on: else it may wait for those of all others. May be refused. */
static void take_short_turns(void) {
  Turns own = {.size = sizeof own};
  if (syscall(SYS_sched_getattr, 0, &own, sizeof own, 0) != 0 || own.policy != SCHED_OTHER) return;
  own.runtime = SHORTEST_TURN_NS;
  (void)syscall(SYS_sched_setattr, 0, &own, 0);
}

static gpointer watch(gpointer unused) {
  (void)unused;
  take_short_turns();
  while (rs_spill_on()) {
    g_usleep(WATCH_EVERY_US);
    rs_spill_look();
  }
  return NULL;
}

void rs_spill_begin(void) {
  g_mutex_lock(&spill.lock);
  const bool start = spill.memory > 0 && !rs_spill_on();
  if (start) {
    if (spill.statm <= 0) spill.statm = open("/proc/self/statm", O_RDONLY | O_CLOEXEC);
    atomic_store(&spill.on, true);
    GThread *watching = g_thread_try_new("spill", watch, NULL, NULL); /* none to be had: those that work look alone */
    if (watching != NULL) g_thread_unref(watching);
  }
  g_mutex_unlock(&spill.lock);
}

/* ---- arrays ---- */

static int file_without_name(const char *folder) {
  const int fd = open(folder, O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
  if (fd >= 0) return fd;
  g_autofree char *path = g_build_filename(folder, "ringscope-XXXXXX", NULL);
  const int named = mkostemp(path, O_CLOEXEC);
  if (named >= 0) unlink(path);
  return named;
}

/* A system that keeps files in huge pages would map two megabytes for each byte that is read, faster than any watch lets go of them. It cannot
 * where the array begins elsewhere in its huge page of memory than in that of the file; and without reading ahead while it is written the file is
 * kept in small ones. */
static void *map_apart(int fd, size_t size) {
  const size_t page = (size_t)sysconf(_SC_PAGESIZE), whole = (size + page - 1) / page * page, all = whole + 2 * HUGE_PAGE;
  char *room = mmap(NULL, all, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0); /* cppcheck-suppress invalidFunctionArg ; as in stream.c */
  if (room == MAP_FAILED) return NULL;
  char *start = room + HUGE_PAGE / 2 + (HUGE_PAGE - (uintptr_t)room % HUGE_PAGE) % HUGE_PAGE;
  /* cppcheck-suppress leakReturnValNotUsed ; MAP_FIXED: where it succeeds it returns start */
  if (mmap(start, size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_FIXED, fd, 0) == MAP_FAILED) {
    const int failure = errno;
    munmap(room, all);
    errno = failure;
    return NULL;
  }
  munmap(room, (size_t)(start - room));
  munmap(start + whole, (size_t)(room + all - start) - whole);
  (void)madvise(start, size, MADV_RANDOM);
  return start;
}

/* The space is reserved now: a disk that fills up later would end the process by a signal. */
static void *map_file(const char *folder, size_t size, int *failure) {
  void *start = NULL;
  const int fd = file_without_name(folder);
  *failure = fd < 0 ? errno : posix_fallocate(fd, 0, (off_t)size);
  if (fd >= 0 && *failure == 0 && (start = map_apart(fd, size)) == NULL) *failure = errno;
  if (fd >= 0) close(fd);
  return start;
}

void *rs_spill_new(size_t size) {
  int failure;
  g_mutex_lock(&spill.lock);
  g_autofree char *folder = g_strdup(spill.folder);
  g_mutex_unlock(&spill.lock);
  Array array = {map_file(folder, MAX(size, 1), &failure), MAX(size, 1)}; /* to reserve takes its time, in which others must be able to look */
  g_mutex_lock(&spill.lock);
  if (array.start != NULL) {
    g_array_append_val(spill.arrays, array);
  } else {
    spill.failure = failure;
    spill.failure_size = size;
  }
  g_mutex_unlock(&spill.lock);
  return array.start;
}

static guint array_find(const void *start) {
  for (guint i = 0; spill.arrays != NULL && i < spill.arrays->len; i++)
    if (g_array_index(spill.arrays, Array, i).start == start) return i;
  return G_MAXUINT;
}

bool rs_spill_has(const void *array) {
  g_mutex_lock(&spill.lock);
  const bool has = array_find(array) != G_MAXUINT;
  g_mutex_unlock(&spill.lock);
  return has;
}

bool rs_spill_free(void *array) {
  g_mutex_lock(&spill.lock);
  const guint i = array == NULL ? G_MAXUINT : array_find(array);
  if (i != G_MAXUINT) {
    munmap(array, g_array_index(spill.arrays, Array, i).size);
    g_array_remove_index_fast(spill.arrays, i);
  }
  g_mutex_unlock(&spill.lock);
  return i != G_MAXUINT;
}

void rs_spill_forget(void *from, size_t size) { (void)madvise(from, size, MADV_DONTNEED); }

bool rs_spill_refused(GError **error) {
  g_mutex_lock(&spill.lock);
  const int failure = spill.failure;
  spill.failure = 0;
  if (failure != 0) {
    const bool full = failure == ENOSPC || failure == EDQUOT || failure == EFBIG || failure == ENOMEM;
    g_autofree char *size = g_format_size(spill.failure_size);
    g_set_error(error, RS_ERROR, full ? RS_ERROR_LIMIT : RS_ERROR_IO, _("%s: cannot keep %s there, as --memory asks: %s; --temp names another folder"),
                spill.folder, size, rs_words_errno(failure));
  }
  g_mutex_unlock(&spill.lock);
  return failure == 0;
}
