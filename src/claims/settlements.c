/* The platform's second table: read whole before the details, which are joined to it one by one. */
#include "base/error.h"
#include "base/hash.h"
#include "claims/ingest.h"
#include "claims/number.h"

#include <string.h>

/* A row whose settlement id was seen before, until all rows are known. */
typedef struct { RsSettlement row; uint32_t known; uint64_t content, rest; } Again;
/* Hashes of a row's cells; the second of those in which rows may differ and still be the same settlement. */
typedef struct { uint64_t content, rest; } Content;

typedef struct {
  RsInput *input;
  const RsReadOptions *options;
  RsRaw *raw;
  RsReport *report;
  RsCsv csv;
  GArray *row;     /* of RsSettlement */
  GArray *content; /* of Content, one a row: tells a repeat from a contradiction */
  GArray *again;   /* of Again */
  GByteArray *text;
  uint32_t *slot;
  uint32_t n_slots;
  RsNamesSeen institution_names;
  uint64_t money;   /* see RS_MOST_MONEY */
  size_t raw_text;  /* bytes of rejected records kept */
} Reading;

static uint32_t slot_of(const uint32_t *slot, uint32_t n_slots, const RsSettlement *row, uint64_t hash) {
  uint32_t s = (uint32_t)(hash >> 20) & (n_slots - 1);
  while (slot[s] != 0 && row[slot[s] - 1].hash != hash) s = (s + 1) & (n_slots - 1);
  return s;
}

static void slots_grow(Reading *reading) {
  const RsSettlement *row = (const RsSettlement *)(void *)reading->row->data;
  g_free(reading->slot);
  reading->n_slots = reading->n_slots ? 2 * reading->n_slots : 1024;
  reading->slot = g_new0(uint32_t, reading->n_slots);
  for (uint32_t i = 0; i < reading->row->len; i++) reading->slot[slot_of(reading->slot, reading->n_slots, row, row[i].hash)] = i + 1;
}

static void count(Reading *reading, RsPlace place, int64_t amount) {
  reading->report->rows_read++;
  reading->report->amount_read += amount;
  reading->report->rows[place]++;
  reading->report->amount[place] += amount;
}

static void reject(Reading *reading, uint32_t record, RsReason reason, RsSaid *detail, bool amount_read, int64_t amount) {
  size_t length;
  const char *raw = rs_csv_raw(&reading->csv, record, &length);
  reading->raw_text += MIN(length, RS_REJECT_TEXT_MOST);
  if (reading->raw_text > RS_REJECT_TEXT_BUDGET) length = 0;
  RsRow row = RS_ROW(reading->input->number, rs_csv_line(&reading->csv, record));
  g_ptr_array_add(reading->report->rejects, rs_reject_new(row, reason, detail, raw, length));
  reading->report->rejected_by[reason]++;
  reading->report->unreadable_amounts += !amount_read;
  count(reading, RS_PLACE_REJECTED, amount_read ? amount : 0);
}

static uint32_t cell_number(Reading *reading, uint32_t record, RsColumnRole role, RsDictionary *dictionary) {
  size_t length;
  const char *text = rs_cell(reading->input, &reading->csv, record, role, &length);
  return text == NULL ? RS_NONE : rs_dictionary_add(dictionary, text, length, rs_hash_bytes(text, length));
}

static bool flag_set(Reading *reading, uint32_t record, RsColumnRole role, bool (*test)(const RsMapping *, const char *, size_t)) {
  size_t length;
  const char *text = rs_cell(reading->input, &reading->csv, record, role, &length);
  return test(reading->input->mapping, text ? text : "", length);
}

/* False once the amounts are too large together: the run is refused. */
static bool money_fits(Reading *reading, int64_t amount) {
  if (reading->money <= RS_MOST_MONEY) reading->money += rs_money_magnitude(amount);
  return reading->money <= RS_MOST_MONEY;
}

