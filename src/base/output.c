#include "base/output.h"

#include "base/error.h"
#include "base/interrupt.h"
#include "base/spill.h"
#include "base/words.h"

#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define BUFFER_SIZE ((size_t)1 << 20)
#define PIECE ((size_t)1 << 17) /* is still in the cache when it is handed on */

struct RsOutput {
  int fd;        /* -1: memory, a listener, or closed */
  char *path;    /* the target, as given; NULL for memory and listeners */
  char *partial; /* the file being written; NULL when writing to the target itself */
  char *buffer;
  size_t used, capacity;
  RsOutputListener listener; /* or NULL */
  void *listener_data;
  GError *error; /* the first failure */
};

static void output_fail(RsOutput *output, const char *what, int code) {
  if (output->error == NULL)
    g_set_error(&output->error, RS_ERROR, RS_ERROR_IO, _("%s: cannot %s: %s"), output->path, _(what), rs_words_errno(code));
}

static RsOutput *output_new(const char *path, int fd, char *partial) {
  RsOutput *output = g_new0(RsOutput, 1);
  output->fd = fd;
  output->path = g_strdup(path);
  output->partial = partial;
  output->capacity = path == NULL ? 256 : BUFFER_SIZE;
  output->buffer = g_malloc(output->capacity);
  return output;
}

static RsOutput *open_failed(const char *path, int code, GError **error) {
  g_set_error(error, RS_ERROR, RS_ERROR_IO, _("%s: cannot create: %s"), path, rs_words_errno(code));
  return NULL;
}

/* Devices and pipes are written as they are; only a regular file can be replaced. */
RsOutput *rs_output_open(const char *path, GError **error) {
  struct stat status;
  if (strcmp(path, "-") == 0) return output_new("standard output", STDOUT_FILENO, NULL);
  if (stat(path, &status) == 0 && !S_ISREG(status.st_mode)) {
    const int fd = open(path, O_WRONLY | O_CLOEXEC | O_NOCTTY);
    return fd < 0 ? open_failed(path, errno, error) : output_new(path, fd, NULL);
  }
  g_autofree char *partial = g_strconcat(path, ".partial-XXXXXX", NULL);
  rs_interrupt_hold();
  rs_interrupt_reserve(strlen(partial));
  const int fd = mkostemp(partial, O_CLOEXEC), code = errno;
  if (fd >= 0) rs_interrupt_remember(partial);
  rs_interrupt_resume();
  if (fd < 0) return open_failed(path, code, error);
  return output_new(path, fd, g_steal_pointer(&partial));
}

RsOutput *rs_output_memory(void) { return output_new(NULL, -1, NULL); }

RsOutput *rs_output_to(RsOutputListener listener, void *data) {
  RsOutput *output = output_new(NULL, -1, NULL);
  output->listener = listener;
  output->listener_data = data;
  output->capacity = PIECE;
  output->buffer = g_realloc(output->buffer, PIECE);
  return output;
}

/* Whose buffer holds all that is written. */
static bool is_memory(const RsOutput *output) { return output->path == NULL && output->listener == NULL; }

GBytes *rs_output_bytes(RsOutput *output) {
  g_assert(is_memory(output));
  GBytes *bytes = g_bytes_new_take(output->buffer, output->used);
  output->used = 0;
  output->capacity = 256;
  output->buffer = g_malloc(output->capacity);
  return bytes;
}

const char *rs_output_take(RsOutput *output, size_t *length) {
  g_assert(is_memory(output));
  *length = output->used;
  output->used = 0;
  return output->buffer;
}

static void output_send(RsOutput *output, const char *bytes, size_t length) {
  rs_spill_look();
  if (output->listener != NULL) {
    output->listener(output->listener_data, bytes, length);
    return;
  }
  while (length > 0 && output->error == NULL) {
    const ssize_t n = write(output->fd, bytes, MIN(length, (size_t)1 << 30));
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) {
      output_fail(output, N_("write"), errno);
      return;
    }
    bytes += n;
    length -= (size_t)n;
  }
}

