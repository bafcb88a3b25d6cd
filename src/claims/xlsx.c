#include "claims/xlsx.h"

#include "base/error.h"
#include "base/words.h"

#include <archive.h>
#include <archive_entry.h>
#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define BLOCK ((size_t)64 << 10)
#define MOST_TEXT ((size_t)1 << 30) /* bytes of shared texts */

/* ---- the archive, read by pread ---- */

typedef struct {
  int fd;
  int64_t at, size;
  char block[BLOCK];
} Disk;

static la_ssize_t disk_read(struct archive *archive, void *data, const void **block) {
  Disk *disk = data;
  ssize_t n;
  do n = pread(disk->fd, disk->block, sizeof disk->block, (off_t)disk->at);
  while (n < 0 && errno == EINTR);
  if (n < 0) archive_set_error(archive, errno, "%s", rs_words_errno(errno));
  else disk->at += n;
  *block = disk->block;
  return n;
}

static la_int64_t disk_seek(struct archive *archive, void *data, la_int64_t offset, int whence) {
  Disk *disk = data;
  int64_t to = offset + (whence == SEEK_SET ? 0 : whence == SEEK_CUR ? disk->at : disk->size);
  if (to < 0) return archive_set_error(archive, EINVAL, "a place before the start"), ARCHIVE_FATAL;
  return disk->at = to;
}

static struct archive *archive_open(Disk *disk) {
  struct archive *archive = archive_read_new();
  archive_read_support_format_zip_seekable(archive);
  archive_read_set_read_callback(archive, disk_read);
  archive_read_set_seek_callback(archive, disk_seek);
  archive_read_set_callback_data(archive, disk);
  return archive;
}

/* ---- one part as XML ---- */

static int part_read(void *archive, char *buffer, int size) {
  la_ssize_t n = archive_read_data(archive, buffer, (size_t)size);
  return n < 0 ? -1 : (int)n;
}
static int part_close(void *archive) { return (void)archive, 0; }
static void say_nothing(void *data, const char *message, xmlParserSeverities severity, xmlTextReaderLocatorPtr where) {
  (void)data, (void)message, (void)severity, (void)where; /* the caller says which file is damaged */
}

static bool refuse(const char *name, const char *path, const char *why, GError **error) {
  g_set_error(error, RS_ERROR, RS_ERROR_INPUT, _("%s: damaged workbook: %s: %s"), name, path, why);
  return false;
}

static bool entry_walk(struct archive *archive, const char *name, const char *path, RsPartNode node, void *data, GError **error) {
  xmlTextReaderPtr reader = xmlReaderForIO(part_read, part_close, archive, NULL, NULL, XML_PARSE_NONET);
  bool good = reader != NULL;
  int code = -1;
  if (good) xmlTextReaderSetErrorHandler(reader, say_nothing, NULL);
  while (good && (code = xmlTextReaderRead(reader)) == 1) {
    if (xmlTextReaderNodeType(reader) == XML_READER_TYPE_DOCUMENT_TYPE) good = refuse(name, path, "a DOCTYPE", error);
    else good = node(reader, data, error);
  }
  if (good && code != 0) {
    const char *why = archive_error_string(archive);
    good = refuse(name, path, why != NULL ? why : "no well-formed XML", error);
  }
  if (reader != NULL) xmlFreeTextReader(reader);
  return good;
}

bool rs_part_walk(int fd, const char *name, const char *path, RsPartNode node, void *data, bool *found, GError **error) {
  struct stat status;
  struct archive_entry *entry;
  g_autofree Disk *disk = g_new(Disk, 1);
  *found = false;
  if (fstat(fd, &status) != 0) return refuse(name, path, rs_words_errno(errno), error);
  *disk = (Disk){.fd = fd, .size = (int64_t)status.st_size};
  struct archive *archive = archive_open(disk);
  bool good = archive_read_open1(archive) == ARCHIVE_OK;
  int code = ARCHIVE_OK;
  while (good && !*found && (code = archive_read_next_header(archive, &entry)) == ARCHIVE_OK)
    *found = g_strcmp0(archive_entry_pathname(entry), path) == 0;
  if (!good || (code != ARCHIVE_OK && code != ARCHIVE_EOF)) {
    const char *why = archive_error_string(archive);
    good = refuse(name, path, why != NULL ? why : "cannot be unpacked", error);
  } else if (*found) good = entry_walk(archive, name, path, node, data, error);
  archive_read_free(archive);
  return good;
}

