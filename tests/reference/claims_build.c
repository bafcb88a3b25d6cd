#include "reference/claims_build.h"

#include "base/error.h"
#include "base/hash.h"
#include "claims/report.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static bool is_filled(const char *text) { return text != NULL && text[0] != '\0'; }

/* ---- texts and numbers ---- */

typedef struct {
  GHashTable *number; /* text -> number + 1 */
  RsText *text;
} Numbering;

typedef const char *(*FieldOf)(const RsReferenceLine *line);
#define FIELD(name) \
  static const char *name##_of(const RsReferenceLine *line) { return line->name; }
FIELD(person)
FIELD(institution)
FIELD(doctor)
FIELD(drug)
FIELD(diagnosis)
FIELD(drug_name)
FIELD(institution_type)
FIELD(person_region)
FIELD(service_region)

static int text_order(const void *a, const void *b) { return strcmp(*(const char *const *)a, *(const char *const *)b); }

static int person_order(const void *a, const void *b) {
  const char *x = *(const char *const *)a, *y = *(const char *const *)b;
  uint64_t hash_x = rs_hash_bytes(x, strlen(x)), hash_y = rs_hash_bytes(y, strlen(y));
  if (hash_x != hash_y) return hash_x < hash_y ? -1 : 1;
  return strcmp(x, y);
}

static RsText *text_from_array(const char *const *texts, uint32_t n) {
  RsText *text = g_new0(RsText, 1);
  GString *bytes = g_string_new(NULL);
  text->n = n;
  text->offset = g_new0(uint64_t, (size_t)n + 1);
  for (uint32_t i = 0; i < n; i++) {
    g_string_append_len(bytes, texts[i], (gssize)strlen(texts[i]) + 1);
    text->offset[i + 1] = bytes->len;
  }
  text->bytes = g_string_free(bytes, FALSE);
  return text;
}

static Numbering number_texts(const RsReferenceLine *line, size_t n, FieldOf one, FieldOf other,
                              int (*order)(const void *, const void *)) {
  Numbering numbering = {g_hash_table_new(g_str_hash, g_str_equal), NULL};
  for (size_t i = 0; i < n; i++) {
    if (is_filled(one(&line[i]))) g_hash_table_add(numbering.number, (gpointer)one(&line[i]));
    if (other != NULL && is_filled(other(&line[i]))) g_hash_table_add(numbering.number, (gpointer)other(&line[i]));
  }
  guint n_texts = 0;
  g_autofree gpointer *texts = g_hash_table_get_keys_as_array(numbering.number, &n_texts);
  qsort(texts, n_texts, sizeof *texts, order);
  for (guint i = 0; i < n_texts; i++) g_hash_table_insert(numbering.number, texts[i], GUINT_TO_POINTER(i + 1));
  numbering.text = text_from_array((const char *const *)texts, n_texts);
  return numbering;
}

static uint32_t number_of(const Numbering *numbering, const char *text) {
  if (!is_filled(text)) return RS_NONE;
  return GPOINTER_TO_UINT(g_hash_table_lookup(numbering->number, text)) - 1;
}

/* Keeps the texts, drops the lookup. */
static RsText *numbering_close(Numbering *numbering) {
  g_hash_table_unref(numbering->number);
  return numbering->text;
}

/* ---- what most lines say of an entity ---- */

static int u64_order(const void *a, const void *b) {
  uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
  return (x > y) - (x < y);
}

