#include "exporters/case_source.h"

#include <string.h>

/* A row from memory as one from a folder: texts are never NULL, what has no number is empty. */
typedef struct {
  RsRowFunc row;
  void *data;
} Hand;

static void row_hand(const RsTable *table, const RsCell *cell, void *data) {
  const Hand *hand = data;
  RsCell whole[RS_MAX_COLUMNS];
  for (unsigned i = 0; i < table->n_columns; i++) {
    whole[i] = cell[i];
    if (whole[i].text == NULL) whole[i].text = "";
  }
  hand->row(table, whole, hand->data);
}

/* The number of a ring by its id, RS_NONE: there is none. */
static uint32_t ring_number(const RsRings *rings, const char *ring_id) {
  const guint64 n = *ring_id == 'R' ? g_ascii_strtoull(ring_id + 1, NULL, 10) : 0;
  return n >= 1 && n <= rings->n_rings ? (uint32_t)n - 1 : RS_NONE;
}

bool rs_case_source_walk(const RsCaseSource *source, unsigned table, const char *ring_id, RsRowFunc row, void *data, GError **error) {
  const char *const where[] = {"ring_id", ring_id, NULL};
  if (source->view == NULL) return rs_sqlite_walk(source->read->database, &rs_table[table], ring_id == NULL ? NULL : where, row, data, error);
  Hand hand = {row, data};
  if (ring_id == NULL) {
    rs_table_walk(&rs_table[table], source->view, row_hand, &hand);
    return true;
  }
  g_assert(rs_table[table].of_ring != NULL);
  const uint32_t ring = ring_number(source->view->c->rings, ring_id);
  if (ring != RS_NONE) rs_table[table].of_ring(source->view, ring, row_hand, &hand);
  return true;
}

RsCaseRows *rs_case_source_rows(const RsCaseSource *source, unsigned table, const char *ring_id, GError **error) {
  g_autoptr(RsCaseRows) rows = rs_case_rows_new(table);
  return rs_case_source_walk(source, table, ring_id, rs_case_rows_keep, rows, error) ? g_steal_pointer(&rows) : NULL;
}

RsPicture *rs_case_source_picture(const RsCaseSource *source, const char *ring_id, GError **error) {
  if (source->view == NULL) return rs_picture_from_case_undated(source->read, ring_id, error);
  const RsCase *c = source->view->c;
  const uint32_t ring = ring_number(c->rings, ring_id);
  g_assert(ring != RS_NONE);
  g_autoptr(RsSubgraph) subgraph = rs_subgraph_new(c->knowledge, source->view->data->entities, source->view->data->memberships, ring,
                                                     source->view->data->subgraph, c->n_threads);
  return rs_picture_from_subgraph(c, source->view->mask, source->view->data->entities, subgraph, ring);
}

bool rs_case_source_masked(const RsCaseSource *source) {
  return source->view != NULL ? !rs_mask_is_clear(source->view->mask) : source->read->masked;
}
