/* exporters/manifest.h: manifest.json: by what, from what and with what result a case was made. Nothing in it depends on the time, the
 * machine or the number of threads, so the same input gives the same bytes. */
#ifndef RS_EXPORTERS_MANIFEST_H
#define RS_EXPORTERS_MANIFEST_H

#include "exporters/tables.h"
#include "exporters/xml_writer.h"

/* What a reader of case folders must understand: raised when a table gets a column or changes its meaning, not when a file or
 * table is added. A case of another format is refused by name. */
#define RS_CASE_FORMAT 2u
#define RS_MANIFEST_LIMIT ((gsize)256 << 20) /* a longer manifest.json is refused */

typedef struct { char *name; uint64_t bytes; char sha256[65]; } RsManifestFile;

/* Writes FOLDER/manifest.json. files: of RsManifestFile, listed in this order. text: what exporting altered. sha256 (65 bytes) gets the
 * manifest's own checksum. Not yet durable. error: RS_ERROR_IO. */
bool rs_manifest_write(const RsCaseData *data, const char *folder, const GPtrArray *files, const char *digest,
                       const RsXmlCounts *text, char sha256[65], GError **error);
/* The relative paths listed in a manifest, as a set; empty if there is none. *is_case: a manifest of ours stands there. */
GHashTable *rs_manifest_names(const char *folder, bool *is_case);
/* What a manifest says of each file, in its order; digest (65 bytes) gets the result digest, "" if there is none. error: RS_ERROR_INPUT: no
 * manifest of ours; RS_ERROR_LIMIT: no memory to read it. */
GPtrArray *rs_manifest_files(const char *folder, char digest[65], GError **error);
/* The case format a manifest names; 0: no case, or one made before formats were numbered. */
unsigned rs_manifest_format(const char *folder);
/* The fingerprint of the masking key a case was made with: "" unmasked or no case. */
void rs_manifest_fingerprint(const char *folder, char fingerprint[17]);

#endif
