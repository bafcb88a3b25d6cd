/* Blocks of text to raw records.
 *
 * Threads take blocks of a file in turn (a read and a scan), then parse them alone. A row whose settlement cells equal the row
 * before continues its visit and is spared most of the work. Small domains go through a table of the thread's own that asks the
 * shared dictionary only for texts it never saw; texts of up to 16 bytes stand in it as two words, so that nothing is compared byte by
 * byte and the tables stay in the second-level cache. */
#include "claims/ingest.h"

#include "base/error.h"
#include "base/hash.h"
#include "base/parallel.h"
#include "base/spill.h"
#include "base/timing.h"
#include "base/words.h"
#include "claims/ascent.h"
#include "claims/fetch.h"
#include "claims/number.h"
#include "claims/quotable.h"

#include <unistd.h>

#define TYPE_WORD_MOST 96u    /* bytes of an institution type's word */
#define TYPE_PREFIX_MOST 128u /* bytes of an institution id that may tell its type */
#define REFUND_SALT 0x7265667564656421ull

enum { INSTITUTION, DOCTOR, DRUG, DIAGNOSIS, REGION, N_DOMAINS };

typedef struct { GMutex lock; RsDictionary *dictionary; } Shared;
#define SHORT_TEXT 16u
#define FIRST_SLOTS 256u

/* A text of up to 16 bytes as two words, zeros behind it: as no text holds a NUL, it is told by them alone. */
typedef struct { uint64_t low, high; } Short;
typedef struct { Short text; uint32_t number; } Known; /* and its number in the shared dictionary */

typedef struct {
  Shared *shared;
  Known *slot;           /* [mask + 1], a power of two, most of them empty: low is 0 */
  size_t mask;
  uint32_t n;
  RsDictionary *longer;  /* texts over 16 bytes */
  uint32_t *longer_number, longer_capacity; /* [longer] */
} Local;

typedef struct Work Work;

/* Of cells that may be taken as they stand in the block: their place in the row, -1: there is none, and the bytes between the field before and it. */
typedef struct { int32_t column; uint32_t gap; } Direct;

/* Neighbouring columns: without quotes, their text with the delimiters between. */
typedef struct { uint32_t first, last; } Span;

/* One thread's parsing state. */
typedef struct RS_OF_A_THREAD {
  Work *work;
  RsRawThread *raw;
  RsBlock block;
  RsCsv csv;
  Local local[N_DOMAINS];
  RsNamesSeen drug_names, institution_names;
  RsDictionary *type_words;
  uint8_t *type_of_word;
  GByteArray *type_of_institution; /* by number, where the file has no column of types; UNKNOWN_YET */
  const RsMapping *mapping; /* of the answers kept here: */
  size_t prefix_length; /* of the longest beginning of an id that the mapping knows */
  const RsInput *input;
  bool refund_flagged, valid_flagged; /* what the mapping says of rows without these flags */
  bool regular;         /* all rows of the block have the header's number of fields, and no quotes: csv.width */
  Direct direct[RS_N_COLUMNS]; /* in a regular block, unless the mapping has words for "empty" */
  uint32_t visit_column[RS_N_COLUMNS];
  unsigned n_visit_columns;
  Span span[RS_N_COLUMNS]; /* the same columns and what lies between them, where that is the doctor */
  unsigned n_spans;
  bool spans_hold_doctor;
  const char *span_text[RS_N_COLUMNS]; /* of the open visit's first row, in a regular block */
  size_t span_length[RS_N_COLUMNS];
  bool alike;           /* the row has the text of the visit's first row in all spans */
  bool doctor_known;    /* of that first row: */
  uint32_t doctor;
  /* the open visit: rows of one settlement standing together */
  uint32_t previous; /* record in this block, or RS_NONE */
  RsPlace place;     /* used, outside or repeated: what becomes of the visit's rows */
  RsRawVisit visit;
  const char *person;
  uint64_t person_hash;
  RsRawRegions regions;
  RsRawNarrow narrow[RS_RAW_MAX_LINES]; /* its lines, unless visit.flags has RS_RAW_WIDE: */
  RsRawLine line[RS_RAW_MAX_LINES];
  uint64_t trace[RS_RAW_MAX_LINES];
  RsSettlement *settlement;
  /* what became of the rows; the used ones are counted when the table is built */
  uint64_t rows, outside, repeated, unreadable;
  int64_t amount, amount_outside, amount_repeated, amount_rejected;
  uint64_t money; /* see RS_MOST_MONEY */
  RsRawMost most;
  unsigned partition_shift; /* of a person's hash, but for one bit */
  uint64_t ahead_settlement; /* the end of the settlement id that was last looked at ahead */
  bool has_trace;           /* some file has trace codes */
  RsAscent claim_ids;       /* of all lines, until claims_kept: */
  bool claims_kept;         /* claim hashes of all lines are in raw->claim */
  GPtrArray *rejects;
  GArray *marks; /* of RsMark */
  bool out_of_memory;
} Parser;

struct Work {
  RsIngest *ingest;
  GMutex lock; /* guards everything below but what a thread does with an input that it has made busy */
  GCond idle;  /* an input is no longer busy */
  guint next_input; /* those before are done */
  bool *busy, *done; /* [inputs] */
  GError *error;
  Shared shared[N_DOMAINS];
  Parser *parser;
  size_t raw_text;      /* atomic: bytes of rejected records kept */
  bool claims_scattered; /* atomic: in some block claim ids do not ascend */
};

/* ---- cells ---- */

static inline bool is_blank(char c) { return c == ' ' || c == '\t'; }

static inline const char *cell(const RsInput *input, const RsCsv *csv, uint32_t record, RsColumnRole role, size_t *length) {
  *length = 0;
  if (input->column[role] < 0) return NULL;
  size_t n;
  const char *text = rs_csv_field(csv, record, (uint32_t)input->column[role], &n);
  while (n > 0 && is_blank(text[n - 1])) n--;
  while (n > 0 && is_blank(*text)) text++, n--;
  if (n == 0 || (input->mapping->empty_values != NULL && rs_mapping_is_empty(input->mapping, text, n))) return NULL;
  *length = n;
  return text;
}

/* A row of the block. */
typedef struct {
  const char *text;
  const uint32_t *end; /* of its fields */
  uint32_t record;
} Row;

static inline Row row_at(const RsCsv *csv, uint32_t record) { return (Row){csv->text, csv->end + rs_csv_first(csv, record), record}; }

/* As it stands, blanks around it and all; NULL: none, or to be asked by row_cell(). */
static inline __attribute__((always_inline)) const char *cell_as_it_stands(const Parser *parser, Row row, RsColumnRole role, size_t *length) {
  const Direct direct = parser->direct[role];
  if (direct.column < 0) return NULL;
  const uint32_t *end = row.end + direct.column, begin = end[-1] + direct.gap;
  *length = *end - begin;
  return row.text + begin;
}

static __attribute__((noinline)) const char *row_cell_any(const Parser *parser, uint32_t record, RsColumnRole role, size_t *length) {
  return cell(parser->input, &parser->csv, record, role, length);
}

static inline __attribute__((always_inline)) const char *row_cell(const Parser *parser, Row row, RsColumnRole role, size_t *length) {
  const char *text = cell_as_it_stands(parser, row, role, length);
  if (text == NULL && parser->input->column[role] >= 0) return row_cell_any(parser, row.record, role, length);
  if (text == NULL || *length == 0) return *length = 0, NULL;
  if ((unsigned char)text[0] <= ' ' || (unsigned char)text[*length - 1] <= ' ') return row_cell_any(parser, row.record, role, length); /* blanks to be trimmed */
  return text;
}

const char *rs_cell(const RsInput *input, const RsCsv *csv, uint32_t record, RsColumnRole role, size_t *length) {
  return cell(input, csv, record, role, length);
}

