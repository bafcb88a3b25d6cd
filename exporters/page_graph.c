/* A lead's graph as SVG: kinds differ by shape as well as by colour, members by a thick outline. */
#include "exporters/graphml.h"
#include "exporters/page_parts.h"
#include "exporters/words.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define WIDTH 8600  /* tenths of a pixel */
#define HEIGHT 6400
#define MARGIN 550
#define LEAST_RADIUS 45
#define LABEL_ALL 60u
#define LABEL_BYTES 30u
#define N_WEIGHTS 4
#define DENSE 400u /* edges; more of them are drawn fainter */

typedef struct {
  const RsPicture *picture;
  int64_t *x, *y, *radius; /* [n_nodes] tenths */
  uint64_t left_out[RS_N_KINDS], edges_left_out;
  uint64_t label_from;     /* claims a node must have to be labelled when it is no member */
} Drawing;

static bool is_member(const RsPictureNode *node) { return strcmp(node->role, "context") != 0; }

/* ---- what is drawn ---- */

/* The picture's plan moved and scaled into the frame; up is up, as Gephi draws it. */
static void places_fit(Drawing *drawing) {
  const RsPicture *picture = drawing->picture;
  int64_t left = INT32_MAX, right = INT32_MIN, low = INT32_MAX, high = INT32_MIN;
  for (guint i = 0; i < picture->nodes->len; i++) {
    const RsPictureNode *node = rs_picture_node(picture, i);
    left = MIN(left, node->x);
    right = MAX(right, node->x);
    low = MIN(low, node->y);
    high = MAX(high, node->y);
  }
  const double across = (double)MAX(right - left, 1), up = (double)MAX(high - low, 1);
  const double scale = MIN((WIDTH - 2 * MARGIN) / across, (HEIGHT - 2 * MARGIN) / up);
  for (guint i = 0; i < picture->nodes->len; i++) {
    const RsPictureNode *node = rs_picture_node(picture, i);
    const double size = node->size == RS_NONE ? 1000.0 : node->size;
    drawing->x[i] = WIDTH / 2 + llround((node->x - (double)(left + right) / 2) * scale);
    drawing->y[i] = HEIGHT / 2 - llround((node->y - (double)(low + high) / 2) * scale);
    drawing->radius[i] = CLAMP(llround(size * scale), LEAST_RADIUS, 220);
  }
}

static int compare_falling(const void *a, const void *b) {
  const uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
  return (x < y) - (x > y);
}

/* Few nodes are all labelled; of many the members and the busiest. */
static uint64_t labels_from(const RsPicture *picture) {
  if (picture->nodes->len <= LABEL_ALL) return 0;
  g_autofree uint64_t *claims = g_new(uint64_t, picture->nodes->len);
  for (guint i = 0; i < picture->nodes->len; i++) claims[i] = rs_picture_node(picture, i)->n_claims;
  qsort(claims, picture->nodes->len, sizeof *claims, compare_falling);
  return claims[LABEL_ALL / 3];
}

/* An edge and how many of its end's edges are stronger. */
typedef struct {
  RsPictureEdge edge;
  guint rank;
} Ranked;

static int compare_strength(const RsPictureEdge *x, const RsPictureEdge *y) {
  if (x->weight != y->weight) return x->weight > y->weight ? -1 : 1;
  if (x->n_claims != y->n_claims) return x->n_claims > y->n_claims ? -1 : 1;
  if (x->from != y->from) return x->from < y->from ? -1 : 1;
  return (x->to > y->to) - (x->to < y->to);
}

static int compare_ends(const void *a, const void *b) {
  const Ranked *x = a, *y = b;
  if (x->edge.to != y->edge.to) return x->edge.to < y->edge.to ? -1 : 1;
  return compare_strength(&x->edge, &y->edge);
}

static int compare_ranked(const void *a, const void *b) {
  const Ranked *x = a, *y = b;
  if (x->rank != y->rank) return x->rank < y->rank ? -1 : 1;
  return compare_strength(&x->edge, &y->edge);
}

/* Each node's strongest edge, then each one's second, until there are enough: what is drawn leaves no node alone. */
static void edges_keep(RsPicture *picture, guint n) {
  const guint all = picture->edges->len;
  g_autofree Ranked *ranked = g_new(Ranked, all);
  for (guint i = 0; i < all; i++) ranked[i] = (Ranked){*rs_picture_edge(picture, i), 0};
  qsort(ranked, all, sizeof *ranked, compare_ends);
  for (guint i = 1; i < all; i++) ranked[i].rank = ranked[i].edge.to == ranked[i - 1].edge.to ? ranked[i - 1].rank + 1 : 0;
  qsort(ranked, all, sizeof *ranked, compare_ranked);
  for (guint i = 0; i < n; i++) *rs_picture_edge(picture, i) = ranked[i].edge;
  g_array_set_size(picture->edges, n);
}

