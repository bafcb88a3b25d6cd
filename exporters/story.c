#include "exporters/story.h"

#include "base/calendar.h"
#include "base/error.h"
#include "base/words.h"

#include <string.h>

static const char *const kind_column[RS_N_KINDS] = {"person_id", "doctor_id", "institution_id", "drug_code"};

static void share_free(gpointer data) {
  RsShare *share = data;
  g_free(share->id);
  g_free(share->role);
  g_free(share);
}

typedef struct {
  RsRingStory *story;
  GHashTable *of[RS_N_KINDS]; /* id -> RsShare, borrowed from the story */
  RsShare *last[RS_N_KINDS];  /* rows of one person, one visit stand together */
  unsigned column[RS_N_KINDS], file, line, amount, fund, time, facts;
} Sums;

static RsShare *share_get(Sums *sums, RsKind kind, const char *id) {
  RsShare *share = sums->last[kind];
  if (share != NULL && strcmp(share->id, id) == 0) return share;
  sums->last[kind] = share = g_hash_table_lookup(sums->of[kind], id);
  if (share != NULL) return share;
  share = g_new0(RsShare, 1);
  share->id = g_strdup(id);
  share->role = g_strdup("");
  g_hash_table_insert(sums->of[kind], share->id, share);
  g_ptr_array_add(sums->story->share[kind], share);
  sums->last[kind] = share;
  return share;
}

/* Hostile sums may pass 64 bits: they wrap, and then do not add up to what the case says. */
static void money_add(gint64 *sum, gint64 value) { *sum = (gint64)((guint64)*sum + (guint64)value); }

/* ---- the most telling lines ---- */

static void line_free(gpointer data) {
  RsStoryLine *line = data;
  g_free(line->cell);
  g_string_chunk_free(line->texts);
  g_free(line);
}

static guint count_facts(const char *facts) {
  guint n = *facts != '\0';
  for (; *facts != '\0'; facts++) n += *facts == ';';
  return n;
}

/* Lines that more facts rest on first, then those with more money, then as they come. */
static int compare_telling(const RsStoryLine *x, const RsStoryLine *y) {
  if (x->n_facts != y->n_facts) return x->n_facts > y->n_facts ? -1 : 1;
  if (x->amount != y->amount) return x->amount > y->amount ? -1 : 1;
  return x->at < y->at ? -1 : 1;
}

static void line_offer(RsRingStory *story, const RsTable *table, const RsCell *cell, RsStoryLine offered) {
  GPtrArray *lines = story->lines;
  guint at = lines->len;
  while (at > 0 && compare_telling(&offered, g_ptr_array_index(lines, at - 1)) < 0) at--;
  if (at == RS_STORY_LINES) return;
  RsStoryLine *line = g_memdup2(&offered, sizeof offered);
  line->texts = g_string_chunk_new(256);
  line->cell = g_memdup2(cell, table->n_columns * sizeof *cell);
  for (unsigned i = 0; i < table->n_columns; i++) line->cell[i].text = g_string_chunk_insert(line->texts, cell[i].text);
  if (lines->len == RS_STORY_LINES) g_ptr_array_remove_index(lines, lines->len - 1);
  g_ptr_array_insert(lines, (gint)at, line);
}

static int compare_lines(const void *a, const void *b) {
  const RsStoryLine *x = *(const RsStoryLine *const *)a, *y = *(const RsStoryLine *const *)b;
  if (x->moment.seconds != y->moment.seconds) return x->moment.seconds < y->moment.seconds ? -1 : 1;
  return (x->at > y->at) - (x->at < y->at);
}

/* ---- the walk ---- */

static RsMoment moment_of(const char *time, const RsShare *outlet) {
  RsMoment moment = {.outlet = outlet};
  const RsTimeStatus status = rs_time_parse(time, strlen(time), &moment.seconds);
  moment.dated = status == RS_TIME_OK || status == RS_TIME_DATE_ONLY;
  moment.clock = status == RS_TIME_OK;
  if (!moment.dated) moment.seconds = 0;
  return moment;
}

