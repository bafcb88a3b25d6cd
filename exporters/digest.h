/* exporters/digest.h: the result digest: what was found, as one SHA-256, independent of masking key, threads and row order.
 *
 * It is the SHA-256 of these five lines, in the form sha256sum prints: the checksums of rings.csv, members.csv, facts.csv and
 * graph.graphml with clear ids, and of evidence.csv with clear ids and without its columns file and line. */
#ifndef RS_EXPORTERS_DIGEST_H
#define RS_EXPORTERS_DIGEST_H

#include "exporters/tables.h"

enum { RS_N_DIGEST_PARTS = 5 };
/* Part i of the digest, each independent of the others, so that threads may share them; view is unmasked. */
void rs_digest_part(const RsCaseView *view, unsigned part, char hex[65]);
void rs_digest_join(char part[RS_N_DIGEST_PARTS][65], char digest[65]);

#endif
