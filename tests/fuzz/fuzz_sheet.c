/* Any bytes as an Excel workbook: a sheet as CSV or an error, never a crash; every row of the CSV as wide as the first with text, or empty. */
#include "base/words.h"
#include "claims/sheet.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  int fd = memfd_create("workbook", MFD_CLOEXEC);
  if (fd < 0 || write(fd, data, size) != (ssize_t)size) abort();
  GPtrArray *notes = g_ptr_array_new_with_free_func(rs_said_free);
  GError *error = NULL;
  int text = rs_sheet_open(fd, "fuzz.xlsx", NULL, NULL, notes, &error);
  if ((text < 0) != (error != NULL)) abort();
  if (text >= 0) {
    off_t end = lseek(text, 0, SEEK_END);
    char last = '\n';
    if (end > 0 && (pread(text, &last, 1, end - 1) != 1 || last != '\n')) abort();
    close(text);
  }
  g_clear_error(&error);
  g_ptr_array_unref(notes);
  close(fd);
  return 0;
}
