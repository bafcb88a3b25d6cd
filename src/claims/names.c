#include "claims/names.h"

#include "base/hash.h"

#include <string.h>

void rs_names_init(RsNames *names) {
  g_mutex_init(&names->lock);
  names->text = g_ptr_array_new_with_free_func(g_free);
}

void rs_names_clear(RsNames *names) {
  if (names->text == NULL) return;
  g_ptr_array_unref(names->text);
  g_mutex_clear(&names->lock);
  names->text = NULL;
}

void rs_names_seen_clear(RsNamesSeen *seen) {
  g_free(seen->hash);
  *seen = (RsNamesSeen){0};
}

void rs_names_keep(RsNames *names, RsNamesSeen *seen, uint32_t number, const char *name, size_t length) {
  const uint64_t hash = rs_hash_bytes(name, length) | 1;
  if (number >= seen->capacity) {
    const uint32_t capacity = MAX(256, 2 * number);
    seen->hash = g_renew(uint64_t, seen->hash, capacity);
    memset(seen->hash + seen->capacity, 0, (capacity - seen->capacity) * sizeof *seen->hash);
    seen->capacity = capacity;
  }
  if (seen->hash[number] == hash) return;
  seen->hash[number] = hash;
  g_mutex_lock(&names->lock);
  if (names->text->len <= number) g_ptr_array_set_size(names->text, (gint)(2 * number + 64));
  char **known = (char **)&names->text->pdata[number], *text = g_strndup(name, length);
  if (*known == NULL || strcmp(text, *known) < 0) {
    char *former = *known;
    *known = text;
    text = former;
  }
  g_mutex_unlock(&names->lock);
  g_free(text);
}

RsText *rs_names_ranked(const RsNames *names, const uint32_t *rank, uint32_t n) {
  g_autofree const char **name = g_new0(const char *, MAX(n, 1));
  uint64_t bytes = 0;
  for (uint32_t i = 0; i < n; i++) {
    const char *text = names->text != NULL && i < names->text->len ? g_ptr_array_index(names->text, i) : NULL;
    name[rank[i]] = text != NULL ? text : "";
    bytes += strlen(name[rank[i]]) + 1;
  }
  RsText *ranked = g_new0(RsText, 1);
  ranked->n = n;
  ranked->offset = g_new(uint64_t, (gsize)n + 1);
  ranked->bytes = g_malloc(MAX(bytes, 1));
  uint64_t at = 0;
  for (uint32_t i = 0; i < n; i++) {
    const size_t length = strlen(name[i]) + 1;
    ranked->offset[i] = at;
    memcpy(ranked->bytes + at, name[i], length);
    at += length;
  }
  ranked->offset[n] = at;
  return ranked;
}
