#include "claims/csv_reader.h"

#include "claims/masks.h"
#include "claims/scan.h"

#include <string.h>

/* ---- memory ---- */

static void records_free(RsCsv *csv) {
  g_free(csv->start);
  g_free(csv->finish);
  g_free(csv->line);
  g_free(csv->first);
  g_free(csv->fault);
  g_free(csv->end_store);
}

static void quoted_free(RsCsv *csv) {
  g_free(csv->begin_store);
  g_free(csv->unescaped);
}

void rs_csv_clear(RsCsv *csv) {
  records_free(csv);
  quoted_free(csv);
  *csv = (RsCsv){0};
}

/* There are no more fields than bytes and no more records than every second byte, so with arrays for as many the hot loop needs
 * no checks. What is never written is never backed by memory. */
static void records_reserve(RsCsv *csv, size_t length) {
  if (csv->capacity >= length) return;
  records_free(csv);
  csv->capacity = length + length / 4 + 64;
  const size_t n_records = csv->capacity / 2 + 2;
  csv->start = g_new(uint32_t, n_records);
  csv->finish = g_new(uint32_t, n_records);
  csv->line = g_new(uint32_t, n_records);
  csv->first = g_new(uint32_t, n_records);
  csv->fault = g_new(uint8_t, n_records);
  csv->end_store = g_new(uint32_t, csv->capacity + 128); /* 64 places are written at a time */
  csv->end = csv->end_store + 1;
}

static void quoted_reserve(RsCsv *csv, size_t length) {
  if (csv->quoted_capacity >= length) return;
  quoted_free(csv);
  csv->quoted_capacity = length + length / 4 + 64;
  csv->begin_store = g_new(uint32_t, csv->quoted_capacity);
  csv->unescaped = g_malloc(csv->quoted_capacity + RS_BLOCK_PADDING);
}

/* ---- well-formed text, 64 bytes at a time ---- */

typedef struct {
  const char *text;
  uint32_t *start, *finish, *line_of, *first, *end;
  uint32_t n, n_fields;
  uint32_t from, line, field; /* of the record being read: its first byte, line and field */
} Tokens;

/* An empty line is no record: its one field is taken out again. */
static inline void field_remove(Tokens *tokens, uint32_t field, uint32_t n_fields) {
  memmove(tokens->end + field, tokens->end + field + 1, (n_fields - field - 1) * sizeof(uint32_t));
}

/* Writes where the set bits are; there is room for 64, whatever their number. */
RS_INLINE void ends_plain(uint32_t *end, uint32_t base, uint64_t separators) {
  for (; separators != 0; separators &= separators - 1) *end++ = base + (uint32_t)__builtin_ctzll(separators);
}

#if RS_HAS_AVX2_CODE
/* The bytes 0 to 63 where the bits are set, moved together, then widened: mostly sixteen at once are all. */
RS_AVX512 static inline void ends_avx512(uint32_t *end, uint32_t base, uint64_t separators) {
  static const uint8_t places[64] = {0,  1,  2,  3,  4,  5,  6,  7,  8,  9,  10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31,
                                     32, 33, 34, 35, 36, 37, 38, 39, 40, 41, 42, 43, 44, 45, 46, 47, 48, 49, 50, 51, 52, 53, 54, 55, 56, 57, 58, 59, 60, 61, 62, 63};
  const __m512i first = _mm512_set1_epi32((int)base);
  __m512i together = _mm512_maskz_compress_epi8(separators, _mm512_loadu_si512(places));
  _mm512_storeu_si512(end, _mm512_add_epi32(first, _mm512_cvtepu8_epi32(_mm512_castsi512_si128(together))));
  for (int left = __builtin_popcountll(separators) - 16; left > 0; left -= 16) {
    end += 16;
    together = _mm512_shuffle_i32x4(together, together, 0x39); /* the next quarter to the front */
    _mm512_storeu_si512(end, _mm512_add_epi32(first, _mm512_cvtepu8_epi32(_mm512_castsi512_si128(together))));
  }
}
#endif