static bool is_named(xmlTextReaderPtr reader, const char *element) {
  return strcmp((const char *)xmlTextReaderConstLocalName(reader), element) == 0;
}
bool rs_part_starts(xmlTextReaderPtr reader, const char *element) {
  return xmlTextReaderNodeType(reader) == XML_READER_TYPE_ELEMENT && is_named(reader, element);
}
bool rs_part_ends(xmlTextReaderPtr reader, const char *element) {
  if (!is_named(reader, element)) return false;
  int type = xmlTextReaderNodeType(reader);
  return type == XML_READER_TYPE_END_ELEMENT || (type == XML_READER_TYPE_ELEMENT && xmlTextReaderIsEmptyElement(reader));
}

char *rs_part_attribute(xmlTextReaderPtr reader, const char *attribute) {
  char *value = NULL;
  while (value == NULL && xmlTextReaderMoveToNextAttribute(reader) == 1)
    if (is_named(reader, attribute)) value = g_strdup((const char *)xmlTextReaderConstValue(reader));
  xmlTextReaderMoveToElement(reader);
  return value;
}

/* ---- the list of sheets ---- */

typedef struct {
  RsXlsx *book;
  GHashTable *target; /* relation id to path */
  GPtrArray *id;      /* [n sheets] relation ids */
} Listing;

static bool listing_node(xmlTextReaderPtr reader, void *data, GError **error) {
  (void)error;
  Listing *listing = data;
  if (rs_part_starts(reader, "workbookPr")) {
    g_autofree char *from = rs_part_attribute(reader, "date1904");
    listing->book->from_1904 = g_strcmp0(from, "1") == 0 || g_strcmp0(from, "true") == 0;
  } else if (rs_part_starts(reader, "sheet")) {
    char *name = rs_part_attribute(reader, "name");
    g_ptr_array_add(listing->book->sheet, name != NULL ? name : g_strdup(""));
    g_ptr_array_add(listing->id, rs_part_attribute(reader, "id"));
  }
  return true;
}

static bool relation_node(xmlTextReaderPtr reader, void *data, GError **error) {
  (void)error;
  Listing *listing = data;
  if (!rs_part_starts(reader, "Relationship")) return true;
  char *id = rs_part_attribute(reader, "Id"), *target = rs_part_attribute(reader, "Target");
  if (id != NULL && target != NULL) {
    char *path = target[0] == '/' ? g_strdup(target + 1) : g_strconcat("xl/", target, NULL);
    g_hash_table_replace(listing->target, g_steal_pointer(&id), path);
  }
  g_free(id);
  g_free(target);
  return true;
}

static bool sheets_read(RsXlsx *book, int fd, const char *name, GError **error) {
  g_autoptr(GHashTable) target = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
  g_autoptr(GPtrArray) id = g_ptr_array_new_with_free_func(g_free);
  Listing listing = {book, target, id};
  bool found;
  if (!rs_part_walk(fd, name, "xl/workbook.xml", listing_node, &listing, &found, error)) return false;
  if (!found) {
    g_set_error(error, RS_ERROR, RS_ERROR_INPUT, _("%s: this is a ZIP archive and no Excel workbook: unpack it first"), name);
    return false;
  }
  if (!rs_part_walk(fd, name, "xl/_rels/workbook.xml.rels", relation_node, &listing, &found, error)) return false;
  for (guint i = 0; i < id->len; i++) {
    const char *path = id->pdata[i] != NULL ? g_hash_table_lookup(target, id->pdata[i]) : NULL;
    g_ptr_array_add(book->sheet_path, g_strdup(path != NULL ? path : ""));
  }
  return book->sheet->len > 0 || refuse(name, "xl/workbook.xml", "no sheet", error);
}

/* ---- shared texts ---- */

typedef struct {
  RsXlsx *book;
  GString *text;
  size_t total;
  bool in_text, in_reading; /* a reading (rPh) tells how Japanese is spoken: no part of the text */
} Sharing;

static bool sharing_node(xmlTextReaderPtr reader, void *data, GError **error) {
  Sharing *sharing = data;
  int type = xmlTextReaderNodeType(reader);
  if (rs_part_starts(reader, "si")) g_string_truncate(sharing->text, 0);
  if (rs_part_starts(reader, "rPh")) sharing->in_reading = true;
  if (rs_part_starts(reader, "t")) sharing->in_text = true;
  if (rs_part_ends(reader, "rPh")) sharing->in_reading = false;
  if (rs_part_ends(reader, "t")) sharing->in_text = false;
  if (type != XML_READER_TYPE_ELEMENT && type != XML_READER_TYPE_END_ELEMENT && sharing->in_text && !sharing->in_reading)
    g_string_append(sharing->text, (const char *)xmlTextReaderConstValue(reader));
  if (!rs_part_ends(reader, "si")) return true;
  sharing->total += sharing->text->len + 1;
  g_ptr_array_add(sharing->book->text, g_strdup(sharing->text->str));
  if (sharing->total <= MOST_TEXT) return true;
  g_set_error(error, RS_ERROR, RS_ERROR_LIMIT, _("the workbook's texts are over 1 GiB: save the sheet as CSV"));
  return false;
}

