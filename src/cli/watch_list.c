#include "cli/watch_list.h"

#include "base/error.h"
#include "base/words.h"
#include "base/hash.h"
#include "cli/options.h"

#include <string.h>

enum { TYPE, ID, NOTE, N_COLUMNS };
static const RsListColumn column[N_COLUMNS] = {{NC_("list", "type"), true}, {NC_("list", "id"), true}, {NC_("list", "note"), false}};

static bool type_known(const RsList *list, uint32_t row, GError **error) {
  static const char *const words[] = {"person", "doctor", "institution", "drug", "trace", NULL};
  bool box;
  const char *word = list->cell[TYPE][row], *nearest = rs_options_nearest(word, words);
  if (rs_finder_kind(word, &box) != RS_N_KINDS) return true;
  g_autofree char *in_chinese = rs_finder_chinese_kinds();
  if (nearest != NULL)
    g_set_error(error, RS_ERROR, RS_ERROR_INPUT, _("%s:%llu: '%s' is none of person, doctor, institution, drug, trace (in Chinese %s); did you mean '%s'?"), list->path,
                (unsigned long long)list->line[row], word, in_chinese, nearest);
  else /* what is like none of these may be an id */
    g_set_error(error, RS_ERROR, RS_ERROR_INPUT, _("%s:%llu: the type is none of person, doctor, institution, drug, trace (in Chinese %s)"), list->path,
                (unsigned long long)list->line[row], in_chinese);
  return false;
}

/* One entity is watched once. */
static bool rows_agree(const RsList *list, GError **error) {
  g_autoptr(GHashTable) first = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
  for (uint32_t i = 0; i < list->n; i++) {
    bool box = false;
    RsKind kind = rs_finder_kind(list->cell[TYPE][i], &box);
    char *key = g_strdup_printf("%u%u%s", (unsigned)kind, box, list->cell[ID][i]);
    gpointer before = g_hash_table_lookup(first, key);
    if (before != NULL) {
      g_set_error(error, RS_ERROR, RS_ERROR_INPUT, _("%s:%llu: the same %s as in line %llu"), list->path, (unsigned long long)list->line[i],
                  list->cell[TYPE][i], (unsigned long long)list->line[GPOINTER_TO_UINT(before) - 1]);
      g_free(key);
      return false;
    }
    g_hash_table_insert(first, key, GUINT_TO_POINTER(i + 1));
  }
  return true;
}

RsList *rs_watch_list_read(const char *path, GError **error) {
  g_autoptr(RsList) list = rs_list_read(path, column, N_COLUMNS, error);
  for (uint32_t i = 0; list != NULL && i < list->n; i++)
    if (!type_known(list, i, error)) return NULL;
  return list != NULL && rows_agree(list, error) ? g_steal_pointer(&list) : NULL;
}

RsWatchList *rs_watch_list_bind(const RsList *list, RsFinder *finder) {
  RsWatchList *watch = g_new0(RsWatchList, 1);
  watch->n = list->n;
  watch->entry = g_new0(RsWatchEntry, (gsize)list->n + 1);
  for (uint32_t i = 0; i < list->n; i++) {
    RsWatchEntry *entry = &watch->entry[i];
    const char *id = list->cell[ID][i];
    entry->kind = rs_finder_kind(list->cell[TYPE][i], &entry->box);
    entry->line = list->line[i];
    entry->text = g_strdup(id);
    entry->note = g_strdup(list->cell[NOTE][i]);
    entry->id = entry->box ? RS_NONE : rs_finder_find(finder, entry->kind, id);
    if (entry->box) entry->trace = MAX(rs_hash_bytes(id, strlen(id)), 1);
    entry->nearest = entry->box || entry->id != RS_NONE ? g_strdup("") : rs_finder_nearest(finder, entry->kind, id);
  }
  return watch;
}
