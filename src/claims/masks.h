/* claims/masks.h: where the structural characters of 64 bytes are, as bit masks; private to scan.c and csv_reader.c.
 *
 * From  Langdale & Lemire, Parsing Gigabytes of JSON per Second, VLDB Journal 2019 (masks, prefix XOR for quotes). */
#ifndef RS_CLAIMS_MASKS_H
#define RS_CLAIMS_MASKS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#if defined(__x86_64__)
#define RS_HAS_AVX2_CODE 1
#include <immintrin.h>
#define RS_AVX2 __attribute__((target("avx2,bmi,bmi2,popcnt")))
#define RS_AVX512 __attribute__((target("avx512f,avx512bw,avx512vbmi2,avx2,bmi,bmi2,popcnt")))
#else
#define RS_HAS_AVX2_CODE 0
#endif
#define RS_INLINE static inline __attribute__((always_inline))

/* Whether the processor has it and rs_scan_at_most() allows it. */
bool rs_scan_has_avx2(void);
bool rs_scan_has_avx512(void);

typedef struct {
  uint64_t delimiter, newline, quote, carriage;
} RsMasks;

/* One in each byte of the word that equals the pattern's. The sum cannot carry between bytes, so the test is exact. */
RS_INLINE uint64_t rs_word_ones(uint64_t word, uint64_t pattern) {
  const uint64_t low = 0x7f7f7f7f7f7f7f7full, x = word ^ pattern;
  return ~(((x & low) + low) | x | low) >> 7;
}

/* The same, one bit a byte. */
RS_INLINE uint64_t rs_word_equals(uint64_t word, uint64_t pattern) {
  return (rs_word_ones(word, pattern) * 0x0102040810204080ull) >> 56;
}

RS_INLINE uint64_t rs_pattern(char c) { return 0x0101010101010101ull * (unsigned char)c; }

RS_INLINE RsMasks rs_masks_plain(const char *text, char delimiter, bool quotes) {
  RsMasks masks = {0, 0, 0, 0};
  for (size_t i = 0; i < 8; i++) {
    uint64_t word;
    memcpy(&word, text + 8 * i, 8);
    masks.delimiter |= rs_word_equals(word, rs_pattern(delimiter)) << (8 * i);
    masks.newline |= rs_word_equals(word, rs_pattern('\n')) << (8 * i);
    if (!quotes) continue;
    masks.quote |= rs_word_equals(word, rs_pattern('"')) << (8 * i);
    masks.carriage |= rs_word_equals(word, rs_pattern('\r')) << (8 * i);
  }
  return masks;
}

#if RS_HAS_AVX2_CODE
RS_AVX2 static inline uint64_t rs_equals_avx2(__m256i low, __m256i high, char c) {
  const __m256i wanted = _mm256_set1_epi8(c);
  const uint32_t a = (uint32_t)_mm256_movemask_epi8(_mm256_cmpeq_epi8(low, wanted));
  const uint32_t b = (uint32_t)_mm256_movemask_epi8(_mm256_cmpeq_epi8(high, wanted));
  return a | (uint64_t)b << 32;
}

RS_AVX2 static inline RsMasks rs_masks_avx2(const char *text, char delimiter, bool quotes) {
  const __m256i low = _mm256_loadu_si256((const __m256i *)(const void *)text);
  const __m256i high = _mm256_loadu_si256((const __m256i *)(const void *)(text + 32));
  RsMasks masks = {rs_equals_avx2(low, high, delimiter), rs_equals_avx2(low, high, '\n'), 0, 0};
  if (!quotes) return masks;
  masks.quote = rs_equals_avx2(low, high, '"');
  masks.carriage = rs_equals_avx2(low, high, '\r');
  return masks;
}

RS_AVX512 static inline RsMasks rs_masks_avx512(const char *text, char delimiter, bool quotes) {
  const __m512i bytes = _mm512_loadu_si512(text);
  RsMasks masks = {_mm512_cmpeq_epi8_mask(bytes, _mm512_set1_epi8(delimiter)), _mm512_cmpeq_epi8_mask(bytes, _mm512_set1_epi8('\n')), 0, 0};
  if (!quotes) return masks;
  masks.quote = _mm512_cmpeq_epi8_mask(bytes, _mm512_set1_epi8('"'));
  masks.carriage = _mm512_cmpeq_epi8_mask(bytes, _mm512_set1_epi8('\r'));
  return masks;
}
#endif

/* Bits from `length` on cleared: the padding after the text. */
RS_INLINE void rs_masks_trim(RsMasks *masks, size_t length) {
  if (length >= 64) return;
  const uint64_t keep = ((uint64_t)1 << length) - 1;
  masks->delimiter &= keep;
  masks->newline &= keep;
  masks->quote &= keep;
  masks->carriage &= keep;
}

/* Well-formed quotes, 64 bytes at a time. While every opening quote stands at a field's start and every closing quote at its end,
 * "an odd number of quotes so far" is the same as "inside a quoted field", doubled quotes included. The first quote for which
 * that fails sets `broken`, and the text is read by rs_record_scan() instead. */
typedef struct {
  uint64_t inside;     /* all ones: the bytes before ended inside a quoted field */
  uint64_t opens_next; /* 1: a quote may open at the next byte */
  uint64_t closed;     /* 1: the byte before was a closing quote */
  uint64_t carriage;   /* 1: the byte before was the CR after a closing quote */
  uint64_t broken, escaped;
} RsQuotes;

#define RS_QUOTES_START ((RsQuotes){0, 1, 0, 0, 0, 0})

RS_INLINE uint64_t rs_prefix_xor(uint64_t x) {
  x ^= x << 1;
  x ^= x << 2;
  x ^= x << 4;
  x ^= x << 8;
  x ^= x << 16;
  return x ^ x << 32;
}

/* Returns the mask of bytes outside quoted fields. */
RS_INLINE uint64_t rs_quotes_take(RsQuotes *quotes, const RsMasks *masks) {
  const uint64_t inside = rs_prefix_xor(masks->quote) ^ quotes->inside;
  const uint64_t opening = masks->quote & inside, closing = masks->quote & ~inside;
  const uint64_t separator = (masks->delimiter | masks->newline) & ~inside;
  const uint64_t may_open = (separator | closing) << 1 | quotes->opens_next;
  const uint64_t after_close = closing << 1 | quotes->closed;
  const uint64_t after_carriage = (after_close & masks->carriage) << 1 | quotes->carriage;
  quotes->broken |= opening & ~may_open;
  quotes->broken |= after_close & ~(separator | masks->quote | masks->carriage);
  quotes->broken |= after_carriage & ~masks->newline;
  quotes->escaped |= opening & after_close;
  quotes->inside = (uint64_t)0 - (inside >> 63);
  quotes->opens_next = (separator | closing) >> 63;
  quotes->closed = closing >> 63;
  quotes->carriage = (after_close & masks->carriage) >> 63;
  return ~inside;
}

#endif
