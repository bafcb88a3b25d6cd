/* exporters/digest.h: the result digest: what was found, as one SHA-256, independent of masking key, threads and row order.
 *
 * It is the SHA-256 of these six lines, in the form sha256sum prints: the checksums of rings.csv, members.csv, facts.csv and
 * graph.graphml with clear ids, of evidence.csv with clear ids and without its columns file and line, and of "used": a header and a row with how
 * many rows and how much money were used, and how many lines, visits, persons, institutions, doctors and drugs they make, so that two sets of
 * claims without a lead differ too. Rows that are repeated count for nothing: overlapping exports give the digest of one. */
#ifndef RS_EXPORTERS_DIGEST_H
#define RS_EXPORTERS_DIGEST_H

#include "exporters/tables.h"

enum { RS_N_DIGEST_PARTS = 6 };
const char *rs_digest_part_name(unsigned part);
/* Part i of the digest, each independent of the others, so that threads may share them; view is unmasked. */
void rs_digest_part(const RsCaseView *view, unsigned part, char hex[65]);
void rs_digest_join(char part[RS_N_DIGEST_PARTS][65], char digest[65]);

#endif
