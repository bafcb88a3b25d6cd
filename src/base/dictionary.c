#include "base/dictionary.h"

#include "base/hash.h"

#include <glib.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

/* Open addressing with linear probing. A slot of eight bytes holds the upper half of the hash (the tag) and the number, and
 * the place is the tag's upper bits: growing needs no stored hashes and no texts, and walks both tables in order. A tag
 * that matches by chance is settled by comparing the text. */

#define EMPTY UINT64_MAX /* its number is RS_NONE, which no text has */

struct RsDictionary {
  uint64_t *slot; /* [1 << log2_slots] tag << 32 | number */
  unsigned log2_slots;
  uint32_t n, offset_capacity;
  uint64_t *offset; /* [n + 1] as in RsText */
  char *bytes;
  uint64_t capacity;
};

static uint64_t *slots_new(unsigned log2_slots) {
  const size_t size = ((size_t)1 << log2_slots) * sizeof(uint64_t);
  uint64_t *slot = g_malloc(size);
  memset(slot, 0xff, size);
  return slot;
}

RsDictionary *rs_dictionary_new(void) {
  RsDictionary *dictionary = g_new0(RsDictionary, 1);
  dictionary->log2_slots = 6;
  dictionary->slot = slots_new(dictionary->log2_slots);
  dictionary->offset_capacity = 64;
  dictionary->offset = g_new(uint64_t, 64);
  dictionary->offset[0] = 0;
  dictionary->capacity = 1024;
  dictionary->bytes = g_malloc(1024);
  return dictionary;
}

void rs_dictionary_free(RsDictionary *dictionary) {
  if (dictionary == NULL) return;
  g_free(dictionary->slot);
  g_free(dictionary->offset);
  g_free(dictionary->bytes);
  g_free(dictionary);
}

uint32_t rs_dictionary_size(const RsDictionary *dictionary) { return dictionary->n; }

const char *rs_dictionary_text(const RsDictionary *dictionary, uint32_t id, size_t *length) {
  const uint64_t start = dictionary->offset[id];
  if (length != NULL) *length = (size_t)(dictionary->offset[id + 1] - start - 1);
  return dictionary->bytes + start;
}

static bool text_equals(const RsDictionary *dictionary, uint32_t id, const char *text, size_t length) {
  const uint64_t start = dictionary->offset[id];
  if (dictionary->offset[id + 1] - start - 1 != length) return false;
  return length == 0 || memcmp(dictionary->bytes + start, text, length) == 0;
}

/* The slot that holds the text, or the empty one where it belongs. */
static size_t slot_search(const RsDictionary *dictionary, const char *text, size_t length, uint64_t hash) {
  const uint32_t tag = (uint32_t)(hash >> 32);
  const size_t mask = ((size_t)1 << dictionary->log2_slots) - 1;
  size_t at = tag >> (32 - dictionary->log2_slots);
  for (;; at = (at + 1) & mask) {
    const uint64_t slot = dictionary->slot[at];
    if (slot == EMPTY) return at;
    if ((uint32_t)(slot >> 32) == tag && text_equals(dictionary, (uint32_t)slot, text, length)) return at;
  }
}

static void slots_grow(RsDictionary *dictionary) {
  const size_t n_old = (size_t)1 << dictionary->log2_slots;
  const unsigned log2_slots = dictionary->log2_slots + 1;
  const size_t mask = ((size_t)1 << log2_slots) - 1;
  uint64_t *slot = slots_new(log2_slots);
  for (size_t i = 0; i < n_old; i++) {
    const uint64_t entry = dictionary->slot[i];
    if (entry == EMPTY) continue;
    size_t at = (size_t)(entry >> 32) >> (32 - log2_slots);
    while (slot[at] != EMPTY) at = (at + 1) & mask;
    slot[at] = entry;
  }
  g_free(dictionary->slot);
  dictionary->slot = slot;
  dictionary->log2_slots = log2_slots;
}

