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

#endif
