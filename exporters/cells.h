/* exporters/cells.h: cells and the texts in them that several tables need. */
#ifndef RS_EXPORTERS_CELLS_H
#define RS_EXPORTERS_CELLS_H

#include "exporters/tables.h"

static inline RsCell text_cell(const char *text) { return (RsCell){.text = text}; }
static inline RsCell integer_cell(int64_t value) { return (RsCell){.integer = value}; }
static inline RsCell count_cell(uint64_t value) { return integer_cell((int64_t)MIN(value, (uint64_t)INT64_MAX)); }
/* Money of the pooled fund, which is unknown, not nothing, where the claims have no such column. */
static inline RsCell fund_cell(const RsClaims *claims, int64_t fund) { return (RsCell){.integer = fund, .empty = (claims->columns & RS_HAS_FUND) == 0}; }
static inline RsCell number_cell(double value) { return (RsCell){.number = value}; }

typedef struct { char text[16]; } RingId;
static inline const char *ring_id(uint32_t ring, RingId *id) {
  g_snprintf(id->text, sizeof id->text, "R%04u", ring + 1);
  return id->text;
}

/* "" for RS_NONE or where there are no such texts. */
static inline const char *number_text(const RsText *text, uint32_t number) {
  return number == RS_NONE || text == NULL ? "" : rs_text_get(text, number);
}

static inline const char *file_name(const RsReport *report, RsRow row) {
  const uint32_t file = RS_ROW_FILE(row);
  return file < report->files->len ? ((const RsInputFile *)g_ptr_array_index(report->files, file))->name : "";
}

#endif
