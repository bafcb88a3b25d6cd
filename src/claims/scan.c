#include "claims/scan.h"

#include "claims/masks.h"

#include <stdatomic.h>

static atomic_uint at_most = RS_SCAN_AVX512;

void rs_scan_at_most(RsScanLevel level) { atomic_store(&at_most, level); }

bool rs_scan_has_avx2(void) {
#if RS_HAS_AVX2_CODE
  return atomic_load_explicit(&at_most, memory_order_relaxed) >= RS_SCAN_AVX2 && __builtin_cpu_supports("avx2") &&
         __builtin_cpu_supports("bmi") && __builtin_cpu_supports("bmi2") && __builtin_cpu_supports("popcnt");
#else
  return false;
#endif
}

bool rs_scan_has_avx512(void) {
#if RS_HAS_AVX2_CODE
  return atomic_load_explicit(&at_most, memory_order_relaxed) >= RS_SCAN_AVX512 && rs_scan_has_avx2() && __builtin_cpu_supports("avx512f") &&
         __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512vbmi2");
#else
  return false;
#endif
}

/* ---- counting ---- */

static void count_bytes(const char *text, size_t length, RsTextStats *stats) {
  for (size_t i = 0; i < length; i++) {
    stats->n_lines += text[i] == '\n';
    stats->has_quote |= text[i] == '"';
    stats->has_nul |= text[i] == '\0';
    stats->has_high |= (unsigned char)text[i] >= 0x80;
  }
}

/* Newlines are counted in a word's eight bytes, which are emptied before they can overflow. */
static void count_plain(const char *text, size_t length, RsTextStats *stats) {
  uint64_t quotes = 0, zeros = 0, all = 0;
  size_t i = 0;
  while (length - i >= 8) {
    const size_t rounds = (length - i) / 8 < 255 ? (length - i) / 8 : 255;
    uint64_t lines = 0;
    for (size_t k = 0; k < rounds; k++, i += 8) {
      uint64_t word;
      memcpy(&word, text + i, 8);
      lines += rs_word_ones(word, rs_pattern('\n'));
      quotes |= rs_word_ones(word, rs_pattern('"'));
      zeros |= rs_word_ones(word, 0);
      all |= word;
    }
    for (; lines != 0; lines >>= 8) stats->n_lines += lines & 0xff;
  }
  stats->has_quote |= quotes != 0;
  stats->has_nul |= zeros != 0;
  stats->has_high |= (all & 0x8080808080808080ull) != 0;
  count_bytes(text + i, length - i, stats);
}

#if RS_HAS_AVX2_CODE
RS_AVX2 static uint64_t bytes_sum(__m256i counts) {
  const __m256i sums = _mm256_sad_epu8(counts, _mm256_setzero_si256());
  return (uint64_t)_mm256_extract_epi64(sums, 0) + (uint64_t)_mm256_extract_epi64(sums, 1) +
         (uint64_t)_mm256_extract_epi64(sums, 2) + (uint64_t)_mm256_extract_epi64(sums, 3);
}

/* Newlines are counted in 32 byte-wide counters, emptied before they can overflow. */
RS_AVX2 static void count_avx2(const char *text, size_t length, RsTextStats *stats) {
  const __m256i newline = _mm256_set1_epi8('\n'), quote = _mm256_set1_epi8('"'), zero = _mm256_setzero_si256();
  __m256i quotes = zero, zeros = zero, all = zero;
  size_t i = 0;
  while (length - i >= 32) {
    __m256i lines = zero;
    const size_t rounds = (length - i) / 32 < 255 ? (length - i) / 32 : 255;
    for (size_t k = 0; k < rounds; k++, i += 32) {
      const __m256i bytes = _mm256_loadu_si256((const __m256i *)(const void *)(text + i));
      lines = _mm256_sub_epi8(lines, _mm256_cmpeq_epi8(bytes, newline));
      quotes = _mm256_or_si256(quotes, _mm256_cmpeq_epi8(bytes, quote));
      zeros = _mm256_or_si256(zeros, _mm256_cmpeq_epi8(bytes, zero));
      all = _mm256_or_si256(all, bytes);
    }
    stats->n_lines += bytes_sum(lines);
  }
  stats->has_quote |= _mm256_movemask_epi8(quotes) != 0;
  stats->has_nul |= _mm256_movemask_epi8(zeros) != 0;
  stats->has_high |= _mm256_movemask_epi8(all) != 0;
  count_plain(text + i, length - i, stats);
}

