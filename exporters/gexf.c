#include "exporters/gexf.h"

#include "base/calendar.h"
#include "exporters/graphml.h"

#include <stdlib.h>

/* Times are local and days whole, so one zone is as good as another; every reader knows this one. */
#define TIME_ZONE "UTC"
#define DECLARATION "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
#define OPENING_13 DECLARATION "<gexf xmlns=\"http://gexf.net/1.3\" xmlns:viz=\"http://gexf.net/1.3/viz\" version=\"1.3\">\n"
#define OPENING_12 DECLARATION "<gexf xmlns=\"http://www.gexf.net/1.2draft\" xmlns:viz=\"http://www.gexf.net/1.2draft/viz\" version=\"1.2\">\n"

static const struct {
  const char *name, *type;
} node_attributes[] = {{"kind", "string"},     {"ref", "string"},    {"role", "string"},       {"ring", "string"},
                       {"n_rings", "integer"}, {"score", "integer"}, {"flagged", "boolean"},   {"reasons", "string"},
                       {"n_claims", "long"},   {"amount", "double"}, {"first_date", "string"}, {"last_date", "string"},
                       {"n_links", "integer"}},
  edge_attributes[] = {{"n_claims", "long"}, {"amount", "double"}, {"first_date", "string"}, {"last_date", "string"}};

static void literal_name(RsXml *xml, const char *text) { rs_xml_raw(xml, text, strlen(text)); }

static void attributes_declare(RsXml *xml, bool of_edges) {
  const size_t n = of_edges ? G_N_ELEMENTS(edge_attributes) : G_N_ELEMENTS(node_attributes);
  rs_xml_literal(xml, "<attributes class=\"");
  literal_name(xml, of_edges ? "edge" : "node");
  rs_xml_literal(xml, "\" mode=\"static\">\n");
  for (size_t i = 0; i < n; i++) {
    const char *name = of_edges ? edge_attributes[i].name : node_attributes[i].name;
    rs_xml_literal(xml, "<attribute id=\"");
    literal_name(xml, name);
    rs_xml_literal(xml, "\" title=\"");
    literal_name(xml, name);
    rs_xml_literal(xml, "\" type=\"");
    literal_name(xml, of_edges ? edge_attributes[i].type : node_attributes[i].type);
    rs_xml_literal(xml, "\"/>\n");
    rs_xml_room(xml);
  }
  rs_xml_literal(xml, "</attributes>\n");
}

#define VALUE_BEGIN(xml, name) rs_xml_literal(xml, "<attvalue for=\"" name "\" value=\"")
#define VALUE_END(xml) rs_xml_literal(xml, "\"/>")

static void value_text(RsXml *xml, const char *name, const char *text) {
  if (*text == '\0') return;
  g_autofree char *guarded = rs_xml_guarded(xml, text);
  if (guarded != NULL) text = guarded;
  rs_xml_room(xml);
  rs_xml_literal(xml, "<attvalue for=\"");
  literal_name(xml, name);
  rs_xml_literal(xml, "\" value=\"");
  rs_xml_attribute(xml, text);
  rs_xml_gephi_check(xml, text, false);
  rs_xml_room(xml);
  VALUE_END(xml);
}

static void day_write(RsXml *xml, uint16_t day) {
  char text[11];
  rs_xml_raw(xml, rs_day_format(day, text), 10);
}

static void period_write(RsXml *xml, uint16_t first, uint16_t last) {
  rs_xml_literal(xml, " start=\"");
  day_write(xml, first);
  rs_xml_literal(xml, "\" end=\"");
  day_write(xml, last);
  rs_xml_literal(xml, "\"");
}

static void dates_write(RsXml *xml, uint16_t first, uint16_t last) {
  VALUE_BEGIN(xml, "first_date");
  day_write(xml, first);
  VALUE_END(xml);
  VALUE_BEGIN(xml, "last_date");
  day_write(xml, last);
  VALUE_END(xml);
}

static void sums_write(RsXml *xml, uint64_t n_claims, int64_t amount) {
  VALUE_BEGIN(xml, "n_claims");
  rs_xml_unsigned(xml, n_claims);
  VALUE_END(xml);
  VALUE_BEGIN(xml, "amount");
  rs_xml_fixed(xml, amount, 2);
  VALUE_END(xml);
}

static void color_write(RsXml *xml, RsKind kind) {
  static const char *const channel[] = {"<viz:color r=\"", "\" g=\"", "\" b=\""};
  const unsigned long color = strtoul(rs_kind_color[kind] + 1, NULL, 16);
  for (unsigned i = 0; i < 3; i++) {
    literal_name(xml, channel[i]);
    rs_xml_unsigned(xml, color >> (16 - 8 * i) & 255);
  }
  rs_xml_literal(xml, "\"/>");
}

static void looks_write(RsXml *xml, const RsPictureNode *node) {
  color_write(xml, node->kind);
  if (node->placed) {
    rs_xml_literal(xml, "<viz:position x=\"");
    rs_xml_fixed(xml, node->x, 2);
    rs_xml_literal(xml, "\" y=\"");
    rs_xml_fixed(xml, node->y, 2);
    rs_xml_literal(xml, "\" z=\"0.0\"/>");
  }
  if (node->size == RS_NONE) return;
  rs_xml_literal(xml, "<viz:size value=\"");
  rs_xml_fixed(xml, node->size, 2);
  rs_xml_literal(xml, "\"/>");
}