static void output_flush(RsOutput *output) {
  output_send(output, output->buffer, output->used);
  output->used = 0;
}

/* A pipe or a terminal cannot be synced and says so with EINVAL or ENOTSUP: no failure. */
static void output_finish(RsOutput *output, bool synced) {
  output_flush(output);
  if (synced && output->error == NULL && fsync(output->fd) != 0 && errno != EINVAL && errno != ENOTSUP && errno != EROFS)
    output_fail(output, N_("write"), errno);
  if (output->fd != STDOUT_FILENO && close(output->fd) != 0 && errno != EINTR) output_fail(output, N_("write"), errno);
  output->fd = -1;
  if (output->error != NULL || output->partial == NULL) return;
  rs_interrupt_hold();
  const bool renamed = rename(output->partial, output->path) == 0;
  if (!renamed) output_fail(output, N_("rename into place"), errno);
  else rs_interrupt_forget(output->partial);
  rs_interrupt_resume();
  if (renamed) g_clear_pointer(&output->partial, g_free);
}

static bool output_close(RsOutput *output, bool synced, GError **error) {
  if (output->fd >= 0) output_finish(output, synced);
  else if (output->listener != NULL) output_flush(output);
  if (output->error == NULL) return true;
  if (error != NULL) *error = g_error_copy(output->error);
  return false;
}

bool rs_output_close(RsOutput *output, GError **error) { return output_close(output, true, error); }

bool rs_output_close_unsynced(RsOutput *output, GError **error) { return output_close(output, false, error); }

static void partial_remove(const char *partial) {
  rs_interrupt_hold();
  unlink(partial);
  rs_interrupt_forget(partial);
  rs_interrupt_resume();
}

void rs_output_free(RsOutput *output) {
  if (output == NULL) return;
  if (output->fd >= 0 && output->fd != STDOUT_FILENO) close(output->fd);
  if (output->partial != NULL) partial_remove(output->partial);
  g_clear_error(&output->error);
  g_free(output->partial);
  g_free(output->path);
  g_free(output->buffer);
  g_free(output);
}

size_t rs_output_used(const RsOutput *output) { return output->used; }

bool rs_output_failed(const RsOutput *output) { return output->error != NULL; }

/* Makes room for length bytes; false when they will not fit the buffer of a file. */
static bool output_reserve(RsOutput *output, size_t length) {
  if (length <= output->capacity - output->used) return true;
  if (!is_memory(output)) {
    output_flush(output);
    return length <= output->capacity;
  }
  while (length > output->capacity - output->used) output->capacity *= 2;
  output->buffer = g_realloc(output->buffer, output->capacity);
  return true;
}

void rs_output_write(RsOutput *output, const char *bytes, size_t length) {
  if (length == 0) return;
  if (!output_reserve(output, length)) {
    output_send(output, bytes, length);
    return;
  }
  memcpy(output->buffer + output->used, bytes, length);
  output->used += length;
}

void rs_output_text(RsOutput *output, const char *text) { rs_output_write(output, text, strlen(text)); }

void rs_output_char(RsOutput *output, char c) {
  if (output->used == output->capacity) output_reserve(output, 1);
  output->buffer[output->used++] = c;
}

/* Writes the digits of value before end, at least min of them; returns their start. */
static char *digits_before(char *end, uint64_t value, unsigned min) {
  char *at = end;
  for (; value > 0 || min > 0; value /= 10, min -= min > 0) *--at = (char)('0' + value % 10);
  return at;
}

void rs_output_unsigned(RsOutput *output, uint64_t value) {
  char buffer[24], *end = buffer + sizeof buffer;
  const char *start = digits_before(end, value, 1);
  rs_output_write(output, start, (size_t)(end - start));
}

