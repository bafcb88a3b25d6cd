#include "exporters/graphml.h"

#include "base/calendar.h"
#include "base/parallel.h"
#include "exporters/policy.h"
#include "exporters/node_ids.h"

#include <stdlib.h>

#define NO_VALUE RS_NONE

/* Vermilion, blue, sky blue, yellow: grey levels 119, 87, 158, 213. */
const char *const rs_kind_color[RS_N_KINDS] = {"#d55e00", "#0072b2", "#56b4e9", "#f0e442"};

/* ---- what stands before the nodes ---- */

enum { OF_NODES, OF_EDGES, OF_GRAPH };
/* Which keys a file declares. */
enum { ALWAYS = 0, RING_FILE = 1, PLACED = 2, SIZED = 4, COMMUNITY = 8, COMPONENT = 16, CORE = 32 };
static const struct { int of; const char *id, *name, *type; unsigned when; } keys[] = {
    {OF_GRAPH, "g_run", "run", "string", ALWAYS},
    {OF_GRAPH, "g_ring", "ring", "string", RING_FILE},
    {OF_GRAPH, "g_score", "score", "int", RING_FILE},
    {OF_NODES, "label", "label", "string", ALWAYS},
    {OF_NODES, "kind", "kind", "string", ALWAYS},
    {OF_NODES, "ref", "ref", "string", ALWAYS},
    {OF_NODES, "role", "role", "string", ALWAYS},
    {OF_NODES, "ring", "ring", "string", ALWAYS},
    {OF_NODES, "n_rings", "n_rings", "int", ALWAYS},
    {OF_NODES, "community", "community", "int", COMMUNITY},
    {OF_NODES, "score", "score", "int", ALWAYS},
    {OF_NODES, "flagged", "flagged", "boolean", ALWAYS},
    {OF_NODES, "reasons", "reasons", "string", ALWAYS},
    {OF_NODES, "n_claims", "n_claims", "long", ALWAYS},
    {OF_NODES, "amount", "amount", "double", ALWAYS},
    {OF_NODES, "first_date", "first_date", "string", ALWAYS},
    {OF_NODES, "last_date", "last_date", "string", ALWAYS},
    {OF_NODES, "n_links", "n_links", "int", ALWAYS},
    {OF_NODES, "x", "x", "double", PLACED},
    {OF_NODES, "y", "y", "double", PLACED},
    {OF_NODES, "size", "size", "double", SIZED},
    {OF_NODES, "color", "color", "string", ALWAYS},
    {OF_NODES, "component", "component", "int", COMPONENT},
    {OF_NODES, "core", "core", "int", CORE},
    {OF_EDGES, "e_label", "label", "string", ALWAYS},
    {OF_EDGES, "e_kind", "kind", "string", ALWAYS},
    {OF_EDGES, "e_weight", "weight", "double", ALWAYS},
    {OF_EDGES, "e_n_claims", "n_claims", "long", ALWAYS},
    {OF_EDGES, "e_amount", "amount", "double", ALWAYS},
    {OF_EDGES, "e_first_date", "first_date", "string", ALWAYS},
    {OF_EDGES, "e_last_date", "last_date", "string", ALWAYS},
};

static void data_text(RsXml *xml, const char *key, const char *text) {
  if (text == NULL || *text == '\0') return;
  const bool is_label = strcmp(key, "label") == 0;
  g_autofree char *guarded = is_label ? NULL : rs_xml_guarded(xml, text);
  if (guarded != NULL) text = guarded;
  rs_xml_room(xml);
  rs_xml_literal(xml, "<data key=\"");
  rs_xml_raw(xml, key, strlen(key));
  rs_xml_literal(xml, "\">");
  rs_xml_text(xml, text);
  rs_xml_room(xml);
  rs_xml_literal(xml, "</data>");
  rs_xml_gephi_check(xml, text, is_label);
}

/* Opens a data element whose value is short and needs no check; DATA_END closes it. */
#define DATA_BEGIN(xml, key) rs_xml_literal(xml, "<data key=\"" key "\">")
#define DATA_END(xml) rs_xml_literal(xml, "</data>")
#define DATA_UNSIGNED(xml, key, value) (DATA_BEGIN(xml, key), rs_xml_unsigned(xml, value), DATA_END(xml))