static void evidence_row(const RsTable *table, const RsCell *cell, void *data) {
  Sums *sums = data;
  RsRingStory *story = sums->story;
  for (int kind = 0; kind < RS_N_KINDS; kind++) {
    RsShare *share = share_get(sums, (RsKind)kind, cell[sums->column[kind]].text);
    share->n_lines++;
    money_add(&share->amount, cell[sums->amount].integer);
    money_add(&share->fund, cell[sums->fund].integer);
  }
  const RsMoment moment = moment_of(cell[sums->time].text, sums->last[RS_INSTITUTION]);
  g_array_append_val(story->moments, moment);
  line_offer(story, table, cell, (RsStoryLine){.moment = moment, .n_facts = count_facts(cell[sums->facts].text),
                                               .amount = cell[sums->amount].integer, .at = story->n_lines});
  story->n_lines++;
  money_add(&story->amount, cell[sums->amount].integer);
  money_add(&story->fund, cell[sums->fund].integer);
  rs_places_add(story->place, &story->n_places, cell[sums->file].text, cell[sums->line].integer);
}

static bool members_add(const RsCaseSource *source, const char *ring_id, Sums *sums, GError **error) {
  g_autoptr(RsCaseRows) members = rs_case_source_rows(source, RS_TABLE_MEMBER, ring_id, error);
  for (guint i = 0; members != NULL && i < members->n; i++) {
    const int kind = rs_kind_named(rs_case_rows_text(members, i, "entity_type"));
    if (kind < 0) continue;
    RsShare *share = share_get(sums, (RsKind)kind, rs_case_rows_text(members, i, "entity_id"));
    g_free(share->role);
    share->role = g_strdup(rs_case_rows_text(members, i, "role"));
  }
  return members != NULL;
}

static bool bursts_add(const RsCaseSource *source, const char *ring_id, Sums *sums, GError **error) {
  g_autoptr(RsCaseRows) attendance = rs_case_source_rows(source, RS_TABLE_ATTENDANCE, ring_id, error);
  sums->story->bursts = attendance == NULL ? NULL : rs_case_source_rows(source, RS_TABLE_BURST, ring_id, error);
  const RsCaseRows *bursts = sums->story->bursts;
  for (guint i = 0; attendance != NULL && i < attendance->n; i++)
    share_get(sums, RS_PERSON, rs_case_rows_text(attendance, i, "person_id"))->n_bursts++;
  for (guint i = 0; bursts != NULL && i < bursts->n; i++)
    share_get(sums, RS_INSTITUTION, rs_case_rows_text(bursts, i, "institution_id"))->n_bursts++;
  return bursts != NULL;
}

static int compare_shares(const void *a, const void *b) {
  const RsShare *x = *(const RsShare *const *)a, *y = *(const RsShare *const *)b;
  if ((*x->role != '\0') != (*y->role != '\0')) return *x->role != '\0' ? -1 : 1;
  if (x->n_bursts != y->n_bursts) return x->n_bursts > y->n_bursts ? -1 : 1;
  if (x->amount != y->amount) return x->amount > y->amount ? -1 : 1;
  return strcmp(x->id, y->id);
}

static bool fill(const RsCaseSource *source, const char *ring_id, Sums *sums, GError **error) {
  const RsTable *evidence = &rs_table[RS_TABLE_EVIDENCE];
  RsRingStory *story = sums->story;
  for (int kind = 0; kind < RS_N_KINDS; kind++) sums->column[kind] = rs_table_column(evidence, kind_column[kind]);
  sums->file = rs_table_column(evidence, "file");
  sums->line = rs_table_column(evidence, "line");
  sums->amount = rs_table_column(evidence, "amount");
  sums->fund = rs_table_column(evidence, "fund_amount");
  sums->time = rs_table_column(evidence, "time");
  sums->facts = rs_table_column(evidence, "facts");
  story->facts = rs_case_source_rows(source, RS_TABLE_FACT, ring_id, error);
  story->sentences = story->facts == NULL ? NULL : rs_case_source_rows(source, RS_TABLE_SENTENCE, ring_id, error);
  story->rules = story->sentences == NULL ? NULL : rs_case_source_rows(source, RS_TABLE_RULE, ring_id, error);
  return story->rules != NULL && rs_case_source_walk(source, RS_TABLE_EVIDENCE, ring_id, evidence_row, sums, error) &&
         members_add(source, ring_id, sums, error) && bursts_add(source, ring_id, sums, error);
}

static bool differs(const RsCaseSource *source, const char *ring, const char *what, GError **error) {
  g_set_error(error, RS_ERROR, RS_ERROR_INTEGRITY, _("%s: %s: %s: somebody changed the case; ringscope verify tells which file"),
              source->read->folder, ring, what);
  return false;
}

/* case.db holds money as doubles: sums beyond 2^52 fen are kept only to a fen or more a line. */
static bool money_equal(gint64 sum, gint64 said, guint64 n_lines) {
  const guint64 size = (guint64)ABS(said), apart = sum > said ? (guint64)sum - (guint64)said : (guint64)said - (guint64)sum;
  return apart <= (size >> 52) * (n_lines + 1);
}

