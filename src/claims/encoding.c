#include "claims/encoding.h"

#include "base/error.h"
#include "base/words.h"

#include <errno.h>
#include <iconv.h>
#include <string.h>

const char *const rs_encoding_name[RS_N_ENCODINGS] = {"UTF-8", "UTF-8", "GB18030", "UTF-16LE", "UTF-16BE"};

#define INVALID 0xffffffffu

/* ---- GB18030: tables made once by the system's iconv, so that decoding is a lookup ----
 *
 * Two bytes: 81..FE, then 40..7E or 80..FE. Four bytes: 81..FE 30..39 81..FE 30..39, numbered in order; the first
 * 39,420 are the rest of the basic plane, those from 189,000 on (90 30 81 30) are U+10000 and up. */

#define N_LEADS 126u
#define N_TRAILS 191u /* 40..FE; 7F stays invalid */
#define N_FOUR 39420u
#define FIRST_SUPPLEMENTARY 189000u

static uint32_t two_bytes[N_LEADS * N_TRAILS];
static uint16_t four_bytes[N_FOUR]; /* 0: invalid */
static bool tables_ok;

static uint32_t code_point(iconv_t converter, const unsigned char *bytes, size_t length) {
  char in[4], *from = in;
  unsigned char out[8], *to = out;
  size_t in_left = length, out_left = sizeof out;
  memcpy(in, bytes, length);
  iconv(converter, NULL, NULL, NULL, NULL);
  if (iconv(converter, &from, &in_left, (char **)&to, &out_left) == (size_t)-1 || in_left > 0) return INVALID;
  if (to - out != 4) return INVALID;
  return (uint32_t)out[0] | (uint32_t)out[1] << 8 | (uint32_t)out[2] << 16 | (uint32_t)out[3] << 24;
}

static void tables_fill(iconv_t converter) {
  for (unsigned lead = 0; lead < N_LEADS; lead++)
    for (unsigned trail = 0; trail < N_TRAILS; trail++)
      two_bytes[lead * N_TRAILS + trail] =
          code_point(converter, (const unsigned char[]){(unsigned char)(0x81 + lead), (unsigned char)(0x40 + trail)}, 2);
  for (unsigned i = 0; i < N_FOUR; i++) {
    const unsigned char bytes[4] = {(unsigned char)(0x81 + i / 12600), (unsigned char)(0x30 + i / 1260 % 10),
                                    (unsigned char)(0x81 + i / 10 % 126), (unsigned char)(0x30 + i % 10)};
    const uint32_t point = code_point(converter, bytes, 4);
    four_bytes[i] = point <= 0xffff ? (uint16_t)point : 0;
  }
}

static gpointer tables_load(gpointer data) {
  (void)data;
  const iconv_t converter = iconv_open("UTF-32LE", "GB18030");
  if (converter == (iconv_t)-1) return NULL;
  tables_fill(converter);
  iconv_close(converter);
  tables_ok = true;
  return NULL;
}

bool rs_encoding_prepare(RsEncoding encoding, GError **error) {
  static GOnce once = G_ONCE_INIT;
  if (encoding != RS_ENCODING_GB18030) return true;
  g_once(&once, tables_load, NULL);
  if (!tables_ok) g_set_error(error, RS_ERROR, RS_ERROR_IO, _("this system's iconv does not know GB18030"));
  return tables_ok;
}

static uint32_t four_to_point(const unsigned char *at) {
  const uint32_t number = (((at[0] - 0x81u) * 10 + (at[1] - 0x30u)) * N_LEADS + (at[2] - 0x81u)) * 10 + (at[3] - 0x30u);
  if (number < N_FOUR) return four_bytes[number] != 0 ? four_bytes[number] : INVALID;
  if (number < FIRST_SUPPLEMENTARY || number - FIRST_SUPPLEMENTARY > 0xfffff) return INVALID;
  return 0x10000 + (number - FIRST_SUPPLEMENTARY);
}

static bool is_between(unsigned char c, unsigned char low, unsigned char high) { return c >= low && c <= high; }

/* The bytes of the sequence at `at` by form alone: 1, 2 or 4; 0: none; -1: cut off by the end. */
static int gb_form(const unsigned char *at, size_t left) {
  if (at[0] < 0x80) return 1;
  if (!is_between(at[0], 0x81, 0xfe)) return 0;
  if (left < 2) return -1;
  if (!is_between(at[1], 0x30, 0x39)) return is_between(at[1], 0x40, 0x7e) || is_between(at[1], 0x80, 0xfe) ? 2 : 0;
  if (left < 3) return -1;
  if (!is_between(at[2], 0x81, 0xfe)) return 0;
  if (left < 4) return -1;
  return is_between(at[3], 0x30, 0x39) ? 4 : 0;
}