static inline uint64_t differing(const char *a, const char *b) {
  uint64_t x, y;
  memcpy(&x, a, 8);
  memcpy(&y, b, 8);
  return x ^ y;
}

/* Equal bytes? Sixteen at a time, the last of them perhaps twice; cells may be read eight bytes past their end. */
static inline bool same_cell(const char *a, size_t a_length, const char *b, size_t b_length) {
  const size_t n = a_length;
  if (a_length != b_length) return false;
  if (n <= 8) return n == 0 || differing(a, b) << (64 - 8 * n) == 0;
  if (n < 16) return (differing(a, b) | differing(a + n - 8, b + n - 8)) == 0;
  for (size_t i = 0; i + 16 < n; i += 16)
    if ((differing(a + i, b + i) | differing(a + i + 8, b + i + 8)) != 0) return false;
  return (differing(a + n - 16, b + n - 16) | differing(a + n - 8, b + n - 8)) == 0;
}

RsSaid *rs_reject_detail(const char *column, const char *text, size_t length, const char *what) {
  if (length == 0) return rs_said_new("no %s", column);
  RsSaid *said = g_new0(RsSaid, 1);
  const bool shown = strcmp(column, "time") == 0 ? rs_quotable_time(text, length) : rs_quotable_number(text, length);
  for (RsLanguage l = RS_LANG_EN; l <= RS_LANG_ZH; l++)
    said->text[l] = shown ? g_strdup_printf(rs_say(l, "%s '%.*s' %s"), column, (int)length, text, rs_say(l, what))
                          : g_strdup_printf(rs_say(l, "%s of %zu bytes %s"), column, length, rs_say(l, what));
  return said;
}

RsReject *rs_reject_new(RsRow row, RsReason reason, RsSaid *detail, const char *raw, size_t raw_length) {
  RsReject *reject = g_new0(RsReject, 1);
  *reject = (RsReject){.row = row, .reason = reason, .detail = detail, .raw_length = (uint32_t)MIN(raw_length, RS_REJECT_TEXT_MOST)};
  reject->raw = g_malloc(reject->raw_length + 1u);
  if (reject->raw_length > 0) memcpy(reject->raw, raw, reject->raw_length);
  reject->raw[reject->raw_length] = '\0';
  return reject;
}

const char *const rs_money_refused_text = N_("is not a number; taken are 1234.50, -12.3, 1,234.50 and each after a yuan sign");

const char *rs_time_status_text(RsTimeStatus status) {
  switch (status) {
    case RS_TIME_NO_SUCH_DATE: return N_("is no such date");
    case RS_TIME_OUT_OF_RANGE: return N_("is outside the years 1940 to 2075");
    default: return N_("is no time; taken are 2025-03-01 08:00:00, 2025/3/1 8:00, 20250301080000 and the same with Chinese year, month and day");
  }
}

/* ---- dictionaries ---- */

static uint32_t shared_add(Shared *shared, const char *text, size_t length) {
  g_mutex_lock(&shared->lock);
  uint32_t number = rs_dictionary_add(shared->dictionary, text, length, rs_hash_bytes(text, length));
  g_mutex_unlock(&shared->lock);
  return number;
}

static uint32_t longer_add(Local *local, const char *text, size_t length) {
  uint32_t known = rs_dictionary_size(local->longer);
  uint32_t number = rs_dictionary_add(local->longer, text, length, rs_hash_bytes(text, length));
  if (number < known) return local->longer_number[number];
  if (number >= local->longer_capacity) {
    local->longer_capacity = MAX(256, 2 * local->longer_capacity);
    local->longer_number = g_renew(uint32_t, local->longer_number, local->longer_capacity);
  }
  return local->longer_number[number] = shared_add(local->shared, text, length);
}

static inline uint64_t short_hash(Short text) { return rs_hash_mix(text.low, text.high); }

/* The text's slot, or the empty one where it belongs. */
static inline Known *slot_search(const Local *local, Short text) {
  Known *slot = local->slot;
  size_t at = short_hash(text) & local->mask;
  while (((slot[at].text.low ^ text.low) | (slot[at].text.high ^ text.high)) != 0 && slot[at].text.low != 0) at = (at + 1) & local->mask;
  return &slot[at];
}

static __attribute__((noinline)) uint32_t known_add(Local *local, Short text, const char *bytes, size_t length) {
  const Known known = {text, shared_add(local->shared, bytes, length)};
  const size_t n_slots = local->mask + 1;
  if (4 * (size_t)++local->n > n_slots) { /* a guess that the first slot is the right one seldom fails */
    g_autofree Known *before = local->slot;
    local->mask = 2 * n_slots - 1;
    local->slot = g_new0(Known, 2 * n_slots);
    for (size_t i = 0; i < n_slots; i++)
      if (before[i].text.low != 0) *slot_search(local, before[i].text) = before[i];
  }
  *slot_search(local, text) = known;
  return known.number;
}

/* length 1 to 16; 16 bytes from the text on are readable. Without a branch on the length, which no processor can foresee. */
static inline Short short_load(const char *text, size_t length) {
  static const uint64_t mask[2 * SHORT_TEXT + 1] = { /* [8 + n]: n bytes, none below 8, all above 15 */
      0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xffff, 0xffffff, 0xffffffff, 0xffffffffff, 0xffffffffffff, 0xffffffffffffff,
      UINT64_MAX, UINT64_MAX, UINT64_MAX, UINT64_MAX, UINT64_MAX, UINT64_MAX, UINT64_MAX, UINT64_MAX, UINT64_MAX};
  Short loaded;
  memcpy(&loaded, text, sizeof loaded);
  return (Short){loaded.low & mask[8 + length], loaded.high & mask[length]};
}

/* length > 0. */
static inline uint32_t local_add(Local *local, const char *text, size_t length) {
  if (length > SHORT_TEXT) return longer_add(local, text, length);
  const Short wanted = short_load(text, length);
  const Known *slot = slot_search(local, wanted);
  return slot->text.low != 0 ? slot->number : known_add(local, wanted, text, length);
}

static __attribute__((noinline)) uint32_t cell_number_any(Parser *parser, Row row, RsColumnRole role, Local *local) {
  size_t length;
  const char *text = row_cell(parser, row, role, &length);
  return text == NULL ? RS_NONE : local_add(local, text, length);
}

/* A table knows no text with blanks around it, so nothing is trimmed before it is looked for. */
static inline uint32_t cell_number(Parser *parser, Row row, RsColumnRole role, Local *local) {
  size_t length;
  const char *text = cell_as_it_stands(parser, row, role, &length);
  if (text != NULL && length == 0) return RS_NONE;
  if (text != NULL && length <= SHORT_TEXT) {
    const Known *slot = slot_search(local, short_load(text, length));
    if (slot->text.low != 0) return slot->number;
  }
  return cell_number_any(parser, row, role, local);
}

#define UNKNOWN_YET 0xff

static uint8_t institution_type(Parser *parser, Row row, const char *id, size_t id_length) {
  size_t length;
  const char *word = row_cell(parser, row, RS_COLUMN_INSTITUTION_TYPE, &length);
  if (word == NULL) word = "", length = 0;
  /* the answer depends on the word and on as much of the id as the mapping looks at; ids share few beginnings, so both are the key */
  char key[2 + TYPE_WORD_MOST + TYPE_PREFIX_MOST];
  if (length > TYPE_WORD_MOST) word = "", length = 0;
  size_t n = MIN(id_length, parser->prefix_length);
  key[0] = (char)length;
  memcpy(key + 1, word, length);
  memcpy(key + length + 1, id, n);
  uint32_t known = rs_dictionary_size(parser->type_words);
  uint32_t number = rs_dictionary_add(parser->type_words, key, length + 1 + n, rs_hash_bytes(key, length + 1 + n));
  if (number == known) {
    parser->type_of_word = g_renew(uint8_t, parser->type_of_word, (gsize)number + 1);
    g_autofree char *word_text = g_strndup(word, length), *id_text = g_strndup(id, n);
    parser->type_of_word[number] = (uint8_t)rs_mapping_institution_type(parser->input->mapping, word_text, id_text);
  }
  return parser->type_of_word[number];
}

