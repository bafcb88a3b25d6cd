#include "exporters/reconciliation.h"

#include "exporters/json.h"

static void files_write(RsJson *json, const RsReport *report) {
  rs_json_begin(json, "files", '[');
  for (guint i = 0; i < report->files->len; i++) {
    const RsInputFile *file = g_ptr_array_index(report->files, i);
    const char delimiter[2] = {file->delimiter, '\0'};
    rs_json_begin(json, NULL, '{');
    rs_json_text(json, "name", file->name);
    rs_json_text(json, "role", file->role);
    rs_json_text(json, "encoding", file->encoding);
    rs_json_text(json, "compression", file->compression);
    rs_json_text(json, "delimiter", delimiter);
    rs_json_text(json, "mapping", file->mapping);
    rs_json_unsigned(json, "rows", file->rows);
    rs_json_unsigned(json, "bytes", file->bytes);
    rs_json_text(json, "sha256", file->sha256);
    rs_json_end(json, '}');
  }
  rs_json_end(json, ']');
}

static void balance_write(RsJson *json, const RsReport *report) {
  rs_json_begin(json, "rows", '{');
  rs_json_unsigned(json, "read", report->rows_read);
  for (int place = 0; place < RS_N_PLACES; place++) rs_json_unsigned(json, rs_place_name[place], report->rows[place]);
  rs_json_end(json, '}');
  rs_json_begin(json, "amount", '{');
  rs_json_money(json, "read", report->amount_read);
  for (int place = 0; place < RS_N_PLACES; place++) rs_json_money(json, rs_place_name[place], report->amount[place]);
  rs_json_end(json, '}');
  rs_json_bool(json, "balances", rs_report_balances(report));
  rs_json_unsigned(json, "unreadable_amounts", report->unreadable_amounts);
  rs_json_unsigned(json, "reversed_pairs", report->reversed_pairs);
  rs_json_unsigned(json, "partial_refunds", report->partial_refunds);
  rs_json_unsigned(json, "negative_without_original", report->negative_without_original);
  rs_json_unsigned(json, "date_only_rows", report->date_only_rows);
}

static void rejects_write(RsJson *json, const RsReport *report) {
  rs_json_begin(json, "rejected_by", '{');
  for (int reason = 0; reason < RS_N_REASONS; reason++)
    if (report->rejected_by[reason] > 0) rs_json_unsigned(json, rs_reason_name[reason], report->rejected_by[reason]);
  rs_json_end(json, '}');
}

static void settlements_write(RsJson *json, const RsReport *report) {
  if (report->settlements == 0 && report->lines_without_settlement == 0) return;
  rs_json_begin(json, "settlements", '{');
  rs_json_unsigned(json, "read", report->settlements);
  rs_json_unsigned(json, "without_lines", report->settlements_without_lines);
  rs_json_unsigned(json, "lines_without_settlement", report->lines_without_settlement);
  rs_json_unsigned(json, "with_difference", report->settlements_with_difference);
  rs_json_money(json, "difference", report->settlement_difference);
  rs_json_end(json, '}');
}

bool rs_reconciliation_write(const RsReport *report, RsLanguage language, const char *path, GError **error) {
  g_autoptr(RsOutput) output = rs_output_open(path, error);
  if (output == NULL) return false;
  RsJson json = rs_json(output);
  rs_json_begin(&json, NULL, '{');
  balance_write(&json, report);
  rejects_write(&json, report);
  settlements_write(&json, report);
  files_write(&json, report);
  rs_json_begin(&json, "notes", '[');
  for (guint i = 0; i < report->notes->len; i++) rs_json_text(&json, NULL, ((const RsSaid *)g_ptr_array_index(report->notes, i))->text[language]);
  rs_json_end(&json, ']');
  rs_json_end(&json, '}');
  rs_output_char(output, '\n');
  return rs_output_close(output, error);
}
