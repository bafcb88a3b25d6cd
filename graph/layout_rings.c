#include "graph/layout_plan.h"

#include <math.h>
#include <stdlib.h>

#define NONE UINT32_MAX
#define MOST_BETWEEN 3u    /* rings that share a node which stands between them: of more, no place is the middle */
#define MOST_TRIES 64u     /* places looked at for one such node */
#define MOST_COMPARED 600u /* clusters that are fitted together; more stand in a regular pattern */
#define GOLDEN_ANGLE 2.399963229728653

typedef struct { double x, y, radius; } Disc;

typedef struct {
  const RsGraph *graph;
  const uint8_t *group;
  const double *radius;
  RsLayoutSpace space;
  double *x, *y;
  uint32_t n_rings;
  uint32_t *home;   /* [n_nodes] the ring whose cluster a node is in, or NONE */
  uint32_t *first;  /* [n_rings + 1] of each ring in node */
  uint32_t *node;   /* clustered nodes, ring by ring */
  uint32_t *local;  /* [n_nodes] a clustered node's place in its ring's part of node */
  Disc *disc;       /* [n_rings] */
  GArray *between;  /* uint32_t: nodes to stand between clusters */
} Page;

static double radius_of(const Page *page, uint32_t v) { return page->radius == NULL ? 10 : page->radius[v]; }

/* ---- whose is what ---- */

/* The rings of v's neighbours, at most MOST_BETWEEN + 1 of them; returns their number. */
static unsigned rings_near(const Page *page, const uint32_t *ring, uint32_t v, uint32_t found[MOST_BETWEEN + 1]) {
  unsigned n = 0;
  for (uint64_t e = page->graph->offset[v]; e < page->graph->offset[v + 1] && n <= MOST_BETWEEN; e++) {
    const uint32_t one = ring[page->graph->neighbor[e]];
    bool known = one == NONE;
    for (unsigned i = 0; i < n; i++) known = known || found[i] == one;
    if (!known) found[n++] = one;
  }
  return n;
}

static void homes_find(Page *page, const uint32_t *ring) {
  uint32_t found[MOST_BETWEEN + 1];
  for (uint32_t v = 0; v < page->graph->n_nodes; v++) {
    page->home[v] = ring[v];
    if (ring[v] != NONE) continue;
    const unsigned n = rings_near(page, ring, v, found);
    if (n == 1) page->home[v] = found[0];
    if (n > 1 && n <= MOST_BETWEEN) g_array_append_val(page->between, v);
  }
}

static void homes_collect(Page *page) {
  for (uint32_t v = 0; v < page->graph->n_nodes; v++)
    if (page->home[v] != NONE) page->first[page->home[v] + 1]++;
  for (uint32_t r = 0; r < page->n_rings; r++) page->first[r + 1] += page->first[r];
  g_autofree uint32_t *next = g_memdup2(page->first, ((gsize)page->n_rings + 1) * sizeof *next);
  for (uint32_t v = 0; v < page->graph->n_nodes; v++) {
    if (page->home[v] == NONE) continue;
    page->local[v] = next[page->home[v]] - page->first[page->home[v]];
    page->node[next[page->home[v]]++] = v;
  }
}

/* ---- one cluster ---- */

static RsGraph *cluster_graph(const Page *page, uint32_t r) {
  const uint32_t *node = page->node + page->first[r], n = page->first[r + 1] - page->first[r];
  g_autoptr(GArray) a = g_array_new(FALSE, FALSE, sizeof(uint32_t)), b = g_array_new(FALSE, FALSE, sizeof(uint32_t));
  for (uint32_t i = 0; i < n; i++)
    for (uint64_t e = page->graph->offset[node[i]]; e < page->graph->offset[node[i] + 1]; e++) {
      const uint32_t w = page->graph->neighbor[e];
      if (page->home[w] != r || page->local[w] <= i) continue;
      g_array_append_val(a, i);
      g_array_append_val(b, page->local[w]);
    }
  return rs_graph_new(n, a->len, (const uint32_t *)(const void *)a->data, (const uint32_t *)(const void *)b->data, NULL, NULL);
}

