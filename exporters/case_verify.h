/* exporters/case_verify.h: a case folder held against its manifest and its log.
 *
 * Every file the manifest names must be there, a plain file with the size and SHA-256 it says; nothing else may be there but
 * manifest.json and log.jsonl; the log's hashes must hold, and its last entry must name this manifest. An unsealed case proves nothing
 * against its owner, who could write all of it anew: it shows what was changed by accident or by others. */
#ifndef RS_EXPORTERS_CASE_VERIFY_H
#define RS_EXPORTERS_CASE_VERIFY_H

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

typedef enum { RS_VERIFY_CHANGED, RS_VERIFY_MISSING, RS_VERIFY_EXTRA, RS_VERIFY_LOG, RS_VERIFY_MANIFEST, RS_VERIFY_SEAL } RsVerifyWhat;
typedef struct { RsVerifyWhat what; char *name, *detail; /* relative path; "" or why */ } RsVerifyFinding;

typedef struct {
  GPtrArray *findings; /* of RsVerifyFinding: in the manifest's order, then extra files sorted, then the log */
  guint n_files, n_log_entries;
  uint64_t n_bytes;
  char digest[65];
} RsVerify;

/* error: RS_ERROR_IO cannot read, RS_ERROR_INPUT not a case, RS_ERROR_LIMIT no memory. Findings are no error; a folder with our log and without our
 * manifest was a case, and that is a finding. */
RsVerify *rs_verify_new(const char *folder, GError **error);
/* For others who find: a list that owns its findings, and one more for it. */
GPtrArray *rs_verify_findings_new(void);
void rs_verify_found(GPtrArray *findings, RsVerifyWhat what, const char *name, const char *detail);
void rs_verify_free(RsVerify *verify);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(RsVerify, rs_verify_free)

#endif