static bool read_money(Reading *reading, uint32_t record, RsSettlement *settlement) {
  size_t length;
  const char *text = rs_cell(reading->input, &reading->csv, record, RS_COLUMN_AMOUNT, &length);
  if (!rs_number_money(text ? text : "", length, &settlement->total)) {
    reject(reading, record, RS_REASON_NUMBER, rs_reject_detail("amount", text, length, rs_money_refused_text), false, 0);
    return false;
  }
  if (!money_fits(reading, settlement->total)) return false;
  text = rs_cell(reading->input, &reading->csv, record, RS_COLUMN_FUND, &length);
  if (!rs_number_money(text ? text : "", length, &settlement->fund)) {
    reject(reading, record, RS_REASON_NUMBER, rs_reject_detail("fund_amount", text, length, rs_money_refused_text), true, settlement->total);
    return false;
  }
  return money_fits(reading, settlement->fund);
}

/* Who, where and when; a row without one of them is rejected. */
static bool read_visit(Reading *reading, uint32_t record, RsSettlement *settlement) {
  const RsInput *input = reading->input;
  size_t length;
  const char *text = rs_cell(input, &reading->csv, record, RS_COLUMN_PERSON, &length);
  if (text == NULL || length > RS_MAX_PERSON_ID || reading->text->len > UINT32_MAX - length - 1) {
    reject(reading, record, RS_REASON_PERSON, text == NULL ? rs_said_new("no person_id") : rs_said_new("person_id too long"), true, settlement->total);
    return false;
  }
  settlement->person = reading->text->len;
  g_byte_array_append(reading->text, (const guint8 *)text, (guint)length);
  g_byte_array_append(reading->text, (const guint8 *)"", 1);
  text = rs_cell(input, &reading->csv, record, RS_COLUMN_INSTITUTION, &length);
  if (text == NULL) {
    reject(reading, record, RS_REASON_INSTITUTION, rs_said_new("no institution_id"), true, settlement->total);
    return false;
  }
  settlement->institution = rs_dictionary_add(reading->raw->institution, text, length, rs_hash_bytes(text, length));
  g_autofree char *id = g_strndup(text, length);
  text = rs_cell(input, &reading->csv, record, RS_COLUMN_INSTITUTION_NAME, &length);
  if (text != NULL) rs_names_keep(&reading->raw->institution_names, &reading->institution_names, settlement->institution, text, length);
  text = rs_cell(input, &reading->csv, record, RS_COLUMN_INSTITUTION_TYPE, &length);
  g_autofree char *word = g_strndup(text ? text : "", length);
  settlement->type = (uint8_t)rs_mapping_institution_type(input->mapping, word, id);
  text = rs_cell(input, &reading->csv, record, RS_COLUMN_TIME, &length);
  RsTimeStatus status = text == NULL ? RS_TIME_UNREADABLE : rs_time_parse(text, length, &settlement->time);
  if (status == RS_TIME_DATE_ONLY) settlement->flags |= RS_RAW_DATE_ONLY;
  if (status == RS_TIME_OK || status == RS_TIME_DATE_ONLY) return true;
  reject(reading, record, RS_REASON_TIME, rs_reject_detail("time", text, length, rs_time_status_text(status)), true, settlement->total);
  return false;
}

static void place_settlement(Reading *reading, uint32_t record, RsSettlement *settlement) {
  const RsReadOptions *options = reading->options;
  uint32_t day = settlement->time / RS_DAY_SECONDS;
  bool valid = flag_set(reading, record, RS_COLUMN_VALID_FLAG, rs_mapping_is_valid);
  bool outside = !valid || (options->has_since && day < options->since) || (options->has_until && day > options->until);
  settlement->place = outside ? RS_PLACE_OUTSIDE : RS_PLACE_USED;
  if (flag_set(reading, record, RS_COLUMN_REFUND_FLAG, rs_mapping_is_refund)) settlement->flags |= RS_RAW_REFUND;
}

static uint64_t number_hash(const RsDictionary *dictionary, uint32_t number) {
  if (number == RS_NONE) return 0;
  size_t length;
  const char *text = rs_dictionary_text(dictionary, number, &length);
  return rs_hash_bytes(text, length);
}