/* Takes the separators of 64 bytes, which are written to end: newlines are those that end records, lines all of them. */
RS_INLINE void tokens_take(Tokens *tokens, uint32_t base, uint64_t separators, uint64_t newlines, uint64_t lines, uint32_t line) {
  const uint32_t n_fields = tokens->n_fields + (uint32_t)__builtin_popcountll(separators);
  uint32_t removed = 0;
  for (; newlines != 0; newlines &= newlines - 1) {
    const uint64_t before = (newlines & (0 - newlines)) - 1;
    const uint32_t at = base + (uint32_t)__builtin_ctzll(newlines);
    const uint32_t field = tokens->n_fields + (uint32_t)__builtin_popcountll(separators & before) - removed;
    const uint32_t finish = at - (at > tokens->from && tokens->text[at - 1] == '\r');
    if (finish == tokens->from) {
      field_remove(tokens, field, n_fields - removed);
      removed++;
    } else {
      const uint32_t n = tokens->n++;
      tokens->start[n] = tokens->from;
      tokens->finish[n] = finish;
      tokens->line_of[n] = tokens->line;
      tokens->first[n] = tokens->field;
      tokens->end[field] = finish;
      tokens->field = field + 1;
    }
    tokens->from = at + 1;
    tokens->line = line + 1 + (uint32_t)__builtin_popcountll(lines & before);
  }
  tokens->n_fields = n_fields - removed;
}

/* ---- nearly every block: no quotes, records of one width, one a line ---- */

typedef struct { uint32_t n, n_lines; } Ends;

#define ENDS_LOOP(masks_of, ends_of)                                                           \
  Ends ends = {0, 0};                                                                          \
  for (size_t base = 0; base < length; base += 64) {                                           \
    RsMasks masks = masks_of(text + base, delimiter, false);                                   \
    rs_masks_trim(&masks, length - base);                                                      \
    ends_of(end + ends.n, (uint32_t)base, masks.delimiter | masks.newline);                    \
    ends.n += (uint32_t)__builtin_popcountll(masks.delimiter | masks.newline);                 \
    ends.n_lines += (uint32_t)__builtin_popcountll(masks.newline);                             \
  }                                                                                            \
  return ends;

/* Where the delimiters and line feeds are. */
static Ends ends_all_plain(const char *text, size_t length, char delimiter, uint32_t *end) { ENDS_LOOP(rs_masks_plain, ends_plain) }

#if RS_HAS_AVX2_CODE
RS_AVX2 static Ends ends_all_avx2(const char *text, size_t length, char delimiter, uint32_t *end) { ENDS_LOOP(rs_masks_avx2, ends_plain) }

RS_AVX512 static Ends ends_all_avx512(const char *text, size_t length, char delimiter, uint32_t *end) { ENDS_LOOP(rs_masks_avx512, ends_avx512) }
#endif

static Ends ends_all(const RsCsv *csv, size_t length, char delimiter) {
#if RS_HAS_AVX2_CODE
  if (rs_scan_has_avx512()) return ends_all_avx512(csv->text, length, delimiter, csv->end);
  if (rs_scan_has_avx2()) return ends_all_avx2(csv->text, length, delimiter, csv->end);
#endif
  return ends_all_plain(csv->text, length, delimiter, csv->end);
}

/* The first line tells how lines end, and each must end so where a record of the common width does: then no line feed is left to stand within one.
 * False: some line is another, empty or too long. */
static bool read_regular(RsCsv *csv, size_t length, char delimiter) {
  const char *text = csv->text, *first = memchr(text, '\n', length);
  const uint32_t line_end = first > text && first[-1] == '\r' ? 2 : 1;
  if (first < text + line_end) return false;
  const Ends ends = ends_all(csv, length, delimiter);
  const uint32_t width = ends.n / ends.n_lines;
  if (width * ends.n_lines != ends.n) return false;
  uint32_t start = 0, *last = csv->end + width - 1;
  for (uint32_t r = 0; r < ends.n_lines; r++, last += width) {
    const uint32_t line_feed = *last;
    const bool carriage = line_feed > start && text[line_feed - 1] == '\r';
    *last = line_feed + 1 - line_end;
    if (text[line_feed] != '\n' || carriage != (line_end == 2) || *last == start || line_feed - start > RS_MAX_RECORD) return false;
    start = line_feed + 1;
  }
  csv->end[-1] = 0 - line_end;
  csv->n = ends.n_lines;
  csv->n_fields = ends.n;
  csv->width = width;
  csv->line_end = line_end;
  return true;
}

/* Such a block as any other. */
static void regular_end(RsCsv *csv) {
  for (uint32_t r = 0; r < csv->n; r++) {
    size_t length;
    csv->start[r] = rs_csv_start(csv, r);
    csv->finish[r] = (uint32_t)(rs_csv_raw(csv, r, &length) - csv->text + (ptrdiff_t)length);
    csv->line[r] = r;
    csv->first[r] = rs_csv_first(csv, r);
  }
  csv->first[csv->n] = csv->n_fields;
  csv->width = 0;
}