static uint32_t *most_seen(const RsReferenceLine *line, size_t n, const Numbering *entity, FieldOf entity_of,
                           const Numbering *value, FieldOf value_of) {
  uint32_t *most = g_new(uint32_t, (size_t)entity->text->n + 1);
  uint32_t *most_lines = g_new0(uint32_t, (size_t)entity->text->n + 1);
  uint64_t *pair = g_new(uint64_t, n + 1);
  size_t n_pairs = 0;
  for (uint32_t i = 0; i <= entity->text->n; i++) most[i] = RS_NONE;
  for (size_t i = 0; i < n; i++) {
    uint32_t e = number_of(entity, entity_of(&line[i])), v = number_of(value, value_of(&line[i]));
    if (e != RS_NONE && v != RS_NONE) pair[n_pairs++] = (uint64_t)e << 32 | v;
  }
  qsort(pair, n_pairs, sizeof *pair, u64_order);
  for (size_t i = 0, end; i < n_pairs; i = end) {
    for (end = i; end < n_pairs && pair[end] == pair[i];) end++;
    uint32_t e = (uint32_t)(pair[i] >> 32);
    if (end - i <= most_lines[e]) continue;
    most_lines[e] = (uint32_t)(end - i);
    most[e] = (uint32_t)pair[i];
  }
  g_free(most_lines);
  g_free(pair);
  return most;
}

/* ---- times and other cells ---- */

static bool time_parse(const char *text, uint32_t *seconds) {
  unsigned year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0;
  int n = text == NULL ? 0 : sscanf(text, "%4u-%2u-%2u%*[ T]%2u:%2u:%2u", &year, &month, &day, &hour, &minute, &second);
  if (n < 3 || n == 4 || year < 1940 || year > 2075 || hour > 23 || minute > 59 || second > 59) return false;
  if (month < 1 || month > 12 || !g_date_valid_dmy((GDateDay)day, (GDateMonth)month, (GDateYear)year)) return false;
  GDate epoch, date;
  g_date_clear(&epoch, 1);
  g_date_clear(&date, 1);
  g_date_set_dmy(&epoch, 1, G_DATE_JANUARY, 1940);
  g_date_set_dmy(&date, (GDateDay)day, (GDateMonth)month, (GDateYear)year);
  *seconds = (uint32_t)g_date_days_between(&epoch, &date) * 86400u + hour * 3600 + minute * 60 + second;
  return true;
}

static uint8_t type_parse(const char *text) {
  if (g_strcmp0(text, "pharmacy") == 0) return RS_TYPE_PHARMACY;
  if (g_strcmp0(text, "hospital") == 0) return RS_TYPE_HOSPITAL;
  return g_strcmp0(text, "clinic") == 0 ? RS_TYPE_CLINIC : RS_TYPE_UNKNOWN;
}

/* ---- rows in table order ---- */

typedef struct {
  uint32_t person, time, institution;
  const char *settlement;
  uint32_t drug, doctor, diagnosis;
  float quantity;
  int64_t amount, fund;
  uint64_t trace, row;
} Row;

#define COMPARE(x, y) \
  if ((x) != (y)) return (x) < (y) ? -1 : 1

static int visit_order(const Row *a, const Row *b) {
  COMPARE(a->person, b->person);
  COMPARE(a->time, b->time);
  COMPARE(a->institution, b->institution);
  return strcmp(a->settlement, b->settlement);
}

static int row_order(const void *x, const void *y) {
  const Row *a = x, *b = y;
  int order = visit_order(a, b);
  if (order != 0) return order;
  COMPARE(a->drug, b->drug);
  COMPARE(a->doctor, b->doctor);
  COMPARE(a->diagnosis, b->diagnosis);
  COMPARE(a->quantity, b->quantity);
  COMPARE(a->amount, b->amount);
  COMPARE(a->fund, b->fund);
  COMPARE(a->trace, b->trace);
  COMPARE(a->row, b->row);
  return 0;
}

static void claims_allocate(RsClaims *claims, size_t n_lines, bool has_trace) {
  claims->person_visit = g_new0(uint32_t, n_lines + 1);
  claims->visit_time = g_new0(uint32_t, n_lines + 1);
  claims->visit_institution = g_new0(uint32_t, n_lines + 1);
  claims->visit_line = g_new0(uint64_t, n_lines + 1);
  g_assert(rs_claims_lines_new(claims, n_lines, NULL));
  if (has_trace) claims->line_trace = g_new0(uint64_t, n_lines + 1);
}

