/* tests/reference/claims_build.h: claims tables for tests, made the slow and obvious way: one sort, GHashTable, no threads.
 *
 * It obeys claims/table.h to the letter and is meant to be read in a few minutes, so that the fast reader has something to be
 * compared with and the rooms behind it something to be tested on. Every line is used: no rejects, repeats or refunds. */
#ifndef RS_REFERENCE_CLAIMS_BUILD_H
#define RS_REFERENCE_CLAIMS_BUILD_H

#include "claims/table.h"

/* One claim line as text. NULL and "" both mean that nothing stood there; person, institution and time are needed. */
typedef struct {
  const char *person, *institution;
  const char *time; /* "YYYY-MM-DD", with " HH:MM" or " HH:MM:SS" */
  const char *doctor, *drug, *diagnosis;
  double quantity;
  int64_t amount, fund; /* fen */
  const char *settlement, *drug_name, *institution_type, *person_region, *service_region, *trace;
} RsReferenceLine;

/* An owned, valid table; line_row counts from physical line 2 of file 0. Aborts when a needed text is missing or no time: a
 * test's mistake. Visits are the distinct (person, time, institution, settlement). Regions, types and drug names are those on
 * most lines of their entity, ties to the smaller text. A column counts as present when any line fills it. */
RsClaims *rs_reference_claims(const RsReferenceLine *line, size_t n);

/* The same from a comma-separated UTF-8 file with the contract's column names in its header; quoted fields may hold commas, quotes
 * and line breaks. Any row that is not usable is an error: RS_ERROR_INPUT, with its line. */
RsClaims *rs_reference_read_csv(const char *path, GError **error);

#endif