/* Lays ring r out around (0, 0), as a ring's own drawing is; its disc gets the radius. */
static void cluster_plan(Page *page, uint32_t r) {
  const uint32_t *node = page->node + page->first[r], n = page->first[r + 1] - page->first[r];
  g_autoptr(RsGraph) graph = cluster_graph(page, r);
  g_autofree uint8_t *group = g_new(uint8_t, (gsize)n + 1);
  g_autofree uint32_t *order = g_new(uint32_t, (gsize)n + 1);
  g_autofree double *radius = g_new(double, (gsize)n + 1), *wish = g_new(double, (gsize)n + 1), *x = g_new(double, (gsize)n + 1),
                    *y = g_new(double, (gsize)n + 1);
  if (graph == NULL) g_error("failed to allocate a ring's graph"); /* as small a thing as g_malloc ends the program for */
  for (uint32_t i = 0; i < n; i++) {
    group[i] = page->group[node[i]];
    radius[i] = radius_of(page, node[i]);
  }
  RsLayoutPlan plan = {.graph = graph, .group = group, .radius = radius, .space = page->space, .x = x, .y = y, .order = order, .wish = wish};
  page->disc[r].radius = rs_layout_whole(&plan) + page->space.gap;
  for (uint32_t i = 0; i < n; i++) {
    page->x[node[i]] = x[i];
    page->y[node[i]] = y[i];
  }
}

/* ---- clusters on the page ---- */

/* How much wider than itself a cluster's room is, so that the nodes between clusters find theirs. */
static double room_factor(const Page *page) {
  double between = 0, clusters = 0;
  for (guint i = 0; i < page->between->len; i++) {
    const double width = 2 * radius_of(page, g_array_index(page->between, uint32_t, i)) + page->space.gap;
    between += width * width;
  }
  for (uint32_t r = 0; r < page->n_rings; r++) clusters += G_PI * page->disc[r].radius * page->disc[r].radius;
  return clusters > 0 ? MIN(sqrt(1 + between / clusters), 2.0) : 1;
}

static bool disc_free(const Page *page, uint32_t n, double x, double y, double radius, double factor) {
  for (uint32_t i = 0; i < n; i++) {
    const double dx = page->disc[i].x - x, dy = page->disc[i].y - y, apart = radius + page->disc[i].radius * factor;
    if (dx * dx + dy * dy < apart * apart) return false;
  }
  return true;
}

/* Each cluster as near the middle as the discs before it let it, in a direction that goes round. */
static void clusters_fit(Page *page, double factor) {
  double area = 0;
  for (uint32_t r = 0; r < page->n_rings; r++) {
    const double radius = page->disc[r].radius * factor, angle = r * GOLDEN_ANGLE;
    double distance = r == 0 ? 0 : sqrt(area / G_PI);
    while (!disc_free(page, r, distance * cos(angle), distance * sin(angle), radius, factor)) distance += radius / 8;
    page->disc[r].x = distance * cos(angle);
    page->disc[r].y = distance * sin(angle);
    area += G_PI * radius * radius;
  }
}

/* The seeds of a sunflower: any number, none nearer to another than 1.6 of the step. */
static void clusters_regular(Page *page, double factor) {
  double largest = 0;
  for (uint32_t r = 0; r < page->n_rings; r++) largest = MAX(largest, page->disc[r].radius * factor);
  for (uint32_t r = 0; r < page->n_rings; r++) {
    const double distance = 2 * largest / 1.6 * sqrt(r);
    page->disc[r].x = distance * cos(r * GOLDEN_ANGLE);
    page->disc[r].y = distance * sin(r * GOLDEN_ANGLE);
  }
}

static void clusters_place(Page *page) {
  for (uint32_t r = 0; r < page->n_rings; r++) cluster_plan(page, r);
  if (page->n_rings <= MOST_COMPARED) clusters_fit(page, room_factor(page));
  else clusters_regular(page, room_factor(page));
  for (uint32_t r = 0; r < page->n_rings; r++)
    for (uint32_t i = page->first[r]; i < page->first[r + 1]; i++) {
      page->x[page->node[i]] += page->disc[r].x;
      page->y[page->node[i]] += page->disc[r].y;
    }
}

/* ---- between them ---- */

/* Discs already placed between clusters, found by the square they are in: squares are as wide as the widest, so only nine matter. */
typedef struct {
  GHashTable *first; /* square -> 1 + index into disc of the last one there */
  GArray *disc, *before; /* Disc, and uint32_t: 1 + the index before it in the same square, 0: none */
  double width;
} Squares;

static gpointer square_key(const Squares *squares, double x, double y, int dx, int dy) {
  const int64_t column = (int64_t)floor(x / squares->width) + dx, row = (int64_t)floor(y / squares->width) + dy;
  return GSIZE_TO_POINTER((gsize)((uint64_t)(column + (1 << 24)) << 32 | (uint32_t)(row + (1 << 24))));
}

static bool squares_free(const Squares *squares, double x, double y, double radius) {
  for (int around = 0; around < 9; around++) {
    uint32_t at = GPOINTER_TO_UINT(g_hash_table_lookup(squares->first, square_key(squares, x, y, around % 3 - 1, around / 3 - 1)));
    for (; at != 0; at = g_array_index(squares->before, uint32_t, at - 1)) {
      const Disc *disc = &g_array_index(squares->disc, Disc, at - 1);
      if (hypot(disc->x - x, disc->y - y) < disc->radius + radius) return false;
    }
  }
  return true;
}