static void document_begin(RsXml *xml, unsigned has, const char *graph_id) {
  static const char *const of_name[] = {"node", "edge", "graph"};
  rs_xml_room(xml);
  rs_xml_literal(xml, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
                      "<graphml xmlns=\"http://graphml.graphdrawing.org/xmlns\">\n");
  for (size_t i = 0; i < G_N_ELEMENTS(keys); i++) {
    if ((keys[i].when & has) != keys[i].when || (keys[i].of == OF_GRAPH && xml->style.gephi_quiet)) continue;
    char line[160];
    const int n = g_snprintf(line, sizeof line, "<key id=\"%s\" for=\"%s\" attr.name=\"%s\" attr.type=\"%s\"/>\n", keys[i].id,
                             of_name[keys[i].of], keys[i].name, keys[i].type);
    rs_xml_room(xml);
    rs_xml_raw(xml, line, (size_t)n);
  }
  rs_xml_literal(xml, "<graph id=\"");
  rs_xml_attribute(xml, graph_id);
  rs_xml_literal(xml, "\" edgedefault=\"directed\">\n");
  if (!xml->style.gephi_quiet) data_text(xml, "g_run", "ringscope " RS_VERSION);
}

static void document_end(RsXml *xml) {
  rs_xml_room(xml);
  rs_xml_literal(xml, "</graph>\n</graphml>\n");
}

/* ---- nodes ---- */

typedef struct {
  const char *id;
  size_t id_length;
  RsKind kind;
  const char *label, *ref, *role, *ring, *reasons; /* NULL or "": absent */
  uint32_t n_rings, community, component, core;    /* NO_VALUE: absent */
  bool has_score, flagged, placed;
  int32_t score, x, y;                             /* x, y in hundredths */
  uint32_t size;                                   /* hundredths, NO_VALUE: absent */
  const RsEntity *entity;
} Node;

static void day_write(RsXml *xml, uint16_t day) {
  char text[11];
  rs_xml_raw(xml, rs_day_format(day, text), 10);
}

static void node_sums(RsXml *xml, const RsEntity *entity) {
  DATA_UNSIGNED(xml, "n_claims", entity->n_claims);
  DATA_BEGIN(xml, "amount");
  rs_xml_fixed(xml, entity->amount, 2);
  DATA_END(xml);
  if (entity->n_claims > 0) {
    DATA_BEGIN(xml, "first_date");
    day_write(xml, entity->first_day);
    DATA_END(xml);
    DATA_BEGIN(xml, "last_date");
    day_write(xml, entity->last_day);
    DATA_END(xml);
  }
  DATA_UNSIGNED(xml, "n_links", MIN(entity->n_links, (uint32_t)INT32_MAX));
}

static void node_looks(RsXml *xml, const Node *node) {
  if (node->placed) {
    DATA_BEGIN(xml, "x");
    rs_xml_fixed(xml, node->x, 2);
    DATA_END(xml);
    DATA_BEGIN(xml, "y");
    rs_xml_fixed(xml, node->y, 2);
    DATA_END(xml);
  }
  if (node->size != NO_VALUE) {
    DATA_BEGIN(xml, "size");
    rs_xml_fixed(xml, node->size, 2);
    DATA_END(xml);
  }
  DATA_BEGIN(xml, "color");
  rs_xml_raw(xml, rs_kind_color[node->kind], 7);
  DATA_END(xml);
  if (node->component != NO_VALUE) DATA_UNSIGNED(xml, "component", node->component);
  if (node->core != NO_VALUE) DATA_UNSIGNED(xml, "core", node->core);
}

static void node_write(RsXml *xml, const Node *node) {
  rs_xml_room(xml);
  rs_xml_literal(xml, "<node id=\"");
  rs_xml_raw(xml, node->id, node->id_length);
  rs_xml_literal(xml, "\">");
  data_text(xml, "label", *node->label == '\0' ? node->id : node->label);
  rs_xml_room(xml);
  DATA_BEGIN(xml, "kind");
  rs_xml_raw(xml, rs_kind_name[node->kind], strlen(rs_kind_name[node->kind]));
  DATA_END(xml);
  data_text(xml, "ref", node->ref);
  data_text(xml, "role", node->role);
  data_text(xml, "ring", node->ring);
  rs_xml_room(xml);
  if (node->n_rings != NO_VALUE) DATA_UNSIGNED(xml, "n_rings", node->n_rings);
  if (node->community != NO_VALUE) DATA_UNSIGNED(xml, "community", node->community);
  if (node->has_score) {
    DATA_BEGIN(xml, "score");
    rs_xml_signed(xml, node->score);
    DATA_END(xml);
  }
  if (node->flagged) rs_xml_literal(xml, "<data key=\"flagged\">true</data>");
  else rs_xml_literal(xml, "<data key=\"flagged\">false</data>");
  data_text(xml, "reasons", node->reasons);
  rs_xml_room(xml);
  node_sums(xml, node->entity);
  node_looks(xml, node);
  rs_xml_literal(xml, "</node>\n");
}

