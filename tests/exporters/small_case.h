/* tests/exporters/small_case.h: a case made by hand: claims from lines of text, leads from lists of ids, a reader that answers
 * from memory. The sentences of facts and summaries are stand-ins: their wording is the rings room's matter. */
#ifndef RS_TEST_SMALL_CASE_H
#define RS_TEST_SMALL_CASE_H

#include "exporters/case.h"
#include "reference/claims_build.h"

typedef struct {
  RsPattern pattern;
  int32_t score;
  const char *members[12]; /* "person:P1", "institution:I1", ...; evidence is every line of the person members */
} SmallRing;

typedef struct {
  RsClaims *claims;
  RsKnowledge *knowledge;
  RsReport *report;
  RsRings *rings;
  RsCase c;
} SmallCase;

/* n_rings 0: a case without leads. */
SmallCase *small_case_new(const RsReferenceLine *line, size_t n, const SmallRing *ring, size_t n_rings);
/* Fifteen lines, two rings, a reject: the case of the golden files. */
SmallCase *small_case_golden(void);
/* Every kind of text that hurts somebody: markup, control characters, INF, null, =cmd, astral and right-to-left characters. */
SmallCase *small_case_hostile(void);
void small_case_free(SmallCase *small);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(SmallCase, small_case_free)

/* A number of an entity by its id; fails the test when there is none. */
uint32_t small_case_find(const SmallCase *small, RsKind kind, const char *id);

/* A key file whose key is the byte 0x42 thirty-two times; the path, owned. */
char *small_key_file(const char *folder);
/* A new empty folder under the system's temporary folder; remove it with small_folder_remove. */
char *small_folder_new(void);
void small_folder_remove(char *folder);

/* A text of the hostile case as every reader of our XML must see it. Owned. */
char *small_expected_text(const char *text);

#endif
