#include "claims/mapping.h"

#include "base/error.h"
#include "base/whole_file.h"
#include "base/words.h"
#include "claims/encoding.h"
#include "claims/quotable.h"

#include <string.h>

const char *const rs_column_role_name[RS_N_COLUMNS] = {
  "person_id",  "institution_id", "time",     "visit_time", "claim_id",    "settlement_id", "doctor_id",
  "institution_name", "institution_type", "drug_code", "drug_name", "quantity", "amount",      "fund_amount",   "person_region",
  "service_region",   "diagnosis", "trace_code", "terminal_id", "valid_flag", "refund_flag",
};

static const char *const type_name[RS_TYPE_CLINIC + 1] = {NULL, "pharmacy", "hospital", "clinic"};

/* Made from datasets/mappings at build time by cmake/embed.cmake. */
extern const unsigned char rs_mapping_text_ringscope[], rs_mapping_text_nhsa[], rs_mapping_text_medicare[];
extern const size_t rs_mapping_text_ringscope_length, rs_mapping_text_nhsa_length, rs_mapping_text_medicare_length;

static const struct { const char *name; const unsigned char *text; const size_t *length; } builtin[] = {
  {"ringscope", rs_mapping_text_ringscope, &rs_mapping_text_ringscope_length},
  {"nhsa", rs_mapping_text_nhsa, &rs_mapping_text_nhsa_length},
  {"medicare", rs_mapping_text_medicare, &rs_mapping_text_medicare_length},
};

const char *const *rs_mapping_names(void) {
  static const char *const names[] = {"ringscope", "nhsa", "medicare", NULL};
  G_STATIC_ASSERT(G_N_ELEMENTS(names) == G_N_ELEMENTS(builtin) + 1);
  return names;
}

/* ---- comparing names ---- */

/* NFKC makes full-width letters, digits and most brackets half-width; these brackets it leaves alone. */
static gunichar fold_character(gunichar c) {
  switch (c) {
  case 0x3010: case 0x3014: case 0x3016: return '[';
  case 0x3011: case 0x3015: case 0x3017: return ']';
  default: return c;
  }
}

char *rs_mapping_fold(const char *text) {
  g_autofree char *valid = g_utf8_make_valid(text, -1);
  g_autofree char *composed = g_utf8_normalize(valid, -1, G_NORMALIZE_ALL_COMPOSE);
  if (composed == NULL) g_error("failed to allocate a name"); /* as g_malloc says it: the text is valid, so it is for memory alone */
  g_autofree char *lower = g_utf8_casefold(composed, -1);
  GString *folded = g_string_new(NULL);
  for (const char *at = lower; *at != 0; at = g_utf8_next_char(at)) {
    gunichar c = g_utf8_get_char(at);
    if (c != 0xFEFF) g_string_append_unichar(folded, fold_character(c));
  }
  return g_strstrip(g_string_free(folded, FALSE));
}

/* Optimal string alignment in three rows; names longer than the rows are compared by their beginnings. */
#define MAX_COMPARED 64
unsigned rs_mapping_distance(const char *a, const char *b) {
  g_autofree gunichar *x = g_utf8_to_ucs4_fast(a, -1, NULL), *y = g_utf8_to_ucs4_fast(b, -1, NULL);
  size_t n = 0, m = 0;
  while (n < MAX_COMPARED && x[n] != 0) n++;
  while (m < MAX_COMPARED && y[m] != 0) m++;
  unsigned rows[3][MAX_COMPARED + 1];
  unsigned *before = rows[0], *last = rows[1], *row = rows[2];
  for (size_t j = 0; j <= m; j++) last[j] = before[j] = (unsigned)j;
  for (size_t i = 1; i <= n; i++) {
    row[0] = (unsigned)i;
    for (size_t j = 1; j <= m; j++) {
      unsigned change = last[j - 1] + (x[i - 1] != y[j - 1]);
      row[j] = MIN(change, MIN(last[j], row[j - 1]) + 1);
      if (i > 1 && j > 1 && x[i - 1] == y[j - 2] && x[i - 2] == y[j - 1]) row[j] = MIN(row[j], before[j - 2] + 1);
    }
    unsigned *free_row = before;
    before = last, last = row, row = free_row;
  }
  return last[m];
}

