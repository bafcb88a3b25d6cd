#include "bench/graphml_peers.h"

#include "base/calendar.h"

#include <igraph.h>
#include <libxml/xmlwriter.h>
#include <stdio.h>

static const char *const colors[RS_N_KINDS] = {"#d55e00", "#0072b2", "#56b4e9", "#f0e442"};
static const char letters[RS_N_KINDS] = {'P', 'D', 'I', 'M'};

static void node_id(const RsKnowledge *knowledge, RsKind kind, uint32_t i, char id[64]) {
  g_snprintf(id, 64, "%c:%s", letters[kind], rs_knowledge_id(knowledge, kind, i));
}

static void money(int64_t fen, char text[32]) { g_snprintf(text, 32, "%lld.%02lld", (long long)(fen / 100), llabs(fen % 100)); }

/* ---- libxml2 ---- */

static const char *const names[][3] = {
    {"label", "node", "string"},      {"kind", "node", "string"},       {"ref", "node", "string"},        {"flagged", "node", "boolean"},
    {"n_claims", "node", "long"},     {"amount", "node", "double"},     {"first_date", "node", "string"}, {"last_date", "node", "string"},
    {"n_links", "node", "int"},       {"size", "node", "double"},       {"color", "node", "string"},      {"e_label", "edge", "string"},
    {"e_kind", "edge", "string"},     {"e_weight", "edge", "double"},   {"e_n_claims", "edge", "long"},   {"e_amount", "edge", "double"},
    {"e_first_date", "edge", "string"}, {"e_last_date", "edge", "string"}};

static void data(xmlTextWriterPtr writer, const char *key, const char *value) {
  xmlTextWriterStartElement(writer, BAD_CAST "data");
  xmlTextWriterWriteAttribute(writer, BAD_CAST "key", BAD_CAST key);
  xmlTextWriterWriteString(writer, BAD_CAST value);
  xmlTextWriterEndElement(writer);
}

static void data_number(xmlTextWriterPtr writer, const char *key, unsigned long long value) {
  char text[32];
  g_snprintf(text, sizeof text, "%llu", value);
  data(writer, key, text);
}

static void data_sums(xmlTextWriterPtr writer, bool of_edge, unsigned long long n_claims, int64_t amount, uint16_t first, uint16_t last) {
  char text[32], day[11];
  data_number(writer, of_edge ? "e_n_claims" : "n_claims", n_claims);
  money(amount, text);
  data(writer, of_edge ? "e_amount" : "amount", text);
  data(writer, of_edge ? "e_first_date" : "first_date", rs_day_format(first, day));
  data(writer, of_edge ? "e_last_date" : "last_date", rs_day_format(last, day));
}

static void xml_node(xmlTextWriterPtr writer, const RsKnowledge *knowledge, const RsEntities *entities, RsKind kind, uint32_t i) {
  const RsEntity *entity = &entities->of[kind][i];
  char id[64];
  node_id(knowledge, kind, i, id);
  xmlTextWriterStartElement(writer, BAD_CAST "node");
  xmlTextWriterWriteAttribute(writer, BAD_CAST "id", BAD_CAST id);
  data(writer, "label", id + 2);
  data(writer, "kind", rs_kind_name[kind]);
  data(writer, "ref", id + 2);
  data(writer, "flagged", "false");
  data_sums(writer, false, entity->n_claims, entity->amount, entity->first_day, entity->last_day);
  data_number(writer, "n_links", entity->n_links);
  data(writer, "size", "10.00");
  data(writer, "color", colors[kind]);
  xmlTextWriterEndElement(writer);
}

static void xml_edge(xmlTextWriterPtr writer, const RsKnowledge *knowledge, RsRelationKind kind, uint32_t from, uint64_t row, uint64_t n) {
  const RsRelation *relation = &knowledge->relation[kind];
  char text[64];
  xmlTextWriterStartElement(writer, BAD_CAST "edge");
  g_snprintf(text, sizeof text, "e%llu", (unsigned long long)n);
  xmlTextWriterWriteAttribute(writer, BAD_CAST "id", BAD_CAST text);
  node_id(knowledge, rs_relation_from[kind], from, text);
  xmlTextWriterWriteAttribute(writer, BAD_CAST "source", BAD_CAST text);
  node_id(knowledge, rs_relation_to[kind], relation->to[row], text);
  xmlTextWriterWriteAttribute(writer, BAD_CAST "target", BAD_CAST text);
  xmlTextWriterWriteAttribute(writer, BAD_CAST "label", BAD_CAST rs_relation_name[kind]);
  g_snprintf(text, sizeof text, "%u claims", relation->lines[row]);
  data(writer, "e_label", text);
  data(writer, "e_kind", rs_relation_name[kind]);
  g_snprintf(text, sizeof text, "%u.000", relation->days[row]);
  data(writer, "e_weight", text);
  data_sums(writer, true, relation->lines[row], relation->amount[row], relation->first_day[row], relation->last_day[row]);
  xmlTextWriterEndElement(writer);
}

