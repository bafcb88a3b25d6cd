/* exporters/story.h: one ring, added up from its evidence and held against what the case says of it: what explain prints and the case
 * page shows. Cost: one walk over the ring's evidence. */
#ifndef RS_EXPORTERS_STORY_H
#define RS_EXPORTERS_STORY_H

#include "exporters/case_source.h"

/* One entity's part in a ring: what the ring's evidence lines say. */
typedef struct {
  char *id;               /* "" for lines that name none */
  char *role;             /* "" when it is no member */
  guint n_bursts;         /* persons: attended; institutions: held there */
  guint64 n_lines;
  gint64 amount, fund;    /* fen */
} RsShare;

typedef struct { char *file; gint64 line; } RsPlaceOfLine;
#define RS_PLACES 5

/* When and where a line was. */
typedef struct {
  const RsShare *outlet;
  uint32_t seconds;       /* since RS_EPOCH; 0 where not dated */
  bool dated, clock;
} RsMoment;

/* One of the lines that most facts rest on. */
typedef struct {
  RsCell *cell;           /* as in table evidence */
  GStringChunk *texts;
  RsMoment moment;
  guint n_facts;
  gint64 amount;
  guint64 at;             /* its place among the ring's lines */
} RsStoryLine;
#define RS_STORY_LINES 100u

/* Everything about one ring, added up from its evidence. */
typedef struct {
  RsCaseRows *ring, *facts, *sentences, *bursts, *rules;
  GPtrArray *share[RS_N_KINDS]; /* of RsShare: members first, then by money */
  gint64 points;
  guint64 n_lines;
  gint64 amount, fund;
  bool fund_known;              /* false: the claims have no such column */
  RsPlaceOfLine place[RS_PLACES];
  guint n_places;
  GArray *moments;              /* of RsMoment, one a line */
  GPtrArray *lines;             /* of RsStoryLine: at most RS_STORY_LINES, those that most facts rest on, then most money; by time */
} RsRingStory;

static inline const RsShare *rs_ring_story_share(const RsRingStory *story, RsKind kind, guint i) {
  return g_ptr_array_index(story->share[kind], i);
}

/* error: RS_ERROR_INPUT; RS_ERROR_INTEGRITY: the numbers of the case do not add up. */
RsRingStory *rs_ring_story_new(const RsCaseSource *source, const char *ring_id, GError **error);
void rs_ring_story_free(RsRingStory *story);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(RsRingStory, rs_ring_story_free)
/* The sentence of the summary (0) or a fact, in the language. */
const char *rs_ring_story_sentence(const RsRingStory *story, guint position, RsLanguage language);

/* The earliest places first, at most RS_PLACES. */
void rs_places_add(RsPlaceOfLine *place, guint *n, const char *file, gint64 line);
void rs_places_clear(RsPlaceOfLine *place, guint n);

#endif