/* ---- writing UTF-8 ---- */

static inline char *point_write(char *to, uint32_t point) {
  if (point < 0x80) {
    *to++ = (char)point;
  } else if (point < 0x800) {
    *to++ = (char)(0xc0 | point >> 6);
    *to++ = (char)(0x80 | (point & 0x3f));
  } else if (point < 0x10000) {
    *to++ = (char)(0xe0 | point >> 12);
    *to++ = (char)(0x80 | (point >> 6 & 0x3f));
    *to++ = (char)(0x80 | (point & 0x3f));
  } else if (point <= 0x10ffff) {
    *to++ = (char)(0xf0 | point >> 18);
    *to++ = (char)(0x80 | (point >> 12 & 0x3f));
    *to++ = (char)(0x80 | (point >> 6 & 0x3f));
    *to++ = (char)(0x80 | (point & 0x3f));
  } else {
    *to++ = (char)0xff;
  }
  return to;
}

static inline size_t ascii_copy(const unsigned char *at, size_t left, char *to) {
  size_t n = 0;
  for (uint64_t word; left - n >= 8; n += 8) {
    memcpy(&word, at + n, 8);
    if (word & 0x8080808080808080ull) break;
    memcpy(to + n, &word, 8);
  }
  for (; n < left && at[n] < 0x80; n++) to[n] = (char)at[n];
  return n;
}

/* Only the first byte of what is no character is given up: the next may be a line end. */
static size_t gb18030_decode(const char *bytes, size_t length, bool at_end, char *text, size_t *used) {
  const unsigned char *at = (const unsigned char *)bytes, *end = at + length;
  char *to = text;
  while (at < end) {
    const size_t n_ascii = ascii_copy(at, (size_t)(end - at), to);
    at += n_ascii;
    to += n_ascii;
    if (at == end) break;
    const int form = gb_form(at, (size_t)(end - at));
    if (form < 0 && !at_end) break;
    uint32_t point = INVALID;
    if (form == 2) point = two_bytes[(at[0] - 0x81u) * N_TRAILS + (at[1] - 0x40u)];
    if (form == 4) point = four_to_point(at);
    to = point_write(to, point);
    at += point == INVALID ? 1 : form;
  }
  *used = (size_t)((const char *)at - bytes);
  return (size_t)(to - text);
}

static inline uint32_t utf16_unit(const unsigned char *at, bool big) {
  return big ? (uint32_t)at[0] << 8 | at[1] : (uint32_t)at[1] << 8 | at[0];
}

static size_t utf16_decode(bool big, const char *bytes, size_t length, bool at_end, char *text, size_t *used) {
  const unsigned char *at = (const unsigned char *)bytes, *end = at + length;
  char *to = text;
  while (end - at >= 2) {
    uint32_t point = utf16_unit(at, big), size = 2;
    if (point >= 0xd800 && point < 0xdc00) {
      if (end - at < 4 && !at_end) break;
      const uint32_t low = end - at < 4 ? 0 : utf16_unit(at + 2, big);
      const bool pair = low >= 0xdc00 && low < 0xe000;
      size = pair ? 4 : 2;
      point = pair ? 0x10000 + ((point - 0xd800) << 10) + (low - 0xdc00) : INVALID;
    } else if (point >= 0xdc00 && point < 0xe000) {
      point = INVALID;
    }
    to = point_write(to, point);
    at += size;
  }
  if (end - at == 1 && at_end) {
    *to++ = (char)0xff;
    at++;
  }
  *used = (size_t)((const char *)at - bytes);
  return (size_t)(to - text);
}

size_t rs_encoding_decode(RsEncoding encoding, const char *bytes, size_t length, bool at_end, char *text, size_t *used) {
  if (encoding == RS_ENCODING_GB18030) return gb18030_decode(bytes, length, at_end, text, used);
  return utf16_decode(encoding == RS_ENCODING_UTF16BE, bytes, length, at_end, text, used);
}

/* ---- detection ---- */

/* How far the text is UTF-16 with its high bytes at odd (high = 1) or even places. Claims are mostly digits and delimiters, so many
 * high bytes are zero and few low ones; and delimiters and line ends have a zero beside them, which in other text with a zero
 * byte here or there they have not. */
