/* graph/layout_plan.h: what rs_layout() and rs_layout_rings() share: members in the middle, the other kinds in sectors around them. */
#ifndef RS_GRAPH_LAYOUT_PLAN_H
#define RS_GRAPH_LAYOUT_PLAN_H

#include "graph/layout.h"

#define RS_LAYOUT_SMALLEST_SHARE 0.06 /* of the circle, for a kind with few nodes */

typedef struct {
  const RsGraph *graph;
  const uint8_t *group;
  const double *radius;
  RsLayoutSpace space;
  double *x, *y;
  uint32_t *order; /* nodes, group by group */
  double *wish;    /* [n_nodes] angle a node would like, off its sector's middle */
  uint32_t first[RS_LAYOUT_MAX_GROUPS + 1]; /* of each group in order */
  double width[RS_LAYOUT_MAX_GROUPS];       /* room a node of the group takes */
} RsLayoutPlan;

bool rs_layout_checked(const RsGraph *graph, const uint8_t *group, const double *radius, GError **error);
/* How many nodes stand `width` apart on an arc of this angle and radius. */
uint32_t rs_layout_arc_capacity(double radius, double angle, double width);
/* Everything; returns the radius of the disc that holds it. */
double rs_layout_whole(RsLayoutPlan *plan);

#endif