bool rs_peer_xml_writer(const RsKnowledge *knowledge, const RsEntities *entities, const char *path) {
  xmlTextWriterPtr writer = xmlNewTextWriterFilename(path, 0);
  uint64_t n = 0;
  if (writer == NULL) return false;
  xmlTextWriterStartDocument(writer, NULL, "UTF-8", NULL);
  xmlTextWriterStartElement(writer, BAD_CAST "graphml");
  xmlTextWriterWriteAttribute(writer, BAD_CAST "xmlns", BAD_CAST "http://graphml.graphdrawing.org/xmlns");
  for (size_t i = 0; i < G_N_ELEMENTS(names); i++) {
    xmlTextWriterStartElement(writer, BAD_CAST "key");
    xmlTextWriterWriteAttribute(writer, BAD_CAST "id", BAD_CAST names[i][0]);
    xmlTextWriterWriteAttribute(writer, BAD_CAST "for", BAD_CAST names[i][1]);
    xmlTextWriterWriteAttribute(writer, BAD_CAST "attr.name", BAD_CAST(names[i][0] + (names[i][1][0] == 'e' ? 2 : 0)));
    xmlTextWriterWriteAttribute(writer, BAD_CAST "attr.type", BAD_CAST names[i][2]);
    xmlTextWriterEndElement(writer);
  }
  xmlTextWriterStartElement(writer, BAD_CAST "graph");
  xmlTextWriterWriteAttribute(writer, BAD_CAST "edgedefault", BAD_CAST "directed");
  for (int kind = 0; kind < RS_N_KINDS; kind++)
    for (uint32_t i = 0; i < rs_knowledge_count(knowledge, (RsKind)kind); i++) xml_node(writer, knowledge, entities, (RsKind)kind, i);
  for (int kind = 0; kind < RS_N_RELATIONS; kind++)
    for (uint32_t from = 0; from < knowledge->relation[kind].n_from; from++)
      for (uint64_t row = knowledge->relation[kind].offset[from]; row < knowledge->relation[kind].offset[from + 1]; row++)
        xml_edge(writer, knowledge, (RsRelationKind)kind, from, row, ++n);
  const bool good = xmlTextWriterEndDocument(writer) >= 0;
  xmlFreeTextWriter(writer);
  return good;
}

/* ---- igraph ---- */

struct RsPeerIgraph { igraph_t graph; };

typedef struct {
  igraph_strvector_t text[6]; /* label kind ref first_date last_date color */
  igraph_vector_t number[4];  /* n_claims amount n_links size */
  igraph_vector_bool_t flagged;
} Columns;

static void text_set(igraph_t *graph, bool of_edge, const char *name, igraph_strvector_t *column) {
  if (of_edge) igraph_cattribute_EAS_setv(graph, name, column);
  else igraph_cattribute_VAS_setv(graph, name, column);
  igraph_strvector_destroy(column);
}

static void number_set(igraph_t *graph, bool of_edge, const char *name, igraph_vector_t *column) {
  if (of_edge) igraph_cattribute_EAN_setv(graph, name, column);
  else igraph_cattribute_VAN_setv(graph, name, column);
  igraph_vector_destroy(column);
}

static void columns_init(Columns *columns, igraph_integer_t n) {
  for (int i = 0; i < 6; i++) igraph_strvector_init(&columns->text[i], n);
  for (int i = 0; i < 4; i++) igraph_vector_init(&columns->number[i], n);
}