/* That there is a quote or a NUL is told by the least byte of all, as they are or with quotes turned to 0. */
RS_AVX512 static void count_avx512(const char *text, size_t length, RsTextStats *stats) {
  const __m512i newline = _mm512_set1_epi8('\n'), quote = _mm512_set1_epi8('"');
  __m512i all = _mm512_setzero_si512(), least = _mm512_set1_epi8(-1), least_but_quotes = least;
  uint64_t n_lines = 0;
  size_t i = 0;
  for (; length - i >= 64; i += 64) {
    const __m512i bytes = _mm512_loadu_si512(text + i);
    n_lines += (uint64_t)__builtin_popcountll(_mm512_cmpeq_epi8_mask(bytes, newline));
    least = _mm512_min_epu8(least, bytes);
    least_but_quotes = _mm512_min_epu8(least_but_quotes, _mm512_xor_si512(bytes, quote));
    all = _mm512_or_si512(all, bytes);
  }
  stats->n_lines += n_lines;
  stats->has_quote |= _mm512_testn_epi8_mask(least_but_quotes, least_but_quotes) != 0;
  stats->has_nul |= _mm512_testn_epi8_mask(least, least) != 0;
  stats->has_high |= _mm512_movepi8_mask(all) != 0;
  count_plain(text + i, length - i, stats);
}
#endif

void rs_text_count(const char *text, size_t length, RsTextStats *stats) {
#if RS_HAS_AVX2_CODE
  if (rs_scan_has_avx512()) {
    count_avx512(text, length, stats);
    return;
  }
  if (rs_scan_has_avx2()) {
    count_avx2(text, length, stats);
    return;
  }
#endif
  count_plain(text, length, stats);
}

/* ---- skipping ---- */

#if RS_HAS_AVX2_CODE
/* As many lines as whole blocks of 64 bytes hold, and no more than *n_lines, which becomes what is left of them; returns where. */
RS_AVX2 static size_t skip_avx2(const char *text, size_t length, uint64_t *n_lines) {
  for (size_t i = 0; length - i >= 64; i += 64) {
    uint64_t newline = rs_masks_avx2(text + i, '\n', false).newline;
    const uint64_t n = (uint64_t)__builtin_popcountll(newline);
    if (n >= *n_lines) {
      for (; *n_lines > 1; --*n_lines) newline &= newline - 1;
      *n_lines = 0;
      return i + (size_t)__builtin_ctzll(newline) + 1;
    }
    *n_lines -= n;
    if (length - i < 128) return i + 64;
  }
  return 0;
}
#endif

size_t rs_text_skip(const char *text, size_t length, uint64_t n_lines) {
  size_t at = 0;
#if RS_HAS_AVX2_CODE
  if (n_lines > 0 && rs_scan_has_avx2()) at = skip_avx2(text, length, &n_lines);
#endif
  for (; n_lines > 0; n_lines--) {
    const char *newline = memchr(text + at, '\n', length - at);
    if (newline == NULL) return length;
    at = (size_t)(newline - text) + 1;
  }
  return at;
}

/* ---- UTF-8 ---- */

/* The well-formed byte sequences of the Unicode standard, table 3-7. */
static size_t utf8_sequence(const unsigned char *at, size_t left) {
  const unsigned char lead = at[0];
  if (lead < 0x80) return 1;
  if (lead < 0xc2 || lead > 0xf4) return 0;
  const size_t length = lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
  if (left < length) return 0;
  const unsigned char low = lead == 0xe0 ? 0xa0 : lead == 0xf0 ? 0x90 : 0x80;
  const unsigned char high = lead == 0xed ? 0x9f : lead == 0xf4 ? 0x8f : 0xbf;
  if (at[1] < low || at[1] > high) return 0;
  for (size_t i = 2; i < length; i++)
    if ((at[i] & 0xc0) != 0x80) return 0;
  return length;
}