static void claims_fill(RsClaims *claims, const Row *row, size_t n) {
  for (size_t i = 0; i < n; i++) {
    if (i == 0 || visit_order(&row[i - 1], &row[i]) != 0) {
      if (i == 0 || row[i].person != row[i - 1].person) claims->person_visit[row[i].person] = claims->n_visits;
      claims->visit_time[claims->n_visits] = row[i].time;
      claims->visit_institution[claims->n_visits] = row[i].institution;
      claims->visit_line[claims->n_visits] = i;
      claims->n_visits++;
    }
    const RsLine line = {row[i].drug, row[i].doctor, row[i].diagnosis, row[i].quantity, row[i].amount, row[i].fund, row[i].row};
    rs_line_set(claims, i, &line);
    if (claims->line_trace != NULL) claims->line_trace[i] = row[i].trace;
    uint16_t day = (uint16_t)(row[i].time / 86400u);
    if (i == 0 || day < claims->first_day) claims->first_day = day;
    if (i == 0 || day > claims->last_day) claims->last_day = day;
  }
  claims->n_lines = n;
  claims->person_visit[claims->n_persons] = claims->n_visits;
  claims->visit_line[claims->n_visits] = n;
}

/* Columns that any line fills; a clock is a time longer than a date. */
static unsigned columns_filled(const RsReferenceLine *line, size_t n) {
  unsigned columns = 0;
  for (size_t i = 0; i < n; i++) {
    if (is_filled(line[i].settlement)) columns |= RS_HAS_SETTLEMENT;
    if (is_filled(line[i].doctor)) columns |= RS_HAS_DOCTOR;
    if (is_filled(line[i].drug)) columns |= RS_HAS_DRUG;
    if (is_filled(line[i].diagnosis)) columns |= RS_HAS_DIAGNOSIS;
    if (is_filled(line[i].person_region)) columns |= RS_HAS_PERSON_REGION;
    if (is_filled(line[i].service_region)) columns |= RS_HAS_SERVICE_REGION;
    if (is_filled(line[i].trace)) columns |= RS_HAS_TRACE;
    if (strlen(line[i].time) > 10) columns |= RS_HAS_CLOCK;
    if (fabs(line[i].quantity) > 0) columns |= RS_HAS_QUANTITY;
    if (line[i].amount != 0) columns |= RS_HAS_AMOUNT;
    if (line[i].fund != 0) columns |= RS_HAS_FUND;
  }
  return columns;
}

static void names_fill(RsClaims *claims, const RsReferenceLine *line, size_t n, const Numbering *drug) {
  Numbering name = number_texts(line, n, drug_name_of, NULL, text_order);
  g_autofree uint32_t *best = most_seen(line, n, drug, drug_of, &name, drug_name_of);
  g_autofree const char **texts = g_new(const char *, (size_t)drug->text->n + 1);
  for (uint32_t i = 0; i < drug->text->n; i++) texts[i] = best[i] == RS_NONE ? "" : rs_text_get(name.text, best[i]);
  claims->drug_name = text_from_array(texts, drug->text->n);
  rs_text_free(numbering_close(&name));
}

static void types_fill(RsClaims *claims, const RsReferenceLine *line, size_t n, const Numbering *institution) {
  Numbering type = number_texts(line, n, institution_type_of, NULL, text_order);
  g_autofree uint32_t *best = most_seen(line, n, institution, institution_of, &type, institution_type_of);
  claims->institution_type = g_new0(uint8_t, (size_t)institution->text->n + 1);
  for (uint32_t i = 0; i < institution->text->n; i++)
    claims->institution_type[i] = best[i] == RS_NONE ? RS_TYPE_UNKNOWN : type_parse(rs_text_get(type.text, best[i]));
  rs_text_free(numbering_close(&type));
}

