#include "exporters/xlsx.h"

#include "base/error.h"
#include "base/words.h"
#include "exporters/words.h"

#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include <xlsxwriter.h>

#define MAX_CHARACTERS 32000        /* a cell holds 32,767 */
#define CREATED ((time_t)946684800) /* 2000-01-01: a file's own time would make every run differ */
#define LEAD_LINES 50000u

struct RsWorkbook {
  char *path, *folder;
  RsLanguage language;
  lxw_workbook *book;
  lxw_format *head, *money, *wrap;
  lxw_worksheet *sheet;
  const RsTable *table;
  bool says_word[RS_MAX_COLUMNS]; /* by column: one of word_columns */
  char *elsewhere;
  uint32_t n_rows, max_rows;
  uint64_t n_left_out;
  lxw_error failed;
};

const char *rs_xlsx_library_version(void) { return lxw_version(); }

/* ---- words ---- */

typedef struct {
  const char *name, *said;
} Word;

static const Word sheet_words[] = {{"sheet", NC_("sheet", "sheet")}, {"money", NC_("sheet", "money")}, {"check", NC_("sheet", "what to check")},
                                   {"ring", NC_("sheet", "rings")}, {"member", NC_("sheet", "members")},
    {"fact", NC_("sheet", "facts")}, {"burst", NC_("sheet", "bursts")}, {"evidence", NC_("sheet", "claim lines")},
    {"link", NC_("sheet", "links")}};

static const Word column_words[] = {{"ring_id", NC_("column", "ring")}, {"rank", NC_("column", "rank")},
    {"lead_key", NC_("column", "lead key")}, {"pattern", NC_("column", "pattern")}, {"score", NC_("column", "score")},
    {"stability", NC_("column", "grade")}, {"q_value", NC_("column", "q value")}, {"persons", NC_("column", "people")},
    {"doctors", NC_("column", "doctors")}, {"institutions", NC_("column", "outlets")}, {"drugs", NC_("column", "drugs")},
    {"regions", NC_("column", "regions")}, {"claims", NC_("column", "claim lines")}, {"amount", NC_("column", "amount")},
    {"amount_exclusive", NC_("column", "amount in no better lead")}, {"fund_amount", NC_("column", "pooled fund")},
    {"first_date", NC_("column", "first day")}, {"last_date", NC_("column", "last day")},
    {"summary", NC_("column", "summary")}, {"entity_type", NC_("column", "kind")}, {"entity_id", NC_("column", "id")},
    {"role", NC_("column", "role")}, {"strength", NC_("column", "strength")}, {"watched", NC_("column", "watched")}, {"field", NC_("column", "field")}, {"by", NC_("column", "by")}, {"id", NC_("column", "id")},
    {"label", NC_("column", "name")}, {"account_amount", NC_("column", "personal account")}, {"amount_of_lead", NC_("column", "amount of the whole lead")},
    {"where", NC_("column", "where")}, {"result", NC_("column", "result")}, {"fact", NC_("column", "fact")},
    {"value", NC_("column", "value")}, {"expected", NC_("column", "expected")}, {"p_value", NC_("column", "p")},
    {"points", NC_("column", "points")}, {"kind", NC_("column", "for or counter")}, {"text", NC_("column", "text")},
    {"file", NC_("column", "file")}, {"line", NC_("column", "line")}, {"claim_id", NC_("column", "claim")},
    {"settlement_id", NC_("column", "settlement")}, {"person_id", NC_("column", "person")},
    {"doctor_id", NC_("column", "doctor")}, {"institution_id", NC_("column", "institution")},
    {"drug_code", NC_("column", "drug")}, {"time", NC_("column", "time")}, {"facts", NC_("column", "facts")},
    {"burst", NC_("column", "burst")}, {"first_time", NC_("column", "first time")}, {"last_time", NC_("column", "last time")},
    {"n_members", NC_("column", "cards")}, {"from_type", NC_("column", "from kind")}, {"from_id", NC_("column", "from")},
    {"from_label", NC_("column", "from name")}, {"link_type", NC_("column", "relation")},
    {"to_type", NC_("column", "to kind")}, {"to_id", NC_("column", "to")}, {"to_label", NC_("column", "to name")},
    {"count", NC_("column", "claim lines")}, {"days", NC_("column", "days")}};