static void keep_readable(Drawing *drawing, RsPicture *picture) {
  for (guint i = 0; i < picture->nodes->len; i++) drawing->left_out[rs_picture_node(picture, i)->kind]++;
  rs_picture_keep(picture, RS_PAGE_NODES);
  for (guint i = 0; i < picture->nodes->len; i++) drawing->left_out[rs_picture_node(picture, i)->kind]--;
  if (picture->edges->len <= RS_PAGE_EDGES) return;
  drawing->edges_left_out = picture->edges->len - RS_PAGE_EDGES;
  edges_keep(picture, RS_PAGE_EDGES);
}

/* ---- edges: one path a strength, so that a thousand of them stay few elements ---- */

static unsigned strength(const RsPictureEdge *edge) {
  return edge->weight <= 1 ? 0 : edge->weight <= 3 ? 1 : edge->weight <= 8 ? 2 : 3;
}

static void edges_draw(RsHtml *html, const Drawing *drawing) {
  for (unsigned s = 0; s < N_WEIGHTS; s++) {
    rs_html_markupf(html, "<path class=\"e e%u\" d=\"", s);
    for (guint i = 0; i < drawing->picture->edges->len; i++) {
      const RsPictureEdge *edge = rs_picture_edge(drawing->picture, i);
      if (strength(edge) != s) continue;
      rs_html_numbers(html, "M# #L# #", (const int64_t[]){drawing->x[edge->from] / 10, drawing->y[edge->from] / 10, drawing->x[edge->to] / 10,
                                                          drawing->y[edge->to] / 10});
    }
    rs_html_raw(html, "\"/>");
  }
}

/* ---- nodes ---- */

static void shape_draw(RsHtml *html, RsKind kind, int64_t r) {
  const int a = (int)(r / 10), b = (int)(r * 12 / 100);
  switch (kind) {
  case RS_PERSON: rs_html_markupf(html, "<circle r=\"%d\"/>", a); break;
  case RS_INSTITUTION: rs_html_markupf(html, "<path d=\"M-%d-%dh%dv%dh-%dz\"/>", a, a, 2 * a, 2 * a, 2 * a); break;
  case RS_DOCTOR: rs_html_markupf(html, "<path d=\"M0-%dL%d %dH-%dz\"/>", b, b, a, b); break;
  default: rs_html_markupf(html, "<path d=\"M0-%dL%d 0L0 %dL-%d 0z\"/>", b, b, b, b); break;
  }
}

/* What is said of a node when it is pointed at. */
static void node_title(RsHtml *html, const RsPictureNode *node) {
  rs_html_raw(html, "<title>");
  rs_html_text(html, rs_word(rs_kind_name[node->kind], html->language));
  rs_html_raw(html, " ");
  rs_html_text_cut(html, node->key, 200);
  if (strcmp(node->label, node->key) != 0 && strcmp(node->label, node->id) != 0) {
    rs_html_raw(html, " ");
    rs_html_text_cut(html, node->label, 200);
  }
  rs_html_raw(html, "\n");
  if (is_member(node)) rs_html_sayf(html, "%s of the lead, ", rs_word(node->role, html->language));
  g_autofree char *lines = rs_words_count(node->n_claims), *money = rs_words_money(node->amount);
  rs_html_sayf(html, "%s claim lines, money %s in the whole case", lines, money);
  rs_html_raw(html, "</title>");
}

static void node_label(RsHtml *html, const RsPictureNode *node, int64_t radius) {
  rs_html_markupf(html, "<text y=\"%d\">", (int)(radius / 10) + 10);
  /* a pseudonym's first letters tell persons apart within one picture; its whole stands in the title and the table */
  const bool pseudonym = node->kind == RS_PERSON && g_str_has_prefix(node->label, "p:") && strlen(node->label) == 18;
  rs_html_text_cut(html, node->label, pseudonym ? 7 : LABEL_BYTES);
  rs_html_raw(html, "</text>");
}

static void node_draw(RsHtml *html, const Drawing *drawing, guint i) {
  const RsPictureNode *node = rs_picture_node(drawing->picture, i);
  rs_html_markupf(html, "<g class=\"k%d %s%s\" transform=\"translate(", (int)node->kind, is_member(node) ? "m" : "c",
                  strcmp(node->role, "core") == 0 ? " core" : "");
  rs_html_tenths(html, drawing->x[i]);
  rs_html_raw(html, ",");
  rs_html_tenths(html, drawing->y[i]);
  rs_html_raw(html, ")\">");
  shape_draw(html, node->kind, drawing->radius[i]);
  node_title(html, node);
  if (is_member(node) || node->n_claims > drawing->label_from) node_label(html, node, drawing->radius[i]);
  rs_html_raw(html, "</g>\n");
}