static RsClaims *claims_build(const RsReferenceLine *line, const uint64_t *source_row, size_t n, unsigned columns) {
  RsClaims *claims = g_new0(RsClaims, 1);
  Numbering person = number_texts(line, n, person_of, NULL, person_order);
  Numbering institution = number_texts(line, n, institution_of, NULL, text_order);
  Numbering doctor = number_texts(line, n, doctor_of, NULL, text_order);
  Numbering drug = number_texts(line, n, drug_of, NULL, text_order);
  Numbering diagnosis = number_texts(line, n, diagnosis_of, NULL, text_order);
  Numbering region = number_texts(line, n, person_region_of, service_region_of, text_order);
  Row *row = g_new(Row, n + 1);

  for (size_t i = 0; i < n; i++) {
    uint32_t time = 0;
    if (!is_filled(line[i].person) || !is_filled(line[i].institution) || !time_parse(line[i].time, &time))
      g_error("line %zu of a test's claims lacks a person, institution or time", i);
    row[i] = (Row){number_of(&person, line[i].person), time, number_of(&institution, line[i].institution),
                   is_filled(line[i].settlement) ? line[i].settlement : "",
                   number_of(&drug, line[i].drug), number_of(&doctor, line[i].doctor),
                   number_of(&diagnosis, line[i].diagnosis), (float)line[i].quantity, line[i].amount, line[i].fund,
                   is_filled(line[i].trace) ? rs_hash_bytes(line[i].trace, strlen(line[i].trace)) : 0,
                   source_row == NULL ? RS_ROW(0, i + 2) : source_row[i]};
  }
  qsort(row, n, sizeof *row, row_order);

  claims->columns = columns;
  claims->n_persons = person.text->n;
  claims->person_region = most_seen(line, n, &person, person_of, &region, person_region_of);
  claims->institution_region = most_seen(line, n, &institution, institution_of, &region, service_region_of);
  types_fill(claims, line, n, &institution);
  names_fill(claims, line, n, &drug);
  claims_allocate(claims, n, (columns & RS_HAS_TRACE) != 0);
  claims_fill(claims, row, n);
  g_free(row);

  claims->person = numbering_close(&person);
  claims->institution = numbering_close(&institution);
  claims->doctor = numbering_close(&doctor);
  claims->drug = numbering_close(&drug);
  claims->diagnosis = numbering_close(&diagnosis);
  claims->region = numbering_close(&region);
  return claims;
}

RsClaims *rs_reference_claims(const RsReferenceLine *line, size_t n) {
  return claims_build(line, NULL, n, columns_filled(line, n));
}

/* ---- CSV ---- */

typedef struct {
  const char *name;
  size_t offset; /* of the text in RsReferenceLine */
  unsigned column;
} CsvColumn;

static const CsvColumn csv_column[] = {
    {"person_id", offsetof(RsReferenceLine, person), 0},
    {"institution_id", offsetof(RsReferenceLine, institution), 0},
    {"time", offsetof(RsReferenceLine, time), 0},
    {"settlement_id", offsetof(RsReferenceLine, settlement), RS_HAS_SETTLEMENT},
    {"doctor_id", offsetof(RsReferenceLine, doctor), RS_HAS_DOCTOR},
    {"drug_code", offsetof(RsReferenceLine, drug), RS_HAS_DRUG},
    {"drug_name", offsetof(RsReferenceLine, drug_name), 0},
    {"diagnosis", offsetof(RsReferenceLine, diagnosis), RS_HAS_DIAGNOSIS},
    {"institution_type", offsetof(RsReferenceLine, institution_type), 0},
    {"person_region", offsetof(RsReferenceLine, person_region), RS_HAS_PERSON_REGION},
    {"service_region", offsetof(RsReferenceLine, service_region), RS_HAS_SERVICE_REGION},
    {"trace_code", offsetof(RsReferenceLine, trace), RS_HAS_TRACE},
};

static const CsvColumn csv_number[] = {
    {"quantity", offsetof(RsReferenceLine, quantity), RS_HAS_QUANTITY},
    {"amount", offsetof(RsReferenceLine, amount), RS_HAS_AMOUNT},
    {"fund_amount", offsetof(RsReferenceLine, fund), RS_HAS_FUND},
};

