/* bench_touch_memory BYTES: writes to so much memory, in huge pages where the system has them, and gives it back. The host of a virtual machine
 * takes free memory away; the first touch of such pages takes fifty times as long as that of others, and whoever ran first would pay for it.
 * At most half of what the system has left is touched. */
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/sysinfo.h>

int main(int argc, char **argv) {
  struct sysinfo info;
  if (argc != 2) return fprintf(stderr, "usage: bench_touch_memory BYTES\n"), 2;
  if (sysinfo(&info) != 0) return perror("bench_touch_memory"), 1;
  const size_t half = (size_t)info.freeram * info.mem_unit / 2, asked = (size_t)strtoull(argv[1], NULL, 10), n = asked < half ? asked : half;
  void *memory = mmap(NULL, n, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (memory == MAP_FAILED) return perror("bench_touch_memory"), 1;
  madvise(memory, n, MADV_HUGEPAGE); /* advice: may be refused */
  for (size_t i = 0; i < n; i += 4096) ((volatile char *)memory)[i] = 1;
  return 0;
}