/* ---- edges ---- */

typedef struct {
  uint64_t number;
  const char *source, *target;
  size_t source_length, target_length;
  RsRelationKind kind;
  uint32_t days;
  RsTieSum sum;
} Edge;

/* The constant parts for each kind, and the dates as text, made once a file: an edge is then some twenty copies. */
typedef struct {
  char *opening[RS_N_RELATIONS]; /* from the target's closing quote up to the label */
  char *middle[RS_N_RELATIONS];  /* from the label up to the weight */
  size_t opening_length[RS_N_RELATIONS], middle_length[RS_N_RELATIONS];
  const char *unit_one, *unit_many;
  size_t unit_one_length, unit_many_length;
  uint16_t first_day;
  char (*day)[10];               /* [last_day - first_day + 1] */
} EdgeText;

static void edge_text_init(EdgeText *text, const RsClaims *claims, RsLanguage language, bool strict) {
  char buffer[11];
  for (int kind = 0; kind < RS_N_RELATIONS; kind++) {
    const char *name = rs_relation_name[kind];
    text->opening[kind] = strict ? g_strdup("\"><data key=\"e_label\">") : g_strdup_printf("\" label=\"%s\"><data key=\"e_label\">", name);
    text->middle[kind] = g_strdup_printf("</data><data key=\"e_kind\">%s</data><data key=\"e_weight\">", name);
    text->opening_length[kind] = strlen(text->opening[kind]);
    text->middle_length[kind] = strlen(text->middle[kind]);
  }
  text->unit_one = rs_say_n(language, " claim", " claims", 1);
  text->unit_many = rs_say_n(language, " claim", " claims", 2);
  text->unit_one_length = strlen(text->unit_one);
  text->unit_many_length = strlen(text->unit_many);
  text->first_day = claims->first_day;
  const size_t n = (size_t)(claims->last_day - claims->first_day) + 1;
  text->day = g_malloc_n(n, sizeof *text->day);
  for (size_t i = 0; i < n; i++) memcpy(text->day[i], rs_day_format((uint16_t)(claims->first_day + i), buffer), 10);
}

static void edge_text_clear(EdgeText *text) {
  for (int kind = 0; kind < RS_N_RELATIONS; kind++) {
    g_free(text->opening[kind]);
    g_free(text->middle[kind]);
  }
  g_free(text->day);
}

static void edge_write(RsXml *xml, const EdgeText *text, const Edge *edge) {
  const uint32_t lines = edge->sum.lines;
  rs_xml_room(xml);
  rs_xml_literal(xml, "<edge id=\"e");
  rs_xml_unsigned(xml, edge->number);
  rs_xml_literal(xml, "\" source=\"");
  rs_xml_raw(xml, edge->source, edge->source_length);
  rs_xml_literal(xml, "\" target=\"");
  rs_xml_raw(xml, edge->target, edge->target_length);
  rs_xml_raw(xml, text->opening[edge->kind], text->opening_length[edge->kind]);
  rs_xml_unsigned(xml, lines);
  if (lines == 1) rs_xml_raw(xml, text->unit_one, text->unit_one_length);
  else rs_xml_raw(xml, text->unit_many, text->unit_many_length);
  rs_xml_raw(xml, text->middle[edge->kind], text->middle_length[edge->kind]);
  rs_xml_unsigned(xml, CLAMP(edge->days, 1u, 100u));
  rs_xml_literal(xml, ".000</data><data key=\"e_n_claims\">");
  rs_xml_unsigned(xml, lines);
  rs_xml_literal(xml, "</data><data key=\"e_amount\">");
  rs_xml_fixed(xml, edge->sum.amount, 2);
  rs_xml_literal(xml, "</data><data key=\"e_first_date\">");
  rs_xml_raw(xml, text->day[edge->sum.first_day - text->first_day], 10);
  rs_xml_literal(xml, "</data><data key=\"e_last_date\">");
  rs_xml_raw(xml, text->day[edge->sum.last_day - text->first_day], 10);
  rs_xml_literal(xml, "</data></edge>\n");
}