/* Columns that hold one of a few words of ours: exporters/words.h. */
static const char *const word_columns[] = {"pattern", "entity_type", "role", "kind", "from_type", "to_type", "link_type"};
static bool holds_word(const char *column) {
  for (size_t i = 0; i < G_N_ELEMENTS(word_columns); i++)
    if (strcmp(word_columns[i], column) == 0) return true;
  return false;
}

static const char *heading(const Word *words, size_t n, const char *context, const char *name, RsLanguage language) {
  for (size_t i = 0; i < n; i++)
    if (strcmp(words[i].name, name) == 0) return rs_say_in(language, context, words[i].said);
  return name;
}

static double column_width(const char *name, RsCellType type) {
  if (strcmp(name, "text") == 0 || strcmp(name, "summary") == 0) return 90;
  if (strcmp(name, "facts") == 0 || g_str_has_suffix(name, "_label")) return 30;
  if (strcmp(name, "ring_id") == 0 || strcmp(name, "role") == 0 || strcmp(name, "pattern") == 0) return 11;
  return type == RS_CELL_TEXT ? 21 : type == RS_CELL_MONEY ? 15 : 9;
}

/* ---- cells ---- */

/* True for "_x" and four hex digits and "_": a reader would take it for one character. */
static bool looks_escaped(const char *at) {
  return at[0] == '_' && at[1] == 'x' && g_ascii_isxdigit(at[2]) && g_ascii_isxdigit(at[3]) && g_ascii_isxdigit(at[4]) &&
         g_ascii_isxdigit(at[5]) && at[6] == '_';
}

/* Plain ASCII that needs no change: what nearly all cells of a long sheet are. */
static bool goes_as_it_is(const char *text) {
  size_t n = 0;
  for (; text[n] >= 0x20 && text[n] < 0x7f; n++)
    if (text[n] == '_' && text[n + 1] == 'x') return false;
  return text[n] == '\0' && n <= MAX_CHARACTERS;
}

/* What may stand in a cell: XML characters, at most MAX_CHARACTERS of them; CR LF and CR become LF, others U+FFFD. */
static char *cell_text(const char *text) {
  GString *clean = g_string_new(NULL);
  size_t left = strlen(text);
  for (guint n = 0; left > 0 && n < MAX_CHARACTERS; n++) {
    const gunichar c = g_utf8_get_char_validated(text, (gssize)MIN(left, 6));
    const bool broken = c == (gunichar)-1 || c == (gunichar)-2;
    const size_t step = broken ? 1 : (size_t)(g_utf8_next_char(text) - text);
    if (c == '\r') {
      if (text[1] != '\n') g_string_append_c(clean, '\n');
    } else if (broken || (c < 0x20 && c != '\t' && c != '\n') || c == 0xFFFE || c == 0xFFFF) {
      g_string_append(clean, "\xEF\xBF\xBD");
    } else {
      if (looks_escaped(text)) g_string_append(clean, "_x005F");
      g_string_append_len(clean, text, (gssize)step);
    }
    text += step;
    left -= step;
  }
  return g_string_free(clean, FALSE);
}

static void failed_set(RsWorkbook *workbook, lxw_error code) {
  if (workbook->failed == LXW_NO_ERROR) workbook->failed = code;
}

static void text_put(RsWorkbook *workbook, uint32_t row, unsigned column, const char *text, lxw_format *format) {
  if (text == NULL || *text == '\0') return;
  g_autofree char *clean = goes_as_it_is(text) ? NULL : cell_text(text);
  failed_set(workbook, worksheet_write_string(workbook->sheet, row, (lxw_col_t)column, clean == NULL ? text : clean, format));
}