static void squares_add(Squares *squares, Disc disc) {
  gpointer key = square_key(squares, disc.x, disc.y, 0, 0);
  const uint32_t before = GPOINTER_TO_UINT(g_hash_table_lookup(squares->first, key));
  g_array_append_val(squares->disc, disc);
  g_array_append_val(squares->before, before);
  g_hash_table_insert(squares->first, key, GUINT_TO_POINTER(squares->disc->len));
}

/* Looks for room near the middle of the rings that share v; false: there is none. */
static bool between_place(Page *page, const uint32_t *ring, uint32_t v, Squares *squares) {
  uint32_t found[MOST_BETWEEN + 1];
  const unsigned n = rings_near(page, ring, v, found);
  const double radius = radius_of(page, v) + page->space.gap / 2;
  double x = 0, y = 0;
  for (unsigned i = 0; i < n; i++) {
    x += page->disc[found[i]].x / n;
    y += page->disc[found[i]].y / n;
  }
  for (unsigned try = 0; try < MOST_TRIES; try++) {
    const double distance = 2 * radius * sqrt(try), angle = try * GOLDEN_ANGLE;
    const Disc disc = {x + distance * cos(angle), y + distance * sin(angle), radius};
    if (!disc_free(page, page->n_rings, disc.x, disc.y, radius, 1) || !squares_free(squares, disc.x, disc.y, radius)) continue;
    squares_add(squares, disc);
    page->x[v] = disc.x;
    page->y[v] = disc.y;
    return true;
  }
  return false;
}

/* Marks in placed what found room. */
static void between_all(Page *page, const uint32_t *ring, bool *placed) {
  Squares squares = {g_hash_table_new(NULL, NULL), g_array_new(FALSE, FALSE, sizeof(Disc)), g_array_new(FALSE, FALSE, sizeof(uint32_t)),
                     page->space.gap + 1};
  for (guint i = 0; i < page->between->len; i++)
    squares.width = MAX(squares.width, 2 * radius_of(page, g_array_index(page->between, uint32_t, i)) + page->space.gap);
  for (guint i = 0; i < page->between->len; i++) {
    const uint32_t v = g_array_index(page->between, uint32_t, i);
    placed[v] = between_place(page, ring, v, &squares);
  }
  g_hash_table_unref(squares.first);
  g_array_unref(squares.disc);
  g_array_unref(squares.before);
}

/* ---- around the whole ---- */

/* A node of the rest: its kind's sector, its class by width (each twice the one before), its direction. */
typedef struct {
  uint32_t node;
  uint8_t group, size;
  double wish;
} Outer;

static int compare_outer(const void *a, const void *b) {
  const Outer *x = a, *y = b;
  if (x->group != y->group) return x->group < y->group ? -1 : 1;
  if (x->size != y->size) return x->size < y->size ? -1 : 1;
  if (x->wish < y->wish || x->wish > y->wish) return x->wish < y->wish ? -1 : 1;
  return (x->node > y->node) - (x->node < y->node);
}

static double outer_width(const Page *page, const Outer *outer) { return 2 * radius_of(page, outer->node) + page->space.gap; }

static uint8_t size_class(double radius) {
  uint8_t size = 0;
  for (double limit = 8; radius > limit; limit *= 2) size++;
  return size;
}

static Outer *outers_new(const Page *page, const bool *placed, uint32_t *n) {
  Outer *outer = g_new(Outer, (gsize)page->graph->n_nodes + 1);
  *n = 0;
  for (uint32_t v = 0; v < page->graph->n_nodes; v++) {
    double x = 0, y = 0;
    if (placed[v]) continue;
    for (uint64_t e = page->graph->offset[v]; e < page->graph->offset[v + 1]; e++) {
      if (!placed[page->graph->neighbor[e]]) continue;
      x += page->x[page->graph->neighbor[e]];
      y += page->y[page->graph->neighbor[e]];
    }
    outer[(*n)++] = (Outer){.node = v, .group = MAX(page->group[v], 1), .size = size_class(radius_of(page, v)),
                            .wish = fabs(x) + fabs(y) < 1e-6 ? 0 : atan2(y, x)};
  }
  return outer;
}

/* Fills arcs of one width from `distance` outwards; nodes that stand side by side in order come to neighbouring places of different
 * arcs, so that every arc spans all directions. Returns where the next arc may begin. */
