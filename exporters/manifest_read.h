/* exporters/manifest_read.h: what a manifest says of how its case was made, for whoever makes it again.
 *
 * It is our own text, one key a line, so lines suffice; but who gives it to us is not known: any bytes may come in. */
#ifndef RS_EXPORTERS_MANIFEST_READ_H
#define RS_EXPORTERS_MANIFEST_READ_H

#include <glib.h>
#include <stdbool.h>

typedef struct { char *file, *role, *sha256; } RsManifestInput;

typedef struct {
  char *version, *digest, *case_format;
  char *mapping;         /* the text of the mapping file, or NULL */
  bool masked;
  GHashTable *options;   /* name to value */
  GHashTable *libraries; /* name to version */
  GPtrArray *inputs;     /* of RsManifestInput */
} RsManifest;

/* NULL: not a manifest of ringscope. */
RsManifest *rs_manifest_parse(const char *text, gsize length);
void rs_manifest_free(RsManifest *manifest);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(RsManifest, rs_manifest_free)
/* An option's value, or NULL where it was not given. Borrowed. */
const char *rs_manifest_option(const RsManifest *manifest, const char *name);

#endif
