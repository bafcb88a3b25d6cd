/* rings/evaluate_read.c: the small tables of truth, innocent groups, leads and id maps. */
#include "rings/evaluate.h"

#include "base/dictionary.h"
#include "base/error.h"
#include "base/hash.h"
#include "base/whole_file.h"
#include "base/words.h"

#include <string.h>

const char *const rs_scored_pattern_name[RS_N_SCORED_PATTERNS] = {"batch",  "resale", "steering", "crossregion", "duplicate",
                                                                  "travel", "trace",  "mixed",    "unknown"};
static const char *const kind_name[RS_N_SCORED] = {"person", "doctor", "institution", "drug"};

struct RsScoredNames {
  RsDictionary *dictionary; /* kind letter, then the id */
  GHashTable *clear;        /* the same of the pseudonym -> id; NULL: no map read */
};

RsScoredNames *rs_scored_names_new(void) {
  RsScoredNames *names = g_new0(RsScoredNames, 1);
  names->dictionary = rs_dictionary_new();
  return names;
}

void rs_scored_names_free(RsScoredNames *names) {
  if (!names) return;
  rs_dictionary_free(names->dictionary);
  if (names->clear) g_hash_table_unref(names->clear);
  g_free(names);
}

/* ---- a CSV reader for small files: the whole text in memory, RFC 4180 ---- */

typedef struct {
  const char *path;
  char *text, *at, *end;
  unsigned line, next_line; /* line: where the record starts, header 1 */
  GPtrArray *cell;          /* of char *, borrowed from text */
} Table;

static void table_clear(Table *table) {
  g_free(table->text);
  if (table->cell) g_ptr_array_unref(table->cell);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Table, table_clear)

static void *complain(const Table *table, GError **error, const char *format, ...) G_GNUC_PRINTF(3, 4);
static void *complain(const Table *table, GError **error, const char *format, ...) {
  va_list arguments;
  va_start(arguments, format);
  g_autofree char *what = g_strdup_vprintf(format, arguments);
  va_end(arguments);
  g_set_error(error, RS_ERROR, RS_ERROR_INPUT, "%s:%u: %s", table->path, table->line, what);
  return NULL;
}

static bool table_open(Table *table, const char *path, GError **error) {
  enum { LARGEST = 1 << 30 }; /* an id map may hold tens of millions */
  *table = (Table){.path = path, .line = 1, .next_line = 1};
  gsize length = 0;
  if ((table->text = rs_whole_file_read(path, LARGEST, &length, error)) == NULL) return false;
  table->at = table->text, table->end = table->text + length;
  table->cell = g_ptr_array_new();
  if (length >= 3 && !memcmp(table->at, "\xef\xbb\xbf", 3)) table->at += 3;
  if (memchr(table->text, 0, length)) return complain(table, error, "a NUL byte: not a text table");
  if (!g_utf8_validate(table->text, (gssize)length, NULL)) return complain(table, error, "not UTF-8");
  if (table->at == table->end) return complain(table, error, "the file is empty; a header was expected");
  return true;
}

/* One quoted cell in place: "" becomes ". Returns the end of the cell, or NULL at an unclosed quote. */
static char *unquote(Table *table, char *from) {
  char *to = from;
  for (char *at = from + 1; at < table->end; at++) {
    if (*at == '\n') table->next_line++;
    if (*at == '"') {
      if (at + 1 < table->end && at[1] == '"')
        at++;
      else {
        *to = 0;
        return at + 1;
      }
    }
    *to++ = *at;
  }
  return NULL;
}

/* The next record that is not an empty line. 1: there is one, 0: end, -1: error. */
static int table_next(Table *table, GError **error) {
  g_ptr_array_set_size(table->cell, 0);
  while (table->at < table->end && (*table->at == '\n' || *table->at == '\r')) {
    if (*table->at == '\n') table->next_line++;
    table->at++;
  }
  table->line = table->next_line;
  if (table->at >= table->end) return 0;
  for (;;) {
    char *start = table->at, *stop = start;
    if (start < table->end && *start == '"') {
      stop = unquote(table, start);
      if (!stop) {
        complain(table, error, "a quote is opened and never closed");
        return -1;
      }
    } else {
      while (stop < table->end && *stop != ',' && *stop != '\n' && *stop != '\r') stop++;
    }
    g_ptr_array_add(table->cell, start);
    bool end = stop >= table->end;
    char mark = end ? '\n' : *stop;
    if (mark != ',' && mark != '\n' && mark != '\r') {
      complain(table, error, "text after a closing quote");
      return -1;
    }
    if (!end) *stop = 0; /* past the end the text has a NUL of its own */
    table->at = end ? table->end : stop + 1;
    if (mark == ',') continue;
    if (mark == '\r' && table->at < table->end && *table->at == '\n') table->at++;
    if (!end) table->next_line++;
    return 1;
  }
}

