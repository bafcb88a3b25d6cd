/* cli/explain.h: what explain.c, explain_ring.c and explain_entity.c share. */
#ifndef RS_CLI_EXPLAIN_H
#define RS_CLI_EXPLAIN_H

#include "base/output.h"
#include "cli/options.h"
#include "exporters/case_read.h"

/* One entity's part in a ring: what the ring's evidence lines say. */
typedef struct {
  char *id;               /* "" for lines that name none */
  char *role, *label;     /* "" when it is no member; "" when it has no name */
  guint n_bursts;         /* persons: attended; institutions: held there */
  guint64 n_lines;
  gint64 amount, fund;    /* fen */
} RsShare;

typedef struct { char *file; gint64 line; } RsPlaceOfLine;
#define RS_PLACES 5

/* Everything about one ring, added up from its evidence. */
typedef struct {
  RsCaseRows *ring, *facts, *sentences, *bursts, *rules;
  GPtrArray *share[RS_N_KINDS]; /* of RsShare: members first, then by money */
  gint64 points;
  guint64 n_lines;
  gint64 amount, fund;
  RsPlaceOfLine place[RS_PLACES];
  guint n_places;
} RsRingStory;

/* R7, r0007 and R0007 are the same ring. The case's id of it, owned, or NULL with error: RS_ERROR_USAGE, naming the nearest. */
char *rs_explain_find_ring(const RsCaseRead *read, const char *word, GError **error);

/* error: RS_ERROR_INPUT; RS_ERROR_INTEGRITY: the numbers of the case do not add up. */
RsRingStory *rs_ring_story_new(const RsCaseRead *read, const char *ring_id, GError **error);
void rs_ring_story_free(RsRingStory *story);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(RsRingStory, rs_ring_story_free)
/* The sentence of the summary (0) or a fact, in the language. */
const char *rs_ring_story_sentence(const RsRingStory *story, guint position, RsLanguage language);

void rs_explain_ring(const RsOptions *options, const RsCaseRead *read, const RsRingStory *story, RsOutput *output);
/* id: as printed in the case. */
bool rs_explain_entity(const RsOptions *options, const RsCaseRead *read, RsKind kind, const char *id, RsOutput *output, GError **error);

/* The earliest places first, at most RS_PLACES. */
void rs_places_add(RsPlaceOfLine *place, guint *n, const char *file, gint64 line);
void rs_places_clear(RsPlaceOfLine *place, guint n);

/* Text for people. */
const char *rs_explain_kind(RsLanguage language, RsKind kind, bool many);
const char *rs_explain_pattern(RsLanguage language, const char *pattern);
const char *rs_explain_role(RsLanguage language, const char *role);
const char *rs_explain_relation(RsLanguage language, const char *relation);
/* At most three decimals, or scientific where tiny; "-" where empty. Owned by the caller. */
char *rs_explain_number(const RsCell *cell);
char *rs_explain_label(const RsCaseRead *read, RsKind kind, const char *id);
void rs_explain_line(RsOutput *output, GString *line); /* with its end; empties line */

#endif