/* Without a column of types the id alone decides. */
static uint8_t visit_type(Parser *parser, Row row, uint32_t institution, const char *id, size_t id_length) {
  if (parser->input->column[RS_COLUMN_INSTITUTION_TYPE] >= 0) return institution_type(parser, row, id, id_length);
  GByteArray *types = parser->type_of_institution;
  if (institution >= types->len) {
    guint before = types->len;
    g_byte_array_set_size(types, 2 * institution + 64);
    memset(types->data + before, UNKNOWN_YET, types->len - before);
  }
  if (types->data[institution] == UNKNOWN_YET) types->data[institution] = institution_type(parser, row, id, id_length);
  return types->data[institution];
}

/* ---- money ---- */

/* Hostile amounts must not overflow the sums: once they are too large together the run is refused, so nothing more is added. */
static bool money_fits(Parser *parser, int64_t amount, int64_t fund) {
  if (parser->money <= RS_MOST_MONEY) parser->money += rs_money_magnitude(amount) + rs_money_magnitude(fund);
  return parser->money <= RS_MOST_MONEY;
}

/* ---- rejected rows ---- */

static RsRow row_of(const Parser *parser, uint32_t record) { return RS_ROW(parser->input->number, rs_csv_line(&parser->csv, record)); }

static void reject(Parser *parser, Row row, RsReason reason, RsSaid *detail, bool amount_read, int64_t amount) {
  size_t length;
  const char *raw = rs_csv_raw(&parser->csv, row.record, &length);
  if (__atomic_add_fetch(&parser->work->raw_text, MIN(length, RS_REJECT_TEXT_MOST), __ATOMIC_RELAXED) > RS_REJECT_TEXT_BUDGET) length = 0;
  g_ptr_array_add(parser->rejects, rs_reject_new(row_of(parser, row.record), reason, detail, raw, length));
  if (!amount_read) {
    parser->unreadable++;
  } else if (money_fits(parser, amount, 0)) {
    parser->amount += amount;
    parser->amount_rejected += amount;
  }
}

/* A row that fails before its amount was looked at: the amount still counts, if it can be read. */
static void reject_row(Parser *parser, Row row, RsReason reason, RsSaid *detail) {
  size_t length;
  int64_t amount = 0;
  const char *text = row_cell(parser, row, RS_COLUMN_AMOUNT, &length);
  bool read = rs_number_money(text ? text : "", length, &amount);
  reject(parser, row, reason, detail, read, amount);
}

/* ---- visits ---- */

/* A line that needs the wide form, and so do those before it. */
static __attribute__((noinline)) void line_keep_wide(Parser *parser, const RsRawLine *line) {
  RsRawVisit *visit = &parser->visit;
  for (unsigned i = 0; i < visit->n_lines && (visit->flags & RS_RAW_WIDE) == 0; i++) parser->line[i] = rs_narrow_line(&parser->narrow[i], visit->row + i);
  visit->flags |= RS_RAW_WIDE;
  parser->line[visit->n_lines++] = *line;
}

/* The open visit's rows take the narrow form where all of them can. The table's widths are told by the highest bit of any, so all are or-ed together.
 * whole and is_whole are of the quantity. */
static inline void line_keep(Parser *parser, const RsRawLine *line, int64_t whole, bool is_whole) {
  RsRawVisit *visit = &parser->visit;
  parser->most.amount |= rs_money_magnitude(line->amount);
  parser->most.fund |= rs_money_magnitude(line->fund);
  parser->most.quantity |= rs_money_magnitude(whole);
  if (!is_whole) parser->most.broken_quantity = true;
  if (line->amount < 0) visit->flags |= RS_RAW_NEGATIVE;
  if (visit->n_lines == 0) visit->row = line->row;
  if ((visit->flags & RS_RAW_WIDE) == 0 && line->row == visit->row + visit->n_lines && rs_narrow_fits(line, whole, is_whole))
    parser->narrow[visit->n_lines++] = rs_narrow_of(line, whole);
  else line_keep_wide(parser, line);
}

static inline void lines_write(const Parser *parser, RsRawVisit *record) {
  void *at = (char *)record + rs_raw_head_size(record);
  memcpy(at, record->flags & RS_RAW_WIDE ? (const void *)parser->line : parser->narrow, rs_raw_lines_size(record));
  if (record->flags & RS_RAW_TRACE) memcpy((char *)at + rs_raw_lines_size(record), parser->trace, record->n_lines * sizeof(uint64_t));
}

/* Of the open visit's person. */
static inline size_t partition_of(const Parser *parser) { return parser->person_hash >> 1 >> parser->partition_shift; }

/* The partition's next record comes hundreds of visits later, and its memory was never touched: it is asked for now. */
static inline void prefetch_next(const char *at) {
  __builtin_prefetch(at + 64, 1);
  __builtin_prefetch(at + 128, 1);
  __builtin_prefetch(at + 192, 1);
}

static void close_visit(Parser *parser) {
  RsRawVisit *visit = &parser->visit;
  if (visit->n_lines == 0) return;
  if (parser->has_trace) visit->flags |= RS_RAW_TRACE;
  visit->person_region = (uint16_t)(parser->regions.person + 1);
  visit->service_region = (uint16_t)(parser->regions.service + 1);
  if (MAX(parser->regions.person + 1, parser->regions.service + 1) > UINT16_MAX) visit->flags |= RS_RAW_REGIONS;
  const size_t number = partition_of(parser);
  RsRawPartition *partition = &parser->raw->partition[number];
  RsRawVisit *record = rs_stream_append(&parser->raw->pool[number / RS_PARTITION_GROUP], &partition->stream, rs_raw_size(visit));
  if (record == NULL) {
    parser->out_of_memory = true;
    visit->n_lines = 0;
    return;
  }
  *record = *visit;
  char *id = (char *)(record + 1);
  const size_t padded = rs_raw_padded(visit->id_length);
  memset(id + padded - 4, 0, 4); /* a person's id is not empty */
  memcpy(id, parser->person, visit->id_length);
  if (visit->flags & RS_RAW_REGIONS) memcpy(id + padded, &parser->regions, sizeof parser->regions);
  lines_write(parser, record);
  prefetch_next(partition->stream.at);
  partition->n_visits++;
  partition->n_lines += visit->n_lines;
  visit->n_lines = 0;
}

static const RsColumnRole visit_roles[] = {RS_COLUMN_PERSON,         RS_COLUMN_INSTITUTION,   RS_COLUMN_TIME,       RS_COLUMN_VISIT_TIME,
                                           RS_COLUMN_SETTLEMENT,     RS_COLUMN_PERSON_REGION, RS_COLUMN_SERVICE_REGION,
                                           RS_COLUMN_INSTITUTION_TYPE, RS_COLUMN_VALID_FLAG,  RS_COLUMN_REFUND_FLAG};

static size_t longest_prefix(const RsMapping *mapping) {
  size_t longest = 0;
  for (unsigned type = RS_TYPE_PHARMACY; type <= RS_TYPE_CLINIC; type++)
    for (char *const *prefix = mapping->type_prefixes[type]; prefix != NULL && *prefix != NULL; prefix++)
      longest = MAX(longest, strlen(*prefix));
  return MIN(longest, TYPE_PREFIX_MOST);
}