static int column_of(const Table *table, const char *name, const char *other) {
  for (guint i = 0; i < table->cell->len; i++) {
    const char *cell = g_ptr_array_index(table->cell, i);
    if (!strcmp(cell, name) || (other && !strcmp(cell, other))) return (int)i;
  }
  return -1;
}

/* Reads the header; where[i] becomes the column of want[i] ("name|other name", a leading ? makes it optional). */
static bool table_header(Table *table, const char *const *want, unsigned n, int *where, GError **error) {
  if (table_next(table, error) <= 0) {
    if (error && !*error) complain(table, error, "no header");
    return false;
  }
  for (unsigned i = 0; i < n; i++) {
    bool optional = want[i][0] == '?';
    g_auto(GStrv) name = g_strsplit(want[i] + optional, "|", 2);
    where[i] = column_of(table, name[0], name[1]);
    if (where[i] < 0 && !optional) return complain(table, error, "no column %s in the header", name[0]);
  }
  return true;
}

static const char *cell_at(const Table *table, int column) {
  return column >= 0 && (guint)column < table->cell->len ? g_ptr_array_index(table->cell, (guint)column) : "";
}

static int kind_of(const char *text) {
  for (int k = 0; k < RS_N_SCORED; k++)
    if (!strcmp(text, kind_name[k])) return k;
  return -1;
}

/* ---- names ---- */

static char *keyed(int kind, const char *id) { return g_strdup_printf("%c%s", "pdih"[kind], id); }

/* The number of an entity; pseudonyms are looked up first. RS_NONE: a pseudonym nobody explains. */
static uint32_t number_of(RsScoredNames *names, int kind, const char *id) {
  g_autofree char *key = keyed(kind, id);
  const char *clear = names->clear ? g_hash_table_lookup(names->clear, key) : NULL;
  if (!clear && kind == RS_SCORED_PERSON && g_str_has_prefix(id, "p:")) return RS_NONE;
  if (clear) {
    g_free(key);
    key = keyed(kind, clear);
  }
  size_t length = strlen(key);
  return rs_dictionary_add(names->dictionary, key, length, rs_hash_bytes(key, length));
}

bool rs_scored_names_unmask(RsScoredNames *names, const char *path, GError **error) {
  static const char *const want[] = {"entity_type", "id_masked", "id"};
  g_auto(Table) table;
  int where[3] = {0}, more;
  if (!table_open(&table, path, error) || !table_header(&table, want, 3, where, error)) return false;
  if (!names->clear) names->clear = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
  while ((more = table_next(&table, error)) > 0) {
    int kind = kind_of(cell_at(&table, where[0]));
    if (kind < 0) continue; /* claims and settlements have pseudonyms too */
    g_hash_table_replace(names->clear, keyed(kind, cell_at(&table, where[1])), g_strdup(cell_at(&table, where[2])));
  }
  return more == 0;
}

/* ---- lists ---- */

static void group_free(void *data) {
  RsScoredGroup *group = data;
  g_free(group->id);
  g_free(group->kind);
  for (unsigned k = 0; k < RS_N_SCORED; k++) g_array_unref(group->member[k]);
  g_free(group);
}

static RsScoredGroup *group_add(RsScoredList *list, GHashTable *index, const char *id, const char *kind, unsigned pattern) {
  RsScoredGroup *group = g_new0(RsScoredGroup, 1);
  group->id = g_strdup(id), group->kind = g_strdup(kind), group->pattern = pattern;
  for (unsigned k = 0; k < RS_N_SCORED; k++) group->member[k] = g_array_new(FALSE, FALSE, sizeof(uint32_t));
  g_ptr_array_add(list->group, group);
  g_hash_table_insert(index, group->id, group);
  return group;
}

static RsScoredList *list_new(void) {
  RsScoredList *list = g_new0(RsScoredList, 1);
  list->group = g_ptr_array_new_with_free_func(group_free);
  return list;
}

void rs_scored_list_free(RsScoredList *list) {
  if (!list) return;
  g_ptr_array_unref(list->group);
  g_free(list);
}

static gint number_order(gconstpointer a, gconstpointer b) {
  uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
  return x < y ? -1 : x > y;
}

/* Members ascending and once: a row given twice changes nothing. */
static void list_settle(RsScoredList *list) {
  for (guint g = 0; g < list->group->len; g++) {
    RsScoredGroup *group = g_ptr_array_index(list->group, g);
    for (unsigned k = 0; k < RS_N_SCORED; k++) {
      GArray *member = group->member[k];
      g_array_sort(member, number_order);
      guint n = 0;
      for (guint i = 0; i < member->len; i++) {
        uint32_t value = g_array_index(member, uint32_t, i);
        if (n == 0 || g_array_index(member, uint32_t, n - 1) != value) g_array_index(member, uint32_t, n++) = value;
      }
      g_array_set_size(member, n);
    }
  }
}

