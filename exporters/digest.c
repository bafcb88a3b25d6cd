#include "exporters/digest.h"

#include "exporters/checksum.h"
#include "exporters/csv.h"
#include "exporters/graphml.h"

#include <string.h>

#define ROWS_AT_A_TIME 2048

enum { GRAPH = -1, USED = -2 };

static const struct { const char *name; int table; } parts[RS_N_DIGEST_PARTS] = {
    {"rings.csv", RS_TABLE_RING}, {"members.csv", RS_TABLE_MEMBER}, {"facts.csv", RS_TABLE_FACT},
    {"graph.graphml", GRAPH}, {"evidence.csv", RS_TABLE_EVIDENCE}, {"used", USED}};

/* Text goes through memory into the hash, a few rows at a time. */
typedef struct { RsOutput *text; RsChecksum *checksum; unsigned n_rows; } Sink;

static void sink_flush(Sink *sink) {
  size_t length;
  const char *start = rs_output_take(sink->text, &length);
  if (length > 0) rs_checksum_update(sink->checksum, start, length);
  sink->n_rows = 0;
}

static void sink_row(const RsTable *table, const RsCell *cell, void *data) {
  Sink *sink = data;
  rs_csv_row(sink->text, table, cell, true);
  if (++sink->n_rows == ROWS_AT_A_TIME) sink_flush(sink);
}

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
  g_autoptr(RsOutput) text = rs_output_memory();
  Sink sink = {text, rs_checksum_new(), 0};
  g_assert(rs_mask_is_clear(view->mask));
  if (parts[part].table == USED) {
    used_write(view->c, text);
  } else if (parts[part].table == GRAPH) {
    RsXmlCounts counts = {0, 0, 0};
    rs_graphml_write_subgraph(view->c, view->mask, view->data->entities, view->data->subgraph, RS_NONE, NULL, text, &counts);
  } else {
    const RsTable *table = &rs_table[parts[part].table];
    rs_csv_header(text, table, true);
    rs_table_walk(table, view, sink_row, &sink);
  }
  sink_flush(&sink);
  rs_checksum_finish(sink.checksum, hex);
}

const char *rs_digest_part_name(unsigned part) { return parts[part].name; }

void rs_digest_join(char part[RS_N_DIGEST_PARTS][65], char digest[65]) {
  g_autoptr(GString) lines = g_string_new(NULL);
  for (unsigned i = 0; i < RS_N_DIGEST_PARTS; i++) g_string_append_printf(lines, "%s  %s\n", part[i], parts[i].name);
  rs_checksum_bytes(lines->str, lines->len, digest);
}
