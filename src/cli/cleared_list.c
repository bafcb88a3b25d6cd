#include "cli/cleared_list.h"

#include "base/calendar.h"
#include "base/error.h"
#include "base/words.h"
#include "cli/nearest.h"

#include <string.h>

enum { SUBJECT, REASON, BY, UNTIL, GROUP, N_COLUMNS };
static const RsListColumn column[N_COLUMNS] = {{NC_("list", "subject"), true}, {NC_("list", "reason"), true}, {NC_("list", "by"), true},
                                               {NC_("list", "until"), false}, {NC_("list", "group"), false}};

/* "person:P1": its kind, and the id; RS_N_KINDS: none such. */
static RsKind subject_kind(const char *subject, const char **id) {
  const char *colon = strchr(subject, ':');
  if (colon == NULL || colon[1] == '\0') return RS_N_KINDS;
  g_autofree char *word = g_strndup(subject, (gsize)(colon - subject));
  *id = colon + 1;
  return rs_finder_kind(word, NULL);
}

/* 32 hex digits, or the pseudonym of them. */
static bool is_key(const char *subject) {
  const size_t n = strlen(subject);
  if (strncmp(subject, "l:", 2) == 0) return n == 18;
  return n == 32 && strspn(subject, "0123456789abcdef") == 32;
}

static bool read_until(const char *text, uint16_t *day) {
  uint32_t seconds;
  *day = UINT16_MAX;
  if (*text == '\0') return true;
  const RsTimeStatus status = rs_time_parse(text, strlen(text), &seconds);
  if (status != RS_TIME_OK && status != RS_TIME_DATE_ONLY) return false;
  *day = (uint16_t)(seconds / RS_DAY_SECONDS);
  return true;
}

/* Of what may be an id, only the kind before it is shown. */
static bool subject_refuse(const char *path, unsigned long long line, const char *subject, GError **error) {
  const char *colon = strchr(subject, ':');
  if (colon != NULL && strcspn(subject, "0123456789") > (size_t)(colon - subject))
    g_set_error(error, RS_ERROR, RS_ERROR_INPUT, _("%s:%llu: '%.*s:' is neither a lead_key nor person:ID, institution:ID or doctor:ID"), path, line, (int)(colon - subject), subject);
  else g_set_error(error, RS_ERROR, RS_ERROR_INPUT, _("%s:%llu: the subject is neither a lead_key nor person:ID, institution:ID or doctor:ID"), path, line);
  return false;
}

static bool row_good(const RsList *list, uint32_t i, GHashTable *first, GError **error) {
  const char *subject = list->cell[SUBJECT][i], *id;
  const unsigned long long line = list->line[i];
  const RsKind kind = subject_kind(subject, &id);
  uint16_t day;
  if (!is_key(subject) && (kind == RS_N_KINDS || kind == RS_DRUG))
    return subject_refuse(list->path, line, subject, error);
  if (!read_until(list->cell[UNTIL][i], &day))
    return g_set_error(error, RS_ERROR, RS_ERROR_INPUT, _("%s:%llu: until is no date like 2025-03-01"), list->path, line), false;
  gpointer before = g_hash_table_lookup(first, subject);
  if (before != NULL) {
    g_set_error(error, RS_ERROR, RS_ERROR_INPUT, _("%s:%llu: this is cleared in line %llu already: say it once"), list->path, line,
                (unsigned long long)list->line[GPOINTER_TO_UINT(before) - 1]);
    return false;
  }
  g_hash_table_insert(first, (gpointer)subject, GUINT_TO_POINTER(i + 1));
  return true;
}

RsList *rs_cleared_list_read(const char *path, GError **error) {
  g_autoptr(RsList) list = rs_list_read(path, column, N_COLUMNS, error);
  g_autoptr(GHashTable) first = g_hash_table_new(g_str_hash, g_str_equal);
  for (uint32_t i = 0; list != NULL && i < list->n; i++)
    if (!row_good(list, i, first, error)) return NULL;
  return g_steal_pointer(&list);
}

static const char *print_key(const char *lead_key, char buffer[32], void *mask) {
  return mask == NULL ? lead_key : rs_mask_text(mask, 'l', lead_key, buffer);
}

/* Keys of the former case that look like it. */
static char *nearest_key(const RsFormer *former, const char *key) {
  g_autoptr(GPtrArray) keys = g_ptr_array_new();
  for (guint i = 0; former != NULL && i < former->lead->len; i++) {
    const RsFormerLead *lead = g_ptr_array_index(former->lead, i);
    if (strcmp(lead->key, key) == 0) return g_strdup("");
    g_ptr_array_add(keys, lead->key);
  }
  return rs_nearest_names(key, keys);
}

RsClearances *rs_cleared_list_bind(const RsList *list, RsFinder *finder, const RsFormer *former, const RsMask *mask) {
  RsClearances *all = g_new0(RsClearances, 1);
  all->n = list->n;
  all->clearance = g_new0(RsClearance, (gsize)list->n + 1);
  all->printed = print_key;
  all->data = (void *)mask;
  for (uint32_t i = 0; i < list->n; i++) {
    RsClearance *c = &all->clearance[i];
    const char *subject = list->cell[SUBJECT][i], *id = "";
    c->line = list->line[i];
    c->is_lead = is_key(subject);
    c->kind = c->is_lead ? RS_PERSON : subject_kind(subject, &id);
    c->id = c->is_lead ? RS_NONE : rs_finder_find(finder, c->kind, id);
    c->subject = g_strdup(subject);
    c->group = g_strdup(list->cell[GROUP][i]);
    c->reason = g_strdup(list->cell[REASON][i]);
    c->by = g_strdup(list->cell[BY][i]);
    c->until = g_strdup(list->cell[UNTIL][i]);
    read_until(c->until, &c->until_day);
    c->nearest = c->is_lead ? nearest_key(former, subject) : c->id != RS_NONE ? g_strdup("") : rs_finder_nearest(finder, c->kind, id);
  }
  return all;
}