static unsigned pattern_of(const char *text) {
  for (unsigned p = 0; p < RS_SCORED_UNKNOWN; p++)
    if (!strcmp(text, rs_scored_pattern_name[p])) return p;
  return RS_SCORED_UNKNOWN;
}

/* ring_id | pattern | entity_type | entity_id, or ring | person_id; `label` names the second column. */
typedef struct {
  const char *const *want;
  bool patterns;
} Shape;

static bool row_kind(const Table *table, const int *where, int *kind, const char **id, GError **error) {
  if (where[4] >= 0 && where[3] < 0) { /* ring,person_id */
    *kind = RS_SCORED_PERSON, *id = cell_at(table, where[4]);
  } else {
    *kind = kind_of(cell_at(table, where[2])), *id = cell_at(table, where[3]);
    if (*kind < 0)
      return complain(table, error, "entity_type '%s' is none of person, doctor, institution, drug", cell_at(table, where[2]));
  }
  if (!**id) return complain(table, error, "the entity has no id");
  return true;
}

static bool truth_row(RsScoredNames *names, RsScoredList *list, GHashTable *index, const Table *table, const int *where,
                      bool patterns, GHashTable *first_line, GError **error) {
  const char *ring = cell_at(table, where[0]), *label = where[1] >= 0 ? cell_at(table, where[1]) : NULL, *id;
  int kind;
  if (!*ring) return complain(table, error, "the row names no ring");
  if (!row_kind(table, where, &kind, &id, error)) return false;
  unsigned pattern = label && patterns ? pattern_of(label) : RS_SCORED_UNKNOWN;
  if (label && patterns && pattern == RS_SCORED_UNKNOWN && strcmp(label, "unknown") != 0)
    return complain(table, error, "pattern '%s' is not known", label);
  RsScoredGroup *group = g_hash_table_lookup(index, ring);
  if (!group) {
    group = group_add(list, index, ring, label, pattern);
    g_hash_table_insert(first_line, group, GUINT_TO_POINTER(table->line));
  }
  if (g_strcmp0(group->kind, label))
    return complain(table, error, "%s is called '%s' here and '%s' before", ring, label ? label : "",
                    group->kind ? group->kind : "");
  uint32_t number = number_of(names, kind, id);
  if (number == RS_NONE) return complain(table, error, "'%s' is a pseudonym; the answers need clear ids", id);
  g_array_append_val(group->member[kind], number);
  return true;
}

/* A ring must have what it is matched on. */
static bool truth_whole(const RsScoredList *list, GHashTable *first_line, Table *table, GError **error) {
  for (guint g = 0; g < list->group->len; g++) {
    const RsScoredGroup *group = g_ptr_array_index(list->group, g);
    bool pair = group->member[RS_SCORED_DOCTOR]->len && group->member[RS_SCORED_INSTITUTION]->len;
    bool outlets = group->member[RS_SCORED_INSTITUTION]->len > 1, persons = group->member[RS_SCORED_PERSON]->len > 0;
    table->line = GPOINTER_TO_UINT(g_hash_table_lookup(first_line, group));
    if (group->pattern == RS_SCORED_STEERING && !pair)
      return complain(table, error, "%s is steering and needs a doctor and an institution", group->id);
    if (group->pattern == RS_SCORED_DUPLICATE && !persons && !outlets)
      return complain(table, error, "%s is duplicate and needs persons or two institutions", group->id);
    if (group->pattern != RS_SCORED_STEERING && group->pattern != RS_SCORED_DUPLICATE && !persons)
      return complain(table, error, "%s has no persons to be matched on", group->id);
  }
  return true;
}

static RsScoredList *answers_read(RsScoredNames *names, const char *path, const char *const *want, bool patterns,
                                  GError **error) {
  g_auto(Table) table;
  int where[5], more;
  if (!table_open(&table, path, error) || !table_header(&table, want, 5, where, error)) return NULL;
  if (where[4] < 0 && (where[2] < 0 || where[3] < 0))
    return complain(&table, error, "no columns entity_type and entity_id in the header");
  g_autoptr(RsScoredList) list = list_new();
  g_autoptr(GHashTable) index = g_hash_table_new(g_str_hash, g_str_equal);
  g_autoptr(GHashTable) first_line = g_hash_table_new(NULL, NULL);
  while ((more = table_next(&table, error)) > 0)
    if (!truth_row(names, list, index, &table, where, patterns, first_line, error)) return NULL;
  if (more < 0) return NULL;
  list_settle(list);
  if (patterns && !truth_whole(list, first_line, &table, error)) return NULL;
  return g_steal_pointer(&list);
}