/* A number that a double cannot hold exactly goes in as text. */
static void integer_put(RsWorkbook *workbook, uint32_t row, unsigned column, int64_t value) {
  char text[24];
  if (value > -(INT64_C(1) << 53) && value < INT64_C(1) << 53) {
    failed_set(workbook, worksheet_write_number(workbook->sheet, row, (lxw_col_t)column, (double)value, NULL));
    return;
  }
  g_snprintf(text, sizeof text, "%" G_GINT64_FORMAT, value);
  text_put(workbook, row, column, text, NULL);
}

static void cell_put(RsWorkbook *workbook, uint32_t row, unsigned column, RsCellType type, const RsCell *cell) {
  if (type == RS_CELL_TEXT) {
    const bool ours = workbook->language == RS_LANG_ZH && cell->text != NULL && workbook->says_word[column];
    text_put(workbook, row, column, ours ? rs_word(cell->text, RS_LANG_ZH) : cell->text, NULL);
    return;
  }
  if (cell->empty) return;
  if (type == RS_CELL_INTEGER)
    integer_put(workbook, row, column, cell->integer);
  else if (type == RS_CELL_MONEY)
    failed_set(workbook,
               worksheet_write_number(workbook->sheet, row, (lxw_col_t)column, (double)cell->integer / 100.0, workbook->money));
  else if (isfinite(cell->number))
    failed_set(workbook, worksheet_write_number(workbook->sheet, row, (lxw_col_t)column, cell->number, NULL));
}

/* ---- the workbook ---- */

RsWorkbook *rs_workbook_new(const char *path, RsLanguage language, GError **error) {
  g_autoptr(RsWorkbook) workbook = g_new0(RsWorkbook, 1);
  workbook->path = g_strdup(path);
  workbook->folder = g_path_get_dirname(path);
  workbook->language = language;
  lxw_workbook_options options = {.constant_memory = LXW_TRUE, .tmpdir = workbook->folder, .use_zip64 = LXW_FALSE};
  const int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600); /* the library would let others read */
  if (fd >= 0) close(fd);
  workbook->book = fd < 0 ? NULL : workbook_new_opt(path, &options);
  if (workbook->book == NULL) {
    g_set_error(error, RS_ERROR, RS_ERROR_IO, _("%s: cannot create: %s"), path, fd < 0 ? rs_words_errno(errno) : _("no memory"));
    return NULL;
  }
  lxw_doc_properties properties = {.title = (char *)"ringscope", .comments = (char *)"ringscope " RS_VERSION, .created = CREATED};
  workbook_set_properties(workbook->book, &properties);
  workbook->head = workbook_add_format(workbook->book);
  format_set_bold(workbook->head);
  workbook->money = workbook_add_format(workbook->book);
  format_set_num_format(workbook->money, "#,##0.00");
  return g_steal_pointer(&workbook);
}

static void sheet_end(RsWorkbook *workbook) {
  if (workbook->sheet == NULL) return;
  if (workbook->n_rows > 0)
    worksheet_autofilter(workbook->sheet, 0, 0, workbook->n_rows, (lxw_col_t)(workbook->table->n_columns - 1));
  if (workbook->n_left_out > 0) {
    g_autofree char *text = g_strdup_printf(rs_say(workbook->language, "%llu more rows in %s"), (unsigned long long)workbook->n_left_out,
                                            workbook->elsewhere);
    text_put(workbook, workbook->n_rows + 1, 0, text, NULL);
  }
  g_clear_pointer(&workbook->elsewhere, g_free);
  workbook->sheet = NULL;
}

