/* One ring, added up from its evidence and held against what the case says of it. */
#include "base/error.h"
#include "cli/explain.h"

#include <string.h>

static const char *const kind_column[RS_N_KINDS] = {"person_id", "doctor_id", "institution_id", "drug_code"};

static void share_free(gpointer data) {
  RsShare *share = data;
  g_free(share->id);
  g_free(share->role);
  g_free(share->label);
  g_free(share);
}

typedef struct {
  RsRingStory *story;
  GHashTable *of[RS_N_KINDS]; /* id -> RsShare, borrowed from the story */
  unsigned column[RS_N_KINDS], file, line, amount, fund;
} Sums;

static RsShare *share_get(Sums *sums, RsKind kind, const char *id) {
  RsShare *share = g_hash_table_lookup(sums->of[kind], id);
  if (share != NULL) return share;
  share = g_new0(RsShare, 1);
  share->id = g_strdup(id);
  share->role = g_strdup("");
  share->label = g_strdup("");
  g_hash_table_insert(sums->of[kind], share->id, share);
  g_ptr_array_add(sums->story->share[kind], share);
  return share;
}

/* Hostile sums may pass 64 bits: they wrap, and then do not add up to what the case says. */
static void money_add(gint64 *sum, gint64 value) { *sum = (gint64)((guint64)*sum + (guint64)value); }

static void evidence_row(const RsTable *table, const RsCell *cell, void *data) {
  Sums *sums = data;
  RsRingStory *story = sums->story;
  (void)table;
  for (int kind = 0; kind < RS_N_KINDS; kind++) {
    RsShare *share = share_get(sums, (RsKind)kind, cell[sums->column[kind]].text);
    share->n_lines++;
    money_add(&share->amount, cell[sums->amount].integer);
    money_add(&share->fund, cell[sums->fund].integer);
  }
  story->n_lines++;
  money_add(&story->amount, cell[sums->amount].integer);
  money_add(&story->fund, cell[sums->fund].integer);
  rs_places_add(story->place, &story->n_places, cell[sums->file].text, cell[sums->line].integer);
}

static int kind_of(const char *name) {
  for (int kind = 0; kind < RS_N_KINDS; kind++)
    if (strcmp(rs_kind_name[kind], name) == 0) return kind;
  return -1;
}

static bool members_add(const RsCaseRead *read, const char *const *where, Sums *sums, GError **error) {
  g_autoptr(RsCaseRows) members = rs_case_read_rows(read, RS_TABLE_MEMBER, where, error);
  for (guint i = 0; members != NULL && i < members->n; i++) {
    const int kind = kind_of(rs_case_rows_text(members, i, "entity_type"));
    if (kind < 0) continue;
    RsShare *share = share_get(sums, (RsKind)kind, rs_case_rows_text(members, i, "entity_id"));
    g_free(share->role);
    share->role = g_strdup(rs_case_rows_text(members, i, "role"));
  }
  return members != NULL;
}

static bool bursts_add(const RsCaseRead *read, const char *const *where, Sums *sums, GError **error) {
  g_autoptr(RsCaseRows) attendance = rs_case_read_rows(read, RS_TABLE_ATTENDANCE, where, error);
  sums->story->bursts = attendance == NULL ? NULL : rs_case_read_rows(read, RS_TABLE_BURST, where, error);
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

static bool fill(const RsCaseRead *read, const char *const *where, Sums *sums, GError **error) {
  const RsTable *evidence = &rs_table[RS_TABLE_EVIDENCE];
  RsRingStory *story = sums->story;
  for (int kind = 0; kind < RS_N_KINDS; kind++) sums->column[kind] = rs_table_column(evidence, kind_column[kind]);
  sums->file = rs_table_column(evidence, "file");
  sums->line = rs_table_column(evidence, "line");
  sums->amount = rs_table_column(evidence, "amount");
  sums->fund = rs_table_column(evidence, "fund_amount");
  story->facts = rs_case_read_rows(read, RS_TABLE_FACT, where, error);
  story->sentences = story->facts == NULL ? NULL : rs_case_read_rows(read, RS_TABLE_SENTENCE, where, error);
  story->rules = story->sentences == NULL ? NULL : rs_case_read_rows(read, RS_TABLE_RULE, where, error);
  return story->rules != NULL && rs_sqlite_walk(read->database, evidence, where, evidence_row, sums, error) &&
         members_add(read, where, sums, error) && bursts_add(read, where, sums, error);
}

static bool differs(const RsCaseRead *read, const char *ring, const char *what, GError **error) {
  g_set_error(error, RS_ERROR, RS_ERROR_INTEGRITY, "%s: %s: %s: somebody changed the case; ringscope verify tells which file",
              read->folder, ring, what);
  return false;
}

static bool adds_up(const RsCaseRead *read, RsRingStory *story, const char *ring, GError **error) {
  for (guint i = 0; i < story->facts->n; i++) money_add(&story->points, rs_case_rows_integer(story->facts, i, "points"));
  if (story->points != rs_case_rows_integer(story->ring, 0, "score"))
    return differs(read, ring, "the points do not add up to the score", error);
  if ((gint64)story->n_lines != rs_case_rows_integer(story->ring, 0, "claims"))
    return differs(read, ring, "the evidence does not have as many lines as the ring", error);
  if (story->amount != rs_case_rows_integer(story->ring, 0, "amount") ||
      story->fund != rs_case_rows_integer(story->ring, 0, "fund_amount"))
    return differs(read, ring, "the money of the evidence is not the ring's", error);
  return true;
}

RsRingStory *rs_ring_story_new(const RsCaseRead *read, const char *ring_id, GError **error) {
  const char *const where[] = {"ring_id", ring_id, NULL};
  g_autoptr(RsRingStory) story = g_new0(RsRingStory, 1);
  Sums sums = {.story = story};
  story->ring = rs_case_read_rows(read, RS_TABLE_RING, where, error);
  if (story->ring == NULL) return NULL;
  g_assert(story->ring->n > 0); /* the caller looked */
  for (int kind = 0; kind < RS_N_KINDS; kind++) {
    story->share[kind] = g_ptr_array_new_with_free_func(share_free);
    sums.of[kind] = g_hash_table_new(g_str_hash, g_str_equal);
  }
  const bool good = fill(read, where, &sums, error);
  for (int kind = 0; kind < RS_N_KINDS; kind++) {
    g_hash_table_unref(sums.of[kind]);
    g_ptr_array_sort(story->share[kind], compare_shares);
  }
  return good && adds_up(read, story, ring_id, error) ? g_steal_pointer(&story) : NULL;
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
