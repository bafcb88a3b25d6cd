/* exporters/pack.h: a case, or one ring of it, as one sealed file.
 *
 *   ringscope-pack/seal.ini  seal.sig      the inventory, and its Ed25519 signature (64 bytes)
 *                  README.txt RERUN.txt    how to check and open it, in two languages; how to make the case again
 *                  SHA256SUMS              for sha256sum -c
 *                  case/...                the case folder, every file as the manifest names it, manifest.json and log.jsonl
 *   or             ring/...                one ring: its files, its rows of each table, and the record: manifest.json and log.jsonl
 *
 * The masking key and the id map lie beside a case and are never packed. Nothing says when a pack was sealed: the log's times are the machine's
 * own, and nobody certified them. */
#ifndef RS_EXPORTERS_PACK_H
#define RS_EXPORTERS_PACK_H

#include "exporters/case_log.h"
#include "exporters/case_verify.h"
#include "exporters/seal.h"
#include "exporters/sign.h"

typedef struct {
  const char *folder;
  const char *ring;          /* an id of the case's, or NULL: all */
  const RsSignKey *key;      /* private */
  const char *command, *operator_name, *authority; /* for the log */
} RsPackOrder;

/* The case must be whole. The seal is logged first, so the pack's log tells of it; on a medium that cannot be written to, it is logged in
 * PATH.log.jsonl. *files: how many the pack holds. error: RS_ERROR_INTEGRITY: the case was changed; RS_ERROR_INPUT, RS_ERROR_IO. */
bool rs_pack_write(const RsPackOrder *order, const char *path, guint *files, GError **error);

/* ---- checking one, with nothing but the public key ---- */

typedef struct {
  GPtrArray *findings;       /* of RsVerifyFinding; empty: all is as it was sealed */
  RsSeal *seal;              /* NULL: the signature does not hold, so nothing that is said can be believed */
  char fingerprint[65];      /* of the public key that was given */
  guint n_files;
  uint64_t n_bytes;
  GBytes *manifest, *log;    /* as packed; NULL: not there, or changed */
} RsPackCheck;

/* Reads the pack once, in bounded memory. error: RS_ERROR_IO; RS_ERROR_INPUT: not a pack. Findings are no error. */
RsPackCheck *rs_pack_check(const char *path, const RsSignKey *key, GError **error);
/* The same for an open file, any bytes of which may be hostile. */
RsPackCheck *rs_pack_check_fd(int fd, const char *path, const RsSignKey *key, GError **error);
void rs_pack_check_free(RsPackCheck *check);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(RsPackCheck, rs_pack_check_free)

#endif