/* A case in memory is not doubted: it is being made. */
static bool adds_up(const RsCaseSource *source, RsRingStory *story, const char *ring, GError **error) {
  for (guint i = 0; i < story->facts->n; i++) money_add(&story->points, rs_case_rows_integer(story->facts, i, "points"));
  if (source->read == NULL) return true;
  if (story->points != rs_case_rows_integer(story->ring, 0, "score"))
    return differs(source, ring, "the points do not add up to the score", error);
  if ((gint64)story->n_lines != rs_case_rows_integer(story->ring, 0, "claims"))
    return differs(source, ring, "the evidence does not have as many lines as the ring", error);
  if (!money_equal(story->amount, rs_case_rows_integer(story->ring, 0, "amount"), story->n_lines) ||
      !money_equal(story->fund, rs_case_rows_integer(story->ring, 0, "fund_amount"), story->n_lines))
    return differs(source, ring, "the money of the evidence is not the ring's", error);
  return true;
}

RsRingStory *rs_ring_story_new(const RsCaseSource *source, const char *ring_id, GError **error) {
  g_autoptr(RsRingStory) story = g_new0(RsRingStory, 1);
  Sums sums = {.story = story};
  story->ring = rs_case_source_rows(source, RS_TABLE_RING, ring_id, error);
  if (story->ring == NULL) return NULL;
  g_assert(story->ring->n > 0); /* the caller looked */
  story->fund_known = !rs_case_rows_cell(story->ring, 0, "fund_amount")->empty;
  for (int kind = 0; kind < RS_N_KINDS; kind++) {
    story->share[kind] = g_ptr_array_new_with_free_func(share_free);
    sums.of[kind] = g_hash_table_new(g_str_hash, g_str_equal);
  }
  story->moments = g_array_new(FALSE, FALSE, sizeof(RsMoment));
  story->lines = g_ptr_array_new_with_free_func(line_free);
  const bool good = fill(source, ring_id, &sums, error);
  for (int kind = 0; kind < RS_N_KINDS; kind++) {
    g_hash_table_unref(sums.of[kind]);
    g_ptr_array_sort(story->share[kind], compare_shares);
  }
  g_ptr_array_sort(story->lines, compare_lines);
  return good && adds_up(source, story, ring_id, error) ? g_steal_pointer(&story) : NULL;
}

void rs_ring_story_free(RsRingStory *story) {
  if (story == NULL) return;
  rs_case_rows_free(story->ring);
  rs_case_rows_free(story->facts);
  rs_case_rows_free(story->sentences);
  rs_case_rows_free(story->bursts);
  rs_case_rows_free(story->rules);
  for (int kind = 0; kind < RS_N_KINDS; kind++)
    if (story->share[kind] != NULL) g_ptr_array_unref(story->share[kind]);
  if (story->moments != NULL) g_array_unref(story->moments);
  if (story->lines != NULL) g_ptr_array_unref(story->lines);
  rs_places_clear(story->place, story->n_places);
  g_free(story);
}

const char *rs_ring_story_sentence(const RsRingStory *story, guint position, RsLanguage language) {
  const char *wanted = language == RS_LANG_ZH ? "zh" : "en";
  for (guint i = 0; i < story->sentences->n; i++)
    if (rs_case_rows_integer(story->sentences, i, "position") == position &&
        strcmp(rs_case_rows_text(story->sentences, i, "language"), wanted) == 0)
      return rs_case_rows_text(story->sentences, i, "text");
  if (position == 0) return rs_case_rows_text(story->ring, 0, "summary");
  return position <= story->facts->n ? rs_case_rows_text(story->facts, position - 1, "text") : "";
}

static int place_compare(const RsPlaceOfLine *a, const char *file, gint64 line) {
  const int order = strcmp(a->file, file);
  return order != 0 ? order : (a->line > line) - (a->line < line);
}

void rs_places_add(RsPlaceOfLine *place, guint *n, const char *file, gint64 line) {
  guint at = *n;
  while (at > 0 && place_compare(&place[at - 1], file, line) > 0) at--;
  if (at == RS_PLACES) return;
  if (*n == RS_PLACES) g_free(place[--*n].file);
  memmove(&place[at + 1], &place[at], (*n - at) * sizeof *place);
  place[at] = (RsPlaceOfLine){g_strdup(file), line};
  ++*n;
}

void rs_places_clear(RsPlaceOfLine *place, guint n) {
  for (guint i = 0; i < n; i++) g_free(place[i].file);
}
