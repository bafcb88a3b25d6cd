#include "exporters/tables_evidence.h"

#include "base/parallel.h"
#include "base/spill.h"
#include "exporters/cells.h"

#include <stdlib.h>
#include <string.h>

const RsTableColumn rs_evidence_columns[RS_EVIDENCE_COLUMNS] = {
    {"ring_id", RS_CELL_TEXT, false}, {"file", RS_CELL_TEXT, true}, {"line", RS_CELL_INTEGER, true},
    {"claim_id", RS_CELL_TEXT, false}, {"settlement_id", RS_CELL_TEXT, false}, {"person_id", RS_CELL_TEXT, false},
    {"doctor_id", RS_CELL_TEXT, false}, {"institution_id", RS_CELL_TEXT, false}, {"drug_code", RS_CELL_TEXT, false},
    {"time", RS_CELL_TEXT, false}, {"amount", RS_CELL_MONEY, false}, {"fund_amount", RS_CELL_MONEY, false},
    {"facts", RS_CELL_TEXT, false}};

/* ---- order ---- */

static const char *settlement_of(const RsCaseView *view, size_t at) {
  return view->settlement_text ? view->settlement_text[at] : view->data->texts->str + view->data->settlement_id[at];
}

static const char *claim_of(const RsCaseView *view, size_t at) {
  return view->claim_text ? view->claim_text[at] : view->data->texts->str + view->data->claim_id[at];
}

static const char *person_of(const RsCaseView *view, size_t at) {
  return view->shown_text ? view->shown_text[view->place[at]] : rs_text_get(view->c->claims->person, view->data->person[at]);
}

static int compare_texts(const char *a, const char *b) { return a == b ? 0 : strcmp(a, b); }
/* Numbers follow the ids' order, but the order of pseudonyms tells nothing: by what is printed. */
static int compare_ids(const RsText *text, uint32_t a, uint32_t b) {
  if (a == b) return 0;
  if (a == RS_NONE || b == RS_NONE || text == NULL) return a < b ? -1 : 1;
  return strcmp(rs_text_get(text, a), rs_text_get(text, b));
}
static int compare_numbers(uint64_t a, uint64_t b) { return (a > b) - (a < b); }

/* Everything that is printed takes part before the line number, so the order does not depend on which file a row stood in. */
static int compare_evidence(const void *a, const void *b, void *data) {
  const RsEvidenceRow *x = a, *y = b;
  if (x->order != y->order) return x->order < y->order ? -1 : 1;
  const RsCaseView *view = data;
  const RsClaims *c = view->c->claims;
  const uint32_t *visit = view->data->visit;
  int order = compare_ids(c->institution, c->visit_institution[visit[x->at]], c->visit_institution[visit[y->at]]);
  if (order == 0) order = compare_texts(settlement_of(view, x->at), settlement_of(view, y->at));
  if (order == 0) order = compare_texts(claim_of(view, x->at), claim_of(view, y->at));
  if (order == 0) order = compare_ids(c->drug, rs_line_drug(c, x->line), rs_line_drug(c, y->line));
  if (order == 0) order = compare_ids(c->doctor, rs_line_doctor(c, x->line), rs_line_doctor(c, y->line));
  if (order == 0) order = (rs_line_amount(c, x->line) > rs_line_amount(c, y->line)) - (rs_line_amount(c, x->line) < rs_line_amount(c, y->line));
  if (order == 0) order = (rs_line_fund(c, x->line) > rs_line_fund(c, y->line)) - (rs_line_fund(c, x->line) < rs_line_fund(c, y->line));
  if (order == 0) order = compare_numbers(x->facts, y->facts);
  if (order == 0) order = compare_numbers(rs_line_row(c, x->line), rs_line_row(c, y->line));
  return order;
}

static size_t line_position(const RsCaseData *data, uint64_t line) {
  size_t low = 0, high = data->n_lines;
  while (high - low > 1) {
    const size_t middle = low + (high - low) / 2;
    if (data->line[middle] <= line) low = middle;
    else high = middle;
  }
  return low;
}

static void ring_order(size_t task, unsigned thread, void *data) {
  (void)thread;
  RsCaseView *view = data;
  const RsRing *ring = &view->c->rings->rings[task];
  RsEvidenceRow *rows = view->evidence + view->first_evidence[task];
  for (uint64_t e = 0; e < ring->n_evidence; e++) {
    const RsEvidence *one = &ring->evidence[e];
    const size_t at = line_position(view->data, one->line);
    const uint64_t person = view->shown_rank[view->place[at]];
    rows[e] = (RsEvidenceRow){person << 34 | view->data->moment[at], one->line, (uint32_t)at, one->facts};
  }
  if (ring->n_evidence > 0) qsort_r(rows, ring->n_evidence, sizeof *rows, compare_evidence, view);
}

void rs_evidence_order(RsCaseView *view) {
  const RsRings *rings = view->c->rings;
  view->first_evidence = g_new0(uint64_t, (gsize)rings->n_rings + 1);
  for (uint32_t r = 0; r < rings->n_rings; r++)
    view->first_evidence[r + 1] = view->first_evidence[r] + rings->rings[r].n_evidence;
  view->evidence = g_new(RsEvidenceRow, view->first_evidence[rings->n_rings] + 1);
  rs_parallel(view->data->c->n_threads, rings->n_rings, ring_order, view);
}

/* ---- rows ---- */

static const char *fact_codes(const RsRing *ring, uint32_t facts, GString *codes) {
  g_string_truncate(codes, 0);
  for (uint32_t f = 0; f < MIN(ring->n_facts, 32u); f++) {
    if ((facts >> f & 1u) == 0) continue;
    if (codes->len > 0) g_string_append_c(codes, ';');
    g_string_append(codes, ring->facts[f].code);
  }
  return codes->str;
}

void rs_evidence_of_ring(const RsCaseView *view, uint32_t r, RsRowFunc row, void *data) {
  const RsClaims *claims = view->c->claims;
  const RsCaseData *from = view->data;
  const RsRing *ring = &view->c->rings->rings[r];
  const RsEvidenceRow *rows = view->evidence + view->first_evidence[r];
  g_autoptr(GString) codes = g_string_new(NULL);
  RingId id;
  ring_id(r, &id);
  for (uint64_t e = 0; e < ring->n_evidence; e++) {
    const RsEvidenceRow *one = &rows[e];
    rs_spill_look();
    const RsRow source = rs_line_row(claims, one->line);
    if (e == 0 || one->facts != rows[e - 1].facts) fact_codes(ring, one->facts, codes);
    const RsCell cell[] = {
        text_cell(id.text), text_cell(file_name(view->c->report, source)), count_cell(RS_ROW_LINE(source)),
        text_cell(claim_of(view, one->at)), text_cell(settlement_of(view, one->at)),
        text_cell(person_of(view, one->at)),
        text_cell(number_text(claims->doctor, rs_line_doctor(claims, one->line))),
        text_cell(rs_text_get(claims->institution, claims->visit_institution[from->visit[one->at]])),
        text_cell(number_text(claims->drug, rs_line_drug(claims, one->line))), text_cell(from->texts->str + from->time[one->at]),
        integer_cell(rs_line_amount(claims, one->line)), fund_cell(claims, rs_line_fund(claims, one->line)), text_cell(codes->str)};
    row(&rs_table[RS_TABLE_EVIDENCE], cell, data);
  }
}
