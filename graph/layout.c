#include "graph/layout_plan.h"

#include "base/error.h"
#include "base/words.h"

#include <math.h>

#define LARGEST_MIDDLE_RING 48u /* more members fill several rings */
#define ARCS 3.0               /* arcs a sector should need */
#define FARTHEST_START 2500.0  /* of the first arc: beyond, more arcs are better than a wider circle */

static double node_radius(const RsLayoutPlan *plan, uint32_t v) { return plan->radius == NULL ? 10 : plan->radius[v]; }

static void node_place(RsLayoutPlan *plan, uint32_t v, double distance, double angle) {
  plan->x[v] = distance * cos(angle);
  plan->y[v] = distance * sin(angle);
}

static void groups_collect(RsLayoutPlan *plan) {
  uint32_t n = 0;
  for (uint32_t g = 0; g < RS_LAYOUT_MAX_GROUPS; g++) {
    double largest = 0;
    plan->first[g] = n;
    for (uint32_t v = 0; v < plan->graph->n_nodes; v++) {
      if (plan->group[v] != g) continue;
      plan->order[n++] = v;
      largest = MAX(largest, node_radius(plan, v));
    }
    plan->width[g] = 2 * largest + plan->space.gap;
  }
  plan->first[RS_LAYOUT_MAX_GROUPS] = n;
}

/* ---- the middle ---- */

static uint32_t shared_neighbors(const RsGraph *graph, uint32_t a, uint32_t b) {
  uint64_t i = graph->offset[a], j = graph->offset[b];
  uint32_t n = 0;
  while (i < graph->offset[a + 1] && j < graph->offset[b + 1]) {
    uint32_t x = graph->neighbor[i], y = graph->neighbor[j];
    n += x == y;
    i += x <= y;
    j += y <= x;
  }
  return n;
}

/* A chain through the members: each is followed by the one left that shares most with it; ties to the smaller number. */
static void members_chain(RsLayoutPlan *plan) {
  uint32_t *member = plan->order, n = plan->first[1];
  for (uint32_t i = 0; i + 1 < n; i++) {
    uint32_t best = i + 1, most = 0;
    for (uint32_t j = i + 1; j < n; j++) {
      uint32_t shared = shared_neighbors(plan->graph, member[i], member[j]);
      if (shared < most || (shared == most && member[j] > member[best])) continue;
      best = j;
      most = shared;
    }
    uint32_t next = member[best];
    member[best] = member[i + 1];
    member[i + 1] = next;
  }
}

/* The radius of a ring on which n neighbours stand `width` apart. */
static double ring_radius(uint32_t n, double width) { return n < 2 ? 0 : width / (2 * sin(G_PI / n)); }

/* How many nodes stand `width` apart on an arc of this angle and radius; the small allowance is for rounding. */
uint32_t rs_layout_arc_capacity(double radius, double angle, double width) {
  if (width > 2 * radius) return 0;
  return (uint32_t)(angle / (2 * asin(width / (2 * radius))) + 1e-9);
}

/* Places the members; returns the radius of the disc that holds them. */
static double middle_place(RsLayoutPlan *plan) {
  uint32_t n = plan->first[1], placed = 0;
  double width = plan->width[0];
  if (n <= LARGEST_MIDDLE_RING) {
    double distance = ring_radius(n, width);
    for (uint32_t i = 0; i < n; i++) node_place(plan, plan->order[i], distance, 2 * G_PI * i / n);
    return distance + width / 2;
  }
  double distance = width;
  for (;; distance += width) {
    uint32_t here = MIN(n - placed, rs_layout_arc_capacity(distance, 2 * G_PI, width));
    for (uint32_t i = 0; i < here; i++) node_place(plan, plan->order[placed + i], distance, 2 * G_PI * i / here);
    placed += here;
    if (placed == n) return distance + width / 2;
  }
}

/* ---- around it ---- */

static int wish_order(gconstpointer a, gconstpointer b, gpointer data) {
  const RsLayoutPlan *plan = data;
  uint32_t v = *(const uint32_t *)a, w = *(const uint32_t *)b;
  double x = plan->wish[v], y = plan->wish[w];
  if (x < y || x > y) return x < y ? -1 : 1;
  return (v > w) - (v < w);
}

/* A node wishes to stand in the direction of the members it is tied to. */
static void wishes_make(RsLayoutPlan *plan, uint32_t g, double middle) {
  for (uint32_t i = plan->first[g]; i < plan->first[g + 1]; i++) {
    uint32_t v = plan->order[i];
    double x = 0, y = 0;
    for (uint64_t e = plan->graph->offset[v]; e < plan->graph->offset[v + 1]; e++) {
      if (plan->group[plan->graph->neighbor[e]] != 0) continue;
      x += plan->x[plan->graph->neighbor[e]];
      y += plan->y[plan->graph->neighbor[e]];
    }
    double angle = fabs(x) + fabs(y) < 1e-6 ? 0 : remainder(atan2(y, x) - middle, 2 * G_PI);
    plan->wish[v] = round(angle * 1e6) / 1e6;
  }
  g_qsort_with_data(&plan->order[plan->first[g]], (gint)(plan->first[g + 1] - plan->first[g]), sizeof *plan->order, wish_order,
                    plan);
}

/* Fills a sector with the group's nodes, arc by arc from the inside; each arc takes evenly spaced ones of the nodes left, sorted by
 * wish, so that it spans all directions. Half a slot stays free at either border, so neighbouring sectors do not touch. */