/* ---- a subgraph ---- */

/* What the rows call it. */
static const char *name_in_rows(const RsClaims *claims, RsKind kind, uint32_t id) {
  const RsText *names = kind == RS_DRUG ? claims->drug_name : kind == RS_INSTITUTION ? claims->institution_name : NULL;
  return names != NULL ? rs_text_get(names, id) : "";
}

const char *rs_case_name(const RsCase *c, const RsMask *mask, RsKind kind, uint32_t id, char buffer[32]) {
  const char *name = name_in_rows(c->claims, kind, id);
  if (*name != '\0' || c->reader == NULL) return name; /* disguised already, where it is */
  name = rs_reader_attribute(c->reader, (unsigned)kind, rs_knowledge_id(c->knowledge, kind, id), "name");
  return c->policy != NULL && c->policy->name[kind] ? rs_mask_text(mask, 'n', name, buffer) : name;
}

const char *rs_case_label(const RsCase *c, const RsMask *mask, RsKind kind, uint32_t id, char buffer[32]) {
  const char *key = rs_knowledge_id(c->knowledge, kind, id);
  if (kind == RS_PERSON && !rs_mask_is_clear(mask)) return rs_mask_text(mask, 'p', key, buffer);
  const char *name = rs_case_name(c, mask, kind, id, buffer);
  return *name == '\0' ? key : name;
}

const char *rs_case_reasons(unsigned patterns, bool watched, char buffer[128]) {
  buffer[0] = '\0';
  for (int pattern = 0; pattern < RS_N_PATTERNS; pattern++)
    if (patterns >> pattern & 1u) {
      if (buffer[0] != '\0') g_strlcat(buffer, ";", 128);
      g_strlcat(buffer, rs_pattern_name[pattern], 128);
    }
  if (watched) g_strlcat(buffer, buffer[0] != '\0' ? ";watched" : "watched", 128);
  return buffer;
}

typedef struct {
  const RsCase *c;
  const RsMask *mask;
  const RsEntities *entities;
  const RsSubgraph *subgraph;
  const RsNodeIds *ids;
} Drawing;

static void subgraph_node_write(RsXml *xml, const Drawing *drawing, uint32_t i) {
  const RsSubgraphNode *from = &drawing->subgraph->node[i];
  const RsRings *rings = drawing->c->rings;
  char label[32], ring[16] = "", reasons[128];
  const bool masked = from->kind == RS_PERSON && !rs_mask_is_clear(drawing->mask);
  if (from->ring != RS_NONE) g_snprintf(ring, sizeof ring, "R%04u", from->ring + 1);
  rs_case_reasons(from->patterns, rs_watch_has(drawing->c->watch, from->kind, from->id), reasons);
  const Node node = {
      .id = rs_node_id(drawing->ids, i), .id_length = rs_node_id_length(drawing->ids, i), .kind = from->kind,
      .label = rs_case_label(drawing->c, drawing->mask, from->kind, from->id, label),
      .ref = masked ? NULL : rs_knowledge_id(drawing->c->knowledge, from->kind, from->id),
      .role = from->member ? rs_role_name[from->role] : "context", .ring = ring, .reasons = reasons,
      .n_rings = from->n_rings, .community = NO_VALUE, .component = NO_VALUE, .core = NO_VALUE,
      .has_score = from->ring != RS_NONE, .flagged = from->n_rings > 0, .placed = true,
      .score = from->ring != RS_NONE ? rings->rings[from->ring].score : 0, .x = from->x, .y = from->y,
      .size = from->size, .entity = &drawing->entities->of[from->kind][from->id]};
  node_write(xml, &node);
}