static bool is_visit_column(const Parser *parser, uint32_t column) {
  for (unsigned i = 0; i < parser->n_visit_columns; i++)
    if (parser->visit_column[i] == column) return true;
  return false;
}

/* Few long comparisons instead of many short ones. A visit mostly has one doctor, so that column may lie within. */
static void set_spans(Parser *parser) {
  const int doctor = parser->input->column[RS_COLUMN_DOCTOR];
  parser->n_spans = 0;
  parser->spans_hold_doctor = false;
  for (uint32_t column = 0; column < parser->input->n_fields; column++) {
    if (!is_visit_column(parser, column)) continue;
    Span *before = parser->n_spans == 0 ? NULL : &parser->span[parser->n_spans - 1];
    bool over_doctor = before != NULL && before->last + 2 == column && doctor == (int)column - 1;
    bool next = over_doctor || (before != NULL && before->last + 1 == column);
    parser->spans_hold_doctor |= over_doctor;
    if (next) before->last = column;
    else parser->span[parser->n_spans++] = (Span){column, column};
  }
}

/* Which columns make a visit in this file; with --settlements a line's own time does not. */
static void use_input(Parser *parser) {
  if (parser->input->mapping != parser->mapping) {
    rs_dictionary_free(parser->type_words); /* its answers came from another mapping */
    parser->type_words = rs_dictionary_new();
    g_byte_array_set_size(parser->type_of_institution, 0);
    parser->prefix_length = longest_prefix(parser->input->mapping);
    parser->mapping = parser->input->mapping;
  }
  parser->n_visit_columns = 0;
  bool joined = parser->work->ingest->settlements != NULL;
  for (size_t i = 0; i < G_N_ELEMENTS(visit_roles); i++) {
    int column = parser->input->column[visit_roles[i]];
    if (column >= 0 && !(joined && visit_roles[i] == RS_COLUMN_TIME)) parser->visit_column[parser->n_visit_columns++] = (uint32_t)column;
  }
  set_spans(parser);
  parser->refund_flagged = rs_mapping_is_refund(parser->input->mapping, "", 0);
  parser->valid_flagged = rs_mapping_is_valid(parser->input->mapping, "", 0);
}

/* The text of a span in a regular block, where equal text is equal cells. */
static inline const char *span_of(const Parser *parser, Row row, Span span, size_t *length) {
  const uint32_t begin = row.end[(int64_t)span.first - 1] + (span.first == 0 ? parser->csv.line_end : 1);
  *length = row.end[span.last] - begin;
  return row.text + begin;
}

static void remember_spans(Parser *parser, Row row) {
  parser->doctor_known = false;
  for (unsigned i = 0; parser->regular && i < parser->n_spans; i++)
    parser->span_text[i] = span_of(parser, row, parser->span[i], &parser->span_length[i]);
}

static inline bool spans_equal(const Parser *parser, Row row) {
  for (unsigned i = 0; i < parser->n_spans; i++) {
    size_t length;
    const char *text = span_of(parser, row, parser->span[i], &length);
    if (!same_cell(text, length, parser->span_text[i], parser->span_length[i])) return false;
  }
  return true;
}

/* Does the row continue the open visit? Compared as text, cell by cell. */
static bool cells_equal(const Parser *parser, uint32_t record) {
  for (unsigned i = 0; i < parser->n_visit_columns; i++) {
    size_t a_length, b_length;
    const char *a = rs_csv_field(&parser->csv, parser->previous, parser->visit_column[i], &a_length);
    const char *b = rs_csv_field(&parser->csv, record, parser->visit_column[i], &b_length);
    if (!same_cell(a, a_length, b, b_length)) return false;
  }
  return true;
}

static inline bool continues(Parser *parser, Row row) {
  parser->alike = false;
  if (parser->previous == RS_NONE || parser->visit.n_lines == RS_RAW_MAX_LINES) return false;
  if (parser->regular && spans_equal(parser, row)) return parser->alike = true;
  /* without the doctor between them the spans are the cells */
  return (!parser->regular || parser->spans_hold_doctor) && cells_equal(parser, row.record);
}

static bool visit_time(Parser *parser, Row row) {
  size_t length;
  const char *text = row_cell(parser, row, RS_COLUMN_VISIT_TIME, &length);
  if (text == NULL) text = row_cell(parser, row, RS_COLUMN_TIME, &length);
  RsTimeStatus status = text == NULL ? RS_TIME_UNREADABLE : rs_time_parse(text, length, &parser->visit.time);
  if (status == RS_TIME_OK) return true;
  if (status == RS_TIME_DATE_ONLY) {
    parser->visit.flags |= RS_RAW_DATE_ONLY;
    return true;
  }
  reject_row(parser, row, RS_REASON_TIME, rs_reject_detail("time", text, length, rs_time_status_text(status)));
  return false;
}

static bool is_refund(const Parser *parser, Row row) {
  size_t length;
  const char *text = row_cell(parser, row, RS_COLUMN_REFUND_FLAG, &length);
  return text == NULL ? parser->refund_flagged : rs_mapping_is_refund(parser->input->mapping, text, length);
}

static bool is_valid(const Parser *parser, Row row) {
  size_t length;
  const char *text = row_cell(parser, row, RS_COLUMN_VALID_FLAG, &length);
  return text == NULL ? parser->valid_flagged : rs_mapping_is_valid(parser->input->mapping, text, length);
}

static RsPlace place_of(const Parser *parser, uint32_t time, bool valid) {
  const RsReadOptions *options = parser->work->ingest->options;
  uint32_t day = time / RS_DAY_SECONDS;
  if (!valid || (options->has_since && day < options->since) || (options->has_until && day > options->until)) return RS_PLACE_OUTSIDE;
  return parser->input->repeated ? RS_PLACE_REPEATED : RS_PLACE_USED;
}

static void open_person(Parser *parser, const char *id, size_t length) {
  parser->person = id;
  parser->visit.id_length = (uint16_t)length;
  parser->person_hash = rs_hash_bytes(id, length);
  const char *at = parser->raw->partition[partition_of(parser)].stream.at; /* where the record will be written once its lines are read */
  if (at == NULL) return;
  __builtin_prefetch(at, 1);
  __builtin_prefetch(at + 64, 1);
  __builtin_prefetch(at + 128, 1);
}

/* A detail of the two-table form takes everything about the visit from its settlement. */
static bool open_joined(Parser *parser, Row row, const char *id, size_t length) {
  const RsSettlements *settlements = parser->work->ingest->settlements;
  RsSettlement *settlement = length == 0 ? NULL : rs_settlements_find(settlements, rs_hash_bytes(id, length));
  if (settlement == NULL || settlement->place == RS_PLACE_REJECTED) {
    reject_row(parser, row, RS_REASON_NO_SETTLEMENT,
               settlement == NULL ? rs_said_new("its settlement is not in the settlements table") : rs_said_new("its settlement row was rejected"));
    return false;
  }
  parser->settlement = settlement;
  parser->visit = (RsRawVisit){.settlement = 1 + (uint64_t)(settlement - settlements->row),
                               .time = settlement->time,
                               .institution = settlement->institution,
                               .flags = (uint8_t)(settlement->flags | settlement->type * RS_RAW_TYPE)};
  parser->regions = (RsRawRegions){settlement->person_region, settlement->service_region};
  const char *person = settlements->text + settlement->person;
  open_person(parser, person, strlen(person));
  parser->place = settlement->place == RS_PLACE_OUTSIDE ? RS_PLACE_OUTSIDE : place_of(parser, settlement->time, is_valid(parser, row));
  return true;
}