static void nodes_set(igraph_t *graph, const RsKnowledge *knowledge, const RsEntities *entities) {
  Columns columns;
  igraph_integer_t v = 0;
  char day[11];
  columns_init(&columns, igraph_vcount(graph));
  igraph_vector_bool_init(&columns.flagged, igraph_vcount(graph));
  for (int kind = 0; kind < RS_N_KINDS; kind++)
    for (uint32_t i = 0; i < rs_knowledge_count(knowledge, (RsKind)kind); i++, v++) {
      const RsEntity *entity = &entities->of[kind][i];
      igraph_strvector_set(&columns.text[0], v, rs_knowledge_id(knowledge, (RsKind)kind, i));
      igraph_strvector_set(&columns.text[1], v, rs_kind_name[kind]);
      igraph_strvector_set(&columns.text[2], v, rs_knowledge_id(knowledge, (RsKind)kind, i));
      igraph_strvector_set(&columns.text[3], v, rs_day_format(entity->first_day, day));
      igraph_strvector_set(&columns.text[4], v, rs_day_format(entity->last_day, day));
      igraph_strvector_set(&columns.text[5], v, colors[kind]);
      VECTOR(columns.number[0])[v] = (double)entity->n_claims;
      VECTOR(columns.number[1])[v] = (double)entity->amount / 100;
      VECTOR(columns.number[2])[v] = entity->n_links;
      VECTOR(columns.number[3])[v] = 10;
    }
  static const char *const texts[] = {"label", "kind", "ref", "first_date", "last_date", "color"};
  static const char *const numbers[] = {"n_claims", "amount", "n_links", "size"};
  for (int i = 0; i < 6; i++) text_set(graph, false, texts[i], &columns.text[i]);
  for (int i = 0; i < 4; i++) number_set(graph, false, numbers[i], &columns.number[i]);
  igraph_cattribute_VAB_setv(graph, "flagged", &columns.flagged);
  igraph_vector_bool_destroy(&columns.flagged);
}

static void edges_set(igraph_t *graph, const RsKnowledge *knowledge) {
  Columns columns;
  igraph_integer_t e = 0;
  char text[32];
  columns_init(&columns, igraph_ecount(graph));
  for (int kind = 0; kind < RS_N_RELATIONS; kind++) {
    const RsRelation *relation = &knowledge->relation[kind];
    for (uint64_t row = 0; row < relation->n; row++, e++) {
      g_snprintf(text, sizeof text, "%u claims", relation->lines[row]);
      igraph_strvector_set(&columns.text[0], e, text);
      igraph_strvector_set(&columns.text[1], e, rs_relation_name[kind]);
      igraph_strvector_set(&columns.text[3], e, rs_day_format(relation->first_day[row], text));
      igraph_strvector_set(&columns.text[4], e, rs_day_format(relation->last_day[row], text));
      VECTOR(columns.number[0])[e] = relation->lines[row];
      VECTOR(columns.number[1])[e] = (double)relation->amount[row] / 100;
      VECTOR(columns.number[2])[e] = relation->days[row];
    }
  }
  static const char *const texts[] = {"label", "kind", NULL, "first_date", "last_date", NULL};
  static const char *const numbers[] = {"n_claims", "amount", "weight", NULL};
  for (int i = 0; i < 6; i++)
    if (texts[i] != NULL) text_set(graph, true, texts[i], &columns.text[i]);
    else igraph_strvector_destroy(&columns.text[i]);
  for (int i = 0; i < 4; i++)
    if (numbers[i] != NULL) number_set(graph, true, numbers[i], &columns.number[i]);
    else igraph_vector_destroy(&columns.number[i]);
}

RsPeerIgraph *rs_peer_igraph_new(const RsKnowledge *knowledge, const RsEntities *entities) {
  RsPeerIgraph *peer = g_new0(RsPeerIgraph, 1);
  igraph_integer_t first[RS_N_KINDS], n = 0, at = 0;
  igraph_vector_int_t ends;
  uint64_t n_edges = 0;
  igraph_set_attribute_table(&igraph_cattribute_table);
  for (int kind = 0; kind < RS_N_KINDS; n += rs_knowledge_count(knowledge, (RsKind)kind), kind++) first[kind] = n;
  for (int kind = 0; kind < RS_N_RELATIONS; kind++) n_edges += knowledge->relation[kind].n;
  igraph_vector_int_init(&ends, (igraph_integer_t)(2 * n_edges));
  for (int kind = 0; kind < RS_N_RELATIONS; kind++)
    for (uint32_t from = 0; from < knowledge->relation[kind].n_from; from++)
      for (uint64_t row = knowledge->relation[kind].offset[from]; row < knowledge->relation[kind].offset[from + 1]; row++) {
        VECTOR(ends)[at++] = first[rs_relation_from[kind]] + from;
        VECTOR(ends)[at++] = first[rs_relation_to[kind]] + knowledge->relation[kind].to[row];
      }
  igraph_create(&peer->graph, &ends, n, IGRAPH_DIRECTED);
  igraph_vector_int_destroy(&ends);
  nodes_set(&peer->graph, knowledge, entities);
  edges_set(&peer->graph, knowledge);
  return peer;
}

bool rs_peer_igraph_write(const RsPeerIgraph *peer, const char *path) {
  FILE *file = fopen(path, "w");
  if (file == NULL) return false;
  const bool good = igraph_write_graph_graphml(&peer->graph, file, true) == IGRAPH_SUCCESS;
  return fclose(file) == 0 && good;
}

void rs_peer_igraph_free(RsPeerIgraph *peer) {
  igraph_destroy(&peer->graph);
  g_free(peer);
}