/* How far the quotes are well-formed. */
typedef struct {
  size_t stop;  /* 0, or somewhere before here they are not */
  bool escaped; /* a doubled quote was seen */
} Quoted;

#define TOKENS_LOOP(masks_of, ends_of)                                                                                \
  uint32_t line = 0;                                                                                                  \
  for (size_t base = 0; base < length; base += 64) {                                                                  \
    RsMasks masks = masks_of(tokens->text + base, delimiter, false);                                                  \
    rs_masks_trim(&masks, length - base);                                                                             \
    ends_of(tokens->end + tokens->n_fields, (uint32_t)base, masks.delimiter | masks.newline);                         \
    tokens_take(tokens, (uint32_t)base, masks.delimiter | masks.newline, masks.newline, masks.newline, line);         \
    line += (uint32_t)__builtin_popcountll(masks.newline);                                                            \
  }

#define TOKENS_LOOP_QUOTED(masks_of, ends_of)                                                                         \
  uint32_t line = tokens->line;                                                                                       \
  RsQuotes quotes = RS_QUOTES_START;                                                                                  \
  for (size_t base = tokens->from; base < length; base += 64) {                                                       \
    RsMasks masks = masks_of(tokens->text + base, delimiter, true);                                                   \
    rs_masks_trim(&masks, length - base);                                                                             \
    const uint64_t outside = rs_quotes_take(&quotes, &masks), newlines = masks.newline & outside;                     \
    if (quotes.broken != 0) return (Quoted){base + 64, quotes.escaped != 0};                                          \
    ends_of(tokens->end + tokens->n_fields, (uint32_t)base, (masks.delimiter & outside) | newlines);                  \
    tokens_take(tokens, (uint32_t)base, (masks.delimiter & outside) | newlines, newlines, masks.newline, line);       \
    line += (uint32_t)__builtin_popcountll(masks.newline);                                                            \
  }                                                                                                                   \
  return (Quoted){quotes.inside != 0 ? tokens->from + (size_t)1 : 0, quotes.escaped != 0}

static void tokens_plain(Tokens *tokens, size_t length, char delimiter) { TOKENS_LOOP(rs_masks_plain, ends_plain) }

/* From the record that tokens->from starts. */
static Quoted tokens_quoted_plain(Tokens *tokens, size_t length, char delimiter) { TOKENS_LOOP_QUOTED(rs_masks_plain, ends_plain); }

#if RS_HAS_AVX2_CODE
RS_AVX2 static void tokens_avx2(Tokens *tokens, size_t length, char delimiter) { TOKENS_LOOP(rs_masks_avx2, ends_plain) }

RS_AVX2 static Quoted tokens_quoted_avx2(Tokens *tokens, size_t length, char delimiter) { TOKENS_LOOP_QUOTED(rs_masks_avx2, ends_plain); }

RS_AVX512 static void tokens_avx512(Tokens *tokens, size_t length, char delimiter) { TOKENS_LOOP(rs_masks_avx512, ends_avx512) }

RS_AVX512 static Quoted tokens_quoted_avx512(Tokens *tokens, size_t length, char delimiter) { TOKENS_LOOP_QUOTED(rs_masks_avx512, ends_avx512); }
#endif

static Tokens tokens_start(const RsCsv *csv) {
  return (Tokens){csv->text, csv->start, csv->finish, csv->line, csv->first, csv->end, 0, 0, 0, 0, 0};
}

static void tokens_finish(const Tokens *tokens, RsCsv *csv) {
  csv->n = tokens->n;
  csv->n_fields = tokens->n_fields;
  csv->first[csv->n] = csv->n_fields;
}

static bool some_record_too_long(const RsCsv *csv, size_t length) {
  if (length <= RS_MAX_RECORD) return false;
  for (uint32_t r = 0; r < csv->n; r++)
    if (csv->finish[r] + (csv->text[csv->finish[r]] == '\r') - csv->start[r] > RS_MAX_RECORD) return true;
  return false;
}

static bool read_unquoted(RsCsv *csv, size_t length, char delimiter) {
  if (read_regular(csv, length, delimiter)) return memset(csv->fault, RS_FAULT_NONE, csv->n), true;
  Tokens tokens = tokens_start(csv);
#if RS_HAS_AVX2_CODE
  if (rs_scan_has_avx512()) tokens_avx512(&tokens, length, delimiter);
  else if (rs_scan_has_avx2()) tokens_avx2(&tokens, length, delimiter);
  else
#endif
    tokens_plain(&tokens, length, delimiter);
  tokens_finish(&tokens, csv);
  memset(csv->fault, RS_FAULT_NONE, csv->n);
  return !some_record_too_long(csv, length);
}

