/* Neo4j's bulk import: one file a kind of node and of relation, typed headers, ids unique in all, and the command in import.txt. */
#include "base/calendar.h"
#include "exporters/exporter.h"

static const char *const label_of[RS_N_KINDS] = {"Person", "Doctor", "Institution", "Drug"};

static void text(RsOutput *output, const char *value) {
  rs_output_csv(output, value);
  rs_output_char(output, ',');
}

static void day(RsOutput *output, bool known, uint16_t value, char after) {
  char buffer[11];
  if (known) rs_output_text(output, rs_day_format(value, buffer));
  rs_output_char(output, after);
}

static void node_write(RsOutput *output, const RsPictureNode *node) {
  text(output, node->id);
  text(output, node->label);
  text(output, node->ref);
  text(output, node->role);
  text(output, node->ring);
  rs_output_unsigned(output, node->n_rings);
  rs_output_char(output, ',');
  if (node->has_score) rs_output_signed(output, node->score);
  rs_output_char(output, ',');
  text(output, node->flagged ? "true" : "false");
  text(output, node->reasons);
  rs_output_unsigned(output, node->n_claims);
  rs_output_char(output, ',');
  rs_output_fixed(output, node->amount, 2);
  rs_output_char(output, ',');
  day(output, node->dated, node->first_day, ',');
  day(output, node->dated, node->last_day, ',');
  rs_output_unsigned(output, node->n_links);
  rs_output_char(output, '\n');
}

static bool kind_write(const RsPicture *picture, RsKind kind, const char *folder, GError **error) {
  g_autofree char *path = g_strdup_printf("%s/%s.csv", folder, rs_kind_name[kind]);
  g_autoptr(RsOutput) output = rs_output_open(path, error);
  if (output == NULL) return false;
  rs_output_text(output, "id:ID(");
  rs_output_text(output, label_of[kind]);
  rs_output_text(
      output, "),label,ref,role,ring,n_rings:int,score:int,flagged:boolean,reasons,n_claims:long,amount:double,first_date:date,"
              "last_date:date,n_links:int\n");
  for (guint i = 0; i < picture->nodes->len; i++)
    if (rs_picture_node(picture, i)->kind == kind) node_write(output, rs_picture_node(picture, i));
  return rs_output_close(output, error);
}

static void edge_write(RsOutput *output, const RsPicture *picture, const RsPictureEdge *edge) {
  text(output, rs_picture_node(picture, edge->from)->id);
  text(output, rs_picture_node(picture, edge->to)->id);
  text(output, rs_relation_name[edge->kind]);
  rs_output_unsigned(output, edge->weight);
  rs_output_char(output, ',');
  rs_output_unsigned(output, edge->n_claims);
  rs_output_char(output, ',');
  rs_output_fixed(output, edge->amount, 2);
  rs_output_char(output, ',');
  day(output, true, edge->first_day, ',');
  day(output, true, edge->last_day, '\n');
}

static bool relation_write(const RsPicture *picture, RsRelationKind kind, const char *folder, GError **error) {
  g_autofree char *path = g_strdup_printf("%s/%s.csv", folder, rs_relation_name[kind]);
  g_autoptr(RsOutput) output = rs_output_open(path, error);
  if (output == NULL) return false;
  g_autofree char *header =
      g_strdup_printf(":START_ID(%s),:END_ID(%s),:TYPE,days:int,n_claims:long,amount:double,first_date:date,last_date:date\n",
                      label_of[rs_relation_from[kind]], label_of[rs_relation_to[kind]]);
  rs_output_text(output, header);
  for (guint i = 0; i < picture->edges->len; i++)
    if (rs_picture_edge(picture, i)->kind == kind) edge_write(output, picture, rs_picture_edge(picture, i));
  return rs_output_close(output, error);
}

static bool command_write(const char *folder, GError **error) {
  g_autofree char *path = g_build_filename(folder, "import.txt", NULL);
  g_autoptr(RsOutput) output = rs_output_open(path, error);
  if (output == NULL) return false;
  rs_output_text(output, "Run in this folder, with the database stopped and empty (Neo4j 5; cells may hold line breaks):\n\n"
                         "neo4j-admin database import full neo4j --overwrite-destination --multiline-fields=true \\\n");
  for (int kind = 0; kind < RS_N_KINDS; kind++) {
    g_autofree char *line = g_strdup_printf("  --nodes=%s=%s.csv \\\n", label_of[kind], rs_kind_name[kind]);
    rs_output_text(output, line);
  }
  for (int kind = 0; kind < RS_N_RELATIONS; kind++) {
    g_autofree char *line =
        g_strdup_printf("  --relationships=%s.csv%s\n", rs_relation_name[kind], kind + 1 < RS_N_RELATIONS ? " \\" : "");
    rs_output_text(output, line);
  }
  rs_output_text(output,
                 "\nThen, for example: MATCH (p:Person)-[r:FILLED_AT]->(i:Institution) WHERE p.ring = 'R0001' RETURN p, r, i\n");
  return rs_output_close(output, error);
}

bool rs_neo4j_write(const RsExport *what, const char *folder, GError **error) {
  for (int kind = 0; kind < RS_N_KINDS; kind++)
    if (!kind_write(what->picture, (RsKind)kind, folder, error)) return false;
  for (int kind = 0; kind < RS_N_RELATIONS; kind++)
    if (!relation_write(what->picture, (RsRelationKind)kind, folder, error)) return false;
  return command_write(folder, error);
}
