#include "graph/knowledge.h"

#include "base/column.h"
#include "base/error.h"
#include "base/spill.h"
#include "base/words.h"
#include "graph/knowledge_row.h"

#include <string.h>

const RsKind rs_relation_from[RS_N_RELATIONS] = {RS_PERSON, RS_PERSON, RS_PERSON, RS_DOCTOR, RS_INSTITUTION, RS_DOCTOR};
const RsKind rs_relation_to[RS_N_RELATIONS] = {RS_DOCTOR, RS_INSTITUTION, RS_DRUG, RS_DRUG, RS_DRUG, RS_INSTITUTION};
const char *const rs_relation_name[RS_N_RELATIONS] = {"VISITED",    "FILLED_AT", "BOUGHT",
                                                      "PRESCRIBED", "DISPENSED", "REFERS_TO"};
const char *const rs_kind_name[RS_N_KINDS] = {"person", "doctor", "institution", "drug"};

static const RsText *texts_of(const RsClaims *claims, RsKind kind) {
  switch (kind) {
  case RS_PERSON: return claims->person;
  case RS_DOCTOR: return claims->doctor;
  case RS_INSTITUTION: return claims->institution;
  case RS_DRUG: return claims->drug;
  case RS_N_KINDS: break;
  }
  return NULL;
}

uint32_t rs_knowledge_count(const RsKnowledge *knowledge, RsKind kind) {
  const RsText *text = texts_of(knowledge->claims, kind);
  return text == NULL ? 0 : text->n;
}

const char *rs_knowledge_id(const RsKnowledge *knowledge, RsKind kind, uint32_t i) {
  return rs_text_get(texts_of(knowledge->claims, kind), i);
}

static void relation_clear(RsRelation *relation) {
  rs_column_free(relation->offset);
  rs_column_free(relation->to);
  rs_column_free(relation->visits);
  rs_column_free(relation->lines);
  rs_column_free(relation->days);
  rs_column_free(relation->first_day);
  rs_column_free(relation->last_day);
  rs_column_free(relation->amount);
  rs_column_free(relation->fund);
}

void rs_knowledge_free(RsKnowledge *knowledge) {
  if (knowledge == NULL) return;
  for (int kind = 0; kind < RS_N_RELATIONS; kind++) relation_clear(&knowledge->relation[kind]);
  g_free(knowledge);
}

static bool relation_init(RsKnowledge *knowledge, RsRelationKind kind) {
  RsRelation *relation = &knowledge->relation[kind];
  relation->n_from = rs_knowledge_count(knowledge, rs_relation_from[kind]);
  relation->n_to = rs_knowledge_count(knowledge, rs_relation_to[kind]);
  relation->offset = rs_column_new(relation->n_from, sizeof *relation->offset);
  if (relation->offset == NULL) return false;
  memset(relation->offset, 0, ((gsize)relation->n_from + 1) * sizeof *relation->offset);
  return true;
}

/* Hubs first: they need passing memory for every line, persons hardly any, so the peak is the finished graph. */
static RsKnowledge *knowledge_make(const RsClaims *claims, bool sums, unsigned n_threads, GError **error) {
  g_autoptr(RsKnowledge) knowledge = g_new0(RsKnowledge, 1);
  knowledge->claims = claims;
  n_threads = claims->n_lines == 0 ? 1 : CLAMP(n_threads, 1, 64);
  if (claims->n_lines > UINT32_MAX - 1) {
    g_set_error(error, RS_ERROR, RS_ERROR_LIMIT, _("more than 4,294,967,294 claim lines in one graph"));
    return NULL;
  }
  for (RsRelationKind kind = 0; kind < RS_N_RELATIONS; kind++)
    if (!relation_init(knowledge, kind)) {
      if (rs_spill_refused(error)) g_set_error(error, RS_ERROR, RS_ERROR_LIMIT, _("no memory for the offsets of a relation"));
      return NULL;
    }
  if (!rs_knowledge_hubs(knowledge, sums, n_threads, error) || !rs_knowledge_persons(knowledge, sums, n_threads, error)) return NULL;
  return g_steal_pointer(&knowledge);
}

