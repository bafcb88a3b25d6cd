#include "base/interrupt.h"
#include "rs_test.h"

#include <fcntl.h>
#include <glib/gstdio.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

/* Creates the file, says so, and only when it has been answered remembers it; all of it held. Then waits for its end. */
static void child_main(const char *path, int say, int answer) {
  const struct rlimit no_core = {0, 0};
  char byte = 0;
  setrlimit(RLIMIT_CORE, &no_core);
  signal(SIGINT, SIG_DFL); /* a shell's job in the background, or nohup, begins with them ignored */
  signal(SIGHUP, SIG_DFL);
  rs_interrupt_start(NULL);
  rs_interrupt_hold();
  const int fd = open(path, O_CREAT | O_WRONLY | O_CLOEXEC, 0600);
  if (fd < 0 || write(say, &byte, 1) != 1 || read(answer, &byte, 1) != 1) _exit(2);
  rs_interrupt_remember(path);
  rs_interrupt_resume();
  sleep(60);
  _exit(3);
}

static void a_file_made_while_a_signal_comes_is_removed(void **state) {
  (void)state;
  static const int numbers[] = {SIGINT, SIGTERM, SIGHUP, SIGABRT};
  g_autofree char *folder = g_dir_make_tmp("ringscope-test-XXXXXX", NULL), *path = g_build_filename(folder, "made", NULL);
  for (size_t i = 0; i < G_N_ELEMENTS(numbers); i++) {
    int said[2], answered[2], status = 0;
    char byte = 0;
    assert_int_equal(pipe(said) | pipe(answered), 0);
    const pid_t child = fork();
    if (child == 0) child_main(path, said[1], answered[0]);
    assert_true(child > 0);
    assert_int_equal(read(said[0], &byte, 1), 1);
    kill(child, numbers[i]);
    g_usleep(20000); /* mostly it comes before the answer, which is what is tested */
    assert_int_equal(write(answered[1], &byte, 1), 1);
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFSIGNALED(status));
    assert_int_equal(WTERMSIG(status), numbers[i]);
    assert_false(g_file_test(path, G_FILE_TEST_EXISTS));
    for (int k = 0; k < 2; k++) {
      close(said[k]);
      close(answered[k]);
    }
  }
  assert_int_equal(g_rmdir(folder), 0);
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(a_file_made_while_a_signal_comes_is_removed)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
