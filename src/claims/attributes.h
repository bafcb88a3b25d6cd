/* claims/attributes.h: what is known of a person, doctor, institution or drug beside the claims: name, region, birth and so on.
 *
 * One CSV table a kind, read once. Column names come from datasets/mappings/attributes.ini; the id is the column so named, else the
 * first. Kept compactly: each distinct text once and four bytes a cell. Of two rows with one id the first is kept, and a note says so
 * where they differ. Rows that cannot be used (other number of fields, no id) are left out and counted; a table with more than
 * 0.5 % and more than 5 of them is refused. Notes and messages name file and line and never an id. */
#ifndef RS_CLAIMS_ATTRIBUTES_H
#define RS_CLAIMS_ATTRIBUTES_H

#include "base/words.h"

#include <glib.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef enum { RS_ATTRIBUTES_PERSON, RS_ATTRIBUTES_DOCTOR, RS_ATTRIBUTES_INSTITUTION, RS_ATTRIBUTES_DRUG, RS_N_ATTRIBUTE_KINDS } RsAttributeKind;

typedef struct RsAttributes RsAttributes;

/* Reads a whole table: plain, gz or zst, any encoding and delimiter the claims may have. error: RS_ERROR_IO, RS_ERROR_INPUT, RS_ERROR_LIMIT. */
RsAttributes *rs_attributes_read(RsAttributeKind kind, const char *path, GError **error);
/* The steps of rs_attributes_read: a table from a header, then its rows, then the verdict on bad rows. file goes into messages.
 * rs_attributes_add takes UTF-8 cells; line is the physical line; false only with RS_ERROR_LIMIT. */
RsAttributes *rs_attributes_new(RsAttributeKind kind, const char *file, const char *const *fields, size_t n_fields, GError **error);
bool rs_attributes_add(RsAttributes *attributes, uint64_t line, const char *const *cells, size_t n_cells, GError **error);
void rs_attributes_add_bad(RsAttributes *attributes, uint64_t line, RsSaid *reason); /* counts a row that could not be parsed; takes reason */
bool rs_attributes_finish(RsAttributes *attributes, GError **error);
void rs_attributes_free(RsAttributes *attributes);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(RsAttributes, rs_attributes_free)

/* "" where the id, the field or the cell is unknown. field: "name", "region", "birth", "sex", "address", "phone", "employer", "account",
 * "workplace", "level", "price", "household", "type". Borrowed. attributes may be NULL. */
const char *rs_attributes_get(const RsAttributes *attributes, const char *id, const char *field);
bool rs_attributes_has(const RsAttributes *attributes, const char *field); /* whether the table has that column */
uint32_t rs_attributes_count(const RsAttributes *attributes);               /* ids */
uint64_t rs_attributes_rows(const RsAttributes *attributes);                /* rows read, bad ones included */
/* Adds sentences for the run to print to notes (GPtrArray of RsSaid): bad rows, conflicting rows. */
void rs_attributes_notes(const RsAttributes *attributes, GPtrArray *notes);

#endif