static bool is_utf16(const char *bytes, size_t n, size_t high) {
  size_t zeros = 0, low_zeros = 0, separators = 0, halves = 0;
  for (size_t i = 0; i + 1 < n; i += 2) {
    const char upper = bytes[i + high], lower = bytes[i + 1 - high];
    zeros += upper == 0;
    low_zeros += lower == 0;
    separators += upper == 0 && (lower == ',' || lower == '\n' || lower == '\t');
    halves += upper == ',' || upper == '\n' || upper == '\t' || (upper != 0 && (lower == ',' || lower == '\n' || lower == '\t'));
  }
  return zeros * 20 >= n && low_zeros * 4 <= zeros && separators > halves;
}

RsEncoding rs_encoding_from_start(const char *bytes, size_t length, size_t *bom_length) {
  const unsigned char *at = (const unsigned char *)bytes;
  *bom_length = 2;
  if (length >= 2 && at[0] == 0xff && at[1] == 0xfe) return RS_ENCODING_UTF16LE;
  if (length >= 2 && at[0] == 0xfe && at[1] == 0xff) return RS_ENCODING_UTF16BE;
  *bom_length = 3;
  if (length >= 3 && at[0] == 0xef && at[1] == 0xbb && at[2] == 0xbf) return RS_ENCODING_UTF8;
  *bom_length = 4;
  if (length >= 4 && memcmp(bytes, "\x84\x31\x95\x33", 4) == 0) return RS_ENCODING_GB18030;
  *bom_length = 0;
  const size_t n = MIN(length, (size_t)4096);
  if (is_utf16(bytes, n, 1)) return RS_ENCODING_UTF16LE;
  return is_utf16(bytes, n, 0) ? RS_ENCODING_UTF16BE : RS_ENCODING_UNDECIDED;
}

typedef struct {
  size_t good, bad, common, any;
} Evidence;

/* The length of a well-formed sequence; 0: none; -1: cut off. */
static int utf8_form(const unsigned char *at, size_t left) {
  const int length = at[0] < 0x80 ? 1 : is_between(at[0], 0xc2, 0xdf) ? 2 : is_between(at[0], 0xe0, 0xef) ? 3
                   : is_between(at[0], 0xf0, 0xf4) ? 4 : 0;
  for (int i = 1; i < length; i++) {
    if ((size_t)i >= left) return -1;
    const unsigned char low = i > 1 ? 0x80 : at[0] == 0xe0 ? 0xa0 : at[0] == 0xf0 ? 0x90 : 0x80;
    const unsigned char high = i > 1 ? 0xbf : at[0] == 0xed ? 0x9f : at[0] == 0xf4 ? 0x8f : 0xbf;
    if (!is_between(at[i], low, high)) return 0;
  }
  return length;
}

static Evidence utf8_evidence(const unsigned char *at, size_t length) {
  Evidence evidence = {0, 0, 0, 0};
  for (size_t i = 0; i < length;) {
    const int form = utf8_form(at + i, length - i);
    if (form < 0) break;
    evidence.good += form > 1;
    evidence.bad += form == 0;
    i += form == 0 ? 1 : (size_t)form;
  }
  return evidence;
}

static Evidence gb18030_evidence(const unsigned char *at, size_t length) {
  Evidence evidence = {0, 0, 0, 0};
  for (size_t i = 0; i < length;) {
    const int form = gb_form(at + i, length - i);
    if (form < 0) break;
    evidence.bad += form == 0;
    evidence.common += form == 2 && is_between(at[i], 0xa1, 0xf7) && is_between(at[i + 1], 0xa1, 0xfe);
    evidence.any += form == 4 || (form == 2 && at[i + 1] >= 0x80);
    i += form == 0 ? 1 : (size_t)form;
  }
  return evidence;
}

/* Chinese text in GB18030 is nearly all characters of GB 2312 (both bytes A1 and up) and hardly ever well-formed UTF-8;
 * UTF-8 read as GB18030 gives fewer such characters than it has its own. So a few damaged bytes tip neither. */
RsEncoding rs_encoding_from_sample(const char *bytes, size_t length) {
  const Evidence utf8 = utf8_evidence((const unsigned char *)bytes, length);
  const Evidence gb = gb18030_evidence((const unsigned char *)bytes, length);
  if (gb.bad >= utf8.bad) return RS_ENCODING_UTF8;
  const bool likely = gb.common > utf8.good || (utf8.good == 0 && gb.any > 0);
  return likely ? RS_ENCODING_GB18030 : RS_ENCODING_UTF8;
}
