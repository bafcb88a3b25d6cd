/* exporters/node_ids.h: the exported ids of many nodes in one block, and their order by bytes.
 * Cost: the ids' own bytes, 8 bytes of offset and 8 of order a node; pseudonyms are computed by several threads. */
#ifndef RS_EXPORTERS_NODE_IDS_H
#define RS_EXPORTERS_NODE_IDS_H

#include "exporters/mask.h"

typedef struct {
  uint32_t n;
  uint64_t *offset; /* [n + 1]; id i is bytes[offset[i]] .. offset[i+1]-2, then a NUL */
  char *bytes;
  uint32_t *order;  /* [n]; order[0] is the node with the smallest id */
  uint32_t *rank;   /* [n]; inverse of order */
  bool in_order;    /* order[i] == i throughout */
} RsNodeIds;

/* kind[i] and source[i]: numbers of the entities; kind NULL: all of one_kind, numbered 0..n-1 (source NULL). */
RsNodeIds *rs_node_ids_new(const RsKnowledge *knowledge, const RsMask *mask, uint32_t n, const RsKind *kind,
                           const uint32_t *source, RsKind one_kind, unsigned n_threads);
void rs_node_ids_free(RsNodeIds *ids);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(RsNodeIds, rs_node_ids_free)

static inline const char *rs_node_id(const RsNodeIds *ids, uint32_t i) { return ids->bytes + ids->offset[i]; }
static inline size_t rs_node_id_length(const RsNodeIds *ids, uint32_t i) {
  return (size_t)(ids->offset[i + 1] - ids->offset[i] - 1);
}

extern const char rs_kind_letter[RS_N_KINDS]; /* P D I M */

#endif
