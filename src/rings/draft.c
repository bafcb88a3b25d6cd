#include "rings/draft.h"

#include "base/calendar.h"
#include "base/sort.h"
#include "base/sort_by.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

void rs_draft_init(RsDraft *draft, RsPattern pattern) {
  draft->pattern = pattern;
  draft->members = g_array_new(FALSE, FALSE, sizeof(RsMember));
  draft->facts = g_array_new(FALSE, FALSE, sizeof(RsFact));
  draft->evidence = g_array_new(FALSE, FALSE, sizeof(RsEvidence));
  draft->bursts = g_array_new(FALSE, FALSE, sizeof(RsBurst));
}

void rs_draft_clear(RsDraft *draft) {
  g_clear_pointer(&draft->members, g_array_unref);
  g_clear_pointer(&draft->facts, g_array_unref);
  g_clear_pointer(&draft->evidence, g_array_unref);
  g_clear_pointer(&draft->bursts, g_array_unref);
}

void rs_draft_member(RsDraft *draft, RsKind kind, uint32_t id, RsRole role, double strength) {
  RsMember member = {kind, id, role, round(CLAMP(strength, 0.0, 1.0) * 1e6) / 1e6};
  g_array_append_val(draft->members, member);
}

uint32_t rs_draft_fact(RsDraft *draft, RsFact fact) {
  g_assert(draft->facts->len < 32);
  g_array_append_val(draft->facts, fact);
  return 1u << (draft->facts->len - 1);
}

void rs_draft_line(RsDraft *draft, uint64_t line, uint32_t facts) {
  RsEvidence evidence = {line, facts};
  g_array_append_val(draft->evidence, evidence);
}

static inline bool evidence_before(const RsEvidence *a, const RsEvidence *b) { return a->line < b->line; }
RS_SORT_BY(sort_evidence, RsEvidence, evidence_before)

static void merge_evidence(GArray *evidence) {
  RsEvidence *e = (RsEvidence *)(void *)evidence->data;
  guint n = 0;
  sort_evidence(e, evidence->len);
  for (guint i = 0; i < evidence->len; i++) {
    if (n > 0 && e[n - 1].line == e[i].line) e[n - 1].facts |= e[i].facts;
    else e[n++] = e[i];
  }
  g_array_set_size(evidence, n);
}

static bool has_member(const RsDraft *draft, RsKind kind, uint32_t id) {
  for (guint i = 0; i < draft->members->len; i++) {
    const RsMember *m = &g_array_index(draft->members, RsMember, i);
    if (m->kind == kind && m->id == id) return true;
  }
  return false;
}

/* Adds each distinct number that stands on at least a tenth of the lines; `most` bounds how many are looked through. */
static void add_frequent(RsDraft *draft, RsKind kind, RsRole role, GArray *number) {
  guint lines = draft->evidence->len;
  if (number->len == 0) return;
  rs_sort_u32((uint32_t *)(void *)number->data, number->len);
  for (guint i = 0, end; i < number->len; i = end) {
    uint32_t id = g_array_index(number, uint32_t, i);
    for (end = i; end < number->len && g_array_index(number, uint32_t, end) == id;) end++;
    if ((end - i) * 10 < lines || has_member(draft, kind, id)) continue;
    rs_draft_member(draft, kind, id, role, (double)(end - i) / (double)lines);
  }
}

void rs_draft_outlets(RsDraft *draft, const RsClaims *c) {
  g_autofree uint32_t *count = g_new0(uint32_t, (gsize)c->institution->n + 1);
  uint32_t visit = 0;
  for (guint e = 0; e < draft->evidence->len; e++) {
    visit = rs_claims_line_visit_near(c, g_array_index(draft->evidence, RsEvidence, e).line, visit);
    count[c->visit_institution[visit]]++;
  }
  for (uint32_t f = 0; f < c->institution->n; f++)
    if (count[f] * 20 >= draft->evidence->len && count[f] > 0)
      rs_draft_member(draft, RS_INSTITUTION, f, RS_ROLE_OUTLET, (double)count[f] / (double)draft->evidence->len);
}