static bool utf8_plain(const char *text, size_t length) {
  const unsigned char *at = (const unsigned char *)text, *end = at + length;
  while (at < end) {
    uint64_t word;
    if (end - at >= 8 && (memcpy(&word, at, 8), (word & 0x8080808080808080ull) == 0)) {
      at += 8;
      continue;
    }
    const size_t n = utf8_sequence(at, (size_t)(end - at));
    if (n == 0) return false;
    at += n;
  }
  return true;
}

#if RS_HAS_AVX2_CODE
/* Keiser & Lemire: three tables, indexed by the two nibbles of the byte before and the high nibble of this byte, name the errors that
 * each allows; an error stands where all three agree. The bits: */
enum {
  TOO_SHORT = 1 << 0,  /* a lead byte not followed by a continuation */
  TOO_LONG = 1 << 1,   /* ASCII followed by a continuation */
  OVERLONG_3 = 1 << 2, /* E0 80..9F */
  TOO_LARGE = 1 << 3,  /* F4 90.. and above */
  SURROGATE = 1 << 4,  /* ED A0..BF */
  OVERLONG_2 = 1 << 5, /* C0, C1 */
  OVERLONG_4 = 1 << 6, /* F0 80..8F; and F5.. with 80..8F */
  TWO_CONTS = 1 << 7,  /* a continuation after a continuation: right only inside 3 and 4 byte sequences */
  CARRY = TOO_SHORT | TOO_LONG | TWO_CONTS
};

RS_AVX2 static inline __m256i table_avx2(const uint8_t table[16]) {
  return _mm256_broadcastsi128_si256(_mm_loadu_si128((const __m128i *)(const void *)table));
}

RS_AVX2 static inline __m256i nibble_high(__m256i bytes) {
  return _mm256_and_si256(_mm256_srli_epi16(bytes, 4), _mm256_set1_epi8(0x0f));
}

static const uint8_t before_high[16] = {
    TOO_LONG, TOO_LONG, TOO_LONG, TOO_LONG, TOO_LONG, TOO_LONG, TOO_LONG, TOO_LONG, /* 0.. to 7..: ASCII */
    TWO_CONTS, TWO_CONTS, TWO_CONTS, TWO_CONTS,                                     /* 8.. to B.. */
    TOO_SHORT | OVERLONG_2,                                                         /* C.. */
    TOO_SHORT,                                                                      /* D.. */
    TOO_SHORT | OVERLONG_3 | SURROGATE,                                             /* E.. */
    TOO_SHORT | TOO_LARGE | OVERLONG_4,                                             /* F.. */
};
static const uint8_t before_low[16] = {
    CARRY | OVERLONG_3 | OVERLONG_2 | OVERLONG_4, /* ..0 */
    CARRY | OVERLONG_2,                           /* ..1 */
    CARRY, CARRY,                                 /* ..2, ..3 */
    CARRY | TOO_LARGE,                            /* ..4 */
    CARRY | TOO_LARGE | OVERLONG_4, CARRY | TOO_LARGE | OVERLONG_4, CARRY | TOO_LARGE | OVERLONG_4,
    CARRY | TOO_LARGE | OVERLONG_4, CARRY | TOO_LARGE | OVERLONG_4, CARRY | TOO_LARGE | OVERLONG_4,
    CARRY | TOO_LARGE | OVERLONG_4, CARRY | TOO_LARGE | OVERLONG_4,
    CARRY | TOO_LARGE | OVERLONG_4 | SURROGATE, /* ..D */
    CARRY | TOO_LARGE | OVERLONG_4, CARRY | TOO_LARGE | OVERLONG_4,
};
static const uint8_t this_high[16] = {
    TOO_SHORT, TOO_SHORT, TOO_SHORT, TOO_SHORT, TOO_SHORT, TOO_SHORT, TOO_SHORT, TOO_SHORT, /* ASCII */
    TOO_LONG | OVERLONG_2 | TWO_CONTS | OVERLONG_3 | OVERLONG_4,                            /* 8.. */
    TOO_LONG | OVERLONG_2 | TWO_CONTS | OVERLONG_3 | TOO_LARGE,                             /* 9.. */
    TOO_LONG | OVERLONG_2 | TWO_CONTS | SURROGATE | TOO_LARGE,                              /* A.. */
    TOO_LONG | OVERLONG_2 | TWO_CONTS | SURROGATE | TOO_LARGE,                              /* B.. */
    TOO_SHORT, TOO_SHORT, TOO_SHORT, TOO_SHORT,                                             /* leads */
};