static void subgraph_edges_write(RsXml *xml, const Drawing *drawing) {
  const RsSubgraph *subgraph = drawing->subgraph;
  const RsNodeIds *ids = drawing->ids;
  g_autofree uint32_t *order = rs_subgraph_edges_by(subgraph, ids->rank);
  EdgeText text;
  edge_text_init(&text, drawing->c->claims, drawing->c->text_language, xml->style.strict);
  for (uint32_t i = 0; i < subgraph->n_edges; i++) {
    const RsSubgraphEdge *from = &subgraph->edge[order[i]];
    const Edge edge = {i + 1u, rs_node_id(ids, from->from), rs_node_id(ids, from->to), rs_node_id_length(ids, from->from),
                       rs_node_id_length(ids, from->to), from->kind, drawing->c->knowledge->relation[from->kind].days[from->row], from->sum};
    edge_write(xml, &text, &edge);
  }
  edge_text_clear(&text);
}

static RsNodeIds *subgraph_ids(const RsCase *c, const RsMask *mask, const RsSubgraph *subgraph) {
  g_autofree RsKind *kind = g_new(RsKind, (gsize)subgraph->n_nodes + 1);
  g_autofree uint32_t *source = g_new(uint32_t, (gsize)subgraph->n_nodes + 1);
  for (uint32_t i = 0; i < subgraph->n_nodes; i++) {
    kind[i] = subgraph->node[i].kind;
    source[i] = subgraph->node[i].id;
  }
  return rs_node_ids_new(c->knowledge, mask, subgraph->n_nodes, kind, source, RS_PERSON, c->n_threads);
}

void rs_graphml_write_subgraph(const RsCase *c, const RsMask *mask, const RsEntities *entities, const RsSubgraph *subgraph,
                               uint32_t ring, const RsXmlStyle *style, RsOutput *output, RsXmlCounts *counts) {
  g_autoptr(RsNodeIds) ids = subgraph_ids(c, mask, subgraph);
  const Drawing drawing = {c, mask, entities, subgraph, ids};
  const unsigned sized = subgraph->n_nodes > 0 && subgraph->node[0].size != NO_VALUE ? SIZED : 0u;
  char name[16] = "kg";
  if (ring != RS_NONE) g_snprintf(name, sizeof name, "R%04u", ring + 1);
  RsXml *xml = rs_xml_new(output, style);
  document_begin(xml, PLACED | sized | (ring == RS_NONE ? 0u : RING_FILE), name);
  if (ring != RS_NONE && !xml->style.gephi_quiet) {
    data_text(xml, "g_ring", name);
    rs_xml_room(xml);
    DATA_BEGIN(xml, "g_score");
    rs_xml_signed(xml, c->rings->rings[ring].score);
    DATA_END(xml);
  }
  rs_xml_room(xml);
  rs_xml_literal(xml, "\n");
  for (uint32_t i = 0; i < subgraph->n_nodes; i++) subgraph_node_write(xml, &drawing, ids->order[i]);
  subgraph_edges_write(xml, &drawing);
  document_end(xml);
  rs_xml_free(xml, counts);
}

/* ---- a picture ---- */

static void picture_node_write(RsXml *xml, const RsPictureNode *from) {
  const RsEntity entity = {from->n_claims, from->amount, from->n_links, from->first_day, from->last_day};
  const Node node = {.id = from->id, .id_length = strlen(from->id), .kind = from->kind, .label = from->label, .ref = from->ref,
                     .role = from->role, .ring = from->ring, .reasons = from->reasons, .n_rings = from->n_rings, .community = NO_VALUE,
                     .component = NO_VALUE, .core = NO_VALUE, .has_score = from->has_score, .flagged = from->flagged,
                     .placed = from->placed, .score = from->score, .x = from->x, .y = from->y, .size = from->size, .entity = &entity};
  node_write(xml, &node);
}

static void picture_edges_write(RsXml *xml, const RsPicture *picture) {
  static const RsClaims any_day = {.first_day = 0, .last_day = UINT16_MAX};
  EdgeText text;
  edge_text_init(&text, &any_day, picture->language, xml->style.strict);
  for (guint i = 0; i < picture->edges->len; i++) {
    const RsPictureEdge *from = rs_picture_edge(picture, i);
    const char *source = rs_picture_node(picture, from->from)->id, *target = rs_picture_node(picture, from->to)->id;
    const RsTieSum sum = {.amount = from->amount, .lines = (uint32_t)MIN(from->n_claims, (uint64_t)UINT32_MAX),
                          .first_day = from->first_day, .last_day = from->last_day};
    const Edge edge = {i + 1u, source, target, strlen(source), strlen(target), from->kind, from->weight, sum};
    edge_write(xml, &text, &edge);
  }
  edge_text_clear(&text);
}

