/* base/text.h: an immutable list of strings in one block (numbers to texts). */
#ifndef RS_BASE_TEXT_H
#define RS_BASE_TEXT_H

#include <stdint.h>

#define RS_NONE UINT32_MAX /* "no such entity" wherever an id is stored */

typedef struct {
  uint32_t n;
  uint64_t *offset; /* [n + 1]; text i is bytes[offset[i]] .. offset[i+1]-2, then a NUL */
  char *bytes;
} RsText;

/* Borrowed, NUL-terminated; i < n. */
static inline const char *rs_text_get(const RsText *text, uint32_t i) { return text->bytes + text->offset[i]; }
static inline uint32_t rs_text_length(const RsText *text, uint32_t i) {
  return (uint32_t)(text->offset[i + 1] - text->offset[i] - 1);
}

void rs_text_free(RsText *text); /* NULL is allowed */

#endif
