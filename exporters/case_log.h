/* exporters/case_log.h: log.jsonl: one line an operation, each carrying the hash of the line before.
 *
 * "prev" is the SHA-256 of the former line's bytes without its line end (64 zeros on the first), "hash" that of the line's own bytes
 * before `,"hash"`. An unsealed log proves nothing against its owner; sealed, cuts, swaps and edits show. */
#ifndef RS_EXPORTERS_CASE_LOG_H
#define RS_EXPORTERS_CASE_LOG_H

#include "exporters/case.h"

#define RS_LOG_LIMIT ((gsize)256 << 20) /* a longer log is refused */

/* One operation. The texts are the caller's. */
typedef struct {
  const char *command;             /* as typed, without ids of persons */
  const char *const *options;      /* NULL-terminated pairs: name, value; or NULL */
  const RsReport *report;          /* whose input files were read; or NULL */
  bool masked;
  const char *operator_name, *authority; /* as given, or NULL */
  const char *digest;              /* the case's result digest */
  const char *manifest_sha256;     /* of the case the operation made or read */
} RsLogEntry;

/* Writes `path`: the lines of the former log (which may not exist), and the new entry; not yet durable. error: RS_ERROR_IO. */
bool rs_case_log_write(const RsLogEntry *entry, const char *former_path, const char *path, GError **error);

/* Adds the entry to the log of a case that stands; where that cannot be written (a read-only medium, another's folder), to `beside`, a log of its
 * own next to what the operation makes; *where_beside tells which. beside NULL: error instead. Another run that replaces the case at the
 * same moment waits or is waited for. error: RS_ERROR_IO. */
bool rs_case_log_add(const char *folder, const RsLogEntry *entry, const char *beside, bool *where_beside, GError **error);
/* Keeps others from adding to the log of `folder` until the returned descriptor is closed; -1 when there is no log. */
int rs_case_log_hold(const char *folder);

/* What a log's lines say of it: how many there are, and the hash of the last (64 zeros: none). */
typedef struct { uint64_t n; char head[65]; } RsLogState;
/* True if every line's hashes hold; name: for the message. error: RS_ERROR_INTEGRITY naming the line. */
bool rs_case_log_holds(const char *text, gsize length, const char *name, RsLogState *state, GError **error);
/* The hash of line `number` (from 1), as the next line names it; false: the log is shorter. */
bool rs_case_log_hash(const char *text, gsize length, uint64_t number, char hash[65]);
/* The last line names this manifest. */
bool rs_case_log_names(const char *text, gsize length, const char *manifest_sha256);

#endif
