#include "reference/check_rules.h"

static RsClosedSet count(const RsItemRows *rows, uint32_t items) {
  RsClosedSet set = {items, 0, 0};
  g_autoptr(GHashTable) persons = g_hash_table_new(NULL, NULL);
  for (uint32_t r = 0; r < rows->n_rows; r++) {
    if ((rows->row[r] & items) != items) continue;
    set.n_rows++;
    g_hash_table_add(persons, GUINT_TO_POINTER(rows->row_person[r]));
  }
  set.n_persons = g_hash_table_size(persons);
  return set;
}

GArray *check_closed_sets(const RsItemRows *rows, uint32_t min_persons) {
  GArray *out = g_array_new(FALSE, FALSE, sizeof(RsClosedSet));
  for (uint32_t items = 1; items < UINT32_C(1) << rows->n_items; items++) {
    RsClosedSet set = count(rows, items);
    bool closed = set.n_persons >= min_persons && set.n_persons > 0;
    for (uint32_t i = 0; i < rows->n_items && closed; i++)
      if (!(items >> i & 1u)) closed = count(rows, items | UINT32_C(1) << i).n_rows < set.n_rows;
    if (closed) g_array_append_val(out, set);
  }
  return out;
}