/* The nearest of the names if near enough to be a slip of the hand, else NULL. */
static const char *nearest(const char *word, const char *const *names, size_t n) {
  const char *best = NULL;
  unsigned best_distance = 4;
  g_autofree char *folded = rs_mapping_fold(word);
  for (size_t i = 0; i < n; i++) {
    unsigned distance = names[i] ? rs_mapping_distance(folded, names[i]) : 4;
    if (distance < best_distance && (size_t)distance * 2 < strlen(names[i])) best = names[i], best_distance = distance;
  }
  return best;
}

/* ---- reading a mapping ---- */

static void drop_empty(char **words) {
  size_t kept = 0;
  for (size_t i = 0; words[i] != NULL; i++) {
    if (words[i][0] == 0) g_free(words[i]);
    else words[kept++] = words[i];
  }
  words[kept] = NULL;
}

/* The folded words of a key, or NULL when the key is missing or lists nothing. */
static char **read_words(GKeyFile *file, const char *group, const char *key, bool fold) {
  g_auto(GStrv) words = g_key_file_get_string_list(file, group, key, NULL, NULL);
  if (words == NULL) return NULL;
  for (char **word = words; *word != NULL; word++) {
    char *clean = fold ? rs_mapping_fold(*word) : g_strstrip(g_strdup(*word));
    g_free(*word);
    *word = clean;
  }
  drop_empty(words);
  return words[0] != NULL ? g_steal_pointer(&words) : NULL;
}

static bool refuse(GError **error, const char *name, const char *group, const char *key, const char *guess) {
  g_autofree char *hint = guess ? g_strdup_printf(_("; did you mean '%s'?"), guess) : g_strdup("");
  if (key == NULL) g_set_error(error, RS_ERROR, RS_ERROR_INPUT, _("%s: a mapping has no group [%s]%s"), name, group, hint);
  else g_set_error(error, RS_ERROR, RS_ERROR_INPUT, _("%s: [%s] has no key '%s'%s"), name, group, key, hint);
  return false;
}

static bool check_keys(GKeyFile *file, const char *name, const char *group, const char *const *known, size_t n_known, GError **error) {
  g_auto(GStrv) keys = g_key_file_get_keys(file, group, NULL, NULL);
  for (char **key = keys; key != NULL && *key != NULL; key++) {
    bool found = false;
    for (size_t i = 0; i < n_known; i++) found |= known[i] != NULL && strcmp(*key, known[i]) == 0;
    if (!found) return refuse(error, name, group, *key, nearest(*key, known, n_known));
    /* A wrong byte or escape in a value is found here, by name, rather than read as an absent key. */
    g_autoptr(GError) cause = NULL;
    g_strfreev(g_key_file_get_string_list(file, group, *key, NULL, &cause));
    if (cause == NULL) continue;
    g_set_error(error, RS_ERROR, RS_ERROR_INPUT, _("%s: [%s] %s: %s"), name, group, *key, cause->message);
    return false;
  }
  return true;
}

static bool check_groups(GKeyFile *file, const char *name, GError **error) {
  static const char *const groups[] = {"columns", "settlements", "institution_types", "institution_prefixes", "values"};
  static const char *const values[] = {"valid", "refund", "empty"};
  const struct { const char *const *keys; size_t n; } known[] = {
    {rs_column_role_name, RS_N_COLUMNS}, {rs_column_role_name, RS_N_COLUMNS}, {type_name, G_N_ELEMENTS(type_name)},
    {type_name, G_N_ELEMENTS(type_name)}, {values, G_N_ELEMENTS(values)},
  };
  g_auto(GStrv) found = g_key_file_get_groups(file, NULL);
  for (char **group = found; *group != NULL; group++) {
    size_t i = 0;
    while (i < G_N_ELEMENTS(groups) && strcmp(*group, groups[i]) != 0) i++;
    if (i == G_N_ELEMENTS(groups)) return refuse(error, name, *group, NULL, nearest(*group, groups, G_N_ELEMENTS(groups)));
    if (!check_keys(file, name, *group, known[i].keys, known[i].n, error)) return false;
  }
  return true;
}