/* ---- one record by the exact rules ---- */

/* The end of the field that begins at `at` in a well-formed record: its delimiter or the record's end. */
static uint32_t field_end(const char *text, uint32_t at, uint32_t finish, char delimiter) {
  if (at < finish && text[at] == '"') {
    for (at++; text[at] != '"' || text[at + 1] == '"'; at++) at += text[at] == '"';
    return at + 1;
  }
  const char *found = at < finish ? memchr(text + at, delimiter, finish - at) : NULL;
  return found != NULL ? (uint32_t)(found - text) : finish;
}

static void fields_split(Tokens *tokens, uint32_t start, uint32_t finish, char delimiter) {
  for (uint32_t begin = start;;) {
    const uint32_t end = field_end(tokens->text, begin, finish, delimiter);
    tokens->end[tokens->n_fields++] = end;
    if (end == finish) return;
    begin = end + 1;
  }
}

static uint32_t lines_in(const char *text, size_t from, size_t to) {
  RsTextStats stats = {0, false, false, false};
  rs_text_count(text + from, to - from, &stats);
  return (uint32_t)stats.n_lines;
}

/* The record that tokens->from starts. */
static void record_take(Tokens *tokens, RsRecordScan *scan, uint8_t *fault) {
  const uint32_t start = tokens->from, n = tokens->n;
  const RsRecordSpan span = rs_record_scan(scan, start);
  uint32_t finish = (uint32_t)span.finish - (span.finish > start && tokens->text[span.finish - 1] == '\r');
  if (span.fault == RS_FAULT_TOO_LONG) finish = start + (uint32_t)RS_MAX_RECORD;
  if (finish > start) {
    tokens->start[n] = start;
    tokens->finish[n] = finish;
    tokens->line_of[n] = tokens->line;
    tokens->first[n] = tokens->n_fields;
    fault[n] = (uint8_t)span.fault;
    if (span.fault == RS_FAULT_NONE) fields_split(tokens, start, finish, scan->delimiter);
    tokens->n++;
  }
  tokens->field = tokens->n_fields;
  tokens->line += lines_in(tokens->text, start, span.next);
  tokens->from = (uint32_t)span.next;
}

/* ---- quoted fields ---- */

/* Copies the inside of a quoted field, each doubled quote once; returns the field's place for begin[] and sets *end. */
static uint32_t field_unescape(RsCsv *csv, uint32_t begin, uint32_t *end, uint32_t *n_unescaped) {
  const char *from = csv->text + begin, *stop = csv->text + *end;
  char *to = csv->unescaped + *n_unescaped;
  const uint32_t place = *n_unescaped;
  for (const char *quote; (quote = memchr(from, '"', (size_t)(stop - from))) != NULL; from = quote + 2) {
    const size_t n = (size_t)(quote - from) + 1;
    memcpy(to, from, n);
    to += n;
  }
  memcpy(to, from, (size_t)(stop - from));
  to += stop - from;
  *n_unescaped = *end = (uint32_t)(to - csv->unescaped);
  return place | RS_CSV_UNESCAPED;
}

/* Until here end[] holds where fields end with their quotes. */
static void fields_unquote(RsCsv *csv, bool escapes) {
  uint32_t n_unescaped = 0;
  for (uint32_t r = 0; r < csv->n; r++) {
    uint32_t next = csv->start[r];
    for (uint32_t field = csv->first[r]; field < csv->first[r + 1]; field++) {
      uint32_t begin = next, end = csv->end[field];
      next = end + 1;
      if (begin < end && csv->text[begin] == '"') {
        begin++;
        end--;
        if (escapes && memchr(csv->text + begin, '"', end - begin) != NULL) begin = field_unescape(csv, begin, &end, &n_unescaped);
        csv->end[field] = end;
      }
      csv->begin[field] = begin;
    }
  }
}

static Quoted tokens_quoted(Tokens *tokens, size_t length, char delimiter) {
#if RS_HAS_AVX2_CODE
  if (rs_scan_has_avx512()) return tokens_quoted_avx512(tokens, length, delimiter);
  if (rs_scan_has_avx2()) return tokens_quoted_avx2(tokens, length, delimiter);
#endif
  return tokens_quoted_plain(tokens, length, delimiter);
}

/* By masks as far as the quotes are well-formed, record by record over the places where they are not (see cut_quoted() in
 * scan.c for why that takes linear time); with_masks false: record by record throughout. False if masks took a record that
 * is too long. */
