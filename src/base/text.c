#include "base/text.h"

#include <glib.h>

void rs_text_free(RsText *text) {
  if (text == NULL) return;
  g_free(text->offset);
  g_free(text->bytes);
  g_free(text);
}
