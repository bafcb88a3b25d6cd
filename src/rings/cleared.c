#include "rings/cleared.h"

#include "rings/match.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

const char *const rs_cleared_name[RS_N_CLEARED] = {"aside", "back", "expired", "idle", "unknown"};

/* ---- memory ---- */

RsFormerLead *rs_former_lead_new(const char *key, int32_t score) {
  RsFormerLead *lead = g_new0(RsFormerLead, 1);
  lead->key = g_strdup(key);
  lead->score = score;
  for (int k = 0; k < RS_N_KINDS; k++) {
    lead->member[k] = g_array_new(FALSE, FALSE, sizeof(uint32_t));
    lead->text[k] = g_ptr_array_new_with_free_func(g_free);
  }
  return lead;
}

static void former_lead_free(gpointer data) {
  RsFormerLead *lead = data;
  if (lead == NULL) return;
  for (int k = 0; k < RS_N_KINDS; k++) {
    g_array_unref(lead->member[k]);
    g_ptr_array_unref(lead->text[k]);
  }
  g_free(lead->key);
  g_free(lead);
}

RsFormer *rs_former_new(void) {
  RsFormer *former = g_new0(RsFormer, 1);
  former->lead = g_ptr_array_new_with_free_func(former_lead_free);
  return former;
}

void rs_former_free(RsFormer *former) {
  if (former == NULL) return;
  g_ptr_array_unref(former->lead);
  g_free(former);
}

void rs_clearances_free(RsClearances *clearances) {
  if (clearances == NULL) return;
  for (uint32_t i = 0; i < clearances->n; i++) {
    RsClearance *c = &clearances->clearance[i];
    g_free(c->subject);
    g_free(c->group);
    g_free(c->reason);
    g_free(c->by);
    g_free(c->until);
    g_free(c->nearest);
  }
  g_free(clearances->clearance);
  g_free(clearances);
}

void rs_cleared_clear(RsCleared *cleared) {
  rs_ring_clear(&cleared->ring);
  g_free(cleared->key);
  former_lead_free(cleared->state);
}

/* ---- the same lead ---- */

static int compare_numbers(const void *x, const void *y) {
  uint32_t a = *(const uint32_t *)x, b = *(const uint32_t *)y;
  return (a > b) - (a < b);
}

/* The members of a kind, ascending. */
static GArray *members_of(const RsRing *ring, RsKind kind) {
  GArray *out = g_array_new(FALSE, FALSE, sizeof(uint32_t));
  for (uint32_t i = 0; i < ring->n_members; i++)
    if (ring->members[i].kind == kind) g_array_append_val(out, ring->members[i].id);
  g_array_sort(out, compare_numbers);
  return out;
}

/* What a lead is told by: its people; a lead without people, by its doctors and outlets. */
static GArray *tell(const RsRing *ring, const RsFormerLead *former) {
  GArray *of[RS_N_KINDS];
  GArray *out = g_array_new(FALSE, FALSE, sizeof(uint32_t));
  /* cppcheck-suppress nullPointer ; either a ring or a former lead is given; NOLINTNEXTLINE(clang-analyzer-core.NullDereference) */
  for (int k = 0; k < RS_N_KINDS; k++) of[k] = ring != NULL ? members_of(ring, (RsKind)k) : g_array_ref(former->member[k]);
  /* cppcheck-suppress nullPointer ; as above */
  const uint32_t n_persons = ring != NULL ? of[RS_PERSON]->len : former->n_all[RS_PERSON];
  for (int k = 0; k < RS_N_KINDS; k++)
    for (guint i = 0; i < of[k]->len && (n_persons > 0 ? k == RS_PERSON : k == RS_DOCTOR || k == RS_INSTITUTION); i++) {
      const uint32_t number = g_array_index(of[k], uint32_t, i) * 2 + (k == RS_INSTITUTION); /* kinds apart; numbers stay far below 2^31 */
      g_array_append_val(out, number);
    }
  g_array_sort(out, compare_numbers);
  for (int k = 0; k < RS_N_KINDS; k++) g_array_unref(of[k]);
  return out;
}

static RsMatchGroup group_of(const GArray *told) { return (RsMatchGroup){(const uint32_t *)(const void *)told->data, told->len}; }