static uint64_t magnitude(int64_t value) { return value < 0 ? 0 - (uint64_t)value : (uint64_t)value; }

void rs_output_signed(RsOutput *output, int64_t value) {
  if (value < 0) rs_output_char(output, '-');
  rs_output_unsigned(output, magnitude(value));
}

void rs_output_fixed(RsOutput *output, int64_t value, unsigned places) {
  char buffer[64], *end = buffer + sizeof buffer;
  places = MIN(places, 40u);
  char *start = digits_before(end, magnitude(value), places + 1);
  if (value < 0) rs_output_char(output, '-');
  rs_output_write(output, start, (size_t)(end - start) - places);
  if (places == 0) return;
  rs_output_char(output, '.');
  rs_output_write(output, end - places, places);
}

static uint64_t power_of_ten(unsigned n) {
  uint64_t power = 1;
  while (n-- > 0) power *= 10;
  return power;
}

/* fraction * scale rounded half up, exactly: the fraction is a 53-bit integer over a power of two. 0 <= fraction < 1,
 * scale <= 10^18, so the product fits 113 bits. */
static uint64_t fraction_scaled(double fraction, uint64_t scale) {
  __extension__ typedef unsigned __int128 u128;
  int exponent;
  const uint64_t mantissa = (uint64_t)ldexp(frexp(fraction, &exponent), 53);
  const int shift = 53 - exponent;
  if (mantissa == 0 || shift > 120) return 0;
  const u128 doubled = (u128)mantissa * scale >> (shift - 1);
  return (uint64_t)((doubled + 1) >> 1);
}

/* Halves are judged on the exact binary value, not on its shortest decimal form. */
void rs_output_double(RsOutput *output, double value, unsigned places) {
  if (!isfinite(value)) return;
  double whole;
  const double fraction = modf(fabs(value), &whole);
  if (whole >= 0x1p63) { /* too large for a fraction; without one, no decimal point and no locale */
    char buffer[400];
    const int n = snprintf(buffer, sizeof buffer, "%.0f", value);
    rs_output_write(output, buffer, (size_t)n);
    return;
  }
  places = MIN(places, 18u);
  const uint64_t scale = power_of_ten(places);
  uint64_t decimals = fraction_scaled(fraction, scale);
  const uint64_t carry = decimals / scale, units = (uint64_t)whole + carry;
  decimals -= carry * scale;
  if (value < 0 && (units | decimals) != 0) rs_output_char(output, '-');
  rs_output_unsigned(output, units);
  if (decimals == 0) return;
  for (; decimals % 10 == 0; decimals /= 10) places--;
  char buffer[24], *end = buffer + sizeof buffer;
  rs_output_char(output, '.');
  rs_output_write(output, digits_before(end, decimals, places), places);
}

/* Most cells need no quotes: copied until one does. strcspn costs more than the copy for texts this short. */
static bool csv_plain(RsOutput *output, const char *text) {
  static const bool special[256] = {[','] = true, ['"'] = true, ['\r'] = true, ['\n'] = true, ['\0'] = true};
  const size_t room = output->capacity - output->used;
  char *to = output->buffer + output->used;
  size_t n = 0;
  while (n < room && !special[(unsigned char)text[n]]) {
    to[n] = text[n];
    n++;
  }
  if (n == room || text[n] != '\0') return false; /* nothing is kept of it */
  output->used += n;
  return true;
}

void rs_output_csv(RsOutput *output, const char *text) {
  if (csv_plain(output, text)) return;
  if (text[strcspn(text, ",\"\r\n")] == '\0') {
    rs_output_text(output, text);
    return;
  }
  rs_output_char(output, '"');
  for (const char *quote; (quote = strchr(text, '"')) != NULL; text = quote + 1) {
    rs_output_write(output, text, (size_t)(quote - text) + 1);
    rs_output_char(output, '"');
  }
  rs_output_text(output, text);
  rs_output_char(output, '"');
}
