/* base/spill.h: long arrays in files of a temporary folder, once a run is to use less memory than it would take.
 *
 * Such an array is a mapped file without a name: its pages are written by the system when memory is wanted, and read again where they are
 * touched; nothing of it outlives the process. A thread looks at what the process holds in memory and lets go of these pages before it is
 * more than allowed, so that the limit holds for them whatever the machine has left. What is not such an array is not limited. One
 * setting a process; without rs_spill_configure() nothing is ever put on disk. */
#ifndef RS_BASE_SPILL_H
#define RS_BASE_SPILL_H

#include <glib.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* folder NULL: the system's for temporary files. memory: bytes the process may hold; 0: no limit, which is the state at the start. With a limit
 * the heap gives back what is freed in larger pieces, from then on. */
void rs_spill_configure(const char *folder, uint64_t memory);
/* From now on long arrays go to disk; harmless when already so. Nothing without a limit. */
void rs_spill_begin(void);
bool rs_spill_on(void);
/* Looks at what the process holds, if nobody did in the last tenth of a millisecond (of a large limit: the last whole one), and lets go; who comes
 * while another lets go waits for it, unless the limit leaves room. Threads that work call it between tasks (base/parallel.h), and within tasks that
 * read here and there: on a busy machine the one that watches may wait long for its turn, and each such read maps 64 KiB. Costs a look at
 * the clock; nothing without a limit. */
void rs_spill_look(void);
/* What rs_spill_configure() was given, for those who can do with less in more passes; 0: no limit. */
uint64_t rs_spill_memory(void);
/* How many threads a limit bears: each maps pages faster than another lets go of them. */
unsigned rs_spill_threads(uint64_t memory);

/* size bytes on disk, zeroed, the space reserved; NULL when the folder cannot hold them, which rs_spill_refused() explains. */
void *rs_spill_new(size_t size);
/* False if it is no such array. */
bool rs_spill_free(void *array);
/* Whether it is one. */
bool rs_spill_has(const void *array);
/* Lets go of a part's memory, at page bounds, now. Its disk is given back with the array: to punch holes for each of many thousand parts
 * takes longer than all the rest of reading. */
void rs_spill_forget(void *from, size_t size);
/* Sets error, RS_ERROR_LIMIT (full) or RS_ERROR_IO, if an array was refused since the last call; false then. */
bool rs_spill_refused(GError **error);

#endif