static void read_columns(RsMapping *mapping, GKeyFile *file) {
  for (size_t role = 0; role < RS_N_COLUMNS; role++) {
    const char *key = rs_column_role_name[role];
    mapping->alias[RS_TABLE_CLAIMS][role] = read_words(file, "columns", key, true);
    /* A key that is there but empty takes the role away. */
    bool own = g_key_file_has_key(file, "settlements", key, NULL);
    mapping->alias[RS_TABLE_SETTLEMENTS][role] =
      own ? read_words(file, "settlements", key, true) : g_strdupv(mapping->alias[RS_TABLE_CLAIMS][role]);
  }
  g_strfreev(mapping->alias[RS_TABLE_SETTLEMENTS][RS_COLUMN_VISIT_TIME]);
  mapping->alias[RS_TABLE_SETTLEMENTS][RS_COLUMN_VISIT_TIME] = NULL;
}

static const RsColumnRole needed_in_claims[] = {RS_COLUMN_PERSON, RS_COLUMN_INSTITUTION, RS_COLUMN_TIME};
static const RsColumnRole needed_in_settlements[] = {RS_COLUMN_SETTLEMENT};

static const RsColumnRole *needed_roles(RsTableKind table, size_t *n) {
  *n = table == RS_TABLE_CLAIMS ? G_N_ELEMENTS(needed_in_claims) : G_N_ELEMENTS(needed_in_settlements);
  return table == RS_TABLE_CLAIMS ? needed_in_claims : needed_in_settlements;
}

RsMapping *rs_mapping_parse(const char *name, const char *text, size_t length, GError **error) {
  g_autoptr(GKeyFile) file = g_key_file_new();
  g_autoptr(GError) cause = NULL;
  if (!g_key_file_load_from_data(file, text, length, G_KEY_FILE_NONE, &cause)) {
    g_set_error(error, RS_ERROR, RS_ERROR_INPUT, _("%s: not a mapping: %s"), name, cause->message);
    return NULL;
  }
  if (!check_groups(file, name, error)) return NULL;
  g_autoptr(RsMapping) mapping = g_new0(RsMapping, 1);
  mapping->name = g_strdup(name);
  read_columns(mapping, file);
  for (size_t type = RS_TYPE_PHARMACY; type <= RS_TYPE_CLINIC; type++) {
    mapping->type_words[type] = read_words(file, "institution_types", type_name[type], true);
    mapping->type_prefixes[type] = read_words(file, "institution_prefixes", type_name[type], true);
  }
  mapping->valid_values = read_words(file, "values", "valid", false);
  mapping->refund_values = read_words(file, "values", "refund", false);
  mapping->empty_values = read_words(file, "values", "empty", false);
  for (size_t i = 0; i < G_N_ELEMENTS(needed_in_claims); i++)
    if (mapping->alias[RS_TABLE_CLAIMS][needed_in_claims[i]] == NULL) {
      g_set_error(error, RS_ERROR, RS_ERROR_INPUT, _("%s: [columns] names no column for %s"), name, rs_column_role_name[needed_in_claims[i]]);
      return NULL;
    }
  return g_steal_pointer(&mapping);
}

/* As the claims are: UTF-8, GB18030 or UTF-16, with or without a byte order mark. An owned copy; *length in and out. */
static char *mapping_decode(const char *path, const char *bytes, size_t *length, GError **error) {
  size_t skip, used;
  RsEncoding encoding = rs_encoding_from_start(bytes, *length, &skip);
  bytes += skip, *length -= skip;
  if (encoding == RS_ENCODING_UNDECIDED) encoding = rs_encoding_from_sample(bytes, *length);
  if (!rs_encoding_prepare(encoding, error)) return NULL;
  g_autofree char *text = g_malloc(rs_encoding_room(*length) + 1);
  if (encoding == RS_ENCODING_UTF8) memcpy(text, bytes, *length);
  else *length = rs_encoding_decode(encoding, bytes, *length, true, text, &used);
  const char *end;
  if (g_utf8_validate(text, (gssize)*length, &end)) return g_steal_pointer(&text);
  unsigned line = 1;
  for (const char *at = text; at < end; at++) line += *at == '\n';
  g_set_error(error, RS_ERROR, RS_ERROR_INPUT, _("%s:%u: the mapping is in none of UTF-8, GB18030 and UTF-16: save it as UTF-8"), path, line);
  return NULL;
}

