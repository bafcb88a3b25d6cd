/* base/output.h: a buffered sink for everything the program writes to files. The first error is kept and later writes do
 * nothing, so writers check once, at close. A file is written as PATH.partial-XXXXXX (mode 0600 less umask) and renamed to
 * PATH on close; an unclosed or failed sink leaves nothing behind. Formatting ignores the locale. */
#ifndef RS_BASE_OUTPUT_H
#define RS_BASE_OUTPUT_H

#include <glib.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct RsOutput RsOutput;

/* path "-" is stdout. */
RsOutput *rs_output_open(const char *path, GError **error);
/* Writes into memory; take the bytes with rs_output_bytes before free. */
RsOutput *rs_output_memory(void);
GBytes *rs_output_bytes(RsOutput *output); /* owned by the caller */
/* Hands the bytes on, some at a time and in order, to who needs no more than to see them, as a checksum. Closing passes on the last. */
typedef void (*RsOutputListener)(void *data, const char *bytes, size_t length);
RsOutput *rs_output_to(RsOutputListener listener, void *data);
/* The bytes written into memory since it was last asked, borrowed until the next write: for who passes text on piece by piece. */
const char *rs_output_take(RsOutput *output, size_t *length);
/* Flushes, syncs, renames. False with error set if anything failed since open. */
bool rs_output_close(RsOutput *output, GError **error);
/* The same without waiting for the disk: for a file of a folder that is synced as a whole before it gets its name. */
bool rs_output_close_unsynced(RsOutput *output, GError **error);
void rs_output_free(RsOutput *output); /* abandons the file unless closed; NULL allowed */
G_DEFINE_AUTOPTR_CLEANUP_FUNC(RsOutput, rs_output_free)

void rs_output_write(RsOutput *output, const char *bytes, size_t length);
void rs_output_text(RsOutput *output, const char *text);
void rs_output_char(RsOutput *output, char c);
void rs_output_unsigned(RsOutput *output, uint64_t value);
void rs_output_signed(RsOutput *output, int64_t value);
/* value / 10^places with exactly that many decimals: money in fen is rs_output_fixed(o, fen, 2). */
void rs_output_fixed(RsOutput *output, int64_t value, unsigned places);
/* Rounded to at most `places` decimals, trailing zeros dropped, "." as decimal point; NaN and infinities write nothing. */
void rs_output_double(RsOutput *output, double value, unsigned places);
/* One CSV cell by RFC 4180 (quoted only where needed); the caller writes commas and line ends. */
void rs_output_csv(RsOutput *output, const char *text);
/* Bytes in memory: of a file, those not yet passed on. */
size_t rs_output_used(const RsOutput *output);
bool rs_output_failed(const RsOutput *output);

#endif