void rs_workbook_sheet(RsWorkbook *workbook, const RsTable *table, uint32_t max_rows, const char *elsewhere) {
  sheet_end(workbook);
  workbook->table = table;
  workbook->max_rows = MIN(max_rows, RS_XLSX_MAX_ROWS);
  workbook->n_rows = 0;
  workbook->n_left_out = 0;
  workbook->elsewhere = g_strdup(elsewhere);
  workbook->sheet =
      workbook_add_worksheet(workbook->book, heading(sheet_words, G_N_ELEMENTS(sheet_words), "sheet", table->name, workbook->language));
  if (workbook->sheet == NULL) {
    failed_set(workbook, LXW_ERROR_MEMORY_MALLOC_FAILED);
    return;
  }
  for (unsigned i = 0; i < table->n_columns; i++) {
    const RsTableColumn *column = &table->column[i];
    worksheet_set_column(workbook->sheet, (lxw_col_t)i, (lxw_col_t)i, column_width(column->name, column->type), NULL);
    workbook->says_word[i] = holds_word(column->name);
    text_put(workbook, 0, i, heading(column_words, G_N_ELEMENTS(column_words), "column", column->name, workbook->language), workbook->head);
  }
  worksheet_freeze_panes(workbook->sheet, 1, 0);
}

void rs_workbook_row(const RsTable *table, const RsCell *cell, void *data) {
  RsWorkbook *workbook = data;
  if (workbook->n_rows == workbook->max_rows || workbook->sheet == NULL) {
    workbook->n_left_out++;
    return;
  }
  workbook->n_rows++;
  for (unsigned i = 0; i < table->n_columns; i++) cell_put(workbook, workbook->n_rows, i, table->column[i].type, &cell[i]);
}

bool rs_workbook_close(RsWorkbook *workbook, GError **error) {
  sheet_end(workbook);
  errno = 0;
  const lxw_error closed = workbook_close(workbook->book); /* frees it, whatever comes */
  workbook->book = NULL;
  failed_set(workbook, closed);
  if (workbook->failed == LXW_NO_ERROR) return true;
  g_set_error(error, RS_ERROR, RS_ERROR_IO, _("%s: cannot write: %s"), workbook->path,
              errno != 0 ? rs_words_errno(errno) : lxw_strerror(workbook->failed));
  remove(workbook->path);
  return false;
}

void rs_workbook_free(RsWorkbook *workbook) {
  if (workbook == NULL) return;
  if (workbook->book != NULL) {
    lxw_workbook_free(workbook->book);
    remove(workbook->path);
  }
  g_free(workbook->path);
  g_free(workbook->folder);
  g_free(workbook->elsewhere);
  g_free(workbook);
}

/* ---- what goes in ---- */

static const unsigned lead_tables[] = {RS_TABLE_RING, RS_TABLE_MEMBER, RS_TABLE_FACT, RS_TABLE_BURST, RS_TABLE_EVIDENCE};

bool rs_xlsx_write_leads(const RsCaseView *view, RsLanguage language, const char *path, GError **error) {
  RsCase c = *view->c;
  RsCaseView said = *view; /* the same case in the language of the terminal */
  c.text_language = language;
  said.c = &c;
  g_autoptr(RsWorkbook) workbook = rs_workbook_new(path, language, error);
  if (workbook == NULL) return false;
  for (size_t i = 0; i < G_N_ELEMENTS(lead_tables); i++) {
    const RsTable *table = &rs_table[lead_tables[i]];
    rs_workbook_sheet(workbook, table, lead_tables[i] == RS_TABLE_EVIDENCE ? LEAD_LINES : RS_XLSX_MAX_ROWS,
                      table->file != NULL ? table->file : "case.db");
    rs_table_walk(table, &said, rs_workbook_row, workbook);
  }
  return rs_workbook_close(workbook, error);
}

static const RsTableColumn link_columns[] = {{"from_type", RS_CELL_TEXT, false},  {"from_id", RS_CELL_TEXT, false},
                                             {"from_label", RS_CELL_TEXT, false}, {"link_type", RS_CELL_TEXT, false},
                                             {"to_type", RS_CELL_TEXT, false},    {"to_id", RS_CELL_TEXT, false},
                                             {"to_label", RS_CELL_TEXT, false},   {"count", RS_CELL_INTEGER, false},
                                             {"days", RS_CELL_INTEGER, false},    {"amount", RS_CELL_MONEY, false}};
static const RsTable link_table = {"link", NULL, G_N_ELEMENTS(link_columns), link_columns, NULL, NULL};

