#include "exporters/xlsx.h"

#include "base/error.h"
#include "base/words.h"
#include "exporters/words.h"
#include "exporters/zip.h"

#include <math.h>
#include <string.h>

#define MAX_CHARACTERS 32000 /* a cell holds 32,767 */
#define LEAD_LINES 50000u
#define PIECE ((size_t)64 << 10)

typedef struct { const char *name; unsigned n_columns; uint32_t n_rows; } Sheet; /* what the workbook says of it; name in the workbook's language */

struct RsWorkbook {
  RsLanguage language;
  RsZip *zip;
  RsOutput *text; /* of the part being written, a piece at a time */
  GArray *sheet;  /* of Sheet; the last one is open */
  const RsTable *table;
  bool says_word[RS_MAX_COLUMNS]; /* by column: one of word_columns */
  char *elsewhere;
  char row[12]; /* the row being written, as text */
  uint32_t n_rows, max_rows;
  uint64_t n_left_out;
  bool open; /* a sheet is */
};

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

static unsigned column_width(const char *name, RsCellType type) {
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
static bool goes_as_it_is(const char *text, size_t *length) {
  size_t n = 0;
  for (; text[n] >= 0x20 && text[n] < 0x7f; n++)
    if (text[n] == '<' || text[n] == '>' || text[n] == '&' || (text[n] == '_' && text[n + 1] == 'x')) return false;
  *length = n;
  return text[n] == '\0' && n <= MAX_CHARACTERS;
}

static void character_add(GString *clean, const char *text, size_t step) {
  switch (*text) {
    case '&': g_string_append(clean, "&amp;"); break;
    case '<': g_string_append(clean, "&lt;"); break;
    case '>': g_string_append(clean, "&gt;"); break;
    default: g_string_append_len(clean, text, (gssize)step);
  }
}

/* What may stand in a cell: XML characters, at most MAX_CHARACTERS of them; CR LF and CR become LF, others U+FFFD. */
static GString *cell_text(const char *text) {
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
      character_add(clean, text, step);
    }
    text += step;
    left -= step;
  }
  return clean;
}

enum { PLAIN, BOLD, MONEY }; /* places in styles.xml */

static void cell_begin(RsWorkbook *workbook, unsigned column, int style) {
  rs_output_write(workbook->text, "<c r=\"", 6);
  rs_output_char(workbook->text, (char)('A' + column));
  rs_output_text(workbook->text, workbook->row);
  if (style == BOLD) rs_output_text(workbook->text, "\" s=\"1");
  if (style == MONEY) rs_output_write(workbook->text, "\" s=\"2", 6);
}

static void text_put(RsWorkbook *workbook, unsigned column, const char *text, int style) {
  size_t length = 0;
  if (text == NULL || *text == '\0') return;
  g_autoptr(GString) clean = goes_as_it_is(text, &length) ? NULL : cell_text(text);
  if (clean != NULL) {
    text = clean->str;
    length = clean->len;
  }
  cell_begin(workbook, column, style);
  rs_output_text(workbook->text, "\" t=\"inlineStr\"><is><t");
  if (length > 0 && (g_ascii_isspace(text[0]) || g_ascii_isspace(text[length - 1]))) rs_output_text(workbook->text, " xml:space=\"preserve\"");
  rs_output_char(workbook->text, '>');
  rs_output_write(workbook->text, text, length);
  rs_output_text(workbook->text, "</t></is></c>");
}

static void number_begin(RsWorkbook *workbook, unsigned column, int style) {
  cell_begin(workbook, column, style);
  rs_output_text(workbook->text, "\"><v>");
}

static void number_end(RsWorkbook *workbook) { rs_output_text(workbook->text, "</v></c>"); }

/* A number that a double cannot hold exactly goes in as text. */
static void integer_put(RsWorkbook *workbook, unsigned column, int64_t value) {
  char text[24];
  if (value > -(INT64_C(1) << 53) && value < INT64_C(1) << 53) {
    number_begin(workbook, column, PLAIN);
    rs_output_signed(workbook->text, value);
    number_end(workbook);
    return;
  }
  g_snprintf(text, sizeof text, "%" G_GINT64_FORMAT, value);
  text_put(workbook, column, text, PLAIN);
}

