/* A link table, one row a link, as i2's import wizard and Excel's power query take it. */
#include "base/calendar.h"
#include "exporters/exporter.h"

static void end_write(RsOutput *output, const RsPictureNode *node) {
  rs_output_csv(output, rs_kind_name[node->kind]);
  rs_output_char(output, ',');
  rs_output_csv(output, node->key);
  rs_output_char(output, ',');
  rs_output_csv(output, node->label);
  rs_output_char(output, ',');
}

bool rs_i2_write(const RsExport *what, const char *path, GError **error) {
  const RsPicture *picture = what->picture;
  g_autoptr(RsOutput) output = rs_output_open(path, error);
  g_autofree char *source = g_strdup_printf("ringscope %s", picture->name);
  char day[11];
  if (output == NULL) return false;
  rs_output_text(output, "from_type,from_id,from_label,link_type,to_type,to_id,to_label,date_time,amount,count,source\n");
  for (guint i = 0; i < picture->edges->len; i++) {
    const RsPictureEdge *edge = rs_picture_edge(picture, i);
    end_write(output, rs_picture_node(picture, edge->from));
    rs_output_csv(output, rs_relation_name[edge->kind]);
    rs_output_char(output, ',');
    end_write(output, rs_picture_node(picture, edge->to));
    rs_output_text(output, rs_day_format(edge->first_day, day));
    rs_output_char(output, ',');
    rs_output_fixed(output, edge->amount, 2);
    rs_output_char(output, ',');
    rs_output_unsigned(output, edge->n_claims);
    rs_output_char(output, ',');
    rs_output_csv(output, source);
    rs_output_char(output, '\n');
  }
  return rs_output_close(output, error);
}
