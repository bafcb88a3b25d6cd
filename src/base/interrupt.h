/* base/interrupt.h: Ctrl-C, SIGTERM, SIGHUP and abort() end the program without leaving half-written files.
 *
 * A thread of its own waits for the signal, so that cleaning up may do what a signal handler may not. It cleans up and lets the signal
 * end the process as it would have without us. Steps that must not be torn apart (a file is created and remembered, a folder is put in
 * place) stand between rs_interrupt_hold() and rs_interrupt_resume(); once the signal has come, hold never returns. */
#ifndef RS_BASE_INTERRUPT_H
#define RS_BASE_INTERRUPT_H

#include <stddef.h>

/* Once. Signals that the caller of the program ignores stay ignored.
 *
 * without_memory  called in a signal handler where a library aborts the program and no memory is left: says so, if at all, and ends by
 *                 rs_interrupt_end(); NULL: ends by SIGABRT, as any other abort() */
void rs_interrupt_start(void (*without_memory)(void));

/* Cleans up the same way and ends the process with this exit code; for a thread that cannot go on, such as one without memory. Does not return. */
void rs_interrupt_end(int exit_code);

/* Not to be nested. */
void rs_interrupt_hold(void);
void rs_interrupt_resume(void);

/* Files to remove, and one action besides; to be called while held. reserve: before a file is created whose path is so long: then remember() needs
 * no memory, and none is left behind for want of it. forget: the path is in its place, or gone. */
void rs_interrupt_reserve(size_t length);
void rs_interrupt_remember(const char *path);
void rs_interrupt_forget(const char *path);
typedef void (*RsInterruptAction)(void *data);
void rs_interrupt_set_action(RsInterruptAction action, void *data); /* NULL: none; holds by itself */

/* Writes text to standard error and notes what is written there before the end, such as what takes a progress line away (static; NULL: nothing),
 * as one step: once the signal has come, nothing is written. */
void rs_interrupt_show(const char *text, const char *last_words);

#endif
