/* nodes.csv and edges.csv as Gephi's spreadsheet import reads them: its own columns first, in its own spelling. Places and colours are not
 * here, as Gephi takes columns of these names for something else: GraphML and GEXF carry them. */
#include "base/calendar.h"
#include "exporters/exporter.h"

static void text(RsOutput *output, const char *value) {
  rs_output_csv(output, value);
  rs_output_char(output, ',');
}

static void number(RsOutput *output, uint64_t value) {
  rs_output_unsigned(output, value);
  rs_output_char(output, ',');
}

static void money(RsOutput *output, int64_t value) {
  rs_output_fixed(output, value, 2);
  rs_output_char(output, ',');
}

static void day(RsOutput *output, bool known, uint16_t value, char after) {
  char buffer[11];
  if (known) rs_output_text(output, rs_day_format(value, buffer));
  rs_output_char(output, after);
}

static bool nodes_write(const RsPicture *picture, const char *folder, GError **error) {
  g_autofree char *path = g_build_filename(folder, "nodes.csv", NULL);
  g_autoptr(RsOutput) output = rs_output_open(path, error);
  if (output == NULL) return false;
  rs_output_text(output,
                 "Id,Label,kind,ref,role,ring,n_rings,score,flagged,reasons,n_claims,amount,first_date,last_date,n_links\n");
  for (guint i = 0; i < picture->nodes->len; i++) {
    const RsPictureNode *node = rs_picture_node(picture, i);
    text(output, node->id);
    text(output, node->label);
    text(output, rs_kind_name[node->kind]);
    text(output, node->ref);
    text(output, node->role);
    text(output, node->ring);
    number(output, node->n_rings);
    if (node->has_score) rs_output_signed(output, node->score);
    rs_output_char(output, ',');
    text(output, node->flagged ? "true" : "false");
    text(output, node->reasons);
    number(output, node->n_claims);
    money(output, node->amount);
    day(output, node->dated, node->first_day, ',');
    day(output, node->dated, node->last_day, ',');
    rs_output_unsigned(output, node->n_links);
    rs_output_char(output, '\n');
  }
  return rs_output_close(output, error);
}

static bool edges_write(const RsPicture *picture, const char *folder, GError **error) {
  g_autofree char *path = g_build_filename(folder, "edges.csv", NULL);
  g_autoptr(RsOutput) output = rs_output_open(path, error);
  char label[48];
  if (output == NULL) return false;
  rs_output_text(output, "Source,Target,Type,Weight,kind,Id,Label,n_claims,amount,first_date,last_date\n");
  for (guint i = 0; i < picture->edges->len; i++) {
    const RsPictureEdge *edge = rs_picture_edge(picture, i);
    text(output, rs_picture_node(picture, edge->from)->id);
    text(output, rs_picture_node(picture, edge->to)->id);
    text(output, "Directed");
    number(output, edge->weight);
    text(output, rs_relation_name[edge->kind]);
    rs_output_char(output, 'e');
    number(output, (uint64_t)i + 1);
    text(output, rs_picture_edge_label(picture, edge, label));
    number(output, edge->n_claims);
    money(output, edge->amount);
    day(output, true, edge->first_day, ',');
    day(output, true, edge->last_day, '\n');
  }
  return rs_output_close(output, error);
}

bool rs_gephi_write(const RsExport *what, const char *folder, GError **error) {
  return nodes_write(what->picture, folder, error) && edges_write(what->picture, folder, error);
}