static Content content_of(const Reading *reading, const RsSettlement *s) {
  const RsRaw *raw = reading->raw;
  const char *person = (const char *)reading->text->data + s->person;
  const uint64_t content[] = {rs_hash_bytes(person, strlen(person)), number_hash(raw->institution, s->institution),
                              (uint64_t)s->time << 16 | (uint64_t)(s->flags & RS_RAW_REFUND) << 8 | s->place,
                              (uint64_t)s->total, (uint64_t)s->fund, number_hash(raw->doctor, s->doctor), number_hash(raw->diagnosis, s->diagnosis)};
  const uint64_t rest[] = {number_hash(raw->region, s->person_region), number_hash(raw->region, s->service_region),
                           (uint64_t)s->type << 8 | s->flags};
  return (Content){rs_hash_bytes(content, sizeof content), rs_hash_bytes(rest, sizeof rest)};
}

static bool content_less(Content a, Content b) { return a.content != b.content ? a.content < b.content : a.rest < b.rest; }

/* A second row with an id. Of several contents the one that sorts first is kept, whatever the order of rows. */
static void add_again(Reading *reading, uint32_t known, const RsSettlement *settlement, Content content) {
  RsSettlement *kept = &g_array_index(reading->row, RsSettlement, known);
  Content *kept_content = &g_array_index(reading->content, Content, known);
  Again again = {*settlement, known, content.content, content.rest};
  if (content_less(content, *kept_content)) {
    again = (Again){*kept, known, kept_content->content, kept_content->rest};
    *kept = *settlement;
    *kept_content = content;
  }
  g_array_append_val(reading->again, again);
}

/* Now that it is known which row of each id is kept: the others are the same again, or a contradiction. */
static void place_again(Reading *reading) {
  for (guint i = 0; i < reading->again->len; i++) {
    const Again *again = &g_array_index(reading->again, Again, i);
    if (again->content == g_array_index(reading->content, Content, again->known).content) {
      count(reading, RS_PLACE_REPEATED, again->row.total);
      continue;
    }
    RsReject *rejected = rs_reject_new(again->row.row, RS_REASON_CONFLICT, rs_said_new("another row has the same settlement_id with other content"), "", 0);
    g_ptr_array_add(reading->report->rejects, rejected);
    reading->report->rejected_by[RS_REASON_CONFLICT]++;
    count(reading, RS_PLACE_REJECTED, again->row.total);
  }
}

static void read_record(Reading *reading, uint32_t record) {
  const RsInput *input = reading->input;
  reading->report->settlements++;
  RsFault fault = (RsFault)reading->csv.fault[record];
  uint32_t n = fault == RS_FAULT_NONE ? rs_csv_n_fields(&reading->csv, record) : 0;
  if (fault != RS_FAULT_NONE) {
    reject(reading, record, rs_fault_reason(fault), rs_said_new("the row cannot be split into fields"), false, 0);
    return;
  }
  if (!rs_fields_fit(input, &reading->csv, record)) {
    reject(reading, record, RS_REASON_FIELDS, rs_said_new("%u fields, the header has %u", n, input->n_fields), false, 0);
    return;
  }
  size_t length;
  RsSettlement settlement = {.row = RS_ROW(input->number, rs_csv_line(&reading->csv, record))};
  const char *id = rs_cell(input, &reading->csv, record, RS_COLUMN_SETTLEMENT, &length);
  if (id != NULL) settlement.hash = rs_hash_bytes(id, length);
  if (!read_money(reading, record, &settlement)) return;
  if (id == NULL) {
    reject(reading, record, RS_REASON_NO_SETTLEMENT, rs_said_new("no settlement_id"), true, settlement.total);
    return;
  }
  if (!read_visit(reading, record, &settlement)) return;
  settlement.doctor = cell_number(reading, record, RS_COLUMN_DOCTOR, reading->raw->doctor);
  settlement.diagnosis = cell_number(reading, record, RS_COLUMN_DIAGNOSIS, reading->raw->diagnosis);
  settlement.person_region = cell_number(reading, record, RS_COLUMN_PERSON_REGION, reading->raw->region);
  settlement.service_region = cell_number(reading, record, RS_COLUMN_SERVICE_REGION, reading->raw->region);
  place_settlement(reading, record, &settlement);
  Content content = content_of(reading, &settlement);
  if (2 * reading->row->len >= reading->n_slots) slots_grow(reading);
  uint32_t s = slot_of(reading->slot, reading->n_slots, (const RsSettlement *)(void *)reading->row->data, settlement.hash);
  if (reading->slot[s] != 0) {
    add_again(reading, reading->slot[s] - 1, &settlement, content);
    return;
  }
  g_array_append_val(reading->row, settlement);
  g_array_append_val(reading->content, content);
  reading->slot[s] = reading->row->len;
}