static void cell_put(RsWorkbook *workbook, unsigned column, RsCellType type, const RsCell *cell) {
  char number[G_ASCII_DTOSTR_BUF_SIZE];
  if (type == RS_CELL_TEXT) {
    const bool ours = workbook->language == RS_LANG_ZH && cell->text != NULL && workbook->says_word[column];
    text_put(workbook, column, ours ? rs_word(cell->text, RS_LANG_ZH) : cell->text, PLAIN);
    return;
  }
  if (cell->empty) return;
  if (type == RS_CELL_INTEGER) {
    integer_put(workbook, column, cell->integer);
  } else if (type == RS_CELL_MONEY) {
    number_begin(workbook, column, MONEY);
    const unsigned places = cell->integer % 100 == 0 ? 0 : cell->integer % 10 == 0 ? 1 : 2; /* a number is written in its shortest form */
    rs_output_fixed(workbook->text, cell->integer / (places == 0 ? 100 : places == 1 ? 10 : 1), places);
    number_end(workbook);
  } else if (isfinite(cell->number)) {
    number_begin(workbook, column, PLAIN);
    rs_output_text(workbook->text, g_ascii_formatd(number, sizeof number, "%.16G", cell->number));
    number_end(workbook);
  }
}

/* ---- sheets ---- */

static void piece_pass(RsWorkbook *workbook) {
  size_t length;
  const char *piece = rs_output_take(workbook->text, &length);
  rs_zip_write(workbook->zip, piece, length);
}

static void row_begin(RsWorkbook *workbook, uint32_t row) {
  g_snprintf(workbook->row, sizeof workbook->row, "%u", row);
  rs_output_text(workbook->text, "<row r=\"");
  rs_output_text(workbook->text, workbook->row);
  rs_output_text(workbook->text, "\">");
}

static void row_end(RsWorkbook *workbook) {
  rs_output_text(workbook->text, "</row>");
  if (rs_output_used(workbook->text) >= PIECE) piece_pass(workbook);
}

RsWorkbook *rs_workbook_new(RsOutput *output, RsLanguage language) {
  RsWorkbook *workbook = g_new0(RsWorkbook, 1);
  workbook->language = language;
  workbook->zip = rs_zip_new(output);
  workbook->text = rs_output_memory();
  workbook->sheet = g_array_new(FALSE, FALSE, sizeof(Sheet));
  return workbook;
}

static void sheet_end(RsWorkbook *workbook) {
  if (!workbook->open) return;
  if (workbook->n_left_out > 0) {
    g_autofree char *text = g_strdup_printf(rs_say(workbook->language, "%llu more rows in %s"), (unsigned long long)workbook->n_left_out,
                                            workbook->elsewhere);
    row_begin(workbook, workbook->n_rows + 2);
    text_put(workbook, 0, text, PLAIN);
    row_end(workbook);
  }
  rs_output_text(workbook->text, "</sheetData>");
  Sheet *sheet = &g_array_index(workbook->sheet, Sheet, workbook->sheet->len - 1);
  sheet->n_rows = workbook->n_rows;
  if (sheet->n_rows > 0) {
    g_autofree char *filter = g_strdup_printf("<autoFilter ref=\"A1:%c%u\"/>", 'A' + (int)sheet->n_columns - 1, sheet->n_rows + 1);
    rs_output_text(workbook->text, filter);
  }
  rs_output_text(workbook->text, "</worksheet>");
  piece_pass(workbook);
  g_clear_pointer(&workbook->elsewhere, g_free);
  workbook->open = false;
}

static const char xml_head[] = "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>\n";
#define MAIN_NS "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
#define DOCUMENT_NS "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
#define PACKAGE_NS "http://schemas.openxmlformats.org/package/2006/"
#define TYPES "application/vnd.openxmlformats-"

void rs_workbook_sheet(RsWorkbook *workbook, const RsTable *table, uint32_t max_rows, const char *elsewhere) {
  sheet_end(workbook);
  g_assert(table->n_columns <= MIN(RS_MAX_COLUMNS, 26));
  const Sheet sheet = {.name = heading(sheet_words, G_N_ELEMENTS(sheet_words), "sheet", table->name, workbook->language), .n_columns = table->n_columns};
  g_array_append_val(workbook->sheet, sheet);
  workbook->table = table;
  workbook->max_rows = MIN(max_rows, RS_XLSX_MAX_ROWS);
  workbook->n_rows = 0;
  workbook->n_left_out = 0;
  workbook->elsewhere = g_strdup(elsewhere);
  workbook->open = true;
  g_autofree char *name = g_strdup_printf("xl/worksheets/sheet%u.xml", workbook->sheet->len);
  rs_zip_begin(workbook->zip, name);
  rs_output_text(workbook->text, xml_head);
  rs_output_text(workbook->text, "<worksheet xmlns=\"" MAIN_NS "\"><sheetViews><sheetView");
  if (workbook->sheet->len == 1) rs_output_text(workbook->text, " tabSelected=\"1\"");
  rs_output_text(workbook->text, " workbookViewId=\"0\"><pane ySplit=\"1\" topLeftCell=\"A2\" activePane=\"bottomLeft\" state=\"frozen\"/>"
                                 "<selection pane=\"bottomLeft\"/></sheetView></sheetViews><sheetFormatPr defaultRowHeight=\"15\"/><cols>");
  for (unsigned i = 0; i < table->n_columns; i++) {
    const RsTableColumn *column = &table->column[i];
    g_autofree char *wide = g_strdup_printf("<col min=\"%u\" max=\"%u\" width=\"%u.7109375\" customWidth=\"1\"/>", i + 1, i + 1,
                                            column_width(column->name, column->type));
    rs_output_text(workbook->text, wide);
    workbook->says_word[i] = holds_word(column->name);
  }
  rs_output_text(workbook->text, "</cols><sheetData>");
  row_begin(workbook, 1);
  for (unsigned i = 0; i < table->n_columns; i++)
    text_put(workbook, i, heading(column_words, G_N_ELEMENTS(column_words), "column", table->column[i].name, workbook->language), BOLD);
  row_end(workbook);
}