static bool read_quoted(RsCsv *csv, size_t length, char delimiter, bool with_masks) {
  Tokens tokens = tokens_start(csv);
  RsRecordScan scan = {.text = csv->text, .length = length, .delimiter = delimiter, .whole = true};
  bool escaped = false;
  while (tokens.from < length) {
    const uint32_t n = tokens.n;
    const Quoted quoted = with_masks ? tokens_quoted(&tokens, length, delimiter) : (Quoted){length, true};
    memset(csv->fault + n, RS_FAULT_NONE, tokens.n - n);
    tokens.n_fields = tokens.field; /* those of a record not finished are taken again */
    escaped |= quoted.escaped || quoted.stop > 0;
    while (tokens.from < MIN(quoted.stop, length)) record_take(&tokens, &scan, csv->fault);
  }
  tokens_finish(&tokens, csv);
  if (with_masks && some_record_too_long(csv, length)) return false;
  fields_unquote(csv, escaped);
  return true;
}

/* ---- bytes that cannot stand in a text ---- */

static void mark_bytes(RsCsv *csv, const RsBlock *block) {
  const bool invalid = block->has_high && !rs_text_is_utf8(block->text, block->length);
  if (!invalid && !block->has_nul) return;
  if (csv->width > 0) regular_end(csv);
  for (uint32_t r = 0; r < csv->n; r++) {
    size_t length;
    const char *record = rs_csv_raw(csv, r, &length);
    if (csv->fault[r] != RS_FAULT_NONE) continue;
    if ((block->has_nul && memchr(record, '\0', length) != NULL) || (invalid && !rs_text_is_utf8(record, length))) csv->fault[r] = RS_FAULT_BYTES;
  }
}

void rs_csv_read(RsCsv *csv, const RsBlock *block, char delimiter) {
  g_assert(block->length > 0 && block->length < RS_CSV_UNESCAPED && block->text[block->length - 1] == '\n');
  csv->text = block->text;
  csv->first_line = block->first_line;
  records_reserve(csv, block->length);
  csv->begin = NULL;
  csv->width = 0;
  if (block->has_quote || !read_unquoted(csv, block->length, delimiter)) {
    quoted_reserve(csv, block->length);
    csv->begin = csv->begin_store;
    if (!block->has_quote || !read_quoted(csv, block->length, delimiter, true))
      read_quoted(csv, block->length, delimiter, false);
  }
  mark_bytes(csv, block);
}

/* ---- delimiter ---- */

#define SAMPLE_RECORDS 50

typedef struct {
  uint32_t n_header, n_records, n_alike;
} Shape;

/* The last record counts only if it is whole. */
static Shape shape_of(const RsBlock *block, char delimiter, bool at_end) {
  RsCsv csv = {0};
  rs_csv_read(&csv, block, delimiter);
  const uint32_t n_whole = csv.n > 1 && !at_end ? csv.n - 1 : csv.n;
  Shape shape = {0, MIN(n_whole, SAMPLE_RECORDS), 0};
  if (csv.n > 0) shape.n_header = rs_csv_n_fields(&csv, 0);
  for (uint32_t r = 0; r < shape.n_records; r++) shape.n_alike += rs_csv_n_fields(&csv, r) == shape.n_header;
  rs_csv_clear(&csv);
  return shape;
}

static bool shape_is_better(Shape a, Shape b) {
  const uint64_t a_alike = (uint64_t)a.n_alike * b.n_records, b_alike = (uint64_t)b.n_alike * a.n_records;
  if ((a.n_header > 1) != (b.n_header > 1)) return a.n_header > 1;
  return a_alike != b_alike ? a_alike > b_alike : a.n_header > b.n_header;
}

char rs_csv_delimiter(const char *text, size_t length, bool at_end) {
  static const char candidates[] = {',', '\t', ';', '|'};
  if (length == 0) return ',';
  g_autofree char *copy = g_malloc0(length + 1 + RS_BLOCK_PADDING);
  memcpy(copy, text, length);
  copy[length] = '\n';
  const RsBlock block = {.text = copy, .length = length + 1, .first_line = 1, .has_quote = memchr(text, '"', length) != NULL};
  char best = ',';
  Shape best_shape = shape_of(&block, ',', at_end);
  for (size_t i = 1; i < sizeof candidates; i++) {
    const Shape shape = shape_of(&block, candidates[i], at_end);
    if (!shape_is_better(shape, best_shape)) continue;
    best = candidates[i];
    best_shape = shape;
  }
  return best;
}