static RsMapping *mapping_read_file(const char *path, GError **error) {
  g_autofree char *text = NULL;
  size_t length = 0;
  g_autoptr(GError) cause = NULL;
  if ((text = rs_whole_file_read(path, RS_MAPPING_LIMIT, &length, &cause)) == NULL) {
    g_set_error(error, RS_ERROR, RS_ERROR_IO, _("--map: %s"), cause->message);
    return NULL;
  }
  g_autofree char *decoded = mapping_decode(path, text, &length, error);
  return decoded == NULL ? NULL : rs_mapping_parse(path, decoded, length, error);
}

RsMapping *rs_mapping_new(const char *name_or_path, GError **error) {
  for (size_t i = 0; i < G_N_ELEMENTS(builtin); i++)
    if (strcmp(name_or_path, builtin[i].name) == 0)
      return rs_mapping_parse(builtin[i].name, (const char *)builtin[i].text, *builtin[i].length, error);
  if (strchr(name_or_path, '/') != NULL || g_str_has_suffix(name_or_path, ".ini") ||
      g_file_test(name_or_path, G_FILE_TEST_IS_REGULAR))
    return mapping_read_file(name_or_path, error);
  const char *guess = nearest(name_or_path, rs_mapping_names(), G_N_ELEMENTS(builtin));
  if (guess != NULL)
    g_set_error(error, RS_ERROR, RS_ERROR_USAGE, _("--map: unknown mapping '%s'; did you mean '%s'?"), name_or_path, guess);
  else
    g_set_error(error, RS_ERROR, RS_ERROR_USAGE,
                _("--map: unknown mapping '%s'; there are ringscope, nhsa and medicare, or give the path of an .ini file"), name_or_path);
  return NULL;
}

void rs_mapping_free(RsMapping *mapping) {
  if (mapping == NULL) return;
  for (size_t table = 0; table < RS_N_TABLE_KINDS; table++)
    for (size_t role = 0; role < RS_N_COLUMNS; role++) g_strfreev(mapping->alias[table][role]);
  for (size_t type = 0; type <= RS_TYPE_CLINIC; type++) {
    g_strfreev(mapping->type_words[type]);
    g_strfreev(mapping->type_prefixes[type]);
  }
  g_strfreev(mapping->valid_values);
  g_strfreev(mapping->refund_values);
  g_strfreev(mapping->empty_values);
  g_free(mapping->name);
  g_free(mapping);
}

/* ---- matching a header ---- */

/* Folded field -> its position + 1; of two equal names the first counts. */
static GHashTable *header_index(const char *const *fields, size_t n_fields) {
  GHashTable *index = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
  for (size_t i = 0; i < n_fields && i < G_MAXINT; i++) {
    char *folded = rs_mapping_fold(fields[i]);
    if (folded[0] == 0 || g_hash_table_contains(index, folded)) g_free(folded);
    else g_hash_table_insert(index, folded, GSIZE_TO_POINTER(i + 1));
  }
  return index;
}

static int find_alias(GHashTable *index, char *const *aliases) {
  for (; aliases != NULL && *aliases != NULL; aliases++) {
    size_t found = GPOINTER_TO_SIZE(g_hash_table_lookup(index, *aliases));
    if (found != 0) return (int)(found - 1);
  }
  return -1;
}

/* A claims file with a settlement's total and no line amount is a table of settlements: each of its rows is one claim line. Reading
 * it by line names would take the fund payment or the time of the wrong kind. */