void rs_draft_entities(RsDraft *draft, const RsClaims *claims) {
  merge_evidence(draft->evidence);
  g_autoptr(GArray) doctor = g_array_new(FALSE, FALSE, sizeof(uint32_t));
  g_autoptr(GArray) drug = g_array_new(FALSE, FALSE, sizeof(uint32_t));
  for (guint i = 0; i < draft->evidence->len; i++) {
    uint64_t line = g_array_index(draft->evidence, RsEvidence, i).line;
    const uint32_t by = rs_line_doctor(claims, line), of = rs_line_drug(claims, line);
    if (by != RS_NONE) g_array_append_val(doctor, by);
    if (of != RS_NONE) g_array_append_val(drug, of);
  }
  add_frequent(draft, RS_DOCTOR, RS_ROLE_PRESCRIBER, doctor);
  add_frequent(draft, RS_DRUG, RS_ROLE_ITEM, drug);
}

static const char *member_text(const RsClaims *claims, const RsMember *m) {
  switch (m->kind) {
  case RS_PERSON: return rs_text_get(claims->person, m->id);
  case RS_DOCTOR: return rs_text_get(claims->doctor, m->id);
  case RS_INSTITUTION: return rs_text_get(claims->institution, m->id);
  case RS_DRUG: return rs_text_get(claims->drug, m->id);
  case RS_N_KINDS: break;
  }
  return "";
}

static int compare_members(const void *x, const void *y, void *data) {
  static const int order[] = {[RS_ROLE_CORE] = 0, [RS_ROLE_MEMBER] = 1, [RS_ROLE_OUTLET] = 2, [RS_ROLE_PRESCRIBER] = 3, [RS_ROLE_ITEM] = 4};
  const RsMember *a = x, *b = y;
  if (a->kind != b->kind) return a->kind < b->kind ? -1 : 1;
  if (a->role != b->role) return order[a->role] - order[b->role];
  if (a->strength != b->strength) return a->strength > b->strength ? -1 : 1;
  return strcmp(member_text(data, a), member_text(data, b));
}

static int compare_facts(const void *x, const void *y, void *data) {
  const RsFact *a = (const RsFact *)data + *(const uint32_t *)x, *b = (const RsFact *)data + *(const uint32_t *)y;
  if (a->counter != b->counter) return a->counter ? 1 : -1;
  int size = abs(b->points) - abs(a->points);
  return size != 0 ? size : strcmp(a->code, b->code);
}

static int compare_bursts(const void *x, const void *y) {
  const RsBurst *a = x, *b = y;
  if (a->first_time != b->first_time) return a->first_time < b->first_time ? -1 : 1;
  return (a->institution > b->institution) - (a->institution < b->institution);
}

static int compare_texts(const void *x, const void *y) { return strcmp(*(const char *const *)x, *(const char *const *)y); }

/* SHA-256 over the pattern and the sorted clear ids of the persons, or of all members where there is no person. */
static void make_key(const RsRing *ring, const RsClaims *claims, char key[33]) {
  g_autoptr(GPtrArray) text = g_ptr_array_new();
  for (uint32_t i = 0; i < ring->n_members; i++)
    if (ring->count[RS_PERSON] == 0 || ring->members[i].kind == RS_PERSON)
      g_ptr_array_add(text, (gpointer)member_text(claims, &ring->members[i]));
  if (text->len > 0) qsort(text->pdata, text->len, sizeof *text->pdata, compare_texts);
  g_autoptr(GChecksum) sum = g_checksum_new(G_CHECKSUM_SHA256);
  g_checksum_update(sum, (const guchar *)rs_pattern_name[ring->pattern], -1);
  for (guint i = 0; i < text->len; i++) {
    g_checksum_update(sum, (const guchar *)"\n", 1);
    g_checksum_update(sum, g_ptr_array_index(text, i), -1);
  }
  g_strlcpy(key, g_checksum_get_string(sum), 33);
}

