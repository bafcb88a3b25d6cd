/* Any bytes as an Excel workbook: a sheet as CSV or an error, never a crash. Byte 0 even: the file itself is the input's. Odd: the input's parts, split at
 * 0x1e, are put into an archive as sheet, shared texts, formats and workbook, so that what is behind the unpacking is reached too. */
#include "base/words.h"
#include "claims/sheet.h"
#include "fuzz/fuzz_file.h"

#include <archive.h>
#include <archive_entry.h>
#include <string.h>

#define MAIN "xmlns=\"http://schemas.openxmlformats.org/spreadsheetml/2006/main\""
#define OFFICE "http://schemas.openxmlformats.org/officeDocument/2006/relationships"

static void part_add(struct archive *archive, const char *path, const char *bytes, size_t length) {
  struct archive_entry *entry = archive_entry_new();
  archive_entry_set_pathname(entry, path);
  archive_entry_set_size(entry, (la_int64_t)length);
  archive_entry_set_filetype(entry, AE_IFREG);
  archive_entry_set_perm(entry, 0600);
  g_assert_true(archive_write_header(archive, entry) == ARCHIVE_OK && archive_write_data(archive, bytes, length) == (la_ssize_t)length);
  archive_entry_free(entry);
}

/* One part after the other, as far as the bytes reach; a workbook of one sheet where there is none. */
static size_t workbook_of(const char *bytes, size_t size, char *out, size_t room) {
  static const char *const path[] = {"xl/worksheets/sheet1.xml", "xl/sharedStrings.xml", "xl/styles.xml", "xl/workbook.xml"};
  static const char book[] = "<workbook " MAIN " xmlns:r=\"" OFFICE "\"><sheets><sheet name=\"S\" sheetId=\"1\" r:id=\"rId1\"/></sheets></workbook>";
  static const char links[] = "<Relationships><Relationship Id=\"rId1\" Target=\"worksheets/sheet1.xml\"/></Relationships>";
  struct archive *archive = archive_write_new();
  size_t used = 0, n = 0;
  archive_write_set_format_zip(archive);
  archive_write_set_options(archive, "zip:compression=store");
  g_assert_true(archive_write_open_memory(archive, out, room, &used) == ARCHIVE_OK);
  for (const char *end; n < G_N_ELEMENTS(path) && size > 0; n++) {
    end = memchr(bytes, 0x1e, size);
    const size_t length = end == NULL ? size : (size_t)(end - bytes), step = length + (end != NULL);
    part_add(archive, path[n], bytes, length);
    bytes += step;
    size -= step;
  }
  if (n < G_N_ELEMENTS(path)) part_add(archive, path[3], book, sizeof book - 1);
  part_add(archive, "xl/_rels/workbook.xml.rels", links, sizeof links - 1);
  g_assert_true(archive_write_close(archive) == ARCHIVE_OK);
  archive_write_free(archive);
  return used;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  static char made[100000];
  if (size < 1 || size > 60000) return 0;
  const char *bytes = (const char *)data + 1;
  const size_t length = data[0] & 1 ? workbook_of(bytes, size - 1, made, sizeof made) : size - 1;
  FuzzFile file = fuzz_file(data[0] & 1 ? made : bytes, length, "", 0);
  g_autoptr(GPtrArray) notes = g_ptr_array_new_with_free_func(rs_said_free);
  GError *error = NULL;
  const int text = rs_sheet_open(file.fd, "fuzz.xlsx", NULL, NULL, notes, &error);
  g_assert_true((text < 0) == (error != NULL));
  if (text >= 0) { /* whole lines */
    const off_t end = lseek(text, 0, SEEK_END);
    char last = '\n';
    g_assert_true(end == 0 || (pread(text, &last, 1, end - 1) == 1 && last == '\n'));
    close(text);
  }
  g_clear_error(&error);
  close(file.fd);
  return 0;
}
