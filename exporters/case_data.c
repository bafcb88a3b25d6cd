#include "exporters/tables.h"

#include "base/calendar.h"
#include "base/parallel.h"
#include "base/sort.h"
#include "base/timing.h"
#include "exporters/tables_evidence.h"

#include <stdlib.h>
#include <string.h>

/* ---- the evidence's source texts ---- */

static size_t evidence_count(const RsRings *rings) {
  size_t n = 0;
  for (uint32_t r = 0; r < rings->n_rings; r++) n += rings->rings[r].n_evidence;
  return n;
}

/* The distinct lines of all rings, ascending; rings may share lines. */
static void evidence_lines(RsCaseData *data, const RsRings *rings) {
  size_t n = 0;
  uint64_t *line = g_new(uint64_t, evidence_count(rings) + 1);
  for (uint32_t r = 0; r < rings->n_rings; r++)
    for (uint64_t e = 0; e < rings->rings[r].n_evidence; e++) line[n++] = rings->rings[r].evidence[e].line;
  rs_sort_u64(line, n);
  for (size_t i = 0; i < n; i++)
    if (i == 0 || line[i] != line[i - 1]) line[data->n_lines++] = line[i];
  data->line = line;
}

/* Lines, visits and persons ascend together, so one walk finds whose they are; a search a line would miss the cache each time. */
static void evidence_owners(RsCaseData *data, const RsClaims *claims) {
  uint32_t visit = 0, person = 0;
  data->visit = g_new(uint32_t, data->n_lines + 1);
  data->person = g_new(uint32_t, data->n_lines + 1);
  for (size_t i = 0; i < data->n_lines; i++) {
    while (claims->visit_line[visit + 1] <= data->line[i]) visit++;
    while (claims->person_visit[person + 1] <= visit) person++;
    data->visit[i] = visit;
    data->person[i] = person;
  }
}

static uint64_t text_add(GString *texts, const char *text) {
  if (text == NULL || *text == '\0') return 0;
  const uint64_t at = texts->len;
  g_string_append_len(texts, text, (gssize)strlen(text) + 1);
  return at;
}

/* One form for all sources, and no foreign text where a time belongs. A date alone comes before the clock times of its day. */
static uint64_t time_add(GString *texts, const char *source, uint32_t visit_time, bool has_clock, uint64_t *moment) {
  char buffer[20];
  uint32_t seconds = visit_time;
  RsTimeStatus status = RS_TIME_UNREADABLE;
  if (source != NULL && *source != '\0') status = rs_time_parse(source, strlen(source), &seconds);
  if (status != RS_TIME_OK && status != RS_TIME_DATE_ONLY) {
    seconds = visit_time;
    status = has_clock ? RS_TIME_OK : RS_TIME_DATE_ONLY;
  }
  rs_time_format(seconds, buffer);
  if (status == RS_TIME_DATE_ONLY) buffer[10] = '\0';
  *moment = (uint64_t)(seconds / RS_DAY_SECONDS) * (RS_DAY_SECONDS + 1) + (status == RS_TIME_OK ? 1 + seconds % RS_DAY_SECONDS : 0);
  return text_add(texts, buffer);
}

static void line_texts(RsCaseData *data, size_t i, const char *claim_id, const char *settlement_id, const char *time) {
  const RsClaims *claims = data->c->claims;
  const bool has_clock = (claims->columns & RS_HAS_CLOCK) != 0;
  data->claim_id[i] = text_add(data->texts, claim_id);
  data->settlement_id[i] = text_add(data->texts, settlement_id);
  data->time[i] = time_add(data->texts, time, claims->visit_time[data->visit[i]], has_clock, &data->moment[i]);
}

static void line_fetched(const RsSourceLine *line, void *data) {
  line_texts(data, line->index, line->claim_id, line->settlement_id, line->time);
}

static bool texts_fetch(RsCaseData *data, GError **error) {
  const RsClaims *claims = data->c->claims;
  g_autofree RsRow *row = g_new(RsRow, data->n_lines + 1);
  for (size_t i = 0; i < data->n_lines; i++) {
    row[i] = rs_line_row(claims, data->line[i]);
    line_texts(data, i, NULL, NULL, NULL);
  }
  if (data->c->reader == NULL || data->n_lines == 0) return true;
  g_string_truncate(data->texts, 1);
  return rs_reader_fetch(data->c->reader, row, data->n_lines, line_fetched, data, error);
}

typedef struct {
  RsCaseData *data;
  GError *failed;
} Gathering;

/* The only persons that a case draws. */
static void members_add(RsEntities *entities, const RsCase *c) {
  for (uint32_t r = 0; r < c->rings->n_rings; r++)
    for (uint32_t m = 0; m < c->rings->rings[r].n_members; m++)
      if (c->rings->rings[r].members[m].kind == RS_PERSON) rs_entities_add_person(entities, c->knowledge, c->rings->rings[r].members[m].id);
}