/* Errors within bytes, given the 32 before. */
RS_AVX2 static inline __m256i utf8_errors(__m256i bytes, __m256i before) {
  const __m256i joined = _mm256_permute2x128_si256(before, bytes, 0x21);
  const __m256i one = _mm256_alignr_epi8(bytes, joined, 15), two = _mm256_alignr_epi8(bytes, joined, 14),
                three = _mm256_alignr_epi8(bytes, joined, 13);
  const __m256i special =
      _mm256_and_si256(_mm256_and_si256(_mm256_shuffle_epi8(table_avx2(before_high), nibble_high(one)),
                                        _mm256_shuffle_epi8(table_avx2(before_low), _mm256_and_si256(one, _mm256_set1_epi8(0x0f)))),
                       _mm256_shuffle_epi8(table_avx2(this_high), nibble_high(bytes)));
  /* The third byte of a 3 byte sequence, the third and fourth of one of 4, must be such a second continuation. */
  const __m256i third = _mm256_subs_epu8(two, _mm256_set1_epi8((char)(0xe0 - 0x80)));
  const __m256i fourth = _mm256_subs_epu8(three, _mm256_set1_epi8((char)(0xf0 - 0x80)));
  const __m256i must = _mm256_and_si256(_mm256_or_si256(third, fourth), _mm256_set1_epi8((char)0x80));
  return _mm256_xor_si256(must, special);
}

/* How many bytes before i start a sequence that may go on at i. */
static size_t utf8_open(const char *text, size_t i) {
  for (size_t back = 1; back <= 3 && back <= i; back++) {
    const unsigned char c = (unsigned char)text[i - back];
    if (c >= 0xc0) return back;
    if (c < 0x80) return 0;
  }
  return 0;
}

/* Whole vectors, then the last sequence that may reach past them and the rest byte by byte. */
RS_AVX2 static bool utf8_avx2(const char *text, size_t length) {
  __m256i error = _mm256_setzero_si256(), before = _mm256_setzero_si256();
  size_t i = 0;
  for (; i + 32 <= length; i += 32) {
    const __m256i bytes = _mm256_loadu_si256((const __m256i *)(const void *)(text + i));
    error = _mm256_or_si256(error, utf8_errors(bytes, before));
    before = bytes;
  }
  if (!_mm256_testz_si256(error, error)) return false;
  return utf8_plain(text + i - utf8_open(text, i), length - i + utf8_open(text, i));
}
#endif

bool rs_text_is_utf8(const char *text, size_t length) {
#if RS_HAS_AVX2_CODE
  if (rs_scan_has_avx2()) return utf8_avx2(text, length);
#endif
  return utf8_plain(text, length);
}

/* ---- records ---- */

/* What a scan is in the middle of. */
enum { AT_FIELD, IN_PLAIN, IN_QUOTES, AFTER_QUOTE, BROKEN };

typedef struct {
  const char *text;
  size_t limit; /* bytes from here on are not looked at */
  char delimiter;
  unsigned state;
  size_t at;
  size_t ended;   /* the LF that ended the record, or SIZE_MAX */
  size_t newline; /* the record's first LF once looked for, or SIZE_MAX: none before the limit */
  bool newline_known, crossed;
} Run;

