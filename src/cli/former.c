#include "cli/former.h"

#include "base/error.h"
#include "base/words.h"
#include "cli/finder.h"

#include <string.h>

RsCaseRead *rs_former_open(const char *folder, const char *mask_key, GError **error) {
  g_autoptr(RsCaseRead) read = rs_case_read_new(folder, mask_key, error);
  if (read == NULL) return NULL;
  if (!read->masked || read->mask != NULL) return g_steal_pointer(&read);
  g_set_error(error, RS_ERROR, RS_ERROR_INPUT, _("'%s' is masked and its key is not beside it: give --mask-key FILE"), folder);
  return NULL;
}

static int compare_numbers(const void *x, const void *y) {
  uint32_t a = *(const uint32_t *)x, b = *(const uint32_t *)y;
  return (a > b) - (a < b);
}

static void member_add(RsFormerLead *lead, RsFinder *finder, const char *type, const char *id) {
  const RsKind kind = rs_finder_kind(type, NULL);
  if (lead == NULL || kind == RS_N_KINDS) return;
  const uint32_t number = rs_finder_find(finder, kind, id);
  lead->n_all[kind]++;
  g_ptr_array_add(lead->text[kind], g_strdup(id));
  if (number != RS_NONE) g_array_append_val(lead->member[kind], number);
}

static void sort_members(RsFormer *former) {
  for (guint i = 0; i < former->lead->len; i++) {
    RsFormerLead *lead = g_ptr_array_index(former->lead, i);
    for (int k = 0; k < RS_N_KINDS; k++) g_array_sort(lead->member[k], compare_numbers);
  }
}

RsFormer *rs_former_read(const RsCaseRead *read, const RsKnowledge *knowledge, unsigned n_threads, GError **error) {
  g_autoptr(RsCaseRows) rings = rs_case_read_rows(read, RS_TABLE_RING, NULL, error);
  g_autoptr(RsCaseRows) members = rings == NULL ? NULL : rs_case_read_rows(read, RS_TABLE_MEMBER, NULL, error);
  g_autoptr(RsCaseRows) aside = members == NULL ? NULL : rs_case_read_rows(read, RS_TABLE_CLEARED_MEMBER, NULL, error);
  if (aside == NULL) return NULL;
  g_autoptr(RsFormer) former = rs_former_new();
  g_autoptr(RsFinder) finder = rs_finder_new(knowledge, read->mask, n_threads);
  g_autoptr(GHashTable) by_id = g_hash_table_new(g_str_hash, g_str_equal), by_key = g_hash_table_new(g_str_hash, g_str_equal);
  for (guint i = 0; i < rings->n; i++) {
    RsFormerLead *lead = rs_former_lead_new(rs_case_rows_text(rings, i, "lead_key"), (int32_t)rs_case_rows_integer(rings, i, "score"));
    g_ptr_array_add(former->lead, lead);
    g_hash_table_insert(by_id, (gpointer)rs_case_rows_text(rings, i, "ring_id"), lead);
  }
  for (guint i = 0; i < members->n; i++)
    member_add(g_hash_table_lookup(by_id, rs_case_rows_text(members, i, "ring_id")), finder, rs_case_rows_text(members, i, "entity_type"),
               rs_case_rows_text(members, i, "entity_id"));
  for (guint i = 0; i < aside->n; i++) {
    const char *key = rs_case_rows_text(aside, i, "lead_key");
    RsFormerLead *lead = g_hash_table_lookup(by_key, key);
    if (lead == NULL) {
      lead = rs_former_lead_new(key, (int32_t)rs_case_rows_integer(aside, i, "score"));
      g_ptr_array_add(former->lead, lead);
      g_hash_table_insert(by_key, lead->key, lead);
    }
    member_add(lead, finder, rs_case_rows_text(aside, i, "entity_type"), rs_case_rows_text(aside, i, "entity_id"));
  }
  sort_members(former);
  return g_steal_pointer(&former);
}
