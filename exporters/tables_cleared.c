#include "exporters/tables_cleared.h"

#include "exporters/cells.h"
#include "exporters/words.h"

#include <string.h>

const RsTableColumn rs_cleared_columns[RS_CLEARED_COLUMNS] = {
    {"entry", RS_CELL_INTEGER, false},       {"subject", RS_CELL_TEXT, false},    {"group", RS_CELL_TEXT, false},
    {"reason", RS_CELL_TEXT, false},         {"by", RS_CELL_TEXT, false},         {"until", RS_CELL_TEXT, false},
    {"status", RS_CELL_TEXT, false},         {"ring_id", RS_CELL_TEXT, false},    {"lead_key", RS_CELL_TEXT, false},
    {"pattern", RS_CELL_TEXT, false},        {"score", RS_CELL_INTEGER, false},   {"persons", RS_CELL_INTEGER, false},
    {"institutions", RS_CELL_INTEGER, false}, {"amount", RS_CELL_MONEY, false},   {"new_persons", RS_CELL_INTEGER, false},
    {"new_institutions", RS_CELL_INTEGER, false}, {"new_drugs", RS_CELL_INTEGER, false}, {"score_rise", RS_CELL_INTEGER, false},
    {"score_then", RS_CELL_INTEGER, false},  {"text", RS_CELL_TEXT, false}};

const char *rs_cleared_subject(const RsCase *c, const RsClearance *clearance, char buffer[64]) {
  char masked[32];
  if (clearance->is_lead) return clearance->subject;
  const char *id = strchr(clearance->subject, ':') + 1;
  if (clearance->kind == RS_PERSON && strncmp(id, "p:", 2) != 0) id = rs_mask_entity(c->mask, RS_PERSON, id, masked);
  g_snprintf(buffer, 64, "%s:%s", rs_kind_name[clearance->kind], id);
  return buffer;
}

char *rs_cleared_text(const RsCase *c, const RsCleared *cleared, RsLanguage language) {
  const RsClearance *clearance = &c->clearances->clearance[cleared->clearance];
  switch (cleared->status) {
  case RS_CLEARED_ASIDE: return g_strdup(rs_say(language, "set aside"));
  case RS_CLEARED_BACK:
    return clearance->is_lead
               ? g_strdup_printf(rs_say(language, "behaves otherwise now: %u people, %u outlets, %u drugs beyond what was cleared, score changed by %d"),
                                 cleared->new_persons, cleared->new_institutions, cleared->new_drugs, cleared->score_rise)
               : g_strdup_printf(rs_say(language, "goes beyond what was cleared: %u people outside it, or more than a fifth of the claim lines elsewhere"),
                                 cleared->new_persons);
  case RS_CLEARED_EXPIRED: return g_strdup_printf(rs_say(language, "the clearance ended on %s, before the last day of the claims"), clearance->until);
  case RS_CLEARED_IDLE:
    return *clearance->nearest == '\0' ? g_strdup(rs_say(language, "no lead to set aside"))
                                       : g_strdup_printf(rs_say(language, "no lead to set aside; keys that look like it: %s"), clearance->nearest);
  case RS_CLEARED_UNKNOWN:
    return *clearance->nearest == '\0' ? g_strdup(rs_say(language, "not in these claims"))
                                       : g_strdup_printf(rs_say(language, "not in these claims; ids that look like it: %s"), clearance->nearest);
  case RS_N_CLEARED: break;
  }
  return g_strdup("");
}

/* The ring that came back, by its key. */
static const char *ring_of(const RsCaseView *view, const RsCleared *cleared, RingId *id) {
  const RsRings *rings = view->c->rings;
  if (cleared->status != RS_CLEARED_BACK && cleared->status != RS_CLEARED_EXPIRED) return "";
  for (uint32_t r = 0; r < rings->n_rings; r++) {
    char key[32];
    const RsRing *ring = &rings->rings[r];
    if (strcmp(*ring->kept_key != '\0' ? ring->kept_key : rs_mask_text(view->mask, 'l', ring->lead_key, key), cleared->key) == 0) return ring_id(r, id);
  }
  return "";
}

void rs_cleared_walk(const RsCaseView *view, RsRowFunc row, void *data) {
  const RsRings *rings = view->c->rings;
  for (uint32_t i = 0; i < rings->n_cleared && view->c->clearances != NULL; i++) {
    const RsCleared *one = &rings->cleared[i];
    const RsClearance *c = &view->c->clearances->clearance[one->clearance];
    const bool lead = *one->key != '\0', beyond = one->status == RS_CLEARED_BACK || one->status == RS_CLEARED_ASIDE;
    g_autofree char *text = rs_cleared_text(view->c, one, view->c->text_language);
    char subject[64];
    RingId id;
    const RsCell cell[] = {integer_cell(one->clearance + 1),
                           text_cell(rs_cleared_subject(view->c, c, subject)),
                           text_cell(c->group),
                           text_cell(c->reason),
                           text_cell(c->by),
                           text_cell(c->until),
                           text_cell(rs_cleared_name[one->status]),
                           text_cell(ring_of(view, one, &id)),
                           text_cell(one->key),
                           text_cell(lead ? rs_pattern_name[one->pattern] : ""),
                           {.integer = one->score, .empty = !lead},
                           {.integer = one->n_persons, .empty = !lead},
                           {.integer = one->n_institutions, .empty = !lead},
                           {.integer = one->amount, .empty = !lead},
                           {.integer = one->new_persons, .empty = !beyond},
                           {.integer = one->new_institutions, .empty = !beyond || !c->is_lead},
                           {.integer = one->new_drugs, .empty = !beyond || !c->is_lead},
                           {.integer = one->score_rise, .empty = !beyond || !c->is_lead},
                           {.integer = one->state != NULL ? one->state->score : one->score, .empty = !lead || !c->is_lead},
                           text_cell(text)};
    row(&rs_table[RS_TABLE_CLEARED], cell, data);
  }
}

const RsTableColumn rs_cleared_member_columns[RS_CLEARED_MEMBER_COLUMNS] = {{"lead_key", RS_CELL_TEXT, false},
                                                                            {"score", RS_CELL_INTEGER, false},
                                                                            {"entity_type", RS_CELL_TEXT, false},
                                                                            {"entity_id", RS_CELL_TEXT, false}};

void rs_cleared_member_walk(const RsCaseView *view, RsRowFunc row, void *data) {
  const RsRings *rings = view->c->rings;
  for (uint32_t i = 0; i < rings->n_cleared; i++) {
    const RsCleared *one = &rings->cleared[i];
    if (one->status != RS_CLEARED_ASIDE || view->c->clearances == NULL || !view->c->clearances->clearance[one->clearance].is_lead) continue;
    for (int k = 0; k < RS_N_KINDS; k++)
      for (guint m = 0; one->state != NULL && m < one->state->text[k]->len; m++) {
        const RsCell cell[] = {text_cell(one->key), integer_cell(one->state->score), text_cell(rs_kind_name[k]), text_cell(g_ptr_array_index(one->state->text[k], m))};
        row(&rs_table[RS_TABLE_CLEARED_MEMBER], cell, data);
      }
    for (uint32_t m = 0; one->state == NULL && m < one->ring.n_members; m++) {
      const RsMember *member = &one->ring.members[m];
      const RsCell cell[] = {text_cell(one->key), integer_cell(one->score), text_cell(rs_kind_name[member->kind]),
                             text_cell(rs_case_view_id(view, member->kind, member->id))};
      row(&rs_table[RS_TABLE_CLEARED_MEMBER], cell, data);
    }
  }
}
