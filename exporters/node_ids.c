#include "exporters/node_ids.h"

#include "base/parallel.h"
#include "exporters/xml_writer.h"

#include <stdlib.h>

const char rs_kind_letter[RS_N_KINDS] = {'P', 'D', 'I', 'M'};

#define CHUNK 4096u

typedef struct {
  const RsKnowledge *knowledge;
  const RsMask *mask;
  uint32_t n;
  const RsKind *kind;
  const uint32_t *source;
  RsKind one_kind;
  bool measure;
  RsNodeIds *ids;
} Work;

static size_t id_of(const Work *work, uint32_t i, char id[RS_XML_ID_SIZE]) {
  char buffer[32];
  const RsKind kind = work->kind == NULL ? work->one_kind : work->kind[i];
  const char *key = rs_knowledge_id(work->knowledge, kind, work->source == NULL ? i : work->source[i]);
  return rs_xml_id(rs_kind_letter[kind], rs_mask_entity(work->mask, kind, key, buffer), id);
}

/* A pseudonym's length is known without computing it. */
static size_t id_length(const Work *work, uint32_t i) {
  char id[RS_XML_ID_SIZE];
  const RsKind kind = work->kind == NULL ? work->one_kind : work->kind[i];
  const bool masked = kind == RS_PERSON && !rs_mask_is_clear(work->mask) &&
                      *rs_knowledge_id(work->knowledge, kind, work->source == NULL ? i : work->source[i]) != '\0';
  return masked ? strlen("P:p:") + 16 : id_of(work, i, id);
}

static void chunk_run(size_t task, unsigned thread, void *data) {
  (void)thread;
  const Work *work = data;
  const uint32_t begin = (uint32_t)task * CHUNK, end = MIN(work->n, begin + CHUNK);
  char id[RS_XML_ID_SIZE];
  for (uint32_t i = begin; i < end; i++) {
    if (work->measure) work->ids->offset[i + 1] = id_length(work, i) + 1;
    else {
      const size_t length = id_of(work, i, id);
      memcpy(work->ids->bytes + work->ids->offset[i], id, length + 1);
    }
  }
}

/* The next eight bytes after what all ids begin with, as a number that sorts as they do; ids are compared whole on ties only. */
typedef struct { uint64_t prefix; uint32_t node; } Item;

static int compare_items(const void *a, const void *b, void *data) {
  const Item *x = a, *y = b;
  const RsNodeIds *ids = data;
  if (x->prefix != y->prefix) return x->prefix < y->prefix ? -1 : 1;
  return strcmp(rs_node_id(ids, x->node), rs_node_id(ids, y->node));
}

static size_t common_length(const RsNodeIds *ids) {
  const char *first = rs_node_id(ids, 0);
  size_t common = rs_node_id_length(ids, 0);
  for (uint32_t i = 1; i < ids->n && common > 0; i++) {
    const char *id = rs_node_id(ids, i);
    size_t same = 0;
    while (same < common && id[same] == first[same]) same++;
    common = same;
  }
  return common;
}

static uint64_t prefix_of(const char *text) {
  uint64_t prefix = 0;
  bool ended = false;
  for (unsigned i = 0; i < 8; i++) {
    ended = ended || text[i] == '\0';
    prefix = prefix << 8 | (ended ? 0u : (unsigned char)text[i]);
  }
  return prefix;
}

static bool already_sorted(const RsNodeIds *ids) {
  for (uint32_t i = 1; i < ids->n; i++)
    if (strcmp(rs_node_id(ids, i - 1), rs_node_id(ids, i)) > 0) return false;
  return true;
}

static void ids_sort(RsNodeIds *ids) {
  for (uint32_t i = 0; i < ids->n; i++) ids->order[i] = i;
  ids->in_order = already_sorted(ids);
  if (!ids->in_order) {
    const size_t common = common_length(ids);
    g_autofree Item *item = g_new(Item, ids->n);
    for (uint32_t i = 0; i < ids->n; i++) item[i] = (Item){prefix_of(rs_node_id(ids, i) + common), i};
    qsort_r(item, ids->n, sizeof *item, compare_items, ids);
    for (uint32_t i = 0; i < ids->n; i++) ids->order[i] = item[i].node;
  }
  for (uint32_t i = 0; i < ids->n; i++) ids->rank[ids->order[i]] = i;
}

RsNodeIds *rs_node_ids_new(const RsKnowledge *knowledge, const RsMask *mask, uint32_t n, const RsKind *kind,
                           const uint32_t *source, RsKind one_kind, unsigned n_threads) {
  RsNodeIds *ids = g_new0(RsNodeIds, 1);
  Work work = {knowledge, mask, n, kind, source, one_kind, true, ids};
  ids->n = n;
  ids->offset = g_new0(uint64_t, (gsize)n + 1);
  ids->order = g_new(uint32_t, (gsize)n + 1);
  ids->rank = g_new(uint32_t, (gsize)n + 1);
  rs_parallel(n_threads, ((size_t)n + CHUNK - 1) / CHUNK, chunk_run, &work);
  for (uint32_t i = 0; i < n; i++) ids->offset[i + 1] += ids->offset[i];
  ids->bytes = g_malloc(ids->offset[n] + 1);
  work.measure = false;
  rs_parallel(n_threads, ((size_t)n + CHUNK - 1) / CHUNK, chunk_run, &work);
  ids_sort(ids);
  return ids;
}

void rs_node_ids_free(RsNodeIds *ids) {
  if (ids == NULL) return;
  g_free(ids->offset);
  g_free(ids->bytes);
  g_free(ids->order);
  g_free(ids->rank);
  g_free(ids);
}