static void node_write(RsXml *xml, const RsPictureNode *node) {
  rs_xml_room(xml);
  rs_xml_literal(xml, "<node id=\"");
  literal_name(xml, node->id);
  rs_xml_literal(xml, "\" label=\"");
  rs_xml_attribute(xml, *node->label == '\0' ? node->id : node->label);
  rs_xml_gephi_check(xml, node->label, true);
  rs_xml_room(xml);
  rs_xml_literal(xml, "\"");
  if (node->dated) period_write(xml, node->first_day, node->last_day);
  rs_xml_literal(xml, "><attvalues>");
  value_text(xml, "kind", rs_kind_name[node->kind]);
  value_text(xml, "ref", node->ref);
  value_text(xml, "role", node->role);
  value_text(xml, "ring", node->ring);
  rs_xml_room(xml);
  VALUE_BEGIN(xml, "n_rings");
  rs_xml_unsigned(xml, node->n_rings);
  VALUE_END(xml);
  if (node->has_score) {
    VALUE_BEGIN(xml, "score");
    rs_xml_signed(xml, node->score);
    VALUE_END(xml);
  }
  value_text(xml, "flagged", node->flagged ? "true" : "false");
  value_text(xml, "reasons", node->reasons);
  rs_xml_room(xml);
  sums_write(xml, node->n_claims, node->amount);
  if (node->dated) dates_write(xml, node->first_day, node->last_day);
  VALUE_BEGIN(xml, "n_links");
  rs_xml_unsigned(xml, MIN(node->n_links, (uint32_t)INT32_MAX));
  VALUE_END(xml);
  rs_xml_literal(xml, "</attvalues>");
  looks_write(xml, node);
  rs_xml_literal(xml, "</node>\n");
}

static void spells_write(RsXml *xml, const RsPicture *picture, const RsPictureEdge *edge) {
  if (edge->n_spells < 2) return;
  rs_xml_literal(xml, "<spells>");
  for (uint32_t i = 0; i < edge->n_spells; i++) {
    const RsSpell *spell = rs_picture_spell(picture, edge->spell + i);
    rs_xml_room(xml);
    rs_xml_literal(xml, "<spell");
    period_write(xml, spell->first, spell->last);
    rs_xml_literal(xml, "/>");
  }
  rs_xml_literal(xml, "</spells>");
}

static void edge_write(RsXml *xml, const RsPicture *picture, uint32_t i) {
  const RsPictureEdge *edge = rs_picture_edge(picture, i);
  char label[48];
  rs_xml_room(xml);
  rs_xml_literal(xml, "<edge id=\"e");
  rs_xml_unsigned(xml, (uint64_t)i + 1);
  rs_xml_literal(xml, "\" source=\"");
  literal_name(xml, rs_picture_node(picture, edge->from)->id);
  rs_xml_literal(xml, "\" target=\"");
  literal_name(xml, rs_picture_node(picture, edge->to)->id);
  if (!xml->style.gexf_12) {
    rs_xml_literal(xml, "\" kind=\"");
    literal_name(xml, rs_relation_name[edge->kind]);
  }
  rs_xml_literal(xml, "\" label=\"");
  literal_name(xml, rs_picture_edge_label(picture, edge, label));
  rs_xml_literal(xml, "\" weight=\"");
  rs_xml_unsigned(xml, edge->weight);
  rs_xml_literal(xml, ".000\"");
  if (edge->n_spells < 2) period_write(xml, edge->first_day, edge->last_day);
  rs_xml_literal(xml, "><attvalues>");
  sums_write(xml, edge->n_claims, edge->amount);
  dates_write(xml, edge->first_day, edge->last_day);
  rs_xml_literal(xml, "</attvalues>");
  spells_write(xml, picture, edge);
  rs_xml_room(xml);
  rs_xml_literal(xml, "</edge>\n");
}

void rs_gexf_write(const RsPicture *picture, const RsXmlStyle *style, RsOutput *output, RsXmlCounts *counts) {
  RsXml *xml = rs_xml_new(output, style);
  const bool old = xml->style.gexf_12;
  literal_name(xml, old ? OPENING_12 : OPENING_13);
  rs_xml_literal(xml, "<meta><creator>ringscope " RS_VERSION "</creator><description>");
  rs_xml_text(xml, picture->name);
  rs_xml_room(xml);
  rs_xml_literal(xml, "</description></meta>\n<graph mode=\"dynamic\" defaultedgetype=\"directed\" timeformat=\"date\"");
  literal_name(xml, old ? ">\n" : " timerepresentation=\"interval\" timezone=\"" TIME_ZONE "\">\n");
  attributes_declare(xml, false);
  attributes_declare(xml, true);
  rs_xml_literal(xml, "<nodes>\n");
  for (guint i = 0; i < picture->nodes->len; i++) node_write(xml, rs_picture_node(picture, i));
  rs_xml_room(xml);
  rs_xml_literal(xml, "</nodes>\n<edges>\n");
  for (guint i = 0; i < picture->edges->len; i++) edge_write(xml, picture, i);
  rs_xml_room(xml);
  rs_xml_literal(xml, "</edges>\n</graph>\n</gexf>\n");
  rs_xml_free(xml, counts);
}