void rs_graphml_write_picture(const RsPicture *picture, const RsXmlStyle *style, RsOutput *output, RsXmlCounts *counts) {
  const bool ring = strcmp(picture->name, "kg") != 0;
  const bool sized = picture->nodes->len > 0 && rs_picture_node(picture, 0)->size != NO_VALUE;
  RsXml *xml = rs_xml_new(output, style);
  document_begin(xml, PLACED | (sized ? SIZED : 0u) | (ring ? RING_FILE : 0u), picture->name);
  if (ring && !xml->style.gephi_quiet) data_text(xml, "g_ring", picture->name);
  rs_xml_room(xml);
  rs_xml_literal(xml, "\n");
  for (guint i = 0; i < picture->nodes->len; i++) picture_node_write(xml, rs_picture_node(picture, i));
  picture_edges_write(xml, picture);
  document_end(xml);
  rs_xml_free(xml, counts);
}

/* ---- the whole graph ---- */

/* Node ids begin with D, I, M or P: that is the order of kinds in a file sorted by id. */
static const RsKind kinds_by_letter[RS_N_KINDS] = {RS_DOCTOR, RS_INSTITUTION, RS_DRUG, RS_PERSON};

typedef struct {
  const RsKnowledge *knowledge;
  const RsMask *mask;
  const RsEntities *entities;
  RsNodeIds *ids[RS_N_KINDS];
  uint32_t first[RS_N_KINDS]; /* global number of each kind's first node */
  const uint32_t *component, *core, *community;
  RsSizes sizes;
  uint64_t n_edges;
} Whole;

static uint32_t label_at(const uint32_t *label, uint32_t node) {
  return label == NULL || label[node] > INT32_MAX ? NO_VALUE : label[node];
}

static void whole_node_write(RsXml *xml, const Whole *whole, RsKind kind, uint32_t i) {
  const RsNodeIds *ids = whole->ids[kind];
  const char *key = rs_knowledge_id(whole->knowledge, kind, i);
  const bool masked = kind == RS_PERSON && !rs_mask_is_clear(whole->mask);
  const char *name = name_in_rows(whole->knowledge->claims, kind, i);
  const uint32_t global = whole->first[kind] + i;
  const RsEntity *entity = &whole->entities->of[kind][i];
  const Node node = {.id = rs_node_id(ids, i), .id_length = rs_node_id_length(ids, i), .kind = kind,
                     .label = masked ? rs_node_id(ids, i) + 2 : *name != '\0' ? name : key, .ref = masked ? NULL : key,
                     .n_rings = NO_VALUE, .community = label_at(whole->community, global),
                     .component = label_at(whole->component, global), .core = label_at(whole->core, global),
                     .size = rs_sizes_get(&whole->sizes, entity->n_links), .entity = entity};
  node_write(xml, &node);
}

typedef struct { uint32_t rank, row; } RowOrder;

static int compare_rows(const void *a, const void *b) {
  const RowOrder *x = a, *y = b;
  return (x->rank > y->rank) - (x->rank < y->rank);
}

/* The edges of one source in one relation, by the target's id. Targets are numbered by their text, so they mostly stand in order. */
static void whole_row_write(RsXml *xml, const EdgeText *text, Whole *whole, RsRelationKind kind, uint32_t from, GArray *order) {
  const RsRelation *relation = &whole->knowledge->relation[kind];
  const RsNodeIds *source = whole->ids[rs_relation_from[kind]], *target = whole->ids[rs_relation_to[kind]];
  const uint64_t begin = relation->offset[from];
  const uint32_t n = (uint32_t)(relation->offset[from + 1] - begin);
  const RowOrder *at = NULL;
  if (!target->in_order) {
    g_array_set_size(order, n);
    RowOrder *item = (RowOrder *)(void *)order->data;
    for (uint32_t i = 0; i < n; i++) item[i] = (RowOrder){target->rank[relation->to[begin + i]], i};
    if (n > 1) qsort(item, n, sizeof *item, compare_rows);
    at = item;
  }
  Edge edge = {.source = rs_node_id(source, from), .source_length = rs_node_id_length(source, from), .kind = kind};
  for (uint32_t i = 0; i < n; i++) {
    const uint64_t row = begin + (at == NULL ? i : at[i].row);
    edge.number = ++whole->n_edges;
    edge.days = relation->days[row];
    edge.sum = (RsTieSum){relation->amount[row], relation->fund[row], relation->lines[row], relation->first_day[row], relation->last_day[row]};
    edge.target = rs_node_id(target, relation->to[row]);
    edge.target_length = rs_node_id_length(target, relation->to[row]);
    edge_write(xml, text, &edge);
  }
}

