/* claims/encoding.h: which encoding a claim file is in, and its bytes as UTF-8.
 *
 * Bytes that do not decode become one byte 0xFF each: it never occurs in UTF-8, so the row can be refused later, and no line end
 * or delimiter is ever swallowed, so no two rows are merged.
 */
#ifndef RS_CLAIMS_ENCODING_H
#define RS_CLAIMS_ENCODING_H

#include <glib.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef enum {
  RS_ENCODING_UNDECIDED, /* only ASCII so far; reads as UTF-8 */
  RS_ENCODING_UTF8,
  RS_ENCODING_GB18030,
  RS_ENCODING_UTF16LE,
  RS_ENCODING_UTF16BE,
  RS_N_ENCODINGS
} RsEncoding;
extern const char *const rs_encoding_name[RS_N_ENCODINGS]; /* "UTF-8", "UTF-8", "GB18030", "UTF-16LE", "UTF-16BE" */

/* A byte order mark, or the zero bytes of UTF-16 text without one; else RS_ENCODING_UNDECIDED. *bom_length bytes are to be
 * skipped. */
RsEncoding rs_encoding_from_start(const char *bytes, size_t length, size_t *bom_length);

/* UTF-8 or GB18030, from a sample that starts between characters. A sequence cut off by the sample's end counts for neither.
 * UTF-8 wins ties. O(length). */
RsEncoding rs_encoding_from_sample(const char *bytes, size_t length);

/* Decodes as much of bytes as makes whole characters. text has room for rs_encoding_room(length) bytes. At the end of the file a
 * sequence cut short becomes 0xFF. Returns the bytes written; *used is how many were read: at most 3 are left over.
 * encoding is GB18030 or UTF-16; rs_encoding_prepare() succeeded. */
size_t rs_encoding_decode(RsEncoding encoding, const char *bytes, size_t length, bool at_end, char *text, size_t *used);
static inline size_t rs_encoding_room(size_t length) { return length + length / 2 + 8; }

/* Loads what the encoding needs; callable from any thread, any number of times. error: RS_ERROR_IO, the system's iconv lacks it. */
bool rs_encoding_prepare(RsEncoding encoding, GError **error);

#endif