static void sector_place(RsLayoutPlan *plan, uint32_t g, double from, double angle, double distance) {
  uint32_t n = plan->first[g + 1] - plan->first[g], n_arcs = 0, total = 0, done = 0;
  double width = plan->width[g];
  g_autofree uint32_t *capacity = g_new(uint32_t, (gsize)n + 1);
  double start = distance;
  while (rs_layout_arc_capacity(start, angle, width) == 0) start += width;
  while (total < n) {
    capacity[n_arcs] = MIN(n - total, rs_layout_arc_capacity(start + n_arcs * width, angle, width));
    total += capacity[n_arcs++];
  }
  for (uint32_t arc = 0; arc < n_arcs; arc++) {
    for (uint32_t i = 0; i < capacity[arc]; i++) {
      uint32_t pick = (uint32_t)((uint64_t)i * (n - done) / capacity[arc]) - i;
      uint32_t *left = &plan->order[plan->first[g] + done + i], v = left[pick];
      for (; pick > 0; pick--) left[pick] = left[pick - 1];
      left[0] = v;
      node_place(plan, v, start + arc * width, from + angle * (i + 0.5) / capacity[arc]);
    }
    done += capacity[arc];
  }
}

typedef struct { double share[RS_LAYOUT_MAX_GROUPS], demand; } Sectors;

/* Parts of the circle by room needed, none below RS_LAYOUT_SMALLEST_SHARE. */
static Sectors sectors_share(const RsLayoutPlan *plan) {
  Sectors sectors = {{0}, 0};
  double sum = 0;
  for (uint32_t g = 1; g < RS_LAYOUT_MAX_GROUPS; g++) sectors.demand += (plan->first[g + 1] - plan->first[g]) * plan->width[g];
  for (uint32_t g = 1; g < RS_LAYOUT_MAX_GROUPS; g++) {
    uint32_t n = plan->first[g + 1] - plan->first[g];
    if (n > 0) sectors.share[g] = MAX(RS_LAYOUT_SMALLEST_SHARE, n * plan->width[g] / sectors.demand);
    sum += sectors.share[g];
  }
  for (uint32_t g = 1; g < RS_LAYOUT_MAX_GROUPS; g++) sectors.share[g] /= sum > 0 ? sum : 1;
  return sectors;
}

static void surroundings_place(RsLayoutPlan *plan, double middle_radius) {
  Sectors sectors = sectors_share(plan);
  double widest = 0, from = 0;
  for (uint32_t g = 1; g < RS_LAYOUT_MAX_GROUPS; g++)
    if (sectors.share[g] > 0) widest = MAX(widest, plan->width[g]);
  double distance = MIN(sectors.demand / (2 * G_PI * ARCS), FARTHEST_START);
  distance = MAX(distance, middle_radius + plan->space.corridor + widest / 2);
  for (uint32_t g = 1; g < RS_LAYOUT_MAX_GROUPS; g++) {
    double angle = 2 * G_PI * sectors.share[g];
    if (plan->first[g] == plan->first[g + 1]) continue;
    wishes_make(plan, g, from + angle / 2);
    sector_place(plan, g, from, angle, distance);
    from += angle;
  }
}

/* ---- the page ---- */

void rs_layout_shrink(uint32_t n, double *x, double *y) {
  double extent = 0;
  for (uint32_t v = 0; v < n; v++) extent = MAX(extent, MAX(fabs(x[v]), fabs(y[v])));
  double scale = extent > RS_LAYOUT_EXTENT ? RS_LAYOUT_EXTENT / extent : 1;
  for (uint32_t v = 0; v < n; v++) {
    x[v] = round(x[v] * scale * 100) / 100 + 0.0;
    y[v] = round(y[v] * scale * 100) / 100 + 0.0;
  }
}

bool rs_layout_checked(const RsGraph *graph, const uint8_t *group, const double *radius, GError **error) {
  for (uint32_t v = 0; v < graph->n_nodes; v++)
    if (group[v] >= RS_LAYOUT_MAX_GROUPS || (radius != NULL && !(radius[v] >= 0 && radius[v] <= RS_LAYOUT_MAX_RADIUS))) {
      g_set_error(error, RS_ERROR, RS_ERROR_USAGE, _("node %u has a group or radius out of range"), v);
      return false;
    }
  return true;
}

double rs_layout_whole(RsLayoutPlan *plan) {
  double extent = 0;
  groups_collect(plan);
  members_chain(plan);
  surroundings_place(plan, middle_place(plan));
  for (uint32_t v = 0; v < plan->graph->n_nodes; v++) extent = MAX(extent, hypot(plan->x[v], plan->y[v]) + node_radius(plan, v));
  return extent;
}

bool rs_layout(const RsGraph *graph, const uint8_t *group, const double *radius, double *x, double *y, GError **error) {
  if (graph->n_nodes > RS_LAYOUT_MAX_NODES) {
    g_set_error(error, RS_ERROR, RS_ERROR_LIMIT, _("a drawing of %u nodes is not readable; the limit is %u"), graph->n_nodes,
                RS_LAYOUT_MAX_NODES);
    return false;
  }
  if (!rs_layout_checked(graph, group, radius, error)) return false;
  g_autofree uint32_t *order = g_new(uint32_t, (gsize)graph->n_nodes + 1);
  g_autofree double *wish = g_new(double, (gsize)graph->n_nodes + 1);
  RsLayoutPlan plan = {.graph = graph, .group = group, .radius = radius, .space = {24, 160}, .x = x, .y = y, .order = order, .wish = wish};
  rs_layout_whole(&plan);
  rs_layout_shrink(graph->n_nodes, x, y);
  return true;
}