void rs_cleared_keep_keys(RsRing *lead, uint32_t n, const RsFormer *former) {
  if (former == NULL || n == 0) return;
  g_autoptr(GPtrArray) told = g_ptr_array_new_with_free_func((GDestroyNotify)g_array_unref);
  g_autofree RsMatchGroup *then = g_new(RsMatchGroup, (gsize)former->lead->len + 1), *now = g_new(RsMatchGroup, (gsize)n + 1);
  g_autofree uint32_t *before = g_new(uint32_t, (gsize)n + 1);
  for (guint i = 0; i < former->lead->len; i++) {
    GArray *one = tell(NULL, g_ptr_array_index(former->lead, i));
    g_ptr_array_add(told, one);
    then[i] = group_of(one);
  }
  for (uint32_t i = 0; i < n; i++) {
    GArray *one = tell(&lead[i], NULL);
    g_ptr_array_add(told, one);
    now[i] = group_of(one);
  }
  rs_match_groups(then, former->lead->len, now, n, before);
  for (uint32_t i = 0; i < n; i++) {
    if (before[i] == UINT32_MAX) continue;
    lead[i].former = before[i] + 1;
    g_strlcpy(lead[i].kept_key, ((const RsFormerLead *)g_ptr_array_index(former->lead, before[i]))->key, sizeof lead[i].kept_key);
  }
}

/* ---- what a clearance covers ---- */

typedef struct {
  const RsClearances *clearances;
  const RsFormer *former;
  const RsClaims *claims;
} Court;

static uint32_t newcomers(const GArray *now, const RsFormerLead *state, RsKind kind) {
  const RsMatchGroup a = group_of(now), b = group_of(state->member[kind]);
  return now->len - rs_match_shared(&a, &b);
}

/* Against the state in which it was cleared. */
static bool same_behaviour(const RsRing *ring, const RsFormerLead *state, RsCleared *out) {
  uint32_t fresh[RS_N_KINDS];
  for (int k = 0; k < RS_N_KINDS; k++) {
    g_autoptr(GArray) now = members_of(ring, (RsKind)k);
    fresh[k] = newcomers(now, state, (RsKind)k);
  }
  out->new_persons = fresh[RS_PERSON];
  out->new_institutions = fresh[RS_INSTITUTION];
  out->new_drugs = fresh[RS_DRUG];
  out->score_rise = ring->score - state->score;
  return fresh[RS_PERSON] <= MAX(1u, state->n_all[RS_PERSON] / 5) && fresh[RS_INSTITUTION] <= state->n_all[RS_INSTITUTION] / 5 &&
         fresh[RS_DRUG] <= MAX(1u, state->n_all[RS_DRUG] / 5) && out->score_rise <= 10 + state->score / 5;
}

/* The state in which the lead stood: as the former case has it. */
static RsFormerLead *state_copy(const RsFormerLead *from) {
  RsFormerLead *state = rs_former_lead_new(from->key, from->score);
  for (int k = 0; k < RS_N_KINDS; k++) {
    state->n_all[k] = from->n_all[k];
    for (guint i = 0; i < from->text[k]->len; i++) g_ptr_array_add(state->text[k], g_strdup(g_ptr_array_index(from->text[k], i)));
  }
  return state;
}

static const char *key_of(const Court *court, const RsRing *ring, char buffer[32]) {
  if (*ring->kept_key != '\0') return ring->kept_key;
  return court->clearances->printed != NULL ? court->clearances->printed(ring->lead_key, buffer, court->clearances->data) : ring->lead_key;
}

/* RS_CLEARED_ASIDE, BACK or (not its matter) IDLE. */
static RsClearedStatus judge_lead(const Court *court, const RsClearance *c, const RsRing *ring, RsCleared *out) {
  char buffer[32];
  if (strcmp(key_of(court, ring, buffer), c->subject) != 0) return RS_CLEARED_IDLE;
  if (ring->former == 0) return RS_CLEARED_ASIDE; /* the very same members, or the key would differ */
  const RsFormerLead *state = g_ptr_array_index(court->former->lead, ring->former - 1);
  if (!same_behaviour(ring, state, out)) return RS_CLEARED_BACK;
  out->state = state_copy(state);
  return RS_CLEARED_ASIDE;
}

/* Whether an entity stands in the clearance's group: entries of one group name, or the entry alone. */
static bool in_group(const Court *court, const RsClearance *c, RsKind kind, uint32_t id) {
  if (*c->group == '\0') return c->kind == kind && c->id == id;
  for (uint32_t i = 0; i < court->clearances->n; i++) {
    const RsClearance *other = &court->clearances->clearance[i];
    if (!other->is_lead && other->kind == kind && other->id == id && strcmp(other->group, c->group) == 0) return true;
  }
  return false;
}

/* Shares of people inside, and of lines at the outlets or through the doctors. */
static RsClearedStatus judge_entities(const Court *court, const RsClearance *c, const RsRing *ring, RsCleared *out) {
  uint64_t inside = 0, n_lines = 0;
  uint32_t people = 0;
  for (uint32_t i = 0; i < ring->n_members; i++)
    people += ring->members[i].kind == RS_PERSON && in_group(court, c, RS_PERSON, ring->members[i].id);
  for (uint64_t i = 0; i < ring->n_evidence; i++) {
    const uint64_t line = ring->evidence[i].line;
    const uint32_t doctor = rs_line_doctor(court->claims, line), place = court->claims->visit_institution[rs_claims_line_visit(court->claims, line)];
    inside += in_group(court, c, RS_INSTITUTION, place) || (doctor != RS_NONE && in_group(court, c, RS_DOCTOR, doctor));
    n_lines++;
  }
  const uint32_t n = ring->count[RS_PERSON];
  out->new_persons = people > 0 ? n - people : 0;
  if (people > 0 && (n - people) * 5 <= n) return RS_CLEARED_ASIDE;
  if (inside > 0 && (n_lines - inside) * 5 <= n_lines) return RS_CLEARED_ASIDE;
  return people * 2 >= n + (n == 0) || inside * 2 >= n_lines + (n_lines == 0) ? RS_CLEARED_BACK : RS_CLEARED_IDLE;
}

