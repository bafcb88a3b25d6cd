#include "base/text.h"

#include "base/column.h"

#include <glib.h>

void rs_text_free(RsText *text) {
  if (text == NULL) return;
  rs_column_free(text->offset);
  rs_column_free(text->bytes);
  g_free(text);
}
