/* graph/layout.h: where to draw the nodes of a ring's subgraph: a plan that reads the same way every time.
 *
 * The members stand on a ring in the middle (concentric rings when they are many), beside those they share most with. Around
 * them each other kind has a sector of its own, its nodes on arcs, near the members they are tied to. Nodes never overlap
 * unless the plan had to be shrunk into the page, which 300 nodes of the largest size need not. No force model: nothing to
 * converge, nothing random.
 * Cost O(members^2 * degree + nodes log nodes). */
#ifndef RS_GRAPH_LAYOUT_H
#define RS_GRAPH_LAYOUT_H

#include "graph/graph.h"

#define RS_LAYOUT_MAX_NODES 2000u
#define RS_LAYOUT_EXTENT 4500.0   /* coordinates stay within +- this, two decimals */
#define RS_LAYOUT_MAX_RADIUS 100.0
#define RS_LAYOUT_MAX_GROUPS 16u

/* group[i]    0 in the middle, 1 .. RS_LAYOUT_MAX_GROUPS - 1 around it in this order
 * radius[i]   of the drawn node, 0 .. RS_LAYOUT_MAX_RADIUS; NULL: all 10
 * error: RS_ERROR_LIMIT over RS_LAYOUT_MAX_NODES nodes, RS_ERROR_USAGE for a group or radius out of range. */
bool rs_layout(const RsGraph *graph, const uint8_t *group, const double *radius, double *x, double *y, GError **error);

/* gap       free space between two nodes
 * corridor  between the middle of a ring and what stands around it */
typedef struct { double gap, corridor; } RsLayoutSpace;

/* Many rings on one page: each a cluster laid out like a ring of its own, with what is tied to it alone; the clusters in order on a
 * spiral from the middle outwards, none over another; what two or three rings share stands between them where there is room; all other
 * nodes in sectors by kind around the whole. Any number of nodes.
 *
 * ring[i]   0 .. n_rings - 1, or RS_NONE: in none
 * others    as above
 * error     RS_ERROR_USAGE as above
 * Coordinates are not shrunk into the page: *extent gets the largest of them.
 * Cost      O(edges + sum over rings of members^2 * degree + min(n_rings, 600)^2) */
bool rs_layout_rings(const RsGraph *graph, const uint8_t *group, const uint32_t *ring, uint32_t n_rings, const double *radius,
                     RsLayoutSpace space, double *x, double *y, double *extent, GError **error);
/* Shrinks what does not fit the page, and rounds to two decimals; never writes a negative zero. */
void rs_layout_shrink(uint32_t n, double *x, double *y);

#endif
