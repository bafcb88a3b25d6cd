#include "exporters/digest.h"

#include "exporters/checksum.h"
#include "exporters/csv.h"
#include "exporters/graphml.h"

#include <string.h>

enum { GRAPH = -1, USED = -2 };

static const struct { const char *name; int table; } parts[RS_N_DIGEST_PARTS] = {
    {"rings.csv", RS_TABLE_RING}, {"members.csv", RS_TABLE_MEMBER}, {"facts.csv", RS_TABLE_FACT},
    {"graph.graphml", GRAPH}, {"evidence.csv", RS_TABLE_EVIDENCE}, {"used", USED}};

static void hash(void *checksum, const char *bytes, size_t length) { rs_checksum_update(checksum, bytes, length); }

static void row_hash(const RsTable *table, const RsCell *cell, void *text) { rs_csv_row(text, table, cell, true); }

static void used_write(const RsCase *c, RsOutput *text) {
  rs_output_text(text, "rows,amount,lines,visits,persons,institutions,doctors,drugs\n");
  rs_output_unsigned(text, c->report->rows[RS_PLACE_USED]);
  rs_output_char(text, ',');
  rs_output_fixed(text, c->report->amount[RS_PLACE_USED], 2);
  const uint64_t count[] = {c->claims->n_lines, c->claims->n_visits, rs_knowledge_count(c->knowledge, RS_PERSON),
                            rs_knowledge_count(c->knowledge, RS_INSTITUTION), rs_knowledge_count(c->knowledge, RS_DOCTOR),
                            rs_knowledge_count(c->knowledge, RS_DRUG)};
  for (size_t i = 0; i < G_N_ELEMENTS(count); i++) {
    rs_output_char(text, ',');
    rs_output_unsigned(text, count[i]);
  }
  rs_output_char(text, '\n');
}

void rs_digest_part(const RsCaseView *view, unsigned part, char hex[65]) {
  RsChecksum *checksum = rs_checksum_new();
  g_autoptr(RsOutput) text = rs_output_to(hash, checksum);
  g_assert(rs_mask_is_clear(view->mask));
  if (parts[part].table == USED) {
    used_write(view->c, text);
  } else if (parts[part].table == GRAPH) {
    RsXmlCounts counts = {0, 0, 0};
    rs_graphml_write_subgraph(view->c, view->mask, view->data->entities, view->data->subgraph, RS_NONE, NULL, text, &counts);
  } else {
    const RsTable *table = &rs_table[parts[part].table];
    rs_csv_header(text, table, true);
    rs_table_walk(table, view, row_hash, text);
  }
  rs_output_close(text, NULL);
  rs_checksum_finish(checksum, hex);
}

const char *rs_digest_part_name(unsigned part) { return parts[part].name; }

void rs_digest_join(char part[RS_N_DIGEST_PARTS][65], char digest[65]) {
  g_autoptr(GString) lines = g_string_new(NULL);
  for (unsigned i = 0; i < RS_N_DIGEST_PARTS; i++) g_string_append_printf(lines, "%s  %s\n", part[i], parts[i].name);
  rs_checksum_bytes(lines->str, lines->len, digest);
}
