/* exporters/seal.h: seal.ini: the signed text of a pack: what it holds, of which case, and where the case's log stood.
 *
 * A key file of GLib's kind: [seal] and one group a file, in the pack's order, with category, format, size, SHA-256 and SM3. It is read back only when
 * writing what was read gives the same bytes again: one text, one meaning. Category and format follow from the name. */
#ifndef RS_EXPORTERS_SEAL_H
#define RS_EXPORTERS_SEAL_H

#include "base/output.h"

#define RS_SEAL_FORMAT 1u
#define RS_SEAL_LIMIT ((gsize)16 << 20) /* a longer seal.ini is refused */

typedef struct { char *name; uint64_t bytes; char sha256[65], sm3[65]; } RsSealFile;

typedef struct {
  char *program;         /* that sealed: "ringscope 0.1.0" */
  char *case_version;    /* of the ringscope that made the case */
  char digest[65];       /* the case's result digest */
  char ring[16];         /* "": the whole case */
  bool masked;
  uint64_t log_entries;  /* in log.jsonl when it was sealed */
  char log_head[65];     /* SHA-256 of its last line without line end */
  char manifest[65];     /* SHA-256 of manifest.json */
  char key[65];          /* fingerprint of the signing key: a hint which one to look for, no proof */
  GPtrArray *files;      /* of RsSealFile */
} RsSeal;

RsSeal *rs_seal_new(void);
void rs_seal_free(RsSeal *seal);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(RsSeal, rs_seal_free)
RsSealFile *rs_seal_add(RsSeal *seal, const char *name); /* borrowed; the caller fills in the rest */

GBytes *rs_seal_text(const RsSeal *seal);
/* NULL unless the bytes are what rs_seal_text() gives for some seal, with safe names, each once. Any bytes may be given. */
RsSeal *rs_seal_parse(const char *text, gsize length);

const char *rs_seal_category(const char *name);
const char *rs_seal_media_type(const char *name);

#endif
