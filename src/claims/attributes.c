#include "claims/attributes.h"

#include "base/dictionary.h"
#include "base/error.h"
#include "base/hash.h"
#include "base/words.h"
#include "claims/mapping.h"

#include <string.h>

extern const unsigned char rs_mapping_text_attributes[];
extern const size_t rs_mapping_text_attributes_length;

enum { FIELD_NAME, FIELD_REGION, FIELD_BIRTH, FIELD_SEX, FIELD_ADDRESS, FIELD_PHONE, FIELD_EMPLOYER, FIELD_ACCOUNT,
       FIELD_WORKPLACE, FIELD_LEVEL, FIELD_PRICE, FIELD_HOUSEHOLD, FIELD_TYPE, N_FIELDS };
static const char *const field_name[N_FIELDS] = {"name",    "region",    "birth", "sex",   "address",   "phone", "employer",
                                                 "account", "workplace", "level", "price", "household", "type"};
static const char *const kind_name[RS_N_ATTRIBUTE_KINDS] = {"person", "doctor", "institution", "drug"};

struct RsAttributes {
  char *file;
  size_t n_fields;         /* of the header */
  size_t id_column;
  size_t column[N_FIELDS]; /* where in the source; SIZE_MAX: absent */
  int slot[N_FIELDS];      /* where in a kept row; -1: absent */
  size_t width;            /* slots a kept row */
  RsDictionary *ids;
  RsDictionary *texts;     /* every distinct cell; number 0 is "" */
  GArray *cells;           /* of uint32_t text numbers; row i of ids at i * width */
  GArray *scratch;         /* one row */
  uint64_t rows, bad, conflicts;
  uint64_t first_bad, first_conflict; /* lines */
  RsSaid *bad_reason;
};

void rs_attributes_free(RsAttributes *attributes) {
  if (attributes == NULL) return;
  g_free(attributes->file);
  rs_said_free(attributes->bad_reason);
  g_clear_pointer(&attributes->ids, rs_dictionary_free);
  g_clear_pointer(&attributes->texts, rs_dictionary_free);
  g_clear_pointer(&attributes->cells, g_array_unref);
  g_clear_pointer(&attributes->scratch, g_array_unref);
  g_free(attributes);
}

/* ---- the header ---- */

/* The first alias of the key that stands among the folded fields; SIZE_MAX: none. */
static size_t find_column(GKeyFile *names, const char *group, const char *key, char *const *folded, size_t n_fields) {
  g_auto(GStrv) aliases = g_key_file_get_string_list(names, group, key, NULL, NULL);
  for (char **alias = aliases; alias != NULL && *alias != NULL; alias++) {
    g_autofree char *wanted = rs_mapping_fold(*alias);
    for (size_t i = 0; i < n_fields; i++)
      if (wanted[0] != 0 && strcmp(folded[i], wanted) == 0) return i;
  }
  return SIZE_MAX;
}

static void bind_columns(RsAttributes *attributes, RsAttributeKind kind, char *const *folded) {
  g_autoptr(GKeyFile) names = g_key_file_new();
  bool parsed = g_key_file_load_from_data(names, (const char *)rs_mapping_text_attributes, rs_mapping_text_attributes_length, 0, NULL);
  g_assert(parsed);
  size_t id = find_column(names, kind_name[kind], "id", folded, attributes->n_fields);
  attributes->id_column = id != SIZE_MAX ? id : 0;
  for (size_t field = 0; field < N_FIELDS; field++) {
    size_t column = find_column(names, kind_name[kind], field_name[field], folded, attributes->n_fields);
    bool usable = column != SIZE_MAX && column != attributes->id_column;
    attributes->column[field] = usable ? column : SIZE_MAX;
    attributes->slot[field] = usable ? (int)attributes->width++ : -1;
  }
}

enum { MAX_HEADER = 1000 };

RsAttributes *rs_attributes_new(RsAttributeKind kind, const char *file, const char *const *fields, size_t n_fields, GError **error) {
  if (n_fields == 0 || n_fields > MAX_HEADER) {
    g_set_error(error, RS_ERROR, RS_ERROR_INPUT, _("%s: %zu columns: not a table of %ss"), file, n_fields, rs_say_in(rs_words_terminal(), "word", kind_name[kind]));
    return NULL;
  }
  g_autoptr(RsAttributes) attributes = g_new0(RsAttributes, 1);
  g_auto(GStrv) folded = g_new0(char *, n_fields + 1);
  for (size_t i = 0; i < n_fields; i++) folded[i] = rs_mapping_fold(fields[i]);
  attributes->file = g_strdup(file);
  attributes->n_fields = n_fields;
  bind_columns(attributes, kind, folded);
  if (attributes->width == 0) {
    g_set_error(error, RS_ERROR, RS_ERROR_INPUT, _("%s:1: no column of a table of %ss, such as name or region"), file, rs_say_in(rs_words_terminal(), "word", kind_name[kind]));
    return NULL;
  }
  attributes->ids = rs_dictionary_new();
  attributes->texts = rs_dictionary_new();
  rs_dictionary_add(attributes->texts, "", 0, rs_hash_bytes("", 0));
  attributes->cells = g_array_new(FALSE, FALSE, sizeof(uint32_t));
  attributes->scratch = g_array_sized_new(FALSE, TRUE, sizeof(uint32_t), (guint)attributes->width);
  g_array_set_size(attributes->scratch, (guint)attributes->width);
  return g_steal_pointer(&attributes);
}

/* ---- rows ---- */

