#include "reference/graph_check.h"

static void row_free(gpointer data) {
  RsCheckRow *row = data;
  g_hash_table_unref(row->visits);
  g_hash_table_unref(row->days);
  g_free(row);
}

static int row_order(gconstpointer x, gconstpointer y) {
  const RsCheckRow *a = *(RsCheckRow *const *)x, *b = *(RsCheckRow *const *)y;
  if (a->from != b->from) return a->from < b->from ? -1 : 1;
  return a->to < b->to ? -1 : a->to > b->to;
}

static uint32_t end_of(const RsClaims *claims, RsKind kind, uint64_t line) {
  uint32_t visit = rs_claims_line_visit(claims, line);
  switch (kind) {
  case RS_PERSON: return rs_claims_visit_person(claims, visit);
  case RS_INSTITUTION: return claims->visit_institution[visit];
  case RS_DOCTOR: return rs_line_doctor(claims, line);
  default: return rs_line_drug(claims, line);
  }
}

static RsCheckRow *row_get(GHashTable *by_ends, GPtrArray *rows, uint32_t from, uint32_t to) {
  g_autofree char *key = g_strdup_printf("%u %u", from, to);
  RsCheckRow *row = g_hash_table_lookup(by_ends, key);
  if (row != NULL) return row;
  row = g_new0(RsCheckRow, 1);
  row->from = from;
  row->to = to;
  row->visits = g_hash_table_new(NULL, NULL);
  row->days = g_hash_table_new(NULL, NULL);
  g_hash_table_insert(by_ends, g_steal_pointer(&key), row);
  g_ptr_array_add(rows, row);
  return row;
}

GPtrArray *rs_check_relation(const RsClaims *claims, RsRelationKind kind) {
  GPtrArray *rows = g_ptr_array_new_with_free_func(row_free);
  g_autoptr(GHashTable) by_ends = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
  for (uint64_t line = 0; line < claims->n_lines; line++) {
    uint32_t from = end_of(claims, rs_relation_from[kind], line), to = end_of(claims, rs_relation_to[kind], line);
    uint32_t visit = rs_claims_line_visit(claims, line);
    if (from == RS_NONE || to == RS_NONE) continue;
    RsCheckRow *row = row_get(by_ends, rows, from, to);
    g_hash_table_add(row->visits, GUINT_TO_POINTER(visit));
    g_hash_table_add(row->days, GUINT_TO_POINTER(claims->visit_time[visit] / 86400u));
    row->lines++;
    row->amount += rs_line_amount(claims, line);
    row->fund += rs_line_fund(claims, line);
  }
  g_ptr_array_sort(rows, row_order);
  return rows;
}