static size_t byte_find(const char *text, size_t from, size_t to, char c) {
  const char *found = from < to ? memchr(text + from, c, to - from) : NULL;
  return found != NULL ? (size_t)(found - text) : SIZE_MAX;
}

static size_t run_newline(Run *run, size_t start) {
  if (!run->newline_known) run->newline = byte_find(run->text, start, run->limit, '\n');
  run->newline_known = true;
  return run->newline;
}

/* The scan is inside a quoted field from run->at to before `to`. If it thereby passes its first line's end where an earlier scan
 * passed in the same state, both go the same way from there: it is moved to where that one stopped. */
static bool run_join(Run *run, const RsRecordScan *scan, size_t start, size_t to) {
  if (run->crossed) return false;
  const size_t newline = run_newline(run, start);
  if (newline == SIZE_MAX || newline < run->at || newline >= to) return false;
  run->crossed = true;
  if (newline < scan->low || newline >= scan->high) return false;
  run->at = scan->at;
  run->state = scan->state;
  return true;
}

/* One step; false when the scan cannot go on: ended, broken or at the limit. */
static bool run_in_quotes(Run *run, const RsRecordScan *scan, size_t start) {
  const size_t quote = byte_find(run->text, run->at, run->limit, '"');
  if (run_join(run, scan, start, quote == SIZE_MAX ? run->limit : quote)) return run->state != BROKEN;
  run->at = quote == SIZE_MAX ? run->limit : quote;
  if (quote == SIZE_MAX || quote + 1 >= run->limit) return false;
  if (run->text[quote + 1] == '"') {
    run->at = quote + 2;
    return true;
  }
  run->at = quote + 1;
  run->state = AFTER_QUOTE;
  return true;
}

static bool run_after_quote(Run *run) {
  const char c = run->text[run->at];
  if (c == run->delimiter) {
    run->at++;
    run->state = AT_FIELD;
    return true;
  }
  const bool carriage = c == '\r';
  if (carriage && run->at + 1 >= run->limit) return false;
  if (run->text[run->at + carriage] == '\n') run->ended = run->at + carriage;
  else run->state = BROKEN;
  return false;
}

static bool run_in_plain(Run *run) {
  for (; run->at < run->limit; run->at++) {
    const char c = run->text[run->at];
    if (c == run->delimiter) {
      run->at++;
      run->state = AT_FIELD;
      return true;
    }
    if (c == '\n') {
      run->ended = run->at;
      return false;
    }
  }
  return false;
}

static void run_go(Run *run, const RsRecordScan *scan, size_t start) {
  for (bool on = true; on && run->at < run->limit;) {
    switch (run->state) {
      case AT_FIELD: {
        const bool quote = run->text[run->at] == '"';
        run->at += quote;
        run->state = quote ? IN_QUOTES : IN_PLAIN;
        break;
      }
      case IN_PLAIN: on = run_in_plain(run); break;
      case IN_QUOTES: on = run_in_quotes(run, scan, start); break;
      case AFTER_QUOTE: on = run_after_quote(run); break;
      default: on = false;
    }
  }
}

/* The record is not well-formed, or not yet: its first line alone is at fault, if the text reaches far enough to say so. */
static RsRecordSpan span_at_fault(const RsRecordScan *scan, size_t start, size_t newline) {
  const RsRecordSpan undecided = {false, RS_FAULT_NONE, 0, 0};
  const size_t longest = start + RS_MAX_RECORD;
  if (newline != SIZE_MAX) return (RsRecordSpan){true, RS_FAULT_QUOTE, newline, newline + 1};
  if (scan->length <= longest) return undecided;
  newline = byte_find(scan->text, longest + 1, scan->length, '\n');
  if (newline == SIZE_MAX) return undecided;
  return (RsRecordSpan){true, RS_FAULT_TOO_LONG, newline, newline + 1};
}