void rs_workbook_row(const RsTable *table, const RsCell *cell, void *data) {
  RsWorkbook *workbook = data;
  if (workbook->n_rows == workbook->max_rows) {
    workbook->n_left_out++;
    return;
  }
  workbook->n_rows++;
  row_begin(workbook, workbook->n_rows + 1);
  for (unsigned i = 0; i < table->n_columns; i++) cell_put(workbook, i, table->column[i].type, &cell[i]);
  row_end(workbook);
}

/* ---- what holds the sheets together: ECMA-376, Office Open XML ---- */

static const char styles[] =
    "<styleSheet xmlns=\"" MAIN_NS "\"><numFmts count=\"1\"><numFmt numFmtId=\"164\" formatCode=\"#,##0.00\"/></numFmts>"
    "<fonts count=\"2\"><font><sz val=\"11\"/><name val=\"Calibri\"/><family val=\"2\"/></font><font><b/><sz val=\"11\"/><name val=\"Calibri\"/><family val=\"2\"/></font></fonts>"
    "<fills count=\"2\"><fill><patternFill patternType=\"none\"/></fill><fill><patternFill patternType=\"gray125\"/></fill></fills>"
    "<borders count=\"1\"><border><left/><right/><top/><bottom/><diagonal/></border></borders>"
    "<cellStyleXfs count=\"1\"><xf numFmtId=\"0\" fontId=\"0\" fillId=\"0\" borderId=\"0\"/></cellStyleXfs>"
    "<cellXfs count=\"3\"><xf numFmtId=\"0\" fontId=\"0\" fillId=\"0\" borderId=\"0\" xfId=\"0\"/>"
    "<xf numFmtId=\"0\" fontId=\"1\" fillId=\"0\" borderId=\"0\" xfId=\"0\" applyFont=\"1\"/>"
    "<xf numFmtId=\"164\" fontId=\"0\" fillId=\"0\" borderId=\"0\" xfId=\"0\" applyNumberFormat=\"1\"/></cellXfs>"
    "<cellStyles count=\"1\"><cellStyle name=\"Normal\" xfId=\"0\" builtinId=\"0\"/></cellStyles></styleSheet>";

static const char relations[] =
    "<Relationships xmlns=\"" PACKAGE_NS "relationships\">"
    "<Relationship Id=\"rId1\" Type=\"" DOCUMENT_NS "/officeDocument\" Target=\"xl/workbook.xml\"/>"
    "<Relationship Id=\"rId2\" Type=\"" PACKAGE_NS "relationships/metadata/core-properties\" Target=\"docProps/core.xml\"/></Relationships>";

/* A fixed time: a file's own would make every run differ. */
static const char properties[] =
    "<cp:coreProperties xmlns:cp=\"" PACKAGE_NS "metadata/core-properties\" xmlns:dc=\"http://purl.org/dc/elements/1.1/\" "
    "xmlns:dcterms=\"http://purl.org/dc/terms/\" xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\"><dc:title>ringscope</dc:title>"
    "<dc:description>ringscope " RS_VERSION "</dc:description><dcterms:created xsi:type=\"dcterms:W3CDTF\">2000-01-01T00:00:00Z</dcterms:created>"
    "<dcterms:modified xsi:type=\"dcterms:W3CDTF\">2000-01-01T00:00:00Z</dcterms:modified></cp:coreProperties>";

static void part_put(RsWorkbook *workbook, const char *name, const char *text) {
  rs_zip_begin(workbook->zip, name);
  rs_zip_write(workbook->zip, xml_head, strlen(xml_head));
  rs_zip_write(workbook->zip, text, strlen(text));
}

