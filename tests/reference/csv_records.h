/* tests/reference/csv_records.h: the slow twin of the CSV reader: the rules of claims/source.h, read off one character at a time from
 * a text held whole. */
#ifndef RS_REFERENCE_CSV_RECORDS_H
#define RS_REFERENCE_CSV_RECORDS_H

#include <glib.h>
#include <stddef.h>

/* One text that describes all records: line, fault, raw text and fields of each. longest: RS_MAX_RECORD. */
GString *rs_reference_records(const char *text, size_t length, char delimiter, size_t longest);
/* Adds one record to such a text. */
void rs_reference_record(GString *out, guint64 line, int fault, const char *raw, size_t raw_length);
void rs_reference_field(GString *out, const char *text, size_t length);

#endif