RsRecordSpan rs_record_scan(RsRecordScan *scan, size_t start) {
  const size_t longest = start + RS_MAX_RECORD, left = scan->length;
  Run run = {.text = scan->text, .limit = left <= longest ? left : longest + 1, .delimiter = scan->delimiter,
             .state = AT_FIELD, .at = start, .ended = SIZE_MAX};
  run_go(&run, scan, start);
  if (run.ended != SIZE_MAX) return (RsRecordSpan){true, RS_FAULT_NONE, run.ended, run.ended + 1};
  const size_t newline = run_newline(&run, start);
  if (newline != SIZE_MAX && newline < run.at) {
    scan->low = newline;
    scan->high = scan->at = run.at;
    scan->state = run.state;
  }
  if (run.state != BROKEN && left <= longest && !scan->whole) return (RsRecordSpan){false, RS_FAULT_NONE, 0, 0};
  return span_at_fault(scan, start, newline);
}

/* ---- cutting ---- */

typedef struct {
  size_t cut;  /* the last record's end */
  size_t stop; /* 0, or the quotes before here are not well-formed or a record is too long: records from the cut on are to be
                  scanned one by one */
} Cut;

RS_INLINE void cut_take(Cut *cut, RsQuotes *quotes, RsMasks masks, size_t base, size_t length) {
  rs_masks_trim(&masks, length - base);
  const uint64_t ends = rs_quotes_take(quotes, &masks) & masks.newline;
  const bool too_long = ends != 0 && base + (size_t)__builtin_ctzll(ends) - cut->cut > RS_MAX_RECORD;
  if (quotes->broken != 0 || too_long) cut->stop = base + 64;
  else if (ends != 0) cut->cut = base + 64 - (size_t)__builtin_clzll(ends);
}

static Cut cut_plain(const char *text, size_t from, size_t length, char delimiter) {
  Cut cut = {from, 0};
  RsQuotes quotes = RS_QUOTES_START;
  for (size_t base = from; cut.stop == 0 && base < length; base += 64)
    cut_take(&cut, &quotes, rs_masks_plain(text + base, delimiter, true), base, length);
  return cut;
}

#if RS_HAS_AVX2_CODE
RS_AVX2 static Cut cut_avx2(const char *text, size_t from, size_t length, char delimiter) {
  Cut cut = {from, 0};
  RsQuotes quotes = RS_QUOTES_START;
  for (size_t base = from; cut.stop == 0 && base < length; base += 64)
    cut_take(&cut, &quotes, rs_masks_avx2(text + base, delimiter, true), base, length);
  return cut;
}
#endif

static Cut cut_fast(const char *text, size_t from, size_t length, char delimiter) {
#if RS_HAS_AVX2_CODE
  if (rs_scan_has_avx2()) return cut_avx2(text, from, length, delimiter);
#endif
  return cut_plain(text, from, length, delimiter);
}

/* By masks as far as the quotes are well-formed, record by record over the places where they are not. The time stays linear: a
 * well-formed line that ends inside quotes has an odd number of them, so of two scans in different states only one can
 * pass it, and at most one runs on past the line it starts on. */
static size_t cut_quoted(const char *text, size_t length, char delimiter) {
  RsRecordScan scan = {.text = text, .length = length, .delimiter = delimiter};
  for (size_t start = 0; start < length;) {
    const Cut cut = cut_fast(text, start, length, delimiter);
    start = cut.cut;
    if (cut.stop == 0 && length - start <= RS_MAX_RECORD) return start;
    for (const size_t stop = cut.stop == 0 ? start + 1 : cut.stop; start < stop && start < length;) {
      const RsRecordSpan span = rs_record_scan(&scan, start);
      if (!span.decided) return start;
      start = span.next;
    }
  }
  return length;
}

size_t rs_text_cut(const char *text, size_t length, char delimiter, bool has_quote) {
  if (has_quote) return cut_quoted(text, length, delimiter);
  const char *newline = length > 0 ? memrchr(text, '\n', length) : NULL;
  return newline == NULL ? 0 : (size_t)(newline - text) + 1;
}
