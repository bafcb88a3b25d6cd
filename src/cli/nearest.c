#include "cli/nearest.h"

#include "cli/options.h"
#include "cli/terminal.h"

#include <string.h>

#define NEAREST 3

typedef struct {
  unsigned distance;
  const char *text;
} Near;

char *rs_nearest_names(const char *word, const GPtrArray *names) {
  Near near[NEAREST];
  guint n = 0;
  const size_t own = strlen(word);
  const unsigned limit = (unsigned)own / 2 + 2;
  for (guint i = 0; i < names->len && own < 64; i++) {
    const char *name = g_ptr_array_index(names, i);
    const size_t length = strlen(name);
    if ((length > own ? length - own : own - length) > limit) continue;
    const Near one = {rs_options_distance(word, name), name};
    if (one.distance > limit) continue;
    guint at = n;
    while (at > 0 && near[at - 1].distance > one.distance) at--;
    if (at == NEAREST) continue;
    if (n == NEAREST) n--;
    memmove(&near[at + 1], &near[at], (n - at) * sizeof *near);
    near[at] = one;
    n++;
  }
  GString *text = g_string_new(NULL);
  for (guint i = 0; i < n; i++) {
    if (i > 0) g_string_append(text, ", ");
    rs_terminal_add(text, near[i].text);
  }
  return g_string_free(text, FALSE);
}