/* The texts come from the files, the rest from memory: side by side. */
static void gather(size_t task, unsigned thread, void *into) {
  (void)thread;
  Gathering *gathering = into;
  RsCaseData *data = gathering->data;
  RsSpan span;
  rs_span_begin(&span, task ? "entities" : "texts");
  if (task == 0) {
    texts_fetch(data, &gathering->failed);
    rs_span_end(&span);
    return;
  }
  data->entities = rs_entities_of_hubs(data->c->knowledge, data->c->n_threads);
  members_add(data->entities, data->c);
  data->memberships = rs_memberships_new(data->c->rings);
  rs_span_next(&span, "subgraph");
  data->subgraph = rs_subgraph_new(data->c->knowledge, data->entities, data->memberships, RS_NONE, NULL, data->c->n_threads);
  rs_span_end(&span);
}

RsCaseData *rs_case_data_new(const RsCase *c, GError **error) {
  g_autoptr(RsCaseData) data = g_new0(RsCaseData, 1);
  data->c = c;
  data->texts = g_string_new_len("", 1);
  evidence_lines(data, c->rings);
  evidence_owners(data, c->claims);
  data->claim_id = g_new0(uint64_t, data->n_lines + 1);
  data->settlement_id = g_new0(uint64_t, data->n_lines + 1);
  data->time = g_new0(uint64_t, data->n_lines + 1);
  data->moment = g_new0(uint64_t, data->n_lines + 1);
  Gathering gathering = {data, NULL};
  rs_parallel(c->n_threads, 2, gather, &gathering);
  if (gathering.failed != NULL) {
    g_propagate_error(error, gathering.failed);
    return NULL;
  }
  return g_steal_pointer(&data);
}

void rs_case_data_free(RsCaseData *data) {
  if (data == NULL) return;
  rs_entities_free(data->entities);
  rs_memberships_free(data->memberships);
  rs_subgraph_free(data->subgraph);
  g_free(data->line);
  g_free(data->visit);
  g_free(data->person);
  g_free(data->moment);
  g_free(data->claim_id);
  g_free(data->settlement_id);
  g_free(data->time);
  g_string_free(data->texts, TRUE);
  g_free(data);
}

/* ---- one mask's view ---- */

#define CHUNK ((size_t)1024)

/* Everybody who is named in an answer about watched entities. */
static void watched_persons(const RsWatch *watch, uint8_t *seen) {
  for (uint32_t i = 0; i < watch->list->n; i++) {
    const RsWatchEntry *entry = &watch->list->entry[i];
    if (entry->kind == RS_PERSON && entry->id != RS_NONE) seen[entry->id] = 1;
    for (uint32_t k = 0; k < watch->answer[i].n_items; k++) {
      const RsWatchItem *item = &watch->answer[i].item[k];
      if (item->topic == RS_WATCH_COMPANION || item->topic == RS_WATCH_PERSON) seen[item->id] = 1;
    }
  }
  for (uint32_t i = 0; watch->expansion != NULL && i < watch->expansion->n; i++) {
    const RsExpandNode *node = &watch->expansion->node[i];
    if (node->kind == RS_PERSON) seen[node->id] = 1;
    if (node->via_kind == RS_PERSON && node->via != RS_NONE) seen[node->via] = 1;
  }
}

static void persons_shown(RsCaseView *view) {
  const RsSubgraph *subgraph = view->data->subgraph;
  const RsClaims *claims = view->c->claims;
  g_autofree uint8_t *seen = g_new0(uint8_t, (gsize)claims->n_persons + 1);
  for (uint32_t i = 0; i < subgraph->n_nodes; i++)
    if (subgraph->node[i].kind == RS_PERSON) seen[subgraph->node[i].id] = 1;
  for (size_t i = 0; i < view->data->n_lines; i++) seen[view->data->person[i]] = 1;
  if (view->c->watch != NULL) watched_persons(view->c->watch, seen);
  for (uint32_t i = 0; i < view->c->rings->n_cleared; i++) {
    const RsRing *aside = &view->c->rings->cleared[i].ring;
    for (uint32_t m = 0; m < aside->n_members; m++)
      if (aside->members[m].kind == RS_PERSON) seen[aside->members[m].id] = 1;
  }
  for (uint32_t p = 0; p < claims->n_persons; p++) view->n_shown += seen[p];
  view->shown = g_new(uint32_t, (gsize)view->n_shown + 1);
  for (uint32_t p = 0, n = 0; p < claims->n_persons; p++)
    if (seen[p]) view->shown[n++] = p;
}