RsScoredList *rs_scored_truth_read(RsScoredNames *names, const char *path, GError **error) {
  static const char *const want[] = {"ring_id|ring", "?pattern", "?entity_type", "?entity_id", "?person_id|person"};
  return answers_read(names, path, want, true, error);
}

RsScoredList *rs_scored_innocent_read(RsScoredNames *names, const char *path, GError **error) {
  static const char *const want[] = {"group_id|group", "?kind", "?entity_type", "?entity_id", "?person_id|person"};
  return answers_read(names, path, want, false, error);
}

/* ---- leads ---- */

typedef struct {
  RsScoredGroup *group;
  guint64 rank;
  guint order;
} Ranked;

static gint rank_order(gconstpointer a, gconstpointer b) {
  const Ranked *x = a, *y = b;
  if (x->rank != y->rank) return x->rank < y->rank ? -1 : 1;
  return x->order < y->order ? -1 : x->order > y->order;
}

/* rings.csv: rank and pattern of each ring. */
static bool rings_read(RsScoredList *list, GHashTable *index, const char *path, GError **error) {
  static const char *const want[] = {"ring_id", "rank", "pattern"};
  g_auto(Table) table;
  int where[3] = {0}, more;
  if (!table_open(&table, path, error) || !table_header(&table, want, 3, where, error)) return false;
  g_autoptr(GArray) ranked = g_array_new(FALSE, FALSE, sizeof(Ranked));
  while ((more = table_next(&table, error)) > 0) {
    const char *id = cell_at(&table, where[0]), *label = cell_at(&table, where[2]);
    guint64 rank;
    if (!g_ascii_string_to_unsigned(cell_at(&table, where[1]), 10, 1, G_MAXUINT32, &rank, NULL))
      return complain(&table, error, "rank '%s' is not a number", cell_at(&table, where[1]));
    if (g_hash_table_contains(index, id)) return complain(&table, error, "%s comes twice", id);
    Ranked row = {group_add(list, index, id, label, pattern_of(label)), rank, ranked->len};
    g_array_append_val(ranked, row);
  }
  g_array_sort(ranked, rank_order);
  for (guint i = 0; i < ranked->len; i++) list->group->pdata[i] = g_array_index(ranked, Ranked, i).group;
  return more == 0;
}

static bool members_read(RsScoredNames *names, RsScoredList *list, GHashTable *index, const char *path, bool ranked,
                         GError **error) {
  static const char *const want[] = {"ring_id", "?pattern", "?entity_type", "?entity_id", "?person_id"};
  g_auto(Table) table;
  int where[5] = {0}, more;
  if (!table_open(&table, path, error) || !table_header(&table, want, 5, where, error)) return false;
  if (where[4] < 0 && (where[2] < 0 || where[3] < 0))
    return complain(&table, error, "no columns entity_type and entity_id in the header");
  while ((more = table_next(&table, error)) > 0) {
    const char *ring = cell_at(&table, where[0]), *id;
    int kind;
    RsScoredGroup *group = g_hash_table_lookup(index, ring);
    if (!group && ranked) return complain(&table, error, "%s is not in rings.csv", ring);
    if (!row_kind(&table, where, &kind, &id, error)) return false;
    const char *label = where[1] >= 0 ? cell_at(&table, where[1]) : NULL;
    if (!group) group = group_add(list, index, ring, label, label ? pattern_of(label) : RS_SCORED_UNKNOWN);
    uint32_t number = number_of(names, kind, id);
    if (number == RS_NONE) return complain(&table, error, "'%s' is a pseudonym and no id map explains it", id);
    g_array_append_val(group->member[kind], number);
  }
  return more == 0;
}

RsScoredList *rs_scored_leads_read(RsScoredNames *names, const char *path, GError **error) {
  g_autoptr(RsScoredList) list = list_new();
  g_autoptr(GHashTable) index = g_hash_table_new(g_str_hash, g_str_equal);
  bool folder = g_file_test(path, G_FILE_TEST_IS_DIR);
  g_autofree char *rings = folder ? g_build_filename(path, "rings.csv", NULL) : NULL;
  g_autofree char *members = folder ? g_build_filename(path, "members.csv", NULL) : g_strdup(path);
  if (folder) {
    g_autofree char *plain = g_canonicalize_filename(path, NULL), *ids = g_strconcat(plain, ".ids", NULL);
    if (g_file_test(ids, G_FILE_TEST_EXISTS) && !rs_scored_names_unmask(names, ids, error)) return NULL;
    if (!rings_read(list, index, rings, error)) return NULL;
  }
  if (!members_read(names, list, index, members, folder, error)) return NULL;
  list_settle(list);
  return g_steal_pointer(&list);
}