/* Context first: members lie on top. */
static void nodes_draw(RsHtml *html, const Drawing *drawing) {
  rs_html_raw(html, "<g class=\"nodes\">");
  for (guint i = 0; i < drawing->picture->nodes->len; i++) node_draw(html, drawing, i);
  rs_html_raw(html, "</g>");
}

/* ---- around it ---- */

static void legend(RsHtml *html) {
  static const RsKind order[] = {RS_PERSON, RS_INSTITUTION, RS_DOCTOR, RS_DRUG};
  rs_html_raw(html, "<p class=\"legend\">");
  for (size_t i = 0; i < G_N_ELEMENTS(order); i++) {
    rs_html_markupf(html, "<span data-kind=\"%d\"><svg class=\"key\" viewBox=\"-8 -8 16 16\" aria-hidden=\"true\"><g class=\"k%d m\">", (int)order[i],
                    (int)order[i]);
    shape_draw(html, order[i], 60);
    rs_html_raw(html, "</g></svg> ");
    rs_html_text(html, rs_words_kind(order[i], true, html->language));
    rs_html_raw(html, "</span>");
  }
  rs_html_raw(html, "<span>");
  rs_html_say(html, "thick outline: of the lead; thin: shared by two or more of its people; size: claim lines; line: days together");
  rs_html_raw(html, "</span></p>");
}

static void left_out(RsHtml *html, const Drawing *drawing) {
  uint64_t sum = drawing->edges_left_out;
  for (int kind = 0; kind < RS_N_KINDS; kind++) sum += drawing->left_out[kind];
  if (sum == 0) return;
  rs_html_raw(html, "<p class=\"rest\">");
  rs_html_say(html, "Not drawn, so that the picture can be read:");
  for (int kind = 0; kind < RS_N_KINDS; kind++) {
    if (drawing->left_out[kind] == 0) continue;
    rs_html_markupf(html, " <span class=\"more k%d\">+", kind);
    rs_html_count(html, drawing->left_out[kind]);
    rs_html_raw(html, " ");
    rs_html_text(html, rs_words_kind((RsKind)kind, true, html->language));
    rs_html_raw(html, "</span>");
  }
  if (drawing->edges_left_out > 0) {
    rs_html_raw(html, " <span class=\"more\">+");
    rs_html_count(html, drawing->edges_left_out);
    rs_html_say(html, " weaker lines");
    rs_html_raw(html, "</span>");
  }
  rs_html_sayf(html, " (all of it: rings/%s.graphml)", drawing->picture->name);
  rs_html_raw(html, "</p>");
}

/* What the script draws lines from: [from, to, kind, claim lines, days] each; nodes it reads from the SVG. */
static void edges_data(RsHtml *html, const Drawing *drawing) {
  rs_html_raw(html, "<script type=\"application/json\" class=\"edges\">[");
  for (guint i = 0; i < drawing->picture->edges->len; i++) {
    const RsPictureEdge *edge = rs_picture_edge(drawing->picture, i);
    rs_html_numbers(html, i > 0 ? ",[#,#,#,#,#]" : "[#,#,#,#,#]",
                    (const int64_t[]){edge->from, edge->to, edge->kind, (int64_t)MIN(edge->n_claims, (uint64_t)INT64_MAX), edge->weight});
  }
  rs_html_raw(html, "]</script>");
}

void rs_page_graph(RsHtml *html, RsPicture *picture, const char *name) {
  Drawing drawing = {.picture = picture};
  keep_readable(&drawing, picture);
  g_autofree int64_t *x = g_new(int64_t, (gsize)picture->nodes->len + 1), *y = g_new(int64_t, (gsize)picture->nodes->len + 1),
                     *radius = g_new(int64_t, (gsize)picture->nodes->len + 1);
  drawing.x = x;
  drawing.y = y;
  drawing.radius = radius;
  drawing.label_from = labels_from(picture);
  places_fit(&drawing);
  rs_html_raw(html, "<figure class=\"graph\">");
  legend(html);
  rs_html_markupf(html, "<div class=\"canvas\"><svg%s viewBox=\"0 0 %d %d\" role=\"img\" aria-label=\"", picture->edges->len > DENSE ? " class=\"dense\"" : "", WIDTH / 10, HEIGHT / 10);
  rs_html_sayf(html, "Graph of %s: %u nodes, %u lines; the tables below say the same", name,
               picture->nodes->len, picture->edges->len);
  rs_html_raw(html, "\">");
  edges_draw(html, &drawing);
  nodes_draw(html, &drawing);
  rs_html_raw(html, "</svg></div>");
  edges_data(html, &drawing);
  left_out(html, &drawing);
  rs_html_raw(html, "</figure>\n");
}