/* Facts are sorted, so the bits of the evidence move with them. */
static void sort_facts(GArray *facts, GArray *evidence) {
  uint32_t order[32], n = facts->len;
  if (n == 0) return;
  g_autofree RsFact *before = g_memdup2(facts->data, n * sizeof(RsFact));
  for (uint32_t i = 0; i < n; i++) order[i] = i;
  g_qsort_with_data(order, (gint)n, sizeof *order, compare_facts, before);
  for (uint32_t i = 0; i < n; i++) g_array_index(facts, RsFact, i) = before[order[i]];
  for (guint e = 0; e < evidence->len; e++) {
    RsEvidence *at = &g_array_index(evidence, RsEvidence, e);
    uint32_t moved = 0;
    for (uint32_t i = 0; i < n; i++) moved |= (at->facts >> order[i] & 1u) << i;
    at->facts = moved;
  }
}

static void count_regions(RsRing *ring, const RsClaims *claims) {
  g_autoptr(GArray) region = g_array_new(FALSE, FALSE, sizeof(uint32_t));
  for (uint32_t i = 0; i < ring->n_members; i++)
    if (ring->members[i].kind == RS_PERSON && claims->person_region[ring->members[i].id] != RS_NONE)
      g_array_append_val(region, claims->person_region[ring->members[i].id]);
  ring->n_regions = 0;
  if (region->len == 0) return;
  rs_sort_u32((uint32_t *)(void *)region->data, region->len);
  for (guint i = 0; i < region->len; i++)
    ring->n_regions += i == 0 || g_array_index(region, uint32_t, i) != g_array_index(region, uint32_t, i - 1);
}

void rs_ring_settle(RsRing *ring, const RsClaims *claims) {
  count_regions(ring, claims);
  make_key(ring, claims, ring->lead_key);
}

void rs_ring_sum(RsRing *ring, const RsClaims *claims) {
  uint32_t visit = 0;
  ring->amount = ring->fund = 0;
  for (uint64_t i = 0; i < ring->n_evidence; i++) {
    const uint64_t line = ring->evidence[i].line;
    visit = rs_claims_line_visit_near(claims, line, visit);
    const uint16_t day = (uint16_t)(claims->visit_time[visit] / RS_DAY_SECONDS);
    ring->amount += rs_line_amount(claims, line);
    ring->fund += rs_line_fund(claims, line);
    if (i == 0 || day < ring->first_day) ring->first_day = day;
    if (i == 0 || day > ring->last_day) ring->last_day = day;
  }
}

void rs_draft_finish(RsDraft *draft, const RsClaims *claims, RsRing *ring) {
  *ring = (RsRing){.pattern = draft->pattern, .q_value = NAN};
  merge_evidence(draft->evidence);
  sort_facts(draft->facts, draft->evidence);
  if (draft->bursts->len > 0) qsort(draft->bursts->data, draft->bursts->len, sizeof(RsBurst), compare_bursts);
  g_array_sort_with_data(draft->members, compare_members, (gpointer)claims);
  gsize n;
  ring->members = g_array_steal(draft->members, &n), ring->n_members = (uint32_t)n;
  ring->facts = g_array_steal(draft->facts, &n), ring->n_facts = (uint32_t)n;
  ring->evidence = g_array_steal(draft->evidence, &n), ring->n_evidence = n;
  ring->bursts = g_array_steal(draft->bursts, &n), ring->n_bursts = (uint32_t)n;
  for (uint32_t i = 0; i < ring->n_members; i++) ring->count[ring->members[i].kind]++;
  for (uint32_t i = 0; i < ring->n_facts; i++) ring->score += ring->facts[i].points;
  rs_ring_sum(ring, claims);
  rs_ring_settle(ring, claims);
}