/* Cuts one record off *at; NULL at the end. Counts the line breaks passed. */
static GPtrArray *csv_record(const char **at, GStringChunk *chunk, uint64_t *n_breaks) {
  if (**at == '\0') return NULL;
  GPtrArray *fields = g_ptr_array_new();
  GString *field = g_string_new(NULL);
  bool quoted = false;
  for (const char *c = *at;; c++) {
    if (quoted && c[0] == '"' && c[1] == '"') g_string_append_c(field, *c++);
    else if (*c == '"') quoted = !quoted;
    else if (*c != '\0' && (quoted || (*c != ',' && *c != '\n'))) {
      if (*c != '\r' || quoted) g_string_append_c(field, *c);
      if (*c == '\n') ++*n_breaks;
    } else {
      g_ptr_array_add(fields, g_string_chunk_insert_const(chunk, field->str));
      g_string_truncate(field, 0);
      if (*c == ',') continue;
      if (*c == '\n') ++*n_breaks;
      *at = *c == '\0' ? c : c + 1;
      break;
    }
  }
  g_string_free(field, TRUE);
  return fields;
}

/* "-12.3" -> -1230 */
static bool fen_parse(const char *text, int64_t *fen) {
  if (text[0] == '\0') return *fen = 0, true;
  char *end = NULL;
  double value = g_ascii_strtod(text, &end);
  *fen = (int64_t)llround(value * 100);
  return *end == '\0' && fabs(value) < 1e13;
}

static bool line_from_fields(RsReferenceLine *line, const GPtrArray *header, const GPtrArray *fields, unsigned *columns) {
  *line = (RsReferenceLine){0};
  if (fields->len != header->len) return false;
  for (guint f = 0; f < fields->len; f++) {
    const char *text = g_ptr_array_index(fields, f), *name = g_ptr_array_index(header, f);
    for (size_t i = 0; i < G_N_ELEMENTS(csv_column); i++) {
      if (strcmp(name, csv_column[i].name) != 0) continue;
      *(const char **)((char *)line + csv_column[i].offset) = text;
      *columns |= csv_column[i].column;
    }
    for (size_t i = 0; i < G_N_ELEMENTS(csv_number); i++) {
      if (strcmp(name, csv_number[i].name) != 0) continue;
      void *cell = (char *)line + csv_number[i].offset;
      *columns |= csv_number[i].column;
      if (i == 0) *(double *)cell = g_ascii_strtod(text, NULL);
      else if (!fen_parse(text, cell)) return false;
    }
  }
  uint32_t time;
  if (is_filled(line->time) && strlen(line->time) > 10) *columns |= RS_HAS_CLOCK;
  return is_filled(line->person) && is_filled(line->institution) && time_parse(line->time, &time);
}

RsClaims *rs_reference_read_csv(const char *path, GError **error) {
  g_autofree char *bytes = NULL;
  if (!g_file_get_contents(path, &bytes, NULL, error)) return NULL;
  g_autoptr(GStringChunk) chunk = g_string_chunk_new(1 << 16);
  g_autoptr(GArray) lines = g_array_new(FALSE, FALSE, sizeof(RsReferenceLine));
  g_autoptr(GArray) rows = g_array_new(FALSE, FALSE, sizeof(uint64_t));
  const char *at = g_str_has_prefix(bytes, "\xef\xbb\xbf") ? bytes + 3 : bytes;
  uint64_t n_breaks = 0;
  unsigned columns = 0;
  g_autoptr(GPtrArray) header = csv_record(&at, chunk, &n_breaks);
  for (;;) {
    uint64_t row = RS_ROW(0, n_breaks + 1);
    g_autoptr(GPtrArray) fields = csv_record(&at, chunk, &n_breaks);
    if (fields == NULL) break;
    if (fields->len == 1 && ((const char *)g_ptr_array_index(fields, 0))[0] == '\0') continue; /* an empty line */
    RsReferenceLine line;
    if (!line_from_fields(&line, header, fields, &columns)) {
      g_set_error(error, RS_ERROR, RS_ERROR_INPUT, "%s:%" G_GUINT64_FORMAT ": not a usable row", path, RS_ROW_LINE(row));
      return NULL;
    }
    g_array_append_val(lines, line);
    g_array_append_val(rows, row);
  }
  return claims_build((const RsReferenceLine *)(void *)lines->data, (const uint64_t *)(void *)rows->data, lines->len, columns);
}