static bool open_visit(Parser *parser, Row row) {
  size_t length, id_length;
  const char *settlement = row_cell(parser, row, RS_COLUMN_SETTLEMENT, &length);
  parser->settlement = NULL;
  if (parser->work->ingest->settlements != NULL) return open_joined(parser, row, settlement, length);
  parser->visit = (RsRawVisit){0};
  if (settlement != NULL) parser->visit.settlement = MAX(rs_hash_bytes(settlement, length), 1);
  const char *id = row_cell(parser, row, RS_COLUMN_PERSON, &id_length);
  if (id == NULL || id_length > RS_MAX_PERSON_ID) {
    reject_row(parser, row, RS_REASON_PERSON, id == NULL ? rs_said_new("no person_id") : rs_said_new("person_id of over 1024 bytes"));
    return false;
  }
  open_person(parser, id, id_length);
  id = row_cell(parser, row, RS_COLUMN_INSTITUTION, &id_length);
  if (id == NULL) {
    reject_row(parser, row, RS_REASON_INSTITUTION, rs_said_new("no institution_id"));
    return false;
  }
  if (!visit_time(parser, row)) return false;
  if (is_refund(parser, row)) parser->visit.flags |= RS_RAW_REFUND;
  parser->place = place_of(parser, parser->visit.time, is_valid(parser, row));
  return true;
}

/* ---- lines ---- */

typedef struct { int64_t amount, fund, whole; float quantity; bool is_whole; } Numbers;

static __attribute__((noinline)) bool numbers_any(Parser *parser, Row row, Numbers *numbers) {
  size_t length;
  const char *text = row_cell(parser, row, RS_COLUMN_AMOUNT, &length);
  if (!rs_number_money(text ? text : "", length, &numbers->amount)) {
    reject(parser, row, RS_REASON_NUMBER, rs_reject_detail("amount", text, length, rs_money_refused_text), false, 0);
    return false;
  }
  text = row_cell(parser, row, RS_COLUMN_FUND, &length);
  if (!rs_number_money(text ? text : "", length, &numbers->fund)) {
    reject(parser, row, RS_REASON_NUMBER, rs_reject_detail("fund_amount", text, length, rs_money_refused_text), true, numbers->amount);
    return false;
  }
  text = row_cell(parser, row, RS_COLUMN_QUANTITY, &length);
  if (!rs_number_quantity(text ? text : "", length, &numbers->quantity)) {
    reject(parser, row, RS_REASON_NUMBER, rs_reject_detail("quantity", text, length, N_("is not a number; taken are 12, 2.5 and 1,234.5")), true, numbers->amount);
    return false;
  }
  numbers->whole = (int64_t)numbers->quantity;
  numbers->is_whole = (float)numbers->whole == numbers->quantity;
  return true;
}

static inline bool money_short(const Parser *parser, Row row, RsColumnRole role, int64_t *fen) {
  size_t length;
  const char *text = cell_as_it_stands(parser, row, role, &length);
  return text != NULL && rs_number_money_short(text, length, fen);
}

/* Nearly all rows have short amounts with two decimals and a quantity of one digit. */
static inline bool line_numbers(Parser *parser, Row row, Numbers *numbers) {
  size_t length;
  int64_t amount, fund;
  const char *text = cell_as_it_stands(parser, row, RS_COLUMN_QUANTITY, &length);
  const unsigned digit = text != NULL && length == 1 ? (unsigned)(unsigned char)*text - '0' : 10;
  if (digit <= 9 && money_short(parser, row, RS_COLUMN_AMOUNT, &amount) && money_short(parser, row, RS_COLUMN_FUND, &fund)) {
    *numbers = (Numbers){amount, fund, digit, (float)digit, true};
    return true;
  }
  Numbers any; /* what is handed to a function stays in memory */
  if (!numbers_any(parser, row, &any)) return false;
  *numbers = any;
  return true;
}

/* At a visit's first line that is kept, so that no table knows the institutions of rows outside the period or rejected. */
static void visit_names(Parser *parser, Row row) {
  size_t length;
  const char *id = row_cell(parser, row, RS_COLUMN_INSTITUTION, &length);
  parser->visit.institution = local_add(&parser->local[INSTITUTION], id, length);
  parser->visit.flags |= (uint8_t)(visit_type(parser, row, parser->visit.institution, id, length) * RS_RAW_TYPE);
  const char *name = row_cell(parser, row, RS_COLUMN_INSTITUTION_NAME, &length);
  if (name != NULL) rs_names_keep(&parser->work->ingest->raw->institution_names, &parser->institution_names, parser->visit.institution, name, length);
  parser->regions.person = cell_number(parser, row, RS_COLUMN_PERSON_REGION, &parser->local[REGION]);
  parser->regions.service = cell_number(parser, row, RS_COLUMN_SERVICE_REGION, &parser->local[REGION]);
}

/* Equal spans with the doctor among them: the doctor of the visit's first row. */
static uint32_t line_doctor(Parser *parser, Row row) {
  if (parser->alike && parser->spans_hold_doctor && parser->doctor_known) return parser->doctor;
  uint32_t doctor = cell_number(parser, row, RS_COLUMN_DOCTOR, &parser->local[DOCTOR]);
  if (row.record == parser->previous) {
    parser->doctor = doctor;
    parser->doctor_known = true;
  }
  return doctor;
}

static void line_names(Parser *parser, Row row, RsRawLine *line) {
  size_t length;
  line->drug = cell_number(parser, row, RS_COLUMN_DRUG, &parser->local[DRUG]);
  const char *text = line->drug == RS_NONE ? NULL : row_cell(parser, row, RS_COLUMN_DRUG_NAME, &length);
  if (text != NULL) rs_names_keep(&parser->work->ingest->raw->drug_names, &parser->drug_names, line->drug, text, length);
  line->doctor = line_doctor(parser, row);
  if (line->doctor == RS_NONE && parser->settlement != NULL) line->doctor = parser->settlement->doctor;
  line->diagnosis = cell_number(parser, row, RS_COLUMN_DIAGNOSIS, &parser->local[DIAGNOSIS]);
  if (line->diagnosis == RS_NONE && parser->settlement != NULL) line->diagnosis = parser->settlement->diagnosis;
  if (!parser->has_trace) return;
  text = row_cell(parser, row, RS_COLUMN_TRACE, &length);
  parser->trace[parser->visit.n_lines] = text == NULL ? 0 : MAX(rs_hash_bytes(text, length), 1);
}

static inline void claim_keep(Parser *parser, uint64_t claim) {
  void *kept = rs_stream_append(&parser->raw->claim_pool, &parser->raw->claim[claim >> 56], RS_CLAIM_BYTES);
  if (kept == NULL) parser->out_of_memory = true;
  else memcpy(kept, &claim, RS_CLAIM_BYTES), __builtin_prefetch((char *)kept + 64, 1);
}

static void line_claim(Parser *parser, Row row, RsRawLine *line) {
  size_t length;
  const char *text = row_cell(parser, row, RS_COLUMN_CLAIM_ID, &length);
  if (text == NULL) return;
  bool refund = line->amount < 0 || (parser->visit.flags & RS_RAW_REFUND) != 0;
  line->claim = MAX(rs_hash_mix(rs_hash_bytes(text, length), refund ? REFUND_SALT : 0), 1);
  if (parser->claims_kept) claim_keep(parser, line->claim);
  else rs_ascent_add(&parser->claim_ids, text, length);
}

/* A line of a settlements table's visit, or of one that is outside or repeated. */
static bool line_is_used(Parser *parser, int64_t amount) {
  if (parser->settlement != NULL) __atomic_store_n(&parser->settlement->has_lines, 1, __ATOMIC_RELAXED);
  if (parser->place == RS_PLACE_OUTSIDE) {
    parser->outside++;
    parser->amount_outside += amount;
  } else if (parser->place == RS_PLACE_REPEATED) {
    parser->repeated++;
    parser->amount_repeated += amount;
  }
  return parser->place == RS_PLACE_USED;
}