/* Lines ascend with their persons, as the persons shown do. */
static void lines_place(RsCaseView *view) {
  uint32_t place = 0;
  view->place = g_new(uint32_t, view->data->n_lines + 1);
  for (size_t i = 0; i < view->data->n_lines; i++) {
    while (view->shown[place] < view->data->person[i]) place++;
    view->place[i] = place;
  }
}

/* Texts are masked where they stand: 18 bytes and a NUL, "" for "". */
static void mask_into(const RsMask *mask, char prefix, const char *text, char out[20]) {
  char buffer[32];
  g_strlcpy(out, rs_mask_text(mask, prefix, text, buffer), 20);
}

/* Lines of one settlement mostly stand together. */
static void lines_mask(size_t task, unsigned thread, void *data) {
  (void)thread;
  RsCaseView *view = data;
  const RsCaseData *from = view->data;
  const char *before = NULL;
  for (size_t i = task * CHUNK; i < MIN(from->n_lines, (task + 1) * CHUNK); i++) {
    const char *settlement = from->texts->str + from->settlement_id[i];
    mask_into(view->mask, 'c', from->texts->str + from->claim_id[i], view->claim_text[i]);
    if (before != NULL && strcmp(before, settlement) == 0) memcpy(view->settlement_text[i], view->settlement_text[i - 1], 20);
    else mask_into(view->mask, 's', settlement, view->settlement_text[i]);
    before = settlement;
  }
}

static void persons_mask(size_t task, unsigned thread, void *data) {
  (void)thread;
  RsCaseView *view = data;
  for (size_t i = task * CHUNK; i < MIN(view->n_shown, (task + 1) * CHUNK); i++)
    mask_into(view->mask, 'p', rs_text_get(view->c->claims->person, view->shown[i]), view->shown_text[i]);
}

typedef struct {
  const char *text;
  uint32_t place;
} Shown;

static int compare_shown(const void *a, const void *b) { return strcmp(((const Shown *)a)->text, ((const Shown *)b)->text); }

static void persons_rank(RsCaseView *view) {
  g_autofree Shown *shown = g_new(Shown, (gsize)view->n_shown + 1);
  for (uint32_t i = 0; i < view->n_shown; i++)
    shown[i] = (Shown){view->shown_text ? view->shown_text[i] : rs_text_get(view->c->claims->person, view->shown[i]), i};
  if (view->n_shown > 0) qsort(shown, view->n_shown, sizeof *shown, compare_shown);
  view->shown_rank = g_new(uint32_t, (gsize)view->n_shown + 1);
  for (uint32_t i = 0; i < view->n_shown; i++) view->shown_rank[shown[i].place] = i;
}

static void ids_mask(RsCaseView *view) {
  const RsCaseData *data = view->data;
  view->shown_text = g_malloc_n((gsize)view->n_shown + 1, sizeof *view->shown_text);
  view->claim_text = g_malloc_n(data->n_lines + 1, sizeof *view->claim_text);
  view->settlement_text = g_malloc_n(data->n_lines + 1, sizeof *view->settlement_text);
  rs_parallel(data->c->n_threads, (view->n_shown + CHUNK - 1) / CHUNK, persons_mask, view);
  rs_parallel(data->c->n_threads, (data->n_lines + CHUNK - 1) / CHUNK, lines_mask, view);
}

RsCaseView *rs_case_view_new(const RsCaseData *data, const RsMask *mask) {
  RsCaseView *view = g_new0(RsCaseView, 1);
  view->data = data;
  view->c = data->c;
  view->mask = mask;
  persons_shown(view);
  lines_place(view);
  RsSpan span;
  rs_span_begin(&span, "ids mask");
  if (!rs_mask_is_clear(mask)) ids_mask(view);
  rs_span_next(&span, "persons rank");
  persons_rank(view);
  rs_span_next(&span, "evidence order");
  rs_evidence_order(view);
  rs_span_end(&span);
  return view;
}

void rs_case_view_free(RsCaseView *view) {
  if (view == NULL) return;
  g_free(view->shown);
  g_free(view->place);
  g_free(view->shown_text);
  g_free(view->claim_text);
  g_free(view->settlement_text);
  g_free(view->shown_rank);
  g_free(view->evidence);
  g_free(view->first_evidence);
  g_free(view);
}

static uint32_t place_of(const RsCaseView *view, uint32_t person) {
  uint32_t low = 0, high = view->n_shown;
  while (high - low > 1) {
    const uint32_t middle = low + (high - low) / 2;
    if (view->shown[middle] <= person) low = middle;
    else high = middle;
  }
  g_assert(low < view->n_shown && view->shown[low] == person);
  return low;
}

const char *rs_case_view_id(const RsCaseView *view, RsKind kind, uint32_t id) {
  if (kind != RS_PERSON || view->shown_text == NULL) return rs_knowledge_id(view->c->knowledge, kind, id);
  return view->shown_text[place_of(view, id)];
}
