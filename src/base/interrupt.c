#include "base/interrupt.h"

#include <errno.h>
#include <glib.h>
#include <pthread.h>
#include <semaphore.h>
#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#define LONGEST 20u /* seconds for cleaning up behind a thread that cannot go on and may hold a lock of a library that the cleaner wants */
#define RESERVE ((size_t)4 << 20) /* address space that cleaning up may have when there is no more: a folder's entries are read through 32 KB */

typedef struct Path { struct Path *next; char text[]; } Path;

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER; /* guards what follows; the waiting thread never gives it back */
static Path *paths, *spare; /* few: files that are being written */
static size_t spare_length;
static RsInterruptAction action;
static void *action_data;
static sem_t arrived;
static volatile sig_atomic_t signal_number; /* 0: none, exit_code counts */
static int exit_code;
static bool started;
static pthread_t cleaner;
static void *reserve; /* MAP_FAILED: none */
static pthread_mutex_t showing = PTHREAD_MUTEX_INITIALIZER; /* of its own: a terminal may take its time. The waiting thread never gives it back */
static const char *last_words;
static void (*without_memory)(void);
static bool ending; /* atomic: several threads may be without memory at once, and the first one's end is everybody's */

void rs_interrupt_hold(void) { pthread_mutex_lock(&lock); }
void rs_interrupt_resume(void) { pthread_mutex_unlock(&lock); }

void rs_interrupt_reserve(size_t length) {
  if (spare != NULL && spare_length >= length) return;
  spare = g_realloc(spare, sizeof *spare + length + 1);
  spare_length = length;
}

void rs_interrupt_remember(const char *path) {
  const size_t length = strlen(path);
  rs_interrupt_reserve(length);
  memcpy(spare->text, path, length + 1);
  spare->next = paths;
  paths = spare;
  spare = NULL;
}

void rs_interrupt_forget(const char *path) {
  Path **at = &paths;
  while (*at != NULL && strcmp((*at)->text, path) != 0) at = &(*at)->next;
  Path *found = *at;
  if (found == NULL) return;
  *at = found->next;
  g_free(found);
}

static void show(const char *text) {
  for (size_t left = strlen(text); left > 0;) {
    const ssize_t n = write(STDERR_FILENO, text, left);
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) return; /* nobody is there to be told */
    text += n;
    left -= (size_t)n;
  }
}

void rs_interrupt_show(const char *text, const char *words) {
  pthread_mutex_lock(&showing);
  show(text);
  last_words = words;
  pthread_mutex_unlock(&showing);
}

void rs_interrupt_set_action(RsInterruptAction new_action, void *data) {
  rs_interrupt_hold();
  action = new_action;
  action_data = data;
  rs_interrupt_resume();
}

/* The process ends by the signal itself, so that a shell sees why. */
static void end_by(int number) {
  sigset_t only;
  signal(number, SIG_DFL);
  sigemptyset(&only);
  sigaddset(&only, number);
  pthread_sigmask(SIG_UNBLOCK, &only, NULL);
  raise(number);
  _exit(128 + number);
}

/* The holder may be the very thread that cannot go on: then it is not waited for longer than any step takes. */
static void hold_or_wait(pthread_mutex_t *mutex) {
  for (unsigned i = 0; i < 2000 && pthread_mutex_trylock(mutex) != 0; i++) g_usleep(1000);
}

static void *wait_for_signal(void *unused) {
  (void)unused;
  while (sem_wait(&arrived) != 0) continue;
  hold_or_wait(&lock);
  for (const Path *path = paths; path != NULL; path = path->next) unlink(path->text);
  if (action != NULL) action(action_data);
  hold_or_wait(&showing);
  if (last_words != NULL) show(last_words);
  if (signal_number == 0) _exit(exit_code);
  end_by(signal_number);
  return NULL;
}

/* Any thread may be the one that is interrupted: libraries start some before main, which no mask of ours reaches. */
static void signal_arrives(int number) {
  signal_number = number;
  sem_post(&arrived);
}

static void wait_for_end(void) {
  for (unsigned i = 0; i < LONGEST; i++) sleep(1);
}

/* An assertion, or a library that ends the program by itself: GLib does when a lock or a slice gets no memory. Returning would end it at once.
 * From another process it is a signal like the others: the thread goes on, for it may hold what the cleaner waits for. */
static void abort_arrives(int number, siginfo_t *info, void *context) {
  (void)context;
  if (info->si_code == SI_USER && info->si_pid != getpid()) {
    signal_arrives(number);
    return;
  }
  if (pthread_equal(pthread_self(), cleaner)) return;
  if (!__atomic_load_n(&ending, __ATOMIC_ACQUIRE)) {
    void *more = mmap(NULL, RESERVE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (more == MAP_FAILED && without_memory != NULL) without_memory();
    if (more != MAP_FAILED) munmap(more, RESERVE);
    signal_arrives(number);
  }
  wait_for_end(); /* then abort() itself ends the program */
}

void rs_interrupt_start(void (*new_without_memory)(void)) {
  static const int numbers[] = {SIGINT, SIGTERM, SIGHUP};
  struct sigaction former, own = {.sa_handler = signal_arrives, .sa_flags = SA_RESTART}, aborted = {.sa_sigaction = abort_arrives, .sa_flags = SA_SIGINFO | SA_RESTART};
  sigfillset(&own.sa_mask);
  if (sem_init(&arrived, 0, 0) != 0 || pthread_create(&cleaner, NULL, wait_for_signal, NULL) != 0) return; /* then signals end the program at once */
  pthread_detach(cleaner);
  reserve = mmap(NULL, RESERVE, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  without_memory = new_without_memory;
  started = true;
  sigaction(SIGABRT, &aborted, NULL);
  signal(SIGXFSZ, SIG_IGN); /* a file past what the shell allows is a write that fails, which is said */
  for (size_t i = 0; i < G_N_ELEMENTS(numbers); i++)
    if (sigaction(numbers[i], NULL, &former) == 0 && former.sa_handler != SIG_IGN) sigaction(numbers[i], &own, NULL);
}

void rs_interrupt_end(int code) {
  if (!started || pthread_equal(pthread_self(), cleaner)) _exit(code); /* memory is gone in the cleaning thread too */
  if (!__atomic_exchange_n(&ending, true, __ATOMIC_ACQ_REL)) {
    exit_code = code;
    if (reserve != MAP_FAILED) munmap(reserve, RESERVE);
    sem_post(&arrived);
  }
  wait_for_end();
  _exit(code);
}