static inline __attribute__((always_inline)) void add_line(Parser *parser, Row row) {
  Numbers numbers;
  if (!line_numbers(parser, row, &numbers) || !money_fits(parser, numbers.amount, numbers.fund)) return;
  parser->amount += numbers.amount;
  if ((parser->place != RS_PLACE_USED || parser->settlement != NULL) && !line_is_used(parser, numbers.amount)) return;
  if (parser->visit.n_lines == 0 && parser->settlement == NULL) visit_names(parser, row);
  RsRawLine line = {.row = row_of(parser, row.record), .amount = numbers.amount, .fund = numbers.fund, .quantity = numbers.quantity};
  line_names(parser, row, &line);
  line_claim(parser, row, &line);
  line_keep(parser, &line, numbers.whole, numbers.is_whole);
}

bool rs_fields_fit(const RsInput *input, const RsCsv *csv, uint32_t record) {
  uint32_t n = rs_csv_n_fields(csv, record);
  if (n < input->n_fields) return false;
  for (uint32_t k = input->n_fields; k < n; k++) {
    size_t length;
    rs_csv_field(csv, record, k, &length);
    if (length > 0) return false; /* delimiters at the end of the line are harmless, more cells are not */
  }
  return true;
}

static __attribute__((noinline)) void reject_record(Parser *parser, Row row) {
  static const char *const fault_text[] = {"", N_("a quote that never closes, or text after a closing quote"), N_("longer than 1 MiB"),
                                           N_("bytes that are no text in the file's encoding")};
  const RsFault fault = (RsFault)parser->csv.fault[row.record];
  if (fault != RS_FAULT_NONE) {
    reject(parser, row, rs_fault_reason(fault), rs_said_new_text(fault_text[fault]), false, 0);
  } else {
    uint32_t n = rs_csv_n_fields(&parser->csv, row.record);
    reject(parser, row, RS_REASON_FIELDS, rs_said_new("%u fields, the header has %u", n, parser->input->n_fields), false, 0);
  }
}

static void parse_record(Parser *parser, uint32_t record) {
  const Row row = row_at(&parser->csv, record);
  const bool fits = parser->regular || (parser->csv.fault[record] == RS_FAULT_NONE && rs_fields_fit(parser->input, &parser->csv, record));
  if (!fits || !continues(parser, row)) {
    close_visit(parser);
    parser->previous = RS_NONE;
    if (!fits) reject_record(parser, row);
    if (!fits || !open_visit(parser, row)) return;
    parser->previous = record;
    remember_spans(parser, row);
  }
  add_line(parser, row);
}

/* Any thread may be reading the file's later blocks. */
static void last_line_raise(const RsRaw *raw, uint32_t file, uint64_t line) {
  uint64_t known = __atomic_load_n(&raw->last_line[file], __ATOMIC_RELAXED);
  while (known < line && !__atomic_compare_exchange_n(&raw->last_line[file], &known, line, true, __ATOMIC_RELAXED, __ATOMIC_RELAXED)) continue;
}

/* Those of all lines that the thread has read. */
static void claims_keep(Parser *parser) {
  const size_t n_partitions = (size_t)1 << parser->work->ingest->raw->partition_bits;
  for (size_t p = 0; p < n_partitions && !parser->claims_kept; p++) {
    const RsStream *stream = &parser->raw->partition[p].stream;
    for (const RsChunk *c = stream->first; c != NULL; c = c->next)
      for (size_t at = 0, used = rs_stream_used(stream, c); at < used;) {
        const RsRawVisit *visit = (const RsRawVisit *)(const void *)((const char *)(c + 1) + at);
        for (unsigned i = 0; i < visit->n_lines; i++) {
          const uint64_t claim = rs_raw_line(visit, i).claim;
          if (claim != 0) claim_keep(parser, claim);
        }
        at += rs_raw_size(visit);
      }
  }
  parser->claims_kept = true;
}

/* Claim ids that ascend are all different, and need not be held against each other. From the first block on where they do not, their hashes are
 * kept for that. */
static void claims_watch(Parser *parser) {
  if (parser->claims_kept) return;
  rs_ascent_end_block(&parser->claim_ids);
  if (parser->claim_ids.broken) __atomic_store_n(&parser->work->claims_scattered, true, __ATOMIC_RELAXED);
  if (__atomic_load_n(&parser->work->claims_scattered, __ATOMIC_RELAXED)) claims_keep(parser);
}

static void mark_add(Parser *parser, uint64_t line, uint64_t position) {
  const RsMark mark = {RS_ROW(parser->input->number, line), position};
  g_array_append_val(parser->marks, mark);
}

/* The block's start is one, so that however many empty lines there are, no part is longer than a block. */
static void marks_add(Parser *parser) {
  const RsBlock *block = &parser->block;
  mark_add(parser, block->first_line, block->position);
  for (uint32_t r = RS_MARK_RECORDS; r < parser->csv.n && block->position != RS_NO_POSITION; r += RS_MARK_RECORDS)
    mark_add(parser, rs_csv_line(&parser->csv, r), block->position + rs_csv_start(&parser->csv, r));
}

enum { AHEAD = 8 };
#define CACHE_BYTES ((size_t)1 << 20)

static inline void slot_ask(const Parser *parser, Row row, RsColumnRole role, unsigned domain) {
  size_t length;
  const Local *local = &parser->local[domain];
  const char *text = cell_as_it_stands(parser, row, role, &length);
  if (text != NULL && length > 0 && length <= SHORT_TEXT) __builtin_prefetch(&local->slot[short_hash(short_load(text, length)) & local->mask]);
}

/* Asks for what a later row's visit will be looked up in. */
static inline void look_ahead(Parser *parser, Row row) {
  size_t length;
  uint64_t end;
  const char *text = cell_as_it_stands(parser, row, RS_COLUMN_SETTLEMENT, &length);
  if (text != NULL && length >= sizeof end) {
    memcpy(&end, text + length - sizeof end, sizeof end);
    if (end == parser->ahead_settlement) return; /* the same visit's next row, as a rule */
    parser->ahead_settlement = end;
  }
  slot_ask(parser, row, RS_COLUMN_DOCTOR, DOCTOR);
  slot_ask(parser, row, RS_COLUMN_INSTITUTION, INSTITUTION);
  text = cell_as_it_stands(parser, row, RS_COLUMN_PERSON, &length);
  if (text != NULL) __builtin_prefetch(&parser->raw->partition[rs_hash_bytes(text, length) >> 1 >> parser->partition_shift]);
}

/* Where a large input's doctors, institutions and partitions no longer fit the second-level cache. */
static bool is_past_cache(const Parser *parser) {
  const size_t slots = parser->local[DOCTOR].mask + parser->local[INSTITUTION].mask;
  return slots * sizeof(Known) + (sizeof(RsRawPartition) << parser->work->ingest->raw->partition_bits) > CACHE_BYTES;
}

static void parse_block(Parser *parser) {
  rs_csv_read(&parser->csv, &parser->block, parser->input->delimiter); /* NOLINT(clang-analyzer-core.NullDereference): a block has its file */
  parser->previous = RS_NONE;
  parser->regular = parser->csv.width == parser->input->n_fields;
  const bool direct = parser->regular && parser->input->mapping->empty_values == NULL;
  for (int c = 0; c < RS_N_COLUMNS; c++) {
    const int column = direct ? parser->input->column[c] : -1;
    parser->direct[c] = (Direct){column, column == 0 ? parser->csv.line_end : 1};
  }
  const uint32_t n = parser->csv.n, header = parser->block.has_header ? 1 : 0, ahead = direct && is_past_cache(parser) ? AHEAD : n;
  for (uint32_t r = header; r < n; r++) {
    if (ahead < n - r) look_ahead(parser, row_at(&parser->csv, r + ahead));
    parse_record(parser, r);
  }
  parser->rows += n - header;
  close_visit(parser); /* the person's id lies in the block, and so do claim ids */
  claims_watch(parser);
  marks_add(parser);
  if (parser->csv.n > 0) last_line_raise(parser->work->ingest->raw, parser->input->number, rs_csv_line(&parser->csv, parser->csv.n - 1));
}

