/* exporters/case_source.h: the tables of a case, wherever they are: in memory while it is made, or in a case folder. What is written from
 * a source is the same from both. */
#ifndef RS_EXPORTERS_CASE_SOURCE_H
#define RS_EXPORTERS_CASE_SOURCE_H

#include "exporters/case_read.h"
#include "exporters/picture.h"

/* One of the two is NULL; both borrowed. */
typedef struct {
  const RsCaseView *view;
  const RsCaseRead *read;
} RsCaseSource;

static inline RsCaseSource rs_case_source_read(const RsCaseRead *read) { return (RsCaseSource){NULL, read}; }
static inline RsCaseSource rs_case_source_view(const RsCaseView *view) { return (RsCaseSource){view, NULL}; }

/* Hands over a table's rows: all, or those of one ring (for tables that are of rings; NULL or an unknown ring: all, or none). Texts are never
 * NULL. table: RS_TABLE_*. error: RS_ERROR_INPUT, only from a folder. */
bool rs_case_source_walk(const RsCaseSource *source, unsigned table, const char *ring_id, RsRowFunc row, void *data, GError **error);
/* The same rows in memory. */
RsCaseRows *rs_case_source_rows(const RsCaseSource *source, unsigned table, const char *ring_id, GError **error);
/* A ring as a graph; the days of its edges may be missing. error: as rs_picture_from_case. */
RsPicture *rs_case_source_picture(const RsCaseSource *source, const char *ring_id, GError **error);
/* Persons, claims and settlements are pseudonyms. */
bool rs_case_source_masked(const RsCaseSource *source);

#endif