static bool read_blocks(Reading *reading, GError **error) {
  RsBlock block = {0};
  GError *failed = NULL;
  RsSource *source = rs_input_source(reading->input, &failed);
  while (source != NULL && reading->money <= RS_MOST_MONEY && rs_source_next(source, &block, &failed)) {
    rs_csv_read(&reading->csv, &block, reading->input->delimiter);
    uint32_t first = block.has_header ? 1 : 0;
    for (uint32_t r = first; r < reading->csv.n; r++) read_record(reading, r);
    reading->input->file->rows += reading->csv.n - MIN(first, reading->csv.n);
  }
  if (source != NULL) reading->input->file->encoding = rs_encoding_name[rs_source_encoding(source)];
  rs_source_free(source);
  rs_block_clear(&block);
  rs_csv_clear(&reading->csv);
  if (failed == NULL && reading->money > RS_MOST_MONEY) return rs_money_refuse(error);
  if (failed == NULL) return true;
  g_propagate_error(error, failed);
  return false;
}

RsSettlements *rs_settlements_read(RsInput *input, const RsReadOptions *options, RsRaw *raw, RsReport *report, GError **error) {
  Reading reading = {.input = input, .options = options, .raw = raw, .report = report};
  reading.row = g_array_new(FALSE, FALSE, sizeof(RsSettlement));
  reading.content = g_array_new(FALSE, FALSE, sizeof(Content));
  reading.again = g_array_new(FALSE, FALSE, sizeof(Again));
  reading.text = g_byte_array_new();
  bool ok = read_blocks(&reading, error);
  if (ok) place_again(&reading);
  rs_names_seen_clear(&reading.institution_names);
  g_array_unref(reading.again);
  g_array_unref(reading.content);
  if (reading.n_slots == 0) slots_grow(&reading);
  RsSettlements *settlements = g_new0(RsSettlements, 1);
  uint32_t n = reading.row->len;
  *settlements = (RsSettlements){.n = n,
                                 .row = (RsSettlement *)(void *)g_array_free(reading.row, FALSE),
                                 .n_slots = reading.n_slots,
                                 .slot = reading.slot,
                                 .text = (char *)g_byte_array_free(reading.text, FALSE),
                                 .has_fund = input->column[RS_COLUMN_FUND] >= 0,
                                 .has_total = input->column[RS_COLUMN_AMOUNT] >= 0,
                                 .money = reading.money};
  if (ok) return settlements;
  rs_settlements_free(settlements);
  return NULL;
}

RsSettlement *rs_settlements_find(const RsSettlements *settlements, uint64_t hash) {
  uint32_t s = slot_of(settlements->slot, settlements->n_slots, settlements->row, hash);
  return settlements->slot[s] == 0 ? NULL : &settlements->row[settlements->slot[s] - 1];
}

void rs_settlements_free(RsSettlements *settlements) {
  if (settlements == NULL) return;
  g_free(settlements->row);
  g_free(settlements->slot);
  g_free(settlements->text);
  g_free(settlements);
}