static void whole_edges_write(RsXml *xml, Whole *whole) {
  g_autoptr(GArray) order = g_array_new(FALSE, FALSE, sizeof(RowOrder));
  EdgeText text;
  edge_text_init(&text, whole->knowledge->claims, RS_LANG_EN, xml->style.strict);
  for (int k = 0; k < RS_N_KINDS; k++) {
    const RsKind source = kinds_by_letter[k];
    for (uint32_t i = 0; i < whole->ids[source]->n; i++)
      for (int t = 0; t < RS_N_KINDS; t++)
        for (int kind = 0; kind < RS_N_RELATIONS; kind++)
          if (rs_relation_from[kind] == source && rs_relation_to[kind] == kinds_by_letter[t])
            whole_row_write(xml, &text, whole, (RsRelationKind)kind, whole->ids[source]->order[i], order);
  }
  edge_text_clear(&text);
}

static RsSizes degree_sizes(const RsKnowledge *knowledge, const RsEntities *entities) {
  g_autoptr(GHashTable) seen = g_hash_table_new(g_direct_hash, g_direct_equal); /* distinct degrees are few */
  for (int kind = 0; kind < RS_N_KINDS; kind++)
    for (uint32_t i = 0; i < rs_knowledge_count(knowledge, (RsKind)kind); i++)
      g_hash_table_add(seen, GUINT_TO_POINTER(entities->of[kind][i].n_links));
  guint n = 0;
  g_autofree gpointer *degree = g_hash_table_get_keys_as_array(seen, &n);
  uint64_t *value = g_new(uint64_t, (gsize)n + 1);
  for (guint i = 0; i < n; i++) value[i] = GPOINTER_TO_UINT(degree[i]);
  return rs_sizes_new(value, n);
}

static void whole_init(Whole *whole) {
  uint32_t first = 0;
  for (int kind = 0; kind < RS_N_KINDS; kind++) {
    const uint32_t n = rs_knowledge_count(whole->knowledge, (RsKind)kind);
    whole->first[kind] = first;
    first += n;
    whole->ids[kind] = rs_node_ids_new(whole->knowledge, whole->mask, n, NULL, NULL, (RsKind)kind, rs_parallel_default_threads());
  }
  whole->sizes = degree_sizes(whole->knowledge, whole->entities);
}

static void whole_clear(Whole *whole) {
  for (int kind = 0; kind < RS_N_KINDS; kind++) rs_node_ids_free(whole->ids[kind]);
  g_free(whole->sizes.value);
}

bool rs_graphml_write_knowledge(const RsKnowledge *knowledge, const RsMask *mask, const uint32_t *component, const uint32_t *core,
                                const uint32_t *community, const RsXmlStyle *style, RsXmlCounts *counts, const char *path, GError **error) {
  g_autoptr(RsOutput) output = rs_output_open(path, error);
  if (output == NULL) return false;
  g_autoptr(RsEntities) entities = rs_entities_new(knowledge);
  Whole whole = {.knowledge = knowledge, .mask = mask, .entities = entities, .component = component, .core = core,
                 .community = community};
  whole_init(&whole);
  RsXml *xml = rs_xml_new(output, style);
  document_begin(xml, (component != NULL ? COMPONENT : 0u) | (core != NULL ? CORE : 0u) | (community != NULL ? COMMUNITY : 0u) |
                      (whole.sizes.n >= 2 ? SIZED : 0u), "kg");
  rs_xml_room(xml);
  rs_xml_literal(xml, "\n");
  for (int k = 0; k < RS_N_KINDS; k++) {
    const RsNodeIds *ids = whole.ids[kinds_by_letter[k]];
    for (uint32_t i = 0; i < ids->n; i++) whole_node_write(xml, &whole, kinds_by_letter[k], ids->order[i]);
  }
  whole_edges_write(xml, &whole);
  document_end(xml);
  rs_xml_free(xml, counts);
  whole_clear(&whole);
  return rs_output_close(output, error);
}