static void describe(const Court *court, const RsRing *ring, RsCleared *out) {
  char buffer[32];
  out->key = g_strdup(key_of(court, ring, buffer));
  out->pattern = ring->pattern;
  out->score = ring->score;
  out->n_persons = ring->count[RS_PERSON];
  out->n_institutions = ring->count[RS_INSTITUTION];
  out->amount = ring->amount;
}

/* The clearances that may speak: of a group, only its first entry, for it speaks for all. */
static bool speaks(const RsClearances *all, uint32_t i) {
  const RsClearance *c = &all->clearance[i];
  for (uint32_t k = 0; k < i && !c->is_lead && *c->group != '\0'; k++)
    if (!all->clearance[k].is_lead && strcmp(all->clearance[k].group, c->group) == 0) return false;
  return true;
}

/* A lead that came back tells so itself, without points: the fact stands in every export. */
static void mark_back(RsRing *ring, const RsCleared *out) {
  if (ring->n_facts >= 31) return;
  uint32_t at = 0;
  while (at < ring->n_facts && !ring->facts[at].counter) at++;
  ring->facts = g_renew(RsFact, ring->facts, (gsize)ring->n_facts + 1);
  memmove(ring->facts + at + 1, ring->facts + at, (ring->n_facts - at) * sizeof *ring->facts);
  ring->facts[at] = (RsFact){.code = out->status == RS_CLEARED_EXPIRED ? "clearance_expired" : "clearance_back", .value = out->new_persons,
                             .expected = NAN, .p_value = NAN, .argument = {out->new_institutions, out->new_drugs, out->score_rise, NAN}};
  ring->n_facts++;
  const uint32_t low = (1u << at) - 1u;
  for (uint64_t i = 0; i < ring->n_evidence; i++) {
    const uint32_t bits = ring->evidence[i].facts;
    ring->evidence[i].facts = (bits & low) | (bits & ~low) << 1;
  }
}

/* Asks every clearance about a lead; true: it is set aside, and moved. */
static bool settle(const Court *court, RsRing *ring, bool *heard, GArray *out) {
  const RsClearances *all = court->clearances;
  for (uint32_t i = 0; i < all->n; i++) {
    const RsClearance *c = &all->clearance[i];
    RsCleared one = {.clearance = i};
    if (!speaks(all, i) || (!c->is_lead && c->id == RS_NONE && *c->group == '\0')) continue;
    one.status = c->is_lead ? judge_lead(court, c, ring, &one) : judge_entities(court, c, ring, &one);
    if (one.status == RS_CLEARED_IDLE) continue;
    if (one.status == RS_CLEARED_ASIDE && c->until_day < court->claims->last_day) one.status = RS_CLEARED_EXPIRED;
    heard[i] = true;
    describe(court, ring, &one);
    if (one.status == RS_CLEARED_ASIDE) one.ring = *ring;
    else mark_back(ring, &one);
    g_array_append_val(out, one);
    if (one.status == RS_CLEARED_ASIDE) return true;
  }
  return false;
}

void rs_cleared_apply(GArray *leads, const RsClearances *clearances, const RsFormer *former, const RsClaims *claims, GArray *out) {
  if (clearances == NULL) return;
  const Court court = {clearances, former, claims};
  g_autofree bool *heard = g_new0(bool, (gsize)clearances->n + 1);
  guint kept = 0;
  for (guint i = 0; i < leads->len; i++) {
    RsRing *ring = &g_array_index(leads, RsRing, i);
    if (settle(&court, ring, heard, out)) continue;
    RsRing stays = *ring;
    g_array_index(leads, RsRing, kept++) = stays;
  }
  g_array_set_size(leads, kept);
  for (uint32_t i = 0; i < clearances->n; i++) {
    const RsClearance *c = &clearances->clearance[i];
    RsCleared none = {.clearance = i, .status = !c->is_lead && c->id == RS_NONE ? RS_CLEARED_UNKNOWN : RS_CLEARED_IDLE, .key = g_strdup("")};
    if (!heard[i] && (speaks(clearances, i) || none.status == RS_CLEARED_UNKNOWN)) g_array_append_val(out, none);
    else g_free(none.key);
  }
}
