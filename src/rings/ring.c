#include "rings/ring.h"

#include "rings/cleared.h"

#include <math.h>
#include <stdlib.h>

const char *const rs_pattern_name[RS_N_PATTERNS] = {"batch",     "resale", "steering", "crossregion",
                                                    "duplicate", "travel", "trace",    "mixed"};
const char *const rs_role_name[] = {"member", "core", "outlet", "prescriber", "item"};

void rs_notice_say(RsNotice *notice, const char *format, ...) {
  va_list arguments;
  va_start(arguments, format);
  RsSaid *said = rs_said_new_list(format, arguments);
  va_end(arguments);
  g_free(notice->text);
  g_free(notice->text_zh);
  notice->text = g_steal_pointer(&said->text[RS_LANG_EN]);
  notice->text_zh = g_steal_pointer(&said->text[RS_LANG_ZH]);
  rs_said_free(said);
}

void rs_ring_clear(RsRing *ring) {
  g_free(ring->members);
  g_free(ring->facts);
  g_free(ring->evidence);
  g_free(ring->bursts);
  rs_rules_free(ring->rules, ring->n_rules);
}

static int compare_numbers(const void *x, const void *y) {
  uint32_t a = *(const uint32_t *)x, b = *(const uint32_t *)y;
  return (a > b) - (a < b);
}

uint32_t *rs_ring_persons(const RsRing *ring) {
  uint32_t n = 0, *person = g_new(uint32_t, (gsize)ring->count[RS_PERSON] + 1);
  for (uint32_t i = 0; i < ring->n_members; i++)
    if (ring->members[i].kind == RS_PERSON) person[n++] = ring->members[i].id;
  if (n > 0) qsort(person, n, sizeof *person, compare_numbers);
  return person;
}

static void notices_free(RsNotice *notice, uint32_t n) {
  for (uint32_t i = 0; i < n; i++) {
    g_free(notice[i].text);
    g_free(notice[i].text_zh);
  }
  g_free(notice);
}

void rs_rings_free(RsRings *rings) {
  if (rings == NULL) return;
  for (uint32_t i = 0; i < rings->n_rings; i++) rs_ring_clear(&rings->rings[i]);
  for (uint32_t i = 0; i < rings->n_near_misses; i++) rs_ring_clear(&rings->near_misses[i]);
  notices_free(rings->not_examined, rings->n_not_examined);
  notices_free(rings->set_aside, rings->n_set_aside);
  for (uint32_t i = 0; i < rings->n_cleared; i++) rs_cleared_clear(&rings->cleared[i]);
  g_free(rings->cleared);
  g_free(rings->rings);
  g_free(rings->near_misses);
  g_free(rings->institutions);
  g_free(rings);
}

static bool refuse(const char **reason, const char *why) {
  *reason = why;
  return false;
}

static uint32_t n_entities(const RsClaims *c, RsKind kind) {
  switch (kind) {
  case RS_PERSON: return c->n_persons;
  case RS_DOCTOR: return c->doctor != NULL ? c->doctor->n : 0;
  case RS_INSTITUTION: return c->institution->n;
  case RS_DRUG: return c->drug != NULL ? c->drug->n : 0;
  case RS_N_KINDS: break;
  }
  return 0;
}

static bool rules_valid(const RsRing *ring, const RsClaims *claims, const char **reason) {
  if (ring->n_rules > RS_MAX_RULES) return refuse(reason, "too many rules");
  for (uint32_t i = 0; i < ring->n_rules; i++) {
    const RsRule *rule = &ring->rules[i];
    if (rule->n_items < 2 || rule->n_persons < RS_RULE_PERSONS) return refuse(reason, "a rule of too few items or persons");
    for (uint32_t k = 0; k < rule->n_items; k++)
      if (rule->item[k].kind >= RS_N_KINDS || rule->item[k].id >= n_entities(claims, rule->item[k].kind))
        return refuse(reason, "a rule's item does not exist");
    for (uint32_t k = 0; k < rule->n_persons; k++)
      if (rule->person[k] >= claims->n_persons || (k > 0 && rule->person[k] <= rule->person[k - 1]))
        return refuse(reason, "a rule's persons do not ascend or do not exist");
  }
  return true;
}

static bool ring_valid(const RsRing *ring, const RsClaims *claims, const char **reason) {
  uint32_t count[RS_N_KINDS] = {0};
  int64_t sum = 0, amount = 0, fund = 0;
  if (ring->pattern >= RS_N_PATTERNS) return refuse(reason, "a ring of no known pattern");
  for (uint32_t i = 0; i < ring->n_members; i++) {
    const RsMember *m = &ring->members[i];
    if (m->kind >= RS_N_KINDS || m->id >= n_entities(claims, m->kind)) return refuse(reason, "a member that does not exist");
    if (i > 0 && m->kind < ring->members[i - 1].kind) return refuse(reason, "members are not grouped by kind");
    if (!(m->strength >= 0.0 && m->strength <= 1.0)) return refuse(reason, "a member's strength is outside 0..1");
    count[m->kind]++;
  }
  for (unsigned k = 0; k < RS_N_KINDS; k++)
    if (count[k] != ring->count[k]) return refuse(reason, "member counts do not add up");
  if (ring->n_facts > 32) return refuse(reason, "more than 32 facts");
  for (uint32_t i = 0; i < ring->n_facts; i++) {
    sum += ring->facts[i].points;
    if (ring->facts[i].counter ? ring->facts[i].points > 0 : ring->facts[i].points < 0) return refuse(reason, "points of the wrong sign");
  }
  if (sum != ring->score) return refuse(reason, "the facts' points do not add up to the score");
  for (uint64_t i = 0; i < ring->n_evidence; i++) {
    if (ring->evidence[i].line >= claims->n_lines) return refuse(reason, "evidence past the last line");
    if (i > 0 && ring->evidence[i].line <= ring->evidence[i - 1].line) return refuse(reason, "evidence lines do not ascend");
    amount += rs_line_amount(claims, ring->evidence[i].line);
    fund += rs_line_fund(claims, ring->evidence[i].line);
  }
  if (ring->n_evidence > 0 && (amount != ring->amount || fund != ring->fund)) return refuse(reason, "evidence money does not add up");
  for (uint32_t i = 1; i < ring->n_bursts; i++)
    if (ring->bursts[i].first_time < ring->bursts[i - 1].first_time) return refuse(reason, "bursts are not in order of time");
  return rules_valid(ring, claims, reason);
}

bool rs_rings_validate(const RsRings *rings, const RsClaims *claims, const char **reason) {
  *reason = NULL;
  for (uint32_t i = 0; i < rings->n_rings; i++) {
    if (!ring_valid(&rings->rings[i], claims, reason)) return false;
    if (i > 0 && rings->rings[i].score > rings->rings[i - 1].score) return refuse(reason, "rings are not in order of score");
  }
  for (uint32_t i = 0; i < rings->n_near_misses; i++)
    if (!ring_valid(&rings->near_misses[i], claims, reason)) return false;
  return true;
}