static void links_put(RsWorkbook *workbook, const RsPicture *picture) {
  for (guint i = 0; i < picture->edges->len; i++) {
    const RsPictureEdge *edge = rs_picture_edge(picture, i);
    const RsPictureNode *from = rs_picture_node(picture, edge->from), *to = rs_picture_node(picture, edge->to);
    const RsCell cell[] = {{.text = rs_kind_name[from->kind]},
                           {.text = from->key},
                           {.text = from->label},
                           {.text = rs_relation_name[edge->kind]},
                           {.text = rs_kind_name[to->kind]},
                           {.text = to->key},
                           {.text = to->label},
                           {.integer = (int64_t)MIN(edge->n_claims, (uint64_t)INT64_MAX)},
                           {.integer = edge->weight},
                           {.integer = edge->amount}};
    rs_workbook_row(&link_table, cell, workbook);
  }
}

/* Facts and summaries of a case are English, or Chinese with --lang zh: here they are said in the reader's language. */
typedef struct {
  RsWorkbook *workbook;
  GHashTable *sentence; /* "R0001/2" -> text */
  char ring[32];
  int64_t position;
} Said;

static GHashTable *sentences_by_place(const RsCaseRows *rows, RsLanguage language) {
  GHashTable *sentence = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
  for (guint i = 0; i < rows->n; i++)
    if (strcmp(rs_case_rows_text(rows, i, "language"), language == RS_LANG_ZH ? "zh" : "en") == 0)
      g_hash_table_insert(sentence,
                          g_strdup_printf("%s/%" G_GINT64_FORMAT, rs_case_rows_text(rows, i, "ring_id"),
                                          rs_case_rows_integer(rows, i, "position")),
                          (gpointer)rs_case_rows_text(rows, i, "text"));
  return sentence;
}

static void said_row(const RsTable *table, const RsCell *cell, void *data) {
  Said *said = data;
  RsCell changed[RS_MAX_COLUMNS];
  memcpy(changed, cell, table->n_columns * sizeof *cell);
  if (strcmp(said->ring, cell[0].text) != 0) {
    g_strlcpy(said->ring, cell[0].text, sizeof said->ring);
    said->position = 0;
  }
  const int64_t position = table == &rs_table[RS_TABLE_RING] ? 0 : ++said->position;
  g_autofree char *place = g_strdup_printf("%s/%" G_GINT64_FORMAT, cell[0].text, position);
  const char *text = g_hash_table_lookup(said->sentence, place);
  if (text != NULL) changed[table->n_columns - 1].text = text;
  rs_workbook_row(table, changed, said->workbook);
}

bool rs_xlsx_write_case(const RsCaseRead *read, const char *ring_id, const RsPicture *picture, RsLanguage language,
                        const char *path, GError **error) {
  const char *const where[] = {"ring_id", ring_id, NULL};
  const char *const *const which = ring_id == NULL ? NULL : where;
  g_autoptr(RsCaseRows) sentences = rs_case_read_rows(read, RS_TABLE_SENTENCE, which, error);
  if (sentences == NULL) return false;
  g_autoptr(RsWorkbook) workbook = rs_workbook_new(path, language, error);
  if (workbook == NULL) return false;
  g_autoptr(GHashTable) sentence = sentences_by_place(sentences, language);
  Said said = {.workbook = workbook, .sentence = sentence};
  for (size_t i = 0; i < G_N_ELEMENTS(lead_tables); i++) {
    const RsTable *table = &rs_table[lead_tables[i]];
    const bool text = lead_tables[i] == RS_TABLE_RING || lead_tables[i] == RS_TABLE_FACT;
    rs_workbook_sheet(workbook, table, RS_XLSX_MAX_ROWS, table->file != NULL ? table->file : "case.db");
    said.ring[0] = '\0';
    if (!rs_sqlite_walk(read->database, table, which, text ? said_row : rs_workbook_row, text ? (void *)&said : (void *)workbook,
                        error))
      return false;
  }
  rs_workbook_sheet(workbook, &link_table, RS_XLSX_MAX_ROWS, "graph.graphml");
  links_put(workbook, picture);
  return rs_workbook_close(workbook, error);
}
