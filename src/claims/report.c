#include "claims/report.h"

const char *const rs_place_name[RS_N_PLACES] = {NC_("place", "used"), NC_("place", "outside"), NC_("place", "repeated"), NC_("place", "reversed"), NC_("place", "rejected")};
const char *const rs_reason_name[RS_N_REASONS] = {
    NC_("reason", "fields"),      NC_("reason", "quote"), NC_("reason", "too_long"), NC_("reason", "bytes"),    NC_("reason", "person"),
    NC_("reason", "institution"), NC_("reason", "time"),  NC_("reason", "number"),   NC_("reason", "conflict"), NC_("reason", "no_settlement")};

static void input_file_free(gpointer data) {
  RsInputFile *file = data;
  g_free(file->path);
  g_free(file->name);
  g_free(file->role);
  g_free(file->mapping);
  g_free(file);
}

void rs_reject_free(RsReject *reject) {
  rs_said_free(reject->detail);
  g_free(reject->raw);
  g_free(reject);
}

static void reject_destroy(gpointer reject) { rs_reject_free(reject); }

RsReport *rs_report_new(void) {
  RsReport *report = g_new0(RsReport, 1);
  report->files = g_ptr_array_new_with_free_func(input_file_free);
  report->rejects = g_ptr_array_new_with_free_func(reject_destroy);
  report->notes = g_ptr_array_new_with_free_func(rs_said_free);
  return report;
}

void rs_report_free(RsReport *report) {
  if (report == NULL) return;
  g_ptr_array_unref(report->files);
  g_ptr_array_unref(report->rejects);
  g_ptr_array_unref(report->notes);
  g_free(report);
}

bool rs_report_balances(const RsReport *report) {
  uint64_t rows = 0;
  int64_t amount = 0;
  for (int place = 0; place < RS_N_PLACES; place++) {
    rows += report->rows[place];
    amount += report->amount[place];
  }
  return rows == report->rows_read && amount == report->amount_read;
}