RsKnowledge *rs_knowledge_new_bare(const RsClaims *claims, unsigned n_threads, GError **error) {
  return knowledge_make(claims, false, n_threads, error);
}

RsKnowledge *rs_knowledge_new(const RsClaims *claims, unsigned n_threads, GError **error) {
  return knowledge_make(claims, true, n_threads, error);
}

/* ---- validation ---- */

static bool refuse(const char **reason, const char *why) {
  if (reason != NULL) *reason = why;
  return false;
}

static bool sums_valid(const RsRelation *relation, uint64_t i, const char **reason) {
  if (relation->first_day[i] > relation->last_day[i] || relation->last_day[i] - relation->first_day[i] + 1 < relation->days[i])
    return refuse(reason, "a relation with more days than lie between its first and last");
  if (relation->days[i] == 1 && relation->first_day[i] != relation->last_day[i])
    return refuse(reason, "a relation of one day that ends on another");
  return true;
}

static bool row_valid(const RsRelation *relation, uint64_t i, bool first_of_row, const char **reason) {
  if (relation->to[i] >= relation->n_to) return refuse(reason, "a relation to an entity past the last");
  if (!first_of_row && relation->to[i - 1] >= relation->to[i]) return refuse(reason, "a row is not sorted or has repeats");
  if (relation->days[i] == 0 || relation->visits[i] < relation->days[i])
    return refuse(reason, "a relation with no day, or with fewer visits than days");
  if (relation->lines != NULL && relation->lines[i] < relation->visits[i]) return refuse(reason, "a relation with fewer lines than visits");
  return relation->amount == NULL || sums_valid(relation, i, reason);
}

static bool relation_valid(const RsRelation *relation, const char **reason) {
  if (relation->offset[0] != 0 || relation->offset[relation->n_from] != relation->n)
    return refuse(reason, "offset does not span the rows of a relation");
  for (uint32_t from = 0; from < relation->n_from; from++) {
    uint64_t first = relation->offset[from], last = relation->offset[from + 1];
    if (first > last || last > relation->n) return refuse(reason, "offset goes back");
    for (uint64_t i = first; i < last; i++)
      if (!row_valid(relation, i, i == first, reason)) return false;
  }
  return true;
}

static uint64_t lines_in(const RsRelation *relation) {
  uint64_t n_lines = 0;
  for (uint64_t i = 0; i < relation->n; i++) n_lines += relation->lines[i];
  return n_lines;
}

static uint64_t lines_with(const RsClaims *claims, bool doctor, bool drug) {
  uint64_t n_lines = 0;
  for (uint64_t line = 0; line < claims->n_lines; line++)
    n_lines += (!doctor || rs_line_doctor(claims, line) != RS_NONE) && (!drug || rs_line_drug(claims, line) != RS_NONE);
  return n_lines;
}

bool rs_knowledge_validate(const RsKnowledge *knowledge, const char **reason) {
  for (RsRelationKind kind = 0; kind < RS_N_RELATIONS; kind++) {
    const RsRelation *relation = &knowledge->relation[kind];
    RsKind from = rs_relation_from[kind], to = rs_relation_to[kind];
    if (relation->n_from != rs_knowledge_count(knowledge, from) || relation->n_to != rs_knowledge_count(knowledge, to))
      return refuse(reason, "a relation between other entities than the claims have");
    if (!relation_valid(relation, reason)) return false;
    bool doctor = from == RS_DOCTOR || to == RS_DOCTOR, drug = from == RS_DRUG || to == RS_DRUG;
    if (relation->lines != NULL && lines_in(relation) != lines_with(knowledge->claims, doctor, drug))
      return refuse(reason, "a relation does not account for every line");
  }
  return true;
}

uint64_t rs_relation_find(const RsRelation *r, uint32_t from, uint32_t to) {
  uint64_t low = r->offset[from], end = r->offset[from + 1], high = end;
  while (low < high) {
    uint64_t middle = low + (high - low) / 2;
    if (r->to[middle] < to) low = middle + 1;
    else high = middle;
  }
  return low < end && r->to[low] == to ? low : UINT64_MAX;
}
