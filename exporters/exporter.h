/* exporters/exporter.h: the formats that a case can be exported to: one row a format. */
#ifndef RS_EXPORTERS_EXPORTER_H
#define RS_EXPORTERS_EXPORTER_H

#include "exporters/picture.h"
#include "exporters/xml_writer.h"

/* What is exported: the case, or one ring of it. */
typedef struct {
  const RsCaseRead *read;
  const char *ring_id;      /* NULL: all */
  const RsPicture *picture; /* NULL: the format reads the case itself */
  bool whole;               /* the picture is all that the case's own file draws: no node was left out */
  RsLanguage language;      /* of the terminal */
  RsXmlStyle style;
  RsXmlCounts *counts;      /* what was altered is added here; NULL allowed */
} RsExport;

typedef struct {
  const char *name, *suffix; /* suffix "" : a folder of files */
  const char *about;
  uint32_t max_nodes, max_edges; /* more than this the usual reader does not bear; 0: no such limit */
  bool needs_no_picture;         /* reads the case itself: what->picture may be NULL */
  /* path: a new file, or an existing empty folder. error: RS_ERROR_IO. */
  bool (*write)(const RsExport *what, const char *path, GError **error);
} RsExporter;

#define RS_N_EXPORTERS 7
extern const RsExporter rs_exporter[RS_N_EXPORTERS];
const RsExporter *rs_exporter_find(const char *name); /* NULL: none */

/* Writes to its final place in one step: a file is renamed there, a folder must not be there yet or be empty. error: RS_ERROR_IO,
 * RS_ERROR_USAGE: a folder with something in it. */
bool rs_exporter_run(const RsExporter *exporter, const RsExport *what, const char *path, GError **error);

/* One file a format; each as RsExporter.write. */
bool rs_gephi_write(const RsExport *what, const char *folder, GError **error); /* nodes.csv edges.csv */
bool rs_neo4j_write(const RsExport *what, const char *folder, GError **error); /* one file a kind, import.txt */
bool rs_i2_write(const RsExport *what, const char *path, GError **error);      /* one row a link */

#endif