static double class_place(Page *page, const Outer *outer, uint32_t n, double from, double angle, double distance, double width) {
  g_autoptr(GArray) capacity = g_array_new(FALSE, FALSE, sizeof(uint32_t));
  while (rs_layout_arc_capacity(distance + width / 2, angle, width) == 0) distance += width;
  for (uint32_t total = 0; total < n;) {
    const uint32_t here = MIN(n - total, rs_layout_arc_capacity(distance + width / 2 + capacity->len * width, angle, width));
    g_array_append_val(capacity, here);
    total += here;
  }
  g_autofree uint32_t *done = g_new0(uint32_t, (gsize)capacity->len + 1);
  for (uint32_t i = 0; i < n; i++) {
    guint arc = 0;
    for (guint a = 1; a < capacity->len; a++) /* the emptiest: done[a] / capacity[a] */
      if ((uint64_t)done[a] * g_array_index(capacity, uint32_t, arc) < (uint64_t)done[arc] * g_array_index(capacity, uint32_t, a)) arc = a;
    const double at = from + angle * (done[arc]++ + 0.5) / g_array_index(capacity, uint32_t, arc);
    page->x[outer[i].node] = (distance + width / 2 + arc * width) * cos(at);
    page->y[outer[i].node] = (distance + width / 2 + arc * width) * sin(at);
  }
  return distance + capacity->len * width;
}

/* A sector of the circle: small nodes inside, large ones outside, so that a few large ones do not spread all others. */
static void sector_fill(Page *page, Outer *outer, uint32_t n, double from, double angle, double distance) {
  for (uint32_t i = 0; i < n; i++) {
    const double off = remainder(outer[i].wish - (from + angle / 2), 2 * G_PI);
    outer[i].wish = round(off * 1e6) / 1e6;
  }
  qsort(outer, n, sizeof *outer, compare_outer);
  for (uint32_t begin = 0, end; begin < n; begin = end) {
    double width = 0;
    for (end = begin; end < n && outer[end].size == outer[begin].size; end++) width = MAX(width, outer_width(page, &outer[end]));
    distance = class_place(page, outer + begin, end - begin, from, angle, distance, width);
  }
}

static void rest_place(Page *page, const bool *placed) {
  uint32_t n;
  g_autofree Outer *outer = outers_new(page, placed, &n);
  double inside = 0, area[RS_LAYOUT_MAX_GROUPS] = {0}, whole = 0, shares = 0, from = 0;
  for (uint32_t v = 0; v < page->graph->n_nodes; v++)
    if (placed[v]) inside = MAX(inside, hypot(page->x[v], page->y[v]) + radius_of(page, v));
  for (uint32_t i = 0; i < n; i++) area[outer[i].group] += outer_width(page, &outer[i]) * outer_width(page, &outer[i]);
  for (unsigned g = 0; g < RS_LAYOUT_MAX_GROUPS; g++) whole += area[g];
  for (unsigned g = 0; g < RS_LAYOUT_MAX_GROUPS; g++)
    shares += area[g] > 0 ? MAX(area[g] / whole, RS_LAYOUT_SMALLEST_SHARE) : 0;
  if (n > 0) qsort(outer, n, sizeof *outer, compare_outer);
  for (uint32_t begin = 0, end; begin < n; begin = end) {
    const double angle = 2 * G_PI * MAX(area[outer[begin].group] / whole, RS_LAYOUT_SMALLEST_SHARE) / shares;
    for (end = begin; end < n && outer[end].group == outer[begin].group;) end++;
    sector_fill(page, outer + begin, end - begin, from, angle, inside + page->space.corridor);
    from += angle;
  }
}

bool rs_layout_rings(const RsGraph *graph, const uint8_t *group, const uint32_t *ring, uint32_t n_rings, const double *radius,
                     RsLayoutSpace space, double *x, double *y, double *extent, GError **error) {
  if (!rs_layout_checked(graph, group, radius, error)) return false;
  const gsize n = graph->n_nodes;
  g_autofree uint32_t *home = g_new(uint32_t, n + 1), *node = g_new(uint32_t, n + 1), *local = g_new(uint32_t, n + 1),
                      *first = g_new0(uint32_t, (gsize)n_rings + 1);
  g_autofree Disc *disc = g_new0(Disc, (gsize)n_rings + 1);
  g_autofree bool *placed = g_new0(bool, n + 1);
  g_autoptr(GArray) between = g_array_new(FALSE, FALSE, sizeof(uint32_t));
  Page page = {.graph = graph, .group = group, .radius = radius, .space = space, .x = x, .y = y, .n_rings = n_rings, .home = home,
               .first = first, .node = node, .local = local, .disc = disc, .between = between};
  homes_find(&page, ring);
  homes_collect(&page);
  clusters_place(&page);
  for (uint32_t v = 0; v < graph->n_nodes; v++) placed[v] = home[v] != NONE;
  between_all(&page, ring, placed);
  rest_place(&page, placed);
  *extent = 0;
  for (uint32_t v = 0; v < graph->n_nodes; v++) *extent = MAX(*extent, MAX(fabs(x[v]), fabs(y[v])));
  return true;
}
