/* tests/bench/graphml_peers.h: the whole knowledge graph as GraphML by two general writers, with the data elements that ours has: what
 * our formatting is compared with. */
#ifndef RS_BENCH_GRAPHML_PEERS_H
#define RS_BENCH_GRAPHML_PEERS_H

#include "bench/claims_draw.h"
#include "exporters/entities.h"

/* libxml2's xmlTextWriter. */
bool rs_peer_xml_writer(const RsKnowledge *knowledge, const RsEntities *entities, const char *path);

/* igraph's igraph_write_graph_graphml: building its graph and attributes is not part of what is timed. */
typedef struct RsPeerIgraph RsPeerIgraph;
RsPeerIgraph *rs_peer_igraph_new(const RsKnowledge *knowledge, const RsEntities *entities);
bool rs_peer_igraph_write(const RsPeerIgraph *peer, const char *path);
void rs_peer_igraph_free(RsPeerIgraph *peer);

#endif