/* ---- threads ---- */

uint64_t rs_inputs_text(const GPtrArray *inputs, const RsReadOptions *options) {
  uint64_t all = 0;
  for (guint i = 0; i < inputs->len; i++) all += rs_input_text(g_ptr_array_index(inputs, i), ((const RsInput *)g_ptr_array_index(inputs, i))->file->bytes);
  return options->sample == 0 ? all : MIN(all, CLAMP(all / 10, options->sample, options->sample_most));
}

/* Of a sample each file gives the share that it has of all text, and enough to be typical. */
static bool sample_taken(const RsIngest *ingest, const RsInput *input) {
  const RsReadOptions all = {0}, *options = ingest->options;
  const double least = 1 << 20;
  if (options->sample == 0) return false;
  const double share = (double)rs_inputs_text(ingest->inputs, options) / (double)MAX(rs_inputs_text(ingest->inputs, &all), 1);
  return (double)rs_input_text(input, input->file->bytes_read) >= MAX(least, share * (double)rs_input_text(input, input->file->bytes));
}

/* The first input that nobody reads just now; NULL: none. Under the lock. */
static RsInput *idle_input(Work *work, guint *number) {
  GPtrArray *inputs = work->ingest->inputs;
  while (work->next_input < inputs->len && work->done[work->next_input]) work->next_input++;
  for (guint i = work->next_input; i < inputs->len && i < work->next_input + work->ingest->raw->n_threads; i++) {
    *number = i;
    if (!work->busy[i] && !work->done[i]) return g_ptr_array_index(inputs, i);
  }
  return NULL;
}

/* A block of an input that is this thread's alone for the moment. False at its end or after an error. */
static bool input_block(Parser *parser, RsInput *input, GError **error) {
  if (input->source == NULL && (input->source = rs_input_source(input, error)) == NULL) return false;
  bool found = !sample_taken(parser->work->ingest, input) && rs_source_next(input->source, &parser->block, error);
  __atomic_store_n(&input->file->bytes_read, rs_source_position(input->source), __ATOMIC_RELAXED);
  if (found || *error != NULL) return found;
  input->file->encoding = rs_encoding_name[rs_source_encoding(input->source)];
  g_clear_pointer(&input->source, rs_source_free);
  return false;
}

/* The next block of whichever file is free; false at the end of all, or after an error. Threads take different files where there are
 * several, so that each unpacks its own; one file is read by them in turn. */
static bool next_block(Parser *parser) {
  Work *work = parser->work;
  bool found = false;
  g_mutex_lock(&work->lock);
  while (!found && work->error == NULL) {
    guint number = 0;
    GError *failed = NULL;
    RsInput *input = idle_input(work, &number);
    if (input == NULL && work->next_input == work->ingest->inputs->len) break;
    if (input == NULL) {
      g_cond_wait(&work->idle, &work->lock);
      continue;
    }
    work->busy[number] = true;
    g_mutex_unlock(&work->lock);
    parser->input = input;
    found = input_block(parser, input, &failed);
    g_mutex_lock(&work->lock);
    work->busy[number] = false;
    work->done[number] = !found;
    if (failed != NULL && work->error == NULL) work->error = failed;
    else g_clear_error(&failed);
    g_cond_broadcast(&work->idle);
  }
  g_mutex_unlock(&work->lock);
  return found;
}

static void parse_all(size_t task, unsigned thread, void *data) {
  (void)thread;
  Parser *parser = &((Work *)data)->parser[task];
  const RsInput *last = NULL;
  uint64_t before = 0;
  while (!parser->out_of_memory && parser->money <= RS_MOST_MONEY && next_block(parser)) {
    if (parser->input != last) use_input(parser);
    last = parser->input;
    before = parser->rows;
    parse_block(parser);
    __atomic_add_fetch(&parser->input->file->rows, parser->rows - before, __ATOMIC_RELAXED);
  }
}

static void claims_keep_rest(size_t task, unsigned thread, void *data) {
  (void)thread;
  claims_keep(&((Work *)data)->parser[task]);
}

/* Blocks read by different threads, or of several files, may have the same ids. */
static bool claims_apart(const Work *work) {
  const unsigned n = work->ingest->raw->n_threads;
  g_autofree RsAscent **ascents = g_new(RsAscent *, n);
  for (unsigned t = 0; t < n; t++) ascents[t] = &work->parser[t].claim_ids;
  return !work->claims_scattered && rs_ascents_apart(ascents, n);
}

static void parser_init(Parser *parser, Work *work, unsigned number) {
  *parser = (Parser){.work = work, .raw = &work->ingest->raw->thread[number], .previous = RS_NONE};
  for (int d = 0; d < N_DOMAINS; d++)
    parser->local[d] = (Local){.shared = &work->shared[d], .mask = FIRST_SLOTS - 1, .slot = g_new0(Known, FIRST_SLOTS), .longer = rs_dictionary_new()};
  parser->partition_shift = 63 - work->ingest->raw->partition_bits; /* two shifts, as one by 64 is undefined */
  parser->type_words = rs_dictionary_new();
  parser->type_of_institution = g_byte_array_new();
  parser->rejects = g_ptr_array_new();
  parser->marks = g_array_new(FALSE, FALSE, sizeof(RsMark));
}

static void parser_clear(Parser *parser) {
  rs_block_clear(&parser->block);
  rs_ascent_clear(&parser->claim_ids);
  rs_csv_clear(&parser->csv);
  for (int d = 0; d < N_DOMAINS; d++) {
    g_free(parser->local[d].slot);
    rs_dictionary_free(parser->local[d].longer);
    g_free(parser->local[d].longer_number);
  }
  rs_names_seen_clear(&parser->drug_names);
  rs_names_seen_clear(&parser->institution_names);
  rs_dictionary_free(parser->type_words);
  g_free(parser->type_of_word);
  g_byte_array_unref(parser->type_of_institution);
  g_ptr_array_unref(parser->rejects);
  g_array_unref(parser->marks);
}

/* What all threads and the settlements table read, or a little more than RS_MOST_MONEY. */
static uint64_t money_read(const Work *work) {
  uint64_t money = work->ingest->settlements != NULL ? work->ingest->settlements->money : 0;
  for (unsigned t = 0; t < work->ingest->raw->n_threads && money <= RS_MOST_MONEY; t++) money += work->parser[t].money;
  return money;
}

static void most_join(RsRawMost *all, const RsRawMost *one) {
  all->amount |= one->amount;
  all->fund |= one->fund;
  all->quantity |= one->quantity;
  all->broken_quantity |= one->broken_quantity;
}

static void add_counts(RsReport *report, Parser *parser) {
  report->rows_read += parser->rows;
  report->amount_read += parser->amount;
  report->unreadable_amounts += parser->unreadable;
  report->rows[RS_PLACE_OUTSIDE] += parser->outside;
  report->amount[RS_PLACE_OUTSIDE] += parser->amount_outside;
  report->rows[RS_PLACE_REPEATED] += parser->repeated;
  report->amount[RS_PLACE_REPEATED] += parser->amount_repeated;
  report->rows[RS_PLACE_REJECTED] += parser->rejects->len;
  report->amount[RS_PLACE_REJECTED] += parser->amount_rejected;
  for (guint i = 0; i < parser->rejects->len; i++) {
    RsReject *reject = g_ptr_array_index(parser->rejects, i);
    report->rejected_by[reject->reason]++;
    g_ptr_array_add(report->rejects, reject);
  }
}