static RsTableKind table_of(const RsMapping *mapping, RsTableKind table, GHashTable *index) {
  if (table != RS_TABLE_CLAIMS) return table;
  if (find_alias(index, mapping->alias[RS_TABLE_CLAIMS][RS_COLUMN_AMOUNT]) >= 0) return RS_TABLE_CLAIMS;
  bool settles = find_alias(index, mapping->alias[RS_TABLE_SETTLEMENTS][RS_COLUMN_AMOUNT]) >= 0 &&
                 find_alias(index, mapping->alias[RS_TABLE_SETTLEMENTS][RS_COLUMN_TIME]) >= 0;
  return settles ? RS_TABLE_SETTLEMENTS : RS_TABLE_CLAIMS;
}

static unsigned match_index(const RsMapping *mapping, RsTableKind table, GHashTable *index, int column[RS_N_COLUMNS]) {
  table = table_of(mapping, table, index);
  unsigned matched = 0;
  for (size_t role = 0; role < RS_N_COLUMNS; role++) {
    column[role] = find_alias(index, mapping->alias[table][role]);
    matched += column[role] >= 0;
  }
  if (column[RS_COLUMN_VISIT_TIME] >= 0) {
    matched--; /* an extra reading of a column: it says nothing about which mapping fits */
    if (column[RS_COLUMN_VISIT_TIME] == column[RS_COLUMN_TIME]) column[RS_COLUMN_VISIT_TIME] = -1;
  }
  return matched;
}

unsigned rs_mapping_match(const RsMapping *mapping, RsTableKind table, const char *const *fields, size_t n_fields,
                          int column[RS_N_COLUMNS]) {
  g_autoptr(GHashTable) index = header_index(fields, n_fields);
  return match_index(mapping, table, index, column);
}

/* Header names come from anybody: they are cut, and control characters do not reach the terminal. */
static void append_field(GString *message, const char *field) {
  g_autofree char *valid = g_utf8_make_valid(field, -1);
  g_strstrip(valid);
  const char *at = valid;
  for (int n = 0; *at != 0 && n < 40; at = g_utf8_next_char(at), n++) {
    gunichar c = g_utf8_get_char(at);
    g_string_append_unichar(message, g_unichar_isprint(c) ? c : '?');
  }
  if (*at != 0) g_string_append(message, "...");
}

static void append_found(GString *message, const char *const *fields, size_t n_fields) {
  size_t shown = MIN(n_fields, 12);
  for (size_t i = 0; i < shown; i++) {
    g_string_append(message, i == 0 ? " " : ", ");
    append_field(message, fields[i]);
  }
  if (n_fields > shown) g_string_append_printf(message, " and %zu more", n_fields - shown);
}

static bool explain_missing(RsTableKind table, const char *const *fields, size_t n_fields, const char *file,
                            const int column[RS_N_COLUMNS], GError **error) {
  g_autoptr(GString) message = g_string_new(NULL), hints = g_string_new(NULL);
  size_t n_needed;
  const RsColumnRole *needed = needed_roles(table, &n_needed);
  for (size_t i = 0; i < n_needed; i++) {
    if (column[needed[i]] >= 0) continue;
    g_string_append(message, message->len == 0 ? "no column for " : " and ");
    g_string_append(message, rs_column_role_name[needed[i]]);
    int guess = rs_mapping_guess(needed[i], fields, n_fields);
    if (guess < 0) continue;
    g_string_append_printf(hints, "%s%s=", hints->len == 0 ? "" : "  ", rs_column_role_name[needed[i]]);
    append_field(hints, fields[guess]);
  }
  const bool named = rs_quotable_header(fields, n_fields);
  if (!named) {
    g_string_append(message, ": the first line looks like a row of data; a line of names must come first");
  } else {
    g_string_append(message, "; found:");
    append_found(message, fields, n_fields);
    g_string_append(message, ". Map it with --map FILE.ini (ringscope map proposes one)");
  }
  if (named && hints->len > 0) g_string_append_printf(message, ", for example:  %s", hints->str);
  g_set_error(error, RS_ERROR, RS_ERROR_INPUT, "%s: %s", file, message->str);
  return false;
}

static bool has_needed(RsTableKind table, const int column[RS_N_COLUMNS]) {
  size_t n_needed;
  const RsColumnRole *needed = needed_roles(table, &n_needed);
  for (size_t i = 0; i < n_needed; i++)
    if (column[needed[i]] < 0) return false;
  return true;
}