/* The filters of the sheets are names of the workbook, too: without them some readers do not see them. */
static void book_put(RsWorkbook *workbook) {
  g_autoptr(GString) text = g_string_new("<workbook xmlns=\"" MAIN_NS "\" xmlns:r=\"" DOCUMENT_NS "\"><bookViews><workbookView/></bookViews><sheets>");
  g_autoptr(GString) names = g_string_new(NULL);
  for (guint i = 0; i < workbook->sheet->len; i++) {
    const Sheet *sheet = &g_array_index(workbook->sheet, Sheet, i);
    g_autoptr(GString) name = cell_text(sheet->name);
    g_string_append_printf(text, "<sheet name=\"%s\" sheetId=\"%u\" r:id=\"rId%u\"/>", name->str, i + 1, i + 1);
    if (sheet->n_rows > 0)
      g_string_append_printf(names, "<definedName name=\"_xlnm._FilterDatabase\" localSheetId=\"%u\" hidden=\"1\">'%s'!$A$1:$%c$%u</definedName>", i, name->str,
                             'A' + (int)sheet->n_columns - 1, sheet->n_rows + 1);
  }
  g_string_append(text, "</sheets>");
  if (names->len > 0) g_string_append_printf(text, "<definedNames>%s</definedNames>", names->str);
  g_string_append(text, "</workbook>");
  part_put(workbook, "xl/workbook.xml", text->str);
}

static void lists_put(RsWorkbook *workbook) {
  g_autoptr(GString) types = g_string_new(
      "<Types xmlns=\"" PACKAGE_NS "content-types\"><Default Extension=\"rels\" ContentType=\"" TYPES "package.relationships+xml\"/>"
      "<Default Extension=\"xml\" ContentType=\"application/xml\"/><Override PartName=\"/docProps/core.xml\" ContentType=\"" TYPES "package.core-properties+xml\"/>"
      "<Override PartName=\"/xl/styles.xml\" ContentType=\"" TYPES "officedocument.spreadsheetml.styles+xml\"/>"
      "<Override PartName=\"/xl/workbook.xml\" ContentType=\"" TYPES "officedocument.spreadsheetml.sheet.main+xml\"/>");
  g_autoptr(GString) parts = g_string_new("<Relationships xmlns=\"" PACKAGE_NS "relationships\">");
  for (guint i = 1; i <= workbook->sheet->len; i++) {
    g_string_append_printf(types, "<Override PartName=\"/xl/worksheets/sheet%u.xml\" ContentType=\"" TYPES "officedocument.spreadsheetml.worksheet+xml\"/>", i);
    g_string_append_printf(parts, "<Relationship Id=\"rId%u\" Type=\"" DOCUMENT_NS "/worksheet\" Target=\"worksheets/sheet%u.xml\"/>", i, i);
  }
  g_string_append_printf(parts, "<Relationship Id=\"rId%u\" Type=\"" DOCUMENT_NS "/styles\" Target=\"styles.xml\"/></Relationships>", workbook->sheet->len + 1);
  g_string_append(types, "</Types>");
  part_put(workbook, "xl/_rels/workbook.xml.rels", parts->str);
  part_put(workbook, "[Content_Types].xml", types->str);
}

bool rs_workbook_close(RsWorkbook *workbook, GError **error) {
  sheet_end(workbook);
  book_put(workbook);
  part_put(workbook, "xl/styles.xml", styles);
  part_put(workbook, "docProps/core.xml", properties);
  part_put(workbook, "_rels/.rels", relations);
  lists_put(workbook);
  if (rs_zip_finish(workbook->zip)) return true;
  g_set_error(error, RS_ERROR, RS_ERROR_IO, "%s", _("the workbook cannot be written"));
  return false;
}

void rs_workbook_free(RsWorkbook *workbook) {
  if (workbook == NULL) return;
  rs_zip_free(workbook->zip);
  rs_output_free(workbook->text);
  g_array_unref(workbook->sheet);
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
  g_autoptr(RsOutput) output = rs_output_open(path, error);
  if (output == NULL) return false;
  g_autoptr(RsWorkbook) workbook = rs_workbook_new(output, language);
  for (size_t i = 0; i < G_N_ELEMENTS(lead_tables); i++) {
    const RsTable *table = &rs_table[lead_tables[i]];
    rs_workbook_sheet(workbook, table, lead_tables[i] == RS_TABLE_EVIDENCE ? LEAD_LINES : RS_XLSX_MAX_ROWS,
                      table->file != NULL ? table->file : "case.db");
    rs_table_walk(table, &said, rs_workbook_row, workbook);
  }
  return rs_workbook_close(workbook, error) && rs_output_close_unsynced(output, error);
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

bool rs_xlsx_write_case(const RsCaseRead *read, const char *ring_id, const RsPicture *picture, RsLanguage language, RsOutput *output,
                        GError **error) {
  const char *const where[] = {"ring_id", ring_id, NULL};
  const char *const *const which = ring_id == NULL ? NULL : where;
  g_autoptr(RsCaseRows) sentences = rs_case_read_rows(read, RS_TABLE_SENTENCE, which, error);
  if (sentences == NULL) return false;
  g_autoptr(RsWorkbook) workbook = rs_workbook_new(output, language);
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
