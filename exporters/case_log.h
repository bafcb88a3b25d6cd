/* exporters/case_log.h: log.jsonl: one line an operation, each carrying the hash of the line before.
 *
 * "prev" is the SHA-256 of the former line's bytes without its line end (64 zeros on the first), "hash" that of the line's own bytes
 * before `,"hash"`. An unsealed log proves nothing against its owner; sealed, cuts, swaps and edits show. */
#ifndef RS_EXPORTERS_CASE_LOG_H
#define RS_EXPORTERS_CASE_LOG_H

#include "exporters/case.h"

/* Writes `path`: the lines of the former log (which may not exist), and the new entry. error: RS_ERROR_IO. */
bool rs_case_log_write(const RsCase *c, const char *former_path, const char *path, const char *digest, const char *manifest_sha256,
                       GError **error);
/* True if every line's hashes hold. error: RS_ERROR_IO, RS_ERROR_INTEGRITY naming the line. */
bool rs_case_log_check(const char *path, GError **error);

#endif