/* ---- formats ---- */

/* Days and times have letters of their own; what is quoted, escaped or in brackets (colours, currencies, but for [h]) is no format. */
static RsCellFormat format_of_code(const char *code) {
  bool day = false, clock = false;
  for (const char *c = code; *c != '\0' && *c != ';'; c++) {
    if (*c == '\\' || *c == '_' || *c == '*') c += c[1] != '\0';
    else if (*c == '"') {
      while (c[1] != '\0' && c[1] != '"') c++;
      c += c[1] != '\0';
    } else if (*c == '[' && strchr("hHmMsS", c[1]) == NULL) {
      while (c[1] != '\0' && *c != ']') c++;
    } else if (strchr("yYdD", *c) != NULL) day = true;
    else if (strchr("hHsS", *c) != NULL) clock = true;
  }
  return day ? (clock ? RS_CELL_DATE_TIME : RS_CELL_DATE) : clock ? RS_CELL_TIME : RS_CELL_NUMBER;
}

/* ECMA-376 18.8.30: the numbers whose formats a file need not state, those of East Asian versions among them. */
static RsCellFormat format_of_number(int number) {
  if (number == 22) return RS_CELL_DATE_TIME;
  if ((number >= 14 && number <= 17) || (number >= 27 && number <= 31) || number == 36 || (number >= 50 && number <= 54) || number == 57 || number == 58)
    return RS_CELL_DATE;
  if ((number >= 18 && number <= 21) || (number >= 32 && number <= 35) || (number >= 45 && number <= 47) || number == 55 || number == 56) return RS_CELL_TIME;
  return RS_CELL_NUMBER;
}

typedef struct {
  RsXlsx *book;
  GHashTable *code; /* format number to RsCellFormat + 1 */
  bool in_cells;
} Styling;

static bool styling_node(xmlTextReaderPtr reader, void *data, GError **error) {
  (void)error;
  Styling *styling = data;
  if (rs_part_starts(reader, "cellXfs")) styling->in_cells = true;
  if (rs_part_ends(reader, "cellXfs")) styling->in_cells = false;
  bool states = rs_part_starts(reader, "numFmt"), uses = styling->in_cells && rs_part_starts(reader, "xf");
  if (!states && !uses) return true;
  g_autofree char *id = rs_part_attribute(reader, "numFmtId");
  int number = id != NULL ? (int)MIN(g_ascii_strtoull(id, NULL, 10), (guint64)G_MAXINT) : 0;
  if (states) {
    g_autofree char *code = rs_part_attribute(reader, "formatCode");
    if (code != NULL) g_hash_table_insert(styling->code, GINT_TO_POINTER(number), GINT_TO_POINTER((int)format_of_code(code) + 1));
    return true;
  }
  int stated = GPOINTER_TO_INT(g_hash_table_lookup(styling->code, GINT_TO_POINTER(number)));
  uint8_t format = (uint8_t)(stated > 0 ? (RsCellFormat)(stated - 1) : format_of_number(number));
  g_byte_array_append(styling->book->format, &format, 1);
  return true;
}

/* ---- all of it ---- */

static bool parts_read(RsXlsx *book, int fd, const char *name, GError **error) {
  g_autoptr(GString) text = g_string_new(NULL);
  g_autoptr(GHashTable) code = g_hash_table_new(NULL, NULL);
  Sharing sharing = {.book = book, .text = text};
  Styling styling = {.book = book, .code = code};
  bool found; /* both parts may be missing */
  return rs_part_walk(fd, name, "xl/sharedStrings.xml", sharing_node, &sharing, &found, error) &&
         rs_part_walk(fd, name, "xl/styles.xml", styling_node, &styling, &found, error);
}

RsXlsx *rs_xlsx_new(int fd, const char *name, GError **error) {
  g_autoptr(RsXlsx) book = g_new0(RsXlsx, 1);
  book->sheet = g_ptr_array_new_with_free_func(g_free);
  book->sheet_path = g_ptr_array_new_with_free_func(g_free);
  book->text = g_ptr_array_new_with_free_func(g_free);
  book->format = g_byte_array_new();
  if (!sheets_read(book, fd, name, error) || !parts_read(book, fd, name, error)) return NULL;
  return g_steal_pointer(&book);
}

void rs_xlsx_free(RsXlsx *workbook) {
  if (workbook == NULL) return;
  g_ptr_array_unref(workbook->sheet);
  g_ptr_array_unref(workbook->sheet_path);
  g_ptr_array_unref(workbook->text);
  g_byte_array_unref(workbook->format);
  g_free(workbook);
}