bool rs_mapping_bind(const RsMapping *mapping, RsTableKind table, const char *const *fields, size_t n_fields, const char *file,
                     int column[RS_N_COLUMNS], GError **error) {
  rs_mapping_match(mapping, table, fields, n_fields, column);
  return has_needed(table, column) || explain_missing(table, fields, n_fields, file, column, error);
}

RsMapping *rs_mapping_choose(RsTableKind table, const char *const *fields, size_t n_fields, const char *file, GError **error) {
  g_autoptr(GHashTable) index = header_index(fields, n_fields);
  g_autoptr(RsMapping) best = NULL;
  int nearest_column[RS_N_COLUMNS];
  unsigned best_matched = 0, nearest_matched = 0;
  for (size_t role = 0; role < RS_N_COLUMNS; role++) nearest_column[role] = -1;
  for (size_t i = 0; i < G_N_ELEMENTS(builtin); i++) {
    int column[RS_N_COLUMNS];
    g_autoptr(RsMapping) mapping = rs_mapping_new(builtin[i].name, error);
    if (mapping == NULL) return NULL;
    unsigned matched = match_index(mapping, table, index, column);
    if (matched > nearest_matched) memcpy(nearest_column, column, sizeof column), nearest_matched = matched;
    if (matched <= best_matched || !has_needed(table, column)) continue;
    g_clear_pointer(&best, rs_mapping_free);
    best = g_steal_pointer(&mapping);
    best_matched = matched;
  }
  if (best == NULL) explain_missing(table, fields, n_fields, file, nearest_column, error);
  return g_steal_pointer(&best);
}

/* ---- words in cells ---- */

static bool is_one_of(char *const *words, const char *text, size_t length) {
  for (; *words != NULL; words++)
    if (strlen(*words) == length && g_ascii_strncasecmp(*words, text, length) == 0) return true;
  return false;
}

static void trim(const char **text, size_t *length) {
  while (*length > 0 && g_ascii_isspace((*text)[0])) (*text)++, (*length)--;
  while (*length > 0 && g_ascii_isspace((*text)[*length - 1])) (*length)--;
}

bool rs_mapping_is_valid(const RsMapping *mapping, const char *text, size_t length) {
  trim(&text, &length);
  return length == 0 || mapping->valid_values == NULL || is_one_of(mapping->valid_values, text, length);
}

bool rs_mapping_is_refund(const RsMapping *mapping, const char *text, size_t length) {
  trim(&text, &length);
  return length > 0 && mapping->refund_values != NULL && is_one_of(mapping->refund_values, text, length);
}

bool rs_mapping_is_empty(const RsMapping *mapping, const char *text, size_t length) {
  if (length == 0) return true;
  for (char *const *word = mapping->empty_values; word != NULL && *word != NULL; word++)
    if (strlen(*word) == length && memcmp(*word, text, length) == 0) return true;
  return false;
}

static RsInstitutionType type_by_word(const RsMapping *mapping, const char *word) {
  g_autofree char *folded = rs_mapping_fold(word);
  for (unsigned type = RS_TYPE_PHARMACY; type <= RS_TYPE_CLINIC; type++)
    if (mapping->type_words[type] != NULL && g_strv_contains((const char *const *)mapping->type_words[type], folded))
      return (RsInstitutionType)type;
  return RS_TYPE_UNKNOWN;
}

RsInstitutionType rs_mapping_institution_type(const RsMapping *mapping, const char *word, const char *id) {
  RsInstitutionType by_word = word[0] != 0 ? type_by_word(mapping, word) : RS_TYPE_UNKNOWN;
  if (by_word != RS_TYPE_UNKNOWN) return by_word;
  for (unsigned type = RS_TYPE_PHARMACY; type <= RS_TYPE_CLINIC; type++)
    for (char *const *prefix = mapping->type_prefixes[type]; prefix != NULL && *prefix != NULL; prefix++)
      if (g_ascii_strncasecmp(id, *prefix, strlen(*prefix)) == 0) return (RsInstitutionType)type;
  return RS_TYPE_UNKNOWN;
}