static void text_append(RsDictionary *dictionary, const char *text, size_t length) {
  const uint64_t start = dictionary->offset[dictionary->n], end = start + length + 1;
  if (end > dictionary->capacity) {
    dictionary->capacity = MAX(dictionary->capacity + dictionary->capacity / 2, end);
    dictionary->bytes = g_realloc(dictionary->bytes, (gsize)dictionary->capacity);
  }
  if (dictionary->n + 2 > dictionary->offset_capacity) {
    dictionary->offset_capacity = (uint32_t)MIN((uint64_t)dictionary->offset_capacity * 3 / 2, UINT32_MAX);
    dictionary->offset = g_renew(uint64_t, dictionary->offset, dictionary->offset_capacity);
  }
  if (length > 0) memcpy(dictionary->bytes + start, text, length);
  dictionary->bytes[end - 1] = '\0';
  dictionary->offset[++dictionary->n] = end;
}

uint32_t rs_dictionary_add(RsDictionary *dictionary, const char *text, size_t length, uint64_t hash) {
  size_t at = slot_search(dictionary, text, length, hash);
  if (dictionary->slot[at] != EMPTY) return (uint32_t)dictionary->slot[at];
  const uint64_t n_slots = (uint64_t)1 << dictionary->log2_slots;
  if (((uint64_t)dictionary->n + 1) * 8 > n_slots * 5) {
    if (dictionary->log2_slots == 31) g_error("a dictionary holds more than %u texts", dictionary->n);
    slots_grow(dictionary);
    at = slot_search(dictionary, text, length, hash);
  }
  dictionary->slot[at] = hash >> 32 << 32 | dictionary->n;
  text_append(dictionary, text, length);
  return dictionary->n - 1;
}

uint32_t rs_dictionary_find(const RsDictionary *dictionary, const char *text, size_t length) {
  return (uint32_t)dictionary->slot[slot_search(dictionary, text, length, rs_hash_bytes(text, length))];
}

/* The first eight bytes, big-endian and zero-padded, order most pairs without touching the texts. */
typedef struct {
  uint64_t prefix;
  uint32_t id;
} SortKey;

static uint64_t text_prefix(const char *text, size_t length) {
  uint64_t prefix = 0;
  memcpy(&prefix, text, MIN(length, 8));
  return GUINT64_FROM_BE(prefix);
}

static int sort_key_compare(const void *left, const void *right, void *data) {
  const SortKey *a = left, *b = right;
  if (a->prefix != b->prefix) return a->prefix < b->prefix ? -1 : 1;
  size_t a_length, b_length;
  const char *a_text = rs_dictionary_text(data, a->id, &a_length), *b_text = rs_dictionary_text(data, b->id, &b_length);
  const int order = memcmp(a_text, b_text, MIN(a_length, b_length));
  return order != 0 ? order : (a_length > b_length) - (a_length < b_length);
}

static SortKey *keys_sorted(const RsDictionary *dictionary) {
  SortKey *key = g_new(SortKey, MAX(dictionary->n, 1));
  for (uint32_t i = 0; i < dictionary->n; i++) {
    size_t length;
    const char *text = rs_dictionary_text(dictionary, i, &length);
    key[i] = (SortKey){text_prefix(text, length), i};
  }
  qsort_r(key, dictionary->n, sizeof *key, sort_key_compare, (void *)(uintptr_t)dictionary);
  return key;
}

RsText *rs_dictionary_sorted(const RsDictionary *dictionary, uint32_t *rank) {
  g_autofree SortKey *key = keys_sorted(dictionary);
  const uint32_t n = dictionary->n;
  RsText *text = g_new(RsText, 1);
  *text = (RsText){n, g_new(uint64_t, (gsize)n + 1), g_malloc(MAX((gsize)dictionary->offset[n], 1))};
  text->offset[0] = 0;
  for (uint32_t i = 0; i < n; i++) {
    size_t length;
    const char *from = rs_dictionary_text(dictionary, key[i].id, &length);
    memcpy(text->bytes + text->offset[i], from, length + 1);
    text->offset[i + 1] = text->offset[i] + length + 1;
    if (rank != NULL) rank[key[i].id] = i;
  }
  return text;
}