/* A settlement that no detail belongs to is one visit with its own money. */
static void add_lone_settlement(Parser *parser, const RsSettlements *settlements, const RsSettlement *settlement) {
  parser->visit = (RsRawVisit){.settlement = 1 + (uint64_t)(settlement - settlements->row),
                               .time = settlement->time,
                               .institution = settlement->institution,
                               .flags = (uint8_t)(settlement->flags | settlement->type * RS_RAW_TYPE)};
  parser->regions = (RsRawRegions){settlement->person_region, settlement->service_region};
  const RsRawLine line = {.row = settlement->row, .amount = settlement->total, .fund = settlement->fund, .drug = RS_NONE,
                          .doctor = settlement->doctor, .diagnosis = settlement->diagnosis};
  parser->trace[0] = 0;
  line_keep(parser, &line, 0, true);
  const char *person = settlements->text + settlement->person;
  open_person(parser, person, strlen(person));
  parser->rows++;
  parser->amount += settlement->total;
  close_visit(parser);
}

static void add_outside_settlement(Parser *parser, const RsSettlement *settlement) {
  parser->rows++;
  parser->outside++;
  parser->amount += settlement->total;
  parser->amount_outside += settlement->total;
}

static void add_lone_settlements(Parser *parser, const RsSettlements *settlements, RsReport *report) {
  if (settlements == NULL) return;
  for (uint32_t i = 0; i < settlements->n; i++) {
    const RsSettlement *settlement = &settlements->row[i];
    parser->most.fund |= rs_money_magnitude(settlement->fund); /* to be spread over its lines */
    if (settlement->has_lines) continue;
    last_line_raise(parser->work->ingest->raw, RS_ROW_FILE(settlement->row), RS_ROW_LINE(settlement->row));
    if (settlement->place == RS_PLACE_USED) add_lone_settlement(parser, settlements, settlement);
    else add_outside_settlement(parser, settlement);
    report->settlements_without_lines++;
  }
}

static unsigned columns_of(const RsInput *input) {
  static const struct { RsColumnRole role; unsigned bit; } bits[] = {
      {RS_COLUMN_CLAIM_ID, RS_HAS_CLAIM_ID},       {RS_COLUMN_SETTLEMENT, RS_HAS_SETTLEMENT},
      {RS_COLUMN_DOCTOR, RS_HAS_DOCTOR},           {RS_COLUMN_DRUG, RS_HAS_DRUG},
      {RS_COLUMN_QUANTITY, RS_HAS_QUANTITY},       {RS_COLUMN_AMOUNT, RS_HAS_AMOUNT},
      {RS_COLUMN_FUND, RS_HAS_FUND},               {RS_COLUMN_PERSON_REGION, RS_HAS_PERSON_REGION},
      {RS_COLUMN_SERVICE_REGION, RS_HAS_SERVICE_REGION}, {RS_COLUMN_DIAGNOSIS, RS_HAS_DIAGNOSIS},
      {RS_COLUMN_TRACE, RS_HAS_TRACE},             {RS_COLUMN_TERMINAL, RS_HAS_TERMINAL}};
  unsigned columns = 0;
  for (size_t i = 0; i < G_N_ELEMENTS(bits); i++)
    if (input->column[bits[i].role] >= 0) columns |= bits[i].bit;
  return columns;
}

bool rs_money_refuse(GError **error) {
  g_set_error_literal(error, RS_ERROR, RS_ERROR_INPUT,
                      _("the amounts together exceed 20,000,000,000,000,000.00: is a column of ids or codes mapped to amount or fund_amount?"));
  return false;
}

static void reject_drop(gpointer data, gpointer unused) {
  (void)unused;
  rs_reject_free(data);
}

bool rs_ingest(RsIngest *ingest, GError **error) {
  RsRaw *raw = ingest->raw;
  Work work = {.ingest = ingest};
  g_mutex_init(&work.lock);
  RsDictionary *const dictionary[N_DOMAINS] = {raw->institution, raw->doctor, raw->drug, raw->diagnosis, raw->region};
  for (int d = 0; d < N_DOMAINS; d++) {
    g_mutex_init(&work.shared[d].lock);
    work.shared[d].dictionary = dictionary[d];
  }
  g_cond_init(&work.idle);
  work.busy = g_new0(bool, ingest->inputs->len + 1u);
  work.done = g_new0(bool, ingest->inputs->len + 1u);
  work.parser = rs_threads_new(raw->n_threads, sizeof(Parser));
  for (unsigned t = 0; t < raw->n_threads; t++) parser_init(&work.parser[t], &work, t);
  raw->spread_fund = ingest->settlements != NULL;
  raw->n_files = ingest->report->files->len;
  raw->last_line = g_new0(uint64_t, raw->n_files + 1u);
  for (guint i = 0; i < ingest->inputs->len; i++) {
    const RsInput *input = g_ptr_array_index(ingest->inputs, i);
    raw->columns |= columns_of(input);
    if (input->column[RS_COLUMN_FUND] >= 0) raw->spread_fund = false;
  }
  if (raw->spread_fund && ingest->settlements->has_fund) raw->columns |= RS_HAS_FUND;

  for (unsigned t = 0; t < raw->n_threads; t++) work.parser[t].has_trace = (raw->columns & RS_HAS_TRACE) != 0;

  g_auto(RsSpan) span;
  rs_span_begin(&span, "rows");
  rs_parallel(raw->n_threads, raw->n_threads, parse_all, &work);
  raw->claims_apart = claims_apart(&work);
  if (!raw->claims_apart) rs_parallel(raw->n_threads, raw->n_threads, claims_keep_rest, &work);
  const bool countable = money_read(&work) <= RS_MOST_MONEY;
  if (countable) add_lone_settlements(&work.parser[0], ingest->settlements, ingest->report);

  bool out_of_memory = false;
  for (unsigned t = 0; t < raw->n_threads; t++) {
    out_of_memory |= work.parser[t].out_of_memory;
    most_join(&raw->most, &work.parser[t].most);
    if (countable) add_counts(ingest->report, &work.parser[t]);
    else g_ptr_array_foreach(work.parser[t].rejects, reject_drop, NULL);
    g_array_append_vals(ingest->marks, work.parser[t].marks->data, work.parser[t].marks->len);
    parser_clear(&work.parser[t]);
  }
  rs_threads_free(work.parser);
  for (int d = 0; d < N_DOMAINS; d++) g_mutex_clear(&work.shared[d].lock);
  g_mutex_clear(&work.lock);
  g_cond_clear(&work.idle);
  g_free(work.busy);
  g_free(work.done);
  if (work.error != NULL) return g_propagate_error(error, work.error), false;
  if (out_of_memory && !rs_spill_refused(error)) return false;
  if (out_of_memory) return g_set_error_literal(error, RS_ERROR, RS_ERROR_LIMIT, _("no memory for the claims")), false;
  if (!countable) return rs_money_refuse(error);
  return true;
}

void rs_raw_clear(RsRaw *raw) {
  for (unsigned t = 0; raw->thread != NULL && t < raw->n_threads; t++) {
    for (unsigned g = 0; g < raw->n_groups; g++) rs_pool_clear(&raw->thread[t].pool[g]);
    rs_pool_clear(&raw->thread[t].claim_pool);
    g_free(raw->thread[t].pool);
    free(raw->thread[t].partition);
  }
  rs_threads_free(raw->thread);
  rs_names_clear(&raw->drug_names);
  rs_names_clear(&raw->institution_names);
  g_free(raw->last_line);
  rs_dictionary_free(raw->institution);
  rs_dictionary_free(raw->doctor);
  rs_dictionary_free(raw->drug);
  rs_dictionary_free(raw->diagnosis);
  rs_dictionary_free(raw->region);
  *raw = (RsRaw){0};
}
