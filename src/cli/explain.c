/* explain: why a ring is a lead, or where an entity stands. */
#include "cli/explain.h"

#include "base/error.h"
#include "base/words.h"
#include "cli/commands.h"
#include "cli/nearest.h"
#include "cli/terminal.h"
#include "exporters/words.h"

#include <string.h>

/* ---- what was asked for ---- */

/* R7, r0007 and R0007 are the same ring; "" when the text is no ring id. */
static void ring_name(const char *text, char name[16]) {
  guint64 number;
  name[0] = '\0';
  if (g_ascii_tolower(*text) == 'r' && g_ascii_string_to_unsigned(text + 1, 10, 1, 99999999, &number, NULL))
    g_snprintf(name, 16, "R%04u", (unsigned)number);
}

/* TYPE:ID, or a pseudonym p:... as it stands in the files. */
static bool entity_name(const char *text, RsKind *kind, const char **id) {
  for (int k = 0; k < RS_N_KINDS; k++) {
    const size_t length = strlen(rs_kind_name[k]);
    if (strncmp(text, rs_kind_name[k], length) != 0 || text[length] != ':') continue;
    *kind = (RsKind)k;
    *id = text + length + 1;
    return true;
  }
  *kind = RS_PERSON;
  *id = text;
  return strncmp(text, "p:", 2) == 0;
}

/* "; nearest: a, b", or "" when none is near. */
static char *nearest_text(const char *word, const GPtrArray *names) {
  g_autofree char *near = rs_nearest_names(word, names);
  return *near == '\0' ? g_strdup("") : g_strconcat(_("; nearest: "), near, NULL);
}

static bool unknown_ring(const RsCaseRead *read, const char *word, GError **error) {
  g_autoptr(RsCaseRows) rings = rs_case_read_rows(read, RS_TABLE_RING, NULL, error);
  if (rings == NULL) return false;
  g_autoptr(GPtrArray) names = g_ptr_array_new();
  for (guint i = 0; i < rings->n; i++) g_ptr_array_add(names, (char *)rs_case_rows_text(rings, i, "ring_id"));
  g_autofree char *nearest = nearest_text(word, names);
  if (rings->n == 0)
    g_set_error(error, RS_ERROR, RS_ERROR_USAGE, _("no ring '%s': the case '%s' has no leads"), word, read->folder);
  else
    g_set_error(error, RS_ERROR, RS_ERROR_USAGE, _("no ring '%s' in '%s', which has R0001 to R%04u%s"), word, read->folder, rings->n,
                nearest);
  return false;
}

static bool unknown_entity(const RsCaseRead *read, RsKind kind, const char *id, GError **error) {
  g_autoptr(GPtrArray) names = rs_case_read_ids(read, kind, error);
  if (names == NULL) return false;
  const bool masked = kind == RS_PERSON && read->masked;
  g_autofree char *nearest = masked && strncmp(id, "p:", 2) != 0 ? g_strdup("") : nearest_text(id, names);
  const char *key = masked && read->mask == NULL && strncmp(id, "p:", 2) != 0
                        ? _("; persons are masked here and the key is not beside the folder: give the pseudonym, or --mask-key FILE")
                        : "";
  g_set_error(error, RS_ERROR, RS_ERROR_USAGE,
              _("no %s '%s' in '%s': a case keeps the members of its leads and what they were at, prescribed or bought%s%s"),
              rs_word(rs_kind_name[kind], rs_words_terminal()), id, read->folder, nearest, key);
  return false;
}

/* ---- the command ---- */

char *rs_explain_find_ring(const RsCaseRead *read, const char *word, GError **error) {
  char name[16];
  ring_name(word, name);
  const char *const where[] = {"ring_id", *name != '\0' ? name : word, NULL};
  g_autoptr(RsCaseRows) ring = rs_case_read_rows(read, RS_TABLE_RING, where, error);
  if (ring == NULL) return NULL;
  if (ring->n > 0) return g_strdup(where[1]);
  unknown_ring(read, where[1], error);
  return NULL;
}

static bool explain_ring(const RsOptions *options, const RsCaseRead *read, const char *word, RsOutput *output, GError **error) {
  g_autofree char *name = rs_explain_find_ring(read, word, error);
  if (name == NULL) return false;
  const RsCaseSource source = rs_case_source_read(read);
  g_autoptr(RsRingStory) story = rs_ring_story_new(&source, name, error);
  if (story == NULL) return false;
  rs_explain_ring(options, read, story, output);
  return true;
}

static bool explain_entity(const RsOptions *options, const RsCaseRead *read, RsKind kind, const char *id, RsOutput *output,
                           GError **error) {
  GError *failed = NULL;
  g_autofree char *known = rs_case_read_id(read, kind, id, &failed);
  if (failed != NULL) {
    g_propagate_error(error, failed);
    return false;
  }
  return known != NULL ? rs_explain_entity(options, read, kind, known, output, error) : unknown_entity(read, kind, id, error);
}

int rs_command_explain(const RsOptions *options, GError **error) {
  const char *asked = options->operand[1], *id;
  char ring[16];
  RsKind kind;
  g_autoptr(RsCaseRead) read = rs_case_read_new(options->operand[0], options->mask_key, error);
  if (read == NULL) return RS_ERROR_IO;
  ring_name(asked, ring);
  const bool is_entity = entity_name(asked, &kind, &id);
  if (*ring == '\0' && !is_entity) {
    g_set_error(error, RS_ERROR, RS_ERROR_USAGE,
                _("'%s' is neither a ring (R0001) nor an entity (person:ID, doctor:ID, institution:ID, drug:ID)"), asked);
    return RS_ERROR_USAGE;
  }
  g_autoptr(RsOutput) output = rs_output_open("-", error);
  if (output == NULL) return RS_ERROR_IO;
  const bool good =
      is_entity ? explain_entity(options, read, kind, id, output, error) : explain_ring(options, read, ring, output, error);
  return good && rs_output_close(output, error) ? 0 : RS_ERROR_IO;
}