void rs_attributes_add_bad(RsAttributes *attributes, uint64_t line, RsSaid *reason) {
  attributes->rows++;
  if (attributes->bad++ > 0) {
    rs_said_free(reason);
    return;
  }
  attributes->first_bad = line;
  attributes->bad_reason = reason;
}

static size_t trimmed(const char **text) {
  while (g_ascii_isspace(**text)) (*text)++;
  size_t length = strlen(*text);
  while (length > 0 && g_ascii_isspace((*text)[length - 1])) length--;
  return length;
}

static uint32_t text_number(RsAttributes *attributes, const char *text) {
  size_t length = trimmed(&text);
  if (length == 2 && memcmp(text, "NA", 2) == 0) length = 0; /* R's word for an empty cell */
  return rs_dictionary_add(attributes->texts, text, length, rs_hash_bytes(text, length));
}

static uint32_t *fill_scratch(RsAttributes *attributes, const char *const *cells) {
  uint32_t *row = &g_array_index(attributes->scratch, uint32_t, 0);
  for (size_t field = 0; field < N_FIELDS; field++)
    if (attributes->slot[field] >= 0) row[attributes->slot[field]] = text_number(attributes, cells[attributes->column[field]]);
  return row;
}

/* GArray counts with 32 bits and numbers are 32 bits: a table past either would need another layout. */
static bool has_room(const RsAttributes *attributes, GError **error) {
  if (attributes->cells->len < G_MAXUINT / sizeof(uint32_t) - N_FIELDS && rs_dictionary_size(attributes->texts) < G_MAXUINT32 - N_FIELDS - 1) return true;
  g_set_error(error, RS_ERROR, RS_ERROR_LIMIT, _("%s: more attributes than fit (%u cells)"), attributes->file, attributes->cells->len);
  return false;
}

bool rs_attributes_add(RsAttributes *attributes, uint64_t line, const char *const *cells, size_t n_cells, GError **error) {
  if (!has_room(attributes, error)) return false;
  if (n_cells != attributes->n_fields) {
    rs_attributes_add_bad(attributes, line, rs_said_new("%zu fields where the header has %zu", n_cells, attributes->n_fields));
    return true;
  }
  const char *id = cells[attributes->id_column];
  size_t id_length = trimmed(&id);
  if (id_length == 0) {
    rs_attributes_add_bad(attributes, line, rs_said_new("no id"));
    return true;
  }
  attributes->rows++;
  const uint32_t *row = fill_scratch(attributes, cells);
  uint32_t known = rs_dictionary_size(attributes->ids);
  uint32_t number = rs_dictionary_add(attributes->ids, id, id_length, rs_hash_bytes(id, id_length));
  if (number == known) {
    g_array_append_vals(attributes->cells, row, (guint)attributes->width);
    return true;
  }
  const uint32_t *kept = &g_array_index(attributes->cells, uint32_t, (size_t)number * attributes->width);
  if (memcmp(kept, row, attributes->width * sizeof *row) != 0 && attributes->conflicts++ == 0) attributes->first_conflict = line;
  return true;
}

bool rs_attributes_finish(RsAttributes *attributes, GError **error) {
  if (attributes->bad <= 5 || attributes->bad * 200 <= attributes->rows) return true;
  g_set_error(error, RS_ERROR, RS_ERROR_INPUT, _("%s:%llu: %s, and %llu of %llu rows cannot be used"), attributes->file,
              (unsigned long long)attributes->first_bad, attributes->bad_reason->text[rs_words_terminal()], (unsigned long long)attributes->bad, (unsigned long long)attributes->rows);
  return false;
}

/* ---- questions ---- */

static int slot_of(const RsAttributes *attributes, const char *field) {
  for (size_t i = 0; i < N_FIELDS; i++)
    if (strcmp(field, field_name[i]) == 0) return attributes->slot[i];
  return -1;
}

const char *rs_attributes_get(const RsAttributes *attributes, const char *id, const char *field) {
  int slot = attributes != NULL ? slot_of(attributes, field) : -1;
  uint32_t number = slot >= 0 ? rs_dictionary_find(attributes->ids, id, strlen(id)) : RS_NONE;
  if (number == RS_NONE) return "";
  size_t length, at = (size_t)number * attributes->width + (size_t)slot;
  return rs_dictionary_text(attributes->texts, g_array_index(attributes->cells, uint32_t, at), &length);
}

bool rs_attributes_has(const RsAttributes *attributes, const char *field) { return attributes != NULL && slot_of(attributes, field) >= 0; }
uint32_t rs_attributes_count(const RsAttributes *attributes) { return attributes != NULL ? rs_dictionary_size(attributes->ids) : 0; }
uint64_t rs_attributes_rows(const RsAttributes *attributes) { return attributes != NULL ? attributes->rows : 0; }

void rs_attributes_notes(const RsAttributes *attributes, GPtrArray *notes) {
  if (attributes->bad > 0) {
    RsSaid *said = g_new0(RsSaid, 1);
    for (RsLanguage l = RS_LANG_EN; l <= RS_LANG_ZH; l++)
      said->text[l] = g_strdup_printf(rs_say(l, "%s:%llu: %s; rows left out for such reasons: %llu"), attributes->file,
                                      (unsigned long long)attributes->first_bad, attributes->bad_reason->text[l], (unsigned long long)attributes->bad);
    g_ptr_array_add(notes, said);
  }
  if (attributes->conflicts > 0)
    g_ptr_array_add(notes, rs_said_new("%s:%llu: the id of an earlier row with other content, the first is kept; such rows: %llu", attributes->file,
                                       (unsigned long long)attributes->first_conflict, (unsigned long long)attributes->conflicts));
}
